// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// foreign_flags.h - flags of another compiler in a compile command
#ifndef OPN_FOREIGN_FLAGS_H
#define OPN_FOREIGN_FLAGS_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace opn {

/// Whether a command's first word is some Clang.
bool isClang(llvm::StringRef Compiler);

/// Takes the flags out of a command that Clang does not take, its source being the last word, and
/// returns them.
std::vector<std::string> dropForeignFlags(std::vector<std::string> &Argv,
                                          const std::string &Directory);

} // namespace opn

#endif
