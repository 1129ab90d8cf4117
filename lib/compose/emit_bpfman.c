// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * emit_bpfman.c - bpfman's manifest of a pipeline
 *
 * One application for the whole pipeline, as only programs of one application share maps. With a
 * dispatcher of ours each hook is one program, and bpfman has no part in the order of stages.
 * "proceedOn" is always said: the comment over the default of its API and the default differ.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "deploy.h"
#include "output.h"

struct writer {
	yaml_document_t document;
	bool failed; /* memory ran out: later additions do nothing */
};

/* ---- nodes ---- */

/* Whether a reader takes the bare word for text and not for a truth value or a number. */
static bool is_plain(const char *text)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
					     "off",  "null",  "y",   "n",  NULL };

	if (!isalpha((unsigned char)*text))
		return false;
	for (const char *const *word = words; *word; word++) {
		if (!strcasecmp(text, *word))
			return false;
	}
	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) && !strchr("_-./", *text))
			return false;
	}
	return true;
}

static int check(struct writer *writer, int node)
{
	writer->failed |= !node;
	return node;
}

/* Plain text has no tag in the output, whatever a reader takes it for: so "true" and "50" are. */
static int scalar(struct writer *writer, const char *text, yaml_scalar_style_t style)
{
	if (writer->failed)
		return 0;
	return check(writer,
		     yaml_document_add_scalar(&writer->document, (yaml_char_t *)YAML_STR_TAG,
					      (yaml_char_t *)text, (int)strlen(text), style));
}

