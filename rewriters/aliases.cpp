// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// aliases.cpp - the context, and helpers, under names and types that do not tell them
//
// Void pointers are followed through variables, members, arguments and results, whatever the order
// of execution. What leads to the context in another way, or to a helper, is refused.
#include "transform.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/ParentMapContext.h"
#include "clang/AST/Stmt.h"

using namespace clang;

namespace opn {

//===-- the context -----------------------------------------------------------------------------//

/// Void pointers that are given the context, in one function. True when a new one was found.
bool Rewriting::hide(const Stmt *S, const FunctionDecl *In) {
  if (!S)
    return false;
  bool Grew = false;
  auto Give = [&](const ValueDecl *To, QualType Type, const Expr *From) {
    if (To && From && Type->isVoidPointerType() && holdsContext(From))
      Grew |= Hidden.insert(To).second;
  };
  auto GiveTo = [&](const Expr *LHS, const Expr *From) {
    LHS = LHS->IgnoreParens();
    const ValueDecl *To = nullptr;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(LHS))
      To = Ref->getDecl();
    else if (const auto *Member = dyn_cast<MemberExpr>(LHS))
      To = Member->getMemberDecl();
    Give(To, LHS->getType(), From);
  };
  if (const auto *DS = dyn_cast<DeclStmt>(S)) {
    for (const Decl *D : DS->decls())
      if (const auto *VD = dyn_cast<VarDecl>(D))
        Give(VD, VD->getType(), VD->getInit());
  } else if (const auto *BO = dyn_cast<BinaryOperator>(S); BO && BO->isAssignmentOp()) {
    GiveTo(BO->getLHS(), BO->getRHS());
  } else if (const auto *IL = dyn_cast<InitListExpr>(S)) {
    const RecordDecl *RD = IL->getType()->getAsRecordDecl();
    unsigned I = 0;
    if (RD && RD->isUnion() && IL->getInitializedFieldInUnion() && IL->getNumInits())
      Give(IL->getInitializedFieldInUnion(), IL->getInitializedFieldInUnion()->getType(),
           IL->getInit(0));
    else if (RD)
      for (const FieldDecl *F : RD->fields())
        if (!F->isUnnamedBitField() && I < IL->getNumInits())
          Give(F, F->getType(), IL->getInit(I++));
  } else if (const auto *RS = dyn_cast<ReturnStmt>(S)) {
    Give(In, In->getReturnType(), RS->getRetValue());
  } else if (const auto *CE = dyn_cast<CallExpr>(S)) {
    if (const FunctionDecl *FD = CE->getDirectCallee(); FD && FD->getDefinition())
      for (unsigned I = 0; I < CE->getNumArgs() && I < FD->getNumParams(); ++I)
        Give(FD->getDefinition()->getParamDecl(I), FD->getParamDecl(I)->getType(), CE->getArg(I));
  }
  for (const Stmt *Child : S->children())
    Grew |= hide(Child, In);
  return Grew;
}

void Rewriting::findHidden() {
  for (const FunctionDecl *FD : Programs)
    if (FD->getNumParams() == 1 && FD->getParamDecl(0)->getType()->isVoidPointerType())
      Hidden.insert(FD->getParamDecl(0));
  for (bool Grew = true; Grew;) {
    Grew = false;
    for (const FunctionDecl *FD : Reached)
      Grew |= hide(FD->getBody(), FD);
  }
}

bool Rewriting::holdsContext(const Expr *E) const {
  E = E->IgnoreParenCasts();
  if (isContext(E->getType()))
    return true;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return Hidden.count(Ref->getDecl());
  if (const auto *Member = dyn_cast<MemberExpr>(E))
    return Hidden.count(Member->getMemberDecl());
  if (const auto *CE = dyn_cast<CallExpr>(E)) {
    const FunctionDecl *FD = CE->getDirectCallee();
    return FD && FD->getDefinition() && Hidden.count(FD->getDefinition());
  }
  if (const auto *CO = dyn_cast<AbstractConditionalOperator>(E))
    return holdsContext(CO->getTrueExpr()) || holdsContext(CO->getFalseExpr());
  if (const auto *BO = dyn_cast<BinaryOperator>(E); BO && BO->getOpcode() == BO_Comma)
    return holdsContext(BO->getRHS());
  if (const auto *SE = dyn_cast<StmtExpr>(E); SE && !SE->getSubStmt()->body_empty())
    if (const auto *Last = dyn_cast<Expr>(SE->getSubStmt()->body_back()))
      return holdsContext(Last);
  return false;
}

