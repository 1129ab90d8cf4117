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
#include "prove.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/IntrinsicsBPF.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;

namespace opn {

namespace {

// LLVM makes equal names of local variables distinct by a number that counts
// over the module.
StringRef withoutNumber(StringRef Name) {
  StringRef Base = Name.rtrim("0123456789");
  return Base.size() < Name.size() && Base.ends_with(".") ? Base.drop_back()
                                                          : Name;
}

std::string quote(StringRef Text) { return "'" + Text.str() + "'"; }

Place placeOf(const DIFile *File, unsigned Line, unsigned Column) {
  if (!File)
    return {};
  std::string Path = File->getFilename().str();
  if (!StringRef(Path).starts_with("/") && !File->getDirectory().empty())
    Path = File->getDirectory().str() + "/" + Path;
  return {Path, Line, Column};
}

Place placeOf(const GlobalValue &G) {
  if (auto *F = dyn_cast<Function>(&G)) {
    if (const DISubprogram *P = F->getSubprogram())
      return placeOf(P->getFile(), P->getLine(), 0);
    return {};
  }
  if (auto *V = dyn_cast<GlobalVariable>(&G)) {
    SmallVector<DIGlobalVariableExpression *, 1> Infos;
    V->getDebugInfo(Infos);
    if (!Infos.empty())
      return placeOf(Infos[0]->getVariable()->getFile(),
                     Infos[0]->getVariable()->getLine(), 0);
  }
  return {};
}

// The instruction's own place, or that of the last one before it that has some.
Place placeOf(const Instruction *I) {
  for (; I; I = I->getPrevNode()) {
    if (const DILocation *Loc = I->getDebugLoc().get()) {
      if (Loc->getLine())
        return placeOf(Loc->getFile(), Loc->getLine(), Loc->getColumn());
    }
  }
  return {};
}

bool isDebug(const Instruction &I) { return isa<DbgInfoIntrinsic>(I); }

class Comparer {
public:
  Comparer(const Module &L, const Module &R) : LM(L), RM(R) {}
  Verdict compare(const std::vector<std::string> &Roots);

private:
  using Pair = std::pair<const void *, const void *>;

  bool fail(std::string Detail);
  bool differ(const Twine &What, const Twine &L, const Twine &R) {
    return fail(
        (What + ": " + L + " in the original, " + R + " in the unit").str());
  }

  bool sameType(const Type *L, const Type *R);
  bool sameAttributes(const AttributeList &L, const AttributeList &R,
                      const Twine &Of);
  bool sameAttribute(Attribute L, Attribute R);
  bool sameConstant(const Constant *L, const Constant *R);
  bool sameInlineAsm(const InlineAsm *L, const InlineAsm *R);
  bool sameMetadata(const Metadata *L, const Metadata *R);
  bool sameDebugType(const DINode *L, const DINode *R, bool ByName);
  bool sameOperand(const Value *L, const Value *R);
  bool sameGlobal(const GlobalValue *L, const GlobalValue *R);
  bool sameGlobalHead(const GlobalValue *L, const GlobalValue *R);
  bool sameVariable(const GlobalVariable *L, const GlobalVariable *R);
  bool sameFunction(const Function *L, const Function *R);
  bool sameInstruction(const Instruction *L, const Instruction *R);
  bool sameState(const Instruction *L, const Instruction *R);
  bool sameCall(const CallBase *L, const CallBase *R);
  bool sameAttachments(const Instruction *L, const Instruction *R);
  std::string describe(const Value *V);

