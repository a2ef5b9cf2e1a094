#include "Standalone/NetworkCode.hxx"

#include "Standalone/OperationCode.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "Standalone/ValueMemory.hxx"

namespace TorchMVA {
namespace Internal {

namespace {
/// Bytes of the stack that a call may take: above, the memory is allocated.
constexpr long long kMaxStackFloats = 1 << 16;
} // namespace

void WriteNetworkCode(StandaloneCode &code, const NetworkDescription &network)
{
   const ValueMemory memory(network);
   OperationCode operations(code, network, memory);
   for (std::size_t i = 0; i < network.fOperations.size(); ++i)
      operations.Write(static_cast<int>(i));
   const long long size = memory.Size();
   code.NeedFloats(size);
   code.Use("Elementwise");
   std::ostream &out = code.Out();
   out << "/// The network; the values between input and output are in m.\ntemplate <int L>\n"
          "inline void Predict(float *in, float *out)\n{\n";
   if (size > kMaxStackFloats)
      out << "   std::vector<float> memory(" << size << " * L);\n   float *const m = memory.data();\n";
   else if (size > 0)
      out << "   alignas(64) float m[" << size << " * L];\n";
   const int last = static_cast<int>(network.fOperations.size());
   const std::string n = std::to_string(memory.NValues(last));
   out << operations.Statements() << "   CopyRows<L, 1, " << n << ", " << n << ", " << n << ">(" << memory.Name(last)
       << ", out);\n}\n\n";
}

} // namespace Internal
} // namespace TorchMVA
