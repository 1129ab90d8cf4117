/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_words.c - the words that each step's tool is given, and what it reads and makes
 */
#include "opened.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "json.h"

#define JSON_LIMIT (64u << 20)

/* A growing list of words in the arena. */
struct words {
	struct opn_arena *arena;
	char **word;
	size_t count, room;
};

static void add(struct words *words, const char *word)
{
	if (words->count + 1 >= words->room) {
		size_t room = words->room ? 2 * words->room : 32;
		char **grown = opn_arena_array(words->arena, room, sizeof(*grown));

		if (words->count)
			memcpy(grown, words->word, words->count * sizeof(*grown));
		words->word = grown;
		words->room = room;
	}
	words->word[words->count++] = (char *)word;
	words->word[words->count] = NULL;
}

static void add_pair(struct words *words, const char *option, const char *value)
{
	add(words, opn_arena_printf(words->arena, "--%s=%s", option, value));
}

static void add_all(struct words *words, const char *option, const struct opn_spec_words *list)
{
	for (size_t i = 0; i < list->count; i++)
		add_pair(words, option, list->word[i].text);
}

const char *opened_diagnostics(const struct opened_run *run, const struct opn_step *step)
{
	return opn_arena_printf(run->arena, "%s/%s-%s.diagnostics.json", run->state_folder,
				step->stage, step->name);
}

/* What every tool is told. */
static struct words tool(const struct opened_run *run, struct opn_step *step, const char *name)
{
	struct words words = { .arena = run->arena };

	add(&words, opn_arena_printf(run->arena, "%s/opened-%s", run->tools, name));
	add_pair(&words, "color", opn_cli_coloured(&run->options->cli) ? "always" : "never");
	if (run->options->cli.quiet)
		add(&words, "-q");
	step->looks = words.count - 1;
	add_pair(&words, "hookdefs", run->hookdefs);
	add_pair(&words, "diag-format", "json");
	add_pair(&words, "diag-output", opened_diagnostics(run, step));
	if (run->options->cli.force)
		add(&words, "--force");
	return words;
}

static const char *depfile(const struct opened_run *run, const struct opn_step *step)
{
	return opn_arena_printf(run->arena, "%s/%s-%s.d", run->state_folder, step->stage,
				step->name);
}

