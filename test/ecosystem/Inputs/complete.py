#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""complete.py SHELL FOLDER LINE... - type each LINE and a tab into a shell, print what stands there

FOLDER holds the completion scripts. Both shells run on a terminal of their own, so that it is their
completion that is seen, not a function called with made-up variables. "|" stands for the end of a
completed line, so that a blank is seen.
"""
import os
import pty
import re
import select
import sys
import time

SECONDS = 20


def read_until(fd, mark):
    text, end = "", time.monotonic() + SECONDS
    while mark not in text:
        ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"no answer, after: {text!r}")
        try:
            text += os.read(fd, 65536).decode(errors="replace")
        except OSError:
            sys.exit(f"the shell ended, after: {text!r}")
    return text


def main():
    shell, folder, lines = sys.argv[1], os.path.realpath(sys.argv[2]), sys.argv[3:]
    pid, fd = pty.fork()
    if not pid:
        os.environ.update(TERM="dumb", PS1="", HISTFILE="", COLUMNS="999", LINES="50")
        if shell == "bash":
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        os.execvp("zsh", ["zsh", "-f", "-i"])
    if shell == "bash":
        setup = f"bind 'set bell-style none'; for f in '{folder}'/*; do . $f; done"
    else:
        setup = (
            f"PS1=; unsetopt beep prompt_cr prompt_sp zle_bracketed_paste; fpath=('{folder}' $fpath); "
            "autoload -Uz compinit; compinit -u -D; bindkey -e"
        )
    os.write(fd, f"{setup}; echo rea''dy\n".encode())
    read_until(fd, "ready\r\n")
    for line in lines:
        # The line is taken as it stands into an argument of echo: ^A is its start, ^E its end.
        os.write(fd, line.encode() + b"\t" + b"\x01echo '<<'\"[" + b"\x05" + b"]\"'>>'\n")
        text = read_until(fd, ">>\r\n")
        found = re.findall(r"<<\[(.*?)\]>>\r\n", text)
        print(found[-1].replace("\r", "") + "|" if found else f"? {text!r}")
    os.close(fd)
    os.waitpid(pid, 0)


main()
