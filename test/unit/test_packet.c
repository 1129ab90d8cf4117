// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_packet.c - the rows of protocols, base frames, dissection
 *
 * What is expected comes from elsewhere: offsets from the kernel's structs.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stdlib.h>
#include <string.h>

#include "packet_pieces.h"
#include "unit.h"

static struct opn_arena *arena;
static struct opn_base_frame *frames;
static size_t frame_count;

static void make_frames(void)
{
	arena = opn_arena_new(NULL, NULL);
	frame_count = opn_packet_base_frames(arena, &frames);
}

static void free_frames(void)
{
	opn_arena_free(arena);
}

static const struct opn_base_frame *frame(const char *name)
{
	for (size_t i = 0; i < frame_count; i++) {
		if (!strcmp(frames[i].name, name))
			return &frames[i];
	}
	ck_abort_msg("no base frame '%s'", name);
}

static bool is_well_formed(const struct opn_base_frame *base)
{
	return !strchr(base->name, ',');
}

/* ---- rows ---- */

START_TEST(rows_have_no_gaps)
{
	for (unsigned int header = 1; header < OPN_HEADERS; header++) {
		const struct opn_header_row *row = &opn_header_rows[header];
		uint32_t offset = 0;

		for (unsigned int field = row->first; field < row[1].first; field++) {
			const struct opn_field_row *f = &opn_field_rows[field];

			ck_assert_uint_eq(f->header, header);
			ck_assert_msg(f->size, "%s.%s", row->name, f->name);
			ck_assert_uint_lt(f->low_bits, 8 * f->size);
			if (f->when)
				continue;
			ck_assert_msg(f->offset == offset, "%s.%s", row->name, f->name);
			offset += f->size;
		}
		ck_assert_msg(offset == row->size, "%s", row->name);
		ck_assert(!row->rule.unit || (row->rule.at < row->size && row->tail));
	}
}
END_TEST

/* Every role of a header is one of its own fields, there in every such header or optional. */
START_TEST(rows_refer_to_their_own_fields)
{
	for (unsigned int header = 1; header < OPN_HEADERS; header++) {
		const struct opn_header_row *row = &opn_header_rows[header];
		const uint16_t roles[] = { row->next, row->next_other, row->length, row->sum,
					   row->fragment };

		for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
			if (!roles[i])
				continue;
			ck_assert_uint_eq(opn_field_rows[roles[i]].header, header);
			ck_assert(!opn_field_rows[roles[i]].when || roles[i] == row->sum);
		}
	}
}
END_TEST

START_TEST(pieces_set_fields_of_their_headers)
{
	size_t checked = 0;

	for (size_t i = 0; i < opn_group_count; i++) {
		for (int j = 0; j < OPN_CHOICES && opn_groups[i].choices[j].list; j++) {
			const struct opn_choice *choice = &opn_groups[i].choices[j];

			for (size_t k = 0; k < choice->count * OPN_PIECE_LAYERS; k++) {
				const struct opn_layer_spec *spec =
					&choice->list[k / OPN_PIECE_LAYERS]
						 .layers[k % OPN_PIECE_LAYERS];

				for (int s = 0; s < OPN_SETS_MAX && spec->sets[s].field; s++) {
					ck_assert_uint_eq(
						opn_field_rows[spec->sets[s].field].header,
						spec->header);
					checked++;
				}
			}
		}
	}
	ck_assert_uint_gt(checked, 100);
}
END_TEST

