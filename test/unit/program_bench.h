/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_bench.h - the programs of Inputs/program.bpf.c, opened and run
 */
#ifndef OPN_TEST_PROGRAM_BENCH_H
#define OPN_TEST_PROGRAM_BENCH_H

#include "packet.h"
#include "program.h"

/* The objects, as files in the test's folder. */
#define PROGRAM_OBJECT "program.bpf.o"
#define PROGRAM_BARE   "bare.bpf.o" /* without BTF */
#define PROGRAM_BROKEN "broken.bpf.o"
void program_objects(void);

/* What the runs are given, and what came of the last one. */
extern uint8_t in[OPN_PACKET_MAX], out[OPN_PACKET_MAX];
extern struct opn_output output;

/* With the rules of the clock, random numbers, redirects, lookups. */
struct opn_program_options program_options(const char *name);
/* These fail the test when the program does not open. */
struct opn_program *program_with(struct opn_program_options options);
struct opn_program *program_open(const char *name, bool trace);
/* These fail the test when the frame cannot be run. */
void program_run_at(struct opn_program *program, uint32_t length, uint64_t clock, uint64_t random);
void program_run(struct opn_program *program, uint32_t length);
/* The kernel's id of a map of the program's object. */
uint32_t program_map_id(const struct opn_program *program, const char *name);

#endif