static int string(struct writer *writer, const char *text)
{
	return scalar(writer, text,
		      is_plain(text) ? YAML_PLAIN_SCALAR_STYLE : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static int number(struct writer *writer, unsigned long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", value);
	return scalar(writer, text, YAML_PLAIN_SCALAR_STYLE);
}

static int mapping(struct writer *writer)
{
	return writer->failed ? 0
			      : check(writer, yaml_document_add_mapping(&writer->document, NULL,
									YAML_BLOCK_MAPPING_STYLE));
}

static int sequence(struct writer *writer, yaml_sequence_style_t style)
{
	return writer->failed
		       ? 0
		       : check(writer, yaml_document_add_sequence(&writer->document, NULL, style));
}

static void set(struct writer *writer, int object, const char *key, int value)
{
	int name = string(writer, key);

	if (!writer->failed)
		check(writer,
		      yaml_document_append_mapping_pair(&writer->document, object, name, value));
}

static void append(struct writer *writer, int list, int value)
{
	if (!writer->failed)
		check(writer, yaml_document_append_sequence_item(&writer->document, list, value));
}

static int words(struct writer *writer, const struct opn_deploy_word *list, size_t count)
{
	int object = mapping(writer);

	for (size_t i = 0; i < count; i++)
		set(writer, object, list[i].word, string(writer, list[i].theirs));
	return object;
}

/* ---- the application ---- */

static int labels(struct writer *writer, const struct opn_deploy_word *list, size_t count)
{
	int object = mapping(writer);

	/* {} selects all. */
	if (count)
		set(writer, object, "matchLabels", words(writer, list, count));
	return object;
}

static int interfaces(struct writer *writer, const struct opn_composition *composition,
		      const struct opn_deploy *deploy)
{
	const char *const own[] = { composition->interface, NULL };
	const char *const *names = deploy->interfaces ?: own;
	int object = mapping(writer), list;

	if (!*names) {
		set(writer, object, "primaryNodeInterface",
		    scalar(writer, "true", YAML_PLAIN_SCALAR_STYLE));
		return object;
	}
	list = sequence(writer, YAML_FLOW_SEQUENCE_STYLE);
	for (; *names; names++)
		append(writer, list, string(writer, *names));
	set(writer, object, "interfaces", list);
	return object;
}

static int proceed(struct writer *writer, const struct opn_deploy_engine *engine,
		   const struct opn_composed_hook *hook)
{
	int list = sequence(writer, YAML_FLOW_SEQUENCE_STYLE);

	/* Stages and dispatchers return this one verdict for "whoever is next". */
	append(writer, list,
	       string(writer, opn_deploy_word_find(engine->verdicts, engine->verdict_count,
						   hook->next->name)));
	if (engine->always)
		append(writer, list, string(writer, engine->always));
	return list;
}

static int attach_link(struct writer *writer, const struct opn_composition *composition,
		       const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		       const struct opn_composed_hook *hook, const struct opn_deploy_way *way,
		       size_t index)
{
	int object = mapping(writer);

	set(writer, object, "interfaceSelector", interfaces(writer, composition, deploy));
	if (deploy->pods_namespace) {
		int namespaces = mapping(writer);

		set(writer, namespaces, "namespace", string(writer, deploy->pods_namespace));
		set(writer, namespaces, "pods", labels(writer, deploy->pods, deploy->pod_count));
		set(writer, object, "networkNamespaces", namespaces);
	}
	if (way->direction)
		set(writer, object, "direction", string(writer, way->direction));
	set(writer, object, "priority", number(writer, deploy->priority + index));
	if (way->stub)
		set(writer, object, "proceedOn", proceed(writer, engine, hook));
	return object;
}

static int program(struct writer *writer, const struct opn_composition *composition,
		   const struct opn_deploy_engine *engine, const struct opn_deploy *deploy,
		   const struct opn_composed_hook *hook, const char *name, size_t index)
{
	const struct opn_deploy_way *way =
		opn_deploy_way_find(engine, deploy, composition, hook, NULL);
	int object = mapping(writer), member = mapping(writer),
	    list = sequence(writer, YAML_BLOCK_SEQUENCE_STYLE);
	char key[32];
	size_t length = 0;

	for (; way->type[length] && length + 1 < sizeof(key); length++)
		key[length] = (char)tolower((unsigned char)way->type[length]);
	key[length] = '\0';
	append(writer, list, attach_link(writer, composition, engine, deploy, hook, way, index));
	set(writer, member, "links", list);
	set(writer, object, "name", string(writer, name));
	set(writer, object, "type", string(writer, way->type));
	set(writer, object, key, member);
	return object;
}

static int byte_code(struct writer *writer, const struct opn_composition *composition,
		     const struct opn_deploy *deploy)
{
	int object = mapping(writer), image = mapping(writer);
	char local[256];

	if (deploy->path) {
		set(writer, object, "path", string(writer, deploy->path));
		return object;
	}
	snprintf(local, sizeof(local), "localhost/%s:latest", composition->name);
	set(writer, image, "url", string(writer, deploy->image ?: local));
	set(writer, image, "imagePullPolicy",
	    string(writer, deploy->pull_policy ?: "IfNotPresent"));
	if (deploy->secret) {
		int secret = mapping(writer);

		set(writer, secret, "name", string(writer, deploy->secret));
		if (deploy->secret_namespace)
			set(writer, secret, "namespace", string(writer, deploy->secret_namespace));
		set(writer, image, "imagePullSecret", secret);
	}
	set(writer, object, "image", image);
	return object;
}

/* Names of objects are those of DNS: no capitals, no '_'. */
static int object_name(struct writer *writer, const char *name)
{
	char text[64];
	size_t length = 0;

	for (; name[length] && length + 1 < sizeof(text); length++)
		text[length] =
			name[length] == '_' ? '-' : (char)tolower((unsigned char)name[length]);
	text[length] = '\0';
	return string(writer, text);
}

static int programs(struct writer *writer, const struct opn_composition *composition,
		    const struct opn_deploy_engine *engine, const struct opn_deploy *deploy)
{
	int list = sequence(writer, YAML_BLOCK_SEQUENCE_STYLE);

	for (size_t h = 0; h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		if (hook->program)
			append(writer, list,
			       program(writer, composition, engine, deploy, hook, hook->program,
				       0));
		for (size_t s = 0; !hook->program && s < hook->stage_count; s++)
			append(writer, list,
			       program(writer, composition, engine, deploy, hook,
				       hook->stages[s].function, s));
	}
	return list;
}

static void application(struct writer *writer, const struct opn_composition *composition,
			const struct opn_deploy_engine *engine, const struct opn_deploy *deploy)
{
	/* The first node of a document is its root. */
	int root = mapping(writer), metadata = mapping(writer), spec = mapping(writer),
	    tags = mapping(writer);

	set(writer, root, "apiVersion", string(writer, "bpfman.io/v1alpha1"));
	set(writer, root, "kind",
	    string(writer, deploy->namespace ? "BpfApplication" : "ClusterBpfApplication"));
	set(writer, metadata, "name", object_name(writer, composition->name));
	if (deploy->namespace)
		set(writer, metadata, "namespace", string(writer, deploy->namespace));
	set(writer, tags, "app.kubernetes.io/name", object_name(writer, composition->name));
	set(writer, metadata, "labels", tags);
	set(writer, root, "metadata", metadata);
	set(writer, spec, "nodeSelector", labels(writer, deploy->nodes, deploy->node_count));
	set(writer, spec, "byteCode", byte_code(writer, composition, deploy));
	set(writer, spec, "programs", programs(writer, composition, engine, deploy));
	set(writer, root, "spec", spec);
}

/* ---- text ---- */

static int write_text(void *data, unsigned char *text, size_t length)
{
	struct opn_buf *buf = data;

	opn_buf_add(buf, text, length);
	return !buf->failed;
}

/* Takes the document over. */
static bool dump(yaml_document_t *document, struct opn_buf *buf)
{
	yaml_emitter_t emitter;
	bool done;

	if (!yaml_emitter_initialize(&emitter)) {
		yaml_document_delete(document);
		return false;
	}
	yaml_emitter_set_output(&emitter, write_text, buf);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, 100);
	done = yaml_emitter_dump(&emitter, document) && yaml_emitter_close(&emitter);
	yaml_emitter_delete(&emitter);
	return done;
}

char *opn_emit_bpfman(const struct opn_composition *composition,
		      const struct opn_deploy_engine *engine, const struct opn_deploy *deploy)
{
	struct writer writer = { 0 };
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
		       "# " OPN_OUTPUT_COMPOSED " %s\n",
		       composition->version);
	if (!yaml_document_initialize(&writer.document, NULL, NULL, NULL, 1, 1)) {
		opn_buf_free(&buf);
		return NULL;
	}
	application(&writer, composition, engine, deploy);
	if (writer.failed)
		yaml_document_delete(&writer.document);
	else if (dump(&writer.document, &buf))
		return opn_buf_take(&buf);
	opn_buf_free(&buf);
	return NULL;
}

