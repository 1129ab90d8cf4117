// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_html_difference.c - the HTML report's differences: packets, fates, bytes, values, paths
 *
 * A packet is a hex dump with one colour a header, the field's name and value on its bytes as a
 * title. In the two outputs the bytes that differ stand out, field by field as
 * opn_report_deltas() pairs them.
 */
#include <stdlib.h>
#include <string.h>

#include "report_html.h"

enum {
	ROW_BYTES = 16,
	HEADER_COLOURS = 8,
};

/* A packet to be shown, with the bytes that differ. */
struct painting {
	const struct opn_packet *packet;
	const struct opn_field *fields;
	size_t count;
	const bool *marked; /* by byte, or NULL */
};

static bool same_header(const struct opn_field *a, const struct opn_field *b)
{
	return a->level == b->level && !strcmp(a->header, b->header);
}

static bool is_payload(const struct opn_field *field)
{
	return !strcmp(field->header, "payload");
}

/* "h0" to "h7" by the header's place in the packet, "hp" for payload. */
static void add_class(struct opn_buf *buf, const struct opn_field *field, unsigned int header)
{
	if (is_payload(field))
		opn_buf_puts(buf, "hp");
	else
		opn_buf_printf(buf, "h%u", header % HEADER_COLOURS);
}

static bool is_marked(const struct painting *painting, uint32_t byte)
{
	return painting->marked && painting->marked[byte];
}

/* Bytes of one field, one row and one kind. Returns where it ended. */
static uint32_t add_run(const struct painting *painting, const struct opn_field *field,
			unsigned int header, uint32_t at, struct opn_arena *arena,
			struct opn_buf *buf)
{
	uint32_t end = field->offset + field->size, row = (at / ROW_BYTES + 1) * ROW_BYTES, i = at;
	bool marked = is_marked(painting, at);

	opn_buf_puts(buf, "<b class=\"");
	add_class(buf, field, header);
	opn_buf_puts(buf, marked ? " x\" title=\"" : "\" title=\"");
	opn_html_text(buf, opn_report_field_name(arena, field));
	if (field->size <= ROW_BYTES) {
		opn_buf_putc(buf, ' ');
		opn_html_text(buf, opn_field_text(arena, field, painting->packet->data));
	}
	opn_buf_puts(buf, "\">");
	for (; i < end && i < row && is_marked(painting, i) == marked; i++)
		opn_buf_printf(buf, i == at ? "%02x" : " %02x", painting->packet->data[i]);
	opn_buf_puts(buf, "</b>");
	return i;
}

static void add_hex(const struct painting *painting, struct opn_arena *arena, struct opn_buf *buf)
{
	unsigned int header = 0;

	opn_buf_puts(buf, "<div class=\"hex\">");
	for (size_t i = 0; i < painting->count; i++) {
		const struct opn_field *field = &painting->fields[i];
		uint32_t at = field->offset;

		header += i && !same_header(field, field - 1);
		while (at < field->offset + field->size) {
			if (at % ROW_BYTES)
				opn_buf_putc(buf, ' ');
			else
				opn_buf_printf(buf, "%s<span>%04x</span>", at ? "\n" : "", at);
			at = add_run(painting, field, header, at, arena, buf);
		}
	}
	opn_buf_puts(buf, "</div>");
}

/* What the colours mean, header by header; with values: their fields too. */
static void add_legend(const struct painting *painting, bool values, struct opn_arena *arena,
		       struct opn_buf *buf)
{
	unsigned int header = 0;

	opn_buf_puts(buf, values ? "<ul class=\"fields\">" : "<div class=\"legend\">");
	for (size_t i = 0; i < painting->count; i++) {
		const struct opn_field *field = &painting->fields[i];

		if (!i || !same_header(field, field - 1)) {
			header += i != 0;
			opn_buf_puts(buf, values ? "<li class=\"head " : "<span class=\"");
			add_class(buf, field, header);
			opn_html_element(buf, values ? "\"><b>" : "\">", field->header, "");
			if (field->level)
				opn_buf_printf(buf, "#%u", field->level + 1);
			opn_buf_puts(buf, values ? "</b></li>" : "</span>");
		}
		if (values && field->size <= ROW_BYTES) {
			opn_buf_puts(buf, "<li class=\"");
			add_class(buf, field, header);
			opn_html_element(buf, "\"><span>", field->name, "</span>");
			opn_html_element(buf, "<code>",
					 opn_field_text(arena, field, painting->packet->data),
					 "</code></li>");
		}
	}
	if (painting->marked)
		opn_buf_puts(buf, "<span class=\"x\">differs</span>");
	opn_buf_puts(buf, values ? "</ul>" : "</div>");
}

static void add_packet(const struct opn_packet *packet, const bool *marked, bool values,
		       struct opn_arena *arena, struct opn_buf *buf)
{
	struct painting painting = { .packet = packet, .marked = marked };

