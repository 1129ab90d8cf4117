// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_program.c - programs under test: opened, run and watched by this kernel
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "packet.h"
#include "program.h"
#include "unit.h"

/* The objects are inside of this program: it is also run where no compiler is. */
#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n.balign 8\n.globl " #name "\n" #name ":\n.incbin \"" file   \
		"\"\n.globl " #name "_end\n" #name "_end:\n.popsection\n");                        \
	extern const char name[], name##_end[]

EMBED(program_object, OPN_TEST_OBJECTS "/program.bpf.o");
EMBED(broken_object, OPN_TEST_OBJECTS "/program-broken.bpf.o");

#define OBJECT "program.bpf.o"

static const struct opn_call_rule rules[] = {
	{ "bpf_ktime_get_ns", BPF_FUNC_ktime_get_ns, OPN_CALL_CLOCK, 0 },
	{ "bpf_get_prandom_u32", BPF_FUNC_get_prandom_u32, OPN_CALL_RANDOM, 0 },
	{ "bpf_redirect", BPF_FUNC_redirect, OPN_CALL_REDIRECT, 2 },
	{ "bpf_redirect_map", BPF_FUNC_redirect_map, OPN_CALL_REDIRECT_MAP, 3 },
	{ "bpf_clone_redirect", BPF_FUNC_clone_redirect, OPN_CALL_CLONE, 3 },
	{ "bpf_map_lookup_elem", BPF_FUNC_map_lookup_elem, OPN_CALL_LOOKUP, 0 },
};

static uint8_t in[OPN_PACKET_MAX], out[OPN_PACKET_MAX], other_out[OPN_PACKET_MAX];
static struct opn_output output;

static struct opn_program_options options_of(const char *name)
{
	return (struct opn_program_options){
		.path = OBJECT,
		.program = name,
		.attach_type = -1,
		.calls = rules,
		.call_count = sizeof(rules) / sizeof(rules[0]),
		.ctx_type = "struct xdp_md",
	};
}

static struct opn_program *open_with(struct opn_program_options options)
{
	struct opn_program *program = NULL;
	int err = opn_program_open(&options, diags, &program);

	if (err) {
		char *text = printed(false, false);

		ck_abort_msg("%s: %d\n%s", options.program, err, text);
	}
	return program;
}

static struct opn_program *open_one(const char *name, bool trace)
{
	struct opn_program_options options = options_of(name);

	options.trace = trace;
	return open_with(options);
}

/* As the tables have it for this context: everything is linear. */
static void run_at(struct opn_program *program, uint32_t length, uint64_t clock, uint64_t random)
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

static void run_one(struct opn_program *program, uint32_t length)
{
	run_at(program, length, 0, 0);
}

static uint64_t word_at(size_t offset)
{
	uint64_t word;

	memcpy(&word, out + offset, sizeof(word));
	return word;
}

/* ---- calls ---- */

START_TEST(sets_clock_and_random)
{
	struct opn_program *program = open_one("values", false);
	uint64_t first, second;

	run_at(program, 64, 123456789012345, 1);
	ck_assert_uint_eq(output.verdict, XDP_PASS);
	ck_assert_uint_eq(word_at(0), 123456789012345);
	ck_assert_uint_eq(word_at(24), 123456789012345);
	first = word_at(8);
	second = word_at(16);
	ck_assert_uint_le(first, UINT32_MAX);
	ck_assert_uint_ne(first, second);
	run_at(program, 64, 5, 1);
	ck_assert_uint_eq(word_at(0), 5);
	ck_assert_uint_eq(word_at(8), first);
	ck_assert_uint_eq(word_at(16), second);
	run_at(program, 64, 5, 2);
	ck_assert_uint_ne(word_at(8), first);
	ck_assert_str_eq(opn_program_replaced(program)[0], "bpf_ktime_get_ns");
	ck_assert_str_eq(opn_program_replaced(program)[1], "bpf_get_prandom_u32");
	ck_assert_ptr_null(opn_program_replaced(program)[2]);
	opn_program_free(program);
}
END_TEST

