// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_shapes.c - builds frames of pieces: all of them in order, or a random one
 *
 * The base frames are every choice of every group, then what is wrong on purpose, then truncations;
 * a frame that was there already is left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "packet_pieces.h"

static const struct opn_draw no_draw;

/* What is put together before bytes are written. */
struct plan {
	const struct opn_layer_spec *specs[OPN_SPECS_MAX];
	unsigned int count;
	const struct opn_piece *last; /* whose content comes first in the payload */
	bool closed;
	uint32_t size, minimal;
};

static void add_piece(struct plan *plan, const struct opn_piece *piece)
{
	for (int i = 0; i < OPN_PIECE_LAYERS && piece->layers[i].header; i++) {
		if (plan->count < OPN_SPECS_MAX)
			plan->specs[plan->count++] = &piece->layers[i];
	}
	if (piece->content)
		plan->last = piece;
	plan->closed |= piece->closed;
}

static void fill_payload(const struct opn_draw *draw, uint8_t *at, uint32_t size)
{
	const struct opn_word *word;

	for (uint32_t i = 0; i < size; i++)
		at[i] = 'a' + i % 26;
	if (!draw->random || !size || opn_random_below(draw->random, 2))
		return;
	for (uint32_t i = 0; i < MIN(size, 32u); i += 8) {
		uint64_t bits = opn_random_next(draw->random);

		memcpy(at + i, &bits, MIN(size - i, 8u));
	}
	word = opn_dictionary_pick(draw->dictionary, draw->random,
				   1u << opn_random_below(draw->random, 5));
	if (word && word->size <= size)
		memcpy(at, word->bytes, word->size);
}

/* Returns the frame's length. */
static uint32_t build(const struct plan *plan, const struct opn_draw *draw, uint8_t *data)
{
	uint32_t content = plan->last ? plan->last->content_size : 0;
	uint32_t offsets[OPN_SPECS_MAX], length = 0, size;

	for (unsigned int i = 0; i < plan->count; i++) {
		offsets[i] = length;
		length += opn_layer_write(plan->specs[i], draw, data + length);
	}
	for (unsigned int i = plan->count; i-- > 1;)
		opn_layer_link(data + offsets[i - 1], plan->specs[i - 1]->header,
			       plan->specs[i]->header, data[offsets[i]]);
	if (content)
		memcpy(data + length, plan->last->content, content);
	length += content;
	size = plan->closed ? 0 : MIN(plan->size, OPN_PACKET_MAX - length);
	fill_payload(draw, data + length, size);
	length += size;
	opn_packet_fix(data, length, true);
	if (length < plan->minimal) {
		memset(data + length, 0, plan->minimal - length);
		length = plan->minimal;
	}
	return length;
}

/* ---- base frames ---- */

struct base {
	struct opn_arena *arena;
	struct opn_base_frame *list;
	size_t count, capacity;
	uint64_t *seen; /* a table of hashes of what was there; 0: free */
	size_t seen_count, slots;
	bool failed;
};

static uint64_t *find_seen(const struct base *base, uint64_t hash)
{
	size_t slot = hash & (base->slots - 1);

	while (base->seen[slot] && base->seen[slot] != hash)
		slot = (slot + 1) & (base->slots - 1);
	return &base->seen[slot];
}

static bool grow_seen(struct base *base)
{
	struct base grown = { .slots = MAX(base->slots * 2, (size_t)4096) };

	grown.seen = calloc(grown.slots, sizeof(*grown.seen));
	if (!grown.seen)
		return false;
	for (size_t i = 0; i < base->slots; i++) {
		if (base->seen[i])
			*find_seen(&grown, base->seen[i]) = base->seen[i];
	}
	free(base->seen);
	base->seen = grown.seen;
	base->slots = grown.slots;
	return true;
}

/* Whether the hash is new; remembers it. */
static bool is_new(struct base *base, uint64_t hash)
{
	uint64_t *slot;

	if (base->seen_count * 2 >= base->slots && !grow_seen(base)) {
		base->failed = true;
		return false;
	}
	slot = find_seen(base, hash ?: 1);
	if (*slot)
		return false;
	*slot = hash ?: 1;
	base->seen_count++;
	return true;
}

