// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * spec.c - the key "compose" of a spec
 *
 * Each element of the list is one place of an interface; together they are one product, attached
 * and detached as one.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "composition.h"
#include "yaml_read.h"

#define OWN_NAME   "opened" /* of a spec that is called as the tool wants it */
#define NAME_LIMIT 32

const char *opn_identifier(struct opn_arena *arena, const char *name)
{
	char *id = opn_arena_printf(arena, "%s%s", isdigit((unsigned char)*name) ? "_" : "", name);

	for (char *c = id; c && *c; c++) {
		if (!isalnum((unsigned char)*c))
			*c = '_';
	}
	return id;
}

/* A name that stands in C, in file names and in paths of the BPF filesystem. */
static int check_word(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		      const char *text)
{
	bool good = isalpha((unsigned char)*text) && strlen(text) <= NAME_LIMIT;

	for (const char *c = text; good && *c; c++)
		good = isalnum((unsigned char)*c) || *c == '_' || *c == '-';
	return good ? 0
		    : opn_yaml_invalid(yaml, node, what,
				       "'%s' is no name: expected a letter, then letters, digits, "
				       "'_' and '-', 32 at most",
				       text);
}

/* What a device may be called and a shell leaves alone: the page of a pipeline says it in commands.
 * The kernel has 15 letters at most for it (include/uapi/linux/if.h: IFNAMSIZ). */
static int check_interface(struct opn_yaml *yaml, const yaml_node_t *node, const char *text)
{
	bool good = isalnum((unsigned char)*text) && strlen(text) <= 15;

	for (const char *c = text; good && *c; c++)
		good = isalnum((unsigned char)*c) || strchr("._-+@", *c);
	return good ? 0
		    : opn_yaml_invalid(yaml, node, "interface",
				       "'%s' is no name of a device: expected letters, digits and "
				       "'._-+@', 15 at most",
				       text);
}

/* "bpf/acl.bpf.c" is called acl. */
const char *opn_stage_default_name(struct opn_arena *arena, const char *source)
{
	const char *base = opn_path_basename(source);
	char *name = opn_arena_strndup(arena, base, strcspn(base, "."));

	for (char *c = name; c && *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
			*c = '_';
	}
	return name;
}

static int read_verdicts(struct opn_yaml *yaml, yaml_node_t *list,
			 const struct opn_hook_rules *rules, struct opn_composed_stage *stage)
{
	size_t count = opn_yaml_count(list);
	const struct opn_verdict_row **rows =
		opn_arena_array(yaml->arena, count + 1, sizeof(const struct opn_verdict_row *));
	int error = 0;

	if (!rows)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *node = opn_yaml_item(yaml, list, i);
		const char *name = node->type == YAML_SCALAR_NODE ? opn_yaml_scalar(node) : "";

		rows[i] = opn_hook_rules_verdict(rules, name);
		if (!rows[i])
			error = opn_yaml_invalid(yaml, node, "continue",
						 "hook '%s' has no verdict '%s'", rules->hook,
						 name);
	}
	stage->continues = rows;
	stage->continue_count = count;
	return error;
}

static int read_list(struct opn_yaml *yaml, yaml_node_t *list, const char *what,
		     const char *const **out)
{
	size_t count = opn_yaml_count(list);
	const char **words = opn_arena_array(yaml->arena, count + 1, sizeof(*words));

	if (!words)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		int error = opn_yaml_text(yaml, opn_yaml_item(yaml, list, i), what, &words[i]);

		if (error)
			return error;
	}
	*out = words;
	return 0;
}

static int read_choices(struct opn_yaml *yaml, yaml_node_t *mapping,
			struct opn_composed_stage *stage)
{
	size_t count = opn_yaml_count(mapping);
	struct opn_pair_choice *choices = opn_arena_array(yaml->arena, count + 1, sizeof(*choices));

	if (!choices)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *value = opn_yaml_value(yaml, mapping, i);
		int error = opn_yaml_text(yaml, value, "transform", &choices[i].word);

		if (error)
			return error;
		choices[i].name = opn_arena_strdup(yaml->arena,
						   opn_yaml_scalar(opn_yaml_key(yaml, mapping, i)));
	}
	stage->choices = choices;
	stage->choice_count = count;
	return opn_yaml_check_keys(yaml, mapping, NULL);
}

static int read_compile(struct opn_yaml *yaml, yaml_node_t *node, const char *folder,
			struct opn_composed_stage *stage)
{
	static const char *const keys[] = { "database", "flags", "variant", NULL };
	yaml_node_t *flags = NULL;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_string(yaml, node, "database", false, &stage->database) ?: error;
	error = opn_yaml_get_list(yaml, node, "flags", false, &flags) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "variant", false, &stage->variant) ?: error;
	if (!error && flags)
		error = read_list(yaml, flags, "flags", &stage->flags);
	if (!error && stage->database && stage->flags)
		error = opn_yaml_invalid(yaml, node, "compile",
					 "expected a database or flags, not both");
	if (!error && stage->database)
		stage->database = opn_path_join(yaml->arena, folder, stage->database);
	return error;
}

