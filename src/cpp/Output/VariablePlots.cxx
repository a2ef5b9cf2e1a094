#include "Output/CorrelationPlots.hxx"
#include "Output/DirectoryTools.hxx"
#include "TH1F.h"
#include "TH2.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Evaluate/VariableRanking.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <memory>

namespace TorchMVA {

namespace {

using Internal::PlottedColumn;

std::unique_ptr<TH1F> MakeHistogram(const PlottedColumn &column, const std::string &name)
{
   const TAxis axis = column.DistributionAxis();
   auto histogram =
      std::make_unique<TH1F>(name.c_str(), column.Title().c_str(), axis.GetNbins(), axis.GetXmin(), axis.GetXmax());
   histogram->Sumw2();
   histogram->GetXaxis()->SetTitle(column.AxisTitle().c_str());
   histogram->GetYaxis()->SetTitle("Entries");
   return histogram;
}

/// One histogram per class.
void WriteDistributions(TDirectory *directory, const PlottedColumn &column, const DataSetInfo &info,
                        const Sample &sample, const std::string &end)
{
   std::vector<std::unique_ptr<TH1F>> histograms;
   for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls)
      histograms.push_back(MakeHistogram(column, column.Name() + "__" + info.GetClassInfo(cls)->GetName() + end));
   for (Long64_t i = 0; i < sample.Size(); ++i)
      histograms.at(sample.fClasses[i])->Fill(column.Value(i), sample.fWeights ? sample.fWeights[i] : 1.0);
   for (const auto &histogram : histograms)
      Internal::WriteObject(directory, *histogram);
}

void WriteCorrelationMatrix(TDirectory *directory, DataSetInfo &info, const std::string &className,
                            const std::string &name, const std::string &title)
{
   const TMatrixD &matrix = info.CorrelationMatrix(className);
   if (matrix.GetNrows() == 0) // switched off
      return;
   const std::unique_ptr<TH2> histogram(info.CreateCorrelationMatrixHist(matrix, name, title));
   Internal::WriteObject(directory, *histogram);
}

void WriteCorrelationMatrices(TDirectory *directory, DataSetInfo &info, Types::EAnalysisType type)
{
   const std::string title = "Correlation Matrix";
   const bool binary = type == Types::kClassification;
   for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls) {
      const std::string className = info.GetClassInfo(cls)->GetName();
      std::string suffix = className, words = " (" + className + ")";
      if (type == Types::kRegression) {
         suffix.clear();
         words.clear();
      } else if (binary) {
         const bool isSignal = cls == info.GetSignalClassIndex();
         suffix = isSignal ? "S" : "B";
         words = isSignal ? " (signal)" : " (background)";
      }
      WriteCorrelationMatrix(directory, info, className, "CorrelationMatrix" + suffix, title + words);
   }
}
} // namespace

void WriteVariablePlots(TDirectory *directory, const DataSetInfo &info, const Sample &sample, const std::string &suffix)
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const Int_t nVariables = info.GetNVariables(), nTargets = info.GetNTargets();
   if (sample.Size() == 0 || nVariables > plotting.fMaxNumOfAllowedVariables)
      return;
   const Internal::DetachedScope detached;
   const std::string end = suffix.empty() ? "" : "_" + suffix;
   std::vector<PlottedColumn> columns;
   for (Int_t i = 0; i < nVariables; ++i) {
      columns.emplace_back(info.GetVariableInfo(i), sample.fVariables, i, sample.fWeights);
      WriteDistributions(directory, columns.back(), info, sample, end);
   }
   for (Int_t i = 0; i < nTargets; ++i) {
      const PlottedColumn target(info.GetTargetInfo(i), sample.fTargets, i, sample.fWeights);
      WriteDistributions(directory, target, info, sample, "_target" + end);
   }
   if (nVariables + nTargets > plotting.fMaxNumOfAllowedVariablesForScatterPlots)
      return;
   Internal::WriteCorrelationPlots(Internal::MakeDirectory(directory, "CorrelationPlots", "CorrelationPlots"), info,
                                   sample, columns, end);
}

void WriteDataSetInformation(TDirectory *dataSetDirectory, DataSetInfo &info, Types::EAnalysisType type,
                             const std::vector<const TransformPipeline *> &pipelines)
{
   const Internal::DetachedScope detached;
   WriteCorrelationMatrices(dataSetDirectory, info, type);
   const Sample training = info.GetDataSet()->GetSample(Types::kTraining);
   for (const TransformPipeline *pipeline : pipelines) {
      const std::string name = pipeline->GetShortName();
      TDirectory *directory =
         Internal::MakeDirectory(dataSetDirectory, "InputVariables_" + name, "InputVariables_" + name);
      WriteVariablePlots(directory, info, pipeline->Transform(training), name);
   }
}

} // namespace TorchMVA
