#ifndef TORCHMVA_GUI_RESULTFILE_HXX
#define TORCHMVA_GUI_RESULTFILE_HXX

#include "TDirectory.h"
#include "TFile.h"
#include "TH1.h"
#include "TKey.h"
#include "TString.h"
#include "TorchMVA/Core/Types.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The folder of one method.
struct StoredMethod {
   std::string fTitle;
   TDirectory *fDirectory; ///< the file's
};

/// One data set in an output file, open for reading. Finds everything by the names that TMVA gives, so that files of
/// TMVA are read as well.
class ResultFile {
public:
   /// The data sets of a file; only `dataset` unless that is empty. Throws Error (kFile) if the file cannot be read,
   /// is no output file or has no such data set.
   static std::vector<ResultFile> Open(const TString &fileName, const TString &dataset);

   const std::string &GetDataSet() const { return fDataSet; }
   TDirectory *GetDirectory() const { return fDirectory; }
   /// What the histograms of the methods belong to; kNoAnalysisType if no method was evaluated.
   Types::EAnalysisType GetAnalysisType() const;
   std::vector<StoredMethod> GetMethods() const;
   /// Names of the folders InputVariables_*.
   std::vector<std::string> GetVariableFolders() const;

private:
   ResultFile(std::shared_ptr<TFile> file, TDirectory *directory, std::string dataset)
      : fFile(std::move(file)), fDirectory(directory), fDataSet(std::move(dataset))
   {
   }
   std::shared_ptr<TFile> fFile; ///< of all its data sets
   TDirectory *fDirectory;
   std::string fDataSet;
};

/// Names of the keys of a directory in the order of the file, without older cycles, that start and end like this.
std::vector<std::string> KeyNames(TDirectory &directory, const std::string &prefix, const std::string &suffix = "");

/// Reads an object into memory of its own; null if there is none of that name and class.
template <typename T>
std::unique_ptr<T> ReadObject(TDirectory &directory, const std::string &name)
{
   TKey *key = directory.GetKey(name.c_str()); // not FindObject: the newest one in the file
   if (!key)
      return nullptr;
   std::unique_ptr<TObject> object(key->ReadObj());
   auto *typed = dynamic_cast<T *>(object.get());
   if (!typed)
      return nullptr;
   if (auto *histogram = dynamic_cast<TH1 *>(typed))
      histogram->SetDirectory(nullptr);
   object.release();
   return std::unique_ptr<T>(typed);
}

inline std::unique_ptr<TH1> ReadHistogram(TDirectory &directory, const std::string &name)
{
   return ReadObject<TH1>(directory, name);
}

} // namespace Internal
} // namespace TorchMVA

#endif
