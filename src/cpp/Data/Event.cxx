#include "TorchMVA/Data/Event.hxx"

namespace TorchMVA {

Event::Event(const std::vector<Float_t> &values, UInt_t cls, Double_t weight, Double_t boost)
   : Event(values, {}, {}, cls, weight, boost)
{
}

Event::Event(const std::vector<Float_t> &values, const std::vector<Float_t> &targets, UInt_t cls, Double_t weight,
             Double_t boost)
   : Event(values, targets, {}, cls, weight, boost)
{
}

Event::Event(const std::vector<Float_t> &values, const std::vector<Float_t> &targets,
             const std::vector<Double_t> &spectators, UInt_t cls, Double_t weight, Double_t boost)
   : fValues(values), fTargets(targets), fSpectators(spectators), fClass(cls), fWeight(weight), fBoostWeight(boost)
{
}

} // namespace TorchMVA
