// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse.cpp - several stages become one source
//
// Texts follow each other in the order of the stages. What is the same in several (text, macros in
// it, layout, and all that it names) stands there once: units of one project have most of their
// blocks alike. Variables and maps are never the same, unless they are shared on purpose. A name
// that means different things is changed in all stages but the first. Macros are as each stage has
// them where its text stands.
//
// None of this is believed: each stage is compiled alone and out of the joined source, and what the
// front end makes of it must be equal.
#include "fuse_pieces.h"

#include "facts.h"
#include "fuse_prove.h"
#include "own_text.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include <cerrno>

using namespace clang;
using llvm::StringRef;

using namespace opn;

bool opn::mayOverlap(const PacketAccess &A, const PacketAccess &B) {
  if (A.Anything || B.Anything)
    return true;
  if (!A.Record.empty() && !B.Record.empty())
    return A.Record == B.Record && A.Begin < B.End && B.Begin < A.End;
  return A.Scalar.empty() || B.Scalar.empty() || A.Scalar == "char" || B.Scalar == "char" ||
         A.Scalar == B.Scalar;
}

struct opn_fusion {
  opn_fusion(const opn_fuse_options &Options, opn_diags *Diags) : Options(Options), Diags(Diags) {}

  const opn_fuse_options &Options;
  opn_diags *Diags;
  std::vector<std::unique_ptr<FusedStage>> Stages;
  std::vector<opn_fused_stage> Fates;
  std::string Text;
  Results R;

  int run(const opn_fuse_stage *Asked, size_t Count);

private:
  struct Group {
    std::string Name; ///< in the product
    size_t First;     ///< stage that has its text
  };
  /// What is laid over the stages' texts.
  struct Overlay {
    std::vector<std::vector<Edit>> Changes; ///< by stage
    std::map<size_t, std::string> Before;   ///< text in front of a stage's program
  };
  struct Line {
    size_t At, Stage;
    unsigned Offset;
  };

  int open(const opn_fuse_stage &Asked);
  std::set<std::string> same(const FusedStage &A, const FusedStage &B) const;
  void group();
  int rename(FusedStage &S);
  void addRenames(const FusedStage &S, Range Except, Edits &Changes) const;
  std::string fresh(std::string Name) const;
  std::string joined(const Overlay &O, std::vector<Line> *Lines) const;
  int prove();
  int refuse(const FusedStage &S, opn_loc Loc, const std::string &Why) const;
  std::string nameOf(const FusedStage &S, const NamedDecl *D) const;
  void share(Overlay &O);

  std::vector<Group> Groups;
  std::set<std::string> Taken; ///< keys of names in the product
};

int opn_fusion::refuse(const FusedStage &S, opn_loc Loc, const std::string &Why) const {
  int Error = opn_diag(Diags, OPN_DIAG_STAGE_REJECTED, Loc,
                       ("stage '" + std::string(S.Asked->name) + "'").c_str(), Why.c_str());
  opn_diag_note(Diags, OPN_NOWHERE, "mechanism 'linked' keeps each stage in a source of its own");
  return Error;
}

int opn_fusion::open(const opn_fuse_stage &Asked) {
  auto S = std::make_unique<FusedStage>(Options.root);
  S->Asked = &Asked;
  S->Texts[Asked.command.file] = Asked.text;
  S->Parsed = Parse::run(Asked.command, S->Files, CollectOptions(), Diags, &S->Texts, true);
  if (!S->Parsed)
    return opn_diag(Diags, OPN_DIAG_COMPILE_FAILED, OPN_NOWHERE, Asked.command.file);
  ASTContext &Context = *S->model().Context;
  S->Main = S->model().Instances[0].File;
  auto Defined = [&](StringRef Name) -> const FunctionDecl * {
    for (NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Name)))
      if (auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->getDefinition())
        return FD->getDefinition();
    return nullptr;
  };
  S->Body = Defined(Asked.body);
  S->Own = Asked.inlined ? Defined(Asked.inlined) : S->Body;
  if (!S->Body || !S->Own)
    return opn_diag(Diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, "a stage lost its program");
  cutPieces(*S);
  Stages.push_back(std::move(S));
  return 0;
}

//===-- what is the same ------------------------------------------------------------------------//

