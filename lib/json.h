/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * json.h - making JSON from text that may not be UTF-8
 *
 * jansson refuses strings that are no UTF-8, and file names are bytes: what is invalid becomes
 * U+FFFD. A value that could not be made for lack of memory is NULL, and what it is put into
 * becomes NULL too, so that one check at the end is enough.
 */
#ifndef OPN_JSON_H
#define OPN_JSON_H

#include <jansson.h>

/* NULL text gives JSON null. */
json_t *opn_json_string(const char *text);
/* The strings of a NULL-terminated list; NULL gives an empty array. */
json_t *opn_json_strings(const char *const *list);
/* Puts value under key and returns object; takes both over when it fails. */
json_t *opn_json_set(json_t *object, const char *key, json_t *value);
json_t *opn_json_append(json_t *array, json_t *value);
/* Text with two-space indentation and a final newline, which the caller frees; takes value over. */
char *opn_json_text(json_t *value);

#endif
