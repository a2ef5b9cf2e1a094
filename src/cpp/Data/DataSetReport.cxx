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

void ReportCorrelations(const Logger &log, const DataSetInfo &info, const ClassInfo &cls)
{
   const TMatrixD &m = cls.GetCorrelationMatrix();
   const Int_t n = m.GetNrows();
   log.Header("Correlation matrix (" + std::string(cls.GetName()) + "):");
   if (n > gConfig().GetVariablePlotting().fMaxNumOfAllowedVariablesForScatterPlots) {
      log.Info("<too many variables (" + std::to_string(n) + ") to print: see DataLoader::GetCorrelationMatrix>");
      return;
   }
   int width = 7;
   for (const auto &variable : info.GetVariableInfos())
      width = std::max(width, variable.GetInternalName().Length());
   const std::string rule((width + 1) * (n + 1) + 1, '-');
   TString line = TString::Format("%*s ", width, "");
   for (const auto &variable : info.GetVariableInfos())
      line += TString::Format(" %*s", width, variable.GetInternalName().Data());
   log.Info(rule);
   log.Info(line.Data());
   for (Int_t i = 0; i < n; ++i) {
      line = TString::Format("%*s:", width, info.GetVariableInfo(i).GetInternalName().Data());
      for (Int_t j = 0; j < n; ++j)
         line += TString::Format(" %+*.3f", width, m(i, j));
      log.Info(line.Data());
   }
   log.Info(rule);
}

} // namespace Internal
} // namespace TorchMVA
