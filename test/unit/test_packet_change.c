// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * test_packet_change.c - random frames, mutated frames, shrunk frames
 *
 * Frames stand in memory of exactly OPN_PACKET_MAX bytes, so that the sanitizer build sees every
 * byte written past it.
 */
#include <stdlib.h>
#include <string.h>

#include "packet_stack.h"
#include "unit.h"

enum { ROUNDS = 100000 };

static struct opn_arena *arena;
static struct opn_base_frame *frames;
static size_t frame_count;
static uint8_t *data;

static void set_up(void)
{
	arena = opn_arena_new(NULL, NULL);
	frame_count = opn_packet_base_frames(arena, &frames);
	data = malloc(OPN_PACKET_MAX);
}

static void tear_down(void)
{
	free(data);
	opn_arena_free(arena);
}

static uint32_t load(const char *name)
{
	for (size_t i = 0; i < frame_count; i++) {
		if (!strcmp(frames[i].name, name)) {
			memcpy(data, frames[i].packet.data, frames[i].packet.length);
			return frames[i].packet.length;
		}
	}
	ck_abort_msg("no base frame '%s'", name);
}

static uint32_t load_any(size_t number)
{
	const struct opn_packet *packet = &frames[number % frame_count].packet;

	memcpy(data, packet->data, packet->length);
	return packet->length;
}

/* The first header of this kind, or NULL. */
static const uint8_t *find(const uint8_t *frame, uint32_t length, enum opn_header header)
{
	struct opn_stack stack;

	opn_stack_read(frame, length, true, &stack);
	for (unsigned int i = 0; i < stack.count; i++) {
		if (stack.layers[i].header == header && !stack.layers[i].cut)
			return frame + stack.layers[i].offset;
	}
	return NULL;
}

static bool ipv4_checksum_is_right(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < (ip[0] & 15) * 4; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* ---- writing ---- */

START_TEST(drawing_keeps_what_was_said)
{
	const struct opn_layer_spec spec = { .header = OPN_H_TCP,
					     .sets = { { OPN_F_TCP_DESTINATION, 22 },
						       { OPN_F_TCP_FLAGS, 0x12 } } };
	struct opn_random random;
	const struct opn_draw draw = { &random, NULL };
	uint8_t bytes[OPN_LAYER_MAX];
	size_t drawn = 0;

	opn_random_seed(&random, 1, 0);
	for (int i = 0; i < 1000; i++) {
		ck_assert_uint_eq(opn_layer_write(&spec, &draw, bytes), 20);
		ck_assert_mem_eq(bytes + 2, "\0\x16", 2);
		ck_assert_uint_eq(bytes[13], 0x12);
		drawn += bytes[0] != 0x9c || bytes[1] != 0x40;
	}
	ck_assert(drawn > 300 && drawn < 700);
}
END_TEST

/* Noise is in the last byte only: the networks are few. */
START_TEST(pools_are_of_few_networks)
{
	static const char networks[][3] = { { 10, 0, 0 },  { (char)192, (char)168, 0 },
					    { 1, 1, 1 },   { (char)192, (char)168, 1 },
					    { 127, 0, 0 }, { (char)224, 0, 0 },
					    { 0, 0, 0 },   { (char)255, (char)255, (char)255 } };
	size_t seen[8] = { 0 }, noisy = 0;
	struct opn_random random;
	uint8_t address[4];

	opn_random_seed(&random, 1, 0);
	for (int i = 0; i < 2000; i++) {
		size_t j = 0;

		opn_pool_put(&random, &opn_field_rows[OPN_F_IPV4_SOURCE], address);
		while (j < 8 && memcmp(networks[j], address, 3) != 0)
			j++;
		ck_assert_uint_lt(j, 8);
		seen[j]++;
		noisy += j == 0 && address[3] > 3 && address[3] != 254;
	}
	for (size_t j = 0; j < 8; j++)
		ck_assert_uint_gt(seen[j], 50);
	ck_assert_uint_gt(noisy, 50);
}
END_TEST

/* ---- random frames ---- */

static uint64_t generated_hash(uint64_t seed, uint64_t stream, int count)
{
	struct opn_random random;
	uint64_t hash = 0;

	opn_random_seed(&random, seed, stream);
	for (int i = 0; i < count; i++) {
		uint32_t length = opn_packet_generate(&random, NULL, data);

		hash = hash * 31 + opn_hash(data, length);
	}
	return hash;
}

START_TEST(generation_follows_from_seed_and_stream)
{
	ck_assert_uint_eq(generated_hash(1, 0, 1000), generated_hash(1, 0, 1000));
	ck_assert_uint_ne(generated_hash(1, 0, 1000), generated_hash(1, 1, 1000));
	ck_assert_uint_ne(generated_hash(1, 0, 1000), generated_hash(2, 0, 1000));
}
END_TEST

START_TEST(generation_keeps_limits_and_reaches_every_header)
{
	size_t seen[OPN_HEADERS] = { 0 };
	struct opn_random random;

	opn_random_seed(&random, 1, 0);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t length = opn_packet_generate(&random, NULL, data);
		struct opn_stack stack;

		ck_assert_uint_ge(length, OPN_FRAME_MIN);
		ck_assert_uint_le(length, OPN_PACKET_MAX);
		opn_stack_read(data, length, true, &stack);
		for (unsigned int j = 0; j < stack.count; j++)
			seen[stack.layers[j].header]++;
	}
	for (unsigned int header = 1; header < OPN_HEADERS; header++)
		ck_assert_msg(seen[header] > 20, "%zu frames with %s", seen[header],
			      opn_header_rows[header].name);
}
END_TEST

