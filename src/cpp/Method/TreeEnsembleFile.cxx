#include "Method/TreeEnsembleFile.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cmath>
#include <regex>
#include <string>
#include <utility>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr long long kSelection = 1; // cType: events that pass the cut go to the right
constexpr double kNoResponse = -99; // what TMVA writes where a node has none

/// Where in the file something is wrong.
struct Place {
   const XmlNode &fWeights;
   long long fTree;
   [[noreturn]] void Fail(const std::string &message) const
   {
      throw Error(EErrorCode::kWeightFile, message,
                  {{"file", fWeights.Document()->Path()}, {"tree", std::to_string(fTree)}});
   }
   double Finite(const XmlNode &node, const std::string &attribute) const
   {
      const double value = node.DoubleAttribute(attribute);
      if (!std::isfinite(value))
         Fail("expected a finite " + attribute + " of a node, found " + node.Attribute(attribute));
      return value;
   }
};

void WriteNode(const XmlNode &element, const TreeNode &node, const char *position, long long depth, ELeafValue value)
{
   element.SetAttribute("pos", position);
   element.SetAttribute("depth", depth);
   element.SetAttribute("NCoef", 0ll);
   element.SetAttribute("IVar", static_cast<long long>(node.fVariable));
   element.SetAttribute("Cut", static_cast<double>(node.fCut));
   element.SetAttribute("cType", kSelection);
   const bool isResponse = value == ELeafValue::kResponse;
   element.SetAttribute("res", node.IsLeaf() && isResponse ? node.fValue : kNoResponse);
   element.SetAttribute("rms", 0.);
   element.SetAttribute("purity", node.IsLeaf() && value == ELeafValue::kPurity ? node.fValue : 0.);
   const bool isSignal = node.fValue > (value == ELeafValue::kPurity ? 0.5 : 0);
   element.SetAttribute("nType", node.IsLeaf() ? (isSignal ? 1ll : -1ll) : 0ll);
}

double LeafValue(const XmlNode &element, ELeafValue value, const Place &place)
{
   switch (value) {
   case ELeafValue::kResponse: return place.Finite(element, "res");
   case ELeafValue::kPurity: return place.Finite(element, "purity");
   default: return place.Finite(element, "nType");
   }
}

TreeNode ReadNode(const XmlNode &element, ELeafValue value, int nVariables, const Place &place)
{
   if (element.Name() != "Node")
      place.Fail("expected an element <Node>, found <" + element.Name() + ">");
   element.RequireKnown({"pos", "depth", "NCoef", "IVar", "Cut", "cType", "res", "rms", "purity", "nType"}, {"Node"});
   TreeNode node;
   if (element.IntAttribute("nType") != 0) {
      if (element.Child())
         place.Fail("expected a leaf without elements inside, found <" + element.Child().Name() + ">");
      node.fValue = LeafValue(element, value, place);
      return node;
   }
   if (element.Attribute("NCoef", "0") != "0")
      place.Fail("expected cuts on single variables, found one on a linear combination (UseFisherCuts), which is not "
                 "supported");
   const long long variable = element.IntAttribute("IVar");
   if (variable < 0 || variable >= nVariables)
      place.Fail("expected IVar from 0 to " + std::to_string(nVariables - 1) + ", found " + std::to_string(variable));
   node.fVariable = static_cast<int>(variable);
   node.fCut = static_cast<float>(place.Finite(element, "Cut"));
   if (!std::isfinite(node.fCut))
      place.Fail("expected a Cut that single precision can hold, found " + element.Attribute("Cut"));
   return node;
}

/// The two children of an inner node: below the cut, and not.
std::pair<XmlNode, XmlNode> ChildrenOf(const XmlNode &element, const Place &place)
{
   XmlNode left, right;
   for (const XmlNode &child : element.Children("Node")) {
      const std::string position = child.Attribute("pos");
      XmlNode &slot = position == "l" ? left : right;
      if ((position != "l" && position != "r") || slot)
         place.Fail("expected one child with pos=\"l\" and one with pos=\"r\", found pos=\"" + position + "\"");
      slot = child;
   }
   if (!left || !right)
      place.Fail("expected two children of a node with nType=\"0\", found fewer");
   return element.IntAttribute("cType") == kSelection ? std::make_pair(left, right) : std::make_pair(right, left);
}

std::vector<TreeNode> ReadTree(const XmlNode &root, ELeafValue value, int nVariables, const Place &place)
{
   std::vector<TreeNode> nodes = {ReadNode(root, value, nVariables, place)};
   std::vector<std::pair<XmlNode, int>> open = {{root, 0}}; // no recursion: a foreign file may nest as deep as it likes
   while (!open.empty()) {
      const auto [element, number] = open.back();
      open.pop_back();
      if (nodes[number].IsLeaf())
         continue;
      const auto [left, right] = ChildrenOf(element, place);
      nodes[number].fLeft = static_cast<int>(nodes.size());
      nodes[number].fRight = nodes[number].fLeft + 1;
      for (const XmlNode &child : {left, right}) {
         open.emplace_back(child, static_cast<int>(nodes.size()));
         nodes.push_back(ReadNode(child, value, nVariables, place));
      }
   }
   return nodes;
}

