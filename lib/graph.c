// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * graph.c - a unit's dependency graph as DOT and as JSON
 *
 * Nodes and edges come out sorted and once each: the same unit gives the same text.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "graph.h"
#include "json.h"
#include "output.h"

struct node {
	const char *name, *kind, *file;
	unsigned int start_line, end_line; /* 0: not known */
};

struct graph {
	struct node *nodes;
	size_t node_count;
	struct opn_edge *edges;
	size_t edge_count;
};

static int compare_nodes(const void *a, const void *b)
{
	const struct node *first = a, *second = b;
	int order = strcmp(first->name, second->name);

	return order ? order : strcmp(first->kind, second->kind);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->name, ((const struct node *)b)->name);
}

static int compare_edges(const void *a, const void *b)
{
	const struct opn_edge *first = a, *second = b;
	int order = strcmp(first->from, second->from);

	if (!order)
		order = strcmp(first->to, second->to);
	return order ? order : strcmp(first->kind, second->kind);
}

/* Sorts an array and drops what is equal to what stands before it. Returns the new count. */
static size_t sort_unique(void *array, size_t count, size_t size,
			  int (*compare)(const void *, const void *))
{
	char *bytes = array;
	size_t kept = 0;

	if (count)
		qsort(array, count, size, compare);
	for (size_t i = 0; i < count; i++) {
		if (kept && !compare(bytes + (kept - 1) * size, bytes + i * size))
			continue;
		memmove(bytes + kept++ * size, bytes + i * size, size);
	}
	return kept;
}

/* An include is text, not something that is depended on by name. */
static bool is_node(const struct opn_item *item)
{
	return item->name && strcmp(item->kind, "include");
}

static void add_node(struct graph *graph, const char *name, const char *kind, const char *file,
		     unsigned int start_line, unsigned int end_line)
{
	graph->nodes[graph->node_count++] = (struct node){ name, kind, file, start_line, end_line };
}

static void add_unit_nodes(const struct opn_unit *unit, struct graph *graph)
{
	for (size_t i = 0; i < unit->function_count; i++) {
		const struct opn_function *f = &unit->functions[i];

		add_node(graph, f->name, f->is_program ? "program" : "function", f->file,
			 f->start_line, f->end_line);
	}
	for (size_t i = 0; i < unit->map_count; i++) {
		const struct opn_map *m = &unit->maps[i];

		add_node(graph, m->name, "map", m->file, m->start_line, m->end_line);
	}
	for (size_t i = 0; i < unit->item_count; i++) {
		const struct opn_item *item = &unit->items[i];

		if (is_node(item))
			add_node(graph, item->name, item->kind, item->file, item->start_line,
				 item->end_line);
	}
	graph->node_count =
		sort_unique(graph->nodes, graph->node_count, sizeof(*graph->nodes), compare_nodes);
}

/* What only edges name: helpers, kfuncs, types of system headers. */
static void add_external_nodes(struct graph *graph)
{
	size_t known = graph->node_count;

	for (size_t i = 0; i < 2 * graph->edge_count; i++) {
		const struct opn_edge *edge = &graph->edges[i / 2];
		const struct node wanted = { .name = i % 2 ? edge->to : edge->from };

		if (!bsearch(&wanted, graph->nodes, known, sizeof(wanted), compare_names))
			add_node(graph, wanted.name, "external", NULL, 0, 0);
	}
	graph->node_count =
		sort_unique(graph->nodes, graph->node_count, sizeof(*graph->nodes), compare_nodes);
}

static bool make_graph(const struct opn_unit *unit, struct graph *graph)
{
	size_t nodes =
		unit->function_count + unit->map_count + unit->item_count + 2 * unit->edge_count;

	*graph = (struct graph){ 0 };
	graph->nodes = calloc(nodes + 1, sizeof(*graph->nodes));
	graph->edges = calloc(unit->edge_count + 1, sizeof(*graph->edges));
	if (!graph->nodes || !graph->edges)
		return false;
	if (unit->edge_count)
		memcpy(graph->edges, unit->edges, unit->edge_count * sizeof(*unit->edges));
	graph->edge_count =
		sort_unique(graph->edges, unit->edge_count, sizeof(*graph->edges), compare_edges);
	add_unit_nodes(unit, graph);
	add_external_nodes(graph);
	return true;
}

static void free_graph(struct graph *graph)
{
	free(graph->nodes);
	free(graph->edges);
}

/* ---- DOT ---- */

/* A quoted string: in DOT only '"' ends it and only '\' escapes, also as "\N" for a node's name
 * (https://graphviz.org/doc/info/lang.html). The text is UTF-8; a broken byte is shown as <FF>. */
