// Reading and checking of the part of a weight file that all methods share.

#include "TorchMVA/Core/Error.hxx"
#include "Transform/NumberList.hxx"
#include "Weights/Checksum.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Weights/WeightFile.hxx"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace TorchMVA {

namespace {

[[noreturn]] void Fail(const XmlNode &node, const std::string &message)
{
   throw Error(EErrorCode::kWeightFile, message,
               {{"file", node.Document()->Path()}, {"element", "<" + node.Name() + ">"}});
}

/// Children `element` of a list in the order of their attribute `index`, which counts from 0. What the file says of
/// its numbers is compared with what is there, never used for anything else.
std::vector<XmlNode> OrderedChildren(const XmlNode &list, const std::string &count, const std::string &element,
                                     const std::string &index)
{
   const auto children = list.Children(element);
   const auto n = static_cast<long long>(children.size());
   if (list.IntAttribute(count) != n)
      Fail(list, "expected " + list.Attribute(count) + " <" + element + "> (attribute " + count + "), found " +
                    std::to_string(n));
   std::vector<XmlNode> ordered(children.size());
   for (const XmlNode &child : children) {
      const long long i = child.IntAttribute(index);
      if (i < 0 || i >= n || ordered[i])
         Fail(child,
              "expected each " + index + " from 0 to " + std::to_string(n - 1) + " once, found " + std::to_string(i));
      ordered[i] = child;
   }
   return ordered;
}

std::vector<VariableInfo> ReadVariables(const XmlNode &list, const std::string &count, const std::string &element,
                                        const std::string &index)
{
   std::vector<VariableInfo> infos;
   list.RequireKnown({count.c_str()}, {element.c_str()});
   for (const XmlNode &node : OrderedChildren(list, count, element, index)) {
      node.RequireKnown({index.c_str(), "Expression", "Label", "Title", "Unit", "Internal", "Type", "Min", "Max"});
      const std::string expression = node.Attribute("Expression");
      const std::string type = node.Attribute("Type", "F");
      if (expression.empty() || type.size() != 1)
         Fail(node, "expected an expression and a type of one character, found Expression=\"" + expression +
                       "\" Type=\"" + type + "\"");
      VariableInfo info(expression.c_str(), "", "", type[0]);
      info.SetLabel(node.Attribute("Label", expression).c_str());
      info.SetTitle(node.Attribute("Title", info.GetLabel().Data()).c_str());
      info.SetUnit(node.Attribute("Unit", "").c_str());
      info.SetInternalName(node.Attribute("Internal", info.GetInternalName().Data()).c_str());
      // Ranges are written with the nine digits of a float.
      info.SetMin(Internal::FloatAttribute(node, "Min"));
      info.SetMax(Internal::FloatAttribute(node, "Max"));
      infos.push_back(info);
   }
   return infos;
}

std::vector<std::string> ReadClasses(const XmlNode &list)
{
   constexpr std::size_t kMost = 10000; // a data set looks for a class among all of them
   list.RequireKnown({"NClass"}, {"Class"});
   std::vector<std::string> classes;
   std::set<std::string> names;
   for (const XmlNode &node : OrderedChildren(list, "NClass", "Class", "Index")) {
      node.RequireKnown({"Name", "Index"});
      classes.push_back(node.Attribute("Name"));
      if (!names.insert(classes.back()).second)
         Fail(node, "expected each class once, found \"" + classes.back() + "\" twice");
      if (names.size() > kMost)
         Fail(node, "expected at most " + std::to_string(kMost) + " classes, found more");
   }
   return classes;
}

std::map<std::string, XmlNode> ReadGeneralInfo(const XmlNode &root)
{
   std::map<std::string, XmlNode> infos;
   for (const XmlNode &info : root.RequiredChild("GeneralInfo").Children("Info"))
      infos[info.Attribute("name")] = info;
   return infos;
}

std::vector<OptionInfo> ReadOptions(const XmlNode &root)
{
   std::vector<OptionInfo> options;
   const XmlNode list = root.Child("Options");
   if (list)
      list.RequireKnown({}, {"Option"});
   for (const XmlNode &node : list ? list.Children() : std::vector<XmlNode>()) {
      node.RequireKnown({"name", "modified", "size"});
      OptionInfo option;
      option.fName = node.Attribute("name");
      option.fValue = node.Content();
      option.fIsSet = node.Attribute("modified", "No") == "Yes";
      options.push_back(option);
   }
   return options;
}

void WarnOfUnknown(const XmlNode &root)
{
   static const std::vector<std::string> known = {"GeneralInfo", "Options", "Variables",       "Spectators", "Classes",
                                                  "Targets",     "MVAPdfs", "Transformations", "Weights"};
   for (const XmlNode &child : root.Children()) {
      if (std::find(known.begin(), known.end(), child.Name()) == known.end())
         Logger("WeightFile").Warning("Unparsed XML node: '" + child.Name() + "'");
   }
}

void ReadMethodName(const XmlNode &root, WeightFileHeader &header)
{
   if (root.Name() != "MethodSetup")
      throw Error(EErrorCode::kWeightFile,
                  "this is no weight file: expected the root element <MethodSetup>, found <" + root.Name() + ">",
                  {{"file", root.Document()->Path()}});
   for (const std::string &name : root.AttributeNames()) {
      if (name != "Method" && name != Internal::kChecksum)
         Fail(root, "the attribute '" + name + "' of <MethodSetup> is not known here, and may change the responses");
   }
   const std::string method = root.Attribute("Method");
   const auto colons = method.find("::");
   if (colons == std::string::npos || colons == 0)
      Fail(root, "attribute Method: expected \"Type::Title\", found \"" + method + "\"");
   header.fMethodType = method.substr(0, colons);
   header.fMethodTitle = method.substr(colons + 2);
}

Types::EAnalysisType ReadAnalysisType(const XmlNode &root, const std::map<std::string, XmlNode> &infos)
{
   const auto info = infos.find("AnalysisType");
   if (info == infos.end())
      Fail(root.Child("GeneralInfo"), "expected an <Info> with the name AnalysisType, found none");
   try {
      return Types::GetAnalysisType(info->second.Attribute("value").c_str());
   } catch (const Error &error) {
      if (error.GetCode() == EErrorCode::kWeightFile)
         throw;
      Fail(info->second, error.GetMessage());
   }
}

// ---- comparing with the reading side ----------------------------------------------------------------------------

std::string WithoutBlanks(const TString &text)
{
   return TString(text).ReplaceAll(" ", "").Data();
}

/// `what` is "variable" or "spectator".
void Compare(const std::vector<const VariableInfo *> &declared, const std::vector<VariableInfo> &inFile,
             const std::string &what, const std::string &where)
{
   if (declared.size() != inFile.size())
      throw Error(EErrorCode::kWeightFile,
                  "You declared " + std::to_string(declared.size()) + " " + what + "s in the Reader while there are " +
                     std::to_string(inFile.size()) + " " + what + "s declared in the file",
                  {{"file", where}});
   for (std::size_t i = 0; i < inFile.size(); ++i) {
      const TString &mine = declared[i]->GetExpression(), &stored = inFile[i].GetExpression();
      if (WithoutBlanks(mine) == WithoutBlanks(stored))
         continue;
      const std::string number = (what == "variable" ? "var #" : what + " #") + std::to_string(i);
      throw Error(EErrorCode::kWeightFile,
                  "The expression declared to the Reader needs to be checked (name or order are wrong):\n   " + number +
                     " declared in Reader: " + mine.Data() + "\n   " + number + " declared in file  : " + stored.Data(),
                  {{"file", where}});
   }
}

/// What the file knows better than the declaration on the reading side.
void Adopt(VariableInfo &declared, const VariableInfo &stored)
{
   declared.SetLabel(stored.GetLabel());
   declared.SetInternalName(stored.GetInternalName());
   declared.SetTitle(stored.GetTitle());
   declared.SetUnit(stored.GetUnit());
   declared.SetMin(stored.GetMin());
   declared.SetMax(stored.GetMax());
}

} // namespace

