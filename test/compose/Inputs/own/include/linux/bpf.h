/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A copy of long ago: it has neither all fields nor all types of maps. */
#ifndef OWN_BPF_H
#define OWN_BPF_H

#include <linux/types.h>

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC,
	BPF_MAP_TYPE_HASH,
	BPF_MAP_TYPE_ARRAY,
};

enum xdp_action {
	XDP_ABORTED,
	XDP_DROP,
	XDP_PASS,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
};

struct __sk_buff {
	__u32 len;
	__u32 pkt_type;
	__u32 mark;
};

#endif
