// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// collect.cpp - record what the preprocessor and the parser see
//
// Input: a CompilerInstance before its parse. Output: a SourceModel. Facts only; what is needed for
// a target is decided in closure.cpp. Nothing here looks into the text of external headers: with
// vmlinux.h they are most of the input.
#include "source_model.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- model queries ---------------------------------------------------------------------------//

Place SourceModel::place(SourceLocation Loc) const {
  Place P;
  if (Loc.isInvalid())
    return P;
  auto [FID, Offset] = SM->getDecomposedLoc(SM->getExpansionLoc(Loc));
  P.FID = FID;
  P.Offset = Offset;
  auto I = InstanceOf.find(FID);
  if (I != InstanceOf.end()) {
    P.Kind = PlaceKind::Project;
    P.Index = I->second;
    return P;
  }
  auto E = ExternalOf.find(FID);
  if (E != ExternalOf.end()) {
    P.Kind = PlaceKind::External;
    P.Index = E->second;
    return P;
  }
  if (FID == PP->getPredefinesFileID())
    P.Kind = SM->isWrittenInCommandLineFile(Loc) ? PlaceKind::CommandLine : PlaceKind::Builtin;
  return P;
}

int SourceModel::chunkAt(int Inst, unsigned Offset) const {
  const std::vector<unsigned> &List = Instances[Inst].Chunks;
  auto It = std::upper_bound(List.begin(), List.end(), Offset, [this](unsigned O, unsigned C) {
    return O < Chunks[C].Extent.Begin;
  });
  if (It == List.begin())
    return -1;
  --It;
  return Chunks[*It].Extent.contains(Offset) ? int(*It) : -1;
}

int SourceModel::chunkAt(const Place &P) const {
  if (P.Kind != PlaceKind::Project)
    return -1;
  for (int Inst = P.Index; Inst >= 0; Inst = Instances[Inst].Parent)
    if (Instances[Inst].Chunk >= 0)
      return Instances[Inst].Chunk;
  return chunkAt(P.Index, P.Offset);
}

int SourceModel::chunkOf(const Decl *D) const { return chunkAt(place(D->getLocation())); }

llvm::ArrayRef<MacroUse> SourceModel::usesIn(FileID FID, Range R) const {
  auto It = Uses.find(FID);
  if (It == Uses.end())
    return {};
  auto Before = [](const MacroUse &U, unsigned O) { return U.Offset < O; };
  auto First = std::lower_bound(It->second.begin(), It->second.end(), R.Begin, Before);
  auto Last = std::lower_bound(First, It->second.end(), R.End, Before);
  return llvm::ArrayRef<MacroUse>(It->second)
      .slice(First - It->second.begin(), Last - First);
}

const std::set<const FileEntry *> &SourceModel::reach(unsigned Index) const {
  auto Found = ReachCache.find(Index);
  if (Found != ReachCache.end())
    return Found->second;
  const External &X = Externals[Index];
  std::set<const FileEntry *> Files{&X.How.File->getFileEntry()};
  std::set<FileID> Seen;
  llvm::SmallVector<FileID, 16> Work;
  auto First = FirstEntry.find(&X.How.File->getFileEntry());
  if (X.FID.isValid())
    Work.push_back(X.FID);
  else if (First != FirstEntry.end())
    Work.push_back(First->second);
  while (!Work.empty()) {
    FileID FID = Work.pop_back_val();
    if (!Seen.insert(FID).second)
      continue;
    if (const FileEntry *F = SM->getFileEntryForID(FID))
      Files.insert(F);
    auto Children = Entered.find(FID);
    if (Children != Entered.end())
      Work.append(Children->second.begin(), Children->second.end());
    auto Skipped = Passed.find(FID);
    if (Skipped != Passed.end())
      for (const FileEntry *F : Skipped->second)
        if (auto It = FirstEntry.find(F); It != FirstEntry.end())
          Work.push_back(It->second);
  }
  return ReachCache[Index] = std::move(Files);
}

bool SourceModel::isSkipped(int Inst, unsigned Offset) const {
  for (const Range &R : Instances[Inst].Skipped)
    if (R.contains(Offset))
      return true;
  return false;
}

//===-- files -----------------------------------------------------------------------------------//

