/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * rewriters.h - the only door into the Clang side: plain C in, plain C out
 *
 * Everything that needs an AST or LLVM lives behind these calls. Strings in results belong to the
 * result; paths of the project are relative to the project's root (the folder of the compile
 * database, or the current folder without one).
 */
#ifndef OPN_REWRITERS_H
#define OPN_REWRITERS_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- compile commands ---------------------------------------------------------------------- */

struct opn_commands_options {
	const char *build_dir;	/* -p, or NULL */
	char *const *flags;	/* after "--", NULL-terminated, or NULL */
	char *const *extra_before; /* --extra-arg-before, NULL-terminated, or NULL */
	char *const *extra;	/* --extra-arg, NULL-terminated, or NULL */
};

/* One way to compile one source. */
struct opn_command {
	const char *file;      /* as the user or the database spells it, relative to directory or absolute */
	const char *directory; /* absolute */
	const char *const *argv; /* NULL-terminated; argv[0] is the compiler, the source is its last word */
};

struct opn_commands;

/* Loads the commands. Without -p and flags the database is looked for in the source's folder and
 * its parents. Reports and returns -errno when there is none: never runs on without flags. */
int opn_commands_load(const struct opn_commands_options *options, char *const *sources,
		      struct opn_diags *diags, struct opn_commands **out);
void opn_commands_free(struct opn_commands *commands);

/* The project's root: the folder of the database, or the current one. Absolute. */
const char *opn_commands_root(const struct opn_commands *commands);

/* All commands of one source in the database's order, equal ones once. Returns their number (0:
 * none, reported), or -errno. The array belongs to commands. */
int opn_commands_find(const struct opn_commands *commands, const char *source,
		      struct opn_diags *diags, const struct opn_command **out);

/* ---- extraction ---------------------------------------------------------------------------- */

enum opn_layout { OPN_LAYOUT_SINGLE, OPN_LAYOUT_TREE };

/* How a unit that is no program gets an entry: facts of a hook, from its table. */
struct opn_entry_argument {
	const char *type;  /* as Clang prints it: "void *" */
	const char *name;  /* the parameter's name that this row is for, or NULL for any */
	const char *value; /* C expression over the context, which is called "ctx" */
};

struct opn_entry_rule {
	const char *hook;
	const char *section;   /* for SEC() */
	const char *context;   /* "struct foo *" */
	const char *verdict;   /* C expression to return when the function's result is no int, or NULL
				* when the result may not be returned at this hook */
	const struct opn_entry_argument *arguments;
	size_t argument_count;
};

/* A section name's meaning, from the hook tables. prefix: matches "name" and "name/...". */
struct opn_section_rule {
	const char *section;
	bool prefix;
	const char *hook;
};

enum opn_access { OPN_ACCESS_READ = 1, OPN_ACCESS_WRITE = 2 };

/* What a helper does to the map in its first argument. */
struct opn_map_access_rule {
	const char *helper;
	unsigned int access; /* enum opn_access bits */
};

struct opn_extract_options {
	enum opn_layout layout;
	bool slim_vmlinux;
	const struct opn_entry_rule *entry; /* NULL: no entry is made */
	const struct opn_section_rule *sections;
	size_t section_count;
	const struct opn_map_access_rule *map_access;
	size_t map_access_count;
	char *const *keep_includes; /* globs over the name in #include, NULL-terminated, or NULL */
	const char *version;	/* for the head comment */
	const char *dump_after; /* "collect", "closure" or NULL: text into opn_extraction.dump */
};

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
	bool is_external; /* defined in a system header */
	const char *hash; /* of its tokens, hex: equal functions have equal hashes */
	const char *const *callees; /* NULL-terminated, sorted */
	const char *const *helpers;
	const char *const *kfuncs;
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
	const char *type; /* "BPF_MAP_TYPE_HASH", or NULL */
	const char *key, *value; /* C types, or NULL */
	const char *key_size, *value_size, *max_entries, *flags, *pinning; /* spelled values, or NULL */
	const char *inner; /* name or type of the inner map, or NULL */
	bool is_legacy;	   /* struct bpf_map_def */
	bool is_declared_only;
	const struct opn_map_use *uses;
	size_t use_count;
};

