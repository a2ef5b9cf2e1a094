#include "TreeSession.hxx"

#include "TBranch.h"
#include "TChain.h"
#include "TChainElement.h"
#include "TFile.h"
#include "TFriendElement.h"
#include "TList.h"

namespace TorchMVA {
namespace Internal {

namespace {

void CollectBranches(TObjArray &list, std::vector<TBranch *> &branches)
{
   for (TObject *object : list) {
      auto *branch = static_cast<TBranch *>(object);
      branches.push_back(branch);
      CollectBranches(*branch->GetListOfBranches(), branches);
   }
}

std::uint64_t StampOf(TTree &tree, int depth)
{
   std::uint64_t stamp = tree.GetTreeNumber() + 1;
   if (!tree.GetListOfFriends() || depth == kMaxFriendDepth)
      return stamp;
   for (TObject *object : *tree.GetListOfFriends()) {
      if (TTree *other = static_cast<TFriendElement *>(object)->GetTree())
         stamp = stamp * 1000003 + StampOf(*other, depth + 1);
   }
   return stamp;
}

std::unique_ptr<TChain> CopyChain(TChain &chain)
{
   auto copy = std::make_unique<TChain>(chain.GetName(), chain.GetTitle(), TChain::kWithoutGlobalRegistration);
   for (TObject *object : *chain.GetListOfFiles()) {
      auto *element = static_cast<TChainElement *>(object);
      copy->AddFile(element->GetTitle(), element->GetEntries(), element->GetName());
   }
   if (chain.GetListOfAliases()) {
      for (TObject *alias : *chain.GetListOfAliases())
         copy->SetAlias(alias->GetName(), alias->GetTitle());
   }
   return copy;
}

} // namespace

TreeSession::TreeSession(TTree &tree) : fTree(&tree), fReadEntry(tree.GetReadEntry())
{
   auto *chain = dynamic_cast<TChain *>(&tree);
   const bool hasFriends = tree.GetListOfFriends() && tree.GetListOfFriends()->GetSize() > 0;
   if (!chain) {
      Borrow(tree);
   } else if (!hasFriends) {
      fOwnChain = CopyChain(*chain);
      fTree = fOwnChain.get();
   }
}

void TreeSession::Borrow(TTree &tree)
{
   std::vector<TBranch *> branches;
   CollectBranches(*tree.GetListOfBranches(), branches);
   for (TBranch *branch : branches) {
      if (branch->TestBit(kDoNotProcess)) {
         fDisabled.push_back(branch);
         branch->ResetBit(kDoNotProcess);
      }
      // Objects (TBranchElement) manage their own memory.
      if (branch->IsA() == TBranch::Class() && branch->GetAddress()) {
         fAddresses.emplace_back(branch, branch->GetAddress());
         branch->SetAddress(nullptr);
      }
   }
}

TreeSession::~TreeSession()
{
   for (const auto &item : fAddresses)
      item.first->SetAddress(item.second);
   for (TBranch *branch : fDisabled)
      branch->SetBit(kDoNotProcess);
   if (!fOwnChain && fReadEntry >= 0)
      fTree->LoadTree(fReadEntry);
}

std::uint64_t TreeSession::FileStamp() const
{
   return StampOf(*fTree, 0);
}

Error::Context_t TreeSession::Where(Long64_t entry) const
{
   return {{"tree", fTree->GetName()}, {"file", FileName()}, {"entry", std::to_string(entry)}};
}

std::string TreeSession::FileName() const
{
   const TFile *file = fTree->GetCurrentFile();
   return file ? file->GetName() : "memory";
}

} // namespace Internal
} // namespace TorchMVA
