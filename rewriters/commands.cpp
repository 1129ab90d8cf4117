// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// commands.cpp - where compile commands come from
//
// Unlike Clang's own loader nothing is inferred: a source that the database does not list has no
// command, and that is an error, because guessed flags give another program. The database is read
// by simdjson: for the thousand entries of a kernel's database jansson takes twice as long as Clang
// does for a small source, and Clang's own reader longer still. Jansson says where the mistake is
// when there is one, which simdjson does not know.
#include "base.h"
#include "foreign_flags.h"
#include "paths.h"
#include "rewriters.h"
#include "safe_flags.h"

#include "clang/Tooling/CompilationDatabase.h"
#include "clang/Tooling/Tooling.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <jansson.h>
#include <map>
#include <simdjson.h>

using namespace clang::tooling;
using llvm::StringRef;
using opn::normalPath;

static const opn_loc Nowhere = {nullptr, 0, 0, 0};
static const size_t MaxDatabase = 256u << 20;

namespace {

/// An entry of the database; its strings belong to the parser.
struct DatabaseEntry {
  StringRef Directory, File;
  std::optional<simdjson::dom::array> Arguments; ///< or Command
  StringRef Command;
};

} // namespace

struct opn_commands {
  std::string Root;
  std::string Current;
  std::string DatabasePath;
  simdjson::dom::parser Json;
  std::vector<DatabaseEntry> All;
  std::vector<std::string> FixedFlags; // without a database
  bool Fixed = false;
  std::vector<std::string> Before, After;
  llvm::BumpPtrAllocator Alloc;
  llvm::StringSaver Strings{Alloc};
  std::map<std::string, std::vector<opn_command>> Found;

  std::string directoryOf(const DatabaseEntry &E) const { return normalPath(E.Directory, Root); }
  std::string fileOf(const DatabaseEntry &E) const { return normalPath(E.File, directoryOf(E)); }
  std::vector<std::string> wordsOf(const DatabaseEntry &E);
};

/// "ccache clang ..." is a command of clang; CMake and bear write down the one that they ran.
static void unwrapLauncher(std::vector<std::string> &Words) {
  static const llvm::StringSet<> Launchers{"ccache", "sccache", "distcc", "gomacc", "icecc"};
  while (Words.size() > 1 && Launchers.count(llvm::sys::path::filename(Words[0])) &&
         !StringRef(Words[1]).starts_with("-"))
    Words.erase(Words.begin());
}

std::vector<std::string> opn_commands::wordsOf(const DatabaseEntry &E) {
  std::vector<std::string> Words;
  if (E.Arguments) {
    for (simdjson::dom::element Word : *E.Arguments)
      Words.push_back(std::string(Word.get_string().value_unsafe()));
  } else {
    llvm::SmallVector<const char *, 32> Split;
    llvm::cl::TokenizeGNUCommandLine(E.Command, Strings, Split);
    Words.assign(Split.begin(), Split.end());
  }
  unwrapLauncher(Words);
  addExpandedResponseFiles(Words, directoryOf(E), llvm::cl::TokenizeGNUCommandLine,
                           *opn::sourceFiles(""));
  return Words;
}

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

static int badDatabase(opn_commands &C, opn_diags *Diags, size_t Index, const char *Problem) {
  opn_loc Loc = {C.DatabasePath.c_str(), 0, 0, 0};
  std::string Text = "entry " + std::to_string(Index + 1) + ": " + Problem;
  return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, Text.c_str());
}

/// Says what is wrong with a text that simdjson does not take, and where.
static int reportJson(const opn_commands &C, StringRef Text, const char *Problem,
                      opn_diags *Diags) {
  opn_loc Loc = {C.DatabasePath.c_str(), 0, 0, 0};
  json_error_t Error;
  if (json_t *Json = json_loadb(Text.data(), Text.size(), 0, &Error)) {
    json_decref(Json);
    return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, Problem);
  }
  Loc.line = Error.line > 0 ? unsigned(Error.line) : 0;
  Loc.column = Error.column > 0 ? unsigned(Error.column) : 0;
  Loc.length = 1;
  return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, Error.text);
}

