// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// plan.h - the text of a unit before it is written
//
// A plan is free of Clang: ranges of files, so that the plans of several compile commands can be
// united. Printing a plan copies the project's text; only comments that say where text comes from,
// and the defines of the command line, are added.
#ifndef OPN_PLAN_H
#define OPN_PLAN_H

#include "closure.h"
#include "lexed_file.h"
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace opn {

struct PlanItem {
  enum Kind { Declaration, Macro, Include, Pragma } What = Declaration;
  unsigned End = 0;
  bool OwnBlock = false; ///< gets a provenance comment of its own
};

/// One inclusion of a project file.
struct PlanNode {
  const LexedFile *File = nullptr;
  std::map<unsigned, PlanItem> Items; ///< by offset
  std::set<int> Groups;               ///< conditionals to emit
  /// Inclusions by offset of the directive and file.
  std::map<std::pair<unsigned, const LexedFile *>, std::unique_ptr<PlanNode>> Children;
  bool Whole = false; ///< included inside a declaration: its text is part of that declaration

  bool empty() const;
};

struct Plan {
  PlanNode Main;
  std::vector<std::unique_ptr<PlanNode>> Forced; ///< -include, in the command's order
  std::vector<std::string> ForcedExternals;      ///< -include of headers that stay includes
  /// What the command line defines: name to the words behind "#define"; "" behind -U.
  std::map<std::string, std::string> Defines;
  std::set<std::string> Undefines;
  std::set<std::string> DescribedTypes; ///< parameters of a function that the unit must hold
  std::set<std::string> Described;      ///< calls of externs that the unit must hold somewhere
  std::string Unused;                   ///< a target that is static and that nothing calls
};

Plan makePlan(const SourceModel &Model, const Closure &C);
void unite(Plan &Into, const Plan &From);

struct PrintOptions {
  std::string Version;
  std::string Target;
  std::string Entry; ///< text of a generated entry, or empty
};

/// Everything in one file.
std::string printSingle(const Plan &P, const PrintOptions &Options);

struct PrintedFile {
  const LexedFile *File;
  std::string Text;
};
/// One text per project file, the main file first.
std::vector<PrintedFile> printTree(const Plan &P, const PrintOptions &Options);

} // namespace opn

#endif
