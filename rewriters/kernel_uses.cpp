// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// kernel_uses.cpp - what code wants of the kernel: helpers, kfuncs, types of maps
#include "kernel_uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/Stmt.h"
#include <algorithm>
#include <cstring>
#include <iterator>

using namespace clang;
using llvm::StringRef;

namespace opn {

namespace {

class HelperUses {
public:
  explicit HelperUses(const SourceModel &Model) : Model(Model) {}

  std::set<unsigned> of(const FunctionDecl *FD) {
    if (Seen.insert(FD->getCanonicalDecl()).second)
      forEachStatement(FD->getBody(), [this](const Stmt *S) { visit(S); });
    return Numbers;
  }

private:
  void visit(const Stmt *S) {
    if (const auto *Asm = dyn_cast<GCCAsmStmt>(S)) {
      assembly(Asm->generateAsmString(*Model.Context));
      return;
    }
    const auto *Ref = dyn_cast<DeclRefExpr>(S);
    if (!Ref)
      return;
    if (const auto *VD = dyn_cast<VarDecl>(Ref->getDecl())) {
      if (unsigned Number = helperNumber(VD, *Model.Context))
        Numbers.insert(Number);
    } else if (const auto *FD = dyn_cast<FunctionDecl>(Ref->getDecl())) {
      const FunctionDecl *Definition = FD->getDefinition();
      if (Definition && Model.place(Definition->getLocation()).Kind != PlaceKind::Project)
        of(Definition);
    }
  }
  /// "call 12" of a template; an operand that is a helper is seen where it stands.
  void assembly(StringRef Text) {
    static const char Call[] = "call";
    for (size_t At = Text.find(Call); At != StringRef::npos; At = Text.find(Call)) {
      Text = Text.drop_front(At + strlen(Call)).ltrim();
      unsigned Number;
      if (!Text.consumeInteger(10, Number))
        Numbers.insert(Number);
    }
  }

  const SourceModel &Model;
  std::set<const FunctionDecl *> Seen;
  std::set<unsigned> Numbers;
};

} // namespace

std::set<unsigned> helpersOf(const FunctionDecl *FD, const SourceModel &Model) {
  return HelperUses(Model).of(FD);
}

KfuncUses::KfuncUses(const FunctionDecl *FD) {
  std::set<const DeclRefExpr *> Calls;
  forEachStatement(FD->getBody(), [&](const Stmt *S) {
    if (const auto *CE = dyn_cast<CallExpr>(S))
      if (const auto *Ref = dyn_cast<DeclRefExpr>(CE->getCallee()->IgnoreParenImpCasts()))
        Calls.insert(Ref);
    const auto *Ref = dyn_cast<DeclRefExpr>(S);
    const auto *Kfunc = Ref ? dyn_cast<FunctionDecl>(Ref->getDecl()) : nullptr;
    if (!Kfunc || !isKfunc(Kfunc))
      return;
    Used.insert(Kfunc->getName().str());
    if (!Calls.count(Ref))
      Asked.insert(Kfunc->getName().str());
  });
}

std::set<std::string> kernelNeeds(llvm::ArrayRef<const FunctionDecl *> Functions,
                                  const ASTContext &Context, Results &R) {
  std::set<std::string> Used, Asked, Needs;
  std::set<const VarDecl *> Maps;
  for (const FunctionDecl *FD : Functions) {
    KfuncUses Kfuncs(FD);
    Used.insert(Kfuncs.Used.begin(), Kfuncs.Used.end());
    Asked.insert(Kfuncs.Asked.begin(), Kfuncs.Asked.end());
    forEachStatement(FD->getBody(), [&Maps](const Stmt *S) {
      if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
        if (const auto *VD = dyn_cast<VarDecl>(Ref->getDecl()); VD && isMap(VD))
          Maps.insert(VD);
    });
  }
  for (const VarDecl *VD : Maps)
    if (const char *Type = readMap(VD, Context, R).type)
      Needs.insert(Type);
  std::set_difference(Used.begin(), Used.end(), Asked.begin(), Asked.end(),
                      std::inserter(Needs, Needs.end()));
  return Needs;
}

} // namespace opn
