/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_report_unit.c - a unit on a run's page: what it needs and how it was proved
 */
#include "opened_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/process.h"
#include "output.h"

#define MISSED_LIMIT 200 /* branches that were not reached, a side */

static void put_cell(const struct page *page, const char *text)
{
	opn_html_element(page->buf, "<td>", text, "</td>");
}

static void put_chip(const struct page *page, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	opn_html_element(page->buf, "<li><b>", label, "</b>");
	page_text(page, text);
	page_put(page, "</li>");
}

/* A word in a quoted string of DOT. */
static void dot_word(struct opn_buf *dot, const char *word)
{
	opn_buf_putc(dot, '"');
	for (; word && *word; word++) {
		if (*word == '"' || *word == '\\')
			opn_buf_putc(dot, '\\');
		if ((unsigned char)*word >= ' ')
			opn_buf_putc(dot, *word);
	}
	opn_buf_putc(dot, '"');
}

static void dot_edge(struct opn_buf *dot, const char *from, const char *to, const char *attributes)
{
	opn_buf_puts(dot, "\t");
	dot_word(dot, from);
	opn_buf_puts(dot, " -> ");
	dot_word(dot, to);
	opn_buf_printf(dot, "%s;\n", attributes);
}

/* A box for each file around what comes from it: the members of one list of the manifest. */
static void dot_members(struct opn_buf *dot, const json_t *list, const char *file,
			const char *attributes)
{
	size_t index;
	json_t *row;

	json_array_foreach(list, index, row)
	{
		const char *own = page_member(row, "file");

		if (!own || strcmp(own, file))
			continue;
		opn_buf_puts(dot, "\t\t");
		dot_word(dot, page_member(row, "name"));
		opn_buf_printf(dot, " [%s%s];\n", attributes,
			       json_is_true(json_object_get(row, "program"))
				       ? ", fillcolor=\"#cfe3ff\", penwidth=2"
				       : "");
	}
}

/* The files that anything of a kind comes from, each once. */
static json_t *manifest_files(const json_t *manifest, const char *const *kinds)
{
	json_t *files = json_object();
	size_t index;
	json_t *row;

	for (; files && *kinds; kinds++) {
		json_array_foreach(json_object_get(manifest, *kinds), index, row)
		{
			if (page_member(row, "file") &&
			    json_object_set_new(files, page_member(row, "file"), json_true()))
				opn_cli_no_memory(NULL);
		}
	}
	if (!files)
		opn_cli_no_memory(NULL);
	return files;
}

/* What a unit needs: functions and maps by file, who calls, reads and writes what. */
static char *unit_graph(const json_t *manifest)
{
	static const char head[] = "digraph unit {\n\trankdir=LR;\n"
				   "\tgraph [fontname=\"sans-serif\", fontsize=10, "
				   "fontcolor=\"#55606e\", bgcolor=transparent];\n"
				   "\tnode [shape=box, style=filled, fillcolor=\"#eef2f8\", "
				   "fontname=\"sans-serif\", fontsize=11];\n";
	static const char *const kinds[] = { "functions", "maps", NULL };
	json_t *files = manifest_files(manifest, kinds);
	struct opn_buf dot = { 0 };
	size_t index, inner, number = 0;
	const char *file;
	json_t *row, *value;

	opn_buf_puts(&dot, head);
	json_object_foreach(files, file, value)
	{
		opn_buf_printf(&dot, "\tsubgraph \"cluster_%zu\" {\n\t\tlabel=", number++);
		dot_word(&dot, file);
		opn_buf_puts(&dot, ";\n\t\tcolor=\"#c5cedb\";\n");
		dot_members(&dot, json_object_get(manifest, "functions"), file, "shape=box");
		dot_members(&dot, json_object_get(manifest, "maps"), file,
			    "shape=cylinder, fillcolor=\"#fdeccf\"");
		opn_buf_puts(&dot, "\t}\n");
	}
	json_decref(files);
	json_array_foreach(json_object_get(manifest, "functions"), index, row)
	{
		json_array_foreach(json_object_get(row, "callees"), inner, value)
			dot_edge(&dot, page_member(row, "name"), json_string_value(value), "");
	}
	json_array_foreach(json_object_get(manifest, "maps"), index, row)
	{
		json_array_foreach(json_object_get(row, "access"), inner, value)
			dot_edge(&dot, page_member(value, "function"), page_member(row, "name"),
				 json_is_true(json_object_get(value, "write"))
					 ? " [style=dashed, color=\"#b3261e\"]"
					 : " [style=dashed]");
	}
	opn_buf_puts(&dot, "}\n");
	return opn_buf_take(&dot);
}

