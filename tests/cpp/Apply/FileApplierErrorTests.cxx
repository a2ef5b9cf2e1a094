// Bad input and interrupted jobs of FileApplier: a clear error, and nothing under the name of the output.

#include "FileApplierFixture.hxx"

#include <csignal>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace TorchMVA;
using namespace TorchMVA::Test;
using TorchMVA::Experimental::FileApplier;
namespace fs = std::filesystem;

TEST_F(FileApplication, InputsThatAreNotThereOrHaveNoTreeAreErrors)
{
   const std::string in = WriteTree("in.root", 100);
   FileApplier applier(Fisher());
   const std::string out = fDir / "out.root";
   ExpectError(EErrorCode::kArgument, {"at least one input"}, [&] { applier.Apply({}, out); });
   ExpectError(EErrorCode::kFile, {"cannot open", "none.root"}, [&] { applier.Apply({fDir / "none.root"}, out); });
   ExpectError(EErrorCode::kTree, {"'other'", "only: events", "in.root"}, [&] { applier.Apply({in + ":other"}, out); });
   ExpectError(EErrorCode::kFile, {"cannot open"}, [&] { applier.Apply({WriteText("x.root", "no ROOT file")}, out); });
   ExpectError(EErrorCode::kTree, {"one kind", "in.root", "n.root"},
               [&] { applier.Apply({in, WriteNTuple("n.root", 10, 0)}, out); });
   {
      TFile file(in.c_str(), "UPDATE");
      TTree("more", "").Write();
   }
   ExpectError(EErrorCode::kTree, {"several trees", "events, more"}, [&] { applier.Apply({in}, out); });
   EXPECT_EQ(applier.Apply({in + ":events"}, out), 100);
}

TEST_F(FileApplication, WhatTheTreeHasNotIsNamed)
{
   FileApplier applier(WriteText("w.weights.xml", Replaced(ReadText(Fisher()), "=\"var2\"", "=\"varr2\"")));
   for (const std::string &in : {WriteTree("in.root", 100), WriteNTuple("n.root", 100, 0)}) {
      ExpectError(EErrorCode::kExpression, {"variable 'varr2'", "var2"},
                  [&] { applier.Apply({in}, fDir / "out.root"); });
      EXPECT_FALSE(fs::exists(fDir / "out.root"));
      EXPECT_TRUE(IsAlone("out.root"));
   }
}

TEST_F(FileApplication, ArraysAsVariablesAreSentToRDataFrame)
{
   FileApplier applier(WriteText("w.weights.xml", Replaced(ReadText(Fisher()), "=\"var2\"", "=\"nv\"")));
   for (const std::string &in : {WriteTree("in.root", 100), WriteNTuple("n.root", 100, 0)})
      ExpectError(EErrorCode::kExpression, {"array"}, [&] { applier.Apply({in}, fDir / "out.root"); });
   applier.SetCut("i % 4 == 2"); // two elements each
   ExpectError(EErrorCode::kExpression, {"array", "entry: 2"},
               [&] { applier.Apply({fDir / "in.root"}, fDir / "out.root"); });
   EXPECT_TRUE(IsAlone("out.root"));
}

TEST_F(FileApplication, NamesThatAreTakenOrImpossibleAreErrors)
{
   FileApplier applier(Fisher());
   ExpectError(EErrorCode::kArgument, {"my score"}, [&] { applier.SetName("my score"); });
   applier.SetName("i");
   for (const std::string &in : {WriteTree("in.root", 100), WriteNTuple("n.root", 100, 0)})
      ExpectError(EErrorCode::kArgument, {"'i' already"}, [&] { applier.Apply({in}, fDir / "out.root"); });
   EXPECT_TRUE(IsAlone("out.root"));
   applier.SetFriend();
   applier.SetCut("var1>0");
   ExpectError(EErrorCode::kArgument, {"friend", "var1>0"},
               [&] { applier.Apply({fDir / "in.root"}, fDir / "out.root"); });
}