START_TEST(values_are_written_as_read)
{
	uint8_t bytes[16];

	for (uint32_t size = 1; size <= 8; size++) {
		uint64_t value = 0x1122334455667788 >> (64 - 8 * size);

		memset(bytes, 0xee, sizeof(bytes));
		opn_value_put(bytes, size, value);
		ck_assert_uint_eq(opn_value_get(bytes, size), value);
		ck_assert_uint_eq(bytes[0], 0x11);
		ck_assert_uint_eq(bytes[size], 0xee);
	}
	opn_value_put(bytes, 16, 0x20010db800000001);
	ck_assert_mem_eq(bytes, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	ck_assert_uint_eq(opn_value_get(bytes, 16), 0x20010db800000001);
}
END_TEST

START_TEST(headers_announce_what_follows)
{
	uint8_t mpls[4] = { 0, 6, 0x40, 64 }, vlan[4] = { 0xe0, 0x64, 0x08, 0 };

	/* The bottom bit alone. */
	ck_assert(opn_layer_link(mpls, OPN_H_MPLS, OPN_H_IPV4, 0x45));
	ck_assert_mem_eq(mpls, "\0\x06\x41\x40", 4);
	ck_assert(opn_layer_link(mpls, OPN_H_MPLS, OPN_H_MPLS, 0));
	ck_assert_mem_eq(mpls, "\0\x06\x40\x40", 4);
	ck_assert(opn_layer_link(vlan, OPN_H_VLAN, OPN_H_IPV6, 0x60));
	ck_assert_mem_eq(vlan, "\xe0\x64\x86\xdd", 4);
	/* What is not known to follow leaves the bytes alone. */
	ck_assert(!opn_layer_link(vlan, OPN_H_VLAN, OPN_H_TCP, 0));
	ck_assert(!opn_layer_link(mpls, OPN_H_MPLS, OPN_H_IPV4, 0x60));
	ck_assert_mem_eq(vlan, "\xe0\x64\x86\xdd", 4);
	ck_assert_mem_eq(mpls, "\0\x06\x40\x40", 4);
}
END_TEST

/* ---- base frames ---- */

static uint64_t hash_all(const struct opn_base_frame *list, size_t count)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++) {
		hash = hash * 31 + opn_hash(list[i].packet.data, list[i].packet.length);
		hash = hash * 31 + opn_hash(list[i].name, strlen(list[i].name));
	}
	return hash;
}

START_TEST(base_frames_are_the_same_on_every_call)
{
	struct opn_arena *other = opn_arena_new(NULL, NULL);
	struct opn_base_frame *again;
	struct opn_random random;
	uint8_t data[OPN_PACKET_MAX];

	opn_random_seed(&random, 99, 1);
	opn_packet_generate(&random, NULL, data);
	ck_assert_uint_eq(opn_packet_base_frames(other, &again), frame_count);
	ck_assert_uint_eq(hash_all(again, frame_count), hash_all(frames, frame_count));
	opn_arena_free(other);
}
END_TEST

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

START_TEST(base_frames_differ_and_keep_limits)
{
	const char **names = calloc(frame_count, sizeof(*names));
	size_t well_formed = 0;

	for (size_t i = 0; i < frame_count; i++) {
		ck_assert_uint_ge(frames[i].packet.length, OPN_FRAME_MIN);
		ck_assert_uint_le(frames[i].packet.length, OPN_PACKET_MAX);
		names[i] = frames[i].name;
		well_formed += is_well_formed(&frames[i]);
	}
	qsort(names, frame_count, sizeof(*names), compare_names);
	for (size_t i = 1; i < frame_count; i++)
		ck_assert_str_ne(names[i - 1], names[i]);
	free(names);
	ck_assert_uint_gt(well_formed, 800);
	ck_assert_uint_gt(frame_count, 5000);
}
END_TEST

/* No header is described in vain. */
START_TEST(base_frames_have_every_header)
{
	size_t seen[OPN_HEADERS] = { 0 };

	for (size_t i = 0; i < frame_count; i++) {
		struct opn_stack stack;

		opn_stack_read(frames[i].packet.data, frames[i].packet.length, true, &stack);
		for (unsigned int j = 0; is_well_formed(&frames[i]) && j < stack.count; j++)
			seen[stack.layers[j].header] += !stack.layers[j].cut;
	}
	for (unsigned int header = 1; header < OPN_HEADERS; header++)
		ck_assert_msg(seen[header], "no frame with %s", opn_header_rows[header].name);
}
END_TEST

