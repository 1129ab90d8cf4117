// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_state.c - maps of loaded programs: compared, put back
 *
 * One program is told by its packets what to do to its maps. Whatever it does on one side only must
 * be told, as it is, and nothing else.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "state_bench.h"
#include "unit.h"

#define FLOW(packets)                                                                              \
	"{packets: " packets ", colour: GREEN, via: 0.0.0.0, source: ::, "                         \
	"mac: 00 00 00 00 00 00, name: \"one\", seen: false, low: 0, high: 0, level: 0, "          \
	"list: [0, 0], {large: 0}}"

static const struct {
	enum state_what what;
	unsigned int slot, key, value;
	const char *name, *lines;
} cases[] = {
	{ DO_FLOW, 0, 0x0200a8c0, 3, "flows",
	  "flows {address: 192.168.0.2, port: 80, protocol: 6, rest: 0}: " FLOW("3") " | -\n" },
	{ DO_WORD, 0, 2, 3, "words", "words 2: 3 | -\n" },
	{ DO_SLOT, 0, 4095, 3, "slots", "slots 4095: 3 | 0\n" },
	{ DO_LOCKED, 0, 299, 3, "locked",
	  "locked 299: {lock: {val: 0}, count: 3} | {lock: {val: 0}, count: 0}\n" },
	{ DO_RECENT, 0, 2, 3, "recent", "recent 2: 3 | -\n" },
	{ DO_ROUTE, 0, 10, 3, "routes", "routes {length: 8, address: 10.0.0.0}: 3 | -\n" },
	{ DO_PUSH_QUEUE, 0, 0, 3, "queue", "queue element 0: 3 | -\n" },
	{ DO_PUSH_STACK, 0, 0, 3, "stack", "stack element 0: 3 | -\n" },
	{ DO_RING, 0, 0, 3, "ring", "ring sample 0: 03 00 00 00 | -\n" },
	{ DO_BY_NAME, 0, 2, 3, "named_inner", "named_inner 2: 3 | -\n" },
	{ DO_SEEN, 0, 0, 3, ".bss", ".bss seen: 3 | 0\n" },
	{ DO_OTHERS, 0, 1, 3, ".bss", ".bss others: [0, 3, 0] | [0, 0, 0]\n" },
	{ DO_LIMIT, 0, 0, 3, ".data", ".data limit: 3 | 5\n.data second: 11 | 8\n" },
	{ DO_UNREAD, 0, 2, 3, "unread", "unread 2: 3 | -\n" },
};

enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void obey(size_t side, int index)
{
	state_do_in(side, cases[index].what, cases[index].slot, cases[index].key,
		    cases[index].value);
}

