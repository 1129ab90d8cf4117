// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_verify.c - the product as a side of opened-verify
 *
 * Which of the object's programs run and in which order, what its loader would fill in, and what
 * only a composed object has: the hook's counters and the switch. JSON is YAML.
 */
#include <stdlib.h>
#include <string.h>

#include "composition.h"
#include "json.h"

static json_t *names_json(const struct opn_verdict_row *const *rows, size_t count)
{
	json_t *names = json_array();

	for (size_t i = 0; i < count; i++)
		names = opn_json_append(names, opn_json_string(rows[i]->name));
	return names;
}

/* What the kernel runs one after another goes on when a stage says "next". */
static json_t *stages_json(const struct opn_composed_hook *hook)
{
	json_t *stages = json_array();

	for (size_t s = 0; s < hook->stage_count; s++) {
		json_t *stage = json_object();

		stage = opn_json_set(stage, "program", opn_json_string(hook->stages[s].function));
		const struct opn_verdict_row *const *rows = &hook->next;
		size_t count = 1;

		/* That dispatcher is told of each stage's verdicts. */
		if (hook->mechanism == OPN_MECHANISM_SHARED)
			rows = opn_stage_continues(hook, &hook->stages[s], &count);
		stage = opn_json_set(stage, "continue", names_json(rows, count));
		stages = opn_json_append(stages, stage);
	}
	return stages;
}

static json_t *slots_json(const struct opn_composed_hook *hook)
{
	json_t *programs = json_array();

	for (size_t s = 0; s < hook->stage_count; s++)
		programs = opn_json_append(programs, opn_json_string(hook->stages[s].function));
	return json_pack("{s+:o}", "slots_", hook->id, programs);
}

/* What the product calls a map of a stage. */
static const char *product_name(const struct opn_composed_stage *stage, const char *map)
{
	for (const char *const *name = stage->renames; name && *name; name += 2) {
		if (!strcmp(name[0], map))
			return name[1];
	}
	return map;
}

static bool has_map(const struct opn_composed_hook *hook, const char *name)
{
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];

		for (size_t m = 0; m < stage->map_count; m++) {
			if (!strcmp(product_name(stage, stage->maps[m].name), name))
				return true;
		}
	}
	return false;
}

/* Maps of other hooks are in the object too. That nothing is written to them is seen, but for maps
 * that hold maps. */
static json_t *add_foreign_maps(json_t *names, const struct opn_composition *composition,
				const struct opn_composed_hook *hook)
{
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *other = &composition->hooks[h];

		for (size_t s = 0; other != hook && s < other->stage_count; s++) {
			const struct opn_composed_stage *stage = &other->stages[s];

			for (size_t m = 0; m < stage->map_count; m++) {
				const char *name = product_name(stage, stage->maps[m].name);

				if (stage->maps[m].inner && !has_map(hook, name))
					names = opn_json_append(names, opn_json_string(name));
			}
		}
	}
	return names;
}

char *opn_emit_verify(const struct opn_composition *composition,
		      const struct opn_composed_hook *hook)
{
	json_t *object = json_object(), *ignored = json_array();

	object = opn_json_set(object, "opened", json_integer(1));
	object = opn_json_set(object, "object", json_sprintf("../%s.bpf.o", composition->name));
	if (composition->counts)
		ignored = opn_json_append(ignored, json_sprintf("counters_%s", hook->id));
	if (hook->note) /* an argument here */
		ignored = opn_json_append(ignored, opn_json_string(hook->note));
	ignored = add_foreign_maps(ignored, composition, hook);
	if (opn_composition_switched(composition)) {
		ignored = opn_json_append(ignored, json_sprintf(".data.%s", composition->name));
		object = opn_json_set(object, "set",
				      json_pack("{s++:i}", composition->name, "_running", "", 1));
	}
	if (hook->program)
		object = opn_json_set(object, "program", opn_json_string(hook->program));
	else
		object = opn_json_set(object, "stages", stages_json(hook));
	if (hook->mechanism == OPN_MECHANISM_TAIL)
		object = opn_json_set(object, "slots", slots_json(hook));
	return opn_json_text(opn_json_set(object, "ignore", ignored));
}
