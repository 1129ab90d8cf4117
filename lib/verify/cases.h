/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cases.h - packets from elsewhere: captures, case files, test sources; and packets written out
 *
 * A case is a frame, perhaps with what is expected of it. All readers take text and captures of
 * strangers: sizes are bounded, every mistake has a place.
 */
#ifndef OPN_VERIFY_CASES_H
#define OPN_VERIFY_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "diag.h"
#include "packet.h"

struct opn_case {
	const char *name; /* "trace.pcap:17", "cases.json: drops telnet" */
	struct opn_packet packet;
	bool has_verdict;
	uint32_t verdict; /* what the first program is expected to return */
	bool has_output;
	struct opn_packet output;
};

/* In the order in which they came; everything in the arena. */
struct opn_cases {
	struct opn_arena *arena;
	struct opn_case *list;
	size_t count, capacity;
};

/* Adds the frames of a capture (libpcap: pcap and pcapng, Ethernet only). limit: at most so many
 * frames (0: all), told by a warning. A truncated file gives its whole frames and a warning; frames
 * that were cut by a snap length are skipped and counted. Reports; returns 0 or -errno. */
int opn_cases_read_pcap(struct opn_cases *cases, const char *path, size_t limit,
			struct opn_diags *diags);

/* Adds the cases of a JSON file: {"cases": [{"name", "packet": hex | base64:... | [bytes],
 * "verdict", "output"}]}; schema hookdefs/schema/cases.schema.json. */
int opn_cases_read_json(struct opn_cases *cases, const char *path, struct opn_diags *diags);

/* Adds what looks like packet-in/packet-out cases in a test source in C, C++, Go or Python: lists
 * of byte values, hex and base64 strings, "\x00" strings; a list of (input, output) with names in a
 * table, pkt_v4/pkt_v6 style structures. Nothing is executed. A source without any is an error. */
int opn_cases_read_source(struct opn_cases *cases, const char *path, struct opn_diags *diags);

/* ---- writing ---- */

/* The bytes of a capture (libpcap's own writer, into memory) that holds these frames; the caller
 * frees *out. Returns 0 or -errno. */
int opn_pcap_text(const struct opn_packet *packets, size_t count, char **out, size_t *length);
/* A hex dump with offsets, and a C test case that runs the frames through BPF_PROG_TEST_RUN and
 * compares verdict and output; the caller frees. NULL without memory. */
char *opn_packet_hex(const uint8_t *data, uint32_t length);
char *opn_packet_c_case(const char *program, const struct opn_packet *in, uint32_t verdict,
			const struct opn_packet *out);

#endif
