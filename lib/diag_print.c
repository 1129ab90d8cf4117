// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * diag_print.c - diagnostics as clang prints them
 *
 * Names and lines come from strangers: a control character, a bidirectional override or a broken
 * byte is shown as <U+001B> or <FF>, never sent to the terminal. The look (gutter, tab stops,
 * colours) is that of clang/lib/Frontend/TextDiagnostic.cpp.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <wchar.h>
#include <wctype.h>

#include "diag_list.h"

enum {
	TAB_STOP = 8,
	GUTTER_WIDTH = 4,
	LINE_WIDTH = 160, /* a longer line is shown around its caret */
};

struct printer {
	FILE *out;
	bool colour;
	locale_t utf8; /* for the width of characters; 0: each is one column */
	struct opn_sources sources;
};

#define RESET "\033[0m"
#define BOLD  "\033[1m"
#define GREEN "\033[0;1;32m"

static const struct {
	const char *name;
	const char *colour;
} severities[] = {
	[OPN_SEV_NOTE] = { "note", "\033[0;1;36m" },
	[OPN_SEV_WARNING] = { "warning", "\033[0;1;35m" },
	[OPN_SEV_ERROR] = { "error", "\033[0;1;31m" },
	[OPN_SEV_FATAL] = { "fatal error", "\033[0;1;31m" },
};

static wchar_t decode(const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text;
	wchar_t code = length == 1 ? s[0] : s[0] & (0x7f >> length);

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (s[i] & 0x3f);
	return code;
}

/* Characters that print nothing but change how the rest is read: joiners, marks and overrides of
 * direction, separators (https://trojansource.codes). */
static bool is_deceptive(wchar_t code)
{
	return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0x61c || code == 0xfeff ||
	       (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f);
}

/* Columns that a character takes, or -1 when it must be shown as its number. */
static int character_width(const struct printer *printer, wchar_t code)
{
	locale_t old;
	int width;

	if (code >= 0x20 && code < 0x7f)
		return 1;
	if (code < 0xa0 || is_deceptive(code))
		return -1;
	if (!printer->utf8)
		return 1;
	old = uselocale(printer->utf8);
	width = wcwidth(code);
	uselocale(old);
	return width;
}

/* Adds one character as it is to be shown, at the given column, and moves the column. Returns how
 * many bytes of text it took. */
static size_t show_character(const struct printer *printer, struct opn_buf *buf, const char *text,
			     size_t left, size_t *column)
{
	size_t length = opn_utf8_length(text, left), before = buf->length;
	wchar_t code;
	int width;

	if (!length) {
		opn_buf_printf(buf, "<%02X>", (unsigned char)*text);
		*column += 4;
		return 1;
	}
	code = decode(text, length);
	width = character_width(printer, code);
	if (width >= 0) {
		opn_buf_add(buf, text, length);
		*column += (size_t)width;
		return length;
	}
	opn_buf_printf(buf, "<U+%04X>", (unsigned int)code);
	*column += buf->length - before;
	return length;
}

/* Prints text of one line, made harmless. */
static void put_text(const struct printer *printer, const char *text)
{
	size_t left = strlen(text), column = 0;
	struct opn_buf buf = { 0 };

	while (left) {
		size_t length = show_character(printer, &buf, text, left, &column);

		text += length;
		left -= length;
	}
	if (buf.length)
		fwrite(buf.data, 1, buf.length, printer->out);
	opn_buf_free(&buf);
}

static void put_colour(const struct printer *printer, const char *colour)
{
	if (printer->colour)
		fputs(colour, printer->out);
}

/* A line as it is shown, and where each of its bytes came to stand. */
struct shown_line {
	struct opn_buf text;
	size_t *columns; /* by byte of the line; length + 1 of them */
	size_t *offsets; /* into text, likewise */
	size_t length;
};

static bool show_line(const struct printer *printer, const char *line, size_t length,
		      struct shown_line *shown)
{
	size_t column = 0;

	*shown = (struct shown_line){ .length = length };
	shown->columns = calloc(length + 1, sizeof(*shown->columns));
	shown->offsets = calloc(length + 1, sizeof(*shown->offsets));
	if (!shown->columns || !shown->offsets)
		return false;
	for (size_t i = 0, bytes; i < length; i += bytes) {
		size_t start = column, offset = shown->text.length;

		if (line[i] == '\t') {
			bytes = 1;
			do
				opn_buf_putc(&shown->text, ' ');
			while (++column % TAB_STOP);
		} else {
			bytes = show_character(printer, &shown->text, line + i, length - i,
					       &column);
		}
		for (size_t j = 0; j < bytes; j++) {
			shown->columns[i + j] = start;
			shown->offsets[i + j] = offset;
		}
	}
	shown->columns[length] = column;
	shown->offsets[length] = shown->text.length;
	return !shown->text.failed;
}

static void put_repeated(FILE *out, char c, size_t count)
{
	while (count--)
		fputc(c, out);
}

static unsigned int digits(unsigned int number)
{
	unsigned int count = 1;

	while (number /= 10)
		count++;
	return count;
}

/* The part [*first, *last) of the line's bytes to show: all, or what is around the caret. */
static void choose_window(const struct shown_line *shown, size_t caret, size_t *first, size_t *last)
{
	*first = 0;
	*last = shown->length;
	if (shown->columns[shown->length] <= LINE_WIDTH)
		return;
	while (*first < caret && shown->columns[caret] - shown->columns[*first] > LINE_WIDTH / 2)
		(*first)++;
	while (*last > *first && shown->columns[*last] - shown->columns[*first] > LINE_WIDTH)
		(*last)--;
	/* neither border inside a character */
	while (*first < caret && *first && shown->offsets[*first] == shown->offsets[*first - 1])
		(*first)++;
	while (*last > *first && *last < shown->length &&
	       shown->offsets[*last] == shown->offsets[*last - 1])
		(*last)--;
}

