// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse_prove.cpp - whether a function is compiled to the same alone and in a joined source
//
// What the front end makes is compared, before anything is optimised: what the optimiser does
// depends on what else there is.
#include "fuse_prove.h"

#include "prove.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

namespace opn {

static std::unique_ptr<Build> compileText(const opn_command &Command, const std::string &Text,
                                          const std::string &Roots) {
  std::map<std::string, std::string> Texts = {{Command.file, Text + "\n" + Roots}};
  return compile({&Command, "", "", {}, "", &Texts});
}

FuseProof::FuseProof(const opn_command &Command, const std::string &Text, const std::string &Roots)
    : Together(compileText(Command, Text, Roots)) {
  Compiles = Together->Ok;
  if (Compiles)
    return;
  Problem = "no reason is known";
  if (Together->Problems.empty())
    return;
  const struct Problem &First = Together->Problems[0];
  Problem = First.Message;
  if (llvm::StringRef(Command.file).ends_with(First.Where.File))
    Line = First.Where.Line;
}

FuseProof::~FuseProof() = default;

std::string FuseProof::difference(const opn_command &Command, const std::string &Text,
                                  const std::string &Roots, const std::string &Function) const {
  std::unique_ptr<Build> Alone = compileText(Command, Text, Roots);
  llvm::LLVMContext Context;
  if (!Alone->Ok)
    return "alone it does not compile: " +
           (Alone->Problems.empty() ? std::string() : Alone->Problems[0].Message);
  auto L = readIr(*Alone, Context), R = readIr(*Together, Context);
  if (!L || !R)
    return "its code cannot be read back";
  Verdict No = compareIr(*L, *R, {Function});
  return No ? No->Detail : "";
}

} // namespace opn