/* A stage that is a unit is where that was made. Of several programs of a unit the stage says which
 * one; the only one goes without saying. */
static int find_made(struct opn_yaml *yaml, yaml_node_t *node, const struct opn_unit_source *units,
		     struct opn_composed_stage *stage)
{
	const struct opn_unit_source *found = NULL;
	size_t known = 0;

	for (const struct opn_unit_source *unit = units; unit && unit->unit; unit++) {
		if (strcmp(unit->unit, stage->unit))
			continue;
		known++;
		if (!unit->program || !stage->program || !strcmp(unit->program, stage->program))
			found = unit;
	}
	if (!known)
		return 0;
	if (!found)
		return opn_yaml_invalid(yaml, node, "program", "unit '%s' has no program '%s'",
					stage->unit, stage->program);
	if (known > 1 && !stage->program)
		return opn_yaml_invalid(yaml, node, "program",
					"unit '%s' has %zu programs: say which one is meant",
					stage->unit, known);
	stage->source = found->source;
	stage->program = stage->program ?: found->program;
	stage->made = true;
	return 0;
}

static int read_stage(struct opn_yaml *yaml, yaml_node_t *node, const char *folder,
		      const struct opn_unit_source *units, const struct opn_hook_rules *rules,
		      struct opn_composed_stage *stage)
{
	static const char *const keys[] = { "unit",    "name",	    "program", "continue",
					    "compile", "transform", NULL };
	yaml_node_t *continues = NULL, *compile = NULL, *choices = NULL;
	int error = 0;

	stage->loc = opn_yaml_loc(yaml, node);
	if (node->type == YAML_SCALAR_NODE) {
		stage->source = opn_arena_strdup(yaml->arena, opn_yaml_scalar(node));
	} else if (node->type == YAML_MAPPING_NODE) {
		error = opn_yaml_check_keys(yaml, node, keys);
		error = opn_yaml_get_string(yaml, node, "unit", true, &stage->source) ?: error;
		error = opn_yaml_get_string(yaml, node, "name", false, &stage->name) ?: error;
		error = opn_yaml_get_string(yaml, node, "program", false, &stage->program) ?: error;
		error = opn_yaml_get_list(yaml, node, "continue", false, &continues) ?: error;
		error = opn_yaml_get_mapping(yaml, node, "compile", false, &compile) ?: error;
		error = opn_yaml_get_mapping(yaml, node, "transform", false, &choices) ?: error;
	} else {
		return opn_yaml_invalid(yaml, node, "stages",
					"expected a unit, or a mapping with the key 'unit'");
	}
	if (error)
		return error;
	stage->unit = stage->source;
	if (!stage->name)
		stage->name = opn_stage_default_name(yaml->arena, stage->source);
	error = check_word(yaml, node, "name", stage->name);
	stage->id = opn_identifier(yaml->arena, stage->name);
	error = find_made(yaml, node, units, stage) ?: error;
	if (!stage->made)
		stage->source = opn_path_join(yaml->arena, folder, stage->source);
	error = continues ? read_verdicts(yaml, continues, rules, stage) ?: error : error;
	error = compile ? read_compile(yaml, compile, folder, stage) ?: error : error;
	return choices ? read_choices(yaml, choices, stage) ?: error : error;
}

static int check_stage_names(struct opn_yaml *yaml, const struct opn_composed_hook *hook,
			     yaml_node_t *list)
{
	int error = 0;

	for (size_t a = 0; a < hook->stage_count; a++) {
		for (size_t b = 0; b < a; b++) {
			if (hook->stages[a].id && hook->stages[b].id &&
			    !strcmp(hook->stages[a].id, hook->stages[b].id))
				error = opn_yaml_invalid(yaml, opn_yaml_item(yaml, list, a),
							 "stages",
							 "a stage before is called '%s' too: give "
							 "one a 'name'",
							 hook->stages[a].name);
		}
	}
	return error;
}

/* The mechanism of this word at this hook. */
static int read_mechanism(struct opn_yaml *yaml, yaml_node_t *node, const char *word,
			  struct opn_composed_hook *hook)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	struct opn_buf known = { 0 };
	int error;

	if (!strcmp(word, "auto")) {
		hook->mechanism = OPN_MECHANISM_LINKED;
		hook->why = "it runs everywhere, keeps sources apart and costs the verifier least";
		return 0;
	}
	for (size_t m = 0; m < OPN_MECHANISM_COUNT; m++) {
		if (!rules->mechanisms[m])
			continue;
		if (!strcmp(word, rules->mechanisms[m])) {
			hook->mechanism = m;
			opn_buf_free(&known);
			return 0;
		}
		opn_buf_printf(&known, ", %s", rules->mechanisms[m]);
	}
	error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "mechanism"), "mechanism",
				 "'%s' is none of auto%s", word, known.data ? known.data : "");
	opn_buf_free(&known);
	return error;
}

