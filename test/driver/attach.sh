#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# attach.sh LOADER - attach a pipeline in this network namespace, send something through it, show what its
# stages counted, detach it. Run it with unshare -n.
set -eu
loader=$1
ip link add inside type veth peer name outside
ip link set inside up
ip link set outside up
trap '"$loader" detach >/dev/null 2>&1 || true; ip link del inside' EXIT
"$loader" attach inside
# Neighbour discovery and the like come by themselves; this is more of it.
for _ in 1 2 3; do
	ping -6 -c 1 -W 1 -I outside ff02::1 >/dev/null 2>&1 || true
done
"$loader" stats
