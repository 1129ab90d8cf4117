// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_pieces.c - pieces of frames, and the shapes that are made of them
 *
 * A piece is one or a few headers with the values that make it what it is. A shape is a choice of
 * one piece from each of its lists; all choices together are the base frames, a random choice is a
 * generated one. The first piece of a list is the plain one.
 */
#include "packet_pieces.h"

/* Most pieces have no content. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define HEADER(id, ...)                                                                            \
	{                                                                                          \
		.header = OPN_H_##id, .sets = { __VA_ARGS__ }                                      \
	}
#define SIZED(id, bytes, n, ...)                                                                   \
	{                                                                                          \
		.header = OPN_H_##id, .tail = (bytes), .tail_size = (n), .sets = { __VA_ARGS__ }   \
	}
#define TAILED(id, bytes, ...) SIZED(id, bytes, sizeof(bytes), __VA_ARGS__)
#define SET(field, value)      { OPN_F_##field, value }

/* ---- tails ---- */

/* Router alert, a full record route, no-ops. */
static const uint8_t ip_options[40] = { 0x94, 4, 0, 0, 7, 3, 4, 1, 1, 1, 1, 1, 1, 1,
					1,    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
					1,    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
static const uint8_t router_alert[] = { 5, 2, 0, 0, 1, 0 };
static const uint8_t pad_options[] = { 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
static const uint8_t address_tail[] = { 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3 };
static const uint8_t address_tails[] = { 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3,
					 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4 };
static const uint8_t check_value[12] = { 0xaa, 0xbb, 0xcc };
static const uint8_t tcp_mss[] = { 2, 4, 5, 0xb4 };
static const uint8_t tcp_scale[] = { 1, 3, 3, 7 };
static const uint8_t tcp_sack[] = { 1, 1, 5, 10, 0, 0, 0x10, 0, 0, 0, 0x20, 0 };
static const uint8_t tcp_time[] = { 1, 1, 8, 10, 0, 0, 1, 0, 0, 0, 2, 0 };
static const uint8_t tcp_md5[] = { 19, 18, 1,  2,  3,  4,  5,  6,  7, 8,
				   9,  10, 11, 12, 13, 14, 15, 16, 1, 1 };
static const uint8_t tcp_usual[] = {
	2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, 3, 7
};
static const uint8_t tcp_broken[] = { 3, 0, 2, 60 }; /* lengths that never end, or lead away */
static const uint8_t tcp_nops[40] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
				      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
static const uint8_t mac_option[] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t geneve_option[] = { 1, 2, 0x80, 1, 0, 0, 0, 7 };
static const uint8_t gue_field[] = { 0, 0, 0, 1 };
static const uint8_t quic_id[] = { 0x40, 0, 0, 0, 0, 0, 0, 1 };
/* Contents of what has no fields of its own. */
static const uint8_t dns_question[] = { 7,   'e', 'x', 'a', 'm', 'p', 'l', 'e', 3,
					'c', 'o', 'm', 0,   0,	 1,   0,   1 };
static const uint8_t dhcp_discover[] = { 53, 1, 1, 55, 2, 1, 3, 255 };
static const uint8_t lldp_tlvs[] = { 4, 2, 0, 0, 0, 0, 2, 4, 2, 7, 'p', 6, 2, 0, 120, 0, 0 };
static const uint8_t sctp_data[12] = { 0, 0, 0, 1 };
static const uint8_t sctp_init[] = { 0, 0, 0, 1, 0, 0, 0x80, 0, 0, 10, 0, 10, 0, 0, 0, 1 };

static const uint8_t icmp_times[12] = { 0, 0, 1, 0 };
static const uint8_t bpdu[] = { 0, 0, 0, 0, 0, 0x80, 0, 2,    0, 0, 0, 0,  2, 0, 0, 0,	0, 0x80,
				0, 2, 0, 0, 0, 0,    2, 0x80, 1, 0, 0, 20, 0, 2, 0, 15, 0 };
static const uint8_t pppoe_tags[] = { 1, 1, 0, 0, 1, 3, 0, 4, 0, 0, 0, 1 };
static const uint8_t mld_records[] = { 4, 0, 0, 0, 0xff, 2, 0, 0, 0, 0,
				       0, 0, 0, 0, 0,	 0, 0, 0, 0, 0xfb };

/* Nothing is behind the headers, or nothing but this. */
#define COMPLETE      NULL, 0, true
#define CLOSED(bytes) bytes, sizeof(bytes), true

/* ---- Ethernet and tags ---- */

static const struct opn_piece ethernet[] = {
	{ "", { HEADER(ETHERNET) } },
	{ "other-host", { HEADER(ETHERNET, SET(ETHERNET_DESTINATION, 0x020000000099)) } },
	{ "broadcast", { HEADER(ETHERNET, SET(ETHERNET_DESTINATION, 0xffffffffffff)) } },
	{ "multicast", { HEADER(ETHERNET, SET(ETHERNET_DESTINATION, 0x01005e000001)) } },
	{ "multicast6", { HEADER(ETHERNET, SET(ETHERNET_DESTINATION, 0x333300000001)) } },
};
static const struct opn_piece tags[] = {
	{ "vlan", { HEADER(VLAN) } },
	{ "priority", { HEADER(VLAN, SET(VLAN_TCI, 0xe000)) } },
	{ "vlan-all", { HEADER(VLAN, SET(VLAN_TCI, 0xffff)) } },
	{ "qinq", { HEADER(SVLAN), HEADER(VLAN) } },
	{ "vlan-vlan", { HEADER(VLAN, SET(VLAN_TCI, 200)), HEADER(VLAN) } },
	{ "service-vlan", { HEADER(SVLAN) } },
	{ "triple", { HEADER(SVLAN), HEADER(VLAN), HEADER(VLAN, SET(VLAN_TCI, 300)) } },
	{ "mpls", { HEADER(MPLS, SET(MPLS_LABEL, 0x000641)) } },
	{ "mpls-mpls", { HEADER(MPLS), HEADER(MPLS, SET(MPLS_LABEL, 0x000651)) } },
	{ "mpls3", { HEADER(MPLS), HEADER(MPLS), HEADER(MPLS, SET(MPLS_LABEL, 0x000661)) } },
	{ "pppoe", { HEADER(PPPOE) } },
	{ "vlan-pppoe", { HEADER(VLAN), HEADER(PPPOE) } },
	{ "snap", { HEADER(LLC, SET(LLC_SSAP, 0xaa)), HEADER(SNAP) } },
};
static const struct opn_piece link_only[] = {
	{ "arp-request", { HEADER(ARP) } },
	{ "arp-reply",
	  { HEADER(ARP, SET(ARP_OPERATION, 2), SET(ARP_TARGET_MAC, 0x020000000001)) } },
	{ "arp-gratuitous", { HEADER(ARP, SET(ARP_TARGET, 0x0a000002)) } },
	{ "lldp", { HEADER(LLDP) }, CLOSED(lldp_tlvs) },
	{ "stp", { HEADER(LLC) }, CLOSED(bpdu) },
	{ "ptp", { HEADER(PTP) }, COMPLETE },
	{ "pppoe-discovery", { HEADER(PPPOE_DISCOVERY) }, CLOSED(pppoe_tags) },
	{ "unknown-type", { { 0 } } },
};

/* ---- IP ---- */

#define IP_OPTIONS(n)                                                                              \
	{                                                                                          \
		"ipv4-options" #n,                                                                 \
		{                                                                                  \
			SIZED(IPV4, ip_options, n)                                                 \
		}                                                                                  \
	}

static const struct opn_piece ipv4[] = {
	{ "ipv4", { HEADER(IPV4) } },
	IP_OPTIONS(4),
	{ "ipv4-df", { HEADER(IPV4, SET(IPV4_FRAGMENT, 0x4000)) } },
	{ "ipv4-ttl0", { HEADER(IPV4, SET(IPV4_TTL, 0)) } },
	{ "ipv4-ttl1", { HEADER(IPV4, SET(IPV4_TTL, 1)) } },
	{ "ipv4-ttl255", { HEADER(IPV4, SET(IPV4_TTL, 255)) } },
	{ "ipv4-tos", { HEADER(IPV4, SET(IPV4_TOS, 0xb9)) } },
	{ "ipv4-multicast", { HEADER(IPV4, SET(IPV4_DESTINATION, 0xe0000001)) } },
	{ "ipv4-broadcast", { HEADER(IPV4, SET(IPV4_DESTINATION, 0xffffffff)) } },
	{ "ipv4-loopback", { HEADER(IPV4, SET(IPV4_SOURCE, 0x7f000001)) } },
	{ "ipv4-first", { HEADER(IPV4, SET(IPV4_FRAGMENT, 0x2000)) } },
	IP_OPTIONS(8),
	IP_OPTIONS(12),
	IP_OPTIONS(16),
	IP_OPTIONS(20),
	IP_OPTIONS(24),
	IP_OPTIONS(28),
	IP_OPTIONS(32),
	IP_OPTIONS(36),
	IP_OPTIONS(40),
};
static const struct opn_piece ipv4_alone[] = {
	{ "ipv4-middle", { HEADER(IPV4, SET(IPV4_FRAGMENT, 0x2005), SET(IPV4_PROTOCOL, 17)) } },
	{ "ipv4-last", { HEADER(IPV4, SET(IPV4_FRAGMENT, 0x0005), SET(IPV4_PROTOCOL, 17)) } },
	{ "ipv4-last-tcp", { HEADER(IPV4, SET(IPV4_FRAGMENT, 0x00b9), SET(IPV4_PROTOCOL, 6)) } },
	{ "ipv4-unknown", { HEADER(IPV4) } },
	{ "ipv4-protocol255", { HEADER(IPV4, SET(IPV4_PROTOCOL, 255)) } },
};
static const struct opn_piece ipv6[] = {
	{ "ipv6", { HEADER(IPV6) } },
	{ "ipv6-hop0", { HEADER(IPV6, SET(IPV6_HOP_LIMIT, 0)) } },
	{ "ipv6-hop1", { HEADER(IPV6, SET(IPV6_HOP_LIMIT, 1)) } },
	{ "ipv6-hop255", { HEADER(IPV6, SET(IPV6_HOP_LIMIT, 255)) } },
	{ "ipv6-class-flow", { HEADER(IPV6, SET(IPV6_VERSION, 0x6b912345)) } },
	{ "ipv6-multicast", { HEADER(IPV6, SET(IPV6_DESTINATION, 0xff02000000000001)) } },
	{ "ipv6-local",
	  { HEADER(IPV6, SET(IPV6_SOURCE, 0xfe80000000000002),
		   SET(IPV6_DESTINATION, 0xfe80000000000001)) } },
	{ "ipv6-loopback", { HEADER(IPV6, SET(IPV6_DESTINATION, 1)) } },
};
#define HOPOPTS	 TAILED(HOP_BY_HOP, router_alert)
#define DSTOPTS	 TAILED(DESTINATION_OPTIONS, router_alert)
#define ROUTING2 TAILED(ROUTING, address_tail)
#define AUTH	 TAILED(AH, check_value)
static const struct opn_piece extensions[] = {
	{ "hopopts", { HOPOPTS } },
	{ "dstopts", { DSTOPTS } },
	{ "hopopts16", { TAILED(HOP_BY_HOP, pad_options) } },
	{ "routing", { ROUTING2 } },
	{ "routing-left", { TAILED(ROUTING, address_tail, SET(ROUTING_LEFT, 1)) } },
	{ "routing0",
	  { TAILED(ROUTING, address_tails, SET(ROUTING_TYPE, 0), SET(ROUTING_LEFT, 1)) } },
	{ "srv6",
	  { TAILED(ROUTING, address_tails, SET(ROUTING_TYPE, 4), SET(ROUTING_LEFT, 1),
		   SET(ROUTING_SPECIFIC, 0x01000000)) } },
	{ "fragment-atomic", { HEADER(FRAGMENT) } },
	{ "fragment-first", { HEADER(FRAGMENT, SET(FRAGMENT_OFFSET, 0x0001)) } },
	{ "ah", { AUTH } },
	{ "hopopts-dstopts", { HOPOPTS, DSTOPTS } },
	{ "hopopts-routing-fragment",
	  { HOPOPTS, ROUTING2, HEADER(FRAGMENT, SET(FRAGMENT_OFFSET, 0x0001)) } },
	{ "dstopts5", { DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS, DSTOPTS } },
	{ "all", { HOPOPTS, DSTOPTS, ROUTING2, HEADER(FRAGMENT), AUTH, DSTOPTS } },
};
static const struct opn_piece ipv6_alone[] = {
	{ "ipv6-fragment-middle",
	  { HEADER(IPV6),
	    HEADER(FRAGMENT, SET(FRAGMENT_OFFSET, 0x0029), SET(FRAGMENT_NEXT, 17)) } },
	{ "ipv6-fragment-last",
	  { HEADER(IPV6), HEADER(FRAGMENT, SET(FRAGMENT_OFFSET, 0x05c8), SET(FRAGMENT_NEXT, 6)) } },
	{ "ipv6-none", { HEADER(IPV6, SET(IPV6_NEXT, 59)) }, COMPLETE },
	{ "ipv6-unknown", { HEADER(IPV6) } },
	{ "ipv6-hopopts-none", { HEADER(IPV6), HOPOPTS }, COMPLETE },
};

/* ---- what goes over both ---- */

#define TCP_FLAGS(name, value)                                                                     \
	{                                                                                          \
		"tcp-" name,                                                                       \
		{                                                                                  \
			HEADER(TCP, SET(TCP_FLAGS, value))                                         \
		}                                                                                  \
	}
#define TCP_OPTIONS(name, options)                                                                 \
	{                                                                                          \
		"tcp-" name,                                                                       \
		{                                                                                  \
			TAILED(TCP, options, SET(TCP_FLAGS, 0x02))                                 \
		}                                                                                  \
	}

/* The first few are what is tried with everything below. */
static const struct opn_piece transports[] = {
	TCP_FLAGS("syn", 0x02),
	{ "udp", { HEADER(UDP) } },
	{ "udp-no-checksum", { HEADER(UDP, SET(UDP_CHECKSUM, 0)) } },
	TCP_OPTIONS("syn-usual", tcp_usual),
	TCP_FLAGS("ack", 0x10),
	TCP_FLAGS("syn-ack", 0x12),
	TCP_FLAGS("fin", 0x11),
	TCP_FLAGS("rst", 0x04),
	TCP_FLAGS("psh", 0x18),
	TCP_FLAGS("none", 0),
	TCP_FLAGS("all", 0xff),
	TCP_FLAGS("ece", 0xd2),
	TCP_OPTIONS("mss", tcp_mss),
	TCP_OPTIONS("scale", tcp_scale),
	TCP_OPTIONS("sack", tcp_sack),
	TCP_OPTIONS("timestamps", tcp_time),
	TCP_OPTIONS("md5", tcp_md5),
	TCP_OPTIONS("options-broken", tcp_broken),
	TCP_OPTIONS("options40", tcp_nops),
	{ "tcp-ssh", { HEADER(TCP, SET(TCP_DESTINATION, 22)) } },
	{ "tcp-http", { HEADER(TCP, SET(TCP_DESTINATION, 80), SET(TCP_FLAGS, 0x18)) } },
	{ "tcp-https", { HEADER(TCP, SET(TCP_DESTINATION, 443)) } },
	{ "tcp-port0", { HEADER(TCP, SET(TCP_DESTINATION, 0), SET(TCP_SOURCE, 65535)) } },
	{ "tcp-reply", { HEADER(TCP, SET(TCP_SOURCE, 8080), SET(TCP_DESTINATION, 40000)) } },
	{ "sctp", { HEADER(SCTP), HEADER(SCTP_CHUNK) }, sctp_data, sizeof(sctp_data) },
	{ "sctp-init",
	  { HEADER(SCTP, SET(SCTP_TAG, 0)),
	    HEADER(SCTP_CHUNK, SET(SCTP_CHUNK_TYPE, 1), SET(SCTP_CHUNK_FLAGS, 0)) },
	  CLOSED(sctp_init) },
	{ "dccp", { HEADER(DCCP) } },
	{ "esp", { HEADER(ESP) } },
	{ "ah-udp", { AUTH, HEADER(UDP) } },
};
static const struct opn_piece applications[] = {
	{ "dns", { HEADER(UDP), HEADER(DNS) }, CLOSED(dns_question) },
	{ "dns-reply",
	  { HEADER(UDP, SET(UDP_SOURCE, 53), SET(UDP_DESTINATION, 40000)),
	    HEADER(DNS, SET(DNS_FLAGS, 0x8180)) },
	  CLOSED(dns_question) },
	{ "dhcp", { HEADER(UDP, SET(UDP_SOURCE, 68)), HEADER(DHCP) }, CLOSED(dhcp_discover) },
	{ "quic", { HEADER(UDP), TAILED(QUIC, quic_id) } },
	{ "quic-short", { HEADER(UDP), HEADER(QUIC_SHORT) } },
	{ "ntp", { HEADER(UDP), HEADER(NTP) }, COMPLETE },
	{ "udp-ptp", { HEADER(UDP), HEADER(PTP) }, COMPLETE },
};

/* ---- control messages ---- */

#define ICMP_TYPE(t, c)	  HEADER(ICMP, SET(ICMP_TYPE, t), SET(ICMP_CODE, c))
#define ICMPV6_TYPE(t, c) HEADER(ICMPV6, SET(ICMPV6_TYPE, t), SET(ICMPV6_CODE, c))

#define MLD_TYPE(t) HEADER(ICMPV6, SET(ICMPV6_TYPE, t), SET(ICMPV6_ID, 0), SET(ICMPV6_SEQUENCE, 0))

static const struct opn_piece icmp[] = {
	{ "icmp-echo", { HEADER(ICMP) } },
	{ "icmp-reply", { ICMP_TYPE(0, 0) } },
	{ "icmp-timestamp", { ICMP_TYPE(13, 0) }, CLOSED(icmp_times) },
	{ "igmp", { HEADER(IGMP) }, COMPLETE },
	{ "igmp-report",
	  { HEADER(IGMP, SET(IGMP_TYPE, 0x16), SET(IGMP_GROUP, 0xe00000fb)) },
	  COMPLETE },
};
static const struct opn_piece icmp_errors[] = {
	{ "icmp-unreachable", { ICMP_TYPE(3, 3) } },
	{ "icmp-too-big",
	  { HEADER(ICMP, SET(ICMP_TYPE, 3), SET(ICMP_CODE, 4), SET(ICMP_SEQUENCE, 1400)) } },
	{ "icmp-exceeded", { ICMP_TYPE(11, 0) } },
	{ "icmp-redirect", { ICMP_TYPE(5, 1) } },
	{ "icmp-parameter", { ICMP_TYPE(12, 0) } },
};
static const struct opn_piece icmpv6[] = {
	{ "icmpv6-echo", { HEADER(ICMPV6) } },
	{ "icmpv6-reply", { ICMPV6_TYPE(129, 0) } },
	{ "neighbour-solicitation",
	  { ICMPV6_TYPE(135, 0), HEADER(NEIGHBOUR), TAILED(ND_OPTION, mac_option) },
	  COMPLETE },
	{ "neighbour-advertisement",
	  { HEADER(ICMPV6, SET(ICMPV6_TYPE, 136), SET(ICMPV6_ID, 0x6000)), HEADER(NEIGHBOUR),
	    TAILED(ND_OPTION, mac_option, SET(ND_OPTION_TYPE, 2)) },
	  COMPLETE },
	{ "router-solicitation", { ICMPV6_TYPE(133, 0), TAILED(ND_OPTION, mac_option) }, COMPLETE },
	{ "router-advertisement",
	  { ICMPV6_TYPE(134, 0), HEADER(ROUTER), TAILED(ND_OPTION, mac_option) },
	  COMPLETE },
	{ "mld-query", { MLD_TYPE(130), HEADER(MLD) }, COMPLETE },
	{ "mld-report", { MLD_TYPE(131), HEADER(MLD) }, COMPLETE },
	{ "mld2-report",
	  { HEADER(ICMPV6, SET(ICMPV6_TYPE, 143), SET(ICMPV6_ID, 0), SET(ICMPV6_SEQUENCE, 1)) },
	  CLOSED(mld_records) },
};
static const struct opn_piece icmpv6_errors[] = {
	{ "icmpv6-unreachable", { ICMPV6_TYPE(1, 4) } },
	{ "icmpv6-too-big", { HEADER(ICMPV6, SET(ICMPV6_TYPE, 2), SET(ICMPV6_SEQUENCE, 1280)) } },
	{ "icmpv6-exceeded", { ICMPV6_TYPE(3, 0) } },
	{ "icmpv6-parameter", { ICMPV6_TYPE(4, 1) } },
};

/* ---- tunnels: what stands between an outer and an inner IP header ---- */

#define GRE_FLAGS(name, bits)                                                                      \
	{                                                                                          \
		"gre-" name,                                                                       \
		{                                                                                  \
			HEADER(GRE, SET(GRE_FLAGS, bits))                                          \
		}                                                                                  \
	}

static const struct opn_piece tunnels[] = {
	{ "", { { 0 } } },
	{ "gre", { HEADER(GRE) } },
	{ "gue", { HEADER(UDP, SET(UDP_DESTINATION, 6080)), HEADER(GUE) } },
	{ "gue1", { HEADER(UDP, SET(UDP_DESTINATION, 6080)) } },
	{ "gue1-9886", { HEADER(UDP, SET(UDP_DESTINATION, 9886), SET(UDP_CHECKSUM, 0)) } },
	{ "gue-fields", { HEADER(UDP), TAILED(GUE, gue_field) } },
	GRE_FLAGS("key", 0x2000),
	GRE_FLAGS("checksum", 0x8000),
	GRE_FLAGS("sequence", 0x1000),
	GRE_FLAGS("all", 0xb000),
	{ "gre-ethernet", { HEADER(GRE), HEADER(ETHERNET) } },
	{ "gre-mpls", { HEADER(GRE), HEADER(MPLS, SET(MPLS_LABEL, 0x000641)) } },
	{ "vxlan", { HEADER(UDP, SET(UDP_CHECKSUM, 0)), HEADER(VXLAN), HEADER(ETHERNET) } },
	{ "vxlan-vlan", { HEADER(UDP), HEADER(VXLAN), HEADER(ETHERNET), HEADER(VLAN) } },
	{ "geneve", { HEADER(UDP), HEADER(GENEVE), HEADER(ETHERNET) } },
	{ "geneve-options", { HEADER(UDP), TAILED(GENEVE, geneve_option), HEADER(ETHERNET) } },
	{ "geneve-ip", { HEADER(UDP), HEADER(GENEVE) } },
	{ "gtpu", { HEADER(UDP), HEADER(GTPU) } },
	{ "gtpu-sequence", { HEADER(UDP), HEADER(GTPU, SET(GTPU_FLAGS, 0x32)) } },
	{ "mpls-in-ip", { HEADER(MPLS, SET(MPLS_LABEL, 0x000641)) } },
	{ "mpls-in-udp", { HEADER(UDP), HEADER(MPLS, SET(MPLS_LABEL, 0x000641)) } },
};

/* ---- shapes ---- */

#define ALL(list)      { list, LENGTH(list) }
#define FIRST(n, list) { list, n }

const struct opn_content opn_contents[] = {
	{ "", 18, 0 },	      { "0", 0, 0 },	 { "1", 1, 0 },
	{ "64", 64, 0 },      { "500", 500, 0 }, { "1400", 1400, 0 },
	{ "minimal", 0, 60 }, { "odd", 67, 0 },	 { "jumbo", 8900, 0 },
};
const size_t opn_content_count = LENGTH(opn_contents);
enum { PLAIN = 1, FULL = LENGTH(opn_contents) };

const struct opn_group opn_groups[] = {
	{ { ALL(ethernet), FIRST(2, ipv4), FIRST(2, transports) }, PLAIN },
	{ { ALL(ethernet), FIRST(1, ipv6), FIRST(2, transports) }, PLAIN },
	{ { ALL(ethernet), ALL(link_only) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(link_only) }, FULL - 1 },
	{ { FIRST(1, ethernet), FIRST(4, tags), FIRST(3, link_only) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(tags), FIRST(2, ipv4), FIRST(2, transports) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(tags), FIRST(1, ipv6), FIRST(2, transports) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, tags), FIRST(1, ipv4), FIRST(3, icmp) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(ipv4), FIRST(3, transports) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(ipv6), FIRST(3, transports) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(2, ipv4), ALL(transports) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(transports) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), FIRST(2, transports) }, FULL },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), FIRST(2, transports) }, FULL },
	{ { FIRST(1, ethernet), FIRST(1, tags), FIRST(1, ipv4), FIRST(2, transports) }, FULL },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(extensions), FIRST(2, transports) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(extensions), FIRST(1, icmpv6) }, PLAIN },
	{ { FIRST(1, ethernet), ALL(ipv4_alone) }, FULL - 1 },
	{ { FIRST(1, ethernet), ALL(ipv6_alone) }, FULL - 1 },
	{ { FIRST(1, ethernet), FIRST(5, ipv4), ALL(icmp) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), FIRST(1, icmp) }, FULL },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), ALL(icmp_errors), FIRST(2, ipv4),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), FIRST(2, icmp_errors), FIRST(1, ipv4),
	    FIRST(1, icmp) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(icmpv6) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), FIRST(1, icmpv6) }, FULL },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(icmpv6_errors), FIRST(1, ipv6),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), ALL(applications) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(applications) }, PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), ALL(tunnels), FIRST(1, ipv4),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), ALL(tunnels), FIRST(1, ipv6),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(tunnels), FIRST(1, ipv4),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv6), ALL(tunnels), FIRST(1, ipv6),
	    FIRST(2, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(2, ipv4), FIRST(4, tunnels), FIRST(2, ipv4), FIRST(1, icmp) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, tags), FIRST(1, ipv4), FIRST(4, tunnels), FIRST(1, ipv4),
	    FIRST(1, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), FIRST(3, tunnels), FIRST(1, ipv4),
	    FIRST(2, tunnels), FIRST(1, ipv6), FIRST(1, transports) },
	  PLAIN },
	{ { FIRST(1, ethernet), FIRST(1, ipv4), FIRST(4, tunnels), FIRST(1, ipv4),
	    FIRST(2, transports) },
	  FULL },
};
const size_t opn_group_count = LENGTH(opn_groups);

const struct opn_choice opn_insertions[] = {
	ALL(tags), ALL(extensions), ALL(ipv4), ALL(ipv6), ALL(tunnels),
};
const size_t opn_insertion_count = LENGTH(opn_insertions);
const struct opn_choice opn_outer_headers[2] = { FIRST(2, ipv4), FIRST(1, ipv6) };
const struct opn_choice opn_tunnels = ALL(tunnels);
