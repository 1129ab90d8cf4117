// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_object.cpp - levels 2 and 4: instructions, relocations, sections, data,
// licence, symbols
//
// An object is walked from the target over calls, addresses taken and
// relocations in data. Places in sections mean nothing, since a unit holds less
// than its original: every reference is compared by the name of what it refers
// to, or by content where that has no name.
#include "prove.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <elf.h>
#include <linux/bpf.h>

using llvm::StringRef;

namespace opn {

namespace {

constexpr uint8_t LoadImmediate64 = BPF_LD | BPF_IMM | BPF_DW;
constexpr uint8_t Call = BPF_JMP | BPF_CALL;
constexpr uint64_t InstructionSize = 8;

// Documentation/bpf/llvm_reloc.rst: these fields have four bytes, others eight.
constexpr uint32_t RelocAbs32 = 3, RelocNoDynamic32 = 4;

// LLVM makes equal local names distinct by a number that counts over the
// module.
std::string withoutNumber(StringRef Name) {
  StringRef Base = Name.rtrim("0123456789");
  return (Base.size() < Name.size() && Base.ends_with(".") ? Base.drop_back() : Name).str();
}

std::string quote(StringRef Text) { return "'" + Text.str() + "'"; }

bool isEntity(const opn_symbol &S) {
  return S.section && S.section != SIZE_MAX && (S.type == STT_FUNC || S.type == STT_OBJECT);
}

uint8_t sourceRegister(const opn_object &Object, const uint8_t *At) {
  return Object.big_endian ? At[1] & 0xf : At[1] >> 4;
}

bool isTypeId(const opn_core_reloc *Reloc) {
  // uapi/linux/bpf.h: their immediate is a number of the object's own BTF.
  return Reloc && (Reloc->kind == BPF_CORE_TYPE_ID_LOCAL || Reloc->kind == BPF_CORE_TYPE_ID_TARGET);
}

std::string hex(const uint8_t *At, size_t Size) {
  return llvm::toHex(llvm::ArrayRef<uint8_t>(At, Size), /*LowerCase=*/true);
}

Difference differ(std::string Detail) { return {std::move(Detail), {}, {}}; }

} // namespace

std::string ObjectSide::keyOf(const opn_symbol &Symbol) {
  auto [It, New] = Keys.insert({&Symbol, ""});
  if (!New)
    return It->second;
  std::string Base = Symbol.binding == STB_LOCAL ? withoutNumber(Symbol.name) : Symbol.name;
  unsigned Ordinal = Ordinals[Base]++;
  It->second = Ordinal ? Base + "#" + std::to_string(Ordinal) : Base;
  Entities.push_back({It->second, Symbol.name, Symbol.section, Symbol.value, Symbol.size,
                      Symbol.type == STT_FUNC});
  return It->second;
}

const Entity *ObjectSide::find(const std::string &Key) const {
  for (const Entity &E : Entities) {
    if (E.Key == Key)
      return &E;
  }
  return nullptr;
}

// Where the next thing begins after this place: nameless data has no size of
// its own.
uint64_t ObjectSide::boundary(size_t Section, uint64_t Offset) {
  if (Boundaries.empty()) {
    for (size_t I = 0; I < Object.symbol_count; ++I) {
      const opn_symbol &S = Object.symbols[I];
      if (isEntity(S)) {
        Boundaries[S.section].insert(S.value);
        Boundaries[S.section].insert(S.value + S.size);
      }
    }
    for (size_t I = 1; I < Object.section_count; ++I)
      Boundaries[I].insert(Object.sections[I].size);
    for (size_t I = 0; I < Object.reloc_count; ++I) {
      const opn_reloc &R = Object.relocs[I];
      const opn_symbol &S = Object.symbols[R.symbol];
      const opn_section &In = Object.sections[R.section];
      if (S.type == STT_SECTION && S.section != SIZE_MAX && In.data && R.offset + 8 <= In.size &&
          In.data[R.offset] == LoadImmediate64 && (In.flags & SHF_EXECINSTR))
        Boundaries[S.section].insert(opn_object_u32(&Object, In.data + R.offset + 4));
    }
  }
  auto Next = Boundaries[Section].upper_bound(Offset);
  return Next == Boundaries[Section].end() ? Offset : *Next;
}

std::optional<Target> ObjectSide::target(size_t Section, uint64_t Offset, bool IsCode) {
  const opn_section &In = Object.sections[Section];
  const opn_reloc *Reloc = opn_object_reloc(&Object, Section, Offset);
  size_t To = Section;
  uint64_t At = 0;
  if (!In.data || In.size < Offset || In.size - Offset < InstructionSize)
    return std::nullopt;
  const uint8_t *Bytes = In.data + Offset;
  if (!Reloc) {
    // A call inside the section is resolved by the assembler.
    if (!IsCode || Bytes[0] != Call || sourceRegister(Object, Bytes) != BPF_PSEUDO_CALL)
      return std::nullopt;
    At = Offset + InstructionSize +
         int64_t(int32_t(opn_object_u32(&Object, Bytes + 4))) * int64_t(InstructionSize);
  } else {
    const opn_symbol &Symbol = Object.symbols[Reloc->symbol];
    int64_t Addend = int32_t(opn_object_u32(&Object, Bytes + (IsCode ? 4 : 0)));
    if (IsCode && Bytes[0] == Call)
      Addend = (Addend + 1) * int64_t(InstructionSize);
    if (!Symbol.section || Symbol.section == SIZE_MAX) {
      Externs.insert(Symbol.name);
      std::string Text = std::string("extern '") + Symbol.name + "'";
      if (Symbol.binding == STB_WEAK)
        Text = "weak " + Text;
      if (Addend)
        Text += " + " + std::to_string(Addend);
      return Target{Text, ""};
    }
    To = Symbol.section;
    At = Symbol.value + Addend;
  }
  if (const opn_symbol *Symbol = opn_object_symbol_at(&Object, To, At)) {
    std::string Text =
        (Symbol->type == STT_FUNC ? "function " : "variable ") + quote(keyOf(*Symbol));
    if (At != Symbol->value)
      Text += " + " + std::to_string(At - Symbol->value);
    return Target{Text, ""};
  }
  const opn_section &Named = Object.sections[To];
  if (!Named.data || At > Named.size)
    return Target{"offset " + std::to_string(At) + " of section " + quote(Named.name), ""};
  StringRef Content(reinterpret_cast<const char *>(Named.data) + At, Named.size - At);
  if ((Named.flags & SHF_STRINGS) && Named.entry_size == 1)
    return Target{"string \"" + Content.substr(0, Content.find('\0')).str() + "\"", ""};
  if ((Named.flags & SHF_MERGE) && Named.entry_size)
    return Target{
        "constant " + hex(Named.data + At, std::min<size_t>(Content.size(), Named.entry_size)), ""};
  return Target{"data in section " + quote(Named.name),
                Content.substr(0, boundary(To, At) - At).str()};
}

void ObjectSide::walk() {
  while (Walked < Entities.size()) {
    Entity E = Entities[Walked++];
    if (E.IsFunction) {
      const opn_section &In = Object.sections[E.Section];
      for (uint64_t At = E.Offset; At + InstructionSize <= E.Offset + E.Size;
           At += InstructionSize) {
        target(E.Section, At, true);
        if (In.data && In.data[At] == LoadImmediate64)
          At += InstructionSize;
      }
      continue;
    }
    for (size_t I = 0; I < Object.reloc_count; ++I) {
      const opn_reloc &R = Object.relocs[I];
      if (R.section == E.Section && R.offset >= E.Offset && R.offset < E.Offset + E.Size)
        target(R.section, R.offset, false);
    }
  }
}

bool ObjectSide::reach(const std::string &Function) {
  const opn_symbol *Symbol = opn_object_symbol(&Object, Function.c_str());
  if (!Symbol || Symbol->type != STT_FUNC)
    return false;
  keyOf(*Symbol);
  walk();
  return true;
}

void ObjectSide::reachVariable(const opn_symbol &Symbol) {
  keyOf(Symbol);
  walk();
}

std::vector<std::string> ObjectSide::operations(const std::string &Function) const {
  std::vector<std::string> Out;
  for (size_t I = 0; I < Object.reloc_count; ++I) {
    const opn_reloc &R = Object.relocs[I];
    const opn_section &In = Object.sections[R.section];
    if (!StringRef(In.name).starts_with(".struct_ops") || !In.data || In.size < 4 ||
        R.offset > In.size - 4)
      continue;
    const opn_symbol *To = &Object.symbols[R.symbol];
    if (To->type == STT_SECTION)
      To = opn_object_symbol_at(&Object, To->section, opn_object_u32(&Object, In.data + R.offset));
    const opn_symbol *Owner = opn_object_symbol_at(&Object, R.section, R.offset);
    if (To && Owner && Function == To->name && !llvm::is_contained(Out, std::string(Owner->name)))
      Out.push_back(Owner->name);
  }
  return Out;
}

FilePlace ObjectSide::place(const Entity &Function, uint64_t Offset) const {
  const opn_line *Line = opn_object_line(&Object, Function.Section, Function.Offset + Offset);
  if (!Line || Line->offset < Function.Offset)
    return {};
  return {Line->file, Line->line, Line->column};
}

const opn_core_reloc *ObjectSide::coreReloc(size_t Section, uint64_t Offset) const {
  for (size_t I = 0; I < Object.core_reloc_count; ++I) {
    const opn_core_reloc &R = Object.core_relocs[I];
    if (R.section == Section && R.offset == Offset)
      return &R;
  }
  return nullptr;
}

static Verdict compareFunction(ObjectPair &Pair, const Entity &LF, const Entity &RF) {
  ObjectSide &L = Pair.Original, &R = Pair.Unit;
  const uint8_t *LData = L.Object.sections[LF.Section].data + LF.Offset;
  const uint8_t *RData = R.Object.sections[RF.Section].data + RF.Offset;
  auto At = [&](uint64_t Offset, const std::string &What) {
    return Difference{quote(LF.Key) + ": instruction " + std::to_string(Offset / InstructionSize) +
                          " " + What,
                      L.place(LF, Offset), R.place(RF, Offset)};
  };
  uint64_t Size = std::min(LF.Size, RF.Size);
  for (uint64_t I = 0; I + InstructionSize <= Size; I += InstructionSize) {
    std::optional<Target> LT = L.target(LF.Section, LF.Offset + I, true);
    std::optional<Target> RT = R.target(RF.Section, RF.Offset + I, true);
    bool Wide = LData[I] == LoadImmediate64 && I + 2 * InstructionSize <= Size;
    size_t Compared = Wide ? 2 * InstructionSize : InstructionSize;
    if (LT || RT ||
        (isTypeId(L.coreReloc(LF.Section, LF.Offset + I)) &&
         isTypeId(R.coreReloc(RF.Section, RF.Offset + I))))
      Compared = 4;
    if (std::equal(LData + I, LData + I + Compared, RData + I)) {
      if (!LT != !RT)
        return At(I, "refers to " + (LT ? LT->Text : "nothing") + " in the original, to " +
                         (RT ? RT->Text : "nothing") + " in the unit");
    } else {
      std::string LText = LT ? " for " + LT->Text : "", RText = RT ? " for " + RT->Text : "";
      size_t Shown = Compared == 4 ? InstructionSize : Compared;
      return At(I, "is " + hex(LData + I, Shown) + LText + " in the original, " +
                       hex(RData + I, Shown) + RText + " in the unit");
    }
    if (LT) {
      size_t Known = std::min(LT->Bytes.size(), RT->Bytes.size());
      if (LT->Text != RT->Text)
        return At(I, "refers to " + LT->Text + " in the original, to " + RT->Text + " in the unit");
      if (LT->Bytes.substr(0, Known) != RT->Bytes.substr(0, Known))
        return At(I, "refers to other " + LT->Text);
    }
    const opn_reloc *LR = opn_object_reloc(&L.Object, LF.Section, LF.Offset + I);
    const opn_reloc *RR = opn_object_reloc(&R.Object, RF.Section, RF.Offset + I);
    if (LR && RR && LR->type != RR->type)
      return At(I, "has another type of relocation");
    if (Wide)
      I += InstructionSize;
  }
  if (LF.Size != RF.Size)
    return At(Size, "is the unit's " + std::string(LF.Size > RF.Size ? "end" : "surplus") + ": " +
                        std::to_string(LF.Size / InstructionSize) +
                        " instructions in the original, " +
                        std::to_string(RF.Size / InstructionSize) + " in the unit");
  return std::nullopt;
}

Verdict compareCode(ObjectPair &Pair) {
  // By index: comparing finds nothing that the walks did not.
  for (size_t I = 0; I < Pair.Original.Entities.size(); ++I) {
    Entity L = Pair.Original.Entities[I];
    if (!L.IsFunction)
      continue;
    const Entity *R = Pair.Unit.find(L.Key);
    if (!R || !R->IsFunction)
      return Difference{
          "function " + quote(L.Key) + " is not called in the unit", Pair.Original.place(L, 0), {}};
    if (Verdict V = compareFunction(Pair, L, Entity(*R)))
      return V;
  }
  for (const Entity &R : Pair.Unit.Entities) {
    if (R.IsFunction && !Pair.Original.find(R.Key))
      return Difference{
          "function " + quote(R.Key) + " is called in the unit only", {}, Pair.Unit.place(R, 0)};
  }
  return std::nullopt;
}

// Content of a section that is read by name as a whole.
static std::optional<std::string> wholeSection(const opn_object &Object, const char *Name) {
  size_t Index = opn_object_section(&Object, Name);
  if (!Index || !Object.sections[Index].data)
    return std::nullopt;
  const opn_section &Section = Object.sections[Index];
  return std::string(reinterpret_cast<const char *>(Section.data), Section.size);
}

static std::string printable(StringRef Bytes) {
  std::string Text = Bytes.rtrim('\0').str();
  if (llvm::all_of(Text, llvm::isPrint))
    return "\"" + Text + "\"";
  return llvm::toHex(Bytes, /*LowerCase=*/true);
}

static Verdict compareVariable(ObjectPair &Pair, const Entity &LE, const Entity &RE) {
  ObjectSide &L = Pair.Original, &R = Pair.Unit;
  const opn_section &LS = L.Object.sections[LE.Section], &RS = R.Object.sections[RE.Section];
  std::string Of = (LE.IsFunction ? "function " : "variable ") + quote(LE.Key);
  if (StringRef(LS.name) != RS.name)
    return differ(Of + " is in section " + quote(LS.name) + " in the original, in " +
                  quote(RS.name) + " in the unit");
  if (LS.type != RS.type || (LS.flags & ~uint64_t(SHF_GROUP)) != (RS.flags & ~uint64_t(SHF_GROUP)))
    return differ(Of + ": section " + quote(LS.name) + " has other flags");
  if (LE.IsFunction)
    return std::nullopt;
  if (LE.Size != RE.Size)
    return differ(Of + " has " + std::to_string(LE.Size) + " bytes in the original, " +
                  std::to_string(RE.Size) + " in the unit");
  if (!LS.data)
    return std::nullopt;
  std::string LBytes(reinterpret_cast<const char *>(LS.data) + LE.Offset, LE.Size);
  std::string RBytes(reinterpret_cast<const char *>(RS.data) + RE.Offset, RE.Size);
  for (uint64_t I = 0; I < LE.Size; ++I) {
    const opn_reloc *LR = opn_object_reloc(&L.Object, LE.Section, LE.Offset + I);
    const opn_reloc *RR = opn_object_reloc(&R.Object, RE.Section, RE.Offset + I);
    if (!LR && !RR)
      continue;
    std::optional<Target> LT = LR ? L.target(LE.Section, LE.Offset + I, false) : std::nullopt;
    std::optional<Target> RT = RR ? R.target(RE.Section, RE.Offset + I, false) : std::nullopt;
    if (!LT != !RT || (LT && (LT->Text != RT->Text || LR->type != RR->type)))
      return differ(Of + " refers to " + (LT ? LT->Text : "nothing") + " in the original, to " +
                    (RT ? RT->Text : "nothing") + " in the unit");
    // The place in a section stands in the relocated field.
    size_t Field = LR ? (LR->type == RelocAbs32 || LR->type == RelocNoDynamic32 ? 4 : 8) : 0;
    for (size_t J = I; J < I + Field && J < LE.Size; ++J)
      LBytes[J] = RBytes[J] = 0;
  }
  if (LBytes != RBytes)
    return differ(Of + " is " + printable(LBytes) + " in the original, " + printable(RBytes) +
                  " in the unit");
  return std::nullopt;
}

Verdict compareData(ObjectPair &Pair) {
  if (!Pair.MissingOperations.empty())
    return differ("variable " + quote(Pair.MissingOperations[0]) +
                  ", by which the kernel takes the program, is missing in the unit");
  // Which functions are called is level 2's matter: one may be inlined.
  for (size_t I = 0; I < Pair.Original.Entities.size(); ++I) {
    Entity L = Pair.Original.Entities[I];
    const Entity *R = Pair.Unit.find(L.Key);
    if (!R && L.IsFunction)
      continue;
    if (!R)
      return differ("variable " + quote(L.Key) + " is missing in the unit");
    if (Verdict V = compareVariable(Pair, L, Entity(*R)))
      return V;
  }
  for (const Entity &R : Pair.Unit.Entities) {
    if (!R.IsFunction && !Pair.Original.find(R.Key))
      return differ("variable " + quote(R.Key) + " is used in the unit only");
  }
  if (Verdict V = compareMapNumbers(Pair))
    return V;
  for (const char *Name : {"license", "version"}) {
    std::optional<std::string> L = wholeSection(Pair.Whole, Name);
    std::optional<std::string> R = wholeSection(Pair.Unit.Object, Name);
    if (L != R)
      return differ(std::string(Name) + " is " + (L ? printable(*L) : "absent") +
                    " in the original, " + (R ? printable(*R) : "absent") + " in the unit");
  }
  std::set<std::string> Undefined;
  for (size_t I = 1; I < Pair.Whole.symbol_count; ++I) {
    if (!Pair.Whole.symbols[I].section)
      Undefined.insert(Pair.Whole.symbols[I].name);
  }
  for (size_t I = 1; I < Pair.Unit.Object.symbol_count; ++I) {
    const opn_symbol &S = Pair.Unit.Object.symbols[I];
    if (!S.section && !Undefined.count(S.name))
      return differ(quote(S.name) + " is undefined in the unit, but not in the original");
  }
  return std::nullopt;
}

} // namespace opn
