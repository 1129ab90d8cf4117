// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_compile.cpp - a source and its command to IR and object, as clang -c
// makes them
//
// The object must be the bytes that the user's own compiler writes, so the
// command goes through Clang's driver and the backend runs on the module that
// the frontend built, not on a copy: a copy forgets the order of use lists, and
// optimisations follow that order. The IR that level 1 compares is written out
// as bitcode before that, with use-list order.
//
// Each compilation is a process of its own, forked and not executed. LLVM's BPF
// backend keeps the globals of CO-RE accesses in a static map
// (BPFAbstractMemberAccess::GEPGlobals), so a second module in one process gets
// those of the first, which are gone; Clang numbers BPF type builtins by a
// static counter; -mllvm options are static too; and a fatal error of the
// backend ends the process. What the child makes comes back through a memory
// file.
#include "prove_compile.h"
#include "backend_error.h"
#include "prove.h"
#include "safe_flags.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Decl.h"
#include "clang/AST/GlobalDecl.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Frontend/MultiplexConsumer.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Tooling/ArgumentsAdjusters.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

#include "llvm_compat.h"

#include <cerrno>
#include <csignal>
#include <mutex>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace clang;

extern "C" {
void LLVMInitializeBPFTargetInfo(void);
void LLVMInitializeBPFTarget(void);
void LLVMInitializeBPFTargetMC(void);
void LLVMInitializeBPFAsmPrinter(void);
void LLVMInitializeBPFAsmParser(void);
}

#if __has_feature(address_sanitizer)
// LLVM's own library is not instrumented: what it takes from an allocator that our inlined half has
// poisoned looks like an error.
extern "C" const char *__asan_default_options() { return "allow_user_poisoning=0"; }
#endif

namespace opn {

const char *const PlaceMacroNames[] = {"__LINE__",         "__COUNTER__",   "__FILE__",
                                       "__FILE_NAME__",    "__BASE_FILE__", "__TIMESTAMP__",
                                       "__INCLUDE_LEVEL__"};
const size_t PlaceMacroCount = std::size(PlaceMacroNames);

namespace {

bool runBackend(CompilerInstance &CI, llvm::Module &M, std::string &Object,
                const BackendError &Error) {
  llvm::SmallString<0> Bytes;
  if (!CI.getFrontendOpts().LLVMArgs.empty()) {
    std::vector<const char *> Argv{"clang (LLVM option parsing)"};
    for (const std::string &Argument : CI.getFrontendOpts().LLVMArgs)
      Argv.push_back(Argument.c_str());
    llvm::cl::ParseCommandLineOptions(Argv.size(), Argv.data(), "", &llvm::nulls());
  }
  emitObjectCode(CI, M, std::make_unique<llvm::raw_svector_ostream>(Bytes));
  Object.assign(Bytes.begin(), Bytes.end());
  return Error.Message.empty() && !CI.getDiagnostics().hasErrorOccurred() && !Object.empty();
}

// Keeps errors and their notes, with Clang's own text for them.
class Collector : public DiagnosticConsumer {
public:
  explicit Collector(Build &Out)
      : Out(Out), Stream(Text), Printer(makeTextPrinter(Stream, Options.get())) {}

  void BeginSourceFile(const LangOptions &Options, const Preprocessor *PP) override {
    Printer->BeginSourceFile(Options, PP);
  }
  void EndSourceFile() override { Printer->EndSourceFile(); }

