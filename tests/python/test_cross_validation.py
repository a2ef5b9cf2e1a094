"""Cross-validation from Python: against scikit-learn, with every method, and what user code sees of the folds."""

from __future__ import annotations

import json
import sys
import warnings
from array import array
from pathlib import Path

import numpy as np
import pytest

import torchmva

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA

QUIET = {"V": False, "Silent": True, "Color": False, "DrawProgressBar": False}
BY_NUMBER = {"SplitType": "Deterministic", "SplitExpr": "int(fabs([id]))%int([NumFolds])"}
N = 300


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def toy_events(classes=("Signal", "Background")):
    """Events x0, x1, x2, number, in the order of the training sample: class after class."""
    rng = np.random.default_rng(3)
    shift = np.arange(len(classes))[:, None, None] * np.array([1.0, -0.5, 0.2])
    mixing = np.array([[1.0, 0.5, 0], [0, 1, 0.3], [0, 0, 1]])
    x = (rng.normal(size=(len(classes), N, 3)) @ mixing + shift).reshape(-1, 3).astype(np.float32)
    return x, np.repeat(np.arange(len(classes)), N), np.arange(len(x))


def toy_loader(classes=("Signal", "Background"), regression=False):
    loader = TMVA.DataLoader("dataset")
    for i in range(3):
        loader.AddVariable(f"x{i}")
    if regression:
        loader.AddTarget("t")
    loader.AddSpectator("id")
    x, y, number = toy_events(classes)
    for values, cls, i in zip(x.tolist(), y, number, strict=True):
        target = [values[0] + 2 * values[1] ** 2] if regression else []
        loader.AddTrainingEvent(classes[cls], [*values, *target, float(i)], 1.0)
    for name in classes:
        loader.AddTestEvent(name, [0.0, 1.0, 2.0] + [0.0] * regression + [0.0], 1.0)
    loader.PrepareTrainingAndTestTree("", SplitMode="Block", MixMode="Block", NormMode="NumEvents", V=False)
    return loader


def responses(cv, title, width=1):
    """Responses of the recombined method, one row an event."""
    method = cv.GetFactory().GetMethod("dataset", title)
    values = np.array(method.GetResponses(TMVA.Types.kTesting))
    return values.reshape(-1, width) if width != 1 else values


LARGE = 2**52  # no float is as exact as its neighbours need


def test_event_numbers_are_exact_everywhere():
    """In the folds, the output file, and a Reader with addresses of any type; the folds' own files are right."""
    loader = TMVA.DataLoader("dataset")
    for i in range(3):
        loader.AddVariable(f"x{i}")
    loader.AddSpectator("id")
    x, y, number = toy_events()
    for values, cls, i in zip(x.tolist(), y, number, strict=True):
        loader.AddTrainingEvent(("Signal", "Background")[cls], [*values, float(LARGE + i)], 1.0)
    for name in ("Signal", "Background"):
        loader.AddTestEvent(name, [0.0, 1.0, 2.0, 0.0], 1.0)
    loader.PrepareTrainingAndTestTree("", SplitMode="Block", MixMode="Block", NormMode="NumEvents", V=False)
    out = ROOT.TFile.Open("out.root", "RECREATE")
    options = {"SplitType": "Deterministic", "SplitExpr": "fmod([id],[NumFolds])"}
    cv = TMVA.CrossValidation("job", loader, out, NumFolds=3, AnalysisType="Classification", **options, **QUIET)
    cv.BookMethod(TMVA.Types.kFisher, "Fisher")
    cv.Evaluate()
    out.Close()
    folds = [TMVA.Experimental.RReader(f"dataset/weights/job_Fisher_fold{k}.weights.xml") for k in (1, 2, 3)]
    expected = np.choose((LARGE + number) % 3, [fold.Compute(x) for fold in folds])
    weights = "dataset/weights/job_Fisher.weights.xml"
    ids = (LARGE + number).astype(float)
    np.testing.assert_array_equal(TMVA.Experimental.RReader(weights).Compute(x, spectators=ids), expected)
    columns = {f"x{i}": x[:, i].copy() for i in range(3)}
    frame = ROOT.RDF.FromNumpy({**columns, "id": (LARGE + number).astype(np.int64)})
    np.testing.assert_array_equal(torchmva.define(frame, "score", weights).AsNumpy(["score"])["score"], expected)
    for letter in "qQdlL":
        reader = TMVA.Reader("!Color:Silent")
        inputs = [array("f", [0]) for _ in range(3)]
        for i, address in enumerate(inputs):
            reader.AddVariable(f"x{i}", address)
        event = array(letter, [0])
        reader.AddSpectator("id", event)
        reader.BookMVA("method", weights)
        for i in range(0, 2 * N, 50):
            event[0] = LARGE + i
            for address, value in zip(inputs, x[i], strict=True):
                address[0] = value
            assert np.float32(reader.EvaluateMVA("method")) == expected[i]
    file = ROOT.TFile.Open("out.root")
    for tree in ("TestTree", "TrainTree"):
        stored = ROOT.RDataFrame(f"dataset/{tree}", file).AsNumpy(["id"])["id"]
        assert stored.dtype == np.float64
        np.testing.assert_array_equal(np.sort(stored), ids)


