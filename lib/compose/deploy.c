// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * deploy.c - reads what another loader calls things, and what the user wants of it
 */
#include "deploy.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "oci.h"
#include "yaml_read.h"

const char *const opn_engine_names[OPN_ENGINE_COUNT + 1] = {
	[OPN_ENGINE_OWN] = "c",
	[OPN_ENGINE_BPFMAN] = "bpfman",
	[OPN_ENGINE_L3AF] = "l3af",
	[OPN_ENGINE_COUNT] = NULL,
};

const char *opn_deploy_word_find(const struct opn_deploy_word *words, size_t count,
				 const char *word)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(words[i].word, word))
			return words[i].theirs;
	}
	return NULL;
}

/* A mapping of words to words; what is none stays as it is. */
static int read_words(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		      const struct opn_deploy_word **out, size_t *count)
{
	struct opn_deploy_word *words;
	yaml_node_t *node = NULL;
	int error = opn_yaml_get_mapping(yaml, mapping, key, false, &node);

	if (error || !node)
		return error;
	*count = opn_yaml_count(node);
	words = opn_arena_array(yaml->arena, *count + 1, sizeof(*words));
	if (!words)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < *count; i++) {
		yaml_node_t *value = opn_yaml_value(yaml, node, i);

		words[i].word =
			opn_arena_strdup(yaml->arena, opn_yaml_scalar(opn_yaml_key(yaml, node, i)));
		error = opn_yaml_text(yaml, value, key, &words[i].theirs);
		if (error)
			return error;
	}
	*out = words;
	return opn_yaml_check_keys(yaml, node, NULL);
}

static int read_list(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		     const char *const **out)
{
	yaml_node_t *list = NULL;
	const char **words;
	size_t count;
	int error = opn_yaml_get_list(yaml, mapping, key, false, &list);

	if (error || !list)
		return error;
	count = opn_yaml_count(list);
	words = opn_arena_array(yaml->arena, count + 1, sizeof(*words));
	if (!words)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *node = opn_yaml_item(yaml, list, i);

		error = opn_yaml_text(yaml, node, key, &words[i]);
		if (error)
			return error;
	}
	*out = words;
	return count ? 0 : opn_yaml_invalid(yaml, list, key, "expected at least one");
}

/* ---- the engine's words ---- */

static int read_way(struct opn_yaml *yaml, yaml_node_t *node, struct opn_deploy_way *way)
{
	static const char *const keys[] = { "type", "label", "direction", "list",
					    "stub", "slots", NULL };
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "places", "expected a mapping");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "type", true, &way->type) ?: error;
	error = opn_yaml_get_string(yaml, node, "label", false, &way->label) ?: error;
	error = opn_yaml_get_string(yaml, node, "direction", false, &way->direction) ?: error;
	error = opn_yaml_get_string(yaml, node, "list", false, &way->list) ?: error;
	error = opn_yaml_get_bool(yaml, node, "stub", false, &way->stub) ?: error;
	return opn_yaml_get_unsigned(yaml, node, "slots", false, &way->slots) ?: error;
}

static int read_ways(struct opn_yaml *yaml, yaml_node_t *places, struct opn_deploy_engine *out)
{
	struct opn_deploy_way *ways;
	size_t count = 0;
	int error = 0;

	for (size_t p = 0; p < opn_yaml_count(places); p++) {
		yaml_node_t *list = opn_yaml_value(yaml, places, p);

		if (list->type != YAML_SEQUENCE_NODE || !opn_yaml_count(list))
			return opn_yaml_invalid(yaml, list, "places", "expected a list of ways");
		count += opn_yaml_count(list);
	}
	ways = opn_arena_array(yaml->arena, count + 1, sizeof(*ways));
	if (!ways)
		return opn_yaml_no_memory(yaml);
	out->ways = ways;
	for (size_t p = 0; p < opn_yaml_count(places); p++) {
		yaml_node_t *list = opn_yaml_value(yaml, places, p);
		const char *place = opn_arena_strdup(
			yaml->arena, opn_yaml_scalar(opn_yaml_key(yaml, places, p)));

		for (size_t w = 0; w < opn_yaml_count(list); w++) {
			struct opn_deploy_way *way = &ways[out->way_count++];

			way->place = place;
			error = read_way(yaml, opn_yaml_item(yaml, list, w), way) ?: error;
		}
	}
	return error;
}

