// Whole files: what is written is what a Reader gives for the same events, and nothing half-written is ever left.

#include "FileApplierFixture.hxx"

#include "ROOT/RNTupleReader.hxx"
#include "TChain.h"

using namespace TorchMVA;
using namespace TorchMVA::Test;
using TorchMVA::Experimental::FileApplier;

TEST_F(FileApplication, ACopyHasEverythingAndTheResponses)
{
   const std::string in = WriteTree("in.root", 30000);
   FileApplier applier(Fisher());
   EXPECT_EQ(applier.GetColumnNames(), std::vector<std::string>{"Fisher"});
   applier.SetName("score");
   EXPECT_EQ(applier.Apply({in + ":events"}, fDir / "out.root"), 30000);
   EXPECT_EQ(applier.GetNDone(), 30000);
   EXPECT_EQ(applier.GetNEntries(), 30000);
   ExpectCopy(fDir / "out.root", {in}, 30000);
   EXPECT_TRUE(IsAlone("out.root"));
}

TEST_F(FileApplication, TheTreeNeedNoNameIfItIsTheOnlyOne)
{
   const std::string in = WriteTree("in.root", 10);
   FileApplier applier(Fisher());
   EXPECT_EQ(applier.Apply({in}, fDir / "out.root"), 10);
   applier.SetName("again"); // what marks an output as finished is no second tree
   EXPECT_EQ(applier.Apply({fDir / "out.root"}, fDir / "again.root"), 10);
}

TEST_F(FileApplication, AChainBecomesOneTreeInItsOrder)
{
   const std::string a = WriteTree("a.root", 5000, 0), b = WriteTree("b.root", 0, 5000),
                     c = WriteTree("c.root", 7000, 5000);
   FileApplier applier(Fisher());
   applier.SetName("score");
   EXPECT_EQ(applier.Apply({a, b + ":events", c}, fDir / "out.root"), 12000);
   ExpectCopy(fDir / "out.root", {a, c}, 12000);
}

TEST_F(FileApplication, ManyThreadsWriteInTheOrderOfTheEntries)
{
   const std::string in = WriteTree("in.root", 300000);
   gConfig().EnableMT(4);
   FileApplier applier(Fisher());
   applier.SetName("score");
   EXPECT_EQ(applier.Apply({in}, fDir / "out.root"), 300000);
   gConfig().DisableMT();
   ExpectCopy(fDir / "out.root", {in}, 300000);
}

TEST_F(FileApplication, AFriendHasTheResponsesOnly)
{
   const std::string in = WriteTree("in.root", 9000);
   FileApplier applier(Fisher());
   applier.SetName("score");
   applier.SetFriend();
   EXPECT_EQ(applier.Apply({in}, fDir / "friend.root"), 9000);
   const Events scores = ReadTree({fDir / "friend.root"}, {"score"});
   ASSERT_EQ(scores.fTree->GetListOfBranches()->GetEntries(), 1);
   TChain chain("events");
   chain.AddFile(in.c_str());
   chain.AddFriend("scores = events", (fDir / "friend.root").c_str());
   EXPECT_EQ(chain.Draw("scores.score", "", "goff"), 9000);
   EXPECT_EQ(scores.Column("score"), Expected({in}));
}

TEST_F(FileApplication, ACutCopiesTheEventsThatPass)
{
   const std::string in = WriteTree("in.root", 20000);
   FileApplier applier(Fisher());
   applier.SetName("score");
   applier.SetCut("var1 > 0 && i % 2 == 0");
   const Long64_t n = applier.Apply({in}, fDir / "out.root");
   const Events all = ReadTree({in}, {"var1", "i"});
   const std::vector<float> expected = Expected({in});
   std::vector<float> passed;
   for (std::size_t i = 0; i < expected.size(); ++i) {
      if (all.Column("var1")[i] > 0 && static_cast<int>(all.Column("i")[i]) % 2 == 0)
         passed.push_back(expected[i]);
   }
   ASSERT_GT(n, 1000);
   const Events out = ReadTree({fDir / "out.root"}, {"score", "var1", "nv"});
   EXPECT_EQ(out.Column("score"), passed);
   EXPECT_EQ(static_cast<std::size_t>(n), passed.size());
   EXPECT_EQ(out.fTree->GetListOfBranches()->GetEntries(), all.fTree->GetListOfBranches()->GetEntries() + 1);
}