START_TEST(base_frames_are_what_their_names_say)
{
	static const struct {
		const char *name, *summary;
	} expected[] = {
		{ "arp-request", "ethernet / arp, 60 bytes" },
		{ "lldp", "ethernet / lldp, 33 bytes" },
		{ "stp", "ethernet / llc, 52 bytes" },
		{ "unknown-type", "ethernet, 32 bytes" },
		{ "snap-ipv4-udp", "ethernet / llc / snap / ipv4 / udp, 68 bytes" },
		{ "qinq-ipv4-tcp-syn", "ethernet / service-vlan / vlan / ipv4 / tcp, 80 bytes" },
		{ "triple-ipv6-udp",
		  "ethernet / service-vlan / vlan / vlan / ipv6 / udp, 92 bytes" },
		{ "mpls3-ipv6-udp", "ethernet / mpls / mpls / mpls / ipv6 / udp, 92 bytes" },
		{ "vlan-pppoe-ipv4-udp", "ethernet / vlan / pppoe / ipv4 / udp, 72 bytes" },
		{ "ipv4-options40-udp", "ethernet / ipv4 / udp, 100 bytes" },
		{ "ipv4-first-udp", "ethernet / ipv4 (fragment) / udp, 60 bytes" },
		{ "ipv4-middle-500", "ethernet / ipv4 (fragment), 534 bytes" },
		{ "ipv6-all-tcp-syn",
		  "ethernet / ipv6 / hop-by-hop / destination-options / routing / fragment / ah / "
		  "destination-options / tcp, 172 bytes" },
		{ "ipv6-neighbour-solicitation",
		  "ethernet / ipv6 / icmpv6 / neighbour / nd-option, 86 bytes" },
		{ "ipv4-icmp-unreachable-ipv4-udp",
		  "ethernet / ipv4 / icmp / ipv4 / udp, 88 bytes" },
		{ "ipv6-icmpv6-too-big-ipv6-tcp-syn",
		  "ethernet / ipv6 / icmpv6 / ipv6 / tcp, 140 bytes" },
		{ "ipv4-ipv6-udp", "ethernet / ipv4 / ipv6 / udp, 100 bytes" },
		{ "ipv6-ipv4-udp", "ethernet / ipv6 / ipv4 / udp, 100 bytes" },
		{ "ipv4-gre-all-ipv4-udp", "ethernet / ipv4 / gre / ipv4 / udp, 96 bytes" },
		{ "ipv4-gue-ipv6-udp", "ethernet / ipv4 / udp / gue / ipv6 / udp, 112 bytes" },
		{ "ipv4-gue1-ipv6-udp", "ethernet / ipv4 / udp / ipv6 / udp, 108 bytes" },
		{ "ipv6-vxlan-ipv4-tcp-syn",
		  "ethernet / ipv6 / udp / vxlan / ethernet / ipv4 / tcp, 142 bytes" },
		{ "ipv4-geneve-options-ipv4-udp",
		  "ethernet / ipv4 / udp / geneve / ethernet / ipv4 / udp, 118 bytes" },
		{ "ipv4-gtpu-sequence-ipv4-udp",
		  "ethernet / ipv4 / udp / gtpu / ipv4 / udp, 100 bytes" },
		{ "ipv4-udp-minimal", "ethernet / ipv4 / udp, 60 bytes" },
		{ "ipv4-udp-jumbo", "ethernet / ipv4 / udp, 8942 bytes" },
		{ "ipv4-dhcp", "ethernet / ipv4 / udp / dhcp, 290 bytes" },
		{ "ipv4-tcp-syn, cut at 14", "ethernet, 14 bytes" },
		{ "ipv4-tcp-syn, cut at 35", "ethernet / ipv4, 35 bytes" },
		{ "ipv4-tcp-syn, ihl 4 at 14", "ethernet / ipv4 (cut), 72 bytes" },
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct opn_base_frame *base = frame(expected[i].name);

		ck_assert_str_eq(opn_packet_summary(arena, base->packet.data, base->packet.length),
				 expected[i].summary);
	}
}
END_TEST

/* IPv4 with TCP: header ends at 14, 34, 54. */
START_TEST(base_frames_are_cut_around_every_boundary)
{
	static const uint32_t plain[] = { 14, 15, 33, 34, 35, 53, 54, 55 };
	const struct opn_packet *whole = &frame("ipv4-tcp-syn")->packet;

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		bool found = false;

		for (size_t j = 0; j < frame_count && !found; j++)
			found = frames[j].packet.length == plain[i] &&
				!memcmp(frames[j].packet.data, whole->data, plain[i]);
		ck_assert_msg(found, "no cut at %u", plain[i]);
	}
}
END_TEST

/* ---- dissection ---- */

START_TEST(fields_cover_frames_without_gaps)
{
	for (size_t i = 0; i < frame_count; i++) {
		const struct opn_packet *packet = &frames[i].packet;
		struct opn_arena *own = opn_arena_new(NULL, NULL);
		struct opn_field *fields;
		uint32_t offset = 0;
		size_t count;

		fields = opn_packet_fields(own, packet->data, packet->length, &count);
		for (size_t j = 0; j < count; j++) {
			ck_assert_uint_eq(fields[j].offset, offset);
			ck_assert_uint_gt(fields[j].size, 0);
			ck_assert_ptr_nonnull(opn_field_text(own, &fields[j], packet->data));
			offset += fields[j].size;
		}
		ck_assert_uint_eq(offset, packet->length);
		opn_arena_free(own);
	}
}
END_TEST

