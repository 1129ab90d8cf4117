// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// closure.cpp - compute what a target needs
//
// A worklist over chunks finds everything whose need is certain. What depends on the rest is
// settled afterwards, in rounds until nothing changes: records that are only named, and which
// #include provides what a system header defines. Pragmas, #undef and static assertions come last:
// they are kept for what is kept.
//
// Emitted text is a subset of the translation unit in its order, so a macro that is not defined at
// a test stays undefined, and a definition in force stays the one in force.
#include "closure.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Lex/Preprocessor.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

Closure::Closure(const SourceModel &Model, bool KeepDirectives)
    : Chunks(Model.Chunks.size()), Externals(Model.Externals.size()), Macros(Model.Macros.size()),
      Pragmas(Model.Pragmas.size()), Groups(Model.Instances.size()), Model(Model),
      KeepDirectives(KeepDirectives) {}

void Closure::need(const NamedDecl *Target) {
  // As something behind the end of the source would use it: with every declaration that counts.
  needDecl({Target, UseKind::Value}, ~0u, -1, -1);
  drain();
}

void Closure::needRecord(const RecordDecl *Definition) {
  needDecl({Definition, UseKind::Complete}, ~0u, -1, -1);
  drain();
}

void Closure::finish() {
  do
    drain();
  while (resolveExternals() || resolveNamed() || resolveImplied() || resolveFileAsm() ||
         resolveRenames());
  resolveStaticAsserts();
  resolvePragmas();
  do
    drain();
  while (resolveExternals() || resolveNamed() || resolveImplied() || resolveFileAsm() ||
         resolveRenames());
  resolveTagged();
  resolveUndefs();
  resolveSettings();
}

void Closure::drain() {
  while (!Work.empty()) {
    int C = Work.back();
    Work.pop_back();
    processChunk(C);
  }
}

void Closure::needChunk(int C) {
  if (Chunks.test(C))
    return;
  Chunks.set(C);
  Work.push_back(C);
}

void Closure::processChunk(int C) {
  const Chunk &K = Model.Chunks[C];
  needGuards(K.Instance, K.Extent.Begin);
  needText(K.Instance, K.Extent, K.Seq);
  auto Found = UseCache.find(C);
  if (Found == UseCache.end())
    Found = UseCache.emplace(C, usesOf(K.Decls, *Model.Context)).first;
  for (const DeclUse &U : Found->second)
    needDecl(U, K.Seq, C, -1);
}

void Closure::needText(int Inst, Range R, unsigned Seq) {
  needUses(Model.Instances[Inst].FID, R, Seq, -1);
  for (unsigned Child : Model.Instances[Inst].Children)
    if (R.contains(Model.Instances[Child].IncludeOffset))
      needText(Child, {0, unsigned(Model.Instances[Child].File->text().size())}, Seq);
  for (unsigned E = 0; E < Model.Externals.size(); ++E)
    if (Model.Externals[E].Parent == Inst && R.contains(Model.Externals[E].IncludeOffset))
      needExternal(E);
}

void Closure::needUses(FileID FID, Range R, unsigned Seq, int UserExternal) {
  for (const MacroUse &U : Model.usesIn(FID, R)) {
    if (!U.Info) {
      TestedUndefined.insert(U.Name.str());
      continue;
    }
    if (isItself(U, FID))
      continue;
    auto It = Model.MacroOf.find(U.Info);
    if (It != Model.MacroOf.end() && UserExternal >= 0 && isRename(*U.Info, FID, U.Offset))
      Renames.insert(It->second);
    else if (It != Model.MacroOf.end())
      needMacroDirective(It->second);
    else if (Place P = Model.place(U.Info->getDefinitionLoc()); P.Kind == PlaceKind::External)
      require(P.Index, P.FID, Seq, UserExternal, twinsOf(U.Name, *U.Info));
    else if (P.Kind == PlaceKind::CommandLine)
      (UserExternal < 0 ? CommandLineMacros : HeaderSettings).insert(U.Name.str());
  }
}

