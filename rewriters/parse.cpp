// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// parse.cpp - run Clang's front end for one command and keep the AST
//
// The same driver and front end as `clang -fsyntax-only`, in this process: no second opinion on
// flags. The folder of the command is a property of the file system that this parse sees, never of
// the process, so that parses can run side by side.
#include "parse.h"

#include "llvm_compat.h"
#include "paths.h"
#include "safe_flags.h"

#include "clang/Basic/TargetInfo.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Frontend/Utils.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "clang/Parse/ParseAST.h"
#include "clang/Sema/Sema.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <sys/utsname.h>

using namespace clang;
using llvm::StringRef;

namespace opn {
namespace {

/// Hands Clang's diagnostics on, with the text that Clang itself would print.
class Forwarder : public DiagnosticConsumer {
public:
  Forwarder(opn_diags *Diags, DiagnosticOptions &Options, bool Derived)
      : Diags(Diags), Derived(Derived), Stream(Rendered),
        Printer(makeTextPrinter(Stream, Options)) {}

  void BeginSourceFile(const LangOptions &LO, const Preprocessor *PP) override {
    Printer->BeginSourceFile(LO, PP);
  }
  void EndSourceFile() override { Printer->EndSourceFile(); }

  void HandleDiagnostic(DiagnosticsEngine::Level Level, const Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level != DiagnosticsEngine::Note)
      Told = !Derived || Level >= DiagnosticsEngine::Error;
    if (!Told)
      return;
    Rendered.clear();
    Printer->HandleDiagnostic(Level, Info);
    Stream.flush();
    llvm::SmallString<128> Message;
    Info.FormatDiagnostic(Message);
    opn_loc Loc = {nullptr, 0, 0, 0};
    PresumedLoc Presumed;
    if (Info.hasSourceManager() && Info.getLocation().isValid()) {
      Presumed = Info.getSourceManager().getPresumedLoc(Info.getLocation());
      if (Presumed.isValid())
        Loc = {Presumed.getFilename(), Presumed.getLine(), Presumed.getColumn(), 1};
    }
    std::string Flag =
        Info.getDiags()->getDiagnosticIDs()->getWarningOptionForDiag(Info.getID()).str();
    if (!Flag.empty())
      Flag = "-W" + Flag;
    opn_severity Severity = Level == DiagnosticsEngine::Fatal     ? OPN_SEV_FATAL
                            : Level == DiagnosticsEngine::Error   ? OPN_SEV_ERROR
                            : Level == DiagnosticsEngine::Warning ? OPN_SEV_WARNING
                                                                  : OPN_SEV_NOTE;
    opn_diag_foreign(Diags, Severity, Loc, Message.c_str(), Flag.empty() ? nullptr : Flag.c_str(),
                     Rendered.c_str());
    if (StringRef(Message).starts_with("'gnu/stubs-"))
      noteMachine();
  }

private:
  /// glibc's gnu/stubs.h asks for the machine, and takes a target that names none for a small one.
  void noteMachine() {
    utsname Name = {};
    uname(&Name);
    opn_diag_note(Diags, {nullptr, 0, 0, 0},
                  "glibc's headers take the target bpf for a 32-bit machine: add '-D__%s__' to the "
                  "compile command",
                  Name.machine);
  }

  opn_diags *Diags;
  bool Derived, Told = true;
  std::string Rendered;
  llvm::raw_string_ostream Stream;
  std::unique_ptr<TextDiagnosticPrinter> Printer;
};

/// What the parse reads, as `clang -MD` tells it.
class AllFiles : public DependencyCollector {
  bool needSystemDependencies() override { return true; }
};

/// Parses and does nothing else; the AST stays until EndSourceFile().
class KeepAction : public ASTFrontendAction {
  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &, StringRef) override {
    return std::make_unique<ASTConsumer>();
  }
};

} // namespace

Parse::~Parse() {
  if (Action)
    Action->EndSourceFile();
}

