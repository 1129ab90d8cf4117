/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hookdef.h - the hook tables: what a section name means and how an entry for a hook looks
 *
 * Facts only, read from hookdefs/<hook>.yaml; no hook is known to code.
 */
#ifndef OPN_HOOKDEF_H
#define OPN_HOOKDEF_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a unit that is no program gets an entry: facts of a hook, from its table. */
struct opn_entry_argument {
	const char *type;  /* as Clang prints it: "void *" */
	const char *name;  /* the parameter's name that this row is for, or NULL for any */
	const char *value; /* C expression over the context, which is called "ctx" */
};

struct opn_entry_rule {
	const char *hook;
	const char *section; /* for SEC() */
	const char *context; /* "struct foo *" */
	const char *verdict; /* C expression to return when the function's result is no int, or NULL
			      * when the result may not be returned at this hook */
	const struct opn_entry_argument *arguments;
	size_t argument_count;
	bool result_bounded; /* the verifier bounds what this hook returns: the entry returns the
			      * verdict, never the function's own result */
};

/* A section name's meaning, from the hook tables. prefix: matches "name" and "name/...". The '?' in
 * front that switches libbpf's autoload off is no part of the name. */
struct opn_section_rule {
	const char *section;
	bool prefix;
	const char *hook;
	const char *context; /* of the hook: "struct foo" */
	unsigned int flags;  /* BPF_F_ that libbpf loads its programs with */
};

enum opn_access { OPN_ACCESS_READ = 1, OPN_ACCESS_WRITE = 2 };

/* What a helper does to the map that it is given. */
struct opn_map_access_rule {
	const char *helper;
	unsigned int access;   /* enum opn_access bits */
	unsigned int argument; /* which argument is the map, counting from 0 */
};

struct opn_hookdefs;

/* Loads every *.yaml of dir (hook files by their "schema" key, and map-access.yaml), strictly.
 * Reports and returns -errno. The caller frees *out with opn_hookdefs_free(). */
int opn_hookdefs_load(const char *dir, struct opn_diags *diags, struct opn_hookdefs **out);
void opn_hookdefs_free(struct opn_hookdefs *hookdefs);

/* Section rules of all hooks, most specific first; owned by hookdefs. */
const struct opn_section_rule *opn_hookdefs_sections(const struct opn_hookdefs *hookdefs,
						     size_t *count);
const struct opn_map_access_rule *opn_hookdefs_map_access(const struct opn_hookdefs *hookdefs,
							  size_t *count);

/* The entry rule of a hook. *known tells whether the hook exists at all; NULL: it has no entry. */
const struct opn_entry_rule *opn_hookdefs_entry(const struct opn_hookdefs *hookdefs,
						const char *hook, bool *known);

/* The rule of a program section, or NULL. */
const struct opn_section_rule *opn_hookdefs_section(const struct opn_hookdefs *hookdefs,
						    const char *section);

/* The hook that a program section ("tc/ingress", "?fentry/foo") stands for, or NULL. */
const char *opn_hookdefs_section_hook(const struct opn_hookdefs *hookdefs, const char *section);

/* The context type of a hook ("struct foo"), or NULL when there is no such hook. */
const char *opn_hookdefs_context(const struct opn_hookdefs *hookdefs, const char *name);
/* The first kernel ("4.8") that has the hook, or NULL when it is not known. */
const char *opn_hookdefs_hook_kernel(const struct opn_hookdefs *hookdefs, const char *name);

/* The helper of this number, or NULL. */
const char *opn_hookdefs_helper_name(const struct opn_hookdefs *hookdefs, unsigned int id);

enum opn_callable { OPN_CALLABLE_NO, OPN_CALLABLE_YES, OPN_CALLABLE_UNKNOWN };

/* Whether programs at a hook may call this helper or kfunc. */
enum opn_callable opn_hookdefs_callable(const struct opn_hookdefs *hookdefs, const char *name,
					const char *hook);

/* What a helper does to the packet of the program that calls it. */
enum opn_packet_effect {
	OPN_PACKET_KEPT,
	OPN_PACKET_WRITTEN, /* its bytes, or what the context says of it, may be others */
	OPN_PACKET_MOVED,   /* pointers into it are void */
	OPN_PACKET_LEFT,    /* another program has it, and pointers are void */
};

/* OPN_PACKET_KEPT for what is not in the table as well. */
enum opn_packet_effect opn_hookdefs_packet(const struct opn_hookdefs *hookdefs, const char *helper);

/* Names of all hooks, sorted, NULL-terminated. */
const char *const *opn_hookdefs_names(const struct opn_hookdefs *hookdefs);

/* Whether kernel a ("5.10") is newer than b. */
bool opn_kernel_newer(const char *a, const char *b);

/* The smallest kernel ("4.18") that has all these helpers, kfuncs and types of maps, from
 * helpers.yaml, or NULL when there are none or the first kernel of one of them is not known. names
 * is NULL-terminated. */
const char *opn_hookdefs_min_kernel(const struct opn_hookdefs *hookdefs, const char *const *names);

#ifdef __cplusplus
}
#endif

#endif
