// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// extraction.h - one source, parsed, from which units are cut
//
// The object behind opn_extraction of rewriters.h; extract.cpp and unit_terms.cpp share it.
#ifndef OPN_EXTRACTION_H
#define OPN_EXTRACTION_H

#include "entry.h"
#include "facts.h"
#include "parse.h"
#include "paths.h"
#include "plan.h"
#include <set>
#include <tuple>

namespace opn {

/// What one command gives for one target.
struct Cut {
  Plan P;
  opn_unit Facts = {};
  std::set<std::string> SearchDirs;   ///< absolute, of headers that stay includes
  std::set<std::string> IncluderDirs; ///< absolute, whose headers are found beside them
  std::set<std::string> Tested;
  std::set<std::string> ProjectDirs; ///< absolute search dirs of project headers
};

/// One command, parsed.
struct Config {
  const opn_command *Command = nullptr;
  std::unique_ptr<Parse> Parsed;
  /// -D and -U of the command: name to the whole word; empty for -U.
  std::map<std::string, std::string> Macros;
  std::map<std::string, Cut> Cuts; ///< made early when the parse cannot be kept
};

/// A function by name in one configuration.
struct Found {
  const clang::FunctionDecl *Definition = nullptr;
  const clang::FunctionDecl *Declaration = nullptr;
};

} // namespace opn

struct opn_extraction {
  opn_extraction(llvm::StringRef Root, const opn_extract_options &Options)
      : Files(Root.str()), Options(Options), Tables(Options.hookdefs) {}

  opn::FileCache Files;
  opn_extract_options Options;
  opn::HookTables Tables;
  std::vector<opn::Config> Configs;
  std::vector<opn_function> Functions;
  std::set<std::tuple<std::string, unsigned, std::string>> Listed; ///< file, line, name of these
  std::map<std::string, const opn_unit *> Units;
  std::vector<std::unique_ptr<opn_unit>> UnitStore;
  std::string Dump;
  std::string Source;
  const opn::LexedFile *Main = nullptr;
  const char *const *Inputs = nullptr;
  const char *const *Dependencies = nullptr;
  opn::Results R;

  int open(const opn_command *Commands, size_t Count, opn_diags *Diags);
  int unit(llvm::StringRef Name, opn_diags *Diags, const opn_unit **Out);

private:
  opn::Found find(const opn::SourceModel &Model, llvm::StringRef Name) const;
  bool cut(opn::Config &C, llvm::StringRef Name, opn_diags *Diags, opn::Cut &Out, opn::Entry &E);
  void listFunctions(const opn::SourceModel &Model);
  void dumpModel(const opn::SourceModel &Model);
  void dumpChunk(const opn::SourceModel &Model, const opn::Chunk &C);
  std::string nameAt(llvm::StringRef File, unsigned Line) const;
  void flags(opn_unit &U, const std::vector<opn::Cut> &Cuts, const std::vector<bool> &Has,
             const std::set<std::string> &Baked, llvm::StringRef TreeBase);
  void licences(opn_unit &U, const opn::Plan &P, opn_diags *Diags);
  int missing(llvm::StringRef Name, opn_diags *Diags) const;
};

#endif
