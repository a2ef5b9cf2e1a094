#ifndef TORCHMVA_SRC_PYTORCH_PYTORCHOPTIONS_HXX
#define TORCHMVA_SRC_PYTORCH_PYTORCHOPTIONS_HXX

#include "RtypesCore.h"
#include "TString.h"

namespace TorchMVA {
namespace Internal {

/// Values of MethodPyTorch's own options. What they mean is said where they are declared, PyTorchOptions.cxx; most of
/// them are used by the Python side only (_engine/options.py).
struct PyTorchOptions {
   // model
   TString fFilenameModel;
   TString fFilenameTrainedModel;
   TString fUserCode;
   TString fEngine = "Auto";
   TString fLayout = "100,100";
   TString fActivation = "Auto";
   Bool_t fBatchNorm = kFALSE;
   Double_t fDropout = 0;
   Bool_t fResidual = kFALSE;
   Bool_t fStandardiseInputs = kTRUE;
   // weights and events
   TString fNegativeWeights = "Keep";
   TString fClassWeights;
   TString fValidationSize = "20%";
   Bool_t fShuffle = kTRUE;
   // loop
   UInt_t fBatchSize = 100;
   Int_t fNumEpochs = -1;
   TString fLoss = "Auto";
   TString fOptimizer = "AdamW";
   Double_t fLearningRate = -1;
   TString fLearningRateSchedule = "Cosine";
   UInt_t fWarmupEpochs = 0;
   Double_t fWeightDecay = -1;
   Double_t fGradientClip = 0;
   UInt_t fPatience = 0;
   Bool_t fSaveBestOnly = kTRUE;
   Bool_t fContinueTraining = kFALSE;
   UInt_t fSeed = 0;
   // machine
   TString fDevice = "auto";
   UInt_t fNumThreads = 0;
   Bool_t fMixedPrecision = kFALSE;
   Bool_t fCompile = kFALSE;
   TString fTensorBoard;
   // physics
   TString fParametrise;
   TString fDecorrelate;
   Double_t fLambda = 1;
   UInt_t fEnsembleSize = 1;
   Bool_t fCalibrate = kFALSE;
};

} // namespace Internal
} // namespace TorchMVA

#endif
