// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rewriting.cpp - who takes part in a rewriting, and how a program is made
//
// A program is wrapped: its text stays, with its own verdicts, as a static function; a new program
// of its name calls it and says its verdict in the new hook's numbers. Verdict numbers overlap
// between hooks and leak into maps and comparisons, so no return is ever edited.
#include "transform.h"

#include "closure.h"
#include "wrap.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include "clang/AST/Stmt.h"
#include <utility>

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- who takes part --------------------------------------------------------------------------//

void functionsIn(const Stmt *S, FunctionSet &Out) {
  if (!S)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *FD = dyn_cast<FunctionDecl>(Ref->getDecl()))
      Out.insert(FD->getDefinition() ? FD->getDefinition() : FD);
  for (const Stmt *Child : S->children())
    functionsIn(Child, Out);
}

FunctionSet reachedFrom(const FunctionDecl *FD) {
  FunctionSet Out;
  Out.insert(FD);
  for (size_t I = 0; I < Out.size(); ++I)
    functionsIn(Out[I]->getBody(), Out);
  return Out;
}

using UseCounts = llvm::DenseMap<const FunctionDecl *, unsigned>;

static void countUses(const Stmt *S, UseCounts &Uses) {
  if (!S)
    return;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *FD = dyn_cast<FunctionDecl>(Ref->getDecl()))
      ++Uses[FD->getDefinition() ? FD->getDefinition() : FD];
  for (const Stmt *Child : S->children())
    countUses(Child, Uses);
}

/// Functions that the compiler need not copy into who calls them. It does with those that must be
/// inlined, and with those that have one use in the whole source.
void Rewriting::findApart() {
  UseCounts Uses;
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && FD->doesThisDeclarationHaveABody())
        countUses(FD->getBody(), Uses);
  for (const FunctionDecl *FD : Reached) {
    bool IsCopied =
        FD->hasAttr<AlwaysInlineAttr>() ||
        (FD->isExternallyVisible() ? !Uses.lookup(FD) : Uses.lookup(FD) == 1 && !CopiesLittle);
    if (FD->hasAttr<NoInlineAttr>() || !IsCopied)
      for (const FunctionDecl *Callee : reachedFrom(FD))
        Apart.try_emplace(Callee, FD);
  }
}

bool Rewriting::run(const FunctionSet &Wanted, const FunctionSet &AllGoing) {
  From = findRecord(Pair.from_context, Context);
  Undefined = !Back && !Pair.native && !findRecord(Pair.context, Context);
  Programs = Wanted;
  Going = AllGoing;
  for (const FunctionDecl *FD : Programs)
    for (const FunctionDecl *Callee : reachedFrom(Back ? Back->bodyOf(FD) : FD))
      if (!isShim(Callee))
        Reached.insert(Callee);
  findApart();
  bool Stays = false;
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && isProgram(FD) && !AllGoing.count(FD)) {
        Stays |= Back && Back->bodyOf(FD);
        for (const FunctionDecl *Callee : reachedFrom(FD))
          KeptBy.emplace(Callee, FD);
      }

  findHidden();
  walkDeclarations();
  for (const FunctionDecl *FD : Reached)
    walkFunction(FD);
  for (const FunctionDecl *FD : Programs) {
    Back ? unwrapProgram(FD) : makeProgram(FD);
    checkStack(FD);
  }
  checkStrings();
  if (!Failed)
    walkUnreached();
  if (!Failed)
    checkShared();
  if (Back && !Stays)
    dropIncludes();
  keepUnused();
  Unusual |= (Outside && !KeptBy.empty()) || !seesAllOfMacros();
  Unusual |= Back != nullptr || hasNamesLikeOurs();
  if (Back)
    return !Failed;
  for (const auto &[File, First] : FirstUse)
    Includes[File] = placeOfInclude(File, First);
  checkLines();
  return !Failed;
}

/// Whether the source has names that begin like the shim's, or macros of any word of the shim's:
/// only a compiler can tell whether they clash.
bool Rewriting::hasNamesLikeOurs() const {
  std::string Path = std::string(Options.shims) + "/" + Pair.shim;
  if (llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> Shim = llvm::MemoryBuffer::getFile(Path)) {
    std::set<StringRef> Words;
    StringRef Text = (*Shim)->getBuffer();
    auto IsWord = [](char C) { return llvm::isAlnum(C) || C == '_'; };
    while (!Text.empty()) {
      StringRef Word = Text.take_while(IsWord);
      Words.insert(Word);
      Text = Text.drop_front(Word.size()).drop_until(IsWord);
    }
    for (const auto &[Info, Index] : Model.MacroOf)
      if (Words.count(Model.Macros[Index].Name))
        return true;
  }
  for (const auto &Entry : Context.Idents)
    if (Entry.getKey().starts_with_insensitive("opn_"))
      return true;
  return false;
}

