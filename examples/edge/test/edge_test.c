/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * edge_test.c - loads every object into this kernel and runs its programs on real frames
 *
 * usage: edge_test OBJECT-FOLDER BPFFS-FOLDER
 *
 * Frames go through BPF_PROG_TEST_RUN; verdict, output bytes, maps and counters are compared with
 * what the standards say they are, computed here. Each case loads its objects anew; only the pinned
 * counters live on, so they are compared by difference. Needs root. Exit status 0: all passed.
 */
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "types.h"

#include "frame.h"

enum edge_counter {
#define EDGE_COUNTER(identifier, text) EDGE_##identifier,
#include "counters.def"
#undef EDGE_COUNTER
	EDGE_COUNTERS
};

static const char *const counter_texts[] = {
#define EDGE_COUNTER(identifier, text) text,
#include "counters.def"
#undef EDGE_COUNTER
};

/* More than there can be: the kernel writes a value for each into these arrays. */
#define MAX_CPUS 8192

static const char *objects, *bpffs;
static const char *current; /* name of the running case */
static bool failed;	    /* and whether it has gone wrong so far */

static void __attribute__((format(printf, 2, 3))) fail(int line, const char *format, ...)
{
	va_list args;

	failed = true;
	printf("  %s:%d: ", current, line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* Both values are shown, so that a failure in somebody's log is enough to work with. */
#define EQUAL(got, want)                                                                           \
	do {                                                                                       \
		long long got_ = (got), want_ = (want);                                            \
		if (got_ != want_)                                                                 \
			fail(__LINE__, "%s is %lld, not %lld", #got, got_, want_);                 \
	} while (0)

#define TRUE(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail(__LINE__, "not so: %s", #condition);                                  \
	} while (0)

#define SAME(got, want, from) same(__LINE__, got, want, from)

static void dump(const char *what, const struct frame *frame)
{
	printf("    %s, %u bytes:", what, frame->length);
	for (uint32_t i = 0; i < frame->length && i < 160; i++)
		printf("%s%02x", i % 16 ? " " : "\n      ", frame->bytes[i]);
	printf("\n");
}

static void same(int line, const struct frame *got, const struct frame *want, uint32_t from)
{
	uint32_t i = from;

	if (got->length == want->length && got->length >= from &&
	    !memcmp(got->bytes + from, want->bytes + from, got->length - from))
		return;
	while (i < got->length && i < want->length && got->bytes[i] == want->bytes[i])
		i++;
	fail(line, "frames differ at byte %u", i);
	dump("got", got);
	dump("want", want);
}

/* A case that cannot go on has failed. Each case is a process of its own. */
static void __attribute__((noreturn)) die(const char *what, const char *name)
{
	printf("  %s: %s '%s': %s\n", current, what, name, strerror(errno));
	exit(1);
}

/* ---- objects ------------------------------------------------------------------------------- */

static struct bpf_object *open_object(const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = bpffs);
	struct bpf_object *object;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.bpf.o", objects, name);
	object = bpf_object__open_file(path, &options);
	if (!object)
		die("cannot open", path);
	return object;
}

static struct bpf_object *load(struct bpf_object *object)
{
	if (bpf_object__load(object))
		die("the kernel refuses", bpf_object__name(object));
	return object;
}

static struct bpf_map *map_of(struct bpf_object *object, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);

	if (!map)
		die("no map", name);
	return map;
}

static int fd_of(struct bpf_object *object, const char *name)
{
	return bpf_map__fd(map_of(object, name));
}

static void put_map(struct bpf_object *object, const char *map, const void *key, const void *value)
{
	if (bpf_map_update_elem(fd_of(object, map), key, value, BPF_ANY))
		die("cannot update", map);
}

/* Reads or writes a global variable: before loading in what will be loaded, then in the kernel. */
static void global(struct bpf_object *object, const char *name, void *value, size_t size,
		   bool write)
{
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_var_secinfo *variable = NULL;
	const struct btf_type *section = NULL;
	const char *section_name = NULL;
	static char copy[4096];
	struct bpf_map *map;
	char *bytes = copy;
	size_t map_size;
	__u32 zero = 0;

	for (__u32 id = 1; id < btf__type_cnt(btf) && !variable; id++) {
		section = btf__type_by_id(btf, id);
		for (int i = 0; btf_is_datasec(section) && i < btf_vlen(section); i++) {
			const struct btf_var_secinfo *each = btf_var_secinfos(section) + i;
			const struct btf_type *type = btf__type_by_id(btf, each->type);

			if (!strcmp(btf__name_by_offset(btf, type->name_off), name))
				variable = each;
		}
	}
	if (!variable || variable->size < size)
		die("no global", name);
	section_name = btf__name_by_offset(btf, section->name_off);
	bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), section_name)) break;
	if (!map || bpf_map__value_size(map) > sizeof(copy))
		die("no section", section_name);

	if (bpf_map__fd(map) < 0)
		bytes = (char *)bpf_map__initial_value(map, &map_size);
	else if (bpf_map_lookup_elem(bpf_map__fd(map), &zero, copy))
		die("cannot read", section_name);
	if (!write) {
		memcpy(value, bytes + variable->offset, size);
		return;
	}
	memcpy(bytes + variable->offset, value, size);
	if (bytes == copy && bpf_map_update_elem(bpf_map__fd(map), &zero, copy, BPF_ANY))
		die("cannot write", section_name);
}

#define SET(object, name, type, value) global(object, name, &(type){ value }, sizeof(type), true)

/* Runs a program on a frame, which becomes its output. Returns the verdict. */
static int run(struct bpf_object *object, const char *program, struct frame *frame)
{
	static uint8_t out[sizeof(frame->bytes)];
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = frame->length, .data_out = out, .data_size_out = sizeof(out));
	struct bpf_program *found = bpf_object__find_program_by_name(object, program);

	if (!found)
		die("no program", program);
	if (bpf_prog_test_run_opts(bpf_program__fd(found), &options))
		die("cannot run", program);
	memcpy(frame->bytes, out, options.data_size_out);
	frame->length = options.data_size_out;
	return options.retval;
}

/* ---- counters ------------------------------------------------------------------------------ */

static struct edge_count counter(struct bpf_object *object, enum edge_counter index)
{
	static struct edge_count each[MAX_CPUS];
	struct edge_count total = {};
	__u32 key = index;

	if (bpf_map_lookup_elem(fd_of(object, "edge_stats"), &key, each))
		die("cannot read", counter_texts[index]);
	for (int i = 0; i < libbpf_num_possible_cpus(); i++) {
		total.packets += each[i].packets;
		total.bytes += each[i].bytes;
	}
	return total;
}

