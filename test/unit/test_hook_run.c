// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_hook_run.c - the prover's tables, and every mistake in one at its place
 */
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "hook_run.h"
#include "program.h"
#include "unit.h"

static struct opn_hook_runs *load_own(void)
{
	struct opn_hook_runs *runs;

	ck_assert_int_eq(opn_hook_runs_load(OPN_TEST_HOOKDEFS, diags, &runs), 0);
	return runs;
}

static const struct {
	const char *hook;
	int verdict;
	enum opn_fate fate;
	const char *name;
} verdicts[] = {
	{ "xdp", XDP_PASS, OPN_FATE_PASS, "XDP_PASS" },
	{ "xdp", XDP_ABORTED, OPN_FATE_ABORT, "XDP_ABORTED" },
	{ "xdp", XDP_TX, OPN_FATE_REFLECT, "XDP_TX" },
	{ "xdp", 77, OPN_FATE_DROP, NULL },
	{ "tc", TC_ACT_OK, OPN_FATE_FINAL, "TC_ACT_OK" },
	{ "tc", TC_ACT_UNSPEC, OPN_FATE_PASS, "TC_ACT_UNSPEC" },
	{ "tc", TC_ACT_SHOT, OPN_FATE_DROP, "TC_ACT_SHOT" },
	{ "tc", TC_ACT_REDIRECT, OPN_FATE_REDIRECT, "TC_ACT_REDIRECT" },
	{ "tc", 77, OPN_FATE_PASS, NULL },
	{ "socket-filter", 0, OPN_FATE_DROP, "drop" },
	{ "socket-filter", 64, OPN_FATE_PASS, NULL },
};

START_TEST(verdicts_have_fates)
{
	struct opn_hook_runs *runs = load_own();
	const struct opn_hook_run *hook = opn_hook_runs_find(runs, verdicts[_i].hook);

	ck_assert_ptr_nonnull(hook);
	ck_assert_int_eq(opn_hook_fate(hook, (uint32_t)verdicts[_i].verdict), verdicts[_i].fate);
	ck_assert_pstr_eq(opn_hook_verdict_name(hook, (uint32_t)verdicts[_i].verdict),
			  verdicts[_i].name);
	opn_hook_runs_free(runs);
}
END_TEST

START_TEST(hooks_have_types)
{
	struct opn_hook_runs *runs = load_own();

	ck_assert_int_eq(opn_hook_runs_find(runs, "xdp")->prog_type, BPF_PROG_TYPE_XDP);
	ck_assert_int_eq(opn_hook_runs_find(runs, "tc")->prog_type, BPF_PROG_TYPE_SCHED_CLS);
	ck_assert_int_eq(opn_hook_runs_find(runs, "cgroup-skb")->prog_type,
			 BPF_PROG_TYPE_CGROUP_SKB);
	ck_assert_ptr_null(opn_hook_runs_find(runs, "fentry"));
	ck_assert_str_eq(opn_hook_runs_by_type(runs, BPF_PROG_TYPE_XDP)->hook, "xdp");
	opn_hook_runs_free(runs);
}
END_TEST

START_TEST(pairs_compare_fates)
{
	struct opn_hook_runs *runs = load_own();
	const struct opn_hook_pair *pair = opn_hook_runs_pair(runs, "xdp", "tc");

	ck_assert_ptr_nonnull(pair);
	ck_assert(pair->reflects_by_redirect);
	ck_assert(pair->passes_by_reinjection);
	ck_assert_uint_eq(pair->reinjection_flags, 1);
	ck_assert_str_eq(pair->reinjection_keeps[0], "mark");
	ck_assert_ptr_null(pair->reinjection_keeps[1]);
	ck_assert(opn_hook_pair_same_fate(pair, OPN_FATE_PASS, OPN_FATE_FINAL));
	ck_assert(opn_hook_pair_same_fate(pair, OPN_FATE_ABORT, OPN_FATE_DROP));
	ck_assert(!opn_hook_pair_same_fate(pair, OPN_FATE_DROP, OPN_FATE_PASS));
	ck_assert(!opn_hook_pair_same_fate(pair, OPN_FATE_PASS, OPN_FATE_DROP));
	ck_assert_ptr_nonnull(opn_hook_pair_benign(pair, OPN_BENIGN_REFUSED_SECOND));
	ck_assert_ptr_null(opn_hook_pair_benign(pair, OPN_BENIGN_REFUSED_FIRST));
	ck_assert_ptr_null(pair->bytes_tell.field);
	pair = opn_hook_runs_pair(runs, "tc", "xdp");
	ck_assert_str_eq(pair->bytes_tell.field, "protocol");
	ck_assert_uint_eq(pair->bytes_tell.at, 12);
	ck_assert_str_eq(opn_hook_runs_told_field(runs, "tc"), "protocol");
	ck_assert_ptr_null(opn_hook_runs_told_field(runs, "xdp"));
	pair = opn_hook_runs_pair(runs, "tc", "tc");
	ck_assert(opn_hook_pair_same_fate(pair, OPN_FATE_DROP, OPN_FATE_DROP));
	ck_assert(!opn_hook_pair_same_fate(pair, OPN_FATE_PASS, OPN_FATE_FINAL));
	ck_assert_ptr_null(opn_hook_runs_pair(runs, "xdp", "fentry"));
	opn_hook_runs_free(runs);
}
END_TEST

