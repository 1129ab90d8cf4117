// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_text.c - a verification's result for a terminal
 *
 * The first line is the verdict, and holds alone: what follows is for the one who asks why. Without
 * verbose, lists are cut with their length told; the JSON and HTML reports have all of it.
 */
#include <stdarg.h>
#include <string.h>

#include "report.h"
#include "report_parts.h"

enum {
	LABEL_WIDTH = 11,
	ROW_BYTES = 8,
	SHORT_LIST = 10,    /* entries of a list when not verbose */
	SHORT_DELTAS = 30,  /* of header fields that differ */
	SHORT_PATH = 20,    /* source lines of a path */
	SHORT_PACKET = 256, /* bytes of a packet */
};

struct text {
	struct opn_buf *buf;
	struct opn_arena *arena;
	bool colour, verbose;
};

#define RESET  "\033[0m"
#define BOLD   "\033[1m"
#define FAINT  "\033[2m"
#define GREEN  "\033[0;1;32m"
#define RED    "\033[0;1;31m"
#define YELLOW "\033[0;1;33m"

static void put_colour(struct text *text, const char *colour)
{
	if (text->colour)
		opn_buf_puts(text->buf, colour);
}

static void put_plain(struct text *text, const char *string)
{
	opn_report_plain(text->buf, string ? string : "-");
}

/* Formats, then makes it harmless: arguments may be anything. */
static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
	struct opn_buf line = { 0 };
	va_list arguments;

	va_start(arguments, format);
	opn_buf_vprintf(&line, format, arguments);
	va_end(arguments);
	if (line.failed)
		text->buf->failed = true;
	else if (line.data)
		opn_report_plain(text->buf, line.data);
	opn_buf_free(&line);
}

static void end_line(struct text *text)
{
	opn_buf_putc(text->buf, '\n');
}

static void put_label(struct text *text, const char *label)
{
	opn_buf_printf(text->buf, "  %-*s", LABEL_WIDTH, label);
}

/* How much of a list is shown. */
static size_t shown(const struct text *text, size_t count, size_t limit)
{
	return text->verbose || count <= limit ? count : limit;
}

static void put_rest(struct text *text, size_t count, size_t limit)
{
	if (shown(text, count, limit) == count)
		return;
	put(text, "    ... and %zu more", count - limit);
	end_line(text);
}

/* ---- the head ---- */

static void put_sentence(struct text *text, const struct opn_result *result)
{
	static const char *const colours[] = {
		[OPN_EQUIVALENT] = GREEN,
		[OPN_DIFFERENT] = RED,
		[OPN_INCONCLUSIVE] = YELLOW,
	};
	struct opn_buf sentence = { 0 };

	opn_report_sentence(result, &sentence);
	put_colour(text, colours[result->verdict]);
	if (sentence.failed)
		text->buf->failed = true;
	else
		put_plain(text, sentence.data);
	opn_buf_free(&sentence);
	put_colour(text, RESET);
	end_line(text);
}

static void put_side(struct text *text, const struct opn_result *result, int side)
{
	const struct opn_result_side *program = &result->side[side];
	struct opn_report_branches branches = opn_report_branches(result, side);

	put_label(text, side ? "right" : "left");
	put(text, "%s:%s", program->object ? program->object : "-",
	    program->program ? program->program : "-");
	if (program->hook)
		put(text, " at %s", program->hook);
	put(text, ", %u instructions", program->instructions);
	if (branches.known)
		put(text, ", %zu of %zu branches reached", branches.reached, branches.total);
	else if (program->untraced_why)
		put(text, ", branches not known: %s", program->untraced_why);
	if (branches.known && branches.dead)
		put(text, " (%zu more cannot be)", branches.dead);
	end_line(text);
}

static void put_counter(struct text *text, unsigned long long count, const char *what)
{
	if (count)
		put(text, ", %llu %s", count, what);
}

static void put_run(struct text *text, const struct opn_result *result)
{
	put_label(text, "ran");
	opn_report_count(text->buf, result->packets, "packet", "packets");
	put(text, " on %s", result->engine ? result->engine : "-");
	if (result->kernel)
		put(text, ", kernel %s", result->kernel);
	put(text, ", seed %llu", (unsigned long long)result->seed);
	if (result->seconds > 0)
		put(text, ", %.2f s, %.0f packets a second", result->seconds,
		    (double)result->packets / result->seconds);
	end_line(text);
	put_label(text, "from");
	put(text, "%llu of shapes", (unsigned long long)result->from_shapes);
	put_counter(text, result->generated, "generated");
	put_counter(text, result->from_captures, "of captures");
	put_counter(text, result->from_cases, "of cases");
	end_line(text);
	if (result->refused_left || result->refused_right || result->refused_both) {
		put_label(text, "not run");
		put(text, "%llu by the left, %llu by the right, %llu by both",
		    (unsigned long long)result->refused_left,
		    (unsigned long long)result->refused_right,
		    (unsigned long long)result->refused_both);
		end_line(text);
	}
}

