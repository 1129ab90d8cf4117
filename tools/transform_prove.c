/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_prove.c - --prove: original and result side by side, by opened-verify
 *
 * Both are compiled in this process, the result from the texts that are about to be written. The
 * prover runs as a process of its own, in a network namespace of its own.
 */
#include "transform.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "object.h"
#include "prove_compile.h"

extern char **environ;

#define BEFORE "a.bpf.o"
#define AFTER  "b.bpf.o"

struct prover {
	struct transform_run *run;
	struct transform_source *source;
	const char *folder;
	char *tool;
	/* What the original is with the command of the turn. */
	struct opn_object *original;
};

static const char *inside(const struct prover *prover, const char *name)
{
	return opn_arena_printf(prover->run->arena, "%s/%s", prover->folder, name);
}

/* Writes an object that was made, or says that it was not. */
static int keep_object(const struct prover *prover, const char *name, int error, void *bytes,
		       size_t size)
{
	struct opn_diags *diags = prover->run->diags;

	if (error)
		return opn_diag(diags, OPN_DIAG_VERIFY_UNCOMPILED, OPN_NOWHERE,
				prover->source->path);
	error = opn_file_write(inside(prover, name), bytes, size);
	free(bytes);
	return error ? opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, prover->folder,
				strerror(-error))
		     : 0;
}

static int compile_both(struct prover *prover, const struct opn_command *command)
{
	const struct transform_run *run = prover->run;
	const struct opn_transformation *transformation = prover->source->transformation;
	const struct opn_pair *pair = opn_transformation_pair(transformation);
	size_t count, used = 0, size = 0;
	const struct opn_transformed_file *files = opn_transformation_files(transformation, &count);
	struct opn_text *texts = opn_arena_array(run->arena, count + 1, sizeof(*texts));
	bool is_way_back = opn_transformation_is_way_back(transformation);
	void *bytes = NULL;
	char *shim = NULL;
	int error = opn_prove_object(command, run->diags, &bytes, &size);

	opn_object_free(prover->original);
	prover->original = NULL;
	if (!error)
		error = opn_object_open(bytes, size, &prover->original);
	error = keep_object(prover, BEFORE, error, bytes, size);
	if (!error && !is_way_back)
		error = transform_shim(run, pair, true, &shim);
	if (error)
		return error;
	for (size_t i = 0; i < count; i++) {
		if (files[i].changed)
			texts[used++] = (struct opn_text){ files[i].absolute, files[i].after };
	}
	if (shim)
		texts[used++] = (struct opn_text){
			opn_arena_printf(run->arena, "%s/%s", run->shim_folder, pair->shim),
			shim,
		};
	error = opn_prove_object_of(command, texts, used, run->diags, &bytes, &size);
	free(shim);
	return keep_object(prover, AFTER, error, bytes, size);
}