/* Without rules, the code is the object's to the instruction. */
START_TEST(leaves_code_alone)
{
	struct opn_program_options options = options_of("values");
	struct opn_program *program;
	struct bpf_program *loaded;

	options.call_count = 0;
	program = open_with(options);
	loaded = bpf_object__find_program_by_name(opn_program_object(program), "values");
	run_at(program, 64, 5, 1);
	ck_assert_uint_ne(word_at(0), 5);
	ck_assert_ptr_null(opn_program_replaced(program)[0]);
	ck_assert_str_eq(opn_program_name(program), "values");
	ck_assert_str_eq(opn_program_section(program), "xdp");
	ck_assert_int_eq(opn_program_fd(program), bpf_program__fd(loaded));
	opn_program_free(program);
}
END_TEST

static uint32_t map_id(const struct opn_program *program, const char *name)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int fd = bpf_object__find_map_fd_by_name(opn_program_object(program), name);

	ck_assert_int_eq(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

START_TEST(records_redirects)
{
	struct opn_program *program = open_one("redirects", _i);

	memset(in, 0, 64);
	run_one(program, 64);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_NONE);
	in[0] = 1;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_REDIRECT);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_INTERFACE);
	ck_assert_uint_eq(output.redirect.ifindex, 7);
	in[0] = 2;
	in[1] = 3;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_PASS); /* the slot is empty */
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_SLOT);
	ck_assert_uint_eq(output.redirect.map_id, map_id(program, "ports"));
	ck_assert_uint_eq(output.redirect.key, 3);
	ck_assert_uint_eq(output.redirect.flags, XDP_PASS);
	in[0] = 0;
	run_one(program, 64);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_NONE);
	opn_program_free(program);
}
END_TEST

START_TEST(counts_clones_and_tells_context)
{
	struct opn_program_options options = options_of("clones");
	struct opn_ctx_value ctx = { "priority", 0, 77 };
	struct opn_input input = { .data = in, .length = 64, .ctx = &ctx, .ctx_count = 1 };
	struct opn_program *program;
	uint64_t value;

	options.ctx_type = "struct __sk_buff";
	program = open_with(options);
	output = (struct opn_output){ .data = out };
	ck_assert_int_eq(opn_program_run(program, &input, &output), 0);
	ck_assert_int_eq(output.error, 0);
	ck_assert_uint_eq(output.clones, 2);
	ck_assert_uint_eq(output.redirect.ifindex, 3);
	ck_assert_uint_eq(output.redirect.flags, BPF_F_INGRESS);
	ck_assert_int_eq(opn_program_ctx(program, &output, "mark", 0, &value), 0);
	ck_assert_uint_eq(value, 5);
	ck_assert_int_eq(opn_program_ctx(program, &output, "cb", 2, &value), 0);
	ck_assert_uint_eq(value, 77);
	ck_assert_int_eq(opn_program_ctx(program, &output, "cb", 5, &value), -ENOENT);
	ck_assert_int_eq(opn_program_ctx(program, &output, "absent", 0, &value), -ENOENT);
	/* Anonymous unions are looked into. */
	ck_assert_int_eq(opn_program_ctx(program, &output, "sk", 0, &value), 0);
	ctx.field = "absent";
	ck_assert_int_eq(opn_program_run(program, &input, &output), -ENOENT);
	/* A frame without a whole header is the frame's fault. */
	ctx.field = "priority";
	input.length = 9;
	ck_assert_int_eq(opn_program_run(program, &input, &output), 0);
	ck_assert_int_eq(output.error, -EINVAL);
	opn_program_free(program);
}
END_TEST

/* ---- traces ---- */

/* Whether the last run took this side of the n-th jump of a source line with this text. */
static bool took(const struct opn_program *program, const char *source, size_t n, bool taken)
{
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);

	for (size_t i = 0; i < count; i++) {
		if (edges[i].entry || edges[i].taken != taken || !edges[i].source ||
		    !strstr(edges[i].source, source))
			continue;
		if (!n--)
			return opn_program_hits(program)[i];
	}
	ck_abort_msg("no edge at '%s'", source);
	return false;
}

