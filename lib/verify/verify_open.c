// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_open.c - the two programs of a verification, and their maps
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "verify_private.h"

static const char *name_of(const struct opn_verify_side *side)
{
	return side->name ?: side->object;
}

static int find_hook(const struct opn_verify_side *side, const char *section,
		     const struct opn_hook_runs *runs, const struct opn_hookdefs *hookdefs,
		     struct opn_diags *diags, const char **out)
{
	const char *hook = side->hook;

	if (!hook)
		hook = opn_hookdefs_section_hook(hookdefs, section);
	if (!hook) {
		opn_diag(diags, OPN_DIAG_VERIFY_HOOK_UNKNOWN, OPN_NOWHERE, section, name_of(side));
		opn_diag_note(diags, OPN_NOWHERE, "name it with --from or --to");
		return -EINVAL;
	}
	if (!opn_hook_runs_find(runs, hook))
		return opn_diag(diags, OPN_DIAG_VERIFY_HOOK_UNRUNNABLE, OPN_NOWHERE, hook);
	*out = hook;
	return 0;
}

/* The program's name and section in its object; the only one, when none was named. */
static int find_program(const struct opn_verify_side *side, struct opn_arena *arena,
			struct opn_diags *diags, const char **program, const char **section)
{
	const char **pairs;
	size_t count = 0;
	int error = opn_object_programs(side->object, name_of(side), arena, diags, &pairs);

	if (error)
		return error;
	for (; pairs[2 * count]; count++) {
		if (side->program ? strcmp(pairs[2 * count], side->program) : count > 0)
			continue;
		*program = pairs[2 * count];
		*section = pairs[2 * count + 1];
	}
	if (*program && (side->program || count == 1))
		return 0;
	error = side->program ? opn_diag(diags, OPN_DIAG_VERIFY_PROGRAM_MISSING, OPN_NOWHERE,
					 name_of(side), side->program)
			      : opn_diag(diags, OPN_DIAG_VERIFY_PROGRAM_CHOICE, OPN_NOWHERE,
					 name_of(side), count);
	for (size_t i = 0; i < count; i++)
		opn_diag_note(diags, OPN_NOWHERE, "%s:%s, section '%s'", name_of(side),
			      pairs[2 * i], pairs[2 * i + 1]);
	return error;
}

static unsigned int section_flags(const struct opn_hookdefs *hookdefs, const char *section)
{
	const struct opn_section_rule *rule = opn_hookdefs_section(hookdefs, section);

	return rule ? rule->flags : 0;
}

int opn_verify_find(const struct opn_verify_side *side, struct opn_hook_runs *runs,
		    const struct opn_hookdefs *hookdefs, struct opn_arena *arena,
		    struct opn_diags *diags, struct opn_result_side *told,
		    struct opn_program_options *open)
{
	const struct opn_hook_run *hook;
	int error = find_program(side, arena, diags, &told->program, &told->section);

	if (!error)
		error = find_hook(side, told->section, runs, hookdefs, diags, &told->hook);
	if (error)
		return error;
	told->object = name_of(side);
	hook = opn_hook_runs_find(runs, told->hook);
	*open = (struct opn_program_options){
		.path = side->object,
		.name = name_of(side),
		.program = told->program,
		.type = hook->prog_type,
		.attach_type = -1,
		.flags = section_flags(hookdefs, told->section),
		.ctx_type = hook->context,
		.watched_field = opn_hook_runs_told_field(runs, told->hook),
	};
	open->calls = opn_hook_runs_calls(runs, &open->call_count);
	return 0;
}

/* As the kernel runs them, subprograms included. */
static unsigned int count_instructions(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &length) ? 0 : info.xlated_prog_len / 8;
}

static int open_stages(struct opn_session *session, int side, struct opn_hook_runs *runs,
		       const struct opn_hookdefs *hookdefs)
{
	const struct opn_verify_side *what = &session->options->side[side];
	struct opn_result_side *told = &session->result->side[side];
	struct opn_program_options how = { .entries = session->entries, .one_cpu = true };
	int error = opn_verify_stages(what, &how, runs, hookdefs, session->arena, session->diags,
				      told, &session->bench.plain[side]);

	how.trace = true;
	return error
		       ?: opn_verify_stages(what, &how, runs, hookdefs, session->arena,
					    session->diags, told, &session->bench.traced[side]);
}

