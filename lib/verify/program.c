// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program.c - a program under test: opened, its instructions edited, loaded
 *
 * libbpf does all that loading is: maps, CO-RE, externs, slots of program arrays. It is interrupted
 * once a program, by prog_prepare_load_fn, when the instructions are as they would be loaded. That
 * function belongs to a section handler, and handlers to the process: opn_program_open() takes its
 * own out again, and must not run in two threads at a time. One handler without a use stays,
 * because libbpf up to 1.2 frees its table with the last one and goes on using it.
 *
 * Our handlers stand in for libbpf's, which also set program flags by section; here these come from
 * the tables with the options. libbpf's warnings are not printed (its print function is the
 * process's as well); when they are wanted, the load is repeated in a child (load.c).
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "load.h"
#include "program_plan.h"
#include "program_private.h"
#include "verifier_log.h"

#define OBJECT_MAX (256u << 20)
/* Only pages that are written cost. Since 6.4 the kernel keeps the end of a longer log; before, the
 * load fails with ENOSPC. */
#define LOG_SIZE (16u << 20)
#define LOG_MAX	 (512u << 20)

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

static const char idle_section[] = "opened/idle";

/* One way of loading. */
struct attempt {
	struct opn_program *program;
	const struct opn_plan *plan;
	const void *data;
	size_t size;
	char *log;
	size_t log_size;
};

/* ---- preparation: called by libbpf for each program before it loads it ---- */

static struct opn_code *add_code(struct opn_program *program, struct bpf_program *prog)
{
	struct opn_code **codes, *code;
	size_t count = bpf_program__insn_cnt(prog);

	if (program->code_count == program->code_capacity) {
		size_t capacity = program->code_capacity ? program->code_capacity * 2 : 8;

		codes = reallocarray(program->codes, capacity, sizeof(*codes));
		if (!codes)
			return NULL;
		program->codes = codes;
		program->code_capacity = capacity;
	}
	code = calloc(1, sizeof(*code));
	if (!code)
		return NULL;
	code->fd = -1;
	code->probe.fd = -1;
	code->prog = prog;
	code->name = bpf_program__name(prog);
	program->codes[program->code_count++] = code;
	code->insns = calloc(count ? count : 1, sizeof(*code->insns));
	if (!code->insns)
		return NULL;
	memcpy(code->insns, bpf_program__insns(prog), count * sizeof(*code->insns));
	code->count = count;
	return code;
}

/* Hands libbpf the edited instructions and tables. */
static int put_patched(struct opn_code *code, struct bpf_program *prog,
		       struct bpf_prog_load_opts *load)
{
	int err;

	err = bpf_program__set_insns(prog, code->patched.insns, code->patched.count);
	if (err)
		return err;
	if (load->func_info_cnt) {
		code->func_info =
			opn_patch_records(load->func_info, load->func_info_cnt,
					  load->func_info_rec_size, &code->patched, code->count);
		if (!code->func_info)
			return -ENOMEM;
		load->func_info = code->func_info;
	}
	if (load->line_info_cnt) {
		code->line_info =
			opn_patch_records(load->line_info, load->line_info_cnt,
					  load->line_info_rec_size, &code->patched, code->count);
		if (!code->line_info)
			return -ENOMEM;
		load->line_info = code->line_info;
	}
	return 0;
}

static int prepare(struct opn_program *program, struct bpf_program *prog,
		   struct bpf_prog_load_opts *load)
{
	struct opn_code *code = add_code(program, prog);
	int err;

	if (!code)
		return -ENOMEM;
	load->prog_flags |= program->options->flags;
	err = opn_info_read(program, code, load);
	if (err)
		return err;
	err = opn_calls_replace(program, code);
	if (err)
		return err;
	if (program->level > OPN_TRACE_NONE) {
		err = opn_trace_prepare(program, code);
		if (err)
			return err;
	}
	if (!code->edits.count)
		return 0;
	err = opn_patch(code->insns, code->count, &code->edits, &code->patched);
	return err ? err : put_patched(code, prog, load);
}

static int prepare_load(struct bpf_program *prog, struct bpf_prog_load_opts *load, long cookie)
{
	struct opn_program *program = (struct opn_program *)cookie;

	program->error = prepare(program, prog, load);
	return program->error;
}

/* ---- an attempt ---- */

static bool is_first_of_section(const struct opn_plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (plan->programs[i].is_needed &&
		    !strcmp(plan->programs[i].section, plan->programs[index].section))
			return false;
	}
	return plan->programs[index].is_needed;
}

