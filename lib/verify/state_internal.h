/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * state_internal.h - how paired maps look inside, for the files of state.h
 *
 * A pair has a way in which its contents are reached; each of its sides (two for every copy) has a
 * descriptor, its start contents and room for what it holds now. What a program under test cannot
 * write is constant: it is read once and again only after it was set from here.
 */
#ifndef OPN_VERIFY_STATE_INTERNAL_H
#define OPN_VERIFY_STATE_INTERNAL_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <jansson.h>
#include <linux/bpf.h>

#include "state.h"

enum opn_state_way {
	OPN_WAY_NONE,  /* contents that user space cannot have, or that are no state */
	OPN_WAY_IMAGE, /* slots 0 to n-1, all of them always there: arrays, data sections */
	OPN_WAY_TABLE, /* keys to values: hash, LRU, LPM */
	OPN_WAY_SLOTS, /* keys to things of the kernel: programs, interfaces, maps */
	OPN_WAY_QUEUE, /* queue, stack */
	OPN_WAY_RING,  /* ring buffer */
	OPN_WAY_PERF,  /* perf event array */
};

/* Keys to values, packed, with an index that is made when a key is looked for. {0} is empty. */
struct opn_table {
	uint8_t *keys, *values;
	size_t count, capacity;
	uint32_t *buckets; /* 1 + position of an element, or 0 */
	size_t bucket_count;
	bool indexed;
};

/* Records of any length in their order. {0} is empty. */
struct opn_records {
	struct opn_buf bytes;
	size_t *ends;
	size_t count, capacity;
};

/* Of each object; sides do not move, as readers of samples hold pointers to them. */
enum { OPN_STATE_COPIES = 4 };

struct opn_side {
	struct bpf_object *object;
	struct bpf_map *map; /* NULL: an inner map */
	int fd;
	bool owns_fd;
	uint32_t id;
	uint8_t *memory; /* mapped: the map itself; NULL: none */
	size_t memory_size;
	struct opn_table start_table, table;
	uint8_t *start_image, *image;
	struct opn_records start_records, records;
	int unopened, sample_error;
	struct ring_buffer *ring;
	struct perf_buffer *perf;
};

/* A variable of a data section: one that both sides have. */
struct opn_variable {
	const char *name;
	uint32_t offset[2]; /* left, right */
	uint32_t size;
	uint32_t type; /* in the pair's BTF */
};

/* A variable that one side alone has. */
struct opn_own_variable {
	const char *name;
	int owner;
	uint32_t offset, size;
	const struct btf *btf;
	uint32_t type;
};

struct opn_pair {
	struct opn_state_map info;
	enum opn_state_way way;
	uint32_t stride;		/* bytes from one value to the next, all CPUs together */
	uint32_t value_stride;		/* the same of one CPU */
	unsigned int cpus;		/* values under one key */
	uint32_t full;			/* of a table: with so many, more may push others out */
	bool constant;			/* no program under test can write it */
	bool dirty;			/* constant, and set since the last reset */
	bool owns;			/* opn_btf_owns(): equal bytes do not mean equal contents */
	bool start_equal;		/* both sides' start states are alike */
	struct opn_table puts;		/* set since the last reset; a section's: none */
	struct opn_records put_records; /* the same of a queue */
	struct opn_side sides[2 * OPN_STATE_COPIES]; /* side of copy: 2 * copy + side */
	bool alone;	       /* one program has it: the other sides are shadows */
	int owner;	       /* then: the one that has it */
	size_t part[2];	       /* whose map it is: in opn_state.parts of both sides */
	const struct btf *btf; /* the left object's, of one alone the owner's; NULL: none */
	const char *own_name;  /* the map's name in it */
	uint32_t key_type, value_type;
	uint32_t section_size[2];
	bool same_layout; /* of a data section's two sides */
	struct opn_variable *variables;
	size_t variable_count;
	struct opn_own_variable *own_variables; /* that are compared with what they held at first */
	size_t own_variable_count;
	struct opn_pair *outer; /* of an inner map: the pair that holds it */
	const uint8_t *outer_key;
	bool spare; /* made here; in its slot only between opn_state_put() and the next reset */
};

