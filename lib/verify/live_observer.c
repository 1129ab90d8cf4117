// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_observer.c - the program that records what the stack would have been given
 *
 * Its object is part of this library: it is compiled when the library is.
 */
#include "live_observer.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static const unsigned char object_code[] __attribute__((aligned(8))) = {
#embed "observer.bpf.o"
};

/* A compiler cache does not look into what is embedded: so it sees that it is another one. */
static const char object_hash[] __attribute__((used)) =
#include "observer.hash"
	;

struct opn_observer {
	struct bpf_object *object;
	struct ring_buffer *ring;
	int counts;
	int peer; /* a link */
	opn_observer_record *record;
	void *context; /* of record, while opn_observer_drain() runs */
};

static int take_record(void *context, void *data, size_t size)
{
	struct opn_observer *observer = context;
	const struct opn_seen *seen = data;

	if (size >= sizeof(*seen) + seen->captured)
		observer->record(observer->context, seen, (const uint8_t *)(seen + 1));
	return 0;
}

static int program_fd(const struct opn_observer *observer, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(observer->object, name);

	return program ? bpf_program__fd(program) : -ENOENT;
}

static int attach(const struct opn_observer *observer, unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd(observer, "observe"));
	int error = bpf_tc_hook_create(&hook);

	return error ?: bpf_tc_attach(&hook, &options);
}

static int open_observer(struct opn_observer *observer, unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "opened_observer");
	int error;

	observer->object = bpf_object__open_mem(object_code, sizeof(object_code), &options);
	if (!observer->object)
		return -errno;
	error = bpf_object__load(observer->object);
	if (error)
		return error;
	observer->counts = bpf_object__find_map_fd_by_name(observer->object, "counts");
	observer->ring =
		ring_buffer__new(bpf_object__find_map_fd_by_name(observer->object, "records"),
				 take_record, observer, NULL);
	return observer->ring ? attach(observer, ifindex) : -errno;
}

int opn_observer_open(unsigned int ifindex, struct opn_observer **out)
{
	int error;

	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->peer = -1;
	error = open_observer(*out, ifindex);
	if (error) {
		opn_observer_free(*out);
		*out = NULL;
	}
	return error;
}

void opn_observer_free(struct opn_observer *observer)
{
	if (!observer)
		return;
	if (observer->peer >= 0)
		close(observer->peer);
	ring_buffer__free(observer->ring);
	bpf_object__close(observer->object);
	free(observer);
}

int opn_observer_attach_peer(struct opn_observer *observer, unsigned int ifindex)
{
	observer->peer = bpf_link_create(program_fd(observer, "peer"), (int)ifindex, BPF_XDP, NULL);
	return observer->peer < 0 ? -errno : 0;
}

int opn_observer_drain(struct opn_observer *observer, opn_observer_record *record, void *context)
{
	observer->record = record;
	observer->context = context;
	return ring_buffer__consume(observer->ring);
}

int opn_observer_fd(const struct opn_observer *observer)
{
	return ring_buffer__epoll_fd(observer->ring);
}

int opn_observer_counts(const struct opn_observer *observer, uint64_t counts[OPN_SEEN_COUNTS])
{
	for (uint32_t i = 0; i < OPN_SEEN_COUNTS; i++) {
		if (bpf_map_lookup_elem(observer->counts, &i, &counts[i]))
			return -errno;
	}
	return 0;
}

int opn_observer_restart(struct opn_observer *observer)
{
	uint64_t zero = 0;

	for (uint32_t i = 0; i < OPN_SEEN_COUNTS; i++) {
		if (bpf_map_update_elem(observer->counts, &i, &zero, BPF_ANY))
			return -errno;
	}
	return 0;
}
