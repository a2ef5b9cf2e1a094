#ifndef TORCHMVA_OUTPUT_CORRELATIONPLOTS_HXX
#define TORCHMVA_OUTPUT_CORRELATIONPLOTS_HXX

#include "Output/PlottedColumn.hxx"

#include <string>
#include <vector>

class TDirectory;

namespace TorchMVA {

class DataSetInfo;
struct Sample;

namespace Internal {

/// A scatter plot "scat_<y>_vs_<x>_<class><end>" and a profile "prof_..." for each pair of columns and class. They have
/// the contents, moments and numbers of entries that TH2F::Fill and TProfile::Fill give; the bin of a value
/// is found once, not once a pair.
void WriteCorrelationPlots(TDirectory *directory, const DataSetInfo &info, const Sample &sample,
                           const std::vector<PlottedColumn> &columns, const std::string &end);

} // namespace Internal
} // namespace TorchMVA

#endif
