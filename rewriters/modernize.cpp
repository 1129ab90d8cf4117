// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// modernize.cpp - legacy map definitions become BTF maps
//
// libbpf 1.0 dropped `struct bpf_map_def SEC("maps") x = { .type = A, ... };`. A BTF map says the
// same by the types of a record's members, so the initialiser's list becomes the list of members
// where it stands: lines, comments and expressions stay the project's. What user space read from
// the old record and libbpf does not read from the new one (iproute2's pinning, ids, indices of
// inner maps) is refused, because its meaning is the loader's.
#include "modernize.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/Basic/CodeGenOptions.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/ADT/StringSwitch.h"
#include <linux/bpf.h>

using namespace clang;
using llvm::StringRef;

namespace opn {
namespace {

/// What libbpf calls a member of a map definition (libbpf's and the kernel samples' names, and
/// iproute2's), or nothing.
StringRef attributeOf(StringRef Member) {
  return llvm::StringSwitch<StringRef>(Member)
      .Case("type", "type")
      .Cases("key_size", "size_key", "key_size")
      .Cases("value_size", "size_value", "value_size")
      .Cases("max_entries", "max_elem", "max_entries")
      .Cases("map_flags", "flags", "map_flags")
      .Case("numa_node", "numa_node")
      .Default("");
}

bool isMapInMap(uint64_t Type) {
  return Type == BPF_MAP_TYPE_ARRAY_OF_MAPS || Type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

/// Where the kernel lets this map have BTF for its keys; others it refuses, or libbpf leaves the
/// BTF away. array_map_check_btf(), trie_check_btf(), htab's without a check.
bool takesKey(uint64_t Type, QualType Key, const ASTContext &Context) {
  switch (Type) {
  case BPF_MAP_TYPE_ARRAY:
  case BPF_MAP_TYPE_PERCPU_ARRAY:
    return Key->isIntegerType() && !Key->isEnumeralType() && !Key->isBooleanType() &&
           Context.getTypeSize(Key) == 32;
  case BPF_MAP_TYPE_LPM_TRIE:
    return Key->isStructureType();
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    return true;
  default:
    return false;
  }
}

/// Whether BTF of this type would tell the kernel more than its size: locks, timers and their like
/// begin to be what they are called, and are checked.
bool hasKernelRecord(QualType T, const ASTContext &Context) {
  T = Context.getBaseElementType(T);
  const RecordDecl *RD = T->getAsRecordDecl();
  if (!RD || !(RD = RD->getDefinition()))
    return false;
  if (RD->getName().starts_with("bpf_"))
    return true;
  for (const FieldDecl *F : RD->fields())
    if (hasKernelRecord(F->getType(), Context))
      return true;
  return false;
}

/// One member of the initialiser; numbers are those of tokens in the file.
struct Entry {
  size_t First = 0, Last = 0, Value = 0;
  size_t Comma = 0; ///< 0: none
  const FieldDecl *Field = nullptr;
  const Expr *Init = nullptr;
  StringRef Attribute; ///< empty: it goes
  bool Typed = false;
};

class Modernizer {
public:
  Modernizer(const SourceModel &Model, const opn_transform_options &Options, Edits &Changes,
             std::vector<opn_site> &Sites, Results &R, opn_diags *Diags)
      : Model(Model), SM(*Model.SM), Context(*Model.Context), Options(Options), Changes(Changes),
        Sites(Sites), R(R), Diags(Diags), Spell(Model) {}

  Modernized run();

private:
  void map(const VarDecl *VD, const Chunk &C);
  bool readEntries(const VarDecl *VD, const RecordDecl *RD, const InitListExpr *List, size_t Open,
                   size_t Close, std::vector<Entry> &Out);
  bool judgeEntries(const VarDecl *VD, const RecordDecl *RD, std::vector<Entry> &Entries);
  void writeHead(const VarDecl *VD, Range Type, Spot Section, size_t Open, size_t Close);
  void writeEntry(const Entry &E);
  void use(const Stmt *S, const FunctionDecl *FD);

  void refuse(SourceLocation Loc, const VarDecl *VD, const std::string &Why, const char *Help);
  void site(const VarDecl *VD, opn_site_kind Kind, const std::string &Why);
  void replace(Range Extent, StringRef Text);
  void insert(unsigned At, StringRef Text) { Changes.insert(File, At, Text, Rule); }
  bool isDefined(StringRef Macro, SourceLocation Before) const;
  const VarDecl *mapIn(const Expr *E) const;

  unsigned offset(SourceLocation Loc) const { return SM.getFileOffset(SM.getExpansionLoc(Loc)); }
  const RawToken &token(size_t I) const { return File->tokens()[I]; }
  StringRef textOf(size_t I) const { return File->text({token(I).Begin, token(I).end()}); }
  bool is(size_t I, tok::TokenKind Kind) const { return token(I).Kind == Kind; }

  static constexpr const char *Rule = "modernize";
  const SourceModel &Model;
  const SourceManager &SM;
  const ASTContext &Context;
  const opn_transform_options &Options;
  Edits &Changes;
  std::vector<opn_site> &Sites;
  Results &R;
  opn_diags *Diags;
  Speller Spell;
  Modernized Result;

  std::set<const VarDecl *> Made;
  // Of the map in hand.
  const LexedFile *File = nullptr;
  bool Macros = false; ///< __uint() and __type() are there
  bool Refused = false;
  bool Clash = false; ///< something else changes the text
};

//===-- telling ---------------------------------------------------------------------------------//

void Modernizer::site(const VarDecl *VD, opn_site_kind Kind, const std::string &Why) {
  Place P = Model.place(VD->getLocation());
  opn_site S = {};
  S.kind = Kind;
  S.why = Why.empty() ? nullptr : R.text(Why);
  S.rule = Rule;
  if (P.Kind == PlaceKind::Project) {
    const LexedFile &At = *Model.Instances[P.Index].File;
    S.file = R.text(At.path());
    S.line = At.line(P.Offset);
    S.column = At.column(P.Offset);
  }
  S.text = R.text("map '" + VD->getName().str() + "'");
  for (const opn_site &Other : Sites)
    if (StringRef(Other.rule) == Rule && StringRef(Other.text) == S.text && Other.kind == Kind)
      return;
  Sites.push_back(S);
}

void Modernizer::refuse(SourceLocation Loc, const VarDecl *VD, const std::string &Why,
                        const char *Help) {
  PresumedLoc PL = SM.getPresumedLoc(SM.getExpansionLoc(Loc));
  opn_loc At = {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
  Refused = true;
  Place P = Model.place(Loc);
  if (Options.keep_going && P.Kind == PlaceKind::Project) {
    const LexedFile *Within = Model.Instances[P.Index].File;
    Changes.insert(Within, Within->freshLine(P.Offset),
                   "#error \"map '" + VD->getName().str() + "': " + Why + "\"\n", "refused");
  } else {
    Result.Good = false;
  }
  site(VD, OPN_SITE_REJECTED, Why);
  opn_diag(Diags, OPN_DIAG_TRANSFORM_MAP, At, VD->getName().str().c_str(), Why.c_str());
  if (Help)
    opn_diag_note(Diags, {nullptr, 0, 0, 0}, "%s", Help);
}

void Modernizer::replace(Range Extent, StringRef Text) {
  Clash |= !Changes.replace({File, Extent, StringRef()}, Text, Rule);
}

bool Modernizer::isDefined(StringRef Macro, SourceLocation Before) const {
  const MacroInfo *Info = Model.PP->getMacroInfo(&Context.Idents.get(Macro));
  return Info && Info->isFunctionLike() && Info->getNumParams() == 2 &&
         SM.isBeforeInTranslationUnit(Info->getDefinitionLoc(), Before);
}

//===-- the initialiser -------------------------------------------------------------------------//

/// Finds the text of each initialiser. False: macros write it.
bool Modernizer::readEntries(const VarDecl *VD, const RecordDecl *RD, const InitListExpr *List,
                             size_t Open, size_t Close, std::vector<Entry> &Out) {
  for (size_t I = Open + 1, Depth = 0, First = I; I <= Close; ++I) {
    bool Ends = I == Close || (!Depth && is(I, tok::comma));
    if (!Ends) {
      if (is(I, tok::l_paren) || is(I, tok::l_brace) || is(I, tok::l_square))
        ++Depth;
      if (is(I, tok::r_paren) || is(I, tok::r_brace) || is(I, tok::r_square))
        --Depth;
      continue;
    }
    if (I > First) {
      Entry E;
      E.First = E.Value = First;
      E.Last = I - 1;
      E.Comma = I < Close ? I : 0;
      Out.push_back(E);
    }
    First = I + 1;
  }
  if (Out.size() != List->getNumInits())
    return false;
  auto Next = RD->field_begin();
  for (size_t N = 0; N < Out.size(); ++N) {
    Entry &E = Out[N];
    E.Init = List->getInit(N);
    if (offset(E.Init->getBeginLoc()) != token(E.First).Begin)
      return false;
    if (const auto *D = dyn_cast<DesignatedInitExpr>(E.Init)) {
      if (D->size() != 1 || !D->getDesignator(0)->isFieldDesignator() ||
          D->getBeginLoc().isMacroID())
        return false;
      StringRef Name = D->getDesignator(0)->getFieldName()->getName();
      while (E.Value < E.Last && !is(E.Value, tok::equal) && !is(E.Value, tok::colon))
        ++E.Value;
      Next = RD->field_begin();
      while (Next != RD->field_end() && Next->getName() != Name)
        ++Next;
      E.Init = D->getInit();
      if (++E.Value > E.Last)
        return false;
    }
    if (Next == RD->field_end())
      return false;
    E.Field = *Next++;
  }
  return true;
}

/// Decides what each member becomes; tells all that have no counterpart.
bool Modernizer::judgeEntries(const VarDecl *VD, const RecordDecl *RD,
                              std::vector<Entry> &Entries) {
  uint64_t Type = 0;
  Entry *Key = nullptr, *Value = nullptr;
  for (Entry &E : Entries) {
    Expr::EvalResult Result;
    bool Known = E.Init->EvaluateAsInt(Result, Context);
    uint64_t Number = Known ? Result.Val.getInt().getExtValue() : 0;
    E.Attribute = attributeOf(E.Field->getName());
    std::string Member = "'" + E.Field->getName().str() + "'";
    if (!Known) {
      refuse(E.Init->getBeginLoc(), VD, "the value of " + Member + " is no number", nullptr);
      return false;
    }
    if (E.Attribute == "type")
      Type = Number;
    else if (E.Attribute == "key_size")
      Key = &E;
    else if (E.Attribute == "value_size")
      Value = &E;
    else if (E.Attribute.empty() && Number && E.Field->getName() == "pinning")
      refuse(E.Init->getBeginLoc(), VD, "where its loader pins it is not where libbpf pins by name",
             "pin it in the loader (bpf_map__set_pin_path()), and leave 'pinning' out");
    else if (E.Attribute.empty() && Number)
      refuse(E.Init->getBeginLoc(), VD, "a BTF map has nothing for the member " + Member,
             "let the loader do it, and leave the member out");
  }
  if (!Type && !Refused)
    refuse(VD->getLocation(), VD, "its type is not given", nullptr);
  for (const FieldDecl *F : RD->fields())
    if (isMapInMap(Type) && F->getName().starts_with("inner"))
      refuse(VD->getLocation(), VD,
             "its inner map is told by the member '" + F->getName().str() +
                 "', which only the old loader reads",
             "write the inner map into it: __array(values, struct { ... });");
  if (Refused)
    return false;

  // BTF for both or for none: the kernel takes no map with one of them.
  auto TypeOf = [&](const Entry *E) {
    const auto *Size = E ? dyn_cast<UnaryExprOrTypeTraitExpr>(E->Init->IgnoreImpCasts()) : nullptr;
    if (!Size || Size->getKind() != UETT_SizeOf || Size->getBeginLoc().isMacroID() ||
        E->Last < E->Value + 3 || !is(E->Value + 1, tok::l_paren) || !is(E->Last, tok::r_paren))
      return QualType();
    size_t Depth = 0;
    for (size_t I = E->Value + 1; I < E->Last; ++I) {
      Depth += is(I, tok::l_paren);
      Depth -= is(I, tok::r_paren);
      // A comma would end the macro's argument.
      if (!Depth || is(I, tok::comma))
        return QualType();
    }
    QualType T = Size->getTypeOfArgument().getCanonicalType();
    return T->isVoidType() || T->isFunctionType() || T->isVariablyModifiedType() ? QualType() : T;
  };
  QualType KeyType = TypeOf(Key), ValueType = TypeOf(Value);
  if (!KeyType.isNull() && !ValueType.isNull() && takesKey(Type, KeyType, Context) &&
      !hasKernelRecord(ValueType, Context))
    Key->Typed = Value->Typed = true;
  return true;
}

void Modernizer::writeEntry(const Entry &E) {
  unsigned Begin = token(E.First).Begin, End = token(E.Last).end();
  StringRef Text = File->text();
  if (E.Attribute.empty()) {
    unsigned Stop = E.Comma ? token(E.Comma).end() : End;
    unsigned LineBegin = Begin, LineEnd = Stop;
    while (LineBegin && (Text[LineBegin - 1] == ' ' || Text[LineBegin - 1] == '\t'))
      --LineBegin;
    while (LineEnd < Text.size() && (Text[LineEnd] == ' ' || Text[LineEnd] == '\t'))
      ++LineEnd;
    bool Alone = LineBegin && Text[LineBegin - 1] == '\n' && Text[LineEnd] == '\n';
    return replace(Alone ? Range{LineBegin, LineEnd + 1} : Range{Begin, LineEnd}, "");
  }
  std::string Name = E.Attribute.str(), Before, After;
  unsigned ValueBegin = token(E.Value).Begin;
  if (E.Typed) {
    // sizeof( goes, its closing parenthesis stays.
    Name = E.Attribute.drop_back(strlen("_size")).str();
    ValueBegin = token(E.Value + 2).Begin;
    bool HasTypeof = Context.getLangOpts().GNUKeywords || Context.getLangOpts().C23;
    Before = Macros ? "__type(" + Name + ", " : HasTypeof ? "typeof(" : "__typeof__(";
    After = Macros ? ";" : " *" + Name + ";";
  } else {
    Before = Macros ? "__uint(" + Name + ", " : "int (*" + Name + ")[";
    After = Macros ? ");" : "];";
  }
  if (ValueBegin == Begin)
    insert(Begin, Before);
  else
    replace({Begin, ValueBegin}, Before);
  if (E.Comma && token(E.Comma).Begin == End)
    return replace({End, End + 1}, After);
  insert(End, After);
  if (E.Comma)
    replace({token(E.Comma).Begin, token(E.Comma).end()}, "");
}

//===-- the declaration -------------------------------------------------------------------------//

bool isBlank(char C) { return C == ' ' || C == '\t' || C == '\n' || C == '\r'; }

/// `struct bpf_map_def SEC("maps") x = {` becomes `struct {`; the declarator moves behind the
/// closing brace, the section behind it.
void Modernizer::writeHead(const VarDecl *VD, Range Type, Spot Section, size_t Open, size_t Close) {
  StringRef Text = File->text();
  bool Moves = Text[Section.Extent.Begin] != '"';
  std::string New = File->text(Section.Extent).str();
  New.insert(New.find("\"maps\"") + 1, ".");
  Range Old = Section.Extent;
  if (Moves)
    while (isBlank(Text[Old.End]))
      ++Old.End;

  // An attribute directly behind the brace would be the structure's: the name comes first.
  unsigned Last = token(Open - 2).end(); // before the '='
  unsigned Name = offset(VD->getLocation());
  std::string Rest;
  for (unsigned At = Type.End; At < Last;) {
    if (At == Old.Begin) {
      Rest += Moves ? "" : New;
      At = Old.End;
    } else if (At == Name) {
      At += VD->getName().size();
    } else {
      Rest += Text[At++];
    }
  }
  if (Old.Begin < Type.Begin)
    replace(Old, Moves ? "" : New);
  std::string Declarator = VD->getName().str();
  if (StringRef Others = StringRef(Rest).trim(); !Others.empty())
    Declarator += " " + Others.str();

  std::string Head = "struct {";
  for (const Comment &C : File->comments())
    if (C.Extent.Begin >= Last && C.Extent.End <= token(Open).Begin)
      Head += " " + File->text(C.Extent).str();
  replace({Type.Begin, token(Open).end()}, Head);
  insert(token(Close).end(), " " + Declarator + (Moves ? " " + New : ""));
}

void Modernizer::map(const VarDecl *VD, const Chunk &C) {
  File = Model.Instances[C.Instance].File;
  Refused = Clash = false;
  SourceLocation Loc = VD->getLocation();
  const char *WriteOut = "write it out in the project's own source";

  if (!VD->isThisDeclarationADefinition() && VD->getDefinition())
    return; // told there
  if (!VD->isThisDeclarationADefinition())
    return refuse(Loc, VD, "it is only declared here, and defined elsewhere",
                  "declare it with the type of the BTF map");
  for (const VarDecl *Other : VD->redecls())
    if (Other != VD)
      return refuse(Loc, VD, "it is declared in another place too",
                    "leave the other declaration out");
  if (VD->getStorageClass() == SC_Static)
    return refuse(Loc, VD, "libbpf wants BTF maps to be visible from outside", "drop 'static'");
  if (VD->getType()->isArrayType())
    return refuse(Loc, VD, "it is an array of several maps", "write one variable for each");
  const RecordDecl *RD = VD->getType()->getAsRecordDecl();
  if (!RD || RD->isUnion() || !(RD = RD->getDefinition()))
    return refuse(Loc, VD, "its type is no structure", nullptr);

  // The only other declaration that may share the text is that of its own record without a name.
  for (const Decl *D : C.Decls)
    if (const auto *Other = dyn_cast<VarDecl>(D); Other && Other != VD && !Loc.isMacroID())
      return refuse(Loc, VD, "'" + Other->getName().str() + "' is of the same declaration",
                    "write one declaration for each map");
  bool Inside = Model.chunkOf(RD) == Model.chunkOf(VD);
  if (Inside && !RD->getName().empty())
    return refuse(Loc, VD, "its declaration declares 'struct " + RD->getName().str() + "' too",
                  "declare the structure by itself");

  TypeLoc TL = VD->getTypeSourceInfo()->getTypeLoc().getUnqualifiedLoc();
  SourceLocation TypeBegin = TL.getBeginLoc();
  SourceLocation TypeEnd = Inside ? RD->getBraceRange().getEnd() : TL.getEndLoc();
  const auto *List = dyn_cast_or_null<InitListExpr>(VD->getInit());
  if (!List)
    return refuse(Loc, VD, "it has no initialiser in braces", nullptr);
  if (const InitListExpr *Written = List->getSyntacticForm())
    List = Written;
  if (!TypeBegin.isFileID() || !TypeEnd.isFileID() || !Loc.isFileID() ||
      !List->getLBraceLoc().isFileID() || !List->getRBraceLoc().isFileID())
    return refuse(Loc, VD, "a macro writes it", WriteOut);
  for (const Directive &D : File->directives())
    if (C.Extent.overlaps(D.Extent))
      return refuse(Loc, VD, "there are preprocessor directives in it",
                    "put the conditional around the whole map, or its value into a macro");

  for (const Comment &Note : File->comments())
    if (Note.Extent.Begin > offset(TypeEnd) && Note.Extent.Begin < offset(List->getLBraceLoc()) &&
        File->text(Note.Extent).starts_with("//"))
      return refuse(Loc, VD, "a comment stands between its type and its members",
                    "move the comment above the map");

  const auto *A = VD->getAttr<SectionAttr>();
  Spot Section = Spell.invocation(A->getLocation(), Loc);
  if (!Section) {
    // __attribute__((section("maps"), used)) written out: only the name changes.
    Section = Spell.range(A->getRange().getBegin(), A->getRange().getEnd());
    size_t At = Section ? File->text(Section.Extent).find("\"maps\"") : StringRef::npos;
    if (At != StringRef::npos)
      Section.Extent = {Section.Extent.Begin + unsigned(At),
                        Section.Extent.Begin + unsigned(At + strlen("\"maps\""))};
  }
  if (!Section || !Section.Macro.empty() || Section.File != File ||
      File->text(Section.Extent).count("\"maps\"") != 1)
    return refuse(Loc, VD, "a macro writes its section", "write SEC(\"maps\")");

  size_t Open = File->tokenAfter(offset(List->getLBraceLoc()));
  size_t Close = File->tokenAfter(offset(List->getRBraceLoc()));
  std::vector<Entry> Entries;
  if (!is(Open, tok::l_brace) || !is(Close, tok::r_brace) || Open < 2 ||
      !is(Open - 1, tok::equal) || !readEntries(VD, RD, List, Open, Close, Entries))
    return refuse(Loc, VD, "a macro writes its members, or they are not written one by one",
                  WriteOut);
  if (!judgeEntries(VD, RD, Entries))
    return;

  Macros = isDefined("__uint", Loc) && isDefined("__type", Loc);
  Range Type = {offset(TypeBegin),
                offset(TypeEnd) + Lexer::MeasureTokenLength(TypeEnd, SM, Context.getLangOpts())};
  writeHead(VD, Type, Section, Open, Close);
  for (const Entry &E : Entries)
    writeEntry(E);
  if (Clash)
    return refuse(Loc, VD, "its text would have to change in two ways", WriteOut);
  Made.insert(VD);
  ++Result.Count;
  site(VD, OPN_SITE_EXACT, "");
}

//===-- those who look at the record ------------------------------------------------------------//

/// The map that an expression is, or points to.
const VarDecl *Modernizer::mapIn(const Expr *E) const {
  E = E->IgnoreParenCasts();
  if (const auto *U = dyn_cast<UnaryOperator>(E);
      U && (U->getOpcode() == UO_AddrOf || U->getOpcode() == UO_Deref))
    return mapIn(U->getSubExpr());
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return VD && Made.count(VD) ? VD : nullptr;
}

/// In a BTF map members are types, and hold no values.
void Modernizer::use(const Stmt *S, const FunctionDecl *FD) {
  if (!S)
    return;
  const VarDecl *Found = nullptr;
  if (const auto *ME = dyn_cast<MemberExpr>(S))
    Found = mapIn(ME->getBase());
  if (const auto *Size = dyn_cast<UnaryExprOrTypeTraitExpr>(S); Size && !Size->isArgumentType())
    Found = mapIn(Size->getArgumentExpr());
  if (Found)
    refuse(S->getBeginLoc(), Found, "'" + FD->getName().str() + "' looks into its definition",
           "keep the value in a constant that both use");
  for (const Stmt *Child : S->children())
    use(Child, FD);
}

Modernized Modernizer::run() {
  for (const Decl *D : Model.SplitDecls)
    if (const auto *VD = dyn_cast<VarDecl>(D); VD && sectionOf(VD) == "maps")
      refuse(VD->getLocation(), VD, "its text is in two files", nullptr);
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *VD = dyn_cast<VarDecl>(D); VD && sectionOf(VD) == "maps")
        map(VD, C);
  if (!Made.empty())
    for (const Chunk &C : Model.Chunks)
      for (const Decl *D : C.Decls)
        if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->doesThisDeclarationHaveABody())
          use(FD->getBody(), FD);
  return Result;
}

} // namespace

Modernized modernizeMaps(Parse &Parsed, const opn_transform_options &Options, Edits &Changes,
                         std::vector<opn_site> &Sites, Results &R, opn_diags *Diags) {
  Modernized Result = Modernizer(Parsed.Model, Options, Changes, Sites, R, Diags).run();
  bool HasTypes =
      Parsed.compiler().getCodeGenOpts().getDebugInfo() != llvm::codegenoptions::NoDebugInfo;
  if (Result.Count && !HasTypes && !opn_diags_count_id(Diags, OPN_DIAG_BTF_MISSING))
    opn_diag(Diags, OPN_DIAG_BTF_MISSING, {nullptr, 0, 0, 0},
             Parsed.Model.Instances[0].File->path().str().c_str());
  return Result;
}

} // namespace opn
