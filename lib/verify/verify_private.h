/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify_private.h - a verification while it runs
 */
#ifndef OPN_VERIFY_VERIFY_PRIVATE_H
#define OPN_VERIFY_VERIFY_PRIVATE_H

#include "bench.h"
#include "guide.h"
#include "verify.h"

#define OPN_SEQUENCE_STEPS 64

struct opn_session {
	const struct opn_verify_options *options;
	struct opn_arena *arena;
	struct opn_diags *diags;
	struct opn_result *result;
	struct opn_bench bench;
	struct opn_guide *guide;
	struct opn_step steps[OPN_SEQUENCE_STEPS];
	bool maps_changed;
};

/* Fills in what the result tells besides differences and counts, and the verdict. Returns 0 or
 * -errno. */
int opn_session_tell(struct opn_session *session);

#endif
