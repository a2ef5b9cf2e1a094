"""A compiled analysis that is run as batch systems do: with nothing in the environment that tells where things are."""

from __future__ import annotations

import shlex
import sys

import pytest

TIME_LIMIT = 120

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)

PROGRAM = r"""
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"

#include <TClass.h>
#include <TFile.h>
#include <TInterpreter.h>
#include <TROOT.h>
#include <TTree.h>

#include <cstdlib>
#include <string>

void Work(TMVA::Factory &factory, TMVA::DataLoader &loader, TFile &in)
{
   loader.AddVariable("var1");
   loader.AddVariable("sum := var1 + var2"); // formulas need the interpreter
   loader.AddSignalTree(in.Get<TTree>("TreeS"));
   loader.AddBackgroundTree(in.Get<TTree>("TreeB"));
   loader.PrepareTrainingAndTestTree("var3 < 100", "nTrain_Signal=500:nTrain_Background=500:SplitMode=Block");
   factory.BookMethod(&loader, TMVA::Types::kFisher, "Fisher", "");
}

/// Ends with everything alive: with or without a network, with the output file among the leaked objects or on the stack.
int End(const std::string &how, TFile &in)
{
   TFile *out = TFile::Open((how + ".root").c_str(), "RECREATE");
   auto *factory = new TMVA::Factory("job", out, "Silent:!Color:!DrawProgressBar:AnalysisType=Classification");
   auto *loader = new TMVA::DataLoader("dataset");
   Work(*factory, *loader, in);
   if (how == "network")
      factory->BookMethod(loader, TMVA::Types::kPyTorch, "Net", "Layout=4:NumEpochs=1:Seed=1:BatchSize=500");
   factory->TrainAllMethods();
   factory->TestAllMethods();
   factory->EvaluateAllMethods();
   printf("evaluated\n");
   if (how == "exit")
      std::exit(0);
   return 0;
}

int main(int argc, char **argv)
{
   if (gCling)
      printf("the interpreter started without being asked\n");
   TFile *in = TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root");
   if (argc > 1)
      return End(argv[1], *in);
   TMVA::Factory factory("job", "Silent:!Color:AnalysisType=Classification");
   TMVA::DataLoader loader("dataset");
   Work(factory, loader, *in);
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   printf("area %d\n", int(100 * factory.GetROCIntegral(&loader, "Fisher")));
   printf("class %d\n", int(TClass::GetClass("TorchMVA::Factory")->HasInterpreterInfo()));
   printf("header %d\n", int(gInterpreter->Declare("#include \"TMVA/Reader.h\"\nTMVA::Reader *gMyReader = nullptr;")));
}
"""


@pytest.fixture(scope="module")
def folder(run_checked, tmp_path_factory):
    """Where the program `app` is."""
    folder = tmp_path_factory.mktemp("executable")
    (folder / "app.cxx").write_text(PROGRAM)
    config = [sys.executable, "-m", "torchmva", "config", "--cflags", "--libs"]
    flags = shlex.split(run_checked(config, cwd=folder).stdout)
    run_checked(["g++", "app.cxx", "-o", "app", *flags], cwd=folder, timeout=TIME_LIMIT)
    return folder


def run_app(run_checked, folder, *arguments):
    # cling looks for a compiler in PATH
    return run_checked(["env", "-i", "PATH=/usr/bin:/bin", "./app", *arguments], cwd=folder, timeout=TIME_LIMIT)


def test_an_executable_needs_no_environment(run_checked, folder):
    result = run_app(run_checked, folder)
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert "class 1" in lines
    assert "header 1" in lines
    assert "the interpreter started without being asked" not in lines


@pytest.mark.parametrize("how", ["network", "fisher", "exit"])
def test_a_program_may_end_with_its_output_file_open(ROOT, run_checked, folder, how):
    result = run_app(run_checked, folder, how)
    assert "evaluated" in result.stdout.splitlines()
    file = ROOT.TFile.Open(str(folder / f"{how}.root"))
    assert not file.TestBit(ROOT.TFile.kRecovered)
    assert file.Get("dataset/TestTree").GetEntries() == 11000
    assert file.Get("dataset/Method_Fisher/Fisher/MVA_Fisher_S").GetEntries() > 0
    file.Close()
