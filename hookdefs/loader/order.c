// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * order.c - what an object, or the kernel, says of its stages
 *
 * Slots and counters go by number. "enum order_<hook>" in the types of an object says which stage
 * has which, and a tag of a stage's program what it was made of; the kernel keeps both.
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "internal.h"

/* The end of a C identifier: "tc-ingress" is tc_ingress. */
static void add_word(char *text, size_t size, const char *word, bool begins)
{
	size_t length = strlen(text);

	if (begins && isdigit((unsigned char)*word) && length + 1 < size)
		text[length++] = '_';
	for (; *word && length + 1 < size; word++)
		text[length++] = isalnum((unsigned char)*word) ? *word : '_';
	text[length] = '\0';
}

int opn_order_same(const struct btf *btf, const struct opn_hook *hook)
{
	char name[2 * OPN_NAME_SIZE] = "order_";
	const struct btf_enum *numbers;
	const struct btf_type *type;
	int id;

	add_word(name, sizeof(name), hook->name, false);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	if (id < 0)
		return -ENOENT;
	type = btf__type_by_id(btf, id);
	numbers = btf_enum(type);
	if (btf_vlen(type) != hook->stage_count)
		return 0;
	for (size_t i = 0; i < hook->stage_count; i++) {
		*name = '\0';
		add_word(name, sizeof(name), hook->name, true);
		strcat(name, "_");
		add_word(name, sizeof(name), hook->stages[i].name, true);
		if (numbers[i].val != (__s32)i ||
		    strcmp(btf__name_by_offset(btf, numbers[i].name_off), name))
			return 0;
	}
	return 1;
}

int opn_order_of_map(int map, const struct opn_hook *hook)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	struct btf *btf;
	int same;

	if (bpf_obj_get_info_by_fd(map, &info, &size))
		return -errno;
	if (!info.btf_id)
		return 0;
	btf = btf__load_from_kernel_by_id(info.btf_id);
	if (!btf)
		return -errno;
	same = opn_order_same(btf, hook) > 0;
	btf__free(btf);
	return same;
}

struct btf *opn_program_types(int program)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size)) {
		errno = program < 0 ? -program : errno;
		return NULL;
	}
	if (!info.btf_id) {
		errno = ENOENT;
		return NULL;
	}
	return btf__load_from_kernel_by_id(info.btf_id);
}

int opn_program_source(int program, const char *name, char *source, size_t size)
{
	struct btf *btf = opn_program_types(program);
	int id, error = -ENOENT;

	if (!btf)
		return -errno;
	id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	for (__u32 i = 1; id > 0 && i < btf__type_cnt(btf); i++) {
		const struct btf_type *type = btf__type_by_id(btf, i);

		if (!btf_is_decl_tag(type) || type->type != (__u32)id ||
		    btf_decl_tag(type)->component_idx >= 0)
			continue;
		snprintf(source, size, "%s", btf__name_by_offset(btf, type->name_off));
		error = 0;
		break;
	}
	btf__free(btf);
	return error;
}
