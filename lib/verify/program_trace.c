// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_trace.c - marks put into a program: which sides of jumps, which values, which keys
 *
 * A mark is "rX = address in the probe; *(u8 *)rX = 1" with a register X that nobody reads there.
 * A conditional jump becomes
 *
 *	[store what is compared]
 *	if (condition) goto 1
 *	[mark of the side that falls through]
 *	goto 2
 * 1:	[mark of the side that is taken]
 *	goto where it went
 * 2:
 *
 * so that conditional offsets stay short and only gotos become long. Where every register is in
 *use, one is kept below what the function uses of its frame. A block's mark is only needed where
 * control may be lost without a jump (behind a tail call); for all others it follows from the
 *edges.
 *
 * The stores stand in the way of nothing that the verifier knows: they write scalars to a map
 *value, and the registers that they overwrite are dead to it too.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program_flow.h"

#define KEY_SIZE sizeof(((struct opn_lookup *)0)->key)
#define FRAME	 512		   /* include/linux/filter.h: MAX_BPF_STACK */
#define ANY	 ((uint16_t)0x3ff) /* r0 to r9 */

static const char array_why[] = "an array has every key below its size: this lookup cannot fail "
				"(kernel/bpf/arraymap.c: array_map_lookup_elem())";

struct tracer {
	struct opn_program *program;
	struct opn_code *code;
	struct opn_flow_calls calls;
	int *lowest;  /* by function */
	size_t flags; /* next byte of the cleared part */
	size_t slots; /* next byte behind it */
};

/* ---- what the flow asks ---- */

static const struct opn_call_rule *rule_of(const void *data, const struct bpf_insn *insn)
{
	return opn_calls_rule(data, insn);
}

static int map_info(int map, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	memset(info, 0, size);
	return bpf_obj_get_info_by_fd(map, info, &size) ? -errno : 0;
}

static bool is_in_array(const void *data, int map, int64_t key, unsigned int key_size)
{
	struct bpf_map_info info;

	(void)data;
	if (key_size != sizeof(uint32_t) || map_info(map, &info))
		return false;
	return (info.type == BPF_MAP_TYPE_ARRAY || info.type == BPF_MAP_TYPE_PERCPU_ARRAY) &&
	       info.key_size == key_size && (uint32_t)key < info.max_entries;
}

/* ---- registers ---- */

static uint16_t live_at(const struct opn_code *code, size_t block)
{
	return block == OPN_NO_BLOCK ? 0 : code->blocks[block].live;
}

/* Registers that hold something before the last instruction of the block. */
static uint16_t ready_at_end(const struct opn_code *code, const struct opn_block *block)
{
	uint16_t ready = block->ready, reads, writes;

	for (size_t i = block->first; i < block->last; i++) {
		const struct bpf_insn *insn = &code->insns[i];

		opn_flow_effects(insn, &reads, &writes);
		ready |= writes;
		if (opn_insn_is_call(insn) ||
		    (opn_insn_class(insn) == BPF_LD && !opn_insn_is_wide(insn)))
			ready = (uint16_t)(ready & ~0x3e);
		i += opn_insn_is_wide(insn);
	}
	return ready;
}

static int lowest_bit(uint16_t bits)
{
	return __builtin_ctz(bits);
}

/* ---- marks ---- */

/* Whether a mark can be put where these registers are free. */
static bool can_mark(const struct tracer *tracer, size_t function, uint16_t free_registers)
{
	if (free_registers & ANY)
		return true;
	return (tracer->program->trace & OPN_TRACE_SPILLS) &&
	       tracer->lowest[function] - 16 >= -FRAME;
}

static void add_mark(struct tracer *tracer, size_t function, uint16_t free_registers, size_t offset)
{
	struct opn_insns *out = &tracer->code->edits.code;
	int16_t home = (int16_t)(((tracer->lowest[function] - 7) / 8 - 1) * 8);
	uint8_t reg = BPF_REG_0;
	bool spill = !(free_registers & ANY);

	tracer->program->spilled |= spill;
	if (!spill)
		reg = (uint8_t)lowest_bit(free_registers & ANY);
	else
		opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, BPF_REG_10, reg, home, 0);
	opn_insns_add_address(out, reg, tracer->code->probe.fd, (uint32_t)offset);
	opn_insns_add(out, BPF_ST | BPF_B | BPF_MEM, reg, 0, 0, 1);
	if (spill)
		opn_insns_add(out, BPF_LDX | BPF_DW | BPF_MEM, reg, BPF_REG_10, home, 0);
}

