#ifndef TORCHMVA_CORE_TYPES_HXX
#define TORCHMVA_CORE_TYPES_HXX

#include "RtypesCore.h"
#include "TString.h"

#include <memory>

namespace TorchMVA {

/// The enumerations of TMVA, with TMVA's numbers, and the names of the method types.
class Types {
public:
   /// Of a fixed type: methods from elsewhere get numbers above kMaxMethod.
   enum EMVA : Int_t {
      kVariable = 0,
      kCuts,
      kLikelihood,
      kPDERS,
      kHMatrix,
      kFisher,
      kKNN,
      kCFMlpANN,
      kTMlpANN,
      kBDT,
      kDT,
      kRuleFit,
      kSVM,
      kMLP,
      kBayesClassifier,
      kFDA,
      kBoost,
      kPDEFoam,
      kLD,
      kPlugins,
      kCategory,
      kDNN,
      kDL,
      kPyRandomForest,
      kPyAdaBoost,
      kPyGTB,
      kPyKeras,
      kPyTorch,
      kC50,
      kRSNNS,
      kRSVM,
      kRXGB,
      kCrossValidation,
      kMaxMethod
   };
   enum EVariableTransform {
      kIdentity = 0,
      kDecorrelated,
      kNormalized,
      kPCA,
      kRearranged,
      kGauss,
      kUniform,
      kMaxVariableTransform
   };
   enum EAnalysisType { kClassification = 0, kRegression, kMulticlass, kNoAnalysisType, kMaxAnalysisType };
   enum ESBType { kSignal = 0, kBackground, kSBBoth, kMaxSBType, kTrueType };
   enum ETreeType { kTraining = 0, kTesting, kMaxTreeType, kValidation, kTrainingOriginal };
   /// What computes the outputs of a trained network: kAutoEngine is the native one where the weight file has it.
   enum EEngine { kAutoEngine = 0, kNativeEngine, kPythonEngine };
   enum EBoostStage { kBoostProcBegin = 0, kBeforeTraining, kBeforeBoosting, kAfterBoosting, kBoostProcEnd };

   /// The one instance. Thread safe for reading; AddTypeMapping is for load time.
   static Types &Instance();
   /// Number of a type name such as "Fisher". Throws Error (kMethod) with the nearest names if unknown.
   EMVA GetMethodType(const TString &name) const;
   /// Name of a method type, e.g. "PyTorch". Throws Error (kMethod) if unknown.
   TString GetMethodName(EMVA type) const;
   /// Adds a name for a number; false if the name is taken by another number.
   Bool_t AddTypeMapping(EMVA type, const TString &name);
   /// The number of a name, which gets a new one above kMaxMethod if it has none: for methods that are no part of EMVA.
   EMVA AddTypeMapping(const TString &name);
   /// "Classification", "Regression" or "Multiclass".
   static const char *GetAnalysisTypeName(EAnalysisType type);
   /// Inverse of GetAnalysisTypeName, case-insensitive; throws Error (kArgument).
   static EAnalysisType GetAnalysisType(const TString &name);
   /// "Auto", "Native" or "Python", case-insensitive; throws Error (kArgument).
   static EEngine GetEngine(const TString &name);

private:
   Types();
   ~Types();
   Types(const Types &) = delete;
   Types &operator=(const Types &) = delete;
   struct Impl;
   std::unique_ptr<Impl> fImpl; //!
};

// After Types: cling loads the library, and with it headers that need Types, when it sees the first of these.

/// How many subsets of variables Factory::EvaluateImportance looks at.
enum VIType : int { kShort = 0, kAll, kRandom };
/// What the plots of TMVAGui show of a response.
enum HistType : int { kMVAType = 0, kProbaType, kRarityType, kCompareType };

} // namespace TorchMVA

#endif