  void HandleDiagnostic(DiagnosticsEngine::Level Level, const Diagnostic &Info) override {
    DiagnosticConsumer::HandleDiagnostic(Level, Info);
    if (Level != DiagnosticsEngine::Note)
      InError = Level >= DiagnosticsEngine::Error;
    if (!InError)
      return;
    Text.clear();
    Printer->HandleDiagnostic(Level, Info);
    Stream.flush();
    Problem P;
    P.Severity = Level == DiagnosticsEngine::Note    ? OPN_SEV_NOTE
                 : Level == DiagnosticsEngine::Fatal ? OPN_SEV_FATAL
                                                     : OPN_SEV_ERROR;
    llvm::SmallString<128> Message;
    Info.FormatDiagnostic(Message);
    P.Message = std::string(Message);
    P.Rendered = Text;
    if (Info.hasSourceManager() && Info.getLocation().isValid()) {
      PresumedLoc Loc = Info.getSourceManager().getPresumedLoc(Info.getLocation());
      if (Loc.isValid())
        P.Where = {Loc.getFilename(), Loc.getLine(), Loc.getColumn()};
    }
    Out.Problems.push_back(std::move(P));
  }

private:
  Build &Out;
  std::string Text;
  llvm::raw_string_ostream Stream;
  OwnDiagnosticOptions Options;
  std::unique_ptr<TextDiagnosticPrinter> Printer;
  bool InError = false;
};

class MacroWatch : public PPCallbacks {
public:
  explicit MacroWatch(Build &Out) : Out(Out) {}
  void MacroExpands(const Token &Name, const MacroDefinition &Definition, SourceRange,
                    const MacroArgs *) override {
    const MacroInfo *Info = Definition.getMacroInfo();
    if (!Info || !Info->isBuiltinMacro())
      return;
    for (size_t I = 0; I < PlaceMacroCount; ++I) {
      if (Name.getIdentifierInfo()->isStr(PlaceMacroNames[I]))
        Out.PlaceMacros.insert(PlaceMacroNames[I]);
    }
  }

private:
  Build &Out;
};

// Has the wanted function emitted; runs before the code generator ends its
// module.
class KeepConsumer : public ASTConsumer {
public:
  KeepConsumer(CodeGenerator &Generator, StringRef Name) : Generator(Generator), Name(Name) {}
  void HandleTranslationUnit(ASTContext &Context) override {
    if (Name.empty() || Context.getDiagnostics().hasErrorOccurred())
      return;
    DeclarationName Wanted(&Context.Idents.get(Name));
    for (NamedDecl *D : Context.getTranslationUnitDecl()->lookup(Wanted)) {
      auto *F = dyn_cast<FunctionDecl>(D);
      const FunctionDecl *Definition = nullptr;
      if (F && F->hasBody(Definition))
        Generator.GetAddrOfGlobal(GlobalDecl(Definition), false);
    }
  }

private:
  CodeGenerator &Generator;
  std::string Name;
};

class EmitConsumer : public ASTConsumer {
public:
  EmitConsumer(CompilerInstance &CI, CodeGenerator &Generator, const std::string &Keep, Build &Out)
      : CI(CI), Generator(Generator), Keep(Keep), Out(Out) {}
  void HandleTranslationUnit(ASTContext &Context) override {
    llvm::Module *M = Generator.GetModule();
    if (!M || CI.getDiagnostics().hasErrorOccurred())
      return;
    if (llvm::Function *F = Keep.empty() ? nullptr : M->getFunction(Keep)) {
      if (F->hasAvailableExternallyLinkage())
        F->setLinkage(llvm::GlobalValue::InternalLinkage);
      // The backend knows five argument registers and no stack arguments: a
      // function with more lives only where it is inlined.
      if (!F->isDeclaration() && F->arg_size() <= 5)
        llvm::appendToCompilerUsed(*M, {F});
    }
    BackendError Error;
    // Already the bitcode's table of symbols has assembly outside of functions read.
    M->getContext().setDiagnosticHandler(keepFirst(Error));
    llvm::raw_string_ostream OS(Out.Bitcode);
    llvm::WriteBitcodeToFile(*M, OS, /*ShouldPreserveUseListOrder=*/true);
    OS.flush();
    Out.Ok = Error.Message.empty() && runBackend(CI, *M, Out.Object, Error);
    if (!Error.Message.empty())
      Out.Problems.push_back(problemOf(Error, Context));
  }

private:
  CompilerInstance &CI;
  CodeGenerator &Generator;
  std::string Keep;
  Build &Out;
};

class CompileAction : public ASTFrontendAction {
public:
  CompileAction(const CompileRequest &Request, Build &Out)
      : Keep(Request.Keep), Bitcode(Request.Bitcode), Out(Out) {}

protected:
  // The user's command writes dependency files and the like; the prover writes
  // nothing.
  bool BeginInvocation(CompilerInstance &CI) override {
    forgetOutputs(CI.getInvocation());
    // Nor does Clang count on stderr what the collector has.
    CI.getDiagnosticOpts().ShowCarets = false;
    return true;
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI, StringRef File) override {
    Out.Triple = CI.getTarget().getTriple().str();
    Out.IsBpf = CI.getTarget().getTriple().isBPF();
    Out.IsC =
        !CI.getLangOpts().CPlusPlus && !CI.getLangOpts().ObjC && !CI.getLangOpts().AsmPreprocessor;
    if (!Out.IsBpf || !Out.IsC)
      return nullptr;
    if (!Bitcode.empty()) {
      runBackendOnly(CI);
      return nullptr;
    }
    CI.getPreprocessor().addPPCallbacks(std::make_unique<MacroWatch>(Out));
    std::unique_ptr<CodeGenerator> Generator = makeCodeGenerator(CI, File, Context);
    CodeGenerator &G = *Generator;
    std::vector<std::unique_ptr<ASTConsumer>> Consumers;
    Consumers.push_back(std::make_unique<KeepConsumer>(G, Keep));
    Consumers.push_back(std::move(Generator));
    Consumers.push_back(std::make_unique<EmitConsumer>(CI, G, Keep, Out));
    return std::make_unique<MultiplexConsumer>(std::move(Consumers));
  }

private:
  void runBackendOnly(CompilerInstance &CI) {
    llvm::Expected<std::unique_ptr<llvm::Module>> M =
        llvm::parseBitcodeFile(llvm::MemoryBufferRef(Bitcode, "ir"), Context);
    if (!M) {
      llvm::consumeError(M.takeError());
      return;
    }
    BackendError Error;
    Context.setDiagnosticHandler(keepFirst(Error));
    Out.Ok = runBackend(CI, **M, Out.Object, Error);
  }

