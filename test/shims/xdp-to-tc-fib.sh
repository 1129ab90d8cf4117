#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# xdp-to-tc-fib.sh - two programs side by side in a network namespace with routes
#
# usage: xdp-to-tc-fib.sh [OPTION]... A B
# What opened-verify runs has no routes. Options are ignored. Each program gets the same packets, in which stand
# a lookup's arguments, and leaves its results there: what comes out is compared. Exit status 0 equal, 1 not.
set -eu
while case ${1-} in -*) true ;; *) false ;; esac; do
	shift
done
if [ "${IN_NAMESPACE-}" != yes ]; then
	IN_NAMESPACE=yes exec unshare --net --mount "$0" "$@"
fi
folder=$(mktemp -d)
trap 'umount "$folder"; rmdir "$folder"; rm -f "$folder".*' EXIT
mount -t bpf bpf "$folder"
ip link set lo up
echo 1 > /proc/sys/net/ipv4/conf/all/forwarding
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip link add near type veth peer name far
ip link set far up
ip link set near mtu 1400 up
ip addr add 10.0.0.1/24 dev near
ip -6 addr add fd00::1/64 dev near nodad
ip neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev near
ip -6 neigh add fd00::2 lladdr 02:00:00:00:00:02 dev near
ip route add 10.1.0.0/16 via 10.0.0.2 mtu 900
ip route add 10.2.0.0/16 via 10.0.0.2 mtu lock 900
ip route add 10.3.0.0/16 via 10.0.0.9
ip route add blackhole 10.4.0.0/16
ip -6 route add fd01::/64 via fd00::2 mtu 1300
bpftool prog load "$1" "$folder/left"
bpftool prog load "$2" "$folder/right"

# family, tot_len, destination, length of the packet
packet() {
	python3 - "$@" > "$folder.packet" <<-'END'
		import socket, struct, sys
		family, total, destination, length = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
		head = bytes.fromhex("020000000001020000000002") + struct.pack(">H", 0x0800)
		head += bytes.fromhex("45000014000000004011000000000000") + bytes(4)
		address = socket.inet_pton(family, destination).ljust(16, b"\0")
		head = head.ljust(40, b"\0") + struct.pack("<BxH", family, total) + address
		sys.stdout.buffer.write(head.ljust(length, b"\0"))
	END
}

count=0
for destination in 10.0.0.2 10.1.0.1 10.2.0.1 10.3.0.1 10.4.0.1 10.9.0.1 fd00::2 fd01::1; do
	case $destination in *:*) family=10 ;; *) family=2 ;; esac
	for total in 0 901 1399 1401; do
		for length in 150 1500; do
			packet "$family" "$total" "$destination" "$length"
			for side in left right; do
				rm -f "$folder.$side"
				bpftool prog run pinned "$folder/$side" data_in "$folder.packet" \
					data_out "$folder.$side" > "$folder.log"
			done
			if ! cmp -s "$folder.left" "$folder.right"; then
				echo "different: lookup of $destination, tot_len $total, $length bytes"
				od -A d -t x1 -j 60 -N 70 "$folder.left"
				od -A d -t x1 -j 60 -N 70 "$folder.right"
				exit 1
			fi
			count=$((count + 1))
		done
	done
done
echo "equivalent on $count lookups"
