// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_state_load.c - map contents from a file, and values that are made up
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "state_bench.h"
#include "unit.h"

static const char everything[] =
	"{\"$schema\": \"maps.schema.json\", \"maps\": {\n"
	" \"flows\": [{\"key\": {\"address\": \"10.0.0.1\", \"port\": 80, \"protocol\": 6},\n"
	"            \"value\": {\"packets\": 3, \"colour\": \"GREEN\"}}],\n"
	" \"words\": [{\"key\": 1, \"value\": 2}, {\"key\": \"02000000\", \"value\": [3, 0, 0, "
	"0]}],\n"
	" \"slots\": [{\"key\": 4095, \"value\": 9}],\n"
	" \"cpu_words\": [{\"key\": 1, \"value\": 5}, {\"key\": 2, \"values\": [6]}],\n"
	" \"routes\": [{\"key\": \"10.0.0.0/8\", \"value\": 1}],\n"
	" \"queue\": [{\"value\": 1}, {\"value\": 2}],\n"
	" \"by_key\": [{\"key\": 3, \"value\": [{\"key\": 7, \"value\": 8}]}],\n"
	" \"by_index\": [{\"key\": 0, \"value\": []}],\n"
	" \"jumps\": [{\"key\": 2, \"value\": \"tail_two\"}],\n"
	" \"processors\": [{\"key\": 0, \"value\": 64}],\n"
	" \"ports\": [{\"key\": 1, \"value\": \"lo\"}],\n"
	" \"more_ports\": [{\"key\": 1, \"value\": {\"ifindex\": 1}}, {\"key\": 2, \"value\": "
	"\"lo\"}],\n"
	" \".bss\": [{\"key\": \"seen\", \"value\": 11}, {\"key\": \"others\", \"value\": [1, 2, "
	"3]}],\n"
	" \".data\": [{\"key\": \"limit\", \"value\": 12}]}}\n";

static uint32_t word(size_t side, const char *map, uint32_t key)
{
	uint32_t value[64] = { 0 };

	ck_assert_int_eq(bpf_map_lookup_elem(state_fd(side, map), &key, value), 0);
	return value[0];
}

static void expect_everything(void)
{
	for (size_t side = 0; side < 2; side++) {
		ck_assert_uint_eq(word(side, "words", 1), 2);
		ck_assert_uint_eq(word(side, "words", 2), 3);
		ck_assert_uint_eq(word(side, "slots", 4095), 9);
		ck_assert_uint_eq(word(side, "processors", 0), 64);
		ck_assert_uint_eq(word(side, "ports", 1), 1);
		ck_assert_uint_eq(word(side, "more_ports", 2), 1);
		ck_assert_uint_eq(word(side, "cpu_words", 2), 6);
		ck_assert_uint_eq(state_do(side, DO_JUMP, 2, 0), 3);
	}
	state_expect("");
	ck_assert(!opn_state_changed(state));
	state_do(0, DO_SEEN, 0, 0);
	state_do(0, DO_FLOW, 0x0100000a, 4);
	state_do_in(0, DO_BY_KEY, 3, 7, 9);
	state_do(0, DO_POP_QUEUE, 0, 0);
	state_expect(".bss seen: 0 | 11\n"
		     "flows {address: 10.0.0.1, port: 80, protocol: 6, rest: 0}: "
		     "{packets: 4, colour: GREEN, via: 0.0.0.0, source: ::, "
		     "mac: 00 00 00 00 00 00, name: \"one\", seen: false, low: 0, high: 0, level: "
		     "0, list: [0, 0], {large: 0}} | "
		     "{packets: 3, colour: GREEN, via: 0.0.0.0, source: ::, "
		     "mac: 00 00 00 00 00 00, name: 00 00 00 00 00 00 00 00 00 00, seen: false, "
		     "low: 0, high: 0, level: 0, list: [0, 0], {large: 0}}\n"
		     "queue element 0: 2 | 1\n"
		     "queue element 1: - | 2\n"
		     "by_key[3] 7: 9 | 8\n");
}

START_TEST(a_file_fills_both_sides_for_good)
{
	write_file("maps.json", everything);
	ck_assert_int_eq(opn_state_load(state, "maps.json", diags), 0);
	/* a loaded inner map keeps its place */
	ck_assert_int_eq(opn_state_put(state, state_map("by_key"), &(uint32_t){ 3 }, NULL),
			 -EEXIST);
	for (int i = 0; i < 3; i++) {
		expect_everything();
		ck_assert_int_eq(opn_state_put(state, state_map("processors"), &(uint32_t){ 0 },
					       &(uint32_t){ 32 }),
				 0);
		ck_assert_int_eq(opn_state_reset(state), 0);
	}
}
END_TEST

