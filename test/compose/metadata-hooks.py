# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""metadata-hooks.py - what a stage at one hook tells a stage at the next one, on an interface

usage: metadata-hooks.py LOADER CLASS; in the sandbox of test/loader. Sends packets of a class into
"near" and prints what the stage at "far"'s second hook has counted for each class.
"""
import json
import socket
import struct
import subprocess
import sys

COUNT = 5


def main():
    loader, kind = sys.argv[1], int(sys.argv[2])
    subprocess.run([loader, "attach", "far"], check=True)
    ip = struct.pack("!BBHHHBBHII", 0x45, kind << 2, 60, 1, 0, 9, 253, 0, 1, 2)
    frame = bytes((2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0)) + ip + bytes(40)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind(("near", 0))
        for _ in range(COUNT):
            out.send(frame)
    dump = ["bpftool", "-j", "map", "dump", "pinned", "/sys/fs/bpf/told/maps/classes"]
    for _ in range(50):
        rows = [row["formatted"] for row in json.loads(subprocess.check_output(dump))]
        if rows and rows[0]["value"] == 1 + 60 * (COUNT - 1):
            break
    print([(row["key"], row["value"]) for row in rows])
    subprocess.run([loader, "detach"], check=True)


main()
