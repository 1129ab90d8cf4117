#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""run.py - opened-extract over every source of a compile database, judged from outside

What there was to extract comes from the original's object as clang makes it, not from the tool
under test. Units are compiled here, bodies are compared with the project's own lines, and CPU
time and memory are taken from the kernel's accounting, in rounds that alternate with
clang -fsyntax-only. Only the proof's verdict is the tool's own (second opinion: minimal.py).

A row counts the good ones of those tried. With --resume what is known of each source is kept in a
file as soon as it is known; the next run with that file tries only sources that are not in it, that
had failures, or that another build of the tool was tried on. With --baseline it is a regression,
and exit 1, when something fails that the baseline does not name, when a source has fewer programs
or fewer identical ones than it had, and when a row of a full run lost good ones.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bpfobj
import ctext
import products
import selection

LOAD_LEVEL = 5
GOOD = ("identical", "explained")

# Rows in the order of the table; each counts (good, tried).
ROWS = (
    ("sources", "sources with programs, all of them extracted"),
    ("extracted", "programs extracted"),
    ("compiled", "units that compile alone"),
    ("level-1", "proof 1: IR before optimisation"),
    ("level-2", "proof 2: instructions and relocations"),
    ("level-3", "proof 3: CO-RE and BTF"),
    ("level-4", "proof 4: sections, maps, data, licence, symbols"),
    ("loaded", "units that load where the original loads"),
    ("verbatim", "function bodies verbatim"),
    ("again", "units that are the same when they are extracted again"),
)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Source:
    """One source with its commands, and what was found out about it."""

    def __init__(self, root, entries):
        self.root = root
        self.entries = entries
        entry = entries[0]
        self.path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        self.name = os.path.relpath(self.path, root)
        self.programs = []
        self.results = {name: [0, 0] for name, _ in ROWS}
        self.failures = []  # (program, row, why)
        self.explained = collections.Counter()
        self.levels = collections.Counter()  # (level, status)
        self.sizes = []  # (unit lines, original lines, unit declarations, original declarations)
        self.seconds = None
        self.note = None
        self.tried = False

    KEPT = ("programs", "results", "failures", "sizes", "note")

    def facts(self):
        """All that was found out, as JSON; counters keep their keys as lists."""
        facts = {name: getattr(self, name) for name in self.KEPT}
        facts["explained"] = sorted(self.explained.items())
        facts["levels"] = [[level, status, n] for (level, status), n in sorted(self.levels.items())]
        return {"source": self.name, **facts}

    def take(self, facts):
        for name in self.KEPT:
            setattr(self, name, facts[name])
        self.explained = collections.Counter(dict(facts["explained"]))
        self.levels = collections.Counter({(level, status): n for level, status, n in facts["levels"]})

    def count(self, row, good, program="", why=""):
        self.results[row][1] += 1
        self.results[row][0] += bool(good)
        if not good:
            self.failures.append((program, row, " ".join(str(why).split())[:400]))
        return good


def load_database(folder):
    root = os.path.realpath(folder)
    with open(os.path.join(root, "compile_commands.json")) as f:
        entries = json.load(f)
    sources = {}
    for entry in entries:
        path = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        sources.setdefault(path, []).append(entry)
    return [Source(root, sources[path]) for path in sorted(sources)]


def without(argv, *flags):
    """argv without flags; -o goes with its word."""
    kept, skip = [], False
    for word in argv:
        if skip:
            skip = False
        elif word == "-o":
            skip = True
        elif word not in flags:
            kept.append(word)
    return kept


def clang_argv(entry, *mode):
    return [bpfobj.tool("clang")] + without(entry["arguments"][1:], "-c", "-Werror") + list(mode)


def first_error(text):
    lines = text.splitlines()
    return next((l for l in lines if "error:" in l), lines[0] if lines else "no message")