TEST_F(FileApplication, NTuplesAreCopiedAndHaveFriends)
{
   const std::string a = WriteNTuple("a.root", 6000, 0), b = WriteNTuple("b.root", 5000, 6000);
   FileApplier applier(Fisher());
   applier.SetName("score");
   EXPECT_EQ(applier.Apply({a + ":events", b}, fDir / "out.root"), 11000);
   const std::vector<float> expected = Expected({a, b});
   ExpectNTuple(fDir / "out.root", {a, b}, expected);
   applier.SetFriend();
   EXPECT_EQ(applier.Apply({a, b}, fDir / "friend.root"), 11000);
   auto reader = ROOT::RNTupleReader::Open("events", fDir / "friend.root");
   EXPECT_EQ(reader->GetModel().GetFieldNames().size(), 1u);
   auto score = reader->GetView<float>("score");
   for (Long64_t i = 0; i < 11000; ++i)
      ASSERT_EQ(score(i), expected[i]) << i;
}

TEST_F(FileApplication, NTuplesAreCutWithExpressionsOfCpp)
{
   const std::string a = WriteNTuple("a.root", 6000, 0), b = WriteNTuple("b.root", 5000, 6000);
   FileApplier applier(Fisher());
   applier.SetName("score");
   applier.SetCut("std::abs(var1) > 1");
   const Long64_t n = applier.Apply({a, b}, fDir / "out.root");
   auto reader = ROOT::RNTupleReader::Open("events", fDir / "out.root");
   auto var1 = reader->GetView<float>("var1");
   auto i = reader->GetView<int>("i");
   auto score = reader->GetView<float>("score");
   const std::vector<float> expected = Expected({a, b});
   ASSERT_EQ(reader->GetNEntries(), static_cast<ULong64_t>(n));
   ASSERT_GT(n, 1000);
   for (Long64_t k = 0; k < n; ++k) {
      EXPECT_GT(std::abs(var1(k)), 1);
      ASSERT_EQ(score(k), expected[i(k)]) << k;
   }
}

TEST_F(FileApplication, ExpressionsAndArraysAreThoseOfTheTraining)
{
   const std::string in = WriteTree("in.root", 5000);
   std::string text = ReadText(Fisher());
   FileApplier applier(WriteText("expr.weights.xml",
                                 Replaced(Replaced(text, "=\"var1\"", "=\"var1+0.5*i\""), "=\"var2\"", "=\"x[1]\"")));
   applier.SetName("score");
   applier.Apply({in}, fDir / "out.root");
   for (const std::string number : {"1", "2", "3", "4"}) {
      const std::string element = "x[" + std::to_string(std::stoi(number) - 1) + "]";
      text = Replaced(text, "Internal=\"var" + number + "\"", "Internal=\"" + element + "\"");
      text = Replaced(text, "=\"var" + number + "\"", "=\"x\"");
   }
   FileApplier arrays(WriteText("array.weights.xml", text));
   arrays.SetName("score");
   arrays.Apply({in}, fDir / "arrays.root");

   const Events events = ReadTree({in}, {"var1", "i", "var3", "var4", "x[0]", "x[1]", "x[2]", "x[3]"});
   std::vector<float> rows, arrayRows;
   for (Long64_t i = 0; i < 5000; ++i) {
      const auto at = [&](const char *name) { return events.Column(name)[i]; };
      for (const double value :
           {double(at("var1")) + 0.5 * at("i"), double(at("x[1]")), double(at("var3")), double(at("var4"))})
         rows.push_back(static_cast<float>(value));
      for (const char *name : {"x[0]", "x[1]", "x[2]", "x[3]"})
         arrayRows.push_back(at(name));
   }
   const Experimental::RReader reader(Fisher());
   EXPECT_EQ(ReadTree({fDir / "out.root"}, {"score"}).Column("score"), reader.Compute(rows.data(), 5000));
   EXPECT_EQ(ReadTree({fDir / "arrays.root"}, {"score"}).Column("score"), reader.Compute(arrayRows.data(), 5000));
}

TEST_F(FileApplication, AnEventWithNaNGetsMinus999)
{
   const std::string in = WriteTree("in.root", 3000);
   FileApplier applier(WriteText("nan.weights.xml", Replaced(ReadText(Fisher()), "=\"var1\"", "=\"holes\"")));
   applier.SetName("score");
   applier.Apply({in}, fDir / "out.root");
   const auto scores = ReadTree({fDir / "out.root"}, {"score"}).Column("score");
   for (Long64_t i = 0; i < 3000; ++i)
      ASSERT_EQ(scores[i] == -999, i % 3 == 0) << i;
}

TEST_F(FileApplication, TreesWithoutEntriesGetTheColumnToo)
{
   const std::string tree = WriteTree("tree.root", 0), nTuple = WriteNTuple("n.root", 0, 0);
   FileApplier applier(Fisher());
   applier.SetName("score");
   EXPECT_EQ(applier.Apply({tree}, fDir / "out.root"), 0);
   EXPECT_EQ(ReadTree({fDir / "out.root"}, {}).fTree->GetBranch("score")->GetEntries(), 0);
   EXPECT_NE(ReadTree({fDir / "out.root"}, {}).fTree->GetBranch("var1"), nullptr);
   EXPECT_EQ(applier.Apply({nTuple}, fDir / "n-out.root"), 0);
   EXPECT_EQ(ROOT::RNTupleReader::Open("events", fDir / "n-out.root")->GetModel().GetFieldNames().count("score"), 1u);
}