struct expected_field {
	const char *header;
	unsigned int level;
	const char *name;
	uint32_t offset, size;
	const char *text; /* NULL: any */
};

static void expect_fields(const char *name, const struct expected_field *expected, size_t count)
{
	const struct opn_packet *packet = &frame(name)->packet;
	struct opn_field *fields;
	size_t found;

	fields = opn_packet_fields(arena, packet->data, packet->length, &found);
	for (size_t i = 0; i < count && i < found; i++) {
		ck_assert_str_eq(fields[i].header, expected[i].header);
		ck_assert_str_eq(fields[i].name, expected[i].name);
		ck_assert_uint_eq(fields[i].level, expected[i].level);
		ck_assert_msg(fields[i].offset == expected[i].offset &&
				      fields[i].size == expected[i].size,
			      "%s.%s at %u of %u bytes", fields[i].header, fields[i].name,
			      fields[i].offset, fields[i].size);
		if (expected[i].text)
			ck_assert_str_eq(opn_field_text(arena, &fields[i], packet->data),
					 expected[i].text);
	}
	ck_assert_uint_eq(found, count);
}

#define EXPECT(name, list) expect_fields(name, list, sizeof(list) / sizeof((list)[0]))
#define ETH(member)	   offsetof(struct ethhdr, member)
#define IP4(base, member)  (base) + offsetof(struct iphdr, member)
#define IP6(base, member)  (base) + offsetof(struct ipv6hdr, member)
#define TCP(base, member)  (base) + offsetof(struct tcphdr, member)
#define UDP(base, member)  (base) + offsetof(struct udphdr, member)

#define ETHERNET_FIELDS(type)                                                                      \
	{ "ethernet", 0, "destination", ETH(h_dest), 6, "02:00:00:00:00:01" },                     \
		{ "ethernet", 0, "source", ETH(h_source), 6, "02:00:00:00:00:02" },                \
	{                                                                                          \
		"ethernet", 0, "type", ETH(h_proto), 2, type                                       \
	}
#define IPV4_FIELDS(b, level, version, length, number)                                             \
	{ "ipv4", level, "version-ihl", b, 1, version },                                           \
		{ "ipv4", level, "tos", IP4(b, tos), 1, "0x00" },                                  \
		{ "ipv4", level, "total-length", IP4(b, tot_len), 2, length },                     \
		{ "ipv4", level, "id", IP4(b, id), 2, "0x1234" },                                  \
		{ "ipv4", level, "fragment", IP4(b, frag_off), 2, "0x0000" },                      \
		{ "ipv4", level, "ttl", IP4(b, ttl), 1, "64" },                                    \
		{ "ipv4", level, "protocol", IP4(b, protocol), 1, number },                        \
		{ "ipv4", level, "checksum", IP4(b, check), 2, NULL },                             \
		{ "ipv4", level, "source", IP4(b, saddr), 4, "10.0.0.2" },                         \
		{ "ipv4", level, "destination", IP4(b, daddr), 4, "10.0.0.1" }
#define IPV6_FIELDS(b, length, next)                                                               \
	{ "ipv6", 0, "version-class-flow", b, 4, "0x60000000" },                                   \
		{ "ipv6", 0, "payload-length", IP6(b, payload_len), 2, length },                   \
		{ "ipv6", 0, "next-header", IP6(b, nexthdr), 1, next },                            \
		{ "ipv6", 0, "hop-limit", IP6(b, hop_limit), 1, "64" },                            \
		{ "ipv6", 0, "source", IP6(b, saddr), 16, "2001:db8::2" },                         \
		{ "ipv6", 0, "destination", IP6(b, daddr), 16, "2001:db8::1" }
