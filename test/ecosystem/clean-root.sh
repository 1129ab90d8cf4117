#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# clean-root.sh - install the packages into a root that has nothing else, and use them there
#
# usage: clean-root.sh TREE PACKAGES
#
# PACKAGES is a folder with opened_*.deb and libopened-dev_*.deb. The root is made by debootstrap and
# kept, packed, in ~/.cache/opened/roots (OPENED_CACHE/roots) with the packages that it took; each
# run unpacks it anew. Mounts are made in a namespace of their own and go with it. Exit status 77,
# with a reason: it cannot be made here.
# What runs inside is expanded inside.
# shellcheck disable=SC2016
set -euo pipefail

skip() {
	echo "clean-root: skipped: $*"
	exit 77
}

[ $# -eq 2 ] || { sed -n '/^# usage/p' "$0" >&2; exit 2; }
tree=$(realpath "$1")
packages=$(realpath "$2")
[ "$(id -u)" -eq 0 ] || skip "needs root"
command -v debootstrap >/dev/null || skip "no debootstrap"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
script=/usr/share/debootstrap/scripts/$codename
if [ -z "$codename" ] || [ ! -e "$script" ]; then
	skip "debootstrap does not know '$codename'"
fi
if [ -z "${OPENED_IN_NAMESPACE:-}" ]; then
	unshare --mount true 2>/dev/null || skip "no namespace for mounts"
	OPENED_IN_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$tree" "$packages"
fi

cache=${OPENED_CACHE:-$HOME/.cache/opened}/roots
base=$cache/$codename.tar
root=$(mktemp -d)
trap 'umount -q "$root/proc" 2>/dev/null || :; rm -rf --one-file-system "$root"' EXIT
mkdir -p "$cache/$codename-packages"
if [ ! -e "$base" ]; then
	debootstrap --variant=minbase "$codename" "$root" >"$cache/log" 2>&1 ||
		skip "debootstrap fails: $(tail -1 "$cache/log")"
	rm -f "$root"/var/cache/apt/archives/*.deb
	tar -C "$root" -cf "$base.new" . && mv "$base.new" "$base"
else
	tar -C "$root" -xf "$base"
fi

# The distribution's own sources only; others have keys that are not there.
rm -f "$root/etc/apt/sources.list"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
	[ ! -e "$list" ] || cp "$list" "$root$list"
done
cp /etc/resolv.conf "$root/etc/"
mount -t proc proc "$root/proc"
mkdir -p "$root/work"
cp "$packages"/opened_*.deb "$root/work/opened.deb"
cp "$packages"/libopened-dev_*.deb "$root/work/libopened-dev.deb"
cp "$tree/test/cli/Inputs/one.c" "$tree/test/ecosystem/Inputs/library/hooks.c" "$root/work/"
cp -r "$tree/examples/edge" "$root/work/"
find "$cache/$codename-packages" -name '*.deb' -exec cp -t "$root/var/cache/apt/archives" {} +
rm -f "$root/etc/apt/apt.conf.d/docker-clean"

inside() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive \
		chroot "$root" sh -ec "cd /work; $1"
}

inside 'apt-get -qq update' || skip "no package lists: apt-get update fails"
# What only apt can get is no fault of ours; that it does not install is.
inside 'apt-get -qq install -y --no-install-recommends --download-only ./opened.deb \
	./libopened-dev.deb clang-19 make gcc libc6-dev pkg-config' >/dev/null ||
	skip "the packages that it takes cannot be had"
cp -u "$root"/var/cache/apt/archives/*.deb "$cache/$codename-packages/"

set -x
# Alone, with what it depends on: no compiler, no header but Clang's own.
inside 'apt-get -qq install -y --no-install-recommends ./opened.deb >log 2>&1 || { cat log; exit 1; }'
inside '! command -v clang && opened-extract --version && opened --version && opened list one.c -- -target bpf'
inside 'opened-extract --all --prove -o out one.c -- -target bpf -O2 -g && test -s out/first.bpf.c'
inside 'for tool in extract transform verify compose; do opened-$tool --help >/dev/null || exit; done'
inside 'test -e /usr/share/bash-completion/completions/opened-extract'
# With what it recommends: a project, and its units compiled.
inside 'apt-get -qq install -y --no-install-recommends clang-19 make libbpf-dev linux-libc-dev \
	>log 2>&1 || { cat log; exit 1; }'
inside 'apt-cache show ./opened.deb | grep "^Recommends:.*clang-19.*make.*libbpf-dev.*linux-libc-dev"'
inside 'make -s -C edge compile_commands.json CLANG=clang-19'
inside 'opened-extract -p edge --all --prove -o units edge/bpf/decap.bpf.c &&
	make -s -C units CLANG=clang-19 && ls units/*.o'
inside 'opened-transform -p edge --to=tc -o moved edge/bpf/decap.bpf.c'
# The library.
inside 'apt-get -qq install -y --no-install-recommends ./libopened-dev.deb gcc libc6-dev pkg-config \
	>log 2>&1 || { cat log; exit 1; }'
inside 'cc -Wall -Werror hooks.c $(pkg-config --cflags --libs opened) -o hooks &&
	./hooks /usr/share/opened/hookdefs | grep -qx netfilter'
# And gone without a trace.
inside 'dpkg -L opened libopened-dev >listed; dpkg -P libopened-dev opened >log
	while read -r path; do [ ! -f "$path" ] || { echo "left: $path"; exit 1; }; done <listed
	[ ! -e /usr/share/opened ]'