static int read_place(struct opn_yaml *yaml, yaml_node_t *node, const struct opn_places *places,
		      struct opn_composed_hook *hook)
{
	const char *const *names = opn_places_names(places);
	const char *name = NULL, *near;
	int error = opn_yaml_get_string(yaml, node, "hook", true, &name);

	if (error)
		return error;
	hook->place = opn_places_find(places, name);
	hook->id = opn_identifier(yaml->arena, name);
	if (hook->place)
		return 0;
	near = opn_suggest(name, names);
	error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "hook"), "hook",
				 near ? "'%s' is no place to attach to; did you mean '%s'?"
				      : "'%s' is no place to attach to",
				 name, near);
	for (; *names; names++)
		opn_diag_note(yaml->diags, OPN_NOWHERE, "the tables know '%s'", *names);
	return error;
}

static int read_metadata(struct opn_yaml *yaml, yaml_node_t *node, struct opn_composed_hook *hook)
{
	static const char *const keys[] = { "map", "carrier", NULL };
	const char *carrier = NULL;
	int error = opn_yaml_check_keys(yaml, node, keys);

	hook->note_loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_get_string(yaml, node, "map", true, &hook->note) ?: error;
	error = opn_yaml_get_string(yaml, node, "carrier", false, &carrier) ?: error;
	hook->note_carrier = carrier && strcmp(carrier, "auto") ? carrier : NULL;
	return error;
}

static int read_hook(struct opn_yaml *yaml, yaml_node_t *node, const char *folder,
		     const struct opn_places *places, const struct opn_unit_source *units,
		     struct opn_composition *out, struct opn_composed_hook *hook)
{
	static const char *const keys[] = { "name",	  "interface", "hook",	"mechanism",
					    "stages",	  "final",     "share", "stats",
					    "on-missing", "metadata",  NULL };
	const char *mechanism = "auto", *final = NULL, *missing = "pass", *interface = NULL;
	const char *name = NULL;
	yaml_node_t *stages = NULL, *share = NULL, *metadata = NULL;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "compose", "expected a mapping");
	hook->loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "name", false, &name) ?: error;
	error = opn_yaml_get_string(yaml, node, "interface", false, &interface) ?: error;
	error = opn_yaml_get_string(yaml, node, "mechanism", false, &mechanism) ?: error;
	error = opn_yaml_get_string(yaml, node, "final", false, &final) ?: error;
	error = opn_yaml_get_string(yaml, node, "on-missing", false, &missing) ?: error;
	error = opn_yaml_get_bool(yaml, node, "stats", false, &out->counts) ?: error;
	error = opn_yaml_get_list(yaml, node, "stages", true, &stages) ?: error;
	error = opn_yaml_get_list(yaml, node, "share", false, &share) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "metadata", false, &metadata) ?: error;
	if (name)
		error = check_word(yaml, opn_yaml_get(yaml, node, "name"), "name", name) ?: error;
	out->name = name ?: out->name;
	error = read_place(yaml, node, places, hook) ?: error;
	if (!hook->place)
		return error;
	error = read_mechanism(yaml, node, mechanism, hook) ?: error;
	if (strcmp(missing, "pass") && strcmp(missing, "drop"))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "on-missing"), "on-missing",
					 "expected 'pass' or 'drop'");
	hook->drop_missing = !strcmp(missing, "drop");
	hook->next = hook->place->hook->next;
	if (final) {
		hook->next = opn_hook_rules_verdict(hook->place->hook, final);
		if (!hook->next)
			error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "final"), "final",
						 "hook '%s' has no verdict '%s'",
						 hook->place->hook->hook, final);
	}
	if (interface)
		error = check_interface(yaml, opn_yaml_get(yaml, node, "interface"), interface)
				?: error;
	if (interface && out->interface && strcmp(interface, out->interface))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "interface"), "interface",
					 "one pipeline is for one interface, and '%s' is another "
					 "than '%s'; write a spec for each",
					 interface, out->interface);
	out->interface = interface ?: out->interface;
	if (metadata)
		error = read_metadata(yaml, metadata, hook) ?: error;
	if (share)
		error = read_list(yaml, share, "share", &out->share) ?: error;
	if (!stages)
		return error;
	hook->stage_count = opn_yaml_count(stages);
	if (!hook->stage_count)
		return opn_yaml_invalid(yaml, stages, "stages", "expected at least one stage");
	hook->stages = opn_arena_array(yaml->arena, hook->stage_count, sizeof(*hook->stages));
	if (!hook->stages)
		return opn_yaml_no_memory(yaml);
	for (size_t s = 0; s < hook->stage_count; s++)
		error = read_stage(yaml, opn_yaml_item(yaml, stages, s), folder, units,
				   hook->place->hook, &hook->stages[s])
				?: error;
	return check_stage_names(yaml, hook, stages) ?: error;
}

