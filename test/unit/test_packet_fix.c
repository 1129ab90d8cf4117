// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_packet_fix.c - lengths and checksums of frames, against a walk that knows nothing of the
 * rows
 */
#include <stdlib.h>
#include <string.h>

#include "packet_stack.h"
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

struct seen {
	size_t ipv4, tcp, udp, icmp, icmpv6, sctp, inner;
};

static uint16_t sum16(uint32_t sum, const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i % 2 ? at[i] : at[i] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t crc32c_by_bits(const uint8_t *at, size_t length)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < length; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bool one = (crc ^ at[i] >> bit) & 1;

			crc = crc >> 1 ^ (one ? 0x82f63b78 : 0);
		}
	}
	return ~crc;
}

static void check_ip(const uint8_t *at, size_t length, const char *name, struct seen *seen);

/* pseudo: the sum of the addresses. */
static void check_transport(const uint8_t *at, size_t length, int protocol, uint32_t pseudo,
			    bool over_ipv4, const char *name, struct seen *seen)
{
	uint32_t sum = pseudo + protocol + length;
	uint8_t copy[OPN_PACKET_MAX];

	switch (protocol) {
	case 4:
	case 41:
		seen->inner++;
		check_ip(at, length, name, seen);
		break;
	case 6:
		ck_assert_msg(sum16(sum, at, length) == 0xffff, "tcp of %s", name);
		seen->tcp++;
		break;
	case 17:
		ck_assert_msg(at[4] << 8 == (int)(length & 0xff00) && at[5] == (length & 0xff),
			      "udp length of %s", name);
		if (over_ipv4 && !at[6] && !at[7])
			break;
		ck_assert_msg(at[6] || at[7], "udp without checksum over ipv6: %s", name);
		ck_assert_msg(sum16(sum, at, length) == 0xffff, "udp of %s", name);
		seen->udp++;
		if (at[2] << 8 == (6080 & 0xff00) && at[3] == (6080 & 0xff) && at[8] >> 4 >= 4) {
			seen->inner++;
			check_ip(at + 8, length - 8, name, seen);
		}
		break;
	case 1:
		ck_assert_msg(sum16(0, at, length) == 0xffff, "icmp of %s", name);
		seen->icmp++;
		break;
	case 58:
		ck_assert_msg(sum16(sum, at, length) == 0xffff, "icmpv6 of %s", name);
		seen->icmpv6++;
		break;
	case 132:
		memcpy(copy, at, length);
		memset(copy + 8, 0, 4);
		ck_assert_uint_eq(crc32c_by_bits(copy, length),
				  at[8] | at[9] << 8 | at[10] << 16 | (uint32_t)at[11] << 24);
		seen->sctp++;
		break;
	}
}

static void check_ip(const uint8_t *at, size_t length, const char *name, struct seen *seen)
{
	uint32_t pseudo;
	size_t size;
	int next;

	if (at[0] >> 4 == 4) {
		size = (at[0] & 15) * 4;
		ck_assert_msg((size_t)(at[2] << 8 | at[3]) <= length, "length of %s", name);
		length = at[2] << 8 | at[3];
		ck_assert_msg(sum16(0, at, size) == 0xffff, "ipv4 of %s", name);
		seen->ipv4++;
		if (!((at[6] & 0x3f) | at[7]))
			check_transport(at + size, length - size, at[9], sum16(0, at + 12, 8), true,
					name, seen);
		return;
	}
	ck_assert_uint_le(at[4] << 8 | at[5], length - 40);
	length = at[4] << 8 | at[5];
	pseudo = sum16(0, at + 8, 32);
	next = at[6];
	for (at += 40; next == 0 || next == 43 || next == 60 || next == 44 || next == 51;) {
		/* What is not whole has a checksum that is elsewhere. */
		if (next == 44 && ((at[2] << 8 | at[3]) & 0xfff9))
			return;
		if (next == 43 && at[3])
			return;
		size = next == 44 ? 8 : next == 51 ? at[1] * 4 + 8 : at[1] * 8 + 8;
		next = at[0];
		at += size;
		length -= size;
	}
	check_transport(at, length, next, pseudo, false, name, seen);
}

START_TEST(checksums_are_right)
{
	struct seen seen = { 0 };

	for (size_t i = 0; i < frame_count; i++) {
		const uint8_t *data = frames[i].packet.data;
		uint32_t offset = 12;
		int type;

		if (!is_well_formed(&frames[i]))
			continue;
		while ((type = data[offset] << 8 | data[offset + 1]) == 0x8100 || type == 0x88a8)
			offset += 4;
		if (type == 0x0800 || type == 0x86dd)
			check_ip(data + offset + 2, frames[i].packet.length - offset - 2,
				 frames[i].name, &seen);
	}
	ck_assert_uint_gt(seen.ipv4, 400);
	ck_assert_uint_gt(seen.tcp, 150);
	ck_assert_uint_gt(seen.udp, 200);
	ck_assert_uint_gt(seen.icmp, 20);
	ck_assert_uint_gt(seen.icmpv6, 20);
	ck_assert_uint_ge(seen.sctp, 4);
	ck_assert_uint_gt(seen.inner, 20);
}
END_TEST