bool Rewriting::keepAll() {
  From = findRecord(Pair.from_context, Context);
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && isProgram(FD))
        for (const FunctionDecl *Callee : reachedFrom(FD))
          KeptBy.emplace(Callee, FD);
  checkShared();
  return !Failed;
}

/// What stays must not change with what goes: macros and types have many users.
void Rewriting::checkShared() {
  if (KeptBy.empty())
    return;
  Closure Stays(Model, /*KeepDirectives=*/false);
  for (const auto &[Function, Program] : KeptBy)
    Stays.need(Program);
  const FunctionDecl *Who = KeptBy.rbegin()->second;
  Stays.finish();
  for (const LexedFile *File : Changes->files())
    for (const Edit &E : Changes->of(File)) {
      auto Told = [&](int Instance, Range Used) {
        if (Model.Instances[Instance].File != File || !Used.contains(E.Offset))
          return false;
        opn_loc Where = {R.text(File->path()), File->line(E.Offset), File->column(E.Offset), 1};
        std::string What =
            "'" + std::string(File->text().slice(E.Offset, E.Offset + E.Length)) + "'";
        site("text", Who->getLocation(), nullptr, What, OPN_SITE_REJECTED,
             "a program that stays as it is uses it too");
        opn_diag(Diags, OPN_DIAG_TRANSFORM_SHARED, Where, What.c_str(),
                 Who->getName().str().c_str());
        opn_diag_note(Diags, {nullptr, 0, 0, 0},
                      "extract the program with opened-extract and rewrite the unit");
        return Failed = true;
      };
      for (unsigned C : Stays.Chunks.set_bits())
        if (E.Length && Told(Model.Chunks[C].Instance, Model.Chunks[C].Extent))
          break;
      for (unsigned M : Stays.Macros.set_bits()) {
        const MacroLine &Line = Model.Macros[M];
        if (Told(Line.Instance,
                 Model.Instances[Line.Instance].File->directives()[Line.Directive].Extent))
          break;
      }
    }
}

StringRef tagOf(StringRef Type) {
  Type.consume_front("struct ");
  return Type;
}

/// The text of a kfunc's declaration with other words.
static std::string renamed(const LexedFile *File, Range Extent,
                           const std::map<StringRef, StringRef> &Words) {
  std::string Text;
  unsigned At = Extent.Begin;
  for (size_t T = File->tokenAfter(At);
       T < File->tokens().size() && File->tokens()[T].Begin < Extent.End; ++T) {
    const RawToken &Token = File->tokens()[T];
    auto It = Words.find(File->text({Token.Begin, Token.end()}));
    if (It == Words.end())
      continue;
    Text += File->text({At, Token.Begin});
    Text += It->second;
    At = Token.end();
  }
  return Text + File->text({At, Extent.End}).str();
}

/// What a kfunc becomes must be declared. The old declaration stays: others may use it.
void Rewriting::declareKfunc(const FunctionDecl *FD) {
  std::string Name = FD->getName().str();
  const opn_row *Row = opn_rows_find(&Pair.calls, Name.c_str());
  if (!Row || Row->action != OPN_ROW_RENAME)
    return;
  StringRef OldType = tagOf(Back ? Back->made().to_context : Pair.from_context);
  StringRef NewType = tagOf(Pair.to_context);
  auto Known = Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Row->text));
  int Index = Model.chunkOf(Known.empty() ? FD : *Known.begin());
  if (Index < 0)
    return;
  const Chunk &C = Model.Chunks[Index];
  const LexedFile *File = Model.Instances[C.Instance].File;
  if (Known.empty()) {
    std::string Text = renamed(File, C.Extent, {{Name, Row->text}, {OldType, NewType}});
    Changes->insert(File, C.Extent.End, "\n" + Text, "calls." + Name);
    Unusual = true;
  } else if (Back) {
    // What was added behind the declaration that it was made of.
    StringRef Rest = File->text().drop_front(C.Extent.End);
    std::string Text = Rest.starts_with("\r\n") ? "\r\n" : "\n";
    Text += renamed(File, C.Extent, {{Row->text, Name}, {NewType, OldType}});
    if (Rest.starts_with(Text)) {
      Spot Added;
      Added.File = File;
      Added.Extent = {C.Extent.End, C.Extent.End + unsigned(Text.size())};
      Changes->replace(Added, "", "calls." + Name);
    }
  }
}