  llvm::LLVMContext Context; // outlives the consumers, which the base class ends
  std::string Keep, Bitcode;
  Build &Out;
};

// The command without what makes it write files, stop early, or need a second
// job.
std::vector<std::string> compilerArguments(const CompileRequest &Request) {
  std::vector<std::string> Words;
  for (const char *const *Word = Request.Command->argv; *Word; ++Word)
    Words.push_back(*Word);
  StringRef File = Words.back();
  Words = tooling::getClangStripOutputAdjuster()(Words, File);
  Words = tooling::getClangStripDependencyFileAdjuster()(Words, File);
  std::vector<std::string> Out{clangExecutable(), "-c"};
  for (const std::string &Extra : Request.Extra)
    Out.push_back(Extra);
  for (size_t I = 1; I < Words.size(); ++I) {
    StringRef Word = Words[I];
    if (Word == "-E" || Word == "-S" || Word == "-fsyntax-only" || Word == "-c" ||
        Word.starts_with("-save-temps") || Word.starts_with("--save-temps"))
      continue;
    if (Word == "--serialize-diagnostics" || Word == "-serialize-diagnostics") {
      ++I;
      continue;
    }
    Out.push_back(Words[I]);
  }
  return Out;
}

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> makeFiles(const CompileRequest &Request) {
  // Its own current folder, so that threads with different ones do not meet.
  const char *const *Word = Request.Command->argv;
  while (Word[1])
    ++Word;
  llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> Disk = sourceFiles(*Word);
  (void)Disk->setCurrentWorkingDirectory(Request.Command->directory); // the compiler tells
  if (Request.Append.empty() && !Request.Texts)
    return Disk;
  llvm::IntrusiveRefCntPtr<llvm::vfs::InMemoryFileSystem> Memory(new llvm::vfs::InMemoryFileSystem);
  if (Request.Texts)
    for (const auto &[Path, Text] : *Request.Texts)
      Memory->addFile(Path, 0, llvm::MemoryBuffer::getMemBuffer(Text));
  auto Source = Disk->getBufferForFile(*Word);
  if (!Request.Append.empty() && Source) {
    llvm::SmallString<256> Path(*Word);
    (void)Disk->makeAbsolute(Path);
    std::string Text = (*Source)->getBuffer().str() + "\n" + Request.Append + "\n";
    Memory->addFile(Path, 0, llvm::MemoryBuffer::getMemBufferCopy(Text));
  }
  llvm::IntrusiveRefCntPtr<llvm::vfs::OverlayFileSystem> Both(
      new llvm::vfs::OverlayFileSystem(Disk));
  Both->pushOverlay(Memory);
  (void)Both->setCurrentWorkingDirectory(Request.Command->directory);
  return Both;
}

void initializeTarget() {
  static std::once_flag Once;
  std::call_once(Once, [] {
    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
    LLVMInitializeBPFAsmParser();
  });
}

void runCompiler(const CompileRequest &Request, Build &Out) {
  Collector Errors(Out);
  llvm::IntrusiveRefCntPtr<FileManager> Files(
      new FileManager(FileSystemOptions(), makeFiles(Request)));
  tooling::ToolInvocation Invocation(compilerArguments(Request),
                                     std::make_unique<CompileAction>(Request, Out), Files.get());
  Invocation.setDiagnosticConsumer(&Errors);
  // Without a parse there is no success to report.
  if (!Invocation.run() && Request.Bitcode.empty())
    Out.Ok = false;
}

// What crosses from child to parent, in both directions by one list of fields.
class Wire {
public:
  void put(StringRef Text) {
    uint64_t Size = Text.size();
    Bytes.append(reinterpret_cast<const char *>(&Size), sizeof(Size));
    Bytes += Text;
  }
  void put(uint64_t Number) { put(std::to_string(Number)); }
  bool get(std::string &Text) {
    uint64_t Size;
    if (Bytes.size() - At < sizeof(Size))
      return false;
    memcpy(&Size, Bytes.data() + At, sizeof(Size));
    At += sizeof(Size);
    if (Bytes.size() - At < Size)
      return false;
    Text = Bytes.substr(At, Size);
    At += Size;
    return true;
  }
  bool get(uint64_t &Number) {
    std::string Text;
    return get(Text) && !StringRef(Text).getAsInteger(10, Number);
  }
  std::string Bytes;

private:
  size_t At = 0;
};

void write(const Build &B, Wire &Out) {
  Out.put(B.Ok);
  Out.put(B.IsBpf);
  Out.put(B.IsC);
  for (const std::string *Text : {&B.Triple, &B.Bitcode, &B.Object})
    Out.put(*Text);
  Out.put(B.PlaceMacros.size());
  for (const std::string &Name : B.PlaceMacros)
    Out.put(Name);
  Out.put(B.Problems.size());
  for (const Problem &P : B.Problems) {
    for (uint64_t Number : {uint64_t(P.Severity), uint64_t(P.Where.Line), uint64_t(P.Where.Column)})
      Out.put(Number);
    for (const std::string *Text : {&P.Where.File, &P.Message, &P.Rendered})
      Out.put(*Text);
  }
}

bool read(Wire &In, Build &B) {
  uint64_t Ok, IsBpf, IsC, Count;
  if (!In.get(Ok) || !In.get(IsBpf) || !In.get(IsC) || !In.get(B.Triple) || !In.get(B.Bitcode) ||
      !In.get(B.Object) || !In.get(Count))
    return false;
  B.Ok = Ok;
  B.IsBpf = IsBpf;
  B.IsC = IsC;
  for (; Count; --Count) {
    std::string Name;
    if (!In.get(Name))
      return false;
    B.PlaceMacros.insert(Name);
  }
  if (!In.get(Count))
    return false;
  for (; Count; --Count) {
    uint64_t Severity, Line, Column;
    Problem P;
    if (!In.get(Severity) || !In.get(Line) || !In.get(Column) || !In.get(P.Where.File) ||
        !In.get(P.Message) || !In.get(P.Rendered))
      return false;
    P.Severity = opn_severity(Severity);
    P.Where.Line = Line;
    P.Where.Column = Column;
    B.Problems.push_back(std::move(P));
  }
  return true;
}

bool writeAll(int Fd, StringRef Bytes) {
  while (!Bytes.empty()) {
    ssize_t Done = ::write(Fd, Bytes.data(), Bytes.size());
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done <= 0)
      return false;
    Bytes = Bytes.drop_front(Done);
  }
  return true;
}

std::string readAll(int Fd) {
  std::string Out;
  char Buffer[65536];
  lseek(Fd, 0, SEEK_SET);
  for (;;) {
    ssize_t Done = ::read(Fd, Buffer, sizeof(Buffer));
    if (Done < 0 && errno == EINTR)
      continue;
    if (Done <= 0)
      return Out;
    Out.append(Buffer, Done);
  }
}

// Ends the child without the exit handlers and buffers that it has from its
// parent. The parent knows by the last field of the wire whether the work was
// done.
[[noreturn]] void endChild() {
  for (;;)
    kill(getpid(), SIGKILL);
}

// In the child: LLVM gives up; the parent learns why.
void onFatalError(void *Fd, const char *Reason, bool) {
  Build Failed;
  Failed.Problems.push_back({OPN_SEV_ERROR, {}, Reason, ""});
  Wire Out;
  write(Failed, Out);
  writeAll(int(reinterpret_cast<intptr_t>(Fd)), Out.Bytes);
  endChild();
}

[[noreturn]] void runChild(const CompileRequest &Request, int Fd) {
  llvm::install_fatal_error_handler(onFatalError, reinterpret_cast<void *>(intptr_t(Fd)));
  Build Made;
  runCompiler(Request, Made);
  Wire Out;
  write(Made, Out);
  writeAll(Fd, Out.Bytes);
  endChild();
}

} // namespace

