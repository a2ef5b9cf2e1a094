"""Trainings that cannot be: one `torchmva.Error` that says what was expected, found and where; no half-written file."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network_job import book, events, make_factory, make_loader, responses

pytestmark = pytest.mark.timeout(240)
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fails(ROOT):
    """Booking and training with these options raise this error; afterwards no file is half written."""
    import torchmva

    def check(code, *words, analysis="Classification", loader=None, **options):
        factory = make_factory(ROOT, analysis)
        made = loader or make_loader(ROOT, analysis)

        def train():
            book(ROOT, factory, made, **options)
            factory.TrainAllMethods()

        with pytest.raises(torchmva.Error) as caught:
            train()
        error = caught.value
        assert error.GetCode() == getattr(ROOT.TorchMVA.EErrorCode, f"k{code}"), str(error)
        for word in words:
            assert re.search(word, str(error)), f"{word!r} is not in: {error}"
        assert not list(Path.cwd().rglob("*.tmp"))
        assert not list(Path.cwd().rglob("*.xml"))

    return check


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (("Optimizer", "Adamm", "AdamW", "SGD"), {"Optimizer": "Adamm"}),
        (("Activation", "Relou", "ReLU"), {"Activation": "Relou"}),
        (("Layout", "64;64", "such as 64,64"), {"Layout": "64;64"}),
        (("ClassWeights", "2 numbers", "1,2,3"), {"ClassWeights": "1,2,3"}),
        (("NegativeWeights", "Keep", "Drop"), {"NegativeWeights": "Drop"}),
        (("LearningRateSchedule", "Cosine", "sometimes"), {"LearningRateSchedule": "sometimes"}),
        (("LearningRate", "positive", "-2"), {"LearningRate": -2}),
        (("WarmupEpochs", "fewer than NumEpochs", "5"), {"WarmupEpochs": 5, "NumEpochs": 5}),
        (("Dropout", "below 1", "1"), {"Dropout": 1}),
        (("Device", "cuda99", "found"), {"Device": "cuda99"}),
        (("Device", "auto, cpu", "tpu"), {"Device": "tpu"}),
        (("BatchSize", "at most 240", "300"), {"BatchSize": 300}),
        (("ValidationSize", "zero"), {"ValidationSize": "0"}),
    ],
)
def test_options(fails, words, options):
    fails("Option", *words, **options)


@pytest.mark.parametrize(
    ("code", "words", "options"),
    [
        ("File", ("Cannot write the trained model", "/proc/no/net.pt2"), {"FilenameTrainedModel": "/proc/no/net.pt2"}),
        ("File", ("Cannot write the trained model", "/proc/no/net"), {"FilenameTrainedModel": "/proc/no/net"}),
        ("File", ("Not a directory|File exists", "file/net.pt2"), {"FilenameTrainedModel": "file/net.pt2"}),
        ("File", ("device or a pipe", "pipe.pt2"), {"FilenameTrainedModel": "pipe.pt2"}),
        ("File", ("Is a directory", "folder.pt2"), {"FilenameTrainedModel": "folder.pt2"}),
        ("Option", ("Parametrise", r"a variable \(a, b, c\), found 'zz'"), {"Parametrise": "zz"}),
        ("Option", ("Decorrelate", "spectator or variable", "found 'zz'"), {"Decorrelate": "zz"}),
        ("Option", ("ValidationSize", "zero"), {"ValidationSize": "0%"}),
        ("Option", ("ValidationSize", "equal in size to training set"), {"ValidationSize": "100%"}),
        ("Option", ("ValidationSize", "negative"), {"ValidationSize": "-20%"}),
    ],
)
def test_what_is_known_at_the_booking_is_refused_there(ROOT, code, words, options):
    """Not when other methods have been trained."""
    import torchmva

    Path("file").touch()
    Path("folder.pt2").mkdir()
    os.mkfifo("pipe.pt2")
    factory, loader = make_factory(ROOT), make_loader(ROOT)
    with pytest.raises(torchmva.Error) as caught:
        book(ROOT, factory, loader, **options)
    assert caught.value.GetCode() == getattr(ROOT.TorchMVA.EErrorCode, f"k{code}"), str(caught.value)
    for word in words:
        assert re.search(word, str(caught.value)), f"{word!r} is not in: {caught.value}"
    assert not factory.HasMethod("dataset", "Net")
    assert not list(Path.cwd().rglob("*.tmp"))


def test_the_folder_of_the_trained_model_may_be_made(ROOT):
    Path("models/net").mkdir(parents=True)  # the file is net.pt2
    factory, loader = make_factory(ROOT), make_loader(ROOT)
    book(ROOT, factory, loader, FilenameTrainedModel="models/net", NumEpochs=1)
    factory.TrainAllMethods()
    assert Path("models/net.pt2").is_file()
    factory = make_factory(ROOT)
    book(ROOT, factory, make_loader(ROOT), FilenameTrainedModel="new/folder/net.pt2", NumEpochs=1)
    assert list(Path("new/folder").iterdir()) == []


def test_class_weights_of_a_regression(fails):
    fails("Option", "ClassWeights", "no classes", analysis="Regression", ClassWeights="Balanced")


def test_a_validation_sample_of_one_class(fails):
    fails("Data", "every class", "ValidationSize", ValidationSize="1", BatchSize=10)


@pytest.mark.parametrize("name", ["", "other"])
def test_nothing_to_continue_is_the_beginning(ROOT, root_warns, name):
    """One batch script serves the first run and its resubmission."""
    options = {"FilenameTrainedModel": name} if name else {}
    factory, loader = make_factory(ROOT, "Classification"), make_loader(ROOT, "Classification")
    with root_warns(f"ContinueTraining: there is neither .* {name or 'dataset/weights/TrainedModel_Net'}"):
        book(ROOT, factory, loader, ContinueTraining=True, **options)
    factory.TrainAllMethods()
    assert len(list(Path.cwd().rglob("*.weights.xml"))) == 1


def test_a_loss_that_is_no_number_keeps_the_best_model(ROOT, fails):
    """The loader's weights grow such that the loss overflows after good epochs."""
    fails(
        "Data",
        r"not finite in epoch \d+, batch \d+",
        "ranges of the variables",
        r"a: \[-\d",
        Optimizer="SGD",
        LearningRateSchedule="0,0.01;2,1e30",
        NumEpochs=5,
        Loss="MSE",
    )
    import torch

    (file,) = Path("dataset/weights").glob("TrainedModel_Net.pt2")
    model = torch.export.load(str(file)).module()
    outputs = model(torch.tensor(events(100)[0], dtype=torch.float32))
    assert bool(torch.isfinite(outputs).all())


