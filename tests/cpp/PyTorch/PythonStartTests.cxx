// How Python is chosen and started in a plain executable. One process: the first test that starts it must be the one
// that looks at the start.

#include "PyTorch/PythonInterpreter.hxx"
#include "PyTorch/PythonLocator.hxx"
#include "PyTorch/ToyMethod.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

using TorchMVA::EErrorCode;
using namespace TorchMVA::Internal;
using namespace ToyPyTorch;

namespace {

/// An environment variable for the length of a test; null removes it.
class Variable {
public:
   Variable(const char *name, const char *value) : fName(name)
   {
      if (const char *before = std::getenv(name)) {
         fBefore = before;
         fWasSet = true;
      }
      value ? setenv(name, value, 1) : unsetenv(name);
   }
   ~Variable() { fWasSet ? setenv(fName, fBefore.c_str(), 1) : unsetenv(fName); }

private:
   const char *fName;
   std::string fBefore;
   bool fWasSet = false;
};

void MakeProgram(const fs::path &path)
{
   fs::create_directories(path.parent_path());
   WriteText(path, "#!/bin/sh\n");
   fs::permissions(path, fs::perms::owner_all);
}

} // namespace

TEST(PythonLocator, TheVariableWinsAndNothingReplacesIt)
{
   WorkingDir folder;
   std::vector<std::string> tried;
   MakeProgram(fs::path(folder.Path()) / "mine" / "python");
   const std::string mine = (fs::path(folder.Path()) / "mine" / "python").string();
   Variable chosen("TORCHMVA_PYTHON", mine.c_str());
   EXPECT_EQ(ChoosePython("/nowhere", tried).fExecutable, mine);
   Variable absent("TORCHMVA_PYTHON", "/nowhere/python");
   EXPECT_EQ(ChoosePython("/nowhere", tried).fExecutable, "");
   EXPECT_NE(std::find(tried.begin(), tried.end(), "TORCHMVA_PYTHON=/nowhere/python"), tried.end());
}

TEST(PythonLocator, TheEnvironmentOfTheLibrary)
{
   WorkingDir folder;
   Variable none("TORCHMVA_PYTHON", nullptr);
   Variable other("VIRTUAL_ENV", "/nowhere");
   std::vector<std::string> tried;
   const fs::path env = fs::path(folder.Path()) / "it's an env";
   MakeProgram(env / "bin" / "python3");
   const std::string plugins = (env / "lib" / "python3.11" / "site-packages" / "torchmva" / "lib").string();
   EXPECT_EQ(ChoosePython(plugins, tried).fExecutable, (env / "bin" / "python3").string());
   MakeProgram(env / "bin" / "python3.11");
   EXPECT_EQ(ChoosePython(plugins, tried).fExecutable, (env / "bin" / "python3.11").string());
}

TEST(PythonLocator, VirtualEnvThenPath)
{
   WorkingDir folder;
   Variable none("TORCHMVA_PYTHON", nullptr);
   std::vector<std::string> tried;
   MakeProgram(fs::path(folder.Path()) / "venv" / "bin" / "python3");
   MakeProgram(fs::path(folder.Path()) / "path" / "python3");
   Variable path("PATH", (fs::path(folder.Path()) / "path").c_str());
   {
      Variable active("VIRTUAL_ENV", (fs::path(folder.Path()) / "venv").c_str());
      EXPECT_EQ(ChoosePython("/nowhere", tried).fReason, "VIRTUAL_ENV");
   }
   Variable inactive("VIRTUAL_ENV", nullptr);
   EXPECT_EQ(ChoosePython("/nowhere", tried).fExecutable, (fs::path(folder.Path()) / "path" / "python3").string());
   Variable empty("PATH", "/nowhere");
   EXPECT_EQ(ChoosePython("/nowhere", tried).fExecutable, "");
}

TEST(PythonLocator, AnInterpreterThatDoesNotRun)
{
   WorkingDir folder;
   MakeProgram(fs::path(folder.Path()) / "python");
   WriteText("python", "#!/bin/sh\nexit 3\n");
   try {
      LibPythonCandidates((fs::path(folder.Path()) / "python").string());
      FAIL() << "no error";
   } catch (const TorchMVA::Error &error) {
      EXPECT_EQ(error.GetCode(), EErrorCode::kPython);
   }
}

// Named so that it is the first that starts Python.
TEST(PythonStart, AfterAFailureAndFromSeveralThreads)
{
   ASSERT_EQ(TorchMVA::PyMethodBase::PyIsInitialized(), 0);
   {
      Variable absent("TORCHMVA_PYTHON", "/nowhere/python");
      try {
         TorchMVA::PyMethodBase::PyInitialize();
         FAIL() << "no error";
      } catch (const TorchMVA::Error &error) {
         EXPECT_EQ(error.GetCode(), EErrorCode::kPython);
         EXPECT_NE(std::string(error.what()).find("/nowhere/python"), std::string::npos) << error.what();
      }
   }
   std::vector<std::thread> threads;
   for (int i = 0; i < 4; ++i)
      threads.emplace_back([] { TorchMVA::PyMethodBase::PyInitialize(); });
   for (auto &thread : threads)
      thread.join();
   EXPECT_EQ(TorchMVA::PyMethodBase::PyIsInitialized(), 1);
   TorchMVA::PyMethodBase::PyFinalize();
   EXPECT_EQ(TorchMVA::PyMethodBase::PyIsInitialized(), 1) << "Python must not be shut down";

   struct sigaction action;
   sigaction(SIGINT, nullptr, &action);
   EXPECT_EQ(action.sa_handler, SIG_DFL) << "Python must not catch signals";
   const char *chosen = std::getenv("TORCHMVA_PYTHON");
   ASSERT_NE(chosen, nullptr) << "ctest sets it";
   EXPECT_EQ(TorchMVA::Python_Executable(), TString(chosen));
   EXPECT_GT(TorchMVA::PyMethodBase::Py_GetProgramName().Length(), 0);
}

TEST(PythonStart, ImportsModulesAndReportsFailures)
{
   PythonInterpreter &python = PythonInterpreter::Instance();
   python.EnsureRunning();
   EXPECT_NO_THROW(python.ImportModule("torchmva._bridge"));
   try {
      python.ImportModule("torchmva.no_such_module");
      FAIL() << "no error";
   } catch (const TorchMVA::Error &error) {
      EXPECT_EQ(error.GetCode(), EErrorCode::kPython);
      EXPECT_NE(error.GetTraceback().find("ModuleNotFoundError"), std::string::npos) << error.GetTraceback();
   }
}
