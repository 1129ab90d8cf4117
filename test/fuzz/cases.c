// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases.c - fuzzed: readers of test cases and of map contents
 *
 * One text is read as JSON, as a source in C, in Go and in Python, and as contents of maps.
 */
#include "cases.h"
#include "fuzz.h"
#include "state.h"

static const struct opn_verdict_names *verdicts(void)
{
	static struct opn_verdict_names names;
	const char *const *hook = opn_hook_runs_names(fuzz_runs());
	const struct opn_hook_run *run =
		hook && *hook ? opn_hook_runs_find(fuzz_runs(), *hook) : NULL;

	if (run) {
		names.rows = run->verdicts;
		names.count = run->verdict_count;
	}
	return &names;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const sources[] = { "a.c", "a.go", "a.py" };
	struct opn_diags *diags = opn_diags_new();
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_cases cases = { .arena = arena, .verdicts = *verdicts() };
	const char *maps[2] = { NULL, NULL };

	if (!diags || !arena)
		return -1;
	opn_cases_read_json(&cases, fuzz_file("cases.json", data, size), diags);
	maps[0] = fuzz_file("cases.json", data, size);
	opn_state_entries(maps);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++)
		opn_cases_read_source(&cases, fuzz_file(sources[i], data, size), diags);
	fuzz_end(diags);
	opn_arena_free(arena);
	return 0;
}
