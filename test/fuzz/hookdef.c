// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hookdef.c - fuzzed: every reader of tables
 *
 * One text is the only table of a folder, then the only pair: hooks, what a test run needs, places,
 * pairs, words of another engine.
 */
#include <stdio.h>

#include "compose/deploy.h"
#include "fuzz.h"
#include "pair.h"

static void read_hooks(const char *folder, struct opn_diags *diags)
{
	struct opn_hookdefs *hookdefs = NULL;
	struct opn_hook_runs *runs = NULL;
	struct opn_places *places = NULL;

	if (!opn_hookdefs_load(folder, diags, &hookdefs)) {
		opn_hookdefs_section(hookdefs, "?section/name");
		opn_hookdefs_callable(hookdefs, "bpf_map_lookup_elem", "one");
		opn_hookdefs_free(hookdefs);
	}
	if (opn_hook_runs_load(folder, diags, &runs))
		return;
	if (!opn_places_load(folder, runs, diags, &places))
		opn_places_free(places);
	opn_hook_runs_free(runs);
}

static void read_pair(const char *folder, struct opn_diags *diags)
{
	struct opn_pairs *pairs = NULL;
	size_t count;

	if (opn_pairs_load(folder, fuzz_hookdefs(), NULL, 0, diags, &pairs))
		return;
	opn_pairs_all(pairs, &count);
	opn_pairs_free(pairs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_deploy_engine engine = { 0 };
	char folder[96];

	if (!diags || !arena)
		return -1;
	fuzz_file("hooks/one.yaml", data, size);
	fuzz_file("pairs/one-to-two.yaml", data, size);
	fuzz_file("deploy/bpfman.yaml", data, size);
	snprintf(folder, sizeof(folder), "%s/hooks", fuzz_folder());
	read_hooks(folder, diags);
	snprintf(folder, sizeof(folder), "%s/pairs", fuzz_folder());
	read_pair(folder, diags);
	opn_deploy_engine_load(fuzz_folder(), OPN_ENGINE_BPFMAN, arena, diags, &engine);
	fuzz_end(diags);
	opn_arena_free(arena);
	return 0;
}