static void put_caret(const struct printer *printer, const struct shown_line *shown,
		      struct opn_loc loc, unsigned int width, size_t first, size_t last)
{
	size_t caret = MIN((size_t)loc.column - 1, shown->length);
	size_t end = MIN(caret + MAX(loc.length, 1u), MAX(last, caret));
	size_t indent = shown->columns[caret] - shown->columns[first];
	size_t covered = shown->columns[end] - shown->columns[caret];

	put_repeated(printer->out, ' ', width + 2);
	fputs("| ", printer->out);
	put_repeated(printer->out, ' ', indent + (first ? 3 : 0));
	put_colour(printer, GREEN);
	fputc('^', printer->out);
	put_repeated(printer->out, '~', covered ? covered - 1 : 0);
	put_colour(printer, RESET);
	fputc('\n', printer->out);
}

static void put_snippet(struct printer *printer, struct opn_loc loc)
{
	unsigned int width = MAX((unsigned int)GUTTER_WIDTH, digits(loc.line));
	size_t length, first, last;
	struct shown_line shown;
	const char *line = opn_sources_line(&printer->sources, loc, &length);

	if (!line || !loc.column)
		return;
	if (show_line(printer, line, length, &shown)) {
		choose_window(&shown, MIN((size_t)loc.column - 1, length), &first, &last);
		fprintf(printer->out, " %*u | %s", (int)width, loc.line, first ? "..." : "");
		if (shown.offsets[last] > shown.offsets[first])
			fwrite(shown.text.data + shown.offsets[first], 1,
			       shown.offsets[last] - shown.offsets[first], printer->out);
		fputs(last < length ? "...\n" : "\n", printer->out);
		put_caret(printer, &shown, loc, width, first, last);
	}
	opn_buf_free(&shown.text);
	free(shown.columns);
	free(shown.offsets);
}

/* Another tool's text: its lines as they are, tabs too. */
static void put_rendered(const struct printer *printer, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\t\n");
		char *part = strndup(text, length);

		if (part)
			put_text(printer, part);
		free(part);
		text += length;
		if (*text)
			fputc(*text++, printer->out);
		else
			fputc('\n', printer->out);
	}
}

static void put_message(struct printer *printer, const struct opn_diag_message *message)
{
	const struct opn_loc *loc = &message->loc;

	if (message->rendered && *message->rendered) {
		put_rendered(printer, message->rendered);
		return;
	}
	if (loc->file) {
		put_colour(printer, BOLD);
		put_text(printer, loc->file);
		if (loc->line)
			fprintf(printer->out, ":%u", loc->line);
		if (loc->line && loc->column)
			fprintf(printer->out, ":%u", loc->column);
		fputs(": ", printer->out);
		put_colour(printer, RESET);
	}
	put_colour(printer, severities[message->severity].colour);
	fprintf(printer->out, "%s: ", severities[message->severity].name);
	put_colour(printer, RESET);
	if (message->severity > OPN_SEV_NOTE)
		put_colour(printer, BOLD);
	put_text(printer, message->text);
	if (message->flag) {
		fputs(" [-W", printer->out);
		put_text(printer, message->flag);
		fputc(']', printer->out);
	}
	if (message->severity > OPN_SEV_NOTE)
		put_colour(printer, RESET);
	fputc('\n', printer->out);
	put_snippet(printer, *loc);
}

void opn_diags_print_count(const struct opn_diags *diags, FILE *out, bool quiet)
{
	size_t warnings = quiet ? 0 : opn_diags_count(diags, OPN_SEV_WARNING);
	size_t errors = opn_diags_count(diags, OPN_SEV_ERROR) +
			opn_diags_count(diags, OPN_SEV_FATAL) + (diags->lost ? 1 : 0);

	if (!warnings && !errors)
		return;
	if (warnings)
		fprintf(out, "%zu warning%s", warnings, warnings == 1 ? "" : "s");
	if (warnings && errors)
		fputs(" and ", out);
	if (errors)
		fprintf(out, "%zu error%s", errors, errors == 1 ? "" : "s");
	fputs(" generated.\n", out);
}

void opn_diags_print_messages(const struct opn_diags *diags, FILE *out, bool colour, bool quiet)
{
	struct printer printer = { .out = out, .colour = colour };

	printer.sources.root = diags->root;
	printer.utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
	for (const struct opn_diag_entry *entry = diags->first; entry; entry = entry->next) {
		if (quiet && entry->message.severity < OPN_SEV_ERROR)
			continue;
		put_message(&printer, &entry->message);
		for (const struct opn_diag_message *note = entry->notes; note; note = note->next)
			put_message(&printer, note);
	}
	if (diags->lost)
		fprintf(out, "error: out of memory, %zu diagnostics were lost\n", diags->lost);
	if (printer.utf8)
		freelocale(printer.utf8);
	opn_sources_free(&printer.sources);
}

void opn_diags_print(const struct opn_diags *diags, FILE *out, bool colour, bool quiet)
{
	opn_diags_print_messages(diags, out, colour, quiet);
	opn_diags_print_count(diags, out, quiet);
}
