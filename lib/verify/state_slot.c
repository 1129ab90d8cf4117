// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_slot.c - slots that hold programs, interfaces or CPUs
 *
 * User space writes descriptors into them and reads ids back. Ids mean nothing to the other side:
 * what is compared is the text, with programs by their names.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_internal.h"

static uint32_t word_at(const uint8_t *value, uint32_t size, uint32_t at)
{
	uint32_t word = 0;

	if (at + sizeof(word) <= size)
		memcpy(&word, value + at, sizeof(word));
	return word;
}

/* ---- writing ---- */

/* Only interfaces and CPUs are put over others, and opn_state_put() gives them no program: what the
 * start state has there can be written as it was read. Slots with programs and maps keep theirs. */
int opn_slots_reset(const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size, size = pair->info.value_size;
	struct opn_table *start = &side->start_table, *now = &side->table;
	int err = opn_slots_read(side->fd, key_size, size, now);

	for (size_t i = 0; !err && i < now->count; i++) {
		const uint8_t *key = now->keys + i * key_size;

		if (opn_table_find(start, key_size, key) == SIZE_MAX)
			err = bpf_map_delete_elem(side->fd, key);
	}
	for (size_t i = 0; !err && i < start->count; i++) {
		const uint8_t *key = start->keys + i * key_size;
		const uint8_t *value = start->values + i * size;
		size_t at = opn_table_find(now, key_size, key);

		if (at == SIZE_MAX || memcmp(now->values + at * size, value, size))
			err = bpf_map_update_elem(side->fd, key, value, BPF_ANY);
	}
	return err;
}

/* ---- reading ---- */

/* The program's name in its object; the kernel keeps no more than 15 letters. */
static void write_program(struct opn_buf *buf, const struct bpf_object *object, uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	struct bpf_program *program;
	int fd;

	bpf_object__for_each_program(program, object)
	{
		memset(&info, 0, sizeof(info));
		if (bpf_program__fd(program) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) &&
		    info.id == id) {
			opn_buf_puts(buf, bpf_program__name(program));
			return;
		}
	}
	fd = bpf_prog_get_fd_by_id(id);
	memset(&info, 0, sizeof(info));
	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
		opn_buf_puts(buf, info.name);
	if (fd >= 0)
		close(fd);
}

static void write_interface(struct opn_buf *buf, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		opn_buf_printf(buf, "interface %u (%s)", ifindex, name);
	else
		opn_buf_printf(buf, "interface %u", ifindex);
}

void opn_slot_write_text(struct opn_buf *buf, const struct opn_pair *pair,
			 const struct opn_side *side, const uint8_t *value)
{
	uint32_t size = pair->info.value_size;
	uint32_t first = word_at(value, size, 0), second = word_at(value, size, 4);

	switch (pair->info.type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		write_program(buf, side->object, first);
		return;
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		opn_buf_puts(buf, "a map");
		return;
	case BPF_MAP_TYPE_CPUMAP:
		opn_buf_printf(buf, "a queue of %u", first);
		break;
	default:
		write_interface(buf, first);
		break;
	}
	if (second) {
		opn_buf_puts(buf, ", program ");
		write_program(buf, side->object, second);
	}
}

uint32_t opn_state_slot_ifindex(const struct opn_state *state, size_t map, int side, uint64_t key)
{
	const struct opn_pair *pair = state->pairs[map];
	uint32_t value[2] = { 0 }, index = (uint32_t)key;

	if (pair->info.type != BPF_MAP_TYPE_DEVMAP && pair->info.type != BPF_MAP_TYPE_DEVMAP_HASH)
		return 0;
	if (key > UINT32_MAX || pair->info.key_size != sizeof(index) ||
	    pair->info.value_size > sizeof(value) ||
	    bpf_map_lookup_elem(pair->sides[side].fd, &index, value))
		return 0;
	return value[0];
}
