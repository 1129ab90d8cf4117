// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * object_code.c - which function the instructions of an object call
 *
 * The forms of a call are those of the kernel's Documentation/bpf/llvm_reloc.rst: within a section
 * it needs no relocation, out of it the symbol is the function, or the section with the place in
 * the instruction. Read in the byte order of this machine, which the object's is for everybody who
 * loads it.
 */
#include <elf.h>
#include <linux/bpf.h>

#include "object.h"

/* llvm/BinaryFormat/ELFRelocs/BPF.def */
#define RELOC_ADDRESS 1
#define RELOC_CALL    10

static const struct bpf_insn *instruction_at(const struct opn_section *code, uint64_t offset)
{
	if (!code->data || offset % sizeof(struct bpf_insn) ||
	    offset + sizeof(struct bpf_insn) > code->size)
		return NULL;
	return (const struct bpf_insn *)(code->data + offset);
}

static bool is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

bool opn_object_callee(const struct opn_object *object, size_t section, uint64_t offset,
		       struct opn_callee *callee)
{
	const struct bpf_insn *insn = instruction_at(&object->sections[section], offset);
	const struct opn_reloc *reloc = opn_object_reloc(object, section, offset);
	const struct opn_symbol *symbol = reloc ? &object->symbols[reloc->symbol] : NULL;

	if (!insn || (!reloc && !is_call(insn)))
		return false;
	if (!reloc) {
		*callee = (struct opn_callee){
			.section = section,
			.offset = offset + (uint64_t)((int64_t)insn->imm + 1) * sizeof(*insn),
		};
		return true;
	}
	if (reloc->type != RELOC_CALL && reloc->type != RELOC_ADDRESS)
		return false;
	*callee = (struct opn_callee){ .section = symbol->section, .offset = symbol->value };
	if (!symbol->section) {
		callee->name = symbol->name;
		return reloc->type == RELOC_CALL;
	}
	if (symbol->section >= object->section_count ||
	    !(object->sections[symbol->section].flags & SHF_EXECINSTR))
		return false;
	if (reloc->type == RELOC_ADDRESS)
		callee->offset += (uint32_t)insn->imm;
	else if (symbol->type == STT_SECTION)
		callee->offset += (uint64_t)((int64_t)insn->imm + 1) * sizeof(*insn);
	return true;
}
