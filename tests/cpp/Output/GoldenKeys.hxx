#ifndef TORCHMVA_TESTS_OUTPUT_GOLDENKEYS_HXX
#define TORCHMVA_TESTS_OUTPUT_GOLDENKEYS_HXX

// Compares an output file with the lists of keys of the files that TMVA wrote.

#include "TDirectory.h"
#include "TFile.h"
#include "TH1.h"
#include "TKey.h"
#include "support/Golden.hxx"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace TorchMVA::Test {

constexpr double kPrintedPrecision = 2e-5; ///< of the lists, relative to the length of an axis

/// Rows of a golden list of keys: path, class, title, axes.
struct GoldenKey {
   std::string fPath, fClass, fTitle, fAxes;
};

inline std::vector<GoldenKey> ReadKeys(const std::string &file)
{
   std::ifstream in(DataDir() + "/golden/output/" + file);
   std::vector<GoldenKey> keys;
   for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '#')
         continue;
      std::vector<std::string> fields;
      std::istringstream fieldsOfLine(line);
      for (std::string field; std::getline(fieldsOfLine, field, '\t');)
         fields.push_back(field);
      fields.resize(4);
      keys.push_back({fields[0].substr(0, fields[0].rfind(';')), fields[1], fields[2], fields[3]});
   }
   return keys;
}

/// Every object below a directory as "path".
inline void ListKeys(TDirectory *directory, const std::string &path, std::set<std::string> &paths)
{
   for (TObject *object : *directory->GetListOfKeys()) {
      auto *key = static_cast<TKey *>(object);
      const std::string full = path + key->GetName();
      EXPECT_TRUE(paths.insert(full).second) << "twice: " << full;
      EXPECT_EQ(key->GetCycle(), 1) << full;
      if (std::string(key->GetClassName()) == "TDirectoryFile")
         ListKeys(directory->GetDirectory(key->GetName()), full + "/", paths);
   }
}

inline void ExpectAxes(TH1 &histogram, const GoldenKey &golden, double tolerance)
{
   std::smatch match;
   ASSERT_TRUE(std::regex_search(golden.fAxes, match, std::regex("nx=(\\d+) \\[(.*),(.*)\\] ny=(\\d+)")));
   const TAxis &x = *histogram.GetXaxis();
   EXPECT_EQ(x.GetNbins(), std::stoi(match[1])) << golden.fPath;
   const double low = std::stod(match[2]), high = std::stod(match[3]);
   EXPECT_NEAR(x.GetXmin(), low, tolerance * (high - low)) << golden.fPath;
   EXPECT_NEAR(x.GetXmax(), high, tolerance * (high - low)) << golden.fPath;
   if (histogram.GetDimension() == 2) {
      EXPECT_EQ(histogram.GetYaxis()->GetNbins(), std::stoi(match[4])) << golden.fPath;
   }
}

/// Each golden key below `prefix` exists with its class, title and axes.
inline int ExpectGoldenKeys(TFile &file, const std::string &list, const std::string &prefix)
{
   int nChecked = 0;
   for (const GoldenKey &golden : ReadKeys(list)) {
      if (golden.fPath.rfind(prefix, 0) != 0)
         continue;
      std::unique_ptr<TObject> object(file.Get(golden.fPath.c_str()));
      if (!object) {
         ADD_FAILURE() << "missing: " << golden.fPath;
         continue;
      }
      ++nChecked;
      EXPECT_EQ(object->ClassName(), golden.fClass) << golden.fPath;
      if (object->InheritsFrom(TDirectory::Class())) {
         object.release(); // the file owns its directories
         continue;
      }
      if (auto *histogram = dynamic_cast<TH1 *>(object.get())) {
         histogram->SetDirectory(nullptr);
         EXPECT_EQ(histogram->GetTitle(), golden.fTitle) << golden.fPath;
         ExpectAxes(*histogram, golden, kPrintedPrecision);
      }
   }
   return nChecked;
}

} // namespace TorchMVA::Test

#endif
