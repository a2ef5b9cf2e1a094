"""Every public call of DataLoader in PyROOT, as scripts write them; RDataFrame and RNTuple as input."""

from __future__ import annotations

import gc
import warnings

import numpy as np
import pytest

import torchmva

ROOT = pytest.importorskip("ROOT")
ROOT.gROOT.SetBatch(True)
TMVA = ROOT.TMVA
BLOCK = "SplitMode=Block:NormMode=None:!V"


@pytest.fixture(autouse=True)
def silent():
    before = TMVA.gConfig().IsSilent()
    TMVA.gConfig().SetSilent(True)
    yield
    TMVA.gConfig().SetSilent(before)


@pytest.fixture
def tree():
    """x = 0..99, y = 2x, w = 1 + x % 3, v = {x, x + 1, x + 2}; in memory."""
    return make_tree()


def make_tree(n: int = 100, offset: float = 0.0):
    tree = ROOT.TTree("T", "")
    tree.SetDirectory(ROOT.nullptr)
    x, y, w, v = (np.zeros(size, dtype=np.float32) for size in (1, 1, 1, 3))
    for name, buffer, leaves in (("x", x, "x/F"), ("y", y, "y/F"), ("w", w, "w/F"), ("v", v, "v[3]/F")):
        tree.Branch(name, buffer, leaves)
    for i in range(n):
        x[0] = offset + i
        y[0] = 2 * x[0]
        w[0] = 1 + i % 3
        v[:] = x[0] + np.arange(3)
        tree.Fill()
    tree.ResetBranchAddresses()
    return tree


def loader_of(*variables: str):
    loader = TMVA.DataLoader("dataset")
    for variable in variables:
        loader.AddVariable(variable)
    return loader


def events(loader, kind: str = "Training") -> np.ndarray:
    """One row an event: variables, then class and weight."""
    data = loader.GetDataSetInfo().GetDataSet()
    n = getattr(data, {"Training": "GetNTrainingEvents", "Test": "GetNTestEvents"}[kind])()
    rows = []
    for i in range(n):
        event = getattr(data, f"Get{kind}Event")(i)
        rows.append([*event.GetValues(), event.GetClass(), event.GetWeight()])
    return np.array(rows)


# --- trees --------------------------------------------------------------------------------------------------------

TREE_CALLS = {
    "AddTree": (lambda d, s, b: (d.AddTree(s, "Signal"), d.AddTree(b, "Background")), 1, 1),
    "AddTree_weight": (lambda d, s, b: (d.AddTree(s, "Signal", 2.0), d.AddTree(b, "Background", 3)), 2, 3),
    "AddTree_cut": (
        lambda d, s, b: (d.AddTree(s, "Signal", 2.0, ROOT.TCut("")), d.AddTree(b, "Background", 3.0, "x >= 0")),
        2,
        3,
    ),
    "AddTree_type": (
        lambda d, s, b: (
            d.AddTree(s, "Signal", 2.0, "", TMVA.Types.kMaxTreeType),
            d.AddTree(b, "Background", 3.0, ROOT.TCut(""), "Train and test"),
        ),
        2,
        3,
    ),
    "SetTree": (
        lambda d, s, b: (
            d.AddTree(b, "Signal"),
            d.SetTree(s, "Signal", 2.0),
            d.SetTree(b, "Background", 1.0),
        ),
        2,
        1,
    ),
    "AddSignalTree": (lambda d, s, b: (d.AddSignalTree(s), d.AddBackgroundTree(b)), 1, 1),
    "AddSignalTree_weight": (lambda d, s, b: (d.AddSignalTree(s, 2.0), d.AddBackgroundTree(b, 3.0)), 2, 3),
    "AddSignalTree_both": (
        lambda d, s, b: (d.AddSignalTree(s, 2.0, "train,test"), d.AddBackgroundTree(b, 3.0, "TrainTest")),
        2,
        3,
    ),
    "AddSignalTree_kMaxTreeType": (
        lambda d, s, b: (
            d.AddSignalTree(s, 2.0, TMVA.Types.kMaxTreeType),
            d.AddBackgroundTree(b, 3.0, TMVA.Types.kMaxTreeType),
        ),
        2,
        3,
    ),
    "SetSignalTree": (
        lambda d, s, b: (
            d.SetSignalTree(b),
            d.SetSignalTree(s, 2.0),
            d.SetBackgroundTree(b),
            d.SetBackgroundTree(b, 3.0),
        ),
        2,
        3,
    ),
    "SetInputTrees": (lambda d, s, b: d.SetInputTrees(s, b), 1, 1),
    "SetInputTrees_weights": (lambda d, s, b: d.SetInputTrees(s, b, 2.0, 3.0), 2, 3),
}


