// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// chunks.cpp - make chunks of the parsed declarations and order everything
//
// Clang's declarations have ranges, but what stands in a file is text: several declarations may
// share it ("struct {..} a, b;", a macro that makes three functions), and a conditional may begin
// in one and end in another. Chunks are the smallest pieces of text that hold whole declarations
// and whole conditionals.
#include "source_model.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- declarations ----------------------------------------------------------------------------//

namespace {

struct DeclRange {
  Range Extent;
  Decl *D;
};

class ChunkMaker {
  static constexpr int Gone = -2; ///< parent of an external that is part of another one

public:
  ChunkMaker(SourceModel &Model) : Model(Model), SM(*Model.SM) {}

  void run(TranslationUnitDecl *TU) {
    giveUpShared();
    Model.ExternalDecls.resize(Model.Externals.size());
    PerInstance.resize(Model.Instances.size());
    for (Decl *D : TU->decls())
      place(D);
    for (unsigned I = 0; I < Model.Instances.size(); ++I)
      makeChunks(I);
    nestInstances();
    dropNestedPragmas();
    order();
  }

private:
  /// A header that a system header includes too must stay an include: printed in part, it would
  /// be there a second time as soon as the system header asks for it.
  void giveUpShared() {
    for (size_t E = 0; E < Model.Externals.size(); ++E) {
      const std::set<const FileEntry *> &Reach = Model.reach(E);
      for (unsigned I = 1; I < Model.Instances.size(); ++I)
        if (Model.InstanceOf.count(Model.Instances[I].FID) && Model.Instances[I].Parent >= 0 &&
            Reach.count(&Model.Instances[I].How.File->getFileEntry()))
          giveUp(I);
    }
  }

  void giveUp(unsigned Index) {
    Instance &I = Model.Instances[Index];
    External E;
    E.Parent = I.Parent;
    E.IncludeOffset = I.IncludeOffset;
    E.How = I.How;
    E.FID = I.FID;
    int Number = Model.Externals.size();
    Model.Externals.push_back(std::move(E));
    std::vector<unsigned> &Siblings = Model.Instances[I.Parent].Children;
    Siblings.erase(std::find(Siblings.begin(), Siblings.end(), Index));
    moveBelow(Index, Number);
  }

  /// Everything that an instance included goes with it, externals too.
  void moveBelow(unsigned Index, int Number) {
    Instance &I = Model.Instances[Index];
    Model.InstanceOf.erase(I.FID);
    Model.ExternalOf[I.FID] = Number;
    for (unsigned Child : I.Children)
      moveBelow(Child, Number);
    I.Children.clear();
    for (size_t E = 0; E < Model.Externals.size(); ++E)
      if (Model.Externals[E].Parent == int(Index)) {
        for (auto &Entry : Model.ExternalOf)
          if (Entry.second == int(E))
            Entry.second = Number;
        Model.Externals[E].Parent = Gone;
      }
    auto OfInstance = [&](const auto &X) { return X.Instance == int(Index); };
    Model.Pragmas.erase(std::remove_if(Model.Pragmas.begin(), Model.Pragmas.end(), OfInstance),
                        Model.Pragmas.end());
    Model.Macros.erase(std::remove_if(Model.Macros.begin(), Model.Macros.end(), OfInstance),
                       Model.Macros.end());
    Model.MacroOf.clear();
    for (unsigned M = 0; M < Model.Macros.size(); ++M)
      if (Model.Macros[M].Info)
        Model.MacroOf[Model.Macros[M].Info] = M;
  }

