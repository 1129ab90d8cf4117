// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_flow.c - basic blocks, liveness, and values as far as the code alone tells them
 *
 * Plain data flow over relocated instructions, to fixed points:
 * - live: read later before written. A call is taken to read r1 to r5, whatever the helper takes.
 * - ready: may have been written. A call leaves r1 to r5 unreadable, and the verifier accepts no
 *   read of what was not written, so a register that is not ready is free whatever "live" says:
 *   that makes up for the calls.
 * - values: constants, maps, places in the frame, and constants on the stack; joined where ways
 *   meet. A store through an unknown pointer is taken to miss the frame as long as no address of
 *   the frame was lost sight of; a call may write what it is given.
 * Functions are separate: each has its own r6 to r9 and its own frame.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program_flow.h"

#define BIT(reg)  ((uint16_t)(1u << (reg)))
#define ARGUMENTS ((uint16_t)0x3e) /* r1 to r5 */

/* ---- what an instruction does ---- */

static void atomic_effects(const struct bpf_insn *insn, uint16_t *reads, uint16_t *writes)
{
	*reads = BIT(insn->dst_reg) | BIT(insn->src_reg);
	if (insn->imm == OPN_LOAD_ACQ) {
		*reads = BIT(insn->src_reg);
		*writes = BIT(insn->dst_reg);
	} else if (insn->imm == OPN_STORE_REL) {
		return;
	} else if (insn->imm == BPF_CMPXCHG) {
		*reads |= BIT(BPF_REG_0);
		*writes = BIT(BPF_REG_0);
	} else if (insn->imm & BPF_FETCH) {
		*writes = BIT(insn->src_reg);
	}
}

static void alu_effects(const struct bpf_insn *insn, uint16_t *reads, uint16_t *writes)
{
	uint8_t operation = BPF_OP(insn->code);

	*writes = BIT(insn->dst_reg);
	if (operation != BPF_MOV)
		*reads = BIT(insn->dst_reg);
	/* BPF_SRC of an end conversion is the byte order. */
	if (operation != BPF_END && operation != BPF_NEG && BPF_SRC(insn->code) == BPF_X)
		*reads |= BIT(insn->src_reg);
}

static void jump_effects(const struct bpf_insn *insn, uint16_t *reads, uint16_t *writes)
{
	if (opn_insn_is_call(insn)) {
		*reads = ARGUMENTS;
		*writes = ARGUMENTS | BIT(BPF_REG_0);
	} else if (opn_insn_is_exit(insn)) {
		*reads = BIT(BPF_REG_0);
	} else if (opn_insn_is_comparison(insn)) {
		*reads = BIT(insn->dst_reg);
		if (BPF_SRC(insn->code) == BPF_X)
			*reads |= BIT(insn->src_reg);
	}
}

void opn_flow_effects(const struct bpf_insn *insn, uint16_t *reads, uint16_t *writes)
{
	*reads = *writes = 0;
	switch (opn_insn_class(insn)) {
	case BPF_LD:
		if (opn_insn_is_wide(insn)) {
			*writes = BIT(insn->dst_reg);
			return;
		}
		/* LD_ABS, LD_IND: the context is in r6, the rest is as with a call. */
		*reads = BIT(BPF_REG_6) | BIT(insn->src_reg);
		*writes = ARGUMENTS | BIT(BPF_REG_0);
		return;
	case BPF_LDX:
		*reads = BIT(insn->src_reg);
		*writes = BIT(insn->dst_reg);
		return;
	case BPF_ST:
		*reads = BIT(insn->dst_reg);
		return;
	case BPF_STX:
		if (BPF_MODE(insn->code) == BPF_ATOMIC)
			atomic_effects(insn, reads, writes);
		else
			*reads = BIT(insn->dst_reg) | BIT(insn->src_reg);
		return;
	case BPF_ALU:
	case BPF_ALU64:
		alu_effects(insn, reads, writes);
		return;
	default:
		jump_effects(insn, reads, writes);
	}
}

bool opn_flow_may_end(const struct bpf_insn *insn)
{
	return (opn_insn_class(insn) == BPF_LD && !opn_insn_is_wide(insn)) ||
	       opn_insn_is_helper(insn, BPF_FUNC_tail_call);
}

