/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * output_state.h - an output transaction from the inside, for its beginning and its commit
 */
#ifndef OPN_OUTPUT_STATE_H
#define OPN_OUTPUT_STATE_H

#include <jansson.h>

#include "base.h"
#include "output.h"

struct opn_output_staged {
	struct opn_output_staged *next;
	const char *path; /* below the folder */
	char hash[OPN_HASH_SIZE];
	char name[32]; /* in the staging folder; empty: the file there already has these bytes */
};

/* What the commit did, to be undone in reverse. */
struct opn_output_action {
	struct opn_output_action *previous;
	const char *path;
	char backup[32]; /* of what was there, in the staging folder; empty: there was nothing */
	bool is_folder;	 /* made on the way */
};

struct opn_output {
	struct opn_arena *arena;
	struct opn_diags *diags;
	const char *target; /* as the user spells it */
	const char *marker;
	bool is_directory, force;
	bool is_new;	  /* the folder does not exist yet: dirfd is a temporary one */
	int parentfd;	  /* the folder that target is in */
	const char *name; /* target's in parentfd */
	int dirfd;	  /* the folder to fill; parentfd for a single file */
	char temporary[OPN_TEMPORARY_SIZE]; /* its name in parentfd while it is new */
	int stagefd;
	char stage[OPN_TEMPORARY_SIZE]; /* in dirfd; empty: not made yet */
	size_t counter;			/* for names in the staging folder */
	json_t *list;			/* path to hash: what we wrote last time */
	struct opn_output_staged *files, **end;
	struct opn_output_action *steps;
	/* target is a device or pipe: written at commit */
	bool is_special;
	char *special_text;
	size_t special_length;
};

enum { OPN_OUTPUT_LIST_LIMIT = 64 * 1024 * 1024, OPN_OUTPUT_LIST_VERSION = 1 };

/* path: below the folder, or NULL for the target itself. How it is shown; reporting that it cannot
 * be written for error (negative), or is not ours. The reports return -EINVAL. */
const char *opn_output_shown(struct opn_output *output, const char *path);
int opn_output_failed(struct opn_output *output, const char *path, int error);
int opn_output_foreign(struct opn_output *output, const char *path, const char *why);

/* Notes that path[0..length) is about to change. Returns 0 or -ENOMEM. */
int opn_output_step(struct opn_output *output, const char *path, size_t length, bool is_folder);

/* Opens the folder below dirfd that path is in and points *name at path's last component. Missing
 * folders are made when create. Returns a descriptor or -errno; -ENOTDIR also for a link. */
int opn_output_parent(struct opn_output *output, const char *path, bool create, const char **name);

/* Makes the staging folder if there is none yet. Returns 0 or -errno. */
int opn_output_stage(struct opn_output *output);
/* Writes text under a new name in the staging folder. Returns 0 or -errno. */
int opn_output_stage_text(struct opn_output *output, const char *text, size_t length,
			  char name[32]);
/* Empties and removes the staging folder. */
void opn_output_unstage(struct opn_output *output);

#endif
