// What a data set can be made of: friends, cuts, weights, arrays, typed trees, single events, text files.

#include "ReadingFixture.hxx"
#include "support/ExpectError.hxx"

#include "TChain.h"
#include "TEntryList.h"
#include "TEventList.h"
#include "TSeqCollection.h"
#include "TorchMVA/DataLoader.hxx"

#include <memory>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {
class Inputs : public Reading {};
} // namespace

TEST_F(Inputs, FriendsAndAliases)
{
   auto tree = MakeToyTree("T", 200);
   auto other = MakeToyTree("F", 200, 3, 5., 9);
   tree->AddFriend(other.get(), "F");
   tree->SetAlias("sum", "x0+x1");
   DataLoader loader("d");
   for (const char *name : {"x0", "sum", "F.x0", "x0 + x1"})
      loader.AddVariable(name);
   loader.AddRegressionTree(tree.get());
   const Sample s = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   for (Long64_t i = 0; i < s.Size(); ++i)
      ASSERT_EQ(s.fVariables(i, 1), s.fVariables(i, 3));
   EXPECT_NEAR(loader.GetDataSetInfo().GetVariableInfo(2).GetMean(), 5., 0.5);
   tree->RemoveFriend(other.get());
}

TEST_F(Inputs, TreesThatAreGoneGiveAnError)
{
   const auto expectGone = [](DataLoader &loader, const std::string &tree) {
      for (int i = 0; i < 2; ++i)
         ExpectError(EErrorCode::kTree, {"'" + tree + "'", "class 'Signal'", "closed before the events were read"},
                     [&] { loader.GetDataSetInfo().GetDataSet(); });
   };
   const auto fill = [](DataLoader &loader, TTree *signal, TTree *background) {
      loader.AddVariable("var1");
      loader.AddSignalTree(signal);
      loader.AddBackgroundTree(background);
   };
   auto kept = OpenTutorialFile("tmva_class_example.root");
   TTree *background = kept->Get<TTree>("TreeB");
   {
      SCOPED_TRACE("closed file");
      auto file = OpenTutorialFile("tmva_class_example.root");
      DataLoader loader("d");
      fill(loader, file->Get<TTree>("TreeS"), background);
      file->Close();
      expectGone(loader, "TreeS");
   }
   {
      SCOPED_TRACE("deleted file");
      auto file = OpenTutorialFile("tmva_class_example.root");
      DataLoader loader("d");
      fill(loader, file->Get<TTree>("TreeS"), background);
      file.reset();
      expectGone(loader, "TreeS");
   }
   {
      SCOPED_TRACE("deleted chain");
      auto chain = std::make_unique<TChain>("TreeS");
      chain->Add(kept->GetName());
      DataLoader loader("d");
      fill(loader, chain.get(), background);
      chain.reset();
      expectGone(loader, "TreeS");
   }
}

TEST_F(Inputs, ATreeOutlivesItsLoaderAndADataSetItsTree)
{
   auto tree = MakeToyTree("T", 100);
   const int before = gROOT->GetListOfCleanups()->GetSize();
   {
      DataLoader loader("d");
      loader.AddVariable("x0");
      loader.AddRegressionTree(tree.get());
      EXPECT_EQ(gROOT->GetListOfCleanups()->GetSize(), before + 1);
   }
   EXPECT_EQ(gROOT->GetListOfCleanups()->GetSize(), before);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddRegressionTree(tree.get());
   loader.GetDataSetInfo().GetDataSet();
   tree.reset();
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNEvents(), 100);
}

TEST_F(Inputs, CutsOfTreeAndClassAndTreeWeights)
{
   auto tree = MakeToyTree("T", 1000);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddVariable("x1");
   loader.AddSpectator("w");
   loader.AddTree(tree.get(), "Signal", 2.0, "x0 > 0");
   loader.AddTree(tree.get(), "Background", 3.0);
   loader.SetWeightExpression("w", "Signal");
   loader.PrepareTrainingAndTestTree("x1 > 0", "x1 < 0", "NormMode=None");
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_NEAR(data.GetNClassEvents(Types::kTraining, 0), 125, 40);
   EXPECT_NEAR(data.GetNClassEvents(Types::kTraining, 1), 250, 40);
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      const Sample s = data.GetSample(type);
      for (Long64_t i = 0; i < s.Size(); ++i) {
         if (s.fClasses[i] == 0) {
            ASSERT_GT(s.fVariables(i, 0), 0);
            ASSERT_GT(s.fVariables(i, 1), 0);
            ASSERT_FLOAT_EQ(s.fWeights[i], 2 * s.fSpectators(i, 0));
         } else {
            ASSERT_LT(s.fVariables(i, 1), 0);
            ASSERT_EQ(s.fWeights[i], 3);
         }
      }
   }
}