/* Runs a frame and wants this verdict, this counter one up and no packet counted elsewhere. */
static void expect(int line, struct bpf_object *object, const char *program, struct frame *frame,
		   int verdict, enum edge_counter index)
{
	__u64 before[EDGE_COUNTERS];
	int got;

	for (int i = 0; i < EDGE_COUNTERS; i++)
		before[i] = counter(object, i).packets;
	got = run(object, program, frame);
	if (got != verdict)
		fail(line, "verdict is %d, not %d", got, verdict);
	for (int i = 0; i < EDGE_COUNTERS; i++) {
		__u64 more = counter(object, i).packets - before[i];

		/* these tell how a packet met its fate, they are no fate */
		if (i == EDGE_TABLE_HIT || i == EDGE_TABLE_FALLBACK || i == EDGE_FLOOD)
			continue;
		if (more != (i == (int)index))
			fail(line, "counter '%s' went up by %llu", counter_texts[i],
			     (unsigned long long)more);
	}
}

#define EXPECT(object, program, frame, verdict, index)                                             \
	expect(__LINE__, object, program, frame, verdict, EDGE_##index)

/* ---- balancer ------------------------------------------------------------------------------ */

static void set_vip(struct bpf_object *object, const char *vip, uint16_t port, uint8_t protocol,
		    uint32_t ring, uint32_t flags)
{
	struct edge_vip_key key = { .port = htons(port), .protocol = protocol };
	struct edge_vip value = { .ring = ring, .flags = flags };

	address(vip, &key.address);
	key.family = family_of(vip) == AF_INET ? EDGE_IPV4 : EDGE_IPV6;
	put_map(object, "vips", &key, &value);
}

static void set_real(struct bpf_object *object, uint32_t index, const char *real, uint8_t flags)
{
	struct edge_real value = { .flags = flags };

	address(real, &value.address);
	value.family = family_of(real) == AF_INET ? EDGE_IPV4 : EDGE_IPV6;
	put_map(object, "reals", &index, &value);
}

/* Fills a ring with two reals in turn; the same one twice for a VIP with one. */
static void set_ring(struct bpf_object *object, uint32_t ring, uint32_t even, uint32_t odd)
{
	for (uint32_t i = 0; i < EDGE_RING_SIZE; i++) {
		uint32_t slot = ring * EDGE_RING_SIZE + i;

		put_map(object, "rings", &slot, i & 1 ? &odd : &even);
	}
}

/*
 * Reals 1 (192.0.2.11) and 2 (2001:db8:2::22), 3 (192.0.2.33); TCP port 80 of 198.51.100.1 leads
 * to 1, of 2001:db8:1::1 to 2, UDP port 53 of the first to 3, its TCP port 443 to 2, the
 * second's to 1.
 */
static struct bpf_object *balancer(const char *name, uint8_t real_flags, bool with_tables)
{
	struct bpf_object *object = load(open_object(name));

	global(object, "edge_gateway", (void *)mac_gateway, 6, true);
	set_real(object, 1, "192.0.2.11", real_flags);
	set_real(object, 2, "2001:db8:2::22", real_flags);
	set_real(object, 3, "192.0.2.33", real_flags);
	for (uint32_t real = 1; real <= 3; real++)
		set_ring(object, real, real, real);
	set_vip(object, "198.51.100.1", 80, 6, 1, 0);
	set_vip(object, "198.51.100.1", 443, 6, 2, 0);
	set_vip(object, "198.51.100.1", 53, 17, 3, EDGE_VIP_NO_TABLE);
	set_vip(object, "2001:db8:1::1", 80, 6, 2, 0);
	set_vip(object, "2001:db8:1::1", 443, 6, 1, 0);
	for (__u32 cpu = 0; with_tables && cpu < (__u32)libbpf_num_possible_cpus(); cpu++) {
		int fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "connections_cpu",
					sizeof(struct edge_flow), sizeof(struct edge_connection),
					EDGE_CONNECTIONS, NULL);

		if (fd < 0 || bpf_map_update_elem(fd_of(object, "connections"), &cpu, &fd, 0))
			die("cannot make", "connections");
		close(fd);
	}
	return object;
}

/* The outer header carries 16 (IPv4) or 20 (IPv6) bits of a hash: any value is right. Takes them
 * over from the output, after a look at the rest of the outer source address. */
static struct frame wrapped(const struct frame *inner, const struct frame *got, const char *real,
			    uint8_t tos, int gue)
{
	bool v4 = family_of(real) == AF_INET;
	uint16_t sport = get16(got, v4 ? 34 : 54);
	struct frame want;

	want = wrap(inner, v4 ? "172.16.0.0" : "100::1", real, tos, gue, sport);
	if (gue >= 0)
		TRUE(sport >= 0xc000);
	if (v4) {
		set16(&want, 28, get16(got, 28));
		sum_ipv4(&want, 14);
	} else {
		want.bytes[15] |= got->bytes[15] & 0x0f;
		set16(&want, 16, get16(got, 16));
	}
	return want;
}

static void forwarded(int line, struct bpf_object *object, const struct frame *frame,
		      const char *real, int gue)
{
	uint8_t tos = frame->bytes[14] >> 4 == 4 ? frame->bytes[15]
						 : frame->bytes[14] << 4 | frame->bytes[15] >> 4;
	struct frame got = *frame, want;

	expect(line, object, "edge_balancer", &got, XDP_TX, EDGE_BALANCED);
	want = wrapped(frame, &got, real, tos, gue);
	same(line, &got, &want, 0);
}

#define FORWARDED(object, frame, real, gue) forwarded(__LINE__, object, frame, real, gue)

static void test_ipip(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame v4 = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	struct frame v4_over_v6 = tcp("203.0.113.5", "198.51.100.1", 40000, 443, TCP_SYN, 0);
	struct frame v6 = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 80, TCP_SYN, 100);
	struct frame v6_over_v4 = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 443, TCP_SYN, 7);
	struct frame dns = udp("203.0.113.5", "198.51.100.1", 40000, 53, 0x02, 31);

	FORWARDED(object, &v4, "192.0.2.11", -1);
	FORWARDED(object, &v4_over_v6, "2001:db8:2::22", -1);
	FORWARDED(object, &v6, "2001:db8:2::22", -1);
	FORWARDED(object, &v6_over_v4, "192.0.2.11", -1);
	FORWARDED(object, &dns, "192.0.2.33", -1);
	bpf_object__close(object);
}

