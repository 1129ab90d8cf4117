// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// facts.cpp - describe functions, maps and the rest of a unit
//
// Plain recursion over statements instead of a visitor class: a second RecursiveASTVisitor would
// cost twenty seconds of build time and nothing here needs types' locations.
#include "facts.h"

#include "kernel_uses.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/Expr.h"
#include "clang/AST/TypeLoc.h"
#include "clang/Lex/Preprocessor.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

static bool hasContext(const FunctionDecl *FD, StringRef Type) {
  const RecordDecl *RD = contextOf(FD);
  return RD && RD->isStruct() && Type.consume_front("struct ") && RD->getName() == Type;
}

bool HookTables::isContextOf(const FunctionDecl *FD, StringRef Hook) const {
  for (size_t I = 0; I < SectionCount; ++I)
    if (Hook == Sections[I].hook)
      return hasContext(FD, Sections[I].context);
  return false;
}

const char *HookTables::hook(const FunctionDecl *FD, const char *Wanted) const {
  StringRef Section = sectionOf(FD);
  Section.consume_front("?"); // libbpf: not loaded by default
  for (size_t I = 0; I < SectionCount; ++I) {
    StringRef Name = Sections[I].section;
    if (Section == Name || (Sections[I].prefix && Section.starts_with(Name) &&
                            Section.drop_front(Name.size()).starts_with("/")))
      return Sections[I].hook;
  }
  if (Wanted && isContextOf(FD, Wanted))
    return Wanted;
  const char *Only = nullptr;
  for (size_t I = 0; I < SectionCount; ++I) {
    if (!hasContext(FD, Sections[I].context))
      continue;
    if (Only && StringRef(Only) != Sections[I].hook)
      return nullptr;
    Only = Sections[I].hook;
  }
  return Only;
}

std::string HookTables::helperName(unsigned Number) const {
  const char *Name = opn_hookdefs_helper_name(Hookdefs, Number);
  return Name ? Name : std::to_string(Number);
}

unsigned HookTables::mapAccess(StringRef Helper, unsigned Argument) const {
  for (size_t I = 0; I < MapAccessCount; ++I)
    if (Helper == MapAccess[I].helper && Argument == MapAccess[I].argument)
      return MapAccess[I].access;
  return OPN_ACCESS_READ | OPN_ACCESS_WRITE;
}

StringRef sectionOf(const Decl *D) {
  if (const auto *A = D->getAttr<SectionAttr>())
    return A->getName();
  return {};
}

bool isMap(const VarDecl *VD) { return sectionOf(VD) == ".maps" || sectionOf(VD) == "maps"; }

bool isProgram(const FunctionDecl *FD) {
  StringRef Section = sectionOf(FD);
  return FD->doesThisDeclarationHaveABody() && FD->isExternallyVisible() && !Section.empty() &&
         !Section.starts_with(".");
}

//===-- calls -----------------------------------------------------------------------------------//

void forEachStatement(const Stmt *S, const std::function<void(const Stmt *)> &Visit) {
  if (!S)
    return;
  Visit(S);
  for (const Stmt *Child : S->children())
    forEachStatement(Child, Visit);
}

static const FunctionDecl *calledFunction(const CallExpr *CE) { return CE->getDirectCallee(); }

unsigned helperNumber(const VarDecl *VD, const ASTContext &Context) {
  if (!VD->hasGlobalStorage() || !VD->getType()->isFunctionPointerType())
    return 0;
  const Expr *Init = VD->getAnyInitializer();
  Expr::EvalResult Value;
  if (!Init || !Init->IgnoreParenCasts()->EvaluateAsInt(Value, Context))
    return 0;
  return Value.Val.getInt().getExtValue();
}

const VarDecl *calledHelper(const CallExpr *CE, const ASTContext &Context) {
  const auto *Ref = dyn_cast<DeclRefExpr>(CE->getCallee()->IgnoreParenImpCasts());
  const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return VD && helperNumber(VD, Context) ? VD : nullptr;
}