static const char *const *list_of(const struct opened_run *run, const char *const *first,
				  const char *second)
{
	size_t count = 0;
	const char **list;

	while (first && first[count])
		count++;
	list = opn_arena_array(run->arena, count + 2, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = first[i];
	list[count] = second;
	return list;
}

/* ---- what a folder has ---- */

static bool is_source(const char *path)
{
	size_t length = strlen(path);

	return length > 6 && !strcmp(path + length - 6, ".bpf.c");
}

const char *const *opened_programs(const struct opened_run *run, const char *folder)
{
	const char *const *files = opn_product_files(folder, run->arena);
	const char **names;
	size_t count = 0, used = 0;

	if (!files)
		return NULL;
	while (files[count])
		count++;
	names = opn_arena_array(run->arena, count + 1, sizeof(*names));
	for (; *files; files++) {
		const char *base = opn_path_basename(*files);

		if (is_source(*files))
			names[used++] = opn_arena_strndup(run->arena, base, strlen(base) - 6);
	}
	return names;
}

json_t *opened_json(const char *path)
{
	json_t *root = NULL;
	size_t length;
	char *text;

	if (!opn_file_read(path, JSON_LIMIT, &text, &length)) {
		root = json_loadb(text, length, 0, NULL);
		free(text);
	}
	return root;
}

json_t *opened_manifest(const struct opened_run *run, const char *folder, const char *function)
{
	return opened_json(opn_arena_printf(run->arena, "%s/%s.json", folder, function));
}

/* The sources of a folder that we made, as paths. */
static const char *const *made_sources(const struct opened_run *run, const char *folder)
{
	const char *const *files = opn_product_files(folder, run->arena);
	const char **list;
	size_t count = 0, used = 0;

	while (files && files[count])
		count++;
	list = opn_arena_array(run->arena, count + 1, sizeof(*list));
	for (; files && *files; files++) {
		if (is_source(*files))
			list[used++] = *files;
	}
	return list;
}

/* ---- extract ---- */

/* A function of several definitions is the one that the spec resolved. */
static const char *resolved(const struct opened_run *run, const struct opn_spec_unit *unit,
			    const char *function)
{
	for (size_t i = 0; i < unit->resolve.count; i++) {
		const struct opn_spec_entry *entry = &unit->resolve.entry[i];

		if (!strcmp(entry->key, function) && strchr(entry->value, ':'))
			return opn_arena_strdup(run->arena, entry->value);
	}
	return function;
}

static int prepare_extract(struct opened_run *run, struct opn_step *step)
{
	const struct opened_unit *unit = step->subject;
	const struct opn_spec_unit *spec = unit->spec;
	struct words words = tool(run, step, "extract");

	if (!unit->has_tree)
		return OPN_EXIT_USAGE;
	step->depfile = depfile(run, step);
	step->product = unit->extracted;
	step->inputs = unit->tree.sources;
	/* A new header may stand in front of one that was read. */
	step->also = unit->headers;
	if (unit->tree.database)
		step->inputs = list_of(run, step->inputs,
				       opn_arena_printf(run->arena, "%s/compile_commands.json",
							unit->tree.database));
	add_pair(&words, "depfile", step->depfile);
	add(&words, opn_arena_printf(run->arena, "--output=%s", unit->extracted));
	if (!run->options->check)
		add(&words, "--prove");
	if (spec->entry)
		add_pair(&words, "entry", spec->entry);
	if (spec->layout)
		add_pair(&words, "layout", spec->layout);
	if (spec->slim_vmlinux)
		add(&words, "--slim-vmlinux");
	for (size_t i = 0; i < spec->functions.count; i++)
		add_pair(&words, "function", resolved(run, spec, spec->functions.word[i].text));
	if (unit->tree.database) {
		add(&words, "-p");
		add(&words, unit->tree.database);
	} else {
		/* Folders in flags are as seen from the tree. */
		step->folder = unit->tree.root;
	}
	for (const char *const *source = unit->tree.sources; *source; source++)
		add(&words, *source);
	if (!unit->tree.database) {
		add(&words, "--");
		for (const char *const *flag = unit->tree.flags; *flag; flag++)
			add(&words, *flag);
	}
	step->argv = words.word;
	return 0;
}

/* ---- transform ---- */

static int prepare_transform(struct opened_run *run, struct opn_step *step)
{
	const struct opened_unit *unit = step->subject;
	const struct opn_spec_transform *spec = unit->spec->transform;
	const char *const *sources = made_sources(run, unit->extracted);
	struct words words = tool(run, step, "transform");

	step->depfile = depfile(run, step);
	step->product = unit->final;
	step->inputs =
		list_of(run, sources,
			opn_arena_printf(run->arena, "%s/compile_commands.json", unit->extracted));
	add_pair(&words, "depfile", step->depfile);
	add_pair(&words, "to", spec->to);
	if (spec->from)
		add_pair(&words, "from", spec->from);
	if (spec->modernize)
		add(&words, "--modernize");
	add_all(&words, "function", &spec->functions);
	add_all(&words, "accept", &spec->accept);
	for (size_t i = 0; i < spec->choices.count; i++)
		add_pair(&words, spec->choices.entry[i].key, spec->choices.entry[i].value);
	for (size_t i = 0; i < unit->apart_count; i++)
		add_pair(&words, unit->apart[i].name, unit->apart[i].word);
	add(&words, opn_arena_printf(run->arena, "--output=%s", unit->final));
	add(&words, "-p");
	add(&words, unit->extracted);
	for (; *sources; sources++)
		add(&words, *sources);
	step->argv = words.word;
	return 0;
}

/* ---- verify ---- */

static const char *proof_path(const struct opened_run *run, const struct opn_step *step)
{
	return opn_arena_printf(run->arena, "%s/" OPENED_PROOFS "/%s.json", run->output,
				step->name);
}

static void add_verification(const struct opened_run *run, struct words *words,
			     struct opn_step *step)
{
	const struct opn_spec_verify *verify = run->spec.verify;
	const struct opn_spec_words *lists[] = { &verify->packets, &verify->cases, &verify->maps };
	static const char *const options[] = { "packets", "cases", "maps" };
	const char *page = opn_arena_printf(run->arena, "%s/" OPENED_PROOFS "/%s.html", run->output,
					    step->name);

	for (size_t l = 0; l < 3; l++) {
		add_all(words, options[l], lists[l]);
		for (size_t i = 0; i < lists[l]->count; i++)
			step->inputs = list_of(run, step->inputs, lists[l]->word[i].text);
	}
	/* Live runs compare two programs; a pipeline is compared with several. */
	if (verify->live && step->kind == STEP_PROVE)
		add_pair(words, "live", verify->live);
	if (verify->kernel)
		add_pair(words, "kernel", verify->kernel);
	if (verify->generate)
		add_pair(words, "generate", opn_arena_printf(run->arena, "%u", verify->generate));
	if (verify->seed)
		add_pair(words, "seed", opn_arena_printf(run->arena, "%u", verify->seed));
	add_pair(words, "report", proof_path(run, step));
	add_pair(words, "report", page);
	step->products = list_of(run, list_of(run, NULL, proof_path(run, step)), page);
}

/* The hook of an original, whose section need not tell it. */
static void add_from(const struct opened_run *run, struct words *words,
		     const struct opened_unit *unit, const char *program)
{
	json_t *report = opened_json(
		opn_arena_printf(run->arena, "%s/%s.bpf.c.transform.json", unit->final, program));
	const char *from = json_string_value(json_object_get(report, "from"));

	if (from)
		add_pair(words, "from", opn_arena_strdup(run->arena, from));
	json_decref(report);
}

static int prepare_proof(struct opened_run *run, struct opn_step *step)
{
	const struct opened_unit *unit = step->subject;
	const char *program = unit->programs[step->index];
	const char *before = opn_arena_printf(run->arena, "%s/%s.bpf.c", unit->extracted, program);
	const char *after = opn_arena_printf(run->arena, "%s/%s.bpf.c", unit->final, program);
	struct words words = tool(run, step, "verify");

	/* What was not rewritten is what it was. */
	if (access(before, R_OK)) {
		step->state = OPN_STEP_LEFT_OUT;
		step->why = "it has no original of that name";
		return 0;
	}
	step->inputs =
		list_of(run, list_of(run, opn_product_files(unit->extracted, run->arena), after),
			opn_arena_printf(run->arena, "%s/compile_commands.json", unit->final));
	add_verification(run, &words, step);
	add_from(run, &words, unit, program);
	add(&words, opn_arena_printf(run->arena, "%s:%s", before, program));
	add(&words, opn_arena_printf(run->arena, "%s:%s", after, program));
	step->argv = words.word;
	return 0;
}

/* ---- the pipeline ---- */

/* Where the program of a stage is, when the stage is a unit. */
static void add_units(const struct opened_run *run, struct words *words)
{
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		const struct opened_unit *unit = &run->units[u];
		const char *const *sources = made_sources(run, unit->final);

		for (; *sources; sources++) {
			const char *base = opn_path_basename(*sources);

			add_pair(words, "unit",
				 opn_arena_printf(run->arena, "%s:%.*s=%s", unit->spec->name,
						  (int)(strlen(base) - 6), base, *sources));
		}
	}
}