static int compare_flows(const void *a, const void *b)
{
	return memcmp(a, b, 12);
}

/* Addresses and ports come from few, so that packets belong together. */
START_TEST(generated_packets_form_flows)
{
	enum { PACKETS = 20000 };
	uint8_t(*flows)[12] = calloc(PACKETS, 12);
	struct opn_random random;
	size_t count = 0, distinct = 1, largest = 1, run = 1;

	opn_random_seed(&random, 5, 0);
	for (int i = 0; i < PACKETS; i++) {
		uint32_t length = opn_packet_generate(&random, NULL, data);
		const uint8_t *ip = find(data, length, OPN_H_IPV4);
		const uint8_t *tcp = find(data, length, OPN_H_TCP);

		if (!ip || !tcp)
			continue;
		memcpy(flows[count], ip + 12, 8);
		memcpy(flows[count++] + 8, tcp, 4);
	}
	ck_assert_uint_gt(count, 2000);
	qsort(flows, count, 12, compare_flows);
	for (size_t i = 1; i < count; i++) {
		bool same = !memcmp(flows[i - 1], flows[i], 12);

		run = same ? run + 1 : 1;
		distinct += !same;
		if (run > largest)
			largest = run;
	}
	ck_assert_uint_gt(distinct, 100);
	ck_assert_uint_lt(distinct * 5, count * 4);
	ck_assert_uint_gt(largest, 20);
	free(flows);
}
END_TEST

START_TEST(generation_uses_the_dictionary)
{
	struct opn_dictionary dictionary = { 0 };
	struct opn_random random;
	size_t addresses = 0, ports = 0, with = 0;

	ck_assert_int_eq(opn_dictionary_add(&dictionary, "\xc6\x33\x64\x07", 4), 0);
	ck_assert_int_eq(opn_dictionary_add(&dictionary, "\x30\x39", 2), 0);
	opn_random_seed(&random, 1, 0);
	for (int i = 0; i < 10000; i++) {
		uint32_t length = opn_packet_generate(&random, &dictionary, data);
		const uint8_t *ip = find(data, length, OPN_H_IPV4);
		const uint8_t *tcp = find(data, length, OPN_H_TCP);

		if (!ip || !tcp)
			continue;
		with++;
		addresses += !memcmp(ip + 16, "\xc6\x33\x64\x07", 4);
		ports += !memcmp(tcp + 2, "\x30\x39", 2);
	}
	/* Half of the fields are drawn, half of these from the dictionary. */
	ck_assert_uint_gt(addresses * 6, with);
	ck_assert_uint_gt(ports * 6, with);
	ck_assert_uint_lt(addresses * 2, with);
	opn_dictionary_free(&dictionary);
}
END_TEST

