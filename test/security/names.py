# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""names.py - names of a stranger in every product: none acts

names.py TOOLS CLANG LLVM FOLDER [--bpf]

Files, folders, sections, symbols, licences and values of macros have names with a command, quotes,
a line break, a script, the end of a comment and bytes that are no UTF-8. Everything is made of them
that the tools make, then built and read. No command may have run, no symbol may be there that is in
no source, no page may have a script, a handler or an address, and each format must read as one.
With --bpf the proofs run too, whose reports are pages. Rows that did harm: the file's name in the
dispatcher of a pipeline, its licence, its README, the section in a rewritten program.
"""

import glob
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys

TOOLS, CLANG, LLVM, BASE = sys.argv[1:5]
HAS_BPF = "--bpf" in sys.argv
TOOLS, BASE = os.path.abspath(TOOLS), os.path.abspath(BASE)
MULTIARCH = f"/usr/include/{os.uname().machine}-linux-gnu"
ACT = "$(touch RAN)`touch RAN`'\"|<script>alert(1)<"
FOLDERS = [
    "a*/ int planted = 1; /*" + ACT + "/script>",  # ends a comment, and says something behind it
    "b%s=;#" + ACT + "/x onload=alert(1) ",
    "c\n\ttouch RAN\n#\x1b]0;title\x07 $(shell touch RAN)",
]
# Raw, as the source has it: Clang takes no numbers in a section's name.
SECTION = ACT.replace('"', r'\"') + r"/script>*/\n int planted = 1; /*%s " + "\udcff"
LICENSE = r'GPL\"; int planted = 1; char rest[] = \"' + "*/</script>" + ACT.replace('"', r'\"')
SYMBOL = ACT.replace('"', r'\"') + "*/"
FLAGS = ["-target", "bpf", "-O2", "-g", "-idirafter", MULTIARCH, "-w",
         '-DWORDS="$(touch RAN)`touch RAN`\\"</script>*/%s"', "-DLATER=*/ int planted;",
         "-DNAME=head.h"]
SOURCE = r"""/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "head.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static const char words[] = WORDS;

static __attribute__((noinline)) int named(__u32 key) __asm__("@SYMBOL@");

static __attribute__((noinline)) int named(__u32 key)
{
	__u64 *hit = bpf_map_lookup_elem(&hits, &key);

	if (hit)
		++*hit;
	return hit && (*hit & VALUE);
}

SEC("xdp/@SECTION@")
int prog(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 1 > end)
		return XDP_PASS;
	return named(*data & 31 & sizeof(words)) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "@LICENSE@";
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


class Failed(Exception):
    """What a product did that it should not."""


def run(*words, cwd=None, status=(0,)):
    done = subprocess.run(words, capture_output=True, cwd=cwd or BASE, timeout=300, check=False)
    if done.returncode not in status:
        raise Failed(f"{' '.join(words[:3])}... ended with {done.returncode}:\n" +
                     (done.stdout + done.stderr).decode(errors="replace")[-3000:])
    if b"\x1b" in done.stderr or b"\x1b" in done.stdout:
        raise Failed(f"{words[0]} writes to the terminal what a name says")
    return done.stdout.decode(errors="replace")


def tool(name, *words, **options):
    return run(os.path.join(TOOLS, name), *words, **options)


# ---- what products must be ----


class Page(html.parser.HTMLParser):
    """Counts what could act in a page."""

    def __init__(self):
        super().__init__()
        self.acts = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "object", "embed", "form", "base", "img", "link"):
            self.acts.append(tag)
        for name, value in attrs:
            # Links of the page lead into it, or to a report beside it.
            leads_out = name in ("href", "xlink:href", "src") and not re.match(
                r"#|proofs/[\w./-]*$", value or "")
            if name.startswith("on") or leads_out or (name == "style" and "url(" in value):
                self.acts.append(f"{tag} {name}={value}")


def check_page(path):
    page = Page()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page.feed(text)
    page.close()
    if page.acts:
        raise Failed(f"{path} has {page.acts}")
    if "default-src 'none'" not in text:
        raise Failed(f"{path} has no policy")


