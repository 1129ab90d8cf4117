// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// stage.cpp - a unit becomes one of several: its program is wrapped, names that clash are changed
//
// Objects are joined by a linker that knows names only, so what has external linkage needs a name
// of its own. Names are changed where the AST says that they mean the symbol: a field, a local
// variable or a type of the same name stays. A place that was missed names nothing any more, so the
// compiler finds it.
#include "stage_note.h"
#include "wrap.h"

#include "facts.h"
#include "llvm_compat.h"
#include "own_text.h"
#include "parse.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include <cerrno>

using namespace clang;
using namespace opn;
using llvm::StringRef;

namespace {

const NamedDecl *canonical(const NamedDecl *D) { return cast<NamedDecl>(D->getCanonicalDecl()); }

/// Where each declaration is named.
class ReferenceVisitor : public RecursiveASTVisitor<ReferenceVisitor> {
public:
  std::map<const NamedDecl *, std::vector<SourceLocation>> Places;
  std::set<const FunctionDecl *> Referenced;

  bool VisitDeclRefExpr(DeclRefExpr *E) {
    note(E->getDecl(), E->getLocation());
    if (const auto *FD = dyn_cast<FunctionDecl>(E->getDecl()))
      Referenced.insert(FD->getCanonicalDecl());
    return true;
  }
  bool VisitVarDecl(VarDecl *D) {
    if (D->hasGlobalStorage())
      note(D, D->getLocation());
    return true;
  }
  bool VisitFunctionDecl(FunctionDecl *D) {
    note(D, D->getLocation());
    return true;
  }

private:
  void note(const NamedDecl *D, SourceLocation Loc) { Places[canonical(D)].push_back(Loc); }
};

/// What a program stores to, and returns, with all that it calls.
class EffectVisitor : public RecursiveASTVisitor<EffectVisitor> {
public:
  explicit EffectVisitor(const SourceModel &Model) : Model(Model) {}

  std::set<std::string> Writes;

  void run(const FunctionDecl *FD) {
    FD = FD->getDefinition();
    if (FD && Seen.insert(FD).second)
      TraverseStmt(FD->getBody());
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    if (const auto *FD = dyn_cast<FunctionDecl>(E->getDecl()))
      run(FD);
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *E) {
    if (E->isAssignmentOp())
      store(E->getLHS());
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *E) {
    if (E->isIncrementDecrementOp())
      store(E->getSubExpr());
    return true;
  }
  /// __builtin_memcpy(eth->h_dest, ...) and the like: the first argument is stored to.
  bool VisitCallExpr(CallExpr *E) {
    const FunctionDecl *FD = E->getDirectCallee();
    if (!FD || !E->getNumArgs())
      return true;
    unsigned Builtin = FD->getBuiltinID();
    if (Builtin == Builtin::BI__builtin_memcpy || Builtin == Builtin::BI__builtin_memmove ||
        Builtin == Builtin::BI__builtin_memset || Builtin == Builtin::BImemcpy ||
        Builtin == Builtin::BImemmove || Builtin == Builtin::BImemset) {
      const Expr *To = E->getArg(0)->IgnoreParenCasts();
      if (const auto *UO = dyn_cast<UnaryOperator>(To); UO && UO->getOpcode() == UO_AddrOf)
        To = UO->getSubExpr()->IgnoreParenCasts();
      store(To);
    }
    return true;
  }

private:
  void store(const Expr *E) {
    const MemberExpr *Member = nullptr;
    for (E = E->IgnoreParenCasts();; E = E->IgnoreParenCasts()) {
      if (const auto *Index = dyn_cast<ArraySubscriptExpr>(E)) {
        E = Index->getBase();
      } else if (const auto *ME = dyn_cast<MemberExpr>(E)) {
        Member = ME;
        if (ME->isArrow())
          break;
        E = ME->getBase();
      } else {
        return; // a variable, or through a pointer that has no fields
      }
    }
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field || !Field->getIdentifier())
      return;
    const RecordDecl *RD = Field->getParent();
    while (RD->isAnonymousStructOrUnion() && isa<RecordDecl>(RD->getDeclContext()))
      RD = cast<RecordDecl>(RD->getDeclContext());
    if (RD->getIdentifier() && Model.place(RD->getLocation()).Kind == PlaceKind::External)
      Writes.insert((RD->getName() + "." + Field->getName()).str());
  }

