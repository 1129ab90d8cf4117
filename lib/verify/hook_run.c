// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hook_run.c - what the tables tell the prover
 *
 * All tables of the folder are read; what is no hook, pair or list of calls is somebody else's.
 */
#include "hook_run_private.h"
#include "hookdef_private.h"
#include "table_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const opn_fate_names[] = {
	[OPN_FATE_PASS] = "pass",	[OPN_FATE_FINAL] = "final",
	[OPN_FATE_DROP] = "drop",	[OPN_FATE_ABORT] = "abort",
	[OPN_FATE_REFLECT] = "reflect", [OPN_FATE_REDIRECT] = "redirect",
	[OPN_FATE_CONSUME] = "consume", [OPN_FATE_COUNT] = NULL,
};

const char *opn_fate_name(enum opn_fate fate)
{
	return opn_fate_names[fate];
}

static const struct {
	const char *schema;
	int (*read)(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out);
} readers[] = {
	{ "opened/hook/1", opn_hook_run_read },
	{ "opened/pair/1", opn_hook_pair_read },
	{ "opened/calls/1", opn_call_rules_read },
};

static int read_file(const char *path, struct opn_diags *diags, struct opn_hook_runs *out)
{
	struct opn_yaml yaml;
	yaml_node_t *root;
	const char *schema = "";
	int error = opn_yaml_load(path, out->arena, diags, &yaml);

	if (error)
		return error;
	root = opn_yaml_root(&yaml);
	error = opn_yaml_get_string(&yaml, root, "schema", true, &schema);
	for (size_t i = 0; !error && i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!strcmp(schema, readers[i].schema))
			error = readers[i].read(&yaml, root, out);
	}
	opn_yaml_free(&yaml);
	return error;
}

/* Connects pairs with their hooks and lists the names. */
static int index_tables(struct opn_hook_runs *out, struct opn_diags *diags)
{
	size_t count = 0;
	int error = 0;

	for (struct opn_hook_entry *hook = out->hooks; hook; hook = hook->next)
		count++;
	out->names = opn_arena_array(out->arena, count + 1, sizeof(*out->names));
	if (!out->names)
		return -ENOMEM;
	count = 0;
	for (struct opn_hook_entry *hook = out->hooks; hook; hook = hook->next)
		out->names[count++] = hook->run.hook;
	for (struct opn_pair_entry *pair = out->pairs; pair; pair = pair->next) {
		pair->rules.from = opn_hook_runs_find(out, pair->from);
		pair->rules.to = opn_hook_runs_find(out, pair->to);
		if (!pair->rules.from)
			error = opn_diag(diags, OPN_DIAG_VALUE_INVALID, pair->loc, pair->from,
					 "no hook of this name has a key 'run'");
		if (!pair->rules.to)
			error = opn_diag(diags, OPN_DIAG_VALUE_INVALID, pair->loc, pair->to,
					 "no hook of this name has a key 'run'");
	}
	return error;
}

int opn_hook_runs_load(const char *dir, struct opn_diags *diags, struct opn_hook_runs **out)
{
	struct opn_hook_runs *runs = calloc(1, sizeof(*runs));
	const char *const *paths;
	size_t count = 0;
	int bad = 0, error;

	*out = NULL;
	if (runs)
		runs->arena = opn_arena_new(NULL, NULL);
	if (!runs || !runs->arena) {
		free(runs);
		return -ENOMEM;
	}
	error = opn_table_files(dir, runs->arena, &paths);
	if (error)
		opn_hookdef_unreadable(dir, strerror(-error), diags);
	while (!error && paths[count])
		count++;
	/* Each is put before those that were read. */
	while (count)
		bad = read_file(paths[--count], diags, runs) ?: bad;
	error = error ?: bad ?: index_tables(runs, diags);
	if (error) {
		opn_hook_runs_free(runs);
		return error;
	}
	*out = runs;
	return 0;
}

