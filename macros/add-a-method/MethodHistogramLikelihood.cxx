// A method of one's own, outside of TorchMVA (docs/add-a-method.md): the likelihood of each variable is a histogram of
// the training sample, the response L_S / (L_S + L_B) with the product over all variables, taken to be independent.

#include "TMVA/ClassifierFactory.h"
#include "TMVA/MethodBase.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"

#include <algorithm>
#include <sstream>

using namespace TorchMVA;

class MethodHistogramLikelihood : public MethodBase {
public:
   MethodHistogramLikelihood(const TString &job, const TString &title, DataSetInfo &info, const TString &options = "")
      : MethodBase(job, Type(), title, info, options)
   {
   }
   MethodHistogramLikelihood(DataSetInfo &info, const TString &weightFile) : MethodBase(Type(), info, weightFile) {}
   static Types::EMVA Type() { return Types::Instance().AddTypeMapping("HistogramLikelihood"); }

   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t) override
   {
      return type == Types::kClassification && nClasses == 2;
   }
   void DeclareOptions() override { DeclareOptionRef(fNBins, "NBins", "Bins of each histogram"); }
   void ProcessOptions() override
   {
      if (fNBins < 1)
         throw TorchMVA::Error(EErrorCode::kOption, "NBins must be at least 1", {{"method", GetName()}});
   }
   void Train() override
   {
      const Sample &sample = TrainingSample();
      fRanges.clear();
      for (UInt_t k = 0; k < GetNVariables(); ++k) {
         float low = sample.fVariables(0, k), high = low;
         for (Long64_t i = 0; i < sample.Size(); ++i) {
            low = std::min(low, sample.fVariables(i, k));
            high = std::max(high, sample.fVariables(i, k));
         }
         fRanges.insert(fRanges.end(), {low, high});
      }
      fContents.assign(2 * GetNVariables() * fNBins, 1); // one event more in every bin: no bin is impossible
      double sums[2] = {double(fNBins), double(fNBins)};
      for (Long64_t i = 0; i < sample.Size(); ++i) {
         const int isSignal = sample.fClasses[i] == static_cast<int>(DataInfo().GetSignalClassIndex());
         sums[isSignal] += sample.fWeights[i];
         for (UInt_t k = 0; k < GetNVariables(); ++k)
            fContents[Bin(k, isSignal, sample.fVariables(i, k))] += sample.fWeights[i];
      }
      for (std::size_t bin = 0; bin < fContents.size(); ++bin)
         fContents[bin] = std::max(1e-9, fContents[bin] / sums[bin / fNBins % 2]); // negative weights may win
   }
   UInt_t GetNOutputs() const override { return 1; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override
   {
      for (Long64_t i = 0; i < n; ++i, rows += GetNVariables()) {
         double ratio = 1; // background over signal
         for (UInt_t k = 0; k < GetNVariables(); ++k)
            ratio *= fContents[Bin(k, 0, rows[k])] / fContents[Bin(k, 1, rows[k])];
         outputs[i] = 1 / (1 + ratio);
      }
   }
protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override
   {
      std::ostringstream text;
      text.precision(17); // comes back exactly
      for (const auto *numbers : {&fRanges, &fContents})
         for (const double x : *numbers)
            text << x << ' ';
      weights.AddChild("Histograms", text.str());
   }
   void ReadWeightsFromXML(const XmlNode &weights) override
   {
      std::istringstream text(weights.RequiredChild("Histograms").Content());
      fRanges.assign(2 * GetNVariables(), 0);
      fContents.assign(2 * GetNVariables() * fNBins, 0); // NBins was read with the other options
      for (auto *numbers : {&fRanges, &fContents})
         for (double &x : *numbers)
            if (!(text >> x))
               throw TorchMVA::Error(EErrorCode::kWeightFile, "the histograms are incomplete");
   }

private:
   std::size_t Bin(UInt_t variable, int isSignal, float x) const
   {
      const double low = fRanges[2 * variable], high = fRanges[2 * variable + 1];
      const double bin = high > low ? (x - low) / (high - low) * fNBins : 0;
      return (2 * variable + isSignal) * fNBins + static_cast<Int_t>(std::min(std::max(bin, 0.), fNBins - 1.));
   }
   Int_t fNBins = 20;
   std::vector<double> fRanges;   ///< low and high of each variable
   std::vector<double> fContents; ///< [variable][isSignal][bin]
};

REGISTER_METHOD(HistogramLikelihood)