TEST_F(Inputs, ArrayVariablesMakeOneEventAnElement)
{
   const std::string path = WriteTypes(fDir / "t.root", 500);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   for (const char *array : {"jets", "vec"}) {
      DataLoader loader("d");
      loader.AddVariable(array);
      loader.AddVariable("f");
      loader.AddSpectator("Entry$");
      loader.AddRegressionTree(tree);
      loader.PrepareTrainingAndTestTree("m > 1", "SplitMode=Block:NormMode=None");
      const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
      const Long64_t expected = tree->Draw("jets", "m > 1", "goff");
      EXPECT_EQ(data.GetNEvents(), expected / 2 * 2);
      int m = 0;
      float f = 0;
      tree->SetBranchAddress("m", &m);
      tree->SetBranchAddress("f", &f);
      const Sample s = data.GetSample(Types::kTraining);
      for (Long64_t i = 0; i < s.Size();) {
         tree->GetEntry(static_cast<Long64_t>(s.fSpectators(i, 0)));
         ASSERT_GT(m, 1);
         for (int k = 0; k < m && i < s.Size(); ++k, ++i)
            ASSERT_EQ(s.fVariables(i, 1), f);
      }
      tree->ResetBranchAddresses();
   }
}

TEST_F(Inputs, ArrayOfFixedSizeAsVariables)
{
   const std::string path = WriteTypes(fDir / "t.root", 500);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   DataLoader loader("d");
   loader.AddVariable("f");
   loader.AddVariablesArray("v", 3);
   loader.AddVariable("v[1]");
   loader.AddRegressionTree(tree);
   const Sample s = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   ASSERT_EQ(s.fVariables.fColumns, 5);
   for (Long64_t i = 0; i < s.Size(); ++i)
      ASSERT_EQ(s.fVariables(i, 2), s.fVariables(i, 4));
   DataLoader tooLong("d");
   tooLong.AddVariablesArray("v", 4);
   tooLong.AddRegressionTree(tree);
   ExpectError(EErrorCode::kData, {"'v'", "4 elements", "found 3"}, [&] { tooLong.GetDataSetInfo().GetDataSet(); });
}

TEST_F(Inputs, ExplicitTrainingAndTestTrees)
{
   auto training = MakeToyTree("TTrain", 300, 3, 1.);
   auto testing = MakeToyTree("TTest", 100, 3, -1.);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddTree(training.get(), "Signal", 1., "", Types::kTraining);
   loader.AddTree(testing.get(), "Signal", 1., "", "Test");
   loader.AddBackgroundTree(training.get(), 1., "training");
   loader.AddBackgroundTree(testing.get(), 1., Types::kTesting);
   ExpectError(EErrorCode::kTree, {"Signal", "TTest"}, [&] { loader.AddSignalTree(testing.get()); });
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(data.GetNClassEvents(Types::kTraining, 0), 300);
   EXPECT_EQ(data.GetNClassEvents(Types::kTesting, 1), 100);
   EXPECT_GT(loader.GetDataSetInfo().GetVariableInfo(0).GetMean(), 0.8);
}

TEST_F(Inputs, SingleEventsAndNumbersOfEvents)
{
   DataLoader loader("d");
   loader.AddVariable("x");
   loader.AddVariable("y");
   loader.AddSpectator("s");
   for (int i = 0; i < 10; ++i) {
      loader.AddSignalTrainingEvent({double(i), i * 2., 1e9 + i}, 2.);
      loader.AddBackgroundTestEvent({double(-i), i * 2., 0.});
      loader.AddBackgroundTrainingEvent({double(-i), i * 2., 0.}, 0.5);
      loader.AddSignalTestEvent({1., 2., 3.});
   }
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None");
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   const Event event = *data.GetTrainingEvent(9);
   EXPECT_EQ(event.GetValue(1), 18);
   EXPECT_EQ(event.GetSpectator(0), 1e9 + 9);
   EXPECT_EQ(event.GetWeight(), 2);
   EXPECT_EQ(event.GetClass(), 0u);
   auto tree = MakeToyTree("T", 100);
   DataLoader counted("d");
   counted.AddVariable("x0");
   counted.SetInputTrees(tree.get(), "x0 > 0", "x0 < 0");
   counted.PrepareTrainingAndTestTree("", 20, 10);
   EXPECT_EQ(counted.GetDataSetInfo().GetDataSet()->GetNTrainingEvents(), 40);
   counted.PrepareTrainingAndTestTree("", 5, 6, 7, 8);
   EXPECT_EQ(counted.GetDataSetInfo().GetDataSet()->GetNClassEvents(Types::kTesting, 1), 8);
}

