// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// stage_note.cpp - a map that tells the next program something of a packet becomes an argument
//
// Programs that run one after another on a packet tell each other of it through the one element of
// a map with a value for each CPU. In a pipeline that element can be anywhere: on the dispatcher's
// stack, or with the packet. So each lookup becomes a pointer that the function is given. All that
// is not the lookup of element 0 is refused, for it means the map and not what is in it.
#include "stage_note.h"

#include "facts.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

const VarDecl *mapOf(const SourceModel &Model, StringRef Name) {
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *VD = dyn_cast<VarDecl>(D); VD && VD->getName() == Name && isMap(VD))
        return VD;
  return nullptr;
}

uint64_t valueSize(const VarDecl *Map, const ASTContext &Context) {
  const RecordDecl *RD = Map->getType()->getAsRecordDecl();
  for (const FieldDecl *F : RD ? RD->fields() : RecordDecl::field_range({}, {}))
    if (F->getName() == "value" && F->getType()->isPointerType()) {
      QualType Value = F->getType()->getPointeeType();
      if (!Value->isIncompleteType() && !Value->isVoidType())
        return Context.getTypeSizeInChars(Value).getQuantity();
    }
  return 0;
}

namespace {

/// Where a function looks the element up, whom it calls, and what else is done with the map.
class NoteVisitor : public RecursiveASTVisitor<NoteVisitor> {
public:
  NoteVisitor(const VarDecl *Map, const ASTContext &Context)
      : Map(Map->getCanonicalDecl()), Context(Context) {}

  struct Use {
    const FunctionDecl *In;
    const CallExpr *Call;
  };
  std::vector<Use> Lookups;
  std::vector<Use> Calls;
  std::map<const VarDecl *, bool> Keys; ///< zero and nothing else
  std::set<const FunctionDecl *> Named; ///< other than in a call
  NoteRefusal No;

  bool TraverseFunctionDecl(FunctionDecl *FD) {
    const FunctionDecl *Outer = std::exchange(Current, FD);
    bool Ok = RecursiveASTVisitor::TraverseFunctionDecl(FD);
    Current = Outer;
    return Ok;
  }
  bool TraverseCallExpr(CallExpr *CE) {
    if (isLookup(CE)) {
      Lookups.push_back({Current, CE});
      checkKey(CE);
      return true;
    }
    if (CE->getDirectCallee()) {
      Calls.push_back({Current, CE});
      Called.insert(CE->getCallee()->IgnoreParenImpCasts());
    }
    return RecursiveASTVisitor::TraverseCallExpr(CE);
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    if (E->getDecl()->getCanonicalDecl() == Map)
      refuse("it is used for something else than to look its element up", E->getLocation());
    else if (const auto *FD = dyn_cast<FunctionDecl>(E->getDecl()); FD && !Called.count(E))
      Named.insert(FD->getCanonicalDecl());
    return true;
  }

private:
  void refuse(const char *Why, SourceLocation Loc) {
    if (!No)
      No = {Why, Loc};
  }
  bool isLookup(const CallExpr *CE) const {
    const VarDecl *Helper = calledHelper(CE, Context);
    if (!Helper || Helper->getName() != "bpf_map_lookup_elem" || CE->getNumArgs() != 2)
      return false;
    const auto *UO = dyn_cast<UnaryOperator>(CE->getArg(0)->IgnoreParenCasts());
    const Expr *Of =
        UO && UO->getOpcode() == UO_AddrOf ? UO->getSubExpr()->IgnoreParens() : nullptr;
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Of);
    return Ref && Ref->getDecl()->getCanonicalDecl() == Map;
  }
  bool isZero(const Expr *E) const {
    Expr::EvalResult Value;
    if (const auto *IL = dyn_cast_or_null<InitListExpr>(E))
      E = IL->getNumInits() ? IL->getInit(0) : nullptr;
    return E && E->EvaluateAsInt(Value, Context) && Value.Val.getInt() == 0;
  }
  /// Stores to a variable, and its address where it may be stored through.
  struct Stores : RecursiveASTVisitor<Stores> {
    explicit Stores(const VarDecl *VD) : VD(VD) {}
    bool names(const Expr *E) const {
      const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
      return Ref && Ref->getDecl() == VD;
    }
    bool VisitBinaryOperator(BinaryOperator *E) {
      Found |= E->isAssignmentOp() && names(E->getLHS());
      return true;
    }
    bool VisitUnaryOperator(UnaryOperator *E) {
      Found |= E->isIncrementDecrementOp() && names(E->getSubExpr());
      Taken += E->getOpcode() == UO_AddrOf && names(E->getSubExpr());
      return true;
    }
    /// As a key of whatever map: const void *.
    bool VisitCallExpr(CallExpr *E) {
      for (const Expr *A : E->arguments())
        if (const auto *UO = dyn_cast<UnaryOperator>(A->IgnoreParenCasts());
            UO && UO->getOpcode() == UO_AddrOf && names(UO->getSubExpr()))
          Given +=
              A->getType()->isPointerType() && A->getType()->getPointeeType().isConstQualified();
      return true;
    }
    const VarDecl *VD;
    bool Found = false;
    unsigned Taken = 0, Given = 0;
  };
  void checkKey(const CallExpr *CE) {
    const auto *UO = dyn_cast<UnaryOperator>(CE->getArg(1)->IgnoreParenCasts());
    const Expr *Of =
        UO && UO->getOpcode() == UO_AddrOf ? UO->getSubExpr()->IgnoreParens() : nullptr;
    if (const auto *CL = dyn_cast_or_null<CompoundLiteralExpr>(Of);
        CL && isZero(CL->getInitializer()))
      return;
    const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Of);
    const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (VD && VD->hasLocalStorage() && VD->getInit() && isZero(VD->getInit()) && Current) {
      Stores S(VD);
      S.TraverseStmt(Current->getBody());
      if (!S.Found && S.Taken == S.Given)
        return;
    }
    refuse("the key is not seen to be 0 here", CE->getArg(1)->getBeginLoc());
  }

  const VarDecl *Map;
  const ASTContext &Context;
  const FunctionDecl *Current = nullptr;
  std::set<const Expr *> Called;
};

