// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_text.c - a stranger's words in what is emitted: file names, licences, names of stages
 *
 * Each kind of text has its own ways out: a quote in a string, the end of a comment, HTML and the
 * bars of a table in Markdown. Nothing that stands here may find one.
 */
#include <string.h>

#include "composition.h"

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static void emit_literal(struct opn_buf *buf, const char *text, bool is_value)
{
	opn_buf_putc(buf, '"');
	for (; *text; text++) {
		/* "?" begins a trigraph */
		if (strchr("\"\\?", *text))
			opn_buf_putc(buf, '\\');
		if (!is_control(*text))
			opn_buf_putc(buf, *text);
		else if (is_value)
			opn_buf_printf(buf, "\\%03o", (unsigned char)*text);
		else
			opn_buf_puts(buf, "\\?");
	}
	opn_buf_putc(buf, '"');
}

void opn_emit_string(struct opn_buf *buf, const char *text)
{
	emit_literal(buf, text, true);
}

void opn_emit_label(struct opn_buf *buf, const char *text)
{
	emit_literal(buf, text, false);
}

void opn_emit_comment(struct opn_buf *buf, const char *text)
{
	for (char last = ' '; *text; last = *text++) {
		if ((last == '*' && *text == '/') || (last == '/' && *text == '*'))
			opn_buf_putc(buf, ' ');
		/* A backslash at its end would join the next line. */
		opn_buf_putc(buf, is_control(*text) || strchr("\\?", *text) ? '_' : *text);
	}
}

void opn_emit_cell(struct opn_buf *buf, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*[]<>|&~!", *text))
			opn_buf_putc(buf, '\\');
		opn_buf_putc(buf, is_control(*text) ? ' ' : *text);
	}
}
