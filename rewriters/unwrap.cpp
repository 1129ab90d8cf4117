// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// unwrap.cpp - take programs back to the hook that they were rewritten from
//
// The rows of the pair that made them are turned round: of two rows with one result the first one
// is taken, so rows that do not mean the same must not share a result. What a user has written
// into a body since is judged like the rest: it goes where a row leads back or both hooks have it.
#include "transform.h"

#include "output.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/Preprocessor.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- what a pair has made --------------------------------------------------------------------//

std::string filled(StringRef Text, const std::map<StringRef, std::string> &Values) {
  std::string Out;
  while (!Text.empty()) {
    size_t At = Text.find('$');
    Out += Text.substr(0, At);
    if (At == StringRef::npos)
      break;
    StringRef Rest = Text.substr(At + 1);
    StringRef Word = Rest.take_while([](char C) { return C >= 'a' && C <= 'z'; });
    auto It = Values.find(Word);
    Out += It == Values.end() ? "$" + Word.str() : It->second;
    Text = Rest.drop_front(Word.size());
  }
  return Out;
}

Unwrapping::Unwrapping(const SourceModel &Model, const opn_pair &Made, StringRef Shims, Results &R)
    : Model(Model), Made(Made) {
  for (const Instance &I : Model.Instances)
    if (llvm::sys::path::filename(I.File->path()) == Made.shim)
      Shim = I.File;
  if (!Shim)
    return;
  Foreign = !isTables(Made, Shim->text(), Shims);
  if (Foreign)
    return;
  turn(R);
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && isProgram(FD))
        if (const FunctionDecl *Body = match(FD))
          Bodies.insert({FD, Body});
}

bool Unwrapping::isTables(const opn_pair &Made, StringRef Text, StringRef Shims) {
  auto File = llvm::MemoryBuffer::getFile(Shims + "/" + Made.shim);
  if (!File)
    return false;
  size_t Option = 0;
  auto IsAdded = [&](StringRef Line) {
    if (Line.starts_with("/* " OPN_OUTPUT_REWRITTEN))
      return true;
    if (Option == Made.option_count || !Line.consume_front("#define "))
      return false;
    return Line.consume_front(Made.options[Option++].define) && Line.starts_with(" ");
  };
  for (StringRef Wanted = (*File)->getBuffer(); !Text.empty();) {
    auto [Line, Rest] = Text.split('\n');
    auto [WantedLine, WantedRest] = Wanted.split('\n');
    Text = Rest;
    if (Line == WantedLine)
      Wanted = WantedRest;
    else if (!IsAdded(Line))
      return false;
    if (Text.empty())
      return Wanted.empty();
  }
  return false;
}

static const Stmt *firstCall(const Stmt *S, StringRef Prefix, const FunctionDecl *&Found) {
  if (!S || Found)
    return S;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(S))
    if (const auto *FD = dyn_cast<FunctionDecl>(Ref->getDecl()))
      if (StringRef Name = FD->getName();
          Name.consume_front(Prefix) && Name.find_first_not_of('_') == StringRef::npos)
        Found = FD->getDefinition();
  for (const Stmt *Child : S->children())
    firstCall(Child, Prefix, Found);
  return S;
}

/// The body that this entry calls, where the entry is the pair's own.
const FunctionDecl *Unwrapping::match(const FunctionDecl *Entry) const {
  const FunctionDecl *Body = nullptr;
  std::string Name = Entry->getName().str();
  firstCall(Entry->getBody(), Name + "_" + Made.body, Body);
  int Index = Model.chunkOf(Entry);
  if (!Body || Index < 0)
    return nullptr;
  const Chunk &C = Model.Chunks[Index];
  const LexedFile *File = Model.Instances[C.Instance].File;
  std::string Text =
      filled(Made.wrapper, {{"section", ""}, {"name", Name}, {"body", Body->getName().str()}});
  LexedFile Wanted("", Text, Model.PP->getLangOpts());
  // What the section is, and how it is said, is the project's.
  auto Words = [&Name](const LexedFile &In, Range Extent) {
    std::vector<StringRef> Out;
    bool Named = false;
    for (size_t T = In.tokenAfter(Extent.Begin);
         T < In.tokens().size() && In.tokens()[T].Begin < Extent.End; ++T) {
      StringRef Word = In.text({In.tokens()[T].Begin, In.tokens()[T].end()});
      Named |= Word == Name;
      if (Named)
        Out.push_back(Word);
    }
    return Out;
  };
  std::vector<StringRef> Have = Words(*File, C.Extent);
  return !Have.empty() && Have == Words(Wanted, {0, unsigned(Text.size())}) ? Body : nullptr;
}

