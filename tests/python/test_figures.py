"""Figures of merit against scikit-learn, SciPy and NumPy, on what stands in the output file."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve

import torchmva

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA

SILENT = "!V:Silent:!Color:!DrawProgressBar"


def curve(scores: Any, signal: Any, weights: Any) -> Any:
    """The ROC curve of arrays."""
    return ROOT.TMVA.ROCCurve(
        ROOT.std.vector["float"](scores), ROOT.std.vector["bool"](signal), ROOT.std.vector["float"](weights)
    )


def delong_error(scores: np.ndarray, signal: np.ndarray) -> float:
    """Standard error by DeLong, DeLong and Clarke-Pearson (1988), from all pairs."""
    s, b = scores[signal], scores[~signal]
    pairs = (s[:, None] > b[None, :]) + 0.5 * (s[:, None] == b[None, :])
    return float(np.sqrt(pairs.mean(axis=1).var(ddof=1) / len(s) + pairs.mean(axis=0).var(ddof=1) / len(b)))


def weighted_error(scores: np.ndarray, signal: np.ndarray, weights: np.ndarray) -> float:
    """The same with weights: each class is a weighted mean of its structural components."""
    s, b = scores[signal], scores[~signal]
    pairs = (s[:, None] > b[None, :]) + 0.5 * (s[:, None] == b[None, :])
    v, w = weights[signal], weights[~signal]
    area = v @ pairs @ w / (v.sum() * w.sum())
    variance = 0.0
    for own, components in ((v, pairs @ w / w.sum()), (w, v @ pairs / v.sum())):
        effective = own.sum() ** 2 / (own**2).sum()
        variance += effective / (effective - 1) * (own**2 * (components - area) ** 2).sum() / own.sum() ** 2
    return float(np.sqrt(variance))


events = st.lists(
    st.tuples(st.integers(-4, 4), st.booleans(), st.sampled_from([0.25, 0.5, 1.0, 1.5, 3.0])), min_size=4, max_size=60
)


@given(events)
@settings(max_examples=100, deadline=None, database=None)
def test_roc_integral_is_that_of_scikit_learn_with_weights_and_ties(sample: list[tuple[int, bool, float]]) -> None:
    scores, signal, weights = (np.array(column) for column in zip(*sample, strict=True))
    assume(2 <= signal.sum() <= len(signal) - 2)
    ours = curve(scores / 4, signal, weights)
    assert ours.GetROCIntegral() == pytest.approx(roc_auc_score(signal, scores, sample_weight=weights), abs=1e-12)
    assert ours.GetROCIntegralError() == pytest.approx(weighted_error(scores, signal, weights), abs=1e-12)
    unit = curve(scores / 4, signal, np.ones(len(scores)))
    assert unit.GetROCIntegralError() == pytest.approx(delong_error(scores, signal), abs=1e-12)


def test_uncertainty_of_the_roc_integral_is_that_of_the_bootstrap() -> None:
    """The bootstrap's own error on a standard deviation from n replicas is 1/sqrt(2n), here 2.2 %."""
    random = np.random.default_rng(11)
    n, replicas = 1000, 1000
    signal = random.random(n) < 0.4
    scores = np.round(random.normal(signal * 1.2, 1) * 8) / 8  # with ties
    weights = random.exponential(1, n).astype(np.float32) * np.where(signal, 1, 5)
    areas = []
    for _ in range(replicas):
        chosen = random.integers(0, n, n)
        areas.append(roc_auc_score(signal[chosen], scores[chosen], sample_weight=weights[chosen]))
    assert curve(scores, signal, weights).GetROCIntegralError() == pytest.approx(np.std(areas), rel=4 * 0.022)


def test_uncertainty_covers_the_truth() -> None:
    """Pulls of the area from its true value, of two Gaussians, have a width of 1."""
    random = np.random.default_rng(12)
    truth = stats.norm.cdf(1 / np.sqrt(2))
    pulls = []
    for _ in range(300):
        signal = random.random(400) < 0.5
        weights = random.exponential(1, 400).astype(np.float32)
        ours = curve(random.normal(signal, 1), signal, weights)
        pulls.append((ours.GetROCIntegral() - truth) / ours.GetROCIntegralError())
    assert np.std(pulls) == pytest.approx(1, abs=4 / np.sqrt(600))
    assert np.mean(pulls) == pytest.approx(0, abs=4 / np.sqrt(300))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The test's own folder as the working folder."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@dataclass
