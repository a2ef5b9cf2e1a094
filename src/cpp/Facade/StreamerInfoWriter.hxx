#ifndef TORCHMVA_FACADE_STREAMERINFOWRITER_HXX
#define TORCHMVA_FACADE_STREAMERINFOWRITER_HXX

#include "TFile.h"

namespace TorchMVA {
namespace Internal {

/// Writes the streamer information of the output file when a call ends. ROOT would do so when it closes the file, and at
/// the end of the process that crashes: it is too late then to look up the classes.
class StreamerInfoWriter {
public:
   explicit StreamerInfoWriter(TFile *file) : fFile(file) {}
   ~StreamerInfoWriter()
   {
      if (fFile && fFile->IsOpen() && fFile->IsWritable())
         fFile->WriteStreamerInfo();
   }
   StreamerInfoWriter(const StreamerInfoWriter &) = delete;
   StreamerInfoWriter &operator=(const StreamerInfoWriter &) = delete;

private:
   TFile *fFile;
};

} // namespace Internal
} // namespace TorchMVA

#endif