bool isKfunc(const FunctionDecl *FD) { return !FD->getDefinition() && sectionOf(FD) == ".ksyms"; }

const RecordDecl *contextOf(const FunctionDecl *FD) {
  if (FD->getNumParams() == 0)
    return nullptr;
  QualType T = FD->getParamDecl(0)->getType();
  if (!T->isPointerType())
    return nullptr;
  return T->getPointeeType()->getAsRecordDecl();
}

const RecordDecl *findRecord(StringRef Type, const ASTContext &Context) {
  Type = Type.trim();
  while (Type.consume_back("*"))
    Type = Type.rtrim();
  Type.consume_front("struct ");
  IdentifierInfo &II = Context.Idents.get(Type.trim());
  for (NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&II))
    if (auto *RD = dyn_cast<RecordDecl>(D))
      return RD->getDefinition();
  return nullptr;
}

//===-- functions -------------------------------------------------------------------------------//

static std::string signatureOf(const FunctionDecl *FD) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  PrintingPolicy Policy(FD->getASTContext().getLangOpts());
  Policy.SuppressTagKeyword = false;
  std::string Inner;
  llvm::raw_string_ostream In(Inner);
  In << FD->getName() << "(";
  for (unsigned I = 0; I < FD->getNumParams(); ++I) {
    if (I)
      In << ", ";
    FD->getParamDecl(I)->getType().print(In, Policy, FD->getParamDecl(I)->getName());
  }
  if (FD->isVariadic())
    In << (FD->getNumParams() ? ", ..." : "...");
  else if (!FD->getNumParams())
    In << "void";
  In << ")";
  In.flush();
  FD->getReturnType().print(OS, Policy, Inner);
  OS.flush();
  return Text;
}

/// Of the text's words, so that layout and comments do not count.
static std::string hashOf(const LexedFile &F, Range R) {
  uint64_t Hash = 0xcbf29ce484222325ull;
  auto Feed = [&Hash](StringRef S) {
    for (unsigned char C : S)
      Hash = (Hash ^ C) * 0x100000001b3ull;
    Hash = (Hash ^ 0xff) * 0x100000001b3ull;
  };
  for (size_t T = F.tokenAfter(R.Begin); T < F.tokens().size() && F.tokens()[T].Begin < R.End; ++T)
    Feed(F.text().substr(F.tokens()[T].Begin, F.tokens()[T].Length));
  auto D = llvm::lower_bound(F.directives(), R.Begin, [](const Directive &Line, unsigned Offset) {
    return Line.Extent.Begin < Offset;
  });
  for (; D != F.directives().end() && R.contains(D->Extent.Begin); ++D)
    Feed(F.text(D->Extent));
  char Hex[17];
  snprintf(Hex, sizeof(Hex), "%016llx", (unsigned long long)Hash);
  return Hex;
}

