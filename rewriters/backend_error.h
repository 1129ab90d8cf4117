// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// backend_error.h - what LLVM says against a module, and where in the source that is
#ifndef OPN_BACKEND_ERROR_H
#define OPN_BACKEND_ERROR_H

#include "prove.h"

#include <memory>
#include <string>

namespace clang {
class ASTContext;
}
namespace llvm {
struct DiagnosticHandler;
}

namespace opn {

/// Of assembly LLVM tells a line: of a statement's text, whose place is the cookie, or of all that
/// stands outside of functions, one text after another.
struct BackendError {
  std::string Message; ///< empty: there was none
  bool IsAssembly = false;
  unsigned Cookie = 0, Line = 0;
};

/// A handler that keeps the first error. Without one LLVM ends the process.
std::unique_ptr<llvm::DiagnosticHandler> keepFirst(BackendError &First);

Problem problemOf(const BackendError &Error, const clang::ASTContext &Context);

} // namespace opn

#endif
