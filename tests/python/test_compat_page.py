"""Every row of docs/tmva-compat.md names tests, and they exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "tmva-compat.md"
REFERENCE = re.compile(r"`([\w/.]+): ([\w. ]+)`")


def rows() -> list[tuple[str, str]]:
    """First and last cell of every row of the page, without the head of each table."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if line.startswith("|") and cells[0] != "TMVA" and not set(cells[0]) <= {"-", " "}:
            found.append((cells[0], cells[-1] if len(cells) == 3 else ""))
    return found


def names_in(file: str) -> set[str]:
    """The tests of a file: functions, or Suite.Name for C++."""
    if file.endswith(".py"):
        return set(re.findall(r"^\s*def (test_\w+)", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE))
    text = (TESTS / "cpp" / f"{file}.cxx").read_text(encoding="utf-8")
    return {".".join(pair) for pair in re.findall(r"TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", text)}


@pytest.mark.parametrize(("what", "cell"), [pytest.param(*row, id=row[0][:60]) for row in rows()])
def test_row_names_tests_that_exist(what: str, cell: str) -> None:
    references = REFERENCE.findall(cell)
    assert references, f"no test named in the row '{what}' (three columns, `file: names`)"
    for file, names in references:
        missing = set(names.split()) - names_in(file)
        assert not missing, f"{file} has no {', '.join(sorted(missing))}"


def test_the_page_has_rows() -> None:
    assert len(rows()) > 40
