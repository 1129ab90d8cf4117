// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_plan.c - what of an object is to be loaded for one of its programs
 *
 * The one program that is asked for, and its type: the tables' or, without them, libbpf's meaning
 * of its section. What else has to be loaded for it is found by program_needs.c.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "program.h"
#include "program_invalid.h"
#include "program_plan.h"

static int choose(const struct opn_program_options *options, struct opn_arena *arena,
		  struct opn_diags *diags, struct opn_plan *plan)
{
	const char **names = opn_arena_array(arena, plan->count + 1, sizeof(*names));
	const char *near;
	int err;

	if (!names)
		return -ENOMEM;
	if (!plan->count)
		return opn_diag(diags, OPN_DIAG_PROGRAMS_NONE, OPN_NOWHERE,
				options->name ?: options->path);
	for (size_t i = 0; i < plan->count; i++)
		names[i] = plan->programs[i].name;
	if (!options->program) {
		if (plan->count == 1)
			return 0;
		err = opn_diag(diags, OPN_DIAG_VERIFY_PROGRAM_CHOICE, OPN_NOWHERE,
			       options->name ?: options->path, plan->count);
		for (size_t i = 0; i < plan->count; i++)
			opn_diag_note(diags, OPN_NOWHERE, "'%s' in section '%s'", names[i],
				      plan->programs[i].section);
		return err;
	}
	for (size_t i = 0; i < plan->count; i++) {
		plan->chosen = i;
		if (!strcmp(names[i], options->program))
			return 0;
	}
	err = opn_diag(diags, OPN_DIAG_VERIFY_PROGRAM_MISSING, OPN_NOWHERE,
		       options->name ?: options->path, options->program);
	near = opn_suggest(options->program, names);
	if (near)
		opn_diag_note(diags, OPN_NOWHERE, "did you mean '%s'", near);
	return err;
}

/* Programs of one array have one type (kernel/bpf/core.c: bpf_prog_map_compatible()), so what the
 * chosen one is made, others of its kind and those of unknown kind are made, too. */
static int set_types(const struct opn_program_options *options, struct opn_diags *diags,
		     struct opn_plan *plan)
{
	struct opn_plan_program *chosen = &plan->programs[plan->chosen];
	int was = chosen->type, type = options->type ? options->type : was;
	int attach_type = options->attach_type >= 0 ? options->attach_type : chosen->attach_type;

	if (!type)
		return opn_diag(diags, OPN_DIAG_PROGRAM_TYPE_UNKNOWN, OPN_NOWHERE, chosen->section,
				chosen->name);
	for (size_t i = 0; i < plan->count; i++) {
		struct opn_plan_program *program = &plan->programs[i];

		if (program->type && program->type != was)
			continue;
		program->type = type;
		program->attach_type = attach_type;
	}
	return 0;
}

static bool is_listed(const char *const *names, const char *name)
{
	for (; names && *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

int opn_plan_make(const struct opn_program_options *options, const void *data, size_t size,
		  struct opn_arena *arena, struct opn_diags *diags, struct opn_plan *out)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = "opened");
	struct bpf_object *object = bpf_object__open_mem(data, size, &open);
	struct bpf_program *program;
	size_t count = 0;
	int err;

	memset(out, 0, sizeof(*out));
	if (!object)
		return errno == ENOMEM ? -ENOMEM
				       : opn_program_invalid(options->name ?: options->path, data,
							     size, errno, diags);
	bpf_object__for_each_program(program, object) count++;
	out->programs = opn_arena_array(arena, count + 1, sizeof(*out->programs));
	if (!out->programs) {
		bpf_object__close(object);
		return -ENOMEM;
	}
	bpf_object__for_each_program(program, object)
	{
		out->programs[out->count++] = (struct opn_plan_program){
			.name = opn_arena_strdup(arena, bpf_program__name(program)),
			.section = opn_arena_strdup(arena, bpf_program__section_name(program)),
			.type = bpf_program__type(program),
			.attach_type = bpf_program__expected_attach_type(program),
		};
	}
	bpf_object__close(object);
	err = choose(options, arena, diags, out);
	if (err)
		return err;
	for (size_t i = 0; i < out->count; i++)
		out->programs[i].is_needed = is_listed(options->also, out->programs[i].name);
	err = set_types(options, diags, out);
	return err ? err : opn_plan_find_needed(out, data, size, arena);
}
