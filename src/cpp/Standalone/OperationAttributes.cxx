// What the statements of operations are made of: attributes, sizes, tables of parameters.

#include "Standalone/OperationCode.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <sstream>

namespace TorchMVA {
namespace Internal {

void OperationCode::Fail(const std::string &message) const
{
   throw Error(EErrorCode::kMethod, message, {{"operation", std::to_string(fNumber) + ", " + fOperation->fType}});
}

void OperationCode::Call(const std::string &function, const Numbers_t &numbers,
                         const std::vector<std::string> &arguments)
{
   fStatements += "   " + function + "<L";
   for (const long long number : numbers)
      fStatements += ", " + std::to_string(number);
   fStatements += ">(";
   for (std::size_t i = 0; i < arguments.size(); ++i)
      fStatements += (i > 0 ? ", " : "") + arguments[i];
   fStatements += ");\n";
}

int OperationCode::Integer(const std::string &attribute, int missing) const
{
   return Integers(attribute, 1, missing)[0];
}

std::vector<int> OperationCode::Integers(const std::string &attribute, std::size_t n, int missing) const
{
   if (!Has(attribute))
      return std::vector<int>(n, missing);
   std::istringstream text(fOperation->fAttributes.at(attribute));
   std::vector<int> numbers;
   for (int number; text >> number;)
      numbers.push_back(number);
   if (!text.eof() || numbers.size() != n)
      Fail("expected " + std::to_string(n) + " whole numbers, found " + attribute + "=\"" +
           fOperation->fAttributes.at(attribute) + "\"");
   return numbers;
}

OperationCode::Parts OperationCode::Around(int dim, std::size_t input) const
{
   const std::vector<int> &shape = InShape(input);
   const int nDims = static_cast<int>(shape.size());
   dim = dim < 0 ? dim + nDims : dim;
   if (dim < 0 || dim >= nDims)
      Fail("expected a dimension from 0 to " + std::to_string(nDims - 1) + ", found " + std::to_string(dim));
   Parts parts;
   for (int d = 0; d < nDims; ++d)
      (d < dim ? parts.fBefore : d == dim ? parts.fSize : parts.fAfter) *= shape[d];
   return parts;
}

std::string OperationCode::Parameters(const std::string &attribute, std::size_t n)
{
   if (!Has(attribute))
      return "nullptr";
   const auto offset = static_cast<std::size_t>(Integer(attribute, 0));
   const auto &all = fNetwork.fParameters;
   if (offset > all.size() || n > all.size() - offset)
      Fail("expected " + std::to_string(n) + " parameters at " + attribute + "=\"" + std::to_string(offset) +
           "\", found " + std::to_string(all.size()) + " in all");
   return AddTable(attribute, std::to_string(offset) + " " + std::to_string(n),
                   {all.begin() + offset, all.begin() + offset + n});
}

std::string OperationCode::Transposed(const std::string &attribute, std::size_t nRows, std::size_t nColumns)
{
   if (!Has(attribute))
      Fail("expected an attribute " + attribute);
   const auto offset = static_cast<std::size_t>(Integer(attribute, 0)), n = nRows * nColumns;
   const auto &all = fNetwork.fParameters;
   if (offset > all.size() || n > all.size() - offset)
      Fail("expected " + std::to_string(n) + " parameters at " + attribute + "=\"" + std::to_string(offset) +
           "\", found " + std::to_string(all.size()) + " in all");
   std::vector<float> numbers(n);
   for (std::size_t i = 0; i < nRows; ++i)
      for (std::size_t k = 0; k < nColumns; ++k)
         numbers[k * nRows + i] = all[offset + i * nColumns + k];
   return AddTable(attribute, std::to_string(offset) + " " + std::to_string(nRows) + " x " + std::to_string(nColumns),
                   numbers);
}

std::string OperationCode::AddTable(const std::string &attribute, const std::string &key,
                                    const std::vector<float> &numbers)
{
   const auto [entry, isNew] = fTables.emplace(key, "k" + attribute + std::to_string(fNumber));
   if (isNew)
      fCode.Table(entry->second, numbers);
   return entry->second;
}

std::string OperationCode::WindowType() const
{
   const std::vector<int> &shape = InShape(), &result = fOperation->fShape;
   const std::size_t n = shape.size() - 1; // 1 or 2 dimensions; one is one row
   const auto pair = [n](const std::vector<int> &sizes, int one) {
      return (n == 1 ? std::to_string(one) : std::to_string(sizes[0])) + ", " + std::to_string(sizes[n - 1]);
   };
   const std::vector<int> kernel = Integers("Kernel", n, 1);
   std::vector<int> stride = Integers("Stride", n, 1);
   if (!Has("Stride") && fOperation->fType.find("Pool") != std::string::npos)
      stride = kernel;
   return "Window<" + std::to_string(shape[0]) + ", " + pair({shape.begin() + 1, shape.end()}, 1) + ", " +
          pair(kernel, 1) + ", " + pair(stride, 1) + ", " + pair(Integers("Padding", n, 0), 0) + ", " +
          pair(Integers("Dilation", n, 1), 1) + ", " + pair({result.begin() + 1, result.end()}, 1) + ">";
}

} // namespace Internal
} // namespace TorchMVA
