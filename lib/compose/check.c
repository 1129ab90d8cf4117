// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * check.c - what speaks against a pipeline, before anything is emitted
 */
#include <errno.h>
#include <string.h>

#include "composition.h"
#include "hookdef.h"

/* ---- licences ---- */

/* What the kernel takes for compatible with the GPL (include/linux/license.h:
 * license_is_gpl_compatible()). */
static bool is_gpl(const char *license)
{
	static const char *const compatible[] = { "GPL",
						  "GPL v2",
						  "GPL and additional rights",
						  "Dual BSD/GPL",
						  "Dual MIT/GPL",
						  "Dual MPL/GPL",
						  NULL };

	for (const char *const *known = compatible; *known; known++) {
		if (!strcmp(license, *known))
			return true;
	}
	return false;
}

/* Stages under one licence keep it; all others must allow the GPL, which is then the whole's. */
int opn_composition_license(const struct opn_composition *composition, struct opn_diags *diags,
			    const char **out)
{
	const struct opn_composed_stage *first = &composition->hooks[0].stages[0];
	bool same = true;

	for (size_t h = 0; h < composition->hook_count; h++) {
		for (size_t s = 0; s < composition->hooks[h].stage_count; s++) {
			const struct opn_composed_stage *stage = &composition->hooks[h].stages[s];

			if (!strcmp(stage->license, first->license))
				continue;
			same = false;
			if (!is_gpl(stage->license) || !is_gpl(first->license))
				return opn_diag(diags, OPN_DIAG_PIPELINE_LICENSE, stage->loc,
						stage->name, stage->license, first->license,
						first->name);
		}
	}
	*out = same ? first->license : "GPL";
	return 0;
}

/* ---- what a stage leaves to the next ---- */

static bool continues_after(const struct opn_composed_hook *hook,
			    const struct opn_composed_stage *stage, long long value)
{
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	for (size_t i = 0; i < count; i++) {
		if (rows[i]->value == value)
			return true;
	}
	return false;
}

static int check_reached(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	for (size_t s = 0; s + 1 < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		struct opn_buf list = { 0 };
		bool goes_on = !stage->returns_known;
		int error;

		for (size_t r = 0; r < stage->return_count; r++) {
			const char *name = opn_hook_verdict_name(hook->place->hook->run,
								 (uint32_t)stage->returns[r]);

			goes_on |= continues_after(hook, stage, stage->returns[r]);
			opn_buf_printf(&list, "%s", r ? ", " : "");
			if (name)
				opn_buf_puts(&list, name);
			else
				opn_buf_printf(&list, "%lld", stage->returns[r]);
		}
		error = goes_on ? 0
				: opn_diag(diags, OPN_DIAG_STAGE_UNREACHED, hook->stages[s + 1].loc,
					   hook->stages[s + 1].name, stage->name,
					   list.data ? list.data : "nothing");
		opn_buf_free(&list);
		if (error) {
			opn_diag_note(diags, stage->loc,
				      "say after which verdicts of '%s' the next stage runs: "
				      "'continue: [...]'",
				      stage->name);
			return error;
		}
	}
	return 0;
}

/* Packets that a stage lets pass while stages behind it do not see them. */
static void tell_terminal(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	const struct opn_hook_run *run = hook->place->hook->run;

	for (size_t s = 0; s + 1 < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		struct opn_buf list = { 0 };

		for (size_t v = 0; v < run->verdict_count; v++) {
			const struct opn_verdict_row *row = &run->verdicts[v];
			bool returned = false;

			for (size_t r = 0; r < stage->return_count; r++)
				returned |= stage->returns[r] == row->value;
			if (returned && row->fate == OPN_FATE_PASS &&
			    !continues_after(hook, stage, row->value))
				opn_buf_printf(&list, "%s%s", list.length ? ", " : "", row->name);
		}
		if (list.length)
			opn_diag(diags, OPN_DIAG_STAGE_TERMINAL, stage->loc, stage->name, list.data,
				 hook->stages[s + 1].name);
		opn_buf_free(&list);
	}
}