/* ---- mutation ---- */

static void fill_dictionary(struct opn_dictionary *dictionary)
{
	for (size_t size = 1; size <= OPN_WORD_MAX; size++)
		ck_assert_int_eq(opn_dictionary_add(dictionary,
						    "\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8"
						    "\xd9\xda\xdb\xdc\xdd\xde\xdf\xd0",
						    size),
				 0);
}

START_TEST(mutation_keeps_limits)
{
	static const uint32_t lengths[] = {
		0, 1, 13, 14, 15, 59, 60, 1514, OPN_PACKET_MAX - 1, OPN_PACKET_MAX
	};
	struct opn_dictionary dictionary = { 0 };
	struct opn_random random;
	uint32_t length = 0;

	fill_dictionary(&dictionary);
	opn_random_seed(&random, 1, 0);
	/* Chains of 16, as a run keeps what was new and goes on from there. */
	for (int i = 0; i < ROUNDS; i++) {
		if (i % 16 == 0)
			length = load_any(i / 16);
		length = opn_packet_mutate(&random, i & 1 ? &dictionary : NULL, data, length);
		ck_assert_uint_ge(length, OPN_FRAME_MIN);
		ck_assert_uint_le(length, OPN_PACKET_MAX);
	}
	for (int i = 0; i < 5000; i++) {
		length = lengths[i % (sizeof(lengths) / sizeof(lengths[0]))];
		for (uint32_t j = 0; j < length; j++)
			data[j] = opn_random_next(&random);
		length = opn_packet_mutate(&random, &dictionary, data, length);
		ck_assert_uint_ge(length, OPN_FRAME_MIN);
		ck_assert_uint_le(length, OPN_PACKET_MAX);
	}
	opn_dictionary_free(&dictionary);
}
END_TEST

static uint64_t mutated_hash(uint64_t stream)
{
	struct opn_random random;
	uint64_t hash = 0;

	opn_random_seed(&random, 1, stream);
	for (int i = 0; i < 2000; i++) {
		uint32_t length = opn_packet_mutate(&random, NULL, data, load_any(i));

		hash = hash * 31 + opn_hash(data, length);
	}
	return hash;
}

START_TEST(mutation_follows_from_the_state)
{
	ck_assert_uint_eq(mutated_hash(0), mutated_hash(0));
	ck_assert_uint_ne(mutated_hash(0), mutated_hash(1));
}
END_TEST

