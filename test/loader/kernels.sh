#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# kernels.sh - each command of each shape of a loader on the kernel that runs; for test/vm/vm.sh
#
# usage: kernels.sh FOLDER; FOLDER has the loaders LINKED1, LINKED2, TAIL1, ... of build.sh, and
# opened-traffic. In the machine everything is thrown away at its end: no sandbox is made.
set -u

cd "$1" || exit 2
bad=0

want() {
	wanted=$1
	shift
	"$@" > out 2>&1
	status=$?
	[ "$status" -eq "$wanted" ] && return
	echo "BAD: status $status of: $*"
	cat out
	bad=1
}

# What is attached as (status), by which way; both stages count all frames.
shape() {
	name=$1 mode=$2 traffic=$3
	want 0 ./"${name}1" check
	want 0 ./"${name}1" attach ${mode:+"$mode"} far
	./"${name}1" status | sed -n 's/^ *\(.*\), link.*/\1/p; s/^ *\(.*\), priority.*/\1/p' | sort -u | tr '\n' ';'
	want 1 ./"${name}1" attach far
	want 0 ./opened-traffic near 50
	want 0 ./"${name}2" replace
	want 0 ./opened-traffic near 50
	"./${name}2" stats | awk -v wanted="$traffic" '$2 == wanted { n++ } END { printf " %d stages\n", n }'
	OPN_LOADER_FAIL=kill:settle ./"${name}1" replace
	want 0 ./"${name}1" clean
	want 0 ./opened-traffic near 50
	want 0 ./"${name}1" detach
	OPN_LOADER_FAIL=kill:commit ./"${name}1" attach ${mode:+"$mode"} far
	want 0 ./"${name}1" clean
	[ -e /sys/fs/bpf/small ] && echo "BAD: pins are left" && bad=1
	tc qdisc show dev far | grep clsact && echo "BAD: clsact is left" && bad=1
	ip link show far | grep prog/xdp && echo "BAD: XDP is left" && bad=1
}

mount -t bpf bpf /sys/fs/bpf
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
ip link add near type veth peer name far
ip link set dev near up
ip link set dev far up

for name in LINKED TAIL TC EACH TWO; do
	printf '%s: ' "$name"
	shape "$name" "" 100
done
for name in TC EACH TWO; do
	printf '%s, cls_bpf: ' "$name"
	shape "$name" --mode=cls_bpf 100
done
exit $bad
