/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unit_copy.h - copies of a unit that outlive the extraction
 */
#ifndef OPN_UNIT_COPY_H
#define OPN_UNIT_COPY_H

#include "base.h"
#include "unit.h"

/* Deep copies into an arena that ends the process when memory runs out. */
const struct opn_unit *unit_copy(struct opn_arena *arena, const struct opn_unit *unit);
void unit_copy_function(struct opn_arena *arena, struct opn_function *to,
			const struct opn_function *from);
const char *const *unit_copy_words(struct opn_arena *arena, const char *const *words);

#endif
