#ifndef TORCHMVA_FACADE_FACTORYBOOKING_HXX
#define TORCHMVA_FACADE_FACTORYBOOKING_HXX

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// The methods that a factory booked on one data loader, in booking order.
struct Factory::Booking {
   TString fName;      ///< of the data set: the loader's name
   DataSetInfo *fInfo; ///< the loader's
   std::vector<std::unique_ptr<MethodBase>> fMethods;
   bool fDataSetWritten = false;
   bool fInputsRanked = false; ///< their ranking was printed
   bool fTrained = false;
   std::weak_ptr<const DataSet> fTrainedOn; ///< expires when the loader forgets its events

   /// Throws Error (kState) if the loader has other events than at training: its test sample may have those that the
   /// methods were trained on.
   void RequireSameEvents(const char *caller) const
   {
      if (fTrained && fTrainedOn.lock() != fInfo->GetSharedDataSet())
         throw Error(EErrorCode::kState,
                     "the data set was changed after the training: events that the methods were trained on may be in "
                     "the test sample now. Make such changes before TrainAllMethods, or book in another factory",
                     {{"data set", fName.Data()}, {"caller", caller}});
   }
};

namespace Internal {

/// The loader of a call; throws Error (kArgument) for a null pointer.
inline DataLoader &RequireLoader(DataLoader *loader, const char *caller)
{
   if (!loader)
      throw Error(EErrorCode::kArgument, "expected a data loader, found a null pointer", {{"caller", caller}});
   return *loader;
}

} // namespace Internal
} // namespace TorchMVA

#endif
