/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_check.c - --check: what would become of each program at each hook
 */
#include "transform.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

static const char *const kind_names[] = {
	[OPN_SITE_EXACT] = "exact",
	[OPN_SITE_CONDITION] = "exact under conditions",
	[OPN_SITE_LOSS] = "lossy",
	[OPN_SITE_REJECTED] = "infeasible",
};

static json_t *site_json(const struct opn_site *site)
{
	json_t *json = json_object();

	opn_json_set(json, "kind", opn_json_string(kind_names[site->kind]));
	opn_json_set(json, "rule", opn_json_string(site->rule));
	opn_json_set(json, "what", opn_json_string(site->text));
	opn_json_set(json, "why", opn_json_string(site->why));
	if (site->row && site->row->help)
		opn_json_set(json, "help", opn_json_string(site->row->help));
	opn_json_set(json, "file", opn_json_string(site->file));
	opn_json_set(json, "line", json_integer(site->line));
	opn_json_set(json, "column", json_integer(site->column));
	return json;
}

static json_t *row_json(const struct opn_feasibility *row)
{
	json_t *json = json_object(), *sites = json_array();

	opn_json_set(json, "program", opn_json_string(row->program));
	opn_json_set(json, "file", opn_json_string(row->file));
	opn_json_set(json, "line", json_integer(row->line));
	opn_json_set(json, "from", opn_json_string(row->pair->from));
	opn_json_set(json, "to", opn_json_string(row->pair->to));
	opn_json_set(json, "verdict", opn_json_string(kind_names[row->kind]));
	opn_json_set(json, "min-kernel", opn_json_string(row->min_kernel));
	for (size_t i = 0; i < row->site_count; i++) {
		if (row->sites[i].kind != OPN_SITE_EXACT)
			opn_json_append(sites, site_json(&row->sites[i]));
	}
	return opn_json_set(json, "sites", sites);
}

static void print_json(const struct transform_run *run)
{
	json_t *list = json_array();
	json_t *root = json_object();
	char *text;

	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_feasibility *rows =
			opn_transformation_feasibility(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count; i++)
			opn_json_append(list, row_json(&rows[i]));
	}
	opn_json_set(root, "schema", opn_json_string("opened/check/1"));
	opn_json_set(root, "programs", list);
	text = opn_json_text(root);
	if (!text)
		opn_cli_no_memory(NULL);
	fputs(text, stdout);
	free(text);
}

/* A site that says the same of many places is told once. */
static bool told_before(const struct opn_feasibility *row, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		const struct opn_site *a = &row->sites[i], *b = &row->sites[index];

		if (a->kind == b->kind && !strcmp(a->rule, b->rule) && a->why && b->why &&
		    !strcmp(a->why, b->why))
			return true;
	}
	return false;
}

static void print_row(const struct opn_feasibility *row)
{
	printf("%s:%u: %s -> %s: %s", row->file, row->line, row->program, row->pair->to,
	       kind_names[row->kind]);
	if (row->min_kernel && row->kind != OPN_SITE_REJECTED)
		printf(", from Linux %s on", row->min_kernel);
	putchar('\n');
	for (size_t i = 0; i < row->site_count; i++) {
		const struct opn_site *site = &row->sites[i];

		if (site->kind == OPN_SITE_EXACT || told_before(row, i))
			continue;
		/* What is infeasible has no need of conditions. */
		if (row->kind == OPN_SITE_REJECTED && site->kind != OPN_SITE_REJECTED)
			continue;
		printf("  %s:%u:%u: %s: %s\n", site->file ? site->file : "?", site->line,
		       site->column, site->text, site->why);
	}
}

void transform_print_check(const struct transform_run *run)
{
	if (!isatty(STDOUT_FILENO)) {
		print_json(run);
		return;
	}
	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_feasibility *rows =
			opn_transformation_feasibility(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count; i++)
			print_row(&rows[i]);
	}
}
