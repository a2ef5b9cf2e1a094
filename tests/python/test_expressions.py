"""Expressions have one meaning: in trainings from trees, data frames and RNTuples, in `define` and in `torchmva apply`.

The expected values are those of NumPy and of the formula of the Fisher discriminant.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from array import array
from pathlib import Path

import numpy as np
import pytest
import ROOT

import torchmva
from torchmva.cli import main

N = 200
LETTERS = {"int32": "i", "float64": "d", "float32": "f"}


def zero_if(condition, values):
    return np.where(condition, 0.0, values)


@np.errstate(all="ignore")
def expected_values(d):
    """Each expression as NumPy computes it, by the rules of docs/expressions.md."""
    n, x, y = d["n"].astype(float), d["x"], d["y"].astype(float)
    first = np.array([v[0] if len(v) else np.nan for v in d["v"]], dtype=float)
    return {
        "n/2": n / 2,
        "n^2": n**2,
        "1/2*y+n": y / 2 + n,
        "big*big": d["big"].astype(float) ** 2,
        "1/n": zero_if(n == 0, 1 / n),
        "log(x)": zero_if(x <= 0, np.log(x)),
        "log10(y)": zero_if(y <= 0, np.log10(y)),
        "asin(x)": zero_if(abs(x) > 1, np.arcsin(x)),
        "acos(y)": zero_if(abs(y) > 1, np.arccos(y)),
        "log(exp(1000*x)+1)": np.log(np.exp(np.where(1000 * x < -700, -np.inf, np.minimum(1000 * x, 700))) + 1),
        "n%3*2": np.fmod(n, 6),
        "std::abs(x)": abs(x),
        "x<0?n:y": np.where(x < 0, n, y),
        "n&1": d["n"] & 1,
        "sqrt(x*x+y*y)": np.sqrt(x**2 + y**2),
        "Sum$(v)": [np.sum(v, dtype=float) for v in d["v"]],
        "Length$(v)>1": [float(len(v) > 1) for v in d["v"]],
        "Alt$(v[1],-1)": [v[1] if len(v) > 1 else -1 for v in d["v"]],
        "v[0]": first,
        "sqrt(x+2)": np.sqrt(x + 2),
        "n%m": np.where(d["m"] == 0, np.nan, np.fmod(n, np.where(d["m"] == 0, 1, d["m"]))),
    }


def make_columns(seed, shift, is_complete):
    """Numbers with borders of functions among them. If they are complete, every expression has a value in every entry."""
    g = np.random.default_rng(seed)
    low = 1 if is_complete else 0
    return {
        "n": g.integers(0, 10, N).astype(np.int32),
        "m": g.integers(low, 3, N).astype(np.int32),
        "big": g.integers(90000, 110000, N).astype(np.int32),
        "x": np.round(g.normal(shift, 1, N), 3).clip(-1.9 if is_complete else -9, 9),
        "y": g.normal(0, 1, N).astype(np.float32),
        "v": [g.normal(0, 1, g.integers(low, 4)).astype(np.float32) for _ in range(N)],
    }


def write_tree(ROOT, path, columns):
    file = ROOT.TFile(path, "RECREATE")
    tree = ROOT.TTree("t", "")
    vector = ROOT.std.vector("float")()
    tree.Branch("v", vector)
    cells = {name: array(LETTERS[str(c.dtype)], [0]) for name, c in columns.items() if name != "v"}
    for name, cell in cells.items():
        tree.Branch(name, cell, f"{name}/{cell.typecode.upper()}")
    for i in range(N):
        vector.clear()
        for value in columns["v"][i]:
            vector.push_back(float(value))
        for name, cell in cells.items():
            cell[0] = columns[name][i].item()
        tree.Fill()
    file.Write()
    file.Close()


def write_ntuple(ROOT, tree_file, path):
    options = ROOT.RDF.RSnapshotOptions()
    options.fOutputFormat = ROOT.RDF.ESnapshotOutputFormat.kRNTuple
    ROOT.RDataFrame("t", tree_file).Snapshot("t", path, "", options)


@pytest.fixture(scope="module")
def trained(ROOT, tmp_path_factory):
    """A folder with a Fisher discriminant of the expressions, and new events as a tree and as an RNTuple."""
    folder = tmp_path_factory.mktemp("expressions")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        loader = ROOT.TMVA.DataLoader("d")
        for expression in expected_values(make_columns(1, 0, True)):
            loader.AddVariable(expression)
        files = []
        for seed, (name, shift) in enumerate((("Signal", 0.5), ("Background", -0.5))):
            write_tree(ROOT, f"{name}.root", make_columns(seed, shift, True))
            files.append(ROOT.TFile.Open(f"{name}.root"))
            loader.AddTree(files[-1].Get("t"), name)
        loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:!V")
        factory = ROOT.TMVA.Factory("job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
        factory.BookMethod(loader, ROOT.TMVA.Types.kFisher, "F", "")
        factory.TrainAllMethods()
        found = loader.GetDataSetInfo().GetDataSet()
        event = found.GetEvent(7, ROOT.TMVA.Types.kTraining)
        first = np.array([event.GetValue(k) for k in range(event.GetNVariables())])
        write_tree(ROOT, "new.root", make_columns(9, 0, False))
        write_ntuple(ROOT, "new.root", "new_n.root")
        write_ntuple(ROOT, "Signal.root", "signal_n.root")
    return folder, first


@pytest.fixture(autouse=True)
def _work(trained, monkeypatch):
    monkeypatch.chdir(trained[0])


WEIGHTS = "d/weights/job_F.weights.xml"


def responses_by_hand(columns):
    """The formula of the discriminant; -999 where a variable has no value."""
    nodes = ET.parse(WEIGHTS).getroot().find("Weights").iter("Coefficient")
    coefficients = np.array([float(node.get("Value")) for node in nodes])
    x = np.stack(list(expected_values(columns).values()), axis=1).astype(np.float32).astype(float)
    responses = coefficients[0] + x @ coefficients[1:]
    return np.where(np.isnan(x).any(axis=1), -999, responses)


def compare(found, columns):
    wanted = responses_by_hand(columns)
    assert (wanted == -999).sum() > 20
    np.testing.assert_array_equal(np.asarray(found) == -999, wanted == -999)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * wanted[wanted != -999].std())


def test_the_training_from_a_tree_has_numpys_values(trained):
    columns = make_columns(0, 0.5, True)
    wanted = np.array([values[7] for values in expected_values(columns).values()], dtype=np.float32)
    np.testing.assert_allclose(trained[1], wanted, rtol=1e-6)


@pytest.mark.parametrize("kind", ["frame", "ntuple"])
def test_the_training_from_a_frame_has_numpys_values(ROOT, kind):
    columns = make_columns(0, 0.5, True)
    loader = ROOT.TMVA.DataLoader("e")
    wanted = expected_values(columns)
    for expression in wanted:
        loader.AddVariable(expression)
    loader.AddSpectator("x/3")
    if kind == "frame":
        loader.AddDataFrame(ROOT.RDataFrame("t", "Signal.root"), "Signal", 1.0, "n%m<5 && x>-5")
    else:
        loader.AddNTuple("t", "signal_n.root", "Signal", 1.0, "n%m<5 && x>-5")
    loader.PrepareTrainingAndTestTree("", f"SplitMode=Block:NormMode=None:nTrain_Signal={N - 1}:!V")
    found = loader.GetDataSetInfo().GetDataSet()
    rows = []
    for i in range(N - 1):
        event = found.GetEvent(i, ROOT.TMVA.Types.kTraining)
        rows.append([event.GetValue(k) for k in range(len(wanted))])
        assert event.GetSpectator(0) == columns["x"][i] / 3
    x = np.stack(list(wanted.values()), axis=1)[: N - 1]
    np.testing.assert_allclose(np.array(rows), x.astype(np.float32), rtol=1e-6)


@pytest.mark.parametrize("path", ["new.root", "new_n.root"])
def test_define_has_the_values_of_the_training(ROOT, path):
    scored = torchmva.define(ROOT.RDataFrame("t", path), "score", WEIGHTS)
    compare(scored.AsNumpy(["score"])["score"], make_columns(9, 0, False))


def test_apply_on_an_ntuple_has_the_values_of_the_training(ROOT):
    ROOT.TMVA.Experimental.FileApplier(WEIGHTS).Apply(["new_n.root:t"], "applied_n.root")
    compare(ROOT.RDataFrame("t", "applied_n.root").AsNumpy(["F"])["F"], make_columns(9, 0, False))


def changed_file(name, old, new):
    """A copy of the weight file that was edited, and whose checksum says so."""
    text = Path(WEIGHTS).read_text()
    assert old in text
    Path(name).write_text(text.replace(old, new, 1))
    assert main(["checksum", "--update", name]) == 0
    return name


@pytest.mark.parametrize("path", ["new.root", "new_n.root"])
@pytest.mark.parametrize(
    "text", ["n+gSystem-&gt;mkdir(&quot;mark&quot;)", "n+std::system(&quot;mkdir mark&quot;)", "n+exit(3)", "n+abort()"]
)
def test_an_expression_of_a_weight_file_runs_nothing(ROOT, path, text):
    """In the tree and in the RNTuple; and it is named."""
    file = changed_file("changed.weights.xml", 'Expression="n/2"', f'Expression="{text}"')
    with pytest.raises(torchmva.Error, match=r"'n\+"):
        torchmva.define(ROOT.RDataFrame("t", path), "score", file)
    with pytest.raises(torchmva.Error, match=r"'n\+"):
        ROOT.TMVA.Experimental.FileApplier(file).Apply([f"{path}:t"], "nothing.root")
    assert not Path("mark").exists()
    assert not Path("nothing.root").exists()


def test_a_file_of_another_version_is_refused(ROOT):
    version = '<Info name="Expression Version" value="1"/>'
    newer = changed_file("newer.weights.xml", version, version.replace('"1"', '"2"'))
    with pytest.raises(torchmva.Error, match="version 1, found version 2"):
        ROOT.TMVA.Experimental.RReader(newer)
    older = changed_file("older.weights.xml", version, "")
    assert ROOT.TMVA.Experimental.RReader(older).GetNVariables() == len(expected_values(make_columns(1, 0, True)))


def test_what_cannot_be_translated_is_named(ROOT):
    frame = ROOT.RDataFrame("t", "new.root")
    for text, words in (
        ("myFunction(x)", "function 'myFunction'"),
        ("Entry$", r"'Entry\$' has no value in a data frame"),
        ("x<y<n", "parentheses"),
        ("v*v[", "ends where"),
        ("x.Write()", "may do more than compute"),
        ('"a"', "quotation"),
    ):
        columns = [text] + ["1"] * (len(expected_values(make_columns(1, 0, True))) - 1)
        with pytest.raises(torchmva.Error, match=words):
            torchmva.define(frame, "score", WEIGHTS, columns)


def test_members_and_methods_of_objects(ROOT):
    """Of one object, and of each of a collection."""
    frame = ROOT.RDataFrame(4).Define("p4", "ROOT::Math::PtEtaPhiMVector(rdfentry_ + 1., 0.5, 0.25, 2.)")
    frame = frame.Define("all", "ROOT::RVec<ROOT::Math::PtEtaPhiMVector>(rdfentry_, p4)")
    loader = ROOT.TMVA.DataLoader("members")
    for expression in ("p4.Pt()/2", "all[0].Eta()", "Sum$(all.M())", "all.size()"):
        loader.AddVariable(expression)
    loader.AddDataFrame(frame, "A", 1.0, "rdfentry_>0")
    loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:nTrain_A=2:!V")
    found = loader.GetDataSetInfo().GetDataSet()
    event = found.GetEvent(1, ROOT.TMVA.Types.kTraining)
    assert [event.GetValue(k) for k in range(4)] == pytest.approx([1.5, 0.5, 4.0, 2.0])


def test_members_of_an_element_whose_index_is_an_expression(ROOT, tmp_path):
    """A tree has the values of a data frame; what is not there is not read."""
    path = str(tmp_path / "members.root")
    file = ROOT.TFile(path, "RECREATE")
    tree = ROOT.TTree("t", "")
    tracks, rows = ROOT.std.vector("ROOT::Math::XYZTVector")(), ROOT.std.vector("std::vector<float>")()
    n = array("i", [0])
    tree.Branch("tracks", tracks)
    tree.Branch("rows", rows)
    tree.Branch("n", n, "n/I")
    for i in range(12):
        n[0] = i % 4
        tracks.clear()
        rows.clear()
        for k in range(1 + i % 3):
            tracks.push_back(ROOT.Math.XYZTVector(10 * i + k, 0, 0, 1000))
            rows.push_back(ROOT.std.vector("float")([100 * i + j for j in range(k)]))
        tree.Fill()
    file.Write()
    expected = {
        "Alt$(tracks[n].Pt(),-1)": [10 * i + i % 4 if i % 4 < 1 + i % 3 else -1 for i in range(12)],
        "Alt$(tracks[n-1].Pt(),-1)/2": [(10 * i + i % 4 - 1 if 0 < i % 4 <= 1 + i % 3 else -1) / 2 for i in range(12)],
        "Alt$(rows[1][n],-1)": [100 * i if i % 4 == 0 and i % 3 > 0 else -1 for i in range(12)],
        "Alt$(rows.at(n)[0],-1)": [100 * i if 0 < i % 4 < 1 + i % 3 else -1 for i in range(12)],
        "Alt$(rows[1][1],-1)": [-1] * 12,
        "Alt$(rows[2][0],-1)": [100 * i if i % 3 == 2 else -1 for i in range(12)],
        "rows.size()": [1 + i % 3 for i in range(12)],
        "Sum$(Alt$(rows[1][0],-1)+0*tracks.Pt())": [(100 * i if i % 3 else -1) - i % 3 for i in range(12)],
        "tracks[@tracks.size()-1].Pt()": [10 * i + i % 3 for i in range(12)],
    }
    # entries without an event; the second one ended the process
    some = {
        "n>0?rows[1][0]:-7": [-7 if i % 4 == 0 else 100 * i for i in range(12) if i % 4 == 0 or i % 3],
        "tracks.Pt()+rows[1][0]": [110 * i + k for i in range(12) if i % 3 for k in range(1 + i % 3)],
    }
    for source in ("tree", "frame"):
        for variables in (expected, *({expression: wanted} for expression, wanted in some.items())):
            loader = ROOT.TMVA.DataLoader(source)
            for expression in (*variables, "0*n"):
                loader.AddVariable(expression)
            if source == "tree":
                loader.AddTree(tree, "A")
            else:
                loader.AddDataFrame(ROOT.RDataFrame("t", path), "A")
            loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:nTest_A=1:!V")
            data = loader.GetDataSetInfo().GetDataSet()
            for k, (expression, wanted) in enumerate(variables.items()):
                values = [data.GetEvent(i, ROOT.TMVA.Types.kTraining).GetValue(k) for i in range(len(wanted) - 1)]
                assert values == wanted[:-1], (source, expression)
                assert data.GetNTrainingEvents() == len(values)


def element(collection, *indices):
    """An IndexError where it does not exist."""
    for index in indices:
        if not 0 <= int(index) < len(collection):
            raise IndexError
        collection = collection[int(index)]
    return collection


def total(values):
    """Sum$ of one value: 0 of nothing."""
    try:
        return values()
    except IndexError:
        return 0


# expressions, and their values in an entry
COMPARED = {
    "rows[1][0]>0?rows[1][0]:1": lambda x, n, v, rows: max(element(rows, 1, 0), 0) or 1,
    "(rows[n][0]>0)+1": lambda x, n, v, rows: int(element(rows, n, 0) > 0) + 1,
    "v[n]>0?1:2": lambda x, n, v, rows: 1 if element(v, n) > 0 else 2,
    "x>0 && v[n]>0": lambda x, n, v, rows: int(x > 0 and element(v, n) > 0),
    "x>0 || rows[1][0]>0": lambda x, n, v, rows: int(x > 0 or element(rows, 1, 0) > 0),
    "!((x>0 ? v[n] : x) > 1)": lambda x, n, v, rows: int(not (element(v, n) if x > 0 else x) > 1),
    "rows[rows[0][n]*2][0]>0": lambda x, n, v, rows: int(element(rows, element(rows, 0, n) * 2, 0) > 0),
    "v+(rows[1][0]>0)": lambda x, n, v, rows: [y + int(element(rows, 1, 0) > 0) for y in v],
    "v*v[n]": lambda x, n, v, rows: [y * element(v, n) for y in v],
    "Sum$(v*rows[n][1])>0": lambda x, n, v, rows: int(sum(y * element(rows, n, 1) for y in v) > 0),
    "Max$(rows[n][1])+Sum$(v[n]>0)": lambda x, n, v, rows: (
        total(lambda: element(rows, n, 1)) + total(lambda: element(v, n) > 0)
    ),
    "Alt$(v[n]*2,1)": lambda x, n, v, rows: 2 * v[n] if 0 <= n < len(v) else 1,
    "Length$(rows[1][0]*2)": lambda x, n, v, rows: int(len(rows) > 1 and len(rows[1]) > 0),
    "n>=0 && n<Length$(v) && v[n]>0": lambda x, n, v, rows: int(0 <= n < len(v) and v[n] > 0),
    "here>0 ? Sum$(v*here)>0 : 3": lambda x, n, v, rows: int(sum(v) * element(v, n) > 0) if element(v, n) > 0 else 3,
}


def compared_values(entries, expression):
    """Values of the events; an entry without an element that is asked for has none."""
    values = []
    for entry in entries:
        try:
            found = COMPARED[expression](*entry)
        except IndexError:
            continue
        values += found if isinstance(found, list) else [found]
    return values


def test_a_comparison_does_not_hide_an_element_that_does_not_exist(ROOT, tmp_path):
    """In a tree, a data frame and an RNTuple, as variable and as cut; and where it is not evaluated, nothing is missing."""
    g = np.random.default_rng(6)
    path, other = str(tmp_path / "short.root"), str(tmp_path / "short_n.root")
    file = ROOT.TFile(path, "RECREATE")
    tree = ROOT.TTree("t", "")
    v, rows = ROOT.std.vector("double")(), ROOT.std.vector("std::vector<double>")()
    x, n = array("d", [0]), array("i", [0])
    for name, branch in (("v", v), ("rows", rows)):
        tree.Branch(name, branch)
    tree.Branch("x", x, "x/D")
    tree.Branch("n", n, "n/I")
    entries = []
    for _ in range(60):
        size = g.integers(0, 4)
        entries.append((g.normal(), int(g.integers(-1, 4)), g.normal(size=size).tolist(), []))
        for _ in range(size):
            entries[-1][3].append(g.normal(size=g.integers(0, 4)).tolist())
        x[0], n[0] = entries[-1][:2]
        v.clear()
        rows.clear()
        for value, row in zip(entries[-1][2], entries[-1][3], strict=True):
            v.push_back(value)
            rows.push_back(ROOT.std.vector("double")(row))
        tree.Fill()
    file.Write()
    write_ntuple(ROOT, path, other)
    tree.SetAlias("here", "v[n]")
    trees = {
        "tree": lambda loader, cut: loader.AddTree(tree, "A", 1.0, cut),
        "frame": lambda loader, cut: loader.AddDataFrame(ROOT.RDataFrame("t", path), "A", 1.0, cut),
        "ntuple": lambda loader, cut: loader.AddNTuple("t", other, "A", 1.0, cut),
    }

    def events(source, variable, cut=""):
        """Values of all events but the last."""
        loader = ROOT.TMVA.DataLoader("short")
        loader.AddVariable(variable)
        loader.AddVariable("n*0")
        trees[source](loader, cut)
        loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:nTest_A=1:!Correlations:!V")
        data = loader.GetDataSetInfo().GetDataSet()
        return [data.GetEvent(i, ROOT.TMVA.Types.kTraining).GetValue(0) for i in range(data.GetNTrainingEvents())]

    for expression in COMPARED:
        wanted = compared_values(entries, expression)
        assert len(wanted) > 5
        for source in ("tree", "frame"):
            text = expression if source == "tree" else expression.replace("here", "v[n]")
            found = events(source, text)
            np.testing.assert_allclose(found, wanted[:-1], rtol=1e-6, err_msg=f"{source}: {expression}")
    for expression in ("v[n]>0?1:2", "!((x>0 ? v[n] : x) > 1)", "x>0 || rows[1][0]>0"):
        n_wanted = sum(value >= 0.5 for value in compared_values(entries, expression))
        for source in trees:
            assert len(events(source, "x", expression)) == n_wanted - 1, (source, expression)


def test_arrays_are_elements_in_define(ROOT):
    """One response per event, of all elements; and a variable that is there twice keeps its one value."""
    g = np.random.default_rng(3)
    loader = ROOT.TMVA.DataLoader("arrays")
    loader.AddVariablesArray("a", 3)
    loader.AddVariable("x")
    for cls, shift in (("Signal", 0.3), ("Background", -0.3)):
        for row in g.normal(shift, 1, (60, 4)).tolist():
            loader.AddTrainingEvent(cls, row, 1.0)
            loader.AddTestEvent(cls, row, 1.0)
    factory = ROOT.TMVA.Factory("arrays", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification")
    factory.BookMethod(loader, ROOT.TMVA.Types.kFisher, "F", "")
    factory.TrainAllMethods()
    frame = ROOT.RDataFrame(5).Define("a", "ROOT::RVecF{float(rdfentry_), 1, 2, 3}").Define("x", "rdfentry_ / 2.")
    file = "arrays/weights/arrays_F.weights.xml"
    found = torchmva.define(frame, "score", file).AsNumpy(["score"])["score"]
    entries = np.arange(5)
    rows = np.stack([entries, np.ones(5), 2 * np.ones(5), entries / 2], axis=1)
    reader = ROOT.TMVA.Experimental.RReader(file)
    np.testing.assert_allclose(found.astype(float), np.ravel(reader.Compute(rows.astype(np.float32))), rtol=1e-6)
    short = frame.Redefine("a", "ROOT::RVecF{1, 2}")
    with pytest.raises(Exception, match="'a': expected 3 elements"):
        torchmva.define(short, "score", file).AsNumpy(["score"])
    with pytest.raises(torchmva.Error, match="'a': expected 3 elements.*found a column of single numbers"):
        torchmva.define(frame.Redefine("a", "1.f"), "score", file)
    twice = torchmva.define(frame, "score", file, ["x", "x", "a[0]", "a[3]"]).AsNumpy(["score"])["score"]
    rows = np.stack([entries / 2, entries / 2, entries, 3 * np.ones(5)], axis=1)
    np.testing.assert_allclose(twice.astype(float), np.ravel(reader.Compute(rows.astype(np.float32))), rtol=1e-6)


def test_a_remainder_by_zero_in_an_alias_does_not_end_the_process(tmp_path):
    """Neither in a cut nor in a weight; the events have no remainder and do not pass."""
    code = """
