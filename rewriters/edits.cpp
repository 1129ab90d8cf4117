// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// edits.cpp - changes to the text of project files, collected first and applied at once
#include "edits.h"

#include "clang/Lex/Lexer.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- where text stands -----------------------------------------------------------------------//

Spot Speller::spot(SourceLocation Begin, SourceLocation End) const {
  const SourceManager &SM = *Model.SM;
  auto [FID, First] = SM.getDecomposedLoc(Begin);
  auto [EndFID, Last] = SM.getDecomposedLoc(End);
  auto It = Model.InstanceOf.find(FID);
  if (FID != EndFID || It == Model.InstanceOf.end() || Last < First)
    return {};
  Spot S;
  S.File = Model.Instances[It->second].File;
  S.Extent = {First, Last + Lexer::MeasureTokenLength(End, SM, Model.PP->getLangOpts())};
  int D = S.File->directiveAt(First);
  if (D != S.File->directiveAt(Last))
    return {};
  if (D >= 0)
    S.Macro = S.File->directives()[D].Name;
  return S;
}

Spot Speller::token(SourceLocation Loc) const {
  if (Loc.isInvalid())
    return {};
  SourceLocation L = Model.SM->getSpellingLoc(Loc);
  return spot(L, L);
}

Spot Speller::range(SourceLocation Begin, SourceLocation End) const {
  const SourceManager &SM = *Model.SM;
  if (Begin.isInvalid() || End.isInvalid())
    return {};
  // Text of an argument stands, for the body that it is put into, where the parameter is named.
  auto Outer = [&SM](SourceLocation L) {
    return SM.isMacroArgExpansion(L) ? SM.getImmediateExpansionRange(L).getBegin()
                                     : SourceLocation();
  };
  for (SourceLocation B = Begin; B.isValid(); B = B.isMacroID() ? Outer(B) : SourceLocation())
    for (SourceLocation E = End; E.isValid(); E = E.isMacroID() ? Outer(E) : SourceLocation())
      if (SM.getFileID(B) == SM.getFileID(E))
        return spot(SM.getSpellingLoc(B), SM.getSpellingLoc(E));
  return {};
}

Spot Speller::parameter(SourceLocation Begin, SourceLocation End) const {
  const SourceManager &SM = *Model.SM;
  while (Begin.isValid() && SM.isMacroArgExpansion(Begin))
    Begin = SM.getImmediateExpansionRange(Begin).getBegin();
  while (End.isValid() && SM.isMacroArgExpansion(End))
    End = SM.getImmediateExpansionRange(End).getBegin();
  return range(Begin, End);
}

Spot Speller::invocation(SourceLocation Loc, SourceLocation Other) const {
  const SourceManager &SM = *Model.SM;
  std::set<FileID> Around;
  for (SourceLocation L = Other; L.isMacroID(); L = SM.getImmediateExpansionRange(L).getBegin())
    Around.insert(SM.getFileID(L));
  SourceLocation Inside;
  for (SourceLocation L = Loc; L.isMacroID() && !Around.count(SM.getFileID(L));
       L = SM.getImmediateExpansionRange(L).getBegin())
    Inside = L;
  if (Inside.isInvalid())
    return {};
  CharSourceRange R = SM.getImmediateExpansionRange(Inside);
  return spot(SM.getSpellingLoc(R.getBegin()), SM.getSpellingLoc(R.getEnd()));
}

//===-- changes ---------------------------------------------------------------------------------//

bool Edits::replace(const Spot &S, StringRef Text, StringRef Rule) {
  auto &[Replacements, Insertions, Kept] = Files[S.File];
  if (auto K = Kept.lower_bound(S.Extent.Begin); K != Kept.end() && *K < S.Extent.End)
    return false;
  Replacement New{S.Extent.End - S.Extent.Begin, Text.str(), Rule.str()};
  auto [It, Added] = Replacements.emplace(S.Extent.Begin, New);
  if (!Added)
    return It->second.Length == New.Length && It->second.Text == New.Text;
  if (It != Replacements.begin()) {
    auto Before = std::prev(It);
    if (Before->first + Before->second.Length > S.Extent.Begin) {
      Replacements.erase(It);
      return false;
    }
  }
  if (auto After = std::next(It); After != Replacements.end() && After->first < S.Extent.End) {
    Replacements.erase(It);
    return false;
  }
  return true;
}

bool Edits::keep(const Spot &S) {
  auto &[Replacements, Insertions, Kept] = Files[S.File];
  Kept.insert(S.Extent.Begin);
  auto After = Replacements.upper_bound(S.Extent.Begin);
  if (After == Replacements.begin())
    return true;
  auto Before = std::prev(After);
  return Before->first + Before->second.Length <= S.Extent.Begin;
}

void Edits::insert(const LexedFile *File, unsigned Offset, StringRef Text, StringRef Rule,
                   bool First) {
  auto &List = Files[File].Insertions[Offset];
  for (const Insertion &I : List)
    if (I.Text == Text && I.Rule == Rule)
      return;
  List.insert(First ? List.begin() : List.end(), {Text.str(), Rule.str()});
}

std::vector<Edit> Edits::of(const LexedFile *File) const {
  std::vector<Edit> Out;
  auto It = Files.find(File);
  if (It == Files.end())
    return Out;
  auto R = It->second.Replacements.begin(), REnd = It->second.Replacements.end();
  for (const auto &[Offset, List] : It->second.Insertions) {
    for (; R != REnd && R->first < Offset; ++R)
      Out.push_back({File, R->first, R->second.Length, R->second.Text, R->second.Rule});
    for (const Insertion &I : List)
      Out.push_back({File, Offset, 0, I.Text, I.Rule});
  }
  for (; R != REnd; ++R)
    Out.push_back({File, R->first, R->second.Length, R->second.Text, R->second.Rule});
  if (File->text().contains("\r\n"))
    for (Edit &E : Out)
      for (size_t At = 0; (At = E.Text.find('\n', At)) != std::string::npos; At += 2)
        E.Text.insert(At, 1, '\r');
  return Out;
}

std::set<const LexedFile *> Edits::files() const {
  std::set<const LexedFile *> Out;
  for (const auto &[File, List] : Files)
    if (!List.Replacements.empty() || !List.Insertions.empty())
      Out.insert(File);
  return Out;
}

std::string applied(const LexedFile *File, const std::vector<Edit> &Edits) {
  std::string Out;
  unsigned At = 0;
  for (const Edit &E : Edits) {
    Out += File->text().slice(At, E.Offset);
    Out += E.Text;
    At = E.Offset + E.Length;
  }
  Out += File->text().substr(At);
  return Out;
}

} // namespace opn
