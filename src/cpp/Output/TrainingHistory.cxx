#include "Output/DirectoryTools.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include "TAxis.h"
#include "TGraph.h"

#include <cmath>

namespace TorchMVA {

void WriteTrainingHistory(TDirectory *methodDirectory,
                          const std::vector<std::pair<std::string, std::vector<double>>> &history)
{
   if (history.empty())
      return;
   const std::vector<double> &epochs = history.front().second;
   for (std::size_t figure = 1; figure < history.size(); ++figure) {
      const auto &[name, values] = history[figure];
      TGraph graph;
      for (std::size_t i = 0; i < values.size() && i < epochs.size(); ++i) {
         if (std::isfinite(values[i]))
            graph.AddPoint(epochs[i], values[i]);
      }
      if (graph.GetN() == 0)
         continue;
      const std::string key = "TrainingHistory_" + name;
      graph.SetNameTitle(key.c_str(), key.c_str());
      graph.GetXaxis()->SetTitle("Epoch");
      Internal::WriteObject(methodDirectory, graph, key);
   }
}

} // namespace TorchMVA
