// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_ir.cpp - level 1: two modules compared structurally, from the target on
//
// In the manner of llvm-diff, but stricter, and over all that the target
// reaches: calls, addresses taken, initialisers. Both modules come unoptimised
// from the same frontend, so blocks and instructions are compared in their
// order, local values by number. What has no meaning in itself is left out:
// value names, debug information, the place cookie of inline assembly, and the
// running number that Clang gives to BPF type builtins (a counter of the
// process, not of the source).
#include "prove_ir.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicsBPF.h"

#include <map>

using namespace llvm;

namespace opn {

namespace {

// LLVM makes equal names of local variables distinct by a number that counts
// over the module.
StringRef withoutNumber(StringRef Name) {
  StringRef Base = Name.rtrim("0123456789");
  return Base.size() < Name.size() && Base.ends_with(".") ? Base.drop_back() : Name;
}

FilePlace placeOf(const DIFile *File, unsigned Line, unsigned Column) {
  if (!File)
    return {};
  std::string Path = File->getFilename().str();
  if (!StringRef(Path).starts_with("/") && !File->getDirectory().empty())
    Path = File->getDirectory().str() + "/" + Path;
  return {Path, Line, Column};
}

FilePlace placeOf(const GlobalValue &G) {
  if (auto *F = dyn_cast<Function>(&G)) {
    if (const DISubprogram *P = F->getSubprogram())
      return placeOf(P->getFile(), P->getLine(), 0);
    return {};
  }
  if (auto *V = dyn_cast<GlobalVariable>(&G)) {
    SmallVector<DIGlobalVariableExpression *, 1> Infos;
    V->getDebugInfo(Infos);
    if (!Infos.empty())
      return placeOf(Infos[0]->getVariable()->getFile(), Infos[0]->getVariable()->getLine(), 0);
  }
  return {};
}

// The instruction's own place, or that of the last one before it that has some.
FilePlace placeOf(const Instruction *I) {
  for (; I; I = I->getPrevNode()) {
    if (const DILocation *Loc = I->getDebugLoc().get()) {
      if (Loc->getLine())
        return placeOf(Loc->getFile(), Loc->getLine(), Loc->getColumn());
    }
  }
  return {};
}

} // namespace

bool IrComparer::fail(const std::string &Detail) {
  if (Found)
    return false;
  Difference D;
  D.Detail = LNow ? quoted(LNow->getName()) + ": " + Detail : Detail;
  if (LNow && LNow->getName().empty())
    D.Detail = Detail;
  if (LInst || RInst) {
    D.Original = placeOf(LInst);
    D.Unit = placeOf(RInst);
  }
  if (LNow && D.Original.File.empty())
    D.Original = placeOf(*LNow);
  if (RNow && D.Unit.File.empty())
    D.Unit = placeOf(*RNow);
  Found = std::move(D);
  return false;
}

bool IrComparer::sameGlobalHead(const GlobalValue *L, const GlobalValue *R) {
  bool Nameless = L->hasPrivateLinkage() && R->hasPrivateLinkage();
  StringRef LName = L->getName(), RName = R->getName();
  if (L->hasLocalLinkage() && R->hasLocalLinkage() && isa<GlobalVariable>(L)) {
    LName = withoutNumber(LName);
    RName = withoutNumber(RName);
  }
  if (L->getValueID() != R->getValueID() || (!Nameless && LName != RName)) {
    if (isa<Function>(L) && isa<Function>(R))
      return differ("function", quoted(LName), quoted(RName));
    return differ("reference", quoted(LName), quoted(RName));
  }
  return true;
}

bool IrComparer::sameGlobal(const GlobalValue *L, const GlobalValue *R) {
  auto LI = LToR.find(L);
  auto RI = RToL.find(R);
  if (LI != LToR.end() || RI != RToL.end()) {
    if (LI != LToR.end() && LI->second == R)
      return true;
    // Equal nameless constants may be one on one side and two on the other.
    if (!L->hasPrivateLinkage() || !R->hasPrivateLinkage())
      return differ("reference", quoted(L->getName()), quoted(R->getName()));
  }
  if (!sameGlobalHead(L, R))
    return false;
  LToR[L] = R;
  RToL[R] = L;
  auto *LV = dyn_cast<GlobalVariable>(L);
  // Strings and their like at once, so that a difference is reported where they
  // are used.
  if (LV && L->hasPrivateLinkage())
    return sameVariable(LV, cast<GlobalVariable>(R));
  Work.push_back({L, R});
  return true;
}

bool IrComparer::sameVariable(const GlobalVariable *L, const GlobalVariable *R) {
  std::string Of = L->hasPrivateLinkage() ? "a constant" : "variable";
  if (L->isDeclaration() != R->isDeclaration())
    return fail(std::string("defined in the ") + (R->isDeclaration() ? "original" : "unit") +
                " but only declared in the " + (R->isDeclaration() ? "unit" : "original"));
  if (!sameType(L->getValueType(), R->getValueType()))
    return fail(Of + ": another type");
  if (L->getSection() != R->getSection())
    return differ(Of, "section " + quoted(L->getSection()), "section " + quoted(R->getSection()));
  if (L->isConstant() != R->isConstant())
    return fail(
        Of + (L->isConstant() ? ": constant in the original only" : ": constant in the unit only"));
  if (L->getLinkage() != R->getLinkage() || L->getVisibility() != R->getVisibility())
    return fail(Of + ": another linkage");
  if (L->getAlign() != R->getAlign() || L->isThreadLocal() != R->isThreadLocal() ||
      L->getUnnamedAddr() != R->getUnnamedAddr() ||
      L->isExternallyInitialized() != R->isExternallyInitialized() ||
      L->getAddressSpace() != R->getAddressSpace())
    return fail(Of + ": another alignment or storage");
  AttributeSet LA = L->getAttributes(), RA = R->getAttributes();
  if (LA.getAsString() != RA.getAsString())
    return differ(Of, "attributes " + quoted(LA.getAsString()),
                  "attributes " + quoted(RA.getAsString()));
  return !L->hasInitializer() || sameConstant(L->getInitializer(), R->getInitializer());
}

bool IrComparer::sameState(const Instruction *L, const Instruction *R) {
  if (auto *A = dyn_cast<AllocaInst>(L)) {
    auto *B = cast<AllocaInst>(R);
    return sameType(A->getAllocatedType(), B->getAllocatedType()) &&
           A->getAlign() == B->getAlign() && A->isUsedWithInAlloca() == B->isUsedWithInAlloca();
  }
  if (auto *A = dyn_cast<LoadInst>(L)) {
    auto *B = cast<LoadInst>(R);
    return A->isVolatile() == B->isVolatile() && A->getAlign() == B->getAlign() &&
           A->getOrdering() == B->getOrdering() && A->getSyncScopeID() == B->getSyncScopeID();
  }
  if (auto *A = dyn_cast<StoreInst>(L)) {
    auto *B = cast<StoreInst>(R);
    return A->isVolatile() == B->isVolatile() && A->getAlign() == B->getAlign() &&
           A->getOrdering() == B->getOrdering() && A->getSyncScopeID() == B->getSyncScopeID();
  }
  if (auto *A = dyn_cast<CmpInst>(L))
    return A->getPredicate() == cast<CmpInst>(R)->getPredicate();
  if (auto *A = dyn_cast<GetElementPtrInst>(L))
    return sameType(A->getSourceElementType(), cast<GetElementPtrInst>(R)->getSourceElementType());
  if (auto *A = dyn_cast<InsertValueInst>(L))
    return A->getIndices() == cast<InsertValueInst>(R)->getIndices();
  if (auto *A = dyn_cast<ExtractValueInst>(L))
    return A->getIndices() == cast<ExtractValueInst>(R)->getIndices();
  if (auto *A = dyn_cast<FenceInst>(L))
    return A->getOrdering() == cast<FenceInst>(R)->getOrdering() &&
           A->getSyncScopeID() == cast<FenceInst>(R)->getSyncScopeID();
  if (auto *A = dyn_cast<AtomicCmpXchgInst>(L)) {
    auto *B = cast<AtomicCmpXchgInst>(R);
    return A->isVolatile() == B->isVolatile() && A->isWeak() == B->isWeak() &&
           A->getSuccessOrdering() == B->getSuccessOrdering() &&
           A->getFailureOrdering() == B->getFailureOrdering() &&
           A->getSyncScopeID() == B->getSyncScopeID() && A->getAlign() == B->getAlign();
  }
  if (auto *A = dyn_cast<AtomicRMWInst>(L)) {
    auto *B = cast<AtomicRMWInst>(R);
    return A->getOperation() == B->getOperation() && A->isVolatile() == B->isVolatile() &&
           A->getOrdering() == B->getOrdering() && A->getSyncScopeID() == B->getSyncScopeID() &&
           A->getAlign() == B->getAlign();
  }
  if (auto *A = dyn_cast<ShuffleVectorInst>(L))
    return A->getShuffleMask() == cast<ShuffleVectorInst>(R)->getShuffleMask();
  return true;
}

bool IrComparer::sameCall(const CallBase *L, const CallBase *R) {
  if (L->getCallingConv() != R->getCallingConv() ||
      !sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("a call's convention or type differs");
  auto *LC = dyn_cast<CallInst>(L);
  if (LC && LC->getTailCallKind() != cast<CallInst>(R)->getTailCallKind())
    return fail("a call's tail kind differs");
  if (L->getNumOperandBundles() != R->getNumOperandBundles())
    return fail("a call's operand bundles differ");
  for (unsigned I = 0; I < L->getNumOperandBundles(); ++I) {
    if (L->getOperandBundleAt(I).getTagName() != R->getOperandBundleAt(I).getTagName())
      return fail("a call's operand bundles differ");
  }
  return sameAttributes(L->getAttributes(), R->getAttributes(), "call");
}

bool IrComparer::sameAttachments(const Instruction *L, const Instruction *R) {
  // Kinds have the same names on both sides, but possibly other numbers.
  auto Collect = [](const Instruction *I) {
    SmallVector<std::pair<unsigned, MDNode *>, 4> All;
    std::map<std::string, const MDNode *> Out;
    SmallVector<StringRef, 48> Names;
    I->getContext().getMDKindNames(Names);
    I->getAllMetadataOtherThanDebugLoc(All);
    for (auto &[Kind, Node] : All) {
      if (Kind != LLVMContext::MD_DIAssignID && Names[Kind] != "srcloc")
        Out[Names[Kind].str()] = Node;
    }
    return Out;
  };
  auto LA = Collect(L), RA = Collect(R);
  for (auto &[Name, Node] : LA) {
    auto I = RA.find(Name);
    if (I == RA.end())
      return fail("'" + Name + "' is missing in the unit");
    if (!sameMetadata(Node, I->second))
      return false;
  }
  for (auto &[Name, Node] : RA) {
    if (!LA.count(Name))
      return fail("'" + Name + "' is only in the unit");
  }
  return true;
}

bool IrComparer::sameOperand(const Value *L, const Value *R) {
  if (auto *C = dyn_cast<Constant>(L)) {
    auto *RC = dyn_cast<Constant>(R);
    return RC ? sameConstant(C, RC) : differ("operand", describe(L), describe(R));
  }
  if (auto *A = dyn_cast<InlineAsm>(L)) {
    auto *RA = dyn_cast<InlineAsm>(R);
    return RA ? sameInlineAsm(A, RA) : differ("operand", "inline assembly", describe(R));
  }
  if (auto *M = dyn_cast<MetadataAsValue>(L)) {
    auto *RMV = dyn_cast<MetadataAsValue>(R);
    return RMV ? sameMetadata(M->getMetadata(), RMV->getMetadata())
               : differ("operand", "metadata", describe(R));
  }
  auto LI = LNumbers.find(L);
  auto RI = RNumbers.find(R);
  if (LI == LNumbers.end() || RI == RNumbers.end() || LI->second != RI->second)
    return differ("operand", describe(L), describe(R));
  return true;
}

bool IrComparer::sameInstruction(const Instruction *L, const Instruction *R) {
  if (L->getOpcode() != R->getOpcode())
    return differ("instruction", quoted(L->getOpcodeName()), quoted(R->getOpcodeName()));
  auto *LC = dyn_cast<CallBase>(L);
  // The callee first: it says most.
  if (LC && !sameOperand(LC->getCalledOperand(), cast<CallBase>(R)->getCalledOperand()))
    return false;
  if (!sameType(L->getType(), R->getType()) || L->getNumOperands() != R->getNumOperands() ||
      L->getRawSubclassOptionalData() != R->getRawSubclassOptionalData() || !sameState(L, R))
    return fail(std::string("instruction '") + L->getOpcodeName() + "' differs in its properties");
  if (LC && !sameCall(LC, cast<CallBase>(R)))
    return false;
  unsigned First = 0;
  if (auto *I = dyn_cast<IntrinsicInst>(L)) {
    Intrinsic::ID ID = I->getIntrinsicID();
    if (ID == Intrinsic::bpf_btf_type_id || ID == Intrinsic::bpf_preserve_type_info ||
        ID == Intrinsic::bpf_preserve_enum_value)
      First = 1;
  }
  for (unsigned I = First; I < L->getNumOperands(); ++I) {
    if (!sameOperand(L->getOperand(I), R->getOperand(I)))
      return false;
  }
  if (auto *P = dyn_cast<PHINode>(L)) {
    for (unsigned I = 0; I < P->getNumIncomingValues(); ++I) {
      if (!sameOperand(P->getIncomingBlock(I), cast<PHINode>(R)->getIncomingBlock(I)))
        return false;
    }
  }
  return sameAttachments(L, R);
}

namespace {

void number(const Function &F, DenseMap<const Value *, unsigned> &Numbers) {
  Numbers.clear();
  unsigned Next = 0;
  for (const Argument &A : F.args())
    Numbers[&A] = Next++;
  for (const BasicBlock &B : F) {
    Numbers[&B] = Next++;
    for (const Instruction &I : B) {
      if (!isDebug(I))
        Numbers[&I] = Next++;
    }
  }
}

std::vector<const Instruction *> instructions(const BasicBlock &B) {
  std::vector<const Instruction *> Out;
  for (const Instruction &I : B) {
    if (!isDebug(I))
      Out.push_back(&I);
  }
  return Out;
}

} // namespace

bool IrComparer::sameFunction(const Function *L, const Function *R) {
  if (L->isDeclaration() != R->isDeclaration())
    return fail(std::string("defined in the ") + (R->isDeclaration() ? "original" : "unit") +
                " but only declared in the " + (R->isDeclaration() ? "unit" : "original"));
  if (!sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("another type");
  if (L->getLinkage() != R->getLinkage() || L->getVisibility() != R->getVisibility())
    return fail("another linkage");
  if (L->getSection() != R->getSection())
    return differ("function", "section " + quoted(L->getSection()),
                  "section " + quoted(R->getSection()));
  if (L->getCallingConv() != R->getCallingConv() || L->getAlign() != R->getAlign() ||
      L->getUnnamedAddr() != R->getUnnamedAddr() || L->hasGC() != R->hasGC())
    return fail("another calling convention or alignment");
  if (!sameAttributes(L->getAttributes(), R->getAttributes(), "function"))
    return false;
  number(*L, LNumbers);
  number(*R, RNumbers);
  auto LB = L->begin();
  auto RB = R->begin();
  for (; LB != L->end() && RB != R->end(); ++LB, ++RB) {
    auto LI = instructions(*LB), RI = instructions(*RB);
    size_t I = 0;
    for (; I < LI.size() && I < RI.size(); ++I) {
      LInst = LI[I];
      RInst = RI[I];
      if (!sameInstruction(LInst, RInst))
        return fail(std::string("instruction '") + LInst->getOpcodeName() + "' differs");
    }
    if (LI.size() != RI.size())
      return fail(LI.size() > RI.size() ? "the unit's block ends early"
                                        : "the unit's block is longer");
  }
  if (LB != L->end() || RB != R->end())
    return fail(LB != L->end() ? "the unit ends early" : "the unit is longer");
  return true;
}

Verdict IrComparer::compare(const std::vector<std::string> &Roots) {
  if (LM.getDataLayoutStr() != RM.getDataLayoutStr() ||
      LM.getTargetTriple() != RM.getTargetTriple()) {
    fail("compiled for another target");
    return Found;
  }
  for (const std::string &Name : Roots) {
    const Function *L = LM.getFunction(Name);
    const Function *R = RM.getFunction(Name);
    if (!L || L->isDeclaration() || !R || R->isDeclaration()) {
      LNow = L;
      RNow = R;
      fail(!L || L->isDeclaration() ? quoted(Name) + " is not defined in the original"
                                    : "not defined in the unit");
      return Found;
    }
    if (!sameGlobal(L, R))
      return Found;
  }
  for (size_t I = 0; I < Work.size(); ++I) {
    auto [L, R] = Work[I];
    LNow = L;
    RNow = R;
    LInst = RInst = nullptr;
    bool Same = true;
    if (auto *F = dyn_cast<Function>(L))
      Same = sameFunction(F, cast<Function>(R));
    else if (auto *V = dyn_cast<GlobalVariable>(L))
      Same = sameVariable(V, cast<GlobalVariable>(R));
    else if (auto *A = dyn_cast<GlobalAlias>(L))
      Same = sameConstant(A->getAliasee(), cast<GlobalAlias>(R)->getAliasee());
    if (!Same) {
      fail("differs");
      return Found;
    }
  }
  return std::nullopt;
}

Verdict compareIr(const Module &Original, const Module &Unit,
                  const std::vector<std::string> &Roots) {
  return IrComparer(Original, Unit).compare(Roots);
}

} // namespace opn
