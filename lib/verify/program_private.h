/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_private.h - what the files of program.h share
 *
 * In the order in which they come: program.c opens, program_plan.c and program_needs.c find out
 * what to load, program_load.c loads, and for that program_calls.c replaces the calls of the rules,
 * program_field.c has a field of the context told, program_flow.c finds the control flow and what
 * registers hold, program_trace.c puts marks, program_patch.c edits the instructions;
 * program_report.c says what went wrong, program_dead.c finds what cannot be reached, program_run.c
 * runs, program_info.c reads what the marks say.
 *
 * A probe is an array map of one entry, mapped into our memory. The code writes to it by address
 * (BPF_PSEUDO_MAP_VALUE), so that it needs no lookup and no register but the one for the address.
 */
#ifndef OPN_VERIFY_PROGRAM_PRIVATE_H
#define OPN_VERIFY_PROGRAM_PRIVATE_H

#include <linux/bpf.h>

#include "program.h"
#include "state.h"

struct btf;

/* ---- instructions ---- */

/* What older headers lack. */
#define OPN_JCOND     0xe0  /* may_goto */
#define OPN_LOAD_ACQ  0x100 /* atomic load, "imm" of BPF_ATOMIC */
#define OPN_STORE_REL 0x110

static inline uint8_t opn_insn_class(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code);
}

static inline bool opn_insn_is_wide(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_DW | BPF_IMM);
}

static inline bool opn_insn_is_jump(const struct bpf_insn *insn)
{
	return opn_insn_class(insn) == BPF_JMP || opn_insn_class(insn) == BPF_JMP32;
}

/* ja and gotol. */
static inline bool opn_insn_is_goto(const struct bpf_insn *insn)
{
	return opn_insn_is_jump(insn) && BPF_OP(insn->code) == BPF_JA;
}

static inline bool opn_insn_is_exit(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT);
}

static inline bool opn_insn_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

/* Calls a helper of this number. */
static inline bool opn_insn_is_helper(const struct bpf_insn *insn, int helper)
{
	return opn_insn_is_call(insn) && !insn->src_reg && insn->imm == helper;
}

/* A jump with two sides, may_goto among them. */
static inline bool opn_insn_is_conditional(const struct bpf_insn *insn)
{
	return opn_insn_is_jump(insn) && !opn_insn_is_goto(insn) &&
	       BPF_OP(insn->code) != BPF_CALL && BPF_OP(insn->code) != BPF_EXIT;
}

/* Compares two values. */
static inline bool opn_insn_is_comparison(const struct bpf_insn *insn)
{
	return opn_insn_is_conditional(insn) && BPF_OP(insn->code) != OPN_JCOND;
}

/* Where a jump goes to. */
static inline size_t opn_insn_target(const struct bpf_insn *insn, size_t at)
{
	if (insn->code == (BPF_JMP32 | BPF_JA))
		return at + 1 + (size_t)(ssize_t)insn->imm;
	return at + 1 + (size_t)(ssize_t)insn->off;
}

/* ---- growing lists of instructions ---- */

struct opn_insns {
	struct bpf_insn *list;
	size_t count, capacity;
	bool failed; /* memory ran out: later additions do nothing */
};

void opn_insns_add(struct opn_insns *insns, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		   int32_t imm);
/* dst = address of a byte of a map's value. */
void opn_insns_add_address(struct opn_insns *insns, uint8_t dst, int map, uint32_t offset);
/* dst = a 64-bit constant. */
void opn_insns_add_constant(struct opn_insns *insns, uint8_t dst, uint64_t value);

/* ---- edits ---- */

#define OPN_NO_JUMP SIZE_MAX

enum opn_edit_place {
	OPN_EDIT_BEFORE, /* runs whenever the instruction would, also after a jump to it */
	OPN_EDIT_INSTEAD,
};

/* One change of a program; instruction numbers are those before any change. */
struct opn_edit {
	size_t insn;
	enum opn_edit_place place;
	size_t first, count; /* its instructions in opn_edits.code */
	size_t jump;	     /* which of them, from 0, is a goto to target; or OPN_NO_JUMP */
	size_t target;
	size_t order; /* in which it was asked for */
};

