// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse_pieces.h - a stage's text cut into what can stand in a joined source once
#ifndef OPN_FUSE_PIECES_H
#define OPN_FUSE_PIECES_H

#include "fuse.h"

namespace opn {

/// What stands between two places of a stage's text where something begins.
struct Piece {
  enum What { Declaration, Define, Undefine, Include, Pragma, Conditional } Kind = Declaration;
  Range Core;                  ///< the declaration or directive itself
  unsigned Begin = 0, End = 0; ///< with what stands above and behind it
  std::vector<clang::Decl *> Decls;
  std::string Name;                 ///< of the macro or header
  std::vector<unsigned> Directives; ///< that define macros, or undefine them
  std::string Signature;            ///< equal pieces have equal ones
  std::set<std::string> Declares, Names;
  bool IsState = false; ///< each stage has its own
};

struct FusedStage : StageSource {
  using StageSource::StageSource;
  std::vector<Piece> Pieces;
  std::map<std::string, std::vector<unsigned>> Declared; ///< pieces by what they declare
  std::map<std::string, std::vector<clang::SourceLocation>> Places;
  std::set<std::string> Undefined;       ///< that the kernel or another source defines
  std::set<std::string> Words;           ///< all identifiers
  std::map<std::string, unsigned> Group; ///< number of what is the same in several stages
  std::unique_ptr<PacketFlow> Flow;
  ParseCall Call;
};

/// Tags and all other names are two worlds.
inline std::string keyOf(const clang::NamedDecl *D) {
  return (llvm::isa<clang::TagDecl>(D) ? "tag " : "name ") + D->getName().str();
}

inline llvm::StringRef nameOf(llvm::StringRef Key) { return Key.split(' ').second; }

/// Fills Pieces, and what is known of names, of a parsed stage.
void cutPieces(FusedStage &S);

} // namespace opn

#endif
