#ifndef TORCHMVA_TOOLS_HXX
#define TORCHMVA_TOOLS_HXX

#include "TString.h"
#include "TorchMVA/Core/Xml.hxx"

#include <string>
#include <type_traits>
#include <vector>

class TXMLEngine;

namespace TorchMVA {

/// TMVA's toolbox, as far as macros and methods written elsewhere use it.
///
/// The calls with `void *` are for such methods: they work on the nodes that XmlNode::Handle() gives, of any document.
/// New code uses XmlNode. Const calls are thread safe, nodes are not.
class Tools {
public:
   static Tools &Instance();
   /// Splits at a separator; empty pieces are kept, an empty text gives none.
   std::vector<TString> SplitString(const TString &text, char separator) const;
   /// Splits "a:b:c"; empty pieces are left out. The first character of `separator` counts.
   std::vector<TString> ParseFormatLine(const TString &text, const char *separator = ":") const;
   /// Terminal code of a colour, "" with gConfig().UseColor() off: "white", "black", "blue", "red", "yellow", "darkred",
   /// "darkgreen", "darkyellow", "bold", "black_b", "lblue_b", "lgreen_b", "blue_bg", "red_bg", "whiteonblue",
   /// "whiteongreen", "grey_bg", and "reset" to end it. Throws Error (kArgument) for another name.
   const TString &Color(const TString &name) const;
   /// Prints the versions of TorchMVA and ROOT, and of the TMVA whose interface this is.
   void TMVAVersionMessage() const;
   void TMVAWelcomeMessage() const;

   /// ROOT's XML engine, for what is missing here. It keeps nothing between calls.
   TXMLEngine &xmlengine() const;
   void *AddChild(void *parent, const char *name, const char *content = nullptr) const;
   /// Numbers are written so that they read back to the same bits, booleans as 1 and 0; `precision` is for TMVA only.
   template <typename T>
   void AddAttr(void *node, const char *name, const T &value, Int_t precision = 16) const;
   Bool_t HasAttr(void *node, const char *name) const;
   /// Reads a number, a Bool_t or a text. Throws Error (kWeightFile) if there is no such attribute or it is no number.
   template <typename T>
   void ReadAttr(void *node, const char *name, T &value) const;
   /// First child, of that name if one is given; nullptr if there is none.
   void *GetChild(void *parent, const char *name = nullptr) const;
   /// The next one after a child, in the same way.
   void *GetNextChild(void *child, const char *name = nullptr) const;
   void *GetParent(void *child) const;
   const char *GetName(void *node) const;
   /// nullptr without content.
   const char *GetContent(void *node) const;
   /// Adds text to the content of a node.
   Bool_t AddRawLine(void *node, const char *text) const;

private:
   Tools() = default;
   /// A handle on a node of any document.
   static XmlNode Node(void *node);
};

/// The same as Tools::Instance().
Tools &gTools();

template <typename T>
void Tools::AddAttr(void *node, const char *name, const T &value, Int_t) const
{
   if constexpr (std::is_floating_point_v<T>)
      Node(node).SetAttribute(name, static_cast<double>(value));
   else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      Node(node).SetAttribute(name, static_cast<long long>(value));
   else
      Node(node).SetAttribute(name, std::string(value));
}

template <typename T>
void Tools::ReadAttr(void *node, const char *name, T &value) const
{
   if constexpr (std::is_floating_point_v<T>)
      value = static_cast<T>(Node(node).DoubleAttribute(name));
   else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      value = static_cast<T>(Node(node).IntAttribute(name));
   else
      value = Node(node).Attribute(name).c_str();
}

} // namespace TorchMVA

#endif
