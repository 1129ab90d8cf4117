// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_value.c - numbers that a source writes as expressions
 *
 * Literals, constants of cases_headers.def and of the source's own #define, sums, shifts, sizeof of
 * a header, and the functions that turn to network order. Anything else has no value here.
 */
#include <arpa/inet.h>
#include <string.h>

#include "cases_source.h"

#define EXPRESSION_DEPTH 16
#define COUNT(array)	 (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	unsigned int size;
} headers[] = {
#define OPN_HEADER(name, size) { #name, size },
#define OPN_MEMBER(header, name, offset, size)
#define OPN_BITS(header, name, byte, shift, bits)
#define OPN_CONSTANT(name, value)
#include "cases_headers.def"
#undef OPN_HEADER
#undef OPN_MEMBER
#undef OPN_BITS
#undef OPN_CONSTANT
};

static const struct {
	const char *name;
	uint64_t value;
} constants[] = {
#define OPN_HEADER(name, size)
#define OPN_MEMBER(header, name, offset, size)
#define OPN_BITS(header, name, byte, shift, bits)
#define OPN_CONSTANT(name, value) { #name, value },
#include "cases_headers.def"
#undef OPN_HEADER
#undef OPN_MEMBER
#undef OPN_BITS
#undef OPN_CONSTANT
};

const char *opn_header_name(size_t index)
{
	return index < COUNT(headers) ? headers[index].name : NULL;
}

unsigned int opn_header_size(const char *name)
{
	for (size_t i = 0; i < COUNT(headers); i++) {
		if (!strcmp(headers[i].name, name))
			return headers[i].size;
	}
	return 0;
}

static bool is_name(const struct opn_node *node, const char *text)
{
	return node && node->kind == OPN_NODE_NAME && !strcmp(node->text, text);
}

struct evaluator {
	struct opn_source *source;
	const struct opn_node *at;
	unsigned int depth;
	bool quiet; /* a name that is not known is no value, and nothing is said */
	bool failed;
};

static uint64_t evaluate(struct evaluator *evaluator, unsigned int level);

static uint64_t evaluate_element(struct evaluator *outer, const struct opn_node *first)
{
	struct evaluator evaluator = {
		.source = outer->source,
		.at = first,
		.depth = outer->depth + 1,
		.quiet = outer->quiet,
	};
	uint64_t value;

	if (evaluator.depth > EXPRESSION_DEPTH) {
		outer->failed = true;
		return 0;
	}
	value = evaluate(&evaluator, 0);
	outer->failed = outer->failed || evaluator.failed || evaluator.at;
	return value;
}

