// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// sites.cpp - walk code and find what a hook gives meaning to
//
// The only full AST walk of transformation. What a site means and becomes is decided in rows.cpp.
#include "llvm_compat.h"
#include "transform.h"

#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;

namespace opn {
namespace {

class SiteVisitor : public RecursiveASTVisitor<SiteVisitor> {
public:
  SiteVisitor(Rewriting &To, bool TypesOnly) : To(To), TypesOnly(TypesOnly) {}

  bool VisitRecordTypeLoc(RecordTypeLoc TL) {
    if (To.isContextRecord(TL.getDecl()))
      To.typeSite(TL.getNameLoc());
    return true;
  }

  /// A type that is defined inside of an expression or a parameter has no place of its own.
  bool VisitTypeLoc(TypeLoc TL) {
    TagDecl *D = definedIn(TL);
    return !D || !Owned.insert(D).second || TraverseDecl(D);
  }

  bool VisitUnaryExprOrTypeTraitExpr(UnaryExprOrTypeTraitExpr *E) {
    // Outside of functions only a compiler can be sure of it.
    if (TypesOnly)
      To.Unusual = true;
    else if (To.isContextRecord(E->getTypeOfArgument()->getAsRecordDecl()))
      To.reject(E->getBeginLoc(), "this size of the context",
                "the contexts of the two hooks differ in size",
                "write the number of bytes that is meant");
    return true;
  }

  bool VisitOffsetOfExpr(OffsetOfExpr *E) {
    if (!TypesOnly && To.isContextRecord(E->getTypeSourceInfo()->getType()->getAsRecordDecl()))
      To.reject(E->getBeginLoc(), "this offset in the context",
                "the contexts of the two hooks differ in layout",
                "read the field by its name instead");
    return true;
  }

  //===-- fields --------------------------------------------------------------------------------//

  bool VisitBinaryOperator(BinaryOperator *E) {
    if (E->isAssignmentOp())
      noteStore(E->getLHS());
    return true;
  }

  bool VisitUnaryOperator(UnaryOperator *E) {
    if (E->isIncrementDecrementOp() || E->getOpcode() == UO_AddrOf)
      noteStore(E->getSubExpr());
    return true;
  }

  bool VisitMemberExpr(MemberExpr *E) {
    if (!TypesOnly)
      To.memberSite(E, Stores.count(E));
    return true;
  }

  //===-- calls and references ------------------------------------------------------------------//

  bool VisitCallExpr(CallExpr *E) {
    if (TypesOnly)
      return true;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E->getCallee()->IgnoreParenImpCasts()))
      Callees.insert(Ref);
    To.callSite(E);
    return true;
  }

  bool VisitDeclRefExpr(DeclRefExpr *E) {
    if (!TypesOnly)
      To.referenceSite(E, Callees.count(E));
    return true;
  }

  //===-- what hides the context ----------------------------------------------------------------//

  bool VisitCastExpr(CastExpr *E) {
    QualType To = E->getType();
    if (TypesOnly || this->To.isContext(To) || To->isVoidPointerType() || To->isVoidType() ||
        E->getCastKind() == CK_LValueToRValue || E->getCastKind() == CK_NoOp ||
        E->getCastKind() == CK_PointerToBoolean)
      return true;
    if (this->To.holdsContext(E->getSubExpr()))
      this->To.reject(E->getBeginLoc(), "this cast of the context",
                      "what is read through it has another layout at the other hook",
                      "read the context's own fields instead");
    return true;
  }

  bool VisitVarDecl(VarDecl *D) {
    if (!TypesOnly && To.isContextRecord(D->getType()->getAsRecordDecl()))
      To.reject(D->getLocation(), "this object of the context's type",
                "the contexts of the two hooks differ in their fields",
                "keep what is needed in variables of its own");
    return true;
  }

  bool VisitGCCAsmStmt(GCCAsmStmt *S) {
    if (TypesOnly)
      return true;
    auto Check = [this, S](const Expr *Operand) {
      QualType T = Operand->IgnoreParenImpCasts()->getType();
      if (!To.isContext(T))
        return;
      // Without instructions it only keeps the compiler from knowing the value.
      const ASTContext &Context = T->getPointeeType()->getAsRecordDecl()->getASTContext();
      if (!StringRef(S->generateAsmString(Context)).trim().empty())
        To.reject(S->getBeginLoc(), "this inline assembly",
                  "it is handed the context, whose layout its instructions know",
                  "write the access in C");
    };
    for (unsigned I = 0; I < S->getNumInputs(); ++I)
      Check(S->getInputExpr(I));
    for (unsigned I = 0; I < S->getNumOutputs(); ++I)
      Check(S->getOutputExpr(I));
    return true;
  }

private:
  void noteStore(const Expr *E) {
    for (E = E->IgnoreParenImpCasts();; E = E->IgnoreParenImpCasts()) {
      if (const auto *Index = dyn_cast<ArraySubscriptExpr>(E)) {
        E = Index->getBase();
      } else if (const auto *Member = dyn_cast<MemberExpr>(E)) {
        Stores.insert(Member);
        if (Member->isArrow())
          return;
        E = Member->getBase();
      } else {
        return;
      }
    }
  }

  Rewriting &To;
  bool TypesOnly;
  llvm::SmallPtrSet<const MemberExpr *, 8> Stores;
  llvm::SmallPtrSet<const TagDecl *, 8> Owned;
  llvm::SmallPtrSet<const DeclRefExpr *, 16> Callees;
};

} // namespace

void walkSites(const Decl *D, Rewriting &To, bool TypesOnly) {
  SiteVisitor(To, TypesOnly).TraverseDecl(const_cast<Decl *>(D));
}

} // namespace opn
