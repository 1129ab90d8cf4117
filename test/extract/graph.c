/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * graph - the dependency graph as DOT that Graphviz reads, and as JSON, with the same edges
 *
 * RUN: rm -rf %t && mkdir %t && cp %s %t/in.c && cd %t
 * RUN: %opened-extract -q -f prog --graph=g.dot in.c -- %bpfcc && %FileCheck %s < g.dot
 * RUN: %opened-extract -q -f prog --graph=g.json in.c -- %bpfcc
 * RUN: %python -c 'import json; [print(e["from"], "->", e["to"], e["kind"]) for e in json.load(open("g.json"))["edges"]]' > edges
 * RUN: %FileCheck %s --check-prefix=JSON --match-full-lines < edges
 * RUN: test $(grep -c ' -> ' g.dot) = $(wc -l < edges)
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LIMIT 4

struct value {
	__u64 packets;
};

struct map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LIMIT);
	__type(key, __u32);
	__type(value, struct value);
} left SEC(".maps"), right SEC(".maps");

static __u64 total;

static int helper(struct value *value)
{
	return value->packets > LIMIT;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&left, &key);

	if (!bpf_map_lookup_elem(&right, &key))
		total++;
	return value ? helper(value) : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: digraph "prog" {
// CHECK-NOT: unnamed
// CHECK-DAG: "LIMIT" [{{.*}}class="macro", tooltip="in.c:16-16"];
// CHECK-DAG: "helper" [{{.*}}class="function", tooltip="in.c:31-34"];
// CHECK-DAG: "left" [{{.*}}class="map", tooltip="in.c:22-27"];
// CHECK-DAG: "prog" [{{.*}}class="program", tooltip="in.c:36-45"];
// CHECK-DAG: "value" [{{.*}}class="struct", tooltip="in.c:18-20"];
// CHECK: "prog" -> "helper" [class="call"];
// CHECK: }
//
// JSON-DAG: left -> value type
// JSON-DAG: right -> value type
// JSON-DAG: left -> LIMIT macro
// JSON-DAG: helper -> value type
// JSON-DAG: helper -> LIMIT macro
// JSON-DAG: prog -> helper call
// JSON-DAG: prog -> left map
// JSON-DAG: prog -> right map
// JSON-DAG: prog -> total global
// JSON-DAG: prog -> value type
