#ifndef TORCHMVA_TESTS_APPLY_FILEAPPLIERFIXTURE_HXX
#define TORCHMVA_TESTS_APPLY_FILEAPPLIERFIXTURE_HXX

#include "ROOT/RNTupleModel.hxx"
#include "ROOT/RNTupleReader.hxx"
#include "ROOT/RNTupleWriter.hxx"
#include "TChain.h"
#include "TFile.h"
#include "TRandom3.h"
#include "TSystem.h"
#include "TTree.h"
#include "TTreeFormula.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/FileApplier.hxx"
#include "TorchMVA/RReader.hxx"
#include "support/ExpectError.hxx"
#include "support/Golden.hxx"
#include "support/TempDir.hxx"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

/// The values of some expressions in all entries of a tree.
struct Events {
   const std::vector<float> &Column(const std::string &name) const { return fColumns.at(name); }

   std::unique_ptr<TChain> fChain;
   TTree *fTree = nullptr; ///< that of the first file
   std::map<std::string, std::vector<float>> fColumns;
};

inline Events ReadTree(const std::vector<std::string> &files, const std::vector<std::string> &expressions)
{
   Events events;
   events.fChain = std::make_unique<TChain>("events");
   for (const auto &file : files)
      events.fChain->AddFile(file.c_str());
   events.fChain->LoadTree(0);
   events.fTree = events.fChain->GetTree();
   const Long64_t n = events.fChain->GetEntries();
   for (const auto &expression : expressions) {
      TTreeFormula formula("f", expression.c_str(), events.fChain.get());
      auto &column = events.fColumns[expression];
      int tree = -1;
      for (Long64_t i = 0; i < n; ++i) {
         events.fChain->LoadTree(i);
         if (events.fChain->GetTreeNumber() != tree)
            formula.UpdateFormulaLeaves();
         tree = events.fChain->GetTreeNumber();
         formula.GetNdata();
         column.push_back(static_cast<float>(formula.EvalInstance(0)));
      }
   }
   if (n == 0) // a chain opens no file for that
      events.fTree = TFile::Open(files.front().c_str())->Get<TTree>("events");
   return events;
}

inline std::string Replaced(std::string text, const std::string &old, const std::string &by)
{
   for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size()))
      text.replace(at, old.size(), by);
   return text;
}

class FileApplication : public ::testing::Test {
protected:
   /// A method of var1 to var4.
   static std::string Fisher() { return DataDir() + "/golden/weights/TMVAClassification_Fisher.weights.xml"; }

   std::string WriteText(const std::string &name, const std::string &text) const
   {
      std::ofstream(fDir / name) << text;
      return fDir / name;
   }

   /// Tree "events" with the variables, numbers of entries from `first`, arrays, a vector and a column that is NaN in every third entry.
   std::string WriteTree(const std::string &name, Long64_t n, Long64_t first = 0) const
   {
      TFile file((fDir / name).c_str(), "RECREATE");
      TTree tree("events", "");
      tree.SetAutoFlush(2000);
      float var[4], x[4], holes;
      int i = 0;
      std::vector<float> v;
      for (int k = 0; k < 4; ++k)
         tree.Branch(("var" + std::to_string(k + 1)).c_str(), &var[k]);
      tree.Branch("x", x, "x[4]/F");
      tree.Branch("i", &i);
      tree.Branch("holes", &holes);
      tree.Branch("nv", &v);
      TRandom3 random(7);
      for (Long64_t e = 0; e < first + n; ++e) {
         for (int k = 0; k < 4; ++k) {
            var[k] = static_cast<float>(random.Gaus());
            x[k] = static_cast<float>(random.Rndm());
         }
         v.assign(e % 4, static_cast<float>(e));
         i = static_cast<int>(e);
         holes = i % 3 ? var[0] : NAN;
         if (e >= first)
            tree.Fill();
      }
      tree.Write();
      return fDir / name;
   }

