// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * chain_load.c - the stages of a list loaded, and joined to what looks like one program
 *
 * A stage that names an object gets a load of its own, so that two stages of one object do not
 * share its maps; those that name none are of one load of the file's object, as a loader would have
 * it.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chain_private.h"

struct loading {
	const struct opn_chain_options *options;
	const struct opn_chain_spec *spec;
	struct opn_diags *diags;
	struct opn_program *program; /* the joined one */
	struct opn_chain *chain;
	size_t common; /* the member that the file's object is, once there is one */
};

static int unknown(const struct loading *loading, const struct opn_chain_name *name,
		   const char *what, const char *object)
{
	return opn_diag(loading->diags, OPN_DIAG_VALUE_INVALID, name->loc, name->text,
			opn_arena_printf(loading->program->arena, "there is no such %s in '%s'",
					 what, object));
}

/* ---- members ---- */

/* All programs that the file's object is loaded for. */
static const char **list_common(const struct loading *loading)
{
	const struct opn_chain_spec *spec = loading->spec;
	size_t count = spec->stage_count + 1, at = 0;
	const char **names;

	for (size_t i = 0; i < spec->slots_count; i++)
		count += spec->slots[i].programs.count;
	names = opn_arena_array(loading->program->arena, count, sizeof(*names));
	for (size_t i = 0; names && i < spec->stage_count; i++) {
		if (!spec->stages[i].object)
			names[at++] = loading->options->open[i].program;
	}
	for (size_t i = 0; names && i < spec->slots_count; i++) {
		for (size_t j = 0; j < spec->slots[i].programs.count; j++)
			names[at++] = spec->slots[i].programs.list[j].text;
	}
	return names;
}

/* What the loaded programs of the member use of its data sections. */
static int note_uses(const struct loading *loading, struct opn_chain_member *member)
{
	struct bpf_object *object = member->part.object;
	const struct opn_program *program = member->program;
	struct opn_state_use *uses;
	size_t count = 0;

	for (size_t c = 0; c < program->code_count; c++)
		count += program->codes[c]->count;
	uses = opn_arena_array(loading->program->arena, count + 1, sizeof(*uses));
	if (!uses)
		return -ENOMEM;
	count = 0;
	for (size_t c = 0; c < program->code_count; c++) {
		const struct opn_code *code = program->codes[c];

		for (size_t i = 0; i + 1 < code->count; i++) {
			const struct bpf_insn *insn = &code->insns[i];
			struct bpf_map *map;

			if (insn->code != (BPF_LD | BPF_DW | BPF_IMM))
				continue;
			i++;
			if (insn->src_reg != BPF_PSEUDO_MAP_VALUE)
				continue;
			bpf_object__for_each_map(map, object)
			{
				if (bpf_map__fd(map) != insn->imm)
					continue;
				uses[count++] = (struct opn_state_use){
					.section = opn_state_map_name(map),
					.offset = (uint32_t)insn[1].imm,
				};
			}
		}
	}
	member->part.uses = uses;
	member->part.use_count = count;
	return 0;
}

static int open_member(struct loading *loading, size_t stage, struct opn_chain_member *member)
{
	const struct opn_chain_stage *spec = &loading->spec->stages[stage];
	struct opn_program_options open = loading->options->open[stage];
	int error;

	member->part = (struct opn_state_part){
		.stage = opn_arena_strdup(loading->program->arena, spec->name.text ?: open.program),
		.names = spec->names,
		.name_count = spec->name_count,
	};
	if (!spec->object)
		member->programs = list_common(loading);
	open.also = member->programs;
	open.sharing = &loading->chain->sharing;
	open.sharing->part = &member->part;
	open.sharing->refused = NULL;
	error = opn_program_open(&open, loading->diags, &member->program);
	if (error)
		return error;
	opn_sharing_settle(open.sharing);
	member->part.object = opn_program_object(member->program);
	return note_uses(loading, member);
}

