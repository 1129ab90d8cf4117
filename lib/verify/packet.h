/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * packet.h - packets: made by protocol shape, mutated, taken apart, shrunk
 *
 * Nothing here knows the kernel or a program. Everything is a function of its arguments and the
 * generator's state, so that a seed names a run for good.
 */
#ifndef OPN_VERIFY_PACKET_H
#define OPN_VERIFY_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"

#define OPN_PACKET_MAX 9216 /* bytes: a jumbo frame; what a hook's run takes may be less */

struct opn_packet {
	uint8_t *data;
	uint32_t length; /* in bytes, at most OPN_PACKET_MAX */
};

/* ---- pseudo-random numbers: xoshiro256**, public domain algorithm by Blackman and Vigna ---- */

struct opn_random {
	uint64_t state[4];
};

/* Different streams of one seed are independent of each other. */
void opn_random_seed(struct opn_random *random, uint64_t seed, uint64_t stream);
uint64_t opn_random_next(struct opn_random *random);
/* Uniform in [0, bound); 0 for bound 0. */
uint32_t opn_random_below(struct opn_random *random, uint32_t bound);

/* ---- what the programs under test compare with: constants, map keys ---- */

#define OPN_WORD_MAX 16 /* bytes */

/* A value of size bytes as it would stand in a packet (network order where it is a number). */
struct opn_word {
	uint8_t size; /* 1 to OPN_WORD_MAX */
	uint8_t bytes[OPN_WORD_MAX];
};

/* Words without repetition, in the order in which they came. {0} is empty. */
struct opn_dictionary {
	struct opn_word *words;
	size_t count, capacity;
	uint32_t *slots; /* of a hash table: number of the word plus one; 0: free */
	size_t slot_count;
	struct {
		uint32_t *list; /* numbers of the words of this size */
		size_t count, capacity;
	} of_size[OPN_WORD_MAX + 1];
};

/* Adds the word unless it is there already; returns 0, -EINVAL for a size that no word has, or
 * -ENOMEM. */
int opn_dictionary_add(struct opn_dictionary *dictionary, const void *bytes, size_t size);
/* Adds value in network and in host order, in every width of 1, 2, 4, 8 bytes that holds it, and
 * its neighbours value-1 and value+1. */
int opn_dictionary_add_number(struct opn_dictionary *dictionary, uint64_t value);
void opn_dictionary_free(struct opn_dictionary *dictionary);

/* ---- generation ---- */

/* The base frames: for every protocol shape at least one well-formed frame with right lengths and
 * checksums, its truncations at every header boundary, and the corrupt ones. The same list on every
 * call. name (of the shape: "ipv6-hopopts-tcp-syn", ", cut at 53" or what is wrong behind it) is in
 * the arena with the rest. Frames to this host have 02:00:00:00:00:01, 10.0.0.1 and 2001:db8::1 as
 * destination. Returns how many, 0 without memory. */
struct opn_base_frame {
	const char *name;
	struct opn_packet packet;
};
size_t opn_packet_base_frames(struct opn_arena *arena, struct opn_base_frame **out);

/* Makes one random frame of a random shape into data (OPN_PACKET_MAX bytes), with fields drawn from
 * the dictionary half of the time (it may be NULL); returns its length. */
uint32_t opn_packet_generate(struct opn_random *random, const struct opn_dictionary *dictionary,
			     uint8_t *data);

/* Changes a frame in place: by header field (which fixes lengths and checksums most of the time),
 * by bytes, by words of the dictionary, by cutting, growing, taking a header out or putting one in.
 * data has OPN_PACKET_MAX bytes. Returns the new length, at least 14. */
uint32_t opn_packet_mutate(struct opn_random *random, const struct opn_dictionary *dictionary,
			   uint8_t *data, uint32_t length);

/* Recomputes what depends on the rest: IPv4 header checksum; TCP, UDP, ICMP, ICMPv6 checksums of
 * unfragmented packets, also inside tunnels; lengths too when asked for. */
void opn_packet_fix(uint8_t *data, uint32_t length, bool lengths);

/* ---- reading ---- */

/* One header field of a dissected frame. */
struct opn_field {
	const char *header; /* "ethernet", "vlan", "ipv4", "ipv6", "tcp", "payload", ... */
	unsigned int level; /* which one of this kind, from 0: the inner IPv4 header is 1 */
	const char *name;   /* "source", "ttl" ... */
	uint32_t offset;    /* in bytes from the start of the frame */
	uint32_t size;	    /* in bytes; fields narrower than a byte are told as the byte or word */
};

/* The fields of a frame in order, without gaps: what is not understood is "payload". In the arena;
 * NULL without memory. */
struct opn_field *opn_packet_fields(struct opn_arena *arena, const uint8_t *data, uint32_t length,
				    size_t *count);
/* The value as people write it: addresses, numbers, hex. */
char *opn_field_text(struct opn_arena *arena, const struct opn_field *field, const uint8_t *data);
/* "ethernet / vlan / ipv4 / tcp, 74 bytes", in the arena. */
char *opn_packet_summary(struct opn_arena *arena, const uint8_t *data, uint32_t length);
/* A hash that is equal for frames of the same stack of headers. */
uint64_t opn_packet_shape(const uint8_t *data, uint32_t length);

/* ---- shrinking ---- */

/* Whether a candidate still shows what is looked for. */
typedef bool opn_packet_test(void *context, const uint8_t *data, uint32_t length);

/* Makes a frame smaller and simpler (shorter payload, fewer headers, zeroed and canonical fields)
 * while test() holds, at most limit calls of it. data is changed in place. Returns the length. */
uint32_t opn_packet_shrink(uint8_t *data, uint32_t length, opn_packet_test *test, void *context,
			   unsigned int limit);

#endif