   /// The same as an RNTuple.
   std::string WriteNTuple(const std::string &name, Long64_t n, Long64_t first) const
   {
      auto model = ROOT::RNTupleModel::Create();
      std::vector<std::shared_ptr<float>> var;
      for (int k = 0; k < 4; ++k)
         var.push_back(model->MakeField<float>("var" + std::to_string(k + 1)));
      const auto i = model->MakeField<int>("i");
      const auto v = model->MakeField<std::vector<float>>("nv");
      const auto writer = ROOT::RNTupleWriter::Recreate(std::move(model), "events", fDir / name);
      TRandom3 random(7);
      for (Long64_t e = 0; e < first + n; ++e) {
         for (auto &value : var)
            *value = static_cast<float>(random.Gaus());
         v->assign(e % 4, static_cast<float>(e));
         *i = static_cast<int>(e);
         if (e >= first)
            writer->Fill();
      }
      return fDir / name;
   }

   /// What an RReader gives for the events of trees or RNTuples.
   static std::vector<float> Expected(const std::vector<std::string> &files)
   {
      std::vector<float> rows;
      for (const auto &file : files) {
         if (const std::unique_ptr<TFile> opened(TFile::Open(file.c_str())); opened->Get<TTree>("events")) {
            const Events events = ReadTree({file}, {"var1", "var2", "var3", "var4"});
            for (std::size_t i = 0; i < events.Column("var1").size(); ++i) {
               for (const auto &column : events.fColumns)
                  rows.push_back(column.second[i]);
            }
            continue;
         }
         auto reader = ROOT::RNTupleReader::Open("events", file);
         std::vector<ROOT::RNTupleView<float>> views;
         for (int k = 0; k < 4; ++k)
            views.push_back(reader->GetView<float>("var" + std::to_string(k + 1)));
         for (const auto i : reader->GetEntryRange()) {
            for (auto &view : views)
               rows.push_back(view(i));
         }
      }
      return Experimental::RReader(Fisher()).Compute(rows.data(), rows.size() / 4);
   }

   /// A copy of the inputs with the column `score`.
   static void ExpectCopy(const std::string &path, const std::vector<std::string> &inputs, Long64_t n)
   {
      const std::vector<std::string> names = {"var1", "var4", "x[2]", "i", "@nv.size()", "Alt$(nv[2], -1)"};
      const Events in = ReadTree(inputs, names);
      std::vector<std::string> all = names;
      all.emplace_back("score");
      const Events out = ReadTree({path}, all);
      ASSERT_EQ(out.fTree->GetEntries(), n);
      for (const auto &name : names)
         EXPECT_EQ(in.Column(name), out.Column(name)) << name;
      EXPECT_EQ(out.Column("score"), Expected(inputs));
      EXPECT_EQ(out.fTree->GetListOfBranches()->GetEntries(), in.fTree->GetListOfBranches()->GetEntries() + 1);
   }

   /// The same for RNTuples, where `expected` are the scores.
   static void ExpectNTuple(const std::string &path, const std::vector<std::string> &inputs,
                            const std::vector<float> &expected)
   {
      auto out = ROOT::RNTupleReader::Open("events", path);
      ASSERT_EQ(out->GetNEntries(), expected.size());
      auto score = out->GetView<float>("score");
      auto var3 = out->GetView<float>("var3");
      auto nv = out->GetView<std::vector<float>>("nv");
      std::size_t at = 0;
      for (const auto &input : inputs) {
         auto in = ROOT::RNTupleReader::Open("events", input);
         auto inVar3 = in->GetView<float>("var3");
         auto inNv = in->GetView<std::vector<float>>("nv");
         for (const auto i : in->GetEntryRange()) {
            ASSERT_EQ(var3(at), inVar3(i)) << at;
            ASSERT_EQ(nv(at), inNv(i)) << at;
            ASSERT_EQ(score(at), expected[at]) << at;
            ++at;
         }
      }
   }

   /// Whether no other file begins with the name.
   bool IsAlone(const std::string &name) const
   {
      for (const auto &entry : std::filesystem::directory_iterator(fDir.Path())) {
         const std::string other = entry.path().filename().string();
         if (other != name && other.compare(0, name.size(), name) == 0)
            return false;
      }
      return true;
   }

   TempDir fDir;
};

} // namespace Test
} // namespace TorchMVA

#endif
