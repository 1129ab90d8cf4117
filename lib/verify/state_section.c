// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_section.c - data sections, variable by variable
 *
 * Two programs that do the same may lay their globals out differently. What has a name on both
 * sides is compared; what only one has is compared with what it held at the start, and told.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_internal.h"

struct section {
	const struct opn_state_part *part;
	const char *name;
	const struct btf *btf;
	const struct btf_var_secinfo *variables;
	uint32_t count;
};

static bool open_section(struct section *section, const struct opn_state_part *part,
			 const char *name)
{
	const struct btf_type *t = NULL;
	int id;

	section->part = part;
	section->name = name;
	section->btf = bpf_object__btf(part->object);
	id = section->btf ? btf__find_by_name_kind(section->btf, name, BTF_KIND_DATASEC) : -1;
	if (id > 0)
		t = btf__type_by_id(section->btf, id);
	if (!t)
		return false;
	section->variables = btf_var_secinfos(t);
	section->count = btf_vlen(t);
	return true;
}

static const struct btf_type *variable_type(const struct section *section, uint32_t index)
{
	const struct btf_type *t = btf__type_by_id(section->btf, section->variables[index].type);

	return t && btf_is_var(t) ? t : NULL;
}

static const char *variable_name(const struct section *section, uint32_t index)
{
	const struct btf_type *t = variable_type(section, index);

	return t ? btf__name_by_offset(section->btf, t->name_off) : "";
}

/* The name that the other side knows it by. */
static const char *known_name(const struct section *section, uint32_t index)
{
	return opn_state_known_name(section->part, variable_name(section, index));
}

/* An object is loaded whole, with what only its other programs use. */
static bool is_used(const struct section *section, uint32_t index)
{
	const struct opn_state_part *part = section->part;
	const struct btf_var_secinfo *variable = &section->variables[index];

	for (size_t i = 0; i < part->use_count; i++) {
		const struct opn_state_use *use = &part->uses[i];

		if (!strcmp(use->section, section->name) && use->offset >= variable->offset &&
		    use->offset - variable->offset < variable->size)
			return true;
	}
	return !part->uses;
}

/* A variable of a side: in which of its objects, and which of the section there. */
struct place {
	size_t part;
	uint32_t index;
};

/* The first variable of that name behind *at, of those that are used or of the others. */
static bool next_of_name(const struct opn_state_parts *parts, const char *section_name,
			 const char *name, bool used, struct place *at)
{
	struct section section;

	for (at->index++; at->part < parts->count; *at = (struct place){ at->part + 1, 0 }) {
		if (!open_section(&section, &parts->list[at->part], section_name))
			continue;
		for (; at->index < section.count; at->index++) {
			if (!strcmp(known_name(&section, at->index), name) &&
			    is_used(&section, at->index) == used)
				return true;
		}
	}
	return false;
}

/* Static variables of functions and of linked objects may share a name, and so may those of several
 * objects: the nth of one side is the nth of the other, those that are used first. */
static bool find_variable(const struct opn_state_parts *parts, const char *section_name,
			  const char *name, uint32_t which, struct place *out)
{
	for (int unused = 0; unused < 2; unused++) {
		*out = (struct place){ 0, UINT32_MAX };
		while (next_of_name(parts, section_name, name, !unused, out)) {
			if (!which--)
				return true;
		}
	}
	return false;
}

static uint32_t which_of_name(const struct opn_state_parts *parts, const char *section_name,
			      struct place place, const char *name)
{
	struct place at;
	uint32_t which = 0;

	while (find_variable(parts, section_name, name, which, &at) &&
	       (at.part != place.part || at.index != place.index))
		which++;
	return which;
}

/* The variable's own name in that of a function's static variable ("count.calls"), or NULL. */
static const char *local_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && dot[1] ? dot : NULL;
}

/* The variable behind this one in a side's objects; the first is behind { 0, -1 }. */
static bool next_variable(const struct opn_state_parts *parts, const char *section_name,
			  struct place *at, const char **name)
{
	struct section section;

