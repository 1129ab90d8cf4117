/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kernel-names.h - the names that samples/bpf takes from the kernel's internal headers
 *
 * The samples' Makefile compiles them for the host with the configured kernel's headers, whose
 * inline assembly is no BPF. With the uapi headers and these few names they compile for BPF.
 */
#ifndef OPN_CORPUS_KERNEL_NAMES_H
#define OPN_CORPUS_KERNEL_NAMES_H

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <sys/socket.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define __force
#define unlikely(x)   __builtin_expect(!!(x), 0)
#define max(x, y)     ((x) > (y) ? (x) : (y))
#define memcpy	      __builtin_memcpy
#define htons(x)      __builtin_bswap16(x)
#define SOL_IP	      0
#define SOL_TCP	      6
#define SOL_IPV6      41
#define TASK_COMM_LEN 16

#endif
