// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_state_pair.c - which map belongs to which: slots, inner maps, data sections, shapes, names
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_bench.h"
#include "unit.h"

/* ---- programs and maps in slots ---- */

START_TEST(program_slots_differ_by_the_name_of_the_program)
{
	uint32_t key = 1;
	int fd = bpf_program__fd(bpf_object__find_program_by_name(state_objects[1], "tail_two"));

	ck_assert_uint_eq(state_do(0, DO_JUMP, 1, 0), 1);
	ck_assert_int_eq(bpf_map_update_elem(state_fd(1, "jumps"), &key, &fd, BPF_ANY), 0);
	ck_assert_uint_eq(state_do(1, DO_JUMP, 1, 0), 3);
	ck_assert_int_eq(opn_state_mark(state), 0);
	state_expect("jumps 1: tail_one | tail_two\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_uint_eq(state_do(1, DO_JUMP, 1, 0), 3);
}
END_TEST

START_TEST(inner_maps_are_pairs_of_their_own)
{
	uint32_t key = 2;
	size_t by_key = state_map("by_key"), by_index = state_map("by_index");

	state_do_in(0, DO_BY_KEY, 2, 1, 1); /* nothing there */
	state_expect("");
	ck_assert_int_eq(opn_state_put(state, by_key, &key, NULL), 0);
	ck_assert_int_eq(opn_state_put(state, by_index, &key, NULL), 0);
	state_expect("");
	ck_assert(!opn_state_changed(state));
	state_do_in(0, DO_BY_KEY, 2, 1, 3);
	state_do_in(0, DO_BY_INDEX, 2, 3, 4);
	state_expect("by_key[2] 1: 3 | -\nby_index[2] 3: 4 | 0\n");
	state_do_in(1, DO_BY_KEY, 2, 1, 3);
	state_do_in(1, DO_BY_INDEX, 2, 3, 4);
	state_expect("");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_do_in(0, DO_BY_KEY, 2, 1, 3); /* nothing there again */
	state_expect("");
	ck_assert_int_eq(opn_state_put(state, by_key, &key, NULL), 0);
	state_do_in(1, DO_BY_KEY, 2, 7, 3);
	state_expect("by_key[2] 7: - | 3\n");
	key = 4;
	ck_assert_int_ne(opn_state_put(state, by_index, &key, NULL), 0);
}
END_TEST

/* ---- data sections, shapes ---- */

static void pair_with(enum state_object which, const struct opn_state_rename *renames, size_t count,
		      int expected)
{
	const struct opn_state_options options = { .renames = renames, .rename_count = count };

	opn_state_free(state);
	state = NULL;
	bpf_object__close(state_objects[1]);
	state_objects[1] = state_load_object(which);
	forget_diags();
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], &options, diags, &state),
			 expected);
}

/* Warnings come in the order of the maps, which is the compiler's. */
static void expect_told(const char *const *lines)
{
	char *text = printed(false, false);
	size_t length = 0;

	for (; *lines; lines++) {
		ck_assert_msg(strstr(text, *lines), "not told: %s\nbut: %s", *lines, text);
		length += strlen(*lines);
	}
	/* the last line counts them */
	ck_assert_msg(!strchr(text + length, '\n')[1], "more is told: %s", text);
	free(text);
	forget_diags();
}

#define TOLD(...) expect_told((const char *const[]){ __VA_ARGS__, NULL })
#define UNCOMPARED(map, why)                                                                       \
	"warning: map '" map "' is not compared: " why " [-Wopened-map-uncompared]\n"
#define UNPAIRED(what, side)                                                                       \
	"warning: '" what "' is only in the " side                                                 \
	" object: it is not compared [-Wopened-map-unpaired]\n"
#define ALONE(what, side)                                                                          \
	"warning: '" what "' is only in the " side " object: it is compared with one that "        \
	"nothing is written to [-Wopened-map-alone]\n"
