// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// transform.cpp - the transformation side of rewriters.h
//
// One parse per compile command; their edits are united, because the text is the same. What only a
// compiler can check (a macro that changed, a prototype, a type outside of functions) is parsed
// once more as it will be.
#include "transform.h"

#include "kernel_uses.h"
#include "modernize.h"
#include "paths.h"

#include "clang/AST/ASTContext.h"
#include "clang/Tooling/ReplacementsYaml.h"
#include <cerrno>
#include <cstring>
#include <optional>

using namespace clang;
using namespace opn;
using llvm::StringRef;

struct opn_transformation {
  explicit opn_transformation(StringRef Root) : Files(Root.str()) {}

  FileCache Files;
  Results R;
  std::vector<opn_site> Sites;
  const opn_pair *Pair = nullptr;
  bool Back = false; ///< programs return to where they came from
  std::set<std::string> Programs;
  const char *const *ProgramList = nullptr;
  const char *const *Dependencies = nullptr;
  std::vector<opn_transformed_file> FileList;
  std::vector<std::string> Texts;
  std::vector<opn_edit> EditList;
  std::vector<opn_feasibility> Checks;

  int check(const opn_command *Commands, size_t Count, const opn_transform_options &Options,
            opn_diags *Diags);
  int run(const opn_command *Commands, size_t Count, const opn_transform_options &Options,
          opn_diags *Diags);

private:
  int choose(const SourceModel &Model, const opn_transform_options &Options, opn_diags *Diags,
             FunctionSet &Out);
  int judgeBack(const SourceModel &Model, const Unwrapping &Made, const FunctionSet &Wanted,
                opn_diags *Diags);
  int missing(const opn_transform_options &Options, StringRef Source, opn_diags *Diags) const;
  int judgeNames(const SourceModel &Model, const char *Shims, opn_diags *Diags) const;
  void finish(const LexedFile *Main, const Edits &Changes, const LexedFile *Dropped);
  int compile(const opn_command *Commands, size_t Count, const opn_transform_options &Options,
              opn_diags *Diags);
};

/// A program that could be one of those that are rewritten, for all that its context tells.
static void warnUntold(const FunctionDecl *FD, const SourceModel &Model, const HookTables &Tables,
                       const opn_transform_options &Options, opn_diags *Diags) {
  std::vector<StringRef> Hooks;
  for (size_t I = 0; I < Options.pair_count; ++I)
    if (Tables.isContextOf(FD, Options.pairs[I]->from) &&
        !llvm::is_contained(Hooks, Options.pairs[I]->from))
      Hooks.push_back(Options.pairs[I]->from);
  if (Hooks.empty())
    return;
  PresumedLoc PL = Model.SM->getPresumedLoc(FD->getLocation());
  opn_loc Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
  opn_diag(Diags, OPN_DIAG_PROGRAM_HOOK_UNTOLD, Loc, FD->getName().str().c_str(),
           sectionOf(FD).str().c_str());
  for (StringRef Hook : Hooks)
    opn_diag_note(Diags, {nullptr, 0, 0, 0}, "if it is one, say --from=%s", Hook.str().c_str());
}

/// The programs that are wanted, of the one hook that a pair is for.
int opn_transformation::choose(const SourceModel &Model, const opn_transform_options &Options,
                               opn_diags *Diags, FunctionSet &Out) {
  HookTables Tables(Options.hookdefs);
  for (const Chunk &C : Model.Chunks)
    for (const Decl *D : C.Decls) {
      const auto *FD = dyn_cast<FunctionDecl>(D);
      if (!FD || !isProgram(FD))
        continue;
      bool Wanted = !Options.functions;
      for (char *const *F = Options.functions; F && *F; ++F)
        Wanted |= FD->getName() == *F;
      const char *Hook = Tables.hook(FD, Options.from);
      if (Wanted && !Hook)
        warnUntold(FD, Model, Tables, Options, Diags);
      if (!Wanted || !Hook)
        continue;
      for (size_t I = 0; I < Options.pair_count; ++I) {
        const opn_pair *Fitting = Options.pairs[I];
        if (StringRef(Fitting->from) != Hook)
          continue;
        if (Pair && Pair != Fitting) {
          PresumedLoc PL = Model.SM->getPresumedLoc(FD->getLocation());
          opn_loc Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
          opn_diag(Diags, OPN_DIAG_PROGRAM_HOOK_MIXED, Loc,
                   Model.Instances[0].File->path().str().c_str(), Pair->to);
          opn_diag_note(Diags, {nullptr, 0, 0, 0}, "choose with --from=%s or --from=%s", Pair->from,
                        Fitting->from);
          return -EINVAL;
        }
        Pair = Fitting;
        Out.insert(FD);
      }
    }
  return 0;
}

