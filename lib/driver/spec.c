// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * spec.c - reading an opened.yaml strictly: every mistake in one run, each at its place
 *
 * What the tools know better (whether a hook exists, what a pair can be told) is left to them;
 * what would lead out of a folder, run a command or be silently ignored is refused here.
 */
#include "driver/spec.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "yaml_read.h"

#define OUTPUT_FOLDER "opened-out"
#define NAME_LIMIT    32

struct reader {
	struct opn_yaml *yaml;
	const char *folder; /* of the spec */
	struct opn_spec *spec;
};

static char *from_spec(const struct reader *reader, const char *path)
{
	return opn_path_join(reader->yaml->arena, reader->folder, path);
}

/* ---- words ---- */

static int read_words(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		      struct opn_spec_words *out)
{
	yaml_node_t *list = NULL;
	struct opn_spec_word *words;
	int error = opn_yaml_get_list(yaml, mapping, key, false, &list);

	if (error || !list)
		return error;
	words = opn_arena_array(yaml->arena, opn_yaml_count(list) + 1, sizeof(*words));
	if (!words)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(list); i++) {
		yaml_node_t *item = opn_yaml_item(yaml, list, i);

		words[i].loc = opn_yaml_loc(yaml, item);
		error = opn_yaml_text(yaml, item, key, &words[i].text) ?: error;
	}
	*out = (struct opn_spec_words){ words, opn_yaml_count(list) };
	return error;
}

/* The same of files, as seen from the spec's folder. */
static int read_files(struct reader *reader, yaml_node_t *mapping, const char *key,
		      struct opn_spec_words *out)
{
	int error = read_words(reader->yaml, mapping, key, out);

	if (error)
		return error;
	for (size_t i = 0; i < out->count; i++) {
		struct opn_spec_word *word = (struct opn_spec_word *)&out->word[i];

		word->text = from_spec(reader, word->text);
		if (!access(word->text, R_OK))
			continue;
		error = opn_diag(reader->yaml->diags, OPN_DIAG_INPUT_UNREADABLE, word->loc,
				 word->text, strerror(errno));
	}
	return error;
}

static int read_entries(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
			struct opn_spec_entries *out)
{
	yaml_node_t *node = NULL;
	struct opn_spec_entry *entries;
	int error = opn_yaml_get_mapping(yaml, mapping, key, false, &node);

	if (error || !node)
		return error;
	entries = opn_arena_array(yaml->arena, opn_yaml_count(node) + 1, sizeof(*entries));
	if (!entries)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(node); i++) {
		yaml_node_t *name = opn_yaml_key(yaml, node, i);
		yaml_node_t *value = opn_yaml_value(yaml, node, i);
		int bad = opn_yaml_text(yaml, value, key, &entries[i].value);

		if (bad) {
			error = bad;
			continue;
		}
		entries[i].key = opn_arena_strdup(yaml->arena, opn_yaml_scalar(name));
		entries[i].loc = opn_yaml_loc(yaml, value);
	}
	*out = (struct opn_spec_entries){ entries, opn_yaml_count(node) };
	return error;
}

/* ---- extract ---- */

/* Units are folders of the output and words of the command line. */
static bool is_name(const char *text)
{
	bool good = isalpha((unsigned char)*text) && strlen(text) <= NAME_LIMIT;

	for (const char *c = text; good && *c; c++)
		good = isalnum((unsigned char)*c) || *c == '_' || *c == '-';
	return good;
}

/* What git may be asked for. "ext::" and the like run commands. */
static bool is_repository(const char *text)
{
	static const char *const schemes[] = { "https://", "ssh://", "git://", "file://", NULL };

	for (const char *const *scheme = schemes; *scheme; scheme++) {
		if (!strncmp(text, *scheme, strlen(*scheme)))
			return text[strlen(*scheme)] && text[strlen(*scheme)] != '-';
	}
	return false;
}

static bool is_revision(const char *text)
{
	size_t length = strlen(text);

	return length >= 7 && length <= 64 && strspn(text, "0123456789abcdef") == length;
}

