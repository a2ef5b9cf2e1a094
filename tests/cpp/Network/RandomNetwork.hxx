#ifndef TORCHMVA_TESTS_NETWORK_RANDOMNETWORK_HXX
#define TORCHMVA_TESTS_NETWORK_RANDOMNETWORK_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

/// Makes networks of random operations on random earlier values. Their numbers stay of the order of one: what could
/// grow is followed by a hyperbolic tangent.
class RandomNetwork {
public:
   explicit RandomNetwork(unsigned seed) : fRandom(seed) {}

   NetworkDescription Make(int nOperations)
   {
      fNetwork = {};
      fNetwork.fNInputs = 4 * Between(1, 8);
      fShapes = {{fNetwork.fNInputs}};
      while (int(fNetwork.fOperations.size()) < nOperations)
         AddOne();
      int value = int(fShapes.size()) - 1;
      if (fShapes[value].size() > 1)
         value = Add("Reshape", {value}, {Size(fShapes[value])});
      AddLinear(value, Between(1, 12));
      return fNetwork;
   }

private:
   using Shape_t = std::vector<int>;

   int Between(int low, int high) { return low + int(fRandom() % unsigned(high - low + 1)); }
   static int Size(const Shape_t &shape)
   {
      int size = 1;
      for (const int n : shape)
         size *= n;
      return size;
   }
   std::string Parameters(int n, double scale = 1)
   {
      const std::size_t offset = fNetwork.fParameters.size();
      std::normal_distribution<float> normal(0, float(scale));
      for (int i = 0; i < n; ++i)
         fNetwork.fParameters.push_back(normal(fRandom));
      return std::to_string(offset);
   }
   int Add(const std::string &type, const std::vector<int> &inputs, const Shape_t &shape,
           const std::map<std::string, std::string> &attributes = {})
   {
      fNetwork.fOperations.push_back({type, inputs, shape, attributes});
      fShapes.push_back(shape);
      return int(fShapes.size()) - 1;
   }
   int AddLinear(int value, int outputs)
   {
      Shape_t shape = fShapes[value];
      const int inputs = shape.back();
      shape.back() = outputs;
      const std::string weight = Parameters(inputs * outputs, 1 / std::sqrt(double(inputs)));
      return Add("Linear", {value}, shape, {{"Weight", weight}, {"Bias", Parameters(outputs)}});
   }