struct opn_state_names {
	const char **list; /* NULL-terminated, or NULL */
	size_t count;
};

struct opn_state_ignore {
	const char *glob;
	bool matched;
};

struct opn_state_id {
	uint32_t id;
	size_t pair;
};

struct opn_state {
	struct opn_arena *arena;
	struct opn_pair **pairs;
	size_t count, capacity;
	size_t copies;
	struct opn_state_parts parts[2 * OPN_STATE_COPIES]; /* as the sides */
	struct opn_state_rename *renames;
	size_t rename_count;
	struct opn_state_ignore *ignore;
	size_t ignore_count;
	struct opn_state_names alone, ignored;
	struct opn_state_id *ids; /* by id */
	size_t id_count;
	unsigned int *interfaces;
	size_t interface_count;
	unsigned int cpus; /* possible ones */
	bool changed;
	bool told;		 /* the caller tells what runs */
	uint64_t ran;		 /* bit: copy that ran since the last reset */
	bool fresh;		 /* what opn_state_compare() read is what the maps hold */
	struct opn_diags *diags; /* only while a function has been given one */
	void *scratch;
	size_t scratch_size;
};

/* ---- state_table.c: tables and records ---- */

/* Where the key is, or SIZE_MAX. */
size_t opn_table_find(struct opn_table *table, uint32_t key_size, const void *key);
/* The same for keys that are looked for in about the order of the table: *cursor begins with 0. */
size_t opn_table_find_next(struct opn_table *table, uint32_t key_size, const void *key,
			   size_t *cursor);
/* Adds or replaces; returns 0 or -ENOMEM. */
int opn_table_set(struct opn_table *table, uint32_t key_size, uint32_t value_size, const void *key,
		  const void *value);
/* Room for count elements; what is in it stays. */
int opn_table_reserve(struct opn_table *table, uint32_t key_size, uint32_t value_size,
		      size_t count);
int opn_table_copy(struct opn_table *to, const struct opn_table *from, uint32_t key_size,
		   uint32_t value_size);
/* Same elements in the same order. */
bool opn_table_same(const struct opn_table *a, const struct opn_table *b, uint32_t key_size,
		    uint32_t value_size);
void opn_table_empty(struct opn_table *table);
void opn_table_free(struct opn_table *table);

int opn_records_add(struct opn_records *records, const void *data, size_t size);
const uint8_t *opn_records_at(const struct opn_records *records, size_t index, size_t *size);
bool opn_records_same(const struct opn_records *a, const struct opn_records *b);
int opn_records_copy(struct opn_records *to, const struct opn_records *from);
void opn_records_empty(struct opn_records *records);
void opn_records_free(struct opn_records *records);

/* ---- state_pair.c ---- */

/* Fills what follows from the kernel's description of the map: shape, way, strides. */
int opn_pair_describe(struct opn_state *state, struct opn_pair *pair,
		      const struct bpf_map_info *info, const char *name, bool internal);
/* Opens one side of the pair. Returns 0 or -errno. */
int opn_side_open(struct opn_pair *pair, struct opn_side *side, struct bpf_object *object,
		  struct bpf_map *map, int fd);
void opn_side_close(struct opn_side *side);
void opn_pair_free(struct opn_state *state, struct opn_pair *pair);
/* Pairs all maps; reports. */
int opn_state_pair(struct opn_state *state, struct opn_diags *diags);
/* The right map's name for a left one's. */
const char *opn_state_rename(const struct opn_state *state, const char *left);
/* Compares two maps' shapes; reports what differs and returns -errno then. */
int opn_state_check_shape(const struct bpf_map_info *left, const struct bpf_map_info *right,
			  const char *name, bool internal, struct opn_diags *diags);
