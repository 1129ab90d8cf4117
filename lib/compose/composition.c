// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * composition.c - what follows from how a pipeline is composed
 */
#include <string.h>

#include "composition.h"

bool opn_hook_has_programs(const struct opn_composed_hook *hook)
{
	switch (hook->mechanism) {
	case OPN_MECHANISM_LINKED:
	case OPN_MECHANISM_FUSED:
		return false;
	case OPN_MECHANISM_TAIL:
	case OPN_MECHANISM_LINKS:
	case OPN_MECHANISM_FILTERS:
	case OPN_MECHANISM_SHARED:
	case OPN_MECHANISM_COUNT:
		break;
	}
	return true;
}

bool opn_composition_switched(const struct opn_composition *composition)
{
	if (composition->elsewhere)
		return false;
	return composition->hook_count > 1 || !composition->hooks[0].program;
}

const struct opn_verdict_row *const *opn_stage_continues(const struct opn_composed_hook *hook,
							 const struct opn_composed_stage *stage,
							 size_t *count)
{
	*count = stage->continues ? stage->continue_count : hook->place->hook->continue_count;
	return stage->continues ?: hook->place->hook->continues;
}

struct opn_counted opn_counted_verdicts(const struct opn_composed_hook *hook)
{
	const struct opn_hook_run *run = hook->place->hook->run;
	int first = run->verdicts[0].value, last = first;

	for (size_t i = 1; i < run->verdict_count; i++) {
		int value = run->verdicts[i].value;

		first = value < first ? value : first;
		last = value > last ? value : last;
	}
	return (struct opn_counted){ first, (size_t)(last - first) + 1 };
}

const char *const *opn_composition_symbols(const struct opn_composition *composition,
					   struct opn_arena *arena)
{
	size_t count = 1, at = 0;
	const char **names;

	for (size_t h = 0; h < composition->hook_count; h++)
		count += 4 + composition->hooks[h].stage_count;
	names = opn_arena_array(arena, count + 1, sizeof(*names));
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		names[at++] = opn_arena_printf(arena, "counters_%s", hook->id);
		names[at++] = opn_arena_printf(arena, "slots_%s", hook->id);
		if (hook->program)
			names[at++] = hook->program;
		if (hook->handover)
			names[at++] = hook->handover;
		for (size_t s = 0; s < hook->stage_count; s++)
			names[at++] = hook->stages[s].function;
	}
	names[at++] = opn_arena_printf(arena, "%s_running", composition->name);
	return names;
}

const char *const *opn_hook_symbols(const struct opn_composition *composition,
				    const struct opn_composed_hook *hook, struct opn_arena *arena)
{
	static const char *const formats[] = {
		"stage_%s",	 "counter_map_%s", "count_%s",	   "order_%s",	  "leave_%s",
		"note_begin_%s", "note_take_%s",   "note_give_%s", "note_end_%s", NULL
	};
	const char *const *linked = opn_composition_symbols(composition, arena);
	size_t count = hook->stage_count + sizeof(formats) / sizeof(formats[0]), at = 0;
	const char **names;

	while (linked[at])
		at++;
	names = opn_arena_array(arena, count + at + 1, sizeof(*names));
	memcpy(names, linked, at * sizeof(*names));
	for (const char *const *format = formats; *format; format++)
		names[at++] = opn_arena_printf(arena, *format, hook->id);
	for (size_t s = 0; s < hook->stage_count; s++)
		names[at++] = opn_arena_printf(arena, "%s_%s", hook->id, hook->stages[s].id);
	return names;
}

bool opn_hook_takes_way(const struct opn_composed_hook *hook, const struct opn_place_way *way)
{
	switch (hook->mechanism) {
	case OPN_MECHANISM_LINKS:
		return !strcmp(way->way, "OPN_WAY_LINK");
	case OPN_MECHANISM_FILTERS:
		return !strcmp(way->way, "OPN_WAY_FILTER");
	case OPN_MECHANISM_SHARED:
		return !strcmp(way->way, "OPN_WAY_LIBXDP");
	case OPN_MECHANISM_LINKED:
	case OPN_MECHANISM_FUSED:
	case OPN_MECHANISM_TAIL:
	case OPN_MECHANISM_COUNT:
		break;
	}
	return strcmp(way->way, "OPN_WAY_LIBXDP") != 0;
}

bool opn_composition_shares(const struct opn_composition *composition)
{
	for (size_t h = 0; h < composition->hook_count; h++) {
		if (composition->hooks[h].mechanism == OPN_MECHANISM_SHARED)
			return true;
	}
	return false;
}
