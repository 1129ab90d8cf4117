/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * object.h - a BPF object file as plain tables: sections, symbols, relocations, BTF
 *
 * Read by libelf and libbpf. Only .BTF.ext is read here by hand, by the layout in the kernel's
 * Documentation/bpf/btf.rst, because libbpf's own reader of it is private. Everything that the
 * tables hold was checked against the file's bounds.
 */
#ifndef OPN_OBJECT_H
#define OPN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct btf;

struct opn_section {
	const char *name;
	uint32_t type;	     /* SHT_* */
	uint64_t flags;	     /* SHF_* */
	uint64_t entry_size; /* of a mergeable section */
	const uint8_t *data; /* NULL: no bytes in the file (SHT_NOBITS) */
	size_t size;
};

struct opn_symbol {
	const char *name;
	uint64_t value; /* offset in its section */
	uint64_t size;
	unsigned int type;    /* STT_* */
	unsigned int binding; /* STB_* */
	size_t section; /* index in sections; 0: undefined; SIZE_MAX: none (absolute, common) */
};

struct opn_reloc {
	size_t section;	 /* the one that is patched */
	uint64_t offset; /* in it */
	uint32_t type;	 /* R_BPF_* */
	size_t symbol;
};

/* A CO-RE relocation. */
struct opn_core_reloc {
	size_t section;
	uint32_t offset; /* of the instruction, in bytes */
	uint32_t type;	 /* BTF id of the root type */
	uint32_t kind;	 /* enum bpf_core_relo_kind */
	const char *access;
};

/* The source line of an instruction. */
struct opn_line {
	size_t section;
	uint32_t offset;
	uint32_t line, column;
	const char *file;
};

struct opn_object {
	struct opn_section *sections; /* [0] is the null section */
	size_t section_count;
	struct opn_symbol *symbols; /* [0] is the null symbol */
	size_t symbol_count;
	struct opn_reloc *relocs; /* by section, then offset */
	size_t reloc_count;
	struct opn_core_reloc *core_relocs; /* by section, then offset */
	size_t core_reloc_count;
	struct opn_line *lines; /* by section, then offset */
	size_t line_count;
	struct btf *btf; /* NULL: built without debug information */
	bool big_endian;
	void *elf; /* Elf * */
	uint8_t *image;
};

/* Reads the object in data, which is copied. Returns 0, -EINVAL for a malformed or foreign object,
 * or -ENOMEM. The caller frees it with opn_object_free(). */
int opn_object_open(const void *data, size_t size, struct opn_object **out);
void opn_object_free(struct opn_object *object);

/* The defined symbol of this name, of type STT_FUNC, STT_OBJECT or STT_NOTYPE, or NULL. */
const struct opn_symbol *opn_object_symbol(const struct opn_object *object, const char *name);

/* The function or variable that covers this byte of the section, or NULL. */
const struct opn_symbol *opn_object_symbol_at(const struct opn_object *object, size_t section,
					      uint64_t offset);

/* The relocation of exactly this place, or NULL. */
const struct opn_reloc *opn_object_reloc(const struct opn_object *object, size_t section,
					 uint64_t offset);

/* What an instruction calls, or takes the address of. */
struct opn_callee {
	size_t section;	  /* 0: of another object */
	uint64_t offset;  /* in it */
	const char *name; /* of a function of another object */
};

/* The function that the instruction at this place calls or takes the address of. False: none. */
bool opn_object_callee(const struct opn_object *object, size_t section, uint64_t offset,
		       struct opn_callee *callee);

/* The line of the instruction at this place (the last entry at or before it), or NULL. */
const struct opn_line *opn_object_line(const struct opn_object *object, size_t section,
				       uint64_t offset);

/* The section of this name, or 0. */
size_t opn_object_section(const struct opn_object *object, const char *name);

/* A 32-bit value in the object's byte order. */
uint32_t opn_object_u32(const struct opn_object *object, const uint8_t *at);

#ifdef __cplusplus
}
#endif

#endif
