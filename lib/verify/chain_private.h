/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * chain_private.h - a list of stages that is open, between chain.c, chain_load.c and program_run.c
 */
#ifndef OPN_VERIFY_CHAIN_PRIVATE_H
#define OPN_VERIFY_CHAIN_PRIVATE_H

#include "chain.h"
#include "program_private.h"

struct bpf_map;

/* A map that several objects share. */
struct opn_shared_map {
	const char *name; /* as the other side knows it */
	int fd;
	uint32_t type, key_size, value_size, max_entries; /* as declared */
};

/* What the objects of one list of stages share: maps that are listed, and those that would be
 * pinned under their names. */
struct opn_sharing {
	struct opn_arena *arena;
	const struct opn_chain_names *listed;
	const struct opn_state_part *part; /* whose maps are looked at */
	struct opn_shared_map *maps;
	size_t count;
	struct bpf_map *pending[64]; /* maps of the part that are to be shared once they are made */
	size_t pending_count;
	const char *refused; /* a map whose shape is not that of the shared one */
};

/* An object of the list, loaded. */
struct opn_chain_member {
	struct opn_program *program;
	struct opn_state_part part;
	const char **programs; /* those of its stages and slots, NULL-terminated, or NULL */
};

struct opn_chain_run {
	const char *name;
	size_t member;
	int fd;
	uint32_t *continues;
	size_t continue_count;
	uint64_t packets; /* that came to it */
};

struct opn_chain {
	const struct opn_hook_run *hook;
	struct opn_chain_member *members;
	size_t member_count;
	struct opn_state_part *parts;
	struct opn_chain_run *stages;
	size_t stage_count;
	bool has_final;
	uint32_t final;
	uint32_t (*exits)[2]; /* from, to */
	size_t exit_count;
	struct opn_probe_head head; /* what goes from stage to stage */
	struct opn_sharing sharing;
};

/* Before the object is loaded: has a map that is shared, and was made before, be that one. Returns
 * 0 or -errno. */
int opn_sharing_prepare(struct opn_sharing *sharing, struct bpf_map *map);
/* After the load: what was made here is what the others will share. */
void opn_sharing_settle(struct opn_sharing *sharing);

/* One run of all stages. */
int opn_chain_run(struct opn_program *program, const struct opn_input *input,
		  struct opn_output *output);
void opn_chain_free(struct opn_program *program);

#endif