class Job:
    """A finished job: its objects, and the trees of its output file as arrays."""

    factory: Any
    loader: Any
    method: Any
    test: dict[str, np.ndarray]
    train: dict[str, np.ndarray]


def run_job(analysis: str, columns: dict[str, dict[str, np.ndarray]], kind: Any, **options: Any) -> Job:
    """Trains one method "M" on weighted trees, one a class, and writes out.root."""
    mode = ROOT.RDF.RSnapshotOptions()
    for name, values in columns.items():
        data = {key: np.asarray(value, np.float32) for key, value in values.items()}
        ROOT.RDF.FromNumpy(data).Snapshot(name, "in.root", list(data), mode)
        mode.fMode = "UPDATE"
    source = ROOT.TFile.Open("in.root")
    output = ROOT.TFile.Open("out.root", "RECREATE")
    factory = TMVA.Factory("job", output, f"{SILENT}:AnalysisType={analysis}")
    loader = TMVA.DataLoader("dataset")
    for i in range(3):
        loader.AddVariable(f"x{i}")
    for name in columns:
        if analysis == "Regression":
            loader.AddTarget("target")
            loader.AddRegressionTree(source.Get(name))
            loader.SetWeightExpression("w", "Regression")
        else:
            loader.AddTree(source.Get(name), name)
            loader.SetWeightExpression("w", name)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), "SplitMode=Random:NormMode=None:!V")
    method = factory.BookMethod(loader, kind, "M", **options)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    output.Write()
    with uproot.open("out.root") as file:
        test = file["dataset/TestTree"].arrays(library="np")
        train = file["dataset/TrainTree"].arrays(library="np")
    return Job(factory, loader, method, test, train)


def gaussians(random: np.random.Generator, n: int, centre: float) -> dict[str, np.ndarray]:
    """Three variables and weights."""
    columns = {f"x{i}": random.normal(centre * (i + 1) / 3, 1, n) for i in range(3)}
    return {**columns, "w": random.exponential(1, n)}


def test_classification(folder: Path) -> None:
    random = np.random.default_rng(1)
    trees = {"Signal": gaussians(random, 4000, 1), "Background": gaussians(random, 6000, -0.3)}
    job = run_job("Classification", trees, TMVA.Types.kFisher, CreateMVAPdfs=True, NbinsMVAPdf=60)
    signal, mva, weight = job.test["classID"] == 0, job.test["M"], job.test["weight"].astype(float)
    s, b = mva[signal].astype(float), mva[~signal].astype(float)
    ws, wb = weight[signal], weight[~signal]

    area = job.factory.GetROCIntegral(job.loader, "M")
    assert area == pytest.approx(roc_auc_score(signal, mva, sample_weight=weight), abs=1e-9)
    means = [np.average(s, weights=ws), np.average(b, weights=wb)]
    variances = [np.average((s - means[0]) ** 2, weights=ws), np.average((b - means[1]) ** 2, weights=wb)]
    assert job.method.GetSignificance() == pytest.approx(abs(means[0] - means[1]) / np.sqrt(sum(variances)), rel=1e-6)
    # binned and interpolated, TMVA's way: within its grid of 1/1000 and of bins
    false, true, _ = roc_curve(signal, mva, sample_weight=weight)
    error = np.zeros(1)
    for b_efficiency in (0.01, 0.10, 0.30):
        found = job.method.GetEfficiency(f"Efficiency:{b_efficiency}", TMVA.Types.kTesting, error)
        assert found == pytest.approx(np.interp(b_efficiency, false, true), abs=0.01)
    # densities: 40 bins and splines, so close to the figures without them
    assert job.method.GetROCIntegral() == pytest.approx(area, abs=0.005)
    edges = np.linspace(mva.min(), mva.max(), 41)
    p, q = (np.histogram(x, edges, weights=w)[0] / w.sum() for x, w in ((s, ws), (b, wb)))
    used = p + q > 0
    assert job.method.GetSeparation() == pytest.approx(0.5 * ((p - q)[used] ** 2 / (p + q)[used]).sum(), abs=0.02)
    probability_and_rarity(job, signal, weight)


