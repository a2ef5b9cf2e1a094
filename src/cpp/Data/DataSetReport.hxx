#ifndef TORCHMVA_DATA_DATASETREPORT_HXX
#define TORCHMVA_DATA_DATASETREPORT_HXX

#include "EventSource.hxx"
#include "TMatrixD.h"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The table "Number of training and testing events". `withoutEvent`: for each class the entries that give no event,
/// which are in the table if there are some.
void ReportEventCounts(const Logger &log, const DataSetInfo &info, const DataSet &data,
                       const std::vector<Long64_t> &withoutEvent);
/// Says which entries of a source give no event, or do not pass a cut, because of what does not exist, and what its
/// entry list leaves out. `source`: "tree 'T' of class 'Signal'".
void ReportEntries(const Logger &log, const std::string &source, const EventCounts &counts);
/// A square matrix of numbers from -1 to 1 as text; `names` are those of its rows and columns.
void ReportMatrix(const Logger &log, const std::string &title, const std::vector<TString> &names, const TMatrixD &m);
/// A matrix with other rows than columns.
void ReportMatrix(const Logger &log, const std::string &title, const std::vector<TString> &rows,
                  const std::vector<TString> &columns, const TMatrixD &m);
/// The correlation matrix of a class as text.
void ReportCorrelations(const Logger &log, const DataSetInfo &info, const ClassInfo &cls);

/// For each class and sample with negative weights: how many, and the effective number of events,
/// (sum of weights)^2 / sum of squared weights.
void ReportNegativeWeights(const Logger &log, const DataSetInfo &info, const DataSet &data);

} // namespace Internal
} // namespace TorchMVA

#endif