@pytest.mark.parametrize("letter", "fdbBhHiIlLqQ")
def test_addresses_of_every_type(letter):
    """PyROOT finds the overload for it."""
    reader = TMVA.Reader("!Color:Silent")
    value = array(letter, [5])
    reader.AddVariable("a", value)
    reader.AddSpectator("b", value)
    assert reader.DataInfo().GetNVariables() == reader.DataInfo().GetNSpectators() == 1


def reader_of(path):
    reader = TMVA.Reader("!Color:Silent")
    for i in range(3):
        reader.AddVariable(f"x{i}", array("f", [0]))
    reader.AddSpectator("id", array("i", [0]))
    reader.BookMVA("method", path)
    return reader


SCIKIT_LEARN = """
import json, numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score
data = np.load("events.npz")
x, y, fold = data["x"].astype(float), data["y"], data["fold"]
expected, areas = np.empty(len(x)), []
for i in range(fold.max() + 1):
    test = fold == i
    lda = LinearDiscriminantAnalysis().fit(x[~test], y[~test] == 0)
    expected[test] = lda.decision_function(x[test])
    areas.append(roc_auc_score(y[test] == 0, expected[test]))
json.dump({"expected": expected.tolist(), "areas": areas}, open("sklearn.json", "w"))
"""


def test_fisher_against_scikit_learn(run_checked, folder):
    """Its fits run in a process of their own."""
    pytest.importorskip("sklearn")
    folds = 4
    x, y, number = toy_events()
    np.savez("events.npz", x=x, y=y, fold=number % folds)
    run_checked([sys.executable, "-c", SCIKIT_LEARN], cwd=folder)
    told = json.loads((folder / "sklearn.json").read_text())

    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=folds, **BY_NUMBER, **QUIET)
    cv.BookMethod(TMVA.Types.kFisher, "Fisher")
    cv.Evaluate()
    found, expected = responses(cv, "Fisher"), np.array(told["expected"])
    for fold in range(folds):
        mine = number % folds == fold
        # the same up to scale and offset, which are conventions
        slope, offset = np.polyfit(expected[mine], found[mine], 1)
        assert slope > 0
        np.testing.assert_allclose(found[mine], slope * expected[mine] + offset, atol=1e-5)
    result = cv.GetResults()[0]
    np.testing.assert_allclose(list(result.GetROCValues()), told["areas"], atol=1e-6)
    assert result.GetROCAverage() == pytest.approx(np.mean(told["areas"]), abs=1e-6)
    assert result.GetROCStandardDeviation() == pytest.approx(np.std(told["areas"], ddof=1), abs=1e-6)


def errors_with(path, rows, engine="Auto"):
    """Responses and errors of events x0, x1, x2, number by a Reader; and those of all rows at once, or None."""
    reader = TMVA.Reader(f"!Color:Silent:Error:Engine={engine}")
    cells = [array("f", [0]) for _ in range(4)]
    for i in range(3):
        reader.AddVariable(f"x{i}", cells[i])
    reader.AddSpectator("id", cells[3])
    method = reader.BookMVA("method", path)
    found = []
    for row in rows:
        for cell, value in zip(cells, row, strict=True):
            cell[0] = value
        found.append((reader.EvaluateMVA("method"), reader.GetMVAError()))
    ROOT.gInterpreter.Declare(AS_METHOD_BASE)
    block = np.full(len(rows), -7, dtype=np.float32)
    x, spectators = np.ascontiguousarray(rows[:, :3]), np.ascontiguousarray(rows[:, 3].astype(float))
    has_errors = ROOT.AsMethodBase(method).EvaluateErrors(x, len(rows), block, spectators)
    assert has_errors or (block == -7).all()
    return np.array(found).T, block if has_errors else None