def find_programs(source, original):
    """Programs of the original under any of its commands, and its size after preprocessing.

    The object of its first command stays at the path original.
    """
    names = set()
    with tempfile.TemporaryDirectory() as folder:
        for entry in source.entries:
            target = os.path.join(folder, "x.o") if names or os.path.exists(original) else original
            done = subprocess.run(
                clang_argv(entry, "-w", "-c", "-o", target), cwd=entry["directory"], capture_output=True, text=True
            )
            if done.returncode:
                source.note = "original does not compile: " + first_error(done.stderr)
                return None
            names.update(bpfobj.Object(target).programs())
    source.programs = sorted(names)
    if not names:
        source.note = "no program"
        return None
    entry = source.entries[0]
    text = subprocess.run(
        clang_argv(entry, "-w", "-E", "-P"), cwd=entry["directory"], capture_output=True, text=True, errors="replace"
    ).stdout
    return ctext.lines(text), ctext.count_declarations(text)


def call(argv, seconds, cwd=None):
    """(exit code, standard error, CPU seconds, peak KiB) of one process; -1 when it took too long."""
    with tempfile.TemporaryFile() as error:
        child = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=error, stdin=subprocess.DEVNULL)
        killer = threading.Timer(seconds, child.kill)
        killer.start()
        _, status, usage = os.wait4(child.pid, 0)
        late = not killer.is_alive()
        killer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        error.seek(0)
        text = error.read().decode(errors="replace")
    return -1 if late else child.returncode, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def tool_argv(options, source, out, *more):
    return [options.tool, "-p", source.root, "--all", "--color=never", "-q", *more, "-o", out, source.path]


def read_manifests(out):
    """The manifests of a folder by the name of their unit."""
    found = {}
    for folder, _, files in os.walk(out):
        for name in files:
            if not name.endswith(".json") or name.startswith(".") or name == "compile_commands.json":
                continue
            with open(os.path.join(folder, name)) as f:
                manifest = json.load(f)
            if "functions" in manifest:
                manifest["folder"] = folder
                found[manifest["unit"]] = manifest
    return found


def unit_commands(folder, name):
    path = os.path.join(folder, "compile_commands.json")
    with open(path) as f:
        entries = json.load(f)
    for entry in entries:
        directory = os.path.normpath(os.path.join(folder, entry["directory"]))
        if os.path.basename(entry["file"]) == name:
            yield directory, entry


def check_compiles(options, source, program, manifest, unit, original):
    commands = list(unit_commands(manifest["folder"], os.path.basename(unit)))
    if not commands:
        return source.count("compiled", False, program, "no entry in compile_commands.json")
    target = original + ".unit.o"
    for number, (directory, entry) in enumerate(commands):
        done = subprocess.run(clang_argv(entry, "-w", "-c", "-o", target), cwd=directory, capture_output=True, text=True)
        if done.returncode:
            return source.count("compiled", False, program, first_error(done.stderr))
        if number == 0:
            name, least = f"{source.name}:{program}", manifest["minimum_kernel"]
            products.add(options.products, "units", name, target, program, [(original, program)], least)
    return source.count("compiled", True)


