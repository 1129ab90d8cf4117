#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""tc-to-xdp-neigh.py - frames into one device, and what leaves by another to a next hop

usage: tc-to-xdp-neigh.py [OPTION]... TC-OBJECT XDP-OBJECT

In a network namespace of its own, with routes and neighbours, frames are written into a TAP device that has the
program; what comes out of a second one is read there. Both programs must send the same frames. A next hop that
is in no table is asked for: at tc by the redirect itself, at XDP by the stack, to which the packet goes. Options
are ignored. Exit status 0 equal, 1 not.
"""
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
CLONE_NEWNET, CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x40000000, 0x20000, 0x4000, 0x40000
NEAR, FAR = "02:00:00:00:00:01", "02:00:00:00:00:0f"
COMMANDS = """
ip addr add 10.1.0.1/24 dev near
ip addr add 10.2.0.1/24 dev far
ip -6 addr add fd01::1/64 dev near nodad
ip -6 addr add fd02::1/64 dev far nodad
ip neigh add 10.2.0.2 lladdr 02:00:00:00:02:02 dev far
ip neigh add 10.2.0.3 lladdr 02:00:00:00:02:03 dev far
ip -6 neigh add fd02::2 lladdr 02:00:00:00:06:02 dev far
ip -6 neigh add fd02::3 lladdr 02:00:00:00:06:03 dev far
ip route add 10.3.0.0/16 via 10.2.0.2
ip route add 10.3.0.0/16 tos 0x10 via 10.2.0.3
ip route add 10.5.0.0/16 dev far via inet6 fd02::3
ip route add blackhole 10.4.0.0/16
ip route add 10.6.0.0/16 via 10.1.0.2 metric 1
ip route add 10.6.0.0/16 via 10.2.0.2 dev far metric 100
ip -6 route add fd03::/64 via fd02::3
ip -6 route add blackhole fd04::/64
tc qdisc add dev near clsact
"""
V4, V6 = socket.AF_INET, socket.AF_INET6
# Here the routes say no, and tc takes what has no route for a neighbour, for which it asks.
LOST = ["black hole", "to a hop without a route"]
# What it is; family of the packet and its destination; family and address of the next hop; size, flags
CASES = [
    ("on the link", V4, "10.2.0.2", 0, None, 0, 0),
    ("by a router", V4, "10.3.0.7", 0, None, 0, 0),
    ("by a router of IPv6", V4, "10.5.0.7", 0, None, 0, 0),
    ("by this device", V4, "10.6.0.7", 0, None, 0, 0),
    ("black hole", V4, "10.4.0.7", 0, None, 0, 0),
    ("to a hop", V4, "10.9.0.7", V4, "10.2.0.3", 20, 0),
    ("to a hop of IPv6", V4, "10.9.0.7", V6, "fd02::2", 20, 0),
    ("to a hop of no family", V4, "10.9.0.7", 9, "fd02::2", 20, 0),
    ("to a hop without a route", V4, "10.3.0.7", V4, "10.77.0.1", 20, 0),
    ("to half a hop", V4, "10.2.0.2", V4, "10.2.0.3", 8, 0),
    ("with a flag", V4, "10.2.0.2", 0, None, 0, 1),
    ("asked for", V4, "10.2.0.9", 0, None, 0, 0),
    ("IPv6 on the link", V6, "fd02::2", 0, None, 0, 0),
    ("IPv6 by a router", V6, "fd03::7", 0, None, 0, 0),
    ("IPv6 black hole", V6, "fd04::7", 0, None, 0, 0),
    ("IPv6 to a hop", V6, "fd09::7", V6, "fd02::3", 20, 0),
    ("IPv6 asked for", V6, "fd02::9", 0, None, 0, 0),
    ("neither", 0, "10.2.0.2", V6, "fd02::2", 20, 0),
]


def run(line):
    done = subprocess.run(line.split(), check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{line}: {done.stderr}")


def setting(path, value):
    with open("/proc/sys/net/" + path, "w", encoding="ascii") as file:
        file.write(value)


def device(name, address):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    setting(f"ipv6/conf/{name}/addr_gen_mode", "1")
    run(f"ip link set {name} address {address} up")
    return tap


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(case, ifindex, service):
    _, family, destination, hop_family, hop, size, flags = case
    hop = hop or "0.0.0.0"
    address = socket.inet_pton(V6 if ":" in hop else V4, hop)
    what = struct.pack("<IIII", ifindex, size, flags, hop_family) + address.ljust(16, b"\0")
    if family == V6:
        head = struct.pack(">IHBB", 6 << 28 | service << 20, 120, 17, 64)
        head += socket.inet_pton(V6, "fd01::5") + socket.inet_pton(V6, destination)
    else:
        head = struct.pack(">BBHHHBBH", 0x45, service, 120, 7, 0x4000, 64, 17, 0)
        head += socket.inet_aton("10.1.0.5") + socket.inet_aton(destination)
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    start = bytes.fromhex(NEAR.replace(":", "") + "020000000005") + {V4: b"\x08\x00", V6: b"\x86\xdd", 0: b"\x88\xb5"}[family]
    return ((start + head).ljust(60, b"\0") + what).ljust(14 + (160 if family == V6 else 120), b"\0")


def asked_for(found):
    """The address that a question of ARP or of neighbour discovery is for, or None."""
    if found[12:14] == b"\x08\x06":
        return found[38:42]
    if found[12:14] == b"\x86\xdd" and found[20] == 58 and found[54] == 135:
        return found[62:78]
    return None


def left(tap, address):
    """What left: packets, and the first question for an address. Others are asked again when the kernel likes,
    as it tells of multicast listeners (a hop-by-hop header in front)."""
    frames, questions = [], []
    while select.select([tap], [], [], 0.02 if frames or questions else 0.15)[0]:
        found = os.read(tap, 65536)
        if found[12:14] == b"\x86\xdd" and found[20] == 0:
            continue
        if not asked_for(found):
            frames.append(found.hex())
        elif asked_for(found) == address:
            questions.append(found.hex())
    return frames + questions[:1]


def all_left(near, far):
    ifindex = socket.if_nametoindex("far")
    found = {}
    left(far, None)
    for case in CASES:
        target = case[4] or case[2]
        address = socket.inet_pton(V6 if ":" in target else V4, target)
        for service in (0, 0x10):
            if "asked for" in case[0] or case[0] in LOST:
                subprocess.run(["ip", "neigh", "del", target, "dev", "far"], check=False, capture_output=True)
                left(far, None)
            os.write(near, frame(case, ifindex, service))
            found[case[0], service] = left(far, address)
    return found


def compare(folder, objects):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) or libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None):
        sys.exit("cannot make a namespace: " + os.strerror(ctypes.get_errno()))
    os.mkdir(folder + "/fs")
    run(f"mount -t bpf bpf {folder}/fs")
    run(f"bpftool prog load {objects[0]} {folder}/fs/tc")
    run(f"bpftool prog load {objects[1]} {folder}/fs/xdp")
    near, far = device("near", NEAR), device("far", FAR)
    for path in ("ipv4/conf/all/forwarding", "ipv6/conf/all/forwarding"):
        setting(path, "1")
    for path in ("ipv4/conf/all/rp_filter", "ipv4/conf/near/rp_filter"):
        setting(path, "0")
    for line in COMMANDS.strip().splitlines():
        run(line)
    run(f"tc filter add dev near ingress bpf da pinned {folder}/fs/tc")
    wanted = all_left(near, far)
    run("tc qdisc del dev near clsact")
    run(f"ip link set dev near xdp pinned {folder}/fs/xdp")
    found = all_left(near, far)
    run(f"umount {folder}/fs")
    different = [case for case in wanted if (wanted[case] != found[case]) != (case[0] in LOST)]
    different += [case for case in wanted if case[0] in LOST and (found[case] or not wanted[case])]
    if different:
        case = different[0]
        print(f"different: {', '.join(f'{name} ({service:#x})' for name, service in different)}")
        print("  ", wanted[case], "\n  ", found[case])
        return 1
    print(f"equivalent on {len(wanted)} frames, {sum(map(bool, wanted.values()))} of them sent on")
    return 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        return compare(folder, [word for word in sys.argv[1:] if not word.startswith("-")])


sys.exit(main())
