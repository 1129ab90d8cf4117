#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# status.sh - run a command and pass when it exits with exactly the given status
#
# usage: status.sh STATUS COMMAND [ARGUMENT...]
# LLVM's `not` accepts any failure, a sanitizer's too; here 1 and 2 differ.
expected=$1
shift
"$@"
actual=$?
if [ "$actual" -ne "$expected" ]; then
	echo "status.sh: exit status $actual, wanted $expected: $*" >&2
	exit 1
fi
