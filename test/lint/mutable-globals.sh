#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# mutable-globals.sh - list the variables of an object or archive that can change
#
# usage: mutable-globals.sh FILE; status 0: none, 1: some (listed), 2: FILE cannot be read.
# The compiler has already decided what is constant: whatever is left in .data, .bss or their
# thread-local kin is state. .data.rel.ro holds constants that only the loader touches.
symbols=$(llvm-objdump --syms "$1") || exit 2
printf '%s\n' "$symbols" |
	awk '{
		# value, flags (maybe with blanks), section, size, name
		for (i = 2; i < NF; i++)
			if ($i ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && $i !~ /^\.data\.rel\.ro/ &&
			    $NF != $i) {
				print $i ": " $NF
				found = 1
				break
			}
	}
	END { exit found }'
