#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# build.sh - a loader of the small pipeline, as a generated Makefile builds one
#
# usage: build.sh CLANG RUNTIME FOLDER NAME [-DVARIANT=...] [-DVERSION=...] [-DPREFIX=...]
#
# FOLDER/NAME is the loader, FOLDER/NAME.o its object. LOADER_LDFLAGS: what RUNTIME, an archive,
# needs beside.
set -eu

clang=$1 archive=$2 folder=$3 name=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
runtime=$here/../../hookdefs/loader
work=$folder/$name.d
mkdir -p "$work"
warnings="-Wall -Wextra -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror"

"$clang" -target bpf -O2 -g -Wall -Werror "-I/usr/include/$(uname -m)-linux-gnu" "$@" \
	-c "$here/Inputs/pipeline.bpf.c" -o "$work/unlinked.o"
bpftool gen object "$folder/$name.o" "$work/unlinked.o"
bpftool gen skeleton "$folder/$name.o" name pipeline > "$work/pipeline.skel.h"
# shellcheck disable=SC2086
"$clang" -std=c11 -O1 -g $warnings -I"$runtime" -I"$here/Inputs" -I"$work" "$@" \
	"$here/Inputs/pipeline.c" "$archive" ${LOADER_LDFLAGS:-} -o "$folder/$name" -lbpf -ljansson
