// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_json.c - a verification's result for programs: hookdefs/schema/verify.schema.json
 *
 * Complete and in the order of the result, so that equal runs give equal files but for "seconds".
 * 64-bit seeds, clocks and random words are decimal text: readers of JSON keep 53 bits.
 */
#include <string.h>

#include "json.h"
#include "report.h"
#include "report_parts.h"

const char *opn_verdict_name(enum opn_verdict_kind kind)
{
	switch (kind) {
	case OPN_EQUIVALENT:
		return "equivalent";
	case OPN_DIFFERENT:
		return "different";
	case OPN_INCONCLUSIVE:
		return "inconclusive";
	}
	return "unknown";
}

static json_t *set_string(json_t *object, const char *key, const char *text)
{
	return opn_json_set(object, key, opn_json_string(text));
}

static json_t *set_count(json_t *object, const char *key, uint64_t count)
{
	return opn_json_set(object, key, json_integer((json_int_t)count));
}

static json_t *set_word(json_t *object, const char *key, uint64_t word)
{
	return opn_json_set(object, key, json_sprintf("%llu", (unsigned long long)word));
}

static json_t *set_bool(json_t *object, const char *key, bool value)
{
	return opn_json_set(object, key, json_boolean(value));
}

/* ---- a program ---- */

static json_t *edge_json(const struct opn_result_edge *edge)
{
	json_t *object = json_object();

	object = set_string(object, "function", edge->function);
	object = set_string(object, "file", edge->file);
	object = set_count(object, "line", edge->line);
	object = set_count(object, "column", edge->column);
	object = set_string(object, "source", edge->source);
	object = set_bool(object, "holds", edge->taken);
	object = set_bool(object, "reached", edge->reached);
	return set_string(object, "unreachable", edge->dead);
}

static json_t *line_json(const struct opn_result_line *line)
{
	json_t *object = json_object();

	object = set_string(object, "file", line->file);
	object = set_count(object, "line", line->line);
	object = set_string(object, "source", line->source);
	return set_count(object, "packets", line->hits);
}

static json_t *coverage_json(const struct opn_result_side *side)
{
	json_t *object, *branches = json_array(), *lines = json_array();

	for (size_t i = 0; i < side->edge_count; i++)
		branches = opn_json_append(branches, edge_json(&side->edges[i]));
	for (size_t i = 0; i < side->line_count; i++)
		lines = opn_json_append(lines, line_json(&side->lines[i]));
	object = set_count(json_object(), "reached", side->edges_reached);
	object = set_count(object, "total", side->edge_count - side->edges_dead);
	object = set_count(object, "unreachable", side->edges_dead);
	object = opn_json_set(object, "branches", branches);
	return opn_json_set(object, "lines", lines);
}

static json_t *side_json(const struct opn_result_side *side)
{
	json_t *object = json_object();

	object = set_string(object, "object", side->object);
	object = set_string(object, "program", side->program);
	object = set_string(object, "section", side->section);
	object = set_string(object, "hook", side->hook);
	object = set_string(object, "licence", side->licence);
	object = set_count(object, "instructions", side->instructions);
	object = opn_json_set(object, "idle_stages", opn_json_strings(side->idle));
	object = opn_json_set(object, "set_calls", opn_json_strings(side->replaced));
	object = opn_json_set(object, "coverage", side->traced ? coverage_json(side) : json_null());
	return set_string(object, "coverage_missing",
			  side->traced	       ? NULL
			  : side->untraced_why ? side->untraced_why
					       : "");
}

/* ---- a difference ---- */

static json_t *hex_json(const struct opn_packet *packet)
{
	struct opn_buf buf = { 0 };
	json_t *value;

	if (!packet->data)
		return json_null();
	for (uint32_t i = 0; i < packet->length; i++)
		opn_buf_printf(&buf, "%02x", packet->data[i]);
	value = buf.failed ? NULL : json_string(buf.data ? buf.data : "");
	opn_buf_free(&buf);
	return value;
}

