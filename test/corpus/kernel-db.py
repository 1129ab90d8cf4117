#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kernel-db.py - the kernel's own eBPF programs as a compile database

Unpacks what is needed of Debian's linux-source package into a cache, makes the headers that the
kernel's build would make (vmlinux.h, libbpf's, syscall_nrs.h), and writes compile_commands.json
with the flags of tools/testing/selftests/bpf/Makefile and samples/bpf/Makefile.

The package and the running kernel are not the same version: an enumerator that was renamed in
between makes a source not compile with the running kernel's vmlinux.h. Such a source is tried with
the vmlinux.h of Debian's kernel of the same version as the sources. What compiles with neither is
listed in skipped.tsv with its first error, and used.tsv says what each command was made with:
nothing is left out silently.

Only what changed is made again: the cache is keyed by the package, the kernel's BTF, the compiler
and this file.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

SELFTESTS = "tools/testing/selftests/bpf"
SAMPLES = "samples/bpf"
GENERATED = SELFTESTS + "/tools/include"
GENERATED_SAME = SELFTESTS + "/tools/include-same-version"
NAMES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel-names.h")
SHIMS = SELFTESTS + "/tools/include-shims"

# include/ and arch/ are for the samples, whose rules search the kernel's own headers.
WANTED = (
    "Makefile",
    "arch/x86/include/",
    "include/",
    "samples/bpf/",
    "scripts/bpf_doc.py",
    "scripts/extract-vmlinux",
    "tools/arch/x86/include/",
    "tools/include/",
    "tools/lib/bpf/",
    "tools/testing/selftests/bpf/",
    "tools/testing/selftests/net/",
)

# progs/<name>-CFLAGS of the selftests' Makefile: "type punning ... may break strict aliasing rules".
NO_STRICT_ALIASING_RULE = re.compile(r"^(progs/\S+)-CFLAGS := -fno-strict-aliasing$", re.M)
INSTALLED_RULE = re.compile(r"^SRC_HDRS := ((?:.*\\\n)*.*)", re.M)

# TRUNNER_BPF_BUILD_RULE and TRUNNER_BPF_CFLAGS of each DEFINE_TEST_RUNNER of the Makefile.
FLAVOURS = {
    "v3": ("v3", ["-DENABLE_ATOMICS_TESTS"]),
    "no_alu32": ("v2", []),
    "cpuv4": ("v4", ["-DENABLE_ATOMICS_TESTS"]),
}


def say(text):
    print(f"kernel-db: {text}", file=sys.stderr, flush=True)


def fail(text):
    say(text)
    sys.exit(2)


def run(argv, **kwargs):
    return subprocess.run(argv, check=True, capture_output=True, text=True, **kwargs).stdout


def digest(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part if isinstance(part, bytes) else str(part).encode())
        h.update(b"\0")
    return h.hexdigest()


def file_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, text):
    """Writes only when the text differs, so that nothing downstream looks newer than it is."""
    data = text if isinstance(text, bytes) else text.encode()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.exists(path) and file_bytes(path) == data:
        return
    temporary = path + ".new"
    with open(temporary, "wb") as f:
        f.write(data)
    os.replace(temporary, path)


def stamp(path, value, make):
    """Runs make() unless it was done for the same value before. It may say False: to be tried again."""
    if os.path.exists(path) and open(path).read() == value:
        return
    if make() is not False:
        write(path, value)


def unpack(archive, tree):
    say(f"unpacking {os.path.basename(archive)}")
    fresh = tree + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    with tarfile.open(archive, "r|xz") as tar:
        for member in tar:
            top, _, path = member.name.partition("/")
            if not path.startswith(WANTED):
                continue
            member.name = path
            tar.extract(member, fresh, filter="data") if hasattr(tarfile, "data_filter") else tar.extract(
                member, fresh
            )
    shutil.rmtree(tree, ignore_errors=True)
    os.rename(fresh, tree)


def package_version(archive):
    """The version of the installed linux-source package, as in '6.12.117'."""
    name = re.match(r"(linux-source-[0-9.]+)\.tar", os.path.basename(archive)).group(1)
    version = run(["dpkg-query", "-W", "-f", "${Version}", name])
    return re.match(r"[0-9.]+", version).group(0)