  const SourceModel &Model;
  std::set<const FunctionDecl *> Seen;
};

/// The constants that a function can return. A variable's are all that it is ever given.
class ReturnVisitor : public RecursiveASTVisitor<ReturnVisitor> {
public:
  explicit ReturnVisitor(const ASTContext &Context) : Context(Context) {}

  std::set<long long> Values;
  bool Known = true;

  void run(const FunctionDecl *FD) {
    FD = FD->getDefinition();
    if (!FD)
      Known = false;
    else if (FD->hasAttr<NakedAttr>())
      Known = false; // its assembly returns
    else if (Seen.insert(FD).second) {
      const FunctionDecl *Outer = std::exchange(Current, FD);
      TraverseStmt(FD->getBody());
      Current = Outer;
    }
  }
  bool VisitReturnStmt(ReturnStmt *S) {
    if (S->getRetValue())
      value(S->getRetValue());
    return true;
  }

private:
  /// All that a local variable is given.
  struct Given : RecursiveASTVisitor<Given> {
    explicit Given(const VarDecl *VD) : VD(VD) {}
    bool VisitBinaryOperator(BinaryOperator *E) {
      if (E->isAssignmentOp() && names(E->getLHS())) {
        Known &= E->getOpcode() == BO_Assign;
        Values.push_back(E->getRHS());
      }
      return true;
    }
    bool VisitUnaryOperator(UnaryOperator *E) {
      if ((E->isIncrementDecrementOp() || E->getOpcode() == UO_AddrOf) && names(E->getSubExpr()))
        Known = false;
      return true;
    }
    bool VisitGCCAsmStmt(GCCAsmStmt *) { return Known = false; }
    bool names(const Expr *E) const {
      const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenCasts());
      return Ref && Ref->getDecl() == VD;
    }
    const VarDecl *VD;
    std::vector<const Expr *> Values;
    bool Known = true;
  };

  void value(const Expr *E) {
    Expr::EvalResult Result;
    E = E->IgnoreParenCasts();
    if (E->EvaluateAsInt(Result, Context)) {
      Values.insert(Result.Val.getInt().getExtValue());
    } else if (const auto *CO = dyn_cast<ConditionalOperator>(E)) {
      value(CO->getTrueExpr());
      value(CO->getFalseExpr());
    } else if (const auto *CE = dyn_cast<CallExpr>(E); CE && CE->getDirectCallee()) {
      run(CE->getDirectCallee());
    } else if (const auto *Ref = dyn_cast<DeclRefExpr>(E); Ref && isLocal(Ref->getDecl())) {
      const auto *VD = cast<VarDecl>(Ref->getDecl());
      if (!Variables.insert(VD).second)
        return;
      Given G(VD);
      G.TraverseStmt(Current->getBody());
      Known &= G.Known;
      if (VD->getInit())
        value(VD->getInit());
      for (const Expr *From : G.Values)
        value(From);
    } else {
      Known = false;
    }
  }
  static bool isLocal(const ValueDecl *D) {
    const auto *VD = dyn_cast<VarDecl>(D);
    return VD && VD->hasLocalStorage() && !isa<ParmVarDecl>(VD);
  }

  const ASTContext &Context;
  const FunctionDecl *Current = nullptr;
  std::set<const FunctionDecl *> Seen;
  std::set<const VarDecl *> Variables;
};

/// Whether a value of the type has a lock of which the kernel takes one in a map (kernel/bpf/btf.c:
/// btf_parse_fields(), BPF_SPIN_LOCK and BPF_RES_SPIN_LOCK).
bool hasLock(QualType T, const ASTContext &Context) {
  T = Context.getBaseElementType(T);
  const RecordDecl *RD = T->getAsRecordDecl();
  if (!RD || !(RD = RD->getDefinition()))
    return false;
  if (RD->getName() == "bpf_spin_lock" || RD->getName() == "bpf_res_spin_lock")
    return true;
  return llvm::any_of(RD->fields(),
                      [&](const FieldDecl *F) { return hasLock(F->getType(), Context); });
}

