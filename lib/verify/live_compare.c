// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_compare.c - what came of the frames with one program and with the other
 *
 * Outcomes are compared one by one, in an order that depends on nothing but themselves. How many
 * bytes are linear, and the number of segments, are told and not compared: programs may change
 * both without the stack taking notice.
 */
#include <errno.h>
#include <string.h>

#include <linux/if_packet.h>

#include "live_private.h"
#include "verify_private.h"

#define FATES  64
#define FIELDS 32

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* ---- fates ---- */

static char *outcome_text(struct opn_arena *arena, const struct opn_outcome *outcome)
{
	bool own = outcome->ifindex == OPN_LIVE_DEVICE;

	if (outcome->to_stack)
		return own ? opn_arena_strdup(arena, "pass")
			   : opn_arena_printf(arena, "pass at interface %u", outcome->ifindex);
	return own ? opn_arena_strdup(arena, "reflect")
		   : opn_arena_printf(arena, "redirect to interface %u", outcome->ifindex);
}

/* "drop", "pass", "pass and redirect to interface 3"; in the arena. */
static char *fate_text(struct opn_arena *arena, const struct opn_outcomes *outcomes)
{
	char *text = NULL;

	for (size_t i = 0; i < outcomes->count; i++) {
		char *one = outcome_text(arena, &outcomes->list[i]);

		text = text ? opn_arena_printf(arena, "%s and %s", text, one) : one;
	}
	return text ? text : opn_arena_strdup(arena, "drop");
}

static int count_fate(struct opn_live_session *session, const char *left, const char *right)
{
	struct opn_result *result = session->result;

	for (size_t i = 0; i < result->fate_count; i++) {
		if (same_text(result->fates[i].left, left) &&
		    same_text(result->fates[i].right, right)) {
			result->fates[i].packets++;
			return 0;
		}
	}
	if (result->fate_count < FATES)
		result->fates[result->fate_count++] = (struct opn_result_fate){ left, right, 1 };
	return left && right ? 0 : -ENOMEM;
}

/* ---- fields of what the stack is given ---- */

enum shown_as { DECIMAL, HEX, PACKET_TYPE, PRESENCE };

static const struct {
	const char *name;
	size_t offset;
	enum shown_as shown_as;
} seen_fields[] = {
	{ "length", offsetof(struct opn_seen, length), DECIMAL },
	{ "protocol", offsetof(struct opn_seen, protocol), HEX },
	{ "network header at", offsetof(struct opn_seen, network_offset), DECIMAL },
	{ "packet type", offsetof(struct opn_seen, packet_type), PACKET_TYPE },
	{ "VLAN tag beside the bytes", offsetof(struct opn_seen, vlan_present), PRESENCE },
	{ "VLAN tag", offsetof(struct opn_seen, vlan_tci), HEX },
	{ "VLAN protocol", offsetof(struct opn_seen, vlan_protocol), HEX },
	{ "mark", offsetof(struct opn_seen, mark), HEX },
	{ "priority", offsetof(struct opn_seen, priority), HEX },
	{ "segment size", offsetof(struct opn_seen, gso_size), DECIMAL },
};

#define SEEN_FIELDS (sizeof(seen_fields) / sizeof(seen_fields[0]))

static uint32_t seen_value(const struct opn_seen *seen, size_t field)
{
	uint32_t value;

	memcpy(&value, (const char *)seen + seen_fields[field].offset, sizeof(value));
	return value;
}

static char *value_text(struct opn_arena *arena, size_t field, uint32_t value)
{
	static const char *const types[] = {
		[PACKET_HOST] = "host",		  [PACKET_BROADCAST] = "broadcast",
		[PACKET_MULTICAST] = "multicast", [PACKET_OTHERHOST] = "other host",
		[PACKET_OUTGOING] = "outgoing",	  [PACKET_LOOPBACK] = "loopback",
	};

	switch (seen_fields[field].shown_as) {
	case DECIMAL:
		return opn_arena_printf(arena, "%u", value);
	case HEX:
		return opn_arena_printf(arena, "0x%04x", value);
	case PRESENCE:
		return opn_arena_strdup(arena, value ? "yes" : "no");
	case PACKET_TYPE:
		break;
	}
	return value < sizeof(types) / sizeof(types[0]) ? opn_arena_strdup(arena, types[value])
							: opn_arena_printf(arena, "%u", value);
}