/// Whether the programs are to be unwrapped, each in its own way or all.
int opn_transformation::judgeBack(const SourceModel &Model, const Unwrapping &Made,
                                  const FunctionSet &Wanted, opn_diags *Diags) {
  for (const FunctionDecl *FD : Wanted) {
    bool IsMade = Made.bodyOf(FD);
    Back |= IsMade;
    if (IsMade == (Made.bodyOf(Wanted[0]) != nullptr))
      continue;
    PresumedLoc PL = Model.SM->getPresumedLoc(FD->getLocation());
    opn_loc Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
    std::string What = "program '" + FD->getName().str() + "'";
    opn_diag(Diags, OPN_DIAG_TRANSFORM_REJECTED, Loc, What.c_str(), Pair->to,
             "some of the source's programs were rewritten from there, and some were not");
    opn_diag_note(Diags, {nullptr, 0, 0, 0}, "take some at a time, with --function");
    return -EINVAL;
  }
  return 0;
}

/// The result includes the shim by its name: no other header of the source may have it.
int opn_transformation::judgeNames(const SourceModel &Model, const char *Shims,
                                   opn_diags *Diags) const {
  for (const Instance &I : Model.Instances) {
    if (llvm::sys::path::filename(I.File->path()) != Pair->shim ||
        Unwrapping::isTables(*Pair, I.File->text(), Shims))
      continue;
    opn_loc Loc = {nullptr, 0, 0, 0};
    std::string Includer;
    if (I.Parent >= 0) {
      const LexedFile &Parent = *Model.Instances[I.Parent].File;
      Includer = Parent.path().str();
      Loc = {Includer.c_str(), Parent.line(I.IncludeOffset), 0, 0};
    }
    std::string What = "header '" + I.File->path().str() + "'";
    std::string Why = "the result includes the shim header '" + std::string(Pair->shim) +
                      "', and this is another one of that name";
    opn_diag(Diags, OPN_DIAG_TRANSFORM_REJECTED, Loc, What.c_str(), Pair->to, Why.c_str());
    opn_diag_note(Diags, {nullptr, 0, 0, 0},
                  "rename it; a shim header that was changed, or is of another version, goes: the "
                  "result gets its own");
    return -EINVAL;
  }
  return 0;
}

int opn_transformation::missing(const opn_transform_options &Options, StringRef Source,
                                opn_diags *Diags) const {
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  int Error = 0;
  auto Explain = [&] {
    for (size_t I = 0; I < Options.pair_count; ++I)
      opn_diag_note(Diags, Nowhere, "wanted is a program at hook '%s'", Options.pairs[I]->from);
  };
  for (char *const *F = Options.functions; F && *F; ++F)
    if (!Programs.count(*F)) {
      Error = opn_diag(Diags, OPN_DIAG_FUNCTION_MISSING, Nowhere, *F, Source.str().c_str());
      Explain();
    }
  if (!Error && Programs.empty()) {
    Error = opn_diag(Diags, OPN_DIAG_PROGRAMS_NONE, Nowhere, Source.str().c_str());
    Explain();
  }
  return Error;
}

/// The path of a file as another one includes it; both absolute.
static std::string pathFrom(StringRef From, StringRef To) {
  SmallVector<StringRef, 8> Have, Want;
  From.split(Have, '/', -1, false);
  To.split(Want, '/', -1, false);
  Have.pop_back(); // the file itself
  size_t Same = 0;
  while (Same < Have.size() && Same + 1 < Want.size() && Have[Same] == Want[Same])
    ++Same;
  std::string Out;
  for (size_t I = Same; I < Have.size(); ++I)
    Out += "../";
  for (size_t I = Same; I < Want.size(); ++I)
    Out += (I > Same ? "/" : "") + Want[I].str();
  return Out;
}

/// Dropped: a header that nothing includes any more, or null.
void opn_transformation::finish(const LexedFile *Main, const Edits &Changes,
                                const LexedFile *Dropped) {
  std::vector<const LexedFile *> List{Main};
  for (const std::string &Path : Files.paths())
    if (const LexedFile *File = Files.find(Path); File != Main && File != Dropped)
      List.push_back(File);
  Texts.reserve(List.size());
  for (const LexedFile *File : List) {
    std::vector<Edit> Made = Changes.of(File);
    for (const Edit &E : Made)
      EditList.push_back({FileList.size(), E.Offset, E.Length, R.text(E.Text), R.text(E.Rule)});
    Texts.push_back(applied(File, Made));
    opn_transformed_file F = {};
    F.path = R.text(File->path());
    F.absolute = R.text(Files.absolute(File));
    F.before = R.text(File->text());
    F.before_length = File->text().size();
    F.after = Texts.back().c_str();
    F.after_length = Texts.back().size();
    F.changed = !Made.empty();
    FileList.push_back(F);
  }
}

