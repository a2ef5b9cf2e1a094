// Applies the weight files of a folder to the rows stored beside them, event by event and in one call, and prints
// every response with all its bits. One source for three interfaces: interpreted, ACLiC, and the body of an executable.

#include "TString.h"
#include "TMVA/Reader.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <vector>

std::vector<Float_t> ReadRows(const TString &path)
{
   std::ifstream file(path.Data(), std::ios::binary);
   if (!file)
      throw std::runtime_error(("cannot open " + path).Data());
   std::vector<Float_t> rows;
   Float_t value = 0;
   while (file.read(reinterpret_cast<char *>(&value), sizeof(value)))
      rows.push_back(value);
   return rows;
}

void ApplyOne(const TString &folder, const TString &kind, int nVariables)
{
   std::vector<Float_t> values(nVariables);
   TMVA::Reader reader("!Color:Silent");
   for (int v = 0; v < nVariables; ++v)
      reader.AddVariable(TString::Format("var%d", v + 1), &values[v]);
   reader.BookMVA("method", folder + "/" + kind + ".weights.xml");

   const std::vector<Float_t> rows = ReadRows(folder + TString::Format("/rows%d.bin", nVariables));
   const Long64_t n = rows.size() / nVariables;
   const Long64_t nResponses = reader.GetNResponses("method");
   std::vector<Float_t> batch(n * nResponses);
   reader.EvaluateBatch("method", rows.data(), n, batch.data());

   for (Long64_t i = 0; i < n; ++i) {
      std::copy(&rows[i * nVariables], &rows[i * nVariables] + nVariables, values.begin());
      for (Long64_t j = 0; j < nResponses; ++j) {
         double one = 0;
         if (kind == "multiclass")
            one = reader.EvaluateMulticlass("method")[j];
         else if (kind == "regression")
            one = reader.EvaluateRegression("method")[j];
         else
            one = reader.EvaluateMVA("method");
         printf("%s %lld %lld one %a batch %a\n", kind.Data(), i, j, one, batch[i * nResponses + j]);
      }
   }
}

int applyWeights(const char *folder)
{
   ApplyOne(folder, "classification", 4);
   ApplyOne(folder, "fisher", 4);
   ApplyOne(folder, "multiclass", 4);
   ApplyOne(folder, "regression", 2);
   return 0;
}
