# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables of packets, as tests in Python write them; 020000000001020000000002080045 in a text."""
import base64

XDP_PASS = 2

CASES = [
    ("plain", b"\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x08\x00E\x00", XDP_PASS),
    (
        'numbered',
        bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd, 96]),
        1,
    ),
    ("in and out", bytes.fromhex("020000000001020000000002080045"),
     bytes.fromhex("0200000000090200000000020800" + "46")),
]
packet: bytes = base64.b64decode("AgAAAAAAAQAAAAAAEjRFAAAr")
BY_NAME = {
    "arp": bytes.fromhex("ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00"),
    "vlan": bytes.fromhex("ff ff ff ff ff ff 02 00 00 00 00 01 81 00 00"),
}


def test_one(run):
    run(name="keyword", packet=b'\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00', verdict=XDP_DROP)
