#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# vm.sh - run a shell script as root in a virtual machine with another kernel
#
# usage: vm.sh -k TREE -s SCRIPT [-b BINARY]... [-f SOURCE[:TARGET]]... [-m MODULE]...
#              [-a kvm|tcg|auto] [-c CPUS] [-r MEGABYTES] [-t SECONDS] [-A ARGUMENTS] [-i] [-v] [-h]
#
# The machine has no disk and no network: an initial RAM disk with busybox, dash and what is named
# here. TREE is where a linux-image package was unpacked (kernels.sh). A BINARY comes with all shared
# libraries that ldd names. A SOURCE, file or folder, is copied to TARGET (default: below /t, where
# SCRIPT starts). A MODULE is loaded with those that it needs.
#
#   -a  accelerator; auto is KVM on real hardware, else TCG, qemu's own translation
#   -i  count instructions: guest time then is instructions (1 ns each), so that what
#       BPF_PROG_TEST_RUN says a run took is exact and the same on every host
#   -t  give up after so many seconds (180)
#   -A  more of the kernel's command line
#   -v  print the whole console, not only what the script printed
#
# Exit status: the script's own; 124 time is up; 125 the guest died; 2 usage, or something is missing.
# Needs qemu-system-x86 busybox-static dash cpio kmod, and xz-utils, zstd for packed modules.
set -euo pipefail

usage() {
	sed -n '4,23s/^# \{0,1\}//p' "$0"
}

die() {
	printf 'vm.sh: %s\n' "$*" >&2
	exit 2
}

tree='' script='' accelerator=auto cpus=1 memory=512 limit=180 append='' count=false verbose=false
binaries=() files=() modules=()
while getopts k:s:b:f:m:a:c:r:t:A:ivh option; do
	case $option in
	k) tree=$OPTARG ;;
	s) script=$OPTARG ;;
	b) binaries+=("$OPTARG") ;;
	f) files+=("$OPTARG") ;;
	m) modules+=("$OPTARG") ;;
	a) accelerator=$OPTARG ;;
	c) cpus=$OPTARG ;;
	r) memory=$OPTARG ;;
	t) limit=$OPTARG ;;
	A) append=$OPTARG ;;
	i) count=true ;;
	v) verbose=true ;;
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
if [ -z "$tree" ] || [ -z "$script" ] || [ $# -gt 0 ]; then
	usage >&2
	exit 2
fi
for program in qemu-system-x86_64 busybox dash cpio modprobe; do
	command -v "$program" >/dev/null || die "no $program: ./dev vm installs it, or see -h"
done
[ -f "$script" ] || die "no script '$script'"
kernel=$(printf '%s\n' "$tree"/boot/vmlinuz-* | sort -V | tail -n 1)
[ -f "$kernel" ] || die "no boot/vmlinuz-* in '$tree'"
version=${kernel##*/vmlinuz-}
case $accelerator in
auto)
	# /dev/kvm alone is not enough: under KVM without hardware support a guest may hang
	accelerator=tcg
	if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then
		accelerator=kvm
	fi
	;;
kvm | tcg) ;;
*) die "no accelerator '$accelerator'" ;;
esac
if $count; then
	accelerator=tcg
	cpus=1
fi

work=$(mktemp -d)
machine=''
# shellcheck disable=SC2317
cleanup() {
	if [ -n "$machine" ]; then
		kill "$machine" 2>/dev/null || true
		wait "$machine" 2>/dev/null || true
	fi
	rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

root=$work/root
mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,etc,lib/modules,t}
cp "$(command -v busybox)" "$root/bin/busybox"

# Programs go where nothing is mounted over them, their libraries where the loader looks.
copy_binary() {
	local path library
	path=$(command -v -- "$1") || die "no program '$1'"
	install -D -- "$path" "$root/usr/local/bin/${path##*/}"
	# what is statically linked makes ldd fail
	{ ldd "$path" 2>/dev/null || true; } | { grep -oE '/[^ ]+' || true; } |
		while IFS= read -r library; do
			[ -e "$root$library" ] || install -D -- "$library" "$root$library"
		done
}

