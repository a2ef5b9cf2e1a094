#include "TreeWriter.hxx"

#include "TBranch.h"
#include "TDirectory.h"
#include "TFile.h"

namespace TorchMVA {
namespace Internal {

namespace {

/// Of the new branches: 64 thousand numbers.
constexpr Int_t kBasketBytes = 1 << 18;

/// Without the folders.
std::string NameOf(const std::string &path)
{
   return path.substr(path.rfind('/') + 1);
}

void RequireNew(TTree &tree, const std::vector<std::string> &columns, const InputFiles &inputs)
{
   for (const auto &column : columns) {
      if (tree.GetBranch(column.c_str()) || tree.GetLeaf(column.c_str()))
         throw Error(EErrorCode::kArgument, "the tree has a branch '" + column + "' already: choose another name",
                     inputs.Where(0));
   }
}

} // namespace

TreeWriter::TreeWriter(const InputFiles &inputs, const std::vector<std::string> &columns, EOutput output,
                       TDirectory &folder)
   : fInputs(inputs), fOutput(output), fValues(columns.size())
{
   const TDirectory::TContext context(&folder);
   if (output == EOutput::kFriend)
      fTree = new TTree(NameOf(inputs.Tree()).c_str(), ("responses to " + inputs.Tree()).c_str(), 99, &folder);
   else
      Copy(columns, folder);
   for (std::size_t i = 0; i < columns.size(); ++i)
      fBranches.push_back(fTree->Branch(columns[i].c_str(), &fValues[i], (columns[i] + "/F").c_str(), kBasketBytes));
}

TreeWriter::~TreeWriter() = default;

void TreeWriter::Copy(const std::vector<std::string> &columns, TDirectory &folder)
{
   fChain = std::make_unique<TChain>(fInputs.Tree().c_str(), "", TChain::kWithoutGlobalRegistration);
   for (const auto &file : fInputs.Files())
      fChain->AddFile(file.fFile.c_str(), file.fEntries, file.fTree.c_str());
   TTree *model = fChain.get();
   if (fChain->LoadTree(0) < 0) { // no entries at all
      fEmpty.reset(TFile::Open(fInputs.Files().front().fFile.c_str(), "READ_WITHOUT_GLOBALREGISTRATION"));
      model = fEmpty->Get<TTree>(fInputs.Tree().c_str());
   }
   RequireNew(*model, columns, fInputs);
   fTree = model->CloneTree(0);
   fTree->SetDirectory(&folder);
   if (fOutput == EOutput::kCopy && fInputs.Entries() > 0 && fTree->CopyEntries(fChain.get(), -1, "fast") < 0)
      throw Error(EErrorCode::kFile, "cannot copy the tree", fInputs.Where());
}

void TreeWriter::Write(const Long64_t *entries, Long64_t n, const float *responses)
{
   const std::size_t nColumns = fValues.size();
   for (Long64_t i = 0; i < n; ++i) {
      std::copy_n(responses + i * nColumns, nColumns, fValues.begin());
      if (fOutput == EOutput::kSkim && fChain->GetEntry(entries[i]) <= 0)
         throw Error(EErrorCode::kFile, "cannot read an entry", fInputs.Where(entries[i]));
      if (fOutput == EOutput::kCopy) {
         for (TBranch *branch : fBranches)
            branch->Fill();
      } else {
         fTree->Fill();
      }
   }
   fWritten += n;
}

Long64_t TreeWriter::Finish()
{
   if (fWritten != fTree->GetEntries())
      throw Error(EErrorCode::kInternal,
                  "expected " + std::to_string(fTree->GetEntries()) + " responses, one an entry, found " +
                     std::to_string(fWritten),
                  fInputs.Where());
   fTree->Write("", TObject::kOverwrite);
   return fWritten;
}

} // namespace Internal
} // namespace TorchMVA