/* The published schema takes what is read. */
START_TEST(a_file_fits_the_schema)
{
#ifdef OPN_TEST_PYTHON
	static const char *const check[] = { OPN_TEST_PYTHON, OPN_TEST_SCHEMA_CHECK,
					     OPN_TEST_HOOKDEFS "/schema/maps.schema.json",
					     "maps.json", NULL };
	static const char *const bad[] = {
		"{\"map\": {}}",
		"{\"maps\": {\"words\": {}}}",
		"{\"maps\": {\"words\": [{\"key\": 1, \"valeu\": 1}]}}",
		"{\"maps\": {\"words\": [{\"key\": 1}]}}",
		"{\"maps\": {\"words\": [{\"key\": null, \"value\": 1}]}}",
	};

	/* a guest of the kernel tests has neither */
	if (access(OPN_TEST_SCHEMA_CHECK, R_OK))
		return;
	write_file("maps.json", everything);
	ck_assert_int_eq(run(check), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file("maps.json", bad[i]);
		ck_assert_int_eq(run(check), 1);
		ck_assert_int_ne(opn_state_load(state, "maps.json", diags), 0);
	}
#endif
}
END_TEST

START_TEST(mistakes_are_told_with_their_place)
{
	static const struct {
		const char *json, *told;
	} cases[] = {
		{ "{\"maps\": {\n \"words\": [}}",
		  "maps.json:2:12: error: unexpected token near '}'" },
		{ "[]", "/: wants an object with \"maps\", an object by names of maps" },
		{ "{\"maps\": {}, \"map\": 1}", "/: unknown key 'map'" },
		{ "{\"maps\": {\"flwos\": []}}",
		  "/maps/flwos: both programs have no such map [-Wopened-maps-invalid]\n"
		  "note: did you mean 'flows'?" },
		{ "{\"maps\": {\"words\": 1}}", "/maps/words: wants a list of elements" },
		{ "{\"maps\": {\"words\": [1]}}",
		  "/maps/words/0: wants an object with \"key\" and \"value\"" },
		{ "{\"maps\": {\"words\": [{\"key\": 1, \"value\": 1}, {\"key\": 1}]}}",
		  "/maps/words/1: wants \"value\"" },
		{ "{\"maps\": {\"words\": [{\"value\": 1}]}}",
		  "/maps/words/0: \"key\" is missing" },
		{ "{\"maps\": {\"words\": [{\"key\": 1, \"valeu\": 1}]}}",
		  "/maps/words/0: unknown key 'valeu'" },
		{ "{\"maps\": {\"words\": [{\"key\": 1, \"values\": [1]}]}}",
		  "/maps/words/0: wants \"value\"" },
		{ "{\"maps\": {\"words\": [{\"key\": 4294967296, \"value\": 1}]}}",
		  "/maps/words/0/key: the number does not fit" },
		{ "{\"maps\": {\"flows\": [{\"key\": {\"port\": \"x\"}, \"value\": {}}]}}",
		  "/maps/flows/0/key/port: wants hex digits in pairs, one pair a byte" },
		{ "{\"maps\": {\"slots\": [{\"key\": 4096, \"value\": 1}]}}",
		  "/maps/slots/0: the kernel does not take it: Argument list too long" },
		{ "{\"maps\": {\"queue\": [{\"key\": 1, \"value\": 1}]}}",
		  "/maps/queue/0: a queue has no keys" },
		{ "{\"maps\": {\"jumps\": [{\"key\": 1, \"value\": \"tail_three\"}]}}",
		  "/maps/jumps/0: there is no loaded program 'tail_three'" },
		{ "{\"maps\": {\"by_name\": [{\"key\": 0, \"value\": []}]}}",
		  "/maps/by_name/0/value: this inner map is a map of its own: name it" },
		{ "{\"maps\": {\"by_key\": [{\"key\": 0, \"value\": [{\"key\": {}}]}]}}",
		  "/maps/by_key/0/value/0: wants \"value\"" },
		{ "{\"maps\": {\".bss\": [{\"key\": \"sene\", \"value\": 1}]}}",
		  "/maps/.bss/0: key: there is no variable 'sene'" },
		{ "{\"maps\": {\".rodata\": [{\"key\": \"constant\", \"value\": 1}]}}",
		  "/maps/.rodata: this map cannot be filled: it is part of the program" },
		{ "{\"maps\": {\"bloom\": []}}", "/maps/bloom: this map cannot be filled: a bloom "
						 "filter can be neither read nor emptied" },
		{ "{\"maps\": {\"ring\": []}}",
		  "/maps/ring: this map cannot be filled: only programs write it" },
		{ "{\"maps\": {\"cpu_words\": [{\"key\": 1, \"value\": 1, \"values\": []}]}}",
		  "/maps/cpu_words/0: wants \"value\" or \"values\", not both" },
	};

	forget_diags();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text;

		write_file("maps.json", cases[i].json);
		ck_assert_int_ne(opn_state_load(state, "maps.json", diags), 0);
		text = printed(false, false);
		ck_assert_msg(strstr(text, cases[i].told) != NULL, "wanted %s, told %s",
			      cases[i].told, text);
		ck_assert_int_eq(opn_diags_status(diags), 2);
		ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_MAPS_INVALID), 1);
		free(text);
		forget_diags();
	}
	ck_assert_int_eq(opn_state_load(state, "absent.json", diags), -ENOENT);
	expect_printed("error: cannot read 'absent.json': No such file or directory "
		       "[-Wopened-input-unreadable]\n1 error generated.\n");
}
END_TEST

