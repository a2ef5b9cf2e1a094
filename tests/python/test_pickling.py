"""Pickles and copies: a reader travels with its weight file, an error arrives, what has other state is refused."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import xml.etree.ElementTree as ET
from array import array
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import torchmva

WEIGHTS = Path(__file__).parents[1] / "data/golden/weights/TMVAClassification_FisherDG.weights.xml"
COPIES = {"pickle": lambda value: pickle.loads(pickle.dumps(value)), "copy": copy.copy, "deepcopy": copy.deepcopy}


@pytest.fixture(scope="module")
def rows():
    return np.random.default_rng(3).normal(size=(9, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def names():
    return [node.get("Expression") for node in ET.parse(WEIGHTS).getroot().find("Variables")]


@pytest.fixture(scope="module")
def reader(ROOT, names):
    reader = ROOT.TMVA.Reader("!Color:Silent")
    for name in names:
        reader.AddVariable(name, array("f", [0.0]))
    reader.BookMVA("a tag", os.path.relpath(WEIGHTS))
    return reader


def evaluate(reader, rows):
    return np.asarray(reader.EvaluateBatch("a tag", rows))


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_a_reader_gives_its_responses(ROOT, reader, rows, names, how, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of the weight file was a relative one
    other = COPIES[how](reader)
    assert np.array_equal(evaluate(other, rows), evaluate(reader, rows))
    assert other.EvaluateMVA([float(x) for x in rows[0]], "a tag") == evaluate(reader, rows)[0]
    assert [str(info.GetExpression()) for info in other.DataInfo().GetVariableInfos()] == names
    with pytest.raises(torchmva.Error, match="has no address"):
        other.EvaluateMVA("a tag")
    assert np.array_equal(evaluate(COPIES[how](other), rows), evaluate(reader, rows))


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_an_rreader_gives_its_responses(ROOT, rows, how):
    model = ROOT.TMVA.Experimental.RReader(str(WEIGHTS), "Native")
    other = COPIES[how](model)
    assert np.array_equal(other.Compute(rows), model.Compute(rows))
    assert str(other.GetEngine()) == "Native"


def book(reader):
    reader.BookMVA("other", "no.weights.xml")


@pytest.mark.timeout(120)
def test_a_worker_process_gets_readers_and_sends_errors(ROOT, reader, rows, monkeypatch):
    # the worker imports this module by its name
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    module = sys.modules[__name__]
    monkeypatch.setitem(sys.modules, "test_pickling", module)
    for function in (evaluate, book):
        monkeypatch.setattr(function, "__module__", "test_pickling")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert np.array_equal(pool.submit(evaluate, reader, rows).result(100), evaluate(reader, rows))
        with pytest.raises(torchmva.Error, match=r"no\.weights\.xml") as caught:
            pool.submit(book, reader).result(100)
    assert caught.value.GetCode() == ROOT.TorchMVA.EErrorCode.kFile
    assert {str(p.first): str(p.second) for p in caught.value.GetContext()} == {"file": "no.weights.xml"}


@pytest.mark.parametrize("how", COPIES)
def test_an_error_is_the_same_afterwards(ROOT, how):
    library = ROOT.TorchMVA
    where = ROOT.std.vector["std::pair<std::string,std::string>"]()
    where.emplace_back("file", "x.root")
    error = library.Error(library.EErrorCode.kUserCode, "the message", where, "the traceback")
    other = COPIES[how](error)
    assert type(other) is type(error)
    for getter in ("what", "GetMessage", "GetTraceback"):
        assert str(getattr(other, getter)()) == str(getattr(error, getter)())
    assert other.GetCode() == library.EErrorCode.kUserCode


def test_what_has_other_state_is_refused(ROOT, reader, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    TMVA = ROOT.TMVA
    loader = TMVA.DataLoader("d")
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    split = TMVA.CvSplitKFolds(2, "", False)
    method = reader.FindMVA("a tag")
    for value in (loader, factory, split, method, reader.DataInfo(), TMVA.gConfig(), TMVA.gTools()):
        for how in COPIES.values():
            with pytest.raises(TypeError, match="cannot pickle or copy a"):
                how(value)
    text = TMVA.Reader("!Color:Silent")
    text.BookMVA(TMVA.Types.kFisher, WEIGHTS.read_text())
    with pytest.raises(TypeError, match="'Fisher' was read from text"):
        pickle.dumps(text)
