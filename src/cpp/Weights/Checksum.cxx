#include "Weights/Checksum.hxx"

#include "Core/Sha256.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {

using Names_t = std::set<std::string>;

/// Text without blanks around it, and one blank for several: what an XML tool may change.
std::string Collapsed(const std::string &text)
{
   std::string result;
   bool isPending = false;
   for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
         isPending = !result.empty();
         continue;
      }
      if (isPending)
         result += ' ';
      isPending = false;
      result += c;
   }
   return result;
}

/// A network or model has a checksum of its own, and may be missing if the other one is there.
bool VouchesForItself(const XmlNode &node)
{
   return (node.Name() == "Network" || node.Name() == "Model") && node.HasAttribute(kChecksum);
}

/// A document as a sequence of texts, each with its length before it, so that no two sequences give the same bytes.
class Digest {
public:
   void Add(const std::string &text)
   {
      fSum.Update(std::to_string(text.size()) + ":");
      fSum.Update(text);
   }
   std::string Hex() { return fSum.Hex(); }

   /// Name, attributes in alphabetical order but for `without`, and content.
   void AddHead(const XmlNode &node, const Names_t &without = {})
   {
      Add("<" + node.Name());
      auto names = node.AttributeNames();
      std::sort(names.begin(), names.end());
      for (const std::string &name : names) {
         if (without.count(name) == 0) {
            Add(name);
            Add(Collapsed(node.Attribute(name)));
         }
      }
      Add(">" + Collapsed(node.Content()));
   }
   /// With everything inside.
   void AddAll(const XmlNode &node, const Names_t &without = {})
   {
      AddHead(node, without);
      for (const XmlNode &child : node.Children()) {
         if (!VouchesForItself(child))
            AddAll(child);
      }
      Add("/");
   }

private:
   Sha256 fSum;
};

// ---- transformations: of the sets of parameters, one a class and one of all, only that one which is used -------------

/// Adds those of the children that are no set of parameters, the number of sets, and the set that is used.
/// `numberOf` gives the number of a set by its place among its like; -1: no set.
void AddUsedSet(Digest &digest, const XmlNode &parent, int reference,
                const std::function<int(const XmlNode &, int place)> &numberOf)
{
   std::map<std::string, int> counts;
   int nSets = 0;
   std::vector<std::pair<XmlNode, int>> children;
   for (const XmlNode &child : parent.Children()) {
      children.emplace_back(child, numberOf(child, counts[child.Name()]));
      ++counts[child.Name()];
      nSets = std::max(nSets, children.back().second + 1);
   }
   digest.Add(std::to_string(nSets));
   const int used = reference >= 0 ? reference : nSets - 1;
   for (const auto &[child, number] : children) {
      if (number < 0 || number == used)
         digest.AddAll(child);
   }
}

int NumberOfSet(const XmlNode &node, int place)
{
   const std::string name = node.Name(), cumulative = "CumulativePDF_cls";
   if (name == "Matrix")
      return place;
   if (name == "Class" || name == "Statistics" || name == "Eigenvectors")
      return static_cast<int>(node.IntAttribute("ClassIndex"));
   if (name.compare(0, cumulative.size(), cumulative) != 0)
      return -1;
   const std::string digits = name.substr(cumulative.size());
   if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
      return -1;
   return std::stoi(digits);
}

void AddTransformation(Digest &digest, const XmlNode &node, const std::vector<std::string> &classes)
{
   const std::string reference = node.Attribute("ReferenceClass", "");
   const auto found = std::find(classes.begin(), classes.end(), reference);
   const int number = reference.empty() || found == classes.end() ? -1 : static_cast<int>(found - classes.begin());
   // the attribute of newer files of TMVA, with the value that those without it have
   const bool isUsual = node.Attribute("UseOffsetOrNot", "") == "UseOffset";
   digest.AddHead(node, isUsual ? Names_t{"UseOffsetOrNot"} : Names_t{});
   if (node.Child("Variable")) {
      for (const XmlNode &child : node.Children()) {
         digest.AddHead(child);
         if (child.Name() == "Variable")
            AddUsedSet(digest, child, number, NumberOfSet);
         else
            digest.AddAll(child);
      }
   } else {
      AddUsedSet(digest, node, number, NumberOfSet);
   }
   digest.Add("/");
}

// ---- the other parts ------------------------------------------------------------------------------------------------

/// What was a wish for the training or is said elsewhere: names of files and how much is printed.
const Names_t kIdleOptions = {"V", "VerbosityLevel", "H", "FilenameModel", "FilenameTrainedModel"};
/// What of a variable does not decide about the responses to given values. Its expression and label say where the values
/// come from; who reads them from other columns than the training did changes these, and no response.
const Names_t kShown = {"Expression", "Label", "Title", "Unit", "Internal", "Min", "Max"};