static void test_gue(void)
{
	struct bpf_object *object = balancer("balancer-gue", EDGE_REAL_GUE, true);
	struct frame v4 = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	struct frame v4_over_v6 = tcp("203.0.113.5", "198.51.100.1", 40000, 443, TCP_SYN, 0);
	struct frame v6 = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 80, TCP_SYN, 100);

	FORWARDED(object, &v4, "192.0.2.11", 0);
	FORWARDED(object, &v4_over_v6, "2001:db8:2::22", 0);
	FORWARDED(object, &v6, "2001:db8:2::22", 0);
	/* a real without the flag gets IP in IP from this build too */
	set_real(object, 1, "192.0.2.11", 0);
	FORWARDED(object, &v4, "192.0.2.11", -1);
	bpf_object__close(object);

	/* and the other build has no GUE, whatever the flag says */
	object = balancer("balancer", EDGE_REAL_GUE, true);
	FORWARDED(object, &v4, "192.0.2.11", -1);
	bpf_object__close(object);
}

static void test_not_balanced(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame good = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 20), frame,
		     tagged;
	struct edge_flow lost;
	uint32_t absent = 9;

	frame = tcp("203.0.113.5", "198.51.100.1", 40000, 81, TCP_SYN, 0);
	tagged = frame;
	EXPECT(object, "edge_balancer", &frame, XDP_PASS, NO_VIP);
	SAME(&frame, &tagged, 0);

	tagged = (struct frame){ .length = 0 };
	put(&tagged, good.bytes, 12);
	put32(&tagged, 0x81000005);
	put(&tagged, good.bytes + 12, good.length - 12);
	EXPECT(object, "edge_balancer", &tagged, XDP_PASS, NO_VIP);

	frame = good;
	set16(&frame, 12, 0x0806); /* ARP */
	EXPECT(object, "edge_balancer", &frame, XDP_PASS, NO_VIP);
	frame = good;
	set16(&frame, 20, 0x2000); /* the first of several fragments */
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, FRAGMENT);
	frame = good;
	set16(&frame, 20, 0x0001); /* the last of them */
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, FRAGMENT);
	frame = good;
	frame.bytes[14] = 0x46;
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, OPTIONS);
	frame = good;
	frame.length -= 1; /* shorter than the header says */
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, MALFORMED);
	frame = good;
	frame.bytes[14] = 0x44; /* a header of 16 bytes */
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, MALFORMED);
	frame = good;
	frame.length = 14 + 20 + 19; /* no whole TCP header */
	set16(&frame, 16, 39);
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, MALFORMED);

	/* a ring that names a real which is not there */
	set_ring(object, 1, absent, absent);
	frame = good;
	EXPECT(object, "edge_balancer", &frame, XDP_DROP, NO_REAL);
	global(object, "edge_lost_flow", &lost, sizeof(lost), false);
	EQUAL(ntohl(lost.src.v4), 0xcb007105);
	EQUAL(ntohs(lost.dport), 80);
	bpf_object__close(object);
}

/* A packet of Ethernet's minimum has padding behind the IP packet, which must not be counted in. */
static void test_padding(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame frame = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0), want, got;
	uint8_t padding[6] = {};

	got = frame;
	put(&got, padding, sizeof(padding));
	EXPECT(object, "edge_balancer", &got, XDP_TX, BALANCED);
	want = wrapped(&frame, &got, "192.0.2.11", 0x28, -1);
	put(&want, padding, sizeof(padding));
	SAME(&got, &want, 0);
	bpf_object__close(object);
}

static void connections(bool with_tables)
{
	struct bpf_object *object = balancer("balancer", 0, with_tables);
	struct frame syn = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	struct frame data = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_ACK, 64);
	struct frame other = tcp("203.0.113.6", "198.51.100.1", 40000, 80, TCP_ACK, 64);
	struct frame reset = tcp("203.0.113.7", "198.51.100.1", 40000, 80, TCP_RST, 0);
	struct frame dns = udp("203.0.113.5", "198.51.100.1", 40000, 53, 0, 31);
	__u64 hits = counter(object, EDGE_TABLE_HIT).packets;
	__u64 fallbacks = counter(object, EDGE_TABLE_FALLBACK).packets;
	static struct edge_count counts[MAX_CPUS];
	__u32 index = 1;

	FORWARDED(object, &syn, "192.0.2.11", -1);
	FORWARDED(object, &reset, "192.0.2.11", -1);
	set_ring(object, 1, 3, 3);
	set_ring(object, 3, 1, 1);
	FORWARDED(object, &data, "192.0.2.11", -1);  /* remembered */
	FORWARDED(object, &other, "192.0.2.33", -1); /* not known: asks the ring, is remembered */
	FORWARDED(object, &reset, "192.0.2.33", -1); /* a reset is no connection */
	FORWARDED(object, &dns, "192.0.2.11", -1);   /* a VIP without a table */
	set_ring(object, 1, 1, 1);
	FORWARDED(object, &other, "192.0.2.33", -1);
	set_ring(object, 1, 3, 3);
	FORWARDED(object, &syn, "192.0.2.33", -1); /* a new connection on the same ports */
	FORWARDED(object, &data, "192.0.2.33", -1);
	EQUAL(counter(object, EDGE_TABLE_HIT).packets - hits, 3);
	EQUAL(counter(object, EDGE_TABLE_FALLBACK).packets - fallbacks, with_tables ? 0 : 8);

	TRUE(!bpf_map_lookup_elem(fd_of(object, "real_counts"), &index, counts));
	for (int i = 1; i < libbpf_num_possible_cpus(); i++)
		counts[0].packets += counts[i].packets;
	EQUAL(counts[0].packets, 4);
	bpf_object__close(object);
}

static void test_connections(void)
{
	connections(true);
}

static void test_connections_fallback(void)
{
	connections(false);
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * EDGE_SECOND_NS + time.tv_nsec;
}

/* Of what the program sees in struct flood, all CPUs get the same. */
static void set_flood(struct bpf_object *object, __u64 since, __u64 new_connections)
{
	static __u64 values[MAX_CPUS][2];
	__u32 zero = 0;

	for (int i = 0; i < libbpf_num_possible_cpus(); i++) {
		values[i][0] = since;
		values[i][1] = new_connections;
	}
	put_map(object, "floods", &zero, values);
}

