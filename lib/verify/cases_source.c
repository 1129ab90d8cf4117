// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_source.c - packets in test sources, with the name, the verdict and the output beside them
 *
 * What a packet is, cases_packet.c knows. A bracket that holds packets and something that is known
 * (a name, a verdict, labels) is a case; so is a pair of packets that stands in a table. Any other
 * bracket full of packets is a list of inputs. Two tables of one length, of which the first has no
 * verdicts and the second has, are the inputs and the outputs of the same cases, as older tests of
 * load balancers write them.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cases_source.h"

#define INCLUDES_MAX 64

/* A case that was read, with what pairing tables needs. */
struct found {
	const struct opn_node *table;
	size_t index;		  /* in the cases */
	const char *verdict_text; /* as written; NULL: none */
	unsigned int line, column;
	bool plain; /* a row without labels, name or verdict as second */
	bool taken; /* became another one's output */
};

struct importer {
	struct opn_cases *cases;
	struct opn_source source;
	struct found *found;
	size_t found_count, found_capacity;
	int err;
};

/* ---- words ---- */

static bool has_word(const char *text, const char *const *words)
{
	for (size_t i = 0; text && words[i]; i++) {
		if (strcasestr(text, words[i]))
			return true;
	}
	return false;
}

static bool is_output_word(const char *text)
{
	static const char *const words[] = { "out", "expect", "want", "result", "after", NULL };

	return has_word(text, words);
}

static bool is_verdict_word(const char *text)
{
	static const char *const words[] = { "ret",  "verdict", "act",	  "code", "expect",
					     "want", "result",	"status", NULL };

	return has_word(text, words);
}

static bool is_name_word(const char *text)
{
	static const char *const words[] = { "name", "desc", "title", "test", "msg", "case", NULL };

	return has_word(text, words);
}

/* What follows the last joint of a name: "unix.X" and "ns::X" are X. */
static const char *last_word(const char *name)
{
	const char *end = name + strlen(name);

	while (end > name && end[-1] != '.' && end[-1] != ':' && end[-1] != '>')
		end--;
	return end;
}

/* ---- one case ---- */

struct bytes {
	uint8_t *data;
	size_t length;
};

static bool element_packet(struct importer *importer, const struct opn_element *element,
			   bool hinted, struct bytes *out)
{
	out->length = opn_source_packet(&importer->source, element, hinted, &out->data);
	return out->length > 0;
}

/* What the elements of a bracket are to each other. */
struct row {
	struct bytes in, out;
	const struct opn_element *in_element;
	size_t packets, labels; /* labels: elements whose label says what they are */
	const char *name, *verdict_text;
	const struct opn_node *verdict_node;
	bool has_verdict;
	uint32_t verdict;
	size_t numbers; /* without a label */
	uint32_t number;
};

static void take_packet(struct row *row, const struct opn_element *element,
			const struct bytes *bytes)
{
	bool output = is_output_word(element->label);

	row->packets++;
	row->labels += element->label && (output || opn_source_is_packet_word(element->label) ||
					  strcasestr(element->label, "in"));
	if (output || (row->in_element && !row->out.length)) {
		row->out = *bytes;
	} else if (!row->in_element) {
		row->in = *bytes;
		row->in_element = element;
	}
}

static void take_verdict(struct importer *importer, struct row *row, const char *text,
			 const struct opn_node *node)
{
	row->verdict_node = node;
	row->verdict_text = text;
	row->has_verdict = opn_verdict_find(&importer->cases->verdicts, text, &row->verdict);
}

static void take_number(struct row *row, const char *label, uint64_t number)
{
	if (is_verdict_word(label) && !row->has_verdict) {
		row->has_verdict = true;
		row->verdict = (uint32_t)number;
		row->labels++;
	} else if (!label) {
		row->numbers++;
		row->number = (uint32_t)number;
	}
}

static void take_word(struct importer *importer, struct row *row, const char *label,
		      const struct opn_node *value)
{
	const struct opn_verdict_names *verdicts = &importer->cases->verdicts;
	const char *word = last_word(value->text);
	bool is_string = value->kind == OPN_NODE_STRING;
	uint32_t number;

	if (opn_verdict_find(verdicts, is_string ? value->text : word, &number) ||
	    (is_verdict_word(label) && !is_name_word(label))) {
		row->labels += is_verdict_word(label);
		take_verdict(importer, row, is_string ? value->text : word, value);
	} else if (is_string) {
		if (!row->name || is_name_word(label))
			row->name = value->text;
		row->labels += is_name_word(label);
	}
}