std::unique_ptr<Build> compile(const CompileRequest &Request) {
  initializeTarget();
  auto Out = std::make_unique<Build>();
  int Fd = memfd_create("opened-prove", MFD_CLOEXEC);
  pid_t Child = Fd < 0 ? -1 : fork();
  if (Child == 0)
    runChild(Request, Fd);
  if (Child < 0) {
    Out->Problems.push_back({OPN_SEV_ERROR, {}, strerror(errno), ""});
    if (Fd >= 0)
      close(Fd);
    return Out;
  }
  while (waitpid(Child, nullptr, 0) < 0 && errno == EINTR)
    ;
  Wire In;
  In.Bytes = readAll(Fd);
  close(Fd);
  if (!read(In, *Out)) {
    *Out = Build();
    Out->Problems.push_back({OPN_SEV_ERROR, {}, "the compiler crashed", ""});
  }
  return Out;
}

bool emitObject(CompileRequest Request, const llvm::Module &M, std::string &Object) {
  llvm::raw_string_ostream OS(Request.Bitcode);
  llvm::WriteBitcodeToFile(M, OS, /*ShouldPreserveUseListOrder=*/true);
  OS.flush();
  std::unique_ptr<Build> Made = compile(Request);
  Object = std::move(Made->Object);
  return Made->Ok;
}

