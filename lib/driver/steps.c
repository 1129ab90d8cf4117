// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * steps.c - running steps
 *
 * No shell is involved: a step's words go to its program as they are. What it prints is kept in
 * memory, so that what several print at a time does not mix.
 */
#include "driver/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver/depfile.h"
#include "json.h"
#include "output.h"

#define LOG_LIMIT   (16u << 20)
#define LIST_LIMIT  (16u << 20)
#define POLL_MILLIS 10
#define INTERNAL    70
#define NO_PROGRAM  2 /* as make says it of a compiler that is not there */

extern char **environ;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

const char *const *opn_product_files(const char *folder, struct opn_arena *arena)
{
	char *path = opn_arena_printf(arena, "%s/" OPN_OUTPUT_LIST, folder);
	const char **files = NULL;
	json_t *root, *list;
	const char *name;
	json_t *hash;
	char *text;
	size_t length, used = 0;

	if (!path || opn_file_read(path, LIST_LIMIT, &text, &length))
		return NULL;
	root = json_loadb(text, length, 0, NULL);
	free(text);
	list = json_object_get(root, "files");
	if (list)
		files = opn_arena_array(arena, json_object_size(list) + 2, sizeof(*files));
	if (files) {
		json_object_foreach(list, name, hash) files[used++] =
			opn_arena_printf(arena, "%s/%s", folder, name);
		files[used] = path;
	}
	json_decref(root);
	return files;
}

/* ---- one step ---- */

static void make_key(struct opn_step *step, const struct opn_steps_options *options)
{
	struct opn_buf all = { 0 };

	snprintf(step->id, sizeof(step->id), "%s %s", step->stage, step->name);
	opn_buf_printf(&all, "%s\n%s\n%s\n", options->salt, step->folder ?: "", step->also ?: "");
	opn_buf_printf(&all, "%s\n", step->argv[0]);
	for (char *const *word = step->argv + 1 + step->looks; *word; word++)
		opn_buf_printf(&all, "%zu:%s\n", strlen(*word), *word);
	/* Which files there are is as much an input as what is in them. */
	for (const char *const *file = step->inputs; file && *file; file++)
		opn_buf_printf(&all, "< %s\n", *file);
	opn_hash_hex(all.data ?: "", all.length, step->key);
	opn_buf_free(&all);
}

