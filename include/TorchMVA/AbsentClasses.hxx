#ifndef TORCHMVA_ABSENTCLASSES_HXX
#define TORCHMVA_ABSENTCLASSES_HXX

// Classes of TMVA beside its methods that do not exist here, but whose headers macros include. Such a macro compiles;
// making an object throws Error (kMethod).

#include "TString.h"
#include "TorchMVA/Core/Error.hxx"

#include <vector>

namespace TorchMVA {

class DataLoader;
class Interval;

namespace Internal {

/// Its constructor throws Error (kMethod). A base, so that nothing of the class is set up before.
class Absent {
protected:
   Absent(const char *name, const char *instead)
   {
      throw Error(EErrorCode::kMethod, std::string("the class ") + name + " does not exist here: " + instead,
                  {{"class", name}});
   }
};

} // namespace Internal

/// What a fitter minimises.
class IFitterTarget {
public:
   virtual ~IFitterTarget() = default;
   virtual Double_t EstimatorFunction(std::vector<Double_t> &parameters) = 0;
   virtual void ProgressNotifier(TString, TString) {}
};

/// A range of a parameter of a fit.
class Interval : private Internal::Absent {
public:
   Interval(Double_t, Double_t, Int_t = 0) : Absent("Interval", "it belongs to TMVA's fitters") {}
};

/// The fitter of TMVA's cuts.
class GeneticAlgorithm : private Internal::Absent {
public:
   GeneticAlgorithm(IFitterTarget &, Int_t, const std::vector<Interval *> &, UInt_t = 0)
      : Absent("GeneticAlgorithm", "use a ROOT::Math::Minimizer")
   {
   }
};

/// GeneticAlgorithm behind an option string.
class GeneticFitter : private Internal::Absent {
public:
   GeneticFitter(IFitterTarget &, const TString &, const std::vector<Interval *> &, const TString &)
      : Absent("GeneticFitter", "use a ROOT::Math::Minimizer")
   {
   }
};

namespace Experimental {

/// Training in several processes.
class Classification : private TorchMVA::Internal::Absent {
public:
   explicit Classification(DataLoader *, TString = "") : Absent("Classification", "use Factory") {}
   Classification(DataLoader *, void *, TString) : Absent("Classification", "use Factory") {}
};

} // namespace Experimental
} // namespace TorchMVA

#endif