/// A string without a NUL, which no path and no argument can have.
static bool getText(simdjson::dom::element Value, StringRef &Out) {
  std::string_view Text;
  if (Value.get(Text) || Text.find('\0') != Text.npos)
    return false;
  Out = Text;
  return true;
}

static bool isWordList(simdjson::dom::array List) {
  StringRef Word;
  for (simdjson::dom::element Value : List)
    if (!getText(Value, Word))
      return false;
  return List.begin() != List.end();
}

/// Fills Out; returns what is wrong with the entry, or null.
static const char *readEntry(simdjson::dom::element Value, DatabaseEntry &Out) {
  simdjson::dom::object Entry;
  bool HasDirectory = false, HasFile = false, HasCommand = false;
  std::optional<simdjson::dom::element> Arguments;
  if (Value.get(Entry))
    return "it needs the strings \"directory\" and \"file\"";
  for (simdjson::dom::key_value_pair Field : Entry) {
    if (Field.key == "directory")
      HasDirectory = getText(Field.value, Out.Directory);
    else if (Field.key == "file")
      HasFile = getText(Field.value, Out.File);
    else if (Field.key == "command")
      HasCommand = getText(Field.value, Out.Command);
    else if (Field.key == "arguments")
      Arguments = Field.value;
  }
  if (!HasDirectory || !HasFile)
    return "it needs the strings \"directory\" and \"file\"";
  if (Arguments) {
    simdjson::dom::array List;
    if (Arguments->get(List) || !isWordList(List))
      return "\"arguments\" is no list of words";
    Out.Arguments = List;
    return nullptr;
  }
  return HasCommand ? nullptr : "it needs \"arguments\" or \"command\"";
}

/// A database is part of a stranger's tree: a pipe there is not waited for, and a device or a file
/// of any size is not read to its end.
static int readDatabase(const opn_commands &C, opn_diags *Diags, std::string &Out) {
  opn_loc Loc = {C.DatabasePath.c_str(), 0, 0, 0};
  char *Text;
  size_t Length;
  int Error = opn_file_read(C.DatabasePath.c_str(), MaxDatabase, &Text, &Length);
  if (Error)
    return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc,
                    Error == -EINVAL ? "it is no regular file" : strerror(-Error));
  Out.assign(Text, Length);
  free(Text);
  return 0;
}

static int loadJson(opn_commands &C, opn_diags *Diags) {
  opn_loc Loc = {C.DatabasePath.c_str(), 0, 0, 0};
  std::string Content;
  if (int Error = readDatabase(C, Diags, Content))
    return Error;
  simdjson::dom::element Root;
  if (auto Error = C.Json.parse(Content.data(), Content.size()).get(Root))
    return reportJson(C, Content, simdjson::error_message(Error), Diags);
  simdjson::dom::array Entries;
  if (Root.get(Entries)) {
    Loc = {C.DatabasePath.c_str(), 1, 1, 1};
    return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Loc, "it is no array of commands");
  }
  for (simdjson::dom::element Value : Entries) {
    DatabaseEntry E;
    if (const char *Problem = readEntry(Value, E))
      return badDatabase(C, Diags, C.All.size(), Problem);
    C.All.push_back(E);
  }
  return 0;
}

static int loadDatabase(opn_commands &C, StringRef Dir, opn_diags *Diags) {
  llvm::SmallString<256> Json(Dir), Flags(Dir);
  llvm::sys::path::append(Json, "compile_commands.json");
  llvm::sys::path::append(Flags, "compile_flags.txt");
  C.Root = Dir.str();
  if (llvm::sys::fs::exists(Json)) {
    C.DatabasePath = std::string(Json);
    return loadJson(C, Diags);
  }
  if (llvm::sys::fs::exists(Flags)) {
    std::string Error, Content;
    C.DatabasePath = std::string(Flags);
    if (int Failed = readDatabase(C, Diags, Content))
      return Failed;
    auto Db = FixedCompilationDatabase::loadFromBuffer(Dir, Content, Error);
    if (!Db)
      return opn_diag(Diags, OPN_DIAG_DATABASE_INVALID, Nowhere, Error.c_str());
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
    int Error = loadDatabase(*C, normalPath(Options->build_dir, Current), Diags);
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
  std::string Dir = llvm::sys::path::parent_path(normalPath(*Sources, Current)).str();
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
    if (!A.starts_with("-") && normalPath(A, Directory) == File)
      continue;
    Flags.push_back(A.str());
  }
  return Flags;
}

