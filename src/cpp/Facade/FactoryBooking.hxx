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