@pytest.mark.parametrize("call", TREE_CALLS)
def test_trees_of_two_classes(call):
    add, signal_weight, background_weight = TREE_CALLS[call]
    signal, background = make_tree(), make_tree(60, 1000.0)
    loader = loader_of("x")
    add(loader, signal, background)
    loader.PrepareTrainingAndTestTree("", BLOCK)
    rows = events(loader)
    assert len(rows) == 80
    assert np.array_equal(rows[:50], np.c_[np.arange(50), np.zeros(50), np.full(50, signal_weight)])
    assert np.array_equal(rows[50:], np.c_[1000 + np.arange(30), np.ones(30), np.full(30, background_weight)])


@pytest.mark.parametrize("first", ["train", "Training", TMVA.Types.kTraining])
def test_explicit_training_and_test_trees(first):
    trained_on, test = make_tree(30), make_tree(20, 500.0)
    for add, name in (("AddSignalTree", "Signal"), ("AddBackgroundTree", "Background")):
        loader = loader_of("x")
        other = "AddBackgroundTree" if add == "AddSignalTree" else "AddSignalTree"
        getattr(loader, add)(trained_on, 1.0, first)
        getattr(loader, add)(test, 1.0, "test" if isinstance(first, str) else TMVA.Types.kTesting)
        getattr(loader, other)(make_kept(loader, 10), 1.0)
        loader.PrepareTrainingAndTestTree("", BLOCK)
        number = loader.GetDataSetInfo().GetClassInfo(name).GetNumber()
        for kind, expected in (("Training", np.arange(30)), ("Test", 500 + np.arange(20))):
            rows = events(loader, kind)
            assert np.array_equal(rows[rows[:, 1] == number, 0], expected)


def make_kept(owner, n):
    tree = make_tree(n)
    owner._tree_of_test = tree
    return tree


def test_one_tree_with_a_cut_a_class(tree):
    loader = loader_of("x")
    loader.SetInputTrees(tree, ROOT.TCut("x < 40"), ROOT.TCut("x >= 40"))
    loader.PrepareTrainingAndTestTree("", BLOCK)
    rows = events(loader)
    assert np.array_equal(rows[:, :2], np.r_[[[i, 0] for i in range(20)], [[40 + i, 1] for i in range(30)]])


def test_ascii_files(tmp_path):
    for name, sign in (("s", 1), ("b", -1)):
        (tmp_path / name).write_text("x/F:y/F\n" + "".join(f"{sign * i} 0\n" for i in range(1, 5)))
    calls = (
        lambda d: d.SetInputTrees(str(tmp_path / "s"), str(tmp_path / "b")),
        lambda d: d.SetInputTrees(str(tmp_path / "s"), str(tmp_path / "b"), 1.0, 1.0),
        lambda d: (d.AddSignalTree(str(tmp_path / "s")), d.AddBackgroundTree(str(tmp_path / "b"), 1.0)),
    )
    for call in calls:
        loader = loader_of("x")
        call(loader)
        loader.PrepareTrainingAndTestTree("", BLOCK)
        assert events(loader)[:, 0].tolist() == [1, 2, -1, -2]


def test_regression_and_targets(tree):
    loader = loader_of("x")
    loader.AddTarget("y")
    loader.AddTarget("3*x", "three", "GeV", 0, 0)
    loader.AddRegressionTarget("4*x", "four")
    loader.AddRegressionTree(tree)
    loader.AddRegressionTree(make_kept(loader, 50), 2.0, TMVA.Types.kMaxTreeType)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), "nTrain_Regression=120:" + BLOCK)
    info = loader.GetDataSetInfo()
    assert [str(t.GetTitle()) for t in info.GetTargetInfos()] == ["y", "three", "four"]
    event = info.GetDataSet().GetTrainingEvent(110)
    assert [event.GetTarget(i) for i in range(3)] == [20, 30, 40]
    assert event.GetWeight() == 2


# --- single events --------------------------------------------------------------------------------------------------