/* ---- one frame ---- */

bool opn_live_same_places(const struct opn_outcomes *left, const struct opn_outcomes *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++) {
		if (left->list[i].to_stack != right->list[i].to_stack ||
		    left->list[i].ifindex != right->list[i].ifindex)
			return false;
	}
	return true;
}

/* Bytes, not the whole state. */
static const char *compare_bytes(const struct opn_outcome *left, const struct opn_outcome *right)
{
	if (left->length != right->length)
		return "length";
	return memcmp(left->data, right->data, left->length) ? "bytes" : NULL;
}

static bool same_seen(const struct opn_outcome *left, const struct opn_outcome *right)
{
	for (size_t i = 0; left->to_stack && i < SEEN_FIELDS; i++) {
		if (seen_value(&left->seen, i) != seen_value(&right->seen, i))
			return false;
	}
	return true;
}

const char *opn_live_compare_frame(const struct opn_outcomes *left,
				   const struct opn_outcomes *right, size_t *at)
{
	*at = 0;
	if (!opn_live_same_places(left, right))
		return "fate";
	for (; *at < left->count; ++*at) {
		const struct opn_outcome *one = &left->list[*at], *other = &right->list[*at];
		const char *kind = compare_bytes(one, other);

		if (kind || !same_seen(one, other))
			return kind ? kind : "context";
	}
	return NULL;
}

static struct opn_packet copy_bytes(struct opn_arena *arena, const uint8_t *data, uint32_t length)
{
	struct opn_packet copy = { opn_arena_alloc(arena, length ? length : 1), length };

	if (!copy.data)
		return (struct opn_packet){ NULL, 0 };
	memcpy(copy.data, data, length);
	return copy;
}

static void tell_field(struct opn_difference *difference, const char *what, const char *left,
		       const char *right)
{
	if (difference->field_count < FIELDS)
		difference->fields[difference->field_count++] =
			(struct opn_result_field){ what, left, right };
}

static void tell_seen(struct opn_arena *arena, const struct opn_outcome *left,
		      const struct opn_outcome *right, struct opn_difference *difference)
{
	for (size_t i = 0; i < SEEN_FIELDS; i++) {
		uint32_t values[2] = { seen_value(&left->seen, i), seen_value(&right->seen, i) };

		if (values[0] != values[1])
			tell_field(difference, seen_fields[i].name, value_text(arena, i, values[0]),
				   value_text(arena, i, values[1]));
	}
}

static struct opn_difference *new_difference(struct opn_live_session *session, const char *kind,
					     const char *left, const char *right)
{
	struct opn_result *result = session->result;
	struct opn_difference *difference;

	for (size_t i = 0; i < result->difference_count; i++) {
		difference = &result->differences[i];
		if (same_text(difference->kind, kind) && same_text(difference->left_fate, left) &&
		    same_text(difference->right_fate, right))
			return NULL;
	}
	if (result->difference_count == OPN_LIVE_DIFFERENCES)
		return NULL;
	difference = &result->differences[result->difference_count];
	difference->fields = opn_arena_array(session->arena, FIELDS, sizeof(*difference->fields));
	if (!difference->fields)
		return NULL;
	result->difference_count++;
	difference->kind = kind;
	difference->left_fate = left;
	difference->right_fate = right;
	return difference;
}

static struct opn_packet copy_outcome(struct opn_arena *arena, const struct opn_outcomes *outcomes,
				      size_t at)
{
	if (at >= outcomes->count)
		return (struct opn_packet){ NULL, 0 };
	return copy_bytes(arena, outcomes->list[at].data, outcomes->list[at].length);
}

