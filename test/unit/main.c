// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * main.c - run the unit tests of lib/: all suites, or the one that is named
 *
 * With --manifest COMMAND... it hands manifests to a validator of JSON Schema: a good one, and one
 * without most of its keys, which must be refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
	{ "base", base_suite },
	{ "path", path_suite },
	{ "file", file_suite },
	{ "diag", diag_suite },
	{ "diag-write", diag_write_suite },
	{ "output", output_suite },
	{ "hookdef", hookdef_suite },
	{ "manifest", manifest_suite },
	{ "graph", graph_suite },
	{ "buildfile", buildfile_suite },
};

/* The validator's exit status for a manifest of this text. */
static int validate(char **command, size_t count, const char *text)
{
	const char **argv = calloc(count + 2, sizeof(*argv));
	int status;

	for (size_t i = 0; i < count; i++)
		argv[i] = command[i];
	argv[count] = "manifest.json";
	write_file("manifest.json", text);
	status = run(argv);
	free(argv);
	return status;
}

static int check_manifest(char **command, size_t count)
{
	char folder[] = "/tmp/opened-unit-XXXXXX", *text = sample_manifest(), *log;
	int good, bad;

	if (!mkdtemp(folder) || chdir(folder))
		return EXIT_FAILURE;
	bad = validate(command, count, "{\"version\": 1}");
	good = validate(command, count, text);
	log = read_file("log");
	fputs(log, stderr);
	free(log);
	free(text);
	unlink("manifest.json");
	unlink("log");
	rmdir(folder);
	return !good && bad == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	SRunner *runner = srunner_create(NULL);
	int ran, failed;

	if (argc > 2 && !strcmp(argv[1], "--manifest")) {
		srunner_free(runner);
		return check_manifest(argv + 2, (size_t)argc - 2);
	}
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (argc < 2 || !strcmp(argv[1], suites[i].name))
			srunner_add_suite(runner, suites[i].make());
	}
	srunner_run_all(runner, CK_NORMAL);
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (!ran)
		fprintf(stderr, "no such suite\n");
	return ran && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
