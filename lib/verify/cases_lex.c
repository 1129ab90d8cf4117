// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_lex.c - tokens of C, C++, Go and Python, as far as data needs them
 *
 * Never fails but for memory: a string without an end ends with its line, an unknown character is
 * an operator. Lines end statements as Go's specification has it ("Semicolons"), and in Python
 * where no bracket is open. Preprocessor lines are skipped but for #define of a number and
 * #include.
 */
#include <ctype.h>
#include <string.h>

#include "cases_source.h"

void opn_lexer_begin(struct opn_lexer *lexer, enum opn_source_language language,
		     struct opn_arena *arena, const char *text, size_t length)
{
	*lexer = (struct opn_lexer){
		.language = language,
		.arena = arena,
		.start = text,
		.at = text,
		.end = text + length,
		.line_start = text,
		.line = 1,
	};
}

/* The character at this distance, or 0 behind the end. */
static char peek(const struct opn_lexer *lexer, size_t distance)
{
	return (size_t)(lexer->end - lexer->at) > distance ? lexer->at[distance] : '\0';
}

static bool starts(const struct opn_lexer *lexer, const char *text)
{
	size_t length = strlen(text);

	return (size_t)(lexer->end - lexer->at) >= length && !memcmp(lexer->at, text, length);
}

static bool at_end(const struct opn_lexer *lexer)
{
	return lexer->at >= lexer->end;
}

static void advance(struct opn_lexer *lexer)
{
	if (*lexer->at++ == '\n') {
		lexer->line++;
		lexer->line_start = lexer->at;
	}
}

