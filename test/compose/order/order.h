/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * order.h - what the stages of the order test and the program that attaches them share
 */
#ifndef OPN_TEST_ORDER_H
#define OPN_TEST_ORDER_H

#include <linux/types.h>

#define OPN_ORDER_PROTOCOL 0x88b5 /* IEEE 802's for experiments: nobody answers */
#define OPN_ORDER_TEST	   1	  /* first byte behind the Ethernet header; other frames pass */
#define OPN_ORDER_MARK	   0x4f45 /* what a stage leaves for those behind it; tc_index has 16 bits */
#define OPN_ORDER_RAN	   64	  /* stages that are remembered, a power of two */
#define OPN_ORDER_SLOTS	   64

enum opn_order_found {
	OPN_FOUND_CB = 1,
	OPN_FOUND_MARK = 2,
	OPN_FOUND_TC_INDEX = 4,
	OPN_FOUND_META = 8,
};

/* The constants of one stage: all of .rodata. */
struct opn_order_self {
	__u32 who;
	__s32 verdict;
	__u32 leaves;
	__u32 aside; /* the interface that a redirection takes */
};

struct opn_order_trace {
	__u32 count;
	struct {
		__u8 who, found;
	} ran[OPN_ORDER_RAN];
};

#endif
