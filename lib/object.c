/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * object.c - a BPF object file as plain tables: sections, symbols, relocations, BTF
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "object.h"

/* uapi/linux/elf-em.h; older elf.h do not know it. */
#ifndef EM_BPF
#define EM_BPF 247
#endif

/* Documentation/bpf/btf.rst, section 3.3: the header of .BTF.ext. */
struct btf_ext_layout {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	uint32_t func_info_off, func_info_len;
	uint32_t line_info_off, line_info_len;
	uint32_t core_relo_off, core_relo_len;
};

struct btf_ext_walk {
	struct opn_object *object;
	int (*record)(struct opn_object *object, size_t section, const uint8_t *record);
	size_t record_size; /* the part of a record that is read */
};

uint32_t opn_object_u32(const struct opn_object *object, const uint8_t *at)
{
	if (object->big_endian)
		return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* Makes room for one more element; arrays grow by doubling. */
static void *grow(void *array, size_t count, size_t size)
{
	if (count && (count & (count - 1)))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}

static int read_sections(struct opn_object *object, size_t strings)
{
	Elf_Scn *scn = NULL;
	size_t count, i;

	if (elf_getshdrnum(object->elf, &count) || !count)
		return -EINVAL;
	object->sections = calloc(count, sizeof(*object->sections));
	if (!object->sections)
		return -ENOMEM;
	object->section_count = count;
	object->sections[0].name = "";
	for (i = 1; i < count; i++)
		object->sections[i].name = "";
	while ((scn = elf_nextscn(object->elf, scn))) {
		struct opn_section *section = &object->sections[elf_ndxscn(scn)];
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &header))
			return -EINVAL;
		section->name = elf_strptr(object->elf, strings, header.sh_name);
		if (!section->name)
			return -EINVAL;
		section->type = header.sh_type;
		section->flags = header.sh_flags;
		section->entry_size = header.sh_entsize;
		section->size = header.sh_size;
		if (header.sh_type == SHT_NOBITS)
			continue;
		data = elf_rawdata(scn, NULL);
		if (!data || data->d_size != header.sh_size)
			return -EINVAL;
		section->data = data->d_buf;
	}
	return 0;
}

static int read_symbols(struct opn_object *object, size_t *table)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	Elf_Data *data;
	size_t count, i;

	while ((scn = elf_nextscn(object->elf, scn))) {
		if (object->sections[elf_ndxscn(scn)].type == SHT_SYMTAB)
			break;
	}
	if (!scn || !gelf_getshdr(scn, &header) || !header.sh_entsize)
		return -EINVAL;
	*table = elf_ndxscn(scn);
	data = elf_getdata(scn, NULL);
	if (!data)
		return -EINVAL;
	count = header.sh_size / header.sh_entsize;
	object->symbols = calloc(count ? count : 1, sizeof(*object->symbols));
	if (!object->symbols)
		return -ENOMEM;
	object->symbol_count = count;
	for (i = 0; i < count; i++) {
		struct opn_symbol *symbol = &object->symbols[i];
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			return -EINVAL;
		symbol->type = GELF_ST_TYPE(sym.st_info);
		symbol->binding = GELF_ST_BIND(sym.st_info);
		symbol->value = sym.st_value;
		symbol->size = sym.st_size;
		if (sym.st_shndx >= SHN_LORESERVE)
			symbol->section = SIZE_MAX;
		else if (sym.st_shndx >= object->section_count)
			return -EINVAL;
		else
			symbol->section = sym.st_shndx;
		symbol->name = elf_strptr(object->elf, header.sh_link, sym.st_name);
		if (!symbol->name)
			return -EINVAL;
		if (symbol->section && symbol->section != SIZE_MAX) {
			size_t size = object->sections[symbol->section].size;

			if (symbol->value > size || symbol->size > size - symbol->value)
				return -EINVAL;
		}
	}
	return 0;
}

static int read_relocs(struct opn_object *object, size_t table)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(object->elf, scn))) {
		GElf_Shdr header;
		Elf_Data *data;
		size_t count, i;

		if (!gelf_getshdr(scn, &header))
			return -EINVAL;
		/* LLVM's BPF backend writes SHT_REL only, psABI of BPF likewise. */
		if (header.sh_type != SHT_REL)
			continue;
		data = elf_getdata(scn, NULL);
		if (!data || !header.sh_entsize || header.sh_info >= object->section_count ||
		    header.sh_link != table)
			return -EINVAL;
		count = header.sh_size / header.sh_entsize;
		for (i = 0; i < count; i++) {
			struct opn_reloc *reloc;
			GElf_Rel rel;

			if (!gelf_getrel(data, (int)i, &rel) ||
			    GELF_R_SYM(rel.r_info) >= object->symbol_count)
				return -EINVAL;
			reloc = grow(object->relocs, object->reloc_count, sizeof(*reloc));
			if (!reloc)
				return -ENOMEM;
			object->relocs = reloc;
			reloc += object->reloc_count++;
			reloc->section = header.sh_info;
			reloc->offset = rel.r_offset;
			reloc->type = GELF_R_TYPE(rel.r_info);
			reloc->symbol = GELF_R_SYM(rel.r_info);
		}
	}
	return 0;
}

