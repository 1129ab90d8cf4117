/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_tell.c - what the tools said, as whoever wrote the spec needs it
 *
 * A tool names places in what it was given: texts that an earlier step made, in a folder that may
 * be gone when the user reads of them. What an extracted text says of where its lines are from
 * leads back to the original; what has no place gets that of the spec's words that asked for it.
 * Clang warns of the same lines in the source, in the unit and in the stage, and nothing that is
 * written here can mend them: they are left to -v and to the report.
 */
#include "opened.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

#define SOURCE_LIMIT (64u << 20)

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- places ---- */

/* The folder that a tool's diagnostics are seen from: where it ran, or its database's. */
static const char *diagnostics_root(const struct opn_step *step)
{
	const struct opened_unit *unit = step->subject;

	switch ((enum step_kind)step->kind) {
	case STEP_EXTRACT:
		return step->folder ?: unit->tree.database ?: ".";
	case STEP_TRANSFORM:
		return unit->extracted;
	default:
		return ".";
	}
}

/* A text, by lines. */
struct lines {
	char *text;
	size_t length;
};

static bool read_lines(const char *path, struct lines *lines)
{
	return !opn_file_read(path, SOURCE_LIMIT, &lines->text, &lines->length);
}

/* A line without its end, or NULL: it has not so many. */
static const char *line_of(const struct lines *lines, unsigned int number, size_t *length)
{
	const char *at = lines->text, *end = lines->text + lines->length;

	while (--number && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	if (at == end)
		return NULL;
	*length = strcspn(at, "\n");
	return at;
}

static bool has_word(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (isalnum((unsigned char)line[i]))
			return true;
	}
	return false;
}

/* What an extracted text says above a declaration: the lines of the original that it is. */
struct origin {
	const char *file;
	unsigned int first, last; /* of the original */
	unsigned int mark;	  /* the line that says so */
};

static bool read_mark(struct opn_arena *arena, const char *line, size_t length,
		      struct origin *origin)
{
	static const char before[] = "/* Extracted from ";
	const char *colon;
	char *end;

	if (length < sizeof(before) || strncmp(line, before, sizeof(before) - 1))
		return false;
	line += sizeof(before) - 1;
	length -= sizeof(before) - 1;
	colon = memrchr(line, ':', length);
	if (!colon)
		return false;
	origin->first = (unsigned int)strtoul(colon + 1, &end, 10);
	if (*end != '-' || !origin->first)
		return false;
	origin->last = (unsigned int)strtoul(end + 1, NULL, 10);
	origin->file = opn_arena_strndup(arena, line, (size_t)(colon - line));
	return origin->last >= origin->first;
}

static bool find_origin(struct opn_arena *arena, const struct lines *made, unsigned int line,
			struct origin *origin)
{
	const char *at = made->text, *end = made->text + made->length;
	bool found = false;

	for (unsigned int number = 1; number < line && at < end; number++) {
		size_t length = strcspn(at, "\n");

		if (read_mark(arena, at, length, origin)) {
			origin->mark = number;
			found = true;
		}
		at += length + (at + length < end);
	}
	return found;
}

/* The line of the original that reads like a line of what was made of it, the nearest to where it
 * would be if nothing had been put in or taken out; 0: there is none. */
static unsigned int same_line(const struct lines *made, unsigned int line,
			      const struct lines *source, const struct origin *origin)
{
	unsigned int guess = origin->first + line - origin->mark - 1;
	size_t length, other;
	const char *text = line_of(made, line, &length);

	if (!text || !has_word(text, length))
		return 0;
	for (unsigned int away = 0; away <= origin->last - origin->first + line; away++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			unsigned int number = sign < 0 ? guess - away : guess + away;
			const char *candidate;

			if (number < origin->first || number > origin->last)
				continue;
			candidate = line_of(source, number, &other);
			if (candidate && other == length && !memcmp(candidate, text, length))
				return number;
		}
	}
	return 0;
}

/* Moves a place in what was made to the original. A line that was rewritten is told by its
 * distance from the last one above it that was not, and without a column. */