/* Connections that are not remembered, or no longer. */
static void test_forgotten(void)
{
	struct bpf_object *object = balancer("balancer", 0, false);
	struct frame first = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	struct frame last = tcp("203.0.113.6", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	struct frame query = udp("203.0.113.5", "198.51.100.1", 40000, 443, 0, 5);
	struct edge_connection connection = { .real = 1 };
	struct edge_flow flow = {
		.sport = htons(40000),
		.dport = htons(443),
		.protocol = 17,
		.family = EDGE_IPV4,
	};
	__u64 flood = counter(object, EDGE_FLOOD).packets;

	/* the last connection of this second, and one too many */
	set_flood(object, now(), EDGE_FLOOD_LIMIT - 1);
	FORWARDED(object, &last, "192.0.2.11", -1);
	set_flood(object, now(), EDGE_FLOOD_LIMIT);
	FORWARDED(object, &first, "192.0.2.11", -1);
	EQUAL(counter(object, EDGE_FLOOD).packets - flood, 1);
	set_ring(object, 1, 3, 3);
	first.bytes[47] = last.bytes[47] = TCP_ACK;
	FORWARDED(object, &last, "192.0.2.11", -1);
	FORWARDED(object, &first, "192.0.2.33", -1);
	EQUAL(counter(object, EDGE_FLOOD).packets - flood, 2);
	/* a new second */
	set_flood(object, now() - 2 * EDGE_SECOND_NS, EDGE_FLOOD_LIMIT);
	FORWARDED(object, &first, "192.0.2.33", -1);
	EQUAL(counter(object, EDGE_FLOOD).packets - flood, 2);

	/* UDP has no end but silence */
	set_vip(object, "198.51.100.1", 443, 17, 3, 0);
	address("203.0.113.5", &flow.src);
	address("198.51.100.1", &flow.dst);
	connection.seen = now() - EDGE_UDP_TIMEOUT_NS + 10 * EDGE_SECOND_NS;
	put_map(object, "connections_fallback", &flow, &connection);
	FORWARDED(object, &query, "192.0.2.11", -1);
	if (bpf_map_lookup_elem(fd_of(object, "connections_fallback"), &flow, &connection))
		die("cannot read", "connections_fallback");
	TRUE(now() - connection.seen < 5 * EDGE_SECOND_NS); /* each packet counts */
	connection.seen = now() - EDGE_UDP_TIMEOUT_NS - EDGE_SECOND_NS;
	put_map(object, "connections_fallback", &flow, &connection);
	FORWARDED(object, &query, "192.0.2.33", -1);
	bpf_object__close(object);
}

static const char *client(char text[16], int number)
{
	snprintf(text, 16, "203.0.%d.%d", 112 + number / 250, 1 + number % 250);
	return text;
}

/* Flows spread evenly over the ring, each stays where it is, and outer sources differ. */
static void test_ring(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	int to_first = 0, per_client = 0, sources = 0;
	uint8_t seen[65536 / 8] = {};
	char text[16];

	set_vip(object, "198.51.100.1", 80, 6, 1, EDGE_VIP_NO_TABLE);
	set_vip(object, "198.51.100.1", 8080, 6, 1, EDGE_VIP_NO_TABLE | EDGE_VIP_NO_SPORT);
	set_ring(object, 1, 1, 3);
	for (int i = 0; i < 1000; i++) {
		struct frame first = tcp(client(text, i), "198.51.100.1", 40000, 80, TCP_ACK, 0);
		struct frame again = first;
		struct frame a = tcp(text, "198.51.100.1", 40000, 8080, TCP_ACK, 0);
		struct frame b = tcp(text, "198.51.100.1", 40000 + i, 8080, TCP_ACK, 0);
		uint16_t source;

		EQUAL(run(object, "edge_balancer", &first), XDP_TX);
		EQUAL(run(object, "edge_balancer", &again), XDP_TX);
		SAME(&again, &first, 0);
		to_first += first.bytes[33] == 11;
		source = get16(&first, 28);
		sources += !(seen[source / 8] & 1 << source % 8);
		seen[source / 8] |= 1 << source % 8;

		EQUAL(run(object, "edge_balancer", &a), XDP_TX);
		EQUAL(run(object, "edge_balancer", &b), XDP_TX);
		per_client += a.bytes[33] == b.bytes[33];
	}
	/* five standard deviations of 1000 throws of a coin are 79 */
	TRUE(to_first > 420 && to_first < 580);
	EQUAL(per_client, 1000);
	TRUE(sources > 950);
	bpf_object__close(object);
}

static void test_too_big(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame fits = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_ACK, 1440);
	struct frame v4 = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_ACK, 1441), want = {};
	struct frame v6 = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 80, TCP_ACK, 1440), got;
	struct frame no_df = v4;
	uint32_t ip, icmp;

	FORWARDED(object, &fits, "192.0.2.11", -1);

	got = v4;
	EXPECT(object, "edge_balancer", &got, XDP_TX, TOO_BIG);
	put_eth(&want, mac_router, mac_edge, 0x0800);
	ip = put_ip(&want, "198.51.100.1", "203.0.113.5", 1, 0, 0);
	icmp = want.length;
	put32(&want, 3 << 24 | 4 << 16);
	put32(&want, 1500 - 20);
	put(&want, v4.bytes + 14, 28);
	set16(&want, icmp + 2, ~sum(want.bytes + icmp, want.length - icmp, 0));
	close_ip(&want, ip);
	SAME(&got, &want, 0);

	got = v6;
	EXPECT(object, "edge_balancer", &got, XDP_TX, TOO_BIG);
	want = (struct frame){ .length = 0 };
	put_eth(&want, mac_router, mac_edge, 0x86dd);
	ip = put_ip(&want, "2001:db8:1::1", "2001:db8:9::5", 58, 0, 0);
	icmp = want.length;
	put32(&want, 2 << 24);
	put32(&want, 1500 - 40);
	put(&want, v6.bytes + 14, 240);
	set16(&want, icmp + 2, ~sum_l4(&want, ip, icmp, 58));
	close_ip(&want, ip);
	SAME(&got, &want, 0);

	set16(&no_df, 20, 0);
	EXPECT(object, "edge_balancer", &no_df, XDP_DROP, TOO_BIG);
	bpf_object__close(object);

	object = open_object("balancer");
	SET(object, "edge_mtu", __u16, 9000);
	load(object);
	set_vip(object, "198.51.100.1", 80, 6, 1, 0);
	set_real(object, 1, "192.0.2.11", 0);
	set_ring(object, 1, 1, 1);
	got = v4;
	EXPECT(object, "edge_balancer", &got, XDP_TX, BALANCED);
	EQUAL(got.length, v4.length + 20);
	bpf_object__close(object);
}

static struct frame echo(const char *src, const char *dst, bool reply)
{
	bool v4 = family_of(src) == AF_INET;
	struct frame frame = { .length = 0 };
	uint8_t protocol = v4 ? 1 : 58;
	uint32_t ip, icmp;

