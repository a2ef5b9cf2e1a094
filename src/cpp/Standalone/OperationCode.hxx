#ifndef TORCHMVA_SRC_STANDALONE_OPERATIONCODE_HXX
#define TORCHMVA_SRC_STANDALONE_OPERATIONCODE_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "Standalone/ValueMemory.hxx"

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The operations of a network as C++: tables of their parameters go into the code, and one statement each is collected.
class OperationCode {
public:
   OperationCode(StandaloneCode &code, const NetworkDescription &network, const ValueMemory &memory)
      : fCode(code), fNetwork(network), fMemory(memory)
   {
   }
   /// Throws Error (kMethod), with its number and type, for an operation without code.
   void Write(int i);
   const std::string &Statements() const { return fStatements; }

private:
   using Numbers_t = std::initializer_list<long long>;
   void WriteLinear();
   void WriteAffine();
   void WritePReLU();
   void WriteCombination();
   void WriteSoftmax();
   void WriteLayerNorm();
   void WriteReduction();
   void WriteConcatenation();
   void WriteSlice();
   void WritePermutation();
   void WriteConvolution();
   void WritePooling();

   [[noreturn]] void Fail(const std::string &message) const;
   /// "   Function<L, 1, 2>(a, b);"
   void Call(const std::string &function, const Numbers_t &numbers, const std::vector<std::string> &arguments);
   std::string In(std::size_t k = 0) const { return fMemory.Name(fOperation->fInputs.at(k)); }
   std::string Out() const { return fMemory.Name(fNumber + 1); }
   const std::vector<int> &InShape(std::size_t k = 0) const { return fMemory.Shape(fOperation->fInputs.at(k)); }
   int NIn(std::size_t k = 0) const { return fMemory.NValues(fOperation->fInputs.at(k)); }
   int NOut() const { return fMemory.NValues(fNumber + 1); }

   bool Has(const std::string &attribute) const { return fOperation->fAttributes.count(attribute) > 0; }
   int Integer(const std::string &attribute, int missing) const;
   /// A blank separated list.
   std::vector<int> Integers(const std::string &attribute, std::size_t n, int missing) const;
   /// Sizes before, at and after dimension `dim` of the first input.
   struct Parts {
      int fBefore = 1, fSize = 1, fAfter = 1;
   };
   Parts Around(int dim, std::size_t input = 0) const;
   /// Name of the table of n parameters whose offset an attribute has; "nullptr" without that attribute.
   std::string Parameters(const std::string &attribute, std::size_t n);
   /// The same of a matrix of so many rows, with rows and columns exchanged.
   std::string Transposed(const std::string &attribute, std::size_t nRows, std::size_t nColumns);
   std::string AddTable(const std::string &attribute, const std::string &key, const std::vector<float> &numbers);
   /// The type Window<...> of a convolution or pooling of one or two dimensions.
   std::string WindowType() const;

   StandaloneCode &fCode;
   const NetworkDescription &fNetwork;
   const ValueMemory &fMemory;
   const NetworkOperation *fOperation = nullptr;
   int fNumber = 0;
   std::string fStatements;
   std::map<std::string, std::string> fTables; ///< what is in a table -> its name
};

} // namespace Internal
} // namespace TorchMVA

#endif
