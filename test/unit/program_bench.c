// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_bench.c - the programs of Inputs/program.bpf.c, opened and run
 */
#include <linux/bpf.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "program_bench.h"
#include "unit.h"

/* The objects are inside of this program: it is also run where no compiler is. */
#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n.balign 8\n.globl " #name "\n" #name ":\n.incbin \"" file   \
		"\"\n.globl " #name "_end\n" #name "_end:\n.popsection\n");                        \
	extern const char name[], name##_end[]

EMBED(program_object, OPN_TEST_OBJECTS "/program.bpf.o");
EMBED(bare_object, OPN_TEST_OBJECTS "/program-bare.bpf.o");
EMBED(broken_object, OPN_TEST_OBJECTS "/program-broken.bpf.o");

static const struct opn_call_rule rules[] = {
	{ "bpf_ktime_get_ns", BPF_FUNC_ktime_get_ns, OPN_CALL_CLOCK, 0 },
	{ "bpf_get_prandom_u32", BPF_FUNC_get_prandom_u32, OPN_CALL_RANDOM, 0 },
	{ "bpf_redirect", BPF_FUNC_redirect, OPN_CALL_REDIRECT, 2 },
	{ "bpf_redirect_map", BPF_FUNC_redirect_map, OPN_CALL_REDIRECT_MAP, 3 },
	{ "bpf_clone_redirect", BPF_FUNC_clone_redirect, OPN_CALL_CLONE, 3 },
	{ "bpf_map_lookup_elem", BPF_FUNC_map_lookup_elem, OPN_CALL_LOOKUP, 0 },
};

uint8_t in[OPN_PACKET_MAX], out[OPN_PACKET_MAX];
struct opn_output output;

struct opn_program_options program_options(const char *name)
{
	return (struct opn_program_options){
		.path = PROGRAM_OBJECT,
		.program = name,
		.attach_type = -1,
		.calls = rules,
		.call_count = sizeof(rules) / sizeof(rules[0]),
		.ctx_type = "struct xdp_md",
	};
}

struct opn_program *program_with(struct opn_program_options options)
{
	struct opn_program *program = NULL;
	int err = opn_program_open(&options, diags, &program);

	if (err) {
		char *text = printed(false, false);

		ck_abort_msg("%s: %d\n%s", options.program, err, text);
	}
	return program;
}

struct opn_program *program_open(const char *name, bool trace)
{
	struct opn_program_options options = program_options(name);

	options.trace = trace;
	return program_with(options);
}

/* As the tables have it for this context: everything is linear. */
void program_run_at(struct opn_program *program, uint32_t length, uint64_t clock, uint64_t random)
{
	struct opn_ctx_value ctx[] = { { "data", 0, 0 }, { "data_end", 0, length } };
	struct opn_input input = { .data = in,
				   .length = length,
				   .clock = clock,
				   .random = random,
				   .ctx = ctx,
				   .ctx_count = 2 };

	output = (struct opn_output){ .data = out };
	ck_assert_int_eq(opn_program_run(program, &input, &output), 0);
	ck_assert_int_eq(output.error, 0);
}

void program_run(struct opn_program *program, uint32_t length)
{
	program_run_at(program, length, 0, 0);
}

uint32_t program_map_id(const struct opn_program *program, const char *name)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_object__find_map_fd_by_name(opn_program_object(program), name);

	ck_assert_int_eq(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

void program_objects(void)
{
	write_bytes(PROGRAM_OBJECT, program_object, (size_t)(program_object_end - program_object));
	write_bytes(PROGRAM_BARE, bare_object, (size_t)(bare_object_end - bare_object));
	write_bytes(PROGRAM_BROKEN, broken_object, (size_t)(broken_object_end - broken_object));
}
