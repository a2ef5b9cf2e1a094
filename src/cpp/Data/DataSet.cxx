#include "TorchMVA/Data/DataSet.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

namespace TorchMVA {

namespace {

/// What fOwner of a sample points to: copies of the matrices, which share the memory.
struct Owners {
   SharedMatrix<float> fVariables;
   SharedMatrix<float> fTargets;
   SharedMatrix<double> fSpectators;
   SharedMatrix<float> fWeights;
   SharedMatrix<int> fClasses;
};

bool IsSampleType(Types::ETreeType type)
{
   return type == Types::kTraining || type == Types::kTesting;
}

void RequireSampleType(Types::ETreeType type)
{
   if (!IsSampleType(type))
      throw Error(EErrorCode::kArgument, "expected sample type kTraining (0) or kTesting (1), found " +
                                            std::to_string(static_cast<int>(type)));
}

template <typename T>
SharedMatrix<T> SelectRows(const SharedMatrix<T> &all, const std::vector<Long64_t> &rows)
{
   SharedMatrix<T> selected(rows.size(), all.Columns());
   T *to = selected.Data();
   for (const Long64_t row : rows)
      to = std::copy_n(all.Data() + row * all.Columns(), all.Columns(), to);
   return selected;
}

} // namespace

Sample Sample::Slice(Long64_t first, Long64_t n) const
{
   if (first < 0 || n < 0 || first + n > Size())
      throw Error(EErrorCode::kArgument, "expected events inside a sample of " + std::to_string(Size()) + ", found [" +
                                            std::to_string(first) + ", " + std::to_string(first + n) + ")");
   Sample slice = *this;
   slice.fVariables = fVariables.Slice(first, n);
   slice.fTargets = fTargets.Slice(first, n);
   slice.fSpectators = fSpectators.Slice(first, n);
   slice.fWeights = fWeights ? fWeights + first : nullptr;
   slice.fClasses = fClasses ? fClasses + first : nullptr;
   return slice;
}

/// The events, which never change.
struct DataSet::Content {
   SharedMatrix<float> fVariables;
   SharedMatrix<float> fTargets;
   SharedMatrix<double> fSpectators;
   SharedMatrix<float> fWeights;
   SharedMatrix<int> fClasses;
   Long64_t fNTraining;
   UInt_t fNClasses;
   std::vector<double> fNormFactors;
   UInt_t fSignalClass;
   std::vector<Long64_t> fClassCounts; ///< events per class: training, then test
   std::shared_ptr<const void> fOwner; ///< keeps all matrices alive, also after the data set is gone
};

/// Events that someone has asked for.
struct DataSet::EventCopies {
   std::mutex fMutex;
   std::map<Types::ETreeType, std::vector<std::unique_ptr<Event>>> fEvents;
   std::map<Types::ETreeType, std::vector<Event *>> fCollections;
};

DataSet::DataSet(SharedMatrix<float> variables, SharedMatrix<float> targets, SharedMatrix<double> spectators,
                 SharedMatrix<float> weights, SharedMatrix<int> classes, Long64_t nTraining, UInt_t nClasses,
                 std::vector<double> normFactors, UInt_t signalClass)
{
   const Long64_t n = variables.Rows();
   const bool consistent = targets.Rows() == n && spectators.Rows() == n && weights.Rows() == n &&
                           classes.Rows() == n && nTraining >= 0 && nTraining <= n;
   if (!consistent)
      throw Error(EErrorCode::kInternal, "the matrices of a data set differ in their number of events");
   normFactors.resize(nClasses, 1.0);
   std::vector<Long64_t> counts(2 * std::size_t(nClasses), 0);
   for (Long64_t i = 0; i < n; ++i) {
      const int cls = classes.Data()[i];
      if (cls < 0 || cls >= static_cast<int>(nClasses))
         throw Error(EErrorCode::kInternal, "class number " + std::to_string(cls) + " in a data set of " +
                                               std::to_string(nClasses) + " classes");
      ++counts[(i < nTraining ? 0 : nClasses) + cls];
   }
   const auto owner = std::make_shared<Owners>(Owners{variables, targets, spectators, weights, classes});
   fContent = std::make_shared<Content>(Content{variables, targets, spectators, weights, classes, nTraining, nClasses,
                                                std::move(normFactors), signalClass, std::move(counts), owner});
   fCopies.push_back(std::make_unique<EventCopies>());
}

DataSet::DataSet(const DataSet &other)
   : fContent(other.fContent), fCurrentType(other.fCurrentType), fCurrentEvent(other.fCurrentEvent)
{
   fCopies.push_back(std::make_unique<EventCopies>());
}

DataSet::~DataSet() = default;

void DataSet::Show(const DataSet *other)
{
   fContent = other ? other->fContent : nullptr;
   if (!fCopies.back()->fEvents.empty())
      fCopies.push_back(std::make_unique<EventCopies>());
}

const DataSet::Content &DataSet::Events() const
{
   if (!fContent)
      throw Error(EErrorCode::kState, "the data set has no events at present, because what it consists of was changed: "
                                      "call GetDataSet() again");
   return *fContent;
}

UInt_t DataSet::SignalClass() const
{
   return Events().fSignalClass;
}
UInt_t DataSet::GetNClasses() const
{
   return Events().fNClasses;
}
Long64_t DataSet::GetNTrainingEvents() const
{
   return Events().fNTraining;
}
double DataSet::GetNormFactor(UInt_t cls) const
{
   return Events().fNormFactors.at(cls);
}
int DataSet::GetClass(Long64_t row) const
{
   return Events().fClasses.Data()[row];
}

UInt_t DataSet::GetNVariables() const
{
   return Events().fVariables.Columns();
}
UInt_t DataSet::GetNTargets() const
{
   return Events().fTargets.Columns();
}
UInt_t DataSet::GetNSpectators() const
{
   return Events().fSpectators.Columns();
}
Long64_t DataSet::GetNEvents() const
{
   return Events().fVariables.Rows();
}

Long64_t DataSet::GetNEvents(Types::ETreeType type) const
{
   RequireSampleType(type);
   return type == Types::kTraining ? GetNTrainingEvents() : GetNTestEvents();
}

Long64_t DataSet::GetNClassEvents(Types::ETreeType type, UInt_t cls) const
{
   RequireSampleType(type);
   if (cls >= Events().fNClasses)
      throw Error(EErrorCode::kArgument, "expected a class number below " + std::to_string(Events().fNClasses) +
                                            ", found " + std::to_string(cls));
   return Events().fClassCounts[(type == Types::kTraining ? 0 : Events().fNClasses) + cls];
}

Bool_t DataSet::HasNegativeEventWeights(Types::ETreeType type) const
{
   const Sample sample = GetSample(type);
   return std::any_of(sample.fWeights, sample.fWeights + sample.Size(), [](float w) { return w < 0; });
}

Sample DataSet::GetSample(Types::ETreeType type) const
{
   const Content &events = Events();
   RequireSampleType(type);
   Sample all;
   all.fVariables = events.fVariables.View();
   all.fTargets = events.fTargets.View();
   all.fSpectators = events.fSpectators.View();
   all.fWeights = events.fWeights.Data();
   all.fClasses = events.fClasses.Data();
   all.fOwner = events.fOwner;
   all.fVariablesOwner = events.fVariables.Owner();
   all.fTargetsOwner = events.fTargets.Owner();
   return type == Types::kTraining ? all.Slice(0, events.fNTraining) : all.Slice(events.fNTraining, GetNTestEvents());
}

double DataSet::GetOriginalWeight(Long64_t row) const
{
   const Content &events = Events();
   const double weight = events.fWeights.Data()[row];
   return row < events.fNTraining ? weight / events.fNormFactors[events.fClasses.Data()[row]] : weight;
}

std::shared_ptr<DataSet> DataSet::Select(const std::vector<Long64_t> &rows, Long64_t nTraining,
                                         std::vector<double> normFactors) const
{
   const Content &events = Events();
   for (const Long64_t row : rows)
      if (row < 0 || row >= GetNEvents())
         throw Error(EErrorCode::kArgument,
                     "expected rows below " + std::to_string(GetNEvents()) + ", found " + std::to_string(row));
   normFactors.resize(events.fNClasses, 1.0);
   const SharedMatrix<int> classes = SelectRows(events.fClasses, rows);
   SharedMatrix<float> weights(rows.size(), 1);
   for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool isTraining = static_cast<Long64_t>(i) < nTraining;
      const double factor = isTraining ? normFactors[classes.Data()[i]] : 1.0;
      weights.Data()[i] = static_cast<float>(GetOriginalWeight(rows[i]) * factor);
   }
   return std::make_shared<DataSet>(SelectRows(events.fVariables, rows), SelectRows(events.fTargets, rows),
                                    SelectRows(events.fSpectators, rows), weights, classes, nTraining, events.fNClasses,
                                    std::move(normFactors), events.fSignalClass);
}

