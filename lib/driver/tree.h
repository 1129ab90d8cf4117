/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * tree.h - the source tree of a unit: where it is, what is in it, how it is compiled
 */
#ifndef OPN_DRIVER_TREE_H
#define OPN_DRIVER_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "diag.h"
#include "driver/spec.h"

/* A unit's tree and what is known of it. All paths are absolute. */
struct opn_tree {
	const char *root;
	const char *revision;	    /* the whole hash of what was fetched, or NULL */
	const char *database;	    /* folder of compile_commands.json, or NULL: flags */
	const char *const *flags;   /* NULL-terminated, or NULL: database */
	const char *const *sources; /* to look into for the unit's functions, NULL-terminated */
};

/* Finds, or fetches into the cache, what a unit is taken from, how it is compiled and which
 * sources can have its functions. clang: the compiler for trial compiles of "infer"; known: what
 * they found when nothing was different, NULL-terminated, or NULL. Reports and returns -errno. */
int opn_tree_open(const struct opn_spec_unit *unit, const char *cache, const char *clang,
		  const char *const *known, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_tree *out);

/* Fetches a revision of a repository into the cache, unless it is there: into *root its folder,
 * into *revision its whole hash. */
int opn_tree_fetch(const struct opn_spec_unit *unit, const char *cache, struct opn_arena *arena,
		   struct opn_diags *diags, const char **root, const char **revision);

/* Flags with which clang takes a source of a tree that has no database, NULL-terminated: what is
 * missing is looked for in the tree, its Makefiles and the system. *why: what spoke against it
 * when none was found (NULL returned). given: flags to begin with, NULL-terminated, or NULL; found:
 * those with which clang took another source of the tree, or NULL. */
const char *const *opn_tree_infer(const char *root, const char *source, const char *clang,
				  const char *const *given, const char *const *found,
				  struct opn_arena *arena, const char **why);

/* All C sources below a folder, NULL-terminated and sorted; NULL without memory. Symbolic links,
 * hidden folders and what we wrote are left out. */
const char *const *opn_tree_sources(const char *root, const char *suffix, struct opn_arena *arena);

/* Removes a folder with all that is in it; links are removed, not followed. */
void opn_tree_remove(const char *folder);

#endif
