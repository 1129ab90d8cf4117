// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// extract.cpp - the extraction side of rewriters.h
//
// One parse per compile command; every target is cut out of the same parses. With several commands
// the closures are made per command and their plans united, so the unit keeps what any of them
// needs under the project's own conditionals.
#include "extraction.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"
#include "clang/Lex/PreprocessorOptions.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <cerrno>

using namespace clang;
using namespace opn;
using llvm::StringRef;

//===-- opening ---------------------------------------------------------------------------------//

static void commandMacros(CompilerInstance &CI, std::map<std::string, std::string> &Out) {
  for (const auto &[Text, IsUndef] : CI.getPreprocessorOpts().Macros) {
    std::string Name = StringRef(Text).split('=').first.split('(').first.str();
    Out[Name] = IsUndef ? "" : Text;
  }
}

int opn_extraction::open(const opn_command *Commands, size_t Count, opn_diags *Diags) {
  CollectOptions Collect;
  Collect.SlimVmlinux = Options.slim_vmlinux;
  for (char *const *G = Options.keep_includes; G && *G; ++G)
    Collect.KeepIncludes.push_back(*G);
  std::map<std::string, std::string> Texts;
  for (size_t T = 0; T < Options.text_count; ++T)
    Texts[Options.texts[T].path] = Options.texts[T].text;

  for (size_t I = 0; I < Count; ++I) {
    Config C;
    C.Command = &Commands[I];
    C.Parsed = Parse::run(Commands[I], Files, Collect, Diags, Texts.empty() ? nullptr : &Texts);
    if (!C.Parsed)
      return -EINVAL;
    SourceModel &Model = C.Parsed->Model;
    commandMacros(C.Parsed->compiler(), C.Macros);
    Main = Model.Instances[0].File;
    Source = Main->path().str();
    for (const Decl *D : Model.SplitDecls) {
      PresumedLoc PL = Model.SM->getPresumedLoc(Model.SM->getExpansionLoc(D->getBeginLoc()));
      opn_loc Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), 1};
      return opn_diag(Diags, OPN_DIAG_DECLARATION_SPLIT, Loc);
    }
    listFunctions(Model);
    if (Options.dump_after && StringRef(Options.dump_after) == "collect")
      dumpModel(Model);
    Configs.push_back(std::move(C));
    // An AST with vmlinux.h takes 100 MB, and a source may have a hundred commands: make all cuts
    // now and let the parse go.
    if (Count > 4) {
      Config &Kept = Configs.back();
      std::set<std::string> Names;
      for (const opn_function &F : Functions)
        Names.insert(F.name);
      for (const std::string &Name : Names) {
        Entry E;
        if (!find(Kept.Parsed->Model, Name).Definition)
          continue;
        Cut Made;
        if (cut(Kept, Name, Diags, Made, E))
          Kept.Cuts.emplace(Name, std::move(Made));
      }
      Kept.Parsed.reset();
    }
  }
  Inputs = R.words(Files.paths());
  Dependencies = R.words(Files.Dependencies);
  return 0;
}

void opn_extraction::listFunctions(const SourceModel &Model) {
  // In the order of the translation unit; what several commands share is listed once.
  std::vector<std::pair<unsigned, const FunctionDecl *>> List;
  for (unsigned C = 0; C < Model.Chunks.size(); ++C) {
    const FunctionDecl *Program = nullptr;
    for (const Decl *D : Model.Chunks[C].Decls)
      if (const auto *FD = dyn_cast<FunctionDecl>(D); FD && isProgram(FD))
        Program = FD;
    for (const Decl *D : Model.Chunks[C].Decls) {
      const auto *FD = dyn_cast<FunctionDecl>(D);
      if (!FD || !FD->doesThisDeclarationHaveABody())
        continue;
      // The inner function that a macro makes beside a program cannot be had alone. Programs can:
      // one line may make several.
      bool IsBeside = Program && !isProgram(FD);
      if (IsBeside &&
          Model.place(FD->getBeginLoc()).Offset == Model.place(Program->getBeginLoc()).Offset)
        continue;
      if (IsBeside && FD->getBeginLoc().isMacroID() && Program->getBeginLoc().isMacroID() &&
          FD->getStorageClass() == SC_Static &&
          Model.SM->getExpansionLoc(FD->getLocation()) ==
              Model.SM->getExpansionLoc(Program->getLocation()))
        continue;
      List.push_back({Model.Chunks[C].Seq, FD});
    }
  }
  std::stable_sort(List.begin(), List.end(),
                   [](const auto &A, const auto &B) { return A.first < B.first; });
  for (const auto &[Seq, FD] : List) {
    opn_function F =
        describeFunction(FD, isProgram(FD) ? contextOf(FD) : nullptr, Model, Tables, R);
    if (Listed.insert({F.file, F.start_line, F.name}).second)
      Functions.push_back(F);
  }
}

