// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * infer.c - flags for a tree that has no compile database, by trial
 *
 * clang says which header it misses; the folder that has it is looked for where the tree's
 * Makefiles point, then anywhere in the tree, the nearest to the source first. What else it
 * refuses is not guessed at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "driver/process.h"
#include "driver/tree.h"

#define ROUNDS	      64
#define GIVEN_MAX     256
#define MAKEFILE_SIZE (1u << 20)

struct inference {
	struct opn_arena *arena;
	const char *root, *source, *clang;
	const char *flags[GIVEN_MAX + 2 * ROUNDS];
	size_t count;
	const char *const *headers; /* of the tree */
	const char *const *made;    /* folders that its Makefiles name */
};

static void add(struct inference *inference, const char *flag)
{
	inference->flags[inference->count++] = flag;
}

/* Whether a flag of a spec is about the source. Trial compiles are clang's own, which does all that
 * its flags say: run a program, load a plugin, write a file. Returns how many words it has, or 0.
 */
static size_t is_about_source(const char *const *words)
{
	static const char *const alone[] = { "-I",	   "-D",       "-U",
					     "-include",   "-isystem", "-iquote",
					     "-idirafter", "-imacros", "-target" };
	static const char *const joined[] = { "--target=", "-std=",    "-mcpu=",  "-O",
					      "-gdwarf",   "-fno-",    "-I",	  "-D",
					      "-U",	   "-isystem", "-iquote", "-idirafter" };
	const char *word = words[0];

	if (!strcmp(word, "-g") || !strcmp(word, "-nostdinc") || !strcmp(word, "-ffreestanding"))
		return 1;
	for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++) {
		if (!strcmp(word, alone[i]))
			return words[1] ? 2 : 0;
	}
	if (!strncmp(word, "-W", 2))
		return !strchr(word, ',');
	for (size_t i = 0; i < sizeof(joined) / sizeof(*joined); i++) {
		if (!strncmp(word, joined[i], strlen(joined[i])))
			return strcmp(word, "-mcpu=native") != 0;
	}
	return 0;
}

static const char *strange_flag(const char *const *given)
{
	while (given && *given) {
		size_t words = is_about_source(given);

		if (!words)
			return *given;
		given += words;
	}
	return NULL;
}

/* What the kernel's headers call this machine in __TARGET_ARCH_*. */
static const char *target_arch(const char *machine)
{
	static const char *const names[][2] = {
		{ "x86_64", "x86" },
		{ "i686", "x86" },
		{ "aarch64", "arm64" },
		{ "riscv64", "riscv" },
		{ "s390x", "s390" },
		{ "ppc64le", "powerpc" },
		{ "loongarch64", "loongarch" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(names[i][0], machine))
			return names[i][1];
	}
	return machine;
}

static void add_first(struct inference *inference)
{
	struct opn_arena *arena = inference->arena;
	struct utsname name = { 0 };
	const char *folder;

	uname(&name);
	add(inference, "-target");
	add(inference, "bpf");
	add(inference, "-O2");
	add(inference, "-g");
	add(inference, opn_arena_printf(arena, "-D__TARGET_ARCH_%s", target_arch(name.machine)));
	/* Debian's and Ubuntu's asm/ headers are there, which other targets do not look into. */
	folder = opn_arena_printf(arena, "/usr/include/%s-linux-gnu", name.machine);
	if (access(folder, X_OK))
		return;
	add(inference, "-idirafter");
	add(inference, folder);
}

/* ---- folders that Makefiles name ---- */

/* A folder of the tree; one that a link makes look so is none. */
static bool is_own_folder(const char *root, const char *path)
{
	char *tree = realpath(root, NULL), *folder = realpath(path, NULL);
	struct stat status;
	bool own = tree && folder && opn_path_inside(tree, folder) && !stat(folder, &status) &&
		   S_ISDIR(status.st_mode);

	free(tree);
	free(folder);
	return own;
}