const LexedFile *FileCache::get(StringRef AbsolutePath, StringRef Text, const LangOptions &LO) {
  Entry &E = Files[AbsolutePath.str()];
  if (!E.File) {
    E.Text = Text.str();
    E.File = std::make_unique<LexedFile>(relative(AbsolutePath), E.Text, LO);
  }
  return E.File.get();
}

std::string FileCache::relative(StringRef AbsolutePath) const {
  // Both are normalised; ".." steps lead out of the root where they must.
  auto RootIt = llvm::sys::path::begin(Root), RootEnd = llvm::sys::path::end(Root);
  auto PathIt = llvm::sys::path::begin(AbsolutePath), PathEnd = llvm::sys::path::end(AbsolutePath);
  while (RootIt != RootEnd && PathIt != PathEnd && *RootIt == *PathIt)
    ++RootIt, ++PathIt;
  std::string Result;
  for (; RootIt != RootEnd; ++RootIt)
    Result += "../";
  for (; PathIt != PathEnd; ++PathIt) {
    Result += *PathIt;
    Result += '/';
  }
  if (!Result.empty())
    Result.pop_back();
  return Result;
}

std::vector<std::string> FileCache::paths() const {
  std::vector<std::string> Result;
  for (const auto &E : Files)
    Result.push_back(E.first);
  return Result;
}

StringRef FileCache::absolute(const LexedFile *F) const {
  for (const auto &E : Files)
    if (E.second.File.get() == F)
      return E.first;
  return {};
}

//===-- preprocessor ----------------------------------------------------------------------------//

namespace {

class Observer : public PPCallbacks {
public:
  Observer(CompilerInstance &CI, SourceModel &Model, FileCache &Files, const CollectOptions &Options)
      : CI(CI), SM(CI.getSourceManager()), Model(Model), Files(Files) {
    for (const std::string &Glob : Options.KeepIncludes)
      if (auto Pattern = llvm::GlobPattern::create(Glob))
        Keep.push_back(std::move(*Pattern));
      else
        llvm::consumeError(Pattern.takeError());
    SlimVmlinux = Options.SlimVmlinux;
  }

  void FileChanged(SourceLocation Loc, FileChangeReason Reason, SrcMgr::CharacteristicKind Type,
                   FileID) override {
    if (Reason != EnterFile)
      return;
    FileID FID = SM.getFileID(Loc);
    if (FID == CI.getPreprocessor().getPredefinesFileID() || Model.InstanceOf.count(FID))
      return;
    OptionalFileEntryRef Entry = SM.getFileEntryRefForID(FID);
    if (!Entry)
      return;
    if (FID == SM.getMainFileID()) {
      addInstance(FID, *Entry, -1, 0);
      return;
    }
    auto [ParentFID, Unused] = SM.getDecomposedLoc(SM.getIncludeLoc(FID));
    Model.Entered[ParentFID].push_back(FID);
    Model.FirstEntry.try_emplace(&Entry->getFileEntry(), FID);
    auto Outer = Model.ExternalOf.find(ParentFID);
    if (Outer != Model.ExternalOf.end()) {
      Model.ExternalOf[FID] = Outer->second;
      return;
    }
    auto ParentIt = Model.InstanceOf.find(ParentFID);
    int Parent = ParentIt == Model.InstanceOf.end() ? -1 : ParentIt->second;
    if (Pending >= 0 &&
        &Model.Externals[Pending].How.File->getFileEntry() == &Entry->getFileEntry()) {
      Model.ExternalOf[FID] = Pending;
      Model.Externals[Pending].FID = FID;
      Pending = -1;
      return;
    }
    addInstance(FID, *Entry, Parent, PendingOffset);
  }

  void InclusionDirective(SourceLocation HashLoc, const Token &, StringRef FileName, bool IsAngled,
                          CharSourceRange, OptionalFileEntryRef File, StringRef SearchPath,
                          StringRef, const clang::Module *, bool,
                          SrcMgr::CharacteristicKind Type) override {
    Pending = -1;
    if (!File)
      return;
    auto [FID, Offset] = SM.getDecomposedLoc(HashLoc);
    OptionalFileEntryRef From = SM.getFileEntryRefForID(FID);
    Model.SearchDirs[&File->getFileEntry()] = SearchPath.str();
    if (Model.ExternalOf.count(FID))
      return;
    auto It = Model.InstanceOf.find(FID);
    int Parent = It == Model.InstanceOf.end() ? -1 : It->second;
    PendingOffset = Offset;
    Asked.Spelling = (IsAngled ? "<" : "\"") + FileName.str() + (IsAngled ? ">" : "\"");
    // Clang names the includer's folder as the search path of a header that stands beside it.
    Asked.BesideIncluder = !IsAngled && From && SearchPath == From->getDir().getName();
    Asked.SearchDir = SearchPath.str();
    Asked.File = File;
    if (!staysInclude(FileName, Type))
      return;
    External E;
    E.Parent = Parent;
    E.IncludeOffset = Offset;
    E.How = Asked;
    Pending = Model.Externals.size();
    Model.Externals.push_back(std::move(E));
  }

