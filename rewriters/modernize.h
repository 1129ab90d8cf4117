// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// modernize.h - legacy map definitions become BTF maps
#ifndef OPN_MODERNIZE_H
#define OPN_MODERNIZE_H

#include "edits.h"
#include "facts.h"
#include "parse.h"

namespace opn {

struct Modernized {
  bool Good = true;   ///< none was refused
  unsigned Count = 0; ///< maps that become BTF maps
};

/// Makes the edits for all legacy maps of a parsed source's project files, and reports those that
/// no BTF map can replace.
Modernized modernizeMaps(Parse &Parsed, const opn_transform_options &Options, Edits &Changes,
                         std::vector<opn_site> &Sites, Results &R, opn_diags *Diags);

} // namespace opn

#endif
