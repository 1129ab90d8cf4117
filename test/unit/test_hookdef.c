// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_hookdef.c - the tables that come with the tools, and every mistake in a table at its place
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hookdef.h"
#include "unit.h"

static struct opn_hookdefs *load_own(void)
{
	struct opn_hookdefs *hookdefs;

	ck_assert_int_eq(opn_hookdefs_load(OPN_TEST_HOOKDEFS, diags, &hookdefs), 0);
	ck_assert_uint_eq(opn_diags_count(diags, OPN_SEV_WARNING), 0);
	return hookdefs;
}

static const struct {
	const char *section, *hook;
} sections[] = {
	{ "xdp", "xdp" },
	{ "xdp/devmap", "xdp" },
	{ "xdp.frags/cpumap", "xdp" },
	{ "xdp/any", "xdp" },
	{ "xdpx", NULL },
	{ "tc", "tc" },
	{ "tcx/ingress", "tc" },
	{ "tcx/other", NULL },
	{ "tcx/ingress/x", NULL },
	{ "cgroup_skb/egress/x", NULL },
	{ "classifier/x", "tc" },
	{ "action", "tc-action" },
	{ "socket", "socket-filter" },
	{ "?fentry.s/vfs_read", "fentry" },
	{ "fentry.sleep/x", NULL },
	{ "kprobe.multi/x*", "kprobe" },
	{ "kretsyscall/x", "kretprobe" },
	{ "raw_tp.w/x", "raw-tracepoint-writable" },
	{ "cgroup/sock_create", "cgroup-sock" },
	{ "cgroup/sock", "cgroup-sock" },
	{ "cgroup/connect4", "cgroup-sock-addr" },
	{ "cgroup_skb/egress", "cgroup-skb" },
	{ "struct_ops.s/init", "struct-ops" },
	{ "freplace/f", "ext" },
	{ "lsm_cgroup/socket_bind", "lsm-cgroup" },
	{ "license", NULL },
	{ ".maps", NULL },
	{ "", NULL },
};

START_TEST(sections_mean_hooks)
{
	struct opn_hookdefs *hookdefs = load_own();
	const char *hook = opn_hookdefs_section_hook(hookdefs, sections[_i].section);

	ck_assert_pstr_eq(hook, sections[_i].hook);
	opn_hookdefs_free(hookdefs);
}
END_TEST

