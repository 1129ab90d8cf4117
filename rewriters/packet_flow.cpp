// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// packet_flow.cpp - which pointers of a program may lead into the packet, and what uses them
//
// Flow-insensitive, over the program and all that it calls: a variable, field, parameter or result
// leads there once something that leads there is ever put into it. The context leads there, and so
// does every pointer that is made of a number; what helpers return does not. What cannot be
// followed (a pointer that is loaded from memory, assembly) is taken for the packet.
#include "fuse.h"

#include "facts.h"
#include "llvm_compat.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

//===-- bytes -----------------------------------------------------------------------------------//

static std::string scalarName(QualType T) {
  T = T.getCanonicalType().getUnqualifiedType();
  while (const auto *AT = T->getAsArrayTypeUnsafe())
    T = AT->getElementType().getCanonicalType().getUnqualifiedType();
  if (T->isAnyCharacterType() || T->isVoidType() || T->isBooleanType())
    return "char";
  if (const auto *BT = T->getAs<BuiltinType>())
    switch (BT->getKind()) { // a number and its unsigned counterpart are one to C's aliasing
    case BuiltinType::Short:
      return "unsigned short";
    case BuiltinType::Int:
      return "unsigned int";
    case BuiltinType::Long:
      return "unsigned long";
    case BuiltinType::LongLong:
      return "unsigned long long";
    default:
      break;
    }
  return T.getAsString();
}

static PacketAccess anything(SourceLocation Loc) {
  PacketAccess A;
  A.Anything = true;
  A.What = "bytes of the packet";
  A.Loc = Loc;
  return A;
}

static std::string recordName(const RecordDecl *RD) {
  if (RD->getIdentifier())
    return RD->getName().str();
  if (const TypedefNameDecl *Name = RD->getTypedefNameForAnonDecl())
    return Name->getName().str();
  return {};
}

static bool isNested(const RecordDecl *RD) {
  return !RD->getIdentifier() && !RD->getTypedefNameForAnonDecl();
}

//===-- pointers --------------------------------------------------------------------------------//

class PacketFlow::Impl {
public:
  Impl(const StageSource &Source, const opn_hookdefs *Hookdefs)
      : Source(Source), Context(*Source.model().Context), Hookdefs(Hookdefs) {}

  void follow();
  void collect(PacketFlow &Out);
  std::optional<Obstacle> reads(const FunctionDecl *FD, std::vector<PacketAccess> &Out);
  void argumentReads(const Expr *E, std::vector<PacketAccess> &Out);

private:
  struct Finder;
  struct Giver;
  struct Writer;
  struct Reader;

  bool leads(const Expr *Pointer);
  bool addressLeads(const Expr *LValue);
  bool valueLeads(const Expr *LValue);
  void add(const ValueDecl *D);
  void put(const Expr *To, const Expr *From);
  const FunctionDecl *callee(const CallExpr *CE) const {
    const FunctionDecl *FD = CE->getDirectCallee();
    return FD ? FD->getDefinition() : nullptr;
  }
  void access(const Expr *LValue, std::vector<PacketAccess> &Out);
  void accessBehind(const Expr *Pointer, const Expr *Size, std::vector<PacketAccess> &Out);
  void addRecord(const RecordDecl *RD, SourceLocation Loc, std::vector<PacketAccess> &Out);
  std::optional<Obstacle> outside(const CallExpr *CE);

  const StageSource &Source;
  const ASTContext &Context;
  const opn_hookdefs *Hookdefs;
  std::vector<const FunctionDecl *> Functions; ///< all that run, the program first
  std::set<const ValueDecl *> Leading;
  std::set<const FunctionDecl *> LeadingResults;
  bool Wild = false; ///< such a pointer was stored where nobody looks
  bool Changed = false;
};

