/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Knows nothing of notes. */
SEC(HOOK)
int ttl(CONTEXT *ctx)
{
	FIND(ip);
	if (ip->ttl <= 1)
		return STOP;
	ip->ttl--;
	return GO_ON;
}

char _license[] SEC("license") = "GPL";
