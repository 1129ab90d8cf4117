// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_patch.c - instructions put into a program, with every offset led after them
 *
 * Offsets count instructions, so whatever is put in moves what is behind it: jumps (16 bits, 32 for
 * gotol and may_goto has 16), calls of subprograms and addresses of callbacks (32 bits, in imm),
 * and the tables that name instructions (func_info, line_info). A jump to an instruction leads to
 * what was put before it: that is what marks at the head of a block want.
 *
 * A goto that no longer reaches becomes gotol (kernel 6.6); older kernels refuse it.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "program_private.h"

/* ---- lists ---- */

void opn_insns_add(struct opn_insns *insns, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		   int32_t imm)
{
	if (insns->count == insns->capacity && !insns->failed) {
		size_t capacity = insns->capacity ? insns->capacity * 2 : 64;
		struct bpf_insn *list = reallocarray(insns->list, capacity, sizeof(*insns->list));

		insns->failed = !list;
		if (list) {
			insns->list = list;
			insns->capacity = capacity;
		}
	}
	if (insns->failed)
		return;
	insns->list[insns->count++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm
	};
}

void opn_insns_add_address(struct opn_insns *insns, uint8_t dst, int map, uint32_t offset)
{
	opn_insns_add(insns, BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_VALUE, 0, map);
	opn_insns_add(insns, 0, 0, 0, 0, (int32_t)offset);
}

void opn_insns_add_constant(struct opn_insns *insns, uint8_t dst, uint64_t value)
{
	opn_insns_add(insns, BPF_LD | BPF_DW | BPF_IMM, dst, 0, 0, (int32_t)(uint32_t)value);
	opn_insns_add(insns, 0, 0, 0, 0, (int32_t)(uint32_t)(value >> 32));
}

void opn_edits_add(struct opn_edits *edits, size_t insn, enum opn_edit_place place, size_t jump,
		   size_t target)
{
	const struct opn_edit *last = edits->count ? &edits->list[edits->count - 1] : NULL;
	size_t first = last ? last->first + last->count : 0;

	if (edits->count == edits->capacity && !edits->failed) {
		size_t capacity = edits->capacity ? edits->capacity * 2 : 64;
		struct opn_edit *list = reallocarray(edits->list, capacity, sizeof(*edits->list));

		edits->failed = !list;
		if (list) {
			edits->list = list;
			edits->capacity = capacity;
		}
	}
	if (edits->failed)
		return;
	assert(edits->list);
	edits->list[edits->count] = (struct opn_edit){
		.insn = insn,
		.place = place,
		.first = first,
		.count = edits->code.count - first,
		.jump = jump,
		.target = target,
		.order = edits->count,
	};
	edits->count++;
}

void opn_edits_free(struct opn_edits *edits)
{
	free(edits->code.list);
	free(edits->list);
	memset(edits, 0, sizeof(*edits));
}

/* ---- applying ---- */

