// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases-list.c - prints the cases of a file as cases.h reads them
 *
 * usage: opened-cases-list FILE
 * One line a case: name | packet | verdict | output. Exit status: that of the diagnostics.
 */
#include <stdio.h>
#include <string.h>

#include "cases.h"

static const struct opn_verdict_row verdicts[] = {
	{ "XDP_ABORTED", 0, OPN_FATE_ABORT },
	{ "XDP_DROP", 1, OPN_FATE_DROP },
	{ "XDP_PASS", 2, OPN_FATE_PASS },
	{ "XDP_TX", 3, OPN_FATE_REFLECT },
};

static void print_bytes(const struct opn_packet *packet)
{
	for (uint32_t i = 0; i < packet->length; i++)
		printf("%02x", packet->data[i]);
}

static void print_case(const struct opn_case *one)
{
	printf("%s | ", one->name);
	print_bytes(&one->packet);
	if (one->has_verdict)
		printf(" | %u", one->verdict);
	else
		printf(" | -");
	if (one->has_output) {
		printf(" | ");
		print_bytes(&one->output);
	}
	printf("\n");
}

static bool has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path), tail = strlen(ending);

	return length > tail && !strcmp(path + length - tail, ending);
}

int main(int argc, char **argv)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_cases cases = {
		.arena = opn_arena_new(NULL, NULL),
		.verdicts = { verdicts, sizeof(verdicts) / sizeof(verdicts[0]) },
	};
	int status;

	if (argc != 2 || !diags || !cases.arena)
		return 2;
	if (has_ending(argv[1], ".json"))
		opn_cases_read_json(&cases, argv[1], diags);
	else if (has_ending(argv[1], ".pcap"))
		opn_cases_read_pcap(&cases, argv[1], 0, diags);
	else
		opn_cases_read_source(&cases, argv[1], diags);
	for (size_t i = 0; i < cases.count; i++)
		print_case(&cases.list[i]);
	opn_diags_print(diags, stderr, false, false);
	status = opn_diags_status(diags);
	opn_diags_free(diags);
	opn_arena_free(cases.arena);
	return status;
}
