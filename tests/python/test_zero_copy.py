"""Python sees the very memory of the C++ data set, and keeps it alive."""

from __future__ import annotations

import ctypes
import gc
import sys
import weakref

import numpy as np
import pytest

N = 400  # training events


@pytest.fixture(scope="module")
def address(ROOT):
    """Addresses of the data set's arrays, read in C++."""
    ROOT.gInterpreter.Declare("""
    #include "TorchMVA/DataLoader.hxx"
    namespace ZeroCopyTest {
    unsigned long long Variables(TorchMVA::DataLoader &loader)
    {
       auto sample = loader.GetDataSetInfo().GetDataSet()->GetSample(TorchMVA::Types::kTraining);
       return reinterpret_cast<unsigned long long>(sample.fVariables.fData);
    }
    unsigned long long Targets(TorchMVA::DataLoader &loader)
    {
       auto sample = loader.GetDataSetInfo().GetDataSet()->GetSample(TorchMVA::Types::kTraining);
       return reinterpret_cast<unsigned long long>(sample.fTargets.fData);
    }
    }
    """)
    return ROOT.ZeroCopyTest


@pytest.fixture
def user(monkeypatch):
    """What user code saw: a dictionary that the functions below fill in `__main__`."""
    seen: dict[str, object] = {}

    def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
        seen["train"] = train_loader.dataset.tensors
        seen["val"] = val_loader.dataset.tensors
        seen["batch"] = next(iter(train_loader))
        if save_best:
            save_best(model, 1.0, 1.0)
        return model

    def predict(model, test_X):
        seen.setdefault("predict", []).append(test_X)
        import torch

        with torch.no_grad():
            return model(torch.as_tensor(test_X))

    objects = {"train_func": train, "predict_func": predict, "criterion": None, "optimizer": None}
    monkeypatch.setattr(sys.modules["__main__"], "load_model_custom_objects", objects, raising=False)
    return seen


def book(ROOT, kind):
    """A factory with one booked PyTorch method on events made of one generator."""
    import torch
    from torch import nn

    TMVA = ROOT.TMVA
    loader = TMVA.DataLoader("dataset")
    for name in ("a", "b", "c"):
        loader.AddVariable(name)
    regression = kind == "Regression"
    if regression:
        loader.AddTarget("t")
    generator = np.random.default_rng(1)
    for i in range(2 * N):
        cls = "Regression" if regression else ("Signal", "Background")[i % 2]
        event = generator.normal(i % 2, 1, size=3 + regression)
        loader.AddEvent(cls, TMVA.Types.kTraining if i < N else TMVA.Types.kTesting, event.tolist(), 1.0)
    loader.PrepareTrainingAndTestTree(ROOT.TCut(""), SplitMode="Random", V=False)
    torch.manual_seed(1)
    layers = [nn.Linear(3, 1)] if regression else [nn.Linear(3, 2), nn.Softmax(dim=1)]
    torch.jit.script(nn.Sequential(*layers)).save("net.pt")
    factory = TMVA.Factory("job", Silent=True, Color=False, AnalysisType=kind)
    factory.BookMethod(
        loader, TMVA.Types.kPyTorch, "PyTorch", FilenameModel="net.pt", ValidationSize="25%", Engine="Python"
    )
    return factory, loader