/// Whether the rewritten source compiles with each of its commands.
int opn_transformation::compile(const opn_command *Commands, size_t Count,
                                const opn_transform_options &Options, opn_diags *Diags) {
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  std::map<std::string, std::string> Rewritten;
  for (const opn_transformed_file &F : FileList)
    if (F.changed)
      Rewritten[F.absolute] = F.after;
  if (Pair) {
    std::string Shim = std::string(Options.shims) + "/" + Pair->shim;
    llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> Text = llvm::MemoryBuffer::getFile(Shim);
    if (!Text)
      return opn_diag(Diags, OPN_DIAG_INPUT_UNREADABLE, Nowhere, Shim.c_str(),
                      Text.getError().message().c_str());
    Rewritten[std::string(Options.shim_folder) + "/" + Pair->shim] = (*Text)->getBuffer().str();
  }

  for (size_t I = 0; I < Count; ++I) {
    FileCache Again(Files.root().str());
    opn_diags *Found = opn_diags_new();
    // C lets a pointer of the old context pass for one of the new, and only warns.
    std::vector<const char *> Words;
    for (const char *const *A = Commands[I].argv; *A; ++A)
      Words.push_back(*A);
    Words.insert(Words.end() - 1, {"-Werror=incompatible-pointer-types",
                                   "-Wno-incompatible-pointer-types-discards-qualifiers"});
    Words.push_back(nullptr);
    opn_command Command = Commands[I];
    Command.argv = Words.data();
    std::unique_ptr<Parse> Parsed = Parse::run(Command, Again, CollectOptions(), Found, &Rewritten);
    bool Good = Parsed != nullptr;
    if (!Good) {
      opn_diags_move(Diags, Found);
      opn_diag(Diags, OPN_DIAG_TRANSFORM_BROKEN, Nowhere, FileList[0].path);
      opn_diag_note(Diags, Nowhere, "Clang's lines are those of the rewritten text");
    }
    opn_diags_free(Found);
    if (!Good)
      return -EINVAL;
  }
  return 0;
}

/// Whether functions are only inlined that must be.
static bool copiesLittle(const opn_command &Command) {
  bool Little = false;
  for (const char *const *Word = Command.argv; *Word; ++Word) {
    StringRef Flag(*Word);
    if (Flag == "-finline-functions" || Flag == "-finline" || Flag == "-fno-no-inline")
      Little = false;
    else if (Flag.starts_with("-fno-inline") || Flag == "-finline-hint-functions" || Flag == "-O0")
      Little = true;
    else if (Flag.starts_with("-O"))
      Little = Flag == "-O0";
  }
  return Little;
}

