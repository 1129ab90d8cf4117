/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * load.h - one program of an object through the kernel's verifier
 */
#ifndef OPN_LOAD_H
#define OPN_LOAD_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum opn_load_status {
	OPN_LOAD_ACCEPTED,
	OPN_LOAD_REFUSED, /* by the verifier or by libbpf */
	OPN_LOAD_UNABLE,  /* not allowed here, or no such program */
};

struct opn_load_request {
	const void *object;
	size_t size;
	const char *function;	     /* the program */
	const char *const *programs; /* others that it needs (in map slots), NULL-terminated */
	const char *const *maps; /* the maps that it uses, NULL-terminated; no others are made */
	/* Program type for a section that libbpf does not know; 0: try all, first accepted wins. */
	int type;
};

struct opn_load_result {
	enum opn_load_status status;
	int error;  /* -errno */
	int type;   /* of the program */
	char *line; /* the line that says why, owned by the caller (free()); NULL: none */
};

/* Loads the program and unloads it again; nothing is attached or pinned.
 * Returns 0 with *result filled, or -errno. */
int opn_load_program(const struct opn_load_request *request, struct opn_load_result *result);

struct bpf_map;

/* The least that lets a map be made without its user space: not pinned, of some size. */
void opn_load_prepare_map(struct bpf_map *map);

#ifdef __cplusplus
}
#endif

#endif
