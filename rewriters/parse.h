// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// parse.h - run Clang's front end for one command and keep the AST
#ifndef OPN_PARSE_H
#define OPN_PARSE_H

#include "rewriters.h"
#include "source_model.h"

#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include <memory>

namespace opn {

/// A parsed source with its model. The AST lives as long as this does.
class Parse {
public:
  /// Reports Clang's diagnostics, and ours when there is no AST. Null on failure. Texts: files, by
  /// absolute path, that are read from here and not from disk; null: none. Derived: they are made
  /// of what was parsed before, so Clang's warnings of them are not told again.
  static std::unique_ptr<Parse> run(const opn_command &Command, FileCache &Files,
                                    const CollectOptions &Options, opn_diags *Diags,
                                    const std::map<std::string, std::string> *Texts = nullptr,
                                    bool Derived = false);
  ~Parse();

  SourceModel Model;
  clang::CompilerInstance &compiler() { return *CI; }

private:
  Parse() = default;
  std::unique_ptr<clang::CompilerInstance> CI;
  std::unique_ptr<clang::FrontendAction> Action;
};

} // namespace opn

#endif
