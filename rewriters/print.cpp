// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// print.cpp - write a plan as text
//
// Project text is copied byte for byte. What is added, all of it under GPL-2.0-only OR
// BSD-2-Clause: the head comment, a comment per block that names its origin, a note in conditional
// branches that were left out, and the defines of the command line.
//
// Printing is a fixpoint: a unit that is extracted again comes out the same. So our own comments
// are recognised in the input, and blank lines between neighbours are kept as they stand.
#include "plan.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

static const char CommandOrigin[] = "/* Extracted from the compile command */";
static const char LeftOut[] = "/* not part of this unit */";

/// A path for our comments. Its bytes are a stranger's: none of them may end the comment, open
/// another one or break the line.
static std::string inComment(StringRef Path) {
  std::string Out;
  for (char C : Path) {
    if (!Out.empty() && ((Out.back() == '*' && C == '/') || (Out.back() == '/' && C == '*')))
      Out += ' ';
    Out += (unsigned char)C < 0x20 || C == 0x7f || C == '\\' || C == '?' ? '_' : C;
  }
  return Out;
}

static bool isOrigin(StringRef Comment) { return Comment.starts_with(OriginMark); }

namespace {

/// Something to print, in the order of its file.
struct Entity {
  enum Kind { Item, Conditional, Child, Note } What;
  Range Extent; ///< with attached comments
  PlanItem::Kind ItemKind = PlanItem::Declaration;
  bool OwnBlock = false;
  StringRef Origin; ///< our comment that stood above it, in a unit
  const PlanNode *Node = nullptr;
  tok::PPKeywordKind Directive = tok::pp_not_keyword;
  unsigned Above = 0; ///< where our comment begins, when the extent follows it

  unsigned begin() const { return Above ? Above : Extent.Begin; }
};

class Printer {
public:
  explicit Printer(bool Inline) : Inline(Inline) {}
  std::string Out;

  void node(const PlanNode &N);
  void newlines(unsigned Wanted) {
    size_t Have = 0;
    while (Have < Out.size() && Out[Out.size() - 1 - Have] == '\n')
      ++Have;
    if (Out.empty())
      return;
    for (; Have < Wanted; ++Have)
      Out += '\n';
  }

private:
  std::vector<Entity> entities(const PlanNode &N);
  void addBranchNotes(const PlanNode &N, std::vector<Entity> &List);
  void text(const PlanNode &N, Range R);