void DataSet::SetCurrentType(Types::ETreeType type)
{
   RequireSampleType(type);
   fCurrentType = type;
}

Event DataSet::CopyEvent(Long64_t i, Types::ETreeType type) const
{
   const Sample sample = GetSample(type);
   if (i < 0 || i >= sample.Size())
      throw Error(EErrorCode::kArgument,
                  "expected an event number below " + std::to_string(sample.Size()) + ", found " + std::to_string(i));
   const float *v = sample.fVariables.Row(i);
   const float *t = sample.fTargets.Row(i);
   const double *s = sample.fSpectators.Row(i);
   return Event(std::vector<Float_t>(v, v + GetNVariables()), std::vector<Float_t>(t, t + GetNTargets()),
                std::vector<Double_t>(s, s + GetNSpectators()), sample.fClasses[i], sample.fWeights[i]);
}

const Event *DataSet::GetEvent(Long64_t i, Types::ETreeType type) const
{
   Event event = CopyEvent(i, type);
   EventCopies &copies = *fCopies.back();
   const std::lock_guard<std::mutex> lock(copies.fMutex);
   auto &events = copies.fEvents[type];
   events.resize(GetNEvents(type));
   if (!events[i])
      events[i] = std::make_unique<Event>(std::move(event));
   return events[i].get();
}