/// Names that mean the same in both: all that is, until something that one of them names is not.
std::set<std::string> opn_fusion::same(const FusedStage &A, const FusedStage &B) const {
  std::set<std::string> Same;
  for (const auto &[Key, List] : A.Declared) {
    auto Other = B.Declared.find(Key);
    if (Other == B.Declared.end() || Other->second.size() != List.size())
      continue;
    bool Equal = true;
    for (size_t I = 0; I < List.size(); ++I) {
      const Piece &X = A.Pieces[List[I]], &Y = B.Pieces[Other->second[I]];
      Equal &= !X.IsState && !Y.IsState && X.Signature == Y.Signature && X.Declares == Y.Declares;
    }
    if (Equal)
      Same.insert(Key);
  }
  auto Differs = [&](const FusedStage &S, const std::string &Key) {
    for (unsigned I : S.Declared.at(Key))
      for (const std::set<std::string> *List : {&S.Pieces[I].Declares, &S.Pieces[I].Names})
        for (const std::string &Name : *List)
          if (!Same.count(Name) && (A.Declared.count(Name) || B.Declared.count(Name)))
            return true;
    return false;
  };
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (auto It = Same.begin(); It != Same.end();) {
      if (Differs(A, *It) || Differs(B, *It)) {
        It = Same.erase(It);
        Changed = true;
      } else {
        ++It;
      }
    }
  }
  return Same;
}

std::string opn_fusion::fresh(std::string Name) const {
  auto IsUsed = [this](const std::string &Word) {
    for (const auto &S : Stages)
      if (S->Words.count(Word))
        return true;
    return Taken.count("name " + Word) || Taken.count("tag " + Word);
  };
  while (IsUsed(Name))
    Name += "_";
  return Name;
}

/// Gives each thing its name in the product. The kernel's types keep the part of their name that
/// relocations know them by.
void opn_fusion::group() {
  for (char *const *Word = Options.reserved; Word && *Word; ++Word) {
    Taken.insert("name " + std::string(*Word));
    Taken.insert("tag " + std::string(*Word));
  }
  for (size_t K = 0; K < Stages.size(); ++K) {
    FusedStage &S = *Stages[K];
    for (size_t J = 0; J < K; ++J)
      for (const std::string &Key : same(*Stages[J], S))
        S.Group.emplace(Key, Stages[J]->Group.at(Key));
    for (const Piece &P : S.Pieces)
      for (const std::string &Key : P.Declares) {
        if (!S.Group.emplace(Key, Groups.size()).second)
          continue;
        std::string Name = opn::nameOf(Key).str();
        if (Taken.count(Key)) {
          bool IsValue = false;
          for (const Decl *D : P.Decls)
            if (const auto *VD = dyn_cast<ValueDecl>(D))
              IsValue |= VD->getIdentifier() && VD->getName() == Name;
          Name = fresh(IsValue ? S.Asked->id + ("_" + Name) : Name + "___" + S.Asked->id);
        }
        Taken.insert(Key.substr(0, Key.find(' ') + 1) + Name);
        Groups.push_back({Name, K});
      }
  }
}

std::string opn_fusion::nameOf(const FusedStage &S, const NamedDecl *D) const {
  auto It = S.Group.find(keyOf(D));
  return It == S.Group.end() ? D->getName().str() : Groups[It->second].Name;
}

void opn_fusion::addRenames(const FusedStage &S, Range Except, Edits &Changes) const {
  Speller Spell(S.model());
  for (const auto &[Key, Places] : S.Places) {
    auto It = S.Group.find(Key);
    if (It == S.Group.end() || Groups[It->second].Name == opn::nameOf(Key))
      continue;
    for (SourceLocation Loc : Places) {
      Spot Where = Spell.token(Loc);
      if (Where && !Except.contains(Where.Extent.Begin))
        Changes.replace(Where, Groups[It->second].Name, "name");
    }
  }
}

/// Sees whether names can be changed, and changes them.
int opn_fusion::rename(FusedStage &S) {
  Speller Spell(S.model());
  std::set<std::string> InStrings = wordsInStrings(S.model());
  for (const auto &[Key, Places] : S.Places) {
    auto It = S.Group.find(Key);
    std::string Old = opn::nameOf(Key).str();
    if (It == S.Group.end() || Groups[It->second].Name == Old)
      continue;
    if (InStrings.count(Old))
      return refuse(S, S.origin(Places[0]),
                    "'" + Old +
                        "' is something else in a stage before, and inline assembly or a BTF tag "
                        "says the name");
    if (S.Undefined.count(Key))
      return refuse(S, S.origin(Places[0]),
                    "'" + Old + "' is declared in another way by a stage before");
    for (SourceLocation Loc : Places) {
      Spot Where = Spell.token(Loc);
      if (!Where || Where.File->text(Where.Extent) != Old)
        return refuse(S, S.origin(Loc),
                      "'" + Old +
                          "' is something else in a stage before, and a macro puts the name "
                          "together here");
    }
    if (StringRef(Key).starts_with("tag ") || Groups[It->second].Name.rfind(Old + "___", 0) == 0)
      S.TypeNames[Old] = Groups[It->second].Name;
  }
  Edits Changes;
  addRenames(S, Range(), Changes);
  S.Renames = Changes.of(S.Main);
  return 0;
}