static int read_source(struct reader *reader, yaml_node_t *mapping, struct opn_spec_unit *unit)
{
	static const char *const keys[] = { "path", "repository", "revision", NULL };
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *node = NULL;
	int error = opn_yaml_get_mapping(yaml, mapping, "source", true, &node);

	if (error)
		return error;
	unit->source_loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "path", false, &unit->path) ?: error;
	error = opn_yaml_get_string(yaml, node, "repository", false, &unit->repository) ?: error;
	error = opn_yaml_get_string(yaml, node, "revision", unit->repository != NULL,
				    &unit->revision)
			?: error;
	if (error)
		return error;
	if (!unit->path == !unit->repository)
		return opn_yaml_invalid(yaml, node, "source",
					"expected one of 'path' and 'repository'");
	if (unit->path) {
		unit->path = from_spec(reader, unit->path);
		if (unit->revision)
			return opn_yaml_invalid(yaml, node, "source",
						"a 'revision' is of a 'repository'");
		if (!access(unit->path, R_OK))
			return 0;
		return opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE,
				opn_yaml_loc(yaml, opn_yaml_get(yaml, node, "path")), unit->path,
				strerror(errno));
	}
	if (!is_repository(unit->repository)) {
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "repository"), "repository",
					 "expected an address that begins with https://, ssh://, "
					 "git:// or file://");
		if (!access(from_spec(reader, unit->repository), F_OK))
			opn_diag_note(yaml->diags, OPN_NOWHERE,
				      "of a clone on this machine write file:// and its absolute "
				      "path; 'path: %s' takes its files as they are",
				      unit->repository);
	}
	if (!is_revision(unit->revision))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "revision"), "revision",
					 "expected a commit: 7 to 64 hexadecimal digits; names of "
					 "branches and tags move");
	return error;
}

static int read_compile(struct reader *reader, yaml_node_t *mapping, struct opn_spec_unit *unit)
{
	static const char *const keys[] = { "database", "flags", "infer", NULL };
	struct opn_yaml *yaml = reader->yaml;
	struct opn_spec_words flags = { 0 };
	yaml_node_t *node = NULL;
	int error = opn_yaml_get_mapping(yaml, mapping, "compile", false, &node);

	if (error || !node)
		return error;
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "database", false, &unit->database) ?: error;
	error = read_words(yaml, node, "flags", &flags) ?: error;
	error = opn_yaml_get_bool(yaml, node, "infer", false, &unit->infer) ?: error;
	if (error)
		return error;
	if (unit->database && (flags.word || unit->infer))
		return opn_yaml_invalid(yaml, node, "compile",
					"a 'database' has all flags: expected it alone, or 'flags' "
					"and 'infer'");
	if (flags.word) {
		struct opn_spec_words *copy = opn_arena_alloc(yaml->arena, sizeof(*copy));

		if (!copy)
			return opn_yaml_no_memory(yaml);
		*copy = flags;
		unit->flags = copy;
	}
	return 0;
}

/* Files of a tree may not lead out of it. */
static int check_contained(struct opn_yaml *yaml, const struct opn_spec_words *words,
			   const char *what, bool with_line)
{
	int error = 0;

	for (size_t i = 0; i < words->count; i++) {
		const char *text = words->word[i].text;
		const char *colon = with_line && text ? strrchr(text, ':') : NULL;
		char *file;

		/* What is no word was reported. */
		if (!text || (with_line && !colon))
			continue;
		if (colon && (!colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))) {
			error = opn_diag(yaml->diags, OPN_DIAG_VALUE_INVALID, words->word[i].loc,
					 what, "expected NAME or FILE:LINE");
			opn_diag_note(yaml->diags, OPN_NOWHERE,
				      "of a name that several files define, 'resolve' says which "
				      "file is meant: {NAME: FILE}");
			continue;
		}
		file = colon ? opn_arena_strndup(yaml->arena, text, (size_t)(colon - text))
			     : opn_arena_strdup(yaml->arena, text);
		file = opn_path_normalize(yaml->arena, file);
		if (!file)
			return opn_yaml_no_memory(yaml);
		if (!opn_path_contained(file))
			error = opn_diag(yaml->diags, OPN_DIAG_VALUE_INVALID, words->word[i].loc,
					 what, "expected a file of the source's tree");
	}
	return error;
}

