/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program.bpf.c - programs that test_program.c opens and runs
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define AT(type, offset)  (*(type *)(data + (offset)))
#define TOO_SHORT(length) (data + (length) > data_end)

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct flow {
	__u32 address;
	__u16 port;
	__u8 protocol;
} __attribute__((packed));

/* User space gives it a size. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, struct flow);
	__type(value, __u64);
} flows SEC(".maps");

SEC("xdp")
int values(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	if (TOO_SHORT(32))
		return XDP_DROP;
	AT(__u64, 0) = bpf_ktime_get_ns();
	AT(__u64, 8) = bpf_get_prandom_u32();
	AT(__u64, 16) = bpf_get_prandom_u32();
	AT(__u64, 24) = bpf_ktime_get_ns();
	return XDP_PASS;
}

SEC("xdp")
int redirects(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	if (TOO_SHORT(14))
		return XDP_DROP;
	if (AT(__u8, 0) == 1)
		return bpf_redirect(7, 0);
	if (AT(__u8, 0) == 2)
		return bpf_redirect_map(&ports, AT(__u8, 1), XDP_PASS);
	return XDP_PASS;
}

SEC("tc")
int clones(struct __sk_buff *skb)
{
	bpf_clone_redirect(skb, 1, 0);
	bpf_clone_redirect(skb, 1, 0);
	skb->mark = 5;
	skb->cb[2] = skb->priority;
	return bpf_redirect(3, BPF_F_INGRESS);
}

static __noinline int classify(__u8 protocol)
{
	if (protocol == 6)
		return 1;
	if (protocol == 17)
		return 2;
	return 0;
}

static long add_up(__u32 index, void *sum)
{
	if (index & 1)
		*(__u64 *)sum += index;
	return 0;
}

/* Byte 23 is a protocol, byte 30 how often a callback runs. */
SEC("xdp")
int branches(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	/* The key is where no wide access is. */
	struct {
		__u8 before;
		struct flow flow;
	} __attribute__((packed)) key = { 0 };
	__u64 *found, sum = 0;
	__u32 index[2];

	if (TOO_SHORT(32))
		return XDP_ABORTED;
	key.flow.protocol = AT(__u8, 23);
	key.flow.address = AT(__u32, 26);
	/* In the upper half of a slot, where verifiers lose sight of constants. */
	index[1] = 3;
	found = bpf_map_lookup_elem(&counts, &index[1]);
	if (!found) /* never, so that what follows is not either */
		return AT(__u8, 1) == 99 ? XDP_DROP : XDP_ABORTED;
	*found += 1;
	bpf_loop(AT(__u8, 30) & 7, add_up, &sum, 0);
	if (sum > 3)
		return XDP_TX;
	if (bpf_map_lookup_elem(&flows, &key.flow))
		return XDP_TX;
	return classify(key.flow.protocol) == 1 ? XDP_DROP : XDP_PASS; /* verdict */
}

/* Comparisons of some bits: masked before, tested by the jump itself, masked and changed again, and
 * of what another block masked. */
SEC("xdp")
__attribute__((naked)) int masked(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 4);"
		     "r3 = *(u32 *)(r1 + 0);"
		     "r2 -= r3;"
		     "r4 = r2;"
		     "r4 &= 0x30;"
		     "if r4 == 0x10 goto 1f;"
		     "w5 = w2;"
		     "w5 &= 0x7fff0000;"
		     "w5 += 1;"
		     "if w5 == 9 goto 1f;"
		     "if r4 == 0x20 goto 1f;"
		     "1: if r2 & 0x44 goto 2f;"
		     "r0 = 2;"
		     "exit;"
		     "2: r0 = 1;"
		     "exit;" ::
			     : "r0", "r2", "r3", "r4", "r5");
}