opn_function describeFunction(const FunctionDecl *FD, const RecordDecl *Context,
                              const SourceModel &Model, const HookTables &Tables, Results &R) {
  opn_function F = {};
  F.name = R.text(FD->getName());
  Place P = Model.place(FD->getLocation());
  int C = Model.chunkAt(P);
  if (C >= 0) {
    const Chunk &K = Model.Chunks[C];
    const LexedFile &File = *Model.Instances[K.Instance].File;
    F.file = R.text(File.path());
    F.start_line = File.line(K.Extent.Begin);
    F.end_line = File.line(K.Extent.End - 1);
    F.column = P.Kind == PlaceKind::Project ? File.column(P.Offset) : 1;
    F.hash = R.text(hashOf(File, K.Extent));
  } else {
    F.file = R.text(Model.SM->getFilename(Model.SM->getExpansionLoc(FD->getLocation())));
    F.start_line = Model.SM->getExpansionLineNumber(FD->getBeginLoc());
    F.end_line = Model.SM->getExpansionLineNumber(FD->getEndLoc());
    F.is_external = true;
    F.hash = "";
  }
  F.signature = R.text(signatureOf(FD));
  StringRef Section = sectionOf(FD);
  F.section = R.textOrNull(Section);
  F.is_program = isProgram(FD);
  F.hook = F.is_program ? Tables.hook(FD) : nullptr;
  F.is_static = FD->getStorageClass() == SC_Static;
  F.is_inline = FD->isInlineSpecified() || FD->hasAttr<AlwaysInlineAttr>();

  std::set<std::string> Callees, Helpers, Fields;
  for (unsigned Number : helpersOf(FD, Model))
    Helpers.insert(Tables.helperName(Number));
  forEachStatement(FD->getBody(), [&](const Stmt *S) {
    if (const auto *CE = dyn_cast<CallExpr>(S)) {
      if (const FunctionDecl *Callee = calledFunction(CE)) {
        if (Callee->getBuiltinID())
          return;
        if (!isKfunc(Callee))
          Callees.insert(Callee->getName().str());
      }
    } else if (const auto *DRE = dyn_cast<DeclRefExpr>(S)) {
      // Callbacks by address.
      if (const auto *Ref = dyn_cast<FunctionDecl>(DRE->getDecl()))
        if (!Ref->getBuiltinID() && !isKfunc(Ref))
          Callees.insert(Ref->getName().str());
    } else if (const auto *ME = dyn_cast<MemberExpr>(S)) {
      const auto *Field = dyn_cast<FieldDecl>(ME->getMemberDecl());
      if (Field && Context && Field->getParent()->getDefinition() == Context->getDefinition() &&
          Field->getIdentifier())
        Fields.insert(Field->getName().str());
    }
  });
  F.callees = R.words(Callees);
  F.helpers = R.words(Helpers);
  KfuncUses Kfuncs(FD);
  F.kfuncs = R.words(Kfuncs.Used);
  F.asked = R.words(Kfuncs.Asked);
  F.context_fields = R.words(Fields);
  return F;
}

//===-- maps ------------------------------------------------------------------------------------//

namespace {

/// What a function does to maps: by the helpers that it hands them to, and by stores through
/// pointers that a lookup gave.
class MapUses {
public:
  MapUses(const ASTContext &Context, const HookTables &Tables) : Context(Context), Tables(Tables) {}

  std::map<const VarDecl *, unsigned> of(const FunctionDecl *FD) {
    Access.clear();
    Values.clear();
    forEachStatement(FD->getBody(), [this](const Stmt *S) {
      if (const auto *CE = dyn_cast<CallExpr>(S))
        call(CE);
      else if (const auto *DS = dyn_cast<DeclStmt>(S)) {
        for (const Decl *D : DS->decls())
          if (const auto *VD = dyn_cast<VarDecl>(D); VD && VD->getInit())
            bind(VD, VD->getInit());
      } else if (const auto *BO = dyn_cast<BinaryOperator>(S)) {
        if (BO->getOpcode() == BO_Assign)
          if (const auto *Ref = dyn_cast<DeclRefExpr>(BO->getLHS()->IgnoreParenImpCasts()))
            if (const auto *VD = dyn_cast<VarDecl>(Ref->getDecl()))
              bind(VD, BO->getRHS());
        if (BO->isAssignmentOp())
          store(BO->getLHS());
      } else if (const auto *UO = dyn_cast<UnaryOperator>(S)) {
        if (UO->isIncrementDecrementOp())
          store(UO->getSubExpr());
      }
    });
    return Access;
  }

private:
  static bool isMap(const VarDecl *VD) {
    StringRef S = sectionOf(VD);
    return S == ".maps" || S == "maps";
  }
  static const VarDecl *mapIn(const Expr *E) {
    E = E->IgnoreParenCasts();
    if (const auto *UO = dyn_cast<UnaryOperator>(E); UO && UO->getOpcode() == UO_AddrOf)
      E = UO->getSubExpr()->IgnoreParenCasts();
    if (const auto *AS = dyn_cast<ArraySubscriptExpr>(E))
      E = AS->getBase()->IgnoreParenCasts();
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    return VD && isMap(VD) ? VD->getCanonicalDecl() : nullptr;
  }
  static const VarDecl *variableBehind(const Expr *E) {
    for (;;) {
      E = E->IgnoreParenCasts();
      if (const auto *ME = dyn_cast<MemberExpr>(E))
        E = ME->getBase();
      else if (const auto *AS = dyn_cast<ArraySubscriptExpr>(E))
        E = AS->getBase();
      else if (const auto *UO = dyn_cast<UnaryOperator>(E))
        E = UO->getSubExpr();
      else
        break;
    }
    const auto *Ref = dyn_cast<DeclRefExpr>(E);
    return Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  }

