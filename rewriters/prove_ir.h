// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_ir.h - the comparer of level 1
//
// Values, types and metadata are in prove_ir_value.cpp, code and globals in
// prove_ir.cpp.
#ifndef OPN_PROVE_IR_H
#define OPN_PROVE_IR_H

#include "prove.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

namespace opn {

inline std::string quoted(llvm::StringRef Text) { return "'" + Text.str() + "'"; }

// Globals of M that inline assembly names: they are called or read without a
// use in the IR.
std::vector<const llvm::GlobalValue *> namedBy(const llvm::InlineAsm &Asm, const llvm::Module &M);

inline bool isDebug(const llvm::Instruction &I) { return llvm::isa<llvm::DbgInfoIntrinsic>(I); }

class IrComparer {
public:
  IrComparer(const llvm::Module &L, const llvm::Module &R) : LM(L), RM(R) {}
  Verdict compare(const std::vector<std::string> &Roots);

private:
  using Pair = std::pair<const void *, const void *>;

  bool fail(const std::string &Detail);
  bool differ(const llvm::Twine &What, const llvm::Twine &L, const llvm::Twine &R) {
    return fail((What + ": " + L + " in the original, " + R + " in the unit").str());
  }

  bool sameType(const llvm::Type *L, const llvm::Type *R);
  bool sameAttributes(const llvm::AttributeList &L, const llvm::AttributeList &R,
                      const llvm::Twine &Of);
  bool sameAttribute(llvm::Attribute L, llvm::Attribute R);
  bool sameConstant(const llvm::Constant *L, const llvm::Constant *R);
  bool sameInlineAsm(const llvm::InlineAsm *L, const llvm::InlineAsm *R);
  bool sameMetadata(const llvm::Metadata *L, const llvm::Metadata *R);
  bool sameDebugType(const llvm::DINode *L, const llvm::DINode *R, bool ByName);
  bool sameOperand(const llvm::Value *L, const llvm::Value *R);
  bool sameGlobal(const llvm::GlobalValue *L, const llvm::GlobalValue *R);
  bool sameGlobalHead(const llvm::GlobalValue *L, const llvm::GlobalValue *R);
  bool sameVariable(const llvm::GlobalVariable *L, const llvm::GlobalVariable *R);
  bool sameFunction(const llvm::Function *L, const llvm::Function *R);
  bool sameInstruction(const llvm::Instruction *L, const llvm::Instruction *R);
  bool sameState(const llvm::Instruction *L, const llvm::Instruction *R);
  bool sameCall(const llvm::CallBase *L, const llvm::CallBase *R);
  bool sameAttachments(const llvm::Instruction *L, const llvm::Instruction *R);
  std::string describe(const llvm::Value *V);

  const llvm::Module &LM, &RM;
  Verdict Found;
  llvm::DenseMap<const llvm::GlobalValue *, const llvm::GlobalValue *> LToR, RToL;
  std::vector<std::pair<const llvm::GlobalValue *, const llvm::GlobalValue *>> Work;
  llvm::DenseSet<Pair> SeenTypes, SeenMetadata, SeenDebug[2];
  llvm::DenseMap<const llvm::Value *, unsigned> LNumbers, RNumbers;
  const llvm::GlobalValue *LNow = nullptr, *RNow = nullptr;
  const llvm::Instruction *LInst = nullptr, *RInst = nullptr;
};

} // namespace opn

#endif
