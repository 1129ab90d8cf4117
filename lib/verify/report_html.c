// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_html.c - a verification's result as one page: the frame, the figures, the fates
 *
 * Reading order is that of a doubt: the verdict, on what it rests, where the two differ, what was
 * never run, what was let pass. See report_html.h for what keeps the page harmless.
 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "report_html.h"

#define THIN_SPACE "\xe2\x80\xaf" /* U+202F, does not break */
#define MATRIX_MAX 12		  /* fates a side; more are a list */

void opn_html_text(struct opn_buf *buf, const char *text)
{
	struct opn_buf plain = { 0 };

	opn_report_plain(&plain, text ? text : "\xe2\x80\x93");
	if (plain.failed)
		buf->failed = true;
	for (const char *s = plain.data; s && *s; s++) {
		switch (*s) {
		case '&':
			opn_buf_puts(buf, "&amp;");
			break;
		case '<':
			opn_buf_puts(buf, "&lt;");
			break;
		case '>':
			opn_buf_puts(buf, "&gt;");
			break;
		case '"':
			opn_buf_puts(buf, "&quot;");
			break;
		case '\'':
			opn_buf_puts(buf, "&#39;");
			break;
		default:
			opn_buf_putc(buf, *s);
		}
	}
	opn_buf_free(&plain);
}

void opn_html_element(struct opn_buf *buf, const char *open, const char *text, const char *close)
{
	opn_buf_puts(buf, open);
	opn_html_text(buf, text);
	opn_buf_puts(buf, close);
}

void opn_html_number(struct opn_buf *buf, unsigned long long number)
{
	char digits[24];
	size_t length = (size_t)snprintf(digits, sizeof(digits), "%llu", number);

	for (size_t i = 0; i < length; i++) {
		if (i && !((length - i) % 3))
			opn_buf_puts(buf, THIN_SPACE);
		opn_buf_putc(buf, digits[i]);
	}
}

/* ---- the head ---- */

