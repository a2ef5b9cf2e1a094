#ifndef TORCHMVA_DATA_EVENTSOURCE_HXX
#define TORCHMVA_DATA_EVENTSOURCE_HXX

#include "Columns.hxx"
#include "TorchMVA/Data/DataInputHandler.hxx"

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Where the events of a source go. Implementations allow calls from several threads for different events.
class EventSink {
public:
   virtual ~EventSink() = default;
   virtual void Put(const RowBlock &block) = 0;
   /// The column had NaN or infinite values in `n` events that the cut removed.
   virtual void NoteRemoved(const ColumnSpec &column, Long64_t n) = 0;
   /// The array has more elements than were declared; to be called once a source.
   virtual void NoteSurplus(const ColumnSpec &column, Int_t found) = 0;
   /// Some values of the variables and targets before they became floats; may be called from several threads.
   virtual void NoteSamples(const ValueSamples & /*samples*/) {}
   /// A branch or column has whole numbers that a double does not hold, which the text says.
   virtual void NoteRounded(const std::string & /*column*/, const std::string & /*text*/) {}
   /// Whether Put may be called from several threads.
   virtual bool TakesThreads() const { return true; }
   /// A thread has failed: nobody should wait for its blocks.
   virtual void Abort(std::exception_ptr /*reason*/) {}
};

/// Entries in which an expression has no value: an element or the entry of a friend does not exist.
struct MissingValues {
   std::string fWhat; ///< "variable 'v[0]'"
   Long64_t fEntries = 0;
   Long64_t fFirst = 0;        ///< the first of these entries
   bool fIsCollection = false; ///< other entries have several values
   bool fIsCut = false;        ///< the entry is an event, which does not pass
};

/// Number of events of a source. An event is an entry, or one element of an entry's array variables.
struct EventCounts {
   Long64_t fEntries = 0;       ///< of a tree: those that its entry list selects
   Long64_t fEntriesOfTree = 0; ///< all
   Long64_t fEntriesWithoutEvent = 0;
   std::vector<MissingValues> fMissing; ///< why
   Long64_t fCandidates = 0;            ///< events before cuts
   Long64_t fPassed = 0;                ///< after cuts
};

/// A tree or a data frame that gives the events of one class, in the order of its entries. Count() comes before
/// Read(), which may be called once.
class EventSource {
public:
   explicit EventSource(std::string cut) : fCut(std::move(cut)) {}
   virtual ~EventSource() = default;
   EventSource(const EventSource &) = delete;
   EventSource &operator=(const EventSource &) = delete;

   /// The source of an input of a DataLoader.
   static std::unique_ptr<EventSource> Make(const SourceInput &input, const DataSetInfo &info, const ClassInfo &cls);

   /// Also finds out whether all expressions can be evaluated. Throws Error (kExpression, kData).
   virtual EventCounts Count() = 0;
   /// Delivers all events that passed, in blocks of rows.
   virtual void Read(EventSink &sink) = 0;
   /// The combined cut of source and class, empty if there is none.
   const std::string &Cut() const { return fCut; }

private:
   std::string fCut;
};

} // namespace Internal
} // namespace TorchMVA

#endif
