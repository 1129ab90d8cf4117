// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_sample.c - what comes in order: queues, stacks, ring buffers, perf events
 *
 * Rings are read through shared memory, without a system call; what is read is gone. A queue or a
 * stack is emptied and filled again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state_internal.h"

/* Per CPU and copy; 64 jumbo frames do not fit, and what is lost is a record of its own. */
enum { PERF_PAGES = 32 };

/* ---- queues ---- */

static int pop_all(const struct opn_pair *pair, struct opn_side *side)
{
	uint8_t *value = malloc(pair->info.value_size);
	int err = value ? 0 : -ENOMEM;

	opn_records_empty(&side->records);
	while (!err) {
		err = bpf_map_lookup_and_delete_elem(side->fd, NULL, value);
		if (!err)
			err = opn_records_add(&side->records, value, pair->info.value_size);
	}
	free(value);
	return err == -ENOENT ? 0 : err;
}

static int push_all(const struct opn_pair *pair, struct opn_side *side,
		    const struct opn_records *records)
{
	bool is_stack = pair->info.type == BPF_MAP_TYPE_STACK;
	size_t size;

	for (size_t i = 0; i < records->count; i++) {
		size_t at = is_stack ? records->count - 1 - i : i;
		int err = bpf_map_update_elem(side->fd, NULL, opn_records_at(records, at, &size),
					      BPF_ANY);

		if (err)
			return err;
	}
	return 0;
}

int opn_queue_read(const struct opn_pair *pair, struct opn_side *side)
{
	int err = pop_all(pair, side);

	return err ? err : push_all(pair, side, &side->records);
}

int opn_queue_fill(const struct opn_pair *pair, struct opn_side *side,
		   const struct opn_records *records)
{
	int err = pop_all(pair, side);

	return err ? err : push_all(pair, side, records);
}

/* ---- samples ---- */

static int take_sample(void *context, void *data, size_t size)
{
	struct opn_side *side = context;

	side->sample_error = opn_records_add(&side->records, data, size);
	return side->sample_error;
}

/* A record begins with the CPU whose buffer it was in. */
static void add_event(struct opn_side *side, int cpu, const void *data, size_t size)
{
	int err;

	opn_buf_add(&side->records.bytes, &cpu, sizeof(cpu));
	err = opn_records_add(&side->records, data, size);
	if (err)
		side->sample_error = err;
}

static void take_event(void *context, int cpu, void *data, uint32_t size)
{
	add_event(context, cpu, data, size);
}

/* The count of what was lost is a record, too, of a size that no sample has: the kernel rounds
 * these to 8 bytes less 4. */
static void take_lost(void *context, int cpu, unsigned long long count)
{
	add_event(context, cpu, &count, sizeof(count));
}

/* What could not be opened is told by the first opn_samples_read(). */
void opn_samples_open(const struct opn_pair *pair, struct opn_side *side)
{
	if (pair->way == OPN_WAY_RING)
		side->ring = ring_buffer__new(side->fd, take_sample, side, NULL);
	else if (pair->way == OPN_WAY_PERF)
		side->perf =
			perf_buffer__new(side->fd, PERF_PAGES, take_event, take_lost, side, NULL);
	else
		return;
	if (!side->ring && !side->perf)
		side->unopened = -errno;
}

int opn_samples_read(struct opn_side *side)
{
	int err = 0;

	if (side->unopened)
		return side->unopened;
	opn_records_empty(&side->records);
	side->sample_error = 0;
	if (side->ring)
		err = ring_buffer__consume(side->ring);
	else if (side->perf)
		err = perf_buffer__consume(side->perf);
	return side->sample_error ? side->sample_error : err < 0 ? err : 0;
}

/* The kernel rounds a sample up and leaves in the rest what the buffer held before
 * (kernel/events/core.c: perf_output_sample(), frag->pad), and user space can neither tell these
 * bytes from the others nor clear them. They are the same on both sides as long as all was the same
 * before; when it was not, both begin with new buffers. */
int opn_samples_agree(struct opn_pair *pair, size_t copy)
{
	struct opn_side *sides = &pair->sides[2 * copy];

	if (pair->way != OPN_WAY_PERF || opn_records_same(&sides[0].records, &sides[1].records))
		return 0;
	for (int side = 0; side < 2; side++) {
		perf_buffer__free(sides[side].perf);
		sides[side].perf = NULL;
		opn_samples_open(pair, &sides[side]);
		if (sides[side].unopened)
			return sides[side].unopened;
	}
	return 0;
}
