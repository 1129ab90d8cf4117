// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * spec.c - fuzzed: everything that reads a user's YAML
 *
 * One text goes through the readers of an opened.yaml (all of it, its pipeline alone, its key
 * "deploy"), of an answer that is written back into it, and of opened-verify's list of stages.
 */
#include "driver/spec.h"
#include "chain.h"
#include "compose/deploy.h"
#include "fuzz.h"

static void write_answers(const uint8_t *data, size_t size, struct opn_arena *arena,
			  struct opn_diags *diags)
{
	static const struct opn_spec_answer answers[] = {
		{ "extract", "decap", "resolve", "count", "a.c:12" },
		{ "extract", "decap", "user-maps", NULL, "flows" },
		{ "transform", "decap", "accept", NULL, "lost: 'quoted'" },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		opn_spec_write_answer(fuzz_file("opened.yaml", data, size), &answers[i], arena,
				      diags);
}

/* Read once. */
static const struct opn_deploy_engine *engine_words(enum opn_engine kind)
{
	static struct opn_deploy_engine engines[OPN_ENGINE_COUNT];
	static struct opn_arena *arena;
	struct opn_diags *diags;

	if (!arena) {
		arena = opn_arena_new(NULL, NULL);
		diags = opn_diags_new();
		for (enum opn_engine each = OPN_ENGINE_BPFMAN; each < OPN_ENGINE_COUNT; each++)
			opn_deploy_engine_load(OPN_TEST_HOOKDEFS, each, arena, diags,
					       &engines[each]);
		opn_diags_free(diags);
	}
	return &engines[kind];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_composition composition = { 0 };
	struct opn_deploy deploy = { 0 };
	struct opn_chain_spec *chain;
	struct opn_spec spec = { 0 };
	const char *path = fuzz_file("opened.yaml", data, size);

	if (!diags || !arena)
		return -1;
	opn_spec_read(path, fuzz_places(), arena, diags, &spec);
	if (!opn_composition_read(path, fuzz_places(), NULL, arena, diags, &composition))
		opn_composition_check(&composition, diags);
	for (enum opn_engine kind = OPN_ENGINE_BPFMAN; kind < OPN_ENGINE_COUNT; kind++)
		opn_deploy_read(path, engine_words(kind), arena, diags, &deploy);
	opn_chain_read(path, arena, diags, &chain);
	write_answers(data, size, arena, diags);
	fuzz_end(diags);
	opn_arena_free(arena);
	return 0;
}
