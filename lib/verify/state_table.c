// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_table.c - contents of maps: keys to values, and records in their order
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

/* Words at a time, mixed as splitmix64 does: keys are hashed for every comparison. */
static uint64_t hash_key(const uint8_t *key, uint32_t size)
{
	uint64_t hash = size, word;

	while (size) {
		uint32_t part = MIN(size, (uint32_t)sizeof(word));

		word = 0;
		memcpy(&word, key, part);
		hash = (hash ^ word) * 0xbf58476d1ce4e5b9u;
		hash ^= hash >> 29;
		key += part;
		size -= part;
	}
	return hash ^ hash >> 32;
}

static void add_to_index(struct opn_table *table, uint32_t key_size, size_t entry)
{
	size_t at = hash_key(table->keys + entry * key_size, key_size);

	while (table->buckets[at &= table->bucket_count - 1])
		at++;
	table->buckets[at] = (uint32_t)entry + 1;
}

/* At most half of the buckets are used, so that a table that grows makes it anew when it doubled.
 */
static bool make_index(struct opn_table *table, uint32_t key_size)
{
	size_t wanted = 16;

	while (wanted < table->count * 2)
		wanted *= 2;
	if (wanted > table->bucket_count) {
		uint32_t *buckets = realloc(table->buckets, wanted * sizeof(*buckets));

		if (!buckets)
			return false;
		table->buckets = buckets;
		table->bucket_count = wanted;
	}
	memset(table->buckets, 0, table->bucket_count * sizeof(*table->buckets));
	for (size_t i = 0; i < table->count; i++)
		add_to_index(table, key_size, i);
	table->indexed = true;
	return true;
}

static size_t find_without_index(const struct opn_table *table, uint32_t key_size, const void *key)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!memcmp(table->keys + i * key_size, key, key_size))
			return i;
	}
	return SIZE_MAX;
}

size_t opn_table_find(struct opn_table *table, uint32_t key_size, const void *key)
{
	size_t at;

	if (table->count <= 4)
		return find_without_index(table, key_size, key);
	if (!table->indexed && !make_index(table, key_size))
		return find_without_index(table, key_size, key);
	at = hash_key(key, key_size);
	for (;; at++) {
		uint32_t found = table->buckets[at &= table->bucket_count - 1];

		if (!found)
			return SIZE_MAX;
		if (!memcmp(table->keys + (found - 1) * (size_t)key_size, key, key_size))
			return found - 1;
	}
}

size_t opn_table_find_next(struct opn_table *table, uint32_t key_size, const void *key,
			   size_t *cursor)
{
	size_t at = *cursor;

	if (at >= table->count || memcmp(table->keys + at * key_size, key, key_size))
		at = opn_table_find(table, key_size, key);
	if (at != SIZE_MAX)
		*cursor = at + 1;
	return at;
}

int opn_table_reserve(struct opn_table *table, uint32_t key_size, uint32_t value_size, size_t count)
{
	size_t capacity = MAX(table->capacity * 2, MAX(count, (size_t)16));
	size_t key_bytes, value_bytes;
	uint8_t *memory;

	if (count <= table->capacity)
		return 0;
	if (capacity > UINT32_MAX - 1 ||
	    __builtin_mul_overflow(capacity, (size_t)key_size, &key_bytes) ||
	    __builtin_mul_overflow(capacity, (size_t)value_size, &value_bytes))
		return -ENOMEM;
	memory = realloc(table->keys, key_bytes ? key_bytes : 1);
	if (!memory)
		return -ENOMEM;
	table->keys = memory;
	memory = realloc(table->values, value_bytes ? value_bytes : 1);
	if (!memory)
		return -ENOMEM;
	table->values = memory;
	table->capacity = capacity;
	return 0;
}

int opn_table_set(struct opn_table *table, uint32_t key_size, uint32_t value_size, const void *key,
		  const void *value)
{
	size_t at = opn_table_find(table, key_size, key);
	int err;

	if (at == SIZE_MAX) {
		err = opn_table_reserve(table, key_size, value_size, table->count + 1);
		if (err)
			return err;
		at = table->count++;
		memcpy(table->keys + at * key_size, key, key_size);
		table->indexed = table->indexed && table->count * 2 <= table->bucket_count;
		if (table->indexed)
			add_to_index(table, key_size, at);
	}
	memcpy(table->values + at * value_size, value, value_size);
	return 0;
}

int opn_table_copy(struct opn_table *to, const struct opn_table *from, uint32_t key_size,
		   uint32_t value_size)
{
	int err = opn_table_reserve(to, key_size, value_size, from->count);

	if (err)
		return err;
	if (from->count) {
		memcpy(to->keys, from->keys, from->count * key_size);
		memcpy(to->values, from->values, from->count * value_size);
	}
	to->count = from->count;
	to->indexed = false;
	return 0;
}

bool opn_table_same(const struct opn_table *a, const struct opn_table *b, uint32_t key_size,
		    uint32_t value_size)
{
	return a->count == b->count &&
	       (!a->count || (!memcmp(a->keys, b->keys, a->count * key_size) &&
			      !memcmp(a->values, b->values, a->count * value_size)));
}

void opn_table_empty(struct opn_table *table)
{
	table->count = 0;
	table->indexed = false;
}

void opn_table_free(struct opn_table *table)
{
	free(table->keys);
	free(table->values);
	free(table->buckets);
	*table = (struct opn_table){ 0 };
}

int opn_records_add(struct opn_records *records, const void *data, size_t size)
{
	if (records->count == records->capacity) {
		size_t capacity = MAX(records->capacity * 2, (size_t)16);
		size_t *ends = reallocarray(records->ends, capacity, sizeof(*ends));

		if (!ends)
			return -ENOMEM;
		records->ends = ends;
		records->capacity = capacity;
	}
	opn_buf_add(&records->bytes, data, size);
	if (records->bytes.failed)
		return -ENOMEM;
	records->ends[records->count++] = records->bytes.length;
	return 0;
}

const uint8_t *opn_records_at(const struct opn_records *records, size_t index, size_t *size)
{
	size_t from = index ? records->ends[index - 1] : 0;

	*size = records->ends[index] - from;
	return (const uint8_t *)records->bytes.data + from;
}

bool opn_records_same(const struct opn_records *a, const struct opn_records *b)
{
	return a->count == b->count &&
	       (!a->count || (!memcmp(a->ends, b->ends, a->count * sizeof(*a->ends)) &&
			      !memcmp(a->bytes.data, b->bytes.data, a->bytes.length)));
}

int opn_records_copy(struct opn_records *to, const struct opn_records *from)
{
	size_t size;

	opn_records_empty(to);
	for (size_t i = 0; i < from->count; i++) {
		const uint8_t *data = opn_records_at(from, i, &size);
		int err = opn_records_add(to, data, size);

		if (err)
			return err;
	}
	return 0;
}

void opn_records_empty(struct opn_records *records)
{
	records->count = 0;
	records->bytes.length = 0;
}

void opn_records_free(struct opn_records *records)
{
	opn_buf_free(&records->bytes);
	free(records->ends);
	*records = (struct opn_records){ 0 };
}
