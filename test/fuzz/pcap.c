// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * pcap.c - fuzzed: captures, read and written again
 */
#include <stdlib.h>

#include "cases.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct opn_diags *diags = opn_diags_new();
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_cases cases = { .arena = arena };
	size_t length;
	char *text;

	if (!diags || !arena)
		return -1;
	opn_cases_read_pcap(&cases, fuzz_file("a.pcap", data, size), 0, diags);
	for (size_t i = 0; i < cases.count && i < 4; i++) {
		free(opn_packet_hex(cases.list[i].packet.data, cases.list[i].packet.length));
		if (!opn_pcap_text(&cases.list[i].packet, 1, &text, &length))
			free(text);
	}
	fuzz_end(diags);
	opn_arena_free(arena);
	return 0;
}
