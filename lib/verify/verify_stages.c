// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_stages.c - a side of a verification that is a list of stages
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify_private.h"

struct finding {
	const struct opn_verify_side *side;
	const struct opn_chain_spec *spec;
	struct opn_hook_runs *runs;
	const struct opn_hookdefs *hookdefs;
	struct opn_arena *arena;
	struct opn_diags *diags;
	struct opn_program_options *open; /* by stage */
	const char *hook;
};

static int find_stage(struct finding *finding, size_t index)
{
	const struct opn_chain_stage *stage = &finding->spec->stages[index];
	struct opn_verify_side side = {
		.object = stage->object ?: finding->spec->object,
		.program = stage->program.text,
		.hook = finding->side->hook,
	};
	struct opn_result_side told = { 0 };
	int error = opn_verify_find(&side, finding->runs, finding->hookdefs, finding->arena,
				    finding->diags, &told, &finding->open[index]);

	if (error || !index) {
		finding->hook = told.hook;
		return error;
	}
	if (strcmp(told.hook, finding->hook))
		return opn_diag(
			finding->diags, OPN_DIAG_VALUE_INVALID, stage->name.loc, told.program,
			opn_arena_printf(finding->arena, "its hook is '%s', the first stage's '%s'",
					 told.hook, finding->hook));
	return 0;
}

static const char *list_stages(const struct finding *finding)
{
	const char *text = NULL;

	for (size_t i = 0; i < finding->spec->stage_count; i++) {
		const char *name = finding->spec->stages[i].name.text ?: finding->open[i].program;

		text = text ? opn_arena_printf(finding->arena, "%s, %s", text, name) : name;
	}
	return text;
}

int opn_verify_stages(const struct opn_verify_side *side, const struct opn_program_options *how,
		      struct opn_hook_runs *runs, const struct opn_hookdefs *hookdefs,
		      struct opn_arena *arena, struct opn_diags *diags,
		      struct opn_result_side *told, struct opn_program **out)
{
	struct finding finding = {
		.side = side,
		.spec = side->stages,
		.runs = runs,
		.hookdefs = hookdefs,
		.arena = arena,
		.diags = diags,
		.open = opn_arena_array(arena, side->stages->stage_count, sizeof(*finding.open)),
	};
	struct opn_chain_options options = { .spec = side->stages, .open = finding.open };
	int error = finding.open ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < side->stages->stage_count; i++) {
		error = find_stage(&finding, i);
		finding.open[i].trace = how->trace;
		finding.open[i].entries = how->entries;
		finding.open[i].one_cpu = how->one_cpu;
	}
	if (error)
		return error;
	told->object = side->object;
	told->hook = finding.hook;
	told->program = list_stages(&finding);
	options.hook = opn_hook_runs_find(runs, finding.hook);
	error = opn_chain_open(&options, diags, out);
	if (!error)
		told->section = opn_arena_strdup(arena, opn_program_section(*out));
	return error;
}
