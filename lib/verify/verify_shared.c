// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_shared.c - what programs keep outside of their maps
 *
 * Both programs run in one network namespace, in turn. What one puts into a table of the namespace
 * the other one finds, and its own next run too: such programs differ even from themselves, and
 * that they agree says nothing. Which calls do that is in the tables.
 */
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "verify_shared.h"

#define OBJECT_LIMIT ((size_t)256 << 20)

static const struct opn_shared_call *find_rule(const struct opn_hook_runs *runs, const char *name)
{
	size_t count;
	const struct opn_shared_call *rules = opn_hook_runs_shared(runs, &count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	}
	return NULL;
}

/* Of the program, and of subprograms, any of which it may call. */
static const struct opn_shared_call *find_call(const struct opn_hook_runs *runs,
					       const struct opn_object *object, const char *program)
{
	const struct opn_symbol *symbol = opn_object_symbol(object, program);
	size_t text = opn_object_section(object, ".text");

	for (size_t i = 0; i < object->reloc_count; i++) {
		const struct opn_reloc *reloc = &object->relocs[i];
		const struct opn_shared_call *rule;
		bool is_own = symbol && reloc->section == symbol->section &&
			      reloc->offset >= symbol->value &&
			      reloc->offset < symbol->value + symbol->size;

		if ((!is_own && (!text || reloc->section != text)) ||
		    reloc->symbol >= object->symbol_count)
			continue;
		rule = find_rule(runs, object->symbols[reloc->symbol].name);
		if (rule)
			return rule;
	}
	return NULL;
}

static const struct opn_shared_call *find_in_file(const struct opn_hook_runs *runs,
						  const struct opn_result_side *side)
{
	const struct opn_shared_call *rule = NULL;
	struct opn_object *object = NULL;
	char *data = NULL;
	size_t size;

	if (!side->object || !side->program)
		return NULL;
	if (!opn_file_read(side->object, OBJECT_LIMIT, &data, &size) &&
	    !opn_object_open(data, size, &object))
		rule = find_call(runs, object, side->program);
	opn_object_free(object);
	free(data);
	return rule;
}

void opn_verify_doubt_shared(const struct opn_hook_runs *runs, struct opn_arena *arena,
			     struct opn_result *result)
{
	for (int side = 0; side < 2; side++) {
		const struct opn_shared_call *rule = find_in_file(runs, &result->side[side]);

		if (!rule)
			continue;
		result->verdict = OPN_INCONCLUSIVE;
		result->why =
			opn_arena_printf(arena, "'%s' changes the %s, which both programs share",
					 rule->name, rule->what);
		return;
	}
}