void AddOptions(Digest &digest, const XmlNode &list)
{
   for (const XmlNode &option : list.Children("Option")) {
      if (kIdleOptions.count(option.Attribute("name", "")) == 0)
         digest.AddHead(option, {"modified", "size"});
   }
}

void AddWeights(Digest &digest, const XmlNode &weights)
{
   digest.AddHead(weights, {"NotNative"});
   for (const XmlNode &child : weights.Children()) {
      if (!VouchesForItself(child))
         digest.AddAll(child, child.Name() == "Fold" ? Names_t{"File"} : Names_t{});
   }
}

std::vector<std::string> ClassNames(const XmlNode &root)
{
   const XmlNode list = root.Child("Classes");
   const auto nodes = list ? list.Children("Class") : std::vector<XmlNode>();
   std::vector<std::string> names(nodes.size());
   for (const XmlNode &node : nodes) {
      const long long i = node.IntAttribute("Index");
      if (i >= 0 && i < static_cast<long long>(names.size()))
         names[i] = node.Attribute("Name");
   }
   return names;
}

void AddSection(Digest &digest, const XmlNode &section, const std::vector<std::string> &classes)
{
   const std::string name = section.Name();
   if (name == "GeneralInfo") {
      for (const XmlNode &info : section.Children("Info")) {
         if (info.Attribute("name", "") == "AnalysisType")
            digest.AddHead(info);
      }
   } else if (name == "Options") {
      AddOptions(digest, section);
   } else if (name == "Variables" || name == "Spectators" || name == "Targets") {
      digest.AddHead(section);
      for (const XmlNode &child : section.Children())
         digest.AddHead(child, kShown);
   } else if (name == "Transformations") {
      digest.AddHead(section);
      for (const XmlNode &child : section.Children())
         AddTransformation(digest, child, classes);
   } else if (name == "Classes" || name == "MVAPdfs") {
      digest.AddAll(section);
   } else if (name == "Weights") {
      AddWeights(digest, section);
   }
}

/// The networks of `<Weights>`, each with the one of its spread.
std::vector<XmlNode> Networks(const XmlNode &root)
{
   std::vector<XmlNode> networks;
   if (const XmlNode weights = root.Child("Weights")) {
      networks = weights.Children("Network");
      for (const XmlNode &spread : weights.Children("SpreadOfEnsemble")) {
         for (const XmlNode &network : spread.Children("Network"))
            networks.push_back(network);
      }
   }
   return networks;
}

std::string ChecksumOfNetwork(const XmlNode &network, const std::string &ofFile)
{
   Digest digest;
   digest.Add(ofFile);
   digest.AddAll(network, {kChecksum});
   return digest.Hex();
}

void Compare(const XmlNode &node, const std::string &expected, const std::string &found)
{
   if (expected == found)
      return;
   const std::string file = node.Document()->Path();
   throw Error(EErrorCode::kWeightFile,
               "the weight file was changed after it was written: expected the SHA-256 " + expected + ", found " +
                  found + ". If you edited it by hand, accept the changes with: torchmva checksum --update " + file,
               {{"file", file}, {"element", "<" + node.Name() + ">"}});
}

} // namespace

std::string ComputeChecksum(const XmlNode &root)
{
   Digest digest;
   digest.Add("TorchMVA weight file 1");
   const std::string method = root.Attribute("Method");
   digest.Add(method.substr(0, method.find("::"))); // a title may be changed
   const auto classes = ClassNames(root);
   for (const XmlNode &section : root.Children())
      AddSection(digest, section, classes);
   return digest.Hex();
}

void WriteChecksum(const XmlNode &root)
{
   const auto networks = Networks(root);
   for (const XmlNode &network : networks)
      network.SetAttribute(kChecksum, ""); // those that have one are not in the checksum of the file
   const std::string sum = ComputeChecksum(root);
   root.SetAttribute(kChecksum, sum);
   for (const XmlNode &network : networks)
      network.SetAttribute(kChecksum, ChecksumOfNetwork(network, sum));
}

void VerifyChecksum(const XmlNode &root)
{
   if (!root.HasAttribute(kChecksum))
      return;
   const std::string sum = root.Attribute(kChecksum);
   Compare(root, sum, ComputeChecksum(root));
   for (const XmlNode &network : Networks(root)) {
      if (network.HasAttribute(kChecksum))
         Compare(network, network.Attribute(kChecksum), ChecksumOfNetwork(network, sum));
   }
}

} // namespace Internal
} // namespace TorchMVA
