// The application half of MethodBase: from untransformed variables to the responses that users see.

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <algorithm>

namespace TorchMVA {

namespace {

/// Memory for n numbers that nobody has set: its own for a few, so that an event costs neither an allocation nor a look
/// at the thread's variables; else memory of the thread, kept between calls, and taken out of its place meanwhile, because
/// a prediction may run user code that evaluates another method. Each use (a number) has memory of its own.
template <typename T, int kUse>
class Scratch {
public:
   explicit Scratch(std::size_t n)
   {
      if (n <= kFew)
         return;
      fVector = std::move(Home());
      if (fVector.size() < n)
         fVector.resize(n);
      fData = fVector.data();
   }
   ~Scratch()
   {
      if (fData != fFew && fVector.capacity() <= kMaxKept)
         Home() = std::move(fVector);
   }
   Scratch(const Scratch &) = delete;
   Scratch &operator=(const Scratch &) = delete;
   T *Data() { return fData; }

private:
   static constexpr std::size_t kFew = 64;
   static constexpr std::size_t kMaxKept = (std::size_t{16} << 20) / sizeof(T); // 16 MiB

   static std::vector<T> &Home()
   {
      thread_local std::vector<T> home;
      return home;
   }

   T fFew[kFew];
   T *fData = fFew;
   std::vector<T> fVector;
};

} // namespace

UInt_t MethodBase::GetNResponses() const
{
   switch (fAnalysisType) {
   case Types::kMulticlass: return fDataSetInfo.GetNClasses();
   case Types::kRegression: return fDataSetInfo.GetNTargets();
   default: return 1;
   }
}

UInt_t MethodBase::GetSignalColumn() const
{
   return GetNOutputs() == 1 ? 0 : fDataSetInfo.GetSignalClassIndex();
}

void MethodBase::Evaluate(const float *variables, Long64_t n, float *responses, const double *spectators) const
{
   const Long64_t nVariables = GetNVariables();
   const Long64_t nSpectators = fDataSetInfo.GetNSpectators();
   const Long64_t nResponses = GetNResponses();
   const Long64_t block = std::max<Long64_t>(GetBlockRows(), 1);
   for (Long64_t first = 0; first < n; first += block)
      EvaluateBlock(variables + first * nVariables, std::min(block, n - first), responses + first * nResponses,
                    spectators ? spectators + first * nSpectators : nullptr);
}

void MethodBase::EvaluateBlock(const float *variables, Long64_t n, float *responses, const double *spectators) const
{
   if (fTransformations.IsIdentity()) {
      PredictResponses(variables, n, responses);
      return;
   }
   const Long64_t nVariables = n * GetNVariables(), nSpectators = spectators ? n * fDataSetInfo.GetNSpectators() : 0;
   Scratch<float, 0> transformed(nVariables);
   std::copy_n(variables, nVariables, transformed.Data());
   if (spectators) {
      Scratch<double, 0> transformedSpectators(nSpectators);
      std::copy_n(spectators, nSpectators, transformedSpectators.Data());
      fTransformations.Apply(n, transformed.Data(), nullptr, transformedSpectators.Data());
   } else {
      fTransformations.Apply(n, transformed.Data(), nullptr, nullptr);
   }
   PredictResponses(transformed.Data(), n, responses);
   if (DoRegression() && fTransformations.TransformsTargets())
      fTransformations.InvertTargets(n, responses);
}

void MethodBase::PredictResponses(const float *rows, Long64_t n, float *responses) const
{
   const Long64_t nOutputs = GetNOutputs();
   const Long64_t nResponses = GetNResponses();
   if (nOutputs == nResponses) {
      Predict(rows, n, responses);
      return;
   }
   if (nResponses != 1)
      throw Error(EErrorCode::kModel,
                  "expected " + std::to_string(nResponses) + " outputs, the model has " + std::to_string(nOutputs),
                  {{"method", fMethodTitle.Data()}});
   Scratch<float, 1> outputs(n * nOutputs);
   Predict(rows, n, outputs.Data());
   const float *column = outputs.Data() + GetSignalColumn();
   for (Long64_t i = 0; i < n; ++i)
      responses[i] = column[i * nOutputs];
}

std::vector<Float_t> MethodBase::EvaluateSample(const Sample &sample) const
{
   std::vector<Float_t> responses(sample.Size() * GetNResponses());
   Evaluate(sample.fVariables.fData, sample.Size(), responses.data(), sample.fSpectators.fData);
   return responses;
}

const std::vector<Float_t> &MethodBase::EvaluateCurrentEvent()
{
   if (fCurrentEvent.GetNVariables() != GetNVariables())
      throw Error(EErrorCode::kState,
                  "expected an event of " + std::to_string(GetNVariables()) + " variables, found " +
                     std::to_string(fCurrentEvent.GetNVariables()),
                  {{"method", fMethodTitle.Data()}});
   const auto &spectators = fCurrentEvent.GetSpectators();
   fCurrentResponses.resize(GetNResponses());
   Evaluate(fCurrentEvent.GetValues().data(), 1, fCurrentResponses.data(),
            spectators.size() == fDataSetInfo.GetNSpectators() ? spectators.data() : nullptr);
   return fCurrentResponses;
}

Bool_t MethodBase::PredictErrors(const float *, Long64_t, float *) const
{
   return kFALSE;
}

Bool_t MethodBase::EvaluateErrors(const float *variables, Long64_t n, float *errors, const double *spectators) const
{
   if (DoRegression() && fTransformations.TransformsTargets())
      return kFALSE;
   std::vector<float> rows(variables, variables + n * GetNVariables());
   std::vector<double> spectatorRows;
   if (spectators)
      spectatorRows.assign(spectators, spectators + n * fDataSetInfo.GetNSpectators());
   if (!fTransformations.IsIdentity())
      fTransformations.Apply(n, rows.data(), nullptr, spectators ? spectatorRows.data() : nullptr);
   const Long64_t nOutputs = GetNOutputs();
   const Long64_t nResponses = GetNResponses();
   std::vector<float> outputs(n * nOutputs);
   if (!PredictErrors(rows.data(), n, outputs.data()))
      return kFALSE;
   const Long64_t column = nResponses == 1 ? GetSignalColumn() : 0;
   for (Long64_t i = 0; i < n; ++i) {
      for (Long64_t k = 0; k < nResponses; ++k)
         errors[i * nResponses + k] = outputs[i * nOutputs + column + k];
   }
   return kTRUE;
}

Double_t MethodBase::GetMvaValue(Double_t *errLower, Double_t *errUpper)
{
   const Double_t response = EvaluateCurrentEvent().at(0);
   if (errLower || errUpper) {
      std::vector<float> errors(GetNResponses(), -1);
      const auto &spectators = fCurrentEvent.GetSpectators();
      EvaluateErrors(fCurrentEvent.GetValues().data(), 1, errors.data(),
                     spectators.size() == fDataSetInfo.GetNSpectators() ? spectators.data() : nullptr);
      for (Double_t *error : {errLower, errUpper}) {
         if (error)
            *error = errors.at(0);
      }
   }
   return response;
}

Double_t MethodBase::GetMvaValue(const Event *event, Double_t *errLower, Double_t *errUpper)
{
   SetCurrentEvent(*event);
   return GetMvaValue(errLower, errUpper);
}

std::vector<Double_t> MethodBase::GetMvaValues(Long64_t first, Long64_t last, Bool_t logProgress)
{
   return GetDataMvaValues(Data(), first, last, logProgress);
}

std::vector<Double_t> MethodBase::GetDataMvaValues(DataSet *data, Long64_t first, Long64_t last, Bool_t)
{
   const Sample all = data->GetSample(fCurrentType);
   if (last < 0 || first > last || last > all.Size())
      last = all.Size();
   first = std::clamp<Long64_t>(first, 0, last);
   const Sample sample = all.Slice(first, last - first);
   const auto responses = EvaluateSample(sample);
   const Long64_t nResponses = GetNResponses();
   std::vector<Double_t> values(sample.Size());
   for (Long64_t i = 0; i < sample.Size(); ++i)
      values[i] = responses[i * nResponses];
   return values;
}

const std::vector<Float_t> &MethodBase::GetRegressionValues()
{
   return EvaluateCurrentEvent();
}

const std::vector<Float_t> &MethodBase::GetMulticlassValues()
{
   return EvaluateCurrentEvent();
}

const std::vector<Float_t> &MethodBase::GetRegressionValues(const Event *event)
{
   SetCurrentEvent(*event);
   return GetRegressionValues();
}

const std::vector<Float_t> &MethodBase::GetMulticlassValues(const Event *event)
{
   SetCurrentEvent(*event);
   return GetMulticlassValues();
}

std::vector<Float_t> MethodBase::GetAllRegressionValues()
{
   return EvaluateSample(Data()->GetSample(fCurrentType));
}

std::vector<Float_t> MethodBase::GetAllMulticlassValues()
{
   return EvaluateSample(Data()->GetSample(fCurrentType));
}

Event MethodBase::GetEvent(Long64_t i, Types::ETreeType type) const
{
   const Event event = Data()->CopyEvent(i, type);
   std::vector<Float_t> values = event.GetValues();
   std::vector<Float_t> targets = event.GetTargets();
   std::vector<Double_t> spectators = event.GetSpectators();
   fTransformations.Apply(1, values.data(), targets.data(), spectators.data());
   return Event(values, targets, spectators, event.GetClass(), event.GetOriginalWeight(), event.GetBoostWeight());
}

const std::vector<Event *> &MethodBase::GetEventCollection(Types::ETreeType type)
{
   const Long64_t n = Data()->GetNEvents(type);
   fEventCollection.clear();
   fEventCollection.reserve(n);
   fEventPointers.clear();
   for (Long64_t i = 0; i < n; ++i) {
      fEventCollection.push_back(GetEvent(i, type));
      fEventPointers.push_back(&fEventCollection.back());
   }
   return fEventPointers;
}

} // namespace TorchMVA