/// A record's name and what tells it from another one of the name.
std::string described(const RecordDecl *RD, const ASTContext &Context) {
  std::string Text =
      RD->getName().str() + " " +
      std::to_string(Context.getTypeSizeInChars(recordType(RD, Context)).getQuantity());
  for (const FieldDecl *F : RD->fields())
    Text += ";" + F->getType().getCanonicalType().getAsString() + " " + F->getName().str();
  return Text;
}

/// The record that a tag says to be in a list or tree (bpf_experimental.h: __contains()).
void addListed(const Decl *D, std::set<std::string> &To) {
  for (const auto *Tag : D->specific_attrs<BTFDeclTagAttr>())
    if (StringRef Text = Tag->getBTFDeclTag(); Text.consume_front("contains:"))
      To.insert(Text.split(':').first.str());
}

} // namespace

struct opn_stage {
  explicit opn_stage(StringRef Root) : Files(Root.str()) {}

  FileCache Files;
  std::map<std::string, std::string> Texts;
  opn_command Command = {};
  std::unique_ptr<Parse> Parsed;
  const FunctionDecl *Program = nullptr;
  struct opn_stage_facts Facts = {};
  std::string Text;
  Results R;

  int open(StringRef Name, opn_diags *Diags);
  int edit(const opn_stage_edit &Edit, opn_diags *Diags);
  size_t takeNote(StringRef Map);

private:
  int refuse(opn_diags *Diags, SourceLocation Loc, const std::string &What, const std::string &Why,
             const char *Help = nullptr) const;
  opn_loc loc(SourceLocation Loc) const;
  int rename(const opn_stage_edit &Edit, Edits &Changes, opn_diags *Diags);
  int declareOnly(StringRef Map, Edits &Changes, opn_diags *Diags);
  void drop(const Chunk &C, const char *Rule, Edits &Changes) const;
  void dropUnwanted(Edits &Changes) const;
  void tellText(opn_diags *Diags) const;
  void collect();

  ReferenceVisitor References;
  std::vector<opn_stage_symbol> Symbols;
};

