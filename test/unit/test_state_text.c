// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_state_text.c - keys and values as people read and write them; values that are made up
 *
 * Types are those of Inputs/state.bpf.c, which is opened and not loaded: no root is needed.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "state_bench.h"
#include "state_internal.h"
#include "unit.h"

static struct bpf_object *object;
static const struct btf *btf;
static struct opn_arena *arena;

static void begin(void)
{
	object = state_open(STATE_USUAL);
	btf = bpf_object__btf(object);
	arena = opn_arena_new(NULL, NULL);
}

static void end(void)
{
	bpf_object__close(object);
	opn_arena_free(arena);
}

static uint32_t struct_id(const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	ck_assert_msg(id > 0, "no struct '%s'", name);
	return (uint32_t)id;
}

/* What the JSON text becomes as bytes of a type, and those as text again: "!" and why if not. */
static const char *through(const char *type, const char *json, size_t size)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	uint32_t id = type ? struct_id(type) : 0;
	struct opn_buf where = { 0 };
	uint8_t bytes[256];
	const char *wrong, *text;

	ck_assert_msg(value != NULL, "no JSON: %s", json);
	wrong = opn_state_parse(btf, id, value, bytes, size, &where);
	if (wrong)
		text = opn_arena_printf(arena, "!%s: %s", where.length ? where.data : "", wrong);
	else
		text = opn_state_text(arena, btf, id, bytes, size);
	opn_buf_free(&where);
	json_decref(value);
	return text;
}

