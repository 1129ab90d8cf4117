/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_decide.c - what only the user can say
 *
 * Three things stop a run for an answer: a function of several definitions, a map that somebody
 * else's program makes, a loss that may matter or not. On a terminal the choices are shown with
 * their lines and the answer is written into the spec; otherwise the YAML to add is printed, and
 * the run ends with 3.
 */
#include "opened.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHOICES 32

struct choice {
	const char *value;  /* as it will stand in the spec */
	struct opn_loc loc; /* where to look */
	const char *text;
};

struct question {
	struct opened_run *run;
	const struct opened_unit *unit;
	struct opn_loc loc;
	const char *text;
	struct opn_spec_answer answer; /* without its value */
	struct choice choice[CHOICES];
	size_t count;
};

/* Prints the question, with each choice where it stands. */
static void say(const struct question *question)
{
	struct opened_run *run = question->run;

	opn_diag(run->diags, OPN_DIAG_DECISION_NEEDED, question->loc, question->unit->spec->name,
		 question->text);
	for (size_t i = 0; i < question->count; i++)
		opn_diag_note(run->diags, question->choice[i].loc, "%zu: %s", i + 1,
			      question->choice[i].text);
}

static void tell(struct question *question)
{
	struct opened_run *run = question->run;
	struct opn_spec_answer answer = question->answer;

	say(question);
	for (size_t i = 0; i < question->count; i++) {
		answer.value = question->choice[i].value;
		opn_diag_note(run->diags, OPN_NOWHERE, "%s, add to unit '%s' of '%s' in %s: %s",
			      question->count == 1 ? "to accept" : "to choose it", answer.unit,
			      answer.section, run->spec.path,
			      opn_spec_answer_yaml(&answer, run->arena));
	}
}

/* True when the spec has the answer. */
static bool ask(struct question *question)
{
	struct opened_run *run = question->run;
	struct opn_spec_answer answer = question->answer;
	char line[64], *end;
	unsigned long number;

	say(question);
	opn_diags_print_messages(run->diags, stderr, opn_cli_coloured(&run->options->cli), false);
	opn_diags_free(run->diags);
	run->diags = opn_diags_new();
	if (!run->diags)
		opn_cli_no_memory(NULL);
	fprintf(stderr,
		question->count == 1 ? "1 to accept, nothing to leave it: "
				     : "1 to %zu, nothing to leave it: ",
		question->count);
	fflush(stderr);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	number = strtoul(line, &end, 10);
	if (end == line || !number || number > question->count) {
		run->status = OPN_EXIT_DECISION;
		return false;
	}
	answer.value = question->choice[number - 1].value;
	return !opn_spec_write_answer(run->spec.path, &answer, run->arena, run->diags);
}

static bool settle(struct question *question)
{
	if (!question->count)
		return false;
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !question->run->options->events &&
	    !question->run->options->check)
		return ask(question);
	tell(question);
	return false;
}

/* ---- functions of several definitions ---- */

static struct question function_question(struct opened_run *run, const struct opened_unit *unit,
					 const json_t *message)
{
	const char *text = json_string_value(json_object_get(message, "message"));
	struct question question = {
		.run = run,
		.unit = unit,
		.loc = unit->spec->loc,
		.text = opn_arena_strdup(run->arena, text),
		.answer = { "extract", unit->spec->name, "resolve", NULL, NULL },
	};
	size_t index;
	json_t *note;

	/* The message names the function; it is one that the spec asks for. */
	for (size_t f = 0; text && f < unit->spec->functions.count; f++) {
		const char *function = unit->spec->functions.word[f].text;

		if (strstr(text, opn_arena_printf(run->arena, "'%s'", function)))
			question.answer.name = function;
	}
	if (!question.answer.name)
		return question;
	json_array_foreach(json_object_get(message, "notes"), index, note)
	{
		struct opn_loc loc = opened_loc(run, unit->extract, note);
		const char *file = json_string_value(json_object_get(note, "file"));

		if (!file || !loc.line || question.count == CHOICES)
			continue;
		question.choice[question.count++] = (struct choice){
			.value = opn_arena_printf(
				run->arena, "%s:%u",
				opn_path_relative(run->arena, unit->tree.root,
						  opn_path_join(run->arena, run->here, loc.file)),
				loc.line),
			.loc = loc,
			.text = opn_arena_strdup(
				run->arena, json_string_value(json_object_get(note, "message"))),
		};
	}
	return question;
}

/* ---- losses ---- */