static void add_head(const struct opn_result *result, const char *sentence, struct opn_buf *buf)
{
	static const char *const marks[] = {
		[OPN_EQUIVALENT] = "\xe2\x9c\x93",
		[OPN_DIFFERENT] = "\xe2\x89\xa0",
		[OPN_INCONCLUSIVE] = "?",
	};
	const char *name = opn_verdict_name(result->verdict);

	opn_buf_puts(buf,
		     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"generator\" content=\"" OPN_REPORT_GENERATOR "\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\""
		     "default-src 'none'; style-src 'unsafe-inline'\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
	opn_html_element(buf, "<title>", sentence, "</title>\n<style>\n");
	opn_buf_puts(buf, opn_html_style);
	opn_buf_printf(buf,
		       "</style>\n</head>\n<body class=\"%s\">\n<header><div><h1>"
		       "<i aria-hidden=\"true\">%s</i><b>%s</b>",
		       name, marks[result->verdict], name);
	opn_html_text(buf, sentence + strlen(name));
	opn_buf_puts(buf, "</h1><nav><a href=\"#figures\">Figures</a>");
	if (result->difference_count)
		opn_buf_puts(buf, "<a href=\"#differences\">Differences</a>");
	opn_buf_puts(buf, "<a href=\"#coverage\">Coverage</a>");
	if (result->benign_count)
		opn_buf_puts(buf, "<a href=\"#allowed\">Allowed</a>");
	if (result->notes && *result->notes)
		opn_buf_puts(buf, "<a href=\"#notes\">Notes</a>");
	opn_buf_puts(buf, "</nav></div></header>\n<main>\n");
}

static void add_chip(struct opn_buf *buf, const char *label, const char *text)
{
	if (!text)
		return;
	opn_buf_printf(buf, "<li><b>%s</b>", label);
	opn_html_element(buf, "", text, "</li>");
}

static void add_side(const struct opn_result *result, int side, struct opn_buf *buf)
{
	const struct opn_result_side *program = &result->side[side];
	struct opn_report_branches branches = opn_report_branches(result, side);

	opn_buf_printf(buf, "<div class=\"card\"><div class=\"side\">%s</div>",
		       side ? "Right" : "Left");
	opn_html_element(buf, "<div class=\"name\">", program->program, "</div>");
	opn_html_element(buf, "<div class=\"path\">", program->object,
			 "</div><ul class=\"chips\">");
	add_chip(buf, "hook", program->hook);
	add_chip(buf, "section", program->section);
	add_chip(buf, "licence", program->licence);
	opn_buf_printf(buf, "<li><b>instructions</b>%u</li></ul>", program->instructions);
	if (!branches.known) {
		opn_html_element(buf, "<p class=\"note\">Branches not known: ",
				 program->untraced_why ? program->untraced_why : "not traced",
				 "</p>");
	} else {
		opn_buf_printf(buf,
			       "<div class=\"bar\"><span class=\"hit\" style=\"width:%.2f%%\">"
			       "</span></div><p class=\"note\">%zu of %zu branches reached",
			       branches.total
				       ? 100.0 * (double)branches.reached / (double)branches.total
				       : 100.0,
			       branches.reached, branches.total);
		if (branches.dead)
			opn_buf_printf(buf, ", %zu more cannot be", branches.dead);
		opn_buf_puts(buf, "</p>");
	}
	if (program->replaced && *program->replaced) {
		opn_buf_puts(buf, "<p class=\"note\">Results made equal:");
		for (size_t i = 0; program->replaced[i]; i++)
			opn_html_element(buf, " <code>", program->replaced[i], "</code>");
		opn_buf_puts(buf, "</p>");
	}
	opn_buf_puts(buf, "</div>\n");
}

/* ---- figures ---- */

static void add_tile(struct opn_buf *buf, const char *tag, unsigned long long count,
		     const char *label)
{
	opn_buf_puts(buf, tag);
	opn_html_number(buf, count);
	opn_buf_printf(buf, "</b><span>%s</span></div>", label);
}

static void add_setting(struct opn_buf *buf, const char *what, const char *text)
{
	if (!text)
		return;
	opn_buf_printf(buf, " %s ", what);
	opn_html_element(buf, "<code>", text, "</code>");
}

/* What is needed to run it again. */
static void add_settings(const struct opn_result *result, struct opn_buf *buf)
{
	char seed[24];

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)result->seed);
	opn_buf_puts(buf, "<p class=\"note\">Run");
	add_setting(buf, "by", result->engine);
	add_setting(buf, "on kernel", result->kernel);
	add_setting(buf, "with seed", seed);
	if (result->seconds > 0)
		opn_buf_printf(buf, " in %.2f s", result->seconds);
	opn_buf_puts(buf, ".</p>\n");
}

static void add_tiles(const struct opn_result *result, struct opn_buf *buf)
{
	struct opn_report_branches branches = opn_report_branches(result, 2);
	unsigned long long refused =
		result->refused_left + result->refused_right + result->refused_both;

	opn_buf_puts(buf, "<div class=\"card tiles\">");
	add_tile(buf, "<div><b>", result->packets, "packets");
	add_tile(buf, "<div><b>", result->sequences, "sequences");
	add_tile(buf, result->packets_different ? "<div class=\"alarm\"><b>" : "<div><b>",
		 result->packets_different, "differ");
	if (branches.known) {
		opn_buf_printf(buf,
			       "<div><b>%zu<small> / %zu</small></b>"
			       "<span>branches reached</span></div>",
			       branches.reached, branches.total);
	}
	if (refused)
		add_tile(buf, "<div><b>", refused, "could not be run");
	if (result->seconds > 0)
		add_tile(buf, "<div><b>",
			 (unsigned long long)((double)result->packets / result->seconds),
			 "packets a second");
	opn_buf_puts(buf, "</div>\n");
}

static void add_sources(const struct opn_result *result, struct opn_buf *buf)
{
	const struct {
		const char *name;
		uint64_t count;
	} sources[] = {
		{ "protocol shapes", result->from_shapes },
		{ "generated", result->generated },
		{ "captures", result->from_captures },
		{ "cases", result->from_cases },
	};
	const size_t count = sizeof(sources) / sizeof(sources[0]);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += sources[i].count;
	if (!sum)
		return;
	opn_buf_puts(buf, "<h4>Where the packets came from</h4><div class=\"bar\">");
	for (size_t i = 0; i < count; i++) {
		if (sources[i].count)
			opn_buf_printf(buf, "<span class=\"s%zu\" style=\"width:%.2f%%\"></span>",
				       i, 100.0 * (double)sources[i].count / (double)sum);
	}
	opn_buf_puts(buf, "</div><div class=\"key\">");
	for (size_t i = 0; i < count; i++) {
		if (!sources[i].count)
			continue;
		opn_buf_printf(buf, "<span class=\"s%zu\"><i></i>%s ", i, sources[i].name);
		opn_html_number(buf, sources[i].count);
		opn_buf_puts(buf, "</span>");
	}
	opn_buf_puts(buf, "</div>\n");
}