/* The loaded object of a stage. */
static int find_member(struct loading *loading, size_t stage, size_t *out)
{
	struct opn_chain *chain = loading->chain;
	bool is_common = !loading->spec->stages[stage].object;

	if (is_common && loading->common != SIZE_MAX) {
		*out = loading->common;
		return 0;
	}
	*out = chain->member_count++;
	if (is_common)
		loading->common = *out;
	return open_member(loading, stage, &chain->members[*out]);
}

/* ---- verdicts ---- */

static int find_verdict(const struct loading *loading, const struct opn_chain_name *name,
			uint32_t *out)
{
	const struct opn_hook_run *hook = loading->options->hook;
	const char **names =
		opn_arena_array(loading->program->arena, hook->verdict_count + 1, sizeof(*names));
	const char *near;

	for (size_t i = 0; i < hook->verdict_count; i++) {
		names[i] = hook->verdicts[i].name;
		*out = (uint32_t)hook->verdicts[i].value;
		if (!strcmp(names[i], name->text))
			return 0;
	}
	opn_diag(loading->diags, OPN_DIAG_VALUE_INVALID, name->loc, name->text,
		 opn_arena_printf(loading->program->arena, "no verdict of hook '%s'", hook->hook));
	near = opn_suggest(name->text, names);
	if (near)
		opn_diag_note(loading->diags, OPN_NOWHERE, "did you mean '%s'?", near);
	return -EINVAL;
}

static int read_verdicts(struct loading *loading)
{
	const struct opn_chain_spec *spec = loading->spec;
	struct opn_chain *chain = loading->chain;
	int error = 0;

	chain->exits =
		opn_arena_array(loading->program->arena, spec->exit_count, sizeof(*chain->exits));
	if (!chain->exits)
		return -ENOMEM;
	for (; chain->exit_count < spec->exit_count; chain->exit_count++) {
		const struct opn_chain_exit *exit = &spec->exits[chain->exit_count];
		uint32_t *row = chain->exits[chain->exit_count];

		error = find_verdict(loading, &exit->from, &row[0]) ?: error;
		error = find_verdict(loading, &exit->to, &row[1]) ?: error;
	}
	chain->has_final = spec->final.text;
	return chain->has_final ? find_verdict(loading, &spec->final, &chain->final) ?: error
				: error;
}

static int read_continues(struct loading *loading, const struct opn_chain_stage *stage,
			  struct opn_chain_run *run)
{
	int error = 0;

	run->continues = opn_arena_array(loading->program->arena, stage->continues.count,
					 sizeof(*run->continues));
	if (!run->continues)
		return -ENOMEM;
	for (; run->continue_count < stage->continues.count; run->continue_count++)
		error = find_verdict(loading, &stage->continues.list[run->continue_count],
				     &run->continues[run->continue_count])
				?: error;
	return error;
}

/* ---- stages ---- */

static struct bpf_program *find_program(const struct opn_chain_member *member, const char *name)
{
	return bpf_object__find_program_by_name(member->part.object, name);
}

static int open_stage(struct loading *loading, size_t index)
{
	struct opn_chain_run *run = &loading->chain->stages[index];
	const char *name = loading->options->open[index].program;
	struct opn_chain_member *member;
	int error = find_member(loading, index, &run->member);

	if (error)
		return error;
	member = &loading->chain->members[run->member];
	run->name = opn_arena_strdup(loading->program->arena,
				     loading->spec->stages[index].name.text ?: name);
	run->fd = bpf_program__fd(find_program(member, name));
	return read_continues(loading, &loading->spec->stages[index], run);
}