/// Whether a value of pointer type leads there.
bool PacketFlow::Impl::leads(const Expr *E) {
  E = E->IgnoreParens();
  if (const auto *CE = dyn_cast<CastExpr>(E)) {
    const Expr *Sub = CE->getSubExpr();
    Expr::EvalResult Value;
    switch (CE->getCastKind()) {
    case CK_NullToPointer:
    case CK_FunctionToPointerDecay:
    case CK_BuiltinFnToFnPtr:
      return false;
    case CK_IntegralToPointer:
      return !Sub->EvaluateAsInt(Value, Context);
    case CK_ArrayToPointerDecay:
      return addressLeads(Sub);
    case CK_LValueToRValue:
      return valueLeads(Sub);
    case CK_BitCast:
    case CK_NoOp:
    case CK_AddressSpaceConversion:
      return leads(Sub);
    default:
      return true;
    }
  }
  if (const auto *UO = dyn_cast<UnaryOperator>(E)) {
    if (UO->getOpcode() == UO_Extension)
      return leads(UO->getSubExpr());
    if (UO->getOpcode() == UO_AddrOf)
      return addressLeads(UO->getSubExpr());
    return !UO->isIncrementDecrementOp() || valueLeads(UO->getSubExpr());
  }
  if (const auto *BO = dyn_cast<BinaryOperator>(E)) {
    if (BO->getOpcode() == BO_Comma || BO->getOpcode() == BO_Assign)
      return leads(BO->getRHS());
    if (BO->isAssignmentOp())
      return valueLeads(BO->getLHS());
    return (BO->getLHS()->getType()->isPointerType() && leads(BO->getLHS())) ||
           (BO->getRHS()->getType()->isPointerType() && leads(BO->getRHS()));
  }
  if (const auto *CO = dyn_cast<AbstractConditionalOperator>(E))
    return leads(CO->getTrueExpr()) || leads(CO->getFalseExpr());
  if (const auto *OVE = dyn_cast<OpaqueValueExpr>(E))
    return !OVE->getSourceExpr() || leads(OVE->getSourceExpr());
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (const FunctionDecl *FD = callee(Call))
      return LeadingResults.count(FD->getCanonicalDecl());
    return !calledHelper(Call, Context);
  }
  if (const auto *SE = dyn_cast<StmtExpr>(E)) {
    const CompoundStmt *Body = SE->getSubStmt();
    const auto *Last = Body->body_empty() ? nullptr : dyn_cast<Expr>(Body->body_back());
    return !Last || leads(Last);
  }
  return !isa<ImplicitValueInitExpr>(E);
}

/// Whether an object is in the packet.
bool PacketFlow::Impl::addressLeads(const Expr *L) {
  L = L->IgnoreParens();
  if (isa<DeclRefExpr>(L) || isa<StringLiteral>(L) || isa<CompoundLiteralExpr>(L) ||
      isa<PredefinedExpr>(L))
    return false;
  if (const auto *ME = dyn_cast<MemberExpr>(L))
    return ME->isArrow() ? leads(ME->getBase()) : addressLeads(ME->getBase());
  if (const auto *Index = dyn_cast<ArraySubscriptExpr>(L))
    return leads(Index->getBase());
  if (const auto *UO = dyn_cast<UnaryOperator>(L)) {
    if (UO->getOpcode() == UO_Deref)
      return leads(UO->getSubExpr());
    if (UO->getOpcode() == UO_Extension)
      return addressLeads(UO->getSubExpr());
  }
  return true;
}

/// Whether the pointer that an object holds leads there.
bool PacketFlow::Impl::valueLeads(const Expr *L) {
  L = L->IgnoreParens();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(L))
    return Wild || Leading.count(cast<ValueDecl>(Ref->getDecl()->getCanonicalDecl()));
  if (const auto *ME = dyn_cast<MemberExpr>(L))
    return Wild || Leading.count(cast<ValueDecl>(ME->getMemberDecl()->getCanonicalDecl()));
  return true;
}

void PacketFlow::Impl::add(const ValueDecl *D) {
  Changed |= Leading.insert(cast<ValueDecl>(D->getCanonicalDecl())).second;
}

void PacketFlow::Impl::put(const Expr *To, const Expr *From) {
  if (!From->getType()->isPointerType() || !leads(From))
    return;
  To = To->IgnoreParens();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(To)) {
    add(cast<ValueDecl>(Ref->getDecl()));
  } else if (const auto *ME = dyn_cast<MemberExpr>(To)) {
    add(ME->getMemberDecl());
  } else if (!Wild) {
    Wild = Changed = true;
  }
}

