// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * place.c - reads hookdefs/pipelines/<hook>.yaml
 */
#include "place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table_files.h"
#include "yaml_read.h"

struct opn_places {
	struct opn_arena *arena;
	const struct opn_hook_runs *runs;
	struct opn_hook_rules **hooks; /* by name */
	size_t hook_count;
	const char **names;
};

static const char *const mechanism_keys[] = {
	[OPN_MECHANISM_LINKED] = "linked",   [OPN_MECHANISM_FUSED] = "fused",
	[OPN_MECHANISM_TAIL] = "tail",	     [OPN_MECHANISM_LINKS] = "links",
	[OPN_MECHANISM_FILTERS] = "filters", [OPN_MECHANISM_SHARED] = "shared",
	[OPN_MECHANISM_COUNT] = NULL,
};

const struct opn_verdict_row *opn_hook_rules_verdict(const struct opn_hook_rules *rules,
						     const char *name)
{
	for (size_t i = 0; i < rules->run->verdict_count; i++) {
		if (!strcmp(rules->run->verdicts[i].name, name))
			return &rules->run->verdicts[i];
	}
	return NULL;
}

static int read_verdict(struct opn_yaml *yaml, const yaml_node_t *node,
			const struct opn_hook_rules *rules, const struct opn_verdict_row **out)
{
	const char *name = node->type == YAML_SCALAR_NODE ? opn_yaml_scalar(node) : "";

	*out = opn_hook_rules_verdict(rules, name);
	return *out ? 0 : opn_yaml_invalid(yaml, node, name, "the hook has no such verdict");
}

static int read_continues(struct opn_yaml *yaml, yaml_node_t *list, struct opn_hook_rules *rules)
{
	const struct opn_verdict_row **rows;
	int error = 0;

	rules->continue_count = opn_yaml_count(list);
	rows = opn_arena_array(yaml->arena, rules->continue_count + 1,
			       sizeof(const struct opn_verdict_row *));
	if (!rows)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < rules->continue_count; i++)
		error = read_verdict(yaml, opn_yaml_item(yaml, list, i), rules, &rows[i]) ?: error;
	rules->continues = rows;
	return error;
}

static int read_exits(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_hook_rules *rules)
{
	struct opn_verdict_exit *exits;
	int error = 0;

	rules->exit_count = opn_yaml_count(mapping);
	exits = opn_arena_array(yaml->arena, rules->exit_count + 1, sizeof(*exits));
	if (!exits)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < rules->exit_count; i++) {
		error = read_verdict(yaml, opn_yaml_key(yaml, mapping, i), rules, &exits[i].from)
				?: error;
		error = read_verdict(yaml, opn_yaml_value(yaml, mapping, i), rules, &exits[i].to)
				?: error;
	}
	rules->exits = exits;
	return error;
}

static int read_refuses(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_hook_rules *rules)
{
	size_t count = opn_yaml_count(mapping);
	struct opn_refused_call *calls = opn_arena_array(yaml->arena, count, sizeof(*calls));
	int error = 0;

	if (!calls)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		const char *name = opn_yaml_scalar(opn_yaml_key(yaml, mapping, i));

		calls[i].name = opn_arena_strdup(yaml->arena, name);
		error = opn_yaml_get_string(yaml, mapping, name, true, &calls[i].why) ?: error;
	}
	rules->refuses = calls;
	rules->refused_count = count;
	return error;
}

static int read_words(struct opn_yaml *yaml, yaml_node_t *list, const char *const **out)
{
	size_t count = opn_yaml_count(list);
	const char **words = opn_arena_array(yaml->arena, count + 1, sizeof(*words));

	if (!words)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		const yaml_node_t *node = opn_yaml_item(yaml, list, i);

		if (node->type != YAML_SCALAR_NODE)
			return opn_yaml_invalid(yaml, node, "list", "expected a name");
		words[i] = opn_arena_strdup(yaml->arena, opn_yaml_scalar(node));
	}
	*out = words;
	return 0;
}

static int read_mechanisms(struct opn_yaml *yaml, yaml_node_t *mapping,
			   struct opn_hook_rules *rules)
{
	int error = opn_yaml_check_keys(yaml, mapping, mechanism_keys);

	for (size_t m = 0; m < OPN_MECHANISM_COUNT; m++)
		error = opn_yaml_get_string(yaml, mapping, mechanism_keys[m], false,
					    &rules->mechanisms[m])
				?: error;
	return error;
}

static int read_carrier_mechanisms(struct opn_yaml *yaml, yaml_node_t *list,
				   struct opn_carrier *carrier)
{
	const char *const *words;
	int error = read_words(yaml, list, &words);

	for (size_t i = 0; !error && words[i]; i++) {
		size_t m = 0;

		while (mechanism_keys[m] && strcmp(mechanism_keys[m], words[i]))
			m++;
		if (mechanism_keys[m])
			carrier->mechanisms[m] = true;
		else
			error = opn_yaml_invalid(yaml, opn_yaml_item(yaml, list, i), words[i],
						 "there is no such mechanism");
	}
	return error;
}

