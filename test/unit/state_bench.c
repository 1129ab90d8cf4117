// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_bench.c - two loaded copies of Inputs/state.bpf.c
 *
 * The objects are inside of this program: it is also run where no compiler is.
 */
#include <bpf/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "state_bench.h"
#include "unit.h"

#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n.balign 8\n.globl " #name "\n" #name ":\n.incbin \"" file   \
		"\"\n.globl " #name "_end\n" #name "_end:\n.popsection\n");                        \
	extern const char name[], name##_end[]

EMBED(state_usual, OPN_TEST_OBJECTS "/state.bpf.o");
EMBED(state_moved, OPN_TEST_OBJECTS "/state-moved.bpf.o");
EMBED(state_shapes, OPN_TEST_OBJECTS "/state-shapes.bpf.o");

struct bpf_object *state_objects[4];
struct opn_state *state;
struct opn_arena *state_arena;

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

struct bpf_object *state_open(enum state_object which)
{
	static const char *const begins[] = { state_usual, state_moved, state_shapes };
	static const char *const ends[] = { state_usual_end, state_moved_end, state_shapes_end };
	LIBBPF_OPTS(bpf_object_open_opts, options,
		    .object_name = which == STATE_MOVED ? "other" : "state");
	struct bpf_object *object;

	libbpf_set_print(print_nothing);
	object = bpf_object__open_mem(begins[which], ends[which] - begins[which], &options);
	ck_assert_ptr_nonnull(object);
	return object;
}

struct bpf_object *state_load_object(enum state_object which)
{
	struct bpf_object *object = state_open(which);
	int err;

	opn_state_prepare(object, 16384, true);
	err = bpf_object__load(object);
	ck_assert_msg(!err, "cannot load: %s", strerror(-err));
	return object;
}

/* Runs of one test stay on one CPU. */
static void stay_here(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
}

void state_begin(void)
{
	stay_here();
	state_arena = opn_arena_new(NULL, NULL);
	state_objects[0] = state_load_object(STATE_USUAL);
	state_objects[1] = state_load_object(STATE_USUAL);
	ck_assert_int_eq(opn_state_new(state_objects[0], state_objects[1], NULL, diags, &state), 0);
}

void state_end(void)
{
	opn_state_free(state);
	for (size_t i = 0; i < 4; i++) {
		bpf_object__close(state_objects[i]);
		state_objects[i] = NULL;
	}
	state = NULL;
	opn_arena_free(state_arena);
}

unsigned int state_do_in(size_t index, enum state_what what, unsigned int slot, unsigned int key,
			 unsigned int value)
{
	struct state_command command = { what, key, value, slot };
	uint8_t frame[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);
	struct bpf_program *program =
		bpf_object__find_program_by_name(state_objects[index], "obey");
	int err;

	memcpy(frame + 16, &command, sizeof(command));
	err = bpf_prog_test_run_opts(bpf_program__fd(program), &options);
	ck_assert_msg(!err, "cannot run: %s", strerror(-err));
	return options.retval;
}

unsigned int state_do(size_t index, enum state_what what, unsigned int key, unsigned int value)
{
	return state_do_in(index, what, 0, key, value);
}

size_t state_map(const char *name)
{
	for (size_t i = 0; i < opn_state_count(state); i++) {
		if (!strcmp(opn_state_map(state, i)->name, name))
			return i;
	}
	ck_abort_msg("no pair of maps '%s'", name);
	return SIZE_MAX;
}

int state_fd(size_t index, const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(state_objects[index], name);

	ck_assert_msg(fd >= 0, "no map '%s'", name);
	return fd;
}

void state_expect(const char *lines)
{
	struct opn_state_difference rows[32];
	struct opn_buf buf = { 0 };
	ssize_t count = opn_state_compare(state, state_arena, rows, 32);
	char *text;

	ck_assert_msg(count >= 0, "cannot compare: %s", strerror((int)-count));
	for (ssize_t i = 0; i < count && i < 32; i++)
		opn_buf_printf(&buf, "%s %s: %s | %s\n", rows[i].map, rows[i].key,
			       rows[i].left ? rows[i].left : "-",
			       rows[i].right ? rows[i].right : "-");
	text = opn_buf_take(&buf);
	ck_assert_str_eq(text, lines);
	free(text);
}