static void add_quoted(struct opn_buf *buf, const char *text)
{
	size_t left = strlen(text), length;

	opn_buf_putc(buf, '"');
	for (; left; text += length, left -= length) {
		length = opn_utf8_length(text, left);
		if (!length || (unsigned char)*text < 0x20 || *text == 0x7f) {
			opn_buf_printf(buf, "<%02X>", (unsigned char)*text);
			length = 1;
			continue;
		}
		if (*text == '"' || *text == '\\')
			opn_buf_putc(buf, '\\');
		opn_buf_add(buf, text, length);
	}
	opn_buf_putc(buf, '"');
}

static const char *shape(const char *kind)
{
	static const struct {
		const char *kind, *shape;
	} shapes[] = {
		{ "program", "doubleoctagon" }, { "function", "box" },	{ "map", "cylinder" },
		{ "external", "plaintext" },	{ "macro", "hexagon" }, { "variable", "oval" },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (!strcmp(shapes[i].kind, kind))
			return shapes[i].shape;
	}
	return "note";
}

static void add_dot_node(struct opn_buf *buf, const struct node *node)
{
	opn_buf_putc(buf, '\t');
	add_quoted(buf, node->name);
	opn_buf_printf(buf, " [shape=%s, class=", shape(node->kind));
	add_quoted(buf, node->kind);
	if (node->file) {
		struct opn_buf place = { 0 };

		opn_buf_printf(&place, "%s:%u-%u", node->file, node->start_line, node->end_line);
		opn_buf_puts(buf, ", tooltip=");
		add_quoted(buf, place.failed ? node->file : place.data);
		opn_buf_free(&place);
	}
	opn_buf_puts(buf, "];\n");
}

char *opn_graph_dot(const struct opn_unit *unit)
{
	struct opn_buf buf = { 0 };
	struct graph graph;

	if (!make_graph(unit, &graph)) {
		free_graph(&graph);
		return NULL;
	}
	opn_buf_puts(&buf, "// " OPN_OUTPUT_MARKER "\ndigraph ");
	add_quoted(&buf, unit->name);
	opn_buf_puts(&buf, " {\n\trankdir=LR;\n");
	for (size_t i = 0; i < graph.node_count; i++)
		add_dot_node(&buf, &graph.nodes[i]);
	for (size_t i = 0; i < graph.edge_count; i++) {
		opn_buf_putc(&buf, '\t');
		add_quoted(&buf, graph.edges[i].from);
		opn_buf_puts(&buf, " -> ");
		add_quoted(&buf, graph.edges[i].to);
		opn_buf_puts(&buf, " [class=");
		add_quoted(&buf, graph.edges[i].kind);
		opn_buf_puts(&buf, "];\n");
	}
	opn_buf_puts(&buf, "}\n");
	free_graph(&graph);
	return opn_buf_take(&buf);
}

/* ---- JSON ---- */

static json_t *node_json(const struct node *node)
{
	json_t *object = opn_json_set(json_object(), "name", opn_json_string(node->name));

	object = opn_json_set(object, "kind", opn_json_string(node->kind));
	if (!node->file)
		return object;
	object = opn_json_set(object, "file", opn_json_string(node->file));
	object = opn_json_set(object, "start_line", json_integer(node->start_line));
	return opn_json_set(object, "end_line", json_integer(node->end_line));
}

static json_t *edge_json(const struct opn_edge *edge)
{
	json_t *object = opn_json_set(json_object(), "from", opn_json_string(edge->from));

	object = opn_json_set(object, "to", opn_json_string(edge->to));
	return opn_json_set(object, "kind", opn_json_string(edge->kind));
}

char *opn_graph_json(const struct opn_unit *unit)
{
	json_t *root = json_object(), *nodes = json_array(), *edges = json_array();
	struct graph graph;
	bool made = make_graph(unit, &graph);

	for (size_t i = 0; made && i < graph.node_count; i++)
		nodes = opn_json_append(nodes, node_json(&graph.nodes[i]));
	for (size_t i = 0; made && i < graph.edge_count; i++)
		edges = opn_json_append(edges, edge_json(&graph.edges[i]));
	root = opn_json_set(root, "version", json_integer(1));
	root = opn_json_set(root, "generator", json_string(OPN_OUTPUT_MARKER));
	root = opn_json_set(root, "unit", opn_json_string(unit->name));
	root = opn_json_set(root, "nodes", nodes);
	root = opn_json_set(root, "edges", edges);
	free_graph(&graph);
	if (!made) {
		json_decref(root);
		return NULL;
	}
	return opn_json_text(root);
}
