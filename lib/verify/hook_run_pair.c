// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hook_run_pair.c - the tables of pairs of hooks and of the calls that a prover sets or watches
 */
#include <string.h>

#include "hook_run_private.h"

static const char *const benign_names[] = {
	[OPN_BENIGN_REFUSED_FIRST] = "refused-by-first",
	[OPN_BENIGN_REFUSED_SECOND] = "refused-by-second",
	[OPN_BENIGN_COUNT] = NULL,
};

static const char *const role_names[] = {
	[OPN_CALL_CLOCK] = "clock",	  [OPN_CALL_RANDOM] = "random",
	[OPN_CALL_REDIRECT] = "redirect", [OPN_CALL_REDIRECT_MAP] = "redirect-map",
	[OPN_CALL_CLONE] = "clone",	  [OPN_CALL_LOOKUP] = "lookup",
	[OPN_CALL_FIELD] = "field",	  [OPN_CALL_FIELD + 1] = NULL,
};

static int read_fate_rule(struct opn_yaml *yaml, const yaml_node_t *key, yaml_node_t *value,
			  struct opn_fate_rule *rule)
{
	unsigned int word;
	int error = opn_yaml_word(yaml, key, "fates", opn_fate_names, &word);

	rule->from = word;
	if (value->type != YAML_SEQUENCE_NODE || opn_yaml_count(value) > OPN_FATE_COUNT)
		return opn_yaml_invalid(yaml, value, opn_fate_names[rule->from], "expected a list");
	for (size_t i = 0; i < opn_yaml_count(value); i++) {
		error = opn_yaml_word(yaml, opn_yaml_item(yaml, value, i),
				      opn_fate_names[rule->from], opn_fate_names, &word)
				?: error;
		rule->to[rule->to_count++] = word;
	}
	return error;
}

static int read_fates(struct opn_yaml *yaml, yaml_node_t *fates, struct opn_hook_pair *pair)
{
	size_t count = opn_yaml_count(fates);
	struct opn_fate_rule *rules = opn_arena_array(yaml->arena, count + 1, sizeof(*rules));
	int error = opn_yaml_check_keys(yaml, fates, NULL);

	if (!rules)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++)
		error = read_fate_rule(yaml, opn_yaml_key(yaml, fates, i),
				       opn_yaml_value(yaml, fates, i), &rules[i])
				?: error;
	pair->fates = rules;
	pair->fate_count = count;
	return error;
}

static int read_benign(struct opn_yaml *yaml, yaml_node_t *list, struct opn_hook_pair *pair)
{
	static const char *const keys[] = { "kind", "why", NULL };
	size_t count = opn_yaml_count(list);
	struct opn_benign_row *rows = opn_arena_array(yaml->arena, count + 1, sizeof(*rows));
	unsigned int word = 0;
	int error = 0;

	if (!rows)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *item = opn_yaml_item(yaml, list, i);

		if (item->type != YAML_MAPPING_NODE) {
			error = opn_yaml_invalid(yaml, item, "benign", "expected a mapping");
			continue;
		}
		error = opn_yaml_check_keys(yaml, item, keys) ?: error;
		error = opn_yaml_get_word(yaml, item, "kind", benign_names, &word) ?: error;
		error = opn_yaml_get_string(yaml, item, "why", true, &rows[i].why) ?: error;
		rows[i].kind = word;
	}
	pair->benign = rows;
	pair->benign_count = count;
	return error;
}

static int read_keeps(struct opn_yaml *yaml, yaml_node_t *list, struct opn_hook_pair *pair)
{
	const char **keeps = opn_arena_array(yaml->arena, opn_yaml_count(list) + 1, sizeof(*keeps));

	if (!keeps)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(list); i++) {
		int error = opn_yaml_text(yaml, opn_yaml_item(yaml, list, i), "keeps", &keeps[i]);

		if (error)
			return error;
	}
	pair->reinjection_keeps = keeps;
	return 0;
}

static int read_reinjection(struct opn_yaml *yaml, yaml_node_t *node, struct opn_hook_pair *pair)
{
	static const char *const keys[] = { "flags", "keeps", NULL };
	yaml_node_t *keeps = NULL;
	int error = opn_yaml_check_keys(yaml, node, keys);

	pair->passes_by_reinjection = true;
	error = opn_yaml_get_unsigned(yaml, node, "flags", true, &pair->reinjection_flags) ?: error;
	error = opn_yaml_get_list(yaml, node, "keeps", true, &keeps) ?: error;
	return error ?: read_keeps(yaml, keeps, pair);
}

static int read_bytes_tell(struct opn_yaml *yaml, yaml_node_t *node, struct opn_bytes_tell *rule)
{
	static const char *const keys[] = { "field", "at", "why", NULL };
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_string(yaml, node, "field", true, &rule->field) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "at", true, &rule->at) ?: error;
	return opn_yaml_get_string(yaml, node, "why", true, &rule->why) ?: error;
}

