#include "DataSetReport.hxx"

#include "TString.h"
#include "TorchMVA/Core/Config.hxx"

#include <algorithm>
#include <string>

namespace TorchMVA {
namespace Internal {

void ReportEventCounts(const Logger &log, const DataSetInfo &info, const DataSet &data,
                       const std::vector<Long64_t> &withoutEvent)
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
      if (withoutEvent[i] > 0)
         line("entries without an event", withoutEvent[i]);
   }
   log.Info("");
}

void ReportEntries(const Logger &log, const std::string &source, const EventCounts &counts)
{
   const std::string all = std::to_string(counts.fEntries) + " entries";
   if (counts.fEntries < counts.fEntriesOfTree)
      log.Info(source + ": its entry list selects " + std::to_string(counts.fEntries) + " of " +
               std::to_string(counts.fEntriesOfTree) + " entries");
   for (const MissingValues &missing : counts.fMissing) {
      const std::string some = source + ": " + std::to_string(missing.fEntries) + " of " + all;
      const std::string first = " (entry " + std::to_string(missing.fFirst) + " is the first)";
      if (missing.fIsCollection)
         log.Info(some + " give no event, since " + missing.fWhat + " has no elements there" + first);
      else
         log.Warning(some + (missing.fIsCut ? " do not pass" : " give no event") + ", since " + missing.fWhat +
                     " asks for an element, or an entry of a friend, that does not exist there" + first +
                     ". Alt$(expression, value) gives a value instead");
   }
}

void ReportNegativeWeights(const Logger &log, const DataSetInfo &info, const DataSet &data)
{
   struct Sums {
      Long64_t fNegative = 0;
      double fSum = 0;
      double fSquares = 0;
   };
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      if (!data.HasNegativeEventWeights(type))
         continue;
      std::vector<Sums> classes(info.GetNClasses());
      const Sample sample = data.GetSample(type);
      for (Long64_t i = 0; i < sample.Size(); ++i) {
         const double w = sample.fWeights[i];
         auto &sums = classes[sample.fClasses[i]];
         sums.fNegative += w < 0;
         sums.fSum += w;
         sums.fSquares += w * w;
      }
      for (UInt_t i = 0; i < classes.size(); ++i) {
         const auto &sums = classes[i];
         const char *name = info.GetClassInfo(Int_t(i))->GetName();
         if (sums.fNegative > 0)
            log.Info(
               TString::Format("%s: %lld of %lld %s events have negative weights; effective number of events %.1f",
                               name, sums.fNegative, data.GetNClassEvents(type, i),
                               type == Types::kTraining ? "training" : "test", sums.fSum * sums.fSum / sums.fSquares)
                  .Data());
         if (sums.fSum < 0) // of a test sample: a training sample is refused
            log.Warning(TString::Format("class '%s' has a negative sum of weights, %g, in the test sample: its "
                                        "efficiencies in the test sample are not meaningful",
                                        name, sums.fSum)
                           .Data());
      }
   }
}

void ReportMatrix(const Logger &log, const std::string &title, const std::vector<TString> &names, const TMatrixD &m)
{
   ReportMatrix(log, title, names, names, m);
}

void ReportMatrix(const Logger &log, const std::string &title, const std::vector<TString> &rows,
                  const std::vector<TString> &columns, const TMatrixD &m)
{
   log.Header(title);
   const Int_t largest = gConfig().GetVariablePlotting().fMaxNumOfAllowedVariablesForScatterPlots;
   if (m.GetNrows() > largest || m.GetNcols() > largest) {
      log.Info("<too large to print: " + std::to_string(m.GetNrows()) + " rows>");
      return;
   }
   int width = 7;
   for (const auto *names : {&rows, &columns})
      for (const auto &name : *names)
         width = std::max(width, name.Length());
   const std::string rule((width + 1) * (m.GetNcols() + 1) + 1, '-');
   TString line = TString::Format("%*s ", width, "");
   for (const auto &name : columns)
      line += TString::Format(" %*s", width, name.Data());
   log.Info(rule);
   log.Info(line.Data());
   for (Int_t i = 0; i < m.GetNrows(); ++i) {
      line = TString::Format("%*s:", width, rows[i].Data());
      for (Int_t j = 0; j < m.GetNcols(); ++j)
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
