/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * internal.h - what the files of the loader share
 *
 * main.c      options, and the table of commands
 * host.c      what must be there first: capabilities, BPF filesystem, network namespace, the lock
 * pins.c      names in the BPF filesystem; folders, and what is in them
 * object.c    the object: open, maps taken over, load
 * order.c     what an object, or the kernel, says of its stages
 * points.c    places at which a program is put: links.c, filters.c, slots.c, libxdp.c
 * instance.c  the pipeline on one interface: what is there, and in which state
 * steps.c     steps of attach and replace, each with what undoes it
 * replace.c   another version in place of the one that runs
 * status.c, stats.c, check.c, clean.c   the commands of these names
 * errors.c    words for errors
 *
 * In the BPF filesystem (dots in names are the kernel's, kernel/bpf/inode.c: bpf_lookup()):
 *
 *   <pipeline>/maps/<map>               maps of the stages: one for all interfaces
 *   <pipeline>/<interface>/<point>      link
 *   <pipeline>/<interface>/<point>:program
 *   <pipeline>/<interface>/maps/<map>   of this interface: counters, slots, global variables
 *   <pipeline>/<interface>/clsact       the queueing discipline was added for the pipeline
 *   <pipeline>/attach:<interface>       an attach that is not done
 *   <pipeline>/replace:<interface>      a replace that is not done
 *
 * The kernel is asked what is attached; no file tells it a second time.
 */
#ifndef OPN_LOADER_INTERNAL_H
#define OPN_LOADER_INTERNAL_H

#include <linux/types.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>

#include <bpf/libbpf.h>

#include "loader.h"

#define OPN_PATH_SIZE 512
#define OPN_NAME_SIZE 128
#define OPN_LISTED    64 /* programs at one attach point: the kernel's limit is 63 */

#define OPN_BPF_ROOT "/sys/fs/bpf"

struct opn_options {
	const char *command;
	char **interfaces;
	size_t interface_count;
	const char *netns;
	const char *mode;
	const char *stage;
	bool json, foreground, verbose, watch;
	double seconds;
};

struct opn_loader {
	const struct opn_pipeline *pipeline;
	struct opn_options options;
	char folder[OPN_PATH_SIZE]; /* of the pipeline */
	unsigned long long netns;   /* inode of the network namespace that we are in */
	unsigned long long netns_initial, home_inode;
	int home; /* the network namespace that was asked for */
	int lock;
};

/* Where a map is pinned. */
enum opn_scope {
	OPN_SCOPE_NONE,	    /* nowhere: constants are part of the program */
	OPN_SCOPE_INSTANCE, /* <interface>/maps */
	OPN_SCOPE_PIPELINE, /* maps */
	OPN_SCOPE_ROOT,	    /* in the BPF filesystem's root, by the project's will */
};

struct opn_map_plan {
	struct bpf_map *map;
	enum opn_scope scope;
	char name[OPN_NAME_SIZE]; /* of the pin */
	bool taken_over;	  /* the map that is pinned is used */
	bool pinned;		  /* by us */
};

enum opn_kind {
	OPN_KIND_LINK,
	OPN_KIND_FILTER,
	OPN_KIND_SLOT,
	OPN_KIND_LIBXDP,
};

/* One place at which one program is put. */
struct opn_point {
	const struct opn_hook *hook;   /* NULL: a pin that this version's tables do not have */
	const struct opn_stage *stage; /* NULL: the dispatcher */
	size_t index;		       /* of the stage */
	const struct opn_attach_way *way;
	enum opn_kind kind;
	char pin[OPN_NAME_SIZE];
	bool attached;
	int previous; /* program that ran before a replace, or -1 */
};

/* What the kernel says of a point. */
struct opn_attached {
	__u32 program, link; /* identifiers, or 0 */
	__u32 ifindex;
	__u32 priority, handle, parent; /* of a filter */
	const struct opn_attach_way *way;
};

enum opn_state {
	OPN_STATE_ABSENT,
	OPN_STATE_RUNNING,
	OPN_STATE_INTERRUPTED, /* attach: folder only */
	OPN_STATE_STOPPED,     /* everything is there, and passes all packets */
	OPN_STATE_INCOMPLETE,  /* something is missing */
	OPN_STATE_GONE,	       /* the interface */
	OPN_STATE_ELSEWHERE,   /* in a network namespace that cannot be looked into from here */
};

/* The pipeline on one interface. */
struct opn_instance {
	struct opn_loader *loader;
	char interface[IF_NAMESIZE];
	char name[OPN_NAME_SIZE]; /* of the folder */
	unsigned long long netns;
	int ifindex;
	const char *prefix; /* of the folder that pins are put in: "", "attach:" */
	struct bpf_object *object;
	void **logs;
	struct opn_map_plan *maps;
	size_t map_count;
	struct opn_point *points;
	size_t point_count;
	struct opn_point *only; /* --stage: this one, or NULL */
	const char *source;	/* --stage: its object, or NULL */
	const char *program;	/* --stage: in the object, or NULL */
};

/* errors.c */
int opn_fail(const struct opn_loader *loader, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int opn_refuse(const struct opn_loader *loader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void opn_note(const struct opn_loader *loader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void opn_say(const struct opn_loader *loader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int opn_fail_load(struct opn_instance *instance, int error);

/* For tests only: the process fails or dies here when the environment says so. */
#ifdef OPN_LOADER_FAULTS
int opn_fault(const char *step, const char *what);
#else
static inline int opn_fault(const char *step, const char *what)
{
	(void)step;
	(void)what;
	return 0;
}
#endif

/* host.c */
int opn_host_capabilities(const struct opn_loader *loader);
int opn_host_filesystem(const struct opn_loader *loader);
int opn_host_lock(struct opn_loader *loader);
void opn_host_unlock(struct opn_loader *loader);
int opn_host_netns(struct opn_loader *loader);
/* Enters the network namespace with this inode; name: of it, or "". 0, or -errno. */
int opn_host_netns_enter(struct opn_loader *loader, unsigned long long inode, char *name,
			 size_t size);

/* pins.c */
int opn_path(char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));
void opn_pin_name(const char *text, char *name);
void opn_folder_name(const struct opn_loader *loader, const char *interface, char *name);
bool opn_folder_parse(const struct opn_loader *loader, const char *name, char *interface,
		      unsigned long long *netns);
int opn_folder_make(const char *path);
void opn_folder_remove(const char *path);
bool opn_exists(const char *path);
/* Names in a folder, sorted; NULL-terminated. Freed by opn_names_free(). */
char **opn_names(const char *path);
void opn_names_free(char **names);
/* Removes what no interface needs any more. */
void opn_folder_collect(const struct opn_loader *loader);
int opn_instance_path(const struct opn_instance *instance, const char *prefix, const char *rest,
		      char *path);
/* The file descriptor of a pin, or -errno. */
int opn_pin_open(const struct opn_instance *instance, const char *prefix, const char *rest);
bool opn_fd_is(int fd, const char *what);

/* object.c */
int opn_object_open(struct opn_instance *instance);
void opn_object_close(struct opn_instance *instance);
int opn_object_take_over(struct opn_instance *instance);
int opn_object_load(struct opn_instance *instance);
int opn_object_pin_maps(struct opn_instance *instance);
void opn_object_unpin_maps(struct opn_instance *instance);
/* First __u32 of the map of that name. */
int opn_object_running(int map, bool write, __u32 *value);
struct bpf_program *opn_object_program(const struct opn_instance *instance,
				       const struct opn_point *point);
void opn_map_pin_name(const char *name, char *pin);

/* order.c */
struct btf;
/* 1: the types are of an object with these stages of the hook, in this order; 0: with others;
 * -ENOENT: they say nothing of it. */
int opn_order_same(const struct btf *btf, const struct opn_hook *hook);
/* The same of the map's object; -errno: it cannot be known. */
int opn_order_of_map(int map, const struct opn_hook *hook);
/* The types of the object that a program came with, which the caller frees; NULL and errno. */
struct btf *opn_program_types(int program);
/* What the stage's program of that name was made of, as it says itself. 0, or -errno. */
int opn_program_source(int program, const char *name, char *source, size_t size);

/* points.c, links.c, filters.c, slots.c, libxdp.c */
struct opn_kind_ops {
	/* Where nothing is. */
	int (*attach)(struct opn_instance *instance, struct opn_point *point, int program);
	/* In place of what is there. */
	int (*put)(struct opn_instance *instance, struct opn_point *point, int program);
	int (*detach)(struct opn_instance *instance, struct opn_point *point);
	int (*query)(const struct opn_instance *instance, const struct opn_point *point,
		     const char *prefix, struct opn_attached *attached);
	void (*explain)(const struct opn_instance *instance, const struct opn_point *point,
			int error);
};
extern const struct opn_kind_ops opn_kind_link, opn_kind_filter, opn_kind_slot, opn_kind_libxdp;
/* All programs of a hook, or none. 0, or -errno. */
int opn_libxdp_attach(struct opn_instance *instance, struct opn_point *points, size_t count,
		      const struct opn_attach_way *way);
/* Identifiers of the dispatcher's components, whoever's; returns how many there are, up to most. */
size_t opn_libxdp_list(const struct opn_instance *instance, const struct opn_attach_way *way,
		       __u32 *programs, size_t most);
int opn_points_make(struct opn_instance *instance);
int opn_points_add_unknown(struct opn_instance *instance);
/* All programs of one hook, in the first way that is possible. */
int opn_hook_attach(struct opn_instance *instance, const struct opn_hook *hook);
void opn_hooks_detach(struct opn_instance *instance);
int opn_slots_fill(struct opn_instance *instance);
int opn_point_detach(struct opn_instance *instance, struct opn_point *point);
int opn_point_put(struct opn_instance *instance, struct opn_point *point, int program);
/* -errno; 0 and program 0: nothing is attached there. */
int opn_point_query(const struct opn_instance *instance, const struct opn_point *point,
		    const char *prefix, struct opn_attached *attached);
int opn_program_pin(const struct opn_instance *instance, const struct opn_point *point, int fd);
int opn_program_open(const struct opn_instance *instance, const char *prefix,
		     const struct opn_point *point);
int opn_clsact_remove(struct opn_instance *instance);
__u32 opn_program_id(int fd);
/* "17 'name'", or "17". */
const char *opn_program_words(__u32 id, char *words, size_t size);

struct opn_filter {
	__u32 parent, handle, priority, program;
	char kind[16];
	char name[64];
};
int opn_filters_list(int ifindex, __u32 parent, struct opn_filter **filters, size_t *count);
__u32 opn_filters_handle(const struct opn_pipeline *pipeline);

/* instance.c */
int opn_instance_init(struct opn_loader *loader, const char *interface,
		      struct opn_instance *instance);
void opn_instance_fini(struct opn_instance *instance);
/* Where its pins are is found, too. */
enum opn_state opn_instance_state(struct opn_instance *instance, char *why, size_t size);
const char *opn_state_words(enum opn_state state);
int opn_instance_remove(struct opn_instance *instance);
/* An opened map of the instance, or -errno. */
int opn_instance_map(const struct opn_instance *instance, const char *prefix, const char *map);
/* All interfaces of the pipeline, of this network namespace or all. */
int opn_instances_find(struct opn_loader *loader, bool all, struct opn_instance **instances,
		       size_t *count);
void opn_instances_free(struct opn_instance *instances, size_t count);

/* replace.c */
/* Puts in order what a replace has in its folder: what is in use stays, the rest goes. */
void opn_replace_settle(struct opn_instance *instance);

/* steps.c */
struct opn_step {
	const char *name;
	int (*act)(struct opn_instance *instance);
	void (*undo)(struct opn_instance *instance); /* what of it was done */
	bool prepares;				     /* changes nothing that packets see */
};
/* All steps for all instances; when one fails, what was done is undone in reverse. 0, or -errno. */
int opn_steps_run(const struct opn_step *steps, size_t count, struct opn_instance *instances,
		  size_t instance_count);

/* Commands. They return the exit status. */
int opn_command_attach(struct opn_loader *loader);
int opn_command_detach(struct opn_loader *loader);
int opn_command_replace(struct opn_loader *loader);
int opn_command_status(struct opn_loader *loader);
int opn_command_stats(struct opn_loader *loader);
int opn_command_check(struct opn_loader *loader);
int opn_command_clean(struct opn_loader *loader);

#endif
