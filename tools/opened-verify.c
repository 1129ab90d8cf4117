// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * opened-verify.c - run two eBPF programs on the same packets and say whether they treat them alike
 */
#include "tools/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_FROM = 0x100,
	KEY_TO,
	KEY_VARIANT,
	KEY_PACKETS,
	KEY_CASES,
	KEY_GENERATE,
	KEY_SEED,
	KEY_MAPS,
	KEY_RENAME,
	KEY_IGNORE,
	KEY_NO_SHAPES,
	KEY_REPORT,
	KEY_LIVE,
	KEY_KERNEL,
	KEY_TRANSFER,
	KEY_UNMARKED,
	KEY_CALLED,
};

#define DEFAULT_GENERATE 40000
#define DEFAULT_SEED	 1
/* More frames of one capture than anybody waits for. */
#define CAPTURE_LIMIT 1000000
/* Enough for the kernel to merge segments. */
#define TRANSFER_BYTES 262144

static const struct argp_option tool_options[] = {
	{ NULL, 0, NULL, 0, "The programs:", 1 },
	{ "from", KEY_FROM, "HOOK", 0, "The first program's hook, if its section does not tell",
	  1 },
	{ "to", KEY_TO, "HOOK", 0, "The second program's hook, if its section does not tell", 1 },
	{ "variant", KEY_VARIANT, "N", 0,
	  "Of sources with several compile commands take the Nth (default: one after another)", 1 },
	{ NULL, 0, NULL, 0, "What they are run on:", 2 },
	{ "packets", KEY_PACKETS, "FILE", 0, "Frames of a capture (pcap, pcapng); may be repeated",
	  2 },
	{ "cases", KEY_CASES, "FILE", 0,
	  "Cases of a JSON file, or of a test source in C, C++, Go or Python; may be repeated", 2 },
	{ "generate", KEY_GENERATE, "N", 0, "Make N packets (default: 40000)", 2 },
	{ "seed", KEY_SEED, "S", 0, "Make those of seed S (default: 1)", 2 },
	{ "no-shapes", KEY_NO_SHAPES, NULL, 0,
	  "Leave out the frames of every protocol shape that are tried first", 2 },
	{ "maps", KEY_MAPS, "FILE", 0, "Contents of maps, as JSON; may be repeated", 2 },
	{ "rename-map", KEY_RENAME, "A=B", 0,
	  "Map A of the first program is called B in the second; may be repeated", 2 },
	{ "ignore-map", KEY_IGNORE, "GLOB", 0,
	  "Maps, and variables, of this name are meant to be in one of the programs only; may be "
	  "repeated",
	  2 },
	{ "live", KEY_LIVE, "DEVICE", OPTION_ARG_OPTIONAL,
	  "Send the packets through a device: tap (default) or veth, in a network namespace of "
	  "their "
	  "own, and compare what comes out",
	  2 },
	{ "transfer", KEY_TRANSFER, "PORT", 0,
	  "With --live: also send data over TCP to PORT through the programs; may be repeated", 2 },
	{ "unmarked", KEY_UNMARKED, NULL, 0,
	  "With --live: leave source addresses as they are, which else tell the frames apart", 2 },
	{ "kernel", KEY_KERNEL, "DIR", 0,
	  "Run on the kernel that was unpacked to DIR (dpkg -x), in a virtual machine", 2 },
	/* For tools that run this one on objects that they made, and that nobody will find. */
	{ "called", KEY_CALLED, "TEXT", OPTION_HIDDEN, NULL, 2 },
	{ NULL, 0, NULL, 0, "Reports:", 3 },
	{ "report", KEY_REPORT, "FILE", 0,
	  "Write the report to FILE.json or FILE.html; may be repeated", 3 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static const char documentation[] =
	"Run two eBPF programs, also of different hooks, on the same packets from the same map "
	"contents, and compare what becomes of the packets and of the maps.\v"
	"A program is FILE[:NAME]: an object (.o), a source (.c) that has a compile command, or "
	"the manifest (.json) of a unit. NAME may be left out when there is only one. FILE.yaml "
	"lists "
	"stages that run one after another.\n\n"
	"With -o DIR each difference is written there as a capture, as hex and as a test in C.\n\n"
	"Exit status: 0 equivalent, 1 different, inconclusive or refused with reasons, 2 usage or "
	"configuration, 3 a decision is needed, 70 internal error.";

static bool has_ending(const char *text, const char *ending)
{
	size_t length = strlen(text), ending_length = strlen(ending);

	return length > ending_length && !strcmp(text + length - ending_length, ending);
}

static uint64_t parse_number(const char *arg, const char *option, struct argp_state *state)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(arg, &end, 0);
	if (errno || !*arg || *end || *arg == '-')
		argp_error(state, "%s takes a number, not '%s'", option, arg);
	return value;
}

static void parse_device(struct verify_options *options, const char *arg, struct argp_state *state)
{
	options->live = true;
	if (!arg || !strcmp(arg, "tap"))
		options->device = OPN_LIVE_TAP;
	else if (!strcmp(arg, "veth"))
		options->device = OPN_LIVE_VETH;
	else
		argp_error(state, "--live takes tap or veth, not '%s'", arg);
}

static void check_options(const struct verify_options *options, struct argp_state *state)
{
	if (options->programs.count != 2)
		argp_error(state, "give two programs");
	for (size_t i = 0; i < options->reports.count; i++) {
		const char *report = options->reports.word[i];

		if (strcmp(report, "-") && !has_ending(report, ".json") &&
		    !has_ending(report, ".html"))
			argp_error(state, "--report takes FILE.json or FILE.html, not '%s'",
				   report);
	}
	for (size_t i = 0; i < options->transfers.count; i++) {
		uint64_t port = parse_number(options->transfers.word[i], "--transfer", state);

		if (!port || port > UINT16_MAX)
			argp_error(state, "--transfer takes a port, not '%s'",
				   options->transfers.word[i]);
	}
	if (!options->live && (options->transfers.count || options->unmarked))
		argp_error(state, "--transfer and --unmarked go with --live");
	for (size_t i = 0; options->live && i < options->programs.count; i++) {
		if (has_ending(options->programs.word[i], ".yaml"))
			argp_error(state, "--live takes programs, not '%s'",
				   options->programs.word[i]);
	}
	for (size_t i = 0; i < options->renames.count; i++) {
		const char *equals = strchr(options->renames.word[i], '=');

		if (!equals || equals == options->renames.word[i] || !equals[1])
			argp_error(state, "--rename-map takes A=B, not '%s'",
				   options->renames.word[i]);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct verify_options *options = state->input;

	switch (key) {
	case KEY_FROM:
		options->from = arg;
		return 0;
	case KEY_TO:
		options->to = arg;
		return 0;
	case KEY_VARIANT:
		options->variant = (unsigned int)parse_number(arg, "--variant", state);
		if (!options->variant)
			argp_error(state, "--variant counts from 1");
		return 0;
	case KEY_PACKETS:
		opn_words_add(&options->packets, arg);
		return 0;
	case KEY_CASES:
		opn_words_add(&options->cases, arg);
		return 0;
	case KEY_GENERATE:
		options->generate = parse_number(arg, "--generate", state);
		return 0;
	case KEY_SEED:
		options->seed = parse_number(arg, "--seed", state);
		return 0;
	case KEY_MAPS:
		opn_words_add(&options->maps, arg);
		return 0;
	case KEY_RENAME:
		opn_words_add(&options->renames, arg);
		return 0;
	case KEY_IGNORE:
		opn_words_add(&options->ignore, arg);
		return 0;
	case KEY_NO_SHAPES:
		options->without_shapes = true;
		return 0;
	case KEY_LIVE:
		parse_device(options, arg, state);
		return 0;
	case KEY_TRANSFER:
		opn_words_add(&options->transfers, arg);
		return 0;
	case KEY_UNMARKED:
		options->unmarked = true;
		return 0;
	case KEY_KERNEL:
		options->kernel = arg;
		return 0;
	case KEY_CALLED:
		opn_words_add(&options->called, arg);
		return 0;
	case KEY_REPORT:
		opn_words_add(&options->reports, arg);
		return 0;
	case ARGP_KEY_ARG:
		opn_words_add(&options->programs, arg);
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
	tool_options, parse_option, "A B [-- FLAGS]", documentation, children, NULL, NULL,
};

static int load_tables(struct verify_run *run)
{
	char *folder = opn_cli_hookdefs(&run->options->cli);
	int error = opn_hookdefs_load(folder, run->diags, &run->hookdefs);

	error = error ?: opn_hook_runs_load(folder, run->diags, &run->runs);
	free(folder);
	return error;
}

static int check_hook(struct verify_run *run, const char *hook)
{
	const char *const *names, *near;

	if (!hook || opn_hook_runs_find(run->runs, hook))
		return 0;
	names = opn_hook_runs_names(run->runs);
	near = opn_suggest(hook, names);
	opn_diag(run->diags, OPN_DIAG_HOOK_UNKNOWN, OPN_NOWHERE, hook);
	if (near)
		opn_diag_note(run->diags, OPN_NOWHERE, "did you mean '%s'?", near);
	return -EINVAL;
}

/* Names that a case may tell its verdict by: of all hooks, since which one is meant shows later. */
static struct opn_verdict_names list_verdicts(struct verify_run *run)
{
	const char *const *names = opn_hook_runs_names(run->runs);
	struct opn_verdict_names out = { NULL, 0 };
	struct opn_verdict_row *rows;
	size_t count = 0;

	for (size_t i = 0; names[i]; i++)
		count += opn_hook_runs_find(run->runs, names[i])->verdict_count;
	out.rows = rows = opn_arena_array(run->arena, count, sizeof(*rows));
	for (size_t i = 0; names[i]; i++) {
		const struct opn_hook_run *hook = opn_hook_runs_find(run->runs, names[i]);

		memcpy(&rows[out.count], hook->verdicts, hook->verdict_count * sizeof(*rows));
		out.count += hook->verdict_count;
	}
	return out;
}

static int read_cases(struct verify_run *run)
{
	const struct verify_options *options = run->options;
	int error = 0;

	run->cases.arena = run->arena;
	run->cases.verdicts = list_verdicts(run);
	for (size_t i = 0; i < options->packets.count; i++)
		error = opn_cases_read_pcap(&run->cases, options->packets.word[i], CAPTURE_LIMIT,
					    run->diags)
				?: error;
	for (size_t i = 0; i < options->cases.count; i++) {
		char *path = options->cases.word[i];

		error = (has_ending(path, ".json")
				 ? opn_cases_read_json(&run->cases, path, run->diags)
				 : opn_cases_read_source(&run->cases, path, run->diags))
				?: error;
	}
	return error;
}

static struct opn_state_rename *parse_renames(struct verify_run *run)
{
	const struct opn_words *words = &run->options->renames;
	struct opn_state_rename *renames =
		opn_arena_array(run->arena, words->count + 1, sizeof(*renames));

	for (size_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->word[i], '=');

		renames[i].left = opn_arena_strndup(run->arena, words->word[i],
						    (size_t)(equals - words->word[i]));
		renames[i].right = equals + 1;
	}
	return renames;
}

static int verify_live(struct verify_run *run, const struct opn_verify_options *verify)
{
	const struct verify_options *options = run->options;
	struct opn_live_transfer *transfers =
		opn_arena_array(run->arena, options->transfers.count + 1, sizeof(*transfers));
	struct opn_live_options live = {
		.device = options->device,
		.unmarked = options->unmarked,
		.transfers = transfers,
		.transfer_count = options->transfers.count,
	};
	uint8_t *data = opn_arena_alloc(run->arena, TRANSFER_BYTES);

	for (size_t i = 0; i < TRANSFER_BYTES; i++)
		data[i] = (uint8_t)(i >> 8 ^ i);
	for (size_t i = 0; i < options->transfers.count; i++)
		transfers[i] = (struct opn_live_transfer){
			.name = opn_arena_printf(run->arena, "TCP to port %s",
						 options->transfers.word[i]),
			.data = data,
			.length = TRANSFER_BYTES,
			.port = (uint16_t)strtoul(options->transfers.word[i], NULL, 10),
		};
	return opn_live_verify(verify, &live, run->runs, run->hookdefs, run->arena, run->diags,
			       &run->result);
}

/* What the options and the files of stages leave out. */
static const char *const *list_ignored(struct verify_run *run)
{
	const struct opn_words *words = &run->options->ignore;
	size_t count = words->count, at = 0;
	const char **list;

	for (int i = 0; i < 2; i++) {
		const struct opn_chain_spec *stages = run->side[i].stages;

		for (size_t j = 0; stages && stages->ignore[j]; j++)
			count++;
	}
	list = opn_arena_array(run->arena, count + 1, sizeof(*list));
	for (size_t i = 0; i < words->count; i++)
		list[at++] = words->word[i];
	for (int i = 0; i < 2; i++) {
		const struct opn_chain_spec *stages = run->side[i].stages;

		for (size_t j = 0; stages && stages->ignore[j]; j++)
			list[at++] = stages->ignore[j];
	}
	return list;
}

static int verify(struct verify_run *run)
{
	const struct verify_options *options = run->options;
	struct opn_verify_options verify = {
		.side = { run->side[0], run->side[1] },
		.cases = &run->cases,
		.maps = (const char *const *)options->maps.word,
		.state = {
			.renames = parse_renames(run),
			.rename_count = options->renames.count,
			.ignore = list_ignored(run),
		},
		.generate = options->generate,
		.seed = options->seed,
		.without_shapes = options->without_shapes,
		.jobs = options->cli.jobs,
		.stop = opn_cli_interrupted,
	};

	if (options->live)
		return verify_live(run, &verify);
	return opn_verify(&verify, run->runs, run->hookdefs, run->arena, run->diags, &run->result);
}

/* Compares the programs, or what is made of them by one compile command. */
static int run_variant(struct verify_run *run)
{
	int error = verify_find_inputs(run);

	if (run->options->kernel) {
		error = error ?: verify_on_kernel(run);
		verify_drop_inputs(run);
		return error;
	}
	error = error ?: verify(run);
	verify_drop_inputs(run);
	if (error || opn_cli_interrupted())
		return error;
	run->result.variant = run->variant;
	run->result.variants = run->variants;
	return verify_write(run);
}

/* One way or another, what was compared last is as it should be. */
static bool is_equivalent(const struct verify_run *run)
{
	return run->options->kernel ? !run->remote_status : run->result.verdict == OPN_EQUIVALENT;
}

static int run_stages(struct verify_run *run)
{
	int error = load_tables(run);

	if (error)
		return error;
	error = check_hook(run, run->options->from);
	error = check_hook(run, run->options->to) ?: error;
	if (!run->options->kernel)
		error = error ?: read_cases(run);
	/* The first that is not equivalent is the last one that is told of. */
	do {
		error = error ?: run_variant(run);
	} while (!error && !opn_cli_interrupted() && is_equivalent(run) &&
		 verify_next_variant(run));
	return error;
}

static void free_words(struct verify_options *options)
{
	struct opn_words *lists[] = {
		&options->packets,
		&options->cases,
		&options->maps,
		&options->renames,
		&options->ignore,
		&options->transfers,
		&options->reports,
		&options->programs,
		&options->called,
		&options->cli.extra,
		&options->cli.extra_before,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		free(lists[i]->word);
}

int main(int argc, char **argv)
{
	struct verify_options options = { .generate = DEFAULT_GENERATE, .seed = DEFAULT_SEED };
	struct verify_run run = { .options = &options };
	int status;

	opn_cli_parse(&options.cli, &tool_argp, argc, argv, &options);
	run.arena = opn_arena_new(opn_cli_no_memory, NULL);
	run.diags = opn_diags_new();
	if (!run.arena || !run.diags)
		opn_cli_no_memory(NULL);
	opn_cli_catch_signals();
	run_stages(&run);
	opn_cli_resume_signal();
	opn_diags_print(run.diags, stderr, opn_cli_coloured(&options.cli), options.cli.quiet);
	status = opn_cli_finish(&options.cli, run.diags);
	if (!status && options.kernel)
		status = run.remote_status;
	else if (!status && run.result.verdict != OPN_EQUIVALENT)
		status = OPN_EXIT_REFUSED;
	opn_hook_runs_free(run.runs);
	opn_hookdefs_free(run.hookdefs);
	opn_diags_free(run.diags);
	opn_arena_free(run.arena);
	free_words(&options);
	return status;
}
