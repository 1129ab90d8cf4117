// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * load - ask a kernel for each of a list of programs whether it loads
 *
 * Reads lines "NUMBER OBJECT PROGRAM" from standard input; PROGRAM "-" stands for all of the
 * object. For each it prints "@@LOAD NUMBER ERROR" (0: it loads) and, when it does not, the last of
 * what was said about it, up to "@@DONE". One program of an object is loaded without the others:
 * what the kernel has against one of them must not count against the next. No map is pinned,
 * nothing is attached.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

/* The end of what libbpf and the verifier say: the reason is in the last lines. */
static char said[8192];
static size_t said_length;

static int hear(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char text[65536];
	int length = vsnprintf(text, sizeof(text), format, arguments);
	size_t half = sizeof(said) / 2, size;

	if (level == LIBBPF_DEBUG || length <= 0)
		return 0;
	size = (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;
	if (size > half) {
		memmove(text, text + size - half, half);
		size = half;
	}
	if (said_length + size > sizeof(said)) {
		memmove(said, said + said_length - half, half);
		said_length = half;
	}
	memcpy(said + said_length, text, size);
	said_length += size;
	return 0;
}

/* Leaves what has no part in the program: on its own it may be more than this kernel has. */
static int choose(struct bpf_object *object, const char *name)
{
	struct bpf_program *program, *chosen = NULL;
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		bpf_map__set_pin_path(map, NULL);
	}
	if (!strcmp(name, "-"))
		return 0;
	bpf_object__for_each_program(program, object)
	{
		bool wanted = !strcmp(bpf_program__name(program), name);

		bpf_program__set_autoload(program, wanted);
		if (wanted)
			chosen = program;
	}
	if (!chosen)
		return -ENOENT;
	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS &&
		    bpf_program__type(chosen) != BPF_PROG_TYPE_STRUCT_OPS)
			bpf_map__set_autocreate(map, false);
	}
	return 0;
}

static int load_some(const char *path, const char *name)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	int error;

	if (!object)
		return -errno;
	error = choose(object, name);
	if (!error)
		error = bpf_object__load(object);
	bpf_object__close(object);
	return error;
}

static int load(const char *path, const char *name)
{
	int error = load_some(path, name);

	/* A table of programs is filled with the others, which then have to load as well. */
	return error == -EBADF ? load_some(path, "-") : error;
}

int main(void)
{
	char path[256], name[256];
	unsigned int number;

	libbpf_set_print(hear);
	while (scanf("%u %255s %255s", &number, path, name) == 3) {
		int error;

		said_length = 0;
		error = load(path, name);
		printf("@@LOAD %u %d\n", number, -error);
		if (error)
			printf("%.*s\n", (int)said_length, said);
		printf("@@DONE\n");
		fflush(stdout);
	}
	return 0;
}
