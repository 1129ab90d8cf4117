// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// closure_headers.cpp - what of a unit is there for the sake of headers that stay includes
//
// A header may test a macro of the command line without any effect on what the unit takes from it,
// and a macro may be defined by several headers alike. The headers' text is looked at here, but
// only as words: what cannot be told apart that way counts as needed.
#include "closure.h"

#include "clang/AST/ASTContext.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;
using llvm::StringRef;
using llvm::StringSet;

namespace opn {

//===-- words -----------------------------------------------------------------------------------//

template <typename Visit> static void eachWord(StringRef Text, Visit Do) {
  auto IsWord = [](char C) { return isalnum(static_cast<unsigned char>(C)) || C == '_'; };
  while (!Text.empty()) {
    StringRef Word = Text.take_while(IsWord);
    if (!Word.empty() && !isdigit(static_cast<unsigned char>(Word[0])))
      Do(Word);
    Text = Text.drop_front(std::max<size_t>(Word.size(), 1));
  }
}

static bool mentions(StringRef Text, const StringSet<> &Names) {
  bool Found = false;
  eachWord(Text, [&](StringRef Word) { Found |= Names.contains(Word); });
  return Found;
}

/// Words of the unit, of what it refers to in headers, and of the macros among them.
StringSet<> Closure::wordsInUse() const {
  StringSet<> Words = wordsOfText();
  llvm::SetVector<const Decl *> Decls;
  for (const auto &Name : namesOfTypes(Decls))
    Words.insert(Name.getKey());
  for (const Decl *D : Decls) {
    CharSourceRange R = Model.SM->getExpansionRange(D->getSourceRange());
    auto [BeginFID, Begin] = Model.SM->getDecomposedLoc(R.getBegin());
    auto [EndFID, End] = Model.SM->getDecomposedLoc(R.getEnd());
    if (BeginFID == EndFID && Begin <= End)
      eachWord(Model.SM->getBufferData(BeginFID).slice(Begin, End),
               [&](StringRef Word) { Words.insert(Word); });
  }
  std::vector<std::string> Work;
  for (const auto &Word : Words)
    Work.push_back(Word.getKey().str());
  while (!Work.empty()) {
    IdentifierInfo *II = Model.PP->getIdentifierInfo(Work.back());
    Work.pop_back();
    if (!II->hadMacroDefinition())
      continue;
    for (const clang::MacroDirective *MD = Model.PP->getLocalMacroDirectiveHistory(II); MD;
         MD = MD->getPrevious()) {
      const auto *Def = dyn_cast<DefMacroDirective>(MD);
      if (!Def)
        continue;
      for (const Token &T : Def->getInfo()->tokens())
        if (T.getIdentifierInfo() && Words.insert(T.getIdentifierInfo()->getName()).second)
          Work.push_back(T.getIdentifierInfo()->getName().str());
    }
  }
  return Words;
}

//===-- settings --------------------------------------------------------------------------------//

/// The function in whose body an offset lies; empty: none, or not to be told.
static StringRef functionAround(const LexedFile &F, unsigned Offset) {
  llvm::ArrayRef<RawToken> Toks = F.tokens();
  auto Count = [&](tok::TokenKind Kind) {
    return llvm::count_if(Toks, [Kind](const RawToken &T) { return T.Kind == Kind; });
  };
  if (Count(tok::l_brace) != Count(tok::r_brace))
    return {};
  StringRef Outer;
  int Braces = 0;
  for (size_t T = F.tokenAfter(Offset); T-- > 0;) {
    if (Toks[T].Kind == tok::r_brace)
      ++Braces;
    if (Toks[T].Kind != tok::l_brace || Braces-- > 0)
      continue;
    Braces = 0;
    int Parens = 0;
    for (size_t U = T; U-- > 1 && (U + 1 == T ? Toks[U].Kind == tok::r_paren : Parens > 0);) {
      Parens += Toks[U].Kind == tok::r_paren ? 1 : Toks[U].Kind == tok::l_paren ? -1 : 0;
      if (Parens == 0 && Toks[U - 1].Kind == tok::raw_identifier)
        Outer = F.text({Toks[U - 1].Begin, Toks[U - 1].end()});
    }
  }
  return Outer;
}

/// May a macro that only headers test change what the unit takes from them? Everything is followed
/// that a conditional about it defines, in any branch.
bool Closure::settingMatters(StringRef Name, const StringSet<> &Used) const {
  struct Header {
    StringRef Text;
    size_t Searched = 0; // how many of the names were looked for
    std::unique_ptr<LexedFile> File;
  };
  std::vector<Header> Headers;
  std::set<const FileEntry *> Seen;
  for (int E : Externals.set_bits())
    for (const FileEntry *Entry : Model.reach(E))
      if (auto Found = Model.FirstEntry.find(Entry);
          Found != Model.FirstEntry.end() && Seen.insert(Entry).second)
        Headers.push_back({Model.SM->getBufferData(Found->second), 0, nullptr});

  StringSet<> Depends;
  std::vector<std::string> Names;
  auto AddName = [&](StringRef New) {
    if (Depends.insert(New).second)
      Names.push_back(New.str());
  };
  AddName(Name);
  std::set<std::pair<const LexedFile *, int>> Affected;
  // A header is read as soon as it mentions one of the names; vmlinux.h is large.
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (Header &H : Headers) {
      while (!H.File && H.Searched < Names.size())
        if (H.Text.contains(Names[H.Searched++]))
          H.File = std::make_unique<LexedFile>("", H.Text, Model.PP->getLangOpts());
      if (!H.File)
        continue;
      const LexedFile *F = H.File.get();
      // Where it is expanded, the header does not compile without it.
      for (const RawToken &T : F->tokens())
        if (T.Kind == tok::raw_identifier && Depends.contains(F->text({T.Begin, T.end()})))
          return true;
      size_t Before = Names.size() + Affected.size();
      for (const Directive &D : F->directives())
        if (D.Kind == tok::pp_define && mentions(F->text(D.Extent), Depends))
          AddName(D.Name);
      for (int G = 0; G < int(F->groups().size()); ++G) {
        if (G == F->includeGuard() || Affected.count({F, G}) ||
            llvm::none_of(F->groups()[G].Directives, [&](unsigned D) {
              return mentions(F->text(F->directives()[D].Extent), Depends);
            }))
          continue;
        Affected.insert({F, G});
        Range Extent = F->groupExtent(G);
        for (const Directive &D : F->directives()) {
          if (!Extent.contains(D.Extent.Begin))
            continue;
          if (D.Kind == tok::pp_define || D.Kind == tok::pp_undef)
            AddName(D.Name);
          else if (D.Group < 0) // an #include, an #error, a #pragma
            return true;
        }
      }
      Changed |= Names.size() + Affected.size() > Before;
    }
  }
  if (llvm::any_of(Names, [&](StringRef Word) { return Used.contains(Word); }))
    return true;
  for (const auto &[F, G] : Affected) {
    Range Extent = F->groupExtent(G);
    StringRef Function = functionAround(*F, Extent.Begin);
    if (!Function.empty() && !Used.contains(Function))
      continue;
    llvm::ArrayRef<RawToken> Toks = F->tokens();
    for (size_t T = F->tokenAfter(Extent.Begin); T + 1 < Toks.size() && Toks[T].Begin < Extent.End;
         ++T) {
      if (Toks[T].Kind != tok::raw_identifier ||
          !llvm::is_contained({tok::semi, tok::l_paren, tok::l_brace, tok::l_square, tok::comma,
                               tok::equal, tok::colon, tok::r_brace},
                              Toks[T + 1].Kind))
        continue; // declares nothing
      StringRef Word = F->text({Toks[T].Begin, Toks[T].end()});
      if (Used.contains(Word) &&
          !Model.PP->getIdentifierInfo(Word)->isKeyword(Model.PP->getLangOpts()))
        return true;
    }
  }
  return false;
}

