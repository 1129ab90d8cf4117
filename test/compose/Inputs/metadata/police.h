/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Writes what it was told into the packet, or drops it. */
SEC(HOOK)
int police(CONTEXT *ctx)
{
	struct note *note = note_of();

	if (!note)
		return STOP;
	FIND(ip);
	if (note->class > 40 && note->marks > 2)
		return STOP;
	ip->id = bpf_htons(note->class << 8 | note->marks << 4 | (note->hops - ip->ttl));
	return GO_ON;
}

char _license[] SEC("license") = "GPL";
