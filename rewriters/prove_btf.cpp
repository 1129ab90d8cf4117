// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// prove_btf.cpp - level 3: CO-RE relocations and the BTF that the kernel and
// libbpf read
//
// Type numbers differ between the two objects, so types are compared by
// structure. How deep follows from who reads them: a map's key and value, an
// argument of a global function and of a kfunc are needed whole (a type cut
// down to its name leaves the code equal and the object unloadable); what
// stands behind a pointer inside a structure is needed by name only, and Clang
// itself writes a forward declaration there unless something else wants the
// type.
#include "prove.h"

#include "llvm/ADT/StringRef.h"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/btf.h>

using llvm::StringRef;

namespace opn {

namespace {

std::string quote(StringRef Text) { return "'" + Text.str() + "'"; }

bool isComposite(const btf_type *T) { return btf_is_composite(T) || btf_is_fwd(T); }

bool isUnion(const btf_type *T) { return btf_is_union(T) || (btf_is_fwd(T) && btf_kflag(T)); }

// Decl tags of each type: (component, name).
using Tags = std::map<uint32_t, std::set<std::pair<int, std::string>>>;

class TypeComparer {
public:
  TypeComparer(const btf *L, const btf *R) : L(L), R(R) {
    collect(L, LTags);
    collect(R, RTags);
  }

  std::string Why; // the first difference

  // Whole: what stands behind a pointer here is compared whole too.
  bool same(uint32_t LId, uint32_t RId, bool Whole);
  // A function's FUNC, or a variable's VAR.
  bool sameDeclaration(uint32_t LId, uint32_t RId, bool Whole);
  // A map's definition: its types, or its numbers.
  bool sameMap(uint32_t LId, uint32_t RId, bool Numbers);

  uint32_t find(const btf *In, StringRef Name, uint32_t Kind) const;

private:
  const char *name(const btf *In, const btf_type *T) const {
    const char *Text = btf__name_by_offset(In, T->name_off);
    return Text ? Text : "";
  }
  bool fail(std::string Text) {
    if (Why.empty())
      Why = std::move(Text);
    return false;
  }
  bool byName(uint32_t LId, uint32_t RId);
  bool sameMembers(const btf_type *LT, const btf_type *RT, uint32_t LId, uint32_t RId);
  bool sameTags(uint32_t LId, uint32_t RId, const std::string &Of);
  bool sameEnum(const btf_type *LT, const btf_type *RT, const std::string &Of);
  static void collect(const btf *In, Tags &Out);

