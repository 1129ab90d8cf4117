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
#define OPN_GUIDE_LIMITS     32
#define OPN_GUIDE_FRONTIER   64 /* packets for one branch before others come as often */
#define OPN_GUIDE_PATHS	     8192

/* Packets that are changed field by field, and how long they may be. */
#define OPN_GUIDE_STAGED	256
#define OPN_GUIDE_STAGED_LENGTH 512

/* First every packet gets the few changes that tell most, then all others. */
enum guide_round { OPN_GUIDE_EXTREMES, OPN_GUIDE_ALL, OPN_GUIDE_ROUNDS };

struct guide_stage {
	struct opn_packet list[OPN_GUIDE_STAGED];
	size_t count;
	size_t left[OPN_GUIDE_ROUNDS][OPN_GUIDE_STAGED]; /* whose turn is still to come; the last
							  * one is the next */
	size_t left_count[OPN_GUIDE_ROUNDS];
	enum guide_round round;
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

/* Packets to be tried: the last one first, and the oldest makes room. */
struct guide_queue {
	struct opn_packet *list; /* NULL before the first one */
	size_t room;		 /* 0: OPN_GUIDE_CANDIDATES */
	size_t count, next;
};

/* Packets that should take a branch that nobody took. */
struct guide_frontier {
	struct guide_queue queue;
	uint16_t made; /* how often packets were asked for, up to what it can count */
	uint8_t tried; /* how many were, up to OPN_GUIDE_FRONTIER */
};

/* Bits that were turned so far on the way to an edge, and in which round. */
struct guide_bits {
	uint64_t tried;
	uint8_t rounds;
};

struct guide_side {
	uint8_t *seen; /* by edge */
	const struct opn_edge *edges;
	size_t edge_count;
	uint8_t *lengths;	 /* by edge: how often the length was set to where it turns */
	struct guide_bits *bits; /* by edge: single bits of masks */
	struct guide_frontier *frontier; /* by edge */
	uint64_t *block_hits;
	size_t block_count;
};

/* Different sets of edges; an open hash table that stops growing when it is half full. */
struct guide_paths {
	uint64_t hashes[OPN_GUIDE_PATHS]; /* 0: free */
	size_t count;
};

struct opn_guide {
	struct opn_bench *bench;
	struct opn_arena *arena;
	struct opn_dictionary dictionary;
	struct guide_side side[2];
	struct opn_packet corpus[OPN_GUIDE_CORPUS];
	size_t corpus_count, replaced;
	struct guide_queue candidates; /* of other lengths, and of keys that are in the maps */
	struct guide_queue bits;       /* with one bit of a masked value turned */
	struct guide_queue turned;     /* with one comparison of a new path turned */
	struct guide_key keys[OPN_GUIDE_KEYS];
	size_t key_count, key_turn;
	size_t turn;			   /* the edge of both sides whose packet was the last */
	bool waiting;			   /* any packet for an edge */
	uint16_t limits[OPN_GUIDE_LIMITS]; /* lengths that a program asked for */
	size_t limit_count;
	uint64_t delays[OPN_GUIDE_DELAYS];
	size_t delay_count;
	struct guide_paths first, both; /* through the first program, through one and the other */
	uint64_t watched, last_new;
	struct guide_stage stage;
};

/* Packets that are tried along with the keys that they looked up, a sequence. */
#define OPN_GUIDE_TIED 12

int opn_guide_queue(struct guide_queue *queue, const uint8_t *data, uint32_t length);
/* The newest one into data, of a queue that is not empty; returns its length. */
uint32_t opn_guide_queue_take(struct guide_queue *queue, uint8_t *data);
void opn_guide_queue_clear(struct guide_queue *queue);

/* A packet that should take this edge. */
int opn_guide_frontier_add(struct opn_guide *guide, const struct guide_side *own, size_t edge,
			   const uint8_t *data, uint32_t length);
/* One for the edge that had the fewest, into data; returns its length, 0: none waits, or all edges
 * had many and others come first this time. */
uint32_t opn_guide_frontier_take(struct opn_guide *guide, struct opn_random *random, uint8_t *data);

/* Adds a packet to those that are changed field by field, if there is room. */
void opn_guide_stage_add(struct opn_guide *guide, const uint8_t *data, uint32_t length);
/* The next change of one of them, into data (OPN_PACKET_MAX bytes); returns its length, 0: none. */
uint32_t opn_guide_stage_next(struct opn_guide *guide, uint8_t *data);
void opn_guide_stage_clear(struct opn_guide *guide);

/* Makes candidates from the comparisons of the traced builds' last run: from those whose other side
 * nobody has seen, some times, and from all when the run was new or all is set. is_new: it came
 * where none came before. */
int opn_guide_correspond(struct opn_guide *guide, const struct opn_step *step, bool is_new,
			 bool all);
/* The last run went a way through both programs that none went before: each comparison on it that
 * went both ways is turned once more, here. */
int opn_guide_turn(struct opn_guide *guide, const struct opn_step *step);

#endif