def probability_and_rarity(job: Job, signal: np.ndarray, weight: np.ndarray) -> None:
    """Calibrated probability of equally many signal and background events; rarity of background is flat."""
    probability = job.test["prob_M"]
    assert np.all((probability >= 0) & (probability <= 1))
    equal = np.where(signal, weight / weight[signal].sum(), weight / weight[~signal].sum())
    for low in (0.1, 0.3, 0.5, 0.7):
        chosen = (probability > low) & (probability < low + 0.2)
        share = equal[chosen & signal].sum() / equal[chosen].sum()
        assert share == pytest.approx(np.average(probability[chosen], weights=equal[chosen]), abs=0.06)
    background = job.test["M"][~signal]
    rarity = np.array([job.method.GetRarity(float(y)) for y in background[:500]])
    assert stats.kstest(rarity, "uniform").pvalue > 1e-3
    assert job.method.GetRarity(-1e9) == 0
    assert job.method.GetRarity(1e9) == pytest.approx(1)

    reader = TMVA.Reader("!Color:Silent")
    values = [np.zeros(1, np.float32) for _ in range(3)]
    for i, value in enumerate(values):
        reader.AddVariable(f"x{i}", value)
    reader.BookMVA("M", "dataset/weights/job_M.weights.xml")
    for event in range(20):
        for i, value in enumerate(values):
            value[0] = job.test[f"x{i}"][event]
        assert reader.GetProba("M") == pytest.approx(probability[event], abs=1e-6)
        mva = float(job.test["M"][event])
        assert reader.GetProba("M", 0.1, mva) == pytest.approx(job.method.GetProba(mva, 0.1), abs=1e-9)
        assert reader.GetRarity("M") == pytest.approx(job.method.GetRarity(mva), abs=1e-6)
    values[1][0] = np.nan
    assert reader.GetProba("M") == -999
    assert reader.GetRarity("M") == -999
    with uproot.open("out.root") as file:
        written = {name.split(";")[0] for name in file["dataset/Method_Fisher/M"].keys(recursive=False)}
    expected = {f"MVA_M_{what}_{cls}" for what in ("Proba", "Rarity") for cls in "SB"}
    expected |= {f"Fisher_tr_{cls}{end}" for cls in "SB" for end in ("", "_original", "_smoothed")}
    assert expected <= written


def test_without_densities_there_is_no_probability(folder: Path) -> None:
    random = np.random.default_rng(2)
    trees = {"Signal": gaussians(random, 300, 1), "Background": gaussians(random, 300, -1)}
    job = run_job("Classification", trees, TMVA.Types.kFisher)
    assert job.method.GetProba(0.1, 0.5) == -1
    assert job.method.GetRarity(0.1) == 0
    assert "prob_M" not in job.test


def test_regression(folder: Path) -> None:
    random = np.random.default_rng(3)
    columns = gaussians(random, 6000, 0.5)
    columns["target"] = 3 * columns["x0"] + np.abs(columns["x1"]) * 2 + random.standard_t(3, 6000)
    job = run_job("Regression", {"Tree": columns}, TMVA.Types.kLD)
    for kind, tree in ((TMVA.Types.kTesting, job.test), (TMVA.Types.kTraining, job.train)):
        names = [name for name in tree if name not in ("classID", "className", "weight")]
        predicted = tree["M"]["target"] if tree["M"].dtype.names else tree["M"]
        assert "M" in names
        figures = [np.zeros(1) for _ in range(9)]
        job.method.TestRegression(*figures, kind)
        expected = regression_figures(
            predicted.astype(float), tree["target"].astype(float), tree["weight"].astype(float)
        )
        assert [float(figure[0]) for figure in figures] == pytest.approx(expected, abs=2e-5)


def regression_figures(predicted: np.ndarray, true: np.ndarray, weight: np.ndarray) -> list[float]:
    """Bias, deviation and RMS, each followed by its truncated form, mutual information likewise, correlation."""
    d = predicted - true
    bias = np.average(d, weights=weight)
    rms = np.sqrt(np.average((d - bias) ** 2, weights=weight))
    inside = np.abs(d - bias) <= 2 * rms
    pairs = []
    for chosen in (np.ones(len(d), bool), inside):
        mean = np.average(d[chosen], weights=weight[chosen])
        pairs.append(
            (
                mean,
                np.average(np.abs(d[chosen]), weights=weight[chosen]),
                np.sqrt(np.average((d[chosen] - mean) ** 2, weights=weight[chosen])),
                mutual_information(predicted, true, np.where(chosen, weight, 0)),
            )
        )
    covariance = np.cov(predicted, true, aweights=weight, ddof=0)
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    return [figure for both in zip(*pairs, strict=True) for figure in both] + [correlation]


