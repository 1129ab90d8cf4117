// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// share_parse.cpp - programs that begin with the same call look at the packet once
//
// The call is hoisted, not the branch behind it: what becomes of packets that it refuses is said by
// each stage itself. So the result and all that the call stores are kept, and handed to the stages.
#include "fuse.h"

#include "facts.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Lex/Lexer.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

namespace {

/// The call that an expression makes before all else, if it always does.
const CallExpr *firstCall(const Expr *E) {
  E = E->IgnoreParenCasts();
  if (const auto *CE = dyn_cast<CallExpr>(E))
    return CE;
  if (const auto *UO = dyn_cast<UnaryOperator>(E)) {
    if (UO->getOpcode() == UO_LNot || UO->getOpcode() == UO_Minus || UO->getOpcode() == UO_Not)
      return firstCall(UO->getSubExpr());
  } else if (const auto *CO = dyn_cast<ConditionalOperator>(E)) {
    return firstCall(CO->getCond());
  } else if (const auto *BO = dyn_cast<BinaryOperator>(E)) {
    if (BO->getOpcode() == BO_Assign)
      return isa<DeclRefExpr>(BO->getLHS()->IgnoreParens()) ? firstCall(BO->getRHS()) : nullptr;
    if (BO->isComparisonOp() || BO->isLogicalOp())
      return firstCall(BO->getLHS());
  }
  return nullptr;
}

/// Whether an expression calls anything, or changes anything.
bool isPlain(const Stmt *S, const ASTContext &Context) {
  if (const auto *E = dyn_cast<Expr>(S))
    return !E->HasSideEffects(Context);
  return false;
}

/// How often a variable is named.
struct Counter : RecursiveASTVisitor<Counter> {
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    ++Uses[E->getDecl()];
    return true;
  }
  std::map<const ValueDecl *, unsigned> Uses;
};

/// Reads the beginning of a program.
class Beginning {
public:
  Beginning(const StageSource &Source, const PacketFlow &Flow, const Naming &Names, ParseCall &Out)
      : Source(Source), Flow(Flow), Names(Names), Context(*Source.model().Context), Out(Out) {}

  void read() {
    for (const Stmt *S : cast<CompoundStmt>(Source.Body->getBody())->body()) {
      if (step(S))
        return;
      if (Out.No)
        return;
    }
    refuse("it calls nothing", Source.Body->getLocation());
  }

private:
  bool refuse(const std::string &Why, SourceLocation Loc) {
    if (!Out.No)
      Out.No = Obstacle{Why, Loc};
    return false;
  }
  bool step(const Stmt *S);
  bool take(const CallExpr *CE);
  void addStarts(const CallExpr *CE);
  std::string argument(const Expr *E);
  std::string value(const Expr *E);
  std::string initial(const VarDecl *VD, SourceLocation Loc);
  void need(const VarDecl *VD) {
    if (llvm::find(Needed, VD) == Needed.end())
      Needed.push_back(VD);
  }

  const StageSource &Source;
  const PacketFlow &Flow;
  const Naming &Names;
  const ASTContext &Context;
  ParseCall &Out;
  std::vector<const VarDecl *> Before, Needed;
};

/// One statement; true once the call was found.
bool Beginning::step(const Stmt *S) {
  const Expr *E = nullptr;
  if (const auto *DS = dyn_cast<DeclStmt>(S)) {
    for (const Decl *D : DS->decls()) {
      const auto *VD = dyn_cast<VarDecl>(D);
      if (!VD || !VD->hasLocalStorage())
        return refuse("what stands before its first call is more than variables", D->getLocation());
      if (VD->getInit() && !isPlain(VD->getInit(), Context)) {
        const CallExpr *CE = firstCall(VD->getInit());
        return CE ? take(CE)
                  : refuse("what stands before its first call is more than variables",
                           VD->getInit()->getExprLoc());
      }
      Before.push_back(VD);
    }
    return false;
  }
  if (const auto *If = dyn_cast<IfStmt>(S))
    E = If->getCond();
  else if (const auto *Return = dyn_cast<ReturnStmt>(S))
    E = Return->getRetValue();
  else
    E = dyn_cast<Expr>(S);
  const CallExpr *CE = E ? firstCall(E) : nullptr;
  if (CE)
    return take(CE);
  return refuse("what stands before its first call is more than variables", S->getBeginLoc());
}

/// What a variable is before the call.
std::string Beginning::initial(const VarDecl *VD, SourceLocation Loc) {
  if (llvm::find(Before, VD) == Before.end()) {
    refuse("the call depends on '" + VD->getName().str() + "'", Loc);
    return {};
  }
  need(VD);
  return VD->getInit() ? value(VD->getInit()) : "?";
}