   void AddOne()
   {
      // the last value, or any of the others
      const int value = Between(0, 2) ? int(fShapes.size()) - 1 : Between(0, int(fShapes.size()) - 1);
      switch (Between(0, 9)) {
      case 0:
      case 1: AddLinear(value, Between(1, 80)); break;
      case 2:
      case 3: AddActivation(value); break;
      case 4: AddScaling(value); break;
      case 5: AddArithmetic(value); break;
      case 6: AddShape(value); break;
      case 7: AddReduction(value); break;
      case 8: AddNorm(value); break;
      default: AddWindow(value); break;
      }
   }
   void AddActivation(int value)
   {
      static const std::vector<std::string> types = {
         "ReLU",     "LeakyReLU", "ELU",   "SELU",        "GELU",      "SiLU", "Sigmoid",    "Tanh",
         "Softplus", "Softsign",  "Clamp", "Hardsigmoid", "Hardswish", "Mish", "LogSigmoid", "Abs"};
      const Shape_t shape = fShapes[value];
      if (Between(0, 7) == 0) {
         const int positive = Add("Softplus", {Add("Abs", {value}, shape)}, shape);
         Add(Between(0, 1) ? "Log" : "Sqrt", {positive}, shape);
         return;
      }
      if (Between(0, 7) == 0) {
         Add("Exp", {Add("Tanh", {value}, shape)}, shape);
         return;
      }
      const std::string &type = types[Between(0, int(types.size()) - 1)];
      std::map<std::string, std::string> attributes;
      if (type == "GELU")
         attributes = {{"Approximate", Between(0, 1) ? "none" : "tanh"}};
      else if (type == "Clamp")
         attributes = {{"Min", "-0.75"}, {"Max", "1.5"}};
      Add(type, {value}, shape, attributes);
   }
   void AddScaling(int value)
   {
      const Shape_t shape = fShapes[value];
      const std::vector<std::pair<std::string, int>> dims = {
         {"0", shape.front()}, {"-1", shape.back()}, {"all", Size(shape)}};
      const auto &[dim, n] = dims[Between(0, 2)];
      if (Between(0, 2) == 0)
         Add("PReLU", {value}, shape, {{"Slopes", Parameters(shape[0])}, {"Count", std::to_string(shape[0])}});
      else
         Add("Affine", {value}, shape, {{"Scale", Parameters(n)}, {"Shift", Parameters(n)}, {"Dim", dim}});
      Add("Tanh", {int(fShapes.size()) - 1}, shape);
   }
   void AddArithmetic(int value)
   {
      static const std::vector<std::string> types = {"Add", "Subtract", "Multiply", "Divide"};
      const std::string &type = types[Between(0, 3)];
      const Shape_t shape = fShapes[value];
      int second = 0;
      if (Between(0, 1)) {
         second = Add("Sigmoid", {AddLinear(0, 1)}, {1});
      } else {
         second = Add("Softplus", {value}, shape);
         second = Add("Affine", {second}, shape, {{"Shift", Parameters(1, 0)}, {"Count", "1"}});
      }
      Add("Tanh", {Add(type, {value, second}, shape)}, shape);
   }
   void AddShape(int value)
   {
      const Shape_t shape = fShapes[value];
      const int dim = Between(0, int(shape.size()) - 1);
      Shape_t result = shape;
      if (const int size = Size(shape); Between(0, 2) == 0 && size % 4 == 0) {
         Add("Reshape", {value}, Between(0, 1) ? Shape_t{4, size / 4} : Shape_t{2, size / 4, 2});
      } else if (shape.size() > 1 && Between(0, 1)) {
         std::reverse(result.begin(), result.end());
         Add("Permute", {value}, result, {{"Dims", shape.size() == 2 ? "1 0" : "2 1 0"}});
      } else if (Between(0, 1) && size < 500) {
         result[dim] *= 2;
         Add("Concatenate", {value, value}, result, {{"Dim", std::to_string(dim)}});
      } else if (shape[dim] > 2) {
         const int step = Between(1, 2);
         result[dim] = (shape[dim] - 1 + step - 1) / step;
         Add("Slice", {value}, result,
             {{"Dim", std::to_string(dim)},
              {"Start", "1"},
              {"Stop", std::to_string(shape[dim])},
              {"Step", std::to_string(step)}});
      }
   }
   void AddReduction(int value)
   {
      static const std::vector<std::string> types = {"Sum", "Mean", "Max"};
      Shape_t shape = fShapes[value];
      if (shape.size() < 2)
         return;
      const int dim = Between(0, int(shape.size()) - 1);
      shape.erase(shape.begin() + dim);
      value = Add(types[Between(0, 2)], {value}, shape, {{"Dim", std::to_string(dim)}});
      Add("Tanh", {value}, shape);
   }
   void AddNorm(int value)
   {
      const Shape_t shape = fShapes[value];
      if (Between(0, 1)) {
         Add(Between(0, 1) ? "Softmax" : "LogSoftmax", {value}, shape,
             {{"Dim", std::to_string(Between(0, int(shape.size()) - 1))}});
      } else {
         Add("LayerNorm", {value}, shape,
             {{"Dims", "1"},
              {"Epsilon", "0.1"},
              {"Scale", Parameters(shape.back())},
              {"Shift", Parameters(shape.back())}});
      }
      Add("Tanh", {int(fShapes.size()) - 1}, shape);
   }
   void AddWindow(int value)
   {
      const Shape_t shape = fShapes[value];
      if (shape.size() == 3) {
         const int outputs = Between(1, 10), step = Between(1, 2);
         const std::string weight = Parameters(outputs * shape[0] * 6, 1 / std::sqrt(6. * shape[0]));
         const std::string strides = std::to_string(step) + " 1";
         const Shape_t result = {outputs, (shape[1] - 1) / step + 1, shape[2] + 1};
         Add("Conv2d", {value}, result,
             {{"Weight", weight}, {"Kernel", "3 2"}, {"Padding", "1 1"}, {"Stride", strides}});
         return;
      }
      if (shape.size() != 2 || shape[1] < 3)
         return;
      if (Between(0, 1)) {
         Add(Between(0, 1) ? "MaxPool1d" : "AvgPool1d", {value}, {shape[0], shape[1] / 2}, {{"Kernel", "2"}});
      } else {
         const int outputs = Between(1, 20);
         const std::string weight = Parameters(outputs * shape[0] * 3, 1 / std::sqrt(3. * shape[0]));
         Add("Conv1d", {value}, {outputs, shape[1]}, {{"Weight", weight}, {"Kernel", "3"}, {"Padding", "1"}});
      }
   }

   std::mt19937 fRandom;
   NetworkDescription fNetwork;
   std::vector<Shape_t> fShapes;
};

} // namespace Test
} // namespace TorchMVA

#endif
