#ifndef TORCHMVA_WEIGHTS_PDFELEMENT_HXX
#define TORCHMVA_WEIGHTS_PDFELEMENT_HXX

#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Evaluate/PDF.hxx"

namespace TorchMVA {
namespace Internal {

/// Adds `<PDF>` in TMVA's layout. Errors of the bins, which TMVA does not keep though smoothing and kernels depend on
/// them, are in one more child.
void WritePdf(const XmlNode &parent, const PDF &pdf);

/// Reads `<PDF>`, ours or TMVA's. Throws Error (kWeightFile) for numbers that are missing, not finite or out of range.
PDF ReadPdf(const XmlNode &node);

} // namespace Internal
} // namespace TorchMVA

#endif