START_TEST(values_are_read_and_written)
{
	static const struct {
		const char *type, *json, *text;
	} cases[] = {
		{ "flow_key", "{\"address\": \"10.0.0.1\", \"port\": 8080, \"protocol\": 6}",
		  "{address: 10.0.0.1, port: 8080, protocol: 6, rest: 0}" },
		{ "flow_key", "\"0a 00 00 01 1f 90 06 00\"",
		  "{address: 10.0.0.1, port: 8080, protocol: 6, rest: 0}" },
		{ "flow_key", "\"0x0a0000011f900600\"",
		  "{address: 10.0.0.1, port: 8080, protocol: 6, rest: 0}" },
		{ "flow_key", "[10, 0, 0, 1, 31, 144, 6, 0]",
		  "{address: 10.0.0.1, port: 8080, protocol: 6, rest: 0}" },
		{ "flow_key", "{}", "{address: 0.0.0.0, port: 0, protocol: 0, rest: 0}" },
		{ "flow",
		  "{\"packets\": 18446744073, \"colour\": \"GREEN\", \"via\": \"1.2.3.4\", "
		  "\"source\": \"2001:db8::1\", \"mac\": \"02:00:00:00:00:0a\", \"name\": \"ab\", "
		  "\"seen\": true, \"low\": 5, \"high\": 31, \"level\": -2, \"list\": [1, 2], "
		  "\"large\": 7}",
		  "{packets: 18446744073, colour: GREEN, via: 1.2.3.4, source: 2001:db8::1, "
		  "mac: 02 00 00 00 00 0a, name: \"ab\", seen: true, low: 5, high: 31, level: -2, "
		  "list: [1, 2], {large: 7}}" },
		{ "flow", "{\"small\": 255, \"colour\": 3, \"mac\": [1, 2, 3, 4, 5, 6]}",
		  "{packets: 0, colour: 3, via: 0.0.0.0, source: ::, mac: 01 02 03 04 05 06, "
		  "name: 00 00 00 00 00 00 00 00 00 00, seen: false, low: 0, high: 0, level: 0, "
		  "list: [0, 0], {large: 255}}" },
		{ "prefix", "\"10.0.0.0/8\"", "{length: 8, address: 10.0.0.0}" },
		{ "flow_key", "{\"port\": 65536}", "!/port: the number does not fit" },
		{ "flow_key", "{\"port\": -32769}", "!/port: the number does not fit" },
		{ "flow_key", "{\"address\": \"10.0.0\"}", "!/address: is no IPv4 address" },
		{ "flow_key", "{\"addres\": 1}", "!/addres: there is no such member" },
		{ "flow_key", "\"0a 00\"", "!: has fewer bytes than wanted" },
		{ "flow_key", "\"0a00000100000000ff\"", "!: has more bytes than wanted" },
		{ "flow_key", "\"0a0\"", "!: wants hex digits in pairs, one pair a byte" },
		{ "flow_key", "[1, 2]", "!: has another number of bytes than wanted" },
		{ "flow_key", "[10, 0, 0, 1, 31, 144, 6, 256]", "!/7: wants a byte, 0 to 255" },
		{ "flow_key", "5",
		  "!: wants an object by member names, a hex string or a list of bytes" },
		{ "flow_key", "null", "!: wants a hex string or a list of bytes" },
		{ "flow_key", "{\"port\": 1.5}", "!/port: wants a hex string or a list of bytes" },
		{ "flow", "{\"low\": 8}", "!/low: wants a number that fits into the bit field" },
		{ "flow", "{\"list\": [1, {}]}",
		  "!/list/1: wants a hex string or a list of bytes" },
		{ "flow", "{\"list\": [1, 2, 3]}",
		  "!/list: has another number of elements than wanted" },
		{ "flow", "{\"name\": \"longer than that\"}", "!/name: the text is too long" },
		{ "flow", "{\"source\": \"::g\"}", "!/source: is no IPv6 address" },
		{ "flow", "{\"colour\": \"BLUE\"}",
		  "!/colour: wants hex digits in pairs, one pair a byte" },
		{ "prefix", "\"10.0.0.0/33\"", "!: the prefix is longer than the address" },
		{ "prefix", "\"10.0.0.0/x\"", "!: is no address with a prefix length" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = (size_t)btf__resolve_size(btf, struct_id(cases[i].type));

		ck_assert_str_eq(through(cases[i].type, cases[i].json, size), cases[i].text);
	}
}
END_TEST

START_TEST(bytes_without_a_type)
{
	ck_assert_str_eq(through(NULL, "\"01:02:03\"", 3), "01 02 03");
	ck_assert_str_eq(through(NULL, "258", 2), "02 01");
	ck_assert_str_eq(through(NULL, "-1", 4), "ff ff ff ff");
	ck_assert_str_eq(through(NULL, "true", 1), "01");
	ck_assert_str_eq(through(NULL, "256", 1), "!: the number does not fit");
	ck_assert_str_eq(through(NULL, "1", 9), "!: wants a hex string or a list of bytes");
	/* a type of another size says nothing */
	ck_assert_str_eq(opn_state_text(arena, btf, struct_id("flow_key"), "ab", 2), "61 62");
}
END_TEST

START_TEST(types_of_maps_by_their_declarations)
{
	struct bpf_map_info info;
	uint32_t key, value;

	opn_btf_map_types(btf, "flows", false, &key, &value);
	ck_assert_uint_eq(key, struct_id("flow_key"));
	ck_assert_uint_eq(value, struct_id("flow"));
	opn_btf_map_types(btf, "queue", false, &key, &value);
	ck_assert_uint_eq(key, 0);
	ck_assert_int_eq(btf__resolve_size(btf, value), 4);
	opn_btf_map_types(btf, "by_index", true, &key, &value);
	ck_assert_int_eq(btf__resolve_size(btf, key), 4);
	ck_assert_int_eq(btf__resolve_size(btf, value), 8);
	opn_btf_map_types(btf, "absent", false, &key, &value);
	ck_assert_uint_eq(key + value, 0);
	ck_assert(opn_btf_inner_info(btf, "by_key", &info));
	ck_assert_uint_eq(info.type, BPF_MAP_TYPE_HASH);
	ck_assert_uint_eq(info.max_entries, 16);
	ck_assert_uint_eq(info.key_size, 4);
	ck_assert(!opn_btf_inner_info(btf, "flows", &info));
	ck_assert_uint_eq(opn_btf_map_entries(btf, "cpu_recent"), 1000000);
}
END_TEST

START_TEST(tables_find_what_was_set)
{
	struct opn_table table = { 0 };
	size_t cursor = 0;

	for (uint32_t key = 0; key < 1000; key++) {
		uint64_t value = key * 3;

		ck_assert_int_eq(opn_table_set(&table, 4, 8, &key, &value), 0);
	}
	for (uint32_t key = 0; key < 2000; key++) {
		size_t at = opn_table_find(&table, 4, &key);

		ck_assert_uint_eq(at, key < 1000 ? key : SIZE_MAX);
		ck_assert_uint_eq(opn_table_find_next(&table, 4, &key, &cursor), at);
	}
	for (uint32_t key = 0; key < 1000; key += 2) {
		uint64_t value = 1;

		ck_assert_int_eq(opn_table_set(&table, 4, 8, &key, &value), 0);
	}
	ck_assert_uint_eq(table.count, 1000);
	opn_table_free(&table);
}
END_TEST

Suite *state_text_suite(void)
{
	Suite *suite = suite_create("state-text");
	TCase *tcase = folder_case("state-text");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, values_are_read_and_written);
	tcase_add_test(tcase, bytes_without_a_type);
	tcase_add_test(tcase, types_of_maps_by_their_declarations);
	tcase_add_test(tcase, tables_find_what_was_set);
	suite_add_tcase(suite, tcase);
	return suite;
}
