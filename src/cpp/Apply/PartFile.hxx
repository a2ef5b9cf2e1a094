#ifndef TORCHMVA_SRC_APPLY_PARTFILE_HXX
#define TORCHMVA_SRC_APPLY_PARTFILE_HXX

#include "TFile.h"

#include <memory>
#include <string>

namespace TorchMVA {
namespace Internal {

/// A ROOT file on its way: written under a name of its own (`<path>.part-<host>-<process>`), renamed when complete,
/// else removed. What a killed process left is removed by the next one that writes the same file.
class PartFile {
public:
   /// Throws Error (kFile) with the reason if the file cannot be written.
   PartFile(const std::string &path, int compression);
   ~PartFile();
   PartFile(const PartFile &) = delete;
   PartFile &operator=(const PartFile &) = delete;

   TFile &File() { return *fFile; }
   /// Adds the marker, closes and renames. Throws Error (kFile).
   void Commit(const std::string &marker);

   /// The marker of a file; empty if it is no complete file, or has none.
   static std::string MarkerOf(const std::string &path);

private:
   std::string fPath;
   std::string fTemporary;
   std::unique_ptr<TFile> fFile;
};

} // namespace Internal
} // namespace TorchMVA

#endif