	put_eth(&frame, reply ? mac_router : mac_edge, reply ? mac_edge : mac_router,
		ethertype_of(src));
	ip = put_ip(&frame, src, dst, protocol, 0, 0);
	icmp = frame.length;
	put8(&frame, v4 ? (reply ? 0 : 8) : (reply ? 129 : 128));
	put8(&frame, 0);
	put16(&frame, 0);
	put32(&frame, 0x12340001);
	put_payload(&frame, 57);
	set16(&frame, icmp + 2,
	      ~(v4 ? sum(frame.bytes + icmp, frame.length - icmp, 0)
		   : sum_l4(&frame, ip, icmp, protocol)));
	close_ip(&frame, ip);
	return frame;
}

static void test_echo(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame v4 = echo("203.0.113.5", "198.51.100.1", false);
	struct frame v6 = echo("2001:db8:9::5", "2001:db8:1::1", false);
	struct frame v4_reply = echo("198.51.100.1", "203.0.113.5", true);
	struct frame v6_reply = echo("2001:db8:1::1", "2001:db8:9::5", true), got;

	got = v4;
	EXPECT(object, "edge_balancer", &got, XDP_PASS, NO_VIP); /* not switched on */
	SAME(&got, &v4, 0);
	set_vip(object, "198.51.100.1", 0, 1, 0, 0);
	set_vip(object, "2001:db8:1::1", 0, 58, 0, 0);
	v4.bytes[22] = 3; /* a client far away: the reply starts anew */
	sum_ipv4(&v4, 14);
	EXPECT(object, "edge_balancer", &v4, XDP_TX, ECHO);
	SAME(&v4, &v4_reply, 0);
	EXPECT(object, "edge_balancer", &v6, XDP_TX, ECHO);
	SAME(&v6, &v6_reply, 0);
	EXPECT(object, "edge_balancer", &v4_reply, XDP_PASS, NO_VIP);
	bpf_object__close(object);
}

/* A router on the way complains about a packet that the real has sent to its client. */
static struct frame complaint(const char *router, const char *vip, const char *who, uint16_t port)
{
	bool v4 = family_of(vip) == AF_INET;
	struct frame frame = { .length = 0 }, sent = tcp(vip, who, port, 40000, TCP_ACK, 0);
	uint32_t ip, icmp;

	put_eth(&frame, mac_edge, mac_router, ethertype_of(vip));
	ip = put_ip(&frame, router, vip, v4 ? 1 : 58, 0, 0);
	icmp = frame.length;
	put32(&frame, v4 ? 3 << 24 | 4 << 16 : 2 << 24);
	put32(&frame, 1400);
	put(&frame, sent.bytes + 14, v4 ? 28 : 48);
	set16(&frame, icmp + 2,
	      ~(v4 ? sum(frame.bytes + icmp, frame.length - icmp, 0)
		   : sum_l4(&frame, ip, icmp, 58)));
	close_ip(&frame, ip);
	return frame;
}

static void test_icmp_error(void)
{
	struct bpf_object *object = balancer("balancer", 0, true);
	struct frame syn = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0), foreign;
	struct frame v4 = complaint("203.0.113.99", "198.51.100.1", "203.0.113.5", 80);
	struct frame v6 = complaint("2001:db8:9::99", "2001:db8:1::1", "2001:db8:9::5", 80);

	FORWARDED(object, &syn, "192.0.2.11", -1);
	set_ring(object, 1, 3, 3);
	FORWARDED(object, &v4, "192.0.2.11", -1); /* to the real that has the connection */
	FORWARDED(object, &v6, "2001:db8:2::22", -1);
	foreign = complaint("203.0.113.99", "198.51.100.9", "203.0.113.5", 80);
	EXPECT(object, "edge_balancer", &foreign, XDP_PASS, NO_VIP);
	foreign = v4;
	foreign.bytes[23] = 58; /* the other version's protocol number */
	EXPECT(object, "edge_balancer", &foreign, XDP_PASS, NO_VIP);
	v4.length -= 1;
	set16(&v4, 16, v4.length - 14);
	EXPECT(object, "edge_balancer", &v4, XDP_DROP, MALFORMED);
	bpf_object__close(object);
}

/* ---- decapsulation ------------------------------------------------------------------------- */

static struct bpf_object *decap(void)
{
	struct bpf_object *object = load(open_object("decap"));
	uint8_t v4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 11 }, v6[16], one = 1;

	address("2001:db8:2::22", v6);
	put_map(object, "tunnel_ends", v4, &one);
	put_map(object, "tunnel_ends", v6, &one);
	return object;
}

/* What the balancer has wrapped comes out as it went in, but for the Ethernet addresses. */
static void test_round_trip(void)
{
	struct frame inner[] = {
		tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0),
		tcp("203.0.113.5", "198.51.100.1", 40000, 443, TCP_SYN, 9),
		tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 80, TCP_SYN, 1000),
		tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 443, TCP_SYN, 0),
	};
	struct bpf_object *out = decap(), *in;

	for (int gue = 0; gue < 2; gue++) {
		in = balancer(gue ? "balancer-gue" : "balancer", gue ? EDGE_REAL_GUE : 0, true);
		for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
			struct frame frame = inner[i];

			EXPECT(in, "edge_balancer", &frame, XDP_TX, BALANCED);
			EXPECT(out, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
			SAME(&frame, &inner[i], 12);
			TRUE(!memcmp(frame.bytes, mac_gateway, 6));
			TRUE(!memcmp(frame.bytes + 6, mac_edge, 6));
		}
		bpf_object__close(in);
	}
	bpf_object__close(out);
}

static void test_decap(void)
{
	struct bpf_object *object = decap();
	struct frame inner = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_ACK, 40);
	struct frame v6 = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 80, TCP_ACK, 40);
	struct frame outer = wrap(&inner, "172.16.3.4", "192.0.2.11", 0, -1, 0), frame;

	/* GUE variant 1 has no header of its own */
	frame = wrap(&inner, "172.16.3.4", "192.0.2.11", 0, 1, 50000);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
	SAME(&frame, &inner, 12);
	frame = wrap(&v6, "100::1", "2001:db8:2::22", 0, 1, 50000);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
	SAME(&frame, &v6, 12);

	/* a GUE header with private fields, and a control message: left to the stack */
	frame = wrap(&inner, "172.16.3.4", "192.0.2.11", 0, 0, 50000);
	frame.bytes[14 + 28] = 0x01;
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);
	frame.bytes[14 + 28] = 0x20;
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);
	/* another UDP port, another protocol, another address */
	frame.bytes[14 + 28] = 0;
	set16(&frame, 36, 53);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);
	frame = inner;
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);
	SAME(&frame, &inner, 0);
	frame = wrap(&inner, "172.16.3.4", "192.0.2.12", 0, -1, 0);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);
	EQUAL(frame.length, outer.length);
	/* a fragment of the outer packet */
	frame = outer;
	set16(&frame, 20, 0x2000);
	sum_ipv4(&frame, 14);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, NOT_TUNNEL);

	frame = outer;
	frame.bytes[24] ^= 1;
	EXPECT(object, "edge_decap", &frame, XDP_DROP, BAD_OUTER);
	/* the inner packet claims more than the outer one carries */
	frame = outer;
	set16(&frame, 36, get16(&frame, 36) + 1);
	EXPECT(object, "edge_decap", &frame, XDP_DROP, BAD_INNER);
	/* nor may the frame's padding make up for it */
	put8(&frame, 0);
	EXPECT(object, "edge_decap", &frame, XDP_DROP, BAD_INNER);
	frame = outer;
	frame.bytes[34] = 0x65; /* not IPv4 */
	EXPECT(object, "edge_decap", &frame, XDP_DROP, BAD_INNER);
	bpf_object__close(object);
}

