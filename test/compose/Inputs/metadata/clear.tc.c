// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "tc.h"

SEC("tc")
int clear(struct __sk_buff *ctx)
{
	ctx->cb[0] = ctx->cb[1] = 0;
	return GO_ON;
}

char _license[] SEC("license") = "GPL";