static void put_fates(struct text *text, const struct opn_result *result)
{
	size_t count = shown(text, result->fate_count, SHORT_LIST);

	for (size_t i = 0; i < count; i++) {
		const struct opn_result_fate *fate = &result->fates[i];

		put_label(text, i ? "" : "fates");
		put(text, "%10llu  %s", (unsigned long long)fate->packets, fate->left);
		if (strcmp(fate->left, fate->right))
			put(text, " against %s", fate->right);
		end_line(text);
	}
	put_rest(text, result->fate_count, SHORT_LIST);
}

static void put_names(struct text *text, const char *label, const char *const *names)
{
	if (!names || !*names)
		return;
	put_label(text, label);
	for (size_t i = 0; names[i]; i++)
		put(text, "%s%s", i ? ", " : "", names[i]);
	end_line(text);
}

static void put_maps(struct text *text, const struct opn_result *result)
{
	put_names(text, "maps", result->maps_compared);
	if (result->maps_compared && *result->maps_compared && !result->maps_changed) {
		put_label(text, "");
		put(text, "no run changed any of them: nothing is known of their contents");
		end_line(text);
	}
	put_names(text, "one only", result->maps_unpaired);
	put_names(text, "ignored", result->maps_ignored);
}

static void put_benign(struct text *text, const struct opn_result *result)
{
	for (size_t i = 0; i < result->benign_count; i++) {
		const struct opn_result_benign *benign = &result->benign[i];

		put_label(text, "allowed");
		opn_report_count(text->buf, benign->packets, "packet", "packets");
		put(text, " by '%s': %s", benign->row, benign->why);
		end_line(text);
	}
}

static void put_notes(struct text *text, const struct opn_result *result)
{
	for (size_t i = 0; result->notes && result->notes[i]; i++) {
		put_label(text, "note");
		put_plain(text, result->notes[i]);
		end_line(text);
	}
}

/* ---- branches that were not reached ---- */

static void put_edge(struct text *text, const struct opn_result_edge *edge)
{
	put(text, "    %s:%u: ", edge->file ? edge->file : edge->function, edge->line);
	put(text, "%s, in %s", edge->taken ? "where it holds" : "where it does not hold",
	    edge->function ? edge->function : "-");
	if (edge->dead)
		put(text, " (%s)", edge->dead);
	if (edge->source) {
		end_line(text);
		put(text, "        %s", opn_report_code(edge->source));
	}
	end_line(text);
}

static void put_missed(struct text *text, const struct opn_result_side *side, const char *name,
		       bool dead)
{
	size_t missed = 0;

	for (size_t i = 0; i < side->edge_count; i++) {
		const struct opn_result_edge *edge = &side->edges[i];

		if (edge->reached || !edge->dead == dead)
			continue;
		if (!missed++) {
			end_line(text);
			put_colour(text, BOLD);
			put(text, "branches of the %s that %s", name,
			    dead ? "cannot be reached" : "were not reached");
			put_colour(text, RESET);
			end_line(text);
		}
		if (text->verbose || missed <= SHORT_LIST)
			put_edge(text, edge);
	}
	put_rest(text, missed, SHORT_LIST);
}

/* ---- a difference ---- */

/* One header field a row, its bytes before it; what is longer than a row goes on below. */
static void put_field(struct text *text, const struct opn_packet *packet,
		      const struct opn_field *field, uint32_t limit)
{
	uint32_t end = field->offset + field->size;

	for (uint32_t at = field->offset; at < end && at < limit; at += ROW_BYTES) {
		size_t start;

		put_colour(text, FAINT);
		put(text, "    %04x  ", at);
		put_colour(text, RESET);
		start = text->buf->length;
		for (uint32_t i = at; i < end && i < at + ROW_BYTES; i++)
			put(text, "%02x ", packet->data[i]);
		if (at == field->offset) {
			put(text, "%*s", (int)(start + 3UL * ROW_BYTES + 2 - text->buf->length),
			    "");
			put(text, "%s", opn_report_field_name(text->arena, field));
			if (field->size <= 2 * ROW_BYTES)
				put(text, " %s", opn_field_text(text->arena, field, packet->data));
		}
		end_line(text);
	}
}

static void put_packet(struct text *text, const struct opn_packet *packet)
{
	uint32_t limit =
		text->verbose || packet->length <= SHORT_PACKET ? packet->length : SHORT_PACKET;
	struct opn_field *fields;
	size_t count;

	if (!packet->length)
		return;
	fields = opn_packet_fields(text->arena, packet->data, packet->length, &count);
	if (!fields) {
		text->buf->failed = true;
		return;
	}
	for (size_t i = 0; i < count; i++)
		put_field(text, packet, &fields[i], limit);
	if (limit < packet->length) {
		put(text, "    ... and %u more bytes", packet->length - limit);
		end_line(text);
	}
}

