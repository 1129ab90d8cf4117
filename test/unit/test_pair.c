// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_pair.c - the pairs that come with the tools, what their rows say, and every mistake in a
 * pair's table at its place
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "unit.h"

static struct opn_hookdefs *hookdefs;

static const char *const hook_files[] = { "a", "b" };

/* Two hooks in the folder of the test. */
static void write_hooks(void)
{
	char name[16], text[200];

	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s.yaml", hook_files[i]);
		snprintf(text, sizeof(text),
			 "schema: opened/hook/1\nname: %s\nprog-type: T\nsections: []\n"
			 "context: {type: struct %s_context}\n",
			 hook_files[i], hook_files[i]);
		write_file(name, text);
	}
	ck_assert_int_eq(opn_hookdefs_load(".", diags, &hookdefs), 0);
}

static struct opn_pairs *load_own(void)
{
	struct opn_pairs *pairs;

	ck_assert_int_eq(opn_hookdefs_load(OPN_TEST_HOOKDEFS, diags, &hookdefs), 0);
	ck_assert_int_eq(opn_pairs_load(OPN_TEST_HOOKDEFS, hookdefs, NULL, 0, diags, &pairs), 0);
	ck_assert_uint_eq(opn_diags_count(diags, OPN_SEV_WARNING), 0);
	return pairs;
}

static void done(struct opn_pairs *pairs)
{
	opn_pairs_free(pairs);
	opn_hookdefs_free(hookdefs);
}

/* A row says one thing, of what a user can do something with. */
static void check_row(const struct opn_row *row)
{
	ck_assert_str_ne(row->name, "");
	ck_assert_msg(row->action == OPN_ROW_KEEP || row->action == OPN_ROW_BY_MAP ||
			      (row->text && *row->text),
		      "%s", row->name);
	ck_assert_msg((row->action == OPN_ROW_BY_MAP) == (row->map_argument > 0), "%s", row->name);
	ck_assert_msg(!row->row_count || row->action == OPN_ROW_BY_MAP, "%s", row->name);
	for (size_t i = 0; i < row->limit_count; i++)
		ck_assert_uint_gt(row->limits[i].argument, 0);
	for (size_t i = 0; i < row->row_count; i++)
		check_row(&row->rows[i]);
	if (row->write)
		check_row(row->write);
}

START_TEST(own_pairs_are_sorted_and_whole)
{
	struct opn_pairs *pairs = load_own();
	size_t count;
	const struct opn_pair *const *all = opn_pairs_all(pairs, &count);

	ck_assert_uint_ge(count, 2);
	for (size_t i = 0; i < count; i++) {
		const struct opn_rows *groups[] = { &all[i]->sections, &all[i]->fields,
						    &all[i]->calls, &all[i]->maps };

		if (i)
			ck_assert(strcmp(all[i - 1]->from, all[i]->from) < 0 ||
				  strcmp(all[i - 1]->to, all[i]->to) < 0);
		ck_assert_ptr_eq(opn_pairs_find(pairs, all[i]->from, all[i]->to), all[i]);
		ck_assert_str_eq(all[i]->from_context,
				 opn_hookdefs_context(hookdefs, all[i]->from));
		ck_assert_str_eq(all[i]->to_context, opn_hookdefs_context(hookdefs, all[i]->to));
		/* the new programs are programs of the new hook */
		ck_assert_str_eq(opn_hookdefs_section_hook(hookdefs, all[i]->section), all[i]->to);
		ck_assert_ptr_nonnull(strstr(all[i]->wrapper, "$section"));
		ck_assert_ptr_nonnull(strstr(all[i]->wrapper, "$name"));
		ck_assert_ptr_nonnull(strstr(all[i]->wrapper, "$body"));
		for (size_t g = 0; g < 4; g++) {
			for (size_t r = 0; r < groups[g]->count; r++)
				check_row(&groups[g]->row[r]);
		}
	}
	ck_assert_ptr_null(opn_pairs_find(pairs, "xdp", "xdp"));
	ck_assert_ptr_null(opn_pairs_find(pairs, "xdp", "no-such-hook"));
	done(pairs);
}
END_TEST

