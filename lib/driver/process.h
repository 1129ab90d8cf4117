/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * process.h - one run of another program, without a shell
 */
#ifndef OPN_DRIVER_PROCESS_H
#define OPN_DRIVER_PROCESS_H

#include "base.h"

/* Runs argv (looked for in PATH) in folder (NULL: the current one), with nothing on its input, and
 * puts all that it prints into *out, at most 1 MiB; the caller frees it. set: "NAME=value" words
 * for its environment, NULL-terminated, or NULL. Returns its exit status (128 and the number for a
 * signal), or -errno. */
int opn_process_run(char *const *argv, const char *folder, char *const *set, struct opn_buf *out);

/* The first of these programs (NULL-terminated) that PATH has, as its path, in the arena; or
 * NULL. */
const char *opn_process_find(const char *const *names, struct opn_arena *arena);

#endif
