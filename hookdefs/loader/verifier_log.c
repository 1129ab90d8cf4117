// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verifier_log.c - the line of a verifier log that helps
 *
 * The log is for people and has no format, but it ends the same way on all kernels: the instruction
 * that was refused, why, statistics (kernel/bpf/verifier.c: print_verification_stats()). With BTF,
 * source lines stand before their instructions, behind "; ".
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "verifier_log.h"

static bool has_prefix(const char *line, const char *prefix)
{
	return !strncmp(line, prefix, strlen(prefix));
}

static bool is_statistics(const char *line)
{
	return has_prefix(line, "processed ") || has_prefix(line, "verification time") ||
	       has_prefix(line, "stack depth");
}

/* "12: (bf) r1 = r0": the number, or -1. */
static ssize_t instruction(const char *line)
{
	char *end;
	long number;

	if (!isdigit((unsigned char)*line))
		return -1;
	number = strtol(line, &end, 10);
	return has_prefix(end, ": (") ? (ssize_t)number : -1;
}

/* What the verifier knew of the registers: "R1=ctx()", "12: R0=...", "from 3 to 7: ...". */
static bool is_state(const char *line)
{
	if (has_prefix(line, "from ") || has_prefix(line, "cur state:") ||
	    has_prefix(line, "old state:"))
		return true;
	while (isdigit((unsigned char)*line))
		line++;
	if (has_prefix(line, ": "))
		line += 2;
	if (*line != 'R' || !isdigit((unsigned char)line[1]))
		return false;
	line += strspn(line, "R0123456789_wrP");
	return *line == '=';
}

struct opn_verifier_reason opn_verifier_log_reason(char *log)
{
	struct opn_verifier_reason reason = { .insn = -1 };
	const char *any = NULL;
	char *next;

	for (char *line = log; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!*line || is_statistics(line))
			continue;
		any = line;
		if (has_prefix(line, "; "))
			reason.source = line + 2;
		else if (instruction(line) >= 0)
			reason.insn = instruction(line);
		else if (!is_state(line))
			reason.line = line;
	}
	if (!reason.line)
		reason.line = any;
	return reason;
}