static void unregister(int *handlers, size_t count)
{
	while (count--) {
		if (handlers[count] > 0)
			libbpf_unregister_prog_handler(handlers[count]);
	}
}

static int register_all(const struct attempt *attempt, int *handlers)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (long)attempt->program,
		    .prog_prepare_load_fn = prepare_load);
	const struct opn_plan *plan = attempt->plan;
	enum bpf_attach_type attach_type;
	enum bpf_prog_type type;
	int id;

	if (libbpf_prog_type_by_name(idle_section, &type, &attach_type)) {
		id = libbpf_register_prog_handler(idle_section, BPF_PROG_TYPE_UNSPEC, 0, NULL);
		if (id < 0)
			return id;
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct opn_plan_program *program = &plan->programs[i];

		if (!is_first_of_section(plan, i))
			continue;
		handlers[i] = libbpf_register_prog_handler(
			program->section, (enum bpf_prog_type)program->type,
			(enum bpf_attach_type)program->attach_type, &options);
		if (handlers[i] < 0)
			return handlers[i];
	}
	return 0;
}

static void select_parts(const struct attempt *attempt, struct bpf_object *object)
{
	const struct opn_plan *plan = attempt->plan;
	struct bpf_program *program;
	struct bpf_map *map;
	size_t i = 0;

	bpf_object__for_each_program(program, object)
	{
		bpf_program__set_autoload(program, plan->programs[i].is_needed);
		if (i == plan->chosen)
			attempt->program->chosen = program;
		bpf_program__set_log_buf(program, attempt->log, attempt->log_size);
		i++;
	}
	bpf_object__for_each_map(map, object)
	{
		opn_load_prepare_map(map);
		if (bpf_map__is_internal(map) || opn_plan_has_map(plan, bpf_map__name(map)))
			continue;
		bpf_map__set_autocreate(map, false);
		/* libbpf fills the slots of every program array, made or not. */
		if (bpf_map__type(map) == BPF_MAP_TYPE_PROG_ARRAY)
			bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
	}
}

static int load_with_handlers(const struct attempt *attempt)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = "opened");
	struct opn_program *program = attempt->program;

	program->object = bpf_object__open_mem(attempt->data, attempt->size, &open);
	if (!program->object)
		return -errno;
	select_parts(attempt, program->object);
	return bpf_object__load(program->object);
}

static int try_load(const struct attempt *attempt)
{
	int *handlers = calloc(attempt->plan->count + 1, sizeof(*handlers));
	int err;

	if (!handlers)
		return -ENOMEM;
	err = register_all(attempt, handlers);
	if (!err)
		err = load_with_handlers(attempt);
	unregister(handlers, attempt->plan->count);
	free(handlers);
	return err;
}

/* ---- what went wrong ---- */

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

static int report_capability(const struct attempt *attempt, struct opn_diags *diags)
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

static int report_refusal(const struct attempt *attempt, const struct opn_code *code,
			  struct opn_diags *diags)
{
	struct opn_verifier_reason reason = opn_verifier_log_reason(attempt->log);
	const struct opn_code_line *line = NULL;
	struct opn_loc loc = OPN_NOWHERE;
	const char *source = reason.source;
	int err;