TEST_F(Inputs, AsciiFiles)
{
   WriteText(fDir / "s.txt", "x0/F:x1/F\n1 2\n3 4\n5 7\n7 8\n");
   WriteText(fDir / "b.txt", "x0/F:x1/F\n-1 2\n-3 4\n-5 7\n-7 8\n");
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.SetInputTrees(TString(fDir / "s.txt"), TString(fDir / "b.txt"));
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetTestEvent(0)->GetValue(0), 5);
}

TEST_F(Inputs, ASampleOutlivesItsDataSetAndChangesBuildItAnew)
{
   auto tree = MakeToyTree("T", 100);
   Sample sample;
   std::shared_ptr<const DataSet> shared;
   float first = 0;
   {
      DataLoader loader("d");
      loader.AddVariable("x0");
      loader.AddSpectator("id");
      loader.AddRegressionTree(tree.get());
      shared = loader.GetDataSetInfo().GetSharedDataSet();
      sample = shared->GetSample(Types::kTraining).Slice(10, 5);
      first = sample.fVariables(0, 0);
      loader.AddVariable("x1");
      EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNVariables(), 2u);
      EXPECT_EQ(shared->GetNVariables(), 1u);
   }
   shared.reset();
   EXPECT_EQ(sample.Size(), 5);
   EXPECT_EQ(sample.fVariables(0, 0), first);
   EXPECT_GT(sample.fWeights[4], 0);
   EXPECT_EQ(sample.fClasses[4], 0);
   ExpectError(EErrorCode::kArgument, {"sample of 5"}, [&] { sample.Slice(3, 3); });
}

TEST_F(Inputs, EmptyCutsOfTheThreeArgumentCallAddNoClasses)
{
   auto tree = MakeToyTree("T", 100);
   DataLoader loader("d");
   loader.AddVariable("x0");
   for (const char *name : {"A", "B", "C"})
      loader.AddTree(tree.get(), name);
   loader.PrepareTrainingAndTestTree("", "", "SplitMode=Random");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNClasses(), 3u);
}

namespace {

/// The values of the only variable, in the order of the events.
std::vector<int> TrainingValues(DataLoader &loader)
{
   const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   std::vector<int> values;
   for (Long64_t i = 0; i < sample.Size(); ++i)
      values.push_back(static_cast<int>(sample.fVariables(i, 0)));
   return values;
}

std::unique_ptr<DataLoader> LoaderOf(TTree *tree, const TString &variable, const TString &options = "")
{
   auto loader = std::make_unique<DataLoader>("d");
   loader->AddVariable(variable);
   loader->AddRegressionTree(tree);
   loader->PrepareTrainingAndTestTree("", "nTest_Regression=1:SplitMode=Block:!Correlations" + options);
   return loader;
}

/// A file with a tree T: id = first, first + 1, ...
std::string WriteNumbers(const std::string &path, const char *name, int n, int first = 0)
{
   TFile file(path.c_str(), "RECREATE");
   TTree tree(name, "");
   int id = 0;
   float v[2];
   tree.Branch("id", &id);
   tree.Branch("v", v, "v[2]/F");
   for (id = first; id < first + n; ++id) {
      v[0] = id;
      v[1] = id + 0.5f;
      tree.Fill();
   }
   tree.Write();
   return path;
}

} // namespace