def test_single_events():
    loader = loader_of("x", "y")
    loader.AddSpectator("s")
    for i in range(3):
        loader.AddSignalTrainingEvent([i, i, 7])
        loader.AddBackgroundTrainingEvent([-i, i, 7], 2.0)
        loader.AddSignalTestEvent(ROOT.std.vector["double"]([10.0 + i, i, 7]))
        loader.AddBackgroundTestEvent([-10.0 - i, i, 7], 0.5)
        loader.AddTrainingEvent("Signal", [20.0 + i, i, 7], 3.0)
        loader.AddTestEvent("Background", [-20.0 - i, i, 7], 4.0)
        loader.AddEvent("Signal", TMVA.Types.kTesting, [30.0 + i, i, 7], 5.0)
    loader.PrepareTrainingAndTestTree("", BLOCK)
    training, test = events(loader), events(loader, "Test")
    assert sorted(map(tuple, training[:, [0, 3]])) == sorted(
        [(i, 1) for i in range(3)] + [(-i, 2) for i in range(3)] + [(20 + i, 3) for i in range(3)]
    )
    assert sorted(map(tuple, test[:, [0, 3]])) == sorted(
        [(10 + i, 1) for i in range(3)]
        + [(-10 - i, 0.5) for i in range(3)]
        + [(-20 - i, 4) for i in range(3)]
        + [(30 + i, 5) for i in range(3)]
    )
    assert loader.GetDataSetInfo().GetDataSet().GetTestEvent(0).GetSpectator(0) == 7


# --- variables, weights, cuts ---------------------------------------------------------------------------------------


def test_declarations_with_an_address_as_in_tmva():
    info = TMVA.DataLoader("dataset").GetDataSetInfo()
    address = np.zeros(1, dtype=np.float32)
    info.AddVariable("x", "title", "unit", 0, 1, "F", True, address)
    info.AddVariablesArray("v", 2, "title", "unit", 0, 1, "F", True, address)
    info.AddVariablesArray("w", 2, "title", "unit", 0, 1, "F", False)
    info.AddTarget("y", "title", "unit", 0, 1, True, address)
    info.AddSpectator("s", "title", "unit", 0, 1, "I", True, address)
    assert [str(v.GetInternalName()) for v in info.GetVariableInfos()] == ["x", "v[0]", "v[1]", "w[0]", "w[1]"]
    assert (info.GetNTargets(), info.GetNSpectators(), info.GetVariableInfo(0).GetMax()) == (1, 1, 1)
    with pytest.raises(TypeError):
        info.AddTarget("y", "title", "unit", 0, 1, "F", True, address)


def test_variables_and_their_names(tree):
    loader = TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    loader.AddVariable("y", "F")
    loader.AddVariable("i := x", "I")
    loader.AddVariable("sum := x + y", "Sum", "GeV")
    loader.AddVariable("2*x", "Double", "GeV", "F", 0, 10)
    loader.AddVariable("range := x", "F", -5, 5)
    loader.AddVariablesArray("v", 3)
    loader.AddVariablesArray("v", 3, "F")
    loader.AddSpectator("w")
    loader.AddSpectator("z := x", "Spectator", "m", 0, 0)
    loader.AddRegressionTree(tree)
    loader.PrepareTrainingAndTestTree("", BLOCK)
    infos = loader.GetDataSetInfo().GetVariableInfos()
    assert [str(v.GetExpression()) for v in infos] == ["x", "y", "x", "x+y", "2*x", "x", *"vvvvvv"]
    assert [str(v.GetLabel()) for v in infos][:5] == ["x", "y", "i", "sum", "2*x"]
    assert [str(v.GetInternalName()) for v in infos][4:8] == ["2_T_x", "range", "v[0]", "v[1]"]
    assert [str(v.GetTitle()) for v in infos][3:8] == ["Sum", "Double", "range", "[0]", "[1]"]
    assert [v.GetVarType() for v in infos][:3] == ["F", "F", "I"]
    assert str(infos[3].GetUnit()) == "GeV"
    rows = events(loader)
    x = np.arange(50)
    assert np.array_equal(rows[:, :12].T, [x, 2 * x, x, 3 * x, 2 * x, x, x, x + 1, x + 2, x, x + 1, x + 2])
    assert loader.GetDataSetInfo().GetVarArraySize("v") == 3


