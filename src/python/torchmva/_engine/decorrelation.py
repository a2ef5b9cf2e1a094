"""A response of background that does not depend on a spectator: the distance correlation joins the loss.

Kasieczka and Shih, arXiv:2001.05310 (DisCo): loss = classifier loss + lambda dCorr^2(response, spectator), the second
over the background events of a batch. The distance correlation (Szekely, Rizzo and Bakirov, arXiv:0803.4101) is 0 for
independent quantities only, and 1 for proportional ones.

Lambda rises during the first third of the training, with the third power of the time. The reason: dCorr^2 does not
change when the response is multiplied by a number, so its gradient grows as the spread of the response shrinks. The
responses of a new network are almost the same for all events, hence the gradient of the penalty is much larger than
that of the classifier loss. At full strength from the first batch it drives many networks into a corner from which they
do not return: a constant response, or one that takes background for signal. A network that has learned something has a
spread, and both gradients are of the same size.
"""

from __future__ import annotations

import torch

from .errors import EngineError
from .events import Events
from .log import Log
from .options import TrainingOptions, option_error
from .probe import Shape

#: Fewer background events in a batch say nothing about a dependence.
MIN_EVENTS = 16
#: The part of the training during which lambda rises from 0 to its value.
RISE = 1 / 3


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

    @staticmethod
    def share(done: float) -> float:
        """The part of lambda that counts in a batch: it rises from 0 to 1 at the end of RISE.

        Args:
            done: the part of the training that lies before the batch, 0 to 1.
        """
        return min(done / RISE, 1.0) ** 3

    def __call__(self, output: torch.Tensor, batch: list[torch.Tensor]) -> torch.Tensor:
        """lambda dCorr^2 of the background events; 0 if there are fewer than two."""
        _, target, weights, spectator = batch[:4]
        background = _is_used(target, weights, self._signal)
        output = output.float()
        if output.shape[1] == 1:
            response = output[:, 0]
        else:
            response = (torch.softmax(output, 1) if self._from_scores else output)[:, self._signal]
        if int(background.sum()) < 2:
            return response.sum() * 0
        return self._strength * distance_correlation(response[background], spectator[background], weights[background])


def spectator_of(
    events: Events, weights: torch.Tensor, options: TrainingOptions, shape: Shape, log: Log
) -> torch.Tensor:
    """The column that the option names, float32, for the batches of the training.

    In units of its width around its mean, both of the events that the penalty uses: distances of large numbers keep
    their digits, whatever the signal has in the column.

    Args:
        events: of the training sample.
        weights: as the loss uses them.
        options: of the method.
        shape: of the data.
        log: gets a warning if the validation events cannot tell whether the response depends on the column.

    Raises:
        EngineError: ``Option`` without such a column, or with too few background events in a batch; ``Data`` if its
            values are constant or not finite.
    """
    name = options.decorrelate
    values = events.column(name, "Decorrelate").double()
    is_used = _is_used(events.targets, weights, shape.signal_column)
    _check_batches(options, is_used[events.training])
    training = _finite(name, values[events.training][is_used[events.training]], "training")
    if _is_constant(training):
        raise EngineError(
            "Data",
            f"Option Decorrelate: expected different values of {name!r}, found {float(training[0]):.6g} for all "
            "background training events: there is nothing to decorrelate from",
            [("option", "Decorrelate"), ("column", name)],
        )
    validation = _finite(name, values[events.validation][is_used[events.validation]], "validation")
    if _is_constant(validation):
        log.warning(
            f"Option Decorrelate: {name} is the same for all background validation events: the choice of the best "
            "epoch ignores the correlation"
        )
    return ((values - training.mean()) / training.std()).float().contiguous()


def _is_used(targets: torch.Tensor, weights: torch.Tensor, signal_column: int) -> torch.Tensor:
    """Which events the penalty uses, bool [n]: background of positive weight."""
    return (targets[:, signal_column] == 0) & (weights > 0)


def _finite(name: str, values: torch.Tensor, what: str) -> torch.Tensor:
    bad = int((~values.isfinite()).sum())
    if bad:
        raise EngineError(
            "Data",
            f"Option Decorrelate: expected finite values of {name!r}, found {bad} of {len(values)} background {what} "
            "events without",
            [("option", "Decorrelate"), ("column", name)],
        )
    return values


def _is_constant(values: torch.Tensor) -> bool:
    """Whether all values [n] are the same, apart from rounding."""
    if not len(values):
        return True
    low, high = torch.aminmax(values)
    return bool(high - low <= 1e-12 * max(abs(float(low)), abs(float(high))))


def _check_batches(options: TrainingOptions, is_used: torch.Tensor) -> None:
    """Refuse batches that are too small.

    Args:
        options: of the method.
        is_used: which of the training events the penalty uses, bool [n].

    Raises:
        EngineError: ``Option`` without enough of them in a batch.
    """
    expected = min(options.batch_size, len(is_used)) * float(is_used.double().mean())
    if expected < MIN_EVENTS:
        raise option_error(
            "BatchSize",
            options.batch_size,
            f"at least {MIN_EVENTS} background events of positive weight a batch for Decorrelate (there would be "
            f"{expected:.3g}; a few hundred are better)",
        )
