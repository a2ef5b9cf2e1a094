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
