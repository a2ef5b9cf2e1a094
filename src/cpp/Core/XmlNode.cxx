#include "OptionTable.hxx"
#include "TString.h"
#include "TXMLEngine.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <algorithm>
#include <cstring>

namespace TorchMVA {

namespace {

TXMLEngine &EngineOf(const XmlDocument *document, void *node)
{
   if (!document || !node)
      throw Error(EErrorCode::kInternal, "an empty XML handle was used");
   return document->Engine();
}

/// "<Weights>/<Model>" as a place in a message.
std::string Place(TXMLEngine &engine, void *node)
{
   std::string path;
   for (void *n = node; n; n = engine.GetParent(n))
      path = "<" + std::string(engine.GetNodeName(n)) + ">" + path;
   return path;
}

[[noreturn]] void Fail(const XmlNode &node, const std::string &message, const std::string &attribute = "")
{
   Error::Context_t context = {{"file", node.Document()->Path()},
                               {"element", Place(node.Document()->Engine(), node.Handle())}};
   if (!attribute.empty())
      context.emplace_back("attribute", attribute);
   throw Error(EErrorCode::kWeightFile, message, context);
}

} // namespace

std::string XmlNode::Name() const
{
   return EngineOf(fDocument, fNode).GetNodeName(fNode);
}

std::string XmlNode::Content() const
{
   // Several pieces when a comment stands between them, so not GetNodeContent, which gives the first child only.
   auto &engine = EngineOf(fDocument, fNode);
   std::string text;
   for (void *child = engine.GetChild(fNode, kFALSE); child; child = engine.GetNext(child, kFALSE)) {
      if (engine.IsContentNode(child))
         text += engine.GetNodeName(child);
   }
   return text;
}

XmlNode XmlNode::Child(const std::string &name) const
{
   auto &engine = EngineOf(fDocument, fNode);
   for (void *child = engine.GetChild(fNode); child; child = engine.GetNext(child)) {
      if (name.empty() || name == engine.GetNodeName(child))
         return XmlNode(fDocument, child);
   }
   return XmlNode(fDocument, nullptr);
}

XmlNode XmlNode::RequiredChild(const std::string &name) const
{
   const XmlNode child = Child(name);
   if (!child)
      Fail(*this, "expected element <" + name + "> inside <" + Name() + ">, found none");
   return child;
}

std::vector<XmlNode> XmlNode::Children(const std::string &name) const
{
   auto &engine = EngineOf(fDocument, fNode);
   std::vector<XmlNode> children;
   for (void *child = engine.GetChild(fNode); child; child = engine.GetNext(child)) {
      if (name.empty() || name == engine.GetNodeName(child))
         children.emplace_back(fDocument, child);
   }
   return children;
}

bool XmlNode::HasAttribute(const std::string &name) const
{
   return EngineOf(fDocument, fNode).HasAttr(fNode, name.c_str());
}

std::vector<std::string> XmlNode::AttributeNames() const
{
   auto &engine = EngineOf(fDocument, fNode);
   std::vector<std::string> names;
   for (void *a = engine.GetFirstAttr(fNode); a; a = engine.GetNextAttr(a))
      names.emplace_back(engine.GetAttrName(a));
   return names;
}

std::string XmlNode::Attribute(const std::string &name) const
{
   auto &engine = EngineOf(fDocument, fNode);
   if (const char *value = engine.GetAttr(fNode, name.c_str()))
      return value;
   Fail(*this,
        "expected attribute '" + name + "' in <" + Name() + ">, found none" +
           Internal::DidYouMean(name, AttributeNames()),
        name);
}

std::string XmlNode::Attribute(const std::string &name, const std::string &fallback) const
{
   return HasAttribute(name) ? Attribute(name) : fallback;
}

long long XmlNode::IntAttribute(const std::string &name) const
{
   const std::string text = Attribute(name);
   Long64_t value = 0;
   // Doubles hold every integer up to 2^53: more than any count in a weight file.
   constexpr Long64_t limit = Long64_t(1) << 53;
   if (!Internal::ParseInteger(text, -limit, limit, value))
      Fail(*this, "expected an integer in attribute '" + name + "', found '" + text + "'", name);
   return value;
}

double XmlNode::DoubleAttribute(const std::string &name) const
{
   const std::string text = Attribute(name);
   double value = 0;
   if (!Internal::ParseDouble(text, value))
      Fail(*this, "expected a number in attribute '" + name + "', found '" + text + "'", name);
   return value;
}

void XmlNode::RequireKnown(std::initializer_list<const char *> attributes,
                           std::initializer_list<const char *> children) const
{
   const auto isAmong = [](const char *name, const std::initializer_list<const char *> &known) {
      return std::any_of(known.begin(), known.end(), [name](const char *item) { return std::strcmp(name, item) == 0; });
   };
   auto &engine = EngineOf(fDocument, fNode);
   for (void *a = engine.GetFirstAttr(fNode); a; a = engine.GetNextAttr(a)) {
      const std::string name = engine.GetAttrName(a);
      if (!isAmong(name.c_str(), attributes))
         Fail(*this,
              "the attribute '" + name + "' of <" + Name() + "> is not known here, and may change the responses" +
                 Internal::DidYouMean(name, {attributes.begin(), attributes.end()}),
              name);
   }
   for (void *child = engine.GetChild(fNode); child; child = engine.GetNext(child)) {
      const char *const name = engine.GetNodeName(child);
      if (isAmong(name, children))
         continue;
      std::string known;
      for (const char *item : children)
         known += (known.empty() ? "<" : ", <") + std::string(item) + ">";
      Fail(*this, "expected " + (known.empty() ? "no element" : known) + " inside <" + Name() + ">, found <" + name +
                     ">, which is not known here, and may change the responses");
   }
}

XmlNode XmlNode::AddChild(const std::string &name, const std::string &content) const
{
   auto &engine = EngineOf(fDocument, fNode);
   return XmlNode(fDocument,
                  engine.NewChild(fNode, nullptr, name.c_str(), content.empty() ? nullptr : content.c_str()));
}

void XmlNode::SetAttribute(const std::string &name, const std::string &value) const
{
   auto &engine = EngineOf(fDocument, fNode);
   engine.FreeAttr(fNode, name.c_str()); // NewAttr would add a second one
   engine.NewAttr(fNode, nullptr, name.c_str(), value.c_str());
}

void XmlNode::SetAttribute(const std::string &name, const char *value) const
{
   SetAttribute(name, std::string(value ? value : ""));
}

void XmlNode::SetAttribute(const std::string &name, long long value) const
{
   SetAttribute(name, std::to_string(value));
}

void XmlNode::SetAttribute(const std::string &name, double value) const
{
   // printf follows LC_NUMERIC, the file must not.
   TString text = TString::Format("%.17g", value);
   text.ReplaceAll(",", ".");
   SetAttribute(name, std::string(text.Data()));
}

} // namespace TorchMVA