  void FileSkipped(const FileEntryRef &File, const Token &Name,
                   SrcMgr::CharacteristicKind) override {
    Model.Passed[SM.getFileID(SM.getExpansionLoc(Name.getLocation()))].push_back(
        &File.getFileEntry());
  }

  void MacroDefined(const Token &Name, const MacroDirective *MD) override {
    add(Name.getLocation(), Name.getIdentifierInfo()->getName(), MD->getMacroInfo());
  }
  void MacroUndefined(const Token &Name, const MacroDefinition &,
                      const MacroDirective *) override {
    add(Name.getLocation(), Name.getIdentifierInfo()->getName(), nullptr);
  }
  void MacroExpands(const Token &Name, const MacroDefinition &MD, SourceRange,
                    const MacroArgs *) override {
    use(Name, MD.getMacroInfo());
  }
  void Defined(const Token &Name, const MacroDefinition &MD, SourceRange) override {
    use(Name, MD.getMacroInfo());
  }
  void Ifdef(SourceLocation, const Token &Name, const MacroDefinition &MD) override {
    use(Name, MD.getMacroInfo());
  }
  void Ifndef(SourceLocation, const Token &Name, const MacroDefinition &MD) override {
    use(Name, MD.getMacroInfo());
  }
  void Elifdef(SourceLocation, const Token &Name, const MacroDefinition &MD) override {
    use(Name, MD.getMacroInfo());
  }
  void Elifndef(SourceLocation, const Token &Name, const MacroDefinition &MD) override {
    use(Name, MD.getMacroInfo());
  }
  void PragmaDirective(SourceLocation Loc, PragmaIntroducerKind) override {
    Place P = Model.place(Loc);
    if (P.Kind != PlaceKind::Project)
      return;
    PragmaUse U;
    U.Instance = P.Index;
    U.Extent = {P.Offset, P.Offset + 1};
    Model.Pragmas.push_back(std::move(U));
  }
  void SourceRangeSkipped(SourceRange R, SourceLocation EndifLoc) override {
    auto [FID, Begin] = SM.getDecomposedLoc(R.getBegin());
    auto It = Model.InstanceOf.find(FID);
    if (It != Model.InstanceOf.end())
      Model.Instances[It->second].Skipped.push_back(
          {Begin, SM.getDecomposedLoc(R.getEnd()).second});
  }

private:
  bool staysInclude(StringRef Name, SrcMgr::CharacteristicKind Type) const {
    for (const llvm::GlobPattern &Pattern : Keep)
      if (Pattern.match(Name))
        return true;
    // bpftool's dump of the kernel's types is a generated stand-in for a system header.
    if (llvm::sys::path::filename(Name) == "vmlinux.h")
      return !SlimVmlinux;
    return SrcMgr::isSystem(Type);
  }

  void addInstance(FileID FID, FileEntryRef Entry, int Parent, unsigned Offset) {
    llvm::SmallString<256> Path(Entry.getName());
    CI.getFileManager().makeAbsolutePath(Path);
    llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
    Instance I;
    I.FID = FID;
    I.File = Files.get(Path, SM.getBufferData(FID), CI.getLangOpts());
    I.Parent = Parent;
    I.IncludeOffset = Offset;
    I.How = Asked;
    int Index = Model.Instances.size();
    Model.InstanceOf[FID] = Index;
    if (Parent >= 0)
      Model.Instances[Parent].Children.push_back(Index);
    Model.Instances.push_back(std::move(I));
  }

