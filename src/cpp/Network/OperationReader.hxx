#ifndef TORCHMVA_SRC_NETWORK_OPERATIONREADER_HXX
#define TORCHMVA_SRC_NETWORK_OPERATIONREADER_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Sizes of a value's dimensions, for one event.
using Shape = std::vector<int>;

/// Product of the sizes first, first + 1, ..., last - 1.
long CountOf(const Shape &shape, std::size_t first, std::size_t last);
inline long CountOf(const Shape &shape)
{
   return CountOf(shape, 0, shape.size());
}
/// "4", "3 8 8": as in the file.
std::string ToText(const Shape &shape);

/// One operation of a description, while it is checked: every call throws Error (kWeightFile) that says where, what was
/// expected and what was found.
class OperationReader {
public:
   /// `shapes`: of the values so far. Checks the numbers of the inputs and the shape that is stated.
   OperationReader(const NetworkDescription &description, std::size_t index, const std::vector<Shape> &shapes);

   const std::string &Type() const { return fOperation.fType; }
   std::size_t NInputs() const { return fOperation.fInputs.size(); }
   void RequireInputs(std::size_t n) const;
   const Shape &Input(std::size_t i = 0) const { return fShapes[fOperation.fInputs[i]]; }
   /// The shape that is stated.
   const Shape &Result() const { return fOperation.fShape; }
   /// Compares the shape that follows from the inputs with the one that is stated.
   void RequireResult(const Shape &shape) const;

   bool Has(const std::string &name) const { return fOperation.fAttributes.count(name) > 0; }
   std::string Text(const std::string &name, const std::string &fallback);
   double Number(const std::string &name);
   double Number(const std::string &name, double fallback);
   int Int(const std::string &name, int low, int high);
   int Int(const std::string &name, int low, int high, int fallback);
   /// One of the dimensions of an input.
   int Dimension(const std::string &name = "Dim", std::size_t input = 0);
   /// `count` integers; without fallback the attribute is required.
   std::vector<int> List(const std::string &name, std::size_t count, int low, int high);
   std::vector<int> List(const std::string &name, std::size_t count, int low, int high, std::vector<int> fallback);
   /// Parameters, whose offset the attribute has; as many as the product of `sizes`.
   const float *Parameters(const std::string &name, std::initializer_list<long> sizes);
   /// nullptr without the attribute.
   const float *OptionalParameters(const std::string &name, std::initializer_list<long> sizes);

   /// Throws if there is an attribute that nobody asked for.
   void RequireAllUsed() const;
   [[noreturn]] void Fail(const std::string &message) const;

private:
   const std::string &Attribute(const std::string &name);

   const NetworkDescription &fDescription;
   const NetworkOperation &fOperation;
   std::size_t fIndex;
   const std::vector<Shape> &fShapes;
   std::set<std::string> fUsed;
};

} // namespace Internal
} // namespace TorchMVA

#endif