int opn_transformation::run(const opn_command *Commands, size_t Count,
                            const opn_transform_options &Options, opn_diags *Diags) {
  Edits Changes;
  size_t Errors = opn_diags_count(Diags, OPN_SEV_ERROR);
  const LexedFile *Main = nullptr;
  std::string Source;
  bool Good = true, Unusual = false, Undefined = false;
  const LexedFile *Dropped = nullptr;
  std::set<std::string> Losses;
  std::map<const LexedFile *, unsigned> Includes;
  std::vector<const opn_command *> Others; // none of the programs is theirs

  for (size_t I = 0; I < Count; ++I) {
    std::unique_ptr<Parse> Parsed = Parse::run(Commands[I], Files, CollectOptions(), Diags);
    if (!Parsed)
      return -EINVAL;
    const SourceModel &Model = Parsed->Model;
    Main = Model.Instances[0].File;
    Source = Main->path().str();
    if (Options.modernize) {
      Modernized Maps = modernizeMaps(*Parsed, Options, Changes, Sites, R, Diags);
      Good &= Maps.Good;
      Unusual |= Maps.Count > 0;
    }
    FunctionSet Wanted;
    if (int Error = choose(Model, Options, Diags, Wanted))
      return Error;
    if (Wanted.empty()) {
      Others.push_back(&Commands[I]);
      continue;
    }
    for (const FunctionDecl *FD : Wanted)
      Programs.insert(FD->getName().str());
    std::optional<Unwrapping> Made;
    if (Pair->back)
      Made.emplace(Model, *Pair->back, Options.shims, R);
    if (int Error = Made ? judgeBack(Model, *Made, Wanted, Diags) : 0)
      return Error;
    if (Made && Made->isForeign())
      opn_diag(Diags, OPN_DIAG_TRANSFORM_SHIM, {nullptr, 0, 0, 0}, R.text(Made->shim()->path()));
    if (int Error = Back ? 0 : judgeNames(Model, Options.shims, Diags))
      return Error;
    Rewriting W = Back && Made ? Rewriting(Model, Options, *Made, Changes, Sites, R, Diags)
                               : Rewriting(Model, Options, *Pair, Changes, Sites, R, Diags);
    W.CopiesLittle = copiesLittle(Commands[I]);
    Good &= W.run(Wanted, Wanted);
    if (Back && Made)
      Dropped = Made->shim();
    Unusual |= W.Unusual;
    Losses.insert(W.Losses.begin(), W.Losses.end());
    Undefined |= W.Undefined;
    for (const auto &[File, At] : W.Includes) {
      auto [It, Added] = Includes.emplace(File, At);
      It->second = std::min(It->second, At);
    }
  }
  for (const opn_command *Other : Others) {
    if (Programs.empty() || !Good)
      break;
    std::unique_ptr<Parse> Parsed = Parse::run(*Other, Files, CollectOptions(), Diags);
    Good = Parsed && Rewriting(Parsed->Model, Options, *Pair, Changes, Sites, R, Diags).keepAll();
  }
  ProgramList = R.words(Programs);
  if (int Error = Options.pair_count ? missing(Options, Source, Diags) : 0)
    return Error;
  for (char *const *A = Options.accept; A && *A; ++A)
    if (!Losses.count(*A))
      opn_diag(Diags, OPN_DIAG_ACCEPT_UNUSED, {nullptr, 0, 0, 0}, *A);
  if (!Good)
    return -EINVAL;
  for (const auto &[File, At] : Includes) {
    std::string Shim = std::string(Options.shim_folder) + "/" + Pair->shim;
    Changes.insert(File, At,
                   std::string(Undefined ? "#define OPN_DEFINE_CONTEXT\n" : "") + "#include \"" +
                       pathFrom(Files.absolute(File), Shim) + "\"\n\n",
                   "shim", /*First=*/true);
  }
  finish(Main, Changes, Dropped);
  if (opn_diags_count(Diags, OPN_SEV_ERROR) > Errors)
    return 0; // kept going: an #error stands at each place
  return Unusual || Options.compile ? compile(Commands, Count, Options, Diags) : 0;
}

//===-- feasibility -----------------------------------------------------------------------------//

/// The newer one of two kernels; either may be missing.
static const char *newer(const char *A, const char *B) {
  return !A || (B && opn_kernel_newer(B, A)) ? B : A;
}

static opn_feasibility judged(const FunctionDecl *FD, const opn_pair &Pair,
                              const SourceModel &Model, const FunctionSet &Reached,
                              const std::vector<opn_site> &Found,
                              const opn_transform_options &Options, Results &R) {
  opn_feasibility F = {};
  F.program = R.text(FD->getName());
  Place P = Model.place(FD->getLocation());
  const LexedFile &File = *Model.Instances[P.Index].File;
  F.file = R.text(File.path());
  F.line = File.line(P.Offset);
  F.pair = &Pair;
  F.min_kernel = Pair.min_kernel;
  bool IsKnown = true;
  for (const opn_site &S : Found) {
    F.kind = std::max(F.kind, S.kind);
    if (S.row)
      F.min_kernel = newer(F.min_kernel, S.row->min_kernel);
    StringRef Rule = S.rule;
    if (Rule.consume_front("helpers.")) {
      std::string Name = Rule.str();
      const char *const Helpers[] = {Name.c_str(), nullptr};
      F.min_kernel = newer(F.min_kernel, opn_hookdefs_min_kernel(Options.hookdefs, Helpers));
    }
  }
  for (const std::string &Need : kernelNeeds(Reached.getArrayRef(), *Model.Context, R)) {
    const char *const One[] = {Need.c_str(), nullptr};
    const char *First = opn_hookdefs_min_kernel(Options.hookdefs, One);
    F.min_kernel = newer(F.min_kernel, First);
    IsKnown &= First != nullptr;
  }
  if (!IsKnown)
    F.min_kernel = nullptr;
  F.sites = R.array(Found);
  F.site_count = Found.size();
  return F;
}

