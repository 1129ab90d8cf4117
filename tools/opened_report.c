/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_report.c - report.html: what a run made, and what was shown of it
 *
 * Everything comes from what the tools left behind (manifests, reports, diagnostics), so that the
 * page of a run that changed nothing is the same page. Pictures are drawn by dot.
 */
#include "opened_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/process.h"
#include "output.h"

#define REPORT_MARKER "Reported by opened"

const char *page_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

void page_put(const struct page *page, const char *html)
{
	opn_buf_puts(page->buf, html);
}

void page_text(const struct page *page, const char *text)
{
	opn_html_text(page->buf, text);
}

static void put_cell(const struct page *page, const char *text)
{
	opn_html_element(page->buf, "<td>", text, "</td>");
}

bool page_went_well(const struct opn_step *step)
{
	return step->state == OPN_STEP_DONE || step->state == OPN_STEP_UNCHANGED ||
	       step->state == OPN_STEP_LEFT_OUT;
}

/* ---- pictures ---- */

/*
 * Draws a graph. The SVG is dot's own, made of names that were escaped into the graph. dot counts
 * nodes and edges from one in each picture: a page has several, so their ids get the page's length.
 */
void page_picture(const struct page *page, const char *file, const char *what)
{
	struct opn_arena *arena = page->run->arena;
	size_t number = page->buf->length;
	char *argv[] = { "dot",
			 "-Tsvg",
			 opn_arena_printf(arena, "-Gid=picture-%zu-\\G", number),
			 opn_arena_printf(arena, "-Nid=picture-%zu-\\N", number),
			 opn_arena_printf(arena, "-Eid=picture-%zu-\\E", number),
			 (char *)file,
			 NULL };
	struct opn_buf out = { 0 };
	const char *svg;

	if (!opn_process_run(argv, NULL, NULL, &out) && out.data &&
	    (svg = strstr(out.data, "<svg"))) {
		opn_html_element(page->buf,
				 "<figure class=\"picture card\" tabindex=\"0\" role=\"img\" "
				 "aria-label=\"",
				 what, "\">");
		page_put(page, svg);
		page_put(page, "</figure>\n");
	} else {
		page_put(page, "<p class=\"note\">No picture: dot (Debian's graphviz) is not "
			       "installed.</p>\n");
	}
	opn_buf_free(&out);
}

/* ---- the frame ---- */

static const char *const state_words[] = {
	[OPN_STEP_WAITING] = "not begun", [OPN_STEP_RUNNING] = "ended early",
	[OPN_STEP_DONE] = "done",	  [OPN_STEP_UNCHANGED] = "done",
	[OPN_STEP_LEFT_OUT] = "left out", [OPN_STEP_FAILED] = "failed",
	[OPN_STEP_BLOCKED] = "not begun",
};

static void put_head(const struct page *page)
{
	const struct opened_run *run = page->run;
	size_t failed = 0;
	const char *tone;

	for (size_t s = 0; s < run->step_count; s++)
		failed += !page_went_well(&run->steps[s]);
	tone = run->status == OPN_EXIT_DECISION ? "inconclusive"
	       : failed || run->status		? "different"
						: "equivalent";
	page_put(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"generator\" content=\"" REPORT_MARKER "\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		       "style-src 'unsafe-inline'\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
	opn_html_element(page->buf, "<title>opened: ", opn_path_basename(run->spec.path),
			 "</title>\n<style>\n");
	page_put(page, opn_html_style);
	page_put(page,
		 ".picture{margin:.8rem 0;overflow-x:auto;background:#fff}"
		 ".picture svg{max-width:100%;height:auto}"
		 ".sides{width:100%;table-layout:fixed;font:12px/1.5 var(--mono)}"
		 ".sides td{padding:0 .5rem;border:0;white-space:pre-wrap;overflow-wrap:anywhere}"
		 ".sides .n{width:3.4rem;text-align:right;color:var(--soft);user-select:none}"
		 ".sides .gone{background:var(--bad-ground)}.sides "
		 ".new{background:var(--good-ground)}"
		 ".sides .cut td{color:var(--soft);background:var(--sunk)}"
		 ".sides .why td{font:13px/1.45 var(--sans);background:var(--warn-ground);"
		 "padding:.3rem .6rem}"
		 ".ok{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}\n");
	opn_buf_printf(page->buf,
		       "</style>\n</head>\n<body class=\"%s\">\n<header><div><h1>"
		       "<i aria-hidden=\"true\">%s</i><b>%s</b> ",
		       tone, failed || run->status ? "!" : "\xe2\x9c\x93",
		       run->status == OPN_EXIT_DECISION ? "a decision is needed"
		       : failed || run->status		? "refused"
							: "done");
	opn_html_element(page->buf, "", opn_path_basename(run->spec.path), "");
	opn_buf_printf(
		page->buf,
		": %zu unit%s%s</h1><nav aria-label=\"Sections\"><a href=\"#steps\">Steps</a>",
		run->spec.unit_count, run->spec.unit_count == 1 ? "" : "s",
		run->composed ? ", one pipeline" : "");
	if (run->composed)
		page_put(page, "<a href=\"#pipeline\">Pipeline</a>");
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		opn_html_element(page->buf, "<a href=\"#unit-", run->spec.units[u].name, "\">");
		page_text(page, run->spec.units[u].name);
		page_put(page, "</a>");
	}
	page_put(page, "</nav></div></header>\n<main>\n");
}