static int read_engine(struct opn_yaml *yaml, yaml_node_t *root, struct opn_deploy_engine *out)
{
	static const char *const keys[] = { "schema",	      "places",	       "separate",
					    "verdicts",	      "always",	       "map-types",
					    "changes-packet", "most-priority", NULL };
	const char *schema = "";
	yaml_node_t *places = NULL;
	int error = opn_yaml_check_keys(yaml, root, keys);

	error = opn_yaml_get_string(yaml, root, "schema", true, &schema) ?: error;
	if (!error && strcmp(schema, "opened/deploy/1"))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, root, "schema"), schema,
					 "expected 'opened/deploy/1'");
	error = opn_yaml_get_string(yaml, root, "always", false, &out->always) ?: error;
	error = opn_yaml_get_mapping(yaml, root, "places", true, &places) ?: error;
	error = read_words(yaml, root, "separate", &out->separate, &out->separate_count) ?: error;
	error = read_words(yaml, root, "verdicts", &out->verdicts, &out->verdict_count) ?: error;
	error = read_words(yaml, root, "map-types", &out->map_types, &out->map_type_count) ?: error;
	error = read_list(yaml, root, "changes-packet", &out->changes_packet) ?: error;
	error = opn_yaml_get_unsigned(yaml, root, "most-priority", false, &out->most_priority)
			?: error;
	return error ?: read_ways(yaml, places, out);
}

int opn_deploy_engine_load(const char *dir, enum opn_engine engine, struct opn_arena *arena,
			   struct opn_diags *diags, struct opn_deploy_engine *out)
{
	const char *name = opn_engine_names[engine];
	const char *path = opn_arena_printf(arena, "%s/deploy/%s.yaml", dir, name);
	struct opn_yaml yaml;
	int error;

	*out = (struct opn_deploy_engine){ .engine = engine, .name = name };
	error = opn_yaml_load(path, arena, diags, &yaml);
	if (error)
		return error;
	error = read_engine(&yaml, opn_yaml_root(&yaml), out);
	opn_yaml_free(&yaml);
	return error;
}

/* ---- the user's wishes ---- */

static int read_image(struct opn_yaml *yaml, yaml_node_t *node, struct opn_deploy *out)
{
	static const char *const keys[] = { "url", "pull-policy", "secret", NULL };
	static const char *const policies[] = { "Always", "IfNotPresent", "Never", NULL };
	static const char *const secret_keys[] = { "name", "namespace", NULL };
	yaml_node_t *secret = NULL, *policy;
	unsigned int index;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_string(yaml, node, "url", true, &out->image) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "secret", false, &secret) ?: error;
	policy = opn_yaml_get(yaml, node, "pull-policy");
	if (policy) {
		error = opn_yaml_word(yaml, policy, "pull-policy", policies, &index) ?: error;
		out->pull_policy = policies[index];
	}
	if (!secret)
		return error;
	error = opn_yaml_check_keys(yaml, secret, secret_keys) ?: error;
	error = opn_yaml_get_string(yaml, secret, "name", true, &out->secret) ?: error;
	return opn_yaml_get_string(yaml, secret, "namespace", false, &out->secret_namespace)
		       ?: error;
}

static int read_pods(struct opn_yaml *yaml, yaml_node_t *node, struct opn_deploy *out)
{
	static const char *const keys[] = { "namespace", "labels", NULL };
	int error = opn_yaml_check_keys(yaml, node, keys);

	out->pods_namespace = out->namespace;
	error = opn_yaml_get_string(yaml, node, "namespace", false, &out->pods_namespace) ?: error;
	if (!error && !out->pods_namespace)
		error = opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, node),
				 "namespace");
	return read_words(yaml, node, "labels", &out->pods, &out->pod_count) ?: error;
}

static int read_bpfman(struct opn_yaml *yaml, yaml_node_t *node,
		       const struct opn_deploy_engine *engine, struct opn_deploy *out)
{
	static const char *const keys[] = { "namespace",  "image", "path",     "nodes",	    "pods",
					    "interfaces", "type",  "priority", "platforms", NULL };
	yaml_node_t *image = NULL, *pods = NULL;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_string(yaml, node, "namespace", false, &out->namespace) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "image", false, &image) ?: error;
	error = opn_yaml_get_string(yaml, node, "path", false, &out->path) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "pods", false, &pods) ?: error;
	error = opn_yaml_get_string(yaml, node, "type", false, &out->type) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "priority", false, &out->priority) ?: error;
	error = read_words(yaml, node, "nodes", &out->nodes, &out->node_count) ?: error;
	error = read_list(yaml, node, "interfaces", &out->interfaces) ?: error;
	error = read_list(yaml, node, "platforms", &out->platforms) ?: error;
	for (const char *const *name = out->platforms; name && *name; name++) {
		if (!opn_oci_platform_find(*name))
			error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "platforms"),
						 "platforms", "'%s' is no known platform", *name);
	}
	error = image ? read_image(yaml, image, out) ?: error : error;
	error = pods ? read_pods(yaml, pods, out) ?: error : error;
	if (out->priority > engine->most_priority)
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "priority"), "priority",
					 "expected 0 to %u", engine->most_priority);
	if (!error && out->path && *out->path != '/')
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "path"), "path",
					 "expected an absolute path on the nodes");
	if (!error && image && out->path)
		error = opn_yaml_invalid(yaml, node, "bpfman",
					 "expected an image or a path, not both");
	if (!error && out->namespace && !pods)
		error = opn_yaml_invalid(yaml, node, "bpfman",
					 "programs of a namespace run in its pods: say which, "
					 "'pods: {labels: {...}}'");
	return error;
}