void Closure::needMacroDirective(unsigned M) {
  if (Macros.test(M))
    return;
  Macros.set(M);
  const MacroLine &D = Model.Macros[M];
  needGuards(D.Instance, Model.Instances[D.Instance].File->directives()[D.Directive].Extent.Begin);
}

void Closure::needGuards(int Inst, unsigned Offset) {
  const Instance &I = Model.Instances[Inst];
  for (int G = I.File->groupAt(Offset); G >= 0; G = I.File->groups()[G].Enclosing) {
    // The include guard of a header that is entered once says nothing any more.
    if (G == I.File->includeGuard() && Inst != 0)
      continue;
    if (!Groups[Inst].insert(G).second)
      continue;
    for (unsigned D : I.File->groups()[G].Directives)
      needUses(I.FID, I.File->directives()[D].Extent, 0, -1);
  }
  if (I.Parent < 0)
    return;
  int Include = Model.Instances[I.Parent].File->directiveAt(I.IncludeOffset);
  if (Include >= 0 && KeepDirectives)
    needUses(Model.Instances[I.Parent].FID,
             Model.Instances[I.Parent].File->directives()[Include].Extent, 0, -1);
  needGuards(I.Parent, I.IncludeOffset);
}

void Closure::needExternal(int E) {
  if (Externals.test(E))
    return;
  Externals.set(E);
  const External &X = Model.Externals[E];
  if (X.Parent >= 0) {
    const Instance &Parent = Model.Instances[X.Parent];
    needGuards(X.Parent, X.IncludeOffset);
    int D = Parent.File->directiveAt(X.IncludeOffset);
    if (D >= 0)
      needUses(Parent.FID, Parent.File->directives()[D].Extent, X.Seq, -1);
  }
  // The headers' own needs: settings that they test, declarations that an earlier header gave them.
  // That counts for every file that this #include brings, whichever #include entered it here.
  std::vector<FileID> Files;
  const std::set<const FileEntry *> &Reach = Model.reach(E);
  for (const auto &Entry : Model.ExternalOf)
    if (Entry.second == E || Reach.count(Model.SM->getFileEntryForID(Entry.first)))
      Files.push_back(Entry.first);
  std::sort(Files.begin(), Files.end());
  for (FileID FID : Files)
    if (Model.Uses.count(FID))
      needUses(FID, {0, ~0u}, X.Seq, E);
  bool First = true;
  for (const Chunk &C : Model.Chunks)
    First &= C.Seq > X.Seq;
  for (unsigned O = 0; O < Model.Externals.size(); ++O)
    First &= int(O) == E || Model.Externals[O].Seq > X.Seq || Model.ExternalDecls[O].empty();
  if (First)
    return;
  std::vector<Decl *> Decls;
  for (unsigned O = 0; O < Model.Externals.size(); ++O)
    for (Decl *D : Model.ExternalDecls[O])
      if (int(O) == E ||
          std::binary_search(Files.begin(), Files.end(), Model.place(D->getBeginLoc()).FID))
        Decls.push_back(D);
  for (const DeclUse &U : usesOf(Decls, *Model.Context))
    needDecl(U, X.Seq, -1, E);
}

void Closure::require(int Physical, FileID FID, unsigned Seq, int UserExternal,
                      const std::set<const FileEntry *> &Twins) {
  const FileEntry *File = Model.SM->getFileEntryForID(FID);
  if (!File)
    return;
  if (UserExternal >= 0) {
    if (Physical == UserExternal)
      return;
    if (Model.reach(UserExternal).count(File))
      return; // it brings the file along itself
  }
  if (Seq == 0)
    Seq = Model.Externals[Physical].Seq + 1;
  auto [It, New] = Required.try_emplace(File, Requirement{File, Seq, Physical, Twins});
  if (New)
    return;
  It->second.Seq = std::min(It->second.Seq, Seq);
  for (auto Twin = It->second.Twins.begin(); Twin != It->second.Twins.end();)
    Twin = Twins.count(*Twin) ? std::next(Twin) : It->second.Twins.erase(Twin);
}

