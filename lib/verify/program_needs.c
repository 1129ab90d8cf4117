// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_needs.c - what has to be loaded with a program
 *
 * Objects hold programs for several hooks, kernels and configurations; only the chosen one has to
 * load, with the programs that its program arrays hold from the start and the maps that all of
 * these use. libbpf knows it, but does not tell; the relocations of the object do.
 */
#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "object.h"
#include "program_plan.h"

struct walk {
	const struct opn_object *object;
	struct opn_plan *plan;
	size_t map_count;
	bool *seen; /* by symbol */
};

static void visit(struct walk *walk, size_t symbol);

static void visit_range(struct walk *walk, size_t section, uint64_t from, uint64_t to)
{
	for (size_t i = 0; i < walk->object->reloc_count; i++) {
		const struct opn_reloc *reloc = &walk->object->relocs[i];

		if (reloc->section == section && reloc->offset >= from && reloc->offset < to)
			visit(walk, reloc->symbol);
	}
}

static void visit_callee(struct walk *walk, const struct opn_callee *callee)
{
	const struct opn_object *object = walk->object;
	const struct opn_symbol *symbol =
		opn_object_symbol_at(object, callee->section, callee->offset);

	if (symbol)
		visit(walk, (size_t)(symbol - object->symbols));
	else /* assembly that is in no function: any of it */
		visit_range(walk, callee->section, 0, UINT64_MAX);
}

static bool reads_other_cpus(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
	       insn->imm == BPF_FUNC_map_lookup_percpu_elem;
}

static void visit_code(struct walk *walk, size_t section, uint64_t from, uint64_t to)
{
	const struct opn_section *code = &walk->object->sections[section];
	struct opn_callee callee;

	if (to > code->size)
		to = code->size;
	visit_range(walk, section, from, to);
	for (uint64_t at = from; at + sizeof(struct bpf_insn) <= to;
	     at += sizeof(struct bpf_insn)) {
		if (code->data && reads_other_cpus((const struct bpf_insn *)(code->data + at)))
			walk->plan->reads_other_cpus = true;
		if (opn_object_callee(walk->object, section, at, &callee) && callee.section)
			visit_callee(walk, &callee);
	}
}

static void visit(struct walk *walk, size_t index)
{
	const struct opn_symbol *symbol;
	const char *section;

	if (index >= walk->object->symbol_count || walk->seen[index])
		return;
	symbol = &walk->object->symbols[index];
	if (!symbol->section || symbol->section >= walk->object->section_count || !*symbol->name)
		return;
	walk->seen[index] = true;
	section = walk->object->sections[symbol->section].name;
	if (!strcmp(section, ".maps") || !strcmp(section, "maps")) {
		walk->plan->maps[walk->map_count++] = symbol->name;
		visit_range(walk, symbol->section, symbol->value, symbol->value + symbol->size);
		return;
	}
	for (size_t i = 0; i < walk->plan->count; i++) {
		if (!strcmp(walk->plan->programs[i].name, symbol->name))
			walk->plan->programs[i].is_needed = true;
	}
	if (symbol->type == STT_FUNC)
		visit_code(walk, symbol->section, symbol->value, symbol->value + symbol->size);
}

static bool is_wanted(const struct opn_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->programs[i].is_needed && !strcmp(plan->programs[i].name, name))
			return true;
	}
	return false;
}

/* Without the object's tables (which libbpf reads more of than we do) all maps are taken. */
int opn_plan_find_needed(struct opn_plan *plan, const void *data, size_t size,
			 struct opn_arena *arena)
{
	struct walk walk = { .plan = plan };
	struct opn_object *object;
	int err = 0;

	plan->programs[plan->chosen].is_needed = true;
	plan->reads_other_cpus = true;
	if (opn_object_open(data, size, &object))
		return 0;
	walk.object = object;
	plan->reads_other_cpus = false;
	walk.seen = opn_arena_array(arena, object->symbol_count + 1, sizeof(*walk.seen));
	plan->maps = opn_arena_array(arena, object->symbol_count + 1, sizeof(*plan->maps));
	if (!walk.seen || !plan->maps) {
		err = -ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < object->symbol_count; i++) {
		if (is_wanted(plan, object->symbols[i].name))
			visit(&walk, i);
	}
	for (size_t i = 0; i < walk.map_count; i++)
		plan->maps[i] = opn_arena_strdup(arena, plan->maps[i]);
out:
	opn_object_free(object);
	return err;
}

bool opn_plan_has_map(const struct opn_plan *plan, const char *name)
{
	if (!plan->maps)
		return true;
	for (const char **map = plan->maps; *map; map++) {
		if (!strcmp(*map, name))
			return true;
	}
	return false;
}