static void add_refused(const struct opn_result *result, struct opn_buf *buf)
{
	if (!result->refused_left && !result->refused_right && !result->refused_both)
		return;
	opn_buf_printf(buf,
		       "<p class=\"note\">Could not be run: %llu by the left, %llu by the "
		       "right, %llu by both.</p>\n",
		       (unsigned long long)result->refused_left,
		       (unsigned long long)result->refused_right,
		       (unsigned long long)result->refused_both);
}

/* ---- fates ---- */

/* Where the name stands among the first *count, adding it; MATRIX_MAX when there is no room. */
static size_t place(const char **names, size_t *count, const char *name)
{
	size_t i = 0;

	while (i < *count && strcmp(names[i], name))
		i++;
	if (i == *count && i < MATRIX_MAX)
		names[(*count)++] = name;
	return i;
}

static void add_matrix_row(const char *left, const uint64_t *packets, const char *const *right,
			   size_t count, struct opn_buf *buf)
{
	opn_html_element(buf, "<tr><th scope=\"row\">", left, "</th>");
	for (size_t i = 0; i < count; i++) {
		if (!packets[i]) {
			opn_buf_puts(buf, "<td class=\"none\">\xc2\xb7</td>");
			continue;
		}
		opn_buf_printf(buf, "<td class=\"%s\">", strcmp(left, right[i]) ? "other" : "same");
		opn_html_number(buf, packets[i]);
		opn_buf_puts(buf, "</td>");
	}
	opn_buf_puts(buf, "</tr>\n");
}

static void add_matrix(const struct opn_result *result, struct opn_buf *buf)
{
	uint64_t cells[MATRIX_MAX][MATRIX_MAX] = { 0 };
	const char *left[MATRIX_MAX], *right[MATRIX_MAX];
	size_t rows = 0, columns = 0;

	for (size_t i = 0; i < result->fate_count; i++) {
		const struct opn_result_fate *fate = &result->fates[i];
		/* diagonal: a fate that both have gets the same place on both sides */
		size_t row = place(left, &rows, fate->left);
		size_t column = place(right, &columns, fate->right);

		if (row < MATRIX_MAX && column < MATRIX_MAX)
			cells[row][column] += fate->packets;
	}
	opn_buf_puts(buf, "<div class=\"scroll\"><table class=\"matrix\"><thead><tr>"
			  "<th scope=\"col\">left \xe2\x86\x93 right \xe2\x86\x92</th>");
	for (size_t i = 0; i < columns; i++)
		opn_html_element(buf, "<th scope=\"col\">", right[i], "</th>");
	opn_buf_puts(buf, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < rows; i++)
		add_matrix_row(left[i], cells[i], right, columns, buf);
	opn_buf_puts(buf, "</tbody></table></div>\n");
}

static bool fits_matrix(const struct opn_result *result)
{
	const char *left[MATRIX_MAX], *right[MATRIX_MAX];
	size_t rows = 0, columns = 0;

	for (size_t i = 0; i < result->fate_count; i++) {
		if (place(left, &rows, result->fates[i].left) == MATRIX_MAX ||
		    place(right, &columns, result->fates[i].right) == MATRIX_MAX)
			return false;
	}
	return true;
}

static void add_fate_list(const struct opn_result *result, struct opn_buf *buf)
{
	opn_buf_puts(buf, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">left</th><th "
			  "scope=\"col\">right</th>"
			  "<th scope=\"col\">packets</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < result->fate_count; i++) {
		opn_html_element(buf, "<tr><td class=\"code\">", result->fates[i].left, "</td>");
		opn_html_element(buf, "<td class=\"code\">", result->fates[i].right, "</td>");
		opn_buf_puts(buf, "<td class=\"count\">");
		opn_html_number(buf, result->fates[i].packets);
		opn_buf_puts(buf, "</td></tr>\n");
	}
	opn_buf_puts(buf, "</tbody></table></div>\n");
}