const FunctionDecl *Unwrapping::bodyOf(const FunctionDecl *Entry) const {
  return Bodies.lookup(Entry);
}

const FunctionDecl *Unwrapping::entryOf(const FunctionDecl *Body) const {
  for (const auto &[Entry, Found] : Bodies)
    if (Found == Body)
      return Entry;
  return nullptr;
}

bool Unwrapping::isShim(const Decl *D) const {
  Place P = Model.place(D->getLocation());
  return P.Kind == PlaceKind::Project && Model.Instances[P.Index].File == Shim;
}

//===-- rows, turned round ----------------------------------------------------------------------//

static const opn_row *find(const opn_rows &Rows, StringRef Name) {
  return opn_rows_find(&Rows, Name.str().c_str());
}

const opn_row *Unwrapping::accessor(StringRef Function) const { return find(Accessors, Function); }
const opn_row *Unwrapping::member(StringRef Name) const { return find(Members, Name); }

void Unwrapping::turn(Results &R) {
  std::vector<opn_row> Fields, Calls, Getters, Natives;
  auto Turned = [&R](const opn_row &Row, StringRef Name) {
    opn_row Back = Row;
    Back.name = R.text(Name);
    Back.action = OPN_ROW_RENAME;
    Back.text = Row.name;
    Back.limits = nullptr;
    Back.limit_count = 0;
    // What was lost there comes back here; a program that does not load there is not what comes.
    if (Row.beside)
      Back.lossy = nullptr;
    else if (Row.lossy)
      Back.lossy = R.text(std::string("what it has lost comes back: ") + Row.lossy);
    if (Row.write) {
      opn_row Write = *Row.write;
      if (Write.lossy)
        Write.lossy = R.text(std::string("what it has lost comes back: ") + Write.lossy);
      Back.write = R.array(std::vector<opn_row>{Write});
    }
    return Back;
  };
  std::string Native = Made.native ? std::string(Made.native) + "->" : "";
  for (size_t I = 0; I < Made.fields.count; ++I) {
    const opn_row &Row = Made.fields.row[I];
    StringRef Text = Row.action == OPN_ROW_KEEP ? Row.name : Row.text;
    if (Row.action == OPN_ROW_CALL)
      Getters.push_back(Turned(Row, Text));
    else if (Row.action == OPN_ROW_RENAME && !Native.empty() && Text.consume_front(Native))
      Natives.push_back(Turned(Row, Text));
    else if (Row.action == OPN_ROW_KEEP || Row.action == OPN_ROW_RENAME)
      Fields.push_back(Turned(Row, Text));
  }
  auto Call = [&](const opn_row &Row, const char *Name) {
    if (Row.action != OPN_ROW_KEEP && Row.action != OPN_ROW_CALL && Row.action != OPN_ROW_RENAME)
      return;
    opn_row Back = Turned(Row, Row.action == OPN_ROW_KEEP ? Name : Row.text);
    Back.text = Name;
    Calls.push_back(Back);
  };
  for (size_t I = 0; I < Made.calls.count; ++I) {
    const opn_row &Row = Made.calls.row[I];
    Call(Row, Row.name);
    for (size_t J = 0; Row.action == OPN_ROW_BY_MAP && J < Row.row_count; ++J)
      Call(Row.rows[J], Row.name);
  }
  Pair = Made;
  Pair.from = Made.to;
  Pair.to = Made.from;
  Pair.from_context = Made.context;
  Pair.to_context = Pair.context = Made.from_context;
  Pair.native = nullptr;
  Pair.sections = {};
  Pair.fields = {R.array(Fields), Fields.size()};
  Pair.calls = {R.array(Calls), Calls.size()};
  Accessors = {R.array(Getters), Getters.size()};
  Members = {R.array(Natives), Natives.size()};
}

//===-- sites -----------------------------------------------------------------------------------//