struct opn_edits {
	struct opn_insns code;
	struct opn_edit *list;
	size_t count, capacity;
	bool failed;
};

/* Adds an edit of all instructions that were added to edits->code since the last one. Local jumps
 * among them are relative and stay; the one at index jump gets its offset to target. */
void opn_edits_add(struct opn_edits *edits, size_t insn, enum opn_edit_place place, size_t jump,
		   size_t target);
void opn_edits_free(struct opn_edits *edits);

/* A program after its edits. */
struct opn_patched {
	struct bpf_insn *insns;
	size_t count;
	size_t *start; /* old number to new: where a jump to it leads; one more than there were */
};

/* Applies the edits (sorts them); all jumps, calls and function addresses lead where they led.
 * Returns 0, -ENOMEM, -ERANGE when a jump cannot reach its target, -EINVAL for broken code. */
int opn_patch(const struct bpf_insn *insns, size_t count, struct opn_edits *edits,
	      struct opn_patched *out);
void opn_patched_free(struct opn_patched *patched);
/* A copy of func_info or line_info records (insn_off is their first word) with new numbers. */
void *opn_patch_records(const void *records, size_t count, size_t size,
			const struct opn_patched *patched, size_t old_count);

/* ---- the probes ---- */

/* What every patched program of the object shares. */
struct opn_probe_head {
	uint64_t clock, random;
	/* Cleared before each run: */
	uint64_t kind; /* enum opn_redirect_kind */
	uint64_t ifindex, map_id, key, flags, clones;
	uint64_t field_before, field_after, field_known; /* program_field.c */
};

struct opn_probe {
	int fd; /* of the map; -1: none */
	uint32_t id;
	uint8_t *data;
	size_t size; /* of the value; the mapping is rounded up to pages */
};

/* Returns 0 or -errno. A probe that was not made is { .fd = -1 }. */
int opn_probe_make(struct opn_probe *probe, const char *name, size_t size);
void opn_probe_free(struct opn_probe *probe);

/* ---- one loaded program of the object: the chosen one, or one that it tail-calls ---- */

struct opn_code_function {
	const char *name;
	size_t start, end;
};

struct opn_code_line {
	size_t insn; /* first one of this line */
	const char *file, *source;
	unsigned int line, column;
};

struct opn_block;

/* A place whose values a traced run leaves in the probe. */
struct opn_site {
	size_t insn, offset;	   /* offset: in the probe */
	size_t edge;		   /* comparison: the first of its two, of the program's */
	uint64_t mask;		   /* comparison: what the left side was masked with before, or 0 */
	size_t flag;		   /* lookup: the byte that says that it was made */
	uint32_t map_id, key_size; /* lookup; 0: not known from the code */
};

struct opn_code {
	const char *name; /* the program's */
	struct bpf_program *prog;
	struct bpf_insn *insns;
	size_t count; /* relocated, before any edit */
	struct opn_code_function *functions;
	size_t function_count;
	struct opn_code_line *lines; /* in the order of the code */
	size_t line_count;
	struct opn_edits edits;
	struct opn_patched patched;
	void *func_info, *line_info; /* corrected copies, until the load is over */
	int fd;			     /* libbpf's */

	/* trace */
	struct opn_probe probe;
	struct opn_block *blocks;
	size_t block_count, first_block; /* first_block: in opn_program.block_hits */
	size_t *block_of;		 /* instruction to block */
	size_t first_edge, edge_count;	 /* in opn_program.edges, and the probe's first bytes */
	struct opn_site *comparisons, *lookups;
	size_t comparison_count, lookup_count;
	size_t cleared; /* bytes at the start of the probe that a run has to clear */
};

/* What a traced build records. */
enum opn_trace {
	OPN_TRACE_EDGES = 1,
	OPN_TRACE_SPILLS = 2, /* edges also where a register must be saved for it */
	OPN_TRACE_COMPARISONS = 4,
	OPN_TRACE_LOOKUPS = 8,
	OPN_TRACE_ALL = 15,
};

