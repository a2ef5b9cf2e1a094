#include "Gui/ResultFile.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

bool StartsWith(const std::string &text, const std::string &prefix)
{
   return text.compare(0, prefix.size(), prefix) == 0;
}

bool EndsWith(const std::string &text, const std::string &suffix)
{
   return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// What a Factory always writes.
bool IsDataSet(TDirectory &directory)
{
   return !KeyNames(directory, "InputVariables_").empty() || !KeyNames(directory, "Method_").empty() ||
          !KeyNames(directory, "CorrelationMatrix").empty() || directory.GetKey("TestTree");
}

} // namespace

std::vector<std::string> KeyNames(TDirectory &directory, const std::string &prefix, const std::string &suffix)
{
   std::vector<std::string> names;
   for (TObject *key : *directory.GetListOfKeys()) {
      const std::string name = key->GetName();
      if (StartsWith(name, prefix) && EndsWith(name, suffix) && name.size() >= prefix.size() + suffix.size() &&
          std::find(names.begin(), names.end(), name) == names.end())
         names.push_back(name);
   }
   return names;
}

std::vector<ResultFile> ResultFile::Open(const TString &fileName, const TString &dataset)
{
   const TDirectory::TContext keepDirectory;
   const std::shared_ptr<TFile> file(TFile::Open(fileName));
   if (!file || file->IsZombie())
      throw Error(EErrorCode::kFile, "expected an output file of a Factory, found none that can be read",
                  {{"file", fileName.Data()}});
   std::vector<ResultFile> found;
   std::string known;
   for (const auto &name : KeyNames(*file, "")) {
      TDirectory *directory = file->GetDirectory(name.c_str());
      if (!directory || !IsDataSet(*directory))
         continue;
      known += (known.empty() ? "" : ", ") + name;
      if (dataset.IsNull() || dataset == name)
         found.push_back(ResultFile(file, directory, name));
   }
   if (known.empty())
      throw Error(EErrorCode::kFile,
                  "expected an output file of a Factory, found a file without the folders InputVariables_*, Method_* "
                  "or a TestTree in any data set",
                  {{"file", fileName.Data()}});
   if (found.empty())
      throw Error(EErrorCode::kFile, "the output file has no such data set; it has: " + known,
                  {{"file", fileName.Data()}, {"data set", dataset.Data()}});
   return found;
}

std::vector<StoredMethod> ResultFile::GetMethods() const
{
   std::vector<StoredMethod> methods;
   for (const auto &type : KeyNames(*fDirectory, "Method_")) {
      TDirectory *folder = fDirectory->GetDirectory(type.c_str());
      if (!folder)
         continue;
      for (const auto &title : KeyNames(*folder, ""))
         if (TDirectory *directory = folder->GetDirectory(title.c_str()))
            methods.push_back({title, directory});
   }
   return methods;
}

std::vector<std::string> ResultFile::GetVariableFolders() const
{
   return KeyNames(*fDirectory, "InputVariables_");
}

Types::EAnalysisType ResultFile::GetAnalysisType() const
{
   for (const StoredMethod &method : GetMethods()) {
      const std::string name = "MVA_" + method.fTitle;
      if (method.fDirectory->GetKey((name + "_S").c_str()))
         return Types::kClassification;
      if (!KeyNames(*method.fDirectory, name + "test_Quadr_").empty())
         return Types::kRegression;
      for (const auto &key : KeyNames(*method.fDirectory, name + "_Test_"))
         if (key.find("_prob_for_") != std::string::npos)
            return Types::kMulticlass;
   }
   return Types::kNoAnalysisType;
}

} // namespace Internal
} // namespace TorchMVA