START_TEST(one_element_on_one_side_is_the_difference)
{
	state_expect("");
	obey(0, _i);
	state_expect(cases[_i].lines);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

START_TEST(the_same_on_both_sides_is_none)
{
	ck_assert(!opn_state_changed(state));
	obey(0, _i);
	obey(1, _i);
	state_expect("");
	ck_assert(opn_state_changed(state));
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert(!opn_state_changed(state));
	/* what reset left behind on one side would show */
	obey(1, _i);
	ck_assert_int_ge(opn_state_compare(state, NULL, NULL, 0), 1);
}
END_TEST

START_TEST(all_of_it_at_once)
{
	for (int i = 0; i < CASES; i++)
		obey(0, i);
	/* DO_LIMIT sets two */
	ck_assert_int_eq(opn_state_compare(state, NULL, NULL, 0), CASES + 1);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

START_TEST(differences_come_in_the_order_of_keys)
{
	struct opn_state_difference rows[3];

	for (unsigned int key = 2000; key > 1000; key--)
		state_do(1, DO_WORD, key << 16, key);
	ck_assert_int_eq(opn_state_compare(state, state_arena, rows, 3), 1000);
	ck_assert_str_eq(rows[0].key, "67108864"); /* bytes 00 00 00 04 */
	ck_assert_ptr_null(rows[0].left);
	ck_assert_str_eq(rows[0].right, "1024");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

START_TEST(hash_values_and_deletions)
{
	for (unsigned int key = 0; key < 200; key++) {
		state_do(0, DO_WORD, key, key);
		state_do(1, DO_WORD, 199 - key, 199 - key);
	}
	state_expect("");
	ck_assert_int_eq(opn_state_mark(state), 0);
	state_do(0, DO_WORD, 7, 8);
	state_do(1, DO_FORGET_WORD, 9, 0);
	state_do(0, DO_WORD, 1000, 1);
	state_expect("words 7: 8 | 7\nwords 9: 9 | -\nwords 1000: 1 | -\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
	ck_assert(!opn_state_changed(state));
	state_do(0, DO_WORD, 7, 8);
	ck_assert(opn_state_changed(state));
	state_expect("words 7: 8 | 7\n");
}
END_TEST

/* ---- CPUs ---- */

static void set_cpu(size_t side, const char *name, unsigned int key, int cpu, uint32_t value)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = calloc((size_t)cpus, sizeof(*values));

	bpf_map_lookup_elem(state_fd(side, name), &key, values);
	memcpy(&values[cpu], &value, sizeof(value));
	ck_assert_int_eq(bpf_map_update_elem(state_fd(side, name), &key, values, BPF_ANY), 0);
	free(values);
}

static uint32_t get_cpu(size_t side, const char *name, unsigned int key, int cpu)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t *values = calloc((size_t)cpus, sizeof(*values));
	uint32_t value;

	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(side, name), &key, values), 0);
	value = (uint32_t)values[cpu];
	free(values);
	return value;
}

START_TEST(every_cpu_counts)
{
	static const char *const names[] = { "cpu_slots", "cpu_words", "cpu_recent" };
	const char *name = names[_i];

	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		char lines[64];

		set_cpu(0, name, 3, cpu, 9);
		set_cpu(1, name, 3, cpu, 8);
		snprintf(lines, sizeof(lines), "%s 3 on CPU %d: 9 | 8\n", name, cpu);
		state_expect(lines);
		set_cpu(1, name, 3, cpu, 9);
		state_expect("");
		ck_assert(opn_state_changed(state));
		ck_assert_int_eq(opn_state_reset(state), 0);
		ck_assert(!opn_state_changed(state));
		state_expect("");
	}
}
END_TEST