opn_loc opn_stage::loc(SourceLocation Loc) const {
  PresumedLoc PL = Parsed->Model.SM->getPresumedLoc(Parsed->Model.SM->getExpansionLoc(Loc));
  return {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
}

int opn_stage::refuse(opn_diags *Diags, SourceLocation Loc, const std::string &What,
                      const std::string &Why, const char *Help) const {
  // Where the user has it, not in the unit that was made of it.
  const SourceManager &SM = *Parsed->Model.SM;
  auto [Path, Line] =
      Parsed->Model.Instances[0].File->origin(SM.getFileOffset(SM.getExpansionLoc(Loc)));
  std::string File = Path.str();
  opn_loc Place = loc(Loc);
  if (!File.empty()) {
    Place.file = File.c_str();
    Place.line = Line;
  }
  int Error = opn_diag(Diags, OPN_DIAG_STAGE_REJECTED, Place, What.c_str(), Why.c_str());
  if (Help)
    opn_diag_note(Diags, {nullptr, 0, 0, 0}, "%s", Help);
  return Error;
}

//===-- what is there ---------------------------------------------------------------------------//

void opn_stage::collect() {
  const SourceModel &Model = Parsed->Model;
  std::vector<opn_stage_symbol> Symbols;
  std::set<const Decl *> Seen;
  std::set<std::string> Untyped, LockSections, Listed, Records;
  for (const Chunk &C : Model.Chunks)
    for (Decl *D : C.Decls) {
      References.TraverseDecl(D);
      addListed(D, Listed);
      if (const auto *RD = dyn_cast<RecordDecl>(D); RD && RD->isCompleteDefinition()) {
        for (const FieldDecl *F : RD->fields())
          addListed(F, Listed);
        if (RD->getIdentifier())
          Records.insert(described(RD, *Model.Context));
      }
      opn_stage_symbol S = {};
      if (const auto *FD = dyn_cast<FunctionDecl>(D)) {
        if (!FD->getDefinition() || !FD->isExternallyVisible() || FD == Program)
          continue;
        S.kind = OPN_STAGE_FUNCTION;
      } else if (const auto *VD = dyn_cast<VarDecl>(D)) {
        StringRef Section = sectionOf(VD);
        if (VD->getType()->isVoidType())
          Untyped.insert(VD->getName().str());
        if (!isMap(VD) && VD->hasDefinition(*Model.Context) != VarDecl::DeclarationOnly &&
            hasLock(VD->getType(), *Model.Context))
          LockSections.insert(Section.empty() ? ".bss" : Section.str());
        if (VD->hasDefinition(*Model.Context) == VarDecl::DeclarationOnly ||
            !VD->isExternallyVisible() || Section == "license" || Section == "version")
          continue;
        S.kind = isMap(VD) ? OPN_STAGE_MAP : OPN_STAGE_VARIABLE;
      } else {
        continue;
      }
      if (!Seen.insert(D->getCanonicalDecl()).second)
        continue;
      S.name = R.text(cast<NamedDecl>(D)->getName());
      S.line = loc(D->getLocation()).line;
      Symbols.push_back(S);
    }
  this->Symbols = std::move(Symbols);
  Facts.symbols = this->Symbols.data();
  Facts.symbol_count = this->Symbols.size();
  Facts.is_referenced = References.Referenced.count(Program->getCanonicalDecl());

  std::set<std::string> Macros;
  for (const MacroLine &Line : Model.Macros)
    if (Line.Info)
      Macros.insert(Line.Name.str());
  Facts.macros = R.words(Macros);
  Facts.untyped = R.words(Untyped);
  Facts.lock_sections = R.words(LockSections);
  Facts.listed = R.words(Listed);
  Facts.records = R.words(Records);
  EffectVisitor Effects(Model);
  Effects.run(Program);
  Facts.writes = R.words(Effects.Writes);
  ReturnVisitor Returns(*Model.Context);
  Returns.run(Program);
  Facts.returns = R.array(std::vector<long long>(Returns.Values.begin(), Returns.Values.end()));
  Facts.return_count = Returns.Values.size();
  Facts.returns_known = Returns.Known;
  Facts.line = loc(Program->getLocation()).line;
}

int opn_stage::open(StringRef Name, opn_diags *Diags) {
  Parsed = Parse::run(Command, Files, CollectOptions(), Diags, &Texts, true);
  if (!Parsed)
    return opn_diag(Diags, OPN_DIAG_COMPILE_FAILED, {nullptr, 0, 0, 0}, Command.file);
  ASTContext &Context = *Parsed->Model.Context;
  for (NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Name)))
    if (auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->getDefinition())
      Program = FD->getDefinition();
  if (!Program || !isProgram(Program))
    return opn_diag(Diags, OPN_DIAG_FUNCTION_MISSING, {nullptr, 0, 0, 0}, Name.str().c_str(),
                    Command.file);
  collect();
  return 0;
}

size_t opn_stage::takeNote(StringRef Name) {
  const VarDecl *Map = mapOf(Parsed->Model, Name);
  uint64_t Size = Map ? valueSize(Map, *Parsed->Model.Context) : 0;
  if (Size) {
    llvm::erase_if(Symbols, [&](const opn_stage_symbol &S) { return Name == S.name; });
    Facts.symbol_count = Symbols.size();
  }
  return Size;
}

//===-- changes ---------------------------------------------------------------------------------//