/// All functions that run, callbacks among them: those get whatever they want.
struct PacketFlow::Impl::Finder : RecursiveASTVisitor<Finder> {
  explicit Finder(Impl &I) : I(I) {}
  void run(const FunctionDecl *FD) {
    FD = FD->getDefinition();
    if (!FD || !Seen.insert(FD).second)
      return;
    I.Functions.push_back(FD);
    TraverseStmt(FD->getBody());
  }
  bool VisitCallExpr(CallExpr *CE) {
    if (const auto *Ref = dyn_cast<DeclRefExpr>(CE->getCallee()->IgnoreParenImpCasts()))
      Called.insert(Ref);
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    const auto *FD = dyn_cast<FunctionDecl>(E->getDecl());
    if (!FD)
      return true;
    run(FD);
    if (const FunctionDecl *Definition = FD->getDefinition(); Definition && !Called.count(E))
      for (const ParmVarDecl *P : Definition->parameters())
        if (P->getType()->isPointerType())
          I.add(P);
    return true;
  }
  Impl &I;
  std::set<const FunctionDecl *> Seen;
  std::set<const DeclRefExpr *> Called;
};

/// What is put where.
struct PacketFlow::Impl::Giver : RecursiveASTVisitor<Giver> {
  Giver(Impl &I, const FunctionDecl *Of) : I(I), Of(Of) {}
  bool VisitVarDecl(VarDecl *VD) {
    if (VD->getInit() && VD->getType()->isPointerType() && I.leads(VD->getInit()))
      I.add(VD);
    return true;
  }
  bool VisitBinaryOperator(BinaryOperator *E) {
    if (E->getOpcode() == BO_Assign)
      I.put(E->getLHS(), E->getRHS());
    return true;
  }
  bool VisitInitListExpr(InitListExpr *E) {
    const RecordDecl *RD = E->getType()->getAsRecordDecl();
    if (!E->isSemanticForm())
      return true;
    if (!RD) {
      for (const Expr *Init : E->inits())
        if (Init->getType()->isPointerType() && I.leads(Init) && !I.Wild)
          I.Wild = I.Changed = true;
      return true;
    }
    unsigned At = 0;
    for (const FieldDecl *Field : RD->fields()) {
      if (Field->isUnnamedBitField())
        continue;
      if (RD->isUnion() && Field != E->getInitializedFieldInUnion())
        continue;
      if (At >= E->getNumInits())
        break;
      const Expr *Init = E->getInit(At++);
      if (Init->getType()->isPointerType() && I.leads(Init))
        I.add(Field);
    }
    return true;
  }
  bool VisitCallExpr(CallExpr *CE) {
    const FunctionDecl *FD = I.callee(CE);
    for (unsigned A = 0; FD && A < CE->getNumArgs() && A < FD->getNumParams(); ++A)
      if (CE->getArg(A)->getType()->isPointerType() && I.leads(CE->getArg(A)))
        I.add(FD->getParamDecl(A));
    return true;
  }
  bool VisitReturnStmt(ReturnStmt *S) {
    const Expr *E = S->getRetValue();
    if (E && E->getType()->isPointerType() && I.leads(E))
      I.Changed |= I.LeadingResults.insert(Of->getCanonicalDecl()).second;
    return true;
  }
  /// Pointers that assembly gives.
  bool VisitGCCAsmStmt(GCCAsmStmt *S) {
    for (unsigned O = 0; O < S->getNumOutputs(); ++O) {
      const Expr *To = S->getOutputExpr(O)->IgnoreParens();
      const auto *Ref = dyn_cast<DeclRefExpr>(To);
      if (!To->getType()->isPointerType() || (asmText(S).empty() && Ref))
        continue;
      if (Ref)
        I.add(cast<ValueDecl>(Ref->getDecl()));
      else if (!I.Wild)
        I.Wild = I.Changed = true;
    }
    return true;
  }
  Impl &I;
  const FunctionDecl *Of;
};