static int read_carrier(struct opn_yaml *yaml, yaml_node_t *node, struct opn_carrier *carrier)
{
	static const char *const keys[] = { "most", "inherits", "mechanisms", "owns", "begin",
					    "take", "give",	"end",	      NULL };
	yaml_node_t *mechanisms = NULL, *owns = NULL;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "carriers", "expected a mapping");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_unsigned(yaml, node, "most", true, &carrier->most) ?: error;
	error = opn_yaml_get_bool(yaml, node, "inherits", false, &carrier->inherits) ?: error;
	error = opn_yaml_get_list(yaml, node, "mechanisms", true, &mechanisms) ?: error;
	error = opn_yaml_get_list(yaml, node, "owns", false, &owns) ?: error;
	error = opn_yaml_get_string(yaml, node, "begin", false, &carrier->begin) ?: error;
	error = opn_yaml_get_string(yaml, node, "take", true, &carrier->take) ?: error;
	error = opn_yaml_get_string(yaml, node, "give", false, &carrier->give) ?: error;
	if (error)
		return error;
	error = read_carrier_mechanisms(yaml, mechanisms, carrier);
	error = opn_yaml_get_string(yaml, node, "end", false, &carrier->end) ?: error;
	return owns ? read_words(yaml, owns, &carrier->owns) ?: error : error;
}

static int read_carriers(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_hook_rules *rules)
{
	struct opn_carrier *carriers;
	int error = 0;

	rules->carrier_count = opn_yaml_count(mapping);
	carriers = opn_arena_array(yaml->arena, rules->carrier_count + 1, sizeof(*carriers));
	if (!carriers)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < rules->carrier_count; i++) {
		carriers[i].name = opn_arena_strdup(
			yaml->arena, opn_yaml_scalar(opn_yaml_key(yaml, mapping, i)));
		error = read_carrier(yaml, opn_yaml_value(yaml, mapping, i), &carriers[i]) ?: error;
	}
	rules->carriers = carriers;
	return error;
}

static int read_way(struct opn_yaml *yaml, yaml_node_t *node, struct opn_place_way *way)
{
	static const char *const keys[] = { "name", "way", "type", "flags", "min-kernel", NULL };
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "places", "expected a mapping");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "name", true, &way->name) ?: error;
	error = opn_yaml_get_string(yaml, node, "way", true, &way->way) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "type", true, &way->type) ?: error;
	error = opn_yaml_get_string(yaml, node, "min-kernel", false, &way->min_kernel) ?: error;
	return opn_yaml_get_unsigned(yaml, node, "flags", false, &way->flags) ?: error;
}

static int read_places(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_hook_rules *rules)
{
	struct opn_place *places;
	int error = 0;

	rules->place_count = opn_yaml_count(mapping);
	places = opn_arena_array(yaml->arena, rules->place_count + 1, sizeof(*places));
	if (!places)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < rules->place_count; i++) {
		yaml_node_t *list = opn_yaml_value(yaml, mapping, i);
		struct opn_place_way *ways;

		places[i].name = opn_arena_strdup(yaml->arena,
						  opn_yaml_scalar(opn_yaml_key(yaml, mapping, i)));
		places[i].hook = rules;
		if (list->type != YAML_SEQUENCE_NODE || !opn_yaml_count(list))
			return opn_yaml_invalid(yaml, list, "places", "expected a list of ways");
		places[i].way_count = opn_yaml_count(list);
		ways = opn_arena_array(yaml->arena, places[i].way_count, sizeof(*ways));
		if (!ways)
			return opn_yaml_no_memory(yaml);
		for (size_t w = 0; w < places[i].way_count; w++)
			error = read_way(yaml, opn_yaml_item(yaml, list, w), &ways[w]) ?: error;
		places[i].ways = ways;
	}
	rules->places = places;
	return error;
}

static int read_rules(struct opn_yaml *yaml, yaml_node_t *root, const struct opn_places *places,
		      struct opn_hook_rules *rules)
{
	static const char *const keys[] = { "apart",   "schema",   "hook",     "sections",
					    "next",    "length",   "exits",    "mechanisms",
					    "places",  "continue", "carriers", "view",
					    "refuses", NULL };
	yaml_node_t *sections = NULL, *continues = NULL, *exits = NULL, *apart = NULL, *ways = NULL,
		    *list = NULL, *carriers = NULL, *refuses = NULL;
	int error = opn_yaml_check_keys(yaml, root, keys);

