"""The output file in the eyes of those who read it: uproot, NumPy, and macros that look for TMVA's names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uproot

ROOT = pytest.importorskip("ROOT")
torchmva = pytest.importorskip("torchmva")

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
VARIABLES = ["n", "x", "y"]


def _write_trees(folder: Path) -> Path:
    """Signal and background with a weight, a whole number and two numbers that hang together."""
    random = np.random.default_rng(11)
    path = folder / "input.root"
    for mode, name, shift in (("RECREATE", "S", 1.0), ("UPDATE", "B", 0.0)):
        x = random.normal(shift, 1, 3000)
        columns = {
            "n": random.poisson(4 + shift, x.size).astype(np.int32),
            "x": x.astype(np.float32),
            "y": (0.5 * x + random.normal(0, 1, x.size)).astype(np.float32),
            "w": random.uniform(0.5, 1.5, x.size).astype(np.float32),
        }
        options = ROOT.RDF.RSnapshotOptions()
        options.fMode = mode
        ROOT.RDF.FromNumpy(columns).Snapshot(name, str(path), "", options)
    return path


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[uproot.ReadOnlyDirectory]:
    """The output file of a job with two Fisher methods and event weights."""
    folder = tmp_path_factory.mktemp("output")
    before = Path.cwd()
    os.chdir(folder)
    try:
        trees = ROOT.TFile.Open(str(_write_trees(folder)))
        target = ROOT.TFile.Open("out.root", "RECREATE")
        factory = ROOT.TMVA.Factory("job", target, "Silent:AnalysisType=Classification:Transformations=I;D")
        loader = ROOT.TMVA.DataLoader("dataset")
        loader.AddVariable("n", "Number of jets", "", "I")
        loader.AddVariable("x", "Momentum", "GeV", "F")
        loader.AddVariable("y")
        loader.AddSignalTree(trees.Get("S"))
        loader.AddBackgroundTree(trees.Get("B"))
        loader.SetWeightExpression("w")
        loader.PrepareTrainingAndTestTree("", "SplitMode=Alternate:NormMode=NumEvents")
        factory.BookMethod(loader, "Fisher", "Plain", "")
        factory.BookMethod(loader, "Fisher", "Normal", "VarTransform=N:CreateMVAPdfs")
        factory.TrainAllMethods()
        factory.TestAllMethods()
        factory.EvaluateAllMethods()
        factory.DeleteAllMethods()
        target.Close()
        with uproot.open(folder / "out.root") as file:
            yield file
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def test_sample(output: uproot.ReadOnlyDirectory) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = output["dataset/TestTree"].arrays(library="np")
    return arrays


def test_trees_have_the_columns_of_the_events(
    output: uproot.ReadOnlyDirectory, test_sample: dict[str, np.ndarray]
) -> None:
    names = ["classID", "className", *VARIABLES, "weight", "Normal", "Plain", "prob_Normal"]
    assert output["dataset/TestTree"].keys() == names
    assert output["dataset/TrainTree"].keys() == names
    assert [test_sample[name].dtype for name in ("classID", "n", "weight", "Plain")] == [
        np.dtype("int32"),
        *[np.dtype("float32")] * 3,
    ]
    assert set(zip(test_sample["classID"], test_sample["className"], strict=True)) == {(0, "Signal"), (1, "Background")}
    assert np.all(test_sample["n"] == np.round(test_sample["n"]))
    # a linear discriminant: the columns of one row belong together
    design = np.column_stack([np.ones(test_sample["x"].size), *(test_sample[v] for v in VARIABLES)])
    solution, *_ = np.linalg.lstsq(design.astype(float), test_sample["Plain"].astype(float), rcond=None)
    np.testing.assert_allclose(design @ solution, test_sample["Plain"], atol=1e-5)


def _expected(values: np.ndarray, weights: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Contents and variances of a histogram."""
    contents, _ = np.histogram(values, edges, weights=weights.astype(float))
    variances, _ = np.histogram(values, edges, weights=weights.astype(float) ** 2)
    return contents, variances


def test_responses_are_densities_of_the_test_sample(
    output: uproot.ReadOnlyDirectory, test_sample: dict[str, np.ndarray]
) -> None:
    for title in ("Plain", "Normal"):
        folder = output[f"dataset/Method_Fisher/{title}"]
        for cls, letter in enumerate("SB"):
            chosen = test_sample["classID"] == cls
            for suffix, bins in (("", 40), ("_high", 10000)):
                histogram = folder[f"MVA_{title}_{letter}{suffix}"]
                contents, edges = histogram.to_numpy()
                assert contents.size == bins
                expected, variances = _expected(test_sample[title][chosen], test_sample["weight"][chosen], edges)
                area = expected.sum() * (edges[1] - edges[0])
                # floats in the tree: an event at an edge may change its bin
                np.testing.assert_allclose(contents, expected / area, atol=2.1 * 1.5 / area)
                assert np.abs(contents - expected / area).sum() < 20 / area
                np.testing.assert_allclose(contents.sum() * (edges[1] - edges[0]), 1, rtol=1e-9)
                if not suffix:
                    assert np.median(np.abs(histogram.variances() - variances / area**2)) < 1e-9


