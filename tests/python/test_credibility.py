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


def inside(figure):
    mean = sum(figure["values"]) / len(figure["values"])
    assert figure["low"] is not None or figure["high"] is not None
    return (figure["low"] is None or mean >= figure["low"]) and (figure["high"] is None or mean <= figure["high"])


@pytest.mark.proof
@pytest.mark.parametrize("name", [name for name in expected() if name != "recipe_higgs_28"])  # takes too long
def test_figure_is_in_its_wider_band(figures, name):
    figure = figures[name]
    assert len(figure["values"]) == 1
    assert inside(figure), figure


@pytest.mark.parametrize("name", list(expected()))
def test_measured_mean_is_in_its_band(name):
    figure = expected()[name]
    assert len(figure["values"]) == (5 if name.startswith(("default_", "recipe_")) else 3), "all seeds"
    assert inside(figure), figure


def test_the_page_is_written_from_the_measurement(run_checked, tmp_path):
    page = run_checked([sys.executable, BENCHMARKS / "credibility.py", "--page"], cwd=tmp_path)
    assert page.stdout == PAGE.read_text(encoding="utf-8")
