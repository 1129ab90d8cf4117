// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * program_run.c - one run: the packet, the context and the probe in, what came of it out
 *
 * One system call. The context's fields are found by name in the kernel's BTF, once for a program:
 * their offsets are the kernel's contract, but which fields there are differs between kernels.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chain_private.h"
#include "packet.h"
#include "program_private.h"

#define KERNEL_ENOTSUPP 524 /* include/linux/errno.h: what test_run says of other types */

struct opn_ctx_field {
	const char *name;
	uint32_t offset, size, count; /* in bytes; size of one element */
};

/* ---- probes ---- */

int opn_probe_make(struct opn_probe *probe, const char *name, size_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	struct bpf_map_info info = { 0 };
	uint32_t info_size = sizeof(info);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int err;

	probe->size = (size + 7) & ~(size_t)7;
	probe->data = NULL;
	probe->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t),
				   (uint32_t)probe->size, 1, &options);
	if (probe->fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(probe->fd, &info, &info_size)) {
		err = -errno;
		goto fail;
	}
	probe->id = info.id;
	probe->data = mmap(NULL, (probe->size + page - 1) & ~(page - 1), PROT_READ | PROT_WRITE,
			   MAP_SHARED, probe->fd, 0);
	if (probe->data != MAP_FAILED)
		return 0;
	err = -errno;
	probe->data = NULL;
fail:
	opn_probe_free(probe);
	return err;
}

void opn_probe_free(struct opn_probe *probe)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (probe->data)
		munmap(probe->data, (probe->size + page - 1) & ~(page - 1));
	if (probe->fd >= 0)
		close(probe->fd);
	probe->data = NULL;
	probe->fd = -1;
}

/* ---- the context ---- */

/* Members of anonymous members are members. Fills fields when there are any to fill. */
static size_t list_fields(const struct btf *btf, const struct btf_type *type, uint32_t base,
			  struct opn_program *program, struct opn_ctx_field *fields)
{
	const struct btf_member *members = btf_members(type);
	size_t count = 0;

	for (uint16_t i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, members[i].name_off);
		uint32_t offset = base + btf_member_bit_offset(type, i) / 8;
		int id = btf__resolve_type(btf, members[i].type);
		const struct btf_type *member = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
		uint32_t elements = 1;
		int64_t size;

		if (!member)
			continue;
		if (!*name) {
			if (btf_is_composite(member))
				count += list_fields(btf, member, offset, program,
						     fields ? fields + count : NULL);
			continue;
		}
		if (btf_is_array(member)) {
			elements = btf_array(member)->nelems;
			size = btf__resolve_size(btf, btf_array(member)->type);
		} else {
			size = btf__resolve_size(btf, (uint32_t)id);
		}
		if (size != 1 && size != 2 && size != 4 && size != 8)
			continue;
		if (fields)
			fields[count] = (struct opn_ctx_field){
				.name = opn_arena_strdup(program->arena, name),
				.offset = offset,
				.size = (uint32_t)size,
				.count = elements,
			};
		count++;
	}
	return count;
}

int opn_ctx_resolve(struct opn_program *program)
{
	const char *name = program->options->ctx_type;
	const struct btf_type *type;
	int id;

	if (!name)
		return 0;
	if (!program->vmlinux)
		return -ENOENT;
	if (!strncmp(name, "struct ", 7))
		name += 7;
	id = btf__find_by_name_kind(program->vmlinux, name, BTF_KIND_STRUCT);
	if (id < 0)
		return -ENOENT;
	type = btf__type_by_id(program->vmlinux, (uint32_t)id);
	if (type->size > sizeof(((struct opn_output *)0)->ctx))
		return -ENOENT;
	program->ctx_size = type->size;
	program->ctx_field_count = list_fields(program->vmlinux, type, 0, program, NULL);
	program->ctx_fields = opn_arena_array(program->arena, program->ctx_field_count + 1,
					      sizeof(*program->ctx_fields));
	if (!program->ctx_fields)
		return -ENOMEM;
	list_fields(program->vmlinux, type, 0, program, program->ctx_fields);
	return 0;
}

static const struct opn_ctx_field *find_field(const struct opn_program *program, const char *name,
					      unsigned int index)
{
	for (size_t i = 0; i < program->ctx_field_count; i++) {
		const struct opn_ctx_field *field = &program->ctx_fields[i];

		if (field->name && !strcmp(field->name, name))
			return index < field->count ? field : NULL;
	}
	return NULL;
}

int opn_ctx_word(const struct opn_program *program, const char *name, uint32_t *offset)
{
	const struct opn_ctx_field *field = find_field(program, name, 0);

	if (!field || field->size != sizeof(uint32_t))
		return -ENOENT;
	*offset = field->offset;
	return 0;
}

/* Both in the machine's byte order, as the context is. */
static void put(uint8_t *at, uint32_t size, uint64_t value)
{
	uint8_t byte = (uint8_t)value;
	uint16_t half = (uint16_t)value;
	uint32_t word = (uint32_t)value;

	memcpy(at,
	       size == 1   ? (void *)&byte
	       : size == 2 ? (void *)&half
	       : size == 4 ? (void *)&word
			   : &value,
	       size);
}