	for (at->index++; at->part < parts->count; *at = (struct place){ at->part + 1, 0 }) {
		if (!open_section(&section, &parts->list[at->part], section_name) ||
		    at->index >= section.count)
			continue;
		*name = known_name(&section, at->index);
		return true;
	}
	return false;
}

/* The counterpart of a function's static variable where the function has another name on the other
 * side: the nth of its own name here that has none by its whole name is the nth there. */
static bool find_local(const struct opn_state_parts *own, const struct opn_state_parts *other,
		       const char *section_name, struct place place, const char *local,
		       struct place *out)
{
	const struct opn_state_parts *sides[2] = { own, other };
	uint32_t which = 0;

	for (int side = 0; side < 2; side++) {
		struct place at = { 0, UINT32_MAX }, exact;
		const char *name;

		while (next_variable(sides[side], section_name, &at, &name)) {
			const char *its = local_name(name);

			if (!its || strcmp(its, local) ||
			    find_variable(sides[!side], section_name, name,
					  which_of_name(sides[side], section_name, at, name),
					  &exact))
				continue;
			if (!side && at.part == place.part && at.index == place.index)
				break;
			if (side && !which--) {
				*out = at;
				return true;
			}
			which += !side;
		}
	}
	return false;
}

/* The counterpart on the other side of a variable of the pair's section on this one. */
static bool find_other(const struct opn_state *state, const struct opn_pair *pair,
		       const struct section *section, int side, uint32_t index, struct place *out)
{
	const struct opn_state_parts *own = &state->parts[side], *other = &state->parts[!side];
	const char *name = known_name(section, index);
	struct place place = { pair->part[side], index };

	if (pair->alone) { /* with its own shadow */
		*out = place;
		return true;
	}
	return find_variable(other, pair->info.name, name,
			     which_of_name(own, pair->info.name, place, name), out) ||
	       (local_name(name) &&
		find_local(own, other, pair->info.name, place, local_name(name), out));
}

/* A section may be in several pairs, one with each object of the other side: whether this is the
 * first of them. */
static bool is_first_pair(const struct opn_state *state, const struct opn_pair *pair, int side)
{
	const struct opn_state_parts *other = &state->parts[!side];
	struct section section;

	for (size_t part = 0; part < pair->part[!side]; part++) {
		if (open_section(&section, &other->list[part], pair->info.name))
			return false;
	}
	return true;
}

/* What a read of the map makes up: copied out, such a field holds nothing or an address
 * (include/linux/bpf.h: bpf_obj_init_field()). */
static bool is_kernels(const struct section *section, uint32_t index)
{
	const struct btf_type *t = variable_type(section, index);

	return t && opn_btf_is_kernels(section->btf, t->type);
}

static int add_variable(struct opn_pair *pair, const struct section *sections, uint32_t left,
			uint32_t right, struct opn_diags *diags)
{
	const struct btf_var_secinfo *l = &sections[0].variables[left];
	const struct btf_var_secinfo *r = &sections[1].variables[right];
	struct opn_variable *variable = &pair->variables[pair->variable_count];
	char text[96];

	if (l->size != r->size) {
		snprintf(text, sizeof(text), "size %u and %u", l->size, r->size);
		return opn_diag(diags, OPN_DIAG_MAP_SHAPE, OPN_NOWHERE,
				variable_name(&sections[0], left), text);
	}
	/* strangers' BTF: what does not lie in the map is not read */
	if ((uint64_t)l->offset + l->size > pair->section_size[0] ||
	    (uint64_t)r->offset + r->size > pair->section_size[1])
		return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, pair->info.name,
				"its BTF names a variable outside of it");
	*variable = (struct opn_variable){
		.name = variable_name(&sections[0], left),
		.offset = { l->offset, r->offset },
		.size = l->size,
		.type = variable_type(&sections[0], left) ? variable_type(&sections[0], left)->type
							  : 0,
	};
	pair->same_layout &= l->offset == r->offset;
	pair->variable_count++;
	return 0;
}

