// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * depfile.c - reading "target: file file \" as Clang's DependencyFile.cpp writes it
 *
 * A blank and '#' are behind a backslash, which doubles those before it; '$' is doubled; a line
 * that ends in a backslash goes on.
 */
#include "driver/depfile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPFILE_LIMIT (16u << 20)

/* Takes one word off the text; NULL at the end of a rule. */
static char *next_word(const char **text, struct opn_arena *arena)
{
	struct opn_buf word = { 0 };
	const char *at = *text;
	char *copy;

	while (*at == ' ' || *at == '\t' || (at[0] == '\\' && at[1] == '\n'))
		at += *at == '\\' ? 2 : 1;
	while (*at && !isspace((unsigned char)*at)) {
		if (at[0] == '\\' && at[1] == '\n')
			break;
		if ((at[0] == '\\' && strchr(" #\\", at[1]) && at[1]) ||
		    (at[0] == '$' && at[1] == '$'))
			at++;
		opn_buf_putc(&word, *at++);
	}
	*text = at;
	copy = word.length ? opn_arena_strdup(arena, word.data) : NULL;
	opn_buf_free(&word);
	return copy;
}

const char *const *opn_depfile_read(const char *path, const char *folder, struct opn_arena *arena)
{
	const char **files;
	const char *at;
	char *text, *word;
	size_t length, used = 0;

	if (opn_file_read(path, DEPFILE_LIMIT, &text, &length))
		return NULL;
	/* No file takes less than two bytes. */
	files = opn_arena_array(arena, length / 2 + 2, sizeof(*files));
	for (at = text; files && *at;) {
		bool is_target = true;

		while ((word = next_word(&at, arena))) {
			size_t end = strlen(word);

			if (!is_target)
				files[used++] = opn_path_join(arena, folder, word);
			else if (word[end - 1] == ':')
				is_target = false;
		}
		while (*at && isspace((unsigned char)*at))
			at++;
	}
	free(text);
	return used ? files : NULL;
}
