// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * manifest.c - fuzzed: every reader of what lies in a folder of units
 *
 * One text is the list of our files in it, the record of the last run, a dependency file, and a
 * manifest, a report and diagnostics as `opened` shows them to people. What the list names decides
 * what is deleted: a transaction is begun on it and ended without a change.
 */
#include <stdio.h>

#include "driver/depfile.h"
#include "driver/record.h"
#include "driver/steps.h"
#include "fuzz.h"
#include "output.h"

static void read_record(const char *folder, struct opn_arena *arena)
{
	struct opn_record *record = opn_record_open(folder);
	const struct opn_product *product;

	if (!record)
		return;
	for (product = opn_record_products(record, arena); product; product = product->next)
		;
	opn_record_fresh(record, "extract decap", "0123456789abcdef");
	opn_record_seconds(record, "extract decap");
	opn_record_free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_output *output = NULL;
	char folder[96];

	if (!diags || !arena)
		return -1;
	snprintf(folder, sizeof(folder), "%s/units", fuzz_folder());
	fuzz_file("units/" OPN_OUTPUT_LIST, data, size);
	opn_product_files(folder, arena);
	if (!opn_output_begin(folder, true, NULL, false, diags, &output))
		opn_output_abort(output);
	opn_depfile_read(fuzz_file("units/decap.d", data, size), folder, arena);
	fuzz_file("units/state.json", data, size);
	read_record(folder, arena);
	fuzz_end(diags);
	opn_arena_free(arena);
	return 0;
}
