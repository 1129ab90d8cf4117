// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * diag_write.c - diagnostics as JSON and as SARIF 2.1.0
 *
 * SARIF wants columns in characters and places as URIs (sections 3.28.3 and 3.30.6 of the OASIS
 * standard); ours are bytes and file names, so the lines are read to convert.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "diag_list.h"
#include "json.h"

struct writer {
	struct opn_arena *arena;
	struct opn_sources sources;
	const char *root; /* absolute, or NULL when it cannot be known */
};

static const char *const severity_names[] = {
	[OPN_SEV_NOTE] = "note",
	[OPN_SEV_WARNING] = "warning",
	[OPN_SEV_ERROR] = "error",
	[OPN_SEV_FATAL] = "fatal",
};

/* SARIF's levels (section 3.27.10). */
static const char *const levels[] = {
	[OPN_SEV_NOTE] = "note",
	[OPN_SEV_WARNING] = "warning",
	[OPN_SEV_ERROR] = "error",
	[OPN_SEV_FATAL] = "error",
};

/* The file as it is seen from the root. */
static const char *relative(const struct writer *writer, const char *file)
{
	const char *path = opn_path_normalize(writer->arena, file);

	if (path && path[0] == '/' && writer->root && opn_path_inside(writer->root, path))
		path = opn_path_relative(writer->arena, writer->root, path);
	return path;
}

/* ---- our own JSON ---- */

static json_t *message_json(const struct writer *writer, const struct opn_diag_message *message)
{
	json_t *object = json_object();

	object = opn_json_set(object, "severity", json_string(severity_names[message->severity]));
	if (message->flag)
		object = opn_json_set(object, "flag", opn_json_string(message->flag));
	object = opn_json_set(object, "message", opn_json_string(message->text));
	if (!message->loc.file)
		return object;
	object = opn_json_set(object, "file", opn_json_string(relative(writer, message->loc.file)));
	if (!message->loc.line)
		return object;
	object = opn_json_set(object, "line", json_integer(message->loc.line));
	if (!message->loc.column)
		return object;
	object = opn_json_set(object, "column", json_integer(message->loc.column));
	return opn_json_set(object, "length", json_integer(message->loc.length));
}

static json_t *list_json(const struct writer *writer, const struct opn_diags *diags,
			 const char *tool)
{
	json_t *array = json_array(), *object = json_object();

	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next) {
		json_t *notes = json_array();

		for (const struct opn_diag_message *note = entry->notes; note; note = note->next)
			notes = opn_json_append(notes, message_json(writer, note));
		array = opn_json_append(
			array, opn_json_set(message_json(writer, &entry->message), "notes", notes));
	}
	object = opn_json_set(object, "version", json_integer(1));
	object = opn_json_set(object, "tool", opn_json_string(tool));
	object = opn_json_set(object, "status", json_integer(opn_diags_status(diags)));
	return opn_json_set(object, "diagnostics", array);
}

/* ---- SARIF ---- */

/* A relative reference, or a file: URI for what is outside the root. */
static json_t *artifact_json(const struct writer *writer, const char *file)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~/";
	const char *path = relative(writer, file);
	bool absolute = path && path[0] == '/';
	struct opn_buf uri = { 0 };
	json_t *object = json_object();

	if (absolute)
		opn_buf_puts(&uri, "file://");
	for (const char *s = path; s && *s; s++) {
		if (strchr(unreserved, *s))
			opn_buf_putc(&uri, *s);
		else
			opn_buf_printf(&uri, "%%%02X", (unsigned char)*s);
	}
	object = opn_json_set(object, "uri", uri.failed || !path ? NULL : json_string(uri.data));
	if (!absolute)
		object = opn_json_set(object, "uriBaseId", json_string("SRCROOT"));
	opn_buf_free(&uri);
	return object;
}

/* Characters in the first bytes of a line; a broken byte counts as one. */
static size_t count_characters(const char *line, size_t bytes)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes; count++) {
		size_t length = opn_utf8_length(line + i, bytes - i);

		i += length ? length : 1;
	}
	return count;
}

static json_t *region_json(struct writer *writer, struct opn_loc loc)
{
	json_t *region = opn_json_set(json_object(), "startLine", json_integer(loc.line));
	size_t start = loc.column ? loc.column - 1 : 0, end = start + loc.length, length;
	const char *line = opn_sources_line(&writer->sources, loc, &length);

	if (!loc.column)
		return region;
	if (line && start <= length) {
		end = count_characters(line, MIN(end, length));
		start = count_characters(line, start);
		end = MAX(end, start + 1);
	}
	region = opn_json_set(region, "startColumn", json_integer((json_int_t)start + 1));
	return opn_json_set(region, "endColumn", json_integer((json_int_t)end + 1));
}

/* Gives object its place, if any, as "physicalLocation". */
static json_t *add_place(struct writer *writer, json_t *object, struct opn_loc loc)
{
	json_t *place;

	if (!loc.file)
		return object;
	place = opn_json_set(json_object(), "artifactLocation", artifact_json(writer, loc.file));
	if (loc.line)
		place = opn_json_set(place, "region", region_json(writer, loc));
	return opn_json_set(object, "physicalLocation", place);
}