  bool Inline; ///< project headers are printed in place of their #include
};

/// Whether text holds nothing but white space and comments.
bool isBlank(const LexedFile &F, Range R) {
  size_t T = F.tokenAfter(R.Begin);
  if (T < F.tokens().size() && F.tokens()[T].Begin < R.End)
    return false;
  for (const Directive &D : F.directives()) {
    if (D.Extent.Begin >= R.End)
      break;
    if (D.Extent.Begin >= R.Begin)
      return false;
  }
  return true;
}

/// Whether nothing but comments stands in front of a directive.
bool isFirst(const LexedFile &F, unsigned Directive) {
  return F.directives().front().Extent.Begin == Directive &&
         (F.tokens().empty() || F.tokens().front().Begin > Directive);
}

std::vector<Entity> Printer::entities(const PlanNode &N) {
  const LexedFile &F = *N.File;
  bool Unit = isUnit(F);
  std::vector<Entity> List;
  for (const auto &[Begin, Item] : N.Items) {
    Entity E{Entity::Item, F.withComments({Begin, Item.End}), Item.What, Item.OwnBlock, {},
             nullptr};
    if (!Unit && Item.What == PlanItem::Include && isFirst(F, Begin))
      E.Extent.Begin = Begin; // what stands above it is about the file
    if (Unit) {
      // Our own comment above is printed by us again, not copied.
      E.OwnBlock = false;
      for (const Comment &C : F.comments())
        if (C.Extent.Begin < Begin && isOrigin(F.text(C.Extent))) {
          E.Origin = F.text(C.Extent);
          if (C.Extent.Begin == E.Extent.Begin) {
            E.OwnBlock = true;
            E.Above = C.Extent.Begin;
            size_t Skip = F.text().find_first_not_of(" \t\r\n", C.Extent.End);
            E.Extent.Begin = Skip;
          }
        }
      if (Item.What == PlanItem::Include)
        E.OwnBlock = false;
    }
    List.push_back(E);
  }
  for (int G : N.Groups)
    for (unsigned D : F.groups()[G].Directives) {
      const Directive &Dir = F.directives()[D];
      Range R = Dir.Extent;
      if (D == F.groups()[G].Directives.front())
        R.Begin = F.attachedStart(R);
      Entity E{Entity::Conditional, R, PlanItem::Declaration, false, {}, nullptr, Dir.Kind};
      List.push_back(E);
    }
  for (const auto &[Key, Child] : N.Children) {
    if (Child->empty() || Child->Whole)
      continue;
    int D = F.directiveAt(Key.first);
    Range R = F.directives()[D].Extent;
    if (Inline) {
      List.push_back({Entity::Child, R, PlanItem::Include, false, {}, Child.get()});
    } else {
      Entity E{Entity::Item, F.withComments(R), PlanItem::Include, false, {}, nullptr};
      List.push_back(E);
    }
  }
  // Conditionals inside a kept declaration are part of its text.
  auto Nested = [&](const Entity &E) {
    if (E.What == Entity::Item && E.ItemKind == PlanItem::Declaration)
      return false;
    auto It = N.Items.upper_bound(E.Extent.Begin);
    if (It == N.Items.begin())
      return false;
    --It;
    return It->second.What == PlanItem::Declaration && It->first < E.Extent.Begin &&
           E.Extent.Begin < It->second.End;
  };
  List.erase(std::remove_if(List.begin(), List.end(), Nested), List.end());
  std::stable_sort(List.begin(), List.end(), [](const Entity &A, const Entity &B) {
    return A.Extent.Begin < B.Extent.Begin;
  });
  addBranchNotes(N, List);
  return List;
}

/// A branch of a printed conditional from which nothing is printed says so.
void Printer::addBranchNotes(const PlanNode &N, std::vector<Entity> &List) {
  const LexedFile &F = *N.File;
  std::vector<Entity> Result;
  for (size_t I = 0; I < List.size(); ++I) {
    Result.push_back(List[I]);
    if (I + 1 == List.size() || List[I].What != Entity::Conditional ||
        List[I + 1].What != Entity::Conditional || List[I].Directive == tok::pp_endif)
      continue;
    tok::PPKeywordKind Next = List[I + 1].Directive;
    if (Next == tok::pp_if || Next == tok::pp_ifdef || Next == tok::pp_ifndef)
      continue;
    Range Branch{List[I].Extent.End, List[I + 1].Extent.Begin};
    if (isBlank(F, Branch) && !F.text(Branch).contains(LeftOut))
      continue;
    Result.push_back({Entity::Note, Branch, PlanItem::Declaration, false, {}, nullptr});
  }
  List = std::move(Result);
}

/// Copies a range; an #include inside it is replaced by what it includes.
void Printer::text(const PlanNode &N, Range R) {
  const LexedFile &F = *N.File;
  unsigned At = R.Begin;
  if (Inline)
    for (const auto &[Key, Child] : N.Children) {
      if (!Child->Whole || !R.contains(Key.first))
        continue;
      int D = F.directiveAt(Key.first);
      Out += F.text({At, Key.first});
      Out += std::string(OriginMark) + inComment(Child->File->path()) + ":1-" +
             std::to_string(Child->File->line(Child->File->body().End)) + " */\n";
      text(*Child, Child->File->body());
      At = F.directives()[D].Extent.End;
    }
  Out += F.text({At, R.End});
}

void Printer::node(const PlanNode &N) {
  const LexedFile &F = *N.File;
  std::vector<Entity> List = entities(N);
  bool Unit = isUnit(F);

  // Blocks first: a comment names the lines of its whole block.
  std::vector<bool> Starts(List.size());
  bool Open = false;
  for (size_t I = 0; I < List.size(); ++I) {
    const Entity &E = List[I];
    if (E.What == Entity::Child) {
      Open = false;
      continue;
    }
    if (E.What == Entity::Conditional && Unit && isOrigin(F.text(E.Extent)))
      Open = true; // our comment stands above the conditional
    if (E.What != Entity::Item || E.ItemKind == PlanItem::Include)
      continue;
    bool Adjacent = I > 0 && List[I - 1].What != Entity::Child &&
                    isBlank(F, {List[I - 1].Extent.End, E.Extent.Begin});
    bool Own = E.OwnBlock;
    // In a unit a block goes on for as long as our comments do not say otherwise.
    Starts[I] = Unit ? (Own || !Open || !Adjacent) : (Own || !Open);
    Open = Unit || !Own;
  }

  const Entity *Last = nullptr;
  for (size_t I = 0; I < List.size(); ++I) {
    const Entity &E = List[I];
    if (E.What == Entity::Child) {
      node(*E.Node);
      Last = nullptr;
      continue;
    }
    // White space before it.
    if (Last && isBlank(F, {Last->Extent.End, E.Extent.Begin}) && E.What != Entity::Note) {
      StringRef Gap = F.text({Last->Extent.End, E.begin()});
      size_t Breaks = Gap.count('\n');
      if (Breaks == 0)
        Out += Gap;
      else
        newlines(Starts[I] && !Unit ? 2 : std::min<size_t>(Breaks, 2));
    } else if (E.What == Entity::Note) {
      newlines(1);
    } else if (E.What == Entity::Conditional) {
      bool Opens = E.Directive == tok::pp_if || E.Directive == tok::pp_ifdef ||
                   E.Directive == tok::pp_ifndef;
      bool AfterOpen =
          Last && Last->What == Entity::Conditional && Last->Directive != tok::pp_endif;
      newlines(Opens && !AfterOpen ? 2 : 1);
    } else {
      bool AfterOpen =
          Last && Last->What == Entity::Conditional && Last->Directive != tok::pp_endif;
      bool Run = Last && Last->What == Entity::Item && Last->ItemKind == E.ItemKind &&
                 E.ItemKind != PlanItem::Declaration && !Starts[I];
      newlines(AfterOpen || Run ? 1 : 2);
    }
    if (E.What == Entity::Note) {
      Out += LeftOut;
      Out += '\n';
      Last = nullptr;
      continue;
    }
    if (Starts[I]) {
      if (!E.Origin.empty()) {
        Out += E.Origin;
      } else {
        size_t End = I;
        for (size_t J = I + 1; J < List.size(); ++J) {
          if (Starts[J] || List[J].What == Entity::Child)
            break;
          if (List[J].What == Entity::Item && List[J].ItemKind != PlanItem::Include)
            End = J;
        }
        Out += OriginMark + inComment(F.path()) + ":" + std::to_string(F.line(E.Extent.Begin)) +
               "-" + std::to_string(F.line(List[End].Extent.End - 1)) + " */";
      }
      Out += '\n';
    }
    // Indentation of the first line belongs to the text.
    if (Out.empty() || Out.back() == '\n') {
      unsigned LineStart = E.Extent.Begin - (F.column(E.Extent.Begin) - 1);
      StringRef Indent = F.text({LineStart, E.Extent.Begin});
      if (Indent.trim().empty())
        Out += Indent;
    }
    text(N, E.Extent);
    Last = &E;
  }
  newlines(1);
}

void collectFiles(const PlanNode &N, std::vector<const LexedFile *> &Files) {
  if (N.empty())
    return;
  if (std::find(Files.begin(), Files.end(), N.File) == Files.end())
    Files.push_back(N.File);
  for (const auto &C : N.Children)
    collectFiles(*C.second, Files);
}

/// Licences and our head comment. In a unit all of it stands there already.
std::string head(const LexedFile &Main, llvm::ArrayRef<const LexedFile *> Files,
                 const PrintOptions &Options) {
  std::string Out;
  if (isUnit(Main)) {
    for (const Comment &C : Main.comments())
      if (Main.text(C.Extent).starts_with(UnitMark))
        return Main.text({0, C.Extent.End}).str() + "\n";
  }
  std::vector<StringRef> Seen;
  for (const LexedFile *F : Files) {
    std::vector<Range> Licence = F->licenceComments();
    if (Licence.empty())
      continue;
    StringRef Text = F->text({Licence.front().Begin, Licence.back().End});
    if (std::find(Seen.begin(), Seen.end(), Text) != Seen.end())
      continue;
    Seen.push_back(Text);
    Out += Text.str() + "\n";
  }
  Out += UnitMark + Options.Version + " from " + inComment(Main.path()) + ": " + Options.Target +
         "\n" + " * Parts inserted by OPENED: GPL-2.0-only OR BSD-2-Clause */\n";
  return Out;
}

/// What the command line would have said.
std::string commandLine(const Plan &P) {
  std::string Out;
  for (const auto &[Name, Words] : P.Defines)
    Out += std::string("\n") + CommandOrigin + "\n#ifndef " + Name + "\n#define " + Words +
           "\n#endif\n";
  for (const std::string &Name : P.Undefines)
    Out += std::string("\n") + CommandOrigin + "\n#undef " + Name + "\n";
  for (const std::string &Spelling : P.ForcedExternals)
    Out += "\n#include " + Spelling + "\n";
  return Out;
}

/// What stands behind the project's text.
std::string tail(const Plan &P, const PrintOptions &Options) {
  std::string Out;
  if (!P.Described.empty()) {
    Out += "\n/* Never called: LLVM describes an extern in BTF where C code calls it, not where "
           "assembly\n"
           " * does. Made by opened-extract; GPL-2.0-only OR BSD-2-Clause */\n"
           "static __attribute__((used)) void opened_describe_externs(void)\n{\n";
    for (const std::string &Name : P.Described)
      Out += "\t" + Name + ";\n";
    Out += "}\n";
  }
  if (!P.DescribedTypes.empty()) {
    Out += "\n/* Never called: LLVM describes the targets of tagged pointers in BTF where a "
           "prototype names\n"
           " * them. Made by opened-extract; GPL-2.0-only OR BSD-2-Clause */\n";
    unsigned Number = 0;
    for (const std::string &Type : P.DescribedTypes)
      Out += "static __attribute__((used)) void opened_describe_type" + std::to_string(Number++) +
             "(" + Type + "target)\n{\n\t(void)target;\n}\n";
  }
  if (!P.Unused.empty())
    Out += "\n/* Nothing here calls it: no compiler is to warn of that. Made by opened-extract;\n"
           " * GPL-2.0-only OR BSD-2-Clause */\n"
           "static __attribute__((unused)) __typeof__(&" +
           P.Unused + ") opened_unused = " + P.Unused + ";\n";
  if (!Options.Entry.empty())
    Out += "\n" + Options.Entry;
  return Out;
}

} // namespace