#define TCP_FIELDS(b, doff)                                                                        \
	{ "tcp", 0, "source", TCP(b, source), 2, "40000" },                                        \
		{ "tcp", 0, "destination", TCP(b, dest), 2, "8080" },                              \
		{ "tcp", 0, "sequence", TCP(b, seq), 4, "1000" },                                  \
		{ "tcp", 0, "acknowledgement", TCP(b, ack_seq), 4, "0" },                          \
		{ "tcp", 0, "data-offset", TCP(b, ack_seq) + 4, 1, doff },                         \
		{ "tcp", 0, "flags", TCP(b, ack_seq) + 5, 1, "0x02" },                             \
		{ "tcp", 0, "window", TCP(b, window), 2, "64240" },                                \
		{ "tcp", 0, "checksum", TCP(b, check), 2, NULL },                                  \
		{ "tcp", 0, "urgent", TCP(b, urg_ptr), 2, "0" }
#define UDP_FIELDS(b, level, destination, length)                                                  \
	{ "udp", level, "source", UDP(b, source), 2, "40000" },                                    \
		{ "udp", level, "destination", UDP(b, dest), 2, destination },                     \
		{ "udp", level, "length", UDP(b, len), 2, length },                                \
	{                                                                                          \
		"udp", level, "checksum", UDP(b, check), 2, NULL                                   \
	}

START_TEST(fields_stand_where_the_kernel_has_them)
{
	static const struct expected_field tcp[] = {
		ETHERNET_FIELDS("0x88a8"),
		{ "service-vlan", 0, "tci", 14, 2, "0x00c8" },
		{ "service-vlan", 0, "type", 16, 2, "0x8100" },
		{ "vlan", 0, "tci", 18, 2, "0x0064" },
		{ "vlan", 0, "type", 20, 2, "0x0800" },
		IPV4_FIELDS(22, 0, "0x46", "62", "6"),
		{ "ipv4", 0, "options", 42, 4, "94040000" },
		TCP_FIELDS(46, "0x50"),
		{ "payload", 0, "data", 66, 18, "6162636465666768696a6b6c6d6e6f707172" },
	};
	static const struct expected_field options[] = {
		ETHERNET_FIELDS("0x86dd"),
		IPV6_FIELDS(14, "58", "6"),
		TCP_FIELDS(54, "0xa0"),
		{ "tcp", 0, "options", 74, 20, "020405b40402080a000001000000000001030307" },
		{ "payload", 0, "data", 94, 18, NULL },
	};
	static const struct expected_field padded[] = {
		ETHERNET_FIELDS("0x0800"),
		IPV4_FIELDS(14, 0, "0x45", "28", "17"),
		UDP_FIELDS(34, 0, "8080", "8"),
		{ "padding", 0, "data", 42, 18, "000000000000000000000000000000000000" },
	};
	static const struct expected_field gre[] = {
		ETHERNET_FIELDS("0x0800"),
		IPV4_FIELDS(14, 0, "0x45", "82", "47"),
		{ "gre", 0, "flags-version", 34, 2, "0xb000" },
		{ "gre", 0, "protocol", 36, 2, "0x0800" },
		{ "gre", 0, "checksum", 38, 2, NULL },
		{ "gre", 0, "reserved", 40, 2, "0x0000" },
		{ "gre", 0, "key", 42, 4, "0x00000001" },
		{ "gre", 0, "sequence", 46, 4, "1" },
		IPV4_FIELDS(50, 1, "0x45", "46", "17"),
		UDP_FIELDS(70, 0, "8080", "26"),
		{ "payload", 0, "data", 78, 18, NULL },
	};
	static const struct expected_field key[] = {
		ETHERNET_FIELDS("0x0800"),
		IPV4_FIELDS(14, 0, "0x45", "74", "47"),
		{ "gre", 0, "flags-version", 34, 2, "0x2000" },
		{ "gre", 0, "protocol", 36, 2, "0x0800" },
		{ "gre", 0, "key", 38, 4, "0x00000001" },
		IPV4_FIELDS(42, 1, "0x45", "46", "17"),
		UDP_FIELDS(62, 0, "8080", "26"),
		{ "payload", 0, "data", 70, 18, NULL },
	};
	static const struct expected_field arp[] = {
		ETHERNET_FIELDS("0x0806"),
		{ "arp", 0, "hardware-type", 14 + offsetof(struct arphdr, ar_hrd), 2, "1" },
		{ "arp", 0, "protocol-type", 14 + offsetof(struct arphdr, ar_pro), 2, "0x0800" },
		{ "arp", 0, "hardware-size", 14 + offsetof(struct arphdr, ar_hln), 1, "6" },
		{ "arp", 0, "protocol-size", 14 + offsetof(struct arphdr, ar_pln), 1, "4" },
		{ "arp", 0, "operation", 14 + offsetof(struct arphdr, ar_op), 2, "1" },
		{ "arp", 0, "sender-mac", 22, 6, "02:00:00:00:00:02" },
		{ "arp", 0, "sender", 28, 4, "10.0.0.2" },
		{ "arp", 0, "target-mac", 32, 6, "00:00:00:00:00:00" },
		{ "arp", 0, "target", 38, 4, "10.0.0.1" },
		{ "payload", 0, "data", 42, 18, NULL },
	};
	static const struct expected_field gue[] = {
		ETHERNET_FIELDS("0x0800"),	 IPV4_FIELDS(14, 0, "0x45", "74", "17"),
		UDP_FIELDS(34, 0, "6080", "54"), IPV4_FIELDS(42, 1, "0x45", "46", "17"),
		UDP_FIELDS(62, 1, "8080", "26"), { "payload", 0, "data", 70, 18, NULL },
	};

	EXPECT("ipv4-udp-minimal", padded);
	EXPECT("qinq-ipv4-options4-tcp-syn", tcp);
	EXPECT("ipv6-tcp-syn-usual", options);
	EXPECT("ipv4-gre-all-ipv4-udp", gre);
	EXPECT("ipv4-gre-key-ipv4-udp", key);
	EXPECT("arp-request", arp);
	EXPECT("ipv4-gue1-ipv4-udp", gue);
}
END_TEST