/* ---- the image ---- */

const struct opn_deploy_word *opn_deploy_programs(const struct opn_deploy_engine *engine,
						  const struct opn_deploy *deploy,
						  const struct opn_composition *composition,
						  struct opn_arena *arena, size_t *count)
{
	struct opn_deploy_word *list;
	size_t most = 0;

	for (size_t h = 0; h < composition->hook_count; h++)
		most += composition->hooks[h].stage_count;
	list = opn_arena_array(arena, most + 1, sizeof(*list));
	*count = 0;
	for (size_t h = 0; list && h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];
		const char *label =
			opn_deploy_way_find(engine, deploy, composition, hook, NULL)->label;

		if (hook->program)
			list[(*count)++] = (struct opn_deploy_word){ hook->program, label };
		for (size_t s = 0; !hook->program && s < hook->stage_count; s++)
			list[(*count)++] =
				(struct opn_deploy_word){ hook->stages[s].function, label };
	}
	return list;
}

static void add_label(struct opn_buf *buf, const char *name, const char *text)
{
	opn_buf_printf(buf, "LABEL %s=\"", name);
	for (; *text; text++)
		opn_buf_printf(buf, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	opn_buf_puts(buf, "\"\n");
}

char *opn_emit_containerfile(const struct opn_composition *composition, const char *programs_label,
			     const char *maps_label)
{
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
		       "# " OPN_OUTPUT_COMPOSED " %s\n"
		       "# for container engines, behind make: podman build -f "
		       "bpfman/Containerfile.bytecode .\n"
		       "FROM scratch\n"
		       "COPY %s.bpf.o /\n",
		       composition->version, composition->name);
	add_label(&buf, "io.ebpf.programs", programs_label);
	add_label(&buf, "io.ebpf.maps", maps_label);
	return opn_buf_take(&buf);
}

char *opn_emit_bpfman_makefile(const struct opn_composition *composition,
			       const struct opn_deploy *deploy,
			       const struct opn_deploy_word *programs_list, size_t count)
{
	struct opn_buf buf = { 0 };

	opn_buf_printf(&buf,
		       "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n"
		       "# " OPN_OUTPUT_COMPOSED " %s\n\n"
		       "# the image that bpfman fetches, as an OCI image layout\n"
		       "# PLATFORMS: of the nodes; none: of this machine\n"
		       "OPENED_COMPOSE ?= opened-compose\n"
		       "PLATFORMS ?=",
		       composition->version);
	for (const char *const *name = deploy->platforms; name && *name; name++)
		opn_buf_printf(&buf, " %s", *name);
	opn_buf_printf(&buf,
		       "\n\n"
		       "image: bpfman/image/index.json\n\n"
		       "bpfman/image/index.json: %s.bpf.o\n"
		       "\t$(OPENED_COMPOSE) --force --image=bpfman/image "
		       "$(PLATFORMS:%%=--platform=%%)",
		       composition->name);
	for (size_t i = 0; i < count; i++)
		opn_buf_printf(&buf, " --program=%s:%s", programs_list[i].word,
			       programs_list[i].theirs);
	opn_buf_puts(&buf, " $<\n\n"
			   "clean: clean-image\n"
			   "clean-image:\n"
			   "\trm -rf bpfman/image\n\n"
			   ".PHONY: image clean-image\n");
	return opn_buf_take(&buf);
}