/// Gives a program's prototype the section, as SEC("x"), of what it announces from now on.
void Rewriting::announce(const FunctionDecl *Prototype, const SectionAttr &A, StringRef Section) {
  SourceLocation Loc = A.getLocation();
  Spot S = Spell.invocation(Loc, Prototype->getLocation());
  bool IsWritten = !S && !Loc.isMacroID(); // as __attribute__((section("x"), used))
  if (IsWritten && Section.consume_front("SEC(")) {
    S = Spell.range(A.getRange().getBegin(), A.getRange().getEnd());
    edit(S, "section(" + Section.str(), "section", Loc, "this prototype");
    return;
  }
  edit(S, IsWritten ? "" : Section, "section", Loc, "this prototype");
}

void Rewriting::walkFunction(const FunctionDecl *FD) {
  if (isKfunc(FD))
    return declareKfunc(FD);
  Current = FD;
  for (const FunctionDecl *Declaration : FD->redecls()) {
    if (Model.place(Declaration->getLocation()).Kind != PlaceKind::Project)
      continue;
    // A program's prototype announces the new program, whose context is the kernel's.
    bool Announces = Programs.count(FD) && Declaration != FD;
    ContextName = tagOf(Announces ? Pair.to_context : Pair.context);
    // The new program is an int that others may see.
    Unusual |= Announces && (FD->getStorageClass() != SC_None ||
                             !Context.hasSameType(FD->getReturnType(), Context.IntTy));
    if (const auto *A = Declaration->getAttr<SectionAttr>(); Announces && A && !A->isInherited())
      announce(Declaration, *A, "SEC(\"" + section(A->getName()) + "\")");
    walkSites(Declaration, *this, /*TypesOnly=*/false);
  }
  if (FD->hasAttr<NakedAttr>())
    reject(FD->getLocation(), "function '" + FD->getName().str() + "'",
           "it is naked: its assembly takes the arguments from registers", "write it in C");
  Back ? makeGlobal(FD) : makeStatic(FD);
  Current = nullptr;
}

/// A program array is of one type: all programs that the source puts into one go, or none.
void Rewriting::checkPrograms(const VarDecl *Map) {
  FunctionSet Held;
  functionsIn(Map->getAnyInitializer(), Held);
  for (const FunctionDecl *FD : Held)
    if (isProgram(FD) && !Going.count(FD))
      return reject(Map->getLocation(), "map '" + Map->getName().str() + "'",
                    "it holds '" + FD->getName().str() +
                        "', which stays, and a program array is of one type",
                    "let all of its programs go");
}

//===-- macros ----------------------------------------------------------------------------------//

/// A change of a macro's definition is right when each of its expansions was met as a place that is
/// to become the same. What is not met so simply is left to the compiler.
void Rewriting::noteMacro(const Spot &S, SourceLocation Loc) {
  const SourceManager &SM = *Model.SM;
  if (S.Macro.empty()) {
    Unusual |= Loc.isMacroID();
    return;
  }
  bool IsSimple = Loc.isMacroID() && SM.isMacroBodyExpansion(Loc) &&
                  SM.getImmediateSpellingLoc(Loc).isFileID() &&
                  SM.getFileOffset(SM.getSpellingLoc(Loc)) == S.Extent.Begin;
  if (IsSimple)
    InMacros[{S.File, S.Extent.Begin}].insert(SM.getFileID(Loc));
  else
    Unusual = true;
}