/* Puts the folders behind "-I" into the list. */
static size_t scan_makefile(struct inference *inference, const char *makefile, const char **list,
			    size_t used, size_t room)
{
	const char *folder = opn_path_join(inference->arena, makefile, "..");
	char *text, *at;
	size_t length;

	if (opn_file_read(makefile, MAKEFILE_SIZE, &text, &length))
		return used;
	for (at = text; (at = strstr(at, "-I")) && used < room;) {
		size_t size;
		char *word;

		at += 2;
		at += strspn(at, " \t");
		size = strcspn(at, " \t\n\"';)");
		/* What make would have to expand is not guessed at. */
		if (!size || memchr(at, '$', size))
			continue;
		word = opn_arena_strndup(inference->arena, at, size);
		word = opn_path_join(inference->arena, folder, word);
		if (opn_path_inside(inference->root, word) && is_own_folder(inference->root, word))
			list[used++] = word;
	}
	free(text);
	return used;
}

static void find_made(struct inference *inference)
{
	static const char *const names[] = { "Makefile", ".mk", "Kbuild", "CMakeLists.txt", NULL };
	const char **list = opn_arena_array(inference->arena, 512, sizeof(*list));
	size_t used = 0;

	if (!list)
		return;
	for (const char *const *name = names; *name; name++) {
		const char *const *files =
			opn_tree_sources(inference->root, *name, inference->arena);

		for (; files && *files; files++)
			used = scan_makefile(inference, *files, list, used, 511);
	}
	inference->made = list;
}

/* ---- a header ---- */

/* How many folders two paths share from the root on. */
static size_t common(const char *a, const char *b)
{
	size_t shared = 0;

	for (; *a && *a == *b; a++, b++)
		shared += *a == '/';
	return shared;
}

/* The folder to include from so that name is found; NULL: none has it. */
static const char *folder_of(const struct inference *inference, const char *name)
{
	const char *best = NULL;
	size_t length = strlen(name), nearest = 0;

	for (const char *const *folder = inference->made; folder && *folder; folder++) {
		if (!access(opn_arena_printf(inference->arena, "%s/%s", *folder, name), R_OK))
			return *folder;
	}
	for (const char *const *header = inference->headers; *header; header++) {
		size_t whole = strlen(*header), near = common(*header, inference->source);

		if (whole <= length || (*header)[whole - length - 1] != '/' ||
		    strcmp(*header + whole - length, name) || (best && near <= nearest))
			continue;
		nearest = near;
		best = opn_arena_strndup(inference->arena, *header, whole - length - 1);
	}
	return best;
}

/* "...: fatal error: 'NAME' file not found" */
static const char *missing_header(const char *text, struct opn_arena *arena)
{
	static const char before[] = "fatal error: '", after[] = "' file not found";
	const char *at = strstr(text, before), *end = at ? strstr(at, after) : NULL;

	if (!end || memchr(at, '\n', (size_t)(end - at)))
		return NULL;
	at += sizeof(before) - 1;
	return opn_arena_strndup(arena, at, (size_t)(end - at));
}

/* With its place, as seen from the tree. */
static const char *first_error(const char *text, const char *root, struct opn_arena *arena)
{
	const char *at = strstr(text, "error: ");
	size_t length = strlen(root);

	if (!at)
		return "clang said nothing";
	while (at > text && at[-1] != '\n')
		at--;
	if (!strncmp(at, root, length) && at[length] == '/')
		at += length + 1;
	return opn_arena_strndup(arena, at, strcspn(at, "\n"));
}

/* glibc's gnu/stubs.h asks which machine it is, which the target bpf does not say, and takes it for
 * a small one. Returns the flag that says it, or NULL: that is not what is missing. */
static const char *machine_flag(const struct inference *inference, const char *header)
{
	struct utsname name = { 0 };
	const char *flag;

	if (strncmp(header, "gnu/stubs-", 10))
		return NULL;
	uname(&name);
	flag = opn_arena_printf(inference->arena, "-D__%s__", name.machine);
	for (size_t i = 0; i < inference->count; i++) {
		if (!strcmp(inference->flags[i], flag))
			return NULL;
	}
	return flag;
}

