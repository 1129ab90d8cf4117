/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef PARSE_H
#define PARSE_H

#include "types.h"

#define DATA_END(ctx) ((void *)(long)(ctx)->data_end)

/* The device that a packet came from. */
static __always_inline int device(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex;
}

#endif
