// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_manifest.c - the manifest and the graph of a small unit
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"
#include "manifest.h"
#include "output.h"
#include "unit.h"

static const struct opn_map_use uses[] = {
	{ "prog", OPN_ACCESS_READ | OPN_ACCESS_WRITE },
	{ "help", OPN_ACCESS_READ },
};

static const char *const callees[] = { "help", NULL };
static const char *const prog_helpers[] = { "bpf_ringbuf_output", "bpf_map_lookup_elem", NULL };
static const char *const fields[] = { "len", NULL };
static const char *const help_helpers[] = { "bpf_map_lookup_elem", NULL };
static const char *const kfuncs[] = { "bpf_rcu_read_lock", NULL };
static const char *const flags_1[] = { "-O2", "-I@ROOT@/include", NULL };
static const char *const flags_2[] = { "-O2", "-DX=\"y z\"", NULL };
static const char *const includes[] = { "<linux/bpf.h>", NULL };
static const char *const spdx[] = { "GPL-2.0", NULL };

static struct opn_unit make_unit(void)
{
	static struct opn_function functions[2];
	static struct opn_map maps[2];
	static const struct opn_item items[] = {
		{ "struct", "flow", "a.h", 1, 4 },   { "macro", "LIMIT", "a.h", 5, 5 },
		{ "variable", "rate", "a.c", 2, 2 }, { "include", "<linux/bpf.h>", "a.c", 1, 1 },
		{ "enum", NULL, "a.h", 6, 9 },
	};
	static const struct opn_edge edges[] = {
		{ "prog", "help", "call" },    { "help", "bpf_map_lookup_elem", "call" },
		{ "help", "flows", "map" },    { "prog", "LIMIT", "macro" },
		{ "prog", "\"q\\\n", "type" }, { "prog", "help", "call" },
	};
	static const struct opn_unit_file files[] = { { "prog.bpf.c", "", 0 } };
	static const char *const *flags[2];
	struct opn_unit unit = { .name = "prog", .source = "a.c", .hook = "h" };

	functions[0] = (struct opn_function){
		.name = "prog",
		.file = "a.c",
		.start_line = 10,
		.end_line = 20,
		.signature = "int prog(struct ctx *)",
		.section = "h",
		.hook = "h",
		.is_program = true,
		.hash = "01",
		.callees = callees,
		.helpers = prog_helpers,
		.context_fields = fields,
	};
	functions[1] = (struct opn_function){
		.name = "help",
		.file = "dir/\xff.h",
		.start_line = 1,
		.end_line = 2,
		.is_static = true,
		.is_inline = true,
		.helpers = help_helpers,
		.kfuncs = kfuncs,
	};
	maps[0] = (struct opn_map){
		.name = "flows",
		.file = "a.c",
		.type = "BPF_MAP_TYPE_HASH",
		.key = "struct flow",
		.max_entries = "LIMIT",
		.uses = uses,
		.use_count = 2,
	};
	maps[1] = (struct opn_map){ .name = "elsewhere",
				    .file = "a.h",
				    .type = "BPF_MAP_TYPE_ARRAY",
				    .is_declared_only = true };
	flags[0] = flags_1;
	flags[1] = flags_2;
	unit.files = files;
	unit.file_count = 1;
	unit.flags = flags;
	unit.flags_count = 2;
	unit.functions = functions;
	unit.function_count = 2;
	unit.maps = maps;
	unit.map_count = 2;
	unit.items = items;
	unit.item_count = 5;
	unit.edges = edges;
	unit.edge_count = 6;
	unit.includes = includes;
	unit.spdx = spdx;
	unit.license = "GPL";
	return unit;
}

static json_t *parse(char *text)
{
	json_error_t error;
	json_t *root;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(root, "%s", error.text);
	free(text);
	return root;
}

static const char *text_at(json_t *value, const char *key)
{
	return json_string_value(json_object_get(value, key));
}

static json_t *element(json_t *value, const char *key, size_t index)
{
	return json_array_get(json_object_get(value, key), index);
}

static struct opn_manifest_info make_info(const struct opn_unit *unit)
{
	return (struct opn_manifest_info){ .unit = unit, .version = "9.9" };
}