import numpy as np, ROOT, torchmva
file = ROOT.TFile("r.root", "RECREATE")
tree = ROOT.TTree("t", ""); a = np.zeros(1, dtype=np.float32); tree.Branch("a", a, "a/F")
for i in range(100):
    a[0] = i % 4 / 2
    tree.Fill()
tree.SetAlias("risky", "7%a")
loader = ROOT.TMVA.DataLoader("d"); loader.AddVariable("a")
loader.AddSignalTree(tree); loader.AddBackgroundTree(tree)
loader.PrepareTrainingAndTestTree("risky<5", "SplitMode=Block:NormMode=None:!V")
data = loader.GetDataSetInfo().GetDataSet()
print("events", data.GetNTrainingEvents() + data.GetNTestEvents())
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, cwd=tmp_path, check=False
    )
    assert result.returncode == 0, result.stderr[-500:]
    assert "events 100" in result.stdout  # a = 1 and 1.5, of both classes


@pytest.fixture(scope="module")
def tree_of_objects(tmp_path_factory):
    """A branch with an object, an array of objects, texts, numbers."""
    path = tmp_path_factory.mktemp("objects") / "objects.root"
    ROOT.gInterpreter.Declare("""
#include "TClonesArray.h"
#include "TLorentzVector.h"
void makeObjects(const char *path)
{
   TFile file(path, "RECREATE");
   TTree tree("t", "t");
   TLorentzVector lv;
   TClonesArray array("TLorentzVector"), *ca = &array;
   std::string text = "abc";
   char letters[8] = "xyz";
   std::vector<float> v;
   float pt;
   int nj;
   tree.Branch("lv", &lv, 32000, 0); tree.Branch("ca", &ca, 32000, 0); tree.Branch("text", &text); tree.Branch("letters", letters, "letters/C");
   tree.Branch("v", &v); tree.Branch("pt", &pt); tree.Branch("nj", &nj);
   for (int i = 0; i < 40; ++i) {
      pt = i; nj = i % 4;
      lv.SetPtEtaPhiM(10 + i, 0.1 * i, 0.2, 1);
      v.assign(2, i);
      array.Clear();
      new (array[0]) TLorentzVector(lv);
      tree.Fill();
   }
   tree.Write();
}""")
    ROOT.makeObjects(str(path))
    return path


