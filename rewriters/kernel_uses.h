// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// kernel_uses.h - what code wants of the kernel: helpers, kfuncs, types of maps
#ifndef OPN_KERNEL_USES_H
#define OPN_KERNEL_USES_H

#include "facts.h"

#include "llvm/ADT/ArrayRef.h"
#include <set>
#include <string>

namespace opn {

/// Numbers of the helpers that a function calls: through variables of any name, in assembly, and in
/// inline functions of headers that are not the project's, which no unit describes.
std::set<unsigned> helpersOf(const clang::FunctionDecl *FD, const SourceModel &Model);

/// The kfuncs that a function's text names.
struct KfuncUses {
  explicit KfuncUses(const clang::FunctionDecl *FD);

  std::set<std::string> Used;
  /// Those that it does not only call: code that asks whether the kernel has them does without.
  std::set<std::string> Asked;
};

/// Kfuncs and types of maps that the kernel must have for these functions.
std::set<std::string> kernelNeeds(llvm::ArrayRef<const clang::FunctionDecl *> Functions,
                                  const clang::ASTContext &Context, Results &R);

} // namespace opn

#endif
