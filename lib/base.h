/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * base.h - memory, text, paths, files, hashes: what every other file stands on
 *
 * One arena per run instead of a hundred frees. Without memory nothing here exits: the arena asks
 * its owner's callback (a tool may print and leave there), a buffer remembers that it failed and
 * says so once, at opn_buf_take().
 */
#ifndef OPN_BASE_H
#define OPN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arena: everything that lives as long as the run ---- */

struct opn_arena;

/* Called when memory has run out; when it returns, the allocation returns NULL. */
typedef void opn_no_memory(void *data);

/* Returns an empty arena, or NULL without memory. The caller frees it with opn_arena_free().
 * handler may be NULL. */
struct opn_arena *opn_arena_new(opn_no_memory *handler, void *data);
void opn_arena_free(struct opn_arena *arena);
/* Makes all memory of from part of to; from is empty then and still to be freed. */
void opn_arena_absorb(struct opn_arena *to, struct opn_arena *from);

/* Zeroed memory, aligned for any type; NULL without memory. */
void *opn_arena_alloc(struct opn_arena *arena, size_t size);
/* The same for count elements; also NULL when the product overflows. */
void *opn_arena_array(struct opn_arena *arena, size_t count, size_t size);
/* Copies; NULL stays NULL. */
char *opn_arena_strdup(struct opn_arena *arena, const char *text);
char *opn_arena_strndup(struct opn_arena *arena, const char *text, size_t length);
char *opn_arena_printf(struct opn_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- growable text; {0} is an empty buffer ---- */

struct opn_buf {
	char *data; /* NUL-terminated once something was added */
	size_t length;
	size_t capacity;
	bool failed; /* memory ran out: later additions do nothing */
};

void opn_buf_add(struct opn_buf *buf, const void *data, size_t length);
void opn_buf_puts(struct opn_buf *buf, const char *text);
void opn_buf_putc(struct opn_buf *buf, char c);
void opn_buf_printf(struct opn_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void opn_buf_vprintf(struct opn_buf *buf, const char *format, va_list arguments);
/* The text, which the caller frees, or NULL when memory ran out; the buffer is empty again. */
char *opn_buf_take(struct opn_buf *buf);
void opn_buf_free(struct opn_buf *buf);

/* ---- paths, lexically: no file is looked at ---- */

/* Without ".", "//" and the ".." that can be resolved: "a/./b/../c" is "a/c", "" and "a/.." are
 * ".", "../a" stays. All path results are in the arena, NULL without memory. */
char *opn_path_normalize(struct opn_arena *arena, const char *path);
/* path as seen from directory, normalised; an absolute path stays what it is. */
char *opn_path_join(struct opn_arena *arena, const char *directory, const char *path);
/* The relative path that leads from one absolute directory to an absolute path. */
char *opn_path_relative(struct opn_arena *arena, const char *directory, const char *path);
/* Whether normalised path is normalised directory or below it. */
bool opn_path_inside(const char *directory, const char *path);
/* Whether a relative path stays below the folder it is relative to and names something there:
 * not empty, not absolute, no ".." component, no "." or empty one. */
bool opn_path_contained(const char *path);
/* What follows the last slash. */
const char *opn_path_basename(const char *path);

/* ---- files ---- */

/* Reads a regular file of at most limit bytes (0: no limit) into memory that the caller frees; a
 * NUL is added behind it. Returns 0 or -errno: -EINVAL for what is no regular file, -EFBIG. */
int opn_file_read(const char *path, size_t limit, char **out, size_t *length);
/* The same, seen from the open directory dirfd, not following a symbolic link at the end. */
int opn_file_read_at(int dirfd, const char *path, size_t limit, char **out, size_t *length);

/* Replaces a file as a whole: written beside it, then renamed, so that a failure leaves the old
 * one. A symbolic link is followed; a device or pipe is written to. Returns 0 or -errno. */
int opn_file_write(const char *path, const char *text, size_t length);

/* Whether a path stands for a device, a pipe or an open descriptor ("/dev/stdout", which may be a
 * regular file that others hold open): written to, never replaced. */
bool opn_file_is_stream(const char *path);

/* Writes all of it to an open file. Returns 0 or -errno. */
int opn_fd_write(int fd, const char *text, size_t length);

#define OPN_TEMPORARY_SIZE   32 /* for the name of a temporary */
#define OPN_TEMPORARY_PREFIX ".opened-tmp-"

/* Creates an empty file, or a folder, under a new name in dirfd. Returns its descriptor (a file's:
 * for writing) or -errno. The permissions are those of any new file, as umask has it. A folder is
 * ours as long as the descriptor is open. */
int opn_temporary_create(int dirfd, bool is_directory, char name[OPN_TEMPORARY_SIZE]);

/* Removes the folders in dirfd that killed runs of the same user have left. */
void opn_temporary_sweep(int dirfd);

/* ---- hashes and words ---- */

#define OPN_HASH_SIZE 17 /* 16 hex digits and a NUL */

/* 64-bit FNV-1a: tells whether content changed, is no defence against a forger. */
uint64_t opn_hash(const void *data, size_t length);
void opn_hash_hex(const void *data, size_t length, char out[OPN_HASH_SIZE]);

/* The candidate (NULL-terminated list) that word was most likely meant to be, or NULL when none is
 * near: at most a third of the word's letters differ. The first of equals wins. */
const char *opn_suggest(const char *word, const char *const *candidates);

/* Whether a NULL-terminated list has the word; NULL has none. */
bool opn_words_hold(const char *const *words, const char *wanted);

/* Length of the UTF-8 sequence at text (1 to 4), or 0 when it is not valid UTF-8. */
size_t opn_utf8_length(const char *text, size_t left);

/* Whether a text has this identifier. */
bool opn_has_word(const char *text, const char *word);

#ifdef __cplusplus
}
#endif

#endif
