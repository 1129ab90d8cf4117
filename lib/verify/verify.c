// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify.c - do two programs treat the same packets alike?
 *
 * The packets are shared out among workers, a thread each, which share nothing else: each has its
 * own network namespace and CPU, its own copies of both programs and of their maps. What they find
 * is joined in the order of their numbers, so that seed and number of workers decide the report,
 * and time does not. One worker does its work in the caller's thread.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "verify_private.h"
#include "verify_shared.h"

struct work {
	const struct opn_verify_options *options;
	struct opn_hook_runs *runs;
	const struct opn_hookdefs *hookdefs;
	/* Programs are opened one at a time: opn_program_open(). */
	pthread_mutex_t opening;
};

struct worker {
	struct work *work;
	struct opn_session session;
	struct opn_result result;
	/* What is told of opening is the same for all; what comes later is not. */
	struct opn_diags *opened, *ran;
	int error;
	bool is_open;
	pthread_t thread;
};

static int prepare(struct worker *worker)
{
	struct opn_session *session = &worker->session;
	struct work *work = worker->work;
	int error = opn_session_isolate(session->worker, worker->opened);

	if (error)
		return error;
	pthread_mutex_lock(&work->opening);
	session->diags = worker->opened;
	error = opn_session_open(session, work->runs, work->hookdefs);
	session->diags = worker->ran;
	pthread_mutex_unlock(&work->opening);
	worker->is_open = !error;
	return error;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	struct opn_session *session = &worker->session;
	struct timespec start;

	worker->error = prepare(worker);
	clock_gettime(CLOCK_MONOTONIC, &start);
	worker->error = worker->error ?: opn_session_run(session);
	worker->result.seconds = seconds_since(&start);
	worker->error = worker->error ?: opn_session_tell_code(session);
	return NULL;
}

static struct worker *make_workers(struct work *work, size_t count, struct opn_arena *arena)
{
	struct worker *workers = calloc(count, sizeof(*workers));

	for (size_t i = 0; workers && i < count; i++) {
		struct worker *worker = &workers[i];

		worker->work = work;
		worker->opened = opn_diags_new();
		worker->ran = opn_diags_new();
		worker->session = (struct opn_session){
			.options = work->options,
			.arena = i ? opn_arena_new(NULL, NULL) : arena,
			.result = &worker->result,
			.worker = i,
			.worker_count = count,
		};
		if (!worker->opened || !worker->ran || !worker->session.arena)
			worker->error = -ENOMEM;
	}
	return workers;
}

static void free_workers(struct worker *workers, size_t count, struct opn_arena *arena)
{
	for (size_t i = 0; i < count; i++) {
		struct opn_session *session = &workers[i].session;

		opn_guide_free(session->guide);
		opn_bench_clear(&session->bench);
		for (size_t j = 0; j < OPN_SEQUENCE_STEPS; j++)
			free(session->steps[j].data);
		if (i && session->arena) {
			opn_arena_absorb(arena, session->arena);
			opn_arena_free(session->arena);
		}
		opn_diags_free(workers[i].opened);
		opn_diags_free(workers[i].ran);
	}
	free(workers);
}

/* A thread that cannot be started is an error: with fewer the packets would be others. */
static int run_workers(struct worker *workers, size_t count)
{
	size_t started = 0;
	int error = 0;

	for (size_t i = 0; i < count; i++)
		error = error ?: workers[i].error;
	if (error)
		return error;
	if (count == 1) {
		run_worker(workers);
		return 0;
	}
	while (!error && started < count) {
		error = pthread_create(&workers[started].thread, NULL, run_worker,
				       &workers[started]);
		started += !error;
	}
	while (started)
		pthread_join(workers[--started].thread, NULL);
	return -error;
}

/* Joins what the workers found, in their order. */
static int join(struct worker *workers, size_t count, struct opn_diags *diags)
{
	struct opn_session *first = &workers[0].session;
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		struct worker *worker = &workers[i];

		if (!i || !worker->is_open)
			opn_diags_move(diags, worker->opened);
		opn_diags_move(diags, worker->ran);
		error = worker->error;
		if (error)
			return error;
		if (i)
			opn_session_join(first, &worker->session);
	}
	first->diags = diags;
	return opn_session_tell(first);
}

static int verify(struct work *work, size_t count, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_result *result)
{
	struct worker *workers = make_workers(work, count, arena);
	int error;

	if (!workers)
		return -ENOMEM;
	error = run_workers(workers, count);
	error = error ?: join(workers, count, diags);
	*result = workers[0].result;
	free_workers(workers, count, arena);
	return error;
}

int opn_verify(const struct opn_verify_options *options, struct opn_hook_runs *runs,
	       const struct opn_hookdefs *hookdefs, struct opn_arena *arena,
	       struct opn_diags *diags, struct opn_result *result)
{
	struct work work = { options, runs, hookdefs, PTHREAD_MUTEX_INITIALIZER };
	size_t jobs = options->jobs ? options->jobs : 1;
	struct utsname system;
	int error = verify(&work, jobs, arena, diags, result);

	if (!error)
		opn_verify_doubt_shared(runs, arena, result);
	result->engine = "test-run";
	result->seed = options->seed;
	if (!uname(&system))
		result->kernel = opn_arena_strdup(arena, system.release);
	return error ? opn_verify_failed(diags, error) : 0;
}