static int read_unit(struct reader *reader, yaml_node_t *node, struct opn_spec_unit *unit)
{
	static const char *const keys[] = { "unit",	    "source",	 "compile", "functions",
					    "sources",	    "resolve",	 "entry",   "layout",
					    "slim-vmlinux", "user-maps", NULL };
	struct opn_yaml *yaml = reader->yaml;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "extract", "expected a mapping");
	unit->loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "unit", true, &unit->name) ?: error;
	error = read_source(reader, node, unit) ?: error;
	error = read_compile(reader, node, unit) ?: error;
	error = read_words(yaml, node, "functions", &unit->functions) ?: error;
	error = read_words(yaml, node, "sources", &unit->sources) ?: error;
	error = read_words(yaml, node, "user-maps", &unit->user_maps) ?: error;
	error = read_entries(yaml, node, "resolve", &unit->resolve) ?: error;
	error = opn_yaml_get_string(yaml, node, "entry", false, &unit->entry) ?: error;
	error = opn_yaml_get_string(yaml, node, "layout", false, &unit->layout) ?: error;
	error = opn_yaml_get_bool(yaml, node, "slim-vmlinux", false, &unit->slim_vmlinux) ?: error;
	if (unit->name && !is_name(unit->name))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "unit"), "unit",
					 "'%s' is no name: expected a letter, then letters, "
					 "digits, '_' and '-', %d at most",
					 unit->name, NAME_LIMIT);
	if (!opn_yaml_get(yaml, node, "functions"))
		error = opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, unit->loc, "functions");
	else if (!unit->functions.count && !error)
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "functions"), "functions",
					 "expected at least one function");
	error = check_contained(yaml, &unit->functions, "functions", true) ?: error;
	return check_contained(yaml, &unit->sources, "sources", false) ?: error;
}

static int read_extract(struct reader *reader)
{
	struct opn_yaml *yaml = reader->yaml;
	struct opn_spec *spec = reader->spec;
	yaml_node_t *list = NULL;
	int error = opn_yaml_get_list(yaml, opn_yaml_root(yaml), "extract", false, &list);

	if (error || !list)
		return error;
	spec->unit_count = opn_yaml_count(list);
	spec->units = opn_arena_array(yaml->arena, spec->unit_count + 1, sizeof(*spec->units));
	if (!spec->units)
		return opn_yaml_no_memory(yaml);
	for (size_t u = 0; u < spec->unit_count; u++) {
		yaml_node_t *node = opn_yaml_item(yaml, list, u);
		const char *name;

		error = read_unit(reader, node, &spec->units[u]) ?: error;
		name = spec->units[u].name;
		for (size_t before = 0; name && before < u; before++) {
			if (!spec->units[before].name || strcmp(spec->units[before].name, name))
				continue;
			error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "unit"), "unit",
						 "a unit before is called '%s' too", name);
		}
	}
	return error;
}

struct opn_spec_unit *opn_spec_unit(const struct opn_spec *spec, const char *name)
{
	for (size_t u = 0; u < spec->unit_count; u++) {
		if (spec->units[u].name && !strcmp(spec->units[u].name, name))
			return &spec->units[u];
	}
	return NULL;
}

/* Says that no unit is called so, and which one may be meant. */
static int no_unit(const struct reader *reader, struct opn_loc loc, const char *what,
		   const char *name)
{
	const struct opn_spec *spec = reader->spec;
	const char **names =
		opn_arena_array(reader->yaml->arena, spec->unit_count + 1, sizeof(*names));
	const char *near;
	size_t used = 0;
	int error;

	if (!names)
		return opn_yaml_no_memory(reader->yaml);
	for (size_t u = 0; u < spec->unit_count; u++) {
		if (spec->units[u].name)
			names[used++] = spec->units[u].name;
	}
	near = opn_suggest(name, names);
	error = opn_diag(reader->yaml->diags, OPN_DIAG_VALUE_INVALID, loc, what,
			 opn_arena_printf(reader->yaml->arena,
					  near ? "no unit is called '%s'; did you mean '%s'?"
					       : "no unit is called '%s'",
					  name, near));
	return error;
}

/* ---- transform ---- */

static int read_choices(struct opn_yaml *yaml, yaml_node_t *node, const char *const *keys,
			struct opn_spec_transform *transform)
{
	struct opn_spec_entry *entries = opn_arena_array(yaml->arena, 8, sizeof(*entries));
	size_t used = 0;
	int bad, error = 0;