	if (code && reason.insn >= 0)
		line = opn_info_line(code, old_number(code, (size_t)reason.insn));
	if (line) {
		loc = (struct opn_loc){ line->file, line->line, line->column, 1 };
		source = line->source;
	}
	err = opn_diag(diags, OPN_DIAG_LOAD_REFUSED, loc, attempt->program->name, reason.line);
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
static int report_failure(const struct attempt *attempt, int error, struct opn_diags *diags)
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

static int report(const struct attempt *attempt, int error, struct opn_diags *diags)
{
	const struct opn_program *program = attempt->program;

	if (program->error == -ENOMEM || error == -ENOMEM)
		return -ENOMEM;
	if (program->error == -EPERM || (error == -EPERM && !*attempt->log))
		return report_capability(attempt, diags);
	if (program->error)
		return opn_diag(diags, OPN_DIAG_LOAD_FAILED, OPN_NOWHERE, program->name,
				"its code cannot be edited");
	if (!*attempt->log)
		return report_failure(attempt, error, diags);
	return report_refusal(attempt,
			      program->code_count ? program->codes[program->code_count - 1] : NULL,
			      diags);
}

/* ---- opening ---- */

static void free_code(struct opn_code *code)
{
	opn_edits_free(&code->edits);
	opn_patched_free(&code->patched);
	opn_probe_free(&code->probe);
	free(code->insns);
	free(code->blocks);
	free(code->block_of);
	free(code->comparisons);
	free(code->lookups);
	free(code->functions);
	free(code->lines);
	free(code->func_info);
	free(code->line_info);
	free(code);
}

/* Undoes an attempt. */
static void unload(struct opn_program *program)
{
	for (size_t i = 0; i < program->code_count; i++)
		free_code(program->codes[i]);
	program->code_count = program->edge_count = program->block_count = 0;
	program->error = 0;
	program->replaced_count = 0;
	program->replaced[0] = NULL;
	bpf_object__close(program->object);
	program->object = NULL;
	program->chosen = NULL;
}

/* The chosen program's code first, descriptors, what is needed during the load only. */
static void settle(struct opn_program *program)
{
	program->fd = bpf_program__fd(program->chosen);
	program->name = bpf_program__name(program->chosen);
	program->section = bpf_program__section_name(program->chosen);
	for (size_t i = 0; i < program->code_count; i++) {
		struct opn_code *code = program->codes[i];

		code->fd = bpf_program__fd(code->prog);
		free(code->func_info);
		free(code->line_info);
		code->func_info = code->line_info = NULL;
		if (code->prog == program->chosen) {
			program->codes[i] = program->codes[0];
			program->codes[0] = code;
		}
	}
}

/* Loads; with a larger log when this kernel wants one. */
static int load_plan(struct attempt *attempt)
{
	int err;

	for (attempt->log_size = LOG_SIZE;; attempt->log_size *= 4) {
		attempt->log = malloc(attempt->log_size);
		if (!attempt->log)
			return -ENOMEM;
		attempt->log[0] = '\0';
		err = try_load(attempt);
		if (err != -ENOSPC || !attempt->log[0] || attempt->log_size >= LOG_MAX)
			return err;
		free(attempt->log);
		unload(attempt->program);
	}
}

/* Notes what the build will not have, and what the larger one failed for. */
static void note_lost(struct opn_program *program, char *log)
{
	static const char *const lost[] = {
		[OPN_TRACE_NONE] = "no branches are traced",
		[OPN_TRACE_EDGES] = "some branches, comparisons and lookups are not traced",
		[OPN_TRACE_SPILLS] = "comparisons and lookups are not traced",
		[OPN_TRACE_COMPARISONS] = "lookups are not traced",
	};
	struct opn_verifier_reason reason = opn_verifier_log_reason(log);
	const char *why = reason.line;

	if (program->error == -ERANGE)
		why = "a jump would be too long";
	else if (program->error == -EOPNOTSUPP || program->error == -EINVAL)
		why = "the control flow is of a kind that is not known here";
	else if (!why)
		why = "the kernel refuses it";
	program->lost = opn_arena_printf(program->arena, "%s: with them, %s",
					 lost[program->level - 1], why);
}

/* Whether the next lower level may load where this one did not. */
static bool may_lower(const struct opn_program *program, const struct attempt *attempt)
{
	if (program->level == OPN_TRACE_NONE)
		return false;
	return program->error ? program->error != -ENOMEM && program->error != -EPERM
			      : *attempt->log;
}

static int load(struct opn_program *program, const struct opn_plan *plan, const void *data,
		size_t size, struct opn_diags *diags)
{
	struct attempt attempt = { .program = program, .plan = plan, .data = data, .size = size };
	int err;

	program->level = program->options->trace ? OPN_TRACE_LOOKUPS : OPN_TRACE_NONE;
	for (;;) {
		program->name = plan->programs[plan->chosen].name;
		err = load_plan(&attempt);
		if (!err || !may_lower(program, &attempt))
			break;
		note_lost(program, attempt.log);
		free(attempt.log);
		attempt.log = NULL;
		program->level--;
		unload(program);
	}
	if (err) {
		err = report(&attempt, err, diags);
	} else {
		settle(program);
		err = opn_trace_settle(program);
	}
	free(attempt.log);
	return err;
}

/* Copies what outlives the call of opn_program_open(), and asks the kernel's BTF. */
static int set_up(struct opn_program *program, struct opn_diags *diags)
{
	const struct opn_program_options *options = program->options;
	struct opn_call_rule *calls =
		opn_arena_array(program->arena, options->call_count + 1, sizeof(*calls));
	int err;

	program->replaced = opn_arena_array(program->arena, options->call_count + 1,
					    sizeof(*program->replaced));
	if (!calls || !program->replaced)
		return -ENOMEM;
	for (size_t i = 0; i < options->call_count; i++) {
		calls[i] = options->calls[i];
		calls[i].name = opn_arena_strdup(program->arena, options->calls[i].name);
		if (!calls[i].name)
			return -ENOMEM;
	}
	program->calls = calls;
	program->call_count = options->call_count;
	program->vmlinux = btf__load_vmlinux_btf();
	if (!program->vmlinux && options->ctx_type)
		return opn_diag(diags, OPN_DIAG_KERNEL_BTF_MISSING, OPN_NOWHERE, strerror(errno));
	err = opn_ctx_resolve(program);
	if (err == -ENOENT)
		return opn_diag(diags, OPN_DIAG_CONTEXT_UNKNOWN, OPN_NOWHERE, options->ctx_type);
	program->map_id_offset = opn_calls_map_id_offset(program->vmlinux);
	btf__free(program->vmlinux);
	program->vmlinux = NULL;
	return err;
}

static int open_program(struct opn_program *program, struct opn_diags *diags)
{
	const struct opn_program_options *options = program->options;
	struct opn_plan plan;
	char *data;
	size_t size;
	int err;

	err = opn_file_read(options->path, OBJECT_MAX, &data, &size);
	if (err)
		return opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, options->path,
				strerror(-err));
	err = opn_plan_make(options, data, size, program->arena, diags, &plan);
	if (!err)
		err = set_up(program, diags);
	if (!err)
		err = load(program, &plan, data, size, diags);
	free(data);
	return err;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int opn_program_open(const struct opn_program_options *options, struct opn_diags *diags,
		     struct opn_program **out)
{
	struct opn_program *program = calloc(1, sizeof(*program));
	libbpf_print_fn_t print;
	int err;

