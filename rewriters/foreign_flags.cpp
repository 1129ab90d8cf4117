// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// foreign_flags.cpp - flags of another compiler in a compile command
//
// A database of gcc names flags that Clang does not have, or not for BPF (-mno-red-zone), and that
// it takes for errors. Clang itself says which they are, so that this is no list of ours. Commands
// of a Clang are left as they are: there such a flag is a mistake.
#include "foreign_flags.h"

#include "llvm_compat.h"
#include "safe_flags.h"

#include "clang/Basic/DiagnosticDriver.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "clang/Frontend/Utils.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace clang;
using llvm::StringRef;

namespace opn {
namespace {

/// Keeps the flags that Clang's driver stumbles over.
class FlagCollector : public DiagnosticConsumer {
public:
  explicit FlagCollector(std::vector<std::string> &Flags) : Flags(Flags) {}

  void HandleDiagnostic(DiagnosticsEngine::Level Level, const Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    switch (Info.getID()) {
    case diag::err_drv_unknown_argument:
    case diag::err_drv_unknown_argument_with_suggestion:
    case diag::err_drv_unsupported_opt_for_target:
    case diag::warn_drv_unused_argument:
      Flags.push_back(word(Info, 0));
      break;
    case diag::err_drv_unsupported_option_argument_for_target:
      Flags.push_back(word(Info, 0) + word(Info, 1));
      break;
    case diag::err_drv_argument_not_allowed_with:
      // Two flags may exclude each other; this one excludes the target.
      if (StringRef(word(Info, 1)).starts_with("bpf"))
        Flags.push_back(word(Info, 0));
      break;
    }
  }

private:
  static std::string word(const Diagnostic &Info, unsigned I) {
    if (I >= Info.getNumArgs())
      return "";
    switch (Info.getArgKind(I)) {
    case DiagnosticsEngine::ak_std_string:
      return Info.getArgStdStr(I);
    case DiagnosticsEngine::ak_c_string:
      return Info.getArgCStr(I);
    default:
      return "";
    }
  }

  std::vector<std::string> &Flags;
};

} // namespace

bool isClang(StringRef Compiler) { return llvm::sys::path::filename(Compiler).contains("clang"); }

/// A flag as Clang names it: whole, or its beginning when it ends with "=".
static bool isNamed(StringRef Word, const std::vector<std::string> &Flags) {
  for (StringRef Flag : Flags)
    if (!Flag.empty() && (Word == Flag || (Flag.ends_with("=") && Word.starts_with(Flag))))
      return true;
  return false;
}

static std::vector<std::string> refusedFlags(const std::vector<std::string> &Argv,
                                             const std::string &Directory) {
  std::vector<std::string> Flags;
  std::vector<const char *> Words;
  for (const std::string &Word : Argv)
    Words.push_back(Word.c_str());
  Words.insert(Words.begin() + 1, {"-fsyntax-only", NoConfigFile});
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> FS = sourceFiles(Argv.back());
  if (FS->setCurrentWorkingDirectory(Directory))
    return Flags; // the parse tells
  CreateInvocationOptions Options;
  Options.VFS = FS;
  OwnDiagnosticOptions DiagOptions;
  // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): the engine owns its consumer
  Options.Diags = makeDiagnostics(*FS, DiagOptions, new FlagCollector(Flags));
  createInvocation(Words, Options);
  return Flags;
}

std::vector<std::string> dropForeignFlags(std::vector<std::string> &Argv,
                                          const std::string &Directory) {
  std::vector<std::string> Dropped;
  auto drop = [&](auto IsForeign) {
    size_t Before = Argv.size();
    for (size_t I = 1; I + 1 < Argv.size();) {
      if (!IsForeign(StringRef(Argv[I]))) {
        ++I;
        continue;
      }
      Dropped.push_back(Argv[I]);
      Argv.erase(Argv.begin() + I);
    }
    return Argv.size() != Before;
  };
  // Another compiler's plugin is none of Clang's, though the flag is the same.
  drop([](StringRef Word) { return Word.starts_with("-fplugin"); });
  // What the driver takes, the compiler behind it may refuse: ask until nothing is left to drop.
  for (bool Again = true; Again;) {
    std::vector<std::string> Refused = refusedFlags(Argv, Directory);
    Again = drop([&](StringRef Word) { return isNamed(Word, Refused); });
  }
  // Warnings that only the other one has are no errors, whatever -Werror says; nor are flags that
  // Clang takes and has no use for.
  Argv.insert(Argv.begin() + 1, {"-Wno-unknown-warning-option", "-Wno-unused-command-line-argument",
                                 "-Wno-ignored-optimization-argument", "-Wno-option-ignored"});
  return Dropped;
}

} // namespace opn
