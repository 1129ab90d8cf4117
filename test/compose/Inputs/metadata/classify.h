/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Says of every packet what it is; nothing else may be left of the packet before. */
SEC(HOOK)
int classify(CONTEXT *ctx)
{
	struct note *note = note_of();

	if (!note)
		return GO_ON;
	__builtin_memset(note, 0, sizeof(*note));
	FIND(ip);
	note->class = ip->tos >> 2;
	note->length = bpf_ntohs(ip->tot_len);
	note->hops = ip->ttl;
	return GO_ON;
}

char _license[] SEC("license") = "GPL";