/// The declaration of a function or variable that defines it, where there is one.
static const NamedDecl *definitionOf(const NamedDecl *D) {
  if (const auto *FD = dyn_cast<FunctionDecl>(D))
    return FD->getDefinition();
  if (const auto *VD = dyn_cast<VarDecl>(D)) {
    if (const VarDecl *Def = VD->getDefinition())
      return Def;
    for (const VarDecl *R : VD->redecls()) // only a tentative one knows which of them acts
      if (R->isThisDeclarationADefinition() == VarDecl::TentativeDefinition)
        return const_cast<VarDecl *>(R)->getActingDefinition();
  }
  return nullptr;
}

/// The attributes that a declaration spells, as text; what a function that does not spell them
/// inherits as well counts among them.
static std::set<std::string> ownAttributes(const Decl *D) {
  std::set<std::string> Texts;
  if (const auto *FD = dyn_cast<FunctionDecl>(D)) {
    if (FD->getStorageClass() == SC_Static)
      Texts.insert("static");
    if (FD->isInlineSpecified())
      Texts.insert("inline");
  }
  for (const Attr *A : D->attrs()) {
    if (A->isInherited() || A->isImplicit())
      continue;
    std::string Text;
    llvm::raw_string_ostream OS(Text);
    A->printPretty(OS, D->getASTContext().getPrintingPolicy());
    Texts.insert(OS.str());
  }
  return Texts;
}

void Closure::needDecl(const DeclUse &U, unsigned Seq, int UserChunk, int UserExternal) {
  const NamedDecl *D = U.D;
  auto NeedOne = [&](const Decl *One) {
    if (!One)
      return;
    Place P = Model.place(One->getLocation());
    if (P.Kind == PlaceKind::External)
      require(P.Index, P.FID, Seq, UserExternal);
    else if (int C = Model.chunkAt(P); C >= 0)
      needChunk(C);
  };

  if (const auto *RD = dyn_cast<RecordDecl>(D)) {
    const RecordDecl *Def = RD->getDefinition();
    if (U.Kind == UseKind::Tagged || U.Kind == UseKind::Contained) {
      if (Def && UserChunk >= 0)
        (U.Kind == UseKind::Tagged ? Tagged : Contained).insert(Def);
      return;
    }
    if (U.Kind == UseKind::Described)
      return;
    bool Unnamed = !RD->getIdentifier();
    if (Def && (U.Kind == UseKind::Complete || Unnamed)) {
      NeedOne(Def);
      return;
    }
    if (UserChunk >= 0 || UserExternal < 0)
      NamedUses.push_back({RD, Seq, UserChunk, U.Kind == UseKind::NamedInPrototype});
    return;
  }
  if (!isa<FunctionDecl, VarDecl>(D)) {
    NeedOne(D);
    return;
  }

  const auto *FD = dyn_cast<FunctionDecl>(D);
  if (FD && FD->getBuiltinID() && FD->isImplicit())
    return;
  if (FD)
    (U.Kind == UseKind::Implied ? Implied : Called).insert(FD->getCanonicalDecl());
  const NamedDecl *Def = definitionOf(D);
  int DefChunk = Def ? Model.chunkOf(Def) : -1;
  // Below sizeof, typeof and the like a name needs no definition.
  if (!Def && D->isUsed(/*CheckUsedAttr=*/false))
    Undefined.insert(cast<NamedDecl>(D->getCanonicalDecl()));
  else
    NeedOne(Def);
  // The declaration that the use sees, where the definition comes later or never.
  bool DefinedBefore = DefChunk >= 0 ? Model.Chunks[DefChunk].Seq <= Seq : Def != nullptr;
  const Decl *Seen = D;
  if (!DefinedBefore) {
    // The use may see the last declaration while an earlier one serves as well.
    for (const Decl *R : D->redecls()) {
      int C = Model.chunkOf(R);
      if (C >= 0 && Chunks.test(C) && Model.Chunks[C].Seq <= Seq && C != UserChunk)
        Seen = R;
    }
    NeedOne(Seen);
  }
  // Attributes (weak, noinline, section) may be spelled on any declaration, and on several alike.
  std::set<std::string> Spelled = ownAttributes(DefinedBefore ? Def : Seen);
  for (const Decl *R : D->redecls()) {
    if (R == Def || !R->getLocation().isValid())
      continue;
    std::set<std::string> Own = ownAttributes(R);
    if (std::includes(Spelled.begin(), Spelled.end(), Own.begin(), Own.end()))
      continue;
    NeedOne(R);
    Spelled.merge(Own);
  }
  // Of what is only declared, clang takes the linkage (weak or not) from the first declaration.
  const Decl *First = D->getCanonicalDecl();
  std::set<std::string> SeenOwn = ownAttributes(Seen);
  if (!Def && First != Seen && First->getLocation().isValid() &&
      (Spelled != SeenOwn || ownAttributes(First) != SeenOwn))
    NeedOne(First);
}

