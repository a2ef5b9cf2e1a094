"""The headline of docs/event-weights.md, in short; and the page is what its measurement says."""

import json
import sys
from pathlib import Path
from statistics import fmean

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PAGE = BENCHMARKS.parent / "docs" / "event-weights.md"


def gain(path, method):
    ways = json.loads(path.read_text(encoding="utf-8"))["figures"][method]
    return fmean(ways["with"]) - fmean(ways["without"])


@pytest.mark.proof
def test_one_seed_gains(run_checked, tmp_path):
    result = tmp_path / "weights.json"
    run_checked([sys.executable, BENCHMARKS / "event_weights.py", "--quick", "--json", result], cwd=tmp_path)
    assert gain(result, "network") > 0.01


@pytest.mark.parametrize("method", ["network", "trees", "discriminant"])
def test_the_measured_mean_is_two_to_three_points(method):
    document = json.loads((BENCHMARKS / "event_weights.json").read_text(encoding="utf-8"))
    assert len(document["figures"][method]["with"]) == 5, "five seeds"
    assert 0.02 <= gain(BENCHMARKS / "event_weights.json", method) <= 0.035


def test_the_page_is_written_from_the_measurement(run_checked, tmp_path):
    page = run_checked([sys.executable, BENCHMARKS / "event_weights.py", "--page"], cwd=tmp_path)
    assert page.stdout == PAGE.read_text(encoding="utf-8")
