/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * loader.h - what the loader of a pipeline is told: plain tables, and the one call that runs it
 *
 * The tables are written by opened-compose beside the object that they speak of. Nothing here
 * depends on a hook: numbers of attach types and flags come with the table.
 */
#ifndef OPN_LOADER_H
#define OPN_LOADER_H

#include <stddef.h>

struct opn_verdict {
	const char *name; /* "XDP_PASS"; NULL: no verdict of the hook, told as "other" */
	int value;
};

struct opn_stage {
	const char *name;
	const char *source;   /* where it came from, for people: "bpf/acl.bpf.c: edge_acl" */
	const char *program;  /* in the object, when it is a program of its own; or NULL */
	const int *continues; /* verdicts after which the next stage runs */
	size_t continue_count;
};

enum opn_way {
	OPN_WAY_LINK,	/* bpf_link_create(program, interface, type, flags) */
	OPN_WAY_FILTER, /* a filter of cls_bpf under clsact; type: enum bpf_tc_attach_point */
	OPN_WAY_LIBXDP, /* components of libxdp's dispatcher; type: priority of the first */
};

struct opn_attach_way {
	const char *name; /* "native", "generic", "tcx", "cls_bpf" */
	enum opn_way way;
	unsigned int type, flags;
};

/* One place of an interface at which programs are attached. */
struct opn_hook {
	const char *name;      /* "xdp", "tc-ingress": the name of its pin, too */
	const char *mechanism; /* "linked", "tail", ... */
	const char *program;   /* the dispatcher, or NULL: every stage is attached, in order */
	const struct opn_attach_way *ways; /* the first that the kernel and device allow */
	size_t way_count;
	const char *slots; /* PROG_ARRAY with a slot for each stage's program, or NULL */
	const struct opn_stage *stages;
	size_t stage_count;
	const struct opn_verdict *verdicts;
	size_t verdict_count;
	/* Per-CPU array of one element, or NULL. For each stage: bytes, then packets by verdict in
	 * the order of verdicts, then packets with any other; with slots one more: packets that
	 * found the slot empty. All __u64. */
	const char *counters;
};

/* A map that its project pins by name, and that has another name in the object. */
struct opn_pin {
	const char *map;
	const char *name; /* of the file in the BPF filesystem's root */
};

struct opn_pipeline {
	const char *name; /* of the loader, and of its folder in the BPF filesystem */
	const char *version;
	const void *object; /* ELF */
	size_t object_size;
	const struct opn_hook *hooks; /* attached in this order, detached in the other */
	size_t hook_count;
	const struct opn_pin *pins;
	size_t pin_count;
	/* Map (.data section) whose first __u32 the programs of several hooks look at: 0 until
	 * everything is attached, and they pass all packets; or NULL. */
	const char *running;
};

/* main() of a loader. Returns the exit status: 0 done, 1 failed, 2 usage. */
int opn_loader_main(int argc, char **argv, const struct opn_pipeline *pipeline);

#endif
