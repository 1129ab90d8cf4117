// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * chain_read.c - a file of stages, as it is written
 *
 * Its schema is hookdefs/schema/stages.schema.json. Names of verdicts, maps and programs are looked
 * up later, when it is known what there is.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "yaml_read.h"

static int read_name(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		     struct opn_chain_name *out)
{
	if (node->type != YAML_SCALAR_NODE)
		return opn_yaml_invalid(yaml, node, what, "expected a name");
	*out = (struct opn_chain_name){ opn_arena_strdup(yaml->arena, opn_yaml_scalar(node)),
					opn_yaml_loc(yaml, node) };
	return out->text ? 0 : opn_yaml_no_memory(yaml);
}

static int get_name(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		    struct opn_chain_name *out)
{
	yaml_node_t *node = opn_yaml_get(yaml, mapping, key);

	return node ? read_name(yaml, node, key, out) : 0;
}

static int read_names(struct opn_yaml *yaml, yaml_node_t *list, const char *what,
		      struct opn_chain_names *out)
{
	int error = 0;

	if (list->type != YAML_SEQUENCE_NODE)
		return opn_yaml_invalid(yaml, list, what, "expected a list of names");
	out->list = opn_arena_array(yaml->arena, opn_yaml_count(list), sizeof(*out->list));
	if (!out->list)
		return opn_yaml_no_memory(yaml);
	for (; !error && out->count < opn_yaml_count(list); out->count++)
		error = read_name(yaml, opn_yaml_item(yaml, list, out->count), what,
				  &out->list[out->count]);
	return error;
}

static int get_names(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		     struct opn_chain_names *out)
{
	yaml_node_t *node = opn_yaml_get(yaml, mapping, key);

	return node ? read_names(yaml, node, key, out) : 0;
}

/* A path of the file is relative to it. */
static int get_object(struct opn_yaml *yaml, yaml_node_t *mapping, const char **out)
{
	const char *base = opn_path_basename(yaml->file), *path = NULL;
	const char *folder =
		opn_arena_strndup(yaml->arena, yaml->file, (size_t)(base - yaml->file));
	int error = opn_yaml_get_string(yaml, mapping, "object", false, &path);

	if (!error && path)
		*out = *folder && *path != '/' ? opn_path_join(yaml->arena, folder, path) : path;
	return error;
}

static int read_stage(struct opn_yaml *yaml, yaml_node_t *node, struct opn_chain_spec *spec,
		      struct opn_chain_stage *out)
{
	static const char *const keys[] = {
		"name", "object", "program", "continue", "names", NULL
	};
	yaml_node_t *names = NULL;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "stages", "expected a mapping for each stage");
	out->name.loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = get_name(yaml, node, "name", &out->name) ?: error;
	error = get_name(yaml, node, "program", &out->program) ?: error;
	error = get_names(yaml, node, "continue", &out->continues) ?: error;
	error = get_object(yaml, node, &out->object) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "names", false, &names) ?: error;
	if (!error && !out->object && !spec->object)
		return opn_yaml_invalid(yaml, node, "stages",
					"a stage needs an 'object' when the file has none for all");
	if (error || !names)
		return error;
	out->names = opn_arena_array(yaml->arena, opn_yaml_count(names), sizeof(*out->names));
	for (; !error && out->name_count < opn_yaml_count(names); out->name_count++) {
		struct opn_chain_name own, other;

		error = read_name(yaml, opn_yaml_key(yaml, names, out->name_count), "names", &own);
		error = error
				?: read_name(yaml, opn_yaml_value(yaml, names, out->name_count),
					     "names", &other);
		if (!error)
			out->names[out->name_count] =
				(struct opn_state_rename){ own.text, other.text };
	}
	return error;
}

