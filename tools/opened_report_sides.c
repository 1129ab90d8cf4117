/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_report_sides.c - original and result of a rewritten unit side by side on a run's page,
 * with the rule and the reason of each change
 */
#include "opened_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/process.h"

#define LINE_LIMIT 4000 /* that change without a line between them */

/* A rewritten file, and what the transformer says of each change. */
struct rewritten {
	const char *file;    /* as the report names it */
	const char *text;    /* the original's */
	const json_t *sites; /* places with their rules, by line */
	const json_t *edits; /* changes with their rules, by offset */
};

static bool is_at(const struct rewritten *rewritten, const json_t *row, unsigned long line)
{
	const char *in = page_member(row, "file");
	json_t *offset = json_object_get(row, "offset");
	unsigned long own = json_integer_value(json_object_get(row, "line"));

	if (!in || strcmp(opn_path_basename(in), rewritten->file))
		return false;
	if (offset && rewritten->text) {
		const char *at = rewritten->text;

		own = 1;
		for (json_int_t left = json_integer_value(offset); *at && left > 0; at++, left--)
			own += *at == '\n';
	}
	return own == line;
}

static void open_rule(const struct page *page, const char *rule)
{
	opn_html_element(page->buf, "<tr class=\"why\"><td></td><td colspan=\"3\"><code>", rule,
			 "</code> ");
}

static void put_site(const struct page *page, const json_t *site)
{
	open_rule(page, page_member(site, "rule"));
	page_text(page, page_member(site, "what"));
	if (page_member(site, "condition"))
		opn_html_element(page->buf, "; if ", page_member(site, "condition"), "");
	if (page_member(site, "fact"))
		opn_html_element(page->buf, " <span class=\"note\">(", page_member(site, "fact"),
				 ")</span>");
	page_put(page, "</td></tr>\n");
}

/* A rule of structure says what it is for in the first paragraph of its section. */
static void put_structure(const struct page *page, const char *rule)
{
	char *section = opn_cli_section("rules.md", rule), *end;
	char *text = section ? strstr(section, "\n\n") : NULL;

	open_rule(page, rule);
	if (text) {
		text += 2;
		end = strstr(text, "\n\n");
		if (end)
			*end = '\0';
		for (char *at = text; *at; at++)
			*at = *at == '\n' ? ' ' : *at;
		page_text(page, text);
	}
	free(section);
	page_put(page, "</td></tr>\n");
}

/* The rules that changed a line, below it, each once. A line that stays has only what follows it.
 */
static void put_rules(const struct page *page, const struct rewritten *rewritten,
		      unsigned long line, bool changed)
{
	json_t *seen = json_object();
	size_t index;
	json_t *row;

	json_array_foreach(changed ? rewritten->sites : NULL, index, row)
	{
		if (!is_at(rewritten, row, line))
			continue;
		put_site(page, row);
		json_object_set_new(seen, page_member(row, "rule"), json_true());
	}
	json_array_foreach(rewritten->edits, index, row)
	{
		const char *rule = page_member(row, "rule");

		if (!rule || json_object_get(seen, rule) || !is_at(rewritten, row, line))
			continue;
		put_structure(page, rule);
		json_object_set_new(seen, rule, json_true());
	}
	json_decref(seen);
}

struct side {
	const char *line[LINE_LIMIT];
	size_t length[LINE_LIMIT];
	size_t count;
	unsigned long number;
};

static void put_side(const struct page *page, const struct side *side, size_t at, const char *tone)
{
	if (at >= side->count) {
		page_put(page, "<td class=\"n\"></td><td></td>");
		return;
	}
	opn_buf_printf(page->buf, "<td class=\"n\">%lu</td><td class=\"%s\">", side->number + at,
		       tone);
	page_text(page, opn_arena_strndup(page->run->arena, side->line[at], side->length[at]));
	page_put(page, "</td>");
}

