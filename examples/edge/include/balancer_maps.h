/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * balancer_maps.h - what the balancer knows: VIPs, rings, reals, connections
 */
#ifndef EDGE_BALANCER_MAPS_H
#define EDGE_BALANCER_MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "types.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, EDGE_MAX_VIPS * 4); /* several services may share a ring */
	__type(key, struct edge_vip_key);
	__type(value, struct edge_vip);
} vips SEC(".maps");

/* The rings of all VIPs one behind the other; user space fills them by consistent hashing. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EDGE_RINGS_SIZE);
	__type(key, __u32);
	__type(value, __u32); /* index into reals */
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EDGE_MAX_REALS);
	__type(key, __u32);
	__type(value, struct edge_real);
} reals SEC(".maps");

/* Packets and bytes sent to each real. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EDGE_MAX_REALS);
	__type(key, __u32);
	__type(value, struct edge_count);
} real_counts SEC(".maps");

struct connection_table {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, EDGE_CONNECTIONS);
	__type(key, struct edge_flow);
	__type(value, struct edge_connection);
};

/*
 * RSS brings all packets of a flow to one CPU, so each CPU has a table of its own and no two of
 * them fight for a bucket's lock. The loader makes as many as there are CPUs, on their nodes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, EDGE_MAX_CPUS);
	__type(key, __u32);
	__array(values, struct connection_table);
} connections SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, EDGE_FALLBACK_CONNECTIONS);
	__type(key, struct edge_flow);
	__type(value, struct edge_connection);
} connections_fallback SEC(".maps");

#ifdef EDGE_FLOOD_GUARD
struct flood {
	__u64 since; /* ns */
	__u64 new_connections;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flood);
} floods SEC(".maps");
#endif

#endif /* EDGE_BALANCER_MAPS_H */
