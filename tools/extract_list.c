/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract_list.c - tables: the functions of --list, the proofs of --prove -v
 *
 * Names come from other people's sources and file systems: nothing but printable text reaches the
 * terminal.
 */
#include "extract.h"

#include <string.h>

enum { LIST_FUNCTION, LIST_HOOK, LIST_SECTION, LIST_LOCATION, LIST_SIGNATURE, LIST_COLUMNS };

/* One row of a table; cells belong to an arena. */
struct row {
	const char *cell[LIST_COLUMNS];
};

/* Length of a printable character at text, or 0. */
static size_t printable_length(const char *text, size_t left)
{
	unsigned char first = (unsigned char)*text;
	size_t length = opn_utf8_length(text, left);

	if (first < 0x20 || first == 0x7f)
		return 0;
	/* U+0080 to U+009F are control characters as well. */
	if (length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0)
		return 0;
	return length;
}

/* Prints text when out is not NULL; returns its columns, one a character. */
static size_t print_safe(FILE *out, const char *text)
{
	size_t left = strlen(text), columns = 0, length;

	for (; left; text += length, left -= length, columns++) {
		length = printable_length(text, left);
		if (!length) {
			length = 1;
			if (out)
				fputc('?', out);
		} else if (out) {
			fwrite(text, 1, length, out);
		}
	}
	return columns;
}

size_t extract_print_safe(FILE *out, const char *text)
{
	return print_safe(out, text);
}

static void print_row(FILE *out, const struct row *row, const size_t *width)
{
	for (size_t i = 0; i < LIST_COLUMNS; i++) {
		size_t columns = print_safe(out, row->cell[i]);

		if (i + 1 == LIST_COLUMNS)
			break;
		fprintf(out, "%*s", (int)(width[i] - columns + 2), "");
	}
	fputc('\n', out);
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static struct row function_row(struct opn_arena *arena, const struct opn_function *function)
{
	return (struct row){ {
		[LIST_FUNCTION] = function->name,
		[LIST_HOOK] = or_dash(function->hook),
		[LIST_SECTION] = or_dash(function->section),
		[LIST_LOCATION] =
			opn_arena_printf(arena, "%s:%u", function->file, function->start_line),
		[LIST_SIGNATURE] = or_dash(function->signature),
	} };
}

/* Programs first, each kind in the order of the translation unit. */
static struct row *function_rows(const struct extract_source *source, size_t *count)
{
	struct row *rows =
		opn_arena_array(source->arena, source->function_count + 1, sizeof(*rows));

	rows[0] = (struct row){ { "function", "hook", "section", "location", "signature" } };
	*count = 1;
	for (int programs = 1; programs >= 0; programs--) {
		for (size_t i = 0; i < source->function_count; i++) {
			if (source->functions[i].is_program == (bool)programs)
				rows[(*count)++] =
					function_row(source->arena, &source->functions[i]);
		}
	}
	return rows;
}

static void print_source(const struct extract_source *source, FILE *out)
{
	size_t width[LIST_COLUMNS] = { 0 }, count;
	struct row *rows = function_rows(source, &count);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < LIST_COLUMNS; j++) {
			size_t columns = print_safe(NULL, rows[i].cell[j]);

			if (columns > width[j])
				width[j] = columns;
		}
	}
	for (size_t i = 0; i < count; i++)
		print_row(out, &rows[i], width);
}

void extract_print_list(const struct extract_run *run, FILE *out)
{
	bool first = true;

	for (size_t i = 0; i < run->source_count; i++) {
		if (!run->sources[i].opened)
			continue;
		if (!first)
			fputc('\n', out);
		first = false;
		if (run->source_count > 1) {
			print_safe(out, run->sources[i].path);
			fputs(":\n", out);
		}
		print_source(&run->sources[i], out);
	}
}

static void print_proof(const struct extract_unit *unit, size_t index, FILE *out)
{
	const struct opn_proof *proof = &unit->proofs[index];

	fputs("proof of '", out);
	print_safe(out, unit->unit->name);
	fputc('\'', out);
	if (unit->proof_count > 1)
		fprintf(out, " for command %zu of %zu", index + 1, unit->proof_count);
	fputs(":\n", out);
	for (size_t i = 0; i < OPN_PROOF_LEVELS; i++) {
		const struct opn_proof_level *level = &proof->level[i];

		fprintf(out, "  %zu %-13s %s", i + 1, opn_proof_level_name(i),
			opn_proof_status_name(level->status));
		if (level->detail) {
			fputs(": ", out);
			print_safe(out, level->detail);
		}
		fputc('\n', out);
	}
}

void extract_print_proofs(const struct extract_source *source, FILE *out)
{
	for (size_t i = 0; i < source->unit_count; i++) {
		for (size_t j = 0; j < source->units[i].proof_count; j++)
			print_proof(&source->units[i], j, out);
	}
}
