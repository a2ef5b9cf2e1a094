#include "TorchMVA/Network/Network.hxx"

#include "TBase64.h"
#include "TMD5.h"
#include "Core/OptionTable.hxx"
#include "Network/OperationReader.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <cctype>
#include <cstring>
#include <limits>
#include <sstream>

namespace TorchMVA {

namespace {

constexpr int kVersion = 1;

[[noreturn]] void Fail(const std::string &message, const XmlNode &node, Error::Context_t context = {})
{
   context.insert(context.begin(), {"file", node.Document()->Path()});
   context.emplace_back("element", "<Network>");
   throw Error(EErrorCode::kWeightFile, message, context);
}

/// The bytes of the parameters as the file has them: little-endian.
std::string BytesOf(const std::vector<float> &parameters)
{
   std::string bytes(parameters.size() * sizeof(float), '\0');
   for (std::size_t i = 0; i < parameters.size(); ++i) {
      UInt_t bits = 0;
      std::memcpy(&bits, &parameters[i], sizeof(bits));
      for (int k = 0; k < 4; ++k)
         bytes[4 * i + k] = static_cast<char>(bits >> (8 * k) & 0xff);
   }
   return bytes;
}

std::vector<float> ParametersOf(const char *bytes, std::size_t size)
{
   std::vector<float> parameters(size);
   for (std::size_t i = 0; i < size; ++i) {
      UInt_t bits = 0;
      for (int k = 0; k < 4; ++k)
         bits |= UInt_t(static_cast<unsigned char>(bytes[4 * i + k])) << (8 * k);
      std::memcpy(&parameters[i], &bits, sizeof(bits));
   }
   return parameters;
}

std::string Md5Of(const char *bytes, std::size_t size)
{
   TMD5 md5;
   constexpr std::size_t kPart = 1 << 30; // TMD5 counts in 32 bits
   for (std::size_t first = 0; first < size; first += kPart) {
      md5.Update(reinterpret_cast<const UChar_t *>(bytes) + first,
                 static_cast<UInt_t>(size - first < kPart ? size - first : kPart));
   }
   md5.Final();
   return md5.AsString();
}

/// Without white space; throws unless it is base64 of `size` bytes.
std::string CleanBase64(const XmlNode &node, const std::string &text, std::size_t size)
{
   std::string clean;
   clean.reserve(text.size());
   for (const char c : text) {
      if (std::strchr(" \t\r\n", c))
         continue;
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/' && c != '=')
         Fail(std::string("expected base64 in <Parameters>, found the character '") + c + "'", node);
      clean += c;
   }
   const std::size_t expected = (size + 2) / 3 * 4;
   if (clean.size() != expected || clean.find('=') < expected - 2) {
      Fail("expected base64 of " + std::to_string(size) + " bytes in <Parameters>, " + std::to_string(expected) +
              " characters, found " + std::to_string(clean.size()),
           node);
   }
   return clean;
}

std::vector<float> ReadParameters(const XmlNode &node)
{
   constexpr long long kMost = 1LL << 28; // of base64 in ROOT's strings, whose length is an int
   const long long size = node.IntAttribute("Size");
   if (size < 0 || size > kMost)
      Fail("expected a Size from 0 to " + std::to_string(kMost) + ", found " + std::to_string(size), node);
   const std::size_t nBytes = size * sizeof(float);
   const std::string text = CleanBase64(node, node.RequiredChild("Parameters").Content(), nBytes);
   const TString bytes = TBase64::Decode(text.c_str());
   if (std::size_t(bytes.Length()) != nBytes) {
      Fail("expected " + std::to_string(nBytes) + " bytes in <Parameters>, found " + std::to_string(bytes.Length()),
           node);
   }
   const std::string expected = node.Attribute("Md5"), found = Md5Of(bytes.Data(), nBytes);
   if (expected != found) {
      Fail("the parameters of the network are damaged: expected the MD5 checksum " + expected + ", found " + found,
           node);
   }
   return ParametersOf(bytes.Data(), size);
}

std::vector<int> ReadList(const XmlNode &network, const XmlNode &node, const char *name, std::size_t index)
{
   const std::string text = node.Attribute(name);
   std::vector<int> list;
   std::istringstream words(text);
   for (std::string word; words >> word;) {
      Long64_t value = 0;
      if (!Internal::ParseInteger(word, 0, std::numeric_limits<int>::max(), value)) {
         Fail(std::string("expected integers from 0 on in ") + name + ", found '" + text + "'", network,
              {{"operation", std::to_string(index)}, {"type", node.Attribute("Type")}});
      }
      list.push_back(static_cast<int>(value));
   }
   return list;
}

NetworkOperation ReadOperation(const XmlNode &network, const XmlNode &node, std::size_t index)
{
   if (const XmlNode inside = node.Child())
      Fail("expected no element inside <Operation>, found <" + inside.Name() + ">", network);
   NetworkOperation operation;
   operation.fType = node.Attribute("Type");
   operation.fInputs = ReadList(network, node, "Inputs", index);
   operation.fShape = ReadList(network, node, "Shape", index);
   for (const std::string &name : node.AttributeNames()) {
      if (name != "Type" && name != "Inputs" && name != "Shape")
         operation.fAttributes[name] = node.Attribute(name);
   }
   return operation;
}

} // namespace

Network Network::Read(const XmlNode &network)
{
   return Read(network, "");
}

Network Network::Read(const XmlNode &network, const std::string &instructions)
{
   if (network.Name() != "Network")
      Fail("expected an element <Network>, found <" + network.Name() + ">", network);
   network.RequireKnown({"Version", "NInputs", "NOutputs", "Size", "Md5", "Sha256"}, {"Operation", "Parameters"});
   const long long version = network.IntAttribute("Version");
   if (version < 1 || version > kVersion) {
      Fail("expected a network of Version " + std::to_string(kVersion) + ", found Version " + std::to_string(version) +
              (version > kVersion ? ": it was written by a newer TorchMVA" : ""),
           network);
   }
   NetworkDescription description;
   const long long nInputs = network.IntAttribute("NInputs"), nOutputs = network.IntAttribute("NOutputs");
   if (nInputs < 1 || nInputs > std::numeric_limits<int>::max())
      Fail("expected a positive NInputs, found " + std::to_string(nInputs), network);
   description.fNInputs = static_cast<int>(nInputs);
   for (const XmlNode &child : network.Children()) {
      if (child.Name() == "Operation")
         description.fOperations.push_back(ReadOperation(network, child, description.fOperations.size()));
   }
   network.RequiredChild("Parameters").RequireKnown({});
   description.fParameters = ReadParameters(network);
   Network result(std::move(description), instructions);
   if (result.GetNOutputs() != nOutputs) {
      Fail("expected in NOutputs the outputs of the last operation, " + std::to_string(result.GetNOutputs()) +
              ", found " + std::to_string(nOutputs),
           network);
   }
   return result;
}

Network Network::FromXml(const std::string &text, const std::string &instructions)
{
   return Read(XmlDocument::Parse(text, "network").Root(), instructions);
}

void Network::Write(const XmlNode &parent) const
{
   const NetworkDescription &description = GetDescription();
   const std::string bytes = BytesOf(description.fParameters);
   const XmlNode node = parent.AddChild("Network");
   node.SetAttribute("Version", static_cast<long long>(kVersion));
   node.SetAttribute("NInputs", static_cast<long long>(GetNInputs()));
   node.SetAttribute("NOutputs", static_cast<long long>(GetNOutputs()));
   node.SetAttribute("Size", static_cast<long long>(description.fParameters.size()));
   node.SetAttribute("Md5", Md5Of(bytes.data(), bytes.size()));
   for (const NetworkOperation &operation : description.fOperations) {
      const XmlNode child = node.AddChild("Operation");
      child.SetAttribute("Type", operation.fType);
      child.SetAttribute("Inputs", Internal::ToText(operation.fInputs));
      child.SetAttribute("Shape", Internal::ToText(operation.fShape));
      for (const auto &attribute : operation.fAttributes)
         child.SetAttribute(attribute.first, attribute.second);
   }
   const TString text = TBase64::Encode(bytes.data(), static_cast<Int_t>(bytes.size()));
   node.AddChild("Parameters", text.Data());
}

std::string Network::ToXml() const
{
   // An element of a document of its own is its root's only child; the text is from one root to the other.
   const XmlDocument document = XmlDocument::Create("Networks");
   Write(document.Root());
   const std::string text = document.Text();
   const auto first = text.find("<Network "), last = text.rfind("</Networks>");
   return text.substr(first, last - first);
}

} // namespace TorchMVA