/* The first kernel that has any of the ways that are left. */
static void tell_kernel(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	const char *kernel = NULL;

	for (size_t w = 0; w < hook->place->way_count; w++) {
		const struct opn_place_way *way = &hook->place->ways[w];

		if (!opn_hook_takes_way(hook, way))
			continue;
		if (!way->min_kernel)
			return;
		if (!kernel || opn_kernel_newer(kernel, way->min_kernel))
			kernel = way->min_kernel;
	}
	if (kernel)
		opn_diag(diags, OPN_DIAG_PIPELINE_KERNEL, hook->loc,
			 hook->place->hook->mechanisms[hook->mechanism], hook->place->name, kernel);
}

static void tell_writes(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	for (size_t b = 1; b < hook->stage_count; b++) {
		for (size_t a = 0; a < b; a++) {
			const struct opn_composed_stage *first = &hook->stages[a];
			const struct opn_composed_stage *second = &hook->stages[b];
			struct opn_buf both = { 0 };

			for (const char *const *w = second->writes; w && *w; w++) {
				for (const char *const *v = first->writes; v && *v; v++) {
					if (!strcmp(*w, *v))
						opn_buf_printf(&both, "%s%s",
							       both.length ? ", " : "", *w);
				}
			}
			if (both.length)
				opn_diag(diags, OPN_DIAG_STAGE_WRITES, second->loc, first->name,
					 second->name, both.data);
			opn_buf_free(&both);
		}
	}
}

static const char *common_word(const char *const *a, const char *const *b)
{
	for (; a && *a; a++) {
		for (const char *const *other = b; other && *other; other++) {
			if (!strcmp(*a, *other))
				return *a;
		}
	}
	return NULL;
}

/* That a stage cannot stand beside another one; frees why. */
static int refuse_beside(const struct opn_composed_stage *stage, struct opn_buf *why,
			 const char *help, struct opn_diags *diags)
{
	struct opn_buf what = { 0 };
	int error;

	opn_buf_printf(&what, "stage '%s'", stage->name);
	error = opn_diag(diags, OPN_DIAG_STAGE_REJECTED, stage->loc, what.data ? what.data : "",
			 why->data ? why->data : "");
	opn_diag_note(diags, OPN_NOWHERE, "%s", help);
	opn_buf_free(&what);
	opn_buf_free(why);
	return error;
}

/* Stages of all hooks are in one object, in which their data sections become one, and a map. */
static int check_locks(const struct opn_composed_stage *first,
		       const struct opn_composed_stage *second, struct opn_diags *diags)
{
	const char *section = common_word(first->lock_sections, second->lock_sections);
	struct opn_buf why = { 0 };

	if (!section)
		return 0;
	opn_buf_printf(&why,
		       "it has a lock in section '%s', as stage '%s' has: they become one map, and "
		       "the kernel takes one lock in a map",
		       section, first->name);
	return refuse_beside(second, &why, "give one of them a section of another name", diags);
}

/* What a stage has under a name, or NULL. */
static const char *record_of(const struct opn_composed_stage *stage, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *record = stage->records; record && *record; record++) {
		if (!strncmp(*record, name, length) && (*record)[length] == ' ')
			return *record;
	}
	return NULL;
}

/* kernel/bpf/btf.c: btf_find_graph_root() takes the first record of the name that the tag says. */
static int check_listed(const struct opn_composed_stage *first,
			const struct opn_composed_stage *second, const char *const *names,
			struct opn_diags *diags)
{
	for (; names && *names; names++) {
		const char *a = record_of(first, *names), *b = record_of(second, *names);
		struct opn_buf why = { 0 };

		if (!a || !b || !strcmp(a, b))
			continue;
		opn_buf_printf(
			&why,
			"its 'struct %s' is another one than that of stage '%s', and the kernel "
			"finds what is in a list or tree by the name",
			*names, first->name);
		return refuse_beside(second, &why, "give one of them another name", diags);
	}
	return 0;
}

