// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_user.c - the user side of a pipeline: the loader's tables, how to build, what there is
 *
 * The loader itself is the same for all pipelines and stands in loader/; what is written here is
 * what it is told.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "composition.h"
#include "json.h"
#include "output.h"

/* ---- C ---- */

static void add_verdict_table(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	struct opn_counted counted = opn_counted_verdicts(hook);

	opn_buf_printf(buf, "static const struct opn_verdict %s_verdicts[] = {\n", hook->id);
	for (size_t i = 0; i < counted.count; i++) {
		int value = counted.first + (int)i;
		const char *name = opn_hook_verdict_name(hook->place->hook->run, (uint32_t)value);

		if (name)
			opn_buf_printf(buf, "\t{ \"%s\", %d },\n", name, value);
		else
			opn_buf_printf(buf, "\t{ NULL, %d },\n", value);
	}
	opn_buf_puts(buf, "};\n\n");
}

static void add_continue_table(struct opn_buf *buf, const struct opn_composed_hook *hook,
			       const struct opn_composed_stage *stage)
{
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	opn_buf_printf(buf, "static const int %s_%s_continues[] = {", hook->id, stage->id);
	for (size_t i = 0; i < count; i++)
		opn_buf_printf(buf, "%s %d", i ? "," : "", rows[i]->value);
	opn_buf_puts(buf, count ? " };\n" : " 0 };\n");
}

static void add_stage_table(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	for (size_t s = 0; s < hook->stage_count; s++)
		add_continue_table(buf, hook, &hook->stages[s]);
	opn_buf_printf(buf, "\nstatic const struct opn_stage %s_stages[] = {\n", hook->id);
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		size_t count;

		opn_stage_continues(hook, stage, &count);
		opn_buf_puts(buf, "\t{\n\t\t.name = ");
		opn_emit_string(buf, stage->name);
		opn_buf_puts(buf, ",\n\t\t.source = ");
		opn_emit_string(buf, stage->origin);
		if (opn_hook_has_programs(hook)) {
			opn_buf_puts(buf, ",\n\t\t.program = ");
			opn_emit_string(buf, stage->function);
		}
		opn_buf_printf(buf,
			       ",\n\t\t.continues = %s_%s_continues,\n"
			       "\t\t.continue_count = %zu,\n\t},\n",
			       hook->id, stage->id, count);
	}
	opn_buf_puts(buf, "};\n\n");
}

static void add_way_table(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf, "static const struct opn_attach_way %s_ways[] = {\n", hook->id);
	for (size_t w = 0; w < hook->place->way_count; w++) {
		const struct opn_place_way *way = &hook->place->ways[w];

		if (opn_hook_takes_way(hook, way))
			opn_buf_printf(buf, "\t{ \"%s\", %s, %u, %u },\n", way->name, way->way,
				       way->type, way->flags);
	}
	opn_buf_puts(buf, "};\n\n");
}

static void add_hook_row(struct opn_buf *buf, const struct opn_composition *composition,
			 const struct opn_composed_hook *hook)
{
	const char *id = hook->id;

	opn_buf_printf(buf,
		       "\t{\n"
		       "\t\t.name = \"%s\",\n"
		       "\t\t.mechanism = \"%s\",\n",
		       hook->place->name, hook->place->hook->mechanisms[hook->mechanism]);
	if (hook->program)
		opn_buf_printf(buf, "\t\t.program = \"%s\",\n", hook->program);
	if (hook->mechanism == OPN_MECHANISM_TAIL)
		opn_buf_printf(buf, "\t\t.slots = \"slots_%s\",\n", id);
	opn_buf_printf(buf,
		       "\t\t.ways = %s_ways,\n\t\t.way_count = COUNT(%s_ways),\n"
		       "\t\t.stages = %s_stages,\n\t\t.stage_count = COUNT(%s_stages),\n"
		       "\t\t.verdicts = %s_verdicts,\n\t\t.verdict_count = COUNT(%s_verdicts),\n",
		       id, id, id, id, id, id);
	if (composition->counts)
		opn_buf_printf(buf, "\t\t.counters = \"counters_%s\",\n", id);
	opn_buf_puts(buf, "\t},\n");
}

