// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * dictionary.c - the words that programs compare with, ready to be put into fields of their size
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

/* Room for one more element; grows to twice the size. */
static int reserve(void **list, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = MAX(*capacity * 2, (size_t)16);
	void *grown;

	if (count < *capacity)
		return 0;
	grown = reallocarray(*list, wanted, size);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*capacity = wanted;
	return 0;
}

/* The slot that has the word, or the free one where it belongs. */
static uint32_t *find_slot(const struct opn_dictionary *dictionary, const struct opn_word *word)
{
	size_t mask = dictionary->slot_count - 1;
	size_t slot = opn_hash(word, sizeof(*word)) & mask;

	while (dictionary->slots[slot] &&
	       memcmp(&dictionary->words[dictionary->slots[slot] - 1], word, sizeof(*word)) != 0)
		slot = (slot + 1) & mask;
	return &dictionary->slots[slot];
}

/* A table of which at least half is free. */
static int reserve_slots(struct opn_dictionary *dictionary)
{
	size_t count = MAX(dictionary->slot_count * 2, (size_t)64);
	uint32_t *slots;

	if (dictionary->slots && dictionary->count * 2 < dictionary->slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(dictionary->slots);
	dictionary->slots = slots;
	dictionary->slot_count = count;
	for (size_t i = 0; i < dictionary->count; i++)
		*find_slot(dictionary, &dictionary->words[i]) = i + 1;
	return 0;
}

int opn_dictionary_add(struct opn_dictionary *dictionary, const void *bytes, size_t size)
{
	struct opn_word word = { .size = size };
	void *words = dictionary->words, *list;
	uint32_t *slot;
	int err;

	if (!size || size > OPN_WORD_MAX)
		return -EINVAL;
	memcpy(word.bytes, bytes, size);
	err = reserve_slots(dictionary);
	if (err)
		return err;
	slot = find_slot(dictionary, &word);
	if (*slot)
		return 0;
	err = reserve(&words, dictionary->count, &dictionary->capacity, sizeof(word));
	if (err)
		return err;
	dictionary->words = words;
	list = dictionary->of_size[size].list;
	err = reserve(&list, dictionary->of_size[size].count, &dictionary->of_size[size].capacity,
		      sizeof(uint32_t));
	if (err)
		return err;
	dictionary->of_size[size].list = list;
	dictionary->of_size[size].list[dictionary->of_size[size].count++] = dictionary->count;
	dictionary->words[dictionary->count++] = word;
	*slot = dictionary->count;
	return 0;
}

/* Whether size bytes hold the value: as it is, or as a negative number of fewer bytes. */
static bool fits(uint64_t value, unsigned int size)
{
	return size == 8 || value >> (8 * size) == 0 ||
	       ((int64_t)value < 0 && (int64_t)value >= -((int64_t)1 << (8 * size - 1)));
}

int opn_dictionary_add_number(struct opn_dictionary *dictionary, uint64_t value)
{
	const uint64_t values[] = { value, value - 1, value + 1 };
	uint8_t bytes[8], swapped[8];
	int err = 0;

	for (unsigned int size = 1; size <= 8; size *= 2) {
		if (!fits(value, size))
			continue;
		for (int i = 0; i < 3; i++) {
			opn_value_put(bytes, size, values[i]);
			for (unsigned int j = 0; j < size; j++)
				swapped[j] = bytes[size - 1 - j];
			err = err ?: opn_dictionary_add(dictionary, bytes, size);
			err = err ?: opn_dictionary_add(dictionary, swapped, size);
		}
	}
	return err;
}

void opn_dictionary_free(struct opn_dictionary *dictionary)
{
	for (int size = 0; size <= OPN_WORD_MAX; size++)
		free(dictionary->of_size[size].list);
	free(dictionary->slots);
	free(dictionary->words);
	*dictionary = (struct opn_dictionary){ 0 };
}

const struct opn_word *opn_dictionary_pick(const struct opn_dictionary *dictionary,
					   struct opn_random *random, size_t size)
{
	if (!dictionary || size > OPN_WORD_MAX || !dictionary->of_size[size].count)
		return NULL;
	return &dictionary->words[dictionary->of_size[size].list[opn_random_below(
		random, dictionary->of_size[size].count)]];
}
