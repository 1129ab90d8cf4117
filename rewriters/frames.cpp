// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// frames.cpp - programs whose stack has no room for the new context
//
// How much a function takes only the compiler knows. What it takes at least is certain where a
// function must be called and its buffers are volatile: with that alone a program may be too large.
#include "transform.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Stmt.h"

using namespace clang;

namespace opn {
namespace {

/// include/linux/filter.h: MAX_BPF_STACK; kernel/bpf/verifier.c: check_max_stack_depth() adds up
/// the functions that are active at a time.
constexpr uint64_t MaxStack = 512;

/// What functions take at least, with what they call.
class Frames {
public:
  explicit Frames(const ASTContext &Context) : Context(Context) {}

  uint64_t from(const FunctionDecl *FD) {
    FD = FD->getDefinition();
    // The verifier takes no recursion.
    if (!FD || !Active.insert(FD).second)
      return 0;
    uint64_t Own = 0, Called = 0;
    forEachStatement(FD->getBody(), [&](const Stmt *S) {
      if (const auto *DS = dyn_cast<DeclStmt>(S)) {
        for (const Decl *D : DS->decls())
          // One at a time: those of other blocks may get the same place.
          if (const auto *VD = dyn_cast<VarDecl>(D); VD && isInMemory(VD))
            Own = std::max(Own, uint64_t(Context.getTypeSizeInChars(VD->getType()).getQuantity()));
      } else if (const auto *CE = dyn_cast<CallExpr>(S)) {
        if (const FunctionDecl *Callee = CE->getDirectCallee())
          Called = std::max(Called, from(Callee));
      }
    });
    Active.erase(FD);
    return Own + Called;
  }

private:
  static bool isInMemory(const VarDecl *VD) {
    QualType T = VD->getType();
    return VD->hasLocalStorage() && T->isConstantSizeType() &&
           (T.isVolatileQualified() ||
            (T->isArrayType() && QualType(T->getBaseElementTypeUnsafe(), 0).isVolatileQualified()));
  }

  const ASTContext &Context;
  llvm::SmallPtrSet<const FunctionDecl *, 8> Active;
};

} // namespace

void Rewriting::checkStack(const FunctionDecl *FD) {
  if (!Pair.stack || Back)
    return;
  // The context is in memory when it is handed to a function that stays one.
  bool IsHanded = false;
  for (const FunctionDecl *Callee : Reached)
    IsHanded |= Callee->hasAttr<NoInlineAttr>() && takesContext(Callee);
  uint64_t Least = IsHanded ? Pair.stack + Frames(Context).from(FD) : 0;
  if (Least > MaxStack)
    reject(FD->getLocation(), "program '" + FD->getName().str() + "'",
           "with the context, which is on the stack there, it takes " + std::to_string(Least) +
               " bytes of stack or more, and the kernel gives " + std::to_string(MaxStack),
           "make its buffers smaller, or keep them in a map");
}

} // namespace opn
