// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_json.c - map contents from a file
 *
 * hookdefs/schema/maps.schema.json tells its form. jansson has lines for syntax only: what is wrong
 * with a value is told with its path in the document (RFC 6901).
 */
#include <errno.h>
#include <jansson.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

enum { FILE_MAX = 256 << 20 };

/* Reading a hash map costs its buckets, of which there are as many as entries, rounded up: a map
 * for a million flows takes milliseconds of each sequence of packets, which fills in some hundreds.
 */
enum { ENTRIES_SPARE = 16384 };

struct reader {
	struct opn_state *state;
	struct opn_diags *diags;
	const char *path;
	struct opn_buf where;
};

static int complain(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int complain(struct reader *reader, const char *format, ...)
{
	struct opn_loc loc = { .file = reader->path };
	struct opn_buf buf = { 0 };
	va_list arguments;
	int err;

	opn_buf_printf(&buf, "%s: ", reader->where.length ? reader->where.data : "/");
	va_start(arguments, format);
	opn_buf_vprintf(&buf, format, arguments);
	va_end(arguments);
	err = buf.failed ? -ENOMEM : opn_diag(reader->diags, OPN_DIAG_MAPS_INVALID, loc, buf.data);
	opn_buf_free(&buf);
	return err;
}

static size_t enter(struct reader *reader, const char *name)
{
	size_t length = reader->where.length;

	opn_buf_putc(&reader->where, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			opn_buf_puts(&reader->where, *name == '~' ? "~0" : "~1");
		else
			opn_buf_putc(&reader->where, *name);
	}
	return length;
}

static size_t enter_index(struct reader *reader, size_t index)
{
	size_t length = reader->where.length;

	opn_buf_printf(&reader->where, "/%zu", index);
	return length;
}

static void leave(struct reader *reader, size_t length)
{
	reader->where.length = length;
	if (reader->where.data)
		reader->where.data[length] = '\0';
}

/* Bytes by type; zeroed memory of room bytes that the caller frees, NULL after reporting. */
static uint8_t *read_bytes(struct reader *reader, const struct opn_pair *pair, uint32_t type,
			   const char *name, const json_t *value, size_t size, size_t room)
{
	uint8_t *out = calloc(1, room ? room : 1);
	size_t length = enter(reader, name);
	const char *wrong;

	if (!out)
		return NULL;
	wrong = opn_state_parse(pair->btf, type, value, out, size, &reader->where);
	if (wrong) {
		complain(reader, "%s", wrong);
		free(out);
		out = NULL;
	}
	leave(reader, length);
	return out;
}

/* ---- elements ---- */

/* As the kernel refused it. */
static int put_failed(struct reader *reader, int err)
{
	return err ? complain(reader, "the kernel does not take it: %s", strerror(-err)) : 0;
}

static int read_plain(struct reader *reader, struct opn_pair *pair, const uint8_t *key,
		      const json_t *value)
{
	uint32_t size = pair->info.value_size;
	uint8_t *bytes = read_bytes(reader, pair, pair->value_type, "value", value, size,
				    pair->value_stride);
	int err;

	if (!bytes)
		return -EINVAL;
	err = put_failed(reader, opn_pair_put(reader->state, pair, key, bytes));
	free(bytes);
	return err;
}

/* One value for each of the first CPUs; the others hold zeros. */
static int read_per_cpu(struct reader *reader, struct opn_pair *pair, const uint8_t *key,
			const json_t *values)
{
	uint32_t size = pair->info.value_size;
	uint8_t *all = calloc(1, pair->stride);
	size_t length = enter(reader, "values");
	int err = 0;

	if (!all)
		err = -ENOMEM;
	else if (!json_is_array(values))
		err = complain(reader, "wants a list of values, one for each CPU");
	else if (json_array_size(values) > pair->cpus)
		err = complain(reader, "there are more values than this machine has CPUs");
	for (size_t i = 0; !err && i < json_array_size(values); i++) {
		char name[24];
		uint8_t *one;

		snprintf(name, sizeof(name), "%zu", i);
		one = read_bytes(reader, pair, pair->value_type, name, json_array_get(values, i),
				 size, size);
		if (one)
			memcpy(all + i * pair->value_stride, one, size);
		else
			err = -EINVAL;
		free(one);
	}
	leave(reader, length);
	if (!err)
		err = put_failed(reader, opn_pair_put_all(reader->state, pair, key, all));
	free(all);
	return err;
}

static int read_interface(struct reader *reader, struct opn_pair *pair, const uint8_t *key,
			  const json_t *value)
{
	const char *name = json_string_value(value);
	uint32_t ifindex = name ? if_nametoindex(name) : 0;
	json_t *number;
	int err;

	if (!name || !ifindex) /* a number, or bytes */
		return read_plain(reader, pair, key, value);
	if (pair->info.value_size == sizeof(ifindex)) {
		number = json_integer(ifindex);
		err = read_plain(reader, pair, key, number);
		json_decref(number);
		return err;
	}
	return put_failed(reader,
			  opn_pair_put(reader->state, pair, key, (uint32_t[2]){ ifindex, 0 }));
}

/* The descriptor of the loaded program of this name, or -1. */
static int find_program(const struct opn_state_parts *parts, const char *name)
{
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < parts->count; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(parts->list[i].object, name);

		fd = program ? bpf_program__fd(program) : -1;
	}
	return fd;
}

