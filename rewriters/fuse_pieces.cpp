// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse_pieces.cpp - a stage's text cut into what can stand in a joined source once
//
// A piece is a declaration, a directive, or all of a conditional; what stands above it belongs to
// it. Its signature says what makes it equal to another: text, macros in it, layouts.
#include "fuse_pieces.h"

#include "facts.h"
#include "llvm_compat.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- one stage's text ------------------------------------------------------------------------//

opn_loc StageSource::origin(unsigned Offset) const {
  auto [Path, Line] = Main->origin(Offset);
  const char *Here = Main->path().data(); // of a std::string
  if (Path.empty())
    return {Here, Main->line(Offset), Main->column(Offset), 1};
  return {Paths.emplace(Path.str(), Path.str()).first->second.c_str(), Line, Main->column(Offset),
          1};
}

opn_loc StageSource::origin(SourceLocation Loc) const {
  const SourceManager &SM = *model().SM;
  return origin(SM.getFileOffset(SM.getExpansionLoc(Loc)));
}

std::string StageSource::text(Range R) const {
  std::string Out;
  unsigned At = R.Begin;
  for (const Edit &E : Renames) {
    if (E.Offset < R.Begin || E.Offset >= R.End)
      continue;
    Out += Main->text().slice(At, E.Offset);
    Out += E.Text;
    At = E.Offset + E.Length;
  }
  Out += Main->text().slice(At, R.End);
  return Out;
}

std::string StageSource::text(SourceRange R) const {
  const SourceManager &SM = *model().SM;
  CharSourceRange Whole = SM.getExpansionRange(R);
  unsigned Begin = SM.getFileOffset(Whole.getBegin()), End = SM.getFileOffset(Whole.getEnd());
  if (Whole.isTokenRange())
    End += Lexer::MeasureTokenLength(Whole.getEnd(), SM, model().Context->getLangOpts());
  return text(Range{Begin, End});
}

std::string StageSource::declare(QualType T, StringRef Name) const {
  std::string Plain, Out = "\x01";
  T.getUnqualifiedType().getAsStringInternal(Out, model().Context->getPrintingPolicy());
  std::string Word;
  for (char C : Out + '\0') {
    if (isalnum(static_cast<unsigned char>(C)) || C == '_') {
      Word += C;
      continue;
    }
    auto It = TypeNames.find(Word);
    Plain += It == TypeNames.end() ? Word : It->second;
    Word.clear();
    if (C == '\x01')
      Plain += Name;
    else if (C)
      Plain += C;
  }
  return StringRef(Plain).rtrim().str();
}

namespace {

bool isTopLevel(const NamedDecl *D) {
  if (!D->getIdentifier())
    return false;
  return D->getDeclContext()->getRedeclContext()->isTranslationUnit() || isa<TagDecl>(D);
}

/// What a piece declares and names, and where.
class NameVisitor : public RecursiveASTVisitor<NameVisitor> {
public:
  NameVisitor(FusedStage &Stage, Piece &P) : Stage(Stage), P(P) {}

  bool VisitDeclRefExpr(DeclRefExpr *E) { return name(E->getDecl(), E->getLocation()); }
  bool VisitTagTypeLoc(TagTypeLoc L) { return name(L.getDecl(), L.getNameLoc()); }
  bool VisitTypedefTypeLoc(TypedefTypeLoc L) { return name(typedefOf(L), L.getNameLoc()); }
  bool VisitMemberExpr(MemberExpr *E) {
    if (const auto *Field = dyn_cast<FieldDecl>(E->getMemberDecl()))
      name(Field->getParent(), SourceLocation());
    return true;
  }
  bool VisitTagDecl(TagDecl *D) {
    if (const auto *RD = dyn_cast<RecordDecl>(D); RD && RD->isCompleteDefinition())
      layout(RD);
    return declare(D);
  }
  bool VisitTypedefNameDecl(TypedefNameDecl *D) { return declare(D); }
  bool VisitEnumConstantDecl(EnumConstantDecl *D) { return declare(D); }
  bool VisitFunctionDecl(FunctionDecl *D) {
    if (!D->getDefinition() && D->isExternallyVisible() && isProject(D))
      Stage.Undefined.insert(keyOf(D));
    return declare(D);
  }
  bool VisitVarDecl(VarDecl *D) {
    if (D->isStaticLocal())
      P.IsState = true;
    if (!D->hasGlobalStorage() || D->isStaticLocal())
      return true;
    ASTContext &Context = *Stage.model().Context;
    bool IsShared = false;
    for (char *const *S = Stage.Asked->shared; S && *S; ++S)
      IsShared |= D->getName() == *S;
    bool IsConstant = D->getType().isConstant(Context) && !D->getType().isVolatileQualified() &&
                      !D->isExternallyVisible() && !D->hasAttr<SectionAttr>();
    if (D->hasDefinition(Context) == VarDecl::DeclarationOnly)
      Stage.Undefined.insert(keyOf(D));
    else if (!IsShared && !IsConstant && !helperNumber(D, Context))
      P.IsState = true;
    return declare(D);
  }

private:
  bool isProject(const NamedDecl *D) const {
    for (const Decl *R : D->redecls())
      if (Stage.model().place(R->getLocation()).Kind == PlaceKind::Project)
        return true;
    return false;
  }
  bool declare(const NamedDecl *D) {
    if (!isTopLevel(D) || !isProject(D))
      return true;
    P.Declares.insert(keyOf(D));
    Stage.Places[keyOf(D)].push_back(D->getLocation());
    return true;
  }
  bool name(const NamedDecl *D, SourceLocation Loc) {
    if (!isTopLevel(D) || !isProject(D))
      return true;
    P.Names.insert(keyOf(D));
    if (Loc.isValid())
      Stage.Places[keyOf(D)].push_back(Loc);
    return true;
  }
  void layout(const RecordDecl *RD) {
    const ASTContext &Context = *Stage.model().Context;
    if (RD->isInvalidDecl())
      return;
    const ASTRecordLayout &L = Context.getASTRecordLayout(RD);
    P.Signature += "|" + std::to_string(L.getSize().getQuantity());
    for (unsigned F = 0; F < L.getFieldCount(); ++F)
      P.Signature += "," + std::to_string(L.getFieldOffset(F));
    P.Signature += RD->hasAttr<BPFPreserveAccessIndexAttr>() ? "core" : "";
  }

