// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unwrap.h - programs that were rewritten to this hook, on their way back
//
// A rewritten program is a body, still written for its first hook but for names and types, and an
// entry. Taking the entry off and giving the names back is exact where rewriting the result once
// more could not be: the shim's own code sees the context by its layout.
#ifndef OPN_UNWRAP_H
#define OPN_UNWRAP_H

#include "edits.h"
#include "facts.h"

#include "clang/AST/Expr.h"
#include "llvm/ADT/MapVector.h"

namespace opn {

/// "foo" of "struct foo".
llvm::StringRef tagOf(llvm::StringRef Type);
/// A text with "$name" for each name that has a value.
std::string filled(llvm::StringRef Text, const std::map<llvm::StringRef, std::string> &Values);

/// What a pair has made in one source: known by the shim header that it includes, whose text must
/// be the tables', and by entries that are the pair's wrapper word for word.
class Unwrapping {
public:
  /// Shims: the folder of the tables' headers.
  Unwrapping(const SourceModel &Model, const opn_pair &Made, llvm::StringRef Shims, Results &R);

  /// The entry's body, or null: no program that the pair has made.
  const clang::FunctionDecl *bodyOf(const clang::FunctionDecl *Entry) const;
  /// The program whose body this is, or null.
  const clang::FunctionDecl *entryOf(const clang::FunctionDecl *Body) const;
  bool empty() const { return Bodies.empty(); }
  /// The shim header is there, though with another text than the tables'.
  bool isForeign() const { return Foreign; }
  /// The shim header, or null.
  const LexedFile *shim() const { return Shim; }
  /// Whether a header is the shim of the tables, whatever the choices are that stand first in it.
  static bool isTables(const opn_pair &Pair, llvm::StringRef Text, llvm::StringRef Shims);
  /// Whether a declaration is the shim's.
  bool isShim(const clang::Decl *D) const;

  const opn_pair &made() const { return Made; }
  /// Rows that lead back. Calls are the shim's functions and what was kept.
  const opn_pair &pair() const { return Pair; }
  /// The field that a function of the shim stands for, as a row, or null.
  const opn_row *accessor(llvm::StringRef Function) const;
  /// The field for which a member of the native context stands, or null.
  const opn_row *member(llvm::StringRef Name) const;

private:
  const clang::FunctionDecl *match(const clang::FunctionDecl *Entry) const;
  void turn(Results &R);

  const SourceModel &Model;
  const opn_pair &Made;
  opn_pair Pair = {};
  opn_rows Accessors = {}, Members = {};
  const LexedFile *Shim = nullptr;
  bool Foreign = false;
  llvm::MapVector<const clang::FunctionDecl *, const clang::FunctionDecl *> Bodies;
};

} // namespace opn

#endif
