// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report_parts.c - what the three forms of a report share
 *
 * See report_parts.h. The bytes of the two outputs are compared header by header, not offset by
 * offset: after one side has taken off a header every offset differs, and that says nothing.
 */
#include <string.h>

#include "report_parts.h"

enum {
	TAB_STOP = 4,	  /* as wide as it is in what is shown: source lines, indented */
	WHOLE_FIELD = 16, /* bytes: a longer field is told by what differs in it */
	SPAN_SHOWN = 24,  /* bytes of such a span */
};

struct opn_report_branches opn_report_branches(const struct opn_result *result, int side)
{
	struct opn_report_branches branches = { .known = true };

	for (int i = 0; i < 2; i++) {
		const struct opn_result_side *program = &result->side[i];

		if (side != 2 && side != i)
			continue;
		branches.known = branches.known && program->traced;
		branches.reached += program->edges_reached;
		branches.dead += program->edges_dead;
		branches.total += program->edge_count - program->edges_dead;
	}
	return branches;
}

void opn_report_count(struct opn_buf *buf, unsigned long long count, const char *one,
		      const char *many)
{
	opn_buf_printf(buf, "%llu %s", count, count == 1 ? one : many);
}

static void add_equivalent(const struct opn_result *result, struct opn_buf *buf)
{
	struct opn_report_branches branches = opn_report_branches(result, 2);

	opn_buf_puts(buf, "equivalent on ");
	opn_report_count(buf, result->packets, "packet", "packets");
	opn_buf_puts(buf, ", ");
	opn_report_count(buf, result->sequences, "sequence", "sequences");
	if (!branches.known)
		opn_buf_puts(buf, ", branches not known");
	else if (branches.reached >= branches.total)
		opn_buf_puts(buf, ", all branches reached");
	else
		opn_buf_printf(buf, ", %zu of %zu branches reached", branches.reached,
			       branches.total);
	for (int side = 0; side < 2; side++) {
		const char *const *idle = result->side[side].idle;

		for (; idle && *idle; idle++)
			opn_buf_printf(buf, ", but no packet came to stage '%s'", *idle);
	}
}

static void add_different(const struct opn_result *result, struct opn_buf *buf)
{
	const struct opn_difference *first = result->differences;

	opn_buf_puts(buf, "different: ");
	if (result->difference_count) {
		opn_buf_puts(buf, first->kind);
		if ((!strcmp(first->kind, "fate") || !strcmp(first->kind, "target")) &&
		    first->left_fate && first->right_fate)
			opn_buf_printf(buf, " '%s' against '%s'", first->left_fate,
				       first->right_fate);
		else if (!strcmp(first->kind, "length"))
			opn_buf_printf(buf, " %u against %u bytes", first->left_out.length,
				       first->right_out.length);
		else if (strcmp(first->kind, "bytes") && first->field_count)
			opn_buf_printf(buf, " '%s'", first->fields[0].what);
		if (first->summary)
			opn_buf_printf(buf, " on %s", first->summary);
		opn_buf_puts(buf, "; ");
	}
	opn_buf_printf(buf, "%llu of ", (unsigned long long)result->packets_different);
	opn_report_count(buf, result->packets, "packet differs", "packets differ");
}

void opn_report_sentence(const struct opn_result *result, struct opn_buf *buf)
{
	switch (result->verdict) {
	case OPN_EQUIVALENT:
		add_equivalent(result, buf);
		break;
	case OPN_DIFFERENT:
		add_different(result, buf);
		break;
	case OPN_INCONCLUSIVE:
		opn_buf_printf(buf, "inconclusive: %s",
			       result->why ? result->why : "no reason was given");
		break;
	}
	if (result->variant)
		opn_buf_printf(buf, ", variant %u of %u", result->variant, result->variants);
}

/* ---- bytes by header field ---- */

const char *opn_report_field_name(struct opn_arena *arena, const struct opn_field *field)
{
	if (!strcmp(field->header, field->name))
		return field->header;
	if (field->level)
		return opn_arena_printf(arena, "%s#%u %s", field->header, field->level + 1,
					field->name);
	return opn_arena_printf(arena, "%s %s", field->header, field->name);
}

/* One side's output, taken apart. */
struct dissected {
	const struct opn_packet *packet;
	struct opn_field *fields;
	size_t count, next; /* next: the first that no delta was made of */
};

static bool same_field(const struct opn_field *a, const struct opn_field *b)
{
	return a->level == b->level && !strcmp(a->header, b->header) && !strcmp(a->name, b->name);
}

static char *hex_text(struct opn_arena *arena, const uint8_t *data, uint32_t length)
{
	struct opn_buf buf = { 0 };
	char *text;

	for (uint32_t i = 0; i < length && i < SPAN_SHOWN; i++)
		opn_buf_printf(&buf, i ? " %02x" : "%02x", data[i]);
	if (length > SPAN_SHOWN)
		opn_buf_printf(&buf, " ... (%u bytes)", length);
	text = buf.failed ? NULL : opn_arena_strdup(arena, buf.data ? buf.data : "nothing");
	opn_buf_free(&buf);
	return text;
}

