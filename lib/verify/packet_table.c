// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_table.c - the rows of packet_protocols.def, what follows what, where values come from
 */
#include "packet_stack.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Attributes of a row are what differs from zero. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

const struct opn_field_row opn_field_rows[OPN_HEADER_FIELDS] = {
#define OPN_HEADER(...)
#define OPN_FIELD(header_id, id, text, at, bytes, shown, drawn, value, ...)                        \
	[OPN_F_##header_id##_##id] = { .name = text,                                               \
				       .offset = at,                                               \
				       .size = bytes,                                              \
				       .header = OPN_H_##header_id,                                \
				       .format = OPN_TEXT_##shown,                                 \
				       .pool = OPN_POOL_##drawn,                                   \
				       .initial = value,                                           \
				       __VA_ARGS__ },
#include "packet_protocols.def"
#undef OPN_HEADER
#undef OPN_FIELD
};

const struct opn_header_row opn_header_rows[OPN_HEADERS + 1] = {
#define OPN_HEADER(id, text, bytes, ...)                                                           \
	[OPN_H_##id] = { .name = text, .first = OPN_FIRST_##id, .size = bytes, __VA_ARGS__ },
#define OPN_FIELD(...)
#include "packet_protocols.def"
#undef OPN_HEADER
#undef OPN_FIELD
	[OPN_HEADERS] = { .first = OPN_HEADER_FIELDS },
};

#pragma GCC diagnostic pop

/* ---- values ---- */

uint64_t opn_value_get(const uint8_t *at, uint32_t size)
{
	uint64_t value = 0;

	/* Most fields, and the most often read ones. */
	if (size == 1)
		return at[0];
	if (size == 2)
		return at[0] << 8 | at[1];
	if (size > 8)
		return opn_value_get(at, 4) << 32 | opn_value_get(at + size - 4, 4);
	for (uint32_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

void opn_value_put(uint8_t *at, uint32_t size, uint64_t value)
{
	if (size > 8) {
		opn_value_put(at, 4, value >> 32);
		for (uint32_t i = 4; i < size - 4; i++)
			at[i] = 0;
		opn_value_put(at + size - 4, 4, value);
		return;
	}
	for (uint32_t i = size; i--; value >>= 8)
		at[i] = value;
}

/* ---- what follows what: the first row for a header is the one that is written ---- */

struct binding {
	uint16_t first, last;		   /* values of the field */
	uint8_t nibble_first, nibble_last; /* high half of the header's first byte */
	uint8_t header;
};

#define TO(value, id)			 { value, value, 0, 15, OPN_H_##id }
#define RANGE(first, last, id)		 { first, last, 0, 15, OPN_H_##id }
#define PEEK(value, low, high, id)	 { value, value, low, high, OPN_H_##id }
#define RANGE_PEEK(first, last, low, id) { first, last, low, low, OPN_H_##id }

static const struct binding ethertypes[] = {
	TO(0x0800, IPV4),    TO(0x86dd, IPV6),	TO(0x0806, ARP),  TO(0x8100, VLAN),
	TO(0x88a8, SVLAN),   TO(0x9100, SVLAN), TO(0x8847, MPLS), TO(0x8848, MPLS),
	TO(0x8864, PPPOE),   TO(0x88cc, LLDP),	TO(0x88f7, PTP),  TO(0x8863, PPPOE_DISCOVERY),
	RANGE(0, 1500, LLC),
};
static const struct binding llc[] = { TO(0xaa, SNAP) };
static const struct binding mpls[] = { TO(0, MPLS), PEEK(1, 4, 4, IPV4), PEEK(1, 6, 6, IPV6) };
static const struct binding ppp[] = { TO(0x0021, IPV4), TO(0x0057, IPV6), TO(0x0281, MPLS) };
static const struct binding protocols[] = {
	TO(6, TCP),
	TO(17, UDP),
	TO(1, ICMP),
	TO(58, ICMPV6),
	TO(4, IPV4),
	TO(41, IPV6),
	TO(47, GRE),
	TO(0, HOP_BY_HOP),
	TO(43, ROUTING),
	TO(44, FRAGMENT),
	TO(50, ESP),
	TO(51, AH),
	TO(60, DESTINATION_OPTIONS),
	TO(132, SCTP),
	TO(33, DCCP),
	TO(2, IGMP),
	TO(137, MPLS),
};
/* GUE: the first nibble tells version 0, with a header of its own, from IP without one. */
static const struct binding udp_ports[] = {
	PEEK(6080, 0, 0, GUE), PEEK(6080, 4, 4, IPV4), PEEK(6080, 6, 6, IPV6),
	PEEK(9886, 0, 0, GUE), PEEK(9886, 4, 4, IPV4), PEEK(9886, 6, 6, IPV6),
	TO(4789, VXLAN),       TO(6081, GENEVE),       TO(2152, GTPU),
	TO(53, DNS),	       TO(67, DHCP),	       TO(68, DHCP),
	TO(123, NTP),	       PEEK(443, 8, 15, QUIC), PEEK(443, 4, 7, QUIC_SHORT),
	TO(6635, MPLS),	       TO(319, PTP),	       TO(320, PTP),
};
static const struct binding icmp_types[] = {
	RANGE_PEEK(3, 5, 4, IPV4),
	RANGE_PEEK(11, 12, 4, IPV4),
};
static const struct binding icmpv6_types[] = {
	RANGE_PEEK(1, 4, 6, IPV6), RANGE(135, 136, NEIGHBOUR), RANGE(130, 132, MLD),
	TO(134, ROUTER),	   TO(133, ND_OPTION),
};
static const struct binding nd_options[] = { TO(0, ND_OPTION) };
static const struct binding sctp[] = { TO(0, SCTP_CHUNK) };
static const struct binding gre_protocols[] = {
	TO(0x0800, IPV4), TO(0x86dd, IPV6), TO(0x6558, ETHERNET),
	TO(0x8847, MPLS), TO(0x0806, ARP),  TO(0x8100, VLAN),
};
static const struct binding vxlan[] = { TO(0, ETHERNET) };
static const struct binding gtpu_types[] = { PEEK(255, 4, 4, IPV4), PEEK(255, 6, 6, IPV6) };

#define SPACE(id, list) [OPN_SPACE_##id] = { list, LENGTH(list) }

static const struct {
	const struct binding *list;
	size_t count;
} spaces[OPN_SPACES] = {
	SPACE(ETHERTYPE, ethertypes),
	SPACE(LLC, llc),
	SPACE(MPLS, mpls),
	SPACE(PPP, ppp),
	SPACE(IP, protocols),
	SPACE(UDP, udp_ports),
	SPACE(ICMP, icmp_types),
	SPACE(ICMPV6, icmpv6_types),
	SPACE(ND_OPTION, nd_options),
	SPACE(SCTP, sctp),
	SPACE(GRE, gre_protocols),
	SPACE(VXLAN, vxlan),
	SPACE(GTPU, gtpu_types),
};

enum opn_header opn_space_find(enum opn_space space, uint64_t value, unsigned int nibble)
{
	for (size_t i = 0; i < spaces[space].count; i++) {
		const struct binding *row = &spaces[space].list[i];

		if (value >= row->first && value <= row->last && nibble >= row->nibble_first &&
		    nibble <= row->nibble_last)
			return row->header;
	}
	return OPN_H_NONE;
}

int opn_space_value(enum opn_space space, enum opn_header header, unsigned int nibble)
{
	for (size_t i = 0; i < spaces[space].count; i++) {
		const struct binding *row = &spaces[space].list[i];

		if (row->header == header && nibble >= row->nibble_first &&
		    nibble <= row->nibble_last)
			return row->first;
	}
	return -1;
}

/* ---- pools ---- */

static const uint64_t small[] = { 0, 1, 2, 3, 4, 5, 7, 8, 42, 100, 255 };
static const uint64_t macs_to[] = {
	0x020000000001, 0x020000000001, 0x020000000001,
	0x020000000099, 0xffffffffffff, 0x01005e000001,
	0x333300000001, 0x0180c200000e, 0,
};
static const uint64_t macs_from[] = { 0x020000000002, 0x020000000002, 0x020000000003,
				      0x020000000001 };
static const uint64_t ipv4s[] = {
	0x0a000001, 0x0a000002, 0x0a000003, 0x0a0000fe, 0xc0a80001, 0xc0a80102,
	0x7f000001, 0xe0000001, 0xe00000fb, 0xffffffff, 0,	    0x01010101,
};
static const uint64_t ipv6s[] = {
	0x20010db800000001, 0x20010db800000002,
	0x20010db800000003, 0x20010db8000000fe,
	0xfe80000000000001, 0xfe80000000000002,
	0xff02000000000001, 0xff02000000000002,
	0x0000000000000001, 0,
};
static const uint64_t ports[] = { 0,	22,   53,   80,	  123,	443,   6080,
				  4789, 6081, 8080, 9886, 9999, 40000, 65535 };
static const uint64_t ttls[] = { 0, 1, 2, 63, 64, 128, 254, 255 };
static const uint64_t vlans[] = { 0, 1, 2, 100, 200, 4094, 4095, 0xe064, 0xe000, 0x1064 };
static const uint64_t fragments[] = { 0, 0, 0, 0x4000, 0x4000, 0x2000, 0x2005, 0x0005, 0x8000 };
static const uint64_t tcp_flags[] = { 0x02, 0x12, 0x10, 0x11, 0x04, 0x14, 0x18,
				      0x19, 0,	  0xff, 0x01, 0x29, 0xc2, 0x03 };

#define POOL(id, list, bits) [OPN_POOL_##id] = { list, LENGTH(list), bits }

/* Bits of noise are random a quarter of the time. */
static const struct {
	const uint64_t *list;
	uint32_t count;
	uint64_t noise;
} pools[] = {
	POOL(SMALL, small, 0xff),	 POOL(MAC_TO, macs_to, 0xff),
	POOL(MAC_FROM, macs_from, 0xff), POOL(IPV4, ipv4s, 0xff),
	POOL(IPV6, ipv6s, 0xff),	 POOL(PORT, ports, 0xffff),
	POOL(TTL, ttls, 0xff),		 POOL(VLAN, vlans, 0x0fff),
	POOL(FRAGMENT, fragments, 0),	 POOL(TCP_FLAGS, tcp_flags, 0xff),
};

void opn_pool_put(struct opn_random *random, const struct opn_field_row *row, uint8_t *at)
{
	uint64_t chance = opn_random_next(random), value = chance;

	if (row->pool == OPN_POOL_KEEP) {
		value = row->initial;
	} else if (row->pool != OPN_POOL_ANY) {
		value = pools[row->pool].list[opn_random_below(random, pools[row->pool].count)];
		if (chance >> 62 == 0)
			value ^= chance & pools[row->pool].noise;
	}
	opn_value_put(at, row->size, value);
}