START_TEST(per_cpu_maps_of_programs)
{
	struct opn_state_difference rows[8];

	state_do(0, DO_CPU_SLOT, 7, 1);
	state_do(0, DO_CPU_WORD, 1, 1);
	state_do(0, DO_CPU_RECENT, 1, 1);
	/* an element that is not there is missing on every CPU */
	ck_assert_int_eq(opn_state_compare(state, state_arena, rows, 8),
			 1 + 2 * libbpf_num_possible_cpus());
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

/* ---- samples ---- */

START_TEST(samples_are_compared_in_order)
{
	state_do(0, DO_RING, 0, 1);
	state_do(0, DO_RING, 0, 2);
	state_do(1, DO_RING, 0, 2);
	state_do(1, DO_RING, 0, 1);
	state_expect("ring sample 0: 01 00 00 00 | 02 00 00 00\n"
		     "ring sample 1: 02 00 00 00 | 01 00 00 00\n");
	state_expect("");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_do(0, DO_RING, 0, 3);
	state_do(1, DO_RING, 0, 3);
	state_do(1, DO_RING, 0, 4);
	ck_assert(!opn_state_changed(state));
	state_expect("ring sample 1: - | 04 00 00 00\n");
	ck_assert(opn_state_changed(state));
	state_do(0, DO_RING, 0, 5);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

START_TEST(perf_events_without_what_lies_behind_them)
{
	struct opn_state_difference row;

	/* the ring of one side is full of ones where the other's is of zeros */
	for (int i = 0; i < 20000; i++) {
		state_do(0, DO_EVENT, 8, 0xffffffff);
		if (i % 1000 == 999 && _i)
			ck_assert_int_eq(opn_state_reset(state), 0);
		else if (i % 1000 == 999)
			ck_assert_int_eq(opn_state_compare(state, NULL, NULL, 0), 1000);
	}
	for (unsigned int length = 1; length <= 8; length++) {
		state_do(0, DO_EVENT, length, 0x04030201);
		state_do(1, DO_EVENT, length, 0x04030201);
		ck_assert_int_eq(opn_state_compare(state, state_arena, &row, 1), 0);
	}
	state_do(0, DO_EVENT, 4, 1);
	state_do(1, DO_EVENT, 4, 2);
	ck_assert_int_eq(opn_state_compare(state, state_arena, &row, 1), 1);
	ck_assert_str_eq(row.left, "01 00 00 00");
	ck_assert_str_eq(row.right, "02 00 00 00");
	ck_assert_ptr_nonnull(strstr(row.key, "sample 0 on CPU "));
	state_do(0, DO_EVENT, 4, 1);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

START_TEST(queues_are_left_as_they_were)
{
	uint32_t one = 1, two = 2;

	ck_assert_int_eq(opn_state_put(state, state_map("queue"), NULL, &one), 0);
	ck_assert_int_eq(opn_state_put(state, state_map("queue"), NULL, &two), 0);
	ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &one), 0);
	ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &two), 0);
	ck_assert(!opn_state_changed(state));
	ck_assert_int_eq(opn_state_mark(state), 0);
	ck_assert(!opn_state_changed(state));
	ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &one), 0);
	ck_assert(!opn_state_changed(state));
	state_do(0, DO_POP_QUEUE, 0, 0);
	state_do(1, DO_PUSH_STACK, 0, 3);
	state_expect("queue element 0: 2 | 1\nqueue element 1: - | 2\n"
		     "stack element 0: 1 | 3\nstack element 1: 2 | 1\n"
		     "stack element 2: 1 | 2\nstack element 3: - | 1\n");
	state_do(1, DO_POP_QUEUE, 0, 0);
	state_do(0, DO_PUSH_STACK, 0, 3);
	state_expect("");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_do(0, DO_POP_QUEUE, 0, 0);
	state_expect("queue element 0: 2 | 1\nqueue element 1: - | 2\n");
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &one), 0);
	/* full: on no side */
	ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &one), -E2BIG);
	ck_assert_int_eq(opn_state_reset(state), 0);
	/* full on the right side only */
	for (int i = 0; i < 2; i++) {
		state_do(1, DO_PUSH_QUEUE, 0, 3);
		state_do(1, DO_PUSH_STACK, 0, 3);
	}
	ck_assert_int_eq(opn_state_put(state, state_map("stack"), NULL, &one), -E2BIG);
	ck_assert_int_eq(opn_state_put(state, state_map("queue"), NULL, &one), -E2BIG);
	state_expect("queue element 2: - | 3\nqueue element 3: - | 3\n"
		     "stack element 0: 2 | 3\nstack element 1: 1 | 3\n"
		     "stack element 2: - | 2\nstack element 3: - | 1\n");
}
END_TEST

/* ---- putting ---- */

START_TEST(what_is_put_is_on_both_sides_and_no_change)
{
	uint32_t key = 5, value = 77, other = 78;
	size_t words = state_map("words"), slots = state_map("slots");

	ck_assert_int_eq(opn_state_put(state, words, &key, &value), 0);
	ck_assert_int_eq(opn_state_put(state, slots, &key, &value), 0);
	ck_assert_int_eq(opn_state_put(state, state_map("cpu_words"), &key, &value), 0);
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++)
		ck_assert_uint_eq(get_cpu(1, "cpu_words", key, cpu), value);
	state_expect("");
	ck_assert(!opn_state_changed(state));
	state_do(0, DO_WORD, 5, 1);
	state_expect("words 5: 1 | 77\n");
	ck_assert(opn_state_changed(state));
	state_do(1, DO_WORD, 5, 1);
	state_do(0, DO_SLOT, 5, 2);
	state_expect("slots 5: 2 | 77\n");
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(0, "words"), &key, &other), -ENOENT);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(1, "slots"), &key, &other), 0);
	ck_assert_uint_eq(other, 0);
	key = 4096;
	ck_assert_int_eq(opn_state_put(state, slots, &key, &value), -E2BIG);
	ck_assert_int_eq(opn_state_put(state, state_map("ring"), &key, &value), -EOPNOTSUPP);
	ck_assert_int_eq(opn_state_put(state, 1000, &key, &value), -ENOENT);
}
END_TEST

