// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * main.c - run the unit tests of lib/: all suites, or the one that is named
 *
 * Exit status 77: the suite that is named loads programs, and this is not root.
 */
#include <stdbool.h>
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
	{ "pair", pair_suite },
	{ "hook-run", hook_run_suite },
	{ "manifest", manifest_suite },
	{ "graph", graph_suite },
	{ "buildfile", buildfile_suite },
	{ "cases", cases_suite },
	{ "random", random_suite },
	{ "packet", packet_suite },
	{ "packet-fix", packet_fix_suite },
	{ "packet-change", packet_change_suite },
	{ "state", state_suite },
	{ "state-pair", state_pair_suite },
	{ "state-text", state_text_suite },
	{ "state-load", state_load_suite },
	{ "program", program_suite },
	{ "program-trace", program_trace_suite },
	{ "program-patch", program_patch_suite },
};

/* Suites that load programs. */
static const char *const for_root[] = { "state", "state-pair", "state-load", "program",
					"program-trace" };

static bool needs_root(const char *name)
{
	for (size_t i = 0; i < sizeof(for_root) / sizeof(for_root[0]); i++) {
		if (!strcmp(for_root[i], name))
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	SRunner *runner = srunner_create(NULL);
	int ran, failed, skipped = 0;

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		if (argc >= 2 && strcmp(argv[1], suites[i].name))
			continue;
		if (needs_root(suites[i].name) && geteuid()) {
			fprintf(stderr, "%s: skipped: not root\n", suites[i].name);
			skipped++;
			continue;
		}
		srunner_add_suite(runner, suites[i].make());
	}
	if (!folders_begin()) {
		perror("mkdtemp");
		return EXIT_FAILURE;
	}
	srunner_run_all(runner, CK_NORMAL);
	if (!folders_end()) {
		perror("cannot remove what the tests left");
		return EXIT_FAILURE;
	}
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (!ran && skipped)
		return 77;
	if (!ran)
		fprintf(stderr, "no such suite\n");
	return ran && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
