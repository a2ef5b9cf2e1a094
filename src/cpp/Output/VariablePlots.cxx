#include "Output/DirectoryTools.hxx"
#include "TH1F.h"
#include "TH2F.h"
#include "TProfile.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Evaluate/VariableRanking.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace TorchMVA {

namespace {

/// One column of the sample with the range and moments of all classes together.
struct PlottedColumn {
   const VariableInfo *fInfo;
   const float *fFirst;
   Long64_t fStride;
   double fMin = 0, fMax = 0, fMean = 0, fRms = 0;

   PlottedColumn(const VariableInfo &info, const MatrixView<const float> &matrix, Long64_t column, const float *weights)
      : fInfo(&info), fFirst(matrix.fData + column), fStride(matrix.fColumns)
   {
      fMin = std::numeric_limits<double>::infinity();
      fMax = -fMin;
      double sumW = 0, sum = 0, squares = 0;
      for (Long64_t i = 0; i < matrix.fRows; ++i) {
         const double x = Value(i), w = weights ? weights[i] : 1.0;
         fMin = std::min(fMin, x);
         fMax = std::max(fMax, x);
         sumW += w;
         sum += w * x;
         squares += w * x * x;
      }
      if (sumW > 0) {
         fMean = sum / sumW;
         fRms = std::sqrt(std::max(0.0, squares / sumW - fMean * fMean));
      }
      if (!(fMax > fMin)) // a constant
         fMax = fMin + 1;
   }
   double Value(Long64_t i) const { return fFirst[i * fStride]; }
   std::string Name() const { return fInfo->GetInternalName().Data(); }
   std::string Title() const { return fInfo->GetTitle().Data(); }
   std::string AxisTitle() const { return Internal::AxisTitle(*fInfo); }
};

std::unique_ptr<TH1F> MakeHistogram(const PlottedColumn &column, const std::string &name)
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const VariableBinning binning = ComputeVariableBinning({column.fMean, column.fRms, column.fMin, column.fMax},
                                                          plotting.fNbins1D, plotting.fTimesRMS);
   auto histogram =
      std::make_unique<TH1F>(name.c_str(), column.Title().c_str(), binning.fBins, binning.fLow, binning.fHigh);
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

void WritePair(TDirectory *directory, const PlottedColumn &x, const PlottedColumn &y, const DataSetInfo &info,
               const Sample &sample, const std::string &end)
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls) {
      const std::string className = info.GetClassInfo(cls)->GetName();
      const std::string name = y.Name() + "_vs_" + x.Name() + "_" + className + end;
      const std::string title = y.Title() + " versus " + x.Title() + " (" + className + ")" + end;
      TH2F scatter(("scat_" + name).c_str(), title.c_str(), plotting.fNbins2D, x.fMin, x.fMax, plotting.fNbins2D,
                   y.fMin, y.fMax);
      TProfile profile(("prof_" + name).c_str(), ("profile " + title).c_str(), plotting.fNbins1D, x.fMin, x.fMax,
                       y.fMin, y.fMax);
      for (TH1 *histogram : {static_cast<TH1 *>(&scatter), static_cast<TH1 *>(&profile)}) {
         histogram->GetXaxis()->SetTitle(x.AxisTitle().c_str());
         histogram->GetYaxis()->SetTitle(y.AxisTitle().c_str());
      }
      for (Long64_t i = 0; i < sample.Size(); ++i) {
         if (sample.fClasses[i] != static_cast<int>(cls))
            continue;
         const double w = sample.fWeights ? sample.fWeights[i] : 1.0;
         scatter.Fill(x.Value(i), y.Value(i), w);
         profile.Fill(x.Value(i), y.Value(i), w);
      }
      Internal::WriteObject(directory, scatter);
      Internal::WriteObject(directory, profile);
   }
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
   TDirectory *pairs = Internal::MakeDirectory(directory, "CorrelationPlots", "CorrelationPlots");
   for (std::size_t i = 0; i < columns.size(); ++i)
      for (std::size_t j = i + 1; j < columns.size(); ++j)
         WritePair(pairs, columns[i], columns[j], info, sample, end);
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