/* What is checked of 20,000 mutants of one TCP packet. */
START_TEST(mutation_changes_much_and_repairs_most)
{
	enum { MUTANTS = 20000 };
	struct opn_dictionary dictionary = { 0 };
	uint8_t original[128];
	uint32_t length, size = load("ipv4-tcp-syn");
	uint64_t shape = opn_packet_shape(data, size);
	size_t changed = 0, shapes = 0, ipv4 = 0, right = 0, longer = 0, shorter = 0, words = 0;
	size_t tagged = 0, tunnels = 0, swapped = 0, lengths_right = 0, tunnels_right = 0,
	       meant = 0;
	struct opn_random random;

	memcpy(original, data, size);
	fill_dictionary(&dictionary);
	opn_random_seed(&random, 3, 0);
	for (int i = 0; i < MUTANTS; i++) {
		const uint8_t *ip, *tcp;
		bool is_right;

		memcpy(data, original, size);
		length = opn_packet_mutate(&random, &dictionary, data, size);
		changed += length != size || memcmp(data, original, size) != 0;
		longer += length > size;
		shorter += length < size;
		shapes += opn_packet_shape(data, length) != shape;
		words += memmem(data, length, "\xd1\xd2\xd3\xd4", 4) != NULL;
		tagged += find(data, length, OPN_H_VLAN) != NULL;
		tunnels += find(data, length, OPN_H_GRE) || find(data, length, OPN_H_VXLAN);
		ip = find(data, length, OPN_H_IPV4);
		tcp = find(data, length, OPN_H_TCP);
		swapped += tcp && !memcmp(tcp, "\x1f\x90\x9c\x40", 4);
		if (!ip)
			continue;
		ipv4++;
		right += ipv4_checksum_is_right(ip);
		is_right = (uint32_t)(ip[2] << 8 | ip[3]) == length - (ip - data);
		lengths_right += is_right;
		meant += !is_right && ipv4_checksum_is_right(ip);
		if (find(data, length, OPN_H_GRE) || find(data, length, OPN_H_VXLAN))
			tunnels_right += is_right;
	}
	ck_assert_uint_gt(changed * 10, MUTANTS * 9);
	ck_assert_uint_gt(shapes * 5, MUTANTS);
	ck_assert_uint_lt(shapes * 5, MUTANTS * 4);
	ck_assert_uint_gt(longer * 20, MUTANTS);
	ck_assert_uint_gt(shorter * 20, MUTANTS);
	ck_assert_uint_gt(words * 20, MUTANTS);
	ck_assert_uint_gt(tagged, MUTANTS / 200);
	ck_assert_uint_gt(tunnels, MUTANTS / 500);
	ck_assert_uint_gt(swapped, MUTANTS / 500);
	/* Most are consistent, some are not; what was put in is counted. */
	ck_assert_uint_gt(tunnels_right * 2, tunnels);
	ck_assert_uint_gt(meant * 20, MUTANTS);
	ck_assert_uint_gt(ipv4 * 2, MUTANTS);
	ck_assert_uint_gt(right * 10, ipv4 * 7);
	ck_assert_uint_lt(right * 100, ipv4 * 97);
	ck_assert_uint_gt(lengths_right * 10, ipv4 * 6);
	ck_assert_uint_lt(lengths_right * 100, ipv4 * 95);
	opn_dictionary_free(&dictionary);
}
END_TEST

/* ---- shrinking ---- */

struct question {
	enum opn_header header;	     /* one of this kind; OPN_H_NONE: not asked */
	enum opn_header_field field; /* one with this value; OPN_F_NONE: not asked */
	uint64_t value;
	uint32_t least;	  /* length of the frame */
	const char *text; /* anywhere in the frame */
	bool in_options;  /* ... but in the tail of the TCP header */
	bool ipv4_wrong;
	unsigned int calls;
};

static bool has_value(const uint8_t *frame, uint32_t length, enum opn_header_field field,
		      uint64_t value)
{
	const struct opn_field_row *row = &opn_field_rows[field];
	struct opn_stack stack;

	opn_stack_read(frame, length, true, &stack);
	for (unsigned int i = 0; i < stack.count; i++) {
		const uint8_t *at = frame + stack.layers[i].offset;
		int offset;

		if (stack.layers[i].header != row->header || stack.layers[i].cut)
			continue;
		offset = opn_field_offset(at, field);
		if (offset >= 0 && opn_value_get(at + offset, row->size) == value)
			return true;
	}
	return false;
}

static bool holds(void *context, const uint8_t *frame, uint32_t length)
{
	struct question *question = context;
	const uint8_t *at = NULL;

	question->calls++;
	if (question->header)
		at = find(frame, length, question->header);
	if (length < question->least || (question->header && !at) ||
	    (question->ipv4_wrong && ipv4_checksum_is_right(at)))
		return false;
	if (question->in_options) {
		frame = at + 20;
		length = (at[12] >> 4) * 4 - 20;
	}
	if (question->text && !memmem(frame, length, question->text, strlen(question->text)))
		return false;
	return !question->field || has_value(frame, length, question->field, question->value);
}

