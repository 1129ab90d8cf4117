// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// collect.cpp - record what the preprocessor sees
//
// Input: a CompilerInstance before its parse. Output: a SourceModel. Facts only; what is needed for
// a target is decided in closure.cpp. Nothing here looks into the text of external headers: with
// vmlinux.h they are most of the input.
#include "source_model.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- preprocessor ----------------------------------------------------------------------------//

namespace {

class Observer : public PPCallbacks {
public:
  Observer(CompilerInstance &CI, SourceModel &Model, FileCache &Files,
           const CollectOptions &Options)
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
    if (!staysInclude(FileName, Type) && !(Parent >= 0 && IsAngled && isDecided(Parent, *File)))
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
  void MacroUndefined(const Token &Name, const MacroDefinition &, const MacroDirective *) override {
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
    U.Text = operatorText(Loc);
    Model.Pragmas.push_back(std::move(U));
  }

private:
  /// The words of a _Pragma that is written as one literal, wherever it stands; empty otherwise.
  std::string operatorText(SourceLocation Loc) const {
    bool Invalid = false;
    StringRef Text = SM.getBufferData(SM.getFileID(SM.getSpellingLoc(Loc)), &Invalid);
    if (Invalid)
      return {};
    Text = Text.substr(SM.getFileOffset(SM.getSpellingLoc(Loc)));
    if (!Text.consume_front("_Pragma"))
      return {};
    Text = Text.ltrim();
    if (!Text.consume_front("("))
      return {};
    Text = Text.ltrim();
    if (!Text.consume_front("\""))
      return {};
    std::string Words;
    for (size_t I = 0; I < Text.size() && Text[I] != '"' && Text[I] != '\n'; ++I) {
      if (Text[I] == '\\' && I + 1 < Text.size())
        ++I;
      Words += Text[I];
    }
    return Words;
  }

  bool staysInclude(StringRef Name, SrcMgr::CharacteristicKind Type) const {
    for (const llvm::GlobPattern &Pattern : Keep)
      if (Pattern.match(Name))
        return true;
    // bpftool's dump of the kernel's types is a generated stand-in for a system header.
    if (llvm::sys::path::filename(Name) == "vmlinux.h")
      return !SlimVmlinux;
    return SrcMgr::isSystem(Type);
  }

  /// What an extracted unit includes stays an include: the first extraction has seen why.
  bool isDecided(int Parent, FileEntryRef File) const {
    if (!isUnit(*Model.Instances[Parent].File))
      return false;
    auto Buffer = CI.getFileManager().getBufferForFile(File);
    return Buffer && !(*Buffer)->getBuffer().contains(UnitMark);
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

} // namespace opn
