// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_bpf.c - the eBPF side of a pipeline: dispatcher, header, and what stands behind each stage
 *
 * Stages may be written over vmlinux.h, over the kernel's headers or over copies of them that a
 * project brings, of any age and under any name, and in one source these exclude each other. So
 * what is made here takes nothing from any of them: types are C's own, verdicts and types of maps
 * are numbers, helpers and the context have declarations of their own. Long because one text is
 * made here, whose parts name each other.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "composition.h"
#include "output.h"

#define MAPS "__attribute__((section(\".maps\")))"

/* ---- counters ---- */

/* The stages by number. Types of maps name it, so that it is in the object and in the kernel. */
static void add_stage_numbers(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf, "enum order_%s {\n", hook->id);
	for (size_t s = 0; s < hook->stage_count; s++)
		opn_buf_printf(buf, "\t%s_%s,\n", hook->id, hook->stages[s].id);
	opn_buf_puts(buf, "};\n\n");
}

static void add_counter_types(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	struct opn_counted counted = opn_counted_verdicts(hook);

	opn_buf_printf(
		buf,
		"struct stage_%s {\n"
		"\tunsigned long long bytes;\n"
		"\tunsigned long long packets[%zu]; /* by verdict from %d on; then all others */\n"
		"%s"
		"};\n\n"
		"struct counters_%s {\n"
		"\tstruct stage_%s stage[%zu];\n"
		"\tenum order_%s order[0]; /* says in the kernel whose they are */\n"
		"};\n\n",
		hook->id, counted.count + 1, counted.first,
		hook->mechanism == OPN_MECHANISM_TAIL
			? "\tunsigned long long missed; /* packets that found the slot empty */\n"
			: "",
		hook->id, hook->id, hook->stage_count, hook->id);
}

/* Types of maps have names: one source declares them, another defines them. Numbers:
 * include/uapi/linux/bpf.h, enum bpf_map_type. */
static void add_counter_map_type(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf,
		       "struct counter_map_%s {\n"
		       "\tint (*type)[6]; /* BPF_MAP_TYPE_PERCPU_ARRAY */\n"
		       "\tint (*max_entries)[1];\n"
		       "\tunsigned int *key;\n"
		       "\tstruct counters_%s *value;\n"
		       "};\n\n",
		       hook->id, hook->id);
}

static void add_program_array(struct opn_buf *buf, size_t entries)
{
	opn_buf_printf(buf,
		       "\tint (*type)[3]; /* BPF_MAP_TYPE_PROG_ARRAY */\n"
		       "\tint (*max_entries)[%zu];\n"
		       "\tint (*key_size)[4];\n"
		       "\tint (*value_size)[4];\n",
		       entries);
}

static void add_slot_map_type(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf,
		       "struct slot_map_%s {\n"
		       "\tint (*type)[3]; /* BPF_MAP_TYPE_PROG_ARRAY */\n"
		       "\tint (*max_entries)[%zu];\n"
		       "\tenum order_%s *key;\n"
		       "\tunsigned int *value;\n"
		       "};\n\n",
		       hook->id, hook->stage_count, hook->id);
}

/* kind: "counter" or "slot"; the map is called "counters_..." or "slots_...". */
static void add_map(struct opn_buf *buf, const struct opn_composed_hook *hook, const char *linkage,
		    const char *kind)
{
	opn_buf_printf(buf, "%sstruct %s_map_%s %ss_%s " MAPS ";\n\n", linkage, kind, hook->id,
		       kind, hook->id);
}

static void add_count_function(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	struct opn_counted counted = opn_counted_verdicts(hook);

	opn_buf_printf(buf,
		       "static inline __attribute__((always_inline)) void\n"
		       "count_%s(struct stage_%s *stage, unsigned long long bytes, int verdict)\n"
		       "{\n"
		       "\tunsigned long long slot = (unsigned int)(verdict - (%d));\n"
		       "\n"
		       "\t/* The register that is compared must be the one that is added. */\n"
		       "\tif (!__builtin_constant_p(slot))\n"
		       "\t\t__asm__ volatile(\"\" : \"+r\"(slot));\n"
		       "\tif (slot > %zu)\n"
		       "\t\tslot = %zu;\n"
		       "\tstage->bytes += bytes;\n"
		       "\tstage->packets[slot]++;\n"
		       "}\n\n",
		       hook->id, hook->id, counted.first, counted.count, counted.count);
}