def same_version_image(version, work):
    """vmlinux of Debian's kernel of this version, or None when the archive cannot be reached."""
    names = run(["apt-cache", "pkgnames", f"linux-image-{version}"]).split()
    plain = sorted(n for n in names if re.fullmatch(re.escape(f"linux-image-{version}") + r"\+deb\d+-(cloud-)?amd64", n))
    if not plain:
        return None
    name = next((n for n in plain if "cloud" not in n), plain[0])
    say(f"fetching {name} for its BTF")
    got = subprocess.run(["apt-get", "-q", "download", name], cwd=work, capture_output=True, text=True)
    debs = [f for f in os.listdir(work) if f.endswith(".deb")]
    if got.returncode or not debs:
        return None
    run(["dpkg-deb", "-x", os.path.join(work, debs[0]), os.path.join(work, "x")])
    boot = os.path.join(work, "x", "boot")
    return os.path.join(boot, next(f for f in os.listdir(boot) if f.startswith("vmlinuz-")))


def system_includes(clang):
    """get_sys_includes of both Makefiles: the host's search path, after all others."""
    text = subprocess.run(
        [clang, "-v", "-E", "-"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    ).stderr
    block = text.split("search starts here:")[-1].split("End of search list.")[0]
    return [w for line in block.splitlines()[1:] for w in ("-idirafter", line.strip())]


class Tree:
    """The unpacked sources and the commands made from their Makefiles."""

    def __init__(self, path, clang):
        self.path = path
        self.clang = clang
        self.system = system_includes(clang)
        makefile = open(self.at(SELFTESTS, "Makefile")).read()
        self.no_strict_aliasing = set(NO_STRICT_ALIASING_RULE.findall(makefile))

    def at(self, *parts):
        return os.path.join(self.path, *parts)

    def make_headers(self, btf):
        """What "make -C tools/lib/bpf install_headers" and the vmlinux.h rule make."""
        library = self.at("tools/lib/bpf")
        rule = INSTALLED_RULE.search(open(os.path.join(library, "Makefile")).read()).group(1)
        for name in rule.replace("\\\n", " ").split():
            write(self.at(GENERATED, "bpf", name), file_bytes(os.path.join(library, name)))
        helpers = run(
            [sys.executable, self.at("scripts/bpf_doc.py"), "--header", "--file", self.at("tools/include/uapi/linux/bpf.h")]
        )
        write(self.at(GENERATED, "bpf", "bpf_helper_defs.h"), helpers)
        write(self.at(GENERATED, "vmlinux.h"), run(["bpftool", "btf", "dump", "file", btf, "format", "c"]))
        # The bpf target defines no __x86_64__, so glibc asks for its 32-bit stubs, which only the
        # multilib package has. The kernel's CI installs that package; an empty file does as well.
        write(self.at(SHIMS, "gnu", "stubs-32.h"), "/* empty: stands in for the file of libc6-dev-i386 */\n")
        # <uapi/linux/x.h> and <linux/x.h> are one file in the kernel's build, so here too.
        for name in sorted(os.listdir(self.at(SAMPLES))):
            if name.endswith((".c", ".h")):
                for header in re.findall(r"#include <uapi/(linux/\w+\.h)>", open(self.at(SAMPLES, name)).read()):
                    write(self.at(SHIMS, "names", "uapi", header), f"#include <{header}>\n")
        write(self.at(SHIMS, "names", "kernel-names.h"), file_bytes(NAMES))
        self.make_syscall_numbers()

    def make_syscall_numbers(self):
        """syscall_nrs.h as the filechk_offsets rule makes it from compiled assembly."""
        text = run([self.clang, "-S", "-o", "-", "-I" + self.at("include"), self.at(SAMPLES, "syscall_nrs.c")])
        numbers = re.findall(r'->(\w+) \$?(-?\d+) (.*?)"', text)
        write(
            self.at(SAMPLES, "syscall_nrs.h"),
            "#ifndef __SYSCALL_NRS_H__\n#define __SYSCALL_NRS_H__\n"
            + "".join(f"#define {n} {v} /* {w} */\n" for n, v, w in numbers)
            + "#endif\n",
        )

    def make_same_version_header(self, version):
        with tempfile.TemporaryDirectory() as work:
            image = same_version_image(version, work)
            if not image:
                say("no kernel image of the sources' version: sources that need its vmlinux.h are skipped")
                return False
            plain = os.path.join(work, "vmlinux")
            with open(plain, "wb") as f:
                subprocess.run(["sh", self.at("scripts/extract-vmlinux"), image], stdout=f, check=True, stderr=subprocess.DEVNULL)
            write(self.at(GENERATED_SAME, "vmlinux.h"), run(["bpftool", "btf", "dump", "file", plain, "format", "c"]))
        return True

    def selftest(self, name, flavour, includes, extra):
        """CLANG_BPF_BUILD_RULE and its two variants."""
        cpu, defines = FLAVOURS[flavour]
        source = "progs/" + name
        folder = "" if flavour == "v3" else flavour + "/"
        return {
            "directory": self.at(SELFTESTS),
            "file": source,
            "output": f"{folder}{name[:-2]}.bpf.o",
            "arguments": [self.clang, "-g", "-Wall", "-Werror", "-D__TARGET_ARCH_x86", "-mlittle-endian"]
            + ["-I" + i for i in includes]
            + ["-I" + self.at(SELFTESTS), "-I" + self.at("tools/include/uapi")]
            + ["-I" + self.at("tools/testing/selftests/usr/include"), "-Wno-compare-distinct-pointer-types"]
            + self.system
            + ["-idirafter", self.at(SHIMS)]
            + defines
            + (["-fno-strict-aliasing"] if source in self.no_strict_aliasing else [])
            + extra
            + ["-O2", "--target=bpf", "-c", source, "-mcpu=" + cpu, "-o", f"{folder}{name[:-2]}.bpf.o"],
        }

    def sample(self, name, includes, extra):
        """The two rules of the samples.

        The rule for *.bpf.c is used as it is. The other one compiles for the host with the kernel's
        configured headers and translates the result to BPF; no tool that works on BPF commands can
        follow that, so the same source is compiled for BPF with the uapi headers.
        """
        directory = self.at(SAMPLES)
        if name.endswith(".bpf.c"):
            flags = ["-g", "-O2", "--target=bpf", "-D__TARGET_ARCH_x86", "-Wno-compare-distinct-pointer-types"]
            flags += ["-I" + self.at("include"), "-I" + directory, "-I" + self.at("tools/include")]
            flags += ["-I" + i for i in includes] + self.system
        else:
            flags = ["-g", "-O2", "--target=bpf", "-fno-stack-protector"]
            flags += ["-I" + directory, "-I" + self.at(SELFTESTS)] + ["-I" + i for i in includes]
            flags += self.system + ["-idirafter", self.at("include"), "-D__BPF_TRACING__", "-D__TARGET_ARCH_x86"]
            flags += ["-Wno-unused-value", "-Wno-pointer-sign", "-Wno-compare-distinct-pointer-types"]
            flags += ["-Wno-gnu-variable-sized-type-not-at-end", "-Wno-address-of-packed-member"]
            flags += ["-Wno-tautological-compare", "-Wno-unknown-warning-option", "-fno-asynchronous-unwind-tables"]
        return {
            "directory": directory,
            "file": name,
            "output": name[:-1] + "o",
            "arguments": [self.clang] + flags + ["-idirafter", self.at(SHIMS)] + extra + ["-c", name, "-o", name[:-1] + "o"],
        }

    def objects(self, flavours):
        """(source, flavour, function of (includes, extra) to the command) of every real object."""
        progs = sorted(n for n in os.listdir(self.at(SELFTESTS, "progs")) if n.endswith(".c"))
        for name in progs:
            for flavour in flavours:
                yield f"{SELFTESTS}/progs/{name}", flavour, lambda i, e, n=name, f=flavour: self.selftest(n, f, i, e)
        makefile = open(self.at(SAMPLES, "Makefile")).read()
        for stem in sorted(set(re.findall(r"^always-y \+= (.*)", makefile, re.M))):
            for word in stem.split():
                name = word[:-1] + "c"
                if word.endswith(".o") and os.path.exists(self.at(SAMPLES, name)):
                    yield f"{SAMPLES}/{name}", "v3", lambda i, e, n=name: self.sample(n, i, e)
        for name in ("xdp_router_ipv4.bpf.c", "xdp_sample.bpf.c"):
            yield f"{SAMPLES}/{name}", "v3", lambda i, e, n=name: self.sample(n, i, e)

    def ways(self, source):
        """Include folders and more flags to try, the Makefile's own first."""
        running, same = [self.at(GENERATED)], [self.at(GENERATED_SAME), self.at(GENERATED)]
        if source.startswith(SAMPLES) and not source.endswith(".bpf.c"):
            names = self.at(SHIMS, "names")
            yield "uapi headers", running, []
            yield "headers of tools", [self.at("tools/include"), self.at("tools/include/uapi")] + running, []
            yield "uapi headers, kernel names", [names] + running, ["-include", "kernel-names.h"]
            return
        yield "running", running, []
        yield "running, warnings are no errors", running, ["-Wno-error"]
        if os.path.exists(self.at(GENERATED_SAME, "vmlinux.h")):
            yield "same version", same, []
            yield "same version, warnings are no errors", same, ["-Wno-error"]

    def choose(self, item):
        """The first way to compile one object that works, or the error of the first way."""
        source, flavour, make = item
        first = None
        for label, includes, extra in self.ways(source):
            entry = make(includes, extra)
            argv = entry["arguments"][:-2] + ["-o", "/dev/null"]
            done = subprocess.run(argv, cwd=entry["directory"], capture_output=True, text=True)
            if done.returncode == 0:
                return source, flavour, label, entry
            error = next((l for l in done.stderr.splitlines() if "error:" in l), "clang failed without an error")
            first = first or error.replace(self.path + "/", "")
        return source, flavour, first, None


def build(tree, flavours, jobs):
    say("compiling each source once to see that it does")
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(tree.choose, tree.objects(flavours)))
    used = [r for r in results if r[3]]
    skipped = [r for r in results if not r[3]]
    write(tree.at("used.tsv"), "".join(f"{s}\t{f}\t{l}\n" for s, f, l, _ in used))
    write(tree.at("skipped.tsv"), "".join(f"{s}\t{f}\t{l}\n" for s, f, l, _ in skipped))
    write(tree.at("compile_commands.json"), json.dumps([r[3] for r in used], indent=1) + "\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    top = os.path.dirname(os.path.dirname(here))
    parser = argparse.ArgumentParser(description="make the compile database of the kernel's eBPF programs")
    parser.add_argument("--cache", default=os.environ.get("OPENED_CACHE") or os.path.join(top, ".cache"))
    parser.add_argument("--source", default="/usr/src/linux-source-6.12.tar.xz", help="the package's archive")
    parser.add_argument("--btf", default="/sys/kernel/btf/vmlinux", help="BTF of the running kernel")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--flavours", action="store_true", help="also the no_alu32 and cpuv4 objects: a second tree")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()

    for path in (options.source, options.btf):
        if not os.path.exists(path):
            fail(f"'{path}' does not exist")
    for tool in (options.clang, "bpftool"):
        if not shutil.which(tool):
            fail(f"'{tool}' is not installed")

    flavours = list(FLAVOURS) if options.flavours else ["v3"]
    path = os.path.join(os.path.abspath(options.cache), "linux-flavours" if options.flavours else "linux")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    version = package_version(options.source)
    info = os.stat(options.source)
    package = digest(version, info.st_size, int(info.st_mtime), *WANTED)
    headers = digest(package, file_bytes(options.btf), file_bytes(__file__), file_bytes(NAMES))
    stamp(path + "/.unpacked", package, lambda: unpack(options.source, path))
    tree = Tree(path, options.clang)
    stamp(path + "/.headers", headers, lambda: tree.make_headers(options.btf))
    stamp(path + "/.same-version", digest(package, file_bytes(__file__)), lambda: tree.make_same_version_header(version))
    same = os.path.exists(tree.at(GENERATED_SAME, "vmlinux.h"))
    commands = digest(headers, run([options.clang, "--version"]), same, *flavours)
    stamp(path + "/.commands", commands, lambda: build(tree, flavours, options.jobs))

    count = {n: sum(1 for _ in open(tree.at(n))) for n in ("used.tsv", "skipped.tsv")}
    say(f"{count['used.tsv']} commands, {count['skipped.tsv']} skipped")
    print(path)


if __name__ == "__main__":
    main()