static void mark_block(struct tracer *tracer, struct opn_block *block, size_t offset)
{
	uint16_t free_registers = (uint16_t)(ANY & ~(block->live & block->ready));

	if (!can_mark(tracer, block->function, free_registers))
		return;
	add_mark(tracer, block->function, free_registers, offset);
	opn_edits_add(&tracer->code->edits, block->first, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
	block->mark = offset;
}

/* The constant that the register was masked with when the block compares it, or 0. */
static uint64_t mask_of(const struct opn_code *code, const struct opn_block *block, uint8_t reg)
{
	uint64_t mask = 0;
	uint16_t reads, writes;

	for (size_t i = block->first; i < block->last; i++) {
		const struct bpf_insn *insn = &code->insns[i];
		uint8_t class = opn_insn_class(insn);

		opn_flow_effects(insn, &reads, &writes);
		if ((class == BPF_ALU || class == BPF_ALU64) && BPF_OP(insn->code) == BPF_AND &&
		    BPF_SRC(insn->code) == BPF_K && insn->dst_reg == reg)
			mask = class == BPF_ALU ? (uint32_t)insn->imm
						: (uint64_t)(int64_t)insn->imm;
		else if (writes >> reg & 1 || opn_insn_is_call(insn))
			mask = 0;
		i += opn_insn_is_wide(insn);
	}
	return mask;
}

static void add_comparison(struct tracer *tracer, const struct opn_block *block, uint8_t reg)
{
	struct opn_code *code = tracer->code;
	const struct bpf_insn *insn = &code->insns[block->last];
	struct opn_insns *out = &code->edits.code;

	opn_insns_add_address(out, reg, code->probe.fd, (uint32_t)tracer->slots);
	opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, reg, insn->dst_reg, 0, 0);
	if (BPF_SRC(insn->code) == BPF_X)
		opn_insns_add(out, BPF_STX | BPF_DW | BPF_MEM, reg, insn->src_reg, 8, 0);
	code->comparisons[code->comparison_count++] = (struct opn_site){
		.insn = block->last,
		.offset = tracer->slots,
		.edge = code->first_edge + block->edge,
		.mask = mask_of(code, block, insn->dst_reg),
	};
	tracer->slots += 16;
}

