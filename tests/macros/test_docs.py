"""The lists of docs/ are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
OPTIONS = (REPOSITORY / "docs" / "options.md").read_text()


def test_every_error_code_has_its_section_with_its_number():
    sections = re.findall(r"^## (k\w+)\n\n(\d+)\.", (REPOSITORY / "docs" / "errors.md").read_text(), re.MULTILINE)
    header = (REPOSITORY / "include" / "TorchMVA" / "Core" / "Error.hxx").read_text()
    codes = re.findall(r"^ +(k\w+) = (\d+)", header, re.MULTILINE)
    assert len(codes) == 13
    assert sections == codes


def documented(*headings: str) -> dict[str, str]:
    """Option -> default, from the tables under these headings."""
    rows: dict[str, str] = {}
    for heading in headings:
        section = OPTIONS.split(f"\n## {heading}")[1].split("\n## ")[0]
        rows |= dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|", section, re.MULTILINE))
    return rows


def declared(configurable) -> dict[str, str]:
    return {str(option.fName): str(option.fDefault) for option in configurable.GetOptionInfos()}


def check(found: dict[str, str], written: dict[str, str], *computed: str) -> None:
    """The same names, and the same defaults but for those that are `computed` when they are needed."""
    assert found.keys() == written.keys()
    for name, value in found.items():
        if name not in computed:
            default = written[name].strip("`").replace("none", "").replace("false", "False").replace("true", "True")
            assert default == value, name


def test_options_of_factory_reader_and_methods(ROOT, tmp_path, monkeypatch):
    import torch
    from torch import nn

    monkeypatch.chdir(tmp_path)
    TMVA = ROOT.TMVA
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    loader = TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    loader.AddVariable("y")
    for i, event in enumerate(np.random.default_rng(1).normal(size=(40, 2))):
        kind = TMVA.Types.kTraining if i < 20 else TMVA.Types.kTesting
        loader.AddEvent(("Signal", "Background")[i % 2], kind, event.tolist(), 1.0)
    torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=1))).save("net.pt")
    net = factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt")
    fisher = factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher")

    check(declared(factory), documented("Factory"), "Color")
    check(declared(net), documented("Every method", "PyTorch"), "FilenameTrainedModel")
    check(declared(fisher), documented("Every method", "Fisher"))
    check(declared(TMVA.Reader("!Color:Silent")), documented("Reader"))