	if (!packet->length)
		return;
	painting.fields = opn_packet_fields(arena, packet->data, packet->length, &painting.count);
	if (!painting.fields) {
		buf->failed = true;
		return;
	}
	opn_buf_puts(buf, values ? "<div class=\"split\">" : "<div>");
	add_hex(&painting, arena, buf);
	add_legend(&painting, values, arena, buf);
	opn_buf_puts(buf, "</div>");
}

static void add_input(const struct opn_difference *difference, struct opn_arena *arena,
		      struct opn_buf *buf)
{
	size_t count = difference->packet_count;

	opn_buf_puts(buf,
		     count > 1 ? "<h4>Packets, the last one shows it</h4>" : "<h4>Packet</h4>");
	for (size_t i = 0; i < count; i++) {
		const struct opn_packet *packet = &difference->packets[i];

		opn_buf_puts(buf, "<div class=\"panel\"><div class=\"note\">");
		if (count > 1)
			opn_buf_printf(buf, "%zu of %zu: ", i + 1, count);
		opn_html_text(buf, opn_packet_summary(arena, packet->data, packet->length));
		opn_buf_puts(buf, "</div>");
		add_packet(packet, NULL, i + 1 == count, arena, buf);
		opn_buf_puts(buf, "</div>\n");
	}
}

/* ---- what came of it ---- */

/* The bytes of this side that differ: of a field in both of one size, those that are not equal. */
static bool *mark_bytes(struct opn_arena *arena, const struct opn_difference *difference,
			const struct opn_report_delta *deltas, size_t count, bool right)
{
	const struct opn_packet *packet = right ? &difference->right_out : &difference->left_out;
	const struct opn_packet *other = right ? &difference->left_out : &difference->right_out;
	bool *marked = count ? opn_arena_array(arena, packet->length + 1, sizeof(*marked)) : NULL;

	for (size_t i = 0; marked && i < count; i++) {
		const struct opn_field *mine = right ? deltas[i].right_field : deltas[i].left_field;
		const struct opn_field *its = right ? deltas[i].left_field : deltas[i].right_field;

		for (uint32_t j = 0; mine && j < mine->size; j++)
			marked[mine->offset + j] =
				!its || j >= its->size ||
				packet->data[mine->offset + j] != other->data[its->offset + j];
	}
	return marked;
}

static void add_outcome(const char *side, const char *fate, const struct opn_packet *out,
			const bool *marked, struct opn_arena *arena, struct opn_buf *buf)
{
	opn_buf_printf(buf, "<div class=\"panel\"><div class=\"side\">%s</div>", side);
	opn_html_element(buf, "<div class=\"fate\">", fate, "</div>");
	if (out->data) {
		opn_html_element(buf, "<div class=\"note\">",
				 opn_packet_summary(arena, out->data, out->length), "</div>");
		add_packet(out, marked, false, arena, buf);
	}
	opn_buf_puts(buf, "</div>\n");
}

static void add_value(struct opn_buf *buf, const char *prefix, const char *what, const char *left,
		      const char *right)
{
	static const char absent[] = "<span class=\"absent\">not there</span>";

	opn_buf_printf(buf, "<tr><th scope=\"row\" class=\"code\">%s", prefix);
	opn_html_element(buf, "", what, "</th><td class=\"code\">");
	if (left)
		opn_html_text(buf, left);
	else
		opn_buf_puts(buf, absent);
	opn_buf_puts(buf, "</td><td class=\"code\">");
	if (right)
		opn_html_text(buf, right);
	else
		opn_buf_puts(buf, absent);
	opn_buf_puts(buf, "</td></tr>\n");
}