//===-- dumps -----------------------------------------------------------------------------------//

void opn_extraction::dumpChunk(const SourceModel &Model, const Chunk &C) {
  const LexedFile &File = *Model.Instances[C.Instance].File;
  Dump += File.path().str() + ":" + std::to_string(File.line(C.Extent.Begin)) + "-" +
          std::to_string(File.line(C.Extent.End - 1)) + ":";
  for (const Decl *D : C.Decls) {
    Dump += std::string(" ") + D->getDeclKindName();
    if (const auto *ND = dyn_cast<NamedDecl>(D); ND && ND->getIdentifier())
      Dump += " " + ND->getName().str();
  }
  Dump += "\n";
}

void opn_extraction::dumpModel(const SourceModel &Model) {
  for (const Chunk &C : Model.Chunks)
    dumpChunk(Model, C);
  for (const MacroLine &M : Model.Macros) {
    const LexedFile &File = *Model.Instances[M.Instance].File;
    Dump += File.path().str() + ":" +
            std::to_string(File.line(File.directives()[M.Directive].Extent.Begin)) +
            (M.Info ? ": define " : ": undef ") + M.Name.str() + "\n";
  }
  for (const External &E : Model.Externals)
    if (E.Parent >= 0) {
      const LexedFile &File = *Model.Instances[E.Parent].File;
      Dump += File.path().str() + ":" + std::to_string(File.line(E.IncludeOffset)) + ": include " +
              E.How.Spelling + "\n";
    }
}

//===-- targets ---------------------------------------------------------------------------------//

Found opn_extraction::find(const SourceModel &Model, StringRef Name) const {
  Found F;
  IdentifierInfo &II = Model.Context->Idents.get(Name);
  for (NamedDecl *D : Model.Context->getTranslationUnitDecl()->lookup(&II))
    if (auto *FD = dyn_cast<FunctionDecl>(D)) {
      F.Declaration = FD;
      if (const FunctionDecl *Def = FD->getDefinition())
        F.Definition = Def;
    }
  return F;
}

std::string opn_extraction::nameAt(StringRef File, unsigned Line) const {
  for (const opn_function &F : Functions) {
    if (Line < F.start_line || Line > F.end_line)
      continue;
    StringRef Path = F.file;
    if (Path == File || (Path.ends_with(File) && Path.drop_back(File.size()).ends_with("/")) ||
        normalPath(Path, Files.root()) == normalPath(File, Files.root()))
      return F.name;
  }
  return {};
}

int opn_extraction::missing(StringRef Name, opn_diags *Diags) const {
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  for (const Config &C : Configs) {
    if (!C.Parsed)
      continue;
    Found F = find(C.Parsed->Model, Name);
    if (!F.Declaration)
      continue;
    const SourceModel &Model = C.Parsed->Model;
    PresumedLoc PL =
        Model.SM->getPresumedLoc(Model.SM->getExpansionLoc(F.Declaration->getLocation()));
    opn_loc Loc = {nullptr, 0, 0, 0};
    if (PL.isValid())
      Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), unsigned(Name.size())};
    if (!F.Definition) {
      int Error = opn_diag(Diags, OPN_DIAG_FUNCTION_DECLARED_ONLY, Loc, Name.str().c_str());
      opn_diag_note(Diags, Nowhere, "give the source that defines it");
      return Error;
    }
    return opn_diag(Diags, OPN_DIAG_FUNCTION_EXTERNAL, Loc, Name.str().c_str());
  }
  int Error =
      opn_diag(Diags, OPN_DIAG_FUNCTION_MISSING, Nowhere, Name.str().c_str(), Source.c_str());
  const opn_function *Near = nullptr;
  unsigned Best = 1 + Name.size() / 3;
  for (const opn_function &F : Functions) {
    unsigned Distance = Name.edit_distance(F.name);
    if (Distance <= Best && (!Near || Distance < Best)) {
      Near = &F;
      Best = Distance;
    }
  }
  if (Near) {
    opn_loc Loc = {Near->file, Near->start_line, Near->column, 1};
    opn_diag_note(Diags, Loc, "did you mean '%s'?", Near->name);
  } else {
    opn_diag_note(Diags, Nowhere, "--list shows what can be extracted");
  }
  return Error;
}

