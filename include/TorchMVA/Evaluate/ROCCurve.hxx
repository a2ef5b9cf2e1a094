#ifndef TORCHMVA_EVALUATE_ROCCURVE_HXX
#define TORCHMVA_EVALUATE_ROCCURVE_HXX

#include "RtypesCore.h"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <vector>

class TGraph;

namespace TorchMVA {

namespace Internal {
struct SortedEvent;
struct SortedResponses;
} // namespace Internal

/// The receiver operating characteristic of one response: signal efficiency (sensitivity) against background
/// rejection (specificity) for every cut "response > c".
///
/// Unbinned: the curve has one vertex per distinct response, so events with equal responses enter together and the
/// area is the weighted Mann-Whitney statistic (Hanley and McNeil, Radiology 143 (1982) 29), independent of the order
/// of the events. The events are sorted once, in the constructor, in linear time.
///
/// Negative weights count with their sign: efficiencies may then leave [0,1] and need not fall with the cut; the area
/// stays the signed trapezoid sum. Every constructor throws Error (kData) for a response or weight that is not finite,
/// and if the weights of signal or of background do not sum to a positive number; Error (kArgument) if lengths differ.
/// Immutable after construction, hence thread safe (GetROCCurve makes ROOT objects: one thread, or EnableThreadSafety).
class ROCCurve {
public:
   ROCCurve(const std::vector<Float_t> &mvaValues, const std::vector<Bool_t> &mvaTargets);
   ROCCurve(const std::vector<Float_t> &mvaValues, const std::vector<Bool_t> &mvaTargets,
            const std::vector<Float_t> &mvaWeights);
   ROCCurve(const std::vector<Float_t> &mvaSignal, const std::vector<Float_t> &mvaBackground);
   ROCCurve(const std::vector<Float_t> &mvaSignal, const std::vector<Float_t> &mvaBackground,
            const std::vector<Float_t> &mvaSignalWeights, const std::vector<Float_t> &mvaBackgroundWeights);
   /// Signal is `signalClass`; background is `backgroundClass`, or every other class if that is negative.
   ROCCurve(const ScoredSample &sample, int signalClass, int backgroundClass = -1);
   /// The same, of a sample that is sorted already.
   ROCCurve(const Internal::SortedResponses &sorted, int signalClass, int backgroundClass = -1);

   /// Area under the curve, 0.5 for random responses. `points` is there for TMVA's callers and has no effect.
   Double_t GetROCIntegral(UInt_t points = 41) const;
   /// Statistical uncertainty (one standard deviation) of the area from the finite number of events: DeLong, DeLong and
   /// Clarke-Pearson, Biometrics 44 (1988) 837, in one pass over the sorted events (Sun and Xu, IEEE Signal Process. Lett.
   /// 21 (2014) 1389). With weights: the area is sum w_i a_i / sum w_i over signal, where a_i is the rejection at event i
   /// (ties half), and the same over background; each class adds sum w_i^2 (a_i - area)^2 / (sum w_i)^2 to the variance,
   /// times n / (n - 1) for its effective number of events n = (sum w)^2 / sum w^2. For equal weights that is DeLong's
   /// formula. Events must be independent. 0 for perfect separation; NaN if a class has one effective event or less.
   Double_t GetROCIntegralError() const { return fIntegralError; }
   /// A new graph, owned by the caller: x = signal efficiency, y = background rejection, from (0,1) to (1,0).
   /// It has the exact vertices (without those on a straight run); only beyond max(points, 10000) of them they are
   /// thinned, so that a picture of millions of events stays small.
   TGraph *GetROCCurve(UInt_t points = 100) const;
   /// Largest signal efficiency at background efficiency `effB` (0 to 1), interpolated linearly between vertices.
   /// `points` has no effect. Throws Error (kArgument) for an effB outside [0,1].
   Double_t GetEffSForEffB(Double_t effB, UInt_t points = 41) const;

   /// Signal efficiency, from 1 (no cut) to 0: one value for "no cut" and one for a cut at each distinct response.
   const std::vector<Double_t> &GetSensitivity() const { return fSensitivity; }
   /// Background rejection at the same cuts, from 0 to 1.
   const std::vector<Double_t> &GetSpecificity() const { return fSpecificity; }
   /// The cuts: -infinity, then the distinct responses in ascending order.
   const std::vector<Float_t> &GetCuts() const { return fCuts; }

private:
   void Build(const Internal::SortedResponses &sorted, int signalClass, int backgroundClass);

   std::vector<Float_t> fCuts;
   std::vector<Double_t> fSensitivity;
   std::vector<Double_t> fSpecificity;
   Double_t fIntegral = 0;
   Double_t fIntegralError = 0;
};

} // namespace TorchMVA

#endif
