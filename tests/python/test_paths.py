"""`~` and `$HOME` in paths: the home folder, in C++ and on the command line, and no folder of such a name."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from torchmva import _paths, cli

WEIGHTS = Path(__file__).parents[1] / "data/golden/weights/TMVAClassification_Fisher.weights.xml"
HOMES = ("~", "$HOME", "${HOME}")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with a weight file and events; the current folder is another one."""
    folder = tmp_path / "home of me"
    folder.mkdir()
    (folder / "F.xml").write_text(WEIGHTS.read_text())
    monkeypatch.setenv("HOME", str(folder))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    yield folder
    assert [path.name for path in here.iterdir() if path.name[0] in "~$"] == []


def test_python_has_the_rules_of_cpp(monkeypatch):
    """The examples of Core/ExpandPathTests."""
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("TORCHMVA_TEST_A", "a$HOME")
    for text, path in (
        ("~", "/home/me"),
        ("~/a/b.xml", "/home/me/a/b.xml"),
        ("a/~/b", "a/~/b"),
        ("~nobody_of_this_name/x", "~nobody_of_this_name/x"),
        ("$HOME/x", "/home/me/x"),
        ("${HOME}x/$HOME", "/home/mex//home/me"),
        ("p/$TORCHMVA_TEST_A.pt", "p/a$HOME.pt"),
        ("cost$", "cost$"),
        ("${HOME", "${HOME"),
        ("$TORCHMVA_TEST_B/x", "$TORCHMVA_TEST_B/x"),
    ):
        assert _paths.expand_path(text) == path


def test_a_dollar_in_the_name_of_a_file_is_one(home, capsys):
    Path("d$HOME").mkdir()
    name = "d$HOME/job_${HOME}.weights.xml"
    Path(name).write_text(WEIGHTS.read_text())
    assert cli.main(["info", name]) == 0
    assert name in capsys.readouterr().out
    (home / "d$HOME").mkdir()
    assert _paths.expand_path("~/d$HOME") == f"{home}/d$HOME"
    assert _paths.expand_path("d$HOME/other_$HOME.xml") == f"d{home}/other_{home}.xml"


@pytest.mark.parametrize("name", HOMES)
def test_cpp_means_the_home_folder(ROOT, home, name):
    TMVA = ROOT.TMVA
    rows = np.ones((3, 4), np.float32)
    reader = TMVA.Reader("!Color:Silent")
    reader.BookMVA("F", f"{name}/F.xml")
    assert str(reader.GetWeightFile("F")) == str(home / "F.xml")
    expected = np.asarray(reader.EvaluateBatch("F", rows))
    model = TMVA.Experimental.RReader(f"{name}/F.xml")
    assert np.array_equal(model.Compute(rows), expected)
    columns = {variable: np.ones(3, np.float32) for variable in ("var1", "var2", "var3", "var4")}
    frame = ROOT.RDF.FromNumpy(columns)
    scored = TMVA.Experimental.Define(frame, "y", f"{name}/F.xml")
    assert np.array_equal(scored.AsNumpy(["y"])["y"], expected)
    reader.WriteStandaloneHeader("F", f"{name}/F.hxx")
    assert (home / "F.hxx").exists()

    names = TMVA.gConfig().GetIONames()
    before = str(names.fWeightFileDirPrefix)
    names.fWeightFileDirPrefix = f"{name}/work"
    try:
        loader = TMVA.DataLoader("dataset")
        loader.AddVariable("x")
        for i in range(60):
            kind = TMVA.Types.kTraining if i < 40 else TMVA.Types.kTesting
            loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7)], 1.0)
        factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType="Classification")
        factory.BookMethod(loader, TMVA.Types.kFisher, "F")
        factory.TrainAllMethods()
    finally:
        names.fWeightFileDirPrefix = before
    assert (home / "work/dataset/weights/job_F.weights.xml").exists()
    method = factory.GetMethod("dataset", "F")
    method.MakeClass(f"{name}/F.C")
    assert "class ReadF" in (home / "F.C").read_text()
    method.SetWeightFileDir(f"{name}/work")
    method.WriteStateToFile()
    assert (home / "work/job_F.weights.xml").exists()
    method.SetWeightFileName(f"{name}/own.xml")
    method.WriteStateToFile()
    assert (home / "own.xml").exists()


