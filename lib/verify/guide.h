/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * guide.h - which packets and map contents to try next, learnt from what the programs did
 *
 * The traced builds tell which branches a packet took, what was compared with what, and which keys
 * were looked up. A packet that took a new branch is kept and mutated further; where a comparison
 * went one way only, the value that it wanted is written over the value that it saw, wherever that
 * stands in the packet; keys that were looked up are put into the maps.
 */
#ifndef OPN_VERIFY_GUIDE_H
#define OPN_VERIFY_GUIDE_H

#include "bench.h"

struct opn_guide;

/* Learns the constants of both programs. The caller frees with opn_guide_free(); NULL without
 * memory. The bench must outlive it. */
struct opn_guide *opn_guide_new(struct opn_bench *bench);
void opn_guide_free(struct opn_guide *guide);

/* Adds a packet to what is mutated. */
int opn_guide_keep(struct opn_guide *guide, const uint8_t *data, uint32_t length);

/* Looks at what the traced builds did with this step; to be called right after it ran. */
int opn_guide_watch(struct opn_guide *guide, const struct opn_step *step);

/* Fills in data, length, clock, random and context of the next step; data has OPN_PACKET_MAX bytes.
 * previous is the step before it in the sequence, or NULL. */
void opn_guide_step(struct opn_guide *guide, struct opn_random *random,
		    const struct opn_step *previous, struct opn_step *step);

/* Chooses the fills of a sequence; keys and values live in the arena. */
int opn_guide_fills(struct opn_guide *guide, struct opn_random *random, struct opn_arena *arena,
		    struct opn_sequence *sequence);

/* What was seen so far on one side: per edge of opn_program_edges() whether it was taken. */
const uint8_t *opn_guide_seen(const struct opn_guide *guide, int side);
/* How many packets ran a basic block (opn_line.block). */
uint64_t opn_guide_block_hits(const struct opn_guide *guide, int side, size_t block);
/* Different ways through the first program that packets took, counted up to a few thousand. */
size_t opn_guide_paths(const struct opn_guide *guide);
/* How many traced packets ago something new was seen. */
uint64_t opn_guide_stale(const struct opn_guide *guide);

#endif