//===-- the joined text -------------------------------------------------------------------------//

static std::string edited(const LexedFile *Main, const std::vector<Edit> &Changes, Range R) {
  std::string Out;
  unsigned At = R.Begin;
  for (const Edit &E : Changes) {
    if (E.Offset < R.Begin || E.Offset >= R.End)
      continue;
    Out += Main->text().slice(At, E.Offset);
    Out += E.Text;
    At = E.Offset + E.Length;
  }
  Out += Main->text().slice(At, R.End);
  return Out;
}

/// Whether macros are behind the piece what they are now: one may be for the piece alone.
static bool leaves(const FusedStage &S, const Piece &P,
                   const std::map<std::string, std::string> &Macros,
                   const std::vector<Edit> &Changes) {
  std::map<std::string, std::string> Behind;
  for (unsigned D : P.Directives) {
    const Directive &Line = S.Main->directives()[D];
    std::string Definition;
    if (Line.Kind != tok::pp_undef)
      Definition = edited(S.Main, Changes, Line.Extent);
    std::string &Now = Behind[Line.Name.str()];
    if (!Now.empty() && !Definition.empty() && Now != Definition)
      return false; // one of several that are chosen from
    Now = Definition;
  }
  for (const auto &[Name, Definition] : Behind) {
    auto It = Macros.find(Name);
    if (Definition != (It == Macros.end() ? "" : It->second))
      return false;
  }
  return true;
}

std::string opn_fusion::joined(const Overlay &O, std::vector<Line> *Lines) const {
  std::string Out;
  std::map<std::string, std::string> Macros; // that stand before, with their definitions
  std::set<std::string> Included;
  for (size_t K = 0; K < Stages.size(); ++K) {
    const FusedStage &S = *Stages[K];
    auto Text = [&](Range R) { return edited(S.Main, O.Changes[K], R); };
    // Macros that this stage defines at some place, as it does that.
    std::map<std::string, std::string> Own;
    for (const Piece &P : S.Pieces)
      for (unsigned D : P.Directives)
        Own[S.Main->directives()[D].Name.str()] = Text(S.Main->directives()[D].Extent);
    unsigned Start = S.Pieces.empty() ? 0 : S.Pieces[0].Begin;
    Out.resize(StringRef(Out).rtrim().size());
    Out += (K ? "\n\n/* ---- stage '" : "/* ---- stage '") + std::string(S.Asked->name) +
           "' ---- */\n";
    Out += S.Main->text().take_front(Start);
    for (auto It = Macros.begin(); It != Macros.end();) {
      auto Mine = Own.find(It->first);
      if (!S.Words.count(It->first) || (Mine != Own.end() && Mine->second == It->second)) {
        ++It;
        continue;
      }
      Out += "#undef " + It->first + "\n";
      It = Macros.erase(It);
    }
    for (const Piece &P : S.Pieces) {
      bool IsKnown = !P.Declares.empty() || !P.Directives.empty();
      for (const std::string &Key : P.Declares)
        IsKnown &= Groups[S.Group.at(Key)].First != K;
      IsKnown &= leaves(S, P, Macros, O.Changes[K]);
      if (P.Kind == Piece::Include)
        IsKnown = !Included.insert(P.Name).second;
      if (IsKnown)
        continue;
      for (unsigned D : P.Directives) {
        const Directive &Line = S.Main->directives()[D];
        std::string Name = Line.Name.str(), Definition = Text(Line.Extent);
        auto It = Macros.find(Name);
        if (Line.Kind == tok::pp_undef) {
          Macros.erase(Name);
          continue;
        }
        if (It != Macros.end() && It->second != Definition)
          Out += "#undef " + Name + "\n";
        Macros[Name] = Definition;
      }
      bool IsProgram = P.Declares.count(keyOf(S.Body));
      if (auto It = O.Before.find(K); IsProgram && It != O.Before.end())
        Out += It->second;
      if (Lines)
        Lines->push_back({Out.size(), K, P.Begin});
      Out += Text({P.Begin, P.End});
    }
  }
  return StringRef(Out).rtrim().str() + "\n";
}