START_TEST(own_rows_say_what_they_say)
{
	struct opn_pairs *pairs = load_own();
	const struct opn_pair *down = opn_pairs_find(pairs, "xdp", "tc");
	const struct opn_pair *up = opn_pairs_find(pairs, "tc", "xdp");
	const struct opn_pair_option *option;
	const struct opn_row *row;
	struct opn_rows rows;

	row = opn_rows_find(&down->fields, "ingress_ifindex");
	ck_assert_int_eq(row->action, OPN_ROW_RENAME);
	ck_assert_str_eq(row->text, "ifindex");
	ck_assert_int_eq(opn_rows_find(&down->fields, "data")->action, OPN_ROW_KEEP);
	ck_assert_int_eq(opn_rows_find(&down->fields, "egress_ifindex")->action, OPN_ROW_REJECT);
	ck_assert_ptr_null(opn_rows_find(&down->fields, "dat"));

	row = opn_rows_find(&down->calls, "bpf_redirect_map");
	ck_assert_int_eq(row->action, OPN_ROW_BY_MAP);
	ck_assert_uint_eq(row->map_argument, 1);
	rows = (struct opn_rows){ row->rows, row->row_count };
	row = opn_rows_find(&rows, "BPF_MAP_TYPE_DEVMAP");
	ck_assert_int_eq(row->action, OPN_ROW_CALL);
	ck_assert_uint_eq(row->limit_count, 1);
	ck_assert_uint_eq(row->limits[0].argument, 3);
	ck_assert_uint_eq(row->limits[0].mask, 3);
	ck_assert_int_eq(opn_rows_find(&rows, "BPF_MAP_TYPE_CPUMAP")->action, OPN_ROW_REJECT);

	/* an alias in YAML is the same row under another name */
	ck_assert_str_eq(opn_rows_find(&rows, "BPF_MAP_TYPE_DEVMAP_HASH")->text, row->text);
	ck_assert_str_eq(opn_rows_find(&rows, "BPF_MAP_TYPE_DEVMAP_HASH")->name,
			 "BPF_MAP_TYPE_DEVMAP_HASH");

	row = opn_rows_find(&up->fields, "mark");
	ck_assert_int_eq(row->action, OPN_ROW_KEEP);
	ck_assert_ptr_null(row->lossy);
	ck_assert_ptr_nonnull(row->write->lossy);
	ck_assert_str_eq(up->native, "xdp");
	ck_assert_ptr_null(down->native);

	option = opn_pair_option(down, "fidelity");
	ck_assert_str_eq(option->initial, "balanced");
	ck_assert_str_eq(opn_pair_option_value(option, "exact"), "2");
	ck_assert_ptr_null(opn_pair_option_value(option, "exac"));
	ck_assert_ptr_null(option->section);
	ck_assert_ptr_null(option->test_run);
	ck_assert_ptr_null(opn_pair_option(up, "fidelity"));
	option = opn_pair_option(up, "buffers");
	ck_assert_str_eq(option->section_word, "several");
	ck_assert_str_eq(opn_hookdefs_section_hook(hookdefs, option->section), "xdp");
	ck_assert_str_eq(opn_pair_option(up, "vlan")->test_run, "bytes");
	done(pairs);
}
END_TEST

#define HEAD "schema: opened/pair/1\nfrom: a\nto: b\n"
#define REWRITE                                                                                    \
	"rewrite:\n  shim: s.h\n  context: struct c\n  section: s\n  body: x\n  wrapper: w\n"
#define CALLS	HEAD REWRITE "  calls:\n"
#define OPTIONS HEAD REWRITE "  options:\n"

