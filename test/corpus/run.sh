#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# run.sh - the kernel corpus from nothing: make the database, run the tool, compare the baseline
#
# usage: run.sh OPENED-EXTRACT [options of run.py]
# The whole corpus is some 840 sources and 3500 programs, each compiled and proved: hours on a small
# machine. "--sample SEED --limit N --time 10" is the short form; a failure that the baseline does not
# name fails it all the same.
set -eu

here=$(dirname "$(readlink -f "$0")")
tool=$1
shift
tree=$("$here/kernel-db.py")
if [ "$(id -u)" = 0 ]; then
	set -- --load "$@"
fi
if [ -f "$here/baseline.json" ]; then
	set -- --baseline "$here/baseline.json" "$@"
fi
exec "$here/run.py" "$tool" "$tree" "$@"
