// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * metadata.c - what stages tell each other of a packet: where it can be, and the code that puts it
 * there
 *
 * Stages that were written alone tell each other of a packet through the one element of a map with
 * a value for each CPU. In a pipeline each gets a pointer instead. Functions of one dispatcher
 * share its stack; programs of their own find it with the packet, in a place that the hook's table
 * names.
 */
#include <errno.h>
#include <string.h>

#include "composition.h"
#include "hookdef.h"

static const char stack[] = "sptr";

static int refuse(const struct opn_composed_hook *hook, struct opn_diags *diags,
		  struct opn_buf *text)
{
	int error = opn_diag(diags, OPN_DIAG_PIPELINE_METADATA, hook->note_loc, hook->note,
			     text->data ? text->data : "");

	opn_buf_free(text);
	return error;
}

/* ---- the place ---- */

static int refuse_carrier(const struct opn_composed_hook *hook, struct opn_diags *diags,
			  const char *word)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	bool programs = opn_hook_has_programs(hook);
	struct opn_buf text = { 0 };
	const char *between = " ";
	int error;

	if (word)
		opn_buf_printf(&text, "'%s' cannot", word);
	else
		opn_buf_puts(&text, "nothing can");
	opn_buf_printf(&text, " carry it at '%s' with mechanism '%s'", hook->place->name,
		       rules->mechanisms[hook->mechanism]);
	error = refuse(hook, diags, &text);
	text = (struct opn_buf){ 0 };
	opn_buf_puts(&text, "what can:");
	if (!programs) {
		opn_buf_printf(&text, " %s", stack);
		between = ", ";
	}
	for (size_t c = 0; c < rules->carrier_count; c++) {
		if (!rules->carriers[c].mechanisms[hook->mechanism])
			continue;
		opn_buf_printf(&text, "%s%s", between, rules->carriers[c].name);
		between = ", ";
	}
	if (*between == ',')
		opn_diag_note(diags, OPN_NOWHERE, "%s", text.data ? text.data : "");
	opn_buf_free(&text);
	return error;
}

int opn_metadata_choose(struct opn_composed_hook *hook, struct opn_diags *diags)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	const char *word = hook->note_carrier;
	bool on_stack = !opn_hook_has_programs(hook) && (!word || !strcmp(word, stack));

	if (!hook->note || on_stack)
		return 0;
	for (size_t c = 0; c < rules->carrier_count; c++) {
		const struct opn_carrier *carrier = &rules->carriers[c];

		if (!carrier->mechanisms[hook->mechanism] ||
		    (word ? strcmp(word, carrier->name) : carrier->inherits))
			continue;
		hook->carrier = carrier;
		return 0;
	}
	return refuse_carrier(hook, diags, word);
}

const char *opn_metadata_carrier(const struct opn_composed_hook *hook)
{
	return hook->carrier ? hook->carrier->name : stack;
}

/* ---- what is carried ---- */

/* Whether a place before gives the packet what this one takes. */
static bool is_begun(struct opn_composition *composition, const struct opn_composed_hook *hook)
{
	for (size_t h = 0; h < composition->hook_count; h++) {
		struct opn_composed_hook *other = &composition->hooks[h];

		if (other->note && other->carrier && !other->carrier->inherits &&
		    !strcmp(other->carrier->name, hook->carrier->name) &&
		    other->note_size == hook->note_size)
			return other->hands_on = true;
	}
	return false;
}

static int check_carrier(struct opn_composition *composition, const struct opn_composed_hook *hook,
			 struct opn_diags *diags)
{
	const struct opn_carrier *carrier = hook->carrier;
	struct opn_buf text = { 0 };

	if (!carrier)
		return 0;
	if (hook->note_size > carrier->most) {
		opn_buf_printf(&text, "its values have %zu bytes, and %s has %u", hook->note_size,
			       carrier->name, carrier->most);
		return refuse(hook, diags, &text);
	}
	if (carrier->inherits && !is_begun(composition, hook)) {
		opn_buf_printf(&text, "no other place of the pipeline puts %zu bytes into %s",
			       hook->note_size, carrier->name);
		return refuse(hook, diags, &text);
	}
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];

		for (const char *const *own = carrier->owns; own && *own; own++) {
			if (!opn_words_hold(stage->writes, *own) &&
			    !opn_words_hold(stage->helpers, *own))
				continue;
			opn_buf_printf(&text, "stage '%s' uses %s itself", stage->name, *own);
			return refuse(hook, diags, &text);
		}
	}
	return 0;
}

/* One element for each CPU: what one packet's programs leave there, no other's sees in between. */
static const char *wrong_map(const struct opn_map *map)
{
	if (!map->type || strcmp(map->type, "BPF_MAP_TYPE_PERCPU_ARRAY"))
		return "is no BPF_MAP_TYPE_PERCPU_ARRAY";
	if (!map->max_entries || strcmp(map->max_entries, "1"))
		return "has not one entry";
	return NULL;
}

