/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cases_source.h - the parts of reading a test source: tokens, a tree of brackets, structures
 *
 * Data is written alike in C, C++, Go and Python: literals in nested brackets, separated by commas,
 * some with a label. So much is read, and nothing else is understood: a function's body is a
 * bracket full of statements, a template's arguments are operators and names. What makes no sense
 * is skipped; only limits are errors.
 */
#ifndef OPN_VERIFY_CASES_SOURCE_H
#define OPN_VERIFY_CASES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "cases.h"
#include "diag.h"

#define OPN_SOURCE_MAX	     (4u << 20) /* bytes of a source */
#define OPN_SOURCE_NODES_MAX (1u << 20) /* of all files together */
#define OPN_SOURCE_DEPTH_MAX 100	/* of brackets */

enum opn_source_language { OPN_SOURCE_C, OPN_SOURCE_GO, OPN_SOURCE_PYTHON };

/* ---- tokens ---- */

enum opn_token_kind {
	OPN_TOKEN_END,
	OPN_TOKEN_STRING, /* bytes */
	OPN_TOKEN_NUMBER, /* an integer or a character */
	OPN_TOKEN_NAME,	  /* also "a.b", "a::b", "a->b": text */
	OPN_TOKEN_OPERATOR,
	OPN_TOKEN_OPEN,
	OPN_TOKEN_CLOSE,
	OPN_TOKEN_SEPARATOR, /* "," ";" or a line's end where it ends a statement */
	OPN_TOKEN_DEFINE,    /* #define NAME NUMBER: text and number */
	OPN_TOKEN_INCLUDE,   /* #include "..." or <...>: text */
};

struct opn_token {
	enum opn_token_kind kind;
	unsigned int line, column;
	const char *text; /* in the arena, NUL-terminated: bytes of a string, a name */
	size_t length;	  /* of text */
	size_t escaped;	  /* how many bytes of a string were written as numbers */
	uint64_t number;
	char symbol[4]; /* OPERATOR, OPEN, CLOSE, SEPARATOR ("\n": a line's end) */
};

struct opn_lexer {
	enum opn_source_language language;
	struct opn_arena *arena;
	const char *start, *at, *end, *line_start;
	unsigned int line;
	unsigned int depth; /* of open brackets, as counted */
	bool can_end;	    /* whether a line's end would end a statement, as Go has it */
	bool failed;	    /* out of memory */
};

/* text must live as long as the lexer. */
void opn_lexer_begin(struct opn_lexer *lexer, enum opn_source_language language,
		     struct opn_arena *arena, const char *text, size_t length);
void opn_lexer_next(struct opn_lexer *lexer, struct opn_token *token);

/* ---- the tree ---- */

enum opn_node_kind {
	OPN_NODE_STRING,
	OPN_NODE_NUMBER,
	OPN_NODE_NAME,
	OPN_NODE_OPERATOR,
	OPN_NODE_LIST, /* a bracket and what is in it */
};

struct opn_element;

struct opn_node {
	enum opn_node_kind kind;
	unsigned int line, column;
	struct opn_node *next; /* in the same element */
	const char *text;      /* STRING: bytes; NAME, OPERATOR */
	size_t length, escaped;
	uint64_t number;
	/* LIST */
	char open; /* '{', '[', '(' */
	bool statements;
	struct opn_element *elements;
	size_t count;
};

/* What stands between two separators: "label = value", "label: value" or "value". */
struct opn_element {
	struct opn_element *next;
	const char *label;	 /* "pkt_v4", "eth.h_proto", or NULL */
	struct opn_node *before; /* what stands left of the "=", or NULL */
	struct opn_node *value;	 /* the first of the nodes; NULL: none */
};

struct opn_define {
	struct opn_define *next;
	const char *name;
	uint64_t value;
};

struct opn_name {
	struct opn_name *next;
	const char *text;
};

struct opn_include {
	struct opn_include *next;
	const char *path; /* as written */
};

struct opn_layouts;

/* A source as a tree: root is a list of statements. */
struct opn_source {
	struct opn_arena *arena;
	struct opn_diags *diags;
	const char *path;
	enum opn_source_language language;
	struct opn_node *root;
	struct opn_define *defines;
	struct opn_include *includes, *last_include;
	struct opn_name *unknown; /* constants that were reported */
	struct opn_layouts *layouts;
	size_t nodes;
};

/* Reads the file into source->root, adding to defines and includes. Reports; 0 or -errno. */
int opn_source_parse(struct opn_source *source, const char *path);

/* Whether the name is new to the list; it is in it then. */
bool opn_name_add(struct opn_name **list, const char *text, struct opn_arena *arena);

/* The last node of an element's value. */
const struct opn_node *opn_source_last(const struct opn_element *element);

/* ---- values ---- */

/* The value of an expression of numbers and known constants; false: it is none. */
bool opn_source_number(struct opn_source *source, const struct opn_node *node, uint64_t *value);
/* The same, but a constant that is not known is reported, each once, and taken as zero. */
bool opn_source_value(struct opn_source *source, const struct opn_node *node, uint64_t *value);
/* The size of a structure of cases_headers.def, or 0. */
unsigned int opn_header_size(const char *name);
/* The headers of cases_headers.def in its order; NULL behind the last. */
const char *opn_header_name(size_t index);

/* ---- structures of headers ---- */

/* Remembers the structures that the tree defines, for opn_source_structure(). */
void opn_source_collect(struct opn_source *source);

/* The bytes of a list of designated initialisers (".eth.h_proto = ...") that fills in the headers
 * of a packet. Returns how many bytes, in the arena, or 0 when it is no such list. */
size_t opn_source_structure(struct opn_source *source, const struct opn_node *list, uint8_t **out);

/* ---- packets ---- */

/* Whether a label is that of a packet. */
bool opn_source_is_packet_word(const char *label);
/* The bytes of an element that is a packet, in the arena; hinted: names around it say that there
 * are packets. Returns how many, 0: it is none. */
size_t opn_source_packet(struct opn_source *source, const struct opn_element *element, bool hinted,
			 uint8_t **out);

#endif