/* Every register is read on both sides, and the stack is in use. */
SEC("xdp")
__attribute__((naked)) int crowded(void)
{
	asm volatile("r9 = *(u32 *)(r1 + 4);"
		     "r8 = *(u32 *)(r1 + 0);"
		     "r9 -= r8;"
		     "r0 = 1; r1 = 2; r2 = 3; r3 = 4; r4 = 5; r5 = 6; r6 = 7; r7 = 8; r8 = 9;"
		     "*(u64 *)(r10 - 16) = r9;"
		     "*(u32 *)(r10 - 20) = r8;"
		     "if r9 > 100 goto 1f;"
		     "r0 += 1000;"
		     "goto 2f;"
		     "1: r0 += 2000;"
		     "2: r0 += r1; r0 += r2; r0 += r3; r0 += r4; r0 += r5; r0 += r6;"
		     "r0 += r7; r0 += r8; r0 += r9;"
		     "r1 = *(u64 *)(r10 - 16);"
		     "r0 += r1;"
		     "r1 = *(u32 *)(r10 - 20);"
		     "r0 += r1;"
		     "exit;" ::
			     : "memory");
}

/* The same with no room in the frame. */
SEC("xdp")
__attribute__((naked)) int full(void)
{
	asm volatile("r9 = *(u32 *)(r1 + 4);"
		     "r8 = *(u32 *)(r1 + 0);"
		     "r9 -= r8;"
		     "r0 = 1; r1 = 2; r2 = 3; r3 = 4; r4 = 5; r5 = 6; r6 = 7; r7 = 8; r8 = 9;"
		     "*(u64 *)(r10 - 504) = r9;"
		     "if r9 > 100 goto 1f;"
		     "r0 += 1000;"
		     "1: r0 += r1; r0 += r2; r0 += r3; r0 += r4; r0 += r5; r0 += r6;"
		     "r0 += r7; r0 += r8; r0 += r9;"
		     "exit;" ::
			     : "memory");
}

static __attribute__((naked, noinline, used)) int cramped_part(void)
{
	asm volatile("r9 = r1;"
		     "r0 = 1; r1 = 1; r2 = 1; r3 = 1; r4 = 1; r5 = 1; r6 = 1; r7 = 1; r8 = 1;"
		     "*(u64 *)(r10 - 256) = r9;"
		     "if r9 > 100 goto 1f;"
		     "r0 += 1000;"
		     "1: r0 += r1; r0 += r2; r0 += r3; r0 += r4; r0 += r5; r0 += r6;"
		     "r0 += r7; r0 += r8; r0 += r9;"
		     "exit;" ::
			     : "memory");
}

SEC("xdp")
__attribute__((naked)) int cramped(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 4);"
		     "r1 = *(u32 *)(r1 + 0);"
		     "r2 -= r1;"
		     "r1 = r2;"
		     "*(u64 *)(r10 - 256) = r1;"
		     "if r1 > 1000 goto 1f;"
		     "call cramped_part;"
		     "r0 += 1;"
		     "exit;"
		     "1: r0 = 0;"
		     "exit;" ::
			     : "memory");
}

/* With a mark at each of them, the first jump's target is out of a jump's reach. */
SEC("xdp")
__attribute__((naked)) int lengthy(void)
{
	asm volatile("r2 = *(u32 *)(r1 + 4);"
		     "r1 = *(u32 *)(r1 + 0);"
		     "r2 -= r1;"
		     "r0 = 1;"
		     "if r2 > 100 goto 2f;"
		     ".rept 2600;"
		     "if r2 == 77 goto 2f;"
		     "r0 = 2;"
		     ".endr;"
		     "2: exit;" ::
			     : "memory");
}

int second(struct xdp_md *ctx);
int third(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} next SEC(".maps") = {
	.values = { [0] = (void *)&second, [1] = (void *)&third },
};

SEC("xdp")
int first(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	if (TOO_SHORT(14))
		return XDP_DROP;
	bpf_tail_call(ctx, &next, AT(__u8, 0));
	return ctx->ingress_ifindex == 4711 ? XDP_TX : XDP_ABORTED; /* no such slot */
}

/* Sections that mean nothing to libbpf: programs of an older loader. */
SEC("2/0")
int second(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex == 4711)
		return XDP_DROP;
	return bpf_ktime_get_ns() == 5 ? XDP_TX : XDP_PASS;
}

SEC("2/1")
int third(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp")
int refused(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	return AT(__u8, 0) == 1 ? XDP_PASS : XDP_DROP; /* not checked */
}

/* Of a type that no kernel can run on a packet. */
SEC("perf_event")
int unrunnable(void *ctx)
{
	return 0;
}

char licence[] SEC("license") = "GPL";