std::string shownPath(const FilePlace &Where, const opn_command &Command) {
  std::string Path = Where.File;
  if (Path[0] != '/')
    Path = std::string(Command.directory) + "/" + Path;
  if (char *Here = getcwd(nullptr, 0)) {
    std::string Prefix = std::string(Here) + "/";
    free(Here);
    if (llvm::StringRef(Path).starts_with(Prefix))
      Path = Path.substr(Prefix.size());
  }
  return Path;
}

int reportProblems(const Build &Failed, const opn_command &Command, opn_diags *Diags) {
  if (!Failed.IsBpf)
    return opn_diag(Diags, OPN_DIAG_TARGET_NOT_BPF, OPN_NOWHERE, Command.file,
                    Failed.Triple.c_str());
  if (!Failed.IsC)
    return opn_diag(Diags, OPN_DIAG_LANGUAGE_NOT_C, OPN_NOWHERE, Command.file);
  for (const Problem &P : Failed.Problems) {
    std::string Path = P.Where.File.empty() ? "" : shownPath(P.Where, Command);
    opn_loc Loc = {Path.c_str(), P.Where.Line, P.Where.Column, 1};
    opn_diag_foreign(Diags, P.Severity, Path.empty() ? OPN_NOWHERE : Loc, P.Message.c_str(),
                     nullptr, P.Rendered.empty() ? nullptr : P.Rendered.c_str());
  }
  return 0;
}

std::unique_ptr<llvm::Module> readIr(const Build &From, llvm::LLVMContext &Context) {
  llvm::MemoryBufferRef Buffer(From.Bitcode, "ir");
  llvm::Expected<std::unique_ptr<llvm::Module>> M = llvm::parseBitcodeFile(Buffer, Context);
  if (!M) {
    llvm::consumeError(M.takeError());
    return nullptr;
  }
  return std::move(*M);
}

} // namespace opn

static int takeObject(const opn::CompileRequest &Request, opn_diags *diags, void **bytes,
                      size_t *size) {
  std::unique_ptr<opn::Build> Made = opn::compile(Request);
  if (!Made->Ok) {
    if (diags)
      opn::reportProblems(*Made, *Request.Command, diags);
    return -EINVAL;
  }
  *bytes = malloc(Made->Object.size());
  if (!*bytes)
    return -ENOMEM;
  *size = Made->Object.size();
  memcpy(*bytes, Made->Object.data(), *size);
  return 0;
}

int opn_prove_object(const struct opn_command *command, struct opn_diags *diags, void **bytes,
                     size_t *size) {
  return takeObject({command, "", "", {}, ""}, diags, bytes, size);
}

int opn_prove_object_of(const struct opn_command *command, const struct opn_text *texts,
                        size_t count, struct opn_diags *diags, void **bytes, size_t *size) {
  std::map<std::string, std::string> Texts;
  for (size_t I = 0; I < count; ++I)
    Texts[texts[I].path] = texts[I].text;
  return takeObject({command, "", "", {}, "", &Texts}, diags, bytes, size);
}

const char *opn_clang_version(void) { return LLVM_VERSION_STRING; }