/* ---- values that are made up ---- */

START_TEST(made_up_values_are_likely_and_repeatable)
{
	struct opn_dictionary dictionary = { 0 };
	struct opn_random random, again;
	unsigned int seen_word = 0, seen_small = 0;
	uint32_t key = 1, value, same;
	size_t words = state_map("words");

	ck_assert_int_eq(opn_dictionary_add(&dictionary, "\x0a\x00\x00\x07", 4), 0);
	opn_random_seed(&random, 1, 1);
	opn_random_seed(&again, 1, 1);
	for (int i = 0; i < 400; i++) {
		opn_state_invent(state, words, &random, &dictionary, &key, &value);
		opn_state_invent(state, words, &again, &dictionary, &key, &same);
		ck_assert_uint_eq(value, same);
		seen_word += !memcmp(&value, "\x0a\x00\x00\x07", 4);
		seen_small += value <= 8;
	}
	ck_assert_uint_gt(seen_word, 50);
	ck_assert_uint_gt(seen_small, 50);
	opn_dictionary_free(&dictionary);
}
END_TEST

START_TEST(made_up_values_are_taken_by_the_kernel)
{
	static const unsigned int loopback[] = { 1 };
	struct opn_random random;

	opn_random_seed(&random, 1, 2);
	ck_assert_int_eq(opn_state_set_interfaces(state, loopback, 1), 0);
	for (size_t map = 0; map < opn_state_count(state); map++) {
		const struct opn_state_map *facts = opn_state_map(state, map);
		uint32_t key[4] = { 1 };
		uint8_t value[512];
		int err;

		ck_assert_uint_le(facts->value_size, sizeof(value));
		ck_assert_uint_le(facts->key_size, sizeof(key));
		for (int i = 0; facts->settable && i < 3; i++) {
			opn_state_invent(state, map, &random, NULL, key, value);
			err = opn_state_put(state, map, key, value);
			/* a slot that holds a map from the start keeps it */
			ck_assert_msg(!err || err == -EEXIST, "%s: %s", facts->name,
				      strerror(-err));
		}
	}
	state_expect("");
	ck_assert(!opn_state_changed(state));
	ck_assert_uint_eq(opn_state_slot_ifindex(state, state_map("ports"), 1, 1), 1);
	ck_assert_int_eq(opn_state_reset(state), 0);
	state_expect("");
}
END_TEST

Suite *state_load_suite(void)
{
	Suite *suite = suite_create("state-load");
	TCase *tcase = folder_case("state-load");

	tcase_add_checked_fixture(tcase, state_begin, state_end);
	tcase_add_test(tcase, a_file_fills_both_sides_for_good);
	tcase_add_test(tcase, a_file_fits_the_schema);
	tcase_add_test(tcase, mistakes_are_told_with_their_place);
	tcase_add_test(tcase, made_up_values_are_likely_and_repeatable);
	tcase_add_test(tcase, made_up_values_are_taken_by_the_kernel);
	suite_add_tcase(suite, tcase);
	return suite;
}
