/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hookdef_private.h - what the readers of the hook tables share
 */
#ifndef OPN_HOOKDEF_PRIVATE_H
#define OPN_HOOKDEF_PRIVATE_H

#include "hookdef.h"
#include "yaml_read.h"

struct hook {
	struct hook *next;
	const char *name, *program_type, *context;
	const char *min_kernel;		    /* NULL: not known */
	const struct opn_entry_rule *entry; /* or NULL */
};

/* A section rule and where it stands. */
struct section {
	struct section *next;
	struct opn_section_rule rule;
	struct opn_loc loc;
};

/* A helper, a kfunc or a type of map. */
struct helper {
	const char *name, *min_kernel; /* NULL: not known */
	unsigned int id;	       /* 0: no helper */
	bool gpl_only;
	enum opn_packet_effect packet;
	const char *const *hooks; /* that may call it, NULL-terminated; NULL: it is not called */
};

struct opn_hookdefs {
	struct opn_arena *arena;
	struct hook *hooks;
	struct section *sections;
	size_t hook_count, section_count;
	const char **names;
	struct opn_section_rule *section_rules;
	struct opn_map_access_rule *access;
	size_t access_count;
	struct helper *helpers;
	size_t helper_count;
};

/* "5.10" as a number that grows with it; 0: it is no version. */
unsigned long opn_hookdef_version(const char *text);

/* Reads the version under "min-kernel" into *out, NULL when there is none; reports, returns
 * -EINVAL. */
int opn_hookdef_read_kernel(struct opn_yaml *yaml, yaml_node_t *node, bool required,
			    const char **out);

/* Reports that memory ran out; returns -EINVAL. */
int opn_hookdef_no_memory(struct opn_yaml *yaml);

/* Reports that the folder of the tables cannot be read, and how another one is named; returns
 * -errno. */
int opn_hookdef_unreadable(const char *dir, const char *why, struct opn_diags *diags);

/* The readers of map-access.yaml and helpers.yaml. */
int opn_hookdef_read_map_access(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out);
int opn_hookdef_read_helpers(struct opn_yaml *yaml, yaml_node_t *root, struct opn_hookdefs *out);

#endif