static void trace_jump(struct tracer *tracer, const struct opn_block *block)
{
	struct opn_code *code = tracer->code;
	struct opn_insns *out = &code->edits.code;
	struct opn_edge *edges = &tracer->program->edges[code->first_edge + block->edge];
	struct bpf_insn insn = code->insns[block->last];
	uint16_t ready = ready_at_end(code, block), reads, writes;
	uint16_t fall_free = (uint16_t)(ANY & ~(live_at(code, block->fall) & ready));
	uint16_t taken_free = (uint16_t)(ANY & ~(live_at(code, block->taken) & ready));
	bool fall = can_mark(tracer, block->function, fall_free);
	bool taken = can_mark(tracer, block->function, taken_free);
	size_t first = out->count, jump, leap;

	opn_flow_effects(&insn, &reads, &writes);
	reads = (uint16_t)(fall_free & taken_free & ~reads);
	edges[0].unknown = !fall;
	edges[1].unknown = !taken;
	if (!fall && !taken)
		return;
	if ((tracer->program->trace & OPN_TRACE_COMPARISONS) && (reads & ANY))
		add_comparison(tracer, block, (uint8_t)lowest_bit(reads & ANY));
	jump = out->count;
	opn_insns_add(out, insn.code, insn.dst_reg, insn.src_reg, 0, insn.imm);
	if (fall)
		add_mark(tracer, block->function, fall_free, block->edge);
	leap = out->count;
	opn_insns_add(out, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	if (!out->failed)
		out->list[jump].off = (int16_t)(out->count - jump - 1);
	if (taken)
		add_mark(tracer, block->function, taken_free, block->edge + 1);
	opn_insns_add(out, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	if (!out->failed)
		out->list[leap].off = (int16_t)(out->count - leap - 1);
	opn_edits_add(&code->edits, block->last, OPN_EDIT_INSTEAD, out->count - 1 - first,
		      code->blocks[block->taken].first);
}

/* ---- lookups ---- */

/* Copies the key from r2 to where r0 points, over r5. Reads of the frame must be aligned; of what
 * else it may be (a map's value, the packet), single bytes are always right. */
static void copy_key(struct opn_insns *out, const struct opn_value *key, size_t size)
{
	static const struct {
		uint8_t bytes, code;
	} sizes[] = { { 8, BPF_DW }, { 4, BPF_W }, { 2, BPF_H }, { 1, BPF_B } };
	size_t at = 0;

	while (at < size) {
		size_t i = 0;

		while (sizes[i].bytes > 1 &&
		       (sizes[i].bytes > size - at || key->kind != OPN_VALUE_FRAME ||
			(key->number + (int64_t)at) % sizes[i].bytes))
			i++;
		opn_insns_add(out, BPF_LDX | BPF_MEM | sizes[i].code, BPF_REG_5, BPF_REG_2,
			      (int16_t)at, 0);
		opn_insns_add(out, BPF_STX | BPF_MEM | sizes[i].code, BPF_REG_0, BPF_REG_5,
			      (int16_t)(8 + at), 0);
		at += sizes[i].bytes;
	}
}

static bool is_redirect(const struct tracer *tracer, const struct bpf_insn *insn)
{
	return opn_calls_rule(tracer->program, insn)->role == OPN_CALL_REDIRECT_MAP;
}

static void trace_lookup(struct tracer *tracer, size_t insn, const struct opn_state_at *state)
{
	const struct opn_value *map = &state->registers[BPF_REG_1];
	struct opn_code *code = tracer->code;
	struct opn_insns *out = &code->edits.code;
	struct opn_site *site = &code->lookups[code->lookup_count++];
	struct bpf_map_info info;

	*site = (struct opn_site){ .insn = insn, .offset = tracer->slots, .flag = tracer->flags++ };
	tracer->slots += 8 + KEY_SIZE;
	if (map->kind == OPN_VALUE_MAP && !map_info((int)map->number, &info)) {
		site->map_id = info.id;
		site->key_size = info.key_size;
	}
	opn_insns_add_address(out, BPF_REG_0, code->probe.fd, (uint32_t)site->flag);
	opn_insns_add(out, BPF_ST | BPF_B | BPF_MEM, BPF_REG_0, 0, 0, 1);
	opn_insns_add_address(out, BPF_REG_0, code->probe.fd, (uint32_t)site->offset);
	if (!site->map_id && tracer->program->map_id_offset) {
		opn_insns_add(out, BPF_LDX | BPF_W | BPF_MEM, BPF_REG_5, BPF_REG_1,
			      (int16_t)tracer->program->map_id_offset, 0);
		opn_insns_add(out, BPF_STX | BPF_W | BPF_MEM, BPF_REG_0, BPF_REG_5, 0, 0);
	}
	if (is_redirect(tracer, &code->insns[insn])) /* the slot's number itself */
		opn_insns_add(out, BPF_STX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_2, 8, 0);
	else
		copy_key(out, &state->registers[BPF_REG_2],
			 site->key_size < KEY_SIZE ? site->key_size : KEY_SIZE);
	opn_edits_add(&code->edits, insn, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
}

/* ---- the walk ---- */

static bool is_lookup(const struct tracer *tracer, const struct bpf_insn *insn)
{
	const struct opn_call_rule *rule = opn_calls_rule(tracer->program, insn);

	return rule && (rule->role == OPN_CALL_LOOKUP || rule->role == OPN_CALL_REDIRECT_MAP);
}

static bool has_comparison(const struct opn_code *code, const struct opn_block *block)
{
	return opn_insn_is_comparison(&code->insns[block->last]);
}

/* A block whose entry does not follow from edges. */
static bool wants_mark(const struct opn_code *code, size_t block)
{
	return block && code->blocks[block].function == code->blocks[block - 1].function &&
	       code->blocks[block].first == code->blocks[block - 1].last + 1 &&
	       opn_flow_may_end(&code->insns[code->blocks[block - 1].last]);
}

static void add_edge(struct tracer *tracer, size_t function, size_t insn, bool is_entry,
		     bool is_taken)
{
	struct opn_program *program = tracer->program;
	const struct opn_code *code = tracer->code;
	const struct opn_code_line *line = opn_info_line(code, insn);
	struct opn_edge *edge = &program->edges[program->edge_count++];

	*edge = (struct opn_edge){
		.function = code->functions[function].name,
		.insn = (unsigned int)(insn - code->functions[function].start),
		.taken = is_taken,
		.entry = is_entry,
	};
	if (line) {
		edge->file = line->file;
		edge->line = line->line;
		edge->column = line->column;
		edge->source = line->source;
	}
}

static int reserve_edges(struct opn_program *program, size_t count)
{
	struct opn_edge *edges;
	size_t capacity = program->edge_count + count + 1;

	edges = reallocarray(program->edges, capacity, sizeof(*edges));
	if (!edges)
		return -ENOMEM;
	program->edges = edges;
	return 0;
}

/* Numbers edges, finds out how large the probe must be, makes it. */
static int plan_probe(struct tracer *tracer)
{
	struct opn_code *code = tracer->code;
	size_t comparisons = 0, lookups = 0, marks = 0, edges;

	for (size_t i = 0; i < code->block_count; i++) {
		comparisons += has_comparison(code, &code->blocks[i]);
		marks += wants_mark(code, i);
	}
	for (size_t i = 0; i < code->count; i++)
		lookups += is_lookup(tracer, &code->insns[i]);
	edges = code->function_count + 2 * comparisons;
	code->first_edge = tracer->program->edge_count;
	code->edge_count = edges;
	code->first_block = tracer->program->block_count;
	tracer->program->block_count += code->block_count;
	code->cleared = (edges + marks + lookups + 7) & ~(size_t)7;
	tracer->flags = edges;
	tracer->slots = code->cleared;
	code->comparisons = calloc(comparisons + 1, sizeof(*code->comparisons));
	code->lookups = calloc(lookups + 1, sizeof(*code->lookups));
	tracer->lowest = calloc(code->function_count + 1, sizeof(*tracer->lowest));
	if (!code->comparisons || !code->lookups || !tracer->lowest ||
	    reserve_edges(tracer->program, edges))
		return -ENOMEM;
	return opn_probe_make(&code->probe, "opened_trace",
			      code->cleared + comparisons * 16 + lookups * (8 + KEY_SIZE));
}

static void number_edges(struct tracer *tracer)
{
	struct opn_code *code = tracer->code;

	for (size_t i = 0; i < code->function_count; i++)
		add_edge(tracer, i, code->functions[i].start, true, true);
	for (size_t i = 0; i < code->block_count; i++) {
		struct opn_block *block = &code->blocks[i];

		block->mark = block->edge = OPN_NO_MARK;
		if (!has_comparison(code, block))
			continue;
		block->edge = tracer->program->edge_count - code->first_edge;
		add_edge(tracer, block->function, block->last, false, false);
		add_edge(tracer, block->function, block->last, false, true);
	}
}

/* "if (!value)" behind a lookup that cannot fail. */
static void judge_jump(struct tracer *tracer, const struct opn_block *block,
		       const struct opn_state_at *state)
{
	const struct bpf_insn *insn = &tracer->code->insns[block->last];
	struct opn_edge *edges = &tracer->program->edges[tracer->code->first_edge + block->edge];
	bool is_equal = insn->code == (BPF_JMP | BPF_JEQ | BPF_K);

	if ((!is_equal && insn->code != (BPF_JMP | BPF_JNE | BPF_K)) || insn->imm ||
	    state->registers[insn->dst_reg].kind != OPN_VALUE_FOUND)
		return;
	edges[is_equal].dead = true;
	edges[is_equal].dead_why = array_why;
}

static void trace_block(struct tracer *tracer, size_t number)
{
	struct opn_code *code = tracer->code;
	struct opn_block *block = &code->blocks[number];
	struct opn_state_at state = block->state;

	if (wants_mark(code, number))
		mark_block(tracer, block, tracer->flags++);
	for (size_t i = block->first; i < block->last; i++) {
		if (is_lookup(tracer, &code->insns[i]) &&
		    (tracer->program->trace & OPN_TRACE_LOOKUPS))
			trace_lookup(tracer, i, &state);
		opn_flow_step(code, &tracer->calls, i, &state);
		i += opn_insn_is_wide(&code->insns[i]);
	}
	if (is_lookup(tracer, &code->insns[block->last]) &&
	    (tracer->program->trace & OPN_TRACE_LOOKUPS))
		trace_lookup(tracer, block->last, &state);
	if (block->edge == OPN_NO_MARK)
		return;
	judge_jump(tracer, block, &state);
	trace_jump(tracer, block);
}

static void trace_entries(struct tracer *tracer)
{
	struct opn_code *code = tracer->code;

	for (size_t i = 0; i < code->function_count; i++) {
		struct opn_block *block = &code->blocks[code->block_of[code->functions[i].start]];

		mark_block(tracer, block, i);
		tracer->program->edges[code->first_edge + i].unknown = block->mark == OPN_NO_MARK;
	}
}

int opn_trace_prepare(struct opn_program *program, struct opn_code *code)
{
	struct tracer tracer = { .program = program,
				 .code = code,
				 .calls = { rule_of, is_in_array, program } };
	int err;

	err = opn_flow_find(code, &tracer.calls);
	if (!err)
		err = plan_probe(&tracer);
	if (!err) {
		opn_flow_stack(code, &tracer.calls, tracer.lowest);
		number_edges(&tracer);
		trace_entries(&tracer);
		for (size_t i = 0; i < code->block_count; i++)
			trace_block(&tracer, i);
	}
	free(tracer.lowest);
	return err;
}
