#ifndef TORCHMVA_CORE_XMLWRITER_HXX
#define TORCHMVA_CORE_XMLWRITER_HXX

#include <string>

class TXMLEngine;

namespace TorchMVA {
namespace Internal {

/// The XML text of TXMLEngine's tree below `root`. Unlike TXMLEngine's own writer it also escapes the special
/// characters of contents, so that what was written is what is read.
std::string WriteXml(TXMLEngine &engine, void *root);

} // namespace Internal
} // namespace TorchMVA

#endif
