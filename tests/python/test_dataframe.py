"""torchmva.define: responses as columns of data frames in Python, of a Fisher discriminant and of networks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import torchmva

NAMES = ["var1", "var2", "var3", "var4"]
FISHER, NET, OWN, CLASSES = (
    f"dataset/weights/job_{title}.weights.xml" for title in ("Fisher", "Net", "Own", "Classes")
)
ENGINES = pytest.mark.parametrize(
    ("weights", "engine"),
    [(FISHER, "Auto"), (NET, "Native"), (NET, "Python"), (OWN, "Auto")],
    ids=["Fisher", "native", "Python", "predict_func"],
)

# It does more than call the model.
USER_CODE = """
import torch

def predict(model, test_X, batch_size=100):
    if (test_X > 1e6).any():
        raise ValueError("too large for this model")
    with torch.no_grad():
        return 0.5 * model(torch.as_tensor(test_X)).numpy()

load_model_custom_objects = {"predict_func": predict}
"""


def data_path(ROOT):
    return str(ROOT.gROOT.GetTutorialDir()) + "/machine_learning/data/tmva_class_example.root"


def train(ROOT, title, kinds):
    """A network of four variables, and with two classes a Fisher discriminant."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    layers = (nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, len(kinds)), nn.Softmax(dim=1))
    torch.jit.script(nn.Sequential(*layers)).save("net.pt")
    Path("user.py").write_text(USER_CODE)
    TMVA = ROOT.TMVA
    loader = TMVA.DataLoader("dataset")
    for name in NAMES:
        loader.AddVariable(name)
    generator = np.random.default_rng(1)
    for i in range(60 * len(kinds)):
        kind = TMVA.Types.kTraining if i // len(kinds) % 3 else TMVA.Types.kTesting
        loader.AddEvent(kinds[i % len(kinds)], kind, generator.normal(i % len(kinds), 1, 4).tolist(), 1.0)
    analysis = "Classification" if len(kinds) == 2 else "Multiclass"
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType=analysis)
    if len(kinds) == 2:
        factory.BookMethod(loader, TMVA.Types.kFisher, "Fisher", VarTransform="D")
        factory.BookMethod(loader, TMVA.Types.kPyTorch, "Own", FilenameModel="net.pt", UserCode="user.py", NumEpochs=1)
    factory.BookMethod(loader, TMVA.Types.kPyTorch, title, FilenameModel="net.pt", NumEpochs=1)
    factory.TrainAllMethods()


@pytest.fixture(scope="module")
def trained(ROOT, tmp_path_factory):
    """The folder of the weight files."""
    folder = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        train(ROOT, "Net", ["Signal", "Background"])
        train(ROOT, "Classes", ["Signal", "Top quark", "W+jets"])
    return folder


@pytest.fixture(autouse=True)
def _work(trained, monkeypatch):
    monkeypatch.chdir(trained)


def expected(ROOT, columns, weights, engine="Auto"):
    """RReader's responses of the rows made of columns."""
    rows = np.stack([np.asarray(column) for column in columns], axis=1)
    return ROOT.TMVA.Experimental.RReader(weights, engine).Compute(rows)


def column(frame, name="score"):
    return frame.AsNumpy([name])[name]


@ENGINES
def test_column_holds_the_numbers_of_rreader(ROOT, weights, engine):
    frame = torchmva.define(ROOT.RDataFrame("TreeS", data_path(ROOT)), "score", weights, engine=engine)
    columns = frame.AsNumpy([*NAMES, "score"])
    wanted = expected(ROOT, [columns[name] for name in NAMES], weights, engine)
    np.testing.assert_allclose(columns["score"], wanted, rtol=2e-6)
    assert frame.GetColumnType("score") == "float"
    assert {str(name) for name in frame.GetColumnNames()} == {*NAMES, "score"}


@ENGINES
def test_any_node_and_any_columns(ROOT, weights, engine):
    """Filters, defined columns, a frame of NumPy arrays, a path instead of a text, expressions."""
    values = np.linspace(-2, 2, 50)
    frame = ROOT.RDF.FromNumpy({"x": values, "n": np.arange(50), "odd": np.arange(50) % 2 == 1})
    node = frame.Define("y", "x * x").Filter("n >= 10")
    scored = torchmva.define(node, "score", Path(weights), columns=["x", "y", "odd", "0.1 * n"], engine=engine)
    n, x = np.arange(10, 50), values[10:]
    wanted = expected(ROOT, [x, x * x, n % 2, 0.1 * n], weights, engine)
    np.testing.assert_allclose(column(scored), wanted, rtol=2e-6)
    np.testing.assert_allclose(column(scored.Filter("n < 20")), wanted[:10], rtol=2e-6)


@ENGINES
def test_chains_and_friends(ROOT, tmp_path, weights, engine):
    generator = np.random.default_rng(5)
    parts = [generator.normal(size=(n, 4)) for n in (30, 50)]
    chain, friend = ROOT.TChain("left"), ROOT.TChain("right")
    for i, rows in enumerate(parts):
        for tree, names, values in ((chain, NAMES[:2], rows[:, :2]), (friend, NAMES[2:], rows[:, 2:])):
            path = str(tmp_path / f"{tree.GetName()}{i}.root")
            columns = {name: np.ascontiguousarray(values[:, k]) for k, name in enumerate(names)}
            ROOT.RDF.FromNumpy(columns).Snapshot(tree.GetName(), path)
            tree.Add(path)
    chain.AddFriend(friend)
    scored = torchmva.define(ROOT.RDataFrame(chain), "score", weights, engine=engine)
    wanted = expected(ROOT, np.concatenate(parts).T, weights, engine)
    np.testing.assert_allclose(column(scored), wanted, rtol=2e-6)