# busybox' own shell would run its own ip and the like before those that were asked for
copy_binary dash
ln -s /usr/local/bin/dash "$root/bin/sh"
for binary in ${binaries+"${binaries[@]}"}; do
	copy_binary "$binary"
done
for file in ${files+"${files[@]}"}; do
	source=${file%%:*} target=${file#*:}
	if [ "$source" = "$file" ]; then
		target=/t/${source##*/}
	fi
	[ -e "$source" ] || die "no '$source'"
	mkdir -p "$root$(dirname -- "$target")"
	cp -aL -- "$source" "$root$target"
done
cp -- "$script" "$root/t/script"

# Unpacked here, in the order in which they have to be loaded: the guest only says insmod.
: >"$root/lib/modules/order"
if [ ${#modules[@]} -gt 0 ]; then
	for module in "${modules[@]}"; do
		modprobe -d "$tree" -S "$version" --show-depends "$module" 2>/dev/null ||
			printf 'vm.sh: no module %s in %s\n' "$module" "$version" >&2
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/modules"
	while IFS= read -r path; do
		name=$(basename "$path")
		case $path in
		*.xz) xz -dc -- "$path" >"$root/lib/modules/${name%.xz}" ;;
		*.zst) zstd -qdc -- "$path" >"$root/lib/modules/${name%.zst}" ;;
		*) cp -- "$path" "$root/lib/modules/$name" ;;
		esac
		name=${name%.xz}
		printf '%s\n' "${name%.zst}" >>"$root/lib/modules/order"
	done <"$work/modules"
fi

cat >"$root/init" <<'INIT'
#!/bin/sh
/bin/busybox --install -s /bin
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs run /run
[ ! -d /sys/kernel/tracing ] || mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
mkdir -p /run/netns /dev/shm /dev/net
ip link set lo up
while read -r module; do
	insmod "/lib/modules/$module" || echo "insmod $module failed"
done </lib/modules/order
echo "@@VM-READY $(uname -r)"
cd /t
sh /t/script
echo "@@VM-EXIT $?"
sync
reboot -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

processor=max
[ "$accelerator" = tcg ] || processor=host
options=(-accel "$accelerator" -cpu "$processor" -smp "$cpus" -m "$memory")
if $count; then
	options+=(-icount "shift=0,sleep=off")
fi
# no_timer_check: on a busy host the guest's timer may seem dead while the kernel counts its ticks
timeout "$limit" qemu-system-x86_64 "${options[@]}" -nodefaults -no-user-config -display none \
	-no-reboot -serial stdio -nic none -kernel "$kernel" -initrd "$work/initrd" \
	-append "console=ttyS0 quiet panic=-1 reboot=t no_timer_check $append" \
	</dev/null >"$work/console" 2>&1 &
machine=$!
# not in the foreground: a signal to this script must not wait for the machine
status=0
wait "$machine" || status=$?
machine=''

tr -d '\r' <"$work/console" >"$work/console.txt"
if $verbose; then
	cat "$work/console.txt"
else
	sed -n '/^@@VM-READY/,/^@@VM-EXIT/p' "$work/console.txt"
fi
exit_status=$(sed -n 's/^@@VM-EXIT \([0-9]*\)$/\1/p' "$work/console.txt" | tail -n 1)
if [ -n "$exit_status" ]; then
	exit "$exit_status"
fi
if [ "$status" -eq 124 ]; then
	printf 'vm.sh: %s: not done after %s s\n' "$version" "$limit" >&2
	exit 124
fi
printf 'vm.sh: %s: the guest died; its last words:\n' "$version" >&2
tail -n 20 "$work/console.txt" >&2
exit 125