static bool grow_list(struct base *base)
{
	size_t capacity = MAX(base->capacity * 2, (size_t)1024);
	struct opn_base_frame *list = opn_arena_array(base->arena, capacity, sizeof(*list));

	if (!list)
		return false;
	if (base->count)
		memcpy(list, base->list, base->count * sizeof(*list));
	base->list = list;
	base->capacity = capacity;
	return true;
}

static void add_frame(struct base *base, const char *name, const char *what, const uint8_t *data,
		      uint32_t length)
{
	struct opn_base_frame *frame;
	uint8_t *copy;

	if (!is_new(base, opn_hash(data, length)))
		return;
	if (base->count == base->capacity && !grow_list(base)) {
		base->failed = true;
		return;
	}
	frame = &base->list[base->count];
	copy = opn_arena_alloc(base->arena, length);
	frame->name = opn_arena_printf(base->arena, "%s%s", name, what);
	if (!copy || !frame->name) {
		base->failed = true;
		return;
	}
	memcpy(copy, data, length);
	frame->packet = (struct opn_packet){ copy, length };
	base->count++;
}

enum what { WELL_FORMED, CORRUPT, CUT };

/* What shows of something wrong in a header depends on the headers before it and on the next one,
 * not on what is in them. The hash tells such cases apart. */
static uint64_t case_of(const struct opn_stack *stack, unsigned int place, enum what what,
			size_t which)
{
	uint32_t form[2 * OPN_STACK_MAX + 2];
	unsigned int count = 0;

	for (unsigned int i = 0; i < stack->count && i <= place + 1; i++) {
		form[count++] = stack->layers[i].header;
		form[count++] = i <= place ? stack->layers[i].size : 0;
	}
	form[count++] = what;
	form[count++] = which;
	return opn_hash(form, count * sizeof(form[0]));
}

/* What is done to a well-formed frame: (value & keep) + add. */
struct corruption {
	const char *name;
	uint16_t field;
	bool fixed; /* the checksums are made right again */
	uint64_t keep, add;
};

#define ALL_BITS	    UINT64_MAX
#define WRONG(name, f, ...) { name, OPN_F_##f, true, __VA_ARGS__ }
#define BROKEN(name, f)	    { name, OPN_F_##f, false, ALL_BITS, 1 }

