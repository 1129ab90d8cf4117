/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_fuse.c - all stages of a hook in one source
 *
 * One source has one command, so stages that are compiled in different ways cannot stand in it; the
 * folders that headers are looked for in are those of all.
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_folder_option(const char *word)
{
	static const char *const options[] = { "-I", "-isystem", "-idirafter", "-iquote", NULL };

	for (const char *const *option = options; *option; option++) {
		if (!strncmp(word, *option, strlen(*option)))
			return true;
	}
	return false;
}

/* Whether the folder is in the next word. */
static bool takes_next(const char *word)
{
	return is_folder_option(word) && (!strcmp(word, "-I") || !strcmp(word, "-isystem") ||
					  !strcmp(word, "-idirafter") || !strcmp(word, "-iquote"));
}

static size_t length_of(const char *const *words)
{
	size_t length = 0;

	while (words[length])
		length++;
	return length;
}

/* The next word that names no folder, or the end. */
static const char *const *skip_folders(const char *const *word)
{
	while (*word && is_folder_option(*word))
		word += takes_next(*word) && word[1] ? 2 : 1;
	return word;
}

/* The first word in which two commands differ, folders aside; NULL: there is none. */
static const char *difference(const char *const *a, const char *const *b)
{
	for (;; a++, b++) {
		a = skip_folders(a);
		b = skip_folders(b);
		if (!*a || !*b)
			return *b ? *b : *a;
		if (strcmp(*a, *b))
			return *b;
	}
}

static bool has_folder(const char *const *words, const char *const *folder)
{
	for (; *words; words++) {
		if (strcmp(*words, *folder))
			continue;
		if (!takes_next(*folder) || (words[1] && !strcmp(words[1], folder[1])))
			return true;
	}
	return false;
}

/* All words of a, and the folders of b behind them. */
static const char *const *joined(struct compose_run *run, const char *const *a,
				 const char *const *b)
{
	size_t count = length_of(a);
	const char **out = opn_arena_array(run->arena, count + length_of(b) + 1, sizeof(*out));

	memcpy(out, a, count * sizeof(*out));
	while (*b) {
		size_t words = takes_next(*b) && b[1] ? 2 : 1;

		if (is_folder_option(*b) && !has_folder(a, b)) {
			memcpy(&out[count], b, words * sizeof(*out));
			count += words;
		}
		b += words;
	}
	return out;
}

static struct compose_unit *first_of(struct compose_run *run, const struct opn_composed_hook *hook)
{
	struct compose_unit *unit = run->units;

	while (unit->hook != hook)
		unit++;
	return unit;
}

/* The command's words without the source, which is the last. */
static const char *const *flags_of(struct compose_run *run, const struct compose_unit *unit)
{
	size_t count = length_of(unit->command.argv);
	const char **flags = opn_arena_array(run->arena, count + 1, sizeof(*flags));

	memcpy(flags, unit->command.argv, (count - 1) * sizeof(*flags));
	return flags;
}

static int join_commands(struct compose_run *run, struct opn_composed_hook *hook,
			 const char *const **flags)
{
	struct compose_unit *units = first_of(run, hook);

	*flags = flags_of(run, units);
	hook->build_flags = units->stage->build_flags;
	for (size_t s = 1; s < hook->stage_count; s++) {
		const char *const *own = flags_of(run, &units[s]);
		const char *word = difference(*flags, own);

		if (word) {
			const char *stage =
				opn_arena_printf(run->arena, "stage '%s'", units[s].stage->name);
			const char *why = opn_arena_printf(
				run->arena,
				"its compile command differs from those of the stages before it "
				"('%s'), and all are to be one source",
				word);

			return opn_diag(run->diags, OPN_DIAG_STAGE_REJECTED, units[s].stage->loc,
					stage, why);
		}
		*flags = joined(run, *flags, own);
		hook->build_flags = joined(run, hook->build_flags, units[s].stage->build_flags);
	}
	return 0;
}

