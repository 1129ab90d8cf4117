#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""mutate.py - small changes to a C source, each of which may make another program of it

Works on tokens, not on lines of text, and knows no more of C than it needs: where a body of a
function is, where a statement begins and ends, whether an operator is binary. What comes out need not
compile; whoever uses it finds out. Deterministic: a source gives the same list everywhere.

A mutant is named by the line that it changes, the change, and, where that is not enough, which of
several such places: names live through edits elsewhere in the file.

usage: mutate.py FILE          lists the mutants
       mutate.py FILE NUMBER   prints the source of one
"""

import re
import sys

TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/|\\\n)"
    r"|(?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[^\w\s])",
    re.S | re.M,
)

COMPARISONS = {
    "==": ("!=",), "!=": ("==",), "<": ("<=", ">="), ">": (">=", "<="), "<=": ("<", ">"),
    ">=": (">", "<"),
}
ARITHMETIC = {
    "+": ("-",), "-": ("+",), "*": ("+",), "/": ("*",), "%": ("/",), "<<": (">>",), ">>": ("<<",),
    "&": ("|",), "|": ("&",), "^": ("&",), "&&": ("||",), "||": ("&&",), "+=": ("-=",),
    "-=": ("+=",), "|=": ("&=",), "&=": ("|=",), "++": ("--",), "--": ("++",),
}
# Constants that stand for another of their kind. Verdicts have an operator of their own.
NAMED = {
    "IPPROTO_TCP": "IPPROTO_UDP", "IPPROTO_UDP": "IPPROTO_TCP", "IPPROTO_ICMP": "IPPROTO_TCP",
    "IPPROTO_IPIP": "IPPROTO_IPV6", "IPPROTO_IPV6": "IPPROTO_IPIP", "ETH_P_IP": "ETH_P_IPV6",
    "ETH_P_IPV6": "ETH_P_IP", "ETH_P_8021Q": "ETH_P_8021AD", "ETH_P_8021AD": "ETH_P_8021Q",
    "bpf_htons": "bpf_htonl", "bpf_ntohs": "bpf_ntohl",
}
MEMBERS = {
    "saddr": "daddr", "daddr": "saddr", "source": "dest", "dest": "source",
    "h_source": "h_dest", "h_dest": "h_source",
}
VERDICTS = {
    "TC_ACT_UNSPEC": "TC_ACT_SHOT", "TC_ACT_OK": "TC_ACT_SHOT", "TC_ACT_SHOT": "TC_ACT_UNSPEC",
    "XDP_PASS": "XDP_DROP", "XDP_DROP": "XDP_PASS", "XDP_TX": "XDP_PASS",
}
SIZES = ("ETH_HLEN", "ETH_ALEN", "ETH_ZLEN")
TYPES = (
    "void int long char short unsigned signed bool const volatile static struct union enum "
    "__u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __be16 __be32 __be64 __sum16"
).split()
BODY_WORDS = ("if", "else", "for", "while", "do", "switch", "return")


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start, self.end = kind, text, start, start + len(text)


class Mutant:
    """An edit of a range of the source."""

    def __init__(self, operator, start, end, text):
        self.operator, self.start, self.end, self.text = operator, start, end, text
        self.line = self.change = None
        self.nth = 0

    def apply(self, source):
        return source[: self.start] + self.text + source[self.end :]


def tokenise(source):
    tokens, at = [], 0
    while at < len(source):
        match = TOKEN.match(source, at)
        if not match:
            raise ValueError(f"not C at byte {at}: {source[at:at + 20]!r}")
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    return tokens


def closing(tokens, at):
    """Index of the bracket that closes the one at this index."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth, wanted = 0, pairs[tokens[at].text]
    for i in range(at, len(tokens)):
        if tokens[i].text == tokens[at].text:
            depth += 1
        elif tokens[i].text == wanted:
            depth -= 1
            if not depth:
                return i
    raise ValueError("a bracket is not closed")


def bodies(tokens):
    """(index of "{", index of "}") of each function's body."""
    i = 0
    while i < len(tokens):
        if tokens[i].text == "{":
            end = closing(tokens, i)
            if i and tokens[i - 1].text == ")":
                yield i, end
            i = end
        i += 1


def is_binary(tokens, i):
    before, after = tokens[i - 1], tokens[i + 1]
    if before.kind not in ("name", "number") and before.text not in (")", "]"):
        return False
    if before.text == "return" or before.text in BODY_WORDS:
        return False
    if tokens[i].text in ("*", "&"):
        # a pointer's type: "struct x *", "void *", "(__u16 *)"
        if after.text in (")", ",", "*") or before.text in TYPES:
            return False
        if tokens[i - 2].text in ("struct", "union", "enum"):
            return False
        # a cast in front of it: "(__u8 *)&x", "*(__u16 *)x"
        if before.text == ")" and tokens[i - 2].text in ("*", *TYPES):
            return False
    return True


def negated(number):
    """Other values for a number, as text."""
    match = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", number)
    if not match:
        return []
    value, suffix = int(match.group(1), 0), match.group(2)
    if not value:
        return ["1" + suffix]
    return [f"{value + 1}{suffix}", f"{value - 1}{suffix}"]


