#ifndef TORCHMVA_OUTPUT_RESPONSECORRELATIONS_HXX
#define TORCHMVA_OUTPUT_RESPONSECORRELATIONS_HXX

#include "TMatrixD.h"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSet.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;

/// The responses of one method of binary classification.
struct ResponseColumn {
   std::string fTitle;
   const float *fResponses; ///< one per event of the sample
   double fCut;             ///< response that divides signal-like from background-like events
   bool fPositive = true;   ///< signal-like lies above the cut
};

/// Weighted fraction of the events of a class that two methods agree on: both call it signal-like, or both do not.
/// Symmetric, 1 on the diagonal. 0 for a class without weight.
TMatrixD ResponseOverlaps(const Sample &sample, int cls, const std::vector<ResponseColumn> &responses);

/// What the Factory option Correlations prints, for each class: the linear correlations of the responses with each
/// other and with the variables, and their overlaps.
void PrintResponseCorrelations(const Logger &logger, const DataSetInfo &info, const Sample &sample,
                               const std::vector<ResponseColumn> &responses);

} // namespace TorchMVA

#endif