/* A user of the array takes the first rule that matches: no rule may hide a later one. */
START_TEST(the_most_specific_rule_is_first)
{
	struct opn_hookdefs *hookdefs = load_own();
	const struct opn_section_rule *rules;
	size_t count;

	rules = opn_hookdefs_sections(hookdefs, &count);
	ck_assert_uint_gt(count, 80);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i + 1; j < count; j++) {
			size_t length = strlen(rules[i].section);

			ck_assert_msg(strncmp(rules[j].section, rules[i].section, length) ||
					      !rules[i].prefix || rules[j].section[length] != '/',
				      "%s hides %s", rules[i].section, rules[j].section);
			ck_assert_str_ne(rules[i].section, rules[j].section);
		}
	}
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(names_are_sorted_and_entries_are_known)
{
	struct opn_hookdefs *hookdefs = load_own();
	const char *const *names = opn_hookdefs_names(hookdefs);
	const struct opn_entry_rule *entry;
	size_t count = 0, entries = 0;
	bool known;

	for (; names[count]; count++) {
		ck_assert(!count || strcmp(names[count - 1], names[count]) < 0);
		entry = opn_hookdefs_entry(hookdefs, names[count], &known);
		ck_assert(known);
		if (!entry)
			continue;
		entries++;
		ck_assert_str_eq(entry->hook, names[count]);
		ck_assert_str_eq(opn_hookdefs_section_hook(hookdefs, entry->section), names[count]);
		ck_assert_ptr_nonnull(entry->verdict);
		/* the context itself can always be passed on */
		ck_assert_str_eq(entry->arguments[0].type, entry->context);
		ck_assert_str_eq(entry->arguments[0].value, "ctx");
	}
	ck_assert_uint_ge(count, 40);
	ck_assert_uint_ge(entries, 20);
	ck_assert_ptr_null(opn_hookdefs_entry(hookdefs, "no-such-hook", &known));
	ck_assert(!known);
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(helpers_have_a_first_kernel)
{
	static const char *const some[] = { "bpf_ringbuf_reserve", "bpf_map_lookup_elem",
					    "bpf_get_numa_node_id", NULL };
	static const char *const unknown[] = { "bpf_map_lookup_elem", "bpf_frobnicate", NULL };
	static const char *const old[] = { "bpf_get_numa_node_id", "bpf_skb_change_tail", NULL };
	static const char *const major[] = { "bpf_spin_lock", "bpf_sk_release", NULL };
	static const char *const none[] = { NULL };
	static const char *const kfunc[] = { "bpf_dynptr_from_xdp", "bpf_ct_release", NULL };
	static const char *const map[] = { "BPF_MAP_TYPE_BLOOM_FILTER", "bpf_map_peek_elem", NULL };
	static const char *const no_kernel[] = { "bpf_map_peek_elem", "bpf_iter_bits_new", NULL };
	struct opn_hookdefs *hookdefs = load_own();

	ck_assert_str_eq(opn_hookdefs_min_kernel(hookdefs, some), "5.8");
	/* as numbers, not as text: 4.10 is after 4.9 */
	ck_assert_str_eq(opn_hookdefs_min_kernel(hookdefs, old), "4.10");
	ck_assert_str_eq(opn_hookdefs_min_kernel(hookdefs, major), "5.1");
	ck_assert_ptr_null(opn_hookdefs_min_kernel(hookdefs, unknown));
	ck_assert_ptr_null(opn_hookdefs_min_kernel(hookdefs, none));
	ck_assert_str_eq(opn_hookdefs_min_kernel(hookdefs, kfunc), "6.4");
	ck_assert_str_eq(opn_hookdefs_min_kernel(hookdefs, map), "5.16");
	ck_assert_ptr_null(opn_hookdefs_min_kernel(hookdefs, no_kernel));
	ck_assert_int_eq(opn_hookdefs_callable(hookdefs, "BPF_MAP_TYPE_HASH", "xdp"),
			 OPN_CALLABLE_UNKNOWN);
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(kernels_are_compared_as_numbers)
{
	ck_assert(opn_kernel_newer("5.10", "5.9"));
	ck_assert(!opn_kernel_newer("5.9", "5.10"));
	ck_assert(opn_kernel_newer("6.0", "5.19"));
	ck_assert(!opn_kernel_newer("5.10", "5.10"));
}
END_TEST

START_TEST(helpers_have_a_number)
{
	struct opn_hookdefs *hookdefs = load_own();

	ck_assert_str_eq(opn_hookdefs_helper_name(hookdefs, 1), "bpf_map_lookup_elem");
	ck_assert_str_eq(opn_hookdefs_helper_name(hookdefs, 44), "bpf_xdp_adjust_head");
	/* no helper has 0, and no kfunc has a number */
	ck_assert_ptr_null(opn_hookdefs_helper_name(hookdefs, 0));
	ck_assert_ptr_null(opn_hookdefs_helper_name(hookdefs, 100000));
	opn_hookdefs_free(hookdefs);
}
END_TEST

static const struct {
	const char *name, *hook;
	enum opn_callable callable;
} calls[] = {
	{ "bpf_map_lookup_elem", "xdp", OPN_CALLABLE_YES },
	{ "bpf_xdp_adjust_head", "xdp", OPN_CALLABLE_YES },
	{ "bpf_xdp_adjust_head", "tc", OPN_CALLABLE_NO },
	{ "bpf_skb_store_bytes", "tc", OPN_CALLABLE_YES },
	{ "bpf_skb_store_bytes", "xdp", OPN_CALLABLE_NO },
	{ "bpf_map_lookup_elem", "no-such-hook", OPN_CALLABLE_NO },
	{ "bpf_frobnicate", "xdp", OPN_CALLABLE_UNKNOWN },
	/* kfuncs */
	{ "bpf_xdp_ct_lookup", "xdp", OPN_CALLABLE_YES },
	{ "bpf_dynptr_from_skb", "tc", OPN_CALLABLE_YES },
	{ "bpf_dynptr_from_skb", "xdp", OPN_CALLABLE_NO },
};

START_TEST(helpers_and_kfuncs_are_for_hooks)
{
	struct opn_hookdefs *hookdefs = load_own();

	ck_assert_int_eq(opn_hookdefs_callable(hookdefs, calls[_i].name, calls[_i].hook),
			 calls[_i].callable);
	opn_hookdefs_free(hookdefs);
}
END_TEST

/* Tables of pairs stand in the same folder and are read elsewhere. */
START_TEST(pairs_are_no_hooks)
{
	struct opn_hookdefs *hookdefs;

	write_file("h.yaml", "schema: opened/hook/1\nname: h\nprog-type: T\nsections: []\n"
			     "context: {type: struct c}\n");
	write_file("h-to-i.yaml", "schema: opened/pair/1\nno: [such, keys]\n");
	ck_assert_int_eq(opn_hookdefs_load(".", diags, &hookdefs), 0);
	ck_assert_str_eq(opn_hookdefs_names(hookdefs)[0], "h");
	ck_assert_ptr_null(opn_hookdefs_names(hookdefs)[1]);
	ck_assert_str_eq(opn_hookdefs_context(hookdefs, "h"), "struct c");
	ck_assert_ptr_null(opn_hookdefs_context(hookdefs, "h-to-i"));
	opn_hookdefs_free(hookdefs);
}
END_TEST

START_TEST(helpers_touch_their_map)
{
	static const struct opn_map_access_rule wanted[] = {
		{ "bpf_map_lookup_elem", OPN_ACCESS_READ, 0 },
		{ "bpf_map_update_elem", OPN_ACCESS_WRITE, 0 },
		{ "bpf_tail_call", OPN_ACCESS_READ, 1 },
		{ "bpf_sk_storage_get", OPN_ACCESS_READ | OPN_ACCESS_WRITE, 0 },
		{ "bpf_perf_event_output", OPN_ACCESS_WRITE, 1 },
	};
	struct opn_hookdefs *hookdefs = load_own();
	const struct opn_map_access_rule *rules;
	size_t count, found = 0;

	rules = opn_hookdefs_map_access(hookdefs, &count);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++) {
			if (strcmp(rules[i].helper, wanted[j].helper))
				continue;
			found++;
			ck_assert_uint_eq(rules[i].access, wanted[j].access);
			ck_assert_uint_eq(rules[i].argument, wanted[j].argument);
		}
	}
	ck_assert_uint_eq(found, 5);
	opn_hookdefs_free(hookdefs);
}
END_TEST