/// The name of the shim's macro that makes a place, and where it is called; or empty.
StringRef Rewriting::shimMacro(SourceLocation &Loc) const {
  const SourceManager &SM = *Model.SM;
  StringRef Name;
  for (SourceLocation L = Loc; L.isMacroID();) {
    SourceLocation Outer = SM.getImmediateMacroCallerLoc(L);
    auto It = Model.InstanceOf.find(SM.getFileID(SM.getSpellingLoc(L)));
    if (SM.isMacroBodyExpansion(L) && It != Model.InstanceOf.end() &&
        Model.Instances[It->second].File == Back->shim()) {
      Name = Lexer::getImmediateMacroName(L, SM, Model.PP->getLangOpts());
      Loc = Outer;
    }
    L = Outer;
  }
  return Name;
}

/// base->native->field, or the kernel's context itself. False when it is neither.
bool Rewriting::memberBack(const MemberExpr *ME, bool IsStore) {
  const char *Native = Back->made().native;
  SourceLocation Made = ME->getMemberLoc();
  if (!shimMacro(Made).empty())
    return true;
  if (!Native)
    return false;
  if (isContextRecord(dyn_cast<RecordDecl>(ME->getMemberDecl()->getDeclContext())) &&
      ME->getMemberDecl()->getName() == Native) {
    if (!Unwrapped.count(ME))
      reject(ME->getMemberLoc(), "the kernel's context", "no rule has made this use of it",
             nullptr);
    return true;
  }
  const auto *Inner = dyn_cast<MemberExpr>(ME->getBase()->IgnoreParenImpCasts());
  if (!Inner || Inner->getMemberDecl()->getName() != Native ||
      !isContextRecord(dyn_cast<RecordDecl>(Inner->getMemberDecl()->getDeclContext())))
    return false;
  Unwrapped.insert(Inner);
  std::string Name = ME->getMemberDecl()->getName().str(), What = "field '" + Name + "'";
  SourceLocation Loc = ME->getMemberLoc();
  const opn_row *Row = Back->member(Name);
  if (!Row || IsStore)
    reject(Loc, What, "no rule has made this use of it", nullptr);
  else if (takes(*Row, "fields", What, Loc))
    edit(Spell.range(Inner->getMemberLoc(), Loc), Row->text, "fields." + Name, Loc, What);
  return true;
}

/// A function of the shim that stands for a field: f(base) becomes base->field.
void Rewriting::accessorBack(const CallExpr *CE, const opn_row &Row, const std::string &What) {
  SourceLocation Loc = CE->getCallee()->getExprLoc();
  std::string Rule = std::string("fields.") + Row.text;
  if (CE->getNumArgs() != 1 || !takes(Row, "fields", What, Loc))
    return;
  const Expr *Argument = CE->getArg(0);
  Spot All = Spell.range(CE->getBeginLoc(), CE->getRParenLoc());
  Spot Given = Spell.range(Argument->getBeginLoc(), Argument->getEndLoc());
  Spot Close = Spell.token(CE->getRParenLoc());
  if (!All || !Given || !Close || All.File != Given.File || Close.File != All.File ||
      !All.Extent.contains(Given.Extent.Begin) || Given.Extent.End > Close.Extent.Begin)
    return void(edit(Spot(), "", Rule, Loc, What));
  const Expr *Bare = Argument->IgnoreImpCasts();
  const auto *Address = dyn_cast<UnaryOperator>(Bare);
  bool IsSimple = isa<DeclRefExpr, MemberExpr, ParenExpr, CallExpr, ArraySubscriptExpr>(Bare);
  bool IsObject = Address && Address->getOpcode() == UO_AddrOf;
  if (IsObject)
    Given = Spell.range(Address->getSubExpr()->getBeginLoc(), Argument->getEndLoc());
  Spot Head = All;
  Head.Extent.End = Given.Extent.Begin;
  Spot Tail = All;
  Tail.Extent.Begin = Given.Extent.End;
  bool Wraps = !IsSimple && !IsObject;
  std::string After = std::string(IsObject ? "." : "->") + Row.text;
  if (edit(Head, Wraps ? "(" : "", Rule, Loc, What))
    edit(Tail, (Wraps ? ")" : "") + After, Rule, Loc, What);
}