static int check_stage(struct opn_composed_hook *hook, const struct opn_composed_stage *stage,
		       struct opn_diags *diags)
{
	const char *wrong = wrong_map(stage->note);
	struct opn_buf text = { 0 };

	if (wrong || !stage->note_size) {
		opn_buf_printf(&text, "that of stage '%s' %s", stage->name,
			       wrong ? wrong : "has values of no type");
		return refuse(hook, diags, &text);
	}
	if (!hook->note_size) {
		hook->note_size = stage->note_size;
		hook->note_type = stage->note->value;
	}
	if (hook->note_size != stage->note_size || strcmp(hook->note_type, stage->note->value)) {
		opn_buf_printf(&text,
			       "its values are '%s' of %zu bytes, but '%s' of %zu in stage '%s'",
			       hook->note_type, hook->note_size, stage->note->value,
			       stage->note_size, stage->name);
		return refuse(hook, diags, &text);
	}
	if (hook->mechanism == OPN_MECHANISM_LINKED && strncmp(hook->note_type, "struct ", 7) &&
	    strncmp(hook->note_type, "union ", 6)) {
		opn_buf_printf(&text,
			       "'%s' is no struct with a name, which functions of several "
			       "sources need",
			       hook->note_type);
		return refuse(hook, diags, &text);
	}
	return 0;
}

int opn_metadata_check(struct opn_composition *composition, struct opn_diags *diags)
{
	size_t users = 0;
	int error = 0;

	for (size_t h = 0; h < composition->hook_count; h++) {
		struct opn_composed_hook *hook = &composition->hooks[h];

		for (size_t s = 0; s < hook->stage_count && !error; s++) {
			if (!hook->stages[s].note)
				continue;
			users++;
			error = check_stage(hook, &hook->stages[s], diags);
		}
	}
	for (size_t h = 0; h < composition->hook_count && !error; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];
		struct opn_buf text = { 0 };

		if (!hook->note)
			continue;
		if (!hook->note_size || users < 2) {
			opn_buf_puts(&text, users ? "only one stage has such a map"
						  : "no stage has such a map");
			return refuse(hook, diags, &text);
		}
		error = check_carrier(composition, hook, diags);
	}
	return error;
}

/* ---- code ---- */

void opn_metadata_lines(struct opn_buf *buf, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length)
			opn_buf_printf(buf, "\t%.*s", (int)length, text);
		opn_buf_putc(buf, '\n');
		text += length + (text[length] == '\n');
	}
}

static void add_function(struct opn_buf *buf, const struct opn_composed_hook *hook,
			 const char *what, const char *body)
{
	bool is_end = !strcmp(what, "end");

	if (!body)
		return;
	opn_buf_printf(buf,
		       "static inline __attribute__((always_inline)) void note_%s_%s(%s *ctx%s)\n"
		       "{\n\tenum { words = %zu };\n",
		       what, hook->id, hook->place->hook->context, is_end ? "" : ", void *note",
		       (hook->note_size + 3) / 4);
	if (strstr(body, "view->"))
		opn_buf_printf(buf, "\tstruct opn_%s_view *view = (void *)ctx;\n",
			       hook->place->hook->hook);
	opn_metadata_lines(buf, body);
	opn_buf_puts(buf, "}\n\n");
}

void opn_metadata_functions(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	if (!hook->carrier)
		return;
	opn_buf_printf(buf,
		       "/* What stages tell each other of a packet (their map '%s'), in %s; with "
		       "the packet there\n * are 32-bit words. */\n",
		       hook->note, hook->carrier->name);
	add_function(buf, hook, "begin", hook->carrier->begin);
	add_function(buf, hook, "take", hook->carrier->take);
	add_function(buf, hook, "give", hook->carrier->give);
	add_function(buf, hook, "end", hook->hands_on ? NULL : hook->carrier->end);
}

void opn_metadata_declare(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	if (hook->note)
		opn_buf_printf(buf, "\tunsigned long long note[%zu] = { 0 };\n",
			       (hook->note_size + 7) / 8);
}

void opn_metadata_begin(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	if (hook->carrier && hook->carrier->inherits)
		opn_metadata_take(buf, hook);
	else if (hook->carrier && hook->carrier->begin)
		opn_buf_printf(buf, "\tnote_begin_%s(ctx, note);\n", hook->id);
}

void opn_metadata_take(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	if (hook->carrier)
		opn_buf_printf(buf, "\tnote_take_%s(ctx, note);\n", hook->id);
}

void opn_metadata_give(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	if (hook->carrier && hook->carrier->give)
		opn_buf_printf(buf, "\tnote_give_%s(ctx, note);\n", hook->id);
}

void opn_metadata_end(struct opn_buf *buf, const struct opn_composed_hook *hook, const char *indent)
{
	if (hook->carrier && hook->carrier->end && !hook->hands_on)
		opn_buf_printf(buf, "%snote_end_%s(ctx);\n", indent, hook->id);
}
