#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lint.py - the rules of the source tree, as programs

usage: lint.py RULE TREE

Each rule is a function over a tree; it returns what breaks it, as "file:line: why". Exit status 0:
kept, 1: broken (with the list on stdout), 2: usage. Every rule has a .test beside this file that
runs it over the real tree and over a small bad one, so that a rule that sees nothing is noticed.
"""

import os
import re
import subprocess
import sys

SKIPPED_FOLDERS = {".git", ".cache", "build"}
CODE = (".c", ".h", ".cpp", ".def")
LONGEST_FILE = 600


def tree_files(tree):
    """Paths relative to tree: those that git knows or would add, else all."""
    git = subprocess.run(
        ["git", "-C", tree, "ls-files", "-z", "-co", "--exclude-standard", "."],
        capture_output=True,
        check=False,
    )
    # A bad tree of a test stands in an ignored build folder: git knows nothing of it.
    if git.returncode == 0 and git.stdout:
        names = git.stdout.decode(errors="surrogateescape").split("\0")
        found = [n for n in names if n and os.path.isfile(os.path.join(tree, n))]
    else:
        found = []
        for folder, folders, names in os.walk(tree):
            folders[:] = [
                f for f in folders if f not in SKIPPED_FOLDERS and not f.startswith("build-")
            ]
            found += [os.path.relpath(os.path.join(folder, n), tree) for n in names]
    return sorted(set(found))


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def below(path, *folders):
    return path.split("/")[0] in folders


def strip_comments(text):
    """C text without comments; line numbers and string literals stay."""

    def blank(match):
        token = match.group(0)
        return token if token[0] in "\"'" else re.sub(r"[^\n]", " ", token)

    pattern = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*'
    return re.sub(pattern, blank, text, flags=re.S)


def search(path, text, pattern, why):
    """All matches of pattern in text, as findings."""
    for match in re.finditer(pattern, text, flags=re.M):
        line = text.count("\n", 0, match.start()) + 1
        yield f"{path}:{line}: {why}: {match.group(0).strip()}"


def rule_clang_boundary(tree):
    """Clang's and LLVM's headers, and C++, only below rewriters/, versions in one header; lib/ never looks up."""
    for path in tree_files(tree):
        if path.endswith(CODE) and path != "rewriters/llvm_compat.h":
            text = strip_comments(read(tree, path))
            why = "LLVM's versions outside of rewriters/llvm_compat.h"
            yield from search(path, text, r"^.*\b(LLVM_VERSION_M|__clang_major__).*$", why)
        if path.endswith((".cpp", ".cc", ".cxx", ".hpp")) and not below(path, "rewriters"):
            yield f"{path}:1: C++ outside of rewriters/"
        if not path.endswith(CODE) or below(path, "rewriters"):
            continue
        text = strip_comments(read(tree, path))
        yield from search(
            path, text, r'^[ \t]*#[ \t]*include[ \t]*[<"](clang|llvm)(-c)?/.*$', "Clang outside of rewriters/"
        )
        if below(path, "lib"):
            yield from search(
                path,
                text,
                r'^[ \t]*#[ \t]*include[ \t]*[<"](rewriters\.h|cli\.h|extract\.h|argp\.h|getopt\.h)[>"]',
                "lib/ includes what is above it",
            )


# What only a hook table may know: context types, verdicts, program types, section names.
HOOK_NAMES = (
    r"\bxdp(_md)?\b|\bXDP_[A-Z]|\bTC_ACT_|\bTCX_|\b__sk_buff\b|\bsk_msg_md\b|\bbpf_sock_ops\b|"
    r"\bbpf_sock_addr\b|\bSK_(PASS|DROP)\b|\bBPF_PROG_TYPE_[A-Z]|\bNF_(ACCEPT|DROP)\b|"
    r'"\??(tc|tcx|xdp|classifier|action|socket|kprobe|kretprobe|uprobe|uretprobe|ksyscall|'
    r"tracepoint|tp|raw_tp|raw_tracepoint|tp_btf|fentry|fexit|fmod_ret|freplace|lsm|iter|"
    r"sk_msg|sk_skb|sk_lookup|sk_reuseport|sockops|cgroup|cgroup_skb|flow_dissector|"
    r'netfilter|perf_event|struct_ops|syscall|lwt_in|lwt_out|lwt_xmit)[/."]'
)


def rule_hook_names(tree):
    """No hook is known to code: names of hooks are data."""
    for path in tree_files(tree):
        if below(path, "lib", "rewriters") and path.endswith((".c", ".cpp", ".h")):
            yield from search(path, strip_comments(read(tree, path)), HOOK_NAMES, "hook name")


def rule_tools_only(tree):
    """Only tools/ has a main, reads options, writes to stdout and ends the process."""
    pattern = (
        r"\bint\s+main\s*\(|(?<![\w.>])(_?exit|_Exit|quick_exit|abort)\s*\(|\bstdout\b|"
        r"(?<![\w.>])(printf|vprintf|puts|putchar)\s*\(|\bllvm::outs\s*\(|\bstd::cout\b|"
        r"\bgetopt(_long)?\s*\(|\bargp_parse\s*\("
    )
    for path in tree_files(tree):
        if below(path, "lib", "rewriters") and path.endswith((".c", ".cpp", ".h")):
            # What is written into a string is for somebody else's program.
            text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', strip_comments(read(tree, path)))
            # A process that it made itself ends so.
            if re.search(r"\bfork\s*\(\)", text):
                text = re.sub(r"\b_exit\b", "", text)
            yield from search(path, text, pattern, "only for tools/")


def rule_file_length(tree):
    """No file past 600 lines without a reason in its head comment ("Long because ...")."""
    for path in tree_files(tree):
        if not below(path, "lib", "rewriters", "tools", "test", "dev"):
            continue
        if not path.endswith(CODE + (".py", ".sh")) and path != "dev":
            continue
        text = read(tree, path)
        lines = text.count("\n")
        if lines > LONGEST_FILE and not re.search(r"\bLong because\b", text[:4000]):
            yield f"{path}:1: {lines} lines, and no 'Long because' in the head comment"


def rule_diagnostics(tree):
    """Each row of lib/diag.def has a golden below test/ and a section in docs/diagnostics.md."""
    path = "lib/diag.def"
    text = read(tree, path)
    tests = ""
    for name in tree_files(tree):
        if below(name, "test") and not name.startswith("test/lint/"):
            tests += read(tree, name)
    docs_path = os.path.join(tree, "docs/diagnostics.md")
    docs = read(tree, "docs/diagnostics.md") if os.path.exists(docs_path) else ""
    for match in re.finditer(r'^OPN_DIAG\((\w+),\s*\w+,\s*\d+,\s*"([^"]+)"', text, flags=re.M):
        name, flag = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        word = re.escape("opened-" + flag) + r"(?![\w-])"
        if not re.search(word, tests) and not re.search(rf"\bOPN_DIAG_{name}\b", tests):
            yield f"{path}:{line}: no test of 'opened-{flag}'"
        if not re.search(rf"^#+ .*{word}", docs, flags=re.M):
            yield f"{path}:{line}: no section on 'opened-{flag}' in docs/diagnostics.md"


TOOL_LICENSE = "Apache-2.0 WITH LLVM-exception"
OUTPUT_LICENSE = "GPL-2.0-only OR BSD-2-Clause"
# Goldens stand for other people's code: what they say of their licence is what they test.
FREE_LICENSE = re.compile(
    r"test/(extract|prove|corpus|cli|fuzz)/.*\.(c|h|inc|def)$|test/fuzz/(seeds|found)/"
)
NO_COMMENTS = (".json", ".md", ".txt", ".pcap", ".gitignore", ".clang-format", "LICENSE", ".expected")


def rule_spdx(tree):
    """Every file says its licence in its first lines, and the right one for its folder."""
    for path in tree_files(tree):
        if path.endswith(NO_COMMENTS) and not path.endswith("CMakeLists.txt"):
            continue
        if FREE_LICENSE.match(path):
            continue
        head = "\n".join(read(tree, path).splitlines()[:5])
        match = re.search(r"SPDX-License-Identifier: (.*?)\s*(\*/|-->)?$", head, flags=re.M)
        wanted = OUTPUT_LICENSE if below(path, "hookdefs", "examples") else TOOL_LICENSE
        if not match:
            yield f"{path}:1: no SPDX line"
        elif match.group(1) not in (wanted, OUTPUT_LICENSE if below(path, "test") else wanted):
            yield f"{path}:1: licence '{match.group(1)}', wanted '{wanted}'"


def rule_machine_paths(tree):
    """No path of the machine that somebody works on."""
    for path in tree_files(tree):
        text = read(tree, path)
        yield from search(
            path, text, r"(?<![\w.~$})*@/])/(work|home|root|Users)/[\w.-]+", "path of one machine"
        )


RULES = {
    name[len("rule_") :].replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("rule_")
}


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in RULES:
        print("usage: lint.py RULE TREE; rules: " + " ".join(sorted(RULES)), file=sys.stderr)
        return 2
    rule, tree = arguments
    if not os.path.isdir(tree):
        print(f"lint.py: no folder '{tree}'", file=sys.stderr)
        return 2
    findings = list(RULES[rule](tree))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