std::string printSingle(const Plan &P, const PrintOptions &Options) {
  std::vector<const LexedFile *> Files;
  collectFiles(P.Main, Files);
  for (const auto &F : P.Forced)
    collectFiles(*F, Files);
  Printer Pr(/*Inline=*/true);
  Pr.Out = head(*P.Main.File, Files, Options) + commandLine(P);
  for (const auto &F : P.Forced)
    if (!F->empty())
      Pr.node(*F);
  Pr.node(P.Main);
  Pr.Out += tail(P, Options);
  return std::move(Pr.Out);
}

//===-- tree ------------------------------------------------------------------------------------//

static void uniteFile(PlanNode &Into, const PlanNode &From) {
  Into.File = From.File;
  Into.Whole |= From.Whole;
  Into.Items.insert(From.Items.begin(), From.Items.end());
  Into.Groups.insert(From.Groups.begin(), From.Groups.end());
  for (const auto &[Key, Child] : From.Children) {
    auto &Slot = Into.Children[Key];
    if (!Slot)
      Slot = std::make_unique<PlanNode>();
    uniteFile(*Slot, *Child);
  }
}

static void gather(const PlanNode &N, std::map<const LexedFile *, PlanNode> &ByFile,
                   std::map<const LexedFile *, unsigned> &Count,
                   std::vector<const LexedFile *> &Order) {
  if (N.empty())
    return;
  if (!Count[N.File]++)
    Order.push_back(N.File);
  uniteFile(ByFile[N.File], N);
  for (const auto &C : N.Children)
    gather(*C.second, ByFile, Count, Order);
}

