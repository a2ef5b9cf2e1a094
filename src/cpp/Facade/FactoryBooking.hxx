#ifndef TORCHMVA_FACADE_FACTORYBOOKING_HXX
#define TORCHMVA_FACADE_FACTORYBOOKING_HXX

#include "Core/Text.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"

#include <algorithm>
#include <memory>
#include <vector>

namespace TorchMVA {

/// The methods that a factory booked on one data loader, in booking order.
struct Factory::Booking {
   TString fName;      ///< of the data set: the loader's name
   DataSetInfo *fInfo; ///< the loader's
   std::vector<std::unique_ptr<MethodBase>> fMethods;
   bool fDataSetWritten = false;
   bool fInputsRanked = false; ///< their ranking was printed
   bool fTrained = false;
   std::weak_ptr<const DataSet> fTrainedOn; ///< expires when the loader forgets its events

   /// Throws Error (kState) if the loader has other events than at training: its test sample may have those that the
   /// methods were trained on.
   void RequireSameEvents(const char *caller) const
   {
      if (fTrained && fTrainedOn.lock() != fInfo->GetSharedDataSet())
         throw Error(EErrorCode::kState,
                     "the data set was changed after the training: events that the methods were trained on may be in "
                     "the test sample now. Make such changes before TrainAllMethods, or book in another factory",
                     {{"data set", fName.Data()}, {"caller", caller}});
   }
};

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

/// Writes the streamer information of the output file when a call ends. ROOT would do so when it closes the file, and at
/// the end of the process that crashes: it is too late then to look up the classes.
class CompleteFile {
public:
   explicit CompleteFile(TFile *file) : fFile(file) {}
   ~CompleteFile()
   {
      if (fFile && fFile->IsOpen() && fFile->IsWritable())
         fFile->WriteStreamerInfo();
   }
   CompleteFile(const CompleteFile &) = delete;
   CompleteFile &operator=(const CompleteFile &) = delete;

private:
   TFile *fFile;
};

/// The loader of a call; throws Error (kArgument) for a null pointer.
inline DataLoader &RequireLoader(DataLoader *loader, const char *caller)
{
   if (!loader)
      throw Error(EErrorCode::kArgument, "expected a data loader, found a null pointer", {{"caller", caller}});
   return *loader;
}

} // namespace Internal
} // namespace TorchMVA

#endif
