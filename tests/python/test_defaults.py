"""The defaults of MethodPyTorch's options stand in C++ and, for callers that do not come from there, in the engine."""

import re
import sys
from dataclasses import fields

from torchmva._engine.options import TrainingOptions

# `lambda` is a word of Python, see options.py
OTHER_NAMES = {"DecorrelationStrength": "Lambda"}


def cpp_name(field):
    name = "".join(word.capitalize() for word in field.split("_"))
    return OTHER_NAMES.get(name, name)


def test_they_are_the_same(run_checked, tmp_path):
    printed = run_checked([sys.executable, "-m", "torchmva", "options", "--markdown"], cwd=tmp_path).stdout
    page = printed.partition("## PyTorch\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| `([^`]*)` \|", page, re.MULTILINE)
    declared = {name: (kind, text.strip('"')) for name, kind, text in rows}
    assert len(declared) > 30
    for field in fields(TrainingOptions):
        kind, text = declared[cpp_name(field.name)]
        value = {"Bool": lambda t: t == "True", "String": str}.get(kind, float)(text)
        assert value == field.default, field.name