  void place(Decl *D) {
    if (D->getLocation().isInvalid())
      return;
    SourceRange SR = D->getSourceRange();
    SourceLocation B = SR.getBegin().isValid() ? SR.getBegin() : D->getLocation();
    SourceLocation E = SR.getEnd().isValid() ? SR.getEnd() : B;
    Place First = Model.place(B);
    if (First.Kind == PlaceKind::External) {
      Model.ExternalDecls[First.Index].push_back(D);
      return;
    }
    if (First.Kind != PlaceKind::Project)
      return;
    auto [EndFID, EndOffset] = SM.getDecomposedExpansionLoc(SM.getExpansionRange(E).getEnd());
    if (EndFID != First.FID) {
      Model.SplitDecls.push_back(D);
      return;
    }
    Range R{First.Offset, EndOffset};
    for (const Attr *A : D->attrs()) // written in front of or behind the declarator
      if (!A->isInherited() && !A->isImplicit())
        extend(R, First.FID, A->getRange());
    if (auto *DD = dyn_cast<DeclaratorDecl>(D))
      extend(R, First.FID, SourceRange(DD->getOuterLocStart()));
    PerInstance[First.Index].push_back({R, D});
  }

  void extend(Range &R, FileID FID, SourceRange SR) {
    if (SR.isInvalid())
      return;
    CharSourceRange Expansion = SM.getExpansionRange(SR);
    auto [BeginFID, Begin] = SM.getDecomposedLoc(Expansion.getBegin());
    auto [EndFID, End] = SM.getDecomposedLoc(Expansion.getEnd());
    // An attribute of "#pragma clang attribute" has its text in the directive, or in the macro that
    // makes it.
    for (const PragmaUse &P : Model.Pragmas)
      if (Model.Instances[P.Instance].FID == FID && P.Extent.Begin == Begin &&
          StringRef(P.Text).starts_with("clang attribute"))
        return;
    if (BeginFID != FID || EndFID != FID ||
        Model.Instances[Model.InstanceOf[FID]].File->directiveAt(Begin) >= 0)
      return;
    R.Begin = std::min(R.Begin, Begin);
    R.End = std::max(R.End, End);
  }

  /// Turns an extent of first and last token offsets into whole text: through the last token, its
  /// macro arguments, and the ';' behind it.
  void close(const LexedFile &F, Range &R, unsigned NextBegin) {
    llvm::ArrayRef<RawToken> Toks = F.tokens();
    size_t T = F.tokenAfter(R.End);
    if (T < Toks.size())
      R.End = std::max(R.End, Toks[T].end());
    else
      R.End = std::max<unsigned>(R.End, F.text().size());
    // Behind a body nothing follows; behind everything else attributes and ';' do.
    if (T < Toks.size() && Toks[T].Kind == tok::r_brace && LastIsBody)
      return;
    int Depth = 0;
    for (++T; T < Toks.size() && (Depth > 0 || Toks[T].Begin < NextBegin); ++T) {
      tok::TokenKind K = Toks[T].Kind;
      if (K == tok::l_paren || K == tok::l_brace || K == tok::l_square)
        ++Depth;
      else if (K == tok::r_paren || K == tok::r_brace || K == tok::r_square)
        --Depth;
      else if (K == tok::semi && Depth == 0) {
        R.End = Toks[T].end();
        return;
      }
      if (Depth < 0) { // an attribute's range begins inside of its parentheses
        R.End = Toks[T].end();
        Depth = 0;
      }
    }
  }