  void call(const CallExpr *CE) {
    const VarDecl *Helper = calledHelper(CE, Context);
    const FunctionDecl *Callee = calledFunction(CE);
    for (unsigned A = 0; A < CE->getNumArgs(); ++A) {
      const Expr *Arg = CE->getArg(A);
      if (const VarDecl *Map = mapIn(Arg)) {
        unsigned How = OPN_ACCESS_READ | OPN_ACCESS_WRITE;
        if (Helper)
          How = Tables.mapAccess(Tables.helperName(helperNumber(Helper, Context)), A);
        Access[Map] |= How;
      } else if (Callee && Arg->getType()->isPointerType() &&
                 !Arg->getType()->getPointeeType().isConstQualified()) {
        // A function (or an atomic builtin) may write through a value's pointer.
        if (const VarDecl *VD = variableBehind(Arg))
          if (Values.count(VD))
            Access[Values[VD]] |= OPN_ACCESS_WRITE;
      }
    }
  }
  void bind(const VarDecl *VD, const Expr *Init) {
    const auto *CE = dyn_cast<CallExpr>(Init->IgnoreParenCasts());
    if (!CE || !calledHelper(CE, Context))
      return;
    for (const Expr *Arg : CE->arguments())
      if (const VarDecl *Map = mapIn(Arg))
        Values[VD] = Map;
  }
  void store(const Expr *LHS) {
    if (isa<DeclRefExpr>(LHS->IgnoreParenImpCasts()))
      return;
    if (const VarDecl *VD = variableBehind(LHS))
      if (Values.count(VD))
        Access[Values[VD]] |= OPN_ACCESS_WRITE;
  }

  const ASTContext &Context;
  const HookTables &Tables;
  std::map<const VarDecl *, unsigned> Access;
  std::map<const VarDecl *, const VarDecl *> Values; ///< pointer variable to map
};

} // namespace

//===-- the unit --------------------------------------------------------------------------------//

static bool isDefined(const VarDecl *VD) {
  for (const VarDecl *R : VD->redecls()) // "int x;" defines it, though Clang calls it tentative
    if (R->isThisDeclarationADefinition() != VarDecl::DeclarationOnly)
      return true;
  return false;
}

static const char *kindOf(const Decl *D) {
  if (const auto *TD = dyn_cast<TagDecl>(D))
    return TD->isStruct() ? "struct" : TD->isUnion() ? "union" : TD->isEnum() ? "enum" : nullptr;
  if (isa<TypedefNameDecl>(D))
    return "typedef";
  if (isa<VarDecl>(D))
    return "variable";
  return nullptr;
}