/// A number of bytes that are read or written through what E's address becomes, or 0: whatever is
/// done with it.
static uint64_t bytesThrough(const Expr *E, ASTContext &Context) {
  const Expr *Pointer = E;
  for (;;) {
    DynTypedNodeList Parents = Context.getParents(*Pointer);
    const Expr *Parent = Parents.empty() ? nullptr : Parents[0].get<Expr>();
    if (Parent && isa<ParenExpr, CastExpr>(Parent)) {
      Pointer = Parent;
      continue;
    }
    const auto *CE = dyn_cast_or_null<CallExpr>(Parent);
    switch (CE ? CE->getBuiltinCallee() : 0) {
    case Builtin::BI__builtin_memcpy:
    case Builtin::BI__builtin_memmove:
    case Builtin::BImemcpy:
    case Builtin::BImemmove: {
      Expr::EvalResult Size;
      return CE->getArg(2)->EvaluateAsInt(Size, Context) ? Size.Val.getInt().getZExtValue() : 0;
    }
    default: {
      // What asks for the field and not for what is in it.
      const FunctionDecl *FD = CE ? CE->getDirectCallee() : nullptr;
      if (FD && FD->getName().starts_with("__builtin_preserve_"))
        return 1;
      // Whatever has the pointer takes it for one to this.
      QualType T = Pointer->getType()->getPointeeType();
      if (T.isNull() || T->isIncompleteType())
        return 0;
      return Context.getTypeSizeInChars(T).getQuantity();
    }
    }
  }
}

/// Behind a field's address is what follows it, which is another thing at the other hook.
void Rewriting::addressSite(const UnaryOperator *E) {
  const auto *Member = dyn_cast<MemberExpr>(E->getSubExpr()->IgnoreParens());
  if (!Member || Back || !isContext(Member->getBase()->IgnoreParenCasts()->getType()))
    return;
  auto &Tree = const_cast<ASTContext &>(Context);
  uint64_t Bytes = bytesThrough(E, Tree);
  if (Bytes && Bytes <= uint64_t(Context.getTypeSizeInChars(Member->getType()).getQuantity()))
    return;
  reject(E->getBeginLoc(),
         "the address of field '" + Member->getMemberDecl()->getName().str() + "'",
         "what lies behind the field is something else there", "read the field by its name");
}

//===-- helpers ---------------------------------------------------------------------------------//

/// Whether an expression or an initialiser has a helper, or the number of one, as a function.
static bool handsOnHelper(const Stmt *S, const ASTContext &Context) {
  bool Found = false;
  forEachStatement(S, [&](const Stmt *Part) {
    if (const auto *Ref = dyn_cast<DeclRefExpr>(Part)) {
      const auto *VD = dyn_cast<VarDecl>(Ref->getDecl());
      Found |= VD && helperNumber(VD, Context);
    } else if (const auto *CE = dyn_cast<CastExpr>(Part); CE && CE->getType()->isPointerType()) {
      Expr::EvalResult Value;
      Found |= CE->getCastKind() == CK_IntegralToPointer &&
               CE->getSubExpr()->EvaluateAsInt(Value, Context) && Value.Val.getInt() != 0;
    }
  });
  return Found;
}

/// A call through something that is neither a function nor a declared helper: when it comes to a
/// helper, nothing is known of it.
void Rewriting::unknownCall(const CallExpr *CE) {
  const Expr *Called = CE->getCallee();
  bool IsHelper = handsOnHelper(Called, Context);
  forEachStatement(Called, [&](const Stmt *Part) {
    const auto *Ref = dyn_cast<DeclRefExpr>(Part);
    if (const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr)
      if (const Expr *Init = VD->getAnyInitializer())
        IsHelper |= handsOnHelper(Init, Context);
  });
  if (IsHelper && !Back)
    reject(Called->getBeginLoc(), "this call", "it comes to a helper in a way that is not followed",
           "call the helper by its name, as bpf_helpers.h declares it");
}

} // namespace opn
