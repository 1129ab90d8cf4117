// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_invent.c - likely values for keys of maps
 *
 * A branch behind a lookup is only reached when the map holds something that the program can use:
 * what stands there already, small numbers, words that the program compares with, an interface that
 * exists. Everything is a function of the state, the arguments and the generator.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

enum { DEPTH_MAX = 16, LOOPBACK = 1, CPU_QUEUE = 64 };

struct inventor {
	const struct btf *btf;
	struct opn_random *random;
	const struct opn_dictionary *dictionary;
};

int opn_state_set_interfaces(struct opn_state *state, const unsigned int *ifindexes, size_t count)
{
	unsigned int *copy = reallocarray(NULL, MAX(count, (size_t)1), sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, ifindexes, count * sizeof(*copy));
	free(state->interfaces);
	state->interfaces = copy;
	state->interface_count = count;
	return 0;
}

static void invent_bytes(struct opn_random *random, uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)opn_random_next(random);
}

/* A word of the dictionary that has this size. */
static bool invent_word(const struct inventor *inventor, uint8_t *out, size_t size)
{
	const struct opn_dictionary *dictionary = inventor->dictionary;
	uint32_t index;

	if (!dictionary || !size || size > OPN_WORD_MAX || !dictionary->of_size[size].count)
		return false;
	index = opn_random_below(inventor->random, (uint32_t)dictionary->of_size[size].count);
	memcpy(out, dictionary->words[dictionary->of_size[size].list[index]].bytes, size);
	return true;
}

static void store_number(uint8_t *out, size_t size, bool network, uint64_t value)
{
	for (size_t i = 0; i < size; i++) {
		bool little = !network && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
		size_t shift = little ? i : size - 1 - i;

		out[i] = shift < 8 ? (uint8_t)(value >> 8 * shift) : 0;
	}
}

static void invent_number(const struct inventor *inventor, uint8_t *out, size_t size, bool network)
{
	uint32_t choice = opn_random_below(inventor->random, 8);

	if (choice < 3 && invent_word(inventor, out, size))
		return;
	if (choice == 7)
		invent_bytes(inventor->random, out, size);
	else
		store_number(out, size, network, opn_random_below(inventor->random, 9));
}

static void invent_type(const struct inventor *inventor, uint32_t type, uint8_t *out, size_t size,
			unsigned int depth);

