/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * depfile.h - the files that a parse read, as compilers write them for make
 */
#ifndef OPN_DRIVER_DEPFILE_H
#define OPN_DRIVER_DEPFILE_H

#include "base.h"

/* The prerequisites of all rules of a file, which are seen from folder, NULL-terminated, in the
 * arena; NULL: it cannot be read, or is none. */
const char *const *opn_depfile_read(const char *path, const char *folder, struct opn_arena *arena);

#endif
