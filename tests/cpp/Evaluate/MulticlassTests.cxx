#include "TorchMVA/Evaluate/Multiclass.hxx"

#include "TRandom3.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace TorchMVA;

namespace {

struct Toy {
   std::vector<float> fResponses, fWeights;
   std::vector<int> fClasses;
   UInt_t fNClasses;
   Toy(int n, UInt_t nClasses, unsigned seed) : fNClasses(nClasses)
   {
      TRandom3 random(seed);
      for (int i = 0; i < n; ++i) {
         const int cls = static_cast<int>(random.Integer(nClasses));
         fClasses.push_back(cls);
         fWeights.push_back(static_cast<float>(random.Uniform(0.5, 1.5)));
         for (UInt_t c = 0; c < nClasses; ++c)
            fResponses.push_back(static_cast<float>(random.Gaus(static_cast<int>(c) == cls ? 1.0 + c : 0, 1)));
      }
   }
   MulticlassSample View() const
   {
      return {{fResponses.data(), static_cast<Long64_t>(fClasses.size()), static_cast<Long64_t>(fNClasses)},
              fWeights.data(),
              fClasses.data()};
   }
};

} // namespace

TEST(Multiclass, OneVersusRestIsTheBinaryCurveOfTheColumn)
{
   const Toy toy(3000, 4, 1);
   const auto metrics = EvaluateOneVsRest(toy.View());
   ASSERT_EQ(metrics.size(), 4u);
   for (UInt_t cls = 0; cls < 4; ++cls) {
      std::vector<Float_t> values;
      std::vector<Bool_t> targets;
      for (std::size_t i = 0; i < toy.fClasses.size(); ++i) {
         values.push_back(toy.fResponses[4 * i + cls]);
         targets.push_back(toy.fClasses[i] == static_cast<int>(cls));
      }
      const ROCCurve curve(values, targets, toy.fWeights);
      EXPECT_NEAR(metrics[cls].fROCIntegral, curve.GetROCIntegral(), 1e-12);
      EXPECT_NEAR(metrics[cls].fEff10, curve.GetEffSForEffB(0.1), 1e-12);
   }
   // the separation grows with the class number by construction
   EXPECT_GT(metrics[3].fROCIntegral, metrics[0].fROCIntegral);
}

TEST(Multiclass, ConfusionMatrixUsesTwoClassesOnly)
{
   const Toy toy(3000, 3, 2);
   const TMatrixD m = ComputeConfusionMatrix(toy.View(), 0.1);
   for (int row = 0; row < 3; ++row)
      for (int column = 0; column < 3; ++column) {
         if (row == column) {
            EXPECT_TRUE(std::isnan(m(row, column)));
            continue;
         }
         std::vector<Float_t> s, b, ws, wb;
         for (std::size_t i = 0; i < toy.fClasses.size(); ++i) {
            if (toy.fClasses[i] == row) {
               s.push_back(toy.fResponses[3 * i + row]);
               ws.push_back(toy.fWeights[i]);
            } else if (toy.fClasses[i] == column) {
               b.push_back(toy.fResponses[3 * i + row]);
               wb.push_back(toy.fWeights[i]);
            }
         }
         EXPECT_NEAR(m(row, column), ROCCurve(s, b, ws, wb).GetEffSForEffB(0.1), 1e-12);
      }
}

TEST(Multiclass, AllFiguresTogether)
{
   const Toy toy(2000, 3, 3);
   const MulticlassMetrics m = EvaluateMulticlass(toy.View());
   ASSERT_EQ(m.fConfusion.size(), 3u);
   for (std::size_t k = 0; k < 3; ++k)
      EXPECT_EQ(m.fConfusion[k](0, 1), ComputeConfusionMatrix(toy.View(), kConfusionEfficiencies[k])(0, 1));
   EXPECT_LT(m.fConfusion[0](2, 0), m.fConfusion[2](2, 0)); // a looser working point keeps more
}

TEST(Multiclass, ClassWithoutEventsIsUndefined)
{
   Toy toy(500, 3, 4);
   for (int &cls : toy.fClasses)
      cls = cls == 2 ? 1 : cls;
   const MulticlassMetrics m = EvaluateMulticlass(toy.View());
   EXPECT_TRUE(std::isnan(m.fClasses[2].fROCIntegral));
   EXPECT_FALSE(std::isnan(m.fClasses[0].fROCIntegral));
   EXPECT_TRUE(std::isnan(m.fConfusion[0](2, 0)));
   EXPECT_TRUE(std::isnan(m.fConfusion[0](0, 2)));
}

// Efficiency times purity of every cut, event by event.
TEST(Multiclass, BestCutsHaveTheLargestEfficiencyTimesPurity)
{
   Toy toy(300, 3, 7);
   for (float &response : toy.fResponses)
      response = std::round(response * 5) / 5; // with ties
   const auto cuts = ComputeBestCuts(toy.View());
   ASSERT_EQ(cuts.size(), 3u);
   for (int cls = 0; cls < 3; ++cls) {
      const auto passing = [&](double cut, bool ofClass) {
         double sum = 0;
         for (std::size_t i = 0; i < toy.fClasses.size(); ++i)
            sum += toy.fResponses[3 * i + cls] > cut && (!ofClass || toy.fClasses[i] == cls) ? toy.fWeights[i] : 0;
         return sum;
      };
      double best = 0;
      for (std::size_t i = 0; i < toy.fClasses.size(); ++i) {
         const double cut = toy.fResponses[3 * i + cls] - 0.1;
         best = std::max(best, passing(cut, true) / passing(-1e9, true) * passing(cut, true) / passing(cut, false));
      }
      EXPECT_NEAR(cuts[cls].fEfficiency * cuts[cls].fPurity, best, 1e-6) << cls;
      EXPECT_NEAR(cuts[cls].fEfficiency, passing(cuts[cls].fCut, true) / passing(-1e9, true), 1e-6) << cls;
      EXPECT_NEAR(cuts[cls].fPurity, passing(cuts[cls].fCut, true) / passing(cuts[cls].fCut, false), 1e-6) << cls;
   }
   // the best cut may keep everything: then it lies below the smallest response
   const float responses[] = {1, 0, 1, 0};
   const int classes[] = {0, 0};
   const auto all = ComputeBestCuts({{responses, 2, 2}, nullptr, classes});
   EXPECT_LT(all[0].fCut, 1);
   EXPECT_EQ(all[0].fEfficiency, 1);
   EXPECT_EQ(all[0].fPurity, 1);
   EXPECT_TRUE(std::isnan(all[1].fCut)) << "no events of class 1";
}

TEST(Multiclass, BadInputIsRefused)
{
   Toy toy(100, 3, 5);
   toy.fResponses[7] = std::numeric_limits<float>::quiet_NaN();
   EXPECT_THROW(EvaluateMulticlass(toy.View()), TorchMVA::Error);
   Toy outside(100, 3, 6);
   outside.fClasses[3] = 3;
   EXPECT_THROW(EvaluateOneVsRest(outside.View()), TorchMVA::Error);
}
