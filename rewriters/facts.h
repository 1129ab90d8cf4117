// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// facts.h - what is told about functions, maps and the rest in lists and manifests
//
// Facts never decide what is extracted; closure.h does.
#ifndef OPN_FACTS_H
#define OPN_FACTS_H

#include "closure.h"
#include "rewriters.h"
#include "clang/AST/Expr.h"
#include "llvm/Support/StringSaver.h"
#include <functional>

namespace opn {

/// Strings and arrays of C results; they live as long as the extraction.
class Results {
public:
  const char *text(llvm::StringRef S) { return Saver.save(S).data(); }
  const char *textOrNull(llvm::StringRef S) { return S.empty() ? nullptr : text(S); }
  template <typename Range> const char *const *words(const Range &R) {
    std::vector<const char *> List;
    for (const auto &S : R)
      List.push_back(text(S));
    List.push_back(nullptr);
    return array(List);
  }
  template <typename T> T *array(const std::vector<T> &V) {
    T *Copy = Alloc.Allocate<T>(V.size() + 1);
    std::uninitialized_copy(V.begin(), V.end(), Copy);
    return Copy;
  }

private:
  llvm::BumpPtrAllocator Alloc;
  llvm::StringSaver Saver{Alloc};
};

/// What the hook tables say of programs and helpers.
class HookTables {
public:
  explicit HookTables(const opn_hookdefs *Hookdefs) : Hookdefs(Hookdefs) {
    Sections = opn_hookdefs_sections(Hookdefs, &SectionCount);
    MapAccess = opn_hookdefs_map_access(Hookdefs, &MapAccessCount);
  }
  /// A program's hook: by its section; where the tables do not know that, its own loader names the
  /// hook, and what tells is its context: Wanted, where programs of that hook have such a one, or
  /// the only hook of which that is so. Null: nothing tells.
  const char *hook(const clang::FunctionDecl *FD, const char *Wanted = nullptr) const;
  /// Whether programs of the hook have this program's context.
  bool isContextOf(const clang::FunctionDecl *FD, llvm::StringRef Hook) const;
  /// The helper of a number, or its number where there is no such.
  std::string helperName(unsigned Number) const;
  /// What a helper does to the map that it gets as an argument, counted from 0.
  unsigned mapAccess(llvm::StringRef Helper, unsigned Argument) const;

private:
  const opn_hookdefs *Hookdefs;
  const opn_section_rule *Sections;
  const opn_map_access_rule *MapAccess;
  size_t SectionCount, MapAccessCount;
};

/// Each statement below S, itself first; S may be null.
void forEachStatement(const clang::Stmt *S, const std::function<void(const clang::Stmt *)> &Visit);

llvm::StringRef sectionOf(const clang::Decl *D);
/// Whether the variable is a map: of BTF, or of the legacy kind.
bool isMap(const clang::VarDecl *VD);
/// Whether user space can load the function on its own.
bool isProgram(const clang::FunctionDecl *FD);

/// The number of the helper that a variable stands for, or 0: libbpf's and the kernel's headers
/// declare helpers as `static long (*bpf_x)(...) = (void *) 35;`.
unsigned helperNumber(const clang::VarDecl *VD, const clang::ASTContext &Context);
/// The helper that is called, or null.
const clang::VarDecl *calledHelper(const clang::CallExpr *CE, const clang::ASTContext &Context);
bool isKfunc(const clang::FunctionDecl *FD);

/// Name, type, key and the rest of a map, as its definition says; without place and uses.
opn_map readMap(const clang::VarDecl *VD, const clang::ASTContext &Context, Results &R);

/// The record that a type's spelling means ("struct foo", "struct foo *"), where it is defined, or
/// null.
const clang::RecordDecl *findRecord(llvm::StringRef Type, const clang::ASTContext &Context);

/// The record behind a program's first parameter, or null.
const clang::RecordDecl *contextOf(const clang::FunctionDecl *FD);

/// Context: the record whose fields count as context fields, or null.
opn_function describeFunction(const clang::FunctionDecl *FD, const clang::RecordDecl *Context,
                              const SourceModel &Model, const HookTables &Tables, Results &R);

/// Fills functions, maps, items, edges, includes, license and undefined of a unit.
void describeUnit(opn_unit &Unit, const SourceModel &Model, const Closure &C,
                  const clang::RecordDecl *Context, const HookTables &Tables, Results &R,
                  opn_diags *Diags);

} // namespace opn

#endif
