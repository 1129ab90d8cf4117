// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// paths.h - the form in which paths are compared
#ifndef OPN_PATHS_H
#define OPN_PATHS_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Path.h"
#include <string>

namespace opn {

/// Absolute, without "." and ".."; links are not resolved.
inline std::string normalPath(llvm::StringRef Path, llvm::StringRef Base) {
  llvm::SmallString<256> P(Path);
  if (!llvm::sys::path::is_absolute(P)) {
    P = Base;
    llvm::sys::path::append(P, Path);
  }
  llvm::sys::path::remove_dots(P, /*remove_dot_dot=*/true);
  return std::string(P);
}

} // namespace opn

#endif