/* ---- verdicts ---- */

static void add_verdict(struct opn_buf *buf, const struct opn_verdict_row *row)
{
	opn_buf_printf(buf, "%d /* %s */", row->value, row->name);
}

/* Whether the verdict is in the stage's continue set, as a condition. */
static void add_continues(struct opn_buf *buf, const struct opn_composed_hook *hook,
			  const struct opn_composed_stage *stage, bool negated)
{
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	for (size_t i = 0; i < count; i++) {
		opn_buf_printf(buf, "%sverdict %s ", i ? (negated ? " && " : " || ") : "",
			       negated ? "!=" : "==");
		add_verdict(buf, rows[i]);
	}
	if (!count)
		opn_buf_puts(buf, negated ? "1" : "0");
}

/* What is returned for a verdict that ends the pipeline. */
static void add_exit(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf, hook->place->hook->exit_count ? "leave_%s(verdict)" : "verdict",
		       hook->id);
}

static void add_exit_function(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	const struct opn_hook_rules *rules = hook->place->hook;

	if (!rules->exit_count)
		return;
	opn_buf_printf(buf,
		       "/* Verdicts that another way of attaching takes for something else. */\n"
		       "static inline __attribute__((always_inline)) int leave_%s(int verdict)\n"
		       "{\n"
		       "\tswitch (verdict) {\n",
		       hook->id);
	for (size_t i = 0; i < rules->exit_count; i++) {
		opn_buf_puts(buf, "\tcase ");
		add_verdict(buf, rules->exits[i].from);
		opn_buf_puts(buf, ":\n");
		if (i + 1 < rules->exit_count && rules->exits[i + 1].to == rules->exits[i].to)
			continue;
		opn_buf_puts(buf, "\t\treturn ");
		add_verdict(buf, rules->exits[i].to);
		opn_buf_puts(buf, ";\n");
	}
	opn_buf_puts(buf, "\tdefault:\n\t\treturn verdict;\n\t}\n}\n\n");
}

/* ---- what stands behind a stage ---- */

static size_t index_of(const struct opn_composed_hook *hook, const struct opn_composed_stage *stage)
{
	return (size_t)(stage - hook->stages);
}

static void add_running(struct opn_buf *buf, const struct opn_composition *composition,
			const struct opn_composed_hook *hook)
{
	if (!opn_composition_switched(composition))
		return;
	opn_buf_printf(buf, "\tif (!%s_running)\n\t\treturn ", composition->name);
	add_verdict(buf, hook->next);
	opn_buf_puts(buf, ";\n");
}

/* LLVM would keep both ends of the packet in halves of stack slots, and the verifier says "invalid
 * size of register spill". */
static void add_bytes_now(struct opn_buf *buf, const struct opn_composition *composition)
{
	if (composition->counts)
		opn_buf_puts(buf, "\t/* Counted here, and not where it is needed. */\n"
				  "\t__asm__ volatile(\"\" : \"+r\"(bytes));\n");
}

/* origin: NULL, or what the program was made of: a stage may be replaced by itself, and its loader
 * does not know by what. */
static void add_start(struct opn_buf *buf, const struct opn_composed_hook *hook,
		      const char *program, const char *origin)
{
	opn_buf_printf(buf, "__attribute__((section(\"%s\")))", hook->section);
	if (origin) {
		opn_buf_puts(buf, " __attribute__((btf_decl_tag(");
		opn_emit_label(buf, origin);
		opn_buf_puts(buf, ")))");
	}
	opn_buf_printf(buf, "\nint %s(%s *ctx)\n{\n", program, hook->place->hook->context);
}

/* length: of the packet, or NULL: its bytes are not counted. */
static void add_counter_variables(struct opn_buf *buf, const struct opn_composed_hook *hook,
				  const char *length)
{
	opn_buf_printf(buf, "\tstruct counters_%s *counters;\n", hook->id);
	if (length)
		opn_buf_printf(buf, "\tunsigned long long bytes = packet_bytes_%s(ctx);\n",
			       hook->id);
	opn_buf_puts(buf, "\tunsigned int zero = 0;\n");
}

