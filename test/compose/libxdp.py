#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""libxdp.py - pipelines of libxdp's components beside the same stages in one dispatcher, in a machine

usage: libxdp.py OPENED-COMPOSE KERNEL-TREE

The products' own loaders attach stages to an interface of a virtual machine, where a component of
somebody else is attached already. Packets run through libxdp's dispatcher and through the linked
pipeline: verdicts and bytes must be the same, and with two stages exchanged they must not. After
`detach` the other's component is still there, and nothing of ours. Exit status 1: anything else.
Needs libxdp-dev and xdp-tools: the host cannot attach programs of type EXT, so this is no lit test.
"""
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CLANG = os.environ.get("CLANG", "clang-19")
FLAGS = ["-target", "bpf", "-O2", "-g", "-mcpu=v3", f"-idirafter/usr/include/{os.uname().machine}-linux-gnu"]
# age drops what is too old and goes on, whatever it says, to size; then version.
STAGES = (
    ("age", "[XDP_PASS, XDP_DROP]"),
    ("size", "[XDP_PASS]"),
    ("version", "[XDP_PASS]"),
    ("age", "[XDP_PASS]"),
)
SIZES = (2, 4, 8)
DISPATCHER = "/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o"
OTHER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int other(struct xdp_md *ctx) { return XDP_PASS; }
char _license[] SEC("license") = "GPL";
"""


def run(argv, **more):
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, **more)
    if done.returncode:
        sys.exit(f"libxdp.py: {' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
    return done.stdout


def packets():
    """What the stages tell apart: type, version, TTL, length, the group bit of the address."""
    for kind, version, ttl, tos, group, length in (
        (0x0800, 4, 64, 4, 0, 20),
        (0x0800, 4, 64, 0, 0, 1460),
        (0x0800, 4, 64, 4, 0, 1600),
        (0x0800, 4, 64, 0, 1, 1600),
        (0x0800, 4, 2, 0, 0, 20),
        (0x0800, 4, 1, 4, 0, 20),
        (0x0800, 4, 0, 0, 1, 1600),
        (0x0800, 6, 64, 0, 0, 20),
        (0x86DD, 4, 64, 0, 1, 20),
    ):
        ip = struct.pack("!BBHHHBBHII", version << 4 | 5, tos, length, 1, 0, ttl, 17, 0, 1, 2)
        yield bytes((group, 0, 0, 0, 0, 1)) + bytes(6) + struct.pack("!H", kind) + ip + bytes(length - 20)
    yield bytes(14)


def compose(tool, folder, name, stages, mechanism):
    spec = os.path.join(folder, name + ".yaml")
    rows = "".join(
        f"  - {{unit: {HERE}/Inputs/fused/{stage}.c, name: {stage}{index}, continue: {goes_on}}}\n"
        for index, (stage, goes_on) in enumerate(stages)
    )
    with open(spec, "w", encoding="utf-8") as file:
        file.write(f"opened: 1\ncompose:\n- name: {name}\n  hook: xdp\n  mechanism: {mechanism}\n  stages:\n{rows}")
    out = os.path.join(folder, name + ".d")
    run([tool, "-q", "-o", out, spec, "--", *FLAGS])
    run(["make", "-s", "-C", out, f"CLANG={CLANG}"])
    return os.path.join(out, name)


def guest(names, count):
    """Prints 'NAME same|different', and what is wrong."""
    text = """
mount -t bpf bpf /sys/fs/bpf
ip link add near type veth peer name far
ip link set dev near up
ip link set dev far up
xdp-loader load -m skb -P 10 -s xdp far other.o || echo BAD: xdp-loader
# name packets: what the program that is at the interface, or is pinned, makes of all packets
through() {
	for p in $(seq 0 %d); do
		bpftool prog run $1 data_in packet$p data_out out$p repeat 1 2>&1 | sed -n 's/.*[Rr]eturn value: \\([0-9]*\\).*/\\1/p'
		busybox cksum < out$p
	done > $2
}
dispatcher() {
	ip -j link show far | sed -n 's/.*"prog":{"id":\\([0-9]*\\).*/id \\1/p'
}
""" % (count - 1)
    for name in names:
        text += f"""
{name}s attach --mode=libxdp-generic far || echo BAD: attach {name}
{name}s status | grep -c 'libxdp-generic, priority' | sed 's/^/components: /'
{name}s status | grep -q "not ours: libxdp-generic.*'other'" || echo BAD: status does not name the other component
xdp-loader status far | grep -q ' other ' || echo BAD: the other component is not there
through "$(dispatcher)" shared
{name}s replace && echo BAD: replaced
{name}s detach far || echo BAD: detach {name}
xdp-loader status far | grep -q ' other ' || echo BAD: the other component went with ours
xdp-loader status far | grep -q stage_ && echo BAD: {name} is left
find /sys/fs/bpf/{name}s | grep . && echo BAD: pins of {name} are left
bpftool prog loadall {name}l.o /sys/fs/bpf/{name}l || echo BAD: load {name}
through "pinned /sys/fs/bpf/{name}l/{name}l" linked
cmp -s shared linked && echo {name} same || echo {name} different
sort -u shared | wc -l | sed 's/^/different answers: /'
"""
    return text


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    tool, tree = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        files, names = [], {}
        for size in SIZES:
            stages = (STAGES * 2)[:size]
            swapped = (stages[1], stages[0]) + stages[2:]
            names[f"n{size}"] = "same"
            variants = [(f"n{size}", stages)]
            if size == 2:
                names[f"w{size}"] = "different"
                variants.append((f"w{size}", swapped))
            for name, list_of_shared in variants:
                files += ["-b", compose(tool, folder, name + "s", list_of_shared, "libxdp")]
                linked = compose(tool, folder, name + "l", stages, "linked") + ".bpf.o"
                files += ["-f", f"{linked}:/t/{name}l.o"]
        count = 0
        for count, data in enumerate(packets(), 1):
            path = os.path.join(folder, f"packet{count - 1}")
            with open(path, "wb") as file:
                file.write(data)
            files += ["-f", path]
        with open(folder + "/other.c", "w", encoding="utf-8") as file:
            file.write(OTHER)
        run([CLANG, *FLAGS, "-c", folder + "/other.c", "-o", folder + "/other.o"])
        with open(folder + "/guest.sh", "w", encoding="utf-8") as file:
            file.write(guest(names, count))
        said = run(
            [os.path.join(HERE, "../vm/vm.sh"), "-k", tree, "-s", folder + "/guest.sh", "-f", folder + "/other.o"]
            + ["-b", "bpftool", "-b", "ip", "-b", "xdp-loader", "-b", "busybox", "-f", f"{DISPATCHER}:{DISPATCHER}", "-m", "veth"]
            + ["-t", "600"] + files
        )
        print(said, end="")
        bad = [name for name, wanted in names.items() if f"{name} {wanted}\n" not in said]
        sys.exit(1 if bad or "BAD" in said else 0)


if __name__ == "__main__":
    main()