	*out = NULL;
	if (!program)
		return -ENOMEM;
	program->fd = program->head.fd = -1;
	program->options = options;
	program->arena = opn_arena_new(NULL, NULL);
	print = libbpf_set_print(print_nothing);
	err = program->arena ? open_program(program, diags) : -ENOMEM;
	libbpf_set_print(print);
	program->options = NULL;
	if (err) {
		opn_program_free(program);
		return err;
	}
	*out = program;
	return 0;
}

void opn_program_free(struct opn_program *program)
{
	if (!program)
		return;
	if (program->replaced)
		unload(program);
	btf__free(program->vmlinux);
	opn_probe_free(&program->head);
	free(program->edges);
	free(program->hits);
	free(program->block_hits);
	free(program->codes);
	opn_arena_free(program->arena);
	free(program);
}

int opn_object_programs(const char *path, struct opn_arena *arena, struct opn_diags *diags,
			const char ***out)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = "opened");
	libbpf_print_fn_t print = libbpf_set_print(print_nothing);
	struct bpf_object *object = NULL;
	struct bpf_program *program;
	size_t size, count = 0;
	char *data = NULL;
	const char **list;
	int err;

	err = opn_file_read(path, OBJECT_MAX, &data, &size);
	if (err) {
		err = opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path, strerror(-err));
		goto out;
	}
	object = bpf_object__open_mem(data, size, &open);
	if (!object) {
		err = opn_diag(diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path, strerror(errno));
		goto out;
	}
	bpf_object__for_each_program(program, object) count++;
	list = opn_arena_array(arena, 2 * count + 1, sizeof(*list));
	err = list ? 0 : -ENOMEM;
	if (err)
		goto out;
	*out = list;
	bpf_object__for_each_program(program, object)
	{
		*list++ = opn_arena_strdup(arena, bpf_program__name(program));
		*list++ = opn_arena_strdup(arena, bpf_program__section_name(program));
	}
out:
	bpf_object__close(object);
	free(data);
	libbpf_set_print(print);
	return err;
}

/* ---- what it is ---- */

struct bpf_object *opn_program_object(const struct opn_program *program)
{
	return program->object;
}

const char *opn_program_name(const struct opn_program *program)
{
	return program->name;
}

const char *opn_program_section(const struct opn_program *program)
{
	return program->section;
}

int opn_program_fd(const struct opn_program *program)
{
	return program->fd;
}

const char *const *opn_program_replaced(const struct opn_program *program)
{
	return program->replaced;
}