#define HEAD	"schema: opened/hook/1\nname: h\nprog-type: BPF_PROG_TYPE_H\n"
#define HELPERS "schema: opened/helpers/1\nhelpers:\n"
#define MAPS	"map-types:\n  m: {min-kernel: \"4.1\"}\n"
#define KFUNCS	"kfuncs:\n  k: {hooks: []}\n" MAPS
#define TAIL	"sections:\n  - {name: s, prefix: true}\ncontext:\n  type: struct c\n"

/* A mistake in h.yaml, and the first line that is said of it. */
static const struct {
	const char *text, *said;
} mistakes[] = {
	{ HEAD TAIL "contxt: 1\n",
	  "h.yaml:8:1: error: unknown key 'contxt'; did you mean 'context'?"
	  " [-Wopened-key-unknown]" },
	{ HEAD TAIL "frobnicate: 1\n",
	  "h.yaml:8:1: error: unknown key 'frobnicate' [-Wopened-key-unknown]" },
	{ HEAD TAIL "name: h\n",
	  "h.yaml:8:1: error: 'name': the key is given twice [-Wopened-value-invalid]" },
	{ HEAD "sections: []\n",
	  "h.yaml:1:1: error: key 'context' is missing [-Wopened-key-missing]" },
	{ HEAD "sections: s\ncontext: {type: c}\n",
	  "h.yaml:4:11: error: 'sections': expected a list [-Wopened-value-invalid]" },
	{ HEAD "sections: [s]\ncontext: {type: c}\n",
	  "h.yaml:4:12: error: 'sections': expected {name: ..., prefix: ...}"
	  " [-Wopened-value-invalid]" },
	{ HEAD "sections: [{name: s, prefix: 1}]\ncontext: {type: c}\n",
	  "h.yaml:4:30: error: 'prefix': expected true or false [-Wopened-value-invalid]" },
	{ HEAD "sections: [{name: s, prefix: \"true\"}]\ncontext: {type: c}\n",
	  "h.yaml:4:30: error: 'prefix': expected true or false [-Wopened-value-invalid]" },
	{ HEAD "sections: [{prefix: true}]\ncontext: {type: c}\n",
	  "h.yaml:4:12: error: key 'name' is missing [-Wopened-key-missing]" },
	{ HEAD "sections: [{name: s}, {name: s}]\ncontext: {type: c}\n",
	  "h.yaml:4:30: error: 's': the section belongs to hook 'h' [-Wopened-value-invalid]" },
	{ HEAD "sections: []\ncontext: {type: true}\n",
	  "h.yaml:5:17: error: 'type': expected text [-Wopened-value-invalid]" },
	{ HEAD "sections: []\ncontext: {type: 4.10}\n",
	  "h.yaml:5:17: error: 'type': expected text [-Wopened-value-invalid]" },
	{ HEAD "sections: []\ncontext: {type: \"\"}\n",
	  "h.yaml:5:17: error: 'type': expected text that is not empty"
	  " [-Wopened-value-invalid]" },
	{ HEAD "sections: []\ncontext: {\"\xc3\xa9\": 1, typ: x}\n",
	  "h.yaml:5:11: error: unknown key '\xc3\xa9' [-Wopened-key-unknown]" },
	/* a column counts bytes */
	{ HEAD "sections: []\ncontext: {type: \"\xc3\xa9\", typ: x}\n",
	  "h.yaml:5:23: error: unknown key 'typ'; did you mean 'type'?"
	  " [-Wopened-key-unknown]" },
	{ HEAD TAIL "entry: {section: other}\n",
	  "h.yaml:8:18: error: 'other': it is not among the sections of hook 'h'"
	  " [-Wopened-value-invalid]" },
	{ HEAD TAIL "entry: {section: s, result-bounded: true}\n",
	  "h.yaml:8:8: error: key 'verdict' is missing [-Wopened-key-missing]" },
	{ HEAD TAIL "entry: {section: s, arguments: [{type: t}]}\n",
	  "h.yaml:8:33: error: key 'value' is missing [-Wopened-key-missing]" },
	{ "schema: opened/hook/2\n",
	  "h.yaml:1:9: error: 'opened/hook/2': it is no known schema; did you mean "
	  "'opened/hook/1'? [-Wopened-value-invalid]" },
	{ "name: h\n", "h.yaml:1:1: error: key 'schema' is missing [-Wopened-key-missing]" },
	{ "schema: opened/hook/1\nname: other\nprog-type: T\n" TAIL,
	  "h.yaml:2:7: error: 'other': the file is called 'h.yaml' [-Wopened-value-invalid]" },
	{ "- a\n", "h.yaml:1:1: error: the document is no mapping [-Wopened-yaml-invalid]" },
	{ "", "h.yaml: error: the document is no mapping [-Wopened-yaml-invalid]" },
	{ HEAD TAIL "---\na: 1\n",
	  "h.yaml:9:1: error: a second document begins here [-Wopened-yaml-invalid]" },
	{ HEAD "sections: [\n",
	  "h.yaml:5:1: error: did not find expected node content [-Wopened-yaml-invalid]" },
	{ HEAD "\tsections: []\n",
	  "h.yaml:4:1: error: found a tab character that violates indentation"
	  " [-Wopened-yaml-invalid]" },
	{ "schema: opened/map-access/1\nhelpers:\n  f: {map: -1, access: [read]}\n",
	  "h.yaml:3:12: error: 'map': expected a number from 0 [-Wopened-value-invalid]" },
	{ "schema: opened/map-access/1\nhelpers:\n  f: {map: 0, access: [look]}\n",
	  "h.yaml:3:24: error: 'access': expected read and write, each at most once"
	  " [-Wopened-value-invalid]" },
	{ "schema: opened/map-access/1\nhelpers:\n  f: {map: 0, access: []}\n",
	  "h.yaml:3:23: error: 'access': expected read or write [-Wopened-value-invalid]" },
	{ HELPERS "  f: {id: 1, min-kernel: 4.10, gpl-only: false, hooks: []}\n" KFUNCS,
	  "h.yaml:3:26: error: 'min-kernel': expected text [-Wopened-value-invalid]" },
	{ HELPERS "  f: {id: 1, min-kernel: \"new\", gpl-only: false, hooks: []}\n" KFUNCS,
	  "h.yaml:3:26: error: 'min-kernel': expected a version like \"5.10\""
	  " [-Wopened-value-invalid]" },
	{ HELPERS "  f: {gpl-only: false, hooks: []}\n" KFUNCS,
	  "h.yaml:3:6: error: key 'id' is missing [-Wopened-key-missing]" },
	{ HELPERS "  f: {id: one, gpl-only: false, hooks: []}\n" KFUNCS,
	  "h.yaml:3:11: error: 'id': expected a number from 0 [-Wopened-value-invalid]" },
	{ HELPERS "  f: {id: 1, gpl-only: false}\n" KFUNCS,
	  "h.yaml:3:6: error: key 'hooks' is missing [-Wopened-key-missing]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: h}\n" KFUNCS,
	  "h.yaml:3:38: error: 'hooks': expected a list [-Wopened-value-invalid]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: [[h]]}\n" KFUNCS,
	  "h.yaml:3:39: error: 'hooks': expected names of hooks [-Wopened-value-invalid]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: [], kfunc: true}\n" KFUNCS,
	  "h.yaml:3:42: error: unknown key 'kfunc' [-Wopened-key-unknown]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: []}\n",
	  "h.yaml:1:1: error: key 'kfuncs' is missing [-Wopened-key-missing]" },
	{ HELPERS
	  "  f: {id: 1, gpl-only: false, hooks: []}\nkfuncs:\n  k: {id: 1, hooks: []}\n" MAPS,
	  "h.yaml:5:7: error: unknown key 'id' [-Wopened-key-unknown]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: []}\nkfuncs:\n  k: {}\n" MAPS,
	  "h.yaml:5:6: error: key 'hooks' is missing [-Wopened-key-missing]" },
	{ HELPERS "  f: {id: 1, gpl-only: false, hooks: []}\nkfuncs: {}\nmap-types:\n  m: {}\n",
	  "h.yaml:6:6: error: key 'min-kernel' is missing [-Wopened-key-missing]" },
	{ HELPERS "  f: 1\n" KFUNCS,
	  "h.yaml:3:6: error: 'f': expected a mapping [-Wopened-value-invalid]" },
};

