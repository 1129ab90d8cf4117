// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * hook_run_read.c - the prover's keys of a hook's table
 *
 * A hook file has more keys than are read here, and hookdef.c checks them all: this reader is for
 * its two, "verdicts" and "run".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <bpf/libbpf.h>

#include "hook_run_private.h"
#include "packet.h"

static int read_value(struct opn_yaml *yaml, yaml_node_t *mapping, int32_t *out)
{
	yaml_node_t *node = opn_yaml_get(yaml, mapping, "value");
	char *end;
	long value;

	if (!node)
		return opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, mapping),
				"value");
	if (node->type != YAML_SCALAR_NODE || !*opn_yaml_scalar(node))
		return opn_yaml_invalid(yaml, node, "value", "expected a number");
	errno = 0;
	value = strtol(opn_yaml_scalar(node), &end, 0);
	if (errno || *end || value < INT32_MIN || value > INT32_MAX)
		return opn_yaml_invalid(yaml, node, "value", "expected a number of 32 bits");
	*out = value;
	return 0;
}

static int read_verdicts(struct opn_yaml *yaml, yaml_node_t *node, struct opn_hook_run *run)
{
	static const char *const keys[] = { "other", "values", NULL };
	static const char *const value_keys[] = { "value", "fate", NULL };
	struct opn_verdict_row *rows;
	yaml_node_t *values = NULL;
	unsigned int word = 0;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_word(yaml, node, "other", opn_fate_names, &word) ?: error;
	run->other = word;
	error = opn_yaml_get_mapping(yaml, node, "values", true, &values) ?: error;
	if (error)
		return error;
	error = opn_yaml_check_keys(yaml, values, NULL);
	rows = opn_arena_array(yaml->arena, opn_yaml_count(values), sizeof(*rows));
	if (!rows)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(values); i++) {
		yaml_node_t *value = opn_yaml_value(yaml, values, i);

		rows[i].name = opn_yaml_scalar(opn_yaml_key(yaml, values, i));
		rows[i].name = opn_arena_strdup(yaml->arena, rows[i].name);
		if (value->type != YAML_MAPPING_NODE) {
			error = opn_yaml_invalid(yaml, value, rows[i].name, "expected a mapping");
			continue;
		}
		error = opn_yaml_check_keys(yaml, value, value_keys) ?: error;
		error = read_value(yaml, value, &rows[i].value) ?: error;
		error = opn_yaml_get_word(yaml, value, "fate", opn_fate_names, &word) ?: error;
		rows[i].fate = word;
	}
	run->verdicts = rows;
	run->verdict_count = opn_yaml_count(values);
	return error;
}

static int read_field(struct opn_yaml *yaml, yaml_node_t *node, struct opn_run_field *field)
{
	static const char *const keys[] = { "in", "out", "count", "set-to", "meaning", NULL };
	static const char *const sources[] = { "zero", "length", "interface", NULL };
	unsigned int word;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, field->name, "expected a mapping");
	field->count = 1;
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_bool(yaml, node, "in", false, &field->in) ?: error;
	error = opn_yaml_get_bool(yaml, node, "out", false, &field->out) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "count", false, &field->count) ?: error;
	error = opn_yaml_get_string(yaml, node, "meaning", false, &field->meaning) ?: error;
	error = opn_yaml_get_string(yaml, node, "set-to", false, &field->set_to) ?: error;
	if (!error && field->set_to)
		error = opn_yaml_word(yaml, opn_yaml_get(yaml, node, "set-to"), "set-to", sources,
				      &word);
	if (!error && (!field->count || field->count > 64))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "count"), "count",
					 "expected 1 to 64");
	return error;
}

static int read_run(struct opn_yaml *yaml, yaml_node_t *node, struct opn_hook_run *run)
{
	static const char *const keys[] = { "length", "fields", "attach", NULL };
	static const char *const length_keys[] = { "min", "max", NULL };
	yaml_node_t *length = NULL, *fields = NULL, *attach = NULL;
	struct opn_run_field *rows;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_mapping(yaml, node, "length", true, &length) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "fields", true, &fields) ?: error;
	error = opn_yaml_get_list(yaml, node, "attach", false, &attach) ?: error;
	if (error)
		return error;
	error = attach ? opn_attach_rules_read(yaml, attach, run) : 0;
	error = opn_yaml_check_keys(yaml, length, length_keys) ?: error;
	error = opn_yaml_get_unsigned(yaml, length, "min", true, &run->min_length) ?: error;
	error = opn_yaml_get_unsigned(yaml, length, "max", true, &run->max_length) ?: error;
	if (!error && (run->min_length > run->max_length || run->max_length > OPN_PACKET_MAX))
		error = opn_yaml_invalid(yaml, length, "length", "expected min <= max <= %u",
					 OPN_PACKET_MAX);
	error = opn_yaml_check_keys(yaml, fields, NULL) ?: error;
	rows = opn_arena_array(yaml->arena, opn_yaml_count(fields) + 1, sizeof(*rows));
	if (!rows)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < opn_yaml_count(fields); i++) {
		rows[i].name = opn_arena_strdup(yaml->arena,
						opn_yaml_scalar(opn_yaml_key(yaml, fields, i)));
		error = read_field(yaml, opn_yaml_value(yaml, fields, i), &rows[i]) ?: error;
	}
	run->runs = true;
	run->fields = rows;
	run->field_count = opn_yaml_count(fields);
	return error;
}

/* The number of "BPF_PROG_TYPE_FOO_BAR"; libbpf knows it as "foo_bar". 0: unknown. */
static int type_number(const char *name)
{
	static const char prefix[] = "BPF_PROG_TYPE_";
	const char *known;

	if (strncmp(name, prefix, sizeof(prefix) - 1))
		return 0;
	for (int type = 1; (known = libbpf_bpf_prog_type_str(type)); type++) {
		if (!strcasecmp(known, name + sizeof(prefix) - 1))
			return type;
	}
	return 0;
}

int opn_hook_run_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out)
{
	yaml_node_t *verdicts = NULL, *run = NULL, *context = NULL;
	struct opn_hook_entry *hook;
	const char *type = "";
	int error = opn_yaml_get_mapping(yaml, root, "verdicts", false, &verdicts);

	error = opn_yaml_get_mapping(yaml, root, "run", false, &run) ?: error;
	if (error || !run)
		return error;
	if (!verdicts)
		return opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, root),
				"verdicts");
	hook = opn_arena_alloc(yaml->arena, sizeof(*hook));
	if (!hook)
		return opn_yaml_no_memory(yaml);
	error = opn_yaml_get_string(yaml, root, "name", true, &hook->run.hook);
	error = opn_yaml_get_string(yaml, root, "prog-type", true, &type) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "context", true, &context) ?: error;
	if (!error)
		error = opn_yaml_get_string(yaml, context, "type", true, &hook->run.context);
	hook->run.prog_type = type_number(type);
	if (!error && !hook->run.prog_type)
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, root, "prog-type"), type,
					 "libbpf knows no such program type");
	error = read_verdicts(yaml, verdicts, &hook->run) ?: error;
	error = read_run(yaml, run, &hook->run) ?: error;
	hook->next = out->hooks;
	out->hooks = hook;
	return error;
}
