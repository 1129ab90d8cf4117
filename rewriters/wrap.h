// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// wrap.h - a program becomes a static function, and something else takes its place
#ifndef OPN_WRAP_H
#define OPN_WRAP_H

#include "edits.h"

namespace opn {

/// Why a program cannot be wrapped, and what the user can do; empty: it was.
struct WrapRefusal {
  std::string Why;
  const char *Help = nullptr;
  explicit operator bool() const { return !Why.empty(); }
};

/// The program's function is called Body from here on and loses its section; Wrapper stands behind
/// it.
WrapRefusal wrapProgram(const clang::FunctionDecl *FD, const SourceModel &Model, Edits &Changes,
                        const std::string &Body, llvm::StringRef Wrapper);

/// Behind the program, where another one can stand; nothing when it ends inside of a macro. A macro
/// that makes all of it may leave the beginning of another function behind it.
Spot endOfProgram(const clang::FunctionDecl *FD, const SourceModel &Model, const Speller &Spell);

/// Whether the end of a program is there for this head only: not when the head is one of several by
/// conditionals that end before its body.
bool isWhole(const Spot &Head, const Spot &End);

} // namespace opn

#endif