struct opn_ctx_field;
struct opn_chain;

struct opn_program {
	struct opn_arena *arena;
	const struct opn_program_options *options; /* the caller's, while opening only */
	const struct opn_call_rule *calls;	   /* copies */
	size_t call_count;
	struct bpf_object *object;
	struct bpf_program *chosen;
	const char *name, *section;
	int fd;
	struct opn_state_part part; /* the object, of a program that is no list of stages */
	struct opn_chain *chain;    /* the stages, of one that is; its codes are those of all */
	struct btf *vmlinux;	    /* the kernel's types, or NULL */
	uint32_t map_id_offset;	    /* of bpf_map.id; 0: not known */
	struct opn_probe head;
	struct opn_code **codes; /* [0] is the chosen one once it is loaded */
	size_t code_count, code_capacity;
	int error; /* of the preparation, which libbpf would only print */
	const char **replaced;
	size_t replaced_count;

	/* runs */
	size_t ctx_size; /* 0: no context */
	struct opn_ctx_field *ctx_fields;
	size_t ctx_field_count;

	/* trace */
	unsigned int trace; /* enum opn_trace, as it is tried or was loaded; 0: not traced */
	bool spilled;	    /* some register was saved */
	bool watches;	    /* the watched field is read */
	bool watches_not;   /* it cannot be: the verifier refused it */
	char *lost;	    /* what the trace does not have, and why; NULL: nothing */
	struct opn_edge *edges;
	uint8_t *hits;
	size_t edge_count, block_count;
	uint8_t *block_hits;
	bool blocks_known; /* block_hits are those of the last run */
};

/* Adds the edits for all calls of the rules but lookups. Returns 0 or -errno. */
int opn_calls_replace(struct opn_program *program, struct opn_code *code);
/* The rule for the helper that this instruction calls, or NULL. */
const struct opn_call_rule *opn_calls_rule(const struct opn_program *program,
					   const struct bpf_insn *insn);

/* Adds the edits that read the watched field; none where there is no room for them. Returns 0 or
 * -errno. */
int opn_field_watch(struct opn_program *program, struct opn_code *code);

/* Where struct bpf_map has its id, by the kernel's BTF (may be NULL); 0: not known. */
uint32_t opn_calls_map_id_offset(const struct btf *vmlinux);

struct bpf_prog_load_opts;

/* Fills functions and lines. Returns 0, -ENOMEM, -EINVAL. */
int opn_info_read(struct opn_program *program, struct opn_code *code,
		  const struct bpf_prog_load_opts *load);
/* The line of an instruction, or NULL. */
const struct opn_code_line *opn_info_line(const struct opn_code *code, size_t insn);

/* Adds the edits and edges of a traced build, of program->trace. Returns 0, -ENOMEM, or what
 * opn_flow_find() or making a map said. */
int opn_trace_prepare(struct opn_program *program, struct opn_code *code);
/* After the load: makes room for hits, finds the dead edges. Returns 0 or -ENOMEM. */
int opn_trace_settle(struct opn_program *program);

/* ---- program_run.c, for lists of stages ---- */

/* Before a run: what the probe's head tells the code, and marks of the run before are cleared. */
void opn_probe_head_clear(struct opn_probe_head *head, const struct opn_input *input);
void opn_program_clear_marks(struct opn_program *program, const struct opn_input *input);
/* The test run alone. Returns as opn_program_run(). */
int opn_program_test_run(const struct opn_program *program, int fd, const struct opn_input *input,
			 struct opn_output *output);
/* After a run. */
void opn_program_read_head(const struct opn_probe_head *head, struct opn_output *output);
void opn_program_read_marks(struct opn_program *program);

/* Resolves program->options->ctx_type. Returns 0 or -ENOENT. */
int opn_ctx_resolve(struct opn_program *program);
/* Where the context has this field of 32 bits. Returns 0 or -ENOENT. */
int opn_ctx_word(const struct opn_program *program, const char *name, uint32_t *offset);

#endif
