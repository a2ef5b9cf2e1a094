#include "TorchMVA/Method/Ranking.hxx"

#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>

namespace TorchMVA {

void Ranking::AddRank(const TString &variable, Double_t value, Double_t error)
{
   const auto position = std::upper_bound(fRanks.begin(), fRanks.end(), value,
                                          [](Double_t v, const Rank &rank) { return v > rank.fValue; });
   fRanks.insert(position, Rank{variable, value, error});
}

void Ranking::Print() const
{
   Int_t width = 9;
   for (const auto &rank : fRanks)
      width = std::max(width, rank.fVariable.Length());

   const Logger log(fContext.Data());
   log.Header("Ranking result (top variable is best ranked)");
   const std::string rule(width + 20 + fDiscriminator.Length(), '-');
   log.Info(rule);
   log.Info(TString::Format("Rank : %-*s : %s", width, "Variable", fDiscriminator.Data()).Data());
   log.Info(rule);
   int number = 0;
   for (const auto &rank : fRanks) {
      TString line = TString::Format("%4i : %-*s : %3.3e", ++number, width, rank.fVariable.Data(), rank.fValue);
      if (rank.fError > 0)
         line += TString::Format(" +- %3.1e", rank.fError);
      log.Info(line.Data());
   }
   log.Info(rule);
}

} // namespace TorchMVA