START_TEST(a_mistake_is_shown_at_its_place)
{
	struct opn_hookdefs *hookdefs;
	char *text;

	write_file("h.yaml", mistakes[_i].text);
	ck_assert_int_ne(opn_hookdefs_load(".", diags, &hookdefs), 0);
	ck_assert_ptr_null(hookdefs);
	ck_assert_int_eq(opn_diags_status(diags), 2);
	text = printed(false, false);
	*strchr(text, '\n') = '\0';
	ck_assert_str_eq(text, mistakes[_i].said);
	free(text);
}
END_TEST

START_TEST(all_mistakes_are_shown_at_once)
{
	struct opn_hookdefs *hookdefs;

	write_file("a.yaml", "schema: opened/hook/1\nname: a\nx: 1\ny: 2\n");
	write_file("b.yaml", HEAD);
	write_file("not-a-table.txt", "{");
	ck_assert_int_ne(opn_hookdefs_load(".", diags, &hookdefs), 0);
	/* a: two unknown keys, three missing; b: two missing */
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_KEY_UNKNOWN), 2);
	ck_assert_uint_eq(opn_diags_count_id(diags, OPN_DIAG_KEY_MISSING), 5);
}
END_TEST

#define HOW                                                                                        \
	"note: the tools come with a folder 'hookdefs', which has helpers.yaml: name it with "     \
	"--hookdefs=DIR, or in the environment with OPENED_HOOKDEFS=DIR\n"

