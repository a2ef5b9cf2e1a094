"""Variable transformations against NumPy and scikit-learn, through the public interface: VarTransform of a method."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer

ROOT = pytest.importorskip("ROOT")
import torchmva  # noqa: E402, F401

ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA
TITLES = itertools.count()


def sample(n: int = 4000, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Correlated, skewed variables; classes 0 and 1; positive weights."""
    random = np.random.default_rng(seed)
    classes = np.arange(n) % 2
    x = random.normal(size=(n, 3)) @ [[1, 0.6, 0], [0, 1, -0.4], [0, 0, 2]]
    x[:, 2] = np.exp(x[:, 2] / 3)
    x += classes[:, np.newaxis]
    return x.astype(np.float32), classes, random.uniform(0.5, 2, n).astype(np.float32)


def transform(spec: str, x: np.ndarray, classes: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """All events after the transformation that was fitted on all of them; the order stays."""
    before = TMVA.gConfig().IsSilent()
    TMVA.gConfig().SetSilent(True)
    title = f"T{next(TITLES)}"
    loader = TMVA.DataLoader(title)
    for j in range(x.shape[1]):
        loader.AddVariable(f"x{j}")
    columns = {f"x{j}": np.ascontiguousarray(x[:, j]) for j in range(x.shape[1])}
    columns["w"] = np.ones(len(x), np.float32) if weights is None else weights
    columns["c"] = classes.astype(np.int32)
    frame = ROOT.RDF.FromNumpy(columns)
    for number, name in enumerate(("Signal", "Background")):
        loader.AddDataFrame(frame, name, 1.0, f"c == {number}", "train")
        loader.AddTestEvent(name, [0.0] * x.shape[1], 1.0)
    loader.SetWeightExpression("w")
    loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:!Correlations")
    factory = TMVA.Factory(title, "Silent:!ModelPersistence:AnalysisType=Classification:Transformations=I")
    method = factory.BookMethod(loader, "Fisher", "F", f"VarTransform={spec}")
    factory.TrainAllMethods()
    events = [method.GetEvent(i, TMVA.Types.kTraining) for i in range(len(x))]
    result = np.empty_like(x)
    order = np.argsort(classes, kind="stable")
    result[order] = [list(event.GetValues()) for event in events]
    assert [event.GetClass() for event in events] == sorted(classes)
    TMVA.gConfig().SetSilent(before)
    return result


def test_normalize_is_a_min_max_scaler():
    x, classes, weights = sample()
    expected = MinMaxScaler((-1, 1)).fit_transform(x)
    assert np.allclose(transform("N", x, classes, weights), expected, rtol=1e-5, atol=1e-6)


def test_normalize_of_one_class_is_a_scaler_fitted_on_it():
    x, classes, _ = sample()
    for number, name in enumerate(("Signal", "Background")):
        expected = MinMaxScaler((-1, 1)).fit(x[classes == number]).transform(x)
        assert np.allclose(transform(f"N_{name}", x, classes), expected, rtol=1e-5, atol=1e-6)


def test_decorrelation_is_symmetric_whitening():
    x, classes, weights = sample()
    values, vectors = np.linalg.eigh(np.cov(x.T.astype(float), aweights=weights, ddof=0))
    root = vectors @ np.diag(values**-0.5) @ vectors.T
    got = transform("D", x, classes, weights)
    assert np.allclose(got, x @ root, rtol=1e-5, atol=1e-5)
    assert np.allclose(np.cov(got.T, aweights=weights, ddof=0), np.eye(3), atol=1e-5)


def test_pca_is_that_of_scikit_learn():
    x, classes, weights = sample()
    expected = PCA().fit_transform(x.astype(float))
    got = transform("P", x, classes, weights)  # without weights, as in TMVA
    signs = np.sign((got * expected).sum(axis=0))
    assert np.allclose(got * signs, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("spec", "output", "limit"), [("U", "uniform", 0.005), ("G", "normal", 0.02)])
def test_cumulative_transformations_are_quantile_transformers(spec, output, limit):
    x, classes, _ = sample(8000)
    quantiles = QuantileTransformer(n_quantiles=2000, output_distribution=output, subsample=10**9).fit(x)
    expected = quantiles.transform(x)
    got = transform(spec, x, classes)
    # the tails are smoothed in TMVA's recipe: the bulk is compared, 98 % of the events
    bulk = np.all((x > np.quantile(x, 0.01, axis=0)) & (x < np.quantile(x, 0.99, axis=0)), axis=1)
    assert np.abs(got - expected)[bulk].max() < 5 * limit
    assert np.abs(got - expected)[bulk].mean() < limit


def test_chains_are_one_step_after_the_other():
    x, classes, weights = sample()
    for separator in ",+":
        chained = transform(f"N{separator}D", x, classes, weights)
        assert np.allclose(chained, transform("D", transform("N", x, classes, weights), classes, weights), atol=1e-5)


def test_a_selection_leaves_the_other_variables_alone():
    x, classes, weights = sample()
    got = transform("N(_V0_,x2)", x, classes, weights)
    assert np.array_equal(got[:, 1], x[:, 1])
    assert np.allclose(got[:, [0, 2]], MinMaxScaler((-1, 1)).fit_transform(x[:, [0, 2]]), rtol=1e-5, atol=1e-6)


FEW = settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)


