// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * base.c - memory, text, hashes, words
 *
 * Paths are in path.c, files in file.c.
 */
#include <ctype.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base.h"

/* ---- arena ---- */

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

struct opn_arena {
	struct block *blocks; /* the one in use is first */
	opn_no_memory *handler;
	void *handler_data;
};

enum { BLOCK_SIZE = 64 * 1024 - 64 };

struct opn_arena *opn_arena_new(opn_no_memory *handler, void *data)
{
	struct opn_arena *arena = calloc(1, sizeof(*arena));

	if (!arena) {
		if (handler)
			handler(data);
		return NULL;
	}
	arena->handler = handler;
	arena->handler_data = data;
	return arena;
}

void opn_arena_free(struct opn_arena *arena)
{
	struct block *block, *next;

	if (!arena)
		return;
	for (block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void opn_arena_absorb(struct opn_arena *to, struct opn_arena *from)
{
	struct block **end = &to->blocks;

	while (*end)
		end = &(*end)->next;
	*end = from->blocks;
	from->blocks = NULL;
}

static void *no_memory(struct opn_arena *arena)
{
	if (arena->handler)
		arena->handler(arena->handler_data);
	return NULL;
}

static struct block *add_block(struct opn_arena *arena, size_t wanted)
{
	size_t size = MAX(wanted, (size_t)BLOCK_SIZE);
	struct block *block = malloc(sizeof(*block) + size);

	if (!block)
		return no_memory(arena);
	block->used = 0;
	block->size = size;
	/* A block of one large object is full at once: keep filling the one in use. */
	if (arena->blocks && wanted > BLOCK_SIZE / 4) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *opn_arena_alloc(struct opn_arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	unsigned char *memory;

	if (size > SIZE_MAX / 2)
		return no_memory(arena);
	size = roundup(MAX(size, (size_t)1), alignof(max_align_t));
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	if (!block)
		return NULL;
	memory = block->data + block->used;
	block->used += size;
	return memset(memory, 0, size);
}

void *opn_arena_array(struct opn_arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		return no_memory(arena);
	return opn_arena_alloc(arena, total);
}

char *opn_arena_strndup(struct opn_arena *arena, const char *text, size_t length)
{
	char *copy;

	if (!text)
		return NULL;
	length = strnlen(text, length);
	copy = opn_arena_alloc(arena, length + 1);
	return copy ? memcpy(copy, text, length) : NULL;
}

char *opn_arena_strdup(struct opn_arena *arena, const char *text)
{
	return opn_arena_strndup(arena, text, SIZE_MAX - 1);
}

char *opn_arena_printf(struct opn_arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return no_memory(arena);
	text = opn_arena_alloc(arena, (size_t)length + 1);
	if (!text)
		return NULL;
	va_start(arguments, format);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

/* ---- buffer ---- */

/* Makes room for length more bytes and a NUL. */
static bool reserve(struct opn_buf *buf, size_t length)
{
	size_t wanted, capacity;
	char *data;

	if (buf->failed)
		return false;
	if (__builtin_add_overflow(buf->length, length, &wanted) || wanted >= SIZE_MAX / 2) {
		buf->failed = true;
		return false;
	}
	if (wanted < buf->capacity)
		return true;
	capacity = MAX(wanted + 1, MAX(buf->capacity * 2, (size_t)256));
	data = realloc(buf->data, capacity);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void opn_buf_add(struct opn_buf *buf, const void *data, size_t length)
{
	if (!reserve(buf, length))
		return;
	if (length)
		memcpy(buf->data + buf->length, data, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void opn_buf_puts(struct opn_buf *buf, const char *text)
{
	opn_buf_add(buf, text, strlen(text));
}

void opn_buf_putc(struct opn_buf *buf, char c)
{
	opn_buf_add(buf, &c, 1);
}

void opn_buf_vprintf(struct opn_buf *buf, const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0) {
		buf->failed = true;
		return;
	}
	if (!reserve(buf, (size_t)length))
		return;
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, arguments);
	buf->length += (size_t)length;
}

void opn_buf_printf(struct opn_buf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	opn_buf_vprintf(buf, format, arguments);
	va_end(arguments);
}

char *opn_buf_take(struct opn_buf *buf)
{
	char *text;

	opn_buf_add(buf, "", 0);
	if (buf->failed) {
		opn_buf_free(buf);
		return NULL;
	}
	text = buf->data;
	*buf = (struct opn_buf){ 0 };
	return text;
}

void opn_buf_free(struct opn_buf *buf)
{
	free(buf->data);
	*buf = (struct opn_buf){ 0 };
}

/* ---- hashes and words ---- */

/* http://www.isthe.com/chongo/tech/comp/fnv/: offset basis and prime for 64 bits. */
uint64_t opn_hash(const void *data, size_t length)
{
	const unsigned char *bytes = data;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

void opn_hash_hex(const void *data, size_t length, char out[OPN_HASH_SIZE])
{
	snprintf(out, OPN_HASH_SIZE, "%016llx", (unsigned long long)opn_hash(data, length));
}

/* Words longer than this are nobody's typing mistake. */
enum { WORD_MAX = 128 };

/* Levenshtein distance, case ignored. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t row[WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			int ca = tolower((unsigned char)a[i - 1]);
			int cb = tolower((unsigned char)b[j - 1]);
			size_t replace = diagonal + (ca != cb);

			diagonal = row[j];
			row[j] = MIN(replace, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[b_length];
}

const char *opn_suggest(const char *word, const char *const *candidates)
{
	size_t length = strlen(word), best = (length + 2) / 3 + 1;
	const char *found = NULL;

	if (!length || length > WORD_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		size_t candidate = strlen(*candidates), distance;

		if (candidate > WORD_MAX)
			continue;
		distance = edit_distance(word, length, *candidates, candidate);
		if (distance < best && distance < MAX(length, candidate)) {
			best = distance;
			found = *candidates;
		}
	}
	return found;
}

bool opn_words_hold(const char *const *words, const char *wanted)
{
	for (; words && *words; words++) {
		if (!strcmp(*words, wanted))
			return true;
	}
	return false;
}

size_t opn_utf8_length(const char *text, size_t left)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t length;
	uint32_t code;

	if (!left)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		length = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		length = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		length = 4;
	else
		return 0;
	if (left < length)
		return 0;
	code = s[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	/* overlong forms, surrogates, beyond Unicode */
	if ((length == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) ||
	    (length == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	return length;
}

bool opn_has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; length && (at = strstr(at, word)); at++) {
		bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
		bool ends = !(isalnum((unsigned char)at[length]) || at[length] == '_');

		if (begins && ends)
			return true;
	}
	return false;
}
