#ifndef TORCHMVA_CORE_CONFIG_HXX
#define TORCHMVA_CORE_CONFIG_HXX

#include "RtypesCore.h"
#include "TString.h"

namespace TorchMVA {

/// Process-wide settings, as in TMVA: `(gConfig().GetIONames()).fWeightFileDir = "weights"`.
/// Not thread safe for writing.
class Config {
public:
   struct VariablePlotting {
      Float_t fTimesRMS = 8.0;
      Int_t fNbins1D = 40;
      Int_t fNbins2D = 300;
      Int_t fMaxNumOfAllowedVariables = 200;
      Int_t fMaxNumOfAllowedVariablesForScatterPlots = 20;
      Int_t fNbinsMVAoutput = 40;
      Int_t fNbinsXOfROCCurve = 100;
   };
   struct IONames {
      TString fWeightFileDirPrefix = "";
      TString fWeightFileDir = "weights";
      TString fWeightFileExtension = "weights";
      TString fOptionsReferenceFileDir = "optionInfo";
   };

   static Config &Instance();

   Bool_t UseColor() const { return fUseColor; }
   void SetUseColor(Bool_t on) { fUseColor = on; }
   Bool_t IsSilent() const { return fSilent; }
   void SetSilent(Bool_t on) { fSilent = on; }
   /// Whether everything that parses options writes its table to GetIONames().fOptionsReferenceFileDir.
   Bool_t WriteOptionsReference() const { return fWriteOptionsReference; }
   void SetWriteOptionsReference(Bool_t on) { fWriteOptionsReference = on; }
   /// Lets ROOT use threads (its implicit multi-threading) and reading use `nThreads` of them; 0: one a core.
   void EnableMT(UInt_t nThreads = 0);
   /// One thread for ROOT and for reading. Python's and torch's own threads are not touched.
   void DisableMT();
   /// Whether ROOT's implicit multi-threading is on, whoever switched it on.
   Bool_t IsMTEnabled() const;
   /// Threads that reading of trees may use: one a core unless EnableMT or DisableMT said otherwise.
   UInt_t GetNThreads() const;
   /// Cores that this process may use.
   UInt_t GetNCpu() const;
   /// Processes that CrossValidation may use for its folds.
   UInt_t GetNumWorkers() const { return fNumWorkers; }
   /// Throws Error (kArgument) for 0.
   void SetNumWorkers(UInt_t n);
   Bool_t DrawProgressBar() const { return fDrawProgressBar; }
   void SetDrawProgressBar(Bool_t on) { fDrawProgressBar = on; }

   VariablePlotting &GetVariablePlotting() { return fVariablePlotting; }
   IONames &GetIONames() { return fIONames; }

private:
   Config() = default;
   Bool_t fUseColor = kTRUE;
   Bool_t fSilent = kFALSE;
   Bool_t fWriteOptionsReference = kFALSE;
   Bool_t fDrawProgressBar = kTRUE;
   UInt_t fNThreads = 0; ///< 0: one a core
   UInt_t fNumWorkers = 1;
   VariablePlotting fVariablePlotting;
   IONames fIONames;
};

/// The same as Config::Instance().
Config &gConfig();

} // namespace TorchMVA

#endif
