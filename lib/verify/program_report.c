// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_report.c - why a program could not be loaded
 *
 * In this order: what is missing here (a capability), what the verifier said, with the source line,
 * and, when neither is it, what libbpf said. libbpf says it to its print function, which is the
 * process's; so the load is repeated in a child (load.c) that has one of its own.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"
#include "program_load.h"

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

static const char *missing_capability(void)
{
	static const struct {
		unsigned int number;
		const char *name;
	} needed[] = { { CAP_BPF, "CAP_BPF" },
		       { CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		       { CAP_PERFMON, "CAP_PERFMON" } };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return NULL;
	if (data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN))
		return NULL;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!(data[CAP_TO_INDEX(needed[i].number)].effective &
		      CAP_TO_MASK(needed[i].number)))
			return needed[i].name;
	}
	return NULL;
}

static int report_capability(const struct opn_attempt *attempt, struct opn_diags *diags)
{
	const char *name = missing_capability();
	int err;

	if (!name) {
		err = opn_diag(diags, OPN_DIAG_LOAD_FAILED, OPN_NOWHERE, attempt->program->name,
			       "this system does not permit it");
		opn_diag_note(diags, OPN_NOWHERE,
			      "all capabilities are there, so a security module, the kernel's "
			      "lockdown or a container's filter refuses this type of program");
		return err;
	}
	err = opn_diag(diags, OPN_DIAG_CAPABILITY_MISSING, OPN_NOWHERE, attempt->program->name,
		       name);
	opn_diag_note(diags, OPN_NOWHERE,
		      "run it as root, or give the tool what it needs: setcap "
		      "cap_bpf,cap_net_admin,cap_perfmon=ep FILE");
	return err;
}

/* The number that an instruction of the loaded code had before it was edited. */
static size_t old_number(const struct opn_code *code, size_t insn)
{
	size_t low = 0, high = code->count;

	if (!code->patched.start)
		return insn;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (code->patched.start[middle] <= insn)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int report_refusal(const struct opn_attempt *attempt, const struct opn_code *code,
			  struct opn_diags *diags)
{
	const struct opn_verifier_reason *reason = &attempt->reason;
	const struct opn_code_line *line = NULL;
	struct opn_loc loc = OPN_NOWHERE;
	const char *source = reason->source;
	int err;

	if (code && reason->insn >= 0)
		line = opn_info_line(code, old_number(code, (size_t)reason->insn));
	if (line) {
		loc = (struct opn_loc){ line->file, line->line, line->column, 1 };
		source = line->source;
	}
	err = opn_diag(diags, OPN_DIAG_LOAD_REFUSED, loc, attempt->program->name, reason->line);
	if (source && *source)
		opn_diag_note(diags, OPN_NOWHERE, "the verifier was at: %s", source);
	if (missing_capability())
		opn_diag_note(diags, OPN_NOWHERE,
			      "%s is missing: with it, the verifier allows more",
			      missing_capability());
	if (code && strcmp(code->name, attempt->program->name))
		opn_diag_note(diags, OPN_NOWHERE, "in '%s', which it can tail-call", code->name);
	return err;
}

/* Neither the verifier nor we know, so libbpf does: it says so to its print function. */
static int report_failure(const struct opn_attempt *attempt, int error, struct opn_diags *diags)
{
	const struct opn_plan *plan = attempt->plan;
	const struct opn_plan_program *chosen = &plan->programs[plan->chosen];
	struct opn_load_request request = {
		.object = attempt->data,
		.size = attempt->size,
		.function = chosen->name,
		.type = chosen->type,
		.maps = plan->maps,
	};
	struct opn_load_result result = { 0 };
	const char **programs = calloc(plan->count + 1, sizeof(*programs));
	size_t count = 0;
	int err;

	for (size_t i = 0; programs && i < plan->count; i++) {
		if (plan->programs[i].is_needed && i != plan->chosen)
			programs[count++] = plan->programs[i].name;
	}
	request.programs = programs;
	if (!programs || opn_load_program(&request, &result) ||
	    result.status == OPN_LOAD_ACCEPTED || !result.line)
		err = opn_diag(diags, OPN_DIAG_LOAD_FAILED, OPN_NOWHERE, attempt->program->name,
			       strerror(-error));
	else
		err = opn_diag(diags, OPN_DIAG_LOAD_FAILED, OPN_NOWHERE, attempt->program->name,
			       result.line);
	free(result.line);
	free(programs);
	return err;
}

int opn_program_report(const struct opn_attempt *attempt, int error, struct opn_diags *diags)
{
	const struct opn_program *program = attempt->program;

	if (program->error == -ENOMEM || error == -ENOMEM)
		return -ENOMEM;
	if (program->error == -EPERM || (error == -EPERM && !attempt->reason.line))
		return report_capability(attempt, diags);
	if (program->error)
		return opn_diag(diags, OPN_DIAG_LOAD_FAILED, OPN_NOWHERE, program->name,
				"its code cannot be edited");
	if (!attempt->reason.line)
		return report_failure(attempt, error, diags);
	return report_refusal(attempt,
			      program->code_count ? program->codes[program->code_count - 1] : NULL,
			      diags);
}