/// The context was given to the shim's function only.
void Rewriting::takeContext(const CallExpr *CE, const std::string &Rule, const std::string &What) {
  SourceLocation Loc = CE->getCallee()->getExprLoc();
  const Expr *Given = CE->getNumArgs() ? CE->getArg(0) : nullptr;
  Spot S = Given ? Spell.range(Given->getBeginLoc(), Given->getEndLoc()) : Spot();
  StringRef Behind = S ? S.File->text().drop_front(S.Extent.End).ltrim() : "";
  if (!S || !Behind.consume_front(","))
    return void(edit(Spot(), "", Rule, Loc, What));
  S.Extent.End = S.File->text().size() - Behind.ltrim(' ').size();
  edit(S, "", Rule, Loc, What);
}

void Rewriting::callBack(const CallExpr *CE, const NamedDecl *D, std::string Name) {
  SourceLocation Loc = CE->getCallee()->getExprLoc();
  const auto *FD = dyn_cast<FunctionDecl>(D);
  if (FD && FD->getBuiltinID())
    return;
  bool IsShim = FD && Back->isShim(FD);
  // A macro of the shim is one call, whatever it is made of.
  if (StringRef Macro = shimMacro(Loc); !Macro.empty()) {
    Name = Macro.str();
    IsShim = true;
  } else if (FD && !IsShim && !isKfunc(FD)) {
    return;
  }
  std::string What = "call of '" + Name + "'";
  if (const opn_row *Row = IsShim ? Back->accessor(Name) : nullptr)
    return accessorBack(CE, *Row, What);
  const opn_row *Row = opn_rows_find(&Pair.calls, Name.c_str());
  if (!Row && IsShim)
    return reject(Loc, What, "it is of the shim, and no rule has made this call", nullptr);
  if (Row) {
    if (!takes(*Row, "calls", What, Loc))
      return;
    if (Name != Row->text)
      edit(Spell.token(Loc), Row->text, "calls." + Name, Loc, What);
    if (Row->context)
      return takeContext(CE, "calls." + Name, What);
  } else if (opn_rows_find(&Back->made().calls, Name.c_str())) {
    return reject(Loc, What, "it means something else there",
                  "call it as a rewritten program does: through the shim");
  } else if (opn_hookdefs_callable(Options.hookdefs, Name.c_str(), Pair.to) == OPN_CALLABLE_YES) {
    site("helpers." + Name, Loc, nullptr, What);
  } else {
    return reject(Loc, What, "programs there may not call it", nullptr);
  }
  // The kernel's context was taken out of ours for it.
  const Expr *Argument = CE->getNumArgs() ? CE->getArg(0) : nullptr;
  const auto *Inner = Argument ? dyn_cast<MemberExpr>(Argument->IgnoreParenCasts()) : nullptr;
  if (!Inner || !Back->made().native || Inner->getMemberDecl()->getName() != Back->made().native)
    return;
  Unwrapped.insert(Inner);
  std::string Rule = "calls." + Name;
  edit(Spell.range(Inner->getOperatorLoc(), Inner->getMemberLoc()), "", Rule, Loc, What);
  if (const auto *Cast = dyn_cast<CStyleCastExpr>(Argument->IgnoreImpCasts()))
    edit(Spell.range(Cast->getLParenLoc(), Cast->getRParenLoc()), "", Rule, Loc, What);
}

//===-- programs --------------------------------------------------------------------------------//

