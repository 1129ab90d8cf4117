// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_reach.cpp - what a function reaches in its module, and the module
// without the rest
//
// To ask whether a function that stayed behind is the cause of a difference,
// the original is built once more without it.
#include "prove_ir.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace opn {

std::vector<const GlobalValue *> namedBy(const InlineAsm &Asm, const Module &M) {
  std::vector<const GlobalValue *> Out;
  StringRef Rest = Asm.getAsmString();
  auto IsWord = [](char C) { return isAlnum(C) || C == '_' || C == '.'; };
  while (!Rest.empty()) {
    StringRef Word = Rest.take_while(IsWord);
    Rest = Word.empty() ? Rest.drop_front() : Rest.drop_front(Word.size());
    if (const GlobalValue *G = Word.empty() ? nullptr : M.getNamedValue(Word))
      Out.push_back(G);
  }
  return Out;
}

namespace {

bool isOperations(const GlobalVariable &V) { return V.getSection().starts_with(".struct_ops"); }

// All globals below a value.
void collect(const Value *V, SetVector<const GlobalValue *> &Out, DenseSet<const Value *> &Seen) {
  if (auto *G = dyn_cast<GlobalValue>(V)) {
    Out.insert(G);
    return;
  }
  if (auto *M = dyn_cast<MetadataAsValue>(V)) {
    if (auto *C = dyn_cast<ConstantAsMetadata>(M->getMetadata()))
      collect(C->getValue(), Out, Seen);
    return;
  }
  auto *C = dyn_cast<Constant>(V);
  if (!C || !Seen.insert(C).second)
    return;
  for (const Use &U : C->operands())
    collect(U.get(), Out, Seen);
}

SetVector<const GlobalValue *> references(const GlobalValue &G) {
  SetVector<const GlobalValue *> Out;
  DenseSet<const Value *> Seen;
  if (auto *F = dyn_cast<Function>(&G)) {
    for (const Instruction &I : llvm::instructions(F)) {
      if (isDebug(I))
        continue;
      for (const Use &U : I.operands()) {
        collect(U.get(), Out, Seen);
        if (auto *Asm = dyn_cast<InlineAsm>(U.get())) {
          for (const GlobalValue *Named : namedBy(*Asm, *F->getParent()))
            Out.insert(Named);
        }
      }
    }
  } else if (auto *V = dyn_cast<GlobalVariable>(&G)) {
    if (V->hasInitializer())
      collect(V->getInitializer(), Out, Seen);
  } else if (auto *A = dyn_cast<GlobalAlias>(&G)) {
    collect(A->getAliasee(), Out, Seen);
  }
  return Out;
}

void reach(SetVector<const GlobalValue *> &All, size_t From) {
  for (size_t I = From; I < All.size(); ++I) {
    SetVector<const GlobalValue *> More = references(*All[I]);
    All.insert(More.begin(), More.end());
  }
}

} // namespace

Presence findFunction(const Module &M, const std::string &Name) {
  const Function *F = M.getFunction(Name);
  if (!F)
    return Presence::Missing;
  if (F->isDeclaration())
    return Presence::Declared;
  if (!F->isDiscardableIfUnused() && !F->hasAvailableExternallyLinkage())
    return Presence::Kept;
  SmallVector<GlobalValue *, 8> Used;
  collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/true);
  collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/false);
  return is_contained(Used, F) ? Presence::Kept : Presence::Discardable;
}

std::vector<std::string> restrictTo(Module &M, const std::vector<std::string> &Roots) {
  SetVector<const GlobalValue *> Keep;
  for (const std::string &Name : Roots) {
    if (const Function *F = M.getFunction(Name))
      Keep.insert(F);
  }
  reach(Keep, 0);
  // Operations of the kernel that name a kept program are how it is loaded.
  for (const GlobalVariable &V : M.globals()) {
    if (!isOperations(V))
      continue;
    for (const GlobalValue *G : references(V)) {
      if (isa<Function>(G) && Keep.count(G)) {
        size_t From = Keep.size();
        Keep.insert(&V);
        reach(Keep, From);
        break;
      }
    }
  }
  // A variable that refers to no dropped function cannot change how code is
  // made: it stays.
  std::set<std::string> Names;
  for (const Function &F : M) {
    if (F.isDeclaration() || Keep.count(&F))
      continue;
    for (const GlobalValue *G : references(F)) {
      if (Keep.count(G) && G->hasLocalLinkage() && !G->hasPrivateLinkage())
        Names.insert(F.getName().str());
    }
  }
  std::vector<GlobalValue *> Drop;
  for (Function &F : M) {
    if (!F.isDeclaration() && !Keep.count(&F))
      Drop.push_back(&F);
  }
  for (GlobalVariable &V : M.globals()) {
    if (Keep.count(&V) || V.getName().starts_with("llvm."))
      continue;
    SetVector<const GlobalValue *> Below;
    Below.insert(&V);
    reach(Below, 0);
    if (any_of(Below, [&](const GlobalValue *G) { return isa<Function>(G) && !Keep.count(G); }))
      Drop.push_back(&V);
  }
  DenseSet<const Value *> Dropped(Drop.begin(), Drop.end());
  removeFromUsedLists(M, [&](Constant *C) { return Dropped.count(C->stripPointerCasts()); });
  for (GlobalValue *G : Drop) {
    if (auto *F = dyn_cast<Function>(G))
      F->deleteBody();
    else
      cast<GlobalVariable>(G)->setInitializer(nullptr);
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (GlobalValue *&G : Drop) {
      if (!G)
        continue;
      G->removeDeadConstantUsers();
      if (!G->use_empty())
        continue;
      G->eraseFromParent();
      G = nullptr;
      Changed = true;
    }
  }
  return {Names.begin(), Names.end()};
}

void orderLike(Module &M, const Module &Like) {
  Module::FunctionListType &List = M.getFunctionList();
  for (const Function &F : Like) {
    if (Function *Mine = M.getFunction(F.getName()))
      List.splice(List.end(), List, Mine->getIterator());
  }
}

} // namespace opn
