// What a compiled analysis does: books, reads options, catches errors; and says which version it was built with.
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/Reader.h"
#include "TorchMVA/Version.hxx"

#include <TH1F.h>
#include <TTree.h>

#include <iostream>

int main()
{
   TMVA::Reader reader("!Color:Silent");
   Float_t x = 1;
   reader.AddVariable("x", &x);
   TH1F histogram("h", "", 10, 0, 1);
   TTree tree("t", "");

   TMVA::Factory factory("job", "Silent:!DrawProgressBar:AnalysisType=Classification");
   try {
      TMVA::Factory misspelt("job", "Slient");
      std::cerr << "no exception for an unknown option\n";
      return 1;
   } catch (const TorchMVA::Error &error) {
      std::cerr << error.what() << '\n';
   }
   std::cout << TORCHMVA_VERSION_STRING << '\n';
   return 0;
}