static const struct corruption corruptions[] = {
	WRONG("ihl 0", IPV4_VERSION, 0xf0, 0),
	WRONG("ihl 4", IPV4_VERSION, 0xf0, 4),
	WRONG("ihl 6", IPV4_VERSION, 0xf0, 6),
	WRONG("ihl 15", IPV4_VERSION, 0xf0, 15),
	WRONG("version 0", IPV4_VERSION, 0x0f, 0),
	WRONG("version 6", IPV4_VERSION, 0x0f, 0x60),
	WRONG("total length 0", IPV4_LENGTH, 0, 0),
	WRONG("total length 19", IPV4_LENGTH, 0, 19),
	WRONG("total length 20", IPV4_LENGTH, 0, 20),
	WRONG("total length 28", IPV4_LENGTH, 0, 28),
	WRONG("total length 1 less", IPV4_LENGTH, ALL_BITS, -1),
	WRONG("total length 1 more", IPV4_LENGTH, ALL_BITS, 1),
	WRONG("total length 65535", IPV4_LENGTH, 0, 65535),
	WRONG("reserved flag", IPV4_FRAGMENT, ALL_BITS, 0x8000),
	BROKEN("header checksum", IPV4_CHECKSUM),
	WRONG("version 4", IPV6_VERSION, 0x0fffffff, 0x40000000),
	WRONG("version 0", IPV6_VERSION, 0x0fffffff, 0),
	WRONG("payload length 0", IPV6_LENGTH, 0, 0),
	WRONG("payload length 7", IPV6_LENGTH, 0, 7),
	WRONG("payload length 1 less", IPV6_LENGTH, ALL_BITS, -1),
	WRONG("payload length 1 more", IPV6_LENGTH, ALL_BITS, 1),
	WRONG("payload length 65535", IPV6_LENGTH, 0, 65535),
	WRONG("header length 255", HOP_BY_HOP_LENGTH, 0, 255),
	WRONG("header length 1", HOP_BY_HOP_LENGTH, 0, 1),
	WRONG("header length 255", DESTINATION_OPTIONS_LENGTH, 0, 255),
	WRONG("data offset 0", TCP_DATA_OFFSET, 0x0f, 0),
	WRONG("data offset 4", TCP_DATA_OFFSET, 0x0f, 0x40),
	WRONG("data offset 6", TCP_DATA_OFFSET, 0x0f, 0x60),
	WRONG("data offset 15", TCP_DATA_OFFSET, 0x0f, 0xf0),
	BROKEN("tcp checksum", TCP_CHECKSUM),
	WRONG("udp length 0", UDP_LENGTH, 0, 0),
	WRONG("udp length 7", UDP_LENGTH, 0, 7),
	WRONG("udp length 8", UDP_LENGTH, 0, 8),
	WRONG("udp length 1 less", UDP_LENGTH, ALL_BITS, -1),
	WRONG("udp length 1 more", UDP_LENGTH, ALL_BITS, 1),
	WRONG("udp length 65535", UDP_LENGTH, 0, 65535),
	BROKEN("udp checksum", UDP_CHECKSUM),
	BROKEN("icmp checksum", ICMP_CHECKSUM),
	BROKEN("icmpv6 checksum", ICMPV6_CHECKSUM),
	BROKEN("sctp checksum", SCTP_CHECKSUM),
	WRONG("gre version", GRE_FLAGS, ALL_BITS, 1),
	WRONG("gue version 3", GUE_VERSION, 0x3f, 0xc0),
	WRONG("gue length 31", GUE_VERSION, 0xe0, 31),
	WRONG("vxlan no vni", VXLAN_FLAGS, 0, 0),
	WRONG("geneve length 63", GENEVE_VERSION, 0xc0, 63),
	WRONG("hardware type 6", ARP_HARDWARE, 0, 6),
	WRONG("hardware size 8", ARP_HARDWARE_SIZE, 0, 8),
	WRONG("no bottom", MPLS_LABEL, 0xfffffe, 0),
};

static void add_corrupt(struct base *base, const char *name, const uint8_t *data, uint32_t length)
{
	uint8_t wrong[OPN_PACKET_MAX];
	struct opn_stack stack;
	char text[64];

	opn_stack_read(data, length, true, &stack);
	for (size_t i = 0; i < sizeof(corruptions) / sizeof(corruptions[0]); i++) {
		const struct corruption *how = &corruptions[i];
		const struct opn_field_row *row = &opn_field_rows[how->field];

		for (unsigned int j = 0; j < stack.count; j++) {
			uint8_t *at = wrong + stack.layers[j].offset + row->offset;

			if (stack.layers[j].header != row->header ||
			    !is_new(base, case_of(&stack, j, CORRUPT, i)))
				continue;
			memcpy(wrong, data, length);
			opn_value_put(at, row->size,
				      (opn_value_get(at, row->size) & how->keep) + how->add);
			if (how->fixed)
				opn_packet_fix(wrong, length, false);
			snprintf(text, sizeof(text), ", %s at %u", how->name,
				 stack.layers[j].offset);
			add_frame(base, name, text, wrong, length);
		}
	}
}

/* Up to every header's end, and one byte around it. */
static void add_cuts(struct base *base, const char *name, const uint8_t *data, uint32_t length)
{
	struct opn_stack stack;
	char text[32];

	opn_stack_read(data, length, true, &stack);
	for (unsigned int i = 0; i < stack.count; i++) {
		uint32_t end = stack.layers[i].offset + stack.layers[i].size;

		for (uint32_t cut = end - 1; cut <= end + 1; cut++) {
			if (cut < OPN_FRAME_MIN || cut >= length ||
			    !is_new(base, case_of(&stack, i, CUT, cut)))
				continue;
			snprintf(text, sizeof(text), ", cut at %u", cut);
			add_frame(base, name, text, data, cut);
		}
	}
}

