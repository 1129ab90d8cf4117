/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * table_files.h - the files of a folder of tables
 */
#ifndef OPN_TABLE_FILES_H
#define OPN_TABLE_FILES_H

#include <stdbool.h>

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Paths of the .yaml files in dir, ended by NULL: in the order of their bytes, which is the same in
 * every locale, and without hidden ones. They belong to the arena. Returns 0 or -errno.
 */
int opn_table_files(const char *dir, struct opn_arena *arena, const char *const **out);

/* Whether a path is named as the table of a pair of hooks: FROM-to-TO.yaml. */
bool opn_table_is_pair(const char *path);

#ifdef __cplusplus
}
#endif

#endif
