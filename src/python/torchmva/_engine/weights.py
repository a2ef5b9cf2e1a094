"""What the weight of an event counts in the loss: negative weights, balance of the classes."""

from __future__ import annotations

import torch

from .errors import EngineError
from .events import Events
from .log import Log
from .options import TrainingOptions, option_error
from .probe import Shape

BALANCED = "balanced"


def parse_class_weights(text: str, kind: str, n_classes: int) -> torch.Tensor | None:
    """Factors from ``ClassWeights``, one a class; None without any, and for ``Balanced``, which needs the events.

    Raises:
        EngineError: ``Option``.
    """
    if text.strip().lower() in ("", "none"):
        return None
    if kind == "Regression":
        raise option_error("ClassWeights", text, "none, because a regression has no classes")
    if text.strip().lower() == BALANCED:
        return None
    try:
        factors = torch.tensor([float(part) for part in text.split(",")])
    except ValueError:
        factors = torch.empty(0)
    if len(factors) != n_classes or not bool(((factors >= 0) & factors.isfinite()).all()) or not float(factors.sum()):
        raise option_error("ClassWeights", text, f"Balanced, or {n_classes} numbers that are not negative")
    return factors


def effective(weights: torch.Tensor, options: TrainingOptions, log: Log) -> torch.Tensor:
    """Event weights after ``NegativeWeights``; the tensor itself where nothing changes, else a copy.

    ``Keep`` is the default: events of negative weight are part of the sample that the generator's cross section belongs
    to, and only with their sign is the expectation of the loss that of the physical distribution. ``Ignore`` gives them
    weight 0, ``Absolute`` drops the sign: both train on another distribution, with less variance.
    """
    negative = weights < 0
    n_negative = int(negative.sum())
    if not n_negative:
        return weights
    share = float(weights[negative].sum().abs() / weights.abs().sum())
    n_effective = float(weights.double().sum() ** 2 / weights.double().square().sum())
    log.info(
        f"{n_negative} of {len(weights)} training events have negative weights ({100 * share:.3g} % of the sum of "
        f"moduli; {n_effective:.4g} effective events); NegativeWeights={options.negative_weights}"
    )
    policy = options.negative_weights.lower()
    if policy == "ignore":
        return weights.clamp_min(0)
    if policy == "absolute":
        return weights.abs()
    return weights


def _balancing_factors(weights: torch.Tensor, targets: torch.Tensor, shape: Shape, what: str) -> torch.Tensor:
    """Factors that give every class the same sum of weights, and keep the sum of all weights.

    The sums are those of the loss, with the signs that it uses: a class counts in the loss as its net weight says. The
    sums of positive weights would give a class with many negative weights too small a part. Validation events may lack
    a class where the user's function trains.

    Args:
        weights: as the loss uses them, [n].
        targets: one-hot, [n, nClasses].
        shape: of the data, for the names of the classes.
        what: ``"training"`` or ``"validation"``.

    Raises:
        EngineError: ``Data`` if the weights of a class have no positive sum.
    """
    parts = [weights[column > 0] for column in targets.unbind(1)]
    sums = torch.stack([part.double().sum() for part in parts])
    counts = torch.tensor([what == "training" or bool((part != 0).any()) for part in parts])
    for number in (counts & ~(sums > 0)).nonzero().flatten().tolist():
        raise EngineError(
            "Data",
            f"ClassWeights=Balanced: the weights of the {what} events of every class must have a positive sum, found "
            f"{float(sums[number]):.6g} for {shape.class_name(number)}: use NegativeWeights=Ignore or Absolute, or "
            "more events",
            [("option", "ClassWeights")],
        )
    return torch.where(counts, sums.sum() / (counts.sum() * sums), 1.0).float()


def balanced(weights: torch.Tensor, events: Events, shape: Shape, options: TrainingOptions) -> torch.Tensor:
    """Event weights times the factor of their class (``ClassWeights``); the tensor itself without factors.

    ``Balanced`` balances training and validation events each by themselves: both losses are then the mean of the mean
    losses of the classes, however the classes are divided between the two parts.

    Args:
        weights: of all events after ``NegativeWeights``, [n].
        events: whose targets are one-hot.
        shape: of the data.
        options: of the method.

    Raises:
        EngineError: ``Option``; ``Data`` if a class cannot be balanced.
    """
    if options.class_weights.strip().lower() != BALANCED:
        factors = parse_class_weights(options.class_weights, shape.kind, events.targets.shape[1])
        return weights if factors is None else weights * (events.targets @ factors)
    result = weights.clone()
    for rows, what in ((events.training, "training"), (events.validation, "validation")):
        targets = events.targets[rows]
        result[rows] = weights[rows] * (targets @ _balancing_factors(weights[rows], targets, shape, what))
    return result


def require_positive_sum(weights: torch.Tensor) -> float:
    """The mean weight.

    Raises:
        EngineError: ``Data`` unless it is positive: a loss needs that to have a minimum.
    """
    mean = float(weights.mean())
    if not mean > 0:
        raise EngineError("Data", f"The sum of the training weights must be positive, found a mean of {mean}")
    return mean
