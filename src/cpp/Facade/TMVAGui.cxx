#include "TorchMVA/TMVAGui.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include "TBrowser.h"
#include "TDirectory.h"
#include "TFile.h"
#include "TKey.h"
#include "TROOT.h"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

namespace {

/// Paths of the folders below `directory` that hold histograms or graphs.
void ListFolders(TDirectory &directory, const std::string &path, std::vector<std::string> &found)
{
   bool hasPlots = false;
   for (TObject *object : *directory.GetListOfKeys()) {
      const auto *key = static_cast<TKey *>(object);
      const TString type = key->GetClassName();
      if (type.BeginsWith("TDirectory"))
         ListFolders(*directory.GetDirectory(key->GetName()), (path.empty() ? "" : path + "/") + key->GetName(), found);
      else
         hasPlots = hasPlots || type.BeginsWith("TH") || type.BeginsWith("TProfile") || type.BeginsWith("TGraph");
   }
   if (hasPlots)
      found.push_back(path);
}

void Show(const char *fileName, const TString &dataset)
{
   std::unique_ptr<TFile> file(TFile::Open(fileName));
   if (!file || file->IsZombie())
      throw Error(EErrorCode::kFile, "expected an output file of a Factory, found none that can be read",
                  {{"file", fileName}});
   TDirectory *directory = dataset.IsNull() ? file.get() : file->GetDirectory(dataset);
   if (!directory)
      throw Error(EErrorCode::kFile, "the output file has no such data set",
                  {{"file", fileName}, {"data set", dataset.Data()}});
   if (!gROOT->IsBatch()) {
      new TBrowser(fileName, directory); // ROOT's list of browsers owns it
      file.release();                    // and the browser looks into the file
      return;
   }
   std::vector<std::string> folders;
   ListFolders(*directory, dataset.Data(), folders);
   const Logger log("TMVAGui");
   log.Header("Plots in " + std::string(fileName) + ":");
   for (const auto &folder : folders)
      log.Info(folder);
}

} // namespace

void TMVAGui(const char *fileName)
{
   Show(fileName, "");
}

void TMVAGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset);
}

void TMVARegGui(const char *fileName)
{
   Show(fileName, "");
}

void TMVARegGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset);
}

void TMVAMultiClassGui(const char *fileName)
{
   Show(fileName, "");
}

void TMVAMultiClassGui(const char *fileName, TString dataset)
{
   Show(fileName, dataset);
}

} // namespace TorchMVA
