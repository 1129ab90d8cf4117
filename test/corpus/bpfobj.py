# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""bpfobj.py - what a BPF object means, as plain data that can be compared

Everything is read by LLVM's and the kernel's own tools (llvm-readobj, llvm-objdump, bpftool), none
of which shares code with the tool under test: this is a second opinion on its proof.
"""
import json
import re
import subprocess
import sys

# Debug information and string tables say nothing about what runs.
SILENT = re.compile(r"^(|\.strtab|\.symtab|\.shstrtab|\.llvm_addrsig|(\.rel)?\.(debug_|BTF).*)$")
# Data sections whose variables the loader reads through BTF.
TYPED = (".maps", ".ksyms", ".kconfig", ".struct_ops", ".struct_ops.link")
MODIFIERS = ("PTR", "TYPEDEF", "VOLATILE", "CONST", "RESTRICT", "TYPE_TAG")
BTF_DUMPER = ("bpftool", "btf", "dump", "-j", "file")


def tool(name):
    """llvm tools are named with the version of the compiler in use."""
    return name + "-19"


def output(argv):
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


class Object:
    def __init__(self, path):
        self.path = path
        text = output(
            [tool("llvm-readobj"), "--elf-output-style=JSON", "--sections", "--section-data", "--symbols", "--relocs", path]
        )
        (data,) = json.loads(text)
        self.sections = {}
        self.executable = set()
        for row in data["Sections"]:
            section = row["Section"]
            name = section["Name"]["Name"]
            if SILENT.match(name):
                continue
            kind = section["Type"]["Name"]
            content = section.get("SectionData", {}).get("Bytes", [])
            if kind != "SHT_REL":
                self.sections[name] = (kind, section["Size"], bytes(content))
            if any(flag["Name"] == "SHF_EXECINSTR" for flag in section["Flags"]["Flags"]):
                self.executable.add(name)
        self.symbols = []
        for row in data["Symbols"]:
            symbol = row["Symbol"]
            self.symbols.append(
                (
                    symbol["Name"]["Name"],
                    symbol["Section"]["Name"],
                    symbol["Binding"]["Name"],
                    symbol["Type"]["Name"],
                    symbol["Value"],
                    symbol["Size"],
                )
            )
        self.relocations = sorted(self._relocations(data))

    def _relocations(self, data):
        for group in data.get("Relocations", []):
            for row in group.get("Relocs", []):
                relocation = row["Relocation"]
                symbol = relocation["Symbol"]["Name"]
                yield group.get("SectionIndex"), relocation["Offset"], relocation["Type"]["Name"], symbol

    def programs(self):
        """Functions that a loader sees as programs: in a section of their own, not .text."""
        return sorted(
            {s[0] for s in self.symbols if s[3] == "Function" and s[1] in self.executable and not s[1].startswith(".text")}
        )

    def code(self):
        """Instructions with relocations and CO-RE relocations by name; type ids are not stable."""
        text = output([tool("llvm-objdump"), "-dr", self.path])
        lines = text.splitlines()
        return [re.sub(r"(CO-RE <\w+>) \[\d+\]", r"\1", line) for line in lines if "file format" not in line]

    def types(self):
        """The types that the kernel or the loader reads: of maps, externs, and global functions."""
        if not any(".BTF" in line for line in output([tool("llvm-readobj"), "--sections", self.path]).splitlines()):
            return {}
        raw = json.loads(output([*BTF_DUMPER, self.path]))["types"]
        table = {t["id"]: t for t in raw}
        found = {}
        for entry in raw:
            if entry["kind"] == "DATASEC" and entry["name"].startswith(TYPED):
                for var in entry["vars"]:
                    variable = table[var["type_id"]]
                    found[variable["name"]] = shape(table, variable["type_id"], 2)
            elif entry["kind"] == "FUNC" and entry["linkage"] != "static":
                found[entry["name"] + "()"] = shape(table, entry["type_id"], 1)
            elif entry["kind"] == "DECL_TAG":
                target = table.get(entry["type_id"], {})
                found.setdefault("tags", []).append((entry["name"], target.get("name"), entry.get("component_idx")))
        found["tags"] = sorted(found.get("tags", []), key=str)
        return found

    def facts(self):
        """All that a deletion must leave as it was."""
        plain = sorted(s for s in self.symbols if s[3] != "Section" and not s[0].startswith((".L", "LBB")))
        return {
            "sections": {n: v for n, v in self.sections.items() if n not in self.executable},
            "code": self.code(),
            "relocations": self.relocations,
            "symbols": plain,
            "types": self.types(),
        }


def shape(table, number, pointers, seen=()):
    """A type by structure. Behind the given number of pointers only its name and size count."""
    if number == 0:
        return "void"
    entry = table[number]
    kind, name = entry["kind"], entry["name"]
    if number in seen:
        return kind, name
    seen = seen + (number,)
    if kind == "PTR" and pointers == 0:
        target = table.get(entry["type_id"], {})
        while target.get("kind") in MODIFIERS:
            target = table.get(target["type_id"], {})
        return "PTR", target.get("kind", "void"), target.get("name"), target.get("size")
    if kind in MODIFIERS:
        return kind, name, shape(table, entry["type_id"], pointers - (kind == "PTR"), seen)
    if kind in ("STRUCT", "UNION"):
        members = tuple(
            (m["name"], m["bits_offset"], m.get("bitfield_size"), shape(table, m["type_id"], pointers, seen))
            for m in entry["members"]
        )
        return kind, name, entry["size"], members
    if kind == "ARRAY":
        return kind, entry["nr_elems"], shape(table, entry["type_id"], pointers, seen)
    if kind == "FUNC_PROTO":
        arguments = tuple((p["name"], shape(table, p["type_id"], pointers, seen)) for p in entry["params"])
        return kind, shape(table, entry["ret_type_id"], pointers, seen), arguments
    if kind == "VAR":
        return kind, entry["linkage"], shape(table, entry["type_id"], pointers, seen)
    if kind == "FUNC":
        return kind, name, entry["linkage"], shape(table, entry["type_id"], pointers, seen)
    if kind in ("ENUM", "ENUM64"):
        return kind, name, tuple((v["name"], v["val"]) for v in entry["values"])
    return kind, name, entry.get("size"), entry.get("fwd_kind"), entry.get("encoding"), entry.get("nr_bits")


def main():
    """Prints where two objects differ, or nothing."""
    a, b = (Object(path).facts() for path in sys.argv[1:3])
    different = [key for key in a if a[key] != b[key]]
    print("\n".join(different) or "identical")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
