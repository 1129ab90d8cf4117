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

  /// In the frame of the function, and behind it.
  struct Size {
    uint64_t Own = 0, Called = 0;
  };

  Size from(const FunctionDecl *FD) {
    Size Of;
    FD = FD->getDefinition();
    // The verifier takes no recursion.
    if (!FD || !Active.insert(FD).second)
      return Of;
    forEachStatement(FD->getBody(), [&](const Stmt *S) {
      if (const auto *DS = dyn_cast<DeclStmt>(S)) {
        for (const Decl *D : DS->decls())
          // One at a time: those of other blocks may get the same place.
          if (const auto *VD = dyn_cast<VarDecl>(D); VD && isInMemory(VD))
            Of.Own =
                std::max(Of.Own, uint64_t(Context.getTypeSizeInChars(VD->getType()).getQuantity()));
      } else if (const auto *CE = dyn_cast<CallExpr>(S)) {
        if (const FunctionDecl *Callee = CE->getDirectCallee())
          add(Of, from(Callee), Callee->hasAttr<NoInlineAttr>());
      }
    });
    Active.erase(FD);
    return Of;
  }

private:
  /// What may be copied into its caller shares the caller's frame.
  static void add(Size &To, const Size &Callee, bool IsCalled) {
    if (!IsCalled)
      To.Own = std::max(To.Own, Callee.Own);
    To.Called = std::max(To.Called, IsCalled ? Callee.Own + Callee.Called : Callee.Called);
  }

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
  for (const FunctionDecl *Callee : reachedFrom(FD))
    IsHanded |= Callee->hasAttr<NoInlineAttr>() && takesContext(Callee);
  Frames::Size Of = Frames(Context).from(FD);
  uint64_t Least = Pair.stack + Of.Own + Of.Called;
  if (IsHanded && Least > MaxStack)
    reject(FD->getLocation(), "program '" + FD->getName().str() + "'",
           "with the context, which is on the stack there, it takes " + std::to_string(Least) +
               " bytes of stack or more, and the kernel gives " + std::to_string(MaxStack),
           "make its buffers smaller, or keep them in a map");
}

} // namespace opn
