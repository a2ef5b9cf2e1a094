#ifndef TORCHMVA_SRC_APPLY_NTUPLEWRITER_HXX
#define TORCHMVA_SRC_APPLY_NTUPLEWRITER_HXX

#include "ROOT/REntry.hxx"
#include "ROOT/RNTupleReader.hxx"
#include "ROOT/RNTupleWriter.hxx"
#include "ResponseWriter.hxx"

namespace TorchMVA {
namespace Internal {

/// Writes an RNTuple: the fields of the input as they are, and one a response.
class NTupleWriter final : public ResponseWriter {
public:
   NTupleWriter(const InputFiles &inputs, const std::vector<std::string> &columns, EOutput output, TDirectory &folder);

   void Write(const Long64_t *entries, Long64_t n, const float *responses) override;
   Long64_t Finish() override;

private:
   /// Opens the file that an entry is in, and points the fields that are written to its values.
   void MoveTo(Long64_t entry);
   void Open(std::size_t file);

   const InputFiles &fInputs;
   EOutput fOutput;
   std::vector<std::string> fFields; ///< that are copied
   std::unique_ptr<ROOT::RNTupleWriter> fWriter;
   std::unique_ptr<ROOT::REntry> fEntry;         ///< what is written
   std::unique_ptr<ROOT::RNTupleReader> fReader; ///< of the present file
   std::unique_ptr<ROOT::REntry> fRead;          ///< what is copied
   std::size_t fFile = 0;
   Long64_t fFirst = 0;  ///< number of the first entry of the present file
   Long64_t fCopied = 0; ///< entries up to here are written
   std::vector<float> fValues;
};

} // namespace Internal
} // namespace TorchMVA

#endif