static int check_beside(const struct opn_composition *composition,
			const struct opn_composed_stage *second, struct opn_diags *diags)
{
	bool told = false;

	for (size_t h = 0; h < composition->hook_count; h++) {
		for (size_t s = 0; s < composition->hooks[h].stage_count; s++) {
			const struct opn_composed_stage *first = &composition->hooks[h].stages[s];
			const char *name;
			int error;

			if (first == second)
				return 0;
			error = check_locks(first, second, diags)
					?: check_listed(first, second, first->listed, diags)
					?: check_listed(first, second, second->listed, diags);
			if (error)
				return error;
			name = common_word(first->kfuncs, second->kfuncs)
				       ?: common_word(first->untyped, second->untyped);
			if (name && !told)
				opn_diag(diags, OPN_DIAG_STAGE_KFUNC, second->loc, first->name,
					 second->name, name);
			told |= name != NULL;
		}
	}
	return 0;
}

/* ---- limits ---- */

static const struct {
	enum opn_mechanism mechanism;
	size_t most;
	const char *what;
} limits[] = {
	/* include/linux/bpf.h: MAX_TAIL_CALL_CNT; the dispatcher's own call is one of them */
	{ OPN_MECHANISM_TAIL, 33, "the kernel ends a chain of tail calls after 33" },
	/* include/linux/bpf_mprog.h: BPF_MPROG_MAX is 64, and one entry is the end */
	{ OPN_MECHANISM_LINKS, 63, "the kernel takes 63 links at one place" },
	/* lib/libxdp/protocol.org of xdp-tools */
	{ OPN_MECHANISM_SHARED, 10,
	  "its dispatcher has 10 places, for those of other owners, too" },
};

static int check_limits(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct opn_buf text = { 0 };
		int error;

		if (hook->mechanism != limits[i].mechanism || hook->stage_count <= limits[i].most)
			continue;
		opn_buf_printf(&text, "%zu stages at '%s' are too many: %s", hook->stage_count,
			       hook->place->name, limits[i].what);
		error = opn_diag(diags, OPN_DIAG_PIPELINE_LIMIT, hook->loc,
				 text.data ? text.data : limits[i].what);
		opn_diag_note(diags, OPN_NOWHERE, "mechanism 'linked' has no such limit");
		opn_buf_free(&text);
		return error;
	}
	return 0;
}

/* A filter whose verdict passes lets the kernel go on to the next filter, whatever the spec says.
 */
static int check_filters(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	const struct opn_hook_run *run = hook->place->hook->run;

	if (hook->mechanism != OPN_MECHANISM_FILTERS)
		return 0;
	for (size_t s = 0; s < hook->stage_count; s++) {
		for (size_t v = 0; v < run->verdict_count; v++) {
			struct opn_buf text = { 0 };
			int error;

			if (run->verdicts[v].fate != OPN_FATE_PASS ||
			    continues_after(hook, &hook->stages[s], run->verdicts[v].value))
				continue;
			opn_buf_printf(&text,
				       "stage '%s' is to be the last after %s, but the kernel asks "
				       "the next filter then",
				       hook->stages[s].name, run->verdicts[v].name);
			error = opn_diag(diags, OPN_DIAG_PIPELINE_LIMIT, hook->stages[s].loc,
					 text.data ? text.data : "");
			opn_diag_note(diags, OPN_NOWHERE, "mechanism 'linked' can do it");
			opn_buf_free(&text);
			return error;
		}
	}
	return 0;
}

/* Somebody else's dispatcher. Its stubs cannot be replaced by what changes the packet since the
 * kernel compares both (kernel/bpf/verifier.c: changes_pkt_data), until it has one that could; and
 * it says itself what becomes of packets behind the last. */
