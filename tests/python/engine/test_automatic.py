"""What options are if the user leaves them to us."""

from __future__ import annotations

import pytest
from engine_helpers import Events

from torchmva._engine.automatic import of_analysis, of_network, of_sample
from torchmva._engine.optimization import OPTIMIZERS
from torchmva._engine.options import TrainingOptions


def test_a_regression_has_other_values_than_a_classification():
    for kind, expected in (
        ("Classification", ("ReLU", 0.005, 0.2)),
        ("Multiclass", ("ReLU", 0.005, 0.2)),
        ("Regression", ("SiLU", 0.01, 0.0)),
    ):
        made = of_network(of_analysis(TrainingOptions(), kind), kind)
        assert (made.activation, made.learning_rate, made.weight_decay) == expected


@pytest.mark.parametrize("kind", ["Classification", "Regression"])
def test_what_is_given_stays(kind):
    given = TrainingOptions(activation="Tanh", learning_rate=0.5, weight_decay=0.0, num_epochs=7)
    assert of_sample(of_network(of_analysis(given, kind), kind), kind, 1000, is_user=False) == given


@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_only_adamw_has_weight_decay(name):
    made = of_analysis(TrainingOptions(optimizer=OPTIMIZERS[name].__name__), "Classification")
    assert made.weight_decay == (0.2 if name == "adamw" else 0.0)


@pytest.mark.parametrize(
    ("kind", "n_training", "is_user", "expected"),
    [
        ("Classification", 100, False, 10),
        ("Regression", 100, True, 10),
        ("Regression", 0, False, 100),
        ("Regression", 800, False, 100),
        ("Regression", 50_000, False, 20),
        ("Regression", 13_601, False, 72),  # 137 batches, the last one of one event; 73 epochs would be 10,001
        ("Regression", 10_000_000, False, 10),
    ],
)
def test_epochs(kind, n_training, is_user, expected):
    assert of_sample(TrainingOptions(), kind, n_training, is_user=is_user).num_epochs == expected


def test_a_regression_trains_with_them(session):
    made = session("", (4, "Regression", 1, 0), num_epochs=-1, layout="4", batch_size=100)
    events = Events()
    made.train(**(events.request() | {"targets": events.inputs[:, :1].copy(), "classes": None}))
    epochs = made._history.epochs
    assert len(epochs) == 100
    assert epochs[0].learning_rate == 0.01
