#ifndef TORCHMVA_DATA_EVENT_HXX
#define TORCHMVA_DATA_EVENT_HXX

#include "RtypesCore.h"

#include <algorithm>
#include <vector>

namespace TorchMVA {

/// One event by value: a copy of one row of the data set, for users who look at single events.
/// The data themselves live in DataSet's matrices.
class Event {
public:
   Event() = default;
   explicit Event(const std::vector<Float_t> &values, UInt_t cls = 0, Double_t weight = 1.0, Double_t boost = 1.0);
   Event(const std::vector<Float_t> &values, const std::vector<Float_t> &targets, UInt_t cls = 0, Double_t weight = 1.0,
         Double_t boost = 1.0);
   Event(const std::vector<Float_t> &values, const std::vector<Float_t> &targets,
         const std::vector<Double_t> &spectators, UInt_t cls = 0, Double_t weight = 1.0, Double_t boost = 1.0);

   /// Throws std::out_of_range for a bad index, as the other accessors.
   Float_t GetValue(UInt_t i) const { return fValues.at(i); }
   const std::vector<Float_t> &GetValues() const { return fValues; }
   Float_t GetTarget(UInt_t i) const { return fTargets.at(i); }
   const std::vector<Float_t> &GetTargets() const { return fTargets; }
   Double_t GetSpectator(UInt_t i) const { return fSpectators.at(i); }
   const std::vector<Double_t> &GetSpectators() const { return fSpectators; }
   UInt_t GetClass() const { return fClass; }
   /// Original weight times boost weight. Negative weights stay so: IgnoreNegWeightsInTraining is an option of each
   /// method, and TMVA's static switches for it do not exist here.
   Double_t GetWeight() const { return fWeight * fBoostWeight; }
   Double_t GetOriginalWeight() const { return fWeight; }
   /// At least 1e-4.
   Double_t GetBoostWeight() const { return std::max(1e-4, fBoostWeight); }
   UInt_t GetNVariables() const { return fValues.size(); }
   UInt_t GetNTargets() const { return fTargets.size(); }
   UInt_t GetNSpectators() const { return fSpectators.size(); }
   void SetVal(UInt_t i, Float_t v) { fValues.at(i) = v; }
   void SetTarget(UInt_t i, Float_t v) { fTargets.at(i) = v; }
   void SetSpectator(UInt_t i, Double_t v) { fSpectators.at(i) = v; }
   void SetWeight(Double_t w) { fWeight = w; }
   void SetBoostWeight(Double_t w) { fBoostWeight = w; }
   void ScaleBoostWeight(Double_t factor) { fBoostWeight *= factor; }
   void SetClass(UInt_t c) { fClass = c; }

private:
   std::vector<Float_t> fValues;
   std::vector<Float_t> fTargets;
   std::vector<Double_t> fSpectators;
   UInt_t fClass = 0;
   Double_t fWeight = 1.0;
   Double_t fBoostWeight = 1.0;
};

} // namespace TorchMVA

#endif
