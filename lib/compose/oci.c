// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * oci.c - an image of byte code as an OCI image layout
 *
 * image-spec 1.0: image-layout.md, manifest.md, config.md, image-index.md. bpfman wants one layer,
 * a compressed archive with the object at its top, and the labels "io.ebpf.programs" and
 * "io.ebpf.maps". No time and no owner is in it.
 */
#include "oci.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <jansson.h>
#include <openssl/evp.h>

#include "json.h"

#define INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE   "application/vnd.oci.image.config.v1+json"
#define LAYER_TYPE    "application/vnd.oci.image.layer.v1.tar+gzip"

enum { DIGEST_SIZE = sizeof("sha256:") + 64 };

/* Names: Go's GOARCH. */
static const struct opn_oci_platform platforms[] = {
	{ "amd64", "x86_64", false },	     { "arm64", "aarch64", false },
	{ "ppc64le", "ppc64le", false },     { "riscv64", "riscv64", false },
	{ "loong64", "loongarch64", false }, { "s390x", "s390x", true },
};

const struct opn_oci_platform *opn_oci_platform_find(const char *name)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++) {
		if (!strcmp(platforms[i].name, name) || !strcmp(platforms[i].machine, name))
			return &platforms[i];
	}
	return NULL;
}

/* ---- labels ---- */

static char *label_text(json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	json_decref(object);
	return text;
}

char *opn_oci_programs_label(const struct opn_deploy_word *programs, size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		object =
			opn_json_set(object, programs[i].word, opn_json_string(programs[i].theirs));
	return label_text(object);
}

char *opn_oci_maps_label(const struct opn_deploy_engine *engine, const struct opn_deploy_word *maps,
			 size_t count)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		const char *type = opn_deploy_word_find(engine->map_types, engine->map_type_count,
							maps[i].theirs);

		object =
			opn_json_set(object, maps[i].word, opn_json_string(type ?: maps[i].theirs));
	}
	return label_text(object);
}

/* ---- the layer ---- */

static la_ssize_t write_part(struct archive *archive, void *data, const void *part, size_t length)
{
	struct opn_buf *buf = data;

	opn_buf_add(buf, part, length);
	if (!buf->failed)
		return (la_ssize_t)length;
	archive_set_error(archive, ENOMEM, "%s", strerror(ENOMEM));
	return -1;
}

static bool write_entry(struct archive *archive, const struct opn_oci_image *image)
{
	struct archive_entry *entry = archive_entry_new();
	bool done;

	if (!entry)
		return false;
	archive_entry_set_pathname(entry, image->file);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)image->size);
	archive_entry_set_mtime(entry, 0, 0);
	done = archive_write_header(archive, entry) == ARCHIVE_OK &&
	       archive_write_data(archive, image->object, image->size) == (la_ssize_t)image->size;
	archive_entry_free(entry);
	return done;
}

static int make_layer(const struct opn_oci_image *image, bool compress, struct opn_buf *out,
		      struct opn_diags *diags)
{
	struct archive *archive = archive_write_new();
	int error = 0;

	if (!archive)
		return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, image->file,
				strerror(ENOMEM));
	if (archive_write_set_format_ustar(archive) != ARCHIVE_OK ||
	    (compress &&
	     (archive_write_add_filter_gzip(archive) != ARCHIVE_OK ||
	      archive_write_set_filter_option(archive, "gzip", "timestamp", NULL) != ARCHIVE_OK)) ||
	    /* No padding, which would be garbage behind what is compressed. */
	    archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
	    archive_write_open(archive, out, NULL, write_part, NULL) != ARCHIVE_OK ||
	    !write_entry(archive, image) || archive_write_close(archive) != ARCHIVE_OK) {
		const char *why = archive_error_string(archive);

		error = opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, image->file,
				 why ? why : strerror(ENOMEM));
	}
	archive_write_free(archive);
	return error;
}

/* ---- blobs ---- */

static int make_digest(const void *data, size_t size, char out[DIGEST_SIZE],
		       struct opn_diags *diags)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	char *at;

	if (!EVP_Digest(data, size, sum, &length, EVP_sha256(), NULL))
		return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "sha256",
				"libcrypto has no such digest here");
	at = stpcpy(out, "sha256:");
	for (unsigned int i = 0; i < length; i++) {
		*at++ = digits[sum[i] >> 4];
		*at++ = digits[sum[i] & 15];
	}
	*at = '\0';
	return 0;
}

/* Stages a blob and puts what refers to it into *out. */
static int add_blob(struct opn_output *output, const char *type, const void *data, size_t size,
		    struct opn_diags *diags, json_t **out)
{
	char digest[DIGEST_SIZE], path[DIGEST_SIZE + 16];
	json_t *object = json_object();
	int error = make_digest(data, size, digest, diags);

	if (!error) {
		stpcpy(stpcpy(path, "blobs/sha256/"), strchr(digest, ':') + 1);
		error = opn_output_add(output, path, data, size);
	}
	object = opn_json_set(object, "mediaType", opn_json_string(type));
	object = opn_json_set(object, "digest", opn_json_string(error ? "" : digest));
	object = opn_json_set(object, "size", json_integer((json_int_t)size));
	if (error)
		json_decref(object);
	*out = error ? NULL : object;
	return error;
}

