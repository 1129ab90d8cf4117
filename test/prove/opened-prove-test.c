/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-prove-test - drives the prover alone, so that its tests need no extractor
 *
 * opened-prove-test [--load] [--entry NAME FILE] FUNCTION ORIGINAL UNIT
 *                   [FLAG...] [--unit FLAG...]
 *
 * opened-prove-test --object OUT SOURCE [FLAG...]
 *
 * The second form writes the object that the prover would judge.
 *
 * Flags are the compiler's; those after --unit replace the first list for the unit. FUNCTION may be
 * a list with commas: then one prover serves them all. One line per level is printed:
 * "FUNCTION LEVEL STATUS: detail", then the places of the difference.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prove_compile.h"
#include "rewriters.h"

#define MAX_WORDS 256

struct command_line {
	const char *words[MAX_WORDS + 1];
	struct opn_command command;
};

static const char *const statuses[] = {
	[OPN_PROOF_IDENTICAL] = "identical", [OPN_PROOF_EXPLAINED] = "explained",
	[OPN_PROOF_DIFFERS] = "differs",     [OPN_PROOF_SKIPPED] = "skipped",
	[OPN_PROOF_ERROR] = "error",
};

static char *read_text(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

/* Returns how many of the flags were taken: all up to "--unit". */
static int make_command(struct command_line *out, const char *directory, const char *source,
			char **flags, int count)
{
	int used = 0, words = 0;

	out->words[words++] = "clang";
	while (used < count && strcmp(flags[used], "--unit") && words < MAX_WORDS - 1)
		out->words[words++] = flags[used++];
	out->words[words++] = source;
	out->words[words] = NULL;
	out->command.file = source;
	out->command.directory = directory;
	out->command.argv = out->words;
	return used;
}

static void print_place(const char *whose, struct opn_loc loc)
{
	if (loc.file)
		printf("  %s %s:%u\n", whose, loc.file, loc.line);
}

static void print_proof(const char *function, const struct opn_proof *proof)
{
	int i;

	for (i = 0; i < OPN_PROOF_LEVELS; i++) {
		const struct opn_proof_level *level = &proof->level[i];

		printf("%s %d %s%s%s\n", function, i + 1, statuses[level->status],
		       level->detail ? ": " : "", level->detail ? level->detail : "");
		print_place("original", level->original);
		print_place("unit", level->unit);
	}
}

static int write_object(const char *path, const struct opn_command *command)
{
	void *bytes = NULL;
	size_t size = 0;
	FILE *out;
	int err;

	err = opn_prove_object(command, NULL, &bytes, &size);
	if (err)
		return err;
	out = fopen(path, "w");
	if (!out || fwrite(bytes, 1, size, out) != size)
		err = -EIO;
	if (out && fclose(out))
		err = -EIO;
	free(bytes);
	return err;
}

int main(int argc, char **argv)
{
	struct command_line original, unit;
	struct opn_prove_options options = { 0 };
	struct opn_diags *diags = opn_diags_new();
	struct opn_prover *prover = opn_prover_new();
	char *directory = getcwd(NULL, 0), *entry_text = NULL, *names, *name, *rest = NULL;
	int status = 2, used;

	argv++;
	argc--;
	if (argc > 2 && directory && !strcmp(argv[0], "--object")) {
		make_command(&original, directory, argv[2], argv + 3, argc - 3);
		status = write_object(argv[1], &original.command) ? 1 : 0;
		goto out;
	}
	while (argc && !strncmp(argv[0], "--", 2)) {
		if (!strcmp(argv[0], "--load")) {
			options.load = true;
		} else if (!strcmp(argv[0], "--entry") && argc > 2) {
			options.entry = argv[1];
			entry_text = read_text(argv[2]);
			options.entry_text = entry_text;
			argv += 2;
			argc -= 2;
		} else {
			break;
		}
		argv++;
		argc--;
	}
	if (argc < 3 || !diags || !prover || !directory) {
		fprintf(stderr, "usage: see the head of the source\n");
		goto out;
	}
	names = argv[0];
	used = make_command(&original, directory, argv[1], argv + 3, argc - 3);
	if (3 + used < argc)
		make_command(&unit, directory, argv[2], argv + 4 + used, argc - 4 - used);
	else
		make_command(&unit, directory, argv[2], argv + 3, argc - 3);
	status = 0;
	for (name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		struct opn_proof proof;

		options.function = name;
		if (opn_prove(prover, &original.command, &unit.command, &options, diags, &proof))
			status = 1;
		else
			print_proof(name, &proof);
	}
	opn_diags_print(diags, stderr, false, false);
out:
	opn_prover_free(prover);
	opn_diags_free(diags);
	free(entry_text);
	free(directory);
	return status;
}