static bool to_original(const struct opened_run *run, const struct opened_unit *unit,
			struct opn_loc *loc)
{
	struct lines made, source;
	struct origin origin;
	const char *path;
	bool found = false;

	if (!read_lines(loc->file, &made))
		return false;
	if (!loc->line || !find_origin(run->arena, &made, loc->line, &origin)) {
		free(made.text);
		return false;
	}
	path = opn_path_join(run->arena, unit->tree.root, origin.file);
	if (read_lines(path, &source)) {
		unsigned int line = same_line(&made, loc->line, &source, &origin),
			     above = loc->line;
		struct opn_loc there = { path, line, line ? loc->column : 0,
					 line ? loc->length : 0 };

		while (!line && --above > origin.mark) {
			line = same_line(&made, above, &source, &origin);
			if (line)
				there.line = line + (loc->line - above);
		}
		if (!there.line)
			there.line = origin.first;
		if (there.line > origin.last)
			there.line = origin.last;
		*loc = there;
		found = true;
		free(source.text);
	}
	free(made.text);
	return found;
}

/* The unit whose folder has the file, or NULL. */
static const struct opened_unit *unit_of(const struct opened_run *run, const char *path)
{
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		if (opn_path_inside(run->units[u].extracted, path) ||
		    opn_path_inside(run->units[u].final, path))
			return &run->units[u];
	}
	return NULL;
}

/* The unit's own file of a path that a text of it names, or NULL: those that the message is about
 * go first. */
static const char *in_a_tree(const struct opened_run *run, const char *file, const char *text)
{
	const char *found = NULL;

	for (size_t u = 0; *file != '/' && u < run->spec.unit_count; u++) {
		const struct opened_unit *unit = &run->units[u];
		const char *path;

		if (!unit->has_tree)
			continue;
		path = opn_path_join(run->arena, unit->tree.root, file);
		if (access(path, R_OK))
			continue;
		if (text && strstr(text, opn_arena_printf(run->arena, "'%s'", unit->spec->name)))
			return path;
		found = found ?: path;
	}
	return found;
}

struct opn_loc opened_loc(const struct opened_run *run, const struct opn_step *step,
			  const json_t *message)
{
	const char *file = member(message, "file");
	const struct opened_unit *unit;
	struct opn_loc loc = { 0 };

	if (!file)
		return loc;
	loc.file = opn_path_join(run->arena, run->here,
				 opn_path_join(run->arena, diagnostics_root(step), file));
	loc.line = (unsigned int)json_integer_value(json_object_get(message, "line"));
	loc.column = (unsigned int)json_integer_value(json_object_get(message, "column"));
	loc.length = (unsigned int)json_integer_value(json_object_get(message, "length"));
	unit = unit_of(run, loc.file);
	if (unit && unit->has_tree && to_original(run, unit, &loc))
		unit = NULL;
	else if (access(loc.file, R_OK))
		loc.file = in_a_tree(run, file, member(message, "message"));
	/* A check's own folder goes before anybody looks. */
	if (!loc.file || (run->options->check && opn_path_inside(run->output, loc.file)))
		return OPN_NOWHERE;
	if (opn_path_inside(run->here, loc.file))
		loc.file = opn_path_relative(run->arena, run->here, loc.file);
	return loc;
}

/* ---- what has no place: the spec's words that asked for it ---- */

static bool names(const struct opened_run *run, const char *text, const char *word)
{
	return text && word && strstr(text, opn_arena_printf(run->arena, "'%s'", word));
}

static struct opn_loc word_loc(const struct opened_run *run, const struct opn_spec_words *words,
			       const char *text, struct opn_loc otherwise)
{
	for (size_t i = 0; i < words->count; i++) {
		if (names(run, text, words->word[i].text))
			return words->word[i].loc;
	}
	return otherwise;
}

