// Which families of plots a data set has, and how they are called.

#include "Gui/Buttons.hxx"

#include "Gui/Families.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

std::string Quoted(const std::string &text)
{
   std::string quoted = "\"";
   for (const char c : text) {
      if (c == '"' || c == '\\')
         quoted += '\\';
      quoted += c;
   }
   return quoted + "\"";
}

void AddInputButtons(const ResultFile &file, std::vector<Button> &buttons)
{
   for (const auto &folder : file.GetVariableFolders()) {
      const std::string name = folder.substr(folder.find('_') + 1);
      buttons.push_back({"Input variables (" + name + ")", "Distributions by class after the transformation " + name,
                         "variables(%s, " + Quoted(folder) + ")",
                         [folder](const ResultFile &f) { return PlotVariables(f, folder); }});
   }
   for (const auto &folder : file.GetVariableFolders()) {
      TDirectory *directory = file.GetDirectory()->GetDirectory(folder.c_str());
      if (directory && directory->GetKey("CorrelationPlots")) {
         buttons.push_back({"Input variable correlations (scatter)", "Scatter plots with profiles",
                            "correlationscatters(%s, \"\", " + Quoted(folder) + ")",
                            [folder](const ResultFile &f) { return PlotCorrelationScatters(f, folder, ""); }});
         break; // of the first transformation; others through the function
      }
   }
   if (!KeyNames(*file.GetDirectory(), "CorrelationMatrix").empty())
      buttons.push_back({"Input variable linear correlation coefficients", "In percent", "correlations(%s)",
                         [](const ResultFile &f) { return PlotCorrelationMatrices(f, false); }});
}

bool HasProbabilities(const ResultFile &file)
{
   for (const auto &method : file.GetMethods())
      if (method.fDirectory->GetKey(("MVA_" + method.fTitle + "_Proba_S").c_str()))
         return true;
   return false;
}

void AddMethodButtons(const ResultFile &file, std::vector<Button> &buttons)
{
   switch (file.GetAnalysisType()) {
   case Types::kClassification:
      buttons.push_back({"Classifier output distributions", "Test sample", "mvas(%s, TorchMVA::kMVAType)",
                         [](const ResultFile &f) { return PlotResponses(f, kMVAType); }});
      buttons.push_back({"Classifier output distributions (test and training samples superimposed)",
                         "With Kolmogorov-Smirnov probabilities", "mvas(%s, TorchMVA::kCompareType)",
                         [](const ResultFile &f) { return PlotResponses(f, kCompareType); }});
      if (HasProbabilities(file)) {
         buttons.push_back({"Classifier probability distributions", "", "mvas(%s, TorchMVA::kProbaType)",
                            [](const ResultFile &f) { return PlotResponses(f, kProbaType); }});
         buttons.push_back({"Classifier rarity distributions", "", "mvas(%s, TorchMVA::kRarityType)",
                            [](const ResultFile &f) { return PlotResponses(f, kRarityType); }});
      }
      buttons.push_back({"Classifier cut efficiencies", "With S/sqrt(S+B) for 1000 + 1000 events", "mvaeffs(%s)",
                         [](const ResultFile &f) { return PlotCutEfficiencies(f, 1000, 1000, "S/sqrt(S+B)"); }});
      buttons.push_back({"Classifier background rejection vs signal efficiency (ROC curve)", "All methods",
                         "efficiencies(%s)", [](const ResultFile &f) { return PlotCurves(f, 2); }});
      buttons.push_back({"Classifier 1/(background efficiency) vs signal efficiency", "All methods",
                         "efficiencies(%s, 3)", [](const ResultFile &f) { return PlotCurves(f, 3); }});
      break;
   case Types::kMulticlass:
      buttons.push_back({"Classifier output distributions", "Test sample", "mvasMulticlass(%s)",
                         [](const ResultFile &f) { return PlotMulticlassResponses(f, kMVAType); }});
      buttons.push_back({"Classifier output distributions (test and training samples superimposed)", "",
                         "mvasMulticlass(%s, TorchMVA::kCompareType)",
                         [](const ResultFile &f) { return PlotMulticlassResponses(f, kCompareType); }});
      buttons.push_back({"Background rejection vs signal efficiency (one versus rest)", "One page a class",
                         "efficiencies(%s)", [](const ResultFile &f) { return PlotMulticlassCurves(f); }});
      break;
   case Types::kRegression:
      buttons.push_back({"Regression output deviation (test sample)", "Versus variables and targets", "deviations(%s)",
                         [](const ResultFile &f) { return PlotDeviations(f, kMVAType, false); }});
      buttons.push_back({"Regression output deviation (training sample)", "Versus variables and targets",
                         "deviations(%s, TorchMVA::kCompareType)",
                         [](const ResultFile &f) { return PlotDeviations(f, kCompareType, false); }});
      break;
   default: break;
   }
}

} // namespace

std::vector<Button> ButtonsFor(const ResultFile &file)
{
   std::vector<Button> buttons;
   AddInputButtons(file, buttons);
   AddMethodButtons(file, buttons);
   if (HasTrainingCurves(file))
      buttons.push_back({"Training history", "Losses against the epoch", "trainingcurves(%s)", PlotTrainingCurves});
   return buttons;
}

std::string CommandOf(const Button &button, const ResultFile &file, const std::string &fileName)
{
   const std::string arguments = Quoted(file.GetDataSet()) + ", " + Quoted(fileName);
   std::string call = button.fCall;
   return "TorchMVA::" + call.replace(call.find("%s"), 2, arguments) + ";";
}

} // namespace Internal
} // namespace TorchMVA
