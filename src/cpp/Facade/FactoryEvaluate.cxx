// What EvaluateAllMethods does: figures from module Evaluate, tables and file from module Output.

#include "FactoryBooking.hxx"
#include "FileNames.hxx"
#include "StreamerInfoWriter.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Output/ProbabilityHistograms.hxx"
#include "TorchMVA/Output/ResponseCorrelations.hxx"
#include "TorchMVA/Output/Tables.hxx"
#include "TorchMVA/Tools.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"
#include "TorchMVA/Transform/VariableStatistics.hxx"

#include "TDirectory.h"

#include <deque>

namespace TorchMVA {

namespace {

constexpr double kPriorOfTrees = 0.5; ///< of signal, for probabilities in the output file

ScoredSample Scored(const MethodBase &method, Types::ETreeType type)
{
   const Sample sample = method.Data()->GetSample(type);
   return {method.GetResponses(type).data(), sample.Size(), 1, sample.fWeights, sample.fClasses};
}

MulticlassSample Multi(const MethodBase &method, Types::ETreeType type)
{
   const Sample sample = method.Data()->GetSample(type);
   return {{method.GetResponses(type).data(), sample.Size(), method.GetNResponses()}, sample.fWeights, sample.fClasses};
}

RegressionSample Regressed(const MethodBase &method, Types::ETreeType type, UInt_t target)
{
   const Sample sample = method.Data()->GetSample(type);
   return {method.GetResponses(type).data() + target,
           method.GetNResponses(),
           sample.fTargets.fData + target,
           sample.fTargets.fColumns,
           sample.fWeights,
           sample.Size()};
}

std::vector<std::string> ClassNames(const DataSetInfo &info)
{
   std::vector<std::string> names;
   for (UInt_t i = 0; i < info.GetNClasses(); ++i)
      names.emplace_back(info.GetClassInfo(i)->GetName());
   return names;
}

/// The title in the names of what is written.
std::string OutputTitle(const MethodBase &method)
{
   return NameInFile(method.GetName());
}

TDirectory *MethodDirectory(TFile *file, const TString &dataset, const MethodBase &method)
{
   TDirectory *directory =
      MakeMethodDirectory(file, dataset.Data(), method.GetMethodTypeName().Data(), method.GetName());
   WriteVariablePlots(directory, method.DataInfo(),
                      method.GetTransformations().Transform(method.Data()->GetSample(Types::kTesting)), "");
   return directory;
}

void WriteProbabilities(TDirectory *directory, const MethodBase &method, const ScoredSample &test, int signal)
{
   const PDF *pdfS = method.GetMVAPdf(Types::kSignal), *pdfB = method.GetMVAPdf(Types::kBackground);
   if (!pdfS || !pdfB)
      return;
   WriteProbabilityHistograms(
      directory, OutputTitle(method), test, signal, *pdfS, *pdfB,
      [&method](Double_t mva) { return method.GetProba(mva, kPriorOfTrees); },
      [&method](Double_t mva) { return method.GetRarity(mva); });
}

/// Signal probability of every event of a sample, for the trees; empty without densities.
std::vector<float> Probabilities(const MethodBase &method, Types::ETreeType type)
{
   std::vector<float> values;
   if (method.GetMVAPdf(Types::kSignal))
      for (const float mva : method.GetResponses(type))
         values.push_back(static_cast<float>(method.GetProba(mva, kPriorOfTrees)));
   return values;
}

} // namespace

/// The rows of the tables of all data sets.
struct Factory::EvaluationTables {
   std::vector<ClassificationRow> fClassification;
   std::vector<MulticlassRow> fMulticlass;
   std::vector<RegressionRow> fRegression;
};

void Factory::EvaluateAllMethods()
{
   const TDirectory::TContext keepDirectory;
   const Internal::StreamerInfoWriter streamerInfo(fTargetFile);
   EvaluationTables tables;
   for (const auto &booking : fBookings) {
      booking->RequireSameEvents("Factory::EvaluateAllMethods");
      for (const auto &method : booking->fMethods)
         if (!method->HasResponses(Types::kTesting))
            method->AddOutput(Types::kTesting);
      switch (fAnalysisType) {
      case Types::kRegression: EvaluateRegression(*booking, tables); break;
      case Types::kMulticlass: EvaluateMulticlass(*booking, tables); break;
      default: EvaluateClassification(*booking, tables);
      }
      if (fCorrelations && fAnalysisType == Types::kClassification)
         PrintResponseCorrelations(*booking);
      if (fTargetFile)
         WriteTrees(*booking);
   }
   if (fROC)
      PrintClassificationTables(fLogger, tables.fClassification);
   PrintMulticlassTables(fLogger, tables.fMulticlass);
   PrintRegressionTables(fLogger, tables.fRegression);
   PrintCitation(fLogger);
}

void Factory::EvaluateClassification(Booking &booking, EvaluationTables &tables)
{
   const int signal = booking.fInfo->GetSignalClassIndex();
   for (const auto &method : booking.fMethods) {
      const ScoredSample test = Scored(*method, Types::kTesting);
      const ScoredSample training = Scored(*method, Types::kTraining);
      const ResponseStatistics range = ComputeResponseStatistics(test, signal);
      const ClassificationRow row{booking.fName.Data(), method->GetName(),
                                  TorchMVA::EvaluateClassification(test, signal, &range),
                                  TorchMVA::EvaluateClassification(training, signal, &range),
                                  ComputeTrainingEfficiencies(test, training, signal)};
      method->SetSignalReferenceCut(row.fTest.fReferenceCut);
      method->SetSignalReferenceCutOrientation(range.fPositive ? 1 : -1);
      tables.fClassification.push_back(row);
      if (!fTargetFile)
         continue;
      TDirectory *directory = MethodDirectory(fTargetFile, booking.fName, *method);
      WriteClassificationHistograms(directory, OutputTitle(*method), test, &training, signal);
      WriteProbabilities(directory, *method, test, signal);
   }
}

void Factory::PrintResponseCorrelations(const Booking &booking) const
{
   std::vector<ResponseColumn> responses;
   for (const auto &method : booking.fMethods)
      responses.push_back({method->GetName(), method->GetResponses(Types::kTesting).data(),
                           method->GetSignalReferenceCut(), method->GetSignalReferenceCutOrientation() > 0});
   TorchMVA::PrintResponseCorrelations(fLogger, *booking.fInfo, booking.fInfo->GetDataSet()->GetSample(Types::kTesting),
                                       responses);
}

void Factory::EvaluateMulticlass(Booking &booking, EvaluationTables &tables)
{
   const auto classes = ClassNames(*booking.fInfo);
   for (const auto &method : booking.fMethods) {
      const MulticlassSample test = Multi(*method, Types::kTesting);
      const MulticlassSample training = Multi(*method, Types::kTraining);
      tables.fMulticlass.push_back({booking.fName.Data(), method->GetName(), classes,
                                    TorchMVA::EvaluateMulticlass(test), TorchMVA::EvaluateMulticlass(training)});
      if (fTargetFile)
         WriteMulticlassHistograms(MethodDirectory(fTargetFile, booking.fName, *method), OutputTitle(*method), classes,
                                   test, &training);
   }
}

void Factory::EvaluateRegression(Booking &booking, EvaluationTables &tables)
{
   for (const auto &method : booking.fMethods) {
      for (UInt_t target = 0; target < booking.fInfo->GetNTargets(); ++target)
         tables.fRegression.push_back({booking.fName.Data(), method->GetName(),
                                       booking.fInfo->GetTargetInfo(target).GetLabel().Data(),
                                       TorchMVA::EvaluateRegression(Regressed(*method, Types::kTesting, target)),
                                       TorchMVA::EvaluateRegression(Regressed(*method, Types::kTraining, target))});
      if (!fTargetFile)
         continue;
      TDirectory *directory = MethodDirectory(fTargetFile, booking.fName, *method);
      for (const auto type : {Types::kTraining, Types::kTesting})
         WriteRegressionHistograms(directory, OutputTitle(*method), type, *booking.fInfo,
                                   method->Data()->GetSample(type), method->GetResponses(type).data());
   }
}

void Factory::WriteTrees(Booking &booking)
{
   std::vector<std::string> leaves;
   if (fAnalysisType == Types::kMulticlass)
      leaves = ClassNames(*booking.fInfo);
   if (fAnalysisType == Types::kRegression)
      for (const auto &target : booking.fInfo->GetTargetInfos())
         leaves.emplace_back(target.GetInternalName().Data());
   std::vector<MethodResponses> responses;
   std::deque<std::vector<float>> probabilities; // which does not move its elements
   for (const auto &method : booking.fMethods) {
      responses.push_back({method->GetName(), leaves, method->GetResponses(Types::kTesting).data(),
                           method->GetResponses(Types::kTraining).data()});
      if (fAnalysisType != Types::kClassification || !method->GetMVAPdf(Types::kSignal))
         continue;
      const std::vector<float> &test = probabilities.emplace_back(Probabilities(*method, Types::kTesting));
      const std::vector<float> &training = probabilities.emplace_back(Probabilities(*method, Types::kTraining));
      responses.push_back({std::string("prob_") + method->GetName(), {}, test.data(), training.data()});
   }
   WriteEventTrees(MakeDataSetDirectory(fTargetFile, booking.fName.Data()), *booking.fInfo->GetDataSet(),
                   *booking.fInfo, std::move(responses));
}

void Factory::WriteDataSet(Booking &booking)
{
   Internal::RequireDifferentClassNames(*booking.fInfo); // some may have come after the booking
   std::vector<TransformPipeline> pipelines;
   const TransformContext context = TransformContext::From(*booking.fInfo);
   if (!fTransformations.EqualTo("None"))
      for (const auto &spec : gTools().SplitString(fTransformations, ';')) {
         TransformPipeline pipeline = TransformPipeline::Parse(spec.Data(), context);
         try {
            const Sample sample = pipeline.FitTransform(booking.fInfo->GetDataSet()->GetSample(Types::kTraining));
            PrintVariableStatistics("TFHandler_Factory", booking.fInfo->GetVariableInfos(), sample);
         } catch (const Error &error) {
            if (error.GetCode() != EErrorCode::kData)
               throw;
            // these transformations are for plots only: a method that uses one fails by itself
            fLogger.Warning("The plots after the transformation \"" + std::string(spec.Data()) +
                            "\" are left out: " + error.GetMessage());
            continue;
         }
         pipelines.push_back(std::move(pipeline));
      }
   std::vector<const TransformPipeline *> views;
   for (const auto &pipeline : pipelines)
      views.push_back(&pipeline);
   WriteDataSetInformation(MakeDataSetDirectory(fTargetFile, booking.fName.Data()), *booking.fInfo, fAnalysisType,
                           views);
   booking.fDataSetWritten = true;
}

} // namespace TorchMVA
