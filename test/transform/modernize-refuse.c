/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * modernize-refuse - what a BTF map cannot say, and what cannot be reached, each with its place
 *
 * RUN: rm -rf %t && mkdir %t && cd %t
 * RUN: %status 1 %opened-transform --modernize -o out %s -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: %not ls out
 * RUN: %status 2 %opened-transform --modernize --function=f -o out %s -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=ALONE
 * RUN: %status 2 %opened-transform --modernize --to=tc --prove -o out %s -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=PROVE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PIN_GLOBAL_NS 2
#define MAP(name, kind) struct bpf_elf_map SEC("maps") name = { .type = kind, .size_key = 4, .size_value = 4 }
#define IN_MAPS SEC("maps")

struct bpf_elf_map {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx;
};

struct bpf_elf_map SEC("maps") pinned = {
	.type = BPF_MAP_TYPE_ARRAY,
	.size_key = 4,
	.size_value = 4,
	.pinning = PIN_GLOBAL_NS,
	.id = 3,
};

struct bpf_elf_map SEC("maps") outer = { .type = BPF_MAP_TYPE_ARRAY_OF_MAPS, .size_key = 4 };

MAP(made, BPF_MAP_TYPE_ARRAY);

struct bpf_elf_map SEC("maps") one = { .type = 1 }, SEC("maps") two = { .type = 1 };

struct bpf_elf_map SEC("maps") several[2] = { { .type = 1 } };

static struct bpf_elf_map SEC("maps") hidden = { .type = 1 };

struct bpf_elf_map IN_MAPS sectioned = { .type = 1 };

struct bpf_elf_map SEC("maps") conditional = {
	.type = 1,
#ifdef LARGE
	.max_elem = 1,
#endif
};

struct bpf_elf_map SEC("maps") nothing;

struct bpf_elf_map SEC("maps") seen = { .type = 1, .max_elem = 3 };

SEC("xdp")
int look(struct xdp_md *ctx)
{
	return seen.max_elem;
}

// CHECK: modernize-refuse.c:[[@LINE-33]]:13: error: map 'pinned' cannot become a BTF map: where its loader pins it is not where libbpf pins by name [-Wopened-transform-map]
// CHECK: note: pin it in the loader
// CHECK: modernize-refuse.c:[[@LINE-34]]:8: error: map 'pinned' cannot become a BTF map: a BTF map has nothing for the member 'id'
// CHECK: error: map 'outer' cannot become a BTF map: its inner map is told by the member 'inner_id'
// CHECK: error: map 'made' cannot become a BTF map: a macro writes it
// CHECK: error: map 'one' cannot become a BTF map: 'two' is of the same declaration
// CHECK: error: map 'several' cannot become a BTF map: it is an array of several maps
// CHECK: error: map 'hidden' cannot become a BTF map: libbpf wants BTF maps to be visible from outside
// CHECK: error: map 'sectioned' cannot become a BTF map: a macro writes its section
// CHECK: error: map 'conditional' cannot become a BTF map: there are preprocessor directives in it
// CHECK: error: map 'nothing' cannot become a BTF map: it has no initialiser in braces
// CHECK: error: map 'seen' cannot become a BTF map: 'look' looks into its definition
// ALONE: --modernize alone rewrites no program: give --to=HOOK too
// PROVE: --prove and --modernize exclude each other
