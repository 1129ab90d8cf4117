// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pipeline.c - the tables of a small pipeline, as opened-compose writes them
 */
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>

#include "loader.h"
#include "pipeline.h"
#include "pipeline.skel.h"

#define COUNT(array)	(sizeof(array) / sizeof(*(array)))
#define IN_KERNEL(name) TEXT(NAME(name))

/* Linux 6.6; headers of older ones do not have them. */
#define TCX_INGRESS 46
#define TCX_EGRESS  47

#if HAS_XDP
static const struct opn_verdict xdp_verdicts[] = {
	{ "XDP_ABORTED", XDP_ABORTED }, { "XDP_DROP", XDP_DROP },	  { "XDP_PASS", XDP_PASS },
	{ "XDP_TX", XDP_TX },		{ "XDP_REDIRECT", XDP_REDIRECT },
};

static const struct opn_attach_way xdp_ways[] = {
	{ "native", OPN_WAY_LINK, BPF_XDP, XDP_FLAGS_DRV_MODE },
	{ "generic", OPN_WAY_LINK, BPF_XDP, XDP_FLAGS_SKB_MODE },
};

static const int xdp_continues[] = { XDP_PASS };

static const struct opn_stage xdp_stages[] = {
	[MARK] = {
		.name = "mark",
		.source = "pipeline.bpf.c: mark",
#if HAS_SLOTS
		.program = IN_KERNEL(mark),
#endif
		.continues = xdp_continues,
		.continue_count = 1,
	},
	[WALL] = {
		.name = "wall",
		.source = "pipeline.bpf.c: wall",
#if HAS_SLOTS
		.program = IN_KERNEL(wall),
#endif
	},
};
#endif

#if HAS_TC
static const struct opn_verdict tc_verdicts[] = {
	{ "TC_ACT_UNSPEC", TC_ACT_UNSPEC },
	{ "TC_ACT_OK", TC_ACT_OK },
	{ "TC_ACT_SHOT", TC_ACT_SHOT },
};

static const struct opn_attach_way in_ways[] = {
	{ "tcx", OPN_WAY_LINK, TCX_INGRESS, 0 },
	{ "cls_bpf", OPN_WAY_FILTER, 1, 0 },
};

static const int tc_continues[] = { TC_ACT_UNSPEC };

static const struct opn_stage tc_stages[] = {
	[MARK] = {
		.name = "mark",
		.source = "pipeline.bpf.c: mark",
#if VARIANT == EACH
		.program = IN_KERNEL(mark),
#endif
		.continues = tc_continues,
		.continue_count = 1,
	},
	[WALL] = {
		.name = "wall",
		.source = "pipeline.bpf.c: wall",
#if VARIANT == EACH
		.program = IN_KERNEL(wall),
#endif
	},
};
#endif

#if VARIANT == TWO
static const struct opn_attach_way out_ways[] = {
	{ "tcx", OPN_WAY_LINK, TCX_EGRESS, 0 },
	{ "cls_bpf", OPN_WAY_FILTER, 2, 0 },
};
#endif

static const struct opn_hook hooks[] = {
#if HAS_TC
	{
		.name = "tc-ingress",
#if VARIANT == EACH
		.mechanism = "tcx",
#else
		.mechanism = "linked",
		.program = IN_KERNEL(in),
#endif
		.ways = in_ways,
		.way_count = COUNT(in_ways),
		.stages = tc_stages,
		.stage_count = STAGES,
		.verdicts = tc_verdicts,
		.verdict_count = TC_VERDICTS,
		.counters = IN_KERNEL(in_counters),
	},
#endif
#if VARIANT == TWO
	{
		.name = "tc-egress",
		.mechanism = "linked",
		.program = IN_KERNEL(out),
		.ways = out_ways,
		.way_count = COUNT(out_ways),
		.stages = tc_stages,
		.stage_count = STAGES,
		.verdicts = tc_verdicts,
		.verdict_count = TC_VERDICTS,
		.counters = IN_KERNEL(out_counters),
	},
#endif
#if HAS_XDP
	{
		.name = "xdp",
		.mechanism = HAS_SLOTS ? "tail" : "linked",
		.program = IN_KERNEL(xdp),
		.ways = xdp_ways,
		.way_count = COUNT(xdp_ways),
#if HAS_SLOTS
		.slots = IN_KERNEL(slots),
#endif
		.stages = xdp_stages,
		.stage_count = STAGES,
		.verdicts = xdp_verdicts,
		.verdict_count = XDP_VERDICTS,
		.counters = IN_KERNEL(xdp_counters),
	},
#endif
};

static const struct opn_pin pins[] = {
	{ IN_KERNEL(own), "own" },
};

int main(int argc, char **argv)
{
	struct opn_pipeline pipeline = {
		.name = "small",
		.version = TEXT(VERSION),
		.hooks = hooks,
		.hook_count = COUNT(hooks),
		.pins = pins,
		.pin_count = COUNT(pins),
#if HAS_RUNNING
		.running = ".data.running",
#endif
	};

	pipeline.object = pipeline__elf_bytes(&pipeline.object_size);
	return opn_loader_main(argc, argv, &pipeline);
}