/// An expression with the names of this program replaced by what they stand for.
std::string Beginning::value(const Expr *E) {
  Expr::EvalResult Constant;
  E = E->IgnoreParens();
  if (isa<ImplicitValueInitExpr>(E))
    return "0";
  if (!E->isValueDependent() && E->getType()->isIntegralOrEnumerationType() &&
      E->EvaluateAsInt(Constant, Context))
    return llvm::toString(Constant.Val.getInt(), 10);
  if (const auto *CE = dyn_cast<CastExpr>(E)) {
    if (CE->getCastKind() == CK_LValueToRValue || CE->getCastKind() == CK_NoOp)
      return value(CE->getSubExpr());
    if (CE->getCastKind() == CK_NullToPointer)
      return "0";
    if (CE->getCastKind() == CK_ArrayToPointerDecay) {
      refuse("the call is given an array", E->getExprLoc());
      return {};
    }
    return "(" + Source.declare(CE->getType().getCanonicalType(), "") + ")" +
           value(CE->getSubExpr());
  }
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    if (Ref->getDecl() == Source.Body->getParamDecl(0))
      return std::string(1, ContextMark);
    const auto *VD = dyn_cast<VarDecl>(Ref->getDecl());
    if (VD && VD->hasLocalStorage())
      return "(" + initial(VD, E->getExprLoc()) + ")";
  }
  if (const auto *ME = dyn_cast<MemberExpr>(E))
    return value(ME->getBase()) + (ME->isArrow() ? "->" : ".") +
           ME->getMemberDecl()->getName().str();
  if (const auto *BO = dyn_cast<BinaryOperator>(E); BO && !BO->isAssignmentOp())
    return "(" + value(BO->getLHS()) + BO->getOpcodeStr().str() + value(BO->getRHS()) + ")";
  if (const auto *List = dyn_cast<InitListExpr>(E)) {
    std::string Text = "{";
    for (const Expr *Init : List->inits())
      Text += value(Init) + ",";
    return Text + "}";
  }
  refuse("what the call is given is not simple", E->getExprLoc());
  return {};
}

std::string Beginning::argument(const Expr *E) {
  const Expr *Plain = E->IgnoreParenImpCasts();
  const auto *UO = dyn_cast<UnaryOperator>(Plain);
  if (!UO || UO->getOpcode() != UO_AddrOf)
    return value(E);
  const auto *Ref = dyn_cast<DeclRefExpr>(UO->getSubExpr()->IgnoreParens());
  const auto *VD = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
  if (!VD || !VD->hasLocalStorage() || VD->getType()->isArrayType() ||
      VD->getType().isConstQualified()) {
    refuse("the call is given an address that is no variable's", E->getExprLoc());
    return {};
  }
  auto It = llvm::find(Out.Results, VD);
  size_t Number = It - Out.Results.begin();
  if (It == Out.Results.end())
    Out.Results.push_back(VD);
  return "&" + std::to_string(Number) + ":" + VD->getType().getCanonicalType().getAsString() + "=" +
         initial(VD, E->getExprLoc());
}

bool Beginning::take(const CallExpr *CE) {
  const FunctionDecl *FD = CE->getDirectCallee();
  FD = FD ? FD->getDefinition() : nullptr;
  if (!FD) {
    const VarDecl *Helper = calledHelper(CE, Context);
    return refuse("its first call is " +
                      (Helper ? Helper->getName().str() + "(), which is no look at the packet"
                              : std::string("of a function whose text is not here")),
                  CE->getExprLoc());
  }
  if (auto No = Flow.reads(FD, Out.Reads)) {
    refuse("its first call, " + FD->getName().str() +
               "(), is more than a look at the packet: " + No->Why,
           No->Loc);
    return false;
  }
  Out.Key = Names(FD) + "(";
  for (const Expr *Argument : CE->arguments()) {
    Out.Key += argument(Argument) + ",";
    Flow.argumentReads(Argument, Out.Reads);
  }
  Out.Key += ")";
  for (const VarDecl *VD : Needed)
    if (VD->getInit())
      Flow.argumentReads(VD->getInit(), Out.Reads);
  // In the order of the program: one may be made of another.
  for (const VarDecl *VD : Before)
    if (llvm::find(Needed, VD) != Needed.end())
      Out.Locals.push_back(VD);
  Out.Call = CE;
  if (Out.No)
    return true;
  addStarts(CE);
  return true;
}

void Beginning::addStarts(const CallExpr *CE) {
  Counter All, InCall;
  All.TraverseStmt(Source.Body->getBody());
  InCall.TraverseStmt(const_cast<CallExpr *>(CE));
  for (const VarDecl *VD : Before) {
    if (!VD->getType()->isPointerType() || VD->getType().isConstQualified() || !VD->getInit() ||
        All.Uses[VD] == InCall.Uses[VD] || llvm::find(Out.Results, VD) != Out.Results.end())
      continue;
    std::string Value = value(VD->getInit());
    if (Out.No)
      Out.No.reset(); // made of something else, and no matter of the call
    else if (Value.find(ContextMark) != std::string::npos)
      Out.Starts.push_back({VD, Value});
  }
}

} // namespace

