"""Event weights through the Factory: in the loss, with a sign, by class, and in the user's functions."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from network_job import book, events, make_factory, make_loader, responses

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def mean_response(ROOT, weight=lambda row, cls: 1.0, **options):
    """Mean signal probability of the trained network: it follows the part of the weights that is the signal's."""
    loader = make_loader(ROOT, weight=weight)
    factory = make_factory(ROOT)
    book(ROOT, factory, loader, NumEpochs=15, **options)
    factory.TrainAllMethods()
    factory.DeleteAllMethods()
    return float(responses(ROOT, "dataset/weights/job_Net.weights.xml", events(300)[0]).mean())


def test_weights_and_classes_count(ROOT):
    """Signal with weight 3: it is three quarters of everything; balanced, or by a factor 1/3, one half again."""

    def heavy(row, cls):
        return 3.0 if cls == 0 else 1.0

    assert mean_response(ROOT) == pytest.approx(0.5, abs=0.05)
    assert mean_response(ROOT, heavy) == pytest.approx(0.75, abs=0.06)
    assert mean_response(ROOT, heavy, ClassWeights="Balanced") == pytest.approx(0.5, abs=0.05)
    assert mean_response(ROOT, heavy, ClassWeights="1,3") == pytest.approx(0.5, abs=0.05)


def test_negative_weights(ROOT):
    """A third of the signal has weight -1: with its sign 1/3 of the signal is left, ignored 2/3, as a modulus all."""

    def signed(row, cls):
        return -1.0 if cls == 0 and signed.count() % 3 == 0 else 1.0

    def run(policy):
        numbers = iter(range(10**6))
        signed.count = lambda: next(numbers)
        return mean_response(ROOT, signed, NegativeWeights=policy)

    assert run("Keep") == pytest.approx((1 / 3) / (1 / 3 + 1), abs=0.08)
    assert run("Ignore") == pytest.approx((2 / 3) / (2 / 3 + 1), abs=0.06)
    assert run("Absolute") == pytest.approx(0.5, abs=0.05)


def train_user(ROOT, monkeypatch, function, **options):
    entries = {"train_func": function, "build_model": build}
    monkeypatch.setattr(sys.modules["__main__"], "load_model_custom_objects", entries, raising=False)
    loader = make_loader(ROOT, weight=lambda row, cls: -2.0 if cls == 1 and row[2] > 1 else 1 + abs(row[0]))
    factory = make_factory(ROOT)
    book(ROOT, factory, loader, SaveBestOnly=False, **options)
    factory.TrainAllMethods()


def build(n_variables, n_outputs):
    import torch

    return torch.nn.Sequential(torch.nn.Linear(n_variables, n_outputs), torch.nn.Softmax(dim=1))


def test_an_old_function_gets_pairs_and_a_warning(ROOT, monkeypatch, root_warns):
    seen = []

    def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
        seen.extend(len(batch) for batch in train_loader)
        return model

    with root_warns("training weights are not uniform"):
        train_user(ROOT, monkeypatch, train)
    assert set(seen) == {2}


def test_the_weights_that_a_function_gets_are_those_of_the_options(ROOT, monkeypatch):
    found = {}

    def with_keyword(model, train_loader, *rest, weights, **more):
        found["keyword"] = weights[0].clone()
        return model

    def with_triples(model, train_loader, *rest, **more):
        found["triples"] = [w for _ in [0] for w in weights_of(train_loader)]
        for X, y, w in train_loader:
            found["last"] = (X, y, w)
        return model

    def weights_of(loader):
        return [batch[2] for batch in loader]

    for policy in ("Keep", "Ignore"):
        train_user(ROOT, monkeypatch, with_keyword, NegativeWeights=policy)
        keyword = found["keyword"].numpy()
        assert (keyword.min() < 0) == (policy == "Keep")
        train_user(ROOT, monkeypatch, with_triples, NegativeWeights=policy)
        triples = np.concatenate([w.numpy() for w in found["triples"]])
        assert sorted(triples.tolist()) == sorted(keyword.tolist())
        assert [len(part) for part in found["last"]] == [len(found["last"][0])] * 3


@pytest.mark.parametrize("shuffle", [True, False])
def test_the_order_of_the_batches(ROOT, monkeypatch, root_warns, shuffle):
    epochs = []

    def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        assert isinstance(train_loader, DataLoader)
        assert isinstance(train_loader.dataset, TensorDataset)
        assert train_loader.batch_size == 20
        assert len(train_loader) == 12
        assert len(train_loader.dataset) == 240
        epochs.extend(torch.cat([batch[0] for batch in train_loader]) for _ in range(2))
        epochs.append(train_loader.dataset.tensors[0].clone())
        with pytest.warns(UserWarning, match="num_workers=4 is ignored"):
            train_loader.num_workers = 4
        assert train_loader.num_workers == 0
        return model

    with root_warns("not uniform"):
        train_user(ROOT, monkeypatch, train, Shuffle=shuffle)
    first, second, stored = epochs
    assert bool((first == stored).all()) != shuffle
    assert bool((first == second).all()) != shuffle
    assert (first.sort(0).values == stored.sort(0).values).all()
