"""Outputs that are probabilities: temperature scaling on the validation events.

Guo, Pleiss, Sun and Weinberger, arXiv:1706.04599: the logits z of a trained network are divided by one number T, the
temperature, that minimises the negative log-likelihood of events it was not trained on. T > 1 makes a network less sure
of itself. The order of the responses of two classes, and so the ROC curve, stays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from . import precision
from .errors import EngineError

#: Bins of equal width in the confidence, as in the paper.
N_BINS = 15
#: The logarithm of the temperature is looked for between minus this and this.
_MAX_LOG = 5.0


def _log_probabilities(output: torch.Tensor) -> torch.Tensor:
    """Logits [n, nClasses] whose softmax is the output: its logarithm; one column p stands for p and 1 - p."""
    if output.size(1) == 1:
        output = torch.cat([output, 1 - output], 1)
    return output.clamp_min(1.2e-38).log()


class Calibrated(nn.Module):  # type: ignore[misc]
    """A model whose outputs are class probabilities, at another temperature."""

    def __init__(self, model: Any, temperature: float) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("temperature", torch.tensor(float(temperature), dtype=precision.default_of(model)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Rows [n, nVars] to probabilities [n, nOutputs]."""
        output = self.model(x).reshape(x.size(0), -1)  # a model may leave out dimensions of size one
        if output.size(1) == 1:
            return torch.sigmoid(torch.logit(output) / self.temperature)
        return torch.softmax(output.clamp_min(1.2e-38).log() / self.temperature, 1)

    @torch.jit.unused  # type: ignore[untyped-decorator]
    def spread(self) -> Any:
        """The spread of the calibrated members of an ensemble; None for a single network."""
        from .ensemble import Spread, spread_of

        inner = spread_of(self.model)
        temperature = float(self.temperature)
        return None if inner is None else Spread([Calibrated(member, temperature) for member in inner.members])


def calibrated(model: Any, temperature: float) -> Any:
    """A model, in any precision, at another temperature; in evaluation mode."""
    made = Calibrated(precision.original(model), temperature).eval()
    return precision.converted(made, precision.row_type(model))


@dataclass(frozen=True)
class Calibration:
    """What the scaling found.

    Args:
        temperature: T.
        error_before: expected calibration error of the outputs as they were.
        error_after: the same with the temperature.
    """

    temperature: float
    error_before: float
    error_after: float


def expected_error(
    probabilities: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, n_bins: int = N_BINS
) -> float:
    """Expected calibration error (eq. 3 of the paper), weighted: the mean of |accuracy - confidence| over bins.

    Args:
        probabilities: [n, nClasses], rows that add up to 1; the confidence is the largest of a row.
        targets: one-hot, [n, nClasses].
        weights: [n].
        n_bins: of equal width in the confidence, from 0 to 1.
    """
    confidence, guess = probabilities.double().max(1)
    is_right = targets.gather(1, guess.unsqueeze(1)).squeeze(1).double()
    w = weights.double()
    bins = (confidence * n_bins).ceil().long().sub(1).clamp(0, n_bins - 1)
    gaps = torch.zeros(n_bins, dtype=torch.float64).index_add(0, bins, w * (is_right - confidence))
    return float(gaps.abs().sum() / w.sum())


def fit_temperature(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> float | None:
    """The temperature with the smallest weighted negative log-likelihood; None if there is no such temperature.

    In 1/T the function is convex for positive weights, so halving the interval of ln T where its slope changes sign
    finds the minimum. If the events contradict the logits, the function falls until T is infinite and all responses are
    the same. If the logits are right for every event, it falls until T is 0 and all responses are 0 or 1. Neither is a
    calibration.

    Args:
        logits: [n, nClasses].
        targets: one-hot, [n, nClasses].
        weights: [n].
    """
    z, y, w = logits.double(), targets.double(), weights.double()
    true = (z * y).sum(1)

    def slope(log_temperature: float) -> float:
        """Derivative of the loss by 1/T: the mean logit under the softmax less that of the true class."""
        p = torch.softmax(z * torch.tensor(-log_temperature).double().exp(), 1)
        return float((w * ((p * z).sum(1) - true)).sum())

    low, high = -_MAX_LOG, _MAX_LOG
    if not slope(low) > 0 > slope(high):
        return None
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        # a positive slope in 1/T: the minimum is at a smaller 1/T, a larger T
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return math.exp(0.5 * (low + high))


@torch.no_grad()  # type: ignore[untyped-decorator]
def probabilities_of(model: Any, inputs: torch.Tensor) -> torch.Tensor:
    """Outputs [n, nOutputs] of a model in evaluation mode.

    Raises:
        EngineError: ``Option`` if they are no probabilities.
    """
    model.eval()
    output: torch.Tensor = torch.cat([model(rows).reshape(len(rows), -1) for rows in inputs.split(4096)])
    sums = output.sum(1)
    if not bool(((output >= 0) & (output <= 1)).all()) or (
        output.shape[1] > 1 and bool(((sums - 1).abs() > 1e-3).any())
    ):
        raise EngineError(
            "Option",
            "Calibrate: expected a model whose outputs are class probabilities (Softmax or Sigmoid at its end), found "
            f"outputs from {float(output.min()):.4g} to {float(output.max()):.4g}",
            [("option", "Calibrate")],
        )
    return output


@torch.no_grad()  # type: ignore[untyped-decorator]
def calibrate(
    model: Any, inputs: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, signal_column: int
) -> tuple[Any, Calibration | None]:
    """A model with the temperature of the validation events, and what that changes; the model itself, and None, if no
    temperature has the smallest loss.

    Args:
        model: gives class probabilities, on the CPU.
        inputs: of the validation events, [n, nVars].
        targets: one-hot, [n, nClasses].
        weights: [n].
        signal_column: class of a single output.

    Raises:
        EngineError: ``Option`` if its outputs are no probabilities; ``Data`` if the weights have no positive sum.
    """
    output = probabilities_of(model, inputs)
    if not float(weights.sum()) > 0:
        raise EngineError("Data", "Calibrate: the sum of the validation weights must be positive")
    if output.shape[1] == 1:
        other = targets.sum(1) - targets[:, signal_column]
        targets = torch.stack([targets[:, signal_column], other], 1)
    logits = _log_probabilities(output)
    temperature = fit_temperature(logits, targets, weights)
    if temperature is None:
        return model, None
    before = expected_error(functional.softmax(logits.double(), 1), targets, weights)
    after = expected_error(functional.softmax(logits.double() / temperature, 1), targets, weights)
    return calibrated(model, temperature), Calibration(temperature, before, after)
