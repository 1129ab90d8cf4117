/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * place.h - where programs of a hook are attached, and how several of them follow each other
 *
 * Read from the key "pipeline" of hookdefs/<hook>.yaml. No hook is known to code.
 */
#ifndef OPN_COMPOSE_PLACE_H
#define OPN_COMPOSE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "diag.h"
#include "hook_run.h"

/* How the stages of a pipeline follow each other. */
enum opn_mechanism {
	OPN_MECHANISM_LINKED,  /* subprograms of one dispatcher, joined by libbpf's linker */
	OPN_MECHANISM_FUSED,   /* one source with all of them */
	OPN_MECHANISM_TAIL,    /* programs that call each other through a program array */
	OPN_MECHANISM_LINKS,   /* one link for each stage, in order */
	OPN_MECHANISM_FILTERS, /* one filter for each stage, in order */
	OPN_MECHANISM_SHARED,  /* components of a dispatcher that other owners use as well */
	OPN_MECHANISM_COUNT,
};

struct opn_place_way {
	const char *name; /* "native" */
	const char *way;  /* enumerator of loader.h: "OPN_WAY_LINK" */
	unsigned int type, flags;
	const char *min_kernel; /* "6.6", or NULL: whatever has programs of the hook */
};

/* One place at which programs of a hook run. */
struct opn_place {
	const char *name; /* "tc-ingress" */
	const struct opn_hook_rules *hook;
	const struct opn_place_way *ways;
	size_t way_count;
};

struct opn_verdict_exit {
	const struct opn_verdict_row *from, *to;
};

/* Where what stages tell each other of a packet is, from one program to the next. The code is over
 * "ctx", a pointer to its fields "view", a buffer "note" that is all zeros, and the number of its
 * 32-bit words, "words". */
struct opn_carrier {
	const char *name;  /* "cb" */
	unsigned int most; /* bytes */
	bool inherits;	   /* another place has begun it */
	bool mechanisms[OPN_MECHANISM_COUNT];
	const char *const *owns; /* "record.field" and helpers that no stage may use besides */
	/* NULL: there is nothing to do; end, over "ctx" and "words", undoes what begin did. */
	const char *begin, *take, *give, *end;
};

struct opn_refused_call {
	const char *name, *why;
};

/* What a hook says of programs that follow each other. */
struct opn_hook_rules {
	const char *hook;
	const char *context;		/* "struct foo" */
	const char *const *sections;	/* of programs that may be stages, NULL-terminated */
	const struct opn_hook_run *run; /* its verdicts */
	const struct opn_verdict_row *const *continues; /* the next program runs; by default */
	size_t continue_count;
	const struct opn_verdict_row *next; /* what says: whoever comes after this pipeline */
	/* Choices of a pair of hooks in which stages that were rewritten for this one must differ:
	 * each gets the first word that no other has. NULL-terminated, or NULL. */
	const char *const *apart;
	/* Verdicts that mean something else where the kernel runs several programs itself. */
	const struct opn_verdict_exit *exits;
	size_t exit_count;
	/* What no stage may call, and why: names of helpers and kfuncs. */
	const struct opn_refused_call *refuses;
	size_t refused_count;
	/* Fields of the context, in C, as far as they are read here; and a C expression for the
	 * packet's bytes over a pointer to them, "view". */
	const char *view, *length;
	/* Words of the spec by mechanism, NULL where the hook has it not. */
	const char *mechanisms[OPN_MECHANISM_COUNT];
	const struct opn_carrier *carriers;
	size_t carrier_count;
	const struct opn_place *places;
	size_t place_count;
};

struct opn_places;

/* Reads the tables of dir; runs must outlive them. Reports and returns -errno. The caller frees
 * *out. */
int opn_places_load(const char *dir, const struct opn_hook_runs *runs, struct opn_diags *diags,
		    struct opn_places **out);
void opn_places_free(struct opn_places *places);

/* The place of this name, or NULL. */
const struct opn_place *opn_places_find(const struct opn_places *places, const char *name);
/* Names of all places, NULL-terminated. */
const char *const *opn_places_names(const struct opn_places *places);

/* The verdict of this name, or NULL. */
const struct opn_verdict_row *opn_hook_rules_verdict(const struct opn_hook_rules *rules,
						     const char *name);

#endif
