// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_wire.c - frames into a device, and all that comes of them
 *
 * write(2) to a TAP runs the device's ingress before it returns (drivers/net/tun.c:
 * tun_get_user()), and so does, mostly, sending through veth's peer. What is queued in between (a
 * packet that is redirected to an ingress) follows within microseconds, and has its mark.
 */
#include "live_wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

/* Packets on the way out may be whole super packets. */
#define LARGEST	   (1 << 17)
#define SETTLE_US  300	 /* how long a frame's outcome may take */
#define SILENCE_MS 50	 /* nothing for so long: nothing more will come */
#define WAIT_MS	   2000	 /* in all, after the last frame */
#define MTU_TAP	   16000 /* jumbo frames, and room for what is put around them */
/* drivers/net/veth.c: veth_xdp_set() allows what fits a page. */
#define MTU_VETH 3000
#define TAG_SIZE 4 /* of VLAN */

enum {
	FD_DEVICE, /* the TAP, or a packet socket on veth's peer */
	FD_HOPS,
	FD_OBSERVER = FD_HOPS + OPN_LIVE_HOPS,
	FD_WATCH, /* keeps the observer's device */
	FD_CAPTURE,
	FD_COUNT,
};

struct opn_wire {
	struct opn_wire_options options;
	int fds[FD_COUNT]; /* the observer's is its own */
	struct opn_observer *observer;
	uint8_t *buffer; /* LARGEST bytes and room for a tag */

	/* the run */
	struct opn_arena *arena;
	struct opn_outcomes *outcomes;
	size_t count, current;
	struct opn_captured captured;
	uint64_t unmatched;
	int error;
};

/* Locally administered; the number follows in three bytes. */
static const uint8_t mark_prefix[3] = { 0x02, 0x4f, 0x50 };

static bool has_peer(const struct opn_wire *wire)
{
	return wire->options.device == OPN_LIVE_VETH;
}

static int open_device(struct opn_live_net *net, struct opn_wire *wire)
{
	static const uint8_t peer_mac[6] = { 0x02, 0, 0, 0, 0, OPN_LIVE_PEER };
	const uint8_t *mac = wire->options.mac;
	int error;

	if (!has_peer(wire)) {
		wire->fds[FD_DEVICE] = opn_live_net_tap(net, OPN_LIVE_DEVICE, mac, MTU_TAP);
		return wire->fds[FD_DEVICE] < 0 ? wire->fds[FD_DEVICE] : 0;
	}
	error = opn_live_net_veth(net, OPN_LIVE_DEVICE, OPN_LIVE_PEER, mac, peer_mac, MTU_VETH);
	if (error)
		return error;
	wire->fds[FD_DEVICE] = opn_live_net_packet_socket(net, OPN_LIVE_PEER);
	return wire->fds[FD_DEVICE] < 0 ? wire->fds[FD_DEVICE] : 0;
}

static int open_tap(struct opn_live_net *net, unsigned int ifindex, int *fd)
{
	const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, (uint8_t)ifindex };

	*fd = opn_live_net_tap(net, ifindex, mac, MTU_TAP);
	return *fd < 0 ? *fd : 0;
}

static int open_wire(struct opn_live_net *net, struct opn_wire *wire)
{
	int error = open_device(net, wire);

	for (unsigned int i = 0; !error && i < OPN_LIVE_HOPS; i++)
		error = open_tap(net, OPN_LIVE_FIRST_HOP + i, &wire->fds[FD_HOPS + i]);
	error = error ?: open_tap(net, OPN_LIVE_WATCH, &wire->fds[FD_WATCH]);
	if (error)
		return error;
	opn_live_net_do(net, "load the program that observes the stack");
	error = opn_observer_open(OPN_LIVE_WATCH, &wire->observer);
	/* so says the verifier, and it is not about rights */
	if (error)
		return error == -EACCES ? -EOPNOTSUPP : error;
	wire->fds[FD_OBSERVER] = opn_observer_fd(wire->observer);
	error = opn_live_net_watch(net, OPN_LIVE_DEVICE, OPN_WATCH_TAKE);
	for (unsigned int i = 0; !error && i < OPN_LIVE_HOPS; i++)
		error = opn_live_net_watch(net, OPN_LIVE_FIRST_HOP + i, OPN_WATCH_TAKE);
	if (!error && has_peer(wire))
		error = opn_observer_attach_peer(wire->observer, OPN_LIVE_PEER);
	if (!error && wire->options.capture) {
		wire->fds[FD_CAPTURE] = opn_live_net_packet_socket(net, OPN_LIVE_DEVICE);
		error = wire->fds[FD_CAPTURE] < 0 ? wire->fds[FD_CAPTURE] : 0;
	}
	return error;
}

int opn_wire_open(struct opn_live_net *net, const struct opn_wire_options *options,
		  struct opn_wire **out)
{
	struct opn_wire *wire = calloc(1, sizeof(*wire));

