"""A trained network in a compiled program that has neither Python nor torch: single methods and folds."""

from __future__ import annotations

import shlex
import sys

import numpy as np
import pytest

TIME_LIMIT = 120

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)

PROGRAM = r"""
#include "TMVA/Reader.h"

#include <cstdio>
#include <fstream>
#include <string>

int main(int argc, char **argv)
{
   float x[2] = {0.25F, -0.5F};
   for (int i = 1; i < argc; ++i) {
      TMVA::Reader reader("!Color:Silent:Engine=Native");
      reader.AddVariable("x0", &x[0]);
      reader.AddVariable("x1", &x[1]);
      reader.BookMVA("net", argv[i]);
      std::printf("response %.9g\n", reader.EvaluateMVA("net"));
   }
   std::ifstream maps("/proc/self/maps");
   for (std::string line; std::getline(maps, line);) {
      for (const char *name : {"libpython", "libtorch", "_bridge", "libc10"}) {
         if (line.find(name) != std::string::npos)
            std::printf("loaded %s\n", line.c_str());
      }
   }
}
"""

OPTIONS = "Layout=8:NumEpochs=2:Seed=1:VarTransform=N"


def loader_of(ROOT, name):
    loader = ROOT.TMVA.DataLoader(name)
    loader.AddVariable("x0")
    loader.AddVariable("x1")
    generator = np.random.default_rng(4)
    for cls, centre in (("Signal", 0.5), ("Background", -0.5)):
        for event in generator.normal(centre, 1, size=(200, 2)):
            for tree in (ROOT.TMVA.Types.kTraining, ROOT.TMVA.Types.kTesting):
                loader.AddEvent(cls, tree, event.tolist(), 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), V=False)
    return loader


@pytest.fixture
def weight_files(ROOT, tmp_path, monkeypatch):
    """Of a network, and of a cross-validation whose response is the mean of its folds."""
    monkeypatch.chdir(tmp_path)
    factory = ROOT.TMVA.Factory("job", "Silent:!Color:AnalysisType=Classification")
    factory.BookMethod(loader_of(ROOT, "single"), ROOT.TMVA.Types.kPyTorch, "Net", OPTIONS)
    factory.TrainAllMethods()
    validation = ROOT.TMVA.CrossValidation(
        "folds",
        loader_of(ROOT, "crossed"),
        "Silent:!Color:AnalysisType=Classification:NumFolds=2:SplitType=Random:OutputEnsembling=Avg",
    )
    validation.BookMethod(ROOT.TMVA.Types.kPyTorch, "Net", OPTIONS)
    validation.Evaluate()
    return [tmp_path / "single/weights/job_Net.weights.xml", tmp_path / "crossed/weights/folds_Net.weights.xml"]


def test_no_python_and_no_torch_is_loaded(ROOT, weight_files, run_checked, tmp_path):
    (tmp_path / "app.cxx").write_text(PROGRAM)
    config = [sys.executable, "-m", "torchmva", "config", "--cflags", "--libs"]
    flags = shlex.split(run_checked(config, cwd=tmp_path).stdout)
    run_checked(["g++", "app.cxx", "-o", "app", *flags], cwd=tmp_path, timeout=TIME_LIMIT)
    result = run_checked(["env", "-i", "./app", *weight_files], cwd=tmp_path, timeout=TIME_LIMIT)
    assert "loaded" not in result.stdout
    found = [float(line.split()[1]) for line in result.stdout.splitlines()]
    for file, value in zip(weight_files, found, strict=True):
        reader = ROOT.TMVA.Reader("!Color:Silent:Engine=Python")
        for name in ("x0", "x1"):
            reader.AddVariable(name, np.zeros(1, dtype=np.float32))
        reader.BookMVA("net", str(file))
        event = ROOT.std.vector["float"]([0.25, -0.5])
        assert reader.EvaluateMVA(event, "net") == pytest.approx(value, rel=1e-5)
