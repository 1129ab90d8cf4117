/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Packets as structures. The test compiles this and compares what it prints with what is read. */
#include "headers.h"

#include <stdio.h>

struct ipv4_packet pkt_v4 = {
	.eth.h_proto = __bpf_constant_htons(ETH_P_IP),
	.iph.ihl = 5,
	.iph.version = 4,
	.iph.protocol = IPPROTO_TCP,
	.iph.tot_len = __bpf_constant_htons(MAGIC_BYTES),
	.tcp.urg_ptr = 123,
	.tcp.doff = 5,
	.tcp.syn = 1,
	.tcp.ack = 1,
};

struct ipv6_packet pkt_v6 = {
	.eth = {
		.h_dest = { 2, 0, 0, 0, 0, 1 },
		.h_source = "\x02\x00\x00\x00\x00\x02",
		.h_proto = __bpf_constant_htons(ETH_P_IPV6),
	},
	.iph.nexthdr = IPPROTO_TCP,
	.iph.payload_len = __bpf_constant_htons(MAGIC_BYTES - (__u16)sizeof(struct ipv6hdr) * 1),
	.iph.flow_lbl = { 0x0b, 0xee, 0xef },
	.iph.saddr = { { { 0x20, 0x01, 0x0d, 0xb8, [14] = 1, 2 } } },
	.tcp.dest = 0x5000 | 1 << 3,
};

struct vlan_packet pkt_vlan = {
	.eth.h_proto = __bpf_constant_htons(ETH_P_8021Q),
	.vlan_proto = __bpf_constant_htons(ETH_P_IP),
	.iph.frag_off = __bpf_constant_htons(0x2000),
	.iph.ihl = 5,
	.iph_inner.saddr = 0x0100007f,
	.tail = { 1, 2, 3 },
};

#define PRINT(packet)                                                          \
	do {                                                                   \
		const unsigned char *bytes = (const void *)&packet;            \
		printf("%s ", #packet);                                        \
		for (size_t i = 0; i < sizeof(packet); i++)                    \
			printf("%02x", bytes[i]);                              \
		printf("\n");                                                  \
	} while (0)

int main(void)
{
	PRINT(pkt_v4);
	PRINT(pkt_v6);
	PRINT(pkt_vlan);
	return 0;
}