void PacketFlow::Impl::follow() {
  Finder F(*this);
  F.run(Source.Body);
  for (const ParmVarDecl *P : Source.Body->parameters())
    add(P);
  do {
    Changed = false;
    for (const FunctionDecl *FD : Functions)
      Giver(*this, FD).TraverseStmt(FD->getBody());
  } while (Changed);
}

//===-- accesses --------------------------------------------------------------------------------//

void PacketFlow::Impl::addRecord(const RecordDecl *RD, SourceLocation Loc,
                                 std::vector<PacketAccess> &Out) {
  PacketAccess A;
  A.Record = A.What = recordName(RD);
  A.Anything = A.Record.empty();
  A.End = Context.getTypeSizeInChars(recordType(RD, Context)).getQuantity();
  A.Loc = Loc;
  Out.push_back(A);
  for (const FieldDecl *Field : RD->getDefinition()->fields())
    if (const RecordDecl *Inner = Field->getType()->getAsRecordDecl(); Inner && !isNested(Inner))
      addRecord(Inner, Loc, Out);
}

/// What an lvalue stands for; nothing when it is not in the packet.
void PacketFlow::Impl::access(const Expr *L, std::vector<PacketAccess> &Out) {
  L = L->IgnoreParens();
  if (!addressLeads(L))
    return;
  PacketAccess A;
  A.Loc = L->getExprLoc();
  QualType Type = L->getType();
  const Expr *Inner = L;
  while (const auto *Index = dyn_cast<ArraySubscriptExpr>(Inner)) {
    const auto *Decay = dyn_cast<ImplicitCastExpr>(Index->getBase());
    if (!Decay || Decay->getCastKind() != CK_ArrayToPointerDecay)
      break;
    Inner = Decay->getSubExpr()->IgnoreParens();
  }
  const auto *ME = dyn_cast<MemberExpr>(Inner);
  const auto *Field = ME ? dyn_cast<FieldDecl>(ME->getMemberDecl()) : nullptr;
  if (!Field) {
    if (const RecordDecl *RD = Type->getAsRecordDecl())
      return addRecord(RD->getDefinition(), A.Loc, Out);
    A.Scalar = scalarName(Type);
    A.What = "a pointer to '" + Type.getUnqualifiedType().getAsString() + "'";
    Out.push_back(A);
    return;
  }
  if (const RecordDecl *RD = Field->getType()->getAsRecordDecl(); RD && Inner == L)
    addRecord(RD->getDefinition(), A.Loc, Out);
  uint64_t Bits = Context.getFieldOffset(Field);
  uint64_t Width =
      Field->isBitField() ? bitWidth(Field, Context) : Context.getTypeSize(Field->getType());
  std::string Path = Field->getName().str();
  const RecordDecl *RD = Field->getParent();
  while (isNested(RD)) {
    ME = dyn_cast<MemberExpr>(ME->getBase()->IgnoreParens());
    const auto *Outer = ME ? dyn_cast<FieldDecl>(ME->getMemberDecl()) : nullptr;
    if (!Outer)
      break;
    Bits += Context.getFieldOffset(Outer);
    RD = Outer->getParent();
  }
  A.Record = recordName(RD);
  A.Anything = A.Record.empty();
  A.What = A.Record + "." + Path;
  A.Begin = Bits / 8;
  A.End = (Bits + Width + 7) / 8;
  A.Scalar = Field->getType()->getAsRecordDecl() ? "" : scalarName(Field->getType());
  Out.push_back(A);
}

/// Size bytes behind a pointer, as __builtin_memcpy() takes them.
void PacketFlow::Impl::accessBehind(const Expr *Pointer, const Expr *Size,
                                    std::vector<PacketAccess> &Out) {
  if (!leads(Pointer))
    return;
  Expr::EvalResult Value;
  const Expr *E = Pointer->IgnoreParenCasts();
  if (const auto *UO = dyn_cast<UnaryOperator>(E); UO && UO->getOpcode() == UO_AddrOf)
    E = UO->getSubExpr()->IgnoreParens();
  QualType T = E->getType();
  if (T->isPointerType())
    T = T->getPointeeType();
  else if (!E->isLValue())
    T = QualType();
  bool Fits =
      !T.isNull() && !T->isIncompleteType() && !T->isVoidType() &&
      Size->EvaluateAsInt(Value, Context) &&
      Value.Val.getInt().getZExtValue() <= uint64_t(Context.getTypeSizeInChars(T).getQuantity());
  if (Fits && E->isLValue() && !E->getType()->isPointerType())
    return access(E, Out);
  if (Fits && T->getAsRecordDecl())
    return addRecord(T->getAsRecordDecl()->getDefinition(), Pointer->getExprLoc(), Out);
  Out.push_back(anything(Pointer->getExprLoc()));
}

