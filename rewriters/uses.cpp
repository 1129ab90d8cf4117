// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// uses.cpp - what the declarations of a piece of text refer to
//
// The only full AST walk of extraction. It lists declarations with the way in which they are used;
// whether and in what form they are emitted is decided in closure.cpp.
//
// Records are the subtle part. C lets text name a record without its definition, but the loader and
// the verifier read BTF: a map's key and value, the arguments of a global subprogram and of a kfunc
// must be complete there ("can't determine value size", "reference type('FWD x') size cannot be
// determined"), although the compiler is content with a forward declaration.
#include "closure.h"
#include "llvm_compat.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/TargetBuiltins.h"
#include "llvm/ADT/DenseSet.h"

using namespace clang;
using llvm::StringRef;

namespace opn {
namespace {

class UseVisitor : public RecursiveASTVisitor<UseVisitor> {
  using Base = RecursiveASTVisitor<UseVisitor>;

public:
  UseVisitor(const ASTContext &Context, std::vector<DeclUse> &Uses)
      : Context(Context), Uses(Uses) {}

  void add(const NamedDecl *D, UseKind Kind) {
    if (D && Seen.insert({D, unsigned(Kind)}).second)
      Uses.push_back({D, Kind});
  }

  //===-- types ---------------------------------------------------------------------------------//

  bool VisitTypedefTypeLoc(TypedefTypeLoc TL) {
    const TypedefNameDecl *D = TL.getTypePtr()->getDecl();
    add(D, UseKind::Value);
    return true;
  }
  bool VisitTagTypeLoc(TagTypeLoc TL) {
    named(TL.getDecl());
    return true;
  }
  /// A type that is defined inside of an expression or a parameter has no place of its own.
  bool VisitTypeLoc(TypeLoc TL) {
    TagDecl *D = definedIn(TL);
    return !D || !Owned.insert(D).second || TraverseDecl(D);
  }
  bool VisitAttributedTypeLoc(AttributedTypeLoc TL) {
    noteAttr(TL.getAttr());
    return true;
  }
  bool VisitBTFTagAttributedTypeLoc(BTFTagAttributedTypeLoc TL) {
    // A tagged pointer is a kptr, a per-CPU pointer or the like: the verifier looks at its target.
    complete(TL.getWrappedLoc().getType());
    if (const auto *RT = TL.getWrappedLoc().getType()->getAs<RecordType>())
      add(RT->getDecl(), UseKind::Tagged);
    return true;
  }
  bool TraverseFunctionProtoTypeLoc(FunctionProtoTypeLoc TL OPN_QUALIFIER_PARAMETER) {
    ++PrototypeDepth;
    bool Go = Base::TraverseFunctionProtoTypeLoc(TL OPN_QUALIFIER_ARGUMENT);
    --PrototypeDepth;
    return Go;
  }

  void named(const TagDecl *D) {
    if (isa<EnumDecl>(D)) {
      add(D->getDefinition() ? D->getDefinition() : D, UseKind::Value);
      return;
    }
    add(D, PrototypeDepth ? UseKind::NamedInPrototype : UseKind::Named);
  }

  /// The record behind arrays and typedefs must be complete.
  void complete(QualType T) {
    if (T.isNull())
      return;
    const Type *Ty = T->getBaseElementTypeUnsafe();
    if (const auto *RT = Ty->getAs<RecordType>())
      add(RT->getDecl(), UseKind::Complete);
  }
  void completePointee(QualType T) {
    if (!T.isNull() && T->isPointerType())
      complete(T->getPointeeType());
  }
  /// Everything that a map's definition names, through any number of pointers.
  void completeDeep(QualType T) {
    while (!T.isNull()) {
      if (const auto *PT = T->getAs<PointerType>())
        T = PT->getPointeeType();
      else if (const ArrayType *AT = Context.getAsArrayType(T))
        T = AT->getElementType();
      else
        break;
    }
    complete(T);
  }
  /// What LLVM's BTF says of a prototype, a variable or a relocation: the record, also behind one
  /// pointer. Behind a member's pointer it is only named.
  void describe(QualType T) {
    if (!T.isNull() && T->isPointerType())
      T = T->getPointeeType();
    if (T.isNull())
      return;
    if (const auto *RT = T->getBaseElementTypeUnsafe()->getAs<RecordType>())
      if (const RecordDecl *RD = RT->getDecl()->getDefinition())
        add(RD, UseKind::Described);
  }
  void completeSignature(const FunctionDecl *FD) {
    complete(FD->getReturnType());
    completePointee(FD->getReturnType());
    for (const ParmVarDecl *P : FD->parameters()) {
      complete(P->getType());
      completePointee(P->getType());
    }
  }

  //===-- declarations --------------------------------------------------------------------------//

