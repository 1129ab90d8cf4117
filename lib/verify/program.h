/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program.h - a program under test: loaded, run on packets, watched
 *
 * The object is loaded by libbpf as it is, but for what would keep two runs from being comparable:
 * calls that read a clock or draw a random number become reads of memory that the prover sets, and
 * calls that redirect leave a record of their arguments there (the kernel tells neither through
 * BPF_PROG_TEST_RUN). Which calls these are is data (struct opn_call_rule). An object without such
 * calls is loaded to the instruction as it is. With trace on, every branch also leaves a mark,
 * every comparison its operands and every map lookup its key; that build guides the choice of
 * packets and tells source lines, verdicts are compared on the other.
 *
 * All of it is done on the relocated instructions just before libbpf loads them
 * (libbpf's prog_prepare_load_fn), so any object will do, with or without its source.
 */
#ifndef OPN_VERIFY_PROGRAM_H
#define OPN_VERIFY_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "diag.h"

struct bpf_object;
struct opn_sharing;
struct opn_state_part;

/* What a helper is to the prover. */
enum opn_call_role {
	OPN_CALL_CLOCK,	       /* returns a time in ns */
	OPN_CALL_RANDOM,       /* returns a random u32 */
	OPN_CALL_REDIRECT,     /* argument 1: an interface */
	OPN_CALL_REDIRECT_MAP, /* argument 1: a map, argument 2: its key */
	OPN_CALL_CLONE,	       /* argument 2: an interface that gets a copy */
	OPN_CALL_LOOKUP,       /* argument 1: a map, argument 2: pointer to the key */
	OPN_CALL_FIELD,	       /* may change what a context field says */
};

struct opn_call_rule {
	const char *name;
	int helper; /* BPF_FUNC_ number */
	enum opn_call_role role;
	unsigned int flags_argument; /* which argument holds flags, counting from 1; 0: none */
};

struct opn_program_options {
	const char *path;    /* of the object */
	const char *name;    /* of what it was made of, for messages; NULL: path */
	const char *program; /* function name; NULL: the object has exactly one */
	int type;	     /* BPF_PROG_TYPE_; 0: libbpf's meaning of the section */
	int attach_type;     /* BPF_ ; -1: libbpf's */
	unsigned int flags;  /* BPF_F_ of the program, as BPF_F_XDP_HAS_FRAGS */
	bool trace;
	uint32_t entries; /* hash maps are made for no more: opn_state_entries(); 0: all */
	bool one_cpu;	  /* all runs will be on one CPU */
	const struct opn_call_rule *calls;
	size_t call_count;
	const char *ctx_type; /* "struct xdp_md": what the test run's context is, from the tables */
	/* A field of the context that is read as the program begins and as it ends, where calls of
	 * role OPN_CALL_FIELD are made; NULL: none. Not of a traced build. */
	const char *watched_field;
	const char *const *also;     /* other programs to load with it, NULL-terminated, or NULL */
	struct opn_sharing *sharing; /* maps that it has in common with other objects, or NULL */
};

struct opn_program;

/* Opens, checks and loads. Reports what is wrong (no such program, several, no BTF where it is
 * needed, refused by the verifier: reduced to the line that helps, with its source line; which
 * capability is missing) and returns -errno. The caller frees *out with opn_program_free().
 * Not in two threads at a time: it uses libbpf's section handlers and print function, which the
 * process has once. Programs that are open may be run by a thread each. */
int opn_program_open(const struct opn_program_options *options, struct opn_diags *diags,
		     struct opn_program **out);
void opn_program_free(struct opn_program *program);

/* Of an object that is not loaded, which messages call by name: the programs' names with their
 * sections, NULL-terminated pairs (name, section, name, section, ..., NULL) in the arena. Reports
 * and returns -errno. */
int opn_object_programs(const char *path, const char *name, struct opn_arena *arena,
			struct opn_diags *diags, const char ***out);

/* The open libbpf object, for its maps; owned by program. */
struct bpf_object *opn_program_object(const struct opn_program *program);
/* Its objects: one, but for a list of stages (chain.h). */
const struct opn_state_part *opn_program_parts(const struct opn_program *program, size_t *count);
const char *opn_program_name(const struct opn_program *program);
const char *opn_program_section(const struct opn_program *program);
int opn_program_fd(const struct opn_program *program);
/* Names of the helpers whose calls were replaced by set values, NULL-terminated: for the report. */
const char *const *opn_program_replaced(const struct opn_program *program);

/* ---- a run ---- */

/* One value for a field of the context, or read back from it. */
struct opn_ctx_value {
	const char *field; /* of ctx_type; "cb" with index */
	unsigned int index;
	uint64_t value;
};

struct opn_input {
	const uint8_t *data;
	uint32_t length;
	uint64_t clock;			 /* ns, what the clocks say */
	uint64_t random;		 /* seed of what the random calls give */
	const struct opn_ctx_value *ctx; /* context in; all other fields are 0 */
	size_t ctx_count;
	bool without_ctx; /* pass no context at all: the kernel's defaults, and none comes back */
	/* The same packet once more: what a traced build saw is added to, random numbers and
	 * copies go on from the last run. */
	bool again;
};

enum opn_redirect_kind { OPN_REDIRECT_NONE, OPN_REDIRECT_INTERFACE, OPN_REDIRECT_SLOT };

struct opn_redirect {
	enum opn_redirect_kind kind;
	uint32_t ifindex; /* INTERFACE */
	uint32_t map_id;  /* SLOT: the kernel's id of the map */
	uint64_t key;	  /* SLOT */
	uint64_t flags;
};

/* The watched field, of a run that came by both places. */
struct opn_watched {
	bool known;
	uint64_t before, after;
};

struct opn_output {
	int error; /* -errno of the run itself: such a frame cannot be run here */
	uint32_t verdict;
	uint8_t *data; /* the caller's, OPN_PACKET_MAX bytes */
	uint32_t length;
	struct opn_redirect redirect; /* the last that was asked for, whether the verdict takes it
				       * or not */
	unsigned int clones;	      /* how many copies were sent away */
	struct opn_watched watched;
	uint8_t ctx[512];  /* as the kernel gave it back */
	const char *stage; /* of a list of stages: whose verdict it is; NULL: all went on */
	bool began;	   /* error: stages before the one that cannot be run have run */
};

/* Runs the program once. Returns 0, or -errno when nothing can be run at all: -EOPNOTSUPP when this
 * kernel has no test run for the type, -ENOENT when its context has no field of a given name. */
int opn_program_run(struct opn_program *program, const struct opn_input *input,
		    struct opn_output *output);
/* A field of output->ctx. Returns 0, or -ENOENT when the context has none of that name. */
int opn_program_ctx(const struct opn_program *program, const struct opn_output *output,
		    const char *field, unsigned int index, uint64_t *value);

/* ---- what a traced build saw ---- */

/* One side of one conditional jump, or a subprogram's first instruction. */
struct opn_edge {
	const char *function; /* the subprogram */
	const char *file;     /* as the object's line information has it, or NULL */
	unsigned int line, column;
	const char *source; /* the source line's text as the object has it, or NULL */
	unsigned int insn;  /* the jump, in the function's instructions as they were */
	bool taken;
	bool entry;	      /* not of a jump: the subprogram was entered */
	bool unknown;	      /* no mark could be put there: never seen as taken */
	bool dead;	      /* the verifier proved that it cannot be reached */
	const char *dead_why; /* a reason of ours, or NULL: the verifier's */
};

/* Whether edges are known. *why is what the trace does not have and the reason (the verifier
 * refuses larger code that it would accept smaller), or NULL when nothing is missing. */
bool opn_program_traced(const struct opn_program *program, const char **why);
const struct opn_edge *opn_program_edges(const struct opn_program *program, size_t *count);
/* Which edges the last run took: one byte each, 0 or 1. Cleared by each run. A last run that ended
 * with output->error may have left some. */
const uint8_t *opn_program_hits(const struct opn_program *program);

/* A comparison as the last run made it, in the order of the code. */
struct opn_comparison {
	uint64_t left, right;
	uint8_t width; /* 4 or 8 bytes */
	bool constant; /* right is written in the code */
	bool equality; /* asks whether they are equal, or are not; else which is greater, or bits */
	uint64_t mask; /* constant: bits of the left side that are asked for; 0: all */
	size_t edge;   /* of the side that was not taken, in opn_program_edges() */
};
/* Comparisons of the last run, into the caller's array; returns how many there were. */
size_t opn_program_comparisons(const struct opn_program *program, struct opn_comparison *out,
			       size_t room);

/* A lookup as the last run made it. */
struct opn_lookup {
	uint32_t map_id;
	uint32_t key_size; /* 0: the code does not tell which map it is, so the key is not known */
	uint8_t key[64];   /* its first bytes */
};
size_t opn_program_lookups(const struct opn_program *program, struct opn_lookup *out, size_t room);

/* Every constant that the code compares with, adds as a mask or stores, once. In the arena. */
uint64_t *opn_program_constants(const struct opn_program *program, struct opn_arena *arena,
				size_t *count);

/* One source line of the program and whether a run reached it. */
struct opn_line {
	const char *file;
	unsigned int line;
	const char *source;
	size_t first_insn;
	size_t block; /* index for opn_program_blocks_hit() */
};
/* The lines of the program's code in order of file and line, one for each block that has some of
 * the line. In the arena; texts are the program's. */
struct opn_line *opn_program_lines(const struct opn_program *program, struct opn_arena *arena,
				   size_t *count);
/* Whether the basic block was run by the last run. */
bool opn_program_block_hit(const struct opn_program *program, size_t block);

#endif
