#ifndef TORCHMVA_TESTS_EVALUATE_GOLDENFISHER_HXX
#define TORCHMVA_TESTS_EVALUATE_GOLDENFISHER_HXX

#include "TFile.h"
#include "TROOT.h"
#include "TTree.h"
#include "TorchMVA/Evaluate/ScoredSample.hxx"
#include "TestDataDir.hxx"

#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace TorchMVATest {

/// Rows of a comma separated file as maps from column name to text.
inline std::vector<std::map<std::string, std::string>> ReadTable(const std::string &path)
{
   std::ifstream file(std::string(TORCHMVA_TEST_DATA_DIR) + "/" + path);
   if (!file)
      throw std::runtime_error("no test data " + path);
   const auto split = [](const std::string &line) {
      std::vector<std::string> fields;
      std::istringstream in(line);
      for (std::string field; std::getline(in, field, ',');)
         fields.push_back(field);
      return fields;
   };
   std::string line;
   std::getline(file, line);
   const std::vector<std::string> names = split(line);
   std::vector<std::map<std::string, std::string>> rows;
   while (std::getline(file, line)) {
      const std::vector<std::string> fields = split(line);
      rows.emplace_back();
      // a value with a comma in it (VarTransform "D,G") shifts the columns: count from the end
      for (std::size_t i = 0; i < names.size(); ++i)
         rows.back()[names[names.size() - 1 - i]] = fields.at(fields.size() - 1 - i);
      rows.back()[names[0]] = fields[0];
   }
   return rows;
}

inline double Number(const std::map<std::string, std::string> &row, const std::string &column)
{
   return std::stod(row.at(column));
}

/// Events of one sample of the job of tests/data/golden, scored with the coefficients in fisher_metrics.csv.
struct GoldenSample {
   std::vector<float> fVariables; ///< events x 4
   std::vector<float> fResponses;
   std::vector<int> fClasses;
   TorchMVA::ScoredSample View() const
   {
      return {fResponses.data(), static_cast<Long64_t>(fResponses.size()), 1, nullptr, fClasses.data()};
   }
};

/// The tree of a file that ships with ROOT, as rows of floats.
inline std::vector<std::vector<float>> ReadTutorialTree(const std::string &fileName, const std::string &treeName,
                                                        const std::vector<std::string> &columns)
{
   const std::string path = std::string(gROOT->GetTutorialDir().Data()) + "/machine_learning/data/" + fileName;
   const std::unique_ptr<TFile> file(TFile::Open(path.c_str()));
   auto *tree = file ? file->Get<TTree>(treeName.c_str()) : nullptr;
   if (!tree)
      throw std::runtime_error("no tree " + treeName + " in " + path);
   std::vector<float> row(columns.size());
   for (std::size_t i = 0; i < columns.size(); ++i)
      tree->SetBranchAddress(columns[i].c_str(), &row[i]);
   std::vector<std::vector<float>> rows;
   for (Long64_t i = 0; i < tree->GetEntries(); ++i) {
      tree->GetEntry(i);
      rows.push_back(row);
   }
   return rows;
}

/// `set` is "train" or "test".
inline GoldenSample ReadGoldenFisher(const std::string &set)
{
   static const std::vector<std::vector<float>> trees[2] = {
      ReadTutorialTree("tmva_class_example.root", "TreeS", {"var1", "var2", "var3", "var4"}),
      ReadTutorialTree("tmva_class_example.root", "TreeB", {"var1", "var2", "var3", "var4"})};
   const auto metrics = ReadTable("golden/fisher_metrics.csv").front();
   GoldenSample sample;
   for (const auto &row : ReadTable("golden/split/split_random_n1000.csv")) {
      if (row.at("set") != set)
         continue;
      const int cls = std::stoi(row.at("class"));
      const std::vector<float> &x = trees[cls].at(std::stoul(row.at("entry")));
      double y = Number(metrics, "F0");
      for (int k = 0; k < 4; ++k)
         y += Number(metrics, "c" + std::to_string(k + 1)) * x[k];
      sample.fVariables.insert(sample.fVariables.end(), x.begin(), x.end());
      sample.fResponses.push_back(static_cast<float>(y));
      sample.fClasses.push_back(cls);
   }
   return sample;
}

} // namespace TorchMVATest

#endif