static int start(struct opn_step *step)
{
	posix_spawn_file_actions_t actions;
	int error;

	step->output = memfd_create("opened-step", MFD_CLOEXEC);
	if (step->output < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, step->output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, step->output, STDERR_FILENO);
	if (step->folder)
		posix_spawn_file_actions_addchdir_np(&actions, step->folder);
	error = posix_spawnp(&step->pid, step->argv[0], &actions, NULL, step->argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	step->started = now();
	if (error)
		close(step->output);
	return -error;
}

/* That there is no such program is a failure of this step; the others go on. */
static int fail_to_start(struct opn_step *step, int error)
{
	struct opn_buf log = { 0 };

	step->state = OPN_STEP_FAILED;
	if (error != -ENOENT && error != -EACCES)
		return error;
	opn_buf_printf(&log, "error: %s: %s; 'opened doctor' tells what is missing\n",
		       step->argv[0], strerror(-error));
	step->status = NO_PROGRAM;
	step->log_length = log.length;
	step->log = opn_buf_take(&log);
	return step->log ? 0 : -ENOMEM;
}

static void take_log(struct opn_step *step)
{
	struct stat status;
	size_t size;
	ssize_t got;

	if (fstat(step->output, &status))
		return;
	size = status.st_size > LOG_LIMIT ? LOG_LIMIT : (size_t)status.st_size;
	step->log = malloc(size + 1);
	if (!step->log)
		return;
	got = pread(step->output, step->log, size, 0);
	step->log_length = got < 0 ? 0 : (size_t)got;
	step->log[step->log_length] = '\0';
}

static size_t list_length(const char *const *list)
{
	size_t length = 0;

	while (list && list[length])
		length++;
	return length;
}

/* Both lists as one. */
static const char *const *joined(const char *const *a, const char *const *b,
				 struct opn_arena *arena)
{
	size_t first = list_length(a), second = list_length(b);
	const char **list = opn_arena_array(arena, first + second + 1, sizeof(*list));

	if (!list)
		return NULL;
	for (size_t i = 0; i < first; i++)
		list[i] = a[i];
	for (size_t i = 0; i < second; i++)
		list[first + i] = b[i];
	return list;
}

static int record(struct opn_step *step, struct opn_record *state, struct opn_arena *arena)
{
	const char *const *inputs = step->inputs, *const *products = step->products;

	if (step->depfile) {
		const char *const *found =
			opn_depfile_read(step->depfile, step->folder ?: ".", arena);

		/* Without them nobody knows whether it is fresh: it is made again. */
		if (!found)
			return 0;
		inputs = joined(inputs, found, arena);
	}
	if (step->product)
		products = joined(products, opn_product_files(step->product, arena), arena);
	return opn_record_note(state, step->id, step->key, inputs, products, step->seconds);
}

static int finish(struct opn_step *step, int wait_status, struct opn_record *state,
		  struct opn_arena *arena)
{
	step->seconds = now() - step->started;
	step->status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : INTERNAL;
	step->pid = 0;
	take_log(step);
	close(step->output);
	step->state = step->status ? OPN_STEP_FAILED : OPN_STEP_DONE;
	if (!step->status)
		return record(step, state, arena);
	opn_record_forget(state, step->id);
	return 0;
}

/* ---- all of them ---- */

/* Whether the step can begin; what it needs may have failed. */
static bool is_ready(struct opn_step *step)
{
	bool ready = true;

	for (size_t n = 0; n < step->need_count; n++) {
		switch (step->needs[n]->state) {
		case OPN_STEP_FAILED:
		case OPN_STEP_BLOCKED:
			step->state = OPN_STEP_BLOCKED;
			return false;
		case OPN_STEP_WAITING:
		case OPN_STEP_RUNNING:
			ready = false;
			break;
		case OPN_STEP_DONE:
		case OPN_STEP_UNCHANGED:
		case OPN_STEP_LEFT_OUT:
			break;
		}
	}
	return ready;
}

struct turn {
	struct opn_record *state;
	const struct opn_steps_options *options;
	const struct opn_steps_calls *calls;
	size_t running;
};

static int begin(struct turn *turn, struct opn_step *step)
{
	int error;

	step->status = turn->calls->prepare(step, turn->calls->data);
	if (step->status)
		step->state = OPN_STEP_FAILED;
	if (step->state != OPN_STEP_WAITING) {
		turn->calls->ended(step, turn->calls->data);
		return 0;
	}
	make_key(step, turn->options);
	if (!turn->options->again && opn_record_fresh(turn->state, step->id, step->key)) {
		step->state = OPN_STEP_UNCHANGED;
		step->seconds = opn_record_seconds(turn->state, step->id);
		turn->calls->ended(step, turn->calls->data);
		return 0;
	}
	step->state = OPN_STEP_RUNNING;
	turn->calls->begun(step, turn->calls->data);
	error = start(step);
	if (!error) {
		turn->running++;
		return 0;
	}
	error = fail_to_start(step, error);
	if (!error) {
		opn_record_forget(turn->state, step->id);
		turn->calls->ended(step, turn->calls->data);
	}
	return error;
}

static int collect(struct turn *turn, struct opn_step *steps, size_t count, struct opn_arena *arena)
{
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		int status;

		if (steps[i].state != OPN_STEP_RUNNING ||
		    waitpid(steps[i].pid, &status, WNOHANG) != steps[i].pid)
			continue;
		turn->running--;
		error = finish(&steps[i], status, turn->state, arena) ?: error;
		turn->calls->ended(&steps[i], turn->calls->data);
	}
	return error;
}

static void end_all(struct opn_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].state == OPN_STEP_RUNNING)
			kill(steps[i].pid, SIGTERM);
	}
}

int opn_steps_run(struct opn_step *steps, size_t count, struct opn_record *state,
		  const struct opn_steps_options *options, const struct opn_steps_calls *calls,
		  struct opn_arena *arena)
{
	struct turn turn = { .state = state, .options = options, .calls = calls };
	bool stopped = false;
	int error = 0;

	for (;;) {
		size_t left = 0;

		for (size_t i = 0; i < count && !error && !stopped; i++) {
			bool waits = steps[i].state == OPN_STEP_WAITING;

			if (!waits || turn.running >= options->jobs)
				continue;
			if (is_ready(&steps[i]))
				error = begin(&turn, &steps[i]);
			else if (steps[i].state == OPN_STEP_BLOCKED)
				calls->ended(&steps[i], calls->data);
		}
		error = collect(&turn, steps, count, arena) ?: error;
		for (size_t i = 0; i < count; i++)
			left += steps[i].state == OPN_STEP_WAITING;
		if (!turn.running && (!left || error || stopped))
			return error;
		if (!stopped && calls->stop(calls->data)) {
			stopped = true;
			end_all(steps, count);
		}
		if (turn.running)
			nanosleep(&(struct timespec){ .tv_nsec = POLL_MILLIS * 1000000L }, NULL);
	}
}
