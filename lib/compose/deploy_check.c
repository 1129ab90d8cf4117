// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * deploy_check.c - what speaks against giving a pipeline to another loader
 *
 * Another loader attaches programs and fills no map: what needs more than that from user space
 * stays with the loader that comes with the product.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "deploy.h"

static int refuse(struct opn_diags *diags, struct opn_loc loc,
		  const struct opn_composition *composition, const struct opn_deploy_engine *engine,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));

static int refuse(struct opn_diags *diags, struct opn_loc loc,
		  const struct opn_composition *composition, const struct opn_deploy_engine *engine,
		  const char *format, ...)
{
	struct opn_buf text = { 0 };
	va_list arguments;
	int error;

	va_start(arguments, format);
	opn_buf_vprintf(&text, format, arguments);
	va_end(arguments);
	error = opn_diag(diags, OPN_DIAG_DEPLOY_REFUSED, loc, composition->name, engine->name,
			 text.data ? text.data : strerror(ENOMEM));
	opn_buf_free(&text);
	return error;
}

static const char *mechanism_word(const struct opn_composed_hook *hook)
{
	return hook->place->hook->mechanisms[hook->mechanism];
}

const struct opn_deploy_way *opn_deploy_way_find(const struct opn_deploy_engine *engine,
						 const struct opn_deploy *deploy,
						 const struct opn_composition *composition,
						 const struct opn_composed_hook *hook,
						 struct opn_diags *diags)
{
	const char *separate =
		hook->program ? NULL
			      : opn_deploy_word_find(engine->separate, engine->separate_count,
						     mechanism_word(hook));
	const struct opn_deploy_way *first = NULL;
	size_t count = 0;

	for (size_t w = 0; w < engine->way_count; w++) {
		const struct opn_deploy_way *way = &engine->ways[w];

		if (strcmp(way->place, hook->place->name))
			continue;
		count++;
		if (separate ? !strcmp(way->type, separate)
			     : deploy->type && !strcmp(way->type, deploy->type))
			return way;
		first = first ?: way;
	}
	/* A type that the spec wants is for those places that have several. */
	if (first && !separate && (!deploy->type || count == 1))
		return first;
	if (first && !separate)
		opn_diag(diags, OPN_DIAG_VALUE_INVALID, deploy->loc, deploy->type,
			 "it is no type of program at this place");
	else
		refuse(diags, hook->loc, composition, engine, "it attaches nothing at '%s'",
		       hook->place->name);
	return NULL;
}

/* ---- mechanisms ---- */

static int check_mechanism(const struct opn_deploy_engine *engine,
			   const struct opn_composition *composition,
			   const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	const char *word = mechanism_word(hook);
	int error = 0;

	switch (hook->mechanism) {
	case OPN_MECHANISM_LINKED:
	case OPN_MECHANISM_FUSED:
		return 0;
	case OPN_MECHANISM_TAIL:
		error = refuse(diags, hook->loc, composition, engine,
			       "mechanism '%s' needs who puts the stages into their slots", word);
		break;
	case OPN_MECHANISM_LINKS:
	case OPN_MECHANISM_FILTERS:
	case OPN_MECHANISM_SHARED:
	case OPN_MECHANISM_COUNT:
		if (opn_deploy_word_find(engine->separate, engine->separate_count, word))
			return 0;
		error = refuse(diags, hook->loc, composition, engine,
			       "with mechanism '%s' each stage would get maps of its own", word);
		break;
	}
	opn_diag_note(diags, OPN_NOWHERE, "mechanism 'linked' needs nothing but to be attached");
	return error;
}

/* ---- packets that change ---- */

/* Whether text calls the function. */
static bool calls(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; at && (at = strstr(at, name)); at += length) {
		if ((at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_')) &&
		    at[length] == '(')
			return true;
	}
	return false;
}

/* What the tables' shims call is not among the facts of the source that was rewritten, but they
 * stand in the stage's text: there, where a comment may say more than the code, it is looked for.
 */
static const char *changing_helper(const struct opn_deploy_engine *engine,
				   const struct opn_composed_hook *hook,
				   const struct opn_composed_stage *stage)
{
	for (const char *const *helper = stage->helpers; helper && *helper; helper++) {
		for (const char *const *c = engine->changes_packet; c && *c; c++) {
			if (!strcmp(*helper, *c))
				return *helper;
		}
	}
	if (!stage->text || !strcmp(stage->from, hook->place->hook->hook))
		return NULL;
	for (const char *const *c = engine->changes_packet; c && *c; c++) {
		if (calls(stage->text, *c))
			return *c;
	}
	return NULL;
}

