// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove.cpp - the proof that a unit is what it was cut from, level by level
//
// A difference is explained only by a cause that was tried out: the sources are
// compiled again with that one thing taken away on both sides, and then nothing
// may differ. Two causes are known to be harmless. Macros such as __LINE__
// depend on where text stands. And a function that stays behind changes how the
// optimiser inlines what it used: a static helper with one caller left is
// inlined.
#include "prove.h"

#include "load.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <unistd.h>

using namespace opn;
using llvm::StringRef;

namespace {

struct ObjectFree {
  void operator()(opn_object *O) const { opn_object_free(O); }
};
using ObjectPtr = std::unique_ptr<opn_object, ObjectFree>;

ObjectPtr openObject(const std::string &Bytes) {
  opn_object *Object = nullptr;
  opn_object_open(Bytes.data(), Bytes.size(), &Object);
  return ObjectPtr(Object);
}

std::string quote(StringRef Text) { return "'" + Text.str() + "'"; }

// Both objects, walked from the same function.
class View {
public:
  View(const std::string &Original, const std::string &Unit, const opn_object *Whole)
      : L(openObject(Original)), R(openObject(Unit)), Whole(Whole) {}

  bool readable() const { return L && R; }
  const opn_object *original() const { return L.get(); }
  const opn_object *unit() const { return R.get(); }

  // The function is in neither object.
  bool inNeither(const std::string &Function) {
    ObjectSide Left(*L), Right(*R);
    return !Left.reach(Function) && !Right.reach(Function);
  }

  // Says what is wrong, or nothing.
  std::string walk(const std::string &Root) {
    LSide.emplace(*L);
    RSide.emplace(*R);
    if (!LSide->reach(Root))
      return "the original's object has no function " + quote(Root);
    if (!RSide->reach(Root))
      return "the unit's object has no function " + quote(Root);
    std::vector<std::string> Theirs = RSide->operations(Root);
    for (const std::string &Name : LSide->operations(Root)) {
      if (!llvm::is_contained(Theirs, Name)) {
        Missing.push_back(Name);
        continue;
      }
      LSide->reachVariable(*opn_object_symbol(L.get(), Name.c_str()));
      RSide->reachVariable(*opn_object_symbol(R.get(), Name.c_str()));
    }
    return "";
  }

  ObjectPair pair() {
    assert(LSide && RSide && "no walk yet");
    return {*LSide, *RSide, Whole ? *Whole : *L, Missing};
  }
  ObjectSide &originalSide() {
    assert(LSide);
    return *LSide;
  }
  ObjectSide &unitSide() {
    assert(RSide);
    return *RSide;
  }

private:
  ObjectPtr L, R;
  const opn_object *Whole;
  std::optional<ObjectSide> LSide, RSide;
  std::vector<std::string> Missing;
};

} // namespace

struct opn_prover {
  std::map<std::string, std::unique_ptr<Build>> Originals;
  std::deque<std::string> Strings;

  const char *keep(std::string Text) {
    Strings.push_back(std::move(Text));
    return Strings.back().c_str();
  }
};

namespace {

constexpr Verdict (*Levels[])(ObjectPair &) = {compareCode, compareTypes, compareData};

// One proof on its way.
class Proof {
public:
  Proof(opn_prover &Prover, const opn_command &Original, const opn_command &Unit,
        const opn_prove_options &Options, opn_diags *Diags, opn_proof &Out)
      : Prover(Prover), Original(Original), Unit(Unit), Options(Options), Diags(Diags), Out(Out) {}
  int run();

private:
  enum Side { OriginalSide, UnitSide };
  const opn_command &command(Side Of) const { return Of == OriginalSide ? Original : Unit; }
  CompileRequest request(Side Of) const;
  const Build &original(const std::vector<std::string> &Extra = {});
  int report(const Build &Failed, Side Of);
  int fail(const std::string &Why);
  opn_loc loc(const FilePlace &Where, Side Of);

  void set(unsigned Level, opn_proof_status Status, std::string Detail);
  void setAll(unsigned From, opn_proof_status Status, const std::string &Detail);
  void differs(unsigned Level, const Difference &Found);

  int decideRoots();
  Verdict compareModules(const Build &L, const Build &R);
  void proveIr();
  bool explainIr(const std::set<std::string> &Macros);
  void proveObjects();
  std::set<std::string> usedPlaceMacros() const;
  std::unique_ptr<View> explainCode();
  std::unique_ptr<View> explainPlaces(View &Plain, unsigned Level);
  bool equalIn(View &Explained, View &Plain, unsigned Level);
  std::unique_ptr<View> tryView(const std::string &L, const std::string &R,
                                const opn_object *Whole);
  void proveLoad(View &Plain);

