# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""prototype-decap.py - the first difference of a report is a decapsulation gone wrong

usage: prototype-decap.py REPORT [IN LEFT RIGHT]   lengths of the packet and of both outputs

Without lengths: the left output is 20 bytes shorter than the packet, the right one 20 bytes longer.
"""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
assert report["verdict"] == "different", report["verdict"]
difference = report["differences"][0]


def check(packet, left, right):
    packet, left, right = (bytes.fromhex(text) for text in (packet, left, right))
    assert (len(left), len(right)) == (len(packet) - 20, len(packet) + 20), (left, right)
    # XDP: the Ethernet header, then what was inside. tc: 20 bytes of nothing behind the header.
    assert left == packet[:14] + packet[34:], left.hex()
    assert right[:14] == packet[:14] and right[14:34] == bytes(20), right.hex()
    # The program's new Ethernet header stands where the outer IP header's last bytes were.
    assert right[34:54] != packet[14:34], right.hex()
    return len(packet), len(left), len(right)


shrunk = difference["packets"][-1]["hex"]
check(shrunk, difference["left"]["output"], difference["right"]["output"])
seen = difference["seen"]
lengths = check(seen["packet"], seen["left"], seen["right"])
if len(sys.argv) > 2:
    assert lengths == tuple(int(n) for n in sys.argv[2:]), lengths