  const Module &LM, &RM;
  Verdict Found;
  DenseMap<const GlobalValue *, const GlobalValue *> LToR, RToL;
  std::vector<std::pair<const GlobalValue *, const GlobalValue *>> Work;
  DenseSet<Pair> SeenTypes, SeenMetadata, SeenDebug[2];
  DenseMap<const Value *, unsigned> LNumbers, RNumbers;
  const GlobalValue *LNow = nullptr, *RNow = nullptr;
  const Instruction *LInst = nullptr, *RInst = nullptr;
};

bool Comparer::fail(std::string Detail) {
  if (Found)
    return false;
  Difference D;
  D.Detail = LNow ? quote(LNow->getName()) + ": " + Detail : Detail;
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

std::string Comparer::describe(const Value *V) {
  if (auto *C = dyn_cast<ConstantInt>(V))
    return toString(C->getValue(), 10, true);
  if (auto *G = dyn_cast<GlobalValue>(V))
    return quote(G->getName());
  if (auto *A = dyn_cast<Argument>(V))
    return "argument " + std::to_string(A->getArgNo() + 1);
  if (auto *I = dyn_cast<Instruction>(V))
    return std::string("the result of '") + I->getOpcodeName() + "'";
  if (isa<BasicBlock>(V))
    return "another block";
  if (isa<Constant>(V))
    return "a constant expression";
  return "another value";
}

bool Comparer::sameType(const Type *L, const Type *R) {
  if (L->getTypeID() != R->getTypeID())
    return false;
  switch (L->getTypeID()) {
  case Type::IntegerTyID:
    return L->getIntegerBitWidth() == R->getIntegerBitWidth();
  case Type::PointerTyID:
    return L->getPointerAddressSpace() == R->getPointerAddressSpace();
  case Type::ArrayTyID:
    return L->getArrayNumElements() == R->getArrayNumElements() &&
           sameType(L->getArrayElementType(), R->getArrayElementType());
  case Type::FixedVectorTyID:
  case Type::ScalableVectorTyID:
    return cast<VectorType>(L)->getElementCount() ==
               cast<VectorType>(R)->getElementCount() &&
           sameType(cast<VectorType>(L)->getElementType(),
                    cast<VectorType>(R)->getElementType());
  case Type::StructTyID: {
    auto *LS = cast<StructType>(L);
    auto *RS = cast<StructType>(R);
    if (!SeenTypes.insert({L, R}).second)
      return true;
    if (LS->isPacked() != RS->isPacked() || LS->isOpaque() != RS->isOpaque() ||
        LS->getNumElements() != RS->getNumElements())
      return SeenTypes.erase({L, R}), false;
    for (unsigned I = 0; I < LS->getNumElements(); ++I) {
      if (!sameType(LS->getElementType(I), RS->getElementType(I)))
        return SeenTypes.erase({L, R}), false;
    }
    return true;
  }
  case Type::FunctionTyID: {
    auto *LF = cast<FunctionType>(L);
    auto *RF = cast<FunctionType>(R);
    if (LF->isVarArg() != RF->isVarArg() ||
        LF->getNumParams() != RF->getNumParams() ||
        !sameType(LF->getReturnType(), RF->getReturnType()))
      return false;
    for (unsigned I = 0; I < LF->getNumParams(); ++I) {
      if (!sameType(LF->getParamType(I), RF->getParamType(I)))
        return false;
    }
    return true;
  }
  case Type::TargetExtTyID:
    return cast<TargetExtType>(L)->getName() ==
           cast<TargetExtType>(R)->getName();
  default:
    return true;
  }
}

bool Comparer::sameAttribute(Attribute L, Attribute R) {
  if (L.isTypeAttribute() != R.isTypeAttribute())
    return false;
  if (!L.isTypeAttribute())
    return L.getAsString() == R.getAsString();
  if (L.getKindAsEnum() != R.getKindAsEnum())
    return false;
  const Type *LT = L.getValueAsType(), *RT = R.getValueAsType();
  return LT && RT ? sameType(LT, RT) : LT == RT;
}

bool Comparer::sameAttributes(const AttributeList &L, const AttributeList &R,
                              const Twine &Of) {
  unsigned Count = std::max(L.getNumAttrSets(), R.getNumAttrSets());
  for (unsigned I = 0; I < Count; ++I) {
    // Indexes start at the function's own, which is ~0U.
    AttributeSet LS = L.getAttributes(I - 1), RS = R.getAttributes(I - 1);
    auto LI = LS.begin(), RI = RS.begin();
    for (; LI != LS.end() && RI != RS.end(); ++LI, ++RI) {
      if (!sameAttribute(*LI, *RI))
        return differ(Of, "attribute " + quote(LI->getAsString()),
                      "attribute " + quote(RI->getAsString()));
    }
    if (LI != LS.end())
      return fail((Of + ": attribute " + quote(LI->getAsString()) +
                   " is missing in the unit")
                      .str());
    if (RI != RS.end())
      return fail((Of + ": attribute " + quote(RI->getAsString()) +
                   " is only in the unit")
                      .str());
  }
  return true;
}

bool Comparer::sameInlineAsm(const InlineAsm *L, const InlineAsm *R) {
  if (L->getAsmString() != R->getAsmString())
    return differ("inline assembly", quote(L->getAsmString()),
                  quote(R->getAsmString()));
  if (L->getConstraintString() != R->getConstraintString())
    return differ("constraints of inline assembly",
                  quote(L->getConstraintString()),
                  quote(R->getConstraintString()));
  if (L->hasSideEffects() != R->hasSideEffects() ||
      L->isAlignStack() != R->isAlignStack() ||
      L->getDialect() != R->getDialect() || L->canThrow() != R->canThrow() ||
      !sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("inline assembly differs in its properties");
  return true;
}

bool Comparer::sameConstant(const Constant *L, const Constant *R) {
  if (L->getValueID() != R->getValueID() ||
      !sameType(L->getType(), R->getType()))
    return differ("value", describe(L), describe(R));
  if (auto *G = dyn_cast<GlobalValue>(L))
    return sameGlobal(G, cast<GlobalValue>(R));
  if (auto *I = dyn_cast<ConstantInt>(L)) {
    if (I->getValue() != cast<ConstantInt>(R)->getValue())
      return differ("value", describe(L), describe(R));
    return true;
  }
  if (auto *F = dyn_cast<ConstantFP>(L)) {
    if (!F->getValueAPF().bitwiseIsEqual(cast<ConstantFP>(R)->getValueAPF()))
      return fail("a floating-point constant differs");
    return true;
  }
  if (auto *D = dyn_cast<ConstantDataSequential>(L)) {
    auto *RD = cast<ConstantDataSequential>(R);
    if (D->getRawDataValues() == RD->getRawDataValues())
      return true;
    if (D->isCString() && RD->isCString())
      return differ("string", "\"" + D->getAsCString() + "\"",
                    "\"" + RD->getAsCString() + "\"");
    return fail("constant data differs");
  }
  if (auto *B = dyn_cast<BlockAddress>(L)) {
    auto *RB = cast<BlockAddress>(R);
    auto Number = [](const BlockAddress *A) {
      unsigned N = 0;
      for (const BasicBlock &Block : *A->getFunction()) {
        if (&Block == A->getBasicBlock())
          break;
        ++N;
      }
      return N;
    };
    if (Number(B) != Number(RB))
      return fail("a label's address differs");
    return sameGlobal(B->getFunction(), RB->getFunction());
  }
  if (auto *E = dyn_cast<ConstantExpr>(L)) {
    auto *RE = cast<ConstantExpr>(R);
    if (E->getOpcode() != RE->getOpcode() ||
        E->getRawSubclassOptionalData() != RE->getRawSubclassOptionalData())
      return fail("a constant expression differs");
    if (auto *G = dyn_cast<GEPOperator>(E)) {
      if (!sameType(G->getSourceElementType(),
                    cast<GEPOperator>(RE)->getSourceElementType()))
        return fail("the type behind an address differs");
    }
  }
  if (L->getNumOperands() != R->getNumOperands())
    return fail("a constant has another number of elements");
  for (unsigned I = 0; I < L->getNumOperands(); ++I) {
    auto *LO = dyn_cast<Constant>(L->getOperand(I));
    auto *RO = dyn_cast<Constant>(R->getOperand(I));
    if (!LO || !RO)
      return fail("a constant differs");
    if (!sameConstant(LO, RO))
      return false;
  }
  return true;
}

// Types of debug information count where CO-RE refers to them. What stands
// behind a pointer counts by name: CO-RE does not follow pointers.
bool Comparer::sameDebugType(const DINode *L, const DINode *R, bool ByName) {
  if (!L || !R) {
    if (L == R)
      return true;
    return fail("a type that CO-RE refers to is missing on one side");
  }
  if (!SeenDebug[ByName].insert({L, R}).second)
    return true;
  auto *LT = dyn_cast<DIType>(L);
  auto *RT = dyn_cast<DIType>(R);
  if (L->getTag() != R->getTag() || !LT != !RT)
    return fail("a type that CO-RE refers to differs in kind");
  if (auto *E = dyn_cast<DIEnumerator>(L)) {
    if (E->getName() != cast<DIEnumerator>(R)->getName() ||
        E->getValue() != cast<DIEnumerator>(R)->getValue())
      return differ("an enumerator that CO-RE refers to", quote(E->getName()),
                    quote(cast<DIEnumerator>(R)->getName()));
    return true;
  }
  if (auto *S = dyn_cast<DISubrange>(L)) {
    auto *LC = dyn_cast_if_present<ConstantInt *>(S->getCount());
    auto *RC =
        dyn_cast_if_present<ConstantInt *>(cast<DISubrange>(R)->getCount());
    if (!LC != !RC || (LC && LC->getValue() != RC->getValue()))
      return fail("an array that CO-RE refers to has another length");
    return true;
  }
  if (!LT)
    return true;
  if (LT->getName() != RT->getName())
    return differ("a type that CO-RE refers to", quote(LT->getName()),
                  quote(RT->getName()));
  auto *LC = dyn_cast<DICompositeType>(LT);
  if (ByName && LC && !LT->getName().empty())
    return true;
  std::string Of = LT->getName().empty() ? "a type" : quote(LT->getName());
  if (LT->getSizeInBits() != RT->getSizeInBits() ||
      LT->getOffsetInBits() != RT->getOffsetInBits() ||
      LT->getAlignInBits() != RT->getAlignInBits() ||
      LT->getFlags() != RT->getFlags())
    return fail("layout of " + Of + ", which CO-RE refers to, differs");
  if (LC) {
    auto *RC = cast<DICompositeType>(RT);
    if (!sameDebugType(LC->getBaseType(), RC->getBaseType(), ByName))
      return false;
    DINodeArray LE = LC->getElements(), RE = RC->getElements();
    if (LE.size() != RE.size())
      return fail("type " + Of + ", which CO-RE refers to, has other members");
    for (unsigned I = 0; I < LE.size(); ++I) {
      if (!sameDebugType(LE[I], RE[I], ByName))
        return false;
    }
    return sameMetadata(LC->getAnnotations().get(), RC->getAnnotations().get());
  }
  if (auto *B = dyn_cast<DIBasicType>(LT)) {
    if (B->getEncoding() != cast<DIBasicType>(RT)->getEncoding())
      return fail("encoding of " + Of + ", which CO-RE refers to, differs");
    return true;
  }
  if (auto *D = dyn_cast<DIDerivedType>(LT)) {
    auto *RD = cast<DIDerivedType>(RT);
    bool Behind = ByName || D->getTag() == dwarf::DW_TAG_pointer_type;
    return sameDebugType(D->getBaseType(), RD->getBaseType(), Behind) &&
           sameMetadata(D->getAnnotations().get(), RD->getAnnotations().get());
  }
  if (auto *S = dyn_cast<DISubroutineType>(LT)) {
    DITypeRefArray LA = S->getTypeArray(),
                   RA = cast<DISubroutineType>(RT)->getTypeArray();
    if (LA.size() != RA.size())
      return fail("a function type that CO-RE refers to differs");
    for (unsigned I = 0; I < LA.size(); ++I) {
      if (!sameDebugType(LA[I], RA[I], true))
        return false;
    }
  }
  return true;
}

bool Comparer::sameMetadata(const Metadata *L, const Metadata *R) {
  if (!L || !R) {
    if (L == R)
      return true;
    return fail("metadata is missing on one side");
  }
  if (auto *D = dyn_cast<DINode>(L)) {
    auto *RD = dyn_cast<DINode>(R);
    if (!RD)
      return fail("metadata differs");
    return isa<DIType>(D) ? sameDebugType(D, RD, false) : true;
  }
  if (isa<DILocation>(L) && isa<DILocation>(R))
    return true;
  if (L->getMetadataID() != R->getMetadataID())
    return fail("metadata differs");
  if (auto *S = dyn_cast<MDString>(L)) {
    if (S->getString() != cast<MDString>(R)->getString())
      return differ("metadata", quote(S->getString()),
                    quote(cast<MDString>(R)->getString()));
    return true;
  }
  if (auto *C = dyn_cast<ConstantAsMetadata>(L))
    return sameConstant(C->getValue(), cast<ConstantAsMetadata>(R)->getValue());
  if (auto *V = dyn_cast<LocalAsMetadata>(L))
    return sameOperand(V->getValue(), cast<LocalAsMetadata>(R)->getValue());
  auto *LN = dyn_cast<MDNode>(L);
  auto *RN = dyn_cast<MDNode>(R);
  if (!LN || !RN)
    return true;
  if (!SeenMetadata.insert({L, R}).second)
    return true;
  // A loop's places are operands of its node like its properties.
  auto Operands = [](const MDNode *N) {
    SmallVector<const Metadata *, 8> Out;
    for (const MDOperand &O : N->operands()) {
      if (!isa_and_nonnull<DILocation>(O.get()))
        Out.push_back(O.get());
    }
    return Out;
  };
  auto LO = Operands(LN), RO = Operands(RN);
  if (LO.size() != RO.size())
    return fail("metadata differs");
  for (unsigned I = 0; I < LO.size(); ++I) {
    if (!sameMetadata(LO[I], RO[I]))
      return false;
  }
  return true;
}

bool Comparer::sameGlobalHead(const GlobalValue *L, const GlobalValue *R) {
  bool Nameless = L->hasPrivateLinkage() && R->hasPrivateLinkage();
  StringRef LName = L->getName(), RName = R->getName();
  if (L->hasLocalLinkage() && R->hasLocalLinkage() && isa<GlobalVariable>(L)) {
    LName = withoutNumber(LName);
    RName = withoutNumber(RName);
  }
  if (L->getValueID() != R->getValueID() || (!Nameless && LName != RName)) {
    if (isa<Function>(L) && isa<Function>(R))
      return differ("function", quote(LName), quote(RName));
    return differ("reference", quote(LName), quote(RName));
  }
  return true;
}

bool Comparer::sameGlobal(const GlobalValue *L, const GlobalValue *R) {
  auto LI = LToR.find(L);
  auto RI = RToL.find(R);
  if (LI != LToR.end() || RI != RToL.end()) {
    if (LI != LToR.end() && LI->second == R)
      return true;
    // Equal nameless constants may be one on one side and two on the other.
    if (!L->hasPrivateLinkage() || !R->hasPrivateLinkage())
      return differ("reference", quote(L->getName()), quote(R->getName()));
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

bool Comparer::sameVariable(const GlobalVariable *L, const GlobalVariable *R) {
  std::string Of = L->hasPrivateLinkage() ? "a constant" : "variable";
  if (L->isDeclaration() != R->isDeclaration())
    return fail(std::string("defined in the ") +
                (R->isDeclaration() ? "original" : "unit") +
                " but only declared in the " +
                (R->isDeclaration() ? "unit" : "original"));
  if (!sameType(L->getValueType(), R->getValueType()))
    return fail(Of + ": another type");
  if (L->getSection() != R->getSection())
    return differ(Of, "section " + quote(L->getSection()),
                  "section " + quote(R->getSection()));
  if (L->isConstant() != R->isConstant())
    return fail(Of + (L->isConstant() ? ": constant in the original only"
                                      : ": constant in the unit only"));
  if (L->getLinkage() != R->getLinkage() ||
      L->getVisibility() != R->getVisibility())
    return fail(Of + ": another linkage");
  if (L->getAlign() != R->getAlign() ||
      L->isThreadLocal() != R->isThreadLocal() ||
      L->getUnnamedAddr() != R->getUnnamedAddr() ||
      L->isExternallyInitialized() != R->isExternallyInitialized() ||
      L->getAddressSpace() != R->getAddressSpace())
    return fail(Of + ": another alignment or storage");
  AttributeSet LA = L->getAttributes(), RA = R->getAttributes();
  if (LA.getAsString() != RA.getAsString())
    return differ(Of, "attributes " + quote(LA.getAsString()),
                  "attributes " + quote(RA.getAsString()));
  return !L->hasInitializer() ||
         sameConstant(L->getInitializer(), R->getInitializer());
}

bool Comparer::sameState(const Instruction *L, const Instruction *R) {
  if (auto *A = dyn_cast<AllocaInst>(L)) {
    auto *B = cast<AllocaInst>(R);
    return sameType(A->getAllocatedType(), B->getAllocatedType()) &&
           A->getAlign() == B->getAlign() &&
           A->isUsedWithInAlloca() == B->isUsedWithInAlloca();
  }
  if (auto *A = dyn_cast<LoadInst>(L)) {
    auto *B = cast<LoadInst>(R);
    return A->isVolatile() == B->isVolatile() &&
           A->getAlign() == B->getAlign() &&
           A->getOrdering() == B->getOrdering() &&
           A->getSyncScopeID() == B->getSyncScopeID();
  }
  if (auto *A = dyn_cast<StoreInst>(L)) {
    auto *B = cast<StoreInst>(R);
    return A->isVolatile() == B->isVolatile() &&
           A->getAlign() == B->getAlign() &&
           A->getOrdering() == B->getOrdering() &&
           A->getSyncScopeID() == B->getSyncScopeID();
  }
  if (auto *A = dyn_cast<CmpInst>(L))
    return A->getPredicate() == cast<CmpInst>(R)->getPredicate();
  if (auto *A = dyn_cast<GetElementPtrInst>(L))
    return sameType(A->getSourceElementType(),
                    cast<GetElementPtrInst>(R)->getSourceElementType());
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
           A->getSyncScopeID() == B->getSyncScopeID() &&
           A->getAlign() == B->getAlign();
  }
  if (auto *A = dyn_cast<AtomicRMWInst>(L)) {
    auto *B = cast<AtomicRMWInst>(R);
    return A->getOperation() == B->getOperation() &&
           A->isVolatile() == B->isVolatile() &&
           A->getOrdering() == B->getOrdering() &&
           A->getSyncScopeID() == B->getSyncScopeID() &&
           A->getAlign() == B->getAlign();
  }
  if (auto *A = dyn_cast<ShuffleVectorInst>(L))
    return A->getShuffleMask() == cast<ShuffleVectorInst>(R)->getShuffleMask();
  return true;
}

bool Comparer::sameCall(const CallBase *L, const CallBase *R) {
  if (L->getCallingConv() != R->getCallingConv() ||
      !sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("a call's convention or type differs");
  auto *LC = dyn_cast<CallInst>(L);
  if (LC && LC->getTailCallKind() != cast<CallInst>(R)->getTailCallKind())
    return fail("a call's tail kind differs");
  if (L->getNumOperandBundles() != R->getNumOperandBundles())
    return fail("a call's operand bundles differ");
  for (unsigned I = 0; I < L->getNumOperandBundles(); ++I) {
    if (L->getOperandBundleAt(I).getTagName() !=
        R->getOperandBundleAt(I).getTagName())
      return fail("a call's operand bundles differ");
  }
  return sameAttributes(L->getAttributes(), R->getAttributes(), "call");
}

bool Comparer::sameAttachments(const Instruction *L, const Instruction *R) {
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

bool Comparer::sameOperand(const Value *L, const Value *R) {
  if (auto *C = dyn_cast<Constant>(L)) {
    auto *RC = dyn_cast<Constant>(R);
    return RC ? sameConstant(C, RC)
              : differ("operand", describe(L), describe(R));
  }
  if (auto *A = dyn_cast<InlineAsm>(L)) {
    auto *RA = dyn_cast<InlineAsm>(R);
    return RA ? sameInlineAsm(A, RA)
              : differ("operand", "inline assembly", describe(R));
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

bool Comparer::sameInstruction(const Instruction *L, const Instruction *R) {
  if (L->getOpcode() != R->getOpcode())
    return differ("instruction", quote(L->getOpcodeName()),
                  quote(R->getOpcodeName()));
  auto *LC = dyn_cast<CallBase>(L);
  // The callee first: it says most.
  if (LC && !sameOperand(LC->getCalledOperand(),
                         cast<CallBase>(R)->getCalledOperand()))
    return false;
  if (!sameType(L->getType(), R->getType()) ||
      L->getNumOperands() != R->getNumOperands() ||
      L->getRawSubclassOptionalData() != R->getRawSubclassOptionalData() ||
      !sameState(L, R))
    return fail(std::string("instruction '") + L->getOpcodeName() +
                "' differs in its properties");
  if (LC && !sameCall(LC, cast<CallBase>(R)))
    return false;
  unsigned First = 0;
  if (auto *I = dyn_cast<IntrinsicInst>(L)) {
    Intrinsic::ID ID = I->getIntrinsicID();
    if (ID == Intrinsic::bpf_btf_type_id ||
        ID == Intrinsic::bpf_preserve_type_info ||
        ID == Intrinsic::bpf_preserve_enum_value)
      First = 1;
  }
  for (unsigned I = First; I < L->getNumOperands(); ++I) {
    if (!sameOperand(L->getOperand(I), R->getOperand(I)))
      return false;
  }
  if (auto *P = dyn_cast<PHINode>(L)) {
    for (unsigned I = 0; I < P->getNumIncomingValues(); ++I) {
      if (!sameOperand(P->getIncomingBlock(I),
                       cast<PHINode>(R)->getIncomingBlock(I)))
        return false;
    }
  }
  return sameAttachments(L, R);
}

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

bool Comparer::sameFunction(const Function *L, const Function *R) {
  if (L->isDeclaration() != R->isDeclaration())
    return fail(std::string("defined in the ") +
                (R->isDeclaration() ? "original" : "unit") +
                " but only declared in the " +
                (R->isDeclaration() ? "unit" : "original"));
  if (!sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("another type");
  if (L->getLinkage() != R->getLinkage() ||
      L->getVisibility() != R->getVisibility())
    return fail("another linkage");
  if (L->getSection() != R->getSection())
    return differ("function", "section " + quote(L->getSection()),
                  "section " + quote(R->getSection()));
  if (L->getCallingConv() != R->getCallingConv() ||
      L->getAlign() != R->getAlign() ||
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
        return fail(std::string("instruction '") + LInst->getOpcodeName() +
                    "' differs");
    }
    if (LI.size() != RI.size())
      return fail(LI.size() > RI.size() ? "the unit's block ends early"
                                        : "the unit's block is longer");
  }
  if (LB != L->end() || RB != R->end())
    return fail(LB != L->end() ? "the unit ends early" : "the unit is longer");
  return true;
}

bool isOperations(const GlobalVariable &V) {
  return V.getSection().starts_with(".struct_ops");
}

Verdict Comparer::compare(const std::vector<std::string> &Roots) {
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
      fail(!L || L->isDeclaration()
               ? quote(Name) + " is not defined in the original"
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

// All globals below a value.
void collect(const Value *V, SetVector<const GlobalValue *> &Out,
             DenseSet<const Value *> &Seen) {
  if (auto *G = dyn_cast<GlobalValue>(V)) {
    Out.insert(G);
    return;
  }
  if (auto *M = dyn_cast<MetadataAsValue>(V)) {
    if (auto *C = dyn_cast<ConstantAsMetadata>(M->getMetadata()))
      collect(C->getValue(), Out, Seen);
    return;
  }
  auto *C = dyn_cast<Constant>(V);
  if (!C || !Seen.insert(C).second)
    return;
  for (const Use &U : C->operands())
    collect(U.get(), Out, Seen);
}

SetVector<const GlobalValue *> references(const GlobalValue &G) {
  SetVector<const GlobalValue *> Out;
  DenseSet<const Value *> Seen;
  if (auto *F = dyn_cast<Function>(&G)) {
    for (const Instruction &I : llvm::instructions(F)) {
      if (isDebug(I))
        continue;
      for (const Use &U : I.operands())
        collect(U.get(), Out, Seen);
    }
  } else if (auto *V = dyn_cast<GlobalVariable>(&G)) {
    if (V->hasInitializer())
      collect(V->getInitializer(), Out, Seen);
  } else if (auto *A = dyn_cast<GlobalAlias>(&G)) {
    collect(A->getAliasee(), Out, Seen);
  }
  return Out;
}

void reach(SetVector<const GlobalValue *> &All, size_t From) {
  for (size_t I = From; I < All.size(); ++I) {
    SetVector<const GlobalValue *> More = references(*All[I]);
    All.insert(More.begin(), More.end());
  }
}

} // namespace

Presence findFunction(const Module &M, const std::string &Name) {
  const Function *F = M.getFunction(Name);
  if (!F)
    return Presence::Missing;
  if (F->isDeclaration())
    return Presence::Declared;
  if (!F->isDiscardableIfUnused() && !F->hasAvailableExternallyLinkage())
    return Presence::Kept;
  SmallVector<GlobalValue *, 8> Used;
  collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/true);
  collectUsedGlobalVariables(M, Used, /*CompilerUsed=*/false);
  return is_contained(Used, F) ? Presence::Kept : Presence::Discardable;
}

Verdict compareIr(const Module &Original, const Module &Unit,
                  const std::vector<std::string> &Roots) {
  return Comparer(Original, Unit).compare(Roots);
}

std::vector<std::string> restrictTo(Module &M,
                                    const std::vector<std::string> &Roots) {
  SetVector<const GlobalValue *> Keep;
  for (const std::string &Name : Roots) {
    if (const Function *F = M.getFunction(Name))
      Keep.insert(F);
  }
  reach(Keep, 0);
  // Operations of the kernel that name a kept program are how it is loaded.
  for (const GlobalVariable &V : M.globals()) {
    if (!isOperations(V))
      continue;
    for (const GlobalValue *G : references(V)) {
      if (isa<Function>(G) && Keep.count(G)) {
        size_t From = Keep.size();
        Keep.insert(&V);
        reach(Keep, From);
        break;
      }
    }
  }
  // A variable that refers to no dropped function cannot change how code is
  // made: it stays.
  std::set<std::string> Names;
  for (const Function &F : M) {
    if (F.isDeclaration() || Keep.count(&F))
      continue;
    for (const GlobalValue *G : references(F)) {
      if (Keep.count(G) && G->hasLocalLinkage() && !G->hasPrivateLinkage())
        Names.insert(F.getName().str());
    }
  }
  std::vector<GlobalValue *> Drop;
  for (Function &F : M) {
    if (!F.isDeclaration() && !Keep.count(&F))
      Drop.push_back(&F);
  }
  for (GlobalVariable &V : M.globals()) {
    if (Keep.count(&V) || V.getName().starts_with("llvm."))
      continue;
    SetVector<const GlobalValue *> Below;
    Below.insert(&V);
    reach(Below, 0);
    if (any_of(Below, [&](const GlobalValue *G) {
          return isa<Function>(G) && !Keep.count(G);
        }))
      Drop.push_back(&V);
  }
  DenseSet<const Value *> Dropped(Drop.begin(), Drop.end());
  removeFromUsedLists(
      M, [&](Constant *C) { return Dropped.count(C->stripPointerCasts()); });
  for (GlobalValue *G : Drop) {
    if (auto *F = dyn_cast<Function>(G))
      F->deleteBody();
    else
      cast<GlobalVariable>(G)->setInitializer(nullptr);
  }
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (GlobalValue *&G : Drop) {
      if (!G)
        continue;
      G->removeDeadConstantUsers();
      if (!G->use_empty())
        continue;
      G->eraseFromParent();
      G = nullptr;
      Changed = true;
    }
  }
  return {Names.begin(), Names.end()};
}

} // namespace opn
