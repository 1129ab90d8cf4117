// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// entry.cpp - make a program of a function that is none
//
// The function must stay as it is in the project, so it is called, with arguments that the compiler
// cannot see through: context and packet pointers by the hook's table, numbers through an empty
// assembly statement, everything else as the address of a global, which the verifier knows as map
// memory of that size; for what says no size ("void *", "char *") that is a buffer. The generated
// text is under GPL-2.0-only OR BSD-2-Clause.
#include "entry.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/DeclCXX.h"

using namespace clang;
using llvm::StringRef;

namespace opn {

std::string entryName(StringRef Function) { return ("opened_entry_" + Function).str(); }

static std::string printed(QualType T, const ASTContext &Context, StringRef Name = {}) {
  std::string Text;
  llvm::raw_string_ostream OS(Text);
  T.print(OS, PrintingPolicy(Context.getLangOpts()), Name);
  OS.flush();
  return Text;
}

bool makeEntry(const FunctionDecl *FD, const opn_entry_rule &Rule, const SourceModel &Model,
               opn_diags *Diags, Entry &Out) {
  const ASTContext &Context = *Model.Context;
  PresumedLoc PL = Model.SM->getPresumedLoc(Model.SM->getExpansionLoc(FD->getLocation()));
  opn_loc Loc = {PL.getFilename(), PL.getLine(), PL.getColumn(), unsigned(FD->getName().size())};
  const opn_loc Nowhere = {nullptr, 0, 0, 0};
  std::string Name = FD->getName().str();
  auto Refuse = [&](const std::string &Why) {
    opn_diag(Diags, OPN_DIAG_ENTRY_UNSUPPORTED, Loc, Name.c_str(), Why.c_str());
    opn_diag_note(Diags, Nowhere, "extract it without --entry, or write a caller and extract that");
    return false;
  };

  Out.Name = entryName(Name);
  Out.Context = findRecord(Rule.context, Context);
  if (!Out.Context)
    return Refuse(std::string("the source does not define '") + Rule.context +
                  "', the context of hook '" + Rule.hook + "'");

  std::string Globals, Locals, Arguments;
  for (unsigned I = 0; I < FD->getNumParams(); ++I) {
    const ParmVarDecl *P = FD->getParamDecl(I);
    QualType T = P->getType().getUnqualifiedType();
    std::string Type = printed(T.getCanonicalType(), Context);
    std::string Spelled = printed(T, Context);
    std::string Arg = P->getIdentifier() ? P->getName().str() : "arg" + std::to_string(I);
    std::string Global = "opened_" + Name + "_" + Arg;
    if (!Arguments.empty())
      Arguments += ", ";
    const char *Value = nullptr;
    for (int Pass = 0; Pass < 2 && !Value; ++Pass) // rows that name the parameter first
      for (size_t R = 0; R < Rule.argument_count && !Value; ++R) {
        const opn_entry_argument &Row = Rule.arguments[R];
        bool Named = Row.name != nullptr;
        if (Named != (Pass == 0) || (Named && Arg != Row.name))
          continue;
        if (Type == Row.type || Spelled == Row.type)
          Value = Row.value;
      }
    if (Value) {
      Arguments += Value;
    } else if (T->isIntegralOrEnumerationType()) {
      Locals += "\t" + printed(T, Context, Arg) + " = 0;\n";
      Locals += "\t__asm__ volatile(\"\" : \"+r\"(" + Arg + "));\n";
      Arguments += Arg;
    } else if (T->isRecordType()) {
      Globals += printed(T, Context, Global) + ";\n";
      Arguments += Global;
    } else if (T->isPointerType()) {
      QualType To = T->getPointeeType();
      if (To->isFunctionType())
        return Refuse("parameter '" + Arg + "' is a function");
      if (To->isVoidType() && Arg == "ctx") {
        Arguments += Arg; // helpers want the context of a program's own
      } else if (To->isVoidType() || To->isCharType()) {
        std::string Element = To->isVoidType() ? "char" : printed(To.getUnqualifiedType(), Context);
        Globals += Element + " " + Global + "[256];\n";
        Arguments += Global;
      } else if (To->isIncompleteType()) {
        return Refuse("the type of parameter '" + Arg + "', '" + Spelled + "', is incomplete");
      } else {
        Globals += printed(To.getUnqualifiedType(), Context, Global) + ";\n";
        Arguments += "&" + Global;
      }
    } else {
      return Refuse("no value is known for parameter '" + Arg + "' of type '" + Spelled + "'");
    }
  }

  std::string Text = "/* Entry for hook '" + std::string(Rule.hook) +
                     "', made by opened-extract; GPL-2.0-only OR BSD-2-Clause */\n";
  Text += Globals;
  Text += "__attribute__((section(\"" + std::string(Rule.section) + "\"), used)) int " + Out.Name +
          "(" + Rule.context + (StringRef(Rule.context).ends_with("*") ? "" : " ") + "ctx)\n{\n";
  Text += Locals;
  if (!Locals.empty())
    Text += "\n";
  // Where the verifier bounds a program's result, the function's own must not leak into it.
  bool Integer = FD->getReturnType()->isIntegralOrEnumerationType() && !Rule.result_bounded;
  if (Integer) {
    Text += "\treturn " + Name + "(" + Arguments + ");\n";
  } else {
    Text += "\t" + Name + "(" + Arguments + ");\n";
    Text += std::string("\treturn ") + (Rule.verdict ? Rule.verdict : "0") + ";\n";
  }
  Text += "}\n";
  Out.Text = std::move(Text);
  return true;
}

} // namespace opn
