/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * state.h - the maps of two programs: paired, filled alike, compared
 *
 * Maps are paired by name. A pair has one shape: type, key and value size, entries, and those flags
 * that programs feel. Data sections (.data, .bss) are maps too, and are compared variable by
 * variable where the BTF tells them, so that their layouts may differ; .rodata and .kconfig are
 * part of the program and no state. What cannot be compared is said: opn_state_map.uncompared.
 *
 * Runs of one pair of programs belong on one CPU (sched_setaffinity): values of per-CPU maps and
 * samples are compared CPU by CPU.
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

struct bpf_map;
struct bpf_object;
struct opn_state;

struct opn_state_rename {
	const char *left, *right; /* names in the two objects, of maps and of programs in slots */
};

/* Where a program takes an address in a data section. */
struct opn_state_use {
	const char *section; /* opn_state_map_name() */
	uint32_t offset;
};

/* One of the objects of a side. Most sides have one; stages that run one after another may be of
 * one each. */
struct opn_state_part {
	struct bpf_object *object;
	const char *stage; /* whose it is, for messages; NULL: there is but one */
	/* Its maps and variables (left) that the other side knows by other names (right). */
	const struct opn_state_rename *names;
	size_t name_count;
	/* What its programs use: of variables of one name in several parts, those that are used
	 * come first, in the order in which the other side has them. NULL: not known, all are. */
	const struct opn_state_use *uses;
	size_t use_count;
};

struct opn_state_parts {
	const struct opn_state_part *list;
	size_t count;
};

struct opn_state_options {
	const struct opn_state_rename *renames;
	size_t rename_count;
	/* Patterns (fnmatch(3)) of names of maps, and of variables of data sections, that only one
	 * object is meant to have; NULL-terminated, or NULL. */
	const char *const *ignore;
};

/* Before the object is loaded: has its arrays mapped and its hash maps hashed alike
 * (BPF_F_MMAPABLE, BPF_F_ZERO_SEED), where programs cannot tell the difference, and hash maps no
 * larger than entries (0: as declared), which a program feels only when it fills them
 * (declared_entries tells, and was_full). one_cpu: large per-CPU arrays become arrays, as the
 * programs see the values of one CPU only. Not needed, but comparing and resetting become many
 * times cheaper, and programs that iterate see one order. Both objects and their copies alike. */
void opn_state_prepare(struct bpf_object *object, uint32_t entries, bool one_cpu);
/* How many entries that are: some thousands beyond the most that these files (opn_state_load();
 * NULL-terminated, or NULL) put into one map. */
uint32_t opn_state_entries(const char *const *paths);

/* The map's name without the object's: "flows", ".bss". */
const char *opn_state_map_name(const struct bpf_map *map);
/* The name by which the other side knows a map, or a variable, of the part. */
const char *opn_state_known_name(const struct opn_state_part *part, const char *own);

/* Pairs the maps of two loaded objects; the two may be the same program loaded twice. Maps and
 * variables in only one of them are reported as a warning: they are compared with a map that no
 * program knows, a variable with what it held at the start; what cannot be is
 * OPN_DIAG_MAP_UNPAIRED. Different shapes are an error that says which and how. options may be
 * NULL. Returns -errno after reporting. */
int opn_state_new(struct bpf_object *left, struct bpf_object *right,
		  const struct opn_state_options *options, struct opn_diags *diags,
		  struct opn_state **out);
/* The same of sides that have several objects. Maps of one name in two objects of a side must be
 * one map; data sections of one name are taken together. Names and objects must outlive the state.
 */
int opn_state_new_parts(const struct opn_state_parts sides[2],
			const struct opn_state_options *options, struct opn_diags *diags,
			struct opn_state **out);
/* Further loaded copies of the same two objects (the traced builds), kept filled alike. Before
 * anything is loaded or put; at most three. */
int opn_state_add_copy(struct opn_state *state, struct bpf_object *left, struct bpf_object *right);
int opn_state_add_copy_parts(struct opn_state *state, const struct opn_state_parts sides[2]);
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

/* Tells that a program of this copy (0: the first two objects) ran. A caller that tells it before
 * each run spares much work: what did not run is not looked at again, and a reset right after a
 * comparison does not read again. Without any call everything counts as changed by runs. */
void opn_state_ran(struct opn_state *state, size_t copy);

/* Puts one element into the paired map of all copies; index as in opn_state_find(). value is that
 * of one CPU, and every CPU gets it; a queue has no key; the value of a map that holds maps is not
 * looked at: an empty inner map is put there, and is a pair of its own (which stays, but is in no
 * slot after the next reset); a data section's key is 0 and its value has the left side's layout.
 * Returns 0 or -errno as the kernel said, and then no copy has it. */
int opn_state_put(struct opn_state *state, size_t map, const void *key, const void *value);
/* The paired map with this kernel id (of any copy), or SIZE_MAX. */
size_t opn_state_find(const struct opn_state *state, uint32_t map_id);

struct opn_state_map {
	const char *name;
	unsigned int type; /* BPF_MAP_TYPE_ */
	uint32_t key_size, value_size, max_entries;
	uint32_t declared_entries; /* by the object; opn_state_prepare() may make fewer; 0: unknown
				    */
	bool internal;		   /* a data section */
	bool frozen;		   /* programs and user space may not write it */
	bool settable;		   /* opn_state_put() works */
	bool alone;		   /* only one of the programs has it */
	bool was_full;		   /* when compared, and made for fewer entries than declared */
	bool ignored;		   /* left out as options.ignore asks for, no matter for fills */
	const char *uncompared;	   /* why contents are not compared; NULL: they are */
};
/* Pairs, inner maps included: there are more after an opn_state_put() into a map that holds maps.
 * What opn_state_map() gives stays. */
size_t opn_state_count(const struct opn_state *state);
const struct opn_state_map *opn_state_map(const struct opn_state *state, size_t map);

/* Maps and variables ("section: variable") that only one program has: those that are reported, and
 * those that are left out as was asked for. NULL-terminated, or NULL when there are none. */
const char *const *opn_state_alone(const struct opn_state *state);
const char *const *opn_state_ignored(const struct opn_state *state);

/* A likely value for a key of the map: from what the map holds already, from its BTF (small
 * numbers, booleans, addresses and ports of the dictionary, an interface that exists for device
 * maps), else random. value has the map's value_size bytes. */
void opn_state_invent(struct opn_state *state, size_t map, struct opn_random *random,
		      const struct opn_dictionary *dictionary, const void *key, void *value);

/* The interfaces that may stand in device maps, for opn_state_invent(); without any: the loopback
 * one. Returns 0 or -ENOMEM. */
int opn_state_set_interfaces(struct opn_state *state, const unsigned int *ifindexes, size_t count);

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