/* The frame as it was sent under this number, and what came of it. */
static int tell_shown(struct opn_live_session *session, const struct opn_packet *frame,
		      size_t number, const struct opn_outcomes *left,
		      const struct opn_outcomes *right, struct opn_difference *difference)
{
	uint8_t sent[OPN_PACKET_MAX];
	uint32_t length = opn_wire_mark(session->wire, frame, number, sent);
	size_t at;

	opn_live_compare_frame(left, right, &at);
	difference->summary = opn_packet_summary(session->arena, sent, length);
	difference->clock = (number + 1) * 1000000000ULL;
	difference->random = number;
	difference->packets = opn_arena_alloc(session->arena, sizeof(*difference->packets));
	if (!difference->packets)
		return -ENOMEM;
	difference->packets[0] = copy_bytes(session->arena, sent, length);
	difference->packet_count = 1;
	difference->left_out = copy_outcome(session->arena, left, at);
	difference->right_out = copy_outcome(session->arena, right, at);
	if (at < left->count && at < right->count && left->list[at].to_stack &&
	    right->list[at].to_stack)
		tell_seen(session->arena, &left->list[at], &right->list[at], difference);
	return 0;
}

static int tell_frame(struct opn_live_session *session, size_t number, const char *kind, size_t at,
		      const char *left_fate, const char *right_fate)
{
	const struct opn_outcomes *left = &session->outcomes[OPN_RUN_LEFT][number];
	const struct opn_outcomes *right = &session->outcomes[OPN_RUN_RIGHT][number];
	struct opn_difference *difference = new_difference(session, kind, left_fate, right_fate);
	struct opn_packet frame = session->frames[number];
	struct opn_outcomes small[2];
	int shrunk;

	if (!difference)
		return 0;
	difference->origin = session->origins[number];
	shrunk = opn_live_shrink(session, number, kind, &frame, small);
	if (shrunk < 0)
		return shrunk;
	if (!shrunk) {
		difference->origin = opn_arena_printf(
			session->arena,
			"%s, not made smaller: alone, with the maps as they were at first, it "
			"does not show this",
			difference->origin);
		return tell_shown(session, &session->frames[number], number, left, right,
				  difference);
	}
	difference->seen = copy_bytes(session->arena, session->frames[number].data,
				      session->frames[number].length);
	difference->seen_left = copy_outcome(session->arena, left, at);
	difference->seen_right = copy_outcome(session->arena, right, at);
	return tell_shown(session, &frame, 0, &small[0], &small[1], difference);
}

static bool is_refused(const struct opn_outcomes *outcomes)
{
	return outcomes->error || outcomes->unseen;
}

static int compare_one(struct opn_live_session *session, size_t number, bool *affected)
{
	struct opn_result *result = session->result;
	const struct opn_outcomes *left = &session->outcomes[OPN_RUN_LEFT][number];
	const struct opn_outcomes *right = &session->outcomes[OPN_RUN_RIGHT][number];
	const struct opn_outcomes *none = &session->outcomes[OPN_RUN_NONE][number];
	const char *left_fate, *right_fate, *kind;
	size_t at;
	int error;

	if (is_refused(left) || is_refused(right)) {
		result->refused_both += is_refused(left) && is_refused(right);
		result->refused_left += !is_refused(right);
		result->refused_right += !is_refused(left);
		return 0;
	}
	result->packets++;
	*affected = *affected || opn_live_compare_frame(left, none, &at) ||
		    opn_live_compare_frame(right, none, &at);
	left_fate = fate_text(session->arena, left);
	right_fate = fate_text(session->arena, right);
	error = count_fate(session, left_fate, right_fate);
	kind = opn_live_compare_frame(left, right, &at);
	if (error || !kind)
		return error;
	result->packets_different++;
	return tell_frame(session, number, kind, at, left_fate, right_fate);
}

/* ---- maps ---- */

int opn_live_compare_maps(struct opn_live_session *session)
{
	session->map_differences =
		opn_arena_array(session->arena, FIELDS, sizeof(*session->map_differences));
	if (!session->map_differences)
		return -ENOMEM;
	session->map_difference_count =
		opn_state_compare(session->state, session->arena, session->map_differences, FIELDS);
	if (session->map_difference_count < 0)
		return (int)session->map_difference_count;
	session->maps_changed = opn_state_changed(session->state);
	return 0;
}

static void tell_maps(struct opn_live_session *session)
{
	struct opn_difference *difference;

	if (!session->map_difference_count)
		return;
	session->result->packets_different++;
	difference = new_difference(session, "map", NULL, NULL);
	if (!difference)
		return;
	difference->origin = "all frames";
	for (ssize_t i = 0; i < session->map_difference_count && i < FIELDS; i++) {
		const struct opn_state_difference *found = &session->map_differences[i];

		tell_field(difference,
			   opn_arena_printf(session->arena, "map %s %s", found->map, found->key),
			   found->left, found->right);
	}
}