int opn_map_info(int fd, struct bpf_map_info *info);
/* Whether a loaded program of the objects uses the map with this id. */
bool opn_map_is_used(const struct opn_state_parts *parts, uint32_t id);
/* What cannot be read here (perf events in a container, say) becomes one that is not compared. */
void opn_pair_give_up_if_unreadable(struct opn_state *state, struct opn_pair *pair);
/* A new pair at the end of the list, or NULL without memory; older pointers are void then. */
struct opn_pair *opn_state_add_pair(struct opn_state *state);
/* Makes the list for opn_state_find() anew. */
int opn_state_index(struct opn_state *state);

/* ---- state_prepare.c ---- */

/* What the kernel tells of a map, without what opn_state_prepare() did to its type. */
struct bpf_map_info opn_map_declared(const struct bpf_object *object, const struct bpf_map *map,
				     const struct bpf_map_info *info);

/* ---- state_alone.c: maps that one side has ---- */

/* Pairs the map with a shadow, or reports why not. */
int opn_state_pair_alone(struct opn_state *state, struct bpf_map *map, int owner, size_t part,
			 struct opn_diags *diags);
/* Makes the map of a side that has none; the owner's side of the same copy is open. */
int opn_shadow_open(struct opn_pair *pair, size_t side);
/* Whether one that is alone is to be left out. */
bool opn_state_ignores(struct opn_state *state, const char *name);
/* Takes it into the list that is given to the caller; reports it, unless it is left out. */
int opn_state_alone_note(struct opn_state *state, const char *name, int owner, bool ignored,
			 enum opn_diag_id id, struct opn_diags *diags);
/* Warns of patterns that fit nothing. */
void opn_state_check_ignored(const struct opn_state *state, struct opn_diags *diags);

/* ---- state_section.c: data sections ---- */

int opn_pair_sections(struct opn_state *state, struct opn_pair *pair, struct opn_diags *diags);

/* ---- state_read.c ---- */

/* Reads what the side holds now into side->image, table or records. Samples are taken out, and
 * only what came since the last call is in records. */
int opn_side_read(struct opn_state *state, const struct opn_pair *pair, struct opn_side *side);
/* The side's image: mapped memory, or what was read last. */
const uint8_t *opn_side_image(const struct opn_side *side);
size_t opn_pair_image_size(const struct opn_pair *pair, int which);
/* All keys and values by single calls, into the table; values have value_size bytes. */
int opn_slots_read(int fd, uint32_t key_size, uint32_t value_size, struct opn_table *table);

/* ---- state_write.c ---- */

/* One element of one side; value has all CPUs' values. */
int opn_side_set(const struct opn_pair *pair, struct opn_side *side, const void *key,
		 const void *value);
int opn_side_mark(struct opn_state *state, struct opn_pair *pair, struct opn_side *side, int which);
/* is_read: what the side was read to hold is what it holds now. */
int opn_side_reset(struct opn_state *state, struct opn_pair *pair, struct opn_side *side, int which,
		   bool is_read);
/* Whether the table that was read last is the start state; may bring that into the read order. */
bool opn_side_at_start(const struct opn_pair *pair, struct opn_side *side);

/* ---- state_sample.c: queues, ring buffers, perf events ---- */

int opn_queue_read(const struct opn_pair *pair, struct opn_side *side);
/* Empties the queue and fills it so that it gives these records in this order. */
int opn_queue_fill(const struct opn_pair *pair, struct opn_side *side,
		   const struct opn_records *records);
void opn_samples_open(const struct opn_pair *pair, struct opn_side *side);
int opn_samples_read(struct opn_side *side);
/* To be called when both sides of a copy were read: what they held must not show later. */
int opn_samples_agree(struct opn_pair *pair, size_t copy);