static void test_ecn(void)
{
	struct bpf_object *object = decap();
	struct frame v4 = udp("203.0.113.5", "198.51.100.1", 40000, 53, 0x2a, 10), want, frame;
	struct frame v6 = udp("2001:db8:9::5", "2001:db8:1::1", 40000, 53, 0x01, 10);
	struct frame deaf = udp("203.0.113.5", "198.51.100.1", 40000, 53, 0x28, 10);

	frame = wrap(&v4, "172.16.3.4", "192.0.2.11", 0x2b, -1, 0);
	want = v4;
	want.bytes[15] = 0x2b;
	sum_ipv4(&want, 14);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
	SAME(&frame, &want, 12);

	frame = wrap(&v6, "172.16.3.4", "192.0.2.11", 0x03, 0, 50000);
	want = v6;
	want.bytes[15] = 3 << 4;
	EXPECT(object, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
	SAME(&frame, &want, 12);

	frame = wrap(&deaf, "172.16.3.4", "192.0.2.11", 0x2b, -1, 0);
	EXPECT(object, "edge_decap", &frame, XDP_DROP, ECN);
	frame = wrap(&deaf, "172.16.3.4", "192.0.2.11", 0x2a, -1, 0);
	EXPECT(object, "edge_decap", &frame, XDP_PASS, DECAPSULATED);
	SAME(&frame, &deaf, 12);
	bpf_object__close(object);
}

/* ---- access list --------------------------------------------------------------------------- */

static void set_source(struct bpf_object *object, const char *map, const char *prefix, int length,
		       __u32 action)
{
	struct edge_rule rule = { .action = action };
	struct edge_prefix6 key = { .length = length };

	address(prefix, key.address);
	put_map(object, map, &key, &rule);
}

static int filter(struct bpf_object *object, const char *src, uint16_t port)
{
	struct frame frame = tcp(src, family_of(src) == AF_INET ? "198.51.100.1" : "2001:db8:1::1",
				 40000, port, TCP_SYN, 0);
	struct frame before = frame;
	int verdict = run(object, "edge_acl", &frame);

	SAME(&frame, &before, 0);
	return verdict;
}

static void test_acl(void)
{
	struct bpf_object *object = load(open_object("acl"));
	struct edge_port_rule
		telnet = { .first = 23, .last = 23, .protocol = 6, .action = EDGE_DENY },
		high = { .first = 1024, .last = 65535, .protocol = 6, .action = EDGE_DENY };
	struct edge_port_rule except = { .first = 8000, .last = 8999, .action = EDGE_ALLOW };
	struct frame frame;
	__u32 zero = 0, one = 1, three = 3;
	int green;

	EQUAL(filter(object, "203.0.113.5", 80), XDP_PASS);
	set_source(object, "acl_blue", "203.0.113.0", 24, EDGE_DENY);
	set_source(object, "acl_blue", "203.0.113.8", 32, EDGE_ALLOW);
	set_source(object, "acl_blue", "203.0.113.9", 32, EDGE_ASK_PORTS);
	set_source(object, "acl_sources6", "2001:db8:9::", 48, EDGE_DENY);
	frame = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	EXPECT(object, "edge_acl", &frame, XDP_DROP, ACL_DENIED);
	frame = tcp("203.0.113.8", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	EXPECT(object, "edge_acl", &frame, XDP_PASS, ACL_ALLOWED);
	EQUAL(filter(object, "203.0.114.5", 80), XDP_PASS);
	EQUAL(filter(object, "2001:db8:9::5", 80), XDP_DROP);
	EQUAL(filter(object, "2001:db8:a::5", 80), XDP_PASS);

	/* the first rule that fits counts */
	put_map(object, "acl_ports", &zero, &telnet);
	put_map(object, "acl_ports", &one, &except);
	put_map(object, "acl_ports", &three, &high);
	EQUAL(filter(object, "203.0.113.9", 80), XDP_PASS);
	EQUAL(filter(object, "203.0.113.9", 23), XDP_DROP);
	EQUAL(filter(object, "203.0.113.9", 1024), XDP_DROP);
	EQUAL(filter(object, "203.0.113.9", 8000), XDP_PASS);
	EQUAL(filter(object, "203.0.113.9", 8999), XDP_PASS);
	EQUAL(filter(object, "203.0.113.9", 9000), XDP_DROP);
	EQUAL(filter(object, "203.0.113.8", 23), XDP_PASS);
	EQUAL(filter(object, "2001:db8:a::5", 23), XDP_DROP);
	frame = udp("203.0.113.9", "198.51.100.1", 40000, 1024, 0, 0);
	EQUAL(run(object, "edge_acl", &frame), XDP_PASS);

	/* what no rule is about meets the default */
	SET(object, "edge_acl_default", __u32, EDGE_DENY);
	EQUAL(filter(object, "198.18.0.1", 80), XDP_DROP);
	EQUAL(filter(object, "198.18.0.1", 8000), XDP_PASS);
	SET(object, "edge_acl_default", __u32, EDGE_ALLOW);

	/* the other table comes into force in one act */
	set_source(object, "acl_green", "203.0.113.8", 32, EDGE_DENY);
	green = fd_of(object, "acl_green");
	put_map(object, "acl_sources4", &zero, &green);
	EQUAL(filter(object, "203.0.113.5", 80), XDP_PASS);
	EQUAL(filter(object, "203.0.113.8", 80), XDP_DROP);

	/* a step that is taken out leaves the default */
	if (bpf_map_delete_elem(fd_of(object, "acl_steps"), &(__u32){ 2 }))
		die("cannot take out", "acl_steps");
	EQUAL(filter(object, "203.0.113.9", 23), XDP_PASS);

	frame = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
	set16(&frame, 20, 0x2000);
	EXPECT(object, "edge_acl", &frame, XDP_DROP, FRAGMENT);
	bpf_object__close(object);
}

/* Ports are found behind VLAN tags, IPv4 options and IPv6 extension headers. */
static void test_acl_headers(void)
{
	struct bpf_object *object = load(open_object("acl"));
	struct frame plain = tcp("2001:db8:9::5", "2001:db8:1::1", 40000, 23, TCP_SYN, 0), frame;
	struct edge_port_rule telnet = {
		.first = 23, .last = 23, .protocol = 6, .action = EDGE_DENY
	};
	__u32 zero = 0;

	put_map(object, "acl_ports", &zero, &telnet);
	frame = plain;
	EXPECT(object, "edge_acl", &frame, XDP_DROP, ACL_DENIED);

	frame = (struct frame){ .length = 0 };
	put(&frame, plain.bytes, 12);
	put32(&frame, 0x88a80064);
	put32(&frame, 0x81000005);
	put(&frame, plain.bytes + 12, plain.length - 12);
	EXPECT(object, "edge_acl", &frame, XDP_DROP, ACL_DENIED);

	/* hop-by-hop (8 bytes) and destination options (16 bytes) */
	frame = (struct frame){ .length = 0 };
	put(&frame, plain.bytes, 54);
	frame.bytes[20] = 0;
	put32(&frame, 60 << 24 | 0x0104);
	put32(&frame, 0);
	put32(&frame, 6 << 24 | 1 << 16 | 0x010c);
	put(&frame, "\0\0\0\0\0\0\0\0\0\0\0", 12);
	put(&frame, plain.bytes + 54, plain.length - 54);
	close_ip(&frame, 14);
	EXPECT(object, "edge_acl", &frame, XDP_DROP, ACL_DENIED);
	set16(&frame, 80, 80); /* the port */
	EXPECT(object, "edge_acl", &frame, XDP_PASS, ACL_ALLOWED);
	frame.bytes[63] = 200; /* options that are longer than the packet */
	EXPECT(object, "edge_acl", &frame, XDP_DROP, MALFORMED);

	plain = tcp("203.0.113.5", "198.51.100.1", 40000, 23, TCP_SYN, 0);
	frame = (struct frame){ .length = 0 };
	put(&frame, plain.bytes, 34);
	frame.bytes[14] = 0x46;
	put32(&frame, 0x01010100);
	put(&frame, plain.bytes + 34, plain.length - 34);
	close_ip(&frame, 14);
	EXPECT(object, "edge_acl", &frame, XDP_DROP, ACL_DENIED);
	bpf_object__close(object);
}

/* ---- limiter ------------------------------------------------------------------------------- */

static struct bpf_object *limiter(__u64 interval, __u32 burst)
{
	struct bpf_object *object = open_object("limiter");

	SET(object, "edge_limit_interval", __u64, interval);
	SET(object, "edge_limit_burst", __u32, burst);
	return load(object);
}

/* How many of these pass, without a pause between them. */
static int passed_of(struct bpf_object *object, const char *src, int count)
{
	int passed = 0;

	for (int i = 0; i < count; i++) {
		struct frame frame =
			udp(src, family_of(src) == AF_INET ? "198.51.100.1" : "2001:db8:1::1",
			    1000 + i, 53, 0, 0);

		passed += run(object, "edge_limiter", &frame) == XDP_PASS;
	}
	return passed;
}

static void test_limiter(void)
{
	/* no token comes in during this test */
	struct bpf_object *object = limiter(3600 * EDGE_SECOND_NS, 8);
	__u64 ok = counter(object, EDGE_LIMIT_OK).packets;
	__u64 limited = counter(object, EDGE_LIMITED).packets;
	struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };

	EQUAL(passed_of(object, "203.0.113.5", 20), 8);
	EQUAL(passed_of(object, "203.0.113.6", 3), 3); /* has a bucket of its own */
	EQUAL(passed_of(object, "203.0.113.5", 5), 0);
	EQUAL(passed_of(object, "2001:db8:9::5", 6), 6);
	EQUAL(passed_of(object, "2001:db8:9::6", 6), 2); /* the same host, as far as one can tell */
	EQUAL(passed_of(object, "2001:db8:9:1::5", 6), 6);
	EQUAL(counter(object, EDGE_LIMIT_OK).packets - ok, 25);
	EQUAL(counter(object, EDGE_LIMITED).packets - limited, 21);
	bpf_object__close(object);

	/* tokens come back, and no more than a bucket full */
	object = limiter(EDGE_SECOND_NS / 10, 2);
	EQUAL(passed_of(object, "203.0.113.5", 3), 2);
	nanosleep(&pause, NULL);
	EQUAL(passed_of(object, "203.0.113.5", 5), 2);
	bpf_object__close(object);

	object = limiter(EDGE_SECOND_NS, 0);
	EQUAL(passed_of(object, "203.0.113.5", 2), 0);
	bpf_object__close(object);
}

/* ---- sampler ------------------------------------------------------------------------------- */

static struct edge_sample samples[16];
static int sample_count;

static void take_sample(void *bytes, size_t size)
{
	/* a perf buffer rounds sizes up */
	if (size < sizeof(*samples) || size >= sizeof(*samples) + 8)
		fail(__LINE__, "a sample has %zu bytes", size);
	else if (sample_count < 16)
		memcpy(&samples[sample_count++], bytes, sizeof(*samples));
}

static int ring_sample(void *context, void *bytes, size_t size)
{
	(void)context;
	take_sample(bytes, size);
	return 0;
}

static void perf_sample(void *context, int cpu, void *bytes, __u32 size)
{
	(void)context;
	(void)cpu;
	take_sample(bytes, size);
}

static void sampler(const char *name, bool perf)
{
	struct bpf_object *object = open_object(name);
	struct frame frame = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 100), tiny,
		     before;
	struct ring_buffer *ring = NULL;
	struct perf_buffer *buffer = NULL;
	__u64 sampled, seen;

	SET(object, "edge_sample_every", __u32, 5);
	load(object);
	sample_count = 0;
	if (perf)
		buffer = perf_buffer__new(fd_of(object, "samples"), 8, perf_sample, NULL, NULL,
					  NULL);
	else
		ring = ring_buffer__new(fd_of(object, "samples"), ring_sample, NULL, NULL);
	if (!buffer && !ring)
		die("cannot read", name);

	sampled = counter(object, EDGE_SAMPLED).packets;
	before = frame;
	for (int i = 0; i < 10; i++) {
		EQUAL(run(object, "edge_sampler", &frame), XDP_PASS);
		SAME(&frame, &before, 0);
	}
	tiny = udp("203.0.113.5", "198.51.100.1", 1, 2, 0, 3);
	EQUAL(run(object, "edge_sampler", &tiny), XDP_PASS);
	EQUAL(counter(object, EDGE_SAMPLED).packets - sampled, 3);
	global(object, "edge_seen", &seen, sizeof(seen), false);
	EQUAL(seen, 11);
	if (perf)
		perf_buffer__consume(buffer);
	else
		ring_buffer__consume(ring);

	EQUAL(sample_count, 3);
	EQUAL(samples[0].length, frame.length);
	EQUAL(samples[0].captured, EDGE_SAMPLE_BYTES);
	EQUAL(samples[0].ethertype, 0x0800);
	EQUAL(samples[0].protocol, 6);
	TRUE(!memcmp(samples[0].bytes, frame.bytes, EDGE_SAMPLE_BYTES));
	TRUE(samples[1].time > samples[0].time);
	EQUAL(samples[2].protocol, 17);
	EQUAL(samples[2].captured, tiny.length);
	TRUE(!memcmp(samples[2].bytes, tiny.bytes, tiny.length));
	EQUAL(samples[2].bytes[tiny.length], 0);
	ring_buffer__free(ring);
	perf_buffer__free(buffer);
	bpf_object__close(object);
}