static int fill_slots(struct loading *loading, const struct opn_chain_slots *slots)
{
	const struct opn_chain_member *member = &loading->chain->members[loading->common];
	const char *object = loading->spec->object;
	struct bpf_map *map = bpf_object__find_map_by_name(member->part.object, slots->map.text);

	if (!map || bpf_map__type(map) != BPF_MAP_TYPE_PROG_ARRAY || bpf_map__fd(map) < 0)
		return unknown(loading, &slots->map, "program array in use", object);
	for (uint32_t i = 0; i < slots->programs.count; i++) {
		const struct opn_chain_name *name = &slots->programs.list[i];
		struct bpf_program *program = find_program(member, name->text);
		int fd = program ? bpf_program__fd(program) : -1;

		if (fd < 0)
			return unknown(loading, name, "program", object);
		if (bpf_map_update_elem(bpf_map__fd(map), &i, &fd, BPF_ANY))
			return opn_diag(loading->diags, OPN_DIAG_VALUE_INVALID, name->loc,
					name->text, strerror(errno));
	}
	return 0;
}

/* ---- variables ---- */

/* The variable in a data section of the object: its place there. */
static const struct btf_var_secinfo *find_variable(const struct btf *btf, const char *section,
						   const char *name)
{
	int id = btf ? btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC) : -1;
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);

	for (uint16_t i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_var_secinfo *info = &btf_var_secinfos(type)[i];
		const struct btf_type *variable = btf__type_by_id(btf, info->type);

		if (!strcmp(btf__name_by_offset(btf, variable->name_off), name))
			return info;
	}
	return NULL;
}

static int write_value(int fd, size_t size, const struct btf_var_secinfo *info, uint64_t value)
{
	uint8_t *bytes = calloc(1, size);
	uint32_t zero = 0;
	int error;

	if (!bytes)
		return -ENOMEM;
	error = bpf_map_lookup_elem(fd, &zero, bytes);
	if (!error && (info->size > sizeof(value) || info->offset + info->size > size))
		error = -ERANGE;
	if (!error) {
		for (uint32_t i = 0; i < info->size; i++)
			bytes[info->offset + i] =
				(uint8_t)(value >> 8 * (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
								? i
								: info->size - 1 - i));
		error = bpf_map_update_elem(fd, &zero, bytes, BPF_ANY);
	}
	free(bytes);
	return error;
}

static int set_value(struct loading *loading, const struct opn_chain_value *value)
{
	struct bpf_object *object = loading->chain->members[loading->common].part.object;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const struct btf_var_secinfo *info;
		int error;

		if (!bpf_map__is_internal(map) || bpf_map__fd(map) < 0)
			continue;
		info = find_variable(bpf_object__btf(object), opn_state_map_name(map),
				     value->variable.text);
		if (!info)
			continue;
		error = write_value(bpf_map__fd(map), bpf_map__value_size(map), info, value->value);
		return error ? opn_diag(loading->diags, OPN_DIAG_VALUE_INVALID, value->variable.loc,
					value->variable.text, strerror(-error))
			     : 0;
	}
	return unknown(loading, &value->variable, "variable", loading->spec->object);
}

static bool has_name(struct bpf_object *object, const char *name)
{
	struct bpf_map *map;

	if (bpf_object__find_map_by_name(object, name))
		return true;
	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__is_internal(map) &&
		    find_variable(bpf_object__btf(object), opn_state_map_name(map), name))
			return true;
	}
	return false;
}

/* A name that is nowhere is a slip. */
static int check_names(struct loading *loading)
{
	const struct opn_chain *chain = loading->chain;
	int error = 0;

	for (size_t i = 0; i < chain->stage_count; i++) {
		const struct opn_chain_stage *stage = &loading->spec->stages[i];
		const struct opn_chain_run *run = &chain->stages[i];

		for (size_t j = 0; j < stage->name_count; j++) {
			struct opn_chain_name name = { stage->names[j].left, stage->name.loc };

			if (!has_name(chain->members[run->member].part.object, name.text))
				error = unknown(loading, &name, "map or variable",
						loading->options->open[i].path);
		}
	}
	for (size_t i = 0; i < loading->spec->share.count; i++) {
		const struct opn_chain_name *name = &loading->spec->share.list[i];
		bool found = false;

		for (size_t j = 0; j < chain->sharing.count; j++)
			found |= !strcmp(chain->sharing.maps[j].name, name->text);
		if (!found)
			error = unknown(loading, name, "map of a stage", loading->spec->path);
	}
	return error;
}