/* ---- state_slot.c: slots of programs, interfaces, maps ---- */

int opn_slots_reset(const struct opn_pair *pair, struct opn_side *side);
void opn_slot_write_text(struct opn_buf *buf, const struct opn_pair *pair,
			 const struct opn_side *side, const uint8_t *value);

/* ---- state_inner.c: maps in maps ---- */

static inline bool opn_pair_holds_maps(const struct opn_pair *pair)
{
	return pair->info.type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       pair->info.type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* Makes pairs of the inner maps that stand in slots now. Reports. */
int opn_inner_pair(struct opn_state *state, struct opn_diags *diags);
/* The pair of the inner map under the key, or NULL. */
struct opn_pair *opn_inner_find(const struct opn_state *state, const struct opn_pair *outer,
				const void *key);
/* Puts an empty inner map into the slot on all sides. */
int opn_inner_put(struct opn_state *state, struct opn_pair *outer, const void *key);
/* Opens the side of a further copy. */
int opn_inner_open_copy(struct opn_pair *pair, size_t copy, int which);

/* ---- state_put.c ---- */

/* One element with the values of all CPUs. */
int opn_pair_put_all(struct opn_state *state, struct opn_pair *pair, const void *key,
		     const uint8_t *all);
int opn_pair_put(struct opn_state *state, struct opn_pair *pair, const void *key,
		 const void *value);

/* ---- state_parse.c: values as people write them ---- */

/* JSON to the bytes of a BTF type (0: unknown). Returns NULL, or what is wrong with it; where gets
 * the path inside of value. */
const char *opn_state_parse(const struct btf *btf, uint32_t type, const json_t *value, void *out,
			    size_t size, struct opn_buf *where);

/* ---- state_compare.c ---- */

/* Whether opn_state_compare() reads the pair, and did since anything ran or was set. */
bool opn_pair_is_fresh(const struct opn_state *state, const struct opn_pair *pair);
/* Compares what opn_side_mark() has just read and sets start_equal. Returns 0 or -ENOMEM. */
int opn_pair_start_equal(struct opn_state *state, struct opn_pair *pair);

/* ---- state_text.c ---- */

/* Bytes of a BTF type (0: unknown) as people read them, in the arena. */
char *opn_state_text(struct opn_arena *arena, const struct btf *btf, uint32_t type,
		     const void *data, size_t size);
void opn_state_write_text(struct opn_buf *buf, const struct btf *btf, uint32_t type,
			  const void *data, size_t size);

/* ---- state_btf.c ---- */

/* Key and value types of a map as the object's BTF declares it (also for types of maps whose BTF
 * the kernel is not told); 0: unknown. inner: of the maps that it holds. */
void opn_btf_map_types(const struct btf *btf, const char *name, bool inner, uint32_t *key,
		       uint32_t *value);
/* The type (BPF_MAP_TYPE_) that the object declares; 0: not known. */
uint32_t opn_btf_map_type(const struct btf *btf, const char *name);
/* How many entries the object declares; 0: not known. */
uint32_t opn_btf_map_entries(const struct btf *btf, const char *name);
/* The shape of the maps that this map holds, as it is declared; false: it is not. */
bool opn_btf_inner_info(const struct btf *btf, const char *name, struct bpf_map_info *info);
/* Whether it is one of the kernel's own fields (locks, timers, lists...), or an array of them. */
bool opn_btf_is_kernels(const struct btf *btf, uint32_t type);
/* Whether values of the type hold what reads as zeros and is freed when the element is set or
 * deleted: lists, trees, timers, pointers to objects of the kernel. */
bool opn_btf_owns(const struct btf *btf, uint32_t type);
/* The type without qualifiers and typedefs. network is set when a typedef on the way says that the
 * bytes are in network order; it may be NULL. */
uint32_t opn_btf_strip(const struct btf *btf, uint32_t type, bool *network);

#endif
