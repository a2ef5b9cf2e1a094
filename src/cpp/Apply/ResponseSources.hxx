#ifndef TORCHMVA_APPLY_RESPONSESOURCES_HXX
#define TORCHMVA_APPLY_RESPONSESOURCES_HXX

#include "LoadMethod.hxx"
#include "ResponseTable.hxx"
#include "ResponseSource.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A method read from a weight file, with what the file declares.
struct FrameMethod {
   FrameMethod(const std::string &weightFile, const LoadSettings &settings);
   /// Responses of rows, -999 where an input is NaN.
   void Evaluate(const InputRows &rows, float *responses) const;

   DataSetInfo fInfo{"RDataFrame"};
   std::unique_ptr<MethodBase> fMethod; ///< after fInfo: goes first
};

/// Asks the method for each event.
class DirectResponses final : public ResponseSource {
public:
   DirectResponses(std::shared_ptr<const FrameMethod> method, unsigned nSlots);
   void Evaluate(unsigned slot, const InputRows &rows, float *responses) override;

private:
   std::shared_ptr<const FrameMethod> fMethod;
};

/// Asks the method for blocks of rows, in a first event loop, and then answers from memory.
///
/// Every block has the same number of rows, of which the last may be filled up: some kernels of PyTorch round otherwise
/// for other numbers of rows, and how events fall into blocks depends on the threads.
class BlockResponses final : public ResponseSource {
public:
   BlockResponses(std::shared_ptr<const FrameMethod> method, unsigned nSlots);
   ~BlockResponses() override;
   /// Before Finish: notes the rows, the responses are 0. Afterwards: throws Error (kState) with several slots for a
   /// row that was not there before; one slot evaluates it, with a warning at the first.
   void Evaluate(unsigned slot, const InputRows &rows, float *responses) override;
   /// Evaluates what is left and ends the noting.
   void Finish();

private:
   struct Slot;
   void Note(Slot &slot, const InputRows &rows);
   void Flush(Slot &slot);
   void EvaluateMissing(const InputRows &row, float *responses);

   std::shared_ptr<const FrameMethod> fMethod;
   std::size_t fNVariables;
   std::size_t fNSpectators; ///< 0 unless the responses depend on them
   std::vector<std::unique_ptr<Slot>> fSlots;
   ResponseTable fTable;
   bool fIsFinished = false;
   bool fHasSeveralSlots;
   bool fHasWarned = false;
   Logger fLogger{"RDataFrame"};
};

} // namespace Internal
} // namespace TorchMVA

#endif