def any_values(seed: int, power: float, decimals: int) -> np.ndarray:
    """Two variables of any shape, with ties for few decimals; none is constant, and they are not linearly dependent."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(60, 2))
    x = np.round(np.sign(x) * np.abs(x) ** power, decimals)
    x[:2] = [[-50, 0], [0, 50]]
    return x.astype(np.float32)


@given(SEEDS, st.floats(0.2, 3), st.integers(0, 3), st.sampled_from("UG"))
@FEW
def test_cumulative_transformations_keep_the_order(seed, power, decimals, spec):
    x = any_values(seed, power, decimals)
    got = transform(spec, x, np.arange(60) % 2)
    assert np.isfinite(got).all()
    for j in range(2):
        in_order = got[np.argsort(x[:, j], kind="stable"), j]
        assert (np.diff(in_order) >= -1e-6).all()
    low, high = (0, 1) if spec == "U" else (-5.731, 5.731)
    assert got.min() >= low
    assert got.max() <= high


@given(SEEDS, st.floats(0.2, 3), st.integers(0, 3), st.floats(0.01, 100), st.floats(-100, 100))
@FEW
def test_normalize_does_not_see_scale_and_offset(seed, power, decimals, scale, offset):
    x = any_values(seed, power, decimals)
    classes = np.arange(60) % 2
    moved = (x.astype(float) * scale + offset).astype(np.float32)
    limit = 1e-6 * (4 + abs(offset) / scale / 25)  # what float keeps of values far from 0
    assert np.allclose(transform("N", x, classes), transform("N", moved, classes), atol=limit)


def test_bins_of_all_classes_are_those_of_tmva(tmp_path, monkeypatch):
    """Half of the events have the weight 1: whether six of them make a bin or seven depends on the last bit of a sum,
    which TMVA makes in single precision and in the order of the events."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(7)
    n = 6000
    x = random.normal(size=2 * n).astype(np.float32)
    weights = np.concatenate([np.ones(n), random.uniform(0.01, 3, n)])
    loader = TMVA.DataLoader("d")
    loader.AddVariable("x")
    for i in range(2 * n):
        loader.AddTrainingEvent("Signal" if i < n else "Background", [x[i]], weights[i])
    for name in ("Signal", "Background"):
        loader.AddTestEvent(name, [0.0], 1.0)
    loader.PrepareTrainingAndTestTree("", "SplitMode=Block:MixMode=Random:NormMode=NumEvents:!Correlations")
    factory = TMVA.Factory("job", "Silent:AnalysisType=Classification:Transformations=I")
    factory.BookMethod(loader, "Fisher", "F", "VarTransform=U_AllClasses")
    factory.TrainAllMethods()
    data = loader.GetDataSetInfo().GetDataSet()
    events = [data.GetTrainingEvent(i) for i in range(2 * n)]
    values = np.array([event.GetValue(0) for event in events], np.float32)
    w = np.array([event.GetWeight() for event in events], np.float32)
    expected = edges(values, w, np.add.accumulate(w, dtype=np.float32)[-1])
    text = (tmp_path / "d/weights/job_F.weights.xml").read_text()
    written = re.search(r"<CumulativePDF_cls2>.*?<HistogramBinning[^>]*>(.*?)<", text, re.DOTALL)
    assert written is not None
    assert np.array_equal(np.array(written[1].split(), np.float32), expected)
    # the exact sum gives others, so that the test sees the difference
    assert abs(len(edges(values, w, w.astype(float).sum())) - len(expected)) > 3


def edges(values: np.ndarray, weights: np.ndarray, total: float) -> np.ndarray:
    """The edges of TMVA's bins, in single precision."""
    target = max(np.float32(total / 2000), 10 * weights.min())
    order = np.argsort(values, kind="stable")
    found, running = [values[order[0]] - np.float32(1e-4), values[order[0]]], np.float32(0)
    for i in order:
        running += weights[i]
        if running >= target and values[i] > found[-1]:
            found.append(values[i])
            running = np.float32(0)
    return np.array([*found, values[order[-1]]] if running > 0 else found, np.float32)