#: The block interface is one of MethodBase, a class that has IMethod as a virtual base.
AS_METHOD_BASE = """
#ifndef AS_METHOD_BASE
#define AS_METHOD_BASE
#include "TMVA/MethodBase.h"
TMVA::MethodBase *AsMethodBase(TMVA::IMethod *method) { return dynamic_cast<TMVA::MethodBase *>(method); }
#endif
"""


@pytest.mark.parametrize("ensembling", ["None", "Avg"])
def test_the_error_of_an_ensemble_is_that_of_its_fold(ensembling):
    """Or, averaged over the folds, the spread of all networks, by its formula; for single events and for blocks."""
    cv = TMVA.CrossValidation("job", toy_loader(), NumFolds=2, OutputEnsembling=ensembling, **BY_NUMBER, **QUIET)
    cv.BookMethod(TMVA.Types.kPyTorch, "Net", "Layout=3:NumEpochs=1:Seed=1:EnsembleSize=2:NumThreads=1")
    cv.BookMethod(TMVA.Types.kFisher, "Fisher")
    cv.Evaluate()
    rows = np.hstack([toy_events()[0][:5], np.array([[0], [3], [1], [2], [4]])]).astype(np.float32)
    single = [errors_with(f"dataset/weights/job_Net_fold{k}.weights.xml", rows)[0] for k in (1, 2)]
    folds, errors = np.swapaxes(single, 0, 1)
    assert (errors > 0).all()
    assert (abs(errors[0] - errors[1]) > 1e-6).all()
    if ensembling == "Avg":
        expected = folds.mean(0), np.sqrt((errors**2).mean(0) + folds.var(0))
    else:  # fold 1 was not trained on the even numbers
        expected = [np.choose(rows[:, 3].astype(int) % 2, values) for values in (folds, errors)]
    for engine in ("Auto", "Python"):
        found, block = errors_with("dataset/weights/job_Net.weights.xml", rows, engine)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(block, expected[1], rtol=1e-5, atol=1e-7)
    found, block = errors_with("dataset/weights/job_Fisher.weights.xml", rows)
    assert (found[1] == -1).all()
    assert block is None


def test_average_curve_against_numpy():
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=3, **QUIET)
    cv.BookMethod("Fisher", "Fisher")
    cv.Evaluate()
    result = cv.GetResults()[0]
    average = result.GetAvgROCCurve(54)  # no efficiency of 100 events a fold is a multiple of 1/53 but 0 and 1
    where = np.linspace(0, 1, 54)[1:-1]
    curves = [
        np.interp(where, np.array(fold.fROCCurve.GetX()), np.array(fold.fROCCurve.GetY())) for fold in result.GetFolds()
    ]
    assert len(curves) == 3
    np.testing.assert_allclose(np.array(average.GetY())[1:-1], np.mean(curves, axis=0), atol=1e-12)


@pytest.mark.parametrize(
    ("method", "options"),
    [("Fisher", {"VarTransform": "N,D"}), ("LD", {}), ("BDT", {"NTrees": 20, "MaxDepth": 2, "BoostType": "Grad"})],
    ids=["Fisher", "LD", "BDT"],
)
def test_readers_agree_with_the_job(method, options):
    if method == "BDT":
        pytest.importorskip("lightgbm")
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=3, **BY_NUMBER, **QUIET)
    cv.BookMethod(method, "M", **options)
    cv.Evaluate()
    found = responses(cv, "M")
    x, _, number = toy_events()
    reader = reader_of("dataset/weights/job_M.weights.xml")
    np.testing.assert_array_equal(reader.EvaluateBatch("method", x, spectators=number), found)
    for fold in range(3):
        one = reader_of(f"dataset/weights/job_M_fold{fold + 1}.weights.xml")
        mine = number % 3 == fold
        everywhere = one.EvaluateBatch("method", x)
        np.testing.assert_array_equal(everywhere[mine], found[mine])
        assert np.mean(everywhere[~mine] == found[~mine]) < 0.5, "the other folds are other methods"
    assert 0.75 < cv.GetResults()[0].GetROCAverage() < 0.95