static struct question loss_question(struct opened_run *run, const struct opened_unit *unit,
				     const json_t *message)
{
	static const char option[] = "--accept=";
	struct question question = {
		.run = run,
		.unit = unit,
		.loc = unit->spec->transform->loc,
		.text = opn_arena_strdup(run->arena,
					 json_string_value(json_object_get(message, "message"))),
		.answer = { "transform", unit->spec->name, "accept", NULL, NULL },
	};
	size_t index;
	json_t *note;

	json_array_foreach(json_object_get(message, "notes"), index, note)
	{
		const char *text = json_string_value(json_object_get(note, "message"));

		if (!text || strncmp(text, option, sizeof(option) - 1))
			continue;
		text += sizeof(option) - 1;
		question.choice[question.count++] = (struct choice){
			.value = opn_arena_strndup(run->arena, text, strcspn(text, " ")),
			.loc = opened_loc(run, unit->last, message),
			.text = "the program is rewritten without it",
		};
		break;
	}
	return question;
}

/* What a message of a step's tool asks; without a choice: nothing. */
static struct question question_of(struct opened_run *run, const struct opn_step *step,
				   const json_t *message)
{
	const char *flag = json_string_value(json_object_get(message, "flag"));

	if (flag && step->kind == STEP_EXTRACT &&
	    !strcmp(flag, opn_diag_flag(OPN_DIAG_FUNCTION_AMBIGUOUS)))
		return function_question(run, step->subject, message);
	if (flag && step->kind == STEP_TRANSFORM &&
	    !strcmp(flag, opn_diag_flag(OPN_DIAG_TRANSFORM_LOSSY)))
		return loss_question(run, step->subject, message);
	return (struct question){ 0 };
}

bool opened_is_question(struct opened_run *run, const struct opn_step *step, const json_t *message)
{
	return question_of(run, step, message).count;
}

static bool decide_step(struct opened_run *run, const struct opn_step *step)
{
	json_t *root = opened_json(opened_diagnostics(run, step));
	bool answered = false;
	size_t index;
	json_t *message;

	json_array_foreach(json_object_get(root, "diagnostics"), index, message)
	{
		struct question question = question_of(run, step, message);

		answered = answered || settle(&question);
	}
	json_decref(root);
	return answered;
}

/* ---- maps that user space makes ---- */

static bool is_known(const struct opn_spec_words *words, const char *name)
{
	for (size_t i = 0; i < words->count; i++) {
		if (!strcmp(words->word[i].text, name))
			return true;
	}
	return false;
}

static bool decide_map(struct opened_run *run, const struct opened_unit *unit, const json_t *map)
{
	const char *name = json_string_value(json_object_get(map, "name"));
	struct opn_loc nowhere = { 0 };
	struct question question = {
		.run = run,
		.unit = unit,
		.loc = unit->spec->loc,
		.answer = { "extract", unit->spec->name, "user-maps", NULL, NULL },
		.count = 1,
	};

	if (!name || !json_is_true(json_object_get(map, "declared_only")) ||
	    is_known(&unit->spec->user_maps, name))
		return false;
	question.text = opn_arena_printf(run->arena,
					 "map '%s' is only declared: it is instantiated in user "
					 "code, and whoever loads the unit has to do that",
					 name);
	question.choice[0] = (struct choice){ .value = opn_arena_strdup(run->arena, name),
					      .loc = nowhere,
					      .text = "whoever loads it makes the map" };
	return settle(&question);
}

static bool decide_maps(struct opened_run *run, const struct opened_unit *unit)
{
	bool answered = false;

	for (const char *const *name = opened_programs(run, unit->extracted);
	     name && *name && !answered; name++) {
		json_t *manifest = opened_manifest(run, unit->extracted, *name);
		size_t index;
		json_t *map;

		json_array_foreach(json_object_get(manifest, "maps"), index, map)
		{
			if (!answered)
				answered = decide_map(run, unit, map);
		}
		json_decref(manifest);
	}
	return answered;
}

bool opened_decide(struct opened_run *run)
{
	bool answered = false;

	for (size_t u = 0; u < run->spec.unit_count && !answered; u++) {
		const struct opened_unit *unit = &run->units[u];
		bool extracted = unit->extract->state == OPN_STEP_DONE ||
				 unit->extract->state == OPN_STEP_UNCHANGED;

		if (unit->extract->state == OPN_STEP_FAILED && unit->has_tree)
			answered = decide_step(run, unit->extract);
		else if (unit->last->state == OPN_STEP_FAILED)
			answered = decide_step(run, unit->last);
		if (extracted && !answered)
			answered = decide_maps(run, unit);
	}
	return answered;
}
