# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""results.py - what the steps of the corpus found out, joined, told as one table, and compared

A record says of one thing that a step tried (a program, a source, a pipeline) what came out, in one of
six classes; all but the good ones have a cause. All figures are counted from records, so that no table
can say anything that no record stands for.
"""
import collections
import re
import textwrap

import run as extraction

# From best to worst, with the head of its column.
CLASSES = (
    ("good", "good"),
    ("partly", "partly"),
    ("unshown", "nothing shown"),
    ("refused", "refused"),
    ("fails", "fails"),
    ("untried", "not tried"),
)
RANKS = {name: rank for rank, (name, _) in enumerate(CLASSES)}

# The class of each step's own outcomes. What is not here fails.
TRANSFORM = {
    "equivalent": "good", "equivalent-partly": "partly", "inconclusive": "unshown",
    "refused": "refused", "not-loaded": "untried",
}
COMPOSE = {
    "equivalent": "good", "equivalent-partly": "partly", "inconclusive": "unshown", "unverified": "unshown",
    "refused": "refused", "untried": "untried",
}
STAGES = {1: "alone", 2: "pairs", 3: "triples"}
MATRIX = {
    "loads": "good", "equivalent": "good", "lacks": "good", "equivalent-partly": "partly", "inconclusive": "unshown",
    "loads-uncompared": "unshown", "original-refused": "untried", "not-run": "untried",
}


def record(step, name, outcome, kind, cause=""):
    row = {"step": step, "name": name, "outcome": outcome, "class": kind}
    if kind != "good":
        row["cause"] = " ".join(cause.split())[:400] or "no cause was told"
    return row


def of_extraction(facts):
    """Records of run.py's facts of one source (a line of its --resume)."""
    source = facts["source"]
    if facts["note"]:
        # A source without a program has nothing to extract: it is counted, and no record.
        return [] if facts["note"] == "no program" else [record("extract", source, "untried", "untried", facts["note"])]
    failed = {}
    for program, row, why in facts["failures"]:
        failed.setdefault(program, (row, why))
    found = []
    for program in facts["programs"]:
        name = f"{source}:{program}"
        if program in failed:
            row, why = failed[program]
            found.append(record("extract", name, row, "fails", f"[{row}] {why}"))
        elif any(level.startswith("level-") for level, _, _ in facts["levels"]):
            found.append(record("extract", name, "proved", "good"))
        else:
            found.append(record("extract", name, "extracted", "unshown", "the proof was left out"))
    if "" in failed and len(failed) == 1:
        row, why = failed[""]
        found.append(record("extract", source, row, "fails", f"[{row}] {why}"))
    return found


def told(kind, outcome, why):
    """A cause in words that are the same for all that it holds for, and on all machines."""
    why = re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", re.sub(r"^\S+:\d+:\d+: error: ", "", why))
    if kind == "fails":
        return f"[{outcome}] {why}"
    if outcome == "equivalent-partly":
        return "equal on all packets, but not every branch was taken"
    return re.sub(r"\d+", "N", why) if outcome == "inconclusive" else why


def of_transform(step, facts):
    name = f"{facts['source']}:{facts['program']}" if facts["program"] else facts["source"]
    kind = TRANSFORM.get(facts["outcome"], "fails")
    # A program may be refused for several reasons: the first one that is told counts.
    first = facts["reasons"][0][1] if kind == "refused" and facts["reasons"] else facts["why"]
    return record(step, name, facts["outcome"], kind, told(kind, facts["outcome"], first))


def of_pipeline(step, facts):
    stages = facts["stages"]
    name = " + ".join(f"{source}:{program}" for source, program in stages)
    kind = COMPOSE.get(facts["outcome"], "fails")
    why = told(kind, facts["outcome"], facts["why"])
    return record(f"{step}, {STAGES[len(stages)]}", name, facts["outcome"], kind, why)


def of_matrix(facts):
    kind = MATRIX.get(facts["outcome"], "fails")
    why = told(kind, facts["outcome"], facts["why"])
    return record(f"{facts['kernel']}: {facts['step']}", facts["name"], facts["outcome"], kind, why)


