/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "note.h"
#define CONTEXT struct __sk_buff
#define HOOK "tc"
#define GO_ON TC_ACT_UNSPEC
#define STOP TC_ACT_SHOT