/// Whether every expansion of a macro that has changed was met.
bool Rewriting::seesAllOfMacros() const {
  if (InMacros.empty())
    return true;
  const SourceManager &SM = *Model.SM;
  std::map<std::pair<const LexedFile *, int>, size_t> Expansions;
  for (unsigned I = 0; I < SM.local_sloc_entry_size(); ++I) {
    const SrcMgr::SLocEntry &Entry = SM.getLocalSLocEntry(I);
    if (!Entry.isExpansion() || !Entry.getExpansion().isMacroBodyExpansion())
      continue;
    auto [FID, Offset] =
        SM.getDecomposedLoc(SM.getSpellingLoc(Entry.getExpansion().getSpellingLoc()));
    auto It = Model.InstanceOf.find(FID);
    if (It == Model.InstanceOf.end())
      continue;
    const LexedFile *File = Model.Instances[It->second].File;
    ++Expansions[{File, File->directiveAt(Offset)}];
  }
  for (const auto &[Place, Met] : InMacros)
    if (Met.size() != Expansions[{Place.first, Place.first->directiveAt(Place.second)}])
      return false;
  return true;
}

/// Types that are no function's, and name the context: callbacks' typedefs, members of records.
void Rewriting::walkDeclarations() {
  size_t Before = Sites->size();
  for (const Chunk &C : Model.Chunks) {
    // What a map of programs holds is programs; its record is a declaration of its own.
    const VarDecl *Map = nullptr;
    for (const Decl *D : C.Decls)
      if (const auto *VD = dyn_cast<VarDecl>(D); VD && isMap(VD))
        Map = VD;
    ContextName = tagOf(Map ? Pair.to_context : Pair.context);
    // Its programs take the kernel's context.
    auto *OldFrom = From;
    if (Back && Map)
      From = findRecord(Back->made().to_context, Context);
    for (const Decl *D : C.Decls) {
      const auto *VD = dyn_cast<VarDecl>(D);
      if (!isShim(D) && !isa<FunctionDecl>(D) && !(VD && helperNumber(VD, Context)))
        walkSites(D, *this, /*TypesOnly=*/true);
    }
    From = OldFrom;
  }
  Outside = Sites->size() != Before;
}

/// By the comment a way back knows that the function was global. What nothing calls is no static
/// function without a warning.
static const char StaticHead[] = "static /* global */ ";
static const char UnusedHead[] = "__attribute__((unused)) ";

/// What makeStatic() did.
void Rewriting::makeGlobal(const FunctionDecl *FD) {
  for (const FunctionDecl *Declaration : FD->redecls()) {
    Spot S = Spell.token(Model.SM->getExpansionLoc(Declaration->getBeginLoc()));
    if (!S)
      continue;
    StringRef Text = S.File->text().drop_front(S.Extent.Begin), Rest = Text;
    if (!Rest.consume_front(StaticHead))
      continue;
    Rest.consume_front(UnusedHead);
    S.Extent.End = S.Extent.Begin + (Text.size() - Rest.size());
    edit(S, "", "static", Declaration->getLocation(), "this function");
  }
}

/// The verifier checks a global function alone and gives it the kernel's context: one that takes
/// ours must be static.
void Rewriting::makeStatic(const FunctionDecl *FD) {
  if (!Pair.native || Programs.count(FD) || !FD->getDefinition() ||
      FD->getStorageClass() == SC_Static)
    return;
  if (!takesContext(FD))
    return;
  if (FD->hasAttr<WeakAttr>())
    return reject(FD->getLocation(), "function '" + FD->getName().str() + "'",
                  "a weak function may be replaced when objects are linked",
                  "drop the attribute weak");
  for (const FunctionDecl *Declaration : FD->redecls()) {
    // "static extern" is none, and what no program reaches may be unused as a static function.
    Unusual |= Declaration->getStorageClass() != SC_None || !Reached.count(FD);
    Spot S = Spell.token(Model.SM->getExpansionLoc(Declaration->getBeginLoc()));
    if (!S) {
      edit(S, "", "static", Declaration->getLocation(), "this function");
    } else if (!Declaration->isInlineSpecified() || Declaration->getStorageClass() != SC_Static) {
      insert(S, S.Extent.Begin, StaticHead, "static");
      if (!Reached.count(FD)) // with this compile command; another may need no more than the first
        insert(S, S.Extent.Begin, UnusedHead, "static");
    }
  }
}

//===-- programs --------------------------------------------------------------------------------//

std::string Rewriting::bodyName(const FunctionDecl *FD) const {
  std::string Name = FD->getName().str() + "_" + Pair.body;
  while (!Context.getTranslationUnitDecl()->lookup(&Context.Idents.get(Name)).empty())
    Name += "_";
  return Name;
}

