// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_program_patch.c - instructions put into code; its flow; the verifier's log: without a kernel
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "program_flow.h"
#include "unit.h"
#include "verifier_log.h"

#define EXIT		{ .code = BPF_JMP | BPF_EXIT }
#define MOV(reg, value) { .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = reg, .imm = value }
#define COPY(reg, from) { .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = reg, .src_reg = from }
#define ADD(reg, value) { .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = reg, .imm = value }
#define GOTO(distance)	{ .code = BPF_JMP | BPF_JA, .off = distance }
#define IF_EQ(reg, value, distance)                                                                \
	{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = reg, .imm = value, .off = distance }
#define CALL(distance) { .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = distance }
#define HELPER(number) { .code = BPF_JMP | BPF_CALL, .imm = number }
#define WIDE(reg, kind, value)                                                                     \
	{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = reg, .src_reg = kind, .imm = value }, { 0 }
#define STORE(reg, distance, value)                                                                \
	{ .code = BPF_ST | BPF_W | BPF_MEM, .dst_reg = reg, .off = distance, .imm = value }
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct opn_edits edits;
static struct opn_patched patched;

static void forget(void)
{
	opn_edits_free(&edits);
	opn_patched_free(&patched);
}

static void put_before(size_t insn, size_t count)
{
	while (count--)
		opn_insns_add(&edits.code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_9, 0, 0, 1);
	opn_edits_add(&edits, insn, OPN_EDIT_BEFORE, OPN_NO_JUMP, 0);
}

START_TEST(leads_jumps)
{
	static const struct bpf_insn code[] = {
		MOV(0, 1),	 /* 0 */
		IF_EQ(0, 1, 2),	 /* 1: to 4 */
		WIDE(1, 0, 5),	 /* 2 */
		IF_EQ(0, 2, -4), /* 4: to 1 */
		GOTO(0),	 /* 5: to 6 */
		EXIT,		 /* 6 */
	};

	put_before(4, 2);
	put_before(6, 1);
	put_before(0, 3);
	ck_assert_int_eq(opn_patch(code, COUNT(code), &edits, &patched), 0);
	ck_assert_uint_eq(patched.count, COUNT(code) + 6);
	/* before[0] before[0] before[0] 0 1 2 2' before[4] before[4] 4 5 before[6] 6 */
	ck_assert_uint_eq(patched.start[0], 0);
	ck_assert_uint_eq(patched.start[1], 4);
	ck_assert_uint_eq(patched.start[4], 7);
	ck_assert_uint_eq(patched.start[6], 11);
	ck_assert_int_eq(patched.insns[4].off, 2);  /* to 7: what was put before 4 */
	ck_assert_int_eq(patched.insns[9].off, -6); /* to 4 */
	ck_assert_int_eq(patched.insns[10].off, 0); /* to 11 */
	ck_assert_int_eq(patched.insns[5].imm, 5);
	forget();
}
END_TEST

START_TEST(leads_calls_and_tables)
{
	static const struct bpf_insn code[] = {
		CALL(4),			/* 0: to 5 */
		WIDE(2, BPF_PSEUDO_FUNC, 3),	/* 1: to 5 */
		WIDE(3, BPF_PSEUDO_MAP_FD, 17), /* 3 */
		MOV(0, 0),			/* 5 */
		EXIT,				/* 6 */
		CALL(-3),			/* 7: to 5 */
		HELPER(1),			/* 8 */
		EXIT,				/* 9 */
	};
	uint32_t records[][2] = { { 0, 11 }, { 5, 22 }, { 7, 33 } };
	uint32_t(*moved)[2];

	put_before(3, 1);
	put_before(5, 2);
	put_before(7, 1);
	ck_assert_int_eq(opn_patch(code, COUNT(code), &edits, &patched), 0);
	ck_assert_int_eq(patched.insns[0].imm, 5); /* 6: start of 5 */
	ck_assert_int_eq(patched.insns[1].imm, 4);
	ck_assert_int_eq(patched.insns[4].imm, 17);
	ck_assert_int_eq(patched.insns[11].imm, -6);
	ck_assert_int_eq(patched.insns[12].imm, 1);
	moved = opn_patch_records(records, 3, sizeof(records[0]), &patched, COUNT(code));
	ck_assert_uint_eq(moved[0][0], 0);
	ck_assert_uint_eq(moved[1][0], 6);
	ck_assert_uint_eq(moved[2][0], 10);
	ck_assert_uint_eq(moved[2][1], 33);
	free(moved);
	forget();
}
END_TEST