  const btf *L, *R;
  Tags LTags, RTags;
  std::set<std::tuple<uint32_t, uint32_t, bool>> Seen;
};

void TypeComparer::collect(const btf *In, Tags &Out) {
  for (uint32_t Id = 1; Id < btf__type_cnt(In); ++Id) {
    const btf_type *T = btf__type_by_id(In, Id);
    if (btf_is_decl_tag(T))
      Out[T->type].insert({btf_decl_tag(T)->component_idx, btf__name_by_offset(In, T->name_off)});
  }
}

uint32_t TypeComparer::find(const btf *In, StringRef Name, uint32_t Kind) const {
  int32_t Id = btf__find_by_name_kind(In, Name.str().c_str(), Kind);
  return Id > 0 ? Id : 0;
}

bool TypeComparer::sameTags(uint32_t LId, uint32_t RId, const std::string &Of) {
  auto LI = LTags.find(LId), RI = RTags.find(RId);
  static const std::set<std::pair<int, std::string>> None;
  const auto &LSet = LI == LTags.end() ? None : LI->second;
  const auto &RSet = RI == RTags.end() ? None : RI->second;
  if (LSet != RSet)
    return fail("declaration tags of " + Of + " differ");
  for (const auto &[Component, Text] : LSet) {
    // "contains:<struct>:<member>" of a list head or a tree root makes the
    // kernel read that struct.
    auto [Word, Rest] = StringRef(Text).split(':');
    StringRef Struct = Rest.split(':').first;
    if (Word != "contains" || Struct.empty())
      continue;
    uint32_t LS = find(L, Struct, BTF_KIND_STRUCT), RS = find(R, Struct, BTF_KIND_STRUCT);
    if (!LS != !RS)
      return fail("struct " + quote(Struct) + " is whole on one side only");
    if (LS && !same(LS, RS, false))
      return false;
  }
  return true;
}

bool TypeComparer::sameEnum(const btf_type *LT, const btf_type *RT, const std::string &Of) {
  if (btf_vlen(LT) != btf_vlen(RT) || LT->size != RT->size || btf_kflag(LT) != btf_kflag(RT))
    return fail(Of + " differs in size or number of enumerators");
  for (unsigned I = 0; I < btf_vlen(LT); ++I) {
    bool Is64 = btf_is_enum64(LT);
    uint32_t LName = Is64 ? btf_enum64(LT)[I].name_off : btf_enum(LT)[I].name_off;
    uint32_t RName = Is64 ? btf_enum64(RT)[I].name_off : btf_enum(RT)[I].name_off;
    uint64_t LValue = Is64 ? btf_enum64_value(&btf_enum64(LT)[I]) : uint64_t(btf_enum(LT)[I].val);
    uint64_t RValue = Is64 ? btf_enum64_value(&btf_enum64(RT)[I]) : uint64_t(btf_enum(RT)[I].val);
    StringRef Name = btf__name_by_offset(L, LName);
    if (Name != btf__name_by_offset(R, RName) || LValue != RValue)
      return fail("enumerator " + quote(Name) + " of " + Of + " differs");
  }
  return true;
}

bool TypeComparer::sameMembers(const btf_type *LT, const btf_type *RT, uint32_t LId, uint32_t RId) {
  std::string Of = std::string(btf_is_union(LT) ? "union " : "struct ") +
                   (*name(L, LT) ? quote(name(L, LT)) : "without name");
  if (LT->size != RT->size)
    return fail(Of + " has " + std::to_string(LT->size) + " bytes in the original, " +
                std::to_string(RT->size) + " in the unit");
  if (btf_vlen(LT) != btf_vlen(RT))
    return fail(Of + " has " + std::to_string(btf_vlen(LT)) + " members in the original, " +
                std::to_string(btf_vlen(RT)) + " in the unit");
  for (unsigned I = 0; I < btf_vlen(LT); ++I) {
    const btf_member &LM = btf_members(LT)[I], &RM = btf_members(RT)[I];
    StringRef Name = btf__name_by_offset(L, LM.name_off);
    if (Name != btf__name_by_offset(R, RM.name_off) ||
        btf_member_bit_offset(LT, I) != btf_member_bit_offset(RT, I) ||
        btf_member_bitfield_size(LT, I) != btf_member_bitfield_size(RT, I))
      return fail("member " + quote(Name) + " of " + Of + " differs in name or place");
    if (!same(LM.type, RM.type, false))
      return false;
  }
  return sameTags(LId, RId, Of);
}

bool TypeComparer::byName(uint32_t LId, uint32_t RId) {
  if (!LId || !RId)
    return LId == RId || fail("a type is 'void' on one side only");
  const btf_type *LT = btf__type_by_id(L, LId), *RT = btf__type_by_id(R, RId);
  if (isComposite(LT) && isComposite(RT)) {
    if (StringRef(name(L, LT)) != name(R, RT) || isUnion(LT) != isUnion(RT))
      return fail("type " + quote(name(L, LT)) + " is " + quote(name(R, RT)) + " in the unit");
    return *name(L, LT) || same(LId, RId, false);
  }
  if (btf_kind(LT) != btf_kind(RT) || StringRef(name(L, LT)) != name(R, RT))
    return fail("type " + quote(name(L, LT)) + " is " + quote(name(R, RT)) + " in the unit");
  if (btf_is_ptr(LT) || btf_is_mod(LT) || btf_is_typedef(LT))
    return byName(LT->type, RT->type);
  return btf_is_any_enum(LT) || same(LId, RId, false);
}

bool TypeComparer::same(uint32_t LId, uint32_t RId, bool Whole) {
  if (!LId || !RId)
    return LId == RId || fail("a type is 'void' on one side only");
  if (!Seen.insert({LId, RId, Whole}).second)
    return true;
  const btf_type *LT = btf__type_by_id(L, LId), *RT = btf__type_by_id(R, RId);
  StringRef Name = name(L, LT);
  if (btf_kind(LT) != btf_kind(RT)) {
    if (isComposite(LT) && isComposite(RT) && Name == name(R, RT))
      return fail("type " + quote(Name) + " is only declared in the " +
                  (btf_is_fwd(RT) ? "unit" : "original"));
    return fail("type " + quote(Name) + " is of another kind in the unit: " + quote(name(R, RT)));
  }
  if (Name != name(R, RT))
    return fail("type " + quote(Name) + " is " + quote(name(R, RT)) + " in the unit");
  std::string Of = "type " + quote(Name);
  switch (btf_kind(LT)) {
  case BTF_KIND_INT:
    if (LT->size != RT->size || btf_int_encoding(LT) != btf_int_encoding(RT) ||
        btf_int_bits(LT) != btf_int_bits(RT) || btf_int_offset(LT) != btf_int_offset(RT))
      return fail(Of + " differs");
    return true;
  case BTF_KIND_FLOAT:
    return LT->size == RT->size || fail(Of + " differs");
  case BTF_KIND_FWD:
    return btf_kflag(LT) == btf_kflag(RT) || fail(Of + " differs");
  case BTF_KIND_PTR: {
    // A tagged pointer in a map's value is one that the kernel looks behind.
    const btf_type *To = LT->type ? btf__type_by_id(L, LT->type) : nullptr;
    if (Whole || (To && btf_is_type_tag(To)))
      return same(LT->type, RT->type, false);
    return byName(LT->type, RT->type);
  }
  case BTF_KIND_TYPEDEF:
    if (!sameTags(LId, RId, Of))
      return false;
    [[fallthrough]];
  case BTF_KIND_CONST:
  case BTF_KIND_VOLATILE:
  case BTF_KIND_RESTRICT:
  case BTF_KIND_TYPE_TAG:
    return same(LT->type, RT->type, Whole);
  case BTF_KIND_ARRAY:
    if (btf_array(LT)->nelems != btf_array(RT)->nelems)
      return fail("an array has " + std::to_string(btf_array(LT)->nelems) +
                  " elements in the original, " + std::to_string(btf_array(RT)->nelems) +
                  " in the unit");
    return same(btf_array(LT)->type, btf_array(RT)->type, Whole);
  case BTF_KIND_ENUM:
  case BTF_KIND_ENUM64:
    return sameEnum(LT, RT, "enum " + quote(Name));
  case BTF_KIND_STRUCT:
  case BTF_KIND_UNION:
    return sameMembers(LT, RT, LId, RId);
  case BTF_KIND_FUNC_PROTO:
    if (btf_vlen(LT) != btf_vlen(RT))
      return fail("a function type has another number of parameters");
    if (!same(LT->type, RT->type, Whole))
      return false;
    for (unsigned I = 0; I < btf_vlen(LT); ++I) {
      const btf_param &LP = btf_params(LT)[I], &RP = btf_params(RT)[I];
      StringRef Parameter = btf__name_by_offset(L, LP.name_off);
      // The kernel reads names of parameters: "__sz", "__k", "__opt".
      if (Parameter != btf__name_by_offset(R, RP.name_off))
        return fail("parameter " + quote(Parameter) + " is " +
                    quote(btf__name_by_offset(R, RP.name_off)) + " in the unit");
      if (!same(LP.type, RP.type, Whole))
        return false;
    }
    return true;
  default:
    return fail(Of + " is of a kind that cannot be compared");
  }
}

bool TypeComparer::sameDeclaration(uint32_t LId, uint32_t RId, bool Whole) {
  const btf_type *LT = btf__type_by_id(L, LId), *RT = btf__type_by_id(R, RId);
  if (btf_is_func(LT) ? btf_vlen(LT) != btf_vlen(RT) : btf_var(LT)->linkage != btf_var(RT)->linkage)
    return fail(quote(name(L, LT)) + " has another linkage");
  return same(LT->type, RT->type, Whole) && sameTags(LId, RId, quote(name(L, LT)));
}

// libbpf's map definitions: a number is the length of an array behind a
// pointer, a type stands behind a pointer, "values" is an array of pointers.
bool TypeComparer::sameMap(uint32_t LId, uint32_t RId, bool Numbers) {
  auto Skip = [](const btf *In, uint32_t Id) {
    const btf_type *T = btf__type_by_id(In, Id);
    while (T && (btf_is_mod(T) || btf_is_typedef(T)))
      T = btf__type_by_id(In, T->type);
    return T;
  };
  const btf_type *LT = Skip(L, LId), *RT = Skip(R, RId);
  if (!LT || !RT || !btf_is_struct(LT) || !btf_is_struct(RT))
    return Numbers || same(LId, RId, true);
  if (btf_vlen(LT) != btf_vlen(RT)) {
    if (Numbers)
      return fail("has another number of members");
    return true;
  }
  for (unsigned I = 0; I < btf_vlen(LT); ++I) {
    const btf_member &LM = btf_members(LT)[I], &RM = btf_members(RT)[I];
    StringRef Name = btf__name_by_offset(L, LM.name_off);
    if (Name != btf__name_by_offset(R, RM.name_off)) {
      if (Numbers)
        return fail("member " + quote(Name) + " is " + quote(btf__name_by_offset(R, RM.name_off)) +
                    " in the unit");
      return true;
    }
    const btf_type *LP = Skip(L, LM.type), *RP = Skip(R, RM.type);
    const btf_type *LTo = LP && btf_is_ptr(LP) ? Skip(L, LP->type) : nullptr;
    const btf_type *RTo = RP && btf_is_ptr(RP) ? Skip(R, RP->type) : nullptr;
    bool IsNumber =
        Name != "key" && Name != "value" && LTo && RTo && btf_is_array(LTo) && btf_is_array(RTo);
    if (IsNumber) {
      if (Numbers && btf_array(LTo)->nelems != btf_array(RTo)->nelems)
        return fail(quote(Name) + " is " + std::to_string(btf_array(LTo)->nelems) +
                    " in the original, " + std::to_string(btf_array(RTo)->nelems) + " in the unit");
      continue;
    }
    const btf_type *LIn = nullptr, *RIn = nullptr;
    uint32_t LInId = 0, RInId = 0;
    if (Name == "values" && LP && RP && btf_is_array(LP) && btf_is_array(RP)) {
      const btf_type *LE = Skip(L, btf_array(LP)->type), *RE = Skip(R, btf_array(RP)->type);
      if (Numbers && btf_array(LP)->nelems != btf_array(RP)->nelems)
        return fail("'values' has another number of elements");
      if (LE && RE && btf_is_ptr(LE) && btf_is_ptr(RE)) {
        LInId = LE->type;
        RInId = RE->type;
        LIn = Skip(L, LInId);
        RIn = Skip(R, RInId);
      }
    }
    if (LIn && RIn && btf_is_struct(LIn) && btf_is_struct(RIn)) {
      if (!sameMap(LInId, RInId, Numbers))
        return false;
    } else if (!Numbers && !same(LM.type, RM.type, true)) {
      Why = quote(Name) + ": " + Why;
      return false;
    }
  }
  return Numbers || sameTags(LId, RId, "the map");
}

Difference differ(std::string Detail) { return {std::move(Detail), {}, {}}; }

bool isMaps(const ObjectSide &Side, const Entity &E) {
  return StringRef(Side.Object.sections[E.Section].name) == ".maps";
}

// uapi/linux/bpf.h: enum bpf_core_relo_kind.
const char *kindName(uint32_t Kind) {
  static const char *const Names[] = {"field offset",  "field size",           "field existence",
                                      "field sign",    "field shift left",     "field shift right",
                                      "local type id", "target type id",       "type existence",
                                      "type size",     "enumerator existence", "enumerator value",
                                      "type match"};
  return Kind < std::size(Names) ? Names[Kind] : "unknown";
}

std::vector<const opn_core_reloc *> coreRelocs(const ObjectSide &Side, const Entity &E) {
  std::vector<const opn_core_reloc *> Out;
  for (size_t I = 0; I < Side.Object.core_reloc_count; ++I) {
    const opn_core_reloc &Reloc = Side.Object.core_relocs[I];
    if (Reloc.section == E.Section && Reloc.offset >= E.Offset && Reloc.offset < E.Offset + E.Size)
      Out.push_back(&Reloc);
  }
  return Out;
}

Verdict compareCoreRelocs(ObjectPair &Pair, TypeComparer &Types, const Entity &LE,
                          const Entity &RE) {
  std::vector<const opn_core_reloc *> Ls = coreRelocs(Pair.Original, LE),
                                      Rs = coreRelocs(Pair.Unit, RE);
  auto Describe = [](const ObjectSide &Side, const opn_core_reloc &Reloc) {
    const btf_type *T = btf__type_by_id(Side.Object.btf, Reloc.type);
    const char *Name = btf__name_by_offset(Side.Object.btf, T->name_off);
    return std::string(kindName(Reloc.kind)) + " of '" + (Name ? Name : "") + "' at " +
           Reloc.access;
  };
  for (size_t I = 0; I < std::max(Ls.size(), Rs.size()); ++I) {
    const opn_core_reloc *L = I < Ls.size() ? Ls[I] : nullptr;
    const opn_core_reloc *R = I < Rs.size() ? Rs[I] : nullptr;
    uint64_t LAt = L ? L->offset - LE.Offset : UINT64_MAX,
             RAt = R ? R->offset - RE.Offset : UINT64_MAX;
    uint64_t At = std::min(LAt, RAt);
    auto Fail = [&](const std::string &Text) {
      return Difference{quote(LE.Key) + ": CO-RE relocation of instruction " +
                            std::to_string(At / 8) + " " + Text,
                        Pair.Original.place(LE, At), Pair.Unit.place(RE, At)};
    };
    if (LAt != RAt)
      return LAt < RAt ? Fail("is missing in the unit: " + Describe(Pair.Original, *L))
                       : Fail("is only in the unit: " + Describe(Pair.Unit, *R));
    std::string LText = Describe(Pair.Original, *L), RText = Describe(Pair.Unit, *R);
    if (LText != RText)
      return Fail("is " + LText + " in the original, " + RText + " in the unit");
    Types.Why.clear();
    if (!Types.same(L->type, R->type, false))
      return Fail("refers to another type: " + Types.Why);
  }
  return std::nullopt;
}

} // namespace

Verdict compareTypes(ObjectPair &Pair) {
  const btf *L = Pair.Original.Object.btf, *R = Pair.Unit.Object.btf;
  if (!L && !R)
    return std::nullopt;
  if (!L || !R)
    return differ(std::string("BTF is only in the ") + (L ? "original" : "unit"));
  TypeComparer Types(L, R);
  for (const Entity &LE : Pair.Original.Entities) {
    const Entity *RE = Pair.Unit.find(LE.Key);
    if (!RE || RE->IsFunction != LE.IsFunction)
      continue; // level 2 or 4 says so
    if (LE.IsFunction) {
      if (Verdict V = compareCoreRelocs(Pair, Types, LE, *RE))
        return V;
    }
    uint32_t Kind = LE.IsFunction ? BTF_KIND_FUNC : BTF_KIND_VAR;
    uint32_t LId = Types.find(L, LE.Name, Kind), RId = Types.find(R, RE->Name, Kind);
    std::string Of = (LE.IsFunction ? "function " : "variable ") + quote(LE.Key);
    if (!LId != !RId)
      return differ(Of + " has BTF in the " + (LId ? "original" : "unit") + " only");
    if (!LId)
      continue;
    Types.Why.clear();
    if (isMaps(Pair.Original, LE) && isMaps(Pair.Unit, *RE)) {
      const btf_type *LT = btf__type_by_id(L, LId), *RT = btf__type_by_id(R, RId);
      if (!Types.sameMap(LT->type, RT->type, false))
        return differ("map " + quote(LE.Key) + ": " + Types.Why);
      continue;
    }
    bool Whole = LE.IsFunction && btf_vlen(btf__type_by_id(L, LId)) != BTF_FUNC_STATIC;
    if (!Types.sameDeclaration(LId, RId, Whole))
      return Difference{Of + ": " + Types.Why,
                        LE.IsFunction ? Pair.Original.place(LE, 0) : FilePlace{},
                        LE.IsFunction ? Pair.Unit.place(*RE, 0) : FilePlace{}};
  }
  for (const std::string &Name : Pair.Original.Externs) {
    for (uint32_t Kind : {BTF_KIND_FUNC, BTF_KIND_VAR}) {
      uint32_t LId = Types.find(L, Name, Kind), RId = Types.find(R, Name, Kind);
      Types.Why.clear();
      if (!LId != !RId)
        return differ("extern " + quote(Name) + " has BTF in the " + (LId ? "original" : "unit") +
                      " only");
      if (LId && !Types.sameDeclaration(LId, RId, true))
        return differ("extern " + quote(Name) + ": " + Types.Why);
    }
  }
  return std::nullopt;
}

Verdict compareMapNumbers(ObjectPair &Pair) {
  const btf *L = Pair.Original.Object.btf, *R = Pair.Unit.Object.btf;
  if (!L || !R)
    return std::nullopt;
  TypeComparer Types(L, R);
  for (const Entity &LE : Pair.Original.Entities) {
    const Entity *RE = Pair.Unit.find(LE.Key);
    if (!RE || !isMaps(Pair.Original, LE) || !isMaps(Pair.Unit, *RE))
      continue;
    uint32_t LId = Types.find(L, LE.Name, BTF_KIND_VAR),
             RId = Types.find(R, RE->Name, BTF_KIND_VAR);
    if (!LId || !RId)
      continue;
    if (!Types.sameMap(btf__type_by_id(L, LId)->type, btf__type_by_id(R, RId)->type, true))
      return differ("map " + quote(LE.Key) + ": " + Types.Why);
  }
  return std::nullopt;
}

} // namespace opn