static uint64_t get(const uint8_t *at, uint32_t size)
{
	uint8_t byte;
	uint16_t half;
	uint32_t word;
	uint64_t value;

	switch (size) {
	case 1:
		memcpy(&byte, at, size);
		return byte;
	case 2:
		memcpy(&half, at, size);
		return half;
	case 4:
		memcpy(&word, at, size);
		return word;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

int opn_program_ctx(const struct opn_program *program, const struct opn_output *output,
		    const char *name, unsigned int index, uint64_t *value)
{
	const struct opn_ctx_field *field = find_field(program, name, index);

	if (!field)
		return -ENOENT;
	*value = get(output->ctx + field->offset + (size_t)index * field->size, field->size);
	return 0;
}

/* ---- the run ---- */

static int fill_ctx(const struct opn_program *program, const struct opn_input *input, uint8_t *ctx)
{
	memset(ctx, 0, program->ctx_size);
	for (size_t i = 0; i < input->ctx_count; i++) {
		const struct opn_ctx_value *value = &input->ctx[i];
		const struct opn_ctx_field *field = find_field(program, value->field, value->index);

		if (!field)
			return -ENOENT;
		put(ctx + field->offset + (size_t)value->index * field->size, field->size,
		    value->value);
	}
	return 0;
}

void opn_probe_head_clear(struct opn_probe_head *head, const struct opn_input *input)
{
	uint64_t random = input->again ? head->random : input->random;
	uint64_t clones = input->again ? head->clones : 0;

	memset(head, 0, sizeof(*head));
	head->clock = input->clock;
	head->random = random;
	head->clones = clones;
}

void opn_program_clear_marks(struct opn_program *program, const struct opn_input *input)
{
	program->blocks_known = false;
	if (input->again)
		return;
	for (size_t i = 0; i < program->code_count; i++) {
		struct opn_code *code = program->codes[i];

		if (code->probe.data)
			memset(code->probe.data, 0, code->cleared);
	}
}

void opn_program_read_head(const struct opn_probe_head *head, struct opn_output *output)
{
	memset(&output->redirect, 0, sizeof(output->redirect));
	memset(&output->watched, 0, sizeof(output->watched));
	output->clones = 0;
	if (head) {
		output->clones = (unsigned int)head->clones;
		output->redirect.kind = (enum opn_redirect_kind)head->kind;
		output->redirect.ifindex = (uint32_t)head->ifindex;
		output->redirect.map_id = (uint32_t)head->map_id;
		output->redirect.key = head->key;
		output->redirect.flags = head->flags;
		output->watched = (struct opn_watched){ head->field_known != 0, head->field_before,
							head->field_after };
	}
}

void opn_program_read_marks(struct opn_program *program)
{
	for (size_t i = 0; i < program->code_count; i++) {
		const struct opn_code *code = program->codes[i];

		if (code->probe.data)
			memcpy(program->hits + code->first_edge, code->probe.data,
			       code->edge_count);
	}
}

/* Errors that say something of the machine or of us, not of the frame. */
static bool is_fatal(int error)
{
	switch (error) {
	case -KERNEL_ENOTSUPP:
	case -EOPNOTSUPP:
	case -EPERM:
	case -EBADF:
	case -EFAULT:
	case -ENOSYS:
		return true;
	default:
		return false;
	}
}

int opn_program_test_run(const struct opn_program *program, int fd, const struct opn_input *input,
			 struct opn_output *output)
{
	uint8_t ctx[sizeof(output->ctx)] __attribute__((aligned(8)));
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = input->data, .data_size_in = input->length,
		    .data_out = output->data, .data_size_out = OPN_PACKET_MAX);
	bool with_ctx = program->ctx_size && !input->without_ctx;
	int err;

	if (with_ctx) {
		err = fill_ctx(program, input, ctx);
		if (err)
			return err;
		/* Never one without the other: see hookdefs on what an empty context means. */
		run.ctx_in = ctx;
		run.ctx_size_in = (uint32_t)program->ctx_size;
		run.ctx_out = output->ctx;
		run.ctx_size_out = (uint32_t)program->ctx_size;
	}
	do {
		err = bpf_prog_test_run_opts(fd, &run);
	} while (err && (errno == EINTR || errno == EAGAIN));
	output->error = err ? -errno : 0;
	output->verdict = run.retval;
	output->length = err ? 0 : run.data_size_out;
	if (!err)
		return 0;
	if (output->error == -KERNEL_ENOTSUPP)
		output->error = -EOPNOTSUPP;
	return is_fatal(output->error) ? output->error : 0;
}

int opn_program_run(struct opn_program *program, const struct opn_input *input,
		    struct opn_output *output)
{
	struct opn_probe_head *head = (struct opn_probe_head *)program->head.data;
	int err;

	output->stage = NULL;
	output->began = false;
	if (program->chain)
		return opn_chain_run(program, input, output);
	if (head)
		opn_probe_head_clear(head, input);
	opn_program_clear_marks(program, input);
	err = opn_program_test_run(program, program->fd, input, output);
	opn_program_read_head(head, output);
	opn_program_read_marks(program);
	return err;
}
