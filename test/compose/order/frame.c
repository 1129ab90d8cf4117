// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * frame.c - one frame of the order test: who saw it and where it went
 *
 * Frames that the stages let pass are sent behind the tested one, from one CPU and twice (a
 * redirected frame queues behind the first): when they are there, its fate is known. Nothing
 * depends on time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <bpf/bpf.h>

#include "run.h"

#define PATIENCE 10000 /* ms, for what always arrives */

struct frame {
	struct ethhdr ethernet;
	uint8_t kind;
	uint32_t number;
	uint8_t padding[45];
} __attribute__((packed));

static const char *const fates[] = { "dropped", "delivered", "redirected" };

static int send_frame(struct opn_order *order, uint8_t kind)
{
	struct frame frame = {
		.ethernet = { .h_dest = { 2, 0, 0, 0, 0, 1 },
			      .h_source = { 2, 0, 0, 0, 0, 2 },
			      .h_proto = htons(OPN_ORDER_PROTOCOL) },
		.kind = kind,
		.number = ++order->sent,
	};
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = OPN_ORDER_NEAR };

	/* ENOBUFS is how a sender is told that egress dropped its frame. */
	if (sendto(order->sender, &frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) <
		    0 &&
	    errno != ENOBUFS)
		return -errno;
	return 0;
}

/* Reads frames until number arrives; notes where the tested one did. */
static int receive_until(struct opn_order *order, uint32_t number, uint32_t tested,
			 enum opn_fate *fate)
{
	struct pollfd ready = { .fd = order->receiver, .events = POLLIN };
	struct sockaddr_ll from;
	struct frame frame;

	while (poll(&ready, 1, PATIENCE) == 1) {
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(order->receiver, &frame, sizeof(frame), 0,
				       (struct sockaddr *)&from, &size);

		if (got < (ssize_t)sizeof(frame))
			continue;
		if (frame.number == tested)
			*fate = from.sll_ifindex == OPN_ORDER_FAR ? OPN_DELIVERED : OPN_REDIRECTED;
		if (frame.number == number)
			return 0;
	}
	return -ETIMEDOUT;
}

int opn_order_frame(struct opn_order *order, struct opn_order_trace *trace, enum opn_fate *fate)
{
	uint32_t zero = 0, tested = order->sent + 1;
	int err;

	*fate = OPN_DROPPED;
	*trace = (struct opn_order_trace){ 0 };
	err = bpf_map_update_elem(order->trace, &zero, trace, BPF_ANY);
	if (!err)
		err = send_frame(order, OPN_ORDER_TEST);
	for (int i = 0; !err && i < 2; i++) {
		err = send_frame(order, 0);
		if (!err)
			err = receive_until(order, order->sent, tested, fate);
	}
	return err ? err : bpf_map_lookup_elem(order->trace, &zero, trace);
}

int opn_order_observe(struct opn_order *order, struct opn_buf *seen)
{
	static const char *const carriers[] = { "cb", "mark", "tc_index", "data_meta" };
	struct opn_order_trace trace;
	enum opn_fate fate;
	int err = opn_order_frame(order, &trace, &fate);

	if (err)
		return err;
	if (trace.count > OPN_ORDER_STAGES) {
		opn_buf_printf(seen, "%u programs", trace.count);
		trace.count = 0;
	} else if (!trace.count) {
		opn_buf_puts(seen, "none");
	}
	for (uint32_t i = 0; i < trace.count; i++) {
		const char *between = "(";

		opn_buf_printf(seen, "%s%c", i ? " " : "", 'a' + trace.ran[i].who);
		for (unsigned int bit = 0; bit < 4; bit++) {
			if (!(trace.ran[i].found & 1U << bit))
				continue;
			opn_buf_printf(seen, "%s%s", between, carriers[bit]);
			between = " ";
		}
		if (trace.ran[i].found)
			opn_buf_putc(seen, ')');
	}
	opn_buf_printf(seen, ", %s", fates[fate]);
	return 0;
}
