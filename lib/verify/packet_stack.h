/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * packet_stack.h - frames as stacks of headers: the rows that describe them, reading, writing
 *
 * For the packet_*.c files and their tests only. A protocol is described once, by its rows in
 * packet_protocols.def and what may follow it in packet_table.c; everything else loops over rows.
 */
#ifndef OPN_VERIFY_PACKET_STACK_H
#define OPN_VERIFY_PACKET_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

#define OPN_FRAME_MIN 14 /* bytes: a frame without an Ethernet header is none */

enum opn_header {
	OPN_H_NONE,
#define OPN_HEADER(id, ...) OPN_H_##id,
#define OPN_FIELD(...)
#include "packet_protocols.def"
#undef OPN_HEADER
#undef OPN_FIELD
	OPN_HEADERS
};

enum opn_header_field {
	OPN_F_NONE,
/* OPN_FIRST_x is the number of the first field of header x. */
#define OPN_HEADER(id, ...)	   OPN_FIRST_##id, OPN_BEFORE_##id = OPN_FIRST_##id - 1,
#define OPN_FIELD(header, id, ...) OPN_F_##header##_##id,
#include "packet_protocols.def"
#undef OPN_HEADER
#undef OPN_FIELD
	OPN_HEADER_FIELDS
};

enum opn_field_format {
	OPN_TEXT_NUMBER,
	OPN_TEXT_HEX,
	OPN_TEXT_MAC,
	OPN_TEXT_IPV4,
	OPN_TEXT_IPV6,
	OPN_TEXT_BYTES,
};

/* Where random values of a field come from: few, so that packets meet each other and map keys. */
enum opn_pool {
	OPN_POOL_KEEP, /* structure: the initial value */
	OPN_POOL_ANY,
	OPN_POOL_SMALL,
	OPN_POOL_MAC_TO,
	OPN_POOL_MAC_FROM,
	OPN_POOL_IPV4,
	OPN_POOL_IPV6,
	OPN_POOL_PORT,
	OPN_POOL_TTL,
	OPN_POOL_VLAN,
	OPN_POOL_FRAGMENT,
	OPN_POOL_TCP_FLAGS,
};

/* Meanings of the field that says what follows. */
enum opn_space {
	OPN_SPACE_NONE,
	OPN_SPACE_ETHERTYPE,
	OPN_SPACE_LLC,
	OPN_SPACE_MPLS,
	OPN_SPACE_PPP,
	OPN_SPACE_IP,
	OPN_SPACE_UDP,
	OPN_SPACE_ICMP,
	OPN_SPACE_ICMPV6,
	OPN_SPACE_ND_OPTION,
	OPN_SPACE_SCTP,
	OPN_SPACE_GRE,
	OPN_SPACE_VXLAN,
	OPN_SPACE_GTPU,
	OPN_SPACES
};

enum opn_sum {
	OPN_SUM_HEADER, /* of the header alone */
	OPN_SUM_PLAIN,	/* to the end of what the header holds */
	OPN_SUM_PSEUDO, /* the same with addresses, protocol and length in front */
	OPN_SUM_UDP,	/* the same; 0 over IPv4 says "none" and stays */
	OPN_SUM_CRC32C,
};

struct opn_field_row {
	const char *name;
	uint16_t offset, size;
	uint8_t header; /* enum opn_header */
	uint8_t format; /* enum opn_field_format */
	uint8_t pool;	/* enum opn_pool */
	uint8_t when;	/* bits of the header's first byte, any of which makes it present; 0: always
			 */
	uint8_t low_bits; /* width of the lower one of two parts that share the field; 0: one part
			   */
	uint64_t initial;
};

/* Bytes of a header: ((byte at .at) & mask, shifted to the right end) * unit + bias. */
struct opn_size_rule {
	uint8_t at, mask, unit, bias; /* unit 0: no rule */
};

struct opn_header_row {
	const char *name;
	const char *tail;	   /* name of what a rule adds to the fields */
	uint16_t first;		   /* its first field; the next row's is the end */
	uint16_t size;		   /* of the fields that are always there */
	uint16_t next, next_other; /* field that says what follows; another one that may */
	uint16_t length, sum, fragment;
	uint16_t fragment_offset, fragment_more; /* masks */
	uint8_t next_mask;			 /* 0: all bits */
	uint8_t uncounted; /* bytes from the header's start that .length does not count */
	uint8_t space;	   /* enum opn_space of .next */
	uint8_t sum_kind;  /* enum opn_sum */
	struct opn_size_rule rule;
};