static const char *btf_string(const struct opn_object *object, uint32_t offset)
{
	return btf__str_by_offset(object->btf, offset);
}

static int add_core_reloc(struct opn_object *object, size_t section, const uint8_t *record)
{
	struct opn_core_reloc *reloc;

	reloc = grow(object->core_relocs, object->core_reloc_count, sizeof(*reloc));
	if (!reloc)
		return -ENOMEM;
	object->core_relocs = reloc;
	reloc += object->core_reloc_count;
	reloc->section = section;
	reloc->offset = opn_object_u32(object, record);
	reloc->type = opn_object_u32(object, record + 4);
	reloc->access = btf_string(object, opn_object_u32(object, record + 8));
	reloc->kind = opn_object_u32(object, record + 12);
	if (!reloc->access || !btf__type_by_id(object->btf, reloc->type))
		return -EINVAL;
	object->core_reloc_count++;
	return 0;
}

static int add_line(struct opn_object *object, size_t section, const uint8_t *record)
{
	struct opn_line *line;
	uint32_t column;

	line = grow(object->lines, object->line_count, sizeof(*line));
	if (!line)
		return -ENOMEM;
	object->lines = line;
	line += object->line_count;
	line->section = section;
	line->offset = opn_object_u32(object, record);
	line->file = btf_string(object, opn_object_u32(object, record + 4));
	column = opn_object_u32(object, record + 12);
	line->line = column >> 10; /* uapi/linux/bpf.h: BPF_LINE_INFO_LINE_NUM */
	line->column = column & 0x3ff;
	if (!line->file)
		return -EINVAL;
	object->line_count++;
	return 0;
}

/* One table of .BTF.ext: a record size, then per section a name, a count and the records. */
static int walk_btf_ext(const struct btf_ext_walk *walk, const uint8_t *at, size_t left)
{
	struct opn_object *object = walk->object;
	uint32_t record_size, i;
	int err;

	if (!left)
		return 0;
	if (left < 4)
		return -EINVAL;
	record_size = opn_object_u32(object, at);
	if (record_size < walk->record_size)
		return -EINVAL;
	at += 4;
	left -= 4;
	while (left) {
		const char *name;
		uint32_t count;
		size_t section;

		if (left < 8)
			return -EINVAL;
		name = btf_string(object, opn_object_u32(object, at));
		count = opn_object_u32(object, at + 4);
		at += 8;
		left -= 8;
		if (!name || count > left / record_size)
			return -EINVAL;
		section = opn_object_section(object, name);
		for (i = 0; i < count; i++, at += record_size, left -= record_size) {
			err = walk->record(object, section, at);
			if (err)
				return err;
		}
	}
	return 0;
}

static int read_btf_ext(struct opn_object *object, const struct opn_section *section)
{
	struct btf_ext_walk lines = { object, add_line, 16 };
	struct btf_ext_walk core = { object, add_core_reloc, 16 };
	uint32_t hdr_len, line_off, line_len, core_off = 0, core_len = 0;
	const uint8_t *data = section->data;
	size_t size = section->size;
	int err;

	if (size < offsetof(struct btf_ext_layout, core_relo_off))
		return -EINVAL;
	hdr_len = opn_object_u32(object, data + offsetof(struct btf_ext_layout, hdr_len));
	line_off = opn_object_u32(object, data + offsetof(struct btf_ext_layout, line_info_off));
	line_len = opn_object_u32(object, data + offsetof(struct btf_ext_layout, line_info_len));
	if (hdr_len > size)
		return -EINVAL;
	if (hdr_len >= sizeof(struct btf_ext_layout)) {
		core_off = opn_object_u32(object,
					  data + offsetof(struct btf_ext_layout, core_relo_off));
		core_len = opn_object_u32(object,
					  data + offsetof(struct btf_ext_layout, core_relo_len));
	}
	data += hdr_len;
	size -= hdr_len;
	if (line_off > size || line_len > size - line_off || core_off > size ||
	    core_len > size - core_off)
		return -EINVAL;
	err = walk_btf_ext(&lines, data + line_off, line_len);
	if (err)
		return err;
	return walk_btf_ext(&core, data + core_off, core_len);
}

static int read_btf(struct opn_object *object)
{
	size_t btf = opn_object_section(object, ".BTF");
	size_t ext = opn_object_section(object, ".BTF.ext");

	if (!btf)
		return 0;
	if (!object->sections[btf].data)
		return -EINVAL;
	object->btf = btf__new(object->sections[btf].data, (uint32_t)object->sections[btf].size);
	if (!object->btf)
		return -EINVAL;
	if (!ext)
		return 0;
	if (!object->sections[ext].data)
		return -EINVAL;
	return read_btf_ext(object, &object->sections[ext]);
}

