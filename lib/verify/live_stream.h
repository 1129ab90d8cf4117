/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_stream.h - bytes over TCP into the device under test
 */
#ifndef OPN_VERIFY_LIVE_STREAM_H
#define OPN_VERIFY_LIVE_STREAM_H

#include "live.h"
#include "live_observer.h"

/* What came of a transfer. */
struct opn_streamed {
	uint64_t received; /* bytes, in order and as they were sent */
	bool complete;
	uint64_t counts[OPN_SEEN_COUNTS]; /* of packets that passed the tested program */
};

/* Sends the bytes and waits until they are there, or nothing has moved for a while. Returns 0 or
 * -errno. */
int opn_stream_run(struct opn_live_net *net, struct opn_observer *observer,
		   const struct opn_live_transfer *transfer, struct opn_streamed *out);

#endif