/* A program that counts, and hands on or leaves. */
static void add_program(struct opn_buf *buf, const struct opn_composition *composition,
			const struct opn_composed_hook *hook,
			const struct opn_composed_stage *stage)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	size_t index = index_of(hook, stage);
	bool is_last = index + 1 == hook->stage_count;
	bool hands_on = hook->mechanism == OPN_MECHANISM_TAIL && !is_last;
	bool carries = hook->note && (!index || stage->note);
	bool ends = hook->carrier && hook->carrier->end && !hook->hands_on;

	add_start(buf, hook, stage->function, stage->origin);
	if (composition->counts)
		add_counter_variables(buf, hook, rules->length);
	if (carries)
		opn_metadata_declare(buf, hook);
	opn_buf_puts(buf, "\tint verdict;\n\n");
	add_bytes_now(buf, composition);
	/* Programs behind a dispatcher run only when it does. */
	if (!hook->program)
		add_running(buf, composition, hook);
	if (carries && !index)
		opn_metadata_begin(buf, hook);
	else if (carries)
		opn_metadata_take(buf, hook);
	opn_buf_printf(buf, "\tverdict = %s(ctx%s);\n", stage->body, stage->note ? ", note" : "");
	if (carries && !is_last)
		opn_metadata_give(buf, hook);
	if (composition->counts)
		opn_buf_printf(buf,
			       "\tcounters = opn_pipeline_look_up(&counters_%s, &zero);\n"
			       "\tif (counters)\n"
			       "\t\tcount_%s(&counters->stage[%zu], bytes, verdict);\n",
			       hook->id, hook->id, index);
	if (hook->mechanism == OPN_MECHANISM_SHARED) {
		/* The dispatcher knows after which verdicts it goes on. */
		opn_buf_puts(buf, "\treturn verdict;\n}\n");
		return;
	}
	opn_buf_puts(buf, "\tif (");
	add_continues(buf, hook, stage, true);
	opn_buf_puts(buf, ends ? ") {\n" : ")\n");
	opn_metadata_end(buf, hook, "\t\t");
	opn_buf_puts(buf, "\t\treturn ");
	add_exit(buf, hook);
	opn_buf_puts(buf, ends ? ";\n\t}\n" : ";\n");
	if (hands_on) {
		opn_buf_printf(buf, "\topn_pipeline_tail_call(ctx, &slots_%s, %zu);\n", hook->id,
			       index + 1);
		if (composition->counts)
			opn_buf_printf(buf,
				       "\tif (counters)\n"
				       "\t\tcounters->stage[%zu].missed++;\n",
				       index + 1);
	}
	if (is_last || hands_on)
		opn_metadata_end(buf, hook, "\t");
	opn_buf_puts(buf, "\treturn ");
	if (hands_on)
		opn_buf_printf(buf, "missed_%s", hook->id);
	else
		add_verdict(buf, hook->next);
	opn_buf_puts(buf, ";\n}\n");
}

bool opn_stage_is_apart(const struct opn_composed_hook *hook,
			const struct opn_composed_stage *stage)
{
	return stage->leaves && hook->mechanism != OPN_MECHANISM_LINKED;
}

#define INLINED "%s_inlined"

char *opn_stage_inlined(const struct opn_composed_stage *stage, struct opn_arena *arena)
{
	return opn_arena_printf(arena, INLINED, stage->body);
}

/* A function around a stage that leaves by a tail call. */
static void add_apart(struct opn_buf *buf, const struct opn_composed_hook *hook,
		      const struct opn_composed_stage *stage)
{
	const char *context = hook->place->hook->context;

	opn_buf_printf(buf, "static __attribute__((noinline)) int %s(%s *ctx", stage->body,
		       context);
	if (stage->note)
		opn_buf_printf(buf, ", %s *%s", hook->note_type, hook->note);
	opn_buf_printf(
		buf,
		")\n{\n\tint verdict = " INLINED "(ctx%s%s);\n\n"
		"\t/* A tail call comes back to the caller with what the other program says: "
		"the compiler\n\t * is not to know the verdict. */\n"
		"\t__asm__ volatile(\"\" : \"+r\"(verdict));\n"
		"\treturn verdict;\n}\n\n",
		stage->body, stage->note ? ", " : "", stage->note ? hook->note : "");
}

/* Macros of a stage's text that text behind it, or the header, would expand: these say something
 * else there. With `again` they are put aside for that text only. */
