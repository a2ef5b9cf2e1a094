#include "Network/Layer.hxx"

#include <limits>
#include <map>

namespace TorchMVA {
namespace Internal {

namespace {

class ActivationLayer : public Layer {
public:
   ActivationLayer(const Kernels &kernels, EActivation activation, const ActivationParameters &parameters, long size)
      : fKernels(kernels), fActivation(activation), fParameters(parameters), fSize(size)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fActivate(fActivation, fParameters, inputs[0], n * fSize, output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   EActivation fActivation;
   ActivationParameters fParameters;
   long fSize;
};

class PReLULayer : public Layer {
public:
   PReLULayer(const Kernels &kernels, const Axis &axis, const float *slopes)
      : fKernels(kernels), fAxis(axis), fSlopes(slopes)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fPReLU({n * fAxis.fOuter, fAxis.fSize, fAxis.fInner}, fSlopes, inputs[0], output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   Axis fAxis;
   const float *fSlopes;
};

class AffineLayer : public Layer {
public:
   AffineLayer(const Kernels &kernels, const Axis &axis, const float *scale, const float *shift)
      : fKernels(kernels), fAxis(axis), fScale(scale), fShift(shift)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fAffine({n * fAxis.fOuter, fAxis.fSize, fAxis.fInner}, fScale, fShift, inputs[0], output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   Axis fAxis;
   const float *fScale, *fShift;
};

/// Add, Subtract, Multiply, Divide.
class ArithmeticLayer : public Layer {
public:
   ArithmeticLayer(const Kernels &kernels, EArithmetic operation, long size, bool isScalar)
      : fKernels(kernels), fOperation(operation), fSize(size), fIsScalar(isScalar)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      if (fIsScalar)
         fKernels.fCombineScalar(fOperation, inputs[0], inputs[1], n, fSize, output);
      else
         fKernels.fCombine(fOperation, inputs[0], inputs[1], n * fSize, output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   EArithmetic fOperation;
   long fSize;
   bool fIsScalar;
};

EActivation ActivationOf(OperationReader &operation)
{
   static const auto *const names = new std::map<std::string, EActivation>{{"ReLU", EActivation::kReLU},
                                                                           {"LeakyReLU", EActivation::kLeakyReLU},
                                                                           {"ELU", EActivation::kELU},
                                                                           {"SELU", EActivation::kSELU},
                                                                           {"GELU", EActivation::kGELU},
                                                                           {"SiLU", EActivation::kSiLU},
                                                                           {"Sigmoid", EActivation::kSigmoid},
                                                                           {"Tanh", EActivation::kTanh},
                                                                           {"Softplus", EActivation::kSoftplus},
                                                                           {"Softsign", EActivation::kSoftsign},
                                                                           {"Clamp", EActivation::kClamp},
                                                                           {"Hardsigmoid", EActivation::kHardsigmoid},
                                                                           {"Mish", EActivation::kMish},
                                                                           {"Hardswish", EActivation::kHardswish},
                                                                           {"Exp", EActivation::kExp},
                                                                           {"LogSigmoid", EActivation::kLogSigmoid},
                                                                           {"Log", EActivation::kLog},
                                                                           {"Sqrt", EActivation::kSqrt},
                                                                           {"Abs", EActivation::kAbs}};
   const EActivation activation = names->at(operation.Type());
   if (activation != EActivation::kGELU)
      return activation;
   const std::string approximate = operation.Text("Approximate", "none");
   if (approximate != "none" && approximate != "tanh")
      operation.Fail("expected 'none' or 'tanh' in Approximate, found '" + approximate + "'");
   return approximate == "none" ? EActivation::kGELU : EActivation::kGELUTanh;
}

ActivationParameters ParametersOf(OperationReader &operation, EActivation activation)
{
   const auto number = [&](const char *name, double fallback) {
      return static_cast<float>(operation.Number(name, fallback));
   };
   constexpr double kInfinity = std::numeric_limits<double>::infinity();
   switch (activation) {
   case EActivation::kLeakyReLU: return {number("Slope", 0.01), 0};
   case EActivation::kELU: return {number("Alpha", 1), 0};
   case EActivation::kSoftplus: {
      const ActivationParameters parameters = {number("Beta", 1), number("Threshold", 20)};
      if (!(parameters.fFirst > 0))
         operation.Fail("expected a positive number in Beta, found '" + operation.Text("Beta", "") + "'");
      return parameters;
   }
   case EActivation::kClamp: return {number("Min", -kInfinity), number("Max", kInfinity)};
   default: return {};
   }
}

} // namespace

LayerPointer MakeActivation(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   operation.RequireResult(operation.Input());
   const EActivation activation = ActivationOf(operation);
   return std::make_unique<ActivationLayer>(kernels, activation, ParametersOf(operation, activation),
                                            CountOf(operation.Input()));
}

LayerPointer MakePReLU(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   const Shape &shape = operation.Input();
   operation.RequireResult(shape);
   Axis axis = {1, 1, CountOf(shape)};
   const int count = operation.Int("Count", 1, int(shape.front()), 1);
   if (count > 1) {
      if (count != shape.front())
         operation.Fail("expected 1 or " + std::to_string(shape.front()) + " in Count, found " + std::to_string(count));
      axis = AxisOf(shape, 0);
   }
   return std::make_unique<PReLULayer>(kernels, axis, operation.Parameters("Slopes", {count}));
}

LayerPointer MakeAffine(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   const Shape &shape = operation.Input();
   operation.RequireResult(shape);
   Axis axis = {1, 1, CountOf(shape)};
   const std::string dim = operation.Text("Dim", "");
   if (dim == "0")
      axis = AxisOf(shape, 0);
   else if (dim == "-1")
      axis = AxisOf(shape, shape.size() - 1);
   else if (dim == "all")
      axis = {1, CountOf(shape), 1};
   else if (!dim.empty())
      operation.Fail("expected '0', '-1' or 'all' in Dim, found '" + dim + "'");
   const int size = static_cast<int>(axis.fSize);
   const int count = operation.Int("Count", 1, size, size);
   if (count == 1)
      axis = {1, 1, CountOf(shape)};
   else if (count != size)
      operation.Fail("expected 1 or " + std::to_string(size) + " in Count, found " + std::to_string(count));
   if (!operation.Has("Scale") && !operation.Has("Shift"))
      operation.Fail("expected the attribute Scale or Shift, found neither");
   const float *const scale = operation.OptionalParameters("Scale", {count});
   const float *const shift = operation.OptionalParameters("Shift", {count});
   return std::make_unique<AffineLayer>(kernels, axis, scale, shift);
}

LayerPointer MakeArithmetic(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(2);
   const Shape &shape = operation.Input(), &second = operation.Input(1);
   operation.RequireResult(shape);
   if (second != shape && second != Shape{1}) {
      operation.Fail("expected the shape '" + ToText(shape) + "' or '1' of the second input, found '" + ToText(second) +
                     "'");
   }
   const EArithmetic kind = operation.Type() == "Add"        ? EArithmetic::kAdd
                            : operation.Type() == "Subtract" ? EArithmetic::kSubtract
                            : operation.Type() == "Multiply" ? EArithmetic::kMultiply
                                                             : EArithmetic::kDivide;
   return std::make_unique<ArithmeticLayer>(kernels, kind, CountOf(shape), second != shape);
}

} // namespace Internal
} // namespace TorchMVA
