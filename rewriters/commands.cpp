// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// commands.cpp - where compile commands come from
//
// Unlike Clang's own loader nothing is inferred: a source that the database does not list has no
// command, and that is an error, because guessed flags give another program.
#include "rewriters.h"

#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <cerrno>
#include <map>

using namespace clang::tooling;
using llvm::StringRef;

static const opn_loc Nowhere = {nullptr, 0, 0, 0};

/// The form in which paths are compared: absolute, without "." and "..", links not resolved.
static std::string normal(StringRef Path, StringRef Base) {
  llvm::SmallString<256> P(Path);
  if (!llvm::sys::path::is_absolute(P)) {
    P = Base;
    llvm::sys::path::append(P, Path);
  }
  llvm::sys::path::remove_dots(P, /*remove_dot_dot=*/true);
  return std::string(P);
}

struct opn_commands {
  std::string Root;
  std::string Current;
  std::string DatabasePath;
  std::vector<CompileCommand> All; // of a database
  std::map<std::string, std::vector<unsigned>> ByFile;
  std::vector<std::string> FixedFlags; // without a database
  bool Fixed = false;
  std::vector<std::string> Before, After;
  llvm::BumpPtrAllocator Alloc;
  llvm::StringSaver Strings{Alloc};
  std::map<std::string, std::vector<opn_command>> Found;
};

static std::vector<std::string> words(char *const *List) {
  std::vector<std::string> Result;
  for (; List && *List; ++List)
    Result.push_back(*List);
  return Result;
}

static int databaseMissing(opn_diags *Diags, const char *What) {
  opn_diag(Diags, OPN_DIAG_DATABASE_MISSING, Nowhere, What);
  opn_diag_note(Diags, Nowhere,
                "give the folder of compile_commands.json with -p, or the flags after --; 'bear -- "
                "make' or CMAKE_EXPORT_COMPILE_COMMANDS makes a database");
  return -ENOENT;
}

static int loadDatabase(opn_commands &C, StringRef Dir, opn_diags *Diags) {
  llvm::SmallString<256> Json(Dir), Flags(Dir);
  llvm::sys::path::append(Json, "compile_commands.json");
  llvm::sys::path::append(Flags, "compile_flags.txt");
  std::string Error;
  if (llvm::sys::fs::exists(Json)) {
    auto Db = JSONCompilationDatabase::loadFromFile(Json, Error, JSONCommandLineSyntax::Gnu);
    if (!Db) {
      while (!Error.empty() && Error.back() == '\n')
        Error.pop_back();
      C.DatabasePath = std::string(Json);
      opn_loc Loc = {C.DatabasePath.c_str(), 0, 0, 0};
      return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, Error.c_str());
    }
    C.DatabasePath = std::string(Json);
    auto Expanded = expandResponseFiles(std::move(Db), llvm::vfs::createPhysicalFileSystem());
    C.All = Expanded->getAllCompileCommands();
    for (unsigned I = 0; I < C.All.size(); ++I) {
      C.All[I].Directory = normal(C.All[I].Directory, Dir);
      C.ByFile[normal(C.All[I].Filename, C.All[I].Directory)].push_back(I);
    }
    return 0;
  }
  if (llvm::sys::fs::exists(Flags)) {
    auto Db = FixedCompilationDatabase::loadFromFile(Flags, Error);
    if (!Db) {
      opn_loc Loc = {nullptr, 0, 0, 0};
      return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, Error.c_str());
    }
    C.Fixed = true;
    std::vector<CompileCommand> One = Db->getCompileCommands("x.c");
    if (!One.empty() && One[0].CommandLine.size() >= 2)
      C.FixedFlags.assign(One[0].CommandLine.begin() + 1, One[0].CommandLine.end() - 1);
    return 0;
  }
  return -ENOENT;
}

int opn_commands_load(const opn_commands_options *Options, char *const *Sources, opn_diags *Diags,
                      opn_commands **Out) {
  auto C = std::make_unique<opn_commands>();
  llvm::SmallString<256> Current;
  if (llvm::sys::fs::current_path(Current))
    return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Nowhere, "no current folder");
  C->Current = std::string(Current);
  C->Before = words(Options->extra_before);
  C->After = words(Options->extra);

  if (Options->flags) {
    C->Fixed = true;
    C->FixedFlags = words(Options->flags);
    C->Root = C->Current;
    *Out = C.release();
    return 0;
  }
  if (Options->build_dir) {
    C->Root = normal(Options->build_dir, Current);
    int Error = loadDatabase(*C, C->Root, Diags);
    if (Error == -ENOENT)
      return databaseMissing(Diags, Options->build_dir);
    if (Error)
      return Error;
    *Out = C.release();
    return 0;
  }
  // As clang's tools do: the nearest database at or above the first source.
  if (!Sources || !*Sources)
    return databaseMissing(Diags, "(no source)");
  std::string Dir = llvm::sys::path::parent_path(normal(*Sources, Current)).str();
  for (;;) {
    int Error = loadDatabase(*C, Dir, Diags);
    if (!Error)
      break;
    if (Error != -ENOENT)
      return Error;
    std::string Parent = llvm::sys::path::parent_path(Dir).str();
    if (Parent.empty() || Parent == Dir)
      return databaseMissing(Diags, *Sources);
    Dir = Parent;
  }
  C->Root = Dir;
  *Out = C.release();
  return 0;
}