  opn_prover &Prover;
  const opn_command &Original, &Unit;
  const opn_prove_options &Options;
  opn_diags *Diags;
  opn_proof &Out;

  std::string Root; // what levels 2 to 5 start from
  std::vector<std::string> Roots;
  std::string Keep;
  const Build *L = nullptr;
  std::unique_ptr<Build> R;
  const Build *NeutralL = nullptr; // without what depends on places
  std::unique_ptr<Build> NeutralR; // the same
  std::string PlaceReason, Reason;
};

CompileRequest Proof::request(Side Of) const {
  CompileRequest Out{&command(Of), "", Keep, {}, ""};
  if (Of == OriginalSide && Options.entry_text)
    Out.Append = Options.entry_text;
  return Out;
}

// Many functions of one source are proved: what they share is compiled once.
const Build &Proof::original(const std::vector<std::string> &Extra) {
  CompileRequest Request = request(OriginalSide);
  Request.Extra = Extra;
  std::string Key = std::string(Original.directory) + '\0' + Request.Append + '\0' + Keep;
  for (const std::string &Word : Extra)
    Key += '\0' + Word;
  for (const char *const *Word = Original.argv; *Word; ++Word)
    Key += std::string(1, '\0') + *Word;
  std::unique_ptr<Build> &Cached = Prover.Originals[Key];
  if (!Cached)
    Cached = compile(Request);
  return *Cached;
}

int Proof::fail(const std::string &Why) {
  return opn_diag(Diags, OPN_DIAG_PROOF_FAILED, OPN_NOWHERE, Options.function, Why.c_str());
}

int Proof::report(const Build &Failed, Side Of) {
  const opn_command &Command = command(Of);
  setAll(0, OPN_PROOF_ERROR,
         std::string("the ") + (Of == UnitSide ? "unit" : "original") + " does not compile");
  if (int Error = reportProblems(Failed, Command, Diags))
    return Error;
  return fail(std::string("the ") + (Of == UnitSide ? "unit" : "original") + " does not compile");
}

opn_loc Proof::loc(const FilePlace &Where, Side Of) {
  if (Where.File.empty())
    return OPN_NOWHERE;
  return {Prover.keep(shownPath(Where, command(Of))), Where.Line, Where.Column, 1};
}

void Proof::set(unsigned Level, opn_proof_status Status, std::string Detail) {
  Out.level[Level].status = Status;
  Out.level[Level].detail = Detail.empty() ? nullptr : Prover.keep(std::move(Detail));
  Out.level[Level].original = OPN_NOWHERE;
  Out.level[Level].unit = OPN_NOWHERE;
}

void Proof::setAll(unsigned From, opn_proof_status Status, const std::string &Detail) {
  for (unsigned Level = From; Level < OPN_PROOF_LEVELS; ++Level)
    set(Level, Status, Detail);
}

void Proof::differs(unsigned Level, const Difference &Found) {
  set(Level, OPN_PROOF_DIFFERS, Found.Detail);
  Out.level[Level].original = loc(Found.Original, OriginalSide);
  Out.level[Level].unit = loc(Found.Unit, UnitSide);
}

// A static function that nothing keeps is emitted by neither side on its own:
// then both are told to.
int Proof::decideRoots() {
  Root = Options.entry ? Options.entry : Options.function;
  Roots = {Root};
  if (Options.entry)
    Roots.push_back(Options.function);
  L = &original();
  if (!L->Ok)
    return report(*L, OriginalSide);
  llvm::LLVMContext Context;
  std::unique_ptr<llvm::Module> M = readIr(*L, Context);
  if (!M)
    return fail("the IR of the original cannot be read");
  if (findFunction(*M, Root) == Presence::Kept &&
      findFunction(*M, Options.function) >= Presence::Discardable)
    return 0;
  Keep = Options.function;
  L = &original();
  if (!L->Ok)
    return report(*L, OriginalSide);
  M = readIr(*L, Context);
  // Discardable: a function that the backend cannot emit by itself, with more arguments than there
  // are registers. Its IR can be compared all the same.
  if (!M || findFunction(*M, Options.function) < Presence::Discardable ||
      findFunction(*M, Root) < Presence::Discardable) {
    std::string Why = "the original defines no function " + quote(Options.function);
    setAll(0, OPN_PROOF_ERROR, Why);
    return fail(Why);
  }
  return 0;
}

Verdict Proof::compareModules(const Build &LB, const Build &RB) {
  llvm::LLVMContext LContext, RContext;
  std::unique_ptr<llvm::Module> LM = readIr(LB, LContext), RM = readIr(RB, RContext);
  if (!LM || !RM)
    return Difference{"the IR cannot be read", {}, {}};
  return compareIr(*LM, *RM, Roots);
}

// Takes these macros away on both sides. True: then nothing differs.
bool Proof::explainIr(const std::set<std::string> &Macros) {
  CompileRequest RRequest = request(UnitSide);
  std::vector<std::string> Flags{"-Wno-builtin-macro-redefined"};
  for (const std::string &Macro : Macros) {
    bool IsText = StringRef(Macro).contains("FILE") || StringRef(Macro).contains("STAMP");
    Flags.push_back("-D" + Macro + (IsText ? "=\"\"" : "=0"));
  }
  RRequest.Extra = Flags;
  const Build &LB = original(Flags);
  std::unique_ptr<Build> RB = LB.Ok ? compile(RRequest) : nullptr;
  if (!RB || !RB->Ok || compareModules(LB, *RB))
    return false;
  NeutralL = &LB;
  NeutralR = std::move(RB);
  PlaceReason = llvm::join(Macros, ", ");
  return true;
}

std::set<std::string> Proof::usedPlaceMacros() const {
  std::set<std::string> Used = L->PlaceMacros;
  Used.insert(R->PlaceMacros.begin(), R->PlaceMacros.end());
  return Used;
}

void Proof::proveIr() {
  Verdict Found = compareModules(*L, *R);
  if (!Found) {
    set(0, OPN_PROOF_IDENTICAL, "");
    return;
  }
  std::set<std::string> Used = usedPlaceMacros();
  for (const std::string &Macro : Used) {
    if (explainIr({Macro}))
      return set(0, OPN_PROOF_EXPLAINED, PlaceReason);
  }
  if (Used.size() > 1 && explainIr(Used))
    return set(0, OPN_PROOF_EXPLAINED, PlaceReason);
  differs(0, *Found);
}

std::unique_ptr<View> Proof::tryView(const std::string &LBytes, const std::string &RBytes,
                                     const opn_object *Whole) {
  auto Out = std::make_unique<View>(LBytes, RBytes, Whole);
  if (!Out->readable() || !Out->walk(Root).empty())
    return nullptr;
  ObjectPair Pair = Out->pair();
  return compareCode(Pair) ? nullptr : std::move(Out);
}

// Looks for the view in which the code is equal, and sets Reason to what was
// taken away for it.
std::unique_ptr<View> Proof::explainCode() {
  const Build &LB = NeutralL ? *NeutralL : *L;
  const Build &RB = NeutralR ? *NeutralR : *R;
  Reason = PlaceReason;
  if (NeutralL) {
    if (auto V = tryView(LB.Object, RB.Object, nullptr))
      return V;
  }
  llvm::LLVMContext LContext, RContext;
  std::unique_ptr<llvm::Module> LM = readIr(LB, LContext), RM = readIr(RB, RContext);
  std::string LObject, RObject;
  if (!LM || !RM)
    return nullptr;
  std::vector<std::string> Names = restrictTo(*LM, Roots);
  orderLike(*LM, *RM);
  if (!emitObject(request(OriginalSide), *LM, LObject))
    return nullptr;
  auto V = tryView(LObject, RB.Object, nullptr);
  if (!V) {
    // The unit may hold more than the target needs, too.
    std::vector<std::string> More = restrictTo(*RM, Roots);
    Names.insert(Names.end(), More.begin(), More.end());
    if (emitObject(request(UnitSide), *RM, RObject))
      V = tryView(LObject, RObject, nullptr);
  }
  if (!V)
    return nullptr;
  if (!Reason.empty())
    Reason += "; ";
  Reason += "functions left out change inlining";
  if (!Names.empty())
    Reason += ": " + llvm::join(Names, ", ");
  return V;
}

bool Proof::equalIn(View &Explained, View &Plain, unsigned Level) {
  ObjectPair Pair = Explained.pair();
  // Licence and symbols are the whole source's.
  ObjectPair Judged{Pair.Original, Pair.Unit, *Plain.original(), Plain.pair().MissingOperations};
  return !Levels[Level - 1](Judged);
}

// A macro can reach the object past the code: in the text of a declaration tag.
std::unique_ptr<View> Proof::explainPlaces(View &Plain, unsigned Level) {
  std::vector<std::set<std::string>> Attempts;
  std::set<std::string> Used = usedPlaceMacros();
  for (const std::string &Macro : Used)
    Attempts.push_back({Macro});
  if (Used.size() > 1)
    Attempts.push_back(Used);
  for (const std::set<std::string> &Macros : Attempts) {
    if (!explainIr(Macros))
      continue;
    std::unique_ptr<View> V = explainCode();
    if (V && equalIn(*V, Plain, Level))
      return V;
    NeutralL = nullptr;
    NeutralR.reset();
    PlaceReason.clear();
  }
  return nullptr;
}

void Proof::proveObjects() {
  View Plain(L->Object, R->Object, nullptr);
  if (!Plain.readable())
    return setAll(1, OPN_PROOF_ERROR, "an object cannot be read");
  std::string Problem = Plain.walk(Root);
  if (Plain.inNeither(Root) && Out.level[0].status == OPN_PROOF_IDENTICAL)
    return setAll(1, OPN_PROOF_SKIPPED,
                  "it has no code of its own on either side: it lives where it is inlined");
  if (!Problem.empty()) {
    bool InUnit = StringRef(Problem).starts_with("the unit");
    return setAll(1, InUnit ? OPN_PROOF_DIFFERS : OPN_PROOF_ERROR, Problem);
  }
  bool MayExplain = Out.level[0].status != OPN_PROOF_DIFFERS, Tried = false;
  std::unique_ptr<View> Explained;
  for (unsigned Level = 1; Level <= 3; ++Level) {
    ObjectPair Pair = Plain.pair();
    Verdict Found = Levels[Level - 1](Pair);
    if (!Found) {
      set(Level, OPN_PROOF_IDENTICAL, "");
      if (Level == 2 && !Plain.original()->btf && !Plain.unit()->btf)
        set(Level, OPN_PROOF_SKIPPED, "compiled without debug information, so there is no BTF");
      continue;
    }
    // What left the code equal is no matter of inlining.
    if (MayExplain && !Tried && (Level == 1 || NeutralL)) {
      Tried = true;
      Explained = explainCode();
    }
    if (Explained && equalIn(*Explained, Plain, Level))
      set(Level, OPN_PROOF_EXPLAINED, Reason);
    else if (MayExplain && !NeutralL && (Explained = explainPlaces(Plain, Level)))
      set(Level, OPN_PROOF_EXPLAINED, Reason);
    else
      differs(Level, *Found);
  }
  proveLoad(Plain);
}

opn_load_result load(const std::string &Object, ObjectSide &Side, const std::string &Root,
                     int Type) {
  std::vector<const char *> Programs, Maps;
  for (const Entity &E : Side.Entities)
    (E.IsFunction ? Programs : Maps).push_back(E.Name.c_str());
  Programs.push_back(nullptr);
  Maps.push_back(nullptr);
  opn_load_request Request{Object.data(),   Object.size(), Root.c_str(),
                           Programs.data(), Maps.data(),   Type};
  opn_load_result Result{};
  int Error = opn_load_program(&Request, &Result);
  if (Error) {
    Result.status = OPN_LOAD_UNABLE;
    Result.error = Error;
  }
  return Result;
}

void Proof::proveLoad(View &Plain) {
  if (!Options.load)
    return set(4, OPN_PROOF_SKIPPED, "not asked for");
  if (geteuid() != 0)
    return set(4, OPN_PROOF_SKIPPED, "loading needs root");
  opn_load_result Theirs = load(L->Object, Plain.originalSide(), Root, 0);
  std::string Why = Theirs.line ? Theirs.line : std::string(strerror(-Theirs.error));
  free(Theirs.line);
  if (Theirs.status == OPN_LOAD_UNABLE && Theirs.error == -ENOENT)
    return set(4, OPN_PROOF_SKIPPED, quote(Root) + " is no program");
  if (Theirs.status == OPN_LOAD_UNABLE)
    return set(4, OPN_PROOF_SKIPPED, "the original cannot be loaded here: " + Why);
  opn_load_result Ours = load(R->Object, Plain.unitSide(), Root, Theirs.type);
  std::string Reply = Ours.line ? Ours.line : std::string(strerror(-Ours.error));
  free(Ours.line);
  if (Theirs.status == OPN_LOAD_REFUSED)
    return set(4, OPN_PROOF_IDENTICAL,
               Ours.status == OPN_LOAD_ACCEPTED ? "the original alone is refused: " + Why
                                                : "the verifier refuses the original too: " + Why);
  if (Ours.status == OPN_LOAD_ACCEPTED)
    return set(4, OPN_PROOF_IDENTICAL, "");
  set(4, OPN_PROOF_DIFFERS, "the unit is refused: " + Reply);
}

int Proof::run() {
  setAll(0, OPN_PROOF_ERROR, "not reached");
  if (int Error = decideRoots())
    return Error;
  R = compile(request(UnitSide));
  if (!R->Ok)
    return report(*R, UnitSide);
  proveIr();
  proveObjects();
  return 0;
}

} // namespace

struct opn_prover *opn_prover_new(void) { return new opn_prover; }

void opn_prover_free(struct opn_prover *prover) { delete prover; }

int opn_prove(struct opn_prover *prover, const struct opn_command *original,
              const struct opn_command *unit, const struct opn_prove_options *options,
              struct opn_diags *diags, struct opn_proof *out) {
  return Proof(*prover, *original, *unit, *options, diags, *out).run();
}
