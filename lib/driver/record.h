/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * record.h - what was made of what, so that a second run does only what changed
 *
 * A step is fresh when its words, its inputs and its products are what they were: by content. A
 * file's hash is kept with its size, times and inode, and computed again when one of them changed,
 * or when it was changed so shortly before it was read that its times prove nothing.
 */
#ifndef OPN_DRIVER_RECORD_H
#define OPN_DRIVER_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "diag.h"

struct opn_record;

/* Reads the state of a folder; a missing or broken one is an empty one. NULL without memory. The
 * caller frees it with opn_record_free(). */
struct opn_record *opn_record_open(const char *folder);
void opn_record_free(struct opn_record *state);

/* Writes it. Reports and returns -errno. */
int opn_record_save(struct opn_record *state, struct opn_diags *diags);

/* The hash of a file's content; NULL: it cannot be read. Belongs to state. */
const char *opn_record_hash(struct opn_record *state, const char *path);
/* The hash of all files below a folder, names included, symbolic links not followed. */
const char *opn_record_hash_tree(struct opn_record *state, const char *folder);

/* Whether a step ended well with this key, and its inputs and products have not changed since. */
bool opn_record_fresh(struct opn_record *state, const char *step, const char *key);

/* Notes that a step ended well. inputs and products are NULL-terminated lists of files. */
int opn_record_note(struct opn_record *state, const char *step, const char *key,
		    const char *const *inputs, const char *const *products, double seconds);
/* The step is to be done again; what it made stays known. */
void opn_record_forget(struct opn_record *state, const char *step);
/* Nobody wants the step any more. */
void opn_record_remove(struct opn_record *state, const char *step);

/* What the steps made, with the hashes that it had. */
struct opn_product {
	const char *step, *path, *hash;
	struct opn_product *next;
};
/* As the steps are now. In the arena; NULL: there is nothing, or no memory. */
const struct opn_product *opn_record_products(const struct opn_record *state,
					      struct opn_arena *arena);

/* How long the step took when it ran, in seconds. */
double opn_record_seconds(const struct opn_record *state, const char *step);

#endif
