#include "TorchMVA/Data/DataInputHandler.hxx"

#include "ROOT/RDF/RInterface.hxx"
#include "TChain.h"
#include "TDirectory.h"
#include "TFile.h"
#include "TList.h"
#include "TROOT.h"
#include "TSeqCollection.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <fstream>

namespace TorchMVA {

namespace {

/// ROOT leaves files out of a chain with a line on the screen; a sample without them is another one. To call when the
/// entries have been counted. Files whose number of entries the user gave are looked at when they are read.
void RequireFiles(TChain &chain, const std::string &className)
{
   const TDirectory::TContext keepDirectory;
   const Long64_t *first = chain.GetTreeOffset();
   for (Int_t i = 0; i < chain.GetNtrees(); ++i) {
      if (first[i + 1] > first[i])
         continue;
      const TObject &element = *chain.GetListOfFiles()->At(i);
      const std::string tree = element.GetName(), path = element.GetTitle();
      const std::unique_ptr<TFile> file(TFile::Open(path.c_str()));
      if (!file || file->IsZombie())
         throw Error(EErrorCode::kFile,
                     "cannot open the file '" + path + "' of the chain '" + chain.GetName() + "' of class '" +
                        className + "'",
                     {{"file", path}, {"tree", tree}, {"class", className}});
      if (!file->Get<TTree>(tree.c_str()))
         Logger("DataLoader")
            .Warning("No tree '" + tree + "' in the file '" + path + "' of class '" + className + "': no events of it");
   }
}

[[noreturn]] void FailOnText(const TString &file, const TString &className, const std::string &found)
{
   throw Error(EErrorCode::kFile,
               "expected an ASCII file with a header line of branches and one line for each event, '" +
                  std::string(file.Data()) + "' " + found,
               {{"file", file.Data()}, {"class", className.Data()}});
}

/// TTree::ReadFile would take the bytes of any file for text.
void RequireText(const TString &file, const TString &className)
{
   std::ifstream in(file.Data(), std::ios::binary);
   std::string head(512, '\0');
   in.read(head.data(), static_cast<std::streamsize>(head.size()));
   head.resize(in.gcount());
   if (head.compare(0, 4, "root") == 0 || file.EndsWith(".root"))
      FailOnText(
         file, className,
         "is a ROOT file: open it and give its tree (TFile::Open(name)->Get<TTree>(tree)), or use AddNTuple for "
         "an RNTuple");
   if (!in.is_open())
      FailOnText(file, className, "cannot be opened");
   if (head.find('\0') != std::string::npos)
      FailOnText(file, className, "is not a text file");
}

} // namespace

TTree &SourceInput::Tree() const
{
   if (!fTree)
      throw Error(EErrorCode::kTree,
                  "the tree '" + std::string(fName.Data()) + "' of class '" + fClass.Data() +
                     "' was deleted or its file was closed before the events were read",
                  {{"tree", fName.Data()}, {"class", fClass.Data()}});
   return *fTree;
}

std::string SourceInput::Describe() const
{
   const std::string what = fFrame ? "data frame" : "tree '" + std::string(fName.Data()) + "'";
   return fClass.IsNull() ? what : what + " of class '" + fClass.Data() + "'";
}

/// Hears from ROOT of objects with kMustCleanup that die.
class DataInputHandler::Watch final : public TObject {
public:
   explicit Watch(std::vector<SourceInput> &trees) : fSources(trees)
   {
      SetBit(kMustCleanup); // ~TObject takes it off the list
      gROOT->GetListOfCleanups()->Add(this);
   }
   /// The object is dead already but for its address.
   void RecursiveRemove(TObject *object) override
   {
      for (SourceInput &input : fSources) {
         if (input.fTree == object)
            input.fTree = nullptr;
      }
   }

private:
   std::vector<SourceInput> &fSources;
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
                     "', found a null pointer: is the name of the tree right and its file open? (For an RNTuple use "
                     "AddNTuple)",
                  {{"class", cls}});
   const Long64_t nEntries = tree->GetEntries();
   if (auto *chain = dynamic_cast<TChain *>(tree))
      RequireFiles(*chain, cls);
   if (nEntries == 0)
      throw Error(EErrorCode::kTree, "tree '" + std::string(tree->GetName()) + "' of class '" + cls + "' is empty",
                  {{"tree", tree->GetName()}, {"class", cls}});
   SourceInput source{className, weight, cut, type, tree->GetName(), tree};
   source.fEntryList = tree->GetEntryList();
   for (const SourceInput &other : fSources) {
      if (other.fTree == tree && other.fEntryList != source.fEntryList)
         throw Error(EErrorCode::kTree,
                     "the " + other.Describe() +
                        " was given with another entry list, but the list is read when the data set is built, and a "
                        "tree has one: expected a tree of its own for each list, such as a TChain of the same file",
                     {{"tree", tree->GetName()}, {"class", cls}});
   }
   AddSource(std::move(source));
}

void DataInputHandler::AddDataFrame(const FrameNode_t &frame, const TString &className, Double_t weight,
                                    const TCut &cut, Types::ETreeType type)
{
   AddSource({className, weight, cut, type, "", nullptr, std::make_shared<FrameNode_t>(frame)});
}

void DataInputHandler::AddSource(SourceInput source)
{
   const auto first = std::find_if(fSources.begin(), fSources.end(),
                                   [&source](const SourceInput &other) { return other.fClass == source.fClass; });
   if (first != fSources.end() && first->fType != Types::kMaxTreeType && source.fType == Types::kMaxTreeType)
      throw Error(EErrorCode::kTree,
                  "the trees of class '" + std::string(source.fClass.Data()) +
                     "' that came first were given as training or test trees; expected the same for the " +
                     source.Describe() + ", found no type",
                  {{"tree", source.fName.Data()}, {"class", source.fClass.Data()}});
   if (source.fTree) {
      if (!fWatch)
         fWatch = std::make_unique<Watch>(fSources);
      source.fTree->SetBit(kMustCleanup);
   }
   fSources.push_back(std::move(source));
}

void DataInputHandler::AddAll(const DataInputHandler &other)
{
   for (const auto &source : other.fSources) {
      if (!source.fFrame)
         source.Tree(); // must not be gone
      AddSource(source);
   }
   fEvents.insert(fEvents.end(), other.fEvents.begin(), other.fEvents.end());
   fOwnedTrees.insert(fOwnedTrees.end(), other.fOwnedTrees.begin(), other.fOwnedTrees.end());
}

void DataInputHandler::AddTree(const TString &asciiFile, const TString &className, Double_t weight, const TCut &cut,
                               Types::ETreeType type)
{
   RequireText(asciiFile, className);
   auto tree = std::make_shared<TTree>("tree" + className, asciiFile);
   tree->SetDirectory(nullptr);
   if (tree->ReadFile(asciiFile) <= 0)
      FailOnText(asciiFile, className, "cannot be read as one");
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
   fSources.erase(std::remove_if(fSources.begin(), fSources.end(),
                                 [&className](const SourceInput &input) { return input.fClass == className; }),
                  fSources.end());
}

Long64_t DataInputHandler::GetEntries() const
{
   Long64_t n = fEvents.size();
   for (const auto &input : fSources)
      n += input.fFrame ? 0 : input.Tree().GetEntries();
   return n;
}

} // namespace TorchMVA
