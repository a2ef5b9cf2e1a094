#include "Output/CorrelationPlots.hxx"

#include "Output/DirectoryTools.hxx"
#include "TH2F.h"
#include "TProfile.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>
#include <array>
#include <memory>

namespace TorchMVA {
namespace Internal {

namespace {

/// A column with its bins on the axes of both kinds of plots.
struct BinnedColumn {
   const PlottedColumn *fColumn;
   std::vector<std::uint16_t> fScatter;
   std::vector<std::uint16_t> fProfile;
};

/// Sums that ROOT keeps beside the bins, in its order: w, w^2, wx, wx^2, wy, wy^2, wxy.
using Moments = std::array<double, 7>;

void AddTo(Moments &moments, double x, double y, double w)
{
   const double wx = w * x, wy = w * y;
   moments[0] += w;
   moments[1] += w * w;
   moments[2] += wx;
   moments[3] += wx * x;
   moments[4] += wy;
   moments[5] += wy * y;
   moments[6] += wx * y;
}

/// Both plots of one pair and class.
class PairPlots {
public:
   PairPlots(const BinnedColumn &x, const BinnedColumn &y, const std::string &className, const std::string &end,
             bool weighted);
   void Fill(Long64_t i, double w);
   void Write(TDirectory *directory);

private:
   const BinnedColumn &fX;
   const BinnedColumn &fY;
   bool fWeighted;
   std::unique_ptr<TH2F> fScatter;
   std::unique_ptr<TProfile> fProfile;
   int fBins;                    ///< of an axis of the scatter plot
   std::vector<double> fEntries; ///< sum of weights in each bin of the profile
   std::vector<double> fSquares; ///< of the weights in each bin of the profile
   Moments fInScatter{}, fInProfile{};
   double fFilled = 0;
};

PairPlots::PairPlots(const BinnedColumn &x, const BinnedColumn &y, const std::string &className, const std::string &end,
                     bool weighted)
   : fX(x), fY(y), fWeighted(weighted)
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const PlottedColumn &a = *x.fColumn, &b = *y.fColumn;
   const std::string name = b.Name() + "_vs_" + a.Name() + "_" + className + end;
   const std::string title = b.Title() + " versus " + a.Title() + " (" + className + ")" + end;
   fBins = plotting.fNbins2D;
   fScatter =
      std::make_unique<TH2F>(("scat_" + name).c_str(), title.c_str(), fBins, a.Min(), a.Max(), fBins, b.Min(), b.Max());
   fProfile = std::make_unique<TProfile>(("prof_" + name).c_str(), ("profile " + title).c_str(), plotting.fNbins1D,
                                         a.Min(), a.Max(), b.Min(), b.Max());
   fEntries.assign(plotting.fNbins1D + 2, 0.0);
   fSquares = fEntries;
   for (TH1 *histogram : {static_cast<TH1 *>(fScatter.get()), static_cast<TH1 *>(fProfile.get())}) {
      histogram->GetXaxis()->SetTitle(a.AxisTitle().c_str());
      histogram->GetYaxis()->SetTitle(b.AxisTitle().c_str());
      if (weighted)
         histogram->Sumw2();
   }
}

void PairPlots::Fill(Long64_t i, double w)
{
   const double x = fX.fColumn->Value(i), y = fY.fColumn->Value(i);
   const int binX = fX.fScatter[i], binY = fY.fScatter[i], bin = binX + (fBins + 2) * binY;
   fScatter->GetArray()[bin] += static_cast<float>(w);
   if (fWeighted)
      fScatter->GetSumw2()->fArray[bin] += w * w;
   if (binX > 0 && binX <= fBins && binY > 0 && binY <= fBins)
      AddTo(fInScatter, x, y, w);

   const int slot = fX.fProfile[i];
   fProfile->GetArray()[slot] += w * y;
   fProfile->GetSumw2()->fArray[slot] += w * y * y;
   fEntries[slot] += w;
   fSquares[slot] += w * w;
   if (slot > 0 && slot < static_cast<int>(fEntries.size()) - 1)
      AddTo(fInProfile, x, y, w);
   ++fFilled;
}

void PairPlots::Write(TDirectory *directory)
{
   for (std::size_t slot = 0; slot < fEntries.size(); ++slot) {
      fProfile->SetBinEntries(static_cast<int>(slot), fEntries[slot]); // which takes the weights for 1
      if (fWeighted)
         fProfile->GetBinSumw2()->fArray[slot] = fSquares[slot];
   }
   fScatter->PutStats(fInScatter.data());
   fProfile->PutStats(fInProfile.data());
   for (TH1 *histogram : {static_cast<TH1 *>(fScatter.get()), static_cast<TH1 *>(fProfile.get())}) {
      histogram->SetEntries(fFilled);
      WriteObject(directory, *histogram);
   }
}

} // namespace

void WriteCorrelationPlots(TDirectory *directory, const DataSetInfo &info, const Sample &sample,
                           const std::vector<PlottedColumn> &columns, const std::string &end)
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const float *weights = sample.fWeights;
   const bool weighted =
      weights && std::any_of(weights, weights + sample.Size(), [](float weight) { return weight != 1.F; });
   std::vector<BinnedColumn> binned;
   for (const PlottedColumn &column : columns)
      binned.push_back({&column, column.Bins(TAxis(plotting.fNbins2D, column.Min(), column.Max())),
                        column.Bins(TAxis(plotting.fNbins1D, column.Min(), column.Max()))});
   for (std::size_t x = 0; x < binned.size(); ++x) {
      for (std::size_t y = x + 1; y < binned.size(); ++y) {
         std::vector<PairPlots> plots;
         for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls)
            plots.emplace_back(binned[x], binned[y], info.GetClassInfo(static_cast<Int_t>(cls))->GetName(), end,
                               weighted);
         for (Long64_t i = 0; i < sample.Size(); ++i)
            plots[sample.fClasses[i]].Fill(i, weights ? weights[i] : 1.0);
         for (PairPlots &plot : plots)
            plot.Write(directory);
      }
   }
}

} // namespace Internal
} // namespace TorchMVA
