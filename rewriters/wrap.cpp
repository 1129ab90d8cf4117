// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// wrap.cpp - a program becomes a static function, and something else takes its place
//
// No return is edited: what a program returns goes through variables, macros and gotos, and the
// wrapper sees all of it once.
#include "wrap.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

Spot endOfProgram(const FunctionDecl *FD, const SourceModel &Model, const Speller &Spell) {
  Spot End = Spell.token(Model.SM->getExpansionRange(FD->getEndLoc()).getEnd());
  int C = Model.chunkOf(FD);
  if (End && FD->getEndLoc().isMacroID() && C >= 0 &&
      Model.Instances[Model.Chunks[C].Instance].File == End.File)
    End.Extent.End = std::max(End.Extent.End, Model.Chunks[C].Extent.End);
  return End && End.Macro.empty() ? End : Spot();
}

bool isWhole(const Spot &Head, const Spot &End) {
  if (Head.File != End.File) // by a macro
    return true;
  int Around = End.File->groupAt(End.Extent.Begin), Of = Head.File->groupAt(Head.Extent.Begin);
  while (Around >= 0 && Around != Of)
    Around = End.File->groups()[Around].Enclosing;
  return Around == Of;
}

WrapRefusal wrapProgram(const FunctionDecl *FD, const SourceModel &Model, Edits &Changes,
                        const std::string &Body, StringRef Wrapper) {
  const auto *A = FD->getAttr<SectionAttr>();
  if (FD->hasAttr<NakedAttr>())
    return {"it is naked: its assembly takes the arguments from registers", "write it in C"};
  if (FD->getNumParams() != 1 || FD->isVariadic())
    return {"it does not take the context alone"};
  if (FD->hasAttr<WeakAttr>())
    return {"a weak program may be replaced when objects are linked", "drop the attribute weak"};
  WrapRefusal Unreachable = {"it is written by a macro that puts its text together",
                             "write it out"};

  Speller Spell(Model);
  Spot End = endOfProgram(FD, Model, Spell);
  if (!End)
    return Unreachable;
  if (!isWhole(Spell.token(FD->getLocation()), End))
    return {"its head stands in a conditional that ends before its body",
            "write the body as a function of its own, and a program for each head"};
  std::string Undefine;
  if (Spot Written = Spell.token(FD->getLocation())) {
    if (!Changes.replace(Written, Body, "program"))
      return Unreachable;
  } else if (int C = Model.chunkOf(FD); C >= 0) {
    // A name that a macro puts together is renamed by another one.
    const Chunk &Text = Model.Chunks[C];
    const LexedFile *File = Model.Instances[Text.Instance].File;
    std::string Name = FD->getName().str();
    Changes.insert(File, Text.Extent.Begin, "#define " + Name + " " + Body + "\n", "program");
    Undefine = "\n#undef " + Name;
  }

  // What said "this is a program" says "this is part of one".
  bool IsNoInline = FD->hasAttr<NoInlineAttr>();
  std::string Inline = IsNoInline ? "static" : "static inline __attribute__((always_inline))";
  Spot First = Spell.token(Model.SM->getExpansionLoc(FD->getBeginLoc()));
  if (A->isInherited()) { // the section stands at a prototype
    if (!First)
      return Unreachable;
    Changes.insert(First.File, First.Extent.Begin, Inline + " ", "section");
  } else if (Spot Attribute = Spell.invocation(A->getLocation(), FD->getLocation())) {
    if (!Changes.replace(Attribute, Inline, "section"))
      return Unreachable;
  } else {
    // __attribute__((section("x"), used)) written out.
    Spot Begin = Spell.token(FD->getBeginLoc());
    Spot Written = Spell.range(A->getRange().getBegin(), A->getRange().getEnd());
    if (!Begin || !Written ||
        !Changes.replace(Written, IsNoInline ? "noinline" : "always_inline", "section"))
      return Unreachable;
    Changes.insert(Begin.File, Begin.Extent.Begin, IsNoInline ? "static " : "static inline ",
                   "section");
  }
  Changes.insert(End.File, End.Extent.End, Undefine + "\n\n" + Wrapper.rtrim().str(), "wrapper");
  return {};
}

} // namespace opn