static int open_program(struct opn_session *session, int side, struct opn_hook_runs *runs,
			const struct opn_hookdefs *hookdefs)
{
	struct opn_program_options open;
	int error = opn_verify_find(&session->options->side[side], runs, hookdefs, session->arena,
				    session->diags, &session->result->side[side], &open);

	if (error)
		return error;
	open.entries = session->entries;
	open.one_cpu = true;
	error = opn_program_open(&open, session->diags, &session->bench.plain[side]);
	if (error)
		return error;
	open.trace = true;
	return opn_program_open(&open, session->diags, &session->bench.traced[side]);
}

static int open_side(struct opn_session *session, int side, struct opn_hook_runs *runs,
		     const struct opn_hookdefs *hookdefs)
{
	struct opn_result_side *told = &session->result->side[side];
	const struct opn_verify_side *what = &session->options->side[side];
	struct opn_bench *bench = &session->bench;
	int error = what->stages ? open_stages(session, side, runs, hookdefs)
				 : open_program(session, side, runs, hookdefs);

	if (error)
		return error;
	told->replaced = opn_result_names(session->arena, opn_program_replaced(bench->plain[side]));
	told->instructions = what->stages ? opn_chain_instructions(bench->plain[side])
					  : count_instructions(opn_program_fd(bench->plain[side]));
	return 0;
}

static struct opn_state_parts parts_of(const struct opn_program *program)
{
	struct opn_state_parts parts;

	parts.list = opn_program_parts(program, &parts.count);
	return parts;
}

static int open_maps(struct opn_session *session)
{
	const struct opn_verify_options *options = session->options;
	struct opn_bench *bench = &session->bench;
	unsigned int interfaces[OPN_SESSION_INTERFACES];
	struct opn_state_parts sides[2] = { parts_of(bench->plain[0]), parts_of(bench->plain[1]) };
	int error = opn_state_new_parts(sides, &options->state, session->diags, &bench->state);

	if (!error && bench->traced[0] && bench->traced[1]) {
		sides[0] = parts_of(bench->traced[0]);
		sides[1] = parts_of(bench->traced[1]);
		error = opn_state_add_copy_parts(bench->state, sides);
	}
	session->interface_count = opn_session_devices(interfaces);
	error = error
			?: opn_state_set_interfaces(bench->state, interfaces,
						    session->interface_count);
	for (const char *const *path = options->maps; !error && path && *path; path++)
		error = opn_state_load(bench->state, *path, session->diags);
	return error ?: opn_state_mark(bench->state);
}

int opn_session_open(struct opn_session *session, struct opn_hook_runs *runs,
		     const struct opn_hookdefs *hookdefs)
{
	struct opn_result *result = session->result;
	int error;

	session->entries = opn_state_entries(session->options->maps);
	error = open_side(session, 0, runs, hookdefs);
	error = error ?: open_side(session, 1, runs, hookdefs);
	if (error)
		return error;
	session->bench.pair = opn_hook_runs_pair(runs, result->side[0].hook, result->side[1].hook);
	if (!session->bench.pair)
		return opn_diag(session->diags, OPN_DIAG_VERIFY_PAIR_UNKNOWN, OPN_NOWHERE,
				result->side[0].hook, result->side[1].hook);
	error = opn_bench_prepare(&session->bench);
	error = error ?: open_maps(session);
	if (error)
		return error;
	session->guide = opn_guide_new(&session->bench);
	result->fates = opn_arena_array(session->arena, OPN_SESSION_FATES, sizeof(*result->fates));
	result->differences = opn_arena_array(session->arena, OPN_SESSION_DIFFERENCES + 1,
					      sizeof(*result->differences));
	for (size_t i = 0; i < OPN_SEQUENCE_STEPS; i++) {
		session->steps[i].data = malloc(OPN_PACKET_MAX);
		if (!session->steps[i].data)
			return -ENOMEM;
	}
	return session->guide && result->fates && result->differences ? 0 : -ENOMEM;
}