	if (!entries)
		return opn_yaml_no_memory(yaml);
	for (; *keys; keys++) {
		yaml_node_t *value = opn_yaml_get(yaml, node, *keys);

		if (!value)
			continue;
		bad = opn_yaml_text(yaml, value, *keys, &entries[used].value);
		if (bad) {
			error = bad;
			continue;
		}
		entries[used].key = *keys;
		entries[used++].loc = opn_yaml_loc(yaml, value);
	}
	transform->choices = (struct opn_spec_entries){ entries, used };
	return error;
}

/* A unit has each name once: here no FILE:LINE is needed. */
static int check_names(struct opn_yaml *yaml, const struct opn_spec_words *words)
{
	int error = 0;

	for (size_t i = 0; i < words->count; i++) {
		if (words->word[i].text && strchr(words->word[i].text, ':'))
			error = opn_diag(yaml->diags, OPN_DIAG_VALUE_INVALID, words->word[i].loc,
					 "functions", "expected NAME, of a program of the unit");
	}
	return error;
}

static int read_one_transform(struct reader *reader, yaml_node_t *node)
{
	static const char *const keys[] = { "unit",	 "to",	  "from",     "functions", "accept",
					    "modernize", "pass",  "fidelity", "vlan",	   "linear",
					    "buffers",	 "guard", NULL };
	static const char *const choices[] = { "pass",	  "fidelity", "vlan", "linear",
					       "buffers", "guard",    NULL };
	struct opn_yaml *yaml = reader->yaml;
	struct opn_spec_transform *transform;
	struct opn_spec_unit *unit = NULL;
	const char *name = NULL;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "transform", "expected a mapping");
	transform = opn_arena_alloc(yaml->arena, sizeof(*transform));
	if (!transform)
		return opn_yaml_no_memory(yaml);
	transform->loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "unit", true, &name) ?: error;
	error = opn_yaml_get_string(yaml, node, "to", true, &transform->to) ?: error;
	error = opn_yaml_get_string(yaml, node, "from", false, &transform->from) ?: error;
	error = opn_yaml_get_bool(yaml, node, "modernize", false, &transform->modernize) ?: error;
	error = read_words(yaml, node, "functions", &transform->functions) ?: error;
	error = check_names(yaml, &transform->functions) ?: error;
	error = read_words(yaml, node, "accept", &transform->accept) ?: error;
	error = read_choices(yaml, node, choices, transform) ?: error;
	if (!name)
		return error;
	unit = opn_spec_unit(reader->spec, name);
	if (!unit)
		return no_unit(reader, opn_yaml_loc(yaml, opn_yaml_get(yaml, node, "unit")), "unit",
			       name);
	if (unit->transform)
		return opn_yaml_invalid(yaml, node, "transform",
					"unit '%s' is rewritten already; extract it under another "
					"name to have it twice",
					name);
	unit->transform = transform;
	return error;
}

static int read_transforms(struct reader *reader)
{
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *list = NULL;
	int error = opn_yaml_get_list(yaml, opn_yaml_root(yaml), "transform", false, &list);

	for (size_t i = 0; list && i < opn_yaml_count(list); i++)
		error = read_one_transform(reader, opn_yaml_item(yaml, list, i)) ?: error;
	return error;
}

/* ---- verify, compose ---- */

/* A device, or a list that has it. */
static int read_live(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_spec_verify *verify)
{
	static const char expected[] = "expected 'tap' or 'veth'";
	yaml_node_t *node = opn_yaml_get(yaml, mapping, "live");

	if (!node)
		return 0;
	if (node->type == YAML_SEQUENCE_NODE) {
		if (opn_yaml_count(node) != 1)
			return opn_yaml_invalid(yaml, node, "live", "%s", expected);
		node = opn_yaml_item(yaml, node, 0);
	}
	if (node->type != YAML_SCALAR_NODE)
		return opn_yaml_invalid(yaml, node, "live", "%s", expected);
	if (strcmp(opn_yaml_scalar(node), "tap") && strcmp(opn_yaml_scalar(node), "veth"))
		return opn_yaml_invalid(yaml, node, "live", "'%s' is no device: %s",
					opn_yaml_scalar(node), expected);
	verify->live = opn_arena_strdup(yaml->arena, opn_yaml_scalar(node));
	verify->live_loc = opn_yaml_loc(yaml, node);
	return verify->live ? 0 : opn_yaml_no_memory(yaml);
}

