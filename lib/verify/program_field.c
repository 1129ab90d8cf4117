// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_field.c - a field of the context, read as the program begins and as it ends
 *
 * A test run gives back only some of the context, and helpers may set what it does not give back.
 * So the program keeps its context below what it uses of its frame, and before its exits leaves the
 * field in the probe, as it did at its first instruction. Both places have the registers for it: at
 * the first instruction only r1 holds something, at an exit only r0 is read.
 *
 * Where the frame has no room, or the control flow is of a kind that is not known, nothing is put
 * in: then the field is not known. Neither is it after a tail call, which does not come by an exit.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "program_flow.h"

#define AT(member) ((int16_t)offsetof(struct opn_probe_head, member))
#define FRAME	   512 /* include/linux/filter.h: MAX_BPF_STACK */

static const struct opn_call_rule *rule_of(const void *data, const struct bpf_insn *insn)
{
	return opn_calls_rule(data, insn);
}

/* It does not matter here what a lookup gives. */
static bool is_found(const void *data, int map, int64_t key, unsigned int key_size)
{
	(void)data;
	(void)map;
	(void)key;
	(void)key_size;
	return false;
}

static bool is_changed(const struct opn_program *program, const struct opn_code *code)
{
	for (size_t i = 0; i < code->count; i++) {
		const struct opn_call_rule *rule = opn_calls_rule(program, &code->insns[i]);

		if (rule && rule->role == OPN_CALL_FIELD)
			return true;
		if (opn_insn_is_wide(&code->insns[i]))
			i++;
	}
	return false;
}

/* The first free slot of the first function's frame. Returns 0, -ENOMEM, or -ENOSPC where there is
 * none or nobody knows. */
static int find_home(const struct opn_program *program, const struct opn_code *code, int16_t *home)
{
	struct opn_flow_calls calls = { rule_of, is_found, program };
	struct opn_code flow = *code;
	int *lowest = calloc(code->function_count + 1, sizeof(*lowest));
	int err;

	if (!lowest)
		return -ENOMEM;
	flow.blocks = NULL;
	flow.block_of = NULL;
	flow.block_count = 0;
	err = opn_flow_find(&flow, &calls);
	if (!err) {
		opn_flow_stack(&flow, &calls, lowest);
		*home = (int16_t)(((lowest[0] - 7) / 8 - 1) * 8);
		err = *home < -FRAME ? -ENOSPC : 0;
	} else if (err != -ENOMEM) {
		err = -ENOSPC;
	}
	free(flow.blocks);
	free(flow.block_of);
	free(lowest);
	return err;
}

static void read_first(struct opn_insns *out, int probe, int16_t home, int16_t field)
{
	opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_10, BPF_REG_1, home, 0);
	opn_insns_add(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_0, BPF_REG_1, field, 0);
	opn_insns_add_address(out, BPF_REG_2, probe, 0);
	opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_2, BPF_REG_0, AT(field_before), 0);
}

static void read_last(struct opn_insns *out, int probe, int16_t home, int16_t field)
{
	opn_insns_add(out, BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_1, BPF_REG_10, home, 0);
	opn_insns_add(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_1, BPF_REG_1, field, 0);
	opn_insns_add_address(out, BPF_REG_2, probe, 0);
	opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_2, BPF_REG_1, AT(field_after), 0);
	opn_insns_add(out, BPF_ST | BPF_DW | BPF_MEM, BPF_REG_2, 0, AT(field_known), 1);
}

static void put_reads(struct opn_program *program, struct opn_code *code, int16_t home,
		      int16_t field)
{
	struct opn_edits *edits = &code->edits;

	read_first(&edits->code, program->head.fd, home, field);
	opn_edits_add(edits, 0, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
	for (size_t i = 0; i < code->functions[0].end; i++) {
		if (opn_insn_is_exit(&code->insns[i])) {
			read_last(&edits->code, program->head.fd, home, field);
			opn_edits_add(edits, i, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
		}
		if (opn_insn_is_wide(&code->insns[i]))
			i++;
	}
	program->watches = true;
}

int opn_field_watch(struct opn_program *program, struct opn_code *code)
{
	const char *name = program->options->watched_field;
	uint32_t field;
	int16_t home;
	int err;

	if (!name || program->watches_not || !is_changed(program, code) || !code->function_count ||
	    opn_ctx_word(program, name, &field))
		return 0;
	err = find_home(program, code, &home);
	if (err)
		return err == -ENOSPC ? 0 : err;
	if (program->head.fd < 0) {
		err = opn_probe_make(&program->head, "opened_probe", sizeof(struct opn_probe_head));
		if (err)
			return err;
	}
	put_reads(program, code, home, (int16_t)field);
	return 0;
}