/* Runs opened-verify; its diagnostics go where ours go. Returns its status or -errno. */
static int run_verify(const struct prover *prover, const char *program, const char *report)
{
	const struct transform_run *run = prover->run;
	const struct opn_transformation *transformation = prover->source->transformation;
	const struct opn_pair *pair = opn_transformation_pair(transformation);
	/* What comes back is judged by the pair that led there: its table knows what it makes. */
	bool turned = opn_transformation_is_way_back(transformation);
	char *argv[] = {
		prover->tool,
		opn_arena_printf(run->arena, "%s:%s", inside(prover, turned ? AFTER : BEFORE),
				 program),
		opn_arena_printf(run->arena, "%s:%s", inside(prover, turned ? BEFORE : AFTER),
				 program),
		opn_arena_printf(run->arena, "--from=%s", turned ? pair->to : pair->from),
		opn_arena_printf(run->arena, "--to=%s", turned ? pair->from : pair->to),
		opn_arena_printf(run->arena, "--hookdefs=%s", run->folder),
		opn_arena_printf(run->arena, "--called=%s%s", prover->source->path,
				 turned ? ", rewritten" : ""),
		opn_arena_printf(run->arena, "--called=%s%s", prover->source->path,
				 turned ? "" : ", rewritten"),
		"--report",
		(char *)report,
		"-q",
		NULL,
	};
	posix_spawn_file_actions_t actions;
	int error, status;
	pid_t pid;

	fflush(stdout);
	posix_spawn_file_actions_init(&actions);
	/* Our standard output is for products. */
	if (run->options->cli.verbose)
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	else
		posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(&pid, prover->tool, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

static int inconclusive(struct opn_diags *diags, const char *program, const char *sentence)
{
	int error = opn_diag(diags, OPN_DIAG_PROOF_INCONCLUSIVE, OPN_NOWHERE, program, sentence);

	opn_diag_note(
		diags, OPN_NOWHERE,
		"write it without --prove, and give opened-verify packets, cases or maps with "
		"which it does something else");
	return error;
}

static int prove_program(const struct prover *prover, const char *program)
{
	struct opn_diags *diags = prover->run->diags;
	const char *report =
		inside(prover, opn_arena_printf(prover->run->arena, "%s.json", program));
	json_t *json;
	const char *verdict;
	int status;

	unlink(report); /* of another compile command */
	status = run_verify(prover, program, report);
	if (status < 0)
		return opn_diag(diags, OPN_DIAG_PROOF_FAILED, OPN_NOWHERE, program,
				strerror(-status));
	json = json_load_file(report, 0, NULL);
	if (!json)
		return opn_diag(diags, OPN_DIAG_PROOF_FAILED, OPN_NOWHERE, program,
				"opened-verify could not compare it");
	verdict = json_string_value(json_object_get(json, "verdict"));
	if (!verdict || strcmp(verdict, "equivalent")) {
		const char *sentence = json_string_value(json_object_get(json, "sentence"));

		if (verdict && !strcmp(verdict, "inconclusive"))
			status = inconclusive(diags, program, sentence);
		else
			status = opn_diag(diags, OPN_DIAG_PROOF_DIFFERS, OPN_NOWHERE, program,
					  sentence ? sentence : "no verdict");
	}
	json_object_set_new(prover->source->proofs, program, json);
	return status;
}

/* opened-verify stands beside this tool. */
static char *find_tool(const struct transform_run *run)
{
	char *folder = opn_cli_folder();
	char *path = opn_arena_printf(run->arena, "%s/opened-verify", folder);

	free(folder);
	return path;
}

static void remove_folder(const struct prover *prover)
{
	const char *const *programs = opn_transformation_programs(prover->source->transformation);

	unlink(inside(prover, BEFORE));
	unlink(inside(prover, AFTER));
	for (; *programs; programs++)
		unlink(inside(prover, opn_arena_printf(prover->run->arena, "%s.json", *programs)));
	rmdir(prover->folder);
}

int transform_prove(struct transform_run *run, struct transform_source *source)
{
	const char *const *programs = opn_transformation_programs(source->transformation);
	const char *temporary = getenv("TMPDIR");
	char *folder = opn_arena_printf(run->arena, "%s/opened-transform-XXXXXX",
					temporary && *temporary ? temporary : "/tmp");
	struct prover prover = { run, source, folder, find_tool(run), NULL };
	int error = 0;

	if (!prover.tool || access(prover.tool, X_OK))
		return opn_diag(run->diags, OPN_DIAG_PROOF_FAILED, OPN_NOWHERE, source->path,
				"opened-verify is not beside opened-transform");
	if (!mkdtemp(folder))
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, folder,
				strerror(errno));
	source->proofs = json_object();
	for (size_t i = 0; !error && i < source->command_count; i++) {
		error = compile_both(&prover, &source->commands[i]);
		for (size_t p = 0; !error && programs[p] && !opn_cli_interrupted(); p++) {
			/* Each command may leave some out. */
			if (opn_object_symbol(prover.original, programs[p]))
				error = prove_program(&prover, programs[p]);
		}
	}
	opn_object_free(prover.original);
	remove_folder(&prover);
	return opn_cli_interrupted() ? -EINTR : error;
}