static int read_verify(struct reader *reader)
{
	static const char *const keys[] = { "packets", "cases", "maps",	  "generate",
					    "seed",    "live",	"kernel", NULL };
	struct opn_yaml *yaml = reader->yaml;
	struct opn_spec_verify *verify;
	yaml_node_t *node = NULL;
	int error = opn_yaml_get_mapping(yaml, opn_yaml_root(yaml), "verify", false, &node);

	if (error || !node)
		return error;
	verify = opn_arena_alloc(yaml->arena, sizeof(*verify));
	if (!verify)
		return opn_yaml_no_memory(yaml);
	verify->loc = opn_yaml_loc(yaml, node);
	error = opn_yaml_check_keys(yaml, node, keys);
	error = read_files(reader, node, "packets", &verify->packets) ?: error;
	error = read_files(reader, node, "cases", &verify->cases) ?: error;
	error = read_files(reader, node, "maps", &verify->maps) ?: error;
	error = opn_yaml_get_string(yaml, node, "kernel", false, &verify->kernel) ?: error;
	error = read_live(yaml, node, verify) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "generate", false, &verify->generate) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "seed", false, &verify->seed) ?: error;
	if (verify->kernel) {
		verify->kernel = from_spec(reader, verify->kernel);
		if (access(verify->kernel, R_OK))
			error = opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE,
					 opn_yaml_loc(yaml, opn_yaml_get(yaml, node, "kernel")),
					 verify->kernel, strerror(errno));
	}
	reader->spec->verify = verify;
	return error;
}

/* A stage is a unit, or a source that is there; what has neither was reported. */
static int check_stage(const struct reader *reader, const struct opn_composed_stage *stage)
{
	if (!stage->unit || !stage->source || stage->made || !access(stage->source, R_OK))
		return 0;
	if (!strpbrk(stage->unit, "./"))
		return no_unit(reader, stage->loc, "stages", stage->unit);
	return opn_diag(reader->yaml->diags, OPN_DIAG_INPUT_UNREADABLE, stage->loc, stage->source,
			strerror(errno));
}

static int read_composition(struct reader *reader, const struct opn_places *places)
{
	struct opn_yaml *yaml = reader->yaml;
	struct opn_spec *spec = reader->spec;
	struct opn_composition *composition;
	struct opn_unit_source *units;
	int error;

	if (!opn_yaml_get(yaml, opn_yaml_root(yaml), "compose"))
		return 0;
	composition = opn_arena_alloc(yaml->arena, sizeof(*composition));
	units = opn_arena_array(yaml->arena, spec->unit_count + 1, sizeof(*units));
	if (!composition || !units)
		return opn_yaml_no_memory(yaml);
	for (size_t u = 0, used = 0; u < spec->unit_count; u++) {
		/* Where it will be is known when it has been made. */
		if (spec->units[u].name)
			units[used++] = (struct opn_unit_source){ .unit = spec->units[u].name,
								  .source = spec->units[u].name };
	}
	error = opn_composition_from(yaml, places, units, composition);
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		for (size_t s = 0; hook->stages && s < hook->stage_count; s++)
			error = check_stage(reader, &hook->stages[s]) ?: error;
	}
	spec->composition = composition;
	return error;
}

int opn_spec_read(const char *path, const struct opn_places *places, struct opn_arena *arena,
		  struct opn_diags *diags, struct opn_spec *out)
{
	struct opn_yaml yaml;
	struct reader reader = { .yaml = &yaml, .spec = out };
	const char *output = OUTPUT_FOLDER;
	int error = opn_spec_open(path, arena, diags, &yaml);

	*out = (struct opn_spec){ .path = opn_arena_strdup(arena, path) };
	if (error && !yaml.text)
		return error;
	reader.folder = opn_spec_folder(&yaml);
	error = opn_yaml_get_string(&yaml, opn_yaml_root(&yaml), "output", false, &output) ?: error;
	out->output = from_spec(&reader, output);
	error = read_extract(&reader) ?: error;
	error = read_transforms(&reader) ?: error;
	error = read_verify(&reader) ?: error;
	error = read_composition(&reader, places) ?: error;
	if (!error && !out->unit_count && !out->composition)
		error = opn_yaml_invalid(&yaml, opn_yaml_root(&yaml), "spec",
					 "expected 'extract' or 'compose': there is nothing to do");
	opn_yaml_free(&yaml);
	return error;
}