//===-- cutting ---------------------------------------------------------------------------------//

bool opn_extraction::cut(Config &C, StringRef Name, opn_diags *Diags, Cut &Out, Entry &E) {
  const SourceModel &Model = C.Parsed->Model;
  Found F = find(Model, Name);
  if (!F.Definition || Model.chunkOf(F.Definition) < 0)
    return false;

  Closure K(Model, Options.layout == OPN_LAYOUT_TREE);
  K.need(F.Definition);
  // The licence is part of the program: without it the kernel refuses helpers.
  for (const Chunk &Ch : Model.Chunks)
    for (const Decl *D : Ch.Decls)
      if (const auto *VD = dyn_cast<VarDecl>(D))
        if (sectionOf(VD) == "license" || sectionOf(VD) == "version")
          K.need(VD);
  // libbpf loads a struct_ops program only through the variable that names it.
  if (isProgram(F.Definition))
    for (const Chunk &Ch : Model.Chunks)
      for (const Decl *D : Ch.Decls)
        if (const auto *VD = dyn_cast<VarDecl>(D))
          if (sectionOf(VD).ltrim('?').starts_with(".struct_ops"))
            for (const DeclUse &Use : usesOf({const_cast<VarDecl *>(VD)}, *Model.Context))
              if (const auto *Member = dyn_cast<FunctionDecl>(Use.D))
                if (Member->getDefinition() == F.Definition)
                  K.need(VD);
  if (Options.entry && !isProgram(F.Definition)) {
    // A unit that was made before has its entry already.
    Found Existing = find(Model, entryName(Name));
    if (Existing.Definition && isUnit(*Main)) {
      K.need(Existing.Definition);
    } else {
      if (!makeEntry(F.Definition, *Options.entry, Model, Diags, E))
        return false;
      K.needRecord(E.Context);
    }
  }
  K.finish();
  if (Options.dump_after && StringRef(Options.dump_after) == "closure")
    for (int I : K.Chunks.set_bits()) {
      Dump += Name.str() + ": ";
      dumpChunk(Model, Model.Chunks[I]);
    }

  Out.P = makePlan(Model, K);
  for (auto It = Out.P.Undefines.begin(); It != Out.P.Undefines.end();) {
    auto M = C.Macros.find(*It);
    It = M != C.Macros.end() && M->second.empty() ? std::next(It) : Out.P.Undefines.erase(It);
  }
  if (F.Definition->getStorageClass() == SC_Static && !isProgram(F.Definition) && !Options.entry &&
      !F.Definition->hasAttr<UnusedAttr>() && !F.Definition->hasAttr<UsedAttr>())
    Out.P.Unused = Name.str();
  Out.Tested = K.TestedUndefined;
  const RecordDecl *Context = E.Context                 ? E.Context
                              : isProgram(F.Definition) ? contextOf(F.Definition)
                                                        : nullptr;
  describeUnit(Out.Facts, Model, K, Context, Tables, R, Diags);
  for (int X : K.Externals.set_bits()) {
    const External &Ext = Model.Externals[X];
    if (Ext.How.BesideIncluder && Ext.Parent >= 0)
      Out.IncluderDirs.insert(
          llvm::sys::path::parent_path(Files.absolute(Model.Instances[Ext.Parent].File)).str());
    else if (!Ext.How.SearchDir.empty())
      Out.SearchDirs.insert(normalPath(Ext.How.SearchDir, C.Command->directory));
    for (const FileEntry *H : Model.reach(X)) {
      auto Dir = Model.SearchDirs.find(H);
      if (Dir != Model.SearchDirs.end())
        Out.SearchDirs.insert(normalPath(Dir->second, C.Command->directory));
    }
  }
  for (const Instance &I : Model.Instances)
    if (I.Parent >= 0 && !I.How.BesideIncluder)
      Out.ProjectDirs.insert(normalPath(I.How.SearchDir, C.Command->directory));
  return true;
}