	*out = wire;
	if (!wire)
		return -ENOMEM;
	wire->options = *options;
	for (int i = 0; i < FD_COUNT; i++)
		wire->fds[i] = -1;
	wire->buffer = malloc(LARGEST + TAG_SIZE);
	return wire->buffer ? open_wire(net, wire) : -ENOMEM;
}

void opn_wire_free(struct opn_wire *wire)
{
	if (!wire)
		return;
	for (int i = 0; i < FD_COUNT; i++) {
		if (i != FD_OBSERVER && wire->fds[i] >= 0)
			close(wire->fds[i]);
	}
	opn_observer_free(wire->observer);
	free(wire->buffer);
	free(wire);
}

struct opn_observer *opn_wire_observer(const struct opn_wire *wire)
{
	return wire->observer;
}

struct opn_captured opn_wire_captured(const struct opn_wire *wire)
{
	return wire->captured;
}

uint64_t opn_wire_unmatched(const struct opn_wire *wire)
{
	return wire->unmatched;
}

/* ---- marks ---- */

uint32_t opn_wire_mark(const struct opn_wire *wire, const struct opn_packet *frame, size_t number,
		       uint8_t *data)
{
	memcpy(data, frame->data, frame->length);
	if (wire->options.unmarked || frame->length < ETH_HLEN)
		return frame->length;
	memcpy(data + ETH_ALEN, mark_prefix, sizeof(mark_prefix));
	data[9] = (uint8_t)(number >> 16);
	data[10] = (uint8_t)(number >> 8);
	data[11] = (uint8_t)number;
	return frame->length;
}

/* The number of the frame that this came of. */
static size_t match(struct opn_wire *wire, const uint8_t *data, size_t length)
{
	const uint8_t *mark = wire->options.unmarked
				      ? NULL
				      : memmem(data, length, mark_prefix, sizeof(mark_prefix));

	while (mark && (size_t)(mark - data) + ETH_ALEN <= length) {
		size_t number = (size_t)mark[3] << 16 | (size_t)mark[4] << 8 | mark[5];

		if (number <= wire->current)
			return number;
		mark++;
		mark = memmem(mark, length - (size_t)(mark - data), mark_prefix,
			      sizeof(mark_prefix));
	}
	wire->unmatched += !wire->options.unmarked;
	return wire->current;
}

/* ---- what came of a frame ---- */

static struct opn_outcome *new_outcome(struct opn_wire *wire, struct opn_outcomes *outcomes)
{
	struct opn_outcome *grown;

	if (outcomes->count == outcomes->capacity) {
		outcomes->capacity = outcomes->capacity ? outcomes->capacity * 2 : 1;
		grown = opn_arena_array(wire->arena, outcomes->capacity, sizeof(*grown));
		if (!grown)
			return NULL;
		if (outcomes->count)
			memcpy(grown, outcomes->list, outcomes->count * sizeof(*grown));
		outcomes->list = grown;
	}
	return &outcomes->list[outcomes->count++];
}

static void take(struct opn_wire *wire, uint32_t ifindex, const struct opn_seen *seen,
		 const uint8_t *data, size_t length)
{
	struct opn_outcome *outcome;

	if (!wire->count)
		return;
	outcome = new_outcome(wire, &wire->outcomes[match(wire, data, length)]);
	if (outcome) {
		outcome->to_stack = seen;
		outcome->ifindex = ifindex;
		if (seen)
			outcome->seen = *seen;
		outcome->length = (uint32_t)length;
		outcome->data = opn_arena_alloc(wire->arena, length ? length : 1);
	}
	if (!outcome || !outcome->data) {
		wire->error = -ENOMEM;
		return;
	}
	memcpy(outcome->data, data, length);
}

static void take_record(void *context, const struct opn_seen *seen, const uint8_t *bytes)
{
	take(context, seen->ingress_ifindex, seen, bytes, seen->captured);
}

/* A tag that the kernel took out of the bytes, put back where it was on the wire. */
static size_t restore_tag(uint8_t *data, size_t length, struct msghdr *message)
{
	struct tpacket_auxdata *aux;
	uint16_t tag[2];

	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA)
			continue;
		aux = (struct tpacket_auxdata *)CMSG_DATA(part);
		if (!(aux->tp_status & TP_STATUS_VLAN_VALID) || length < 2 * ETH_ALEN)
			continue;
		tag[0] = htons(aux->tp_status & TP_STATUS_VLAN_TPID_VALID ? aux->tp_vlan_tpid
									  : ETH_P_8021Q);
		tag[1] = htons(aux->tp_vlan_tci);
		memmove(data + 2 * ETH_ALEN + sizeof(tag), data + 2 * ETH_ALEN,
			length - 2 * ETH_ALEN);
		memcpy(data + 2 * ETH_ALEN, tag, sizeof(tag));
		return length + sizeof(tag);
	}
	return length;
}

