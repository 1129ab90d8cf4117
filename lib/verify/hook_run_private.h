/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hook_run_private.h - the prover's tables in memory, and their readers
 */
#ifndef OPN_VERIFY_HOOK_RUN_PRIVATE_H
#define OPN_VERIFY_HOOK_RUN_PRIVATE_H

#include "hook_run.h"
#include "program.h"
#include "yaml_read.h"

struct opn_pair_entry {
	struct opn_pair_entry *next;
	const char *from, *to;
	struct opn_loc loc;
	struct opn_hook_pair rules;
};

struct opn_hook_entry {
	struct opn_hook_entry *next;
	struct opn_hook_run run;
};

struct opn_hook_runs {
	struct opn_arena *arena;
	struct opn_hook_entry *hooks;
	struct opn_pair_entry *pairs;
	const char **names;
	struct opn_call_rule *calls;
	size_t call_count;
	struct opn_shared_call *shared;
	size_t shared_count;
};

/* Names by enum opn_fate, NULL-terminated. */
extern const char *const opn_fate_names[];

/* The readers of one file each; they report and return -errno. */
int opn_hook_run_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out);
int opn_hook_pair_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out);
int opn_call_rules_read(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hook_runs *out);
/* The list "attach" of the key "run". */
int opn_attach_rules_read(struct opn_yaml *yaml, yaml_node_t *list, struct opn_hook_run *run);

#endif