def check_folder(folder):
    """Builds what can be built, and reads what can be read."""
    for path in glob.glob(folder + "/**/Makefile", recursive=True):
        run("make", "-s", "-C", os.path.dirname(path), "CLANG=" + CLANG)
    for path in glob.glob(folder + "/**/compile_commands.json", recursive=True):
        for entry in json.load(open(path, encoding="utf-8")):
            run(CLANG, *entry["arguments"][1:-1], "again.o", cwd=os.path.dirname(path))
    for path in glob.glob(folder + "/**/*.json", recursive=True):
        json.load(open(path, encoding="utf-8"))
    for path in glob.glob(folder + "/**/*.html", recursive=True):
        check_page(path)
    for path in glob.glob(folder + "/**/*.o", recursive=True):
        symbols = run(os.path.join(LLVM, "llvm-nm"), path).split()
        if "planted" in symbols or "rest" in symbols:
            raise Failed(f"{path} has what a name says")
    for path in glob.glob(folder + "/**/README.md", recursive=True):
        text = open(path, encoding="utf-8", errors="replace").read()
        if re.search(r"(?<!\\)<script", text) or re.search(r"(?<!\\)`touch", text):
            raise Failed(f"{path} has a script or code of a name")
    if not os.listdir(folder):
        raise Failed(f"{folder} is empty")


# ---- rows ----


def nothing(out):
    """What was refused must have left nothing."""
    os.mkdir(out)
    write(out + "/refused", "")


def cannot_be_said(folder):
    """Whether no Makefile can name a folder, so that it is refused."""
    return any(ord(letter) < 32 for letter in folder)


def extract(source, out):
    tool("opened-extract", "--prove", "--all", "--graph=" + out + ".dot", "-o", out, source, "--",
         *FLAGS)
    if shutil.which("dot"):
        run("dot", "-Tsvg", "-o", out + ".html", out + ".dot")
        page = Page()
        page.feed(open(out + ".html", encoding="utf-8").read())
        if page.acts:
            raise Failed(f"the graph has {page.acts}")


def extract_tree(source, out):
    # Names that a Makefile cannot say are refused.
    tool("opened-extract", "--all", "--layout=tree", "-o", out, source, "--", *FLAGS,
         status=(0, 1))
    if not os.path.isdir(out):
        nothing(out)


def transform(source, out):
    # A folder's name that a Makefile cannot say is refused; so the source is said from there.
    folder = os.path.dirname(source)
    tool("opened-transform", "--to=tc", "-o", out, source, "--", *FLAGS, status=(1,))
    if cannot_be_said(folder):
        tool("opened-transform", "--to=tc", "-o", out, "prog.c", "--", *FLAGS, cwd=folder,
             status=(1,))
        return nothing(out)
    tool("opened-transform", "--to=tc", "--export-fixes=" + out + ".yaml", "-o", out, "prog.c",
         "--", *FLAGS, cwd=folder)
    shutil.copy(folder + "/head.h", out)
    tool("opened-transform", "--to=xdp", "-o", out + ".back", "prog.c", "--", *FLAGS, cwd=out)
    shutil.copy(folder + "/head.h", out + ".back")
    if re.search("^int planted", open(out + "/prog.c", encoding="utf-8", errors="replace").read(),
                 re.MULTILINE):
        raise Failed("the section's name ended a comment")


def told(source, out):
    broken = os.path.dirname(source) + "/broken.c"
    write(broken, SOURCE.replace("@SECTION@", SECTION).replace("return named", "return unnamed("))
    os.makedirs(out)
    for form in ("sarif", "json"):
        tool("opened-extract", "--all", "-o", out + "/out", f"--diag-output={out}/d.json",
             f"--diag-format={form}", "--force", broken, "--", *FLAGS, status=(1,))
        json.load(open(out + "/d.json", encoding="utf-8"))
    os.unlink(broken)


def compose(mechanism):
    def row(source, out):
        tool("opened-compose", "--hook=xdp", "--mechanism=" + mechanism, "--name=joined",
             "--graph=" + out + ".dot", "-o", out, source, "--", *FLAGS)
    return row


def whole(source, out):
    """opened run, with other loaders, a report of what went well and one of what did not."""
    tree = os.path.dirname(source)
    spec = {
        "opened": 1,
        "extract": [{"unit": "one", "source": {"path": tree}, "compile": {"flags": FLAGS},
                     "functions": ["prog"]}],
        "transform": [{"unit": "one", "to": "tc"}],
        "compose": [{"name": "joined", "hook": "tc-ingress", "stages": ["one"]}],
        "output": out,
    }
    if HAS_BPF:
        spec["verify"] = {"generate": 100}
    name = os.path.join(tree, "sp`touch RAN`<script>.yaml")
    write(name, json.dumps(spec))
    tool("opened", "run", name, status=(1,) if cannot_be_said(tree) else (0,))
    check_page(out + "/report.html")
    spec["extract"][0]["functions"] = ["<script>alert(1)</script>`touch RAN`"]
    spec["output"] = out + ".bad"
    write(name, json.dumps(spec))
    tool("opened", "run", name, status=(1, 2, 3))
    for page in glob.glob(out + ".bad/*.html"):
        check_page(page)


