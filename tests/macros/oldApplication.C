// In the style of TMVAClassificationApplication.C and TMVAClassificationCategory.C of ten years ago: includes and code
// for methods that do not exist here, used or not by a list of methods.

#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "TMVA/Classification.h"
#include "TMVA/GeneticAlgorithm.h"
#include "TMVA/GeneticFitter.h"
#include "TMVA/IFitterTarget.h"
#include "TMVA/MethodCategory.h"
#include "TMVA/MethodCuts.h"
#include "TMVA/MethodDL.h"
#include "TMVA/Factory.h"
#include "TMVA/Reader.h"
#include "TMVA/Tools.h"

using namespace TMVA;

class MyFitness : public IFitterTarget {
public:
   Double_t EstimatorFunction(std::vector<Double_t> &factors) { return factors[0]; }
};

void ApplyCuts(TMVA::Reader *reader, Double_t effS)
{
   TMVA::MethodCuts *mcuts = reader->FindCutsMVA("CutsGA method");
   if (mcuts) {
      std::vector<Double_t> cutsMin;
      std::vector<Double_t> cutsMax;
      mcuts->GetCuts(0.7, cutsMin, cutsMax);
      for (UInt_t ivar = 0; ivar < cutsMin.size(); ivar++)
         std::cout << cutsMin[ivar] << " < " << mcuts->GetInputVar(ivar) << " <= " << cutsMax[ivar] << std::endl;
   }
   printf("passed %d\n", reader->EvaluateMVA("CutsGA method", effS) > 0);
}

void BookCategory(TMVA::Factory *factory, TMVA::DataLoader *loader)
{
   TMVA::MethodBase *fiCat = factory->BookMethod(loader, TMVA::Types::kCategory, "FisherCat", "");
   TMVA::MethodCategory *mcat = dynamic_cast<TMVA::MethodCategory *>(fiCat);
   mcat->AddMethod("abs(var1)<=1", "var1:var2", TMVA::Types::kFisher, "Category_Fisher", "!H:!V:Fisher");
}

template <typename F>
void Try(const char *what, F call)
{
   try {
      call();
      printf("%s: nothing thrown\n", what);
   } catch (const TMVA::Error &error) {
      printf("%s: %d %s\n", what, static_cast<int>(error.GetCode()), error.what());
   }
}

void oldApplication(const char *weights, TString myMethodList = "")
{
   TMVA::Tools::Instance();
   std::map<std::string, int> Use;
   Use["CutsGA"] = 1;
   Use["Fisher"] = 1;
   if (myMethodList != "") {
      for (auto &it : Use)
         it.second = 0;
      for (const auto &name : TMVA::gTools().SplitString(myMethodList, ','))
         Use[name.Data()] = 1;
   }
   TMVA::Reader *reader = new TMVA::Reader("!Color:!Silent");
   Float_t var1 = 1, var2 = 2, var3 = 3, var4 = 4;
   reader->AddVariable("var1", &var1);
   reader->AddVariable("var2", &var2);
   reader->AddVariable("var3", &var3);
   reader->AddVariable("var4", &var4);
   if (Use["Fisher"]) {
      reader->BookMVA("Fisher method", weights);
      printf("response %.5f\n", reader->EvaluateMVA("Fisher method"));
   }
   if (Use["CutsGA"])
      Try("CutsGA", [&] { ApplyCuts(reader, 0.7); });
   delete reader;
}

void oldClasses()
{
   MyFitness fitness;
   std::vector<TMVA::Interval *> ranges;
   Try("interval", [] { TMVA::Interval interval(0, 15, 30); });
   Try("algorithm", [&] { TMVA::GeneticAlgorithm algorithm(fitness, 300, ranges); });
   Try("fitter", [&] { TMVA::GeneticFitter fitter(fitness, "fitter", ranges, ""); });
   TMVA::DataLoader loader("dataset");
   Try("parallel", [&] { TMVA::Experimental::Classification parallel(&loader, "Jobs=2"); });
   TMVA::Factory factory("job", "Silent:AnalysisType=Classification");
   Try("category", [&] { BookCategory(&factory, &loader); });
   TMVA::MethodDL *network = nullptr;
   printf("network %d\n", network != nullptr);
}
