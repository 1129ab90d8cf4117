// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// own_text.h - code whose value is its own text
#ifndef OPN_OWN_TEXT_H
#define OPN_OWN_TEXT_H

#include "clang/AST/Stmt.h"

namespace opn {

/// Whether it is what __LINE__ expands to.
bool isLineNumber(const clang::Stmt *S, const clang::ASTContext &Context);

} // namespace opn

#endif
