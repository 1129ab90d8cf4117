// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_program.c - programs under test: opened, run and watched by this kernel
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "program_bench.h"
#include "unit.h"

/* ---- calls ---- */

static uint64_t word_at(size_t offset)
{
	uint64_t word;

	memcpy(&word, out + offset, sizeof(word));
	return word;
}

START_TEST(sets_clock_and_random)
{
	struct opn_program *program = program_open("values", false);
	uint64_t first, second;

	program_run_at(program, 64, 123456789012345, 1);
	ck_assert_uint_eq(output.verdict, XDP_PASS);
	ck_assert_uint_eq(word_at(0), 123456789012345);
	ck_assert_uint_eq(word_at(24), 123456789012345);
	first = word_at(8);
	second = word_at(16);
	ck_assert_uint_le(first, UINT32_MAX);
	ck_assert_uint_ne(first, second);
	program_run_at(program, 64, 5, 1);
	ck_assert_uint_eq(word_at(0), 5);
	ck_assert_uint_eq(word_at(8), first);
	ck_assert_uint_eq(word_at(16), second);
	program_run_at(program, 64, 5, 2);
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
	struct opn_program_options options = program_options("values");
	struct opn_program *program;
	struct bpf_program *loaded;

	options.call_count = 0;
	program = program_with(options);
	loaded = bpf_object__find_program_by_name(opn_program_object(program), "values");
	program_run_at(program, 64, 5, 1);
	ck_assert_uint_ne(word_at(0), 5);
	ck_assert_ptr_null(opn_program_replaced(program)[0]);
	ck_assert_str_eq(opn_program_name(program), "values");
	ck_assert_str_eq(opn_program_section(program), "xdp");
	ck_assert_int_eq(opn_program_fd(program), bpf_program__fd(loaded));
	opn_program_free(program);
}
END_TEST

START_TEST(records_redirects)
{
	struct opn_program *program = program_open("redirects", _i);

	memset(in, 0, 64);
	program_run(program, 64);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_NONE);
	in[0] = 1;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_REDIRECT);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_INTERFACE);
	ck_assert_uint_eq(output.redirect.ifindex, 7);
	in[0] = 2;
	in[1] = 3;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_PASS); /* the slot is empty */
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_SLOT);
	ck_assert_uint_eq(output.redirect.map_id, program_map_id(program, "ports"));
	ck_assert_uint_eq(output.redirect.key, 3);
	ck_assert_uint_eq(output.redirect.flags, XDP_PASS);
	in[0] = 0;
	program_run(program, 64);
	ck_assert_int_eq(output.redirect.kind, OPN_REDIRECT_NONE);
	opn_program_free(program);
}
END_TEST

