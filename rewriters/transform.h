// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// transform.h - one source, parsed, whose programs move to another hook
//
// The object behind opn_transformation of rewriters.h. transform.cpp decides which functions take
// part and makes the programs; sites.cpp walks their text; rows.cpp does what a row of the pair's
// table says.
#ifndef OPN_TRANSFORM_H
#define OPN_TRANSFORM_H

#include "edits.h"
#include "facts.h"
#include "parse.h"
#include "unwrap.h"

#include "clang/AST/Expr.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace opn {

using FunctionSet = llvm::SetVector<const clang::FunctionDecl *>;

/// One parse and who takes part in it.
class Rewriting {
public:
  Rewriting(const SourceModel &Model, const opn_transform_options &Options, const opn_pair &Pair,
            Edits &Changes, std::vector<opn_site> &Sites, Results &R, opn_diags *Diags)
      : Model(Model), Options(Options), Pair(Pair), Context(*Model.Context), Changes(&Changes),
        Sites(&Sites), R(R), Diags(Diags), Spell(Model) {}
  /// Takes back what another pair has made.
  Rewriting(const SourceModel &Model, const opn_transform_options &Options, const Unwrapping &Made,
            Edits &Changes, std::vector<opn_site> &Sites, Results &R, opn_diags *Diags)
      : Rewriting(Model, Options, Made.pair(), Changes, Sites, R, Diags) {
    Back = &Made;
  }

  /// Makes all edits. Going: programs that leave their hook too, though not now. False when
  /// something was refused.
  bool run(const FunctionSet &Programs, const FunctionSet &Going);

  /// For a compile command that none of the programs is of: whether what has changed leaves its own
  /// as they are.
  bool keepAll();

  /// The functions that the programs consist of.
  const FunctionSet &reached() const { return Reached; }

  /// Files whose text calls the shim, and where it is to be included.
  std::map<const LexedFile *, unsigned> Includes;
  /// The source has no definition of the new context.
  bool Undefined = false;
  /// Something was changed that only a compiler can check.
  bool Unusual = false;
  /// The compiler was told to copy only those functions that must be inlined.
  bool CopiesLittle = false;
  /// Rules whose loss was met.
  std::set<std::string> Losses;

  //===-- for the walk of the sites -------------------------------------------------------------//

  bool isContext(clang::QualType Pointer) const;
  bool isContextRecord(const clang::RecordDecl *RD) const;
  /// The context, or pointers to it or arrays of it.
  bool isOfContext(clang::QualType T) const;
  /// The same of the context that comes.
  bool isOfNewContext(clang::QualType T) const;
  /// Whether the context that comes is the kernel's own type.
  bool isKnownToKernel() const { return !Pair.native; }
  /// Whether a value is the context, also as a void pointer.
  bool holdsContext(const clang::Expr *E) const;
  /// Whether the function that is walked is one that a row speaks of, as bpf_tail_call_static() is
  /// when libbpf's headers are the project's own.
  bool hasRow() const;
  void typeSite(clang::SourceLocation Name);
  void memberSite(const clang::MemberExpr *ME, bool IsStore);
  void callSite(const clang::CallExpr *CE);
  void referenceSite(const clang::DeclRefExpr *Ref, bool IsCallee);
  void kfuncSite(const clang::FunctionDecl *FD, clang::SourceLocation Loc);
  void addressSite(const clang::UnaryOperator *E);
  void stringSite(const clang::StringLiteral *E);
  void numberSite(const clang::IntegerLiteral *E);
  void nameSite(const clang::PredefinedExpr *E);
  /// A construct that no rule covers.
  void reject(clang::SourceLocation Loc, const std::string &What, const std::string &Why,
              const char *Help);

private:
  struct Callee {
    const clang::NamedDecl *D = nullptr;
    std::string Name; ///< the kernel's
  };

