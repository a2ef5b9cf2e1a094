#ifndef TORCHMVA_DATA_SPLITOPTIONS_HXX
#define TORCHMVA_DATA_SPLITOPTIONS_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The options of DataLoader::PrepareTrainingAndTestTree.
struct SplitOptions {
   enum class EMode { kRandom, kAlternate, kBlock };
   enum class ENorm { kNone, kNumEvents, kEqualNumEvents };
   /// What was asked for one class; 0 means no request.
   struct ClassRequest {
      Int_t fNTrain = 0;
      Int_t fNTest = 0;
      Float_t fTrainTestSplit = 0;
   };

   EMode fSplitMode = EMode::kRandom;
   EMode fMixMode = EMode::kRandom;
   ENorm fNormMode = ENorm::kEqualNumEvents;
   UInt_t fSeed = 100;
   bool fScaleWithPreselEff = false;
   bool fCorrelations = true;     ///< print the correlation matrices
   bool fCalcCorrelations = true; ///< compute ranges and correlation matrices at all
   EMsgType fLogLevel = kINFO;
   std::string fNormModeName = "EqualNumEvents";
   std::vector<ClassRequest> fClasses;
};

/// Throws Error (kOption) for unknown options and bad values.
SplitOptions ParseSplitOptions(const std::string &text, const std::vector<std::string> &classNames);

/// The options as they are declared for these classes.
std::vector<OptionInfo> SplitOptionInfos(const std::vector<std::string> &classNames);

} // namespace Internal
} // namespace TorchMVA

#endif