  bool VisitDecl(Decl *D) {
    for (const Attr *A : D->attrs())
      noteAttr(A);
    return true;
  }

  void noteAttr(const Attr *A) {
    if (!A)
      return;
    if (const auto *Cleanup = dyn_cast<CleanupAttr>(A)) {
      add(Cleanup->getFunctionDecl(), UseKind::Value); // Clang makes a call of it, with its BTF
    } else if (const auto *Alias = dyn_cast<AliasAttr>(A)) {
      byName(Alias->getAliasee(), UseKind::Value);
    } else if (const auto *Tag = dyn_cast<BTFDeclTagAttr>(A)) {
      // Tags that name something of the program (kernel/bpf/btf.c: btf_find_graph_root();
      // kernel/bpf/verifier.c: bpf_find_exception_callback_insn_off()).
      StringRef Text = Tag->getBTFDeclTag();
      if (Text.consume_front("contains:")) {
        byName(Text.split(':').first, UseKind::Complete);
        byName(Text.split(':').first, UseKind::Contained);
      } else if (Text.consume_front("exception_callback:"))
        byName(Text, UseKind::Value);
    }
  }

  void byName(StringRef Name, UseKind Kind) {
    IdentifierInfo &II = Context.Idents.get(Name);
    for (NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&II)) {
      if (Kind != UseKind::Value && !isa<RecordDecl>(D))
        continue;
      if (Kind == UseKind::Value && !isa<FunctionDecl, VarDecl>(D))
        continue;
      add(D, Kind);
    }
  }
  static bool isExtern(const NamedDecl *D) {
    const auto *FD = dyn_cast<FunctionDecl>(D);
    return FD && !FD->getDefinition();
  }

  bool VisitVarDecl(VarDecl *D) {
    if (isa<ParmVarDecl>(D))
      return true;
    complete(D->getType());
    if (D->hasGlobalStorage())
      describe(D->getType());
    const auto *Section = D->getAttr<SectionAttr>();
    if (!Section)
      return true;
    StringRef Name = Section->getName();
    if (Name == ".maps" || Name == "maps") {
      if (const auto *RT = D->getType()->getBaseElementTypeUnsafe()->getAs<RecordType>())
        if (const RecordDecl *RD = RT->getDecl()->getDefinition())
          mapFields(RD);
    } else if (Name == ".ksyms") {
      completeDeep(D->getType());
    }
    return true;
  }

  void mapFields(const RecordDecl *RD) {
    for (const FieldDecl *F : RD->fields()) {
      completeDeep(F->getType());
      describe(F->getType());
      // The inner map of a map-in-map may be an unnamed struct in place.
      QualType T = F->getType();
      while (!T.isNull() && (T->isPointerType() || T->isArrayType()))
        T = T->isPointerType() ? T->getPointeeType() : Context.getAsArrayType(T)->getElementType();
      if (const auto *RT = T.isNull() ? nullptr : T->getAs<RecordType>())
        if (const RecordDecl *Inner = RT->getDecl()->getDefinition())
          if (Inner != RD && !Inner->getIdentifier())
            mapFields(Inner);
    }
  }

  bool VisitFieldDecl(FieldDecl *D) {
    complete(D->getType());
    return true;
  }

  bool VisitFunctionDecl(FunctionDecl *D) {
    // BTF describes the prototypes of global subprograms, programs and kfuncs to the verifier.
    bool Linked = D->isExternallyVisible();
    if (Linked || D->doesThisDeclarationHaveABody()) {
      if (Linked)
        completeSignature(D);
      complete(D->getReturnType());
      for (const ParmVarDecl *P : D->parameters())
        complete(P->getType());
    }
    // Others may be inlined, and are then not described.
    if (D->doesThisDeclarationHaveABody() &&
        (Linked || D->hasAttr<UsedAttr>() || D->hasAttr<NoInlineAttr>())) {
      describe(D->getReturnType());
      for (const ParmVarDecl *P : D->parameters())
        describe(P->getType());
    }
    return true;
  }

  //===-- expressions ---------------------------------------------------------------------------//

  bool VisitDeclRefExpr(DeclRefExpr *E) {
    if (Uncalled.count(E))
      return true;
    if (!E->getDecl()->getDeclContext()->isFunctionOrMethod() || isa<FunctionDecl>(E->getDecl()) ||
        E->getDecl()->hasExternalFormalLinkage())
      add(E->getDecl(), UseKind::Value);
    else if (isa<EnumConstantDecl>(E->getDecl()))
      add(E->getDecl(), UseKind::Value);
    return true;
  }

