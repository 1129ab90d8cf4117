// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_info.c - source lines and functions of the code, and what the marks say of them
 *
 * Lines come from the records that libbpf hands to the kernel (struct bpf_line_info), which it has
 * already moved to where subprograms were put. An object without BTF has none; then only numbers of
 * instructions are known.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program_flow.h"

/* ---- reading the records ---- */

static const char *function_name(const struct btf *btf, uint32_t type_id)
{
	const struct btf_type *type = btf ? btf__type_by_id(btf, type_id) : NULL;
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL;

	return name && *name ? name : NULL;
}

static int compare_starts(const void *left, const void *right)
{
	const struct opn_code_function *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* Every address that is called or handed on begins a function, told by BTF or not. */
static int find_functions(struct opn_code *code)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < code->count; i++)
		count += opn_insn_is_call(&code->insns[i]) || opn_insn_is_wide(&code->insns[i]);
	code->functions = calloc(count + 1, sizeof(*code->functions));
	if (!code->functions)
		return -ENOMEM;
	count = 1;
	for (size_t i = 0; i < code->count; i++) {
		const struct bpf_insn *insn = &code->insns[i];
		bool is_call = opn_insn_is_call(insn) && insn->src_reg == BPF_PSEUDO_CALL;
		bool is_address = opn_insn_is_wide(insn) && insn->src_reg == BPF_PSEUDO_FUNC;
		size_t target = i + 1 + (size_t)(ssize_t)insn->imm;

		if (is_call || is_address) {
			if (target >= code->count)
				return -EINVAL;
			code->functions[count++].start = target;
		}
		i += opn_insn_is_wide(insn);
	}
	qsort(code->functions, count, sizeof(*code->functions), compare_starts);
	for (size_t i = 0; i < count; i++) {
		if (!kept || code->functions[kept - 1].start != code->functions[i].start)
			code->functions[kept++] = code->functions[i];
	}
	code->function_count = kept;
	for (size_t i = 0; i < kept; i++)
		code->functions[i].end = i + 1 < kept ? code->functions[i + 1].start : code->count;
	return 0;
}

static int read_functions(struct opn_program *program, struct opn_code *code, const struct btf *btf,
			  const struct bpf_prog_load_opts *load)
{
	int err = find_functions(code);

	if (err)
		return err;
	for (size_t i = 0; i < load->func_info_cnt; i++) {
		struct bpf_func_info info;

		memcpy(&info, (const char *)load->func_info + i * load->func_info_rec_size,
		       sizeof(info));
		for (size_t j = 0; j < code->function_count; j++) {
			if (code->functions[j].start == info.insn_off)
				code->functions[j].name = function_name(btf, info.type_id);
		}
	}
	if (!code->functions[0].name)
		code->functions[0].name = code->name;
	for (size_t i = 1; i < code->function_count; i++) {
		struct opn_code_function *function = &code->functions[i];

		if (!function->name)
			function->name = opn_arena_printf(program->arena, "%s+%zu", code->name,
							  function->start);
		if (!function->name)
			return -ENOMEM;
	}
	return 0;
}

static int read_lines(struct opn_code *code, const struct btf *btf,
		      const struct bpf_prog_load_opts *load)
{
	size_t count = load->line_info_cnt;

	code->lines = calloc(count + 1, sizeof(*code->lines));
	if (!code->lines)
		return -ENOMEM;
	for (size_t i = 0; btf && i < count; i++) {
		struct bpf_line_info info;
		struct opn_code_line *line = &code->lines[i];
		const char *source;

		memcpy(&info, (const char *)load->line_info + i * load->line_info_rec_size,
		       sizeof(info));
		/* Not in order: the kernel will refuse it. */
		if (i && info.insn_off <= line[-1].insn) {
			code->line_count = 0;
			return 0;
		}
		code->line_count++;
		source = btf__str_by_offset(btf, info.line_off);
		while (source && (*source == ' ' || *source == '\t'))
			source++;
		*line = (struct opn_code_line){
			.insn = info.insn_off,
			.file = btf__str_by_offset(btf, info.file_name_off),
			.source = source && *source ? source : NULL,
			.line = BPF_LINE_INFO_LINE_NUM(info.line_col),
			.column = BPF_LINE_INFO_LINE_COL(info.line_col),
		};
	}
	return 0;
}

int opn_info_read(struct opn_program *program, struct opn_code *code,
		  const struct bpf_prog_load_opts *load)
{
	const struct btf *btf = bpf_object__btf(program->object);
	int err;

	err = read_functions(program, code, btf, load);
	return err ? err : read_lines(code, btf, load);
}

const struct opn_code_line *opn_info_line(const struct opn_code *code, size_t insn)
{
	size_t low = 0, high = code->line_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (code->lines[middle].insn <= insn)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &code->lines[low - 1] : NULL;
}

