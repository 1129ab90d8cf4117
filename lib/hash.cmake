# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# hash.cmake - writes the hash of a file as a string of C: -DIN=FILE -DOUT=FILE
file(SHA256 "${IN}" hash)
file(WRITE "${OUT}" "\"${hash}\"\n")
