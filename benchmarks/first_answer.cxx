// What a job waits for before its first response: argument 1 is a file to open, argument 2 a weight file of x0, x1, ...

#include "TFile.h"
#ifdef WITH_TORCHMVA
#include "TString.h"
#include "TorchMVA/Reader.hxx"
#endif

#include <cstdio>

int main(int argc, char **argv)
{
   const TFile file(argv[1]);
   if (argc < 2 || file.IsZombie())
      return 1;
#ifdef WITH_TORCHMVA
   float x[4] = {0.5F, 0.25F, -0.5F, 1.F};
   TorchMVA::Reader reader("!Color:Silent:Engine=Native");
   for (int i = 0; i < 4; ++i)
      reader.AddVariable(TString::Format("x%d", i), &x[i]);
   reader.BookMVA("net", argv[2]);
   std::printf("%g\n", reader.EvaluateMVA("net"));
#endif
   return 0;
}