/* One program is a list of one stage. */
static int read_stages(struct opn_yaml *yaml, yaml_node_t *root, struct opn_chain_spec *spec)
{
	yaml_node_t *list = NULL, *program = opn_yaml_get(yaml, root, "program");
	int error = opn_yaml_get_list(yaml, root, "stages", !program, &list);
	size_t count = list ? opn_yaml_count(list) : 1;

	if (error)
		return error;
	if (list && program)
		return opn_yaml_invalid(yaml, program, "program",
					"it is for a file without 'stages'");
	if (!count)
		return opn_yaml_invalid(yaml, list, "stages", "expected at least one stage");
	spec->stages = opn_arena_array(yaml->arena, count, sizeof(*spec->stages));
	if (!spec->stages)
		return opn_yaml_no_memory(yaml);
	spec->stage_count = count;
	if (program && !spec->object)
		return opn_yaml_invalid(yaml, program, "program", "of which 'object'?");
	if (program)
		return read_name(yaml, program, "program", &spec->stages[0].program);
	for (size_t i = 0; i < count; i++)
		error = read_stage(yaml, opn_yaml_item(yaml, list, i), spec, &spec->stages[i])
				?: error;
	return error;
}

static int read_exits(struct opn_yaml *yaml, yaml_node_t *root, struct opn_chain_spec *spec)
{
	yaml_node_t *exits = NULL;
	int error = opn_yaml_get_mapping(yaml, root, "exits", false, &exits);
	size_t count = exits ? opn_yaml_count(exits) : 0;

	spec->exits = opn_arena_array(yaml->arena, count, sizeof(*spec->exits));
	for (size_t i = 0; !error && i < count; i++) {
		struct opn_chain_exit *exit = &spec->exits[spec->exit_count++];

		error = read_name(yaml, opn_yaml_key(yaml, exits, i), "exits", &exit->from);
		error = error
				?: read_name(yaml, opn_yaml_value(yaml, exits, i), "exits",
					     &exit->to);
	}
	return error;
}

static int read_slots(struct opn_yaml *yaml, yaml_node_t *root, struct opn_chain_spec *spec)
{
	yaml_node_t *slots = NULL;
	int error = opn_yaml_get_mapping(yaml, root, "slots", false, &slots);
	size_t count = slots ? opn_yaml_count(slots) : 0;

	if (!error && slots && !spec->object)
		return opn_yaml_invalid(yaml, slots, "slots", "of which 'object'?");
	spec->slots = opn_arena_array(yaml->arena, count, sizeof(*spec->slots));
	for (size_t i = 0; !error && i < count; i++) {
		struct opn_chain_slots *one = &spec->slots[spec->slots_count++];

		error = read_name(yaml, opn_yaml_key(yaml, slots, i), "slots", &one->map);
		error = error
				?: read_names(yaml, opn_yaml_value(yaml, slots, i), "slots",
					      &one->programs);
	}
	return error;
}

static int read_values(struct opn_yaml *yaml, yaml_node_t *root, struct opn_chain_spec *spec)
{
	yaml_node_t *values = NULL;
	int error = opn_yaml_get_mapping(yaml, root, "set", false, &values);
	size_t count = values ? opn_yaml_count(values) : 0;

	if (!error && values && !spec->object)
		return opn_yaml_invalid(yaml, values, "set", "of which 'object'?");
	spec->values = opn_arena_array(yaml->arena, count, sizeof(*spec->values));
	for (size_t i = 0; !error && i < count; i++) {
		struct opn_chain_value *one = &spec->values[spec->value_count++];
		unsigned int value = 0;

		error = read_name(yaml, opn_yaml_key(yaml, values, i), "set", &one->variable);
		error = error
				?: opn_yaml_get_unsigned(yaml, values, one->variable.text, true,
							 &value);
		one->value = value;
	}
	return error;
}

static int read_ignore(struct opn_yaml *yaml, yaml_node_t *root, struct opn_chain_spec *spec)
{
	struct opn_chain_names names = { 0 };
	int error = get_names(yaml, root, "ignore", &names);
	const char **list = opn_arena_array(yaml->arena, names.count + 1, sizeof(*list));

	if (!list)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; !error && i < names.count; i++)
		list[i] = names.list[i].text;
	spec->ignore = list;
	return error;
}