int opn_stage::rename(const opn_stage_edit &Edit, Edits &Changes, opn_diags *Diags) {
  const SourceModel &Model = Parsed->Model;
  ASTContext &Context = *Model.Context;
  Speller Spell(Model);
  std::set<std::string> InStrings;
  if (Edit.rename_count)
    InStrings = wordsInStrings(Model);
  for (size_t I = 0; I < Edit.rename_count; ++I) {
    const opn_rename &To = Edit.renames[I];
    if (InStrings.count(To.from))
      return refuse(Diags, Program->getLocation(), "'" + std::string(To.from) + "'",
                    "another stage has the same name, and inline assembly or a BTF tag says it",
                    "give one of them another name");
    for (const auto &[D, Places] : References.Places) {
      const auto *DC = D->getDeclContext()->getRedeclContext();
      bool IsSymbol = DC->isTranslationUnit() || D->isExternallyVisible();
      if (!IsSymbol || !D->getIdentifier() || D->getName() != To.from)
        continue;
      for (SourceLocation Loc : Places) {
        if (Loc == Program->getLocation())
          continue; // becomes the body's name
        Spot S = Spell.token(Loc);
        if (!S || S.File->text({S.Extent.Begin, S.Extent.End}) != To.from)
          return refuse(Diags, Loc, "'" + std::string(To.from) + "'",
                        "another stage has the same name, and a macro puts it together here",
                        "give one of them another name");
        if (!Changes.replace(S, To.to, "name"))
          return refuse(Diags, Loc, "'" + std::string(To.from) + "'",
                        "this text stands for several things, of which one gets another name",
                        "give one of them another name");
      }
    }
    if (!Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(To.to)).empty())
      return refuse(Diags, Program->getLocation(), "'" + std::string(To.from) + "'",
                    "its new name '" + std::string(To.to) + "' is taken");
  }
  return 0;
}

/// A map that another source defines. libbpf's linker sees that both mean the same.
int opn_stage::declareOnly(StringRef Map, Edits &Changes, opn_diags *Diags) {
  const SourceModel &Model = Parsed->Model;
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls) {
      const auto *VD = dyn_cast<VarDecl>(D);
      if (!VD || VD->getName() != Map || !VD->getDeclContext()->isTranslationUnit())
        continue;
      if (VD->getBeginLoc().isMacroID() || VD->getInit())
        return refuse(Diags, VD->getLocation(), "map '" + Map.str() + "'",
                      VD->getInit() ? "a map with initial values cannot be shared"
                                    : "a macro writes it, and it is to be shared",
                      nullptr);
      Changes.insert(Model.Instances[C.Instance].File, C.Extent.Begin, "extern ", "share");
    }
  return 0;
}

void opn_stage::drop(const Chunk &C, const char *Rule, Edits &Changes) const {
  const LexedFile *File = Parsed->Model.Instances[C.Instance].File;
  unsigned Begin = File->attachedStart(C.Extent), End = C.Extent.End;
  StringRef Rest = File->text().substr(End);
  if (Rest.consume_front(";"))
    ++End;
  if (Rest.starts_with("\n"))
    ++End;
  Spot S;
  S.File = File;
  S.Extent = {Begin, End};
  Changes.replace(S, "", Rule);
}

/// The linked object has one licence, which stands in the dispatcher; and a program that is none
/// any more is not announced.
void opn_stage::dropUnwanted(Edits &Changes) const {
  for (const Chunk &C : Parsed->Model.Chunks)
    for (const Decl *D : C.Decls) {
      StringRef Section = isa<VarDecl>(D) ? sectionOf(D) : StringRef();
      bool IsPrototype = D != Program && C.Decls.size() == 1 &&
                         D->getCanonicalDecl() == Program->getCanonicalDecl();
      if (Section == "license" || Section == "version")
        drop(C, "license", Changes);
      else if (IsPrototype && !Facts.is_referenced)
        drop(C, "program", Changes);
    }
}

/// What has its own text for a value has another: the text stands in another file, below other
/// lines, and the program has another name.
void opn_stage::tellText(opn_diags *Diags) const {
  for (const Chunk &C : Parsed->Model.Chunks)
    for (const Decl *D : C.Decls) {
      const auto *FD = dyn_cast<FunctionDecl>(D);
      if (!FD || !FD->doesThisDeclarationHaveABody())
        continue;
      bool Lines = false, Names = false;
      forEachStatement(FD->getBody(), [&](const Stmt *S) {
        Lines |= isLineNumber(S, *Parsed->Model.Context);
        Names |= FD == Program && isa<PredefinedExpr>(S);
      });
      std::string In = " in '" + FD->getName().str() + "'";
      const opn_loc Nowhere = {nullptr, 0, 0, 0};
      if (Lines)
        opn_diag(Diags, OPN_DIAG_TRANSFORM_VALUE, Nowhere, ("'__LINE__'" + In).c_str(),
                 "the text of a stage stands in a file of its own");
      if (Names)
        opn_diag(Diags, OPN_DIAG_TRANSFORM_VALUE, Nowhere, ("'__func__'" + In).c_str(),
                 "the program's text becomes a function of another name");
    }
}

