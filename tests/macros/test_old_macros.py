"""Macros that name methods which do not exist here compile, and say so where they use one."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WEIGHTS = HERE.parent / "data" / "golden" / "weights"


@pytest.fixture
def work(tmp_path):
    for path in (HERE / "oldApplication.C", next(WEIGHTS.glob("*_Fisher.weights.xml"))):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize("compiled", ["", "+"], ids=["interpreted", "ACLiC"])
def test_an_old_application_runs_with_the_methods_there_are(work, run_macro, compiled):
    weights = next(work.glob("*.xml")).name
    call = f'oldApplication.C{compiled}("{weights}", "Fisher")'
    text = run_macro(call, cwd=work).stdout
    assert re.search(r"^response -?\d\.\d{5}$", text, re.MULTILINE)
    assert "CutsGA" not in text


def test_a_method_that_is_not_there_says_so_when_used(work, run_macro):
    weights = next(work.glob("*.xml")).name
    result = run_macro(f'oldApplication.C("{weights}")', cwd=work, quotes_errors=True)
    assert re.search(r'^CutsGA: 10 no method is booked under the tag "CutsGA method"', result.stdout, re.MULTILINE)
    assert "there is no method of cuts (kCuts) here" in result.stderr


def test_classes_that_are_not_there_say_so_when_made(work, run_checked):
    typed = ".L oldApplication.C\noldClasses()\n.q\n"
    command = [sys.executable, "-m", "torchmva", "root", "-l", "-b"]
    text = run_checked(command, cwd=work, typed=typed, quotes_errors=True).stdout
    for line in (
        "interval: 6 the class Interval does not exist here",
        "algorithm: 6 the class GeneticAlgorithm does not exist here",
        "fitter: 6 the class GeneticFitter does not exist here",
        "parallel: 6 the class Classification does not exist here: use Factory",
        'category: 6 method type "Category" does not exist here; available: BDT',
        "network 0",
    ):
        assert line in text, text