static bool isMemory(unsigned Builtin, bool &HasSource) {
  HasSource = true;
  switch (Builtin) {
  case Builtin::BI__builtin_memset:
  case Builtin::BImemset:
    HasSource = false;
    return true;
  case Builtin::BI__builtin_memcpy:
  case Builtin::BI__builtin_memmove:
  case Builtin::BImemcpy:
  case Builtin::BImemmove:
    return true;
  default:
    return false;
  }
}

/// What a call does that nobody sees, or nothing.
std::optional<Obstacle> PacketFlow::Impl::outside(const CallExpr *CE) {
  if (callee(CE) || CE->getBuiltinCallee())
    return std::nullopt;
  const VarDecl *Helper = calledHelper(CE, Context);
  if (!Helper) {
    const FunctionDecl *FD = CE->getDirectCallee();
    return Obstacle{FD ? "it calls " + FD->getName().str() + "(), whose text is not here"
                       : "it calls a function by its address",
                    CE->getExprLoc()};
  }
  if (opn_hookdefs_packet(Hookdefs, Helper->getName().str().c_str()) != OPN_PACKET_KEPT)
    return Obstacle{"it calls " + Helper->getName().str() +
                        "(), after which the packet may be "
                        "another",
                    CE->getExprLoc()};
  const auto *Type = Helper->getType()->getPointeeType()->getAs<FunctionProtoType>();
  const RecordDecl *Own = contextOf(Source.Body);
  for (unsigned A = 0; Type && A < CE->getNumArgs() && A < Type->getNumParams(); ++A) {
    QualType T = Type->getParamType(A);
    const Expr *Argument = CE->getArg(A);
    if (!T->isPointerType() || T->getPointeeType().isConstQualified())
      continue;
    const Expr *Plain = Argument->IgnoreParenCasts();
    const auto *Ref = dyn_cast<DeclRefExpr>(Plain);
    // The context itself: what a helper does with it is in the table.
    if (Plain->getType()->isPointerType() &&
        ((Own && Plain->getType()->getPointeeType()->getAsRecordDecl() == Own) ||
         (Ref && Ref->getDecl() == Source.Body->getParamDecl(0))))
      continue;
    if (Argument->getType()->isPointerType() && leads(Argument))
      return Obstacle{Helper->getName().str() + "() may write to what it is given",
                      Argument->getExprLoc()};
  }
  return std::nullopt;
}

/// What is stored to.
struct PacketFlow::Impl::Writer : RecursiveASTVisitor<Writer> {
  explicit Writer(Impl &I) : I(I) {}
  bool VisitBinaryOperator(BinaryOperator *E) {
    if (E->isAssignmentOp())
      I.access(E->getLHS(), Writes);
    return true;
  }
  bool VisitUnaryOperator(UnaryOperator *E) {
    if (E->isIncrementDecrementOp())
      I.access(E->getSubExpr(), Writes);
    return true;
  }
  bool VisitCallExpr(CallExpr *CE) {
    bool HasSource;
    if (unsigned Builtin = CE->getBuiltinCallee()) {
      if (isMemory(Builtin, HasSource)) {
        I.accessBehind(CE->getArg(0), CE->getArg(2), Writes);
      } else {
        // Atomic operations, and whatever else takes an address.
        for (const Expr *Argument : CE->arguments())
          if (Argument->getType()->isPointerType() && I.leads(Argument))
            Writes.push_back(anything(Argument->getExprLoc()));
      }
      return true;
    }
    if (const VarDecl *Helper = calledHelper(CE, I.Context))
      TailCalls |=
          opn_hookdefs_packet(I.Hookdefs, Helper->getName().str().c_str()) == OPN_PACKET_LEFT;
    note(I.outside(CE));
    return true;
  }
  bool VisitAtomicExpr(AtomicExpr *E) {
    if (I.leads(E->getPtr()))
      Writes.push_back(anything(E->getExprLoc()));
    return true;
  }
  bool VisitGCCAsmStmt(GCCAsmStmt *S) {
    if (!asmText(S).empty())
      note(Obstacle{"it has assembly", S->getAsmLoc()});
    return true;
  }
  void note(const std::optional<Obstacle> &O) {
    if (O && !Found)
      Found = O;
  }
  Impl &I;
  std::vector<PacketAccess> Writes;
  std::optional<Obstacle> Found;
  bool TailCalls = false;
};

