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
#include "hookdef.h"
#include "pair.h"
#include "unit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- compile commands ---------------------------------------------------------------------- */

struct opn_commands_options {
	const char *build_dir;	   /* -p, or NULL */
	char *const *flags;	   /* after "--", NULL-terminated, or NULL */
	char *const *extra_before; /* --extra-arg-before, NULL-terminated, or NULL */
	char *const *extra;	   /* --extra-arg, NULL-terminated, or NULL */
};

/* One way to compile one source. */
struct opn_command {
	const char *
		file; /* as the user or the database spells it, relative to directory or absolute */
	const char *directory; /* absolute */
	const char *const
		*argv; /* NULL-terminated; argv[0] is the compiler, the source is its last word */
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

/* A file that is read from here, whatever is on disk. */
struct opn_source_text {
	const char *path; /* absolute */
	const char *text;
};

struct opn_extract_options {
	enum opn_layout layout;
	bool slim_vmlinux;
	const struct opn_entry_rule *entry; /* NULL: no entry is made */
	const struct opn_hookdefs *hookdefs;
	char *const *keep_includes; /* globs over the name in #include, NULL-terminated, or NULL */
	const char *version;	    /* for the head comment */
	const char *dump_after; /* "collect", "closure" or NULL: text into opn_extraction.dump */
	const struct opn_source_text *texts;
	size_t text_count;
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

/* All files that were read, those of the system too; absolute, sorted, NULL-terminated. */
const char *const *opn_extraction_dependencies(const struct opn_extraction *extraction);

/* What --dump-after asked for, or NULL. */
const char *opn_extraction_dump(const struct opn_extraction *extraction);

/* ---- transformation ------------------------------------------------------------------------ */

struct opn_transform_options {
	/* Those that are possible; the hook of the programs decides. None: no program is
	 * rewritten. */
	const struct opn_pair *const *pairs;
	size_t pair_count;
	const struct opn_hookdefs *hookdefs;
	const char *from;	/* hook of programs of which nothing else tells it, or NULL */
	char *const *functions; /* names of programs, NULL-terminated, or NULL: all of the hook */
	char *const *accept;	/* rules whose loss the user takes, NULL-terminated, or NULL */
	const char *shims;	/* the folder of the shim headers */
	/* Absolute: where the shim header will stand beside the sources. */
	const char *shim_folder;
	const char *section; /* of the new programs, or NULL: the pair's */
	bool compile;	     /* always see whether the result compiles, not only where in doubt */
	bool keep_going;     /* what is refused becomes an #error in the text */
	bool modernize;	     /* legacy map definitions become BTF maps */
};

enum opn_site_kind {
	OPN_SITE_EXACT,
	OPN_SITE_CONDITION, /* right under a condition: why */
	OPN_SITE_LOSS,	    /* something is lost: why */
	OPN_SITE_REJECTED,  /* it cannot be done: why */
};

/* What is done, or cannot be done, at one place of the source. */
struct opn_site {
	enum opn_site_kind kind;
	const char *why;  /* NULL for what is exact */
	const char *rule; /* "calls.bpf_foo" */
	const char *file; /* relative to the root */
	unsigned int line, column;
	const char *function;	   /* in which it stands, or NULL */
	const struct opn_row *row; /* NULL: no row, but a rule of the language */
	const char *text;	   /* what was there, one line */
};

/* A change of a file's bytes. */
struct opn_edit {
	size_t file; /* index in opn_transformation_files() */
	unsigned int offset, length;
	const char *text, *rule;
};

struct opn_transformed_file {
	const char *path;     /* relative to the root; leads out of it with ".." */
	const char *absolute; /* where it was read */
	const char *before, *after;
	size_t before_length, after_length; /* texts are NUL-terminated */
	bool changed;
};

struct opn_transformation;

/* Rewrites the programs of a pair's first hook in a source, with all project files that take
 * part. All reasons against it are reported, not only the first. Returns 0 or -errno; *out may hold
 * sites even then, and is to be freed. */
int opn_transform(const struct opn_command *commands, size_t command_count, const char *root,
		  const struct opn_transform_options *options, struct opn_diags *diags,
		  struct opn_transformation **out);
void opn_transformation_free(struct opn_transformation *transformation);

/* The pair that was taken, or NULL when there was none. */
const struct opn_pair *opn_transformation_pair(const struct opn_transformation *transformation);
/* Whether programs were taken back to the hook that they had been rewritten from: no shim is
 * needed.
 */
bool opn_transformation_is_way_back(const struct opn_transformation *transformation);
/* Names of the rewritten programs, NULL-terminated. */
const char *const *opn_transformation_programs(const struct opn_transformation *transformation);
const struct opn_site *opn_transformation_sites(const struct opn_transformation *transformation,
						size_t *count);
/* What would become of one program at one hook. */
struct opn_feasibility {
	const char *program, *file;
	unsigned int line;
	const struct opn_pair *pair;
	enum opn_site_kind kind;
	const struct opn_site *sites;
	size_t site_count;
	const char *min_kernel; /* of the rules and helpers, where known, or NULL */
};

/* Asks for each program, and each pair that begins at its hook, what stands against it; nothing is
 * reported but what keeps the source from being read. */
int opn_transform_check(const struct opn_command *commands, size_t command_count, const char *root,
			const struct opn_transform_options *options, struct opn_diags *diags,
			struct opn_transformation **out);
const struct opn_feasibility *
opn_transformation_feasibility(const struct opn_transformation *transformation, size_t *count);

/* All project files of the source, the source first. */
const struct opn_transformed_file *
opn_transformation_files(const struct opn_transformation *transformation, size_t *count);
/* All files that were read, those of the system too; absolute, sorted, NULL-terminated. */
const char *const *opn_transformation_dependencies(const struct opn_transformation *transformation);
/* Edits in the order of files and offsets. */
const struct opn_edit *opn_transformation_edits(const struct opn_transformation *transformation,
						size_t *count);

/* The edits as YAML for clang-apply-replacements, which the caller frees; NULL without memory.
 * Files are named by their absolute paths, as that tool wants it. */
char *opn_transformation_fixes(const struct opn_transformation *transformation);

/* ---- stages of a pipeline ------------------------------------------------------------------- */

enum opn_stage_symbol_kind { OPN_STAGE_FUNCTION, OPN_STAGE_MAP, OPN_STAGE_VARIABLE };

/* What a source defines for other objects to see. */
struct opn_stage_symbol {
	enum opn_stage_symbol_kind kind;
	const char *name;
	unsigned int line;
};

/* What is known of a program that is to be one of several, from the text of it and of what it
 * calls. */
struct opn_stage_facts {
	const struct opn_stage_symbol *symbols; /* in the order of the text */
	size_t symbol_count;
	/* "record.field", sorted: what is stored to in records that system headers define, the
	 * context's among them. NULL-terminated. */
	const char *const *writes;
	const long long *returns; /* sorted */
	size_t return_count;
	bool returns_known; /* nothing else can be returned */
	/* Names of the kernel's that it declares as void, NULL-terminated. */
	const char *const *untyped;
	const char *const *macros; /* names that its text defines as macros, NULL-terminated */
	/* Sections of data that it has a lock of the kernel's in, NULL-terminated. */
	const char *const *lock_sections;
	/* Records that it has in a list or tree of the kernel's, by name, and all of its records,
	 * each a name, a space and a text that is another for another record; NULL-terminated. */
	const char *const *listed, *const *records;
	bool is_referenced; /* a map or other code names the program itself */
	unsigned int line;  /* of the program */
};

struct opn_rename {
	const char *from, *to;
};

struct opn_stage_edit {
	const char *body;    /* what the program's function is called from now on */
	const char *wrapper; /* text behind it */
	const struct opn_rename *renames;
	size_t rename_count;
	char *const *externs; /* maps that another source defines, NULL-terminated, or NULL */
	/* It makes tail calls, which have to leave what `body` is copied into: one that is not
	 * inlined is refused. */
	bool leaves;
	/* A map whose element is the second argument, or NULL: opn_stage_note(). */
	const char *note;
};

struct opn_stage;

/* Reads the one source of a unit. texts: files that are not on disk. Returns 0 or -errno
 * (reported). */
int opn_stage_open(const struct opn_command *command, const char *root,
		   const struct opn_source_text *texts, size_t text_count, const char *program,
		   struct opn_diags *diags, struct opn_stage **out);
void opn_stage_free(struct opn_stage *stage);
const struct opn_stage_facts *opn_stage_facts(const struct opn_stage *stage);
/* Whether its text defines the type, "struct xdp_md" say, and does not only declare it. */
bool opn_stage_defines(const struct opn_stage *stage, const char *type);
/* The map of this name is no symbol any more: it is to become an argument. Returns the bytes of its
 * values, 0: it has no such map, or they have no type. */
size_t opn_stage_note(struct opn_stage *stage, const char *map);

/* The source's text as a stage: the program becomes a static function with a wrapper behind it,
 * names are changed wherever they mean the symbol, and the licence's variable is gone. The text
 * belongs to the stage. Returns 0 or -errno (reported: what cannot be changed). */
int opn_stage_text(struct opn_stage *stage, const struct opn_stage_edit *edit,
		   struct opn_diags *diags, const char **out);

/* ---- stages in one source ------------------------------------------------------------------- */

/* A stage that is to stand in one source with others. */
struct opn_fuse_stage {
	const char *name, *id;	    /* for the reader, and in names that clash */
	const char *text;	    /* of opn_stage_text() */
	struct opn_command command; /* that compiles it; its file need not be on disk */
	const char *body;	    /* the function that was the program */
	const char *inlined; /* that body calls, with the stage's own text; NULL: body has it */
	bool is_named;	     /* other code calls it as it is, so it takes the context alone */
	char *const *shared; /* maps that are one with those of stages before, NULL-terminated */
};

struct opn_fuse_options {
	const char *root, *path; /* absolute; where the joined source will stand */
	const struct opn_hookdefs *hookdefs;
	char *const *reserved; /* names that the product has besides, NULL-terminated */
};

/* What became of a stage. */
struct opn_fused_stage {
	/* The record, and the function that fills it, which the stage takes instead of parsing by
	 * itself; NULL: it does that. */
	const char *parse;
	bool parses;	    /* the function is called before this stage */
	const char *why;    /* it parses by itself, or the function is called again; or NULL */
	struct opn_loc loc; /* of that */
};

struct opn_fusion;

/* Joins the texts: what is equal in several stages stands there once, names that mean different
 * things become different. Proves that each stage is compiled to what it is alone, before parses
 * are shared. Returns 0 or -errno (reported). */
int opn_fuse(const struct opn_fuse_stage *stages, size_t count,
	     const struct opn_fuse_options *options, struct opn_diags *diags,
	     struct opn_fusion **out);
void opn_fusion_free(struct opn_fusion *fusion);
const char *opn_fusion_text(const struct opn_fusion *fusion);
const struct opn_fused_stage *opn_fusion_stages(const struct opn_fusion *fusion);

/* Whether a source compiles. Returns 0 or -errno (reported). */
int opn_source_check(const struct opn_command *command, const char *root,
		     const struct opn_source_text *texts, size_t text_count,
		     struct opn_diags *diags);

/* ---- proof --------------------------------------------------------------------------------- */

struct opn_prove_options {
	const char *function;	/* the target */
	const char *entry;	/* name of the generated entry, or NULL */
	const char *entry_text; /* appended to the original so that both sides have it, or NULL */
	bool load;		/* level 5; needs root and libbpf */
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
