"""Networks without user code, through the Factory: trained, saved, applied elsewhere; one saved model for all figures."""

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from array import array
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network_job import VARIABLES, book, events, make_factory, make_loader, responses

HERE = Path(__file__).parent
pytestmark = pytest.mark.timeout(240)
WEIGHTS = Path("dataset/weights/job_Net.weights.xml")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def train(ROOT, analysis="Classification", **options):
    loader = make_loader(ROOT, analysis)
    factory = make_factory(ROOT, analysis)
    book(ROOT, factory, loader, **options)
    factory.TrainAllMethods()
    return factory, loader


@pytest.mark.parametrize(
    ("analysis", "n_outputs", "ending"),
    [("Classification", 1, ""), ("Classification", 1, ".pt"), ("Multiclass", 3, ""), ("Regression", 1, ".pt")],
)
def test_the_model_beside_the_weights_gives_the_same_elsewhere(ROOT, run_script, tmp_path, analysis, n_outputs, ending):
    """In this process, and in a fresh one after the folder moved: the same bits."""
    name = {"FilenameTrainedModel": f"dataset/weights/model{ending}"} if ending else {}
    options = {"BatchNorm": True, "Dropout": 0.1} if analysis == "Multiclass" else {}
    train(ROOT, analysis, **options, **name)
    file = WEIGHTS.parent / (f"model{ending}" if ending else "TrainedModel_Net.pt2")
    with zipfile.ZipFile(file) as archive:
        is_script = any("/code/" in entry for entry in archive.namelist())
    assert is_script == (ending == ".pt")
    rows = events(100)[0]
    here = responses(ROOT, WEIGHTS, rows, n_outputs)
    assert here.std() > 0.05
    shutil.move("dataset/weights", "moved")
    moved = tmp_path / "moved" / WEIGHTS.name
    result = run_script(HERE / "network_job.py", str(moved), "predict", str(n_outputs), cwd=Path("/"), timeout=120)
    there = [float.fromhex(value) for value in result.stdout.partition("FOUND ")[2].split()]
    assert there == here.ravel().tolist()


def test_all_figures_come_from_the_saved_model(ROOT, tmp_path):
    """Responses of both trees of the output file, and the ROC integral, are those of the weight file's model, which is
    that of the best epoch and not of the last one.
    """
    output = ROOT.TFile.Open("out.root", "RECREATE")
    loader = make_loader(ROOT)
    factory = make_factory(ROOT, file=output, Silent=False)
    book(ROOT, factory, loader, NumEpochs=15, LearningRate=0.5, Layout="32", BatchSize=20)
    factory.TrainAllMethods()
    losses = [
        row["validation_loss"] for row in json.loads(Path("dataset/weights/job_Net.history.json").read_text())["epochs"]
    ]
    assert int(np.argmin(losses)) < 14, "the last epoch is the best: nothing to tell apart"
    factory.TestAllMethods()
    factory.EvaluateAllMethods()
    area = factory.GetROCIntegral(loader, "Net")
    factory.DeleteAllMethods()
    output.Close()
    frame = {}
    for tree in ("TrainTree", "TestTree"):
        columns = ROOT.RDataFrame(f"dataset/{tree}", "out.root").AsNumpy(["a", "b", "c", "Net", "classID"])
        rows = np.stack([columns[name] for name in "abc"], 1)
        assert len(rows) == 300
        found = responses(ROOT, WEIGHTS, rows)[:, 0]
        assert np.abs(found - columns["Net"]).max() < 1e-6
        frame[tree] = columns
    signal = frame["TestTree"]["Net"][frame["TestTree"]["classID"] == 0]
    background = frame["TestTree"]["Net"][frame["TestTree"]["classID"] == 1]
    difference = signal[:, None] - background[None, :]
    exact = ((difference > 0) + 0.5 * (difference == 0)).mean()
    assert area == pytest.approx(exact, abs=0.005)


def test_without_model_persistence_nothing_is_written(ROOT):
    loader = make_loader(ROOT)
    factory = make_factory(ROOT, ModelPersistence=False)
    book(ROOT, factory, loader)
    factory.TrainAllMethods()
    factory.TestAllMethods()
    assert 0.6 < factory.GetROCIntegral(loader, "Net") < 1
    assert not [path for path in Path.cwd().rglob("*") if path.is_file()]


def test_methods_of_one_factory_do_not_disturb_each_other(ROOT):
    """Dropout draws from torch's one generator: a method is the same alone and after others."""
    rows = events(50)[0]
    train(ROOT, Dropout=0.3)
    alone = responses(ROOT, WEIGHTS, rows)
    loader = make_loader(ROOT, name="both")
    factory = make_factory(ROOT)
    for title, seed in (("Other", 8), ("Net", 7), ("Third", 9)):
        book(ROOT, factory, loader, title, Dropout=0.3, Seed=seed)
    factory.TrainAllMethods()
    together = {title: responses(ROOT, f"both/weights/job_{title}.weights.xml", rows) for title in ("Other", "Net")}
    assert (together["Net"] == alone).all()
    assert not np.allclose(together["Other"], alone)


