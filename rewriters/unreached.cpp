// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unreached.cpp - functions that no program which goes calls, and helpers that none calls any more
//
// They are seen by the compiler all the same: types of other functions and of records change under
// them, so they go along where they can and are left out where they cannot.
#include "transform.h"

#include "clang/AST/Decl.h"
#include "clang/AST/Stmt.h"
#include <functional>
#include <utility>

using namespace clang;
using llvm::StringRef;

namespace opn {

bool Rewriting::takesContext(const FunctionDecl *FD) const {
  for (const ParmVarDecl *P : FD->parameters())
    if (isContext(P->getType()) || Hidden.count(P))
      return true;
  return false;
}

/// Whether a function takes the context, or gets it out of what it takes.
bool Rewriting::namesContext(const FunctionDecl *FD) const {
  std::function<bool(const Stmt *)> Names = [&](const Stmt *S) {
    if (const auto *E = dyn_cast_or_null<Expr>(S); E && isContext(E->getType()))
      return true;
    if (S)
      for (const Stmt *Child : S->children())
        if (Names(Child))
          return true;
    return false;
  };
  return takesContext(FD) || Names(FD->getBody());
}

/// Functions that no program calls here, mostly of headers. They go along so that types agree, as
/// far as they can; those that cannot, and who calls these, stay as they are.
void Rewriting::walkUnreached() {
  FunctionSet Idle, Stay;
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->doesThisDeclarationHaveABody() &&
                                                      !Reached.count(FD) && !KeptBy.count(FD) &&
                                                      !isShim(FD) && !Programs.count(FD))
        if (namesContext(FD))
          Idle.insert(FD);
  auto Attempt = [this](const FunctionDecl *FD, Edits &To, std::vector<opn_site> &Found) {
    Edits *OldChanges = std::exchange(Changes, &To);
    std::vector<opn_site> *OldSites = std::exchange(Sites, &Found);
    opn_diags *OldDiags = std::exchange(Diags, opn_diags_new());
    auto OldTold = Told;
    auto OldUse = FirstUse;
    auto OldLosses = Losses;
    auto OldMacros = InMacros;
    auto OldReplaced = Replaced, OldCalled = StillCalled;
    Failed = false;
    walkFunction(FD);
    bool Good = !std::exchange(Failed, false);
    Changes = OldChanges;
    Sites = OldSites;
    opn_diags_free(std::exchange(Diags, OldDiags));
    Told = std::move(OldTold);
    FirstUse = std::move(OldUse);
    Losses = std::move(OldLosses);
    InMacros = std::move(OldMacros);
    Replaced = std::move(OldReplaced);
    StillCalled = std::move(OldCalled);
    return Good;
  };
  for (const FunctionDecl *FD : Idle) {
    Edits Scratch;
    std::vector<opn_site> Found;
    if (!Attempt(FD, Scratch, Found))
      Stay.insert(FD);
  }
  for (bool Grew = !Stay.empty(); Grew;) {
    Grew = false;
    for (const FunctionDecl *FD : Idle) {
      FunctionSet Called;
      functionsIn(FD->getBody(), Called);
      for (const FunctionDecl *Callee : Called)
        if (Stay.count(Callee) && Stay.insert(FD))
          Grew = true;
    }
  }
  std::vector<opn_site> Found;
  auto *OldSites = std::exchange(Sites, &Found);
  for (const FunctionDecl *FD : Idle)
    if (!Stay.count(FD))
      walkFunction(FD);
  Sites = OldSites;
  if (Stay.empty())
    return;
  Unusual |= Outside;
  // What stays cannot call what has changed: it is left out, with all that calls it.
  FunctionSet Out;
  for (const FunctionDecl *FD : Stay)
    if (Outside && !takesContext(FD)) // what it gets it out of has changed
      Out.insert(FD);
  for (bool Grew = true; Grew;) {
    Grew = false;
    for (const Chunk &C : Model.Chunks)
      for (const Decl *D : C.Decls) {
        const auto *FD = dyn_cast<FunctionDecl>(D);
        if (!FD || !FD->doesThisDeclarationHaveABody() || Reached.count(FD) || KeptBy.count(FD) ||
            (Idle.count(FD) && !Stay.count(FD)) || isShim(FD) || Programs.count(FD))
          continue;
        FunctionSet Called;
        functionsIn(FD->getBody(), Called);
        for (const FunctionDecl *Callee : Called) {
          bool Changed = Reached.count(Callee) || (Idle.count(Callee) && !Stay.count(Callee));
          if ((Out.count(Callee) || (Changed && takesContext(Callee))) && Out.insert(FD))
            Grew = true;
        }
      }
  }
  for (const FunctionDecl *FD : Out)
    Unusual |= leaveOut(FD);
}

/// Helpers of the project's own that nobody calls any more must not become a warning.
void Rewriting::keepUnused() {
  for (const VarDecl *VD : Replaced) {
    if (StillCalled.count(VD) || VD->hasAttr<UnusedAttr>() || VD->hasExternalStorage())
      continue;
    if (Spot S = Spell.token(Model.SM->getExpansionLoc(VD->getBeginLoc())))
      Changes->insert(S.File, S.Extent.Begin, "__attribute__((unused)) ", "unused");
  }
}

/// Puts a function that no program uses between #if 0 and #endif, where its lines are its own.
bool Rewriting::leaveOut(const FunctionDecl *FD) {
  int Index = Model.chunkOf(FD);
  if (Index < 0)
    return true;
  const Chunk &C = Model.Chunks[Index];
  const LexedFile *File = Model.Instances[C.Instance].File;
  StringRef Text = File->text(), Before = Text.take_front(C.Extent.Begin);
  StringRef After = Text.drop_front(C.Extent.End).split('\n').first.trim();
  if (C.Decls.size() != 1 || !(Before.empty() || Before.ends_with("\n")) ||
      !(After.empty() || After.starts_with("/*") || After.starts_with("//")))
    return true;
  Changes->insert(File, C.Extent.Begin,
                  "#if 0 /* no program uses it, and it cannot be rewritten */\n", "unused",
                  /*First=*/true);
  Changes->insert(File, C.Extent.End, "\n#endif", "unused");
  return true;
}

} // namespace opn
