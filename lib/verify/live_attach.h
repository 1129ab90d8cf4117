/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_attach.h - a program on a live device, the way its hook has it
 */
#ifndef OPN_VERIFY_LIVE_ATTACH_H
#define OPN_VERIFY_LIVE_ATTACH_H

#include "hook_run.h"

struct opn_attached {
	const struct opn_attach_rule *rule; /* the way that the kernel took; NULL: none */
	unsigned int ifindex;
	int link; /* of a link, else -1 */
};

/* Tries the hook's ways in order. Returns 0, or what the first of them failed with. */
int opn_live_attach(const struct opn_hook_run *hook, int program, unsigned int ifindex,
		    struct opn_attached *out);
void opn_live_detach(struct opn_attached *attached);

#endif