/* A value that is no packet: a name, a verdict, or nothing of ours. */
static void take_value(struct importer *importer, struct row *row,
		       const struct opn_element *element)
{
	const struct opn_node *value = element->value;
	uint64_t number;

	if (!value)
		return;
	if (!value->next && (value->kind == OPN_NODE_STRING || value->kind == OPN_NODE_NAME))
		take_word(importer, row, element->label, value);
	else if (opn_source_number(&importer->source, value, &number))
		take_number(row, element->label, number);
}

/* A number alone may be anything: it is taken for a verdict where it has a verdict's name. */
static void guess_verdict(struct importer *importer, struct row *row)
{
	const struct opn_verdict_names *verdicts = &importer->cases->verdicts;

	if (row->has_verdict || row->verdict_text || row->numbers != 1)
		return;
	for (size_t i = 0; i < verdicts->count && !row->has_verdict; i++) {
		row->has_verdict = (uint32_t)verdicts->rows[i].value == row->number;
		row->verdict = row->number;
	}
}

static void read_row(struct importer *importer, const struct opn_node *list, bool hinted,
		     struct row *row)
{
	*row = (struct row){ 0 };
	for (const struct opn_element *e = list->elements; e; e = e->next) {
		struct bytes bytes;

		if (element_packet(importer, e, hinted, &bytes))
			take_packet(row, e, &bytes);
		else
			take_value(importer, row, e);
	}
}

static bool grow_found(struct importer *importer)
{
	size_t capacity = importer->found_capacity ? importer->found_capacity * 2 : 64;
	struct found *found = opn_arena_array(importer->source.arena, capacity, sizeof(*found));

	if (!found)
		return false;
	if (importer->found_count)
		memcpy(found, importer->found, importer->found_count * sizeof(*found));
	importer->found = found;
	importer->found_capacity = capacity;
	return true;
}

static struct opn_loc place_of(const struct importer *importer, const struct opn_node *node)
{
	return (struct opn_loc){ importer->source.path, node->line, node->column, 1 };
}

static struct found *add_found(struct importer *importer, const char *name,
			       const struct opn_node *place, const struct bytes *in)
{
	struct opn_cases *cases = importer->cases;
	const char *file = opn_path_basename(importer->source.path);
	struct opn_case *new = NULL;
	const char *full;

	if (importer->err)
		return NULL;
	full = opn_arena_printf(cases->arena, name ? "%s:%u: %s" : "%s:%u", file, place->line,
				name);
	if (full)
		new = opn_cases_add(cases, full);
	if (!new || !opn_cases_copy(cases, &new->packet, in->data, in->length) ||
	    (importer->found_count == importer->found_capacity && !grow_found(importer))) {
		importer->err = opn_diag(importer->source.diags, OPN_DIAG_CASES_INVALID,
					 place_of(importer, place), importer->source.path,
					 "its cases are more than one run takes");
		return NULL;
	}
	importer->found[importer->found_count] = (struct found){ .index = cases->count - 1,
								 .line = place->line,
								 .column = place->column };
	return &importer->found[importer->found_count++];
}

static void add_case(struct importer *importer, const struct opn_node *table,
		     const struct opn_node *list, const struct row *row)
{
	struct found *found = add_found(importer, row->name, list, &row->in);
	struct opn_case *new;

	if (!found)
		return;
	found->table = table;
	found->verdict_text = row->verdict_text;
	found->plain = !row->labels && row->packets == 1 && list->count == 2;
	if (row->verdict_node) {
		found->line = row->verdict_node->line;
		found->column = row->verdict_node->column;
	}
	new = &importer->cases->list[found->index];
	new->has_verdict = row->has_verdict;
	new->verdict = row->verdict;
	if (row->out.length)
		new->has_output = opn_cases_copy(importer->cases, &new->output, row->out.data,
						 row->out.length);
}

/* ---- the walk ---- */

static void walk_nodes(struct importer *importer, const struct opn_node *node, bool hinted);

