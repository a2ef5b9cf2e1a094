#ifndef TORCHMVA_TESTS_TRANSFORM_GOLDENEVENTS_HXX
#define TORCHMVA_TESTS_TRANSFORM_GOLDENEVENTS_HXX

// The events of the golden numbers: tmva_class_example.root as it comes with ROOT, split as TMVA split it.

#include "TFile.h"
#include "TROOT.h"
#include "TTree.h"
#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"
#include "support/Golden.hxx"

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace GoldenEvents {

inline std::string DataPath(const std::string &name)
{
   return TorchMVA::Test::DataDir() + "/" + name;
}

/// Rows of a csv file, the head first; fields in double quotes may contain commas.
inline std::vector<std::vector<std::string>> ReadCsv(const std::string &name)
{
   std::ifstream file(DataPath(name));
   if (!file)
      throw std::runtime_error("cannot open " + DataPath(name));
   std::vector<std::vector<std::string>> rows;
   for (std::string line; std::getline(file, line);) {
      std::vector<std::string> fields(1);
      bool isQuoted = false;
      for (char c : line) {
         if (c == '"')
            isQuoted = !isQuoted;
         else if (c == ',' && !isQuoted)
            fields.emplace_back();
         else
            fields.back() += c;
      }
      rows.push_back(fields);
   }
   return rows;
}

struct Events {
   TorchMVA::SharedMatrix<float> fVariables;
   std::vector<float> fWeights;
   std::vector<int> fClasses;

   TorchMVA::Sample AsSample() const
   {
      TorchMVA::Sample sample;
      sample.fVariables = fVariables.View();
      sample.fTargets = {nullptr, fVariables.Rows(), 0};
      sample.fSpectators = {nullptr, fVariables.Rows(), 0};
      sample.fWeights = fWeights.data();
      sample.fClasses = fClasses.data();
      sample.fVariablesOwner = fVariables.Owner();
      return sample;
   }
};

/// Training ("train") or test ("test") events of golden/split/split_random_n1000.csv, in TMVA's order.
inline Events Read(const std::string &set)
{
   const std::string path =
      std::string(gROOT->GetTutorialDir().Data()) + "/machine_learning/data/tmva_class_example.root";
   std::unique_ptr<TFile> file(TFile::Open(path.c_str()));
   if (!file)
      throw std::runtime_error("cannot open " + path);
   TTree *trees[2] = {file->Get<TTree>("TreeS"), file->Get<TTree>("TreeB")};
   float values[4];
   for (TTree *tree : trees) {
      for (int k = 0; k < 4; ++k)
         tree->SetBranchAddress(("var" + std::to_string(k + 1)).c_str(), &values[k]);
   }
   std::vector<float> rows;
   Events events;
   for (const auto &row : ReadCsv("golden/split/split_random_n1000.csv")) {
      if (row.at(0) != set)
         continue;
      const int cls = std::stoi(row.at(2));
      trees[cls]->GetEntry(std::stoll(row.at(3)));
      rows.insert(rows.end(), values, values + 4);
      events.fClasses.push_back(cls);
      events.fWeights.push_back(std::stof(row.at(4)));
   }
   events.fVariables = TorchMVA::SharedMatrix<float>(static_cast<Long64_t>(events.fClasses.size()), 4);
   std::copy(rows.begin(), rows.end(), events.fVariables.Data());
   return events;
}

inline TorchMVA::TransformContext Context()
{
   TorchMVA::TransformContext context;
   for (const char *name : {"var1", "var2", "var3", "var4"})
      context.fVariables.emplace_back(name, "", "");
   context.fClasses = {"Signal", "Background"};
   return context;
}

} // namespace GoldenEvents

#endif
