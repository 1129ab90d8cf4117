// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_calls.c - calls that would keep two runs from being comparable
 *
 * Clocks and random numbers become reads of the probe. Calls that redirect stay, and leave their
 * arguments in the probe first: BPF_PROG_TEST_RUN tells the verdict but not where to.
 *
 * Registers: a call overwrites r0 and makes r1 to r5 unreadable, so in place of a call these six
 * are free. Before a call that stays, r0 is free, and r5 as long as the helper takes at most four
 * arguments, which holds for all that redirect.
 *
 * The kernel's id of a map is read from the map itself: a program may read struct bpf_map through
 * its pointer to it (kernel/bpf/verifier.c: check_ptr_to_map_access(), 5.8), so that inner maps and
 * maps chosen at run time are told, too.
 */
#include <bpf/btf.h>
#include <stddef.h>
#include <string.h>

#include "program_private.h"

#define AT(member) ((int16_t)offsetof(struct opn_probe_head, member))

const struct opn_call_rule *opn_calls_rule(const struct opn_program *program,
					   const struct bpf_insn *insn)
{
	for (size_t i = 0; i < program->call_count; i++) {
		if (opn_insn_is_helper(insn, program->calls[i].helper))
			return &program->calls[i];
	}
	return NULL;
}

uint32_t opn_calls_map_id_offset(const struct btf *vmlinux)
{
	const struct btf_type *type;
	int id;

	id = vmlinux ? btf__find_by_name_kind(vmlinux, "bpf_map", BTF_KIND_STRUCT) : -1;
	if (id < 0)
		return 0;
	type = btf__type_by_id(vmlinux, (uint32_t)id);
	for (uint16_t i = 0; i < btf_vlen(type); i++) {
		uint32_t bits = btf_member_bit_offset(type, i);

		if (!strcmp(btf__name_by_offset(vmlinux, btf_members(type)[i].name_off), "id") &&
		    bits / 8 <= INT16_MAX)
			return bits / 8;
	}
	return 0;
}

static void read_clock(struct opn_insns *out, int probe)
{
	opn_insns_add_address(out, BPF_REG_1, probe, 0);
	opn_insns_add(out, BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_0, BPF_REG_1, AT(clock), 0);
}

/* The generator of Knuth's MMIX; its upper half is what is given. */
static void draw_random(struct opn_insns *out, int probe)
{
	opn_insns_add_address(out, BPF_REG_1, probe, 0);
	opn_insns_add(out, BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_0, BPF_REG_1, AT(random), 0);
	opn_insns_add_constant(out, BPF_REG_2, 6364136223846793005ull);
	opn_insns_add(out, BPF_ALU64 | BPF_MUL | BPF_X, BPF_REG_0, BPF_REG_2, 0, 0);
	opn_insns_add_constant(out, BPF_REG_2, 1442695040888963407ull);
	opn_insns_add(out, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, BPF_REG_2, 0, 0);
	opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_1, BPF_REG_0, AT(random), 0);
	opn_insns_add(out, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_0, 0, 0, 32);
}

static void store(struct opn_insns *out, uint8_t size, int16_t at, uint8_t from)
{
	opn_insns_add(out, BPF_STX | size | BPF_MEM, BPF_REG_0, from, at, 0);
}

static void record_redirect(struct opn_program *program, const struct opn_call_rule *rule,
			    struct opn_insns *out)
{
	bool is_map = rule->role == OPN_CALL_REDIRECT_MAP;

	opn_insns_add_address(out, BPF_REG_0, program->head.fd, 0);
	opn_insns_add(out, BPF_ST | BPF_DW | BPF_MEM, BPF_REG_0, 0, AT(kind),
		      is_map ? OPN_REDIRECT_SLOT : OPN_REDIRECT_INTERFACE);
	if (!is_map) {
		store(out, BPF_W, AT(ifindex), BPF_REG_1);
	} else {
		if (program->map_id_offset) {
			opn_insns_add(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_5, BPF_REG_1,
				      (int16_t)program->map_id_offset, 0);
			store(out, BPF_W, AT(map_id), BPF_REG_5);
		}
		/* include/linux/filter.h: __bpf_xdp_redirect_map() looks up a u32 */
		opn_insns_add(out, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_5, BPF_REG_2, 0, 0);
		store(out, BPF_DW, AT(key), BPF_REG_5);
	}
	if (rule->flags_argument >= 1 && rule->flags_argument <= 4)
		store(out, BPF_DW, AT(flags), (uint8_t)rule->flags_argument);
	else
		opn_insns_add(out, BPF_ST | BPF_DW | BPF_MEM, BPF_REG_0, 0, AT(flags), 0);
}

static void count_clone(struct opn_insns *out, int probe)
{
	opn_insns_add_address(out, BPF_REG_0, probe, 0);
	opn_insns_add(out, BPF_LDX | BPF_DW | BPF_MEM, BPF_REG_5, BPF_REG_0, AT(clones), 0);
	opn_insns_add(out, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_5, 0, 0, 1);
	store(out, BPF_DW, AT(clones), BPF_REG_5);
}

/* Remembers for the report that calls of this helper give set values. */
static int note_replaced(struct opn_program *program, const char *name)
{
	for (size_t i = 0; i < program->replaced_count; i++) {
		if (!strcmp(program->replaced[i], name))
			return 0;
	}
	/* There is room: one for each rule, and the NULL behind them. */
	program->replaced[program->replaced_count++] = name;
	program->replaced[program->replaced_count] = NULL;
	return 0;
}

static int replace_one(struct opn_program *program, struct opn_code *code, size_t insn,
		       const struct opn_call_rule *rule)
{
	struct opn_insns *out = &code->edits.code;
	int err;

	if (program->head.fd < 0) {
		err = opn_probe_make(&program->head, "opened_probe", sizeof(struct opn_probe_head));
		if (err)
			return err;
	}
	switch (rule->role) {
	case OPN_CALL_CLOCK:
		read_clock(out, program->head.fd);
		opn_edits_add(&code->edits, insn, OPN_EDIT_INSTEAD, OPN_NO_JUMP, 0);
		return note_replaced(program, rule->name);
	case OPN_CALL_RANDOM:
		draw_random(out, program->head.fd);
		opn_edits_add(&code->edits, insn, OPN_EDIT_INSTEAD, OPN_NO_JUMP, 0);
		return note_replaced(program, rule->name);
	case OPN_CALL_REDIRECT:
	case OPN_CALL_REDIRECT_MAP:
		record_redirect(program, rule, out);
		break;
	case OPN_CALL_CLONE:
		count_clone(out, program->head.fd);
		break;
	case OPN_CALL_LOOKUP:
	case OPN_CALL_FIELD:
		return 0;
	}
	opn_edits_add(&code->edits, insn, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
	return 0;
}

int opn_calls_replace(struct opn_program *program, struct opn_code *code)
{
	for (size_t i = 0; i < code->count; i++) {
		const struct opn_call_rule *rule = opn_calls_rule(program, &code->insns[i]);
		int err = 0;

		if (rule && rule->role != OPN_CALL_LOOKUP && rule->role != OPN_CALL_FIELD)
			err = replace_one(program, code, i, rule);
		if (err)
			return err;
		if (opn_insn_is_wide(&code->insns[i]))
			i++;
	}
	return 0;
}
