"""The two programs of README.md, as they stand there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "README.md"


def block(language: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    return code


@pytest.mark.timeout(180)
def test_macro_and_script(run_macro, run_checked, tmp_path):
    (tmp_path / "train.C").write_text(block("cpp"))
    (tmp_path / "apply.py").write_text(
        block("python") + "assert 0 <= responses.min() < responses.max() <= 1\nprint('applied')\n"
    )
    trained = run_macro("train.C", cwd=tmp_path, timeout=90)
    assert re.search(r"dataset +Net +: 0\.[89]", trained.stdout)
    assert "applied" in run_checked([sys.executable, "apply.py"], cwd=tmp_path, timeout=60).stdout


def test_they_are_short():
    assert len(block("cpp").splitlines()) <= 14
    assert len(block("python").splitlines()) <= 12