/* In place of an instruction, with a jump out. */
START_TEST(replaces)
{
	static const struct bpf_insn code[] = { MOV(0, 1), IF_EQ(0, 1, 1), MOV(0, 2), EXIT };

	put_before(2, 5);
	opn_insns_add(&edits.code, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, 1);
	opn_insns_add(&edits.code, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	opn_edits_add(&edits, 1, OPN_EDIT_INSTEAD, 1, 3);
	put_before(1, 1);
	ck_assert_int_eq(opn_patch(code, COUNT(code), &edits, &patched), 0);
	ck_assert_uint_eq(patched.count, 3 + 5 + 2 + 1);
	ck_assert_uint_eq(patched.insns[1].code, BPF_ALU64 | BPF_ADD | BPF_K); /* before it */
	ck_assert_int_eq(patched.insns[3].off, 6);
	ck_assert(opn_insn_is_exit(&patched.insns[patched.start[3]]));
	forget();
}
END_TEST

START_TEST(refuses)
{
	static const struct bpf_insn wide[] = { WIDE(0, 0, 1), EXIT };
	static const struct bpf_insn outside[] = { GOTO(7), EXIT };
	static const struct bpf_insn before[] = { GOTO(-3), EXIT };
	static const struct bpf_insn call[] = { CALL(7), EXIT };

	put_before(1, 1); /* inside of an instruction */
	ck_assert_int_eq(opn_patch(wide, 3, &edits, &patched), -EINVAL);
	forget();
	put_before(9, 1);
	ck_assert_int_eq(opn_patch(wide, 3, &edits, &patched), -EINVAL);
	forget();
	ck_assert_int_eq(opn_patch(wide, 1, &edits, &patched), -EINVAL); /* cut off */
	ck_assert_int_eq(opn_patch(outside, 2, &edits, &patched), -EINVAL);
	ck_assert_int_eq(opn_patch(before, 2, &edits, &patched), -EINVAL);
	ck_assert_int_eq(opn_patch(call, 2, &edits, &patched), -EINVAL);
	ck_assert_ptr_null(patched.insns);
}
END_TEST

START_TEST(reaches_farther)
{
	struct bpf_insn *code = calloc(30002, sizeof(*code));

	for (size_t i = 0; i < 30000; i++)
		code[i] = (struct bpf_insn)ADD(0, 1);
	code[0] = (struct bpf_insn)GOTO(30000);
	code[30001] = (struct bpf_insn)EXIT;
	put_before(500, 3000);
	ck_assert_int_eq(opn_patch(code, 30002, &edits, &patched), 0);
	ck_assert_uint_eq(patched.insns[0].code, BPF_JMP32 | BPF_JA);
	ck_assert_int_eq(patched.insns[0].imm, 33000);
	ck_assert_int_eq(patched.insns[0].off, 0);
	opn_patched_free(&patched);
	code[0] = (struct bpf_insn)IF_EQ(0, 1, 30000);
	ck_assert_int_eq(opn_patch(code, 30002, &edits, &patched), -ERANGE);
	forget();
	free(code);
}
END_TEST

/* ---- any code does with edits what it does without ---- */

/* r0 at the exit, or UINT64_MAX after too many steps; r9 is the edits' own. */
static uint64_t interpret(const struct bpf_insn *code, size_t count, int limit)
{
	uint64_t registers[11] = { 0 };
	size_t at = 0, stack[8], depth = 0;

	for (int steps = 0; steps < limit; steps++) {
		const struct bpf_insn *insn = &code[at];
		uint64_t *to = &registers[insn->dst_reg];

		if (at >= count)
			ck_abort_msg("jumped outside");
		at++;
		if (opn_insn_is_exit(insn)) {
			if (!depth)
				return registers[0];
			at = stack[--depth];
		} else if (opn_insn_is_call(insn)) {
			if (depth == 8)
				return UINT64_MAX;
			stack[depth++] = at;
			at += (size_t)(ssize_t)insn->imm;
		} else if (opn_insn_is_wide(insn)) {
			*to = (uint32_t)insn->imm;
			at++;
		} else if (opn_insn_is_goto(insn)) {
			at = opn_insn_target(insn, at - 1);
		} else if (opn_insn_is_jump(insn)) {
			if ((*to & 3) == (uint64_t)insn->imm)
				at = opn_insn_target(insn, at - 1);
		} else if (BPF_OP(insn->code) == BPF_ADD) {
			*to = *to * 31 + (uint64_t)insn->imm;
		}
	}
	return UINT64_MAX;
}

/* A main part and a subprogram of random code; jumps stay within each, and none is into the middle
 * of a wide instruction. */
static size_t make_code(struct opn_random *random, struct bpf_insn *code, size_t size)
{
	bool *middle = calloc(size + 1, sizeof(*middle));
	size_t half = size / 2;

	for (size_t i = 0; i < size; i++) {
		int kind = (int)opn_random_below(random, 5);

		code[i] = (struct bpf_insn)ADD(0, (int32_t)opn_random_below(random, 100));
		if (i == half - 1 || i == size - 1) {
			code[i] = (struct bpf_insn)EXIT;
		} else if (!kind && i + 2 < size && i + 2 != half) {
			code[i] = (struct bpf_insn){ .code = BPF_LD | BPF_DW | BPF_IMM,
						     .dst_reg = 1,
						     .imm = (int32_t)i };
			code[++i] = (struct bpf_insn){ 0 };
			middle[i] = true;
		} else if (kind == 1 && i < half) {
			code[i] = (struct bpf_insn)CALL((int32_t)(half - i - 1));
		}
	}
	for (size_t i = 0; i < size; i++) {
		size_t base = i < half ? 0 : half;
		size_t to =
			base + opn_random_below(random, (uint32_t)(i < half ? half : size - half));

		if (BPF_OP(code[i].code) != BPF_ADD || opn_insn_class(&code[i]) != BPF_ALU64 ||
		    opn_random_below(random, 3) || middle[to])
			continue;
		code[i] = (struct bpf_insn)IF_EQ(0, (int32_t)opn_random_below(random, 4),
						 (int16_t)((ssize_t)to - (ssize_t)i - 1));
	}
	for (size_t i = 0; i < size; i++) {
		if (!middle[i] && !opn_random_below(random, 4))
			put_before(i, 1 + opn_random_below(random, 5));
		else if (opn_insn_is_conditional(&code[i])) {
			/* "if (x) goto 1; goto 2; 1: goto target; 2:" */
			opn_insns_add(&edits.code, code[i].code, code[i].dst_reg, 0, 1,
				      code[i].imm);
			opn_insns_add(&edits.code, BPF_JMP | BPF_JA, 0, 0, 1, 0);
			opn_insns_add(&edits.code, BPF_JMP | BPF_JA, 0, 0, 0, 0);
			opn_edits_add(&edits, i, OPN_EDIT_INSTEAD, 2, opn_insn_target(&code[i], i));
		}
	}
	free(middle);
	return size;
}

START_TEST(keeps_meaning)
{
	struct bpf_insn code[64];
	struct opn_random random;
	size_t ended = 0;

	opn_random_seed(&random, 11, (uint64_t)_i);
	for (int i = 0; i < 200; i++) {
		size_t count = make_code(&random, code, 8 + opn_random_below(&random, 50));
		uint64_t expected = interpret(code, count, 1000);

		ck_assert_int_eq(opn_patch(code, count, &edits, &patched), 0);
		if (expected != UINT64_MAX) {
			ck_assert_uint_eq(interpret(patched.insns, patched.count, 10000), expected);
			ended++;
		}
		forget();
	}
	ck_assert_uint_gt(ended, 20);
}
END_TEST

/* ---- flow ---- */

static const struct opn_call_rule lookup = { "lookup", BPF_FUNC_map_lookup_elem, OPN_CALL_LOOKUP,
					     0 };

static const struct opn_call_rule *rule_of(const void *data, const struct bpf_insn *insn)
{
	(void)data;
	return opn_insn_is_helper(insn, lookup.helper) ? &lookup : NULL;
}

/* Map 17 has keys 0 to 3. */
static bool is_found(const void *data, int map, int64_t key, unsigned int key_size)
{
	(void)data;
	return map == 17 && key_size == 4 && key >= 0 && key < 4;
}

static const struct opn_flow_calls calls = { rule_of, is_found, NULL };

static int find_flow(struct opn_code *code, const struct bpf_insn *insns, size_t count)
{
	static struct opn_code_function functions[1];

	functions[0] = (struct opn_code_function){ "f", 0, count };
	*code = (struct opn_code){ .insns = (struct bpf_insn *)insns,
				   .count = count,
				   .functions = functions,
				   .function_count = 1 };
	return opn_flow_find(code, &calls);
}

static void free_flow(struct opn_code *code)
{
	free(code->blocks);
	free(code->block_of);
}

START_TEST(finds_blocks)
{
	static const struct bpf_insn insns[] = {
		MOV(6, 1),		       /* 0: block 0 */
		IF_EQ(1, 0, 2),		       /* 1 */
		HELPER(BPF_FUNC_tail_call),    /* 2: block 1 */
		GOTO(1),		       /* 3: block 2, behind a call that may not return */
		HELPER(BPF_FUNC_ktime_get_ns), /* 4: block 3 */
		COPY(0, 6),		       /* 5: block 4 */
		EXIT,
	};
	struct opn_code code;

	ck_assert_int_eq(find_flow(&code, insns, COUNT(insns)), 0);
	ck_assert_uint_eq(code.block_count, 5);
	ck_assert_uint_eq(code.blocks[0].fall, 1);
	ck_assert_uint_eq(code.blocks[0].taken, 3);
	ck_assert_uint_eq(code.blocks[1].fall, 2);
	ck_assert_uint_eq(code.blocks[2].fall, 4);
	ck_assert_uint_eq(code.blocks[2].taken, OPN_NO_BLOCK);
	ck_assert_uint_eq(code.blocks[4].fall, OPN_NO_BLOCK);
	/* r6 is read in the end; before that, the calls take what may be there. */
	ck_assert_uint_eq(code.blocks[4].live, 1 << 6);
	ck_assert_uint_eq(code.blocks[3].live & code.blocks[3].ready, 1 << 6 | 1 << 1);
	ck_assert_uint_eq(code.blocks[2].live, 1 << 6);
	ck_assert_uint_eq(code.blocks[2].ready & 0x3f, 1 << 0); /* r1 is gone */
	free_flow(&code);
}
END_TEST

START_TEST(refuses_flow)
{
	static const struct bpf_insn outside[] = { GOTO(5), EXIT };
	static const struct bpf_insn endless[] = { MOV(0, 1), MOV(0, 2) };
	static const struct bpf_insn table[] = { { .code = BPF_JMP | BPF_JA | BPF_X }, EXIT };
	struct opn_code code;

	ck_assert_int_eq(find_flow(&code, outside, 2), -EINVAL);
	free_flow(&code);
	ck_assert_int_eq(find_flow(&code, endless, 2), -EINVAL);
	free_flow(&code);
	ck_assert_int_eq(find_flow(&code, table, 2), -EOPNOTSUPP);
	free_flow(&code);
}
END_TEST

/* Whether a lookup with this code before it is known to find its key. */
static bool lookup_is_found(const struct bpf_insn *middle, size_t count)
{
	struct bpf_insn insns[32] = { MOV(6, 0), STORE(10, -4, 2) };
	static const struct bpf_insn end[] = { COPY(2, 10),
					       ADD(2, -4),
					       WIDE(1, BPF_PSEUDO_MAP_FD, 17),
					       HELPER(BPF_FUNC_map_lookup_elem),
					       COPY(7, 0),
					       IF_EQ(7, 0, 0),
					       EXIT };
	struct opn_state_at state;
	struct opn_code code;
	size_t total = 2 + count + COUNT(end), block;

	memcpy(insns + 2, middle, count * sizeof(*middle));
	memcpy(insns + 2 + count, end, sizeof(end));
	ck_assert_int_eq(find_flow(&code, insns, total), 0);
	block = code.block_of[total - 2];
	state = code.blocks[block].state;
	for (size_t i = code.blocks[block].first; i < total - 2; i++) {
		opn_flow_step(&code, &calls, i, &state);
		i += opn_insn_is_wide(&insns[i]);
	}
	free_flow(&code);
	return state.registers[7].kind == OPN_VALUE_FOUND;
}

START_TEST(knows_keys)
{
	static const struct bpf_insn same[] = { IF_EQ(6, 1, 1), STORE(10, -4, 2) };
	static const struct bpf_insn other[] = { IF_EQ(6, 1, 1), STORE(10, -4, 3) };
	static const struct bpf_insn large[] = { STORE(10, -4, 4) };
	static const struct bpf_insn overlap[] = { STORE(10, -6, 0) };
	static const struct bpf_insn beside[] = { STORE(10, -8, 0) };
	static const struct bpf_insn call[] = { HELPER(BPF_FUNC_ktime_get_ns) };
	static const struct bpf_insn through[] = { COPY(3, 10), ADD(3, -4), STORE(3, 0, 9) };
	static const struct bpf_insn unknown[] = { STORE(6, 0, 9) };
	static const struct bpf_insn lost[] = {
		COPY(3, 10),
		{ .code = BPF_ALU64 | BPF_ADD | BPF_X, .dst_reg = 3, .src_reg = 6 },
		STORE(10, -4, 2),
		STORE(3, 0, 9),
	};
	static const struct bpf_insn spilled[] = {
		COPY(3, 10),
		{ .code = BPF_STX | BPF_DW | BPF_MEM, .dst_reg = 10, .src_reg = 3, .off = -16 },
		STORE(10, -4, 2),
		{ .code = BPF_LDX | BPF_DW | BPF_MEM, .dst_reg = 4, .src_reg = 10, .off = -16 },
		STORE(4, -4, 9),
	};

	ck_assert(lookup_is_found(same, 0));
	ck_assert(lookup_is_found(same, COUNT(same)));
	ck_assert(lookup_is_found(beside, COUNT(beside)));
	ck_assert(lookup_is_found(unknown, COUNT(unknown)));
	ck_assert(!lookup_is_found(other, COUNT(other)));
	ck_assert(!lookup_is_found(large, COUNT(large)));
	ck_assert(!lookup_is_found(overlap, COUNT(overlap)));
	ck_assert(!lookup_is_found(call, COUNT(call)));
	ck_assert(!lookup_is_found(through, COUNT(through)));
	ck_assert(!lookup_is_found(lost, COUNT(lost)));
	ck_assert(!lookup_is_found(spilled, COUNT(spilled)));
}
END_TEST

START_TEST(knows_frame)
{
	static const struct bpf_insn insns[] = {
		STORE(10, -20, 1), COPY(2, 10), ADD(2, -48), STORE(2, 8, 1), EXIT,
	};
	struct opn_code code;
	int lowest;

	ck_assert_int_eq(find_flow(&code, insns, COUNT(insns)), 0);
	opn_flow_stack(&code, &calls, &lowest);
	ck_assert_int_eq(lowest, -48);
	free_flow(&code);
}
END_TEST

/* ---- the verifier's log ---- */

static void expect_reason(const char *log, const char *line, const char *source, ssize_t insn)
{
	char *copy = strdup(log);
	struct opn_verifier_reason reason = opn_verifier_log_reason(copy);

	ck_assert_pstr_eq(reason.line, line);
	ck_assert_pstr_eq(reason.source, source);
	ck_assert_int_eq(reason.insn, insn);
	free(copy);
}

START_TEST(reads_log)
{
	expect_reason("0: R1=ctx(off=0,imm=0) R10=fp0\n"
		      "; return *(int *)data;\n"
		      "0: (61) r1 = *(u32 *)(r1 +0)          ; R1_w=pkt(off=0,r=0,imm=0)\n"
		      "1: (61) r0 = *(u32 *)(r1 +0)\n"
		      "invalid access to packet, off=0 size=4, R1(id=0,off=0,r=0)\n"
		      "R1 offset is outside of the packet\n"
		      "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0\n",
		      "R1 offset is outside of the packet", "return *(int *)data;", 1);
	expect_reason("3: (05) goto pc-1\n"
		      "infinite loop detected at insn 3\n"
		      "cur state: R0=0 R10=fp0\n"
		      "old state: R0=0 R10=fp0\n"
		      "verification time 40 usec\nstack depth 0\nprocessed 9 insns\n",
		      "infinite loop detected at insn 3", NULL, 3);
	expect_reason("from 5 to 7: R0=1 R10=fp0\n7: R0=1 R10=fp0\n"
		      "; x @ a.c:3\n7: (bf) r1 = r2\nR2 !read_ok\n",
		      "R2 !read_ok", "x @ a.c:3", 7);
	expect_reason("BPF program is too large. Processed 1000001 insn\nprocessed 1000001 insns\n",
		      "BPF program is too large. Processed 1000001 insn", NULL, -1);
	expect_reason("", NULL, NULL, -1);
	expect_reason("processed 0 insns", NULL, NULL, -1);
}
END_TEST

Suite *program_patch_suite(void)
{
	Suite *suite = suite_create("program-patch");
	TCase *tcase = tcase_create("patch");

	tcase_add_test(tcase, leads_jumps);
	tcase_add_test(tcase, leads_calls_and_tables);
	tcase_add_test(tcase, replaces);
	tcase_add_test(tcase, refuses);
	tcase_add_test(tcase, reaches_farther);
	tcase_add_loop_test(tcase, keeps_meaning, 0, 10);
	tcase_add_test(tcase, finds_blocks);
	tcase_add_test(tcase, refuses_flow);
	tcase_add_test(tcase, knows_keys);
	tcase_add_test(tcase, knows_frame);
	tcase_add_test(tcase, reads_log);
	suite_add_tcase(suite, tcase);
	return suite;
}
