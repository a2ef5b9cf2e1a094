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

int main()
{
   if (gCling)
      printf("the interpreter started without being asked\n");
   TFile *in = TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root");
   TMVA::Factory factory("job", "Silent:!Color:AnalysisType=Classification");
   TMVA::DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("sum := var1 + var2"); // formulas need the interpreter
   loader.AddSignalTree(in->Get<TTree>("TreeS"));
   loader.AddBackgroundTree(in->Get<TTree>("TreeB"));
   loader.PrepareTrainingAndTestTree("var3 < 100", "");
   factory.BookMethod(&loader, TMVA::Types::kFisher, "Fisher", "");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   printf("area %d\n", int(100 * factory.GetROCIntegral(&loader, "Fisher")));
   printf("class %d\n", int(TClass::GetClass("TorchMVA::Factory")->HasInterpreterInfo()));
   printf("header %d\n", int(gInterpreter->Declare("#include \"TMVA/Reader.h\"\nTMVA::Reader *gMyReader = nullptr;")));
}
"""


def test_an_executable_needs_no_environment(run_checked, tmp_path):
    compiler = "g++"
    (tmp_path / "app.cxx").write_text(PROGRAM)
    config = [sys.executable, "-m", "torchmva", "config", "--cflags", "--libs"]
    flags = shlex.split(run_checked(config, cwd=tmp_path).stdout)
    run_checked([compiler, "app.cxx", "-o", "app", *flags], cwd=tmp_path, timeout=TIME_LIMIT)
    # cling looks for a compiler in PATH
    result = run_checked(["env", "-i", "PATH=/usr/bin:/bin", "./app"], cwd=tmp_path, timeout=TIME_LIMIT)
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert "class 1" in lines
    assert "header 1" in lines
    assert "the interpreter started without being asked" not in lines