def mutual_information(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """Of the histogram of 75 x 50 bins over the common range; the largest value of all is in no bin."""
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    keep = (x < high) & (y < high)
    edges = [np.linspace(low, high, n + 1) for n in (75, 50)]
    joint = np.histogram2d(x[keep], y[keep], edges, weights=weight[keep])[0]
    joint /= joint.sum()
    product = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return float((joint[joint > 0] * np.log(joint[joint > 0] / product[joint > 0])).sum())


def test_multiclass(folder: Path) -> None:
    import torch

    random = np.random.default_rng(4)
    torch.manual_seed(4)
    torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Softmax(dim=1))).save("model.pt")
    names = ("A", "B", "C")
    trees = {name: gaussians(random, 800, centre) for name, centre in zip(names, (-1, 0.2, 1.2), strict=True)}
    job = run_job(
        "Multiclass", trees, TMVA.Types.kPyTorch, FilenameModel="model.pt", NumEpochs=2, BatchSize=50, SaveBestOnly=True
    )
    for kind, tree in ((TMVA.Types.kTesting, job.test), (TMVA.Types.kTraining, job.train)):
        matrix = job.method.GetMulticlassConfusionMatrix(0.1, kind)
        for i, name in enumerate(names):
            score, own, weight = tree["M"][name], tree["classID"] == i, tree["weight"].astype(float)
            area = job.factory.GetROCIntegral(job.loader, "M", i, kind)
            assert area == pytest.approx(roc_auc_score(own, score, sample_weight=weight), abs=1e-9)
            for j in range(3):
                if i == j:
                    assert np.isnan(matrix(i, j))
                    continue
                pair = own | (tree["classID"] == j)
                false, true, _ = roc_curve(own[pair], score[pair], sample_weight=weight[pair], drop_intermediate=False)
                first = np.searchsorted(false, 0.1, side="right")
                slope = (true[first] - true[first - 1]) / (false[first] - false[first - 1])
                assert matrix(i, j) == pytest.approx(true[first - 1] + slope * (0.1 - false[first - 1]), abs=1e-6)
    purity = ROOT.std.vector[ROOT.std.vector["float"]]()
    efficiency = job.method.GetMulticlassEfficiency(purity)
    for i, name in enumerate(names):
        score, own, weight = job.test["M"][name], job.test["classID"] == i, job.test["weight"].astype(float)
        order = np.argsort(-score, kind="stable")
        passing, signal = np.cumsum(weight[order]), np.cumsum((weight * own)[order])
        best = np.max(signal / signal[-1] * signal / passing)
        assert efficiency[i] * purity[0][i] == pytest.approx(best, rel=1e-5)