//===-- proof -----------------------------------------------------------------------------------//

static opn_command movedTo(const opn_command &From, const char *Path,
                           std::vector<const char *> &Words) {
  Words.clear();
  for (const char *const *Word = From.argv; *Word; ++Word)
    Words.push_back(*Word);
  Words.back() = Path;
  Words.push_back(nullptr);
  return {Path, From.directory, Words.data()};
}

/// The front end must make the same of each stage, alone and out of the joined source.
int opn_fusion::prove() {
  Overlay O;
  std::vector<Line> Lines;
  for (const auto &S : Stages)
    O.Changes.push_back(S->Renames);
  std::vector<const char *> Words;
  opn_command Command = movedTo(Stages[0]->Asked->command, Options.path, Words);
  std::map<std::string, std::string> Texts = {{Options.path, joined(O, &Lines)}};
  std::string Roots;
  auto RootOf = [this](const FusedStage &S) {
    // Behind the context: what the stages tell each other of a packet.
    std::string Parameters, Arguments;
    for (const ParmVarDecl *P : S.Body->parameters()) {
      std::string Name = P->getFunctionScopeIndex() ? "note" : "context";
      Parameters += (Parameters.empty() ? "" : ", ") + S.declare(P->getType(), Name);
      Arguments += (Arguments.empty() ? "" : ", ") + Name;
    }
    return "int opn_proof_" + std::string(S.Asked->id) + "(" + Parameters + ")\n{\n\treturn " +
           nameOf(S, S.Body) + "(" + Arguments + ");\n}\n";
  };
  for (const auto &S : Stages)
    Roots += RootOf(*S);
  const std::string &Whole = Texts[Options.path];
  FuseProof Proof(Command, Whole, Roots);
  if (!Proof.Compiles) {
    size_t At = 0;
    for (unsigned L = 1; L < Proof.Line && At < Whole.size(); ++L)
      At = Whole.find('\n', At) + 1;
    const Line *Found = &Lines[0];
    for (const Line &L : Lines)
      if (L.At <= At)
        Found = &L;
    const FusedStage &S = *Stages[Proof.Line ? Found->Stage : Stages.size() - 1];
    unsigned Offset = Proof.Line ? Found->Offset + (At - Found->At) : 0;
    return refuse(S, S.origin(std::min<size_t>(Offset, S.Main->text().size() - 1)),
                  "in one source with the stages before it does not compile: " + Proof.Problem);
  }
  for (const auto &S : Stages) {
    std::string Alone = S->text(Range{0, unsigned(S->Main->text().size())});
    std::string No = Proof.difference(S->Asked->command, Alone, RootOf(*S),
                                      "opn_proof_" + std::string(S->Asked->id));
    if (!No.empty())
      return refuse(*S, S->origin(S->Body->getLocation()),
                    "in one source with the stages before it would not be what it is: " + No);
  }
  return 0;
}

//===-- parses ----------------------------------------------------------------------------------//

