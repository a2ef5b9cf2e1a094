#include "DataSetBuilder.hxx"

#include "Core/RootErrors.hxx"
#include "DataSetReport.hxx"
#include "EventSource.hxx"
#include "MatrixFiller.hxx"
#include "Normalise.hxx"
#include "Split.hxx"
#include "SplitOptions.hxx"
#include "Statistics.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/VariableStatistics.hxx"

#include <algorithm>
#include <cfloat>
#include <limits>
#include <numeric>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace TorchMVA {
namespace Internal {

namespace {

constexpr EventId_t kUnused = std::numeric_limits<EventId_t>::max();

/// The heaps of the reading threads keep what was freed; the C library of GNU can be told to give it back.
void ReturnFreedMemory()
{
#ifdef __GLIBC__
   ::malloc_trim(0);
#endif
}

class Builder {
public:
   Builder(DataSetInfo &info, const DataInputHandler &input)
      : fInfo(info), fInput(input), fLog("DataSetFactory"), fPrefix("[" + std::string(info.GetName()) + "] : ")
   {
      for (UInt_t i = 0; i < info.GetNClasses(); ++i)
         fClassNames.emplace_back(info.GetClassInfo(static_cast<Int_t>(i))->GetName());
      fOptions = ParseSplitOptions(info.GetSplitOptions().Data(), fClassNames);
      fLog.SetMinType(fOptions.fLogLevel);
      info.SetNormalization(fOptions.fNormModeName.c_str());
   }

   std::shared_ptr<DataSet> Run()
   {
      if (fInfo.GetNVariables() == 0)
         throw Error(EErrorCode::kState,
                     "data set '" + std::string(fInfo.GetName()) + "' has no variables: call AddVariable first");
      if (fClassNames.empty())
         throw Error(EErrorCode::kState,
                     "data set '" + std::string(fInfo.GetName()) + "' has no trees and no events: call AddTree first");
      SelectEvents();
      std::vector<EventId_t> rows = Split();
      ReturnFreedMemory(); // what the split gave back, before the matrices come
      std::unique_ptr<MatrixFiller> filler = Fill(std::move(rows));
      const auto factors = Normalise(*filler);
      auto data = std::make_shared<DataSet>(filler->fVariables, filler->fTargets, filler->fSpectators, filler->fWeights,
                                            filler->fClasses, fNTraining, fClassNames.size(), factors,
                                            fInfo.GetSignalClassIndex());
      filler.reset();
      ReturnFreedMemory(); // unpacked baskets and row numbers, before a training takes its own
      Report(*data);
      return data;
   }

private:
   UInt_t ClassNumber(const TString &name) const
   {
      const ClassInfo *cls = fInfo.GetClassInfo(name);
      if (!cls)
         throw Error(EErrorCode::kInternal, "an input of an unknown class '" + std::string(name.Data()) + "'");
      return cls->GetNumber();
   }

   const ClassInfo &Class(const TString &name) const { return *fInfo.GetClassInfo(Int_t(ClassNumber(name))); }

   /// Gives the next `n` ids to events of one class and type.
   void AddEvents(UInt_t cls, Types::ETreeType type, Long64_t n)
   {
      if (fNEvents + n >= kUnused)
         throw Error(EErrorCode::kData, "a data set holds at most " + std::to_string(kUnused - 1) +
                                           " events, found more: use a cut or fewer trees");
      auto &events = fEvents[cls];
      auto &ids = type == Types::kTraining  ? events.fTraining
                  : type == Types::kTesting ? events.fTesting
                                            : events.fUnassigned;
      const auto first = ids.size();
      ids.resize(first + n);
      std::iota(ids.begin() + first, ids.end(), static_cast<EventId_t>(fNEvents));
      fNEvents += n;
   }

