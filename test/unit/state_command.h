/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * state_command.h - what a packet tells the program of Inputs/state.bpf.c to do
 */
#ifndef OPN_TEST_STATE_COMMAND_H
#define OPN_TEST_STATE_COMMAND_H

#include <linux/types.h>

enum state_what {
	DO_NOTHING,
	DO_FLOW,
	DO_WORD,
	DO_FORGET_WORD,
	DO_SLOT,
	DO_LOCKED,
	DO_TIMED,
	DO_CPU_SLOT,
	DO_CPU_WORD,
	DO_RECENT,
	DO_CPU_RECENT,
	DO_ROUTE,
	DO_PUSH_QUEUE,
	DO_POP_QUEUE,
	DO_PUSH_STACK,
	DO_RING,
	DO_EVENT, /* key: its length, 1 to 8 */
	DO_BY_KEY,
	DO_BY_INDEX,
	DO_BY_NAME,
	DO_JUMP,
	DO_BLOOM,
	DO_UNREAD,
	DO_SEEN,
	DO_OTHERS,
	DO_LIMIT,
	DO_EXTRA, /* of the object that has one more variable */
	DO_CONFIG,
};

/* At offset 16 of the frame. */
struct state_command {
	__u32 what, key, value;
	__u32 slot; /* of a map that holds maps */
};

#endif
