#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# guest.sh - run the staged tests one after the other, on whichever kernel this is
#
# Runs in the staged folder, which has "tests": a name and a command on each line, with a tab between.
# Each test gets an empty BPF filesystem at ./bpffs. Marks begin and end on stdout, for ./run.
set -u

mkdir -p bpffs
PATH=$PWD/bin:$PATH
OPENED_HOOKDEFS=$PWD/hookdefs
export PATH OPENED_HOOKDEFS
tab=$(printf '\t')
while IFS=$tab read -r name command; do
	echo "@@BEGIN $name"
	mount -t bpf bpf bpffs
	timeout 300 sh -c "$command" 2>&1 </dev/null
	status=$?
	umount -l bpffs
	echo
	echo "@@END $name $status"
done <tests