/* The table's numbers are those of the kernel's header, as far as the header here has them. */
static const struct {
	const char *name;
	int number;
} numbers[] = {
#define NUMBER(name) { "bpf_" #name, BPF_FUNC_##name }
	NUMBER(map_lookup_elem),	NUMBER(ktime_get_ns),	  NUMBER(ktime_get_boot_ns),
	NUMBER(ktime_get_coarse_ns),	NUMBER(ktime_get_tai_ns), NUMBER(jiffies64),
	NUMBER(get_prandom_u32),	NUMBER(redirect),	  NUMBER(redirect_peer),
	NUMBER(redirect_neigh),		NUMBER(redirect_map),	  NUMBER(clone_redirect),
	NUMBER(map_lookup_percpu_elem), NUMBER(skb_change_proto), NUMBER(skb_adjust_room),
};

START_TEST(calls_have_the_kernels_numbers)
{
	struct opn_hook_runs *runs = load_own();
	size_t count, found = 0;
	const struct opn_call_rule *calls = opn_hook_runs_calls(runs, &count);

	ck_assert_uint_eq(count, sizeof(numbers) / sizeof(numbers[0]));
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (strcmp(calls[i].name, numbers[j].name))
				continue;
			ck_assert_int_eq(calls[i].helper, numbers[j].number);
			found++;
		}
	}
	ck_assert_uint_eq(found, count);
	opn_hook_runs_free(runs);
}
END_TEST

/* One wrong table each, and what is said of it. */
static const struct {
	const char *text, *said;
} wrong[] = {
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {pass: [passed]}}\n",
	  "a.yaml:4:25: error: 'pass': 'passed' is no known word; did you mean 'pass'?" },
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {}, passes-by-reinjection: "
	  "{flags: 1}}\n",
	  "error: key 'keeps' is missing" },
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {}, passes-by-reinjection: "
	  "{flags: 1, keeps: [{mark: 1}]}}\n",
	  "'keeps': expected a word" },
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {}, bytes-tell: {field: kind, "
	  "at: 12}}\n",
	  "error: key 'why' is missing" },
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {}, bytes-tell: {field: kind, "
	  "at: first, why: x}}\n",
	  "error: 'at': " },
	{ "schema: opened/pair/1\nfrom: a\nto: b\nverify: {fates: {pass: [pass]}}\n",
	  "'b': no hook of this name has a key 'run'" },
	{ "schema: opened/pair/1\nfrom: a\nto: a\nverify: {fates: {}, benign: [{kind: refused-by-"
	  "first}]}\n",
	  "error: key 'why' is missing" },
	{ "schema: opened/calls/1\ncalls: {bpf_x: {number: 1, role: clok}}\n",
	  "did you mean 'clock'?" },
	{ "schema: opened/hook/1\nname: h\nprog-type: BPF_PROG_TYPE_SNARK\nsections: []\ncontext: "
	  "{type: int}\nverdicts: {other: drop, values: {}}\nrun: {length: {min: 14, max: 20}, "
	  "fields: {}}\n",
	  "libbpf knows no such program type" },
	{ "schema: opened/hook/1\nname: h\nprog-type: BPF_PROG_TYPE_XDP\nsections: []\ncontext: "
	  "{type: int}\nverdicts: {other: drop, values: {X: {value: 1e9, fate: drop}}}\nrun: "
	  "{length: {min: 30, max: 20}, fields: {}}\n",
	  "expected a number of 32 bits" },
	{ "schema: opened/hook/1\nname: h\nprog-type: BPF_PROG_TYPE_XDP\nsections: []\ncontext: "
	  "{type: int}\nverdicts: {other: drop, values: {}}\nrun: {length: {min: 30, max: 20}, "
	  "fields: {}}\n",
	  "expected min <= max <= 9216" },
	{ "schema: opened/hook/1\nname: h\nprog-type: BPF_PROG_TYPE_XDP\nsections: []\ncontext: "
	  "{type: int}\nverdicts: {other: drop, values: {}}\nrun: {length: {min: 14, max: 20}, "
	  "fields: {mark: {inn: true}}}\n",
	  "unknown key 'inn'" },
};

static const char hook_a[] = "schema: opened/hook/1\nname: a\nprog-type: BPF_PROG_TYPE_XDP\n"
			     "sections: []\ncontext: {type: struct xdp_md}\n"
			     "verdicts: {other: drop, values: {A: {value: 0, fate: pass}}}\n"
			     "run: {length: {min: 14, max: 100}, fields: {}}\n";

START_TEST(mistakes_have_places)
{
	struct opn_hook_runs *runs;
	char *said;

	write_file("z.yaml", hook_a);
	ck_assert_int_eq(opn_hook_runs_load(".", diags, &runs), 0);
	opn_hook_runs_free(runs);
	write_file("a.yaml", wrong[_i].text);
	ck_assert_int_lt(opn_hook_runs_load(".", diags, &runs), 0);
	ck_assert_ptr_null(runs);
	said = printed(false, false);
	ck_assert_msg(strstr(said, wrong[_i].said), "wanted '%s' in:\n%s", wrong[_i].said, said);
	free(said);
}
END_TEST

Suite *hook_run_suite(void)
{
	Suite *suite = suite_create("hook-run");
	TCase *tests = folder_case("hook-run");

	tcase_add_loop_test(tests, verdicts_have_fates, 0, sizeof(verdicts) / sizeof(verdicts[0]));
	tcase_add_test(tests, hooks_have_types);
	tcase_add_test(tests, pairs_compare_fates);
	tcase_add_test(tests, calls_have_the_kernels_numbers);
	tcase_add_loop_test(tests, mistakes_have_places, 0, sizeof(wrong) / sizeof(wrong[0]));
	suite_add_tcase(suite, tests);
	return suite;
}
