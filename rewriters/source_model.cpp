// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// source_model.cpp - questions to a SourceModel, and the cache of lexed files
#include "source_model.h"

#include "clang/Lex/Preprocessor.h"
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
  auto It = std::upper_bound(List.begin(), List.end(), Offset,
                             [this](unsigned O, unsigned C) { return O < Chunks[C].Extent.Begin; });
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
  return llvm::ArrayRef<MacroUse>(It->second).slice(First - It->second.begin(), Last - First);
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

const LexedFile *FileCache::find(StringRef AbsolutePath) const {
  auto It = Files.find(AbsolutePath.str());
  return It == Files.end() ? nullptr : It->second.File.get();
}

StringRef FileCache::absolute(const LexedFile *F) const {
  for (const auto &E : Files)
    if (E.second.File.get() == F)
      return E.first;
  return {};
}

} // namespace opn