void opn_hook_runs_free(struct opn_hook_runs *runs)
{
	if (!runs)
		return;
	opn_arena_free(runs->arena);
	free(runs);
}

const struct opn_hook_run *opn_hook_runs_find(const struct opn_hook_runs *runs, const char *name)
{
	for (const struct opn_hook_entry *hook = runs->hooks; hook; hook = hook->next) {
		if (!strcmp(hook->run.hook, name))
			return &hook->run;
	}
	return NULL;
}

const struct opn_hook_run *opn_hook_runs_by_type(const struct opn_hook_runs *runs, int prog_type)
{
	for (const struct opn_hook_entry *hook = runs->hooks; hook; hook = hook->next) {
		if (hook->run.prog_type == prog_type)
			return &hook->run;
	}
	return NULL;
}

const char *const *opn_hook_runs_names(const struct opn_hook_runs *runs)
{
	return runs->names;
}

const struct opn_hook_pair *opn_hook_runs_pair(struct opn_hook_runs *runs, const char *from,
					       const char *to)
{
	struct opn_pair_entry *pair;

	for (pair = runs->pairs; pair; pair = pair->next) {
		if (!strcmp(pair->from, from) && !strcmp(pair->to, to))
			return &pair->rules;
	}
	if (strcmp(from, to) || !opn_hook_runs_find(runs, from))
		return NULL;
	pair = opn_arena_alloc(runs->arena, sizeof(*pair));
	if (!pair)
		return NULL;
	pair->from = pair->to = opn_hook_runs_find(runs, from)->hook;
	pair->rules.from = pair->rules.to = opn_hook_runs_find(runs, from);
	pair->rules.same = true;
	pair->next = runs->pairs;
	runs->pairs = pair;
	return &pair->rules;
}

const char *opn_hook_runs_told_field(const struct opn_hook_runs *runs, const char *hook)
{
	for (const struct opn_pair_entry *pair = runs->pairs; pair; pair = pair->next) {
		if (pair->rules.bytes_tell.field && !strcmp(pair->from, hook))
			return pair->rules.bytes_tell.field;
	}
	return NULL;
}

const struct opn_call_rule *opn_hook_runs_calls(const struct opn_hook_runs *runs, size_t *count)
{
	*count = runs->call_count;
	return runs->calls;
}

const struct opn_shared_call *opn_hook_runs_shared(const struct opn_hook_runs *runs, size_t *count)
{
	*count = runs->shared_count;
	return runs->shared;
}

static const struct opn_verdict_row *find_verdict(const struct opn_hook_run *hook, uint32_t verdict)
{
	for (size_t i = 0; i < hook->verdict_count; i++) {
		if (hook->verdicts[i].value == (int32_t)verdict)
			return &hook->verdicts[i];
	}
	return NULL;
}

enum opn_fate opn_hook_fate(const struct opn_hook_run *hook, uint32_t verdict)
{
	const struct opn_verdict_row *row = find_verdict(hook, verdict);

	return row ? row->fate : hook->other;
}

const char *opn_hook_verdict_name(const struct opn_hook_run *hook, uint32_t verdict)
{
	const struct opn_verdict_row *row = find_verdict(hook, verdict);

	return row ? row->name : NULL;
}

const struct opn_benign_row *opn_hook_pair_benign(const struct opn_hook_pair *pair,
						  enum opn_benign_kind kind)
{
	for (size_t i = 0; i < pair->benign_count; i++) {
		if (pair->benign[i].kind == kind)
			return &pair->benign[i];
	}
	return NULL;
}

bool opn_hook_pair_same_fate(const struct opn_hook_pair *pair, enum opn_fate from, enum opn_fate to)
{
	if (pair->same)
		return from == to;
	for (size_t i = 0; i < pair->fate_count; i++) {
		if (pair->fates[i].from != from)
			continue;
		for (size_t j = 0; j < pair->fates[i].to_count; j++) {
			if (pair->fates[i].to[j] == to)
				return true;
		}
	}
	return false;
}
