/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * yaml_read.h - reading YAML strictly: every mistake has a file, a line and a column
 *
 * libyaml parses; here is what a schema wants: known keys only, each once, and values of the type
 * that was asked for. A number or a truth value is no text unless it is quoted, as in JSON Schema.
 */
#ifndef OPN_YAML_READ_H
#define OPN_YAML_READ_H

#include <yaml.h>

#include "base.h"
#include "diag.h"

struct opn_yaml {
	yaml_document_t document;
	char *text;
	size_t length;
	const char *file; /* in the arena, as are all strings that are returned */
	struct opn_arena *arena;
	struct opn_diags *diags;
};

/* Reads one document, whose root is a mapping. Reports and returns -errno; on success the caller
 * frees it with opn_yaml_free(); on failure out->text is NULL. */
int opn_yaml_load(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_yaml *out);
void opn_yaml_free(struct opn_yaml *yaml);

yaml_node_t *opn_yaml_root(struct opn_yaml *yaml);
struct opn_loc opn_yaml_loc(const struct opn_yaml *yaml, const yaml_node_t *node);
/* The text of a scalar. */
const char *opn_yaml_scalar(const yaml_node_t *node);

/* Reports VALUE_INVALID at node; returns -EINVAL. */
int opn_yaml_invalid(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * The text of a node that has to be a word: a scalar that is not empty. Copied into the arena.
 * Returns 0, else what was reported as VALUE_INVALID of `what`: -EINVAL, or -ENOMEM.
 */
int opn_yaml_text(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		  const char **out);

/* Reports every key of a mapping that is not in the NULL-terminated list, and every double one. */
int opn_yaml_check_keys(struct opn_yaml *yaml, yaml_node_t *mapping, const char *const *keys);

/* The value of a key, or NULL. */
yaml_node_t *opn_yaml_get(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key);

/* The value of a key in *out, which stays as it is when the key is missing and not required.
 * Reports KEY_MISSING or VALUE_INVALID; returns 0 or -EINVAL. */
int opn_yaml_get_string(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
			const char **out);
int opn_yaml_get_bool(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
		      bool *out);
int opn_yaml_get_unsigned(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
			  bool required, unsigned int *out);
int opn_yaml_get_list(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
		      yaml_node_t **out);
int opn_yaml_get_mapping(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
			 bool required, yaml_node_t **out);

/* The index of a scalar in a NULL-terminated list of words; reports when it is none of them. */
int opn_yaml_word(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		  const char *const *words, unsigned int *out);
/* The same for the value of a key that must be there. */
int opn_yaml_get_word(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		      const char *const *words, unsigned int *out);
/* Reports that memory ran out. */
int opn_yaml_no_memory(struct opn_yaml *yaml);

/* Length of a list or mapping, and its elements; of a mapping key and value. */
size_t opn_yaml_count(const yaml_node_t *node);
yaml_node_t *opn_yaml_item(struct opn_yaml *yaml, const yaml_node_t *list, size_t index);
yaml_node_t *opn_yaml_key(struct opn_yaml *yaml, const yaml_node_t *mapping, size_t index);
yaml_node_t *opn_yaml_value(struct opn_yaml *yaml, const yaml_node_t *mapping, size_t index);

#endif
