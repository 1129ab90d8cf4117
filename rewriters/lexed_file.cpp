// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lexed_file.cpp - find directives, conditionals and comments of a file with Clang's raw lexer
//
// The raw lexer hands out tokens without preprocessing, so text in branches that are not compiled
// is seen like all other text.
#include "lexed_file.h"

#include "clang/Basic/IdentifierTable.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>

using namespace clang;
using llvm::StringRef;

namespace opn {

LexedFile::LexedFile(std::string RelativePath, StringRef Contents, const LangOptions &LO)
    : Path(std::move(RelativePath)), Text(Contents) {
  LineStarts.push_back(0);
  // StringRef::find() of one character is memchr(): headers are large, and mostly comments.
  for (size_t I = 0; (I = Text.find('\n', I)) != StringRef::npos;)
    LineStarts.push_back(++I);
  lex(LO);
  nest();
  findGuard();
}

static tok::PPKeywordKind directiveKind(StringRef Word) {
  return llvm::StringSwitch<tok::PPKeywordKind>(Word)
#define PPKEYWORD(X) .Case(#X, tok::pp_##X)
#include "clang/Basic/TokenKinds.def"
      .Default(tok::pp_not_keyword);
}

void LexedFile::lex(const LangOptions &LO) {
  // A location base that is valid but never used: offsets are all that is asked for.
  SourceLocation Base = SourceLocation::getFromRawEncoding(1);
  Lexer Lex(Base, LO, Text.begin(), Text.begin(), Text.end());
  Lex.SetCommentRetentionState(true);

  bool OnlyCommentsOnLine = true; // nothing but comments since the line's start
  int Open = -1;                  // the directive that is being read
  unsigned WordsRead = 0;
  Token Tok;
  for (;;) {
    Lex.LexFromRawLexer(Tok);
    if (Tok.is(tok::eof))
      break;
    unsigned Begin = Tok.getLocation().getRawEncoding() - Base.getRawEncoding();
    unsigned Length = Tok.getLength();
    bool FirstOnLine = Tok.isAtStartOfLine();
    if (FirstOnLine) {
      OnlyCommentsOnLine = true;
      Open = -1;
    }
    if (Open >= 0) { // the rest of a directive's line, comments included
      Directive &D = Directives[Open];
      D.Extent.End = Begin + Length;
      if (Tok.is(tok::raw_identifier) && WordsRead < 2) {
        StringRef Word = Text.substr(Begin, Length);
        if (WordsRead++ == 0)
          D.Kind = directiveKind(Word);
        else
          D.Name = Word;
      } else if (Tok.isNot(tok::comment)) {
        WordsRead = 2; // the macro's name comes directly behind the keyword
      }
      continue;
    }
    if (Tok.is(tok::comment)) {
      Comments.push_back({{Begin, Begin + Length}, OnlyCommentsOnLine});
      continue;
    }
    if (Tok.is(tok::hash) && OnlyCommentsOnLine) {
      Open = Directives.size();
      WordsRead = 0;
      Directive D;
      D.Extent = {Begin, Begin + Length};
      Directives.push_back(D);
      continue;
    }
    OnlyCommentsOnLine = false;
    Tokens.push_back({Begin, Length, Tok.getKind()});
  }
}

void LexedFile::nest() {
  std::vector<int> Stack;
  for (unsigned I = 0; I < Directives.size(); ++I) {
    Directive &D = Directives[I];
    D.Enclosing = Stack.empty() ? -1 : Stack.back();
    switch (D.Kind) {
    case tok::pp_if:
    case tok::pp_ifdef:
    case tok::pp_ifndef:
      D.Group = Groups.size();
      Groups.push_back({{I}, D.Enclosing});
      Stack.push_back(D.Group);
      break;
    case tok::pp_elif:
    case tok::pp_elifdef:
    case tok::pp_elifndef:
    case tok::pp_else:
    case tok::pp_endif:
      if (Stack.empty())
        break; // Clang has reported it
      D.Group = Stack.back();
      D.Enclosing = Groups[D.Group].Enclosing;
      Groups[D.Group].Directives.push_back(I);
      if (D.Kind == tok::pp_endif)
        Stack.pop_back();
      break;
    default:
      if (D.Kind == tok::pp_pragma && D.Name == "once")
        PragmaOnce = true;
      break;
    }
  }
}

void LexedFile::findGuard() {
  // The shape that Clang's multiple-include optimisation knows: one #ifndef around everything,
  // with the #define of that macro as the first directive inside it.
  if (Directives.size() < 3)
    return;
  const Directive &First = Directives[0], &Second = Directives[1];
  if (First.Kind != tok::pp_ifndef || Second.Kind != tok::pp_define || First.Name != Second.Name)
    return;
  const ConditionalGroup &G = Groups[First.Group];
  if (G.Directives.size() != 2 || G.Directives.back() != Directives.size() - 1)
    return;
  if (!Tokens.empty() && (Tokens.front().Begin < Second.Extent.End ||
                          Tokens.back().Begin > Directives.back().Extent.Begin))
    return;
  // "#define X value" may be a default for a setting rather than a guard; a guard has no value, or
  // guards more than its own definition.
  StringRef Rest = Text.slice(Second.Name.end() - Text.begin(), Second.Extent.End).trim();
  bool HasValue =
      !Rest.empty() && !Rest.starts_with("/*") && !Rest.starts_with("//") && Rest != "1";
  if (HasValue || (Tokens.empty() && Directives.size() == 3 && Rest == "1"))
    return;
  Guard = First.Group;
}

unsigned LexedFile::line(unsigned Offset) const {
  return std::upper_bound(LineStarts.begin(), LineStarts.end(), Offset) - LineStarts.begin();
}

std::pair<StringRef, unsigned> LexedFile::origin(unsigned Offset) const {
  size_t At = Text.take_front(Offset).rfind(StringRef(OriginMark));
  if (At == StringRef::npos)
    return {};
  auto [Path, Lines] = Text.substr(At + sizeof(OriginMark) - 1).split('\n').first.rsplit(':');
  unsigned First;
  if (Lines.consumeInteger(10, First))
    return {};
  return {Path, First + line(Offset) - line(At) - 1};
}

unsigned LexedFile::column(unsigned Offset) const {
  return Offset - LineStarts[line(Offset) - 1] + 1;
}

unsigned LexedFile::freshLine(unsigned Offset) const {
  unsigned Line = line(Offset) - 1;
  auto IsWithin = [&](unsigned Start) {
    // Blanks between the backslash and the line's end are ignored.
    StringRef Above = StringRef(Text).take_front(Start).rtrim();
    if (Above.ends_with("\\") && line(Above.size()) == line(Start - 1))
      return true;
    for (const Comment &C : Comments)
      if (C.Extent.Begin < Start && Start < C.Extent.End)
        return true;
    return false;
  };
  while (Line && IsWithin(LineStarts[Line]))
    --Line;
  return LineStarts[Line];
}

int LexedFile::directiveAt(unsigned Offset) const {
  auto It = std::upper_bound(Directives.begin(), Directives.end(), Offset,
                             [](unsigned O, const Directive &D) { return O < D.Extent.Begin; });
  if (It == Directives.begin())
    return -1;
  --It;
  return It->Extent.contains(Offset) ? It - Directives.begin() : -1;
}

int LexedFile::groupAt(unsigned Offset) const {
  auto It = std::upper_bound(Directives.begin(), Directives.end(), Offset,
                             [](unsigned O, const Directive &D) { return O < D.Extent.Begin; });
  if (It == Directives.begin())
    return -1;
  --It;
  if (It->Extent.contains(Offset))
    return It->Enclosing;
  if (It->Group >= 0 && It->Kind != tok::pp_endif)
    return It->Group;
  return It->Enclosing;
}

Range LexedFile::groupExtent(int Group) const {
  const ConditionalGroup &G = Groups[Group];
  return {Directives[G.Directives.front()].Extent.Begin,
          Directives[G.Directives.back()].Extent.End};
}

size_t LexedFile::tokenAfter(unsigned Offset) const {
  auto It = std::lower_bound(Tokens.begin(), Tokens.end(), Offset,
                             [](const RawToken &T, unsigned O) { return T.Begin < O; });
  return It - Tokens.begin();
}

static bool isLicenceComment(StringRef Text) {
  return Text.contains("SPDX-License-Identifier") || Text.contains_insensitive("copyright");
}

/// A comment of more lines is a chapter of the file, not a declaration's: uapi/linux/bpf.h has the
/// manual of all helpers above one macro.
static constexpr unsigned LongestAttachedComment = 64;

unsigned LexedFile::attachedStart(Range R) const {
  auto It = std::lower_bound(Comments.begin(), Comments.end(), R.Begin,
                             [](const Comment &C, unsigned O) { return C.Extent.Begin < O; });
  unsigned Start = R.Begin;
  while (It != Comments.begin()) {
    --It;
    StringRef Gap = Text.slice(It->Extent.End, Start);
    if (!It->FirstOnLine || !Gap.trim().empty() || Gap.count('\n') > 1 ||
        isLicenceComment(text(It->Extent)) ||
        text(It->Extent).count('\n') >= LongestAttachedComment)
      break;
    Start = It->Extent.Begin;
  }
  return Start;
}

Range LexedFile::withComments(Range R) const {
  Range Result{attachedStart(R), R.End};
  auto It = std::lower_bound(Comments.begin(), Comments.end(), R.End,
                             [](const Comment &C, unsigned O) { return C.Extent.Begin < O; });
  for (; It != Comments.end(); ++It) {
    StringRef Gap = Text.slice(Result.End, It->Extent.Begin);
    if (!Gap.trim().empty() || Gap.contains('\n'))
      break;
    Result.End = It->Extent.End;
  }
  return Result;
}

std::vector<Range> LexedFile::licenceComments() const {
  unsigned End = Text.size();
  if (!Tokens.empty())
    End = std::min(End, Tokens.front().Begin);
  if (!Directives.empty())
    End = std::min(End, Directives.front().Extent.Begin);
  std::vector<Range> Result;
  size_t Last = 0, Index = 0;
  for (const Comment &C : Comments) {
    if (C.Extent.Begin >= End)
      break;
    Result.push_back(C.Extent);
    ++Index;
    StringRef Body = text(C.Extent);
    if (isLicenceComment(Body) || Body.contains_insensitive("license") ||
        Body.contains_insensitive("licence"))
      Last = Index;
  }
  Result.resize(Last);
  return Result;
}

bool isUnit(const LexedFile &F) {
  return llvm::any_of(F.comments(),
                      [&F](const Comment &C) { return F.text(C.Extent).starts_with(UnitMark); });
}

} // namespace opn
