// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* hooks.c - a program of somebody else's: print the hooks of the tables in argv[1] */
#include <opened/hookdef.h>
#include <opened/verify.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_hookdefs *hookdefs;

	if (!diags || argc < 2)
		return 2;
	if (opn_hookdefs_load(argv[1], diags, &hookdefs)) {
		opn_diags_print(diags, stderr, false, false);
		return 1;
	}
	for (const char *const *name = opn_hookdefs_names(hookdefs); *name; name++)
		puts(*name);
	opn_hookdefs_free(hookdefs);
	opn_diags_free(diags);
	return 0;
}
