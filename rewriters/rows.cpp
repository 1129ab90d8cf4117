// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// rows.cpp - do at a site what the pair's table says
//
// The order in which a call is decided: a row of the pair; then the helper table, where a helper
// that the new hook lacks is refused; a function of the project needs nothing. What the new hook
// has under the same name and with another meaning must have a row.
#include "transform.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/Decl.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- telling ---------------------------------------------------------------------------------//

opn_loc Rewriting::loc(SourceLocation Loc, unsigned Length) const {
  // Where the text stands that the user would change.
  PresumedLoc PL = Model.SM->getPresumedLoc(Model.SM->getExpansionLoc(Loc));
  if (PL.isInvalid())
    return {nullptr, 0, 0, 0};
  return {PL.getFilename(), PL.getLine(), PL.getColumn(), Length};
}

void Rewriting::site(const std::string &Rule, SourceLocation Loc, const opn_row *Row,
                     const std::string &Text, opn_site_kind Kind, const char *Why) {
  Place P = Model.place(Loc);
  opn_site S = {};
  S.kind = Kind;
  S.why = Why ? R.text(Why) : nullptr;
  S.rule = R.text(Rule);
  if (P.Kind == PlaceKind::Project) {
    const LexedFile &File = *Model.Instances[P.Index].File;
    S.file = R.text(File.path());
    S.line = File.line(P.Offset);
    S.column = File.column(P.Offset);
  }
  S.function = Current ? R.text(Current->getName()) : nullptr;
  S.row = Row;
  S.text = R.text(Text);
  for (const opn_site &Other : *Sites)
    if (Other.rule == Rule && Other.line == S.line && Other.column == S.column && Other.file &&
        S.file && StringRef(Other.file) == S.file)
      return;
  Sites->push_back(S);
}

void Rewriting::fail(SourceLocation Loc, const std::string &What, const std::string &Why) {
  Place P = Model.place(Loc);
  if (!Options.keep_going || P.Kind != PlaceKind::Project) {
    Failed = true;
    return;
  }
  const LexedFile *File = Model.Instances[P.Index].File;
  std::string Text = What + ": " + Why;
  std::replace(Text.begin(), Text.end(), '"', '\'');
  Changes->insert(File, File->freshLine(P.Offset), "#error \"" + Text + "\"\n", "refused");
}

void Rewriting::reject(SourceLocation Loc, const std::string &What, const std::string &Why,
                       const char *Help) {
  fail(Loc, What, Why);
  if (!Told.insert({Model.SM->getExpansionLoc(Loc).getRawEncoding(), What}).second)
    return;
  site("language", Loc, nullptr, What, OPN_SITE_REJECTED, Why.c_str());
  opn_diag(Diags, OPN_DIAG_TRANSFORM_REJECTED, loc(Loc), What.c_str(), Pair.to, Why.c_str());
  if (Help)
    opn_diag_note(Diags, {nullptr, 0, 0, 0}, "%s", Help);
}

bool Rewriting::takes(const opn_row &Row, const std::string &Group, const std::string &What,
                      SourceLocation Loc) {
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  std::string Rule = Group + "." + Row.name;
  if (Row.action == OPN_ROW_REJECT)
    site(Rule, Loc, &Row, What, OPN_SITE_REJECTED, Row.text);
  else if (Row.lossy)
    site(Rule, Loc, &Row, What, OPN_SITE_LOSS, Row.lossy);
  else
    site(Rule, Loc, &Row, What, Row.when ? OPN_SITE_CONDITION : OPN_SITE_EXACT, Row.when);
  bool First = Told.insert({Model.SM->getExpansionLoc(Loc).getRawEncoding(), Rule}).second;
  if (Row.action == OPN_ROW_REJECT) {
    fail(Loc, What, Row.text);
    if (!First)
      return false;
    opn_diag(Diags, OPN_DIAG_TRANSFORM_REJECTED, loc(Loc), What.c_str(), Pair.to, Row.text);
    if (Row.help)
      opn_diag_note(Diags, Nowhere, "%s", Row.help);
    return false;
  }
  if (!Row.lossy)
    return true;
  Losses.insert(Row.name);
  bool Accepted = false;
  for (char *const *A = Options.accept; A && *A; ++A)
    Accepted |= StringRef(*A) == Row.name;
  if (First) {
    opn_diag(Diags, Accepted ? OPN_DIAG_TRANSFORM_LOST : OPN_DIAG_TRANSFORM_LOSSY, loc(Loc),
             What.c_str(), Pair.to, Row.lossy);
    if (Row.help)
      opn_diag_note(Diags, Nowhere, "%s", Row.help);
    if (!Accepted)
      opn_diag_note(Diags, Nowhere, "--accept=%s takes the loss", Row.name);
  }
  if (!Accepted)
    fail(Loc, What, Row.lossy);
  return Accepted;
}

