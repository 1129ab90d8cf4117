// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_write.c - what was found, on the terminal and in files
 */
#include "tools/verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "output.h"
#include "report.h"

/* In the head of every report, so that a later run may replace it. */
#define REPORT_MARKER "opened-verify"

static int print_text(struct verify_run *run)
{
	const struct opn_cli *cli = &run->options->cli;
	bool colour =
		cli->colour == OPN_COLOUR_ALWAYS ||
		(cli->colour == OPN_COLOUR_AUTO && isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
	struct opn_buf buf = { 0 };
	char *text;

	opn_report_text(&run->result, colour, cli->verbose, &buf);
	text = opn_buf_take(&buf);
	if (!text)
		return -ENOMEM;
	if (fputs(text, stdout) == EOF || fflush(stdout)) {
		free(text);
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
				"the standard output", strerror(errno));
	}
	free(text);
	return 0;
}

static int write_report(struct verify_run *run, const char *path)
{
	const char *ending = strrchr(path, '.');
	struct opn_buf buf = { 0 };
	char *text;
	int error;

	if (ending && !strcmp(ending, ".html")) {
		opn_report_html(&run->result, &buf);
		text = opn_buf_take(&buf);
	} else {
		text = opn_json_text(opn_report_json(&run->result));
	}
	if (!text)
		return -ENOMEM;
	error = opn_output_file(path, REPORT_MARKER, run->options->cli.force, text, strlen(text),
				run->diags);
	free(text);
	return error;
}

static int add_text(struct opn_output *output, const char *path, char *text)
{
	int error = text ? opn_output_add(output, path, text, strlen(text)) : -ENOMEM;

	free(text);
	return error;
}

/* Three files for one difference: a capture, hex, a test in C. */
static int add_difference(struct verify_run *run, struct opn_output *output, size_t index)
{
	struct opn_difference *difference = &run->result.differences[index];
	const struct opn_packet *last = &difference->packets[difference->packet_count - 1];
	char *capture;
	size_t length;
	int error;

	difference->written_pcap = opn_arena_printf(run->arena, "difference-%zu.pcap", index + 1);
	difference->written_hex = opn_arena_printf(run->arena, "difference-%zu.hex", index + 1);
	difference->written_c = opn_arena_printf(run->arena, "difference-%zu.c", index + 1);
	error = opn_pcap_text(difference->packets, difference->packet_count, &capture, &length);
	if (error)
		return error;
	error = opn_output_add(output, difference->written_pcap, capture, length);
	free(capture);
	error = error
			?: add_text(output, difference->written_hex,
				    opn_packet_hex(last->data, last->length));
	return error
		       ?: add_text(output, difference->written_c,
				   opn_packet_c_case(run->result.side[1].program, last,
						     difference->left_verdict,
						     &difference->left_out));
}

static int write_differences(struct verify_run *run)
{
	const struct opn_cli *cli = &run->options->cli;
	struct opn_output *output;
	int error;

	if (!cli->output || !run->result.difference_count)
		return 0;
	error = opn_output_begin(cli->output, true, NULL, cli->force, run->diags, &output);
	if (error)
		return error;
	for (size_t i = 0; !error && i < run->result.difference_count; i++)
		error = add_difference(run, output, i);
	if (!error)
		return opn_output_commit(output);
	opn_output_abort(output);
	return error;
}

int verify_write(struct verify_run *run)
{
	int error = write_differences(run);

	for (size_t i = 0; !error && i < run->options->reports.count; i++)
		error = write_report(run, run->options->reports.word[i]);
	return print_text(run) ?: error;
}