/* ---- joining ---- */

static int count_all(struct opn_program *program)
{
	const struct opn_chain *chain = program->chain;

	for (size_t i = 0; i < chain->member_count; i++) {
		const struct opn_program *own = chain->members[i].program;

		program->code_capacity += own->code_count;
		program->edge_count += own->edge_count;
		program->block_count += own->block_count;
		program->replaced_count += own->replaced_count;
	}
	program->codes = calloc(program->code_capacity + 1, sizeof(*program->codes));
	program->edges = calloc(program->edge_count + 1, sizeof(*program->edges));
	program->hits = calloc(program->edge_count + 1, 1);
	program->block_hits = calloc(program->block_count + 1, 1);
	program->replaced = opn_arena_array(program->arena, program->replaced_count + 1,
					    sizeof(*program->replaced));
	return program->codes && program->edges && program->hits && program->block_hits &&
			       program->replaced
		       ? 0
		       : -ENOMEM;
}

static void join_edges(struct opn_program *program, const struct opn_chain_member *member,
		       size_t first)
{
	const struct opn_program *own = member->program;

	if (!own->edge_count)
		return;
	memcpy(&program->edges[first], own->edges, own->edge_count * sizeof(*own->edges));
	for (size_t i = first; i < first + own->edge_count; i++) {
		struct opn_edge *edge = &program->edges[i];

		if (program->chain->member_count > 1 && edge->function &&
		    strcmp(edge->function, member->part.stage))
			edge->function = opn_arena_printf(program->arena, "%s: %s",
							  member->part.stage, edge->function);
	}
}

static void join_codes(struct opn_program *program, const struct opn_program *own,
		       size_t first_edge, size_t first_block)
{
	for (size_t i = 0; i < own->code_count; i++) {
		struct opn_code *code = own->codes[i];

		code->first_edge += first_edge;
		code->first_block += first_block;
		for (size_t j = 0; j < code->comparison_count; j++)
			code->comparisons[j].edge += first_edge;
		program->codes[program->code_count++] = code;
	}
}

static void join_replaced(struct opn_program *program, const struct opn_program *own)
{
	for (size_t i = 0; i < own->replaced_count; i++) {
		bool found = false;

		for (size_t j = 0; j < program->replaced_count; j++)
			found |= !strcmp(program->replaced[j], own->replaced[i]);
		if (!found)
			program->replaced[program->replaced_count++] = own->replaced[i];
	}
}

/* What is not traced of one stage is missing in the whole. */
static void join_lost(struct opn_program *program, const struct opn_chain_member *member)
{
	const char *lost = member->program->lost;

	program->trace = member->program->trace ? program->trace & member->program->trace : 0;
	if (lost)
		program->lost = program->lost
					? opn_arena_printf(program->arena, "%s; stage '%s': %s",
							   program->lost, member->part.stage, lost)
					: opn_arena_printf(program->arena, "stage '%s': %s",
							   member->part.stage, lost);
}

/* The members' codes are the joined program's, too: their edges and blocks get numbers of its own.
 */