	error = opn_yaml_get_string(yaml, root, "hook", true, &rules->hook) ?: error;
	error = opn_yaml_get_list(yaml, root, "sections", true, &sections) ?: error;
	error = opn_yaml_get_string(yaml, root, "view", true, &rules->view) ?: error;
	error = opn_yaml_get_string(yaml, root, "length", true, &rules->length) ?: error;
	error = opn_yaml_get_list(yaml, root, "apart", false, &apart) ?: error;
	error = opn_yaml_get_list(yaml, root, "continue", true, &continues) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "exits", false, &exits) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "mechanisms", true, &list) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "places", true, &ways) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "carriers", false, &carriers) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "refuses", false, &refuses) ?: error;
	if (!opn_yaml_get(yaml, root, "next"))
		error = opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, root),
				 "next");
	if (error)
		return error;
	rules->run = opn_hook_runs_find(places->runs, rules->hook);
	if (!rules->run)
		return opn_yaml_invalid(yaml, opn_yaml_get(yaml, root, "hook"), rules->hook,
					"no hook of this name has a key 'run'");
	rules->context = rules->run->context;
	error = read_words(yaml, sections, &rules->sections);
	if (apart)
		error = read_words(yaml, apart, &rules->apart) ?: error;
	error = read_verdict(yaml, opn_yaml_get(yaml, root, "next"), rules, &rules->next) ?: error;
	error = read_continues(yaml, continues, rules) ?: error;
	error = exits ? read_exits(yaml, exits, rules) ?: error : error;
	error = refuses ? read_refuses(yaml, refuses, rules) ?: error : error;
	error = read_mechanisms(yaml, list, rules) ?: error;
	error = carriers ? read_carriers(yaml, carriers, rules) ?: error : error;
	return read_places(yaml, ways, rules) ?: error;
}

static int read_file(const char *path, struct opn_diags *diags, struct opn_places *out)
{
	struct opn_yaml yaml;
	yaml_node_t *root;
	const char *schema = "";
	int error = opn_yaml_load(path, out->arena, diags, &yaml);

	if (error)
		return error;
	root = opn_yaml_root(&yaml);
	error = opn_yaml_get_string(&yaml, root, "schema", true, &schema);
	if (!error && strcmp(schema, "opened/pipeline/1"))
		error = opn_yaml_invalid(&yaml, opn_yaml_get(&yaml, root, "schema"), schema,
					 "expected 'opened/pipeline/1'");
	if (!error) {
		struct opn_hook_rules *rules = opn_arena_alloc(out->arena, sizeof(*rules));

		error = rules ? read_rules(&yaml, root, out, rules) : opn_yaml_no_memory(&yaml);
		out->hooks[out->hook_count++] = rules;
	}
	opn_yaml_free(&yaml);
	return error;
}

static int read_all(const char *dir, struct opn_diags *diags, struct opn_places *out)
{
	const char *folder = opn_arena_printf(out->arena, "%s/pipelines", dir);
	const char *const *path;
	size_t count = 0, names = 0;
	int error = folder ? opn_table_files(folder, out->arena, &path) : -ENOMEM;

	if (error)
		return opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE,
				folder ? folder : dir, strerror(-error));
	while (path[count])
		count++;
	out->hooks = opn_arena_array(out->arena, count + 1, sizeof(*out->hooks));
	if (!out->hooks)
		return -ENOMEM;
	for (; *path; path++)
		error = read_file(*path, diags, out) ?: error;
	if (error)
		return error;
	for (size_t h = 0; h < out->hook_count; h++)
		names += out->hooks[h]->place_count;
	out->names = opn_arena_array(out->arena, names + 1, sizeof(*out->names));
	if (!out->names)
		return -ENOMEM;
	names = 0;
	for (size_t h = 0; h < out->hook_count; h++) {
		for (size_t p = 0; p < out->hooks[h]->place_count; p++)
			out->names[names++] = out->hooks[h]->places[p].name;
	}
	return 0;
}

int opn_places_load(const char *dir, const struct opn_hook_runs *runs, struct opn_diags *diags,
		    struct opn_places **out)
{
	struct opn_places *places = calloc(1, sizeof(*places));
	int error;

	*out = NULL;
	if (places)
		places->arena = opn_arena_new(NULL, NULL);
	if (!places || !places->arena) {
		free(places);
		return -ENOMEM;
	}
	places->runs = runs;
	error = read_all(dir, diags, places);
	if (error) {
		opn_places_free(places);
		return error;
	}
	*out = places;
	return 0;
}

void opn_places_free(struct opn_places *places)
{
	if (!places)
		return;
	opn_arena_free(places->arena);
	free(places);
}

const struct opn_place *opn_places_find(const struct opn_places *places, const char *name)
{
	for (size_t h = 0; h < places->hook_count; h++) {
		for (size_t p = 0; p < places->hooks[h]->place_count; p++) {
			if (!strcmp(places->hooks[h]->places[p].name, name))
				return &places->hooks[h]->places[p];
		}
	}
	return NULL;
}

const char *const *opn_places_names(const struct opn_places *places)
{
	return places->names;
}