//===-- changing --------------------------------------------------------------------------------//

void Rewriting::use(const Spot &S) {
  auto [It, Added] = FirstUse.emplace(S.File, S.Extent.Begin);
  if (!Added && S.Extent.Begin < It->second)
    It->second = S.Extent.Begin;
}

bool Rewriting::edit(const Spot &S, StringRef Text, const std::string &Rule, SourceLocation Loc,
                     const std::string &What) {
  if (!S) {
    Failed = true;
    if (Told.insert({Model.SM->getExpansionLoc(Loc).getRawEncoding(), What}).second) {
      const char *Why = "its text is put together by macros or stands in a header that stays an "
                        "include";
      site("text", Loc, nullptr, What, OPN_SITE_REJECTED, Why);
      opn_diag(Diags, OPN_DIAG_TRANSFORM_UNREACHED, loc(Loc), What.c_str(), Why);
      opn_diag_note(Diags, {nullptr, 0, 0, 0}, "write it out in the project's own source");
    }
    return false;
  }
  if (Current && KeptBy.count(Current)) {
    Failed = true;
    if (Told.insert({0, Current->getName().str()}).second) {
      std::string Shared = "function '" + Current->getName().str() + "'";
      site("text", Current->getLocation(), nullptr, Shared, OPN_SITE_REJECTED,
           "a program that stays as it is uses it too");
      opn_diag(Diags, OPN_DIAG_TRANSFORM_SHARED, loc(Current->getLocation()), Shared.c_str(),
               KeptBy[Current]->getName().str().c_str());
      opn_diag_note(Diags, loc(Loc), "%s would change here", What.c_str());
      opn_diag_note(Diags, {nullptr, 0, 0, 0},
                    "extract the program with opened-extract and rewrite the unit");
    }
    return false;
  }
  // In a macro's definition or argument the text may mean other things elsewhere.
  noteMacro(S, Loc);
  use(S);
  if (Changes->replace(S, Text, Rule))
    return true;
  conflict(Loc, What);
  return false;
}

/// The text at a place means one thing here and another elsewhere.
void Rewriting::conflict(SourceLocation Loc, const std::string &What) {
  const char *Why = "the same text would have to become two different things";
  Failed = true;
  if (!Told.insert({Model.SM->getExpansionLoc(Loc).getRawEncoding(), What}).second)
    return;
  site("text", Loc, nullptr, What, OPN_SITE_REJECTED, Why);
  opn_diag(Diags, OPN_DIAG_TRANSFORM_UNREACHED, loc(Loc), What.c_str(), Why);
}

void Rewriting::insert(const Spot &S, unsigned Offset, StringRef Text, const std::string &Rule) {
  use(S);
  Unusual |= !S.Macro.empty();
  Changes->insert(S.File, Offset, Text, Rule);
}

//===-- types and fields ------------------------------------------------------------------------//

bool Rewriting::isContextRecord(const RecordDecl *RD) const {
  return RD && From && RD->getCanonicalDecl() == From->getCanonicalDecl();
}

static const RecordDecl *recordBehind(QualType T) {
  while (T->isPointerType() || T->isArrayType())
    T = T->isPointerType() ? T->getPointeeType() : QualType(T->getBaseElementTypeUnsafe(), 0);
  return T->getAsRecordDecl();
}

bool Rewriting::isOfContext(QualType T) const { return isContextRecord(recordBehind(T)); }

bool Rewriting::isOfNewContext(QualType T) const {
  const RecordDecl *RD = recordBehind(T);
  return RD && RD->getName() == tagOf(Pair.context);
}

