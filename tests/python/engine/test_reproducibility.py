"""Outputs that depend on chance or on the other events are told, with the size of the difference."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from engine_helpers import define
from test_modelwriter import plain, read_back
from torch import nn

from torchmva._engine import reproducibility
from torchmva._engine.reproducibility import examine, made_up_rows

ROWS = np.random.default_rng(2).normal(size=(64, 4)).astype(np.float32)


def noise(size):
    return lambda rows: rows[:, :2] + size * np.random.default_rng().normal(size=(len(rows), 2))


def mean_of_block(size):
    return lambda rows: rows[:, :2] + size * rows[:, :2].mean(0)


@pytest.mark.parametrize("function", [noise, mean_of_block])
@pytest.mark.parametrize("size", [1e-3, 1.0])
def test_the_size_of_the_difference_and_the_strength_of_the_words(function, size):
    found = examine(function(size), ROWS)
    assert found.by_chance == (function is noise)
    # six sigma of 128 numbers, or the largest deviation of a row from the mean of its block
    expected = 4 * size if function is noise else size * abs(ROWS[:16, :2] - ROWS[:, :2].mean(0)).max()
    assert expected / 2.5 < found.size < expected * 2.5
    assert f"{found.size:.2g}" in found.text()
    assert ("Do not use" in found.text()) == (size == 1.0)


def test_rounding_is_no_difference():
    generator = np.random.default_rng(3)
    for noise_ in (0.0, 1e-7):
        assert (
            examine(lambda rows, s=noise_: rows[:, :2] * (1 + s * generator.uniform(-1, 1, (len(rows), 1))), ROWS)
            is None
        )
    # the last bit of x is 1e-3 of the output, and a block takes the other way round
    steep = lambda rows: np.sin(1e4 * (rows[:, :2] + np.float32(0 if len(rows) == 1 else 6e-8)).astype(float))  # noqa: E731
    assert examine(steep, ROWS) is None
    assert examine(lambda _rows: 1 / 0, ROWS) is None


class Quantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(4, 2)

    def forward(self, x):
        scale = x.abs().max() / 15
        return torch.softmax(self.last(torch.round(x / scale) * scale), 1)


class Random(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(4, 2)

    def forward(self, x):
        return torch.softmax(self.last(x) + 0.3 * torch.rand(1), 1) + 0.01 * torch.rand_like(x[:, :2])


def traced(layer):
    model = nn.Sequential(nn.Linear(4, 8), layer, nn.Linear(8, 2), nn.Softmax(dim=1)).train()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(model, torch.randn(16, 4), check_trace=False).save("model.pt")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: traced(nn.Dropout(0.5)), "depend on chance"),
        (lambda: traced(nn.BatchNorm1d(8, track_running_stats=False)), "the other events of the block"),
        (lambda: define(model=Quantised()), "the other events of the block"),
        (lambda: define(model=Random()), "depend on chance"),
        (lambda: define(model=plain(), predict_func=lambda m, x: m(torch.from_numpy(x - x.mean(0))).detach()), "block"),
        (lambda: define(model=plain()), ""),
    ],
)
def test_told_when_the_training_ends_and_when_a_weight_file_is_read(session, events, log, make, words, monkeypatch):
    made = make()
    assert made is None
    trained = session("model.pt" if _has_file() else "", num_epochs=1)
    trained.train(**events.request())
    read_back(trained, log)
    told = [text for text in log.warnings() if "The responses depend" in text]
    assert len(told) == (2 if words else 0)
    assert all(words in text and "differ by up to" in text for text in told)


def _has_file():
    from pathlib import Path

    return Path("model.pt").exists()


def test_made_up_rows_are_the_same_in_every_process():
    assert made_up_rows(3).shape == (reproducibility.N_ROWS, 3)
    assert np.array_equal(made_up_rows(3), made_up_rows(3))
    assert np.isfinite(made_up_rows(2)).all()