static int read_program(struct reader *reader, struct opn_pair *pair, const uint8_t *key,
			const json_t *value)
{
	const char *name = json_string_value(value);
	int err = 0;

	if (!name)
		return complain(reader, "wants the name of a program");
	for (size_t i = 0; !err && i < 2 * reader->state->copies; i++) {
		const char *own = i % 2 ? opn_state_rename(reader->state, name) : name;
		int fd = find_program(&reader->state->parts[i], own);

		if (fd < 0)
			return complain(reader, "there is no loaded program '%s'", own);
		err = put_failed(reader, bpf_map_update_elem(pair->sides[i].fd, key, &fd, BPF_ANY));
	}
	return err;
}

static int read_elements(struct reader *reader, struct opn_pair *pair, const json_t *list);

static int read_inner(struct reader *reader, struct opn_pair *outer, const uint8_t *key,
		      const json_t *value)
{
	int err = opn_inner_put(reader->state, outer, key);
	size_t length;

	if (err && err != -EEXIST)
		return put_failed(reader, err);
	length = enter(reader, "value");
	err = read_elements(reader, opn_inner_find(reader->state, outer, key), value);
	leave(reader, length);
	return err;
}

static int read_variable(struct reader *reader, struct opn_pair *pair, const json_t *key,
			 const json_t *value)
{
	uint8_t *section = malloc(pair->section_size[0]), *bytes = NULL;
	const char *name = json_string_value(key);
	int err = section ? 0 : -ENOMEM;

	if (section)
		memcpy(section, opn_side_image(&pair->sides[0]), pair->section_size[0]);
	for (size_t i = 0; name && !err && i < pair->variable_count; i++) {
		const struct opn_variable *variable = &pair->variables[i];

		if (strcmp(variable->name, name))
			continue;
		bytes = read_bytes(reader, pair, variable->type, "value", value, variable->size,
				   variable->size);
		if (bytes)
			memcpy(section + variable->offset[0], bytes, variable->size);
		err = bytes ? opn_pair_put(reader->state, pair, &(uint32_t){ 0 }, section)
			    : -EINVAL;
		break;
	}
	if (!err && !bytes)
		err = complain(reader, "key: there is no variable '%s'", name ? name : "");
	free(bytes);
	free(section);
	return err;
}

static int read_value(struct reader *reader, struct opn_pair *pair, const uint8_t *key,
		      const json_t *value)
{
	switch (pair->info.type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		return read_program(reader, pair, key, value);
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return read_inner(reader, pair, key, value);
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
		return read_interface(reader, pair, key, value);
	default:
		return read_plain(reader, pair, key, value);
	}
}

static int check_names(struct reader *reader, const json_t *element)
{
	static const char *const names[] = { "key", "value", "values", NULL };
	const char *name;
	const json_t *value;

	if (!json_is_object(element))
		return complain(reader, "wants an object with \"key\" and \"value\"");
	json_object_foreach((json_t *)element, name, value)
	{
		if (!strcmp(name, names[0]) || !strcmp(name, names[1]) || !strcmp(name, names[2]))
			continue;
		return complain(reader, "unknown key '%s'", name);
	}
	return 0;
}

static int read_element(struct reader *reader, struct opn_pair *pair, const json_t *element)
{
	const json_t *key = json_object_get(element, "key");
	const json_t *value = json_object_get(element, "value");
	const json_t *values = json_object_get(element, "values");
	uint8_t *bytes;
	int err = check_names(reader, element);

	if (err)
		return err;
	if (!value == !values || (values && pair->cpus == 1))
		return complain(reader, "wants \"value\"%s",
				pair->cpus > 1 ? " or \"values\", not both" : "");
	if (!key != (pair->way == OPN_WAY_QUEUE))
		return complain(reader, "%s", key ? "a queue has no keys" : "\"key\" is missing");
	if (pair->way == OPN_WAY_QUEUE)
		return read_plain(reader, pair, NULL, value);
	if (pair->info.internal)
		return read_variable(reader, pair, key, value);
	bytes = read_bytes(reader, pair, pair->key_type, "key", key, pair->info.key_size,
			   pair->info.key_size);
	if (!bytes)
		return -EINVAL;
	err = values ? read_per_cpu(reader, pair, bytes, values)
		     : read_value(reader, pair, bytes, value);
	free(bytes);
	return err;
}