/* ---- transfers ---- */

static char *streamed_text(struct opn_arena *arena, const struct opn_streamed *streamed)
{
	if (streamed->complete)
		return opn_arena_strdup(arena, "all of it arrives");
	return opn_arena_printf(arena, "stops after %llu bytes",
				(unsigned long long)streamed->received);
}

static int compare_transfer(struct opn_live_session *session, size_t number, bool *affected)
{
	const struct opn_live_transfer *transfer = &session->live->transfers[number];
	const struct opn_streamed *left = &session->streamed[OPN_RUN_LEFT][number];
	const struct opn_streamed *right = &session->streamed[OPN_RUN_RIGHT][number];
	char *texts[2] = { streamed_text(session->arena, left),
			   streamed_text(session->arena, right) };
	struct opn_difference *difference;

	*affected = *affected || !left->complete || !right->complete;
	session->result->sequences++;
	if (left->complete == right->complete)
		return texts[0] && texts[1] ? 0 : -ENOMEM;
	session->result->packets_different++;
	difference = new_difference(session, "transfer", texts[0], texts[1]);
	if (!difference)
		return 0;
	difference->origin = transfer->name;
	difference->summary = opn_arena_printf(session->arena, "%zu bytes over TCP to port %u",
					       transfer->length, transfer->port);
	tell_field(difference, transfer->name, texts[0], texts[1]);
	return 0;
}

/* ---- what is allowed ---- */

static int tell_benign(struct opn_live_session *session)
{
	struct opn_result *result = session->result;
	const struct {
		enum opn_benign_kind kind;
		const char *name;
		uint64_t count;
	} kinds[] = {
		{ OPN_BENIGN_REFUSED_FIRST, "refused-by-first", result->refused_left },
		{ OPN_BENIGN_REFUSED_SECOND, "refused-by-second", result->refused_right },
	};

	result->benign = opn_arena_array(session->arena, OPN_BENIGN_COUNT, sizeof(*result->benign));
	if (!result->benign)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct opn_benign_row *row =
			opn_hook_pair_benign(session->pair, kinds[i].kind);

		if (!kinds[i].count)
			continue;
		result->benign[result->benign_count++] = (struct opn_result_benign){
			kinds[i].name, row ? row->why : "not allowed by any table", kinds[i].count
		};
		result->packets_different += row ? 0 : kinds[i].count;
	}
	return 0;
}

/* ---- all of it ---- */

/* Why nothing was shown although nothing differed, or NULL. */
static const char *doubt(const struct opn_live_session *session, bool affected)
{
	const struct opn_result *result = session->result;

	if (!result->packets && !session->live->transfer_count)
		return "no frame could be sent into the device";
	if (!affected && !session->maps_changed)
		return "no frame fared otherwise than without a program, and no map changed";
	if (result->packets && result->fate_count == 1 && same_text(result->fates[0].left, "drop"))
		return "every frame was dropped";
	if (opn_diags_count_id(session->diags, OPN_DIAG_MAP_UNPAIRED))
		return "a map is in one of the objects only, and what it holds cannot be known";
	return opn_session_full(session->state, session->arena);
}

int opn_live_compare(struct opn_live_session *session)
{
	struct opn_result *result = session->result;
	bool affected = false;
	int error = 0;

	result->fates = opn_arena_array(session->arena, FATES, sizeof(*result->fates));
	if (!result->fates)
		return -ENOMEM;
	result->sequences = session->frame_count ? 1 : 0;
	for (size_t i = 0; !error && i < session->frame_count; i++)
		error = compare_one(session, i, &affected);
	tell_maps(session);
	for (size_t i = 0; !error && i < session->live->transfer_count; i++)
		error = compare_transfer(session, i, &affected);
	error = error ?: tell_benign(session);
	if (error)
		return error;
	result->maps_changed = session->maps_changed;
	opn_result_maps(result, session->state, session->arena);
	if (result->packets_different) {
		result->verdict = OPN_DIFFERENT;
		return 0;
	}
	result->why = doubt(session, affected);
	result->verdict = result->why ? OPN_INCONCLUSIVE : OPN_EQUIVALENT;
	return 0;
}
