// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_dead.c - edges that no packet can take
 *
 * The verifier removes code that it proved unreachable (kernel/bpf/verifier.c:
 * opt_remove_dead_code()), marks included: an edge whose mark is not in the translated program is
 * dead. It follows that what is only reached through dead edges is dead, too; that matters for
 * edges without a mark and for those that our own reasons (program_trace.c) rule out.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program_flow.h"

static const char behind_why[] = "it is only reached through an edge that cannot be taken";

/* The program as the kernel runs it; NULL: it does not tell. */
static struct bpf_insn *read_translated(int fd, size_t *count)
{
	struct bpf_prog_info info = { 0 };
	uint32_t info_size = sizeof(info);
	struct bpf_insn *insns;
	uint32_t size;

	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) || !info.xlated_prog_len)
		return NULL;
	size = info.xlated_prog_len;
	insns = malloc(size);
	if (!insns)
		return NULL;
	memset(&info, 0, sizeof(info));
	info_size = sizeof(info);
	info.xlated_prog_len = size;
	info.xlated_prog_insns = (uint64_t)(uintptr_t)insns;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) || !info.xlated_prog_insns ||
	    info.xlated_prog_len != size) {
		free(insns);
		return NULL;
	}
	*count = size / sizeof(*insns);
	return insns;
}

/* Marks edges dead whose store is gone. */
static int find_removed(struct opn_program *program, struct opn_code *code)
{
	bool *kept = calloc(code->edge_count + 1, sizeof(*kept));
	size_t count = 0, found = 0;
	struct bpf_insn *insns;

	if (!kept)
		return -ENOMEM;
	insns = read_translated(code->fd, &count);
	for (size_t i = 0; insns && i + 1 < count; i++) {
		if (!opn_insn_is_wide(&insns[i]))
			continue;
		i++;
		if (insns[i - 1].src_reg != BPF_PSEUDO_MAP_VALUE ||
		    (uint32_t)insns[i - 1].imm != code->probe.id ||
		    (uint32_t)insns[i].imm >= code->edge_count)
			continue;
		kept[insns[i].imm] = true;
		found++;
	}
	/* None at all: the kernel hides what it runs. */
	for (size_t i = 0; found && i < code->edge_count; i++) {
		struct opn_edge *edge = &program->edges[code->first_edge + i];

		if (!kept[i] && !edge->unknown) {
			edge->dead = true;
			edge->dead_why = NULL;
		}
	}
	free(insns);
	free(kept);
	return 0;
}

/* ---- what is left to be reached ---- */

struct walk {
	const struct opn_program *program;
	const struct opn_code *code;
	bool *reached;
	size_t *work, count;
};

static void reach(struct walk *walk, size_t block)
{
	if (block == OPN_NO_BLOCK || walk->reached[block])
		return;
	walk->reached[block] = true;
	walk->work[walk->count++] = block;
}

/* Subprograms that the block calls or hands on. */
static void reach_callees(struct walk *walk, const struct opn_block *block)
{
	const struct opn_code *code = walk->code;

	for (size_t i = block->first; i <= block->last; i++) {
		const struct bpf_insn *insn = &code->insns[i];
		bool is_call = opn_insn_is_call(insn) && insn->src_reg == BPF_PSEUDO_CALL;
		bool is_address = opn_insn_is_wide(insn) && insn->src_reg == BPF_PSEUDO_FUNC;
		size_t target = i + 1 + (size_t)(ssize_t)insn->imm;

		if ((is_call || is_address) && target < code->count)
			reach(walk, code->block_of[target]);
		i += opn_insn_is_wide(insn);
	}
}

static void reach_all(struct walk *walk)
{
	reach(walk, 0);
	while (walk->count) {
		const struct opn_block *block = &walk->code->blocks[walk->work[--walk->count]];
		const struct opn_edge *edges =
			block->edge == OPN_NO_MARK
				? NULL
				: &walk->program->edges[walk->code->first_edge + block->edge];

		reach_callees(walk, block);
		if (!edges || !edges[0].dead)
			reach(walk, block->fall);
		if (!edges || !edges[1].dead)
			reach(walk, block->taken);
	}
}

static void bury(struct opn_edge *edge)
{
	if (edge->dead)
		return;
	edge->dead = true;
	edge->dead_why = behind_why;
}

static int find_unreachable(struct opn_program *program, struct opn_code *code)
{
	struct walk walk = { .program = program,
			     .code = code,
			     .reached = calloc(code->block_count + 1, sizeof(bool)),
			     .work = calloc(code->block_count + 1, sizeof(size_t)) };
	struct opn_edge *edges = &program->edges[code->first_edge];
	int err = walk.reached && walk.work ? 0 : -ENOMEM;

	if (err)
		goto out;
	reach_all(&walk);
	for (size_t i = 0; i < code->block_count; i++) {
		size_t edge = code->blocks[i].edge;

		if (walk.reached[i] || edge == OPN_NO_MARK)
			continue;
		bury(&edges[edge]);
		bury(&edges[edge + 1]);
	}
	for (size_t i = 0; i < code->function_count; i++) {
		if (!walk.reached[code->block_of[code->functions[i].start]])
			bury(&edges[i]);
	}
out:
	free(walk.reached);
	free(walk.work);
	return err;
}

int opn_trace_settle(struct opn_program *program)
{
	int err = 0;

	program->hits = calloc(program->edge_count + 1, 1);
	program->block_hits = calloc(program->block_count + 1, 1);
	if (!program->hits || !program->block_hits)
		return -ENOMEM;
	for (size_t i = 0; !err && i < program->code_count; i++) {
		struct opn_code *code = program->codes[i];

		if (!code->block_count)
			continue; /* not traced */
		err = find_removed(program, code);
		if (!err)
			err = find_unreachable(program, code);
	}
	return err;
}
