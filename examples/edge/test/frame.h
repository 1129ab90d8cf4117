/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * frame.h - frames for the test, built and judged without a line of the programs under test
 *
 * Headers are written byte by byte at a growing end; lengths and checksums are filled in by the
 * call that closes a header. Nothing of ../include is used but the types of map keys.
 */
#ifndef EDGE_FRAME_H
#define EDGE_FRAME_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct frame {
	uint8_t bytes[4096];
	uint32_t length;
};

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

static inline void put(struct frame *frame, const void *bytes, size_t length)
{
	if (frame->length + length > sizeof(frame->bytes))
		abort();
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

static inline void put8(struct frame *frame, uint8_t value)
{
	put(frame, &value, 1);
}

static inline void put16(struct frame *frame, uint16_t value)
{
	value = htons(value);
	put(frame, &value, 2);
}

static inline void put32(struct frame *frame, uint32_t value)
{
	value = htonl(value);
	put(frame, &value, 4);
}

static inline void set16(struct frame *frame, uint32_t at, uint16_t value)
{
	frame->bytes[at] = value >> 8;
	frame->bytes[at + 1] = value;
}

static inline uint16_t get16(const struct frame *frame, uint32_t at)
{
	return frame->bytes[at] << 8 | frame->bytes[at + 1];
}

/* The sum of RFC 1071, not inverted, of big-endian words; an odd last byte counts as a high one. */
static inline uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	uint32_t total = start;

	for (size_t i = 0; i < length; i++)
		total += i & 1 ? bytes[i] : bytes[i] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

static inline int family_of(const char *address)
{
	return strchr(address, ':') ? AF_INET6 : AF_INET;
}

static inline size_t size_of(const char *address)
{
	return family_of(address) == AF_INET6 ? 16 : 4;
}

/* An address as text to network byte order; a wrong one is the test's fault. */
static inline void address(const char *text, void *out)
{
	if (inet_pton(family_of(text), text, out) != 1) {
		fprintf(stderr, "not an address: %s\n", text);
		abort();
	}
}

static inline void put_address(struct frame *frame, const char *text)
{
	uint8_t bytes[16];

	address(text, bytes);
	put(frame, bytes, size_of(text));
}

static const uint8_t mac_router[6] = { 0x02, 0, 0, 0, 0, 0xaa };
static const uint8_t mac_edge[6] = { 0x02, 0, 0, 0, 0, 0xbb };
static const uint8_t mac_gateway[6] = { 0x02, 0, 0, 0, 0, 0xcc };

static inline void put_eth(struct frame *frame, const uint8_t *to, const uint8_t *from,
			   uint16_t ethertype)
{
	put(frame, to, 6);
	put(frame, from, 6);
	put16(frame, ethertype);
}

/* An IP header whose length and checksum close_ip() fills in. Returns where it begins. */
static inline uint32_t put_ip(struct frame *frame, const char *src, const char *dst,
			      uint8_t protocol, uint8_t tos, uint16_t fragment)
{
	uint32_t at = frame->length;

	if (family_of(src) == AF_INET) {
		put8(frame, 0x45);
		put8(frame, tos);
		put16(frame, 0); /* length */
		put16(frame, 0); /* identification */
		put16(frame, fragment);
		put8(frame, 64);
		put8(frame, protocol);
		put16(frame, 0); /* checksum */
	} else {
		put32(frame, 6u << 28 | tos << 20);
		put16(frame, 0); /* length */
		put8(frame, protocol);
		put8(frame, 64);
	}
	put_address(frame, src);
	put_address(frame, dst);
	return at;
}

static inline void sum_ipv4(struct frame *frame, uint32_t at)
{
	set16(frame, at + 10, 0);
	set16(frame, at + 10, ~sum(frame->bytes + at, (frame->bytes[at] & 15) * 4, 0));
}

static inline void close_ip(struct frame *frame, uint32_t at)
{
	if (frame->bytes[at] >> 4 == 6) {
		set16(frame, at + 4, frame->length - at - 40);
		return;
	}
	set16(frame, at + 2, frame->length - at);
	sum_ipv4(frame, at);
}

/* The checksum of what follows an IP header at ip, from at to the packet's end: 0xffff if right. */
static inline uint32_t sum_l4(const struct frame *frame, uint32_t ip, uint32_t at, uint8_t protocol)
{
	uint32_t length = frame->length - at, pseudo = length + protocol;

	if (frame->bytes[ip] >> 4 == 6)
		pseudo = sum(frame->bytes + ip + 8, 32, pseudo);
	else
		pseudo = sum(frame->bytes + ip + 12, 8, pseudo);
	return sum(frame->bytes + at, length, pseudo);
}

static inline void put_payload(struct frame *frame, size_t length)
{
	for (size_t i = 0; i < length; i++)
		put8(frame, i * 7);
}

static inline void put_tcp(struct frame *frame, uint32_t ip, uint16_t sport, uint16_t dport,
			   uint8_t flags, size_t payload)
{
	uint32_t at = frame->length;

	put16(frame, sport);
	put16(frame, dport);
	put32(frame, 1000);
	put32(frame, 0);
	put8(frame, 5 << 4);
	put8(frame, flags);
	put16(frame, 8192);
	put32(frame, 0); /* checksum, urgent pointer */
	put_payload(frame, payload);
	set16(frame, at + 16, ~sum_l4(frame, ip, at, 6));
}

static inline void put_udp(struct frame *frame, uint32_t ip, uint16_t sport, uint16_t dport,
			   size_t payload)
{
	uint32_t at = frame->length;

	put16(frame, sport);
	put16(frame, dport);
	put16(frame, 8 + payload);
	put16(frame, 0);
	put_payload(frame, payload);
	set16(frame, at + 6, ~sum_l4(frame, ip, at, 17));
}

static inline uint16_t ethertype_of(const char *text)
{
	return family_of(text) == AF_INET ? 0x0800 : 0x86dd;
}

/* A whole frame from the router to the edge. */
static inline struct frame tcp(const char *src, const char *dst, uint16_t sport, uint16_t dport,
			       uint8_t flags, size_t payload)
{
	struct frame frame = { .length = 0 };
	uint32_t ip;

	put_eth(&frame, mac_edge, mac_router, ethertype_of(src));
	ip = put_ip(&frame, src, dst, 6, 0x28, 0x4000);
	put_tcp(&frame, ip, sport, dport, flags, payload);
	close_ip(&frame, ip);
	return frame;
}

static inline struct frame udp(const char *src, const char *dst, uint16_t sport, uint16_t dport,
			       uint8_t tos, size_t payload)
{
	struct frame frame = { .length = 0 };
	uint32_t ip;

	put_eth(&frame, mac_edge, mac_router, ethertype_of(src));
	ip = put_ip(&frame, src, dst, 17, tos, 0);
	put_udp(&frame, ip, sport, dport, payload);
	close_ip(&frame, ip);
	return frame;
}

/* What of an inner frame follows its Ethernet header, wrapped as the far end wants it. gue: -1 for
 * IP in IP, else the GUE variant; sport: of the outer UDP header. */
static inline struct frame wrap(const struct frame *inner, const char *src, const char *dst,
				uint8_t tos, int gue, uint16_t sport)
{
	uint8_t protocol = inner->bytes[14] >> 4 == 6 ? 41 : 4;
	uint32_t length = inner->length - 14, at;
	struct frame frame = { .length = 0 };

	put_eth(&frame, mac_gateway, mac_edge, ethertype_of(dst));
	at = put_ip(&frame, src, dst, gue < 0 ? protocol : 17, tos, 0x4000);
	if (gue >= 0) {
		put16(&frame, sport);
		put16(&frame, 6080);
		put16(&frame, 8 + (gue ? 0 : 4) + length);
		put16(&frame, 0);
	}
	if (gue == 0) {
		put8(&frame, 0);
		put8(&frame, protocol);
		put16(&frame, 0);
	}
	put(&frame, inner->bytes + 14, length);
	close_ip(&frame, at);
	return frame;
}

#endif /* EDGE_FRAME_H */
