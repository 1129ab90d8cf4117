/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_flow.h - the control flow of a program, and what its registers hold
 */
#ifndef OPN_VERIFY_PROGRAM_FLOW_H
#define OPN_VERIFY_PROGRAM_FLOW_H

#include "program_private.h"

#define OPN_NO_BLOCK	SIZE_MAX
#define OPN_NO_MARK	SIZE_MAX
#define OPN_REGISTERS	11
#define OPN_STACK_SLOTS 8

/* A register: as far as the code alone tells. */
enum opn_value_kind {
	OPN_VALUE_UNSET, /* not reached yet */
	OPN_VALUE_ANY,
	OPN_VALUE_CONSTANT, /* number */
	OPN_VALUE_MAP,	    /* number: its descriptor */
	OPN_VALUE_FRAME,    /* number: offset from the frame pointer */
	OPN_VALUE_FOUND,    /* what a lookup gave that cannot fail */
};

struct opn_value {
	enum opn_value_kind kind;
	int64_t number;
};

/* A constant that the stack holds. */
struct opn_stack_slot {
	int16_t offset;
	uint8_t size; /* 0: unused */
	int64_t value;
};

struct opn_state_at {
	struct opn_value registers[OPN_REGISTERS];
	struct opn_stack_slot slots[OPN_STACK_SLOTS];
	bool is_reached;
	bool is_lost; /* an address of the frame is somewhere unknown */
};

/* Instructions that are only entered at the first and left at the last. */
struct opn_block {
	size_t first, last;
	size_t fall, taken; /* next blocks, or OPN_NO_BLOCK */
	size_t function;
	uint16_t live;	/* registers that are read before they are written from here on */
	uint16_t ready; /* registers that may have been written on the way here */
	struct opn_state_at state;
	/* How a run's marks tell that it was entered, and left; filled by program_trace.c. */
	size_t mark; /* in the probe's bytes, or OPN_NO_MARK */
	size_t edge; /* of the comparison at its end: the first of two of the code's, or OPN_NO_MARK
		      */
};

/* What the flow needs to know of a call; NULL rule: of no interest. */
struct opn_flow_calls {
	const struct opn_call_rule *(*rule)(const void *data, const struct bpf_insn *insn);
	/* Whether the map has this key for certain, and always. */
	bool (*is_found)(const void *data, int map, int64_t key, unsigned int key_size);
	const void *data;
};

/* Whether the program, or the way through it, may end with this instruction although another one
 * follows: a packet that is too short for LD_ABS, a tail call. */
bool opn_flow_may_end(const struct bpf_insn *insn);
/* Which registers an instruction reads and writes, as bits. */
void opn_flow_effects(const struct bpf_insn *insn, uint16_t *reads, uint16_t *writes);

/* Splits code into blocks and finds liveness and values; fills code->blocks and code->block_of.
 * Returns 0, -ENOMEM, -EINVAL for jumps out of a function, -EOPNOTSUPP for jumps by table. */
int opn_flow_find(struct opn_code *code, const struct opn_flow_calls *calls);
/* Steps over one instruction. */
void opn_flow_step(const struct opn_code *code, const struct opn_flow_calls *calls, size_t insn,
		   struct opn_state_at *state);
/* The lowest offset from the frame pointer that each function uses, negative or 0; function_count
 * of them. */
void opn_flow_stack(const struct opn_code *code, const struct opn_flow_calls *calls, int *lowest);

#endif
