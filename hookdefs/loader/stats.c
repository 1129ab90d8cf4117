// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * stats.c - packets, bytes and verdicts of each stage
 *
 * The kernel's own statistics count a dispatcher as one program; these are the dispatcher's, one
 * row for each stage on each processor (loader.h).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

static size_t columns_of(const struct opn_hook *hook)
{
	return 1 + hook->verdict_count + 1 + (hook->slots ? 1 : 0);
}

/* Sums of all processors, or -errno. */
static int read_counters(const struct opn_instance *instance, const struct opn_hook *hook,
			 __u64 *sums)
{
	size_t cells = hook->stage_count * columns_of(hook), stride;
	int map = opn_instance_map(instance, instance->prefix, hook->counters);
	int processors = libbpf_num_possible_cpus(), error = 0;
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), key = 0;
	char *values = NULL;

	if (map < 0)
		return map;
	if (processors < 0 || bpf_obj_get_info_by_fd(map, &info, &size)) {
		close(map);
		return -EINVAL;
	}
	stride = (info.value_size + 7) / 8 * 8;
	/* Without CAP_SYS_ADMIN nobody knows. */
	if (info.value_size < cells * sizeof(*sums) || !opn_order_of_map(map, hook))
		error = -ERANGE;
	else
		values = malloc(stride * processors);
	if (!error && !values)
		error = -ENOMEM;
	if (!error && bpf_map_lookup_elem(map, &key, values))
		error = -errno;
	for (int cpu = 0; cpu < processors && !error; cpu++)
		for (size_t i = 0; i < cells; i++)
			sums[i] += ((__u64 *)(values + cpu * stride))[i];
	free(values);
	close(map);
	return error;
}

static json_t *describe_stage(const struct opn_hook *hook, const struct opn_stage *stage,
			      const __u64 *row)
{
	json_t *verdicts = json_object(), *object;
	__u64 packets = 0, other = row[1 + hook->verdict_count];

	for (size_t i = 0; i < hook->verdict_count; i++) {
		packets += row[1 + i];
		if (!hook->verdicts[i].name)
			other += row[1 + i];
		else
			json_object_set_new(verdicts, hook->verdicts[i].name,
					    json_integer(row[1 + i]));
	}
	packets += row[1 + hook->verdict_count];
	object = json_pack("{s:s, s:I, s:I, s:o, s:I}", "stage", stage->name, "packets",
			   (json_int_t)packets, "bytes", (json_int_t)row[0], "verdicts", verdicts,
			   "other", (json_int_t)other);
	if (hook->slots)
		json_object_set_new(object, "missed", json_integer(row[2 + hook->verdict_count]));
	return object;
}

static int describe_hook(const struct opn_instance *instance, const struct opn_hook *hook,
			 json_t *hooks)
{
	size_t columns = columns_of(hook);
	__u64 *sums = calloc(hook->stage_count * columns + 1, sizeof(*sums));
	json_t *stages = json_array();
	int error = sums ? read_counters(instance, hook, sums) : -ENOMEM;

	for (size_t i = 0; i < hook->stage_count && !error; i++)
		json_array_append_new(stages,
				      describe_stage(hook, &hook->stages[i], sums + i * columns));
	free(sums);
	json_array_append_new(hooks, json_pack("{s:s, s:o}", "name", hook->name, "stages", stages));
	if (error == -ERANGE) {
		opn_refuse(instance->loader, "the counters of %s on %s are another version's",
			   hook->name, instance->interface);
		opn_note(instance->loader, "'replace' puts this version there");
		return error;
	}
	return error ? opn_fail(instance->loader, error, "cannot read the counters of %s on %s",
				hook->name, instance->interface)
		     : 0;
}

static int describe_instance(struct opn_instance *instance, json_t *all)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	json_t *hooks = json_array();
	char why[128];
	int error = 0;

	opn_instance_state(instance, why, sizeof(why));
	for (size_t i = 0; i < pipeline->hook_count && !error; i++)
		if (pipeline->hooks[i].counters)
			error = describe_hook(instance, &pipeline->hooks[i], hooks);
	json_array_append_new(
		all, json_pack("{s:s, s:o}", "interface", instance->interface, "hooks", hooks));
	return error;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static json_t *describe(struct opn_loader *loader)
{
	struct opn_instance *instances;
	json_t *all = json_array();
	size_t count;
	int error = opn_instances_find(loader, false, &instances, &count);

	for (size_t i = 0; i < count && !error; i++)
		error = describe_instance(&instances[i], all);
	opn_instances_free(instances, count);
	if (!error && !count)
		error = opn_refuse(loader, "it is not attached to any interface here");
	if (error) {
		json_decref(all);
		return NULL;
	}
	return json_pack("{s:s, s:f, s:o}", "pipeline", loader->pipeline->name, "seconds", now(),
			 "interfaces", all);
}

/* The same place of an earlier description, or NULL. */
static const json_t *find(const json_t *array, const char *key, const json_t *like)
{
	const char *name = json_string_value(json_object_get(like, key));
	const json_t *one;
	size_t i;

	json_array_foreach(array, i, one)
	{
		const char *other = json_string_value(json_object_get(one, key));

		if (name && other && !strcmp(name, other))
			return one;
	}
	return NULL;
}