  /// Gives up, or leaves an #error at the place and goes on.
  void fail(clang::SourceLocation Loc, const std::string &What, const std::string &Why);
  opn_loc loc(clang::SourceLocation Loc, unsigned Length = 1) const;
  Callee calleeOf(const clang::CallExpr *CE) const;
  void site(const std::string &Rule, clang::SourceLocation Loc, const opn_row *Row,
            const std::string &Text, opn_site_kind Kind = OPN_SITE_EXACT,
            const char *Why = nullptr);
  /// Reports what speaks against a row. False when the site cannot be rewritten.
  void conflict(clang::SourceLocation Loc, const std::string &What);
  bool calls(llvm::StringRef Name) const;
  void checkStack(const clang::FunctionDecl *FD);
  bool takes(const opn_row &Row, const std::string &Group, const std::string &What,
             clang::SourceLocation Loc);
  bool withinLimits(const opn_row &Row, const clang::CallExpr *CE, const std::string &What);
  const opn_row *rowByMap(const opn_row &Row, const clang::CallExpr *CE, const std::string &What);
  void giveContext(const clang::CallExpr *CE, const std::string &Rule, const std::string &What);
  void nativeArguments(const clang::CallExpr *CE, const std::string &Rule);
  const clang::VarDecl *mapOf(const clang::Expr *E) const;
  bool edit(const Spot &S, llvm::StringRef Text, const std::string &Rule, clang::SourceLocation Loc,
            const std::string &What);
  void insert(const Spot &S, unsigned Offset, llvm::StringRef Text, const std::string &Rule);
  void fieldSite(const clang::MemberExpr *ME, bool IsStore);
  void use(const Spot &S);
  void makeProgram(const clang::FunctionDecl *FD);
  bool memberBack(const clang::MemberExpr *ME, bool IsStore);
  void accessorBack(const clang::CallExpr *CE, const opn_row &Row, const std::string &What);
  void takeContext(const clang::CallExpr *CE, const std::string &Rule, const std::string &What);
  void callBack(const clang::CallExpr *CE, const clang::NamedDecl *D, std::string Name);
  llvm::StringRef shimMacro(clang::SourceLocation &Loc) const;
  void unwrapProgram(const clang::FunctionDecl *Entry);
  void dropIncludes();
  bool isShim(const clang::Decl *D) const { return Back && Back->isShim(D); }
  std::string section(llvm::StringRef Old) const;
  bool hasPlainSection(clang::SourceLocation Loc) const;
  void announce(const clang::FunctionDecl *Prototype, const clang::SectionAttr &A,
                llvm::StringRef Section);
  void makeStatic(const clang::FunctionDecl *FD);
  void makeGlobal(const clang::FunctionDecl *FD);
  std::string bodyName(const clang::FunctionDecl *FD) const;
  void walkFunction(const clang::FunctionDecl *FD);
  void declareKfunc(const clang::FunctionDecl *FD);
  void walkDeclarations();
  bool takesContext(const clang::FunctionDecl *FD) const;
  bool namesContext(const clang::FunctionDecl *FD) const;
  void walkUnreached();
  bool hasNamesLikeOurs() const;
  void findApart();
  void findHidden();
  bool hide(const clang::Stmt *S, const clang::FunctionDecl *In);
  void unknownCall(const clang::CallExpr *CE);
  bool leaveOut(const clang::FunctionDecl *FD);
  void noteMacro(const Spot &S, clang::SourceLocation Loc);
  bool seesAllOfMacros() const;
  void keepUnused();
  void checkShared();
  void checkStrings();
  void checkLines();
  void otherValue(clang::SourceLocation Loc, const std::string &What, const char *Why);
  void checkPrograms(const clang::VarDecl *Map);
  unsigned placeOfInclude(const LexedFile *File, unsigned First) const;

  const SourceModel &Model;
  const opn_transform_options &Options;
  const opn_pair &Pair;
  const Unwrapping *Back = nullptr; ///< null: programs of this hook leave it
  /// Members of our context that hold the kernel's, and were seen to.
  llvm::SmallPtrSet<const clang::MemberExpr *, 8> Unwrapped;
  const clang::ASTContext &Context;
  Edits *Changes;
  std::vector<opn_site> *Sites;
  Results &R;
  opn_diags *Diags;
  Speller Spell;

  std::map<const LexedFile *, unsigned> FirstUse;
  /// What the preprocessor made strings of, where.
  std::vector<std::pair<clang::SourceLocation, std::string>> MadeStrings;
  std::vector<clang::SourceLocation> LineNumbers; ///< where __LINE__ stands
  const clang::RecordDecl *From = nullptr; ///< the context that goes; null: not in this source
  FunctionSet Programs, Going;
  FunctionSet Reached; ///< from the programs, themselves included
  FunctionSet Kept;    ///< reached from programs that stay
  std::map<const clang::FunctionDecl *, const clang::FunctionDecl *> KeptBy;
  const clang::FunctionDecl *Current = nullptr;
  /// Functions that may be called, not copied into the program, with what they call: by whom of
  /// those.
  llvm::DenseMap<const clang::FunctionDecl *, const clang::FunctionDecl *> Apart;
  /// Set while a prototype of a program is walked: it announces the new program.
  llvm::StringRef ContextName;
  bool Failed = false;
  /// Types outside of functions were changed.
  bool Outside = false;
  /// What was changed in a macro's definition: the expansions in which it was met, by the place.
  std::map<std::pair<const LexedFile *, unsigned>, std::set<clang::FileID>> InMacros;
  /// Helpers, declared by the project, whose calls became others; and those still called.
  llvm::SetVector<const clang::VarDecl *> Replaced, StillCalled;
  /// Void pointers that hold the context: variables, members, and functions that return one.
  llvm::SmallPtrSet<const clang::ValueDecl *, 8> Hidden;
  std::set<std::pair<unsigned, std::string>> Told; ///< what was reported, by place and message
};

/// Adds the functions that code refers to, as they are defined.
void functionsIn(const clang::Stmt *S, FunctionSet &Out);
/// A function and all that run when it is called.
FunctionSet reachedFrom(const clang::FunctionDecl *FD);

/// Walks declarations and hands what the pair has a meaning for to the rewriting.
void walkSites(const clang::Decl *D, Rewriting &To, bool TypesOnly);

} // namespace opn

#endif
