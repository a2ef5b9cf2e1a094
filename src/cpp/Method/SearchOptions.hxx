#ifndef TORCHMVA_SRC_METHOD_SEARCHOPTIONS_HXX
#define TORCHMVA_SRC_METHOD_SEARCHOPTIONS_HXX

#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"

#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A search for options, as the Python side (torchmva._engine.search) gets it.
struct SearchRequest {
   std::string fFigure = "ROCIntegral"; ///< of merit
   std::string fParameters;             ///< what to vary; empty: what is built in for the method
   UInt_t fNTrials = 20;
   Double_t fMaxSeconds = 0; ///< 0: any
   UInt_t fSeed = 1;
};

/// The best options, names and values; none if the method has nothing to vary.
using SearchResult_t = std::vector<std::pair<std::string, std::string>>;

/// What `fitType` of Factory::OptimizeAllMethods says, an option string: the name of the algorithm and its options.
class SearchOptions : public Configurable {
public:
   /// Throws Error (kOption).
   SearchOptions(const TString &figure, const TString &fitType);
   SearchRequest Request() const;
   /// Whether one of TMVA's algorithms was asked for.
   bool IsOfTMVA() const { return fAlgorithm != "Optuna"; }
   const TString &Algorithm() const { return fAlgorithm; }

private:
   TString fFigure;
   TString fAlgorithm = "Optuna";
   TString fParameters;
   UInt_t fNTrials = 20;
   Double_t fMaxTime = 0;
   UInt_t fSeed = 1;
};

} // namespace Internal
} // namespace TorchMVA

#endif
