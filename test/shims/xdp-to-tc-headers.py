#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""xdp-to-tc-headers.py - a super packet through a program at tc, its segments through one at XDP

usage: xdp-to-tc-headers.py [OPTION]... XDP-OBJECT TC-OBJECT

A TCP packet of several segments is written into a TAP device, as a NIC that merges what it receives hands one
up, and what the program sends back is read from there: the kernel has cut it. The program of XDP gets each
segment by itself, as it comes over a wire, in a test run. Both must make the same frames; the kernel counts
the outer header's id up, which is left out with its checksum. Options are ignored. Exit status 0 equal, 1 not.
"""
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import tempfile

TUNSETIFF, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 2, 0x1000, 0x4000
CLONE_NEWNET, CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x40000000, 0x20000, 0x4000, 0x40000
NEEDS_CSUM, GSO_TCPV4 = 1, 1
SEGMENT, SEGMENTS, ETH, IP, TCP = 1000, 3, 14, 20, 20
ADDRESSES = bytes([10, 0, 0, 2, 10, 0, 0, 1])


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data[: len(data) & ~1])) + (data[-1] << 8 if len(data) & 1 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def packet(payload, sequence, ident, whole):
    """A frame; of a whole one the kernel is to finish the checksum, as it is to cut it."""
    length = TCP + len(payload)
    pseudo = ADDRESSES + struct.pack(">BBH", 0, 6, length)
    tcp = struct.pack(">HHIIBBHHH", 40000, 80, sequence, 0, 0x50, 0x10, 64240, 0, 0)
    check = checksum(pseudo) if whole else ~checksum(pseudo + tcp + payload) & 0xFFFF
    tcp = tcp[:16] + struct.pack(">H", check) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, IP + length, ident, 0x4000, 64, 6, 0) + ADDRESSES
    ip = ip[:10] + struct.pack(">H", ~checksum(ip) & 0xFFFF) + ip[12:]
    return bytes.fromhex("020000000001020000000002") + b"\x08\x00" + ip + tcp + payload


def run(*argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True)


def without_id(frame):
    """The frame without the outer header's id and checksum."""
    return frame[: ETH + 4] + frame[ETH + 6 : ETH + 10] + frame[ETH + 12 :]


def at_xdp(folder, frame):
    with open(folder + "/in", "wb") as file:
        file.write(frame)
    run("bpftool", "prog", "run", "pinned", folder + "/fs/xdp", "data_in", folder + "/in", "data_out", folder + "/out")
    with open(folder + "/out", "rb") as file:
        return file.read()


def at_tc(tap, frame):
    header = struct.pack("<BBHHHH", NEEDS_CSUM, GSO_TCPV4, ETH + IP + TCP, SEGMENT, ETH + IP, 16)
    os.write(tap, header + frame)
    frames = []
    while select.select([tap], [], [], 1)[0]:
        frames.append(os.read(tap, 65536)[len(header) :])
        if len(frames) == SEGMENTS:
            break
    return frames


def compare(folder, objects):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS) or libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None):
        sys.exit("cannot make a namespace: " + os.strerror(ctypes.get_errno()))
    os.mkdir(folder + "/fs")
    run("mount", "-t", "bpf", "bpf", folder + "/fs")
    run("bpftool", "prog", "load", objects[0], folder + "/fs/xdp")
    run("bpftool", "prog", "load", objects[1], folder + "/fs/tc")
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"near", IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    with open("/proc/sys/net/ipv6/conf/near/disable_ipv6", "w", encoding="ascii") as file:
        file.write("1")
    run("ip", "link", "set", "near", "up")
    run("tc", "qdisc", "add", "dev", "near", "clsact")
    run("tc", "filter", "add", "dev", "near", "ingress", "bpf", "da", "pinned", folder + "/fs/tc")
    payload = bytes(i % 251 for i in range(SEGMENT * SEGMENTS))
    parts = [payload[i : i + SEGMENT] for i in range(0, len(payload), SEGMENT)]
    wanted = [at_xdp(folder, packet(part, 1000 + i * SEGMENT, 7 + i, False)) for i, part in enumerate(parts)]
    found = at_tc(tap, packet(payload, 1000, 7, True))
    os.close(tap)
    run("umount", folder + "/fs")
    if [without_id(frame) for frame in wanted] == [without_id(frame) for frame in found]:
        print(f"equivalent on {len(wanted)} segments")
        return 0
    print(f"different: {len(wanted)} frames of {[len(f) for f in wanted]} bytes, {len(found)} of {[len(f) for f in found]}")
    return 1


def main():
    with tempfile.TemporaryDirectory() as folder:
        return compare(folder, [word for word in sys.argv[1:] if not word.startswith("-")])


sys.exit(main())
