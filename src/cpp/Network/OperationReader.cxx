#include "Network/OperationReader.hxx"

#include "Core/OptionTable.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <cmath>
#include <sstream>

namespace TorchMVA {
namespace Internal {

namespace {
/// Floats in one value of one event: 256 MB. A damaged file must not ask for all the memory there is.
constexpr long kLargestValue = 1L << 26;
} // namespace

long CountOf(const Shape &shape, std::size_t first, std::size_t last)
{
   long count = 1;
   for (std::size_t i = first; i < last; ++i)
      count *= shape[i];
   return count;
}

std::string ToText(const Shape &shape)
{
   std::string text;
   for (const int size : shape)
      text += (text.empty() ? "" : " ") + std::to_string(size);
   return text;
}

OperationReader::OperationReader(const NetworkDescription &description, std::size_t index,
                                 const std::vector<Shape> &shapes)
   : fDescription(description), fOperation(description.fOperations[index]), fIndex(index), fShapes(shapes)
{
   if (fOperation.fInputs.empty())
      Fail("expected at least one input, found none");
   for (const int input : fOperation.fInputs) {
      if (input < 0 || input >= int(shapes.size()))
         Fail("expected inputs from 0 to " + std::to_string(shapes.size() - 1) + ", found " + std::to_string(input));
   }
   if (fOperation.fShape.empty())
      Fail("expected a Shape, found none");
   long count = 1;
   for (const int size : fOperation.fShape) {
      count *= size < 1 ? kLargestValue + 1 : size;
      if (count > kLargestValue)
         Fail("expected a Shape of positive numbers with a product of at most " + std::to_string(kLargestValue) +
              ", found '" + ToText(fOperation.fShape) + "'");
   }
}

void OperationReader::RequireInputs(std::size_t n) const
{
   if (NInputs() != n)
      Fail("expected " + std::to_string(n) + " inputs, found " + std::to_string(NInputs()));
}

void OperationReader::RequireResult(const Shape &shape) const
{
   if (shape != fOperation.fShape)
      Fail("expected the shape '" + ToText(shape) + "' for an input of shape '" + ToText(Input()) + "', found '" +
           ToText(fOperation.fShape) + "'");
}

const std::string &OperationReader::Attribute(const std::string &name)
{
   const auto found = fOperation.fAttributes.find(name);
   if (found == fOperation.fAttributes.end())
      Fail("expected the attribute " + name + ", found none");
   fUsed.insert(name);
   return found->second;
}

std::string OperationReader::Text(const std::string &name, const std::string &fallback)
{
   return Has(name) ? Attribute(name) : fallback;
}

double OperationReader::Number(const std::string &name)
{
   const std::string &text = Attribute(name);
   double value = 0;
   if (!ParseDouble(text, value) || (std::isfinite(value) && !std::isfinite(static_cast<float>(value))))
      Fail("expected a number of single precision in " + name + ", found '" + text + "'");
   return value;
}

double OperationReader::Number(const std::string &name, double fallback)
{
   return Has(name) ? Number(name) : fallback;
}

int OperationReader::Int(const std::string &name, int low, int high)
{
   return List(name, 1, low, high).front();
}

int OperationReader::Int(const std::string &name, int low, int high, int fallback)
{
   return Has(name) ? Int(name, low, high) : fallback;
}

int OperationReader::Dimension(const std::string &name, std::size_t input)
{
   return Int(name, 0, int(Input(input).size()) - 1);
}

std::vector<int> OperationReader::List(const std::string &name, std::size_t count, int low, int high)
{
   const std::string &text = Attribute(name);
   std::vector<int> list;
   bool isGood = true;
   std::istringstream words(text);
   for (std::string word; words >> word;) {
      Long64_t value = 0;
      isGood = isGood && ParseInteger(word, low, high, value);
      list.push_back(int(value));
   }
   if (!isGood || list.size() != count) {
      Fail("expected " + (count == 1 ? "an integer" : std::to_string(count) + " integers") + " from " +
           std::to_string(low) + " to " + std::to_string(high) + " in " + name + ", found '" + text + "'");
   }
   return list;
}

std::vector<int> OperationReader::List(const std::string &name, std::size_t count, int low, int high,
                                       std::vector<int> fallback)
{
   return Has(name) ? List(name, count, low, high) : fallback;
}

const float *OperationReader::Parameters(const std::string &name, std::initializer_list<long> sizes)
{
   const std::string &text = Attribute(name);
   const long available = long(fDescription.fParameters.size());
   long count = 1;
   std::string product;
   for (const long size : sizes) {
      count = count > available / size ? available + 1 : count * size; // the true number may be too large for a long
      product += (product.empty() ? "" : " x ") + std::to_string(size);
   }
   Long64_t offset = 0;
   if (!ParseInteger(text, 0, available, offset) || offset > available - count) {
      Fail("expected in " + name + " the offset of " + product + " of " + std::to_string(available) +
           " parameters, found '" + text + "'");
   }
   return fDescription.fParameters.data() + offset;
}

const float *OperationReader::OptionalParameters(const std::string &name, std::initializer_list<long> sizes)
{
   return Has(name) ? Parameters(name, sizes) : nullptr;
}

void OperationReader::RequireAllUsed() const
{
   for (const auto &attribute : fOperation.fAttributes) {
      if (!fUsed.count(attribute.first)) {
         Fail("the attribute " + attribute.first + " (with '" + attribute.second + "') is not known for this type" +
              DidYouMean(attribute.first, {fUsed.begin(), fUsed.end()}));
      }
   }
}

void OperationReader::Fail(const std::string &message) const
{
   throw Error(EErrorCode::kWeightFile, message, {{"operation", std::to_string(fIndex)}, {"type", fOperation.fType}});
}

} // namespace Internal
} // namespace TorchMVA
