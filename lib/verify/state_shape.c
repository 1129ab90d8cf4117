// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_shape.c - whether the shapes of two maps agree
 *
 * The shape is the kernel's (bpf_map_info), not the object's: sizes that the loader set count.
 */
#include <errno.h>
#include <stdio.h>

#include "state_internal.h"

/* Flags that a program under test feels; the others say how memory is got. */
#define FLAGS_FELT (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)

static void add_difference(struct opn_buf *buf, const char *what, const char *left,
			   const char *right)
{
	opn_buf_printf(buf, "%s%s %s and %s", buf->length ? ", " : "", what, left, right);
}

static void compare_number(struct opn_buf *buf, const char *what, uint32_t left, uint32_t right)
{
	char texts[2][16];

	if (left == right)
		return;
	snprintf(texts[0], sizeof(texts[0]), "%u", left);
	snprintf(texts[1], sizeof(texts[1]), "%u", right);
	add_difference(buf, what, texts[0], texts[1]);
}

static const char *type_name(unsigned int type, char *room, size_t size)
{
	const char *name = libbpf_bpf_map_type_str(type);

	if (name)
		return name;
	snprintf(room, size, "number %u", type);
	return room;
}

static const char *flags_name(uint32_t flags)
{
	if (flags == BPF_F_RDONLY_PROG)
		return "read-only";
	if (flags == BPF_F_WRONLY_PROG)
		return "write-only";
	return flags ? "unknown" : "read-write";
}

int opn_state_check_shape(const struct bpf_map_info *left, const struct bpf_map_info *right,
			  const char *name, bool internal, struct opn_diags *diags)
{
	uint32_t left_flags = left->map_flags & FLAGS_FELT;
	uint32_t right_flags = right->map_flags & FLAGS_FELT;
	struct opn_buf buf = { 0 };
	char room[2][32];
	int err = 0;

	if (left->type != right->type)
		add_difference(&buf, "type", type_name(left->type, room[0], sizeof(room[0])),
			       type_name(right->type, room[1], sizeof(room[1])));
	compare_number(&buf, "key size", left->key_size, right->key_size);
	if (!internal)
		compare_number(&buf, "value size", left->value_size, right->value_size);
	compare_number(&buf, "max_entries", left->max_entries, right->max_entries);
	if (left_flags != right_flags)
		add_difference(&buf, "access", flags_name(left_flags), flags_name(right_flags));
	if (buf.failed)
		err = -ENOMEM;
	else if (buf.length)
		err = opn_diag(diags, OPN_DIAG_MAP_SHAPE, OPN_NOWHERE, name, buf.data);
	opn_buf_free(&buf);
	return err;
}