def in_words(tokens, first, last):
    """Mutants of single tokens in tokens[first:last]."""
    for i in range(first, last):
        token = tokens[i]
        text = token.text
        if token.kind == "number":
            for other in negated(text):
                yield Mutant("constant", token.start, token.end, other)
        elif token.kind == "name":
            if text in VERDICTS:
                yield Mutant("verdict", token.start, token.end, VERDICTS[text])
            if text in NAMED:
                yield Mutant("constant", token.start, token.end, NAMED[text])
            if text in MEMBERS and tokens[i - 1].text in ("->", "."):
                yield Mutant("offset", token.start, token.end, MEMBERS[text])
            if text in SIZES:
                yield Mutant("offset", token.start, token.end, f"({text} + 1)")
            if text in ("offsetof", "sizeof") and tokens[i + 1].text == "(":
                end = closing(tokens, i + 1)
                yield Mutant("offset", token.start, tokens[end].end, None)
        elif text in COMPARISONS:
            for other in COMPARISONS[text]:
                yield Mutant("comparison", token.start, token.end, other)
        elif text in ("++", "--"):
            yield Mutant("arithmetic", token.start, token.end, ARITHMETIC[text][0])
        elif text in ARITHMETIC and is_binary(tokens, i):
            for other in ARITHMETIC[text]:
                yield Mutant("arithmetic", token.start, token.end, other)
        elif text == "!":
            yield Mutant("condition", token.start, token.end, "")


def statement_end(tokens, i):
    """Index of the last token of the statement that begins at index i."""
    if tokens[i].text == "{":
        return closing(tokens, i)
    if tokens[i].text in ("if", "for", "while", "switch"):
        end = statement_end(tokens, closing(tokens, i + 1) + 1)
        if tokens[i].text == "if" and tokens[end + 1].text == "else":
            end = statement_end(tokens, end + 2)
        return end
    while tokens[i].text != ";":
        if tokens[i].text in ("(", "{", "["):
            i = closing(tokens, i)
        i += 1
    return i


def in_statements(tokens, first, last, source):
    """Mutants of whole statements: dropped, or with their branches swapped."""
    for i in range(first, last):
        before, token = tokens[i - 1].text, tokens[i]
        if token.text == "if":
            condition = closing(tokens, i + 1)
            yes_end = statement_end(tokens, condition + 1)
            inside = source[tokens[i + 1].end : tokens[condition].start]
            yield Mutant("branch", tokens[i + 1].end, tokens[condition].start, f"!({inside})")
            if tokens[yes_end + 1].text == "else":
                end = statement_end(tokens, yes_end + 2)
                yes = source[tokens[condition + 1].start : tokens[yes_end].end]
                no = source[tokens[yes_end + 2].start : tokens[end].end]
                if not no.startswith("if"):
                    yield Mutant("branch", tokens[condition + 1].start, tokens[end].end,
                                 f"{no} else {yes}")
            elif before in (";", "{", "}"):
                yield Mutant("statement", token.start, tokens[yes_end].end, ";")
            continue
        guarded = before == ")" and any(
            tokens[k].text in ("if", "for", "while") and closing(tokens, k + 1) == i - 1
            for k in range(first, i - 2)
        )
        if not guarded and before not in (";", "{", "}", "else"):
            continue
        if token.text in TYPES or token.text in ("}", ";", "{", "."):
            continue
        if token.text in BODY_WORDS:
            continue
        end = statement_end(tokens, i)
        yield Mutant("statement", token.start, tokens[end].end, ";")


def in_returns(tokens, first, last):
    """A call whose result is the verdict becomes a verdict."""
    for i in range(first, last):
        if tokens[i].text == "return" and tokens[i + 1].text.startswith("bpf_redirect"):
            end = statement_end(tokens, i)
            for verdict in ("TC_ACT_UNSPEC", "TC_ACT_SHOT"):
                yield Mutant("verdict", tokens[i + 1].start, tokens[end].start, verdict)


def in_defines(tokens):
    """Mutants of numbers in object-like macros."""
    for token in tokens:
        match = re.match(r"\s*#\s*define\s+\w+\s+(\S.*)$", token.text, flags=re.S)
        if token.kind != "directive" or not match:
            continue
        base = token.start + match.start(1)
        text = re.sub(r"/\*.*?\*/", lambda m: " " * len(m.group()), match.group(1), flags=re.S)
        for number in re.finditer(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*(?!\w)", text):
            for other in negated(number.group()):
                yield Mutant("constant", base + number.start(), base + number.end(), other)


def mutants(source):
    """All mutants of a source, in the order of their places."""
    tokens = tokenise(source)
    found = list(in_defines(tokens))
    for first, last in bodies(tokens):
        found += in_words(tokens, first + 1, last)
        found += in_statements(tokens, first + 1, last, source)
        found += in_returns(tokens, first + 1, last)
    found.sort(key=lambda m: (m.start, m.end, m.operator, m.text or ""))
    seen, names, kept = set(), {}, []
    for mutant in found:
        old = source[mutant.start : mutant.end]
        if mutant.text is None:
            mutant.text = f"({old} + 1)" if old.startswith("offsetof") else f"({old} - 1)"
        if (mutant.start, mutant.end, mutant.text) in seen:
            continue
        seen.add((mutant.start, mutant.end, mutant.text))
        start = source.rfind("\n", 0, mutant.start) + 1
        mutant.line = source[start : source.find("\n", mutant.start)].strip()
        short = " ".join(old.split())
        other = " ".join(mutant.text.split())
        mutant.change = f"{short} -> {'(nothing)' if other in ('', ';') else other}"
        key = mutant.line, mutant.change
        mutant.nth = names[key] = names.get(key, 0) + 1
        kept.append(mutant)
    return kept


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__.split("\n\n")[-1], file=sys.stderr)
        return 2
    with open(arguments[0], encoding="utf-8") as file:
        source = file.read()
    found = mutants(source)
    if len(arguments) == 2:
        print(found[int(arguments[1])].apply(source), end="")
        return 0
    for number, mutant in enumerate(found):
        line = source.count("\n", 0, mutant.start) + 1
        print(f"{number}\t{line}\t{mutant.operator}\t{mutant.change}\t{mutant.line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
