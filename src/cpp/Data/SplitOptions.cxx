#include "SplitOptions.hxx"

#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

class SplitOptionParser : public Configurable {
public:
   SplitOptionParser(const std::string &text, const std::vector<std::string> &classNames)
      : Configurable("PrepareTrainingAndTestTree", text.c_str())
   {
      fResult.fClasses.resize(classNames.size());
      Declare(classNames);
      ParseOptions();
      Interpret(classNames);
   }
   SplitOptions fResult;

private:
   void Declare(const std::vector<std::string> &classNames)
   {
      DeclareOptionRef(fSplitMode, "SplitMode",
                       "How the events of a class are chosen for training and test: at random, every second one, or "
                       "the first ones for "
                       "training");
      for (const char *mode : {"Random", "Alternate", "Block"})
         AddPreDefVal(mode);
      DeclareOptionRef(
         fMixMode, "MixMode",
         "Order of the events of different classes in a sample: shuffled, in turns, or class after class");
      for (const char *mode : {"SameAsSplitMode", "Random", "Alternate", "Block"})
         AddPreDefVal(mode);
      DeclareOptionRef(fResult.fSeed, "SplitSeed", "Seed of the random splitting; 0: another one every time");
      DeclareOptionRef(fNormMode, "NormMode",
                       "Training weights: as they are (None), mean 1 in each class (NumEvents), or each class the same "
                       "sum, which is the "
                       "number of events of class 0 (EqualNumEvents)");
      for (const char *mode : {"None", "NumEvents", "EqualNumEvents"})
         AddPreDefVal(mode);
      for (std::size_t i = 0; i < classNames.size(); ++i) {
         auto &request = fResult.fClasses[i];
         const TString name(classNames[i]);
         DeclareOptionRef(request.fNTrain, "nTrain_" + name, "Training events of class " + name + "; 0: no request");
         DeclareOptionRef(request.fNTest, "nTest_" + name, "Test events of class " + name + "; 0: no request");
         DeclareOptionRef(request.fTrainTestSplit, "TrainTestSplit_" + name,
                          "Fraction of the events of class " + name + " used for training; 0: off");
      }
      DeclareOptionRef(fScaleWithPreselEff, "ScaleWithPreselEff",
                       "Multiply nTrain and nTest of a class by the efficiency of its cut");
      DeclareOptionRef(fVerbose, "V", "Verbose output");
      DeclareOptionRef(fVerboseLevel, "VerboseLevel", "Log threshold");
      for (const char *level : {"Debug", "Verbose", "Info"})
         AddPreDefVal(level);
      DeclareOptionRef(fCorrelations, "Correlations", "Print the correlation matrices");
      DeclareOptionRef(fCalcCorrelations, "CalcCorrelations", "Compute ranges and correlation matrices");
   }

   static SplitOptions::EMode Mode(const TString &name)
   {
      if (name == "Alternate")
         return SplitOptions::EMode::kAlternate;
      return name == "Block" ? SplitOptions::EMode::kBlock : SplitOptions::EMode::kRandom;
   }

   void Interpret(const std::vector<std::string> &classNames)
   {
      fResult.fSplitMode = Mode(fSplitMode);
      fResult.fMixMode = fMixMode == "SameAsSplitMode" ? fResult.fSplitMode : Mode(fMixMode);
      fResult.fNormModeName = fNormMode.Data();
      fResult.fNormMode = fNormMode == "None"        ? SplitOptions::ENorm::kNone
                          : fNormMode == "NumEvents" ? SplitOptions::ENorm::kNumEvents
                                                     : SplitOptions::ENorm::kEqualNumEvents;
      fResult.fScaleWithPreselEff = fScaleWithPreselEff;
      fResult.fCorrelations = fCorrelations;
      fResult.fCalcCorrelations = fCalcCorrelations;
      fResult.fLogLevel = fVerboseLevel == "Debug" ? kDEBUG : fVerbose || fVerboseLevel == "Verbose" ? kVERBOSE : kINFO;
      for (std::size_t i = 0; i < classNames.size(); ++i)
         Check(fResult.fClasses[i], classNames[i]);
   }

   static void Check(const SplitOptions::ClassRequest &request, const std::string &name)
   {
      if (request.fNTrain < 0 || request.fNTest < 0)
         throw Error(EErrorCode::kOption, "options nTrain_" + name + " and nTest_" + name +
                                             ": expected 0 or more events, found " + std::to_string(request.fNTrain) +
                                             " and " + std::to_string(request.fNTest));
      if (!(request.fTrainTestSplit >= 0 && request.fTrainTestSplit < 1))
         throw Error(EErrorCode::kOption, "option TrainTestSplit_" + name +
                                             ": expected a fraction between 0 and 1, found " +
                                             std::to_string(request.fTrainTestSplit));
   }

   TString fSplitMode = "Random";
   TString fMixMode = "SameAsSplitMode";
   TString fNormMode = "EqualNumEvents";
   TString fVerboseLevel = "Info";
   Bool_t fScaleWithPreselEff = kFALSE;
   Bool_t fVerbose = kFALSE;
   Bool_t fCorrelations = kTRUE;
   Bool_t fCalcCorrelations = kTRUE;
};

} // namespace

SplitOptions ParseSplitOptions(const std::string &text, const std::vector<std::string> &classNames)
{
   return SplitOptionParser(text, classNames).fResult;
}

std::vector<OptionInfo> SplitOptionInfos(const std::vector<std::string> &classNames)
{
   return SplitOptionParser("", classNames).GetOptionInfos();
}

} // namespace Internal
} // namespace TorchMVA