/* ---- blocks ---- */

static size_t function_at(const struct opn_code *code, size_t insn)
{
	size_t i = 0;

	while (i + 1 < code->function_count && code->functions[i + 1].start <= insn)
		i++;
	return i;
}

static int mark_leader(const struct opn_code *code, size_t function, size_t insn, bool *leaders)
{
	if (insn < code->functions[function].start || insn >= code->functions[function].end)
		return -EINVAL;
	leaders[insn] = true;
	return 0;
}

/* Code that was not verified may name registers that are not there. */
static bool is_sound(const struct opn_code *code, size_t insn)
{
	return code->insns[insn].dst_reg < OPN_REGISTERS &&
	       code->insns[insn].src_reg < OPN_REGISTERS &&
	       (!opn_insn_is_wide(&code->insns[insn]) || insn + 1 < code->count);
}

static int find_leaders(const struct opn_code *code, bool *leaders)
{
	size_t function = 0;

	for (size_t i = 0; i < code->function_count; i++)
		leaders[code->functions[i].start] = true;
	for (size_t i = 0; i < code->count; i++) {
		const struct bpf_insn *insn = &code->insns[i];
		int err = 0;

		if (!is_sound(code, i))
			return -EINVAL;
		while (i >= code->functions[function].end)
			function++;
		if (opn_insn_is_goto(insn) && BPF_SRC(insn->code) == BPF_X)
			return -EOPNOTSUPP;
		if (opn_insn_is_goto(insn) || opn_insn_is_conditional(insn))
			err = mark_leader(code, function, opn_insn_target(insn, i), leaders);
		if (err)
			return err;
		if (opn_insn_is_wide(insn)) {
			i++;
			continue;
		}
		if (i + 1 < code->count &&
		    (opn_insn_is_goto(insn) || opn_insn_is_conditional(insn) ||
		     opn_insn_is_exit(insn) || opn_flow_may_end(insn)))
			leaders[i + 1] = true;
	}
	return 0;
}

static int link_block(struct opn_code *code, struct opn_block *block)
{
	const struct bpf_insn *insn = &code->insns[block->last];
	size_t end = code->functions[block->function].end;

	block->fall = block->taken = OPN_NO_BLOCK;
	if (opn_insn_is_exit(insn))
		return 0;
	if (opn_insn_is_goto(insn) || opn_insn_is_conditional(insn))
		block->taken = code->block_of[opn_insn_target(insn, block->last)];
	if (opn_insn_is_goto(insn)) {
		block->fall = block->taken;
		block->taken = OPN_NO_BLOCK;
		return 0;
	}
	if (block->last + 1 + opn_insn_is_wide(insn) >= end)
		return -EINVAL;
	block->fall = code->block_of[block->last + 1 + opn_insn_is_wide(insn)];
	return 0;
}

static int split(struct opn_code *code)
{
	bool *leaders = calloc(code->count + 1, sizeof(*leaders));
	int err;

	code->block_of = calloc(code->count + 1, sizeof(*code->block_of));
	if (!leaders || !code->block_of) {
		free(leaders);
		return -ENOMEM;
	}
	err = find_leaders(code, leaders);
	for (size_t i = 0; i < code->count; i++)
		code->block_count += leaders[i];
	code->blocks = calloc(code->block_count + 1, sizeof(*code->blocks));
	if (!code->blocks && !err)
		err = -ENOMEM;
	for (size_t i = 0, block = 0; !err && i < code->count; i++) {
		if (leaders[i]) {
			code->blocks[block++].first = i;
			code->blocks[block - 1].function = function_at(code, i);
		}
		code->block_of[i] = block - 1;
		code->blocks[block - 1].last = i;
		if (opn_insn_is_wide(&code->insns[i]) && i + 1 < code->count) {
			if (leaders[i + 1])
				err = -EINVAL;
			code->block_of[++i] = block - 1;
		}
	}
	free(leaders);
	for (size_t i = 0; !err && i < code->block_count; i++)
		err = link_block(code, &code->blocks[i]);
	return err;
}

/* ---- liveness ---- */

