"""Macros with the properties and the pass conditions of ROOT's own tests testPyTorch*.C, with data of the wheel."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CASES = {
    "Classification": ("tmva_class_example.root", "tmva_class_example.root", "trainedPyTorchModelClassification.pt"),
    "Multiclass": (
        "tmva_multiclass_example.root",
        "tmva_example_multiple_background.root",
        "trainedPyTorchModelMulticlass.pt",
    ),
    "Regression": ("tmva_reg_example.root", "tmva_reg_example.root", "trainedPyTorchModelRegression.h5"),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize("kind", CASES)
def test_trains_deletes_and_applies(kind, run_macro, tutorials, tmp_path):
    source, name, trained = CASES[kind]
    shutil.copy(tutorials / "data" / source, tmp_path / name)
    shutil.copy(HERE / f"generatePyTorchModel{kind}.py", tmp_path)
    result = run_macro(HERE / f"testPyTorch{kind}.C", cwd=tmp_path, timeout=150)
    assert "[ERROR]" not in result.stdout
    assert (tmp_path / trained).stat().st_size > 0
    assert (tmp_path / f"ResultsTestPyTorch{kind}.root").stat().st_size > 0


GATE = """
#include "TROOT.h"
%s
void macro()
{
#ifdef R__HAS_PYMVA
   TMVA::PyMethodBase::PyInitialize();
   printf("PyTorch is booked\\n");
#endif
}
"""


@pytest.mark.parametrize(
    ("include", "how"), [("", ""), ('#include "TMVA/Factory.h"\n#include "TMVA/PyMethodBase.h"', "+")]
)
def test_macros_that_ask_for_pymva_get_it(include, how, run_macro, tmp_path):
    """ROOT's tutorials of CNNs and RNNs do before they book PyTorch."""
    (tmp_path / "macro.C").write_text(GATE % include)
    result = run_macro(f"macro.C{how}", cwd=tmp_path, timeout=120)
    assert "PyTorch is booked" in result.stdout


def test_scripts_that_ask_for_pymva_get_it(run_script, tmp_path):
    script = tmp_path / "script.py"
    (tmp_path / "macro.C").write_text(GATE % "")
    script.write_text(
        "import ROOT\nprint('imt' in ROOT.gROOT.GetConfigFeatures(), 'tmva-pymva' in ROOT.gROOT.GetConfigFeatures())\n"
        "ROOT.gROOT.ProcessLine('.x macro.C')\n"
    )
    result = run_script(script, cwd=tmp_path, timeout=120)
    assert "True True" in result.stdout
    assert "PyTorch is booked" in result.stdout
