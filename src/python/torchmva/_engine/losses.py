"""Losses, one value an event, so that event weights can multiply them."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from .log import Log
from .network import Network
from .options import TrainingOptions, option_error
from .prediction import as_matrix

RowLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_TINY = 1e-7


def _nll(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * output.clamp(_TINY, 1).log()).sum(1)


def _bce(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    p = output.clamp(_TINY, 1 - _TINY)
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean(1)


def _mse(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (output - target).square().mean(1)


def _mae(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (output - target).abs().mean(1)


def _huber(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return functional.huber_loss(output, target, reduction="none").mean(1)


def _softmax_nll(scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(scores, target, reduction="none")


_BY_NAME: dict[str, tuple[RowLoss, str]] = {
    "mse": (_mse, "mean square"),
    "mae": (_mae, "mean modulus"),
    "huber": (_huber, "Huber loss"),
}


class Objective:
    """The loss of a batch of events, one value each, and the outputs that it came from."""

    #: The model to call is the method ``scores`` of a :class:`Network`.
    on_scores = False

    def __init__(self, loss: RowLoss, name: str, signal_column: int) -> None:
        self._loss = loss
        self._signal_column = signal_column
        self.name = name

    def __call__(self, model: Any, inputs: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Losses [n] and outputs [n, nOutputs]."""
        output = as_matrix(model(inputs), len(inputs), str(target.shape[1]))
        if output.dtype in (torch.float16, torch.bfloat16):  # a sum of squares would overflow
            output = output.float()
        if output.shape[1] == 1 and target.shape[1] == 2:
            target = target[:, self._signal_column : self._signal_column + 1]
        return self._loss(output, target.to(output.dtype)), output


class ScoreObjective(Objective):
    """The same on the scores of a :class:`Network`: logits, or standardised targets."""

    on_scores = True

    def __call__(self, model: Any, inputs: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Losses [n] and scores [n, nOutputs]."""
        scores = model(inputs)
        return self._loss(scores, target), scores


class StandardisedObjective(Objective):
    """The same for a regression: the target is standardised as the network's own scores are."""

    on_scores = True

    def __init__(self, loss: RowLoss, name: str, network: Network) -> None:
        super().__init__(loss, name, 0)
        self._network = network

    def __call__(self, model: Any, inputs: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Losses [n] and scores [n, nOutputs]."""
        scores = model(inputs)
        return self._loss(scores, (target - self._network.target_mean) / self._network.target_width), scores


def _criterion_loss(criterion: Any, log: Log, weighted: bool) -> RowLoss:
    """The user's loss object for single rows where it can do that, else for whole batches without weights."""
    if getattr(criterion, "reduction", None) in ("mean", "sum", "none"):
        rows = copy.copy(criterion)
        rows.reduction = "none"
        return lambda output, target: rows(output, target).reshape(len(output), -1).mean(1)
    if weighted:
        log.warning("The criterion has no attribute 'reduction': the training weights cannot reach it")
    return lambda output, target: criterion(output, target).expand(len(output))


def _suits(model: Any, inputs: torch.Tensor, kind: str) -> tuple[RowLoss, str]:
    """The loss that suits the outputs of a model: negative log-likelihood, binary cross-entropy, or mean square.

    Outputs that stay within [0, 1] even for inputs a thousand times too large end in a Softmax (rows add up to 1) or
    a Sigmoid. All others are trained with the mean square, whose minimum is the class probability (and the mean of
    the target in regression), so that every output can be used as it is.
    """
    if kind != "Regression":
        training = model.training
        model.eval()
        with torch.no_grad():
            probe = as_matrix(model(inputs), len(inputs), "n")
            with contextlib.suppress(Exception):  # numbers of classes cannot be a thousand times too large
                probe = torch.cat([probe, as_matrix(model(inputs * 1000), len(inputs), "n")])
        model.train(training)
        if bool(((probe >= 0) & (probe <= 1)).all()):
            if probe.shape[1] > 1 and bool((probe.sum(1) - 1).abs().max() < 1e-3):
                return _nll, "negative log-likelihood of the class probabilities"
            return _bce, "binary cross-entropy"
    return _mse, "mean square"


def choose(model: Any, inputs: torch.Tensor, kind: str, options: TrainingOptions, signal_column: int) -> Objective:
    """The objective that option ``Loss`` names, or with ``Auto`` the one that suits model and analysis.

    Args:
        model: to train.
        inputs: some events, to see what its outputs look like.
        kind: ``"Classification"``, ``"Multiclass"`` or ``"Regression"``.
        options: of the method.
        signal_column: class number of the signal.

    Raises:
        EngineError: ``Option`` if the loss does not go with the analysis.
    """
    name = options.loss.lower()
    is_regression = kind == "Regression"
    if name == "crossentropy" and is_regression:
        raise option_error("Loss", options.loss, "Auto, MSE, MAE or Huber in a regression")
    if isinstance(model, Network):
        if is_regression:
            loss, text = _BY_NAME.get(name, _BY_NAME["mse"])
            return StandardisedObjective(loss, f"{text} of the standardised targets", model)
        if name in ("auto", "crossentropy"):
            return ScoreObjective(_softmax_nll, "cross-entropy", signal_column)
    if name in _BY_NAME:
        return Objective(*_BY_NAME[name], signal_column)
    loss, text = _suits(model, inputs, kind)
    if name == "crossentropy" and loss is _mse:
        raise option_error(
            "Loss", options.loss, "a model whose outputs are probabilities (its last layer a Softmax or Sigmoid)"
        )
    return Objective(loss, text, signal_column)


@torch.no_grad()  # type: ignore[untyped-decorator]
def of_constant_response(
    objective: Objective,
    model: Any,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    weights: torch.Tensor,
    signal_column: int,
) -> float:
    """The loss of a classifier with the same response for all events: a training that ends above has learned nothing.

    The constant is the share of the signal in the weights, which cross-entropy and mean square like best, or 0 or 1,
    one of which the mean modulus likes best.

    Args:
        objective: of the training.
        model: whose number of outputs counts.
        inputs: of the validation events, [n, nVars].
        targets: one-hot, [n, 2].
        weights: [n].
        signal_column: class number of the signal.
    """
    shares = (weights.double() @ targets.double()) / weights.double().sum()
    training = model.training
    width = as_matrix(model.eval()(inputs[:2]), len(inputs[:2]), "n").shape[1]
    model.train(training)
    classes = torch.eye(2)
    found = []
    for response in (float(shares[signal_column]), 0.0, 1.0):
        output = torch.where(classes[signal_column] > 0, response, 1 - response).expand(2, 2)
        if width == 1:
            output = output[:, signal_column].unsqueeze(1)
        if objective.on_scores:
            output = output.clamp_min(_TINY).log()
        rows, _ = objective(lambda _, output=output: output, classes, classes)
        found.append(float(rows.double() @ shares))
    return min(found)


def of_user(criterion: Any, log: Log, weighted: bool, signal_column: int) -> Objective:
    """The objective that uses the user's ``criterion``."""
    return Objective(_criterion_loss(criterion, log, weighted), str(criterion), signal_column)