static double rate(const json_t *stage, const json_t *before, const char *key, double seconds)
{
	json_int_t a = json_integer_value(json_object_get(before, key));
	json_int_t b = json_integer_value(json_object_get(stage, key));

	/* A replace may have begun anew. */
	return before && seconds > 0 && b >= a ? (b - a) / seconds : 0;
}

static void add_rates(json_t *stats, const json_t *before)
{
	double seconds = json_real_value(json_object_get(stats, "seconds")) -
			 json_real_value(json_object_get(before, "seconds"));
	json_t *interface, *hook, *stage;
	size_t i, j, k;

	json_array_foreach(json_object_get(stats, "interfaces"), i, interface)
	{
		const json_t *a =
			find(json_object_get(before, "interfaces"), "interface", interface);

		json_array_foreach(json_object_get(interface, "hooks"), j, hook)
		{
			const json_t *b = find(json_object_get(a, "hooks"), "name", hook);

			json_array_foreach(json_object_get(hook, "stages"), k, stage)
			{
				const json_t *c =
					find(json_object_get(b, "stages"), "stage", stage);
				double packets = rate(stage, c, "packets", seconds);
				double bits = 8 * rate(stage, c, "bytes", seconds);

				json_object_set_new(stage, "packets-per-second",
						    json_real(packets));
				json_object_set_new(stage, "bits-per-second", json_real(bits));
			}
		}
	}
}

/* "1.5 M" */
static const char *short_number(double value, char *text, size_t size)
{
	static const char units[] = " kMGTP";
	size_t unit = 0;

	for (; value >= 1000 && unit + 2 < sizeof(units); unit++)
		value /= 1000;
	snprintf(text, size, unit ? "%.1f %c" : "%.0f %c", value, units[unit]);
	return text;
}

static void print_stage(const json_t *stage, bool rates)
{
	char packets[32], bits[32];
	const json_t *count;
	const char *name;
	bool any = false;

	printf("  %-20s %14lld %16lld", json_string_value(json_object_get(stage, "stage")),
	       (long long)json_integer_value(json_object_get(stage, "packets")),
	       (long long)json_integer_value(json_object_get(stage, "bytes")));
	if (rates)
		printf(" %10s %10s",
		       short_number(json_real_value(json_object_get(stage, "packets-per-second")),
				    packets, sizeof(packets)),
		       short_number(json_real_value(json_object_get(stage, "bits-per-second")),
				    bits, sizeof(bits)));
	json_object_foreach((json_t *)json_object_get(stage, "verdicts"), name, count)
	{
		if (!json_integer_value(count))
			continue;
		printf("%s%s %lld", any ? ", " : "  ", name, (long long)json_integer_value(count));
		any = true;
	}
	for (size_t i = 0; i < 2; i++) {
		static const char *const names[] = { "other", "missed" };
		long long value = json_integer_value(json_object_get(stage, names[i]));

		if (!value)
			continue;
		printf("%s%s %lld", any ? ", " : "  ", names[i], value);
		any = true;
	}
	putchar('\n');
}

static void print_stats(const json_t *stats, bool rates)
{
	json_t *interface, *hook, *stage;
	size_t i, j, k;

	json_array_foreach(json_object_get(stats, "interfaces"), i, interface)
		json_array_foreach(json_object_get(interface, "hooks"), j, hook)
	{
		char title[64];

		snprintf(title, sizeof(title), "%s %s",
			 json_string_value(json_object_get(interface, "interface")),
			 json_string_value(json_object_get(hook, "name")));
		printf("%-22s %14s %16s", title, "packets", "bytes");
		if (rates)
			printf(" %10s %10s", "packets/s", "bits/s");
		puts("  verdicts");
		json_array_foreach(json_object_get(hook, "stages"), k, stage)
			print_stage(stage, rates);
	}
}

static int show(const struct opn_loader *loader, const json_t *stats, bool rates)
{
	const struct opn_options *options = &loader->options;

	if (options->json) {
		json_dumpf(stats, stdout, options->watch ? JSON_COMPACT : JSON_INDENT(2));
		putchar('\n');
	} else {
		if (options->watch && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		print_stats(stats, rates);
	}
	return fflush(stdout) ? -errno : 0;
}

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static void pause_for(double seconds)
{
	struct timespec time = { .tv_sec = (time_t)seconds };

	time.tv_nsec = (seconds - time.tv_sec) * 1e9;
	nanosleep(&time, NULL);
}

static int watch(struct opn_loader *loader, json_t *stats)
{
	struct sigaction action = { .sa_handler = end };
	int error = 0;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!ended && !error) {
		json_t *before = stats;

		pause_for(loader->options.seconds);
		if (ended)
			break;
		stats = describe(loader);
		if (!stats) {
			json_decref(before);
			return -EIO;
		}
		add_rates(stats, before);
		json_decref(before);
		error = show(loader, stats, true);
	}
	json_decref(stats);
	return error;
}

int opn_command_stats(struct opn_loader *loader)
{
	json_t *stats = describe(loader);
	int error;

	if (!stats)
		return 1;
	if (loader->options.watch)
		return watch(loader, stats) ? 1 : 0;
	error = show(loader, stats, false);
	json_decref(stats);
	return error ? 1 : 0;
}
