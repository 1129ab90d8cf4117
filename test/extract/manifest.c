/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2001 A. Author */
/*
 * manifest - what a unit's manifest says, and that it fits the published schema
 *
 * RUN: rm -rf %t && mkdir %t && cp %s %t/in.c && cd %t
 * RUN: %opened-extract -q --prove -f prog -o prog.c --manifest=m.json in.c -- %bpfcc -DFLAG -DNOT_USED
 * RUN: %schema-check %root/hookdefs/schema/manifest.schema.json m.json
 * RUN: %python %S/Inputs/show.py m.json > shown && %FileCheck %s --match-full-lines < shown
 * RUN: %opened-extract -q -f entered --entry=xdp --manifest=e.json in.c -- %bpfcc
 * RUN: %schema-check %root/hookdefs/schema/manifest.schema.json e.json
 * RUN: %python %S/Inputs/show.py e.json > shown && %FileCheck %s --check-prefix=ENTRY --match-full-lines < shown
 * RUN: %not grep -rF %t m.json e.json
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LIMIT 4

struct value {
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LIMIT * 2);
	__uint(map_flags, BPF_F_NO_COMMON_LRU);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, struct value);
} counts SEC(".maps");

extern struct shared {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, 8);
} shared SEC(".maps");

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash) __ksym;

static __u64 total;

static __noinline int entered(__u32 key)
{
	struct value value = {};

	return bpf_map_update_elem(&counts, &key, &value, BPF_ANY);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;

#ifdef FLAG
	bpf_xdp_metadata_rx_hash(ctx, &key);
#endif
	bpf_map_lookup_elem(&shared, &key);
	if (!bpf_map_lookup_elem(&counts, &key))
		entered(key);
	total += bpf_ktime_get_ns();
	return ctx->data ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";

// CHECK: unit: prog
// CHECK: source: in.c
// CHECK: hook: xdp
// CHECK: entry: null
// CHECK: minimum_kernel: 6.3
// CHECK: functions.0.name: entered
// CHECK: functions.0.file: in.c
// CHECK: functions.0.start_line: 45
// CHECK: functions.0.end_line: 50
// CHECK: functions.0.signature: int entered(__u32 key)
// CHECK: functions.0.static: true
// CHECK: functions.0.inline: false
// CHECK: functions.0.program: false
// CHECK: functions.0.section: null
// CHECK: functions.0.helpers.0: bpf_map_update_elem
// CHECK: functions.1.name: prog
// CHECK: functions.1.program: true
// CHECK: functions.1.section: xdp
// CHECK: functions.1.callees.0: entered
// CHECK: functions.1.helpers.0: bpf_ktime_get_ns
// CHECK: functions.1.helpers.1: bpf_map_lookup_elem
// CHECK: functions.1.kfuncs.0: bpf_xdp_metadata_rx_hash
// CHECK: functions.1.context_fields.0: data
// CHECK: functions.1.context_fields.1: rx_queue_index
// CHECK: maps.0.name: counts
// CHECK: maps.0.start_line: 25
// CHECK: maps.0.end_line: 32
// CHECK: maps.0.type: BPF_MAP_TYPE_LRU_HASH
// CHECK: maps.0.key: __u32
// CHECK: maps.0.value: struct value
// CHECK: maps.0.max_entries: 8
// CHECK: maps.0.flags: BPF_F_NO_COMMON_LRU
// CHECK: maps.0.pinning: LIBBPF_PIN_BY_NAME
// CHECK: maps.0.declared_only: false
// CHECK: maps.0.access.0.function: entered
// CHECK: maps.0.access.0.read: false
// CHECK: maps.0.access.0.write: true
// CHECK: maps.0.access.1.function: prog
// CHECK: maps.0.access.1.read: true
// CHECK: maps.0.access.1.write: false
// CHECK: maps.1.name: shared
// CHECK: maps.1.key_size: 4
// CHECK: maps.1.value_size: 8
// CHECK: maps.1.declared_only: true
// CHECK: types.0.name: value
// CHECK: types.0.kind: struct
// CHECK: types.1.name: shared
// CHECK: macros.0.name: LIMIT
// CHECK: includes.0: <bpf/bpf_helpers.h>
// CHECK: includes.1: <linux/bpf.h>
// CHECK: globals.0.name: total
// CHECK: globals.1.name: _license
// CHECK: undefined.0: bpf_xdp_metadata_rx_hash
// CHECK: undefined.1: shared
// CHECK: license.spdx.0: GPL-2.0-only OR BSD-2-Clause
// CHECK: license.program: Dual BSD/GPL
// CHECK: license.copyrights.0: {{.*}}Copyright (c) 2001 A. Author
// CHECK: helpers.0: bpf_ktime_get_ns
// CHECK: helpers.1: bpf_map_lookup_elem
// CHECK: helpers.2: bpf_map_update_elem
// CHECK: kfuncs.0: bpf_xdp_metadata_rx_hash
// CHECK: context_fields.0: data
// CHECK: context_fields.1: rx_queue_index
// CHECK: commands.0.file: {{.*}}
// CHECK-NOT: {{.*}}FLAG
// CHECK: warnings.0.kind: map-declared-only
// CHECK: warnings.0.name: shared
// CHECK: warnings.0.message: instantiated in user code
// CHECK: proof.0.levels.0.name: ir
// CHECK: proof.0.levels.0.status: identical
// CHECK: proof.0.levels.1.name: instructions
// CHECK: proof.0.levels.1.status: identical
// CHECK: proof.0.levels.2.name: btf
// CHECK: proof.0.levels.2.status: identical
// CHECK: proof.0.levels.3.name: object
// CHECK: proof.0.levels.3.status: identical
// CHECK: proof.0.levels.4.name: verifier
// CHECK: proof.0.levels.4.status: skipped
//
// ENTRY: unit: entered
// ENTRY: entry: opened_entry_entered
// ENTRY: maps.0.name: counts
// ENTRY-NOT: maps.1.{{.*}}
// ENTRY: proof: null
