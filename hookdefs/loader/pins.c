// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * pins.c - names in the BPF filesystem; folders, and what is in them
 *
 * An interface may have any name but "." and "..", with any letter but '/' and blanks, and newer
 * kernels exclude ':'. The BPF filesystem reserves dots, so "eth0.7" becomes "eth0%2E7"; what is
 * behind '@' is the network namespace, where it is not the initial one.
 */
#define _GNU_SOURCE 1
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

int opn_path(char *path, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(path, OPN_PATH_SIZE, format, arguments);
	va_end(arguments);
	return length < 0 || length >= OPN_PATH_SIZE ? -ENAMETOOLONG : 0;
}

void opn_pin_name(const char *text, char *name)
{
	size_t i;

	for (i = 0; i < OPN_NAME_SIZE - 1 && text[i]; i++)
		name[i] = strchr("./", text[i]) ? '_' : text[i];
	name[i] = '\0';
}

void opn_folder_name(const struct opn_loader *loader, const char *interface, char *name)
{
	bool reserved = !strcmp(interface, "maps");
	size_t length = 0;

	for (const char *c = interface; *c; c++) {
		bool plain = isalnum((unsigned char)*c) || strchr("-_", *c);
		bool escaped = !plain || (reserved && c == interface);

		length += snprintf(name + length, OPN_NAME_SIZE - length, escaped ? "%%%02X" : "%c",
				   (unsigned char)*c);
	}
	if (loader->netns != loader->netns_initial)
		snprintf(name + length, OPN_NAME_SIZE - length, "@%llu", loader->netns);
}

bool opn_folder_parse(const struct opn_loader *loader, const char *name, char *interface,
		      unsigned long long *netns)
{
	size_t length = 0;
	unsigned int byte;
	char *end;

	for (; *name && *name != '@'; name++) {
		char c = *name;

		if (length + 1 >= IF_NAMESIZE || c == ':')
			return false;
		if (c == '%') {
			if (sscanf(name, "%%%2x", &byte) != 1)
				return false;
			c = (char)byte;
			name += 2;
		}
		interface[length++] = c;
	}
	interface[length] = '\0';
	*netns = loader->netns_initial;
	if (*name != '@')
		return length > 0;
	*netns = strtoull(name + 1, &end, 10);
	return length > 0 && end != name + 1 && !*end;
}

int opn_folder_make(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

bool opn_exists(const char *path)
{
	return !access(path, F_OK);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **opn_names(const char *path)
{
	char **names = calloc(1, sizeof(*names));
	size_t count = 0;
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && names && (entry = readdir(folder))) {
		char **more;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		more = realloc(names, (count + 2) * sizeof(*names));
		if (!more)
			break;
		names = more;
		names[count] = strdup(entry->d_name);
		if (!names[count])
			break;
		names[++count] = NULL;
	}
	if (folder)
		closedir(folder);
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	return names;
}

void opn_names_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

/* The folder and everything in it; a file of that name too. */
void opn_folder_remove(const char *path)
{
	char **names;
	char entry[OPN_PATH_SIZE];

	if (!unlink(path))
		return;
	names = opn_names(path);
	for (size_t i = 0; names && names[i]; i++)
		if (!opn_path(entry, "%s/%s", path, names[i]))
			opn_folder_remove(entry);
	opn_names_free(names);
	rmdir(path);
}

void opn_folder_collect(const struct opn_loader *loader)
{
	char **names = opn_names(loader->folder);
	bool used = false;

	for (size_t i = 0; names && names[i]; i++)
		used = used || strcmp(names[i], "maps");
	opn_names_free(names);
	if (!used)
		opn_folder_remove(loader->folder);
}

int opn_instance_path(const struct opn_instance *instance, const char *prefix, const char *rest,
		      char *path)
{
	return opn_path(path, "%s/%s%s%s%s", instance->loader->folder, prefix, instance->name,
			*rest ? "/" : "", rest);
}

int opn_pin_open(const struct opn_instance *instance, const char *prefix, const char *rest)
{
	char path[OPN_PATH_SIZE];
	int error = opn_instance_path(instance, prefix, rest, path);
	int fd;

	if (error)
		return error;
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

bool opn_fd_is(int fd, const char *what)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, what);
}