  void makeChunks(unsigned InstIndex) {
    std::vector<DeclRange> &List = PerInstance[InstIndex];
    Instance &I = Model.Instances[InstIndex];
    const LexedFile &F = *I.File;
    std::stable_sort(List.begin(), List.end(), [](const DeclRange &A, const DeclRange &B) {
      return A.Extent.Begin < B.Extent.Begin;
    });
    std::vector<Chunk> Made;
    for (size_t At = 0; At < List.size();) {
      Chunk C;
      C.Instance = InstIndex;
      C.Extent = List[At].Extent;
      size_t Next = At;
      for (;;) {
        // Everything that begins before this text's end shares it.
        for (; Next < List.size() && List[Next].Extent.Begin <= C.Extent.End; ++Next) {
          C.Decls.push_back(List[Next].D);
          C.Extent.End = std::max(C.Extent.End, List[Next].Extent.End);
        }
        unsigned NextBegin = Next < List.size() ? List[Next].Extent.Begin : F.text().size();
        Range Whole = C.Extent;
        LastIsBody = endsWithBody(C);
        close(F, Whole, NextBegin);
        balance(F, Whole);
        if (Next < List.size() && List[Next].Extent.Begin < Whole.End) {
          C.Extent.Begin = Whole.Begin;
          C.Extent.End = std::max(C.Extent.End, List[Next].Extent.Begin);
          continue;
        }
        C.Extent = Whole;
        break;
      }
      // A conditional that had to be taken whole may reach back over earlier chunks.
      while (!Made.empty() && Made.back().Extent.End > C.Extent.Begin) {
        C.Extent.Begin = std::min(C.Extent.Begin, Made.back().Extent.Begin);
        C.Decls.insert(C.Decls.begin(), Made.back().Decls.begin(), Made.back().Decls.end());
        Made.pop_back();
      }
      // A lone ';' belongs to what stands before it.
      if (C.Decls.size() == 1 && isa<EmptyDecl>(C.Decls[0]) && !Made.empty()) {
        StringRef Gap = F.text({Made.back().Extent.End, C.Extent.Begin});
        if (Gap.trim().empty()) {
          Made.back().Extent.End = C.Extent.End;
          At = Next;
          continue;
        }
      }
      Made.push_back(std::move(C));
      At = Next;
    }
    for (Chunk &C : Made) {
      I.Chunks.push_back(Model.Chunks.size());
      Model.Chunks.push_back(std::move(C));
    }
  }

  /// Whether the last declaration of the chunk is a function with a body in the file itself.
  bool endsWithBody(const Chunk &C) const {
    unsigned End = 0;
    bool Body = false;
    for (const Decl *D : C.Decls) {
      auto [FID, Offset] =
          SM.getDecomposedExpansionLoc(SM.getExpansionRange(D->getEndLoc()).getEnd());
      if (Offset < End)
        continue;
      End = Offset;
      auto *FD = dyn_cast<FunctionDecl>(D);
      Body = FD && FD->doesThisDeclarationHaveABody() && !D->getEndLoc().isMacroID();
    }
    return Body;
  }

  /// Text that opens, continues or closes a conditional takes the whole conditional with it.
  static void balance(const LexedFile &F, Range &R) {
    for (bool Again = true; Again;) {
      Again = false;
      llvm::ArrayRef<Directive> All = F.directives();
      auto It = std::lower_bound(All.begin(), All.end(), R.Begin,
                                 [](const Directive &D, unsigned O) { return D.Extent.Begin < O; });
      for (; It != All.end() && It->Extent.Begin < R.End; ++It) {
        const Directive &D = *It;
        if (D.Group < 0)
          continue;
        Range G = F.groupExtent(D.Group);
        if (G.Begin < R.Begin || G.End > R.End) {
          R.Begin = std::min(R.Begin, G.Begin);
          R.End = std::max(R.End, G.End);
          Again = true;
        }
      }
    }
  }

  void nestInstances() {
    for (Instance &I : Model.Instances)
      if (I.Parent >= 0)
        I.Chunk = Model.chunkAt(I.Parent, I.IncludeOffset);
    for (External &E : Model.Externals)
      if (E.Parent >= 0)
        E.Chunk = Model.chunkAt(E.Parent, E.IncludeOffset);
    for (MacroLine &M : Model.Macros) {
      Place P;
      P.Kind = PlaceKind::Project;
      P.Index = M.Instance;
      P.Offset = Model.Instances[M.Instance].File->directives()[M.Directive].Extent.Begin;
      M.Chunk = Model.chunkAt(P);
    }
    for (auto &U : Model.Uses)
      std::stable_sort(U.second.begin(), U.second.end(),
                       [](const MacroUse &A, const MacroUse &B) { return A.Offset < B.Offset; });
  }