/// The section of a new program; "?": libbpf does not load it by default.
std::string Rewriting::section(StringRef Old) const {
  std::string New = Options.section ? Options.section : Pair.section;
  return Old.starts_with("?") ? "?" + New : New;
}

/// A section's name as a string that can stand in a comment. Numbers as escapes are not taken in a
/// section's name, but a string may be in two parts.
static std::string literal(StringRef Name) {
  std::string Out = "\"";
  for (char C : Name) {
    bool IsMark =
        (C == '/' && StringRef(Out).ends_with("*")) || (C == '*' && StringRef(Out).ends_with("/"));
    if (IsMark)
      Out += "\" \"";
    if (C == '"' || C == '\\')
      Out += '\\';
    if (C == '\n')
      Out += "\\n";
    else if (C == '\r')
      Out += "\\r";
    else
      Out += C;
  }
  return Out + "\"";
}

/// Whether SEC("x") is a section of that name there: a project may have a SEC(x) of its own.
bool Rewriting::hasPlainSection(SourceLocation Loc) const {
  MacroDefinition Known = Model.PP->getMacroDefinitionAtLoc(&Context.Idents.get("SEC"), Loc);
  const MacroInfo *Info = Known ? Known.getMacroInfo() : nullptr;
  if (!Info || !Info->isFunctionLike())
    return false;
  llvm::ArrayRef<Token> Tokens = Info->tokens();
  for (size_t I = 0; I + 3 < Tokens.size(); ++I)
    if (Tokens[I].isAnyIdentifier() && Tokens[I].getIdentifierInfo()->getName() == "section" &&
        Tokens[I + 1].is(tok::l_paren) && Tokens[I + 2].isAnyIdentifier() &&
        Info->getParameterNum(Tokens[I + 2].getIdentifierInfo()) >= 0 &&
        Tokens[I + 3].is(tok::r_paren))
      return true;
  return false;
}

void Rewriting::makeProgram(const FunctionDecl *FD) {
  Current = FD;
  const auto *A = FD->getAttr<SectionAttr>();
  std::string Name = FD->getName().str(), What = "program '" + Name + "'";
  StringRef Section = A->getName();
  Section.consume_front("?");

  if (const opn_row *Row = opn_rows_find(&Pair.sections, Section.str().c_str()))
    if (!takes(*Row, "sections", "section '" + Section.str() + "'", A->getLocation()))
      return;
  if (FD->hasAttr<NakedAttr>())
    return; // told by walkFunction()
  if (FD->getNumParams() != 1 || FD->isVariadic())
    return reject(FD->getLocation(), What, "it does not take the context alone", nullptr);
  QualType Given = FD->getParamDecl(0)->getType();
  if (!isContext(Given) && !Given->isVoidPointerType())
    return reject(FD->getLocation(), What,
                  "it takes the context as '" + Given.getAsString() +
                      "', whose layout is that of this hook",
                  "give the parameter the context's type");
  if (FD->hasAttr<WeakAttr>())
    return reject(FD->getLocation(), What, "a weak program may be replaced when objects are linked",
                  "drop the attribute weak");

  Spot End = endOfProgram(FD, Model, Spell);
  if (!End)
    return void(edit(Spot(), "", "wrapper", FD->getEndLoc(), What));
  if (!isWhole(Spell.token(FD->getLocation()), End))
    return reject(FD->getLocation(), What,
                  "its head stands in a conditional that ends before its body",
                  "write the body as a function of its own, and a program for each head");
  std::string Body = bodyName(FD), Undefine;
  if (Spot Written = Spell.token(FD->getLocation())) {
    if (!edit(Written, Body, "program", FD->getLocation(), What))
      return;
  } else if (int C = Model.chunkOf(FD); C >= 0) {
    // A name that a macro puts together is renamed by another one.
    const Chunk &Text = Model.Chunks[C];
    const LexedFile *File = Model.Instances[Text.Instance].File;
    Changes->insert(File, Text.Extent.Begin, "#define " + Name + " " + Body + "\n", "program");
    Undefine = "\n#undef " + Name;
    Unusual = true;
  }
  // What said "this is a program" says "this is part of one".
  std::string Inline =
      FD->hasAttr<NoInlineAttr>() ? "static" : "static inline __attribute__((always_inline))";
  Spot Attribute = Spell.invocation(A->getLocation(), FD->getLocation());
  bool IsAnnounced = A->isInherited(); // the section stands at a prototype
  // By the comment a way back knows what stood here.
  auto Was = [](const Spot &S, const std::string &Otherwise) {
    StringRef Text = S.File->text(S.Extent);
    bool Fits = !Text.contains('\n') && !Text.contains("/*") && !Text.contains("*/");
    return " /* " + (Fits ? Text.str() : Otherwise) + " */";
  };
  if (IsAnnounced) {
    Spot Begin = Spell.token(Model.SM->getExpansionLoc(FD->getBeginLoc()));
    if (!Begin)
      return void(edit(Begin, "", "section", FD->getLocation(), What));
    insert(Begin, Begin.Extent.Begin, Inline + " /* above: SEC(" + literal(A->getName()) + ") */ ",
           "section");
  } else if (Attribute) {
    Inline += Was(Attribute, "SEC(" + literal(A->getName()) + ")");
    if (!edit(Attribute, Inline, "section", FD->getLocation(), What))
      return;
  } else {
    // __attribute__((section("x"), used)) written out.
    Spot Begin = Spell.token(FD->getBeginLoc());
    Spot Written = Spell.range(A->getRange().getBegin(), A->getRange().getEnd());
    if (!Begin || !Written)
      return void(edit(Spot(), "", "section", A->getLocation(), What));
    bool IsNoInline = FD->hasAttr<NoInlineAttr>();
    std::string Word = IsNoInline ? "noinline" : "always_inline";
    Word += Was(Written, "section(" + literal(A->getName()) + ")");
    if (!edit(Written, Word, "section", A->getLocation(), What))
      return;
    insert(Begin, Begin.Extent.Begin, IsNoInline ? "static " : "static inline ", "section");
  }
  std::string Wrapper =
      filled(Pair.wrapper, {{"section", section(A->getName())}, {"name", Name}, {"body", Body}});
  if (!hasPlainSection(FD->getLocation()))
    for (size_t At; (At = Wrapper.find("SEC(")) != std::string::npos;) {
      size_t Close = Wrapper.find(')', At);
      Wrapper.replace(At, Close - At + 1,
                      "__attribute__((section(" + Wrapper.substr(At + 4, Close - At - 4) +
                          "), used))");
    }
  insert(End, End.Extent.End, Undefine + "\n\n" + StringRef(Wrapper).rtrim().str(), "wrapper");
  Current = nullptr;
}

