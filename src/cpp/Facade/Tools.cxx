#include "TorchMVA/Tools.hxx"

#include "TMVA/Version.h"
#include "TROOT.h"
#include "TXMLEngine.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Version.hxx"

#include <algorithm>
#include <cstring>
#include <map>

namespace TorchMVA {

Tools &Tools::Instance()
{
   static Tools instance;
   return instance;
}

Tools &gTools()
{
   return Tools::Instance();
}

std::vector<TString> Tools::SplitString(const TString &text, char separator) const
{
   std::vector<TString> pieces;
   if (text.IsNull())
      return pieces;
   Ssiz_t start = 0;
   for (Ssiz_t end; (end = text.Index(separator, start)) != kNPOS; start = end + 1)
      pieces.push_back(text(start, end - start));
   pieces.push_back(text(start, text.Length() - start));
   return pieces;
}

std::vector<TString> Tools::ParseFormatLine(const TString &text, const char *separator) const
{
   std::vector<TString> pieces = SplitString(text, separator && *separator ? *separator : ':');
   pieces.erase(std::remove(pieces.begin(), pieces.end(), TString()), pieces.end());
   return pieces;
}

const TString &Tools::Color(const TString &name) const
{
   static const TString none;
   static const std::map<std::string, TString> codes = {
      {"white", "\033[1;37m"},        {"black", "\033[30m"},      {"blue", "\033[34m"},
      {"red", "\033[1;31m"},          {"yellow", "\033[1;33m"},   {"darkred", "\033[31m"},
      {"darkgreen", "\033[32m"},      {"darkyellow", "\033[33m"}, {"bold", "\033[1m"},
      {"black_b", "\033[30m"},        {"lblue_b", "\033[1;34m"},  {"lgreen_b", "\033[1;32m"},
      {"blue_bg", "\033[44m"},        {"red_bg", "\033[1;41m"},   {"whiteonblue", "\033[1;44m"},
      {"whiteongreen", "\033[1;42m"}, {"grey_bg", "\033[1;47m"},  {"reset", "\033[0m"}};
   const auto found = codes.find(name.Data());
   if (found == codes.end()) {
      std::vector<std::string> known;
      for (const auto &code : codes)
         known.push_back(code.first);
      throw Error(EErrorCode::kArgument,
                  "unknown colour '" + std::string(name) + "'" + Internal::DidYouMean(name.Data(), known));
   }
   return gConfig().UseColor() ? found->second : none;
}

void Tools::TMVAVersionMessage() const
{
   Logger("TorchMVA")
      .Info(std::string("TorchMVA ") + TORCHMVA_VERSION_STRING + " with ROOT " + gROOT->GetVersion() +
            ", interface of TMVA " + TMVA_RELEASE);
}

void Tools::TMVAWelcomeMessage() const
{
   Logger("TorchMVA").Info("TMVA's PyTorch interface for ROOT");
   TMVAVersionMessage();
}

// ---- XML nodes ------------------------------------------------------------------------------------------------------

namespace {
/// ROOT's engine acts on the nodes it is given, so that of one document serves for those of all.
const XmlDocument &AnyDocument()
{
   static const XmlDocument document = XmlDocument::Create("Tools");
   return document;
}
} // namespace

TXMLEngine &Tools::xmlengine() const
{
   return AnyDocument().Engine();
}

XmlNode Tools::Node(void *node)
{
   return XmlNode(&AnyDocument(), node);
}

void *Tools::AddChild(void *parent, const char *name, const char *content) const
{
   return Node(parent).AddChild(name, content ? content : "").Handle();
}

Bool_t Tools::HasAttr(void *node, const char *name) const
{
   return Node(node).HasAttribute(name);
}

void *Tools::GetChild(void *parent, const char *name) const
{
   return Node(parent).Child(name ? name : "").Handle();
}

void *Tools::GetNextChild(void *child, const char *name) const
{
   do
      child = xmlengine().GetNext(child);
   while (child && name && std::strcmp(name, GetName(child)) != 0);
   return child;
}

void *Tools::GetParent(void *child) const
{
   return xmlengine().GetParent(child);
}

const char *Tools::GetName(void *node) const
{
   return xmlengine().GetNodeName(node);
}

const char *Tools::GetContent(void *node) const
{
   return xmlengine().GetNodeContent(node);
}

Bool_t Tools::AddRawLine(void *node, const char *text) const
{
   xmlengine().AddNodeContent(node, text);
   return kTRUE;
}

} // namespace TorchMVA
