#ifndef TORCHMVA_FACADE_FACTORYBOOKING_HXX
#define TORCHMVA_FACADE_FACTORYBOOKING_HXX

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
};

} // namespace TorchMVA

#endif