/* Whether the last run entered a subprogram. */
static bool entered(const struct opn_program *program, const char *function)
{
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);

	for (size_t i = 0; i < count; i++) {
		if (edges[i].entry && !strcmp(edges[i].function, function))
			return opn_program_hits(program)[i];
	}
	ck_abort_msg("no function '%s'", function);
	return false;
}

static bool line_hit(const struct opn_program *program, const char *source)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	size_t count;
	const struct opn_line *lines = opn_program_lines(program, arena, &count);
	bool found = false, hit = false;

	for (size_t i = 0; i < count; i++) {
		if (!lines[i].source || !strstr(lines[i].source, source))
			continue;
		found = true;
		hit |= opn_program_block_hit(program, lines[i].block);
	}
	opn_arena_free(arena);
	ck_assert_msg(found, "no line '%s'", source);
	return hit;
}

static void expect_whole(const struct opn_program *program)
{
	const char *why;

	ck_assert(opn_program_traced(program, &why));
	ck_assert_msg(!why, "%s", why);
}

START_TEST(sees_branches)
{
	struct opn_program *program = open_one("branches", true);
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);
	const uint8_t *hits = opn_program_hits(program);
	size_t dead = 0;

	expect_whole(program);
	memset(in, 0, 64);
	run_one(program, 20);
	ck_assert_uint_eq(output.verdict, XDP_ABORTED);
	ck_assert(took(program, "TOO_SHORT", 0, true) != took(program, "TOO_SHORT", 0, false));
	ck_assert(!entered(program, "classify"));
	ck_assert(!line_hit(program, "*found += 1"));
	in[23] = 6;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_DROP);
	ck_assert(entered(program, "branches"));
	ck_assert(entered(program, "classify"));
	ck_assert(!entered(program, "add_up"));
	ck_assert(line_hit(program, "*found += 1"));
	ck_assert(line_hit(program, "verdict"));
	ck_assert(!line_hit(program, "*(__u64 *)sum += index"));
	in[30] = 7;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_TX);
	ck_assert(entered(program, "add_up"));
	ck_assert(line_hit(program, "*(__u64 *)sum += index"));
	ck_assert(!entered(program, "classify"));
	/* "if (!found)" cannot be, and no other edge is told to be so. */
	for (size_t i = 0; i < count; i++) {
		ck_assert(!edges[i].unknown);
		ck_assert(!edges[i].dead || !hits[i]);
		dead += edges[i].dead;
		if (edges[i].dead)
			ck_assert_ptr_nonnull(strstr(edges[i].source, "!found"));
	}
	ck_assert_uint_eq(dead, 1);
	opn_program_free(program);
}
END_TEST

START_TEST(sees_comparisons)
{
	struct opn_program *program = open_one("branches", true);
	struct opn_comparison list[64];
	size_t count, edge_count, found = 0;
	const struct opn_edge *edges = opn_program_edges(program, &edge_count);

	memset(in, 0, 64);
	in[23] = 99;
	run_one(program, 64);
	count = opn_program_comparisons(program, list, 64);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_lt(list[i].edge, edge_count);
		if (edges[list[i].edge].dead)
			continue;
		/* Either side, but the one that was not taken. */
		ck_assert(!opn_program_hits(program)[list[i].edge]);
		if (list[i].constant && list[i].right == 17 && list[i].left == 99)
			found++;
		if (list[i].constant && list[i].right == 6 && list[i].left == 99)
			found++;
	}
	ck_assert_uint_eq(found, 2);
	ck_assert_uint_eq(opn_program_comparisons(program, list, 1), 1);
	run_one(program, 20);
	ck_assert_uint_eq(opn_program_comparisons(program, list, 64), 1);
	opn_program_free(program);
}
END_TEST

