// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_struct.c - packets that a C source writes as structures of headers
 *
 * The kernel's selftests do: struct ipv4_packet pkt_v4 = { .eth.h_proto = htons(ETH_P_IP), ... }.
 * The headers are those of the kernel's interface, their members are in cases_headers.def; which of
 * them make a packet is read from the source's own structure where it is found, else from the
 * order of the initialisers. Bytes come out as on a machine of this byte order.
 */
#include <arpa/inet.h>
#include <string.h>

#include "cases_source.h"

struct member {
	const char *header, *name;
	unsigned int offset, size, shift, bits; /* bits: 0 where it is whole bytes */
};

static const struct member members[] = {
#define OPN_HEADER(name, size)
#define OPN_MEMBER(header, name, offset, size)	  { #header, #name, offset, size, 0, 0 },
#define OPN_BITS(header, name, byte, shift, bits) { #header, #name, byte, 1, shift, bits },
#define OPN_CONSTANT(name, value)
#include "cases_headers.def"
#undef OPN_HEADER
#undef OPN_MEMBER
#undef OPN_BITS
#undef OPN_CONSTANT
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	PARTS_MAX = 32, /* of a structure, or of a path's list of headers */
	PATHS_MAX = 256,
};

/* ---- layouts ---- */

/* One header or number in a structure. */
struct part {
	const char *name;
	const char *header; /* NULL: a number, or an array of them */
	unsigned int offset, size, item;
};

struct layout {
	struct layout *next;
	struct part parts[PARTS_MAX];
	unsigned int count, size;
};

struct opn_layouts {
	struct opn_arena *arena;
	struct layout *first;
};

static struct opn_layouts *new_layouts(struct opn_arena *arena)
{
	struct opn_layouts *layouts = opn_arena_alloc(arena, sizeof(*layouts));

	if (layouts)
		layouts->arena = arena;
	return layouts;
}

static unsigned int number_size(const char *name)
{
	static const struct {
		const char *name;
		unsigned int size;
	} types[] = {
		{ "__u8", 1 },	  { "__u16", 2 },    { "__u32", 4 },	{ "__be16", 2 },
		{ "__be32", 4 },  { "u8", 1 },	     { "u16", 2 },	{ "u32", 4 },
		{ "uint8_t", 1 }, { "uint16_t", 2 }, { "uint32_t", 4 }, { "char", 1 },
		{ "__sum16", 2 },
	};

	for (size_t i = 0; i < COUNT(types); i++) {
		if (!strcmp(types[i].name, name))
			return types[i].size;
	}
	return 0;
}

static bool is_name(const struct opn_node *node, const char *text)
{
	return node && node->kind == OPN_NODE_NAME && !strcmp(node->text, text);
}

/* A member's declaration: "struct ethhdr eth", "__u8 pad[4]". False: another one. */
static bool read_part(const struct opn_element *element, struct part *part)
{
	const struct opn_node *node = element->value, *length;
	unsigned int count = 1;

	*part = (struct part){ 0 };
	if (element->label || !node)
		return false;
	if (is_name(node, "struct") && node->next && node->next->kind == OPN_NODE_NAME) {
		node = node->next;
		part->header = node->text;
		part->item = opn_header_size(node->text);
	} else if (node->kind == OPN_NODE_NAME) {
		if (is_name(node, "unsigned") && node->next && is_name(node->next, "char"))
			node = node->next;
		part->item = number_size(node->text);
	}
	node = node->next;
	if (!part->item || !node || node->kind != OPN_NODE_NAME)
		return false;
	part->name = node->text;
	node = node->next;
	length = node && node->kind == OPN_NODE_LIST && node->open == '[' && node->count == 1
			 ? node->elements->value
			 : NULL;
	if (length && length->kind == OPN_NODE_NUMBER && length->number <= OPN_PACKET_MAX &&
	    !part->header) {
		count = (unsigned int)length->number;
		node = node->next;
	}
	part->size = part->item * count;
	return !node || node->kind == OPN_NODE_NAME; /* an attribute */
}

static void collect_layout(struct opn_layouts *layouts, const struct opn_node *list)
{
	struct layout layout = { 0 }, *copy;

	for (const struct opn_element *e = list->elements; e; e = e->next) {
		struct part *part = &layout.parts[layout.count];

		if (layout.count == PARTS_MAX || !read_part(e, part))
			return;
		part->offset = layout.size;
		layout.size += part->size;
		layout.count++;
	}
	if (!layout.count || !layout.parts[0].header ||
	    strcmp(layout.parts[0].header, opn_header_name(0)) != 0)
		return;
	copy = opn_arena_alloc(layouts->arena, sizeof(*copy));
	if (!copy)
		return;
	*copy = layout;
	copy->next = layouts->first;
	layouts->first = copy;
}