/// LLVM describes an extern in BTF where C code calls it, not where assembly takes it as an
/// operand; without that libbpf cannot resolve it. Some sources have a function for the purpose,
/// marked as used: it belongs to such a use. Where only other functions name it, which are not
/// needed, the unit gets such a function from us.
bool Closure::resolveImplied() {
  for (const FunctionDecl *D : Implied) {
    if (Called.count(D) || Described.count(D) || D->getDefinition())
      continue;
    bool Elsewhere = false;
    for (unsigned C = 0; C < Model.Chunks.size(); ++C)
      for (const Decl *User : Model.Chunks[C].Decls) {
        const auto *FD = dyn_cast<FunctionDecl>(User);
        if (!FD || !FD->doesThisDeclarationHaveABody())
          continue;
        bool Names = false;
        for (const DeclUse &U : usesOf({const_cast<Decl *>(User)}, *Model.Context))
          Names |= U.Kind == UseKind::Value && U.D->getCanonicalDecl() == D;
        if (Names && FD->hasAttr<UsedAttr>() && !FD->hasAttr<SectionAttr>()) {
          needChunk(C);
          drain();
          return true;
        }
        Elsewhere |= Names;
      }
    if (Elsewhere)
      Described.insert(D);
  }
  return false;
}

//===-- rounds ----------------------------------------------------------------------------------//

bool Closure::resolveNamed() {
  for (const NamedUse &N : NamedUses) {
    auto Serves = [&](const Decl *R) {
      Place P = Model.place(R->getLocation());
      if (P.Kind == PlaceKind::External) {
        const FileEntry *File = Model.SM->getFileEntryForID(P.FID);
        for (int E : Externals.set_bits())
          if (Model.Externals[E].Seq < N.Seq && Model.reach(E).count(File))
            return true;
        return false;
      }
      int C = Model.chunkAt(P);
      return C >= 0 && Chunks.test(C) && Model.Chunks[C].Seq <= N.Seq;
    };
    // Outside of parameter lists the first mention declares the record where it must.
    if (!N.InPrototype)
      continue;
    bool Done = false;
    const Decl *Forward = nullptr, *Mention = nullptr, *Outside = nullptr;
    for (const Decl *R : N.D->redecls()) {
      // A mention in the user's own parameter list is no declaration to rely on.
      Place P = Model.place(R->getLocation());
      int C = Model.chunkAt(P);
      if (Serves(R)) {
        Done = true;
        break;
      }
      if (P.Kind == PlaceKind::External && Model.Externals[P.Index].Seq < N.Seq)
        Outside = R;
      if (C < 0 || Model.Chunks[C].Seq > N.Seq)
        continue;
      if (Model.Chunks[C].Decls.size() == 1 && !cast<TagDecl>(R)->isThisDeclarationADefinition())
        Forward = Forward ? Forward : R;
      else if (!Mention || cast<TagDecl>(R)->isThisDeclarationADefinition())
        Mention = R;
    }
    if (Done)
      continue;
    if (Forward) {
      needChunk(Model.chunkOf(Forward));
      return true;
    }
    if (Mention) {
      needChunk(Model.chunkOf(Mention));
      return true;
    }
    if (Outside) {
      Place P = Model.place(Outside->getLocation());
      const FileEntry *File = Model.SM->getFileEntryForID(P.FID);
      if (!Required.count(File)) {
        require(P.Index, P.FID, N.Seq, -1);
        return true;
      }
    }
  }
  return false;
}