START_TEST(sees_lookups)
{
	struct opn_program *program = open_one("branches", true);
	static const uint8_t key[7] = { 1, 2, 3, 4, 0, 0, 0x2f };
	struct opn_lookup list[8];

	memset(in, 0, 64);
	memcpy(in + 26, key, 4);
	in[23] = key[6];
	run_one(program, 64);
	ck_assert_uint_eq(opn_program_lookups(program, list, 8), 2);
	ck_assert_uint_eq(list[0].map_id, map_id(program, "counts"));
	ck_assert_uint_eq(list[0].key_size, 4);
	ck_assert_mem_eq(list[0].key, "\0\0\0\0", 4);
	ck_assert_uint_eq(list[1].map_id, map_id(program, "flows"));
	ck_assert_uint_eq(list[1].key_size, sizeof(key));
	ck_assert_mem_eq(list[1].key, key, sizeof(key));
	run_one(program, 20);
	ck_assert_uint_eq(opn_program_lookups(program, list, 8), 0);
	opn_program_free(program);
}
END_TEST

START_TEST(tells_constants)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_program *program = open_one("branches", _i);
	size_t count, found = 0;
	const uint64_t *list = opn_program_constants(program, arena, &count);

	for (size_t i = 0; i < count; i++) {
		ck_assert(!i || list[i - 1] < list[i]);
		found += list[i] == 6 || list[i] == 17;
	}
	ck_assert_uint_eq(found, 2);
	opn_program_free(program);
	opn_arena_free(arena);
}
END_TEST

/* A traced build does what the plain one does. */
static void compare_builds(const char *name)
{
	struct opn_program *plain = open_one(name, false), *traced = open_one(name, true);
	struct opn_output first;
	struct opn_random random;

	expect_whole(traced);
	opn_random_seed(&random, 3, 1);
	for (int i = 0; i < 500; i++) {
		uint32_t length = 14 + opn_random_below(&random, 150);

		for (uint32_t j = 0; j < length; j++)
			in[j] = (uint8_t)(opn_random_next(&random) & (j & 1 ? 0xff : 3));
		run_at(plain, length, (uint64_t)i, (uint64_t)i);
		first = output;
		memcpy(other_out, out, first.length);
		run_at(traced, length, (uint64_t)i, (uint64_t)i);
		ck_assert_uint_eq(first.verdict, output.verdict);
		ck_assert_uint_eq(first.length, output.length);
		ck_assert_mem_eq(other_out, out, first.length);
		ck_assert_int_eq(first.redirect.kind, output.redirect.kind);
		ck_assert_uint_eq(first.redirect.key, output.redirect.key);
	}
	opn_program_free(plain);
	opn_program_free(traced);
}

START_TEST(changes_nothing)
{
	static const char *const names[] = { "values",	"redirects", "branches",
					     "crowded", "lengthy",   "first" };

	compare_builds(names[_i]);
}
END_TEST

/* No register is free: one is put aside, in the frame below what is in use. */
START_TEST(marks_where_all_registers_live)
{
	struct opn_program *program = open_one("crowded", true);
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);
	const uint8_t *hits = opn_program_hits(program);

	expect_whole(program);
	ck_assert_uint_eq(count, 3); /* the entry, and two sides */
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, 1000 + 45 + 64 + 64 + 9);
	ck_assert(!edges[1].taken && !edges[1].unknown && hits[1] && !hits[2]);
	run_one(program, 120);
	ck_assert_uint_eq(output.verdict, 2000 + 45 + 120 + 120 + 9);
	ck_assert(!hits[1] && hits[2]);
	opn_program_free(program);
}
END_TEST

/* Jumps grow beyond 16 bits: gotol, or (before 6.6) no trace, and why. */
START_TEST(reaches_far)
{
	struct opn_program *program = open_one("lengthy", true);
	const char *why;
	size_t count;

	opn_program_edges(program, &count);
	if (opn_program_traced(program, &why)) {
		ck_assert_uint_eq(count, 1 + 2 * 4001);
		run_one(program, 64);
		ck_assert_uint_eq(output.verdict, 2);
		ck_assert(took(program, "asm", 0, false));
	} else {
		ck_assert_ptr_nonnull(why);
		ck_assert_uint_eq(count, 0);
		run_one(program, 64);
		ck_assert_uint_eq(output.verdict, 2);
	}
	opn_program_free(program);
}
END_TEST