const std::vector<Event *> &DataSet::GetEventCollection(Types::ETreeType type) const
{
   type = type == Types::kMaxTreeType ? fCurrentType : type;
   const Long64_t n = GetNEvents(type);
   for (Long64_t i = 0; i < n; ++i)
      GetEvent(i, type);
   EventCopies &copies = *fCopies.back();
   const std::lock_guard<std::mutex> lock(copies.fMutex);
   auto &collection = copies.fCollections[type];
   if (collection.empty()) {
      for (const auto &event : copies.fEvents[type])
         collection.push_back(event.get());
   }
   return collection;
}

std::shared_ptr<DataSet> DataSet::SelectVariables(const std::vector<UInt_t> &variables) const
{
   const Content &events = Events();
   for (UInt_t variable : variables)
      if (variable >= GetNVariables())
         throw Error(EErrorCode::kArgument, "expected a variable number below " + std::to_string(GetNVariables()) +
                                               ", found " + std::to_string(variable));
   SharedMatrix<float> selected(GetNEvents(), variables.size());
   const MatrixView<const float> all = events.fVariables.View();
   float *out = selected.Data();
   for (Long64_t i = 0; i < all.fRows; ++i)
      for (UInt_t variable : variables)
         *out++ = all(i, variable);
   return std::make_shared<DataSet>(selected, events.fTargets, events.fSpectators, events.fWeights, events.fClasses,
                                    events.fNTraining, events.fNClasses, events.fNormFactors, events.fSignalClass);
}

} // namespace TorchMVA
