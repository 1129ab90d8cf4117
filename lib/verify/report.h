/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * report.h - a verification's result as text, JSON and one HTML page
 */
#ifndef OPN_VERIFY_REPORT_H
#define OPN_VERIFY_REPORT_H

#include <jansson.h>

#include "base.h"
#include "result.h"

/* In the head of JSON and HTML, so that a later run knows the file for ours. */
#define OPN_REPORT_GENERATOR "opened-verify " OPN_VERSION

/* What a terminal is shown: the verdict line, then what matters. Appends to buf. */
void opn_report_text(const struct opn_result *result, bool colour, bool verbose,
		     struct opn_buf *buf);
/* The report of hookdefs/schema/verify.schema.json; NULL without memory. */
json_t *opn_report_json(const struct opn_result *result);
/* One self-contained page: no script or style from elsewhere; all text is escaped. */
void opn_report_html(const struct opn_result *result, struct opn_buf *buf);

/* "equivalent", "different", "inconclusive". */
const char *opn_verdict_name(enum opn_verdict_kind kind);

#endif
