#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""page.py - whether an HTML page is well-formed and alone; its text

usage: page.py check|text FILE

check: every element is closed in order, there is no script, and no attribute leads elsewhere; prints
what is wrong and exits 1. text: prints what a reader sees, an element of a line or block a line.
"""
import html.parser
import sys

VOID = {"meta", "col", "br", "hr"}
KNOWN = VOID | set(
    "html head title style body header nav main section article h1 h2 h3 h4 div span p a b i small "
    "ul li code table thead tbody tr th td details summary".split()
)
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "style", "title", "colspan",
    "scope", "open", "href", "aria-hidden",
}
BLOCKS = {"h1", "h2", "h3", "h4", "div", "p", "li", "td", "th", "summary", "title"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.errors, self.text, self.policies = [], [], "", 0

    def handle_starttag(self, tag, attributes):
        if tag not in KNOWN:
            self.errors.append(f"element {tag}")
        for name, value in attributes:
            if name not in ATTRIBUTES:
                self.errors.append(f"attribute {name}")
            if name == "href" and not value.startswith("#"):
                self.errors.append(f"link to {value}")
            if name == "style" and not value.startswith("width:"):
                self.errors.append(f"style {value}")
        self.policies += dict(attributes).get("http-equiv") == "Content-Security-Policy"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.errors.append(f"{self.getpos()}: </{tag}> closes {self.open[-1:]}")
        elif self.open.pop() in BLOCKS:
            self.text += "\n"

    def handle_data(self, data):
        if "style" in self.open and ("@import" in data or "url(" in data or "http" in data):
            self.errors.append("the style leads elsewhere")
        elif "style" not in self.open:
            self.text += data

    def handle_comment(self, data):
        self.errors.append("comment")


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("check", "text"):
        print("usage: page.py check|text FILE", file=sys.stderr)
        return 2
    page = Page()
    with open(arguments[1], encoding="utf-8") as file:
        page.feed(file.read())
    page.close()
    if arguments[0] == "text":
        print("\n".join(line for line in page.text.splitlines() if line.strip()))
        return 0
    if page.open:
        page.errors.append(f"not closed: {page.open}")
    if page.policies != 1:
        page.errors.append("no policy")
    print("\n".join(page.errors))
    return 1 if page.errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