def test_spectators_of_a_batch_are_checked():
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=2, **BY_NUMBER, **QUIET)
    cv.BookMethod("Fisher", "F")
    cv.Evaluate()
    reader = reader_of("dataset/weights/job_F.weights.xml")
    x, _, number = toy_events()
    expected = reader.EvaluateBatch("method", x[:6], spectators=number[:6].reshape(6, 1))
    given = np.empty(6, np.float32)
    assert reader.EvaluateBatch("method", x[:6], 6, given, number[:6].tolist()) is None
    np.testing.assert_array_equal(given, expected)
    for wrong in (number[:5], np.ones((3, 2)), ["a"] * 6):
        with pytest.raises(torchmva.Error, match=r"spectators: expected numbers of shape \(6, 1\)"):
            reader.EvaluateBatch("method", x[:6], spectators=wrong)
    with pytest.raises(torchmva.Error, match="depends on its spectators"):
        reader.EvaluateBatch("method", x[:6])


def test_spectators_without_an_address_are_none():
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=2, **BY_NUMBER, **QUIET)
    cv.BookMethod("Fisher", "F")
    cv.Evaluate()
    ROOT.gInterpreter.Declare(
        """double EvaluateWithoutSpectator() {
           TMVA::Reader reader("Silent:!Color"); float x = 0;
           for (const char *name : {"x0", "x1", "x2"}) reader.AddVariable(name, &x);
           reader.AddSpectator("id", static_cast<Int_t *>(nullptr));
           reader.BookMVA("method", "dataset/weights/job_F.weights.xml");
           return reader.EvaluateMVA("method");
        }"""
    )
    with pytest.raises(torchmva.Error, match="depends on its spectators"):
        ROOT.EvaluateWithoutSpectator()


def test_regression_has_no_areas():
    loader = toy_loader(regression=True)
    cv = TMVA.CrossValidation("job", loader, NumFolds=3, AnalysisType="Regression", **BY_NUMBER, **QUIET)
    cv.BookMethod(TMVA.Types.kLD, "LD")
    cv.Evaluate()
    assert len(cv.GetResults()) == 1
    assert list(cv.GetResults()[0].GetROCValues()) == []
    x, _, number = toy_events()
    expected = np.empty(len(x))
    for fold in range(3):  # least squares by hand
        test = number % 3 == fold
        columns = np.column_stack([np.ones(len(x)), x.astype(float)])
        target = columns[:, 1] + 2 * columns[:, 2] ** 2
        expected[test] = columns[test] @ np.linalg.lstsq(columns[~test], target[~test], rcond=None)[0]
    np.testing.assert_allclose(responses(cv, "LD"), expected, atol=1e-4)


NETWORK = """
import json, sys
import numpy as np
import ROOT, torch, torchmva
from torch import nn
torch.set_num_threads(1)
sys.path.insert(0, {folder!r})
import test_cross_validation as toys
TMVA = ROOT.TMVA
seen = []

def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    weights = [p.detach().flatten().tolist() for p in model.parameters()]
    steps = optimizer(model.parameters(), lr=0.01)
    events = set()
    for epoch in range(num_epochs):
        for X, y in train_loader:
            events |= set(X[:, 0].tolist())
            steps.zero_grad()
            criterion(model(X), y).backward()
            steps.step()
    for X, y in val_loader:
        events |= set(X[:, 0].tolist())
    save_best(model, 0.0, 1.0)
    seen.append((weights, sorted(events)))
    return model

load_model_custom_objects = {{"train_func": train, "criterion": nn.MSELoss(), "optimizer": torch.optim.Adam}}
torch.manual_seed(1)
classes = {classes!r}
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, len(classes)), nn.Softmax(dim=1))
torch.jit.script(model).save("net.pt")
loader = toys.toy_loader(classes)
cv = TMVA.CrossValidation("job", loader, NumFolds=3, AnalysisType={kind!r}, **toys.BY_NUMBER, **toys.QUIET)
cv.BookMethod("PyTorch", "Net", FilenameModel="net.pt", FilenameTrainedModel="trained.pt", NumEpochs=4, BatchSize=50)
cv.Evaluate()
found = toys.responses(cv, "Net", 1 if len(classes) == 2 else len(classes))
x, y, number = toys.toy_events(classes)
reader = toys.reader_of("dataset/weights/job_Net.weights.xml")
np.testing.assert_allclose(reader.EvaluateBatch("method", x, spectators=number), found, rtol=2e-6, atol=1e-7)
result = cv.GetResults()[0]
json.dump({{"seen": seen, "x": x[:, 0].tolist(), "found": found.tolist(), "areas": list(result.GetROCValues()),
           "eff10": list(result.GetEff10Values()), "first": result.GetROCCurves().GetListOfGraphs().At(0).GetN()}},
          open("result.json", "w"))
"""


