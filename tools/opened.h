/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened.h - what the files of opened share
 *
 * opened.c knows the commands; opened_run.c does what a spec says: opened_plan.c knows the steps,
 * opened_words.c which tool does them, opened_decide.c what only the user can say, opened_tell.c
 * what tools said, opened_report.c the page for people. The other commands have a file each.
 */
#ifndef OPN_OPENED_TOOL_H
#define OPN_OPENED_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base.h"
#include "cli.h"
#include "diag.h"
#include "driver/record.h"
#include "driver/spec.h"
#include "driver/steps.h"
#include "driver/tree.h"

/* One command of "opened". Gets its words, its own name first; returns the exit status. */
struct opened_command {
	const char *name, *summary;
	int (*run)(int argc, char **argv);
};
extern const struct opened_command opened_commands[];

int opened_run_command(int argc, char **argv);
int opened_check_command(int argc, char **argv);
int opened_init_command(int argc, char **argv);
int opened_list_command(int argc, char **argv);
int opened_graph_command(int argc, char **argv);
int opened_explain_command(int argc, char **argv);
int opened_doctor_command(int argc, char **argv);
int opened_clean_command(int argc, char **argv);

/* The spec that a command without one means. */
#define OPENED_SPEC "opened.yaml"

/* Folders of the output. */
#define OPENED_UNITS	 "units"
#define OPENED_REWRITTEN "rewritten"
#define OPENED_PIPELINES "pipelines"
#define OPENED_PROOFS	 "proofs"
#define OPENED_STATE	 ".opened"
#define OPENED_REPORT	 "report.html"

struct opened_options {
	struct opn_cli cli;
	const char *spec;
	bool check;	   /* everything in a folder that is removed; no proof, no build */
	const char *graph; /* where a check leaves the pipeline's graph, or NULL */
	bool events;	   /* --json */
	bool again;	   /* --again */
	bool without_proof;
};

/* A unit and what is known of it in this run. */
struct opened_unit {
	const struct opn_spec_unit *spec;
	struct opn_tree tree;
	bool has_tree;	       /* else it was reported why not */
	const char *headers;   /* hash of the names of the tree's, or NULL: a commit's */
	const char *extracted; /* folder */
	const char *final;     /* folder of what pipelines get */
	/* Words for choices of its pair that the spec leaves open, and in which the stages of a
	 * pipeline must differ. */
	const struct opn_pair_choice *apart;
	size_t apart_count;
	const char *const *programs;	 /* of final: names, NULL-terminated, once it is made */
	struct opn_step *extract, *last; /* last: what makes final */
};

struct opened_run {
	const struct opened_options *options;
	struct opn_arena *arena;
	struct opn_diags *diags;       /* that are not shown yet */
	struct opn_diags *shown_diags; /* for --diag-output, with those of the tools */
	struct opn_spec spec;
	struct opn_places *places;
	struct opn_hook_runs *runs;
	char *hookdefs;
	const char *tools;		   /* folder of the other tools */
	const char *clang;		   /* path, or NULL */
	const char *output, *state_folder; /* absolute */
	const char *here;		   /* the current folder */
	const char *shown;		   /* output, as the user says it */
	int lock;			   /* descriptor, or -1 */
	int status;			   /* the largest so far */
	struct opn_record *state;
	struct opened_unit *units;
	struct opn_step *steps; /* all of the run, in order */
	size_t step_count;
	const char *composed; /* folder of the pipeline, or NULL */
	const char *salt;
	json_t *told; /* what was, by place and text */
};

/* ---- opened_plan.c, opened_words.c ---- */

enum step_kind {
	STEP_EXTRACT,
	STEP_TRANSFORM,
	STEP_PROVE, /* a program that was rewritten; index: of the unit's programs */
	STEP_COMPOSE,
	STEP_BUILD,    /* the pipeline */
	STEP_OBJECTS,  /* of a unit that is a stage */
	STEP_PROVE_ALL /* a hook of the pipeline */
};

/* Steps of the units, then, when those ended, of what is made of them. Fill run->steps from
 * run->step_count on. */
