#include "FrameInputs.hxx"

#include "MethodInputs.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr const char *kPlace = "the data frame";

/// A column of the expression's name, one of the label's name, or else the expression.
std::string ExpressionIn(ROOT::RDF::RNode &node, const VariableInfo &info)
{
   const std::string expression = info.GetExpression().Data(), label = info.GetLabel().Data();
   return !node.HasColumn(expression) && node.HasColumn(label) ? label : expression;
}

std::string Joined(const std::vector<std::string> &names)
{
   std::string text;
   for (const auto &name : names)
      text += (text.empty() ? "" : ", ") + name;
   return text;
}

void RequireNumberOfColumns(const MethodBase &method, const std::vector<VariableInfo> &declared,
                            const std::vector<std::string> &columns)
{
   if (columns.empty() || columns.size() == declared.size())
      return;
   std::vector<std::string> names;
   for (const auto &info : declared)
      names.emplace_back(info.GetExpression().Data());
   throw Error(EErrorCode::kArgument,
               "expected " + std::to_string(declared.size()) + " columns for the inputs of the method, found " +
                  std::to_string(columns.size()),
               {{"method", method.GetName()}, {"inputs", Joined(names)}, {"columns", Joined(columns)}});
}

[[noreturn]] void FailOnArray(const std::string &expression, std::size_t size, const std::string &found)
{
   throw Error(EErrorCode::kData,
               "variable '" + expression + "': expected " + std::to_string(size) +
                  " elements as declared by AddVariablesArray, found " + found,
               {{"where", kPlace}});
}

} // namespace

// ---- InputPrograms --------------------------------------------------------------------------------------------------

void InputPrograms::Add(const Program &program, const std::string &expression, std::size_t n, bool isSpectator)
{
   std::size_t &count = isSpectator ? fNSpectators : fNVariables;
   fInputs.push_back({program, count, n, isSpectator});
   fExpressions.push_back(expression);
   fHasCollections = fHasCollections || (n == 0 && program.IsCollection());
   fHasArrays = fHasArrays || n > 0;
   count += std::max<std::size_t>(n, 1);
}

std::size_t InputPrograms::CountRows(const ColumnValue *columns) const
{
   std::size_t n = 1;
   bool isFirst = true;
   for (std::size_t i = 0; i < fInputs.size(); ++i) {
      const auto &[program, first, arraySize, isSpectator] = fInputs[i];
      if (!program.IsCollection())
         continue;
      const std::size_t size = program.Size(columns);
      if (arraySize > 0) {
         if (size < arraySize)
            FailOnArray(fExpressions[i], arraySize, std::to_string(size));
         continue;
      }
      if (!isFirst && size != n)
         throw Error(EErrorCode::kArgument,
                     "expected collections of one length in an event: '" + fExpressions[i] + "' has " +
                        std::to_string(size) + " elements, one before it " + std::to_string(n),
                     {{"column", fExpressions[i]}});
      n = size;
      isFirst = false;
   }
   return n;
}

double InputPrograms::Value(const Input &input, const ColumnValue *columns, std::size_t row, std::size_t element,
                            bool &isMissing) const
{
   const std::size_t instance = input.fArraySize > 0 ? element : input.fProgram.IsCollection() ? row : 0;
   return input.fProgram.Evaluate(columns, instance, isMissing);
}

InputRows InputPrograms::Compute(const ColumnValue *columns, ResponseSource::Scratch &scratch) const
{
   const std::size_t n = fHasCollections || fHasArrays ? CountRows(columns) : 1;
   scratch.fVariables.resize(n * fNVariables);
   scratch.fSpectators.resize(n * fNSpectators);
   for (std::size_t row = 0; row < n; ++row) {
      float *const variables = scratch.fVariables.data() + row * fNVariables;
      double *const spectators = scratch.fSpectators.data() + row * fNSpectators;
      bool isMissing = false;
      for (const Input &input : fInputs) {
         for (std::size_t i = 0; i < std::max<std::size_t>(input.fArraySize, 1); ++i) {
            const double value = Value(input, columns, row, i, isMissing);
            if (input.fIsSpectator)
               spectators[input.fFirst + i] = value;
            else
               variables[input.fFirst + i] = static_cast<float>(value);
         }
      }
      if (isMissing)
         std::fill_n(variables, fNVariables, std::numeric_limits<float>::quiet_NaN());
   }
   return {scratch.fVariables.data(), fNSpectators > 0 ? scratch.fSpectators.data() : nullptr, n};
}

// ---- FrameInputs ----------------------------------------------------------------------------------------------------

FrameInputs::FrameInputs(ROOT::RDF::RNode &node, const MethodBase &method, const std::vector<std::string> &columns,
                         const std::string &prefix)
   : fPrefix(prefix), fExpressions(node, prefix, kPlace)
{
   const std::vector<VariableInfo> declared = InputsOf(method);
   RequireNumberOfColumns(method, declared, columns);
   for (std::size_t i = 0; i < declared.size();) {
      const bool isSpectator = i >= method.GetNVariables();
      const std::string expression = columns.empty() ? ExpressionIn(node, declared[i]) : columns[i];
      std::string what = isSpectator ? "spectator" : "variable";
      if (!columns.empty())
         what += " '" + std::string(declared[i].GetExpression().Data()) + "' as";
      const std::size_t number = fExpressions.Add(expression, what);
      const Program &program = fExpressions[number];
      const bool isDeclared = columns.empty() && expression == declared[i].GetExpression().Data();
      const std::size_t size = isDeclared && !isSpectator ? ArraySizeAt(declared, i) : 0;
      if (size > 1 && !program.IsCollection())
         FailOnArray(expression, size, "a column of single numbers");
      fPrograms.Add(program, expression, size, isSpectator);
      i += std::max<std::size_t>(size, 1);
   }
}

} // namespace Internal
} // namespace TorchMVA
