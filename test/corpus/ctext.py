# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ctext.py - C text cut at its top level: directives, declarations, comments

Deliberately no C parser: it has to know comments, strings, brackets and where a function's body
ends, on text that compiles. What it cannot cut stays one piece.
"""
import bisect
import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//(?:\\\n|[^\n])*)
      |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      |(?P<space>[ \t\r\f\v]+|\\\n)
      |(?P<newline>\n)
      |(?P<hash>\#)
      |(?P<word>\w+)
      |(?P<other>.)""",
    re.X | re.S,
)
AGGREGATE = re.compile(r"^(?:(?:typedef|static|extern|const|volatile)\s+)*(?:struct|union|enum)(?:\s+\w+)*\s*$")
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\)")


@dataclass
class Piece:
    kind: str  # "include", "define", "directive", "declaration", "comment"
    start: int  # offsets into the text
    end: int
    line: int
    text: str

    def title(self):
        plain = re.sub(r"/\*.*?\*/|//[^\n]*", "", self.text, flags=re.S)
        return " ".join(plain.split())[:80]


def strip_comments(text):
    return "".join(" " if m.lastgroup == "comment" else m.group() for m in TOKEN.finditer(text))


def directive_end(text, position):
    """Behind the newline that ends the directive at position; comments and \\ may span lines."""
    for match in TOKEN.finditer(text, position):
        if match.lastgroup == "newline":
            return match.end()
    return len(text)


def opens_function(head):
    """Whether the text before a top-level { is a function's head, not a record or an initialiser."""
    head = ATTRIBUTE.sub(" ", strip_comments(head)).strip()
    return not head.endswith("=") and not AGGREGATE.match(head)


def split(text):
    """The pieces of text in order. Blank space between them belongs to none."""
    pieces = []
    position, start, depth, body = 0, None, 0, False
    at_line_start = True
    branches = []  # depth at each open #if: both branches may hold the same bracket
    newlines = [m.start() for m in re.finditer("\n", text)]

    def finish(kind, end):
        nonlocal start, body
        pieces.append(Piece(kind, start, end, bisect.bisect_left(newlines, start) + 1, text[start:end]))
        start, body = None, False

    while position < len(text):
        match = TOKEN.match(text, position)
        kind, token = match.lastgroup, match.group()
        if kind == "hash" and at_line_start:
            end = directive_end(text, position)
            name = re.match(r"#\s*(\w*)", text[position:end]).group(1)
            if start is None:
                start = position
                finish(name if name in ("include", "define") else "directive", end)
            # else: a directive inside a declaration belongs to it
            if name.startswith("if"):
                branches.append(depth)
            elif name.startswith("el") and branches:
                depth = branches[-1]
            elif name == "endif" and branches:
                branches.pop()
            position = end
            continue
        position = match.end()
        if kind == "newline":
            at_line_start = True
            continue
        if kind == "space":
            continue
        if kind == "comment":
            if start is None:
                start = match.start()
                finish("comment", match.end())
            continue
        at_line_start = False
        if start is None:
            start = match.start()
        if token in "([{":
            if token == "{" and depth == 0:
                body = opens_function(text[start : match.start()])
            depth += 1
        elif token in ")]}":
            depth -= 1
            if depth == 0 and token == "}" and body:
                finish("declaration", position)
        elif token == ";" and depth == 0:
            finish("declaration", position)
    if start is not None:
        finish("declaration", len(text))
    return pieces


def declarations(text):
    return [p for p in split(text) if p.kind == "declaration" and p.text.strip() != ";"]


def count_declarations(preprocessed):
    """The number of top-level declarations in the output of -E -P: no comments, no directives."""
    count, depth, body = 0, 0, False
    for match in re.finditer(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\)\s*\{|[{}();\[\]]', preprocessed):
        token = match.group()
        if token[0] == ")":
            depth -= 1
            if token[-1] == "{":
                body = body or depth == 0
                depth += 1
        elif token in "([{":
            depth += 1
        elif token in "]}":
            depth -= 1
            if depth == 0 and body and token == "}":
                count, body = count + 1, False
        elif token == ";" and depth == 0:
            count += 1
    return count


def lines(text):
    return sum(1 for line in text.splitlines() if line.strip())
