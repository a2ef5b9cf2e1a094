#ifndef TORCHMVA_SRC_APPLY_TREEWRITER_HXX
#define TORCHMVA_SRC_APPLY_TREEWRITER_HXX

#include "ResponseWriter.hxx"
#include "TChain.h"

class TBranch;
class TFile;

namespace TorchMVA {
namespace Internal {

/// Writes a TTree. A copy of all entries takes over the compressed baskets as they are ("fast" of TTree::CloneTree);
/// the responses follow as branches of their own.
class TreeWriter final : public ResponseWriter {
public:
   TreeWriter(const InputFiles &inputs, const std::vector<std::string> &columns, EOutput output, TDirectory &folder);
   ~TreeWriter() override;

   void Write(const Long64_t *entries, Long64_t n, const float *responses) override;
   Long64_t Finish() override;

private:
   void Copy(const std::vector<std::string> &columns, TDirectory &folder);

   const InputFiles &fInputs;
   EOutput fOutput;
   std::unique_ptr<TFile> fEmpty;  ///< the first input, if no input has entries
   std::unique_ptr<TChain> fChain; ///< the inputs, if they are copied
   TTree *fTree = nullptr;         ///< the folder's
   std::vector<float> fValues;     ///< of one entry; the branches have their addresses
   std::vector<TBranch *> fBranches;
   Long64_t fWritten = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