/* ---- what the marks say ---- */

bool opn_program_traced(const struct opn_program *program, const char **why)
{
	*why = program->lost;
	return program->trace;
}

const struct opn_edge *opn_program_edges(const struct opn_program *program, size_t *count)
{
	*count = program->edge_count;
	return program->edges;
}

const uint8_t *opn_program_hits(const struct opn_program *program)
{
	return program->hits;
}

static bool holds(uint8_t operation, uint64_t left, uint64_t right, bool is_narrow)
{
	int64_t signed_left = is_narrow ? (int32_t)left : (int64_t)left;
	int64_t signed_right = is_narrow ? (int32_t)right : (int64_t)right;

	switch (operation) {
	case BPF_JEQ:
		return left == right;
	case BPF_JNE:
		return left != right;
	case BPF_JGT:
		return left > right;
	case BPF_JGE:
		return left >= right;
	case BPF_JLT:
		return left < right;
	case BPF_JLE:
		return left <= right;
	case BPF_JSGT:
		return signed_left > signed_right;
	case BPF_JSGE:
		return signed_left >= signed_right;
	case BPF_JSLT:
		return signed_left < signed_right;
	case BPF_JSLE:
		return signed_left <= signed_right;
	default: /* BPF_JSET */
		return left & right;
	}
}

static struct opn_comparison read_comparison(const struct opn_code *code,
					     const struct opn_site *site)
{
	const struct bpf_insn *insn = &code->insns[site->insn];
	bool is_narrow = opn_insn_class(insn) == BPF_JMP32;
	struct opn_comparison out = { .width = is_narrow ? 4 : 8,
				      .constant = BPF_SRC(insn->code) == BPF_K,
				      .equality = BPF_OP(insn->code) == BPF_JEQ ||
						  BPF_OP(insn->code) == BPF_JNE,
				      .mask = site->mask };

	memcpy(&out.left, code->probe.data + site->offset, sizeof(out.left));
	if (out.constant)
		out.right = (uint64_t)(int64_t)insn->imm;
	else
		memcpy(&out.right, code->probe.data + site->offset + 8, sizeof(out.right));
	if (is_narrow) {
		out.left = (uint32_t)out.left;
		out.right = (uint32_t)out.right;
	}
	if (BPF_OP(insn->code) == BPF_JSET && out.constant)
		out.mask = out.right;
	out.edge = site->edge + !holds(BPF_OP(insn->code), out.left, out.right, is_narrow);
	return out;
}

size_t opn_program_comparisons(const struct opn_program *program, struct opn_comparison *out,
			       size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < program->code_count; i++) {
		const struct opn_code *code = program->codes[i];

		for (size_t j = 0; j < code->comparison_count && count < room; j++) {
			const struct opn_site *site = &code->comparisons[j];

			if (program->hits[site->edge] || program->hits[site->edge + 1])
				out[count++] = read_comparison(code, site);
		}
	}
	return count;
}

size_t opn_program_lookups(const struct opn_program *program, struct opn_lookup *out, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < program->code_count; i++) {
		const struct opn_code *code = program->codes[i];

		for (size_t j = 0; j < code->lookup_count && count < room; j++) {
			const struct opn_site *site = &code->lookups[j];
			const uint8_t *data = code->probe.data + site->offset;
			struct opn_lookup *lookup = &out[count];

			if (!code->probe.data[site->flag])
				continue;
			lookup->map_id = site->map_id;
			if (!lookup->map_id)
				memcpy(&lookup->map_id, data, sizeof(lookup->map_id));
			lookup->key_size = site->key_size;
			memcpy(lookup->key, data + 8, sizeof(lookup->key));
			count++;
		}
	}
	return count;
}

/* ---- blocks ---- */

static bool enter(uint8_t *hits, size_t block)
{
	bool is_new = block != OPN_NO_BLOCK && !hits[block];

	if (is_new)
		hits[block] = 1;
	return is_new;
}

/* Whether another block was found that the run entered. */
static bool follow(const struct opn_code *code, uint8_t *hits)
{
	const uint8_t *marks = code->probe.data;
	bool changed = false;

	for (size_t i = 0; i < code->block_count; i++) {
		const struct opn_block *block = &code->blocks[i];
		bool jumps = block->edge != OPN_NO_MARK;

		if (block->mark != OPN_NO_MARK && marks[block->mark])
			changed |= enter(hits, i);
		if (!hits[i])
			continue;
		if (jumps ? marks[block->edge] : !opn_flow_may_end(&code->insns[block->last]))
			changed |= enter(hits, block->fall);
		if (!jumps || marks[block->edge + 1])
			changed |= enter(hits, block->taken);
	}
	return changed;
}

