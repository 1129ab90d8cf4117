// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_tree.c - a source as a tree of brackets
 *
 * A stack of open brackets, not recursion: how deep a stranger nests is no matter of ours, and it
 * is limited. A closing bracket that fits none of the open ones is skipped; one that fits an outer
 * one closes those within (conditional compilation makes such text).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cases_source.h"

/* A bracket that is open, with the element that is being read. */
struct level {
	struct opn_node *list;
	struct opn_element **next_element;
	struct opn_node *first, *last; /* of the element */
	struct opn_node *equals;       /* the last "=" or ":=" in it */
};

struct parser {
	struct opn_source *source;
	struct opn_lexer lexer;
	struct level levels[OPN_SOURCE_DEPTH_MAX];
	size_t depth; /* of the innermost */
	int err;
};

static struct opn_node *new_node(struct parser *parser, enum opn_node_kind kind,
				 const struct opn_token *token)
{
	struct opn_source *source = parser->source;
	struct opn_node *node;

	if (source->nodes >= OPN_SOURCE_NODES_MAX) {
		parser->err =
			opn_diag(source->diags, OPN_DIAG_CASES_INVALID,
				 (struct opn_loc){ source->path, token->line, token->column, 1 },
				 source->path, "it holds more than can be taken in");
		return NULL;
	}
	source->nodes++;
	node = opn_arena_alloc(source->arena, sizeof(*node));
	if (!node) {
		parser->err = -ENOMEM;
		return NULL;
	}
	node->kind = kind;
	node->line = token->line;
	node->column = token->column;
	return node;
}

static void append_node(struct level *level, struct opn_node *node)
{
	if (level->last)
		level->last->next = node;
	else
		level->first = node;
	level->last = node;
}

/* ---- elements ---- */

static bool is_operator(const struct opn_node *node, const char *text)
{
	return node && node->kind == OPN_NODE_OPERATOR && !strcmp(node->text, text);
}

/* The name that is given a value: the last one before the first bracket ("struct x a[4]") or, where
 * a type follows it ("a: bytes"), before the colon. */
static const char *left_name(const struct opn_node *node)
{
	const char *name = NULL;

	for (; node; node = node->next) {
		if (node->kind == OPN_NODE_NAME || node->kind == OPN_NODE_STRING)
			name = node->text;
		else if (name && (node->kind == OPN_NODE_LIST || is_operator(node, ":")))
			break;
	}
	return name;
}

/* Cuts the nodes of an element behind node, which stays with what was before. */
static struct opn_node *cut_behind(struct opn_node *node)
{
	struct opn_node *rest = node->next;

	node->next = NULL;
	return rest;
}

static void end_element(struct parser *parser)
{
	struct level *level = &parser->levels[parser->depth];
	struct opn_node *first = level->first, *equals = level->equals;
	struct opn_element *element;

	level->first = level->last = level->equals = NULL;
	if (!first || parser->err)
		return;
	element = opn_arena_alloc(parser->source->arena, sizeof(*element));
	if (!element) {
		parser->err = -ENOMEM;
		return;
	}
	element->value = first;
	if (equals && equals != first) {
		element->before = first;
		element->value = cut_behind(equals);
		element->label = left_name(first);
	} else if (level->list->open == '{' && is_operator(first->next, ":") &&
		   (first->kind == OPN_NODE_NAME || first->kind == OPN_NODE_STRING)) {
		element->before = first;
		element->value = cut_behind(first->next);
		element->label = first->text;
	}
	*level->next_element = element;
	level->next_element = &element->next;
	level->list->count++;
}

/* ---- brackets ---- */

static void open_list(struct parser *parser, const struct opn_token *token)
{
	struct opn_node *list = new_node(parser, OPN_NODE_LIST, token);
	struct level *level;

	if (!list)
		return;
	list->open = token->symbol[0];
	append_node(&parser->levels[parser->depth], list);
	if (parser->depth + 1 == OPN_SOURCE_DEPTH_MAX) {
		parser->err = opn_diag(
			parser->source->diags, OPN_DIAG_CASES_INVALID,
			(struct opn_loc){ parser->source->path, token->line, token->column, 1 },
			parser->source->path, "its brackets are nested too deeply");
		return;
	}
	level = &parser->levels[++parser->depth];
	*level = (struct level){ .list = list, .next_element = &list->elements };
}

static char opening(char close)
{
	return close == ')' ? '(' : close == ']' ? '[' : '{';
}

/* In C nothing ends a function or a structure but its bracket. */
static void end_body(struct parser *parser)
{
	const struct level *level = &parser->levels[parser->depth];
	const struct opn_node *list = level->last;

	if (parser->source->language == OPN_SOURCE_C && list->open == '{' && !level->equals &&
	    (list->statements || !list->count))
		end_element(parser);
}

static void close_list(struct parser *parser, char close)
{
	size_t match = parser->depth;

	while (match && parser->levels[match].list->open != opening(close))
		match--;
	if (!match)
		return;
	while (parser->depth >= match) {
		end_element(parser);
		parser->depth--;
	}
	end_body(parser);
}