  void add(SourceLocation Loc, StringRef Name, const MacroInfo *Info) {
    auto [FID, Offset] = SM.getDecomposedLoc(SM.getExpansionLoc(Loc));
    auto It = Model.InstanceOf.find(FID);
    if (It == Model.InstanceOf.end())
      return;
    int Index = Model.Instances[It->second].File->directiveAt(Offset);
    if (Index < 0)
      return; // #pragma push_macro and friends: kept as pragmas
    MacroLine M;
    M.Instance = It->second;
    M.Directive = Index;
    M.Info = Info;
    M.Name = Name;
    if (Info)
      Model.MacroOf[Info] = Model.Macros.size();
    Model.Macros.push_back(M);
  }

  void use(const Token &Name, const MacroInfo *Info) {
    if (Info && Info->isBuiltinMacro())
      return;
    auto [FID, Offset] = SM.getDecomposedLoc(SM.getExpansionLoc(Name.getLocation()));
    // What an external header does with its own macros is its own business.
    auto Ext = Model.ExternalOf.find(FID);
    if (Ext != Model.ExternalOf.end() && Info) {
      auto Def = Model.ExternalOf.find(SM.getFileID(Info->getDefinitionLoc()));
      if (Def != Model.ExternalOf.end() && Def->second == Ext->second)
        return;
    }
    Model.Uses[FID].push_back({Offset, Info, Name.getIdentifierInfo()->getName()});
  }

  CompilerInstance &CI;
  SourceManager &SM;
  SourceModel &Model;
  FileCache &Files;
  std::vector<llvm::GlobPattern> Keep;
  bool SlimVmlinux = false;
  int Pending = -1;           // external whose file is about to be entered
  unsigned PendingOffset = 0; // of the last #include in a project file
  Inclusion Asked;            // by that #include
};

} // namespace

void observePreprocessor(CompilerInstance &CI, SourceModel &Model, FileCache &Files,
                         const CollectOptions &Options) {
  Model.SM = &CI.getSourceManager();
  Model.PP = &CI.getPreprocessor();
  CI.getPreprocessor().addPPCallbacks(std::make_unique<Observer>(CI, Model, Files, Options));
}

//===-- declarations ----------------------------------------------------------------------------//

namespace {

struct DeclRange {
  Range Extent;
  Decl *D;
};

class ChunkMaker {
  static constexpr int Gone = -2; ///< parent of an external that is part of another one

public:
  ChunkMaker(SourceModel &Model) : Model(Model), SM(*Model.SM) {}

  void run(TranslationUnitDecl *TU) {
    giveUpShared();
    Model.ExternalDecls.resize(Model.Externals.size());
    PerInstance.resize(Model.Instances.size());
    for (Decl *D : TU->decls())
      place(D);
    for (unsigned I = 0; I < Model.Instances.size(); ++I)
      makeChunks(I);
    nestInstances();
    dropNestedPragmas();
    order();
  }

private:
  /// A header that a system header includes too must stay an include: printed in part, it would
  /// be there a second time as soon as the system header asks for it.
  void giveUpShared() {
    for (size_t E = 0; E < Model.Externals.size(); ++E) {
      const std::set<const FileEntry *> &Reach = Model.reach(E);
      for (unsigned I = 1; I < Model.Instances.size(); ++I)
        if (Model.InstanceOf.count(Model.Instances[I].FID) && Model.Instances[I].Parent >= 0 &&
            Reach.count(&Model.Instances[I].How.File->getFileEntry()))
          giveUp(I);
    }
  }

  void giveUp(unsigned Index) {
    Instance &I = Model.Instances[Index];
    External E;
    E.Parent = I.Parent;
    E.IncludeOffset = I.IncludeOffset;
    E.How = I.How;
    E.FID = I.FID;
    int Number = Model.Externals.size();
    Model.Externals.push_back(std::move(E));
    std::vector<unsigned> &Siblings = Model.Instances[I.Parent].Children;
    Siblings.erase(std::find(Siblings.begin(), Siblings.end(), Index));
    moveBelow(Index, Number);
  }

  /// Everything that an instance included goes with it, externals too.
  void moveBelow(unsigned Index, int Number) {
    Instance &I = Model.Instances[Index];
    Model.InstanceOf.erase(I.FID);
    Model.ExternalOf[I.FID] = Number;
    for (unsigned Child : I.Children)
      moveBelow(Child, Number);
    I.Children.clear();
    for (size_t E = 0; E < Model.Externals.size(); ++E)
      if (Model.Externals[E].Parent == int(Index)) {
        for (auto &Entry : Model.ExternalOf)
          if (Entry.second == int(E))
            Entry.second = Number;
        Model.Externals[E].Parent = Gone;
      }
    auto OfInstance = [&](const auto &X) { return X.Instance == int(Index); };
    Model.Pragmas.erase(
        std::remove_if(Model.Pragmas.begin(), Model.Pragmas.end(), OfInstance), Model.Pragmas.end());
    Model.Macros.erase(std::remove_if(Model.Macros.begin(), Model.Macros.end(), OfInstance),
                       Model.Macros.end());
    Model.MacroOf.clear();
    for (unsigned M = 0; M < Model.Macros.size(); ++M)
      if (Model.Macros[M].Info)
        Model.MacroOf[Model.Macros[M].Info] = M;
  }

