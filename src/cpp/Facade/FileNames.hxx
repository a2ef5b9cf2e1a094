#ifndef TORCHMVA_FACADE_FILENAMES_HXX
#define TORCHMVA_FACADE_FILENAMES_HXX

#include "Core/Text.hxx"
#include "TString.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include <algorithm>
#include <map>
#include <string>

namespace TorchMVA {
namespace Internal {

/// Longest job name and title together, in bytes: file systems allow 255 for a name, and endings are added.
constexpr Ssiz_t kLongestName = 200;

/// Throws Error (kArgument) if no file can have this name: it has a '/' or a control character, is not UTF-8, is too
/// long, or is empty and may not be.
inline void RequireFileName(const TString &name, const char *what, const char *caller, bool mayBeEmpty = false)
{
   const std::string text = name.Data();
   const bool isControl = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
   const char *problem = text.empty() && !mayBeEmpty           ? "that is not empty"
                         : text.find('/') != std::string::npos ? "without '/'"
                         : isControl                           ? "without control characters"
                         : !IsUtf8(text)                       ? "in UTF-8"
                                                               : nullptr;
   if (problem)
      throw Error(EErrorCode::kArgument,
                  std::string("expected a ") + what + " " + problem +
                     ", since files and folders are named after it, found \"" + text + "\"",
                  {{"caller", caller}});
   if (name.Length() > kLongestName)
      throw Error(EErrorCode::kArgument,
                  std::string("expected a ") + what + " of at most " + std::to_string(kLongestName) +
                     " bytes, since files are named after it, found " + std::to_string(name.Length()) + ": \"" + text +
                     "\"",
                  {{"caller", caller}});
}

/// Throws Error (kState) if two classes have one name in the output file: one would overwrite what is written of the
/// other.
inline void RequireDifferentClassNames(const DataSetInfo &info)
{
   std::map<std::string, std::string> classes; // by their names in the trees, which differ in the file as well
   for (UInt_t i = 0; i < info.GetNClasses(); ++i) {
      const std::string name = info.GetClassInfo(static_cast<Int_t>(i))->GetName();
      const auto [other, isFree] = classes.emplace(NameInTree(name), name);
      if (!isFree)
         throw Error(
            EErrorCode::kState, "two classes would have the same name in the output file",
            {{"class", name}, {"other class", other->second}, {"name", other->first}, {"data set", info.GetName()}});
   }
}

/// The classes whose names are others in the output file, each with that one, as text; empty: there are none.
inline std::string RenamedClasses(const DataSetInfo &info)
{
   std::string renamed;
   for (UInt_t i = 0; i < info.GetNClasses(); ++i) {
      const std::string name = info.GetClassInfo(static_cast<Int_t>(i))->GetName(), inFile = NameInFile(name);
      if (inFile != name)
         renamed += (renamed.empty() ? "\"" : ", \"") + name + "\" is called \"" + inFile + "\"";
   }
   return renamed;
}

} // namespace Internal
} // namespace TorchMVA

#endif
