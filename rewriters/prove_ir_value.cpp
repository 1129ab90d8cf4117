// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_ir_value.cpp - level 1: types, attributes, constants and metadata of
// two modules
//
// The modules live in contexts of their own, so nothing is equal by address:
// all is compared by structure, with pairs that are being compared taken as
// equal where structures are circular.
#include "prove_ir.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace opn {

std::string IrComparer::describe(const Value *V) {
  if (auto *C = dyn_cast<ConstantInt>(V))
    return toString(C->getValue(), 10, true);
  if (auto *G = dyn_cast<GlobalValue>(V))
    return quoted(G->getName());
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

bool IrComparer::sameType(const Type *L, const Type *R) {
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
    return cast<VectorType>(L)->getElementCount() == cast<VectorType>(R)->getElementCount() &&
           sameType(cast<VectorType>(L)->getElementType(), cast<VectorType>(R)->getElementType());
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
    if (LF->isVarArg() != RF->isVarArg() || LF->getNumParams() != RF->getNumParams() ||
        !sameType(LF->getReturnType(), RF->getReturnType()))
      return false;
    for (unsigned I = 0; I < LF->getNumParams(); ++I) {
      if (!sameType(LF->getParamType(I), RF->getParamType(I)))
        return false;
    }
    return true;
  }
  case Type::TargetExtTyID:
    return cast<TargetExtType>(L)->getName() == cast<TargetExtType>(R)->getName();
  default:
    return true;
  }
}

bool IrComparer::sameAttribute(Attribute L, Attribute R) {
  if (L.isTypeAttribute() != R.isTypeAttribute())
    return false;
  if (!L.isTypeAttribute())
    return L.getAsString() == R.getAsString();
  if (L.getKindAsEnum() != R.getKindAsEnum())
    return false;
  const Type *LT = L.getValueAsType(), *RT = R.getValueAsType();
  return LT && RT ? sameType(LT, RT) : LT == RT;
}

bool IrComparer::sameAttributes(const AttributeList &L, const AttributeList &R, const Twine &Of) {
  unsigned Count = std::max(L.getNumAttrSets(), R.getNumAttrSets());
  for (unsigned I = 0; I < Count; ++I) {
    // Indexes start at the function's own, which is ~0U.
    AttributeSet LS = L.getAttributes(I - 1), RS = R.getAttributes(I - 1);
    auto LI = LS.begin(), RI = RS.begin();
    for (; LI != LS.end() && RI != RS.end(); ++LI, ++RI) {
      if (!sameAttribute(*LI, *RI))
        return differ(Of, "attribute " + quoted(LI->getAsString()),
                      "attribute " + quoted(RI->getAsString()));
    }
    if (LI != LS.end())
      return fail(
          (Of + ": attribute " + quoted(LI->getAsString()) + " is missing in the unit").str());
    if (RI != RS.end())
      return fail((Of + ": attribute " + quoted(RI->getAsString()) + " is only in the unit").str());
  }
  return true;
}

bool IrComparer::sameInlineAsm(const InlineAsm *L, const InlineAsm *R) {
  if (L->getAsmString() != R->getAsmString())
    return differ("inline assembly", quoted(L->getAsmString()), quoted(R->getAsmString()));
  if (L->getConstraintString() != R->getConstraintString())
    return differ("constraints of inline assembly", quoted(L->getConstraintString()),
                  quoted(R->getConstraintString()));
  if (L->hasSideEffects() != R->hasSideEffects() || L->isAlignStack() != R->isAlignStack() ||
      L->getDialect() != R->getDialect() || L->canThrow() != R->canThrow() ||
      !sameType(L->getFunctionType(), R->getFunctionType()))
    return fail("inline assembly differs in its properties");
  // What one side lacks is seen in the objects' relocations, where names are no
  // guess.
  for (const GlobalValue *G : namedBy(*L, LM)) {
    const GlobalValue *Other = RM.getNamedValue(G->getName());
    if (Other && !sameGlobal(G, Other))
      return false;
  }
  return true;
}

bool IrComparer::sameConstant(const Constant *L, const Constant *R) {
  if (L->getValueID() != R->getValueID() || !sameType(L->getType(), R->getType()))
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
      return differ("string", "\"" + D->getAsCString() + "\"", "\"" + RD->getAsCString() + "\"");
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
      if (!sameType(G->getSourceElementType(), cast<GEPOperator>(RE)->getSourceElementType()))
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
bool IrComparer::sameDebugType(const DINode *L, const DINode *R, bool ByName) {
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
      return differ("an enumerator that CO-RE refers to", quoted(E->getName()),
                    quoted(cast<DIEnumerator>(R)->getName()));
    return true;
  }
  if (auto *S = dyn_cast<DISubrange>(L)) {
    auto *LC = dyn_cast_if_present<ConstantInt *>(S->getCount());
    auto *RC = dyn_cast_if_present<ConstantInt *>(cast<DISubrange>(R)->getCount());
    if (!LC != !RC || (LC && LC->getValue() != RC->getValue()))
      return fail("an array that CO-RE refers to has another length");
    return true;
  }
  if (!LT)
    return true;
  if (LT->getName() != RT->getName())
    return differ("a type that CO-RE refers to", quoted(LT->getName()), quoted(RT->getName()));
  auto *LC = dyn_cast<DICompositeType>(LT);
  if (ByName && LC && !LT->getName().empty())
    return true;
  std::string Of = LT->getName().empty() ? "a type" : quoted(LT->getName());
  if (LT->getSizeInBits() != RT->getSizeInBits() ||
      LT->getOffsetInBits() != RT->getOffsetInBits() ||
      LT->getAlignInBits() != RT->getAlignInBits() || LT->getFlags() != RT->getFlags())
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
    DITypeRefArray LA = S->getTypeArray(), RA = cast<DISubroutineType>(RT)->getTypeArray();
    if (LA.size() != RA.size())
      return fail("a function type that CO-RE refers to differs");
    for (unsigned I = 0; I < LA.size(); ++I) {
      if (!sameDebugType(LA[I], RA[I], true))
        return false;
    }
  }
  return true;
}

bool IrComparer::sameMetadata(const Metadata *L, const Metadata *R) {
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
      return differ("metadata", quoted(S->getString()), quoted(cast<MDString>(R)->getString()));
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

} // namespace opn