  void place(Decl *D) {
    if (D->getLocation().isInvalid())
      return;
    SourceRange SR = D->getSourceRange();
    SourceLocation B = SR.getBegin().isValid() ? SR.getBegin() : D->getLocation();
    SourceLocation E = SR.getEnd().isValid() ? SR.getEnd() : B;
    Place First = Model.place(B);
    if (First.Kind == PlaceKind::External) {
      Model.ExternalDecls[First.Index].push_back(D);
      return;
    }
    if (First.Kind != PlaceKind::Project)
      return;
    auto [EndFID, EndOffset] = SM.getDecomposedExpansionLoc(SM.getExpansionRange(E).getEnd());
    if (EndFID != First.FID) {
      Model.SplitDecls.push_back(D);
      return;
    }
    Range R{First.Offset, EndOffset};
    for (const Attr *A : D->attrs()) // written in front of or behind the declarator
      if (!A->isInherited() && !A->isImplicit())
        extend(R, First.FID, A->getRange());
    if (auto *DD = dyn_cast<DeclaratorDecl>(D))
      extend(R, First.FID, SourceRange(DD->getOuterLocStart()));
    PerInstance[First.Index].push_back({R, D});
  }

  void extend(Range &R, FileID FID, SourceRange SR) {
    if (SR.isInvalid())
      return;
    CharSourceRange Expansion = SM.getExpansionRange(SR);
    auto [BeginFID, Begin] = SM.getDecomposedLoc(Expansion.getBegin());
    auto [EndFID, End] = SM.getDecomposedLoc(Expansion.getEnd());
    // An attribute of "#pragma clang attribute" has its text in the directive.
    if (BeginFID != FID || EndFID != FID ||
        Model.Instances[Model.InstanceOf[FID]].File->directiveAt(Begin) >= 0)
      return;
    R.Begin = std::min(R.Begin, Begin);
    R.End = std::max(R.End, End);
  }

  /// Turns an extent of first and last token offsets into whole text: through the last token, its
  /// macro arguments, and the ';' behind it.
  void close(const LexedFile &F, Range &R, unsigned NextBegin) {
    llvm::ArrayRef<RawToken> Toks = F.tokens();
    size_t T = F.tokenAfter(R.End);
    if (T < Toks.size())
      R.End = std::max(R.End, Toks[T].end());
    else
      R.End = std::max<unsigned>(R.End, F.text().size());
    // Behind a body nothing follows; behind everything else attributes and ';' do.
    if (T < Toks.size() && Toks[T].Kind == tok::r_brace && LastIsBody)
      return;
    int Depth = 0;
    for (++T; T < Toks.size() && (Depth > 0 || Toks[T].Begin < NextBegin); ++T) {
      tok::TokenKind K = Toks[T].Kind;
      if (K == tok::l_paren || K == tok::l_brace || K == tok::l_square)
        ++Depth;
      else if (K == tok::r_paren || K == tok::r_brace || K == tok::r_square)
        --Depth;
      else if (K == tok::semi && Depth == 0) {
        R.End = Toks[T].end();
        return;
      }
      if (Depth < 0) { // an attribute's range begins inside of its parentheses
        R.End = Toks[T].end();
        Depth = 0;
      }
    }
  }