@pytest.mark.parametrize("kind", ["Classification", "Regression"])
def test_training_and_validation_are_slices_of_the_data_set(ROOT, address, user, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factory, loader = book(ROOT, kind)
    factory.TrainAllMethods()
    train, validation = user["train"][0], user["val"][0]
    assert train.shape == (300, 3)
    assert validation.shape == (100, 3)
    first = int(address.Variables(loader))
    assert train.data_ptr() == first
    assert validation.data_ptr() == first + 300 * 3 * 4
    assert train.is_contiguous()
    if kind == "Regression":
        assert user["train"][1].data_ptr() == int(address.Targets(loader))


def test_a_tensor_outlives_factory_and_loader(ROOT, user, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factory, loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    kept = user["train"][0]
    before = kept.clone()
    view = user["val"][0].numpy()
    view_before = view.copy()
    factory.DeleteAllMethods()
    factory.__destruct__()
    loader.__destruct__()
    user.clear()
    del factory, loader
    gc.collect()
    noise = [np.full(300 * 3, 7, dtype=np.float32) for _ in range(2000)]  # takes memory that was given back
    assert kept.equal(before)
    assert np.array_equal(view, view_before)
    del noise


def test_a_batch_may_be_changed_without_harm(ROOT, address, user, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factory, _loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    inputs = user["batch"][0]
    before = user["train"][0].clone()
    inputs.fill_(0)
    assert user["train"][0].equal(before)


def test_what_predict_func_keeps_of_a_callers_rows_stays_valid(ROOT, user, tmp_path, monkeypatch):
    """Rows of the Reader's caller have no owner that could be kept alive: user code gets memory of its own."""
    monkeypatch.chdir(tmp_path)
    factory, _loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    factory.DeleteAllMethods()
    user["predict"] = []

    reader = ROOT.TMVA.Reader("!Color:Silent")
    addresses = [np.zeros(1, dtype=np.float32) for _ in range(3)]
    for name, place in zip("abc", addresses, strict=True):
        reader.AddVariable(name, place)
    reader.BookMVA("net", "dataset/weights/job_PyTorch.weights.xml")
    rows = np.random.default_rng(2).normal(size=(50, 3)).astype(np.float32)
    responses = np.empty((50, 1), dtype=np.float32)
    reader.EvaluateBatch("net", rows, 50, responses)
    seen = user["predict"][-1]  # others are the rows of the check that reading makes
    before = rows.copy()
    assert seen.dtype == np.float32
    rows[:] = 0
    assert np.array_equal(seen, before)


def test_arrays_of_a_batch_are_not_kept(ROOT, user, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factory, _loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    reader = ROOT.TMVA.Reader("!Color:Silent")
    for name in "abc":
        reader.AddVariable(name, np.zeros(1, dtype=np.float32))
    reader.BookMVA("net", "dataset/weights/job_PyTorch.weights.xml")
    alive = []
    for _ in range(10):
        rows = np.zeros((50, 3), dtype=np.float32)
        responses = np.empty((50, 1), dtype=np.float32)
        reader.EvaluateBatch("net", rows, 50, responses)
        alive += [weakref.ref(rows), weakref.ref(responses)]
    user.clear()
    del rows, responses
    gc.collect()
    # PyROOT itself holds those of the last call
    assert sum(array() is not None for array in alive) <= 2


def test_predict_func_may_change_its_rows(ROOT, address, user, tmp_path, monkeypatch):
    """It gets one writable copy of the test sample; the data set stays as it is."""
    monkeypatch.chdir(tmp_path)
    factory, loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    user["predict"] = []
    factory.TestAllMethods()
    (seen,) = user["predict"]
    assert seen.shape == (N, 3)
    place = int(address.Variables(loader)) + N * 3 * 4
    assert seen.__array_interface__["data"][0] != place
    memory = np.frombuffer((ctypes.c_float * (N * 3)).from_address(place), dtype=np.float32).reshape(N, 3)
    assert np.array_equal(seen, memory)
    before = memory.copy()
    seen -= 5
    assert np.array_equal(memory, before)


def test_the_default_prediction_sees_the_test_sample_in_place(ROOT, address, tmp_path, monkeypatch):
    from torchmva._engine import prediction

    monkeypatch.chdir(tmp_path)
    factory, loader = book(ROOT, "Classification")
    factory.TrainAllMethods()
    seen = []
    original = prediction.predict_into

    def spy(model, inputs, outputs):
        seen.append(inputs.data_ptr())
        original(model, inputs, outputs)

    monkeypatch.setattr(prediction, "predict_into", spy)
    factory.TestAllMethods()
    assert seen[0] == int(address.Variables(loader)) + N * 3 * 4
