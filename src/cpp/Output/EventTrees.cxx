#include "Output/DirectoryTools.hxx"
#include "TBranch.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace TorchMVA {

namespace {

/// Buffers of one event, and the tree that reads them.
class EventTree {
public:
   EventTree(TDirectory *directory, const std::string &name, const DataSetInfo &info, const Sample &sample,
             const std::vector<MethodResponses> &responses, const std::vector<bool> &areFloats, bool training);
   void WarnOfEqualNames();
   void Write();

private:
   void MakeVariableBranches(const DataSetInfo &info);
   void MakeMethodBranches(const std::vector<MethodResponses> &responses, bool training);
   void FillEvent(Long64_t i);

   struct Method {
      const float *fResponses;
      std::size_t fColumns;
      std::vector<float> fBuffer;
   };

   TDirectory *fDirectory;
   TTree fTree;
   Sample fSample;
   std::vector<std::string> fClassNames;
   Int_t fClassId = 0;
   std::vector<char> fClassName;
   std::vector<float> fVariables;
   std::vector<float> fTargets;
   std::vector<double> fSpectators;
   std::vector<float> fSpectatorsAsFloats;
   float fWeight = 1;
   std::vector<Method> fMethods;
};

EventTree::EventTree(TDirectory *directory, const std::string &name, const DataSetInfo &info, const Sample &sample,
                     const std::vector<MethodResponses> &responses, const std::vector<bool> &areFloats, bool training)
   : fDirectory(directory), fTree(name.c_str(), name.c_str(), 99, directory), fSample(sample),
     fVariables(info.GetNVariables()), fTargets(info.GetNTargets()), fSpectators(info.GetNSpectators()),
     fSpectatorsAsFloats(info.GetNSpectators())
{
   std::size_t longest = 0;
   for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls) {
      fClassNames.emplace_back(info.GetClassInfo(cls)->GetName());
      longest = std::max(longest, fClassNames.back().size());
   }
   fClassName.assign(longest + 1, '\0');
   fTree.Branch("classID", &fClassId, "classID/I");
   fTree.Branch("className", fClassName.data(), "className/C");
   MakeVariableBranches(info);
   for (UInt_t i = 0; i < info.GetNTargets(); ++i) {
      const TString &target = info.GetTargetInfo(i).GetInternalName();
      fTree.Branch(target, &fTargets[i], target + "/F");
   }
   for (UInt_t i = 0; i < info.GetNSpectators(); ++i) {
      const TString &spectator = info.GetSpectatorInfo(i).GetInternalName();
      if (areFloats[i])
         fTree.Branch(spectator, &fSpectatorsAsFloats[i], spectator + "/F");
      else
         fTree.Branch(spectator, &fSpectators[i], spectator + "/D");
   }
   fTree.Branch("weight", &fWeight, "weight/F");
   MakeMethodBranches(responses, training);
}

void EventTree::MakeVariableBranches(const DataSetInfo &info)
{
   for (UInt_t i = 0; i < info.GetNVariables();) {
      const VariableInfo &variable = info.GetVariableInfo(i);
      TString name = variable.GetInternalName();
      const Int_t size = info.IsVariableFromArray(i) ? info.GetVarArraySize(variable.GetExpression()) : 0;
      if (size > 0) { // elements are named name[0], name[1], ...
         name = name(0, name.Last('['));
         fTree.Branch(name, &fVariables[i], TString::Format("%s[%d]/F", name.Data(), size));
      } else
         fTree.Branch(name, &fVariables[i], name + "/F");
      i += std::max(size, 1);
   }
}

void EventTree::MakeMethodBranches(const std::vector<MethodResponses> &responses, bool training)
{
   fMethods.reserve(responses.size()); // branches point into the buffers
   for (const MethodResponses &method : responses) {
      const float *values = training ? method.fTraining : method.fTest;
      if (!values)
         continue;
      const std::size_t columns = std::max<std::size_t>(1, method.fLeaves.size());
      fMethods.push_back({values, columns, std::vector<float>(columns)});
      const std::string branch = NameInTree(method.fTitle);
      std::string leaves = method.fLeaves.empty() ? branch : "";
      for (const std::string &leaf : method.fLeaves)
         leaves += (leaves.empty() ? "" : ":") + NameInTree(leaf) + (leaves.empty() ? "/F" : "");
      if (method.fLeaves.empty())
         leaves += "/F";
      fTree.Branch(branch.c_str(), fMethods.back().fBuffer.data(), leaves.c_str());
   }
}