ParseCall findParse(const StageSource &Source, const PacketFlow &Flow, const Naming &Names) {
  ParseCall Out;
  Beginning(Source, Flow, Names, Out).read();
  if (Out.No)
    Out.Call = nullptr;
  return Out;
}

std::string sharedParseText(const StageSource &Source, const ParseCall &Call,
                            const SharedParse &Shared, const Naming &Names) {
  const ParmVarDecl *Context = Source.Body->getParamDecl(0);
  QualType Result = Call.Call->getType();
  std::string Text = "/* What " + Names(Call.Call->getDirectCallee()) +
                     "() finds, for the stages that begin with it. */\nstruct " + Shared.Name +
                     " {\n";
  if (!Result->isVoidType())
    Text += "\t" + Source.declare(Result, "result") + ";\n";
  for (const VarDecl *VD : Call.Results)
    Text += "\t" + Source.declare(VD->getType(), VD->getName()) + ";\n";
  for (size_t I = 0; I < Shared.Starts.size(); ++I)
    Text += "\tvoid *start_" + std::to_string(I + 1) + ";\n";
  Text += "};\n\nstatic inline __attribute__((always_inline)) void\n" + Shared.Name + "(" +
          Source.declare(Context->getType(), Context->getName()) + ", struct " + Shared.Name +
          " *" + Shared.Parameter + ")\n{\n";
  for (const VarDecl *VD : Call.Locals) {
    Text += "\t" + Source.declare(VD->getType(), VD->getName());
    if (VD->getInit())
      Text += " = " + Source.text(VD->getInit()->getSourceRange());
    else // not all of it may be stored to, and all of it is copied
      Text += VD->getType()->isRecordType() ? " = {}" : " = 0";
    Text += ";\n";
  }
  if (!Call.Locals.empty())
    Text += "\n";
  for (size_t I = 0; I < Shared.Starts.size(); ++I) {
    std::string Value;
    for (char C : Shared.Starts[I])
      Value += C == ContextMark ? Context->getName().str() : std::string(1, C);
    Text += "\t" + Shared.Parameter + "->start_" + std::to_string(I + 1) + " = " + Value + ";\n";
  }
  Text += "\t" + (Result->isVoidType() ? std::string() : Shared.Parameter + "->result = ") +
          Source.text(Call.Call->getSourceRange()) + ";\n";
  for (const VarDecl *VD : Call.Results)
    Text +=
        "\t" + Shared.Parameter + "->" + VD->getName().str() + " = " + VD->getName().str() + ";\n";
  return Text + "}\n\n";
}

bool takeSharedParse(const StageSource &Source, const ParseCall &Call, const ParseCall &First,
                     const SharedParse &Shared, Edits &Changes) {
  Speller Spell(Source.model());
  const ParmVarDecl *Last = Source.Body->getParamDecl(Source.Body->getNumParams() - 1);
  Spot Whole = Spell.range(Call.Call->getBeginLoc(), Call.Call->getEndLoc());
  Spot Parameter = Spell.token(Last->getEndLoc());
  if (!Whole || !Whole.Macro.empty() || !Parameter || !Parameter.Macro.empty())
    return false;
  Counter Uses, InCall;
  Uses.TraverseStmt(Source.Body->getBody());
  InCall.TraverseStmt(const_cast<CallExpr *>(Call.Call));
  const std::string Found = Shared.Parameter + "->";
  std::string Text;
  for (const VarDecl *VD : Call.Locals)
    if (Uses.Uses[VD] == InCall.Uses[VD])
      Text += "(void)" + VD->getName().str() + ", ";
  for (const auto &[VD, Value] : Call.Starts) {
    size_t Index = llvm::find(Shared.Starts, Value) - Shared.Starts.begin();
    Text += VD->getName().str() + " = " + Found + "start_" + std::to_string(Index + 1) + ", ";
  }
  for (size_t R = 0; R < Call.Results.size(); ++R)
    if (const VarDecl *VD = Call.Results[R]; Uses.Uses[VD] != InCall.Uses[VD])
      Text += VD->getName().str() + " = " + Found + First.Results[R]->getName().str() + ", ";
  Text += Call.Call->getType()->isVoidType() ? "(void)0" : Found + "result";
  if (Text != Found + "result")
    Text = "(" + Text + ")";
  Changes.insert(Parameter.File, Parameter.Extent.End,
                 ", const struct " + Shared.Name + " *" + Shared.Parameter, "parse");
  return Changes.replace(Whole, Text, "parse");
}

} // namespace opn
