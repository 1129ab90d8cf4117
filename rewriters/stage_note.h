// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// stage_note.h - a map that tells the next program something of a packet becomes an argument
#ifndef OPN_STAGE_NOTE_H
#define OPN_STAGE_NOTE_H

#include "edits.h"

namespace opn {

/// Why a map cannot become an argument, and where that is seen; empty: it was.
struct NoteRefusal {
  std::string Why;
  clang::SourceLocation Loc;
  explicit operator bool() const { return !Why.empty(); }
};

/// The definition of a map of the source, or null.
const clang::VarDecl *mapOf(const SourceModel &Model, llvm::StringRef Name);
/// The bytes of a map's values, 0: they have no type.
uint64_t valueSize(const clang::VarDecl *Map, const clang::ASTContext &Context);

/// Functions that look an element of the map up, and those that call them, up to Program, take a
/// pointer to it instead, which is called as the map was; the map is gone.
NoteRefusal passNote(const clang::VarDecl *Map, const clang::FunctionDecl *Program,
                     const SourceModel &Model, Edits &Changes);

} // namespace opn

#endif