START_TEST(a_folder_without_tables_is_refused)
{
	struct opn_hookdefs *hookdefs;

	ck_assert_int_ne(opn_hookdefs_load("missing", diags, &hookdefs), 0);
	expect_printed("error: cannot read 'missing': No such file or directory "
		       "[-Wopened-input-unreadable]\n" HOW "1 error generated.\n");
	ck_assert_int_ne(opn_hookdefs_load(".", diags, &hookdefs), 0);
	expect_printed("error: cannot read '.': it holds no hook tables "
		       "[-Wopened-input-unreadable]\n" HOW "1 error generated.\n");
}
END_TEST

Suite *hookdef_suite(void)
{
	Suite *suite = suite_create("hookdef");
	TCase *tcase = folder_case("hookdef");

	tcase_add_loop_test(tcase, sections_mean_hooks, 0, sizeof(sections) / sizeof(sections[0]));
	tcase_add_test(tcase, the_most_specific_rule_is_first);
	tcase_add_test(tcase, names_are_sorted_and_entries_are_known);
	tcase_add_test(tcase, helpers_have_a_first_kernel);
	tcase_add_test(tcase, kernels_are_compared_as_numbers);
	tcase_add_test(tcase, helpers_have_a_number);
	tcase_add_loop_test(tcase, helpers_and_kfuncs_are_for_hooks, 0,
			    sizeof(calls) / sizeof(calls[0]));
	tcase_add_test(tcase, pairs_are_no_hooks);
	tcase_add_test(tcase, helpers_touch_their_map);
	tcase_add_loop_test(tcase, a_mistake_is_shown_at_its_place, 0,
			    sizeof(mistakes) / sizeof(mistakes[0]));
	tcase_add_test(tcase, all_mistakes_are_shown_at_once);
	tcase_add_test(tcase, a_folder_without_tables_is_refused);
	suite_add_tcase(suite, tcase);
	return suite;
}
