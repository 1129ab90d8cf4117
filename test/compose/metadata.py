#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""metadata.py - stages that tell each other of packets, in one pipeline and one after another

usage: metadata.py TOOLS CLANG FOLDER [KERNEL-TREE]

The stages of Inputs/metadata tell each other of a packet through a map. Composed with each mechanism
and each carrier that it can have, they must do what they do one after another with that map; with two
of them exchanged the last way of each hook must not. Prints a line for each; exit status 1: anything else.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__)) + "/Inputs/metadata/"
FLAGS = ["-target", "bpf", "-O2", "-g", "-mcpu=v3", f"-I/usr/include/{os.uname().machine}-linux-gnu"]
STAGES = ("classify", "count", "ttl", "police")
# hook of the spec, of the sources, verdicts, and mechanisms with their carriers
HOOKS = (
    ("xdp", "xdp", "XDP_PASS", (
        ("linked", "sptr"), ("linked", "data_meta"), ("fused", "sptr"), ("fused", "data_meta"), ("tail", "data_meta"),
    )),
    ("tc-ingress", "tc", "TC_ACT_UNSPEC", (
        ("linked", "sptr"), ("fused", "sptr"), ("tail", "cb"), ("tcx", "cb"), ("cls-bpf", "cb"),
    )),
)


def run(command):
    done = subprocess.run(command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout, done.returncode


def must(command):
    said, status = run(command)
    if status:
        sys.exit(f"{' '.join(command)}\n{said}")


def write_left(folder, source, verdict, stages):
    path = f"{folder}/{source}-{'-'.join(stages)}.yaml"
    rows = "".join(f"- {{object: {name}.{source}.o, continue: [{verdict}]}}\n" for name in stages)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"opened: 1\nfinal: {verdict}\nshare: [notes]\nignore: [notes]\nstages:\n{rows}")
    return path


def main():
    tools, clang, folder = sys.argv[1:4]
    kernel = ["--kernel", sys.argv[4]] if len(sys.argv) > 4 else []
    os.makedirs(folder, exist_ok=True)
    bad = 0
    for hook, source, verdict, ways in HOOKS:
        for name in STAGES:
            must([clang, *FLAGS, "-c", f"{HERE}{name}.{source}.c", "-o", f"{folder}/{name}.{source}.o"])
        right = write_left(folder, source, verdict, STAGES)
        wrong = write_left(folder, source, verdict, ("classify", "count", "police", "ttl"))
        cleared = ""
        if source == "tc":  # behind the pipeline there is nothing in what has carried it
            must([clang, *FLAGS, "-c", f"{HERE}clear.tc.c", "-o", f"{folder}/clear.tc.o"])
            cleared = write_left(folder, source, verdict, (*STAGES, "clear"))
        for number, (mechanism, carrier) in enumerate(ways):
            out = f"{folder}/{hook}-{mechanism}-{carrier}"
            spec = out + ".yaml"
            units = "".join(f"  - {HERE}{name}.{source}.c\n" for name in STAGES)
            with open(spec, "w", encoding="utf-8") as file:
                file.write(
                    f"opened: 1\ncompose:\n- name: told\n  hook: {hook}\n  mechanism: {mechanism}\n"
                    f"  metadata: {{map: notes, carrier: {carrier}}}\n  stages:\n{units}"
                )
            must([tools + "/opened-compose", "-q", "--force", "-o", out, spec, "--", *FLAGS])
            must(["make", "-s", "-C", out, "CLANG=" + clang, "EXTRA_CFLAGS=-Wall -Werror", "told.bpf.o"])
            lefts = [(cleared if carrier == "cb" else right, 0), (wrong, 1)]
            for left, status in lefts if number == len(ways) - 1 else lefts[:1]:
                said, ended = run(
                    [tools + "/opened-verify", "--generate=200", *kernel, left, f"{out}/verify/{hook}.yaml"]
                )
                words = [line for line in said.splitlines() if " on " in line or line.startswith("different")]
                good = ended == status and (status == 0 or "different:" in said)
                bad += not good
                print(f"{hook} {mechanism} {carrier}{' exchanged' if status else ''}: {words[0] if words else said}", flush=True)
                if not good:
                    print("BAD: " + said)
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
