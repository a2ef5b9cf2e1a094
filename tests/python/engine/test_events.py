"""The events of a training: which rows train, which validate, and where each column is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from torchmva._engine.errors import EngineError
from torchmva._engine.events import Events, one_hot

INPUTS = np.arange(30, dtype=np.float32).reshape(10, 3)
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 2, 2, 0], dtype=np.int32)
WEIGHTS = np.linspace(1, 2, 10).astype(np.float32)
MASS = np.linspace(100, 200, 10)


def made(**changes: Any) -> Events:
    given = {
        "inputs": INPUTS,
        "targets": None,
        "classes": CLASSES,
        "weights": WEIGHTS,
        "n_classes": 3,
        "n_validation": 3,
        "rows": None,
        "spectators": {"mass": MASS},
        "variable_names": ["x", "y", "z"],
    }
    return Events.from_host(**{**given, **changes})


def test_the_last_rows_validate() -> None:
    events = made()
    assert events.n_training() == 7
    assert np.array_equal(events.inputs[events.training].numpy(), INPUTS[:7])
    assert np.array_equal(events.inputs[events.validation].numpy(), INPUTS[7:])
    assert np.array_equal(events.targets.numpy(), np.eye(3)[CLASSES])
    assert events.inputs.data_ptr() == INPUTS.ctypes.data, "the inputs are a copy"
    assert events.weights.data_ptr() == WEIGHTS.ctypes.data, "the weights are a copy"


def test_rows_that_are_named_train_and_validate() -> None:
    events = made(rows=(np.array([9, 0, 4]), np.array([1, 5])))
    assert events.n_training() == 3
    assert events.weights[events.training].tolist() == WEIGHTS[[9, 0, 4]].tolist()
    assert events.classes_in_validation() == [1, 2]
    (batch,) = events.loader(events.training, (events.inputs, events.weights), 5)
    assert np.array_equal(batch[0].numpy(), INPUTS[[9, 0, 4]])
    assert np.array_equal(batch[1].numpy(), WEIGHTS[[9, 0, 4]])


def test_classes_in_the_validation_events() -> None:
    assert made().classes_in_validation() == [0, 2]
    assert made(n_validation=1).classes_in_validation() == [0]


def test_targets_of_a_regression_are_those_of_the_host() -> None:
    targets = np.arange(20, dtype=np.float32).reshape(10, 2)
    events = made(targets=targets, classes=None)
    assert events.targets.data_ptr() == targets.ctypes.data


def test_one_column_a_class() -> None:
    rows = one_hot(torch.from_numpy(CLASSES), 4)
    assert rows.dtype == torch.float32
    assert np.array_equal(rows.numpy(), np.eye(4)[CLASSES])


@pytest.mark.parametrize(("name", "expected"), [("mass", MASS), ("x", INPUTS[:, 0]), ("z", INPUTS[:, 2])])
def test_columns_by_name(name: str, expected: Any) -> None:
    assert np.array_equal(made().column(name, "Decorrelate").numpy(), expected)


def test_a_spectator_of_the_name_of_a_variable_comes_first() -> None:
    assert np.array_equal(made(spectators={"x": MASS}).column("x", "Decorrelate").numpy(), MASS)


def test_numbers_of_variables() -> None:
    events = made()
    assert [events.variable_number(name, "Parametrise") for name in ("x", "y", "z")] == [0, 1, 2]
    with pytest.raises(EngineError, match=r"a variable \(x, y, z\); 'mass' is a spectator"):
        events.variable_number("mass", "Parametrise")
    with pytest.raises(EngineError, match=r"\(there are none\) \(VarTransform mixes the variables\); 'x' is none"):
        made(variable_names=None).variable_number("x", "Parametrise")


def test_loaders_of_a_slice_and_of_rows_give_the_same() -> None:
    whole = made()
    named = made(rows=(np.arange(7), np.arange(7, 10)))
    for shuffle in (False, True):
        batches = [
            list(events.loader(events.training, (events.inputs, events.targets), 3, shuffle=shuffle, seed=4))
            for events in (whole, named)
        ]
        assert [len(batch[0]) for batch in batches[0]] == [3, 3, 1]
        for mine, other in zip(*batches, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(mine, other, strict=True))
    in_order = torch.cat([batch[0] for batch in whole.loader(whole.training, (whole.inputs,), 3)])
    assert np.array_equal(in_order.numpy(), INPUTS[:7])


def test_other_inputs() -> None:
    events = made()
    other = events.with_inputs(torch.zeros(10, 3))
    assert other.inputs.sum() == 0
    assert events.inputs is not other.inputs
    assert other.weights is events.weights
