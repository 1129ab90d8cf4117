// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_program_trace.c - what traced builds see, and that they do what plain ones do
 */
#include <linux/bpf.h>
#include <string.h>

#include "program_bench.h"
#include "unit.h"

static uint8_t other_out[OPN_PACKET_MAX];

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
	struct opn_program *program = program_open("branches", true);
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);
	const uint8_t *hits = opn_program_hits(program);
	size_t dead = 0;

	expect_whole(program);
	memset(in, 0, 64);
	program_run(program, 20);
	ck_assert_uint_eq(output.verdict, XDP_ABORTED);
	ck_assert(took(program, "TOO_SHORT", 0, true) != took(program, "TOO_SHORT", 0, false));
	ck_assert(!entered(program, "classify"));
	ck_assert(!line_hit(program, "*found += 1"));
	in[23] = 6;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_DROP);
	ck_assert(entered(program, "branches"));
	ck_assert(entered(program, "classify"));
	ck_assert(!entered(program, "add_up"));
	ck_assert(line_hit(program, "*found += 1"));
	ck_assert(line_hit(program, "verdict"));
	ck_assert(!line_hit(program, "*(__u64 *)sum += index"));
	in[30] = 7;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_TX);
	ck_assert(entered(program, "add_up"));
	ck_assert(line_hit(program, "*(__u64 *)sum += index"));
	ck_assert(!entered(program, "classify"));
	/* "if (!found)" cannot be, nor what is behind it; no other edge is told to be so. */
	for (size_t i = 0; i < count; i++) {
		ck_assert(!edges[i].unknown);
		ck_assert(!edges[i].dead || !hits[i]);
		dead += edges[i].dead;
		if (edges[i].dead)
			ck_assert(strstr(edges[i].source, "!found") ||
				  strstr(edges[i].source, "== 99"));
	}
	ck_assert_uint_eq(dead, 3);
	opn_program_free(program);
}
END_TEST

START_TEST(sees_comparisons)
{
	struct opn_program *program = program_open("branches", true);
	struct opn_comparison list[64];
	size_t count, edge_count, found = 0;
	const struct opn_edge *edges = opn_program_edges(program, &edge_count);

	memset(in, 0, 64);
	in[23] = 99;
	program_run(program, 64);
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
	program_run(program, 20);
	ck_assert_uint_eq(opn_program_comparisons(program, list, 64), 1);
	opn_program_free(program);
}
END_TEST

START_TEST(sees_masks)
{
	static const struct {
		uint64_t right, mask;
	} wanted[] = { { 0x10, 0x30 }, { 9, 0 }, { 0x20, 0 }, { 0x44, 0x44 } };
	struct opn_program *program = program_open("masked", true);
	struct opn_comparison list[8];

	program_run(program, 64);
	ck_assert_uint_eq(opn_program_comparisons(program, list, 8), 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(list[i].right, wanted[i].right);
		ck_assert_uint_eq(list[i].mask, wanted[i].mask);
	}
	ck_assert_uint_eq(list[3].left, 64);
	opn_program_free(program);
}
END_TEST

START_TEST(sees_lookups)
{
	struct opn_program *program = program_open("branches", true);
	static const uint8_t key[7] = { 1, 2, 3, 4, 0, 0, 0x2f };
	struct opn_lookup list[8];

	memset(in, 0, 64);
	memcpy(in + 26, key, 4);
	in[23] = key[6];
	program_run(program, 64);
	ck_assert_uint_eq(opn_program_lookups(program, list, 8), 2);
	ck_assert_uint_eq(list[0].map_id, program_map_id(program, "counts"));
	ck_assert_uint_eq(list[0].key_size, 4);
	ck_assert_mem_eq(list[0].key, "\3\0\0\0", 4);
	ck_assert_uint_eq(list[1].map_id, program_map_id(program, "flows"));
	ck_assert_uint_eq(list[1].key_size, sizeof(key));
	ck_assert_mem_eq(list[1].key, key, sizeof(key));
	program_run(program, 20);
	ck_assert_uint_eq(opn_program_lookups(program, list, 8), 0);
	opn_program_free(program);
}
END_TEST

START_TEST(tells_constants)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_program *program = program_open("branches", _i);
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
	struct opn_program *plain = program_open(name, false), *traced = program_open(name, true);
	struct opn_output first;
	struct opn_random random;

	expect_whole(traced);
	opn_random_seed(&random, 3, 1);
	for (int i = 0; i < 500; i++) {
		uint32_t length = 14 + opn_random_below(&random, 150);

		for (uint32_t j = 0; j < length; j++)
			in[j] = (uint8_t)(opn_random_next(&random) & (j & 1 ? 0xff : 3));
		program_run_at(plain, length, (uint64_t)i, (uint64_t)i);
		first = output;
		memcpy(other_out, out, first.length);
		program_run_at(traced, length, (uint64_t)i, (uint64_t)i);
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
	struct opn_program *program = program_open("crowded", true);
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);
	const uint8_t *hits = opn_program_hits(program);

	expect_whole(program);
	ck_assert_uint_eq(count, 3); /* the entry, and two sides */
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, 1000 + 45 + 64 + 64 + 9);
	ck_assert(!edges[1].taken && !edges[1].unknown && hits[1] && !hits[2]);
	program_run(program, 120);
	ck_assert_uint_eq(output.verdict, 2000 + 45 + 120 + 120 + 9);
	ck_assert(!hits[1] && hits[2]);
	opn_program_free(program);
}
END_TEST

