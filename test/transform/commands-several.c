/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * commands-several - a source that is compiled in two ways: one text that is right for both; what one
 * of the two refuses is refused
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s prog.c && sed -i '/^.. \(CHECK\|BAD\)/,$d' prog.c
 * RUN: printf '[{"directory": ".", "file": "prog.c", "command": "clang %bpfcc -c prog.c"}, {"directory": ".", "file": "prog.c", "command": "clang %bpfcc -DWIDE -c prog.c"}]' > compile_commands.json
 * RUN: %status 0 %opened-transform --to=tc -o out prog.c
 * RUN: for flags in '' -DWIDE; do %clang %bpfcc -Wall -Werror $flags -c prog.c -o before$flags.o && %clang %bpfcc -Wall -Werror $flags -c out/prog.c -o after$flags.o || exit; done
 * RUN: %if bpf %{ for flags in '' -DWIDE; do %opened-verify -q --generate=4000 before$flags.o after$flags.o > said || { cat said; exit 1; }; done %}
 * RUN: %FileCheck %s < out/prog.c
 *
 * RUN: printf '[{"directory": ".", "file": "prog.c", "command": "clang %bpfcc -c prog.c"}, {"directory": ".", "file": "prog.c", "command": "clang %bpfcc -DBAD -c prog.c"}]' > compile_commands.json
 * RUN: %status 1 %opened-transform --to=tc -o none prog.c 2>&1 | %FileCheck %s --check-prefix=BAD
 * RUN: %not ls none
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef BAD
#define DEVICE(ctx) ((ctx)->egress_ifindex)
#elif defined(WIDE)
#define DEVICE(ctx) ((ctx)->ingress_ifindex)
#else
#define DEVICE(ctx) 2
#endif

#ifdef WIDE
static __always_inline int is_wide(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 200 < (void *)(long)ctx->data_end;
}
#else
static __always_inline int is_narrow(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end;
}
#endif

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if (DEVICE(ctx) == 77)
		return XDP_TX;
#ifdef WIDE
	return is_wide(ctx) ? XDP_DROP : XDP_PASS;
#else
	return is_narrow(ctx) ? XDP_DROP : XDP_PASS;
#endif
}

char _license[] SEC("license") = "GPL";

// CHECK: #include "xdp-to-tc.h"
// CHECK-NOT: #include "xdp-to-tc.h"
// CHECK: #define DEVICE(ctx) ((ctx)->egress_ifindex)
// CHECK: #define DEVICE(ctx) ((ctx)->ifindex)
// CHECK: #ifdef WIDE
// CHECK-NEXT: static __always_inline int is_wide(struct __sk_buff *ctx)
// CHECK: #else
// CHECK-NEXT: static __always_inline int is_narrow(struct __sk_buff *ctx)
// CHECK: int prog_xdp_body(struct __sk_buff *ctx)
// CHECK-COUNT-1: SEC("tc")
// CHECK-NOT: SEC("tc")
//
// BAD: prog.c:{{[0-9]+}}:6: error: field 'egress_ifindex' cannot be rewritten for hook 'tc': {{.*}} [-Wopened-transform-rejected]
