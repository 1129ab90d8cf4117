/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_run.c - opened run, opened check: what a spec says, done
 *
 * What the tools print is shown when they end, whole and one after another. The exit status is the
 * largest of all: a decision goes before a refusal, our own fault before both.
 */
#include "opened.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "driver/depfile.h"
#include "driver/process.h"
#include "json.h"

enum { KEY_JSON = 0x100, KEY_AGAIN, KEY_NO_VERIFY, KEY_GRAPH };

static const struct argp_option run_options[] = {
	{ NULL, 0, NULL, 0, "How:", 1 },
	{ "again", KEY_AGAIN, NULL, 0, "Do everything, also what did not change", 1 },
	{ "no-verify", KEY_NO_VERIFY, NULL, 0, "Leave out what the key 'verify' asks for", 1 },
	{ "json", KEY_JSON, NULL, 0, "Print each event as a line of JSON", 1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_option check_options[] = {
	{ NULL, 0, NULL, 0, "How:", 1 },
	{ "json", KEY_JSON, NULL, 0, "Print each event as a line of JSON", 1 },
	{ "graph", KEY_GRAPH, "FILE", 0, "Write the pipeline as a graph for dot to FILE", 1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_plain_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct opened_options *options = state->input;

	switch (key) {
	case KEY_JSON:
		options->events = true;
		return 0;
	case KEY_AGAIN:
		options->again = true;
		return 0;
	case KEY_GRAPH:
		options->graph = arg;
		return 0;
	case KEY_NO_VERIFY:
		options->without_proof = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->spec)
			argp_error(state, "one SPEC");
		options->spec = arg;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_END:
		options->spec = options->spec ?: OPENED_SPEC;
		if (options->cli.commands.flags)
			argp_error(state, "how sources are compiled is said in the spec");
		if (options->check && options->cli.output)
			argp_error(state, "opened check writes nothing: it takes no -o");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp run_argp = {
	run_options,
	parse_option,
	"[SPEC]",
	"Do what a spec (default: " OPENED_SPEC ") says: extract its units, rewrite them, compose "
	"the pipeline, build it, and prove each step. A second run does only what changed.\v"
	"OUT (default: the spec's 'output', or opened-out beside it) gets the units, the pipeline, "
	"the proofs and " OPENED_REPORT ".\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 3 a decision is "
	"needed, 70 internal error.",
	children,
	NULL,
	NULL,
};

static const struct argp check_argp = {
	check_options,
	parse_option,
	"[SPEC]",
	"Tell what speaks against a spec (default: " OPENED_SPEC "): all of it is made, but in a "
	"folder that is removed, and nothing is proved.\v"
	"Exit status: 0 it can be done, 1 refused with reasons, 2 usage or configuration, 3 a "
	"decision is needed, 70 internal error.",
	children,
	NULL,
	NULL,
};

/* ---- events ---- */

static const char *const state_names[] = {
	[OPN_STEP_WAITING] = "waiting",	  [OPN_STEP_RUNNING] = "running",
	[OPN_STEP_DONE] = "done",	  [OPN_STEP_UNCHANGED] = "unchanged",
	[OPN_STEP_LEFT_OUT] = "left out", [OPN_STEP_FAILED] = "failed",
	[OPN_STEP_BLOCKED] = "blocked",
};

static bool shows_progress(const struct opened_run *run)
{
	return isatty(STDERR_FILENO) && !run->options->cli.quiet && !run->options->events;
}

static void event(const struct opened_run *run, const struct opn_step *step)
{
	const char *outcome;
	json_t *object;
	char *text;

	if (!run->options->events)
		return;
	outcome = step->state == OPN_STEP_RUNNING ? "" : opened_outcome(run, step);
	object = opn_json_set(json_object(), "event", json_string("step"));
	object = opn_json_set(object, "stage", opn_json_string(step->stage));
	object = opn_json_set(object, "unit", opn_json_string(step->name));
	object = opn_json_set(object, "state", json_string(state_names[step->state]));
	if (step->state == OPN_STEP_FAILED)
		object = opn_json_set(object, "status", json_integer(step->status));
	if (step->state == OPN_STEP_DONE || step->state == OPN_STEP_FAILED)
		object = opn_json_set(object, "seconds", json_real(step->seconds));
	if (*outcome)
		object = opn_json_set(object, "outcome", opn_json_string(outcome));
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (!text)
		opn_cli_no_memory(NULL);
	puts(text);
	fflush(stdout);
	free(text);
}

/* The line of what is being done, which the next one overwrites. */
static void show_running(const struct opened_run *run)
{
	size_t ended = 0, running = 0;
	const struct opn_step *last = NULL;

	if (!shows_progress(run))
		return;
	for (size_t s = 0; s < run->step_count; s++) {
		if (run->steps[s].state == OPN_STEP_RUNNING) {
			running++;
			last = &run->steps[s];
		} else if (run->steps[s].state != OPN_STEP_WAITING) {
			ended++;
		}
	}
	fprintf(stderr, "\r\033[K");
	if (last)
		fprintf(stderr, "[%zu/%zu] %s %s%s", ended, run->step_count, last->stage,
			last->name, running > 1 ? " ..." : "");
	fflush(stderr);
}

static void begun(const struct opn_step *step, void *data)
{
	/* What an earlier run's tool said is not what this one says. */
	unlink(opened_diagnostics(data, step));
	event(data, step);
	show_running(data);
}

static void show_diags(struct opened_run *run)
{
	struct opn_diags *fresh = opn_diags_new();

	if (!fresh)
		opn_cli_no_memory(NULL);
	opn_diags_print_messages(run->diags, stderr, opn_cli_coloured(&run->options->cli),
				 run->options->cli.quiet);
	run->status = MAX(run->status, opn_diags_status(run->diags));
	opn_diags_move(run->shown_diags, run->diags);
	opn_diags_free(run->diags);
	run->diags = fresh;
}

/* What a tool printed, but how many there were: the run tells of all steps. */
static void show_log(const struct opn_step *step)
{
	static const char ending[] = " generated.";
	const char *end = step->log + step->log_length;

	for (const char *line = step->log; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t length = (size_t)((newline ?: end) - line);
		bool is_count = length > sizeof(ending) && isdigit((unsigned char)*line) &&
				!memcmp(line + length - strlen(ending), ending, strlen(ending));

		length += newline != NULL;
		if (!is_count)
			fwrite(line, 1, length, stderr);
		line += length;
	}
}

static void ended(const struct opn_step *step, void *data)
{
	struct opened_run *run = data;

	event(run, step);
	if (shows_progress(run))
		fprintf(stderr, "\r\033[K");
	if (step->log_length && (step->state == OPN_STEP_FAILED ? !opened_is_explained(run, step)
								: run->options->cli.verbose))
		show_log(step);
	/* What its log tells is told, but not to a file. */
	if (step->state == OPN_STEP_FAILED && !opened_is_explained(run, step))
		opened_tell(run, step, run->shown_diags);
	else if (step->state == OPN_STEP_FAILED || step->state == OPN_STEP_DONE)
		opened_tell(run, step, run->diags);
	if (step->state == OPN_STEP_FAILED &&
	    (step->kind == STEP_PROVE || step->kind == STEP_PROVE_ALL))
		opened_tell_inconclusive(run, step);
	show_diags(run);
	if (step->state == OPN_STEP_FAILED)
		run->status = MAX(run->status, step->status);
	if (shows_progress(run)) {
		fprintf(stderr, "%-9s %-24s %-9s %6.2f s\n", step->stage, step->name,
			state_names[step->state], step->seconds);
		show_running(run);
	}
}

static bool stop(void *data)
{
	(void)data;
	return opn_cli_interrupted();
}

static const struct opn_steps_calls calls_template = {
	.prepare = NULL,
	.begun = begun,
	.ended = ended,
	.stop = stop,
};

/* ---- what the run stands on ---- */

static int make_folders(const char *path, struct opn_diags *diags)
{
	char *copy = opn_cli_format("%s", path);
	int error = 0;

	for (char *slash = strchr(copy + 1, '/'); !error; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			error = opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, copy,
					 strerror(errno));
		if (!slash)
			break;
		*slash = '/';
	}
	free(copy);
	return error;
}

static int load_tables(struct opened_run *run)
{
	int error;

	run->hookdefs = opn_cli_hookdefs(&run->options->cli);
	error = opn_hook_runs_load(run->hookdefs, run->diags, &run->runs);
	return error ?: opn_places_load(run->hookdefs, run->runs, run->diags, &run->places);
}

/* All steps stand on the tools, their tables and the compiler. */
static void make_salt(struct opened_run *run)
{
	static const char *const names[] = { "opened-extract", "opened-transform", "opened-verify",
					     "opened-compose", NULL };
	struct opn_buf all = { 0 };

	opn_buf_puts(&all, OPN_VERSION);
	for (const char *const *name = names; *name; name++)
		opn_buf_printf(&all, " %s",
			       opn_record_hash(run->state, opn_arena_printf(run->arena, "%s/%s",
									    run->tools, *name))
				       ?: "");
	opn_buf_printf(&all, " %s %s", opn_record_hash_tree(run->state, run->hookdefs),
		       run->clang ? opn_record_hash(run->state, run->clang) ?: "" : "");
	run->salt = opn_arena_strdup(run->arena, all.data);
	opn_buf_free(&all);
}

/*
 * Our own folders are folders, and what is in them is ours. A repository that has its spec may have
 * an output beside it, and links there would have files written wherever they lead: by us, and by
 * the compiler and bpftool, which follow them.
 */
static int refuse_links(struct opened_run *run)
{
	static const char *const folders[] = { OPENED_STATE,	 OPENED_UNITS,	OPENED_REWRITTEN,
					       OPENED_PIPELINES, OPENED_PROOFS, NULL };
	char *roots[] = { (char *)run->output, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	FTSENT *entry;
	int error = 0;

	while (walk && !error && (entry = fts_read(walk))) {
		const char *const *folder = folders;

		if (entry->fts_level == 1) {
			while (*folder && strcmp(*folder, entry->fts_name))
				folder++;
			if (!*folder && strcmp(entry->fts_name, OPENED_REPORT)) {
				fts_set(walk, entry, FTS_SKIP);
				continue;
			}
		}
		if (entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE)
			error = opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
					 entry->fts_path, "it is a symbolic link");
	}
	if (walk)
		fts_close(walk);
	return error;
}

/* The state has no business in anybody's repository. */
static int open_state(struct opened_run *run)
{
	static const char ignore[] = "*\n";
	char *path;
	int error;

	run->state_folder = opn_arena_printf(run->arena, "%s/" OPENED_STATE, run->output);
	error = refuse_links(run) ?: make_folders(run->state_folder, run->diags);
	if (error)
		return error;
	path = opn_cli_format("%s/.gitignore", run->state_folder);
	error = opn_file_write(path, ignore, sizeof(ignore) - 1);
	free(path);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, run->state_folder,
				strerror(-error));
	path = opn_cli_format("%s/lock", run->state_folder);
	run->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
	free(path);
	if (run->lock < 0)
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, run->state_folder,
				strerror(errno));
	if (flock(run->lock, LOCK_EX | LOCK_NB))
		return opn_diag(run->diags, OPN_DIAG_RUN_BUSY, OPN_NOWHERE, run->output);
	run->state = opn_record_open(run->state_folder);
	if (!run->state)
		opn_cli_no_memory(NULL);
	return make_folders(opn_arena_printf(run->arena, "%s/" OPENED_PROOFS, run->output),
			    run->diags);
}

/* ---- the run ---- */

static int run_steps(struct opened_run *run)
{
	struct opn_steps_options options = {
		.jobs = run->options->cli.jobs,
		.again = run->options->again,
		.salt = run->salt,
	};
	struct opn_steps_calls calls = calls_template;
	int error;

	calls.prepare = opened_prepare;
	calls.data = run;
	error = opn_steps_run(run->steps, run->step_count, run->state, &options, &calls,
			      run->arena);
	if (shows_progress(run))
		fprintf(stderr, "\r\033[K");
	return error;
}

static int run_all(struct opened_run *run)
{
	int error;

	opened_plan_units(run);
	error = run_steps(run);
	if (!error)
		opened_look_at_units(run);
	show_diags(run);
	if (!error && !opn_cli_interrupted()) {
		opened_plan_pipeline(run);
		error = run_steps(run);
		if (!error && run->options->check && run->spec.verify && run->composed)
			opened_tell_unproved(run);
	}
	if (error)
		opn_diag(run->diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, strerror(-error));
	return error;
}

static void print_summary(const struct opened_run *run)
{
	size_t count[OPN_STEP_BLOCKED + 1] = { 0 };
	const char *comma = "";

	for (size_t s = 0; s < run->step_count; s++)
		count[run->steps[s].state]++;
	opn_diags_print_count(run->shown_diags, stderr, run->options->cli.quiet);
	if (run->options->events || run->options->cli.quiet)
		return;
	opened_print_outcomes(run);
	fprintf(stderr, "opened: ");
	for (size_t s = 0; s <= OPN_STEP_BLOCKED; s++) {
		if (!count[s])
			continue;
		fprintf(stderr, "%s%zu %s", comma, count[s], state_names[s]);
		comma = ", ";
	}
	if (run->options->check)
		fputc('\n', stderr);
	else
		fprintf(stderr, "; see %s/" OPENED_REPORT "\n", run->shown);
}

static void choose_output(struct opened_run *run)
{
	const struct opened_options *options = run->options;

	if (options->check) {
		const char *folder = getenv("TMPDIR");
		char *made = opn_arena_printf(run->arena, "%s/opened-check-XXXXXX",
					      folder && *folder ? folder : "/tmp");

		run->output = mkdtemp(made);
		run->shown = run->output;
		if (!run->output)
			opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, made,
				 strerror(errno));
		return;
	}
	run->shown = options->cli.output ?: run->spec.output;
	/* Steps may run elsewhere. */
	run->output = opn_path_join(run->arena, run->here, run->shown);
}