/* Every packet in the list is an input of its own. */
static void add_inputs(struct importer *importer, const struct opn_node *list, bool hinted)
{
	for (const struct opn_element *e = list->elements; e; e = e->next) {
		struct bytes bytes;

		if (element_packet(importer, e, hinted, &bytes)) {
			add_found(importer, e->label, e->value, &bytes);
		} else {
			walk_nodes(importer, e->before, hinted);
			walk_nodes(importer, e->value,
				   hinted || opn_source_is_packet_word(e->label));
		}
	}
}

/* A table is a list of brackets, and nothing else. */
static bool is_table(const struct opn_node *list)
{
	if (list->statements || !list->count)
		return false;
	for (const struct opn_element *e = list->elements; e; e = e->next) {
		const struct opn_node *last = opn_source_last(e);

		if (!last || last->kind != OPN_NODE_LIST)
			return false;
	}
	return true;
}

/* call: the list holds a call's arguments. */
static void walk_list(struct importer *importer, const struct opn_node *list,
		      const struct opn_node *table, bool call, bool hinted)
{
	struct row row = { 0 };
	bool known;

	if (!list->statements)
		read_row(importer, list, hinted, &row);
	if (row.packets && !call)
		guess_verdict(importer, &row);
	known = row.labels || row.name || row.verdict_text || row.has_verdict;
	if (row.packets && row.in_element && row.packets <= 2 &&
	    (known || (row.packets == 2 && table))) {
		add_case(importer, table, list, &row);
	} else if (list->statements || row.packets) {
		add_inputs(importer, list, hinted);
	} else {
		const struct opn_node *inner = is_table(list) ? list : NULL;

		for (const struct opn_element *e = list->elements; e; e = e->next) {
			const struct opn_node *last = opn_source_last(e);
			bool named = hinted || opn_source_is_packet_word(e->label);

			walk_nodes(importer, e->before, named);
			if (inner && e->value == last)
				walk_list(importer, last, inner, false, named);
			else
				walk_nodes(importer, e->value, named);
		}
	}
}

static void walk_nodes(struct importer *importer, const struct opn_node *node, bool hinted)
{
	bool named = false;

	for (; node && !importer->err; node = node->next) {
		if (node->kind == OPN_NODE_LIST)
			walk_list(importer, node, NULL, named && node->open == '(', hinted);
		named = node->kind == OPN_NODE_NAME;
	}
}

/* ---- tables that belong together ---- */

/* How many cases from start are of one table of plain rows; 0: they are not. */
static size_t plain_rows(const struct importer *importer, size_t start)
{
	const struct opn_node *table = importer->found[start].table;
	size_t end = start;

	for (; end < importer->found_count && importer->found[end].table == table; end++) {
		if (!table || !importer->found[end].plain)
			return 0;
	}
	return end - start;
}

/* "XDP_TX": what a verdict's name looks like, where the names are not known. */
static bool looks_like_verdict(const char *text)
{
	size_t length = strlen(text);

	return length > 2 && strchr(text, '_') &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

static const char *name_of(const struct importer *importer, const struct found *found)
{
	const char *name = strstr(importer->cases->list[found->index].name, ": ");

	return name ? name + 2 : "";
}

static bool is_outputs(struct importer *importer, size_t start, size_t count)
{
	for (size_t i = start; i < start + count; i++) {
		struct found *found = &importer->found[i];

		if (!found->verdict_text && looks_like_verdict(name_of(importer, found)))
			found->verdict_text = name_of(importer, found);
		if (!found->verdict_text)
			return false;
	}
	return true;
}

static void join_tables(struct importer *importer)
{
	size_t count;

	for (size_t i = 0; i < importer->found_count; i += count ? count : 1) {
		count = plain_rows(importer, i);
		if (!count || i + count >= importer->found_count ||
		    is_outputs(importer, i, count) || plain_rows(importer, i + count) != count ||
		    !is_outputs(importer, i + count, count))
			continue;
		for (size_t j = i; j < i + count; j++) {
			struct found *in = &importer->found[j], *out = &importer->found[j + count];
			struct opn_case *case_in = &importer->cases->list[in->index];
			const struct opn_case *case_out = &importer->cases->list[out->index];

			in->verdict_text = out->verdict_text;
			in->line = out->line;
			in->column = out->column;
			case_in->has_verdict = case_out->has_verdict;
			case_in->verdict = case_out->verdict;
			case_in->has_output = true;
			case_in->output = case_out->packet;
			out->taken = true;
		}
		count *= 2;
	}
}

/* Takes the cases that became outputs out of the list, and reports what could not be resolved. */
static void finish(struct importer *importer, size_t before)
{
	struct opn_cases *cases = importer->cases;
	struct opn_name *unknown = NULL;
	size_t kept = before;

	for (size_t i = 0; i < importer->found_count; i++) {
		const struct found *found = &importer->found[i];

		if (found->taken)
			continue;
		cases->list[kept] = cases->list[found->index];
		if (found->verdict_text && !cases->list[kept].has_verdict &&
		    opn_name_add(&unknown, found->verdict_text, importer->source.arena))
			opn_diag(importer->source.diags, OPN_DIAG_CASE_VERDICT_UNKNOWN,
				 (struct opn_loc){ importer->source.path, found->line,
						   found->column, 1 },
				 found->verdict_text);
		kept++;
	}
	cases->count = kept;
}

/* ---- the file ---- */

static bool has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path), tail = strlen(ending);

	return length > tail && !strcmp(path + length - tail, ending);
}

