/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * report_parts.h - what the three forms of a report share: the sentence, the byte difference, text
 * that harms nobody
 */
#ifndef OPN_VERIFY_REPORT_PARTS_H
#define OPN_VERIFY_REPORT_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "result.h"

/* Branches of both programs (side 2) or of one (side 0, 1): how many can be reached, how many were,
 * and whether that is known at all. */
struct opn_report_branches {
	size_t reached, total, dead;
	bool known;
};

struct opn_report_branches opn_report_branches(const struct opn_result *result, int side);

/* The verdict sentence, without a line feed: "equivalent on 5000 packets, 12 sequences, all
 * branches reached", "different: ...", "inconclusive: ...". Appends to buf, as it came. */
void opn_report_sentence(const struct opn_result *result, struct opn_buf *buf);

/* Where the two outputs differ, by header field. */
struct opn_report_delta {
	const char *field;	  /* "ipv4 ttl", "ipv4#2 ttl": of the second IPv4 header */
	const char *left, *right; /* NULL: that side has no such field */
	const struct opn_field *left_field, *right_field; /* the same holds */
};

/* In the order of the packet, in the arena; a long field is told by the bytes that differ. Headers
 * that only one side has come as fields of that side. NULL when the outputs are equal or there is
 * no memory: *count is 0 then. */
struct opn_report_delta *opn_report_deltas(struct opn_arena *arena,
					   const struct opn_difference *difference, size_t *count);

/* "ipv4 ttl", "ipv4#2 ttl", in the arena. */
const char *opn_report_field_name(struct opn_arena *arena, const struct opn_field *field);

/* Appends one line's text: tab stops become spaces; control characters, broken bytes, marks and
 * overrides of direction are shown as <U+001B> or <FF>. */
void opn_report_plain(struct opn_buf *buf, const char *text);

/* Text without the white space in front; "" for NULL. */
const char *opn_report_code(const char *source);

/* "1 packet", "2 packets"; "branches" for branch. Appends. */
void opn_report_count(struct opn_buf *buf, unsigned long long count, const char *one,
		      const char *many);

#endif