def read_source(source, name):
    with open(os.path.join(source.root, name), encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def with_includes(source, body, text):
    """body as a single file has it: each #include is its comment of origin and the whole file.

    The file's text is the project's, so that nothing but an #include can become something else.
    """

    def inlined(match):
        for origin in re.finditer(r"/\* Extracted from (.*):1-(\d+) \*/\n", text):
            if not ("/" + origin.group(1)).endswith("/" + match.group(1)):
                continue
            content = read_source(source, origin.group(1)).rstrip()
            if content.count("\n") + 1 == int(origin.group(2)):
                return origin.group() + with_includes(source, content, text)
        return match.group()

    return re.sub(r'#[ \t]*include[ \t]*[<"](?:\.{1,2}/)*([^>"\n]+)[>"][^\n]*', inlined, body)


def check_verbatim(source, program, manifest, text):
    """Every function's own lines are in the unit as they are in the project."""
    for function in manifest["functions"]:
        start, end = function["start_line"], function["end_line"]
        lines = read_source(source, function["file"]).split("\n")[start - 1 : end]
        body = "\n".join(lines).strip()
        good = body and (body in text or with_includes(source, body, text) in text)
        source.count("verbatim", good, program, f"{function['name']}: {function['file']}:{start}-{end}")


def unit_path(manifest):
    return os.path.join(manifest["folder"], manifest["unit"] + ".bpf.c")


def check_again(options, source, program, manifest, path, text):
    target = path + ".again.c"
    argv = [options.tool, "-p", manifest["folder"], "-q", "--function=" + program, "-o", target, path]
    code, error, _, _ = call(argv, options.timeout, cwd=manifest["folder"])
    same = not code and read_source(source, target) == text
    source.count("again", same, program, first_error(error) if code else "it is another unit")


def check_extraction(options, source, size, out, original):
    code, error, cpu, _ = call(tool_argv(options, source, out), options.timeout)
    manifests = read_manifests(out) if os.path.isdir(out) else {}
    for program in source.programs:
        manifest = manifests.get(program)
        path = manifest and unit_path(manifest)
        if not source.count("extracted", path and os.path.exists(path), program, f"exit {code}: {first_error(error)}"):
            continue
        text = read_source(source, path)
        check_compiles(options, source, program, manifest, path, original)
        check_verbatim(source, program, manifest, text)
        check_again(options, source, program, manifest, path, text)
        source.sizes.append((ctext.lines(text), size[0], len(ctext.declarations(text)), size[1]))
    source.count("sources", source.results["extracted"][0] == len(source.programs), "", f"exit {code}: {first_error(error)}")


def refusals(report):
    """(row, why) by unit: what --prove did not write, and the level at which it differs."""
    try:
        with open(report) as f:
            diagnostics = json.load(f)["diagnostics"]
    except (OSError, ValueError, KeyError):
        return {}
    found = {}
    for diagnostic in diagnostics:
        if "proof-" not in diagnostic.get("flag", "") or diagnostic["severity"] != "error":
            continue
        name = re.search(r"'([^']+)'", diagnostic["message"])
        text = "; ".join([diagnostic["message"]] + [n["message"] for n in diagnostic.get("notes", [])])
        level = re.search(r"proof level (\d)", text)
        row = f"level-{level.group(1) if level else 1}".replace(f"level-{LOAD_LEVEL}", "loaded")
        found.setdefault(name.group(1) if name else "", (row, text))
    return found


def check_proof(options, source, out):
    report = out + ".diagnostics.json"
    more = ["--prove", "--diag-output", report, "--diag-format", "json"] + (["--load"] if options.load else [])
    code, error, _, _ = call(tool_argv(options, source, out, *more), options.timeout)
    manifests = read_manifests(out) if os.path.isdir(out) else {}
    reasons = refusals(report)
    for program in source.programs:
        proofs = manifests.get(program, {}).get("proof") or []
        if not proofs:
            # Refused at one level: nothing is known of the others, which are not counted.
            row, why = reasons.get(program) or ("level-1", f"exit {code}: {first_error(error)}")
            source.levels[row, "refused"] += 1
            source.count(row, False, program, why)
            continue
        for proof in proofs:
            levels = {level["level"]: level for level in proof["levels"]}
            for number in range(1, LOAD_LEVEL + 1):
                level = levels.get(number, {"status": "missing"})
                status, detail = level["status"], level.get("detail") or ""
                if number == LOAD_LEVEL:
                    # Identical with a reason: both were refused, so nothing was to be loaded.
                    if options.load and status == "identical" and detail:
                        source.levels["loaded", "original refused too"] += 1
                    elif options.load and status == "skipped":
                        source.levels["loaded", "skipped"] += 1
                        source.explained[f"level {number} skipped: {detail}"] += 1
                    elif options.load:
                        source.count("loaded", status in GOOD, program, f"{status}: {detail}")
                    continue
                source.levels[f"level-{number}", status] += 1
                if status in ("explained", "skipped"):
                    source.explained[f"level {number} {status}: {detail}"] += 1
                if status != "skipped":
                    source.count(f"level-{number}", status in GOOD, program, f"{status}: {detail}")


def examine(options, source, folder):
    """Everything but time. Never raises: what goes wrong here is a failure of the source."""
    out = os.path.join(folder, re.sub(r"[^\w+-]", "_", source.name))
    original = out + ".original.o"
    try:
        size = find_programs(source, original)
        if size:
            check_extraction(options, source, size, out, original)
            if options.prove:
                check_proof(options, source, out + ".proved")
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        source.count("sources", False, "", f"{type(error).__name__}: {error}")
    finally:
        for path in (original, original + ".unit.o"):
            if os.path.exists(path):
                os.remove(path)
        if not options.keep:
            shutil.rmtree(out, ignore_errors=True)
            shutil.rmtree(out + ".proved", ignore_errors=True)
    return source


def measure(options, sources, folder):
    """CPU and peak memory over clang -fsyntax-only, in alternating rounds."""
    chosen = sources[:: max(1, len(sources) // options.time)][: options.time] if options.time else []
    rows = []
    for source in chosen:
        ratios, peaks = [], []
        for number in range(options.rounds):
            clang_cpu, clang_peak = 0.0, 0
            for entry in source.entries:
                code, _, cpu, peak = call(clang_argv(entry, "-w", "-fsyntax-only"), options.timeout, entry["directory"])
                clang_cpu, clang_peak = clang_cpu + cpu, max(clang_peak, peak)
            out = os.path.join(folder, f"time-{number}")
            code, _, cpu, peak = call(tool_argv(options, source, out), options.timeout)
            shutil.rmtree(out, ignore_errors=True)
            if code == 0:
                ratios.append(cpu / clang_cpu)
                peaks.append(peak / clang_peak)
        if ratios:
            rows.append({"source": source.name, "cpu": statistics.median(ratios), "memory": statistics.median(peaks)})
    if not rows:
        return None
    return {
        "sources": len(rows),
        "cpu": {"median": statistics.median(r["cpu"] for r in rows), "max": max(r["cpu"] for r in rows)},
        "memory": {"median": statistics.median(r["memory"] for r in rows), "max": max(r["memory"] for r in rows)},
        "rows": rows,
    }


def examine_all(options, sources, folder):
    """Yields each source that is tried now with the number of those, in order."""
    tool = selection.digest_of(options.tool)
    known = selection.recall(options.resume, tool)
    old = {s.name for s in sources if s.name in known and not known[s.name]["failures"]}
    for source in sources:
        if source.name in old:
            source.take(known[source.name])
            source.tried = True
    new = [s for s in sources if s.name not in old]
    if old:
        say(f"{len(old)} sources are known from {options.resume}")
    clock = selection.Clock(options.minutes)

    def one(source):
        return None if clock.late() else examine(options, source, folder)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for source in filter(None, pool.map(one, new)):
            source.tried = True
            selection.append(options.resume, {"tool": tool, **source.facts()})
            yield source, len(new)


def cause_of(detail):
    """What a proof's detail says of many programs alike: without names."""
    return re.sub(r"(functions left out change inlining): [^;]*", r"\1", re.sub(r"'[^']*'", "'...'", detail))


SCORES = ("programs", "identical-1", "identical-2", "identical-3", "identical-4", "loaded", "verbatim")


def scores(source):
    """What a source must not lose, in the order of SCORES; None: not tried."""
    proved = [sum(n for (row, _), n in source.levels.items() if row == f"level-{l}") for l in range(1, LOAD_LEVEL)]
    identical = [source.levels[f"level-{l}", "identical"] if proved[l - 1] else None for l in range(1, LOAD_LEVEL)]
    loaded, verbatim = source.results["loaded"][0], source.results["verbatim"][0]
    tried = any(row == "loaded" for row, _ in source.levels) or source.results["loaded"][1]
    return [len(source.programs), *identical, loaded if tried else None, verbatim]


def summarise(options, sources, seconds, timing, full):
    rows = {name: {"good": 0, "of": 0} for name, _ in ROWS}
    explained, levels = collections.Counter(), collections.Counter()
    failures = []
    for source in sources:
        for name, (good, of) in source.results.items():
            rows[name]["good"] += good
            rows[name]["of"] += of
        for detail, count in source.explained.items():
            explained[cause_of(detail)] += count
        levels.update(source.levels)
        failures += [{"source": source.name, "program": p, "row": r, "why": w} for p, r, w in source.failures]
    sizes = [s for source in sources for s in source.sizes]
    kept = lambda a, b: statistics.median(s[a] / max(1, s[b]) for s in sizes) if sizes else None
    failed = {(f["source"], f["program"]) for f in failures if f["program"]}
    bare = {f["source"] for f in failures if not f["program"]}
    programs = sum(len(s.programs) for s in sources)
    lost = sum(1 for s in sources if s.name in bare for p in s.programs if not s.results["extracted"][1])
    return {
        "full": full,
        "sources": len(sources),
        "sources-without-program": sum(1 for s in sources if s.note == "no program"),
        "programs": programs,
        "passed": programs - len(failed) - lost,
        "failed": len(failed) + lost,
        "rows": rows,
        "lines-kept": {"median": kept(0, 1), "unit-median": statistics.median(s[0] for s in sizes) if sizes else None},
        "declarations-kept": {"median": kept(2, 3)},
        "levels": {f"{level} {status}": n for (level, status), n in sorted(levels.items())},
        "explained": dict(explained.most_common()),
        "failures": failures,
        "by-source": {s.name: scores(s) for s in sources if not s.note},
        "notes": [{"source": s.name, "note": s.note} for s in sources if s.note and s.note != "no program"],
        "time": timing,
        "seconds": round(seconds, 1),
    }


def percent(value):
    return "-" if value is None else f"{100 * value:.2f} %"


def markdown(result):
    lines = [f"{result['sources']} sources ({result['sources-without-program']} without a program), "
             f"{result['programs']} programs", "", "| | good | of | share |", "|---|--:|--:|--:|"]
    for name, title in ROWS:
        row = result["rows"][name]
        share = f"{100 * row['good'] / row['of']:.2f} %" if row["of"] else "-"
        lines.append(f"| {title} | {row['good']} | {row['of']} | {share} |")
    for name, count in result["levels"].items():
        lines.append(f"| {name.replace('level-', 'proof ').replace('loaded', 'load:')} | {count} | {result['programs']} | |")
    lines.append(f"| lines kept of clang -E -P, median | | | {percent(result['lines-kept']['median'])} |")
    lines.append(f"| declarations kept, median | | | {percent(result['declarations-kept']['median'])} |")
    timing = result["time"]
    if timing:
        for key, title in (("cpu", "CPU time"), ("memory", "peak memory")):
            lines.append(f"| {title} over clang -fsyntax-only, median (max) of {timing['sources']} sources | | | "
                         f"{timing[key]['median']:.2f} ({timing[key]['max']:.2f}) |")
    if result["explained"]:
        lines += ["", "Explained and skipped, by cause:", ""]
        lines += [f"- {count} x {cause}" for cause, count in result["explained"].items()]
    if result["failures"]:
        causes = {}
        for failure in result["failures"]:
            cause = re.sub(r"'[^']*'|\bline \d+ of the unit: [^;]*;+", "...", failure["why"])
            causes.setdefault((failure["row"], cause), []).append(f"{failure['source']} {failure['program']}".strip())
        lines += ["", "Failures, by cause:", ""]
        for (row, cause), places in sorted(causes.items(), key=lambda c: (-len(c[1]), c[0])):
            lines.append(f"- {len(places)} x [{row}] {cause}")
            lines += [f"  - {place}" for place in places[:3]] + (["  - ..."] if places[3:] else [])
    if result["notes"]:
        lines += ["", "Not tried:", ""] + [f"- {n['source']}: {n['note']}" for n in result["notes"]]
    return "\n".join(lines) + "\n"


def regressions(result, baseline):
    known = {(f["source"], f["program"], f["row"]) for f in baseline["failures"]}
    for failure in result["failures"]:
        if (failure["source"], failure["program"], failure["row"]) not in known:
            yield f"{failure['source']} {failure['program']}: {failure['row']}: {failure['why']}"
    # What the kernel accepts is another matter on another kernel.
    same_kernel = baseline.get("kernel") == os.uname().release
    for source, new in result["by-source"].items():
        for name, before, now in zip(SCORES, baseline["by-source"].get(source, ()), new):
            # A smaller unit has fewer functions; one that is not verbatim is a failure anyway.
            if name == "verbatim" or None in (before, now) or now >= before or (name == "loaded" and not same_kernel):
                continue
            yield f"{source}: {name}: {now}, {before} in the baseline"
    if not (result["full"] and baseline["full"]):
        return
    for name, _ in ROWS:
        old, new = baseline["rows"].get(name, {"good": 0, "of": 0}), result["rows"][name]
        # A row of which nothing was tried was not run (--no-prove, no --load).
        if new["of"] and new["of"] - new["good"] > old["of"] - old["good"]:
            yield f"{name}: {new['of'] - new['good']} bad, {old['of'] - old['good']} in the baseline"
        elif new["of"] and new["good"] < old["good"] and name != "verbatim" and (name != "loaded" or same_kernel):
            yield f"{name}: {new['good']} good, {old['good']} in the baseline"


def baseline_of(result):
    """What is checked in: counts and known failures, nothing that differs from run to run."""
    keep = ("full", "sources", "programs", "rows", "levels", "explained")
    failures = [{k: f[k] for k in ("source", "program", "row")} for f in result["failures"]]
    head = {"kernel": os.uname().release, **{k: result[k] for k in keep}, "failures": failures, "scores": SCORES}
    # A source a line: what a change does to it is seen in the diff.
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in result["by-source"].items())
    return json.dumps(head, indent=1)[:-2] + ',\n "by-source": {\n' + lines + "\n }\n}\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description="run opened-extract over a compile database and judge the units")
    parser.add_argument("tool", help="the opened-extract to test")
    parser.add_argument("database", help="folder of compile_commands.json")
    parser.add_argument("--load", action="store_true", help="also load originals and units (needs root)")
    parser.add_argument("--no-prove", dest="prove", action="store_false")
    selection.add_options(parser)
    parser.add_argument("--time", type=int, default=50, metavar="N", help="measure N sources (0: none)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS")
    parser.add_argument("--work", metavar="FOLDER", help="where units go (default: a temporary folder)")
    parser.add_argument("--keep", action="store_true", help="keep the units in --work")
    parser.add_argument("--products", metavar="FOLDER", help="keep the objects of originals and units there")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", metavar="FILE")
    parser.add_argument("--baseline", metavar="FILE")
    parser.add_argument("--write-baseline", metavar="FILE")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.keep and not options.work:
        parser.error("--keep needs --work")
    options.tool = os.path.abspath(options.tool)
    return options


def main():
    options = parse_arguments()
    sources = load_database(options.database)
    everything = len(sources)
    sources = selection.chosen(options, sources)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.work or temporary
        os.makedirs(folder, exist_ok=True)
        for number, (source, of) in enumerate(examine_all(options, sources, folder), 1):
            if source.failures or number % 50 == 0 or number == of:
                say(f"[{number}/{of}] {source.name}: {len(source.failures)} failures")
            for program, row, why in source.failures:
                say(f"  {program}: {row}: {why}")
        sources = [s for s in sources if s.tried]
        timing = measure(options, [s for s in sources if s.programs and not s.note], folder)
    result = summarise(options, sources, time.monotonic() - began, timing, len(sources) == everything)

    text = markdown(result)
    print(text)
    for path, content in (
        (options.json, json.dumps(result, indent=1) + "\n"),
        (options.markdown, text),
        (options.write_baseline, baseline_of(result)),
    ):
        if path:
            with open(path, "w") as f:
                f.write(content)
    bad = bool(result["failed"]) or not result["programs"]
    if options.baseline:
        with open(options.baseline) as f:
            found = list(regressions(result, json.load(f)))
        for line in found:
            print(f"regression: {line}")
        bad = bool(found) or not result["programs"]
    print(f"{result['passed']} passed, {result['failed']} failed")
    sys.exit(bad)


if __name__ == "__main__":
    main()