void describeUnit(opn_unit &Unit, const SourceModel &Model, const Closure &C,
                  const RecordDecl *Context, const HookTables &Tables, Results &R,
                  opn_diags *Diags) {
  std::vector<opn_function> Functions;
  std::vector<opn_map> Maps;
  std::vector<opn_item> Items;
  std::vector<opn_edge> Edges;
  std::set<std::string> Undefined;
  std::map<const VarDecl *, std::vector<opn_map_use>> Uses;
  std::vector<const VarDecl *> MapDecls;

  std::vector<int> Order(C.Chunks.set_bits_begin(), C.Chunks.set_bits_end());
  std::sort(Order.begin(), Order.end(),
            [&](int A, int B) { return Model.Chunks[A].Seq < Model.Chunks[B].Seq; });

  MapUses Reader(*Model.Context, Tables);
  std::set<std::string> Known; // names of this unit, for edges
  for (int Index : Order)
    for (const Decl *D : Model.Chunks[Index].Decls)
      if (const auto *ND = dyn_cast<NamedDecl>(D); ND && ND->getIdentifier())
        Known.insert(ND->getName().str());

  std::set<std::pair<std::string, std::string>> SeenItems;
  std::set<std::tuple<std::string, std::string, std::string>> SeenEdges;
  auto Edge = [&](StringRef From, StringRef To, const char *Kind) {
    if (From != To && SeenEdges.insert({From.str(), To.str(), Kind}).second)
      Edges.push_back({R.text(From), R.text(To), Kind});
  };

  for (int Index : Order) {
    const Chunk &K = Model.Chunks[Index];
    const LexedFile &F = *Model.Instances[K.Instance].File;
    unsigned Start = F.line(K.Extent.Begin), End = F.line(K.Extent.End - 1);
    std::set<std::string> Owners; // the chunk's names in the graph
    std::string Type;             // its name where it is only a type
    for (const Decl *D : K.Decls) {
      const auto *ND = dyn_cast<NamedDecl>(D);
      if (D->isImplicit())
        continue; // a builtin's declaration has its place where it is used first
      if (ND && ND->getIdentifier() && isa<FunctionDecl, VarDecl>(D))
        Owners.insert(ND->getName().str());
      else if (ND && ND->getIdentifier() && Type.empty())
        Type = ND->getName().str();
      if (const auto *FD = dyn_cast<FunctionDecl>(D)) {
        if (!FD->doesThisDeclarationHaveABody())
          continue;
        Functions.push_back(describeFunction(FD, Context, Model, Tables, R));
        for (auto [Map, How] : Reader.of(FD))
          Uses[Map].push_back({Functions.back().name, How});
        continue;
      }
      const auto *VD = dyn_cast<VarDecl>(D);
      StringRef Section = sectionOf(D);
      if (VD && (Section == ".maps" || Section == "maps")) {
        opn_map M = readMap(VD, *Model.Context, R);
        M.file = R.text(F.path());
        M.start_line = Start;
        M.end_line = End;
        M.is_declared_only = !isDefined(VD);
        if (std::find(MapDecls.begin(), MapDecls.end(), VD->getCanonicalDecl()) != MapDecls.end())
          continue;
        Maps.push_back(M);
        MapDecls.push_back(VD->getCanonicalDecl());
        continue;
      }
      const char *Kind = kindOf(D);
      if (!Kind || !ND || (isa<TagDecl>(D) && !cast<TagDecl>(D)->isThisDeclarationADefinition()))
        continue;
      if (VD && Section == "license" && VD->getAnyInitializer())
        if (const auto *SL =
                dyn_cast<clang::StringLiteral>(VD->getAnyInitializer()->IgnoreParenCasts()))
          Unit.license = R.text(SL->getString().rtrim('\0'));
      // The unnamed struct of a map or a typedef says nothing beside their names.
      if (!ND->getIdentifier() && K.Decls.size() > 1)
        continue;
      std::string Name = ND->getIdentifier() ? ND->getName().str() : "(unnamed)";
      if (ND->getIdentifier() && !SeenItems.insert({Kind, Name}).second)
        continue;
      Items.push_back({Kind, R.text(Name), R.text(F.path()), Start, End});
    }
    if (Owners.empty() && !Type.empty())
      Owners.insert(Type);
    auto EdgeFromAll = [&](StringRef To, const char *Kind) {
      for (const std::string &Owner : Owners)
        Edge(Owner, To, Kind);
    };
    for (const DeclUse &U : usesOf(K.Decls, *Model.Context)) {
      if (!U.D->getIdentifier() || U.D->isImplicit() || !Known.count(U.D->getName().str()))
        continue;
      const auto *VD = dyn_cast<VarDecl>(U.D);
      StringRef Section = sectionOf(U.D);
      const char *Kind = isa<FunctionDecl>(U.D)                            ? "call"
                         : VD && (Section == ".maps" || Section == "maps") ? "map"
                         : VD                                              ? "global"
                                                                           : "type";
      EdgeFromAll(U.D->getName(), Kind);
    }
    for (const MacroUse &U : Model.usesIn(Model.Instances[K.Instance].FID, K.Extent))
      if (U.Info && Model.MacroOf.count(U.Info))
        EdgeFromAll(U.Name, "macro");
  }

  for (int M : C.Macros.set_bits()) {
    const MacroLine &D = Model.Macros[M];
    if (!D.Info)
      continue;
    const LexedFile &F = *Model.Instances[D.Instance].File;
    Range X = F.directives()[D.Directive].Extent;
    Items.push_back(
        {"macro", R.text(D.Name), R.text(F.path()), F.line(X.Begin), F.line(X.End - 1)});
  }
  std::set<std::string> Includes;
  for (int E : C.Externals.set_bits()) {
    const External &X = Model.Externals[E];
    Includes.insert(X.How.Spelling);
    if (X.Parent < 0)
      continue;
    const LexedFile &F = *Model.Instances[X.Parent].File;
    unsigned Line = F.line(X.IncludeOffset);
    Items.push_back({"include", R.text(X.How.Spelling), R.text(F.path()), Line, Line});
  }

  for (size_t I = 0; I < Maps.size(); ++I) {
    const std::vector<opn_map_use> &List = Uses[MapDecls[I]];
    Maps[I].uses = R.array(List);
    Maps[I].use_count = List.size();
    if (Maps[I].is_declared_only) {
      Place P = Model.place(MapDecls[I]->getLocation());
      opn_loc Loc = {Maps[I].file, Maps[I].start_line, 1, 1};
      if (P.Kind == PlaceKind::Project) {
        const LexedFile &F = *Model.Instances[P.Index].File;
        Loc = {Maps[I].file, F.line(P.Offset), F.column(P.Offset), unsigned(strlen(Maps[I].name))};
      }
      opn_diag(Diags, OPN_DIAG_MAP_DECLARED_ONLY, Loc, Maps[I].name);
    }
  }
  std::set<const Decl *> InAssembly; // may be defined there
  for (int Index : Order)
    if (!Model.Chunks[Index].Decls.empty() &&
        isa<FileScopeAsmDecl>(Model.Chunks[Index].Decls.front()))
      for (const DeclUse &U : usesOf(Model.Chunks[Index].Decls, *Model.Context))
        InAssembly.insert(U.D->getCanonicalDecl());
  for (const NamedDecl *D : C.Undefined) {
    StringRef Section = sectionOf(D);
    if (InAssembly.count(D->getCanonicalDecl()))
      continue;
    Undefined.insert(D->getName().str());
    if (Section == ".ksyms" || Section == ".kconfig" || Section == ".maps" || Section == "maps")
      continue;
    if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->getBuiltinID())
      continue;
    PresumedLoc PL = Model.SM->getPresumedLoc(Model.SM->getExpansionLoc(D->getLocation()));
    opn_loc Loc = {nullptr, 0, 0, 0};
    if (PL.isValid())
      Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), unsigned(D->getName().size())};
    opn_diag(Diags, OPN_DIAG_SYMBOL_UNDEFINED, Loc, D->getName().str().c_str());
  }

  Unit.functions = R.array(Functions);
  Unit.function_count = Functions.size();
  Unit.maps = R.array(Maps);
  Unit.map_count = Maps.size();
  Unit.items = R.array(Items);
  Unit.item_count = Items.size();
  Unit.edges = R.array(Edges);
  Unit.edge_count = Edges.size();
  Unit.includes = R.words(Includes);
  Unit.undefined = R.words(Undefined);
}

} // namespace opn
