// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * diag.c - the list of what the user is told
 *
 * A diagnostic that cannot be kept for lack of memory is counted, so that the run still fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "diag_list.h"

const struct opn_diag_row opn_diag_rows[OPN_DIAG_COUNT] = {
#define OPN_DIAG(id, severity, status, flag, format)                                               \
	[OPN_DIAG_##id] = { OPN_SEV_##severity, status, "opened-" flag, format },
#include "diag.def"
#undef OPN_DIAG
};

struct opn_diags *opn_diags_new(void)
{
	struct opn_diags *diags = calloc(1, sizeof(*diags));

	if (!diags)
		return NULL;
	diags->arena = opn_arena_new(NULL, NULL);
	if (!diags->arena) {
		free(diags);
		return NULL;
	}
	return diags;
}

void opn_diags_free(struct opn_diags *diags)
{
	if (!diags)
		return;
	opn_arena_free(diags->arena);
	free(diags);
}

void opn_diags_set_root(struct opn_diags *diags, const char *root)
{
	diags->root = opn_arena_strdup(diags->arena, root);
}

/* Copies text into the arena; *failed is set when that is not possible. */
static const char *keep(struct opn_diags *diags, const char *text, bool *failed)
{
	const char *copy = opn_arena_strdup(diags->arena, text);

	*failed |= text && !copy;
	return copy;
}

static bool fill(struct opn_diags *diags, struct opn_diag_message *message,
		 enum opn_severity severity, struct opn_loc loc, const char *text)
{
	bool failed = false;

	message->severity = severity;
	message->loc = loc;
	message->loc.file = keep(diags, loc.file, &failed);
	if (loc.column && !loc.length)
		message->loc.length = 1;
	message->text = keep(diags, text, &failed);
	return !failed && text;
}

static struct opn_diag_entry *add_entry(struct opn_diags *diags, int id, enum opn_severity severity,
					struct opn_loc loc, const char *text)
{
	struct opn_diag_entry *entry = opn_arena_alloc(diags->arena, sizeof(*entry));

	if (!entry || !fill(diags, &entry->message, severity, loc, text)) {
		diags->lost++;
		return NULL;
	}
	entry->id = id;
	if (diags->last)
		diags->last->next = entry;
	else
		diags->first = entry;
	diags->last = entry;
	return entry;
}

static struct opn_diag_message *add_note(struct opn_diags *diags, struct opn_loc loc,
					 const char *text)
{
	struct opn_diag_entry *entry = diags->last;
	struct opn_diag_message *note = opn_arena_alloc(diags->arena, sizeof(*note));

	if (!note || !fill(diags, note, OPN_SEV_NOTE, loc, text)) {
		diags->lost++;
		return NULL;
	}
	if (entry->last_note)
		entry->last_note->next = note;
	else
		entry->notes = note;
	entry->last_note = note;
	return note;
}

int opn_diag(struct opn_diags *diags, enum opn_diag_id id, struct opn_loc loc, ...)
{
	const struct opn_diag_row *row = &opn_diag_rows[id];
	struct opn_buf text = { 0 };
	struct opn_diag_entry *entry;
	va_list arguments;

	diags->told_before = false;
	va_start(arguments, loc);
	opn_buf_vprintf(&text, row->format, arguments);
	va_end(arguments);
	entry = add_entry(diags, (int)id, row->severity, loc, text.failed ? NULL : text.data);
	if (entry)
		entry->message.flag = row->flag;
	opn_buf_free(&text);
	return row->severity >= OPN_SEV_ERROR ? -EINVAL : 0;
}

void opn_diag_note(struct opn_diags *diags, struct opn_loc loc, const char *format, ...)
{
	struct opn_buf text = { 0 };
	va_list arguments;

	if (diags->told_before)
		return;
	va_start(arguments, format);
	opn_buf_vprintf(&text, format, arguments);
	va_end(arguments);
	if (diags->last)
		add_note(diags, loc, text.failed ? NULL : text.data);
	else
		add_entry(diags, -1, OPN_SEV_NOTE, loc, text.failed ? NULL : text.data);
	opn_buf_free(&text);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Whether another tool's warning is in the list: a header's is told for each source, and a
 * source's each time that it is parsed. */
static bool has_warning(const struct opn_diags *diags, const struct opn_diag_message *warning)
{
	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next) {
		const struct opn_diag_message *message = &entry->message;

		if (entry->id < 0 && message->severity == OPN_SEV_WARNING &&
		    message->loc.line == warning->loc.line &&
		    message->loc.column == warning->loc.column &&
		    same_text(message->text, warning->text) &&
		    same_text(message->loc.file, warning->loc.file))
			return true;
	}
	return false;
}

void opn_diag_foreign(struct opn_diags *diags, enum opn_severity severity, struct opn_loc loc,
		      const char *message, const char *flag, const char *rendered)
{
	struct opn_diag_message *added;
	struct opn_diag_entry *entry;
	bool failed = false;

	if (severity != OPN_SEV_NOTE)
		diags->told_before = severity == OPN_SEV_WARNING && loc.file &&
				     has_warning(diags, &(struct opn_diag_message){
								.loc = loc,
								.text = message,
							});
	if (diags->told_before)
		return;
	/* Another tool's note explains what it said before. */
	if (severity == OPN_SEV_NOTE && diags->last) {
		added = add_note(diags, loc, message);
	} else {
		entry = add_entry(diags, -1, severity, loc, message);
		added = entry ? &entry->message : NULL;
	}
	if (!added)
		return;
	if (flag && !strncmp(flag, "-W", 2))
		flag += 2;
	added->flag = keep(diags, flag, &failed);
	added->rendered = keep(diags, rendered, &failed);
	diags->lost += failed;
}

/* Takes out of a list what the other one has. */
static void drop_told(const struct opn_diags *other, struct opn_diags *diags)
{
	struct opn_diag_entry **link = &diags->first;

	diags->last = NULL;
	while (*link) {
		struct opn_diag_entry *entry = *link;

		if (entry->id < 0 && entry->message.severity == OPN_SEV_WARNING &&
		    entry->message.loc.file && has_warning(other, &entry->message)) {
			*link = entry->next;
			continue;
		}
		diags->last = entry;
		link = &entry->next;
	}
}

void opn_diags_move(struct opn_diags *to, struct opn_diags *from)
{
	drop_told(to, from);
	opn_arena_absorb(to->arena, from->arena);
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	if (from->last)
		to->last = from->last;
	if (!to->root)
		to->root = from->root;
	to->lost += from->lost;
	from->first = from->last = NULL;
	from->root = NULL;
	from->lost = 0;
}

size_t opn_diags_count(const struct opn_diags *diags, enum opn_severity severity)
{
	size_t count = 0;

	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next) {
		count += entry->message.severity == severity;
		for (const struct opn_diag_message *note = entry->notes; note; note = note->next)
			count += note->severity == severity;
	}
	return count;
}