START_TEST(manifest_has_the_two_arrays)
{
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	json_t *root = parse(opn_manifest_json(&info)), *f, *m;

	ck_assert_str_eq(text_at(root, "generator"), OPN_OUTPUT_MARKER " 9.9");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "functions")), 2);
	f = element(root, "functions", 0);
	ck_assert_str_eq(text_at(f, "name"), "prog");
	ck_assert_int_eq(json_integer_value(json_object_get(f, "start_line")), 10);
	ck_assert_int_eq(json_integer_value(json_object_get(f, "end_line")), 20);
	ck_assert(json_is_true(json_object_get(f, "program")));
	ck_assert_str_eq(json_string_value(element(f, "callees", 0)), "help");
	f = element(root, "functions", 1);
	/* a name that is no UTF-8 does not spoil the rest */
	ck_assert_str_eq(text_at(f, "file"), "dir/\xef\xbf\xbd.h");
	ck_assert(json_is_null(json_object_get(f, "section")));
	m = element(root, "maps", 0);
	ck_assert_str_eq(text_at(m, "max_entries"), "LIMIT");
	ck_assert(json_is_null(json_object_get(m, "value")));
	ck_assert(json_is_true(json_object_get(element(m, "access", 0), "write")));
	ck_assert(json_is_false(json_object_get(element(m, "access", 1), "write")));
	ck_assert(json_is_true(json_object_get(element(m, "access", 1), "read")));
	json_decref(root);
}
END_TEST

START_TEST(manifest_sorts_items_and_sums_up)
{
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	json_t *root = parse(opn_manifest_json(&info));

	ck_assert_uint_eq(json_array_size(json_object_get(root, "types")), 2);
	ck_assert_str_eq(text_at(element(root, "types", 0), "name"), "flow");
	ck_assert(json_is_null(json_object_get(element(root, "types", 1), "name")));
	ck_assert_str_eq(text_at(element(root, "macros", 0), "name"), "LIMIT");
	ck_assert_str_eq(text_at(element(root, "globals", 0), "name"), "rate");
	ck_assert_str_eq(json_string_value(element(root, "includes", 0)), "<linux/bpf.h>");
	/* once each, sorted */
	ck_assert_uint_eq(json_array_size(json_object_get(root, "helpers")), 2);
	ck_assert_str_eq(json_string_value(element(root, "helpers", 0)), "bpf_map_lookup_elem");
	ck_assert_str_eq(json_string_value(element(root, "kfuncs", 0)), "bpf_rcu_read_lock");
	ck_assert_str_eq(json_string_value(element(root, "context_fields", 0)), "len");
	ck_assert_str_eq(text_at(json_object_get(root, "license"), "program"), "GPL");
	ck_assert_uint_eq(json_array_size(json_object_get(root, "commands")), 2);
	ck_assert_str_eq(json_string_value(element(element(root, "commands", 0), "flags", 1)),
			 "-I@ROOT@/include");
	ck_assert(json_is_null(json_object_get(root, "minimum_kernel")));
	ck_assert(json_is_null(json_object_get(root, "proof")));
	json_decref(root);
}
END_TEST

