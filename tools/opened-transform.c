/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-transform.c - rewrite eBPF programs for another kernel hook
 *
 * Each source is parsed and rewritten by itself; what cannot be done right is refused with all
 * reasons at once, and then nothing is written for any source.
 */
#include "transform.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_TO = 0x100,
	KEY_FROM,
	KEY_ACCEPT,
	KEY_CHECK,
	KEY_EXPLAIN,
	KEY_FIXES,
	KEY_MANIFEST,
	KEY_PROVE,
	KEY_KEEP_GOING,
	KEY_MODERNIZE,
	KEY_DEPFILE,
	KEY_CHOICE, /* and CHOICE_COUNT - 1 more */
};

const char *const transform_choice_names[CHOICE_COUNT] = {
	[CHOICE_FIDELITY] = "fidelity", [CHOICE_PASS] = "pass",	  [CHOICE_VLAN] = "vlan",
	[CHOICE_LINEAR] = "linear",	[CHOICE_GUARD] = "guard", [CHOICE_BUFFERS] = "buffers",
};

static const struct argp_option tool_options[] = {
	{ NULL, 0, NULL, 0, "What to rewrite:", 1 },
	{ "to", KEY_TO, "HOOK", 0, "Rewrite for this hook", 1 },
	{ "from", KEY_FROM, "HOOK", 0,
	  "Only programs of this hook (default: of the one hook that leads there)", 1 },
	{ "function", 'f', "NAME", 0, "Only this program; may be repeated (default: all)", 1 },
	{ NULL, 0, NULL, 0, "How:", 2 },
	{ "fidelity", KEY_CHOICE + CHOICE_FIDELITY, "plain|balanced|exact", 0,
	  "plain: verdicts and helpers; balanced: the stack sees what the bytes say; exact: as if "
	  "the program still ran where it did",
	  2 },
	{ "pass", KEY_CHOICE + CHOICE_PASS, "next|ok|pipe", 0, "What passing is", 2 },
	{ "vlan", KEY_CHOICE + CHOICE_VLAN, "ignore|materialise|view|bytes", 0,
	  "Where VLAN tags are; see the pair's table", 2 },
	{ "linear", KEY_CHOICE + CHOICE_LINEAR, "full|header|none", 0,
	  "How much of a packet is made readable", 2 },
	{ "guard", KEY_CHOICE + CHOICE_GUARD, "NUMBER", 0,
	  "0 to 15: a number of its own for each of several programs behind each other", 2 },
	{ "buffers", KEY_CHOICE + CHOICE_BUFFERS, "one|several", 0, "What a packet may lie in", 2 },
	{ "accept", KEY_ACCEPT, "RULE", 0, "Take the loss that this rule names; may be repeated",
	  2 },
	{ "keep-going", KEY_KEEP_GOING, NULL, 0,
	  "Write even so, with an #error at each place that is refused; the status stays 1", 2 },
	{ "modernize", KEY_MODERNIZE, NULL, 0,
	  "Make BTF maps of legacy ones (struct bpf_map_def in section \"maps\"); without --to "
	  "nothing else",
	  2 },
	{ NULL, 0, NULL, 0, "Instead of writing:", 3 },
	{ "check", KEY_CHECK, NULL, 0,
	  "Only tell for each program and hook what stands against it; without --to for all hooks",
	  3 },
	{ "dry-run", 'n', NULL, 0, "Print what would change as a unified diff", 3 },
	{ NULL, 0, NULL, 0, "Proof:", 4 },
	{ "prove", KEY_PROVE, NULL, 0,
	  "Run each program beside its original with opened-verify; what is not equivalent is not "
	  "written (needs root)",
	  4 },
	{ NULL, 0, NULL, 0, "Products:", 5 },
	{ "in-place", 'i', NULL, 0, "Rewrite the source's own files", 5 },
	{ "export-fixes", KEY_FIXES, "FILE", 0,
	  "Write the changes as YAML for clang-apply-replacements", 5 },
	{ "manifest", KEY_MANIFEST, "FILE", 0, "Write the report of one source to FILE", 5 },
	{ "depfile", KEY_DEPFILE, "FILE", 0,
	  "Write what the result depends on to FILE, as rules for make or ninja", 5 },
	{ "explain", KEY_EXPLAIN, NULL, 0, "Print the rule of each change", 5 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static const char documentation[] =
	"Rewrite eBPF programs for another kernel hook, with all files of the project that take "
	"part. What cannot be kept is refused, with the place and the reason.\v"
	"Flags after -- are the compile command of all SOURCEs; without them compile_commands.json "
	"is looked for in DIR, or in the folder of SOURCE and its parents.\n\n"
	"OUT is a folder, which gets all project files of the sources; with one source of which "
	"only itself changes it may be a file (NAME.c) or - .\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 3 a decision is "
	"needed, 70 internal error.";

/* Whether an option was given that only matters to programs that go to a hook. */
static bool wants_hook(const struct transform_options *options)
{
	bool wants = options->from || options->functions.count || options->accept.count;

	for (size_t c = 0; c < CHOICE_COUNT; c++)
		wants |= options->choice[c] != NULL;
	return wants;
}

static void check_options(const struct transform_options *options, struct argp_state *state)
{
	int ways = options->check + options->dry_run + options->in_place +
		   (options->cli.output != NULL);

	if (!options->sources.count)
		argp_error(state, "no SOURCE given");
	if (options->prove && options->check)
		argp_error(state, "--prove and --check exclude each other");
	if (!options->to && !options->check && !options->modernize)
		argp_error(state, "no hook to go to: give --to=HOOK");
	if (!options->to && !options->check && wants_hook(options))
		argp_error(state, "--modernize alone rewrites no program: give --to=HOOK too");
	if (options->prove && options->modernize)
		argp_error(state, "--prove and --modernize exclude each other: libbpf does not "
				  "load the original, so rewrite what is modernized already");
	if (ways > 1)
		argp_error(state, "-o, -i, --dry-run and --check exclude each other");
	if (!ways && !options->fixes && !options->manifest && !options->explain)
		argp_error(state, "no output: give -o OUT, -i, --dry-run or --check");
	if (options->depfile && (!options->cli.output || !strcmp(options->cli.output, "-")))
		argp_error(state, "--depfile needs a file or folder in -o");
	if (options->manifest && options->sources.count > 1)
		argp_error(state, "--manifest is for one SOURCE");
	if (options->fixes && options->sources.count > 1)
		argp_error(state, "--export-fixes is for one SOURCE");
}

static void refuse_empty(const char *arg, const char *what, struct argp_state *state)
{
	if (!*arg)
		argp_error(state, "%s is empty", what);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct transform_options *options = state->input;

	if (key >= KEY_CHOICE && key < KEY_CHOICE + CHOICE_COUNT) {
		options->choice[key - KEY_CHOICE] = arg;
		return 0;
	}
	switch (key) {
	case KEY_TO:
		options->to = arg;
		return 0;
	case KEY_FROM:
		options->from = arg;
		return 0;
	case 'f':
		refuse_empty(arg, "--function", state);
		opn_words_add(&options->functions, arg);
		return 0;
	case KEY_ACCEPT:
		opn_words_add(&options->accept, arg);
		return 0;
	case KEY_CHECK:
		options->check = true;
		return 0;
	case KEY_KEEP_GOING:
		options->keep_going = true;
		return 0;
	case KEY_MODERNIZE:
		options->modernize = true;
		return 0;
	case KEY_PROVE:
		options->prove = true;
		return 0;
	case 'n':
		options->dry_run = true;
		return 0;
	case 'i':
		options->in_place = true;
		return 0;
	case KEY_EXPLAIN:
		options->explain = true;
		return 0;
	case KEY_DEPFILE:
		refuse_empty(arg, "--depfile", state);
		options->depfile = arg;
		return 0;
	case KEY_FIXES:
		refuse_empty(arg, "--export-fixes", state);
		options->fixes = arg;
		return 0;
	case KEY_MANIFEST:
		refuse_empty(arg, "--manifest", state);
		options->manifest = arg;
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

static void note_words(struct transform_run *run, const char *word, const char *const *words,
		       const char *what)
{
	const char *near = opn_suggest(word, words);
	struct opn_buf list = { 0 };
	char *text;

	if (near)
		opn_diag_note(run->diags, OPN_NOWHERE, "did you mean '%s'?", near);
	for (; *words; words++)
		opn_buf_printf(&list, "%s%s", list.length ? ", " : "", *words);
	text = opn_buf_take(&list);
	if (text)
		opn_diag_note(run->diags, OPN_NOWHERE, "%s %s", what, text);
	free(text);
}

/* The hook must be known, whatever the pairs are. */
static int check_hook(struct transform_run *run, const char *hook)
{
	if (!hook || opn_hookdefs_context(run->hookdefs, hook))
		return 0;
	opn_diag(run->diags, OPN_DIAG_HOOK_UNKNOWN, OPN_NOWHERE, hook);
	note_words(run, hook, opn_hookdefs_names(run->hookdefs), "the tables know");
	return -EINVAL;
}

/* The pairs that end at the wanted hook. */
static const struct opn_pair **find_pairs(struct transform_run *run, size_t *count)
{
	const struct transform_options *options = run->options;
	size_t all_count;
	const struct opn_pair *const *all = opn_pairs_all(run->pairs, &all_count);
	const struct opn_pair **found =
		opn_arena_array(run->arena, all_count + 1, sizeof(const struct opn_pair *));

	*count = 0;
	for (size_t i = 0; i < all_count; i++) {
		if ((!options->to || !strcmp(all[i]->to, options->to)) &&
		    (!options->from || !strcmp(all[i]->from, options->from)))
			found[(*count)++] = all[i];
	}
	/* Programs stay where they are. */
	if (!options->to && !options->check)
		*count = 0;
	if (*count || options->modernize)
		return found;
	opn_diag(run->diags, OPN_DIAG_PAIR_UNKNOWN, OPN_NOWHERE,
		 options->from ? options->from : "any", options->to ? options->to : "any");
	for (size_t i = 0; i < all_count; i++)
		opn_diag_note(run->diags, OPN_NOWHERE, "the tables lead from '%s' to '%s'",
			      all[i]->from, all[i]->to);
	return NULL;
}

/* Every choice must be one that the pairs offer. */
static int check_choices(struct transform_run *run, const struct opn_pair *const *pairs,
			 size_t count)
{
	int error = 0;

	for (size_t c = 0; c < CHOICE_COUNT; c++) {
		const char *word = run->options->choice[c], *name = transform_choice_names[c];

		for (size_t i = 0; word && i < count; i++) {
			const struct opn_pair_option *option = opn_pair_option(pairs[i], name);
			char *text;

			if (option && opn_pair_option_value(option, word))
				continue;
			text = opn_cli_format("--%s=%s %s from '%s' to '%s'", name, word,
					      option ? "is not known" : "has no meaning",
					      pairs[i]->from, pairs[i]->to);
			error = opn_diag(run->diags, OPN_DIAG_USAGE, OPN_NOWHERE, text);
			free(text);
			if (option)
				note_words(run, word, option->words, "the tables know");
		}
	}
	return error;
}

static int load_tables(struct transform_run *run)
{
	struct opn_pair_choice choices[CHOICE_COUNT];
	size_t count = 0;
	int error;

	for (size_t c = 0; c < CHOICE_COUNT; c++) {
		if (run->options->choice[c])
			choices[count++] = (struct opn_pair_choice){ transform_choice_names[c],
								     run->options->choice[c] };
	}
	run->folder = opn_cli_hookdefs(&run->options->cli);
	error = opn_hookdefs_load(run->folder, run->diags, &run->hookdefs);
	if (!error)
		error = opn_pairs_load(run->folder, run->hookdefs, choices, count, run->diags,
				       &run->pairs);
	if (!error)
		error = check_hook(run, run->options->to);
	if (!error)
		error = check_hook(run, run->options->from);
	return error;
}

/* The section that a choice asks for, or NULL. */
static const char *chosen_section(const struct transform_run *run, const struct opn_pair *pair)
{
	for (size_t c = 0; c < CHOICE_COUNT; c++) {
		const struct opn_pair_option *option =
			opn_pair_option(pair, transform_choice_names[c]);

		if (option && option->section && run->options->choice[c] &&
		    !strcmp(option->section_word, run->options->choice[c]))
			return option->section;
	}
	return NULL;
}

/* The pool: a worker takes the next source that nobody has. */
struct pool {
	struct transform_run *run;
	const struct opn_transform_options *rewrite;
	pthread_mutex_t lock;
	size_t next;
};

static void *work(void *data)
{
	struct pool *pool = data;
	struct transform_run *run = pool->run;

	for (;;) {
		struct transform_source *source;

		pthread_mutex_lock(&pool->lock);
		source = pool->next < run->source_count ? &run->sources[pool->next++] : NULL;
		pthread_mutex_unlock(&pool->lock);
		if (!source)
			return NULL;
		if (!source->error)
			source->error = (run->options->check ? opn_transform_check : opn_transform)(
				source->commands, source->command_count, run->root, pool->rewrite,
				source->diags, &source->transformation);
	}
}

static void run_pool(struct pool *pool)
{
	size_t wanted = pool->run->options->cli.jobs, started = 0;
	pthread_t *threads;
	pthread_attr_t attributes;

	if (wanted > pool->run->source_count)
		wanted = pool->run->source_count;
	threads = opn_cli_alloc(wanted, sizeof(*threads));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, OPN_CLI_STACK);
	while (started < wanted && !pthread_create(&threads[started], &attributes, work, pool))
		started++;
	pthread_attr_destroy(&attributes);
	/* Without any thread the work is done here. */
	if (!started)
		work(pool);
	while (started)
		pthread_join(threads[--started], NULL);
	free(threads);
}

/* The deepest folder that holds all sources. */
static const char *common_folder(struct transform_run *run)
{
	const char *common = NULL;

	for (size_t i = 0; i < run->source_count; i++) {
		const struct opn_command *command = run->sources[i].commands;
		const char *path;
		size_t length = 0;

		if (!command)
			continue;
		path = opn_path_join(run->arena, command->directory, command->file);
		if (!common) {
			common = opn_arena_strndup(run->arena, path,
						   (size_t)(opn_path_basename(path) - path) - 1);
			continue;
		}
		for (size_t at = 0; common[at] == path[at] || (!common[at] && path[at] == '/');
		     at++) {
			if (!common[at] || common[at] == '/')
				length = at;
			if (!common[at])
				break;
		}
		common = opn_arena_strndup(run->arena, common, length);
	}
	return common ? common : "";
}

static int transform_sources(struct transform_run *run, struct opn_commands *commands,
			     const struct opn_pair *const *pairs, size_t pair_count)
{
	const struct transform_options *options = run->options;
	struct opn_transform_options rewrite = {
		.pairs = pairs,
		.pair_count = pair_count,
		.hookdefs = run->hookdefs,
		.from = options->from,
		.functions = options->functions.word,
		.accept = options->accept.word,
		.compile = options->prove,
		.keep_going = options->keep_going,
		.modernize = options->modernize,
		.section = pair_count ? chosen_section(run, pairs[0]) : NULL,
		.shims = opn_arena_printf(run->arena, "%s/shims", run->folder),
	};
	struct pool pool = { run, &rewrite, PTHREAD_MUTEX_INITIALIZER, 0 };
	int error = 0;

	run->source_count = options->sources.count;
	run->sources = opn_arena_array(run->arena, run->source_count, sizeof(*run->sources));
	for (size_t i = 0; i < run->source_count; i++) {
		struct transform_source *source = &run->sources[i];
		int count;

		source->path = options->sources.word[i];
		source->diags = opn_diags_new();
		if (!source->diags)
			opn_cli_no_memory(NULL);
		opn_diags_set_root(source->diags, run->root);
		count = opn_commands_find(commands, source->path, source->diags, &source->commands);
		source->error = count > 0 ? 0 : count < 0 ? count : -EINVAL;
		source->command_count = count > 0 ? (size_t)count : 0;
	}
	run->shim_folder = common_folder(run);
	rewrite.shim_folder = run->shim_folder;
	run_pool(&pool);
	for (size_t i = 0; i < run->source_count; i++) {
		opn_diags_move(run->diags, run->sources[i].diags);
		opn_diags_free(run->sources[i].diags);
		error = run->sources[i].error ?: error;
	}
	return error;
}

static int make_products(struct transform_run *run)
{
	const struct transform_options *options = run->options;
	int error = 0;

	if (options->check) {
		transform_print_check(run);
		return 0;
	}
	if (options->prove)
		opn_cli_catch_signals();
	for (size_t i = 0; options->prove && i < run->source_count; i++)
		error = transform_prove(run, &run->sources[i]) ?: error;
	if (error)
		return error;
	if (options->explain)
		transform_explain(run);
	return options->dry_run ? transform_diff(run) : transform_write(run);
}

static int run_stages(struct transform_run *run, struct opn_commands **commands)
{
	const struct opn_pair **pairs;
	size_t count;
	int error = load_tables(run);

	if (error)
		return error;
	pairs = find_pairs(run, &count);
	if (!pairs)
		return -EINVAL;
	error = check_choices(run, pairs, count);
	if (!error)
		error = opn_commands_load(&run->options->cli.commands, run->options->sources.word,
					  run->diags, commands);
	if (error)
		return error;
	run->root = opn_commands_root(*commands);
	opn_diags_set_root(run->diags, run->root);
	error = transform_sources(run, *commands, pairs, count);
	return error ?: make_products(run);
}

int main(int argc, char **argv)
{
	struct transform_options options = { 0 };
	struct transform_run run = { .options = &options };
	struct opn_commands *commands = NULL;
	int status;

	opn_cli_parse(&options.cli, &tool_argp, argc, argv, &options);
	run.arena = opn_arena_new(opn_cli_no_memory, NULL);
	run.diags = opn_diags_new();
	if (!run.arena || !run.diags)
		opn_cli_no_memory(NULL);
	run_stages(&run, &commands);
	opn_cli_resume_signal();
	if ((fflush(stdout) || ferror(stdout)) &&
	    !opn_diags_count_id(run.diags, OPN_DIAG_OUTPUT_FAILED))
		opn_diag(run.diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "-", strerror(errno));
	opn_diags_print(run.diags, stderr, opn_cli_coloured(&options.cli), options.cli.quiet);
	status = opn_cli_finish(&options.cli, run.diags);
	for (size_t i = 0; i < run.source_count; i++) {
		opn_transformation_free(run.sources[i].transformation);
		json_decref(run.sources[i].proofs);
	}
	opn_commands_free(commands);
	opn_pairs_free(run.pairs);
	opn_hookdefs_free(run.hookdefs);
	opn_diags_free(run.diags);
	opn_arena_free(run.arena);
	free(run.folder);
	free(options.sources.word);
	free(options.functions.word);
	free(options.accept.word);
	free(options.cli.extra.word);
	free(options.cli.extra_before.word);
	return status;
}
