/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * deploy.h - what another loader is to be told of a pipeline: its words, and what the user wants
 *
 * The words are data: hookdefs/deploy/<engine>.yaml. The wishes are the key "deploy" of a spec.
 */
#ifndef OPN_COMPOSE_DEPLOY_H
#define OPN_COMPOSE_DEPLOY_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "composition.h"
#include "diag.h"

enum opn_engine {
	OPN_ENGINE_OWN, /* the loader that comes with the product */
	OPN_ENGINE_BPFMAN,
	OPN_ENGINE_L3AF,
	OPN_ENGINE_COUNT,
};

/* Words of the command line, NULL-terminated: "c", "bpfman", "l3af". */
extern const char *const opn_engine_names[OPN_ENGINE_COUNT + 1];

/* One way in which the engine attaches programs of a place. */
struct opn_deploy_way {
	const char *place;     /* "tc-ingress" */
	const char *type;      /* the engine's word for the kind of program */
	const char *label;     /* the same in a label, or NULL */
	const char *direction; /* or NULL */
	const char *list;      /* the payload's list, or NULL */
	bool stub;	       /* the program extends a function of the engine's */
	unsigned int slots;    /* programs that there may be; 0: unknown */
};

/* A word, and what the engine calls it. */
struct opn_deploy_word {
	const char *word, *theirs;
};

struct opn_deploy_engine {
	enum opn_engine engine;
	const char *name;
	const struct opn_deploy_way *ways;
	size_t way_count;
	const struct opn_deploy_word *separate; /* mechanism: type */
	size_t separate_count;
	const struct opn_deploy_word *verdicts;
	size_t verdict_count;
	const struct opn_deploy_word *map_types;
	size_t map_type_count;
	const char *always; /* stands in each list of verdicts, or NULL */
	const char *const *changes_packet;
	unsigned int most_priority; /* 0: it has none */
};

/* Reads dir/deploy/<engine>.yaml. Reports and returns -errno. */
int opn_deploy_engine_load(const char *dir, enum opn_engine engine, struct opn_arena *arena,
			   struct opn_diags *diags, struct opn_deploy_engine *out);

/* The engine's word, or NULL. */
const char *opn_deploy_word_find(const struct opn_deploy_word *words, size_t count,
				 const char *word);

struct opn_deploy_host {
	const char *name, *interface, *address; /* interface: NULL as the pipeline's */
};

/* What the user wants; all zero where nothing is said. */
struct opn_deploy {
	struct opn_loc loc; /* of the engine's key, or nowhere */
	/* bpfman */
	const char *namespace;	  /* NULL: the whole cluster */
	const char *image, *path; /* at most one */
	const char *pull_policy;  /* or NULL */
	const char *secret, *secret_namespace;
	const struct opn_deploy_word *nodes; /* labels that nodes have */
	size_t node_count;
	const char *pods_namespace; /* NULL: the nodes' own network namespace */
	const struct opn_deploy_word *pods;
	size_t pod_count;
	const char *const *interfaces; /* NULL: the pipeline's, or the node's primary one */
	const char *type;	       /* of ways, where a place has several; or NULL */
	unsigned int priority;
	const char *const *platforms; /* of the image, NULL: the machine's that makes it */
	/* L3AF */
	const struct opn_deploy_host *hosts;
	size_t host_count;
	const char *repository, *release, *version;
	unsigned int sequence; /* place in the chain, from 1 */
};

/* The key "deploy" of a spec; path NULL: there is none, *out gets the defaults. Reports every
 * mistake and returns -errno. */
int opn_deploy_read(const char *path, const struct opn_deploy_engine *engine,
		    struct opn_arena *arena, struct opn_diags *diags, struct opn_deploy *out);

/* The way that the engine takes for the hook, or NULL (reported). */
const struct opn_deploy_way *opn_deploy_way_find(const struct opn_deploy_engine *engine,
						 const struct opn_deploy *deploy,
						 const struct opn_composition *composition,
						 const struct opn_composed_hook *hook,
						 struct opn_diags *diags);

/* What speaks against giving the pipeline to the engine. Reports and returns -errno. */
int opn_deploy_check(const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		     const struct opn_composition *composition, struct opn_diags *diags);

/* bpfman's manifest (YAML), allocated; NULL without memory. The check has passed. */
char *opn_emit_bpfman(const struct opn_composition *composition,
		      const struct opn_deploy_engine *engine, const struct opn_deploy *deploy);

/* The programs that the engine attaches, and the label's word for each, in the arena; NULL without
 * memory. */
const struct opn_deploy_word *opn_deploy_programs(const struct opn_deploy_engine *engine,
						  const struct opn_deploy *deploy,
						  const struct opn_composition *composition,
						  struct opn_arena *arena, size_t *count);
/* How the image is made, by a container engine and by make. labels: their texts. */
char *opn_emit_containerfile(const struct opn_composition *composition, const char *programs_label,
			     const char *maps_label);
char *opn_emit_bpfman_makefile(const struct opn_composition *composition,
			       const struct opn_deploy *deploy,
			       const struct opn_deploy_word *programs, size_t count);

/* L3AF's payload for one host (JSON), and how its package is made (a Makefile); as above. */
char *opn_emit_l3af(const struct opn_composition *composition,
		    const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		    const char *host);
char *opn_emit_l3af_makefile(const struct opn_composition *composition,
			     const struct opn_deploy *deploy);

#endif