TEST_F(FileApplication, TheOutputIsNeverAnInputNorSomebodysFile)
{
   const std::string in = WriteTree("in.root", 100);
   const std::string before = ReadText(in);
   FileApplier applier(Fisher());
   applier.SetOverwrite();
   fs::create_hard_link(in, fDir / "link.root");
   ExpectError(EErrorCode::kArgument, {"output is an input"}, [&] { applier.Apply({in}, in); });
   ExpectError(EErrorCode::kArgument, {"output is an input"}, [&] { applier.Apply({in}, fDir / "link.root"); });
   EXPECT_EQ(ReadText(in), before);
   applier.SetOverwrite(false);
   const std::string other = WriteTree("other.root", 5);
   ExpectError(EErrorCode::kArgument, {"not made by this command", "other.root"}, [&] { applier.Apply({in}, other); });
   applier.SetOverwrite();
   EXPECT_EQ(applier.Apply({in}, other), 100);
}

TEST_F(FileApplication, TheOutputIsNeverTheWeightFile)
{
   const std::string in = WriteTree("in.root", 100), weights = fDir / "F.xml", before = ReadText(Fisher());
   fs::copy_file(Fisher(), weights);
   fs::create_symlink(weights, fDir / "link.xml");
   fs::create_hard_link(weights, fDir / "hard.xml");
   fs::create_directory(fDir / "folder");
   for (const std::string &file : {weights, fDir / "link.xml"}) {
      FileApplier applier(file);
      applier.SetOverwrite();
      for (const char *name : {"F.xml", "./F.xml", "folder/../F.xml", "link.xml", "hard.xml"})
         ExpectError(EErrorCode::kArgument, {"output is the weight file", name},
                     [&] { applier.Apply({in}, fDir / name); });
   }
   EXPECT_EQ(ReadText(weights), before);
}

TEST_F(FileApplication, AnOutputThatCannotBeWrittenIsAnError)
{
   const std::string in = WriteTree("in.root", 100);
   FileApplier applier(Fisher());
   ExpectError(EErrorCode::kFile, {"cannot write the output", "nowhere"},
               [&] { applier.Apply({in}, fDir / "nowhere/out.root"); });
   fs::create_directory(fDir / "folder.root");
   ExpectError(EErrorCode::kFile, {"found a folder", "folder.root"}, [&] {
      applier.SetOverwrite();
      applier.Apply({in}, fDir / "folder.root");
   });
   EXPECT_TRUE(IsAlone("folder.root"));
   ExpectError(EErrorCode::kArgument, {"address"}, [&] { applier.Apply({in}, "root://host//out.root"); });
}

TEST_F(FileApplication, ADiskThatIsFullIsAnError)
{
   const std::string tree = WriteTree("in.root", 100000), nTuple = WriteNTuple("n.root", 100000, 0);
   FileApplier applier(Fisher());
   rlimit usual;
   getrlimit(RLIMIT_FSIZE, &usual);
   const auto handler = std::signal(SIGXFSZ, SIG_IGN);
   rlimit small = usual;
   small.rlim_cur = 200000; // bytes of a file: less than the friend
   setrlimit(RLIMIT_FSIZE, &small);
   for (const bool isFriend : {true, false}) {
      applier.SetFriend(isFriend);
      for (const std::string &in : {tree, nTuple})
         ExpectError(EErrorCode::kFile, {}, [&] { applier.Apply({in}, fDir / "out.root"); });
   }
   setrlimit(RLIMIT_FSIZE, &usual);
   std::signal(SIGXFSZ, handler);
   EXPECT_FALSE(fs::exists(fDir / "out.root"));
   EXPECT_TRUE(IsAlone("out.root"));
}

TEST_F(FileApplication, AnInputThatEndsEarlyIsAnErrorWithItsName)
{
   for (const bool isTree : {true, false}) {
      const std::string in = isTree ? WriteTree("in.root", 50000) : WriteNTuple("n.root", 50000, 0);
      fs::resize_file(in, fs::file_size(in) / 2);
      FileApplier applier(Fisher());
      ExpectError(EErrorCode::kFile, {in, "ends early"}, [&] { applier.Apply({in}, fDir / "out.root"); });
      EXPECT_TRUE(IsAlone("out.root"));
      EXPECT_FALSE(fs::exists(fDir / "out.root"));
   }
}

