// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_btf.c - what the object's BTF says of a map's keys and values
 *
 * The declaration in .maps is read, not the map's own ids: libbpf forgets them for types of maps
 * whose BTF the kernel does not take (queues, device maps, inner maps).
 */
#include <string.h>

#include "state_internal.h"

static const struct btf_type *find_declaration(const struct btf *btf, const char *name)
{
	int section = btf__find_by_name_kind(btf, ".maps", BTF_KIND_DATASEC);
	const struct btf_type *t = section > 0 ? btf__type_by_id(btf, section) : NULL;
	const struct btf_var_secinfo *variable;

	if (!t)
		return NULL;
	variable = btf_var_secinfos(t);
	for (int i = 0; i < btf_vlen(t); i++, variable++) {
		const struct btf_type *v = btf__type_by_id(btf, variable->type);

		if (v && btf_is_var(v) && !strcmp(btf__name_by_offset(btf, v->name_off), name))
			return btf__type_by_id(btf, opn_btf_strip(btf, v->type, NULL));
	}
	return NULL;
}

static uint32_t pointed_to(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf__type_by_id(btf, opn_btf_strip(btf, type, NULL));

	return t && btf_is_ptr(t) ? t->type : 0;
}

/* Of __array(values, struct {...}): an array without a size, of pointers to the inner map. */
static const struct btf_type *inner_declaration(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf__type_by_id(btf, opn_btf_strip(btf, type, NULL));

	if (!t || !btf_is_array(t))
		return NULL;
	return btf__type_by_id(btf, opn_btf_strip(btf, pointed_to(btf, btf_array(t)->type), NULL));
}

/* The member of a map's declaration, or NULL. */
static const struct btf_member *find_member(const struct btf *btf, const struct btf_type *t,
					    const char *name)
{
	for (int i = 0; t && btf_is_struct(t) && i < btf_vlen(t); i++) {
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return &btf_members(t)[i];
	}
	return NULL;
}

static const struct btf_type *find_inner(const struct btf *btf, const char *name)
{
	const struct btf_type *t = btf ? find_declaration(btf, name) : NULL;
	const struct btf_member *values = find_member(btf, t, "values");

	return values ? inner_declaration(btf, values->type) : NULL;
}

/* Of __type(name, T). */
static uint32_t type_of(const struct btf *btf, const struct btf_type *t, const char *name)
{
	const struct btf_member *member = find_member(btf, t, name);

	return member ? pointed_to(btf, member->type) : 0;
}

/* Of __uint(name, N): a pointer to an array of N. */
static uint32_t number_of(const struct btf *btf, const struct btf_type *t, const char *name)
{
	const struct btf_type *array = btf__type_by_id(btf, type_of(btf, t, name));

	return array && btf_is_array(array) ? btf_array(array)->nelems : 0;
}

static uint32_t size_of(const struct btf *btf, const struct btf_type *t, const char *name,
			const char *size_name)
{
	uint32_t type = type_of(btf, t, name);
	int64_t size = type ? btf__resolve_size(btf, type) : 0;

	return size > 0 ? (uint32_t)size : number_of(btf, t, size_name);
}

void opn_btf_map_types(const struct btf *btf, const char *name, bool inner, uint32_t *key,
		       uint32_t *value)
{
	const struct btf_type *t = NULL;

	if (inner)
		t = find_inner(btf, name);
	else if (btf)
		t = find_declaration(btf, name);
	*key = type_of(btf, t, "key");
	*value = type_of(btf, t, "value");
}

uint32_t opn_btf_map_type(const struct btf *btf, const char *name)
{
	return btf ? number_of(btf, find_declaration(btf, name), "type") : 0;
}

uint32_t opn_btf_map_entries(const struct btf *btf, const char *name)
{
	return btf ? number_of(btf, find_declaration(btf, name), "max_entries") : 0;
}

bool opn_btf_inner_info(const struct btf *btf, const char *name, struct bpf_map_info *info)
{
	const struct btf_type *t = find_inner(btf, name);

	*info = (struct bpf_map_info){
		.type = number_of(btf, t, "type"),
		.key_size = size_of(btf, t, "key", "key_size"),
		.value_size = size_of(btf, t, "value", "value_size"),
		.max_entries = number_of(btf, t, "max_entries"),
		.map_flags = number_of(btf, t, "map_flags"),
	};
	return info->type != 0;
}

uint32_t opn_btf_strip(const struct btf *btf, uint32_t type, bool *network)
{
	const struct btf_type *t = btf__type_by_id(btf, type);

	while (t && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_type_tag(t))) {
		if (network && btf_is_typedef(t) &&
		    !strncmp(btf__name_by_offset(btf, t->name_off), "__be", 4))
			*network = true;
		type = t->type;
		t = btf__type_by_id(btf, type);
	}
	return t ? type : 0;
}

/* ---- fields of the kernel's own ---- */

/* kernel/bpf/btf.c: btf_get_field_type(). Frees: kernel/bpf/syscall.c: bpf_obj_free_fields(). */
static const struct {
	const char *name;
	bool owns;
} kernels[] = {
	{ "bpf_spin_lock", false }, { "bpf_res_spin_lock", false }, { "bpf_list_node", false },
	{ "bpf_rb_node", false },   { "bpf_refcount", false },	    { "bpf_timer", true },
	{ "bpf_wq", true },	    { "bpf_task_work", true },	    { "bpf_list_head", true },
	{ "bpf_rb_root", true },
};

/* Its index, or SIZE_MAX. */
static size_t find_kernels(const struct btf *btf, const struct btf_type *t)
{
	for (size_t i = 0; btf_is_struct(t) && i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		if (!strcmp(btf__name_by_offset(btf, t->name_off), kernels[i].name))
			return i;
	}
	return SIZE_MAX;
}

static const struct btf_type *element_of(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = btf__type_by_id(btf, opn_btf_strip(btf, type, NULL));

	while (t && btf_is_array(t))
		t = btf__type_by_id(btf, opn_btf_strip(btf, btf_array(t)->type, NULL));
	return t;
}

bool opn_btf_is_kernels(const struct btf *btf, uint32_t type)
{
	const struct btf_type *t = element_of(btf, type);

	return t && find_kernels(btf, t) != SIZE_MAX;
}

/* "kptr", "kptr_untrusted", "percpu_kptr", "uptr": a tag of what is pointed to. */
static bool is_tagged(const struct btf *btf, const struct btf_type *pointer)
{
	const struct btf_type *t = btf__type_by_id(btf, pointer->type);

	return t && btf_is_type_tag(t) &&
	       strstr(btf__name_by_offset(btf, t->name_off), "ptr") != NULL;
}

/* Structs within structs end: the kernel's verifier takes four levels, BTF of strangers may not. */
static bool owns_within(const struct btf *btf, uint32_t type, unsigned int depth)
{
	const struct btf_type *t = element_of(btf, type);
	size_t at;

	if (!t || depth > 16)
		return false;
	if (btf_is_ptr(t))
		return is_tagged(btf, t);
	if (!btf_is_struct(t))
		return false;
	at = find_kernels(btf, t);
	if (at != SIZE_MAX)
		return kernels[at].owns;
	for (int i = 0; i < btf_vlen(t); i++) {
		if (owns_within(btf, btf_members(t)[i].type, depth + 1))
			return true;
	}
	return false;
}

bool opn_btf_owns(const struct btf *btf, uint32_t type)
{
	return btf && type && owns_within(btf, type, 0);
}
