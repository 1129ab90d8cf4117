// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_join.c - what two workers found, as if one had
 *
 * Both ran the same code: edges and lines have the same places in the lists of both.
 */
#include <string.h>

#include "verify_private.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void join_counts(struct opn_result *to, const struct opn_result *from)
{
	to->packets += from->packets;
	to->sequences += from->sequences;
	to->generated += from->generated;
	to->refused_left += from->refused_left;
	to->refused_right += from->refused_right;
	to->refused_both += from->refused_both;
	to->told_by_bytes += from->told_by_bytes;
	to->packets_different += from->packets_different;
	/* They ran beside each other. */
	to->seconds = to->seconds > from->seconds ? to->seconds : from->seconds;
}

static void join_fates(struct opn_result *to, const struct opn_result *from)
{
	for (size_t i = 0; i < from->fate_count; i++) {
		const struct opn_result_fate *fate = &from->fates[i];
		size_t at = 0;

		while (at < to->fate_count && (!same_text(to->fates[at].left, fate->left) ||
					       !same_text(to->fates[at].right, fate->right)))
			at++;
		if (at < to->fate_count)
			to->fates[at].packets += fate->packets;
		else if (at < OPN_SESSION_FATES)
			to->fates[to->fate_count++] = *fate;
	}
}

static bool is_told(const struct opn_result *result, const struct opn_difference *difference)
{
	for (size_t i = 0; i < result->difference_count; i++) {
		const struct opn_difference *other = &result->differences[i];

		if (same_text(other->kind, difference->kind) &&
		    same_text(other->left_fate, difference->left_fate) &&
		    same_text(other->right_fate, difference->right_fate))
			return true;
	}
	return false;
}

static void join_differences(struct opn_result *to, const struct opn_result *from)
{
	for (size_t i = 0; i < from->difference_count; i++) {
		if (to->difference_count < OPN_SESSION_DIFFERENCES &&
		    !is_told(to, &from->differences[i]))
			to->differences[to->difference_count++] = from->differences[i];
	}
}

/* Dead is what the code says cannot be and nobody saw. */
static void join_code(struct opn_result_side *to, const struct opn_result_side *from)
{
	to->edges_reached = to->edges_dead = 0;
	for (size_t i = 0; i < to->edge_count; i++) {
		struct opn_result_edge *edge = &to->edges[i];

		edge->reached |= from->edges[i].reached;
		if (edge->reached)
			edge->dead = NULL;
		to->edges_reached += edge->reached;
		to->edges_dead += edge->dead != NULL;
	}
	for (size_t i = 0; i < to->line_count; i++)
		to->lines[i].hits += from->lines[i].hits;
}

void opn_session_join(struct opn_session *to, const struct opn_session *from)
{
	join_counts(to->result, from->result);
	join_fates(to->result, from->result);
	join_differences(to->result, from->result);
	for (int side = 0; side < 2; side++)
		join_code(&to->result->side[side], &from->result->side[side]);
	to->maps_changed |= from->maps_changed;
	to->full = to->full ?: from->full;
	to->paths = to->paths > from->paths ? to->paths : from->paths;
}