/* Lines that gave way to others, beside them. */
static void flush_sides(const struct page *page, struct side *left, struct side *right,
			const struct rewritten *rewritten)
{
	size_t rows = left->count > right->count ? left->count : right->count;

	for (size_t i = 0; i < rows; i++) {
		page_put(page, "<tr>");
		put_side(page, left, i, "gone");
		put_side(page, right, i, "new");
		page_put(page, "</tr>\n");
		if (i < left->count)
			put_rules(page, rewritten, left->number + i, true);
	}
	left->number += left->count;
	right->number += right->count;
	left->count = right->count = 0;
}

/* One line of "diff -U3". */
static void put_diff_line(const struct page *page, const char *line, size_t length,
			  struct side *left, struct side *right, const struct rewritten *rewritten)
{
	struct side *side = *line == '-' ? left : right;

	switch (*line) {
	case '-':
	case '+':
		if (side->count == LINE_LIMIT)
			return;
		side->line[side->count] = line + 1;
		side->length[side->count++] = length - 1;
		return;
	case '@':
		flush_sides(page, left, right, rewritten);
		if (sscanf(line, "@@ -%lu%*[^+]+%lu", &left->number, &right->number) == 2)
			page_put(page,
				 "<tr class=\"cut\"><td colspan=\"4\">\xe2\x8b\xaf</td></tr>\n");
		return;
	case ' ':
		flush_sides(page, left, right, rewritten);
		page_put(page, "<tr>");
		for (int i = 0; i < 2; i++) {
			opn_buf_printf(page->buf, "<td class=\"n\">%lu</td><td>",
				       i ? right->number : left->number);
			page_text(page, opn_arena_strndup(page->run->arena, line + 1, length - 1));
			page_put(page, "</td>");
		}
		page_put(page, "</tr>\n");
		put_rules(page, rewritten, left->number, false);
		left->number++;
		right->number++;
		return;
	default:
		return;
	}
}

/* Original and result side by side, each change with its rule. */
void page_sides(const struct page *page, const struct opened_unit *unit, const char *program)
{
	struct opn_arena *arena = page->run->arena;
	const char *file = opn_arena_printf(arena, "%s.bpf.c", program);
	const char *before = opn_arena_printf(arena, "%s/%s", unit->extracted, file);
	const char *after = opn_arena_printf(arena, "%s/%s", unit->final, file);
	char *argv[] = { "diff", "-U3", "--", (char *)before, (char *)after, NULL };
	json_t *report = opened_json(opn_arena_printf(arena, "%s.transform.json", after));
	struct rewritten rewritten = { .file = file,
				       .sites = json_object_get(report, "sites"),
				       .edits = json_object_get(report, "edits") };
	struct side *left = opn_cli_alloc(1, sizeof(*left)),
		    *right = opn_cli_alloc(1, sizeof(*right));
	struct opn_buf out = { 0 };
	int status = opn_process_run(argv, NULL, NULL, &out);
	char *text = NULL;
	size_t size;

	if (!opn_file_read(before, 0, &text, &size))
		rewritten.text = text;

	if (status == 1 && out.data) {
		const char *line = out.data;
		size_t number = 0;

		page_put(page,
			 "<h4>Rewritten: original and result</h4><details open><summary>changes, "
			 "with "
			 "their rules</summary><div class=\"card scroll\"><table class=\"sides\">"
			 "<colgroup><col style=\"width:3.4rem\"><col><col "
			 "style=\"width:3.4rem\"><col>"
			 "</colgroup><tbody>\n");
		for (; *line; number++) {
			size_t length = strcspn(line, "\n");

			/* The first two lines name the files. */
			if (number > 1)
				put_diff_line(page, line, length, left, right, &rewritten);
			line += length + (line[length] == '\n');
		}
		flush_sides(page, left, right, &rewritten);
		page_put(page, "</tbody></table></div></details>\n");
	} else if (status < 0) {
		page_put(page,
			 "<p class=\"note\">No view of the changes: diff is not installed.</p>\n");
	}
	opn_buf_free(&out);
	free(text);
	free(left);
	free(right);
	json_decref(report);
}