static uint32_t shrink(const char *name, struct question *question)
{
	uint32_t length = load(name);

	ck_assert(holds(question, data, length));
	length = opn_packet_shrink(data, length, holds, question, 100000);
	ck_assert(holds(question, data, length));
	ck_assert_uint_lt(question->calls, 10000);
	return length;
}

START_TEST(shrinking_leaves_the_header_that_matters)
{
	struct question tcp = { .field = OPN_F_TCP_DESTINATION, .value = 8080 };
	struct question vni = { .field = OPN_F_VXLAN_VNI, .value = 42 };
	struct question vlan = { .field = OPN_F_VLAN_TCI, .value = 300 };
	struct question scale = { .header = OPN_H_TCP, .text = "\x03\x03\x07", .in_options = true };
	uint8_t plain[54];
	uint32_t length;

	/* All that is around a TCP header goes; the rest is as in the plain frame. */
	load("ipv4-tcp-syn");
	memcpy(plain, data, sizeof(plain));
	length = shrink("ipv4-vxlan-ipv4-tcp-syn", &tcp);
	ck_assert_uint_eq(length, 54);
	ck_assert_str_eq(opn_packet_summary(arena, data, length),
			 "ethernet / ipv4 / tcp, 54 bytes");
	/* But for the length, the flags, which are an ACK then, and what is summed up. */
	ck_assert_mem_eq(data, plain, 16);
	ck_assert_uint_eq(data[17], 40);
	ck_assert_mem_eq(data + 18, plain + 18, 6);
	ck_assert_mem_eq(data + 26, plain + 26, 20);
	ck_assert_uint_eq(data[47], 0x10);
	ck_assert(ipv4_checksum_is_right(data + 14));

	ck_assert_uint_eq(shrink("ipv4-options40-tcp-syn", &tcp), 54);
	ck_assert_uint_eq(shrink("ipv4-tcp-md5", &tcp), 54);
	ck_assert_uint_eq(shrink("ipv4-gre-all-ipv4-tcp-syn", &tcp), 54);
	ck_assert_uint_eq(shrink("triple-ipv4-tcp-syn", &tcp), 54);
	ck_assert_uint_eq(shrink("ipv6-all-tcp-syn", &tcp), 74);
	ck_assert_uint_eq(shrink("ipv4-vxlan-ipv4-tcp-syn", &vni), 50);
	ck_assert_uint_eq(shrink("triple-ipv4-tcp-syn", &vlan), 18);
	ck_assert_uint_eq(shrink("ipv4-tcp-syn-usual", &scale), 58);
}
END_TEST

START_TEST(shrinking_drops_optional_fields)
{
	struct question gre = { .header = OPN_H_GRE };
	struct question key = { .field = OPN_F_GRE_KEY, .value = 1 };

	ck_assert_uint_eq(shrink("ipv4-gre-all-ipv4-udp", &gre), 38);
	ck_assert_uint_eq(shrink("ipv4-gre-all-ipv4-udp", &key), 42);
}
END_TEST

