/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * state.h - the maps of two programs: paired, filled alike, compared
 *
 * Maps are paired by name. A pair has one shape: type (or one that differs only in what user space
 * cannot see), key and value size, entries. Data sections (.data, .bss, .rodata) are maps too, and
 * are compared variable by variable where the BTF tells them.
 */
#ifndef OPN_VERIFY_STATE_H
#define OPN_VERIFY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base.h"
#include "diag.h"
#include "packet.h"

struct bpf_object;
struct opn_state;

struct opn_state_rename {
	const char *left, *right; /* map names in the two objects */
};

/* Pairs the maps of two loaded objects; the two may be the same program loaded twice. Maps in only
 * one of them are reported as a warning (they cannot be compared, say which), different shapes are
 * an error that says which and how. Returns -errno after reporting. */
int opn_state_new(struct bpf_object *left, struct bpf_object *right,
		  const struct opn_state_rename *renames, size_t rename_count,
		  struct opn_diags *diags, struct opn_state **out);
/* Further loaded copies of the same two objects (the traced builds), kept filled alike. */
int opn_state_add_copy(struct opn_state *state, struct bpf_object *left, struct bpf_object *right);
void opn_state_free(struct opn_state *state);

/* ---- contents ---- */

/* Loads map contents from a JSON file ({"maps": {"name": [{"key": ..., "value": ...}]}}; key and
 * value are numbers, hex strings, byte arrays, or objects by BTF member names). They become part of
 * the start state. Reports with file:line:col and returns -errno. */
int opn_state_load(struct opn_state *state, const char *path, struct opn_diags *diags);

/* Remembers what the maps hold now as the start state (initial values of the objects included). */
int opn_state_mark(struct opn_state *state);
/* Puts all maps of all copies back to the start state, empties rings and queues. */
int opn_state_reset(struct opn_state *state);

/* Puts one element into the paired map of all copies; index as in opn_state_find(). Returns 0 or
 * -errno as the kernel said. */
int opn_state_put(struct opn_state *state, size_t map, const void *key, const void *value);
/* The paired map with this kernel id (of any copy), or SIZE_MAX. */
size_t opn_state_find(const struct opn_state *state, uint32_t map_id);

struct opn_state_map {
	const char *name;
	unsigned int type; /* BPF_MAP_TYPE_ */
	uint32_t key_size, value_size, max_entries;
	bool internal; /* a data section */
	bool frozen;   /* programs and user space may not write it */
	bool settable; /* user space can put plain elements */
};
size_t opn_state_count(const struct opn_state *state);
const struct opn_state_map *opn_state_map(const struct opn_state *state, size_t map);

/* A likely value for a key of the map: from what the map holds already, from its BTF (small
 * numbers, booleans, addresses and ports of the dictionary, an interface that exists for device
 * maps), else random. value has the map's value_size bytes. */
void opn_state_invent(struct opn_state *state, size_t map, struct opn_random *random,
		      const struct opn_dictionary *dictionary, const void *key, void *value);

/* The interface that a slot of a device map leads to on the left (0) or right (1) side of the pair
 * that is compared, 0: none. */
uint32_t opn_state_slot_ifindex(const struct opn_state *state, size_t map, int side, uint64_t key);

/* ---- comparison ---- */

struct opn_state_difference {
	const char *map;
	char *key, *left, *right; /* as people read them: by BTF, else hex; NULL: not there */
};

/* Compares the contents of all paired maps now: hash, array, LPM as key to value; per-CPU per CPU;
 * LRU as sets; queue, stack, ring buffer and perf event samples in order (taken out by this);
 * map-in-map by the contents of the inner maps; program arrays by the program's name. Fills at most
 * room differences (strings in the arena) and returns how many there are, or -errno. */
ssize_t opn_state_compare(struct opn_state *state, struct opn_arena *arena,
			  struct opn_state_difference *out, size_t room);

/* Whether anything in the maps changed since the last reset: a run that left no trace in maps
 * proves nothing of them. */
bool opn_state_changed(struct opn_state *state);

#endif
