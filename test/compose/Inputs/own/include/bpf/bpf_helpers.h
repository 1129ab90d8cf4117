/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef OWN_HELPERS_H
#define OWN_HELPERS_H

#define SEC(NAME) __attribute__((section(NAME), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*bpf_map_lookup_elem)(void *map, void *key) = (void *)1;
static int (*bpf_tail_call)(void *ctx, void *map, int index) = (void *)12;
static int (*bpf_xdp_adjust_head)(void *ctx, int offset) = (void *)44;

#endif