/* A type, macro, include or global of the closure. */
struct opn_item {
	const char *kind; /* "struct", "union", "enum", "typedef", "macro", "include", "variable", ... */
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

struct opn_unit {
	const char *name;   /* the target's */
	const char *source; /* relative to the root */
	const char *hook;   /* NULL: unknown */
	const char *entry;  /* name of the generated entry function, or NULL */
	const char *entry_text; /* that function's text, or NULL */
	const struct opn_unit_file *files;
	size_t file_count;
	/* compile flags of the unit, one list per command of the source, NULL-terminated lists;
	 * paths below the root are relative to the root and marked by a leading "@ROOT@/" */
	const char *const *const *flags;
	size_t flags_count;
	const struct opn_function *functions;
	size_t function_count;
	const struct opn_map *maps;
	size_t map_count;
	const struct opn_item *items;
	size_t item_count;
	const struct opn_edge *edges;
	size_t edge_count;
	const char *const *includes;	/* kept, as spelled with <> or "" */
	const char *const *spdx;	/* SPDX expressions of the contributing files, sorted */
	const char *const *copyrights;	/* copyright lines */
	const char *license;		/* value of the variable in section "license", or NULL */
	const char *const *undefined;	/* symbols left undefined (ksyms, kconfig, extern) */
};

struct opn_extraction;

/* Parses source once per command. Reports Clang's diagnostics and ours. On success *out holds what
 * was seen; targets are cut out of it by opn_extraction_unit(). Returns 0 or -errno. */
int opn_extraction_open(const struct opn_command *commands, size_t command_count, const char *root,
			const struct opn_extract_options *options, struct opn_diags *diags,
			struct opn_extraction **out);
void opn_extraction_free(struct opn_extraction *extraction);

/* All functions that are defined in the source and its project headers, in the order of the
 * translation unit; variants by #ifdef over several commands are all there. */
const struct opn_function *opn_extraction_functions(const struct opn_extraction *extraction,
						    size_t *count);

/* Cuts one function out. name is its name, or "FILE:LINE" of a line inside it. The unit belongs to
 * the extraction. Returns 0 or -errno (reported). */
int opn_extraction_unit(struct opn_extraction *extraction, const char *name,
			struct opn_diags *diags, const struct opn_unit **out);

/* Files that were read (project's own), to refuse overwriting them. NULL-terminated. */
const char *const *opn_extraction_inputs(const struct opn_extraction *extraction);

/* What --dump-after asked for, or NULL. */
const char *opn_extraction_dump(const struct opn_extraction *extraction);

/* ---- proof --------------------------------------------------------------------------------- */

enum opn_proof_status {
	OPN_PROOF_IDENTICAL,
	OPN_PROOF_EXPLAINED, /* differs, and the cause is known and harmless: .detail says it */
	OPN_PROOF_DIFFERS,
	OPN_PROOF_SKIPPED,   /* does not apply: .detail says why */
	OPN_PROOF_ERROR,     /* could not be made: .detail says why */
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

struct opn_prove_options {
	const char *function;	 /* the target */
	const char *entry;	 /* name of the generated entry, or NULL */
	const char *entry_text;	 /* appended to the original so that both sides have it, or NULL */
	bool load;		 /* level 5; needs root and libbpf */
};

struct opn_prover;

/* A prover keeps the compiled originals, so that many units of one source cost one compilation of
 * it. Not for use by two threads at once. */
struct opn_prover *opn_prover_new(void);
void opn_prover_free(struct opn_prover *prover);

/* Compares the function in both sources, each compiled with its command. The proof's strings belong
 * to the prover. Returns 0 when the proof was made, whatever its outcome, or -errno (reported:
 * one side does not compile). */
int opn_prove(struct opn_prover *prover, const struct opn_command *original,
	      const struct opn_command *unit, const struct opn_prove_options *options,
	      struct opn_diags *diags, struct opn_proof *out);

/* Version of the Clang that is linked in ("19.1.7"). */
const char *opn_clang_version(void);

#ifdef __cplusplus
}
#endif

#endif
