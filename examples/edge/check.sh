#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Copyright (c) 2026 The OPENED authors
#
# check.sh - runs the test of what is in build/, in a mount namespace of its own
#
# usage: check.sh [OBJECT-FOLDER]
#
# The BPF filesystem that the test pins maps in exists only there: nothing is left behind, and maps
# of an edge that runs on this machine are not touched. Exit status 0: all passed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
objects=${1:-$here/build}

if [ "$(id -u)" -ne 0 ]; then
	echo "check.sh: loading programs into the kernel needs root" >&2
	exit 2
fi
if [ ! -x "$here/build/edge_test" ]; then
	echo "check.sh: build/edge_test is missing, run 'make check'" >&2
	exit 2
fi

scratch=$(mktemp -d)
trap 'rmdir "$scratch"' EXIT
# shellcheck disable=SC2016 # the inner shell expands it
unshare --mount --propagation private sh -c '
	mount -t bpf bpf "$3"
	"$1" "$2" "$3"
' sh "$here/build/edge_test" "$objects" "$scratch"
