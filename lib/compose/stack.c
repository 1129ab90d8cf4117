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
#include <gelf.h>
#include <libelf.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's own limit of frames (include/linux/bpf_verifier.h: MAX_CALL_FRAMES). */
#define FRAMES 8
/* llvm/BinaryFormat/ELFRelocs/BPF.def */
#define RELOC_ADDRESS 1
#define RELOC_CALL    10

struct callee {
	size_t function; /* in the same object, or SIZE_MAX: of this name */
	char *name;
};

struct function {
	char *name;
	bool is_global;
	size_t object, section, offset, size, frame;
	struct callee *callees;
	size_t callee_count;
};

struct opn_stack {
	struct function *functions;
	size_t function_count, object_count;
};

/* An object while it is read. */
struct reader {
	struct opn_stack *stack;
	Elf *elf;
	Elf_Data *symbols;
	size_t symbol_count, names;
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

static int add_function(struct reader *reader, const GElf_Sym *symbol)
{
	struct opn_stack *stack = reader->stack;
	const char *name = elf_strptr(reader->elf, reader->names, symbol->st_name);
	struct function *more = reallocarray(stack->functions, stack->function_count + 1,
					     sizeof(*stack->functions));

	if (!more)
		return -ENOMEM;
	stack->functions = more;
	more[stack->function_count] = (struct function){
		.name = strdup(name ? name : ""),
		.is_global = GELF_ST_BIND(symbol->st_info) != STB_LOCAL,
		.object = stack->object_count,
		.section = symbol->st_shndx,
		.offset = symbol->st_value,
		.size = symbol->st_size,
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
	more[from->callee_count++] =
		(struct callee){ function, function == SIZE_MAX ? strdup(name) : NULL };
	return function == SIZE_MAX && !more[from->callee_count - 1].name ? -ENOMEM : 0;
}

static int call_at(const struct reader *reader, struct function *from, size_t section,
		   size_t offset)
{
	const struct function *to = find_at(reader, section, offset);

	return to ? add_callee(from, (size_t)(to - reader->stack->functions), NULL) : 0;
}

static struct bpf_insn *instruction_at(const Elf_Data *code, size_t offset)
{
	if (offset % sizeof(struct bpf_insn) || offset + sizeof(struct bpf_insn) > code->d_size)
		return NULL;
	return (struct bpf_insn *)((char *)code->d_buf + offset);
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

/* Calls of other functions, and addresses of functions, are relocations. */
static int read_relocation(const struct reader *reader, const Elf_Data *code, size_t section,
			   const GElf_Rel *rel)
{
	struct function *from = find_at(reader, section, rel->r_offset);
	const struct bpf_insn *insn = instruction_at(code, rel->r_offset);
	size_t type = GELF_R_TYPE(rel->r_info), offset;
	GElf_Sym symbol;

	if (!from || !insn || (type != RELOC_CALL && type != RELOC_ADDRESS) ||
	    !gelf_getsym(reader->symbols, (int)GELF_R_SYM(rel->r_info), &symbol))
		return 0;
	if (symbol.st_shndx == SHN_UNDEF) {
		const char *name = elf_strptr(reader->elf, reader->names, symbol.st_name);

		return type == RELOC_CALL && name ? add_callee(from, SIZE_MAX, name) : 0;
	}
	offset = symbol.st_value;
	if (type == RELOC_CALL)
		offset += GELF_ST_TYPE(symbol.st_info) == STT_SECTION
				  ? ((size_t)insn->imm + 1) * sizeof(*insn)
				  : 0;
	else
		offset += (uint32_t)insn->imm;
	return call_at(reader, from, symbol.st_shndx, offset);
}

static bool is_relocated(Elf_Data *relocations, size_t offset)
{
	GElf_Rel rel;

	for (int i = 0; relocations && gelf_getrel(relocations, i, &rel); i++) {
		if (rel.r_offset == offset)
			return true;
	}
	return false;
}

/* Calls within a section need none. */
static int read_calls(const struct reader *reader, const Elf_Data *code, Elf_Data *relocations,
		      size_t section)
{
	int error = 0;

	for (size_t at = 0; !error && at < code->d_size; at += sizeof(struct bpf_insn)) {
		const struct bpf_insn *insn = instruction_at(code, at);
		struct function *from = insn ? find_at(reader, section, at) : NULL;

		if (!from || !is_call(insn) || is_relocated(relocations, at))
			continue;
		error = call_at(reader, from, section,
				at + (size_t)((ssize_t)insn->imm + 1) * sizeof(*insn));
	}
	return error;
}

/* Each entry: the function's address, which a relocation makes, and its bytes as ULEB128. */
static int read_sizes(const struct reader *reader, const Elf_Data *sizes, Elf_Data *relocations)
{
	const unsigned char *bytes = sizes->d_buf;
	GElf_Rel rel;

	for (int i = 0; gelf_getrel(relocations, i, &rel); i++) {
		struct function *function;
		size_t at = rel.r_offset + 8, value = 0;
		uint64_t addend;
		GElf_Sym symbol;

		if (at > sizes->d_size ||
		    !gelf_getsym(reader->symbols, (int)GELF_R_SYM(rel.r_info), &symbol))
			return -EINVAL;
		memcpy(&addend, bytes + rel.r_offset, sizeof(addend));
		for (unsigned int shift = 0; at < sizes->d_size && shift < 35; shift += 7) {
			value |= (size_t)(bytes[at] & 0x7f) << shift;
			if (!(bytes[at++] & 0x80))
				break;
		}
		function = find_at(reader, symbol.st_shndx, symbol.st_value + addend);
		if (function)
			function->frame = value;
	}
	return 0;
}

/* The relocations of a section, or NULL. */
static Elf_Data *relocations_of(Elf *elf, size_t section)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;

	while ((scn = elf_nextscn(elf, scn))) {
		if (gelf_getshdr(scn, &header) && header.sh_type == SHT_REL &&
		    header.sh_info == section)
			return elf_getdata(scn, NULL);
	}
	return NULL;
}

static int read_symbols(struct reader *reader)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	int error = 0;

	while ((scn = elf_nextscn(reader->elf, scn))) {
		if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		reader->symbols = elf_getdata(scn, NULL);
		reader->names = header.sh_link;
		reader->symbol_count = header.sh_entsize ? header.sh_size / header.sh_entsize : 0;
	}
	for (size_t i = 0; !error && i < reader->symbol_count; i++) {
		GElf_Sym symbol;

		if (gelf_getsym(reader->symbols, (int)i, &symbol) &&
		    GELF_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF)
			error = add_function(reader, &symbol);
	}
	return reader->symbols ? error : -EINVAL;
}

static int read_section(struct reader *reader, Elf_Scn *scn, const char *name,
			const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	Elf_Data *relocations = relocations_of(reader->elf, elf_ndxscn(scn));
	GElf_Rel rel;
	int error = 0;

	if (!data)
		return 0;
	if (!strcmp(name, ".stack_sizes"))
		return relocations ? read_sizes(reader, data, relocations) : 0;
	if (!(header->sh_flags & SHF_EXECINSTR))
		return 0;
	for (int i = 0; !error && relocations && gelf_getrel(relocations, i, &rel); i++)
		error = read_relocation(reader, data, elf_ndxscn(scn), &rel);
	return error ? error : read_calls(reader, data, relocations, elf_ndxscn(scn));
}

int opn_stack_add(struct opn_stack *stack, const void *bytes, size_t size)
{
	struct reader reader = { .stack = stack, .first = stack->function_count };
	Elf_Scn *scn = NULL;
	size_t names;
	int error;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return -EINVAL;
	reader.elf = elf_memory((char *)bytes, size);
	if (!reader.elf || elf_getshdrstrndx(reader.elf, &names)) {
		elf_end(reader.elf);
		return -EINVAL;
	}
	error = read_symbols(&reader);
	while (!error && (scn = elf_nextscn(reader.elf, scn))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(scn, &header)
					   ? elf_strptr(reader.elf, names, header.sh_name)
					   : NULL;

		if (name && header.sh_type == SHT_PROGBITS)
			error = read_section(&reader, scn, name, &header);
	}
	stack->object_count++;
	elf_end(reader.elf);
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

size_t opn_stack_deepest(const struct opn_stack *stack, const char *function, struct opn_buf *out)
{
	const struct function *path[FRAMES + 1] = { 0 };
	const struct callee start = { SIZE_MAX, (char *)function };
	const struct function *first = resolve(stack, &start);
	size_t bytes;

	if (!first)
		return 0;
	bytes = deepest(stack, first, path, 0);
	for (size_t i = 0; i <= FRAMES && path[i]; i++) {
		if (path[i]->frame)
			opn_buf_printf(out, "%s%s %zu", out->length ? ", " : "", path[i]->name,
				       path[i]->frame);
	}
	return bytes;
}