int opn_chain_read(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		   struct opn_chain_spec **out)
{
	static const char *const keys[] = { "opened", "object", "program", "stages",
					    "final",  "exits",	"slots",   "set",
					    "share",  "ignore", NULL };
	struct opn_chain_spec *spec = opn_arena_alloc(arena, sizeof(*spec));
	unsigned int version = 0;
	struct opn_yaml yaml;
	yaml_node_t *root;
	int error = opn_yaml_load(path, arena, diags, &yaml);

	if (error)
		return error;
	root = opn_yaml_root(&yaml);
	spec->path = yaml.file;
	spec->loc = opn_yaml_loc(&yaml, root);
	error = opn_yaml_check_keys(&yaml, root, keys);
	error = opn_yaml_get_unsigned(&yaml, root, "opened", true, &version) ?: error;
	if (version != 1 && !error)
		error = opn_yaml_invalid(&yaml, opn_yaml_get(&yaml, root, "opened"), "opened",
					 "expected 1, the version of the format");
	error = get_object(&yaml, root, &spec->object) ?: error;
	error = read_stages(&yaml, root, spec) ?: error;
	error = get_name(&yaml, root, "final", &spec->final) ?: error;
	error = read_exits(&yaml, root, spec) ?: error;
	error = read_slots(&yaml, root, spec) ?: error;
	error = read_values(&yaml, root, spec) ?: error;
	error = get_names(&yaml, root, "share", &spec->share) ?: error;
	error = read_ignore(&yaml, root, spec) ?: error;
	opn_yaml_free(&yaml);
	*out = spec;
	return error;
}

/* ---- written again: JSON is YAML ---- */

static void put_name(json_t *object, const char *key, const struct opn_chain_name *name)
{
	if (name->text)
		json_object_set_new(object, key, json_string(name->text));
}

static json_t *names_json(const struct opn_chain_names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->list[i].text));
	return list;
}

static json_t *stage_json(const struct opn_chain_stage *stage, const char *object)
{
	json_t *out = json_object(), *names = json_object();

	put_name(out, "name", &stage->name);
	if (object)
		json_object_set_new(out, "object", json_string(object));
	put_name(out, "program", &stage->program);
	json_object_set_new(out, "continue", names_json(&stage->continues));
	for (size_t i = 0; i < stage->name_count; i++)
		json_object_set_new(names, stage->names[i].left,
				    json_string(stage->names[i].right));
	json_object_set_new(out, "names", names);
	return out;
}

static json_t *spec_json(const struct opn_chain_spec *spec,
			 const char *(*rename)(void *data, const char *object), void *data)
{
	json_t *out = json_object(), *stages = json_array(), *exits = json_object();
	json_t *slots = json_object(), *values = json_object(), *ignore = json_array();

	json_object_set_new(out, "opened", json_integer(1));
	if (spec->object)
		json_object_set_new(out, "object", json_string(rename(data, spec->object)));
	for (size_t i = 0; i < spec->stage_count; i++) {
		const struct opn_chain_stage *stage = &spec->stages[i];
		const char *object = stage->object ? rename(data, stage->object) : NULL;

		json_array_append_new(stages, stage_json(stage, object));
	}
	json_object_set_new(out, "stages", stages);
	put_name(out, "final", &spec->final);
	for (size_t i = 0; i < spec->exit_count; i++)
		put_name(exits, spec->exits[i].from.text, &spec->exits[i].to);
	json_object_set_new(out, "exits", exits);
	for (size_t i = 0; i < spec->slots_count; i++)
		json_object_set_new(slots, spec->slots[i].map.text,
				    names_json(&spec->slots[i].programs));
	for (size_t i = 0; i < spec->value_count; i++)
		json_object_set_new(values, spec->values[i].variable.text,
				    json_integer((json_int_t)spec->values[i].value));
	if (spec->slots_count)
		json_object_set(out, "slots", slots);
	if (spec->value_count)
		json_object_set(out, "set", values);
	json_decref(slots);
	json_decref(values);
	json_object_set_new(out, "share", names_json(&spec->share));
	for (size_t i = 0; spec->ignore[i]; i++)
		json_array_append_new(ignore, json_string(spec->ignore[i]));
	json_object_set_new(out, "ignore", ignore);
	return out;
}

char *opn_chain_text(const struct opn_chain_spec *spec,
		     const char *(*rename)(void *data, const char *object), void *data,
		     struct opn_arena *arena)
{
	json_t *json = spec_json(spec, rename, data);
	char *text = json_dumps(json, JSON_INDENT(1)), *copy = opn_arena_strdup(arena, text);

	free(text);
	json_decref(json);
	return copy;
}
