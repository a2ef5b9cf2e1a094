// Writing of the part of a weight file that all methods share; the other direction is in WeightFileRead.cxx.

#include "TDatime.h"
#include "TROOT.h"
#include "TString.h"
#include "TSystem.h"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Version.hxx"
#include "TorchMVA/Weights/WeightFile.hxx"

#include <charconv>
#include <memory>

namespace TorchMVA {

namespace {

void AddInfo(const XmlNode &parent, const std::string &name, const std::string &value)
{
   const XmlNode info = parent.AddChild("Info");
   info.SetAttribute("name", name);
   info.SetAttribute("value", value);
}

/// As "%.8e", whatever the locale is: nine digits, enough for every float.
std::string Scientific(double value)
{
   char buffer[64];
   const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific, 8);
   return std::string(buffer, end.ptr);
}

std::string RootRelease()
{
   const Int_t code = gROOT->GetVersionCode();
   return TString::Format("%d.%02d/%02d [%d]", code >> 16, (code >> 8) & 0xff, code & 0xff, code).Data();
}

std::string UserName()
{
   const std::unique_ptr<UserGroup_t> user(gSystem->GetUserInfo());
   return user ? user->fUser.Data() : "";
}

void AddGeneralInfo(const XmlNode &root, const WeightFileHeader &header)
{
   const XmlNode general = root.AddChild("GeneralInfo");
   AddInfo(general, "TMVA Release", header.fTMVARelease);
   AddInfo(general, "ROOT Release", RootRelease());
   AddInfo(general, "Creator", UserName());
   AddInfo(general, "Date", TDatime().AsString());
   AddInfo(general, "Host", gSystem->HostName());
   AddInfo(general, "Dir", gSystem->WorkingDirectory());
   AddInfo(general, "Training events", std::to_string(header.fNTrainingEvents));
   AddInfo(general, "TrainingTime", Scientific(header.fTrainingTime));
   AddInfo(general, "AnalysisType", Types::GetAnalysisTypeName(header.fAnalysisType));
   AddInfo(general, "TorchMVA Release", TORCHMVA_VERSION_STRING);
   AddInfo(general, WeightFileHeader::kExpressionInfo, std::to_string(WeightFileHeader::kExpressionVersion));
}

void AddOptions(const XmlNode &root, const std::vector<OptionInfo> &options)
{
   const XmlNode list = root.AddChild("Options");
   for (const OptionInfo &option : options) {
      const XmlNode node = list.AddChild("Option", option.fValue);
      node.SetAttribute("name", option.fName);
      if (option.fSize > 0)
         node.SetAttribute("size", static_cast<long long>(option.fSize));
      node.SetAttribute("modified", option.fIsSet ? "Yes" : "No");
   }
}

void AddVariable(const XmlNode &list, const std::string &element, const std::string &index, std::size_t i,
                 const VariableInfo &info)
{
   const XmlNode node = list.AddChild(element);
   node.SetAttribute(index, static_cast<long long>(i));
   node.SetAttribute("Expression", info.GetExpression().Data());
   node.SetAttribute("Label", info.GetLabel().Data());
   node.SetAttribute("Title", info.GetTitle().Data());
   node.SetAttribute("Unit", info.GetUnit().Data());
   node.SetAttribute("Internal", info.GetInternalName().Data());
   node.SetAttribute("Type", std::string(1, info.GetVarType()));
   node.SetAttribute("Min", Scientific(info.GetMin()));
   node.SetAttribute("Max", Scientific(info.GetMax()));
}

void AddVariables(const XmlNode &root, const std::string &list, const std::string &count, const std::string &element,
                  const std::string &index, const std::vector<VariableInfo> &infos)
{
   const XmlNode node = root.AddChild(list);
   node.SetAttribute(count, static_cast<long long>(infos.size()));
   for (std::size_t i = 0; i < infos.size(); ++i)
      AddVariable(node, element, index, i, infos[i]);
}

} // namespace

void WeightFileHeader::SetData(const DataSetInfo &info)
{
   fVariables = info.GetVariableInfos();
   fTargets = info.GetTargetInfos();
   fSpectators.clear();
   for (const VariableInfo &spectator : info.GetSpectatorInfos()) {
      if (spectator.GetVarType() != 'C') // strings are not stored
         fSpectators.push_back(spectator);
   }
   fClasses.clear();
   for (UInt_t i = 0; i < info.GetNClasses(); ++i)
      fClasses.push_back(info.GetClassInfo(static_cast<Int_t>(i))->GetName());
}

void WeightFileHeader::Write(const XmlNode &root) const
{
   root.SetAttribute("Method", fMethodType + "::" + fMethodTitle);
   AddGeneralInfo(root, *this);
   AddOptions(root, fOptions);
   AddVariables(root, "Variables", "NVar", "Variable", "VarIndex", fVariables);
   AddVariables(root, "Spectators", "NSpec", "Spectator", "SpecIndex", fSpectators);
   const XmlNode classes = root.AddChild("Classes");
   classes.SetAttribute("NClass", static_cast<long long>(fClasses.size()));
   for (std::size_t i = 0; i < fClasses.size(); ++i) {
      const XmlNode node = classes.AddChild("Class");
      node.SetAttribute("Name", fClasses[i]);
      node.SetAttribute("Index", static_cast<long long>(i));
   }
   if (!fTargets.empty())
      AddVariables(root, "Targets", "NTrgt", "Target", "TargetIndex", fTargets);
}

} // namespace TorchMVA