def test_set_input_variables(tree):
    loader = TMVA.DataLoader("dataset")
    loader.SetInputVariables(ROOT.std.vector["TString"](["x", "two := 2*x"]))
    loader.AddRegressionTree(tree)
    assert [str(v.GetLabel()) for v in loader.GetDataSetInfo().GetVariableInfos()] == ["x", "two"]


def test_weight_expressions(tree):
    calls = {
        "both": (lambda d: d.SetWeightExpression("w"), "w", "w"),
        "one": (lambda d: d.SetWeightExpression("w", "Background"), "1", "w"),
        "each": (lambda d: (d.SetSignalWeightExpression("2*w"), d.SetBackgroundWeightExpression("w")), "2*w", "w"),
    }
    w = 1 + np.arange(50) % 3
    for call, signal, background in calls.values():
        loader = loader_of("x")
        loader.SetInputTrees(tree, tree)
        call(loader)
        loader.PrepareTrainingAndTestTree("", BLOCK)
        rows = events(loader)
        factors = {"1": np.ones(50), "w": w, "2*w": 2 * w}
        assert np.array_equal(rows[:, 2], np.r_[factors[signal], factors[background]])


@pytest.mark.parametrize("first", [True, False])
def test_a_weight_without_a_class_is_that_of_all_classes(tree, first):
    """Whatever they are called, and in whatever order the calls come; no other class appears."""
    loader = loader_of("x")
    calls = [
        lambda: loader.SetWeightExpression("w"),
        lambda: loader.PrepareTrainingAndTestTree("", "", BLOCK),
        lambda: [loader.AddTree(tree, name) for name in ("sig", "bkg1", "bkg2")],
    ]
    for call in calls if first else reversed(calls):
        call()
    w = 1 + np.arange(50) % 3
    assert np.array_equal(events(loader)[:, 2], np.r_[w, w, w])
    names = [loader.GetDataSetInfo().GetClassInfo(i).GetName() for i in range(3)]
    assert names == ["sig", "bkg1", "bkg2"]
    assert loader.GetDataSetInfo().GetNClasses() == 3


def test_cuts(tree):
    calls = {
        "text": lambda d: d.SetCut("x < 50"),
        "TCut": lambda d: d.SetCut(ROOT.TCut("x < 50")),
        "class": lambda d: (d.SetCut("x < 50", "Signal"), d.SetCut(ROOT.TCut("x < 50"), "Background")),
        "added": lambda d: (d.AddCut("x < 60"), d.AddCut(ROOT.TCut("x < 50"))),
        "added_class": lambda d: (d.AddCut("x < 50", "Signal"), d.AddCut(ROOT.TCut("x < 50"), "Background")),
        "replaced": lambda d: (d.SetCut("x > 1000"), d.SetCut("x < 50")),
        "both": lambda d: (d.SetCut("x < 70"), d.AddCut("x < 50")),
        "empty": lambda d: (d.SetCut("x < 50"), d.AddCut("")),
    }
    for name, call in calls.items():
        loader = loader_of("x")
        loader.SetInputTrees(tree, tree)
        call(loader)
        loader.PrepareTrainingAndTestTree("", BLOCK)
        assert events(loader)[:, 0].tolist() == 2 * list(range(25)), name
        assert loader.GetDataSetInfo().HasCuts()


# --- splitting ------------------------------------------------------------------------------------------------------

PREPARE = {
    "text": lambda d: d.PrepareTrainingAndTestTree("x >= 0", "nTrain_Signal=10:nTest_Background=20:" + BLOCK),
    "TCut": lambda d: d.PrepareTrainingAndTestTree(ROOT.TCut(""), "nTrain_Signal=10:nTest_Background=20:" + BLOCK),
    "two_cuts": lambda d: d.PrepareTrainingAndTestTree(
        ROOT.TCut(""), ROOT.TCut(""), "nTrain_Signal=10:nTest_Background=20:" + BLOCK
    ),
    "two_texts": lambda d: d.PrepareTrainingAndTestTree("", "x<1000", "nTrain_Signal=10:nTest_Background=20:" + BLOCK),
    "keywords": lambda d: d.PrepareTrainingAndTestTree(
        "", nTrain_Signal=10, nTest_Background=20, SplitMode="Block", NormMode="None", V=False
    ),
    "two_cuts_keywords": lambda d: d.PrepareTrainingAndTestTree(
        ROOT.TCut(""), ROOT.TCut(""), nTrain_Signal=10, nTest_Background=20, SplitMode="Block", NormMode="None"
    ),
    "numbers": lambda d: d.PrepareTrainingAndTestTree("", 10, 80, 90, 20, "SplitMode=Block:NormMode=None"),
}