def run_network(run_checked, folder, classes, kind):
    here = str(Path(__file__).resolve().parent)
    source = NETWORK.format(folder=here, classes=classes, kind=kind)
    run_checked([sys.executable, "-c", source], cwd=folder)
    return json.loads((folder / "result.json").read_text())


def test_each_fold_trains_a_fresh_network_on_the_other_folds(run_checked, folder):
    """User code of `__main__` sees three trainings of the same model, none with an event of its fold."""
    told = run_network(run_checked, folder, ("Signal", "Background"), "Classification")
    metrics = pytest.importorskip("sklearn.metrics")
    assert len(told["seen"]) == 3
    x = np.array(told["x"])
    assert len(set(x.tolist())) == 2 * N
    number = np.arange(2 * N)
    for fold, (weights, events) in enumerate(told["seen"]):
        assert weights == told["seen"][0][0], "every fold starts from the model of the file"
        assert set(events) == set(x[number % 3 != fold].tolist())
    models = [(folder / f"trained_fold{i}.pt").read_bytes() for i in (1, 2, 3)]
    assert len(set(models)) == 3
    assert not (folder / "trained.pt").exists()
    found = np.array(told["found"])
    for fold in range(3):
        mine = number % 3 == fold
        assert told["areas"][fold] == pytest.approx(metrics.roc_auc_score(number[mine] < N, found[mine]), abs=1e-6)


def test_multiclass_gives_means_over_the_classes(run_checked, folder):
    told = run_network(run_checked, folder, ("A", "B", "C"), "Multiclass")
    metrics = pytest.importorskip("sklearn.metrics")
    number = np.arange(3 * N)
    found = np.array(told["found"])
    assert found.shape == (3 * N, 3)
    for fold in range(3):
        mine = number % 3 == fold
        each = [metrics.roc_auc_score(number[mine] // N == cls, found[mine, cls]) for cls in range(3)]
        assert told["areas"][fold] == pytest.approx(np.mean(each), abs=1e-6)
    assert all(0 < value <= 1 for value in told["eff10"])
    assert told["first"] == 1001


def test_booked_methods_and_mistakes():
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, "NumFolds=3:Silent:!Color")
    cv.BookMethod(TMVA.Types.kFisher, "Fisher", H=False, VarTransform="D")
    (method,) = cv.GetMethods()
    keys = ("MethodName", "MethodTitle", "MethodOptions")
    assert [str(method.GetValue["TString"](key)) for key in keys] == ["Fisher", "Fisher", "!H:VarTransform=D"]
    assert [str(method.GetValue["std::string"](key)) for key in keys] == ["Fisher", "Fisher", "!H:VarTransform=D"]
    with pytest.raises(torchmva.Error, match="call Evaluate first"):
        cv.GetResults()
    with pytest.raises(torchmva.Error, match="NumFolds"):
        TMVA.CrossValidation("job", loader, NumFlods=3)
    with pytest.raises(torchmva.Error, match="Fisher"):
        cv.BookMethod("Fischer", "F")
    cv.Evaluate()
    assert len(cv.GetResults()[0].GetROCValues()) == 3


def test_more_workers_than_one_warn(root_warns):
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=2, NumWorkerProcs=2, **QUIET)
    cv.BookMethod("Fisher", "F")
    with root_warns("one after the other"):
        cv.Evaluate()
    assert len(cv.GetResults()[0].GetROCValues()) == 2


