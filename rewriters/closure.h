// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// closure.h - what a target needs
//
// From a SourceModel and a target to the set of chunks, macro directives, external includes,
// pragmas and conditionals that the unit must hold. Need is a relation between texts: a chunk needs
// what its declarations refer to and the macros that its text expands or tests.
#ifndef OPN_CLOSURE_H
#define OPN_CLOSURE_H

#include "source_model.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

namespace opn {

/// How text uses a declaration.
enum class UseKind {
  Value,            ///< function, variable, enumerator, typedef
  Complete,         ///< a record whose members or size matter
  Named,            ///< a record that is only named
  Tagged,           ///< the target of a pointer with a BTF type tag
  Implied,          ///< a function that assembly names: no call in the source
  NamedInPrototype, ///< named where a first mention would be local to a parameter list
  Contained,        ///< named by a tag only, as what a list or tree holds
  Described,        ///< LLVM writes the record into BTF because of this text
};

struct DeclUse {
  const clang::NamedDecl *D;
  UseKind Kind;
};

/// What the declarations of one chunk (or of one external) refer to, in order of first mention.
std::vector<DeclUse> usesOf(llvm::ArrayRef<clang::Decl *> Decls, const clang::ASTContext &Context);

class Closure {
public:
  /// KeepDirectives: the #include of a project file is printed too (a tree of files).
  Closure(const SourceModel &Model, bool KeepDirectives);

  void need(const clang::NamedDecl *Target);
  void needRecord(const clang::RecordDecl *Definition);
  /// Finishes: late definitions, includes, pragmas, #undef, static assertions.
  void finish();

  // The result; indices into the model's vectors.
  llvm::BitVector Chunks, Externals, Macros, Pragmas;
  std::set<std::string> CommandLineMacros; ///< names that the command defines and the unit needs
  std::set<std::string> TestedUndefined;   ///< names that are tested and not defined
  std::vector<std::set<int>> Groups;       ///< per instance: conditionals to emit
  /// Externs that need a mention in C so that LLVM describes them in BTF.
  llvm::SetVector<const clang::FunctionDecl *> Described;
  /// Records that need a mention in a prototype for the same reason.
  llvm::SetVector<const clang::RecordDecl *> DescribedTypes;
  llvm::SetVector<const clang::NamedDecl *> Undefined; ///< referred to and defined nowhere here

private:
  struct Requirement {
    const clang::FileEntry *File;
    unsigned Seq;                             ///< of the earliest use
    int Physical;                             ///< the external that entered the file
    std::set<const clang::FileEntry *> Twins; ///< that serve as well
  };

  void needChunk(int C);
  void needMacro(const clang::MacroInfo *Info, unsigned UserSeq);
  void needMacroDirective(unsigned M);
  void needUses(clang::FileID FID, Range R, unsigned UserSeq, int UserExternal);
  void needText(int Instance, Range R, unsigned UserSeq);
  void needGuards(int Instance, unsigned Offset);
  void needExternal(int E);
  void needDecl(const DeclUse &U, unsigned UserSeq, int UserChunk, int UserExternal);
  void require(int Physical, clang::FileID FID, unsigned UserSeq, int UserExternal,
               const std::set<const clang::FileEntry *> &Twins = {});
  void drain();
  void processChunk(int C);
  bool isItself(const MacroUse &U, clang::FileID FID) const;
  bool isRename(const clang::MacroInfo &Info, clang::FileID FID, unsigned Offset) const;
  llvm::StringSet<> wordsOfText() const;
  llvm::StringSet<> namesOfTypes(llvm::SetVector<const clang::Decl *> &Decls) const;
  llvm::StringSet<> wordsInUse() const;
  bool settingMatters(llvm::StringRef Name, const llvm::StringSet<> &Used) const;
  void resolveSettings();
  bool meanSame(const clang::MacroInfo &A, const clang::MacroInfo &B) const;
  const std::set<const clang::FileEntry *> &twinsOf(llvm::StringRef Name,
                                                    const clang::MacroInfo &Info);
  bool resolveRenames();
  bool resolveNamed();
  bool resolveExternals();
  bool resolveImplied();
  bool resolveFileAsm();
  void resolveTagged();
  void resolveStaticAsserts();
  void resolvePragmas();
  void resolveUndefs();
  bool mentionedAfter(llvm::StringRef Name, unsigned Seq) const;
  bool mayDefine(int E, llvm::StringRef Name) const;

  const SourceModel &Model;
  std::vector<int> Work;
  std::map<const clang::FileEntry *, Requirement> Required;
  struct NamedUse {
    const clang::TagDecl *D;
    unsigned Seq;
    int Chunk;
    bool InPrototype;
  };
  std::vector<NamedUse> NamedUses;
  llvm::SetVector<const clang::FunctionDecl *> Implied, Called;
  llvm::SetVector<const clang::RecordDecl *> Tagged, Contained;
  std::map<int, std::vector<DeclUse>> UseCache;
  std::set<unsigned> Renames; ///< macros by which only headers that stay includes rename something
  std::set<std::string> HeaderSettings; ///< macros of the command line that headers test
  std::map<const clang::MacroInfo *, std::set<const clang::FileEntry *>> Twins;
  bool KeepDirectives;
};

} // namespace opn

#endif