void PacketFlow::Impl::collect(PacketFlow &Out) {
  Writer W(*this);
  for (const FunctionDecl *FD : Functions)
    W.TraverseStmt(FD->getBody());
  Out.Writes = std::move(W.Writes);
  Out.Moves = W.Found;
  Out.TailCalls = W.TailCalls;
}

/// What is read, and what else there is that a look at the packet has not.
struct PacketFlow::Impl::Reader : RecursiveASTVisitor<Reader> {
  Reader(Impl &I, std::vector<PacketAccess> &Reads) : I(I), Reads(Reads) {}
  void run(const FunctionDecl *FD) {
    if (!Seen.insert(FD).second)
      return;
    Writer W(I);
    W.TraverseStmt(FD->getBody());
    if (!W.Writes.empty())
      note("it writes to the packet", W.Writes[0].Loc);
    if (W.Found)
      note(W.Found->Why, W.Found->Loc);
    TraverseStmt(FD->getBody());
  }
  bool VisitImplicitCastExpr(ImplicitCastExpr *E) {
    if (E->getCastKind() == CK_LValueToRValue)
      I.access(E->getSubExpr(), Reads);
    return true;
  }
  bool VisitCallExpr(CallExpr *CE) {
    bool HasSource;
    if (calledHelper(CE, I.Context))
      note("it calls " + calledHelper(CE, I.Context)->getName().str() + "()", CE->getExprLoc());
    else if (isMemory(CE->getBuiltinCallee(), HasSource) && HasSource)
      I.accessBehind(CE->getArg(1), CE->getArg(2), Reads);
    if (const FunctionDecl *FD = I.callee(CE))
      run(FD);
    return true;
  }
  bool VisitDeclRefExpr(DeclRefExpr *E) {
    const auto *VD = dyn_cast<VarDecl>(E->getDecl());
    if (VD && VD->hasGlobalStorage() && !helperNumber(VD, I.Context) &&
        (!VD->getType().isConstQualified() || VD->getType().isVolatileQualified()))
      note("it depends on '" + VD->getName().str() + "'", E->getExprLoc());
    return true;
  }
  void note(const std::string &Why, SourceLocation Loc) {
    if (!No)
      No = Obstacle{Why, Loc};
  }
  Impl &I;
  std::vector<PacketAccess> &Reads;
  std::optional<Obstacle> No;
  std::set<const FunctionDecl *> Seen;
};

std::optional<Obstacle> PacketFlow::Impl::reads(const FunctionDecl *FD,
                                                std::vector<PacketAccess> &Out) {
  Reader R(*this, Out);
  R.run(FD);
  return R.No;
}

void PacketFlow::Impl::argumentReads(const Expr *E, std::vector<PacketAccess> &Out) {
  Reader(*this, Out).TraverseStmt(const_cast<Expr *>(E));
}

PacketFlow::PacketFlow(const StageSource &Source, const opn_hookdefs *Hookdefs)
    : I(std::make_unique<Impl>(Source, Hookdefs)) {
  I->follow();
  I->collect(*this);
}

PacketFlow::~PacketFlow() = default;

std::optional<Obstacle> PacketFlow::reads(const FunctionDecl *FD,
                                          std::vector<PacketAccess> &Out) const {
  return I->reads(FD, Out);
}

void PacketFlow::argumentReads(const Expr *E, std::vector<PacketAccess> &Out) const {
  I->argumentReads(E, Out);
}

} // namespace opn
