/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * manifest.h - the JSON beside a unit: what it holds, where it came from, what was proved
 *
 * The shape is published in hookdefs/schema/manifest.schema.json. Nothing here adds an absolute
 * path; flags keep their "@ROOT@/" mark.
 */
#ifndef OPN_MANIFEST_H
#define OPN_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "hookdef.h"
#include "unit.h"

#ifdef __cplusplus
extern "C" {
#endif

struct opn_definition {
	const char *file;
	unsigned int start_line, end_line;
	const char *signature; /* or NULL */
	const char *hash;      /* of the tokens, or NULL */
};

/* A function with several definitions in the given sources. */
struct opn_duplicate {
	const char *name;
	bool identical; /* all definitions have the same tokens */
	const struct opn_definition *definitions;
	size_t count;
};

struct opn_manifest_info {
	const struct opn_unit *unit;
	const struct opn_proof
		*proofs; /* one per command of the unit, or NULL when none was made */
	size_t proof_count;
	const struct opn_hookdefs *hookdefs; /* for the minimum kernel, or NULL */
	const char *version;		     /* of the tool */
	const struct opn_duplicate *duplicates;
	size_t duplicate_count;
};

/* The manifest's text, which the caller frees; NULL without memory. */
char *opn_manifest_json(const struct opn_manifest_info *info);

/* A status as the manifest spells it ("identical"). */
const char *opn_proof_status_name(enum opn_proof_status status);
/* A level as the manifest spells it ("ir", "instructions", ...), 0 to OPN_PROOF_LEVELS - 1. */
const char *opn_proof_level_name(size_t level);

#ifdef __cplusplus
}
#endif

#endif
