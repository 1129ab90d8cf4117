/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_emit.c - what another loader is told of the pipeline, beside the product
 */
#include "compose.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is asked for ---- */

int compose_emit_read(struct compose_run *run, const char *spec)
{
	struct opn_composition *composition = &run->composition;
	int error;

	if (run->options->engine == OPN_ENGINE_OWN)
		return 0;
	error = opn_deploy_engine_load(run->folder, run->options->engine, run->arena, run->diags,
				       &run->engine);
	if (!error)
		error = opn_deploy_read(spec, &run->engine, run->arena, run->diags, &run->deploy);
	composition->unswitched = true;
	return error;
}

int compose_emit_check(struct compose_run *run)
{
	if (run->options->engine == OPN_ENGINE_OWN)
		return 0;
	return opn_deploy_check(&run->engine, &run->deploy, &run->composition, run->diags);
}

/* ---- what is written ---- */

static int add_text(struct opn_output *output, const char *path, char *text)
{
	int error;

	if (!text)
		opn_cli_no_memory(NULL);
	error = opn_output_add(output, path, text, strlen(text));
	free(text);
	return error;
}

int compose_emit_add(struct compose_run *run, struct opn_output *output)
{
	const struct opn_composition *composition = &run->composition;

	switch (run->options->engine) {
	case OPN_ENGINE_BPFMAN:
		return add_text(output,
				opn_arena_printf(run->arena, "bpfman/%s.yaml", composition->name),
				opn_emit_bpfman(composition, &run->engine, &run->deploy));
	case OPN_ENGINE_L3AF:
	case OPN_ENGINE_OWN:
		break;
	}
	return 0;
}
