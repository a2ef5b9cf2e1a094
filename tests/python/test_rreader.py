"""RReader and Compute in Python: NumPy arrays, columns of an RDataFrame with and without threads, errors."""

from __future__ import annotations

import numpy as np
import pytest

NAMES = ["var1", "var2", "var3", "var4"]
WEIGHTS = "dataset/weights/job_Fisher.weights.xml"

# Thousands of events through a network, in several threads, each of which needs Python's lock.
THREADS = """
import sys
import ROOT, torch
import torchmva
from torch import nn

torch.manual_seed(1)
torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=1))).save("net.pt")
TMVA = ROOT.TMVA
loader = TMVA.DataLoader("dataset")
loader.AddVariable("x")
loader.AddVariable("y")
for i in range(60):
    kind = TMVA.Types.kTraining if i < 40 else TMVA.Types.kTesting
    loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7), float(i % 5)], 1.0)
factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", FilenameModel="net.pt", NumEpochs=1)
factory.TrainAllMethods()

model = TMVA.Experimental.RReader("dataset/weights/job_Net.weights.xml")

def events():
    source = ROOT.RDataFrame(20000).Define("x", "float(rdfentry_ % 64) / 16").Define("y", "float(rdfentry_ % 7)")
    response = TMVA.Experimental.Compute[2, "float"](model)
    return source.Define("r", response, model.GetVariableNames()).Define("response", "r[0]")

alone = events().Mean("response").GetValue()
ROOT.EnableImplicitMT(2)
assert events().GetNSlots() == 2
# a slot of its own for half of the events, whoever takes the others
slots = set(events().Define("slot", "int(rdfslot_) + 0 * int(response > 2)").AsNumpy(["slot"])["slot"])
for result in (
    events().Mean("response").GetValue(),
    events().Histo1D(("h", "", 10, 0, 1), "response").GetMean(),
    float(events().AsNumpy(["response"])["response"].mean(dtype=float)),
):
    assert abs(result - alone) < 1e-5 * alone, (result, alone)
print("slots", len(slots))
"""


@pytest.fixture
def trained(ROOT, tmp_path, monkeypatch):
    """Weights of a Fisher discriminant in the current folder; the path of the data."""
    monkeypatch.chdir(tmp_path)
    path = str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root"
    TMVA = ROOT.TMVA
    data = ROOT.TFile.Open(path)
    loader = TMVA.DataLoader("dataset")
    for name in NAMES:
        loader.AddVariable(name)
    loader.AddSignalTree(data.Get("TreeS"))
    loader.AddBackgroundTree(data.Get("TreeB"))
    loader.PrepareTrainingAndTestTree("", nTrain_Signal=1000, nTrain_Background=1000, V=False)
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
    factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", VarTransform="D,G")
    factory.TrainAllMethods()
    return path


def expected(ROOT, rows):
    reader = ROOT.TMVA.Reader("!Color:Silent")
    from array import array

    values = [array("f", [0]) for _ in NAMES]
    for name, value in zip(NAMES, values, strict=True):
        reader.AddVariable(name, value)
    reader.BookMVA("F", WEIGHTS)
    return reader.EvaluateBatch("F", rows)


def test_column_and_arrays_hold_the_numbers_of_reader(ROOT, trained):
    model = ROOT.TMVA.Experimental.RReader(WEIGHTS)
    assert model.GetVariableNames() == NAMES
    assert model.GetSpectatorNames() == []
    assert model.GetClassNames() == ["Signal", "Background"]
    events = ROOT.RDataFrame("TreeS", trained)
    columns = events.AsNumpy(NAMES)
    rows = np.stack([np.asarray(columns[name]) for name in NAMES], axis=1)
    wanted = expected(ROOT, rows)
    np.testing.assert_array_equal(model.Compute(rows), wanted)
    np.testing.assert_array_equal(model.Compute(rows.astype(float)), wanted)
    np.testing.assert_array_equal(model.Compute(rows[0]), wanted[:1])
    np.testing.assert_array_equal(model.Compute([float(x) for x in rows[0]]), wanted[:1])
    assert model.Compute(rows[:0]).shape == (0,)

    response = ROOT.TMVA.Experimental.Compute[4, "float"](model)
    del model  # the function keeps what it needs
    column = events.Define("r", response, NAMES).Define("y", "r[0]").AsNumpy(["y"])["y"]
    np.testing.assert_array_equal(column, wanted)


@pytest.mark.parametrize("values", [np.ones(3), np.ones((2, 3)), np.ones((1, 2, 4)), 1.0, ["a", "b", "c", "d"]])
def test_values_of_a_wrong_shape_or_kind_are_refused(ROOT, trained, values):
    model = ROOT.TMVA.Experimental.RReader(WEIGHTS)
    with pytest.raises(ROOT.TMVA.Error, match="values|variables"):
        model.Compute(values)


def test_a_missing_file_is_named(ROOT):
    with pytest.raises(ROOT.TMVA.Error, match=r"nowhere\.xml"):
        ROOT.TMVA.Experimental.RReader("nowhere.xml")


def test_threads_of_a_data_frame_share_python(run_python):
    """Would wait for ever if the call that runs the loop kept Python's lock."""
    assert "slots" in run_python(THREADS, timeout=100).stdout


@pytest.mark.parametrize("columns", [tuple, list, "vector"], ids=str)
def test_a_function_that_the_interpreter_has_made_is_a_column(ROOT, trained, columns):
    """The idiom of ROOT's tutorials: the function is a variable of the interpreter."""
    ROOT.gInterpreter.ProcessLine(
        f'TMVA::Experimental::RReader aModel("{WEIGHTS}");'
        "auto computeModel = TMVA::Experimental::Compute<4, float>(aModel);"
        if not hasattr(ROOT, "computeModel")
        else ";"
    )
    names = ROOT.std.vector["std::string"](NAMES) if columns == "vector" else columns(NAMES)
    frame = ROOT.RDataFrame("TreeS", trained).Range(100)
    scored = frame.Define("y", ROOT.computeModel, names).Define("twice", "y[0] * 2")
    found = scored.AsNumpy([*NAMES, "twice"])
    rows = np.stack([found[name] for name in NAMES], axis=1)
    expected = np.asarray(ROOT.TMVA.Experimental.RReader(WEIGHTS).Compute(rows))
    assert np.array_equal(found["twice"].astype(np.float32), 2 * expected)
