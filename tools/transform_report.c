/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_report.c - what was done and why: the manifest of a transformation, and --explain
 *
 * The shape is published in hookdefs/schema/transform.schema.json.
 */
#include "transform.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

static const char *const action_names[] = {
	[OPN_ROW_KEEP] = "keep",     [OPN_ROW_RENAME] = "rename", [OPN_ROW_CALL] = "call",
	[OPN_ROW_REJECT] = "reject", [OPN_ROW_BY_MAP] = "by-map",
};

static void set_text(json_t *json, const char *key, const char *text)
{
	if (text)
		opn_json_set(json, key, opn_json_string(text));
}

static json_t *site_json(const struct opn_site *site)
{
	const struct opn_row *row = site->row;
	json_t *json = json_object();

	set_text(json, "rule", site->rule);
	set_text(json, "file", site->file);
	opn_json_set(json, "line", json_integer(site->line));
	opn_json_set(json, "column", json_integer(site->column));
	set_text(json, "function", site->function);
	set_text(json, "what", site->text);
	if (!row)
		return json;
	set_text(json, "action", action_names[row->action]);
	set_text(json, "condition", row->when);
	set_text(json, "lost", row->lossy);
	set_text(json, "fact", row->note);
	set_text(json, "min-kernel", row->min_kernel);
	return json;
}

static json_t *choices_json(const struct transform_run *run, const struct opn_pair *pair)
{
	json_t *json = json_object();

	for (size_t i = 0; i < pair->option_count; i++) {
		const struct opn_pair_option *option = &pair->options[i];
		const char *word = option->initial;

		for (size_t c = 0; c < CHOICE_COUNT; c++) {
			if (run->options->choice[c] &&
			    !strcmp(transform_choice_names[c], option->name))
				word = run->options->choice[c];
		}
		set_text(json, option->name, word);
	}
	return json;
}

static json_t *edits_json(const struct transform_run *run, const struct transform_source *source)
{
	size_t edit_count, file_count;
	const struct opn_edit *edits =
		opn_transformation_edits(source->transformation, &edit_count);
	const struct opn_transformed_file *files =
		opn_transformation_files(source->transformation, &file_count);
	json_t *list = json_array();

	for (size_t i = 0; i < edit_count; i++) {
		const struct opn_edit *edit = &edits[i];
		const struct opn_transformed_file *file = &files[edit->file];
		json_t *json = json_object();

		set_text(json, "rule", edit->rule);
		set_text(json, "file", file->path);
		opn_json_set(json, "offset", json_integer(edit->offset));
		set_text(json, "before",
			 opn_arena_strndup(run->arena, file->before + edit->offset, edit->length));
		set_text(json, "after", edit->text);
		opn_json_append(list, json);
	}
	return list;
}

char *transform_manifest(const struct transform_run *run, const struct transform_source *source)
{
	const struct opn_transformation *transformation = source->transformation;
	const struct opn_pair *pair = opn_transformation_pair(transformation);
	json_t *root = json_object(), *list = json_array();
	size_t count, file_count;
	const struct opn_site *sites = opn_transformation_sites(transformation, &count);
	char *text;

	for (size_t i = 0; i < count; i++)
		opn_json_append(list, site_json(&sites[i]));
	set_text(root, "schema", "opened/transform/1");
	set_text(root, "version", OPN_VERSION);
	set_text(root, "source", opn_transformation_files(transformation, &file_count)->path);
	if (pair) {
		set_text(root, "from", pair->from);
		set_text(root, "to", pair->to);
		set_text(root, "min-kernel", pair->min_kernel);
		opn_json_set(root, "choices", choices_json(run, pair));
	}
	opn_json_set(root, "programs",
		     opn_json_strings(opn_transformation_programs(transformation)));
	opn_json_set(root, "sites", list);
	opn_json_set(root, "edits", edits_json(run, source));
	if (source->proofs)
		json_object_set(root, "proofs", source->proofs);
	text = opn_json_text(root);
	if (!text)
		opn_cli_no_memory(NULL);
	return text;
}

void transform_explain(const struct transform_run *run)
{
	for (size_t s = 0; s < run->source_count; s++) {
		const struct opn_transformation *transformation = run->sources[s].transformation;
		size_t count;
		const struct opn_site *sites = opn_transformation_sites(transformation, &count);

		for (size_t i = 0; i < count; i++) {
			const struct opn_row *row = sites[i].row;

			printf("%s:%u:%u: %s [%s]\n", sites[i].file ? sites[i].file : "?",
			       sites[i].line, sites[i].column, sites[i].text, sites[i].rule);
			if (row && row->note)
				printf("  because %s\n", row->note);
			if (row && row->when)
				printf("  right when %s\n", row->when);
			if (row && row->lossy)
				printf("  lost: %s\n", row->lossy);
		}
	}
}