/* "123456789" is the check value that the catalogue of CRCs gives for this one; a whole SCTP packet
 * is what fixing takes. */
START_TEST(crc32c_is_the_known_one)
{
	ck_assert_uint_eq(crc32c_by_bits((const uint8_t *)"123456789", 9), 0xe3069283);
}
END_TEST

/* The last stop of RFC 8754 is the first address of the list, of RFC 8200 the last one. */
START_TEST(routing_headers_lead_the_checksum)
{
	static const struct {
		const char *name;
		uint32_t size, stop; /* of the routing header; place of the address in it */
	} expected[] = {
		{ "ipv6-srv6-udp", 40, 8 },
		{ "ipv6-routing0-udp", 40, 24 },
		{ "ipv6-routing-left-udp", 24, 8 },
	};

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct opn_packet *packet = &frame(expected[i].name)->packet;
		const uint8_t *ip = packet->data + 14, *udp = ip + 40 + expected[i].size;
		size_t length = packet->length - 14 - 40 - expected[i].size;
		uint32_t sum = sum16(0, ip + 8, 16) + sum16(0, ip + 40 + expected[i].stop, 16);

		ck_assert_uint_eq(sum16(sum + 17 + length, udp, length), 0xffff);
	}
}
END_TEST

/* RFC 768: a checksum of zero is sent as all ones. */
START_TEST(udp_checksums_are_never_zero)
{
	static const char *const names[] = { "ipv4-udp", "ipv6-udp" };

	for (size_t i = 0; i < 2; i++) {
		const struct opn_packet *packet = &frame(names[i])->packet;
		uint8_t data[128], *udp = data + 14 + (i ? 40 : 20);
		uint32_t word;

		memcpy(data, packet->data, packet->length);
		word = (udp[8] << 8 | udp[9]) + (udp[6] << 8 | udp[7]);
		word = (word & 0xffff) + (word >> 16);
		udp[8] = word >> 8;
		udp[9] = word;
		opn_packet_fix(data, packet->length, false);
		ck_assert_uint_eq(udp[6] << 8 | udp[7], 0xffff);
	}
}
END_TEST

/* All lengths and checksums are spoiled and come back. */
START_TEST(fixing_restores_well_formed_frames)
{
	uint8_t data[OPN_PACKET_MAX];
	size_t restored = 0;

	for (size_t i = 0; i < frame_count; i++) {
		const struct opn_packet *packet = &frames[i].packet;
		struct opn_stack stack;

		/* Padding would become part of the packet. */
		if (!is_well_formed(&frames[i]) || strstr(frames[i].name, "-minimal"))
			continue;
		memcpy(data, packet->data, packet->length);
		opn_stack_read(data, packet->length, true, &stack);
		for (unsigned int j = 0; j < stack.count; j++) {
			const struct opn_layer *layer = &stack.layers[j];
			const struct opn_header_row *row = &opn_header_rows[layer->header];
			uint8_t *at = data + layer->offset;
			int sum = row->sum ? opn_field_offset(at, row->sum) : -1;

			if (layer->fragment)
				continue;
			if (row->length)
				at[opn_field_rows[row->length].offset + 1] ^= 0x55;
			if (sum >= 0 && (at[sum] || at[sum + 1]))
				at[sum] = at[sum] == 0x5a ? 0xa5 : 0x5a;
		}
		restored += memcmp(data, packet->data, packet->length) != 0;
		opn_packet_fix(data, packet->length, true);
		ck_assert_msg(!memcmp(data, packet->data, packet->length), "%s", frames[i].name);
	}
	ck_assert_uint_gt(restored, 700);
}
END_TEST

START_TEST(fixing_keeps_lengths_unless_told)
{
	const struct opn_packet *packet = &frame("ipv4-udp-minimal")->packet;
	uint8_t data[OPN_PACKET_MAX];

	memcpy(data, packet->data, packet->length);
	data[15] ^= 0x10; /* tos */
	opn_packet_fix(data, packet->length, false);
	ck_assert_uint_eq(sum16(0, data + 14, 20), 0xffff);
	ck_assert_uint_eq(data[17], 28);
	opn_packet_fix(data, packet->length, true);
	ck_assert_uint_eq(data[17], 46);
	ck_assert_uint_eq(data[39], 26);
	ck_assert_uint_eq(sum16(0, data + 14, 20), 0xffff);
}
END_TEST

Suite *packet_fix_suite(void)
{
	Suite *suite = suite_create("packet-fix");
	TCase *tcase = tcase_create("packet-fix");

	tcase_add_checked_fixture(tcase, make_frames, free_frames);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, crc32c_is_the_known_one);
	tcase_add_test(tcase, checksums_are_right);
	tcase_add_test(tcase, routing_headers_lead_the_checksum);
	tcase_add_test(tcase, udp_checksums_are_never_zero);
	tcase_add_test(tcase, fixing_restores_well_formed_frames);
	tcase_add_test(tcase, fixing_keeps_lengths_unless_told);
	suite_add_tcase(suite, tcase);
	return suite;
}