TEST_F(Inputs, AnEntryListSelectsAsInTTreeDraw)
{
   const std::string a = WriteNumbers(fDir / "a.root", "T", 10), b = WriteNumbers(fDir / "b.root", "T", 10, 10);
   TFile file(a.c_str());
   auto *tree = file.Get<TTree>("T");
   TEntryList odd("odd", "");
   for (int i = 1; i < 10; i += 2)
      odd.Enter(i, tree);
   tree->SetEntryList(&odd);
   EXPECT_EQ(tree->Draw("id", "", "goff"), 5);
   EXPECT_EQ(TrainingValues(*LoaderOf(tree, "id")), (std::vector<int>{1, 3, 5, 7}));   // in bulk
   EXPECT_EQ(TrainingValues(*LoaderOf(tree, "id+0")), (std::vector<int>{1, 3, 5, 7})); // by TTreeFormula
   EXPECT_EQ(TrainingValues(*LoaderOf(tree, "v")), (std::vector<int>{1, 1, 3, 3, 5, 5, 7, 7, 9}));
   TEventList late("late", "");
   late.Enter(8);
   late.Enter(4);
   tree->SetEventList(&late);
   EXPECT_EQ(TrainingValues(*LoaderOf(tree, "id")), std::vector<int>{4});
   tree->SetEventList(nullptr);
   EXPECT_EQ(TrainingValues(*LoaderOf(tree, "id")).size(), 9u);

   TChain chain("T");
   chain.Add(a.c_str());
   chain.Add(b.c_str());
   chain.Draw(">>some", "id % 4 == 1", "entrylist");
   auto *some = static_cast<TEntryList *>(gDirectory->Get("some"));
   EXPECT_EQ(some->GetLists()->GetSize(), 2); // one for each file
   chain.SetEntryList(some);
   EXPECT_EQ(TrainingValues(*LoaderOf(&chain, "id")), (std::vector<int>{1, 5, 9, 13}));
   auto cut = LoaderOf(&chain, "id");
   cut->SetCut("id > 4");
   EXPECT_EQ(TrainingValues(*cut), (std::vector<int>{5, 9, 13}));
   TEntryList onlyB("b", "", "T", b.c_str());
   onlyB.Enter(2);
   onlyB.Enter(3);
   chain.SetEntryList(&onlyB);
   EXPECT_EQ(TrainingValues(*LoaderOf(&chain, "id")), std::vector<int>{12});
   TEventList events("events", "");
   for (const int i : {0, 11, 19})
      events.Enter(i);
   chain.SetEventList(&events);
   EXPECT_EQ(TrainingValues(*LoaderOf(&chain, "id")), (std::vector<int>{0, 11}));
   chain.SetEventList(nullptr);
}

TEST_F(Inputs, OneTreeHasOneEntryList)
{
   TFile file(WriteNumbers(fDir / "a.root", "T", 10).c_str());
   auto *tree = file.Get<TTree>("T");
   TEntryList first("first", ""), second("second", "");
   first.Enter(0, tree);
   second.Enter(1, tree);
   DataLoader loader("d");
   tree->SetEntryList(&first);
   loader.AddSignalTree(tree);
   loader.AddSignalTree(tree);
   tree->SetEntryList(&second);
   ExpectError(EErrorCode::kTree, {"class 'Signal'", "another entry list", "a tree of its own"},
               [&] { loader.AddBackgroundTree(tree); });
   tree->SetEntryList(nullptr);
}

TEST_F(Inputs, AnEntryListWithoutEntriesIsNamed)
{
   TFile file(WriteNumbers(fDir / "a.root", "T", 10).c_str()); // ROOT's lists are for trees in files
   auto *tree = file.Get<TTree>("T");
   TEntryList none("none", "");
   tree->SetEntryList(&none);
   ExpectError(EErrorCode::kData, {"class 'Regression' has no events", "tree 'T'", "entry list"},
               [&] { LoaderOf(tree, "id")->GetDataSetInfo().GetDataSet(); });
}