/* A mistake in a-to-b.yaml, and the first line that is said of it. */
static const struct {
	const char *text, *said;
} mistakes[] = {
	{ CALLS "    f: {keep: true, renam: g}\n",
	  "a-to-b.yaml:11:21: error: unknown key 'renam'; did you mean 'rename'?"
	  " [-Wopened-key-unknown]" },
	{ CALLS "    f: {keep: true, call: g}\n",
	  "a-to-b.yaml:11:8: error: 'f': expected one of keep, rename, call, reject and by-map"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {rename: g, reject: h}\n",
	  "a-to-b.yaml:11:8: error: 'f': expected one of keep, rename, call, reject and by-map"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: false}\n",
	  "a-to-b.yaml:11:8: error: 'f': expected one of keep, rename, call, reject and by-map"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {when: sometimes}\n",
	  "a-to-b.yaml:11:8: error: 'f': expected one of keep, rename, call, reject and by-map"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: yes}\n",
	  "a-to-b.yaml:11:15: error: 'keep': expected true or false [-Wopened-value-invalid]" },
	{ CALLS "    f: keep\n",
	  "a-to-b.yaml:11:8: error: 'f': expected a mapping [-Wopened-value-invalid]" },
	{ CALLS "    f: {call: \"\"}\n",
	  "a-to-b.yaml:11:15: error: 'call': expected text that is not empty"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: true}\n    f: {keep: true}\n",
	  "a-to-b.yaml:12:5: error: 'f': the key is given twice [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: true, write: {lossy: all}}\n",
	  "a-to-b.yaml:11:28: error: 'f': expected one of keep, rename, call, reject and by-map"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {call: g, arguments: [{argument: 0, mask: 0, reject: no}]}\n",
	  "a-to-b.yaml:11:30: error: 'argument': arguments count from 1"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {rename: g, context: true}\n",
	  "a-to-b.yaml:11:8: error: 'f': 'context' is for rows with 'call' "
	  "[-Wopened-value-invalid]" },
	{ CALLS "    f: {call: g, arguments: [{argument: 1, mask: 0}]}\n",
	  "a-to-b.yaml:11:30: error: key 'reject' is missing [-Wopened-key-missing]" },
	{ CALLS "    f: {call: g, arguments: [{argument: 1, reject: no}]}\n",
	  "a-to-b.yaml:11:30: error: key 'mask' is missing [-Wopened-key-missing]" },
	{ CALLS "    f: {call: g, arguments: [1]}\n",
	  "a-to-b.yaml:11:30: error: 'arguments': expected {argument: ..., mask: ..., reject: "
	  "...}"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {by-map: {argument: 0, types: {}}}\n",
	  "a-to-b.yaml:11:17: error: 'argument': arguments count from 1"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {by-map: {argument: 1}}\n",
	  "a-to-b.yaml:11:17: error: key 'types' is missing [-Wopened-key-missing]" },
	{ CALLS "    f: {by-map: {argument: 1, types: {T: {keep: true, map: 1}}}}\n",
	  "a-to-b.yaml:11:55: error: unknown key 'map' [-Wopened-key-unknown]" },
	{ CALLS "    f: {keep: true, when: [{text: often}]}\n",
	  "a-to-b.yaml:11:28: error: key 'unless' is missing [-Wopened-key-missing]" },
	{ CALLS "    f: {keep: true, when: [[often]]}\n",
	  "a-to-b.yaml:11:28: error: 'when': expected a text, or {text: ..., unless: ...}"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: true, when: [{text: often, unless: [o]}]}\n",
	  "a-to-b.yaml:11:51: error: 'unless': expected [{OPTION: WORD}, ...]"
	  " [-Wopened-value-invalid]" },
	{ CALLS "    f: {keep: true, when: [{text: often, unless: [{o: x}]}]}\n",
	  "a-to-b.yaml:11:52: error: 'o': no option of this table [-Wopened-value-invalid]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: 1}, why: y}\n  fields:\n"
		  "    f: {keep: true, when: [{text: often, unless: [{o: z}]}]}\n",
	  "a-to-b.yaml:13:55: error: 'z': it is not among the values of 'o'"
	  " [-Wopened-value-invalid]" },
	{ OPTIONS "    o: {define: D, default: x, why: y}\n  fields:\n"
		  "    f: {keep: true, when: [{text: often, unless: [{o: x}]}]}\n",
	  "a-to-b.yaml:11:8: error: key 'values' is missing [-Wopened-key-missing]" },
	{ OPTIONS "    o: {define: D, default: w, values: {x: 1}, why: y}\n",
	  "a-to-b.yaml:11:29: error: 'w': it is not among the values"
	  " [-Wopened-value-invalid]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: 1}, why: y, test-run: z}\n",
	  "a-to-b.yaml:11:66: error: 'z': it is not among the values [-Wopened-value-invalid]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: 1}, why: y, section: {with: x}}\n",
	  "a-to-b.yaml:11:65: error: key 'is' is missing [-Wopened-key-missing]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: 1}, why: y, section: {with: x, is: "
		  "s, as: t}}\n",
	  "a-to-b.yaml:11:82: error: unknown key 'as'; did you mean 'is'? [-Wopened-key-unknown]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: [1]}, why: y}\n",
	  "a-to-b.yaml:11:44: error: 'o': expected a number [-Wopened-value-invalid]" },
	{ OPTIONS "    o: {define: D, default: x, values: {x: 1}}\n",
	  "a-to-b.yaml:11:8: error: key 'why' is missing [-Wopened-key-missing]" },
	{ OPTIONS "    o: 1\n",
	  "a-to-b.yaml:11:8: error: 'o': expected a mapping [-Wopened-value-invalid]" },
	{ HEAD REWRITE "  filds: {}\n",
	  "a-to-b.yaml:10:3: error: unknown key 'filds'; did you mean 'fields'?"
	  " [-Wopened-key-unknown]" },
	{ HEAD "rewrite: {shim: s.h}\n",
	  "a-to-b.yaml:4:10: error: key 'context' is missing [-Wopened-key-missing]" },
	{ HEAD "rewrite: []\n",
	  "a-to-b.yaml:4:10: error: 'rewrite': expected a mapping [-Wopened-value-invalid]" },
	{ HEAD "rewrite:\n  shim: ../s.h\n  context: c\n  section: s\n  body: x\n  wrapper: w\n",
	  "a-to-b.yaml:5:9: error: '../s.h': expected a file below shims/"
	  " [-Wopened-value-invalid]" },
	{ "schema: opened/pair/1\nfrom: a\nto: c\n" REWRITE,
	  "a-to-b.yaml:3:5: error: no hook 'c' in the tables [-Wopened-hook-unknown]" },
	{ "schema: opened/pair/1\nfrom: c\nto: b\n" REWRITE,
	  "a-to-b.yaml:2:7: error: no hook 'c' in the tables [-Wopened-hook-unknown]" },
	{ "schema: opened/pair/1\nfrom: a\n" REWRITE,
	  "a-to-b.yaml:1:1: error: key 'to' is missing [-Wopened-key-missing]" },
	{ "from: a\nto: b\n",
	  "a-to-b.yaml:1:1: error: key 'schema' is missing [-Wopened-key-missing]" },
};

