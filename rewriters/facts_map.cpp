// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// facts_map.cpp - what a map's definition says of it: BTF maps and legacy bpf_map_def
#include "facts.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/AST/TypeLoc.h"

using namespace clang;
using llvm::StringRef;

namespace opn {
namespace {

class MapReader {
public:
  MapReader(const ASTContext &Context, Results &R) : Context(Context), R(R) {}

  opn_map read(const VarDecl *VD) {
    opn_map M = {};
    M.name = R.text(VD->getName());
    const RecordDecl *RD = VD->getType()->getAsRecordDecl();
    if (!RD)
      if (const auto *AT = Context.getAsArrayType(VD->getType()))
        RD = AT->getElementType()->getAsRecordDecl();
    M.is_legacy = sectionOf(VD) == "maps";
    if (!RD || !(RD = RD->getDefinition()))
      return M;
    if (M.is_legacy)
      legacy(VD, RD, M);
    else
      modern(RD, M);
    return M;
  }

private:
  /// The number, or its name where it was written as an enumerator.
  const char *number(const Expr *E, bool Names) {
    if (!E)
      return nullptr;
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts()); Ref && Names)
      if (isa<EnumConstantDecl>(Ref->getDecl()))
        return R.text(Ref->getDecl()->getName());
    Expr::EvalResult Value;
    if (!E->isValueDependent() && E->EvaluateAsInt(Value, Context))
      return R.text(std::to_string(Value.Val.getInt().getExtValue()));
    return nullptr;
  }

  const char *typeName(QualType T) {
    // libbpf's __type() writes typeof(T): the reader wrote T.
    while (const auto *TT = dyn_cast<TypeOfType>(T.getTypePtr()))
      T = TT->getUnmodifiedType();
    PrintingPolicy Policy(Context.getLangOpts());
    Policy.AnonymousTagLocations = false;
    return R.text(T.getAsString(Policy));
  }

  const char *arraySize(const FieldDecl *F) {
    TypeLoc TL = F->getTypeSourceInfo() ? F->getTypeSourceInfo()->getTypeLoc() : TypeLoc();
    for (; TL; TL = TL.getNextTypeLoc())
      if (auto AL = TL.getAs<ArrayTypeLoc>())
        return number(AL.getSizeExpr(), true);
    // Through typedefs only the number is left.
    QualType T = F->getType();
    if (T->isPointerType())
      if (const auto *CA = Context.getAsConstantArrayType(T->getPointeeType()))
        return R.text(std::to_string(CA->getSize().getZExtValue()));
    return nullptr;
  }

  void modern(const RecordDecl *RD, opn_map &M) {
    for (const FieldDecl *F : RD->fields()) {
      StringRef Name = F->getName();
      if (Name == "type")
        M.type = arraySize(F);
      else if (Name == "max_entries")
        M.max_entries = arraySize(F);
      else if (Name == "map_flags")
        M.flags = arraySize(F);
      else if (Name == "pinning")
        M.pinning = arraySize(F);
      else if (Name == "key_size")
        M.key_size = arraySize(F);
      else if (Name == "value_size")
        M.value_size = arraySize(F);
      else if (Name == "key" && F->getType()->isPointerType())
        M.key = typeName(F->getType()->getPointeeType());
      else if (Name == "value" && F->getType()->isPointerType())
        M.value = typeName(F->getType()->getPointeeType());
      else if (Name == "values")
        if (const auto *AT = Context.getAsArrayType(F->getType()))
          if (AT->getElementType()->isPointerType())
            M.inner = typeName(AT->getElementType()->getPointeeType());
    }
  }

  void legacy(const VarDecl *VD, const RecordDecl *RD, opn_map &M) {
    const auto *IL = dyn_cast_or_null<InitListExpr>(VD->getAnyInitializer());
    if (!IL)
      return;
    unsigned I = 0;
    for (const FieldDecl *F : RD->fields()) {
      if (I >= IL->getNumInits())
        break;
      const Expr *E = IL->getInit(I++);
      StringRef Name = F->getName();
      if (Name == "type")
        M.type = number(E, true);
      else if (Name == "key_size")
        M.key_size = number(E, false);
      else if (Name == "value_size")
        M.value_size = number(E, false);
      else if (Name == "max_entries")
        M.max_entries = number(E, false);
      else if (Name == "map_flags")
        M.flags = number(E, false);
      else if (Name == "pinning")
        M.pinning = number(E, false);
    }
  }

  const ASTContext &Context;
  Results &R;
};

} // namespace

opn_map readMap(const VarDecl *VD, const ASTContext &Context, Results &R) {
  return MapReader(Context, R).read(VD);
}

} // namespace opn
