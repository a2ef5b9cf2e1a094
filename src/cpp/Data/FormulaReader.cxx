#include "FormulaReader.hxx"

#include "Core/RootErrors.hxx"
#include "ExpressionNames.hxx"
#include "TBranch.h"
#include "TFriendElement.h"
#include "TLeaf.h"
#include "TList.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <cmath>

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

std::vector<std::string> Names(TTree &tree)
{
   std::vector<std::string> names;
   CollectNames(tree, names);
   return names;
}

} // namespace

FormulaReader::FormulaReader(const TreeSession &session, const std::string &expression, const std::string &what)
{
   TTree &tree = session.Tree();
   if (tree.GetReadEntry() < 0)
      tree.LoadTree(0);
   {
      const QuietRoot quiet;
      fFormula = std::make_unique<TTreeFormula>("TorchMVAFormula", expression.c_str(), &tree);
   }
   if (fFormula->GetNdim() == 0)
      throw Error(EErrorCode::kExpression,
                  "cannot evaluate " + what + " '" + expression + "' in tree '" + tree.GetName() + "'" +
                     UnknownNames(expression, Names(tree)),
                  {{"expression", expression}, {"tree", tree.GetName()}, {"file", session.FileName()}});
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
