/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_report.h - what the parts of a run's page share
 *
 * The page has no script and asks the network for nothing; text that is not ours only goes through
 * opn_html_text().
 */
#ifndef OPN_OPENED_REPORT_H
#define OPN_OPENED_REPORT_H

#include "opened.h"
#include "report_html.h"

struct page {
	struct opened_run *run;
	struct opn_buf *buf;
};

/* A member that is text, or NULL. */
const char *page_member(const json_t *object, const char *key);
/* HTML as it is. */
void page_put(const struct page *page, const char *html);
void page_text(const struct page *page, const char *text);
/* Draws a graph in DOT's language; without dot it is left out. */
void page_picture(const struct page *page, const char *file, const char *what);
bool page_went_well(const struct opn_step *step);

/* What a step's tool said. */
void page_diagnostics(const struct page *page, const struct opn_step *step);
/* The runs beside each other that prove a subject: a unit, or a hook of the pipeline. */
void page_proofs(const struct page *page, const void *subject);
/* What was changed in a program's file, beside what it was. */
void page_sides(const struct page *page, const struct opened_unit *unit, const char *program);
void page_unit(const struct page *page, const struct opened_unit *unit);

#endif
