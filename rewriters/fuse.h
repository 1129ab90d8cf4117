// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// fuse.h - what several stages in one source have in common
//
// fuse.cpp puts the texts together; packet_flow.cpp knows what a stage does to the packet;
// share_parse.cpp finds stages that begin with the same look at the headers.
#ifndef OPN_FUSE_H
#define OPN_FUSE_H

#include "edits.h"
#include "parse.h"

#include "clang/AST/Expr.h"
#include <functional>
#include <optional>

namespace opn {

/// One stage's text, parsed.
struct StageSource {
  explicit StageSource(llvm::StringRef Root) : Files(Root.str()) {}

  const opn_fuse_stage *Asked = nullptr;
  FileCache Files;
  std::map<std::string, std::string> Texts;
  std::unique_ptr<Parse> Parsed;
  const LexedFile *Main = nullptr;
  const clang::FunctionDecl *Body = nullptr; ///< what was the program
  const clang::FunctionDecl *Own = nullptr;  ///< what has its text

  std::vector<Edit> Renames;                    ///< that make its names the product's
  std::map<std::string, std::string> TypeNames; ///< of the types among them

  const SourceModel &model() const { return Parsed->Model; }
  /// A part of the text, with the product's names.
  std::string text(Range R) const;
  std::string text(clang::SourceRange R) const;
  /// "struct headers *found", with the product's names.
  std::string declare(clang::QualType T, llvm::StringRef Name) const;
  /// Where an offset of the text was before it was extracted.
  opn_loc origin(unsigned Offset) const;
  opn_loc origin(clang::SourceLocation Loc) const;

private:
  mutable std::map<std::string, std::string> Paths;
};

/// Bytes that are read or written through a pointer that may lead into the packet or the context.
struct PacketAccess {
  bool Anything = false;       ///< not known which
  std::string Record;          ///< "iphdr", or empty: through a pointer to a number
  std::string What;            ///< "iphdr.check", for the reader
  uint64_t Begin = 0, End = 0; ///< bytes of the record
  std::string Scalar;          ///< type of the number; empty: several
  clang::SourceLocation Loc;
};

/// Whether both may be the same bytes. Records of two types are not, as C has it: the compiler
/// takes that for granted as well.
bool mayOverlap(const PacketAccess &A, const PacketAccess &B);

/// Something that cannot be followed, or that moves the packet.
struct Obstacle {
  std::string Why;
  clang::SourceLocation Loc;
};

/// Where pointers into the packet go in a program and all that it calls.
class PacketFlow {
public:
  PacketFlow(const StageSource &Source, const opn_hookdefs *Hookdefs);
  ~PacketFlow();

  std::vector<PacketAccess> Writes; ///< of the whole program
  std::optional<Obstacle> Moves;    ///< what may move or write the packet in an unknown way
  bool TailCalls = false;

  /// What a function and all that it calls reads of the packet; an obstacle when it does more than
  /// reading and storing through Arguments.
  std::optional<Obstacle> reads(const clang::FunctionDecl *FD,
                                std::vector<PacketAccess> &Out) const;
  /// What a pure expression reads of it.
  void argumentReads(const clang::Expr *E, std::vector<PacketAccess> &Out) const;

private:
  class Impl;
  std::unique_ptr<Impl> I;
};

/// The first call of a program, when all that it depends on is the packet.
struct ParseCall {
  const clang::CallExpr *Call = nullptr;
  /// The same in two programs: the same call with the same arguments. Names are those of Naming.
  std::string Key;
  /// Locals that the call stores to, in the order of its arguments, and all locals that it needs,
  /// in the order of the program.
  std::vector<const clang::VarDecl *> Results, Locals;
  /// Pointers that are made before the call and used besides, with what they are made of: an
  /// expression over ContextMark. The verifier knows bounds of the registers that there were
  /// when it saw the check, so a stage must not make them anew behind it.
  std::vector<std::pair<const clang::VarDecl *, std::string>> Starts;
  std::vector<PacketAccess> Reads;
  std::optional<Obstacle> No; ///< why there is none
};

/// Stands for the name of the context.
constexpr char ContextMark = '\x02';

using Naming = std::function<std::string(const clang::NamedDecl *)>;
ParseCall findParse(const StageSource &Source, const PacketFlow &Flow, const Naming &Names);

/// How several stages parse as one: a record and a function of this name, and the parameter by
/// which stages get it.
struct SharedParse {
  std::string Name, Parameter;
  std::vector<std::string> Starts; ///< of all its stages, each once
};
/// The definition of both, made of the first of the stages.
std::string sharedParseText(const StageSource &Source, const ParseCall &Call,
                            const SharedParse &Shared, const Naming &Names);
/// The stage takes what was found instead of calling. First: whose locals gave the names. False: a
/// macro stands in the way.
bool takeSharedParse(const StageSource &Source, const ParseCall &Call, const ParseCall &First,
                     const SharedParse &Shared, Edits &Changes);

} // namespace opn

#endif