static bool is_name_start(char c)
{
	return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_part(char c)
{
	return is_name_start(c) || isdigit((unsigned char)c);
}

static void skip_line(struct opn_lexer *lexer)
{
	while (!at_end(lexer) && *lexer->at != '\n')
		lexer->at++;
}

static void skip_comment(struct opn_lexer *lexer)
{
	lexer->at += 2;
	while (!at_end(lexer) && !starts(lexer, "*/"))
		advance(lexer);
	lexer->at += at_end(lexer) ? 0 : 2;
}

/* Skips white space and comments; returns whether a line ended. */
static bool skip_space(struct opn_lexer *lexer)
{
	bool ended = false;

	while (!at_end(lexer)) {
		char c = *lexer->at;

		if (c == '\n') {
			ended = true;
			advance(lexer);
		} else if (isspace((unsigned char)c) || !c) {
			lexer->at++;
		} else if (c == '\\' && (peek(lexer, 1) == '\n' || starts(lexer, "\\\r\n"))) {
			while (*lexer->at != '\n')
				lexer->at++;
			advance(lexer);
		} else if (lexer->language == OPN_SOURCE_PYTHON ? c == '#' : starts(lexer, "//")) {
			skip_line(lexer);
		} else if (lexer->language != OPN_SOURCE_PYTHON && starts(lexer, "/*")) {
			skip_comment(lexer);
		} else {
			break;
		}
		if (ended && lexer->can_end)
			break;
	}
	return ended;
}

/* ---- strings ---- */

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* Reads up to most digits of a base. */
static uint64_t read_digits(struct opn_lexer *lexer, int base, unsigned int most)
{
	uint64_t value = 0;

	for (; most && digit_value(peek(lexer, 0)) < base; most--, lexer->at++)
		value = value * (unsigned int)base + (unsigned int)digit_value(*lexer->at);
	return value;
}

static void add_utf8(struct opn_buf *buf, uint64_t code)
{
	if (code < 0x80) {
		opn_buf_putc(buf, (char)code);
	} else if (code < 0x800) {
		opn_buf_putc(buf, (char)(0xc0 | code >> 6));
		opn_buf_putc(buf, (char)(0x80 | (code & 0x3f)));
	} else {
		if (code >= 0x10000)
			opn_buf_putc(buf, (char)(0xf0 | (code >> 18 & 0x7)));
		opn_buf_putc(buf, (char)(code < 0x10000 ? 0xe0 | code >> 12
							: 0x80 | (code >> 12 & 0x3f)));
		opn_buf_putc(buf, (char)(0x80 | (code >> 6 & 0x3f)));
		opn_buf_putc(buf, (char)(0x80 | (code & 0x3f)));
	}
}

/* An escape sequence, at the backslash. */
static void read_escape(struct opn_lexer *lexer, struct opn_buf *buf, size_t *escaped)
{
	static const char letters[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	const char *letter;
	char c;

	lexer->at++;
	c = peek(lexer, 0);
	if (c == 'x' && digit_value(peek(lexer, 1)) < 16) {
		lexer->at++;
		opn_buf_putc(buf, (char)read_digits(lexer, 16, 2));
		++*escaped;
	} else if (c >= '0' && c <= '7') {
		opn_buf_putc(buf, (char)read_digits(lexer, 8, 3));
		++*escaped;
	} else if ((c == 'u' || c == 'U') && digit_value(peek(lexer, 1)) < 16) {
		lexer->at++;
		add_utf8(buf, read_digits(lexer, 16, c == 'u' ? 4 : 8));
	} else if (c == '\n') {
		advance(lexer);
	} else if (!at_end(lexer)) {
		letter = c ? strchr(letters, c) : NULL;
		opn_buf_putc(buf, letter ? codes[letter - letters] : c);
		advance(lexer);
	}
}

static void take_text(struct opn_lexer *lexer, struct opn_buf *buf, struct opn_token *token)
{
	char *copy = buf->failed ? NULL : opn_arena_alloc(lexer->arena, buf->length + 1);

	if (copy && buf->length)
		memcpy(copy, buf->data, buf->length);
	token->text = copy ? copy : "";
	token->length = copy ? buf->length : 0;
	lexer->failed = lexer->failed || !copy;
	opn_buf_free(buf);
}

/* A string whose closing mark is given, at its first character. raw: no escapes. A string that may
 * not span lines ends with its line. */
static void read_string(struct opn_lexer *lexer, const char *close, bool raw, bool spans,
			struct opn_token *token)
{
	struct opn_buf buf = { 0 };

	token->kind = OPN_TOKEN_STRING;
	while (!at_end(lexer) && !starts(lexer, close)) {
		if (*lexer->at == '\n' && !spans)
			break;
		if (*lexer->at == '\\' && !raw) {
			read_escape(lexer, &buf, &token->escaped);
			continue;
		}
		opn_buf_putc(&buf, *lexer->at);
		advance(lexer);
	}
	if (starts(lexer, close))
		lexer->at += strlen(close);
	take_text(lexer, &buf, token);
}

/* C++: R"tag(...)tag", at the quote. */
static void read_raw_cxx(struct opn_lexer *lexer, struct opn_token *token)
{
	char close[24] = ")";
	size_t length = 0;

	while (length < 16 && peek(lexer, 1 + length) && peek(lexer, 1 + length) != '(')
		length++;
	if (peek(lexer, 1 + length) != '(') {
		lexer->at++;
		read_string(lexer, "\"", true, false, token);
		return;
	}
	memcpy(close + 1, lexer->at + 1, length);
	close[length + 1] = '"';
	lexer->at += length + 2;
	read_string(lexer, close, true, true, token);
}

/* A string or character that begins here, behind its prefix. False: none does. */
static bool read_quoted(struct opn_lexer *lexer, const char *prefix, size_t prefix_length,
			struct opn_token *token)
{
	bool python = lexer->language == OPN_SOURCE_PYTHON;
	bool raw = prefix_length &&
		   (memchr(prefix, 'r', prefix_length) || memchr(prefix, 'R', prefix_length));
	char quote = peek(lexer, 0);

	if (python && (starts(lexer, "\"\"\"") || starts(lexer, "'''"))) {
		lexer->at += 3;
		read_string(lexer, quote == '"' ? "\"\"\"" : "'''", raw, true, token);
	} else if (quote == '"' && raw && !python) {
		read_raw_cxx(lexer, token);
	} else if (quote == '"' || (quote == '\'' && python)) {
		lexer->at++;
		read_string(lexer, quote == '"' ? "\"" : "'", raw, false, token);
	} else if (quote == '`' && lexer->language == OPN_SOURCE_GO) {
		lexer->at++;
		read_string(lexer, "`", true, true, token);
	} else if (quote == '\'') {
		lexer->at++;
		read_string(lexer, "'", false, false, token);
		token->kind = OPN_TOKEN_NUMBER;
		token->number = token->length ? (unsigned char)token->text[0] : 0;
	} else {
		return false;
	}
	return true;
}

/* ---- numbers, names ---- */

static bool is_prefix(const struct opn_lexer *lexer, const char *text, size_t length)
{
	if (length > 2 || lexer->language == OPN_SOURCE_GO)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!strchr(lexer->language == OPN_SOURCE_PYTHON ? "bBrRuUfF" : "LuUR8", text[i]))
			return false;
	}
	return true;
}