/* The next packet of a packet socket, or -errno. */
static ssize_t receive(struct opn_wire *wire, int fd)
{
	char control[256] __attribute__((aligned(8)));
	struct iovec part = { .iov_base = wire->buffer, .iov_len = LARGEST };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(fd, &message, 0);

	return length < 0 ? -errno : (ssize_t)restore_tag(wire->buffer, (size_t)length, &message);
}

static bool take_sent(struct opn_wire *wire, int fd, uint32_t ifindex, bool is_socket)
{
	bool any = false;
	ssize_t length;

	for (;;) {
		length = is_socket ? receive(wire, fd) : read(fd, wire->buffer, LARGEST);
		if (length < 0)
			return any;
		take(wire, ifindex, NULL, wire->buffer, (size_t)length);
		any = true;
	}
}

static void take_captured(struct opn_wire *wire)
{
	ssize_t length;

	for (;;) {
		length = receive(wire, wire->fds[FD_CAPTURE]);
		if (length < 0)
			return;
		wire->captured.frames++;
		wire->captured.hash =
			(wire->captured.hash ^ opn_hash(wire->buffer, (size_t)length)) *
			0x100000001b3;
	}
}

/* Takes all that is there; returns whether there was anything. */
static bool collect(struct opn_wire *wire)
{
	bool any = take_sent(wire, wire->fds[FD_DEVICE], OPN_LIVE_DEVICE, has_peer(wire));

	for (unsigned int i = 0; i < OPN_LIVE_HOPS; i++)
		any |= take_sent(wire, wire->fds[FD_HOPS + i], OPN_LIVE_FIRST_HOP + i, false);
	any |= opn_observer_drain(wire->observer, take_record, wire) > 0;
	if (wire->options.capture)
		take_captured(wire);
	return any;
}

/* Whether something arrives within the time. */
static bool wait_for(struct opn_wire *wire, long microseconds)
{
	struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };
	struct pollfd polled[FD_WATCH];

	for (int i = 0; i < FD_WATCH; i++)
		polled[i] = (struct pollfd){ .fd = wire->fds[i], .events = POLLIN };
	return ppoll(polled, FD_WATCH, &time, NULL) > 0;
}

static void collect_rest(struct opn_wire *wire)
{
	for (int i = 0; i < WAIT_MS / SILENCE_MS; i++) {
		if (!wait_for(wire, SILENCE_MS * 1000L) || !collect(wire))
			return;
	}
}

static int send_frame(struct opn_wire *wire, const uint8_t *data, uint32_t length)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_ifindex = OPN_LIVE_PEER,
		.sll_halen = ETH_ALEN,
	};
	ssize_t sent;

	if (length < ETH_HLEN)
		return -EINVAL;
	memcpy(&address.sll_protocol, data + 2 * ETH_ALEN, sizeof(address.sll_protocol));
	sent = has_peer(wire) ? sendto(wire->fds[FD_DEVICE], data, length, 0,
				       (struct sockaddr *)&address, sizeof(address))
			      : write(wire->fds[FD_DEVICE], data, length);
	return sent < 0 ? -errno : 0;
}

/* ---- order ---- */

static int compare_outcomes(const void *a, const void *b)
{
	const struct opn_outcome *left = a, *right = b;
	uint32_t shorter = left->length < right->length ? left->length : right->length;
	int order = memcmp(left->data, right->data, shorter);

	if (left->to_stack != right->to_stack)
		return left->to_stack ? -1 : 1;
	if (left->ifindex != right->ifindex)
		return left->ifindex < right->ifindex ? -1 : 1;
	if (order)
		return order;
	return left->length < right->length ? -1 : left->length > right->length;
}

int opn_wire_run(struct opn_wire *wire, const struct opn_packet *frames, size_t count,
		 opn_wire_before *before, void *context, struct opn_arena *arena,
		 struct opn_outcomes *outcomes)
{
	uint8_t *data = malloc(OPN_PACKET_MAX);

	if (!data)
		return -ENOMEM;
	wire->count = 0;
	collect(wire); /* whatever was before: the last run waited until nothing more came */
	wire->arena = arena;
	wire->outcomes = outcomes;
	wire->captured = (struct opn_captured){ 0 };
	wire->unmatched = 0;
	wire->error = 0;
	wire->count = count;
	for (size_t i = 0; i < count && !wire->error; i++) {
		uint32_t length = opn_wire_mark(wire, &frames[i], i, data);

		wire->current = i;
		if (before)
			before(context, i);
		outcomes[i].error = send_frame(wire, data, length);
		if (!collect(wire) && !outcomes[i].error && wait_for(wire, SETTLE_US))
			collect(wire);
	}
	if (count)
		collect_rest(wire);
	wire->count = 0;
	free(data);
	for (size_t i = 0; i < count; i++) {
		if (outcomes[i].count > 1)
			qsort(outcomes[i].list, outcomes[i].count, sizeof(*outcomes[i].list),
			      compare_outcomes);
	}
	return wire->error;
}