  void makeChunks(unsigned InstIndex) {
    std::vector<DeclRange> &List = PerInstance[InstIndex];
    Instance &I = Model.Instances[InstIndex];
    const LexedFile &F = *I.File;
    std::stable_sort(List.begin(), List.end(), [](const DeclRange &A, const DeclRange &B) {
      return A.Extent.Begin < B.Extent.Begin;
    });
    std::vector<Chunk> Made;
    for (size_t At = 0; At < List.size();) {
      Chunk C;
      C.Instance = InstIndex;
      C.Extent = List[At].Extent;
      size_t Next = At;
      for (;;) {
        // Everything that begins before this text's end shares it.
        for (; Next < List.size() && List[Next].Extent.Begin <= C.Extent.End; ++Next) {
          C.Decls.push_back(List[Next].D);
          C.Extent.End = std::max(C.Extent.End, List[Next].Extent.End);
        }
        unsigned NextBegin = Next < List.size() ? List[Next].Extent.Begin : F.text().size();
        Range Whole = C.Extent;
        LastIsBody = endsWithBody(C);
        close(F, Whole, NextBegin);
        balance(F, Whole);
        if (Next < List.size() && List[Next].Extent.Begin < Whole.End) {
          C.Extent.Begin = Whole.Begin;
          C.Extent.End = std::max(C.Extent.End, List[Next].Extent.Begin);
          continue;
        }
        C.Extent = Whole;
        break;
      }
      // A conditional that had to be taken whole may reach back over earlier chunks.
      while (!Made.empty() && Made.back().Extent.End > C.Extent.Begin) {
        C.Extent.Begin = std::min(C.Extent.Begin, Made.back().Extent.Begin);
        C.Decls.insert(C.Decls.begin(), Made.back().Decls.begin(), Made.back().Decls.end());
        Made.pop_back();
      }
      // A lone ';' belongs to what stands before it.
      if (C.Decls.size() == 1 && isa<EmptyDecl>(C.Decls[0]) && !Made.empty()) {
        StringRef Gap = F.text({Made.back().Extent.End, C.Extent.Begin});
        if (Gap.trim().empty()) {
          Made.back().Extent.End = C.Extent.End;
          At = Next;
          continue;
        }
      }
      Made.push_back(std::move(C));
      At = Next;
    }
    for (Chunk &C : Made) {
      I.Chunks.push_back(Model.Chunks.size());
      Model.Chunks.push_back(std::move(C));
    }
  }

  /// Whether the last declaration of the chunk is a function with a body in the file itself.
  bool endsWithBody(const Chunk &C) const {
    unsigned End = 0;
    bool Body = false;
    for (const Decl *D : C.Decls) {
      auto [FID, Offset] =
          SM.getDecomposedExpansionLoc(SM.getExpansionRange(D->getEndLoc()).getEnd());
      if (Offset < End)
        continue;
      End = Offset;
      auto *FD = dyn_cast<FunctionDecl>(D);
      Body = FD && FD->doesThisDeclarationHaveABody() && !D->getEndLoc().isMacroID();
    }
    return Body;
  }

  /// Text that opens, continues or closes a conditional takes the whole conditional with it.
  static void balance(const LexedFile &F, Range &R) {
    for (bool Again = true; Again;) {
      Again = false;
      llvm::ArrayRef<Directive> All = F.directives();
      auto It = std::lower_bound(All.begin(), All.end(), R.Begin, [](const Directive &D, unsigned O) {
        return D.Extent.Begin < O;
      });
      for (; It != All.end() && It->Extent.Begin < R.End; ++It) {
        const Directive &D = *It;
        if (D.Group < 0)
          continue;
        Range G = F.groupExtent(D.Group);
        if (G.Begin < R.Begin || G.End > R.End) {
          R.Begin = std::min(R.Begin, G.Begin);
          R.End = std::max(R.End, G.End);
          Again = true;
        }
      }
    }
  }

  void nestInstances() {
    for (Instance &I : Model.Instances)
      if (I.Parent >= 0)
        I.Chunk = Model.chunkAt(I.Parent, I.IncludeOffset);
    for (External &E : Model.Externals)
      if (E.Parent >= 0)
        E.Chunk = Model.chunkAt(E.Parent, E.IncludeOffset);
    for (MacroLine &M : Model.Macros) {
      Place P;
      P.Kind = PlaceKind::Project;
      P.Index = M.Instance;
      P.Offset = Model.Instances[M.Instance].File->directives()[M.Directive].Extent.Begin;
      M.Chunk = Model.chunkAt(P);
    }
    for (auto &U : Model.Uses)
      std::stable_sort(U.second.begin(), U.second.end(),
                       [](const MacroUse &A, const MacroUse &B) { return A.Offset < B.Offset; });
    for (Instance &I : Model.Instances)
      std::stable_sort(I.Skipped.begin(), I.Skipped.end(),
                       [](const Range &A, const Range &B) { return A.Begin < B.Begin; });
  }

