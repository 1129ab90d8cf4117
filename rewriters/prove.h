// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove.h - the prover's parts, which know nothing of how a unit was made
//
// compile(): a source and its command -> IR before optimisation, and the object
// that clang -c makes. compareIr(): level 1, on that IR. ObjectSide,
// compareCode/Types/Data(): levels 2 to 4, on objects. restrictTo(): the
// original cut down to what the target reaches, to find a cause, not to hide
// one.
#ifndef OPN_PROVE_H
#define OPN_PROVE_H

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "object.h"
#include "rewriters.h"

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace opn {

struct FilePlace {
  std::string File; // absolute, or relative to the command's folder; empty: none
  unsigned Line = 0, Column = 0;
};

// The first difference of one level.
struct Difference {
  std::string Detail;
  FilePlace Original, Unit;
};

using Verdict = std::optional<Difference>;

// ---- prove_compile.cpp

struct Problem {
  opn_severity Severity;
  FilePlace Where;
  std::string Message, Rendered;
};

struct Build {
  bool Ok = false;
  bool IsBpf = true, IsC = true;
  std::string Triple;
  std::vector<Problem> Problems; // errors with their notes
  std::string Bitcode;           // before optimisation, in use-list order
  std::string Object;
  std::set<std::string> PlaceMacros; // __LINE__ and its like that were expanded
};

struct CompileRequest {
  const opn_command *Command;
  std::string Append;             // text after the source's own
  std::string Keep;               // function that is emitted though nothing uses it
  std::vector<std::string> Extra; // flags
  std::string Bitcode;            // the backend runs on this, and the source is not read
  // files, by absolute path, that are read from here and not from disk
  const std::map<std::string, std::string> *Texts = nullptr;
};

std::unique_ptr<Build> compile(const CompileRequest &Request);
/// A place's path as it is told: below the current folder relative to it.
std::string shownPath(const FilePlace &Where, const opn_command &Command);
/// Tells why there is no object. Returns -errno when it could not have been one, else 0.
int reportProblems(const Build &Failed, const opn_command &Command, opn_diags *Diags);

// Optimises M and emits its object with the command's options. False: the
// backend refused it.
bool emitObject(CompileRequest Request, const llvm::Module &M, std::string &Object);

// Macros whose value depends on where the text stands.
extern const char *const PlaceMacroNames[];
extern const size_t PlaceMacroCount;

// ---- prove_ir.cpp

std::unique_ptr<llvm::Module> readIr(const Build &From, llvm::LLVMContext &Context);

enum class Presence { Missing, Declared, Discardable, Kept };
Presence findFunction(const llvm::Module &M, const std::string &Name);

Verdict compareIr(const llvm::Module &Original, const llvm::Module &Unit,
                  const std::vector<std::string> &Roots);

// Drops all that Roots do not reach. Returns the dropped functions that used
// something local that stays: those whose absence changes how the rest is
// inlined.
std::vector<std::string> restrictTo(llvm::Module &M, const std::vector<std::string> &Roots);

// Puts M's functions into the order of the other module. Inlining goes in that order, and clang's
// order is that of first use: what uses a helper first may be what was left out.
void orderLike(llvm::Module &M, const llvm::Module &Like);

// ---- prove_object.cpp, prove_btf.cpp

// A function or variable that the target reaches.
struct Entity {
  std::string Key;  // name, equal on both sides: "x", "f.____fmt", "f.____fmt#1"
  std::string Name; // symbol's own name
  size_t Section = 0;
  uint64_t Offset = 0, Size = 0;
  bool IsFunction = false;
};

// What a relocation or a call refers to.
struct Target {
  std::string Text;  // how a user reads it; equal means the same target
  std::string Bytes; // content of something nameless, as far as it is known
};

class ObjectSide {
public:
  ObjectSide(const opn_object &Object) : Object(Object) {}
  // Walks from a function; false: the object does not have it.
  bool reach(const std::string &Function);
  // Walks from a variable.
  void reachVariable(const opn_symbol &Symbol);
  // Variables in sections for operations of the kernel that name Function: the
  // kernel takes the program by them only.
  std::vector<std::string> operations(const std::string &Function) const;

  std::optional<Target> target(size_t Section, uint64_t Offset, bool IsCode);
  const Entity *find(const std::string &Key) const;
  FilePlace place(const Entity &Function, uint64_t Offset) const;
  // CO-RE relocation of an instruction, or nullptr.
  const opn_core_reloc *coreReloc(size_t Section, uint64_t Offset) const;

  const opn_object &Object;
  std::vector<Entity> Entities; // in the order of the walk
  std::set<std::string> Externs;

private:
  std::string keyOf(const opn_symbol &Symbol);
  void walk();
  uint64_t boundary(size_t Section, uint64_t Offset);

  std::map<const opn_symbol *, std::string> Keys;
  std::map<std::string, unsigned> Ordinals;
  std::map<size_t, std::set<uint64_t>> Boundaries;
  size_t Walked = 0;
};

// One view of the two: the objects, and the original as it is (for licence and
// symbols).
struct ObjectPair {
  ObjectSide &Original, &Unit;
  const opn_object &Whole;
  std::vector<std::string> MissingOperations;
};

Verdict compareCode(ObjectPair &Pair);
Verdict compareTypes(ObjectPair &Pair);
Verdict compareData(ObjectPair &Pair);

// Numbers of a BTF map's definition (type, max_entries, ...) as opposed to its
// types.
Verdict compareMapNumbers(ObjectPair &Pair);

} // namespace opn

#endif