bool Closure::resolveExternals() {
  auto Provides = [&](unsigned E, const Requirement &R) {
    const External &X = Model.Externals[E];
    return X.Parent >= -1 && X.Seq < R.Seq &&
           (int(E) == R.Physical || Model.reach(E).count(R.File) ||
            llvm::any_of(
                R.Twins, [&](const FileEntry *Twin) { return Model.reach(E).count(Twin); }));
  };
  std::vector<const Requirement *> Open;
  for (const auto &Entry : Required) {
    bool Covered = false;
    for (int E : Externals.set_bits())
      Covered |= Provides(E, Entry.second);
    if (!Covered)
      Open.push_back(&Entry.second);
  }
  if (Open.empty())
    return false;

  // What only one #include can give decides first; then the one that gives most, of those the one
  // that drags in least.
  int Best = -1;
  size_t BestGain = 0, BestReach = 0;
  unsigned Forced = ~0u;
  std::vector<size_t> Gain(Model.Externals.size());
  for (const Requirement *R : Open) {
    int Only = -1, Count = 0;
    for (unsigned E = 0; E < Model.Externals.size(); ++E)
      if (Provides(E, *R)) {
        ++Gain[E];
        ++Count;
        Only = E;
      }
    if (Count == 0)
      Only = R->Physical; // used before its include: cannot be, but never lose it
    if (Count <= 1 && Model.Externals[Only].Seq < Forced) {
      Forced = Model.Externals[Only].Seq;
      Best = Only;
    }
  }
  if (Best < 0)
    for (unsigned E = 0; E < Model.Externals.size(); ++E) {
      if (!Gain[E])
        continue;
      size_t Reach = Model.reach(E).size();
      if (Best < 0 || Gain[E] > BestGain || (Gain[E] == BestGain && Reach < BestReach)) {
        Best = E;
        BestGain = Gain[E];
        BestReach = Reach;
      }
    }
  needExternal(Best);
  return true;
}

