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

/// Events that someone has asked for.
struct DataSet::EventCopies {
   std::mutex fMutex;
   std::map<Types::ETreeType, std::vector<std::unique_ptr<Event>>> fEvents;
   std::map<Types::ETreeType, std::vector<Event *>> fCollections;
};

DataSet::DataSet(SharedMatrix<float> variables, SharedMatrix<float> targets, SharedMatrix<double> spectators,
                 SharedMatrix<float> weights, SharedMatrix<int> classes, Long64_t nTraining, UInt_t nClasses,
                 std::vector<double> normFactors, UInt_t signalClass)
   : fVariables(std::move(variables)), fTargets(std::move(targets)), fSpectators(std::move(spectators)),
     fWeights(std::move(weights)), fClasses(std::move(classes)), fNTraining(nTraining), fNClasses(nClasses),
     fNormFactors(std::move(normFactors)), fSignalClass(signalClass), fCopies(std::make_unique<EventCopies>())
{
   const Long64_t n = fVariables.Rows();
   const bool consistent = fTargets.Rows() == n && fSpectators.Rows() == n && fWeights.Rows() == n &&
                           fClasses.Rows() == n && nTraining >= 0 && nTraining <= n;
   if (!consistent)
      throw Error(EErrorCode::kInternal, "the matrices of a data set differ in their number of events");
   fNormFactors.resize(nClasses, 1.0);
   fOwner = std::make_shared<Owners>(Owners{fVariables, fTargets, fSpectators, fWeights, fClasses});
   fClassCounts.assign(2 * std::size_t(nClasses), 0);
   for (Long64_t i = 0; i < n; ++i) {
      const int cls = fClasses.Data()[i];
      if (cls < 0 || cls >= static_cast<int>(nClasses))
         throw Error(EErrorCode::kInternal, "class number " + std::to_string(cls) + " in a data set of " +
                                               std::to_string(nClasses) + " classes");
      ++fClassCounts[(i < nTraining ? 0 : nClasses) + cls];
   }
}

DataSet::~DataSet() = default;

UInt_t DataSet::GetNVariables() const
{
   return fVariables.Columns();
}
UInt_t DataSet::GetNTargets() const
{
   return fTargets.Columns();
}
UInt_t DataSet::GetNSpectators() const
{
   return fSpectators.Columns();
}
Long64_t DataSet::GetNEvents() const
{
   return fVariables.Rows();
}

Long64_t DataSet::GetNEvents(Types::ETreeType type) const
{
   RequireSampleType(type);
   return type == Types::kTraining ? GetNTrainingEvents() : GetNTestEvents();
}

Long64_t DataSet::GetNClassEvents(Types::ETreeType type, UInt_t cls) const
{
   RequireSampleType(type);
   if (cls >= fNClasses)
      throw Error(EErrorCode::kArgument,
                  "expected a class number below " + std::to_string(fNClasses) + ", found " + std::to_string(cls));
   return fClassCounts[(type == Types::kTraining ? 0 : fNClasses) + cls];
}

Bool_t DataSet::HasNegativeEventWeights(Types::ETreeType type) const
{
   const Sample sample = GetSample(type);
   return std::any_of(sample.fWeights, sample.fWeights + sample.Size(), [](float w) { return w < 0; });
}

Sample DataSet::GetSample(Types::ETreeType type) const
{
   RequireSampleType(type);
   Sample all;
   all.fVariables = fVariables.View();
   all.fTargets = fTargets.View();
   all.fSpectators = fSpectators.View();
   all.fWeights = fWeights.Data();
   all.fClasses = fClasses.Data();
   all.fOwner = fOwner;
   all.fVariablesOwner = fVariables.Owner();
   all.fTargetsOwner = fTargets.Owner();
   return type == Types::kTraining ? all.Slice(0, fNTraining) : all.Slice(fNTraining, GetNTestEvents());
}

double DataSet::GetOriginalWeight(Long64_t row) const
{
   const double weight = fWeights.Data()[row];
   return row < fNTraining ? weight / fNormFactors[fClasses.Data()[row]] : weight;
}

std::shared_ptr<DataSet> DataSet::Select(const std::vector<Long64_t> &rows, Long64_t nTraining,
                                         std::vector<double> normFactors) const
{
   for (const Long64_t row : rows)
      if (row < 0 || row >= GetNEvents())
         throw Error(EErrorCode::kArgument,
                     "expected rows below " + std::to_string(GetNEvents()) + ", found " + std::to_string(row));
   normFactors.resize(fNClasses, 1.0);
   const SharedMatrix<int> classes = SelectRows(fClasses, rows);
   SharedMatrix<float> weights(rows.size(), 1);
   for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool isTraining = static_cast<Long64_t>(i) < nTraining;
      const double factor = isTraining ? normFactors[classes.Data()[i]] : 1.0;
      weights.Data()[i] = static_cast<float>(GetOriginalWeight(rows[i]) * factor);
   }
   return std::make_shared<DataSet>(SelectRows(fVariables, rows), SelectRows(fTargets, rows),
                                    SelectRows(fSpectators, rows), weights, classes, nTraining, fNClasses,
                                    std::move(normFactors), fSignalClass);
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
   const std::lock_guard<std::mutex> lock(fCopies->fMutex);
   auto &events = fCopies->fEvents[type];
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
   const std::lock_guard<std::mutex> lock(fCopies->fMutex);
   auto &collection = fCopies->fCollections[type];
   if (collection.empty()) {
      for (const auto &event : fCopies->fEvents[type])
         collection.push_back(event.get());
   }
   return collection;
}

std::shared_ptr<DataSet> DataSet::SelectVariables(const std::vector<UInt_t> &variables) const
{
   for (UInt_t variable : variables)
      if (variable >= GetNVariables())
         throw Error(EErrorCode::kArgument, "expected a variable number below " + std::to_string(GetNVariables()) +
                                               ", found " + std::to_string(variable));
   SharedMatrix<float> selected(GetNEvents(), variables.size());
   const MatrixView<const float> all = fVariables.View();
   float *out = selected.Data();
   for (Long64_t i = 0; i < all.fRows; ++i)
      for (UInt_t variable : variables)
         *out++ = all(i, variable);
   return std::make_shared<DataSet>(selected, fTargets, fSpectators, fWeights, fClasses, fNTraining, fNClasses,
                                    fNormFactors, fSignalClass);
}

} // namespace TorchMVA
