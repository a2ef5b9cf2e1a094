#include "DataSetReport.hxx"

#include "TString.h"
#include "TorchMVA/Core/Config.hxx"

#include <algorithm>
#include <string>

namespace TorchMVA {
namespace Internal {

void ReportEventCounts(const Logger &log, const DataSetInfo &info, const DataSet &data)
{
   const std::string rule(75, '-');
   log.Info("Number of training and testing events");
   log.Info(rule);
   int width = 0;
   for (UInt_t i = 0; i < info.GetNClasses(); ++i)
      width = std::max(width, TString(info.GetClassInfo(Int_t(i))->GetName()).Length());
   for (UInt_t i = 0; i < info.GetNClasses(); ++i) {
      const char *name = info.GetClassInfo(Int_t(i))->GetName();
      const Long64_t training = data.GetNClassEvents(Types::kTraining, i);
      const Long64_t testing = data.GetNClassEvents(Types::kTesting, i);
      const auto line = [&](const char *what, Long64_t n) {
         log.Info(TString::Format("%-*s -- %-28s: %lld", width, name, what, n).Data());
      };
      line("training events", training);
      line("testing events", testing);
      line("training and testing events", training + testing);
   }
   log.Info("");
}

void ReportMatrix(const Logger &log, const std::string &title, const std::vector<TString> &names, const TMatrixD &m)
{
   const Int_t n = m.GetNrows();
   log.Header(title);
   if (n > gConfig().GetVariablePlotting().fMaxNumOfAllowedVariablesForScatterPlots) {
      log.Info("<too large to print: " + std::to_string(n) + " rows>");
      return;
   }
   int width = 7;
   for (const auto &name : names)
      width = std::max(width, name.Length());
   const std::string rule((width + 1) * (n + 1) + 1, '-');
   TString line = TString::Format("%*s ", width, "");
   for (const auto &name : names)
      line += TString::Format(" %*s", width, name.Data());
   log.Info(rule);
   log.Info(line.Data());
   for (Int_t i = 0; i < n; ++i) {
      line = TString::Format("%*s:", width, names[i].Data());
      for (Int_t j = 0; j < n; ++j)
         line += TString::Format(" %+*.3f", width, m(i, j));
      log.Info(line.Data());
   }
   log.Info(rule);
}

void ReportCorrelations(const Logger &log, const DataSetInfo &info, const ClassInfo &cls)
{
   ReportMatrix(log, "Correlation matrix (" + std::string(cls.GetName()) + "):", info.GetListOfVariables(),
                cls.GetCorrelationMatrix());
}

} // namespace Internal
} // namespace TorchMVA
