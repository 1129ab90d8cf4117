// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lexed_file.h - the lexical shape of one project file
//
// Directives, conditional groups, comments and tokens with their offsets, as a raw lexer sees them:
// independent of which branches a command compiles, so one LexedFile serves every inclusion of the
// file and every compile command. It has no state that changes after construction.
#ifndef OPN_LEXED_FILE_H
#define OPN_LEXED_FILE_H

#include "clang/Basic/LangOptions.h"
#include "clang/Basic/TokenKinds.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace opn {

/// Bytes [Begin, End) of a file.
struct Range {
  unsigned Begin = 0, End = 0;
  bool contains(unsigned Offset) const { return Begin <= Offset && Offset < End; }
  bool overlaps(const Range &R) const { return Begin < R.End && R.Begin < End; }
};

/// A preprocessing directive, from its '#' to the end of its logical line.
struct Directive {
  Range Extent;
  clang::tok::PPKeywordKind Kind = clang::tok::pp_not_keyword;
  llvm::StringRef Name; ///< the macro of #define and #undef, the first word of #pragma
  int Group = -1;       ///< the conditional that this directive opens, continues or closes
  int Enclosing = -1;   ///< the innermost conditional around it (never its own)
};

/// #if ... #elif ... #else ... #endif; Directives are indices, the last one is the #endif.
struct ConditionalGroup {
  std::vector<unsigned> Directives;
  int Enclosing = -1;
};

struct Comment {
  Range Extent;
  bool FirstOnLine = false;
};

struct RawToken {
  unsigned Begin = 0;
  unsigned Length = 0;
  clang::tok::TokenKind Kind = clang::tok::unknown;
  unsigned end() const { return Begin + Length; }
};

/// Begins a unit's comment that says where the text below it is from: PATH:FIRST-LAST.
inline constexpr char OriginMark[] = "/* Extracted from ";

class LexedFile {
public:
  LexedFile(std::string RelativePath, llvm::StringRef Text, const clang::LangOptions &LO);

  llvm::StringRef path() const { return Path; }
  llvm::StringRef text() const { return Text; }
  llvm::StringRef text(Range R) const { return Text.slice(R.Begin, R.End); }
  /// All but white space at the end, and a byte order mark: what may stand amid other text.
  Range body() const {
    return {Text.starts_with("\xEF\xBB\xBF") ? 3u : 0u, unsigned(Text.rtrim().size())};
  }
  llvm::ArrayRef<Directive> directives() const { return Directives; }
  llvm::ArrayRef<ConditionalGroup> groups() const { return Groups; }
  llvm::ArrayRef<Comment> comments() const { return Comments; }
  /// Tokens outside of directives and comments.
  llvm::ArrayRef<RawToken> tokens() const { return Tokens; }

  unsigned line(unsigned Offset) const; ///< counts from 1
  /// Where text of a unit was extracted from, by the comment above it: path and line. An empty
  /// path: no comment says.
  std::pair<llvm::StringRef, unsigned> origin(unsigned Offset) const;
  unsigned column(unsigned Offset) const; ///< counts from 1, in bytes
  /// The start of Offset's line, or of the one above where a directive can stand: neither a
  /// backslash nor a comment leads into it.
  unsigned freshLine(unsigned Offset) const;

  /// Index of the directive that contains or starts at Offset, or -1.
  int directiveAt(unsigned Offset) const;
  /// The innermost conditional group that encloses Offset (a directive's own does not), or -1.
  int groupAt(unsigned Offset) const;
  /// From the start of a group's #if to the end of its #endif.
  Range groupExtent(int Group) const;
  /// Index of the first token at or after Offset.
  size_t tokenAfter(unsigned Offset) const;

  /// The range with the comments that belong to it: those directly above, and behind it on the
  /// last line. Licence comments never belong to a declaration.
  Range withComments(Range R) const;
  /// Start of the comment block that is directly above, or R.Begin.
  unsigned attachedStart(Range R) const;

  /// The comments before the first token or directive that name a licence or a copyright.
  std::vector<Range> licenceComments() const;

  /// The group that is this file's include guard (#ifndef X / #define X around everything), or -1.
  int includeGuard() const { return Guard; }
  bool hasPragmaOnce() const { return PragmaOnce; }

private:
  void lex(const clang::LangOptions &LO);
  void nest();
  void findGuard();

  std::string Path;
  llvm::StringRef Text;
  std::vector<Directive> Directives;
  std::vector<ConditionalGroup> Groups;
  std::vector<Comment> Comments;
  std::vector<RawToken> Tokens;
  std::vector<unsigned> LineStarts;
  int Guard = -1;
  bool PragmaOnce = false;
};

/// The comment that marks a file as ours, up to the version.
inline constexpr char UnitMark[] = "/* Extracted by opened-extract ";
/// Whether an extraction wrote the file.
bool isUnit(const LexedFile &F);

} // namespace opn

#endif