bool Rewriting::isContext(QualType T) const {
  return T->isPointerType() && isContextRecord(T->getPointeeType()->getAsRecordDecl());
}

bool Rewriting::hasRow() const {
  return Current && opn_rows_find(&Pair.calls, Current->getName().str().c_str());
}

void Rewriting::typeSite(SourceLocation Name) {
  if (ContextName == From->getName())
    return;
  Spot S = Spell.token(Name);
  // A header that stays an include keeps its types.
  if (!S && !Name.isMacroID() && Model.place(Name).Kind != PlaceKind::Project)
    return;
  site("context", Name, nullptr, Pair.from_context);
  edit(S, ContextName, "context", Name, std::string("the type '") + Pair.from_context + "'");
}

void Rewriting::memberSite(const MemberExpr *ME, bool IsStore) {
  if (Back && memberBack(ME, IsStore))
    return;
  const auto *Field = dyn_cast<FieldDecl>(ME->getMemberDecl());
  if (!Field || !Field->getIdentifier())
    return;
  const RecordDecl *Parent = Field->getParent();
  while (Parent->isAnonymousStructOrUnion() && isa<RecordDecl>(Parent->getDeclContext()))
    Parent = cast<RecordDecl>(Parent->getDeclContext());
  if (isContextRecord(Parent))
    return fieldSite(ME, IsStore);
  // A macro may take the context and a record of the project's own.
  if (opn_rows_find(&Pair.fields, Field->getName().str().c_str()))
    if (Spot S = Spell.token(ME->getMemberLoc()); S && !Changes->keep(S))
      return conflict(ME->getMemberLoc(), "field '" + Field->getName().str() + "'");
  // Another member of a union that holds the context.
  if (!Field->getParent()->isUnion() || isContext(Field->getType()) ||
      Field->getType()->isVoidPointerType() || Back)
    return;
  for (const FieldDecl *Other : Field->getParent()->fields())
    if (Other != Field && (isContext(Other->getType()) || Hidden.count(Other)) && !IsStore)
      return reject(ME->getMemberLoc(), "this member of a union",
                    "it reads the context as something of another layout",
                    "read the context's own fields instead");
}

void Rewriting::fieldSite(const MemberExpr *ME, bool IsStore) {
  std::string Name = ME->getMemberDecl()->getName().str();
  std::string What = "field '" + Name + "'";
  SourceLocation Loc = ME->getMemberLoc();
  const opn_row *Row = opn_rows_find(&Pair.fields, Name.c_str());
  if (!Row)
    return reject(Loc, What, "the tables do not say what it is there",
                  "read what the program needs from the packet, or leave this program where it is");
  if (IsStore && Row->write) {
    if (!takes(*Row->write, "fields", "a store to " + What, Loc))
      return;
  } else if (!takes(*Row, "fields", What, Loc)) {
    return;
  }
  std::string Rule = "fields." + Name;
  if (Row->action == OPN_ROW_RENAME && Name != Row->text) {
    edit(Spell.token(Loc), Row->text, Rule, Loc, What);
  } else if (Row->action == OPN_ROW_CALL) {
    if (IsStore)
      return reject(Loc, "a store to " + What, "there it is computed, not kept", Row->help);
    Spot All = Spell.range(ME->getBeginLoc(), Loc), Member = Spell.token(Loc);
    Spot Operator = Spell.range(ME->getOperatorLoc(), Loc);
    // The member may be a macro's argument: what is made of one is not right for the next.
    if (!All || !Member || !Operator || Member.File != Operator.File ||
        !Operator.Extent.contains(Member.Extent.Begin))
      return void(edit(Spot(), "", Rule, Loc, What));
    std::string Open = std::string(Row->text) + (ME->isArrow() ? "(" : "(&");
    if (edit(Operator, ")", Rule, Loc, What))
      insert(All, All.Extent.Begin, Open, Rule);
  }
}

//===-- calls -----------------------------------------------------------------------------------//

Rewriting::Callee Rewriting::calleeOf(const CallExpr *CE) const {
  if (const VarDecl *Helper = calledHelper(CE, Context)) {
    // Projects declare helpers under names of their own: the number is what counts.
    const char *Name = opn_hookdefs_helper_name(Options.hookdefs, helperNumber(Helper, Context));
    return {Helper, Name ? Name : Helper->getName().str()};
  }
  if (const FunctionDecl *FD = CE->getDirectCallee())
    return {FD, FD->getName().str()};
  return {};
}

