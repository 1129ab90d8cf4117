// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state.bpf.c - a map of every type, and one program that does to them what its packet says
 *
 * Compiled as it is, with MOVED (the same variables, laid out differently, and one more), and with
 * SHAPES (every map with another shape).
 */
#include <linux/bpf.h>
#include <linux/in6.h>

#include <bpf/bpf_helpers.h>

#include "../state_command.h"

#ifdef SHAPES
#define OTHER(usual, other) other
#else
#define OTHER(usual, other) usual
#endif

enum colour { RED, GREEN = 7 };

struct flow_key {
	__be32 address;
	__be16 port;
	__u8 protocol;
	__u8 rest;
};

struct flow {
	__u64 packets;
	enum colour colour;
	__be32 via;
	struct in6_addr source;
	__u8 mac[6];
	char name[10];
	_Bool seen;
	__u8 low : 3, high : 5;
	__s16 level;
	__u32 list[2];
	union {
		__u8 small;
		__u32 large;
	};
};

struct locked {
	struct bpf_spin_lock lock;
	__u32 count;
};

struct timed {
	struct bpf_timer timer;
	__u64 count;
};

struct prefix {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OTHER(256, 128));
	__type(key, struct flow_key);
	__type(value, struct flow);
} flows SEC(".maps");

struct {
	__uint(type, OTHER(BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH));
	__uint(max_entries, 3000);
	__type(key, __u32);
	__type(value, OTHER(__u32, __u64));
} words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__uint(map_flags, OTHER(0, BPF_F_RDONLY_PROG));
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

#ifndef SHAPES
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 300);
	__type(key, __u32);
	__type(value, struct locked);
} locked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct timed);
} timed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} cpu_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} cpu_words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 1000000);
	__type(key, __u32);
	__type(value, __u32);
} cpu_recent SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4);
	__type(value, __u32);
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 4);
	__type(value, __u32);
} stack SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

struct inner_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
} named_inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 8);
	__type(key, __u32);
	__array(values, struct inner_hash);
} by_key SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(max_entries, 4);
			__type(key, __u32);
			__type(value, __u64);
		});
} by_index SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner_hash);
} by_name SEC(".maps") = { .values = { &named_inner } };

int tail_one(struct __sk_buff *skb);
int tail_two(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, int(void *));
} jumps SEC(".maps") = { .values = { [1] = (void *)&tail_one } };

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} more_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_CPUMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} processors SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 4);
	__type(value, __u32);
} bloom SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} stored SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, __u32);
} config SEC(".maps");