char *opn_emit_loader(const struct opn_composition *composition)
{
	const char *name = composition->name;
	struct opn_buf buf = { 0 };

	opn_buf_printf(
		&buf,
		"/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */\n"
		"/* " OPN_OUTPUT_COMPOSED " %s */\n"
		"/*\n"
		" * %s.c - the loader of the pipeline '%s': what loader/ is to attach\n"
		" */\n"
		"#include \"loader/loader.h\"\n\n"
		"#define COUNT(array) (sizeof(array) / sizeof((array)[0]))\n\n"
		"/* The object, byte for byte: a skeleton would want to know the types of all "
		"global\n"
		" * variables of the stages. */\n"
		"__asm__(\".section .rodata\\n\"\n"
		"\t\".balign 8\\n\"\n"
		"\t\"pipeline_object: .incbin \\\"%s.bpf.o\\\"\\n\"\n"
		"\t\"pipeline_object_end: .byte 0\\n\"\n"
		"\t\".previous\\n\");\n"
		"extern const char pipeline_object[], pipeline_object_end[];\n\n",
		composition->version, name, name, name);
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		opn_buf_printf(&buf, "/* ---- %s ---- */\n\n", hook->place->name);
		add_verdict_table(&buf, hook);
		add_stage_table(&buf, hook);
		add_way_table(&buf, hook);
	}
	opn_buf_puts(&buf, "static const struct opn_hook hooks[] = {\n");
	for (size_t h = 0; h < composition->hook_count; h++)
		add_hook_row(&buf, composition, &composition->hooks[h]);
	opn_buf_puts(&buf, "};\n\n");
	if (composition->pin_count) {
		opn_buf_puts(&buf, "static const struct opn_pin pins[] = {\n");
		for (size_t p = 0; p < composition->pin_count; p++)
			opn_buf_printf(&buf, "\t{ \"%s\", \"%s\" },\n", composition->pins[p].map,
				       composition->pins[p].name);
		opn_buf_puts(&buf, "};\n\n");
	}
	opn_buf_printf(&buf,
		       "int main(int argc, char **argv)\n"
		       "{\n"
		       "\tstruct opn_pipeline pipeline = {\n"
		       "\t\t.name = \"%s\",\n"
		       "\t\t.version = \"%s\",\n"
		       "\t\t.hooks = hooks,\n"
		       "\t\t.hook_count = COUNT(hooks),\n",
		       name, composition->version);
	if (composition->pin_count)
		opn_buf_puts(&buf, "\t\t.pins = pins,\n\t\t.pin_count = COUNT(pins),\n");
	if (opn_composition_switched(composition))
		opn_buf_printf(&buf, "\t\t.running = \".data.%s\",\n", name);
	opn_buf_printf(&buf,
		       "\t};\n"
		       "\n"
		       "\tpipeline.object = pipeline_object;\n"
		       "\tpipeline.object_size = (size_t)(pipeline_object_end - pipeline_object);\n"
		       "\treturn opn_loader_main(argc, argv, &pipeline);\n"
		       "}\n");
	return opn_buf_take(&buf);
}

/* ---- how to build ---- */