const VarDecl *Rewriting::mapOf(const Expr *E) const {
  E = E->IgnoreParenCasts();
  if (const auto *Address = dyn_cast<UnaryOperator>(E);
      Address && Address->getOpcode() == UO_AddrOf)
    E = Address->getSubExpr()->IgnoreParenCasts();
  const auto *Ref = dyn_cast<DeclRefExpr>(E);
  const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  return VD && isMap(VD) ? VD : nullptr;
}

const opn_row *Rewriting::rowByMap(const opn_row &Row, const CallExpr *CE,
                                   const std::string &What) {
  if (Row.map_argument > CE->getNumArgs())
    return nullptr;
  const Expr *Argument = CE->getArg(Row.map_argument - 1);
  const VarDecl *Map = mapOf(Argument);
  const char *Type = Map ? readMap(Map, Context, R).type : nullptr;
  if (!Type) {
    reject(Argument->getExprLoc(), What,
           "it depends on the type of this map, which is not known here",
           "name the map itself, as in '&map'");
    return nullptr;
  }
  opn_rows Rows = {Row.rows, Row.row_count};
  if (const opn_row *Found = opn_rows_find(&Rows, Type))
    return Found;
  reject(Argument->getExprLoc(), What,
         std::string("the tables do not say what it does with a map of type ") + Type, nullptr);
  return nullptr;
}

bool Rewriting::withinLimits(const opn_row &Row, const CallExpr *CE, const std::string &What) {
  for (size_t I = 0; I < Row.limit_count; ++I) {
    const opn_row_limit &Limit = Row.limits[I];
    if (Limit.argument > CE->getNumArgs())
      continue;
    const Expr *Argument = CE->getArg(Limit.argument - 1);
    Expr::EvalResult Value;
    if (Argument->EvaluateAsInt(Value, Context) &&
        !(uint64_t(Value.Val.getInt().getExtValue()) & ~Limit.mask))
      continue;
    reject(Argument->getExprLoc(), What, Limit.reject, Limit.help);
    return false;
  }
  return true;
}

/// What the kernel is to be handed is its own context, which ours holds. All calls take it first;
/// in other places (bpf_loop) it is data that comes back to the program.
void Rewriting::nativeArguments(const CallExpr *CE, const std::string &Rule) {
  if (!Pair.native || !CE->getNumArgs() || !holdsContext(CE->getArg(0)))
    return;
  const Expr *Argument = CE->getArg(0);
  bool IsHidden = !isContext(Argument->IgnoreParenCasts()->getType());
  Spot S = Spell.parameter(Argument->getBeginLoc(), Argument->getEndLoc());
  if (!S)
    return void(edit(S, "", Rule, Argument->getExprLoc(), "this argument"));
  // A kfunc says what it takes; a helper takes any pointer.
  if (CE->getDirectCallee())
    insert(S, S.Extent.Begin, "(" + std::string(Pair.to_context) + " *)", Rule);
  // As an operand of -> it needs parentheses unless it is a name.
  bool IsName = S.Macro.empty() && !IsHidden && isa<DeclRefExpr>(Argument->IgnoreImpCasts());
  Unusual |= Argument->getBeginLoc().isMacroID();
  if (IsHidden)
    insert(S, S.Extent.Begin, "((" + std::string(Pair.context) + " *)", Rule);
  else if (!IsName)
    insert(S, S.Extent.Begin, "(", Rule);
  insert(S, S.Extent.End, (IsName ? "->" : ")->") + std::string(Pair.native), Rule);
}