void EventTree::FillEvent(Long64_t i)
{
   fClassId = fSample.fClasses[i];
   const std::string &name = fClassNames.at(fClassId);
   std::memcpy(fClassName.data(), name.c_str(), name.size() + 1);
   std::copy_n(fSample.fVariables.Row(i), fVariables.size(), fVariables.data());
   if (!fTargets.empty())
      std::copy_n(fSample.fTargets.Row(i), fTargets.size(), fTargets.data());
   for (std::size_t k = 0; k < fSpectators.size(); ++k) {
      fSpectators[k] = fSample.fSpectators(i, k);
      fSpectatorsAsFloats[k] = static_cast<float>(fSpectators[k]);
   }
   fWeight = fSample.fWeights ? fSample.fWeights[i] : 1.F;
   for (Method &method : fMethods)
      std::copy_n(method.fResponses + i * method.fColumns, method.fColumns, method.fBuffer.data());
   if (fTree.Fill() < 0)
      throw Error(EErrorCode::kFile, std::string("cannot write event ") + std::to_string(i) + " of " + fTree.GetName(),
                  {{"directory", fDirectory->GetPath()}});
}

void EventTree::WarnOfEqualNames()
{
   for (const TObject *branch : *fTree.GetListOfBranches())
      if (fTree.GetListOfBranches()->FindObject(branch->GetName()) != branch)
         Logger("OutputFile")
            .Warning(std::string("TestTree and TrainTree have two branches \"") + branch->GetName() +
                     "\": by this name ROOT finds the first, which is that of the variable, target or "
                     "spectator. Another title or name keeps them apart");
}

void EventTree::Write()
{
   for (Long64_t i = 0; i < fSample.Size(); ++i)
      FillEvent(i);
   fTree.FlushBaskets();
   Internal::WriteObject(fDirectory, fTree, fTree.GetName());
}

/// Which spectators a float holds exactly: these have the type of TMVA, the others, such as large event numbers, are
/// doubles.
std::vector<bool> FloatSpectators(const DataSet &data)
{
   std::vector<bool> areFloats(data.GetNSpectators(), true);
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      const auto spectators = data.GetSample(type).fSpectators;
      for (Long64_t i = 0; i < spectators.fRows; ++i)
         for (std::size_t k = 0; k < areFloats.size(); ++k)
            areFloats[k] = areFloats[k] &&
                           (std::isnan(spectators(i, k)) || static_cast<float>(spectators(i, k)) == spectators(i, k));
   }
   return areFloats;
}

} // namespace

std::string NameInTree(const std::string &name)
{
   std::string inTree = NameInFile(name); // without the other character that divides a list of leaves
   std::replace_if(inTree.begin(), inTree.end(), [](char c) { return c == '[' || c == ']'; }, '_');
   return inTree;
}

void WriteEventTrees(TDirectory *dataSetDirectory, const DataSet &data, const DataSetInfo &info,
                     std::vector<MethodResponses> responses)
{
   if (!dataSetDirectory || !dataSetDirectory->IsWritable())
      throw Error(EErrorCode::kFile, "expected a writable directory for TestTree and TrainTree, found none",
                  {{"directory", dataSetDirectory ? dataSetDirectory->GetPath() : "(none)"}});
   std::sort(responses.begin(), responses.end(),
             [](const MethodResponses &a, const MethodResponses &b) { return a.fTitle < b.fTitle; });
   const Internal::DetachedScope detached;
   const auto areFloats = FloatSpectators(data);
   EventTree test(dataSetDirectory, "TestTree", info, data.GetSample(Types::kTesting), responses, areFloats, false);
   test.WarnOfEqualNames();
   test.Write();
   EventTree(dataSetDirectory, "TrainTree", info, data.GetSample(Types::kTraining), responses, areFloats, true).Write();
}

} // namespace TorchMVA