static void put_unit_graph(const struct page *page, const json_t *manifest, const char *name)
{
	char *file = opn_cli_format("%s/%s.dot", page->run->state_folder, name);
	char *dot = unit_graph(manifest);

	if (!dot)
		opn_cli_no_memory(NULL);
	if (!opn_file_write(file, dot, strlen(dot)))
		page_picture(
			page, file,
			"What the function needs: functions that it calls, maps that they use, "
			"each in its file");
	free(dot);
	free(file);
}

/* ---- diagnostics ---- */

static void put_message(const struct page *page, const struct opn_step *step, const json_t *row)
{
	struct opn_loc loc = opened_message_loc(page->run, step, row);
	size_t index;
	json_t *note;

	opn_html_element(page->buf, "<li><b>", page_member(row, "severity"), "</b>: ");
	page_text(page, page_member(row, "message"));
	if (loc.file) {
		opn_html_element(page->buf, " <code>", loc.file, "");
		opn_buf_printf(page->buf, ":%u</code>", loc.line);
	}
	json_array_foreach(json_object_get(row, "notes"), index, note) opn_html_element(
		page->buf, "<br><span class=\"note\">", page_member(note, "message"), "</span>");
	page_put(page, "</li>\n");
}

/* Clang's warnings are about the original: the extraction has them, folded, and what is made of it
 * does not say them again. */
void page_diagnostics(const struct page *page, const struct opn_step *step)
{
	json_t *root = opened_json(opened_diagnostics(page->run, step));
	const json_t *list = json_object_get(root, "diagnostics");
	size_t index, clangs = 0, ours;
	json_t *row;

	json_array_foreach(list, index, row) clangs += opened_is_clangs_warning(row);
	ours = json_array_size(list) - clangs;
	if (step->state == OPN_STEP_WAITING)
		ours = clangs = 0;
	if (ours) {
		opn_html_element(page->buf, "<h4>What ", step->stage,
				 " said</h4><ul class=\"plain\">");
		json_array_foreach(list, index, row)
		{
			if (!opened_is_clangs_warning(row))
				put_message(page, step, row);
		}
		page_put(page, "</ul>\n");
	}
	if (clangs && step->kind == STEP_EXTRACT) {
		opn_buf_printf(page->buf,
			       "<details><summary>Clang&#39;s warnings of the source: %zu"
			       "</summary><ul class=\"plain\">\n",
			       clangs);
		json_array_foreach(list, index, row)
		{
			if (opened_is_clangs_warning(row))
				put_message(page, step, row);
		}
		page_put(page, "</ul></details>\n");
	}
	json_decref(root);
}

/* ---- a unit ---- */

static void put_proof_levels(const struct page *page, const json_t *manifest)
{
	size_t index, inner;
	json_t *command, *level;

	if (!json_array_size(json_object_get(manifest, "proof")))
		return;
	page_put(page,
		 "<h4>Extraction: the unit beside the original</h4><div class=\"card scroll\">"
		 "<table><thead><tr><th scope=\"col\">level</th><th scope=\"col\">what is "
		 "compared</th>"
		 "<th scope=\"col\">verdict</th><th scope=\"col\"></th></tr></thead><tbody>\n");
	json_array_foreach(json_object_get(manifest, "proof"), index, command)
	{
		json_array_foreach(json_object_get(command, "levels"), inner, level)
		{
			const char *status = page_member(level, "status");
			bool good = status && !strcmp(status, "identical");

			opn_buf_printf(
				page->buf, "<tr><td class=\"count\">%lld</td>",
				(long long)json_integer_value(json_object_get(level, "level")));
			put_cell(page, page_member(level, "name"));
			opn_html_element(page->buf, good ? "<td class=\"ok\">" : "<td>", status,
					 "</td>");
			put_cell(page, page_member(level, "detail") ?: "");
			page_put(page, "</tr>\n");
		}
	}
	page_put(page, "</tbody></table></div>\n");
}