static void add_aside(struct opn_buf *buf, const char *const *macros, const char *text,
		      const char *header, const char *again)
{
	for (; macros && *macros; macros++) {
		if (!opn_has_word(text, *macros) && !(header && opn_has_word(header, *macros)))
			continue;
		if (again)
			opn_buf_printf(buf, "#pragma %s_macro(\"%s\")\n", again, *macros);
		if (!again || !strcmp(again, "push"))
			opn_buf_printf(buf, "#undef %s\n", *macros);
	}
}

/* The wrapper, with the stage's macros out of its way; takes text. */
static char *set_apart(const struct opn_composed_stage *stage, char *text, char *header)
{
	struct opn_buf before = { 0 }, behind = { 0 }, all = { 0 };

	if (!text)
		return NULL;
	add_aside(&before, stage->macros, text, header, "push");
	add_aside(&behind, stage->macros, text, header, "pop");
	opn_buf_printf(&all, "%s%s%s%s%s", before.length ? before.data : "",
		       before.length ? "\n" : "", text, behind.length ? "\n" : "",
		       behind.length ? behind.data : "");
	opn_buf_free(&before);
	opn_buf_free(&behind);
	free(header);
	free(text);
	return opn_buf_take(&all);
}

char *opn_stage_wrapper(const struct opn_composition *composition,
			const struct opn_composed_hook *hook,
			const struct opn_composed_stage *stage, const char *program)
{
	const struct opn_hook_rules *rules = hook->place->hook;
	struct opn_buf buf = { 0 };
	char *header = NULL;

	if (opn_stage_is_apart(hook, stage))
		add_apart(&buf, hook, stage);
	if (program) {
		add_start(&buf, hook, program, NULL);
		opn_buf_printf(&buf, "\treturn %s(ctx);\n}\n\n", stage->body);
	}
	if (hook->mechanism == OPN_MECHANISM_FUSED) {
		opn_buf_puts(&buf, ""); /* the program stands behind all stages */
	} else if (opn_hook_has_programs(hook)) {
		header = opn_emit_header(composition);
		opn_buf_printf(&buf, "#include \"../%s.h\"\n\n", composition->name);
		add_program(&buf, composition, hook, stage);
	} else {
		/* The kernel takes the context of a function by the name of a type that it knows
		 * whole (kernel/bpf/btf.c: btf_is_prog_ctx_type()). */
		if (stage->lacks_context) {
			opn_buf_printf(&buf, "%s {\n", rules->context);
			opn_metadata_lines(&buf, rules->view);
			opn_buf_puts(&buf, "};\n\n");
		}
		opn_buf_printf(&buf, "int %s(%s *ctx", stage->function, rules->context);
		if (stage->note)
			opn_buf_printf(&buf, ", %s *%s", hook->note_type, hook->note);
		opn_buf_printf(&buf, ")\n{\n\treturn %s(ctx%s%s);\n}\n", stage->body,
			       stage->note ? ", " : "", stage->note ? hook->note : "");
	}
	return set_apart(stage, opn_buf_take(&buf), header);
}

/* ---- the header ---- */

/* The contexts, and how long the packet in them is. */
static void add_contexts(struct opn_buf *buf, const struct opn_composition *composition)
{
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];
		const struct opn_hook_rules *rules = hook->place->hook;
		size_t before = 0;

		while (composition->hooks[before].place->hook != rules)
			before++;
		if (before == h) {
			opn_buf_printf(buf,
				       "%s;\n\n"
				       "/* Its layout, which cannot change: stages may have an old "
				       "copy of it, one with\n * CO-RE relocations, or none. */\n"
				       "struct __attribute__((may_alias)) opn_%s_view {\n",
				       rules->context, rules->hook);
			opn_metadata_lines(buf, rules->view);
			opn_buf_puts(buf, "};\n\n");
		}
		if (!composition->counts)
			continue;
		opn_buf_printf(buf,
			       "static inline __attribute__((always_inline)) unsigned long long\n"
			       "packet_bytes_%s(%s *ctx)\n"
			       "{\n"
			       "\tconst struct opn_%s_view *view = (const void *)ctx;\n\n"
			       "\treturn %s;\n"
			       "}\n\n",
			       hook->id, rules->context, rules->hook, rules->length);
	}
}

static void add_head(struct opn_buf *buf, const struct opn_composition *composition,
		     const char *file, const char *what)
{
	opn_buf_printf(buf,
		       "/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */\n"
		       "/* " OPN_OUTPUT_COMPOSED " %s */\n"
		       "/*\n * %s - %s\n",
		       composition->version, file, what);
}