void opn_commands_free(opn_commands *C) { delete C; }

const char *opn_commands_root(const opn_commands *C) { return C->Root.c_str(); }

/// Drops what names outputs and the source; keeps everything that decides what is compiled.
static std::vector<std::string> compileFlags(const std::vector<std::string> &Line, StringRef File,
                                             StringRef Directory) {
  static const llvm::StringSet<> Alone{
      "-c", "-S",  "-E",         "-MD",           "-MMD", "-MP",   "-MG",        "-MV",
      "-M", "-MM", "-emit-llvm", "-fsyntax-only", "--",   "-pipe", "-save-temps"};
  static const llvm::StringSet<> WithValue{"-o",  "-MF", "-MT",
                                           "-MQ", "-MJ", "--serialize-diagnostics"};
  std::vector<std::string> Flags;
  for (size_t I = 0; I < Line.size(); ++I) {
    StringRef A = Line[I];
    if (Alone.count(A))
      continue;
    if (WithValue.count(A)) {
      ++I;
      continue;
    }
    if ((A.starts_with("-o") && A.size() > 2 && !A.starts_with("-objc")) || A.starts_with("-MF") ||
        A.starts_with("-MT") || A.starts_with("-MQ") || A.starts_with("-Wp,-M") ||
        A.starts_with("-save-temps="))
      continue;
    if (!A.starts_with("-") && normal(A, Directory) == File)
      continue;
    Flags.push_back(A.str());
  }
  return Flags;
}

int opn_commands_find(const opn_commands *Const, const char *Source, opn_diags *Diags,
                      const opn_command **Out) {
  // Found is a cache; callers ask from one thread, before work is shared out.
  auto *C = const_cast<opn_commands *>(Const);
  std::string File = normal(Source, C->Current);
  auto Cached = C->Found.find(File);
  if (Cached != C->Found.end()) {
    *Out = Cached->second.data();
    return Cached->second.size();
  }

  std::vector<std::pair<std::string, std::vector<std::string>>> Lines; // directory, words
  if (C->Fixed) {
    std::vector<std::string> Line{"clang"};
    Line.insert(Line.end(), C->FixedFlags.begin(), C->FixedFlags.end());
    Lines.push_back({C->DatabasePath.empty() ? C->Current : C->Root, Line});
  } else {
    auto It = C->ByFile.find(File);
    if (It == C->ByFile.end()) {
      // The same file by another name: through links.
      llvm::SmallString<256> Real, Other;
      if (!llvm::sys::fs::real_path(File, Real))
        for (auto I = C->ByFile.begin(); I != C->ByFile.end(); ++I)
          if (llvm::sys::path::filename(I->first) == llvm::sys::path::filename(Real) &&
              !llvm::sys::fs::real_path(I->first, Other) && Other == Real) {
            It = I;
            break;
          }
    }
    if (It == C->ByFile.end()) {
      opn_diag(Diags, OPN_DIAG_COMMAND_MISSING, Nowhere, Source, C->DatabasePath.c_str());
      opn_diag_note(Diags, Nowhere,
                    "the database lists %zu sources; give flags after -- to do without it",
                    C->ByFile.size());
      return 0;
    }
    for (unsigned I : It->second)
      Lines.push_back({C->All[I].Directory, C->All[I].CommandLine});
  }

  std::vector<opn_command> Commands;
  std::vector<std::vector<std::string>> Seen;
  for (auto &[Directory, Line] : Lines) {
    if (Line.empty())
      continue;
    std::vector<std::string> Flags = compileFlags(Line, File, Directory);
    std::vector<std::string> Argv{Flags.empty() ? "clang" : Flags[0]};
    Argv.insert(Argv.end(), C->Before.begin(), C->Before.end());
    if (!Flags.empty())
      Argv.insert(Argv.end(), Flags.begin() + 1, Flags.end());
    Argv.insert(Argv.end(), C->After.begin(), C->After.end());
    // Clang names the source in its messages as the user did.
    Argv.push_back(C->Fixed && Directory == C->Current ? Source : File);
    std::vector<std::string> Key = Argv;
    Key.push_back(Directory);
    if (std::find(Seen.begin(), Seen.end(), Key) != Seen.end())
      continue;
    Seen.push_back(Key);
    const char **Words = C->Alloc.Allocate<const char *>(Argv.size() + 1);
    for (size_t I = 0; I < Argv.size(); ++I)
      Words[I] = C->Strings.save(Argv[I]).data();
    Words[Argv.size()] = nullptr;
    Commands.push_back({C->Strings.save(File).data(), C->Strings.save(Directory).data(), Words});
  }
  auto &Slot = C->Found[File];
  Slot = std::move(Commands);
  *Out = Slot.data();
  return Slot.size();
}
