#include "FoldOptions.hxx"

#include "TorchMVA/Tools.hxx"

#include <filesystem>

namespace fs = std::filesystem;

namespace TorchMVA {
namespace Internal {

namespace {
constexpr const char *kWrittenFile = "FilenameTrainedModel="; // of MethodPyTorch
}

TString FoldOptions(const TString &options, const TString &suffix)
{
   TString result;
   for (TString token : gTools().SplitString(options, ':')) {
      if (token.BeginsWith(kWrittenFile, TString::kIgnoreCase)) {
         const Ssiz_t start = token.First('=') + 1;
         const fs::path file = TString(token(start, token.Length())).Data();
         if (!file.empty())
            token = TString(token(0, start)) +
                    (file.parent_path() / (file.stem().string() + suffix.Data() + file.extension().string())).string();
      }
      result += (result.IsNull() ? "" : ":") + token;
   }
   return result;
}

} // namespace Internal
} // namespace TorchMVA
