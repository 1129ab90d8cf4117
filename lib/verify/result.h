/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * result.h - what a verification found: plain data, for the reports and the exit status
 *
 * Strings and arrays live in the arena of the run.
 */
#ifndef OPN_VERIFY_RESULT_H
#define OPN_VERIFY_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "packet.h"

struct opn_state;

enum opn_verdict_kind { OPN_EQUIVALENT, OPN_DIFFERENT, OPN_INCONCLUSIVE };

/* Where the source stands that was, or was not, reached. */
struct opn_result_edge {
	const char *function, *file, *source;
	unsigned int line, column;
	bool taken; /* the side on which the condition holds */
	bool reached;
	const char *dead; /* why it cannot be reached, or NULL */
};

struct opn_result_line {
	const char *file, *source;
	unsigned int line;
	uint64_t hits; /* packets that ran it */
};

/* One of the two programs. */
struct opn_result_side {
	const char *object, *program, *section, *hook;
	const char *licence;
	unsigned int instructions;
	const char *const *replaced; /* helpers that were made equal, NULL-terminated */
	const char *const *idle;     /* stages that no packet came to, NULL-terminated */
	bool traced;		     /* whether coverage is known */
	const char *untraced_why;
	struct opn_result_edge *edges;
	size_t edge_count, edges_reached, edges_dead;
	struct opn_result_line *lines;
	size_t line_count;
};

/* How often each fate was seen on both sides, "pass", "redirect 3" ... */
struct opn_result_fate {
	const char *left, *right;
	uint64_t packets;
};

/* One value that differs, but for the outputs' bytes and lengths, which reports compare themselves:
 * "mark", "map flows {1.2.3.4}". NULL: not there. */
struct opn_result_field {
	const char *what, *left, *right;
};

struct opn_result_path {
	const char *file, *source;
	unsigned int line;
};

struct opn_difference {
	const char *kind;	    /* "fate", "bytes", "length", "context", "map", "refused" */
	const char *origin;	    /* "generated 4711", "trace.pcap:17", shape's name */
	const char *summary;	    /* of the packet's headers */
	struct opn_packet *packets; /* the shrunk sequence; the last one shows the difference */
	size_t packet_count;
	/* The packet that showed it first, before it was shrunk, and both outputs. */
	struct opn_packet seen, seen_left, seen_right;
	const char *left_fate, *right_fate; /* with verdict: "pass (XDP_PASS)" */
	uint32_t left_verdict, right_verdict;
	struct opn_packet left_out, right_out;
	struct opn_result_field *fields;
	size_t field_count;
	struct opn_result_path *left_path, *right_path; /* source lines in the order of the code */
	size_t left_path_length, right_path_length;
	uint64_t clock, random;				    /* what the programs were told */
	const char *written_pcap, *written_hex, *written_c; /* files, or NULL */
};

/* A difference that is allowed, by a row of the tables. */
struct opn_result_benign {
	const char *row, *why;
	uint64_t packets;
};

struct opn_result {
	enum opn_verdict_kind verdict;
	/* Which of several compile commands of both sources, from 1, and of how many; 0: the only
	 * one. */
	unsigned int variant, variants;
	const char *why;    /* why inconclusive; NULL otherwise */
	const char *engine; /* "test-run", "live tap", "live veth" */
	const char *kernel; /* release */
	uint64_t seed;
	uint64_t packets, sequences;
	uint64_t from_cases, from_captures, from_shapes, generated;
	uint64_t refused_left, refused_right, refused_both; /* frames that could not be run */
	uint64_t
		told_by_bytes; /* packets whose bytes at the second hook say a field of the first */
	uint64_t cases_judged, cases_unmet; /* those that say what the first program is to do */
	double seconds;
	struct opn_result_side side[2];
	struct opn_result_fate *fates;
	size_t fate_count;
	struct opn_result_benign *benign;
	size_t benign_count;
	struct opn_difference *differences; /* the first few, each shrunk */
	size_t difference_count;
	uint64_t packets_different;	  /* how many packets showed any */
	const char *const *maps_compared; /* NULL-terminated */
	const char *const *maps_unpaired; /* in one program only; variables too */
	const char *const *maps_ignored;  /* the same, left out as was asked for */
	bool maps_changed;		  /* whether any run left a trace in them */
	const char *const *notes;	  /* what was masked, limited, not seen; NULL-terminated */
};

/* A source file's name for the result: normalised, and relative to the current folder when it is
 * below it. In the arena; NULL stays NULL. */
const char *opn_result_file(struct opn_arena *arena, const char *file);
/* A copy of a NULL-terminated list in the arena; NULL gives an empty one. */
const char *const *opn_result_names(struct opn_arena *arena, const char *const *names);
/* Fills in which maps were compared and which were not. */
void opn_result_maps(struct opn_result *result, const struct opn_state *state,
		     struct opn_arena *arena);
/* A copy of a frame in the arena; empty without memory. */
struct opn_packet opn_result_packet(struct opn_arena *arena, const uint8_t *data, uint32_t length);

#endif