/* What may help against a header that no folder of the tree has. */
static const char *header_advice(const struct inference *inference, const char *name)
{
	static const char *const places[] = { "", "include/" };
	struct opn_arena *arena = inference->arena;
	const char *folder = inference->root;

	if (!strcmp(opn_path_basename(name), "vmlinux.h"))
		return "make it: bpftool btf dump file /sys/kernel/btf/vmlinux format c";
	while (strcmp(folder, "/")) {
		folder = opn_path_join(arena, folder, "..");
		for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
			if (!access(opn_arena_printf(arena, "%s/%s%s", folder, places[i], name),
				    R_OK))
				return opn_arena_printf(arena, "'%s' has it: give that as 'path'",
							folder);
		}
	}
	return "a folder above may have it: give that as 'path'";
}

/* One compile. Returns 1 when it worked, 0 when a folder was added, -1 with *why. */
static int attempt(struct inference *inference, const char **why)
{
	const char *argv[sizeof(inference->flags) / sizeof(*inference->flags) + 8];
	struct opn_arena *arena = inference->arena;
	struct opn_buf out = { 0 };
	const char *name, *folder, *machine;
	size_t used = 0;
	int status;

	argv[used++] = inference->clang;
	for (size_t i = 0; i < inference->count; i++)
		argv[used++] = inference->flags[i];
	argv[used++] = "-w";
	argv[used++] = "-fno-color-diagnostics";
	argv[used++] = "-fsyntax-only";
	argv[used++] = inference->source;
	argv[used] = NULL;
	status = opn_process_run((char *const *)argv, inference->root, NULL, &out);
	if (!status) {
		opn_buf_free(&out);
		return 1;
	}
	name = out.data ? missing_header(out.data, arena) : NULL;
	folder = name ? folder_of(inference, name) : NULL;
	if (folder) {
		for (size_t i = 0; i < inference->count; i++) {
			/* It is looked into already: what is missing is missing there. */
			if (!strcmp(inference->flags[i], opn_arena_printf(arena, "-I%s", folder)))
				folder = NULL;
		}
	}
	machine = name && !folder ? machine_flag(inference, name) : NULL;
	if (machine) {
		add(inference, machine);
		status = 0;
	} else if (folder) {
		add(inference, opn_arena_printf(arena, "-I%s", folder));
		status = 0;
	} else {
		*why = name	    ? opn_arena_printf(arena,
						       "no folder of the tree has the header '%s'; %s",
						       name, header_advice(inference, name))
		       : status < 0 ? strerror(-status)
				    : first_error(out.data ?: "", inference->root, arena);
		status = -1;
	}
	opn_buf_free(&out);
	return status;
}

/* Folders of the tree as seen from its root, where the tools run. */
static const char *const *relative_flags(struct inference *inference)
{
	const char **list = opn_arena_array(inference->arena, inference->count + 1, sizeof(*list));

	for (size_t i = 0; list && i < inference->count; i++) {
		const char *flag = inference->flags[i];

		list[i] = !strncmp(flag, "-I/", 3)
				  ? opn_arena_printf(inference->arena, "-I%s",
						     opn_path_relative(inference->arena,
								       inference->root, flag + 2))
				  : flag;
	}
	return list;
}

const char *const *opn_tree_infer(const char *root, const char *source, const char *clang,
				  const char *const *given, const char *const *found,
				  struct opn_arena *arena, const char **why)
{
	struct inference inference = {
		.arena = arena, .root = root, .source = source, .clang = clang
	};
	int status = 0;

	if (!clang) {
		*why = "no clang is installed";
		return NULL;
	}
	if (strange_flag(given)) {
		*why = opn_arena_printf(arena,
					"'%s' is not tried: it is not known to be about the "
					"source alone",
					strange_flag(given));
		return NULL;
	}
	if (found)
		given = found;
	else
		add_first(&inference);
	for (; given && *given; given++) {
		if (inference.count == GIVEN_MAX) {
			*why = "too many flags are given";
			return NULL;
		}
		add(&inference, *given);
	}
	inference.headers = opn_tree_sources(root, ".h", arena);
	find_made(&inference);
	for (size_t round = 0; !status && round < ROUNDS; round++)
		status = attempt(&inference, why);
	if (status == 1)
		return relative_flags(&inference);
	if (!status)
		*why = "it needs too many folders";
	return NULL;
}