int opn_hook_pair_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out)
{
	static const char *const keys[] = {
		"fates",  "reflects-by-redirect", "passes-by-reinjection",
		"benign", "bytes-tell",		  NULL
	};
	yaml_node_t *verify = NULL, *fates = NULL, *benign = NULL, *reinjection = NULL;
	yaml_node_t *tell = NULL;
	struct opn_pair_entry *pair;
	int error = opn_yaml_get_mapping(yaml, root, "verify", false, &verify);

	if (error || !verify)
		return error;
	pair = opn_arena_alloc(yaml->arena, sizeof(*pair));
	if (!pair)
		return opn_yaml_no_memory(yaml);
	pair->loc = opn_yaml_loc(yaml, verify);
	error = opn_yaml_get_string(yaml, root, "from", true, &pair->from);
	error = opn_yaml_get_string(yaml, root, "to", true, &pair->to) ?: error;
	error = opn_yaml_check_keys(yaml, verify, keys) ?: error;
	error = opn_yaml_get_mapping(yaml, verify, "fates", true, &fates) ?: error;
	error = opn_yaml_get_bool(yaml, verify, "reflects-by-redirect", false,
				  &pair->rules.reflects_by_redirect)
			?: error;
	error = opn_yaml_get_mapping(yaml, verify, "passes-by-reinjection", false, &reinjection)
			?: error;
	error = opn_yaml_get_list(yaml, verify, "benign", false, &benign) ?: error;
	error = opn_yaml_get_mapping(yaml, verify, "bytes-tell", false, &tell) ?: error;
	if (error)
		return error;
	error = read_fates(yaml, fates, &pair->rules);
	if (tell)
		error = read_bytes_tell(yaml, tell, &pair->rules.bytes_tell) ?: error;
	if (reinjection)
		error = read_reinjection(yaml, reinjection, &pair->rules) ?: error;
	if (benign)
		error = read_benign(yaml, benign, &pair->rules) ?: error;
	pair->next = out->pairs;
	out->pairs = pair;
	return error;
}

static int read_shared(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out)
{
	yaml_node_t *list = NULL;
	int error = opn_yaml_get_mapping(yaml, root, "shared", false, &list);

	if (error || !list)
		return error;
	error = opn_yaml_check_keys(yaml, list, NULL);
	out->shared_count = opn_yaml_count(list);
	out->shared = opn_arena_array(yaml->arena, out->shared_count + 1, sizeof(*out->shared));
	if (!out->shared)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; !error && i < out->shared_count; i++) {
		const char *name = opn_yaml_scalar(opn_yaml_key(yaml, list, i));
		const char *what = NULL;

		error = opn_yaml_get_string(yaml, list, name, true, &what);
		out->shared[i] = (struct opn_shared_call){
			.name = opn_arena_strdup(yaml->arena, name),
			.what = opn_arena_strdup(yaml->arena, what ? what : ""),
		};
	}
	return error;
}

int opn_call_rules_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out)
{
	static const char *const keys[] = { "schema", "calls", "shared", NULL };
	static const char *const call_keys[] = { "number", "role", "flags", NULL };
	yaml_node_t *calls = NULL;
	unsigned int word = 0, number = 0;
	int error = opn_yaml_check_keys(yaml, root, keys);

	error = opn_yaml_get_mapping(yaml, root, "calls", true, &calls) ?: error;
	error = read_shared(yaml, root, out) ?: error;
	if (error)
		return error;
	error = opn_yaml_check_keys(yaml, calls, NULL);
	out->call_count = opn_yaml_count(calls);
	out->calls = opn_arena_array(yaml->arena, out->call_count + 1, sizeof(*out->calls));
	if (!out->calls)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < out->call_count; i++) {
		struct opn_call_rule *rule = &out->calls[i];
		yaml_node_t *call = opn_yaml_value(yaml, calls, i);

		rule->name = opn_arena_strdup(yaml->arena,
					      opn_yaml_scalar(opn_yaml_key(yaml, calls, i)));
		if (call->type != YAML_MAPPING_NODE) {
			error = opn_yaml_invalid(yaml, call, rule->name, "expected a mapping");
			continue;
		}
		error = opn_yaml_check_keys(yaml, call, call_keys) ?: error;
		error = opn_yaml_get_unsigned(yaml, call, "number", true, &number) ?: error;
		error = opn_yaml_get_unsigned(yaml, call, "flags", false, &rule->flags_argument)
				?: error;
		error = opn_yaml_get_word(yaml, call, "role", role_names, &word) ?: error;
		rule->helper = number;
		rule->role = word;
	}
	return error;
}
