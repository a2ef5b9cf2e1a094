#ifndef TORCHMVA_WEIGHTS_WEIGHTFILE_HXX
#define TORCHMVA_WEIGHTS_WEIGHTFILE_HXX

#include "TMVA/Version.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;

/// Everything in a weight file that is not the method's own: TMVA's `<MethodSetup>` with GeneralInfo, Options,
/// Variables, Spectators, Classes and Targets (docs/weights-format.md).
struct WeightFileHeader {
   /// What the expressions of a weight file mean (docs/expressions.md). A file that does not say it has version 1.
   static constexpr const char *kExpressionInfo = "Expression Version";
   static constexpr int kExpressionVersion = 1;

   std::string fMethodType;  ///< "PyTorch"
   std::string fMethodTitle; ///< "MyNet"
   Types::EAnalysisType fAnalysisType = Types::kNoAnalysisType;
   /// TMVA's release that the file was written by, or compatible with: "4.2.1 [262657]"; may be empty in a file.
   std::string fTMVARelease = TMVA_RELEASE " [" + std::to_string(TMVA_VERSION_CODE) + "]";
   long long fNTrainingEvents = 0;
   double fTrainingTime = 0; ///< seconds
   std::vector<OptionInfo> fOptions;
   std::vector<VariableInfo> fVariables;
   std::vector<VariableInfo> fSpectators;
   std::vector<VariableInfo> fTargets;
   std::vector<std::string> fClasses;

   /// Variables, spectators, targets and classes of a data set.
   void SetData(const DataSetInfo &info);
   /// Writes attributes and children of the root element `<MethodSetup>`.
   void Write(const XmlNode &root) const;
   /// Reads and validates. Throws Error (kWeightFile): no MethodSetup, missing elements, counts that do not fit.
   static WeightFileHeader Read(const XmlNode &root);
   /// Compares with what the reading side declared (nothing declared: fills it in). Throws Error (kWeightFile) with
   /// both expressions of the first variable or spectator that differs. Fills classes and targets if it has none, and
   /// sets ranges, labels, titles and units of the declared variables from the file.
   void ApplyTo(DataSetInfo &info, const std::string &where) const;
};

} // namespace TorchMVA

#endif
