// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// source_model.h - what one compile command made of one source
//
// Words: an *instance* is one inclusion of a project file (the main file is one); an *external* is
// one #include, written in a project file, of a header that stays an include (system headers and
// vmlinux.h), with everything below it; a *chunk* is the text of one top-level declaration, or of
// several that share text. Filled by collect.cpp while Clang parses, read-only afterwards.
#ifndef OPN_SOURCE_MODEL_H
#define OPN_SOURCE_MODEL_H

#include "lexed_file.h"

#include "clang/AST/Decl.h"
#include "clang/Basic/FileEntry.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroInfo.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace clang {
class CompilerInstance;
class Preprocessor;
} // namespace clang

namespace opn {

/// How a header was asked for, as the project wrote it.
struct Inclusion {
  std::string Spelling;        ///< with <> or ""
  std::string SearchDir;       ///< the -I folder it was found by
  bool BesideIncluder = false; ///< found in the including file's own folder
  clang::OptionalFileEntryRef File;
};

struct Instance {
  clang::FileID FID;
  Inclusion How;
  const LexedFile *File = nullptr;
  int Parent = -1;                ///< the including instance; -1: main file or -include
  unsigned IncludeOffset = 0;     ///< of the directive in the parent
  int Chunk = -1;                 ///< the parent's chunk whose text the directive is part of
  std::vector<unsigned> Chunks;   ///< by offset
  std::vector<unsigned> Children; ///< project inclusions, in order
};

struct External {
  int Parent = -1; ///< instance of the directive; -1: -include
  unsigned IncludeOffset = 0;
  int Chunk = -1;
  Inclusion How;
  clang::FileID FID; ///< invalid where a guard skipped it
  unsigned Seq = 0;
};

struct Chunk {
  int Instance = -1;
  Range Extent; ///< without attached comments
  llvm::SmallVector<clang::Decl *, 2> Decls;
  unsigned Seq = 0; ///< order in the translation unit, over all instances and externals
};

/// A #define or #undef in a project file.
struct MacroLine {
  int Instance = -1;
  unsigned Directive = 0;                 ///< index in the LexedFile
  const clang::MacroInfo *Info = nullptr; ///< null for #undef
  llvm::StringRef Name;
  int Chunk = -1; ///< the chunk whose text it is part of
  unsigned Seq = 0;
};

/// A place where a macro's definition, or its absence, decides what the compiler sees.
struct MacroUse {
  unsigned Offset = 0;                    ///< of the expansion in its file
  const clang::MacroInfo *Info = nullptr; ///< null: tested and not defined
  llvm::StringRef Name;
};

/// A #pragma outside of every chunk's text (also made by _Pragma in a macro).
struct PragmaUse {
  int Instance = -1;
  Range Extent; ///< the directive, or the macro invocation that makes it
  /// Behind "#pragma"; one line for each where a macro makes several.
  std::string Text;
  unsigned Seq = 0;
};

enum class PlaceKind { Nowhere, Project, External, CommandLine, Builtin };

struct Place {
  PlaceKind Kind = PlaceKind::Nowhere;
  int Index = -1; ///< instance or external
  unsigned Offset = 0;
  clang::FileID FID;
};

class SourceModel {
public:
  clang::SourceManager *SM = nullptr;
  clang::Preprocessor *PP = nullptr;
  clang::ASTContext *Context = nullptr;

  std::vector<Instance> Instances; ///< the main file is [0]
  std::vector<External> Externals;
  std::vector<Chunk> Chunks;
  std::vector<MacroLine> Macros;
  std::vector<PragmaUse> Pragmas;
  llvm::DenseMap<clang::FileID, int> InstanceOf;
  llvm::DenseMap<clang::FileID, int> ExternalOf;
  llvm::DenseMap<const clang::MacroInfo *, unsigned> MacroOf;
  llvm::DenseMap<clang::FileID, std::vector<MacroUse>> Uses; ///< sorted by offset
  /// What each inclusion of a file entered, and what its guards skipped. By inclusion, not by file:
  /// <stddef.h> gives other things under __need_size_t than without.
  llvm::DenseMap<clang::FileID, std::vector<clang::FileID>> Entered;
  llvm::DenseMap<clang::FileID, std::vector<const clang::FileEntry *>> Passed;
  std::map<const clang::FileEntry *, clang::FileID> FirstEntry;
  /// The -I folder by which each was found, as spelled.
  std::map<const clang::FileEntry *, std::string> SearchDirs;
  /// Declarations of each external, filled on demand by declsOf().
  std::vector<std::vector<clang::Decl *>> ExternalDecls;
  /// Declarations whose text begins in one file and ends in another.
  std::vector<clang::Decl *> SplitDecls;

  /// Where a location's text stands: the outermost expansion.
  Place place(clang::SourceLocation Loc) const;
  /// Chunk at an offset of an instance, or -1.
  int chunkAt(int Instance, unsigned Offset) const;
  /// The chunk that a place belongs to, also through inclusions inside of chunks, or -1.
  int chunkAt(const Place &P) const;
  int chunkOf(const clang::Decl *D) const;
  /// Uses inside a range of a file.
  llvm::ArrayRef<MacroUse> usesIn(clang::FileID FID, Range R) const;
  /// All header files that an external makes visible.
  const std::set<const clang::FileEntry *> &reach(unsigned External) const;

private:
  mutable std::map<unsigned, std::set<const clang::FileEntry *>> ReachCache;
};

/// Keeps the LexedFiles of an extraction, by path: shared between commands.
class FileCache {
public:
  explicit FileCache(std::string Root) : Root(std::move(Root)) {}
  const LexedFile *get(llvm::StringRef AbsolutePath, llvm::StringRef Text,
                       const clang::LangOptions &LO);
  std::string relative(llvm::StringRef AbsolutePath) const;
  llvm::StringRef root() const { return Root; }
  std::vector<std::string> paths() const; ///< absolute, sorted
  llvm::StringRef absolute(const LexedFile *F) const;
  const LexedFile *find(llvm::StringRef AbsolutePath) const; ///< null: not read
  /// All files that parses read, those of the system too; absolute.
  std::set<std::string> Dependencies;

private:
  struct Entry {
    std::string Text;
    std::unique_ptr<LexedFile> File;
  };
  std::string Root;
  std::map<std::string, Entry> Files;
};

struct CollectOptions {
  bool SlimVmlinux = false;
  std::vector<std::string> KeepIncludes; ///< globs over the name in #include
};

/// Attaches the preprocessor's observer; call before parsing. The model must outlive the parse.
void observePreprocessor(clang::CompilerInstance &CI, SourceModel &Model, FileCache &Files,
                         const CollectOptions &Options);
/// Makes chunks of the parsed declarations and brings everything into the unit's order.
void collectDeclarations(clang::ASTContext &Context, SourceModel &Model);

} // namespace opn

#endif
