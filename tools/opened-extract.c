/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-extract.c - cut functions out of eBPF sources into units that compile alone
 *
 * Sources are worked on by a pool of threads and reported in the order in which they were given,
 * so that every -j prints and writes the same bytes. What one source gets wrong does not lose
 * the others' results.
 */
#include "extract.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KEY_ALL = 0x100,
	KEY_LIST,
	KEY_PROVE,
	KEY_LOAD,
	KEY_LAYOUT,
	KEY_ENTRY,
	KEY_MANIFEST,
	KEY_GRAPH,
	KEY_SLIM_VMLINUX,
	KEY_KEEP_INCLUDE,
	KEY_DUMP_AFTER,
	KEY_DEPFILE,
};

static const struct argp_option tool_options[] = {
	{ NULL, 0, NULL, 0, "What to extract:", 1 },
	{ "function", 'f', "NAME|FILE:LINE", 0,
	  "Extract this function, or the one at this line; may be repeated", 1 },
	{ "all", KEY_ALL, NULL, 0, "Extract every eBPF program", 1 },
	{ "list", KEY_LIST, NULL, 0,
	  "Print every extractable function with hook, section, location and signature", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "layout", KEY_LAYOUT, "single|tree", 0,
	  "single: one .bpf.c a unit (default); tree: project headers stay files", 2 },
	{ "entry", KEY_ENTRY, "HOOK", 0,
	  "Give functions that are no programs an entry for HOOK, so that they load", 2 },
	{ "slim-vmlinux", KEY_SLIM_VMLINUX, NULL, 0,
	  "Replace vmlinux.h by the types that are needed", 2 },
	{ "keep-include", KEY_KEEP_INCLUDE, "GLOB", 0,
	  "Keep project headers of this name as includes; may be repeated", 2 },
	{ NULL, 0, NULL, 0, "Proof:", 3 },
	{ "prove", KEY_PROVE, NULL, 0,
	  "Compare each unit's code with the original's; what differs is not written", 3 },
	{ "load", KEY_LOAD, NULL, 0,
	  "With --prove, which it implies: the kernel must accept the unit too (needs root)", 3 },
	{ NULL, 0, NULL, 0, "More products:", 4 },
	{ "manifest", KEY_MANIFEST, "FILE", 0, "Write the manifest of one function to FILE", 4 },
	{ "graph", KEY_GRAPH, "FILE", 0,
	  "Write the dependencies of one function to FILE.dot or FILE.json", 4 },
	{ "depfile", KEY_DEPFILE, "FILE", 0,
	  "Write what the units depend on to FILE, as rules for make or ninja", 4 },
	{ "dump-after", KEY_DUMP_AFTER, "collect|closure", 0, "Print what is known after this pass",
	  4 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static const char documentation[] =
	"Extract functions from eBPF sources: for each function one source that compiles alone, "
	"its "
	"manifest and its build files, in the project's own text.\v"
	"Flags after -- are the compile command of all SOURCEs; without them compile_commands.json "
	"is looked for in DIR, or in the folder of SOURCE and its parents.\n\n"
	"OUT is a folder; with one function it may be a file (NAME.c) or - .\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 3 a decision is "
	"needed, 70 internal error.";

static error_t parse_layout(struct extract_options *options, const char *arg,
			    struct argp_state *state)
{
	if (!strcmp(arg, "single")) {
		options->layout = OPN_LAYOUT_SINGLE;
	} else if (!strcmp(arg, "tree")) {
		options->layout = OPN_LAYOUT_TREE;
	} else {
		argp_error(state, "--layout takes single or tree, not '%s'", arg);
		return EINVAL;
	}
	return 0;
}

static bool has_ending(const char *text, const char *ending)
{
	size_t length = strlen(text), ending_length = strlen(ending);

	return length > ending_length && !strcmp(text + length - ending_length, ending);
}

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* What only all options together tell. */
static void check_options(const struct extract_options *options, struct argp_state *state)
{
	bool chosen = options->all || options->functions.count;
	int to_stdout = is_stdout(options->cli.output) + is_stdout(options->manifest) +
			is_stdout(options->graph) + options->list + (options->dump_after != NULL);

	if (!options->sources.count)
		argp_error(state, "no SOURCE given");
	if (options->all && options->functions.count)
		argp_error(state, "--all and --function exclude each other");
	if (!chosen && !options->list && !options->dump_after)
		argp_error(state, "nothing to do: give --function, --all or --list");
	if (!chosen && extract_wants_units(options))
		argp_error(state, "nothing to extract: give --function or --all");
	if (chosen && !options->list && !extract_wants_units(options))
		argp_error(state, "no output: give -o OUT");
	if (options->depfile && (!options->cli.output || is_stdout(options->cli.output)))
		argp_error(state, "--depfile needs a file or folder in -o");
	if (to_stdout > 1)
		argp_error(state, "only one thing can go to the standard output");
	if (options->graph && !is_stdout(options->graph) && !has_ending(options->graph, ".dot") &&
	    !has_ending(options->graph, ".json"))
		argp_error(state, "--graph takes FILE.dot or FILE.json, not '%s'", options->graph);
	if (options->dump_after && strcmp(options->dump_after, "collect") &&
	    strcmp(options->dump_after, "closure"))
		argp_error(state, "--dump-after takes collect or closure, not '%s'",
			   options->dump_after);
}

/* Empty words are slips of a script: an empty variable, most of the time. */
static void refuse_empty(const char *arg, const char *what, struct argp_state *state)
{
	if (!*arg)
		argp_error(state, "%s is empty", what);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct extract_options *options = state->input;

	switch (key) {
	case 'f':
		refuse_empty(arg, "--function", state);
		opn_words_add(&options->functions, arg);
		return 0;
	case KEY_ALL:
		options->all = true;
		return 0;
	case KEY_LIST:
		options->list = true;
		return 0;
	case KEY_PROVE:
		options->prove = true;
		return 0;
	case KEY_LOAD:
		options->prove = options->load = true;
		return 0;
	case KEY_LAYOUT:
		return parse_layout(options, arg, state);
	case KEY_ENTRY:
		options->entry = arg;
		return 0;
	case KEY_MANIFEST:
		refuse_empty(arg, "--manifest", state);
		options->manifest = arg;
		return 0;
	case KEY_DEPFILE:
		refuse_empty(arg, "--depfile", state);
		options->depfile = arg;
		return 0;
	case KEY_GRAPH:
		options->graph = arg;
		return 0;
	case KEY_SLIM_VMLINUX:
		options->slim_vmlinux = true;
		return 0;
	case KEY_KEEP_INCLUDE:
		opn_words_add(&options->keep_includes, arg);
		return 0;
	case KEY_DUMP_AFTER:
		options->dump_after = arg;
		return 0;
	case ARGP_KEY_ARG:
		refuse_empty(arg, "SOURCE", state);
		opn_words_add(&options->sources, arg);
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp tool_argp = {
	tool_options, parse_option, "SOURCE... [-- FLAGS]", documentation, children, NULL, NULL,
};

/* ---- the stages ---- */

static struct opn_diags *new_diags(const char *root)
{
	struct opn_diags *diags = opn_diags_new();

	if (!diags)
		opn_cli_no_memory(NULL);
	if (root)
		opn_diags_set_root(diags, root);
	return diags;
}

static void note_hooks(struct extract_run *run, const char *hook)
{
	const char *const *names = opn_hookdefs_names(run->hookdefs);
	const char *suggestion = opn_suggest(hook, names);
	struct opn_buf list = { 0 };
	char *text;

	if (suggestion)
		opn_diag_note(run->diags, OPN_NOWHERE, "did you mean '%s'?", suggestion);
	for (; *names; names++)
		opn_buf_printf(&list, "%s%s", list.length ? ", " : "", *names);
	text = opn_buf_take(&list);
	if (text)
		opn_diag_note(run->diags, OPN_NOWHERE, "the tables know %s", text);
	free(text);
}

static int find_entry(struct extract_run *run)
{
	const char *hook = run->options->entry;
	bool known;

	if (!hook)
		return 0;
	run->extract.entry = opn_hookdefs_entry(run->hookdefs, hook, &known);
	if (run->extract.entry)
		return 0;
	if (known)
		return opn_diag(run->diags, OPN_DIAG_ENTRY_UNSUPPORTED, OPN_NOWHERE, hook,
				"the table of this hook has no entry");
	opn_diag(run->diags, OPN_DIAG_HOOK_UNKNOWN, OPN_NOWHERE, hook);
	note_hooks(run, hook);
	return -EINVAL;
}

static int load_tables(struct extract_run *run)
{
	const struct extract_options *options = run->options;
	char *folder = opn_cli_hookdefs(&options->cli);
	int error = opn_hookdefs_load(folder, run->diags, &run->hookdefs);

	free(folder);
	if (error)
		return error;
	run->extract = (struct opn_extract_options){
		.layout = options->layout,
		.slim_vmlinux = options->slim_vmlinux,
		.keep_includes = options->keep_includes.word,
		.version = OPN_VERSION,
		.hookdefs = run->hookdefs,
		.dump_after = options->dump_after,
	};
	return find_entry(run);
}

/* Whether an earlier SOURCE is the same file. */
static bool is_repeated(const struct extract_run *run, const char *path)
{
	struct stat a, b;

	if (stat(path, &a))
		return false;
	for (size_t i = 0; i < run->source_count; i++) {
		if (!stat(run->sources[i].path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return true;
	}
	return false;
}

/* Says what is wrong with a source file before Clang does, who takes it for bad code. */
static bool is_readable(struct extract_source *source)
{
	const struct opn_command *command = &source->commands[0];
	const char *path = opn_path_join(source->arena, command->directory, command->file);
	struct stat status;
	int error = 0;

	if (stat(path, &status) || access(path, R_OK))
		error = errno;
	else if (S_ISDIR(status.st_mode))
		error = EISDIR;
	else if (!S_ISREG(status.st_mode))
		error = EINVAL;
	if (error)
		opn_diag(source->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, source->path,
			 strerror(error));
	return !error;
}

static void prepare_sources(struct extract_run *run, struct opn_commands *commands)
{
	const struct opn_words *words = &run->options->sources;

	run->root = opn_commands_root(commands);
	run->sources = opn_cli_alloc(words->count, sizeof(*run->sources));
	for (size_t i = 0; i < words->count; i++) {
		struct extract_source *source = &run->sources[run->source_count];
		int count;

		if (is_repeated(run, words->word[i]))
			continue;
		source->path = words->word[i];
		source->arena = opn_arena_new(opn_cli_no_memory, NULL);
		if (!source->arena)
			opn_cli_no_memory(NULL);
		source->diags = new_diags(run->root);
		count = opn_commands_find(commands, source->path, source->diags, &source->commands);
		source->command_count = count > 0 ? (size_t)count : 0;
		source->done = !source->command_count || !is_readable(source);
		run->source_count++;
	}
}

/* The pool: a worker takes the next source that nobody has; the main thread waits for them in
 * order. */
struct pool {
	struct extract_run *run;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t next;
};

static void *work(void *data)
{
	struct pool *pool = data;

	pthread_mutex_lock(&pool->lock);
	while (pool->next < pool->run->source_count) {
		struct extract_source *source = &pool->run->sources[pool->next++];

		if (!source->done && opn_cli_interrupted()) {
			source->done = true;
			pthread_cond_signal(&pool->changed);
		}
		if (source->done)
			continue;
		pthread_mutex_unlock(&pool->lock);
		extract_source_work(pool->run, source);
		pthread_mutex_lock(&pool->lock);
		source->done = true;
		pthread_cond_signal(&pool->changed);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void print_diags(const struct extract_run *run, struct opn_diags *diags)
{
	const struct opn_cli *cli = &run->options->cli;

	opn_diags_print(diags, stderr, opn_cli_coloured(cli), cli->quiet);
}

/* Tells of one source that is done; its diagnostics join those of the run. */
static void report_source(struct extract_run *run, size_t index)
{
	const struct extract_options *options = run->options;
	struct extract_source *source = &run->sources[index];

	if (run->source_count > 1 && isatty(STDERR_FILENO) && !options->cli.quiet) {
		fprintf(stderr, "[%zu/%zu] ", index + 1, run->source_count);
		extract_print_safe(stderr, source->path);
		fputc('\n', stderr);
	}
	print_diags(run, source->diags);
	opn_diags_move(run->diags, source->diags);
	if (options->cli.verbose && options->prove)
		extract_print_proofs(source, stderr);
}

/* One after the other, without a thread: in a thread malloc asks the kernel for a page at a time,
 * which costs 2 % of a small source. */
static void run_in_turn(struct extract_run *run)
{
	for (size_t i = 0; i < run->source_count; i++) {
		struct extract_source *source = &run->sources[i];

		if (!source->done && !opn_cli_interrupted())
			extract_source_work(run, source);
		source->done = true;
		report_source(run, i);
	}
}

static void run_sources(struct extract_run *run)
{
	struct pool pool = { run, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };
	size_t wanted = run->options->cli.jobs, started = 0;
	pthread_attr_t attributes;
	pthread_t *threads;

	if (wanted > run->source_count)
		wanted = run->source_count;
	if (wanted == 1 && opn_cli_raise_stack()) {
		run_in_turn(run);
		return;
	}
	threads = opn_cli_alloc(wanted, sizeof(*threads));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, OPN_CLI_STACK);
	while (started < wanted && !pthread_create(&threads[started], &attributes, work, &pool))
		started++;
	pthread_attr_destroy(&attributes);
	/* Without any thread the work is done here. */
	if (!started)
		work(&pool);
	for (size_t i = 0; i < run->source_count; i++) {
		pthread_mutex_lock(&pool.lock);
		while (!run->sources[i].done)
			pthread_cond_wait(&pool.changed, &pool.lock);
		pthread_mutex_unlock(&pool.lock);
		report_source(run, i);
	}
	while (started)
		pthread_join(threads[--started], NULL);
	free(threads);
}

static void print_dumps(const struct extract_run *run)
{
	for (size_t i = 0; i < run->source_count; i++) {
		if (run->sources[i].dump)
			fputs(run->sources[i].dump, stdout);
	}
}

/* Decides what needs all sources, and makes the products. */
static void finish_run(struct extract_run *run, struct opn_diags *all)
{
	const struct extract_options *options = run->options;

	run->diags = new_diags(run->root);
	extract_make_index(run);
	extract_choose(run);
	if (extract_wants_units(options))
		extract_warn_duplicates(run);
	if (options->cli.output || options->manifest || options->graph)
		extract_write(run);
	if (options->list)
		extract_print_list(run, stdout);
	if (options->dump_after)
		print_dumps(run);
	if ((fflush(stdout) || ferror(stdout)) &&
	    !opn_diags_count_id(run->diags, OPN_DIAG_OUTPUT_FAILED))
		opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "-", strerror(errno));
	print_diags(run, run->diags);
	opn_diags_move(all, run->diags);
	opn_diags_free(run->diags);
	run->diags = all;
}

static void free_run(struct extract_run *run)
{
	for (size_t i = 0; i < run->source_count; i++) {
		struct extract_source *source = &run->sources[i];

		for (size_t j = 0; source->absent && j < run->options->functions.count; j++)
			opn_diags_free(source->absent[j]);
		for (size_t j = 0; j < source->unit_count; j++)
			opn_diags_free(source->units[j].warnings);
		opn_diags_free(source->diags);
		opn_arena_free(source->arena);
	}
	free(run->sources);
	free(run->index);
	opn_hookdefs_free(run->hookdefs);
	opn_diags_free(run->diags);
}

int main(int argc, char **argv)
{
	struct extract_options options = { .layout = OPN_LAYOUT_SINGLE };
	struct extract_run run = { .options = &options };
	struct opn_commands *commands = NULL;
	int error, status;

	opn_cli_parse(&options.cli, &tool_argp, argc, argv, &options);
	run.diags = new_diags(NULL);
	error = load_tables(&run);
	if (!error)
		error = opn_commands_load(&options.cli.commands, options.sources.word, run.diags,
					  &commands);
	print_diags(&run, run.diags);
	if (!error) {
		prepare_sources(&run, commands);
		opn_diags_set_root(run.diags, run.root);
		opn_cli_catch_signals();
		run_sources(&run);
		if (!opn_cli_interrupted())
			finish_run(&run, run.diags);
	}
	status = opn_cli_finish(&options.cli, run.diags);
	free_run(&run);
	opn_commands_free(commands);
	free(options.sources.word);
	free(options.functions.word);
	free(options.keep_includes.word);
	free(options.cli.extra.word);
	free(options.cli.extra_before.word);
	opn_cli_resume_signal();
	return status;
}
