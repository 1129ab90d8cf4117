// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hookdef_helpers.c - the tables of helpers, kfuncs and types of maps: who may call them, since
 * when, what they do to maps
 */
#include <stdlib.h>
#include <string.h>

#include "hookdef_private.h"

/* The mapping under key, from names of helpers to mappings. */
static int get_helpers(struct opn_yaml *yaml, yaml_node_t *root, const char *key, yaml_node_t **out)
{
	int error = opn_yaml_get_mapping(yaml, root, key, true, out);

	if (error)
		return error;
	error = opn_yaml_check_keys(yaml, *out, NULL);
	for (size_t i = 0; i < opn_yaml_count(*out); i++) {
		yaml_node_t *key = opn_yaml_key(yaml, *out, i);
		yaml_node_t *value = opn_yaml_value(yaml, *out, i);

		if (value->type != YAML_MAPPING_NODE)
			error = opn_yaml_invalid(yaml, value, opn_yaml_scalar(key),
						 "expected a mapping");
	}
	return error;
}

static int read_access(struct opn_yaml *yaml, yaml_node_t *list, unsigned int *access)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} words[] = { { "read", OPN_ACCESS_READ }, { "write", OPN_ACCESS_WRITE } };

	for (size_t i = 0; i < opn_yaml_count(list); i++) {
		yaml_node_t *item = opn_yaml_item(yaml, list, i);
		unsigned int bit = 0;

		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
			if (item->type == YAML_SCALAR_NODE &&
			    !strcmp(opn_yaml_scalar(item), words[j].name))
				bit = words[j].bit;
		}
		if (!bit || *access & bit)
			return opn_yaml_invalid(yaml, item, "access",
						"expected read and write, each at most once");
		*access |= bit;
	}
	return *access ? 0 : opn_yaml_invalid(yaml, list, "access", "expected read or write");
}

int opn_hookdef_read_map_access(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out)
{
	static const char *const keys[] = { "map", "access", NULL };
	static const char *const root_keys[] = { "schema", "helpers", NULL };
	yaml_node_t *helpers = NULL;
	int error = opn_yaml_check_keys(yaml, root, root_keys);
	struct opn_map_access_rule *rule;

	error = get_helpers(yaml, root, "helpers", &helpers) ?: error;

	if (error)
		return error;
	out->access = opn_arena_array(out->arena, opn_yaml_count(helpers), sizeof(*out->access));
	if (!out->access)
		return opn_hookdef_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(helpers); i++) {
		yaml_node_t *value = opn_yaml_value(yaml, helpers, i), *list = NULL;

		rule = &out->access[out->access_count++];
		rule->helper = opn_arena_strdup(out->arena,
						opn_yaml_scalar(opn_yaml_key(yaml, helpers, i)));
		if (!rule->helper)
			return opn_hookdef_no_memory(yaml);
		error = opn_yaml_check_keys(yaml, value, keys) ?: error;
		error = opn_yaml_get_unsigned(yaml, value, "map", true, &rule->argument) ?: error;
		error = opn_yaml_get_list(yaml, value, "access", true, &list) ?: error;
		if (list)
			error = read_access(yaml, list, &rule->access) ?: error;
	}
	return error;
}

int opn_hookdef_read_kernel(struct opn_yaml *yaml, yaml_node_t *node, bool required,
			    const char **out)
{
	int error = opn_yaml_get_string(yaml, node, "min-kernel", required, out);

	if (!error && *out && !opn_hookdef_version(*out))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "min-kernel"), "min-kernel",
					 "expected a version like \"5.10\"");
	return error;
}

/* Reads "5.10" into one number that can be compared; 0 when it is no version. */
unsigned long opn_hookdef_version(const char *text)
{
	unsigned long major, minor;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	major = strtoul(text, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9')
		return 0;
	minor = strtoul(end + 1, &end, 10);
	return *end || major > 1000 || minor > 1000 ? 0 : major * 1001 + minor;
}

static int read_hooks(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper)
{
	yaml_node_t *list = NULL;
	const char **hooks;
	int error = opn_yaml_get_list(yaml, node, "hooks", true, &list);
	size_t count;

	if (error)
		return error;
	count = opn_yaml_count(list);
	hooks = opn_arena_array(yaml->arena, count + 1, sizeof(*hooks));
	if (!hooks)
		return opn_hookdef_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *item = opn_yaml_item(yaml, list, i);

		if (item->type != YAML_SCALAR_NODE) {
			error = opn_yaml_invalid(yaml, item, "hooks", "expected names of hooks");
			continue;
		}
		hooks[i] = opn_arena_strdup(yaml->arena, opn_yaml_scalar(item));
		if (!hooks[i])
			return opn_hookdef_no_memory(yaml);
	}
	helper->hooks = hooks;
	return error;
}

