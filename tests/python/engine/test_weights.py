"""What event weights count."""

from __future__ import annotations

import pytest
import torch

from torchmva._engine import weights
from torchmva._engine.errors import EngineError
from torchmva._engine.log import Log
from torchmva._engine.options import TrainingOptions

W = torch.tensor([1.0, -0.5, 2.0, 0.5])
Y = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])


@pytest.mark.parametrize(
    ("policy", "expected"), [("Keep", W), ("ignore", W.clamp_min(0)), ("Absolute", W.abs())], ids=str
)
def test_negative_weights(log, policy, expected):
    made = weights.effective(W, TrainingOptions(negative_weights=policy), Log(log.write))
    assert torch.equal(made, expected)
    assert any("1 of 4 training events have negative weights" in text for _, text in log.lines)


def test_positive_weights_are_not_copied(log):
    positive = W.abs()
    assert weights.effective(positive, TrainingOptions(), Log(log.write)) is positive
    assert weights.balanced(positive, Y, slice(0, 4), TrainingOptions()) is positive
    assert not log.lines


def test_balanced_classes_have_equal_sums():
    made = weights.balanced(W.abs(), Y, slice(0, 4), TrainingOptions(class_weights="Balanced"))
    assert float(made[:2].sum()) == pytest.approx(float(made[2:].sum()))
    assert float(made.sum()) == pytest.approx(float(W.abs().sum()))


def test_factors_of_classes():
    made = weights.balanced(W, Y, slice(0, 4), TrainingOptions(class_weights="2, 0.5"))
    assert torch.equal(made, W * torch.tensor([2, 2, 0.5, 0.5]))


@pytest.mark.parametrize("text", ["1", "1,2,3", "1,x", "-1,1", "0,0", "nan,1"])
def test_wrong_factors(text):
    with pytest.raises(EngineError, match=r"ClassWeights: expected Balanced, or 2 numbers"):
        weights.balanced(W, Y, slice(0, 4), TrainingOptions(class_weights=text))


def test_a_sum_that_is_not_positive():
    with pytest.raises(EngineError, match=r"must be positive"):
        weights.require_positive_sum(torch.tensor([1.0, -1.0]))