static struct opn_loc stage_loc(const struct opened_run *run, const char *text)
{
	const struct opn_composition *composition = run->spec.composition;

	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		for (size_t s = 0; s < hook->stage_count; s++) {
			if (names(run, text, hook->stages[s].name))
				return hook->stages[s].loc;
		}
	}
	return composition->hook_count ? composition->hooks[0].loc : OPN_NOWHERE;
}

static struct opn_loc spec_loc(const struct opened_run *run, const struct opn_step *step,
			       const char *text)
{
	const struct opened_unit *unit = step->subject;
	const struct opn_composed_hook *hook = step->subject;

	switch ((enum step_kind)step->kind) {
	case STEP_EXTRACT:
		return word_loc(run, &unit->spec->functions, text, unit->spec->loc);
	case STEP_TRANSFORM:
		return word_loc(run, &unit->spec->transform->functions, text,
				unit->spec->transform->loc);
	case STEP_PROVE:
	case STEP_OBJECTS:
		return unit->spec->transform ? unit->spec->transform->loc : unit->spec->loc;
	case STEP_COMPOSE:
	case STEP_BUILD:
		return stage_loc(run, text);
	case STEP_PROVE_ALL:
		return hook->loc;
	}
	return OPN_NOWHERE;
}

/* ---- words: what a tool's option is to a spec ---- */

static const char *without(const struct opened_run *run, const char *text, const char *folder)
{
	size_t length = strlen(folder);
	struct opn_buf out = { 0 };
	const char *at;

	while (length > 1 && (at = strstr(text, folder))) {
		bool whole = at[length] == '/';

		opn_buf_add(&out, text, (size_t)(at - text) + (whole ? 0 : length));
		text = at + length + whole;
	}
	opn_buf_puts(&out, text);
	text = opn_arena_strdup(run->arena, out.data ?: "");
	opn_buf_free(&out);
	return text;
}

/* Files of a check as they are called in the output of a run; others as seen from here. */
static const char *plain_paths(const struct opened_run *run, const char *text)
{
	text = without(run, text ?: "", run->here);
	return run->options->check ? without(run, text, run->output) : text;
}

/* Whole notes of tools that a spec has other words for, by what they are about. */
static const struct {
	enum opn_diag_id id;
	const char *option, *advice;
} advices[] = {
	{ OPN_DIAG_FUNCTION_MISSING, "--list", "'opened list FILE' shows what can be extracted" },
	{ OPN_DIAG_FUNCTION_DECLARED_ONLY, "--list",
	  "'opened list FILE' shows what can be extracted" },
	{ OPN_DIAG_TARGET_NOT_BPF, "--extra-arg",
	  "say it under 'compile': {flags: [-target, bpf, ...]}, or {infer: true}" },
	{ OPN_DIAG_DATABASE_MISSING, " -p",
	  "say it under 'compile': {database: DIR}, {flags: [...]} or {infer: true}" },
	{ OPN_DIAG_ENTRY_UNSUPPORTED, "--entry",
	  "leave out the key 'entry', or write a caller and extract that" },
};

/* Options that a spec has a key for. */
static const struct {
	const char *option, *key;
	bool list;
} keys[] = {
	{ "--function", "functions", true },
	{ "--accept", "accept", true },
	{ "--from", "from", false },
	{ "--to", "to", false },
};

static const char *key_words(const struct opened_run *run, const char *text)
{
	struct opn_buf out = { 0 };

	while (*text) {
		size_t size = 0, value, k;

		for (k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
			size = strlen(keys[k].option);
			if (!strncmp(text, keys[k].option, size) &&
			    !isalpha((unsigned char)text[size]) && text[size] != '-')
				break;
		}
		if (k == sizeof(keys) / sizeof(*keys)) {
			opn_buf_putc(&out, *text++);
			continue;
		}
		text += size;
		opn_buf_puts(&out, keys[k].key);
		if (*text != '=')
			continue;
		value = strcspn(++text, " '");
		opn_buf_printf(&out, keys[k].list ? ": [%.*s]" : ": %.*s", (int)value, text);
		text += value;
	}
	text = opn_arena_strdup(run->arena, out.data ?: "");
	opn_buf_free(&out);
	return text;
}

