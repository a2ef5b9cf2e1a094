#include "Output/DirectoryTools.hxx"
#include "TGraph.h"
#include "TH1F.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Output/RocPlot.hxx"

#include <memory>

namespace TorchMVA {

namespace {
constexpr double kMargin = 0.0002; ///< so that 0 and 1 are inside

void WriteResponses(TDirectory *directory, const std::string &prefix, const std::vector<std::string> &classes,
                    const MulticlassSample &sample)
{
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;
   for (std::size_t truth = 0; truth < classes.size(); ++truth) {
      for (std::size_t column = 0; column < classes.size(); ++column) {
         const std::string name = prefix + classes[truth] + "_prob_for_" + classes[column];
         TH1F histogram(name.c_str(), name.c_str(), bins, -kMargin, 1 + kMargin);
         histogram.Sumw2();
         const ScoredSample scored = sample.Column(static_cast<UInt_t>(column));
         for (Long64_t i = 0; i < scored.fN; ++i)
            if (scored.Class(i) == static_cast<int>(truth))
               histogram.Fill(scored.Response(i), scored.Weight(i));
         Internal::NormaliseArea(histogram);
         Internal::WriteObject(directory, histogram);
      }
   }
}

void WriteCurve(TDirectory *directory, const std::string &name, const ScoredSample &sample, int signal, int background)
{
   const std::unique_ptr<TGraph> graph(MakeRocGraph(ROCCurve(sample, signal, background), name));
   graph->SetName(name.c_str());
   graph->SetTitle(name.c_str());
   Internal::WriteObject(directory, *graph, name);
}

void WriteCurves(TDirectory *directory, const std::string &prefix, const std::vector<std::string> &classes,
                 const MulticlassSample &sample)
{
   const int n = static_cast<int>(classes.size());
   std::vector<double> sums(n, 0.0);
   double total = 0;
   for (Long64_t i = 0; i < sample.fResponses.fRows; ++i) {
      const double w = sample.fWeights ? sample.fWeights[i] : 1.0;
      sums.at(sample.fClasses[i]) += w;
      total += w;
   }
   for (int i = 0; i < n; ++i) {
      if (sums[i] > 0 && total - sums[i] > 0)
         WriteCurve(directory, prefix + "rejBvsS_" + classes[i], sample.Column(i), i, -1);
      for (int j = 0; j < n; ++j)
         if (i != j && sums[i] > 0 && sums[j] > 0)
            WriteCurve(directory, prefix + "1v1rejBvsS_" + classes[i] + "_vs_" + classes[j], sample.Column(i), i, j);
   }
}
} // namespace

void WriteMulticlassHistograms(TDirectory *methodDirectory, const std::string &title,
                               const std::vector<std::string> &classNames, const MulticlassSample &test,
                               const MulticlassSample *training)
{
   if (classNames.size() != test.NClasses())
      throw Error(EErrorCode::kArgument, "expected one response column per class (" +
                                            std::to_string(classNames.size()) + "), found " +
                                            std::to_string(test.NClasses()));
   const Internal::DetachedScope detached;
   const std::string name = "MVA_" + title;
   WriteResponses(methodDirectory, name + "_Test_", classNames, test);
   WriteCurves(methodDirectory, name + "_Test_", classNames, test);
   if (!training)
      return;
   WriteResponses(methodDirectory, name + "_Train_", classNames, *training);
   WriteCurves(methodDirectory, name + "_Train_", classNames, *training);
}

} // namespace TorchMVA