static int order(size_t a_section, uint64_t a_offset, size_t b_section, uint64_t b_offset)
{
	if (a_section != b_section)
		return a_section < b_section ? -1 : 1;
	if (a_offset != b_offset)
		return a_offset < b_offset ? -1 : 1;
	return 0;
}

static int order_relocs(const void *a, const void *b)
{
	const struct opn_reloc *x = a, *y = b;

	return order(x->section, x->offset, y->section, y->offset);
}

/* One instruction can have several CO-RE relocations only in hand-made objects; then all that
 * tells them apart orders them. */
static int order_core_relocs(const void *a, const void *b)
{
	const struct opn_core_reloc *x = a, *y = b;
	int by_place = order(x->section, x->offset, y->section, y->offset);

	return by_place ? by_place : order(x->kind, x->type, y->kind, y->type);
}

static int order_lines(const void *a, const void *b)
{
	const struct opn_line *x = a, *y = b;

	return order(x->section, x->offset, y->section, y->offset);
}

static void sort_tables(struct opn_object *object)
{
	if (object->reloc_count)
		qsort(object->relocs, object->reloc_count, sizeof(*object->relocs), order_relocs);
	if (object->core_reloc_count)
		qsort(object->core_relocs, object->core_reloc_count, sizeof(*object->core_relocs),
		      order_core_relocs);
	if (object->line_count)
		qsort(object->lines, object->line_count, sizeof(*object->lines), order_lines);
}

static int read_object(struct opn_object *object)
{
	size_t strings, table;
	GElf_Ehdr header;
	int err;

	if (elf_kind(object->elf) != ELF_K_ELF || !gelf_getehdr(object->elf, &header) ||
	    header.e_machine != EM_BPF || elf_getshdrstrndx(object->elf, &strings))
		return -EINVAL;
	object->big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
	err = read_sections(object, strings);
	if (err)
		return err;
	err = read_symbols(object, &table);
	if (err)
		return err;
	err = read_relocs(object, table);
	if (err)
		return err;
	err = read_btf(object);
	if (err)
		return err;
	sort_tables(object);
	return 0;
}

int opn_object_open(const void *data, size_t size, struct opn_object **out)
{
	struct opn_object *object;
	int err = -ENOMEM;

	*out = NULL;
	if (!size || elf_version(EV_CURRENT) == EV_NONE)
		return -EINVAL;
	object = calloc(1, sizeof(*object));
	if (!object)
		return -ENOMEM;
	object->image = malloc(size);
	if (!object->image)
		goto out;
	memcpy(object->image, data, size);
	object->elf = elf_memory((char *)object->image, size);
	err = object->elf ? read_object(object) : -EINVAL;
	if (err)
		goto out;
	*out = object;
	return 0;
out:
	opn_object_free(object);
	return err;
}

void opn_object_free(struct opn_object *object)
{
	if (!object)
		return;
	btf__free(object->btf);
	if (object->elf)
		elf_end(object->elf);
	free(object->image);
	free(object->sections);
	free(object->symbols);
	free(object->relocs);
	free(object->core_relocs);
	free(object->lines);
	free(object);
}

static bool is_entity(const struct opn_symbol *symbol)
{
	return symbol->section && symbol->section != SIZE_MAX &&
	       (symbol->type == STT_FUNC || symbol->type == STT_OBJECT);
}

const struct opn_symbol *opn_object_symbol(const struct opn_object *object, const char *name)
{
	size_t i;

	for (i = 0; i < object->symbol_count; i++) {
		const struct opn_symbol *symbol = &object->symbols[i];

		if (!strcmp(symbol->name, name) &&
		    (is_entity(symbol) || (symbol->type == STT_NOTYPE && symbol->section &&
					   symbol->section != SIZE_MAX && symbol->name[0])))
			return symbol;
	}
	return NULL;
}

const struct opn_symbol *opn_object_symbol_at(const struct opn_object *object, size_t section,
					      uint64_t offset)
{
	size_t i;

	for (i = 0; i < object->symbol_count; i++) {
		const struct opn_symbol *symbol = &object->symbols[i];

		if (is_entity(symbol) && symbol->section == section && offset >= symbol->value &&
		    offset - symbol->value < symbol->size)
			return symbol;
	}
	return NULL;
}

const struct opn_reloc *opn_object_reloc(const struct opn_object *object, size_t section,
					 uint64_t offset)
{
	struct opn_reloc key = { .section = section, .offset = offset };

	if (!object->reloc_count)
		return NULL;
	return bsearch(&key, object->relocs, object->reloc_count, sizeof(key), order_relocs);
}

const struct opn_line *opn_object_line(const struct opn_object *object, size_t section,
				       uint64_t offset)
{
	const struct opn_line *found = NULL;
	size_t i;

	for (i = 0; i < object->line_count; i++) {
		const struct opn_line *line = &object->lines[i];

		if (line->section == section && line->offset <= offset)
			found = line;
	}
	return found;
}

size_t opn_object_section(const struct opn_object *object, const char *name)
{
	size_t i;

	for (i = 1; i < object->section_count; i++) {
		if (!strcmp(object->sections[i].name, name))
			return i;
	}
	return 0;
}