/* The command with another source. */
static struct opn_command command_for(struct compose_run *run, const struct compose_unit *unit,
				      const char *const *flags, const char *path)
{
	size_t count = length_of(flags);
	const char **argv = opn_arena_array(run->arena, count + 2, sizeof(*argv));

	memcpy(argv, flags, count * sizeof(*argv));
	argv[count] = path;
	return (struct opn_command){ .file = path,
				     .directory = unit->command.directory,
				     .argv = argv };
}

static char *const *reserved_names(struct compose_run *run, const struct opn_composed_hook *hook)
{
	const char *const *names = opn_hook_symbols(&run->composition, hook, run->arena);
	size_t count = length_of(names);
	char **list = opn_arena_array(run->arena, count + 1, sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = opn_arena_strdup(run->arena, names[i]);
	return list;
}

static void keep_fates(struct compose_run *run, struct opn_composed_hook *hook,
		       const struct opn_fusion *fusion)
{
	const struct opn_fused_stage *fates = opn_fusion_stages(fusion);

	for (size_t s = 0; s < hook->stage_count; s++) {
		struct opn_composed_stage *stage = &hook->stages[s];

		if (fates[s].parse)
			stage->parse = opn_arena_strdup(run->arena, fates[s].parse);
		stage->parses = fates[s].parses;
		if (fates[s].why)
			stage->parse_why = opn_arena_strdup(run->arena, fates[s].why);
		stage->parse_loc = fates[s].loc;
		if (stage->parse_loc.file)
			stage->parse_loc.file = opn_arena_strdup(run->arena, stage->parse_loc.file);
	}
	hook->text = opn_arena_strdup(run->arena, opn_fusion_text(fusion));
}

int compose_fuse(struct compose_run *run, struct opn_composed_hook *hook)
{
	struct compose_unit *units = first_of(run, hook);
	struct opn_fuse_stage *stages =
		opn_arena_array(run->arena, hook->stage_count, sizeof(*stages));
	struct opn_fuse_options options = { .root = units->root, .hookdefs = run->hookdefs };
	const char *const *flags;
	struct opn_fusion *fusion;
	int error = join_commands(run, hook, &flags);

	if (error)
		return error;
	hook->path = opn_arena_printf(run->arena, "stages/%s.bpf.c", hook->id);
	options.path = opn_arena_printf(run->arena, "%s/stages/%s.bpf.c", units->root, hook->id);
	options.reserved = reserved_names(run, hook);
	units->fused = command_for(run, units, flags, options.path);
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = units[s].stage;

		stages[s] = (struct opn_fuse_stage){
			.name = stage->name,
			.id = stage->id,
			.text = stage->text,
			.command = command_for(run, units, flags, units[s].command.file),
			.body = stage->body,
			.inlined = opn_stage_is_apart(hook, stage)
					   ? opn_stage_inlined(stage, run->arena)
					   : NULL,
			.is_named = opn_stage_facts(units[s].rewritten)->is_referenced,
			.shared = units[s].shared,
		};
	}
	error = opn_fuse(stages, hook->stage_count, &options, run->diags, &fusion);
	if (error)
		return error;
	keep_fates(run, hook, fusion);
	opn_fusion_free(fusion);
	return 0;
}

/* One line for each stage: what it does about its headers. */
void compose_fuse_report(const struct compose_run *run, FILE *out)
{
	for (size_t h = 0; h < run->composition.hook_count; h++) {
		const struct opn_composed_hook *hook = &run->composition.hooks[h];

		if (hook->mechanism != OPN_MECHANISM_FUSED)
			continue;
		for (size_t s = 0; s < hook->stage_count; s++) {
			const struct opn_composed_stage *stage = &hook->stages[s];
			char *text = opn_stage_parse_text(stage);

			if (!text)
				opn_cli_no_memory(NULL);
			fprintf(out, "%s: %s: %s\n", hook->place->name, stage->name, text);
			free(text);
		}
	}
}