  /// Pragmas inside a chunk are part of its text; what is left gets its extent and words.
  void dropNestedPragmas() {
    std::vector<PragmaUse> Kept;
    for (PragmaUse &U : Model.Pragmas) {
      Place P;
      P.Kind = PlaceKind::Project;
      P.Index = U.Instance;
      P.Offset = U.Extent.Begin;
      if (Model.chunkAt(P) >= 0)
        continue;
      const LexedFile &F = *Model.Instances[U.Instance].File;
      int Index = F.directiveAt(U.Extent.Begin);
      if (Index >= 0) {
        const Directive &D = F.directives()[Index];
        if (D.Kind != tok::pp_pragma)
          continue; // _Pragma in a condition or a definition
        U.Extent = D.Extent;
        U.Text = F.text({unsigned(D.Name.begin() - F.text().begin()), D.Extent.End}).str();
        if (D.Name.empty())
          continue;
      } else if (!invocation(F, U)) {
        continue;
      }
      if (!Kept.empty() && Kept.back().Instance == U.Instance &&
          Kept.back().Extent.Begin == U.Extent.Begin) {
        Kept.back().Text += "\n" + U.Text;
        continue;
      }
      Kept.push_back(std::move(U));
    }
    Model.Pragmas = std::move(Kept);
  }

  /// A pragma made by a macro invocation or a plain _Pragma between declarations.
  static bool invocation(const LexedFile &F, PragmaUse &U) {
    size_t T = F.tokenAfter(U.Extent.Begin);
    if (T >= F.tokens().size())
      return false;
    U.Extent.End = F.tokens()[T].end();
    if (T + 1 < F.tokens().size() && F.tokens()[T + 1].Kind == tok::l_paren) {
      int Depth = 0;
      for (size_t At = T + 1; At < F.tokens().size(); ++At) {
        if (F.tokens()[At].Kind == tok::l_paren)
          ++Depth;
        else if (F.tokens()[At].Kind == tok::r_paren && --Depth == 0) {
          U.Extent.End = F.tokens()[At].end();
          break;
        }
      }
    }
    U.Text = F.text(U.Extent).str();
    return true;
  }

  void order() {
    unsigned Seq = 1;
    // -include files come first, in the order of the command line.
    for (External &E : Model.Externals)
      if (E.Parent == -1)
        E.Seq = Seq++;
    for (unsigned I = 1; I < Model.Instances.size(); ++I)
      if (Model.Instances[I].Parent < 0)
        orderInstance(I, Seq);
    if (!Model.Instances.empty())
      orderInstance(0, Seq);
  }

  void orderInstance(unsigned Index, unsigned &Seq) {
    struct Item {
      unsigned Offset;
      unsigned *Slot;
      int Child;
    };
    std::vector<Item> Items;
    for (unsigned C : Model.Instances[Index].Chunks)
      Items.push_back({Model.Chunks[C].Extent.Begin, &Model.Chunks[C].Seq, -1});
    for (unsigned C : Model.Instances[Index].Children)
      Items.push_back({Model.Instances[C].IncludeOffset, nullptr, int(C)});
    for (External &E : Model.Externals)
      if (E.Parent == int(Index))
        Items.push_back({E.IncludeOffset, &E.Seq, -1});
    for (MacroLine &M : Model.Macros)
      if (M.Instance == int(Index))
        Items.push_back(
            {Model.Instances[Index].File->directives()[M.Directive].Extent.Begin, &M.Seq, -1});
    for (PragmaUse &P : Model.Pragmas)
      if (P.Instance == int(Index))
        Items.push_back({P.Extent.Begin, &P.Seq, -1});
    std::stable_sort(Items.begin(), Items.end(),
                     [](const Item &A, const Item &B) { return A.Offset < B.Offset; });
    for (Item &I : Items) {
      if (I.Child >= 0)
        orderInstance(I.Child, Seq);
      else
        *I.Slot = Seq++;
    }
  }

  SourceModel &Model;
  SourceManager &SM;
  std::vector<std::vector<DeclRange>> PerInstance;
  bool LastIsBody = false;
};

} // namespace

void collectDeclarations(ASTContext &Context, SourceModel &Model) {
  Model.Context = &Context;
  ChunkMaker(Model).run(Context.getTranslationUnitDecl());
}

} // namespace opn