/// A body is the program again: its entry goes, and what said that it was one comes back.
void Rewriting::unwrapProgram(const FunctionDecl *Entry) {
  const FunctionDecl *Body = Back->bodyOf(Entry);
  std::string Name = Entry->getName().str(), What = "program '" + Name + "'";
  Current = Body;
  auto Give = [&] {
    reject(Body->getLocation(), What, "its body does not look as it was made",
           "give the body its section and its name, and remove the entry, by hand");
  };
  Spot Written = Spell.token(Body->getLocation()), Begin = Spell.token(Body->getBeginLoc());
  int Chunk = Model.chunkOf(Entry);
  if (!Written || !Written.Macro.empty() || Chunk < 0)
    return Give();

  // static inline __attribute__((always_inline)) /* SEC("x") */
  Spot Old;
  const auto *Always = Body->getAttr<AlwaysInlineAttr>();
  Old = Always ? Spell.token(Always->getLocation()) : Begin;
  if (!Old)
    return Give();
  StringRef Text = Old.File->text(), Before = Text.take_front(Old.Extent.Begin);
  const StringRef Head = "static inline __attribute__((", Tail = "))";
  bool IsOut =
      Always && !(Before.ends_with(Head) && Text.drop_front(Old.Extent.End).starts_with(Tail));
  if (Always && !IsOut) {
    Old.Extent.Begin -= Head.size();
    Old.Extent.End += Tail.size();
  } else if (!Always) {
    size_t At = Text.slice(0, Written.Extent.Begin).rfind("static /* ");
    if (At == StringRef::npos || At < Begin.Extent.Begin || Old.File != Written.File)
      return Give();
    Old.Extent = {unsigned(At), unsigned(At) + 6};
  }
  StringRef After = Text.drop_front(Old.Extent.End);
  std::string Section = "SEC(\"" + section("") + "\")";
  bool IsAbove = false; // at a prototype
  if (After.consume_front(" /* ")) {
    size_t End = After.find(" */");
    if (End == StringRef::npos || After.take_front(End).contains('\n'))
      return Give();
    Section = After.take_front(End).str();
    Old.Extent.End += 4 + End + 3;
    IsAbove = StringRef(Section).starts_with("above: ");
    Old.Extent.End += IsAbove && After.drop_front(End + 3).starts_with(" ");
  } else if (IsOut || !Always) {
    return Give();
  }
  if (IsOut) {
    Spot Static = Begin;
    StringRef Start = Begin ? Begin.File->text().drop_front(Begin.Extent.Begin) : "";
    if (!Start.starts_with("static inline "))
      return Give();
    Static.Extent.End = Static.Extent.Begin + strlen("static inline ");
    edit(Static, "", "section", Body->getLocation(), What);
  }
  if (IsAbove)
    Section.erase(0, strlen("above: "));
  edit(Old, IsAbove ? "" : Section, "section", Body->getLocation(), What);
  edit(Written, Name, "program", Body->getLocation(), What);

  const opn::Chunk &C = Model.Chunks[Chunk];
  Spot Gone;
  Gone.File = Model.Instances[C.Instance].File;
  Gone.Extent = C.Extent;
  Gone.Extent.Begin = Gone.File->text().take_front(C.Extent.Begin).rtrim().size();
  edit(Gone, "", "wrapper", Entry->getLocation(), What);
  Current = nullptr;
  // A prototype announces the program, whose context is the kernel's own.
  const RecordDecl *OldFrom = std::exchange(From, findRecord(Back->made().to_context, Context));
  ContextName = tagOf(Pair.to_context);
  for (const FunctionDecl *Prototype : Entry->redecls()) {
    if (Prototype == Entry)
      continue;
    if (const auto *A = Prototype->getAttr<SectionAttr>(); A && !A->isInherited())
      announce(Prototype, *A, Section);
    walkSites(Prototype, *this, /*TypesOnly=*/true);
  }
  From = OldFrom;
}

/// The shim is not needed any more.
void Rewriting::dropIncludes() {
  std::set<const LexedFile *> Seen;
  for (const Instance &I : Model.Instances) {
    if (!Seen.insert(I.File).second || I.File == Back->shim())
      continue;
    for (const Directive &D : I.File->directives()) {
      if (D.Kind != tok::pp_include)
        continue;
      StringRef Line = I.File->text(D.Extent).rtrim();
      if (!Line.consume_back("\"") || !Line.ends_with(Back->made().shim) ||
          !StringRef("/\"").contains(Line.drop_back(strlen(Back->made().shim)).back()))
        continue;
      Spot S;
      S.File = I.File;
      S.Extent = D.Extent;
      StringRef Text = I.File->text();
      const StringRef Define = "#define OPN_DEFINE_CONTEXT\n";
      if (Text.take_front(S.Extent.Begin).ends_with(Define))
        S.Extent.Begin -= Define.size();
      for (int Lines = 0; Lines < 2; ++Lines) {
        StringRef Rest = Text.drop_front(S.Extent.End);
        if (Rest.starts_with("\r\n"))
          S.Extent.End += 2;
        else if (Rest.starts_with("\n"))
          S.Extent.End += 1;
      }
      Changes->replace(S, "", "shim");
    }
  }
}

} // namespace opn
