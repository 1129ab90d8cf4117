/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_emit.c - what another loader is told of the pipeline, beside the product
 */
#include "compose.h"
#include "compose/oci.h"

#include <ctype.h>
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
	composition->elsewhere = true;
	for (size_t h = 0; run->options->engine == OPN_ENGINE_L3AF && h < composition->hook_count;
	     h++) {
		struct opn_composed_hook *hook = &composition->hooks[h];

		hook->handover =
			composition->hook_count == 1
				? opn_arena_printf(run->arena, "%s_next", composition->name)
				: opn_arena_printf(run->arena, "%s_%s_next", composition->name,
						   hook->id);
	}
	return error;
}

int compose_emit_check(struct compose_run *run)
{
	if (run->options->engine == OPN_ENGINE_OWN)
		return 0;
	return opn_deploy_check(&run->engine, &run->deploy, &run->composition, run->diags);
}

/* ---- what is written ---- */

/* "BPF_MAP_TYPE_HASH" is "hash". */
static const char *map_type_word(struct compose_run *run, const char *type)
{
	static const char prefix[] = "BPF_MAP_TYPE_";
	char *word = opn_arena_strdup(
		run->arena, strncmp(type, prefix, strlen(prefix)) ? type : type + strlen(prefix));

	for (char *c = word; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return word;
}

/* Maps of the object and the kernel's words for their types, as the stages' sources have them. */
static const struct opn_deploy_word *list_maps(struct compose_run *run, size_t *count)
{
	const struct opn_composition *composition = &run->composition;
	struct opn_deploy_word *list;
	size_t most = composition->hook_count;

	for (size_t u = 0; u < run->unit_count; u++)
		most += run->units[u].stage->map_count;
	list = opn_arena_array(run->arena, most + 1, sizeof(*list));
	*count = 0;
	for (size_t h = 0; composition->counts && h < composition->hook_count; h++)
		list[(*count)++] =
			(struct opn_deploy_word){ opn_arena_printf(run->arena, "counters_%s",
								   composition->hooks[h].id),
						  "percpu_array" };
	for (size_t u = 0; u < run->unit_count; u++) {
		const struct compose_unit *unit = &run->units[u];

		for (size_t m = 0; m < unit->stage->map_count; m++) {
			const struct opn_map *map = &unit->stage->maps[m];
			const char *name = map->name;
			bool is_elsewhere = false;

			for (char *const *e = unit->externs; e && *e; e++)
				is_elsewhere |= !strcmp(*e, name);
			for (size_t r = 0; r < unit->rename_count; r++) {
				if (!strcmp(unit->renames[r].from, map->name))
					name = unit->renames[r].to;
			}
			if (map->type && !is_elsewhere)
				list[(*count)++] =
					(struct opn_deploy_word){ name,
								  map_type_word(run, map->type) };
		}
	}
	return list;
}

static int add_bpfman(struct compose_run *run, struct opn_output *output)
{
	const struct opn_composition *composition = &run->composition;
	size_t program_count, map_count;
	const struct opn_deploy_word *programs = opn_deploy_programs(
		&run->engine, &run->deploy, composition, run->arena, &program_count);
	const struct opn_deploy_word *maps = list_maps(run, &map_count);
	char *programs_label = opn_oci_programs_label(programs, program_count);
	char *maps_label = opn_oci_maps_label(&run->engine, maps, map_count);
	int error;

	if (!programs_label || !maps_label)
		opn_cli_no_memory(NULL);
	error = compose_add_text(output,
				 opn_arena_printf(run->arena, "bpfman/%s.yaml", composition->name),
				 opn_emit_bpfman(composition, &run->engine, &run->deploy));
	if (!error)
		error = compose_add_text(
			output, "bpfman/Containerfile.bytecode",
			opn_emit_containerfile(composition, programs_label, maps_label));
	if (!error)
		error = compose_add_text(output, "deploy.mk",
					 opn_emit_bpfman_makefile(composition, &run->deploy,
								  programs, program_count));
	free(programs_label);
	free(maps_label);
	return error;
}

static int add_l3af(struct compose_run *run, struct opn_output *output)
{
	const struct opn_composition *composition = &run->composition;
	const struct opn_deploy *deploy = &run->deploy;
	int error =
		compose_add_text(output, "deploy.mk", opn_emit_l3af_makefile(composition, deploy));

	for (size_t i = 0; !error && i < deploy->host_count; i++) {
		const char *host = deploy->hosts[i].name;
		bool is_again = false;

		for (size_t b = 0; b < i; b++)
			is_again |= !strcmp(deploy->hosts[b].name, host);
		if (!is_again)
			error = compose_add_text(
				output, opn_arena_printf(run->arena, "l3af/%s.json", host),
				opn_emit_l3af(composition, &run->engine, deploy, host));
	}
	return error;
}

int compose_emit_add(struct compose_run *run, struct opn_output *output)
{
	switch (run->options->engine) {
	case OPN_ENGINE_BPFMAN:
		return add_bpfman(run, output);
	case OPN_ENGINE_L3AF:
		return add_l3af(run, output);
	case OPN_ENGINE_OWN:
		break;
	}
	return 0;
}
