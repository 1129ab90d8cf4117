// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// entry.h - make a program of a function that is none
#ifndef OPN_ENTRY_H
#define OPN_ENTRY_H

#include "facts.h"

namespace opn {

struct Entry {
  std::string Name, Text;
  const clang::RecordDecl *Context = nullptr; ///< must be in the unit, complete
};

/// The name that the entry of a function gets.
std::string entryName(llvm::StringRef Function);

/// Writes an entry that calls FD at the rule's hook. Reports and returns false where an argument
/// cannot be made up honestly.
bool makeEntry(const clang::FunctionDecl *FD, const opn_entry_rule &Rule, const SourceModel &Model,
               opn_diags *Diags, Entry &Out);

} // namespace opn

#endif
