// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse_prove.h - whether a function is compiled to the same alone and in a joined source
#ifndef OPN_FUSE_PROVE_H
#define OPN_FUSE_PROVE_H

#include <memory>
#include <string>

struct opn_command;

namespace opn {

struct Build;

class FuseProof {
public:
  /// Compiles the joined text, which stands for the command's file, with Roots behind it.
  FuseProof(const opn_command &Command, const std::string &Text, const std::string &Roots);
  ~FuseProof();

  bool Compiles = false;
  std::string Problem; ///< why not
  unsigned Line = 0;   ///< of that in the text, or 0

  /// The first difference of Function, and of all that it calls, in a text of its own; empty: there
  /// is none.
  std::string difference(const opn_command &Command, const std::string &Text,
                         const std::string &Roots, const std::string &Function) const;

private:
  std::unique_ptr<Build> Together;
};

} // namespace opn

#endif