static void collect_nodes(struct opn_layouts *layouts, const struct opn_node *node)
{
	for (const struct opn_node *n = node; n; n = n->next) {
		if (n->kind != OPN_NODE_LIST)
			continue;
		if (n->open == '{' && n->statements && n->count && n->count <= PARTS_MAX)
			collect_layout(layouts, n);
		for (const struct opn_element *e = n->elements; e; e = e->next) {
			collect_nodes(layouts, e->before);
			collect_nodes(layouts, e->value);
		}
	}
}

void opn_source_collect(struct opn_source *source)
{
	if (!source->layouts)
		source->layouts = new_layouts(source->arena);
	if (source->layouts)
		collect_nodes(source->layouts, source->root);
}

/* ---- values ---- */

static void store(uint8_t *to, unsigned int size, uint64_t value)
{
	uint8_t byte = (uint8_t)value;
	uint16_t half = (uint16_t)value;
	uint32_t word = (uint32_t)value;

	if (size == 1)
		memcpy(to, &byte, 1);
	else if (size == 2)
		memcpy(to, &half, 2);
	else if (size == 4)
		memcpy(to, &word, 4);
	else
		memcpy(to, &value, size < sizeof(value) ? size : sizeof(value));
}

/* The list of numbers in one or more brackets. */
static const struct opn_node *innermost(const struct opn_node *list)
{
	while (list->count == 1 && list->elements->value &&
	       list->elements->value->kind == OPN_NODE_LIST && !list->elements->value->next)
		list = list->elements->value;
	return list;
}

/* "[15] = 1": where it goes. False: another designator. */
static bool place_item(struct opn_source *source, const struct opn_element *element,
		       unsigned int item, unsigned int *at)
{
	const struct opn_node *index = element->before;
	uint64_t number;

	if (!index)
		return true;
	if (index->kind != OPN_NODE_LIST || index->open != '[' || index->count != 1 ||
	    !opn_source_number(source, index->elements->value, &number) || number > OPN_PACKET_MAX)
		return false;
	*at = (unsigned int)number * item;
	return true;
}

/* The value of an initialiser into size bytes of items. False: it is none that can be told. */
static bool store_value(struct opn_source *source, const struct opn_node *value, uint8_t *to,
			unsigned int size, unsigned int item)
{
	unsigned int at = 0;
	uint64_t number;

	if (value->kind == OPN_NODE_STRING && !value->next) {
		memcpy(to, value->text, value->length < size ? value->length : size);
		return true;
	}
	if (value->kind != OPN_NODE_LIST || value->open != '{') {
		if (!opn_source_value(source, value, &number))
			return false;
		store(to, size, number);
		return true;
	}
	value = innermost(value);
	if (item == 1 && size == 16 && (value->count == 4 || value->count == 8))
		item = size / (unsigned int)value->count; /* an address by its words */
	for (const struct opn_element *e = value->elements; e; e = e->next, at += item) {
		if (!place_item(source, e, item, &at) || at + item > size ||
		    !opn_source_value(source, e->value, &number))
			return false;
		store(to + at, item, number);
	}
	return true;
}

/* ---- initialisers ---- */

/* ".eth.h_proto = value", as a path of at most the first two words. */
struct path {
	char first[40], second[40];
	const struct opn_node *value;
};

struct paths {
	struct path list[PATHS_MAX];
	size_t count;
};

/* The next word of "a.b.c"; false when there is none, or it is too long. */
static bool next_word(const char **text, char out[40])
{
	size_t length = strcspn(*text, ".");

	out[0] = '\0';
	if (!length || length >= 40)
		return false;
	memcpy(out, *text, length);
	out[length] = '\0';
	*text += length + ((*text)[length] == '.');
	return true;
}

static bool add_path(struct paths *paths, const char *prefix, const struct opn_element *element)
{
	struct path *path = &paths->list[paths->count];
	const char *label = element->label;

	if (paths->count == PATHS_MAX || !label || !element->value)
		return false;
	path->value = element->value;
	if (prefix) {
		strcpy(path->first, prefix);
		if (!next_word(&label, path->second))
			return false;
	} else if (!next_word(&label, path->first)) {
		return false;
	} else {
		next_word(&label, path->second);
	}
	paths->count++;
	return true;
}

/* All initialisers of a list, those of a header in its own list (".eth = { .h_proto = ... }") too.
 * False: the list has others. */
