// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_tell.c - what a verification found, and whether that is enough to say "equivalent"
 */
#include <errno.h>
#include <string.h>

#include "verify_private.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static int tell_edges(const struct opn_program *program, const uint8_t *seen,
		      struct opn_arena *arena, struct opn_result_side *told)
{
	const struct opn_edge *edges;
	const char *missing = NULL;
	size_t count;

	edges = opn_program_edges(program, &count);
	told->traced = opn_program_traced(program, &missing);
	told->untraced_why = opn_arena_strdup(arena, missing);
	told->edges = opn_arena_array(arena, count + 1, sizeof(*told->edges));
	if (!told->edges)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const char *why = edges[i].dead_why;
		struct opn_result_edge *edge;

		if (edges[i].unknown)
			continue;
		edge = &told->edges[told->edge_count++];

		*edge = (struct opn_result_edge){
			.function = opn_arena_strdup(arena, edges[i].function),
			.file = opn_result_file(arena, edges[i].file),
			.source = opn_arena_strdup(arena, edges[i].source),
			.line = edges[i].line,
			.column = edges[i].column,
			.taken = edges[i].taken,
			.reached = seen[i],
		};
		if (edges[i].dead && !seen[i])
			edge->dead = opn_arena_strdup(
				arena,
				why ? why : "the kernel's verifier proved that it cannot be");
		told->edges_reached += edge->reached;
		told->edges_dead += edge->dead != NULL;
	}
	return 0;
}

static int tell_lines(const struct opn_program *program, opn_block_hits *count_hits,
		      const void *context, struct opn_arena *arena, struct opn_result_side *told)
{
	struct opn_line *lines;
	size_t count = 0;

	lines = opn_program_lines(program, arena, &count);
	told->lines = opn_arena_array(arena, count + 1, sizeof(*told->lines));
	if (!told->lines)
		return -ENOMEM;
	for (size_t i = 0; lines && i < count; i++) {
		uint64_t hits = count_hits(context, lines[i].block);
		struct opn_result_line *last =
			told->line_count ? &told->lines[told->line_count - 1] : NULL;
		const char *file = opn_result_file(arena, lines[i].file);

		/* A line may be in several blocks. */
		if (last && last->line == lines[i].line && same_text(last->file, file)) {
			last->hits = last->hits > hits ? last->hits : hits;
			continue;
		}
		told->lines[told->line_count++] = (struct opn_result_line){
			.file = file,
			.source = opn_arena_strdup(arena, lines[i].source),
			.line = lines[i].line,
			.hits = hits,
		};
	}
	return 0;
}

int opn_verify_tell_code(const struct opn_program *program, const uint8_t *seen,
			 opn_block_hits *hits, const void *context, struct opn_arena *arena,
			 struct opn_result_side *told)
{
	int error = tell_edges(program, seen, arena, told);

	return error ?: tell_lines(program, hits, context, arena, told);
}

static bool all_aborted(const struct opn_session *session)
{
	const struct opn_result *result = session->result;

	for (size_t i = 0; i < result->fate_count; i++) {
		const struct opn_hook_run *hook = session->bench.hook[0];

		for (size_t j = 0; j < hook->verdict_count; j++) {
			if (!strcmp(hook->verdicts[j].name, result->fates[i].left) &&
			    hook->verdicts[j].fate != OPN_FATE_ABORT)
				return false;
		}
		if (!strcmp(result->fates[i].left, opn_fate_name(hook->other)) &&
		    hook->other != OPN_FATE_ABORT)
			return false;
	}
	return true;
}

static bool is_smaller(const struct opn_state_map *map)
{
	return map->declared_entries > map->max_entries;
}

const char *opn_session_full(const struct opn_state *state, struct opn_arena *arena)
{
	for (size_t i = 0; i < opn_state_count(state); i++) {
		const struct opn_state_map *map = opn_state_map(state, i);

		if (is_smaller(map) && map->was_full)
			return opn_arena_printf(arena,
						"map '%s' was full: it was made for %u entries "
						"instead of %u, and with more the programs may "
						"differ",
						map->name, map->max_entries, map->declared_entries);
	}
	return NULL;
}

/* Why nothing was shown although nothing differed, or NULL. */
static const char *doubt(const struct opn_session *session)
{
	const struct opn_result *result = session->result;
	size_t branches = result->side[0].edge_count - result->side[0].edges_dead;

	if (!result->packets)
		return "no packet could be run on both programs";
	if (all_aborted(session))
		return "both programs aborted on every packet";
	if (result->side[0].traced && branches > 1 && session->paths < 2)
		return "every packet took the same path through the first program";
	if (opn_diags_count_id(session->diags, OPN_DIAG_MAP_UNPAIRED))
		return "a map is in one of the objects only, and what it holds cannot be known";
	if (session->full)
		return session->full;
	if (!result->side[0].traced && result->fate_count == 1 && !session->maps_changed)
		return "every packet met the same fate, and what the programs ran is not known";
	return NULL;
}

