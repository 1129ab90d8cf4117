/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-live-test - drives the live engine alone, so that its tests choose every frame
 *
 * opened-live-test [OPTION...] TABLES A.bpf.o[:PROGRAM] B.bpf.o[:PROGRAM]
 *
 *   --frame=HEX            send this frame; may be repeated
 *   --transfer=PORT:TEXT   send this text over TCP, repeated to 200,000 bytes
 *   --veth                 on veth instead of a TAP
 *   --capture              capture on the device itself
 *   --unmarked             leave the frames' source addresses alone
 *   --maps=FILE            map contents
 *   --from=HOOK --to=HOOK  the programs' hooks
 *   --shapes               also the frames of every protocol shape
 *   --generate=N           and N random ones
 *
 * Prints the report. Exit status 0: equivalent, 1: not, 2: refused.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live.h"
#include "report.h"

#define MAX_ITEMS      64
#define TRANSFER_BYTES 200000

enum {
	KEY_FRAME = 0x100,
	KEY_TRANSFER,
	KEY_VETH,
	KEY_CAPTURE,
	KEY_UNMARKED,
	KEY_MAPS,
	KEY_FROM,
	KEY_TO,
	KEY_SHAPES,
	KEY_GENERATE,
};

struct setup {
	struct opn_arena *arena;
	struct opn_verify_options verify;
	struct opn_live_options live;
	struct opn_cases cases;
	struct opn_case frames[MAX_ITEMS];
	struct opn_live_transfer transfers[MAX_ITEMS];
	const char *maps[MAX_ITEMS + 1];
	size_t map_count;
	const char *tables;
	int programs;
	/* What the result tells stands in the tables. */
	struct opn_hookdefs *hookdefs;
	struct opn_hook_runs *runs;
};

static const struct argp_option options[] = {
	{ "frame", KEY_FRAME, "HEX", 0, "Send this frame", 0 },
	{ "transfer", KEY_TRANSFER, "PORT:TEXT", 0, "Send this over TCP", 0 },
	{ "veth", KEY_VETH, NULL, 0, "On veth", 0 },
	{ "capture", KEY_CAPTURE, NULL, 0, "Capture on the device itself", 0 },
	{ "unmarked", KEY_UNMARKED, NULL, 0, "Leave source addresses alone", 0 },
	{ "maps", KEY_MAPS, "FILE", 0, "Map contents", 0 },
	{ "from", KEY_FROM, "HOOK", 0, "Of the first program", 0 },
	{ "to", KEY_TO, "HOOK", 0, "Of the second program", 0 },
	{ "shapes", KEY_SHAPES, NULL, 0, "Frames of every shape", 0 },
	{ "generate", KEY_GENERATE, "N", 0, "Random frames", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static void add_frame(struct setup *setup, const char *hex, struct argp_state *state)
{
	struct opn_case *frame = &setup->frames[setup->cases.count];
	size_t length = strlen(hex) / 2;

	if (setup->cases.count == MAX_ITEMS || length > OPN_PACKET_MAX || strlen(hex) % 2)
		argp_error(state, "too many frames, or a bad one");
	frame->name = opn_arena_printf(setup->arena, "frame %zu", ++setup->cases.count);
	frame->packet.data = opn_arena_alloc(setup->arena, length + 1);
	frame->packet.length = (uint32_t)length;
	for (size_t i = 0; i < length; i++) {
		if (sscanf(hex + 2 * i, "%2hhx", &frame->packet.data[i]) != 1)
			argp_error(state, "no hexadecimal digits: '%s'", hex + 2 * i);
	}
}

static void add_transfer(struct setup *setup, const char *text, struct argp_state *state)
{
	struct opn_live_transfer *transfer = &setup->transfers[setup->live.transfer_count];
	const char *colon = strchr(text, ':');
	uint8_t *data = opn_arena_alloc(setup->arena, TRANSFER_BYTES);

	if (!colon || !colon[1] || setup->live.transfer_count == MAX_ITEMS)
		argp_error(state, "--transfer takes PORT:TEXT, not '%s'", text);
	for (size_t i = 0; i < TRANSFER_BYTES; i++)
		data[i] = (uint8_t)colon[1 + i % strlen(colon + 1)];
	transfer->name = text;
	transfer->port = (uint16_t)atoi(text);
	transfer->data = data;
	transfer->length = TRANSFER_BYTES;
	setup->live.transfer_count++;
}

static void add_argument(struct setup *setup, char *arg, struct argp_state *state)
{
	struct opn_verify_side *side;
	char *colon;

	if (!setup->tables) {
		setup->tables = arg;
		return;
	}
	if (setup->programs == 2)
		argp_usage(state);
	side = &setup->verify.side[setup->programs++];
	side->object = arg;
	colon = strrchr(arg, ':');
	if (colon) {
		*colon = '\0';
		side->program = colon + 1;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct setup *setup = state->input;

	switch (key) {
	case KEY_FRAME:
		add_frame(setup, arg, state);
		return 0;
	case KEY_TRANSFER:
		add_transfer(setup, arg, state);
		return 0;
	case KEY_VETH:
		setup->live.device = OPN_LIVE_VETH;
		return 0;
	case KEY_CAPTURE:
		setup->live.capture = true;
		return 0;
	case KEY_UNMARKED:
		setup->live.unmarked = true;
		return 0;
	case KEY_MAPS:
		if (setup->map_count < MAX_ITEMS)
			setup->maps[setup->map_count++] = arg;
		return 0;
	case KEY_FROM:
		setup->verify.side[0].hook = arg;
		return 0;
	case KEY_TO:
		setup->verify.side[1].hook = arg;
		return 0;
	case KEY_SHAPES:
		setup->verify.without_shapes = false;
		return 0;
	case KEY_GENERATE:
		setup->verify.generate = strtoull(arg, NULL, 10);
		return 0;
	case ARGP_KEY_ARG:
		add_argument(setup, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (setup->programs != 2)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int run(struct setup *setup, struct opn_diags *diags, struct opn_result *result)
{
	int error = opn_hookdefs_load(setup->tables, diags, &setup->hookdefs);

	error = error ?: opn_hook_runs_load(setup->tables, diags, &setup->runs);
	if (error)
		return error;
	setup->cases.list = setup->frames;
	setup->verify.cases = &setup->cases;
	setup->verify.maps = setup->maps;
	setup->live.transfers = setup->transfers;
	return opn_live_verify(&setup->verify, &setup->live, setup->runs, setup->hookdefs,
			       setup->arena, diags, result);
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, "TABLES A B", NULL, NULL, NULL, NULL };
	struct setup *setup = calloc(1, sizeof(*setup));
	struct opn_diags *diags = opn_diags_new();
	struct opn_result result = { 0 };
	struct opn_buf text = { 0 };
	int error;

	if (!setup || !diags)
		return 70;
	setup->arena = opn_arena_new(NULL, NULL);
	setup->verify.without_shapes = true;
	argp_parse(&argp, argc, argv, 0, NULL, setup);
	error = run(setup, diags, &result);
	opn_diags_print(diags, stderr, false, false);
	if (!error) {
		opn_report_text(&result, false, true, &text);
		fputs(text.data, stdout);
		opn_buf_free(&text);
	}
	opn_hook_runs_free(setup->runs);
	opn_hookdefs_free(setup->hookdefs);
	opn_diags_free(diags);
	opn_arena_free(setup->arena);
	free(setup);
	return error ? 2 : result.verdict != OPN_EQUIVALENT;
}
