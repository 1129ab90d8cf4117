/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * hookdef_kernel.h - since when the kernel has a hook
 */
#ifndef OPN_HOOKDEF_KERNEL_H
#define OPN_HOOKDEF_KERNEL_H

#include "hookdef.h"

/* The first kernel ("4.8") that has the hook, or NULL when it is not known. */
const char *opn_hookdefs_hook_kernel(const struct opn_hookdefs *hookdefs, const char *name);

#endif
