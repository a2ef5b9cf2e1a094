"""Every piece of code in README.md and docs/ compiles or runs; see `BLOCKS` for what is done with which."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from torchmva import cli

REPOSITORY = Path(__file__).resolve().parents[2]
WEIGHTS = REPOSITORY / "tests/data/golden/weights/TMVAClassification_Fisher.weights.xml"
TIME_LIMIT = 400

pytestmark = pytest.mark.timeout(2 * TIME_LIMIT)


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text()
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    name = page.relative_to(REPOSITORY).as_posix()
    return [Block(name, text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in found]


PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
# `text` is what programs print or a part of an option string, `xml` a part of a weight file; these are compared with the
# code elsewhere (test_docs, test_weightfile, test_networks).
LANGUAGES = {"cpp", "python", "", "text", "xml"}


def blocks(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def test_the_language_of_every_block_is_known():
    assert {block.language for block in BLOCKS} == LANGUAGES
    assert len(blocks("cpp")) >= 20
    assert len(blocks("python")) >= 6


# --- C++ --------------------------------------------------------------------------------------------------------------

# What the pages take for granted. A block is in a scope of its own, where it may declare such a name itself.
NAMES = """
#include "ROOT/RDataFrame.hxx"
#include "TFile.h"
#include "TPluginManager.h"
#include "TROOT.h"
#include "TSystem.h"
#include "TTree.h"
#include "TorchMVA/CrossValidation.hxx"
#include "TorchMVA/DataLoader.hxx"
#include "TorchMVA/Define.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/FileApplier.hxx"
#include "TorchMVA/Reader.hxx"
#include <cstdio>
#include <iostream>
#include <vector>
namespace TMVA = TorchMVA;
struct Names {
   TMVA::Factory &factory;
   TMVA::DataLoader &loader;
   TMVA::Reader &reader;
   TFile *file;
   TTree *signal, *background;
   float var1, eventID, variables[100], *rows, *responses;
   int n;
};
"""
# The inline code of docs/applying.md.
INLINE = """
TMVA::Reader reader("m_jj:pt", "Silent");
TMVA::Reader named("myReader");
double response = reader.EvaluateMVA({1.f, 2.f}, "Net"), other = reader.EvaluateMVA({1., 2.}, "Net");
"""


def function_of(name: str, text: str) -> str:
    """A block as a function, with its own includes before it."""
    lines = text.splitlines()
    includes = "\n".join(line for line in lines if line.startswith("#include"))
    code = "\n".join(line for line in lines if not line.startswith("#include"))
    if re.match(r"\w+ \w+\(\) \{", code):  # a whole macro
        return f"{includes}\nnamespace {name} {{\n{code}\n}}\n"
    fields = re.findall(r"[*&\s](\w+)(?:\[\d+\])?[,;]", NAMES.partition("struct Names")[2])
    given = "\n".join(f"   auto &{field} = names.{field}; (void){field};" for field in fields)
    return f"{includes}\nvoid {name}(Names &names)\n{{\n{given}\n   {{\n{code}\n   }}\n}}\n"


@pytest.fixture(scope="module")
def program(ROOT, tmp_path_factory) -> Path:
    """A source file of all blocks, beside the header of the page on standalone code."""
    folder = tmp_path_factory.mktemp("snippets")
    reader = ROOT.TMVA.Reader("!Color:Silent")
    reader.BookMVA("Fisher", str(WEIGHTS))
    reader.WriteStandaloneHeader("Fisher", str(folder / "Model.hxx"), "Model")
    functions = [function_of(f"snippet{number}", block.text) for number, block in enumerate(blocks("cpp"))]
    (folder / "snippets.C").write_text(NAMES + "\n".join([*functions, function_of("inline_code", INLINE)]))
    return folder / "snippets.C"


def test_blocks_of_cpp_compile_in_programs(program, run_checked):
    config = run_checked([sys.executable, "-m", "torchmva", "config", "--cflags"], cwd=program.parent)
    flags = shlex.split(config.stdout)
    run_checked(["c++", "-x", "c++", "-fsyntax-only", "-O0", *flags, program], cwd=program.parent, timeout=TIME_LIMIT)


def test_blocks_of_cpp_are_understood_by_the_interpreter(program, run_checked):
    root = [sys.executable, "-m", "torchmva", "root", "-l", "-b", "-q", "-e", ".L snippets.C"]
    run_checked(root, cwd=program.parent, timeout=TIME_LIMIT)


BOOKING = re.compile(r'BookMethod\((?:&?loader, )?TMVA::Types::k(\w+), "(\w+)",\s*"([^"]*)"\)')


def test_the_options_of_the_blocks_can_be_booked(ROOT, tmp_path, monkeypatch):
    """Each on two variables, `mass` among them, with the spectator `mass` where the page declares it."""
    monkeypatch.chdir(tmp_path)
    TMVA = ROOT.TMVA
    TMVA.Types.Instance()
    booked = 0
    for block in blocks("cpp"):
        for kind, title, options in BOOKING.findall(block.text):
            if kind == "Plugins" or "FilenameModel" in options:  # a library or a model of the user's
                continue
            loader = TMVA.DataLoader(f"d{booked}")
            loader.AddVariable("var1")
            if 'AddSpectator("mass")' in block.text:
                loader.AddSpectator("mass")
            else:
                loader.AddVariable("mass")
            for i in range(40):
                event = [float(i % 7), float(i % 3)]
                kind_of_tree = TMVA.Types.kTraining if i < 30 else TMVA.Types.kTesting
                loader.AddEvent(("Signal", "Background")[i % 2], kind_of_tree, event, 1.0)
            factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
            assert factory.BookMethod(loader, getattr(TMVA.Types, f"k{kind}"), title, options), block
            booked += 1
    assert booked >= 9


# --- Python -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workplace(ROOT, tmp_path_factory):
    """A folder with `dataset/weights/job_Net.weights.xml` and `events.root`, and what the pages take for granted."""
    folder = tmp_path_factory.mktemp("python")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        TMVA = ROOT.TMVA
        random = np.random.default_rng(1)
        loader = TMVA.DataLoader("dataset")
        loader.AddVariable("m_jj")
        loader.AddVariable("pt")
        for i in range(60):
            kind = TMVA.Types.kTraining if i < 40 else TMVA.Types.kTesting
            event = (random.normal(size=2) + i % 2).tolist()
            loader.AddEvent(("Signal", "Background")[i % 2], kind, event, 1.0)
        factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
        factory.BookMethod(loader, TMVA.Types.kFisher, "Net")
        factory.TrainAllMethods()
        columns = {name: random.normal(size=100).astype(np.float32) for name in ("m_jj", "pt", "mass")}
        ROOT.RDF.FromNumpy(columns).Snapshot("tree", "events.root", list(columns))
    return folder, loader


@pytest.mark.parametrize(
    "block", [block for block in blocks("python") if block.page != "README.md"], ids=str
)  # test_readme runs that of the README
def test_blocks_of_python_run(ROOT, workplace, block, monkeypatch):
    folder, loader = workplace
    monkeypatch.chdir(folder)
    TMVA = ROOT.TMVA
    reader = TMVA.Reader("!Color:Silent")
    reader.BookMVA("Net", "dataset/weights/job_Net.weights.xml")
    names = {
        "TMVA": TMVA,
        "factory": TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification"),
        "loader": loader,
        "reader": reader,
        "s": None,  # this method has no spectators
        "x": np.zeros((5, 2), np.float32),
    }
    exec(compile(block.text, str(block), "exec"), names)


# --- the command line -------------------------------------------------------------------------------------------------


def test_commands_have_these_arguments(capsys):
    """Lines of `torchmva` are parsed, targets of `make` looked up; others are of pip, CMake and the shell."""
    targets = set(re.findall(r"^([\w-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    parsed = 0
    for block in blocks(""):
        for line in block.text.splitlines():
            words = shlex.split(line, comments=True)
            if words[0] == "torchmva":
                options = cli._parser().parse_args(words[1:])
                assert callable(options.run), line
                parsed += 1
            elif words[0] == "make":
                assert words[1] in targets, line
            else:
                assert words[0] in {"pip", "cmake"}, f"{block}: {line}"
    assert parsed >= 6
