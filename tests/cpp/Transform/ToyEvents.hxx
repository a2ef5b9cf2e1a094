#ifndef TORCHMVA_TESTS_TRANSFORM_TOYEVENTS_HXX
#define TORCHMVA_TESTS_TRANSFORM_TOYEVENTS_HXX

// Made-up events with variables, targets and spectators; the same for the same seed.

#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <cmath>
#include <random>
#include <string>
#include <vector>

struct ToyEvents {
   TorchMVA::SharedMatrix<float> fVariables, fTargets;
   TorchMVA::SharedMatrix<double> fSpectators;
   std::vector<float> fWeights;
   std::vector<int> fClasses;
   TorchMVA::TransformContext fContext;

   ToyEvents(Long64_t n, int nVariables, int nTargets = 0, int nSpectators = 0, int nClasses = 2, unsigned seed = 1)
      : fVariables(n, nVariables), fTargets(n, nTargets), fSpectators(n, nSpectators), fWeights(n), fClasses(n)
   {
      std::mt19937 generator(seed);
      const auto uniform = [&generator] { return (generator() + 0.5) / 4294967296.0; };
      const auto normal = [&uniform] {
         return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
      };
      for (Long64_t i = 0; i < n; ++i) {
         fClasses[i] = static_cast<int>(generator() % nClasses);
         fWeights[i] = static_cast<float>(0.5 + uniform());
         const double common = normal();
         for (int k = 0; k < nVariables; ++k)
            fVariables.Data()[i * nVariables + k] =
               static_cast<float>((k + 1) * (normal() + 0.7 * common) + 3 * k + fClasses[i]);
         for (int k = 0; k < nTargets; ++k)
            fTargets.Data()[i * nTargets + k] = static_cast<float>(100 * (k + 1) + 10 * common + 4 * normal());
         for (int k = 0; k < nSpectators; ++k)
            fSpectators.Data()[i * nSpectators + k] = 10000000001.0 + 4096.0 * i;
      }
      for (int k = 0; k < nVariables; ++k)
         fContext.fVariables.emplace_back(("v" + std::to_string(k)).c_str(), "", "");
      for (int k = 0; k < nTargets; ++k)
         fContext.fTargets.emplace_back(("t" + std::to_string(k)).c_str(), "", "");
      for (int k = 0; k < nSpectators; ++k)
         fContext.fSpectators.emplace_back(("s" + std::to_string(k)).c_str(), "", "");
      for (int c = 0; c < nClasses; ++c)
         fContext.fClasses.push_back("Class_" + std::to_string(c));
   }

   float &Variable(Long64_t i, int k) { return fVariables.Data()[i * fVariables.Columns() + k]; }

   TorchMVA::Sample AsSample() const
   {
      TorchMVA::Sample sample;
      sample.fVariables = fVariables.View();
      sample.fTargets = fTargets.View();
      sample.fSpectators = fSpectators.View();
      sample.fWeights = fWeights.data();
      sample.fClasses = fClasses.data();
      sample.fOwner = fSpectators.Owner();
      sample.fVariablesOwner = fVariables.Owner();
      sample.fTargetsOwner = fTargets.Owner();
      return sample;
   }
};

#endif