void Closure::resolveSettings() {
  std::optional<StringSet<>> Used;
  for (const std::string &Name : HeaderSettings) {
    if (CommandLineMacros.count(Name))
      continue;
    if (!Used)
      Used = wordsInUse();
    if (settingMatters(Name, *Used))
      CommandLineMacros.insert(Name);
  }
}

//===-- macros that several headers define ------------------------------------------------------//

/// Equal but for the spelling of keywords and attributes: "__inline" and "inline".
bool Closure::meanSame(const MacroInfo &A, const MacroInfo &B) const {
  if (A.isFunctionLike() != B.isFunctionLike() || A.isVariadic() != B.isVariadic() ||
      A.getNumParams() != B.getNumParams() || A.getNumTokens() != B.getNumTokens())
    return false;
  int Depth = -1; // of parentheses behind __attribute__
  for (unsigned I = 0; I < A.getNumTokens(); ++I) {
    const Token &L = A.getReplacementToken(I), &R = B.getReplacementToken(I);
    if (L.getKind() != R.getKind())
      return false;
    if (L.is(tok::kw___attribute))
      Depth = 0;
    else if (Depth >= 0 && L.isOneOf(tok::l_paren, tok::r_paren)) {
      Depth += L.is(tok::l_paren) ? 1 : -1;
      if (Depth == 0)
        Depth = -1;
    }
    const IdentifierInfo *LName = L.getIdentifierInfo(), *RName = R.getIdentifierInfo();
    if (!LName != !RName)
      return false;
    if (!LName) {
      if (L.isLiteral() && Model.PP->getSpelling(L) != Model.PP->getSpelling(R))
        return false;
      continue;
    }
    int Parameter = A.getParameterNum(LName);
    if (Parameter != B.getParameterNum(RName))
      return false;
    if (Parameter >= 0 || LName->isKeyword(Model.PP->getLangOpts()))
      continue;
    auto Bare = [Depth](StringRef Name) {
      if (Depth > 0 && Name.size() > 4 && Name.starts_with("__") && Name.ends_with("__"))
        return Name.drop_front(2).drop_back(2);
      return Name;
    };
    if (Bare(LName->getName()) != Bare(RName->getName()))
      return false;
  }
  return true;
}

/// The headers that give a macro the same meaning, one after the other up to the definition in
/// question: with any of them it is in force.
const std::set<const FileEntry *> &Closure::twinsOf(StringRef Name, const MacroInfo &Info) {
  auto [It, New] = Twins.try_emplace(&Info);
  const clang::MacroDirective *MD =
      New ? Model.PP->getLocalMacroDirectiveHistory(Model.PP->getIdentifierInfo(Name)) : nullptr;
  bool Begun = false;
  FileID Next; // where the definition stands that comes after
  for (; MD; MD = MD->getPrevious()) {
    const auto *Def = dyn_cast<DefMacroDirective>(MD);
    Begun |= Def && Def->getInfo() == &Info;
    if (!Begun)
      continue;
    Place P = Model.place(MD->getLocation());
    if (P.Kind != PlaceKind::External ||
        (Def ? !meanSame(Info, *Def->getInfo()) : isa<UndefMacroDirective>(MD) && Next != P.FID))
      break;
    if (const FileEntry *File = Model.SM->getFileEntryForID(P.FID); Def && File)
      It->second.insert(File);
    Next = P.FID;
  }
  return It->second;
}

} // namespace opn