START_TEST(long_values_are_abbreviated)
{
	const struct opn_packet *packet = &frame("ipv4-udp-500")->packet;
	struct opn_field *fields;
	size_t count;

	fields = opn_packet_fields(arena, packet->data, packet->length, &count);
	ck_assert_str_eq(opn_field_text(arena, &fields[count - 1], packet->data),
			 "6162636465666768696a6b6c6d6e6f707172737475767778797a616263646566"
			 "... (500 bytes)");
}
END_TEST

START_TEST(shapes_are_equal_for_equal_stacks)
{
#define SHAPE(name) opn_packet_shape(frame(name)->packet.data, frame(name)->packet.length)
	ck_assert_uint_eq(SHAPE("ipv4-tcp-syn"), SHAPE("ipv4-ttl1-tcp-syn"));
	ck_assert_uint_eq(SHAPE("ipv4-tcp-syn"), SHAPE("ipv4-tcp-syn-1400"));
	ck_assert_uint_ne(SHAPE("ipv4-tcp-syn"), SHAPE("ipv4-udp"));
	ck_assert_uint_ne(SHAPE("ipv4-tcp-syn"), SHAPE("vlan-ipv4-tcp-syn"));
	ck_assert_uint_ne(SHAPE("ipv4-tcp-syn"), SHAPE("ipv4-first-tcp-syn"));
	ck_assert_uint_ne(SHAPE("ipv4-tcp-syn"), SHAPE("ipv4-tcp-syn, cut at 53"));
}
END_TEST

Suite *packet_suite(void)
{
	Suite *suite = suite_create("packet");
	TCase *rows = tcase_create("rows"), *base = tcase_create("base");

	tcase_add_test(rows, rows_have_no_gaps);
	tcase_add_test(rows, rows_refer_to_their_own_fields);
	tcase_add_test(rows, pieces_set_fields_of_their_headers);
	tcase_add_test(rows, values_are_written_as_read);
	tcase_add_test(rows, headers_announce_what_follows);
	suite_add_tcase(suite, rows);
	tcase_add_checked_fixture(base, make_frames, free_frames);
	tcase_set_timeout(base, 60);
	tcase_add_test(base, base_frames_are_the_same_on_every_call);
	tcase_add_test(base, base_frames_differ_and_keep_limits);
	tcase_add_test(base, base_frames_have_every_header);
	tcase_add_test(base, base_frames_are_what_their_names_say);
	tcase_add_test(base, base_frames_are_cut_around_every_boundary);
	tcase_add_test(base, fields_cover_frames_without_gaps);
	tcase_add_test(base, fields_stand_where_the_kernel_has_them);
	tcase_add_test(base, long_values_are_abbreviated);
	tcase_add_test(base, shapes_are_equal_for_equal_stacks);
	suite_add_tcase(suite, base);
	return suite;
}
