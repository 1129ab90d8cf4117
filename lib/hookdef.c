// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hookdef.c - the hook tables, read from their folder
 *
 * A file's "schema" says what it is. All files are read even when one is wrong, so that a user sees
 * every mistake at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hookdef.h"
#include "hookdef_private.h"
#include "table_files.h"

int opn_hookdef_no_memory(struct opn_yaml *yaml)
{
	return opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, yaml->file,
			strerror(ENOMEM));
}

/* ---- hooks ---- */

static int read_section(struct opn_yaml *yaml, yaml_node_t *node, struct hook *hook,
			struct opn_hookdefs *out)
{
	static const char *const keys[] = { "name", "prefix", "flags", NULL };
	struct section *section = opn_arena_alloc(out->arena, sizeof(*section));
	int error;

	if (!section)
		return opn_hookdef_no_memory(yaml);
	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "sections",
					"expected {name: ..., prefix: ...}");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "name", true, &section->rule.section) ?: error;
	error = opn_yaml_get_bool(yaml, node, "prefix", false, &section->rule.prefix) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "flags", false, &section->rule.flags) ?: error;
	if (error)
		return error;
	section->rule.hook = hook->name;
	section->rule.context = hook->context;
	section->loc = opn_yaml_loc(yaml, opn_yaml_get(yaml, node, "name"));
	for (const struct section *other = out->sections; other; other = other->next) {
		if (strcmp(other->rule.section, section->rule.section))
			continue;
		opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "name"), section->rule.section,
				 "the section belongs to hook '%s'", other->rule.hook);
		opn_diag_note(yaml->diags, other->loc, "by this row");
		return -EINVAL;
	}
	section->next = out->sections;
	out->sections = section;
	out->section_count++;
	return 0;
}

static int read_argument(struct opn_yaml *yaml, yaml_node_t *node, struct opn_entry_argument *out)
{
	static const char *const keys[] = { "type", "name", "value", NULL };
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "arguments",
					"expected {type: ..., value: ...}");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "type", true, &out->type) ?: error;
	error = opn_yaml_get_string(yaml, node, "name", false, &out->name) ?: error;
	return opn_yaml_get_string(yaml, node, "value", true, &out->value) ?: error;
}

static int read_arguments(struct opn_yaml *yaml, yaml_node_t *list, struct opn_entry_rule *rule)
{
	size_t count = list ? opn_yaml_count(list) : 0;
	struct opn_entry_argument *arguments =
		opn_arena_array(yaml->arena, count, sizeof(*arguments));
	int error = 0;

	if (!arguments)
		return opn_hookdef_no_memory(yaml);
	for (size_t i = 0; i < count; i++)
		error = read_argument(yaml, opn_yaml_item(yaml, list, i), &arguments[i]) ?: error;
	rule->arguments = arguments;
	rule->argument_count = count;
	return error;
}

static bool matches(const struct opn_section_rule *rule, const char *section)
{
	size_t length = strlen(rule->section);

	return !strncmp(section, rule->section, length) &&
	       (!section[length] || (rule->prefix && section[length] == '/'));
}

static int check_entry_section(struct opn_yaml *yaml, yaml_node_t *entry, const char *section,
			       const struct hook *hook, const struct opn_hookdefs *hookdefs)
{
	for (const struct section *s = hookdefs->sections; s; s = s->next) {
		if (!strcmp(s->rule.hook, hook->name) && matches(&s->rule, section))
			return 0;
	}
	return opn_yaml_invalid(yaml, opn_yaml_get(yaml, entry, "section"), section,
				"it is not among the sections of hook '%s'", hook->name);
}

static int read_entry(struct opn_yaml *yaml, yaml_node_t *entry, struct hook *hook,
		      const struct opn_hookdefs *hookdefs)
{
	static const char *const keys[] = { "section", "verdict", "result-bounded", "arguments",
					    NULL };
	struct opn_entry_rule *rule = opn_arena_alloc(yaml->arena, sizeof(*rule));
	yaml_node_t *arguments = NULL;
	int error;

	if (!rule)
		return opn_hookdef_no_memory(yaml);
	error = opn_yaml_check_keys(yaml, entry, keys);
	error = opn_yaml_get_string(yaml, entry, "section", true, &rule->section) ?: error;
	error = opn_yaml_get_string(yaml, entry, "verdict", false, &rule->verdict) ?: error;
	error = opn_yaml_get_bool(yaml, entry, "result-bounded", false, &rule->result_bounded)
			?: error;
	error = opn_yaml_get_list(yaml, entry, "arguments", false, &arguments) ?: error;
	error = read_arguments(yaml, arguments, rule) ?: error;
	if (error)
		return error;
	if (rule->result_bounded && !rule->verdict)
		return opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, entry),
				"verdict");
	rule->hook = hook->name;
	rule->context = opn_arena_printf(yaml->arena, "%s *", hook->context);
	hook->entry = rule;
	if (!rule->context)
		return opn_hookdef_no_memory(yaml);
	return check_entry_section(yaml, entry, rule->section, hook, hookdefs);
}

