/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_init.c - opened init: a commented spec for a source tree
 *
 * What it writes is what it found: programs that were really parsed, with their hooks and places,
 * and how they are compiled. What only the user can want (where they go, how they are joined)
 * stands there as comments.
 */
#include "opened.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/process.h"

#define SOURCE_LIMIT (64u << 20)
#define ROUNDS	     3	 /* of finding out flags: what those of one round fit is done */
#define CANDIDATES   8	 /* that a round tries before it gives up */
#define PART	     100 /* sources that are read at a time */
#define NAME_LIMIT   32	 /* of a unit */

struct init_options {
	struct opn_cli cli;
	const char *tree;
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct init_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_ARG:
		if (options->tree)
			argp_error(state, "one TREE or SOURCE");
		options->tree = arg;
		return 0;
	case ARGP_KEY_END:
		options->tree = options->tree ?: ".";
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp init_argp = {
	NULL,
	parse_option,
	"[TREE|SOURCE] [-- FLAGS]",
	"Write a commented spec for a source tree (default: the current folder), or for one "
	"source: its programs, their hooks, how they are compiled.\v"
	"OUT is the spec (default: " OPENED_SPEC "), or - . An existing one is left alone, unless "
	"--force.\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 70 internal error.",
	children,
	NULL,
	NULL,
};

/* A program that was found. */
struct found {
	json_t *manifest;
	const char *unit;	  /* its name in the spec */
	const char *source;	  /* as seen from the tree, or NULL: it is not below it */
	const char *const *flags; /* NULL-terminated, or NULL: the database */
};

/* Why a source's flags are not known. */
struct unfit {
	const char *source, *why;
};

#define SCHEMA "schema/opened.schema.json"

struct init {
	const struct init_options *options;
	struct opn_arena *arena;
	const char *root;	  /* of the tree, absolute */
	const char *only;	  /* the one source that is looked into, absolute, or NULL */
	const char *path;	  /* of the spec, as the user says it; NULL: standard output */
	const char *from;	  /* the folder that the spec's paths are seen from, absolute */
	const char *database;	  /* absolute, or NULL */
	const char *const *flags; /* NULL-terminated, or NULL: found out */
	struct opn_words sources; /* that may have programs and were not read yet */
	size_t source_count;	  /* of all */
	struct found *found;
	size_t count;
	struct unfit unfit[CANDIDATES];
	size_t unfit_count;
	struct opn_buf text, said;
	int here; /* descriptor of the current folder */
};

/* A source that can have programs says SEC; one that includes libbpf's helpers has some, where
 * others are user space that loads them. */
static void sort_source(const char *path, struct opn_words *likely, struct opn_words *others)
{
	size_t length;
	char *text;

	if (opn_file_read(path, SOURCE_LIMIT, &text, &length))
		return;
	if (opn_has_word(text, "SEC") || opn_has_word(text, "section"))
		opn_words_add(opn_has_word(text, "bpf_helpers") || opn_has_word(text, "vmlinux")
				      ? likely
				      : others,
			      (char *)path);
	free(text);
}

static void find_sources(struct init *init)
{
	const char *const *source;
	struct opn_words others = { 0 };

	if (init->only) {
		opn_words_add(&init->sources, (char *)init->only);
		init->source_count = 1;
		return;
	}
	source = opn_tree_sources(init->root, ".c", init->arena);
	for (; source && *source; source++)
		sort_source(*source, &init->sources, &others);
	for (size_t i = 0; i < others.count; i++)
		opn_words_add(&init->sources, others.word[i]);
	free(others.word);
	init->source_count = init->sources.count;
}

static void take_database(struct init *init, const char *folder)
{
	if (!access(opn_arena_printf(init->arena, "%s/compile_commands.json", folder), R_OK))
		init->database = folder;
}

/* Flags that were given, or a database: the tree's; of a single source, also that of a folder
 * above. */
static void find_commands(struct init *init)
{
	static const char *const places[] = { ".", "build", "out", NULL };
	const struct opn_cli *cli = &init->options->cli;

	if (cli->commands.flags) {
		init->flags = (const char *const *)cli->commands.flags;
		return;
	}
	if (cli->commands.build_dir) {
		char here[4096];

		init->database = opn_path_join(init->arena, getcwd(here, sizeof(here)) ?: ".",
					       cli->commands.build_dir);
		return;
	}
	for (const char *const *place = places; *place && !init->database; place++)
		take_database(init, opn_path_join(init->arena, init->root, *place));
	for (const char *folder = init->root;
	     folder && init->only && !init->database && strcmp(folder, "/");
	     take_database(init, folder))
		folder = opn_path_join(init->arena, folder, "..");
}

/* Flags that one of the sources takes; NULL: none of those that were tried can be compiled. */
static const char *const *infer(struct init *init)
{
	static const char *const compilers[] = { "clang-" OPN_CLANG_MAJOR, "clang", NULL };
	const char *clang = opn_process_find(compilers, init->arena);
	const char *const *flags = NULL;

	init->unfit_count = 0;
	for (size_t i = 0; i < init->sources.count && i < CANDIDATES && !flags; i++) {
		struct unfit *unfit = &init->unfit[init->unfit_count];

		unfit->source = init->sources.word[i];
		flags = opn_tree_infer(init->root, unfit->source, clang, NULL, NULL, init->arena,
				       &unfit->why);
		init->unfit_count += !flags;
	}
	return flags;
}

static void add_compile(struct init *init, const char *const *flags)
{
	struct opn_buf *text = &init->text;

	if (!flags) {
		opn_buf_puts(text, "    compile: {database: ");
		opn_spec_quote(text, opn_path_relative(init->arena, init->root, init->database));
		opn_buf_puts(text, "}\n");
		return;
	}
	opn_buf_puts(text, "    compile: {flags: [");
	for (const char *const *flag = flags; *flag; flag++) {
		opn_buf_puts(text, flag == flags ? "" : ", ");
		opn_spec_quote(text, *flag);
	}
	opn_buf_puts(text, "]}\n");
}

static const char *word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static bool is_taken(const struct init *init, const char *name)
{
	for (size_t i = 0; i < init->count; i++) {
		if (!strcmp(init->found[i].unit, name))
			return true;
	}
	return false;
}

/* Units are called as their program, as far as that is a name of its own: it begins with a letter,
 * is not too long, and no unit before is called so. */
static const char *unit_name(const struct init *init, const char *program)
{
	const char *name, *base;

	while (*program && !isalpha((unsigned char)*program))
		program++;
	base = *program ? program : "unit";
	name = opn_arena_printf(init->arena, "%.*s", NAME_LIMIT, base);
	for (unsigned int number = 2; is_taken(init, name); number++) {
		const char *end = opn_arena_printf(init->arena, "-%u", number);

		name = opn_arena_printf(init->arena, "%.*s%s", NAME_LIMIT - (int)strlen(end), base,
					end);
	}
	return name;
}

static void add_unit(struct init *init, const struct found *found)
{
	const json_t *manifest = found->manifest;
	struct opn_buf *text = &init->text;
	size_t maps = json_array_size(json_object_get(manifest, "maps"));

	opn_buf_printf(text, "  - unit: %s\n", found->unit);
	opn_buf_printf(text, "    # %s of %s; functions: %zu, maps: %zu\n",
		       *word(manifest, "hook") ? word(manifest, "hook") : "a program",
		       found->source ?: word(manifest, "source"),
		       json_array_size(json_object_get(manifest, "functions")), maps);
	opn_buf_puts(text, "    source: {path: ");
	opn_spec_quote(text, opn_path_relative(init->arena, init->from, init->root));
	opn_buf_puts(text, "}\n");
	add_compile(init, found->flags);
	opn_buf_printf(text, "    functions: [%s]\n", word(manifest, "unit"));
	if (found->source) {
		opn_buf_puts(text, "    sources: [");
		opn_spec_quote(text, found->source);
		opn_buf_puts(text, "]\n");
	}
}

/* A place of another hook that a unit can be rewritten for: there is a table of the two. */
static const struct opn_place *other_place(const struct init *init, const char *tables,
					   const struct opn_places *places, const char *hook)
{
	for (const char *const *name = opn_places_names(places); *name; name++) {
		const struct opn_place *place = opn_places_find(places, *name);

		if (!access(opn_arena_printf(init->arena, "%s/%s-to-%s.yaml", tables, hook,
					     place->hook->hook),
			    R_OK))
			return place;
	}
	return NULL;
}

/* What only the user can want, so that it is right when its comment signs are taken away. */
static void add_template(struct init *init)
{
	char *tables = opn_cli_hookdefs(&init->options->cli);
	struct opn_diags *diags = opn_diags_new();
	struct opn_hook_runs *runs = NULL;
	struct opn_places *places = NULL;
	const struct opn_place *place = NULL;
	struct opn_buf *text = &init->text;
	const char *comma = "";
	size_t i = 0;

	if (!diags)
		opn_cli_no_memory(NULL);
	if (!opn_hook_runs_load(tables, diags, &runs) &&
	    !opn_places_load(tables, runs, diags, &places)) {
		while (i < init->count &&
		       !(place = other_place(init, tables, places,
					     word(init->found[i].manifest, "hook"))))
			i++;
	}
	if (place) {
		opn_buf_printf(
			text,
			"\n# Units that are to run at another hook.\n"
			"# transform:\n"
			"#   - {unit: %s, to: %s}\n"
			"\n# The pipeline: which stages run where, in this order. Its name is "
			"that of its loader.\n"
			"# compose:\n"
			"#   - name: pipeline\n"
			"#     interface: eth0\n"
			"#     # Of the hook that its units are at, or are rewritten for: ",
			init->found[i].unit, place->hook->hook);
		for (const char *const *name = opn_places_names(places); *name; name++) {
			opn_buf_printf(text, "%s%s", comma, *name);
			comma = ", ";
		}
		opn_buf_printf(text,
			       "\n#     hook: %s\n"
			       "#     mechanism: auto\n"
			       "#     stages: [%s]\n",
			       place->name, init->found[i].unit);
	}
	opn_places_free(places);
	opn_hook_runs_free(runs);
	opn_diags_free(diags);
	free(tables);
}

/* Where editors find the schema on this machine. */
static void write_modeline(const struct init *init, struct opn_buf *text)
{
	char *tables = opn_cli_hookdefs(&init->options->cli), *folder = realpath(tables, NULL);
	const char *path = folder ? opn_path_join(init->arena, folder, SCHEMA) : NULL;

	if (path && !access(path, R_OK))
		opn_buf_printf(text, "# yaml-language-server: $schema=%s\n", path);
	free(folder);
	free(tables);
}

static int write_spec(struct init *init)
{
	struct opn_buf *text = &init->text;
	int error = 0;

	write_modeline(init, text);
	opn_buf_puts(
		text,
		"# What is taken from where, what becomes of it, how it is proved. "
		"See 'opened run --help'.\n"
		"opened: 1\n\n"
		"# Functions to cut out; each unit compiles alone. Delete what you do not need.\n"
		"extract:\n");
	for (size_t i = 0; i < init->count; i++)
		add_unit(init, &init->found[i]);
	add_template(init);
	opn_buf_puts(text,
		     "\n# Each rewritten program beside its original, the pipeline beside its "
		     "stages (needs root).\n"
		     "verify: {generate: 10000}\n");
	if (text->failed)
		opn_cli_no_memory(NULL);
	if (!init->path) {
		fwrite(text->data, 1, text->length, stdout);
		return 0;
	}
	error = opn_file_write(init->path, text->data, text->length);
	if (error)
		fprintf(stderr, "opened: cannot write '%s': %s\n", init->path, strerror(-error));
	else if (!init->options->cli.quiet)
		fprintf(stderr, "opened: %zu program%s in '%s'; next: opened check %s\n",
			init->count, init->count == 1 ? "" : "s", init->path, init->path);
	return error ? OPN_EXIT_REFUSED : 0;
}

/* The manifest's source is as seen from where it was parsed. */
static void add_found(struct init *init, json_t *manifest, const char *const *flags)
{
	struct found *found = &init->found[init->count];
	const char *source =
		opn_path_join(init->arena, init->database ?: init->root, word(manifest, "source"));

	*found = (struct found){ .manifest = json_incref(manifest), .flags = flags };
	found->unit = unit_name(init, word(manifest, "unit"));
	if (opn_path_inside(init->root, source))
		found->source = opn_path_relative(init->arena, init->root, source);
	init->count++;
}

static bool was_found(const struct init *init, const char *source)
{
	for (size_t i = 0; i < init->count; i++) {
		if (init->found[i].source &&
		    !strcmp(opn_path_join(init->arena, init->root, init->found[i].source), source))
			return true;
	}
	return false;
}

/* Looks into a part of the sources. */
static int look_into(struct init *init, const struct opn_words *part, const char *const *flags)
{
	struct opn_cli scan = init->options->cli;
	struct opened_rows rows;
	struct found *grown;
	size_t index;
	json_t *manifest;

	scan.commands.build_dir = init->database;
	scan.commands.flags = (char *const *)flags;
	/* Folders in flags are as seen from the tree. */
	if (flags && chdir(init->root)) {
		fprintf(stderr, "opened: cannot enter '%s': %s\n", init->root, strerror(errno));
		return OPN_EXIT_USAGE;
	}
	rows = opened_scan(&scan, part, init->arena);
	if (init->here >= 0 && fchdir(init->here))
		return OPN_EXIT_INTERNAL;
	grown = opn_arena_array(init->arena, init->count + json_array_size(rows.programs) + 1,
				sizeof(*grown));
	if (init->count)
		memcpy(grown, init->found, init->count * sizeof(*grown));
	init->found = grown;
	json_array_foreach(rows.programs, index, manifest) add_found(init, manifest, flags);
	json_decref(rows.programs);
	if (rows.status)
		opn_buf_puts(&init->said, rows.said);
	return 0;
}

/* Looks into all sources that are left, with flags (NULL: the database). Those that have programs
 * are not left any more. Returns 0 or an exit status. */
static int look(struct init *init, const char *const *flags)
{
	bool terminal = !init->options->cli.quiet && isatty(STDERR_FILENO);
	size_t left = 0;
	int status = 0;

	opn_buf_free(&init->said);
	for (size_t i = 0; i < init->sources.count && !status; i += PART) {
		struct opn_words part = { init->sources.word + i,
					  MIN(init->sources.count - i, PART) };

		if (terminal)
			fprintf(stderr, "\r\033[K[%zu/%zu] sources", i, init->sources.count);
		status = look_into(init, &part, flags);
	}
	if (terminal)
		fprintf(stderr, "\r\033[K");
	for (size_t i = 0; i < init->sources.count; i++) {
		if (!was_found(init, init->sources.word[i]))
			init->sources.word[left++] = init->sources.word[i];
	}
	init->sources.count = left;
	return status;
}

/* Trees compile their programs in more than one way: what the flags of one source do not fit gets
 * flags of its own. */
static int look_inferring(struct init *init)
{
	int status = 0;

	for (size_t round = 0; !status && round < ROUNDS && init->sources.count; round++) {
		const char *const *flags = infer(init);
		size_t before = init->sources.count;

		if (!flags)
			break;
		status = look(init, flags);
		/* What compiles and has no program is no reason to go on. */
		if (init->sources.count == before)
			break;
	}
	return status;
}

/* What was not taken, and why: the tool's own words, or what the trial compiles ended with. */
static void tell_rest(const struct init *init)
{
	bool whole = init->options->cli.verbose || !init->count;

	if (init->options->cli.quiet || !init->sources.count)
		return;
	if (whole && init->said.length)
		fputs(init->said.data, stderr);
	for (size_t i = 0; i < init->unfit_count && (whole || i < 3); i++)
		fprintf(stderr, "%s: %s\n",
			opn_path_relative(init->arena, init->root, init->unfit[i].source),
			init->unfit[i].why);
	if (init->count)
		fprintf(stderr, "opened: %zu of %zu sources that may have programs gave none%s\n",
			init->sources.count, init->source_count,
			whole ? "" : "; -v tells what was said of them");
}

/* A source stands for its folder. */
static int find_tree(struct init *init)
{
	struct stat status;

	if (stat(init->root, &status)) {
		fprintf(stderr, "opened: cannot read '%s': %s\n", init->options->tree,
			strerror(errno));
		return -errno;
	}
	if (S_ISDIR(status.st_mode))
		return 0;
	init->only = init->root;
	init->root = opn_path_join(init->arena, init->root, "..");
	return 0;
}

static int run(struct init *init)
{
	const char *tree = init->options->tree;
	int status;

	if (init->path && !access(init->path, F_OK) && !init->options->cli.force) {
		fprintf(stderr, "opened: '%s' is there already: give -o FILE, or --force\n",
			init->path);
		return OPN_EXIT_USAGE;
	}
	if (find_tree(init))
		return OPN_EXIT_USAGE;
	find_sources(init);
	if (!init->sources.count) {
		fprintf(stderr, "opened: no source below '%s' has a program\n", tree);
		return OPN_EXIT_REFUSED;
	}
	find_commands(init);
	status = init->database || init->flags ? look(init, init->flags) : look_inferring(init);
	if (!status && init->count)
		status = write_spec(init);
	tell_rest(init);
	if (status || init->count)
		return status;
	if (!init->database && !init->flags) {
		fprintf(stderr,
			"opened: cannot find out how '%s' is compiled: give -p DIR, or FLAGS "
			"behind --\n",
			tree);
		return OPN_EXIT_USAGE;
	}
	fprintf(stderr, "opened: no program was found %s '%s'\n", init->only ? "in" : "below",
		tree);
	return OPN_EXIT_REFUSED;
}

int opened_init_command(int argc, char **argv)
{
	struct init_options options = { 0 };
	struct init init = { .options = &options };
	char here[4096];
	int status;

	opn_cli_parse(&options.cli, &init_argp, argc, argv, &options);
	init.arena = opn_arena_new(opn_cli_no_memory, NULL);
	if (!init.arena)
		opn_cli_no_memory(NULL);
	init.here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	init.from = getcwd(here, sizeof(here)) ?: ".";
	init.root = opn_path_join(init.arena, init.from, options.tree);
	if (!options.cli.output || strcmp(options.cli.output, "-")) {
		init.path = options.cli.output ?: OPENED_SPEC;
		init.from = opn_path_join(init.arena,
					  opn_path_join(init.arena, init.from, init.path), "..");
	}
	status = run(&init);
	for (size_t i = 0; i < init.count; i++)
		json_decref(init.found[i].manifest);
	if (init.here >= 0)
		close(init.here);
	opn_buf_free(&init.text);
	opn_buf_free(&init.said);
	free(init.sources.word);
	opn_arena_free(init.arena);
	return status;
}
