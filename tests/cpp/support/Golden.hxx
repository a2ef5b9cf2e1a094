#ifndef TORCHMVA_TESTS_SUPPORT_GOLDEN_HXX
#define TORCHMVA_TESTS_SUPPORT_GOLDEN_HXX

#include "TestDataDir.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

/// Folder of the test data: TORCHMVA_TEST_DATA at run time, else where it was when the test was compiled.
inline std::string DataDir()
{
   if (const char *dir = std::getenv("TORCHMVA_TEST_DATA"))
      return dir;
   return TORCHMVA_TEST_DATA_DIR;
}

/// A table of text cells with named columns, read from a comma-separated file.
class Csv {
public:
   explicit Csv(const std::string &path, char separator = ',')
   {
      std::ifstream in(path);
      if (!in)
         throw std::runtime_error("cannot open " + path);
      std::string line;
      std::getline(in, line);
      fNames = Split(line, separator);
      while (std::getline(in, line)) {
         if (!line.empty())
            fRows.push_back(Split(line, separator));
      }
   }
   std::size_t Size() const { return fRows.size(); }
   bool Has(const std::string &column) const
   {
      for (const auto &name : fNames) {
         if (name == column)
            return true;
      }
      return false;
   }
   const std::string &Text(std::size_t row, const std::string &column) const
   {
      for (std::size_t i = 0; i < fNames.size(); ++i) {
         if (fNames[i] == column)
            return fRows.at(row).at(i);
      }
      throw std::runtime_error("no column " + column);
   }
   double Number(std::size_t row, const std::string &column) const { return std::stod(Text(row, column)); }

private:
   static std::vector<std::string> Split(const std::string &line, char separator)
   {
      std::vector<std::string> cells;
      std::istringstream in(line);
      for (std::string cell; std::getline(in, cell, separator);)
         cells.push_back(cell);
      return cells;
   }
   std::vector<std::string> fNames;
   std::vector<std::vector<std::string>> fRows;
};

inline Csv Golden(const std::string &name)
{
   return Csv(DataDir() + "/golden/" + name);
}

} // namespace Test
} // namespace TorchMVA

#endif
