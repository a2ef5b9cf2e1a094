#ifndef TORCHMVA_DATA_DATASETREPORT_HXX
#define TORCHMVA_DATA_DATASETREPORT_HXX

#include "TMatrixD.h"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

namespace TorchMVA {
namespace Internal {

/// The table "Number of training and testing events".
void ReportEventCounts(const Logger &log, const DataSetInfo &info, const DataSet &data);
/// The correlation matrix of a class as text.
void ReportCorrelations(const Logger &log, const DataSetInfo &info, const ClassInfo &cls);

} // namespace Internal
} // namespace TorchMVA

#endif
