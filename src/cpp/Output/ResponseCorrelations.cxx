#include "TorchMVA/Output/ResponseCorrelations.hxx"

#include "Data/DataSetReport.hxx"
#include "Data/Statistics.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>

namespace TorchMVA {

TMatrixD ResponseOverlaps(const Sample &sample, int cls, const std::vector<ResponseColumn> &responses)
{
   const Int_t n = static_cast<Int_t>(responses.size());
   TMatrixD overlaps(n, n);
   std::vector<bool> signalLike(n);
   double sum = 0;
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      if (sample.fClasses[i] != cls)
         continue;
      const double w = sample.fWeights ? sample.fWeights[i] : 1.0;
      sum += w;
      for (Int_t a = 0; a < n; ++a)
         signalLike[a] = (responses[a].fResponses[i] > responses[a].fCut) == responses[a].fPositive;
      for (Int_t a = 0; a < n; ++a)
         for (Int_t b = 0; b < n; ++b)
            if (signalLike[a] == signalLike[b])
               overlaps(a, b) += w;
   }
   if (sum != 0)
      overlaps *= 1 / sum;
   return overlaps;
}

void PrintResponseCorrelations(const Logger &logger, const DataSetInfo &info, const Sample &sample,
                               const std::vector<ResponseColumn> &responses)
{
   const Int_t nMethods = static_cast<Int_t>(responses.size()), nVariables = static_cast<Int_t>(info.GetNVariables());
   // responses and variables side by side, so that one matrix has all correlations
   SharedMatrix<float> columns(sample.Size(), nMethods + nVariables);
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      float *row = columns.View().Row(i);
      for (Int_t m = 0; m < nMethods; ++m)
         row[m] = responses[m].fResponses[i];
      std::copy_n(sample.fVariables.Row(i), nVariables, row + nMethods);
   }
   Sample joined = sample;
   joined.fVariables = columns.View();
   std::vector<TString> methods;
   for (const ResponseColumn &response : responses)
      methods.emplace_back(response.fTitle.c_str());
   for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls) {
      const std::string name = info.GetClassInfo(static_cast<Int_t>(cls))->GetName();
      const TMatrixD all = Internal::Correlations(joined, static_cast<int>(cls));
      Internal::ReportMatrix(logger, "Correlations of the responses (" + name + "):", methods,
                             all.GetSub(0, nMethods - 1, 0, nMethods - 1));
      Internal::ReportMatrix(logger,
                             "Correlations of variables and responses (" + name + "):", info.GetListOfVariables(),
                             methods, all.GetSub(nMethods, nMethods + nVariables - 1, 0, nMethods - 1, "S"));
      Internal::ReportMatrix(logger, "Overlaps: fraction of events that two methods agree on (" + name + "):", methods,
                             ResponseOverlaps(sample, static_cast<int>(cls), responses));
   }
}

} // namespace TorchMVA
