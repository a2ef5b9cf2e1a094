"""Calls that would give figures of another sample, another method or no file: an error or a warning says so."""

from __future__ import annotations

import numpy as np
import pytest

import torchmva

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA

QUIET = "!V:!Color:!DrawProgressBar:AnalysisType="
FIRST = "nTrain_Signal=200:nTrain_Background=200:nTest_Signal=100:nTest_Background=100:SplitMode=Block:!V"
SECOND = FIRST.replace("Block", "Random")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Trees Signal and Background of 300 events each with x, y and t = x + 2y."""
    path = str(tmp_path_factory.mktemp("trees") / "trees.root")
    generator = np.random.default_rng(3)
    options = ROOT.RDF.RSnapshotOptions()
    for name, centre in (("Signal", 1.0), ("Background", 0.0)):
        x, y = generator.normal(centre, 1, size=(2, 300))
        ROOT.RDF.FromNumpy({"x": x, "y": y, "t": x + 2 * y}).Snapshot(name, path, ["x", "y", "t"], options)
        options.fMode = "UPDATE"
    return path


def loader_of(file, name="data", target=False):
    loader = TMVA.DataLoader(name)
    source = ROOT.TFile.Open(file)
    loader.AddVariable("x")
    loader.AddVariable("y")
    if target:
        loader.AddTarget("t")
        loader.AddRegressionTree(source.Get("Signal"))
        loader.PrepareTrainingAndTestTree("", "nTrain_Regression=200:nTest_Regression=100:!V")
    else:
        loader.AddSignalTree(source.Get("Signal"))
        loader.AddBackgroundTree(source.Get("Background"))
        loader.PrepareTrainingAndTestTree("", FIRST)
    return loader


def trained(loader, analysis="Classification", job="job"):
    factory = TMVA.Factory(job, QUIET + analysis)
    factory.BookMethod(loader, TMVA.Types.kLD, "LD", "!H:!V")
    factory.TrainAllMethods()
    return factory


def change_nothing_but_the_split(loader):
    loader.PrepareTrainingAndTestTree("", SECOND)


@pytest.mark.parametrize(
    "change",
    [change_nothing_but_the_split, lambda loader: loader.AddCut("x > -1"), lambda loader: loader.AddSpectator("t")],
    ids=["split", "cut", "spectator"],
)
def test_a_data_set_that_changes_after_training_is_an_error(file, change):
    loader = loader_of(file)
    factory = trained(loader)
    change(loader)
    for call in (factory.TestAllMethods, factory.EvaluateAllMethods):
        with pytest.raises(torchmva.Error, match="changed after the training"):
            call()
    with pytest.raises(torchmva.Error, match="changed after the training"):
        factory.GetROCIntegral(loader, "LD", 0, TMVA.Types.kTraining)


def test_a_loader_prepared_anew_serves_another_factory_and_a_second_training(file):
    loader = loader_of(file)
    first = trained(loader, job="first")
    first.TestAllMethods()
    block = first.GetROCIntegral(loader, "LD")
    loader.PrepareTrainingAndTestTree("", SECOND)
    second = trained(loader, job="second")
    second.TestAllMethods()
    second.EvaluateAllMethods()
    assert second.GetROCIntegral(loader, "LD") != block
    first.TrainAllMethods()
    first.TestAllMethods()
    assert first.GetROCIntegral(loader, "LD") == second.GetROCIntegral(loader, "LD")


def test_evaluations_of_another_analysis_are_errors(file):
    classification = loader_of(file, "two")
    regression = loader_of(file, "reg", target=True)
    trained(classification)
    trained(regression, "Regression")
    reader = TMVA.Reader("!Color:Silent")
    x, y = np.array([0.5], np.float32), np.array([0.25], np.float32)
    reader.AddVariable("x", x)
    reader.AddVariable("y", y)
    reader.BookMVA("two", "two/weights/job_LD.weights.xml")
    reader.BookMVA("reg", "reg/weights/job_LD.weights.xml")
    for tag, call, instead in (
        ("two", reader.EvaluateRegression, "EvaluateMVA"),
        ("two", reader.EvaluateMulticlass, "EvaluateMVA"),
        ("reg", reader.EvaluateMulticlass, "EvaluateRegression"),
    ):
        with pytest.raises(torchmva.Error, match=f"use {instead}"):
            call(tag)
    assert reader.EvaluateRegression("reg")[0] == pytest.approx(1.0, abs=1e-4)  # t is linear
    assert reader.EvaluateMVA("reg") == reader.EvaluateRegression("reg")[0]


def test_names_that_are_no_file_names(file):
    with pytest.raises(torchmva.Error, match="name of the data loader"):
        TMVA.DataLoader("")
    with pytest.raises(torchmva.Error, match="job name without \"?'?/"):
        TMVA.Factory("a/b", QUIET + "Classification")
    with pytest.raises(torchmva.Error, match="job name without"):
        TMVA.CrossValidation("a/b", loader_of(file), "NumFolds=2")


def test_a_chain_with_a_missing_file_names_it(file, tmp_path):
    chain = ROOT.TChain("Signal")
    chain.Add(file)
    chain.Add(str(tmp_path / "missing.root"))
    with pytest.raises(torchmva.Error, match=r"cannot open the file '.*missing\.root' of the chain 'Signal'"):
        TMVA.DataLoader("data").AddSignalTree(chain)


def test_a_chain_with_a_file_without_the_tree_warns(file, tmp_path, root_warns):
    with ROOT.TFile.Open(str(tmp_path / "other.root"), "RECREATE"):
        pass
    chain = ROOT.TChain("Signal")
    chain.Add(file)
    chain.Add(str(tmp_path / "other.root"))
    loader = TMVA.DataLoader("data")
    with root_warns(r"No tree 'Signal' in the file '.*other\.root'"):
        loader.AddSignalTree(chain)
    assert loader.DataInput().GetEntries() == 300


def test_a_regression_without_target_is_an_error_at_booking(file):
    loader = loader_of(file)
    factory = TMVA.Factory("job", QUIET + "Regression")
    with pytest.raises(torchmva.Error, match="expected at least one target for a regression"):
        factory.BookMethod(loader, TMVA.Types.kLD, "LD", "")


def test_variables_are_checked_when_declared(root_warns):
    loader = TMVA.DataLoader("data")
    for kind in "FDIC":
        loader.AddVariable(f"x{kind}", kind)
    with pytest.raises(torchmva.Error, match="found 'Q'"):
        loader.AddVariable("x", "Q")
    for low, high in ((2, 1), (float("nan"), 1), (0, float("nan"))):
        with pytest.raises(torchmva.Error, match="expected a range"):
            loader.AddVariable("x", "F", low, high)
    with pytest.raises(torchmva.Error, match="expected a range"):
        loader.AddTarget("t", "", "", 2, 1)
    with root_warns("The variable 'xF' of data set 'data' is there already"):
        loader.AddVariable("xF", "F")


def test_methods_to_book_are_listed_without_that_of_cross_validation(file):
    with pytest.raises(torchmva.Error, match="does not exist here; available: BDT, Fisher, LD, PyTorch, Variable"):
        TMVA.Factory("job", QUIET + "Classification").BookMethod(loader_of(file), "CutsGA", "CutsGA", "")


def test_ada_boost_is_warned_of_with_what_to_use(file, root_warns):
    pytest.importorskip("lightgbm")
    factory = TMVA.Factory("job", QUIET + "Classification")
    words = r"with NTrees=850, Shrinkage=0\.1 and MaxDepth=3.*starting at BoostType=Grad:NTrees=200"
    with root_warns(words):
        factory.BookMethod(loader_of(file), TMVA.Types.kBDT, "BDT", "NTrees=850:MaxDepth=3:BoostType=AdaBoost:!H:!V")