#define UNCOMPARED_USUAL                                                                           \
	UNCOMPARED("sockets", "user space cannot read its slots"),                                 \
		UNCOMPARED("bloom", "a bloom filter can be neither read nor emptied"),             \
		UNCOMPARED("timed", "lists, trees, timers and pointers in it read as zeros; all "  \
				    "else in it is compared"),                                     \
		UNCOMPARED("stored", "what is stored with sockets, tasks, inodes and cgroups "     \
				     "cannot be listed")

START_TEST(variables_are_compared_wherever_they_lie)
{
	pair_with(STATE_MOVED, NULL, 0, 0);
	TOLD(UNCOMPARED_USUAL, ALONE(".bss: extra", "second"));
	state_do(0, DO_SEEN, 0, 1);
	state_expect(".bss seen: 1 | 0\n");
	state_do(1, DO_SEEN, 0, 1);
	state_do(1, DO_OTHERS, 1, 2);
	state_expect(".bss others: [0, 0, 0] | [0, 2, 0]\n");
	/* of one size, and in another order */
	state_do(0, DO_LIMIT, 0, 1);
	state_expect(".bss others: [0, 0, 0] | [0, 2, 0]\n"
		     ".data limit: 1 | 5\n.data second: 9 | 8\n");
	state_do(1, DO_LIMIT, 0, 1);
	state_expect(".bss others: [0, 0, 0] | [0, 2, 0]\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	write_file("maps.json", "{\"maps\": {\".data\": [{\"key\": \"second\", \"value\": 3}], "
				"\".bss\": [{\"key\": \"seen\", \"value\": 4}]}}");
	ck_assert_int_eq(opn_state_load(state, "maps.json", diags), 0);
	state_expect("");
	state_do(1, DO_LIMIT, 0, 1);
	state_do(1, DO_SEEN, 0, 5);
	state_expect(".bss seen: 4 | 5\n.data limit: 5 | 1\n.data second: 3 | 4\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

#define SHAPE(what, text) "error: map '" what "' has two shapes: " text " [-Wopened-map-shape]\n"

START_TEST(different_shapes_are_told)
{
	size_t unpaired = 0;
	char *text, *at;

	pair_with(STATE_SHAPES, NULL, 0, -EINVAL);
	text = printed(false, false);
	for (at = text; (at = strstr(at, "is only in the first object")); at++)
		unpaired++;
	ck_assert_uint_eq(unpaired, 18);
	free(text);
	text = printed(false, true);
	forget_diags();
	for (at = text; (at = strstr(at, "error: ")); at++)
		unpaired--;
	ck_assert_uint_eq(unpaired, 18 - 4);
	ck_assert_ptr_nonnull(strstr(text, SHAPE("flows", "max_entries 256 and 128")));
	ck_assert_ptr_nonnull(
		strstr(text, SHAPE("words", "type hash and lru_hash, value size 4 and 8")));
	ck_assert_ptr_nonnull(strstr(text, SHAPE("slots", "access read-write and read-only")));
	ck_assert_ptr_nonnull(strstr(text, SHAPE("seen", "size 4 and 8")));
	free(text);
}
END_TEST

START_TEST(maps_are_paired_by_given_names)
{
	static const struct opn_state_rename renames[] = { { "words", "recent" },
							   { "recent", "absent" } };

	pair_with(STATE_USUAL, renames, 2, -EINVAL);
	TOLD(UNCOMPARED_USUAL, ALONE("recent", "first"), ALONE("words", "second"),
	     SHAPE("words", "type hash and lru_hash, max_entries 3000 and 1024"));
}
END_TEST

START_TEST(what_is_no_map_cannot_be_read)
{
	int null = open("/dev/null", O_RDONLY);

	opn_state_free(state);
	state = NULL;
	forget_diags();
	ck_assert_int_eq(dup2(null, state_fd(1, "words")), state_fd(1, "words"));
	close(null);
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], NULL, diags, &state),
			 -EINVAL);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_MAP_UNREADABLE), 1);
	TOLD(UNCOMPARED_USUAL,
	     "error: cannot read map 'words': Invalid argument [-Wopened-map-unreadable]\n");
}
END_TEST

