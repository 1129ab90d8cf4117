// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// plan.cpp - turn a closure into ranges of files, and unite those of several commands
#include "plan.h"

#include "clang/Lex/Preprocessor.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

bool PlanNode::empty() const {
  if (Whole || !Items.empty())
    return false;
  for (const auto &C : Children)
    if (!C.second->empty())
      return false;
  return true;
}

static bool hasBody(const Chunk &C) {
  for (const Decl *D : C.Decls) {
    if (const auto *FD = dyn_cast<FunctionDecl>(D))
      if (FD->doesThisDeclarationHaveABody())
        return true;
  }
  return false;
}

namespace {

class Maker {
public:
  Maker(const SourceModel &Model, const Closure &C) : Model(Model), C(C) {}

  Plan run() {
    Plan P;
    Nodes.resize(Model.Instances.size());
    for (unsigned I = 0; I < Model.Instances.size(); ++I) {
      const Instance &Inst = Model.Instances[I];
      if (I == 0) {
        Nodes[I] = &P.Main;
      } else if (Inst.Parent < 0) {
        P.Forced.push_back(std::make_unique<PlanNode>());
        Nodes[I] = P.Forced.back().get();
      } else {
        auto &Slot = Nodes[Inst.Parent]->Children[{Inst.IncludeOffset, Inst.File}];
        Slot = std::make_unique<PlanNode>();
        Nodes[I] = Slot.get();
      }
      Nodes[I]->File = Inst.File;
      Nodes[I]->Groups = C.Groups[I];
      Nodes[I]->Whole = Inst.Chunk >= 0 && C.Chunks.test(Inst.Chunk);
    }
    for (int K : C.Chunks.set_bits()) {
      const Chunk &Ch = Model.Chunks[K];
      PlanItem Item;
      Item.End = Ch.Extent.End;
      const LexedFile &F = *Model.Instances[Ch.Instance].File;
      Item.OwnBlock = hasBody(Ch) || F.line(Ch.Extent.Begin) != F.line(Ch.Extent.End - 1);
      Nodes[Ch.Instance]->Items[Ch.Extent.Begin] = Item;
    }
    for (int M : C.Macros.set_bits()) {
      const MacroLine &D = Model.Macros[M];
      if (D.Chunk >= 0 && C.Chunks.test(D.Chunk))
        continue; // part of that text
      Range R = Model.Instances[D.Instance].File->directives()[D.Directive].Extent;
      Nodes[D.Instance]->Items[R.Begin] = {PlanItem::Macro, R.End, false};
    }
    for (int U : C.Pragmas.set_bits()) {
      const PragmaUse &Pr = Model.Pragmas[U];
      Nodes[Pr.Instance]->Items[Pr.Extent.Begin] = {PlanItem::Pragma, Pr.Extent.End, false};
    }
    for (int E : C.Externals.set_bits()) {
      const External &X = Model.Externals[E];
      if (X.Parent < 0) {
        P.ForcedExternals.push_back(X.How.Spelling);
        continue;
      }
      if (X.Chunk >= 0)
        continue;
      const LexedFile &F = *Model.Instances[X.Parent].File;
      int D = F.directiveAt(X.IncludeOffset);
      if (D >= 0)
        Nodes[X.Parent]->Items[X.IncludeOffset] = {PlanItem::Include, F.directives()[D].Extent.End,
                                                   false};
    }
    for (const FunctionDecl *D : C.Described) {
      std::string Call = D->getName().str() + "(";
      for (unsigned I = 0; I < D->getNumParams(); ++I)
        Call += I ? ", 0" : "0";
      P.Described.insert(Call + ")");
    }
    for (const RecordDecl *D : C.DescribedTypes)
      P.DescribedTypes.insert((D->isUnion() ? "union " : "struct ") + D->getName().str() + " *");
    commandLine(P);
    return P;
  }

private:
  void commandLine(Plan &P) {
    for (const std::string &Name : C.CommandLineMacros) {
      IdentifierInfo *II = Model.PP->getIdentifierInfo(Name);
      for (const clang::MacroDirective *MD = Model.PP->getLocalMacroDirectiveHistory(II); MD;
           MD = MD->getPrevious()) {
        const auto *Def = dyn_cast<DefMacroDirective>(MD);
        if (!Def || !Model.SM->isWrittenInCommandLineFile(Def->getInfo()->getDefinitionLoc()))
          continue;
        auto [FID, Offset] = Model.SM->getDecomposedLoc(Def->getInfo()->getDefinitionLoc());
        StringRef Line = Model.SM->getBufferData(FID).substr(Offset);
        P.Defines[Name] = Line.take_until([](char Ch) { return Ch == '\n'; }).rtrim().str();
        break;
      }
    }
    for (const std::string &Name : C.TestedUndefined)
      P.Undefines.insert(Name);
  }

  const SourceModel &Model;
  const Closure &C;
  std::vector<PlanNode *> Nodes;
};

} // namespace

Plan makePlan(const SourceModel &Model, const Closure &C) { return Maker(Model, C).run(); }

static void unite(PlanNode &Into, const PlanNode &From) {
  if (!Into.File)
    Into.File = From.File;
  Into.Whole |= From.Whole;
  Into.Groups.insert(From.Groups.begin(), From.Groups.end());
  for (const auto &[Begin, Item] : From.Items) {
    auto [It, New] = Into.Items.try_emplace(Begin, Item);
    if (!New) {
      It->second.End = std::max(It->second.End, Item.End);
      It->second.OwnBlock |= Item.OwnBlock;
    }
  }
  // One command's conditional may have made a longer text of what another sees as two.
  for (auto It = Into.Items.begin(); It != Into.Items.end();) {
    auto Next = std::next(It);
    if (Next != Into.Items.end() && Next->first < It->second.End) {
      It->second.End = std::max(It->second.End, Next->second.End);
      It->second.OwnBlock |= Next->second.OwnBlock;
      Into.Items.erase(Next);
      continue;
    }
    It = Next;
  }
  for (const auto &[Key, Child] : From.Children) {
    auto &Slot = Into.Children[Key];
    if (!Slot)
      Slot = std::make_unique<PlanNode>();
    unite(*Slot, *Child);
  }
}

void unite(Plan &Into, const Plan &From) {
  unite(Into.Main, From.Main);
  for (const auto &F : From.Forced) {
    PlanNode *Same = nullptr;
    for (auto &Existing : Into.Forced)
      if (Existing->File == F->File)
        Same = Existing.get();
    if (!Same) {
      Into.Forced.push_back(std::make_unique<PlanNode>());
      Same = Into.Forced.back().get();
    }
    unite(*Same, *F);
  }
  for (const std::string &E : From.ForcedExternals)
    if (std::find(Into.ForcedExternals.begin(), Into.ForcedExternals.end(), E) ==
        Into.ForcedExternals.end())
      Into.ForcedExternals.push_back(E);
  Into.Defines.insert(From.Defines.begin(), From.Defines.end());
  Into.Undefines.insert(From.Undefines.begin(), From.Undefines.end());
  Into.Described.insert(From.Described.begin(), From.Described.end());
  Into.DescribedTypes.insert(From.DescribedTypes.begin(), From.DescribedTypes.end());
  if (Into.Unused.empty())
    Into.Unused = From.Unused;
}

} // namespace opn