static void add_fates(const struct opn_result *result, struct opn_buf *buf)
{
	if (!result->fate_count)
		return;
	opn_buf_puts(buf, "<section id=\"fates\"><h2>Fates<small>packets by what became of them"
			  "</small></h2><div class=\"card\">\n");
	if (fits_matrix(result))
		add_matrix(result, buf);
	else
		add_fate_list(result, buf);
	opn_buf_puts(buf, "</div></section>\n");
}

/* ---- maps, allowed differences, notes ---- */

static void add_name_list(struct opn_buf *buf, const char *label, const char *const *names)
{
	if (!names || !*names)
		return;
	opn_buf_printf(buf, "<p>%s", label);
	for (size_t i = 0; names[i]; i++)
		opn_html_element(buf, " <code>", names[i], "</code>");
	opn_buf_puts(buf, "</p>\n");
}

static void add_maps(const struct opn_result *result, struct opn_buf *buf)
{
	bool compared = result->maps_compared && *result->maps_compared;

	if (!compared && !(result->maps_unpaired && *result->maps_unpaired) &&
	    !(result->maps_ignored && *result->maps_ignored))
		return;
	opn_buf_puts(buf, "<section id=\"maps\"><h2>Maps</h2><div class=\"card\">\n");
	add_name_list(buf, "Compared:", result->maps_compared);
	add_name_list(buf, "In one program only:", result->maps_unpaired);
	add_name_list(buf,
		      "In one program only, and left out as was asked for:", result->maps_ignored);
	if (compared && !result->maps_changed)
		opn_buf_puts(buf, "<p class=\"note\">No run changed any of them: nothing is known "
				  "of their contents.</p>\n");
	opn_buf_puts(buf, "</div></section>\n");
}

static void add_benign(const struct opn_result *result, struct opn_buf *buf)
{
	if (!result->benign_count)
		return;
	opn_buf_puts(buf, "<section id=\"allowed\"><h2>Allowed differences<small>each by a row of "
			  "the tables</small></h2><div class=\"card scroll\"><table class=\"wide\">"
			  "<thead><tr><th scope=\"col\">row</th><th scope=\"col\">packets</th><th "
			  "scope=\"col\">why</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < result->benign_count; i++) {
		const struct opn_result_benign *benign = &result->benign[i];

		opn_html_element(buf, "<tr><td class=\"code\">", benign->row,
				 "</td><td class=\"count\">");
		opn_html_number(buf, benign->packets);
		opn_html_element(buf, "</td><td>", benign->why, "</td></tr>\n");
	}
	opn_buf_puts(buf, "</tbody></table></div></section>\n");
}

static void add_notes(const struct opn_result *result, struct opn_buf *buf)
{
	if (!result->notes || !*result->notes)
		return;
	opn_buf_puts(buf, "<section id=\"notes\"><h2>Notes<small>what was masked, limited, not seen"
			  "</small></h2><div class=\"card\"><ul class=\"plain\">\n");
	for (size_t i = 0; result->notes[i]; i++)
		opn_html_element(buf, "<li>", result->notes[i], "</li>\n");
	opn_buf_puts(buf, "</ul></div></section>\n");
}

void opn_report_html(const struct opn_result *result, struct opn_buf *buf)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_buf sentence = { 0 };

	opn_report_sentence(result, &sentence);
	if (!arena || sentence.failed) {
		buf->failed = true;
	} else {
		add_head(result, sentence.data, buf);
		opn_buf_puts(buf, "<section class=\"two\">\n");
		add_side(result, 0, buf);
		add_side(result, 1, buf);
		opn_buf_puts(buf, "</section>\n<section id=\"figures\"><h2>Figures</h2>\n");
		add_tiles(result, buf);
		add_sources(result, buf);
		add_refused(result, buf);
		add_settings(result, buf);
		opn_buf_puts(buf, "</section>\n");
		add_fates(result, buf);
		opn_html_differences(result, arena, buf);
		add_maps(result, buf);
		opn_html_coverage(result, buf);
		add_benign(result, buf);
		add_notes(result, buf);
		opn_buf_puts(buf, "</main>\n</body>\n</html>\n");
	}
	opn_buf_free(&sentence);
	opn_arena_free(arena);
}