WeightFileHeader WeightFileHeader::Read(const XmlNode &root)
{
   WeightFileHeader header;
   ReadMethodName(root, header);
   const auto infos = ReadGeneralInfo(root);
   header.fAnalysisType = ReadAnalysisType(root, infos);
   const auto release = infos.find("TMVA Release");
   header.fTMVARelease = release == infos.end() ? "" : release->second.Attribute("value");
   if (const auto info = infos.find("Training events"); info != infos.end()) {
      header.fNTrainingEvents = info->second.IntAttribute("value");
      if (header.fNTrainingEvents < 0)
         Fail(info->second, "expected a number of training events, found " + info->second.Attribute("value"));
   }
   if (const auto info = infos.find("TrainingTime"); info != infos.end())
      header.fTrainingTime = info->second.DoubleAttribute("value");
   if (const auto info = infos.find(kExpressionInfo); info != infos.end()) {
      const long long version = info->second.IntAttribute("value");
      if (version != kExpressionVersion)
         Fail(info->second, "expected expressions of version " + std::to_string(kExpressionVersion) +
                               ", found version " + std::to_string(version) + ": read the file with a newer TorchMVA");
   }
   header.fOptions = ReadOptions(root);
   header.fVariables = ReadVariables(root.RequiredChild("Variables"), "NVar", "Variable", "VarIndex");
   if (header.fVariables.empty())
      Fail(root.Child("Variables"), "expected at least one variable, found none");
   if (const XmlNode spectators = root.Child("Spectators"))
      header.fSpectators = ReadVariables(spectators, "NSpec", "Spectator", "SpecIndex");
   if (const XmlNode classes = root.Child("Classes"))
      header.fClasses = ReadClasses(classes);
   if (header.fAnalysisType == Types::kRegression || root.Child("Targets"))
      header.fTargets = ReadVariables(root.RequiredChild("Targets"), "NTrgt", "Target", "TargetIndex");
   if (header.fAnalysisType == Types::kRegression && header.fTargets.empty())
      Fail(root.Child("Targets"), "expected at least one target of a regression, found none");
   WarnOfUnknown(root);
   return header;
}

