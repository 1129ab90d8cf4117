/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * guide_private.h - what the guide remembers
 */
#ifndef OPN_VERIFY_GUIDE_PRIVATE_H
#define OPN_VERIFY_GUIDE_PRIVATE_H

#include "guide.h"

#define OPN_GUIDE_CORPUS     4096
#define OPN_GUIDE_CANDIDATES 512
#define OPN_GUIDE_KEYS	     256
#define OPN_GUIDE_LOOKUPS    64
#define OPN_GUIDE_DELAYS     64
#define OPN_GUIDE_PATHS	     8192

/* Packets that are changed field by field, and how long they may be. */
#define OPN_GUIDE_STAGED	256
#define OPN_GUIDE_STAGED_LENGTH 512

struct guide_stage {
	struct opn_packet list[OPN_GUIDE_STAGED];
	size_t count, next;
	const struct opn_packet *packet; /* the one that is being changed, or NULL */
	struct opn_arena *arena;	 /* of its fields */
	struct opn_field *fields;
	size_t field_count, field, change;
};

struct guide_key {
	size_t map;
	uint8_t bytes[64];
	struct opn_packet packet; /* that looked it up; its data may be NULL */
};

/* Bits that were turned so far on the way to an edge, and in which round. */
struct guide_bits {
	uint64_t tried;
	uint8_t rounds;
};

struct guide_side {
	uint8_t *seen; /* by edge */
	size_t edge_count;
	uint8_t *lengths;	 /* by edge: how often the length was set to where it turns */
	struct guide_bits *bits; /* by edge: single bits of masks */
	uint64_t *block_hits;
	size_t block_count;
};

struct opn_guide {
	struct opn_bench *bench;
	struct opn_arena *arena;
	struct opn_dictionary dictionary;
	struct guide_side side[2];
	struct opn_packet corpus[OPN_GUIDE_CORPUS];
	size_t corpus_count, replaced;
	/* Packets that should turn a comparison; the last one is tried first. */
	struct opn_packet candidates[OPN_GUIDE_CANDIDATES];
	size_t candidate_count;
	struct guide_key keys[OPN_GUIDE_KEYS];
	size_t key_count, key_turn;
	uint64_t delays[OPN_GUIDE_DELAYS];
	size_t delay_count;
	uint64_t paths[OPN_GUIDE_PATHS]; /* hashes, 0: free */
	size_t path_count;
	uint64_t watched, last_new;
	struct guide_stage stage;
};

/* Packets that are tried along with the keys that they looked up, a sequence. */
#define OPN_GUIDE_TIED 12

/* Adds a packet to the candidates unless there are enough. */
int opn_guide_candidate(struct opn_guide *guide, const uint8_t *data, uint32_t length);

/* Adds a packet to those that are changed field by field, if there is room. */
void opn_guide_stage_add(struct opn_guide *guide, const uint8_t *data, uint32_t length);
/* The next change of one of them, into data (OPN_PACKET_MAX bytes); returns its length, 0: none. */
uint32_t opn_guide_stage_next(struct opn_guide *guide, uint8_t *data);
void opn_guide_stage_clear(struct opn_guide *guide);

/* Makes candidates from the comparisons of the traced builds' last run. */
int opn_guide_correspond(struct opn_guide *guide, const struct opn_step *step);

#endif