static const char *note_words(const struct opened_run *run, const char *flag, const char *text)
{
	for (size_t i = 0; flag && text && i < sizeof(advices) / sizeof(*advices); i++) {
		if (!strcmp(flag, opn_diag_flag(advices[i].id)) && strstr(text, advices[i].option))
			return advices[i].advice;
	}
	return key_words(run, plain_paths(run, text));
}

/* ---- a step ---- */

static enum opn_severity severity_of(const json_t *message)
{
	const char *word = member(message, "severity");

	return word && strcmp(word, "warning") ? OPN_SEV_ERROR : OPN_SEV_WARNING;
}

bool opened_is_clangs_warning(const json_t *message)
{
	const char *flag = member(message, "flag");

	return severity_of(message) == OPN_SEV_WARNING && (!flag || strncmp(flag, "opened-", 7));
}

/* Whether this run told it of this place before: of the original, then of what was made of it. */
static bool was_told(struct opened_run *run, const json_t *message, struct opn_loc loc)
{
	const char *key = opn_arena_printf(run->arena, "%s:%u:%u: %s", loc.file ?: "", loc.line,
					   loc.column, member(message, "message") ?: "");

	if (json_object_get(run->told, key))
		return true;
	json_object_set_new(run->told, key, json_true());
	return false;
}

struct opn_loc opened_message_loc(const struct opened_run *run, const struct opn_step *step,
				  const json_t *message)
{
	struct opn_loc loc = opened_loc(run, step, message);

	return loc.file ? loc : spec_loc(run, step, member(message, "message"));
}

void opened_tell(struct opened_run *run, const struct opn_step *step, struct opn_diags *into)
{
	json_t *root = opened_json(opened_diagnostics(run, step));
	size_t index, inner;
	json_t *row, *note;

	json_array_foreach(json_object_get(root, "diagnostics"), index, row)
	{
		const char *flag = member(row, "flag");
		struct opn_loc loc = opened_message_loc(run, step, row);

		if ((opened_is_clangs_warning(row) && !run->options->cli.verbose) ||
		    opened_is_question(run, step, row) || was_told(run, row, loc))
			continue;
		opn_diag_foreign(into, severity_of(row), loc,
				 plain_paths(run, member(row, "message")),
				 flag ? opn_arena_printf(run->arena, "-W%s", flag) : NULL, NULL);
		json_array_foreach(json_object_get(row, "notes"), inner, note)
			opn_diag_note(into, opened_loc(run, step, note), "%s",
				      note_words(run, flag, member(note, "message")));
	}
	json_decref(root);
}

void opened_tell_inconclusive(struct opened_run *run, const struct opn_step *step)
{
	json_t *report = opened_json(opn_arena_printf(run->arena, "%s/" OPENED_PROOFS "/%s.json",
						      run->output, step->name));
	const char *verdict = member(report, "verdict"), *sentence = member(report, "sentence");

	if (step->status == OPN_EXIT_REFUSED && verdict && sentence &&
	    !strcmp(verdict, "inconclusive")) {
		opn_diag(run->diags, OPN_DIAG_PROOF_INCONCLUSIVE, spec_loc(run, step, NULL),
			 step->name, sentence);
		opn_diag_note(
			run->diags, OPN_NOWHERE,
			"give 'verify' packets, cases or maps with which it does something "
			"else; of a program that can do one thing only nothing more is shown, "
			"and --no-verify leaves its proof out");
	}
	json_decref(report);
}

bool opened_is_explained(const struct opened_run *run, const struct opn_step *step)
{
	json_t *root = opened_json(opened_diagnostics(run, step));
	bool found = false;
	size_t index;
	json_t *row;

	/* Of what runs did, opened-verify speaks on its standard output. */
	json_array_foreach(json_object_get(root, "diagnostics"), index, row) found |=
		severity_of(row) == OPN_SEV_ERROR;
	json_decref(root);
	return found && step->status != OPN_EXIT_INTERNAL && strcmp(step->stage, "verify");
}
