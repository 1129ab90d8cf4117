// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// own_text.cpp - code whose value is its own text: strings that macros make, __LINE__, __func__
#include "own_text.h"

#include "facts.h"
#include "llvm_compat.h"
#include "transform.h"

#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/Lex/Lexer.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

void Rewriting::stringSite(const StringLiteral *E) {
  const SourceManager &SM = *Model.SM;
  for (unsigned I = 0; I < E->getNumConcatenated(); ++I) {
    SourceLocation Loc = E->getStrTokenLoc(I);
    if (Loc.isMacroID() && SM.isWrittenInScratchSpace(SM.getSpellingLoc(Loc)))
      MadeStrings.push_back({Loc, E->getBytes().str()});
  }
}

bool isLineNumber(const Stmt *S, const ASTContext &Context) {
  return isa<IntegerLiteral>(S) && S->getBeginLoc().isMacroID() &&
         Lexer::getImmediateMacroName(S->getBeginLoc(), Context.getSourceManager(),
                                      Context.getLangOpts()) == "__LINE__";
}

std::set<std::string> wordsInStrings(const SourceModel &Model) {
  std::set<std::string> Words;
  auto Add = [&Words](StringRef Text) {
    auto IsWord = [](char C) { return isAlphanumeric(C) || C == '_'; };
    for (Text = Text.drop_until(IsWord); !Text.empty(); Text = Text.drop_until(IsWord)) {
      StringRef Word = Text.take_while(IsWord);
      Words.insert(Word.str());
      Text = Text.drop_front(Word.size());
    }
  };
  auto AddTags = [&Add](const Decl *D) {
    for (const auto *Tag : D->specific_attrs<BTFDeclTagAttr>())
      if (StringRef Text = Tag->getBTFDeclTag();
          Text.consume_front("contains:") || Text.consume_front("exception_callback:"))
        Add(Text);
  };
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls) {
      AddTags(D);
      if (const auto *Assembly = dyn_cast<FileScopeAsmDecl>(D))
        Add(assemblyText(*Assembly));
      if (const auto *RD = dyn_cast<RecordDecl>(D))
        for (const FieldDecl *F : RD->fields())
          AddTags(F);
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->doesThisDeclarationHaveABody())
        forEachStatement(FD->getBody(), [&](const Stmt *S) {
          if (const auto *Assembly = dyn_cast<GCCAsmStmt>(S))
            Add(asmText(Assembly));
        });
    }
  return Words;
}

void Rewriting::numberSite(const IntegerLiteral *E) {
  if (isLineNumber(E, Context))
    LineNumbers.push_back(E->getBeginLoc());
}

void Rewriting::nameSite(const PredefinedExpr *E) {
  if (!Back && Programs.count(Current))
    otherValue(E->getBeginLoc(), "the name of the function",
               "the program's text becomes a function of its own, which a new program calls");
}

void Rewriting::otherValue(SourceLocation Loc, const std::string &What, const char *Why) {
  site("text", Loc, nullptr, What, OPN_SITE_CONDITION, Why);
  if (Told.insert({Model.SM->getExpansionLoc(Loc).getRawEncoding(), What}).second)
    opn_diag(Diags, OPN_DIAG_TRANSFORM_VALUE, loc(Loc), What.c_str(), Why);
}

/// Whether the words of a string that the preprocessor made were changed.
static bool isChanged(StringRef Made, const Edit &E) {
  StringRef Old = E.File->text().slice(E.Offset, E.Offset + E.Length);
  if (E.Length == 0) { // the word before which it stands
    Old = E.File->text().substr(E.Offset);
    Old = Old.take_while([](char C) { return isAlphanumeric(C) || C == '_'; });
  }
  return !Old.empty() && Made.contains(Old);
}

/// "#x" where x was changed.
void Rewriting::checkStrings() {
  const SourceManager &SM = *Model.SM;
  for (const auto &[Loc, Made] : MadeStrings) {
    CharSourceRange Around = SM.getExpansionRange(Loc);
    Place Begin = Model.place(Around.getBegin()), End = Model.place(Around.getEnd());
    for (const LexedFile *File : Changes->files())
      for (const Edit &E : Changes->of(File)) {
        bool Inside = Begin.Kind == PlaceKind::Project &&
                      Model.Instances[Begin.Index].File == File && E.Offset >= Begin.Offset &&
                      E.Offset <= End.Offset;
        if ((Inside || File->directiveAt(E.Offset) >= 0) && isChanged(Made, E))
          reject(Loc, "this string that a macro makes of its argument",
                 "it would be another: the argument is rewritten", "write the string out");
      }
  }
}

/// Lines that come to stand elsewhere.
void Rewriting::checkLines() {
  for (SourceLocation Loc : LineNumbers) {
    Place P = Model.place(Loc);
    if (P.Kind != PlaceKind::Project)
      continue;
    const LexedFile *File = Model.Instances[P.Index].File;
    auto It = Includes.find(File);
    bool Moves = It != Includes.end() && It->second <= P.Offset;
    for (const Edit &E : Changes->of(File))
      Moves |= E.Offset < P.Offset &&
               StringRef(E.Text).count('\n') != File->text().substr(E.Offset, E.Length).count('\n');
    if (Moves)
      otherValue(Loc, "'__LINE__'", "lines are added above it");
  }
}

} // namespace opn