//===-- the shim --------------------------------------------------------------------------------//

/// Offset, or where the outermost region of pragmas around it begins that lays out or marks what is
/// declared: #pragma pack(push, 1), #pragma clang attribute push and the like.
static unsigned beforePragmas(const LexedFile *File, unsigned Offset) {
  std::map<StringRef, std::vector<unsigned>> Open; // by kind
  for (const Directive &D : File->directives()) {
    if (D.Extent.Begin >= Offset)
      break;
    StringRef Text = File->text(D.Extent), Kind;
    for (StringRef Known : {"pack", "attribute", "visibility"})
      if (D.Kind == tok::pp_pragma && Text.contains(Known))
        Kind = Known;
    if (Kind.empty())
      continue;
    std::vector<unsigned> &Regions = Open[Kind];
    if (Text.contains("pop")) {
      if (!Regions.empty())
        Regions.pop_back();
    } else if (Text.contains("push") || Text.find_first_of("0123456789") != StringRef::npos) {
      Regions.push_back(D.Extent.Begin);
    } else { // pack(): as the target has it
      Regions.clear();
    }
  }
  for (const auto &[Kind, Regions] : Open)
    if (!Regions.empty())
      Offset = std::min(Offset, Regions.front());
  return Offset;
}

unsigned Rewriting::placeOfInclude(const LexedFile *File, unsigned First) const {
  // Before the declaration, with its comments, and before the conditionals around it.
  unsigned At = First;
  for (const Instance &I : Model.Instances)
    if (I.File == File)
      for (unsigned C : I.Chunks)
        if (Model.Chunks[C].Extent.contains(First))
          At = File->attachedStart(Model.Chunks[C].Extent);
  if (int D = File->directiveAt(First); D >= 0)
    At = File->directives()[D].Extent.Begin;
  At = beforePragmas(File, At);
  int Guard = File->includeGuard();
  for (int G = File->groupAt(At); G >= 0 && G != Guard; G = File->groups()[G].Enclosing)
    At = File->groupExtent(G).Begin;
  return At;
}

} // namespace opn
