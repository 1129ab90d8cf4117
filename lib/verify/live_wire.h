/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_wire.h - frames into a device, and all that comes of them
 *
 * A frame is alone in flight: it is sent, then everything that came of it is collected. What comes
 * late is matched by a mark in the source address, which each frame has of its own; a program that
 * replaces that address leaves only the order to go by.
 */
#ifndef OPN_VERIFY_LIVE_WIRE_H
#define OPN_VERIFY_LIVE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "live_net.h"
#include "live_observer.h"
#include "packet.h"

/* One thing that came of a frame. */
struct opn_outcome {
	bool to_stack; /* given to the stack at ifindex, else sent out of ifindex */
	uint32_t ifindex;
	struct opn_seen seen; /* of what was given to the stack */
	uint8_t *data;	      /* from the link layer header on */
	uint32_t length;      /* how many bytes of it there are in data */
};

struct opn_outcomes {
	struct opn_outcome *list; /* in an order of its own: the same for the same outcomes */
	size_t count, capacity;
	int error;   /* -errno: the device did not take the frame */
	bool unseen; /* the kernel dropped the frame before the program could see it */
};

/* What a capture on the tested device itself saw. */
struct opn_captured {
	uint64_t frames;
	uint64_t hash; /* of all their bytes in order */
};

struct opn_wire;

struct opn_wire_options {
	enum opn_live_device device;
	const uint8_t *mac; /* 6 bytes: the device's own address */
	bool unmarked;	    /* send frames as they are */
	bool capture;	    /* also capture on the device itself */
};

/* Makes the device under test, the devices to redirect to and the observer in the namespace.
 * Returns 0 or -errno; the caller frees *out, also after an error. */
int opn_wire_open(struct opn_live_net *net, const struct opn_wire_options *options,
		  struct opn_wire **out);
void opn_wire_free(struct opn_wire *wire);
struct opn_observer *opn_wire_observer(const struct opn_wire *wire);

/* The frame as it is sent under this number: with its mark. data has OPN_PACKET_MAX bytes; returns
 * the length. */
uint32_t opn_wire_mark(const struct opn_wire *wire, const struct opn_packet *frame, size_t number,
		       uint8_t *data);

/* Called before each frame is sent; may be NULL. */
typedef void opn_wire_before(void *context, size_t number);

/* Sends all frames and collects what comes of each into outcomes[] (count elements, zeroed); memory
 * is the arena's. Returns 0 or -errno. */
int opn_wire_run(struct opn_wire *wire, const struct opn_packet *frames, size_t count,
		 opn_wire_before *before, void *context, struct opn_arena *arena,
		 struct opn_outcomes *outcomes);
/* Of the last run: what the capture on the device saw; how many outcomes had no mark. */
struct opn_captured opn_wire_captured(const struct opn_wire *wire);
uint64_t opn_wire_unmatched(const struct opn_wire *wire);

#endif