START_TEST(constant_maps_are_put_back_too)
{
	uint32_t key = 1, value = 9, now = 0;

	ck_assert_int_eq(opn_state_put(state, state_map("config"), &key, &value), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(1, "config"), &key, &now), 0);
	ck_assert_uint_eq(now, 9);
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(1, "config"), &key, &now), 0);
	ck_assert_uint_eq(now, 0);
}
END_TEST

START_TEST(what_is_refused_on_one_side_is_on_none)
{
	uint32_t key, value = 1, found;
	size_t words = state_map("words");

	/* the right side is full but for nothing */
	for (key = 0; key < 3000; key++)
		ck_assert_int_eq(bpf_map_update_elem(state_fd(1, "words"), &key, &value, BPF_ANY),
				 0);
	key = 5000;
	ck_assert_int_eq(opn_state_put(state, words, &key, &value), -E2BIG);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(0, "words"), &key, &found), -ENOENT);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
	ck_assert_int_eq(opn_state_put(state, words, &key, &value), 0);
}
END_TEST

START_TEST(copies_are_kept_alike)
{
	uint32_t key = 5, value = 77, found = 0;

	state_objects[2] = state_load_object(STATE_USUAL);
	state_objects[3] = state_load_object(STATE_USUAL);
	ck_assert_int_eq(opn_state_add_copy(state, state_objects[2], state_objects[3]), 0);
	for (int i = 0; i < CASES; i++)
		obey(2, i);
	/* copies are filled and put back, not compared */
	state_expect("");
	ck_assert_int_eq(opn_state_put(state, state_map("words"), &key, &value), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(3, "words"), &key, &found), 0);
	ck_assert_uint_eq(found, 77);
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(3, "words"), &key, &found), -ENOENT);
	key = 4095;
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(2, "slots"), &key, &found), 0);
	ck_assert_uint_eq(found, 0);
}
END_TEST

START_TEST(only_what_ran_is_looked_at)
{
	uint32_t key = 5, value = 77, found = 0;

	state_objects[2] = state_load_object(STATE_USUAL);
	state_objects[3] = state_load_object(STATE_USUAL);
	ck_assert_int_eq(opn_state_add_copy(state, state_objects[2], state_objects[3]), 0);
	for (int i = 0; i < CASES; i++) {
		opn_state_ran(state, 0);
		obey(0, i);
		ck_assert_int_ge(opn_state_compare(state, NULL, NULL, 0), 1);
		ck_assert(opn_state_changed(state));
		ck_assert_int_eq(opn_state_reset(state), 0);
		state_expect("");
		opn_state_ran(state, 0);
		obey(0, i);
		obey(1, i);
		state_expect("");
		ck_assert_int_eq(opn_state_reset(state), 0);
		state_expect("");
		/* after the comparison, and noticed all the same */
		opn_state_ran(state, 0);
		obey(1, i);
		ck_assert_int_eq(opn_state_reset(state), 0);
		state_expect("");
	}
	opn_state_ran(state, 1);
	state_do(2, DO_WORD, 5, 1);
	state_do(3, DO_RING, 0, 1);
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(2, "words"), &key, &found), -ENOENT);
	/* set and not run */
	ck_assert_int_eq(opn_state_put(state, state_map("words"), &key, &value), 0);
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(2, "words"), &key, &found), -ENOENT);
	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(0, "words"), &key, &found), -ENOENT);
}
END_TEST