static int join(struct opn_program *program)
{
	struct opn_chain *chain = program->chain;
	const struct opn_program *first = chain->members[0].program;
	size_t edges = 0, blocks = 0;
	int error = count_all(program);

	if (error)
		return error;
	program->replaced_count = 0;
	program->trace = OPN_TRACE_ALL;
	for (size_t i = 0; i < chain->member_count; i++) {
		const struct opn_program *own = chain->members[i].program;

		chain->parts[i] = chain->members[i].part;
		join_edges(program, &chain->members[i], edges);
		join_codes(program, own, edges, blocks);
		join_replaced(program, own);
		join_lost(program, &chain->members[i]);
		edges += own->edge_count;
		blocks += own->block_count;
	}
	program->object = first->object;
	program->fd = chain->stages[0].fd;
	program->name = first->name;
	program->section = first->section;
	program->ctx_size = first->ctx_size;
	program->ctx_fields = first->ctx_fields;
	program->ctx_field_count = first->ctx_field_count;
	return 0;
}

static int open_all(struct loading *loading)
{
	const struct opn_chain_spec *spec = loading->spec;
	struct opn_program *program = loading->program;
	struct opn_chain *chain = loading->chain;
	int error = 0;

	chain->members =
		opn_arena_array(program->arena, spec->stage_count, sizeof(*chain->members));
	chain->parts = opn_arena_array(program->arena, spec->stage_count, sizeof(*chain->parts));
	chain->stages = opn_arena_array(program->arena, spec->stage_count, sizeof(*chain->stages));
	if (!chain->members || !chain->parts || !chain->stages)
		return -ENOMEM;
	chain->stage_count = spec->stage_count;
	error = read_verdicts(loading);
	for (size_t i = 0; !error && i < spec->stage_count; i++) {
		error = open_stage(loading, i);
		if (error && chain->sharing.refused)
			opn_diag_note(loading->diags, OPN_NOWHERE,
				      "map '%s' is shared with an earlier stage and has another "
				      "shape here",
				      chain->sharing.refused);
	}
	if (!error && (spec->slots_count || spec->value_count) && loading->common == SIZE_MAX)
		error = opn_diag(loading->diags, OPN_DIAG_VALUE_INVALID, spec->loc, "object",
				 "no stage is of it");
	for (size_t i = 0; !error && i < spec->slots_count; i++)
		error = fill_slots(loading, &spec->slots[i]);
	for (size_t i = 0; !error && i < spec->value_count; i++)
		error = set_value(loading, &spec->values[i]);
	error = error ?: check_names(loading);
	return error ?: join(program);
}

int opn_chain_open(const struct opn_chain_options *options, struct opn_diags *diags,
		   struct opn_program **out)
{
	struct opn_program *program = calloc(1, sizeof(*program));
	struct loading loading = {
		.options = options,
		.spec = options->spec,
		.diags = diags,
		.program = program,
		.common = SIZE_MAX,
	};
	int error;

	*out = NULL;
	if (!program)
		return -ENOMEM;
	program->fd = program->head.fd = -1;
	program->arena = opn_arena_new(NULL, NULL);
	program->chain = loading.chain =
		program->arena ? opn_arena_alloc(program->arena, sizeof(*program->chain)) : NULL;
	if (!program->chain) {
		opn_arena_free(program->arena);
		free(program);
		return -ENOMEM;
	}
	program->chain->hook = options->hook;
	program->chain->sharing.arena = program->arena;
	program->chain->sharing.listed = &options->spec->share;
	error = open_all(&loading);
	if (error) {
		opn_program_free(program);
		return error;
	}
	*out = program;
	return 0;
}

void opn_chain_free(struct opn_program *program)
{
	for (size_t i = 0; i < program->chain->member_count; i++)
		opn_program_free(program->chain->members[i].program);
}

unsigned int opn_chain_instructions(const struct opn_program *program)
{
	unsigned int count = 0;

	for (size_t i = 0; i < program->chain->member_count; i++) {
		const struct opn_program *own = program->chain->members[i].program;

		for (size_t j = 0; j < own->code_count; j++) {
			struct bpf_prog_info info = { 0 };
			__u32 length = sizeof(info);

			if (!bpf_obj_get_info_by_fd(own->codes[j]->fd, &info, &length))
				count += info.xlated_prog_len / 8;
		}
	}
	return count;
}