//===-- units -----------------------------------------------------------------------------------//

template <typename T, typename Same>
static void joinInto(const T *&To, size_t &ToCount, const T *From, size_t FromCount, Results &R,
                     Same Equal) {
  std::vector<T> All(To, To + ToCount);
  for (size_t I = 0; I < FromCount; ++I)
    if (std::none_of(All.begin(), All.end(), [&](const T &O) { return Equal(O, From[I]); }))
      All.push_back(From[I]);
  To = R.array(All);
  ToCount = All.size();
}

static const char *const *joinWords(const char *const *A, const char *const *B, Results &R) {
  std::set<std::string> All;
  for (const char *const *List : {A, B})
    for (; List && *List; ++List)
      All.insert(*List);
  return R.words(All);
}

static void joinFacts(opn_unit &To, const opn_unit &From, Results &R) {
  joinInto(To.functions, To.function_count, From.functions, From.function_count, R,
           [](const opn_function &A, const opn_function &B) {
             return !strcmp(A.name, B.name) && !strcmp(A.file, B.file) &&
                    A.start_line == B.start_line;
           });
  joinInto(
      To.maps, To.map_count, From.maps, From.map_count, R, [](const opn_map &A, const opn_map &B) {
        return !strcmp(A.name, B.name) && !strcmp(A.file, B.file) && A.start_line == B.start_line;
      });
  joinInto(To.items, To.item_count, From.items, From.item_count, R,
           [](const opn_item &A, const opn_item &B) {
             return !strcmp(A.kind, B.kind) && !strcmp(A.name, B.name) && !strcmp(A.file, B.file) &&
                    A.start_line == B.start_line;
           });
  joinInto(To.edges, To.edge_count, From.edges, From.edge_count, R,
           [](const opn_edge &A, const opn_edge &B) {
             return !strcmp(A.from, B.from) && !strcmp(A.to, B.to) && !strcmp(A.kind, B.kind);
           });
  To.includes = joinWords(To.includes, From.includes, R);
  To.undefined = joinWords(To.undefined, From.undefined, R);
  if (!To.license)
    To.license = From.license;
}

