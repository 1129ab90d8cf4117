// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * guide_queue.c - packets that wait to be tried
 *
 * What was made last is tried first, and the oldest makes room. Each branch that nobody took has a
 * queue of its own, and that which had the fewest tries comes first: in one queue for all, a branch
 * that no packet can take (of a check that the verifier wants, of a switch over verdicts) makes
 * packets out of every run and pushes out the few that lead somewhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guide_private.h"

#define WAITING 24 /* packets for one branch */

int opn_guide_queue(struct guide_queue *queue, const uint8_t *data, uint32_t length)
{
	struct opn_packet *at;
	uint8_t *copy;

	if (!queue->room)
		queue->room = OPN_GUIDE_CANDIDATES;
	if (!queue->list)
		queue->list = calloc(queue->room, sizeof(*queue->list));
	copy = malloc(length ? length : 1);
	if (!copy || !queue->list) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, data, length);
	at = &queue->list[queue->next++ % queue->room];
	free(at->data);
	*at = (struct opn_packet){ copy, length };
	if (queue->count < queue->room)
		queue->count++;
	return 0;
}

uint32_t opn_guide_queue_take(struct guide_queue *queue, uint8_t *data)
{
	struct opn_packet *at = &queue->list[--queue->next % queue->room];

	queue->count--;
	memcpy(data, at->data, at->length);
	free(at->data);
	at->data = NULL;
	return at->length;
}

void opn_guide_queue_clear(struct guide_queue *queue)
{
	for (size_t i = 0; queue->list && i < queue->room; i++)
		free(queue->list[i].data);
	free(queue->list);
	*queue = (struct guide_queue){ 0 };
}

int opn_guide_frontier_add(struct opn_guide *guide, const struct guide_side *own, size_t edge,
			   const uint8_t *data, uint32_t length)
{
	struct guide_queue *queue = &own->frontier[edge].queue;

	queue->room = WAITING;
	guide->waiting = true;
	return opn_guide_queue(queue, data, length);
}

uint32_t opn_guide_frontier_take(struct opn_guide *guide, struct opn_random *random, uint8_t *data)
{
	size_t edges[2] = { guide->side[0].edge_count, guide->side[1].edge_count };
	size_t all = edges[0] + edges[1];
	struct guide_frontier *best = NULL;
	size_t turn = 0;

	/* Of those alike, the next one after the last. */
	for (size_t i = 0; guide->waiting && i < all; i++) {
		size_t at = (guide->turn + 1 + i) % all;
		struct guide_frontier *own = at < edges[0]
						     ? &guide->side[0].frontier[at]
						     : &guide->side[1].frontier[at - edges[0]];

		if (!own->queue.count || (best && own->tried >= best->tried))
			continue;
		best = own;
		turn = at;
	}
	guide->waiting = best;
	if (!best || (best->tried == OPN_GUIDE_FRONTIER && opn_random_below(random, 4)))
		return 0;
	guide->turn = turn;
	best->tried += best->tried < OPN_GUIDE_FRONTIER;
	return opn_guide_queue_take(&best->queue, data);
}
