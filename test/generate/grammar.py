# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""grammar.py - writes eBPF programs by the rules of rules/*.yaml

A program is a function of its seed. A rule is a piece of C of one kind:

statement  declarations (top) and what a program does with them (body); it adds to `acc`
verdict    how `acc` becomes what the program returns
shape      the program itself, around $STATEMENTS and $VERDICT

In a text, $(a$|b$|c$) is one of several, drawn anew each time, and may be nested; $WORD is a word of
the hook (WORDS), or of the program ($ctx: its context, $NAME: its function). `header` says where a
rule's top may stand: a project header of that name, else it is drawn. What refuses by the tables says
so: `accept` names losses to take, `refuse` is a regular expression of what has to be said instead,
`back` says why the way back does not give the same bytes, `unseen` that a test run cannot compare it.
"""
import collections
import glob
import os
import random
import re

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ("statement", "verdict", "shape")

WORDS = {
    "xdp": {
        "CTX": "struct xdp_md",
        "BARE": "xdp_md",
        "SECTION": "$(xdp$|xdp$|xdp$|xdp.frags$|?xdp$)",
        "PREFIX": "XDP_",
        "PASS": "XDP_PASS",
        "DROP": "XDP_DROP",
        "OTHER": "$(XDP_ABORTED$|XDP_TX$|XDP_DROP$)",
        "ENUM": "enum xdp_action",
        "IFINDEX": "ingress_ifindex",
        "HOOK": "xdp",
        "KIND": "xdp",
        "LOADBYTES": "bpf_xdp_load_bytes",
        "NUMBER": "$(ingress_ifindex$|rx_queue_index$)",
    },
    "tc": {
        "CTX": "struct __sk_buff",
        "BARE": "__sk_buff",
        "SECTION": "$(tc$|tc$|classifier$|tcx/ingress$|tc/ingress$|?tc$)",
        "PREFIX": "TC_ACT_",
        "PASS": "$(TC_ACT_OK$|TC_ACT_OK$|TC_ACT_UNSPEC$)",
        "DROP": "TC_ACT_SHOT",
        "OTHER": "$(TC_ACT_OK$|TC_ACT_SHOT$|TC_ACT_UNSPEC$|TC_ACT_PIPE$)",
        "ENUM": "int",
        "IFINDEX": "ifindex",
        "HOOK": "tc",
        "KIND": "skb",
        "LOADBYTES": "bpf_skb_load_bytes",
        "NUMBER": "$(ifindex$|len$|protocol$|vlan_tci$|mark$)",
    },
}
CHOICE = re.compile(r"\$\(((?:(?!\$\(|\$\)).)*)\$\)", re.S)
WORD = re.compile(r"\$([A-Za-z]+)")


def load():
    rules = collections.defaultdict(list)
    for path in sorted(glob.glob(HERE + "/rules/*.yaml")):
        with open(path, encoding="utf-8") as file:
            for rule in yaml.safe_load(file):
                assert rule["kind"] in KINDS, rule["name"]
                rules[rule["kind"]].append(rule)
    return rules


RULES = load()


class Program:
    """The files of one seed, and what is expected of them."""

    def __init__(self, seed, only=None):
        self.seed = seed
        self.random = random.Random(seed)
        self.only = only
        self.hook = self.random.choice(("xdp", "tc"))
        self.vmlinux = self.random.random() < 0.02
        self.words = {"ctx": self.random.choice(("ctx", "ctx", "skb", "xdp", "md", "_ctx"))}
        self.rules, self.flags, self.accept, self.refuse = [], [], set(), []
        self.tops, self.headers, self.includes = [], {}, []
        self.files = {}
        self.write()

    def one_of(self, kind, count=1):
        fitting = [rule for rule in RULES[kind] if self.fits(rule)]
        weights = [rule.get("weight", 1) for rule in fitting]
        chosen = []
        while fitting and len(chosen) < count:
            (at,) = self.random.choices(range(len(fitting)), weights)
            chosen.append(fitting.pop(at))
            weights.pop(at)
        return chosen

    def fits(self, rule):
        if self.hook not in rule.get("hooks", "xdp tc").split():
            return False
        if rule in self.rules or (self.only and rule["kind"] == "statement" and rule["name"] not in self.only):
            return False
        return rule.get("needs", "any") in ("any", "vmlinux" if self.vmlinux else "uapi")

    def expand(self, text, **more):
        """A text with its choices made; the outer ones go last, so that unused ones draw too."""
        words = {**WORDS[self.hook], **self.words, **more}
        for _ in range(200):
            new = CHOICE.sub(lambda found: self.random.choice(found.group(1).split("$|")), text, count=1)
            if new == text:
                new = WORD.sub(lambda found: words.get(found.group(1), found.group(0)), text)
            if new == text:
                return text
            text = new
        raise ValueError(text)

    def use(self, rule):
        """Places the rule's declarations; returns its body."""
        self.rules.append(rule)
        self.accept.update(rule.get("accept", "").split())
        if "refuse" in rule:
            self.refuse.append(rule["refuse"])
        self.flags += self.expand(rule.get("flags", "")).split()
        self.includes += [include for include in rule.get("includes", "").split() if include not in self.includes]
        for name, text in rule.get("files", {}).items():
            self.files[name] = self.expand(text)
        if "top" in rule:
            top = self.expand(rule["top"])
            where = rule.get("header") or self.random.choice((None, None, None, "common.h", "lib/parts.h"))
            if where and where != "main":
                self.headers.setdefault(where, []).append(top)
            else:
                self.tops.append(top)
        return self.expand(rule.get("body", ""))

    def statements(self, count):
        texts = []
        # What moves the packet goes last: what was read before is no longer to be used.
        for rule in sorted(self.one_of("statement", count), key=lambda rule: rule.get("last", False)):
            text = self.use(rule)
            if not text.strip():
                continue
            if self.random.random() < 0.15 and "return" not in rule.get("body", ""):
                text = self.conditional(text)
            texts.append(text)
        return "\n".join(texts)

    def conditional(self, text):
        """Code that a macro switches on or off, on the command line or in the text."""
        name = f"WITH_{len(self.rules)}"
        state = self.random.choice(("off", "flag", "define", "value"))
        if state == "flag":
            self.flags.append("-D" + name)
        elif state != "off":
            self.tops.insert(0, f"#define {name}" + (" 2\n" if state == "value" else "\n"))
        test = {"value": f"#if {name} > 1", "off": f"#if defined({name}) && 1"}.get(state, f"#ifdef {name}")
        other = self.random.choice(("", "#else\n\tacc++;\n", f"#elif defined(NOT_{name})\n\tacc += nothing;\n"))
        return f"{test}\n{text}\n{other}#endif"

    def program(self, name):
        (shape,) = self.one_of("shape")
        self.words["NAME"] = name
        statements = self.statements(self.random.choice((1, 2, 3, 4)))
        (verdict,) = self.one_of("verdict")
        verdict = self.use(verdict)
        text = self.expand(shape["body"]).replace("@STATEMENTS@", statements.strip("\n"))
        self.use({**shape, "body": ""})
        return text.replace("@VERDICT@", verdict.strip("\n"))

    def write(self):
        names = self.random.sample(("filter", "count", "handle_pkt", "prog", "fw", "main_prog", "stats"), 2)
        programs = [self.program(name) for name in names[: 1 + (self.random.random() < 0.15)]]
        self.random.shuffle(self.tops) if not any("#" in top for top in self.tops) else None
        head = self.random.choice(
            ("/* SPDX-License-Identifier: GPL-2.0 */\n", "// SPDX-License-Identifier: GPL-2.0\n", "", "/*\n * a program\n */\n")
        )
        system = ["linux/bpf.h", "linux/if_ether.h", "linux/ip.h", "linux/ipv6.h", "linux/in.h", "linux/tcp.h", "linux/udp.h", "linux/pkt_cls.h"]
        system += ["bpf/bpf_helpers.h", "bpf/bpf_endian.h"]
        if self.vmlinux:
            missing = "#define ETH_P_IP 0x0800\n#define TC_ACT_OK 0\n#define TC_ACT_SHOT 2\n#define TC_ACT_UNSPEC (-1)\n#define TC_ACT_PIPE 3\n#define ETH_ALEN 6\n"
            lines = '#include "vmlinux.h"\n' + "".join(f"#include <{name}>\n" for name in system[-2:]) + missing
        else:
            lines = "".join(f"#include <{name}>\n" for name in system)
        lines += "".join(f"#include <{name}>\n" for name in self.includes)
        licence = self.random.choice(
            (
                'char _license[] SEC("license") = "GPL";',
                'char LICENSE[] SEC("license") = "Dual BSD/GPL";',
                'char _license[4] SEC("license") = "GPL";',
                'const char __license[] __attribute__((section("license"), used)) = "GPL";',
                '#define LICENSE_OF(x) char _license[] SEC("license") = x\nLICENSE_OF("GPL");',
            )
        )
        for name, tops in self.headers.items():
            self.files[name] = self.guard(name, "\n".join(tops))
        own = "".join(f'#include "{name}"\n' for name in sorted(self.headers) for _ in range(self.random.choice((1, 1, 2))))
        body = "\n\n".join(self.tops + programs)
        parts = [licence, body] if self.random.random() < 0.2 else [body, licence]
        if self.headers and self.random.random() < 0.3:
            self.files["all.h"] = "#pragma once\n" + lines + own
            lines, own = '#include "all.h"\n', ""
        self.files["main.bpf.c"] = head + lines + own + "\n" + "\n\n".join(parts) + "\n"
        for name in list(self.files):
            self.files[name] = self.layout(self.files[name])

    def guard(self, name, text):
        word = re.sub(r"\W", "_", name).upper()
        if self.random.random() < 0.3:
            return "#pragma once\n" + text + "\n"
        return f"#ifndef {word}\n#define {word}\n\n{text}\n#endif\n"

    def layout(self, text):
        """What an editor of another taste makes of it. The bytes of a file."""
        draw = self.random.random
        if draw() < 0.1:
            text = text.replace("\t", "    ")
        if draw() < 0.1:
            text = re.sub(r"\)\n\{", ") {", text)
        if draw() < 0.08:
            text = self.splice(text)
        if draw() < 0.1:
            text = text.rstrip("\n")
        if draw() < 0.1:
            text = re.sub(r";\n(?!#)", lambda f: self.random.choice((";\n", "; /* what??/ */\n", "; // \u00e9\u4e2d /* \n")), text)
        if draw() < 0.08:
            text = text.replace("\n", "\r\n")
        data = text.encode()
        return b"\xef\xbb\xbf" + data if draw() < 0.04 else data

    def splice(self, text):
        """Lines that go on behind a backslash, also in the middle of a word."""
        lines = []
        for line in text.split("\n"):
            spots = [found.start() for found in re.finditer(r"(?<=\w) (?=\w)|(?<=\w{3})(?=\w{3})", line)]
            if spots and not re.search(r'["/<\\]|^#', line) and self.random.random() < 0.12:
                at = self.random.choice(spots)
                line = line[:at] + "\\\n" + line[at:]
            lines.append(line)
        return "\n".join(lines)
