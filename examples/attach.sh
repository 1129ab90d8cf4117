#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# attach.sh LOADER - attach a pipeline to a device, send something through it, show what its stages counted,
# detach it. As root; the device and a BPF filesystem are made in namespaces of its own, so nothing stays.
set -eu
if [ "$1" != --inside ]; then
	exec unshare --net --mount --propagation private sh "$0" --inside "$1"
fi
loader=$2
mount -t bpf bpf /sys/fs/bpf
ip link add inside type veth peer name outside
ip link set inside up
ip link set outside up
trap '"$loader" detach >/dev/null 2>&1 || true; ip link del inside' EXIT
"$loader" attach inside
# Frames of IPv4 and UDP, from the other end.
python3 - <<-'END'
	import socket
	import struct

	frame = b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\0"
	header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 1, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
	total = sum(struct.unpack("!10H", header))
	total = (total & 0xFFFF) + (total >> 16)
	header = header[:10] + struct.pack("!H", 0xFFFF ^ total) + header[12:]
	out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	out.bind(("outside", 0))
	for _ in range(10):
	    out.send(frame + header + struct.pack("!HHHH", 1000, 2000, 26, 0) + b"x" * 18)
END
sleep 0.2
"$loader" stats
