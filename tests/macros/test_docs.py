"""The lists of docs/ are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
OPTIONS = (REPOSITORY / "docs" / "options.md").read_text()


def test_every_error_code_has_its_section_with_its_number():
    sections = re.findall(r"^## (k\w+)\n\n(\d+)\.", (REPOSITORY / "docs" / "errors.md").read_text(), re.MULTILINE)
    header = (REPOSITORY / "include" / "TorchMVA" / "Core" / "Error.hxx").read_text()
    codes = re.findall(r"^ +(k\w+) = (\d+)", header, re.MULTILINE)
    assert len(codes) == 13
    assert sections == codes


def test_page_of_options_is_the_one_that_the_library_prints(ROOT):
    """If not: `make docs`."""
    assert str(ROOT.TorchMVA.OptionReference()) == OPTIONS


def test_comments_cite_sections_that_exist():
    """The pages have headings without numbers."""
    pages = [page.stem for page in (REPOSITORY / "docs").glob("*.md")]
    # a page of one word, such as `events`, is a page with its ending only
    names = "|".join(name + (r"(?:\.md)?" if "-" in name else r"\.md") for name in pages)
    cited = re.compile(rf"\b({names})(?:,?\s+section\s+\d+|\s+\d+\.\d+)\b")
    wrong, n_files = [], 0
    for folder in ("src", "include", "tests", "benchmarks", "macros", "cmake", "docs"):
        for file in sorted((REPOSITORY / folder).rglob("*")):
            if file.suffix not in {".cxx", ".hxx", ".h", ".py", ".C", ".cmake", ".in", ".md"}:
                continue
            n_files += 1
            found = cited.finditer(file.read_text(errors="replace"))
            wrong += [f"{file.relative_to(REPOSITORY)}: {match[0]}" for match in found]
    assert n_files > 500
    assert not wrong
