#ifndef TORCHMVA_TESTS_METHOD_TOYBDT_HXX
#define TORCHMVA_TESTS_METHOD_TOYBDT_HXX

// Small data sets and weight files for the tests of kBDT.

#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/MethodBDT.hxx"

#include <cmath>
#include <memory>
#include <random>
#include <string>

namespace TorchMVA {
namespace Test {

/// n training events of variables a, b and c (c is noise), no test events. Classification: class 0 inside of a circle;
/// multiclass: three sectors; regression: target a * a + b.
inline std::unique_ptr<DataSetInfo> MakeToyInfo(Types::EAnalysisType type, Long64_t n = 1200,
                                                double negativeFraction = 0)
{
   const UInt_t nClasses = type == Types::kMulticlass ? 3 : type == Types::kClassification ? 2 : 1;
   SharedMatrix<float> variables(n, 3), targets(n, type == Types::kRegression ? 1 : 0), weights(n, 1);
   SharedMatrix<double> spectators(n, 0);
   SharedMatrix<int> classes(n, 1);
   std::mt19937 random(7);
   const auto flat = [&random] { return double(random()) / double(std::mt19937::max()); };
   for (Long64_t i = 0; i < n; ++i) {
      const double a = 2 * flat() - 1, b = 2 * flat() - 1;
      const float row[] = {float(a), float(b), float(flat())};
      std::copy(row, row + 3, variables.Data() + 3 * i);
      weights.Data()[i] = float(flat() < negativeFraction ? -0.5 : 0.5 + flat());
      classes.Data()[i] = 0;
      if (type == Types::kRegression)
         targets.Data()[i] = float(a * a + b);
      else if (type == Types::kMulticlass)
         classes.Data()[i] = int((std::atan2(b, a) / 3.1416 + 1) * 1.5) % 3;
      else
         classes.Data()[i] = std::hypot(a, b) + 0.2 * (flat() - 0.5) < 0.8 ? 0 : 1;
   }
   auto info = std::make_unique<DataSetInfo>("dataset");
   for (const char *name : {"a", "b", "c"})
      info->AddVariable(name);
   if (type == Types::kRegression)
      info->AddTarget("t");
   const char *const names[] = {"Signal", "Background", "Other"};
   for (UInt_t k = 0; k < nClasses; ++k)
      info->AddClass(type == Types::kRegression ? "Regression" : names[k]);
   const auto data = std::make_shared<DataSet>(variables, targets, spectators, weights, classes, n, nClasses,
                                               std::vector<double>(nClasses, 1));
   info->SetBuilder([data](DataSetInfo &) { return data; });
   return info;
}

inline std::unique_ptr<MethodBDT> BookToyBDT(DataSetInfo &info, Types::EAnalysisType type, const std::string &options)
{
   auto method = std::make_unique<MethodBDT>("job", "BDT", info, options.c_str());
   method->SetAnalysisType(type);
   method->SetupMethod();
   method->ProcessSetup();
   return method;
}

/// A weight file as TMVA writes it, of two variables x and y, with the given content of the element Weights.
inline std::string BDTFile(const std::string &analysisType, const std::string &options, const std::string &weights,
                           int nClasses = 2)
{
   std::string text = "<?xml version=\"1.0\"?><MethodSetup Method=\"BDT::Old\"><GeneralInfo>"
                      "<Info name=\"TMVA Release\" value=\"4.1.0 [262400]\"/>"
                      "<Info name=\"ROOT Release\" value=\"5.28/00 [334848]\"/>"
                      "<Info name=\"Training events\" value=\"10\"/><Info name=\"TrainingTime\" value=\"1.0\"/>"
                      "<Info name=\"AnalysisType\" value=\"" +
                      analysisType + "\"/></GeneralInfo><Options>" + options + "</Options>";
   text += "<Variables NVar=\"2\">";
   for (const char *variable : {"x", "y"})
      text += std::string("<Variable VarIndex=\"") + (*variable == 'x' ? "0" : "1") + "\" Expression=\"" + variable +
              "\" Label=\"" + variable + "\" Title=\"" + variable + "\" Unit=\"\" Internal=\"" + variable +
              "\" Type=\"F\" Min=\"-1\" Max=\"1\"/>";
   text += "</Variables><Spectators NSpec=\"0\"/><Classes NClass=\"" + std::to_string(nClasses) + "\">";
   for (int k = 0; k < nClasses; ++k)
      text += "<Class Name=\"c" + std::to_string(k) + "\" Index=\"" + std::to_string(k) + "\"/>";
   text += "</Classes>";
   if (analysisType == "Regression")
      text += "<Targets NTrgt=\"1\"><Target TargetIndex=\"0\" Expression=\"t\" Label=\"t\" Title=\"t\" Unit=\"\" "
              "Internal=\"t\" Type=\"F\" Min=\"-1\" Max=\"1\"/></Targets>";
   return text + "<Transformations NTransformations=\"0\"/><MVAPdfs/>" + weights + "</MethodSetup>";
}

} // namespace Test
} // namespace TorchMVA

#endif