   void SelectEvents()
   {
      fEvents.resize(fClassNames.size());
      fWithoutEvent.resize(fClassNames.size(), 0);
      std::vector<Long64_t> candidates(fClassNames.size(), 0);
      for (const auto &input : fInput.GetSources()) {
         const UInt_t cls = ClassNumber(input.fClass);
         fSources.push_back(EventSource::Make(input, fInfo, Class(input.fClass)));
         const EventCounts counts = fSources.back()->Count();
         RequireRead(input);
         ReportEntries(fLog, input.Describe(), counts);
         fWithoutEvent[cls] += counts.fEntriesWithoutEvent;
         fPassed.push_back(counts.fPassed);
         candidates[cls] += counts.fCandidates;
         AddEvents(cls, input.fType, counts.fPassed);
      }
      for (const auto &event : fInput.GetEvents()) {
         const UInt_t cls = ClassNumber(event.fClass);
         ++candidates[cls];
         AddEvents(cls, event.fType, 1);
      }
      for (std::size_t i = 0; i < fEvents.size(); ++i) {
         fEvents[i].fName = fClassNames[i];
         RequireEvents(i, candidates[i]);
         fEvents[i].fCutEfficiency = static_cast<double>(fEvents[i].Size()) / candidates[i];
         if (fEvents[i].Size() < static_cast<std::size_t>(candidates[i]))
            fLog.Info("Class " + fClassNames[i] + ": " + std::to_string(fEvents[i].Size()) + " of " +
                      std::to_string(candidates[i]) + " events pass the cuts");
      }
   }

   /// What ROOT prints as an error while it reads leaves other values behind than those of the file.
   void RequireRead(const SourceInput &input) const
   {
      fErrors.Throw("cannot read the " + input.Describe(), {{"class", input.fClass.Data()}});
   }

   void RequireEvents(std::size_t cls, Long64_t candidates) const
   {
      if (fEvents[cls].Size() > 0)
         return;
      const std::string name = "class '" + fClassNames[cls] + "'";
      std::string cuts;
      std::string source;
      for (std::size_t i = 0; i < fSources.size(); ++i) {
         if (ClassNumber(fInput.GetSources()[i].fClass) != cls)
            continue;
         cuts = fSources[i]->Cut();
         source = fInput.GetSources()[i].Describe();
      }
      if (candidates == 0)
         throw Error(EErrorCode::kData,
                     name + " has no events: " +
                        (source.empty() ? "it was named but was given no tree and no event"
                                        : "no entry of the " + source + " gives one, or is in its entry list"),
                     {{"class", fClassNames[cls]}});
      throw Error(EErrorCode::kData,
                  name + " has no events: none of " + std::to_string(candidates) + " passes the cut '" + cuts + "'",
                  {{"class", fClassNames[cls]}, {"cut", cuts}});
   }

   /// The row of each event; kUnused for those that are not used.
   std::vector<EventId_t> Split()
   {
      const SplitResult split = SplitEvents(std::move(fEvents), fOptions);
      fNTraining = split.fTraining.size();
      fNRows = fNTraining + split.fTesting.size();
      if (split.fTesting.empty())
         fLog.Warning(fPrefix + "no event is left for testing");
      std::vector<EventId_t> rows(fNEvents, kUnused);
      EventId_t row = 0;
      for (const auto id : split.fTraining)
         rows[id] = row++;
      for (const auto id : split.fTesting)
         rows[id] = row++;
      return rows;
   }

   std::unique_ptr<MatrixFiller> Fill(std::vector<EventId_t> rows)
   {
      auto filling = std::make_unique<MatrixFiller>(fInfo, std::move(rows), fNRows);
      auto &filler = *filling;
      for (std::size_t i = 0; i < fSources.size(); ++i) {
         const auto &input = fInput.GetSources()[i];
         filler.StartInput(input, ClassNumber(input.fClass), fSources[i]->Cut(), fPassed[i]);
         fSources[i]->Read(filler);
         RequireRead(input);
         fSources[i].reset();
      }
      for (const auto &event : fInput.GetEvents())
         filler.Put(event, ClassNumber(event.fClass));
      filler.Notes().Warn(fLog);
      filler.Notes().RequireFinite();
      filler.WarnOfLostDigits(fLog);
      return filling;
   }

