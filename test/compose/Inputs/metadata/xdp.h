/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "note.h"
#define CONTEXT struct xdp_md
#define HOOK "xdp"
#define GO_ON XDP_PASS
#define STOP XDP_DROP