const char *opened_pipeline_graph(const struct opened_run *run)
{
	return opn_arena_printf(run->arena, "%s/pipeline.dot", run->state_folder);
}

static int prepare_compose(struct opened_run *run, struct opn_step *step)
{
	struct words words = tool(run, step, "compose");
	const char *const *inputs = list_of(run, NULL, run->spec.path);

	for (size_t u = 0; u < run->spec.unit_count; u++) {
		const char *const *files = opn_product_files(run->units[u].final, run->arena);

		for (; files && *files; files++)
			inputs = list_of(run, inputs, *files);
	}
	for (size_t h = 0; h < run->spec.composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &run->spec.composition->hooks[h];

		for (size_t s = 0; s < hook->stage_count; s++) {
			if (!hook->stages[s].made)
				inputs = list_of(run, inputs, hook->stages[s].source);
		}
	}
	step->inputs = inputs;
	step->product = run->composed;
	step->products = list_of(run, NULL, opened_pipeline_graph(run));
	add_units(run, &words);
	add_pair(&words, "graph", opened_pipeline_graph(run));
	add(&words, opn_arena_printf(run->arena, "--output=%s", run->composed));
	add(&words, run->spec.path);
	step->argv = words.word;
	return 0;
}

/* Builds what a product's own Makefile knows how to. */
static struct words make_in(const struct opened_run *run, const char *folder)
{
	struct words words = { .arena = run->arena };