char *opn_emit_makefile(const struct opn_composition *composition, const char *sources)
{
	const char *name = composition->name;
	struct opn_buf objects = { 0 }, buf = { 0 };

	opn_buf_puts(&objects, "dispatcher.bpf.o");
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		if (hook->path)
			opn_buf_printf(&objects, " \\\n\t%.*so", (int)strlen(hook->path) - 1,
				       hook->path);
		for (size_t s = 0; !hook->path && s < hook->stage_count; s++)
			opn_buf_printf(&objects, " \\\n\t%.*so",
				       (int)strlen(hook->stages[s].path) - 1, hook->stages[s].path);
	}
	opn_buf_printf(
		&buf,
		"# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
		"# " OPN_OUTPUT_COMPOSED " %s\n\n"
		"# the object of each stage, and of the dispatcher\n"
		"include bpf.mk\n\n"
		"BPFTOOL ?= bpftool\n"
		"ifeq ($(origin CC),default)\n"
		"CC := $(CLANG)\n"
		"endif\n"
		"CFLAGS ?= -O2 -g\n"
		"%s"
		"LDLIBS += -lbpf -ljansson\n"
		"BPF_OBJECTS := %s\n"
		"LOADER :=%s\n\n"
		"all: %s\n\n"
		"$(BPF_OBJECTS): %s.h\n\n"
		"# the kernel's headers need asm/types.h, which Debian keeps apart\n"
		"dispatcher.bpf.o: override EXTRA_CFLAGS += -idirafter "
		"/usr/include/$(shell uname -m)-linux-gnu\n\n"
		"%s.bpf.o: $(BPF_OBJECTS)\n"
		"\t$(BPFTOOL) gen object $@ $^\n\n"
		"# for programs of your own; include the types of the stages' variables before "
		"it\n"
		"%s.skel.h: %s.bpf.o\n"
		"\t$(BPFTOOL) gen skeleton $< name %s > $@\n\n"
		"%s: %s.c %s.bpf.o $(LOADER) $(wildcard loader/*.h)\n"
		"\t$(CC) $(CFLAGS) $(LDFLAGS) -D_GNU_SOURCE -std=gnu11 -o $@ %s.c $(LOADER) "
		"$(LDLIBS)\n\n"
		"clean: clean-%s\n"
		"clean-%s:\n"
		"\trm -f %s.bpf.o %s.skel.h %s\n\n"
		".PHONY: clean-%s\n"
		"%s",
		composition->version,
		opn_composition_shares(composition)
			? "override CFLAGS += -DOPN_LIBXDP\nLDLIBS += -lxdp\n"
			: "",
		objects.data, sources, name, name, name, name, name, name, name, name, name, name,
		name, name, name, name, name, name,
		composition->elsewhere ? "\ninclude deploy.mk\n" : "");
	opn_buf_free(&objects);
	return opn_buf_take(&buf);
}

/* ---- what there is ---- */

char *opn_stage_parse_text(const struct opn_composed_stage *stage)
{
	const struct opn_loc *loc = &stage->parse_loc;
	struct opn_buf buf = { 0 };

	if (stage->parse && !stage->parses) {
		const struct opn_composed_stage *from = stage;

		while (!from->parses || !from->parse || strcmp(from->parse, stage->parse))
			from--;
		opn_buf_printf(&buf, "takes what %s() found before %s", stage->parse, from->name);
	} else if (stage->parse) {
		opn_buf_printf(&buf, "%s() is called before it", stage->parse);
	} else {
		opn_buf_puts(&buf, "parses by itself");
	}
	if (stage->parse_why)
		opn_buf_printf(&buf, "%s: %s", stage->parse ? " anew" : "", stage->parse_why);
	if (stage->parse_why && loc->file)
		opn_buf_printf(&buf, " (%s:%u:%u)", loc->file, loc->line, loc->column);
	return opn_buf_take(&buf);
}

static void add_verdict_names(struct opn_buf *buf, const struct opn_composed_hook *hook,
			      const struct opn_composed_stage *stage)
{
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	for (size_t i = 0; i < count; i++)
		opn_buf_printf(buf, "%s`%s`", i ? ", " : "", rows[i]->name);
	if (!count)
		opn_buf_puts(buf, "never");
}

