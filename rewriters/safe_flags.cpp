// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// safe_flags.cpp - a stranger's compile command may decide what is compiled, and nothing else
//
// A compile database comes with the tree, and Clang's driver, front end and backend run in this
// process. They can be told to run programs (--amdgpu-arch-tool=, or any "amdgpu-arch" below -B or
// beside a compiler of that name), to load libraries (-fpass-plugin=) and to write files wherever
// they are told (-MJ, --coverage, -fstack-usage, -mllvm -info-output-file=).
//
// Flags are read by Clang's own table, so that every spelling of a flag is the same flag. A flag
// without a value passes unless it is known to write; a flag with a value passes only when it is
// known to be about the source: a new one of a later Clang does not. What gets by nevertheless
// meets forgetOutputs().
#include "safe_flags.h"

#include "llvm_compat.h"

#include "llvm_compat.h"

#include "clang/Driver/Driver.h"
#include "clang/Driver/ToolChain.h"
#include "clang/Frontend/CompilerInvocation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/Path.h"

using namespace clang;
using namespace clang::driver;
using llvm::StringRef;

namespace opn {
namespace {

/// Larger than any source or response file; the kernel's vmlinux.h has 3 MB.
constexpr uint64_t FileLimit = 256 << 20;

enum class Verdict {
  Keep,
  Drop, ///< it may do harm, or nobody knows
  Moot, ///< it says nothing of what is compiled, and every other build system gives it
};

template <typename List> bool isOneOf(StringRef Name, const List &Names) {
  return llvm::any_of(Names, [&](StringRef Other) { return Other == Name; });
}

bool isOneOf(StringRef Name, std::initializer_list<StringRef> Names) {
  return llvm::any_of(Names, [&](StringRef Other) { return Other == Name; });
}

// Flags without a value that write files, of the driver and of the front end.
constexpr llvm::StringLiteral Writing[] = {
    "-coverage",
    "--coverage",
    "-ftest-coverage",
    "-fprofile-arcs",
    "-fsave-optimization-record",
    "-fstack-usage",
    "-ftime-trace",
    "-save-stats",
    "-fmodules",
    "-fcxx-modules",
    "-fimplicit-modules",
    "-fmodules-validate-once-per-build-session",
    "--analyze",
    "-analyze",
    "-gmodules",
    "-emit-pch",
    "-emit-module",
    "-fcs-profile-generate",
    "-fprofile-generate",
    "-fprofile-instr-generate",
    "-extract-api",
    "-emit-interface-stubs",
};

// Flags with a value that are about the source, beside those of whole groups.
constexpr llvm::StringLiteral Harmless[] = {
    "-D",
    "-U",
    "-std=",
    "-target",
    "--target=",
    "-arch",
    "-include",
    "-imacros",
    "-F",
    "-working-directory",
    "-working-directory=",
    "-resource-dir",
    "-resource-dir=",
    "--sysroot=",
    "--gcc-toolchain=",
    "--gcc-install-dir=",
    "--gcc-triple=",
    "-stdlib=",
    "-rtlib=",
    "-unwindlib=",
    "--rtlib=",
    "--unwindlib=",
    "--embed-dir=",
    "--param",
    // prefixes and names of folders in what is compiled
    "-fdebug-prefix-map=",
    "-ffile-prefix-map=",
    "-fmacro-prefix-map=",
    "-fcoverage-prefix-map=",
    "-fdebug-compilation-dir=",
    "-ffile-compilation-dir=",
    "-fcoverage-compilation-dir=",
    // what the code is
    "-falign-functions=",
    "-falign-loops=",
    "-fbracket-depth=",
    "-fcf-protection=",
    "-fclang-abi-compat=",
    "-fcomplex-arithmetic=",
    "-fdebug-default-version=",
    "-fexcess-precision=",
    "-fexec-charset=",
    "-finput-charset=",
    "-ffp-contract=",
    "-ffp-eval-method=",
    "-ffp-exception-behavior=",
    "-ffp-model=",
    "-fgnuc-version=",
    "-flto=",
    "-flax-vector-conversions=",
    "-fmax-type-align=",
    "-fno-builtin-",
    "-fpack-struct=",
    "-fpatchable-function-entry=",
    "-fsanitize=",
    "-fno-sanitize=",
    "-fsanitize-recover=",
    "-fno-sanitize-recover=",
    "-fsanitize-trap=",
    "-fno-sanitize-trap=",
    "-fsanitize-coverage=",
    "-fno-sanitize-coverage=",
    "-fstrict-flex-arrays=",
    "-ftls-model=",
    "-ftrivial-auto-var-init=",
    "-ftrivial-auto-var-init-max-size=",
    "-ftrivial-auto-var-init-stop-after=",
    "-fveclib=",
    "-fvisibility=",
    "-fzero-call-used-regs=",
    "-frandomize-layout-seed=",
    "-fdenormal-fp-math=",
    "-ftrap-function=",
    "-fms-compatibility-version=",
    // limits, and what messages look like
    "-fconstexpr-backtrace-limit=",
    "-fconstexpr-depth=",
    "-fconstexpr-steps=",
    "-fcaret-diagnostics-max-lines=",
    "-fdiagnostics-color=",
    "-fdiagnostics-format=",
    "-fdiagnostics-show-category=",
    "-ferror-limit=",
    "-fmacro-backtrace-limit=",
    "-fmax-tokens=",
    "-fmessage-length=",
    "-fshow-overloads=",
    "-fspell-checking-limit=",
    "-ftabstop=",
    "-ftemplate-backtrace-limit=",
    "-ftemplate-depth=",
    // of the front end, behind -Xclang
    "-target-feature",
    "-target-cpu",
    "-target-abi",
    "-tune-cpu",
    "-triple",
    "-pic-level",
    "-mrelocation-model",
    "-debug-info-kind=",
    "-dwarf-version=",
    "-debugger-tuning=",
    "-internal-isystem",
    "-internal-externc-isystem",
    "-c-isystem",
    "-mframe-pointer=",
    "-stack-protector",
    "-ferror-limit",
    "-fbracket-depth",
    "-fmessage-length",
    "-ftabstop",
    "-default-function-attr",
    "-source-date-epoch",
};

// For the linker, the assembler and programs that do not run here.
bool isMoot(const llvm::opt::Option &O, StringRef Name) {
  static constexpr llvm::StringLiteral Names[] = {
      "-B",        "-o",          "-Wa,",         "-Xassembler", "-Xlinker",
      "-fuse-ld=", "-save-temps", "-save-temps=", "-z"};
  return isOneOf(Name, Names) || O.matches(options::OPT_Link_Group) ||
         O.matches(options::OPT_M_Group) || O.matches(options::OPT_T_Group);
}

/// Options of LLVM itself: those with a text for a value may name a file.
bool isHarmlessLlvm(StringRef Word) {
  auto [Name, Value] = Word.split('=');
  int64_t Number;
  return Word.starts_with("-") &&
         (Name.size() == Word.size() || isOneOf(Value, {"true", "false"}) ||
          !Value.getAsInteger(0, Number));
}

Verdict judge(const llvm::opt::Arg &A) {
  const llvm::opt::Option &O = A.getOption();
  std::string Name = StringRef(O.getPrefixedName()).str();
  StringRef Value = A.getNumValues() ? A.getValue() : "";
  switch (O.getKind()) {
  case llvm::opt::Option::InputClass:
  case llvm::opt::Option::UnknownClass: // Clang's to refuse
    return Verdict::Keep;
  case llvm::opt::Option::FlagClass:
    return isOneOf(Name, Writing) ? Verdict::Drop : isMoot(O, Name) ? Verdict::Moot : Verdict::Keep;
  default:
    break;
  }
  if (isMoot(O, Name))
    return Verdict::Moot;
  auto keepIf = [](bool Keep) { return Keep ? Verdict::Keep : Verdict::Drop; };
  if (Name == "-mllvm")
    return keepIf(isHarmlessLlvm(Value));
  // "-x hip" and the like build for a machine that programs are asked for.
  if (Name == "-x")
    return keepIf(isOneOf(Value, {"c", "c++", "objective-c", "c-header", "cpp-output", "assembler",
                                  "assembler-with-cpp", "ir", "none"}));
  if (Name == "-Wp,") {
    if (llvm::all_of(A.getValues(),
                     [](StringRef W) { return W.starts_with("-M") || W.ends_with(".d"); }))
      return Verdict::Moot;
    return keepIf(llvm::all_of(A.getValues(), [](StringRef W) {
      return W.size() > 2 && (W.starts_with("-D") || W.starts_with("-U"));
    }));
  }
  // What this machine is may be asked of a program.
  if (Value == "native")
    return Verdict::Drop;
  if (isOneOf(Name, {"-include-pch", "-ivfsoverlay", "-iapinotes-modules"}))
    return Verdict::Drop;
  return keepIf(isOneOf(Name, Harmless) || O.matches(options::OPT_I_Group) ||
                O.matches(options::OPT_clang_i_Group) || O.matches(options::OPT_m_Group) ||
                O.matches(options::OPT_O_Group) || O.matches(options::OPT_W_Group) ||
                O.matches(options::OPT_R_Group) || O.matches(options::OPT_clang_ignored_f_Group) ||
                O.matches(options::OPT_clang_ignored_m_Group) ||
                O.matches(options::OPT_clang_ignored_gcc_optimization_f_Group));
}

/// A flag and how many words it has.
struct Piece {
  size_t Words;
  Verdict What;
};

std::vector<Piece> judgeWords(llvm::ArrayRef<const char *> Words, unsigned Visibility,
                              std::vector<std::string> *ForFrontEnd) {
  unsigned MissingIndex, MissingCount;
  llvm::opt::InputArgList Args = getDriverOptTable().ParseArgs(Words, MissingIndex, MissingCount,
                                                               llvm::opt::Visibility(Visibility));
  std::vector<Piece> Pieces;
  std::vector<size_t> Begins;
  for (const llvm::opt::Arg *A : Args) {
    bool IsFrontEnd = ForFrontEnd && A->getOption().matches(options::OPT_Xclang);
    if (IsFrontEnd)
      ForFrontEnd->push_back(A->getValue());
    Begins.push_back(A->getIndex());
    Pieces.push_back({0, IsFrontEnd ? Verdict::Keep : judge(*A)});
  }
  // The first may stand behind words that no flag has; the last may lack its value.
  for (size_t I = 0; I < Pieces.size(); ++I)
    Pieces[I].Words = (I + 1 < Pieces.size() ? Begins[I + 1] : Words.size()) - Begins[I];
  if (MissingCount && !Pieces.empty() && MissingIndex < Words.size())
    Pieces.back().Words = MissingIndex - Begins.back();
  if (MissingCount)
    Pieces.push_back({Words.size() - MissingIndex, Verdict::Keep}); // Clang says what is missing
  return Pieces;
}

std::vector<const char *> pointers(llvm::ArrayRef<std::string> Words) {
  std::vector<const char *> Out;
  for (const std::string &Word : Words)
    Out.push_back(Word.c_str());
  return Out;
}

/// Which of the words that go to the front end may.
std::vector<bool> judgeFrontEnd(const std::vector<std::string> &Words) {
  std::vector<bool> Keep;
  std::vector<const char *> Pointers = pointers(Words);
  for (const Piece &P : judgeWords(Pointers, options::CC1Option, nullptr))
    Keep.insert(Keep.end(), P.Words, P.What == Verdict::Keep);
  Keep.resize(Words.size(), false);
  return Keep;
}

/// The name by which the driver is called decides the language and the target ("bpf-clang++").
std::string ourCompiler(StringRef Name) {
  StringRef Base = llvm::sys::path::filename(Name);
  ParsedClangName Parsed = ToolChain::getTargetAndModeFromProgramName(Base);
  StringRef Mode = Parsed.DriverMode ? Parsed.DriverMode : "";
  llvm::SmallString<128> Path(llvm::sys::path::parent_path(clangExecutable()));
  bool IsUsual = Mode.empty() || Mode == "--driver-mode=g++" || Mode == "--driver-mode=gcc";
  llvm::sys::path::append(Path, IsUsual && !Base.empty() ? Base : "clang");
  return std::string(Path);
}

} // namespace

std::vector<std::string> dropUnsafeFlags(std::vector<std::string> &Argv) {
  std::vector<std::string> Dropped, Kept{ourCompiler(Argv[0])}, ForFrontEnd;
  llvm::ArrayRef<std::string> Flags = llvm::ArrayRef(Argv).drop_front().drop_back();
  std::vector<const char *> Words = pointers(Flags);
  std::vector<Piece> Pieces = judgeWords(Words, options::ClangOption, &ForFrontEnd);
  std::vector<bool> FrontEndKeeps = judgeFrontEnd(ForFrontEnd);
  size_t At = 0, FrontEnd = 0;
  auto isFrontEnd = [&](const Piece &P) {
    return P.Words == 2 && Flags[At] == "-Xclang" && FrontEnd < FrontEndKeeps.size();
  };
  for (const Piece &P : Pieces) {
    Verdict What = P.What;
    if (isFrontEnd(P) && !FrontEndKeeps[FrontEnd++])
      What = Verdict::Drop;
    for (size_t I = 0; I < P.Words && At < Flags.size(); ++I, ++At) {
      if (What == Verdict::Keep)
        Kept.push_back(Flags[At]);
      else if (What == Verdict::Drop)
        Dropped.push_back(Flags[At]);
    }
  }
  Kept.push_back(Argv.back());
  Argv = std::move(Kept);
  return Dropped;
}

void forgetOutputs(CompilerInvocation &Invocation) {
  Invocation.getDependencyOutputOpts() = DependencyOutputOptions();
  DiagnosticOptions &Diagnostics = Invocation.getDiagnosticOpts();
  Diagnostics.DiagnosticLogFile.clear();
  Diagnostics.DiagnosticSerializationFile.clear();
  FrontendOptions &FrontEnd = Invocation.getFrontendOpts();
  FrontEnd.OutputFile.clear();
  FrontEnd.StatsFile.clear();
  FrontEnd.TimeTracePath.clear();
  FrontEnd.Plugins.clear();
  FrontEnd.AddPluginActions.clear();
  FrontEnd.ActionName.clear();
  FrontEnd.SymbolGraphOutputDir.clear();
  CodeGenOptions &CodeGen = Invocation.getCodeGenOpts();
  CodeGen.PassPlugins.clear();
  CodeGen.OptRecordFile.clear();
  CodeGen.SplitDwarfOutput.clear();
  CodeGen.SplitDwarfFile.clear();
  CodeGen.StackUsageOutput.clear();
  CodeGen.CoverageNotesFile.clear();
  CodeGen.CoverageDataFile.clear();
  CodeGen.SaveTempsFilePrefix.clear();
  CodeGen.ThinLinkBitcodeFile.clear();
  CodeGen.AsSecureLogFile.clear();
  Invocation.getHeaderSearchOpts().ModuleCachePath.clear();
  Invocation.getLangOpts().Modules = false;
  Invocation.getLangOpts().ImplicitModules = false;
}

namespace {

class SourceFiles : public llvm::vfs::ProxyFileSystem {
public:
  SourceFiles(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Disk, StringRef Source)
      : ProxyFileSystem(std::move(Disk)), Source(Source) {}

  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>>
  openFileForRead(const llvm::Twine &Path) override {
    llvm::ErrorOr<llvm::vfs::Status> Status = status(Path);
    if (!Status)
      return Status.getError();
    return ProxyFileSystem::openFileForRead(Path);
  }

  /// Looked at before it is opened: a pipe that nobody writes to would never open.
  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine &Path) override {
    llvm::ErrorOr<llvm::vfs::Status> Status = ProxyFileSystem::status(Path);
    if (!Status || Status->isDirectory())
      return Status;
    // What was named may be a pipe.
    if (!Status->isRegularFile() && Path.str() != Source)
      return std::make_error_code(std::errc::no_such_file_or_directory);
    if (Status->getSize() > FileLimit)
      return std::make_error_code(std::errc::file_too_large);
    return Status;
  }

private:
  std::string Source;
};

} // namespace

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> sourceFiles(StringRef Source) {
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Disk(
      llvm::vfs::createPhysicalFileSystem().release());
  return llvm::makeIntrusiveRefCnt<SourceFiles>(Disk, Source);
}

} // namespace opn
