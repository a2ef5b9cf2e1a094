#ifndef TORCHMVA_OUTPUT_DIRECTORYTOOLS_HXX
#define TORCHMVA_OUTPUT_DIRECTORYTOOLS_HXX

#include "TDirectory.h"
#include "TH1.h"

#include <string>

class TObject;

namespace TorchMVA {

class VariableInfo;

namespace Internal {

/// While it lives, new histograms and trees belong to no directory; afterwards gDirectory is what it was.
class DetachedScope {
private:
   TDirectory::TContext fContext{nullptr};
};

/// Subdirectory `name`, made if needed. Throws Error (kFile) if `parent` is null or not writable.
TDirectory *MakeDirectory(TDirectory *parent, const std::string &name, const std::string &title);

/// Writes an object under `name`, replacing an older one. Throws Error (kFile) if nothing could be written.
void WriteObject(TDirectory *directory, const TObject &object, const std::string &name);
inline void WriteObject(TDirectory *directory, const TH1 &histogram)
{
   WriteObject(directory, histogram, histogram.GetName());
}

/// Scales a histogram to unit area (density); an empty one stays empty.
void NormaliseArea(TH1 &histogram);

/// Title with its unit in brackets.
std::string AxisTitle(const VariableInfo &info);

} // namespace Internal
} // namespace TorchMVA

#endif