START_TEST(programs_in_slots_go_by_given_names)
{
	static const struct opn_state_rename renames[] = { { "tail_one", "tail_two" } };

	pair_with(STATE_USUAL, renames, 1, 0);
	state_expect("jumps 1: tail_one | tail_one\n");
}
END_TEST

START_TEST(a_map_that_is_none_is_told)
{
	int none = open("/dev/null", O_RDONLY);
	char *text;

	ck_assert_int_ge(none, 0);
	ck_assert_int_ge(dup2(none, state_fd(0, "words")), 0);
	opn_state_free(state);
	state = NULL;
	forget_diags();
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], NULL, diags, &state),
			 -EINVAL);
	text = printed(false, true);
	ck_assert_ptr_nonnull(strstr(text, "error: cannot read map 'words': "));
	ck_assert_ptr_nonnull(strstr(text, "[-Wopened-map-unreadable]"));
	free(text);
	close(none);
}
END_TEST

/* ---- what one side has ---- */

/* Each of these is twice then, once in each object, and has no counterpart. */
static const struct opn_state_rename parted[] = {
	{ "words", "-" },  { "slots", "-" }, { "cpu_slots", "-" }, { "recent", "-" },
	{ "routes", "-" }, { "queue", "-" }, { "stack", "-" },	   { "ring", "-" },
	{ "events", "-" }, { ".bss", "-" },  { "flows", "-" },	   { "timed", "-" },
};

#define PARTED (sizeof(parted) / sizeof(parted[0]))

/* What is told when a program that has the map does it; #: the CPU that we are on. */
static const struct {
	enum state_what what;
	const char *key, *value;
} parts[] = {
	{ DO_WORD, "words 1", "2" },
	{ DO_SLOT, "slots 1", "2" },
	{ DO_CPU_SLOT, "cpu_slots 1 on CPU #", "2" },
	{ DO_RECENT, "recent 1", "2" },
	{ DO_ROUTE, "routes {length: 8, address: 1.0.0.0}", "2" },
	{ DO_PUSH_QUEUE, "queue element 0", "2" },
	{ DO_PUSH_STACK, "stack element 0", "2" },
	{ DO_RING, "ring sample 0", "02 00 00 00" },
	{ DO_EVENT, "events sample 0 on CPU #", "02 00 00 00" },
	{ DO_SEEN, ".bss seen", "2" },
	{ DO_OTHERS, ".bss others", "[0, 2, 0]" },
	{ DO_TIMED, "timed 1", "{timer: {}, count: 2}" },
};

static void expect_part(int part, bool is_right)
{
	char key[64], line[128];

	snprintf(key, sizeof(key), "%s", parts[part].key);
	if (strchr(key, '#'))
		*strchr(key, '#') = (char)('0' + sched_getcpu());
	snprintf(line, sizeof(line), "%s: %s | %s\n", key, is_right ? "-" : parts[part].value,
		 is_right ? parts[part].value : "-");
	state_expect(line);
}

START_TEST(what_one_has_is_compared_with_nothing)
{
	pair_with(STATE_USUAL, parted, PARTED, 0);
	state_expect("");
	state_do(0, parts[_i].what, 1, 2);
	expect_part(_i, false);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
	state_do(1, parts[_i].what, 1, 2);
	expect_part(_i, true);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

/* Its shadow is filled as it is, and so are those of copies. */
START_TEST(what_one_has_is_filled)
{
	uint32_t key = 3, value = 4;

	pair_with(STATE_USUAL, parted, PARTED, 0);
	for (int i = 0; i < 2; i++)
		state_objects[2 + i] = state_load_object(STATE_USUAL);
	ck_assert_int_eq(opn_state_add_copy(state, state_objects[2], state_objects[3]), 0);
	ck_assert_int_eq(opn_state_put(state, state_map("words"), &key, &value), 0);
	state_expect("");
	value = 0;
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(2, "words"), &key, &value) &
				 bpf_map_lookup_elem(state_fd(3, "words"), &key, &value),
			 0);
	ck_assert_uint_eq(value, 4);
	state_do(0, DO_FORGET_WORD, 3, 0);
	state_do(1, DO_FORGET_WORD, 3, 0);
	ck_assert_int_ne(opn_state_compare(state, NULL, NULL, 0), 0);
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_int_ne(bpf_map_lookup_elem(state_fd(2, "words"), &key, &value), 0);
	state_expect("");
}
END_TEST