static json_t *field_json(struct opn_arena *arena, const struct opn_field *field,
			  const uint8_t *data)
{
	json_t *object = json_object();

	object = set_string(object, "field", opn_report_field_name(arena, field));
	object = set_count(object, "offset", field->offset);
	object = set_count(object, "size", field->size);
	return set_string(object, "value", opn_field_text(arena, field, data));
}

static json_t *packet_json(struct opn_arena *arena, const struct opn_packet *packet)
{
	json_t *object = json_object(), *array = json_array();
	struct opn_field *fields = NULL;
	size_t count = 0;

	if (packet->length)
		fields = opn_packet_fields(arena, packet->data, packet->length, &count);
	for (size_t i = 0; fields && i < count; i++)
		array = opn_json_append(array, field_json(arena, &fields[i], packet->data));
	object = set_string(object, "summary",
			    opn_packet_summary(arena, packet->data, packet->length));
	object = set_count(object, "length", packet->length);
	object = opn_json_set(object, "hex", hex_json(packet));
	return opn_json_set(object, "fields", array);
}

static json_t *outcome_json(const char *fate, const struct opn_packet *out,
			    const struct opn_result_path *path, size_t length)
{
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < length; i++) {
		json_t *step = set_string(json_object(), "file", path[i].file);

		step = set_count(step, "line", path[i].line);
		step = set_string(step, "source", path[i].source);
		array = opn_json_append(array, step);
	}
	object = set_string(object, "fate", fate);
	object = opn_json_set(object, "output", hex_json(out));
	return opn_json_set(object, "path", array);
}

static json_t *value_json(const char *what, const char *left, const char *right)
{
	json_t *object = set_string(json_object(), "what", what);

	object = set_string(object, "left", left);
	return set_string(object, "right", right);
}

static json_t *written_json(const struct opn_difference *difference)
{
	json_t *object = set_string(json_object(), "pcap", difference->written_pcap);

	object = set_string(object, "hex", difference->written_hex);
	return set_string(object, "c", difference->written_c);
}

/* The packet as it was before it was shrunk. */
static json_t *seen_json(const struct opn_difference *difference)
{
	json_t *object = json_object();

	object = opn_json_set(object, "packet", hex_json(&difference->seen));
	object = opn_json_set(object, "left", hex_json(&difference->seen_left));
	return opn_json_set(object, "right", hex_json(&difference->seen_right));
}

static json_t *difference_json(struct opn_arena *arena, const struct opn_difference *difference)
{
	json_t *object = json_object(), *packets = json_array(), *values = json_array(),
	       *bytes = json_array();
	struct opn_report_delta *deltas;
	size_t count;

	for (size_t i = 0; i < difference->packet_count; i++)
		packets = opn_json_append(packets, packet_json(arena, &difference->packets[i]));
	for (size_t i = 0; i < difference->field_count; i++) {
		const struct opn_result_field *field = &difference->fields[i];

		values =
			opn_json_append(values, value_json(field->what, field->left, field->right));
	}
	deltas = opn_report_deltas(arena, difference, &count);
	for (size_t i = 0; i < count; i++)
		bytes = opn_json_append(
			bytes, value_json(deltas[i].field, deltas[i].left, deltas[i].right));
	object = set_string(object, "kind", difference->kind);
	object = set_string(object, "origin", difference->origin);
	object = set_string(object, "summary", difference->summary);
	object = opn_json_set(object, "packets", packets);
	object = opn_json_set(object, "seen", seen_json(difference));
	object = opn_json_set(object, "left",
			      outcome_json(difference->left_fate, &difference->left_out,
					   difference->left_path, difference->left_path_length));
	object = opn_json_set(object, "right",
			      outcome_json(difference->right_fate, &difference->right_out,
					   difference->right_path, difference->right_path_length));
	object = opn_json_set(object, "values", values);
	object = opn_json_set(object, "output_fields", bytes);
	object = set_word(object, "clock", difference->clock);
	object = set_word(object, "random", difference->random);
	return opn_json_set(object, "written", written_json(difference));
}