START_TEST(a_mistake_is_shown_at_its_place)
{
	struct opn_pairs *pairs = NULL;
	char *text;

	write_hooks();
	write_file("a-to-b.yaml", mistakes[_i].text);
	ck_assert_int_ne(opn_pairs_load(".", hookdefs, NULL, 0, diags, &pairs), 0);
	ck_assert_ptr_null(pairs);
	ck_assert_int_eq(opn_diags_status(diags), 2);
	text = printed(false, false);
	*strchr(text, '\n') = '\0';
	ck_assert_str_eq(text, mistakes[_i].said);
	free(text);
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(all_mistakes_are_shown_at_once)
{
	struct opn_pairs *pairs;

	write_hooks();
	write_file("a-to-b.yaml",
		   CALLS "    f: {keep: true, x: 1}\n    g: {}\n    h: {y: 2, call: k}\n"
			 "  fields:\n    i: {keep: true, reject: no}\n");
	write_file("b-to-a.yaml", "schema: opened/pair/1\nfrom: b\nto: a\nrewrite: {z: 1}\n");
	ck_assert_int_ne(opn_pairs_load(".", hookdefs, NULL, 0, diags, &pairs), 0);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_KEY_UNKNOWN), 3);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_VALUE_INVALID), 2);
	/* b-to-a: shim, context, section, body, wrapper */
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_KEY_MISSING), 5);
	opn_hookdefs_free(hookdefs);
}
END_TEST