START_TEST(follows_tail_calls)
{
	struct opn_program *program = open_one("first", true);

	expect_whole(program);
	memset(in, 0, 64);
	run_at(program, 64, 5, 0); /* the clock of the program that was called is set, too */
	ck_assert_uint_eq(output.verdict, XDP_TX);
	ck_assert(entered(program, "second"));
	ck_assert(!entered(program, "third"));
	ck_assert(!line_hit(program, "no such slot"));
	ck_assert(took(program, "bpf_ktime_get_ns() == 5", 0, true) !=
		  took(program, "bpf_ktime_get_ns() == 5", 0, false));
	run_at(program, 64, 6, 0);
	ck_assert_uint_eq(output.verdict, XDP_PASS);
	in[0] = 1;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_DROP);
	ck_assert(!entered(program, "second"));
	ck_assert(entered(program, "third"));
	in[0] = 2;
	run_one(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_ABORTED);
	ck_assert(line_hit(program, "no such slot"));
	opn_program_free(program);
}
END_TEST

/* Only what is needed is made: other programs of the object need not load. */
START_TEST(takes_what_is_needed)
{
	struct opn_program *program = open_one("redirects", false);
	struct bpf_object *object = opn_program_object(program);

	ck_assert_int_ge(bpf_object__find_map_fd_by_name(object, "ports"), 0);
	ck_assert_int_lt(bpf_object__find_map_fd_by_name(object, "flows"), 0);
	ck_assert_int_lt(bpf_object__find_map_fd_by_name(object, "next"), 0);
	opn_program_free(program);
}
END_TEST

/* ---- what is told ---- */

static void expect_failure(struct opn_program_options options, const char *text)
{
	struct opn_program *program;
	char *actual;

	ck_assert_int_lt(opn_program_open(&options, diags, &program), 0);
	ck_assert_ptr_null(program);
	actual = printed(false, false);
	ck_assert_msg(strstr(actual, text), "'%s' not in: %s", text, actual);
	free(actual);
	forget_diags();
}

START_TEST(reports_choice)
{
	struct opn_program_options options = options_of(NULL);

	expect_failure(options,
		       "has 10 programs: which one is meant? "
		       "[-Wopened-verify-program-choice]\nnote: 'values' in section 'xdp'");
	options.program = "branch";
	expect_failure(options, "program-missing]\nnote: did you mean 'branches'");
	options.path = "absent.bpf.o";
	expect_failure(options, "cannot read 'absent.bpf.o': No such file or directory");
	write_file("text.bpf.o", "no object");
	options.path = "text.bpf.o";
	expect_failure(options, "'text.bpf.o' cannot be opened as a BPF object");
	expect_printed("");
}
END_TEST

START_TEST(reports_type)
{
	struct opn_program_options options = options_of("second");

	expect_failure(options, "section '2/0' does not tell the type of program 'second' "
				"[-Wopened-program-type-unknown]");
	options.type = BPF_PROG_TYPE_XDP;
	opn_program_free(open_with(options));
	options.ctx_type = "struct absent";
	expect_failure(options, "this kernel has no context 'struct absent'");
}
END_TEST

START_TEST(reports_refusal)
{
	struct opn_program_options options = options_of("refused");

	options.trace = _i;
	expect_failure(options, "error: the verifier refuses 'refused': R");
	expect_failure(options, "is outside of the packet [-Wopened-load-refused]");
	expect_failure(options, "return AT(__u8, 0) == 1 ? XDP_PASS : XDP_DROP; /* not checked */");
	/* Where the clock was read, edits before it or not. */
	options = options_of("values");
	options.trace = _i;
	options.type = BPF_PROG_TYPE_SOCKET_FILTER;
	expect_failure(options, "program.bpf.c:46:15: error: the verifier refuses 'values': ");
}
END_TEST

