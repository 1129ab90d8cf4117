// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// safe_flags.h - a stranger's compile command may decide what is compiled, and nothing else
#ifndef OPN_SAFE_FLAGS_H
#define OPN_SAFE_FLAGS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <string>
#include <vector>

namespace clang {
class CompilerInvocation;
}

namespace opn {

/// Takes the flags out of a command, its source being the last word, by which Clang would run or
/// load something, write a file or read flags from one, and returns them. The compiler's own name
/// becomes that of the Clang that is linked in: the driver looks for programs and flags beside it.
std::vector<std::string> dropUnsafeFlags(std::vector<std::string> &Argv);

/// For every command when it is used, and in no product: flags of a file beside the compiler or in
/// the user's home are nobody's of this project.
inline constexpr const char *NoConfigFile = "--no-default-config";

/// Has a compilation write nothing but what its caller takes from it, and load no plugin.
void forgetOutputs(clang::CompilerInvocation &Invocation);

/// The disk as seen by a parse: regular files and folders, none larger than a source can be.
/// Source, which the user named, may be a pipe.
llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> sourceFiles(llvm::StringRef Source);

} // namespace opn

#endif
