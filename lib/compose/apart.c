// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * apart.c - choices in which the stages of a pipeline must differ
 *
 * Which they are is said by the hook's table ("apart"). Both who rewrites units for a pipeline and
 * who rewrites stages while composing it ask here, so that neither gives what the other has given.
 */
#include <string.h>

#include "composition.h"

static const char *find_word(const struct opn_pair_choice *choices, size_t count, const char *name)
{
	for (size_t c = 0; c < count; c++) {
		if (!strcmp(choices[c].name, name))
			return choices[c].word;
	}
	return NULL;
}

const char *opn_stage_word(const struct opn_composed_stage *stage, const char *choice)
{
	return find_word(stage->choices, stage->choice_count, choice)
		       ?: find_word(stage->brought, stage->brought_count, choice);
}

static bool is_taken(const struct opn_composition *composition, const char *choice,
		     const char *word)
{
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		for (size_t s = 0; s < hook->stage_count; s++) {
			const char *taken = opn_stage_word(&hook->stages[s], choice);

			if (taken && !strcmp(taken, word))
				return true;
		}
	}
	return false;
}

const char *opn_composition_free_word(const struct opn_composition *composition,
				      const struct opn_pair_option *option)
{
	const char *const *word = option->words;

	while (*word && is_taken(composition, option->name, *word))
		word++;
	return *word;
}

const struct opn_pair_choice *opn_choices_with(struct opn_arena *arena,
					       const struct opn_pair_choice *choices, size_t count,
					       const char *name, const char *word)
{
	struct opn_pair_choice *grown = opn_arena_array(arena, count + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	if (count)
		memcpy(grown, choices, count * sizeof(*grown));
	grown[count] = (struct opn_pair_choice){ name, word };
	return grown;
}