static int tell_benign(struct opn_session *session)
{
	struct opn_result *result = session->result;
	const uint64_t counts[] = {
		[OPN_BENIGN_REFUSED_FIRST] = result->refused_left,
		[OPN_BENIGN_REFUSED_SECOND] = result->refused_right,
	};
	const char *const rows[] = {
		[OPN_BENIGN_REFUSED_FIRST] = "refused-by-first",
		[OPN_BENIGN_REFUSED_SECOND] = "refused-by-second",
	};

	result->benign =
		opn_arena_array(session->arena, OPN_BENIGN_COUNT + 1, sizeof(*result->benign));
	if (!result->benign)
		return -ENOMEM;
	for (int kind = 0; kind < OPN_BENIGN_COUNT; kind++) {
		const struct opn_benign_row *row = opn_hook_pair_benign(session->bench.pair, kind);

		if (!counts[kind])
			continue;
		result->benign[result->benign_count++] = (struct opn_result_benign){
			rows[kind], row ? row->why : "not allowed by any table", counts[kind]
		};
		if (!row)
			result->packets_different += counts[kind];
	}
	if (result->told_by_bytes)
		result->benign[result->benign_count++] = (struct opn_result_benign){
			"bytes-tell", session->bench.pair->bytes_tell.why, result->told_by_bytes
		};
	return 0;
}

static void add_note(struct opn_session *session, const char ***at, const char *note)
{
	if (note)
		*(*at)++ = note;
	else
		opn_diag(session->diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, strerror(ENOMEM));
}

static int tell_notes(struct opn_session *session)
{
	const struct opn_state *state = session->bench.state;
	struct opn_result *result = session->result;
	size_t count = opn_state_count(state);
	const char **notes = opn_arena_array(session->arena, count + 3, sizeof(*notes));
	const char **at = notes;

	if (!notes)
		return -ENOMEM;
	if (session->interface_count < OPN_SESSION_INTERFACES)
		add_note(session, &at,
			 "this kernel makes no veth devices: device maps hold the loopback "
			 "interface only, so that a wrong slot may not show");
	for (size_t i = 0; i < count; i++) {
		const struct opn_state_map *map = opn_state_map(state, i);

		if (is_smaller(map))
			add_note(session, &at,
				 opn_arena_printf(session->arena,
						  "map '%s' was made for %u entries instead of %u",
						  map->name, map->max_entries,
						  map->declared_entries));
	}
	if (result->cases_judged)
		add_note(session, &at,
			 opn_arena_printf(
				 session->arena,
				 "%llu of %llu cases came out of the first program as "
				 "they say",
				 (unsigned long long)(result->cases_judged - result->cases_unmet),
				 (unsigned long long)result->cases_judged));
	result->notes = notes;
	return 0;
}

struct guided {
	const struct opn_guide *guide;
	int side;
};

static uint64_t guided_hits(const void *context, size_t block)
{
	const struct guided *guided = context;

	return opn_guide_block_hits(guided->guide, guided->side, block);
}

int opn_session_tell_code(struct opn_session *session)
{
	int error = 0;

	for (int side = 0; !error && side < 2; side++) {
		const struct guided guided = { session->guide, side };
		const uint8_t *seen = opn_guide_seen(session->guide, side);

		if (session->bench.traced[side] && seen)
			error = opn_verify_tell_code(session->bench.traced[side], seen, guided_hits,
						     &guided, session->arena,
						     &session->result->side[side]);
	}
	session->paths = opn_guide_paths(session->guide);
	session->full = opn_session_full(session->bench.state, session->arena);
	return error;
}

int opn_session_tell(struct opn_session *session)
{
	struct opn_result *result = session->result;
	int error = tell_benign(session);

	error = error ?: tell_notes(session);
	for (int side = 0; !error && side < 2; side++) {
		result->side[side].idle =
			opn_chain_idle(session->bench.plain[side], session->arena);
		error = result->side[side].idle ? 0 : -ENOMEM;
	}
	if (error)
		return error;
	opn_result_maps(result, session->bench.state, session->arena);
	result->maps_changed = session->maps_changed;
	result->why = NULL;
	if (result->packets_different) {
		result->verdict = OPN_DIFFERENT;
		return 0;
	}
	result->why = doubt(session);
	result->verdict = result->why ? OPN_INCONCLUSIVE : OPN_EQUIVALENT;
	return 0;
}

int opn_verify_failed(struct opn_diags *diags, int error)
{
	if (opn_diags_status(diags))
		return error;
	if (error == -ENOMEM)
		opn_diag(diags, OPN_DIAG_VERIFY_MEMORY, OPN_NOWHERE);
	else
		opn_diag(diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, strerror(-error));
	return error;
}
