// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_sample.c - what comes in order: queues, stacks, ring buffers, perf events
 *
 * Rings are read through shared memory, without a system call; what is read is gone. A queue or a
 * stack is emptied and filled again.
 */
#include <errno.h>
#include <linux/perf_event.h>
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

int opn_samples_open(const struct opn_pair *pair, struct opn_side *side)
{
	if (pair->way == OPN_WAY_RING)
		side->ring = ring_buffer__new(side->fd, take_sample, side, NULL);
	else if (pair->way == OPN_WAY_PERF)
		side->perf =
			perf_buffer__new(side->fd, PERF_PAGES, take_event, take_lost, side, NULL);
	else
		return 0;
	return side->ring || side->perf ? 0 : -errno;
}

/* The kernel rounds a sample up and leaves in the rest what the buffer held before
 * (kernel/events/core.c: perf_output_sample(), frag->pad): what was read is cleared, so that the
 * rest is always zero. */
static int read_events(struct perf_buffer *perf, size_t index)
{
	struct perf_event_mmap_page *page;
	size_t size;
	void *memory;
	uint64_t from, until;
	uint8_t *data;
	int err = perf_buffer__buffer(perf, (int)index, &memory, &size);

	if (err)
		return err;
	page = memory;
	from = page->data_tail;
	if (__atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE) == from)
		return 0;
	err = perf_buffer__consume_buffer(perf, index);
	until = page->data_tail;
	data = (uint8_t *)memory + page->data_offset;
	for (; from < until; from += 8)
		memset(data + from % page->data_size, 0, 8);
	return err < 0 ? err : 0;
}

int opn_samples_read(struct opn_side *side)
{
	int err = 0;

	opn_records_empty(&side->records);
	side->sample_error = 0;
	if (side->ring)
		err = ring_buffer__consume(side->ring);
	for (size_t i = 0; side->perf && err >= 0 && i < perf_buffer__buffer_cnt(side->perf); i++)
		err = read_events(side->perf, i);
	return side->sample_error ? side->sample_error : err < 0 ? err : 0;
}
