#include "FormulaReader.hxx"

#include "FormulaParts.hxx"
#include "Core/RootErrors.hxx"
#include "Expression/TreeText.hxx"
#include "TBranch.h"
#include "TClass.h"
#include "TFriendElement.h"
#include "TInterpreter.h"
#include "TLeaf.h"
#include "TList.h"
#include "TTree.h"
#include "TVirtualCollectionProxy.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cmath>
#include <optional>

namespace TorchMVA {
namespace Internal {

namespace {

void CollectNames(TTree &tree, std::vector<std::string> &names)
{
   for (TObject *object : *tree.GetListOfLeaves()) {
      auto *leaf = static_cast<TLeaf *>(object);
      names.emplace_back(leaf->GetBranch()->GetName());
      names.emplace_back(leaf->GetName());
   }
   if (tree.GetListOfAliases()) {
      for (TObject *alias : *tree.GetListOfAliases())
         names.emplace_back(alias->GetName());
   }
   if (tree.GetListOfFriends()) {
      for (TObject *object : *tree.GetListOfFriends()) {
         if (TTree *other = static_cast<TFriendElement *>(object)->GetTree())
            CollectNames(*other, names);
      }
   }
}

/// "; there is no branch 'X', did you mean 'x'?" for each name in an expression that the tree does not have.
std::string UnknownNames(const std::string &expression, TTree &tree)
{
   std::vector<std::string> names;
   CollectNames(tree, names);
   std::string text;
   try {
      for (const auto &name : NamesIn(ParseExpression(expression))) {
         if (std::find(names.begin(), names.end(), name) == names.end())
            text += "; there is no branch '" + name + "'" + DidYouMean(name, names);
      }
   } catch (const ExpressionProblem &problem) {
      text = std::string(": ") + problem.what();
   }
   return text;
}

/// TTreeFormula accepts a formula one of whose parts it does not understand, and takes any number for that.
bool IsUnderstood(const TTreeFormula &formula)
{
   const auto parts = FormulaParts::Of(formula);
   return formula.GetNdim() > 0 &&
          std::all_of(parts.begin(), parts.end(), [](const auto *part) { return IsUnderstood(*part); });
}

void LoadBranchesOf(const TTreeFormula &formula)
{
   for (Int_t i = 0; i < formula.GetNcodes(); ++i) {
      if (const TLeaf *leaf = formula.GetLeaf(i)) {
         TBranch *branch = leaf->GetBranch();
         branch->GetEntry(branch->GetTree()->GetReadEntry());
      }
   }
   for (const TTreeFormula *part : FormulaParts::Of(formula))
      LoadBranchesOf(*part);
}

void DeclareToFloat()
{
   static const bool isDeclared = gInterpreter->Declare(
      "namespace TorchMVAColumns { inline double ToFloat(double x) { return static_cast<float>(x); } }");
   if (!isDeclared)
      throw ExpressionProblem("the interpreter cannot compile 'float'");
}

/// True for a branch of a collection of collections, such as a vector of vectors of numbers.
bool IsNested(TBranch *branch)
{
   TClass *type = nullptr;
   EDataType number = kNoType_t;
   if (!branch || branch->GetExpectedType(type, number) != 0 || !type || !type->GetCollectionProxy())
      return false;
   const TClass *element = type->GetCollectionProxy()->GetValueClass();
   return element && element->GetCollectionProxy();
}

std::string TextFor(TTree &tree, const std::string &expression)
{
   TreeNames names;
   names.fAliasOf = [&tree](const std::string &name) {
      const char *alias = tree.GetAlias(name.c_str());
      return alias ? std::optional<std::string>(alias) : std::nullopt;
   };
   names.fIsBranch = [&tree](const std::string &name) { return tree.GetBranch(name.c_str()) != nullptr; };
   names.fIsNested = [&tree](const std::string &name) { return IsNested(tree.GetBranch(name.c_str())); };
   return TextForTree(expression, names);
}

} // namespace

FormulaReader::FormulaReader(const TreeSession &session, const std::string &expression, const std::string &what)
{
   TTree &tree = session.Tree();
   const auto fail = [&](const std::string &why) {
      throw Error(EErrorCode::kExpression,
                  "cannot evaluate " + what + " '" + expression + "' in tree '" + tree.GetName() + "'" + why,
                  {{"expression", expression}, {"tree", tree.GetName()}, {"file", session.FileName()}});
   };
   if (tree.GetReadEntry() < 0)
      tree.LoadTree(0);
   try {
      const std::string text = TextFor(tree, expression);
      fIsConditional = text.find('?') != std::string::npos;
      if (text.find(kToFloat) != std::string::npos)
         DeclareToFloat();
      const QuietRoot quiet;
      fFormula = std::make_unique<TTreeFormula>("TorchMVAFormula", text.c_str(), &tree);
   } catch (const ExpressionProblem &problem) {
      fail(std::string(": ") + problem.what());
   }
   if (!IsUnderstood(*fFormula))
      fail(UnknownNames(expression, tree));
   fHasElements = FormulaParts::HasElements(*fFormula);
   fIsConditional = fIsConditional || !FormulaParts::Of(*fFormula).empty(); // which may be conditional
}

void FormulaReader::LoadBranches()
{
   LoadBranchesOf(*fFormula);
}

bool FormulaReader::HasNonFinite()
{
   const Int_t n = Size();
   for (Int_t i = 0; i < n; ++i) {
      if (!std::isfinite(Value(i)))
         return true;
   }
   return false;
}

} // namespace Internal
} // namespace TorchMVA