static void test_sampler(void)
{
	sampler("sampler", false);
}

static void test_sampler_perf(void)
{
	sampler("sampler-perf", true);
}

/* ---- marker -------------------------------------------------------------------------------- */

static int mark(struct bpf_object *object, const char *dst, uint8_t tos, struct __sk_buff *skb)
{
	struct frame frame = udp(family_of(dst) == AF_INET ? "198.51.100.1" : "2001:db8:1::1", dst,
				 53, 40000, tos, 10);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes,
		    .data_size_in = frame.length, .ctx_out = skb, .ctx_size_out = sizeof(*skb));
	struct bpf_program *program = bpf_object__find_program_by_name(object, "edge_marker");

	if (!program || bpf_prog_test_run_opts(bpf_program__fd(program), &options))
		die("cannot run", "edge_marker");
	return options.retval;
}

static void test_marker(void)
{
	struct bpf_object *object = load(open_object("marker"));
	__u64 marked = counter(object, EDGE_MARKED).packets;
	struct edge_class office = { .mark = 0x77 }, branch = { .mark = 0x78 }, no = { .deny = 1 };
	struct edge_prefix6 key = { .length = 96 + 24 };
	struct __sk_buff skb = {};

	address("::ffff:203.0.113.0", key.address);
	put_map(object, "classes", &key, &office);
	key.length = 96 + 32;
	address("::ffff:203.0.113.66", key.address);
	put_map(object, "classes", &key, &no);
	key.length = 48;
	address("2001:db8:9::", key.address);
	put_map(object, "classes", &key, &branch);

	EQUAL(mark(object, "203.0.113.5", 46 << 2, &skb), TC_ACT_OK);
	EQUAL(skb.mark, 0x77);
	EQUAL(skb.priority, 6);
	EQUAL(mark(object, "2001:db8:9::5", 10 << 2 | 1, &skb), TC_ACT_OK);
	EQUAL(skb.mark, 0x78);
	EQUAL(skb.priority, 2);
	EQUAL(mark(object, "203.0.114.5", 0, &skb), TC_ACT_OK);
	EQUAL(skb.mark, 0);
	EQUAL(skb.priority, 0);
	EQUAL(counter(object, EDGE_MARKED).packets - marked, 2);
	EQUAL(mark(object, "203.0.113.66", 0, &skb), TC_ACT_SHOT);
	bpf_object__close(object);
}