static int read_hooks(struct opn_yaml *yaml, yaml_node_t *list, const char *folder,
		      const struct opn_places *places, const struct opn_unit_source *units,
		      struct opn_composition *out)
{
	int error = 0;

	out->hook_count = opn_yaml_count(list);
	if (!out->hook_count)
		return opn_yaml_invalid(yaml, list, "compose", "expected at least one hook");
	out->hooks = opn_arena_array(yaml->arena, out->hook_count, sizeof(*out->hooks));
	if (!out->hooks)
		return opn_yaml_no_memory(yaml);
	for (size_t h = 0; h < out->hook_count; h++) {
		error = read_hook(yaml, opn_yaml_item(yaml, list, h), folder, places, units, out,
				  &out->hooks[h])
				?: error;
		for (size_t before = 0; before < h; before++) {
			if (out->hooks[h].place && out->hooks[h].place == out->hooks[before].place)
				error = opn_yaml_invalid(
					yaml, opn_yaml_item(yaml, list, h), "hook",
					"'%s' has its stages already: make one list of them",
					out->hooks[h].place->name);
		}
	}
	return error;
}

int opn_spec_open(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_yaml *out)
{
	static const char *const keys[] = { "opened",  "output", "extract", "transform",
					    "compose", "deploy", "verify",  NULL };
	unsigned int version = 0;
	yaml_node_t *root;
	int error = opn_yaml_load(path, arena, diags, out);

	if (error)
		return error;
	root = opn_yaml_root(out);
	error = opn_yaml_check_keys(out, root, keys);
	error = opn_yaml_get_unsigned(out, root, "opened", true, &version) ?: error;
	if (version && version != 1)
		error = opn_yaml_invalid(out, opn_yaml_get(out, root, "opened"), "opened",
					 "this version reads specs of version 1");
	return error;
}

const char *opn_spec_folder(const struct opn_yaml *yaml)
{
	const char *folder = opn_arena_strndup(
		yaml->arena, yaml->file, (size_t)(opn_path_basename(yaml->file) - yaml->file));

	return folder && *folder ? folder : ".";
}

/* What a file or folder is called, as a name; NULL: nothing of it is left, or it is the tool's own
 * name, which says nothing and hides the tool. */
static const char *as_name(struct opn_arena *arena, const char *text, size_t length)
{
	char *name;

	while (length && !isalpha((unsigned char)*text)) {
		text++;
		length--;
	}
	name = opn_arena_strndup(arena, text, length < NAME_LIMIT ? length : NAME_LIMIT);
	for (char *c = name; c && *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
			*c = '_';
	}
	return name && *name && strcmp(name, OWN_NAME) ? name : NULL;
}

/* As the spec, or, of an opened.yaml, as its folder. */
static const char *default_name(const struct opn_yaml *yaml)
{
	const char *file = opn_path_basename(yaml->file), *folder, *name;
	char here[PATH_MAX];

	name = as_name(yaml->arena, file, strcspn(file, "."));
	if (name)
		return name;
	folder = opn_path_join(yaml->arena, getcwd(here, sizeof(here)) ?: "/",
			       opn_spec_folder(yaml));
	file = folder ? opn_path_basename(folder) : "";
	return as_name(yaml->arena, file, strlen(file)) ?: "pipeline";
}

int opn_composition_from(struct opn_yaml *yaml, const struct opn_places *places,
			 const struct opn_unit_source *units, struct opn_composition *out)
{
	yaml_node_t *root = opn_yaml_root(yaml), *list = NULL;
	int error;

	*out = (struct opn_composition){ .counts = true };
	error = opn_yaml_get_list(yaml, root, "compose", true, &list);
	if (!error)
		error = read_hooks(yaml, list, opn_spec_folder(yaml), places, units, out);
	if (!error)
		out->name = opn_identifier(yaml->arena, out->name ?: default_name(yaml));
	return error;
}

int opn_composition_read(const char *path, const struct opn_places *places,
			 const struct opn_unit_source *units, struct opn_arena *arena,
			 struct opn_diags *diags, struct opn_composition *out)
{
	struct opn_yaml yaml;
	int error = opn_spec_open(path, arena, diags, &yaml);

	if (error && !yaml.text)
		return error;
	error = opn_composition_from(&yaml, places, units, out) ?: error;
	opn_yaml_free(&yaml);
	return error;
}