START_TEST(shrinking_finds_lengths_and_bytes)
{
	struct question length = { .least = 77 }, text = { .text = "xyz" }, nothing = { 0 };

	ck_assert_uint_eq(shrink("ipv4-udp-1400", &length), 77);
	/* A frame of nothing but zeros and its text. */
	ck_assert_uint_eq(shrink("ipv4-udp-1400", &text), 17);
	ck_assert_mem_eq(data + 14, "xyz", 3);
	ck_assert_uint_eq(shrink("ipv4-udp-1400", &nothing), 14);
	ck_assert_mem_eq(data, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\xb5", 14);
}
END_TEST

START_TEST(shrinking_keeps_what_is_wrong)
{
	struct question wrong = { .header = OPN_H_IPV4, .ipv4_wrong = true };
	struct question ttl = { .field = OPN_F_IPV4_TTL, .value = 1 };

	ck_assert_uint_eq(shrink("ipv4-tcp-syn, header checksum at 14", &wrong), 34);
	ck_assert_uint_eq(shrink("ipv4-ttl1-tcp-syn", &ttl), 34);
	ck_assert(ipv4_checksum_is_right(data + 14));
}
END_TEST

static bool never(void *context, const uint8_t *frame, uint32_t length)
{
	(void)frame;
	(void)length;
	++*(unsigned int *)context;
	return false;
}

START_TEST(shrinking_asks_no_more_than_it_may)
{
	struct question tcp = { .header = OPN_H_TCP };
	uint32_t length = load("ipv4-tcp-syn-1400");
	uint8_t *before = malloc(length);
	unsigned int calls = 0;

	memcpy(before, data, length);
	ck_assert_uint_eq(opn_packet_shrink(data, length, never, &calls, 50), length);
	ck_assert_mem_eq(data, before, length);
	ck_assert_uint_eq(calls, 50);
	ck_assert_uint_eq(opn_packet_shrink(data, length, never, &calls, 0), length);
	ck_assert_uint_eq(calls, 50);
	free(before);
	length = opn_packet_shrink(data, length, holds, &tcp, 7);
	ck_assert_uint_le(tcp.calls, 7);
	ck_assert_ptr_nonnull(find(data, length, OPN_H_TCP));
}
END_TEST

/* Whatever the frame: the shape that a program saw is kept, and nothing is written past the end. */
START_TEST(shrinking_takes_any_frame)
{
	struct opn_random random;

	opn_random_seed(&random, 11, 0);
	for (int i = 0; i < 300; i++) {
		uint32_t length = opn_packet_mutate(&random, NULL, data, load_any(i * 29));
		struct opn_stack stack;
		struct question last = { 0 };
		uint32_t shrunk;

		opn_stack_read(data, length, true, &stack);
		for (unsigned int j = 0; j < stack.count; j++) {
			if (!stack.layers[j].cut)
				last.header = stack.layers[j].header;
		}
		shrunk = opn_packet_shrink(data, length, holds, &last, 2000);
		ck_assert_uint_le(shrunk, length);
		ck_assert_uint_ge(shrunk, OPN_FRAME_MIN);
		ck_assert(holds(&last, data, shrunk));
		/* DHCP is the longest header. */
		ck_assert_uint_le(shrunk, 14 + 40 + 8 + 240);
	}
}
END_TEST

Suite *packet_change_suite(void)
{
	Suite *suite = suite_create("packet-change");
	TCase *tcase = tcase_create("packet-change");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, drawing_keeps_what_was_said);
	tcase_add_test(tcase, pools_are_of_few_networks);
	tcase_add_test(tcase, generation_follows_from_seed_and_stream);
	tcase_add_test(tcase, generation_keeps_limits_and_reaches_every_header);
	tcase_add_test(tcase, generated_packets_form_flows);
	tcase_add_test(tcase, generation_uses_the_dictionary);
	tcase_add_test(tcase, mutation_keeps_limits);
	tcase_add_test(tcase, mutation_follows_from_the_state);
	tcase_add_test(tcase, mutation_changes_much_and_repairs_most);
	tcase_add_test(tcase, shrinking_leaves_the_header_that_matters);
	tcase_add_test(tcase, shrinking_drops_optional_fields);
	tcase_add_test(tcase, shrinking_finds_lengths_and_bytes);
	tcase_add_test(tcase, shrinking_keeps_what_is_wrong);
	tcase_add_test(tcase, shrinking_asks_no_more_than_it_may);
	tcase_add_test(tcase, shrinking_takes_any_frame);
	suite_add_tcase(suite, tcase);
	return suite;
}
