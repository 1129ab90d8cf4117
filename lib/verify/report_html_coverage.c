// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_html_coverage.c - the HTML report's source lines: how many packets ran each, and which
 * branches of it none took
 *
 * A mark a branch side, in the order of the code: a dot was reached, a ring was not, a dash cannot
 * be. Only lines that code was made of are known; a gap between two is told as one.
 */
#include <string.h>

#include "report_html.h"

#define MARKS_MAX 6 /* a line; more are told as a fraction */

#define DOT   "\xe2\x97\x8f"
#define RING  "\xe2\x97\x8b"
#define DASH  "\xe2\x80\x93"
#define DOTS3 "\xe2\x8b\xaf"

static bool same_file(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* What is known of the branches of a line. */
struct line_edges {
	size_t count, reached, dead;
};

static bool edge_on_line(const struct opn_result_edge *edge, const struct opn_result_line *line)
{
	return edge->line == line->line && same_file(edge->file, line->file);
}

static struct line_edges count_edges(const struct opn_result_side *side,
				     const struct opn_result_line *line)
{
	struct line_edges edges = { 0 };

	for (size_t i = 0; i < side->edge_count; i++) {
		const struct opn_result_edge *edge = &side->edges[i];

		if (!edge_on_line(edge, line))
			continue;
		edges.count++;
		edges.reached += edge->reached;
		edges.dead += edge->dead && !edge->reached;
	}
	return edges;
}

static void add_mark(const struct opn_result_edge *edge, struct opn_buf *buf)
{
	const char *condition = edge->taken ? "where it holds" : "where it does not hold";

	if (edge->reached)
		opn_buf_printf(buf, "<span class=\"yes\" title=\"%s: reached\">" DOT "</span>",
			       condition);
	else if (!edge->dead)
		opn_buf_printf(buf, "<span class=\"no\" title=\"%s: not reached\">" RING "</span>",
			       condition);
	else {
		opn_buf_printf(buf,
			       "<span class=\"dead\" title=\"%s: cannot be reached: ", condition);
		opn_html_element(buf, "", edge->dead, "\">" DASH "</span>");
	}
}

static void add_marks(const struct opn_result_side *side, const struct opn_result_line *line,
		      const struct line_edges *edges, struct opn_buf *buf)
{
	if (edges->count > MARKS_MAX) {
		size_t total = edges->count - edges->dead;

		opn_buf_printf(buf, "<span class=\"%s\" title=\"branches reached\">%zu/%zu</span>",
			       edges->reached < total ? "no" : "yes", edges->reached, total);
		return;
	}
	for (size_t i = 0; edges->count && i < side->edge_count; i++) {
		if (edge_on_line(&side->edges[i], line))
			add_mark(&side->edges[i], buf);
	}
}

static void add_line(const struct opn_result_side *side, const struct opn_result_line *line,
		     struct opn_buf *buf)
{
	struct line_edges edges = count_edges(side, line);
	const char *class = "hit";

	if (!line->hits)
		class = "miss";
	else if (edges.reached < edges.count - edges.dead)
		class = "part";
	opn_buf_printf(buf, "<tr class=\"%s\"><td class=\"n\">%u</td><td class=\"p\">", class,
		       line->line);
	opn_html_number(buf, line->hits);
	opn_buf_puts(buf, "</td><td class=\"b\">");
	add_marks(side, line, &edges, buf);
	opn_html_element(buf, "</td><td>", line->source ? line->source : "", "</td></tr>\n");
}

/* The lines from start that are of one file; returns where they end. */
static size_t add_file(const struct opn_result_side *side, size_t start, struct opn_buf *buf)
{
	const struct opn_result_line *lines = side->lines;
	size_t end = start, ran = 0;

	for (; end < side->line_count && same_file(lines[end].file, lines[start].file); end++)
		ran += lines[end].hits > 0;
	opn_html_element(buf, "<details class=\"file\" open><summary>", lines[start].file, "");
	opn_buf_printf(buf,
		       "<span>%zu of %zu lines run</span></summary>"
		       "<table class=\"source\"><col class=\"cn\"><col class=\"cp\">"
		       "<col class=\"cb\"><col><tbody>\n",
		       ran, end - start);
	for (size_t i = start; i < end; i++) {
		if (i > start && lines[i].line > lines[i - 1].line + 1)
			opn_buf_puts(buf, "<tr class=\"cut\"><td class=\"n\">" DOTS3
					  "</td><td></td><td></td><td></td></tr>\n");
		add_line(side, &lines[i], buf);
	}
	opn_buf_puts(buf, "</tbody></table></details>\n");
	return end;
}

/* Branches that no line of the list has: without line information, or of another file. */
static bool has_line(const struct opn_result_side *side, const struct opn_result_edge *edge)
{
	for (size_t i = 0; i < side->line_count; i++) {
		if (edge_on_line(edge, &side->lines[i]))
			return true;
	}
	return false;
}

static void add_lost_edges(const struct opn_result_side *side, struct opn_buf *buf)
{
	size_t count = 0;

	for (size_t i = 0; i < side->edge_count; i++) {
		const struct opn_result_edge *edge = &side->edges[i];

		if (edge->reached || edge->dead || has_line(side, edge))
			continue;
		if (!count++)
			opn_buf_puts(buf, "<h4>Not reached, without a source line</h4>"
					  "<ul class=\"plain\">\n");
		opn_html_element(buf, "<li>in <code>", edge->function, "</code>");
		if (edge->line)
			opn_buf_printf(buf, ", line %u", edge->line);
		opn_buf_printf(buf, ", where the condition %s</li>\n",
			       edge->taken ? "holds" : "does not hold");
	}
	if (count)
		opn_buf_puts(buf, "</ul>\n");
}

static void add_side(const struct opn_result *result, int number, struct opn_buf *buf)
{
	const struct opn_result_side *side = &result->side[number];

	opn_buf_printf(buf, "<div class=\"card\"><div class=\"side\">%s</div>",
		       number ? "Right" : "Left");
	opn_html_element(buf, "<h3><code>", side->program, "</code></h3>\n");
	if (!side->traced)
		opn_html_element(buf, "<p class=\"note\">Not known: ",
				 side->untraced_why ? side->untraced_why : "not traced", "</p>\n");
	else if (!side->line_count)
		opn_buf_puts(buf, "<p class=\"note\">The object has no line information.</p>\n");
	for (size_t i = 0; side->traced && i < side->line_count;)
		i = add_file(side, i, buf);
	if (side->traced)
		add_lost_edges(side, buf);
	opn_buf_puts(buf, "</div>\n");
}

void opn_html_coverage(const struct opn_result *result, struct opn_buf *buf)
{
	opn_buf_puts(buf,
		     "<section id=\"coverage\"><h2>Coverage<small>packets that ran each line; "
		     "<span class=\"yes\">" DOT "</span> branch reached, <span class=\"no\">" RING
		     "</span> not reached, <span class=\"dead\">" DASH "</span> cannot be"
		     "</small></h2><div class=\"two\">\n");
	add_side(result, 0, buf);
	add_side(result, 1, buf);
	opn_buf_puts(buf, "</div></section>\n");
}