static int read_effect(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper)
{
	static const char *const words[] = { [OPN_PACKET_KEPT] = "kept",
					     [OPN_PACKET_WRITTEN] = "written",
					     [OPN_PACKET_MOVED] = "moved",
					     [OPN_PACKET_LEFT] = "left",
					     NULL };
	const char *word = NULL;
	int error = opn_yaml_get_string(yaml, node, "packet", false, &word);

	if (error || !word)
		return error;
	for (unsigned int w = 0; words[w]; w++) {
		if (strcmp(word, words[w]))
			continue;
		helper->packet = w;
		return 0;
	}
	return opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "packet"), "packet",
				"expected kept, written, moved or left");
}

static int read_helper(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper)
{
	static const char *const keys[] = {
		"id", "min-kernel", "gpl-only", "packet", "hooks", NULL
	};
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_unsigned(yaml, node, "id", true, &helper->id) ?: error;
	error = opn_hookdef_read_kernel(yaml, node, false, &helper->min_kernel) ?: error;
	error = opn_yaml_get_bool(yaml, node, "gpl-only", true, &helper->gpl_only) ?: error;
	error = read_effect(yaml, node, helper) ?: error;
	return read_hooks(yaml, node, helper) ?: error;
}

static int read_kfunc(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper)
{
	static const char *const keys[] = { "min-kernel", "hooks", NULL };
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_hookdef_read_kernel(yaml, node, false, &helper->min_kernel) ?: error;
	return read_hooks(yaml, node, helper) ?: error;
}

static int read_map_type(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper)
{
	static const char *const keys[] = { "min-kernel", NULL };
	int error = opn_yaml_check_keys(yaml, node, keys);

	return opn_hookdef_read_kernel(yaml, node, true, &helper->min_kernel) ?: error;
}

int opn_hookdef_read_helpers(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out)
{
	static const char *const keys[] = { "schema", "helpers", "kfuncs", "map-types", NULL };
	static const struct {
		const char *key;
		int (*read)(struct opn_yaml *yaml, yaml_node_t *node, struct helper *helper);
	} groups[] = { { "helpers", read_helper },
		       { "kfuncs", read_kfunc },
		       { "map-types", read_map_type } };
	enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };
	yaml_node_t *mappings[GROUPS] = { NULL };
	int error = opn_yaml_check_keys(yaml, root, keys);
	size_t count = 0;

	for (size_t i = 0; i < GROUPS; i++) {
		error = get_helpers(yaml, root, groups[i].key, &mappings[i]) ?: error;
		count += mappings[i] ? opn_yaml_count(mappings[i]) : 0;
	}
	if (error)
		return error;
	out->helpers = opn_arena_array(out->arena, count, sizeof(*out->helpers));
	if (!out->helpers)
		return opn_hookdef_no_memory(yaml);
	for (size_t g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < opn_yaml_count(mappings[g]); i++) {
			struct helper *helper = &out->helpers[out->helper_count++];

			helper->name = opn_arena_strdup(
				out->arena, opn_yaml_scalar(opn_yaml_key(yaml, mappings[g], i)));
			if (!helper->name)
				return opn_hookdef_no_memory(yaml);
			error = groups[g].read(yaml, opn_yaml_value(yaml, mappings[g], i), helper)
					?: error;
		}
	}
	return error;
}

/* ---- questions ---- */

static const struct helper *find_helper(const struct opn_hookdefs *hookdefs, const char *name)
{
	for (size_t i = 0; i < hookdefs->helper_count; i++) {
		if (!strcmp(hookdefs->helpers[i].name, name))
			return &hookdefs->helpers[i];
	}
	return NULL;
}

const char *opn_hookdefs_helper_name(const struct opn_hookdefs *hookdefs, unsigned int id)
{
	for (size_t i = 0; id && i < hookdefs->helper_count; i++) {
		if (hookdefs->helpers[i].id == id)
			return hookdefs->helpers[i].name;
	}
	return NULL;
}

enum opn_callable opn_hookdefs_callable(const struct opn_hookdefs *hookdefs, const char *name,
					const char *hook)
{
	const struct helper *helper = find_helper(hookdefs, name);

	if (!helper || !helper->hooks)
		return OPN_CALLABLE_UNKNOWN;
	for (const char *const *h = helper->hooks; *h; h++) {
		if (!strcmp(*h, hook))
			return OPN_CALLABLE_YES;
	}
	return OPN_CALLABLE_NO;
}

enum opn_packet_effect opn_hookdefs_packet(const struct opn_hookdefs *hookdefs, const char *name)
{
	const struct helper *helper = find_helper(hookdefs, name);

	return helper ? helper->packet : OPN_PACKET_KEPT;
}

bool opn_kernel_newer(const char *a, const char *b)
{
	return opn_hookdef_version(a) > opn_hookdef_version(b);
}

const char *opn_hookdefs_min_kernel(const struct opn_hookdefs *hookdefs, const char *const *names)
{
	const char *newest = NULL, *kernel;
	const struct helper *helper;

	for (; names && *names; names++) {
		helper = find_helper(hookdefs, *names);
		kernel = helper ? helper->min_kernel : NULL;
		if (!kernel)
			return NULL;
		if (!newest || opn_kernel_newer(kernel, newest))
			newest = kernel;
	}
	return newest;
}
