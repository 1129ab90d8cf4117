/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_image.c - --image: an object that was built becomes an image of byte code
 *
 * What the labels say of maps is read from the object; what they say of programs is what the
 * product's Makefile was told, as a program's section does not tell how it is attached.
 */
#include "compose.h"
#include "compose/oci.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "object.h"

static int usage(struct compose_run *run, char *text)
{
	int error = opn_diag(run->diags, OPN_DIAG_USAGE, OPN_NOWHERE, text);

	free(text);
	return error;
}

static int no_print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

/* The programs of the options, each of which the object has. */
static int list_programs(struct compose_run *run, const struct bpf_object *object,
			 struct opn_deploy_word **out)
{
	const struct opn_words *words = &run->options->programs;

	*out = opn_arena_array(run->arena, words->count + 1, sizeof(**out));
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->word[i], *colon = strchr(word, ':');

		if (!colon || colon == word || !colon[1])
			return usage(run, opn_cli_format("--program=%s: expected NAME:TYPE", word));
		(*out)[i].word = opn_arena_strndup(run->arena, word, (size_t)(colon - word));
		(*out)[i].theirs = colon + 1;
		if (!bpf_object__find_program_by_name(object, (*out)[i].word))
			return opn_diag(run->diags, OPN_DIAG_VERIFY_PROGRAM_MISSING, OPN_NOWHERE,
					run->options->inputs.word[0], (*out)[i].word);
	}
	return 0;
}

static struct opn_deploy_word *list_maps(struct compose_run *run, const struct bpf_object *object,
					 size_t *count)
{
	struct opn_deploy_word *list;
	struct bpf_map *map;
	size_t most = 0;

	bpf_object__for_each_map(map, object) most++;
	list = opn_arena_array(run->arena, most + 1, sizeof(*list));
	*count = 0;
	bpf_object__for_each_map(map, object)
	{
		const char *type = libbpf_bpf_map_type_str(bpf_map__type(map));

		/* Data sections are maps of the loader's making. */
		if (!bpf_map__is_internal(map))
			list[(*count)++] =
				(struct opn_deploy_word){ opn_arena_strdup(run->arena,
									   bpf_map__name(map)),
							  type ? type : "unspec" };
	}
	return list;
}

static int list_platforms(struct compose_run *run, const char *data, size_t size,
			  const struct opn_oci_platform *const **out)
{
	const struct opn_words *words = &run->options->platforms;
	const struct opn_oci_platform **list = opn_arena_array(
		run->arena, words->count + 2, sizeof(const struct opn_oci_platform *));
	size_t count = words->count ? words->count : 1;
	struct opn_object *object;
	struct utsname host;
	bool big_endian;

	if (opn_object_open(data, size, &object))
		return opn_diag(run->diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE,
				run->options->inputs.word[0], "it is malformed");
	big_endian = object->big_endian;
	opn_object_free(object);
	uname(&host);
	for (size_t i = 0; i < count; i++) {
		const char *name = words->count ? words->word[i] : host.machine;

		list[i] = opn_oci_platform_find(name);
		if (!list[i])
			return usage(run, opn_cli_format("--platform=%s: no such platform is known",
							 name));
		if (list[i]->big_endian != big_endian)
			return usage(run,
				     opn_cli_format("--platform=%s: the object is of another byte "
						    "order",
						    name));
	}
	*out = list;
	return 0;
}

static int write_image(struct compose_run *run, const struct opn_oci_image *image)
{
	const struct opn_cli *cli = &run->options->cli;
	struct opn_output *output;
	int error = opn_output_begin(run->options->image, true, OPN_OUTPUT_COMPOSED, cli->force,
				     run->diags, &output);

	if (error)
		return error;
	error = opn_oci_image_add(image, output, run->diags);
	if (!error)
		return opn_output_commit(output);
	opn_output_abort(output);
	return error;
}

static int label_and_write(struct compose_run *run, const struct bpf_object *object,
			   struct opn_oci_image *image)
{
	struct opn_deploy_word *programs, *maps;
	size_t map_count;
	char *programs_label, *maps_label;
	int error = list_programs(run, object, &programs);

	if (error)
		return error;
	maps = list_maps(run, object, &map_count);
	programs_label = opn_oci_programs_label(programs, run->options->programs.count);
	maps_label = opn_oci_maps_label(&run->engine, maps, map_count);
	if (!programs_label || !maps_label)
		opn_cli_no_memory(NULL);
	image->programs = programs_label;
	image->maps = maps_label;
	error = write_image(run, image);
	free(programs_label);
	free(maps_label);
	return error;
}

int compose_image(struct compose_run *run)
{
	const char *path = run->options->inputs.word[0];
	struct opn_oci_image image = { .file = opn_path_basename(path) };
	struct bpf_object *object;
	size_t size;
	char *data;
	int error;

	run->folder = opn_cli_hookdefs(&run->options->cli);
	error = opn_deploy_engine_load(run->folder, OPN_ENGINE_BPFMAN, run->arena, run->diags,
				       &run->engine);
	if (error)
		return error;
	error = opn_file_read(path, 0, &data, &size);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path,
				strerror(-error));
	image.object = data;
	image.size = size;
	error = list_platforms(run, data, size, &image.platforms);
	if (!error) {
		libbpf_set_print(no_print);
		object = bpf_object__open_mem(data, size, NULL);
		if (object)
			error = label_and_write(run, object, &image);
		else
			error = opn_diag(run->diags, OPN_DIAG_OBJECT_INVALID, OPN_NOWHERE, path,
					 strerror(errno));
		bpf_object__close(object);
	}
	free(data);
	return error;
}