static uint16_t live_before(const struct opn_code *code, const struct opn_block *block,
			    uint16_t live)
{
	for (size_t i = block->last + 1; i-- > block->first;) {
		uint16_t reads, writes;

		/* The second slot of a wide instruction. */
		if (i > block->first && opn_insn_is_wide(&code->insns[i - 1]))
			continue;
		opn_flow_effects(&code->insns[i], &reads, &writes);
		live = (uint16_t)((live & ~writes) | reads);
	}
	return live;
}

static void find_live(struct opn_code *code)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = code->block_count; i-- > 0;) {
			struct opn_block *block = &code->blocks[i];
			uint16_t live = 0;

			if (block->fall != OPN_NO_BLOCK)
				live |= code->blocks[block->fall].live;
			if (block->taken != OPN_NO_BLOCK)
				live |= code->blocks[block->taken].live;
			live = live_before(code, block, live);
			changed |= live != block->live;
			block->live = live;
		}
	}
}

static uint16_t ready_after(const struct bpf_insn *insn, uint16_t ready)
{
	uint16_t reads, writes;

	opn_flow_effects(insn, &reads, &writes);
	ready |= writes;
	if (opn_insn_is_call(insn) || (opn_insn_class(insn) == BPF_LD && !opn_insn_is_wide(insn)))
		ready = (uint16_t)(ready & ~ARGUMENTS);
	return ready;
}

static bool make_ready(struct opn_code *code, size_t to, uint16_t ready)
{
	uint16_t before;

	if (to == OPN_NO_BLOCK)
		return false;
	before = code->blocks[to].ready;
	code->blocks[to].ready |= ready;
	return code->blocks[to].ready != before;
}

static void find_ready(struct opn_code *code)
{
	bool changed = true;

	/* The program itself has its context; a function may have five arguments. */
	for (size_t i = 0; i < code->function_count; i++)
		code->blocks[code->block_of[code->functions[i].start]].ready =
			(i ? ARGUMENTS : BIT(BPF_REG_1)) | BIT(BPF_REG_10);
	while (changed) {
		changed = false;
		for (size_t i = 0; i < code->block_count; i++) {
			struct opn_block *block = &code->blocks[i];
			uint16_t ready = block->ready;

			for (size_t j = block->first; ready && j <= block->last; j++) {
				ready = ready_after(&code->insns[j], ready);
				j += opn_insn_is_wide(&code->insns[j]);
			}
			changed |= make_ready(code, block->fall, ready);
			changed |= make_ready(code, block->taken, ready);
		}
	}
}

/* ---- values ---- */

static const struct opn_value any = { OPN_VALUE_ANY, 0 };

static void forget_stack(struct opn_state_at *state)
{
	memset(state->slots, 0, sizeof(state->slots));
}

/* From here on, any pointer may lead into the frame. */
static void lose_frame(struct opn_state_at *state)
{
	forget_stack(state);
	state->is_lost = true;
}

static void write_stack(struct opn_state_at *state, int64_t offset, unsigned int size,
			const struct opn_value *value)
{
	struct opn_stack_slot *unused = NULL;

	for (size_t i = 0; i < OPN_STACK_SLOTS; i++) {
		struct opn_stack_slot *slot = &state->slots[i];

		if (slot->size && slot->offset < offset + (int64_t)size &&
		    offset < slot->offset + (int64_t)slot->size)
			slot->size = 0;
		if (!slot->size)
			unused = slot;
	}
	if (unused && value->kind == OPN_VALUE_CONSTANT && offset >= INT16_MIN && offset < 0)
		*unused = (struct opn_stack_slot){ (int16_t)offset, (uint8_t)size, value->number };
}

