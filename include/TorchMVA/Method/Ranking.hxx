#ifndef TORCHMVA_METHOD_RANKING_HXX
#define TORCHMVA_METHOD_RANKING_HXX

#include "RtypesCore.h"
#include "TString.h"

#include <vector>

namespace TorchMVA {

/// Variables ordered by a discriminating power; the largest value has rank 1.
class Ranking {
public:
   struct Rank {
      TString fVariable;
      Double_t fValue;
      Double_t fError = 0; ///< uncertainty of the value; 0: not known
   };
   Ranking(const TString &context, const TString &discriminator) : fContext(context), fDiscriminator(discriminator) {}
   void AddRank(const TString &variable, Double_t value, Double_t error = 0);
   /// In order of rank, best first.
   const std::vector<Rank> &GetRanks() const { return fRanks; }
   const TString &GetContext() const { return fContext; }
   const TString &GetDiscrName() const { return fDiscriminator; }
   /// TMVA's table; a value with an uncertainty is followed by "+-" and it.
   void Print() const;

private:
   TString fContext;
   TString fDiscriminator;
   std::vector<Rank> fRanks;
};

} // namespace TorchMVA

#endif
