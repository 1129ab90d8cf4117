# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""lit.cfg.py - the goldens' suite: what a RUN line may say

%opened, %opened-extract, %opened-transform, %opened-verify, %opened-compose   the tools under test
%clang               the pinned clang
%bpfcc               the flags of an ordinary eBPF compilation, for %clang and after "--"
%FileCheck %not      LLVM's
%status N COMMAND    passes when COMMAND exits with exactly N
%lint RULE TREE      one rule of lint/lint.py
%root                the source tree
%version %llvm-version  of OPENED and of LLVM

Features: root, bpf (root, and the kernel tells its BTF), asan, shellcheck, chromium, dot, apply-replacements.
"""

import os
import shutil
import sys

import lit.formats

config.name = "opened"
# RUN lines are bash: goldens use $(...) and loops where they need them.
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".c", ".test"]
config.excludes = ["Inputs", "unit", "corpus", "fuzz", "bench", "CMakeLists.txt"]
config.test_source_root = config.opened_source + "/test"
config.test_exec_root = config.opened_build + "/test"

tools = config.opened_build + "/tools"
path = [tools, config.opened_llvm_tools, os.environ.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
# The same answer on every machine.
config.environment["LC_ALL"] = "C"
config.environment.pop("NO_COLOR", None)

flags = ["-target", "bpf", "-O2", "-g"]
if config.opened_multiarch:
    flags.append("-I/usr/include/" + config.opened_multiarch)

quoted_python = "'%s'" % sys.executable
config.substitutions += [
    ("%opened-extract", tools + "/opened-extract"),
    ("%opened-transform", tools + "/opened-transform"),
    ("%opened-verify", tools + "/opened-verify"),
    ("%opened-compose", tools + "/opened-compose"),
    (r"%opened\b", tools + "/opened"),
    ("%clang\\b", config.opened_clang),
    ("%bpfcc\\b", " ".join(flags)),
    ("%FileCheck\\b", config.opened_llvm_tools + "/FileCheck"),
    ("%not\\b", config.opened_llvm_tools + "/not"),
    ("%status\\b", "sh %s/test/status.sh" % config.opened_source),
    ("%lint\\b", "%s %s/test/lint/lint.py" % (quoted_python, config.opened_source)),
    ("%python\\b", quoted_python),
    ("%root\\b", config.opened_source),
    ("%build\\b", config.opened_build),
    ("%llvm-version\\b", config.opened_llvm_version),
    ("%version\\b", config.opened_version),
]

if os.geteuid() == 0:
    config.available_features.add("root")
    if os.path.exists("/sys/kernel/btf/vmlinux"):
        config.available_features.add("bpf")
        with open("/proc/kallsyms", encoding="ascii") as symbols:
            names = {line.split()[2] for line in symbols}
        for kfunc in ("bpf_xdp_pull_data", "bpf_list_push_front_impl"):
            if kfunc in names:
                config.available_features.add(f"kfunc-{kfunc}")
if config.opened_sanitize:
    config.available_features.add("asan")
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            config.environment[name] = os.environ[name]
if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
    config.available_features.add("chromium")
if shutil.which("dot"):
    config.available_features.add("dot")
if shutil.which("shellcheck"):
    config.available_features.add("shellcheck")
if shutil.which("clang-apply-replacements-19"):
    config.available_features.add("apply-replacements")
