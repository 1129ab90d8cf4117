// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * stack.c - how much stack a program takes with all that it calls
 *
 * The verifier adds up the frames of each chain of calls (check_max_stack_depth()), and only what
 * is linked has the chains that go from one source to another. Frames are what the compiler says of
 * them (.stack_sizes); calls are the instructions, with their relocations. A callback counts as
 * called where its address is taken. No frame is larger than the compiler says; the verifier may
 * find one smaller, where the code that needs it is dead.
 */
#include "stack.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "object.h"

/* The kernel's own limit of frames (include/linux/bpf_verifier.h: MAX_CALL_FRAMES). */
#define FRAMES 8

struct callee {
	size_t function; /* in the same object, or SIZE_MAX: of this name */
	char *name;
};

struct function {
	char *name;
	bool is_global, makes_tail_calls;
	size_t section, offset, size, frame;
	struct callee *callees;
	size_t callee_count;
};

struct opn_stack {
	struct function *functions;
	size_t function_count;
};

/* An object while it is read. */
struct reader {
	struct opn_stack *stack;
	struct opn_object *object;
	size_t first; /* of its functions */
};

struct opn_stack *opn_stack_new(void)
{
	return calloc(1, sizeof(struct opn_stack));
}

void opn_stack_free(struct opn_stack *stack)
{
	if (!stack)
		return;
	for (size_t f = 0; f < stack->function_count; f++) {
		struct function *function = &stack->functions[f];

		for (size_t c = 0; c < function->callee_count; c++)
			free(function->callees[c].name);
		free(function->callees);
		free(function->name);
	}
	free(stack->functions);
	free(stack);
}

static int add_function(struct opn_stack *stack, const struct opn_symbol *symbol)
{
	struct function *more = reallocarray(stack->functions, stack->function_count + 1,
					     sizeof(*stack->functions));

	if (!more)
		return -ENOMEM;
	stack->functions = more;
	more[stack->function_count] = (struct function){
		.name = strdup(symbol->name ? symbol->name : ""),
		.is_global = symbol->binding != STB_LOCAL,
		.section = symbol->section,
		.offset = symbol->value,
		.size = symbol->size,
	};
	return more[stack->function_count++].name ? 0 : -ENOMEM;
}

static struct function *find_at(const struct reader *reader, size_t section, size_t offset)
{
	struct opn_stack *stack = reader->stack;

	for (size_t f = reader->first; f < stack->function_count; f++) {
		struct function *function = &stack->functions[f];

		if (function->section == section && offset >= function->offset &&
		    offset < function->offset + function->size)
			return function;
	}
	return NULL;
}

static int add_callee(struct function *from, size_t function, const char *name)
{
	struct callee *more =
		reallocarray(from->callees, from->callee_count + 1, sizeof(*from->callees));

	if (!more)
		return -ENOMEM;
	from->callees = more;
	more[from->callee_count++] = (struct callee){ function, name ? strdup(name) : NULL };
	return name && !more[from->callee_count - 1].name ? -ENOMEM : 0;
}

static bool is_tail_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
	       insn->imm == BPF_FUNC_tail_call;
}

static int read_instruction(const struct reader *reader, size_t section, size_t at)
{
	const struct opn_section *code = &reader->object->sections[section];
	struct function *from = find_at(reader, section, at);
	struct opn_callee callee;
	const struct function *to;

	if (!from)
		return 0;
	if (is_tail_call((const struct bpf_insn *)(code->data + at)))
		from->makes_tail_calls = true;
	if (!opn_object_callee(reader->object, section, at, &callee))
		return 0;
	if (!callee.section)
		return add_callee(from, SIZE_MAX, callee.name);
	to = find_at(reader, callee.section, callee.offset);
	return to ? add_callee(from, (size_t)(to - reader->stack->functions), NULL) : 0;
}

static int read_calls(const struct reader *reader, size_t section)
{
	const struct opn_section *code = &reader->object->sections[section];
	int error = 0;

	for (size_t at = 0; !error && at + sizeof(struct bpf_insn) <= code->size;
	     at += sizeof(struct bpf_insn))
		error = read_instruction(reader, section, at);
	return error;
}

/* An entry of .stack_sizes: the function's address, which is relocated, and its bytes as ULEB128.
 */
static int read_size(const struct reader *reader, const struct opn_reloc *reloc)
{
	const struct opn_section *sizes = &reader->object->sections[reloc->section];
	const struct opn_symbol *symbol = &reader->object->symbols[reloc->symbol];
	size_t at = reloc->offset + 8, value = 0;
	struct function *function;
	uint64_t addend;

	if (at > sizes->size)
		return -EINVAL;
	memcpy(&addend, sizes->data + reloc->offset, sizeof(addend));
	for (unsigned int shift = 0; at < sizes->size && shift < 35; shift += 7) {
		value |= (size_t)(sizes->data[at] & 0x7f) << shift;
		if (!(sizes->data[at++] & 0x80))
			break;
	}
	function = find_at(reader, symbol->section, symbol->value + addend);
	if (function)
		function->frame = value;
	return 0;
}