/* The same of a document, which it takes over. */
static int add_document(struct opn_output *output, const char *type, json_t *document,
			struct opn_diags *diags, json_t **out)
{
	char *text = opn_json_text(document);
	int error =
		text ? add_blob(output, type, text, strlen(text), diags, out)
		     : opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, type, strerror(ENOMEM));

	free(text);
	return error;
}

static int add_text(struct opn_output *output, const char *path, json_t *document,
		    struct opn_diags *diags)
{
	char *text = opn_json_text(document);
	int error =
		text ? opn_output_add(output, path, text, strlen(text))
		     : opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path, strerror(ENOMEM));

	free(text);
	return error;
}

/* ---- documents ---- */

static json_t *config_json(const struct opn_oci_image *image,
			   const struct opn_oci_platform *platform, const char *diff_id)
{
	json_t *labels = json_object(), *config = json_object(), *rootfs = json_object();
	json_t *object = json_object();

	labels = opn_json_set(labels, "io.ebpf.programs", opn_json_string(image->programs));
	labels = opn_json_set(labels, "io.ebpf.maps", opn_json_string(image->maps));
	config = opn_json_set(config, "Labels", labels);
	rootfs = opn_json_set(rootfs, "type", opn_json_string("layers"));
	rootfs = opn_json_set(rootfs, "diff_ids",
			      opn_json_append(json_array(), opn_json_string(diff_id)));
	object = opn_json_set(object, "architecture", opn_json_string(platform->name));
	object = opn_json_set(object, "os", opn_json_string("linux"));
	object = opn_json_set(object, "config", config);
	return opn_json_set(object, "rootfs", rootfs);
}

static json_t *index_json(json_t *manifests)
{
	json_t *object = opn_json_set(json_object(), "schemaVersion", json_integer(2));

	object = opn_json_set(object, "mediaType", opn_json_string(INDEX_TYPE));
	return opn_json_set(object, "manifests", manifests);
}

/* One platform's image: its configuration and its manifest, to which *out refers. */
static int add_manifest(const struct opn_oci_image *image, const struct opn_oci_platform *platform,
			const char *diff_id, json_t *layer, struct opn_output *output,
			struct opn_diags *diags, json_t **out)
{
	json_t *config = NULL, *object, *where;
	int error = add_document(output, CONFIG_TYPE, config_json(image, platform, diff_id), diags,
				 &config);

	if (error)
		return error;
	object = opn_json_set(json_object(), "schemaVersion", json_integer(2));
	object = opn_json_set(object, "mediaType", opn_json_string(MANIFEST_TYPE));
	object = opn_json_set(object, "config", config);
	object = opn_json_set(object, "layers", opn_json_append(json_array(), json_incref(layer)));
	error = add_document(output, MANIFEST_TYPE, object, diags, out);
	if (error)
		return error;
	where = opn_json_set(json_object(), "os", opn_json_string("linux"));
	where = opn_json_set(where, "architecture", opn_json_string(platform->name));
	*out = opn_json_set(*out, "platform", where);
	return 0;
}

static int add_manifests(const struct opn_oci_image *image, const char *diff_id, json_t *layer,
			 struct opn_output *output, struct opn_diags *diags)
{
	json_t *list = json_array(), *one = NULL;
	int error = 0;

	for (size_t i = 0; !error && image->platforms[i]; i++) {
		error = add_manifest(image, image->platforms[i], diff_id, layer, output, diags,
				     &one);
		if (!error)
			list = opn_json_append(list, one);
	}
	/* Who copies an image takes the only one of the index: so several are an index in it. */
	if (!error && json_array_size(list) > 1) {
		error = add_document(output, INDEX_TYPE, index_json(list), diags, &one);
		list = error ? NULL : opn_json_append(json_array(), one);
	}
	if (error) {
		json_decref(list);
		return error;
	}
	return add_text(output, "index.json", index_json(list), diags);
}

int opn_oci_image_add(const struct opn_oci_image *image, struct opn_output *output,
		      struct opn_diags *diags)
{
	struct opn_buf plain = { 0 }, packed = { 0 };
	char diff_id[DIGEST_SIZE];
	json_t *layer = NULL;
	int error = make_layer(image, false, &plain, diags);

	if (!error)
		error = make_digest(plain.data, plain.length, diff_id, diags);
	if (!error)
		error = make_layer(image, true, &packed, diags);
	if (!error)
		error = add_blob(output, LAYER_TYPE, packed.data, packed.length, diags, &layer);
	if (!error)
		error = add_manifests(image, diff_id, layer, output, diags);
	if (!error)
		error = add_text(
			output, "oci-layout",
			opn_json_set(json_object(), "imageLayoutVersion", opn_json_string("1.0.0")),
			diags);
	json_decref(layer);
	opn_buf_free(&plain);
	opn_buf_free(&packed);
	return error;
}