def test_cross_entropy_of_what_are_no_probabilities(fails, monkeypatch):
    import torch

    model = {"model": torch.nn.Linear(3, 2)}
    monkeypatch.setattr(sys.modules["__main__"], "load_model_custom_objects", model, raising=False)
    fails("Option", "Loss", "Softmax or Sigmoid", Loss="CrossEntropy")


FULL = """
import resource, sys
sys.path.insert(0, {here!r})
import ROOT, torchmva
from network_job import book, make_factory, make_loader

def train(limit, **options):
    factory = make_factory(ROOT)
    book(ROOT, factory, make_loader(ROOT), **options)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        factory.TrainAllMethods()
        print("TRAINED")
    except torchmva.Error as error:
        print("REFUSED", error.GetCode(), str(error).replace("\\n", " "))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

train(1 << 30)
train(8000, Layout="64,64")
"""


def test_a_disk_that_is_full_leaves_the_model_that_was_there(ROOT, run_checked, tmp_path):
    (tmp_path / "full.py").write_text(FULL.format(here=str(HERE)))
    result = run_checked([sys.executable, "full.py"], cwd=tmp_path, quotes_errors=True)
    said = [line for line in result.stdout.splitlines() if line.startswith(("TRAINED", "REFUSED"))]
    assert said[0] == "TRAINED"
    assert said[1].startswith("REFUSED 2 ")
    assert "File too large" in said[1]
    assert "TrainedModel_Net.pt2" in said[1]
    assert not list(tmp_path.rglob("*.tmp"))
    before = responses(ROOT, "dataset/weights/job_Net.weights.xml", events(20)[0])
    Path("dataset/weights/job_Net.weights.xml").unlink()
    make_factory(ROOT)
    import torch

    model = torch.export.load("dataset/weights/TrainedModel_Net.pt2").module()
    with torch.no_grad():
        again = model(torch.tensor(events(20)[0], dtype=torch.float32))[:, :1].numpy()
    assert before == pytest.approx(again, abs=1e-6)