def explain(records, known):
    """Gives records that fail the reason why this is known: by NAME, "STEP: NAME" or "REGEX of step: cause REGEX".

    What is known of a step holds for its products on other kernels too.
    """
    causes = [(key.split(": cause ", 1), reason) for key, reason in known.items() if ": cause " in key]
    for row in records:
        own = row["step"].rpartition(": ")[2]
        reason = known.get(f"{own}: {row['name']}") or known.get(row["name"])
        for (step, cause), why in causes:
            if not reason and re.fullmatch(step, own) and re.search(cause, row.get("cause", "")):
                reason = why
        if row["class"] == "fails" and reason:
            row["known"] = " ".join(reason.split())
    return records


def general(cause):
    """A cause without what is another one's in the next program: names, numbers, places."""
    cause = re.sub(r"'[^']*'", "'...'", cause)
    cause = re.sub(r"(functions left out change inlining): [^;]*", r"\1", cause)
    cause = re.sub(r"^\S+\.[ch]:\d+(:\d+)?: ", "", cause)
    return re.sub(r"0x[0-9a-f]+|\b\d+\b", "N", cause) if len(cause) > 120 else cause


def counts(records):
    """{step: {class: count}}, steps in the order in which they came."""
    table = {}
    for row in records:
        table.setdefault(row["step"], collections.Counter())[row["class"]] += 1
    return table


def failures(records):
    return [row for row in records if row["class"] == "fails" and "known" not in row]


def check(data):
    """What does not hold together in joined results: a table made of such would not be true."""
    seen = set()
    for row in data["records"]:
        key = row["step"], row["name"]
        if key in seen:
            yield f"{row['step']}: {row['name']} is there twice"
        seen.add(key)
        if row["class"] not in RANKS:
            yield f"{row['step']}: {row['name']}: no class '{row['class']}'"
        elif row["class"] != "good" and not row.get("cause"):
            yield f"{row['step']}: {row['name']}: {row['class']} without a cause"
    for step in data["steps"]:
        if step["status"] == "done" and step["tried"] > step["of"]:
            yield f"{step['step']}: {step['tried']} sources tried of {step['of']}"


def table_of(data):
    lines = ["| step | sources tried | tried | " + " | ".join(head for _, head in CLASSES) + " |"]
    lines.append("|---|--:|--:|" + "--:|" * len(CLASSES))
    table = counts(data["records"])
    for step in data["steps"]:
        share = f"{step['tried']} of {step['of']}" if step["status"] == "done" else step["status"]
        share += f" {step['unit']}" if "unit" in step else ""
        names = [name for name in table if name == step["step"] or name.startswith(step["step"] + ",")]
        for name in names or [step["step"]]:
            row = table.get(name, {})
            tried = sum(n for kind, n in row.items() if kind != "untried")
            cells = [str(row.get(kind, 0)) for kind, _ in CLASSES]
            lines.append(f"| {name} | {share} | {tried} | " + " | ".join(cells) + " |")
    return lines


def places(rows):
    """Programs by source, short: what stands in several sources is listed with each."""
    by_source = collections.OrderedDict()
    for row in rows:
        if " + " in row["name"]:
            by_source.setdefault(row["name"].replace(":", " "), [])
            continue
        source, _, program = row["name"].partition(":")
        by_source.setdefault(source, []).append(program)
    for source, programs in by_source.items():
        named = ", ".join(f"`{p}`" for p in programs if p)
        yield f"`{source}`" + (f": {named}" if named else "")


def causes_of(data):
    """Sections of all that is not good, by step and cause, with each program below its cause."""
    groups = {}
    for row in data["records"]:
        if row["class"] != "good":
            key = row["step"], row["class"], row.get("known", ""), general(row["cause"])
            groups.setdefault(key, []).append(row)
    lines = []
    titles = dict(CLASSES)
    steps = list(counts(data["records"]))
    order = sorted(groups, key=lambda k: (steps.index(k[0]), RANKS[k[1]], -len(groups[k]), k[3]))
    last = None
    for key in order:
        step, kind, known, cause = key
        if (step, kind) != last:
            lines += ["", f"### {step}: {titles[kind]}", ""]
            last = step, kind
        lines.append(f"- {len(groups[key])} x {cause}")
        if known:
            lines.append(f"  - known: {known}")
        lines.append("  - " + "; ".join(places(groups[key])))
    return lines