@pytest.mark.parametrize("call", PREPARE)
def test_prepare(call, tree):
    loader = loader_of("x")
    loader.SetInputTrees(tree, tree)
    PREPARE[call](loader)
    data = loader.GetDataSetInfo().GetDataSet()
    count = [data.GetNEvtSigTrain(), data.GetNEvtSigTest(), data.GetNEvtBkgdTrain(), data.GetNEvtBkgdTest()]
    assert count == [10, 90, 80, 20]


def test_prepare_with_two_numbers(tree):
    for arguments, expected in (((30, 20), [30, 20]), ((30,), [30, 70]), ((30, -1), [30, 70])):
        loader = loader_of("x")
        loader.AddRegressionTree(tree)
        loader.PrepareTrainingAndTestTree("", *arguments)
        data = loader.GetDataSetInfo().GetDataSet()
        assert [data.GetNTrainingEvents(), data.GetNTestEvents()] == expected


# --- what a loader gives ----------------------------------------------------------------------------------------------


def test_accessors(tree):
    loader = loader_of("x", "y")
    loader.SetInputTrees(tree, tree)
    loader.SetCut("x < 50", "Background")
    loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=NumEvents")
    info = loader.GetDataSetInfo()
    data = info.GetDataSet()
    assert loader.DataInput().GetEntries() == 200
    assert loader.GetCorrelationMatrix("Signal").GetBinContent(1, 2) == 100
    assert str(info.GetCut("Background").GetTitle()) == "x < 50"
    assert [info.GetTrainingSumSignalWeights(), info.GetTrainingSumBackgrWeights()] == [50, 25]
    assert [info.GetTestingSumSignalWeights(), info.GetTestingSumBackgrWeights()] == [50, 25]
    event = data.GetTestEvent(60)
    assert event.GetClass() == 1
    assert list(info.GetTargetsForMulticlass(event)) == [0, 1]
    assert not info.IsSignal(event)
    data.SetCurrentType(TMVA.Types.kTesting)
    data.SetCurrentEvent(60)
    assert data.GetCurrentType() == TMVA.Types.kTesting
    assert data.GetEvent().GetValue(0) == data.GetEvent(60).GetValue(0) == event.GetValue(0)
    collection = data.GetEventCollection(TMVA.Types.kTraining)
    assert [e.GetValue(0) for e in collection] == list(range(50)) + list(range(25))
    assert len(data.GetEventCollection()) == 75
    variable = info.GetVariableInfo(0)
    variable.SetMin(-1)
    variable.SetMax(2)
    variable.SetMean(3)
    variable.SetRMS(4)
    assert [variable.GetMin(), variable.GetMax(), variable.GetMean(), variable.GetRMS()] == [-1, 2, 3, 4]


def test_make_copy_has_everything_but_the_variables(tree):
    loader = loader_of("x")
    loader.AddTree(tree, "Signal", 2.0, "x > 9")
    loader.AddTree(make_tree(20), "Background")
    loader.SetWeightExpression("w", "Signal")
    loader.SetCut("x < 90", "Signal")
    loader.PrepareTrainingAndTestTree("", BLOCK)
    copy = loader.MakeCopy("copy")
    assert copy.GetName() == "copy"
    expected = events(loader)
    del loader
    gc.collect()  # the copy keeps the trees
    assert copy.GetDataSetInfo().GetNVariables() == 0
    copy.AddVariable("x")
    assert np.array_equal(events(copy), expected)


def test_var_transform_selects_variables_by_variance(tree):
    loader = loader_of("x", "small := x/100", "y")
    loader.AddSpectator("w")
    loader.AddRegressionTree(tree)
    loader.PrepareTrainingAndTestTree("", BLOCK)
    variance = np.var(np.arange(50))
    new = loader.VarTransform("VT(1.0)")
    assert new.GetName() == "vt_transformed_dataset"
    assert [str(v.GetLabel()) for v in new.GetDataSetInfo().GetVariableInfos()] == ["x", "y"]
    assert np.array_equal(events(new)[:, 1], events(loader)[:, 2])
    assert loader.VarTransform(f"VT({variance + 0.1})").GetDataSetInfo().GetNVariables() == 1
    with pytest.raises(torchmva.Error, match=r"expected VT\(threshold\)"):
        loader.VarTransform("D")