TEST_F(FileApplication, DamagedEventsAreAnErrorWithTheEntry)
{
   for (const bool isTree : {true, false}) {
      for (const bool isFriend : {true, false}) {
         const std::string in = isTree ? WriteTree("in.root", 100000) : WriteNTuple("n.root", 100000, 0);
         {
            const auto size = fs::file_size(in);
            std::fstream file(in, std::ios::in | std::ios::out | std::ios::binary);
            for (const double where : {0.3, 0.4, 0.5, 0.6}) { // some basket of a variable
               file.seekp(static_cast<std::streamoff>(size * where));
               file << std::string(size / 20, '\xff');
            }
         }
         FileApplier applier(Fisher());
         applier.SetFriend(isFriend);
         ExpectError(EErrorCode::kFile, {in}, [&] { applier.Apply({in}, fDir / "out.root"); });
         EXPECT_TRUE(IsAlone("out.root"));
         EXPECT_FALSE(fs::exists(fDir / "out.root"));
      }
   }
}

TEST_F(FileApplication, AFinishedOutputIsKeptUnlessSomethingHasChanged)
{
   const std::string in = WriteTree("in.root", 1000), out = fDir / "out.root";
   const auto inode = [&] { return fs::last_write_time(out); };
   FileApplier applier(Fisher());
   EXPECT_FALSE(applier.IsFinished({in}, out));
   applier.Apply({in}, out);
   EXPECT_TRUE(applier.IsFinished({in}, out));
   const auto first = inode();
   EXPECT_EQ(applier.Apply({in}, out), 1000);
   EXPECT_EQ(applier.GetNDone(), 0);
   EXPECT_EQ(inode(), first);

   applier.SetName("other");
   EXPECT_FALSE(applier.IsFinished({in}, out));
   applier.SetName("Fisher");
   applier.SetCut("var1>0");
   EXPECT_FALSE(applier.IsFinished({in}, out));
   applier.SetCut("");
   applier.SetFriend();
   EXPECT_FALSE(applier.IsFinished({in}, out));
   FileApplier retrained(WriteText("w.weights.xml", Replaced(ReadText(Fisher()), "Creator", "Maker")));
   EXPECT_FALSE(retrained.IsFinished({in}, out));
   retrained.Apply({in}, out);
   EXPECT_TRUE(retrained.IsFinished({in}, out));
   WriteTree("in.root", 1000); // another file
   EXPECT_FALSE(retrained.IsFinished({in}, out));
   fs::resize_file(out, fs::file_size(out) - 100); // that somebody has cut off
   EXPECT_FALSE(retrained.IsFinished({in}, out));
}

TEST_F(FileApplication, AStoppedJobLeavesNothing)
{
   const std::string in = WriteTree("in.root", 200000);
   FileApplier applier(
      WriteText("slow.weights.xml", Replaced(ReadText(Fisher()), "=\"var1\"", "=\"var1*(1+sin(i))\"")));
   std::thread stopper([&] {
      while (applier.GetNDone() < 5000)
         std::this_thread::yield();
      applier.Stop();
   });
   ExpectError(EErrorCode::kState, {"stopped", "in.root"}, [&] { applier.Apply({in}, fDir / "out.root"); });
   stopper.join();
   EXPECT_LT(applier.GetNDone(), 200000);
   EXPECT_FALSE(fs::exists(fDir / "out.root"));
   EXPECT_TRUE(IsAlone("out.root"));
   EXPECT_EQ(applier.Apply({in}, fDir / "out.root"), 200000);
}

TEST_F(FileApplication, WhatAKilledProcessLeftIsRemoved)
{
   const std::string in = WriteTree("in.root", 100);
   const auto part = [&](const std::string &process) {
      return WriteText("out.root.part-" + std::string(gSystem->HostName()) + "-" + process, "half");
   };
   const std::string dead = part("999999999"), alive = part(std::to_string(::getppid()));
   FileApplier applier(Fisher());
   applier.Apply({in}, fDir / "out.root");
   EXPECT_FALSE(fs::exists(dead));
   EXPECT_TRUE(fs::exists(alive));
}