  /// Pragmas inside a chunk are part of its text; what is left gets its extent and words.
  void dropNestedPragmas() {
    std::vector<PragmaUse> Kept;
    for (PragmaUse &U : Model.Pragmas) {
      Place P;
      P.Kind = PlaceKind::Project;
      P.Index = U.Instance;
      P.Offset = U.Extent.Begin;
      if (Model.chunkAt(P) >= 0)
        continue;
      const LexedFile &F = *Model.Instances[U.Instance].File;
      int Index = F.directiveAt(U.Extent.Begin);
      if (Index >= 0) {
        const Directive &D = F.directives()[Index];
        if (D.Kind != tok::pp_pragma)
          continue; // _Pragma in a condition or a definition
        U.Extent = D.Extent;
        U.Text = F.text({unsigned(D.Name.begin() - F.text().begin()), D.Extent.End}).str();
        if (D.Name.empty())
          continue;
      } else if (!invocation(F, U)) {
        continue;
      }
      if (!Kept.empty() && Kept.back().Instance == U.Instance &&
          Kept.back().Extent.Begin == U.Extent.Begin) {
        Kept.back().Text += "\n" + U.Text;
        continue;
      }
      Kept.push_back(std::move(U));
    }
    Model.Pragmas = std::move(Kept);
  }

  /// A pragma made by a macro invocation or a plain _Pragma between declarations.
  static bool invocation(const LexedFile &F, PragmaUse &U) {
    size_t T = F.tokenAfter(U.Extent.Begin);
    if (T >= F.tokens().size())
      return false;
    U.Extent.End = F.tokens()[T].end();
    if (T + 1 < F.tokens().size() && F.tokens()[T + 1].Kind == tok::l_paren) {
      int Depth = 0;
      for (size_t At = T + 1; At < F.tokens().size(); ++At) {
        if (F.tokens()[At].Kind == tok::l_paren)
          ++Depth;
        else if (F.tokens()[At].Kind == tok::r_paren && --Depth == 0) {
          U.Extent.End = F.tokens()[At].end();
          break;
        }
      }
    }
    return true;
  }

  void order() {
    unsigned Seq = 1;
    // -include files come first, in the order of the command line.
    for (External &E : Model.Externals)
      if (E.Parent == -1)
        E.Seq = Seq++;
    for (unsigned I = 1; I < Model.Instances.size(); ++I)
      if (Model.Instances[I].Parent < 0)
        orderInstance(I, Seq);
    if (!Model.Instances.empty())
      orderInstance(0, Seq);
  }

  void orderInstance(unsigned Index, unsigned &Seq) {
    struct Item {
      unsigned Offset;
      unsigned *Slot;
      int Child;
    };
    std::vector<Item> Items;
    for (unsigned C : Model.Instances[Index].Chunks)
      Items.push_back({Model.Chunks[C].Extent.Begin, &Model.Chunks[C].Seq, -1});
    for (unsigned C : Model.Instances[Index].Children)
      Items.push_back({Model.Instances[C].IncludeOffset, nullptr, int(C)});
    for (External &E : Model.Externals)
      if (E.Parent == int(Index))
        Items.push_back({E.IncludeOffset, &E.Seq, -1});
    for (MacroLine &M : Model.Macros)
      if (M.Instance == int(Index))
        Items.push_back(
            {Model.Instances[Index].File->directives()[M.Directive].Extent.Begin, &M.Seq, -1});
    for (PragmaUse &P : Model.Pragmas)
      if (P.Instance == int(Index))
        Items.push_back({P.Extent.Begin, &P.Seq, -1});
    std::stable_sort(Items.begin(), Items.end(),
                     [](const Item &A, const Item &B) { return A.Offset < B.Offset; });
    for (Item &I : Items) {
      if (I.Child >= 0)
        orderInstance(I.Child, Seq);
      else
        *I.Slot = Seq++;
    }
  }

  SourceModel &Model;
  SourceManager &SM;
  std::vector<std::vector<DeclRange>> PerInstance;
  bool LastIsBody = false;
};

} // namespace

void collectDeclarations(ASTContext &Context, SourceModel &Model) {
  Model.Context = &Context;
  ChunkMaker(Model).run(Context.getTranslationUnitDecl());
}

} // namespace opn
