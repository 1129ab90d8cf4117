#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""sarif.py FILE... - whether files are SARIF 2.1.0

By the OASIS schema where it is ($OPENED_SARIF_SCHEMA, or sarif-schema-2.1.0.json in
~/.cache/opened); it is not ours to keep here. In any case by what the standard demands of the parts
that are used, the sections of which stand beside the rules, and by what no schema can say: that
indices, identifiers and places lead somewhere.
"""
import json
import os
import re
import sys

URI = re.compile(r"^(file://)?(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+$")
# What an object may hold: no property is taken that the standard does not have.
PROPERTIES = {
    "log": {"$schema", "version", "runs"},  # 3.13
    "run": {"tool", "invocations", "columnKind", "results"},  # 3.14
    "tool": {"driver"},  # 3.18
    "driver": {"name", "semanticVersion", "rules"},  # 3.19
    "rule": {"id", "shortDescription", "defaultConfiguration"},  # 3.49
    "invocation": {"executionSuccessful", "exitCode"},  # 3.20
    "result": {"ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations"},  # 3.27
    "location": {"physicalLocation", "message"},  # 3.28
    "physicalLocation": {"artifactLocation", "region"},  # 3.29
    "artifactLocation": {"uri", "uriBaseId"},  # 3.4
    "region": {"startLine", "startColumn", "endColumn"},  # 3.30
    "message": {"text"},  # 3.11
    "configuration": {"level"},  # 3.50
}
LEVELS = {"none", "note", "warning", "error"}  # 3.27.10


def check(holds, place, text):
    if not holds:
        sys.exit(f"{place}: {text}")


def known(value, kind, place, required=()):
    check(isinstance(value, dict), place, f"a {kind} is an object")
    for name in value:
        check(name in PROPERTIES[kind], place, f"a {kind} has no '{name}'")
    for name in required:
        check(name in value, place, f"a {kind} needs '{name}'")


def check_message(message, place):
    known(message, "message", place, ["text"])
    check(isinstance(message["text"], str) and message["text"], place, "no text")


def check_location(location, place):
    known(location, "location", place)
    if "message" in location:
        check_message(location["message"], place)
    if "physicalLocation" not in location:
        return
    physical = location["physicalLocation"]
    known(physical, "physicalLocation", place, ["artifactLocation"])
    artifact = physical["artifactLocation"]
    known(artifact, "artifactLocation", place, ["uri"])
    check(URI.match(artifact["uri"]), place, f"no URI: {artifact['uri']}")
    # 3.4.4: what is absolute has no base
    check(artifact["uri"].startswith("file:") != ("uriBaseId" in artifact), place, "a base where none is wanted")
    region = physical.get("region")
    if region is None:
        return
    known(region, "region", place, ["startLine"])
    check(all(isinstance(n, int) and n >= 1 for n in region.values()), place, "3.30.5: numbers from 1")
    check(region.get("endColumn", 1) >= region.get("startColumn", 1), place, "3.30.8: ends before it starts")


def check_result(result, rules, place):
    known(result, "result", place, ["message"])
    check_message(result["message"], place)
    check(result.get("level", "warning") in LEVELS, place, "3.27.10: level")
    if "ruleIndex" in result:  # 3.27.6
        check(rules[result["ruleIndex"]]["id"] == result["ruleId"], place, "ruleIndex is of another rule")
    for name in ("locations", "relatedLocations"):
        for i, location in enumerate(result.get(name, [])):
            check_location(location, f"{place}.{name}[{i}]")


def check_log(log):
    known(log, "log", "log", ["version", "runs"])
    check(log["version"] == "2.1.0", "log", "3.13.2: version")
    check(isinstance(log["runs"], list) and log["runs"], "log", "3.13.4: runs")
    for r, run in enumerate(log["runs"]):
        place = f"runs[{r}]"
        known(run, "run", place, ["tool"])
        known(run["tool"], "tool", place, ["driver"])
        driver = run["tool"]["driver"]
        known(driver, "driver", place, ["name"])
        check(re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"]), place, "3.19.12: semanticVersion")
        rules = driver["rules"]
        for rule in rules:
            known(rule, "rule", place, ["id"])
            check_message(rule["shortDescription"], place)
            known(rule["defaultConfiguration"], "configuration", place)
            check(rule["defaultConfiguration"]["level"] in LEVELS, place, "3.50.3: level")
        check(len({rule["id"] for rule in rules}) == len(rules), place, "a rule twice")
        check(run.get("columnKind") in ("utf16CodeUnits", "unicodeCodePoints"), place, "3.14.17: columnKind")
        for invocation in run.get("invocations", []):
            known(invocation, "invocation", place, ["executionSuccessful"])
        for i, result in enumerate(run["results"]):
            check_result(result, rules, f"{place}.results[{i}]")


def main():
    schema = os.environ.get("OPENED_SARIF_SCHEMA", os.path.expanduser("~/.cache/opened/sarif-schema-2.1.0.json"))
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as f:
            log = json.load(f)
        check_log(log)
        if not os.path.exists(schema):
            print(f"{path}: good; not seen by the schema, which is not here")
            continue
        import jsonschema

        with open(schema, encoding="utf-8") as f:
            jsonschema.validate(log, json.load(f))
        print(f"{path}: good, by the schema too")


main()
