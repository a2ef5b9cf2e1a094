#include "MethodInputs.hxx"

#include "Data/FormulaReader.hxx"
#include "Expression/Syntax.hxx"
#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {
namespace Internal {

std::vector<VariableInfo> InputsOf(const MethodBase &method)
{
   std::vector<VariableInfo> inputs = method.DataInfo().GetVariableInfos();
   if (method.UsesSpectators()) {
      const auto &spectators = method.DataInfo().GetSpectatorInfos();
      inputs.insert(inputs.end(), spectators.begin(), spectators.end());
   }
   return inputs;
}

std::size_t ArraySizeAt(const std::vector<VariableInfo> &inputs, std::size_t i)
{
   // The elements have one expression, and their internal names end with [0], [1], ...
   std::size_t size = 0;
   while (i + size < inputs.size() && inputs[i + size].GetExpression() == inputs[i].GetExpression() &&
          inputs[i + size].GetInternalName().EndsWith(("[" + std::to_string(size) + "]").c_str()))
      ++size;
   return size;
}

void DeclareInputs(const MethodBase &method, DataSetInfo &info)
{
   const auto &variables = method.DataInfo().GetVariableInfos();
   for (std::size_t i = 0; i < variables.size();) {
      const std::size_t size = ArraySizeAt(variables, i);
      if (size > 0)
         info.AddVariablesArray(variables[i].GetExpression(), static_cast<Int_t>(size));
      else
         info.AddVariable(variables[i]);
      i += size > 0 ? size : 1;
   }
   if (method.UsesSpectators()) {
      for (const VariableInfo &spectator : method.DataInfo().GetSpectatorInfos())
         info.AddSpectator(spectator);
   }
}

void RequirePlainExpression(const std::string &expression, const std::string &what, TTree *tree)
{
   try {
      RequirePlain(ParseExpression(expression));
      if (tree)
         RequireConstMethods(*tree, expression);
   } catch (const ExpressionProblem &problem) {
      throw Error(EErrorCode::kExpression,
                  "cannot evaluate " + what + " '" + expression + "' of a weight file: " + problem.what(),
                  {{"expression", expression}});
   }
}

} // namespace Internal
} // namespace TorchMVA
