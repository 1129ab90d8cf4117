# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""bounded.py - does a command take no more than FACTOR times another's processor time and memory?

usage: bounded.py FACTOR MEASURE... -- COMMAND...

Relative to a yardstick on the same machine, so that a slow machine is no failure and a quadratic
algorithm is. Exit status: 1 beyond the bound, else COMMAND's own.
"""
import os
import sys


def run(command):
    """Exit status, seconds of processor time, kilobytes of peak memory."""
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main():
    factor = float(sys.argv[1])
    split = sys.argv.index("--")
    status, seconds, kilobytes = run(sys.argv[2:split])
    if status:
        sys.exit(f"bounded.py: the yardstick exits with {status}")
    status, taken, used = run(sys.argv[split + 1 :])
    print(
        f"bounded.py: {taken:.1f} s of {seconds:.1f} s, {used} kB of {kilobytes} kB, status {status}",
        file=sys.stderr,
    )
    if taken > factor * seconds or used > factor * kilobytes:
        sys.exit(1)
    sys.exit(status)


main()