START_TEST(manifest_knows_the_first_kernel)
{
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	struct opn_hookdefs *hookdefs;
	json_t *root;

	ck_assert_int_eq(opn_hookdefs_load(OPN_TEST_HOOKDEFS, diags, &hookdefs), 0);
	info.hookdefs = hookdefs;
	root = parse(opn_manifest_json(&info));
	ck_assert_str_eq(text_at(root, "minimum_kernel"), "6.2");
	json_decref(root);
	/* a kfunc that any function asks for is not needed */
	((struct opn_function *)unit.functions)[0].asked = kfuncs;
	root = parse(opn_manifest_json(&info));
	ck_assert_str_eq(text_at(root, "minimum_kernel"), "5.8");
	json_decref(root);
	/* of a map without a known type nothing is known */
	((struct opn_map *)unit.maps)[1].type = NULL;
	root = parse(opn_manifest_json(&info));
	ck_assert(json_is_null(json_object_get(root, "minimum_kernel")));
	json_decref(root);
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(manifest_warns)
{
	static const struct opn_definition definitions[] = {
		{ "a.c", 1, 2, "int f(void)", "01" },
		{ "b.c", 3, 4, "int f(void)", "02" },
	};
	static const struct opn_duplicate duplicate = { "f", false, definitions, 2 };
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	json_t *root, *warning;

	info.duplicates = &duplicate;
	info.duplicate_count = 1;
	root = parse(opn_manifest_json(&info));
	ck_assert_uint_eq(json_array_size(json_object_get(root, "warnings")), 2);
	warning = element(root, "warnings", 0);
	ck_assert_str_eq(text_at(warning, "name"), "elsewhere");
	ck_assert_str_eq(text_at(warning, "message"), "instantiated in user code");
	warning = element(root, "warnings", 1);
	ck_assert(json_is_false(json_object_get(warning, "identical")));
	ck_assert_uint_eq(json_array_size(json_object_get(warning, "candidates")), 2);
	ck_assert_str_eq(text_at(element(warning, "candidates", 1), "hash"), "02");
	json_decref(root);
}
END_TEST

START_TEST(manifest_tells_what_was_proved)
{
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	struct opn_proof proofs[2] = { 0 };
	json_t *root, *level;

	proofs[1].level[1].status = OPN_PROOF_DIFFERS;
	proofs[1].level[1].detail = "one instruction";
	proofs[1].level[1].original = (struct opn_loc){ "a.c", 12, 0, 0 };
	info.proofs = proofs;
	info.proof_count = 2;
	root = parse(opn_manifest_json(&info));
	ck_assert_uint_eq(json_array_size(json_object_get(root, "proof")), 2);
	level = element(element(root, "proof", 0), "levels", 0);
	ck_assert_str_eq(text_at(level, "status"), "identical");
	ck_assert(json_is_null(json_object_get(level, "detail")));
	level = element(element(root, "proof", 1), "levels", 1);
	ck_assert_str_eq(text_at(level, "name"), "instructions");
	ck_assert_str_eq(text_at(level, "status"), "differs");
	ck_assert_int_eq(
		json_integer_value(json_object_get(json_object_get(level, "original"), "line")),
		12);
	ck_assert_ptr_null(json_object_get(level, "unit"));
	json_decref(root);
}
END_TEST

START_TEST(manifest_of_an_empty_unit)
{
	struct opn_unit unit = { .name = "f" };
	struct opn_manifest_info info = make_info(&unit);
	json_t *root = parse(opn_manifest_json(&info));

	ck_assert_uint_eq(json_array_size(json_object_get(root, "functions")), 0);
	ck_assert(json_is_array(json_object_get(root, "functions")));
	ck_assert(json_is_array(json_object_get(root, "includes")));
	json_decref(root);
}
END_TEST

#ifdef OPN_TEST_PYTHON
/* Something under every key. */
static char *sample_manifest(void)
{
	static const struct opn_definition definitions[] = { { "a.c", 1, 2, NULL, "01" },
							     { "b.c", 3, 4, NULL, "01" } };
	static const struct opn_duplicate duplicate = { "f", true, definitions, 2 };
	struct opn_unit unit = make_unit();
	struct opn_manifest_info info = make_info(&unit);
	struct opn_proof proof = { 0 };

	proof.level[2].status = OPN_PROOF_EXPLAINED;
	proof.level[2].detail = "a cause";
	proof.level[3].status = OPN_PROOF_DIFFERS;
	proof.level[3].original = (struct opn_loc){ "a.c", 1, 0, 0 };
	proof.level[3].unit = (struct opn_loc){ "prog.bpf.c", 1, 0, 0 };
	proof.level[4].status = OPN_PROOF_SKIPPED;
	info.proofs = &proof;
	info.proof_count = 1;
	info.duplicates = &duplicate;
	info.duplicate_count = 1;
	return opn_manifest_json(&info);
}

static int validate(const char *text)
{
	const char *const argv[] = { OPN_TEST_PYTHON, OPN_TEST_SCHEMA_CHECK,
				     OPN_TEST_HOOKDEFS "/schema/manifest.schema.json",
				     "manifest.json", NULL };

	write_file("manifest.json", text);
	return run(argv);
}

START_TEST(manifest_fits_its_schema)
{
	struct opn_unit empty = { .name = "f" };
	struct opn_manifest_info info = make_info(&empty);
	char *text = sample_manifest(), *log;
	int status = validate(text);

	log = read_file("log");
	ck_assert_msg(!status, "%s", log);
	free(log);
	free(text);
	text = opn_manifest_json(&info);
	ck_assert_int_eq(validate(text), 0);
	free(text);
	/* and the validator is awake */
	ck_assert_int_eq(validate("{\"version\": 1}"), 1);
}
END_TEST
#endif

Suite *manifest_suite(void)
{
	Suite *suite = suite_create("manifest");
	TCase *tcase = folder_case("manifest");

	tcase_add_test(tcase, manifest_has_the_two_arrays);
	tcase_add_test(tcase, manifest_sorts_items_and_sums_up);
	tcase_add_test(tcase, manifest_knows_the_first_kernel);
	tcase_add_test(tcase, manifest_warns);
	tcase_add_test(tcase, manifest_tells_what_was_proved);
	tcase_add_test(tcase, manifest_of_an_empty_unit);
#ifdef OPN_TEST_PYTHON
	tcase_add_test(tcase, manifest_fits_its_schema);
#endif
	suite_add_tcase(suite, tcase);
	return suite;
}

/* ---- the graph ---- */

static json_t *find_node(json_t *root, const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(root, "nodes"), i, node)
	{
		if (!strcmp(text_at(node, "name"), name))
			return node;
	}
	ck_abort_msg("no node %s", name);
	return NULL;
}