static void put_packets(struct text *text, const struct opn_difference *difference)
{
	for (size_t i = 0; i < difference->packet_count; i++) {
		const struct opn_packet *packet = &difference->packets[i];
		bool last = i + 1 == difference->packet_count;

		put(text, "  packet");
		if (difference->packet_count > 1)
			put(text, " %zu of %zu", i + 1, difference->packet_count);
		put(text, ": %s", opn_packet_summary(text->arena, packet->data, packet->length));
		end_line(text);
		if (last || text->verbose)
			put_packet(text, packet);
	}
}

static void put_pair(struct text *text, const char *left, const char *right)
{
	put(text, "    left   %s", left ? left : "not there");
	end_line(text);
	put(text, "    right  %s", right ? right : "not there");
	end_line(text);
}

static void put_values(struct text *text, const struct opn_difference *difference)
{
	struct opn_report_delta *deltas;
	size_t count, limit;

	limit = shown(text, difference->field_count, SHORT_LIST);
	for (size_t i = 0; i < limit; i++) {
		put(text, "  %s", difference->fields[i].what);
		end_line(text);
		put_pair(text, difference->fields[i].left, difference->fields[i].right);
	}
	put_rest(text, difference->field_count, SHORT_LIST);
	if (difference->left_out.data && difference->right_out.data &&
	    difference->left_out.length != difference->right_out.length) {
		put(text, "  output length");
		end_line(text);
		put(text, "    left   %u bytes", difference->left_out.length);
		end_line(text);
		put(text, "    right  %u bytes", difference->right_out.length);
		end_line(text);
	}
	deltas = opn_report_deltas(text->arena, difference, &count);
	limit = shown(text, count, SHORT_DELTAS);
	for (size_t i = 0; i < limit; i++) {
		put(text, "  output %s", deltas[i].field);
		end_line(text);
		put_pair(text, deltas[i].left, deltas[i].right);
	}
	put_rest(text, count, SHORT_DELTAS);
}

static void put_path(struct text *text, const char *name, const struct opn_result_path *path,
		     size_t length)
{
	size_t count = shown(text, length, SHORT_PATH), start = length - count;

	if (!length)
		return;
	put(text, "  path of the %s", name);
	end_line(text);
	if (start) {
		put(text, "    ... %zu lines before", start);
		end_line(text);
	}
	for (size_t i = start; i < length; i++) {
		put(text, "    %s:%u: ", path[i].file ? path[i].file : "-", path[i].line);
		put_plain(text, opn_report_code(path[i].source));
		end_line(text);
	}
}

static void put_written(struct text *text, const char *what, const char *path)
{
	if (!path)
		return;
	put(text, "  %s '%s'", what, path);
	end_line(text);
}

static void put_difference(struct text *text, const struct opn_difference *difference, size_t i,
			   size_t count)
{
	end_line(text);
	put_colour(text, BOLD);
	put(text, "difference %zu of %zu: %s", i + 1, count, difference->kind);
	put_colour(text, RESET);
	if (difference->origin)
		put(text, ", from %s", difference->origin);
	end_line(text);
	put_packets(text, difference);
	if (difference->seen.data) {
		put(text, "  first seen with %u bytes in, %u against %u bytes out",
		    difference->seen.length, difference->seen_left.length,
		    difference->seen_right.length);
		end_line(text);
	}
	put(text, "  fate");
	end_line(text);
	put_pair(text, difference->left_fate, difference->right_fate);
	put_values(text, difference);
	put_path(text, "left", difference->left_path, difference->left_path_length);
	put_path(text, "right", difference->right_path, difference->right_path_length);
	if (text->verbose) {
		put(text, "  clock %llu ns, random %llu", (unsigned long long)difference->clock,
		    (unsigned long long)difference->random);
		end_line(text);
	}
	put_written(text, "capture in", difference->written_pcap);
	put_written(text, "hex in", difference->written_hex);
	put_written(text, "C test case in", difference->written_c);
}

void opn_report_text(const struct opn_result *result, bool colour, bool verbose,
		     struct opn_buf *buf)
{
	struct text text = { buf, opn_arena_new(NULL, NULL), colour, verbose };
	size_t differences = shown(&text, result->difference_count, 1);

	if (!text.arena) {
		buf->failed = true;
		return;
	}
	put_sentence(&text, result);
	put_side(&text, result, 0);
	put_side(&text, result, 1);
	put_run(&text, result);
	put_fates(&text, result);
	put_maps(&text, result);
	put_names(&text, "set, left", result->side[0].replaced);
	put_names(&text, "set, right", result->side[1].replaced);
	put_benign(&text, result);
	put_notes(&text, result);
	for (size_t i = 0; i < differences; i++)
		put_difference(&text, &result->differences[i], i, result->difference_count);
	if (differences < result->difference_count) {
		end_line(&text);
		put(&text, "%zu more in the full report", result->difference_count - differences);
		end_line(&text);
	}
	for (int dead = 0; dead <= verbose; dead++) {
		put_missed(&text, &result->side[0], "left", dead);
		put_missed(&text, &result->side[1], "right", dead);
	}
	opn_arena_free(text.arena);
}