static enum opn_source_language language_of(const char *path)
{
	if (has_ending(path, ".go"))
		return OPN_SOURCE_GO;
	return has_ending(path, ".py") ? OPN_SOURCE_PYTHON : OPN_SOURCE_C;
}

/* The header of this name in the source's folder or in one of the two above it. */
static bool read_header(struct importer *importer, const char *folder, int length, const char *name)
{
	static const char *const ways[] = { "", "../", "../../" };
	struct opn_source *source = &importer->source;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *path =
			opn_arena_printf(source->arena, "%.*s%s%s", length, folder, ways[i], name);

		if (path && !opn_source_parse(source, path))
			return true;
	}
	return false;
}

/* Numbers and structures of headers nearby, and of those that they include; what is not there is no
 * error. */
static void read_includes(struct importer *importer, const char *path)
{
	struct opn_source *source = &importer->source;
	const struct opn_include *include = source->includes;
	struct opn_node *root = source->root;
	int folder = (int)(opn_path_basename(path) - path);
	struct opn_diags *diags = source->diags, *ignored = opn_diags_new();
	struct opn_name *seen = NULL;

	source->diags = ignored;
	for (size_t i = 0; ignored && include && i < INCLUDES_MAX; include = include->next) {
		if (!opn_path_contained(include->path) || strchr(include->path, '/') ||
		    !opn_name_add(&seen, include->path, source->arena))
			continue;
		i++;
		if (read_header(importer, path, folder, include->path))
			opn_source_collect(source);
	}
	opn_diags_free(ignored);
	source->diags = diags;
	source->root = root;
	source->path = path;
}

static int import(struct importer *importer, const char *path)
{
	size_t before = importer->cases->count;
	int err = opn_source_parse(&importer->source, path);

	if (err)
		return err;
	opn_source_collect(&importer->source);
	read_includes(importer, path);
	walk_list(importer, importer->source.root, NULL, false, false);
	if (importer->err) {
		importer->cases->count = before;
		return importer->err;
	}
	join_tables(importer);
	finish(importer, before);
	if (importer->cases->count > before)
		return 0;
	err = opn_diag(importer->source.diags, OPN_DIAG_CASES_NONE, OPN_NOWHERE, path);
	opn_diag_note(
		importer->source.diags, OPN_NOWHERE,
		"a packet is a list of bytes, a string of hexadecimal digits, of base64 or of "
		"\\x escapes, or a structure of headers; calls are not evaluated");
	return err;
}

int opn_cases_read_source(struct opn_cases *cases, const char *path, struct opn_diags *diags)
{
	struct importer importer = {
		.cases = cases,
		.source = {
			.arena = opn_arena_new(NULL, NULL),
			.diags = diags,
			.language = language_of(path),
		},
	};
	int err = importer.source.arena ? import(&importer, path) : -ENOMEM;

	opn_arena_free(importer.source.arena);
	return err;
}