/* A variable of one side alone: what it held at first is what it has to hold. */
static int add_own(struct opn_state *state, struct opn_pair *pair, const struct section *section,
		   uint32_t index, int owner, struct opn_diags *diags)
{
	const struct btf_var_secinfo *info = &section->variables[index];
	const struct btf_type *type = variable_type(section, index);
	bool ignored = opn_state_ignores(state, variable_name(section, index));
	char name[256];

	snprintf(name, sizeof(name), "%s: %s", pair->info.name, variable_name(section, index));
	if ((uint64_t)info->offset + info->size > pair->section_size[owner])
		return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, pair->info.name,
				"its BTF names a variable outside of it");
	if (!ignored && !is_kernels(section, index))
		pair->own_variables[pair->own_variable_count++] = (struct opn_own_variable){
			.name = variable_name(section, index),
			.owner = owner,
			.offset = info->offset,
			.size = info->size,
			.btf = section->btf,
			.type = type ? type->type : 0,
		};
	return opn_state_alone_note(state, name, owner, ignored, OPN_DIAG_MAP_ALONE, diags);
}

/* Without BTF on both sides: bytes, which must have one layout. */
static int take_as_bytes(struct opn_pair *pair, struct opn_diags *diags)
{
	char text[64];

	pair->same_layout = true;
	if (pair->section_size[0] == pair->section_size[1])
		return 0;
	snprintf(text, sizeof(text), "size %u and %u", pair->section_size[0],
		 pair->section_size[1]);
	return opn_diag(diags, OPN_DIAG_MAP_SHAPE, OPN_NOWHERE, pair->info.name, text);
}

int opn_pair_sections(struct opn_state *state, struct opn_pair *pair, struct opn_diags *diags)
{
	struct section sections[2];
	bool paired = true;
	int err;

	if (pair->info.frozen)
		return 0;
	for (int side = 0; side < 2; side++) {
		int owner = pair->alone ? pair->owner : side;

		if (!open_section(&sections[side], &state->parts[owner].list[pair->part[owner]],
				  pair->info.name))
			return take_as_bytes(pair, diags);
		for (uint32_t i = 0; i < sections[side].count; i++) {
			const struct btf_type *t = variable_type(&sections[side], i);

			pair->owns |= t && opn_btf_owns(sections[side].btf, t->type);
		}
	}
	pair->variables =
		opn_arena_array(state->arena, sections[0].count, sizeof(*pair->variables));
	pair->own_variables = opn_arena_array(state->arena, sections[0].count + sections[1].count,
					      sizeof(*pair->own_variables));
	if (!pair->variables || !pair->own_variables)
		return -ENOMEM;
	pair->same_layout = pair->section_size[0] == pair->section_size[1];
	for (uint32_t i = 0; i < sections[0].count; i++) {
		struct place right;
		bool found = find_other(state, pair, &sections[0], 0, i, &right);

		if (found && right.part == pair->part[pair->alone ? pair->owner : 1] &&
		    !is_kernels(&sections[0], i)) {
			err = add_variable(pair, sections, i, right.index, diags);
			if (err)
				return err;
			continue;
		}
		paired = false;
		if (found || !is_first_pair(state, pair, 0))
			continue;
		err = add_own(state, pair, &sections[0], i, 0, diags);
		if (err)
			return err;
	}
	for (uint32_t i = 0; !pair->alone && i < sections[1].count; i++) {
		struct place left;
		bool found = find_other(state, pair, &sections[1], 1, i, &left);

		if (found && left.part == pair->part[0])
			continue;
		paired = false;
		if (found || !is_first_pair(state, pair, 1))
			continue;
		err = add_own(state, pair, &sections[1], i, 1, diags);
		if (err)
			return err;
	}
	pair->same_layout &= paired;
	return 0;
}