extern const struct opn_field_row opn_field_rows[OPN_HEADER_FIELDS];
extern const struct opn_header_row opn_header_rows[OPN_HEADERS + 1];

/* ---- values of fields ---- */

/* The number in size bytes; of more than 8 its first and last four bytes. */
uint64_t opn_value_get(const uint8_t *at, uint32_t size);
void opn_value_put(uint8_t *at, uint32_t size, uint64_t value);

/* ---- what follows what ---- */

/* The header that value announces when its first byte has this high nibble, or OPN_H_NONE. */
enum opn_header opn_space_find(enum opn_space space, uint64_t value, unsigned int nibble);
/* The value that announces a header with this high nibble; -1: none can. */
int opn_space_value(enum opn_space space, enum opn_header header, unsigned int nibble);

/* ---- reading ---- */

#define OPN_STACK_MAX 24 /* headers; deeper ones are payload */

struct opn_layer {
	uint8_t header; /* enum opn_header */
	uint8_t ip;	/* number of the nearest IP header around it plus one; 0: none */
	uint8_t number; /* the value that announced it, as an IP protocol */
	bool cut;	/* the frame ends in it, or its size is wrong: nothing can follow */
	bool splits;	/* says that the datagram in it is not whole */
	bool fragment;	/* belongs to such a datagram */
	uint16_t offset, size;
	uint16_t end; /* of what it holds: by its own and outer lengths, as far as these can be */
};

struct opn_stack {
	struct opn_layer layers[OPN_STACK_MAX];
	unsigned int count;
	uint32_t payload, end; /* what the innermost header holds; padding follows */
	uint32_t length;
};

/* Reads a frame. Without lengths, all headers reach to the end of the frame whatever they say. */
void opn_stack_read(const uint8_t *data, uint32_t length, bool lengths, struct opn_stack *stack);
/* Bytes from the header's start at which the field stands in the header at data, -1 when it is not
 * there. */
int opn_field_offset(const uint8_t *data, enum opn_header_field field);

/* ---- writing ---- */

struct opn_set {
	uint16_t field; /* 0 ends a list */
	uint64_t value;
};

#define OPN_SETS_MAX 4

/* One header to write: initial values but for sets, and a tail. */
struct opn_layer_spec {
	uint8_t header;
	uint8_t tail_size;
	const uint8_t *tail;
	struct opn_set sets[OPN_SETS_MAX];
};

/* Where values come from that are not said: random, or initial when random is NULL. */
struct opn_draw {
	struct opn_random *random;
	const struct opn_dictionary *dictionary;
};

/* A word of this size, or NULL when the dictionary (which may be NULL) has none. */
const struct opn_word *opn_dictionary_pick(const struct opn_dictionary *dictionary,
					   struct opn_random *random, size_t size);
/* Puts a value from the field's pool. */
void opn_pool_put(struct opn_random *random, const struct opn_field_row *row, uint8_t *at);

#define OPN_LAYER_MAX 512 /* bytes that one header with its tail may have */

/* Writes the header to at (OPN_LAYER_MAX bytes); returns its size. */
uint32_t opn_layer_write(const struct opn_layer_spec *spec, const struct opn_draw *draw,
			 uint8_t *at);
/* Makes the header at parent announce the one at child_at; false when it cannot. */
bool opn_layer_link(uint8_t *at, enum opn_header parent, enum opn_header child, uint8_t child_byte);

/* Takes layers first..last out and links what is around them (payload is left behind the one before
 * when they are the innermost); returns the new length, 0 when that cannot be: nothing is changed
 * then. */
uint32_t opn_stack_remove(const struct opn_stack *stack, uint8_t *data, unsigned int first,
			  unsigned int last);

/* ---- shapes ---- */

#define OPN_SPECS_MAX 16

/* Headers to put between a header and what it holds: a tag, an extension, a tunnel. Returns how
 * many; specs has room for OPN_SPECS_MAX. */
unsigned int opn_shape_insertion(struct opn_random *random, const struct opn_layer_spec **specs);

#endif