/* ---- the whole ---- */

static void add_operator(struct parser *parser, const struct opn_token *token)
{
	struct opn_node *node = new_node(parser, OPN_NODE_OPERATOR, token);
	struct level *level = &parser->levels[parser->depth];

	if (!node)
		return;
	node->text = opn_arena_strdup(parser->source->arena, token->symbol);
	if (!node->text) {
		parser->err = -ENOMEM;
		return;
	}
	append_node(level, node);
	if (!strcmp(node->text, "=") || !strcmp(node->text, ":="))
		level->equals = node;
}

static void add_leaf(struct parser *parser, enum opn_node_kind kind, const struct opn_token *token)
{
	struct opn_node *node = new_node(parser, kind, token);

	if (!node)
		return;
	node->text = token->text;
	node->length = token->length;
	node->escaped = token->escaped;
	node->number = token->number;
	append_node(&parser->levels[parser->depth], node);
}

static void add_define(struct parser *parser, const struct opn_token *token)
{
	struct opn_source *source = parser->source;
	struct opn_define *define = opn_arena_alloc(source->arena, sizeof(*define));

	if (!define || source->nodes++ >= OPN_SOURCE_NODES_MAX)
		return;
	*define = (struct opn_define){ source->defines, token->text, token->number };
	source->defines = define;
}

static void add_include(struct parser *parser, const struct opn_token *token)
{
	struct opn_source *source = parser->source;
	struct opn_include *include = opn_arena_alloc(source->arena, sizeof(*include));

	if (!include || source->nodes++ >= OPN_SOURCE_NODES_MAX)
		return;
	include->path = token->text;
	if (source->last_include)
		source->last_include->next = include;
	else
		source->includes = include;
	source->last_include = include;
}

static void take_token(struct parser *parser, const struct opn_token *token)
{
	switch (token->kind) {
	case OPN_TOKEN_STRING:
		add_leaf(parser, OPN_NODE_STRING, token);
		break;
	case OPN_TOKEN_NUMBER:
		add_leaf(parser, OPN_NODE_NUMBER, token);
		break;
	case OPN_TOKEN_NAME:
		add_leaf(parser, OPN_NODE_NAME, token);
		break;
	case OPN_TOKEN_OPERATOR:
		add_operator(parser, token);
		break;
	case OPN_TOKEN_OPEN:
		open_list(parser, token);
		break;
	case OPN_TOKEN_CLOSE:
		close_list(parser, token->symbol[0]);
		break;
	case OPN_TOKEN_SEPARATOR:
		end_element(parser);
		if (token->symbol[0] != ',')
			parser->levels[parser->depth].list->statements = true;
		break;
	case OPN_TOKEN_DEFINE:
		add_define(parser, token);
		break;
	case OPN_TOKEN_INCLUDE:
		add_include(parser, token);
		break;
	case OPN_TOKEN_END:
		break;
	}
}

static int parse(struct parser *parser)
{
	struct opn_token token = { .kind = OPN_TOKEN_SEPARATOR, .line = 1, .column = 1 };
	struct opn_node *root = new_node(parser, OPN_NODE_LIST, &token);

	if (!root)
		return parser->err;
	root->open = '{';
	root->statements = true;
	parser->levels[0] = (struct level){ .list = root, .next_element = &root->elements };
	while (token.kind != OPN_TOKEN_END && !parser->err) {
		opn_lexer_next(&parser->lexer, &token);
		if (parser->lexer.failed)
			parser->err = -ENOMEM;
		else
			take_token(parser, &token);
	}
	for (;; parser->depth--) {
		end_element(parser);
		if (!parser->depth)
			break;
	}
	parser->source->root = root;
	return parser->err;
}

int opn_source_parse(struct opn_source *source, const char *path)
{
	struct parser *parser = calloc(1, sizeof(*parser));
	size_t length;
	char *text;
	int err = parser ? opn_file_read(path, OPN_SOURCE_MAX, &text, &length) : -ENOMEM;

	if (err) {
		free(parser);
		opn_diag(source->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path,
			 strerror(-err));
		return err;
	}
	source->path = path;
	parser->source = source;
	opn_lexer_begin(&parser->lexer, source->language, source->arena, text, length);
	err = parse(parser);
	free(text);
	free(parser);
	return err;
}

const struct opn_node *opn_source_last(const struct opn_element *element)
{
	const struct opn_node *node = element->value;

	while (node && node->next)
		node = node->next;
	return node;
}

bool opn_name_add(struct opn_name **list, const char *text, struct opn_arena *arena)
{
	struct opn_name *name;

	for (name = *list; name; name = name->next) {
		if (!strcmp(name->text, text))
			return false;
	}
	name = opn_arena_alloc(arena, sizeof(*name));
	if (!name)
		return false;
	*name = (struct opn_name){ *list, text };
	*list = name;
	return true;
}