static std::string guardName(StringRef Path) {
  std::string Name = "OPENED_";
  for (char C : Path)
    Name += llvm::isAlnum(C) ? llvm::toUpper(C) : '_';
  return Name;
}

std::vector<PrintedFile> printTree(const Plan &P, const PrintOptions &Options) {
  std::map<const LexedFile *, PlanNode> ByFile;
  std::map<const LexedFile *, unsigned> Count;
  std::vector<const LexedFile *> Order;
  gather(P.Main, ByFile, Count, Order);
  for (const auto &F : P.Forced)
    gather(*F, ByFile, Count, Order);

  std::vector<PrintedFile> Result;
  for (const LexedFile *F : Order) {
    PlanNode &N = ByFile[F];
    if (F == P.Main.File) {
      Printer Pr(/*Inline=*/false);
      Pr.Out = head(*F, F, Options) + commandLine(P);
      for (const auto &Forced : P.Forced)
        if (!Forced->empty())
          Pr.Out += "\n#include \"" + Forced->File->path().str() + "\"\n";
      Pr.node(N);
      Pr.Out += tail(P, Options);
      Result.insert(Result.begin(), {F, std::move(Pr.Out)});
      continue;
    }
    if (N.Whole) {
      Result.push_back({F, F->text().str()});
      continue;
    }
    std::string Licence = head(*F, F, Options), Guard;
    if (F->includeGuard() >= 0) {
      const ConditionalGroup &G = F->groups()[F->includeGuard()];
      Guard = F->directives()[G.Directives.front()].Name.str();
      unsigned Define = G.Directives.front() + 1;
      N.Items.erase(F->directives()[Define].Extent.Begin);
    } else if (Count[F] == 1) {
      Guard = guardName(F->path());
    }
    Printer Pr(/*Inline=*/false);
    Pr.Out = Licence;
    if (!Guard.empty())
      Pr.Out += "#ifndef " + Guard + "\n#define " + Guard + "\n";
    Pr.node(N);
    if (!Guard.empty())
      Pr.Out += "\n#endif /* " + Guard + " */\n";
    Result.push_back({F, std::move(Pr.Out)});
  }
  return Result;
}

} // namespace opn
