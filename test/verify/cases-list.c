// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases-list.c - prints the cases of a file as cases.h reads them
 *
 * usage: opened-cases-list FILE              one line a case: name | packet | verdict | output
 *        opened-cases-list FILE hex          the first one as a hex dump
 *        opened-cases-list FILE c PROGRAM    as a C test case
 *        opened-cases-list FILE pcap OUT     all packets as a capture
 * Exit status: that of the diagnostics.
 */
#include <stdio.h>
#include <stdlib.h>
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

static int write_capture(const struct opn_cases *cases, const char *path)
{
	struct opn_packet *packets = calloc(cases->count, sizeof(*packets));
	size_t length;
	char *text;
	int err;

	for (size_t i = 0; packets && i < cases->count; i++)
		packets[i] = cases->list[i].packet;
	err = packets ? opn_pcap_text(packets, cases->count, &text, &length) : -1;
	free(packets);
	if (err)
		return 70;
	err = opn_file_write(path, text, length);
	free(text);
	return err ? 1 : 0;
}

static int write_first(const struct opn_case *one, const char *form, const char *argument)
{
	char *text = NULL;

	if (!strcmp(form, "hex"))
		text = opn_packet_hex(one->packet.data, one->packet.length);
	else if (!strcmp(form, "c") && argument)
		text = opn_packet_c_case(argument, &one->packet, one->verdict,
					 one->has_output ? &one->output : NULL);
	if (!text)
		return 70;
	fputs(text, stdout);
	free(text);
	return 0;
}

static int write_as(const struct opn_cases *cases, const char *form, const char *argument)
{
	if (!cases->count)
		return 70;
	if (!strcmp(form, "pcap") && argument)
		return write_capture(cases, argument);
	return write_first(&cases->list[0], form, argument);
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

	if (argc < 2 || argc > 4 || !diags || !cases.arena)
		return 2;
	if (has_ending(argv[1], ".json"))
		opn_cases_read_json(&cases, argv[1], diags);
	else if (has_ending(argv[1], ".pcap"))
		opn_cases_read_pcap(&cases, argv[1], 0, diags);
	else
		opn_cases_read_source(&cases, argv[1], diags);
	for (size_t i = 0; argc == 2 && i < cases.count; i++)
		print_case(&cases.list[i]);
	opn_diags_print(diags, stderr, false, false);
	status = opn_diags_status(diags);
	if (!status && argc > 2)
		status = write_as(&cases, argv[2], argv[3]);
	opn_diags_free(diags);
	opn_arena_free(cases.arena);
	return status;
}
