/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* vmlinux.h - the shape of what bpftool writes, in small */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
#endif

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef __u16 __be16;
typedef __u16 __sum16;
typedef unsigned int __u32;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef int __s32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u64 u64;
typedef __u32 u32;
typedef _Bool bool;

enum {
	false = 0,
	true = 1,
};

enum bpf_map_type {
	BPF_MAP_TYPE_UNSPEC = 0,
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
};

enum xdp_action {
	XDP_ABORTED = 0,
	XDP_DROP = 1,
	XDP_PASS = 2,
};

struct xdp_md {
	__u32 data;
	__u32 data_end;
	__u32 data_meta;
	__u32 ingress_ifindex;
	__u32 rx_queue_index;
	__u32 egress_ifindex;
};

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

struct socket;

struct sock {
	u32 mark;
	u32 window;
	struct list_head list;
	struct socket *owner;
};

struct socket {
	struct sock *sk;
	u64 flags;
};

union tcp_word {
	u64 word;
	struct {
		u32 low;
		u32 high;
	};
};

struct tcp_sock {
	struct sock sk;
	union tcp_word word;
	u32 snd_cwnd: 20;
	u32 flag: 1;
};

struct tcp_congestion_ops {
	void (*init)(struct sock *);
	u32 (*ssthresh)(struct sock *);
	char name[16];
};

struct unused_one {
	struct tcp_sock *sk;
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

#endif /* __VMLINUX_H__ */