int opn_extraction::unit(StringRef Given, opn_diags *Diags, const opn_unit **Out) {
  std::string Name = Given.str();
  auto [File, LineText] = Given.rsplit(':');
  unsigned Line = 0;
  if (!LineText.empty() && !LineText.getAsInteger(10, Line)) {
    Name = nameAt(File, Line);
    if (Name.empty())
      return missing(Given, Diags);
  }
  auto Done = Units.find(Name);
  if (Done != Units.end()) {
    *Out = Done->second;
    return 0;
  }

  auto Owned = std::make_unique<opn_unit>();
  opn_unit &U = *Owned;
  std::vector<Cut> Cuts;
  std::vector<bool> Has;
  Entry E;
  size_t ErrorsBefore = opn_diags_count(Diags, OPN_SEV_ERROR);
  for (Config &C : Configs) {
    Cut Made;
    bool Made1;
    if (C.Parsed) {
      Made1 = cut(C, Name, Diags, Made, E);
    } else {
      auto It = C.Cuts.find(Name);
      Made1 = It != C.Cuts.end();
      if (Made1)
        Made = std::move(It->second);
    }
    if (opn_diags_count(Diags, OPN_SEV_ERROR) > ErrorsBefore)
      return -EINVAL;
    Has.push_back(Made1);
    Cuts.push_back(std::move(Made));
  }
  if (std::find(Has.begin(), Has.end(), true) == Has.end())
    return missing(Name, Diags);

  Plan P;
  bool First = true;
  for (size_t I = 0; I < Cuts.size(); ++I) {
    if (!Has[I])
      continue;
    unite(P, Cuts[I].P);
    if (First)
      U = Cuts[I].Facts;
    else
      joinFacts(U, Cuts[I].Facts, R);
    First = false;
  }
  U.name = R.text(Name);
  U.source = R.text(Source);

  // What all commands define alike is written into the unit; the rest are its variants.
  std::set<std::string> Baked;
  for (const auto &[Macro, Word] : Configs[0].Macros) {
    bool Alike = true;
    for (const Config &C : Configs) {
      auto It = C.Macros.find(Macro);
      Alike &= It != C.Macros.end() && It->second == Word;
    }
    if (Alike)
      Baked.insert(Macro);
  }
  for (auto It = P.Defines.begin(); It != P.Defines.end();)
    It = Baked.count(It->first) ? std::next(It) : P.Defines.erase(It);
  for (auto It = P.Undefines.begin(); It != P.Undefines.end();)
    It = Baked.count(*It) ? std::next(It) : P.Undefines.erase(It);

  licences(U, P, Diags);
  for (size_t I = 0; I < U.function_count; ++I)
    if (Name == U.functions[I].name)
      U.hook = U.functions[I].hook;
  if (!E.Name.empty()) {
    U.entry = R.text(E.Name);
    U.entry_text = R.text(E.Text);
    U.hook = Options.entry->hook;
  }

  PrintOptions Print;
  Print.Version = Options.version ? Options.version : "";
  Print.Target = Name;
  Print.Entry = E.Text;
  std::vector<opn_unit_file> OutFiles;
  auto Add = [&](StringRef Path, const std::string &Text) {
    const char *Copy = R.text(Text);
    OutFiles.push_back({R.text(Path), Copy, Text.size()});
  };
  std::string TreeBase;
  if (Options.layout == OPN_LAYOUT_SINGLE) {
    Add(Name + ".bpf.c", printSingle(P, Print));
  } else {
    std::vector<PrintedFile> Tree = printTree(P, Print);
    // Files keep their places towards each other.
    for (const PrintedFile &F : Tree) {
      std::string Dir = llvm::sys::path::parent_path(Files.absolute(F.File)).str();
      if (TreeBase.empty())
        TreeBase = Dir;
      while (Dir != TreeBase && !StringRef(Dir).starts_with(TreeBase + "/") && TreeBase.size() > 1)
        TreeBase = llvm::sys::path::parent_path(TreeBase).str();
    }
    for (const PrintedFile &F : Tree) {
      StringRef Path = Files.absolute(F.File);
      Path.consume_front(TreeBase);
      Path.consume_front("/");
      Add(Path, F.Text);
    }
  }
  U.files = R.array(OutFiles);
  U.file_count = OutFiles.size();
  flags(U, Cuts, Has, Baked, TreeBase);

  Units[Name] = Owned.get();
  *Out = Owned.get();
  UnitStore.push_back(std::move(Owned));
  return 0;
}

//===-- the door --------------------------------------------------------------------------------//

int opn_extraction_open(const opn_command *Commands, size_t Count, const char *Root,
                        const opn_extract_options *Options, opn_diags *Diags,
                        opn_extraction **Out) {
  auto X = std::make_unique<opn_extraction>(Root, *Options);
  int Error = X->open(Commands, Count, Diags);
  if (Error)
    return Error;
  *Out = X.release();
  return 0;
}

void opn_extraction_free(opn_extraction *X) { delete X; }

const opn_function *opn_extraction_functions(const opn_extraction *X, size_t *Count) {
  *Count = X->Functions.size();
  return X->Functions.data();
}

int opn_extraction_unit(opn_extraction *X, const char *Name, opn_diags *Diags,
                        const opn_unit **Out) {
  return X->unit(Name, Diags, Out);
}

const char *const *opn_extraction_inputs(const opn_extraction *X) { return X->Inputs; }

const char *const *opn_extraction_dependencies(const opn_extraction *X) { return X->Dependencies; }

const char *opn_extraction_dump(const opn_extraction *X) {
  return X->Options.dump_after ? X->Dump.c_str() : nullptr;
}
