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
#include "hook_run.h"
#include "packet.h"

struct opn_case {
	const char *name; /* "trace.pcap:17", "cases.json: drops telnet" */
	struct opn_packet packet;
	bool has_verdict;
	uint32_t verdict; /* what the first program is expected to return */
	bool has_output;
	struct opn_packet output;
};

/* Names of verdicts, from the tables: by these, cases may tell what is expected by name. */
struct opn_verdict_names {
	const struct opn_verdict_row *rows;
	size_t count;
};

/* In the order in which they came; everything in the arena. */
struct opn_cases {
	struct opn_arena *arena;
	struct opn_case *list;
	size_t count, capacity;
	size_t bytes;			   /* of all packets */
	struct opn_verdict_names verdicts; /* set by the caller; none: only numbers are known */
};

/* What one run takes in, whatever the files hold; told by a warning when it is reached. */
#define OPN_CASES_MAX	    1000000
#define OPN_CASES_BYTES_MAX (256u << 20)

/* Adds the frames of a capture (libpcap: pcap and pcapng, Ethernet only). limit: at most so many
 * frames (0: all), told by a warning. A truncated file gives its whole frames and a warning; frames
 * that were cut by a snap length, that are empty or longer than OPN_PACKET_MAX are left out and
 * counted. A capture without any frame is an error. Reports; returns 0 or -errno. */
int opn_cases_read_pcap(struct opn_cases *cases, const char *path, size_t limit,
			struct opn_diags *diags);

/* Adds the cases of a JSON file: {"cases": [{"name", "packet": hex | base64:... | [bytes],
 * "verdict": number | name, "output"}]}; schema hookdefs/schema/cases.schema.json. All or none. */
int opn_cases_read_json(struct opn_cases *cases, const char *path, struct opn_diags *diags);

/* Adds what looks like packet-in/packet-out cases in a test source in C, C++, Go or Python: lists
 * of byte values, hex and base64 strings, "\x00" strings; a list of (input, output) with names in a
 * table, pkt_v4/pkt_v6 style structures. Nothing is executed; of other files only the numeric
 * macros of headers in the same folder are read. A source without any is an error. */
int opn_cases_read_source(struct opn_cases *cases, const char *path, struct opn_diags *diags);

/* ---- for the readers ---- */

/* Adds an empty case; NULL when it would be too many or without memory. */
struct opn_case *opn_cases_add(struct opn_cases *cases, const char *name);
/* Copies bytes into the arena; false without memory or when there are too many of them. */
bool opn_cases_copy(struct opn_cases *cases, struct opn_packet *out, const void *data,
		    size_t length);
/* The value of a verdict's name, whatever its case; false: no such name. */
bool opn_verdict_find(const struct opn_verdict_names *verdicts, const char *name, uint32_t *value);

/* Bytes of hexadecimal text: pairs of digits, with or without white space, ':', '-', ',' or "0x"
 * between; of base64 text, white space left out, padding optional. In the arena. Returns how many
 * bytes, or SIZE_MAX when it is no such text (or memory ran out). */
size_t opn_bytes_of_hex(struct opn_arena *arena, const char *text, size_t length, uint8_t **out);
size_t opn_bytes_of_base64(struct opn_arena *arena, const char *text, size_t length, uint8_t **out);

/* ---- writing ---- */

/* The bytes of a capture (libpcap's own writer, into memory) that holds these frames; the caller
 * frees *out. Returns 0 or -errno. */
int opn_pcap_text(const struct opn_packet *packets, size_t count, char **out, size_t *length);
/* A hex dump with offsets, as text2pcap takes it, and a C test case that runs the frame through
 * BPF_PROG_TEST_RUN and compares verdict and output (out: NULL, or without data: only the verdict);
 * the caller frees. NULL without memory. */
char *opn_packet_hex(const uint8_t *data, uint32_t length);
char *opn_packet_c_case(const char *program, const struct opn_packet *in, uint32_t verdict,
			const struct opn_packet *out);

#endif
