"""Physics options of kPyTorch through factory, output file and reader."""

from __future__ import annotations

import array
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uproot
from scipy.stats import ks_2samp

import torchmva  # noqa: F401

ROOT = pytest.importorskip("ROOT")
TMVA = ROOT.TMVA

COMMON = "Layout=16,16:NumEpochs=15:LearningRate=0.01:BatchSize=400:Seed=3"
BOOKED = {"Plain": COMMON, "Flat": COMMON + ":Decorrelate=mass:Lambda=4:EnsembleSize=2:Calibrate"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where both methods were trained: signal peaks in the spectator mass, variable a follows the mass, b does not."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("physics"))
    generator = np.random.default_rng(1)
    loader = TMVA.DataLoader("dataset")
    for name in "ab":
        loader.AddVariable(name)
    loader.AddSpectator("mass")
    for i in range(4000):
        is_background = i % 2
        mass = generator.uniform(-2, 2) if is_background else generator.normal(0, 0.3)
        event = [mass + 0.3 * generator.normal(), generator.normal() + 1.2 * is_background, mass]
        kind = TMVA.Types.kTraining if i < 2000 else TMVA.Types.kTesting
        loader.AddEvent(("Signal", "Background")[is_background], kind, event, 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), "SplitMode=Random:!V")
    file = ROOT.TFile.Open("out.root", "RECREATE")
    factory = TMVA.Factory("job", file, "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
    for title, options in BOOKED.items():
        factory.BookMethod(loader, TMVA.Types.kPyTorch, title, options)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    file.Close()
    yield Path.cwd()
    os.chdir(before)


def test_a_cut_leaves_the_mass_of_background_alone(folder: Path) -> None:
    tree = uproot.open(folder / "out.root")["dataset/TestTree"].arrays(library="np")
    background = tree["classID"] == 1
    mass = tree["mass"][background]

    def sculpting(title: str) -> float:
        response = tree[title][background]
        return float(ks_2samp(mass[response > np.quantile(response, 0.7)], mass).statistic)

    assert sculpting("Plain") > 0.15
    assert sculpting("Flat") < sculpting("Plain") / 2


def test_the_output_file_has_the_history_of_every_network(folder: Path) -> None:
    keys = uproot.open(folder / "out.root")["dataset/Method_PyTorch/Flat"].keys(cycle=False)
    assert {"TrainingHistory_validation_loss", "TrainingHistory_validation_loss_2"} <= set(keys)


def test_a_reader_gives_the_spread_of_an_ensemble(folder: Path) -> None:
    reader = TMVA.Reader("!Color:Silent:Error")
    values = {name: array.array("f", [0]) for name in ("a", "b", "mass")}
    for name in "ab":
        reader.AddVariable(name, values[name])
    reader.AddSpectator("mass", values["mass"])
    for title in BOOKED:
        reader.BookMVA(title, str(folder / f"dataset/weights/job_{title}.weights.xml"))
    reader.EvaluateMVA("Flat")
    assert 0 < reader.GetMVAError() < 0.5
    reader.EvaluateMVA("Plain")
    assert reader.GetMVAError() == -1