static uint64_t constant(struct evaluator *evaluator, const struct opn_node *node)
{
	for (const struct opn_define *d = evaluator->source->defines; d; d = d->next) {
		if (!strcmp(d->name, node->text))
			return d->value;
	}
	for (size_t i = 0; i < COUNT(constants); i++) {
		if (!strcmp(constants[i].name, node->text))
			return constants[i].value;
	}
	if (evaluator->quiet) {
		evaluator->failed = true;
		return 0;
	}
	if (opn_name_add(&evaluator->source->unknown, node->text, evaluator->source->arena))
		opn_diag(evaluator->source->diags, OPN_DIAG_CASE_VALUE_UNKNOWN,
			 (struct opn_loc){ evaluator->source->path, node->line, node->column,
					   (unsigned int)node->length },
			 node->text);
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

/* A call: of a byte order function, or sizeof. */
static uint64_t call(struct evaluator *evaluator, const char *name, const struct opn_node *list)
{
	const struct opn_node *argument = list->count == 1 ? list->elements->value : NULL;

	if (argument && !strcmp(name, "sizeof")) {
		const struct opn_node *type =
			is_name(argument, "struct") ? argument->next : argument;
		unsigned int size =
			type && type->kind == OPN_NODE_NAME ? opn_header_size(type->text) : 0;

		evaluator->failed = evaluator->failed || !size;
		return size;
	}
	if (argument && (ends_with(name, "htons") || ends_with(name, "cpu_to_be16")))
		return htons((uint16_t)evaluate_element(evaluator, argument));
	if (argument && (ends_with(name, "htonl") || ends_with(name, "cpu_to_be32")))
		return htonl((uint32_t)evaluate_element(evaluator, argument));
	evaluator->failed = true;
	return 0;
}

static bool is_operand(const struct opn_node *node)
{
	return node && node->kind != OPN_NODE_OPERATOR;
}

static uint64_t operand(struct evaluator *evaluator)
{
	const struct opn_node *node = evaluator->at;
	bool negative = false, inverse = false;
	uint64_t value = 0;

	for (; node && node->kind == OPN_NODE_OPERATOR; node = node->next) {
		if (!strcmp(node->text, "-"))
			negative = !negative;
		else if (!strcmp(node->text, "~"))
			inverse = !inverse;
		else
			break;
	}
	/* a cast stands before what it casts */
	if (node && node->kind == OPN_NODE_LIST && node->open == '(' && is_operand(node->next))
		node = node->next;
	if (!is_operand(node)) {
		evaluator->failed = true;
		return 0;
	}
	evaluator->at = node->next;
	if (node->kind == OPN_NODE_NUMBER) {
		value = node->number;
	} else if (node->kind == OPN_NODE_NAME && node->next && node->next->kind == OPN_NODE_LIST &&
		   node->next->open == '(') {
		value = call(evaluator, node->text, node->next);
		evaluator->at = node->next->next;
	} else if (node->kind == OPN_NODE_NAME) {
		value = constant(evaluator, node);
	} else if (node->kind == OPN_NODE_LIST && node->open == '(' && node->count == 1) {
		value = evaluate_element(evaluator, node->elements->value);
	} else {
		evaluator->failed = true;
	}
	value = inverse ? ~value : value;
	return negative ? 0 - value : value;
}

static bool apply(const char *sign, uint64_t right, uint64_t *value)
{
	switch (sign[0]) {
	case '|':
		*value |= right;
		return true;
	case '&':
		*value &= right;
		return true;
	case '<':
		*value = right < 64 ? *value << right : 0;
		return true;
	case '>':
		*value = right < 64 ? *value >> right : 0;
		return true;
	case '+':
		*value += right;
		return true;
	case '-':
		*value -= right;
		return true;
	case '*':
		*value *= right;
		return true;
	}
	return false;
}

/* By C's precedence, level by level; ends at what is no sign of a level. */
static uint64_t evaluate(struct evaluator *evaluator, unsigned int level)
{
	static const char *const levels[][3] = {
		{ "|" }, { "&" }, { "<<", ">>" }, { "+", "-" }, { "*" }
	};
	uint64_t value =
		level < COUNT(levels) ? evaluate(evaluator, level + 1) : operand(evaluator);

	while (level < COUNT(levels) && !evaluator->failed && evaluator->at &&
	       evaluator->at->kind == OPN_NODE_OPERATOR) {
		const char *sign = evaluator->at->text;
		size_t i = 0;

		while (i < 3 && levels[level][i] && strcmp(levels[level][i], sign) != 0)
			i++;
		if (i == 3 || !levels[level][i])
			break;
		evaluator->at = evaluator->at->next;
		if (!apply(sign, evaluate(evaluator, level + 1), &value))
			evaluator->failed = true;
	}
	return value;
}

static bool value_of(struct opn_source *source, const struct opn_node *node, bool quiet,
		     uint64_t *value)
{
	struct evaluator evaluator = { .source = source, .quiet = quiet };

	if (!node)
		return false;
	*value = evaluate_element(&evaluator, node);
	return !evaluator.failed;
}

bool opn_source_number(struct opn_source *source, const struct opn_node *node, uint64_t *value)
{
	return value_of(source, node, true, value);
}

bool opn_source_value(struct opn_source *source, const struct opn_node *node, uint64_t *value)
{
	return value_of(source, node, false, value);
}
