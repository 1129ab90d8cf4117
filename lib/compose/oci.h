/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * oci.h - an image of byte code as an OCI image layout, made without a container engine
 */
#ifndef OPN_COMPOSE_OCI_H
#define OPN_COMPOSE_OCI_H

#include <stdbool.h>
#include <stddef.h>

#include "deploy.h"
#include "diag.h"
#include "output.h"

/* A processor as images call it, and its byte order. */
struct opn_oci_platform {
	const char *name, *machine; /* "amd64", and what uname(2) says: "x86_64" */
	bool big_endian;
};

/* The platform of this name, or of this machine, or NULL. */
const struct opn_oci_platform *opn_oci_platform_find(const char *name);

struct opn_oci_image {
	const char *file; /* what the object is called in the image */
	const void *object;
	size_t size;
	const char *programs, *maps;			 /* texts of the two labels */
	const struct opn_oci_platform *const *platforms; /* NULL-terminated, one at least */
};

/* A label's text: a JSON object, sorted by key, allocated; NULL without memory. Types of maps are
 * those of the kernel's enum in lower case, without the prefix that all have. */
char *opn_oci_programs_label(const struct opn_deploy_word *programs, size_t count);
char *opn_oci_maps_label(const struct opn_deploy_engine *engine, const struct opn_deploy_word *maps,
			 size_t count);

/* Stages the layout's files: one layer with the object, which all platforms share. The same input
 * gives the same bytes. Reports and returns -errno. */
int opn_oci_image_add(const struct opn_oci_image *image, struct opn_output *output,
		      struct opn_diags *diags);

#endif