static int check_shared(const struct opn_composed_hook *hook, struct opn_diags *diags)
{
	int error = 0;

	if (hook->mechanism != OPN_MECHANISM_SHARED)
		return 0;
	if (hook->next != hook->place->hook->next) {
		struct opn_buf text = { 0 };

		opn_buf_printf(&text,
			       "packets behind the last stage get %s from that dispatcher, not %s",
			       hook->place->hook->next->name, hook->next->name);
		error = opn_diag(diags, OPN_DIAG_PIPELINE_LIMIT, hook->loc,
				 text.data ? text.data : "");
		opn_buf_free(&text);
	}
	for (size_t s = 0; s < hook->stage_count; s++) {
		const char *word = hook->place->hook->mechanisms[hook->mechanism];

		if (!hook->stages[s].moves)
			continue;
		opn_diag(diags, OPN_DIAG_DEPLOY_STUB, hook->stages[s].loc, word,
			 hook->stages[s].name, hook->stages[s].name, hook->stages[s].moves);
		/* xdp-tools, commit 092365f */
		opn_diag_note(diags, OPN_NOWHERE, "that of %s 1.5.5 can", word);
	}
	return error;
}

static bool defines(const struct opn_composition *composition, const char *name)
{
	for (size_t h = 0; h < composition->hook_count; h++)
		for (size_t s = 0; s < composition->hooks[h].stage_count; s++) {
			const struct opn_composed_stage *stage = &composition->hooks[h].stages[s];

			for (size_t m = 0; m < stage->map_count; m++)
				if (!stage->maps[m].is_declared_only &&
				    !strcmp(stage->maps[m].name, name))
					return true;
		}
	return false;
}

/* What libbpf loads must be whole: a map that a stage declares only comes from another stage. */
static int check_whole(const struct opn_composition *composition,
		       const struct opn_composed_stage *stage, struct opn_diags *diags)
{
	int error = 0;

	for (size_t m = 0; m < stage->map_count; m++) {
		const struct opn_map *map = &stage->maps[m];
		struct opn_buf what = { 0 };

		if (!map->is_declared_only || defines(composition, map->name))
			continue;
		opn_buf_printf(&what, "stage '%s'", stage->name);
		error = opn_diag(diags, OPN_DIAG_STAGE_REJECTED, stage->loc,
				 what.data ? what.data : "",
				 "it only declares a map, and no stage defines that");
		opn_diag_note(diags, (struct opn_loc){ map->file, map->start_line, 1, 1 },
			      "'%s' is declared here", map->name);
		opn_diag_note(diags, OPN_NOWHERE,
			      "define it there, or extract from a source that includes its "
			      "definition");
		opn_buf_free(&what);
	}
	return error;
}

/* Calls that are right in a program of their own only. */
static int check_calls(const struct opn_composed_hook *hook, const struct opn_composed_stage *stage,
		       struct opn_diags *diags)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	int error = 0;

	for (size_t i = 0; i < rules->refused_count; i++) {
		const struct opn_refused_call *call = &rules->refuses[i];
		struct opn_buf what = { 0 }, why = { 0 };

		if (!opn_words_hold(stage->helpers, call->name) &&
		    !opn_words_hold(stage->kfuncs, call->name))
			continue;
		opn_buf_printf(&what, "stage '%s'", stage->name);
		opn_buf_printf(&why, "it calls '%s': %s", call->name, call->why);
		error = opn_diag(diags, OPN_DIAG_STAGE_REJECTED, stage->loc,
				 what.data ? what.data : "", why.data ? why.data : "");
		opn_buf_free(&what);
		opn_buf_free(&why);
	}
	return error;
}

int opn_composition_check(const struct opn_composition *composition, struct opn_diags *diags)
{
	int error = 0;

	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		error = check_limits(hook, diags) ?: error;
		error = check_filters(hook, diags) ?: error;
		error = check_shared(hook, diags) ?: error;
		error = check_reached(hook, diags) ?: error;
		tell_terminal(hook, diags);
		tell_kernel(hook, diags);
		tell_writes(hook, diags);
		for (size_t s = 0; s < hook->stage_count; s++) {
			error = check_whole(composition, &hook->stages[s], diags) ?: error;
			error = check_calls(hook, &hook->stages[s], diags) ?: error;
			error = check_beside(composition, &hook->stages[s], diags) ?: error;
		}
	}
	return error;
}