static unsigned int access_size(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

static void step_store(const struct bpf_insn *insn, struct opn_state_at *state)
{
	const struct opn_value *base = &state->registers[insn->dst_reg];
	struct opn_value value = any;

	if (insn->code == (BPF_STX | BPF_DW | BPF_MEM) || insn->code == (BPF_STX | BPF_W | BPF_MEM))
		value = state->registers[insn->src_reg];
	else if (opn_insn_class(insn) == BPF_ST)
		value = (struct opn_value){ OPN_VALUE_CONSTANT, insn->imm };
	if (opn_insn_class(insn) == BPF_STX &&
	    state->registers[insn->src_reg].kind == OPN_VALUE_FRAME)
		lose_frame(state);
	if (base->kind != OPN_VALUE_FRAME && state->is_lost)
		forget_stack(state);
	if (base->kind == OPN_VALUE_FRAME)
		write_stack(state, base->number + insn->off, access_size(insn->code), &value);
}

static void step_alu(const struct bpf_insn *insn, struct opn_state_at *state)
{
	struct opn_value *to = &state->registers[insn->dst_reg];
	bool is_wide = opn_insn_class(insn) == BPF_ALU64;
	bool is_immediate = BPF_SRC(insn->code) == BPF_K;
	struct opn_value was = *to;

	*to = any;
	if (BPF_OP(insn->code) == BPF_MOV && is_immediate) {
		*to = (struct opn_value){ OPN_VALUE_CONSTANT,
					  is_wide ? insn->imm : (int64_t)(uint32_t)insn->imm };
		return;
	}
	if (BPF_OP(insn->code) == BPF_MOV) {
		/* With an offset, it extends a sign. */
		if (is_wide && !insn->off)
			*to = state->registers[insn->src_reg];
		return;
	}
	if (BPF_OP(insn->code) == BPF_ADD && is_immediate && is_wide &&
	    (was.kind == OPN_VALUE_CONSTANT || was.kind == OPN_VALUE_FRAME)) {
		*to = (struct opn_value){ was.kind, was.number + insn->imm };
		return;
	}
	if (was.kind == OPN_VALUE_FRAME)
		lose_frame(state);
}

static const struct opn_stack_slot *find_slot(const struct opn_state_at *state, int64_t offset)
{
	for (size_t i = 0; i < OPN_STACK_SLOTS; i++) {
		if (state->slots[i].size && state->slots[i].offset == offset)
			return &state->slots[i];
	}
	return NULL;
}

static bool is_found(const struct opn_flow_calls *calls, const struct opn_state_at *state)
{
	const struct opn_value *map = &state->registers[BPF_REG_1];
	const struct opn_value *key = &state->registers[BPF_REG_2];
	const struct opn_stack_slot *slot;

	if (map->kind != OPN_VALUE_MAP || key->kind != OPN_VALUE_FRAME)
		return false;
	slot = find_slot(state, key->number);
	return slot && calls->is_found(calls->data, (int)map->number, slot->value, slot->size);
}

static void step_call(const struct bpf_insn *insn, const struct opn_flow_calls *calls,
		      struct opn_state_at *state)
{
	const struct opn_call_rule *rule = calls->rule(calls->data, insn);
	bool found = rule && rule->role == OPN_CALL_LOOKUP && is_found(calls, state);

	/* What our rules know only reads its arguments. */
	if (!rule)
		forget_stack(state);
	for (int i = BPF_REG_0; i <= BPF_REG_5; i++)
		state->registers[i] = any;
	if (found)
		state->registers[BPF_REG_0].kind = OPN_VALUE_FOUND;
}

void opn_flow_step(const struct opn_code *code, const struct opn_flow_calls *calls, size_t number,
		   struct opn_state_at *state)
{
	const struct bpf_insn *insn = &code->insns[number];
	struct opn_value value = any;
	uint16_t reads, writes;

	switch (opn_insn_class(insn)) {
	case BPF_ALU:
	case BPF_ALU64:
		step_alu(insn, state);
		return;
	case BPF_ST:
	case BPF_STX:
		step_store(insn, state);
		break;
	default:
		if (opn_insn_is_call(insn)) {
			step_call(insn, calls, state);
			return;
		}
	}
	opn_flow_effects(insn, &reads, &writes);
	if (opn_insn_is_wide(insn) && !insn->src_reg)
		value = (struct opn_value){ OPN_VALUE_CONSTANT,
					    (int64_t)((uint64_t)(uint32_t)insn->imm |
						      (uint64_t)(uint32_t)insn[1].imm << 32) };
	else if (opn_insn_is_wide(insn) && insn->src_reg == BPF_PSEUDO_MAP_FD)
		value = (struct opn_value){ OPN_VALUE_MAP, insn->imm };
	for (int i = 0; i < OPN_REGISTERS; i++) {
		if (writes & BIT(i))
			state->registers[i] = value;
	}
}

/* Returns whether `to` changed. */
static bool join(struct opn_state_at *to, const struct opn_state_at *from)
{
	bool changed = false;

	if (!to->is_reached) {
		*to = *from;
		return true;
	}
	if (from->is_lost && !to->is_lost) {
		lose_frame(to);
		changed = true;
	}
	for (int i = 0; i < OPN_REGISTERS; i++) {
		struct opn_value *value = &to->registers[i];

		if (value->kind == OPN_VALUE_ANY || (value->kind == from->registers[i].kind &&
						     value->number == from->registers[i].number))
			continue;
		if (value->kind == OPN_VALUE_FRAME || from->registers[i].kind == OPN_VALUE_FRAME)
			lose_frame(to);
		*value = any;
		changed = true;
	}
	for (size_t i = 0; i < OPN_STACK_SLOTS; i++) {
		struct opn_stack_slot *slot = &to->slots[i];
		const struct opn_stack_slot *other =
			slot->size ? find_slot(from, slot->offset) : NULL;

		if (!slot->size ||
		    (other && other->size == slot->size && other->value == slot->value))
			continue;
		slot->size = 0;
		changed = true;
	}
	return changed;
}

static void find_values(struct opn_code *code, const struct opn_flow_calls *calls)
{
	bool changed = true;

	for (size_t i = 0; i < code->function_count; i++) {
		struct opn_state_at *state =
			&code->blocks[code->block_of[code->functions[i].start]].state;

		state->is_reached = true;
		for (int j = 0; j < OPN_REGISTERS; j++)
			state->registers[j] = any;
		state->registers[BPF_REG_10].kind = OPN_VALUE_FRAME;
	}
	while (changed) {
		changed = false;
		for (size_t i = 0; i < code->block_count; i++) {
			const struct opn_block *block = &code->blocks[i];
			struct opn_state_at state = block->state;

			if (!state.is_reached)
				continue;
			for (size_t j = block->first; j <= block->last; j++) {
				opn_flow_step(code, calls, j, &state);
				j += opn_insn_is_wide(&code->insns[j]);
			}
			if (block->fall != OPN_NO_BLOCK)
				changed |= join(&code->blocks[block->fall].state, &state);
			if (block->taken != OPN_NO_BLOCK)
				changed |= join(&code->blocks[block->taken].state, &state);
		}
	}
}

void opn_flow_stack(const struct opn_code *code, const struct opn_flow_calls *calls, int *lowest)
{
	memset(lowest, 0, code->function_count * sizeof(*lowest));
	for (size_t i = 0; i < code->block_count; i++) {
		const struct opn_block *block = &code->blocks[i];
		struct opn_state_at state = block->state;
		int *low = &lowest[block->function];

		for (size_t j = block->first; state.is_reached && j <= block->last; j++) {
			const struct bpf_insn *insn = &code->insns[j];
			uint8_t base =
				opn_insn_class(insn) == BPF_LDX ? insn->src_reg : insn->dst_reg;
			bool is_access =
				opn_insn_class(insn) >= BPF_LDX && opn_insn_class(insn) <= BPF_STX;

			if (is_access && state.registers[base].kind == OPN_VALUE_FRAME &&
			    state.registers[base].number + insn->off < *low)
				*low = (int)(state.registers[base].number + insn->off);
			opn_flow_step(code, calls, j, &state);
			for (int k = 0; k < OPN_REGISTERS; k++) {
				if (state.registers[k].kind == OPN_VALUE_FRAME &&
				    state.registers[k].number < *low)
					*low = (int)state.registers[k].number;
			}
			j += opn_insn_is_wide(insn);
		}
	}
}

int opn_flow_find(struct opn_code *code, const struct opn_flow_calls *calls)
{
	int err = split(code);

	if (err)
		return err;
	find_live(code);
	find_ready(code);
	find_values(code, calls);
	return 0;
}