/* A word that stands in paths and Makefiles. */
static int check_word(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		      const char *text)
{
	bool good = !text || isalnum((unsigned char)*text);

	for (; good && text && *text; text++)
		good = isalnum((unsigned char)*text) || strchr("._-", *text);
	return good ? 0
		    : opn_yaml_invalid(yaml, opn_yaml_get(yaml, mapping, key), key,
				       "expected letters, digits, '.', '_' and '-'");
}

static int read_host(struct opn_yaml *yaml, yaml_node_t *node, struct opn_deploy_host *host)
{
	static const char *const keys[] = { "name", "interface", "address", NULL };
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "hosts",
					"expected a mapping with the key 'name'");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "name", true, &host->name) ?: error;
	error = check_word(yaml, node, "name", host->name) ?: error;
	error = opn_yaml_get_string(yaml, node, "interface", false, &host->interface) ?: error;
	return opn_yaml_get_string(yaml, node, "address", false, &host->address) ?: error;
}

static int read_l3af(struct opn_yaml *yaml, yaml_node_t *node, struct opn_deploy *out)
{
	static const char *const keys[] = { "hosts",   "repository", "release",
					    "version", "sequence",   NULL };
	struct opn_deploy_host *hosts;
	yaml_node_t *list = NULL;
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_string(yaml, node, "repository", false, &out->repository) ?: error;
	error = opn_yaml_get_string(yaml, node, "release", false, &out->release) ?: error;
	error = opn_yaml_get_string(yaml, node, "version", false, &out->version) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "sequence", false, &out->sequence) ?: error;
	error = opn_yaml_get_list(yaml, node, "hosts", true, &list) ?: error;
	if (error)
		return error;
	error = check_word(yaml, node, "release", out->release);
	error = check_word(yaml, node, "version", out->version) ?: error;
	if (error)
		return error;
	if (!out->sequence)
		return opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "sequence"), "sequence",
					"expected 1 or more");
	out->host_count = opn_yaml_count(list);
	hosts = opn_arena_array(yaml->arena, out->host_count + 1, sizeof(*hosts));
	if (!hosts)
		return opn_yaml_no_memory(yaml);
	for (size_t i = 0; i < out->host_count; i++)
		error = read_host(yaml, opn_yaml_item(yaml, list, i), &hosts[i]) ?: error;
	out->hosts = hosts;
	return error;
}

static int read_deploy(struct opn_yaml *yaml, const struct opn_deploy_engine *engine,
		       struct opn_deploy *out)
{
	yaml_node_t *deploy = NULL, *node = NULL;
	int error = opn_yaml_get_mapping(yaml, opn_yaml_root(yaml), "deploy", false, &deploy);

	if (error || !deploy)
		return error;
	/* The first word is no engine's key: what comes with the product wants nothing. */
	error = opn_yaml_check_keys(yaml, deploy, &opn_engine_names[OPN_ENGINE_OWN + 1]);
	error = opn_yaml_get_mapping(yaml, deploy, engine->name, false, &node) ?: error;
	if (error || !node)
		return error;
	out->loc = opn_yaml_loc(yaml, node);
	switch (engine->engine) {
	case OPN_ENGINE_BPFMAN:
		return read_bpfman(yaml, node, engine, out);
	case OPN_ENGINE_L3AF:
		return read_l3af(yaml, node, out);
	case OPN_ENGINE_OWN:
	case OPN_ENGINE_COUNT:
		break;
	}
	return 0;
}

int opn_deploy_read(const char *path, const struct opn_deploy_engine *engine,
		    struct opn_arena *arena, struct opn_diags *diags, struct opn_deploy *out)
{
	struct opn_yaml yaml;
	int error;

	*out = (struct opn_deploy){ .priority = 50, .version = "1", .sequence = 1 };
	if (!path)
		return 0;
	error = opn_yaml_load(path, arena, diags, &yaml);
	if (error)
		return error;
	error = read_deploy(&yaml, engine, out);
	opn_yaml_free(&yaml);
	return error;
}