@pytest.mark.filterwarnings("ignore:.*no event is left for testing:RuntimeWarning")
def test_cross_validation(ROOT):
    loader = ROOT.TMVA.DataLoader("dataset")
    for name in "abc":
        loader.AddVariable(name)
    loader.AddSpectator("id", "I")
    rows, classes = events(300)
    for i, (row, cls) in enumerate(zip(rows, classes, strict=True)):
        loader.AddEvent(("Signal", "Background")[cls], ROOT.TMVA.Types.kTraining, [*row.tolist(), float(i)], 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), nTest_Signal=1, nTest_Background=1, V=False)
    job = ROOT.TMVA.CrossValidation("job", loader, "!V:Silent:!Color:AnalysisType=Classification:NumFolds=3")
    job.BookMethod(ROOT.TMVA.Types.kPyTorch, "Net", "Layout=8:NumEpochs=5:BatchSize=20:Seed=1:LearningRate=0.01")
    job.Evaluate()
    result = job.GetResults()[0]
    assert 0.65 < result.GetROCAverage() < 1
    for fold in (1, 2, 3):
        assert Path(f"dataset/weights/job_Net_fold{fold}.history.json").exists()


def test_models_of_the_dictionary(ROOT, monkeypatch):
    import torch

    main = sys.modules["__main__"]
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2), torch.nn.Softmax(dim=1))
    for number, entry in enumerate(({"model": module}, {"build_model": lambda n, k: torch.nn.Linear(n, k)})):
        monkeypatch.setattr(main, "load_model_custom_objects", entry, raising=False)
        loader = make_loader(ROOT, name=f"set{number}")
        factory = make_factory(ROOT)
        book(ROOT, factory, loader)
        factory.TrainAllMethods()
        factory.TestAllMethods()
        assert factory.GetROCIntegral(loader, "Net") > 0.6
        assert Path(f"set{number}/weights/TrainedModel_Net.pt2").exists()


def test_a_model_in_double_precision(ROOT, monkeypatch):
    """In both engines, in blocks and event by event, whatever the script has set: as plain PyTorch."""
    import torch

    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    monkeypatch.setattr(sys.modules["__main__"], "load_model_custom_objects", {"model": net}, raising=False)
    train(ROOT, "Regression")
    rows = events(100)[0].astype(np.float32)
    module = torch.export.load(str(WEIGHTS.parent / "TrainedModel_Net.pt2")).module()
    with torch.no_grad():
        truth = module(torch.from_numpy(rows).double()).numpy()
    cells = [array("f", [value]) for value in rows[0]]
    for engine in ("Native", "Python"):
        reader = ROOT.TMVA.Reader(f"!Color:Silent:Engine={engine}")
        for name, cell in zip(VARIABLES, cells, strict=True):
            reader.AddVariable(name, cell)
        reader.BookMVA("m", str(WEIGHTS))
        assert np.allclose(np.asarray(reader.EvaluateBatch("m", rows)).reshape(-1, 1), truth, rtol=1e-6, atol=1e-6)
        assert reader.EvaluateRegression("m")[0] == pytest.approx(truth[0, 0], abs=1e-6)
        with torch.autocast("cpu"), torch.device("meta"):  # a single event takes a short way where nothing is set
            assert reader.EvaluateRegression("m")[0] == pytest.approx(truth[0, 0], abs=1e-6)


@pytest.mark.parametrize("name", ["net.pt", "net.pt2"])
def test_model_files(ROOT, name):
    import torch

    module = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2), torch.nn.Softmax(dim=1))
    if name.endswith("pt"):
        torch.jit.script(module).save(name)
    else:
        rows = torch.export.Dim("rows", min=1)
        program = torch.export.export(module.eval(), (torch.zeros(2, 3),), dynamic_shapes=({0: rows},))
        torch.export.save(program, name)
    factory, loader = train(ROOT, FilenameModel=name, LearningRate=0.01, FilenameTrainedModel="trained")
    factory.TestAllMethods()
    assert factory.GetROCIntegral(loader, "Net") > 0.7
    assert Path("trained" + Path(name).suffix).exists()


@pytest.mark.filterwarnings("ignore:Input user code is not existing:RuntimeWarning")
def test_weight_file_of_the_version_before(ROOT, repository):
    """Written before there were any of the training's options."""
    golden = repository / "tests" / "data" / "golden" / "pytorch"
    text = (golden / "testPyTorchClassification_PyTorch.weights.xml").read_text()
    assert 'LearningRate"' not in text
    name = re.search(r"FilenameTrainedModel[^>]*>([^<]*)<", text)
    assert name
    Path("old.weights.xml").write_text(text)
    shutil.copy(golden / "trainedPyTorchModelClassification.pt", Path(name.group(1)).name)
    variables = re.findall(r'<Variable VarIndex="\d+" Expression="([^"]*)"', text)
    rows = np.random.default_rng(1).normal(size=(20, len(variables)))
    found = responses(ROOT, "old.weights.xml", rows, 1, variables)
    assert ((found >= 0) & (found <= 1)).all()
    assert found.std() > 0.01