def deploy(source, out):
    spec = {
        "opened": 1,
        "compose": [{"name": "joined", "hook": "xdp", "interface": "eth0",
                     "stages": [{"unit": source, "name": "one", "compile": {"flags": FLAGS}}]}],
        "deploy": {"bpfman": {"image": {"url": ACT, "secret": {"name": ACT}},
                              "nodes": {ACT: ACT}, "interfaces": ["e: $(touch RAN)"]},
                   "l3af": {"version": "1", "repository": "file:///" + ACT,
                            "hosts": [{"name": "host", "interface": ACT, "address": ACT}]}},
    }
    name = os.path.dirname(source) + "/deploy.yaml"
    write(name, json.dumps(spec))
    tool("opened-compose", "--emit=l3af", "-o", out + ".back", name)
    tool("opened-compose", "--emit=bpfman", "-o", out, name)
    run("make", "-s", "-C", out, "CLANG=" + CLANG, "image",
        "OPENED_COMPOSE=" + TOOLS + "/opened-compose")


def refused(source, out):
    """Words that stand in names of files, in C and in commands must be words."""
    flags = {"flags": FLAGS}
    stage = {"unit": source, "name": "one", "compile": flags}
    for change in ({"name": "a;b"}, {"name": "$(touch RAN)"}, {"interface": "eth0; touch RAN"},
                   {"interface": "$(touch RAN)"}, {"interface": "-x"},
                   {"stages": [{**stage, "name": "../one"}]}, {"stages": [{**stage, "name": ACT}]},
                   {"mechanism": ACT}, {"share": [ACT]}, {"metadata": {"map": ACT}}):
        spec = {"opened": 1,
                "compose": [{"name": "joined", "hook": "xdp", "stages": [stage], **change}]}
        write(BASE + "/refused.yaml", json.dumps(spec))
        tool("opened-compose", "-o", out, "refused.yaml", status=(1, 2))
        if os.path.exists(out):
            raise Failed(f"{change} is taken")
    nothing(out)


def compare(source, out):
    """Reports of objects whose symbols, sections and licences a stranger chose."""
    if not HAS_BPF:
        return nothing(out)
    os.mkdir(out)
    run(CLANG, *FLAGS, "-c", source, "-o", out + "/one.o")
    tool("opened-verify", "--generate=100", f"--report={out}/r.html", f"--report={out}/r.json",
         out + "/one.o", out + "/one.o", status=(0, 1))


ROWS = {
    "extract": extract, "extract, a tree": extract_tree, "transform": transform,
    "diagnostics": told, "compose, linked": compose("linked"), "compose, fused": compose("fused"),
    "compose, tail": compose("tail"), "opened run": whole, "other loaders": deploy,
    "refused": refused, "verify": compare,
}


def try_row(row, source, out):
    try:
        row(source, out)
        for folder in (out, out + ".back", out + ".bad"):
            if os.path.isdir(folder):
                check_folder(folder)
    except Failed as failed:
        return str(failed)
    ran = [path for path, folders, files in os.walk(BASE) for name in folders + files
           if name == "RAN"]
    for path in ran:
        os.unlink(path + "/RAN")
    return "a command ran in " + ran[0] if ran else None


def main():
    shutil.rmtree(BASE, ignore_errors=True)
    bad = 0
    for number, folder in enumerate(FOLDERS):
        source = os.path.join(BASE, folder, "prog.c")
        text = SOURCE.replace("@SECTION@", SECTION).replace("@SYMBOL@", SYMBOL)
        write(source, text.replace("@LICENSE@", LICENSE))
        write(os.path.join(os.path.dirname(source), "head.h"), "#define VALUE 1\n")
        for name, row in ROWS.items():
            out = os.path.join(BASE, f"out{number}-{re.sub('[^a-z]+', '-', name)}")
            problem = try_row(row, source, out)
            print(f"{number}, {name}: {problem or 'harmless'}")
            bad += problem is not None
    return bad != 0


sys.exit(main())
