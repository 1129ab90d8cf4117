/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * state_bench.h - two loaded copies of Inputs/state.bpf.c, for the tests of the prover's maps
 */
#ifndef OPN_TEST_STATE_BENCH_H
#define OPN_TEST_STATE_BENCH_H

#include <bpf/libbpf.h>

#include "state.h"
#include "state_command.h"

enum state_object { STATE_USUAL, STATE_MOVED, STATE_SHAPES };

/* Opened, not loaded; closed by the caller. */
struct bpf_object *state_open(enum state_object which);
struct bpf_object *state_load_object(enum state_object which);

/* The pair under test: objects[0] and [1], and with copies [2] and [3]. */
extern struct bpf_object *state_objects[4];
extern struct opn_state *state;
extern struct opn_arena *state_arena;

/* Fixtures: two usual objects, prepared, paired; and the end of it. */
void state_begin(void);
void state_end(void);

/* Runs the program of objects[index] on one command. Returns the verdict. */
unsigned int state_do(size_t index, enum state_what what, unsigned int key, unsigned int value);
unsigned int state_do_in(size_t index, enum state_what what, unsigned int slot, unsigned int key,
			 unsigned int value);

/* The index of the paired map; fails the test when there is none. */
size_t state_map(const char *name);
/* The file descriptor of one object's map. */
int state_fd(size_t index, const char *name);

/* Fails unless comparing now gives exactly these lines: "map key: left | right\n", "-" for what is
 * not there. */
void state_expect(const char *lines);

#endif