static void add_hook_text(struct opn_buf *buf, const struct opn_composed_hook *hook)
{
	opn_buf_printf(buf, "## %s\n\nMechanism: `%s`", hook->place->name,
		       hook->place->hook->mechanisms[hook->mechanism]);
	if (hook->why)
		opn_buf_printf(buf, " (chosen: %s)", hook->why);
	opn_buf_printf(buf,
		       ". Behind the last stage: `%s`.\n\n"
		       "| | stage | from | the next stage runs after |\n|--:|---|---|---|\n",
		       hook->next->name);
	for (size_t s = 0; s < hook->stage_count; s++) {
		opn_buf_printf(buf, "| %zu | `%s` | ", s + 1, hook->stages[s].name);
		opn_emit_cell(buf, hook->stages[s].origin);
		opn_buf_puts(buf, " | ");
		add_verdict_names(buf, hook, &hook->stages[s]);
		opn_buf_puts(buf, " |\n");
	}
	opn_buf_putc(buf, '\n');
	if (!hook->path)
		return;
	opn_buf_puts(buf, "All stages are in one source. How each finds its headers:\n\n"
			  "| stage | |\n|---|---|\n");
	for (size_t s = 0; s < hook->stage_count; s++) {
		char *text = opn_stage_parse_text(&hook->stages[s]);

		opn_buf_printf(buf, "| `%s` | ", hook->stages[s].name);
		opn_emit_cell(buf, text ? text : "");
		opn_buf_puts(buf, " |\n");
		free(text);
	}
	opn_buf_putc(buf, '\n');
}

char *opn_emit_readme(const struct opn_composition *composition)
{
	const char *name = composition->name;
	const char *interface = composition->interface ? composition->interface : "eth0";
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "<!-- SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause -->\n"
		       "<!-- " OPN_OUTPUT_COMPOSED " %s -->\n\n"
		       "# %s\n\n"
		       "Build it: clang, bpftool, libbpf-dev, libjansson-dev%s and make "
		       "are needed.\n\n"
		       "```sh\nmake\n```\n\n"
		       "Run it, as root:\n\n"
		       "```sh\n"
		       "./%s check              # would the kernel take it?\n"
		       "./%s attach %s\n"
		       "./%s status\n"
		       "./%s stats --watch\n"
		       "./%s replace            # by what was built anew; no packet is missed\n"
		       "./%s detach %s\n"
		       "```\n\n",
		       composition->version, name,
		       opn_composition_shares(composition) ? ", libxdp-dev" : "", name, name,
		       interface, name, name, name, name, interface);
	for (size_t h = 0; h < composition->hook_count; h++)
		add_hook_text(&buf, &composition->hooks[h]);
	opn_buf_printf(&buf,
		       "## Files\n\n"
		       "| | |\n|---|---|\n"
		       "| `dispatcher.bpf.c`, `%s.h` | runs the stages in order |\n"
		       "| `stages/` | each stage, with what it needs of its project |\n"
		       "| `%s.c` | what the loader is told of the pipeline |\n"
		       "| `loader/` | the loader, the same for every pipeline |\n"
		       "| `%s.json` | all of the above for programs |\n"
		       "| `Makefile`, `bpf.mk` | |\n",
		       name, name, name);
	return opn_buf_take(&buf);
}

/* ---- for eyes ---- */

static void add_edges(struct opn_buf *buf, const struct opn_composed_hook *hook, size_t index)
{
	const struct opn_composed_stage *stage = &hook->stages[index];
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	opn_buf_printf(buf, "\t\t\"%s/%s\" [label=\"%s\"];\n", hook->id, stage->id, stage->name);
	if (index + 1 < hook->stage_count)
		opn_buf_printf(buf, "\t\t\"%s/%s\" -> \"%s/%s\" [label=\"", hook->id, stage->id,
			       hook->id, hook->stages[index + 1].id);
	else
		opn_buf_printf(buf, "\t\t\"%s/%s\" -> \"%s/next\" [label=\"", hook->id, stage->id,
			       hook->id);
	for (size_t i = 0; i < count; i++)
		opn_buf_printf(buf, "%s%s", i ? "\\n" : "", rows[i]->name);
	opn_buf_puts(buf, "\"];\n");
}

char *opn_emit_graph(const struct opn_composition *composition)
{
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "// " OPN_OUTPUT_COMPOSED " %s\n"
		       "digraph \"%s\" {\n"
		       "\trankdir=LR;\n"
		       "\tnode [shape=box];\n",
		       composition->version, composition->name);
	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		opn_buf_printf(&buf,
			       "\tsubgraph \"cluster_%s\" {\n"
			       "\t\tlabel=\"%s (%s)\";\n",
			       hook->id, hook->place->name,
			       hook->place->hook->mechanisms[hook->mechanism]);
		for (size_t s = 0; s < hook->stage_count; s++)
			add_edges(&buf, hook, s);
		opn_buf_printf(&buf, "\t\t\"%s/next\" [label=\"%s\", shape=plain];\n\t}\n",
			       hook->id, hook->next->name);
	}
	opn_buf_puts(&buf, "}\n");
	return opn_buf_take(&buf);
}