/* ---- the whole ---- */

static json_t *sources_json(const struct opn_result *result)
{
	json_t *object = set_count(json_object(), "cases", result->from_cases);

	object = set_count(object, "captures", result->from_captures);
	object = set_count(object, "shapes", result->from_shapes);
	return set_count(object, "generated", result->generated);
}

static json_t *refused_json(const struct opn_result *result)
{
	json_t *object = set_count(json_object(), "left", result->refused_left);

	object = set_count(object, "right", result->refused_right);
	return set_count(object, "both", result->refused_both);
}

static json_t *maps_json(const struct opn_result *result)
{
	json_t *object = json_object();

	object = opn_json_set(object, "compared", opn_json_strings(result->maps_compared));
	object = opn_json_set(object, "unpaired", opn_json_strings(result->maps_unpaired));
	object = opn_json_set(object, "ignored", opn_json_strings(result->maps_ignored));
	return set_bool(object, "changed", result->maps_changed);
}

static json_t *fates_json(const struct opn_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->fate_count; i++) {
		const struct opn_result_fate *fate = &result->fates[i];
		json_t *object = set_string(json_object(), "left", fate->left);

		object = set_string(object, "right", fate->right);
		array = opn_json_append(array, set_count(object, "packets", fate->packets));
	}
	return array;
}

static json_t *benign_json(const struct opn_result *result)
{
	json_t *array = json_array();

	for (size_t i = 0; i < result->benign_count; i++) {
		const struct opn_result_benign *benign = &result->benign[i];
		json_t *object = set_string(json_object(), "row", benign->row);

		object = set_string(object, "why", benign->why);
		array = opn_json_append(array, set_count(object, "packets", benign->packets));
	}
	return array;
}

static json_t *sentence_json(const struct opn_result *result)
{
	struct opn_buf buf = { 0 };
	json_t *value;

	opn_report_sentence(result, &buf);
	value = buf.failed ? NULL : opn_json_string(buf.data);
	opn_buf_free(&buf);
	return value;
}

json_t *opn_report_json(const struct opn_result *result)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	json_t *object = json_object(), *programs = json_array(), *differences = json_array();

	if (!arena) {
		json_decref(object);
		object = NULL;
	}
	for (int i = 0; i < 2; i++)
		programs = opn_json_append(programs, side_json(&result->side[i]));
	for (size_t i = 0; arena && i < result->difference_count; i++)
		differences = opn_json_append(differences,
					      difference_json(arena, &result->differences[i]));
	object = opn_json_set(object, "version", json_integer(1));
	object = set_string(object, "generator", OPN_REPORT_GENERATOR);
	object = set_string(object, "verdict", opn_verdict_name(result->verdict));
	object = opn_json_set(object, "sentence", sentence_json(result));
	if (result->variant) {
		object = set_count(object, "variant", result->variant);
		object = set_count(object, "variants", result->variants);
	}
	object = set_string(object, "why", result->why);
	object = set_string(object, "engine", result->engine);
	object = set_string(object, "kernel", result->kernel);
	object = set_word(object, "seed", result->seed);
	object = set_count(object, "packets", result->packets);
	object = set_count(object, "sequences", result->sequences);
	object = set_count(object, "packets_different", result->packets_different);
	object = opn_json_set(object, "sources", sources_json(result));
	object = opn_json_set(object, "not_run", refused_json(result));
	object = opn_json_set(object, "seconds", json_real(result->seconds));
	object = opn_json_set(object, "programs", programs);
	object = opn_json_set(object, "maps", maps_json(result));
	object = opn_json_set(object, "fates", fates_json(result));
	object = opn_json_set(object, "allowed", benign_json(result));
	object = opn_json_set(object, "differences", differences);
	object = opn_json_set(object, "notes", opn_json_strings(result->notes));
	opn_arena_free(arena);
	return object;
}
