/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef OWN_TYPES_H
#define OWN_TYPES_H
typedef unsigned char __u8;
typedef unsigned int __u32;
typedef unsigned long __u64; /* the kernel's is a long long */
#endif