	opened_clean_killed(folder);
	add(&words, "make");
	add(&words, "-s");
	add(&words, "-C");
	add(&words, folder);
	/* Not a GNUmakefile, which would go first. */
	add(&words, "-f");
	add(&words, "Makefile");
	add(&words, opn_arena_printf(run->arena, "CLANG=%s", run->clang ?: "clang"));
	return words;
}

static int prepare_build(struct opened_run *run, struct opn_step *step)
{
	struct words words = make_in(run, run->composed);
	const char *name = run->spec.composition->name;

	step->inputs = opn_product_files(run->composed, run->arena);
	step->products = list_of(
		run, list_of(run, NULL, opn_arena_printf(run->arena, "%s/%s", run->composed, name)),
		opn_arena_printf(run->arena, "%s/%s.bpf.o", run->composed, name));
	step->argv = words.word;
	return 0;
}

/* One stage as it is before it is composed. NULL, with the reason, when it is not to be had. */
static json_t *stage_json(struct opened_run *run, struct opn_step *step,
			  const struct opn_composed_hook *hook,
			  const struct opn_composed_stage *stage, const json_t *row)
{
	const struct opened_unit *unit = NULL;
	const char *from = json_string_value(json_object_get(row, "from"));
	const char *program = stage->program, *object;
	json_t *made;

	for (size_t u = 0; u < run->spec.unit_count; u++) {
		if (!strcmp(run->units[u].spec->name, stage->unit))
			unit = &run->units[u];
	}
	if (!unit || !unit->programs || !*unit->programs) {
		step->why = opn_arena_printf(run->arena, "stage '%s' is no unit of the spec",
					     stage->name);
		return NULL;
	}
	if (!from || strcmp(from, hook->place->hook->hook)) {
		const struct opn_spec_transform *transform = unit->spec->transform;

		step->why =
			transform
				? opn_arena_printf(
					  run->arena,
					  "stage '%s' is rewritten to '%s' under 'transform' "
					  "and to '%s' while it is composed; compose it "
					  "where 'transform' brings it",
					  stage->name, transform->to, hook->place->hook->hook)
				: opn_arena_printf(run->arena,
						   "stage '%s' is rewritten while it is composed; "
						   "rewrite its unit under 'transform' to have "
						   "both proved",
						   stage->name);
		return NULL;
	}
	if (!program)
		program = *unit->programs;
	object = opn_arena_printf(run->arena, "%s/%s.bpf.o", unit->final, program);
	step->inputs = list_of(run, step->inputs, object);
	made = opn_json_set(json_object(), "name", opn_json_string(stage->name));
	made = opn_json_set(made, "object", opn_json_string(object));
	made = opn_json_set(made, "program", opn_json_string(program));
	made = opn_json_set(made, "continue", json_incref(json_object_get(row, "continue")));
	return opn_json_set(made, "names", json_incref(json_object_get(row, "names")));
}

/* What makes that a hook of the pipeline will not be proved, also when nothing is. */
void opened_tell_unproved(struct opened_run *run)
{
	const struct opn_composition *composition = run->spec.composition;
	json_t *manifest = opened_json(
		opn_arena_printf(run->arena, "%s/%s.json", run->composed, composition->name));

	for (size_t h = 0; manifest && h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];
		const json_t *row = json_array_get(json_object_get(manifest, "hooks"), h);
		const json_t *rows = json_object_get(row, "stages");
		struct opn_step step = { 0 };

		for (size_t s = 0; s < hook->stage_count && !step.why; s++)
			json_decref(stage_json(run, &step, hook, &hook->stages[s],
					       json_array_get(rows, s)));
		if (step.why)
			opn_diag(run->diags, OPN_DIAG_PROOF_LEFT_OUT, hook->loc, composition->name,
				 hook->place->name, step.why);
	}
	json_decref(manifest);
}

