// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live.c - do two programs treat the same packets alike on a real device?
 *
 * One thread, one CPU, one namespace: see live_net.h. This file prepares them and tells what was
 * found; live_run.c runs, live_compare.c compares.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include <bpf/bpf.h>
#include <linux/if_ether.h>

#include "live_private.h"
#include "verify_private.h"

#define FRAMES_MAX (1 << 24) /* marks have three bytes */

/* ---- errors ---- */

int opn_live_report(struct opn_live_session *session, int error)
{
	const char *doing = opn_live_net_doing(session->net);

	if (error == -EPERM || error == -EACCES) {
		error = opn_diag(session->diags, OPN_DIAG_VERIFY_NOT_ALLOWED, OPN_NOWHERE, doing,
				 "CAP_SYS_ADMIN and CAP_NET_ADMIN");
		opn_diag_note(session->diags, OPN_NOWHERE, "run it as root");
		return error;
	}
	error = opn_diag(session->diags, OPN_DIAG_LIVE_UNABLE, OPN_NOWHERE, doing,
			 strerror(-error));
	opn_diag_note(session->diags, OPN_NOWHERE,
		      "live runs need TAP or veth devices, nf_tables with nft_fwd_netdev, and "
		      "cls_bpf in this kernel or as its modules");
	return error;
}

/* ---- frames ---- */

static void add_frame(struct opn_live_session *session, const struct opn_packet *frame,
		      const char *origin)
{
	if (frame->length > OPN_PACKET_MAX || session->frame_count == session->frame_capacity)
		return;
	session->frames[session->frame_count] = *frame;
	session->origins[session->frame_count++] = origin;
}

static int add_generated(struct opn_live_session *session)
{
	struct opn_random random;
	uint8_t *data = malloc(OPN_PACKET_MAX);

	if (!data)
		return -ENOMEM;
	opn_random_seed(&random, session->options->seed, 0);
	for (uint64_t i = 0; i < session->options->generate; i++) {
		struct opn_packet frame;

		frame.length = opn_packet_generate(&random, NULL, data);
		frame.data = opn_arena_alloc(session->scratch, frame.length + 1);
		if (!frame.data) {
			free(data);
			return -ENOMEM;
		}
		memcpy(frame.data, data, frame.length);
		add_frame(
			session, &frame,
			opn_arena_printf(session->arena, "generated %llu", (unsigned long long)i));
		session->result->generated++;
	}
	free(data);
	return 0;
}

static int collect_frames(struct opn_live_session *session)
{
	const struct opn_verify_options *options = session->options;
	const struct opn_cases *cases = options->cases;
	struct opn_base_frame *shapes = NULL;
	size_t shape_count = 0, case_count = cases ? cases->count : 0;

	if (!options->without_shapes)
		shape_count = opn_packet_base_frames(session->arena, &shapes);
	session->frame_capacity = case_count + shape_count + options->generate;
	if (session->frame_capacity > FRAMES_MAX)
		session->frame_capacity = FRAMES_MAX;
	session->frames = opn_arena_array(session->scratch, session->frame_capacity + 1,
					  sizeof(*session->frames));
	session->origins = opn_arena_array(session->scratch, session->frame_capacity + 1,
					   sizeof(*session->origins));
	if (!session->frames || !session->origins)
		return -ENOMEM;
	for (size_t i = 0; i < case_count; i++)
		add_frame(session, &cases->list[i].packet, cases->list[i].name);
	for (size_t i = 0; i < shape_count; i++)
		add_frame(session, &shapes[i].packet, shapes[i].name);
	session->result->from_cases = case_count;
	session->result->from_shapes = shape_count;
	return add_generated(session);
}

/* The unicast address that most frames are for: who sends them knows whom they want to reach. */
static void choose_address(const struct opn_live_session *session, uint8_t mac[ETH_ALEN])
{
	size_t best = 0, limit = session->frame_count < 1024 ? session->frame_count : 1024;

	memcpy(mac, (uint8_t[]){ 0x02, 0, 0, 0, 0, OPN_LIVE_DEVICE }, ETH_ALEN);
	for (size_t i = 0; i < limit; i++) {
		const struct opn_packet *frame = &session->frames[i];
		size_t votes = 0;

		if (frame->length < ETH_HLEN || frame->data[0] & 1 ||
		    !memcmp(frame->data, "\0\0\0\0\0\0", ETH_ALEN))
			continue;
		for (size_t j = i; j < limit; j++)
			votes += session->frames[j].length >= ETH_HLEN &&
				 !memcmp(session->frames[j].data, frame->data, ETH_ALEN);
		if (votes > best) {
			best = votes;
			memcpy(mac, frame->data, ETH_ALEN);
		}
	}
}