static const char *field_text(struct opn_arena *arena, const struct dissected *side,
			      const struct opn_field *field)
{
	if (field->size > WHOLE_FIELD)
		return hex_text(arena, side->packet->data + field->offset, field->size);
	return opn_field_text(arena, field, side->packet->data);
}

/* A long field in both: the bytes from the first that differs to the last. */
static struct opn_report_delta span_delta(struct opn_arena *arena, const struct dissected *left,
					  const struct opn_field *l, const struct dissected *right,
					  const struct opn_field *r)
{
	const uint8_t *a = left->packet->data + l->offset, *b = right->packet->data + r->offset;
	uint32_t start = 0, a_end = l->size, b_end = r->size;

	while (start < a_end && start < b_end && a[start] == b[start])
		start++;
	while (a_end > start && b_end > start && a[a_end - 1] == b[b_end - 1]) {
		a_end--;
		b_end--;
	}
	return (struct opn_report_delta){
		.field = opn_arena_printf(arena, "%s byte %u", opn_report_field_name(arena, l),
					  start),
		.left = hex_text(arena, a + start, a_end - start),
		.right = hex_text(arena, b + start, b_end - start),
	};
}

/* Makes the delta of a field that one side has, or of one that both have with other bytes; says
 * whether there is one. */
static bool make_delta(struct opn_arena *arena, const struct dissected *left,
		       const struct opn_field *l, const struct dissected *right,
		       const struct opn_field *r, struct opn_report_delta *out)
{
	if (l && r && l->size == r->size &&
	    !memcmp(left->packet->data + l->offset, right->packet->data + r->offset, l->size))
		return false;
	if (l && r && l->size > WHOLE_FIELD && r->size > WHOLE_FIELD)
		*out = span_delta(arena, left, l, right, r);
	else
		*out = (struct opn_report_delta){
			.field = opn_report_field_name(arena, l ? l : r),
			.left = l ? field_text(arena, left, l) : NULL,
			.right = r ? field_text(arena, right, r) : NULL,
		};
	out->left_field = l;
	out->right_field = r;
	return true;
}

static bool dissect(struct opn_arena *arena, const struct opn_packet *packet,
		    struct dissected *side)
{
	side->packet = packet;
	if (!packet->length)
		return true;
	side->fields = opn_packet_fields(arena, packet->data, packet->length, &side->count);
	return side->fields != NULL;
}

struct opn_report_delta *opn_report_deltas(struct opn_arena *arena,
					   const struct opn_difference *difference, size_t *count)
{
	struct dissected left = { 0 }, right = { 0 };
	struct opn_report_delta *deltas;

	*count = 0;
	if (!difference->left_out.data || !difference->right_out.data ||
	    !dissect(arena, &difference->left_out, &left) ||
	    !dissect(arena, &difference->right_out, &right))
		return NULL;
	deltas = opn_arena_array(arena, left.count + right.count + 1, sizeof(*deltas));
	if (!deltas)
		return NULL;
	for (size_t i = 0; i < left.count; i++) {
		const struct opn_field *field = &left.fields[i], *other = NULL;
		size_t match = right.next;

		while (match < right.count && !same_field(field, &right.fields[match]))
			match++;
		if (match < right.count) {
			for (; right.next < match; right.next++)
				*count += make_delta(arena, &left, NULL, &right,
						     &right.fields[right.next], &deltas[*count]);
			other = &right.fields[right.next++];
		}
		*count += make_delta(arena, &left, field, &right, other, &deltas[*count]);
	}
	for (; right.next < right.count; right.next++)
		*count += make_delta(arena, &left, NULL, &right, &right.fields[right.next],
				     &deltas[*count]);
	return *count ? deltas : NULL;
}

/* ---- text ---- */

static unsigned int decode(const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned int code = length == 1 ? s[0] : s[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (s[i] & 0x3f);
	return code;
}

/* What prints nothing or changes how the rest is read (https://trojansource.codes). */
static bool is_deceptive(unsigned int code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0x61c || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
	       (code >= 0xe0000 && code <= 0xe007f);
}

void opn_report_plain(struct opn_buf *buf, const char *text)
{
	size_t left = strlen(text), column = 0, length;

	for (; left; text += length, left -= length) {
		length = opn_utf8_length(text, left);
		if (!length) {
			opn_buf_printf(buf, "<%02X>", (unsigned char)*text);
			column += 4;
			length = 1;
		} else if (*text == '\t') {
			do {
				opn_buf_putc(buf, ' ');
			} while (++column % TAB_STOP);
		} else if (is_deceptive(decode(text, length))) {
			opn_buf_printf(buf, "<U+%04X>", decode(text, length));
			column += 8;
		} else {
			opn_buf_add(buf, text, length);
			column++;
		}
	}
}

const char *opn_report_code(const char *source)
{
	return source ? source + strspn(source, " \t") : "";
}