/// The parameter behind those that the function has.
bool addParameter(const FunctionDecl *FD, const SourceModel &Model, const std::string &Name,
                  Edits &Changes) {
  Speller Spell(Model);
  FunctionTypeLoc TL = FD->getFunctionTypeLoc();
  Spot End = TL ? Spell.token(TL.getRParenLoc()) : Spot();
  if (!End || !End.Macro.empty())
    return false;
  if (FD->getNumParams()) {
    Changes.insert(End.File, End.Extent.Begin, ", void *" + Name, "note");
    return true;
  }
  Spot All = Spell.range(TL.getLParenLoc(), TL.getRParenLoc());
  return All && All.Macro.empty() && Changes.replace(All, "(void *" + Name + ")", "note");
}

bool addArgument(const CallExpr *CE, const SourceModel &Model, const std::string &Name,
                 Edits &Changes) {
  Spot End = Speller(Model).token(CE->getRParenLoc());
  if (!End || !End.Macro.empty())
    return false;
  Changes.insert(End.File, End.Extent.Begin, (CE->getNumArgs() ? ", " : "") + Name, "note");
  return true;
}

/// The definition, with the anonymous type in front of it.
void dropMap(const VarDecl *Map, const SourceModel &Model, Edits &Changes) {
  for (const Chunk &C : Model.Chunks) {
    if (std::find(C.Decls.begin(), C.Decls.end(), Map) == C.Decls.end())
      continue;
    Spot S;
    S.File = Model.Instances[C.Instance].File;
    S.Extent = {S.File->attachedStart(C.Extent), C.Extent.End};
    StringRef Rest = S.File->text().substr(S.Extent.End);
    S.Extent.End += Rest.starts_with(";\n") ? 2 : Rest.starts_with(";") ? 1 : 0;
    Changes.replace(S, "", "note");
  }
}

} // namespace

NoteRefusal passNote(const VarDecl *Map, const FunctionDecl *Program, const SourceModel &Model,
                     Edits &Changes) {
  static const char InMacro[] = "a macro writes this";
  const std::string Name = Map->getName().str();
  NoteVisitor Found(Map, *Model.Context);
  for (const Chunk &C : Model.Chunks)
    for (Decl *D : C.Decls)
      if (D != Map)
        Found.TraverseDecl(D);
  if (Found.No)
    return Found.No;

  std::set<const FunctionDecl *> Takers = {Program->getCanonicalDecl()};
  Speller Spell(Model);
  for (const NoteVisitor::Use &U : Found.Lookups) {
    Spot Whole = Spell.range(U.Call->getBeginLoc(), U.Call->getEndLoc());
    Spot Key = Spell.range(U.Call->getArg(1)->getBeginLoc(), U.Call->getArg(1)->getEndLoc());
    if (!U.In)
      return {"it is looked up outside of functions", U.Call->getExprLoc()};
    if (!Whole || !Whole.Macro.empty() || !Key || !Key.Macro.empty())
      return {InMacro, U.Call->getExprLoc()};
    // The key may have no other use.
    std::string Text =
        "((void)" + Key.File->text({Key.Extent.Begin, Key.Extent.End}).str() + ", " + Name + ")";
    if (!Changes.replace(Whole, Text, "note"))
      return {InMacro, U.Call->getExprLoc()};
    Takers.insert(U.In->getCanonicalDecl());
  }
  for (size_t Before = 0; Before != Takers.size();) {
    Before = Takers.size();
    for (const NoteVisitor::Use &U : Found.Calls)
      if (U.In && Takers.count(U.Call->getDirectCallee()->getCanonicalDecl()))
        Takers.insert(U.In->getCanonicalDecl());
  }
  for (const NoteVisitor::Use &U : Found.Calls)
    if (Takers.count(U.Call->getDirectCallee()->getCanonicalDecl()) &&
        (!U.In || !addArgument(U.Call, Model, Name, Changes)))
      return {InMacro, U.Call->getExprLoc()};
  std::vector<const FunctionDecl *> InOrder(Takers.begin(), Takers.end());
  llvm::sort(InOrder, [](const FunctionDecl *A, const FunctionDecl *B) {
    return A->getLocation() < B->getLocation();
  });
  for (const FunctionDecl *FD : InOrder) {
    bool IsProgram = FD == Program->getCanonicalDecl();
    if (Found.Named.count(FD))
      return {IsProgram ? "other code names the program"
                        : "this function is called through a pointer",
              FD->getLocation()};
    if (!IsProgram && FD->isExternallyVisible())
      return {"the verifier looks at this function by itself, so it cannot be given a pointer",
              FD->getLocation()};
    for (const FunctionDecl *D : FD->redecls())
      if (!addParameter(D, Model, Name, Changes))
        return {InMacro, D->getLocation()};
  }
  dropMap(Map, Model, Changes);
  return {};
}

} // namespace opn
