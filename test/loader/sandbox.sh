#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# sandbox.sh - runs a command where nothing that it attaches or pins is seen outside, or stays
#
# usage: sandbox.sh COMMAND...
#
# Network and mount namespaces of its own, with a BPF filesystem and two interfaces "near" and
# "far", the ends of one cable. No IPv6: its own packets would be counted.
set -eu

if [ "${OPN_SANDBOX:-}" != inside ]; then
	OPN_SANDBOX=inside exec unshare --mount --net --propagation private sh "$0" "$@"
fi
mount -t bpf bpf /sys/fs/bpf
for each in all default; do
	echo 1 2>/dev/null > "/proc/sys/net/ipv6/conf/$each/disable_ipv6" || :
done
ip link add near type veth peer name far
ip link set dev near up
ip link set dev far up
ip link set dev lo up
exec "$@"
