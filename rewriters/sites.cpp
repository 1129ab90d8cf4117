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

  /// __builtin_types_compatible_p()
  bool VisitTypeTraitExpr(TypeTraitExpr *E) {
    bool Old = false, New = false;
    for (const TypeSourceInfo *Type : E->getArgs()) {
      Old |= To.isOfContext(Type->getType());
      New |= To.isOfNewContext(Type->getType());
    }
    if (Old && New)
      askedForType(E);
    return true;
  }

  bool VisitGenericSelectionExpr(GenericSelectionExpr *E) {
    bool Old = E->isExprPredicate() && To.isOfContext(E->getControllingExpr()->getType());
    bool New = false;
    for (const TypeSourceInfo *Type : E->getAssocTypeSourceInfos()) {
      Old |= Type && To.isOfContext(Type->getType());
      New |= Type && To.isOfNewContext(Type->getType());
    }
    if (Old && New)
      askedForType(E);
    return true;
  }

  /// A string that a macro makes of its argument is spelled nowhere.
  bool VisitStringLiteral(StringLiteral *E) {
    if (!TypesOnly)
      To.stringSite(E);
    return true;
  }

  //===-- values that are the text's own
  //----------------------------------------------------------//

  bool VisitIntegerLiteral(IntegerLiteral *E) {
    if (!TypesOnly)
      To.numberSite(E);
    return true;
  }

  bool VisitPredefinedExpr(PredefinedExpr *E) {
    if (!TypesOnly)
      To.nameSite(E);
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
    if (E->getOpcode() == UO_AddrOf && !TypesOnly)
      To.addressSite(E);
    return true;
  }

  bool VisitMemberExpr(MemberExpr *E) {
    if (!TypesOnly)
      To.memberSite(E, Stores.count(E));
    if (!TypesOnly && To.isContextRecord(E->getType()->getAsRecordDecl()))
      To.reject(E->getMemberLoc(), "this object of the context's type",
                "the contexts of the two hooks differ in their fields",
                "keep what is needed in members of its own");
    return true;
  }

  bool VisitCompoundLiteralExpr(CompoundLiteralExpr *E) {
    if (!TypesOnly && To.isContextRecord(E->getType()->getAsRecordDecl()))
      To.reject(E->getBeginLoc(), "this object of the context's type",
                "the contexts of the two hooks differ in their fields",
                "keep what is needed in variables of its own");
    return true;
  }

  //===-- calls and references ------------------------------------------------------------------//

  bool VisitCallExpr(CallExpr *E) {
    if (TypesOnly)
      return true;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E->getCallee()->IgnoreParenImpCasts()))
      Callees.insert(Ref);
    if (measuresContext(E))
      To.reject(E->getBeginLoc(), "this question to CO-RE about the context",
                "the contexts of the two hooks differ in layout and have types of their own",
                "write the number that is meant");
    else
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
    if (TypesOnly || To.hasRow())
      return true;
    std::string Text = asmText(S);
    // Of a call by symbol the linker, or we, would know more.
    for (size_t At = 0; (At = Text.find("call", At)) != std::string::npos; At += 4) {
      StringRef Behind = StringRef(Text).drop_front(At + 4), Rest = Behind.ltrim();
      bool IsWord = !Behind.empty() && Rest.size() != Behind.size() &&
                    (!At || !(llvm::isAlnum(Text[At - 1]) || Text[At - 1] == '_'));
      if (IsWord && !Rest.empty() && (llvm::isDigit(Rest[0]) || Rest[0] == '%'))
        To.reject(S->getBeginLoc(), "this inline assembly",
                  "it calls a helper by its number, and nothing is known of the call",
                  "call the helper in C");
    }
    auto Check = [this, S, &Text](const Expr *Operand) {
      if (!To.holdsContext(Operand))
        return;
      // Without instructions it only keeps the compiler from knowing the value.
      if (!StringRef(Text).trim().empty())
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
  void askedForType(const Expr *E) {
    if (TypesOnly)
      To.Unusual = true; // only a compiler can be sure of it
    else
      To.reject(E->getBeginLoc(), "this choice by the context's type",
                "it names the types of both hooks, which become one",
                "call what is chosen for this hook");
  }

  /// Builtins of the BPF target that ask for more than whether the kernel has a field or type.
  bool measuresContext(const CallExpr *E) const {
    const FunctionDecl *FD = E->getDirectCallee();
    if (!FD || !FD->getBuiltinID() || E->getNumArgs() < 2)
      return false;
    const Expr *Of = E->getArg(0)->IgnoreParenCasts();
    Expr::EvalResult Kind;
    if (!E->getArg(1)->EvaluateAsInt(Kind, FD->getASTContext()))
      return false;
    // BPF_FIELD_EXISTS and BPF_TYPE_EXISTS of libbpf; the kernel knows its own contexts only.
    const int FieldExists = To.isKnownToKernel() ? 2 : -1,
              TypeExists = To.isKnownToKernel() ? 0 : -1;
    if (FD->getName() == "__builtin_preserve_field_info") {
      const auto *Member = dyn_cast<MemberExpr>(Of);
      return Member && Kind.Val.getInt() != FieldExists &&
             To.isOfContext(Member->getBase()->getType());
    }
    if (FD->getName() == "__builtin_preserve_type_info")
      return Kind.Val.getInt() != TypeExists && To.isOfContext(Of->getType());
    return FD->getName() == "__builtin_btf_type_id" && To.isOfContext(Of->getType());
  }

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