def test_efficiencies_at_cuts(output: uproot.ReadOnlyDirectory, test_sample: dict[str, np.ndarray]) -> None:
    response, weight = test_sample["Plain"].astype(float), test_sample["weight"].astype(float)
    for cls, letter in enumerate("SB"):
        chosen = test_sample["classID"] == cls
        values, edges = output[f"dataset/Method_Fisher/Plain/MVA_Plain_eff{letter}"].to_numpy()
        for cut in np.linspace(edges[0], edges[-1], 23)[1:-1]:
            expected = weight[chosen & (response > cut)].sum() / weight[chosen].sum()
            at = np.interp(cut, edges[:-1], values)
            assert at == pytest.approx(expected, abs=2e-3), (letter, cut)


def test_rejection_against_an_independent_roc_curve(
    output: uproot.ReadOnlyDirectory, test_sample: dict[str, np.ndarray]
) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    fpr, tpr, _ = metrics.roc_curve(
        test_sample["classID"] == 0, test_sample["Plain"], sample_weight=test_sample["weight"]
    )
    folder = output["dataset/Method_Fisher/Plain"]
    rejection, edges = folder["MVA_Plain_rejBvsS"].to_numpy()
    efficiency = 0.5 * (edges[1:] + edges[:-1])
    np.testing.assert_allclose(rejection, 1 - np.interp(efficiency, tpr, fpr), atol=4e-3)
    np.testing.assert_allclose(rejection, 1 - folder["MVA_Plain_effBvsS"].values(), atol=1e-12)


def test_input_variables_by_class(output: uproot.ReadOnlyDirectory) -> None:
    training = output["dataset/TrainTree"].arrays(library="np")
    for name in VARIABLES:
        for cls, letter in enumerate(("Signal", "Background")):
            histogram = output[f"dataset/InputVariables_Id/{name}__{letter}_Id"]
            contents, edges = histogram.to_numpy()
            chosen = training["classID"] == cls
            expected, _ = _expected(training[name][chosen], training["weight"][chosen], edges)
            np.testing.assert_allclose(contents, expected, rtol=1e-4, atol=2e-3)
            assert histogram.axis().member("fTitle") == {"n": "Number of jets", "x": "Momentum [GeV]", "y": "y"}[name]
    edges = output["dataset/InputVariables_Id/n__Signal_Id"].axis().edges()
    assert edges[0] == training["n"].min() - 0.5
    assert np.all(np.diff(edges) == 1)  # of type 'I': one bin a number
    decorrelated = output["dataset/InputVariables_Deco/CorrelationPlots/scat_y_vs_x_Signal_Deco"]
    assert decorrelated.values(flow=True).sum() == pytest.approx(
        training["weight"][training["classID"] == 0].sum(), rel=1e-5
    )


def test_names_that_macros_look_for(output: uproot.ReadOnlyDirectory) -> None:
    keys = output.keys(cycle=False)
    methods = [key for key in keys if key.startswith("dataset/Method_") and key.count("/") == 2]
    assert methods == ["dataset/Method_Fisher/Plain", "dataset/Method_Fisher/Normal"]
    for method in methods:
        title = method.rsplit("/", 1)[1]
        assert {f"{method}/MVA_{title}_{what}" for what in ("S", "B", "Train_S", "Train_B", "rejBvsS")} <= set(keys)
        assert f"{method}/WeightFileName" in keys
    assert [key for key in keys if key.startswith("dataset/InputVariables_") and key.count("/") == 1] == [
        "dataset/InputVariables_Id",
        "dataset/InputVariables_Deco",
    ]
    assert "dataset/Method_Fisher/Normal/MVA_Normal_Proba_S" in keys
    matrix = output["dataset/CorrelationMatrixS"].values()
    assert np.array_equal(matrix, matrix.T)
    assert np.all(np.diag(matrix) == 100)


def test_keys_of_a_pytorch_method_are_those_of_tmva(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = GOLDEN / "pytorch"
    monkeypatch.chdir(tmp_path)
    trees = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_class_example.root")
    target = ROOT.TFile.Open("out.root", "RECREATE")
    dataset = "datasetTestPyTorchClassification"
    factory = ROOT.TMVA.Factory("testPyTorchClassification", target, "Silent:AnalysisType=Classification")
    loader = ROOT.TMVA.DataLoader(dataset)
    loader.AddSignalTree(trees.Get("TreeS"))
    loader.AddBackgroundTree(trees.Get("TreeB"))
    for name in ("var1", "var2", "var3", "var4"):
        loader.AddVariable(name)
    loader.PrepareTrainingAndTestTree("", "SplitMode=Random:NormMode=NumEvents:!V")
    model = golden / "PyTorchModelClassification.pt"
    factory.BookMethod(
        loader,
        "PyTorch",
        "PyTorch",
        f"VarTransform=D,G:FilenameModel={model}:FilenameTrainedModel=trained.pt:NumEpochs=1:BatchSize=32",
    )
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    factory.DeleteAllMethods()
    target.Close()
    with uproot.open("out.root") as file:
        ours = {key: name.split("-")[0] for key, name in file.classnames(cycle=False).items()}
        expected = {}
        for line in (golden / "output_file_keys_pytorch.tsv").read_text().splitlines():
            if line.startswith("#"):
                continue
            path, name, title = line.split("\t")
            path = path.rpartition(";")[0]
            expected[path] = name.replace("TDirectoryFile", "TDirectory")
            if name.startswith("TH") or name == "TProfile":
                assert file[path].title == title
    found = {key: name.replace("TDirectoryFile", "TDirectory") for key, name in ours.items()}
    history = {key for key in found if "/TrainingHistory_" in key}  # TMVA's method has none
    assert len(history) == 4
    assert {key: name for key, name in found.items() if key not in history} == expected
    assert len(expected) == 91
