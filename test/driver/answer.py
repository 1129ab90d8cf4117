#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""answer.py - run a command on a terminal of its own and answer what it asks

usage: answer.py ANSWER... -- COMMAND...

Each ANSWER is typed when the command asks the next time ("... leave it: "). Prints what the command
printed; the exit status is its own.
"""

import os
import pty
import sys

PROMPT = b"leave it: "


def main():
    split = sys.argv.index("--")
    answers, command = sys.argv[1:split], sys.argv[split + 1 :]
    pid, terminal = pty.fork()
    if not pid:
        os.execvp(command[0], command)
    seen, asked = b"", 0
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        seen += chunk
        while seen.count(PROMPT) > asked:
            answer = answers[asked] if asked < len(answers) else ""
            asked += 1
            os.write(terminal, answer.encode() + b"\n")
    sys.stdout.write(seen.decode(errors="replace"))
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    main()