TEST_F(Inputs, AFriendMustBeAsLongAsItsTree)
{
   const std::string a = WriteNumbers(fDir / "a.root", "T", 10), b = WriteNumbers(fDir / "b.root", "T", 10, 10);
   const std::string shorter = WriteNumbers(fDir / "s.root", "more", 7),
                     longer = WriteNumbers(fDir / "l.root", "more", 30);
   const auto expectError = [](TTree *tree, const char *variable, int entries, int of) {
      ExpectError(EErrorCode::kTree, {"friend 'more'", std::to_string(entries) + " entries", std::to_string(of)},
                  [&] { LoaderOf(tree, variable)->GetDataSetInfo().GetDataSet(); });
   };
   {
      TFile file(a.c_str());
      auto *tree = file.Get<TTree>("T");
      tree->AddFriend("more", shorter.c_str());
      for (const char *variable : {"more.id", "Sum$(more.v)", "Alt$(more.id, 0)", "more.v", "v[0*more.id]+0*Sum$(v[])"})
         expectError(tree, variable, 7, 10);
      EXPECT_EQ(TrainingValues(*LoaderOf(tree, "id")).size(), 9u); // which does not read it
      auto first = LoaderOf(tree, "more.id");
      first->SetCut("Entry$ < 7");
      EXPECT_EQ(TrainingValues(*first), (std::vector<int>{0, 1, 2, 3, 4, 5}));
      auto cut = LoaderOf(tree, "id");
      cut->SetCut("more.id > 2");
      ExpectError(EErrorCode::kTree, {"the cut 'more.id > 2'", "'more'"}, [&] { cut->GetDataSetInfo().GetDataSet(); });
      tree->SetAlias("alias", "more.id + 1");
      expectError(tree, "alias", 7, 10);
   }
   {
      TFile file(a.c_str());
      auto *tree = file.Get<TTree>("T");
      tree->AddFriend("more", longer.c_str());
      EXPECT_EQ(TrainingValues(*LoaderOf(tree, "more.id")).size(), 9u);
      tree->GetFriend("more")->AddFriend("deep = more", shorter.c_str()); // a friend of a friend
      ExpectError(EErrorCode::kTree, {"friend 'deep'", "7 entries"},
                  [&] { LoaderOf(tree, "deep.id")->GetDataSetInfo().GetDataSet(); });
   }
   {
      TChain chain("T");
      chain.Add(a.c_str());
      chain.Add(b.c_str());
      TChain other("more");
      other.Add(shorter.c_str());
      chain.AddFriend(&other);
      expectError(&chain, "more.id", 7, 20);
      chain.RemoveFriend(&other);
   }
}

TEST_F(Inputs, AFileOfRootIsNoText)
{
   const std::string path = WriteNumbers(fDir / "a.root", "T", 3);
   WriteText(fDir / "renamed.txt", ReadText(path));
   WriteText(fDir / "binary.txt", std::string("x/F\n1\n\0\1\2", 10));
   DataLoader loader("d");
   for (const std::string name : {"a.root", "renamed.txt", "absent.root"}) {
      const TString file = fDir / name;
      ExpectError(EErrorCode::kFile, {name, "is a ROOT file", "Get<TTree>", "or use AddNTuple"},
                  [&] { loader.AddSignalTree(file); });
      ExpectError(EErrorCode::kFile, {name, "is a ROOT file"}, [&] { loader.AddBackgroundTree(file); });
      ExpectError(EErrorCode::kFile, {name, "is a ROOT file"}, [&] { loader.SetInputTrees(file, file); });
   }
   ExpectError(EErrorCode::kFile, {"binary.txt", "not a text file"},
               [&] { loader.AddSignalTree(TString(fDir / "binary.txt")); });
   ExpectError(EErrorCode::kTree, {"null pointer", "(For an RNTuple use AddNTuple)"},
               [&] { loader.AddSignalTree(static_cast<TTree *>(nullptr)); });
}

TEST_F(Inputs, ALetterAfterTheUnitIsTheType)
{
   DataLoader loader("d");
   loader.AddSpectator("spec1 := var1*2", "Spectator 1", "units", 'F');
   loader.AddSpectator("n", "Number", "", 'I', 0, 5);
   loader.AddSpectator("m", "Mass", "GeV", 0, 100);
   loader.AddSpectator("p", "Momentum", "GeV", 0.5, 100.);
   loader.AddTarget("t", "Target", "GeV", 'F');
   loader.AddRegressionTarget("k", "Count", "", 'I', 1.5, 2.5);
   const auto &spectators = loader.GetDataSetInfo().GetSpectatorInfos();
   EXPECT_EQ(spectators[0].GetVarType(), 'F');
   EXPECT_GT(spectators[0].GetMin(), spectators[0].GetMax()); // no range
   EXPECT_EQ(spectators[1].GetVarType(), 'I');
   EXPECT_EQ(spectators[1].GetMax(), 5);
   EXPECT_EQ(spectators[2].GetVarType(), 'F');
   EXPECT_EQ(spectators[2].GetMax(), 100);
   EXPECT_EQ(spectators[3].GetMin(), 0.5);
   const auto &targets = loader.GetDataSetInfo().GetTargetInfos();
   EXPECT_EQ(targets[0].GetVarType(), 'F');
   EXPECT_EQ(targets[1].GetVarType(), 'I');
   EXPECT_EQ(targets[1].GetMin(), 1.5);
   ExpectError(EErrorCode::kArgument, {"'x'"}, [&] { loader.AddTarget("t", "", "", 'x'); });
}
