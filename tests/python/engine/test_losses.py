"""Losses of single events, against their formulas and torch's own criteria."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine_helpers import network
from torch.nn import functional

from torchmva._engine import losses
from torchmva._engine.errors import EngineError
from torchmva._engine.log import Log
from torchmva._engine.network import Network, standardise
from torchmva._engine.options import TrainingOptions

N = 50


def inputs():
    return torch.from_numpy(np.random.default_rng(1).normal(size=(N, 4)).astype(np.float32))


def one_hot(n_classes=2):
    return torch.eye(n_classes)[torch.arange(N) % n_classes]


def chosen(model, kind="Classification", loss="Auto", signal=0):
    return losses.choose(model, inputs(), kind, TrainingOptions(loss=loss, layout="8", activation="ReLU"), signal)


def of_rows(objective, model, target):
    """Losses and outputs, without derivatives."""
    forward = model.scores if objective.on_scores else model
    with torch.no_grad():
        rows, output = objective(forward, inputs(), target)
    assert rows.shape == (N,)
    return rows.numpy(), output.numpy()


def ours(kind="Classification", n_outputs=2):
    return Network(4, n_outputs, kind, TrainingOptions(layout="8", activation="ReLU"))


FORMULAS = {
    "MSE": lambda p, t: ((p - t) ** 2).mean(1),
    "MAE": lambda p, t: abs(p - t).mean(1),
    "Huber": lambda p, t: np.where(abs(p - t) < 1, (p - t) ** 2 / 2, abs(p - t) - 0.5).mean(1),
}


@pytest.mark.parametrize("loss", FORMULAS)
@pytest.mark.parametrize("n_targets", [1, 3])
def test_a_regression_is_trained_on_standardised_targets(loss, n_targets):
    """The target less its weighted mean, in units of its weighted standard deviation, with what the network has."""
    model = ours("Regression", n_targets)
    generator = np.random.default_rng(2)
    targets, w = generator.normal(7, 3, size=(N, n_targets)) * [1, 10, 0.1][:n_targets], generator.uniform(0.5, 2, N)
    y = torch.from_numpy(targets).float()
    standardise(model, inputs(), y, torch.from_numpy(w).float(), TrainingOptions())
    objective = chosen(model, "Regression", loss)
    rows, scores = of_rows(objective, model, y)
    mean = np.average(targets, axis=0, weights=w)
    width = np.sqrt(np.average((targets - mean) ** 2, axis=0, weights=w))
    np.testing.assert_allclose(rows, FORMULAS[loss](scores, (targets - mean) / width), rtol=1e-4)
    # and the outputs are in the units of the targets
    np.testing.assert_allclose(model(inputs()).detach().numpy(), scores * width + mean, rtol=1e-4)
    assert chosen(model, "Regression").name == "mean square of the standardised targets"


@pytest.mark.parametrize("loss", FORMULAS)
@pytest.mark.parametrize(("n_outputs", "signal"), [(2, 0), (2, 1), (3, 0), (1, 0), (1, 1)])
def test_losses_by_name(loss, n_outputs, signal):
    """One output is the probability of the signal class, whatever its number."""
    model = network(4, n_outputs, torch.nn.Sigmoid() if n_outputs == 1 else None)
    kind = "Multiclass" if n_outputs == 3 else "Classification"
    target = one_hot(max(n_outputs, 2))
    rows, p = of_rows(chosen(model, kind, loss, signal), model, target)
    truth = target.numpy()[:, [signal]] if n_outputs == 1 else target.numpy()
    np.testing.assert_allclose(rows, FORMULAS[loss](p, truth), rtol=1e-5)


@pytest.mark.parametrize("loss", ["Auto", "CrossEntropy", "crossentropy"])
def test_cross_entropy_of_the_own_network_is_on_its_logits(loss):
    model = ours(n_outputs=3)
    objective = chosen(model, "Multiclass", loss)
    assert objective.on_scores
    rows, scores = of_rows(objective, model, one_hot(3))
    expected = functional.cross_entropy(torch.from_numpy(scores), torch.arange(N) % 3, reduction="none")
    np.testing.assert_allclose(rows, expected.numpy(), rtol=1e-5)
    assert objective.name == "cross-entropy"


@pytest.mark.parametrize("loss", ["Auto", "CrossEntropy"])
@pytest.mark.parametrize("signal", [0, 1])
def test_cross_entropy_suits_the_outputs_of_a_model(loss, signal):
    """Softmax: minus the logarithm of the class probability. Sigmoid: the mean binary cross-entropy of the outputs."""
    softmax, one, two = (
        network(4, n, last) for n, last in ((2, None), (1, torch.nn.Sigmoid()), (2, torch.nn.Sigmoid()))
    )
    target = one_hot()
    rows, p = of_rows(chosen(softmax, loss=loss, signal=signal), softmax, target)
    np.testing.assert_allclose(rows, -np.log((p * target.numpy()).sum(1)), rtol=1e-5)
    for model in (one, two):
        rows, p = of_rows(chosen(model, loss=loss, signal=signal), model, target)
        truth = target.numpy()[:, [signal]] if p.shape[1] == 1 else target.numpy()
        np.testing.assert_allclose(rows, -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).mean(1), rtol=1e-4)


def test_probabilities_of_0_have_a_finite_loss():
    """Both logarithms end at that of 1e-7."""
    sure = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    target = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert losses._nll(sure, target).tolist() == pytest.approx([-np.log(1e-7), 0], abs=1e-5)
    # 1 - 1e-7 in float32 is 1 - 1.19e-7
    assert losses._bce(sure, target).tolist() == pytest.approx([-np.log(1e-7), 0], rel=0.02, abs=1e-5)


class Outside(torch.nn.Module):
    """Outputs in [0, 1] for the events of the training, outside for others."""

    def forward(self, x):
        return x[:, :2].abs() / 100


class HalfNormalised(torch.nn.Module):
    def forward(self, x):
        return torch.softmax(x[:, :2], 1) * 0.9


def test_what_is_no_probability_is_trained_with_the_mean_square():
    for model in (network(last=torch.nn.Identity()), Outside()):
        rows, y = of_rows(chosen(model), model, one_hot())
        np.testing.assert_allclose(rows, FORMULAS["MSE"](y, one_hot().numpy()), rtol=1e-5)
        with pytest.raises(EngineError, match="Loss: expected a model whose outputs are probabilities"):
            chosen(model, loss="CrossEntropy")
    assert chosen(HalfNormalised()).name == "binary cross-entropy"
    softmax = network()
    assert chosen(softmax, "Regression").name == "mean square"
    for model in (softmax, ours("Regression", 1)):
        with pytest.raises(EngineError, match="Loss: expected Auto, MSE, MAE or Huber in a regression"):
            chosen(model, "Regression", "CrossEntropy")


@pytest.mark.parametrize("training", [True, False])
def test_looking_at_a_model_leaves_it_as_it_is(training):
    """And is done in evaluation mode: batch norm would learn from it."""
    model = torch.nn.Sequential(torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2), torch.nn.Softmax(1)).train(training)
    chosen(model)
    assert model.training == training
    assert int(model[0].num_batches_tracked) == 0


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_a_criterion_of_the_user_gives_a_loss_for_each_event(log, reduction, n_outputs):
    criterion = torch.nn.BCELoss(reduction=reduction)
    model = network(4, n_outputs, torch.nn.Sigmoid())
    objective = losses.of_user(criterion, Log(log.write), True, 1)
    rows, p = of_rows(objective, model, one_hot())
    truth = one_hot().numpy()[:, [1]] if n_outputs == 1 else one_hot().numpy()
    np.testing.assert_allclose(rows, -(truth * np.log(p) + (1 - truth) * np.log(1 - p)).mean(1), rtol=1e-4)
    assert criterion.reduction == reduction
    assert objective.name == str(criterion)
    assert not log.warnings()


@pytest.mark.parametrize("weighted", [True, False])
def test_a_criterion_of_whole_batches(log, weighted):
    model = network()
    objective = losses.of_user(lambda p, t: (p - t).square().sum(), Log(log.write), weighted, 0)
    rows, p = of_rows(objective, model, one_hot())
    np.testing.assert_allclose(rows, np.full(N, ((p - one_hot().numpy()) ** 2).sum()), rtol=1e-5)
    assert len(log.warnings()) == int(weighted)
