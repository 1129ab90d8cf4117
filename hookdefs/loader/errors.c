// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * errors.c - words for errors
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "verifier_log.h"

static void print(const struct opn_loader *loader, FILE *out, const char *kind, const char *format,
		  va_list arguments)
{
	fprintf(out, "%s: %s", loader->pipeline->name, kind);
	vfprintf(out, format, arguments);
}

int opn_fail(const struct opn_loader *loader, int error, const char *format, ...)
{
	char words[128];
	va_list arguments;

	libbpf_strerror(error, words, sizeof(words));
	va_start(arguments, format);
	print(loader, stderr, "error: ", format, arguments);
	va_end(arguments);
	fprintf(stderr, ": %s\n", words);
	return error;
}

int opn_refuse(const struct opn_loader *loader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(loader, stderr, "error: ", format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return -EPERM;
}

void opn_note(const struct opn_loader *loader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(loader, stderr, "note: ", format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void opn_say(const struct opn_loader *loader, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(loader, stdout, "", format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* The program whose log the verifier has written to is the one that it refused. */
int opn_fail_load(struct opn_instance *instance, int error)
{
	struct opn_verifier_reason reason;
	struct bpf_program *program;
	size_t i = 0;

	bpf_object__for_each_program(program, instance->object)
	{
		char *log = instance->logs ? instance->logs[i++] : NULL;

		if (!log || !*log)
			continue;
		reason = opn_verifier_log_reason(log);
		opn_refuse(instance->loader, "the kernel refuses program '%s': %s",
			   bpf_program__name(program),
			   reason.line ? reason.line : strerror(-error));
		if (reason.source)
			opn_note(instance->loader, "at '%s'", reason.source);
		else if (reason.insn >= 0)
			opn_note(instance->loader, "at instruction %zd", reason.insn);
		return error;
	}
	opn_fail(instance->loader, error, "cannot load the programs");
	opn_note(instance->loader, "--verbose shows what libbpf says");
	return error;
}

#ifdef OPN_LOADER_FAULTS
/*
 * OPN_LOADER_FAIL=attach[:xdp] fails there, kill:attach[:xdp] dies there, with "@2" at the end when
 * it is passed for the second time; ? lists the places that are passed.
 */
int opn_fault(const char *step, const char *what)
{
	static char passed[64][128]; /* of this process */
	const char *wanted = getenv("OPN_LOADER_FAIL");
	bool dies = wanted && !strncmp(wanted, "kill:", 5);
	char here[128], place[160];
	size_t i = 0, times = 1;

	if (!wanted)
		return 0;
	snprintf(here, sizeof(here), "%s%s%s", step, what ? ":" : "", what ? what : "");
	for (; i < 63 && *passed[i]; i++)
		times += !strcmp(passed[i], here);
	strcpy(passed[i], here);
	if (times > 1)
		snprintf(place, sizeof(place), "%s@%zu", here, times);
	else
		snprintf(place, sizeof(place), "%s", here);
	if (!strcmp(wanted, "?"))
		fprintf(stderr, "fault: %s\n", place);
	if (strcmp(wanted + (dies ? 5 : 0), place))
		return 0;
	if (dies)
		kill(getpid(), SIGKILL);
	return -EIO;
}
#endif