bool opn_program_block_hit(const struct opn_program *program, size_t block)
{
	/* What was seen is a function of the marks, worked out when it is first asked for. */
	struct opn_program *own = (struct opn_program *)program;

	if (block >= program->block_count)
		return false;
	if (!program->blocks_known) {
		memset(own->block_hits, 0, program->block_count);
		for (size_t i = 0; i < program->code_count; i++) {
			const struct opn_code *code = program->codes[i];

			while (follow(code, own->block_hits + code->first_block))
				;
		}
		own->blocks_known = true;
	}
	return program->block_hits[block];
}

static int compare_text(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "");
}

static int compare_lines(const void *left, const void *right)
{
	const struct opn_line *a = left, *b = right;
	int order = compare_text(a->file, b->file);

	if (order)
		return order;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return a->first_insn < b->first_insn ? -1 : a->first_insn > b->first_insn;
}

/* Of records of the same line in the same block, the first. */
static size_t drop_repeated(struct opn_line *lines, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept && lines[kept - 1].line == lines[i].line &&
		    lines[kept - 1].block == lines[i].block &&
		    !compare_text(lines[kept - 1].file, lines[i].file))
			continue;
		lines[kept++] = lines[i];
	}
	return kept;
}

/* A record covers what follows it up to the next one, which may be several blocks. */
static size_t add_lines(const struct opn_code *code, struct opn_line *out)
{
	size_t count = 0;

	for (size_t i = 0; i < code->block_count; i++) {
		const struct opn_block *block = &code->blocks[i];
		const struct opn_code_line *line = opn_info_line(code, block->first);

		for (; line && line < code->lines + code->line_count && line->insn <= block->last;
		     line++) {
			if (!line->line)
				continue;
			out[count++] = (struct opn_line){
				.file = line->file,
				.line = line->line,
				.source = line->source,
				.first_insn = line->insn > block->first ? line->insn : block->first,
				.block = code->first_block + i,
			};
		}
	}
	return count;
}

struct opn_line *opn_program_lines(const struct opn_program *program, struct opn_arena *arena,
				   size_t *count)
{
	struct opn_line *lines;
	size_t room = 1;

	*count = 0;
	for (size_t i = 0; i < program->code_count; i++)
		room += program->codes[i]->block_count + program->codes[i]->line_count;
	lines = opn_arena_array(arena, room, sizeof(*lines));
	if (!lines)
		return NULL;
	for (size_t i = 0; i < program->code_count; i++)
		*count += add_lines(program->codes[i], lines + *count);
	qsort(lines, *count, sizeof(*lines), compare_lines);
	*count = drop_repeated(lines, *count);
	return lines;
}

/* ---- constants ---- */

static bool constant_of(const struct bpf_insn *insn, uint64_t *value)
{
	uint8_t class = opn_insn_class(insn);

	*value = (uint64_t)(int64_t)insn->imm;
	if (class == BPF_ALU || class == BPF_JMP32)
		*value = (uint32_t)insn->imm;
	if (opn_insn_is_wide(insn)) {
		*value = (uint64_t)(uint32_t)insn->imm | (uint64_t)(uint32_t)insn[1].imm << 32;
		return !insn->src_reg;
	}
	if (opn_insn_is_comparison(insn))
		return BPF_SRC(insn->code) == BPF_K;
	if (class == BPF_ST) {
		*value &= BPF_SIZE(insn->code) == BPF_B	  ? 0xff
			  : BPF_SIZE(insn->code) == BPF_H ? 0xffff
			  : BPF_SIZE(insn->code) == BPF_W ? 0xffffffff
							  : UINT64_MAX;
		return true;
	}
	if ((class != BPF_ALU && class != BPF_ALU64) || BPF_SRC(insn->code) != BPF_K)
		return false;
	switch (BPF_OP(insn->code)) {
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
	case BPF_MOV:
		return true;
	default:
		return false;
	}
}

static int compare_numbers(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

uint64_t *opn_program_constants(const struct opn_program *program, struct opn_arena *arena,
				size_t *count)
{
	size_t room = 1, found = 0, kept = 0;
	uint64_t *list;

	*count = 0;
	for (size_t i = 0; i < program->code_count; i++)
		room += program->codes[i]->count;
	list = opn_arena_array(arena, room, sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < program->code_count; i++) {
		const struct opn_code *code = program->codes[i];

		for (size_t j = 0; j < code->count; j++) {
			found += constant_of(&code->insns[j], &list[found]);
			j += opn_insn_is_wide(&code->insns[j]);
		}
	}
	qsort(list, found, sizeof(*list), compare_numbers);
	for (size_t i = 0; i < found; i++) {
		if (!kept || list[kept - 1] != list[i])
			list[kept++] = list[i];
	}
	*count = kept;
	return list;
}
