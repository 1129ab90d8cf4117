// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// closure_directives.cpp - the closure's last step: pragmas and #undef
//
// Neither is needed by itself. A pragma is kept for what stands in its reach, an #undef where the
// unit would otherwise see a definition that the source did not see.
#include "closure.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;
using llvm::StringRef;
using llvm::StringSet;

namespace opn {

//===-- pragmas ---------------------------------------------------------------------------------//

namespace {
struct PragmaShape {
  std::string Family; ///< push and pop of one family match; empty: none
  enum { Push, Pop, Set, Reset, Once, File, Other } Action = Other;
};
} // namespace

static PragmaShape shapeOf(StringRef Text) {
  PragmaShape S;
  // A macro may make several: the one that opens or closes a region is what counts.
  if (Text.contains('\n')) {
    llvm::SmallVector<StringRef, 4> Lines;
    Text.split(Lines, '\n');
    for (StringRef Line : Lines) {
      S = shapeOf(Line);
      if (S.Action == PragmaShape::Push || S.Action == PragmaShape::Pop)
        break;
    }
    return S;
  }
  auto Word = [&Text] {
    Text = Text.ltrim();
    size_t N = Text.find_if_not([](char C) { return isalnum((unsigned char)C) || C == '_'; });
    StringRef W = Text.substr(0, N);
    Text = Text.drop_front(W.size());
    return W;
  };
  StringRef First = Word();
  if (First == "once") {
    S.Action = PragmaShape::Once;
  } else if (First == "pack") {
    S.Family = "pack";
    Text = Text.ltrim();
    Text.consume_front("(");
    StringRef Arg = Word();
    S.Action = Arg == "push"  ? PragmaShape::Push
               : Arg == "pop" ? PragmaShape::Pop
               : Arg.empty()  ? PragmaShape::Reset
                              : PragmaShape::Set;
  } else if (First == "push_macro" || First == "pop_macro") {
    S.Family = ("macro " + Text.trim()).str();
    S.Action = First == "push_macro" ? PragmaShape::Push : PragmaShape::Pop;
  } else if (First == "clang" || First == "GCC") {
    StringRef Kind = Word();
    if (Kind == "system_header") { // about the file that it stood in
      S.Action = PragmaShape::File;
      return S;
    }
    S.Family = Kind.str();
    StringRef Action = Word();
    S.Action = Action == "push"  ? PragmaShape::Push
               : Action == "pop" ? PragmaShape::Pop
                                 : PragmaShape::Set;
  }
  return S;
}

void Closure::resolvePragmas() {
  // Order of the translation unit; the preprocessor reported them so.
  std::vector<PragmaShape> Shapes;
  for (const PragmaUse &U : Model.Pragmas)
    Shapes.push_back(shapeOf(U.Text));
  auto ContentBetween = [&](unsigned From, unsigned To, bool RecordsOnly) {
    for (int C : Chunks.set_bits()) {
      const Chunk &K = Model.Chunks[C];
      if (K.Seq <= From || K.Seq >= To)
        continue;
      if (!RecordsOnly)
        return true;
      for (const Decl *D : K.Decls)
        if (isa<RecordDecl>(D) || isa<FunctionDecl>(D))
          return true;
    }
    for (int E : Externals.set_bits())
      if (Model.Externals[E].Seq > From && Model.Externals[E].Seq < To)
        return true;
    return false;
  };
  auto Keep = [&](unsigned I) {
    if (Pragmas.test(I))
      return;
    Pragmas.set(I);
    const PragmaUse &U = Model.Pragmas[I];
    needGuards(U.Instance, U.Extent.Begin);
    needUses(Model.Instances[U.Instance].FID, U.Extent, U.Seq, -1);
  };

  std::map<std::string, std::vector<unsigned>> Stack;
  std::vector<unsigned> End(Model.Pragmas.size(), ~0u); // where the effect of each ends
  std::vector<int> Partner(Model.Pragmas.size(), -1);
  std::map<std::string, std::vector<std::vector<unsigned>>> OpenSets;
  for (unsigned I = 0; I < Model.Pragmas.size(); ++I) {
    const PragmaShape &S = Shapes[I];
    auto &Sets = OpenSets[S.Family];
    if (Sets.empty())
      Sets.emplace_back();
    if (S.Action == PragmaShape::Push) {
      Stack[S.Family].push_back(I);
      Sets.emplace_back();
    } else if (S.Action == PragmaShape::Pop) {
      if (Sets.size() > 1) {
        for (unsigned Inner : Sets.back())
          End[Inner] = std::min(End[Inner], Model.Pragmas[I].Seq);
        Sets.pop_back();
      }
      if (!Stack[S.Family].empty()) {
        unsigned P = Stack[S.Family].back();
        Stack[S.Family].pop_back();
        End[P] = Model.Pragmas[I].Seq;
        Partner[P] = I;
      }
    } else if (S.Action == PragmaShape::Set || S.Action == PragmaShape::Reset) {
      if (S.Family == "pack")
        for (unsigned Inner : Sets.back())
          End[Inner] = std::min(End[Inner], Model.Pragmas[I].Seq);
      Sets.back().push_back(I);
    }
  }
  bool PackSet = false;
  for (unsigned I = 0; I < Model.Pragmas.size(); ++I) {
    const PragmaShape &S = Shapes[I];
    unsigned From = Model.Pragmas[I].Seq;
    switch (S.Action) {
    case PragmaShape::Once:
    case PragmaShape::Pop:
      break;
    case PragmaShape::File:
      if (KeepDirectives)
        for (int C : Chunks.set_bits())
          if (Model.Chunks[C].Instance == Model.Pragmas[I].Instance)
            Keep(I);
      break;
    case PragmaShape::Push:
      if (ContentBetween(From, End[I], S.Family == "pack")) {
        Keep(I);
        if (Partner[I] >= 0)
          Keep(Partner[I]);
      }
      break;
    case PragmaShape::Reset:
      if (PackSet && ContentBetween(From, ~0u, true))
        Keep(I);
      PackSet = false;
      break;
    case PragmaShape::Set:
      if (ContentBetween(From, End[I], S.Family == "pack")) {
        Keep(I);
        PackSet |= S.Family == "pack";
      }
      break;
    case PragmaShape::Other: {
      // "weak x" and "redefine_extname x y" are about one name.
      StringRef Words = StringRef(Model.Pragmas[I].Text).ltrim();
      if (Words.consume_front("weak") || Words.consume_front("redefine_extname")) {
        StringRef Name =
            Words.ltrim().take_while([](char C) { return isalnum((unsigned char)C) || C == '_'; });
        for (int C : Chunks.set_bits())
          for (const Decl *D : Model.Chunks[C].Decls)
            if (const auto *ND = dyn_cast<NamedDecl>(D); ND && ND->getIdentifier())
              if (ND->getName() == Name)
                Keep(I);
        break;
      }
      // Unknown reach: kept with whatever the file gives.
      bool FileKept = false;
      for (int C : Chunks.set_bits())
        FileKept |= Model.Chunks[C].Instance == Model.Pragmas[I].Instance;
      if (FileKept || ContentBetween(From, ~0u, false))
        Keep(I);
      break;
    }
    }
  }
}

//===-- renames ---------------------------------------------------------------------------------//

/// "#define X Y" above an #include gives the header's X another name, so that the project can have
/// an X of its own. Without the project's, the header's may keep its name.
bool Closure::isRename(const MacroInfo &Info, FileID FID, unsigned Offset) const {
  if (!Info.isObjectLike() || Info.getNumTokens() != 1)
    return false;
  const IdentifierInfo *To = Info.getReplacementToken(0).getIdentifierInfo();
  if (!To || To->hadMacroDefinition() || To->isKeyword(Model.PP->getLangOpts()))
    return false;
  // A condition that looks at it is another matter.
  StringRef Before = Model.SM->getBufferData(FID).take_front(Offset);
  for (;;) {
    auto [Rest, Line] = Before.rsplit('\n');
    if (Line.ltrim().starts_with("#"))
      return false;
    if (!Rest.ends_with("\\") || Rest.size() == Before.size())
      return true;
    Before = Rest;
  }
}

/// "#define X X", which says by #ifdef that there is an X: an expansion does without it.
bool Closure::isItself(const MacroUse &U, FileID FID) const {
  auto Inst = Model.InstanceOf.find(FID);
  if (Inst == Model.InstanceOf.end() || !U.Info->isObjectLike() || U.Info->getNumTokens() != 1)
    return false;
  const IdentifierInfo *To = U.Info->getReplacementToken(0).getIdentifierInfo();
  if (!To || To->getName() != U.Name)
    return false;
  if (Model.Instances[Inst->second].File->directiveAt(U.Offset) >= 0)
    return false;
  // Where it takes the place of another definition it says more.
  const clang::MacroDirective *MD = Model.PP->getLocalMacroDirectiveHistory(To);
  while (MD && (!isa<DefMacroDirective>(MD) || cast<DefMacroDirective>(MD)->getInfo() != U.Info))
    MD = MD->getPrevious();
  return MD && (!MD->getPrevious() || isa<UndefMacroDirective>(MD->getPrevious()));
}

StringSet<> Closure::wordsOfText() const {
  StringSet<> Words;
  for (int C : Chunks.set_bits()) {
    const Chunk &K = Model.Chunks[C];
    const LexedFile &F = *Model.Instances[K.Instance].File;
    for (size_t T = F.tokenAfter(K.Extent.Begin);
         T < F.tokens().size() && F.tokens()[T].Begin < K.Extent.End; ++T)
      Words.insert(F.text().substr(F.tokens()[T].Begin, F.tokens()[T].Length));
  }
  for (int M : Macros.set_bits())
    if (const MacroInfo *Info = Model.Macros[M].Info) {
      Words.insert(Model.Macros[M].Name);
      for (const Token &T : Info->tokens())
        if (T.getIdentifierInfo())
          Words.insert(T.getIdentifierInfo()->getName());
    }
  return Words;
}

/// Names in the headers' declarations that text refers to: they get into BTF, down to where a
/// pointer leads to.
StringSet<> Closure::namesOfTypes(llvm::SetVector<const Decl *> &Work) const {
  StringSet<> Names;
  auto Add = [&](const NamedDecl *D, bool Whole) {
    if (D->getIdentifier())
      Names.insert(D->getName());
    if (const auto *Constant = dyn_cast<EnumConstantDecl>(D))
      D = cast<EnumDecl>(Constant->getDeclContext());
    else if (const auto *RD = dyn_cast<RecordDecl>(D))
      D = RD->getDefinition();
    if (D && Whole && Model.place(D->getLocation()).Kind == PlaceKind::External)
      Work.insert(D);
  };
  for (const auto &[C, Uses] : UseCache)
    for (const DeclUse &U : Uses)
      Add(U.D, true);
  for (size_t I = 0; I < Work.size(); ++I) {
    const Decl *D = Work[I];
    if (const auto *Context = dyn_cast<TagDecl>(D))
      for (const Decl *Member : Context->decls())
        if (const auto *ND = dyn_cast<NamedDecl>(Member); ND && ND->getIdentifier())
          Names.insert(ND->getName());
    for (const DeclUse &U : usesOf({const_cast<Decl *>(D)}, *Model.Context))
      Add(U.D, U.Kind == UseKind::Complete || !isa<TagDecl>(D));
  }
  return Names;
}

bool Closure::resolveRenames() {
  if (llvm::all_of(Renames, [this](unsigned M) { return Macros.test(M); }))
    return false;
  llvm::SetVector<const Decl *> Decls;
  StringSet<> Words = wordsOfText(), Names = namesOfTypes(Decls);
  bool Changed = false;
  for (unsigned M : Renames) {
    if (Macros.test(M))
      continue;
    StringRef From = Model.Macros[M].Name;
    StringRef To = Model.Macros[M].Info->getReplacementToken(0).getIdentifierInfo()->getName();
    // A header behind the #undef has the name too.
    bool Twin = false;
    for (const NamedDecl *D :
         Model.Context->getTranslationUnitDecl()->lookup(Model.PP->getIdentifierInfo(From)))
      Twin |= Model.place(D->getLocation()).Kind == PlaceKind::External;
    if (!Twin && !Words.count(From) && !Words.count(To) && !Names.count(To))
      continue;
    needMacroDirective(M);
    Changed = true;
  }
  drain();
  return Changed;
}

//===-- #undef ----------------------------------------------------------------------------------//

bool Closure::mentionedAfter(StringRef Name, unsigned Seq) const {
  for (int C : Chunks.set_bits()) {
    const Chunk &K = Model.Chunks[C];
    if (K.Seq < Seq)
      continue;
    const LexedFile &F = *Model.Instances[K.Instance].File;
    for (size_t T = F.tokenAfter(K.Extent.Begin);
         T < F.tokens().size() && F.tokens()[T].Begin < K.Extent.End; ++T)
      if (F.text().substr(F.tokens()[T].Begin, F.tokens()[T].Length) == Name)
        return true;
  }
  for (int M : Macros.set_bits()) {
    const MacroLine &D = Model.Macros[M];
    if (!D.Info)
      continue;
    // A definition's words are expanded where it is used, which may be later.
    for (const Token &T : D.Info->tokens())
      if (T.getIdentifierInfo() && T.getIdentifierInfo()->getName() == Name)
        return true;
    if (D.Seq > Seq && D.Name == Name)
      return true;
  }
  return false;
}

/// Whether a header that stays an include, or one that it includes, has a #define of the name, be
/// it in force or not.
bool Closure::mayDefine(int E, StringRef Name) const {
  for (const FileEntry *Entry : Model.reach(E)) {
    auto Found = Model.FirstEntry.find(Entry);
    StringRef Text = Found == Model.FirstEntry.end() ? "" : Model.SM->getBufferData(Found->second);
    for (size_t At = 0; (At = Text.find(Name, At)) != StringRef::npos; At += Name.size())
      if (Text.take_front(At).rtrim(" \t").ends_with("define"))
        return true;
  }
  return false;
}

void Closure::resolveUndefs() {
  for (unsigned U = 0; U < Model.Macros.size(); ++U) {
    const MacroLine &Undef = Model.Macros[U];
    if (Undef.Info)
      continue;
    // The extraction that wrote a unit has seen why.
    if (isUnit(*Model.Instances[Undef.Instance].File)) {
      needMacroDirective(U);
      continue;
    }
    // What was in force before it, and does the unit have that?
    IdentifierInfo *II = Model.PP->getIdentifierInfo(Undef.Name);
    const MacroInfo *Before = nullptr;
    SourceLocation UndefLoc = Model.SM->getComposedLoc(
        Model.Instances[Undef.Instance].FID,
        Model.Instances[Undef.Instance].File->directives()[Undef.Directive].Extent.Begin);
    for (const clang::MacroDirective *MD = Model.PP->getLocalMacroDirectiveHistory(II); MD;
         MD = MD->getPrevious()) {
      if (!isa<DefMacroDirective>(MD) || MD->getLocation().isInvalid())
        continue;
      if (Model.SM->isBeforeInTranslationUnit(MD->getLocation(), UndefLoc)) {
        Before = cast<DefMacroDirective>(MD)->getInfo();
        break;
      }
    }
    if (!Before)
      continue;
    auto M = Model.MacroOf.find(Before);
    bool Present = false;
    if (M != Model.MacroOf.end()) {
      int C = Model.Macros[M->second].Chunk;
      Present = Macros.test(M->second) || (C >= 0 && Chunks.test(C));
    } else {
      Place P = Model.place(Before->getDefinitionLoc());
      if (P.Kind == PlaceKind::External) {
        // "#ifndef X" in another header may find X missing now that the header that defined it
        // first is gone.
        for (int E : Externals.set_bits())
          Present |= Model.Externals[E].Seq < Undef.Seq && mayDefine(E, Undef.Name);
      } else if (P.Kind == PlaceKind::CommandLine) {
        Present = true; // a user's command may still define it
      } else {
        Present = P.Kind == PlaceKind::Builtin;
      }
    }
    if (Present &&
        (TestedUndefined.count(Undef.Name.str()) || mentionedAfter(Undef.Name, Undef.Seq)))
      needMacroDirective(U);
  }
  drain();
}

} // namespace opn