/// The call has no context, and what stands for it needs one: the caller's.
void Rewriting::giveContext(const CallExpr *CE, const std::string &Rule, const std::string &What) {
  const ParmVarDecl *Given = nullptr;
  for (const ParmVarDecl *P : Current ? Current->parameters() : llvm::ArrayRef<ParmVarDecl *>())
    if (isContext(P->getType()) && P->getIdentifier())
      Given = P;
  SourceLocation Loc = CE->getCallee()->getExprLoc();
  if (!Given || !CE->getNumArgs())
    return reject(Loc, What,
                  "what does it there needs the context, which this function is not given",
                  "hand the context on to the function");
  // In a macro's text the name may be another one's.
  Spot S = Spell.token(Loc);
  StringRef Behind = S ? S.File->text().drop_front(S.Extent.End).ltrim() : "";
  if (!S || !S.Macro.empty() || !Behind.consume_front("("))
    return void(edit(Spot(), "", Rule, Loc, What));
  // A variable may have the parameter's name here: only a compiler can be sure.
  Unusual = true;
  insert(S, S.File->text().size() - Behind.size(), Given->getName().str() + ", ", Rule);
}

/// Whether the programs call a helper or kfunc.
bool Rewriting::calls(StringRef Name) const {
  bool Found = false;
  for (const FunctionDecl *FD : Reached)
    forEachStatement(FD->getBody(), [&](const Stmt *S) {
      if (const auto *CE = dyn_cast<CallExpr>(S))
        Found |= calleeOf(CE).Name == Name;
    });
  return Found;
}

void Rewriting::callSite(const CallExpr *CE) {
  Callee C = calleeOf(CE);
  if (!C.D)
    return unknownCall(CE);
  if (Back)
    return callBack(CE, C.D, C.Name);
  std::string What = "call of '" + C.Name + "'";
  SourceLocation Loc = CE->getCallee()->IgnoreParenImpCasts()->getExprLoc();
  const opn_row *Row = opn_rows_find(&Pair.calls, C.Name.c_str());
  const auto *FD = dyn_cast<FunctionDecl>(C.D);
  bool IsKernel = !FD || isKfunc(FD);
  // A function that takes the context as what it is goes along; a row is for one that hands it on.
  if (FD && !isKfunc(FD))
    for (const ParmVarDecl *P : FD->parameters())
      if (isContext(P->getType()))
        Row = nullptr;
  if (Row && Row->beside && !calls(Row->beside))
    Row = nullptr;
  if (Row && Row->action == OPN_ROW_BY_MAP && !(Row = rowByMap(*Row, CE, What)))
    return;
  if (const auto *VD = dyn_cast<VarDecl>(C.D); VD && (!Row || Row->action == OPN_ROW_KEEP))
    StillCalled.insert(VD);
  if (!Row) {
    if (!IsKernel) {
      bool IsKept = Model.place(FD->getLocation()).Kind != PlaceKind::Project;
      for (const ParmVarDecl *P : FD->parameters())
        if (IsKept && isContext(P->getType()))
          return reject(Loc, What,
                        "it takes the context, and stands in a header that stays an include",
                        "copy it into the project");
      if (!FD->getDefinition() && !FD->getBuiltinID())
        for (const ParmVarDecl *P : FD->parameters())
          if (isContext(P->getType()))
            return reject(Loc, What,
                          "it takes the context, and is defined in another source, which may stay "
                          "as it is",
                          "include the source that defines it");
      if (!Pair.native || FD->getBuiltinID())
        return;
      // Behind a void pointer ours would be taken for the kernel's; where the function's text is
      // at hand, the pointer is followed into it.
      for (unsigned I = 0; I < CE->getNumArgs() && I < FD->getNumParams(); ++I)
        if (isContext(CE->getArg(I)->IgnoreParenCasts()->getType()) &&
            !isContext(FD->getParamDecl(I)->getType()) && (IsKept || !FD->getDefinition()))
          reject(CE->getArg(I)->getExprLoc(), "this argument",
                 "the context is hidden behind another pointer type",
                 "give the parameter the context's type");
      return;
    }
    opn_callable Callable = opn_hookdefs_callable(Options.hookdefs, C.Name.c_str(), Pair.to);
    if (Callable == OPN_CALLABLE_YES)
      site("helpers." + C.Name, Loc, nullptr, What);
    if (Callable == OPN_CALLABLE_YES)
      return nativeArguments(CE, "helpers." + C.Name);
    reject(Loc, What,
           Callable == OPN_CALLABLE_NO
               ? "programs there may not call it, and no rule says what does the same"
               : "the helper table does not know it",
           "do without it, or leave this program where it is");
    return;
  }
  if (!takes(*Row, "calls", What, Loc) || !withinLimits(*Row, CE, What))
    return;
  if (const FunctionDecl *Who = Row->leaves ? Apart.lookup(Current) : nullptr)
    return reject(Loc, What,
                  "'" + Who->getName().str() +
                      "' need not be inlined: then what the next program returns comes back to it, "
                      "and is a verdict of the other hook",
                  Programs.count(Who) ? "drop 'noinline', and let nothing call the program"
                                      : "make that function '__always_inline'");
  std::string Rule = "calls." + C.Name;
  if (Row->action == OPN_ROW_KEEP)
    return nativeArguments(CE, Rule);
  if (const auto *VD = dyn_cast<VarDecl>(C.D);
      VD && Model.place(VD->getLocation()).Kind == PlaceKind::Project)
    Replaced.insert(VD);
  edit(Spell.token(Loc), Row->text, Rule, Loc, What);
  // What stands there may be a macro: not for a name in parentheses, nor for commas in braces.
  Unusual |= isa<ParenExpr>(CE->getCallee()->IgnoreImpCasts());
  for (const Expr *Argument : CE->arguments())
    forEachStatement(Argument,
                     [this](const Stmt *S) { Unusual |= isa<CompoundLiteralExpr, StmtExpr>(S); });
  if (Row->action == OPN_ROW_RENAME)
    nativeArguments(CE, Rule);
  if (Row->context)
    giveContext(CE, Rule, What);
}