static void read_number(struct opn_lexer *lexer, struct opn_token *token)
{
	int base = 10;
	bool odd = false;

	token->kind = OPN_TOKEN_NUMBER;
	if (peek(lexer, 0) == '0' && peek(lexer, 1) && strchr("xXbBoO", peek(lexer, 1))) {
		base = strchr("xX", peek(lexer, 1)) ? 16 : strchr("bB", peek(lexer, 1)) ? 2 : 8;
		lexer->at += 2;
	} else if (peek(lexer, 0) == '0' && lexer->language != OPN_SOURCE_PYTHON) {
		base = 8;
	}
	for (; !at_end(lexer); lexer->at++) {
		char c = *lexer->at;
		int digit = digit_value(c);

		if (digit < base) {
			odd = odd || token->number > (UINT64_MAX - 16) / (unsigned int)base;
			token->number = token->number * (unsigned int)base + (unsigned int)digit;
		} else if (c == '_' || (c == '\'' && lexer->language == OPN_SOURCE_C &&
					digit_value(peek(lexer, 1)) < base)) {
			continue;
		} else if (c == '.' || (isalnum((unsigned char)c) && !strchr("uUlL", c))) {
			odd = true; /* a fraction, an exponent */
		} else if (!isalnum((unsigned char)c)) {
			break;
		}
	}
	if (!odd)
		return;
	token->kind = OPN_TOKEN_OPERATOR;
	token->symbol[0] = '?';
}

/* What joins two names into one: "." "->" "::"; its length, or 0. */
static size_t joint(const struct opn_lexer *lexer)
{
	size_t length = 0;

	if (starts(lexer, "::") || starts(lexer, "->"))
		length = 2;
	else if (peek(lexer, 0) == '.')
		length = 1;
	return length && is_name_start(peek(lexer, length)) ? length : 0;
}

static void read_name(struct opn_lexer *lexer, struct opn_token *token)
{
	const char *start = lexer->at;
	size_t length;

	while (!at_end(lexer) && is_name_part(*lexer->at))
		lexer->at++;
	length = (size_t)(lexer->at - start);
	if (is_prefix(lexer, start, length) && read_quoted(lexer, start, length, token))
		return;
	while ((length = joint(lexer))) {
		lexer->at += length;
		while (!at_end(lexer) && is_name_part(*lexer->at))
			lexer->at++;
	}
	token->kind = OPN_TOKEN_NAME;
	token->length = (size_t)(lexer->at - start);
	token->text = opn_arena_strndup(lexer->arena, start, token->length);
	if (!token->text) {
		lexer->failed = true;
		token->text = "";
	}
}

/* ---- the preprocessor ---- */

static void skip_blanks(struct opn_lexer *lexer)
{
	while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t')
		lexer->at++;
}

/* To the end of the line, with its continuations. */
static void skip_directive(struct opn_lexer *lexer)
{
	while (!at_end(lexer) && *lexer->at != '\n') {
		if (starts(lexer, "/*"))
			skip_comment(lexer);
		else if (starts(lexer, "\\\n") || starts(lexer, "\\\r\n"))
			skip_space(lexer);
		else
			lexer->at++;
	}
}

static void read_define(struct opn_lexer *lexer, struct opn_token *token)
{
	struct opn_token name = { 0 }, value = { 0 };

	skip_blanks(lexer);
	if (!is_name_start(peek(lexer, 0)))
		return;
	read_name(lexer, &name);
	skip_blanks(lexer);
	if (peek(lexer, 0) == '(')
		lexer->at++;
	skip_blanks(lexer);
	if (!isdigit((unsigned char)peek(lexer, 0)) || name.kind != OPN_TOKEN_NAME)
		return;
	read_number(lexer, &value);
	skip_blanks(lexer);
	if (peek(lexer, 0) == ')')
		lexer->at++;
	skip_blanks(lexer);
	/* only a whole number: "1 << 3" is none */
	if (value.kind != OPN_TOKEN_NUMBER || !strchr("\r\n/", peek(lexer, 0)))
		return;
	token->kind = OPN_TOKEN_DEFINE;
	token->text = name.text;
	token->length = name.length;
	token->number = value.number;
}