static int read_context(struct opn_yaml *yaml, yaml_node_t *root, struct hook *hook)
{
	static const char *const keys[] = { "type", NULL };
	yaml_node_t *context = NULL;
	int error = opn_yaml_get_mapping(yaml, root, "context", true, &context);

	if (error)
		return error;
	error = opn_yaml_check_keys(yaml, context, keys);
	return opn_yaml_get_string(yaml, context, "type", true, &hook->context) ?: error;
}

/* The hook's name must be the file's: that is where a reader looks for it. */
static int check_name(struct opn_yaml *yaml, yaml_node_t *root, const struct hook *hook)
{
	const char *file = opn_path_basename(yaml->file);
	size_t length = strlen(hook->name);

	if (!strncmp(file, hook->name, length) && !strcmp(file + length, ".yaml"))
		return 0;
	return opn_yaml_invalid(yaml, opn_yaml_get(yaml, root, "name"), hook->name,
				"the file is called '%s'", file);
}

static int read_hook(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out)
{
	/* "verdicts" and "run" are the prover's: verify/hook_run.c reads them. */
	static const char *const keys[] = { "schema",	"name",	   "prog-type", "min-kernel",
					    "sections", "context", "entry",	"verdicts",
					    "run",	NULL };
	struct hook *hook = opn_arena_alloc(out->arena, sizeof(*hook));
	yaml_node_t *sections = NULL, *entry = NULL;
	int error;

	if (!hook)
		return opn_hookdef_no_memory(yaml);
	error = opn_yaml_check_keys(yaml, root, keys);
	error = opn_yaml_get_string(yaml, root, "name", true, &hook->name) ?: error;
	error = opn_yaml_get_string(yaml, root, "prog-type", true, &hook->program_type) ?: error;
	error = opn_hookdef_read_kernel(yaml, root, false, &hook->min_kernel) ?: error;
	error = opn_yaml_get_list(yaml, root, "sections", true, &sections) ?: error;
	error = read_context(yaml, root, hook) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "entry", false, &entry) ?: error;
	if (error)
		return error;
	error = check_name(yaml, root, hook);
	for (size_t i = 0; i < opn_yaml_count(sections); i++)
		error = read_section(yaml, opn_yaml_item(yaml, sections, i), hook, out) ?: error;
	if (!error && entry)
		error = read_entry(yaml, entry, hook, out);
	hook->next = out->hooks;
	out->hooks = hook;
	out->hook_count++;
	return error;
}

/* ---- the folder ---- */

static const struct {
	const char *schema;
	int (*read)(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out);
} schemas[] = {
	{ "opened/hook/1", read_hook },
	{ "opened/map-access/1", opn_hookdef_read_map_access },
	{ "opened/helpers/1", opn_hookdef_read_helpers },
	/* verify/hook_run.c reads it. */
	{ "opened/calls/1", NULL },
};

enum { SCHEMA_COUNT = sizeof(schemas) / sizeof(schemas[0]) };

static int report_schema(struct opn_yaml *yaml, const yaml_node_t *node, const char *schema)
{
	const char *known[SCHEMA_COUNT + 1] = { NULL }, *near;

	for (size_t i = 0; i < SCHEMA_COUNT; i++)
		known[i] = schemas[i].schema;
	near = opn_suggest(schema, known);
	return near ? opn_yaml_invalid(yaml, node, schema,
				       "it is no known schema; did you mean '%s'?", near)
		    : opn_yaml_invalid(yaml, node, schema, "it is no known schema");
}

static int read_file(const char *path, struct opn_diags *diags, struct opn_hookdefs *out)
{
	struct opn_yaml yaml;
	yaml_node_t *root;
	const char *schema = NULL;
	int error = opn_yaml_load(path, out->arena, diags, &yaml);
	size_t i;

	if (error)
		return error;
	root = opn_yaml_root(&yaml);
	error = opn_yaml_get_string(&yaml, root, "schema", true, &schema);
	if (!error) {
		for (i = 0; i < SCHEMA_COUNT && strcmp(schema, schemas[i].schema); i++)
			;
		if (i < SCHEMA_COUNT)
			error = schemas[i].read ? schemas[i].read(&yaml, root, out) : 0;
		else
			error = report_schema(&yaml, opn_yaml_get(&yaml, root, "schema"), schema);
	}
	opn_yaml_free(&yaml);
	return error;
}

int opn_hookdef_unreadable(const char *dir, const char *why, struct opn_diags *diags)
{
	int error = opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, dir, why);

	opn_diag_note(
		diags, OPN_NOWHERE,
		"the tools come with a folder 'hookdefs', which has helpers.yaml: name it with "
		"--hookdefs=DIR, or in the environment with OPENED_HOOKDEFS=DIR");
	return error;
}