/* The least that a pair may say, one for the prover only, and files that are no pairs. */
START_TEST(a_pair_may_say_little)
{
	struct opn_pairs *pairs;
	const struct opn_pair *pair;
	size_t count;

	write_hooks();
	write_file("a-to-b.yaml", HEAD REWRITE);
	write_file("b-to-a.yaml", "schema: opened/pair/1\nfrom: b\nto: a\nverify: {fates: {}}\n");
	write_file("note-to-self.txt", "{");
	ck_assert_int_eq(opn_pairs_load(".", hookdefs, NULL, 0, diags, &pairs), 0);
	opn_pairs_all(pairs, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_ptr_null(opn_pairs_find(pairs, "b", "a"));
	pair = opn_pairs_find(pairs, "a", "b");
	ck_assert_str_eq(pair->shim, "s.h");
	ck_assert_str_eq(pair->from_context, "struct a_context");
	ck_assert_str_eq(pair->to_context, "struct b_context");
	ck_assert_str_eq(pair->context, "struct c");
	ck_assert_ptr_null(pair->native);
	ck_assert_ptr_null(pair->min_kernel);
	ck_assert_uint_eq(pair->option_count, 0);
	ck_assert_uint_eq(pair->calls.count, 0);
	ck_assert_ptr_null(opn_rows_find(&pair->calls, "f"));
	done(pairs);
}
END_TEST

/* Conditions of a list, without those that a choice or a default settles. */
START_TEST(choices_settle_conditions)
{
	static const struct opn_pair_choice choices[] = { { "o", "y" }, { "p", "u" } };
	static const char *const whens[] = { "often; late", "early; late", "often; early" };
	struct opn_pairs *pairs;

	write_hooks();
	write_file("a-to-b.yaml", OPTIONS
		   "    o: {define: O, default: x, values: {x: 1, y: 2}, why: z}\n"
		   "    p: {define: P, default: t, values: {t: 1, u: 2}, why: z}\n"
		   "  fields:\n    f:\n      keep: true\n      when:\n"
		   "        - {text: often, unless: [{o: y, p: t}]}\n"
		   "        - {text: early, unless: [{o: x}]}\n"
		   "        - {text: late, unless: [{p: u, o: y}, {p: u, o: x}]}\n"
		   "    g: {keep: true, when: [{text: often, unless: [{o: x}, {o: y}]}]}\n");
	for (size_t count = 0; count < 3; count++) {
		const struct opn_pair *pair;

		ck_assert_int_eq(opn_pairs_load(".", hookdefs, choices, count, diags, &pairs), 0);
		pair = opn_pairs_find(pairs, "a", "b");
		ck_assert_str_eq(opn_rows_find(&pair->fields, "f")->when, whens[count]);
		ck_assert_ptr_null(opn_rows_find(&pair->fields, "g")->when);
		opn_pairs_free(pairs);
	}
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_told)
{
	struct opn_pairs *pairs = NULL;

	write_hooks();
	ck_assert_int_ne(opn_pairs_load("missing", hookdefs, NULL, 0, diags, &pairs), 0);
	ck_assert_ptr_null(pairs);
	expect_printed("error: cannot read 'missing': No such file or directory "
		       "[-Wopened-input-unreadable]\n1 error generated.\n");
	opn_pairs_free(NULL);
	opn_hookdefs_free(hookdefs);
}
END_TEST

Suite *pair_suite(void)
{
	Suite *suite = suite_create("pair");
	TCase *tcase = folder_case("pair");

	tcase_add_test(tcase, own_pairs_are_sorted_and_whole);
	tcase_add_test(tcase, own_rows_say_what_they_say);
	tcase_add_loop_test(tcase, a_mistake_is_shown_at_its_place, 0,
			    sizeof(mistakes) / sizeof(mistakes[0]));
	tcase_add_test(tcase, all_mistakes_are_shown_at_once);
	tcase_add_test(tcase, a_pair_may_say_little);
	tcase_add_test(tcase, choices_settle_conditions);
	tcase_add_test(tcase, a_folder_that_is_not_there_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