START_TEST(what_is_asked_for_is_left_out)
{
	static const char *const globs[] = { "w?rds", "others", "s*", "nothing*", "flows", NULL };
	const struct opn_state_options options = { parted, PARTED, globs };
	const char *const *names;
	size_t count = 0;

	opn_state_free(state);
	state = NULL;
	forget_diags();
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], &options, diags, &state),
			 0);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_MAP_IGNORE_UNMATCHED), 2);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_MAP_ALONE), 2 * 8);
	for (names = opn_state_ignored(state); names[count]; count++)
		ck_assert(strspn(names[count], "wfs.") > 0);
	/* words, slots, stack, flows on both sides */
	ck_assert_uint_eq(count, 8);
	for (names = opn_state_alone(state), count = 0; names[count]; count++)
		ck_assert_str_ne(names[count], "words");
	ck_assert_uint_eq(count, 2 * 8);
	state_do(0, DO_WORD, 1, 2);
	state_do(1, DO_PUSH_STACK, 1, 2);
	state_expect("");
	ck_assert(opn_state_map(state, state_map("words"))->ignored);
	/* and put back all the same */
	ck_assert_int_eq(opn_state_reset(state), 0);
	count = 1;
	ck_assert_int_ne(bpf_map_lookup_elem(state_fd(0, "words"), &count, &count), 0);
}
END_TEST

START_TEST(variables_of_one_side)
{
	static const char *const globs[] = { "ext*", NULL };
	const struct opn_state_options options = { .ignore = globs };

	pair_with(STATE_MOVED, NULL, 0, 0);
	ck_assert_str_eq(opn_state_alone(state)[0], ".bss: extra");
	ck_assert_ptr_null(opn_state_alone(state)[1]);
	ck_assert_ptr_null(opn_state_ignored(state));
	state_do(1, DO_EXTRA, 0, 6);
	state_expect(".bss extra: - | 6\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
	opn_state_free(state);
	forget_diags();
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], &options, diags, &state),
			 0);
	ck_assert_str_eq(opn_state_ignored(state)[0], ".bss: extra");
	ck_assert_ptr_null(opn_state_alone(state));
	TOLD(UNCOMPARED_USUAL);
	state_do(1, DO_EXTRA, 0, 6);
	state_expect("");
}
END_TEST

Suite *state_pair_suite(void)
{
	Suite *suite = suite_create("state-pair");
	TCase *tcase = folder_case("state-pair");

	tcase_add_checked_fixture(tcase, state_begin, state_end);
	tcase_add_test(tcase, program_slots_differ_by_the_name_of_the_program);
	tcase_add_test(tcase, inner_maps_are_pairs_of_their_own);
	tcase_add_test(tcase, variables_are_compared_wherever_they_lie);
	tcase_add_test(tcase, different_shapes_are_told);
	tcase_add_test(tcase, maps_are_paired_by_given_names);
	tcase_add_test(tcase, what_is_no_map_cannot_be_read);
	tcase_add_test(tcase, programs_in_slots_go_by_given_names);
	tcase_add_test(tcase, a_map_that_is_none_is_told);
	tcase_add_loop_test(tcase, what_one_has_is_compared_with_nothing, 0,
			    sizeof(parts) / sizeof(parts[0]));
	tcase_add_test(tcase, what_one_has_is_filled);
	tcase_add_test(tcase, what_is_asked_for_is_left_out);
	tcase_add_test(tcase, variables_of_one_side);
	suite_add_tcase(suite, tcase);
	return suite;
}