/* Jumps grow beyond 16 bits: gotol, or (before 6.6) no trace, and why. */
START_TEST(reaches_far)
{
	struct opn_program *program = program_open("lengthy", true);
	const char *why;
	size_t count;

	opn_program_edges(program, &count);
	if (opn_program_traced(program, &why)) {
		ck_assert_uint_eq(count, 1 + 2 * 2601);
		program_run(program, 64);
		ck_assert_uint_eq(output.verdict, 2);
		ck_assert(took(program, "asm", 0, false));
	} else {
		ck_assert_ptr_nonnull(why);
		ck_assert_uint_eq(count, 0);
		program_run(program, 64);
		ck_assert_uint_eq(output.verdict, 2);
	}
	opn_program_free(program);
}
END_TEST

/* Without BTF, lines and names are not known; all else is. */
START_TEST(needs_no_debug_information)
{
	struct opn_program_options options = program_options("bare");
	struct opn_program *program;
	const struct opn_edge *edges;
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	size_t count;

	options.path = PROGRAM_BARE;
	options.trace = true;
	program = program_with(options);
	expect_whole(program);
	edges = opn_program_edges(program, &count);
	ck_assert_uint_eq(count, 2 + 2);
	ck_assert_str_eq(edges[0].function, "bare");
	ck_assert(!strncmp(edges[1].function, "bare+", 5));
	ck_assert_ptr_null(edges[2].file);
	ck_assert_uint_eq(edges[2].line, 0);
	program_run_at(program, 64, 1000, 0);
	ck_assert_uint_eq(output.verdict, 1128);
	ck_assert_uint_ne(opn_program_hits(program)[2], opn_program_hits(program)[3]);
	program_run_at(program, 101, 1000, 0);
	ck_assert_uint_eq(output.verdict, 1101);
	opn_program_lines(program, arena, &count);
	ck_assert_uint_eq(count, 0);
	opn_program_free(program);
	opn_arena_free(arena);
}
END_TEST

START_TEST(follows_tail_calls)
{
	struct opn_program *program = program_open("first", true);

	expect_whole(program);
	memset(in, 0, 64);
	program_run_at(program, 64, 5,
		       0); /* the clock of the program that was called is set, too */
	ck_assert_uint_eq(output.verdict, XDP_TX);
	ck_assert(entered(program, "second"));
	ck_assert(!entered(program, "third"));
	ck_assert(!line_hit(program, "no such slot"));
	ck_assert(took(program, "bpf_ktime_get_ns() == 5", 0, true) !=
		  took(program, "bpf_ktime_get_ns() == 5", 0, false));
	program_run_at(program, 64, 6, 0);
	ck_assert_uint_eq(output.verdict, XDP_PASS);
	in[0] = 1;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_DROP);
	ck_assert(!entered(program, "second"));
	ck_assert(entered(program, "third"));
	in[0] = 2;
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, XDP_ABORTED);
	ck_assert(line_hit(program, "no such slot"));
	opn_program_free(program);
}
END_TEST

/* The frame is full: the places where every register is in use cannot be seen. */
START_TEST(admits_what_it_cannot_mark)
{
	struct opn_program *program = program_open("full", true);
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);

	expect_whole(program);
	ck_assert_uint_eq(count, 3);
	ck_assert(edges[1].unknown && edges[2].unknown && !edges[1].dead && !edges[2].dead);
	program_run(program, 64);
	ck_assert(!opn_program_hits(program)[1] && !opn_program_hits(program)[2]);
	opn_program_free(program);
}
END_TEST

/* Two frames that fit, and would not with eight bytes more: the rest is still seen. */
START_TEST(gives_up_what_is_refused)
{
	struct opn_program *program = program_open("cramped", true);
	struct opn_comparison comparisons[4];
	const char *why;
	size_t count;
	const struct opn_edge *edges = opn_program_edges(program, &count);
	const uint8_t *hits = opn_program_hits(program);

	ck_assert(opn_program_traced(program, &why));
	ck_assert_ptr_nonnull(why);
	ck_assert_msg(!strncmp(why,
			       "no branches where every register is in use, because with "
			       "them combined stack size of 2 calls is ",
			       96),
		      "%s", why);
	ck_assert_uint_eq(count, 2 + 2 * 2);
	program_run(program, 64);
	ck_assert_uint_eq(output.verdict, 1000 + 9 + 64 + 1);
	for (size_t i = 0; i < count; i++) {
		if (edges[i].unknown)
			ck_assert_str_eq(edges[i].function, "cramped_part");
		else
			ck_assert(edges[i].entry || hits[i] != edges[i].taken);
	}
	ck_assert_uint_eq(opn_program_comparisons(program, comparisons, 4), 1);
	ck_assert_uint_eq(comparisons[0].left, 64);
	opn_program_free(program);
}
END_TEST

Suite *program_trace_suite(void)
{
	Suite *suite = suite_create("program-trace");
	TCase *tcase = folder_case("program-trace");

	tcase_add_checked_fixture(tcase, program_objects, NULL);
	tcase_add_test(tcase, sees_branches);
	tcase_add_test(tcase, sees_comparisons);
	tcase_add_test(tcase, sees_masks);
	tcase_add_test(tcase, sees_lookups);
	tcase_add_loop_test(tcase, tells_constants, 0, 2);
	tcase_add_loop_test(tcase, changes_nothing, 0, 6);
	tcase_add_test(tcase, marks_where_all_registers_live);
	tcase_add_test(tcase, admits_what_it_cannot_mark);
	tcase_add_test(tcase, gives_up_what_is_refused);
	tcase_add_test(tcase, reaches_far);
	tcase_add_test(tcase, needs_no_debug_information);
	tcase_add_test(tcase, follows_tail_calls);
	suite_add_tcase(suite, tcase);
	return suite;
}
