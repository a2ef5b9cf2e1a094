#include "TorchMVA/Network/Network.hxx"

#include "Network/ChooseKernels.hxx"
#include "Network/NetworkProgram.hxx"
#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {

struct Network::Impl {
   Impl(NetworkDescription description, const std::string &instructions)
      : fDescription(std::move(description)), fProgram(fDescription, Internal::ChooseKernels(instructions))
   {
   }
   const NetworkDescription fDescription;
   const Internal::NetworkProgram fProgram;
};

Network::Network(NetworkDescription description, const std::string &instructions)
   : fImpl(std::make_shared<const Impl>(std::move(description), instructions))
{
}

int Network::GetNInputs() const
{
   return fImpl->fDescription.fNInputs;
}

int Network::GetNOutputs() const
{
   return fImpl->fProgram.GetNOutputs();
}

const NetworkDescription &Network::GetDescription() const
{
   return fImpl->fDescription;
}

std::string Network::GetInstructions() const
{
   return fImpl->fProgram.GetKernels().fName;
}

std::vector<std::string> Network::GetInstructionSets()
{
   std::vector<std::string> names;
   for (const Internal::Kernels *kernels : Internal::AvailableKernels())
      names.emplace_back(kernels->fName);
   return names;
}

void Network::Evaluate(const float *rows, Long64_t n, float *outputs) const
{
   if (n < 0)
      throw Error(EErrorCode::kArgument, "expected a number of rows from 0 on, found " + std::to_string(n));
   if (n == 0)
      return;
   if (!rows || !outputs) {
      throw Error(EErrorCode::kArgument,
                  std::string("expected memory for the ") + (rows ? "outputs" : "rows") + ", found a null pointer");
   }
   fImpl->fProgram.Run(rows, n, outputs);
}

} // namespace TorchMVA
