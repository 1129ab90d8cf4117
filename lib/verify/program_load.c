// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_load.c - the instructions of a program edited, and the program loaded
 *
 * libbpf does all that loading is: maps, CO-RE, externs, slots of program arrays. It is interrupted
 * once a program, by prog_prepare_load_fn, when the instructions are as they would be loaded. That
 * function belongs to a section handler, and handlers to the process: opn_program_open() takes its
 * own out again, and must not run in two threads at a time. One handler without a use stays,
 * because libbpf up to 1.2 frees its table with the last one and goes on using it.
 *
 * Our handlers stand in for libbpf's, which also set program flags by section; here these come from
 * the tables with the options.
 *
 * The code is not verified yet when it is edited: nothing of it is taken for granted.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chain_private.h"
#include "load.h"
#include "program_load.h"
#include "state.h"

/* Only pages that are written cost. Since 6.4 the kernel keeps the end of a longer log; before, the
 * load fails with ENOSPC. */
#define LOG_SIZE (16u << 20)
#define LOG_MAX	 (512u << 20)

static const char idle_section[] = "opened/idle";

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
	/* One more, for what looks like the first half of a wide instruction at the end. */
	code->insns = calloc(count + 1, sizeof(*code->insns));
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
	err = program->trace ? opn_trace_prepare(program, code) : opn_field_watch(program, code);
	if (err)
		return err;
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

static int register_all(const struct opn_attempt *attempt, int *handlers)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, options, .cookie = (long)attempt->program,
		    .prog_prepare_load_fn = prepare_load);
	const struct opn_plan *plan = attempt->plan;
	enum bpf_attach_type attach_type;
	enum bpf_prog_type type;
	int id;

	if (libbpf_prog_type_by_name(idle_section, &type, &attach_type)) {
		id = libbpf_register_prog_handler(idle_section, 0, 0, NULL);
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

static int select_parts(const struct opn_attempt *attempt, struct bpf_object *object)
{
	struct opn_sharing *sharing = attempt->program->options->sharing;
	const struct opn_plan *plan = attempt->plan;
	struct bpf_program *program;
	struct bpf_map *map;
	size_t i = 0;
	int err = 0;

	if (sharing)
		sharing->pending_count = 0;
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
		bool is_used =
			bpf_map__is_internal(map) || opn_plan_has_map(plan, bpf_map__name(map));

		if (!err && sharing && is_used)
			err = opn_sharing_prepare(sharing, map);
		opn_load_prepare_map(map);
		if (is_used)
			continue;
		bpf_map__set_autocreate(map, false);
		/* libbpf fills the slots of every program array, made or not. */
		if (bpf_map__type(map) == BPF_MAP_TYPE_PROG_ARRAY)
			bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
	}
	return err;
}

static int load_with_handlers(const struct opn_attempt *attempt)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = "opened");
	struct opn_program *program = attempt->program;
	int err;

	program->object = bpf_object__open_mem(attempt->data, attempt->size, &open);
	if (!program->object)
		return -errno;
	err = select_parts(attempt, program->object);
	if (err)
		return err;
	opn_state_prepare(program->object, program->options->entries,
			  program->options->one_cpu && !attempt->plan->reads_other_cpus);
	return bpf_object__load(program->object);
}

static int try_load(const struct opn_attempt *attempt)
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

/* ---- loading ---- */

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
void opn_program_unload(struct opn_program *program)
{
	for (size_t i = 0; i < program->code_count; i++)
		free_code(program->codes[i]);
	program->code_count = program->edge_count = program->block_count = 0;
	program->error = 0;
	program->spilled = program->watches = false;
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
	program->part = (struct opn_state_part){ .object = program->object };
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
static int load_plan(struct opn_attempt *attempt)
{
	int err;

	for (attempt->log_size = LOG_SIZE;; attempt->log_size *= 4) {
		attempt->log = malloc(attempt->log_size);
		if (!attempt->log)
			return -ENOMEM;
		attempt->log[0] = '\0';
		err = try_load(attempt);
		if (err != -ENOSPC || !attempt->log[0] || attempt->log_size >= LOG_MAX) {
			attempt->reason = opn_verifier_log_reason(attempt->log);
			return err;
		}
		free(attempt->log);
		opn_program_unload(attempt->program);
	}
}

/* Gives up one thing of the trace; the next try may load where this one did not. Returns whether
 * there was any. What is likeliest to be too much goes first: places with a saved register when
 * there are any (the frame may be too small), then what costs the most instructions. */
static bool give_up(struct opn_program *program, const struct opn_attempt *attempt)
{
	static const struct {
		unsigned int what;
		const char *name;
	} order[] = {
		{ OPN_TRACE_SPILLS, "branches where every register is in use" },
		{ OPN_TRACE_LOOKUPS, "lookups" },
		{ OPN_TRACE_COMPARISONS, "comparisons" },
		{ OPN_TRACE_EDGES, "branches" },
	};
	const char *why = attempt->reason.line ? attempt->reason.line : "the kernel refuses it";
	unsigned int lost = 0;
	const char *name = "";

	if (program->error == -ERANGE) {
		why = "a jump would be too long";
	} else if (program->error == -EINVAL || program->error == -EOPNOTSUPP) {
		why = "the control flow is of a kind that is not known here";
		lost = program->trace;
		name = "branches";
	}
	for (size_t i = 0; !lost && i < sizeof(order) / sizeof(order[0]); i++) {
		bool used = order[i].what != OPN_TRACE_SPILLS || program->spilled;

		if ((program->trace & order[i].what) && used) {
			lost = order[i].what;
			name = order[i].name;
		}
	}
	if (!lost)
		return false;
	program->trace = lost & OPN_TRACE_EDGES ? 0 : program->trace & ~lost;
	program->lost =
		program->lost && program->trace
			? opn_arena_printf(program->arena, "%s; no %s, because with them %s",
					   program->lost, name, why)
			: opn_arena_printf(program->arena, "no %s, because with them %s", name,
					   why);
	return true;
}

/* What the frame has no room for is not asked for again. */
static bool stop_watching(struct opn_program *program)
{
	program->watches_not = true;
	return program->watches;
}

/* Whether it is the edits that may be at fault. */
static bool may_be_trace(const struct opn_program *program, const struct opn_attempt *attempt)
{
	if (program->error)
		return program->error != -ENOMEM && program->error != -EPERM;
	return attempt->reason.line;
}

int opn_program_load(struct opn_program *program, const struct opn_plan *plan, const void *data,
		     size_t size, struct opn_diags *diags)
{
	struct opn_attempt attempt = {
		.program = program, .plan = plan, .data = data, .size = size
	};
	int err;

	program->trace = program->options->trace ? OPN_TRACE_ALL : 0;
	for (;;) {
		program->name = plan->programs[plan->chosen].name;
		err = load_plan(&attempt);
		if (!err || !may_be_trace(program, &attempt) ||
		    (!stop_watching(program) && !give_up(program, &attempt)))
			break;
		free(attempt.log);
		attempt.log = NULL;
		opn_program_unload(program);
	}
	if (err) {
		err = opn_program_report(&attempt, err, diags);
	} else {
		settle(program);
		err = opn_trace_settle(program);
	}
	free(attempt.log);
	return err;
}
