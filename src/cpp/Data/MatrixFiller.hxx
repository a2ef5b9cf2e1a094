#ifndef TORCHMVA_DATA_MATRIXFILLER_HXX
#define TORCHMVA_DATA_MATRIXFILLER_HXX

#include "EventSource.hxx"
#include "Split.hxx"
#include "ValueNotes.hxx"
#include "TorchMVA/Core/Matrix.hxx"

#include <mutex>
#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;

namespace Internal {

/// The final matrices of a data set and the way of events into them: each row is written once, where it stays.
class MatrixFiller : public EventSink {
public:
   /// `rows[id]` is the row of event `id`, at least `nRows` for an event that is not used.
   MatrixFiller(const DataSetInfo &info, std::vector<EventId_t> rows, Long64_t nRows);

   /// Says where the next blocks come from: a source of which `nEvents` pass the cuts. Their ids follow those of the
   /// input before.
   void StartInput(const SourceInput &input, UInt_t cls, const std::string &cut, Long64_t nEvents);
   /// Events of the present input. NaN and infinite values are noted, not thrown. May be called from several threads
   /// for different blocks.
   void Put(const RowBlock &block) override;
   /// The next single event.
   void Put(const EventInput &event, UInt_t cls);
   void NoteRemoved(const ColumnSpec &column, Long64_t n) override;
   void NoteSurplus(const ColumnSpec &column, Int_t found) override;
   void NoteRounded(const std::string &column, const std::string &text) override;
   void NoteSamples(const ValueSamples &samples) override;
   /// Warns of variables and targets whose numbers a float cannot hold.
   void WarnOfLostDigits(const Logger &log) const;
   const ValueNotes &Notes() const { return fNotes; }

   SharedMatrix<float> fVariables;
   SharedMatrix<float> fTargets;
   SharedMatrix<double> fSpectators;
   SharedMatrix<float> fWeights;
   SharedMatrix<int> fClasses;

private:
   /// Rows of the present input's events [first, first + n). Throws Error (kInternal) if there are not so many.
   const EventId_t *Rows(Long64_t first, Long64_t n) const;
   /// Asks for the cache lines of a row that will be written; `weight`: its weight too.
   void Prefetch(Long64_t row, bool weight) const;
   void NoteBadValues(const RowBlock &block);
   /// "variable 'x'"
   std::string Name(const ColumnSpec &column) const;
   /// With the present input.
   std::string Place(const std::string &what) const;

   const DataSetInfo &fInfo;
   std::vector<EventId_t> fRowOfEvent;
   Long64_t fNRows;
   Long64_t fFirst = 0; ///< id of the first event of the present input
   Long64_t fEnd = 0;   ///< id after its last event
   double fSourceWeight = 1.0;
   int fClass = 0;
   std::string fPlace; ///< "tree 'T' of class 'Signal'"
   std::string fCut;
   ValueNotes fNotes;
   std::mutex fMutex;                         ///< of fSamples
   std::vector<std::vector<double>> fSamples; ///< values of each variable, then of each target
   ValueSamples fEventSamples;                ///< the same of single events
};

} // namespace Internal
} // namespace TorchMVA

#endif
