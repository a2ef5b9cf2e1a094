#ifndef TORCHMVA_CORE_XMLPARSER_HXX
#define TORCHMVA_CORE_XMLPARSER_HXX

#include <string>

class TXMLEngine;

namespace TorchMVA {
namespace Internal {

/// Builds TXMLEngine's tree from XML text and gives its root node, owned by the caller.
///
/// TXMLEngine's own parser accepts cut and foreign files in part, prints through ROOT's handler and does not say what
/// is wrong; this one is strict: well-formed elements, attributes, character data, entities, comments, CDATA and
/// processing instructions (the last two kinds of markup as far as weight files need them; no DTD). Throws Error
/// (kWeightFile) with the line where the text stops being XML. `name` is for the message.
void *ParseXml(TXMLEngine &engine, const std::string &text, const std::string &name);

} // namespace Internal
} // namespace TorchMVA

#endif
