/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * report_html.h - what the parts of the HTML report share
 *
 * The page has no script, and its policy allows none: what a test's source or an object's names
 * hold can only be text. Everything that is not written in this code goes through opn_html_text().
 */
#ifndef OPN_VERIFY_REPORT_HTML_H
#define OPN_VERIFY_REPORT_HTML_H

#include "base.h"
#include "report_parts.h"
#include "result.h"

/* Appends text as content or as part of a double-quoted attribute; NULL is a dash. */
void opn_html_text(struct opn_buf *buf, const char *text);
/* "<TAG>TEXT</TAG>" where open is all of the opening tag. */
void opn_html_element(struct opn_buf *buf, const char *open, const char *text, const char *close);
/* 12345 with thin spaces. */
void opn_html_number(struct opn_buf *buf, unsigned long long number);

void opn_html_differences(const struct opn_result *result, struct opn_arena *arena,
			  struct opn_buf *buf);
void opn_html_coverage(const struct opn_result *result, struct opn_buf *buf);

/* The page's style sheet. */
extern const char opn_html_style[];

#endif