/// Beside the usual attributes there may be those of preselection cuts, a flag and a number each, if no cut is made.
void RequireNoPreselection(const XmlNode &weights)
{
   const auto fail = [&weights](const std::string &message, const std::string &attribute) {
      throw Error(EErrorCode::kWeightFile, message, {{"file", weights.Document()->Path()}, {"attribute", attribute}});
   };
   static const std::regex preselection("Preselection(Low|High)(Bkg|Sig)Var[0-9]{1,9}(Value)?");
   for (const std::string &name : weights.AttributeNames()) {
      if (name == "NTrees" || name == "AnalysisType")
         continue;
      std::smatch parts;
      if (!std::regex_match(name, parts, preselection))
         fail("the attribute '" + name + "' of <Weights> is not known here, and may change the responses", name);
      const bool isFlag = !parts[3].matched; // the number is used only if its flag is set
      if (isFlag ? weights.Attribute(name) != "0" : !std::isfinite(weights.DoubleAttribute(name)))
         fail(isFlag ? "the trees come with preselection cuts (DoPreselection), which are not supported"
                     : "expected a finite " + name + ", found " + weights.Attribute(name),
              name);
   }
}

} // namespace

void WriteTrees(const XmlNode &weights, const StoredTrees &stored, ELeafValue value)
{
   const TreeEnsemble &trees = stored.fTrees;
   weights.SetAttribute("NTrees", static_cast<long long>(trees.Size()));
   weights.SetAttribute("AnalysisType", value == ELeafValue::kResponse ? 1ll : 0ll); // of the trees: regression or not
   for (std::size_t t = 0; t < trees.Size(); ++t) {
      const XmlNode tree = weights.AddChild("BinaryTree");
      tree.SetAttribute("type", "DecisionTree");
      tree.SetAttribute("boostWeight", t == 0 ? stored.fStart : trees.GetWeight(t));
      tree.SetAttribute("itree", static_cast<long long>(t));
      const std::vector<TreeNode> nodes = trees.GetNodes(t);
      struct Open {
         XmlNode fParent;
         int fNode;
         const char *fPosition;
         long long fDepth;
      };
      std::vector<Open> open = {{tree, 0, "s", 0}};
      while (!open.empty()) {
         const Open next = open.back();
         open.pop_back();
         const TreeNode &node = nodes[next.fNode];
         const XmlNode element = next.fParent.AddChild("Node");
         WriteNode(element, node, next.fPosition, next.fDepth, value);
         if (node.IsLeaf())
            continue;
         open.push_back({element, node.fRight, "r", next.fDepth + 1}); // last in, first out: left comes first
         open.push_back({element, node.fLeft, "l", next.fDepth + 1});
      }
   }
}

StoredTrees ReadTrees(const XmlNode &weights, ELeafValue value, int nVariables)
{
   if (!weights)
      throw Error(EErrorCode::kWeightFile, "expected an element <Weights> with decision trees, found none");
   RequireNoPreselection(weights);
   StoredTrees stored;
   TreeEnsemble &trees = stored.fTrees;
   const std::vector<XmlNode> elements = weights.Children("BinaryTree");
   if (weights.IntAttribute("NTrees") != static_cast<long long>(elements.size()))
      throw Error(EErrorCode::kWeightFile,
                  "expected NTrees=\"" + weights.Attribute("NTrees") + "\" trees, found " +
                     std::to_string(elements.size()),
                  {{"file", weights.Document()->Path()}});
   for (const XmlNode &element : weights.Children())
      if (element.Name() != "BinaryTree")
         throw Error(EErrorCode::kWeightFile,
                     "expected <BinaryTree> inside <Weights>, found <" + element.Name() +
                        ">, which is not known here, and may change the responses",
                     {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   for (const XmlNode &element : elements) {
      element.RequireKnown({"type", "boostWeight", "itree"}, {"Node"});
      const Place place{weights, static_cast<long long>(trees.Size())};
      if (element.IntAttribute("itree") != place.fTree)
         place.Fail("expected the trees in order, found itree=\"" + element.Attribute("itree") + "\"");
      const double weight = place.Finite(element, "boostWeight");
      if (place.fTree == 0)
         stored.fStart = weight;
      trees.AddTree(ReadTree(element.RequiredChild("Node"), value, nVariables, place),
                    value == ELeafValue::kResponse ? 1 : weight);
   }
   return stored;
}

} // namespace Internal
} // namespace TorchMVA
