"""A response of background that does not depend on a spectator: the distance correlation joins the loss.

Kasieczka and Shih, arXiv:2001.05310 (DisCo): loss = classifier loss + lambda dCorr^2(response, spectator), the second
over the background events of a batch. The distance correlation (Szekely, Rizzo and Bakirov, arXiv:0803.4101) is 0 for
independent quantities only, and 1 for proportional ones.
"""

from __future__ import annotations

import torch

from .options import TrainingOptions, option_error
from .probe import Shape

#: Fewer background events in a batch say nothing about a dependence.
MIN_EVENTS = 16


def _centred(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Distances |x_i - x_j|, less the weighted means of row and column, plus that of all; weights add up to 1."""
    distances = (values.unsqueeze(0) - values.unsqueeze(1)).abs()
    rows = distances @ weights
    return distances - rows.unsqueeze(0) - rows.unsqueeze(1) + (rows * weights).sum()


def distance_correlation(x: torch.Tensor, y: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Squared weighted distance correlation, 0 to 1: dCov^2(x, y) / sqrt(dCov^2(x, x) dCov^2(y, y)).

    dCov^2(x, y) is the sum over i, j of w_i w_j A_ij B_ij with the centred distances A, B and weights that add up to 1.
    Constant x or y give 0. Needs memory for a few n x n matrices.

    Args:
        x: [n].
        y: [n].
        weights: [n], not negative, with a positive sum.
    """
    w = weights / weights.sum()
    a, b = _centred(x, w), _centred(y, w)

    def covariance(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return w @ ((first * second) @ w)

    variances = covariance(a, a) * covariance(b, b)
    # the square root of 0 has no derivative
    is_constant = bool(variances <= 1e-20)
    return covariance(a, b) * 0 if is_constant else covariance(a, b) / variances.sqrt()


def standardised(values: torch.Tensor) -> torch.Tensor:
    """A column in units of its width around its mean, float32: distances of large numbers keep their digits."""
    x = values.double()
    width = x.std()
    return ((x - x.mean()) / (width if float(width) > 0 else 1)).float().contiguous()


class Decorrelation:
    """The penalty of a batch (inputs, targets, weights, spectator).

    Events of negative weight are left out of it: distances weighted with both signs have no sound variance.

    Args:
        strength: lambda.
        signal_column: class number of the signal.
        from_scores: the outputs are logits; the response is their softmax.
    """

    def __init__(self, strength: float, signal_column: int, *, from_scores: bool) -> None:
        self._strength = strength
        self._signal = signal_column
        self._from_scores = from_scores

    def __call__(self, output: torch.Tensor, batch: list[torch.Tensor]) -> torch.Tensor:
        """lambda dCorr^2 of the background events; 0 if there are fewer than two."""
        _, target, weights, spectator = batch[:4]
        background = (target[:, self._signal] == 0) & (weights > 0)
        output = output.float()
        if output.shape[1] == 1:
            response = output[:, 0]
        else:
            response = (torch.softmax(output, 1) if self._from_scores else output)[:, self._signal]
        if int(background.sum()) < 2:
            return response.sum() * 0
        return self._strength * distance_correlation(response[background], spectator[background], weights[background])


def check(options: TrainingOptions, shape: Shape, targets: torch.Tensor) -> None:
    """Refuse batches that are too small.

    Args:
        options: of the method.
        shape: of the data.
        targets: one-hot, of the training events.

    Raises:
        EngineError: ``Option`` without enough background events in a batch.
    """
    share = 1 - float(targets[:, shape.signal_column].mean())
    expected = min(options.batch_size, len(targets)) * share
    if expected < MIN_EVENTS:
        raise option_error(
            "BatchSize",
            options.batch_size,
            f"at least {MIN_EVENTS} background events a batch for Decorrelate (there would be {expected:.3g}; a few "
            "hundred are better)",
        )