static void tell_stub(const struct opn_deploy_engine *engine, const struct opn_deploy_way *way,
		      const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	for (size_t s = 0; way->stub && s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		const char *helper = changing_helper(engine, hook, stage);

		if (!helper)
			continue;
		opn_diag(diags, OPN_DIAG_DEPLOY_STUB, stage->loc, engine->name,
			 hook->program ? hook->program : stage->function, stage->name, helper);
		for (size_t w = 0; w < engine->way_count; w++) {
			if (!strcmp(engine->ways[w].place, way->place) && !engine->ways[w].stub)
				opn_diag_note(diags, OPN_NOWHERE,
					      "as type '%s' it is loaded everywhere",
					      engine->ways[w].type);
		}
		opn_diag_note(diags, OPN_NOWHERE,
			      "the loader that comes with the product does not need a dispatcher");
		if (hook->program)
			return;
	}
}

/* ---- bpfman ---- */

/* "^[a-zA-Z][a-zA-Z0-9_]+." of its schema, which a C identifier of three letters fits. */
static int check_name(const struct opn_deploy_engine *engine,
		      const struct opn_composition *composition, struct opn_loc loc,
		      const char *name, struct opn_diags *diags)
{
	enum { SHORTEST = 3, LONGEST = 64 };
	size_t length = strlen(name);

	if (length >= SHORTEST && length <= LONGEST && isalpha((unsigned char)*name))
		return 0;
	return refuse(diags, loc, composition, engine,
		      "the name of program '%s' is to begin with a letter and have %d to %d", name,
		      SHORTEST, LONGEST);
}

static int check_proceed(const struct opn_deploy_engine *engine,
			 const struct opn_composition *composition,
			 const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	if (opn_deploy_word_find(engine->verdicts, engine->verdict_count, hook->next->name))
		return 0;
	return refuse(diags, hook->loc, composition, engine, "it has no word for verdict '%s'",
		      hook->next->name);
}

static int check_bpfman(const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
			const struct opn_composition *composition, struct opn_diags *diags)
{
	int error = 0;

	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];
		const struct opn_deploy_way *way =
			opn_deploy_way_find(engine, deploy, composition, hook, diags);
		size_t programs = hook->program ? 1 : hook->stage_count;

		if (!way) {
			error = -EINVAL;
			continue;
		}
		error = check_mechanism(engine, composition, hook, diags) ?: error;
		error = way->stub ? check_proceed(engine, composition, hook, diags) ?: error
				  : error;
		if (way->slots && programs > way->slots)
			error = refuse(diags, hook->loc, composition, engine,
				       "%zu programs at '%s' are more than its %u slots", programs,
				       way->place, way->slots);
		if (deploy->priority + programs - 1 > engine->most_priority)
			error = refuse(diags, deploy->loc, composition, engine,
				       "priorities from %u on are too high for %zu programs",
				       deploy->priority, programs);
		if (hook->program)
			error = check_name(engine, composition, hook->loc, hook->program, diags)
					?: error;
		for (size_t s = 0; !hook->program && s < hook->stage_count; s++)
			error = check_name(engine, composition, hook->stages[s].loc,
					   hook->stages[s].function, diags)
					?: error;
		tell_stub(engine, way, hook, diags);
	}
	return error;
}

/* ---- L3AF ---- */

static bool has_map(const struct opn_composed_hook *hook, const char *name)
{
	for (size_t s = 0; s < hook->stage_count; s++) {
		for (size_t m = 0; m < hook->stages[s].map_count; m++) {
			if (!strcmp(hook->stages[s].maps[m].name, name))
				return true;
		}
	}
	return false;
}

/* The daemon loads the object anew for each hook. */
static int check_shared(const struct opn_deploy_engine *engine,
			const struct opn_composition *composition, struct opn_diags *diags)
{
	int error = 0;

	for (const char *const *name = composition->share; name && *name; name++) {
		size_t hooks = 0;

		for (size_t h = 0; h < composition->hook_count; h++)
			hooks += has_map(&composition->hooks[h], *name);
		if (hooks > 1)
			error = refuse(diags, composition->hooks[0].loc, composition, engine,
				       "each hook would have a map '%s' of its own", *name);
	}
	return error;
}

static int check_l3af(const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		      const struct opn_composition *composition, struct opn_diags *diags)
{
	int error = check_shared(engine, composition, diags);

	if (!deploy->host_count)
		error = refuse(diags, deploy->loc, composition, engine,
			       "no host is named: 'deploy: {l3af: {hosts: [...]}}'");
	for (size_t i = 0; i < deploy->host_count; i++) {
		if (!deploy->hosts[i].interface && !composition->interface)
			error = refuse(diags, deploy->loc, composition, engine,
				       "host '%s' has no interface", deploy->hosts[i].name);
	}
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		if (!opn_deploy_way_find(engine, deploy, composition, hook, diags))
			error = -EINVAL;
		error = check_mechanism(engine, composition, hook, diags) ?: error;
	}
	return error;
}

int opn_deploy_check(const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		     const struct opn_composition *composition, struct opn_diags *diags)
{
	switch (engine->engine) {
	case OPN_ENGINE_BPFMAN:
		return check_bpfman(engine, deploy, composition, diags);
	case OPN_ENGINE_L3AF:
		return check_l3af(engine, deploy, composition, diags);
	case OPN_ENGINE_OWN:
	case OPN_ENGINE_COUNT:
		break;
	}
	return 0;
}
