"""The method of macros/add-a-method: built outside of TorchMVA in both ways, found by name and as ROOT's plugin."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

TIME_LIMIT = 180
N_BINS = 7

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)


@pytest.fixture(scope="module")
def libraries(macros, run_checked, tmp_path_factory) -> dict[str, Path]:
    """The method as a CMake project builds it, and as ACLiC does."""
    folder = tmp_path_factory.mktemp("own") / "add-a-method"
    shutil.copytree(macros / "add-a-method", folder)
    config = [sys.executable, "-m", "torchmva", "config", "--cmakedir"]
    cmakedir = run_checked(config, cwd=folder).stdout.strip().strip("'")
    run_checked(["cmake", "-S", ".", "-B", "build", f"-DTorchMVA_DIR={cmakedir}"], cwd=folder)
    run_checked(["cmake", "--build", "build"], cwd=folder, timeout=TIME_LIMIT)
    root = [sys.executable, "-m", "torchmva", "root", "-l", "-b", "-q", "-e", ".L MethodHistogramLikelihood.cxx+"]
    run_checked(root, cwd=folder, timeout=TIME_LIMIT)
    return {
        "CMake": folder / "build" / "libHistogramLikelihood.so",
        "ACLiC": folder / "MethodHistogramLikelihood_cxx.so",
    }


@pytest.fixture
def events(tmp_path) -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    arrays = {}
    for sample, n in (("training", 2000), ("test", 500)):
        is_signal = random.random(n) < 0.5
        values = random.normal(size=(n, 2)) + np.outer(is_signal, [1.0, -0.5])
        arrays[sample] = values.astype(np.float32)
        arrays[f"{sample}_weights"] = random.uniform(0.5, 2.0, n).astype(np.float32)
        arrays[f"{sample}_signal"] = is_signal
    np.savez(tmp_path / "events.npz", **arrays)
    return arrays


def likelihood_response(events: dict[str, np.ndarray]) -> np.ndarray:
    """L_S / (L_S + L_B) of the test events, from NumPy's histograms."""
    x, test = events["training"].astype(float), events["test"].astype(float)
    ratio = np.ones(len(test))
    for k in range(2):
        edges = np.linspace(x[:, k].min(), x[:, k].max(), N_BINS + 1)
        bins = np.clip(np.searchsorted(edges, test[:, k], side="right") - 1, 0, N_BINS - 1)
        for chosen, power in ((events["training_signal"], -1), (~events["training_signal"], 1)):
            weights = events["training_weights"][chosen].astype(float)
            contents = np.histogram(x[chosen, k], bins=edges, weights=weights)[0] + 1
            ratio *= (contents / (weights.sum() + N_BINS))[bins] ** power
    return 1 / (1 + ratio)


@pytest.mark.parametrize(
    ("way", "method"), [("CMake", "HistogramLikelihood"), ("ACLiC", "HistogramLikelihood"), ("ACLiC", "Plugins")]
)
def test_trained_written_and_read_back(libraries, events, run_checked, tmp_path, way, method):
    script = Path(__file__).with_name("ownMethod.py")
    for mode in ("train", "apply"):  # in a process of its own each
        result = run_checked([sys.executable, script, mode, method, libraries[way]], cwd=tmp_path, timeout=TIME_LIMIT)
        if mode == "train":
            assert 0.7 < float(re.search(r"^area (\S+)$", result.stdout, re.MULTILINE).group(1)) < 0.9
    expected = likelihood_response(events)
    for mode in ("train", "apply"):
        for column in np.load(tmp_path / f"{mode}.npy").T:
            np.testing.assert_allclose(column, expected, rtol=1e-5)
    xml = (tmp_path / "dataset/weights/job_MyPlugin.weights.xml").read_text()
    assert f'Method="{method}::MyPlugin"' in xml


def test_the_example_is_short(macros):
    assert len((macros / "add-a-method" / "MethodHistogramLikelihood.cxx").read_text().splitlines()) < 100
