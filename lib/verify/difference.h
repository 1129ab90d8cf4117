/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * difference.h - a difference that was found: made small, and told
 */
#ifndef OPN_VERIFY_DIFFERENCE_H
#define OPN_VERIFY_DIFFERENCE_H

#include "bench.h"
#include "result.h"

/* Makes the sequence, whose last step differs in this way, smaller while it still does: steps and
 * fills taken out, the packets shrunk, clock, random and context made plain. The sequence's arrays
 * and packets are changed in place; data of each step has OPN_PACKET_MAX bytes. *kept tells whether
 * the difference could be repeated at all. Returns 0 or -errno. */
int opn_difference_shrink(struct opn_bench *bench, struct opn_sequence *sequence,
			  enum opn_difference_kind kind, bool *kept);

/* Runs the sequence once more and tells what differs after its last step. Everything in the arena.
 * Returns 0 or -errno. */
int opn_difference_describe(struct opn_bench *bench, const struct opn_sequence *sequence,
			    enum opn_difference_kind kind, struct opn_arena *arena,
			    struct opn_difference *out);

#endif
