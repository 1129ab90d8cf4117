#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run.py - do what README.md and docs/ say, and compare what comes out with what they show

A fenced block says by the words behind its language what it is:

    ```sh               run by bash in a scratch copy of the tree; each block stands alone, files stay
    ```sh status=N      ... and ends with N, not with 0
    ```sh needs=WORD    ... where WORD holds: bpf (root, a kernel that tells its BTF), bpftool,
                        linux-source (bpf, and Debian's package linux-source-6.12)
    ```sh by-hand       not run: it installs, or needs what a test has not
    ```LANG file=PATH   the text of a file, which is written
    ```LANG output      what the sh block before it prints; a line "..." stands for any lines,
                        in a line for any text, and /path/to for the folder in which it ran

Lines "./dev COMMAND" build and install, so of those only "./dev demo" is run, with its build and
its look for packages replaced; of the others COMMAND must exist. Links between documents must lead
somewhere, and a tool's document must name each option that its --help prints.

usage: run.py [--update] TREE SCRATCH [DOCUMENT...]

Documents are relative to TREE; default: all. --update writes into them what their output blocks
without a "..." should be; read the difference before you keep it.
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

COPIED = ("dev", "README.md", "docs", "examples", "hookdefs", "test/corpus", "test/generate", "LICENSE", "CONTRIBUTING.md")
# Each tool and the document that names all of its options.
TOOLS = {
    "opened run": "docs/opened.md",
    "opened check": "docs/opened.md",
    "opened graph": "docs/opened.md",
    "opened-extract": "docs/extract.md",
    "opened-transform": "docs/transform.md",
    "opened-verify": "docs/verify.md",
    "opened-compose": "docs/compose.md",
}
SECONDS = 600
FENCE = re.compile(r"^(`{3,})(\w+)?(?:[ \t]+(.*))?$")


class Block:
    def __init__(self, line, language, words):
        self.line, self.language = line, language
        self.flags = {word for word in words if "=" not in word}
        self.values = dict(word.split("=", 1) for word in words if "=" in word)
        self.text = ""
        unknown = (self.flags - {"by-hand", "output"}) | (set(self.values) - {"status", "needs", "file"})
        if unknown:
            raise ValueError(f"{line}: unknown words {sorted(unknown)}")


def read_blocks(text):
    blocks, block, fence = [], None, ""
    for number, line in enumerate(text.splitlines(), 1):
        opening = FENCE.match(line)
        if block is None and opening:
            fence = opening[1]
            block = Block(number, opening[2] or "", (opening[3] or "").split())
        elif block is not None and line.rstrip() == fence:
            blocks.append(block)
            block = None
        elif block is not None:
            block.text += line + "\n"
    if block is not None:
        raise ValueError(f"{block.line}: this block has no end")
    return blocks


def prose(text):
    """The text without its fenced blocks."""
    kept, fence = [], None
    for line in text.splitlines():
        mark = FENCE.match(line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is not None:
            if line.rstrip() == fence:
                fence = None
        else:
            kept.append(line)
    return "\n".join(kept)


def holds(need):
    if need == "bpf":
        return os.geteuid() == 0 and os.path.exists("/sys/kernel/btf/vmlinux")
    if need == "bpftool":
        return bool(shutil.which("bpftool")) and os.path.exists("/sys/kernel/btf/vmlinux")
    if need == "linux-source":
        return holds("bpf") and os.path.exists("/usr/src/linux-source-6.12.tar.xz")
    raise ValueError(f"nothing is known of needs={need}")


def same_lines(wanted, got):
    """Whether got is wanted, where "..." stands for any number of lines, and in a line for any text."""
    parts = [
        re.escape(line.rstrip()).replace(re.escape("..."), ".*") + r"\n" if line.strip() != "..." else r"(?:.*\n)*?"
        for line in wanted
    ]
    return re.fullmatch("".join(parts), "".join(line.rstrip() + "\n" for line in got)) is not None


def prepare(tree, scratch):
    """A copy of what the documents work on, a stand-in for what builds, and the built tool."""
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch + "/build/tools")
    for name in COPIED:
        source, target = os.path.join(tree, name), os.path.join(scratch, name)
        if os.path.isdir(source):
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("build", "compile_commands.json", ".cache"))
        elif os.path.exists(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)
    for name in sorted({command.split()[0] for command in TOOLS}):
        tool = shutil.which(name)
        if not tool:
            raise ValueError(f"no {name} on PATH")
        os.symlink(os.path.realpath(tool), f"{scratch}/build/tools/{name}")
    open(scratch + "/build/build.ninja", "w").close()
    stand_ins = scratch + ".stand-ins"
    shutil.rmtree(stand_ins, ignore_errors=True)
    os.makedirs(stand_ins)
    for name, text in (("ninja", "exit 0"), ("dpkg-query", "printf 'ii '")):
        with open(os.path.join(stand_ins, name), "w") as f:
            f.write(f"#!/bin/sh\n{text}\n")
        os.chmod(os.path.join(stand_ins, name), 0o755)


