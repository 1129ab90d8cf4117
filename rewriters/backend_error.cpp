// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// backend_error.cpp - LLVM's first error as a problem of the source
#include "backend_error.h"

#include "llvm_compat.h"

#include "clang/AST/ASTContext.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/Support/SourceMgr.h"

using namespace clang;

namespace opn {
namespace {

class First : public llvm::DiagnosticHandler {
public:
  explicit First(BackendError &Error) : Error(Error) {}
  bool handleDiagnostics(const llvm::DiagnosticInfo &Info) override {
    if (Info.getSeverity() != llvm::DS_Error || !Error.Message.empty())
      return true;
    if (const auto *Assembly = llvm::dyn_cast<llvm::DiagnosticInfoSrcMgr>(&Info)) {
      const llvm::SMDiagnostic &Said = Assembly->getSMDiag();
      Error = {Said.getMessage().str(), true, unsigned(Assembly->getLocCookie()),
               unsigned(std::max(Said.getLineNo(), 0))};
      return true;
    }
    llvm::raw_string_ostream OS(Error.Message);
    llvm::DiagnosticPrinterRawOStream Printer(OS);
    Info.print(Printer);
    return true;
  }

private:
  BackendError &Error;
};

SourceLocation placeOf(const BackendError &Error, const ASTContext &Context) {
  if (!Error.IsAssembly || Error.Cookie)
    return SourceLocation::getFromRawEncoding(Error.Cookie);
  unsigned Line = 0;
  for (const Decl *D : Context.getTranslationUnitDecl()->decls())
    if (const auto *Assembly = dyn_cast<FileScopeAsmDecl>(D)) {
      Line += 1 + llvm::StringRef(assemblyText(*Assembly)).count('\n');
      if (Error.Line <= Line)
        return D->getLocation();
    }
  return {};
}

} // namespace

std::unique_ptr<llvm::DiagnosticHandler> keepFirst(BackendError &Error) {
  return std::make_unique<First>(Error);
}

Problem problemOf(const BackendError &Error, const ASTContext &Context) {
  Problem P = {OPN_SEV_ERROR, {}, Error.Message, ""};
  if (Error.IsAssembly)
    P.Message = std::string(Error.Cookie ? "this assembly" : "assembly outside of functions") +
                " is not BPF's: " + Error.Message;
  const SourceManager &SM = Context.getSourceManager();
  PresumedLoc Loc = SM.getPresumedLoc(SM.getExpansionLoc(placeOf(Error, Context)));
  if (Loc.isValid())
    P.Where = {Loc.getFilename(), Loc.getLine(), Loc.getColumn()};
  return P;
}

} // namespace opn