  FusedStage &Stage;
  Piece &P;
};

} // namespace

//===-- pieces ----------------------------------------------------------------------------------//

/// A macro as it is defined, for comparing.
static std::string spelled(const MacroInfo *Info, const Preprocessor &PP) {
  if (!Info)
    return "none";
  std::string Out;
  for (const IdentifierInfo *Parameter : Info->params())
    Out += Parameter->getName().str() + ",";
  for (const Token &T : Info->tokens())
    Out += " " + PP.getSpelling(T);
  return Out;
}

static void describe(FusedStage &S, Piece &P) {
  const SourceModel &Model = S.model();
  for (Decl *D : P.Decls)
    NameVisitor(S, P).TraverseDecl(D);
  P.Signature = S.Main->text(P.Core).str() + P.Signature;
  std::set<std::string> Macros;
  for (const opn::MacroUse &Use : Model.usesIn(Model.Instances[0].FID, P.Core))
    Macros.insert(Use.Name.str() + "=" + spelled(Use.Info, *Model.PP));
  for (const std::string &Macro : Macros)
    P.Signature += "|" + Macro;
}

/// Cuts the text where declarations and directives begin; what overlaps is one piece.
void cutPieces(FusedStage &S) {
  const SourceModel &Model = S.model();
  const LexedFile *Main = S.Main;
  std::vector<Piece> All;
  for (unsigned C : Model.Instances[0].Chunks) {
    Piece P;
    P.Core = Model.Chunks[C].Extent;
    P.Decls.assign(Model.Chunks[C].Decls.begin(), Model.Chunks[C].Decls.end());
    All.push_back(P);
  }
  for (size_t G = 0; G < Main->groups().size(); ++G) {
    Piece P;
    P.Kind = Piece::Conditional;
    P.Core = Main->groupExtent(G);
    All.push_back(P);
  }
  for (size_t D = 0; D < Main->directives().size(); ++D) {
    const Directive &Line = Main->directives()[D];
    Piece P;
    P.Core = Line.Extent;
    P.Kind = Line.Kind == tok::pp_define    ? Piece::Define
             : Line.Kind == tok::pp_undef   ? Piece::Undefine
             : Line.Kind == tok::pp_include ? Piece::Include
                                            : Piece::Pragma;
    P.Name = Line.Name.str();
    if (P.Kind == Piece::Include)
      P.Name = Main->text(Line.Extent).trim().str();
    if (P.Kind == Piece::Define || P.Kind == Piece::Undefine)
      P.Directives.push_back(D);
    All.push_back(P);
  }
  llvm::stable_sort(All, [](const Piece &A, const Piece &B) {
    return A.Core.Begin != B.Core.Begin ? A.Core.Begin < B.Core.Begin : A.Core.End > B.Core.End;
  });
  for (Piece &P : All) {
    if (S.Pieces.empty() || !S.Pieces.back().Core.overlaps(P.Core)) {
      S.Pieces.push_back(std::move(P));
      continue;
    }
    Piece &Outer = S.Pieces.back();
    Outer.Core.End = std::max(Outer.Core.End, P.Core.End);
    Outer.Decls.insert(Outer.Decls.end(), P.Decls.begin(), P.Decls.end());
    Outer.Directives.insert(Outer.Directives.end(), P.Directives.begin(), P.Directives.end());
  }
  for (size_t I = 0; I < S.Pieces.size(); ++I) {
    S.Pieces[I].Begin = Main->attachedStart(S.Pieces[I].Core);
    S.Pieces[I].End = Main->text().size();
    if (I)
      S.Pieces[I - 1].End = S.Pieces[I].Begin;
    describe(S, S.Pieces[I]);
    for (const std::string &Key : S.Pieces[I].Declares)
      S.Declared[Key].push_back(I);
  }
  for (const RawToken &T : Main->tokens())
    if (T.Kind == tok::raw_identifier)
      S.Words.insert(Main->text({T.Begin, T.end()}).str());
  for (const Directive &D : Main->directives()) { // words of macros, and of what is tested
    StringRef Line = Main->text(D.Extent);
    while (!Line.empty()) {
      Line = Line.drop_until([](char C) { return isalpha(C) || C == '_'; });
      StringRef Word = Line.take_while([](char C) { return isalnum(C) || C == '_'; });
      S.Words.insert(Word.str());
      Line = Line.drop_front(Word.size());
    }
  }
}

} // namespace opn