/* The stages one after another, as opened-verify reads them. */
static int write_stages(struct opened_run *run, struct opn_step *step, const char *path)
{
	const struct opn_composed_hook *hook = step->subject;
	json_t *manifest = opened_json(opn_arena_printf(run->arena, "%s/%s.json", run->composed,
							run->spec.composition->name)),
	       *stages = json_array(), *side = json_object();
	const json_t *row = json_array_get(json_object_get(manifest, "hooks"),
					   (size_t)(hook - run->spec.composition->hooks));
	const json_t *rows = json_object_get(row, "stages");
	char *text;
	int error;

	for (size_t s = 0; s < hook->stage_count && !step->why; s++) {
		json_t *stage =
			stage_json(run, step, hook, &hook->stages[s], json_array_get(rows, s));

		if (stage)
			stages = opn_json_append(stages, stage);
	}
	side = opn_json_set(side, "opened", json_integer(1));
	side = opn_json_set(side, "final", json_incref(json_object_get(row, "final")));
	side = opn_json_set(side, "exits", json_incref(json_object_get(row, "exits")));
	side = opn_json_set(side, "share", json_incref(json_object_get(manifest, "share")));
	text = opn_json_text(opn_json_set(side, "stages", stages));
	json_decref(manifest);
	if (step->why) {
		free(text);
		return 0;
	}
	error = text ? opn_file_write(path, text, strlen(text)) : -ENOMEM;
	free(text);
	return error ? opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
				strerror(-error))
		     : 0;
}

/* Objects of the units that stages are. */
static int prepare_objects(struct opened_run *run, struct opn_step *step)
{
	const struct opened_unit *unit = step->subject;
	struct words words = make_in(run, unit->final);
	const char *const *products = NULL;

	step->inputs = opn_product_files(unit->final, run->arena);
	for (const char *const *name = unit->programs; name && *name; name++) {
		const char *object = opn_arena_printf(run->arena, "%s.bpf.o", *name);

		add(&words, object);
		products = list_of(run, products,
				   opn_arena_printf(run->arena, "%s/%s", unit->final, object));
	}
	step->products = products;
	step->argv = words.word;
	return 0;
}

static int prepare_pipeline_proof(struct opened_run *run, struct opn_step *step)
{
	const struct opn_composed_hook *hook = step->subject;
	const char *stages = opn_arena_printf(run->arena, "%s/%s.stages.yaml", run->state_folder,
					      hook->place->name);
	const char *product =
		opn_arena_printf(run->arena, "%s/verify/%s.yaml", run->composed, hook->place->name);
	struct words words = tool(run, step, "verify");
	int error;

	step->inputs = list_of(run, list_of(run, list_of(run, NULL, stages), product),
			       opn_arena_printf(run->arena, "%s/%s.bpf.o", run->composed,
						run->spec.composition->name));
	error = write_stages(run, step, stages);
	if (error)
		return OPN_EXIT_REFUSED;
	if (step->why) {
		step->state = OPN_STEP_LEFT_OUT;
		opn_diag(run->diags, OPN_DIAG_PROOF_LEFT_OUT, hook->loc,
			 run->spec.composition->name, hook->place->name, step->why);
		return 0;
	}
	add_verification(run, &words, step);
	add_pair(&words, "from", hook->place->hook->hook);
	add(&words, stages);
	add(&words, product);
	step->argv = words.word;
	return 0;
}

int opened_prepare(struct opn_step *step, void *run)
{
	static int (*const prepare[])(struct opened_run *run, struct opn_step *step) = {
		[STEP_EXTRACT] = prepare_extract,
		[STEP_TRANSFORM] = prepare_transform,
		[STEP_PROVE] = prepare_proof,
		[STEP_COMPOSE] = prepare_compose,
		[STEP_BUILD] = prepare_build,
		[STEP_OBJECTS] = prepare_objects,
		[STEP_PROVE_ALL] = prepare_pipeline_proof,
	};

	int status = prepare[step->kind](run, step);

	/* The tools make the product's folder, and no folder above it. */
	if (!status && step->product)
		mkdir(opn_path_join(((struct opened_run *)run)->arena, step->product, ".."), 0777);
	return status;
}
