#include "TorchMVA/Evaluate/SubsetImportance.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace TorchMVA {

namespace {

constexpr UInt_t kMostVariables = 60; // bits of a subset
constexpr UInt_t kMostInAll = 20;     // a million trainings
constexpr UInt_t kFewestInRandom = 11;
constexpr UInt_t kSubsetsAVariable = 10;
constexpr std::uint64_t kSubsetSeed = 4357;

using Subset = std::uint64_t; // one bit a variable

/// Scores of subsets, each computed once.
class Scores {
public:
   Scores(const std::function<double(const std::vector<UInt_t> &)> &score, double emptyScore)
      : fScore(score), fKnown{{0, emptyScore}}
   {
   }
   double operator()(Subset subset)
   {
      const auto found = fKnown.find(subset);
      if (found != fKnown.end())
         return found->second;
      std::vector<UInt_t> variables;
      for (UInt_t i = 0; i < kMostVariables; ++i)
         if (subset >> i & 1)
            variables.push_back(i);
      return fKnown[subset] = fScore(variables);
   }

private:
   const std::function<double(const std::vector<UInt_t> &)> &fScore;
   std::map<Subset, double> fKnown;
};

void RequireNumber(UInt_t n, VIType type)
{
   UInt_t least = 1, most = kMostVariables;
   if (type == kAll)
      most = kMostInAll;
   else if (type == kRandom)
      least = kFewestInRandom;
   else if (type != kShort)
      throw Error(EErrorCode::kArgument,
                  "expected kShort (0), kAll (1) or kRandom (2), found " + std::to_string(static_cast<int>(type)));
   if (n < least || n > most)
      throw Error(EErrorCode::kArgument, std::string("importance of type ") +
                                            (type == kAll      ? "kAll"
                                             : type == kRandom ? "kRandom"
                                                               : "kShort") +
                                            ": expected " + std::to_string(least) + " to " + std::to_string(most) +
                                            " variables, found " + std::to_string(n));
}

} // namespace

std::vector<double> ComputeSubsetImportance(UInt_t nVariables, VIType type,
                                            const std::function<double(const std::vector<UInt_t> &)> &score,
                                            double emptyScore)
{
   RequireNumber(nVariables, type);
   const Subset all = (Subset{1} << nVariables) - 1;
   Scores scores(score, emptyScore);
   std::vector<double> importances(nVariables, 0.);
   const auto addDifferences = [&](Subset subset) {
      for (UInt_t i = 0; i < nVariables; ++i)
         if (subset >> i & 1)
            importances[i] += scores(subset) - scores(subset & ~(Subset{1} << i));
   };
   if (type == kShort) {
      addDifferences(all);
   } else if (type == kAll) {
      for (Subset subset = 1; subset <= all; ++subset)
         addDifferences(subset);
   } else {
      std::mt19937_64 generator(kSubsetSeed);
      for (UInt_t k = 0; k < kSubsetsAVariable * nVariables; ++k)
         addDifferences(generator() & all);
   }
   return importances;
}

} // namespace TorchMVA
