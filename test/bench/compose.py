#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compose.py - what a pipeline costs beside one program that was fused by hand

usage: compose.py [--host] [--json FILE] OPENED-COMPOSE [KERNEL-TREE]

pipeline/ has eight stages, each a program of its own, and the program that one would write by hand for
the first N of them. In a virtual machine that counts instructions each pipeline of opened-compose runs
on one packet; the figures are exact. Exit status 1: at eight stages `linked` without counters takes more
than 1.45 times the monolith's instructions, or `fused` more than 1.15 times, or one of them as many as tail calls
or libxdp's components; or what the verifier looks at grows faster than the number of stages. --host: nanoseconds on this machine, in alternation. Last:
instructions that the verifier looks at, for up to 32 stages.
"""
import argparse
import itertools
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STAGES = ("count", "deny", "limit", "balance", "sample", "ports", "mark", "sizes")
SIZES = (2, 4, 8)
GATES = {"linked": 1.45, "fused": 1.15}
CLANG = os.environ.get("CLANG", "clang-19")
FLAGS = ["-target", "bpf", "-O2", "-g", "-mcpu=v3", f"-idirafter/usr/include/{os.uname().machine}-linux-gnu"]
REPEAT, ROUNDS = 4000, 3
DISPATCHER = "/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o"


def run(argv, **more):
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, **more)
    if done.returncode:
        sys.exit(f"compose.py: {' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
    return done.stdout


def packet():
    """64 bytes: Ethernet, IPv4, UDP."""
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 50, 1, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    udp = struct.pack("!HHHH", 4000, 53, 30, 0)
    return bytes((2, 0, 0, 0, 0, 1)) + bytes((2, 0, 0, 0, 0, 2)) + b"\x08\x00" + ip + udp + bytes(22)


def compose(tool, folder, name, stages, mechanism, counts):
    spec = os.path.join(folder, name + ".yaml")
    rows = "".join(
        f"  - {{unit: {HERE}/pipeline/{stage}.bpf.c, name: {stage}{index}}}\n" for index, stage in enumerate(stages)
    )
    with open(spec, "w") as file:
        stats = "true" if counts else "false"
        file.write(f"opened: 1\ncompose:\n- name: {name}\n  hook: xdp\n  mechanism: {mechanism}\n  stats: {stats}\n  stages:\n{rows}")
    out = os.path.join(folder, name)
    run([tool, "-q", "-o", out, spec, "--", *FLAGS])
    product = name if mechanism == "libxdp" else name + ".bpf.o"
    run(["make", "-s", "-C", out, f"CLANG={CLANG}", product])
    return os.path.join(out, product)


def build(tool, folder, mechanisms):
    """[(variant, stages, object or loader, program)]"""
    rows = []
    for size in SIZES:
        path = os.path.join(folder, f"mono{size}.bpf.o")
        run([CLANG, *FLAGS, f"-DN={size}", "-c", f"{HERE}/pipeline/monolith.bpf.c", "-o", path])
        rows.append(("monolith", size, path, "monolith"))
        for mechanism in mechanisms:
            for counts in (False, True):
                name = f"{mechanism}{size}{'c' if counts else ''}"
                path = compose(tool, folder, name, STAGES[:size], mechanism, counts)
                rows.append((mechanism + (" with counters" if counts else ""), size, path, name))
    return rows


def script(rows, place):
    """A shell script that prints 'INDEX NANOSECONDS' for each run."""
    text = "mount -t bpf bpf /sys/fs/bpf 2>/dev/null\nset -e\n"
    for index, (variant, size, path, program) in enumerate(rows):
        pins = f"/sys/fs/bpf/{place}{index}"
        if variant.startswith("libxdp"):
            text += (
                f"ip link add v{index} type veth peer name w{index}\n{path} attach --mode=libxdp-generic v{index}\n"
                f"mkdir -p {pins}/p\nbpftool prog pin id $(ip -j link show v{index} | "
                f"sed -n 's/.*\"prog\":{{\"id\":\\([0-9]*\\).*/\\1/p') {pins}/p/{program}\n"
            )
            continue
        text += f"mkdir {pins}\nbpftool prog loadall {path} {pins}/p pinmaps {pins}/m 2>/dev/null || {{ echo {index} failed; exit 1; }}\n"
        if variant.startswith("tail"):
            for slot, stage in enumerate(STAGES[:size]):
                text += (
                    f"bpftool map update pinned {pins}/m/slots_xdp key {slot} 0 0 0 "
                    f"value pinned {pins}/p/stage_{stage}{slot}\n"
                )
    text += f"for round in $(seq {ROUNDS}); do\n"
    for index, (_, _, _, program) in enumerate(rows):
        text += (
            f"bpftool prog run pinned /sys/fs/bpf/{place}{index}/p/{program} data_in packet repeat {REPEAT} "
            f"| sed -n 's/.*(average): \\([0-9]*\\)ns.*/{index} \\1/p'\n"
        )
    return text + "done\n"


def table(rows, said, unit):
    least = {}
    for index, value in re.findall(r"^(\d+) (\d+)$", said, flags=re.M):
        least[int(index)] = min(least.get(int(index), 1 << 60), int(value))
    if len(least) != len(rows):
        sys.exit("compose.py: not everything ran\n" + said)
    base = {size: least[i] for i, (variant, size, _, _) in enumerate(rows) if variant == "monolith"}
    ratios, told = {}, {}
    print(f"{unit + ' a packet':24}" + "".join(f"  N={size:<12}" for size in SIZES))
    for variant in dict.fromkeys(row[0] for row in rows):
        cells = ""
        for size in SIZES:
            (index,) = [i for i, row in enumerate(rows) if row[:2] == (variant, size)]
            ratios[variant, size] = least[index] / base[size]
            cells += f"  {least[index]:5} {ratios[variant, size]:5.2f}x  "
            told.setdefault(variant, {})[size] = least[index]
        print(f"{variant:24}" + cells, flush=True)
    return ratios, told


def in_machine(rows, folder, tree):
    guest = [(v, s, os.path.basename(path), p) for v, s, path, p in rows]
    path = os.path.join(folder, "guest.sh")
    with open(path, "w") as file:
        file.write(script(guest, "b"))
    files = ["-b", "ip", "-m", "veth", "-f", f"{DISPATCHER}:{DISPATCHER}"]
    for variant, _, source, _ in rows:
        files += ["-b" if variant.startswith("libxdp") else "-f", source]
    machine = os.path.join(HERE, "../vm/vm.sh")
    return run([machine, "-k", tree, "-s", path, "-b", "bpftool", "-f", f"{folder}/packet", *files, "-i", "-a", "tcg", "-t", "900"])


def on_host(rows, folder):
    place = f"opened-bench-{os.getpid()}-"
    try:
        return run(["bash", "-c", script(rows, place).replace(str(REPEAT), "1000000")], cwd=folder)
    finally:
        run(["bash", "-c", f"rm -rf /sys/fs/bpf/{place}*"])


def verified(tool, folder):
    print("\ninstructions that the verifier looks at")
    totals = {}
    for mechanism, size in itertools.product(("linked", "fused"), (8, 16, 32)):
        name = f"long{size}{mechanism}"
        path = compose(tool, folder, name, (STAGES * 4)[:size], mechanism, False)
        pins = f"/sys/fs/bpf/opened-bench-{os.getpid()}"
        done = subprocess.run(["bpftool", "-d", "prog", "loadall", path, pins], capture_output=True, text=True, check=False)
        run(["rm", "-rf", pins])
        if done.returncode:
            sys.exit("compose.py: a long pipeline does not load\n" + done.stderr[-500:])
        counts = [int(n) for n in re.findall(r"processed (\d+) insns", done.stdout + done.stderr)]
        print(f"{mechanism}, {size:2} stages: {sum(counts):6}")
        totals[mechanism, size] = sum(counts)
    # What a stage adds is the same, however many there are before.
    told = {m: {size: totals[m, size] for size in (8, 16, 32)} for m in ("linked", "fused")}
    return told, [m for m in ("linked", "fused") if totals[m, 32] - totals[m, 16] > 2.2 * (totals[m, 16] - totals[m, 8])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--host", action="store_true", help="nanoseconds on this machine too")
    parser.add_argument("--json", help="write the figures there")
    parser.add_argument("tool", metavar="OPENED-COMPOSE")
    parser.add_argument("kernel", nargs="?", metavar="KERNEL-TREE")
    options = parser.parse_args()
    tool = os.path.abspath(options.tool)
    failed, told = [], {}
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/packet", "wb") as file:
            file.write(packet())
        mechanisms = ("linked", "fused", "tail")
        if options.kernel:
            mechanisms += ("libxdp",) if os.path.exists(DISPATCHER) else ()
            rows = build(tool, folder, mechanisms)
            ratios, told["instructions"] = table(rows, in_machine(rows, folder, options.kernel), "instructions")
            failed = [m for m, most in GATES.items() if round(ratios[m, SIZES[-1]], 2) > most]
            for rival in set(mechanisms) - set(GATES):
                failed += [m for m in GATES if ratios[m, SIZES[-1]] >= ratios[rival, SIZES[-1]]]
        if options.host:  # which cannot have programs of type EXT
            rows = build(tool, folder, ("linked", "fused", "tail"))
            _, told["ns"] = table(rows, on_host(rows, folder), "ns")
        told["verified"], grows = verified(tool, folder)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(told, file, indent=2)
            file.write("\n")
    for mechanism in grows:
        print(f"{mechanism}: what the verifier looks at grows faster than the stages")
    for mechanism in failed:
        print(f"{mechanism}: more than {GATES[mechanism]} times the monolith, or not better than tail calls and libxdp")
    sys.exit(1 if failed or grows else 0)


main()