@pytest.mark.timeout(120)
def test_the_files_of_a_network_are_in_the_home_folder(ROOT, home):
    TMVA = ROOT.TMVA
    (home / "code.py").write_text("load_model_custom_objects = {}\n")
    loader = TMVA.DataLoader("dataset")
    loader.AddVariable("x")
    for i in range(60):
        kind = TMVA.Types.kTraining if i < 40 else TMVA.Types.kTesting
        loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7)], 1.0)
    factory = TMVA.Factory("job", Silent=True, Color=False, DrawProgressBar=False, AnalysisType="Classification")
    options = {"Layout": "2", "NumEpochs": 1, "Seed": 1, "UserCode": "$HOME/code.py"}
    factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", FilenameTrainedModel="~/models/net.pt2", **options)
    factory.TrainAllMethods()
    assert (home / "models/net.pt2").exists()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["~/q", "$HOME/q", "~", "${HOME}"])
def test_the_name_of_a_data_set_is_a_folder_here(ROOT, tmp_path, monkeypatch, name):
    """Whatever it has of `~` and `$`, in every place."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "q").mkdir()
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    TMVA = ROOT.TMVA

    def make_loader():
        loader = TMVA.DataLoader(name)
        loader.AddVariable("x")
        loader.AddSpectator("n")
        for i in range(60):
            kind = TMVA.Types.kTraining if i < 40 else TMVA.Types.kTesting
            loader.AddEvent(("Signal", "Background")[i % 2], kind, [float(i % 2 + i % 7), float(i)], 1.0)
        return loader

    network = {"Layout": "2", "NumEpochs": 1, "Seed": 1}
    loader = make_loader()
    options = {"Silent": True, "Color": False, "DrawProgressBar": False, "AnalysisType": "Classification"}
    factory = TMVA.Factory("job", **options)
    factory.BookMethod(loader, TMVA.Types.kFisher, "F")
    factory.BookMethod(loader, TMVA.Types.kPyTorch, "Net", **network)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    factory.MakeClass(name, "F")

    loader = make_loader()
    loader.PrepareTrainingAndTestTree("", "nTest_Signal=1:nTest_Background=1:!V")
    cv = TMVA.CrossValidation("cv", loader, NumFolds=2, SplitType="Deterministic", **options,
                              SplitExpr="int([n]/2)%int([NumFolds])")  # fmt: skip
    cv.BookMethod(TMVA.Types.kFisher, "F", "!V")
    cv.BookMethod(TMVA.Types.kPyTorch, "Net", ":".join(f"{key}={value}" for key, value in network.items()))
    cv.Evaluate()

    weights = Path(name, "weights")
    titles = ["job_F", "job_Net", *(f"cv_{title}{fold}" for title in ("F", "Net") for fold in ("", "_fold1", "_fold2"))]
    assert sorted(path.name for path in weights.glob("*.weights.xml")) == sorted(
        f"{title}.weights.xml" for title in titles
    )
    models = ["TrainedModel_Net.pt2", "TrainedModel_Net_fold1.pt2", "TrainedModel_Net_fold2.pt2"]
    assert sorted(path.name for path in weights.glob("*.pt2")) == models
    assert [path.name for path in home.rglob("*")] == ["q"]  # nothing is there
    method = factory.GetMethod(name, "F")
    for file in (str(method.GetWeightFileName()), f"./{weights}/job_F.weights.xml"):
        reader = TMVA.Reader("!Color:Silent")
        reader.BookMVA("F", file)
        assert str(reader.GetWeightFile("F")).endswith(f"/{name}/weights/job_F.weights.xml")


@pytest.mark.parametrize("command", ["compile", "export"])
def test_the_output_of_a_command_is_never_the_weight_file(home, capsys, command):
    if command == "export":
        pytest.importorskip("onnx")
    Path("link.xml").symlink_to(home / "F.xml")
    for output in (f"{home}/F.xml", f"{home}/../{home.name}/F.xml", "link.xml"):
        assert cli.main([command, str(home / "F.xml"), "-o", output]) == 1
        assert "the output is the weight file" in capsys.readouterr().err
    assert (home / "F.xml").read_text() == WEIGHTS.read_text()


def test_commands_mean_the_home_folder(ROOT, home, capsys):
    columns = {variable: np.ones(3, np.float32) for variable in ("var1", "var2", "var3", "var4")}
    ROOT.RDF.FromNumpy(columns).Snapshot("events", str(home / "in.root"), list(columns))
    assert cli.main(["info", "~/F.xml"]) == 0
    assert cli.main(["apply", "$HOME/F.xml", "~/in.root:events", "-o", "~/out.root", "--quiet"]) == 0
    assert (home / "out.root").exists()
    assert f"{home}/out.root: 3 entries" in capsys.readouterr().out
    assert os.listdir(".") == []  # noqa: PTH208