static json_t *text_json(const char *text)
{
	return opn_json_set(json_object(), "text", opn_json_string(text));
}

/* What a row says of every case: its format with "..." for what differs. */
static json_t *rule_text(const char *format)
{
	struct opn_buf text = { 0 };
	json_t *value;

	for (; *format; format++) {
		if (*format != '%') {
			opn_buf_putc(&text, *format);
			continue;
		}
		opn_buf_puts(&text, "...");
		format += strcspn(format, "sud");
	}
	value = text_json(text.failed ? NULL : text.data);
	opn_buf_free(&text);
	return value;
}

static json_t *rule_json(const struct opn_diag_row *row)
{
	json_t *rule = opn_json_set(json_object(), "id", json_string(row->flag));

	rule = opn_json_set(rule, "shortDescription", rule_text(row->format));
	return opn_json_set(
		rule, "defaultConfiguration",
		opn_json_set(json_object(), "level", json_string(levels[row->severity])));
}

static json_t *rule_id(const struct opn_diag_entry *entry)
{
	const struct opn_diag_message *message = &entry->message;
	struct opn_buf id = { 0 };
	json_t *value;

	if (entry->id >= 0)
		return json_string(opn_diag_rows[entry->id].flag);
	opn_buf_printf(&id, "clang-diagnostic-%s",
		       message->flag ? message->flag : levels[message->severity]);
	value = opn_json_string(id.failed ? NULL : id.data);
	opn_buf_free(&id);
	return value;
}

static json_t *result_json(struct writer *writer, const struct opn_diag_entry *entry)
{
	const struct opn_diag_message *message = &entry->message;
	json_t *result = opn_json_set(json_object(), "ruleId", rule_id(entry));
	json_t *related = json_array();

	if (entry->id >= 0)
		result = opn_json_set(result, "ruleIndex", json_integer(entry->id));
	result = opn_json_set(result, "level", json_string(levels[message->severity]));
	result = opn_json_set(result, "message", text_json(message->text));
	if (message->loc.file)
		result = opn_json_set(result, "locations",
				      opn_json_append(json_array(), add_place(writer, json_object(),
									      message->loc)));
	for (const struct opn_diag_message *note = entry->notes; note; note = note->next) {
		json_t *place = opn_json_set(json_object(), "message", text_json(note->text));

		related = opn_json_append(related, add_place(writer, place, note->loc));
	}
	if (entry->notes)
		return opn_json_set(result, "relatedLocations", related);
	json_decref(related);
	return result;
}

static json_t *driver_json(const char *tool)
{
	json_t *driver = opn_json_set(json_object(), "name", opn_json_string(tool));
	json_t *rules = json_array();

	for (size_t i = 0; i < OPN_DIAG_COUNT; i++)
		rules = opn_json_append(rules, rule_json(&opn_diag_rows[i]));
	driver = opn_json_set(driver, "semanticVersion", json_string(OPN_VERSION));
	return opn_json_set(driver, "rules", rules);
}

static json_t *sarif_json(struct writer *writer, const struct opn_diags *diags, const char *tool)
{
	json_t *log = json_object(), *run = json_object(), *results = json_array(), *invocation;

	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next)
		results = opn_json_append(results, result_json(writer, entry));
	invocation = opn_json_set(json_object(), "executionSuccessful",
				  json_boolean(!opn_diags_status(diags)));
	invocation = opn_json_set(invocation, "exitCode", json_integer(opn_diags_status(diags)));
	run = opn_json_set(run, "tool", opn_json_set(json_object(), "driver", driver_json(tool)));
	run = opn_json_set(run, "invocations", opn_json_append(json_array(), invocation));
	run = opn_json_set(run, "columnKind", json_string("unicodeCodePoints"));
	run = opn_json_set(run, "results", results);
	log = opn_json_set(log, "$schema",
			   json_string("https://json.schemastore.org/sarif-2.1.0.json"));
	log = opn_json_set(log, "version", json_string("2.1.0"));
	return opn_json_set(log, "runs", opn_json_append(json_array(), run));
}

/* The root as an absolute path, or NULL. */
static const char *absolute_root(struct opn_arena *arena, const char *root)
{
	char *current;

	if (root && root[0] == '/')
		return opn_path_normalize(arena, root);
	current = getcwd(NULL, 0);
	root = current ? opn_path_join(arena, current, root ? root : ".") : NULL;
	free(current);
	return root;
}

int opn_diags_write(const struct opn_diags *diags, const char *path, enum opn_diag_format format,
		    const char *tool)
{
	struct writer writer = { .sources = { .root = diags->root } };
	char *text = NULL;
	int error = -ENOMEM;

	writer.arena = opn_arena_new(NULL, NULL);
	if (!writer.arena)
		return error;
	writer.root = absolute_root(writer.arena, diags->root);
	switch (format) {
	case OPN_DIAG_JSON:
		text = opn_json_text(list_json(&writer, diags, tool));
		break;
	case OPN_DIAG_SARIF:
		text = opn_json_text(sarif_json(&writer, diags, tool));
		break;
	}
	if (text)
		error = opn_file_write(path, text, strlen(text));
	free(text);
	opn_sources_free(&writer.sources);
	opn_arena_free(writer.arena);
	return error;
}