static bool add_paths(struct paths *paths, const struct opn_node *list)
{
	for (const struct opn_element *e = list->elements; e; e = e->next) {
		const struct opn_node *value = e->value;
		const struct path *outer = &paths->list[paths->count];
		char prefix[sizeof(outer->first)];

		if (!add_path(paths, NULL, e))
			return false;
		if (outer->second[0] || value->kind != OPN_NODE_LIST || value->open != '{' ||
		    !value->elements || !value->elements->label)
			continue;
		strcpy(prefix, outer->first);
		paths->count--;
		for (const struct opn_element *inner = value->elements; inner;
		     inner = inner->next) {
			if (!add_path(paths, prefix, inner))
				return false;
		}
	}
	return paths->count > 0;
}

static const struct member *find_member(const char *header, const char *name)
{
	for (size_t i = 0; i < COUNT(members); i++) {
		if (!strcmp(members[i].header, header) && !strcmp(members[i].name, name))
			return &members[i];
	}
	return NULL;
}

static const struct part *find_part(const struct layout *layout, const char *name)
{
	for (unsigned int i = 0; i < layout->count; i++) {
		if (!strcmp(layout->parts[i].name, name))
			return &layout->parts[i];
	}
	return NULL;
}

static bool fits(const struct layout *layout, const struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++) {
		const struct path *path = &paths->list[i];
		const struct part *part = find_part(layout, path->first);

		if (!part || (part->header ? !find_member(part->header, path->second)
					   : path->second[0] != '\0'))
			return false;
	}
	return true;
}

/* The header that has all members which the paths give to this name. */
static const char *guess_header(const struct paths *paths, const char *first)
{
	const char *name, *best = NULL;

	for (size_t i = 0; (name = opn_header_name(i)); i++) {
		char word[24] = "";
		bool all = true;

		for (size_t j = 0; j < paths->count && all; j++)
			all = strcmp(paths->list[j].first, first) != 0 ||
			      find_member(name, paths->list[j].second);
		if (!all)
			continue;
		/* "tcp" is no udphdr, though that has its ports as well */
		strncat(word, name, strcspn(name, "h_"));
		if (word[0] && strstr(first, word))
			return name;
		best = best ? best : name;
	}
	return best;
}

/* Without the structure: the headers in the order in which they are first filled in. */
static bool guess_layout(const struct paths *paths, struct layout *out)
{
	*out = (struct layout){ 0 };
	for (size_t i = 0; i < paths->count; i++) {
		const char *first = paths->list[i].first;
		struct part *part = &out->parts[out->count];

		if (find_part(out, first))
			continue;
		if (out->count == PARTS_MAX)
			return false;
		part->header = guess_header(paths, first);
		if (!part->header)
			return false;
		part->name = first;
		part->size = opn_header_size(part->header);
		part->offset = out->size;
		out->size += part->size;
		out->count++;
	}
	return out->count && !strcmp(out->parts[0].header, opn_header_name(0));
}

static bool choose_layout(const struct opn_layouts *layouts, const struct paths *paths,
			  struct layout *out)
{
	const struct layout *best = NULL;

	for (const struct layout *l = layouts ? layouts->first : NULL; l; l = l->next) {
		if (fits(l, paths) && (!best || l->count <= best->count))
			best = l;
	}
	if (!best)
		return guess_layout(paths, out);
	*out = *best;
	return true;
}

static bool fill(struct opn_source *source, const struct layout *layout, const struct path *path,
		 uint8_t *bytes)
{
	const struct part *part = find_part(layout, path->first);
	const struct member *member;
	uint8_t value[16] = { 0 };

	if (!part->header)
		return store_value(source, path->value, bytes + part->offset, part->size,
				   part->item);
	member = find_member(part->header, path->second);
	bytes += part->offset + member->offset;
	if (!member->bits)
		return store_value(source, path->value, bytes, member->size, 1);
	if (!store_value(source, path->value, value, 1, 1))
		return false;
	*bytes |= (uint8_t)((value[0] & ((1u << member->bits) - 1)) << member->shift);
	return true;
}

size_t opn_source_structure(struct opn_source *source, const struct opn_node *list, uint8_t **out)
{
	struct paths paths = { .count = 0 };
	struct layout layout;

	if (list->open != '{' || !list->count || list->count > PATHS_MAX || list->statements ||
	    !add_paths(&paths, list) || !choose_layout(source->layouts, &paths, &layout) ||
	    layout.size > OPN_PACKET_MAX)
		return 0;
	*out = opn_arena_alloc(source->arena, layout.size);
	if (!*out)
		return 0;
	for (size_t i = 0; i < paths.count; i++) {
		if (!fill(source, &layout, &paths.list[i], *out))
			return 0;
	}
	return layout.size;
}
