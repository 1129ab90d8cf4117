// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// edits.h - changes to the text of project files, collected first and applied at once
//
// A place may be reached many times: through several inclusions of its file, several commands or
// several expansions of the macro that it stands in. The same change is made once; two different
// changes of one place are a contradiction that the caller must refuse.
#ifndef OPN_EDITS_H
#define OPN_EDITS_H

#include "source_model.h"

namespace opn {

/// Text of a project file that can be changed.
struct Spot {
  const LexedFile *File = nullptr; ///< null: the text cannot be changed
  Range Extent;
  /// The name of the macro in whose definition it stands, or empty.
  llvm::StringRef Macro;
  explicit operator bool() const { return File; }
};

/// Finds where tokens are spelled.
class Speller {
public:
  explicit Speller(const SourceModel &Model) : Model(Model) {}
  /// One token.
  Spot token(clang::SourceLocation Loc) const;
  /// From the first byte of one token to the last of another, when both stand in one text: a file
  /// outside of directives, or the definition of one macro.
  Spot range(clang::SourceLocation Begin, clang::SourceLocation End) const;
  /// The same; an argument of a macro is taken for the parameter in the macro's definition.
  Spot parameter(clang::SourceLocation Begin, clang::SourceLocation End) const;
  /// The outermost text that makes the tokens at Loc but not those at Other: the macro invocation
  /// SEC("x") when Loc is in the attribute that it expands to and Other outside.
  Spot invocation(clang::SourceLocation Loc, clang::SourceLocation Other) const;

private:
  Spot spot(clang::SourceLocation Begin, clang::SourceLocation End) const;
  const SourceModel &Model;
};

struct Edit {
  const LexedFile *File;
  unsigned Offset, Length;
  std::string Text;
  std::string Rule;
};

class Edits {
public:
  /// False when another change was asked for at this place.
  bool replace(const Spot &S, llvm::StringRef Text, llvm::StringRef Rule);
  /// A token that means something else there, and so must stay. False when it was replaced.
  bool keep(const Spot &S);
  /// Before what begins at this offset; several insertions stand in the order in which they came,
  /// those that are to be first before all others.
  void insert(const LexedFile *File, unsigned Offset, llvm::StringRef Text, llvm::StringRef Rule,
              bool First = false);
  /// In the order of offsets, with the file's own line ends.
  std::vector<Edit> of(const LexedFile *File) const;
  std::set<const LexedFile *> files() const;

private:
  struct Replacement {
    unsigned Length;
    std::string Text, Rule;
  };
  struct Insertion {
    std::string Text, Rule;
  };
  struct FileEdits {
    std::map<unsigned, Replacement> Replacements;
    std::map<unsigned, std::vector<Insertion>> Insertions;
    std::set<unsigned> Kept;
  };
  std::map<const LexedFile *, FileEdits> Files;
};

/// The text of a file with its edits.
std::string applied(const LexedFile *File, const std::vector<Edit> &Edits);

} // namespace opn

#endif