static int read_dir(const char *dir, struct opn_diags *diags, struct opn_hookdefs *out)
{
	const char *const *path;
	int error = opn_table_files(dir, out->arena, &path);

	if (error)
		return opn_hookdef_unreadable(dir, strerror(-error), diags);
	for (; *path; path++) {
		/* Pairs are for those who transform or compare: pair.c and verify/hook_run.c. */
		if (!opn_table_is_pair(*path))
			error = read_file(*path, diags, out) ?: error;
	}
	if (!error && !out->hooks)
		error = opn_hookdef_unreadable(dir, "it holds no hook tables", diags);
	return error;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The longer name is the more specific one. */
static int compare_rules(const void *a, const void *b)
{
	const struct opn_section_rule *first = a, *second = b;
	size_t first_length = strlen(first->section), second_length = strlen(second->section);

	if (first_length != second_length)
		return first_length > second_length ? -1 : 1;
	return strcmp(first->section, second->section);
}

/* Makes the arrays that the callers see. */
static int index_tables(struct opn_hookdefs *out)
{
	size_t i = 0;

	out->names = opn_arena_array(out->arena, out->hook_count + 1, sizeof(*out->names));
	out->section_rules =
		opn_arena_array(out->arena, out->section_count, sizeof(*out->section_rules));
	if (!out->names || !out->section_rules)
		return -ENOMEM;
	for (const struct hook *hook = out->hooks; hook; hook = hook->next)
		out->names[i++] = hook->name;
	qsort(out->names, out->hook_count, sizeof(*out->names), compare_names);
	i = 0;
	for (const struct section *section = out->sections; section; section = section->next)
		out->section_rules[i++] = section->rule;
	qsort(out->section_rules, out->section_count, sizeof(*out->section_rules), compare_rules);
	return 0;
}

int opn_hookdefs_load(const char *dir, struct opn_diags *diags, struct opn_hookdefs **out)
{
	struct opn_hookdefs *hookdefs = calloc(1, sizeof(*hookdefs));
	int error;

	*out = NULL;
	if (hookdefs)
		hookdefs->arena = opn_arena_new(NULL, NULL);
	if (!hookdefs || !hookdefs->arena) {
		free(hookdefs);
		return opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, dir,
				strerror(ENOMEM));
	}
	error = read_dir(dir, diags, hookdefs);
	if (!error && index_tables(hookdefs))
		error = opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, dir,
				 strerror(ENOMEM));
	if (error) {
		opn_hookdefs_free(hookdefs);
		return error;
	}
	*out = hookdefs;
	return 0;
}

void opn_hookdefs_free(struct opn_hookdefs *hookdefs)
{
	if (!hookdefs)
		return;
	opn_arena_free(hookdefs->arena);
	free(hookdefs);
}

/* ---- questions ---- */

const struct opn_section_rule *opn_hookdefs_sections(const struct opn_hookdefs *hookdefs,
						     size_t *count)
{
	*count = hookdefs->section_count;
	return hookdefs->section_rules;
}

const struct opn_map_access_rule *opn_hookdefs_map_access(const struct opn_hookdefs *hookdefs,
							  size_t *count)
{
	*count = hookdefs->access_count;
	return hookdefs->access;
}

const struct opn_section_rule *opn_hookdefs_section(const struct opn_hookdefs *hookdefs,
						    const char *section)
{
	if (*section == '?')
		section++;
	for (size_t i = 0; i < hookdefs->section_count; i++) {
		if (matches(&hookdefs->section_rules[i], section))
			return &hookdefs->section_rules[i];
	}
	return NULL;
}

const char *opn_hookdefs_section_hook(const struct opn_hookdefs *hookdefs, const char *section)
{
	const struct opn_section_rule *rule = opn_hookdefs_section(hookdefs, section);

	return rule ? rule->hook : NULL;
}

static const struct hook *find_hook(const struct opn_hookdefs *hookdefs, const char *name)
{
	for (const struct hook *hook = hookdefs->hooks; hook; hook = hook->next) {
		if (!strcmp(hook->name, name))
			return hook;
	}
	return NULL;
}

const struct opn_entry_rule *opn_hookdefs_entry(const struct opn_hookdefs *hookdefs,
						const char *hook, bool *known)
{
	const struct hook *found = find_hook(hookdefs, hook);

	*known = found != NULL;
	return found ? found->entry : NULL;
}

const char *opn_hookdefs_hook_kernel(const struct opn_hookdefs *hookdefs, const char *name)
{
	const struct hook *hook = find_hook(hookdefs, name);

	return hook ? hook->min_kernel : NULL;
}

const char *opn_hookdefs_context(const struct opn_hookdefs *hookdefs, const char *name)
{
	const struct hook *hook = find_hook(hookdefs, name);

	return hook ? hook->context : NULL;
}

const char *const *opn_hookdefs_names(const struct opn_hookdefs *hookdefs)
{
	return hookdefs->names;
}
