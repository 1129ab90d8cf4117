/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live.h - do two programs treat the same packets alike on a real device?
 *
 * A test run hands a program a packet and takes its word for what becomes of it. Here the kernel
 * acts on the word: the programs are attached one after the other to the same device, get the same
 * frames, and what is compared is what came out: what the stack would have been given, with all
 * that it goes by (live_net.h), and the bytes that left through this device or another. Transfers
 * over TCP show packets whose bytes are not all in reach of a program.
 *
 * The run that both are measured against is one without any program: frames that fare as they do
 * without one prove nothing.
 */
#ifndef OPN_VERIFY_LIVE_H
#define OPN_VERIFY_LIVE_H

#include "live_net.h"
#include "verify.h"

/* Bytes that are sent over TCP through the programs. */
struct opn_live_transfer {
	const char *name;
	const uint8_t *data;
	size_t length;
	uint16_t port; /* of the receiver, behind the tested programs */
};

struct opn_live_options {
	enum opn_live_device device;
	bool unmarked; /* send frames as they are: no mark in the source address */
	bool capture;  /* tell what a capture on the device itself would have shown */
	const struct opn_live_transfer *transfers;
	size_t transfer_count;
};

/* As opn_verify(), but live: of its options, generate counts frames that no branch coverage chose.
 * All runs in a thread of its own, whose namespace ends with it. */
int opn_live_verify(const struct opn_verify_options *options, const struct opn_live_options *live,
		    struct opn_hook_runs *runs, const struct opn_hookdefs *hookdefs,
		    struct opn_arena *arena, struct opn_diags *diags, struct opn_result *result);

#endif