std::unique_ptr<Parse> Parse::run(const opn_command &Command, FileCache &Files,
                                  const CollectOptions &Options, opn_diags *Diags,
                                  const std::map<std::string, std::string> *Texts, bool Derived) {
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  const char *const *Last = Command.argv;
  while (Last[1])
    ++Last;
  const char *Name = *Last; // the source as the user or the database spells it
  std::vector<const char *> Args;
  std::string ResourceDir = std::string("-resource-dir=") + OPN_RESOURCE_DIR;
  bool HasResourceDir = false;
  for (const char *const *A = Command.argv; *A; ++A) {
    HasResourceDir |= StringRef(*A).starts_with("-resource-dir");
    Args.push_back(*A);
  }
  Args.insert(Args.begin() + 1, NoConfigFile);
  if (!HasResourceDir)
    Args.insert(Args.begin() + 1, ResourceDir.c_str());
  Args.insert(Args.begin() + 1, "-fsyntax-only");

  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> FS = sourceFiles(Name);
  if (Texts) {
    auto Memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
    for (const auto &[Path, Text] : *Texts)
      Memory->addFile(Path, 0, llvm::MemoryBuffer::getMemBuffer(Text));
    auto Overlay = llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(FS);
    Overlay->pushOverlay(Memory);
    FS = Overlay;
  }
  if (FS->setCurrentWorkingDirectory(Command.directory)) {
    opn_diag(Diags, OPN_DIAG_COMMAND_INVALID, Nowhere, Name, "its folder does not exist");
    return nullptr;
  }

  OwnDiagnosticOptions DiagOptions;
  llvm::IntrusiveRefCntPtr<DiagnosticsEngine> Engine =
      makeDiagnostics(*FS, DiagOptions, new Forwarder(Diags, DiagOptions.get(), Derived));
  CreateInvocationOptions InvocationOptions;
  InvocationOptions.Diags = Engine;
  InvocationOptions.VFS = FS;
  std::shared_ptr<CompilerInvocation> Invocation = createInvocation(Args, InvocationOptions);
  if (!Invocation || Engine->hasErrorOccurred()) {
    opn_diag(Diags, OPN_DIAG_COMMAND_INVALID, Nowhere, Name, "clang does not accept its flags");
    return nullptr;
  }
  forgetOutputs(*Invocation);
  Invocation->getDiagnosticOpts().ShowColors = false;
  Invocation->getFrontendOpts().DisableFree = false;

  std::unique_ptr<Parse> P(new Parse());
  P->CI = makeCompiler(Invocation, FS);
  CompilerInstance &CI = *P->CI;
  addDiagnostics(CI, new Forwarder(Diags, CI.getDiagnosticOpts(), Derived));
  if (!CI.createTarget()) {
    opn_diag(Diags, OPN_DIAG_COMMAND_INVALID, Nowhere, Name, "clang does not know its target");
    return nullptr;
  }
  const llvm::Triple &Triple = CI.getTarget().getTriple();
  if (Triple.getArch() != llvm::Triple::bpfel && Triple.getArch() != llvm::Triple::bpfeb) {
    opn_diag(Diags, OPN_DIAG_TARGET_NOT_BPF, Nowhere, Name, Triple.str().c_str());
    opn_diag_note(Diags, Nowhere,
                  "add '-target bpf' to its compile command, for instance with --extra-arg");
    return nullptr;
  }
  if (CI.getFrontendOpts().Inputs.size() != 1 ||
      CI.getFrontendOpts().Inputs[0].getKind().getLanguage() != Language::C) {
    opn_diag(Diags, OPN_DIAG_LANGUAGE_NOT_C, Nowhere, Name);
    return nullptr;
  }

  auto Read = std::make_shared<AllFiles>();
  CI.addDependencyCollector(Read);
  P->Action = std::make_unique<KeepAction>();
  const FrontendInputFile &Input = CI.getFrontendOpts().Inputs[0];
  if (!P->Action->BeginSourceFile(CI, Input)) {
    P->Action.reset();
    opn_diag(Diags, OPN_DIAG_COMPILE_FAILED, Nowhere, Name);
    return nullptr;
  }
  observePreprocessor(CI, P->Model, Files, Options);
  llvm::consumeError(P->Action->Execute());
  for (const std::string &Name : Read->getDependencies())
    if (std::string Path = normalPath(Name, Command.directory); !Texts || !Texts->count(Path))
      Files.Dependencies.insert(Path);
  if (CI.getDiagnostics().hasErrorOccurred() || !CI.hasASTContext()) {
    // Of a text that is not on disk the caller says what it is.
    if (!Texts)
      opn_diag(Diags, OPN_DIAG_COMPILE_FAILED, Nowhere, Name);
    return nullptr;
  }
  collectDeclarations(CI.getASTContext(), P->Model);
  return P;
}

} // namespace opn