def test_printed_lines_are_those_of_tmva(capfd):
    loader = toy_loader()
    cv = TMVA.CrossValidation("job", loader, NumFolds=2, V=False, Color=False)
    cv.BookMethod("Fisher", "F")
    cv.Evaluate()
    result = cv.GetResults()[0]
    text = capfd.readouterr().out
    assert "Evaluate method: F" in text
    for i, area in enumerate(result.GetROCValues()):
        assert f": Fold  {i} ROC-Int : {area:.4f}" in text
    assert f": Average ROC-Int : {result.GetROCAverage():.4f}" in text
    assert f": Std-Dev ROC-Int : {result.GetROCStandardDeviation():.4f}" in text
    assert "Evaluation results ranked by best signal efficiency and purity (area)" in text


def test_the_folds_of_a_loader():
    """The calls of TMVA that CrossValidation itself uses."""
    loader = toy_loader()
    split = TMVA.CvSplitKFolds(3, "int([id])%3", True, 100)
    loader.MakeKFoldDataSet(split)
    assert list(split.GetFolds()) == [i % 3 for i in range(2 * N)]
    loader.PrepareFoldDataSet(split, 1)
    data = loader.GetDataSetInfo().GetDataSet()
    assert (data.GetNTrainingEvents(), data.GetNTestEvents()) == (4 * N // 3, 2 * N // 3)
    assert data.GetTestEvent(0).GetSpectator(0) == 1
    loader.RecombineKFoldDataSet(split)
    assert loader.GetDataSetInfo().GetDataSet().GetNTestEvents() == 2 * N


def test_titles_of_any_characters(folder):
    """They are part of no option string, and of no name that ROOT takes for a path or a variable."""
    file = ROOT.TFile.Open("out.root", "RECREATE")
    cv = TMVA.CrossValidation(
        "job", toy_loader(), file, NumFolds=2, FoldFileOutput=True, AnalysisType="Classification", **BY_NUMBER, **QUIET
    )
    names = {"Fi::a:b": "Fi__a_b", "plain": "plain", "$HOME[1]": "$HOME[1]", "~": "~"}
    for title in names:
        cv.BookMethod(TMVA.Types.kFisher, title)
    for title, words in (
        ("a/b", "expected a title without '/'"),
        ("plain", "a method of this title is already booked"),
        ("Fi__a:b", "two methods would have the same name in output files"),
        ("$HOME_1_", "two methods would have the same name in output files"),
    ):
        with pytest.raises(torchmva.Error, match=words):
            cv.BookMethod(TMVA.Types.kFisher, title)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the other name in the output file
        cv.Evaluate()
    file.Close()
    assert {path.name for path in folder.iterdir()} == {
        "dataset",
        "out.root",
        *(f"{name}_fold{i}.root" for name in names.values() for i in (1, 2)),
    }
    x, _, number = toy_events()
    spectators = number[:, None].astype(float)
    back = ROOT.TFile.Open("out.root")
    found = {}
    for title, name in names.items():
        assert np.array_equal(responses(cv, title), responses(cv, "plain"))
        assert back.Get(f"dataset/Method_CrossValidation/{name}/MVA_{name}_S").GetEntries() > 0
        reader = TMVA.Reader("!Color:Silent")
        reader.BookMVA("F", f"dataset/weights/job_{title}.weights.xml")
        found[title] = np.asarray(reader.EvaluateBatch("F", x, spectators=spectators))
        assert np.array_equal(found[title], found["Fi::a:b"])
    back.Close()


def test_classes_of_one_name_in_the_output_file_are_refused_before_the_folds(folder):
    file = ROOT.TFile.Open("out.root", "RECREATE")
    cv = TMVA.CrossValidation(
        "job", toy_loader(("a:b", "a_b")), file, NumFolds=2, AnalysisType="Classification", **BY_NUMBER, **QUIET
    )
    cv.BookMethod(TMVA.Types.kFisher, "F")
    with pytest.raises(torchmva.Error, match="two classes would have the same name in the output file"):
        cv.Evaluate()
    file.Close()
    assert [path.name for path in folder.iterdir()] == ["out.root"]