int opn_transformation::check(const opn_command *Commands, size_t Count,
                              const opn_transform_options &Options, opn_diags *Diags) {
  HookTables Tables(Options.hookdefs);
  // Of several commands the first one with a program speaks for it.
  for (size_t I = 0; I < Count; ++I) {
    std::unique_ptr<Parse> Parsed = Parse::run(Commands[I], Files, CollectOptions(), Diags);
    if (!Parsed)
      return -EINVAL;
    const SourceModel &Model = Parsed->Model;
    std::map<std::string, FunctionSet> ByHook;
    for (const Chunk &C : Model.Chunks)
      for (const Decl *D : C.Decls)
        if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && isProgram(FD)) {
          if (const char *Hook = Tables.hook(FD, Options.from))
            ByHook[Hook].insert(FD);
          else
            warnUntold(FD, Model, Tables, Options, Diags);
        }
    for (size_t P = 0; P < Options.pair_count; ++P) {
      const FunctionSet &Going = ByHook[Options.pairs[P]->from];
      for (const FunctionDecl *FD : Going) {
        bool Wanted = !Options.functions;
        for (char *const *F = Options.functions; F && *F; ++F)
          Wanted |= FD->getName() == *F;
        if (!Wanted || (I && Programs.count(FD->getName().str())))
          continue;
        Edits Scratch;
        std::vector<opn_site> Found;
        FunctionSet One;
        One.insert(FD);
        opn_diags *Unheard = opn_diags_new();
        std::optional<Unwrapping> Made;
        if (Options.pairs[P]->back)
          Made.emplace(Model, *Options.pairs[P]->back, Options.shims, R);
        Rewriting W =
            Made && Made->bodyOf(FD)
                ? Rewriting(Model, Options, *Made, Scratch, Found, R, Unheard)
                : Rewriting(Model, Options, *Options.pairs[P], Scratch, Found, R, Unheard);
        W.CopiesLittle = copiesLittle(Commands[I]);
        W.run(One, Going);
        if (Options.modernize)
          modernizeMaps(*Parsed, Options, Scratch, Found, R, Unheard);
        opn_diags_free(Unheard);
        Checks.push_back(judged(FD, *Options.pairs[P], Model, W.reached(), Found, Options, R));
        Programs.insert(FD->getName().str());
      }
    }
  }
  return 0;
}

//===-- the C side ------------------------------------------------------------------------------//

int opn_transform(const opn_command *Commands, size_t Count, const char *Root,
                  const opn_transform_options *Options, opn_diags *Diags,
                  opn_transformation **Out) {
  *Out = new opn_transformation(Root);
  int Error = (*Out)->run(Commands, Count, *Options, Diags);
  (*Out)->Dependencies = (*Out)->R.words((*Out)->Files.Dependencies);
  return Error;
}

int opn_transform_check(const opn_command *Commands, size_t Count, const char *Root,
                        const opn_transform_options *Options, opn_diags *Diags,
                        opn_transformation **Out) {
  *Out = new opn_transformation(Root);
  int Error = (*Out)->check(Commands, Count, *Options, Diags);
  (*Out)->Dependencies = (*Out)->R.words((*Out)->Files.Dependencies);
  return Error;
}

const opn_feasibility *opn_transformation_feasibility(const opn_transformation *T, size_t *Count) {
  *Count = T->Checks.size();
  return T->Checks.data();
}

void opn_transformation_free(opn_transformation *T) { delete T; }

const opn_pair *opn_transformation_pair(const opn_transformation *T) { return T->Pair; }

bool opn_transformation_is_way_back(const opn_transformation *T) { return T->Back; }

const char *const *opn_transformation_programs(const opn_transformation *T) {
  return T->ProgramList;
}

const opn_site *opn_transformation_sites(const opn_transformation *T, size_t *Count) {
  *Count = T->Sites.size();
  return T->Sites.data();
}

const opn_transformed_file *opn_transformation_files(const opn_transformation *T, size_t *Count) {
  *Count = T->FileList.size();
  return T->FileList.data();
}

const char *const *opn_transformation_dependencies(const opn_transformation *T) {
  return T->Dependencies;
}

const opn_edit *opn_transformation_edits(const opn_transformation *T, size_t *Count) {
  *Count = T->EditList.size();
  return T->EditList.data();
}

char *opn_transformation_fixes(const opn_transformation *T) {
  tooling::TranslationUnitReplacements All;
  if (!T->FileList.empty())
    All.MainSourceFile = T->FileList[0].absolute;
  for (const opn_edit &E : T->EditList)
    All.Replacements.emplace_back(T->FileList[E.file].absolute, E.offset, E.length, E.text);
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  llvm::yaml::Output Out(OS);
  Out << All;
  OS.flush();
  return strdup(Text.c_str());
}