static void keep_graph(struct opened_run *run)
{
	const char *path = run->options->graph;
	size_t length;
	char *text;
	int error = opn_file_read(opened_pipeline_graph(run), 0, &text, &length);

	if (error) {
		opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
			 "there is no pipeline");
	} else {
		error = opn_file_write(path, text, length);
		if (error)
			opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
				 strerror(-error));
		free(text);
	}
	show_diags(run);
}

/* One time through the spec. True: an answer came into it, so it begins anew. */
static bool run_once(struct opened_run *run)
{
	static const char *const compilers[] = { "clang-" OPN_CLANG_MAJOR, "clang", NULL };
	const struct opn_product *before;
	bool again = false;
	char here[PATH_MAX];
	int error = load_tables(run);

	run->here = opn_arena_strdup(run->arena, getcwd(here, sizeof(here)) ?: "/");
	if (!error)
		error = opn_spec_read(run->options->spec, run->places, run->arena, run->diags,
				      &run->spec);
	if (!error)
		choose_output(run);
	if (!error && run->output)
		error = open_state(run);
	if (error || !run->output) {
		show_diags(run);
		opn_diags_print_count(run->shown_diags, stderr, run->options->cli.quiet);
		return false;
	}
	run->tools = opn_cli_folder();
	run->clang = opn_process_find(compilers, run->arena);
	run->composed = run->spec.composition
				? opn_arena_printf(run->arena, "%s/" OPENED_PIPELINES "/%s",
						   run->output, run->spec.composition->name)
				: NULL;
	make_salt(run);
	before = opn_record_products(run->state, run->arena);
	opened_open_units(run);
	error = opened_keep_apart(run);
	show_diags(run);
	error = error ?: run_all(run);
	if (!error && !opn_cli_interrupted()) {
		again = opened_decide(run);
		if (!again && !run->options->check) {
			opened_prune(run, before);
			opened_report(run);
		}
	}
	if (!run->options->check)
		opn_record_save(run->state, run->diags);
	show_diags(run);
	if (!again && !error)
		print_summary(run);
	if (run->options->graph)
		keep_graph(run);
	if (run->options->check)
		opn_tree_remove(run->output);
	return again;
}