/* ---- finding ---- */

static uint32_t map_id(size_t side, const char *name)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	ck_assert_int_eq(bpf_obj_get_info_by_fd(state_fd(side, name), &info, &size), 0);
	return info.id;
}

START_TEST(maps_are_found_by_the_id_of_any_copy)
{
	const struct opn_state_map *map = opn_state_map(state, state_map("flows"));

	ck_assert_uint_eq(opn_state_find(state, map_id(0, "flows")), state_map("flows"));
	ck_assert_uint_eq(opn_state_find(state, map_id(1, "slots")), state_map("slots"));
	ck_assert_uint_eq(opn_state_find(state, 0xffffffff), SIZE_MAX);
	ck_assert_uint_eq(map->type, BPF_MAP_TYPE_HASH);
	ck_assert_uint_eq(map->max_entries, 256);
	ck_assert_uint_eq(map->declared_entries, 256);
	ck_assert_uint_eq(map->key_size, 8);
	ck_assert(map->settable && !map->internal && !map->frozen && !map->uncompared);
	map = opn_state_map(state, state_map("cpu_recent"));
	ck_assert_uint_eq(map->max_entries, 16384);
	ck_assert_uint_eq(map->declared_entries, 1000000);
	map = opn_state_map(state, state_map(".rodata"));
	ck_assert(map->internal && map->frozen && !map->settable);
	ck_assert(opn_state_map(state, state_map(".bss"))->internal);
	ck_assert_ptr_nonnull(opn_state_map(state, state_map("bloom"))->uncompared);
}
END_TEST

START_TEST(device_maps_lead_to_interfaces)
{
	uint32_t key = 1, value[2] = { 1, 0 };
	size_t ports = state_map("ports"), more = state_map("more_ports");

	ck_assert_int_eq(opn_state_put(state, ports, &key, value), 0);
	ck_assert_int_eq(opn_state_put(state, more, &key, value), 0);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, ports, 0, 1), 1);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, ports, 1, 0), 0);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, more, 1, 1), 1);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, state_map("words"), 1, 1), 0);
	state_expect("");
	ck_assert_int_eq(opn_state_reset(state), 0);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, ports, 0, 1), 0);
	ck_assert_uint_eq(opn_state_slot_ifindex(state, more, 1, 1), 0);
	value[0] = 0x7fffffff;
	ck_assert_int_ne(opn_state_put(state, ports, &key, value), 0);
}
END_TEST

Suite *state_suite(void)
{
	Suite *suite = suite_create("state");
	TCase *tcase = folder_case("state");

	tcase_add_checked_fixture(tcase, state_begin, state_end);
	tcase_add_loop_test(tcase, one_element_on_one_side_is_the_difference, 0, CASES);
	tcase_add_loop_test(tcase, the_same_on_both_sides_is_none, 0, CASES);
	tcase_add_test(tcase, all_of_it_at_once);
	tcase_add_test(tcase, differences_come_in_the_order_of_keys);
	tcase_add_test(tcase, hash_values_and_deletions);
	tcase_add_loop_test(tcase, every_cpu_counts, 0, 3);
	tcase_add_test(tcase, per_cpu_maps_of_programs);
	tcase_add_test(tcase, samples_are_compared_in_order);
	tcase_add_loop_test(tcase, perf_events_without_what_lies_behind_them, 0, 2);
	tcase_add_test(tcase, queues_are_left_as_they_were);
	tcase_add_test(tcase, what_is_put_is_on_both_sides_and_no_change);
	tcase_add_test(tcase, constant_maps_are_put_back_too);
	tcase_add_test(tcase, what_is_refused_on_one_side_is_on_none);
	tcase_add_test(tcase, copies_are_kept_alike);
	tcase_add_test(tcase, only_what_ran_is_looked_at);
	tcase_add_test(tcase, maps_are_found_by_the_id_of_any_copy);
	tcase_add_test(tcase, device_maps_lead_to_interfaces);
	suite_add_tcase(suite, tcase);
	return suite;
}
