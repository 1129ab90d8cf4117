/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hook_run.h - what the tables tell the prover: verdicts and fates, the test run's context, pairs
 *
 * Read from the keys "verdicts" and "run" of hookdefs/<hook>.yaml, from
 * hookdefs/observed-calls.yaml and from the key "verify" of hookdefs/<from>-to-<to>.yaml. No hook
 * is known to code.
 */
#ifndef OPN_VERIFY_HOOK_RUN_H
#define OPN_VERIFY_HOOK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "diag.h"

struct opn_call_rule; /* program.h */

/* What happens to a packet. */
enum opn_fate {
	OPN_FATE_PASS,	/* on to the stack, or to who is next */
	OPN_FATE_FINAL, /* on, and nobody else at this hook is asked */
	OPN_FATE_DROP,
	OPN_FATE_ABORT,	   /* dropped, and told as an error */
	OPN_FATE_REFLECT,  /* back out of the interface that it came from */
	OPN_FATE_REDIRECT, /* to an interface or a map's slot */
	OPN_FATE_CONSUME,  /* taken by the program, neither passed nor counted as dropped */
	OPN_FATE_COUNT,
};

const char *opn_fate_name(enum opn_fate fate);

struct opn_verdict_row {
	const char *name; /* "XDP_PASS" */
	int32_t value;
	enum opn_fate fate;
};

/* A context field of the test run. */
struct opn_run_field {
	const char *name;
	unsigned int count;  /* of an array, else 1 */
	const char *set_to;  /* "length", "zero", "interface"; NULL: the run's choice */
	bool in, out;	     /* may be set, is given back */
	const char *meaning; /* name under which fields of two hooks are the same thing */
};

/* How a program is put on a live device. */
enum opn_attach_way {
	OPN_ATTACH_LINK,   /* a BPF link to the interface, of attach type "type" */
	OPN_ATTACH_FILTER, /* a direct-action filter of the interface's clsact qdisc, ingress */
	OPN_ATTACH_COUNT,
};

struct opn_attach_rule {
	const char *name; /* "native", "tcx": for the report */
	enum opn_attach_way way;
	unsigned int type;  /* of a link: number of the attach type */
	unsigned int flags; /* of a link */
};

struct opn_hook_run {
	const char *hook;
	int prog_type;	     /* number of "prog-type" */
	const char *context; /* "struct xdp_md" */
	enum opn_fate other; /* fate of a value that no row names */
	const struct opn_verdict_row *verdicts;
	size_t verdict_count;
	bool runs;			 /* whether BPF_PROG_TEST_RUN takes it */
	uint32_t min_length, max_length; /* frames that it takes, in bytes */
	const struct opn_run_field *fields;
	size_t field_count;
	/* Ways onto a live device, the best first: the first that the kernel takes is used. */
	const struct opn_attach_rule *attach;
	size_t attach_count;
};

/* A fate of the first hook and the fates of the second that are the same. */
struct opn_fate_rule {
	enum opn_fate from;
	enum opn_fate to[OPN_FATE_COUNT];
	size_t to_count;
};

/* Which kind of difference a row of the tables allows. */
enum opn_benign_kind {
	OPN_BENIGN_REFUSED_FIRST,  /* the first hook's test run does not take the frame */
	OPN_BENIGN_REFUSED_SECOND, /* the second one's does not */
	OPN_BENIGN_COUNT,
};

/* A difference that is allowed, and why. */
struct opn_benign_row {
	enum opn_benign_kind kind;
	const char *why;
};

/* What a field of the first hook's context says of a packet that goes on, bytes of the packet say
 * at the second: where the program changed the field, they have to be what the field is then. */
struct opn_bytes_tell {
	const char *field; /* NULL: there is no such field */
	unsigned int at;   /* the first of two bytes */
	const char *why;
};

struct opn_hook_pair {
	const struct opn_hook_run *from, *to;
	/* Of a hook with itself: fates are the same when they are equal. */
	bool same;
	/* To send a packet back is, at one of them, a redirect to where it came from. */
	bool reflects_by_redirect;
	/* A redirect with these flags to the interface that the packet came from has it come in
	 * again: the program is asked again, and what it then says counts. keeps: meanings of the
	 * context fields that the packet takes along. */
	bool passes_by_reinjection;
	unsigned int reinjection_flags;
	const char *const *reinjection_keeps; /* NULL-terminated */
	const struct opn_fate_rule *fates;
	size_t fate_count;
	const struct opn_benign_row *benign;
	size_t benign_count;
	struct opn_bytes_tell bytes_tell;
};

/* A call that changes what is in no map: what that is. */
struct opn_shared_call {
	const char *name, *what;
};

struct opn_hook_runs;

/* Reads the tables of dir. Reports and returns -errno. The caller frees *out. */
int opn_hook_runs_load(const char *dir, struct opn_diags *diags, struct opn_hook_runs **out);
void opn_hook_runs_free(struct opn_hook_runs *runs);

/* The hook of this name, or NULL. */
const struct opn_hook_run *opn_hook_runs_find(const struct opn_hook_runs *runs, const char *hook);
/* The first hook (by name) whose programs are of this type, or NULL. */
const struct opn_hook_run *opn_hook_runs_by_type(const struct opn_hook_runs *runs, int prog_type);
/* NULL-terminated names of the hooks that can be run. */
const char *const *opn_hook_runs_names(const struct opn_hook_runs *runs);
/* The pair; a hook with itself needs no table. NULL: no table pairs them. */
const struct opn_hook_pair *opn_hook_runs_pair(struct opn_hook_runs *runs, const char *from,
					       const char *to);
/* The context field of this hook that bytes tell at another, or NULL. */
const char *opn_hook_runs_told_field(const struct opn_hook_runs *runs, const char *hook);
const struct opn_call_rule *opn_hook_runs_calls(const struct opn_hook_runs *runs, size_t *count);
const struct opn_shared_call *opn_hook_runs_shared(const struct opn_hook_runs *runs, size_t *count);

enum opn_fate opn_hook_fate(const struct opn_hook_run *hook, uint32_t verdict);
/* The name of a verdict value, or NULL. */
const char *opn_hook_verdict_name(const struct opn_hook_run *hook, uint32_t verdict);
/* The row that allows this kind of difference, or NULL. */
const struct opn_benign_row *opn_hook_pair_benign(const struct opn_hook_pair *pair,
						  enum opn_benign_kind kind);
/* Whether the fate of the second program is the same as the first one's, targets of redirects
 * apart. */
bool opn_hook_pair_same_fate(const struct opn_hook_pair *pair, enum opn_fate from,
			     enum opn_fate to);

#endif