@ENGINES
def test_collections_get_a_response_an_element(ROOT, weights, engine):
    frame = ROOT.RDataFrame(4).Define("pt", "ROOT::RVecD(rdfentry_, 0.5 * rdfentry_)")
    scored = torchmva.define(frame, "score", weights, ["pt", "rdfentry_", "2 * pt", "1"], engine=engine)
    found = column(scored)
    assert [len(jets) for jets in found] == [0, 1, 2, 3]
    for entry, jets in enumerate(found):
        wanted = expected(ROOT, [[0.5 * entry], [entry], [entry], [1]], weights, engine)
        np.testing.assert_allclose(np.asarray(jets), wanted.repeat(entry), rtol=2e-6)


def test_several_responses(ROOT):
    frame = torchmva.define(ROOT.RDataFrame("TreeS", data_path(ROOT)).Range(100), "net", CLASSES)
    columns = frame.AsNumpy([*NAMES, "net", "net_Signal", "net_Top_quark", "net_W_jets"])
    wanted = expected(ROOT, [columns[name] for name in NAMES], CLASSES)
    assert wanted.shape == (100, 3)
    np.testing.assert_allclose(np.stack([np.asarray(row) for row in columns["net"]]), wanted, rtol=2e-6)
    for k, name in enumerate(("net_Signal", "net_Top_quark", "net_W_jets")):
        np.testing.assert_allclose(columns[name], wanted[:, k], rtol=2e-6)


@ENGINES
def test_variations_reach_the_response(ROOT, weights, engine):
    frame = ROOT.RDataFrame("TreeS", data_path(ROOT)).Range(500)
    varied = frame.Vary("var1", "ROOT::RVecF{0.9f * var1, 1.1f * var1}", ["down", "up"], "scale")
    means = ROOT.RDF.Experimental.VariationsFor(torchmva.define(varied, "score", weights, engine=engine).Mean("score"))
    columns = frame.AsNumpy(NAMES)
    for name, factor in (("nominal", 1), ("scale:down", 0.9), ("scale:up", 1.1)):
        inputs = [np.float32(factor) * columns["var1"], *(columns[other] for other in NAMES[1:])]
        assert means[name] == pytest.approx(expected(ROOT, inputs, weights, engine).mean(dtype=float), rel=1e-6)
    assert means["scale:up"] != means["scale:down"]


@ENGINES
def test_snapshot_of_several_columns(ROOT, tmp_path, weights, engine):
    frame = torchmva.define(ROOT.RDataFrame("TreeB", data_path(ROOT)).Range(50), "one", weights, engine=engine)
    frame = torchmva.define(frame, "two", weights, ["var1", "2 * one", "var3", "var4"], engine=engine)
    path = str(tmp_path / "out.root")
    frame.Snapshot("t", path)
    written = ROOT.RDataFrame("t", path)
    assert {str(name) for name in written.GetColumnNames()} == {*NAMES, "weight", "one", "two"}
    columns = written.AsNumpy()
    inputs = [columns["var1"], 2 * columns["one"], columns["var3"], columns["var4"]]
    np.testing.assert_allclose(columns["two"], expected(ROOT, inputs, weights, engine), rtol=2e-6)


@ENGINES
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["var1", "var2", "var3", "vra4"], r"variable 'var4' as 'vra4'.*did you mean 'var"),
        (["var1", "var2", "var3", "text"], r"variable 'var4'.*numbers.*string"),
        (["var1", "var2"], "4 columns.*found 2"),
        ("var1", "list of names"),
    ],
)
def test_mistakes_are_named(ROOT, weights, engine, columns, message):
    frame = ROOT.RDataFrame("TreeS", data_path(ROOT)).Define("text", 'std::string("a")')
    with pytest.raises(ROOT.TMVA.Error, match=message):
        torchmva.define(frame, "score", weights, columns, engine=engine)


def test_other_mistakes(ROOT):
    frame = ROOT.RDataFrame("TreeS", data_path(ROOT))
    with pytest.raises(ROOT.TMVA.Error, match=r"nowhere\.xml"):
        torchmva.define(frame, "score", "nowhere.xml")
    with pytest.raises(ROOT.TMVA.Error, match="expected an RDataFrame"):
        torchmva.define(ROOT.TH1F(), "score", FISHER)
    scored = torchmva.define(frame, "score", FISHER)
    for name in ("score", "var1"):
        with pytest.raises(Exception, match=f'cannot define column "{name}"'):
            torchmva.define(scored, name, FISHER)


def test_an_error_of_user_code_comes_out(ROOT):
    """While the blocks are evaluated."""
    frame = ROOT.RDataFrame(10)
    with pytest.raises(ROOT.TMVA.Error, match="too large for this model"):
        torchmva.define(frame, "score", OWN, ["1e7", "0", "0", "0"])
    assert 0 < torchmva.define(frame, "score", OWN, ["1", "0", "0", "0"]).Mean("score").GetValue() < 1


def test_the_function_of_the_namespace_is_this_one(ROOT):
    assert ROOT.TMVA.Experimental.Define is torchmva.define
