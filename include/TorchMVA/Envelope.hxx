#ifndef TORCHMVA_ENVELOPE_HXX
#define TORCHMVA_ENVELOPE_HXX

#include "TFile.h"
#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/OptionMap.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/DataLoader.hxx"

#include <vector>

namespace TorchMVA {

/// Base of what does something with several methods and one data loader: keeps what was booked until Evaluate().
/// Loader and file are not owned and must live as long. Not thread safe.
class Envelope : public Configurable {
public:
   /// Throws Error (kArgument) without a loader.
   Envelope(const TString &name, DataLoader *loader, TFile *file = nullptr, const TString &options = "");
   ~Envelope() override;

   /// Remembers a method; it is made, and its options are checked, by Evaluate(). Throws Error (kState) for a title that
   /// is taken, (kMethod) for an unknown type.
   virtual void BookMethod(TString methodTypeName, TString title, TString options = "");
   virtual void BookMethod(Types::EMVA type, TString title, TString options = "");
   virtual void Evaluate() = 0;

   Bool_t HasMethod(TString methodTypeName, TString title) const;
   /// Each with the keys MethodName (the type), MethodTitle and MethodOptions, in booking order.
   std::vector<OptionMap> &GetMethods() { return fMethods; }
   /// The output file; nullptr: none.
   TFile *GetFile() const { return fFile; }
   void SetFile(TFile *file) { fFile = file; }
   DataLoader *GetDataLoader() const { return fDataLoader; }
   void SetDataLoader(DataLoader *loader);
   Bool_t IsVerbose() const { return fVerbose; }
   void SetVerbose(Bool_t on) { fVerbose = on; }
   Bool_t IsModelPersistence() const { return fModelPersistence; }

protected:
   Bool_t fVerbose = kFALSE;
   TString fVerboseLevel = "Info";
   Bool_t fColor = kFALSE;
   Bool_t fSilent = kFALSE;
   Bool_t fDrawProgressBar = kTRUE;
   Bool_t fModelPersistence = kTRUE;
   UInt_t fJobs = 1;

private:
   DataLoader *fDataLoader;
   TFile *fFile;
   std::vector<OptionMap> fMethods;
};

} // namespace TorchMVA

#endif
