/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
struct letter {
	int sender, weight, stamp, note;
};

struct bell {
	int bags, note, visitor;
};

static unsigned int (*const bpf_get_prandom_u32)(void) __attribute__((unused)) = (void *)7;
static long (*const bpf_trace_printk)(const char *text, int size, ...)
	__attribute__((unused)) = (void *)6;
static unsigned long long (*const bpf_ktime_get_ns)(void) __attribute__((unused)) = (void *)5;