START_TEST(graph_json_has_all_nodes_and_edges)
{
	struct opn_unit unit = make_unit();
	json_t *root = parse(opn_graph_json(&unit));

	/* 2 functions, 2 maps, struct, macro, global; a helper and a type of others */
	ck_assert_uint_eq(json_array_size(json_object_get(root, "nodes")), 9);
	/* one of them was given twice */
	ck_assert_uint_eq(json_array_size(json_object_get(root, "edges")), 5);
	ck_assert_str_eq(text_at(find_node(root, "prog"), "kind"), "program");
	ck_assert_str_eq(text_at(find_node(root, "help"), "kind"), "function");
	ck_assert_str_eq(text_at(find_node(root, "flows"), "kind"), "map");
	ck_assert_str_eq(text_at(find_node(root, "bpf_map_lookup_elem"), "kind"), "external");
	ck_assert_str_eq(text_at(find_node(root, "\"q\\\n"), "kind"), "external");
	json_decref(root);
}
END_TEST

START_TEST(graph_dot_quotes_names)
{
	struct opn_unit unit = make_unit();
	char *text = opn_graph_dot(&unit);

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, OPN_OUTPUT_MARKER));
	ck_assert_ptr_nonnull(strstr(text, "\t\"prog\" -> \"help\" [class=\"call\"];\n"));
	ck_assert_ptr_nonnull(strstr(text, "\t\"\\\"q\\\\<0A>\" [shape=plaintext"));
	ck_assert_ptr_nonnull(strstr(text, "tooltip=\"a.c:10-20\""));
	ck_assert_ptr_nonnull(strstr(text, "tooltip=\"dir/<FF>.h:1-2\""));
	ck_assert_str_eq(text + strlen(text) - 2, "}\n");
	free(text);
}
END_TEST

START_TEST(graph_of_an_empty_unit)
{
	struct opn_unit unit = { .name = "f" };
	char *text = opn_graph_dot(&unit);

	ck_assert_str_eq(text, "// " OPN_OUTPUT_MARKER "\ndigraph \"f\" {\n\trankdir=LR;\n}\n");
	free(text);
	json_decref(parse(opn_graph_json(&unit)));
}
END_TEST

Suite *graph_suite(void)
{
	Suite *suite = suite_create("graph");
	TCase *tcase = folder_case("graph");

	tcase_add_test(tcase, graph_json_has_all_nodes_and_edges);
	tcase_add_test(tcase, graph_dot_quotes_names);
	tcase_add_test(tcase, graph_of_an_empty_unit);
	suite_add_tcase(suite, tcase);
	return suite;
}
