// MethodPyTorch as standalone code.

#include "PyTorch/MethodPyTorchImpl.hxx"
#include "Standalone/NetworkCode.hxx"

namespace TorchMVA {

namespace {
/// A megabyte of text.
constexpr std::size_t kMaxParametersInCode = 100000;
} // namespace

Bool_t MethodPyTorch::WritesClassAfterTraining() const
{
   const Network *network = fImpl->Expressible();
   return network && network->GetDescription().fParameters.size() <= kMaxParametersInCode;
}

Bool_t MethodPyTorch::WritePrediction(Internal::StandaloneCode &code, std::string *why) const
{
   if (const Network *network = fImpl->Expressible()) {
      Internal::WriteNetworkCode(code, network->GetDescription());
      return kTRUE;
   }
   if (why)
      *why = "the model cannot be expressed without Python: " +
             (fImpl->fNetwork ? std::string("Engine=Python was asked for") : fImpl->fWhyNoNetwork);
   return kFALSE;
}

} // namespace TorchMVA
