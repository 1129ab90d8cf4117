#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""terminal.py - runs a command on a terminal of its own and prints what appears there

usage: terminal.py COMMAND...

The terminal's escape character is printed as \\e. The exit status is the command's.
"""
import os
import pty
import sys


def main():
    pid, terminal = pty.fork()
    if not pid:
        os.execvp(sys.argv[1], sys.argv[1:])
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # nobody holds the other side any more
            break
        if not data:
            break
        shown += data
    _, status = os.waitpid(pid, 0)
    print(shown.decode().replace("\r\n", "\n").replace("\x1b", "\\e"), end="")
    return os.waitstatus_to_exitcode(status)


sys.exit(main())
