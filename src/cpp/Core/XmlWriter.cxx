#include "XmlWriter.hxx"

#include "TXMLEngine.h"

namespace TorchMVA {
namespace Internal {

namespace {

void AppendEscaped(std::string &out, const char *text)
{
   for (; *text; ++text) {
      switch (*text) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += *text;
      }
   }
}

void AppendNode(std::string &out, TXMLEngine &engine, void *node, int depth)
{
   const char *name = engine.GetNodeName(node);
   out += '<';
   out += name;
   for (void *a = engine.GetFirstAttr(node); a; a = engine.GetNextAttr(a)) {
      out += ' ';
      out += engine.GetAttrName(a);
      out += "=\"";
      AppendEscaped(out, engine.GetAttrValue(a));
      out += '"';
   }
   void *child = engine.GetChild(node, kFALSE);
   if (!child) {
      out += "/>";
      return;
   }
   out += '>';
   // Between pieces of content layout would be content too.
   bool layout = true;
   for (void *c = child; c; c = engine.GetNext(c, kFALSE))
      layout = layout && !engine.IsContentNode(c);
   const std::string newLine = layout ? "\n" + std::string(2 * depth, ' ') : "";
   for (; child; child = engine.GetNext(child, kFALSE)) {
      if (engine.IsContentNode(child)) {
         AppendEscaped(out, engine.GetNodeName(child));
      } else if (engine.IsXmlNode(child)) {
         out += newLine + (layout ? "  " : "");
         AppendNode(out, engine, child, depth + 1);
      }
   }
   out += newLine + "</" + name + ">";
}

} // namespace

std::string WriteXml(TXMLEngine &engine, void *root)
{
   std::string out = "<?xml version=\"1.0\"?>\n";
   AppendNode(out, engine, root, 0);
   return out + "\n";
}

} // namespace Internal
} // namespace TorchMVA
