#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""gen-helpers.py - make hookdefs/helpers.yaml from data/helpers.tsv, data/kfuncs.tsv and data/map-types.tsv

The tables were measured on kernels; the YAML is what the tools read. A helper or kfunc whose first kernel is
not known ("?") has no min-kernel, so that nothing is claimed for programs that call it. A hook is
listed where the helper can be called from Linux 6.12 on: what only a newer kernel has is left out.
Of the packet: y, the kernel takes pointers into it away (bpf_helper_changes_pkt_data()); w, it stays where
it is, but its bytes or what the context and other helpers say of it may be others (net/core/filter.c:
bpf_skb_ecn_set_ce(), bpf_set_hash()); t, another program gets it.

usage: gen-helpers.py [--check]      --check: only say whether helpers.yaml is up to date
"""
import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# helpers - of each helper its number, the first kernel that has it, whether it wants a
# GPL-compatible licence, what becomes of the packet, and the hooks that may call it; of each kfunc the
# first kernel and the hooks; of each type of map the first kernel
#
# Made by gen-helpers.py from data/helpers.tsv, data/kfuncs.tsv and data/map-types.tsv: change it there.
schema: opened/helpers/1
helpers:
"""

# The tables' columns are program types; our hooks have one each.
COLUMNS = {
    "xdp": "xdp",
    "sched_cls": "tc",
    "cgroup_skb": "cgroup-skb",
    "socket_filter": "socket-filter",
    "lwt_in": "lwt-in",
    "lwt_out": "lwt-out",
    "lwt_xmit": "lwt-xmit",
    "lwt_seg6local": "lwt-seg6local",
    "sk_skb": "sk-skb",
    "sk_msg": "sk-msg",
    "sock_ops": "sock-ops",
    "sk_lookup": "sk-lookup",
    "sk_reuseport": "sk-reuseport",
    "flow_dissector": "flow-dissector",
    "netfilter": "netfilter",
    "cgroup_sock_addr": "cgroup-sock-addr",
}


def table(name):
    with open(HERE / "data" / name, newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    return csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def hooks(row):
    return "[" + ", ".join(h for c, h in COLUMNS.items() if row.get(c) == "y") + "]"


def first_kernel(kernel):
    return "" if kernel == "?" else f'min-kernel: "{kernel}", '


def rows():
    for row in table("helpers.tsv"):
        gpl = {"y": "true", "n": "false"}[row["gpl_only(probed 6.18)"]]
        first = first_kernel(row["min_kernel_any_type(bcc)"])
        effect = {"-": "", "y": "moved", "w": "written", "t": "left"}[row["changes_pkt_data(6.12)"]]
        packet = f" packet: {effect}," if effect else ""
        yield (
            f"  bpf_{row['helper']}: {{id: {row['id']}, {first}gpl-only: {gpl},{packet}\n"
            f"    hooks: {hooks(row)}}}\n"
        )
    yield "kfuncs:\n"
    for row in table("kfuncs.tsv"):
        first = first_kernel(row["min_kernel(docs.ebpf.io)"])
        yield f"  {row['kfunc']}: {{{first}hooks: {hooks(row)}}}\n"
    yield "map-types:\n"
    for row in table("map-types.tsv"):
        yield f"  {row['map_type']}: {{min-kernel: \"{row['min_kernel(docs.ebpf.io)']}\"}}\n"


def main():
    text = HEAD + "".join(rows())
    target = HERE / "helpers.yaml"
    if sys.argv[1:] == ["--check"]:
        if target.read_text() != text:
            sys.exit("hookdefs/helpers.yaml is not what gen-helpers.py makes of the table")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        target.write_text(text)


main()
