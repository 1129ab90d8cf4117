#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# packages.sh - make the packages of a build and look into them
#
# usage: packages.sh BUILD OUT
#
# OUT has them afterwards. RPM is left out, and said to be, where there is no rpmbuild. Exit status
# 77: the packages cannot be made here.
set -euo pipefail
build=$1 out=$2

die() {
	echo "packages: $*" >&2
	exit 1
}

# has LIST WORD...: each is a line, or the beginning of one that ends with a space
has() {
	local list=$1 word
	shift
	for word; do
		grep -qE -e "^$word( |$)" "$list" || { cat "$list"; die "no '$word' in $list"; }
	done
}

if ! command -v dpkg-shlibdeps >/dev/null; then
	echo "packages: skipped: no dpkg-shlibdeps"
	exit 77
fi
rm -rf "$out"
mkdir -p "$out"
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$out" >"$out/log" 2>&1 || {
	cat "$out/log"
	die "cpack -G DEB fails"
}
[ "$(find "$out" -maxdepth 1 -name '*.deb' | wc -l)" -eq 2 ] || die "not two DEBs"

tools=("bin/opened" "bin/opened-extract" "bin/opened-transform" "bin/opened-verify" "bin/opened-compose"
	"share/man/man1/opened-extract.1" "share/man/man1/opened-run.1" "share/opened/hookdefs/xdp.yaml" "share/opened/opened.mk"
	"share/opened/vm/vm.sh" "share/bash-completion/completions/opened-verify"
	"share/zsh/site-functions/_opened-verify" "share/cmake/opened/opened-config.cmake"
	"share/pkgconfig/opened-tools.pc" "share/doc/opened/LICENSE")
library=("include/opened/verify.h" "lib.*/libopened.a" "lib.*/pkgconfig/opened.pc"
	"lib.*/cmake/opened-library/opened-library.cmake")

dpkg-deb -c "$out"/opened_*.deb | awk '{ print $6 }' >"$out/tools.list"
dpkg-deb -c "$out"/libopened-dev_*.deb | awk '{ print $6 }' >"$out/library.list"
has "$out/tools.list" "${tools[@]/#/./usr/}"
has "$out/library.list" "${library[@]/#/./usr/}"
! grep -E 'include/|[.]a$|__pycache__' "$out/tools.list" || die "the tools' package has more"
! grep -vE '^[.]/(usr/)?$|^[.]/usr/(include|lib|share/doc)' "$out/library.list" || die "and the library's"
dpkg-deb -f "$out"/opened_*.deb Depends | tr ',' '\n' | sed 's/^ *//' >"$out/depends"
# What the tools load is named by dpkg-shlibdeps, Clang's headers by us.
has "$out/depends" libc6 libbpf1 libyaml-0-2 libjansson4 'libclang-common-[0-9]+-dev'
dpkg-deb -x "$out"/opened_*.deb "$out/unpacked"
for tool in "$out"/unpacked/usr/bin/*; do
	! readelf -d "$tool" | grep -E 'RPATH|RUNPATH' || die "$tool has a run path"
	! readelf -S "$tool" | grep -q '[.]debug_info' || die "$tool is not stripped"
done
rm -r "$out/unpacked"

if command -v rpmbuild >/dev/null; then
	cpack --config "$build/CPackConfig.cmake" -G RPM -B "$out" >"$out/log" 2>&1 || {
		cat "$out/log"
		die "cpack -G RPM fails"
	}
	rpm -qlp "$out"/opened-0*.rpm >"$out/tools.list" 2>/dev/null
	rpm -qlp "$out"/opened-devel-*.rpm >"$out/library.list" 2>/dev/null
	has "$out/tools.list" "${tools[@]/#//usr/}"
	has "$out/library.list" "${library[@]/#//usr/}"
	rpm -qRp "$out"/opened-0*.rpm >"$out/depends" 2>/dev/null
	has "$out/depends" clang 'libbpf[.]so[.]1.*' 'libyaml-0[.]so[.]2.*'
else
	echo "packages: no rpmbuild: no RPM"
fi
rm -rf "$out"/_CPack_Packages
ls "$out"/*.deb "$out"/*.rpm 2>/dev/null