int opn_stage::edit(const opn_stage_edit &Edit, opn_diags *Diags) {
  const LexedFile *Main = Parsed->Model.Instances[0].File;
  Edits Changes;
  if (int Error = rename(Edit, Changes, Diags))
    return Error;
  for (char *const *Map = Edit.externs; Map && *Map; ++Map)
    if (int Error = declareOnly(*Map, Changes, Diags))
      return Error;
  dropUnwanted(Changes);
  if (Edit.note)
    if (NoteRefusal No = passNote(mapOf(Parsed->Model, Edit.note), Program, Parsed->Model, Changes))
      return refuse(Diags, No.Loc, "map '" + std::string(Edit.note) + "'", No.Why,
                    "without 'metadata' it stays a map");
  if (Edit.leaves && Program->hasAttr<NoInlineAttr>())
    return refuse(Diags, Program->getLocation(), "program '" + Program->getName().str() + "'",
                  "it is not inlined and makes tail calls, which would come back to its caller",
                  "drop 'noinline': nothing calls a program");
  if (WrapRefusal No = wrapProgram(Program, Parsed->Model, Changes, Edit.body, Edit.wrapper))
    return refuse(Diags, Program->getLocation(), "program '" + Program->getName().str() + "'",
                  No.Why, No.Help);
  for (const LexedFile *File : Changes.files())
    if (File != Main)
      return refuse(Diags, Program->getLocation(), "'" + Program->getName().str() + "'",
                    "its text is not in one file", "extract it with opened-extract first");
  Text = applied(Main, Changes.of(Main));
  tellText(Diags);
  return 0;
}

//===-- the C side ------------------------------------------------------------------------------//

int opn_stage_open(const opn_command *Command, const char *Root, const opn_source_text *Texts,
                   size_t TextCount, const char *Program, opn_diags *Diags, opn_stage **Out) {
  auto S = std::make_unique<opn_stage>(Root);
  for (size_t I = 0; I < TextCount; ++I)
    S->Texts[Texts[I].path] = Texts[I].text;
  S->Command = *Command;
  if (int Error = S->open(Program, Diags))
    return Error;
  *Out = S.release();
  return 0;
}

void opn_stage_free(opn_stage *S) { delete S; }

const struct opn_stage_facts *opn_stage_facts(const opn_stage *S) { return &S->Facts; }

bool opn_stage_defines(const opn_stage *S, const char *Type) {
  StringRef Name(Type);
  Name.consume_front("struct ");
  ASTContext &Context = *S->Parsed->Model.Context;
  for (const NamedDecl *D : Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Name)))
    if (const auto *RD = dyn_cast<RecordDecl>(D); RD && RD->getDefinition())
      return true;
  return false;
}

size_t opn_stage_note(opn_stage *S, const char *Map) { return S->takeNote(Map); }

int opn_stage_text(opn_stage *S, const opn_stage_edit *Edit, opn_diags *Diags, const char **Out) {
  if (int Error = S->edit(*Edit, Diags))
    return Error;
  *Out = S->Text.c_str();
  return 0;
}

int opn_source_check(const opn_command *Command, const char *Root, const opn_source_text *Texts,
                     size_t TextCount, opn_diags *Diags) {
  std::map<std::string, std::string> Memory;
  for (size_t I = 0; I < TextCount; ++I)
    Memory[Texts[I].path] = Texts[I].text;
  FileCache Files(Root);
  if (Parse::run(*Command, Files, CollectOptions(), Diags, &Memory, true))
    return 0;
  return opn_diag(Diags, OPN_DIAG_COMPILE_FAILED, {nullptr, 0, 0, 0}, Command->file);
}
