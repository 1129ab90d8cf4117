// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * report-sample.c - prints a report of a result that is written down here
 *
 * usage: opened-report-sample RESULT FORM
 * RESULT: equivalent, partly, different, sequence, inconclusive, untraced, hostile
 * FORM: text, colour, verbose, json, html
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "report.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* An IPv4 packet with TCP in it, as it came; the left program lowers its TTL, the right one also
 * sets its DSCP and forgets the checksum. */
static uint8_t packet_in[] = {
	0x02, 0,    0,	  0,	0,    0x01, 0x02, 0, 0,	 0, 0,	  0x02, 0x08, 0x00, /* */
	0x45, 0,    0,	  0x2c, 0x12, 0x34, 0x40, 0, 64, 6, 0x14, 0x8e, 10,   0,
	0,    1,    10,	  0,	0,    2, /* */
	0x9c, 0x40, 0,	  80,	0,    0,    0,	  1, 0,	 0, 0,	  0,	0x50, 0x02,
	0x20, 0,    0x4d, 0x5a, 0,    0, /* */
	'P',  'I',  'N',  'G',
};
static uint8_t left_out[sizeof(packet_in)], right_out[sizeof(packet_in)];

static struct opn_result_line left_lines[] = {
	{ "edge/ttl.bpf.c", "int ttl(struct xdp_md *ctx)", 12, 5000 },
	{ "edge/ttl.bpf.c", "\tvoid *end = (void *)(long)ctx->data_end;", 14, 5000 },
	{ "edge/ttl.bpf.c", "\tstruct ethhdr *eth = (void *)(long)ctx->data;", 15, 5000 },
	{ "edge/ttl.bpf.c", "\tif ((void *)(eth + 1) > end)", 18, 5000 },
	{ "edge/ttl.bpf.c", "\t\treturn XDP_DROP;", 19, 0 },
	{ "edge/ttl.bpf.c", "\tif (eth->h_proto != bpf_htons(ETH_P_IP))", 20, 5000 },
	{ "edge/ttl.bpf.c", "\t\treturn XDP_PASS;", 21, 1210 },
	{ "edge/ttl.bpf.c", "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24, 3790 },
	{ "edge/ttl.bpf.c", "\t\treturn XDP_DROP;", 25, 44 },
	{ "edge/ttl.bpf.c", "\tip->ttl--;", 26, 3746 },
	{ "edge/ttl.bpf.c", "\tip->check = csum_add(ip->check, bpf_htons(0x0100));", 27, 3746 },
	{ "edge/ttl.bpf.c", "\treturn XDP_PASS;", 28, 3746 },
	{ "edge/csum.h", "\tsum = (sum & 0xffff) + (sum >> 16);", 9, 3746 },
	{ "edge/csum.h", "\treturn (__u16)~sum;", 10, 3746 },
};
static struct opn_result_line right_lines[] = {
	{ "edge/ttl_tc.bpf.c", "int ttl(struct __sk_buff *skb)", 12, 5000 },
	{ "edge/ttl_tc.bpf.c", "\tif ((void *)(eth + 1) > end)", 18, 5000 },
	{ "edge/ttl_tc.bpf.c", "\t\treturn TC_ACT_SHOT;", 19, 0 },
	{ "edge/ttl_tc.bpf.c", "\tif (eth->h_proto != bpf_htons(ETH_P_IP))", 20, 5000 },
	{ "edge/ttl_tc.bpf.c", "\t\treturn TC_ACT_OK;", 21, 1210 },
	{ "edge/ttl_tc.bpf.c", "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24, 3790 },
	{ "edge/ttl_tc.bpf.c", "\t\treturn TC_ACT_SHOT;", 25, 44 },
	{ "edge/ttl_tc.bpf.c", "\tip->ttl--;", 26, 3746 },
	{ "edge/ttl_tc.bpf.c", "\tif (skb->mark == 7)", 27, 3746 },
	{ "edge/ttl_tc.bpf.c", "\t\tip->tos = 0xb8;", 28, 3 },
	{ "edge/ttl_tc.bpf.c", "\treturn TC_ACT_OK;", 29, 3746 },
};

#define EDGE(file, source, line, taken, reached, dead)                                             \
	{ "ttl", file, source, line, 6, taken, reached, dead }
#define EDGES(name, file)                                                                          \
	static struct opn_result_edge name[] = {                                                   \
		EDGE(file, "\tif ((void *)(eth + 1) > end)", 18, true, false,                      \
		     "frames here have at least 14 bytes"),                                        \
		EDGE(file, "\tif ((void *)(eth + 1) > end)", 18, false, true, NULL),               \
		EDGE(file, "\tif (eth->h_proto != bpf_htons(ETH_P_IP))", 20, true, true, NULL),    \
		EDGE(file, "\tif (eth->h_proto != bpf_htons(ETH_P_IP))", 20, false, true, NULL),   \
		EDGE(file, "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24, true, true, NULL), \
		EDGE(file, "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24, false, true,       \
		     NULL),                                                                        \
	}
EDGES(left_edges, "edge/ttl.bpf.c");
EDGES(right_edges, "edge/ttl_tc.bpf.c");

static const char *const clocks[] = { "bpf_ktime_get_ns", NULL };
static const char *const maps[] = { "counters", "flows", NULL };
static const char *const unpaired[] = { "debug_events", NULL };
static const char *const ignored[] = { ".bss: scratch", NULL };
static const char *const notes[] = {
	"frames longer than 3498 bytes were not run: the left program takes no fragments",
	"clock and random numbers were the same on both sides", NULL
};
static struct opn_result_fate fates[] = {
	{ "pass", "pass", 4953 },
	{ "drop", "drop", 44 },
	{ "pass", "drop", 3 },
};
static struct opn_result_benign benign[] = {
	{ "refused-by-second", "the second hook's run takes no frame below 14 bytes", 12 },
};
static struct opn_result_field fields[] = {
	{ "map flows {10.0.0.1}", "{packets 2, bytes 116}", "{packets 2, bytes 120}" },
	{ "mark", NULL, "7" },
};
static struct opn_result_path left_path[] = {
	{ "edge/ttl.bpf.c", "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24 },
	{ "edge/ttl.bpf.c", "\tip->ttl--;", 26 },
	{ "edge/ttl.bpf.c", "\tip->check = csum_add(ip->check, bpf_htons(0x0100));", 27 },
	{ "edge/ttl.bpf.c", "\treturn XDP_PASS;", 28 },
};
static struct opn_result_path right_path[] = {
	{ "edge/ttl_tc.bpf.c", "\tif ((void *)(ip + 1) > end || ip->ttl <= 1)", 24 },
	{ "edge/ttl_tc.bpf.c", "\tip->ttl--;", 26 },
	{ "edge/ttl_tc.bpf.c", "\tip->tos = 0xb8;", 28 },
	{ "edge/ttl_tc.bpf.c", "\treturn TC_ACT_OK;", 29 },
};
static struct opn_packet sequence[] = {
	{ packet_in, sizeof(packet_in) },
	{ packet_in, sizeof(packet_in) },
};

static struct opn_difference differences[] = {
	{
		.kind = "bytes",
		.origin = "generated 4711",
		.summary = "ethernet / ipv4 / tcp, 58 bytes",
		.packets = sequence,
		.packet_count = 1,
		.left_fate = "pass (XDP_PASS)",
		.right_fate = "pass (TC_ACT_OK)",
		.left_out = { left_out, sizeof(left_out) },
		.right_out = { right_out, sizeof(right_out) },
		.fields = fields,
		.field_count = COUNT(fields),
		.left_path = left_path,
		.right_path = right_path,
		.left_path_length = COUNT(left_path),
		.right_path_length = COUNT(right_path),
		.clock = 1000000000,
		.random = 18446744073709551615ULL,
		.written_pcap = "ttl-1.pcap",
		.written_hex = "ttl-1.txt",
		.written_c = "ttl-1.c",
	},
	{
		.kind = "fate",
		.origin = "trace.pcap:17",
		.summary = "ethernet / ipv4 / tcp, 58 bytes",
		.packets = sequence,
		.packet_count = 2,
		.left_fate = "pass (XDP_PASS)",
		.right_fate = "drop (TC_ACT_SHOT)",
		.left_out = { left_out, sizeof(left_out) },
	},
};

static struct opn_result result = {
	.engine = "test-run",
	.kernel = "6.12.9",
	.seed = 18446744073709551557ULL,
	.packets = 5000,
	.sequences = 312,
	.from_cases = 12,
	.from_captures = 640,
	.from_shapes = 1148,
	.generated = 3200,
	.refused_right = 12,
	.refused_both = 2,
	.seconds = 0.0625,
	.fates = fates,
	.benign = benign,
	.benign_count = COUNT(benign),
	.maps_compared = maps,
	.maps_unpaired = unpaired,
	.maps_ignored = ignored,
	.maps_changed = true,
	.notes = notes,
	.side = {
		{
			.object = "edge/ttl.bpf.o",
			.program = "ttl",
			.section = "xdp",
			.hook = "xdp",
			.licence = "GPL",
			.instructions = 41,
			.replaced = clocks,
			.traced = true,
			.edges = left_edges,
			.edge_count = COUNT(left_edges),
			.edges_reached = COUNT(left_edges) - 1,
			.edges_dead = 1,
			.lines = left_lines,
			.line_count = COUNT(left_lines),
		},
		{
			.object = "edge/ttl_tc.bpf.o",
			.program = "ttl_tc",
			.section = "tc",
			.hook = "tc-ingress",
			.licence = "GPL",
			.instructions = 44,
			.traced = true,
			.edges = right_edges,
			.edge_count = COUNT(right_edges),
			.edges_reached = COUNT(right_edges) - 1,
			.edges_dead = 1,
			.lines = right_lines,
			.line_count = COUNT(right_lines),
		},
	},
};

static void make_equivalent(void)
{
	result.verdict = OPN_EQUIVALENT;
	result.fate_count = 2;
}

static void make_partly(void)
{
	make_equivalent();
	right_edges[4].reached = false;
	result.side[1].edges_reached--;
	result.maps_changed = false;
}

static void make_different(void)
{
	result.verdict = OPN_DIFFERENT;
	result.fate_count = COUNT(fates);
	result.differences = differences;
	result.difference_count = COUNT(differences);
	result.packets_different = 6;
}

static void make_sequence(void)
{
	make_different();
	result.differences = &differences[1];
	result.difference_count = 1;
	result.packets_different = 1;
}

static void make_inconclusive(void)
{
	result.verdict = OPN_INCONCLUSIVE;
	result.why = "every packet took the same path";
	result.fate_count = 1;
}

static void make_untraced(void)
{
	make_equivalent();
	result.packets = 1;
	result.sequences = 1;
	for (int i = 0; i < 2; i++) {
		result.side[i].traced = false;
		result.side[i].untraced_why = "the object has no BTF";
		result.side[i].edge_count = result.side[i].edges_reached = 0;
		result.side[i].edges_dead = result.side[i].line_count = 0;
	}
}

/* Text that wants to be markup, to steer a terminal or to be read backwards. */
static void make_hostile(void)
{
	static const char text[] = "</script></style>\"'<b>&amp;\x1b[31m\xff\xe2\x80\xae\tend\n";
	static const char *const list[] = { text, NULL };

	make_different();
	result.side[0].program = result.side[0].object = result.side[1].hook = text;
	result.notes = result.maps_compared = result.side[1].replaced = list;
	benign[0].row = benign[0].why = text;
	fates[0].left = fates[0].right = text;
	fields[0] = (struct opn_result_field){ text, text, text };
	left_lines[1].source = left_path[1].source = text;
	left_edges[0].dead = text;
	differences[0].kind = differences[0].origin = differences[0].summary = text;
	differences[0].left_fate = differences[0].written_pcap = text;
	result.kernel = result.engine = text;
}

static const struct {
	const char *name;
	void (*make)(void);
} results[] = {
	{ "equivalent", make_equivalent }, { "partly", make_partly },
	{ "different", make_different },   { "sequence", make_sequence },
	{ "untraced", make_untraced },	   { "inconclusive", make_inconclusive },
	{ "hostile", make_hostile },
};

static char *make_report(const char *form)
{
	struct opn_buf buf = { 0 };

	if (!strcmp(form, "json"))
		return opn_json_text(opn_report_json(&result));
	if (!strcmp(form, "html"))
		opn_report_html(&result, &buf);
	else
		opn_report_text(&result, !strcmp(form, "colour"), !strcmp(form, "verbose"), &buf);
	return opn_buf_take(&buf);
}

int main(int argc, char **argv)
{
	char *report;
	size_t i = 0;

	while (argc == 3 && i < COUNT(results) && strcmp(results[i].name, argv[1]))
		i++;
	if (argc != 3 || i == COUNT(results)) {
		fprintf(stderr, "usage: opened-report-sample RESULT FORM\n");
		return 2;
	}
	memcpy(left_out, packet_in, sizeof(left_out));
	left_out[22] = 63; /* TTL, and the checksum that goes with it */
	left_out[24] = 0x15;
	memcpy(right_out, packet_in, sizeof(right_out));
	right_out[22] = 63;
	right_out[15] = 0xb8;
	right_out[56] = 'X';
	results[i].make();
	report = make_report(argv[2]);
	if (!report)
		return 70;
	fputs(report, stdout);
	free(report);
	return 0;
}
