#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# unit.sh - extract one function and demand of its unit what every unit must have
#
# usage: unit.sh [-w WARNING]... [-n] FUNCTION [OPTION...] SOURCE -- FLAG...
#
# The unit is proved identical at levels 1 to 4 for every compile command, compiles alone (with the
# Makefile beside it, and with nothing but the flags of any eBPF compilation), and extracted again
# it is the same unit, proved again. Then it is printed: unit files to stdout, for FileCheck.
#
# -w  a warning that must be given, as a part of its text; any other warning fails. A proof may be
#     less than identical only when such a warning says "identical but for"
# -n  the unit needs flags of its own: compile it with its Makefile only
#
# An absolute SOURCE is extracted in its own folder, so that paths in the unit are short.
# Environment: OPENED_EXTRACT, CLANG, BPFCC, WORK (a folder of ours, emptied first).
set -u

fail() {
	echo "unit.sh: $*" >&2
	[ -s "$WORK/err" ] && cat "$WORK/err" >&2
	exit 1
}

# The printed proofs have no level but identical ones, unless the user is told of a harmless one.
# What else a level may say: $2, a pattern.
check_proofs() {
	proofs=$(grep -c '^proof of ' "$1")
	same=$(grep -c -e '^  [1-4] .* identical$' -e "^  [2-4] .* ${2:-identical}\$" "$1")
	[ "$proofs" -gt 0 ] || fail "nothing was proved"
	[ "$same" -eq $((4 * proofs)) ] && return
	case $wanted in
	*'identical but for'*) ;;
	*) fail "proof is not identical" ;;
	esac
	rest=$(grep '^  [1-4] ' "$1" | grep -v -e ' identical$' -e ' explained: ')
	[ -z "$rest" ] || fail "proof is not identical"
}

check_warnings() {
	printf '%s' "$wanted" | while IFS= read -r text; do
		grep -F 'warning: ' "$1" | grep -qF -- "$text" || fail "no warning '$text'"
	done || exit 1
	grep 'warning: ' "$1" >"$WORK/warnings"
	if [ -n "$wanted" ]; then
		printf '%s' "$wanted" | grep -vFf - "$WORK/warnings" && fail "unexpected warning"
	else
		[ -s "$WORK/warnings" ] && fail "unexpected warning"
	fi
	return 0
}

wanted=
bare=yes
while getopts w:n option; do
	case $option in
	w) wanted="$wanted$OPTARG
" ;;
	n) bare= ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
function=$1
shift

# The word before "--" (the last one without it) is the source.
source=
layout=single
again="-f$function"
for word; do
	case $word in
	--) break ;;
	--layout=tree) layout=tree ;;
	--slim-vmlinux | --keep-include=* | --entry=*) again="$again $word" ;;
	esac
	source=$word
done
case $source in
/*)
	cd "$(dirname "$source")" || exit 2
	count=$#
	while [ "$count" -gt 0 ]; do
		word=$1
		shift
		[ "$word" = "$source" ] && word=$(basename "$source")
		set -- "$@" "$word"
		count=$((count - 1))
	done
	source=$(basename "$source")
	;;
esac

rm -rf "$WORK"
mkdir -p "$WORK"
"$OPENED_EXTRACT" -v --prove -f "$function" -o "$WORK/unit" "$@" 2>"$WORK/err"
status=$?
[ $status -eq 0 ] || fail "exit status $status"
check_proofs "$WORK/err"
check_warnings "$WORK/err"
sed '/^proof of /d; /^  [1-5] /d' "$WORK/err" >&2

cd "$WORK/unit" || fail "no folder"
if [ $layout = tree ]; then
	cd "$function" || fail "no folder $function"
	[ -f "$source" ] || source=$(find . -name "$(basename "$source")" | head -n 1)
	files=$(find . -type f ! -name Makefile ! -name '*.json' ! -name '.*' | LC_ALL=C sort)
else
	source=$function.bpf.c
	files=$source
fi

make -s CLANG="$CLANG" EXTRA_CFLAGS='-Wall -Werror' >"$WORK/err" 2>&1 || fail "its Makefile fails"
make -s clean
if [ $layout = single ] && [ "$bare" ]; then
	# shellcheck disable=SC2086 # flags are words
	"$CLANG" $BPFCC -Wall -Werror -c "$source" -o "$WORK/alone.o" 2>"$WORK/err" ||
		fail "it does not compile alone"
fi

# shellcheck disable=SC2086 # options are words
"$OPENED_EXTRACT" -v --prove $again --layout=$layout -p . -o "$WORK/again" "$source" 2>"$WORK/err" ||
	fail "the unit cannot be extracted"
# A unit with an entry is extracted again by the name of a function that may have been inlined there.
check_proofs "$WORK/err" 'skipped: it has no code of its own on either side: .*'
[ $layout = tree ] && again="$WORK/again/$function" || again="$WORK/again"
for file in $files; do
	diff -u "$file" "$again/$file" >"$WORK/err" 2>&1 || fail "extracted again it is another unit"
done

for file in $files; do
	[ $layout = tree ] && echo "==> $file <=="
	cat "$file"
done
