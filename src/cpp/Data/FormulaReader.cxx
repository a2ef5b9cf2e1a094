#include "FormulaReader.hxx"

#include "TBranch.h"
#include "TError.h"
#include "TFriendElement.h"
#include "TLeaf.h"
#include "TList.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cctype>

namespace TorchMVA {
namespace Internal {

namespace {

/// ROOT prints what it dislikes about a formula; the exception says it better.
class QuietRoot {
public:
   QuietRoot() : fHandler(SetErrorHandler([](int, Bool_t, const char *, const char *) {})) {}
   ~QuietRoot() { SetErrorHandler(fHandler); }
   QuietRoot(const QuietRoot &) = delete;
   QuietRoot &operator=(const QuietRoot &) = delete;

private:
   ErrorHandlerFunc_t fHandler;
};

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

/// Names in an expression that are neither functions nor namespaces.
std::vector<std::string> Identifiers(const std::string &expression)
{
   const auto isName = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
   std::vector<std::string> found;
   for (std::size_t i = 0; i < expression.size();) {
      std::size_t end = i;
      while (end < expression.size() && isName(expression[end]))
         ++end;
      const bool isCall = end < expression.size() && (expression[end] == '(' || expression[end] == ':');
      const bool isNumber = std::isdigit(static_cast<unsigned char>(expression[i])) || expression[i] == '.';
      if (end > i && !isCall && !isNumber)
         found.push_back(expression.substr(i, end - i));
      i = std::max(end, i + 1);
   }
   return found;
}

std::string Suggestions(TTree &tree, const std::string &expression)
{
   std::vector<std::string> names;
   CollectNames(tree, names);
   std::string text;
   for (const auto &identifier : Identifiers(expression)) {
      if (std::find(names.begin(), names.end(), identifier) == names.end())
         text += "; there is no branch '" + identifier + "'" + DidYouMean(identifier, names);
   }
   return text;
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
                     Suggestions(tree, expression),
                  {{"expression", expression}, {"tree", tree.GetName()}, {"file", session.FileName()}});
}

} // namespace Internal
} // namespace TorchMVA
