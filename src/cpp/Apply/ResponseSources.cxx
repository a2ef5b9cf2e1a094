#include "ResponseSources.hxx"

#include "Core/ExpandPath.hxx"
#include "EvaluateRows.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <algorithm>
#include <cstring>

namespace TorchMVA {
namespace Internal {

namespace {

/// Rows of a block: enough for what a call costs not to count, few enough for the processor's caches.
constexpr std::size_t kBlockRows = 4096;

/// Appends copies of the last row until there are `n`.
template <typename T>
void FillUp(std::vector<T> &rows, std::size_t width, std::size_t n)
{
   if (width == 0)
      return;
   const std::vector<T> last(rows.end() - width, rows.end());
   while (rows.size() < n * width)
      rows.insert(rows.end(), last.begin(), last.end());
}

} // namespace

// ---- FrameMethod ----------------------------------------------------------------------------------------------------

FrameMethod::FrameMethod(const std::string &file, const LoadSettings &settings)
{
   const std::string weightFile = ExpandPath(file);
   const XmlDocument document = XmlDocument::Read(weightFile);
   fMethod = LoadMethod(document.Root(), weightFile.c_str(), fInfo, settings);
}

void FrameMethod::Evaluate(const InputRows &rows, float *responses) const
{
   if (rows.fN == 1 && HasNaN(rows.fVariables, fInfo.GetNVariables()))
      std::fill_n(responses, fMethod->GetNResponses(), kNaNResponse);
   else if (rows.fN == 1)
      fMethod->Evaluate(rows.fVariables, 1, responses, rows.fSpectators);
   else
      EvaluateRows(*fMethod, rows.fVariables, static_cast<Long64_t>(rows.fN), responses, rows.fSpectators);
}

// ---- DirectResponses ------------------------------------------------------------------------------------------------

DirectResponses::DirectResponses(std::shared_ptr<const FrameMethod> method, unsigned nSlots)
   : ResponseSource(method->fMethod->GetNResponses(), nSlots), fMethod(std::move(method))
{
}

void DirectResponses::Evaluate(unsigned, const InputRows &rows, float *responses)
{
   fMethod->Evaluate(rows, responses);
}

// ---- BlockResponses -------------------------------------------------------------------------------------------------

/// Rows of one slot that wait for their responses.
struct alignas(64) BlockResponses::Slot {
   std::vector<float> fVariables;
   std::vector<double> fSpectators;
   std::size_t fN = 0;
};

BlockResponses::BlockResponses(std::shared_ptr<const FrameMethod> method, unsigned nSlots)
   : ResponseSource(method->fMethod->GetNResponses(), nSlots), fMethod(std::move(method)),
     fNVariables(fMethod->fInfo.GetNVariables()),
     fNSpectators(fMethod->fMethod->UsesSpectators() ? fMethod->fInfo.GetNSpectators() : 0),
     fTable(fNVariables, fNSpectators, GetNResponses()), fHasSeveralSlots(nSlots > 1)
{
   for (unsigned i = 0; i < nSlots; ++i)
      fSlots.push_back(std::make_unique<Slot>());
}

BlockResponses::~BlockResponses() = default;

void BlockResponses::Evaluate(unsigned slot, const InputRows &rows, float *responses)
{
   const std::size_t nResponses = GetNResponses();
   if (!fIsFinished) {
      Note(*fSlots[slot], rows);
      std::fill_n(responses, rows.fN * nResponses, 0.F);
      return;
   }
   for (std::size_t i = 0; i < rows.fN; ++i) {
      const InputRows row{rows.fVariables + i * fNVariables,
                          rows.fSpectators ? rows.fSpectators + i * fNSpectators : nullptr, 1};
      if (const std::uint32_t *known = fTable.Find(row.fVariables, row.fSpectators))
         std::memcpy(responses + i * nResponses, known, nResponses * sizeof(float));
      else
         EvaluateMissing(row, responses + i * nResponses);
   }
}

void BlockResponses::EvaluateMissing(const InputRows &row, float *responses)
{
   const std::string what = "inputs of the column are not those of the event loop in which it was defined "
                            "(random numbers?), so that their responses are not known yet";
   if (fHasSeveralSlots) // a thread that waits for Python here may wait for the one that started the loop
      throw Error(EErrorCode::kState,
                  what + ", and threads cannot ask Python for them: define the column without "
                         "implicit multi-threading",
                  {{"method", fMethod->fMethod->GetName()}});
   if (!fHasWarned)
      fLogger.Warning(what + ": they are evaluated one by one, which is slow");
   fHasWarned = true;
   fMethod->Evaluate(row, responses);
}

void BlockResponses::Note(Slot &slot, const InputRows &rows)
{
   for (std::size_t done = 0; done < rows.fN;) {
      const std::size_t n = std::min(rows.fN - done, kBlockRows - slot.fN);
      const float *variables = rows.fVariables + done * fNVariables;
      slot.fVariables.insert(slot.fVariables.end(), variables, variables + n * fNVariables);
      if (fNSpectators > 0) {
         const double *spectators = rows.fSpectators + done * fNSpectators;
         slot.fSpectators.insert(slot.fSpectators.end(), spectators, spectators + n * fNSpectators);
      }
      slot.fN += n;
      done += n;
      if (slot.fN == kBlockRows)
         Flush(slot);
   }
}

void BlockResponses::Flush(Slot &slot)
{
   if (slot.fN == 0)
      return;
   FillUp(slot.fVariables, fNVariables, kBlockRows);
   FillUp(slot.fSpectators, fNSpectators, kBlockRows);
   InputRows rows{slot.fVariables.data(), fNSpectators > 0 ? slot.fSpectators.data() : nullptr, kBlockRows};
   std::vector<float> responses(kBlockRows * GetNResponses());
   fMethod->Evaluate(rows, responses.data());
   rows.fN = slot.fN;
   fTable.Insert(rows, responses.data());
   slot.fVariables.clear();
   slot.fSpectators.clear();
   slot.fN = 0;
}

void BlockResponses::Finish()
{
   Slot rest; // of all slots, so that only one block is filled up
   for (const auto &slot : fSlots)
      Note(rest, {slot->fVariables.data(), fNSpectators > 0 ? slot->fSpectators.data() : nullptr, slot->fN});
   Flush(rest);
   fSlots.clear();
   fIsFinished = true;
}

} // namespace Internal
} // namespace TorchMVA
