#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""pipelines.py - composed pipelines against their stages run one after another

For each way to compose, and 2, 4 and 8 stages of examples/edge/twins: opened-compose, make, and
opened-verify with the twins' own objects, one list of stages, on one side. Prints a line for each;
exit status 1 when any is not equivalent. With --wrong two stages of the list change places, and every
pipeline has to be told apart from it.
"""

import argparse
import os
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TWINS = os.path.join(ROOT, "examples/edge/twins")
# The first two must not commute: --wrong exchanges them.
STAGES = ("ttl", "limiter", "acl", "count", "sampler", "flows", "policy", "nat")
HOOKS = {
    "xdp": {
        "twin": "xdp",
        "mechanisms": ("linked", "fused", "tail", "libxdp"),
        "continue": ["XDP_PASS"],
        "final": "XDP_PASS",
    },
    "tc-ingress": {
        "twin": "tc",
        "mechanisms": ("linked", "fused", "tail", "tcx", "cls-bpf"),
        "continue": ["TC_ACT_UNSPEC", "TC_ACT_PIPE"],
        "final": "TC_ACT_UNSPEC",
    },
}


def run(command, **options):
    return subprocess.run(
        command, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )


def must(command, **options):
    done = run(command, **options)
    if done.returncode:
        sys.exit("%s\n%s" % (shlex.join(command), done.stdout))
    return done.stdout


def words(names):
    return "[%s]" % ", ".join(names)


def write_left(path, hook, names, objects):
    facts = HOOKS[hook]
    with open(path, "w", encoding="utf-8") as file:
        file.write("opened: 1\nfinal: %s\nstages:\n" % facts["final"])
        for name in names:
            file.write(
                "  - {name: %s, object: %s/%s.%s.bpf.o, continue: %s}\n"
                % (name, objects, name, facts["twin"], words(facts["continue"]))
            )


def one(options, hook, mechanism, count):
    names = list(STAGES[:count])
    folder = os.path.join(options.out, "%s-%s-%d" % (hook, mechanism, count))
    sources = ["%s/%s.%s.bpf.c" % (TWINS, name, HOOKS[hook]["twin"]) for name in names]
    flags = shlex.split(must(["make", "-s", "-C", TWINS, "flags", "CLANG=" + options.clang]))
    flags.append("-I" + os.path.join(ROOT, "examples/edge/include"))
    must(
        [options.tools + "/opened-compose", "--hook=" + hook, "--mechanism=" + mechanism]
        + ["-o", folder, "--name=edge", "--force"] + sources + ["--"] + flags
    )
    must(["make", "-s", "-C", folder, "CLANG=" + options.clang, "edge.bpf.o"])
    if options.wrong:
        names[0], names[1] = names[1], names[0]
    write_left(folder + ".left.yaml", hook, names, os.path.join(options.out, "twins"))
    command = [options.tools + "/opened-verify", "--generate=%d" % options.generate]
    if options.kernel:
        command += ["--kernel", options.kernel]
    done = run(command + [folder + ".left.yaml", "%s/verify/%s.yaml" % (folder, hook)])
    verdict = [line for line in done.stdout.splitlines() if " on " in line or "error:" in line]
    print("%-10s %-7s %d: %s" % (hook, mechanism, count, verdict[0] if verdict else "?"), flush=True)
    if done.returncode != (1 if options.wrong else 0) or (
        options.wrong and not done.stdout.count("different:")
    ):
        print(done.stdout)
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tools", required=True, help="folder of the tools")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--out", required=True, help="folder to work in")
    parser.add_argument("--generate", type=int, default=1000)
    parser.add_argument("--kernel", help="run on this one: see opened-verify --kernel")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--hook", choices=sorted(HOOKS), action="append")
    parser.add_argument("--mechanism", action="append")
    parser.add_argument("--count", type=int, action="append")
    options = parser.parse_args()
    options.out = os.path.abspath(options.out)
    must(["make", "-s", "-C", TWINS, "CLANG=" + options.clang, "OUT=" + options.out + "/twins"])
    failed = 0
    for hook in options.hook or HOOKS:
        for mechanism in HOOKS[hook]["mechanisms"]:
            if options.mechanism and mechanism not in options.mechanism:
                continue
            for count in options.count or (2, 4, 8):
                failed += not one(options, hook, mechanism, count)
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