/// A kfunc that is handed on and not called.
void Rewriting::kfuncSite(const FunctionDecl *FD, SourceLocation Loc) {
  std::string Name = FD->getName().str(), What = "this use of '" + Name + "'";
  const opn_row *Row = opn_rows_find(&Pair.calls, Name.c_str());
  if (Row && !takes(*Row, "calls", What, Loc))
    return;
  bool TakesContext = false;
  for (const ParmVarDecl *P : FD->parameters())
    TakesContext |= isContext(P->getType());
  if (Pair.native && TakesContext)
    reject(Loc, What, "it takes the kernel's context, and is handed ours",
           "call it where it is needed");
  else if (Row && Row->action == OPN_ROW_RENAME)
    edit(Spell.token(Loc), Row->text, "calls." + Name, Loc, What);
  else if ((Row && Row->action != OPN_ROW_KEEP) ||
           (!Row &&
            opn_hookdefs_callable(Options.hookdefs, Name.c_str(), Pair.to) != OPN_CALLABLE_YES))
    reject(Loc, What, "it can only be called directly", "call it where it is needed");
}

void Rewriting::referenceSite(const DeclRefExpr *Ref, bool IsCallee) {
  const ValueDecl *D = Ref->getDecl();
  SourceLocation Loc = Ref->getLocation();
  if (const auto *FD = dyn_cast<FunctionDecl>(D)) {
    const FunctionDecl *Definition = FD->getDefinition();
    if (const FunctionDecl *Entry = Back && Definition ? Back->entryOf(Definition) : nullptr)
      edit(Spell.token(Loc), Entry->getName(), "program", Loc,
           "this use of '" + FD->getName().str() + "'");
    // In code a program is a function that answers in its old numbers.
    if (!Back && Definition && Programs.count(Definition))
      edit(Spell.token(Loc), bodyName(Definition), "program", Loc,
           "this use of '" + FD->getName().str() + "'");
    if (!IsCallee && isKfunc(FD))
      kfuncSite(FD, Loc);
    return;
  }
  const auto *VD = dyn_cast<VarDecl>(D);
  if (!VD)
    return;
  if (isMap(VD)) {
    checkPrograms(VD);
    const char *Type = readMap(VD, Context, R).type;
    if (const opn_row *Row = Type ? opn_rows_find(&Pair.maps, Type) : nullptr)
      takes(*Row, "maps", "map '" + VD->getName().str() + "'", Loc);
    return;
  }
  if (!IsCallee && helperNumber(VD, Context) &&
      opn_rows_find(&Pair.calls, VD->getName().str().c_str()))
    reject(Loc, "this use of '" + VD->getName().str() + "'",
           "a helper that changes can only be called directly", "call it where it is needed");
}

} // namespace opn
