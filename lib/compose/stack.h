/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * stack.h - how much stack a program takes with all that it calls
 */
#ifndef OPN_COMPOSE_STACK_H
#define OPN_COMPOSE_STACK_H

#include <stddef.h>

#include "base.h"

/* kernel/bpf/verifier.c: check_max_stack_depth() */
#define OPN_STACK_MOST 512
/* What callers of a function that makes tail calls must stay below (the same function). */
#define OPN_STACK_TAIL 256
/* What each frame is rounded up to: with and without a JIT that knows better. */
#define OPN_STACK_UNIT 16

/* Functions of objects that will be linked to one. */
struct opn_stack;

struct opn_stack *opn_stack_new(void); /* NULL without memory */
void opn_stack_free(struct opn_stack *stack);

/* Takes the functions of an object that was compiled with -fstack-size-section. Returns 0, -EINVAL:
 * it is none, or -ENOMEM. */
int opn_stack_add(struct opn_stack *stack, const void *bytes, size_t size);

/* The bytes of the deepest chain of calls that begins with a function, frames rounded up; 0: there
 * is no such function. The chain is written to out: "edge 16, stage_acl 480". */
size_t opn_stack_deepest(const struct opn_stack *stack, const char *function, struct opn_buf *out);

/* The most bytes that callers have taken when a function is entered that makes tail calls, on a
 * chain that begins with a function; 0: none below it makes any. The chain is written to out, with
 * that function as the last. */
size_t opn_stack_above_tail_call(const struct opn_stack *stack, const char *function,
				 struct opn_buf *out);

#endif
