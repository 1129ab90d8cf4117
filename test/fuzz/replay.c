// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * replay.c - gives kept inputs to a reader: replay FILE|FOLDER...
 *
 * A reader that crashes, or that a sanitizer stops, ends this process. Empty folders are an error:
 * a path that is mistaken would pass for ever.
 */
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static size_t replay(const char *path)
{
	char *text;
	size_t length;

	if (opn_file_read(path, 0, &text, &length))
		return 0;
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput((const uint8_t *)text, length);
	free(text);
	return 1;
}

int main(int argc, char **argv)
{
	FTS *walk = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	size_t count = 0;
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_F)
			count += replay(entry->fts_path);
	}
	if (walk)
		fts_close(walk);
	printf("%zu inputs\n", count);
	return count ? 0 : 2;
}