   std::vector<double> Normalise(MatrixFiller &filler) const
   {
      std::vector<Long64_t> events(fClassNames.size(), 0);
      std::vector<double> sums(fClassNames.size(), 0.);
      float *weights = filler.fWeights.Data();
      const int *classes = filler.fClasses.Data();
      for (Long64_t i = 0; i < fNTraining; ++i) {
         ++events[classes[i]];
         sums[classes[i]] += weights[i];
      }
      for (std::size_t i = 0; i < events.size(); ++i) {
         if (events[i] == 0)
            throw Error(EErrorCode::kData, "class '" + fClassNames[i] + "' has no event in the training sample",
                        {{"class", fClassNames[i]},
                         {"cut", fInfo.GetClassInfo(static_cast<Int_t>(i))->GetCut().GetTitle()},
                         {"options", fInfo.GetSplitOptions().Data()}});
      }
      const auto factors = NormFactors(fOptions.fNormMode, events, sums, fClassNames);
      for (Long64_t i = 0; i < fNTraining; ++i)
         weights[i] = static_cast<float>(weights[i] * factors[classes[i]]);
      return factors;
   }

   void Report(const DataSet &data)
   {
      fLog.Header(fPrefix + "Number of events in input trees");
      fLog.Info("");
      const bool isAnyWithout =
         std::any_of(fWithoutEvent.begin(), fWithoutEvent.end(), [](Long64_t n) { return n > 0; });
      if (fOptions.fNormMode != SplitOptions::ENorm::kNone || isAnyWithout)
         ReportEventCounts(fLog, fInfo, data, fWithoutEvent);
      ReportNegativeWeights(fLog, fInfo, data);
      const Sample training = data.GetSample(Types::kTraining);
      if (!fOptions.fCalcCorrelations) {
         RequireVaryingTargets(ComputeVariableStatistics(training.fTargets, training.fWeights));
         return;
      }
      SetRanges(training);
      const Logger infoLog("DataSetInfo", fOptions.fLogLevel);
      for (std::size_t i = 0; i < fClassNames.size(); ++i) {
         auto &cls = *fInfo.GetClassInfo(static_cast<Int_t>(i));
         cls.SetCorrelationMatrix(Correlations(training, i));
         if (fOptions.fCorrelations)
            ReportCorrelations(infoLog, fInfo, cls);
      }
      fLog.Header(fPrefix + " ");
      fLog.Info("");
   }

   static void SetSummary(VariableInfo &info, const VariableStatistics &summary)
   {
      info.SetMin(summary.fMin);
      info.SetMax(summary.fMax);
      info.SetMean(summary.fMean);
      info.SetRMS(summary.fRMS);
   }

   void SetRanges(const Sample &training)
   {
      const auto variables = ComputeVariableStatistics(training.fVariables, training.fWeights);
      for (std::size_t i = 0; i < variables.size(); ++i) {
         SetSummary(fInfo.GetVariableInfo(i), variables[i]);
         if (variables[i].fMax - variables[i].fMin <= FLT_MIN)
            fLog.Warning("Variable " + std::string(fInfo.GetVariableInfo(i).GetExpression().Data()) +
                         " is constant. Please remove the variable.");
      }
      const auto targets = ComputeVariableStatistics(training.fTargets, training.fWeights);
      RequireVaryingTargets(targets);
      for (std::size_t i = 0; i < targets.size(); ++i)
         SetSummary(fInfo.GetTargetInfo(i), targets[i]);
   }

   void RequireVaryingTargets(const std::vector<VariableStatistics> &targets) const
   {
      for (std::size_t i = 0; i < targets.size(); ++i) {
         const std::string name = fInfo.GetTargetInfo(i).GetExpression().Data();
         if (targets[i].fMax - targets[i].fMin <= FLT_MIN)
            throw Error(EErrorCode::kData,
                        "target '" + name + "' is constant (" + std::to_string(targets[i].fMin) +
                           ") in all training events: there is nothing to learn",
                        {{"target", name}});
      }
   }

   DataSetInfo &fInfo;
   const DataInputHandler &fInput;
   Logger fLog;
   std::string fPrefix;
   std::vector<std::string> fClassNames;
   SplitOptions fOptions;
   std::vector<ClassEvents> fEvents;
   std::vector<std::unique_ptr<EventSource>> fSources;
   std::vector<Long64_t> fWithoutEvent; ///< entries of each class that give none
   std::vector<Long64_t> fPassed;       ///< events of each source after cuts
   Long64_t fNEvents = 0;
   Long64_t fNTraining = 0;
   Long64_t fNRows = 0;
   const RootErrors fErrors;
};

} // namespace

std::shared_ptr<DataSet> BuildDataSet(DataSetInfo &info, const DataInputHandler &input)
{
   return Builder(info, input).Run();
}

} // namespace Internal
} // namespace TorchMVA