static void invent_array(const struct inventor *inventor, const struct btf_type *t, uint8_t *out,
			 size_t size, unsigned int depth)
{
	uint32_t count = btf_array(t)->nelems;
	int64_t element = btf__resolve_size(inventor->btf, btf_array(t)->type);

	/* addresses: arrays that are one word for the programs */
	if (opn_random_below(inventor->random, 2) && invent_word(inventor, out, size))
		return;
	if (!count || element <= 0 || size / count < (size_t)element) {
		invent_bytes(inventor->random, out, size);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		invent_type(inventor, btf_array(t)->type, out + i * (size_t)element, element,
			    depth + 1);
}

static void invent_enumerator(const struct inventor *inventor, const struct btf_type *t,
			      uint8_t *out)
{
	uint32_t which;

	if (!btf_vlen(t) || t->size > 8) {
		invent_bytes(inventor->random, out, t->size);
		return;
	}
	which = opn_random_below(inventor->random, btf_vlen(t));
	store_number(out, t->size, false,
		     btf_is_enum64(t) ? btf_enum64_value(btf_enum64(t) + which)
				      : (uint64_t)(int64_t)btf_enum(t)[which].val);
}

/* Padding stays zero, as compilers of user space leave it in what they initialise; bit fields share
 * bytes and get any. */
static void invent_struct(const struct inventor *inventor, const struct btf_type *t, uint8_t *out,
			  size_t size, unsigned int depth)
{
	uint32_t first = 0, end = btf_vlen(t);

	if (btf_is_union(t) && end) {
		first = opn_random_below(inventor->random, end);
		end = first + 1;
	}
	for (uint32_t i = first; i < end; i++) {
		const struct btf_member *member = &btf_members(t)[i];
		uint32_t offset = btf_member_bit_offset(t, i) / 8;
		int64_t wanted = btf__resolve_size(inventor->btf, member->type);

		if (wanted <= 0 || offset >= size)
			continue;
		if (btf_member_bitfield_size(t, i))
			invent_bytes(inventor->random, out + offset, 1);
		else if (size - offset >= (uint64_t)wanted)
			invent_type(inventor, member->type, out + offset, wanted, depth + 1);
	}
}

static void invent_type(const struct inventor *inventor, uint32_t type, uint8_t *out, size_t size,
			unsigned int depth)
{
	const struct btf_type *t;
	bool network = false;

	type = inventor->btf && type ? opn_btf_strip(inventor->btf, type, &network) : 0;
	t = type ? btf__type_by_id(inventor->btf, type) : NULL;
	if (t && btf_is_int(t) && t->size <= size && btf_int_encoding(t) & BTF_INT_BOOL)
		store_number(out, t->size, false, opn_random_below(inventor->random, 2));
	else if (t && btf_is_int(t) && t->size <= size)
		invent_number(inventor, out, t->size, network);
	else if (t && btf_is_any_enum(t) && t->size <= size)
		invent_enumerator(inventor, t, out);
	else if (t && btf_is_array(t) && depth < DEPTH_MAX)
		invent_array(inventor, t, out, size, depth);
	else if (t && btf_is_composite(t) && t->size <= size && depth < DEPTH_MAX)
		invent_struct(inventor, t, out, size, depth);
	else if (size <= 8)
		invent_number(inventor, out, size, false);
	else if (!invent_word(inventor, out, size))
		invent_bytes(inventor->random, out, size);
}

static uint32_t invent_interface(const struct opn_state *state, struct opn_random *random)
{
	if (!state->interface_count)
		return LOOPBACK;
	return state->interfaces[opn_random_below(random, (uint32_t)state->interface_count)];
}

static void invent_slot(const struct opn_state *state, const struct opn_pair *pair,
			struct opn_random *random, void *value)
{
	uint32_t word = 0;

	if (pair->info.type == BPF_MAP_TYPE_CPUMAP)
		word = CPU_QUEUE;
	else if (pair->info.type == BPF_MAP_TYPE_DEVMAP ||
		 pair->info.type == BPF_MAP_TYPE_DEVMAP_HASH)
		word = invent_interface(state, random);
	memcpy(value, &word, MIN(sizeof(word), pair->info.value_size));
}

/* A value of the start state, or one that the key has already. */
static const uint8_t *known_value(struct opn_pair *pair, struct opn_random *random, const void *key)
{
	struct opn_side *side = &pair->sides[0];
	uint32_t count = pair->info.max_entries, index;

	if (pair->way == OPN_WAY_TABLE && side->start_table.count) {
		index = opn_random_below(random, (uint32_t)side->start_table.count);
		return side->start_table.values + (size_t)index * pair->stride;
	}
	if (pair->info.internal && side->start_image)
		return side->start_image;
	if (pair->way != OPN_WAY_IMAGE || !side->start_image || !count)
		return NULL;
	memcpy(&index, key, sizeof(index));
	if (index >= count || opn_random_below(random, 2))
		index = opn_random_below(random, count);
	return side->start_image + (size_t)index * pair->stride;
}

/* A section keeps its values but for one variable. */
static void invent_variable(const struct inventor *inventor, const struct opn_pair *pair,
			    uint8_t *value)
{
	const struct opn_variable *variable;

	if (!pair->variable_count)
		return;
	variable = &pair->variables[opn_random_below(inventor->random,
						     (uint32_t)pair->variable_count)];
	invent_type(inventor, variable->type, value + variable->offset[0], variable->size, 0);
}

void opn_state_invent(struct opn_state *state, size_t map, struct opn_random *random,
		      const struct opn_dictionary *dictionary, const void *key, void *value)
{
	struct opn_pair *pair = state->pairs[map];
	struct inventor inventor = { pair->btf, random, dictionary };
	uint32_t size = pair->info.value_size;
	const uint8_t *known;

	memset(value, 0, size);
	if (pair->way == OPN_WAY_SLOTS) {
		invent_slot(state, pair, random, value);
		return;
	}
	known = known_value(pair, random, key);
	if (known && (pair->info.internal || !opn_random_below(random, 4)))
		memcpy(value, known, size);
	else
		invent_type(&inventor, pair->value_type, value, size, 0);
	if (pair->info.internal)
		invent_variable(&inventor, pair, value);
}