# --- data frames ------------------------------------------------------------------------------------------------------


def test_any_node_of_a_data_frame():
    frame = ROOT.RDataFrame(100).Define("x", "float(rdfentry_)")
    for node in (frame, frame.Filter("x >= 0"), ROOT.RDF.AsRNode(frame)):
        loader = loader_of("x", "2*x")
        loader.AddDataFrame(node, "Signal")
        loader.AddDataFrame(node, "Background", 3.0, "x < 50")
        loader.PrepareTrainingAndTestTree("", BLOCK)
        rows = events(loader)
        assert np.array_equal(rows[:, 0], np.r_[np.arange(50), np.arange(25)])
        assert np.array_equal(rows[:, 1], 2 * rows[:, 0])
        assert np.array_equal(rows[:, 3], np.r_[np.ones(50), np.full(25, 3)])
    loader = loader_of("x")
    loader.AddDataFrame(frame, "Regression", 1.0, "", "train")
    loader.AddDataFrame(frame, "Regression", 1.0, ROOT.TCut("x < 10"), TMVA.Types.kTesting)
    data = loader.GetDataSetInfo().GetDataSet()
    assert [data.GetNTrainingEvents(), data.GetNTestEvents()] == [100, 10]


def test_numpy_arrays_through_a_data_frame():
    x = np.random.default_rng(1).normal(size=(1000, 2)).astype(np.float32)
    loader = loader_of("a", "b")
    loader.AddDataFrame(ROOT.RDF.FromNumpy({"a": x[:, 0].copy(), "b": x[:, 1].copy()}), "Regression")
    gc.collect()  # the loader keeps the frame, and the frame its arrays
    loader.PrepareTrainingAndTestTree("", BLOCK)
    assert np.array_equal(np.r_[events(loader), events(loader, "Test")][:, :2].astype(np.float32), x)


def test_ntuples(tmp_path):
    path = str(tmp_path / "n.root")
    options = ROOT.RDF.RSnapshotOptions()
    options.fOutputFormat = ROOT.RDF.ESnapshotOutputFormat.kRNTuple
    ROOT.RDataFrame(100).Define("x", "double(rdfentry_)").Snapshot("N", path, ["x"], options)
    loader = loader_of("x")
    loader.AddNTuple("N", path, "Signal")
    loader.AddNTuple("N", path, "Background", 2.0, "x > 49")
    loader.PrepareTrainingAndTestTree("", BLOCK)
    assert np.array_equal(events(loader)[:, 0], np.r_[np.arange(50), 50 + np.arange(25)])
    with pytest.raises(torchmva.Error, match="RNTuple 'M'"):
        loader.AddNTuple("M", path, "Signal")


def test_mistakes_with_data_frames(capfd):
    loader = loader_of("x")
    with pytest.raises(torchmva.Error, match="expected an RDataFrame or a node of one, found a list"):
        loader.AddDataFrame([1, 2], "Signal")
    loader = loader_of("X")
    loader.AddDataFrame(ROOT.RDataFrame(10).Define("x", "1."), "Higgs")
    with pytest.raises(torchmva.Error, match=r"variable 'X' in data frame of class 'Higgs'.*did you mean 'x'"):
        loader.GetDataSetInfo().GetDataSet()
    capfd.readouterr()  # the compiler's words


def test_with_implicit_multithreading_the_events_come_in_order(tmp_path, run_python):
    path = tmp_path / "t.root"
    source = f"""
import numpy, ROOT, torchmva
options = ROOT.RDF.RSnapshotOptions(); options.fAutoFlush = 100
ROOT.RDataFrame(5000).Define("x", "double(rdfentry_)").Snapshot("T", "{path}", ["x"], options)
ROOT.EnableImplicitMT(4)
ROOT.TMVA.gConfig().SetSilent(True)
loader = ROOT.TMVA.DataLoader("d")
loader.AddVariable("x")
loader.AddDataFrame(ROOT.RDataFrame("T", "{path}").Filter("x != 17"), "Regression")
loader.PrepareTrainingAndTestTree("", "SplitMode=Block")
data = loader.GetDataSetInfo().GetDataSet()
x = [data.GetTrainingEvent(i).GetValue(0) for i in range(data.GetNTrainingEvents())]
expected = [i for i in range(5000) if i != 17][:len(x)]
print(len(x), x == expected)
"""
    assert run_python(source).stdout.split()[-2:] == ["2499", "True"]


