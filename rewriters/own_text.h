// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// own_text.h - code whose value is its own text
#ifndef OPN_OWN_TEXT_H
#define OPN_OWN_TEXT_H

#include "source_model.h"

#include "clang/AST/Stmt.h"
#include <set>
#include <string>

namespace opn {

/// Words of inline assembly, and of BTF tags that name things: where no change of a name comes.
std::set<std::string> wordsInStrings(const SourceModel &Model);

/// Whether it is what __LINE__ expands to.
bool isLineNumber(const clang::Stmt *S, const clang::ASTContext &Context);

} // namespace opn

#endif
