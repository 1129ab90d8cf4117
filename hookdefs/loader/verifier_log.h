/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * verifier_log.h - the line of a verifier log that helps
 */
#ifndef OPN_VERIFIER_LOG_H
#define OPN_VERIFIER_LOG_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct opn_verifier_reason {
	const char *line;   /* why, or NULL: the log says nothing */
	const char *source; /* the source line that the verifier was at, or NULL */
	ssize_t insn;	    /* the instruction that it was at, or -1 */
};

/* Cuts the log into lines in place; the strings of the result point into it. */
struct opn_verifier_reason opn_verifier_log_reason(char *log);

#ifdef __cplusplus
}
#endif

#endif