/* ---- all of them --------------------------------------------------------------------------- */

/* Every object loads, and all of them share one map of counters. */
static void test_load(void)
{
	static const char *const names[] = { "balancer", "balancer-gue", "decap",	 "acl",
					     "limiter",	 "sampler",	 "sampler-perf", "marker" };
	struct bpf_object *first = NULL, *object;
	struct edge_count before;
	struct frame frame;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		object = load(open_object(names[i]));
		if (!first) {
			first = object;
			continue;
		}
		before = counter(first, EDGE_MALFORMED);
		if (i == 3) { /* the access list drops a frame with half an IP header */
			frame = tcp("203.0.113.5", "198.51.100.1", 40000, 80, TCP_SYN, 0);
			frame.length = 24;
			EQUAL(run(object, "edge_acl", &frame), XDP_DROP);
			EQUAL(counter(first, EDGE_MALFORMED).packets - before.packets, 1);
			EQUAL(counter(first, EDGE_MALFORMED).bytes - before.bytes, 24);
		}
		bpf_object__close(object);
	}
	bpf_object__close(first);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "load", test_load },
	{ "balancer-ipip", test_ipip },
	{ "balancer-gue", test_gue },
	{ "balancer-others", test_not_balanced },
	{ "balancer-padding", test_padding },
	{ "balancer-connections", test_connections },
	{ "balancer-connections-fallback", test_connections_fallback },
	{ "balancer-forgotten", test_forgotten },
	{ "balancer-ring", test_ring },
	{ "balancer-too-big", test_too_big },
	{ "balancer-echo", test_echo },
	{ "balancer-icmp-error", test_icmp_error },
	{ "round-trip", test_round_trip },
	{ "decap", test_decap },
	{ "decap-ecn", test_ecn },
	{ "acl", test_acl },
	{ "acl-headers", test_acl_headers },
	{ "limiter", test_limiter },
	{ "sampler", test_sampler },
	{ "sampler-perf", test_sampler_perf },
	{ "marker", test_marker },
};

int main(int argc, char **argv)
{
	int passed = 0, broken = 0;
	cpu_set_t one;

	if (argc != 3) {
		fprintf(stderr, "usage: edge_test OBJECT-FOLDER BPFFS-FOLDER\n");
		return 2;
	}
	objects = argv[1];
	bpffs = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* a connection is known to the CPU that has met it */
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = -1;
		pid_t child;

		current = cases[i].name;
		fflush(stdout);
		child = fork();
		if (!child) {
			cases[i].run();
			exit(failed);
		}
		if (child > 0)
			waitpid(child, &status, 0);
		printf("%s %s\n", status ? "FAIL" : "ok  ", current);
		if (status)
			broken++;
		else
			passed++;
	}
	printf("%d passed, %d failed\n", passed, broken);
	return broken ? 1 : 0;
}
