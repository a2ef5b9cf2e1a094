#ifndef TORCHMVA_DATA_DATASET_HXX
#define TORCHMVA_DATA_DATASET_HXX

#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/Event.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// A slice of the data set: views of the same rows of each matrix, and the owners that keep them alive.
/// Copying a Sample copies no event.
struct Sample {
   MatrixView<const float> fVariables;   ///< events x variables
   MatrixView<const float> fTargets;     ///< events x targets (0 columns if there are none)
   MatrixView<const double> fSpectators; ///< events x spectators (0 columns if there are none); double keeps integers
   const float *fWeights = nullptr;      ///< one per event; training rows carry the NormMode factor
   const int *fClasses = nullptr;        ///< class number per event
   std::shared_ptr<const void> fOwner;   ///< keeps spectators, weights and classes alive (and the rest if not below)
   std::shared_ptr<const void> fVariablesOwner; ///< keeps fVariables alive
   std::shared_ptr<const void> fTargetsOwner;   ///< keeps fTargets alive

   Long64_t Size() const { return fVariables.fRows; }
   /// Events [first, first + n) as a view.
   Sample Slice(Long64_t first, Long64_t n) const;
};

/// All events of a job: one row-major float matrix of variables, one of targets, one (double) of spectators, one
/// array each of weights and class numbers, in rows [training | test].
///
/// The events are immutable and shared: a copy of a data set copies none. A data set of one's own may be read by any
/// number of threads. The one that DataSetInfo::GetDataSet hands out stays the same object, and shows other events
/// after PrepareFoldDataSet or a change of variables, as in TMVA; while there are none it throws Error (kState).
class DataSet {
public:
   /// Takes the filled matrices (they are shared, not copied). `nTraining` first rows are the training sample.
   DataSet(SharedMatrix<float> variables, SharedMatrix<float> targets, SharedMatrix<double> spectators,
           SharedMatrix<float> weights, SharedMatrix<int> classes, Long64_t nTraining, UInt_t nClasses,
           std::vector<double> normFactors, UInt_t signalClass = 0);
   ~DataSet();
   DataSet(const DataSet &);
   DataSet &operator=(const DataSet &) = delete;

   /// Shows the events of another data set; nullptr: none, until there are some again. Events that were handed out before
   /// stay where they are.
   void Show(const DataSet *other);

   UInt_t GetNVariables() const;
   UInt_t GetNTargets() const;
   UInt_t GetNSpectators() const;
   UInt_t GetNClasses() const;
   Long64_t GetNEvents(Types::ETreeType type) const;
   /// All events, training and test.
   Long64_t GetNEvents() const;
   Long64_t GetNTrainingEvents() const;
   Long64_t GetNTestEvents() const { return GetNEvents() - GetNTrainingEvents(); }
   /// Events of one class in one sample.
   Long64_t GetNClassEvents(Types::ETreeType type, UInt_t cls) const;
   Bool_t HasNegativeEventWeights(Types::ETreeType type) const;

   /// The training (kTraining) or test (kTesting) sample as views.
   Sample GetSample(Types::ETreeType type) const;
   /// The same events with some of the variables, in the order given: a copy of these columns; everything else is shared.
   /// Throws Error (kArgument) for a number that is no variable.
   std::shared_ptr<DataSet> SelectVariables(const std::vector<UInt_t> &variables) const;
   /// Events of the signal class (the one named "Signal", else the first) and of all others, in each sample.
   Long64_t GetNEvtSigTrain() const { return GetNClassEvents(Types::kTraining, SignalClass()); }
   Long64_t GetNEvtBkgdTrain() const { return GetNTrainingEvents() - GetNEvtSigTrain(); }
   Long64_t GetNEvtSigTest() const { return GetNClassEvents(Types::kTesting, SignalClass()); }
   Long64_t GetNEvtBkgdTest() const { return GetNTestEvents() - GetNEvtSigTest(); }

   /// Copy of one event; throws Error (kArgument) if i is out of range.
   Event CopyEvent(Long64_t i, Types::ETreeType type) const;
   /// One event, for looking at single ones: a copy made at the first call, which lives as long as the data set (object).
   /// Throws Error (kArgument) if i is out of range. Thread safe.
   const Event *GetEvent(Long64_t i, Types::ETreeType type) const;
   const Event *GetTrainingEvent(Long64_t i) const { return GetEvent(i, Types::kTraining); }
   const Event *GetTestEvent(Long64_t i) const { return GetEvent(i, Types::kTesting); }
   /// All events of a sample (kMaxTreeType: of the current one) as such copies: many times the memory of the matrices.
   const std::vector<Event *> &GetEventCollection(Types::ETreeType type = Types::kMaxTreeType) const;
   /// The sample and event that the forms without arguments mean; nothing else depends on them. Not thread safe.
   void SetCurrentType(Types::ETreeType type);
   Types::ETreeType GetCurrentType() const { return fCurrentType; }
   void SetCurrentEvent(Long64_t i) { fCurrentEvent = i; }
   const Event *GetEvent() const { return GetEvent(fCurrentEvent, fCurrentType); }
   const Event *GetEvent(Long64_t i) const { return GetEvent(i, fCurrentType); }

   /// NormMode factor that training weights of a class were multiplied with.
   double GetNormFactor(UInt_t cls) const;
   /// Class number of a row, counted over [training | test].
   int GetClass(Long64_t row) const;
   /// Weight before NormMode of a row, counted over [training | test].
   double GetOriginalWeight(Long64_t row) const;
   /// A new data set of copies of some rows, in the order given. Rows are counted over [training | test] and may repeat;
   /// the first `nTraining` of them become the training sample, whose original weights are multiplied with
   /// `normFactors`, one a class. Throws Error (kArgument) for a row that does not exist.
   std::shared_ptr<DataSet> Select(const std::vector<Long64_t> &rows, Long64_t nTraining,
                                   std::vector<double> normFactors) const;

private:
   struct Content;
   struct EventCopies;

   const Content &Events() const;
   UInt_t SignalClass() const;

   std::shared_ptr<const Content> fContent;
   Types::ETreeType fCurrentType = Types::kTraining;
   Long64_t fCurrentEvent = 0;
   std::vector<std::unique_ptr<EventCopies>> fCopies; ///< of all contents of which events were handed out; last: of now
};

} // namespace TorchMVA

#endif