def rows_of(data):
    """run.py's own table: what was tried of each unit."""
    extract = data.get("extract")
    if not extract:
        return []
    lines = ["", "## Extraction, row by row", "", "| | good | of |", "|---|--:|--:|"]
    lines += [f"| {title} | {extract['rows'][name]['good']} | {extract['rows'][name]['of']} |" for name, title in extraction.ROWS]
    lines += ["", "| proof | programs |", "|---|--:|"]
    lines += [f"| {name.replace('level-', 'level ').replace('loaded', 'load:')} | {n} |" for name, n in extract["levels"].items()]
    if extract["explained"]:
        lines += ["", "Explained or skipped, by cause:", ""]
        lines += [f"- {n} x {cause}" for cause, n in extract["explained"].items()]
    return lines


COLUMNS = """
*good*: extracted and proved at every level; rewritten and equivalent with every branch taken; a pipeline that loads and
does what its stages do one after another, with every branch taken; a product that does on a kernel what was predicted.
*partly*: equal on all packets, but not every branch was taken. *nothing shown*: nothing differed, and the packets do
not show enough. *refused*: with a reason, and nothing was written. *fails*: what was written is not right, or nothing
was and no reason was told. *not tried*: the original itself is refused there, or the time was up.
"""


def markdown(data):
    bad = failures(data["records"])
    known = [row for row in data["records"] if "known" in row]
    lines = [
        "# Conformance", "",
        "Not written by hand: what the tools do with code that was not written for them, to the last program that is",
        "not good. [corpus.md](corpus.md) says how it is made and judged. This one was made by", "",
        f"    {data['command']}", "",
        *([textwrap.fill(data["note"], 116), ""] if data.get("note") else []),
        "| | |", "|---|---|",
    ]
    lines += [f"| {name} | {value} |" for name, value in data["made"].items()]
    lines += ["", "## Results", ""] + table_of(data)
    lines += ["", f"{len(bad)} fail without a known reason, {len(known)} with one."]
    lines += ["", textwrap.fill(" ".join(COLUMNS.split()), 116)]
    not_run = [step for step in data["steps"] if step["status"] != "done"]
    if not_run:
        lines += ["", "Not run:", ""] + [f"- {step['step']}: {step['status']}" for step in not_run]
    lines += rows_of(data)
    if data["skipped"]:
        lines += ["", "## Sources that do not compile here", ""]
        lines += [f"- `{source}`: {why}" for source, why in data["skipped"]]
    listed = causes_of(data)
    if listed:
        lines += ["", "## All that is not good, by cause", "",
                  "A program that is refused for several reasons is listed once, with the first that is told."] + listed
    return "\n".join(lines) + "\n"


def compare(old, new):
    """(worse, better, other) lines: what changed of that which both tried."""
    before = {(row["step"], row["name"]): row for row in old["records"]}
    after = {(row["step"], row["name"]): row for row in new["records"]}
    worse, better, other = [], [], []
    for key, was in before.items():
        now = after.get(key)
        title = f"{key[0]}: {key[1]}"
        if now is None:
            other.append(f"{title}: {was['class']}, and not tried now")
            continue
        if was["class"] == now["class"] and was["outcome"] == now["outcome"]:
            continue
        text = f"{title}: {was['outcome']}, now {now['outcome']}" + (f": {now['cause']}" if "cause" in now else "")
        old_rank, new_rank = RANKS[was["class"]], RANKS[now["class"]]
        (worse if new_rank > old_rank else better if new_rank < old_rank else other).append(text)
    for key, now in after.items():
        if key not in before:
            title = f"{key[0]}: {key[1]}: {now['outcome']}"
            fails = now["class"] == "fails" and "known" not in now
            (worse if fails else other).append(title + ", not tried before" + (f": {now['cause']}" if fails else ""))
    return worse, better, other