  /// "(void)f" is written beside assembly that calls f; it makes no code.
  bool VisitCStyleCastExpr(CStyleCastExpr *E) {
    const auto *Ref = dyn_cast<DeclRefExpr>(E->getSubExpr()->IgnoreParenImpCasts());
    if (Ref && E->getType()->isVoidType() && isExtern(Ref->getDecl())) {
      add(Ref->getDecl(), UseKind::Implied);
      Uncalled.insert(Ref);
    }
    return true;
  }

  bool VisitExpr(Expr *E) {
    QualType T = E->getType();
    if (T.isNull())
      return true;
    if (T->isRecordType() || T->isArrayType())
      complete(T);
    if (const auto *BO = dyn_cast<BinaryOperator>(E)) {
      if (BO->isAdditiveOp() || BO->isCompoundAssignmentOp()) {
        completePointee(BO->getLHS()->getType());
        completePointee(BO->getRHS()->getType());
      }
    } else if (const auto *UO = dyn_cast<UnaryOperator>(E)) {
      if (UO->isIncrementDecrementOp())
        completePointee(UO->getSubExpr()->getType());
    } else if (const auto *AS = dyn_cast<ArraySubscriptExpr>(E)) {
      completePointee(AS->getBase()->getType());
    } else if (const auto *ME = dyn_cast<MemberExpr>(E)) {
      if (const auto *FD = dyn_cast<FieldDecl>(ME->getMemberDecl()))
        add(FD->getParent(), UseKind::Complete);
    } else if (const auto *SE = dyn_cast<UnaryExprOrTypeTraitExpr>(E)) {
      complete(SE->getTypeOfArgument());
    } else if (const auto *OE = dyn_cast<OffsetOfExpr>(E)) {
      complete(OE->getTypeSourceInfo()->getType());
      for (unsigned I = 0; I < OE->getNumComponents(); ++I)
        if (OE->getComponent(I).getKind() == OffsetOfNode::Field)
          add(OE->getComponent(I).getField()->getParent(), UseKind::Complete);
    } else if (const auto *VA = dyn_cast<VAArgExpr>(E)) {
      complete(VA->getType());
    } else if (const auto *CE = dyn_cast<CallExpr>(E)) {
      // Builtins that read types: their argument's type is what they are about.
      if (CE->getBuiltinCallee())
        for (const Expr *Arg : CE->arguments())
          completePointee(Arg->IgnoreParenImpCasts()->getType());
      if (CE->getBuiltinCallee() == BPF::BI__builtin_btf_type_id ||
          CE->getBuiltinCallee() == BPF::BI__builtin_preserve_type_info)
        describe(CE->getArg(0)->getType());
    }
    return true;
  }

  bool TraverseGCCAsmStmt(GCCAsmStmt *S, DataRecursionQueue *Queue = nullptr) {
    for (const Expr *E : S->inputs())
      if (const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts()))
        if (isa<FunctionDecl>(Ref->getDecl())) {
          add(Ref->getDecl(), UseKind::Implied);
          Uncalled.insert(Ref);
        }
    return Base::TraverseGCCAsmStmt(S, nullptr);
  }
  bool VisitAsmStmt(AsmStmt *S) {
    std::string Text = S->generateAsmString(Context);
    asmNames(Text);
    return true;
  }
  bool VisitFileScopeAsmDecl(FileScopeAsmDecl *D) {
    asmNames(assemblyText(*D));
    return true;
  }

  /// Assembly names symbols in its text ("call subprogram").
  void asmNames(StringRef Text) {
    size_t I = 0;
    while (I < Text.size()) {
      if (!(isalpha((unsigned char)Text[I]) || Text[I] == '_')) {
        ++I;
        continue;
      }
      size_t Begin = I;
      while (I < Text.size() && (isalnum((unsigned char)Text[I]) || Text[I] == '_'))
        ++I;
      StringRef Word = Text.slice(Begin, I);
      auto It = Context.Idents.find(Word);
      if (It == Context.Idents.end())
        continue;
      for (const NamedDecl *D : Context.getTranslationUnitDecl()->lookup(It->second))
        if (isa<FunctionDecl, VarDecl>(D))
          add(D, isExtern(D) ? UseKind::Implied : UseKind::Value);
    }
  }

private:
  const ASTContext &Context;
  std::vector<DeclUse> &Uses;
  llvm::DenseSet<std::pair<const NamedDecl *, unsigned>> Seen;
  llvm::DenseSet<const DeclRefExpr *> Uncalled; ///< already noted, and no call
  llvm::DenseSet<const TagDecl *> Owned;
  unsigned PrototypeDepth = 0;
};

} // namespace

std::vector<DeclUse> usesOf(llvm::ArrayRef<Decl *> Decls, const ASTContext &Context) {
  std::vector<DeclUse> Uses;
  UseVisitor V(Context, Uses);
  for (Decl *D : Decls)
    V.TraverseDecl(D);
  return Uses;
}

} // namespace opn
