// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program.c - a program under test, from its file to its end
 *
 * libbpf's print function is the process's: while it works here it prints nothing, and afterwards
 * it has the one that it had.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chain_private.h"
#include "program_invalid.h"
#include "program_load.h"

#define OBJECT_MAX (256u << 20)

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
		return opn_diag(diags, OPN_DIAG_KERNEL_BTF_MISSING, OPN_NOWHERE,
				errno == ESRCH ? "no /sys/kernel/btf/vmlinux" : strerror(errno));
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
		err = opn_program_load(program, &plan, data, size, diags);
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
	if (program->chain)
		opn_chain_free(program);
	else if (program->replaced)
		opn_program_unload(program);
	btf__free(program->vmlinux);
	opn_probe_free(&program->head);
	free(program->edges);
	free(program->hits);
	free(program->block_hits);
	free(program->codes);
	opn_arena_free(program->arena);
	free(program);
}

int opn_object_programs(const char *path, const char *name, struct opn_arena *arena,
			struct opn_diags *diags, const char ***out)
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
		err = opn_program_invalid(name, data, size, errno, diags);
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

const struct opn_state_part *opn_program_parts(const struct opn_program *program, size_t *count)
{
	*count = program->chain ? program->chain->member_count : 1;
	return program->chain ? program->chain->parts : &program->part;
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