/* The choice with this number of all that the group has; false past the last. */
static bool plan_choice(const struct opn_group *group, size_t number, struct plan *plan, char *name,
			size_t room)
{
	const struct opn_content *content = &opn_contents[number % group->contents];
	size_t used = 0;

	*plan = (struct plan){ .size = content->size, .minimal = content->minimal };
	number /= group->contents;
	name[0] = '\0';
	for (int i = 0; i < OPN_CHOICES && group->choices[i].list; i++) {
		const struct opn_choice *choice = &group->choices[i];
		const struct opn_piece *piece = &choice->list[number % choice->count];

		number /= choice->count;
		add_piece(plan, piece);
		if (*piece->name)
			used += snprintf(name + used, room - used, "%s%s", used ? "-" : "",
					 piece->name);
	}
	if (*content->name)
		snprintf(name + used, room - used, "-%s", content->name);
	return !number;
}

static void add_groups(struct base *base, enum what what)
{
	uint8_t data[OPN_PACKET_MAX];
	struct plan plan;
	char name[256];

	for (size_t i = 0; i < opn_group_count; i++) {
		for (size_t j = 0; plan_choice(&opn_groups[i], j, &plan, name, sizeof(name)); j++) {
			uint32_t length = build(&plan, &no_draw, data);

			switch (what) {
			case WELL_FORMED:
				add_frame(base, name, "", data, length);
				break;
			case CORRUPT:
				add_corrupt(base, name, data, length);
				break;
			case CUT:
				add_cuts(base, name, data, length);
				break;
			}
		}
	}
}

size_t opn_packet_base_frames(struct opn_arena *arena, struct opn_base_frame **out)
{
	struct base base = { .arena = arena };

	add_groups(&base, WELL_FORMED);
	add_groups(&base, CORRUPT);
	add_groups(&base, CUT);
	free(base.seen);
	*out = base.list;
	return base.failed ? 0 : base.count;
}

/* ---- random frames ---- */

static const struct opn_piece *pick(struct opn_random *random, const struct opn_choice *choice)
{
	return &choice->list[opn_random_below(random, choice->count)];
}

unsigned int opn_shape_insertion(struct opn_random *random, const struct opn_layer_spec **specs)
{
	struct plan plan = { 0 };
	uint32_t which = opn_random_below(random, opn_insertion_count + 2);

	if (which < opn_insertion_count) {
		add_piece(&plan, pick(random, &opn_insertions[which]));
	} else {
		add_piece(&plan, pick(random, &opn_outer_headers[opn_random_below(random, 2)]));
		add_piece(&plan, pick(random, &opn_tunnels));
	}
	memcpy(specs, plan.specs, plan.count * sizeof(specs[0]));
	return plan.count;
}

uint32_t opn_packet_generate(struct opn_random *random, const struct opn_dictionary *dictionary,
			     uint8_t *data)
{
	const struct opn_group *group = &opn_groups[opn_random_below(random, opn_group_count)];
	const struct opn_draw draw = { random, dictionary };
	const struct opn_content *content = &opn_contents[0];
	struct plan plan = { 0 };

	/* Large payloads seldom: they cost most and show least. */
	if (!opn_random_below(random, 4))
		content = &opn_contents[opn_random_below(random, opn_content_count - 1)];
	else if (!opn_random_below(random, 256))
		content = &opn_contents[opn_content_count - 1];
	plan.size = content->size;
	plan.minimal = content->minimal;
	if (!opn_random_below(random, 8))
		plan.size += opn_random_below(random, 64);
	for (int i = 0; i < OPN_CHOICES && group->choices[i].list; i++)
		add_piece(&plan, pick(random, &group->choices[i]));
	return build(&plan, &draw, data);
}
