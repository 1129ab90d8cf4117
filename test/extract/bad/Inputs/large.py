# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""large.py - a source of more than 10 MB, with one small function in it

usage: large.py declarations|line
"""
import sys

SEPARATOR = {"declarations": "\n", "line": " "}[sys.argv[1]]
COUNT = 60000

print("/* SPDX-License-Identifier: BSD-2-Clause */")
for i in range(COUNT):
    print(
        f"struct unused_{i} {{ int first_member, second_member; }};"
        f"{SEPARATOR}enum {{ UNUSED_VALUE_{i} = {i} }};"
        f"{SEPARATOR}static inline int unused_function_{i}(struct unused_{i} *argument)"
        f" {{ return argument->first_member + UNUSED_VALUE_{i}; }}",
        end=SEPARATOR,
    )
    if i == COUNT // 2:
        print("\nstatic int used(int v)\n{\n\treturn v + 1;\n}")
print('\n__attribute__((section("xdp"), used)) int prog(void *ctx)\n{\n\treturn used(1);\n}')
print('char _license[] __attribute__((section("license"), used)) = "GPL";')
