/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What headers.c includes: the structures of its packets, as the kernel's selftests have them. */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>

#define MAGIC_BYTES 123
#define __bpf_constant_htons(x) __builtin_bswap16(x)

struct ipv4_packet {
	struct ethhdr eth;
	struct iphdr iph;
	struct tcphdr tcp;
} __attribute__((packed));

/* The members of pkt_v4 fit this one too: the smaller one is meant. */
struct ipip_packet {
	struct ethhdr eth;
	struct iphdr iph;
	struct iphdr iph_inner;
	struct tcphdr tcp;
} __attribute__((packed));

struct ipv6_packet {
	struct ethhdr eth;
	struct ipv6hdr iph;
	struct tcphdr tcp;
} __attribute__((packed));

struct vlan_packet {
	struct ethhdr eth;
	__u16 vlan_tci;
	__u16 vlan_proto;
	struct iphdr iph;
	struct iphdr iph_inner;
	__u8 tail[6];
} __attribute__((packed));
