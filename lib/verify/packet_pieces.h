/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * packet_pieces.h - the pieces and shapes of packet_pieces.c, for those that build frames of them
 */
#ifndef OPN_VERIFY_PACKET_PIECES_H
#define OPN_VERIFY_PACKET_PIECES_H

#include "packet_stack.h"

#define OPN_PIECE_LAYERS 6
#define OPN_CHOICES	 8

struct opn_piece {
	const char *name;				/* "" is not part of a shape's name */
	struct opn_layer_spec layers[OPN_PIECE_LAYERS]; /* as many as have a header */
	const uint8_t *content; /* what it holds, in front of other payload */
	uint16_t content_size;
	bool closed; /* other payload would make it malformed */
};

struct opn_choice {
	const struct opn_piece *list;
	size_t count;
};

/* One piece of each choice, outermost first, with one of the first few contents. */
struct opn_group {
	struct opn_choice choices[OPN_CHOICES]; /* as many as have a list */
	size_t contents;
};

struct opn_content {
	const char *name;
	uint32_t size;	  /* of the payload, in bytes */
	uint32_t minimal; /* the frame is padded with zeros to this */
};

extern const struct opn_group opn_groups[];
extern const size_t opn_group_count;
extern const struct opn_content opn_contents[];
extern const size_t opn_content_count;
/* What can be put into a frame that is there already. */
extern const struct opn_choice opn_insertions[];
extern const size_t opn_insertion_count;
extern const struct opn_choice opn_outer_headers[2], opn_tunnels;

#endif
