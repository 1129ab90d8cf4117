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

#include "program_private.h"

/* ---- reading the records ---- */

static const char *function_name(const struct btf *btf, uint32_t type_id)
{
	const struct btf_type *type = btf ? btf__type_by_id(btf, type_id) : NULL;
	const char *name = type ? btf__name_by_offset(btf, type->name_off) : NULL;

	return name && *name ? name : NULL;
}

static int read_functions(struct opn_code *code, const struct btf *btf,
			  const struct bpf_prog_load_opts *load)
{
	size_t count = load->func_info_cnt;

	code->functions = calloc(count + 1, sizeof(*code->functions));
	if (!code->functions)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct bpf_func_info info;
		struct opn_code_function *function = &code->functions[code->function_count];

		memcpy(&info, (const char *)load->func_info + i * load->func_info_rec_size,
		       sizeof(info));
		if (info.insn_off >= code->count)
			return -EINVAL;
		function->start = info.insn_off;
		function->name = function_name(btf, info.type_id);
		if (code->function_count++)
			function[-1].end = function->start;
		if (!function->name)
			function->name = code->name;
	}
	if (!count) {
		code->functions[0].name = code->name;
		code->function_count = 1;
	}
	code->functions[code->function_count - 1].end = code->count;
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
		struct opn_code_line *line = &code->lines[code->line_count++];
		const char *source;

		memcpy(&info, (const char *)load->line_info + i * load->line_info_rec_size,
		       sizeof(info));
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

	err = read_functions(code, btf, load);
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

const struct opn_edge *opn_program_edges(const struct opn_program *program, size_t *count)
{
	*count = program->edge_count;
	return program->edges;
}

const uint8_t *opn_program_hits(const struct opn_program *program)
{
	return program->hits;
}

size_t opn_program_comparisons(const struct opn_program *program, struct opn_comparison *out,
			       size_t room)
{
	(void)program;
	(void)out;
	(void)room;
	return 0;
}

size_t opn_program_lookups(const struct opn_program *program, struct opn_lookup *out, size_t room)
{
	(void)program;
	(void)out;
	(void)room;
	return 0;
}

uint64_t *opn_program_constants(const struct opn_program *program, struct opn_arena *arena,
				size_t *count)
{
	(void)program;
	*count = 0;
	return opn_arena_array(arena, 1, sizeof(uint64_t));
}

struct opn_line *opn_program_lines(const struct opn_program *program, struct opn_arena *arena,
				   size_t *count)
{
	(void)program;
	*count = 0;
	return opn_arena_array(arena, 1, sizeof(struct opn_line));
}

bool opn_program_block_hit(const struct opn_program *program, size_t block)
{
	(void)program;
	(void)block;
	return false;
}
