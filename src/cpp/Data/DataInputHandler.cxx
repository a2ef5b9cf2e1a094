#include "TorchMVA/Data/DataInputHandler.hxx"

#include "TList.h"
#include "TROOT.h"
#include "TSeqCollection.h"
#include "TSystem.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>

namespace TorchMVA {

TTree &TreeInput::Tree() const
{
   if (!fTree)
      throw Error(EErrorCode::kTree,
                  "the tree '" + std::string(fName.Data()) + "' of class '" + fClass.Data() +
                     "' was deleted or its file was closed before the events were read",
                  {{"tree", fName.Data()}, {"class", fClass.Data()}});
   return *fTree;
}

/// Hears from ROOT of objects with kMustCleanup that die.
class DataInputHandler::Watch final : public TObject {
public:
   explicit Watch(std::vector<TreeInput> &trees) : fTrees(trees)
   {
      SetBit(kMustCleanup); // ~TObject takes it off the list
      gROOT->GetListOfCleanups()->Add(this);
   }
   /// The object is dead already but for its address.
   void RecursiveRemove(TObject *object) override
   {
      for (TreeInput &input : fTrees) {
         if (input.fTree == object)
            input.fTree = nullptr;
      }
   }

private:
   std::vector<TreeInput> &fTrees;
};

DataInputHandler::DataInputHandler() = default;
DataInputHandler::~DataInputHandler() = default;

void DataInputHandler::AddTree(TTree *tree, const TString &className, Double_t weight, const TCut &cut,
                               Types::ETreeType type)
{
   const std::string cls(className.Data());
   if (!tree)
      throw Error(EErrorCode::kTree,
                  "expected a tree for class '" + cls +
                     "', found a null pointer: is the name of the tree right and its file open?",
                  {{"class", cls}});
   if (tree->GetEntries() == 0)
      throw Error(EErrorCode::kTree, "tree '" + std::string(tree->GetName()) + "' of class '" + cls + "' is empty",
                  {{"tree", tree->GetName()}, {"class", cls}});
   const auto first = std::find_if(fTrees.begin(), fTrees.end(),
                                   [&className](const TreeInput &input) { return input.fClass == className; });
   if (first != fTrees.end() && first->fType != Types::kMaxTreeType && type == Types::kMaxTreeType)
      throw Error(EErrorCode::kTree,
                  "the trees of class '" + cls +
                     "' that came first were given as training or test trees; expected "
                     "the same for tree '" +
                     std::string(tree->GetName()) + "', found no type",
                  {{"tree", tree->GetName()}, {"class", cls}});
   if (!fWatch)
      fWatch = std::make_unique<Watch>(fTrees);
   tree->SetBit(kMustCleanup);
   fTrees.push_back({tree, className, weight, cut, type, tree->GetName()});
}

void DataInputHandler::AddTree(const TString &asciiFile, const TString &className, Double_t weight, const TCut &cut,
                               Types::ETreeType type)
{
   auto tree = std::make_unique<TTree>("tree" + className, asciiFile);
   tree->SetDirectory(nullptr);
   // AccessPathName is true for a missing file; ReadFile would print an error of its own for it
   if (gSystem->AccessPathName(asciiFile, kReadPermission) || tree->ReadFile(asciiFile) <= 0)
      throw Error(EErrorCode::kFile,
                  "expected an ASCII file with a header line of branches and one line an event, '" +
                     std::string(asciiFile.Data()) + "' cannot be read as one",
                  {{"file", asciiFile.Data()}, {"class", className.Data()}});
   AddTree(tree.get(), className, weight, cut, type);
   fOwnedTrees.push_back(std::move(tree));
}

void DataInputHandler::AddEvent(EventInput event)
{
   if (event.fType != Types::kTraining && event.fType != Types::kTesting && event.fType != Types::kMaxTreeType)
      throw Error(EErrorCode::kArgument, "expected a training or test event of class '" +
                                            std::string(event.fClass.Data()) + "', found type " +
                                            std::to_string(static_cast<int>(event.fType)));
   fEvents.push_back(std::move(event));
}

void DataInputHandler::ClearTrees(const TString &className)
{
   fTrees.erase(std::remove_if(fTrees.begin(), fTrees.end(),
                               [&className](const TreeInput &input) { return input.fClass == className; }),
                fTrees.end());
}

Long64_t DataInputHandler::GetEntries() const
{
   Long64_t n = fEvents.size();
   for (const auto &input : fTrees)
      n += input.Tree().GetEntries();
   return n;
}

} // namespace TorchMVA
