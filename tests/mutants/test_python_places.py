"""Which places of a Python source mutation testing changes, and how."""

import ast
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import python
from mutant import ROOT
from python_places import places

SOURCE = """
def mean(values: "list[1]", log, *, low: float = 0.5) -> float:
    \"\"\"1 + 1\"\"\"
    if not values:
        raise ValueError(f"{1 + 1} < 2")
    total = 0.0
    for value in values:
        if value < low and value is not None:
            continue
        total += value * 2
    model.eval()
    log.info(total - 1)
    with torch.no_grad():
        total = scaled(total, low, dim=1).detach()
    return total / len(values)
"""


def changed(kind: str) -> set[tuple[str, str]]:
    """The changes of a kind as (old text, new text)."""
    return {(SOURCE[p.start : p.end], p.after) for p in places(SOURCE) if p.kind == kind}


def test_operators_and_constants() -> None:
    assert changed("comparison") == {("<", "<="), ("<", ">"), ("is not", "is"), ("and", "or")}
    assert changed("arithmetic") == {("+=", "-="), ("+=", "="), ("*", "/"), ("/", "*")}
    assert ("2", "3") in changed("constant")
    assert ("0.5", "5.0") in changed("constant")
    assert not [old for old, _ in changed("constant") if old not in ("0.5", "0.0", "2", "1")]


def test_conditions_and_statements() -> None:
    assert (" and value is not None", "") in changed("condition")
    assert ("not values", "values") in changed("negation")
    assert changed("statement") == {
        ("continue", "pass"),
        ("total += value * 2", "pass"),
        ("model.eval()", "pass"),
        ("total = scaled(total, low, dim=1).detach()", "pass"),
    }


def test_calls_results_and_contexts() -> None:
    assert changed("swap") == {("total, low", "low, total")}
    assert changed("argument") == {(", dim=1", "")}
    assert ("scaled(total, low, dim=1).detach()", "scaled(total, low, dim=1)") in changed("call")
    assert changed("result") == {("total / len(values)", "1.001 * (total / len(values))")}
    assert changed("context") == {("with torch.no_grad()", "if True")}
    assert changed("name") == {("eval", "train")}


def test_texts_annotations_logs_and_errors_are_left_alone() -> None:
    lines = {SOURCE.count("\n", 0, place.start) for place in places(SOURCE)}
    assert not lines & {
        number for number, line in enumerate(SOURCE.split("\n")) if "1 + 1" in line or "log.info" in line
    }


def test_every_change_is_a_program() -> None:
    for place in places(SOURCE):
        ast.parse(SOURCE[: place.start] + place.after + SOURCE[place.end :])


def test_every_area_has_files_and_tests() -> None:
    files = [path.as_posix() for path in python.SOURCES.rglob("*.py")]
    for pattern in python.AREAS:
        name = next(file for file in files if re.search(pattern, file))
        for path, *_ in python.tests_of(name):
            assert (ROOT / path).is_file(), f"{pattern}: {path}"


def test_samples_are_drawn_by_seed_and_become_longer() -> None:
    only = re.compile("_engine/(loop|losses)")
    first = python.mutants(1, 20, only)
    assert first == python.mutants(1, 20, only)
    assert first[:5] == python.mutants(1, 5, only)
    assert first != python.mutants(2, 20, only)
    for mutant in first:
        text = (ROOT / mutant.file).read_text()
        assert mutant.applied_to(text) != text