@pytest.mark.filterwarnings("ignore:.*user code is not existing:RuntimeWarning")
def test_golden_network(folder: Path, repository: Path) -> None:
    """TMVA's figures of its own trained network: split, responses from its weight file, densities."""
    golden = repository / "tests/data/golden/pytorch"
    expected = next(csv.DictReader((golden / "pytorch_metrics.csv").read_text().splitlines()))
    source = ROOT.TFile.Open(f"{ROOT.gROOT.GetTutorialDir()}/machine_learning/data/tmva_class_example.root")
    output = ROOT.TFile.Open("out.root", "RECREATE")
    factory = TMVA.Factory("job", output, f"{SILENT}:AnalysisType=Classification")
    loader = TMVA.DataLoader("dataset")
    names = [f"var{i}" for i in range(1, 5)]
    for name in names:
        loader.AddVariable(name)
    loader.AddSignalTree(source.Get("TreeS"))
    loader.AddBackgroundTree(source.Get("TreeB"))
    split = "nTrain_Signal=3000:nTrain_Background=3000:SplitMode=Random:NormMode=NumEvents:!V"
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), split)
    fisher = factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher")
    factory.TrainAllMethods()
    factory.EvaluateAllMethods()
    output.Write()
    with uproot.open("out.root") as file:
        tree = file["dataset/TestTree"].arrays(library="np")
    shutil.copytree(golden, folder / "model", dirs_exist_ok=True)
    reader = TMVA.Reader("!Color:Silent")
    reader.BookMVA("net", "model/testPyTorchClassification_PyTorch.weights.xml")
    rows = np.stack([tree[name] for name in names], axis=1).astype(np.float32)
    responses = np.empty(len(rows), np.float32)
    reader.EvaluateBatch("net", rows.ravel(), len(rows), responses)
    signal = tree["classID"] == 0
    moments = [
        (float(np.mean(y, dtype=float)), float(np.std(y, dtype=float))) for y in (responses[signal], responses[~signal])
    ]
    significance = (moments[0][0] - moments[1][0]) / np.hypot(moments[0][1], moments[1][1])
    assert significance == pytest.approx(float(expected["significance"]), rel=1e-5)
    low = max(responses.min(), min(mean - 10 * rms for mean, rms in moments))
    high = min(responses.max(), max(mean + 10 * rms for mean, rms in moments)) + 1e-5
    densities = []
    for label, chosen in (("S", signal), ("B", ~signal)):
        histogram = ROOT.TH1D(label, "", 40, low, high)
        for y in responses[chosen]:
            histogram.Fill(y)
        densities.append(TMVA.PDF(label, histogram))
    assert fisher.GetROCIntegral(*densities) == pytest.approx(float(expected["roc_integral"]), abs=1e-4)
    assert fisher.GetSeparation(*densities) == pytest.approx(float(expected["separation"]), abs=1e-4)


@pytest.mark.parametrize(
    "targets",
    [[False, True, False, True], np.array([False, True, False, True]), (np.bool_(0), True, np.bool_(0), True)],
    ids=["list", "array", "tuple"],
)
def test_curve_of_python_values_and_targets(targets: Any) -> None:
    values = [0.1, 0.4, 0.35, 0.8]
    assert ROOT.TMVA.ROCCurve(values, targets).GetROCIntegral() == 1
    assert ROOT.TMVA.ROCCurve(np.array(values), targets).GetROCIntegral() == 1
    mixed = [0.5, 0.4, 0.1, 0.8]
    assert ROOT.TMVA.ROCCurve(mixed, targets).GetROCIntegral() == pytest.approx(0.75)
    assert ROOT.TMVA.ROCCurve(mixed, targets, [1, 1, 3, 1]).GetROCIntegral() == pytest.approx(0.875)


def test_curve_of_signal_and_background() -> None:
    assert ROOT.TMVA.ROCCurve([0.4, 0.8], np.array([0.1, 0.35, 0.5])).GetROCIntegral() == pytest.approx(5 / 6)
    assert ROOT.TMVA.ROCCurve([3, 5], [2, 4], [1, 1], [3, 1]).GetROCIntegral() == pytest.approx(7 / 8)
    two_dimensions = np.array([[0.4, 0.8]])
    with pytest.raises(torchmva.Error, match=r"found an array of shape \(1, 2\)"):
        ROOT.TMVA.ROCCurve(two_dimensions, [0.1])


@pytest.mark.parametrize("make", [list, np.array, ROOT.std.vector["bool"]], ids=["list", "array", "vector"])
@pytest.mark.parametrize(
    ("values", "targets", "message"),
    [
        ([0.1, 0.4, 0.35], [True, True, True], "background"),
        ([0.1, 0.4], [True, False, True], "3"),
        ([0.1, float("nan"), 0.35], [True, False, True], "finite"),
    ],
    ids=["one class", "lengths", "NaN"],
)
def test_targets_never_become_responses_of_background(
    make: Any, values: list[float], targets: list[bool], message: str
) -> None:
    with pytest.raises(torchmva.Error, match=message):
        ROOT.TMVA.ROCCurve(values, make(targets))


def test_targets_that_are_numbers_are_refused() -> None:
    for weights in ([], [[1.0, 1.0]]):
        with pytest.raises(torchmva.Error, match="expected targets of type bool"):
            ROOT.TMVA.ROCCurve([0.1, 0.4], [0, 1], *weights)