TEST_F(FileApplication, TheFirstVariablesAreReadForAComparison)
{
   const FileApplier applier(Fisher());
   for (const auto &input : {WriteTree("tree.root", 20), WriteNTuple("n.root", 20, 0)}) {
      EXPECT_TRUE(applier.ReadVariables(input, 0).empty());
      EXPECT_EQ(applier.ReadVariables(input, 30).size(), 80u);
      const auto found = applier.ReadVariables(input, 3);
      ASSERT_EQ(found.size(), 12u);
      auto expected = Expected({input});
      expected.resize(3);
      EXPECT_EQ(Experimental::RReader(Fisher()).Compute(found.data(), 3), expected);
   }
}

TEST_F(FileApplication, RegressionsHaveColumnsToo)
{
   const std::string in = WriteTree("in.root", 1000);
   FileApplier applier(DataDir() + "/golden/weights/TMVARegression_LDDG.weights.xml");
   EXPECT_EQ(applier.GetColumnNames(), std::vector<std::string>{"LDDG"});
   applier.SetFriend();
   EXPECT_EQ(applier.Apply({in}, fDir / "out.root"), 1000);
   const Events events = ReadTree({in}, {"var1", "var2"});
   std::vector<float> rows;
   for (Long64_t i = 0; i < 1000; ++i) {
      rows.push_back(events.Column("var1")[i]);
      rows.push_back(events.Column("var2")[i]);
   }
   const Experimental::RReader reader(DataDir() + "/golden/weights/TMVARegression_LDDG.weights.xml");
   EXPECT_EQ(ReadTree({fDir / "out.root"}, {"LDDG"}).Column("LDDG"), reader.Compute(rows.data(), 1000));
}

TEST_F(FileApplication, WhatDoesNotExistIsLikeNaN)
{
   const std::string in = WriteTree("in.root", 1000);
   // the weight file with an element of a vector instead of var3
   const std::string text = ReadText(Fisher());
   const std::string element = WriteText("element.xml", Replaced(text, "Expression=\"var3\"", "Expression=\"nv[1]\""));
   const std::string guarded =
      WriteText("guarded.xml", Replaced(text, "Expression=\"var3\"", "Expression=\"@nv.size()&gt;1?nv[1]:-7\""));
   const std::string compared =
      WriteText("compared.xml", Replaced(text, "Expression=\"var3\"", "Expression=\"nv[nv.size()-2]&lt;0?-7:nv[1]\""));
   std::map<std::string, std::vector<float>> scores;
   for (const auto &file : {element, guarded, compared}) {
      FileApplier applier(file);
      applier.SetName("score");
      EXPECT_EQ(applier.Apply({in}, fDir / "out.root"), 1000);
      scores[file] = ReadTree({fDir / "out.root"}, {"score"}).Column("score");
      gSystem->Unlink((fDir / "out.root").c_str());
   }
   const Events events = ReadTree({in}, {"var1", "var2", "var4"});
   const Experimental::RReader reader(Fisher());
   for (int i = 0; i < 1000; ++i) {
      const auto respond = [&](float third) {
         return reader.Compute({events.Column("var1")[i], events.Column("var2")[i], third, events.Column("var4")[i]})
            .at(0);
      };
      const bool exists = i % 4 > 1;
      ASSERT_EQ(scores[element][i], exists ? respond(i) : -999) << i;
      ASSERT_EQ(scores[guarded][i], respond(exists ? i : -7)) << i;
      ASSERT_EQ(scores[compared][i], scores[element][i]) << i;
   }
}

TEST_F(FileApplication, AShortFriendInTheFileIsNamed)
{
   const std::string in = WriteTree("in.root", 100);
   {
      TFile other((fDir / "other.root").c_str(), "RECREATE");
      TTree more("more", "");
      float y = 1;
      more.Branch("y", &y);
      for (int i = 0; i < 70; ++i)
         more.Fill();
      more.Write();
      other.Close();
      TFile file(in.c_str(), "UPDATE");
      auto *tree = file.Get<TTree>("events");
      tree->AddFriend("more", (fDir / "other.root").c_str());
      tree->Write("", TObject::kOverwrite);
   }
   FileApplier applier(
      WriteText("friend.xml", Replaced(ReadText(Fisher()), "Expression=\"var3\"", "Expression=\"more.y\"")));
   for (const bool isFriend : {false, true}) {
      applier.SetFriend(isFriend);
      ExpectError(EErrorCode::kTree, {"friend 'more'", "70", "100"}, [&] { applier.Apply({in}, fDir / "out.root"); });
      EXPECT_TRUE(IsAlone("out.root"));
   }
}
