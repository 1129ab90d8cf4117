/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * bench.h - two programs side by side: a sequence of packets through both, compared after each
 *
 * A sequence starts from the start state of the maps and its own fills, and runs its steps in
 * order, so that it can be repeated as often as needed: to find the packet that made a difference,
 * and to make the sequence smaller.
 */
#ifndef OPN_VERIFY_BENCH_H
#define OPN_VERIFY_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "hook_run.h"
#include "packet.h"
#include "program.h"
#include "state.h"

/* The interface that packets come from in a test run: the namespace's loopback
 * (net/bpf/test_run.c). */
#define OPN_BENCH_INTERFACE 1

/* Context fields that both hooks let us set, at most. */
#define OPN_BENCH_CONTEXT 16

struct opn_step {
	uint8_t *data;
	uint32_t length;
	uint64_t clock, random;
	uint64_t context[OPN_BENCH_CONTEXT]; /* by opn_bench.shared */
	const char *origin;
};

/* One element that is put into a map before the first step; key and value follow each other. */
struct opn_fill {
	size_t map;
	const void *key, *value;
};

struct opn_sequence {
	struct opn_fill *fills;
	size_t fill_count;
	struct opn_step *steps;
	size_t step_count;
};

/* A context field that both hooks have. */
struct opn_shared_field {
	const struct opn_run_field *field[2];
	unsigned int index;
	bool in, out;
};

struct opn_bench {
	struct opn_program *plain[2], *traced[2]; /* traced: NULL when it could not be */
	struct opn_state *state;
	const struct opn_hook_pair *pair;
	const struct opn_hook_run *hook[2];
	struct opn_shared_field shared[OPN_BENCH_CONTEXT];
	size_t shared_count;
	struct opn_output output[2], traced_output[2];
	/* The last packet's bytes differ, and the second side's say what the first one's field
	 * says: opn_hook_pair.bytes_tell. */
	bool told_by_bytes;
	/* The packet came in again, as a frame that this side's test run does not take. */
	bool unasked[2];
};

/* What became of a packet on one side. */
struct opn_end {
	enum opn_fate fate;
	uint32_t verdict;
	bool to_interface; /* redirect: ifindex is known */
	uint32_t ifindex;
	size_t map; /* redirect to a slot of this map, SIZE_MAX: none */
	uint64_t key;
	const char *stage; /* of a list of stages: whose verdict it is; NULL: all went on */
};

enum opn_step_result {
	OPN_STEP_SAME,
	OPN_STEP_DIFFERENT,
	OPN_STEP_REFUSED_FIRST, /* the frame cannot be run on that side; the other one did not run
				 */
	OPN_STEP_REFUSED_SECOND,
	OPN_STEP_REFUSED_BOTH,
	/* The second side ran and the first one refused, or stages ran before one that refused: the
	 * sequence must be started again without this step. */
	OPN_STEP_TAINTED,
};

enum opn_difference_kind {
	OPN_DIFFERS_NOT,
	OPN_DIFFERS_FATE,
	OPN_DIFFERS_TARGET, /* of a redirect */
	OPN_DIFFERS_LENGTH,
	OPN_DIFFERS_BYTES,
	OPN_DIFFERS_CONTEXT,
	OPN_DIFFERS_COPIES,
	OPN_DIFFERS_MAPS,
	OPN_DIFFERS_REFUSED,
};

const char *opn_difference_name(enum opn_difference_kind kind);

/* Allocates the output buffers and lists the context fields that the hooks share. */
int opn_bench_prepare(struct opn_bench *bench);
void opn_bench_clear(struct opn_bench *bench);

/* Puts maps back to the start state and applies the fills; a fill that the kernel refuses is left
 * out on all sides. Returns 0 or -errno. */
int opn_bench_start(struct opn_bench *bench, const struct opn_sequence *sequence);

/* Runs one packet through both plain programs, and the traced ones too when asked for.
 * *kind tells the first difference found, maps not looked at. Returns -errno when nothing runs. */
int opn_bench_step(struct opn_bench *bench, const struct opn_step *step, bool traced,
		   enum opn_step_result *result, enum opn_difference_kind *kind);

/* Runs one packet through the first plain program only, from the start state, into output[0]. The
 * maps are to be put back afterwards (opn_bench_start()). Returns -errno when nothing runs. */
int opn_bench_first(struct opn_bench *bench, const struct opn_step *step);

/* Whether the last packet could not be run to its end, for what one stage left no test run takes.
 */
bool opn_bench_is_broken(const struct opn_bench *bench);

/* Whether bytes of the second side's packet have to say what the first program made of a field, for
 * the last packet; they are left in bytes. */
bool opn_bench_field_told(const struct opn_bench *bench, uint8_t bytes[2]);

/* What both programs left in a shared field; false where it need not be the same. */
bool opn_bench_shared(const struct opn_bench *bench, const struct opn_shared_field *shared,
		      uint64_t value[2]);

/* What became of the last packet on one side. */
void opn_bench_end(const struct opn_bench *bench, int side, struct opn_end *end);
/* "pass (XDP_PASS)", "redirect to interface 3 (7)"; in the arena. */
char *opn_bench_fate_text(const struct opn_bench *bench, int side, const struct opn_end *end,
			  struct opn_arena *arena);

/* Runs a whole sequence. *at: index of the first step that differs (with maps: compared after each
 * step when maps_each, else once at the end, told as the last step), step_count: none. */
int opn_bench_replay(struct opn_bench *bench, const struct opn_sequence *sequence, bool maps_each,
		     size_t *at, enum opn_difference_kind *kind);

#endif