/* ---- preparation ---- */

/* What of the program outlives it. */
static int tell_program(struct opn_live_session *session, int side)
{
	struct opn_result_side *told = &session->result->side[side];
	const char *const *names = opn_program_replaced(session->program[side]);
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	size_t count = 0;
	const char **copy;

	while (names && names[count])
		count++;
	copy = opn_arena_array(session->arena, count + 1, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		copy[i] = opn_arena_strdup(session->arena, names[i]);
	told->replaced = copy;
	if (!bpf_obj_get_info_by_fd(opn_program_fd(session->program[side]), &info, &size))
		told->instructions = info.xlated_prog_len / 8;
	return 0;
}

static int open_side(struct opn_live_session *session, int side)
{
	struct opn_result_side *told = &session->result->side[side];
	struct opn_program_options open;
	int error = opn_verify_find(&session->options->side[side], session->runs, session->hookdefs,
				    session->arena, session->diags, told, &open);

	if (error)
		return error;
	if (!opn_hook_runs_find(session->runs, told->hook)->attach_count)
		return opn_diag(session->diags, OPN_DIAG_LIVE_HOOK, OPN_NOWHERE, told->hook);
	open.entries = opn_state_entries(session->options->maps);
	error = opn_program_open(&open, session->diags, &session->program[side]);
	if (error)
		return error;
	open.trace = true;
	error = opn_program_open(&open, session->diags, &session->traced[side]);
	return error ?: tell_program(session, side);
}

static int open_maps(struct opn_live_session *session)
{
	static const unsigned int hops[OPN_LIVE_HOPS] = {
		OPN_LIVE_FIRST_HOP,
		OPN_LIVE_FIRST_HOP + 1,
		OPN_LIVE_FIRST_HOP + 2,
		OPN_LIVE_FIRST_HOP + 3,
	};
	const struct opn_verify_options *options = session->options;
	int error = opn_state_new(opn_program_object(session->program[0]),
				  opn_program_object(session->program[1]), &options->state,
				  session->diags, &session->state);

	error = error
			?: opn_state_add_copy(session->state,
					      opn_program_object(session->traced[0]),
					      opn_program_object(session->traced[1]));
	error = error ?: opn_state_set_interfaces(session->state, hops, OPN_LIVE_HOPS);
	for (const char *const *path = options->maps; !error && path && *path; path++)
		error = opn_state_load(session->state, *path, session->diags);
	return error ?: opn_state_mark(session->state);
}

static int open_devices(struct opn_live_session *session)
{
	uint8_t mac[ETH_ALEN];
	struct opn_wire_options options = {
		.device = session->live->device,
		.mac = mac,
		.unmarked = session->live->unmarked,
		.capture = session->live->capture,
	};
	int error;

	choose_address(session, mac);
	error = opn_wire_open(session->net, &options, &session->wire);
	if (!error && session->live->transfer_count) {
		error = opn_live_net_stream(session->net, OPN_LIVE_STREAM);
		error = error ?: opn_live_net_watch(session->net, OPN_LIVE_STREAM, OPN_WATCH_COPY);
	}
	return error ? opn_live_report(session, error) : 0;
}

static int prepare(struct opn_live_session *session)
{
	struct opn_result *result = session->result;
	cpu_set_t one;
	int error, cpu = sched_getcpu();

	/* Per-CPU maps, and the CPU's number, are the same for both; only this thread is bound. */
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	error = collect_frames(session);
	if (error)
		return error;
	error = opn_live_net_enter(&session->net);
	error = error ? opn_live_report(session, error) : open_devices(session);
	error = error ?: open_side(session, 0);
	error = error ?: open_side(session, 1);
	if (error)
		return error;
	session->pair =
		opn_hook_runs_pair(session->runs, result->side[0].hook, result->side[1].hook);
	if (!session->pair)
		return opn_diag(session->diags, OPN_DIAG_VERIFY_PAIR_UNKNOWN, OPN_NOWHERE,
				result->side[0].hook, result->side[1].hook);
	result->differences =
		opn_arena_array(session->arena, OPN_LIVE_DIFFERENCES, sizeof(*result->differences));
	return result->differences ? open_maps(session) : -ENOMEM;
}

/* ---- notes ---- */

static const char *transfer_note(struct opn_live_session *session, size_t number)
{
	const struct opn_streamed *one = &session->streamed[OPN_RUN_LEFT][number];
	const struct opn_streamed *other = &session->streamed[OPN_RUN_RIGHT][number];

	return opn_arena_printf(
		session->arena,
		"transfer '%s': behind the first program %llu packets, %llu of several segments, "
		"%llu not linear; behind the second %llu, %llu, %llu",
		session->live->transfers[number].name,
		(unsigned long long)one->counts[OPN_SEEN_PACKETS],
		(unsigned long long)one->counts[OPN_SEEN_GSO],
		(unsigned long long)one->counts[OPN_SEEN_NON_LINEAR],
		(unsigned long long)other->counts[OPN_SEEN_PACKETS],
		(unsigned long long)other->counts[OPN_SEEN_GSO],
		(unsigned long long)other->counts[OPN_SEEN_NON_LINEAR]);
}

static const char *capture_note(struct opn_live_session *session)
{
	const struct opn_captured *left = &session->captured[OPN_RUN_LEFT];
	const struct opn_captured *right = &session->captured[OPN_RUN_RIGHT];
	bool same = left->frames == right->frames && left->hash == right->hash;

	return opn_arena_printf(session->arena,
				"a capture on the device itself saw %llu frames with the first "
				"program and %llu with the second: %s",
				(unsigned long long)left->frames, (unsigned long long)right->frames,
				same ? "the same ones, whatever became of them"
				     : "not the same ones");
}

static int add_notes(struct opn_live_session *session)
{
	const struct opn_live_options *live = session->live;
	size_t count = 0;
	const char **notes =
		opn_arena_array(session->arena, live->transfer_count + 5, sizeof(*notes));

	if (!notes)
		return -ENOMEM;
	notes[count++] = opn_arena_printf(session->arena,
					  "attached: the first program as %s, the second as %s",
					  session->attached[0] ? session->attached[0] : "nothing",
					  session->attached[1] ? session->attached[1] : "nothing");
	if (!live->unmarked && session->frame_count)
		notes[count++] = "each frame has a source address of its own";
	if (session->unmatched[0] || session->unmatched[1])
		notes[count++] = opn_arena_printf(
			session->arena,
			"%llu and %llu outcomes had lost that address and were matched by order",
			(unsigned long long)session->unmatched[0],
			(unsigned long long)session->unmatched[1]);
	if (live->capture && session->frame_count)
		notes[count++] = capture_note(session);
	for (size_t i = 0; i < live->transfer_count; i++)
		notes[count++] = transfer_note(session, i);
	session->result->notes = notes;
	return 0;
}

/* ---- all of it ---- */

static void clear(struct opn_live_session *session)
{
	opn_state_free(session->state);
	opn_program_free(session->program[0]);
	opn_program_free(session->program[1]);
	opn_program_free(session->traced[0]);
	opn_program_free(session->traced[1]);
	opn_wire_free(session->wire);
	opn_live_net_leave(session->net);
}

static void *run_thread(void *context)
{
	struct opn_live_session *session = context;
	struct timespec start, end;

	session->error = prepare(session);
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!session->error)
		session->error = opn_live_run(session);
	clock_gettime(CLOCK_MONOTONIC, &end);
	session->result->seconds =
		(double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	if (!session->error)
		session->error = opn_live_compare(session);
	if (!session->error)
		session->error = add_notes(session);
	clear(session);
	return NULL;
}

/* In a thread, which alone is in the namespace; signals are the caller's. */
static int run_in_thread(struct opn_live_session *session)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&thread, NULL, run_thread, session);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return error;
	pthread_join(thread, NULL);
	return session->error;
}

int opn_live_verify(const struct opn_verify_options *options, const struct opn_live_options *live,
		    struct opn_hook_runs *runs, const struct opn_hookdefs *hookdefs,
		    struct opn_arena *arena, struct opn_diags *diags, struct opn_result *result)
{
	struct opn_live_session session = {
		.options = options,
		.live = live,
		.runs = runs,
		.hookdefs = hookdefs,
		.arena = arena,
		.diags = diags,
		.result = result,
		.scratch = opn_arena_new(NULL, NULL),
	};
	struct utsname system;
	int error;

	memset(result, 0, sizeof(*result));
	result->engine = live->device == OPN_LIVE_TAP ? "live tap" : "live veth";
	result->seed = options->seed;
	if (!uname(&system))
		result->kernel = opn_arena_strdup(arena, system.release);
	error = session.scratch ? run_in_thread(&session) : -ENOMEM;
	if (session.scratch)
		opn_arena_free(session.scratch);
	return error ? opn_verify_failed(diags, error) : 0;
}
