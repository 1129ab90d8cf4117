#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# kernels.sh - unpack Debian's cloud kernels 6.12 and 6.1; nothing is installed
#
# usage: kernels.sh [-h] [DIR]
#
# DIR is ${XDG_CACHE_HOME:-~/.cache}/opened/kernels by default. What apt says is current is fetched
# unless it is there. Without apt's answer (no network, no lists) what DIR has will do. Prints one
# folder a line, newest kernel first; each is what vm.sh takes as a TREE.
set -euo pipefail

usage() {
	sed -n '4,11s/^# \{0,1\}//p' "$0"
}

while getopts h option; do
	case $option in
	h)
		usage
		exit 0
		;;
	*)
		usage >&2
		exit 2
		;;
	esac
done
shift $((OPTIND - 1))
if [ $# -gt 1 ]; then
	usage >&2
	exit 2
fi

folder=${1:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/opened/kernels}
# These packages are empty and depend on the current kernel of their line.
lines=(linux-image-6.12-cloud-amd64:6.12 linux-image-cloud-amd64:6.1)

say() {
	printf 'kernels.sh: %s\n' "$*" >&2
}

scratch=
cleanup() {
	[ -z "$scratch" ] || rm -rf -- "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Name of the package that holds a line's current kernel: empty when apt does not know.
current() {
	{ apt-cache depends "$1" 2>/dev/null || true; } |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ && !name { name = $2 } END { print name }'
}

# Newest unpacked kernel of a version line, or nothing.
unpacked() {
	local tree found=
	while IFS= read -r tree; do
		if [ -d "$tree/lib/modules" ]; then
			found=$tree
		fi
	done < <(printf '%s\n' "$folder/linux-image-$1".* | sort -V)
	printf '%s' "$found"
}

# A tree appears under its name only when it is whole.
fetch() {
	local package=$1 version
	scratch=$(mktemp -d "$folder/.fetch-XXXXXX")
	say "fetching $package"
	(
		cd "$scratch"
		apt-get -q -o APT::Sandbox::User=root download "$package"
		dpkg -x ./*.deb tree
	) >&2
	version=$(ls "$scratch/tree/lib/modules")
	depmod -b "$scratch/tree" "$version"
	mv -T -- "$scratch/tree" "$folder/$package"
	rm -rf -- "$scratch"
	scratch=
}

mkdir -p -- "$folder"
folder=$(cd "$folder" && pwd)
for line in "${lines[@]}"; do
	package=$(current "${line%:*}")
	if [ -n "$package" ] && [ ! -d "$folder/$package" ] && ! fetch "$package"; then
		say "could not fetch $package"
	fi
	if [ -n "$package" ] && [ -d "$folder/$package" ]; then
		printf '%s\n' "$folder/$package"
		continue
	fi
	tree=$(unpacked "${line#*:}")
	if [ -z "$tree" ]; then
		say "no kernel ${line#*:}: apt does not know ${line%:*}, and $folder has none" \
			"(Debian 12 with its security archive has it)"
		exit 1
	fi
	say "apt does not know ${line%:*}: using $tree"
	printf '%s\n' "$tree"
done