/* ---- the manifest ---- */

static json_t *stage_json(const struct opn_composed_hook *hook,
			  const struct opn_composed_stage *stage)
{
	json_t *object = json_object(), *continues = json_array(), *names = json_object();
	size_t count;
	const struct opn_verdict_row *const *rows = opn_stage_continues(hook, stage, &count);

	for (const char *const *name = stage->renames; name && *name; name += 2)
		names = opn_json_set(names, name[0], opn_json_string(name[1]));

	for (size_t i = 0; i < count; i++)
		continues = opn_json_append(continues, opn_json_string(rows[i]->name));
	object = opn_json_set(object, "name", opn_json_string(stage->name));
	object = opn_json_set(object, "source", opn_json_string(stage->path));
	object = opn_json_set(object, "origin", opn_json_string(stage->origin));
	object = opn_json_set(object, "from", opn_json_string(stage->from));
	object = opn_json_set(object, "function", opn_json_string(stage->function));
	object = opn_json_set(object, "names", names);
	object = opn_json_set(object, "license", opn_json_string(stage->license));
	if (hook->path) {
		char *text = opn_stage_parse_text(stage);

		object = opn_json_set(object, "parse", opn_json_string(text));
		free(text);
	}
	return opn_json_set(object, "continue", continues);
}

static json_t *hook_json(const struct opn_composed_hook *hook)
{
	json_t *object = json_object(), *stages = json_array(), *exits = json_object();
	bool split =
		hook->mechanism == OPN_MECHANISM_LINKS || hook->mechanism == OPN_MECHANISM_FILTERS;

	for (size_t e = 0; split && e < hook->place->hook->exit_count; e++)
		exits = opn_json_set(exits, hook->place->hook->exits[e].from->name,
				     opn_json_string(hook->place->hook->exits[e].to->name));
	for (size_t s = 0; s < hook->stage_count; s++)
		stages = opn_json_append(stages, stage_json(hook, &hook->stages[s]));
	object = opn_json_set(object, "hook", opn_json_string(hook->place->name));
	object = opn_json_set(object, "mechanism",
			      opn_json_string(hook->place->hook->mechanisms[hook->mechanism]));
	object = opn_json_set(object, "why", opn_json_string(hook->why));
	if (hook->note)
		object = opn_json_set(object, "metadata",
				      json_pack("{s:s, s:s, s:i}", "map", hook->note, "carrier",
						opn_metadata_carrier(hook), "size",
						(int)hook->note_size));
	object = opn_json_set(object, "program", opn_json_string(hook->program));
	object = opn_json_set(object, "final", opn_json_string(hook->next->name));
	object = opn_json_set(object, "exits", exits);
	return opn_json_set(object, "stages", stages);
}

char *opn_emit_manifest(const struct opn_composition *composition)
{
	json_t *object = json_object(), *hooks = json_array();

	for (size_t h = 0; h < composition->hook_count; h++)
		hooks = opn_json_append(hooks, hook_json(&composition->hooks[h]));
	object = opn_json_set(object, "version", json_integer(1));
	object = opn_json_set(object, "generator",
			      json_sprintf(OPN_OUTPUT_COMPOSED " %s", composition->version));
	object = opn_json_set(object, "pipeline", opn_json_string(composition->name));
	object = opn_json_set(object, "interface", opn_json_string(composition->interface));
	object = opn_json_set(object, "license", opn_json_string(composition->license));
	object = opn_json_set(object, "stats", json_boolean(composition->counts));
	object = opn_json_set(object, "share", opn_json_strings(composition->share));
	return opn_json_text(opn_json_set(object, "hooks", hooks));
}