static int read_elements(struct reader *reader, struct opn_pair *pair, const json_t *list)
{
	const json_t *element;
	int err = 0;
	size_t i;

	if (!pair)
		return complain(reader, "this inner map is a map of its own: name it");
	if (!json_is_array(list))
		return complain(reader, "wants a list of elements");
	json_array_foreach((json_t *)list, i, element)
	{
		size_t length = enter_index(reader, i);

		err = read_element(reader, pair, element);
		if (err)
			return err;
		leave(reader, length);
	}
	return 0;
}

/* ---- the file ---- */

static struct opn_pair *find_pair(const struct opn_state *state, const char *name)
{
	for (size_t i = 0; i < state->count; i++) {
		if (!state->pairs[i]->outer && !strcmp(state->pairs[i]->info.name, name))
			return state->pairs[i];
	}
	return NULL;
}

static int no_such_map(struct reader *reader, const char *name)
{
	const struct opn_state *state = reader->state;
	const char **names = opn_arena_array(state->arena, state->count + 1, sizeof(*names));
	const char *meant = NULL;
	int err;

	for (size_t i = 0; names && i < state->count; i++)
		names[i] = state->pairs[i]->info.name;
	if (names)
		meant = opn_suggest(name, names);
	err = complain(reader, "both programs have no such map");
	if (meant)
		opn_diag_note(reader->diags, OPN_NOWHERE, "did you mean '%s'?", meant);
	return err;
}

static int read_map(struct reader *reader, const char *name, const json_t *list)
{
	struct opn_pair *pair = find_pair(reader->state, name);

	if (!pair)
		return no_such_map(reader, name);
	if (!pair->info.settable && pair->info.type != BPF_MAP_TYPE_PROG_ARRAY)
		return complain(reader, "this map cannot be filled: %s",
				pair->info.uncompared ? pair->info.uncompared
						      : "only programs write it");
	pair->dirty = true;
	return read_elements(reader, pair, list);
}

static int read_document(struct reader *reader, const json_t *root)
{
	const json_t *maps = json_object_get(root, "maps"), *list;
	const char *name;
	int err = 0;

	if (!json_is_object(root) || !json_is_object(maps))
		return complain(reader,
				"wants an object with \"maps\", an object by names of maps");
	json_object_foreach((json_t *)root, name, list)
	{
		if (strcmp(name, "maps") && strcmp(name, "$schema"))
			return complain(reader, "unknown key '%s'", name);
	}
	enter(reader, "maps");
	json_object_foreach((json_t *)maps, name, list)
	{
		size_t length = enter(reader, name);

		err = read_map(reader, name, list);
		if (err)
			return err;
		leave(reader, length);
	}
	return 0;
}

/* 0, or -errno of reading; *root NULL: no JSON. */
static int read_json(const char *path, json_t **root, json_error_t *error)
{
	size_t length;
	char *text;
	int err = opn_file_read(path, FILE_MAX, &text, &length);

	*root = NULL;
	if (err)
		return err;
	*root = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, error);
	free(text);
	return 0;
}

uint32_t opn_state_entries(const char *const *paths)
{
	size_t most = 0;

	for (; paths && *paths; paths++) {
		json_error_t error;
		json_t *root, *list;
		const char *name;
		size_t longest = 0;

		if (read_json(*paths, &root, &error))
			continue;
		json_object_foreach(json_object_get(root, "maps"), name, list) longest =
			MAX(longest, json_array_size(list));
		json_decref(root);
		most += longest;
	}
	return (uint32_t)MIN(most + ENTRIES_SPARE, (size_t)UINT32_MAX);
}

int opn_state_load(struct opn_state *state, const char *path, struct opn_diags *diags)
{
	struct reader reader = { .state = state, .diags = diags, .path = path };
	json_error_t error;
	json_t *root;
	int err = read_json(path, &root, &error);

	if (err) {
		opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path, strerror(-err));
		return err;
	}
	if (!root) {
		struct opn_loc loc = { path, (unsigned int)error.line, (unsigned int)error.column,
				       1 };

		return opn_diag(diags, OPN_DIAG_MAPS_INVALID, loc, error.text);
	}
	err = read_document(&reader, root);
	json_decref(root);
	opn_buf_free(&reader.where);
	return err ? err : opn_state_mark(state);
}
