// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hook_run_attach.c - the ways in which a hook's programs are put on a live device
 *
 * Attach types are numbers in the tables: the kernel's headers and libbpf know newer ones by name
 * later than kernels take them.
 */
#include "hook_run_private.h"

static const char *const way_names[] = {
	[OPN_ATTACH_LINK] = "link",
	[OPN_ATTACH_FILTER] = "filter",
	[OPN_ATTACH_COUNT] = NULL,
};

static int read_rule(struct opn_yaml *yaml, yaml_node_t *item, struct opn_attach_rule *rule)
{
	static const char *const keys[] = { "name", "way", "type", "flags", NULL };
	unsigned int word = 0;
	int error;

	if (item->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, item, "attach", "expected a mapping");
	error = opn_yaml_check_keys(yaml, item, keys);
	error = opn_yaml_get_string(yaml, item, "name", true, &rule->name) ?: error;
	error = opn_yaml_get_word(yaml, item, "way", way_names, &word) ?: error;
	rule->way = word;
	error = opn_yaml_get_unsigned(yaml, item, "type", !error && rule->way == OPN_ATTACH_LINK,
				      &rule->type)
			?: error;
	return opn_yaml_get_unsigned(yaml, item, "flags", false, &rule->flags) ?: error;
}

int opn_attach_rules_read(struct opn_yaml *yaml, yaml_node_t *list, struct opn_hook_run *run)
{
	size_t count = opn_yaml_count(list);
	struct opn_attach_rule *rules = opn_arena_array(yaml->arena, count + 1, sizeof(*rules));
	int error = 0;

	if (!rules)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++)
		error = read_rule(yaml, opn_yaml_item(yaml, list, i), &rules[i]) ?: error;
	run->attach = rules;
	run->attach_count = count;
	return error;
}
