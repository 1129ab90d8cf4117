/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify_shared.h - programs that see each other's changes
 */
#ifndef OPN_VERIFY_SHARED_H
#define OPN_VERIFY_SHARED_H

#include "hook_run.h"
#include "result.h"

/* Makes the result inconclusive, whatever it was, when one of its programs calls what changes
 * something that both programs share. Strings in the arena. */
void opn_verify_doubt_shared(const struct opn_hook_runs *runs, struct opn_arena *arena,
			     struct opn_result *result);

#endif
