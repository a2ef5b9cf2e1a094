#include "DataSelection.hxx"

#include "Normalise.hxx"
#include "SplitOptions.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

std::shared_ptr<DataSet> SelectSamples(const DataSet &data, const DataSetInfo &info,
                                       const std::vector<Long64_t> &training, const std::vector<Long64_t> &testing)
{
   std::vector<std::string> names;
   for (UInt_t i = 0; i < data.GetNClasses(); ++i)
      names.emplace_back(info.GetClassInfo(static_cast<Int_t>(i))->GetName());
   std::vector<Long64_t> events(names.size(), 0);
   std::vector<double> sums(names.size(), 0.);
   for (const Long64_t row : training) {
      const int cls = data.GetClass(row);
      ++events[cls];
      sums[cls] += data.GetOriginalWeight(row);
   }
   const auto mode = ParseSplitOptions(info.GetSplitOptions().Data(), names).fNormMode;
   std::vector<Long64_t> rows = training;
   rows.insert(rows.end(), testing.begin(), testing.end());
   return data.Select(rows, training.size(), NormFactors(mode, events, sums, names));
}

} // namespace Internal
} // namespace TorchMVA
