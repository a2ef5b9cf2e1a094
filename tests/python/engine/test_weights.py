"""What event weights count, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine_helpers import define

from torchmva._engine import weights
from torchmva._engine.errors import EngineError
from torchmva._engine.events import Events
from torchmva._engine.log import Log
from torchmva._engine.options import TrainingOptions
from torchmva._engine.probe import Shape

W = torch.tensor([1.0, -0.5, 2.0, 0.5])
Y = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
TWO = Shape(1, "Classification", 2, 1)


def events_of(event_weights, targets, n_training=None):
    n = len(targets) if n_training is None else n_training
    inputs = torch.zeros(len(targets), 1)
    return Events(inputs, targets, event_weights, slice(0, n), slice(n, len(targets)))


def balanced(event_weights, targets, n_training=None, shape=TWO, class_weights="Balanced"):
    options = TrainingOptions(class_weights=class_weights)
    return weights.balanced(event_weights, events_of(event_weights, targets, n_training), shape, options)


@pytest.mark.parametrize(
    ("policy", "expected"), [("Keep", W), ("ignore", W.clamp_min(0)), ("Absolute", W.abs())], ids=str
)
def test_negative_weights(log, policy, expected):
    made = weights.effective(W, TrainingOptions(negative_weights=policy), Log(log.write))
    assert torch.equal(made, expected)
    # 0.5 of 4 in moduli; 3^2 / 5.5 effective events
    (line,) = (text for _, text in log.lines)
    assert line.startswith("1 of 4 training events have negative weights (12.5 % of the sum of moduli; 1.636 effective")
    assert line.endswith(f"NegativeWeights={policy}")


def test_positive_weights_are_not_copied(log):
    positive = W.abs()
    assert weights.effective(positive, TrainingOptions(), Log(log.write)) is positive
    assert balanced(positive, Y, class_weights="") is positive
    assert not log.lines


@pytest.mark.parametrize("n_classes", [2, 3])
def test_balanced_classes_have_equal_sums_with_the_signs_of_the_loss(n_classes):
    generator = np.random.default_rng(1)
    classes = generator.integers(0, n_classes, 600)
    w = generator.uniform(0.5, 2, 600) * (1 + classes)
    w[(classes == 1) & (generator.random(600) < 0.3)] *= -1
    shape = TWO if n_classes == 2 else Shape(1, "Multiclass", 3)
    targets = torch.eye(n_classes)[torch.from_numpy(classes)]
    found = balanced(torch.from_numpy(w).float(), targets, 400, shape).numpy()
    # training and validation, each by itself: the sum of all weights stays, every class has its equal part of it
    for part in (slice(0, 400), slice(400, 600)):
        total = w[part].sum()
        for number in range(n_classes):
            mine = classes[part] == number
            expected = w[part][mine] * total / n_classes / w[part][mine].sum()
            np.testing.assert_allclose(found[part][mine], expected, rtol=1e-5)


def test_row_numbers_are_balanced_like_slices():
    rows = torch.tensor([3, 0, 1]), torch.tensor([2])
    events = Events(torch.zeros(4, 1), Y, W, *rows)
    found = weights.balanced(W, events, TWO, TrainingOptions(class_weights="balanced"))
    # 1 = 0.5 + 0.5 is the sum in training; the only class in validation keeps its sum
    assert found.tolist() == pytest.approx([1.0, -0.5, 2.0, 0.5])


@pytest.mark.parametrize(
    ("w", "n_training", "message"),
    [
        ([1, -1.5, 1, 1], None, "training events .* found -0.5 for background: use NegativeWeights"),
        ([1, -1, 1, 1], None, "training events .* found 0 for background"),
        ([1, 1, 0, 0], None, "training events .* found 0 for signal"),
        ([1, 1, 1, 2, 1, 1, 1, -3], 4, "validation events .* found -2 for signal"),
        ([1, 1, 1, 2, 1, 1, 1, -1], 4, "validation events .* found 0 for signal"),
    ],
)
def test_what_cannot_be_balanced(w, n_training, message):
    targets = Y if len(w) == 4 else torch.cat([Y, Y])
    with pytest.raises(EngineError, match=message) as caught:
        balanced(torch.tensor(w).float(), targets, n_training)
    assert caught.value.code == "Data"


def test_a_class_that_cannot_be_balanced_has_its_number():
    with pytest.raises(EngineError, match="found -1 for class 2"):
        balanced(torch.tensor([1.0, 1, -1]), torch.eye(3), None, Shape(1, "Multiclass", 3))


def test_factors_of_classes():
    made = balanced(W, Y, class_weights="2, 0.5")
    assert torch.equal(made, W * torch.tensor([2, 2, 0.5, 0.5]))


@pytest.mark.parametrize("text", ["1", "1,2,3", "1,x", "-1,1", "0,0", "nan,1", "inf,1"])
def test_wrong_factors(text):
    with pytest.raises(EngineError, match=r"ClassWeights: expected Balanced, or 2 numbers"):
        balanced(W, Y, class_weights=text)


@pytest.mark.parametrize(("text", "factors"), [("0,1", [0, 1]), (" None ", None), ("", None), (" BALANCED", None)])
def test_parsed_factors(text, factors):
    found = weights.parse_class_weights(text, "Classification", 2)
    assert found is None if factors is None else found.tolist() == factors


@pytest.mark.parametrize("text", ["Balanced", "1,2"])
def test_a_regression_has_no_classes(text):
    with pytest.raises(EngineError, match="ClassWeights: expected none, because a regression has no classes"):
        weights.parse_class_weights(text, "Regression", 2)


def test_a_sum_that_is_not_positive():
    assert weights.require_positive_sum(torch.tensor([1.0, -1.0, 1.5])) == 0.5
    for w in ([1.0, -1.0], [1.0, -2.0], [float("nan")]):
        with pytest.raises(EngineError, match=r"must be positive"):
            weights.require_positive_sum(torch.tensor(w))


# ---- trainings -------------------------------------------------------------------------------------------------------


def signed_events(events):
    """The inputs say nothing about the class; 30 % of the background, class 1, have weight -1."""
    generator = np.random.default_rng(2)
    events.inputs[:] = generator.normal(size=events.inputs.shape)
    events.weights[(events.classes == 1) & (generator.random(len(events.classes)) < 0.3)] = -1
    return events


def test_a_balanced_network_answers_one_half(session, events):
    """Where the inputs say nothing, the response is the part of the signal in the weights of the loss."""
    made = session(
        "", layout="", num_epochs=40, learning_rate=0.05, weight_decay=0.0, class_weights="Balanced", seed=1, patience=0
    )
    made.train(**signed_events(events).request())
    outputs = np.empty((200, 2), dtype=np.float32)
    made.predict(events.inputs, outputs)
    assert outputs[:, 0].mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("policy", ["Keep", "Ignore", "Absolute"])
def test_a_train_func_gets_balanced_weights(session, save_network, events, policy):
    seen = {}

    def train(model, train_loader, val_loader, *, weights, **_):
        seen["keyword"] = weights
        return model

    def train_on_triples(model, train_loader, val_loader, **_):
        for _X, y, w in train_loader:
            seen.setdefault("triples", []).append((y, w))
        return model

    for function in (train, train_on_triples):
        define(train_func=function)
        made = session(save_network(), class_weights="Balanced", negative_weights=policy)
        made.train(**signed_events(events).request())
        events.weights[:] = 1
    classes = events.classes[:160], events.classes[160:]
    for w, kinds in zip(seen["keyword"], classes, strict=True):
        assert float(w[kinds == 0].sum()) == pytest.approx(float(w[kinds == 1].sum()), rel=1e-5)
    assert (float(seen["keyword"][0].min()) < 0) == (policy == "Keep")
    y, w = (torch.cat(parts) for parts in zip(*seen["triples"], strict=True))
    sums = (y * w.unsqueeze(1)).sum(0)
    assert float(sums[0]) == pytest.approx(float(sums[1]), rel=1e-5)