static void free_run(struct opened_run *run)
{
	for (size_t s = 0; s < run->step_count; s++)
		free(run->steps[s].log);
	if (run->lock >= 0)
		close(run->lock);
	opn_record_free(run->state);
	opn_places_free(run->places);
	opn_hook_runs_free(run->runs);
	opn_diags_free(run->diags);
	opn_diags_free(run->shown_diags);
	opn_arena_free(run->arena);
	json_decref(run->told);
	free(run->hookdefs);
	free((char *)run->tools);
}

static int start(struct opened_options *options, const struct argp *argp, int argc, char **argv)
{
	bool again = true;
	int status = 0;

	opn_cli_parse(&options->cli, argp, argc, argv, options);
	opn_cli_catch_signals();
	while (again && !opn_cli_interrupted()) {
		struct opened_run run = { .options = options, .lock = -1 };

		run.arena = opn_arena_new(opn_cli_no_memory, NULL);
		run.diags = opn_diags_new();
		run.shown_diags = opn_diags_new();
		run.told = json_object();
		if (!run.arena || !run.diags || !run.shown_diags || !run.told)
			opn_cli_no_memory(NULL);
		again = run_once(&run);
		status = run.status;
		if (!again)
			status = MAX(status, opn_cli_finish(&options->cli, run.shown_diags));
		free_run(&run);
	}
	opn_cli_resume_signal();
	return status;
}

int opened_run_command(int argc, char **argv)
{
	struct opened_options options = { 0 };

	return start(&options, &run_argp, argc, argv);
}

int opened_check_command(int argc, char **argv)
{
	struct opened_options options = { .check = true };

	return start(&options, &check_argp, argc, argv);
}