static void reportDropped(opn_diag_id Id, const std::vector<std::string> &Flags, const char *Source,
                          opn_diags *Diags) {
  if (Flags.empty())
    return;
  opn_diag(Diags, Id, Nowhere, Source);
  opn_diag_note(Diags, Nowhere, "they are %s", llvm::join(Flags, " ").c_str());
}

int opn_commands_find(const opn_commands *Const, const char *Source, opn_diags *Diags,
                      const opn_command **Out) {
  // Found is a cache; callers ask from one thread, before work is shared out.
  auto *C = const_cast<opn_commands *>(Const);
  std::string File = normalPath(Source, C->Current);
  auto Cached = C->Found.find(File);
  if (Cached != C->Found.end()) {
    *Out = Cached->second.data();
    return Cached->second.size();
  }

  std::vector<std::pair<std::string, std::vector<std::string>>> Lines; // directory, words
  if (C->Fixed) {
    std::vector<std::string> Line{"clang"};
    Line.insert(Line.end(), C->FixedFlags.begin(), C->FixedFlags.end());
    Lines.push_back({C->Root, Line});
  } else {
    StringRef Name = llvm::sys::path::filename(File);
    std::vector<const DatabaseEntry *> Matches;
    for (const DatabaseEntry &E : C->All)
      if (llvm::sys::path::filename(E.File) == Name && C->fileOf(E) == File)
        Matches.push_back(&E);
    llvm::SmallString<256> Real, Other;
    if (Matches.empty() && !llvm::sys::fs::real_path(File, Real)) {
      // The same file by another name: through links.
      for (const DatabaseEntry &E : C->All)
        if (llvm::sys::path::filename(E.File) == llvm::sys::path::filename(Real) &&
            !llvm::sys::fs::real_path(C->fileOf(E), Other) && Other == Real)
          Matches.push_back(&E);
    }
    if (Matches.empty()) {
      opn_diag(Diags, OPN_DIAG_COMMAND_MISSING, Nowhere, Source, C->DatabasePath.c_str());
      opn_diag_note(Diags, Nowhere,
                    "the database has %zu commands; give flags after -- to do without it",
                    C->All.size());
      return 0;
    }
    for (const DatabaseEntry *E : Matches)
      Lines.push_back({C->directoryOf(*E), C->wordsOf(*E)});
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
    bool IsForeign = !C->Fixed && !opn::isClang(Argv[0]);
    // Clang names the source in its messages as the user did.
    Argv.push_back(C->Fixed && Directory == C->Current ? Source : File);
    std::vector<std::string> Unsafe = opn::dropUnsafeFlags(Argv);
    if (IsForeign)
      reportDropped(OPN_DIAG_FLAG_FOREIGN, opn::dropForeignFlags(Argv, Directory), Source, Diags);
    std::vector<std::string> Key = Argv;
    Key.push_back(Directory);
    if (std::find(Seen.begin(), Seen.end(), Key) != Seen.end())
      continue;
    Seen.push_back(Key);
    reportDropped(OPN_DIAG_FLAG_UNSAFE, Unsafe, Source, Diags);
    const char **Words = C->Alloc.Allocate<const char *>(Argv.size() + 1);
    for (size_t I = 0; I < Argv.size(); ++I)
      Words[I] = C->Strings.save(Argv[I]).data();
    Words[Argv.size()] = nullptr;
    const char *Name = C->Strings.save(File).data(), *Folder = C->Strings.save(Directory).data();
    Commands.push_back({Name, Folder, Words});
  }
  auto &Slot = C->Found[File];
  Slot = std::move(Commands);
  *Out = Slot.data();
  return Slot.size();
}