static void add_values(const struct opn_difference *difference,
		       const struct opn_report_delta *deltas, size_t count, struct opn_buf *buf)
{
	if (!count && !difference->field_count)
		return;
	opn_buf_puts(buf, "<h4>Values that differ</h4><div class=\"scroll\"><table class=\"wide\">"
			  "<thead><tr><th scope=\"col\">what</th><th scope=\"col\">left</th><th "
			  "scope=\"col\">right</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < difference->field_count; i++)
		add_value(buf, "", difference->fields[i].what, difference->fields[i].left,
			  difference->fields[i].right);
	for (size_t i = 0; i < count; i++)
		add_value(buf, "output ", deltas[i].field, deltas[i].left, deltas[i].right);
	opn_buf_puts(buf, "</tbody></table></div>\n");
}

/* ---- paths ---- */

static int compare_places(const void *a, const void *b)
{
	const struct opn_result_path *x = a, *y = b;
	int order = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* A sorted copy, to look lines up in; NULL when it is empty or without memory. */
static struct opn_result_path *sort_path(struct opn_arena *arena,
					 const struct opn_result_path *path, size_t length)
{
	struct opn_result_path *sorted =
		length ? opn_arena_array(arena, length, sizeof(*sorted)) : NULL;

	if (sorted) {
		memcpy(sorted, path, length * sizeof(*sorted));
		qsort(sorted, length, sizeof(*sorted), compare_places);
	}
	return sorted;
}

/* other: the other side's lines when both sides run one source, to mark what only one ran. */
static void add_path(const char *side, const struct opn_result_path *path, size_t length,
		     const struct opn_result_path *other, size_t other_length, struct opn_buf *buf)
{
	const char *file = NULL;

	opn_buf_printf(buf,
		       "<div class=\"panel\"><div class=\"side\">%s</div>"
		       "<table class=\"source\"><col class=\"cn\"><col><tbody>\n",
		       side);
	for (size_t i = 0; i < length; i++) {
		const struct opn_result_path *line = &path[i];
		bool only = other &&
			    !bsearch(line, other, other_length, sizeof(*other), compare_places);

		if (line->file && (!file || strcmp(file, line->file))) {
			file = line->file;
			opn_html_element(buf, "<tr class=\"name\"><td colspan=\"2\">", file,
					 "</td></tr>\n");
		}
		opn_buf_printf(buf, "<tr%s><td class=\"n\">%u</td><td>",
			       only ? " class=\"only\"" : "", line->line);
		opn_html_element(buf, "", opn_report_code(line->source), "</td></tr>\n");
	}
	opn_buf_puts(buf, "</tbody></table></div>\n");
}

static void add_paths(const struct opn_difference *difference, struct opn_arena *arena,
		      struct opn_buf *buf)
{
	size_t left_length = difference->left_path_length,
	       right_length = difference->right_path_length;
	struct opn_result_path *left = sort_path(arena, difference->left_path, left_length);
	struct opn_result_path *right = sort_path(arena, difference->right_path, right_length);
	bool common = false;

	if (!left_length && !right_length)
		return;
	for (size_t i = 0; left && right && i < left_length && !common; i++)
		common = bsearch(&left[i], right, right_length, sizeof(*right), compare_places);
	opn_buf_printf(buf,
		       "<details open><summary>Source lines of both paths%s</summary>"
		       "<div class=\"two\">\n",
		       common ? "; those that only one ran are marked" : "");
	add_path("Left", difference->left_path, left_length, common ? right : NULL, right_length,
		 buf);
	add_path("Right", difference->right_path, right_length, common ? left : NULL, left_length,
		 buf);
	opn_buf_puts(buf, "</div></details>\n");
}

/* ---- one difference, all of them ---- */

static void add_written(const struct opn_difference *difference, struct opn_buf *buf)
{
	const struct {
		const char *what, *path;
	} files[] = {
		{ "capture", difference->written_pcap },
		{ "hex", difference->written_hex },
		{ "C test case", difference->written_c },
	};
	const char *before = "; written to";

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!files[i].path)
			continue;
		opn_buf_printf(buf, "%s %s ", before, files[i].what);
		opn_html_element(buf, "<code>", files[i].path, "</code>");
		before = ",";
	}
}

static void add_difference(const struct opn_difference *difference, size_t number,
			   struct opn_arena *arena, struct opn_buf *buf)
{
	struct opn_report_delta *deltas;
	size_t count;

	opn_buf_printf(buf, "<article class=\"card difference\"><h3>%zu. ", number);
	opn_html_text(buf, difference->kind);
	if (difference->origin)
		opn_html_element(buf, "<span>from ", difference->origin, "</span>");
	opn_buf_puts(buf, "</h3>\n");
	add_input(difference, arena, buf);
	deltas = opn_report_deltas(arena, difference, &count);
	opn_buf_puts(buf, "<h4>What became of it</h4><div class=\"two\">\n");
	add_outcome("Left", difference->left_fate, &difference->left_out,
		    mark_bytes(arena, difference, deltas, count, false), arena, buf);
	add_outcome("Right", difference->right_fate, &difference->right_out,
		    mark_bytes(arena, difference, deltas, count, true), arena, buf);
	opn_buf_puts(buf, "</div>\n");
	add_values(difference, deltas, count, buf);
	add_paths(difference, arena, buf);
	opn_buf_printf(buf, "<p class=\"note\">clock %llu ns, random %llu",
		       (unsigned long long)difference->clock,
		       (unsigned long long)difference->random);
	add_written(difference, buf);
	opn_buf_puts(buf, "</p></article>\n");
}

void opn_html_differences(const struct opn_result *result, struct opn_arena *arena,
			  struct opn_buf *buf)
{
	if (!result->difference_count)
		return;
	opn_buf_puts(buf, "<section id=\"differences\"><h2>Differences<small>");
	if (result->packets_different > result->difference_count)
		opn_buf_printf(buf, "the first %zu, ", result->difference_count);
	opn_buf_puts(buf, "each packet made as small as it can be</small></h2>\n");
	for (size_t i = 0; i < result->difference_count; i++)
		add_difference(&result->differences[i], i + 1, arena, buf);
	opn_buf_puts(buf, "</section>\n");
}