void opened_plan_units(struct opened_run *run);
void opened_plan_pipeline(struct opened_run *run);
/* The words of a step: struct opn_steps_calls.prepare. */
int opened_prepare(struct opn_step *step, void *run);
/* Of a pipeline that was composed, but is not to be proved in this run: reports what could not be.
 */
void opened_tell_unproved(struct opened_run *run);
/* The file with a step's diagnostics. */
const char *opened_diagnostics(const struct opened_run *run, const struct opn_step *step);
/* What a unit has, from the manifests of a folder; NULL: it was not made. */
const char *const *opened_programs(const struct opened_run *run, const char *folder);
/* A manifest of opened-extract, which the caller gives back; NULL: there is none. */
json_t *opened_manifest(const struct opened_run *run, const char *folder, const char *function);
/* The graph that composing leaves. */
const char *opened_pipeline_graph(const struct opened_run *run);
/* Any JSON file; NULL: it is none. */
json_t *opened_json(const char *path);

/* ---- opened_list.c ---- */

/* The manifests of all programs of sources, and how opened-extract ended. */
struct opened_rows {
	json_t *programs;
	const char *said;
	int status;
};
struct opened_rows opened_scan(const struct opn_cli *cli, const struct opn_words *sources,
			       struct opn_arena *arena);

/* ---- opened_units.c ---- */

/* Finds the units' trees. What speaks against one is reported, and its steps fail. */
void opened_open_units(struct opened_run *run);
/* Gives units of one pipeline words of their own where its stages must differ. Returns 0 or -errno
 * (reported). */
int opened_keep_apart(struct opened_run *run);
/* Looks at what was made: what it has, and whether it is what the spec resolved. */
void opened_look_at_units(struct opened_run *run);

/* ---- opened_decide.c ---- */

/* Looks at what a step that failed, or ended, leaves to the user. On a terminal it asks, and true
 * says that the spec has an answer more, so that the run begins anew. */
bool opened_decide(struct opened_run *run);

/* Whether opened_decide() will ask what a message of a step's diagnostics says. */
bool opened_is_question(struct opened_run *run, const struct opn_step *step, const json_t *message);

/* ---- opened_tell.c ---- */

/* Where a message of a step's diagnostics points to, as seen from here: to the original, where the
 * text that it is about says of which lines it was made. Nowhere: to nothing that will be there. */
struct opn_loc opened_loc(const struct opened_run *run, const struct opn_step *step,
			  const json_t *message);
/* The same, and of a message without a place the words of the spec that it is about. */
struct opn_loc opened_message_loc(const struct opened_run *run, const struct opn_step *step,
				  const json_t *message);
/* Takes over what a step's tool said, without what this run told already. */
void opened_tell(struct opened_run *run, const struct opn_step *step, struct opn_diags *into);
/* Reports a proof that failed because it showed nothing, and what to do. */
void opened_tell_inconclusive(struct opened_run *run, const struct opn_step *step);
/* Whether what the tool reported says why the step failed; else what it printed has to. */
bool opened_is_explained(const struct opened_run *run, const struct opn_step *step);
/* Whether a message is a warning of Clang's, about somebody's source. */
bool opened_is_clangs_warning(const json_t *message);

/* ---- opened_clean.c ---- */

/* Removes what a compiler that was killed left below a folder of ours: it writes an object under a
 * name of its own beside it. */
void opened_clean_killed(const char *folder);

/* Removes what is in the list of products and no step of the spec makes any more. */
void opened_prune(struct opened_run *run, const struct opn_product *before);

/* ---- opened_outcome.c ---- */

/* What a step showed, or why it did not, in a few words; never NULL. */
const char *opened_outcome(const struct opened_run *run, const struct opn_step *step);
/* What must hold for a rewritten unit to do what its original did: {condition: rule}. NULL: a
 * manifest cannot be read. The caller gives it back. */
json_t *opened_conditions(const struct opened_run *run, const struct opened_unit *unit);
/* The outcomes of what was done in this run, with the conditions, on stderr. */
void opened_print_outcomes(const struct opened_run *run);

/* ---- opened_report.c ---- */

/* Writes report.html. Reports and returns -errno. */
int opened_report(struct opened_run *run);

#endif