static int read_object(struct reader *reader)
{
	const struct opn_object *object = reader->object;
	int error = 0;

	for (size_t i = 1; !error && i < object->symbol_count; i++) {
		const struct opn_symbol *symbol = &object->symbols[i];

		if (symbol->type == STT_FUNC && symbol->section && symbol->section != SIZE_MAX)
			error = add_function(reader->stack, symbol);
	}
	for (size_t i = 0; !error && i < object->reloc_count; i++) {
		const struct opn_reloc *reloc = &object->relocs[i];
		const struct opn_section *section = &object->sections[reloc->section];

		if (section->data && !strcmp(section->name, ".stack_sizes"))
			error = read_size(reader, reloc);
	}
	for (size_t s = 1; !error && s < object->section_count; s++) {
		if (object->sections[s].data && object->sections[s].flags & SHF_EXECINSTR)
			error = read_calls(reader, s);
	}
	return error;
}

int opn_stack_add(struct opn_stack *stack, const void *bytes, size_t size)
{
	struct reader reader = { .stack = stack, .first = stack->function_count };
	int error = opn_object_open(bytes, size, &reader.object);

	if (error)
		return error;
	error = read_object(&reader);
	opn_object_free(reader.object);
	return error;
}

/* ---- the deepest chain ---- */

static const struct function *resolve(const struct opn_stack *stack, const struct callee *callee)
{
	if (callee->function != SIZE_MAX)
		return &stack->functions[callee->function];
	for (size_t f = 0; f < stack->function_count; f++) {
		if (stack->functions[f].is_global &&
		    !strcmp(stack->functions[f].name, callee->name))
			return &stack->functions[f];
	}
	return NULL; /* the kernel's */
}

static size_t rounded(size_t frame)
{
	return (frame + OPN_STACK_UNIT - 1) / OPN_STACK_UNIT * OPN_STACK_UNIT;
}

/* path[0..] becomes the deepest chain below a function; returns its bytes. */
static size_t deepest(const struct opn_stack *stack, const struct function *function,
		      const struct function **path, size_t depth)
{
	const struct function *below[FRAMES + 1] = { 0 }, *best[FRAMES + 1] = { 0 };
	size_t most = 0;

	for (size_t c = 0; depth < FRAMES && c < function->callee_count; c++) {
		const struct function *callee = resolve(stack, &function->callees[c]);
		size_t bytes;

		memset(below, 0, sizeof(below));
		bytes = callee ? deepest(stack, callee, below, depth + 1) : 0;
		if (bytes > most) {
			most = bytes;
			memcpy(best, below, sizeof(best));
		}
	}
	path[0] = function;
	memcpy(&path[1], best, FRAMES * sizeof(*path));
	return most + rounded(function->frame);
}

static void print_chain(const struct function *const *path, struct opn_buf *out)
{
	for (size_t i = 0; i <= FRAMES && path[i]; i++) {
		if (path[i]->frame)
			opn_buf_printf(out, "%s%s %zu", out->length ? ", " : "", path[i]->name,
				       path[i]->frame);
	}
}

static const struct function *find(const struct opn_stack *stack, const char *name)
{
	const struct callee start = { SIZE_MAX, (char *)name };

	return resolve(stack, &start);
}

size_t opn_stack_deepest(const struct opn_stack *stack, const char *function, struct opn_buf *out)
{
	const struct function *path[FRAMES + 1] = { 0 };
	const struct function *first = find(stack, function);
	size_t bytes;

	if (!first)
		return 0;
	bytes = deepest(stack, first, path, 0);
	print_chain(path, out);
	return bytes;
}

/* For the chain that takes most before a function that makes tail calls. */
struct tail_search {
	const struct function *path[FRAMES + 1], *worst[FRAMES + 1];
	size_t most;
};

/* path[0..depth) has taken so many bytes. */
static void search_tail_calls(const struct opn_stack *stack, struct tail_search *search,
			      size_t depth, size_t bytes)
{
	const struct function *last = search->path[depth - 1];

	for (size_t c = 0; depth < FRAMES && c < last->callee_count; c++) {
		const struct function *callee = resolve(stack, &last->callees[c]);

		search->path[depth] = callee;
		if (callee && callee->makes_tail_calls && bytes > search->most) {
			search->most = bytes;
			memcpy(search->worst, search->path, sizeof(search->worst));
		}
		if (callee)
			search_tail_calls(stack, search, depth + 1, bytes + rounded(callee->frame));
	}
	search->path[depth] = NULL;
}

size_t opn_stack_above_tail_call(const struct opn_stack *stack, const char *function,
				 struct opn_buf *out)
{
	struct tail_search search = { .path = { find(stack, function) } };

	if (search.path[0])
		search_tail_calls(stack, &search, 1, rounded(search.path[0]->frame));
	print_chain(search.worst, out);
	return search.most;
}