STAMP = 1617047019150033001


def stamps(n: int, first: int) -> dict[str, np.ndarray]:
    """Numbers from `first` on in each 64-bit type; x = 0, 1, ..."""
    numbers = first + np.arange(n)
    return {
        "x": np.arange(n, dtype=float),
        "stamp": numbers.astype(np.uint64),
        "time": -numbers.astype(np.int64),
        "run": np.arange(n, dtype=np.int64),
        "huge": 1e300 * (1 + np.arange(n, dtype=float)),
    }


@pytest.mark.parametrize("source", ["tree", "chain", "frame"])
@pytest.mark.parametrize("is_collection", [False, True])
def test_whole_numbers_that_a_double_cannot_hold_are_said(tmp_path, capfd, source, is_collection):
    for number, first in enumerate((2**53 - 300, STAMP)):
        frame = ROOT.RDF.FromNumpy(stamps(300, first))
        frame = frame.Define("stamps", "ROOT::RVec<ULong64_t>{stamp, 1}").Define("v", "ROOT::RVecD{x, x + 1}")
        frame.Snapshot("T", str(tmp_path / f"{number}.root"))
    said = []
    for numbers in ([0], [1], [0, 1]):  # the second file of a chain is looked at, too
        files = [str(tmp_path / f"{number}.root") for number in numbers]
        loader = TMVA.DataLoader("dataset")
        loader.AddVariable("v" if is_collection else "x")
        for spectator in ("stamp%2", "time", "stamps[0]", "run", "huge"):
            loader.AddSpectator(spectator)
        loader.AddTarget("x")
        if source == "frame":
            loader.AddDataFrame(ROOT.RDataFrame("T", files), "Regression")
        else:
            chain = ROOT.TChain("T")
            for file in files:
                chain.Add(file)
            tree = chain
            if source == "tree" and len(files) == 1:
                opened = ROOT.TFile.Open(files[0])
                tree = opened.Get("T")
            loader.AddRegressionTree(tree)
        loader.PrepareTrainingAndTestTree(ROOT.TCut("run >= 0"), BLOCK)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            loader.GetDataSetInfo().GetDataSet()
        text = capfd.readouterr().err + "".join(str(warning.message) + "\n" for warning in caught)
        said.append([line for line in text.splitlines() if "2^53" in line])
    assert said[0] == []
    for lines in said[1:]:
        text = "\n".join(lines)
        assert len(lines) == 3, text
        for name, sign in (("stamp", ""), ("time", "-"), ("stamps", "")):
            assert f"'{name}'" in text
            assert f"{sign}{STAMP} is read as {sign}1617047019150033000" not in text  # that is no double
            assert f"{sign}{STAMP} is read as {sign}{int(float(STAMP))}" in text
        assert source == "frame" or "spectator 'stamp%2'" in text


@pytest.mark.parametrize("name", ["..", "../d", "a/../../d", "d/.."])
def test_no_data_set_leads_out_of_the_working_folder(name):
    with pytest.raises(torchmva.Error, match="fWeightFileDirPrefix"):
        TMVA.DataLoader(name)


def test_numbers_that_root_reads_with_the_wrong_sign_are_refused(tmp_path):
    frame = (
        ROOT.RDataFrame(20)
        .Define("x", "double(rdfentry_)")
        .Define("v", "std::vector<ULong64_t>{(1ull << 63) + rdfentry_}")
    )
    frame.Snapshot("T", str(tmp_path / "v.root"))
    file = ROOT.TFile.Open(str(tmp_path / "v.root"))
    loader = loader_of("x")
    loader.AddSpectator("v[0]")
    loader.AddTarget("x")
    loader.AddRegressionTree(file.Get("T"))
    loader.PrepareTrainingAndTestTree("", BLOCK)
    with pytest.raises(torchmva.Error, match=r"spectator 'v\[0\]'.*negative"):
        loader.GetDataSetInfo().GetDataSet()
