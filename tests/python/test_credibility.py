"""The published figures of docs/credibility.md, in short; and the page is what its measurement says."""

import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PAGE = BENCHMARKS.parent / "docs" / "credibility.md"


@pytest.fixture(scope="module")
def figures(run_checked, tmp_path_factory):
    """All trainings with one seed and half of the epochs."""
    folder = tmp_path_factory.mktemp("credibility")
    result = folder / "figures.json"
    run_checked([sys.executable, BENCHMARKS / "credibility.py", "--quick", "--json", result], cwd=folder, timeout=300)
    return json.loads(result.read_text(encoding="utf-8"))["figures"]


def expected():
    return json.loads((BENCHMARKS / "credibility.json").read_text(encoding="utf-8"))["figures"]


@pytest.mark.parametrize("name", list(expected()))
def test_figure_is_in_its_wider_band(figures, name):
    figure = figures[name]
    assert len(figure["values"]) == 1
    assert figure["low"] <= figure["values"][0] <= figure["high"]


@pytest.mark.parametrize("name", list(expected()))
def test_measured_mean_is_in_its_band(name):
    figure = expected()[name]
    assert len(figure["values"]) == 3, "three seeds"
    assert figure["low"] <= sum(figure["values"]) / 3 <= figure["high"]


def test_the_page_is_written_from_the_measurement(run_checked, tmp_path):
    page = run_checked([sys.executable, BENCHMARKS / "credibility.py", "--page"], cwd=tmp_path)
    assert page.stdout == PAGE.read_text(encoding="utf-8")