static void add_programs_part(struct opn_buf *buf, const struct opn_composition *composition,
			      const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf, "/* ---- %s ---- */\n\n", hook->place->name);
	if (composition->counts || hook->mechanism == OPN_MECHANISM_TAIL)
		add_stage_numbers(buf, hook);
	if (composition->counts) {
		add_counter_types(buf, hook);
		add_counter_map_type(buf, hook);
		add_map(buf, hook, "extern ", "counter");
		add_count_function(buf, hook);
	}
	if (hook->mechanism == OPN_MECHANISM_TAIL) {
		add_slot_map_type(buf, hook);
		add_map(buf, hook, "extern ", "slot");
		opn_buf_puts(buf, "/* What becomes of a packet whose next stage is missing. */\n");
		opn_buf_printf(buf, "enum { missed_%s = ", hook->id);
		if (hook->drop_missing) {
			const struct opn_hook_run *run = hook->place->hook->run;

			for (size_t i = 0; i < run->verdict_count; i++) {
				if (run->verdicts[i].fate != OPN_FATE_DROP)
					continue;
				add_verdict(buf, &run->verdicts[i]);
				break;
			}
		} else {
			add_verdict(buf, hook->next);
		}
		opn_buf_puts(buf, " };\n\n");
	}
	add_exit_function(buf, hook);
}

char *opn_emit_header(const struct opn_composition *composition)
{
	struct opn_buf buf = { 0 };
	char *file = NULL;

	if (asprintf(&file, "%s.h", composition->name) < 0)
		return NULL;
	add_head(&buf, composition, file, "what the programs of the pipeline share");
	free(file);
	opn_buf_puts(&buf, " *\n"
			   " * Stages include it behind their own headers, be it vmlinux.h or the "
			   "kernel's.\n"
			   " */\n"
			   "#pragma once\n\n");
	opn_buf_puts(&buf,
		     "/* Helpers by their numbers: stages may have any bpf_helpers.h, or none. */\n"
		     "static void *(*const opn_pipeline_look_up)(void *map, const void *key) = "
		     "(void *)1;\n"
		     "static long (*const opn_pipeline_tail_call)(void *ctx, void *map, unsigned "
		     "int index) = "
		     "(void *)12;\n\n");
	add_contexts(&buf, composition);
	if (opn_composition_switched(composition))
		opn_buf_printf(&buf,
			       "/* Set once everything is attached; until then all packets pass. "
			       "*/\n"
			       "extern volatile unsigned int %s_running;\n\n",
			       composition->name);
	for (size_t h = 0; h < composition->hook_count; h++) {
		if (opn_hook_has_programs(&composition->hooks[h]) ||
		    composition->hooks[h].mechanism == OPN_MECHANISM_FUSED)
			add_programs_part(&buf, composition, &composition->hooks[h]);
		opn_metadata_functions(&buf, &composition->hooks[h]);
	}
	return opn_buf_take(&buf);
}

/* ---- the dispatcher ---- */

static void add_count(struct opn_buf *buf, const struct opn_composed_hook *hook,
		      const struct opn_composed_stage *stage, const char *indent,
		      const char *verdict)
{
	opn_buf_printf(buf, "%scount_%s(&counters->stage[%s_%s], bytes, %s);\n", indent, hook->id,
		       hook->id, stage->id, verdict);
}

/* Which of the records that stages parse into is this stage's, from 1. */
static size_t parse_number(const struct opn_composed_hook *hook,
			   const struct opn_composed_stage *stage)
{
	size_t number = 0;

	assert(stage->parse);
	for (const struct opn_composed_stage *s = hook->stages;; s++) {
		bool is_new = s->parse != NULL;

		for (const struct opn_composed_stage *b = hook->stages; is_new && b < s; b++)
			is_new = !b->parse || strcmp(b->parse, s->parse);
		number += is_new;
		if (s->parse && !strcmp(s->parse, stage->parse))
			return is_new ? number : parse_number(hook, s);
	}
}

/* What the dispatcher's stages told each other goes with the packet only where somebody takes it.
 */
static bool leaves_metadata(const struct opn_composed_hook *hook)
{
	return hook->carrier && (hook->hands_on || hook->carrier->end);
}