REFUSED_TEXTS = [
    *("lv.Pt()eta", "lv.Pt().x", "lv.Pt()vb[0]", "lv.Pt()lv.Pt()", "lv.Vect().Mag()x", "lv.Pt()(0)", "lv.Pt()$x", "lv.Pt()?1"),
    *("lv.Pt():1", "lv->Pt()?v[0]", "ca[0].Mag()ca", "v@.size()::", "lv.Pt()0", "lv.Pt()[0]x", "pt;nj", "@pt", "nj<3==1"),
    *("lv", "lv.Vect()", "ca", "ca[0]", "text", "text.c_str()", "letters", "lv.GetName()"),
]  # fmt: skip


def values_in_training(path, expression):
    """Of the first events; the error if there is one. In a process of its own: what is tried here has ended some."""
    code = f"""
import ROOT, torchmva
file = ROOT.TFile.Open({str(path)!r})
ROOT.gErrorIgnoreLevel = ROOT.kFatal
for expression in {expression!r}:
    loader = ROOT.TMVA.DataLoader("d")
    loader.AddVariable(expression)
    loader.AddSignalTree(file.Get("t"))
    loader.AddBackgroundTree(file.Get("t"))
    loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!V:!CalcCorrelations:!Correlations")
    try:
        data = loader.GetDataSetInfo().GetDataSet()
        data.SetCurrentType(0)
        print("RESULT", expression, *(data.GetEvent(i).GetValue(0) for i in range(3)))
    except torchmva.Error as error:
        print("RESULT", expression, "refused", str(error).count("cannot evaluate"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    return [line.removeprefix("RESULT ") for line in done.stdout.splitlines() if line.startswith("RESULT ")]


def test_texts_behind_a_method_and_objects_are_refused(tree_of_objects):
    """TTreeFormula ends the process, leaves the rest of the text out, or takes an address or 0 for the number."""
    assert values_in_training(tree_of_objects, REFUSED_TEXTS) == [f"{text} refused 1" for text in REFUSED_TEXTS]


def test_numbers_of_objects_are_read(tree_of_objects):
    lines = values_in_training(tree_of_objects, ["lv.Pt()", "ca[0].Pt()", "lv.Vect().Pt()", "text.size()", "v@.size()"])
    found = {line.split()[0]: [float(number) for number in line.split()[1:]] for line in lines}
    for expression in ("lv.Pt()", "ca[0].Pt()", "lv.Vect().Pt()"):
        assert found[expression] == pytest.approx([10, 11, 12])
    assert found["text.size()"] == [3, 3, 3]
    assert found["v@.size()"] == [2, 2, 2]


def test_methods_that_may_change_their_object_are_refused_in_weight_files(
    tree_of_objects, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    file = ROOT.TFile.Open(str(tree_of_objects))
    loader = ROOT.TMVA.DataLoader("d")
    loader.AddVariable("lv.Pt()")
    loader.AddSignalTree(file.Get("t"))
    loader.AddBackgroundTree(file.Get("t"))
    loader.PrepareTrainingAndTestTree("nj > 1", "nj < 2", "SplitMode=Block:!V")
    factory = ROOT.TMVA.Factory("job", "Silent:!V:AnalysisType=Classification")
    factory.BookMethod(loader, "Variable", "F", "Variable=lv.Pt()")
    factory.TrainAllMethods()
    path, output = Path("d/weights/job_F.weights.xml"), Path("out.root")
    text = path.read_text()
    apply = ["apply", str(path), f"{tree_of_objects}:t", "-o", str(output)]
    assert main(apply) == 0
    output.unlink()
    for i, method in enumerate(
        ("text.clear()", "v@.clear()", "v.clear()", "lv.Print()", "lv.SetPx(1)", "ca@.Delete()")
    ):
        changed = Path(f"changed{i}.weights.xml")
        changed.write_text(text.replace('Expression="lv.Pt()"', f'Expression="{method}"'))
        capsys.readouterr()
        assert main(["apply", str(changed), *apply[2:]]) != 0
        assert "of a weight file: the method" in capsys.readouterr().err, method
        assert not output.exists()