void WeightFileHeader::ApplyTo(DataSetInfo &info, const std::string &where) const
{
   if (info.GetNVariables() == 0 && info.GetNSpectators() == 0) {
      for (const VariableInfo &variable : fVariables)
         info.AddVariable(variable);
      for (const VariableInfo &spectator : fSpectators)
         info.AddSpectator(spectator);
   } else {
      std::vector<const VariableInfo *> variables, spectators;
      for (const VariableInfo &variable : info.GetVariableInfos())
         variables.push_back(&variable);
      for (const VariableInfo &spectator : info.GetSpectatorInfos()) {
         if (spectator.GetVarType() != 'C')
            spectators.push_back(&spectator);
      }
      Compare(variables, fVariables, "variable", where);
      Compare(spectators, fSpectators, "spectator", where);
      for (std::size_t i = 0; i < fVariables.size(); ++i)
         Adopt(info.GetVariableInfos()[i], fVariables[i]);
      auto stored = fSpectators.begin();
      for (VariableInfo &spectator : info.GetSpectatorInfos()) {
         if (spectator.GetVarType() != 'C')
            Adopt(spectator, *stored++);
      }
   }
   if (info.GetNClasses() == 0) {
      for (const std::string &cls : fClasses)
         info.AddClass(cls.c_str());
   }
   if (info.GetNTargets() == 0) {
      for (const VariableInfo &target : fTargets)
         info.AddTarget(target);
   }
}

} // namespace TorchMVA