static int compare_edits(const void *left, const void *right)
{
	const struct opn_edit *a = left, *b = right;

	if (a->insn != b->insn)
		return a->insn < b->insn ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static bool fits(ssize_t value, int bits)
{
	ssize_t half = (ssize_t)1 << (bits - 1);

	return value >= -half && value < half;
}

/* Makes the jump at new number `at` lead to new number `to`. */
static int aim(struct bpf_insn *insn, size_t at, size_t to)
{
	ssize_t distance = (ssize_t)to - (ssize_t)at - 1;

	if (!fits(distance, 32))
		return -ERANGE;
	if (insn->code == (BPF_JMP | BPF_JA) && !fits(distance, 16)) {
		insn->code = BPF_JMP32 | BPF_JA;
		insn->off = 0;
	}
	if (insn->code == (BPF_JMP32 | BPF_JA)) {
		insn->imm = (int32_t)distance;
		return 0;
	}
	if (!fits(distance, 16))
		return -ERANGE;
	insn->off = (int16_t)distance;
	return 0;
}

/* Corrects what an instruction that stayed says of others. */
static int relocate(const struct bpf_insn *old, size_t number, size_t count,
		    const struct opn_patched *patched, size_t at)
{
	struct bpf_insn *insn = &patched->insns[at];
	bool is_call = opn_insn_is_call(old) && old->src_reg == BPF_PSEUDO_CALL;
	bool is_function = opn_insn_is_wide(old) && old->src_reg == BPF_PSEUDO_FUNC;
	size_t target;

	if (is_call || is_function) {
		target = number + 1 + (size_t)(ssize_t)old->imm;
		if (target >= count)
			return -EINVAL;
		insn->imm = (int32_t)((ssize_t)patched->start[target] - (ssize_t)at - 1);
		return 0;
	}
	if (!opn_insn_is_goto(old) && !opn_insn_is_conditional(old))
		return 0;
	target = opn_insn_target(old, number);
	if (target >= count)
		return -EINVAL;
	return aim(insn, at, patched->start[target]);
}

/* Numbers everything anew: where each old instruction's place begins. */
static int number(const struct bpf_insn *insns, size_t count, const struct opn_edits *edits,
		  struct opn_patched *out)
{
	size_t edit = 0, at = 0;

	for (size_t i = 0; i <= count; i++) {
		bool is_replaced = false;

		out->start[i] = at;
		for (; edit < edits->count && edits->list[edit].insn == i; edit++) {
			at += edits->list[edit].count;
			is_replaced |= edits->list[edit].place == OPN_EDIT_INSTEAD;
		}
		if (i == count)
			break;
		at += !is_replaced;
		if (!opn_insn_is_wide(&insns[i]))
			continue;
		/* Two slots, one instruction. */
		if (++i >= count || is_replaced ||
		    (edit < edits->count && edits->list[edit].insn == i))
			return -EINVAL;
		out->start[i] = at++;
	}
	out->count = at;
	return edit == edits->count ? 0 : -EINVAL;
}

static int copy_edit(const struct opn_edits *edits, const struct opn_edit *edit, size_t count,
		     struct opn_patched *out, size_t at)
{
	if (edit->count)
		memcpy(&out->insns[at], &edits->code.list[edit->first],
		       edit->count * sizeof(*out->insns));
	if (edit->jump == OPN_NO_JUMP)
		return 0;
	if (edit->jump >= edit->count || edit->target >= count)
		return -EINVAL;
	return aim(&out->insns[at + edit->jump], at + edit->jump, out->start[edit->target]);
}

static int copy_all(const struct bpf_insn *insns, size_t count, const struct opn_edits *edits,
		    struct opn_patched *out)
{
	size_t edit = 0;
	int err;

	for (size_t i = 0; i < count; i++) {
		size_t at = out->start[i];
		bool is_replaced = false;

		for (; edit < edits->count && edits->list[edit].insn == i; edit++) {
			err = copy_edit(edits, &edits->list[edit], count, out, at);
			if (err)
				return err;
			at += edits->list[edit].count;
			is_replaced |= edits->list[edit].place == OPN_EDIT_INSTEAD;
		}
		if (is_replaced)
			continue;
		out->insns[at] = insns[i];
		err = relocate(&insns[i], i, count, out, at);
		if (err)
			return err;
		if (opn_insn_is_wide(&insns[i]))
			out->insns[at + 1] = insns[++i];
	}
	return 0;
}

int opn_patch(const struct bpf_insn *insns, size_t count, struct opn_edits *edits,
	      struct opn_patched *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	if (edits->failed || edits->code.failed)
		return -ENOMEM;
	if (edits->count)
		qsort(edits->list, edits->count, sizeof(*edits->list), compare_edits);
	out->start = calloc(count + 1, sizeof(*out->start));
	if (!out->start)
		return -ENOMEM;
	err = number(insns, count, edits, out);
	if (!err) {
		out->insns = calloc(out->count ? out->count : 1, sizeof(*out->insns));
		err = out->insns ? copy_all(insns, count, edits, out) : -ENOMEM;
	}
	if (err)
		opn_patched_free(out);
	return err;
}

void opn_patched_free(struct opn_patched *patched)
{
	free(patched->insns);
	free(patched->start);
	memset(patched, 0, sizeof(*patched));
}

void *opn_patch_records(const void *records, size_t count, size_t size,
			const struct opn_patched *patched, size_t old_count)
{
	uint8_t *copy = calloc(count ? count : 1, size);

	if (!copy)
		return NULL;
	memcpy(copy, records, count * size);
	for (size_t i = 0; i < count; i++) {
		uint32_t insn;

		memcpy(&insn, copy + i * size, sizeof(insn));
		if (insn > old_count)
			continue; /* the kernel will say so */
		insn = (uint32_t)patched->start[insn];
		memcpy(copy + i * size, &insn, sizeof(insn));
	}
	return copy;
}