static void put_maps(const struct page *page, const json_t *manifest)
{
	size_t index;
	json_t *map;

	if (!json_array_size(json_object_get(manifest, "maps")))
		return;
	page_put(page,
		 "<h4>Maps</h4><div class=\"card scroll\"><table><thead><tr><th "
		 "scope=\"col\">map</th>"
		 "<th scope=\"col\">type</th><th scope=\"col\">key</th><th scope=\"col\">value</th>"
		 "<th scope=\"col\">elements</th></tr></thead><tbody>\n");
	json_array_foreach(json_object_get(manifest, "maps"), index, map)
	{
		static const char *const keys[] = { "type", "key", "value", "max_entries", NULL };

		opn_html_element(page->buf, "<tr><td class=\"code\">", page_member(map, "name"),
				 "</td>");
		for (const char *const *key = keys; *key; key++)
			opn_html_element(page->buf, "<td class=\"code\">", page_member(map, *key),
					 "</td>");
		page_put(page, "</tr>\n");
	}
	page_put(page, "</tbody></table></div>\n");
}

/* The names of one kind that come from a file. */
static void put_names(const struct page *page, const json_t *list, const char *file)
{
	const char *before = "";
	size_t index;
	json_t *row;

	page_put(page, "<td class=\"code\">");
	json_array_foreach(list, index, row)
	{
		const char *own = page_member(row, "file"), *name = page_member(row, "name");

		if (!own || strcmp(own, file))
			continue;
		page_put(page, before);
		page_text(page, name && *name ? name : "(no name)");
		before = ", ";
	}
	page_put(page, "</td>");
}

/* What came from which file: the graph in words, with macros and types, that it has no room for. */
static void put_files(const struct page *page, const json_t *manifest)
{
	static const char *const kinds[] = { "functions", "maps", "macros", "types", NULL };
	json_t *files = manifest_files(manifest, kinds), *value;
	const char *file;

	page_put(page, "<details><summary>what comes from which file</summary>"
		       "<div class=\"card scroll\"><table><thead><tr><th scope=\"col\">file</th>");
	for (const char *const *kind = kinds; *kind; kind++)
		opn_html_element(page->buf, "<th scope=\"col\">", *kind, "</th>");
	page_put(page, "</tr></thead><tbody>\n");
	json_object_foreach(files, file, value)
	{
		opn_html_element(page->buf, "<tr><th scope=\"row\" class=\"code\">", file, "</th>");
		for (const char *const *kind = kinds; *kind; kind++)
			put_names(page, json_object_get(manifest, *kind), file);
		page_put(page, "</tr>\n");
	}
	page_put(page, "</tbody></table></div></details>\n");
	json_decref(files);
}

/* ---- a proof by runs ---- */

static void put_missed(const struct page *page, const json_t *program)
{
	const json_t *branches = json_object_get(json_object_get(program, "coverage"), "branches");
	size_t index, shown = 0;
	json_t *branch;

	opn_html_element(page->buf, "<details><summary>branches of ",
			 page_member(program, "program"), "");
	opn_html_element(page->buf, " at ", page_member(program, "hook"),
			 " that no packet reached</summary><ul class=\"plain\">\n");
	json_array_foreach(branches, index, branch)
	{
		if (json_is_true(json_object_get(branch, "reached")) ||
		    !json_is_null(json_object_get(branch, "unreachable")) || shown == MISSED_LIMIT)
			continue;
		shown++;
		opn_html_element(page->buf, "<li><code>", page_member(branch, "function"),
				 "</code> ");
		page_text(page, opn_path_basename(page_member(branch, "file") ?: ""));
		opn_buf_printf(page->buf, ":%lld ",
			       (long long)json_integer_value(json_object_get(branch, "line")));
		opn_html_element(page->buf, "<code>", page_member(branch, "source"),
				 "</code></li>\n");
	}
	if (!shown)
		page_put(page, "<li>none</li>");
	page_put(page, "</ul></details>\n");
}

static void put_run_proof(const struct page *page, const struct opn_step *step)
{
	const struct opened_run *run = page->run;
	json_t *report = opened_json(opn_arena_printf(run->arena, "%s/" OPENED_PROOFS "/%s.json",
						      run->output, step->name));
	const char *verdict = page_member(report, "verdict");
	bool good = verdict && !strcmp(verdict, "equivalent");
	size_t index;
	json_t *row;

	if (!report)
		return;
	opn_html_element(page->buf, "<h4>Run beside each other: ", step->name, "</h4>");
	opn_html_element(page->buf,
			 good ? "<div class=\"card\"><p class=\"ok\">"
			      : "<div class=\"card\"><p class=\"bad\">",
			 page_member(report, "sentence"), "</p><ul class=\"chips\">");
	put_chip(page, "kernel", page_member(report, "kernel"));
	put_chip(page, "engine", page_member(report, "engine"));
	json_array_foreach(json_object_get(report, "programs"), index, row)
		put_chip(page, page_member(row, "hook"),
			 opn_arena_printf(run->arena, "%lld instructions",
					  (long long)json_integer_value(
						  json_object_get(row, "instructions"))));
	page_put(page, "</ul>\n");
	json_array_foreach(json_object_get(report, "allowed"), index, row)
	{
		opn_html_element(page->buf, "<p class=\"note\">allowed: ", page_member(row, "row"),
				 "; ");
		page_text(page, page_member(row, "why"));
		page_put(page, "</p>\n");
	}
	json_array_foreach(json_object_get(report, "programs"), index, row) put_missed(page, row);
	opn_html_element(page->buf,
			 "<p class=\"note\">the whole report: <a href=\"" OPENED_PROOFS "/",
			 step->name, ".html\">" OPENED_PROOFS "/");
	page_text(page, step->name);
	page_put(page, ".html</a></p></div>\n");
	json_decref(report);
}