static void add_leave(struct opn_buf *buf, const struct opn_composed_hook *hook, const char *indent)
{
	if (hook->carrier && hook->hands_on)
		opn_buf_printf(buf, "%snote_give_%s(ctx, note);\n", indent, hook->id);
	opn_metadata_end(buf, hook, indent);
}

/* One stage: its call, and who is next. With one verdict that goes on, the counter of the packets
 * that do is known here, which saves finding it. */
static void add_call(struct opn_buf *buf, const struct opn_composition *composition,
		     const struct opn_composed_hook *hook, const struct opn_composed_stage *stage,
		     bool is_linked)
{
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);
	bool counts_late = composition->counts && count == 1;
	bool is_block = counts_late || leaves_metadata(hook);

	if (stage->parses)
		opn_buf_printf(buf, "\t%s(ctx, &parsed_%zu);\n", stage->parse,
			       parse_number(hook, stage));
	opn_buf_printf(buf, "\tverdict = %s(ctx", is_linked ? stage->function : stage->body);
	if (stage->note && is_linked)
		opn_buf_printf(buf, ", (%s *)note", hook->note_type);
	else if (stage->note)
		opn_buf_puts(buf, ", note");
	if (stage->parse)
		opn_buf_printf(buf, ", &parsed_%zu", parse_number(hook, stage));
	opn_buf_puts(buf, ");\n");
	if (composition->counts && !counts_late)
		add_count(buf, hook, stage, "\t", "verdict");
	opn_buf_puts(buf, "\tif (");
	add_continues(buf, hook, stage, true);
	opn_buf_puts(buf, is_block ? ") {\n" : ")\n");
	if (counts_late)
		add_count(buf, hook, stage, "\t\t", "verdict");
	add_leave(buf, hook, "\t\t");
	opn_buf_puts(buf, "\t\treturn ");
	add_exit(buf, hook);
	opn_buf_puts(buf, is_block ? ";\n\t}\n" : ";\n");
	if (counts_late) {
		struct opn_buf verdict = { 0 };

		add_verdict(&verdict, rows[0]);
		add_count(buf, hook, stage, "\t", verdict.data ? verdict.data : "");
		opn_buf_free(&verdict);
	}
	opn_buf_putc(buf, '\n');
}

/* Where somebody else puts the program that runs behind this pipeline. */
static void add_handover_map(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_puts(buf,
		     "/* The program behind this pipeline; without one the packet goes on. */\n"
		     "struct {\n");
	add_program_array(buf, 1);
	opn_buf_printf(buf, "} %s " MAPS ";\n\n", hook->handover);
}

/* Stages that are functions, called one after another; of other sources, or of this one. */
static void add_calls(struct opn_buf *buf, const struct opn_composition *composition,
		      const struct opn_composed_hook *hook)
{
	bool is_linked = hook->mechanism == OPN_MECHANISM_LINKED;
	const struct opn_hook_rules *rules = hook->place->hook;

	if (is_linked && hook->note)
		opn_buf_printf(buf, "%s;\n", hook->note_type);
	for (size_t s = 0; is_linked && s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];

		opn_buf_printf(buf, "int %s(%s *ctx", stage->function, rules->context);
		if (stage->note)
			opn_buf_printf(buf, ", %s *%s", hook->note_type, hook->note);
		opn_buf_puts(buf, "); /* ");
		opn_emit_comment(buf, stage->origin);
		opn_buf_puts(buf, " */\n");
	}
	if (is_linked)
		opn_buf_putc(buf, '\n');
	add_start(buf, hook, hook->program, NULL);
	if (composition->counts)
		add_counter_variables(buf, hook, rules->length);
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		bool is_first = stage->parse != NULL;

		for (size_t b = 0; is_first && b < s; b++)
			is_first = !hook->stages[b].parse ||
				   strcmp(hook->stages[b].parse, stage->parse);
		if (is_first)
			opn_buf_printf(buf, "\tstruct %s parsed_%zu;\n", stage->parse,
				       parse_number(hook, stage));
	}
	opn_metadata_declare(buf, hook);
	opn_buf_puts(buf, "\tint verdict;\n\n");
	add_bytes_now(buf, composition);
	add_running(buf, composition, hook);
	opn_metadata_begin(buf, hook);
	if (composition->counts) {
		opn_buf_printf(buf,
			       "\tcounters = opn_pipeline_look_up(&counters_%s, &zero);\n"
			       "\tif (!counters) /* never: the map has this element */\n"
			       "\t\treturn ",
			       hook->id);
		add_verdict(buf, hook->next);
		opn_buf_puts(buf, ";\n\n");
	}
	for (size_t s = 0; s < hook->stage_count; s++)
		add_call(buf, composition, hook, &hook->stages[s], is_linked);
	add_leave(buf, hook, "\t");
	if (hook->handover)
		opn_buf_printf(buf, "\topn_pipeline_tail_call(ctx, &%s, 0);\n", hook->handover);
	opn_buf_puts(buf, "\treturn ");
	add_verdict(buf, hook->next);
	opn_buf_puts(buf, ";\n");
	opn_buf_puts(buf, "}\n");
}

