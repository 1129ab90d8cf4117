// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// llvm_compat.h - where LLVM 19 to 22 differ, and nowhere else
#ifndef OPN_LLVM_COMPAT_H
#define OPN_LLVM_COMPAT_H

#include "clang/CodeGen/BackendUtil.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "clang/Driver/Driver.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/TextDiagnosticPrinter.h"
#include "llvm/Config/llvm-config.h"
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