/// LLVM writes the target of a tagged pointer inside a map's value as a mere forward declaration,
/// and what only a tag says to be in a list not at all, unless a prototype, a variable or a
/// relocation names it too; the kernel wants to see a struct (kernel/bpf/btf.c: btf_find_kptr(),
/// btf_find_graph_root()). Where only functions that are not needed name it, the unit gets a
/// prototype from us; where none does, the source has a forward declaration as well.
void Closure::resolveTagged() {
  using Records = llvm::SetVector<const RecordDecl *>;
  auto AddUses = [this](unsigned C, Records &To) {
    for (const DeclUse &U : usesOf(Model.Chunks[C].Decls, *Model.Context))
      if (U.Kind == UseKind::Described)
        To.insert(cast<RecordDecl>(U.D));
  };
  auto AddSignature = [](const FunctionDecl *FD, Records &To) {
    auto Add = [&To](QualType T) {
      const RecordDecl *RD = T->isPointerType() ? T->getPointeeType()->getAsRecordDecl() : nullptr;
      if (RD && RD->getDefinition())
        To.insert(RD->getDefinition());
    };
    Add(FD->getReturnType());
    for (const ParmVarDecl *P : FD->parameters())
      Add(P->getType());
  };
  // A record describes what it holds by value.
  auto AddMembers = [](Records &To) {
    for (size_t I = 0; I < To.size(); ++I)
      for (const FieldDecl *F : To[I]->fields())
        if (const auto *RT = F->getType()->getBaseElementTypeUnsafe()->getAs<RecordType>())
          if (const RecordDecl *RD = RT->getDecl()->getDefinition())
            To.insert(RD);
  };
  if (Tagged.empty() && Contained.empty())
    return;
  Records Here;
  for (int C : Chunks.set_bits())
    AddUses(C, Here);
  for (const FunctionDecl *FD : Called)
    if (!FD->getDefinition())
      AddSignature(FD, Here);
  for (const FunctionDecl *FD : Described)
    AddSignature(FD, Here);
  AddMembers(Here);
  Records Missing;
  for (const auto *Set : {&Tagged, &Contained})
    for (const RecordDecl *RD : *Set)
      if (RD->getIdentifier() && !Here.count(RD))
        Missing.insert(RD);
  Records Original;
  for (unsigned C = 0; !Missing.empty() && C < Model.Chunks.size(); ++C) {
    AddUses(C, Original);
    for (const DeclUse &U : usesOf(Model.Chunks[C].Decls, *Model.Context))
      if (const auto *FD = dyn_cast<FunctionDecl>(U.D); FD && !FD->getDefinition())
        AddSignature(FD, Original);
  }
  AddMembers(Original);
  for (const RecordDecl *RD : Missing)
    if (Original.count(RD))
      DescribedTypes.insert(RD);
}

/// Assembly between functions defines and uses symbols by name: it belongs to whoever names one of
/// them.
bool Closure::resolveFileAsm() {
  for (unsigned C = 0; C < Model.Chunks.size(); ++C) {
    const Chunk &K = Model.Chunks[C];
    if (Chunks.test(C) || K.Decls.empty() || !isa<FileScopeAsmDecl>(K.Decls.front()))
      continue;
    for (const DeclUse &U : usesOf(K.Decls, *Model.Context)) {
      int T = Model.chunkOf(U.D);
      if ((T >= 0 && Chunks.test(T)) || Undefined.count(cast<NamedDecl>(U.D->getCanonicalDecl()))) {
        needChunk(C);
        drain();
        return true;
      }
    }
  }
  return false;
}

void Closure::resolveStaticAsserts() {
  for (unsigned C = 0; C < Model.Chunks.size(); ++C) {
    const Chunk &K = Model.Chunks[C];
    if (Chunks.test(C) || K.Decls.empty() ||
        !std::all_of(K.Decls.begin(), K.Decls.end(),
                     [](const Decl *D) { return isa<StaticAssertDecl>(D); }))
      continue;
    // It guards a fact about what is kept, and must not drag in anything else.
    bool About = false, Foreign = false;
    for (const DeclUse &U : usesOf(K.Decls, *Model.Context)) {
      const Decl *D = U.D;
      if (const auto *RD = dyn_cast<RecordDecl>(D))
        D = RD->getDefinition() ? RD->getDefinition() : RD;
      else if (const NamedDecl *Def = definitionOf(U.D))
        D = Def;
      Place P = Model.place(D->getLocation());
      int T = Model.chunkAt(P);
      if (T >= 0)
        (Chunks.test(T) ? About : Foreign) = true;
      else if (P.Kind == PlaceKind::External)
        Foreign |= !Required.count(Model.SM->getFileEntryForID(P.FID));
    }
    for (const MacroUse &U : Model.usesIn(Model.Instances[K.Instance].FID, K.Extent)) {
      if (!U.Info)
        continue;
      auto M = Model.MacroOf.find(U.Info);
      Place P = Model.place(U.Info->getDefinitionLoc());
      if (M != Model.MacroOf.end())
        About |= Macros.test(M->second);
      else if (P.Kind == PlaceKind::External)
        Foreign |= !Required.count(Model.SM->getFileEntryForID(P.FID));
    }
    if (About && !Foreign)
      needChunk(C);
  }
  drain();
}

} // namespace opn