/* A program that is there only to call the first slot. */
static void add_first_call(struct opn_buf *buf, const struct opn_composition *composition,
			   const struct opn_composed_hook *hook)
{
	add_start(buf, hook, hook->program, NULL);
	if (composition->counts) {
		add_counter_variables(buf, hook, NULL);
		opn_buf_putc(buf, '\n');
	}
	add_running(buf, composition, hook);
	opn_buf_printf(buf, "\topn_pipeline_tail_call(ctx, &slots_%s, 0);\n", hook->id);
	if (composition->counts)
		opn_buf_printf(buf,
			       "\tcounters = opn_pipeline_look_up(&counters_%s, &zero);\n"
			       "\tif (counters)\n"
			       "\t\tcounters->stage[0].missed++;\n",
			       hook->id);
	opn_buf_printf(buf, "\treturn missed_%s;\n}\n\n", hook->id);
}

char *opn_emit_dispatcher(const struct opn_composition *composition)
{
	struct opn_buf buf = { 0 };

	add_head(&buf, composition, "dispatcher.bpf.c", "runs the stages of the pipeline in order");
	opn_buf_printf(&buf, " */\n#include \"%s.h\"\n\n", composition->name);
	if (opn_composition_switched(composition))
		opn_buf_printf(&buf,
			       "volatile unsigned int %s_running "
			       "__attribute__((section(\".data.%s\"))) = 0;\n\n",
			       composition->name, composition->name);
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		if (hook->mechanism == OPN_MECHANISM_LINKED) {
			opn_buf_printf(&buf, "/* ---- %s ---- */\n\n", hook->place->name);
			add_stage_numbers(&buf, hook);
			if (composition->counts) {
				add_counter_types(&buf, hook);
				add_counter_map_type(&buf, hook);
			}
		}
		if (composition->counts)
			add_map(&buf, hook, "", "counter");
		if (hook->mechanism == OPN_MECHANISM_LINKED) {
			if (composition->counts)
				add_count_function(&buf, hook);
			add_exit_function(&buf, hook);
			if (hook->handover)
				add_handover_map(&buf, hook);
			add_calls(&buf, composition, hook);
			opn_buf_putc(&buf, '\n');
			continue;
		}
		if (hook->mechanism == OPN_MECHANISM_TAIL) {
			add_map(&buf, hook, "", "slot");
			add_first_call(&buf, composition, hook);
		}
	}
	opn_buf_puts(&buf, "char _license[] __attribute__((section(\"license\"))) = ");
	opn_emit_string(&buf, composition->license);
	opn_buf_puts(&buf, ";\n");
	return opn_buf_take(&buf);
}

/* All stages of a hook, and the program that runs them. */
char *opn_emit_fused(const struct opn_composition *composition,
		     const struct opn_composed_hook *hook)
{
	struct opn_buf buf = { 0 }, program = { 0 };
	char *text, *header = opn_emit_header(composition);

	if (hook->handover)
		add_handover_map(&program, hook);
	add_calls(&program, composition, hook);
	text = opn_buf_take(&program);
	if (!text || !header) {
		free(text);
		free(header);
		return NULL;
	}
	add_head(&buf, composition, strrchr(hook->path, '/') + 1,
		 "all stages in one source, and the program that runs them");
	opn_buf_printf(&buf, " */\n%s\n/* ---- %s ---- */\n\n", hook->text, hook->place->name);
	for (size_t s = 0; s < hook->stage_count; s++)
		add_aside(&buf, hook->stages[s].macros, text, header, NULL);
	opn_buf_printf(&buf, "#include \"../%s.h\"\n\n%s", composition->name, text);
	free(text);
	free(header);
	return opn_buf_take(&buf);
}
