#include "Network/Layer.hxx"

#include "TorchMVA/Core/NearestName.hxx"

#include <map>
#include <new>

namespace TorchMVA {
namespace Internal {

namespace {

using Maker_t = LayerPointer (*)(OperationReader &, const Kernels &);

const std::map<std::string, Maker_t> &Makers()
{
   static const auto *const makers =
      new std::map<std::string, Maker_t>{{"Linear", MakeLinear},           {"PReLU", MakePReLU},
                                         {"Affine", MakeAffine},           {"Softmax", MakeSoftmax},
                                         {"LogSoftmax", MakeSoftmax},      {"LayerNorm", MakeLayerNorm},
                                         {"Add", MakeArithmetic},          {"Subtract", MakeArithmetic},
                                         {"Multiply", MakeArithmetic},     {"Divide", MakeArithmetic},
                                         {"Concatenate", MakeConcatenate}, {"Slice", MakeSlice},
                                         {"Reshape", MakeReshape},         {"Permute", MakePermute},
                                         {"Sum", MakeReduction},           {"Mean", MakeReduction},
                                         {"Max", MakeReduction},           {"Conv1d", MakeConvolution},
                                         {"Conv2d", MakeConvolution},      {"MaxPool1d", MakePool},
                                         {"MaxPool2d", MakePool},          {"AvgPool1d", MakePool},
                                         {"AvgPool2d", MakePool},          {"ReLU", MakeActivation},
                                         {"LeakyReLU", MakeActivation},    {"ELU", MakeActivation},
                                         {"SELU", MakeActivation},         {"GELU", MakeActivation},
                                         {"SiLU", MakeActivation},         {"Sigmoid", MakeActivation},
                                         {"Tanh", MakeActivation},         {"Softplus", MakeActivation},
                                         {"Softsign", MakeActivation},     {"Clamp", MakeActivation},
                                         {"Hardsigmoid", MakeActivation},  {"Hardswish", MakeActivation},
                                         {"Mish", MakeActivation},         {"LogSigmoid", MakeActivation},
                                         {"Exp", MakeActivation},          {"Log", MakeActivation},
                                         {"Sqrt", MakeActivation},         {"Abs", MakeActivation}};
   return *makers;
}

} // namespace

LayerPointer MakeLayer(OperationReader &operation, const Kernels &kernels)
{
   const auto found = Makers().find(operation.Type());
   if (found == Makers().end()) {
      std::vector<std::string> known;
      for (const auto &maker : Makers())
         known.push_back(maker.first);
      operation.Fail("expected a type of operation that this version knows, found '" + operation.Type() + "'" +
                     DidYouMean(operation.Type(), known));
   }
   LayerPointer layer = found->second(operation, kernels);
   operation.RequireAllUsed();
   return layer;
}

AlignedFloats::AlignedFloats(std::size_t n)
   : fData(static_cast<float *>(::operator new(n * sizeof(float), std::align_val_t(64))))
{
}

void AlignedFloats::Free::operator()(float *data) const
{
   ::operator delete(data, std::align_val_t(64));
}

} // namespace Internal
} // namespace TorchMVA
