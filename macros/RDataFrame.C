/// The response of a trained method as a column of an RDataFrame, computed by all cores: mean responses
/// of signal and background, and a plot.
///
///     torchmva root -l -b -q RDataFrame.C
///     torchmva root -l -b -q 'RDataFrame.C("elsewhere/Classification_Fisher.weights.xml")'

#include "ROOT/RDataFrame.hxx"
#include "TCanvas.h"
#include "TH1D.h"
#include "TROOT.h"
#include "TMVA/RReader.hxx"
#include "TorchMVA/Define.hxx"

#include <string>
#include <vector>

int RDataFrame(const std::string &weightFile = "dataset/weights/Classification_PyTorch.weights.xml")
{
   ROOT::EnableImplicitMT();
   const std::string data = (TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root").Data();

   TCanvas canvas("responses", "Responses", 800, 600);
   TH1D drawn[2];
   int i = 0;
   for (const char *tree : {"TreeS", "TreeB"}) {
      ROOT::RDataFrame events(tree, data);
      // the inputs are the columns that are called as the variables of the training
      auto withResponse = TorchMVA::Experimental::Define(events, "y", weightFile);
      auto mean = withResponse.Mean("y");
      auto histogram = withResponse.Histo1D({tree, "Response;y;events", 50, 0, 1}, "y");
      printf("%s: mean response %.4f of %.0f events\n", tree, *mean, histogram->GetEntries());
      drawn[i] = *histogram;
      drawn[i].SetStats(false);
      drawn[i].SetLineColor(i == 0 ? kBlue : kRed);
      drawn[i].Draw(i == 0 ? "hist" : "hist same");
      ++i;
   }
   canvas.SaveAs("Responses.png");

   // many events in one call, for code that has no data frame: rows of four values
   const TMVA::Experimental::RReader model(weightFile);
   const std::vector<float> rows = {0.5, 1.0, -0.2, 1.5, -0.5, -1.0, 0.2, -1.5};
   const auto responses = model.Compute(rows.data(), 2);
   printf("two events: %.4f %.4f\n", responses[0], responses[1]);
   return 0;
}