/* User space may write it and not read it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__uint(map_flags, BPF_F_WRONLY);
	__type(key, __u32);
	__type(value, __u32);
} unread SEC(".maps");
#endif

#ifdef MOVED
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} only_here SEC(".maps");

__u64 extra;
__u64 others[3];
__u32 seen;
#else
OTHER(__u32, __u64)
seen;
__u64 others[3];
#endif
#ifdef MOVED
__u32 second = 8;
__u32 limit = 5;
#else
__u32 limit = 5;
__u32 second = 8;
#endif
const volatile __u32 constant = OTHER(6, 7);

#ifndef SHAPES
SEC("tc") int tail_one(struct __sk_buff *skb)
{
	return skb->len ? 1 : 2;
}

SEC("tc") int tail_two(struct __sk_buff *skb)
{
	return skb->len ? 3 : 4;
}

#define INLINE static __attribute__((always_inline)) void

INLINE put_flow(const struct state_command *command)
{
	struct flow_key key = { .address = command->key, .port = 0x5000, .protocol = 6 };
	struct flow flow = { .packets = command->value, .colour = GREEN, .name = "one" };

	bpf_map_update_elem(&flows, &key, &flow, BPF_ANY);
}

INLINE put(void *map, const struct state_command *command)
{
	__u32 key = command->key;
	__u64 value = command->value;

	bpf_map_update_elem(map, &key, &value, BPF_ANY);
}

INLINE put_inner(void *outer, const struct state_command *command)
{
	__u32 slot = command->slot;
	void *inner = bpf_map_lookup_elem(outer, &slot);

	if (inner)
		put(inner, command);
}

INLINE put_locked(const struct state_command *command)
{
	__u32 key = command->key;
	struct locked *value = bpf_map_lookup_elem(&locked, &key);

	if (!value)
		return;
	bpf_spin_lock(&value->lock);
	value->count = command->value;
	bpf_spin_unlock(&value->lock);
}

INLINE put_timed(const struct state_command *command)
{
	__u32 key = command->key;
	struct timed value = { .count = command->value };

	bpf_map_update_elem(&timed, &key, &value, BPF_ANY);
}

INLINE put_route(const struct state_command *command)
{
	struct prefix key = { .length = 8, .address = command->key };
	__u32 value = command->value;

	bpf_map_update_elem(&routes, &key, &value, BPF_ANY);
}

INLINE send(struct __sk_buff *skb, const struct state_command *command)
{
	__u64 value = command->value;

	bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &value, (command->key - 1 & 7) + 1);
}

SEC("tc") int obey(struct __sk_buff *skb)
{
	struct state_command command, *c = &command;
	__u32 value;

	if (bpf_skb_load_bytes(skb, 16, &command, sizeof(command)))
		return 0;
	value = c->value;
	switch (c->what) {
	case DO_FLOW:
		put_flow(c);
		break;
	case DO_WORD:
		put(&words, c);
		break;
	case DO_FORGET_WORD:
		bpf_map_delete_elem(&words, &c->key);
		break;
	case DO_SLOT:
		put(&slots, c);
		break;
	case DO_LOCKED:
		put_locked(c);
		break;
	case DO_TIMED:
		put_timed(c);
		break;
	case DO_CPU_SLOT:
		put(&cpu_slots, c);
		break;
	case DO_CPU_WORD:
		put(&cpu_words, c);
		break;
	case DO_RECENT:
		put(&recent, c);
		break;
	case DO_CPU_RECENT:
		put(&cpu_recent, c);
		break;
	case DO_ROUTE:
		put_route(c);
		break;
	case DO_PUSH_QUEUE:
		bpf_map_push_elem(&queue, &value, 0);
		break;
	case DO_POP_QUEUE:
		bpf_map_pop_elem(&queue, &value);
		break;
	case DO_PUSH_STACK:
		bpf_map_push_elem(&stack, &value, 0);
		break;
	case DO_RING:
		bpf_ringbuf_output(&ring, &value, sizeof(value), 0);
		break;
	case DO_EVENT:
		send(skb, c);
		break;
	case DO_BY_KEY:
		put_inner(&by_key, c);
		break;
	case DO_BY_INDEX:
		put_inner(&by_index, c);
		break;
	case DO_BY_NAME:
		put_inner(&by_name, c);
		break;
	case DO_JUMP:
		bpf_tail_call(skb, &jumps, c->key);
		break;
	case DO_BLOOM:
		bpf_map_push_elem(&bloom, &value, 0);
		break;
	case DO_UNREAD:
		put(&unread, c);
		break;
	case DO_SEEN:
		seen = value;
		break;
	case DO_OTHERS:
		others[c->key & 1] = value;
		break;
	case DO_LIMIT:
		limit = value;
		second += value;
		break;
	case DO_EXTRA:
#ifdef MOVED
		extra = value;
#endif
		break;
	case DO_CONFIG:
		if (bpf_map_lookup_elem(&config, &c->key))
			return constant;
		break;
	}
	return 0;
}
#else
SEC("tc") int obey(struct __sk_buff *skb)
{
	__u64 key = skb->len;

	seen = key;
	return bpf_map_lookup_elem(&flows, &key) && bpf_map_lookup_elem(&words, &key) &&
	       bpf_map_lookup_elem(&slots, &key) && limit == constant;
}
#endif

char _license[] SEC("license") = "GPL";