START_TEST(reports_load_failure)
{
	struct opn_program_options options = options_of("redirects");

	write_bytes("broken.bpf.o", broken_object, (size_t)(broken_object_end - broken_object));
	options.path = "broken.bpf.o";
	options.program = "broken";
	expect_failure(options,
		       "cannot load 'broken': map 'odd': failed to create: Invalid argument");
}
END_TEST

static void drop_capabilities(const unsigned int *numbers, size_t count)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	ck_assert_int_eq(syscall(SYS_capget, &header, data), 0);
	for (size_t i = 0; i < count; i++)
		data[CAP_TO_INDEX(numbers[i])].effective &= ~CAP_TO_MASK(numbers[i]);
	ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

START_TEST(reports_capability)
{
	static const unsigned int all[] = { CAP_SYS_ADMIN, CAP_BPF };
	static const unsigned int net[] = { CAP_SYS_ADMIN, CAP_NET_ADMIN };

	if (_i) {
		drop_capabilities(net, 2);
		expect_failure(options_of("values"),
			       "cannot load 'values': CAP_NET_ADMIN is missing "
			       "[-Wopened-capability-missing]\nnote: run it as root");
	} else {
		drop_capabilities(all, 2);
		expect_failure(options_of("values"), "CAP_BPF is missing");
	}
}
END_TEST

START_TEST(lists_programs)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	const char **list;
	size_t count = 0;

	ck_assert_int_eq(opn_object_programs(OBJECT, arena, diags, &list), 0);
	while (list[count])
		count += 2;
	ck_assert_uint_eq(count, 2 * 10);
	ck_assert_str_eq(list[0], "values");
	ck_assert_str_eq(list[1], "xdp");
	ck_assert_int_lt(opn_object_programs("absent.o", arena, diags, &list), 0);
	forget_diags();
	opn_arena_free(arena);
}
END_TEST

/* Handlers, maps, descriptors: nothing is left behind. */
START_TEST(leaves_nothing)
{
	size_t before = 0, after;
	enum bpf_attach_type attach_type;
	enum bpf_prog_type type;

	for (int i = 0; i < 20; i++) {
		opn_program_free(open_one(i & 1 ? "first" : "branches", i & 2));
		if (i == 3)
			before = count_entries("/proc/self/fd");
	}
	after = count_entries("/proc/self/fd");
	ck_assert_uint_eq(before, after);
	ck_assert_int_ne(libbpf_prog_type_by_name("2/0", &type, &attach_type), 0);
}
END_TEST

static void write_object(void)
{
	write_bytes(OBJECT, program_object, (size_t)(program_object_end - program_object));
}

Suite *program_suite(void)
{
	Suite *suite = suite_create("program");
	TCase *tcase = folder_case("program");

	tcase_add_checked_fixture(tcase, write_object, NULL);
	tcase_add_test(tcase, sets_clock_and_random);
	tcase_add_test(tcase, leaves_code_alone);
	tcase_add_loop_test(tcase, records_redirects, 0, 2);
	tcase_add_test(tcase, counts_clones_and_tells_context);
	tcase_add_test(tcase, sees_branches);
	tcase_add_test(tcase, sees_comparisons);
	tcase_add_test(tcase, sees_lookups);
	tcase_add_loop_test(tcase, tells_constants, 0, 2);
	tcase_add_loop_test(tcase, changes_nothing, 0, 6);
	tcase_add_test(tcase, marks_where_all_registers_live);
	tcase_add_test(tcase, reaches_far);
	tcase_add_test(tcase, follows_tail_calls);
	tcase_add_test(tcase, takes_what_is_needed);
	tcase_add_test(tcase, reports_choice);
	tcase_add_test(tcase, reports_type);
	tcase_add_loop_test(tcase, reports_refusal, 0, 2);
	tcase_add_test(tcase, reports_load_failure);
	tcase_add_loop_test(tcase, reports_capability, 0, 2);
	tcase_add_test(tcase, lists_programs);
	tcase_add_test(tcase, leaves_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
