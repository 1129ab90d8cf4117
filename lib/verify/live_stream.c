// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_stream.c - bytes over TCP into the device under test
 *
 * Of how many segments a transfer consists, and how far it comes when one of them is dropped, is up
 * to timing: what can be compared is whether all of it arrives.
 */
#include "live_stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A lost segment is sent again after 200 ms, then 400 (net/ipv4/tcp_timer.c): two more chances. */
#define SILENCE_MS 900

enum { LISTENER, SENDER, RECEIVER, ENDS };

struct stream {
	const struct opn_live_transfer *transfer;
	struct opn_observer *observer;
	struct pollfd ends[ENDS];
	size_t sent, received;
	bool broken; /* other bytes than those that were sent */
};

static void ignore_record(void *context, const struct opn_seen *seen, const uint8_t *bytes)
{
	(void)context;
	(void)seen;
	(void)bytes;
}

static bool is_over(const struct stream *stream)
{
	return stream->broken || stream->received == stream->transfer->length;
}

static void send_more(struct stream *stream)
{
	ssize_t count = send(stream->ends[SENDER].fd, stream->transfer->data + stream->sent,
			     stream->transfer->length - stream->sent, MSG_NOSIGNAL);

	if (count > 0)
		stream->sent += (size_t)count;
	if (stream->sent == stream->transfer->length)
		stream->ends[SENDER].events = 0;
}

static void receive_more(struct stream *stream)
{
	uint8_t buffer[65536];
	ssize_t count;

	while ((count = recv(stream->ends[RECEIVER].fd, buffer, sizeof(buffer), 0)) > 0) {
		size_t left = stream->transfer->length - stream->received;

		if ((size_t)count > left ||
		    memcmp(buffer, stream->transfer->data + stream->received, (size_t)count)) {
			stream->broken = true;
			return;
		}
		stream->received += (size_t)count;
	}
}

/* Returns -errno for what no program can have caused. */
static int move(struct stream *stream)
{
	struct pollfd *ends = stream->ends;

	while (!is_over(stream)) {
		int ready = poll(ends, ENDS, SILENCE_MS);

		if (ready < 0)
			return errno == EINTR ? 0 : -errno;
		opn_observer_drain(stream->observer, ignore_record, NULL);
		if (!ready || ends[SENDER].revents & (POLLERR | POLLHUP))
			return 0;
		if (ends[LISTENER].revents) {
			ends[RECEIVER].fd = accept4(ends[LISTENER].fd, NULL, NULL,
						    SOCK_NONBLOCK | SOCK_CLOEXEC);
			ends[RECEIVER].events = POLLIN;
			ends[LISTENER].events = 0;
		}
		if (ends[SENDER].revents & POLLOUT)
			send_more(stream);
		if (ends[RECEIVER].revents)
			receive_more(stream);
	}
	return 0;
}

/* A reset instead of a farewell that somebody may drop: nothing is left to be sent again. */
static void close_end(int fd)
{
	struct linger now = { .l_onoff = 1 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

int opn_stream_run(struct opn_live_net *net, struct opn_observer *observer,
		   const struct opn_live_transfer *transfer, struct opn_streamed *out)
{
	struct stream stream = { .transfer = transfer, .observer = observer };
	struct pollfd *ends = stream.ends;
	int error = opn_observer_restart(observer);

	for (int i = 0; i < ENDS; i++)
		ends[i].fd = -1;
	if (!error) {
		ends[LISTENER].fd = opn_live_net_listen(net, transfer->port);
		error = ends[LISTENER].fd < 0 ? ends[LISTENER].fd : 0;
	}
	if (!error) {
		ends[SENDER].fd = opn_live_net_connect(net, transfer->port);
		error = ends[SENDER].fd < 0 ? ends[SENDER].fd : 0;
	}
	ends[LISTENER].events = POLLIN;
	ends[SENDER].events = transfer->length ? POLLOUT : 0;
	error = error ?: move(&stream);
	for (int i = ENDS - 1; i >= 0; i--)
		close_end(ends[i].fd);
	opn_observer_drain(observer, ignore_record, NULL);
	error = error ?: opn_observer_counts(observer, out->counts);
	out->received = stream.received;
	out->complete = is_over(&stream) && !stream.broken;
	return error;
}
