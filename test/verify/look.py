#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""look.py - whether a headless Chromium shows a page as it is meant

usage: look.py FILE TEXT [LIGHT DARK]

TEXT must stand in the document as the browser built it, without a word on the browser's console. What
people with a keyboard or a screen reader need must be there: a language, a title, a name for each
picture, heads for each table, targets for each link, and each id once. With LIGHT and DARK, colours of six hex
digits, pictures are taken in light and in dark, wide and narrow: each must have the wanted size,
many colours and a few of them most of the time (a page, no noise), LIGHT or DARK in its head, and a
ground as bright or dark as wanted. Exit status 1: not so, with what is wrong first on stdout.
"""
import collections
import html
import html.parser
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import zlib

SECONDS = 120
HEIGHT = 420
NAMES = ("chromium", "chromium-browser", "google-chrome")


class Complaint(Exception):
    """The browser has something against the page."""


class Access(html.parser.HTMLParser):
    """What is missing for those who do not see the page or have no mouse."""

    def __init__(self):
        super().__init__()
        self.errors, self.ids, self.links, self.tables = [], [], [], []
        self.open = {"title": False, "h1": False}

    def handle_starttag(self, tag, pairs):
        values = dict(pairs)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html" and not values.get("lang"):
            self.errors.append("the page has no language")
        if tag in self.open:
            self.open[tag] = True
        if tag == "a" and (values.get("href") or "").startswith("#"):
            self.links.append(values["href"][1:])
        if values.get("role") == "img" and not values.get("aria-label"):
            self.errors.append("a picture has no name")
        if "onclick" in values or (values.get("tabindex") or "0") not in ("0", "-1"):
            self.errors.append(f"<{tag}> is not for the keyboard")
        if tag == "table":
            self.tables.append(0)
        if tag == "th" and self.tables:
            self.tables[-1] += 1
            if values.get("scope") not in ("col", "row"):
                self.errors.append("a table's head does not say what it is the head of")

    def finish(self):
        self.errors += [f"no <{tag}>" for tag, seen in self.open.items() if not seen]
        doubles = [i for i, count in collections.Counter(self.ids).items() if count > 1]
        self.errors += [f"the id {i} is there more than once" for i in doubles]
        self.errors += [f"the link #{i} leads nowhere" for i in self.links if i not in self.ids]
        return self.errors


def browse(folder, url, *options):
    browser = next(filter(None, map(shutil.which, NAMES)))
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--enable-logging=stderr",
        "--user-data-dir=" + os.path.join(folder, "profile"),
        *options,
        url,
    ]
    # A group of its own: a browser that hangs is ended with all its children.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=folder
    )
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    if process.returncode:
        raise RuntimeError(err.decode(errors="replace"))
    told = [line for line in err.decode(errors="replace").splitlines() if "CONSOLE" in line]
    if told:
        raise Complaint("the console says: " + told[0])
    return out.decode(errors="replace")


def unfilter(kind, line, above, size):
    """One row of a PNG, https://www.w3.org/TR/png-3/#9Filters"""
    for i, byte in enumerate(line):
        left = line[i - size] if i >= size else 0
        up = above[i]
        if kind == 1:
            byte += left
        elif kind == 2:
            byte += up
        elif kind == 3:
            byte += (left + up) // 2
        elif kind == 4:
            corner = above[i - size] if i >= size else 0
            guess = left + up - corner
            distances = (abs(guess - left), abs(guess - up), abs(guess - corner))
            byte += (left, up, corner)[distances.index(min(distances))]
        line[i] = byte & 255
    return line


def read_png(path):
    """Width, height and rows of (r, g, b) bytes."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(
                ">IIBBBBB", data[at + 8 : at + 21]
            )
        elif kind == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    assert depth == 8 and colour in (2, 6) and not interlaced
    size = 3 if colour == 2 else 4
    raw, stride = zlib.decompress(packed), width * size + 1
    rows, above = [], bytearray(stride - 1)
    for y in range(height):
        line = bytearray(raw[y * stride + 1 : (y + 1) * stride])
        above = unfilter(raw[y * stride], line, above, size)
        rows.append(above)
    return width, height, size, rows


def count_colours(rows, size):
    return collections.Counter(
        bytes(row[i : i + 3]) for row in rows for i in range(0, len(row), size)
    )


def check_picture(path, wanted_width, wanted_height, accent, dark):
    width, height, size, rows = read_png(path)
    errors = []
    if (width, height) != (wanted_width, wanted_height):
        errors.append(f"{width}x{height} pixels, not {wanted_width}x{wanted_height}")
    colours = count_colours(rows, size)
    if len(colours) < 50:
        errors.append(f"only {len(colours)} colours: nothing is shown")
    grounds = sum(count for _, count in colours.most_common(4))
    if grounds < width * height // 2:
        errors.append("no ground covers the page")
    ground = colours.most_common(1)[0][0]
    if (sum(ground) < 3 * 96) != dark:
        errors.append(f"the ground is {ground.hex()}")
    if count_colours(rows[:60], size)[bytes.fromhex(accent)] < width:
        errors.append(f"the head does not have the colour {accent}")
    return errors


def check_document(folder, url, text):
    document = browse(folder, url, "--dump-dom")
    shown = html.unescape(re.sub(r"<[^>]*>", "", document.split("</style>")[-1]))
    if text not in shown:
        return ["the text is not in the document"]
    if re.search(r"<script|<img|onerror=", document):
        return ["the document has a script"]
    access = Access()
    access.feed(document)
    return access.finish()


def check(folder, url, text, colours):
    errors = check_document(folder, url, text)
    picture = os.path.join(folder, "picture.png")
    for width, dark in ((1100, False), (1100, True), (420, False)) if colours else ():
        if errors:
            break
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        browse(folder, url, scheme, f"--screenshot={picture}", f"--window-size={width},{HEIGHT}")
        name = f"{'dark' if dark else 'light'}, {width} wide: "
        errors = [name + e for e in check_picture(picture, width, HEIGHT, colours[dark], dark)]
    return errors


def main(arguments):
    if len(arguments) not in (2, 4):
        print("usage: look.py FILE TEXT [LIGHT DARK]", file=sys.stderr)
        return 2
    path, text, *colours = arguments
    with tempfile.TemporaryDirectory(prefix="opened-look-") as folder:
        try:
            errors = check(folder, "file://" + os.path.abspath(path), text, colours)
        except Complaint as complaint:
            errors = [str(complaint)]
    print("\n".join(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
