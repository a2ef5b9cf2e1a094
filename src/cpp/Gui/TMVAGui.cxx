#include "TorchMVA/TMVAGui.hxx"

#include "Gui/Buttons.hxx"
#include "TControlBar.h"
#include "TInterpreter.h"
#include "TROOT.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

namespace TorchMVA {

namespace {

using namespace Internal;

const char *NameOf(Types::EAnalysisType type)
{
   switch (type) {
   case Types::kRegression: return "TMVARegGui";
   case Types::kMulticlass: return "TMVAMultiClassGui";
   default: return "TMVAGui";
   }
}

void Show(const char *fileName, const TString &dataset, Types::EAnalysisType type)
{
   if (!gROOT->IsBatch()) // the buttons call more than the forms that ROOT knows without the header
      gInterpreter->Declare("#include \"TorchMVA/Gui/Plots.hxx\"");
   for (const ResultFile &file : ResultFile::Open(fileName, dataset)) {
      const auto found = file.GetAnalysisType();
      if (found != type && found != Types::kNoAnalysisType)
         throw Error(EErrorCode::kFile,
                     std::string("expected a file for ") + NameOf(type) + ", found one for " + NameOf(found),
                     {{"file", fileName}, {"data set", file.GetDataSet()}});
      const auto buttons = ButtonsFor(file);
      const Logger log(NameOf(type));
      if (gROOT->IsBatch()) {
         for (const Button &button : buttons) {
            log.Header(button.fLabel);
            button.fPlot(file);
         }
         continue;
      }
      // ROOT keeps the bar as long as its window is open
      auto *bar = new TControlBar("vertical", (std::string(NameOf(type)) + ": " + file.GetDataSet()).c_str(), 50, 50);
      for (const Button &button : buttons)
         bar->AddButton(button.fLabel.c_str(), CommandOf(button, file, fileName).c_str(), button.fHint.c_str());
      bar->Show();
   }
}

} // namespace

void TMVAGui(const char *fileName)
{
   TMVAGui(fileName, "");
}

void TMVAGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset, Types::kClassification);
}

void TMVARegGui(const char *fileName)
{
   TMVARegGui(fileName, "");
}

void TMVARegGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset, Types::kRegression);
}

void TMVAMultiClassGui(const char *fileName)
{
   TMVAMultiClassGui(fileName, "");
}

void TMVAMultiClassGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset, Types::kMulticlass);
}

} // namespace TorchMVA