/* A line that begins with '#'. False: nothing of interest. */
static bool read_directive(struct opn_lexer *lexer, struct opn_token *token)
{
	lexer->at++;
	skip_blanks(lexer);
	if (starts(lexer, "define ") || starts(lexer, "define\t")) {
		lexer->at += 6;
		read_define(lexer, token);
	} else if (starts(lexer, "include")) {
		lexer->at += 7;
		skip_blanks(lexer);
		if (peek(lexer, 0) == '"' || peek(lexer, 0) == '<') {
			const char *close = peek(lexer, 0) == '<' ? ">" : "\"";

			lexer->at++;
			read_string(lexer, close, true, false, token);
			token->kind = OPN_TOKEN_INCLUDE;
		}
	}
	skip_directive(lexer);
	return token->kind != OPN_TOKEN_END;
}

static bool at_line_start(const struct opn_lexer *lexer)
{
	for (const char *s = lexer->line_start; s < lexer->at; s++) {
		if (!isspace((unsigned char)*s))
			return false;
	}
	return true;
}

/* ---- the rest ---- */

static void read_symbol(struct opn_lexer *lexer, struct opn_token *token)
{
	static const char *const doubles[] = {
		"==", "!=", "<=", ">=", ":=", "+=", "-=", "*=", "/=",
		"|=", "&=", "^=", "<<", ">>", "&&", "||", "::", "->"
	};
	size_t length = 1;
	char c = *lexer->at;

	token->kind = OPN_TOKEN_OPERATOR;
	for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		if (starts(lexer, doubles[i]))
			length = 2;
	}
	memcpy(token->symbol, lexer->at, length);
	if (length == 1 && strchr("([{", c)) {
		token->kind = OPN_TOKEN_OPEN;
		lexer->depth++;
	} else if (length == 1 && strchr(")]}", c)) {
		token->kind = OPN_TOKEN_CLOSE;
		lexer->depth -= lexer->depth > 0;
	} else if (length == 1 && strchr(",;", c)) {
		token->kind = OPN_TOKEN_SEPARATOR;
	}
	lexer->at += length;
}

static bool ends_statement(const struct opn_lexer *lexer, const struct opn_token *token)
{
	switch (lexer->language) {
	case OPN_SOURCE_C:
		return false;
	case OPN_SOURCE_PYTHON:
		return !lexer->depth;
	case OPN_SOURCE_GO:
		return token->kind == OPN_TOKEN_STRING || token->kind == OPN_TOKEN_NUMBER ||
		       token->kind == OPN_TOKEN_NAME || token->kind == OPN_TOKEN_CLOSE;
	}
	return false;
}

static void read_token(struct opn_lexer *lexer, struct opn_token *token)
{
	char c;

	c = *lexer->at;
	if (isdigit((unsigned char)c))
		read_number(lexer, token);
	else if (is_name_start(c))
		read_name(lexer, token);
	else if (!read_quoted(lexer, NULL, 0, token))
		read_symbol(lexer, token);
}

void opn_lexer_next(struct opn_lexer *lexer, struct opn_token *token)
{
	bool done = false;

	while (!done) {
		bool ended = skip_space(lexer);

		*token = (struct opn_token){
			.line = lexer->line,
			.column = (unsigned int)(lexer->at - lexer->line_start) + 1,
		};
		if (ended && lexer->can_end) {
			token->kind = OPN_TOKEN_SEPARATOR;
			token->symbol[0] = '\n';
			lexer->can_end = false;
			return;
		}
		if (at_end(lexer))
			return;
		if (lexer->language == OPN_SOURCE_C && *lexer->at == '#' && at_line_start(lexer)) {
			done = read_directive(lexer, token);
		} else {
			read_token(lexer, token);
			done = true;
		}
	}
	lexer->can_end = ends_statement(lexer, token);
}