void page_proofs(const struct page *page, const void *subject)
{
	const struct opened_run *run = page->run;

	for (size_t s = 0; s < run->step_count; s++) {
		const struct opn_step *step = &run->steps[s];

		if (step->subject != subject || strcmp(step->stage, "verify"))
			continue;
		if (page_went_well(step) || step->state == OPN_STEP_FAILED)
			put_run_proof(page, step);
		page_diagnostics(page, step);
	}
}

static void put_program(const struct page *page, const struct opened_unit *unit,
			const char *program)
{
	const struct opened_run *run = page->run;
	json_t *manifest = opened_manifest(run, unit->extracted, program);
	const json_t *license = json_object_get(manifest, "license");

	if (!manifest)
		return;
	opn_html_element(page->buf, "<h3>", program, "</h3><ul class=\"chips\">");
	put_chip(page, "from", page_member(manifest, "source"));
	put_chip(page, "hook", page_member(manifest, "hook"));
	put_chip(page, "least kernel", page_member(manifest, "minimum_kernel"));
	put_chip(page, "licence", page_member(license, "program") ?: page_member(license, "spdx"));
	put_chip(page, "functions",
		 opn_arena_printf(run->arena, "%zu",
				  json_array_size(json_object_get(manifest, "functions"))));
	put_chip(page, "types",
		 opn_arena_printf(run->arena, "%zu",
				  json_array_size(json_object_get(manifest, "types"))));
	put_chip(page, "macros",
		 opn_arena_printf(run->arena, "%zu",
				  json_array_size(json_object_get(manifest, "macros"))));
	page_put(page, "</ul>\n");
	put_proof_levels(page, manifest);
	put_unit_graph(page, manifest, program);
	put_files(page, manifest);
	put_maps(page, manifest);
	json_decref(manifest);
	if (unit->final != unit->extracted && page_went_well(unit->last))
		page_sides(page, unit, program);
}

/* What the claim rests on, in places that no change is at too. */
static void put_conditions(const struct page *page, const struct opened_unit *unit)
{
	json_t *conditions = opened_conditions(page->run, unit), *rule;
	const char *condition;

	if (json_object_size(conditions))
		page_put(page, "<h4>It does what the original does if</h4><ul class=\"plain\">\n");
	json_object_foreach(conditions, condition, rule)
	{
		opn_html_element(page->buf, "<li>", condition, " <code>");
		page_text(page, json_string_value(rule));
		page_put(page, "</code></li>\n");
	}
	if (json_object_size(conditions))
		page_put(page, "</ul>\n");
	json_decref(conditions);
}

void page_unit(const struct page *page, const struct opened_unit *unit)
{
	const char *const *program;

	opn_html_element(page->buf, "<section id=\"unit-", unit->spec->name, "\"><h2>");
	page_text(page, unit->spec->name);
	opn_html_element(page->buf, "<small>", unit->spec->repository ?: unit->spec->path, "");
	if (unit->tree.revision)
		opn_html_element(page->buf, " at ", unit->tree.revision, "");
	if (unit->spec->transform)
		opn_html_element(page->buf, ", rewritten for ", unit->spec->transform->to, "");
	page_put(page, "</small></h2>\n");
	program =
		page_went_well(unit->extract) ? opened_programs(page->run, unit->extracted) : NULL;
	for (; program && *program; program++)
		put_program(page, unit, *program);
	put_conditions(page, unit);
	page_diagnostics(page, unit->extract);
	if (unit->last != unit->extract)
		page_diagnostics(page, unit->last);
	page_proofs(page, unit);
	page_put(page, "</section>\n");
}