START_TEST(counts_clones_and_tells_context)
{
	struct opn_program_options options = program_options("clones");
	struct opn_ctx_value ctx = { "priority", 0, 77 };
	struct opn_input input = { .data = in, .length = 64, .ctx = &ctx, .ctx_count = 1 };
	struct opn_program *program;
	uint64_t value;

	options.ctx_type = "struct __sk_buff";
	program = program_with(options);
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

START_TEST(tells_what_cannot_be_run)
{
	struct opn_program_options options = program_options("unrunnable");
	struct opn_input input = { .data = in, .length = 64 };
	struct opn_program *program;

	options.ctx_type = NULL;
	program = program_with(options);
	output = (struct opn_output){ .data = out };
	ck_assert_int_eq(opn_program_run(program, &input, &output), -EOPNOTSUPP);
	opn_program_free(program);
}
END_TEST

/* ---- what is loaded, what is told ---- */

/* Only what is needed is made: other programs of the object need not load. */
START_TEST(takes_what_is_needed)
{
	struct opn_program *program = program_open("redirects", false);
	struct bpf_object *object = opn_program_object(program);

	ck_assert_int_ge(bpf_object__find_map_fd_by_name(object, "ports"), 0);
	ck_assert_int_lt(bpf_object__find_map_fd_by_name(object, "flows"), 0);
	ck_assert_int_lt(bpf_object__find_map_fd_by_name(object, "next"), 0);
	opn_program_free(program);
}
END_TEST

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
	struct opn_program_options options = program_options(NULL);

	expect_failure(options,
		       "has 14 programs: which one is meant? "
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
	struct opn_program_options options = program_options("second");

	expect_failure(options, "section '2/0' does not tell the type of program 'second' "
				"[-Wopened-program-type-unknown]");
	options.type = BPF_PROG_TYPE_XDP;
	opn_program_free(program_with(options));
	options.ctx_type = "struct absent";
	expect_failure(options, "this kernel has no context 'struct absent' "
				"[-Wopened-context-unknown]");
}
END_TEST

START_TEST(reports_refusal)
{
	struct opn_program_options options = program_options("refused");

	options.trace = _i;
	expect_failure(options, "error: the verifier refuses 'refused': R");
	expect_failure(options, "is outside of the packet [-Wopened-load-refused]");
	expect_failure(options, "return AT(__u8, 0) == 1 ? XDP_PASS : XDP_DROP; /* not checked */");
	/* Where the clock was read, edits before it or not. */
	options = program_options("values");
	options.trace = _i;
	options.type = BPF_PROG_TYPE_SOCKET_FILTER;
	expect_failure(options, "program.bpf.c:46:15: error: the verifier refuses 'values': ");
}
END_TEST

START_TEST(reports_load_failure)
{
	struct opn_program_options options = program_options("redirects");

	options.path = PROGRAM_BROKEN;
	options.program = "broken";
	expect_failure(options,
		       "cannot load 'broken': map 'odd': failed to create: Invalid argument(-22) "
		       "[-Wopened-load-failed]");
}
END_TEST

/* A kernel without BTF, as it looks from here. */
START_TEST(reports_missing_types)
{
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("none", "/sys/kernel/btf", "tmpfs", 0, NULL), 0);
	expect_failure(program_options("values"),
		       "this kernel does not tell its types: no /sys/kernel/btf/vmlinux "
		       "[-Wopened-kernel-btf-missing]");
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
		expect_failure(program_options("values"),
			       "cannot load 'values': CAP_NET_ADMIN is missing "
			       "[-Wopened-capability-missing]\nnote: run it as root");
	} else {
		drop_capabilities(all, 2);
		expect_failure(program_options("values"), "CAP_BPF is missing");
	}
}
END_TEST

START_TEST(lists_programs)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	const char **list;
	size_t count = 0;

	ck_assert_int_eq(opn_object_programs(PROGRAM_OBJECT, PROGRAM_OBJECT, arena, diags, &list),
			 0);
	while (list[count])
		count += 2;
	ck_assert_uint_eq(count, 2 * 14);
	ck_assert_str_eq(list[0], "values");
	ck_assert_str_eq(list[1], "xdp");
	ck_assert_int_lt(opn_object_programs("absent.o", "absent.o", arena, diags, &list), 0);
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
		opn_program_free(program_open(i & 1 ? "first" : "branches", i & 2));
		if (i == 3)
			before = count_entries("/proc/self/fd");
	}
	after = count_entries("/proc/self/fd");
	ck_assert_uint_eq(before, after);
	ck_assert_int_ne(libbpf_prog_type_by_name("2/0", &type, &attach_type), 0);
}
END_TEST

Suite *program_suite(void)
{
	Suite *suite = suite_create("program");
	TCase *tcase = folder_case("program");

	tcase_add_checked_fixture(tcase, program_objects, NULL);
	tcase_add_test(tcase, sets_clock_and_random);
	tcase_add_test(tcase, leaves_code_alone);
	tcase_add_loop_test(tcase, records_redirects, 0, 2);
	tcase_add_test(tcase, counts_clones_and_tells_context);
	tcase_add_test(tcase, tells_what_cannot_be_run);
	tcase_add_test(tcase, takes_what_is_needed);
	tcase_add_test(tcase, reports_choice);
	tcase_add_test(tcase, reports_type);
	tcase_add_loop_test(tcase, reports_refusal, 0, 2);
	tcase_add_test(tcase, reports_load_failure);
	tcase_add_test(tcase, reports_missing_types);
	tcase_add_loop_test(tcase, reports_capability, 0, 2);
	tcase_add_test(tcase, lists_programs);
	tcase_add_test(tcase, leaves_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