def dev_commands(tree):
    """The commands of ./dev, as its usage lists them."""
    done = subprocess.run(["./dev", "help"], cwd=tree, capture_output=True, text=True, check=True)
    return set(re.findall(r"^\s+(\w+)(?= {2,}| \[)", done.stdout, re.M))


class Document:
    def __init__(self, tree, path, scratch, update):
        self.tree, self.path, self.scratch, self.update = tree, path, scratch, update
        self.faults = []
        self.updates = []  # (block, lines)
        self.ran = self.skipped = 0
        with open(os.path.join(tree, path), encoding="utf-8") as f:
            self.text = f.read()

    def fault(self, line, message):
        self.faults.append(f"{self.path}:{line}: {message}")

    def check_links(self):
        text = prose(self.text)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(self.path), name)) if name else self.path
            if not os.path.exists(os.path.join(self.tree, target)):
                self.fault(1, f"'{link}' leads nowhere")
            elif anchor and anchor not in anchors(os.path.join(self.tree, target)):
                self.fault(1, f"'{target}' has no heading for '#{anchor}'")

    def dev_line(self, block, line):
        words = line.split()
        if len(words) < 2 or words[1] not in dev_commands(self.tree):
            self.fault(block.line, f"'{line}' is no command of ./dev")
        return words[1:] == ["demo"]

    def execute(self, block):
        """(status, output) of an sh block; None when it is not for here."""
        lines = block.text.splitlines()
        environment = dict(os.environ, LC_ALL="C")
        dev = [line for line in lines if line.startswith("./dev")]
        wanted = [self.dev_line(block, line) for line in dev]
        if "by-hand" in block.flags or ("needs" in block.values and not holds(block.values["needs"])):
            return None
        if dev:
            if len(dev) != len(lines) or not all(wanted):
                return None
            environment["PATH"] = self.scratch + ".stand-ins" + os.pathsep + environment["PATH"]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=self.scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout.decode(errors="replace").replace(self.scratch, "/path/to")

    def compare(self, block, output):
        wanted = block.text.splitlines()
        if output is None or same_lines(wanted, output.splitlines()):
            return
        if self.update and not any("..." in line for line in wanted):
            self.updates.append((block, output.splitlines()))
        else:
            self.fault(block.line, "the output is another:\n" + output)

    def write_updates(self):
        lines = self.text.splitlines()
        for block, output in reversed(self.updates):
            lines[block.line : block.line + len(block.text.splitlines())] = output
        with open(os.path.join(self.tree, self.path), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")

    def run(self):
        self.check_links()
        output = None
        for block in read_blocks(self.text):
            if "file" in block.values:
                path = os.path.normpath(os.path.join(self.scratch, block.values["file"]))
                if not path.startswith(self.scratch + "/"):
                    raise ValueError(f"{block.line}: '{block.values['file']}' is outside")
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(block.text)
            elif "output" in block.flags:
                self.compare(block, output)
            elif block.language == "sh":
                result = self.execute(block)
                output = None
                if result is None:
                    self.skipped += 1
                    continue
                self.ran += 1
                status, output = result
                wanted = int(block.values.get("status", "0"))
                if status != wanted:
                    self.fault(block.line, f"ends with {status}, not with {wanted}:\n{output}")
        for tool, path in TOOLS.items():
            if self.path == path:
                self.check_options(tool)
        if self.updates:
            self.write_updates()

    def check_options(self, tool):
        done = subprocess.run(tool.split() + ["--help"], capture_output=True, text=True, check=True)
        for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout))):
            if not re.search(re.escape(option) + r"(?![\w-])", self.text):
                self.fault(1, f"nothing is said of '{option}'")


def anchors(path):
    """The names that GitHub gives to a document's headings."""
    with open(path, encoding="utf-8") as f:
        headings = re.findall(r"^#+ +(.*)$", prose(f.read()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def run_document(tree, path, scratch, update):
    try:
        document = Document(tree, path, scratch, update)
        prepare(tree, scratch)
        document.run()
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        return f"{path}: {error}\n", False
    text = "".join(fault + "\n" for fault in document.faults)
    return text + f"{path}: {document.ran} blocks run, {document.skipped} not for here\n", not document.faults


def main():
    update = "--update" in sys.argv[1:2]
    words = sys.argv[1 + update :]
    if len(words) < 2:
        sys.exit(__doc__)
    tree, scratch, paths = os.path.realpath(words[0]), os.path.realpath(words[1]), words[2:]
    if not paths:
        paths = ["README.md"] + sorted("docs/" + n for n in os.listdir(tree + "/docs") if n.endswith(".md"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run_document, tree, p, f"{scratch}/{p.replace('/', '-')}", update) for p in paths]
        results = [job.result() for job in jobs]
    sys.stdout.write("".join(text for text, _ in results))
    return 0 if all(good for _, good in results) else 1


sys.exit(main())
