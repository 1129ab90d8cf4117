/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_stack.c - whether the kernel has the stack that the pipeline's programs take
 *
 * A stage that is a function takes its stack beside that of the program that calls it, and both
 * together have what each had alone. So where stages are functions they are compiled, to objects
 * that are kept nowhere.
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compose/stack.h"
#include "prove_compile.h"

/* Compiles a text that is in no file; the product's header is one of its folder. */
static int add_text(struct compose_run *run, struct opn_stack *stack,
		    const struct opn_command *command, const char *folder, const char *path,
		    const char *text, const char *header)
{
	const char *header_path =
		opn_arena_printf(run->arena, "%s/%s.h", folder, run->composition.name);
	const struct opn_text texts[] = { { path, text }, { header_path, header } };
	struct opn_command with = *command;
	size_t count = 0, size;
	const char **argv;
	void *bytes;
	int error;

	while (command->argv[count])
		count++;
	argv = opn_arena_array(run->arena, count + 2, sizeof(*argv));
	memcpy(argv, command->argv, (count - 1) * sizeof(*argv));
	argv[count - 1] = "-fstack-size-section";
	argv[count] = path;
	with.argv = argv;
	with.file = path;
	error = opn_prove_object_of(&with, texts, 2, NULL, &bytes, &size);
	if (error == -ENOMEM)
		opn_cli_no_memory(NULL);
	/* The backend refuses what the kernel is not even asked: `make` will say it. */
	if (error)
		return 0;
	error = opn_stack_add(stack, bytes, size);
	free(bytes);
	return error == -ENOMEM ? error : 0;
}

static int add_stages(struct compose_run *run, const struct opn_composed_hook *hook,
		      struct opn_stack *stack, const char *header)
{
	int error = 0;

	for (size_t u = 0; u < run->unit_count && !error; u++) {
		struct compose_unit *unit = &run->units[u];
		const char *root = unit->root;
		const char *path = opn_arena_printf(run->arena, "%s/stages/%s", root,
						    opn_path_basename(unit->command.file));

		if (unit->hook == hook)
			error = add_text(run, stack, &unit->command, root, path, unit->stage->text,
					 header);
	}
	return error;
}

static int refuse(struct compose_run *run, const struct opn_composed_hook *hook, const char *what)
{
	int error = opn_diag(run->diags, OPN_DIAG_PIPELINE_LIMIT, hook->loc, what);

	if (hook->place->hook->mechanisms[OPN_MECHANISM_TAIL])
		opn_diag_note(run->diags, OPN_NOWHERE,
			      "with mechanism '%s' each stage has all of it",
			      hook->place->hook->mechanisms[OPN_MECHANISM_TAIL]);
	return error;
}

static int check_chains(struct compose_run *run, const struct opn_composed_hook *hook,
			const struct opn_stack *stack)
{
	struct opn_buf deepest = { 0 }, tail = { 0 };
	size_t bytes = opn_stack_deepest(stack, hook->program, &deepest);
	size_t above = opn_stack_above_tail_call(stack, hook->program, &tail);
	const char *what = NULL;

	if (bytes > OPN_STACK_MOST)
		what = opn_arena_printf(
			run->arena,
			"the stages at '%s' take %zu bytes of stack with what calls them, "
			"and the kernel has %d: %s",
			hook->place->name, bytes, OPN_STACK_MOST, deepest.data);
	else if (above >= OPN_STACK_TAIL)
		what = opn_arena_printf(
			run->arena,
			"a stage at '%s' makes tail calls where its callers have taken %zu bytes "
			"of stack, and the kernel allows it below %d: %s",
			hook->place->name, above, OPN_STACK_TAIL, tail.data);
	opn_buf_free(&deepest);
	opn_buf_free(&tail);
	return what ? refuse(run, hook, what) : 0;
}

int compose_check_stack(struct compose_run *run, const struct opn_composed_hook *hook,
			const char *header)
{
	struct compose_unit *first = run->units;
	struct opn_stack *stack = opn_stack_new();
	char *text;
	int error;

	if (!stack)
		opn_cli_no_memory(NULL);
	while (first->hook != hook)
		first++;
	if (hook->path) {
		text = opn_emit_fused(&run->composition, hook);
		error = text ? add_text(run, stack, &first->fused, first->root, first->fused.file,
					text, header)
			     : -ENOMEM;
	} else {
		const char *path = opn_arena_printf(run->arena, "%s/dispatcher.bpf.c", first->root);
		struct opn_command command = { .file = path,
					       .directory = first->root,
					       .argv = compose_dispatcher_argv(run, path) };

		text = opn_emit_dispatcher(&run->composition);
		error = text ? add_text(run, stack, &command, first->root, path, text, header)
			     : -ENOMEM;
		error = error ? error : add_stages(run, hook, stack, header);
	}
	free(text);
	if (error)
		opn_cli_no_memory(NULL);
	error = check_chains(run, hook, stack);
	opn_stack_free(stack);
	return error;
}
