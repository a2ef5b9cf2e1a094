#include "Standalone/OperationCode.hxx"

#include "Standalone/ActivationCode.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <sstream>

namespace TorchMVA {
namespace Internal {

void OperationCode::Write(int i)
{
   fNumber = i;
   fOperation = &fNetwork.fOperations.at(i);
   static const std::map<std::string, void (OperationCode::*)()> writers = {
      {"Linear", &OperationCode::WriteLinear},        {"Affine", &OperationCode::WriteAffine},
      {"PReLU", &OperationCode::WritePReLU},          {"Add", &OperationCode::WriteCombination},
      {"Subtract", &OperationCode::WriteCombination}, {"Multiply", &OperationCode::WriteCombination},
      {"Divide", &OperationCode::WriteCombination},   {"Softmax", &OperationCode::WriteSoftmax},
      {"LogSoftmax", &OperationCode::WriteSoftmax},   {"LayerNorm", &OperationCode::WriteLayerNorm},
      {"Sum", &OperationCode::WriteReduction},        {"Mean", &OperationCode::WriteReduction},
      {"Max", &OperationCode::WriteReduction},        {"Concatenate", &OperationCode::WriteConcatenation},
      {"Slice", &OperationCode::WriteSlice},          {"Permute", &OperationCode::WritePermutation},
      {"Conv1d", &OperationCode::WriteConvolution},   {"Conv2d", &OperationCode::WriteConvolution},
      {"MaxPool1d", &OperationCode::WritePooling},    {"MaxPool2d", &OperationCode::WritePooling},
      {"AvgPool1d", &OperationCode::WritePooling},    {"AvgPool2d", &OperationCode::WritePooling},
   };
   if (fOperation->fType == "Reshape") // the same memory
      return;
   if (const std::string activation = ActivationCode(*fOperation); !activation.empty()) {
      fCode.Use("Functions");
      fStatements += "   Map<" + std::to_string(NOut()) + " * L>(" + In() + ", " + Out() + ", [](float x) { return " +
                     activation + "; });\n";
      return;
   }
   const auto writer = writers.find(fOperation->fType);
   if (writer == writers.end())
      Fail("there is no standalone code for this type of operation");
   (this->*writer->second)();
}

// ---- types ----------------------------------------------------------------------------------------------------------

void OperationCode::WriteLinear()
{
   fCode.Use("Linear");
   const int nIn = InShape().back(), nOut = fOperation->fShape.back();
   const std::string weight = Transposed("Weight", nOut, nIn), bias = Parameters("Bias", nOut);
   Call("Linear", {NIn() / nIn, nIn, nOut}, {In(), weight, bias, Out()});
}

void OperationCode::WriteAffine()
{
   fCode.Use("Elementwise");
   const int n = NIn();
   const auto dim = fOperation->fAttributes.find("Dim");
   const std::string where = dim == fOperation->fAttributes.end() ? "" : dim->second;
   const int natural = where == "0" ? InShape().front() : where == "-1" ? InShape().back() : where == "all" ? n : 1;
   const int count = Integer("Count", natural);
   const int after = count == 1 ? n : where == "0" ? n / InShape().front() : 1;
   if (count <= 0 || n % (count * after) != 0)
      Fail("expected a Count that fits the shape, found " + std::to_string(count));
   const std::string scale = Parameters("Scale", count), shift = Parameters("Shift", count);
   std::string result = scale == "nullptr" ? "x" : "x * " + scale + "[c]";
   result += shift == "nullptr" ? "" : " + " + shift + "[c]";
   const std::string argument = scale == "nullptr" && shift == "nullptr" ? "int" : "int c";
   Call("MapWith", {n / (count * after), count, after},
        {In(), Out(), "[](float x, " + argument + ") { return " + result + "; }"});
}

void OperationCode::WritePReLU()
{
   fCode.Use("Elementwise");
   const int count = Integer("Count", 1);
   const std::string slopes = Parameters("Slopes", count);
   Call("MapWith", {1, count, NIn() / count},
        {In(), Out(), "[](float x, int c) { return x > 0 ? x : " + slopes + "[c] * x; }"});
}

void OperationCode::WriteCombination()
{
   fCode.Use("Elementwise");
   static const std::map<std::string, std::string> signs = {
      {"Add", "+"}, {"Subtract", "-"}, {"Multiply", "*"}, {"Divide", "/"}};
   const std::string f = "[](float a, float b) { return a " + signs.at(fOperation->fType) + " b; }";
   Call(NIn(1) == NIn() ? "Combine" : "CombineWithOne", {NIn()}, {In(), In(1), Out(), f});
}

void OperationCode::WriteSoftmax()
{
   fCode.Use("Functions");
   fCode.Use("Softmax");
   const Parts parts = Around(Integer("Dim", -1));
   std::ostringstream call;
   call << "   Softmax<" << (fOperation->fType == "Softmax" ? "false" : "true") << ", L, " << parts.fBefore << ", "
        << parts.fSize << ", " << parts.fAfter << ">(" << In() << ", " << Out() << ");\n";
   fStatements += call.str();
}

void OperationCode::WriteLayerNorm()
{
   fCode.Use("Reductions");
   const std::vector<int> &shape = InShape();
   const int nDims = Integer("Dims", 1);
   int n = 1;
   for (int d = 0; d < nDims; ++d)
      n *= shape.at(shape.size() - 1 - d);
   const std::string scale = Parameters("Scale", n), shift = Parameters("Shift", n);
   const std::string epsilon = FloatLiteral(static_cast<float>(NumberOf(*fOperation, "Epsilon", 1e-5)));
   Call("LayerNorm", {NIn() / n, n}, {In(), scale, shift, epsilon, Out()});
}

void OperationCode::WriteReduction()
{
   fCode.Use("Reductions");
   const Parts parts = Around(Integer("Dim", -1));
   const std::string f = fOperation->fType == "Max" ? "[](float a, float b) { return a != a || a > b ? a : b; }"
                                                    : "[](float a, float b) { return a + b; }";
   Call("Fold", {parts.fBefore, parts.fSize, parts.fAfter}, {In(), Out(), f});
   if (fOperation->fType == "Mean") {
      fCode.Use("Functions");
      fStatements += "   Map<" + std::to_string(NOut()) + " * L>(" + Out() + ", " + Out() +
                     ", [](float x) { return x / " + FloatLiteral(static_cast<float>(parts.fSize)) + "; });\n";
   }
}

void OperationCode::WriteConcatenation()
{
   fCode.Use("Elementwise");
   const int dim = Integer("Dim", 0);
   int total = 0, offset = 0;
   for (std::size_t k = 0; k < fOperation->fInputs.size(); ++k)
      total += Around(dim, k).fSize * Around(dim, k).fAfter;
   for (std::size_t k = 0; k < fOperation->fInputs.size(); ++k) {
      const Parts parts = Around(dim, k);
      const int row = parts.fSize * parts.fAfter;
      Call("CopyRows", {parts.fBefore, row, row, total}, {In(k), Out() + " + " + std::to_string(offset) + " * L"});
      offset += row;
   }
}

void OperationCode::WriteSlice()
{
   fCode.Use("Elementwise");
   const int dim = Integer("Dim", 0), start = Integer("Start", 0), step = Integer("Step", 1);
   const Parts parts = Around(dim);
   const int n = fOperation->fShape.empty() ? 1 : NOut() / (parts.fBefore * parts.fAfter);
   if (step == 1) {
      const int row = n * parts.fAfter;
      Call("CopyRows", {parts.fBefore, row, parts.fSize * parts.fAfter, row},
           {In() + " + " + std::to_string(start * parts.fAfter) + " * L", Out()});
      return;
   }
   std::vector<int> index;
   for (int a = 0; a < parts.fBefore; ++a)
      for (int i = 0; i < n; ++i)
         for (int b = 0; b < parts.fAfter; ++b)
            index.push_back((a * parts.fSize + start + i * step) * parts.fAfter + b);
   const std::string name = "kIndex" + std::to_string(fNumber);
   fCode.Table(name, index);
   Call("Gather", {NOut()}, {In(), name, Out()});
}

void OperationCode::WritePermutation()
{
   fCode.Use("Elementwise");
   const std::vector<int> &from = InShape(), &to = fOperation->fShape;
   const std::vector<int> dims = Integers("Dims", from.size(), 0);
   std::vector<int> strides(from.size(), 1), index;
   for (std::size_t d = from.size() - 1; d-- > 0;)
      strides[d] = strides[d + 1] * from[d + 1];
   for (int i = 0; i < NOut(); ++i) {
      int rest = i, at = 0;
      for (std::size_t d = to.size(); d-- > 0; rest /= to[d])
         at += rest % to[d] * strides.at(dims.at(d));
      index.push_back(at);
   }
   const std::string name = "kIndex" + std::to_string(fNumber);
   fCode.Table(name, index);
   Call("Gather", {NOut()}, {In(), name, Out()});
}

void OperationCode::WriteConvolution()
{
   fCode.Use("Images");
   const int nChannels = InShape().front(), nResults = fOperation->fShape.front(), nGroups = Integer("Groups", 1);
   int nKernel = 1;
   for (const int size : Integers("Kernel", InShape().size() - 1, 1))
      nKernel *= size;
   const std::string weight = Parameters("Weight", std::size_t(nResults) * (nChannels / nGroups) * nKernel);
   const std::string bias = Parameters("Bias", nResults);
   fStatements += "   Convolution<L, " + WindowType() + ", " + std::to_string(nResults) + ", " +
                  std::to_string(nGroups) + ">(" + In() + ", " + weight + ", " + bias + ", " + Out() + ");\n";
}

void OperationCode::WritePooling()
{
   fCode.Use("Images");
   const bool isMax = fOperation->fType.compare(0, 3, "Max") == 0;
   const std::string counts = isMax ? "" : Integer("CountIncludePad", 1) != 0 ? ", true" : ", false";
   fStatements += std::string("   ") + (isMax ? "MaxPool" : "AveragePool") + "<L, " + WindowType() + counts + ">(" +
                  In() + ", " + Out() + ");\n";
}

} // namespace Internal
} // namespace TorchMVA