size_t opn_diags_count_id(const struct opn_diags *diags, enum opn_diag_id id)
{
	size_t count = 0;

	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next)
		count += entry->id == (int)id;
	return count;
}

int opn_diags_status(const struct opn_diags *diags)
{
	int status = diags->lost ? opn_diag_rows[OPN_DIAG_INTERNAL].status : 0;

	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next) {
		if (entry->message.severity < OPN_SEV_ERROR)
			continue;
		status = MAX(status, entry->id < 0 ? 1 : opn_diag_rows[entry->id].status);
	}
	return status;
}

const char *opn_diag_flag(enum opn_diag_id id)
{
	return opn_diag_rows[id].flag;
}

/* ---- sources ---- */

/* More than any source that a person reads; a line of a larger file is not shown. */
enum { SOURCE_LIMIT = 64 * 1024 * 1024 };

static bool open_source(struct opn_sources *sources, const char *file)
{
	struct opn_arena *arena;
	const char *path = file;

	if (sources->file && !strcmp(sources->file, file))
		return sources->text;
	opn_sources_free(sources);
	sources->line = 1;
	sources->offset = 0;
	sources->file = strdup(file);
	arena = opn_arena_new(NULL, NULL);
	if (!sources->file || !arena) {
		opn_arena_free(arena);
		return false;
	}
	if (sources->root && file[0] != '/')
		path = opn_arena_printf(arena, "%s/%s", sources->root, file);
	if (path && opn_file_read(path, SOURCE_LIMIT, &sources->text, &sources->length))
		sources->text = NULL;
	opn_arena_free(arena);
	return sources->text;
}

const char *opn_sources_line(struct opn_sources *sources, struct opn_loc loc, size_t *length)
{
	const char *start, *end, *newline;

	if (!loc.file || !loc.line || !open_source(sources, loc.file))
		return NULL;
	if (loc.line < sources->line) {
		sources->line = 1;
		sources->offset = 0;
	}
	end = sources->text + sources->length;
	while (sources->line < loc.line) {
		start = sources->text + sources->offset;
		newline = memchr(start, '\n', (size_t)(end - start));
		if (!newline)
			return NULL;
		sources->offset = (size_t)(newline + 1 - sources->text);
		sources->line++;
	}
	start = sources->text + sources->offset;
	newline = memchr(start, '\n', (size_t)(end - start));
	if (!newline)
		newline = end;
	if (newline > start && newline[-1] == '\r')
		newline--;
	*length = (size_t)(newline - start);
	return start;
}

void opn_sources_free(struct opn_sources *sources)
{
	free(sources->file);
	free(sources->text);
	sources->file = sources->text = NULL;
	sources->length = 0;
}
