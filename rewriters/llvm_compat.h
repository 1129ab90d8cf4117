// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_compat.h - where LLVM 19 to 22 differ, and nowhere else
#ifndef OPN_LLVM_COMPAT_H
#define OPN_LLVM_COMPAT_H

#include "clang/AST/Decl.h"
#include "clang/AST/Expr.h"
#include "clang/CodeGen/BackendUtil.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "clang/Driver/Driver.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "clang/Frontend/Utils.h"
#include "llvm/Config/llvm-config.h"
#if LLVM_VERSION_MAJOR >= 22
#include "clang/Driver/CreateInvocationFromArgs.h"
#include "clang/Options/Options.h"
#else
#include "clang/Driver/Options.h"
#endif
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

namespace opn {

// A Clang executable of the version that is linked in: its folder is how the
// driver finds the compiler's own headers. Needs no such file when the build
// names the folder of these headers.
inline std::string clangExecutable() {
#ifdef OPN_CLANG_PREFIX
  return OPN_CLANG_PREFIX "/bin/clang";
#else
  std::string Name = "clang-" + std::to_string(LLVM_VERSION_MAJOR);
  llvm::ErrorOr<std::string> Found = llvm::sys::findProgramByName(Name);
  llvm::SmallString<128> Real;
  if (Found && !llvm::sys::fs::real_path(*Found, Real))
    return std::string(Real);
  return Name;
#endif
}

inline std::unique_ptr<clang::TextDiagnosticPrinter>
makeTextPrinter(llvm::raw_ostream &OS, clang::DiagnosticOptions &Options) {
#if LLVM_VERSION_MAJOR >= 21
  return std::make_unique<clang::TextDiagnosticPrinter>(OS, Options);
#else
  return std::make_unique<clang::TextDiagnosticPrinter>(OS, &Options);
#endif
}

/// Options of diagnostics, which engines and printers of LLVM 19 and 20 want to count.
class OwnDiagnosticOptions {
public:
  clang::DiagnosticOptions &get() { return *Options; }

private:
#if LLVM_VERSION_MAJOR >= 21
  std::unique_ptr<clang::DiagnosticOptions> Options = std::make_unique<clang::DiagnosticOptions>();
#else
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> Options =
      llvm::makeIntrusiveRefCnt<clang::DiagnosticOptions>();
#endif
};

/// The text of assembly outside of functions.
inline std::string assemblyText(const clang::FileScopeAsmDecl &D) {
#if LLVM_VERSION_MAJOR >= 21
  return D.getAsmString();
#else
  return D.getAsmString()->getString().str();
#endif
}

/// An engine that owns its client.
inline llvm::IntrusiveRefCntPtr<clang::DiagnosticsEngine>
makeDiagnostics([[maybe_unused]] llvm::vfs::FileSystem &FS, OwnDiagnosticOptions &Options,
                clang::DiagnosticConsumer *Client) {
#if LLVM_VERSION_MAJOR >= 21
  return clang::CompilerInstance::createDiagnostics(FS, Options.get(), Client);
#elif LLVM_VERSION_MAJOR >= 20
  return clang::CompilerInstance::createDiagnostics(FS, &Options.get(), Client);
#else
  return clang::CompilerInstance::createDiagnostics(&Options.get(), Client);
#endif
}

/// A compiler that sees this file system.
inline std::unique_ptr<clang::CompilerInstance>
makeCompiler(std::shared_ptr<clang::CompilerInvocation> Invocation,
             llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> FS) {
#if LLVM_VERSION_MAJOR >= 22
  auto CI = std::make_unique<clang::CompilerInstance>(std::move(Invocation));
  CI->setVirtualFileSystem(std::move(FS));
  CI->createFileManager();
#elif LLVM_VERSION_MAJOR >= 21
  auto CI = std::make_unique<clang::CompilerInstance>(std::move(Invocation));
  CI->createFileManager(std::move(FS));
#else
  auto CI = std::make_unique<clang::CompilerInstance>();
  CI->setInvocation(std::move(Invocation));
  CI->createFileManager(std::move(FS));
#endif
  return CI;
}

/// Gives a compiler an engine that owns its client.
inline void addDiagnostics(clang::CompilerInstance &CI, clang::DiagnosticConsumer *Client) {
#if LLVM_VERSION_MAJOR == 20 || LLVM_VERSION_MAJOR == 21
  CI.createDiagnostics(CI.getVirtualFileSystem(), Client);
#else
  CI.createDiagnostics(Client);
#endif
}

inline std::unique_ptr<clang::CodeGenerator>
makeCodeGenerator(clang::CompilerInstance &CI, llvm::StringRef Name, llvm::LLVMContext &Context) {
#if LLVM_VERSION_MAJOR >= 22
  return clang::CreateLLVMCodeGen(CI, Name, Context);
#else
  return std::unique_ptr<clang::CodeGenerator>(clang::CreateLLVMCodeGen(
      CI.getDiagnostics(), Name, &CI.getVirtualFileSystem(), CI.getHeaderSearchOpts(),
      CI.getPreprocessorOpts(), CI.getCodeGenOpts(), Context));
#endif
}

inline const clang::TypedefNameDecl *typedefOf(clang::TypedefTypeLoc L) {
#if LLVM_VERSION_MAJOR >= 22
  return L.getDecl();
#else
  return L.getTypedefNameDecl();
#endif
}

/// The type that is defined right there, or null.
inline clang::TagDecl *definedIn(clang::TypeLoc L) {
#if LLVM_VERSION_MAJOR >= 22
  auto Tag = L.getAs<clang::TagTypeLoc>();
  return Tag && Tag.isDefinition() ? Tag.getDecl() : nullptr;
#else
  auto Elaborated = L.getAs<clang::ElaboratedTypeLoc>();
  return Elaborated ? Elaborated.getTypePtr()->getOwnedTagDecl() : nullptr;
#endif
}

inline std::string asmText(const clang::GCCAsmStmt *S) {
#if LLVM_VERSION_MAJOR >= 21
  return S->getAsmString();
#else
  return S->getAsmString()->getString().str();
#endif
}

inline clang::QualType recordType(const clang::RecordDecl *RD, const clang::ASTContext &Context) {
#if LLVM_VERSION_MAJOR >= 22
  return Context.getCanonicalTagType(RD);
#else
  return Context.getRecordType(RD);
#endif
}

inline unsigned bitWidth(const clang::FieldDecl *Field,
                         [[maybe_unused]] const clang::ASTContext &Context) {
#if LLVM_VERSION_MAJOR >= 20
  return Field->getBitWidthValue();
#else
  return Field->getBitWidthValue(Context);
#endif
}

// What a visitor's TraverseFooTypeLoc() takes beside the place.
#if LLVM_VERSION_MAJOR >= 22
#define OPN_QUALIFIER_PARAMETER , bool TraverseQualifier
#define OPN_QUALIFIER_ARGUMENT , TraverseQualifier
#else
#define OPN_QUALIFIER_PARAMETER
#define OPN_QUALIFIER_ARGUMENT
#endif

// Runs the optimiser and the backend as clang -c does.
inline void emitObjectCode(clang::CompilerInstance &CI, llvm::Module &M,
                           std::unique_ptr<llvm::raw_pwrite_stream> OS) {
  llvm::StringRef Layout = M.getDataLayoutStr();
#if LLVM_VERSION_MAJOR >= 22
  clang::emitBackendOutput(CI, CI.getCodeGenOpts(), Layout, &M, clang::Backend_EmitObj,
                           CI.getVirtualFileSystemPtr(), std::move(OS));
#elif LLVM_VERSION_MAJOR >= 20
  clang::emitBackendOutput(CI, CI.getCodeGenOpts(), Layout, &M, clang::Backend_EmitObj,
                           &CI.getVirtualFileSystem(), std::move(OS));
#else
  clang::EmitBackendOutput(CI.getDiagnostics(), CI.getHeaderSearchOpts(), CI.getCodeGenOpts(),
                           CI.getTargetOpts(), CI.getLangOpts(), Layout, &M, clang::Backend_EmitObj,
                           &CI.getVirtualFileSystem(), std::move(OS));
#endif
}

} // namespace opn

#endif
