/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#define LENGTH_OF(ctx) ((ctx)->data_end - (ctx)->data)
#define DEVICE_OF(ctx) ((ctx)->ingress_ifindex)

static inline int length_of(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

static inline int bytes_of(void *data, void *data_end)
{
	return data_end - data;
}
