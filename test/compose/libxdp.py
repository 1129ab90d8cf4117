#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""libxdp.py - pipelines of libxdp's components beside their stages run one after another, in a machine

usage: libxdp.py OPENED-COMPOSE KERNEL-TREE [PACKETS]

For 2, 4 and 8 stages: the product's own loader attaches them to an interface of a virtual machine,
where a component of somebody else is attached already. PACKETS (10000) packets go through the
dispatcher that libxdp made, and through the stages' own objects, one after another: verdicts and bytes
must be the same, and the product's counters those of the stages. With the first two stages exchanged
they must not be the same. After `detach` the other's component is still there, and nothing of ours.
Exit status 1: anything else. Needs libxdp-dev and xdp-tools: the host cannot attach programs of type
EXT, so this is no lit test.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CLANG = os.environ.get("CLANG", "clang-19")
FLAGS = ["-target", "bpf", "-O2", "-g", "-mcpu=v3", f"-idirafter/usr/include/{os.uname().machine}-linux-gnu"]
VERDICTS = ("XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT")
# version writes what age reads; age goes on even when it drops, to size.
STAGES = (
    ("version", ["XDP_PASS"]),
    ("age", ["XDP_PASS"]),
    ("size", ["XDP_PASS"]),
    ("age", ["XDP_PASS", "XDP_DROP"]),
)
SIZES = (2, 4, 8)
DISPATCHER = "/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o"
OTHER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int other(struct xdp_md *ctx) { return XDP_PASS; }
char _license[] SEC("license") = "GPL";
"""


def run(argv, wanted=0, **more):
    done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, **more)
    if done.returncode != wanted:
        sys.exit(f"libxdp.py: {' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
    return done.stdout


def compose(tool, folder, name, stages):
    spec = os.path.join(folder, name + ".yaml")
    rows = "".join(
        f"  - {{unit: {HERE}/Inputs/fused/{stage}.c, name: {stage}{index}, continue: [{', '.join(goes_on)}]}}\n"
        for index, (stage, goes_on) in enumerate(stages)
    )
    with open(spec, "w", encoding="utf-8") as file:
        file.write(f"opened: 1\ncompose:\n- name: {name}\n  hook: xdp\n  mechanism: libxdp\n  stages:\n{rows}")
    out = os.path.join(folder, name + ".d")
    run([tool, "-q", "-o", out, spec, "--", *FLAGS])
    run(["make", "-s", "-C", out, f"CLANG={CLANG}"])
    return os.path.join(out, name)


def guest(variants, count):
    """A part of its words for each variant: what beside says, the counters, BAD: what is wrong."""
    text = """
sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
ip link add near type veth peer name far
ip link set dev near up
ip link set dev far up
xdp-loader load -m skb -P 10 -s xdp far other.o || echo BAD: xdp-loader
mkdir /sys/fs/bpf/own
"""
    for stage in sorted({stage for stage, _ in STAGES}):
        text += f"bpftool prog loadall {stage}.o /sys/fs/bpf/own/{stage} || echo BAD: load {stage}\n"
    for name, (stages, expected) in variants.items():
        chain = " ".join(
            f"/sys/fs/bpf/own/{stage}/{stage}:{sum(1 << VERDICTS.index(word) for word in goes_on)}"
            for stage, goes_on in expected
        )
        text += f"""
echo @{name}
{name} attach --mode=libxdp-generic far || echo BAD: attach
{name} status > status
grep -c 'libxdp-generic, priority' status | grep -qx {len(stages)} || {{ echo BAD: components; cat status; }}
grep -q "not ours: libxdp-generic.*'other'" status || {{ echo BAD: status does not name the other component; cat status; }}
xdp-loader status far | grep -q ' other ' || echo BAD: the other component is not there
id=$(ip -j link show far | sed -n 's/.*"prog":{{"id":\\([0-9]*\\).*/\\1/p')
beside $id {count} 1 {VERDICTS.index("XDP_PASS")} {chain}
echo "stats $({name} stats --json | tr -d '\\n')"
{name} replace 2>/dev/null && echo BAD: replaced
{name} detach far || echo BAD: detach
xdp-loader status far > status
grep -q ' other ' status || echo BAD: the other component went with ours
grep stage_ status && echo BAD: stages are left
[ -e /sys/fs/bpf/{name} ] && echo BAD: pins are left
"""
    return text + "echo @end\n"


def counted(said):
    """What the product counted, as beside prints it."""
    document = json.loads(re.search(r"^stats (.*)$", said, flags=re.M)[1])
    text = ""
    for index, stage in enumerate(document["interfaces"][0]["hooks"][0]["stages"]):
        numbers = [stage["verdicts"][word] for word in VERDICTS] + [stage.get("other", 0)]
        text += f"stage {index}: {' '.join(map(str, numbers))}\n"
    return text


def judge(name, said, count):
    """What is wrong with a variant, or nothing."""
    if "BAD" in said:
        return said
    if name.startswith("wrong"):
        return "" if "\ndifferent: " in said else "not told apart:\n" + said
    if f"\nsame: {count} packets\n" not in said:
        return said
    return "" if counted(said) in said else f"counters are others:\n{counted(said)}{said}"


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    tool, tree = os.path.abspath(sys.argv[1]), sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    with tempfile.TemporaryDirectory() as folder:
        files, variants = [], {}
        for size in SIZES:
            stages = (STAGES * 2)[:size]
            exchanged = (stages[1], stages[0]) + stages[2:]
            variants[f"right{size}"] = (stages, stages)
            variants[f"wrong{size}"] = (exchanged, stages)
        for name, (stages, _) in variants.items():
            files += ["-b", compose(tool, folder, name, stages)]
        with open(folder + "/other.c", "w", encoding="utf-8") as file:
            file.write(OTHER)
        sources = {stage: f"{HERE}/Inputs/fused/{stage}.c" for stage, _ in STAGES}
        for name, source in {**sources, "other": folder + "/other.c"}.items():
            run([CLANG, *FLAGS, "-c", source, "-o", f"{folder}/{name}.o"])
            files += ["-f", f"{folder}/{name}.o"]
        run([CLANG, "-O2", "-Wall", "-Wextra", "-Werror", HERE + "/beside.c", "-o", folder + "/beside", "-lbpf"])
        with open(folder + "/guest.sh", "w", encoding="utf-8") as file:
            file.write(guest(variants, count))
        said = run(
            [os.path.join(HERE, "../vm/vm.sh"), "-k", tree, "-s", folder + "/guest.sh", "-b", folder + "/beside"]
            + ["-b", "bpftool", "-b", "ip", "-b", "xdp-loader", "-f", f"{DISPATCHER}:{DISPATCHER}", "-m", "veth"]
            + ["-t", "900"] + files
        )
    parts = dict(re.findall(r"^@(\w+)\n(.*?)(?=^@)", said, flags=re.M | re.S))
    bad = 0
    for name in variants:
        why = judge(name, "\n" + parts.get(name, said), count)
        bad += why != ""
        print(f"{name}: {why or re.search('(?:same|different): .*', parts[name])[0]}")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