static void put_steps(const struct page *page)
{
	const struct opened_run *run = page->run;

	page_put(page,
		 "<section id=\"steps\"><h2>Steps</h2><div class=\"card scroll\">"
		 "<table class=\"wide\"><thead><tr><th scope=\"col\">stage</th><th scope=\"col\">of"
		 "</th><th scope=\"col\">state</th><th scope=\"col\">what it showed</th></tr>"
		 "</thead><tbody>\n");
	for (size_t s = 0; s < run->step_count; s++) {
		const struct opn_step *step = &run->steps[s];

		page_put(page, "<tr>");
		put_cell(page, step->stage);
		put_cell(page, step->name);
		opn_html_element(page->buf,
				 page_went_well(step) ? "<td class=\"ok\">" : "<td class=\"bad\">",
				 state_words[step->state], "</td>");
		put_cell(page, opened_outcome(run, step));
		page_put(page, "</tr>\n");
	}
	page_put(page, "</tbody></table></div></section>\n");
}

static void put_pipeline(const struct page *page)
{
	const struct opened_run *run = page->run;
	const struct opn_composition *composition = run->spec.composition;

	opn_html_element(page->buf, "<section id=\"pipeline\"><h2>Pipeline ", composition->name,
			 "");
	opn_html_element(page->buf, "<small>", run->shown, "/" OPENED_PIPELINES "/");
	page_text(page, composition->name);
	page_put(page, "</small></h2>\n");
	page_picture(page, opened_pipeline_graph(run), "The pipeline's stages and their verdicts");
	for (size_t s = 0; s < run->step_count; s++) {
		if (!strcmp(run->steps[s].stage, "compose"))
			page_diagnostics(page, &run->steps[s]);
	}
	for (size_t h = 0; h < composition->hook_count; h++)
		page_proofs(page, &composition->hooks[h]);
	page_put(page, "</section>\n");
}

/* The page says the same as long as the steps are the same. */
static const char *report_key(struct opened_run *run)
{
	struct opn_buf all = { 0 };
	char hash[OPN_HASH_SIZE];

	opn_buf_printf(&all, "%s %d", run->salt, run->status);
	for (size_t s = 0; s < run->step_count; s++)
		opn_buf_printf(&all, " %s %s", run->steps[s].id,
			       page_went_well(&run->steps[s]) ? run->steps[s].key : "failed");
	opn_hash_hex(all.data, all.length, hash);
	opn_buf_free(&all);
	return opn_arena_strdup(run->arena, hash);
}

/* Whether anything was done that the page does not know of. */
static bool is_known(struct opened_run *run, const char *key)
{
	for (size_t s = 0; s < run->step_count; s++) {
		if (run->steps[s].state != OPN_STEP_UNCHANGED &&
		    run->steps[s].state != OPN_STEP_LEFT_OUT)
			return false;
	}
	return opn_record_fresh(run->state, OPENED_REPORT, key);
}

int opened_report(struct opened_run *run)
{
	const char *const none[] = { NULL };
	struct opn_buf buf = { 0 };
	struct page page = { .run = run, .buf = &buf };
	char *path = opn_cli_format("%s/" OPENED_REPORT, run->output);
	size_t length;
	const char *const products[] = { path, NULL };
	const char *key = report_key(run);
	char *text;
	int error;

	if (is_known(run, key)) {
		free(path);
		return 0;
	}
	put_head(&page);
	put_steps(&page);
	if (run->composed)
		put_pipeline(&page);
	for (size_t u = 0; u < run->spec.unit_count; u++)
		page_unit(&page, &run->units[u]);
	page_put(&page, "</main>\n</body>\n</html>\n");
	length = buf.length;
	text = opn_buf_take(&buf);
	if (!text)
		opn_cli_no_memory(NULL);
	error = opn_output_file(path, REPORT_MARKER, run->options->cli.force, text, length,
				run->diags);
	if (!error)
		opn_record_note(run->state, OPENED_REPORT, key, none, products, 0);
	free(text);
	free(path);
	return error;
}
