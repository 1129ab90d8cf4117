// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unit_terms.cpp - the terms on which a unit can be used: compile flags and licences
#include "extraction.h"

#include <algorithm>

using namespace clang;
using namespace opn;
using llvm::StringRef;

//===-- flags -----------------------------------------------------------------------------------//

/// A path for opn_unit.flags: below the root it is marked as such.
static std::string flagPath(StringRef Spelled, StringRef Directory, const FileCache &Files) {
  std::string Absolute = normalPath(Spelled, Directory);
  std::string Relative = Files.relative(Absolute);
  bool Inside = !StringRef(Relative).starts_with("../") && Relative != "..";
  if (!Inside && llvm::sys::path::is_absolute(Spelled))
    return Spelled.str();
  return "@ROOT@/" + Relative;
}

void opn_extraction::flags(opn_unit &U, const std::vector<Cut> &Cuts, const std::vector<bool> &Has,
                           const std::set<std::string> &Baked, StringRef TreeBase) {
  static const char *const SearchOptions[] = {"-isystem", "-idirafter", "-iquote", "-I"};
  std::vector<std::vector<std::string>> Lists;
  std::vector<size_t> Variants;
  std::set<std::string> Relevant; // macros of the command line that any command's text looks at
  for (const Cut &C : Cuts) {
    Relevant.insert(C.Tested.begin(), C.Tested.end());
    for (const auto &D : C.P.Defines)
      Relevant.insert(D.first);
  }
  for (size_t I = 0; I < Configs.size(); ++I) {
    if (!Has[I]) {
      Variants.push_back(OPN_NO_VARIANT);
      continue;
    }
    const opn_command &Cmd = *Configs[I].Command;
    const std::set<std::string> &Search = Cuts[I].SearchDirs, &Tree = Cuts[I].ProjectDirs;
    std::vector<std::string> List;
    size_t Count = 0;
    while (Cmd.argv[Count])
      ++Count;
    for (size_t A = 1; A + 1 < Count; ++A) { // without compiler and source
      StringRef Arg = Cmd.argv[A];
      bool Handled = false;
      for (const char *Option : SearchOptions) {
        if (!Arg.starts_with(Option))
          continue;
        StringRef Path = Arg.drop_front(strlen(Option));
        if (Path.empty())
          Path = A + 2 < Count ? Cmd.argv[++A] : "";
        Path.consume_front("=");
        Handled = true;
        std::string Absolute = normalPath(Path, Cmd.directory);
        auto Add = [&](const std::string &Value) {
          if (StringRef(Option) == "-I") {
            List.push_back("-I" + Value);
          } else {
            List.push_back(Option);
            List.push_back(Value);
          }
        };
        if (!TreeBase.empty() && Tree.count(Absolute)) {
          StringRef Inside = Absolute;
          if (Inside == TreeBase)
            Add(".");
          else if (Inside.consume_front(TreeBase) && Inside.consume_front("/"))
            Add(Inside.str());
        }
        if (Search.count(Absolute))
          Add(flagPath(Path, Cmd.directory, Files));
        break;
      }
      if (Handled)
        continue;
      if (Arg.starts_with("-D") || Arg.starts_with("-U")) {
        StringRef Value = Arg.drop_front(2);
        if (Value.empty())
          Value = A + 2 < Count ? Cmd.argv[++A] : "";
        std::string Name = Value.split('=').first.split('(').first.str();
        if (!Baked.count(Name) && Relevant.count(Name))
          List.push_back(Arg.substr(0, 2).str() + Value.str());
        continue;
      }
      if (Arg == "-include" || Arg == "-imacros") {
        ++A;
        continue;
      }
      // What only sizeof mentions in the unit draws a warning that the whole source did not.
      if (Arg == "-Werror")
        continue;
      if (Arg.consume_front("-Werror=")) {
        List.push_back("-W" + Arg.str());
        continue;
      }
      if (Arg.starts_with("-include") && !Arg.starts_with("-include-pch"))
        continue;
      List.push_back(Arg.str());
    }
    for (const std::string &Dir : Cuts[I].IncluderDirs) {
      List.push_back("-iquote");
      List.push_back(flagPath(Dir, Cmd.directory, Files));
    }
    auto Same = std::find(Lists.begin(), Lists.end(), List);
    Variants.push_back(Same - Lists.begin());
    if (Same == Lists.end())
      Lists.push_back(std::move(List));
  }
  std::vector<const char *const *> Arrays;
  for (const auto &List : Lists)
    Arrays.push_back(R.words(List));
  U.flags = R.array(Arrays);
  U.flags_count = Arrays.size();
  U.variants = R.array(Variants);
  U.variant_count = Variants.size();
}

//===-- licences --------------------------------------------------------------------------------//

static void contributing(const PlanNode &N, std::vector<const LexedFile *> &Files) {
  if (N.empty())
    return;
  if (std::find(Files.begin(), Files.end(), N.File) == Files.end())
    Files.push_back(N.File);
  for (const auto &C : N.Children)
    contributing(*C.second, Files);
}

void opn_extraction::licences(opn_unit &U, const Plan &P, opn_diags *Diags) {
  std::vector<const LexedFile *> List;
  contributing(P.Main, List);
  for (const auto &F : P.Forced)
    contributing(*F, List);
  std::set<std::string> Spdx, Copyrights;
  for (const LexedFile *F : List)
    for (Range C : F->licenceComments()) {
      llvm::SmallVector<StringRef, 16> Lines;
      F->text(C).split(Lines, '\n');
      for (StringRef Line : Lines) {
        StringRef Words = Line.trim(" \t\r*/");
        size_t At = Words.find("SPDX-License-Identifier:");
        if (At != StringRef::npos)
          Spdx.insert(Words.substr(At + strlen("SPDX-License-Identifier:")).trim(" \t*/").str());
        else if (Words.contains_insensitive("copyright"))
          Copyrights.insert(Words.str());
      }
    }
  U.spdx = R.words(Spdx);
  U.copyrights = R.words(Copyrights);
  if (Spdx.empty() && Copyrights.empty() && !U.license) {
    const opn_loc Nowhere = {nullptr, 0, 0, 0};
    opn_diag(Diags, OPN_DIAG_LICENSE_MISSING, Nowhere, U.name);
    opn_diag_note(Diags, Nowhere, "ask its authors under which terms you may use it");
  }
}
