// The application half of MethodBase: from untransformed variables to the responses that users see.

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <algorithm>

namespace TorchMVA {

namespace {

/// Memory of one thread, on loan: kept between calls so that an event loop does not allocate, and taken out of its
/// place meanwhile, because a prediction may run user code that evaluates another method.
template <typename T>
class Scratch {
public:
   explicit Scratch(std::vector<T> &home) : fHome(home), fVector(std::move(home)) {}
   ~Scratch()
   {
      if (fVector.capacity() <= kMaxKept)
         fHome = std::move(fVector);
   }
   Scratch(const Scratch &) = delete;
   Scratch &operator=(const Scratch &) = delete;
   std::vector<T> &operator*() { return fVector; }
   std::vector<T> *operator->() { return &fVector; }

private:
   static constexpr std::size_t kMaxKept = (std::size_t{16} << 20) / sizeof(T); // 16 MiB
   std::vector<T> &fHome;
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
   thread_local std::vector<float> transformedHome;
   thread_local std::vector<double> spectatorHome;
   thread_local std::vector<float> outputsHome;
   Scratch transformed(transformedHome);
   Scratch spectatorCopy(spectatorHome);
   Scratch outputs(outputsHome);

   const float *inputs = variables;
   if (!fTransformations.IsIdentity()) {
      transformed->assign(variables, variables + n * GetNVariables());
      double *spectatorRows = nullptr;
      if (spectators) {
         spectatorCopy->assign(spectators, spectators + n * fDataSetInfo.GetNSpectators());
         spectatorRows = spectatorCopy->data();
      }
      fTransformations.Apply(n, transformed->data(), nullptr, spectatorRows);
      inputs = transformed->data();
   }
   const Long64_t nOutputs = GetNOutputs();
   const Long64_t nResponses = GetNResponses();
   if (nOutputs == nResponses) {
      Predict(inputs, n, responses);
   } else if (nResponses == 1) {
      outputs->resize(n * nOutputs);
      Predict(inputs, n, outputs->data());
      const Long64_t column = GetSignalColumn();
      for (Long64_t i = 0; i < n; ++i)
         responses[i] = (*outputs)[i * nOutputs + column];
   } else {
      throw Error(EErrorCode::kModel,
                  "expected " + std::to_string(nResponses) + " outputs, the model has " + std::to_string(nOutputs),
                  {{"method", fMethodTitle.Data()}});
   }
   if (DoRegression() && fTransformations.TransformsTargets())
      fTransformations.InvertTargets(n, responses);
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