void opn_fusion::share(Overlay &O) {
  size_t Count = Stages.size();
  Fates.assign(Count, {});
  auto Tell = [this](size_t K, const std::string &Why, opn_loc Loc) {
    Fates[K].why = R.text(Why);
    Fates[K].loc = Loc;
    if (Loc.file)
      Fates[K].loc.file = R.text(Loc.file);
  };
  std::map<std::string, std::vector<size_t>> Users;
  for (size_t K = 0; K < Count; ++K) {
    FusedStage &S = *Stages[K];
    S.Flow = std::make_unique<PacketFlow>(S, Options.hookdefs);
    S.Call = findParse(S, *S.Flow, [&](const NamedDecl *D) { return nameOf(S, D); });
    if (S.Call.Call && S.Asked->is_named) {
      S.Call.Call = nullptr;
      Tell(K, "other code calls the program as it is", S.origin(S.Body->getLocation()));
    } else if (S.Body->hasAttr<NoInlineAttr>()) {
      // The verifier of old kernels wants all of what leaves a frame to be written.
      S.Call.Call = nullptr;
      Tell(K, "it is called, not copied: by its own wish, or because it leaves by a tail call",
           S.origin(S.Own->getLocation()));
    } else if (S.Call.Call) {
      Users[S.Call.Key].push_back(K);
    } else {
      Tell(K, S.Call.No->Why, S.origin(S.Call.No->Loc));
    }
  }
  O.Changes.clear();
  std::vector<Edits> Changes(Count);
  std::vector<Range> Taken(Count);
  for (const auto &[Key, List] : Users) {
    const FusedStage &First = *Stages[List[0]];
    opn_loc Loc = First.origin(First.Call.Call->getExprLoc());
    std::string Function = nameOf(First, First.Call.Call->getDirectCallee());
    // Who has to call anew, and because of whom.
    std::map<size_t, std::pair<std::string, opn_loc>> Anew;
    size_t At = 0;
    std::optional<std::pair<std::string, opn_loc>> Void{{"", OPN_NOWHERE}};
    for (size_t K = List[0]; K < Count && At < List.size(); ++K) {
      const FusedStage &S = *Stages[K];
      if (K == List[At]) {
        if (Void)
          Anew[K] = *Void;
        Void.reset();
        ++At;
      }
      std::string Before = "stage '" + std::string(S.Asked->name) + "' before it: ";
      if (Void)
        continue;
      if (S.Flow->Moves)
        Void = {{Before + S.Flow->Moves->Why, S.origin(S.Flow->Moves->Loc)}};
      for (const PacketAccess &W : S.Flow->Writes)
        for (const PacketAccess &Read : First.Call.Reads)
          if (!Void && mayOverlap(W, Read))
            Void = {{Before + "it writes " + W.What + ", and " + Function + "() reads " + Read.What,
                     S.origin(W.Loc)}};
    }
    if (Anew.size() == List.size()) {
      for (size_t K : List) {
        auto [Why, Where] = Anew[K];
        Tell(K,
             Why.empty() && List.size() == 1 ? "no other stage begins with " + Function + "()"
             : Why.empty() ? "what " + Function + "() finds is void before another stage takes it"
                           : Why,
             Where.file ? Where : Loc);
      }
      continue;
    }
    SharedParse Shared{fresh("shared_" + Function), fresh("parsed"), {}};
    for (size_t K : List)
      for (const auto &[VD, Value] : Stages[K]->Call.Starts)
        if (llvm::find(Shared.Starts, Value) == Shared.Starts.end())
          Shared.Starts.push_back(Value);
    this->Taken.insert("name " + Shared.Name);
    bool IsText = true;
    std::vector<Edits> Tried(Count);
    for (size_t K : List)
      IsText &= takeSharedParse(*Stages[K], Stages[K]->Call, First.Call, Shared, Tried[K]);
    if (!IsText) {
      for (size_t K : List)
        Tell(K, "a macro writes its call of " + Function + "()", Loc);
      continue;
    }
    O.Before[List[0]] += sharedParseText(First, First.Call, Shared,
                                         [&](const NamedDecl *D) { return nameOf(First, D); });
    for (size_t K : List) {
      Changes[K] = Tried[K];
      Speller Spell(Stages[K]->model());
      const CallExpr *CE = Stages[K]->Call.Call;
      Taken[K] = Spell.range(CE->getBeginLoc(), CE->getEndLoc()).Extent;
      Fates[K].parse = R.text(Shared.Name);
      Fates[K].parses = Anew.count(K);
      if (Anew.count(K) && !Anew[K].first.empty())
        Tell(K, Anew[K].first, Anew[K].second);
    }
  }
  for (size_t K = 0; K < Count; ++K) {
    addRenames(*Stages[K], Taken[K], Changes[K]);
    O.Changes.push_back(Changes[K].of(Stages[K]->Main));
  }
}

int opn_fusion::run(const opn_fuse_stage *Asked, size_t Count) {
  for (size_t I = 0; I < Count; ++I)
    if (int Error = open(Asked[I]))
      return Error;
  group();
  for (const auto &S : Stages)
    if (int Error = rename(*S))
      return Error;
  if (int Error = prove())
    return Error;
  Overlay O;
  share(O);
  Text = joined(O, nullptr);
  return 0;
}

//===-- the C side ------------------------------------------------------------------------------//

int opn_fuse(const opn_fuse_stage *Stages, size_t Count, const opn_fuse_options *Options,
             opn_diags *Diags, opn_fusion **Out) {
  auto F = std::make_unique<opn_fusion>(*Options, Diags);
  if (int Error = F->run(Stages, Count))
    return Error;
  *Out = F.release();
  return 0;
}

void opn_fusion_free(opn_fusion *F) { delete F; }

const char *opn_fusion_text(const opn_fusion *F) { return F->Text.c_str(); }

const opn_fused_stage *opn_fusion_stages(const opn_fusion *F) { return F->Fates.data(); }
