/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unit.h - what is known of an extracted unit: plain data, no behaviour
 *
 * Filled by the Clang side, read by the manifest, the graph and the build file. All strings belong
 * to whoever made the unit.
 */
#ifndef OPN_UNIT_H
#define OPN_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

/* A function that can be extracted, for --list and to resolve --function. */
struct opn_function {
	const char *name;
	const char *file; /* relative to the root */
	unsigned int start_line, end_line, column;
	const char *signature;
	const char *section; /* NULL: none */
	const char *hook;    /* NULL: unknown or no program */
	bool is_program;
	bool is_static;
	bool is_inline;
	bool is_external;	    /* defined in a system header */
	const char *hash;	    /* of its tokens, hex: equal functions have equal hashes */
	const char *const *callees; /* NULL-terminated, sorted */
	const char *const *helpers;
	const char *const *kfuncs;
	const char *const *asked; /* those kfuncs whose presence it asks for: bpf_ksym_exists() */
	const char *const *context_fields; /* of its first parameter's record */
};

struct opn_map_use {
	const char *function;
	unsigned int access;
};

struct opn_map {
	const char *name;
	const char *file;
	unsigned int start_line, end_line;
	const char *type;	 /* "BPF_MAP_TYPE_HASH", or NULL */
	const char *key, *value; /* C types, or NULL */
	const char *key_size, *value_size, *max_entries, *flags,
		*pinning;  /* spelled values, or NULL */
	const char *inner; /* name or type of the inner map, or NULL */
	bool is_legacy;	   /* struct bpf_map_def */
	bool is_declared_only;
	const struct opn_map_use *uses;
	size_t use_count;
};

/* A type, macro, include or global of the closure. */
struct opn_item {
	const char *kind; /* "struct", "union", "enum", "typedef", "macro", "include", "variable",
			     ... */
	const char *name;
	const char *file;
	unsigned int start_line, end_line;
};

/* An edge of the dependency graph, by names; kind is "call", "map", "type", "macro", "global". */
struct opn_edge {
	const char *from, *to, *kind;
};

/* One file of a unit. */
struct opn_unit_file {
	const char *path; /* relative to the output folder; the first is the unit's source */
	const char *text;
	size_t length;
};

#define OPN_NO_VARIANT ((size_t)-1)

struct opn_unit {
	const char *name;	/* the target's */
	const char *source;	/* relative to the root */
	const char *hook;	/* NULL: unknown */
	const char *entry;	/* name of the generated entry function, or NULL */
	const char *entry_text; /* that function's text, or NULL */
	const struct opn_unit_file *files;
	size_t file_count;
	/* compile flags of the unit, one list per command of the source, NULL-terminated lists;
	 * paths below the root are relative to the root and marked by a leading "@ROOT@/" */
	const char *const *const *flags;
	size_t flags_count;
	/* per command of the source the index of its list in flags, as different commands may come
	 * to the same flags; OPN_NO_VARIANT where a command has no such function */
	const size_t *variants;
	size_t variant_count;
	const struct opn_function *functions;
	size_t function_count;
	const struct opn_map *maps;
	size_t map_count;
	const struct opn_item *items;
	size_t item_count;
	const struct opn_edge *edges;
	size_t edge_count;
	const char *const *includes;   /* kept, as spelled with <> or "" */
	const char *const *spdx;       /* SPDX expressions of the contributing files, sorted */
	const char *const *copyrights; /* copyright lines */
	const char *license;	       /* value of the variable in section "license", or NULL */
	const char *const *undefined;  /* symbols left undefined (ksyms, kconfig, extern) */
};

enum opn_proof_status {
	OPN_PROOF_IDENTICAL,
	OPN_PROOF_EXPLAINED, /* differs, and the cause is known and harmless: .detail says it */
	OPN_PROOF_DIFFERS,
	OPN_PROOF_SKIPPED, /* does not apply: .detail says why */
	OPN_PROOF_ERROR,   /* could not be made: .detail says why */
};

#define OPN_PROOF_LEVELS 5

struct opn_proof_level {
	enum opn_proof_status status;
	const char *detail; /* NULL when identical */
	/* first difference, when its place is known */
	struct opn_loc original, unit;
};

/* levels: [0] IR before optimisation, [1] instructions and relocations, [2] CO-RE and BTF,
 * [3] sections, maps, data, licence, symbols, [4] the kernel's verifier */
struct opn_proof {
	struct opn_proof_level level[OPN_PROOF_LEVELS];
};

#endif
