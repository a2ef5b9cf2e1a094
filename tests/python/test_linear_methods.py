"""Fisher, Mahalanobis and LD against linear algebra in NumPy, on correlated events with weights."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

N_EVENTS = 600
SIGNAL_FRACTION = 0.4


@pytest.fixture
def events():
    """Variables (float32), weights, whether signal, two targets."""
    random = np.random.default_rng(5)
    is_signal = random.random(N_EVENTS) < SIGNAL_FRACTION
    mixing = np.array([[1.0, 0.4, 0.0], [0.0, 2.0, -0.7], [0.3, 0.0, 0.5]])
    x = random.normal(size=(N_EVENTS, 3)) @ mixing + np.outer(is_signal, [0.5, -1.0, 0.2]) + [100.0, 0.0, -5.0]
    x = x.astype(np.float32).astype(float)  # single precision in the data set
    targets = np.stack([x[:, 0] * 3 - x[:, 1] ** 2, x @ [0.1, 0.2, 0.3] + 7 + random.normal(size=N_EVENTS)], axis=1)
    weights = random.uniform(0.2, 3.0, N_EVENTS).astype(np.float32).astype(float)
    return x, weights, is_signal, targets.astype(np.float32).astype(float)


@pytest.fixture
def train(ROOT, tmp_path, monkeypatch, events):
    """Trains one method; returns its coefficients from the weight file, one row an output, the offset first."""
    monkeypatch.chdir(tmp_path)
    x, weights, is_signal, targets = events

    def run(method, analysis, **options):
        types = ROOT.TMVA.Types
        factory = ROOT.TMVA.Factory("job", Silent=True, Color=False, AnalysisType=analysis)
        loader = ROOT.TMVA.DataLoader("dataset")
        for name in ("a", "b", "c"):
            loader.AddVariable(name)
        if analysis == "Regression":
            loader.AddTarget("s")
            loader.AddTarget("t")
        for i in range(N_EVENTS):
            name = "Regression" if analysis == "Regression" else "Signal" if is_signal[i] else "Background"
            values = x[i].tolist() + (targets[i].tolist() if analysis == "Regression" else [])
            for kind in (types.kTraining, types.kTesting):
                loader.AddEvent(name, kind, values, float(weights[i]))
        loader.PrepareTrainingAndTestTree(ROOT.TCut(""), NormMode="None")
        factory.BookMethod(loader, method, "M", **options)
        factory.TrainAllMethods()
        root = ET.parse("dataset/weights/job_M.weights.xml").getroot()
        values = [float(node.get("Value")) for node in root.iterfind("Weights/Coefficient")]
        return np.array(values).reshape(-1, 4)

    return run


def least_squares(x, y, weights):
    """Rows: outputs; columns: offset and slopes."""
    design = np.column_stack([np.ones(len(x)), x])
    root = np.sqrt(weights)[:, None]
    return np.linalg.lstsq(design * root, y.reshape(len(x), -1) * root, rcond=None)[0].T


@pytest.mark.parametrize("kind", ["Fisher", "Mahalanobis"])
def test_fisher(train, events, kind):
    x, weights, is_signal, _ = events
    (found,) = train("Fisher", "Classification", Method=kind)
    means, sums, matrix = [], [], np.zeros((3, 3))
    for chosen in (is_signal, ~is_signal):
        means.append(np.average(x[chosen], axis=0, weights=weights[chosen]))
        sums.append(weights[chosen].sum())
        matrix += np.cov(x[chosen].T, aweights=weights[chosen], ddof=0)
    difference = means[0] - means[1]
    fractions = np.array(sums) / sum(sums)
    if kind == "Mahalanobis":
        matrix += fractions.prod() * np.outer(difference, difference)
    slopes = np.sqrt(fractions.prod()) * np.linalg.solve(matrix, difference)
    np.testing.assert_allclose(found[1:], slopes, rtol=1e-5)
    np.testing.assert_allclose(found[0], -0.5 * slopes @ (means[0] + means[1]), rtol=1e-5)


def test_ld_of_two_classes(train, events):
    x, weights, is_signal, _ = events
    (found,) = train("LD", "Classification")
    (expected,) = least_squares(x, is_signal, weights)
    np.testing.assert_allclose(found[1:], expected[1:], rtol=1e-5)
    # TMVA's offset, not that of the fit
    np.testing.assert_allclose(found[0], -0.5 * expected[1:] @ np.average(x, axis=0, weights=weights), rtol=1e-5)


def test_ld_of_several_targets(train, events):
    x, weights, _, targets = events
    found = train("LD", "Regression")
    np.testing.assert_allclose(found, least_squares(x, targets, weights), rtol=1e-5)


def test_ld_with_negative_weights(train, events):
    x, weights, _, targets = events
    weights[::7] *= -1
    found = train("LD", "Regression")
    design = np.column_stack([np.ones(N_EVENTS), x])
    normal = design.T @ (design * weights[:, None])
    expected = np.linalg.solve(normal, design.T @ (targets * weights[:, None]))
    np.testing.assert_allclose(found, expected.T, rtol=1e-5)
    ignoring = train("LD", "Regression", IgnoreNegWeightsInTraining=True)
    np.testing.assert_allclose(ignoring, least_squares(x, targets, np.maximum(weights, 0)), rtol=1e-5)
